// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_libtrn4.c - tests of libtrn4 against a kernel of its own: which ioctls
 * it makes of a call, and that it leaves nothing behind where one fails. User
 * queues have tests of their own.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "array.h"
#include "kernel_rig.h"
#include "tap.h"

static uint8_t page[PAGE] __attribute__((aligned(PAGE)));

static void devices_are_told_apart(void)
{
	struct trn4_device *dev = open_device();

	EQ(trn4_target_id(dev), 3);
	trn4_close(dev);
	kernel.fail = DRM_IOCTL_VERSION;
	kernel.error = ENOTTY;
	EQ(trn4_open_fd(0, &dev), -ENODEV);
	kernel.fail = DRM_IOCTL_TRN4_GET_PARAM;
	kernel.error = ENODEV;
	EQ(trn4_open_fd(0, &dev), -ENODEV);
}

/* Of a node that is in sysfs, where the kernel's side has it */
static void devices_say_what_they_are(void)
{
	struct trn4_device *dev = open_device();
	struct trn4_info info = {};
	uint64_t count = 9;

	kernel.params[DRM_TRN4_PARAM_GUID] = 0x1122334455667788;
	kernel.params[DRM_TRN4_PARAM_HBM_SIZE] = 288ull << 30;
	kernel.params[DRM_TRN4_PARAM_HBM_BACKED] = 64 * MIB;
	kernel.params[DRM_TRN4_PARAM_HBM_FREE] = 10 * MIB;
	kernel.params[DRM_TRN4_PARAM_PORTS] = 36;
	kernel.params[DRM_TRN4_PARAM_WINDOWS] = 512;
	kernel.params[DRM_TRN4_PARAM_GRANTS] = 511;
	kernel.params[DRM_TRN4_PARAM_QUEUES] = 63;
	kernel.params[DRM_TRN4_PARAM_OPS] = 1u << DRM_TRN4_OP_SIGNAL | 1u << 31;
	kernel.params[DRM_TRN4_PARAM_RO_STORES] = 1ull << 40;
	EQ(trn4_query(dev, &info), 0);
	CHECK(!strcmp(info.node, "/dev/accel/accel12"));
	CHECK(!strcmp(info.pci, "0000:01:00.0"));
	EQ(info.number, 12);
	EQ(info.target_id, 3);
	EQ(info.guid, 0x1122334455667788);
	EQ(info.hbm_size, 288ull << 30);
	EQ(info.hbm_backed, 64 * MIB);
	EQ(info.hbm_free, 10 * MIB);
	EQ(info.page_size, 2 * MIB);
	EQ(info.ports, 36);
	EQ(info.windows, 512);
	EQ(info.grants, 511);
	EQ(info.batch_max, DRM_TRN4_SUBMIT_MAX);
	EQ(info.queues, 63);
	EQ(info.operations, 1u << TRN4_OPERATION_SIGNAL | 1u << 31);
	EQ(trn4_ro_stores(dev, &count), 0);
	EQ(count, 1ull << 40);

	kernel.fail = DRM_IOCTL_TRN4_GET_PARAM;
	kernel.error = EBUSY;
	info.number = 4;
	EQ(trn4_query(dev, &info), -EBUSY);
	EQ(info.number, 4);
	EQ(trn4_ro_stores(dev, &count), -EBUSY);
	EQ(count, 1ull << 40);
	trn4_close(dev);
}

static void names_are_checked(void)
{
	/* clang-format off */
	static const char *const wrong[] = {
		"", "x", "accel", "accelx", "accel1x", "-1", "1x", ":", "1:2",
		"0000:01:00", "0000:01:00.8", "0000:01:00.0x", "100:00.0",
		"/dev/dri/card0", "99999999999",
	};
	/* clang-format on */
	struct trn4_device *dev;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (trn4_open(wrong[i], &dev) != -EINVAL)
			printf("# taken: \"%s\"\n", wrong[i]);
		CHECK(trn4_open(wrong[i], &dev) == -EINVAL);
	}
}

static void interrupted_calls_are_taken_up(void)
{
	struct trn4_device *dev = open_device();
	struct trn4_buffer *buf = NULL;

	kernel.interrupts = 3;
	CHECK(!trn4_buffer_create(dev, 1, TRN4_BUFFER_HBM, &buf));
	EQ(trn4_buffer_size(buf), 2 * MIB);
	trn4_buffer_destroy(buf);
	trn4_close(dev);
	EQ(kernel.handles, 0);
}

