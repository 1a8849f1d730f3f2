// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sync_test.c - fences of submits: in and out syncobjs, order between
 * accelerators, signals, and files closed while work is queued.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "word.h"

#define BIG        (32 * MIB)
#define LONG_COUNT 64 /* copies of BIG: some tenths of a second */

FIXTURE(sync)
{
	struct rig rig;
	int fd, other;
	struct bo a, b;
	struct bo results;
	struct drm_trn4_result *result;
	struct drm_trn4_cmd slow[LONG_COUNT]; /* a to b, again and again */
};

FIXTURE_SETUP(sync)
{
	int i;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	self->other = self->rig.fd[1];
	ASSERT_EQ(0, bo_make(self->fd, BIG, 0, &self->a));
	ASSERT_EQ(0, bo_make(self->fd, BIG, 0, &self->b));
	ASSERT_EQ(0, bo_make(self->fd, MIB, DRM_TRN4_BO_HOST, &self->results));
	self->result = self->results.map;
	for (i = 0; i < LONG_COUNT; i++)
		self->slow[i] = cmd_copy(self->b.handle, 0, self->a.handle, 0,
					 BIG);
}

FIXTURE_TEARDOWN(sync)
{
	rig_end(&self->rig);
}

TEST_F(sync, no_syncs_at_all)
{
	struct drm_trn4_cmd cmd = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8,
					     self->a.handle, 0, 1, 0);
	struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	int i;

	for (i = 0; i < 100; i++)
		ASSERT_EQ(0, submit(self->fd, &cmd, 1, 0, 0, 0));
	/* Those of one file run in their order, so that the last waits for all */
	ASSERT_EQ(0, submit_wait(self->fd, &nop, 1, 0));
	EXPECT_EQ(100, word_get(self->a.map, 0));
}

TEST_F(sync, as_many_as_may_be)
{
	struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	struct drm_trn4_sync in[DRM_TRN4_SYNCS_MAX] = {};
	struct drm_trn4_sync out[DRM_TRN4_SYNCS_MAX] = {};
	struct drm_trn4_submit arg = {
		.cmds = (uintptr_t)&nop,
		.cmd_count = 1,
		.in_syncs = (uintptr_t)in,
		.in_count = DRM_TRN4_SYNCS_MAX,
		.out_syncs = (uintptr_t)out,
		.out_count = DRM_TRN4_SYNCS_MAX,
	};
	int i;

	for (i = 0; i < DRM_TRN4_SYNCS_MAX; i++) {
		ASSERT_EQ(0, sync_create(self->fd, &in[i].handle));
		ASSERT_EQ(0, sync_create(self->fd, &out[i].handle));
		ASSERT_EQ(0,
			  submit(self->fd, self->slow, 1, 0, 0, in[i].handle));
	}
	ASSERT_EQ(0, accel_ioctl(self->fd, DRM_IOCTL_TRN4_SUBMIT, &arg));
	for (i = 0; i < DRM_TRN4_SYNCS_MAX; i++)
		EXPECT_EQ(0, sync_wait(self->fd, out[i].handle, 10 * SEC));
	for (i = 0; i < DRM_TRN4_SYNCS_MAX; i++)
		EXPECT_EQ(0, sync_wait(self->fd, in[i].handle, 0));
}

/* A syncobj that had its fence signalled long ago */
TEST_F(sync, in_that_is_signalled)
{
	struct drm_syncobj_create arg = {
		.flags = DRM_SYNCOBJ_CREATE_SIGNALED,
	};
	struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	__u32 out;

	ASSERT_EQ(0, accel_ioctl(self->fd, DRM_IOCTL_SYNCOBJ_CREATE, &arg));
	ASSERT_EQ(0, sync_create(self->fd, &out));
	ASSERT_EQ(0, submit(self->fd, &nop, 1, 0, arg.handle, out));
	EXPECT_EQ(0, sync_wait(self->fd, out, 5 * SEC));
}

/*
 * The other accelerator waits for this one, whose work takes long: what it
 * then reads through its window is what this one wrote last.
 */
