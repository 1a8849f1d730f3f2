// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pace_test.c - operations that take as long as the fabric would: devices with
 * pace=on, and rates so low that it is the better part of a second.
 *
 * No time is too long here, and none may be too short: what a record tells in
 * model time has gone by in the guest's, too.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "bench.h"
#include "cmdline.h"
#include "job_timeout.h"
#include "pci.h"
#include "rig.h"
#include "uqueue.h"
#include "word.h"

#define SIZE   (4 * MIB)
#define WINDOW (4 * MIB)
#define LARGE  (10 * MIB)
#define SMALL  4096u
#define PART   (SEC / 5) /* what takes less is no test: rates are too high */

/*
 * What is held for seconds: all of a large buffer but a page moves down by that.
 * It is one descriptor, of a submit as well, and in place at once: then it is
 * held.
 */
#define LONG    (LARGE - PAGE)
#define TIMEOUT 500 /* ms; the driver looks twice */

/* Memory, by the numbers of segments */
enum { OWN, PEER, HOST, PLACES };

FIXTURE(pace)
{
	struct rig rig;
	const char *device;
	int fd;
	struct bo own, host, results;
	struct bo theirs;     /* of the second */
	__u32 handle[PLACES]; /* as the first has them */
	void *map[PLACES];
};

static int pace_begin(struct rig *rig)
{
	/* Whoever has made such devices says so to the guest. */
	return cmdline_has("guest.pace=1") ? rig_begin(rig, 2) : -EOPNOTSUPP;
}

#define PACE_NEEDS "needs devices that keep pace: vm/check pace"

FIXTURE_SETUP(pace)
{
	struct grant grant;
	int ret = pace_begin(&self->rig);

	if (ret == -EOPNOTSUPP)
		SKIP(return, PACE_NEEDS);
	if (ret == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, ret);
	self->device = self->rig.accels[0].device;
	self->fd = self->rig.fd[0];
	ASSERT_EQ(0, bo_make(self->fd, LARGE, 0, &self->own));
	ASSERT_EQ(0, bo_make(self->fd, SIZE, DRM_TRN4_BO_HOST, &self->host));
	ASSERT_EQ(0,
		  bo_make(self->fd, SMALL, DRM_TRN4_BO_HOST, &self->results));
	ASSERT_EQ(0, bo_make(self->rig.fd[1], WINDOW, 0, &self->theirs));
	ASSERT_EQ(0, grant_make(self->rig.fd[1], self->theirs.handle, RIGHT_ALL,
				0, WINDOW, &grant));
	self->handle[OWN] = self->own.handle;
	self->handle[HOST] = self->host.handle;
	ASSERT_EQ(0, window_map(self->fd, &grant, 0, 0, RIGHT_ALL,
				&self->handle[PEER]));
	self->map[OWN] = self->own.map;
	self->map[PEER] = self->theirs.map;
	self->map[HOST] = self->host.map;
}

FIXTURE_TEARDOWN(pace)
{
	if (self->fd)
		rig_end(&self->rig);
}

/* A queue of the first that has all places as segments */
static int queue_make(int fd, const __u32 *handle, struct uqueue *q)
{
	static const __u64 sizes[] = { LARGE, WINDOW, SIZE };
	int i, ret = uqueue_make(fd, 64, -1, q);

	for (i = 0; i < PLACES && !ret; i++)
		ret = segment_set(fd, q->handle, i, handle[i], RIGHT_RW, 0,
				  sizes[i]);
	return ret;
}

/*
 * What began after @begin, in the guest's time, has ended by now. Clocks are
 * read and converted: a thousandth may be lost with that.
 */
static void expect_took(struct __test_metadata *_metadata, const char *what,
			__u64 begin, __u64 from, __u64 to)
{
	__u64 wall = bench_now() - begin, model = to - from;

	EXPECT_LE(PART, model)
	{
		TH_LOG("%s", what);
	}
	EXPECT_LE(model - model / 1000, wall)
	{
		TH_LOG("%s", what);
	}
}

