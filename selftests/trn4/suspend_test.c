// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * suspend_test.c - the system sleeps while accelerators are in use: what is
 * still there when it wakes, and that nothing hangs.
 *
 * It sleeps as far as the kernel's own test of device drivers goes: processes
 * are frozen, all devices are suspended, and a second later they are resumed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "touch.h"
#include "uqueue.h"
#include "word.h"

#define BO_SIZE    (8 * MIB)
#define LONG_COUNT 128

#define PM_TEST  "/sys/power/pm_test"
#define PM_DELAY "/sys/module/suspend/parameters/pm_test_delay"
#define PM_STATE "/sys/power/state"

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* Returns when it is awake again */
static int sleep_once(void)
{
	int ret = put(PM_TEST, "devices");

	if (!ret)
		ret = put(PM_STATE, "freeze");
	put(PM_TEST, "none");
	return ret;
}

FIXTURE(suspend)
{
	struct rig rig;
	int fd, peer;
	struct bo bo, host, theirs;
	struct grant grant; /* of theirs */
	__u32 window;
	void *map;
};

FIXTURE_SETUP(suspend)
{
	if (access(PM_TEST, W_OK))
		SKIP(return, "the kernel cannot sleep to try it out");
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	ASSERT_EQ(0, put(PM_DELAY, "1"));
	self->fd = self->rig.fd[0];
	self->peer = self->rig.fd[1];
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &self->bo));
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, DRM_TRN4_BO_HOST, &self->host));
	ASSERT_EQ(0, bo_make(self->peer, BO_SIZE, 0, &self->theirs));
	ASSERT_EQ(0, grant_make(self->peer, self->theirs.handle, RIGHT_ALL, 0,
				BO_SIZE, &self->grant));
	ASSERT_EQ(0, window_map(self->fd, &self->grant, 0, 0, RIGHT_ALL,
				&self->window));
	self->map = gem_map(self->fd, self->window, BO_SIZE,
			    PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, self->map);
	ASSERT_EQ(0, touch_kind_write(self->map));
}

FIXTURE_TEARDOWN(suspend)
{
	rig_end(&self->rig);
}

/* As after a reset: memory is as it was, and what is shared is made anew */
TEST_F(suspend, idle)
{
	struct drm_trn4_cmd cmd;
	struct grant grant;
	__u32 window;

	fill_pattern(self->bo.map, BO_SIZE, 1);
	fill_pattern(self->host.map, BO_SIZE, 2);
	fill_pattern(self->theirs.map, BO_SIZE, 3);
	ASSERT_EQ(0, sleep_once());
	EXPECT_EQ(0, check_pattern(self->bo.map, BO_SIZE, 1));
	EXPECT_EQ(0, check_pattern(self->host.map, BO_SIZE, 2));
	EXPECT_EQ(0, check_pattern(self->theirs.map, BO_SIZE, 3));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	EXPECT_NE(DRM_TRN4_WINDOW_LIVE, window_state(self->fd, self->window));
	EXPECT_EQ(-ENOENT,
		  window_map(self->fd, &self->grant, 0, 0, RIGHT_R, &window));

	/* Routes and partitions are there without anybody's doing */
	ASSERT_EQ(0, rig_settle(&self->rig));
	ASSERT_EQ(0, grant_make(self->peer, self->theirs.handle, RIGHT_ALL, 0,
				BO_SIZE, &grant));
	ASSERT_EQ(0, window_map(self->fd, &grant, 0, 0, RIGHT_ALL, &window));
	cmd = cmd_copy(window, 0, self->host.handle, 0, BO_SIZE);
	EXPECT_EQ(0, submit_wait(self->fd, &cmd, 1, 0));
	EXPECT_EQ(0, check_pattern(self->theirs.map, BO_SIZE, 2));
}

