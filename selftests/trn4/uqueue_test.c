// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uqueue_test.c - user queues: what they do, what their descriptors cannot
 * reach, and how they end.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "pci.h"
#include "rig.h"
#include "touch.h"
#include "uqueue.h"

#define BO_SIZE (2 * PAGE)

/* Segments as the fixture sets them */
#define OURS 0
#define HOST 1
#define FAR  2

FIXTURE(uq)
{
	struct rig rig;
	int fd, peer;
	struct bo ours, host, far;
	struct grant grant;
	__u32 window; /* ours on far */
	struct uqueue q;
};

FIXTURE_SETUP(uq)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	self->peer = self->rig.fd[1];
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &self->ours));
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, DRM_TRN4_BO_HOST, &self->host));
	ASSERT_EQ(0, bo_make(self->peer, BO_SIZE, 0, &self->far));
	ASSERT_EQ(0, grant_make(self->peer, self->far.handle, RIGHT_ALL, 0,
				BO_SIZE, &self->grant));
	ASSERT_EQ(0, window_map(self->fd, &self->grant, 0, 0, RIGHT_ALL,
				&self->window));
	ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &self->q));
	ASSERT_EQ(0, segment_set(self->fd, self->q.handle, OURS,
				 self->ours.handle, RIGHT_ALL, 0, BO_SIZE));
	ASSERT_EQ(0, segment_set(self->fd, self->q.handle, HOST,
				 self->host.handle, RIGHT_RW, 0, BO_SIZE));
	ASSERT_EQ(0, segment_set(self->fd, self->q.handle, FAR, self->window,
				 RIGHT_ALL, 0, BO_SIZE));
}

FIXTURE_TEARDOWN(uq)
{
	rig_end(&self->rig);
}

/* The status of a descriptor, and its value where somebody wants that */
static int status_of(struct uqueue *q, struct trn4_desc desc, __u64 *value)
{
	struct trn4_cqe cqe;

	if (uqueue_do(q, &desc, &cqe))
		return -ETIME;
	if (value)
		*value = cqe.value;
	return cqe.status;
}

/* ---- What it does ---- */

TEST_F(uq, moves_between_all)
{
	const struct bo *places[] = {
		[OURS] = &self->ours,
		[HOST] = &self->host,
		[FAR] = &self->far,
	};
	unsigned int from, to;
	__u64 moved;

	for (from = 0; from < ARRAY_SIZE(places); from++)
		for (to = 0; to < ARRAY_SIZE(places); to++) {
			if (from == to)
				continue;
			fill_pattern(places[from]->map, BO_SIZE, 7 * from + to);
			EXPECT_EQ(TRN4_STATUS_OK,
				  status_of(&self->q,
					    uqueue_copy(to, 0, from, 0,
							BO_SIZE),
					    &moved));
			EXPECT_EQ(BO_SIZE, moved);
			EXPECT_EQ(0, memcmp(places[from]->map, places[to]->map,
					    BO_SIZE))
			{
				TH_LOG("from %u to %u", from, to);
			}
		}
}

TEST_F(uq, many_times_around_the_ring)
{
	struct trn4_desc add = uqueue_add(FAR, 64, 1);
	__u64 sent = 0, done = 0;
	struct trn4_cqe cqe;

	*(__u64 *)(self->far.map + 64) = 0;
	while (done < 1000) {
		for (; sent < 1000 && sent - done < self->q.entries - 1; sent++)
			uqueue_push(&self->q, &add);
		uqueue_ring(&self->q);
		ASSERT_EQ(0, uqueue_wait(&self->q, &cqe));
		ASSERT_EQ(TRN4_STATUS_OK, cqe.status);
		ASSERT_EQ(done, cqe.value);
		done++;
	}
	EXPECT_EQ(1000, *(__u64 *)(self->far.map + 64));
}