static void buffers_lie_where_asked(void)
{
	struct trn4_device *dev = open_device();
	struct trn4_buffer *buf = NULL;

	CHECK(!trn4_buffer_create_aligned(dev, 3, 8 * MIB, TRN4_BUFFER_TOP,
					  &buf));
	EQ(kernel.bo.size, 3);
	EQ(kernel.bo.alignment, 8 * MIB);
	EQ(kernel.bo.flags, DRM_TRN4_BO_TOP);
	trn4_buffer_destroy(buf);
	CHECK(!trn4_buffer_create(dev, 1, TRN4_BUFFER_HOST, &buf));
	EQ(kernel.bo.alignment, 0);
	EQ(kernel.bo.flags, DRM_TRN4_BO_HOST);
	trn4_buffer_destroy(buf);
	trn4_close(dev);
	EQ(kernel.handles, 0);
}

static void memory_of_ones_own(void)
{
	struct trn4_device *dev = open_device();
	struct trn4_buffer *buf = NULL;
	void *ptr;

	CHECK(!trn4_buffer_wrap(dev, page, 4096, true, &buf));
	EQ(kernel.bo.address, (uintptr_t)page);
	EQ(kernel.bo.flags, DRM_TRN4_BO_USER | DRM_TRN4_BO_READONLY);
	CHECK(!trn4_buffer_map(buf, &ptr));
	CHECK(ptr == page);
	trn4_buffer_destroy(buf);
	/* Still there */
	page[0] = 1;
	CHECK(!trn4_buffer_wrap(dev, page, 4096, false, &buf));
	EQ(kernel.bo.flags, DRM_TRN4_BO_USER);
	trn4_buffer_destroy(buf);
	trn4_close(dev);
	EQ(kernel.handles, 0);
}

static void dma_bufs_are_what_they_are(void)
{
	struct trn4_device *dev = open_device();
	struct trn4_buffer *buf = NULL;
	struct trn4_window *win = NULL;
	int fd = memfd_create("dmabuf", 0);

	CHECK(!trn4_buffer_create(dev, 1, TRN4_BUFFER_HBM, &buf));
	EQ(trn4_buffer_export(buf, false), 99);
	EQ(kernel.prime.flags, DRM_CLOEXEC);
	EQ(trn4_buffer_export(buf, true), 99);
	EQ(kernel.prime.flags, DRM_CLOEXEC | DRM_RDWR);
	EQ(kernel.prime.handle, trn4_buffer_handle(buf));
	EQ(trn4_buffer_export_revoke(buf), 0);
	EQ(kernel.revoke.handle, trn4_buffer_handle(buf));
	EQ(kernel.revoke.flags, 0);
	kernel.fail = DRM_IOCTL_TRN4_EXPORT_REVOKE;
	kernel.error = ENOENT;
	EQ(trn4_buffer_export_revoke(buf), -ENOENT);
	kernel.fail = 0;
	trn4_buffer_destroy(buf);

	/* No size, no memory */
	EQ(trn4_import(dev, fd, &buf, &win), -EINVAL);
	EQ(trn4_import(dev, -1, &buf, &win), -EBADF);
	CHECK(!ftruncate(fd, 8192));
	CHECK(!trn4_import(dev, fd, &buf, &win));
	CHECK(!buf);
	EQ(trn4_window_size(win), 4 * MIB);
	trn4_window_destroy(win);
	kernel.not_a_window = true;
	CHECK(!trn4_import(dev, fd, &buf, &win));
	CHECK(!win);
	EQ(trn4_buffer_size(buf), 8192);
	trn4_buffer_destroy(buf);
	kernel.fail = DRM_IOCTL_PRIME_FD_TO_HANDLE;
	kernel.error = ENOLINK;
	EQ(trn4_import(dev, fd, &buf, &win), -ENOLINK);
	close(fd);
	trn4_close(dev);
	EQ(kernel.handles, 0);
}

