// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mesh_test.c - every accelerator has a window on every other, all at the same
 * time, and each of them leads to whom it should: 12 pairs of the 4
 * accelerators that a guest has by itself, 5112 of a whole rack's 72.
 */
#include <errno.h>

#include <kselftest_harness.h>
#include "mesh.h"

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
	struct mesh *mesh;
};

FIXTURE_SETUP(mesh)
{
	int ret;

	self->mesh = calloc(1, sizeof(*self->mesh));
	ASSERT_NE(NULL, self->mesh);
	ret = mesh_begin(self->mesh, 2);
	if (ret == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, ret);
}

FIXTURE_TEARDOWN(mesh)
{
	mesh_end(self->mesh);
	free(self->mesh);
}

TEST_F_TIMEOUT(mesh, all_pairs, SECONDS)
{
	struct mesh *mesh = self->mesh;
	int count = mesh->rig.count, src, dst, wrong = 0;
	__u64 *line;

	for (src = 0; src < count; src++) {
		for (dst = 0; dst < count; dst++) {
			if (src == dst)
				continue;
			ASSERT_EQ(0, mesh_window(mesh, src, dst))
			TH_LOG("from %d to %d", src, dst);
			line = mesh->map[src][dst] + src * LINE;
			*line = word(src, dst);
		}
	}
	TH_LOG("%d accelerators, %u windows at once", count, mesh->windows);

	/* As the owner sees it, and as it was written */
	for (src = 0; src < count; src++) {
		for (dst = 0; dst < count; dst++) {
			if (src == dst)
				continue;
			line = mesh->bo[dst].map + src * LINE;
			wrong += *line != word(src, dst);
			line = mesh->map[src][dst] + src * LINE;
			wrong += *line != word(src, dst);
		}
	}
	EXPECT_EQ(0, wrong);

	/* Every line but those is as it was given out: zero */
	for (dst = 0; dst < count; dst++) {
		line = mesh->bo[dst].map + dst * LINE;
		EXPECT_EQ(0, *line);
		EXPECT_EQ(PAGE - ACCEL_MAX * LINE,
			  first_not(mesh->bo[dst].map + ACCEL_MAX * LINE,
				    PAGE - ACCEL_MAX * LINE, 0));
	}
}

TEST_HARNESS_MAIN
