// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fair_bench.c - an atomic of a queue, beside a process that copies on all
 * other queues of the accelerator: to what it may have to wait for, and to what
 * it would take if queues did not have turns, and it waited for a copy of each
 * of the others to end.
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

TEST_HARNESS_MAIN