static void grants_reach_to_the_end(void)
{
	struct trn4_device *dev = open_device();
	struct trn4_grant *grant = NULL;
	struct trn4_buffer *buf = NULL;
	char text[TRN4_TOKEN_TEXT];

	CHECK(!trn4_buffer_create(dev, 1, TRN4_BUFFER_HBM, &buf));
	CHECK(!trn4_grant_create(buf, 0, 0, TRN4_RIGHT_READ, &grant));
	trn4_token_format(trn4_grant_token(grant), text);
	CHECK(!strcmp(text, "abababababababababababababababab"));
	EQ(kernel.grant.size, 2 * MIB);
	EQ(kernel.grant.partition, 0);
	EQ(trn4_grant_create(buf, 2 * MIB, 0, TRN4_RIGHT_READ, &grant),
	   -EINVAL);
	EQ(trn4_grant_revoke(grant), 0);
	CHECK(!trn4_grant_create_limited(buf, 0, 0, TRN4_RIGHT_READ, 65535,
					 &grant));
	EQ(kernel.grant.partition, 65535);
	EQ(trn4_grant_revoke(grant), 0);
	EQ(trn4_grant_revoke(NULL), 0);
	trn4_buffer_destroy(buf);
	trn4_close(dev);
	EQ(kernel.handles, 0);
}

static void windows_know_their_size(void)
{
	struct trn4_device *dev = open_device();
	struct trn4_token token = { .bytes = { 1, 2, 3 } };
	struct trn4_window *win = NULL;
	void *a, *b;

	CHECK(!trn4_window_create(dev, &token, 2 * MIB, 0, TRN4_RIGHT_READ,
				  &win));
	EQ(kernel.window.token[1], 2);
	EQ(kernel.window.offset, 2 * MIB);
	EQ(trn4_window_size(win), 4 * MIB);
	EQ(trn4_window_peer(win), 4);
	EQ(trn4_window_state(win), TRN4_STATE_NO_ROUTE);
	CHECK(!trn4_window_map(win, &a) && !trn4_window_map(win, &b) && a == b);
	trn4_window_destroy(win);
	EQ(kernel.handles, 0);

	kernel.fail = DRM_IOCTL_TRN4_WINDOW_INFO;
	kernel.error = ENODEV;
	EQ(trn4_window_create(dev, &token, 0, 0, TRN4_RIGHT_READ, &win),
	   -ENODEV);
	EQ(kernel.handles, 0);
	kernel.fail = DRM_IOCTL_TRN4_WINDOW_MAP;
	kernel.error = EHOSTUNREACH;
	EQ(trn4_window_create(dev, &token, 0, 0, TRN4_RIGHT_READ, &win),
	   -EHOSTUNREACH);
	EQ(kernel.handles, 0);
	trn4_close(dev);
}