TEST_F(uq, semaphore_of_a_cpu)
{
	struct trn4_desc wait = uqueue_semaphore(TRN4_SEMAPHORE_GE, OURS, 0, 5,
						 0);
	struct trn4_cqe cqe;
	__u64 value;

	__atomic_store_n((__u64 *)self->ours.map, 0, __ATOMIC_SEQ_CST);
	uqueue_push(&self->q, &wait);
	uqueue_ring(&self->q);
	/* Another queue of the device goes on meanwhile */
	ASSERT_EQ(0, submit_wait(self->fd,
				 (struct drm_trn4_cmd[]) {
					 { .op = DRM_TRN4_OP_NOP } },
				 1, 0));
	EXPECT_FALSE(uqueue_pop(&self->q, &cqe));
	__atomic_store_n((__u64 *)self->ours.map, 6, __ATOMIC_SEQ_CST);
	ASSERT_EQ(0, uqueue_wait(&self->q, &cqe));
	EXPECT_EQ(TRN4_STATUS_OK, cqe.status);
	EXPECT_EQ(6, cqe.value);
	/* A word that never comes */
	EXPECT_EQ(TRN4_STATUS_TIMEOUT,
		  status_of(&self->q,
			    uqueue_semaphore(TRN4_SEMAPHORE_EQ, OURS, 0, 5,
					     1000),
			    &value));
	EXPECT_EQ(6, value);
}

/* Message passing between engines: what was written before the signal is seen */
TEST_F(uq, semaphore_of_a_peer)
{
	struct uqueue theirs;
	struct trn4_cqe cqe;
	struct trn4_desc d;
	__u64 i;

	ASSERT_EQ(0, uqueue_make(self->peer, 64, -1, &theirs));
	ASSERT_EQ(0, segment_set(self->peer, theirs.handle, 0, self->far.handle,
				 RIGHT_ALL, 0, BO_SIZE));
	memset(self->far.map, 0, 4096);
	for (i = 1; i <= 200; i++) {
		/* They wait, copy what came, and say so */
		d = uqueue_semaphore(TRN4_SEMAPHORE_GE, 0, 0, i, 0);
		uqueue_push(&theirs, &d);
		d = uqueue_copy(0, PAGE, 0, 1024, 64);
		uqueue_push(&theirs, &d);
		uqueue_ring(&theirs);
		d = uqueue_fill(FAR, 1024, 64, i);
		uqueue_push(&self->q, &d);
		d = uqueue_semaphore(TRN4_SEMAPHORE_SIGNAL, FAR, 0, i, 0);
		uqueue_push(&self->q, &d);
		uqueue_ring(&self->q);
		ASSERT_EQ(0, uqueue_wait(&theirs, &cqe));
		ASSERT_EQ(TRN4_STATUS_OK, cqe.status);
		ASSERT_EQ(0, uqueue_wait(&theirs, &cqe));
		ASSERT_EQ(i, *(__u64 *)(self->far.map + PAGE));
		ASSERT_EQ(0, uqueue_wait(&self->q, &cqe));
		ASSERT_EQ(0, uqueue_wait(&self->q, &cqe));
	}
}

TEST_F(uq, eventfd)
{
	int event = eventfd(0, EFD_NONBLOCK);
	struct pollfd poll_fd = { .fd = event, .events = POLLIN };
	struct trn4_desc nop = { .opcode = TRN4_OP_NOP };
	struct trn4_cqe cqe;
	struct uqueue q;
	__u64 count;
	int i;

	ASSERT_LE(0, event);
	ASSERT_EQ(0, uqueue_make(self->fd, 64, event, &q));
	EXPECT_EQ(0, poll(&poll_fd, 1, 0));
	for (i = 0; i < 200; i++) {
		uqueue_push(&q, &nop);
		uqueue_ring(&q);
		ASSERT_EQ(1, poll(&poll_fd, 1, 20000));
		ASSERT_EQ(8, read(event, &count, 8));
		ASSERT_EQ(1, count);
		ASSERT_TRUE(uqueue_pop(&q, &cqe));
	}
	close(event);
}

/*
 * Whoever looks at the ring can go around it before the interrupt's thread has
 * its turn, and any number of times: the first record that comes to a sleeper
 * wakes it all the same.
 */
