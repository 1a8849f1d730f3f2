// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_queue.c - tests of libtrn4's user queues: what goes into the rings, in
 * which order, and what comes out of them.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "array.h"
#include "kernel_rig.h"
#include "tap.h"

/* ---- Its life ---- */

static void queues_are_made_and_destroyed(void)
{
	struct trn4_device *dev = open_device();
	struct trn4_queue *queue = NULL, *untouched = (void *)&kernel;

	CHECK(!trn4_queue_create(dev, ENTRIES, 17, &queue));
	EQ(kernel.queue.entries, ENTRIES);
	EQ(kernel.queue.eventfd, 17);
	EQ(kernel.queue.flags, 0);
	EQ(trn4_queue_handle(queue), QUEUE);
	EQ(trn4_queue_state(queue), TRN4_QUEUE_STATE_RUNNING);
	kernel.state = DRM_TRN4_QUEUE_LOST;
	EQ(trn4_queue_state(queue), TRN4_QUEUE_STATE_LOST);
	trn4_queue_destroy(queue);
	trn4_queue_destroy(NULL);
	EQ(kernel.handles, 0);

	/* The kernel does not know it any more: the handle is closed. */
	CHECK(!trn4_queue_create(dev, ENTRIES, -1, &queue));
	kernel.fail = DRM_IOCTL_TRN4_QUEUE_DESTROY;
	kernel.error = ENODEV;
	trn4_queue_destroy(queue);
	EQ(kernel.handles, 0);

	queue = untouched;
	kernel.fail = DRM_IOCTL_TRN4_QUEUE_CREATE;
	kernel.error = ENOSPC;
	EQ(trn4_queue_create(dev, ENTRIES, -1, &queue), -ENOSPC);
	kernel.fail = DRM_IOCTL_TRN4_MMAP_OFFSET;
	EQ(trn4_queue_create(dev, ENTRIES, -1, &queue), -ENOSPC);
	kernel.fail = 0;
	kernel.no_map = true;
	EQ(trn4_queue_create(dev, ENTRIES, -1, &queue), -ENOMEM);
	CHECK(queue == untouched);
	EQ(kernel.handles, 0);
	trn4_close(dev);
}

static void segments_are_set(void)
{
	struct trn4_device *dev, *other = open_device();
	struct trn4_token token = {};
	struct trn4_queue *queue = open_queue(&dev, -1);
	struct trn4_buffer *buf = NULL, *others = NULL;
	struct trn4_window *win = NULL;
	int calls;

	CHECK(!trn4_buffer_create(dev, 1, TRN4_BUFFER_HBM, &buf));
	CHECK(!trn4_window_create(dev, &token, 0, 0, TRN4_RIGHT_READ, &win));
	CHECK(!trn4_segment_buffer(queue, 3, buf, 8192, 100, TRN4_RIGHT_READ));
	EQ(kernel.segment.handle, QUEUE);
	EQ(kernel.segment.number, 3);
	EQ(kernel.segment.object, BUFFER);
	EQ(kernel.segment.rights, DRM_TRN4_RIGHT_READ);
	EQ(kernel.segment.offset, 8192);
	EQ(kernel.segment.size, 100);
	EQ(kernel.segment.flags, 0);
	CHECK(!trn4_segment_window(queue, 4, win, 4096, 0, TRN4_RIGHTS_ALL));
	EQ(kernel.segment.object, WINDOW);
	EQ(kernel.segment.rights, TRN4_RIGHTS_ALL);
	EQ(kernel.segment.size, 4 * MIB - 4096);
	CHECK(!trn4_segment_clear(queue, 4));
	EQ(kernel.segment.number, 4);
	EQ(kernel.segment.object, 0);
	EQ(kernel.segment.rights, 0);
	EQ(kernel.segment.offset, 0);
	EQ(kernel.segment.size, 0);

	/* What the kernel could not know to be wrong */
	CHECK(!trn4_buffer_create(other, 1, TRN4_BUFFER_HBM, &others));
	calls = kernel.calls;
	EQ(trn4_segment_buffer(queue, 3, buf, 2 * MIB, 0, TRN4_RIGHT_READ),
	   -EINVAL);
	EQ(trn4_segment_window(queue, 3, win, 4 * MIB, 0, TRN4_RIGHT_READ),
	   -EINVAL);
	EQ(trn4_segment_buffer(queue, 3, others, 0, 0, TRN4_RIGHT_READ),
	   -ENOENT);
	EQ(kernel.calls, calls);
	kernel.fail = DRM_IOCTL_TRN4_SEGMENT_SET;
	kernel.error = EACCES;
	EQ(trn4_segment_buffer(queue, 3, buf, 0, 0, TRN4_RIGHTS_ALL), -EACCES);
	EQ(trn4_segment_window(queue, 3, win, 0, 0, TRN4_RIGHTS_ALL), -EACCES);
	EQ(trn4_segment_clear(queue, 3), -EACCES);
	kernel.fail = 0;

	trn4_window_destroy(win);
	trn4_buffer_destroy(buf);
	trn4_buffer_destroy(others);
	trn4_close(other);
	close_queue(dev, queue);
}

