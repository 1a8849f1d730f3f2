// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mesh_test.c - every accelerator has a window on every other, all at the same
 * time, and each of them leads to whom it should: 12 pairs of the 4
 * accelerators that a guest has by itself, 5112 of a whole rack's 72.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"

#define SECONDS 240

/* Each accelerator's own line in the page of every other */
#define LINE 64

/* What accelerator @src writes into the memory of @dst */
static __u64 word(int src, int dst)
{
	return 0x6d65736800000000ull | (__u64)src << 16 | dst;
}

FIXTURE(mesh)
{
	struct rig rig;
	int fd[ACCEL_MAX];
	struct bo bo[ACCEL_MAX];
	struct grant grant[ACCEL_MAX];
	__u8 *window[ACCEL_MAX][ACCEL_MAX];
};

FIXTURE_SETUP(mesh)
{
	int i;

	for (i = 0; i < ACCEL_MAX; i++)
		self->fd[i] = -1;
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error);
	for (i = 0; i < self->rig.count; i++) {
		self->fd[i] = accel_open(&self->rig.accels[i]);
		ASSERT_LE(0, self->fd[i]);
		ASSERT_EQ(0, bo_make(self->fd[i], PAGE, 0, &self->bo[i]));
		ASSERT_EQ(0, grant_make(self->fd[i], self->bo[i].handle,
					RIGHT_RW, 0, PAGE, &self->grant[i]));
	}
}

FIXTURE_TEARDOWN(mesh)
{
	int i;

	for (i = 0; i < ACCEL_MAX; i++)
		if (self->fd[i] >= 0)
			close(self->fd[i]);
	rig_end(&self->rig);
}

TEST_F_TIMEOUT(mesh, all_pairs, SECONDS)
{
	int count = self->rig.count, src, dst, pairs = 0, wrong = 0;
	__u32 handle;
	__u64 *line;

	for (src = 0; src < count; src++) {
		for (dst = 0; dst < count; dst++) {
			if (src == dst)
				continue;
			ASSERT_EQ(0,
				  window_map(self->fd[src], &self->grant[dst],
					     0, 0, RIGHT_RW, &handle))
			TH_LOG("from %d to %d", src, dst);
			self->window[src][dst] =
				gem_map(self->fd[src], handle, PAGE,
					PROT_READ | PROT_WRITE);
			ASSERT_NE(MAP_FAILED, self->window[src][dst]);
			line = (__u64 *)(self->window[src][dst] + src * LINE);
			*line = word(src, dst);
			pairs++;
		}
	}
	TH_LOG("%d accelerators, %d windows at once", count, pairs);

	/* As the owner sees it, and as it was written */
	for (src = 0; src < count; src++) {
		for (dst = 0; dst < count; dst++) {
			if (src == dst)
				continue;
			line = (__u64 *)((__u8 *)self->bo[dst].map +
					 src * LINE);
			wrong += *line != word(src, dst);
			line = (__u64 *)(self->window[src][dst] + src * LINE);
			wrong += *line != word(src, dst);
		}
	}
	EXPECT_EQ(0, wrong);

	/* Every line but those is as it was given out: zero */
	for (dst = 0; dst < count; dst++) {
		line = (__u64 *)((__u8 *)self->bo[dst].map + dst * LINE);
		EXPECT_EQ(0, *line);
		EXPECT_EQ(PAGE - ACCEL_MAX * LINE,
			  first_not((__u8 *)self->bo[dst].map +
					    ACCEL_MAX * LINE,
				    PAGE - ACCEL_MAX * LINE, 0));
	}
}

TEST_HARNESS_MAIN