TEST_F(uq, eventfd_after_a_while)
{
	static const __u32 times[] = { 64, 96, 128, 200 };
	const struct sched_param first = { .sched_priority = 90 };
	const struct sched_param like_all = {};
	struct trn4_desc nop = { .opcode = TRN4_OP_NOP };
	long cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct pollfd poll_fd = { .events = POLLIN };
	struct trn4_cqe cqe;
	struct uqueue q;
	cpu_set_t here;
	__u64 count;
	__u32 i, n;

	/* One of the processors is that of the thread, which waits for ours. */
	for (cpu = 0; cpu < cpus; cpu++)
		for (n = 0; n < ARRAY_SIZE(times); n++) {
			poll_fd.fd = eventfd(0, EFD_NONBLOCK);
			ASSERT_EQ(0, uqueue_make(self->fd, 64, poll_fd.fd, &q));
			CPU_ZERO(&here);
			CPU_SET(cpu, &here);
			ASSERT_EQ(0, sched_setaffinity(0, sizeof(here), &here));
			ASSERT_EQ(0, sched_setscheduler(0, SCHED_FIFO, &first));
			for (i = 0; i < times[n]; i++) {
				uqueue_push(&q, &nop);
				uqueue_ring(&q);
				ASSERT_EQ(0, uqueue_wait(&q, &cqe));
			}
			ASSERT_EQ(0, sched_setscheduler(0, SCHED_OTHER,
							&like_all));
			read(poll_fd.fd, &count, sizeof(count));
			uqueue_push(&q, &nop);
			uqueue_ring(&q);
			do {
				ASSERT_EQ(1, poll(&poll_fd, 1, 5000))
				{
					TH_LOG("after %u on %ld", times[n],
					       cpu);
				}
				ASSERT_EQ(8, read(poll_fd.fd, &count, 8));
			} while (!uqueue_pop(&q, &cqe));
			close(poll_fd.fd);
			ASSERT_EQ(0, uqueue_destroy(self->fd, q.handle));
			uqueue_unmap(&q);
		}
}

/* ---- What it cannot reach ---- */

TEST_F(uq, nothing_but_segments)
{
	struct trn4_desc d;
	__u8 space;

	fill_pattern(self->ours.map, BO_SIZE, 3);
	for (space = TRN4_SPACE_HOST; space <= TRN4_SPACE_WINDOW; space++) {
		d = uqueue_copy(OURS, 0, OURS, 4096, 64);
		d.src_space = space;
		EXPECT_EQ(TRN4_STATUS_BAD_FIELD, status_of(&self->q, d, NULL));
		d = uqueue_fill(OURS, 0, 64, 0);
		d.dst_space = space;
		EXPECT_EQ(TRN4_STATUS_BAD_FIELD, status_of(&self->q, d, NULL));
	}
	d = uqueue_fill(77, 0, 64, 0);
	EXPECT_EQ(TRN4_STATUS_NO_SEGMENT, status_of(&self->q, d, NULL));
	d = uqueue_fill(DRM_TRN4_QUEUE_SEGMENTS, 0, 64, 0);
	EXPECT_EQ(TRN4_STATUS_BAD_FIELD, status_of(&self->q, d, NULL));
	d = uqueue_fill(OURS, BO_SIZE - 63, 64, 0);
	EXPECT_EQ(TRN4_STATUS_BAD_RANGE, status_of(&self->q, d, NULL));
	/* Part of the buffer is all that it gets */
	ASSERT_EQ(0, segment_set(self->fd, self->q.handle, 5, self->ours.handle,
				 RIGHT_R, 4096, 100));
	EXPECT_EQ(TRN4_STATUS_BAD_RANGE,
		  status_of(&self->q, uqueue_copy(HOST, 0, 5, 0, 101), NULL));
	EXPECT_EQ(TRN4_STATUS_NO_RIGHT,
		  status_of(&self->q, uqueue_fill(5, 0, 8, 0), NULL));
	EXPECT_EQ(TRN4_STATUS_OK,
		  status_of(&self->q, uqueue_copy(HOST, 0, 5, 0, 100), NULL));
	EXPECT_EQ(0, memcmp(self->host.map, self->ours.map + 4096, 100));
	EXPECT_EQ(0, check_pattern(self->ours.map, BO_SIZE, 3));
}