/* ---- What goes in ---- */

/* The last one that was put is this, to the last bit. */
static void was_put(int id, struct trn4_desc want)
{
	const struct trn4_desc *got;

	if (!CHECK(id >= 0 && id < ENTRIES))
		return;
	got = &kernel.map->sq[id];
	want.id = id;
	if (!CHECK(!memcmp(got, &want, sizeof(want))))
		printf("# opcode %u\n", want.opcode);
}

static void descriptors_in_full(void)
{
	struct trn4_place dst = trn4_segment_at(7, 64);
	struct trn4_place src = trn4_segment_at(127, 32);
	const struct trn4_rows rows = {
		.length = 10,
		.count = 20,
		.dst_pitch = 30,
		.src_pitch = 40,
	};
	const struct trn4_rows filled = {
		.length = 1,
		.count = 2,
		.dst_pitch = 3,
	};
	struct trn4_atomic_full atomic = {
		.op = TRN4_COMPARE_SWAP,
		.word = TRN4_U128,
		.operand = { 1, 2 },
		.compare = { 3, 4 },
		.old = src,
	};
	struct trn4_desc want;
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, -1);

	was_put(trn4_queue_nop(q),
		(struct trn4_desc) { .opcode = TRN4_OP_NOP });
	was_put(trn4_queue_fence(q),
		(struct trn4_desc) { .opcode = TRN4_OP_FENCE });

	want = (struct trn4_desc) {
		.opcode = TRN4_OP_COPY,
		.src_space = TRN4_SPACE_SEGMENT,
		.dst_space = TRN4_SPACE_SEGMENT,
		.src_slot = 127,
		.dst_slot = 7,
		.src = 32,
		.dst = 64,
		.copy = { .length = 5, .rows = 1 },
	};
	was_put(trn4_queue_copy(q, dst, src, 5), want);
	want.copy.length = 10;
	want.copy.rows = 20;
	want.copy.dst_pitch = 30;
	want.copy.src_pitch = 40;
	was_put(trn4_queue_copy_rows(q, dst, src, &rows), want);

	want = (struct trn4_desc) {
		.opcode = TRN4_OP_FILL,
		.dst_space = TRN4_SPACE_SEGMENT,
		.dst_slot = 7,
		.dst = 64,
		.fill = { .length = 5, .rows = 1, .pattern = ~0ull },
	};
	was_put(trn4_queue_fill(q, dst, 5, ~0ull), want);
	want.fill.length = 1;
	want.fill.rows = 2;
	want.fill.pitch = 3;
	was_put(trn4_queue_fill_rows(q, dst, &filled, ~0ull), want);

	want = (struct trn4_desc) {
		.opcode = TRN4_OP_ATOMIC,
		.flags = TRN4_DESC_FETCH,
		.src_space = TRN4_SPACE_SEGMENT,
		.dst_space = TRN4_SPACE_SEGMENT,
		.src_slot = 127,
		.dst_slot = 7,
		.kind = TRN4_ATOMIC_CAS,
		.type = TRN4_TYPE_U128,
		.src = 32,
		.dst = 64,
		.atomic = { .operand = { 1, 2 }, .compare = { 3, 4 } },
	};
	was_put(trn4_queue_atomic_full(q, dst, &atomic), want);
	/* The old word has no place where nobody asks for it. */
	atomic.no_fetch = true;
	want.flags = 0;
	want.src_space = 0;
	want.src_slot = 0;
	want.src = 0;
	was_put(trn4_queue_atomic_full(q, dst, &atomic), want);
	want = (struct trn4_desc) {
		.opcode = TRN4_OP_ATOMIC,
		.flags = TRN4_DESC_FETCH,
		.dst_space = TRN4_SPACE_SEGMENT,
		.dst_slot = 7,
		.kind = TRN4_ATOMIC_XOR,
		.type = TRN4_TYPE_S64,
		.dst = 64,
		.atomic = { .operand = { 8 } },
	};
	was_put(trn4_queue_atomic(q, dst, TRN4_XOR, TRN4_S64, 8, 0), want);

	want = (struct trn4_desc) {
		.opcode = TRN4_OP_SEMAPHORE,
		.dst_space = TRN4_SPACE_SEGMENT,
		.dst_slot = 7,
		.kind = TRN4_SEMAPHORE_SIGNAL,
		.type = TRN4_TYPE_U32,
		.dst = 64,
		.semaphore = { .value = 9 },
	};
	was_put(trn4_queue_signal(q, dst, TRN4_U32, 9), want);
	want.kind = TRN4_SEMAPHORE_GE;
	want.type = TRN4_TYPE_U64;
	was_put(trn4_queue_await(q, dst, TRN4_UNTIL_REACHED, TRN4_U64, 9,
				 TRN4_NO_TIMEOUT),
		want);
	want.kind = TRN4_SEMAPHORE_ANY;
	want.semaphore.timeout = 2;
	was_put(trn4_queue_await(q, dst, TRN4_UNTIL_ANY_BIT, TRN4_U64, 9, 2999),
		want);
	/* Zero would be for ever */
	want.semaphore.timeout = 1;
	was_put(trn4_queue_await(q, dst, TRN4_UNTIL_ANY_BIT, TRN4_U64, 9, 0),
		want);
	close_queue(dev, q);
}

