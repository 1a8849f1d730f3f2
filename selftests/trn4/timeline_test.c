// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timeline_test.c - fences of submits beyond binary syncobjs: points of
 * timelines, eventfds, and what a dma-buf shows to those who have it.
 */
#include <errno.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "dmabuf.h"
#include "rig.h"
#include "word.h"

#define BIG        (32 * MIB)
#define LONG_COUNT 64 /* copies of BIG: some tenths of a second */

FIXTURE(timeline)
{
	struct rig rig;
	int fd, other;
	struct bo a, b;
	__u32 sync;
	struct drm_trn4_cmd slow[LONG_COUNT]; /* a to b, again and again */
	struct drm_trn4_cmd nop;
};

FIXTURE_SETUP(timeline)
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
	self->nop = (struct drm_trn4_cmd) { .op = DRM_TRN4_OP_NOP };
	ASSERT_EQ(0, bo_make(self->fd, BIG, 0, &self->a));
	ASSERT_EQ(0, bo_make(self->fd, BIG, 0, &self->b));
	ASSERT_EQ(0, sync_create(self->fd, &self->sync));
	for (i = 0; i < LONG_COUNT; i++)
		self->slow[i] = cmd_copy(self->b.handle, 0, self->a.handle, 0,
					 BIG);
}

FIXTURE_TEARDOWN(timeline)
{
	rig_end(&self->rig);
}

static int point_wait(int fd, __u32 handle, __u64 point, int sec)
{
	struct drm_syncobj_timeline_wait arg = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)&point,
		.count_handles = 1,
	};
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	arg.timeout_nsec = (now.tv_sec + sec) * SEC + now.tv_nsec;
	return accel_ioctl(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &arg);
}

/* ---- Points ---- */

TEST_F(timeline, points_in_their_order)
{
	__u64 point;

	for (point = 1; point <= 40; point++)
		ASSERT_EQ(0, submit_points(self->fd, self->slow, 1, 0, 0, 0,
					   self->sync, 10 * point));
	/* What is reached never goes back, and a point waited for is reached */
	for (point = 1; point <= 40; point++) {
		ASSERT_EQ(0, point_wait(self->fd, self->sync, 10 * point, 20));
		EXPECT_LE((__s64)(10 * point),
			  sync_reached(self->fd, self->sync));
	}
	EXPECT_EQ(400, sync_reached(self->fd, self->sync));
	/* One in between counts as the next one */
	EXPECT_EQ(0, point_wait(self->fd, self->sync, 395, 0));
	EXPECT_EQ(-EINVAL, point_wait(self->fd, self->sync, 401, 0));
}

/* What waits for a point begins when that is reached, whoever has it */
TEST_F(timeline, waits_for_a_point)
{
	struct drm_trn4_cmd last, fetch;
	struct grant grant;
	__u32 there, window, done;
	struct bo copy;

	ASSERT_EQ(0, grant_make(self->fd, self->b.handle, RIGHT_R, 0, BIG,
				&grant));
	ASSERT_EQ(0, window_map(self->other, &grant, 0, 0, RIGHT_R, &window));
	ASSERT_EQ(0, bo_make(self->other, PAGE, 0, &copy));
	ASSERT_EQ(0, sync_create(self->other, &done));

	last = cmd_atomic(DRM_TRN4_ATOMIC_SWAP, 8, self->b.handle, 0, 77, 0);
	ASSERT_EQ(0, submit_points(self->fd, self->slow, LONG_COUNT, 0, 0, 0,
				   self->sync, 1));
	ASSERT_EQ(0, submit_points(self->fd, &last, 1, 0, 0, 0, self->sync, 2));
	ASSERT_EQ(0, sync_carry(self->fd, self->sync, self->other, &there));
	fetch = cmd_copy(copy.handle, 0, window, 0, PAGE);
	ASSERT_EQ(0,
		  submit_points(self->other, &fetch, 1, 0, there, 2, done, 7));
	ASSERT_EQ(0, point_wait(self->other, done, 7, 20));
	EXPECT_EQ(2, sync_reached(self->fd, self->sync));
	EXPECT_EQ(77, word_get(copy.map, 0));
}

/* Nothing is behind the last point yet: there is no fence to wait for */
TEST_F(timeline, no_such_point)
{
	EXPECT_EQ(-EINVAL, submit_points(self->fd, &self->nop, 1, 0, self->sync,
					 1, 0, 0));
	ASSERT_EQ(0, submit_points(self->fd, &self->nop, 1, 0, 0, 0, self->sync,
				   5));
	EXPECT_EQ(0, submit_points(self->fd, &self->nop, 1, 0, self->sync, 5, 0,
				   0));
	EXPECT_EQ(-EINVAL, submit_points(self->fd, &self->nop, 1, 0, self->sync,
					 6, 0, 0));
}