/* Copies of different ways, each by other resources */
static const struct {
	const char *name;
	int dst, src;
	__u64 dst_offset, length;
} ways[] = {
	{ "within HBM", OWN, OWN, LARGE / 2, SIZE },
	{ "to a peer", PEER, OWN, 0, WINDOW },
	{ "from a peer", OWN, PEER, LARGE / 2, WINDOW },
	{ "to host memory", HOST, OWN, 0, SIZE },
	{ "from host memory", OWN, HOST, LARGE / 2, SIZE },
};

TEST_F(pace, a_submit_takes_its_time)
{
	const struct drm_trn4_result *result = self->results.map;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		struct drm_trn4_cmd cmd =
			cmd_copy(self->handle[ways[i].dst], ways[i].dst_offset,
				 self->handle[ways[i].src], 0, ways[i].length);
		__u64 begin;

		fill_pattern(self->map[ways[i].src], ways[i].length, i + 1);
		begin = bench_now();
		ASSERT_EQ(0,
			  submit_wait(self->fd, &cmd, 1, self->results.handle));
		expect_took(_metadata, ways[i].name, begin, result->start,
			    result->end);
		EXPECT_EQ(0, result->error);
		EXPECT_EQ(ways[i].length, result->value);
		EXPECT_EQ(0, check_pattern(self->map[ways[i].dst] +
						   ways[i].dst_offset,
					   ways[i].length, i + 1));
	}
}

TEST_F(pace, a_user_queue_takes_its_time)
{
	struct trn4_cqe cqe;
	struct uqueue q;
	unsigned int i;

	ASSERT_EQ(0, queue_make(self->fd, self->handle, &q));
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		struct trn4_desc d =
			uqueue_copy(ways[i].dst, ways[i].dst_offset,
				    ways[i].src, 0, ways[i].length);
		__u64 begin;

		fill_pattern(self->map[ways[i].src], ways[i].length, i + 1);
		begin = bench_now();
		ASSERT_EQ(0, uqueue_do(&q, &d, &cqe));
		expect_took(_metadata, ways[i].name, begin, cqe.start, cqe.end);
		EXPECT_EQ(TRN4_STATUS_OK, cqe.status);
		EXPECT_EQ(ways[i].length, cqe.value);
		EXPECT_EQ(0, check_pattern(self->map[ways[i].dst] +
						   ways[i].dst_offset,
					   ways[i].length, i + 1));
	}
}

/* ---- What is held ---- */

/* The last of what is held for long is in place, before its time has come */
static int long_in_place(const struct bo *own, __u64 value)
{
	__u64 begin = bench_now();

	while (word_get(own->map, LONG / 8 - 1) != value)
		if (bench_now() - begin > 20 * SEC)
			return -ETIME;
	return 0;
}

/*
 * "All other queues go on meanwhile": what asks for nothing that the held one
 * has asked for ends long before. What does is later than that by its own time.
 */