/* Of all that names one place after another */
static void places_are_checked(void)
{
	const struct trn4_place good = trn4_segment_at(0, 0);
	const struct trn4_place bad[] = {
		{ .handle = 5 }, /* an object's */
		{},
		trn4_segment_at(TRN4_QUEUE_SEGMENTS, 0),
		trn4_segment_at(1 << 16, 0),
		{ .kind = 2 },
	};
	const struct trn4_rows row = { .length = 1, .count = 1 };
	struct trn4_atomic_full atomic = { .op = TRN4_SWAP, .word = TRN4_U128 };
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, -1);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EQ(trn4_queue_copy(q, bad[i], good, 1), -EINVAL);
		EQ(trn4_queue_copy(q, good, bad[i], 1), -EINVAL);
		EQ(trn4_queue_copy_rows(q, bad[i], good, &row), -EINVAL);
		EQ(trn4_queue_copy_rows(q, good, bad[i], &row), -EINVAL);
		EQ(trn4_queue_fill(q, bad[i], 1, 0), -EINVAL);
		EQ(trn4_queue_fill_rows(q, bad[i], &row, 0), -EINVAL);
		EQ(trn4_queue_atomic(q, bad[i], TRN4_ADD, TRN4_U32, 1, 0),
		   -EINVAL);
		atomic.old = good;
		EQ(trn4_queue_atomic_full(q, bad[i], &atomic), -EINVAL);
		atomic.old = bad[i];
		EQ(trn4_queue_atomic_full(q, good, &atomic), -EINVAL);
		EQ(trn4_queue_signal(q, bad[i], TRN4_U32, 1), -EINVAL);
		EQ(trn4_queue_await(q, bad[i], TRN4_UNTIL_EQUAL, TRN4_U32, 1,
				    0),
		   -EINVAL);
	}
	EQ(trn4_queue_outstanding(q), 0);
	close_queue(dev, q);
}