/* A point has 64 bits, and none of them is lost on the way in */
TEST_F(timeline, far_points)
{
	const __u64 far = 1ull << 32;
	__u32 other;

	ASSERT_EQ(0, sync_create(self->fd, &other));
	ASSERT_EQ(0, submit_points(self->fd, &self->nop, 1, 0, 0, 0, self->sync,
				   1));
	EXPECT_EQ(-EINVAL, submit_points(self->fd, &self->nop, 1, 0, self->sync,
					 far, 0, 0));
	EXPECT_EQ(-EINVAL, submit_points(self->fd, &self->nop, 1, 0, self->sync,
					 far + 1, 0, 0));
	ASSERT_EQ(0, submit_points(self->fd, self->slow, LONG_COUNT, 0, 0, 0,
				   self->sync, far + 1));
	/* Of one scheduler it would be in order in any case: not so the other */
	ASSERT_EQ(0, sync_carry(self->fd, self->sync, self->other, &other));
	ASSERT_EQ(0, submit_points(self->other, &self->nop, 1, 0, other,
				   far + 1, other, far + 2));
	ASSERT_EQ(0, point_wait(self->other, other, far + 2, 20));
	EXPECT_LE((__s64)far + 1, sync_reached(self->fd, self->sync));
}

/* A submit that is refused leaves the timeline where it was */
TEST_F(timeline, refused_adds_no_point)
{
	struct drm_trn4_cmd bad = self->nop;

	ASSERT_EQ(0, submit_points(self->fd, &self->nop, 1, 0, 0, 0, self->sync,
				   5));
	ASSERT_EQ(0, point_wait(self->fd, self->sync, 5, 20));
	bad.flags = 1;
	EXPECT_EQ(-EINVAL,
		  submit_points(self->fd, &bad, 1, 0, 0, 0, self->sync, 6));
	EXPECT_EQ(-EINVAL, point_wait(self->fd, self->sync, 6, 0));
	EXPECT_EQ(5, sync_reached(self->fd, self->sync));
}

/* ---- Eventfds ---- */

static int tell(int fd, __u32 handle, __u64 point, int event)
{
	struct drm_syncobj_eventfd arg = {
		.handle = handle,
		.point = point,
		.fd = event,
	};

	return accel_ioctl(fd, DRM_IOCTL_SYNCOBJ_EVENTFD, &arg);
}

static int ready(int fd, short events, int msec)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return poll(&pfd, 1, msec) < 0 ? -errno : pfd.revents;
}

/* Also for a point to which nothing was submitted yet */
TEST_F(timeline, eventfd_is_told)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	__u64 count = 0;

	ASSERT_LE(0, event);
	ASSERT_EQ(0, tell(self->fd, self->sync, 2, event));
	ASSERT_EQ(0, submit_points(self->fd, &self->nop, 1, 0, 0, 0, self->sync,
				   1));
	ASSERT_EQ(0, point_wait(self->fd, self->sync, 1, 20));
	EXPECT_EQ(0, ready(event, POLLIN, 0));
	ASSERT_EQ(0, submit_points(self->fd, &self->nop, 1, 0, 0, 0, self->sync,
				   2));
	EXPECT_EQ(POLLIN, ready(event, POLLIN, 20000));
	EXPECT_EQ(sizeof(count), read(event, &count, sizeof(count)));
	EXPECT_EQ(1, count);
	close(event);
}

/* ---- dma-bufs ---- */

/*
 * Who reads may while others read, and waits for who writes; who writes waits
 * for all.
 */
TEST_F(timeline, dmabuf_shows_work)
{
	int read_from = prime_export(self->fd, self->a.handle);
	int written = prime_export(self->fd, self->b.handle);
	int ended;

	ASSERT_LE(0, read_from);
	ASSERT_LE(0, written);
	EXPECT_EQ(POLLIN | POLLOUT, ready(written, POLLIN | POLLOUT, 0));

	ASSERT_EQ(0,
		  submit(self->fd, self->slow, LONG_COUNT, 0, 0, self->sync));
	/* What was seen before the end was seen while it was at work */
	EXPECT_EQ(POLLIN, ready(read_from, POLLIN, 0));
	EXPECT_EQ(0, ready(read_from, POLLOUT, 0));
	EXPECT_EQ(0, ready(written, POLLIN | POLLOUT, 0));
	ended = sync_wait(self->fd, self->sync, 0);
	EXPECT_EQ(-ETIME, ended);

	EXPECT_EQ(POLLIN, ready(written, POLLIN, 20000));
	EXPECT_EQ(POLLOUT, ready(written, POLLOUT, 20000));
	EXPECT_EQ(POLLOUT, ready(read_from, POLLOUT, 20000));
	EXPECT_EQ(0, sync_wait(self->fd, self->sync, 0));
	close(read_from);
	close(written);
}