TEST_F(pace, others_go_on)
{
	const struct trn4_desc held = uqueue_copy(OWN, 0, OWN, PAGE, LONG);
	const struct trn4_desc nop = { .opcode = TRN4_OP_NOP };
	const struct trn4_desc small[] = {
		nop,
		uqueue_fill(HOST, 0, SMALL, 1),
		uqueue_copy(HOST, 0, HOST, SMALL, SMALL),
		uqueue_semaphore(TRN4_SEMAPHORE_SIGNAL, HOST, 0, 2, 0),
		uqueue_semaphore(TRN4_SEMAPHORE_GE, HOST, 0, 2, 0),
	};
	const struct drm_trn4_cmd cmd = { .op = DRM_TRN4_OP_NOP };
	const struct trn4_desc same = uqueue_fill(OWN, 0, SMALL, 3);
	struct uqueue first, other;
	struct trn4_cqe cqe, end;
	unsigned int i;
	__u64 begin;

	ASSERT_EQ(0, queue_make(self->fd, self->handle, &first));
	ASSERT_EQ(0, queue_make(self->fd, self->handle, &other));
	word_set(self->own.map, LARGE / 8 - 1, 5);
	begin = bench_now();
	uqueue_push(&first, &held);
	uqueue_ring(&first);
	ASSERT_EQ(0, long_in_place(&self->own, 5));
	for (i = 0; i < ARRAY_SIZE(small); i++) {
		ASSERT_EQ(0, uqueue_do(&other, &small[i], &cqe));
		EXPECT_EQ(TRN4_STATUS_OK, cqe.status);
		EXPECT_FALSE(uqueue_take(&first, &end))
		{
			TH_LOG("operation %u ends no earlier", i);
		}
	}
	EXPECT_EQ(0, submit_wait(self->fd, &cmd, 1, 0));
	EXPECT_EQ(0, submit_wait(self->rig.fd[1], &cmd, 1, 0));
	EXPECT_FALSE(uqueue_take(&first, &end));
	/* The HBM is busy */
	uqueue_push(&other, &same);
	uqueue_ring(&other);
	ASSERT_EQ(0, uqueue_wait(&first, &end));
	EXPECT_EQ(TRN4_STATUS_OK, end.status);
	expect_took(_metadata, "held", begin, end.start, end.end);
	ASSERT_EQ(0, uqueue_wait(&other, &cqe));
	EXPECT_EQ(TRN4_STATUS_OK, cqe.status);
	EXPECT_TRUE(cqe.start < end.end && end.end < cqe.end);
	expect_took(_metadata, "behind it", begin, end.start, cqe.end);
}

/*
 * A command begins when the one before it has ended, and a submit when that
 * before it has: in model time, and to whoever looks on.
 */
TEST_F(pace, commands_keep_their_order)
{
	const struct drm_trn4_cmd cmds[] = {
		cmd_copy(self->handle[PEER], 0, self->handle[OWN], 0, WINDOW),
		{ .op = DRM_TRN4_OP_SIGNAL,
		  .type = DRM_TRN4_TYPE_U64,
		  .dst = self->handle[HOST],
		  .signal = { .value = 7 } },
		{ .op = DRM_TRN4_OP_NOP },
		cmd_copy(self->handle[OWN], LARGE / 2, self->handle[OWN], 0,
			 SIZE),
	};
	const struct drm_trn4_result *r = self->results.map;
	const __u64 *word = self->host.map;
	__u64 begin, seen;
	unsigned int i;
	__u32 sync;

	ASSERT_EQ(0, sync_create(self->fd, &sync));
	begin = bench_now();
	ASSERT_EQ(0, submit_points(self->fd, cmds, ARRAY_SIZE(cmds),
				   self->results.handle, 0, 0, sync, 1));
	/* Its results are to be looked at still */
	ASSERT_EQ(0, submit_points(self->fd, &cmds[2], 1, 0, 0, 0, sync, 2));
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != 7)
		ASSERT_GT(20 * SEC, bench_now() - begin);
	seen = bench_now() - begin;
	EXPECT_EQ(0, sync_reached(self->fd, sync));
	while (sync_reached(self->fd, sync) < 2)
		ASSERT_GT(20 * SEC, bench_now() - begin);
	expect_took(_metadata, "all", begin, r[0].start,
		    r[ARRAY_SIZE(cmds) - 1].end);
	EXPECT_LE((r[1].end - r[0].start) / 1000 * 999, seen);
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		EXPECT_EQ(0, r[i].error);
		if (i)
			EXPECT_LE(r[i - 1].end, r[i].start);
	}
	EXPECT_LE(PART, r[0].end - r[0].start);
	EXPECT_LE(PART, r[3].end - r[3].start);
}

/* ---- The end of what is held ---- */