TEST_F(sync, in_that_signals_later)
{
	struct drm_trn4_cmd last[2], nop = { .op = DRM_TRN4_OP_NOP }, fetch;
	__u32 slow, there, out, window;
	struct grant grant;
	struct bo copy;
	int pending = 0, first, ret;

	ASSERT_EQ(0, grant_make(self->fd, self->b.handle, RIGHT_R, 0, BIG,
				&grant));
	ASSERT_EQ(0, window_map(self->other, &grant, 0, 0, RIGHT_R, &window));
	ASSERT_EQ(0, bo_make(self->other, PAGE, 0, &copy));
	ASSERT_EQ(0, sync_create(self->fd, &slow));
	ASSERT_EQ(0, sync_create(self->other, &out));

	fill_pattern(self->a.map, PAGE, 4);
	ASSERT_EQ(0, submit(self->fd, self->slow, LONG_COUNT, 0, 0, 0));
	last[0] = cmd_atomic(DRM_TRN4_ATOMIC_SWAP, 8, self->b.handle, 0, 77, 0);
	last[1] = nop;
	ASSERT_EQ(0, submit(self->fd, last, 2, 0, 0, slow));
	ASSERT_EQ(0, sync_carry(self->fd, slow, self->other, &there));
	fetch = cmd_copy(copy.handle, 0, window, 0, PAGE);
	ASSERT_EQ(0, submit(self->other, &fetch, 1, 0, there, out));

	/* Whenever the second has ended, the first has */
	do {
		ret = sync_wait(self->other, out, SEC / 1000);
		first = sync_wait(self->fd, slow, 0);
		pending += first == -ETIME;
		EXPECT_TRUE(ret == -ETIME || first == 0)
		{
			TH_LOG("the second %d, the first %d", ret, first);
		}
	} while (ret == -ETIME);
	ASSERT_EQ(0, ret);
	TH_LOG("the first was seen at work %d times", pending);
	EXPECT_EQ(77, word_get(copy.map, 0));
	*(__u64 *)copy.map = *(__u64 *)self->a.map;
	EXPECT_EQ(0, check_pattern(copy.map, PAGE, 4));
}

/* The results are there when the fence signals, not later */
TEST_F(sync, results_before_the_fence)
{
	struct drm_trn4_cmd cmd = cmd_copy(self->b.handle, 0, self->a.handle, 0,
					   4096);
	__u32 sync;
	int i, ret;

	ASSERT_EQ(0, sync_create(self->fd, &sync));
	for (i = 0; i < 200; i++) {
		memset(self->result, 0xee, sizeof(*self->result));
		ASSERT_EQ(0, submit(self->fd, &cmd, 1, self->results.handle, 0,
				    sync));
		do {
			ret = sync_wait(self->fd, sync, 0);
		} while (ret == -ETIME);
		ASSERT_EQ(0, ret);
		ASSERT_EQ(4096, self->result->value);
		ASSERT_EQ(0, self->result->error);
	}
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* A wait for work that takes long ends early by a signal */
TEST_F(sync, wait_is_interrupted)
{
	struct sigaction action = { .sa_handler = on_alarm }, old;
	__u32 sync;
	timer_t timer;
	struct itimerspec soon = { .it_value.tv_nsec = 20000000 };
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGUSR1,
	};
	int i, ret;

	ASSERT_EQ(0, sigaction(SIGUSR1, &action, &old));
	ASSERT_EQ(0, timer_create(CLOCK_MONOTONIC, &event, &timer));
	ASSERT_EQ(0, sync_create(self->fd, &sync));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0,
			  submit(self->fd, self->slow, LONG_COUNT, 0, 0, sync));
	ASSERT_EQ(0, timer_settime(timer, 0, &soon, NULL));
	ret = sync_wait(self->fd, sync, 20 * SEC);
	EXPECT_TRUE(ret == -EINTR || ret == 0)
	{
		TH_LOG("returned %d", ret);
	}
	if (ret == 0)
		TH_LOG("the work had ended before the signal");
	timer_delete(timer);
	EXPECT_EQ(0, sync_wait(self->fd, sync, 25 * SEC));
}

/* Whoever submits without end can be killed, and its device is of use again */
TEST_F(sync, killed_while_submitting)
{
	struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	struct timespec nap = { .tv_nsec = 300000000 };
	int status, pipes[2];
	char ready;
	pid_t child;

	ASSERT_EQ(0, pipe(pipes));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		struct drm_trn4_cmd cmds[LONG_COUNT];
		int fd = accel_open(&self->rig.accels[0]), i;
		struct bo x, y;

		if (fd < 0 || bo_make(fd, BIG, 0, &x) ||
		    bo_make(fd, BIG, 0, &y))
			_exit(1);
		for (i = 0; i < LONG_COUNT; i++)
			cmds[i] = cmd_copy(y.handle, 0, x.handle, 0, BIG);
		if (write(pipes[1], "x", 1) != 1)
			_exit(1);
		while (!submit(fd, cmds, LONG_COUNT, 0, 0, 0))
			;
		_exit(2);
	}
	ASSERT_EQ(1, read(pipes[0], &ready, 1));
	nanosleep(&nap, NULL);
	EXPECT_EQ(0, kill(child, SIGKILL));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status))
	{
		TH_LOG("status %#x", status);
	}
	EXPECT_EQ(0, submit_wait(self->fd, &nop, 1, 0));
}

/*
 * Of a file that is closed with more queued than the scheduler hands over at a
 * time, whatever is cut short, dropped or never begun: its fences signal in the
 * order of its submits.
 */
