// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fair_bench.c - an atomic of a queue, beside a process that copies on all
 * other queues of the accelerator: to what it may have to wait for, and to what
 * it would take if queues did not have turns, and it waited for a copy of each
 * of the others to end. And one that is submitted, beside another file's submits
 * that copy: to what it may have to wait for; and what it costs these copies that
 * the driver cuts them for that, to those of a user queue.
 *
 * It may wait for a piece of each copy, by "Turns" in docs/hardware/engine.md.
 * Under TCG and KVM alike each of its two doorbells, the one that hands it in
 * and the one that takes its record, waits for QEMU's lock, too, which engines
 * that have work give away once in 1 ms: that is most of what it takes.
 */
#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "copier.h"
#include "rig.h"
#include "uqueue.h"

#define ROUNDS 161
#define COPIES 16 /* of each other queue, to take the time */
#define PIECE  (256 * 1024)
#define LOCKED 1100 /* us, between two moments that QEMU's lock is to be had */

/* What may be before a submit: the ring, and a descriptor of the other file */
#define BEFORE (112 * MIB)
#define COPY   (28 * MIB) /* by one command: no cache holds two of them */
#define LOAD   (DRM_TRN4_SUBMIT_MAX * COPY)

FIXTURE(fair)
{
	struct rig rig;
	struct bo bo;
	struct uqueue q;
	__u64 others; /* queues */
};

FIXTURE_SETUP(fair)
{
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error);
	ASSERT_EQ(0, accel_param(self->rig.fd[0], DRM_TRN4_PARAM_QUEUES,
				 &self->others));
	self->others--;
	ASSERT_EQ(0, bo_make(self->rig.fd[0], PAGE, 0, &self->bo));
	ASSERT_EQ(0, uqueue_make(self->rig.fd[0], 64, -1, &self->q));
	ASSERT_EQ(0, segment_set(self->rig.fd[0], self->q.handle, 0,
				 self->bo.handle, RIGHT_ALL, 0, PAGE));
}

FIXTURE_TEARDOWN(fair)
{
	rig_end(&self->rig);
}

/* Nanoseconds until @count copies more have ended */
static __u64 time_copies(const struct copier *copier, __u64 count)
{
	__u64 end = copier_copies(copier) + count, begin = bench_now();

	while (copier_copies(copier) < end)
		sched_yield();
	return bench_now() - begin;
}

TEST_F_TIMEOUT(fair, atomic, 100)
{
	struct bench_times beside = {};
	struct bench_figure figure = { .unit = "us", .bar = 1 };
	/* Who waits for QEMU's lock can find that another CPU has it first. */
	const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct copier copier;
	char name[64], peer[96];
	double copies;
	__u64 sum = 0;

	ASSERT_EQ(0, copier_start(&copier, self->rig.accels, 1, self->others));
	ASSERT_EQ(0, uqueue_time_adds(&self->q, &sum, ROUNDS, &beside));
	/* They are counted late, and many at once: of so many it is no matter */
	copies = (double)time_copies(&copier, COPIES * self->others) / COPIES;
	ASSERT_EQ(0, copier_stop(&copier));

	snprintf(name, sizeof(name), "atomic beside copies on %llu queues",
		 self->others);
	snprintf(peer, sizeof(peer),
		 "256 KiB of each of the %llu, and 1.1 ms of each of %ld CPUs' 2 doorbells",
		 self->others, cpus);
	figure.name = name;
	figure.ours = bench_median(&beside) / 1000;
	figure.peer = copies / 1000 * PIECE / COPIER_SIZE + 2 * cpus * LOCKED;
	figure.peer_name = peer;
	bench_tell(&figure);
	snprintf(peer, sizeof(peer), "a copy of 8 MiB on each of the %llu",
		 self->others);
	figure.peer = copies / 1000;
	figure.bar = 0.5;
	bench_tell(&figure);
}

FIXTURE(submits)
{
	struct rig rig;
	int fd, other;
	struct bo word;
	__u32 from, to; /* of the other file */
	__u32 sync;
	struct uqueue q; /* the same */
};