/* Queues what is held for a while, says so and waits to be killed */
static int held_by_a_process(struct rig *rig, int say)
{
	struct drm_trn4_cmd cmds[2];
	struct trn4_desc d = uqueue_copy(OWN, LARGE / 2, OWN, 0, SIZE);
	struct uqueue q;
	struct trn4_cqe cqe;
	struct bo bo;
	int fd, ret;
	__u32 sync;

	rig_forget(rig);
	fd = accel_open(&rig->accels[0]);
	if (fd < 0)
		return fd;
	ret = bo_make(fd, LARGE, 0, &bo);
	if (!ret)
		ret = sync_create(fd, &sync);
	if (!ret)
		ret = uqueue_make(fd, 64, -1, &q);
	if (!ret)
		ret = segment_set(fd, q.handle, OWN, bo.handle, RIGHT_RW, 0,
				  LARGE);
	cmds[0] = cmd_copy(bo.handle, LARGE / 2, bo.handle, 0, SIZE);
	cmds[1] = cmds[0];
	if (!ret)
		ret = submit(fd, cmds, ARRAY_SIZE(cmds), 0, 0, sync);
	if (ret)
		return ret;
	uqueue_push(&q, &d);
	uqueue_ring(&q);
	if (sync_wait(fd, sync, 0) != -ETIME || uqueue_take(&q, &cqe))
		return -EALREADY;
	if (write(say, "", 1) != 1)
		return -errno;
	pause();
	return -EINTR;
}

TEST_F(pace, a_killed_process_lets_go)
{
	const struct drm_trn4_result *result = self->results.map;
	struct drm_trn4_cmd cmd = cmd_copy(self->handle[OWN], LARGE / 2,
					   self->handle[OWN], 0, SIZE);
	int say[2], status;
	__u64 hbm, begin;
	pid_t child;
	char byte;

	ASSERT_EQ(0, pipe(say));
	ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_FREE, &hbm));
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(-held_by_a_process(&self->rig, say[1]));
	close(say[1]);
	EXPECT_EQ(1, read(say[0], &byte, 1));
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status))
	{
		TH_LOG("status %#x", status);
	}
	EXPECT_EQ(0, hbm_comes_back(self->fd, hbm));
	begin = bench_now();
	EXPECT_EQ(0, submit_wait(self->fd, &cmd, 1, self->results.handle));
	expect_took(_metadata, "afterwards", begin, result->start, result->end);
}

TEST_F(pace, a_reset_ends_it)
{
	const struct trn4_desc queued = uqueue_copy(PEER, 0, OWN, 0, WINDOW);
	struct drm_trn4_result *result = self->results.map;
	struct drm_trn4_cmd cmd = cmd_copy(self->handle[OWN], 0,
					   self->handle[OWN], PAGE, LONG);
	struct trn4_cqe cqe;
	struct uqueue q;
	__u64 begin;
	__u32 sync;
	int file;

	ASSERT_EQ(0, queue_make(self->fd, self->handle, &q));
	ASSERT_EQ(0, sync_create(self->fd, &sync));
	word_set(self->own.map, LARGE / 8 - 1, 5);
	ASSERT_EQ(0, submit(self->fd, &cmd, 1, self->results.handle, 0, sync));
	file = sync_export(self->fd, sync);
	ASSERT_LE(0, file);
	uqueue_push(&q, &queued);
	uqueue_ring(&q);
	ASSERT_EQ(0, long_in_place(&self->own, 5));
	ASSERT_EQ(0, sync_file_status(file));
	ASSERT_EQ(0, pci_reset(self->device));
	ASSERT_EQ(0, sync_file_wait(file, 10000));
	EXPECT_EQ(-ECANCELED, sync_file_status(file));
	EXPECT_EQ(-ECANCELED, result->error);
	close(file);
	EXPECT_EQ(DRM_TRN4_QUEUE_LOST, uqueue_state(self->fd, q.handle));
	EXPECT_FALSE(uqueue_take(&q, &cqe));

	ASSERT_EQ(0, rig_settle(&self->rig));
	cmd = cmd_copy(self->handle[OWN], LARGE / 2, self->handle[OWN], 0,
		       SIZE);
	begin = bench_now();
	EXPECT_EQ(0, submit_wait(self->fd, &cmd, 1, self->results.handle));
	EXPECT_EQ(0, result->error);
	expect_took(_metadata, "afterwards", begin, result->start, result->end);
}