/* Results are written, and so is what a wide atomic fetches */
TEST_F(timeline, dmabuf_shows_what_is_returned)
{
	struct drm_trn4_cmd cmds[LONG_COUNT], *last = &cmds[LONG_COUNT - 1];
	struct bo fetched, results;
	int ended, i, shown[2];

	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &fetched));
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &results));
	shown[0] = prime_export(self->fd, fetched.handle);
	shown[1] = prime_export(self->fd, results.handle);
	ASSERT_LE(0, shown[0]);
	ASSERT_LE(0, shown[1]);

	for (i = 0; i < LONG_COUNT; i++)
		cmds[i] = self->slow[i];
	*last = cmd_atomic(DRM_TRN4_ATOMIC_SWAP, 8, self->b.handle, 0, 1, 0);
	last->type = DRM_TRN4_TYPE_U128;
	last->flags = DRM_TRN4_CMD_FETCH;
	last->src = fetched.handle;
	ASSERT_EQ(0, submit(self->fd, cmds, LONG_COUNT, results.handle, 0,
			    self->sync));
	EXPECT_EQ(0, ready(shown[0], POLLIN, 0));
	EXPECT_EQ(0, ready(shown[1], POLLIN, 0));
	ended = sync_wait(self->fd, self->sync, 0);
	EXPECT_EQ(-ETIME, ended);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(POLLIN, ready(shown[i], POLLIN, 20000));
		close(shown[i]);
	}
}

/* ---- Locks of many buffers ---- */

#define CROWD 8 /* buffers */

struct crowd {
	int fd;
	__u32 bos[CROWD];
	int ret;
};

/*
 * Submits of as many buffers, each in another order. The first command has no
 * source: what is locked first is not what is looked at first.
 */
static void *submit_crowd(void *arg)
{
	struct crowd *crowd = arg;
	struct drm_trn4_cmd cmds[CROWD];
	int round, i;

	for (round = 0; round < 300 && !crowd->ret; round++) {
		for (i = 0; i < CROWD; i++)
			cmds[i] = cmd_fill(crowd->bos[(i * (round % 4 * 2 + 1) +
						       round) %
						      CROWD],
					   0, 8, round);
		crowd->ret = submit(crowd->fd, cmds, CROWD, 0, 0, 0);
	}
	return NULL;
}

/* Two files have the same buffers; neither waits for the other for ever */
TEST_F(timeline, same_buffers_in_any_order)
{
	struct crowd crowds[2] = {};
	pthread_t threads[2];
	int i, k, dmabuf;

	crowds[0].fd = self->fd;
	crowds[1].fd = accel_open(&self->rig.accels[0]);
	ASSERT_LE(0, crowds[1].fd);
	for (i = 0; i < CROWD; i++) {
		ASSERT_EQ(0, bo_create(self->fd, PAGE, 0, &crowds[0].bos[i]));
		dmabuf = prime_export(self->fd, crowds[0].bos[i]);
		ASSERT_LE(0, dmabuf);
		ASSERT_EQ(0, prime_import(crowds[1].fd, dmabuf,
					  &crowds[1].bos[i]));
		close(dmabuf);
	}
	for (k = 0; k < 2; k++)
		ASSERT_EQ(0, pthread_create(&threads[k], NULL, submit_crowd,
					    &crowds[k]));
	for (k = 0; k < 2; k++) {
		pthread_join(threads[k], NULL);
		EXPECT_EQ(0, crowds[k].ret);
		EXPECT_EQ(0, submit_wait(crowds[k].fd, &self->nop, 1, 0));
	}
	close(crowds[1].fd);
}

/* ---- What is lent ---- */

/* Puts the fence of @sync of @fd into a dma-buf, as a reader's or a writer's */
static int show(int fd, __u32 sync, int dmabuf, __u32 flags)
{
	struct dma_buf_import_sync_file arg = {
		.flags = flags,
		.fd = sync_export(fd, sync),
	};
	int ret = 0;

	if (arg.fd < 0)
		return arg.fd;
	if (ioctl(dmabuf, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &arg))
		ret = -errno;
	close(arg.fd);
	return ret;
}