static void batches_have_a_life(void)
{
	struct trn4_device *dev = open_device();
	struct trn4_place dst = { .handle = 6, .offset = 64 };
	struct trn4_batch *batch = NULL;
	struct trn4_result result;
	unsigned int at = 9;

	EQ(trn4_batch_create(dev, 0, &batch), -EINVAL);
	EQ(trn4_batch_create(dev, DRM_TRN4_SUBMIT_MAX + 1, &batch), -EINVAL);
	CHECK(!trn4_batch_create(dev, 2, &batch));
	EQ(trn4_batch_submit(batch), -EINVAL);
	EQ(trn4_batch_wait(batch, 0), -EINVAL);
	EQ(trn4_batch_eventfd(batch, 40), -EINVAL);
	EQ(kernel.event.fd, 0);
	EQ(trn4_batch_atomic(batch, dst, TRN4_COMPARE_SWAP, TRN4_U64, 5, 4), 0);
	EQ(trn4_batch_nop(batch), 1);
	EQ(trn4_batch_nop(batch), -ENOSPC);
	CHECK(!trn4_batch_submit(batch));
	EQ(kernel.submit.cmd_count, 2);
	EQ(kernel.submit.out_count, 1);
	EQ(kernel.submit.results, 5);
	EQ(kernel.cmd.op, DRM_TRN4_OP_ATOMIC);
	EQ(kernel.cmd.dst, 6);
	EQ(kernel.cmd.dst_offset, 64);
	EQ(kernel.cmd.atomic.operand[0], 5);
	EQ(kernel.cmd.atomic.compare[0], 4);
	EQ(kernel.cmd.flags, DRM_TRN4_CMD_FETCH);
	EQ(kernel.cmd.kind, DRM_TRN4_ATOMIC_CAS);
	EQ(kernel.cmd.type, DRM_TRN4_TYPE_U64);

	/* Under way it is not ours. */
	kernel.busy = true;
	EQ(trn4_batch_wait(batch, 1000), -ETIME);
	CHECK(kernel.deadline > 0);
	EQ(trn4_batch_wait(batch, 0), -ETIME);
	EQ(kernel.deadline, 0);
	EQ(trn4_batch_nop(batch), -EBUSY);
	EQ(trn4_batch_submit(batch), -EBUSY);
	EQ(trn4_batch_reset(batch), -EBUSY);
	EQ(trn4_batch_result(batch, 0, &result), -EBUSY);
	EQ(trn4_batch_error(batch, &at), -EBUSY);
	EQ(trn4_batch_eventfd(batch, 40), 0);
	EQ(kernel.event.handle, 7);
	EQ(kernel.event.point, 0);
	EQ(kernel.event.flags, 0);
	EQ(kernel.event.fd, 40);

	kernel.busy = false;
	CHECK(!trn4_batch_wait(batch, TRN4_NO_TIMEOUT));
	EQ(kernel.deadline, INT64_MAX);
	CHECK(!trn4_batch_result(batch, 1, &result));
	EQ(result.id, 1);
	EQ(trn4_batch_result(batch, 2, &result), -EINVAL);
	CHECK(!trn4_batch_error(batch, &at) && at == 9);
	EQ(trn4_batch_eventfd(batch, 41), 0);
	EQ(kernel.event.fd, 41);
	/* Once more as it is, and then anew */
	CHECK(!trn4_batch_submit(batch) && !trn4_batch_wait(batch, 0));
	CHECK(!trn4_batch_reset(batch));
	EQ(trn4_batch_nop(batch), 0);
	trn4_batch_destroy(batch);
	EQ(kernel.handles, 0);

	kernel.fail = DRM_IOCTL_SYNCOBJ_CREATE;
	kernel.error = ENOMEM;
	EQ(trn4_batch_create(dev, 2, &batch), -ENOMEM);
	EQ(kernel.handles, 0);
	trn4_close(dev);
}

static void syncobjs_go_by_handle(void)
{
	struct trn4_device *dev = open_device();
	struct trn4_sync sync = { .handle = 7, .point = 1ull << 40 };
	struct trn4_sync odd = { .handle = 7, .reserved = 1 };
	struct trn4_sync many[DRM_TRN4_SYNCS_MAX + 1] = {};
	uint32_t handle = 0, other = 0;
	unsigned int i;

	CHECK(!trn4_syncobj_create(dev, &handle));
	EQ(handle, 7);
	EQ(trn4_syncobj_export(dev, handle), 98);
	EQ(kernel.file.handle, 7);
	EQ(kernel.file.flags, 0);
	CHECK(!trn4_syncobj_import(dev, 98, &other));
	EQ(other, 9);
	EQ(kernel.file.fd, 98);
	EQ(kernel.file.flags, 0);
	EQ(kernel.handles, 2);

	CHECK(!trn4_syncobj_signal(dev, &sync));
	EQ(kernel.sync_count, 1);
	EQ(kernel.signalled.handle, 7);
	EQ(kernel.signalled.point, 1ull << 40);
	kernel.fail = DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL;
	kernel.error = ENOENT;
	EQ(trn4_syncobj_signal(dev, &sync), -ENOENT);
	EQ(trn4_syncobj_signal(dev, &odd), -EINVAL);
	/* A binary one by the other call */
	sync.point = 0;
	CHECK(!trn4_syncobj_signal(dev, &sync));
	EQ(kernel.signalled.point, 0);

	for (i = 0; i < DRM_TRN4_SYNCS_MAX; i++)
		many[i] = (struct trn4_sync) { .handle = i + 1,
					       .point = 3 * i };
	EQ(trn4_syncobj_wait(dev, many, 0, 0), -EINVAL);
	EQ(trn4_syncobj_wait(dev, many, DRM_TRN4_SYNCS_MAX + 1, 0), -EINVAL);
	EQ(trn4_syncobj_wait(dev, &odd, 1, 0), -EINVAL);
	CHECK(!trn4_syncobj_wait(dev, many, DRM_TRN4_SYNCS_MAX,
				 TRN4_NO_TIMEOUT));
	EQ(kernel.sync_count, DRM_TRN4_SYNCS_MAX);
	for (i = 0; i < DRM_TRN4_SYNCS_MAX; i++) {
		EQ(kernel.syncs[i].handle, i + 1);
		EQ(kernel.syncs[i].point, 3 * i);
	}
	EQ(kernel.wait_flags, DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL |
				      DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT);
	EQ(kernel.deadline, INT64_MAX);
	kernel.busy = true;
	EQ(trn4_syncobj_wait(dev, many, 2, 0), -ETIME);
	EQ(kernel.deadline, 0);
	EQ(trn4_syncobj_wait(dev, many, 2, 1000), -ETIME);
	CHECK(kernel.deadline > 0 && kernel.deadline < INT64_MAX);

	sync.point = 5;
	CHECK(!trn4_syncobj_eventfd(dev, &sync, 42));
	EQ(kernel.event.handle, 7);
	EQ(kernel.event.point, 5);
	EQ(kernel.event.fd, 42);
	EQ(trn4_syncobj_eventfd(dev, &odd, 43), -EINVAL);
	EQ(kernel.event.fd, 42);

	trn4_syncobj_destroy(dev, other);
	trn4_syncobj_destroy(dev, handle);
	trn4_syncobj_destroy(dev, 0);
	EQ(kernel.handles, 0);
	kernel.fail = DRM_IOCTL_SYNCOBJ_CREATE;
	EQ(trn4_syncobj_create(dev, &handle), -ENOENT);
	EQ(handle, 7);
	kernel.fail = DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE;
	EQ(trn4_syncobj_import(dev, 98, &other), -ENOENT);
	EQ(other, 9);
	kernel.fail = DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD;
	EQ(trn4_syncobj_export(dev, 7), -ENOENT);
	trn4_close(dev);
}