TEST_F(uq, segment_is_taken_away)
{
	EXPECT_EQ(TRN4_STATUS_OK,
		  status_of(&self->q, uqueue_fill(OURS, 0, 8, 1), NULL));
	ASSERT_EQ(0, segment_set(self->fd, self->q.handle, OURS, 0, 0, 0, 0));
	EXPECT_EQ(TRN4_STATUS_NO_SEGMENT,
		  status_of(&self->q, uqueue_fill(OURS, 0, 8, 2), NULL));
	EXPECT_EQ(1, *(__u64 *)self->ours.map);
	/* The queue holds what it may reach, whoever has closed it */
	ASSERT_EQ(0, segment_set(self->fd, self->q.handle, OURS,
				 self->ours.handle, RIGHT_ALL, 0, BO_SIZE));
	ASSERT_EQ(0, gem_close(self->fd, self->ours.handle));
	EXPECT_EQ(TRN4_STATUS_OK,
		  status_of(&self->q, uqueue_fill(OURS, 0, 8, 3), NULL));
	EXPECT_EQ(3, *(__u64 *)self->ours.map);
}

/* In the middle of a wait: it ends, and so do all after it */
TEST_F(uq, revoked_below)
{
	struct trn4_desc wait = uqueue_semaphore(TRN4_SEMAPHORE_EQ, FAR, 0,
						 ~0ull, 0);
	struct trn4_cqe cqe;

	uqueue_push(&self->q, &wait);
	uqueue_ring(&self->q);
	ASSERT_EQ(0, grant_revoke(self->peer, self->grant.handle));
	ASSERT_EQ(0, uqueue_wait(&self->q, &cqe));
	EXPECT_TRUE(cqe.status == TRN4_STATUS_REVOKED ||
		    cqe.status == TRN4_STATUS_NO_WINDOW);
	EXPECT_EQ(TRN4_STATUS_NO_WINDOW,
		  status_of(&self->q, uqueue_fill(FAR, 0, 8, 3), NULL));
	EXPECT_EQ(DRM_TRN4_QUEUE_RUNNING,
		  uqueue_state(self->fd, self->q.handle));
}

/* ---- How it ends ---- */

TEST_F(uq, destroyed)
{
	struct trn4_desc wait = uqueue_semaphore(TRN4_SEMAPHORE_EQ, OURS, 0,
						 ~0ull, 0);

	uqueue_push(&self->q, &wait);
	uqueue_ring(&self->q);
	ASSERT_EQ(0, uqueue_destroy(self->fd, self->q.handle));
	EXPECT_EQ(SIGBUS, touch_kind_write(self->q.map));
	/* The rings are memory still */
	EXPECT_EQ(0, touch_kind_write((void *)self->q.sq));
	EXPECT_EQ(-ENOENT, uqueue_destroy(self->fd, self->q.handle));
	EXPECT_EQ(-ENOENT, uqueue_state(self->fd, self->q.handle));
}

/* The mapping keeps it, when the handle has gone */
TEST_F(uq, closed)
{
	ASSERT_EQ(0, gem_close(self->fd, self->q.handle));
	EXPECT_EQ(TRN4_STATUS_OK,
		  status_of(&self->q, uqueue_fill(OURS, 0, 8, 9), NULL));
	EXPECT_EQ(9, *(__u64 *)self->ours.map);
	uqueue_unmap(&self->q);
}

TEST_F(uq, bad_doorbells)
{
	const struct {
		__u32 at, value;
	} bad[] = {
		{ TRN4_DOORBELL_SQ_TAIL, 64 },
		{ TRN4_DOORBELL_SQ_TAIL, ~0u },
		{ TRN4_DOORBELL_CQ_HEAD, 1 },
		{ TRN4_DOORBELL_CQ_HEAD, 1u << 31 },
	};
	struct uqueue q;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &q));
		q.doorbell[bad[i].at / 4] = bad[i].value;
		EXPECT_EQ(DRM_TRN4_QUEUE_FAULT,
			  uqueue_state(self->fd, q.handle));
		ASSERT_EQ(0, uqueue_destroy(self->fd, q.handle));
		uqueue_unmap(&q);
	}
	/* Nobody else's */
	EXPECT_EQ(DRM_TRN4_QUEUE_RUNNING,
		  uqueue_state(self->fd, self->q.handle));
	EXPECT_EQ(TRN4_STATUS_OK,
		  status_of(&self->q, uqueue_fill(OURS, 0, 8, 9), NULL));
}