/* ---- What is held for longer than the driver waits ---- */

FIXTURE(held)
{
	struct job_timeout timeout;
	struct rig rig;
	int fd;
	struct bo own, results;
	__u32 sync;
	int file;
	__u64 begin;
};

/* The first has a submit that is held, and began when @begin says */
FIXTURE_SETUP(held)
{
	struct drm_trn4_cmd cmd;
	int ret = pace_begin(&self->rig);

	if (ret == -EOPNOTSUPP)
		SKIP(return, PACE_NEEDS);
	if (ret == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, ret);
	rig_end(&self->rig);
	ASSERT_EQ(0, job_timeout_begin(&self->timeout,
				       self->rig.accels[0].device, TIMEOUT));
	ASSERT_EQ(0, rig_begin(&self->rig, 1));
	self->fd = self->rig.fd[0];
	ASSERT_EQ(0, bo_make(self->fd, LARGE, 0, &self->own));
	ASSERT_EQ(0,
		  bo_make(self->fd, SMALL, DRM_TRN4_BO_HOST, &self->results));
	word_set(self->own.map, LARGE / 8 - 1, 5);
	word_barrier();
	ASSERT_EQ(0, sync_create(self->fd, &self->sync));
	cmd = cmd_copy(self->own.handle, 0, self->own.handle, PAGE, LONG);
	self->begin = bench_now();
	ASSERT_EQ(0, submit(self->fd, &cmd, 1, self->results.handle, 0,
			    self->sync));
	self->file = sync_export(self->fd, self->sync);
	ASSERT_LE(0, self->file);
	ASSERT_EQ(0, long_in_place(&self->own, 5));
	ASSERT_EQ(0, sync_file_status(self->file));
}

FIXTURE_TEARDOWN(held)
{
	if (!self->fd)
		return;
	rig_end(&self->rig);
	EXPECT_EQ(0, job_timeout_end(&self->timeout));
}

/* "Where nothing ends for longer [...] that is a job that hangs" */
TEST_F(held, longer_than_the_driver_waits)
{
	const struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	int fd = accel_open(&self->rig.accels[0]), behind;
	__u32 sync;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, sync_create(fd, &sync));
	ASSERT_EQ(0, submit(fd, &nop, 1, 0, 0, sync));
	behind = sync_export(fd, sync);
	ASSERT_LE(0, behind);
	ASSERT_EQ(0, sync_file_wait(self->file, 20000));
	EXPECT_EQ(-ETIMEDOUT, sync_file_status(self->file));
	ASSERT_EQ(0, sync_file_wait(behind, 20000));
	EXPECT_EQ(-ECANCELED, sync_file_status(behind));
	EXPECT_LE(TIMEOUT * 1000000ull, bench_now() - self->begin);
	/* The queue was reset, the accelerator was not */
	EXPECT_EQ(0, submit_wait(self->fd, &nop, 1, 0));
	EXPECT_EQ(0, submit_wait(fd, &nop, 1, 0));
	EXPECT_EQ(5, word_get(self->own.map, LONG / 8 - 1));
}

/* Others go on: that is no hang, and it ends when its time has come */
TEST_F(held, while_others_go_on)
{
	const struct drm_trn4_result *result = self->results.map;
	const struct trn4_desc nop = { .opcode = TRN4_OP_NOP };
	struct trn4_cqe cqe;
	struct uqueue q;

	ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &q));
	while (sync_file_wait(self->file, 10) == -ETIME) {
		ASSERT_EQ(0, uqueue_do(&q, &nop, &cqe));
		ASSERT_GT(20 * SEC, bench_now() - self->begin);
	}
	EXPECT_EQ(1, sync_file_status(self->file));
	EXPECT_EQ(0, result->error);
	expect_took(_metadata, "held", self->begin, result->start, result->end);
	/* Longer than it would have waited, twice and more */
	EXPECT_LT(3 * TIMEOUT * 1000000ull, result->end - result->start);
}

TEST_HARNESS_MAIN