FIXTURE_SETUP(submits)
{
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error);
	self->fd = self->rig.fd[0];
	self->other = accel_open(&self->rig.accels[0]);
	ASSERT_LE(0, self->other);
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &self->word));
	ASSERT_EQ(0, bo_create(self->other, COPY, 0, &self->from));
	ASSERT_EQ(0, bo_create(self->other, COPY, 0, &self->to));
	ASSERT_EQ(0, sync_create(self->other, &self->sync));
	ASSERT_EQ(0, uqueue_make(self->other, 64, -1, &self->q));
	ASSERT_EQ(0, segment_set(self->other, self->q.handle, 0, self->from,
				 RIGHT_R, 0, COPY));
	ASSERT_EQ(0, segment_set(self->other, self->q.handle, 1, self->to,
				 RIGHT_RW, 0, COPY));
}

FIXTURE_TEARDOWN(submits)
{
	close(self->other);
	rig_end(&self->rig);
}

/* As many copies as one submit takes, of another file */
static int submit_load(int fd, __u32 from, __u32 to, __u32 sync)
{
	struct drm_trn4_cmd cmds[DRM_TRN4_SUBMIT_MAX];
	unsigned int i;

	for (i = 0; i < DRM_TRN4_SUBMIT_MAX; i++)
		cmds[i] = cmd_copy(to, 0, from, 0, COPY);
	return submit(fd, cmds, DRM_TRN4_SUBMIT_MAX, 0, 0, sync);
}

TEST_F_TIMEOUT(submits, atomic, 100)
{
	struct drm_trn4_cmd add = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8,
					     self->word.handle, 0, 1, 0);
	const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct bench_figure figure = { .unit = "us", .bar = 1 };
	struct bench_times beside = {};
	char peer[96];
	__u64 begin;
	double rate; /* bytes in a nanosecond */
	int i;

	begin = bench_now();
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, submit_load(self->other, self->from, self->to,
					 self->sync));
	for (i = 0; i < 31; i++) {
		__u64 asked = bench_now();

		ASSERT_EQ(0, submit_wait(self->fd, &add, 1, 0));
		bench_add(&beside, asked);
	}
	ASSERT_EQ(-ETIME, sync_wait(self->other, self->sync, 0));
	ASSERT_EQ(0, sync_wait(self->other, self->sync, 60 * SEC));
	rate = 4.0 * LOAD / (bench_now() - begin);

	/*
	 * QEMU's lock is waited for by the interrupt that tells of room in the
	 * ring, by its end, by the doorbell for what is put there, and by the
	 * interrupt that tells of the record.
	 */
	snprintf(peer, sizeof(peer),
		 "112 MiB of them, and 1.1 ms of each of %ld CPUs, 4 times",
		 cpus);
	figure.name = "submitted atomic beside others' copies";
	figure.ours = bench_median(&beside) / 1000;
	figure.peer = BEFORE / rate / 1000 + 4 * cpus * LOCKED;
	figure.peer_name = peer;
	bench_tell(&figure);
}

/* Nanoseconds for all copies of a submit, by a queue of the process */
static __u64 time_queue(struct uqueue *q)
{
	const struct trn4_desc copy = uqueue_copy(1, 0, 0, 0, COPY);
	unsigned int asked = 0, ended = 0;
	__u64 begin = bench_now();
	struct trn4_cqe cqe;

	while (ended < DRM_TRN4_SUBMIT_MAX) {
		for (; asked < DRM_TRN4_SUBMIT_MAX && asked - ended < 32;
		     asked++)
			uqueue_push(q, &copy);
		uqueue_ring(q);
		if (uqueue_wait(q, &cqe) || cqe.status != TRN4_STATUS_OK)
			return 0;
		for (ended++; uqueue_pop(q, &cqe); ended++)
			;
	}
	return bench_now() - begin;
}

/* One after the other, so that what the host does meanwhile meets both */
TEST_F_TIMEOUT(submits, copies, 100)
{
	struct bench_times ours = {}, theirs = {};
	struct bench_figure figure = {
		.name = "copies of 28 MiB by submit",
		.unit = "GB/s",
		.peer_name = "by a user queue",
		.bar = 0.9,
		.higher = true,
	};
	__u64 begin, took;
	int i;

	for (i = 0; i < 5; i++) {
		begin = bench_now();
		ASSERT_EQ(0, submit_load(self->other, self->from, self->to,
					 self->sync));
		ASSERT_EQ(0, sync_wait(self->other, self->sync, 60 * SEC));
		bench_add(&ours, begin);
		took = time_queue(&self->q);
		ASSERT_NE(0, took);
		bench_took(&theirs, took);
	}
	figure.ours = LOAD / bench_median(&ours);
	figure.peer = LOAD / bench_median(&theirs);
	bench_tell(&figure);
}

TEST_HARNESS_MAIN