/* What is in a command, of those that have more than a length */
static void commands_in_full(void)
{
	struct trn4_device *dev = open_device();
	struct trn4_place dst = { .handle = 6, .offset = 64 };
	struct trn4_place src = { .handle = 7, .offset = 32 };
	const struct trn4_rows rows = {
		.length = 10,
		.count = 20,
		.dst_pitch = 30,
		.src_pitch = 40,
	};
	struct trn4_rows filled = { .length = 1, .count = 2, .dst_pitch = 3 };
	struct trn4_atomic_full atomic = {
		.op = TRN4_COMPARE_SWAP,
		.word = TRN4_U128,
		.operand = { 1, 2 },
		.compare = { 3, 4 },
		.old = src,
	};
	struct trn4_batch *batch = NULL;

	CHECK(!trn4_batch_create(dev, 1, &batch));
	EQ(trn4_batch_copy_rows(batch, dst, src, &rows), 0);
	CHECK(!trn4_batch_submit(batch) && !trn4_batch_wait(batch, 0));
	EQ(kernel.cmd.op, DRM_TRN4_OP_COPY);
	EQ(kernel.cmd.src, 7);
	EQ(kernel.cmd.src_offset, 32);
	EQ(kernel.cmd.copy.length, 10);
	EQ(kernel.cmd.copy.rows, 20);
	EQ(kernel.cmd.copy.dst_pitch, 30);
	EQ(kernel.cmd.copy.src_pitch, 40);

	trn4_batch_reset(batch);
	EQ(trn4_batch_fill_rows(batch, dst, &rows, 9), -EINVAL);
	EQ(trn4_batch_fill_rows(batch, dst, &filled, 9), 0);
	CHECK(!trn4_batch_submit(batch) && !trn4_batch_wait(batch, 0));
	EQ(kernel.cmd.fill.rows, 2);
	EQ(kernel.cmd.fill.pitch, 3);
	EQ(kernel.cmd.fill.pattern, 9);

	trn4_batch_reset(batch);
	EQ(trn4_batch_atomic_full(batch, dst, &atomic), 0);
	CHECK(!trn4_batch_submit(batch) && !trn4_batch_wait(batch, 0));
	EQ(kernel.cmd.type, DRM_TRN4_TYPE_U128);
	EQ(kernel.cmd.src, 7);
	EQ(kernel.cmd.src_offset, 32);
	EQ(kernel.cmd.atomic.operand[1], 2);
	EQ(kernel.cmd.atomic.compare[1], 4);

	/* The old word has no place where nobody asks for it. */
	trn4_batch_reset(batch);
	atomic.no_fetch = true;
	EQ(trn4_batch_atomic_full(batch, dst, &atomic), 0);
	CHECK(!trn4_batch_submit(batch) && !trn4_batch_wait(batch, 0));
	EQ(kernel.cmd.flags, 0);
	EQ(kernel.cmd.src, 0);
	EQ(kernel.cmd.src_offset, 0);

	trn4_batch_reset(batch);
	EQ(trn4_batch_fence(batch), 0);
	CHECK(!trn4_batch_submit(batch) && !trn4_batch_wait(batch, 0));
	EQ(kernel.cmd.op, DRM_TRN4_OP_FENCE);

	trn4_batch_reset(batch);
	EQ(trn4_batch_signal(batch, dst, TRN4_U64, 9), 0);
	CHECK(!trn4_batch_submit(batch) && !trn4_batch_wait(batch, 0));
	EQ(kernel.cmd.op, DRM_TRN4_OP_SIGNAL);
	EQ(kernel.cmd.dst, 6);
	EQ(kernel.cmd.dst_offset, 64);
	EQ(kernel.cmd.type, DRM_TRN4_TYPE_U64);
	EQ(kernel.cmd.signal.value, 9);
	trn4_batch_destroy(batch);

	EQ(trn4_word_size(TRN4_F16X2), 4);
	EQ(trn4_word_size(TRN4_F32X4), 16);
	EQ(trn4_word_size(99), 0);
	trn4_close(dev);
}

