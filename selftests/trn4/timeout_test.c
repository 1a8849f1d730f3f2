// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timeout_test.c - what takes long is no hang: submits that last many times as
 * long as the driver waits for one for which nothing is done.
 *
 * What a hang is, reset_test shows.
 */
#include <errno.h>

#include <kselftest_harness.h>
#include "bench.h"
#include "job_timeout.h"
#include "rig.h"
#include "uqueue.h"

#define TIMEOUT 200                        /* ms; the driver looks twice */
#define LONG    (3ull * TIMEOUT * 1000000) /* ns */
#define LARGE   (64 * PAGE)

FIXTURE(timeout)
{
	struct job_timeout timeout;
	struct rig rig;
	int fd;
	struct bo bo;
};

FIXTURE_SETUP(timeout)
{
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error);
	rig_end(&self->rig);
	ASSERT_EQ(0, job_timeout_begin(&self->timeout,
				       self->rig.accels[0].device, TIMEOUT));
	ASSERT_EQ(0, rig_begin(&self->rig, 1));
	self->fd = self->rig.fd[0];
	ASSERT_EQ(0, bo_make(self->fd, LARGE, 0, &self->bo));
}

FIXTURE_TEARDOWN(timeout)
{
	rig_end(&self->rig);
	EXPECT_EQ(0, job_timeout_end(&self->timeout));
}

/* Of one command, whose rows are much work and few bytes */
TEST_F(timeout, short_rows)
{
	struct drm_trn4_cmd cmd = cmd_copy(self->bo.handle, LARGE / 2,
					   self->bo.handle, 0, 1);
	__u64 begin = bench_now();
	__u8 *map = self->bo.map;

	cmd.copy.rows = LARGE / 4;
	cmd.copy.src_pitch = 2;
	cmd.copy.dst_pitch = 2;
	map[LARGE / 2 - 2] = 0x5a;
	EXPECT_EQ(0, submit_wait(self->fd, &cmd, 1, 0));
	EXPECT_EQ(0x5a, map[LARGE - 2]);
	EXPECT_LT(LONG, bench_now() - begin);
}

/* A fence waits for what another queue has begun, be that ever so long. */
TEST_F(timeout, fence_behind_a_long_operation)
{
	const struct drm_trn4_cmd fence = { .op = DRM_TRN4_OP_FENCE };
	struct trn4_desc fill = uqueue_fill(0, 0, 1, 0x5a);
	const __u8 *map = self->bo.map;
	__u64 begin = bench_now();
	struct trn4_cqe cqe;
	struct uqueue q;

	fill.fill.rows = LARGE / 2;
	fill.fill.pitch = 2;
	ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &q));
	ASSERT_EQ(0, segment_set(self->fd, q.handle, 0, self->bo.handle,
				 RIGHT_ALL, 0, LARGE));
	uqueue_push(&q, &fill);
	uqueue_ring(&q);
	while (__atomic_load_n(map, __ATOMIC_RELAXED) != 0x5a)
		ASSERT_GT(SEC, bench_now() - begin);
	EXPECT_EQ(0, submit_wait(self->fd, &fence, 1, 0));
	ASSERT_TRUE(uqueue_take(&q, &cqe));
	EXPECT_EQ(TRN4_STATUS_OK, cqe.status);
	EXPECT_LT(LONG, bench_now() - begin);
}

TEST_HARNESS_MAIN