static void numbers_are_checked(void)
{
	const struct trn4_place at = trn4_segment_at(0, 0);
	const struct trn4_rows row = { .length = 1,
				       .count = 1,
				       .src_pitch = 1 };
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, -1);

	EQ(trn4_queue_fill_rows(q, at, &row, 0), -EINVAL);
	EQ(trn4_queue_atomic(q, at, TRN4_XOR + 1, TRN4_U32, 1, 0), -EINVAL);
	EQ(trn4_queue_atomic(q, at, 256, TRN4_U32, 1, 0), -EINVAL);
	EQ(trn4_queue_atomic(q, at, -1, TRN4_U32, 1, 0), -EINVAL);
	EQ(trn4_queue_atomic(q, at, TRN4_ADD, TRN4_F32X4 + 1, 1, 0), -EINVAL);
	EQ(trn4_queue_atomic(q, at, TRN4_ADD, 256, 1, 0), -EINVAL);
	EQ(trn4_queue_signal(q, at, TRN4_U128, 1), -EINVAL);
	EQ(trn4_queue_signal(q, at, TRN4_S32, 1), -EINVAL);
	EQ(trn4_queue_await(q, at, TRN4_UNTIL_EQUAL, TRN4_F32, 1, 0), -EINVAL);
	EQ(trn4_queue_await(q, at, 0, TRN4_U32, 1, 0), -EINVAL);
	EQ(trn4_queue_await(q, at, TRN4_UNTIL_ANY_BIT + 1, TRN4_U32, 1, 0),
	   -EINVAL);
	EQ(trn4_queue_outstanding(q), 0);
	close_queue(dev, q);
}

static void full_until_a_result_is_taken(void)
{
	struct trn4_result result;
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, -1);
	int i, calls = kernel.calls;

	for (i = 0; i < ENTRIES - 1; i++)
		EQ(trn4_queue_nop(q), i);
	EQ(trn4_queue_nop(q), -EAGAIN);
	EQ(trn4_queue_outstanding(q), ENTRIES - 1);
	trn4_queue_ring(q);
	EQ(kernel.map->doorbells[TRN4_DOORBELL_SQ_TAIL / 4], ENTRIES - 1);
	EQ(trn4_queue_nop(q), -EAGAIN);
	CHECK(!trn4_queue_poll(q, &result));
	CHECK(complete(TRN4_STATUS_OK, 0));
	/* The device has gone on; the process has not seen it yet. */
	EQ(trn4_queue_nop(q), -EAGAIN);
	CHECK(trn4_queue_poll(q, &result));
	EQ(trn4_queue_outstanding(q), ENTRIES - 2);
	EQ(trn4_queue_nop(q), ENTRIES - 1);
	EQ(trn4_queue_nop(q), -EAGAIN);
	trn4_queue_ring(q);
	EQ(kernel.map->doorbells[TRN4_DOORBELL_SQ_TAIL / 4], 0);
	/* All of that without the kernel */
	EQ(kernel.calls, calls);
	close_queue(dev, q);
}

/* ---- In which order ---- */

static struct trn4_desc seen; /* in the ring, when the doorbell was rung */
static uintptr_t touched;     /* first of the records */
static int rings;

