// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fair_test.c - all queues of an accelerator, of several processes: none keeps
 * the others from their turns, and all are given back.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "copier.h"
#include "rig.h"
#include "uqueue.h"
#include "word.h"

#define ADDS 60

FIXTURE(fair)
{
	struct rig rig;
	int fd;
	struct bo bo;
	struct uqueue q;
	__u64 queues; /* that user space can have */
	__u64 sum;    /* of all adds so far */
};

FIXTURE_SETUP(fair)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error);
	self->fd = self->rig.fd[0];
	ASSERT_EQ(0,
		  accel_param(self->fd, DRM_TRN4_PARAM_QUEUES, &self->queues));
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &self->bo));
	ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &self->q));
	ASSERT_EQ(0, segment_set(self->fd, self->q.handle, 0, self->bo.handle,
				 RIGHT_ALL, 0, PAGE));
}

FIXTURE_TEARDOWN(fair)
{
	rig_end(&self->rig);
}

/* Microseconds of one of some adds, or a negative errno */
static double adds(struct uqueue *q, __u64 *sum)
{
	struct bench_times times = {};
	int ret = uqueue_time_adds(q, sum, ADDS, &times);

	return ret ? ret : bench_median(&times) / 1000;
}

/*
 * Another process copies, 8 MiB at a time, on all other queues of the
 * accelerator, and then on some of each in the fabric: atomics come to their
 * end beside that, and it gets on, too.
 */
TEST_F(fair, atomics_go_on_beside_copies)
{
	const struct {
		int accels;
		unsigned int queues; /* of each */
	} loads[] = {
		{ 1, self->queues - 1 },
		{ self->rig.count, 8 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		double alone = adds(&self->q, &self->sum), beside;
		__u64 before, all = loads[i].accels * loads[i].queues;
		struct copier copier;

		ASSERT_LE(0, alone);
		ASSERT_EQ(0, copier_start(&copier, self->rig.accels,
					  loads[i].accels, loads[i].queues));
		before = copier_copies(&copier);
		beside = adds(&self->q, &self->sum);
		EXPECT_LE(0, beside);
		/* Until there was time for one of each queue, and more */
		while (copier_copies(&copier) - before < 2 * all)
			ASSERT_LE(0, adds(&self->q, &self->sum));
		EXPECT_EQ(self->sum, word_get(self->bo.map, 0));
		ASSERT_EQ(0, copier_stop(&copier));
		TH_LOG("%u queues of %d accelerators copy: an add takes %.1f times as long",
		       loads[i].queues, loads[i].accels, beside / alone);
		TH_LOG("%.0f us, alone %.0f us", beside, alone);
	}
}

/* All the queues that there are, of two processes, at work at once */
TEST_F(fair, all_work_and_are_given_back)
{
	struct uqueue *q = calloc(self->queues, sizeof(*q));
	const struct trn4_desc add = uqueue_add(0, 0, 1);
	int status, ready[2], fd, i, round;
	unsigned int mine, half = self->queues / 2;
	struct trn4_cqe cqe;
	pid_t child;
	char byte;

	ASSERT_NE(NULL, q);
	ASSERT_EQ(0, pipe(ready));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		fd = accel_open(&self->rig.accels[0]);
		for (i = 0; i < (int)half; i++)
			if (fd < 0 || uqueue_make(fd, 64, -1, &q[i]))
				_exit(1);
		if (write(ready[1], "x", 1) != 1)
			_exit(2);
		pause();
		_exit(3);
	}
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	/* One is the fixture's */
	for (mine = 0; mine < self->queues - 1 - half; mine++) {
		ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &q[mine]));
		ASSERT_EQ(0, segment_set(self->fd, q[mine].handle, 0,
					 self->bo.handle, RIGHT_ALL, 0, PAGE));
	}
	EXPECT_EQ(-ENOSPC, uqueue_make(self->fd, 64, -1, &q[mine]));
	EXPECT_EQ(0, kill(child, SIGKILL));
	EXPECT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));

	for (; mine < self->queues - 1; mine++) {
		ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &q[mine]));
		ASSERT_EQ(0, segment_set(self->fd, q[mine].handle, 0,
					 self->bo.handle, RIGHT_ALL, 0, PAGE));
	}
	EXPECT_EQ(-ENOSPC, uqueue_make(self->fd, 64, -1, &q[mine]));
	for (round = 0; round < 20; round++) {
		for (i = 0; i < (int)mine; i++) {
			uqueue_push(&q[i], &add);
			uqueue_push(&q[i], &add);
			uqueue_ring(&q[i]);
		}
		for (i = 0; i < 2 * (int)mine; i++) {
			ASSERT_EQ(0, uqueue_wait(&q[i / 2], &cqe));
			ASSERT_EQ(TRN4_STATUS_OK, cqe.status);
		}
	}
	EXPECT_EQ(20 * 2 * mine, word_get(self->bo.map, 0));
	free(q);
}

/* ---- Submits ---- */

#define SUBMITS 16
#define COPIES  8
#define LARGE   (32 * PAGE)

/* What another file asked for, 8 GiB of it, is not done first */
TEST_F(fair, submits_have_turns)
{
	int other = accel_open(&self->rig.accels[0]), i;
	struct drm_trn4_result *first, *added;
	struct drm_trn4_cmd copies[COPIES], add;
	struct bo from, to, results, mine, result;
	__u32 sync;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, bo_make(other, LARGE, 0, &from));
	ASSERT_EQ(0, bo_make(other, LARGE, 0, &to));
	ASSERT_EQ(0, bo_make(other, PAGE, 0, &results));
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &mine));
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &result));
	ASSERT_EQ(0, sync_create(other, &sync));
	for (i = 0; i < COPIES; i++)
		copies[i] = cmd_copy(to.handle, 0, from.handle, 0, LARGE);
	for (i = 0; i < SUBMITS; i++)
		ASSERT_EQ(0, submit(other, copies, COPIES, results.handle, 0,
				    sync));

	add = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, mine.handle, 0, 1, 0);
	ASSERT_EQ(0, submit_wait(self->fd, &add, 1, result.handle));
	EXPECT_EQ(1, word_get(mine.map, 0));
	ASSERT_EQ(0, sync_wait(other, sync, 60 * SEC));
	/* Those of the last submit, which has overwritten all others' */
	first = (struct drm_trn4_result *)results.map;
	added = (struct drm_trn4_result *)result.map;
	EXPECT_EQ(0, first->error);
	EXPECT_LE(added->end, first->start);
	close(other);
}

TEST_HARNESS_MAIN