TEST_F(uq, lost_in_a_reset)
{
	int event = eventfd(0, EFD_NONBLOCK);
	struct pollfd poll_fd = { .fd = event, .events = POLLIN };
	struct uqueue q;

	ASSERT_EQ(0, uqueue_make(self->fd, 64, event, &q));
	ASSERT_EQ(0, pci_reset(self->rig.accels[0].device));
	EXPECT_EQ(1, poll(&poll_fd, 1, 0));
	EXPECT_EQ(SIGBUS, touch_kind_write(q.map));
	EXPECT_EQ(DRM_TRN4_QUEUE_LOST, uqueue_state(self->fd, q.handle));
	EXPECT_EQ(-EIO, segment_set(self->fd, q.handle, 0, self->ours.handle,
				    RIGHT_R, 0, PAGE));
	ASSERT_EQ(0, uqueue_destroy(self->fd, q.handle));
	uqueue_unmap(&q);
	/* A new one works */
	ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &q));
	ASSERT_EQ(0, segment_set(self->fd, q.handle, 0, self->ours.handle,
				 RIGHT_ALL, 0, BO_SIZE));
	EXPECT_EQ(TRN4_STATUS_OK, status_of(&q, uqueue_fill(0, 0, 8, 9), NULL));
	close(event);
}

/* A child has no part in it, and a process that is killed leaves nothing */
TEST_F(uq, fork_and_kill)
{
	struct trn4_desc slow = uqueue_fill(0, 0, BO_SIZE, 1);
	struct drm_trn4_get_param count = { .param = DRM_TRN4_PARAM_QUEUES };
	struct uqueue q;
	unsigned int i;
	int fd, status;
	pid_t child;

	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(touch_begin() ? 1 : touch_kind(self->q.map));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(SIGSEGV, WEXITSTATUS(status));

	ASSERT_EQ(0, accel_ioctl(self->fd, DRM_IOCTL_TRN4_GET_PARAM, &count));
	for (i = 0; i < 2 * count.value; i++) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child) {
			__u32 bo;

			fd = accel_open(&self->rig.accels[0]);
			if (fd < 0 || uqueue_make(fd, 64, -1, &q) ||
			    bo_create(fd, BO_SIZE, 0, &bo) ||
			    segment_set(fd, q.handle, 0, bo, RIGHT_ALL, 0,
					BO_SIZE))
				_exit(1);
			while (q.tail < 63)
				uqueue_push(&q, &slow);
			uqueue_ring(&q);
			kill(getpid(), SIGKILL);
		}
		ASSERT_EQ(child, waitpid(child, &status, 0));
		ASSERT_TRUE(WIFSIGNALED(status));
	}
}

/* ---- Checks ---- */

TEST_F(uq, create_is_checked)
{
	const struct drm_trn4_queue_create good = {
		.entries = 64,
		.eventfd = -1,
	};
	static const __u32 entries[] = { 0, 1, 32, 63, 65, 96, 8192, ~0u };
	struct drm_trn4_queue_create arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(entries); i++) {
		arg = good;
		arg.entries = entries[i];
		EXPECT_EQ(-EINVAL, uqueue_create(self->fd, &arg));
	}
	for (i = 0; i < 32; i++) {
		arg = good;
		arg.flags = 1u << i;
		EXPECT_EQ(-EINVAL, uqueue_create(self->fd, &arg));
	}
	arg = good;
	arg.eventfd = -2;
	EXPECT_EQ(-EINVAL, uqueue_create(self->fd, &arg));
	arg.eventfd = self->fd;
	EXPECT_EQ(-EINVAL, uqueue_create(self->fd, &arg));
	arg.eventfd = 1000;
	EXPECT_EQ(-EBADF, uqueue_create(self->fd, &arg));
	EXPECT_EQ(-ENOENT, uqueue_destroy(self->fd, self->ours.handle));
	EXPECT_EQ(-ENOENT, uqueue_state(self->fd, self->ours.handle));
	EXPECT_EQ(-ENOENT, uqueue_destroy(self->fd, 0));
}