static void on_segv(int signal, siginfo_t *info, void *context)
{
	char *at = info->si_addr;

	(void)context;
	if (signal != SIGSEGV || !kernel.map)
		_exit(1);
	if (at < (char *)kernel.map->cq) {
		rings++;
		seen = kernel.map->sq[0];
		mprotect(kernel.map->doorbells, PAGE, PROT_READ | PROT_WRITE);
	} else {
		touched = (uintptr_t)at;
		mprotect(kernel.map->cq, PAGE, PROT_READ | PROT_WRITE);
	}
}

static void descriptors_before_the_doorbell(void)
{
	struct sigaction action = {
		.sa_sigaction = on_segv,
		.sa_flags = SA_SIGINFO,
	}, before;
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, -1);

	sigaction(SIGSEGV, &action, &before);
	rings = 0;
	mprotect(kernel.map->doorbells, PAGE, PROT_NONE);
	trn4_queue_fill(q, trn4_segment_at(3, 8), 16, 0x55);
	EQ(rings, 0);
	trn4_queue_ring(q);
	EQ(rings, 1);
	EQ(seen.opcode, TRN4_OP_FILL);
	EQ(seen.fill.pattern, 0x55);
	EQ(seen.dst_slot, 3);
	EQ(kernel.map->doorbells[TRN4_DOORBELL_SQ_TAIL / 4], 1);
	/* With nothing new it is left alone. */
	mprotect(kernel.map->doorbells, PAGE, PROT_NONE);
	trn4_queue_ring(q);
	EQ(rings, 1);
	sigaction(SIGSEGV, &before, NULL);
	mprotect(kernel.map->doorbells, PAGE, PROT_READ | PROT_WRITE);
	close_queue(dev, q);
}

static void phase_before_the_record(void)
{
	struct sigaction action = {
		.sa_sigaction = on_segv,
		.sa_flags = SA_SIGINFO,
	}, before;
	struct trn4_result result;
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, -1);

	trn4_queue_nop(q);
	trn4_queue_ring(q);
	CHECK(complete(TRN4_STATUS_OK, 4));
	touched = 0;
	sigaction(SIGSEGV, &action, &before);
	mprotect(kernel.map->cq, PAGE, PROT_NONE);
	CHECK(trn4_queue_poll(q, &result));
	EQ(touched, (uintptr_t)&kernel.map->cq[0].phase);
	EQ(result.value, 4);
	sigaction(SIGSEGV, &before, NULL);
	close_queue(dev, q);
}

/* ---- What comes out ---- */

static void many_times_around(void)
{
	uint64_t sent = 0, done = 0, taken = 0;
	struct trn4_result result;
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, -1);
	int calls = kernel.calls;

	/* In bursts of all lengths, and with the ring as full as it gets */
	while (taken < 5000) {
		uint64_t burst = sent % 61 + 3, before = taken;

		while (burst-- && trn4_queue_nop(q) >= 0)
			sent++;
		trn4_queue_ring(q);
		while (complete(TRN4_STATUS_OK, done))
			done++;
		CHECK(done - taken >= ENTRIES / 2 || done == sent);
		while (trn4_queue_poll(q, &result)) {
			EQ(result.value, taken);
			EQ(result.id, taken % ENTRIES);
			taken++;
		}
		EQ(taken, done);
		if (!CHECK(taken != before))
			break;
	}
	EQ(kernel.calls, calls);
	close_queue(dev, q);
}

static void records_are_given_back(void)
{
	struct trn4_result result;
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, -1);
	int i;

	for (i = 0; i < ENTRIES - 1; i++)
		trn4_queue_nop(q);
	trn4_queue_ring(q);
	for (i = 1; i < ENTRIES; i++) {
		CHECK(complete(TRN4_STATUS_OK, 0));
		CHECK(trn4_queue_poll(q, &result));
		EQ(kernel.map->doorbells[TRN4_DOORBELL_CQ_HEAD / 4],
		   i < ENTRIES / 2 ? 0 : ENTRIES / 2);
	}
	CHECK(!trn4_queue_poll(q, &result));
	EQ(kernel.map->doorbells[TRN4_DOORBELL_CQ_HEAD / 4], ENTRIES / 2);
	close_queue(dev, q);
}