TEST_F(sync, closed_ends_in_order)
{
	struct sync_fence_info fence;
	int files[300], i, fd, status, cut = 0;
	__u64 last = 0;
	__u32 sync;
	struct bo x;

	fd = accel_open(&self->rig.accels[0]);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bo_make(fd, 2 * BIG, 0, &x));
	for (i = 0; i < LONG_COUNT; i++)
		self->slow[i] = cmd_copy(x.handle, 0, x.handle, BIG, BIG);
	ASSERT_EQ(0, sync_create(fd, &sync));
	for (i = 0; i < 300; i++) {
		ASSERT_EQ(0, submit(fd, self->slow, LONG_COUNT, 0, 0, sync));
		files[i] = sync_export(fd, sync);
		ASSERT_LE(0, files[i]);
	}
	bo_drop(fd, &x);
	close(fd);
	for (i = 0; i < 300; i++) {
		ASSERT_EQ(0, sync_file_wait(files[i], 20000));
		status = sync_file_fence(files[i], &fence);
		ASSERT_NE(0, status);
		EXPECT_LE(last, fence.timestamp_ns)
		{
			TH_LOG("submit %d ended before the one before it", i);
		}
		last = fence.timestamp_ns;
		cut += status < 0;
		close(files[i]);
	}
	EXPECT_LT(0, cut);
}

/* Nor does a file that closes wait for the work of others before its own */
TEST_F(sync, closed_behind_others)
{
	struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	int fd, others, own, i;
	__u32 sync;

	ASSERT_EQ(0, sync_create(self->fd, &sync));
	for (i = 0; i < 100; i++)
		ASSERT_EQ(0,
			  submit(self->fd, self->slow, LONG_COUNT, 0, 0, sync));
	others = sync_export(self->fd, sync);
	ASSERT_LE(0, others);
	fd = accel_open(&self->rig.accels[0]);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, sync_create(fd, &sync));
	ASSERT_EQ(0, submit(fd, &nop, 1, 0, 0, sync));
	own = sync_export(fd, sync);
	ASSERT_LE(0, own);
	close(fd);
	EXPECT_NE(0, sync_file_status(own));
	EXPECT_EQ(0, sync_file_status(others));
	close(own);
	close(others);
}

/* A file closed with work queued: memory comes back, others are not harmed */
TEST_F(sync, closed_while_queued)
{
	struct drm_trn4_cmd cmds[16], nop = { .op = DRM_TRN4_OP_NOP };
	__u64 before;
	__u32 sync;
	struct bo x, y;
	int i, fd, file;

	ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_FREE, &before));
	fd = accel_open(&self->rig.accels[0]);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bo_make(fd, BIG, 0, &x));
	ASSERT_EQ(0, bo_make(fd, BIG, 0, &y));
	for (i = 0; i < 16; i++)
		cmds[i] = cmd_copy(y.handle, 0, x.handle, 0, BIG);
	ASSERT_EQ(0, sync_create(fd, &sync));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, submit(fd, cmds, 16, 0, 0, sync));
	file = sync_export(fd, sync);
	ASSERT_LE(0, file);
	munmap(x.map, BIG);
	munmap(y.map, BIG);
	close(fd);
	EXPECT_EQ(0, sync_file_wait(file, 20000));
	EXPECT_NE(0, sync_file_status(file));
	close(file);
	EXPECT_EQ(0, submit_wait(self->fd, &nop, 1, 0));
	EXPECT_EQ(0, hbm_comes_back(self->fd, before));
}

/* Two accelerators at work at the same time, each with its own data */
TEST_F(sync, side_by_side)
{
	__u32 first, second;
	struct bo x, y;
	struct drm_trn4_cmd cmd;

	ASSERT_EQ(0, bo_make(self->other, BIG, 0, &x));
	ASSERT_EQ(0, bo_make(self->other, BIG, 0, &y));
	ASSERT_EQ(0, sync_create(self->fd, &first));
	ASSERT_EQ(0, sync_create(self->other, &second));
	fill_pattern(self->a.map, BIG, 1);
	fill_pattern(x.map, BIG, 2);
	ASSERT_EQ(0, submit(self->fd, self->slow, 8, 0, 0, first));
	cmd = cmd_copy(y.handle, 0, x.handle, 0, BIG);
	ASSERT_EQ(0, submit(self->other, &cmd, 1, 0, 0, second));
	EXPECT_EQ(0, sync_wait(self->other, second, 20 * SEC));
	EXPECT_EQ(0, sync_wait(self->fd, first, 20 * SEC));
	EXPECT_EQ(0, check_pattern(self->b.map, BIG, 1));
	EXPECT_EQ(0, check_pattern(y.map, BIG, 2));
}

TEST_HARNESS_MAIN