/* Which are of a queue, and of no use in another */
static void batches_have_no_segments(void)
{
	const struct trn4_place segment = trn4_segment_at(6, 0);
	const struct trn4_place object = { .handle = 6 };
	const struct trn4_rows row = { .length = 1, .count = 1 };
	struct trn4_atomic_full atomic = { .op = TRN4_SWAP, .word = TRN4_U128 };
	struct trn4_device *dev = open_device();
	struct trn4_batch *batch = NULL;

	CHECK(!trn4_batch_create(dev, 1, &batch));
	EQ(trn4_batch_copy(batch, segment, object, 1), -EINVAL);
	EQ(trn4_batch_copy(batch, object, segment, 1), -EINVAL);
	EQ(trn4_batch_copy_rows(batch, object, segment, &row), -EINVAL);
	EQ(trn4_batch_fill(batch, segment, 1, 0), -EINVAL);
	EQ(trn4_batch_fill_rows(batch, segment, &row, 0), -EINVAL);
	EQ(trn4_batch_signal(batch, segment, TRN4_U64, 0), -EINVAL);
	EQ(trn4_batch_atomic(batch, segment, TRN4_ADD, TRN4_U32, 1, 0),
	   -EINVAL);
	EQ(trn4_batch_atomic_full(batch, segment, &atomic), -EINVAL);
	atomic.old = segment;
	EQ(trn4_batch_atomic_full(batch, object, &atomic), -EINVAL);
	EQ(trn4_copy(dev, segment, object, 1, 0), -EINVAL);
	EQ(trn4_fill(dev, segment, 1, 0, 0), -EINVAL);
	EQ(trn4_batch_nop(batch), 0);
	trn4_batch_destroy(batch);
	EQ(kernel.handles, 0);
	trn4_close(dev);
}

static void one_shots_leave_nothing(void)
{
	struct trn4_device *dev = open_device();
	struct trn4_place place = { .handle = 6 };
	uint64_t old = 9;

	CHECK(!trn4_atomic(dev, place, TRN4_ADD, TRN4_U32, 1, 0, &old, 100));
	EQ(old, 0);
	CHECK(!trn4_copy(dev, place, place, 64, 100));
	EQ(kernel.cmd.copy.length, 64);
	EQ(kernel.cmd.copy.rows, 1);
	CHECK(!trn4_fill(dev, place, 48, 0x1234, 100));
	EQ(kernel.cmd.op, DRM_TRN4_OP_FILL);
	EQ(kernel.cmd.fill.length, 48);
	EQ(kernel.cmd.fill.rows, 1);
	EQ(kernel.cmd.fill.pattern, 0x1234);
	kernel.busy = true;
	EQ(trn4_copy(dev, place, place, 64, 100), -ETIME);
	kernel.fail = DRM_IOCTL_TRN4_SUBMIT;
	kernel.error = EINVAL;
	EQ(trn4_copy(dev, place, place, 64, 100), -EINVAL);
	EQ(kernel.handles, 0);
	trn4_close(dev);
}