/* Memory that is lent is read when who writes to it has ended */
TEST_F(timeline, reads_what_is_lent_after_writers)
{
	int dmabuf = dmabuf_udmabuf(PAGE), first, ret;
	struct drm_trn4_cmd fetch;
	__u32 lent, done;
	struct bo copy;

	ASSERT_LE(0, dmabuf);
	ASSERT_EQ(0, prime_import(self->other, dmabuf, &lent));
	ASSERT_EQ(0, bo_make(self->other, PAGE, 0, &copy));
	ASSERT_EQ(0, sync_create(self->other, &done));
	ASSERT_EQ(0,
		  submit(self->fd, self->slow, LONG_COUNT, 0, 0, self->sync));
	ASSERT_EQ(0, show(self->fd, self->sync, dmabuf, DMA_BUF_SYNC_WRITE));
	fetch = cmd_copy(copy.handle, 0, lent, 0, PAGE);
	ASSERT_EQ(0, submit(self->other, &fetch, 1, 0, 0, done));
	ret = sync_wait(self->other, done, 20 * SEC);
	first = sync_wait(self->fd, self->sync, 0);
	EXPECT_EQ(0, ret);
	EXPECT_EQ(0, first);
	close(dmabuf);
}

/* It is not waited for who only reads, unless it is to be written */
TEST_F(timeline, writes_what_is_lent_after_readers)
{
	int dmabuf = dmabuf_udmabuf(PAGE), first, ret;
	struct drm_trn4_cmd fetch, put;
	__u32 lent, done;
	struct bo copy;

	ASSERT_LE(0, dmabuf);
	ASSERT_EQ(0, prime_import(self->other, dmabuf, &lent));
	ASSERT_EQ(0, bo_make(self->other, PAGE, 0, &copy));
	ASSERT_EQ(0, sync_create(self->other, &done));
	ASSERT_EQ(0, submit(self->fd, self->slow, LONG_COUNT, 0, 0, 0));
	ASSERT_EQ(0,
		  submit(self->fd, self->slow, LONG_COUNT, 0, 0, self->sync));
	ASSERT_EQ(0, show(self->fd, self->sync, dmabuf, DMA_BUF_SYNC_READ));

	fetch = cmd_copy(copy.handle, 0, lent, 0, PAGE);
	ASSERT_EQ(0, submit(self->other, &fetch, 1, 0, 0, done));
	ret = sync_wait(self->other, done, 20 * SEC);
	first = sync_wait(self->fd, self->sync, 0);
	EXPECT_EQ(0, ret);
	EXPECT_EQ(-ETIME, first);

	put = cmd_copy(lent, 0, copy.handle, 0, PAGE);
	ASSERT_EQ(0, submit(self->other, &put, 1, 0, 0, done));
	ret = sync_wait(self->other, done, 20 * SEC);
	first = sync_wait(self->fd, self->sync, 0);
	EXPECT_EQ(0, ret);
	EXPECT_EQ(0, first);
	close(dmabuf);
}

/* A window that came by a dma-buf: work on it shows there, and waits for others */
TEST_F(timeline, windows_of_dmabufs)
{
	int written = prime_export(self->fd, self->b.handle), first, ret;
	struct drm_trn4_cmd cmds[LONG_COUNT], fetch;
	__u32 window, done;
	struct bo copy;
	int i;

	ASSERT_LE(0, written);
	ASSERT_EQ(0, prime_import(self->other, written, &window));
	ASSERT_EQ(0, bo_make(self->other, BIG, 0, &copy));
	ASSERT_EQ(0, sync_create(self->other, &done));

	/* It reads what the owner writes, after that, without a syncobj */
	ASSERT_EQ(0,
		  submit(self->fd, self->slow, LONG_COUNT, 0, 0, self->sync));
	fetch = cmd_copy(copy.handle, 0, window, 0, PAGE);
	ASSERT_EQ(0, submit(self->other, &fetch, 1, 0, 0, done));
	ret = sync_wait(self->other, done, 20 * SEC);
	first = sync_wait(self->fd, self->sync, 0);
	EXPECT_EQ(0, ret);
	EXPECT_EQ(0, first);

	/* It writes, and that is seen at the owner's dma-buf */
	for (i = 0; i < LONG_COUNT; i++)
		cmds[i] = cmd_copy(window, 0, copy.handle, 0, BIG);
	ASSERT_EQ(0, submit(self->other, cmds, LONG_COUNT, 0, 0, done));
	EXPECT_EQ(0, ready(written, POLLIN, 0));
	ret = sync_wait(self->other, done, 0);
	EXPECT_EQ(-ETIME, ret);
	EXPECT_EQ(POLLIN, ready(written, POLLIN, 20000));
	close(written);
}

TEST_HARNESS_MAIN