TEST_F(uq, all_of_them)
{
	struct drm_trn4_get_param count = { .param = DRM_TRN4_PARAM_QUEUES };
	struct uqueue q[63];
	unsigned int i;

	ASSERT_EQ(0, accel_ioctl(self->fd, DRM_IOCTL_TRN4_GET_PARAM, &count));
	ASSERT_EQ(63, count.value);
	/* One is the fixture's */
	for (i = 0; i < 62; i++)
		ASSERT_EQ(0, uqueue_make(self->fd, 4096, -1, &q[i]));
	EXPECT_EQ(-ENOSPC, uqueue_make(self->fd, 64, -1, &q[62]));
	ASSERT_EQ(0, uqueue_destroy(self->fd, q[17].handle));
	EXPECT_EQ(0, uqueue_make(self->fd, 64, -1, &q[62]));
}

TEST_F(uq, segment_is_checked)
{
	const struct drm_trn4_segment_set good = {
		.handle = self->q.handle,
		.number = 9,
		.object = self->ours.handle,
		.rights = RIGHT_R,
		.size = 4096,
	};
	struct drm_trn4_segment_set arg;
	__u32 narrow, i;

#define REFUSED(error, field, value) \
	({ \
		arg = good; \
		arg.field = (value); \
		EXPECT_EQ(error, \
			  accel_ioctl(self->fd, DRM_IOCTL_TRN4_SEGMENT_SET, \
				      &arg)); \
	})
	REFUSED(-ENOENT, handle, self->ours.handle);
	REFUSED(-ENOENT, handle, 0);
	REFUSED(-EINVAL, number, DRM_TRN4_QUEUE_SEGMENTS);
	REFUSED(-EINVAL, number, ~0u);
	REFUSED(-ENOENT, object, 1000);
	REFUSED(-EINVAL, object, self->q.handle);
	REFUSED(-EINVAL, object, 0);
	REFUSED(-EINVAL, rights, 0);
	REFUSED(-EINVAL, rights, DRM_TRN4_RIGHT_WRITE);
	REFUSED(-EINVAL, rights, 8 | RIGHT_R);
	REFUSED(-EINVAL, size, 0);
	REFUSED(-EINVAL, size, BO_SIZE + 1);
	REFUSED(-EINVAL, size, ~0ull);
	REFUSED(-EINVAL, offset, 4095);
	REFUSED(-EINVAL, offset, BO_SIZE);
	REFUSED(-EINVAL, offset, -4096ull);
	for (i = 0; i < 64; i++)
		REFUSED(-EINVAL, flags, 1ull << i);
#undef REFUSED
	/* No atomics in host memory, no more than a window has */
	EXPECT_EQ(-EACCES, segment_set(self->fd, self->q.handle, 9,
				       self->host.handle, RIGHT_ALL, 0, 4096));
	ASSERT_EQ(0, window_map(self->fd, &self->grant, 0, PAGE, RIGHT_R,
				&narrow));
	EXPECT_EQ(-EACCES, segment_set(self->fd, self->q.handle, 9, narrow,
				       RIGHT_RW, 0, 4096));
	/* A queue is no memory */
	EXPECT_EQ(-EINVAL,
		  submit_wait(self->fd,
			      (struct drm_trn4_cmd[]) {
				      cmd_fill(self->q.handle, 0, 8, 0) },
			      1, 0));
	EXPECT_EQ(-EINVAL, submit_wait(self->fd,
				       (struct drm_trn4_cmd[]) {
					       { .op = DRM_TRN4_OP_NOP } },
				       1, self->q.handle));
}

TEST_HARNESS_MAIN