static void tokens_are_checked(void)
{
	static const char good[] = "00112233445566778899aAbBcCdDeEfF";
	struct trn4_token token, before;
	char text[64];

	CHECK(!trn4_token_parse(good, &token));
	EQ(token.bytes[0], 0);
	EQ(token.bytes[15], 0xff);
	trn4_token_format(&token, text);
	CHECK(!strcasecmp(text, good));
	before = token;
	snprintf(text, sizeof(text), "%s0", good);
	EQ(trn4_token_parse(text, &token), -EINVAL);
	text[31] = '\0';
	EQ(trn4_token_parse(text, &token), -EINVAL);
	snprintf(text, sizeof(text), "g%s", good + 1);
	EQ(trn4_token_parse(text, &token), -EINVAL);
	EQ(trn4_token_parse("", &token), -EINVAL);
	CHECK(!memcmp(&before, &token, sizeof(token)));
}

static void errors_have_words(void)
{
	int call, error;

	for (call = -1; call <= TRN4_CALL_SYNC + 1; call++) {
		for (error = -200; error <= 1; error++)
			CHECK(*trn4_explain(call, error));
	}
	CHECK(strstr(trn4_explain(TRN4_CALL_WINDOW, -EHOSTUNREACH), "route"));
	CHECK(strstr(trn4_explain(TRN4_CALL_WINDOW, -EPERM), "partition"));
	CHECK(strstr(trn4_explain(TRN4_CALL_RESULT, -EKEYREVOKED), "revoked"));
	CHECK(strstr(trn4_explain(TRN4_CALL_SUBMIT, -ENODEV), "gone"));
	CHECK(strstr(trn4_explain(TRN4_CALL_OPEN, -EBUSY), "being reset"));
	CHECK(strstr(trn4_explain(TRN4_CALL_OPEN, -EIO), "come back"));
	CHECK(strstr(trn4_explain(TRN4_CALL_BUFFER, -EBUSY), "being reset"));
	CHECK(strstr(trn4_explain(TRN4_CALL_SUBMIT, -EBUSY), "being reset"));
	CHECK(strstr(trn4_explain(TRN4_CALL_GRANT, -EIO), "come back"));
	CHECK(strstr(trn4_explain(TRN4_CALL_RESULT, -EIO), "memory"));
	CHECK(strstr(trn4_explain(TRN4_CALL_SUBMIT, -EINVAL), "operations"));
	CHECK(strstr(trn4_explain(TRN4_CALL_RESULT, -EOPNOTSUPP),
		     "operations"));
	CHECK(strstr(trn4_explain(TRN4_CALL_MAP, -EPERM), "permitted"));
	CHECK(strstr(trn4_explain(TRN4_CALL_BUFFER, -EFAULT), "readonly"));
	CHECK(strstr(trn4_explain(TRN4_CALL_BUFFER, -EOPNOTSUPP), "export"));
	CHECK(strstr(trn4_explain(TRN4_CALL_BUFFER, -ENOENT), "export"));
	CHECK(strstr(trn4_explain(TRN4_CALL_IMPORT, -ENOLINK), "link"));
	CHECK(strstr(trn4_explain(TRN4_CALL_IMPORT, -EKEYREVOKED), "owner"));
	CHECK(strstr(trn4_explain(TRN4_CALL_IMPORT, -EINVAL), "dma-buf"));
	CHECK(strstr(trn4_explain(TRN4_CALL_SYNC, -EINVAL), "eventfd"));
	for (error = -40; error < 12; error++)
		CHECK(*trn4_window_state_text(error));
}

static const struct tap_test tests[] = {
	TAP_TEST(devices_are_told_apart),
	TAP_TEST(devices_say_what_they_are),
	TAP_TEST(names_are_checked),
	TAP_TEST(interrupted_calls_are_taken_up),
	TAP_TEST(buffers_lie_where_asked),
	TAP_TEST(memory_of_ones_own),
	TAP_TEST(dma_bufs_are_what_they_are),
	TAP_TEST(grants_reach_to_the_end),
	TAP_TEST(windows_know_their_size),
	TAP_TEST(batches_have_a_life),
	TAP_TEST(syncobjs_go_by_handle),
	TAP_TEST(commands_in_full),
	TAP_TEST(batches_have_no_segments),
	TAP_TEST(one_shots_leave_nothing),
	TAP_TEST(tokens_are_checked),
	TAP_TEST(errors_have_words),
};

TAP_MAIN(tests)