/* Work that was queued ends, before or after it slept, and says how */
TEST_F(suspend, under_load)
{
	struct drm_trn4_cmd cmds[LONG_COUNT];
	int files[8], i, status;
	__u32 sync;

	for (i = 0; i < LONG_COUNT; i++)
		cmds[i] = i % 2 ? cmd_copy(self->window, 0, self->bo.handle, 0,
					   BO_SIZE) :
				  cmd_copy(self->host.handle, 0, self->window,
					   0, BO_SIZE);
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(0, sync_create(self->fd, &sync));
		ASSERT_EQ(0, submit(self->fd, cmds, LONG_COUNT, 0, 0, sync));
		files[i] = sync_export(self->fd, sync);
		ASSERT_LE(0, files[i]);
	}
	ASSERT_EQ(0, sleep_once());
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(0, sync_file_wait(files[i], 10000));
		status = sync_file_status(files[i]);
		EXPECT_TRUE(status == 1 || status == -ECANCELED ||
			    status == -EKEYREVOKED)
		{
			TH_LOG("submit %d ended with %d", i, status);
		}
		close(files[i]);
	}
	cmds[0] = cmd_copy(self->host.handle, 0, self->bo.handle, 0, BO_SIZE);
	EXPECT_EQ(0, submit_wait(self->fd, cmds, 1, 0));
}

/* A user queue ends; whoever waits for it is told, and gets a new one */
TEST_F(suspend, user_queue)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct pollfd poll_fd = { .fd = event, .events = POLLIN };
	const struct trn4_desc nop = { .opcode = TRN4_OP_NOP };
	const struct trn4_desc wait = uqueue_semaphore(TRN4_SEMAPHORE_EQ, 0, 0,
						       1, 0);
	struct trn4_cqe cqe;
	struct uqueue q;

	ASSERT_EQ(0, uqueue_make(self->fd, 64, event, &q));
	ASSERT_EQ(0, segment_set(self->fd, q.handle, 0, self->bo.handle,
				 RIGHT_ALL, 0, BO_SIZE));
	/* It waits for what nobody signals */
	uqueue_push(&q, &wait);
	uqueue_ring(&q);
	ASSERT_EQ(0, sleep_once());
	EXPECT_EQ(1, poll(&poll_fd, 1, 0));
	EXPECT_EQ(SIGBUS, touch_kind_write(q.map));
	EXPECT_EQ(DRM_TRN4_QUEUE_LOST, uqueue_state(self->fd, q.handle));
	ASSERT_EQ(0, uqueue_destroy(self->fd, q.handle));
	uqueue_unmap(&q);
	ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &q));
	ASSERT_EQ(0, uqueue_do(&q, &nop, &cqe));
	EXPECT_EQ(TRN4_STATUS_OK, cqe.status);
	close(event);
}

/* Processes that touch HBM and submit all the while go on as if it were not */
TEST_F(suspend, others_go_on)
{
	int status, pipes[2], i;
	char byte;
	pid_t child;

	ASSERT_EQ(0, pipe(pipes));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		struct drm_trn4_cmd add;
		struct bo bo;
		__u64 n = 0;
		int fd, ret;

		rig_forget(&self->rig);
		close(pipes[1]);
		fd = accel_open(&self->rig.accels[0]);
		if (fd < 0 || bo_make(fd, PAGE, 0, &bo))
			_exit(1);
		add = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, bo.handle, 0, 1, 0);
		/* Until the other end is closed */
		if (fcntl(pipes[0], F_SETFL, O_NONBLOCK))
			_exit(2);
		while (read(pipes[0], &byte, 1) < 0) {
			word_set(bo.map, 1, n);
			ret = submit_wait(fd, &add, 1, 0);
			/* EBUSY: it is being suspended, or resumed */
			if (ret && ret != -EBUSY && ret != -ECANCELED)
				_exit(3);
			if (word_get(bo.map, 1) != n)
				_exit(4);
			n++;
		}
		_exit(word_get(bo.map, 0) <= n ? 0 : 5);
	}
	close(pipes[0]);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, sleep_once());
	close(pipes[1]);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