/* Who is going to sleep on an eventfd finds none first. */
static void records_are_given_back_before_a_sleep(void)
{
	struct trn4_result result;
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, 17);

	trn4_queue_nop(q);
	trn4_queue_ring(q);
	CHECK(complete(TRN4_STATUS_OK, 0));
	CHECK(trn4_queue_poll(q, &result));
	EQ(kernel.map->doorbells[TRN4_DOORBELL_CQ_HEAD / 4], 0);
	CHECK(!trn4_queue_poll(q, &result));
	EQ(kernel.map->doorbells[TRN4_DOORBELL_CQ_HEAD / 4], 1);
	close_queue(dev, q);
}

static void results_say_how_it_ended(void)
{
	static const struct {
		unsigned int status;
		int error;
	} ends[] = {
		{ TRN4_STATUS_OK, 0 },
		{ TRN4_STATUS_BAD_OPCODE, -EOPNOTSUPP },
		{ TRN4_STATUS_BAD_FIELD, -EINVAL },
		{ TRN4_STATUS_BAD_ALIGN, -EINVAL },
		{ TRN4_STATUS_BAD_RANGE, -ERANGE },
		{ TRN4_STATUS_NO_WINDOW, -EKEYREVOKED },
		{ TRN4_STATUS_NO_RIGHT, -EACCES },
		{ TRN4_STATUS_BUS, -EIO },
		{ TRN4_STATUS_REVOKED, -EKEYREVOKED },
		{ TRN4_STATUS_NO_SEGMENT, -ENOENT },
		{ TRN4_STATUS_TIMEOUT, -ETIME },
		/* Of a device that is newer than this */
		{ TRN4_STATUS_TIMEOUT + 1, -EIO },
		{ 0xffff, -EIO },
	};
	struct trn4_result result;
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, -1);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		EQ(trn4_queue_nop(q), i);
		trn4_queue_ring(q);
		CHECK(complete(ends[i].status, i + 100));
		memset(&result, 0xff, sizeof(result));
		CHECK(trn4_queue_poll(q, &result));
		EQ(result.error, ends[i].error);
		EQ(result.id, i);
		EQ(result.value, i + 100);
		EQ(result.start, 10 * (i + 100));
		EQ(result.end, 10 * (i + 100) + 3);
		if (ends[i].error)
			CHECK(strcmp(trn4_explain(TRN4_CALL_RESULT,
						  ends[i].error),
				     strerror(-ends[i].error)));
	}
	close_queue(dev, q);
}

static void states_have_words(void)
{
	int state;

	for (state = -40; state < 8; state++)
		CHECK(*trn4_queue_state_text(state));
	CHECK(strstr(trn4_queue_state_text(TRN4_QUEUE_STATE_LOST), "reset"));
	CHECK(strstr(trn4_queue_state_text(-ENODEV), "gone"));
	CHECK(strstr(trn4_explain(TRN4_CALL_QUEUE, -EAGAIN), "full"));
	CHECK(strstr(trn4_explain(TRN4_CALL_QUEUE, -EBUSY), "reset"));
	CHECK(strstr(trn4_explain(TRN4_CALL_SEGMENT, -EACCES), "right"));
}

static const struct tap_test tests[] = {
	TAP_TEST(queues_are_made_and_destroyed),
	TAP_TEST(segments_are_set),
	TAP_TEST(descriptors_in_full),
	TAP_TEST(places_are_checked),
	TAP_TEST(numbers_are_checked),
	TAP_TEST(full_until_a_result_is_taken),
	TAP_TEST(descriptors_before_the_doorbell),
	TAP_TEST(phase_before_the_record),
	TAP_TEST(many_times_around),
	TAP_TEST(records_are_given_back),
	TAP_TEST(records_are_given_back_before_a_sleep),
	TAP_TEST(results_say_how_it_ended),
	TAP_TEST(states_have_words),
};

TAP_MAIN(tests)
