// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * piece_test.c - copies and fills of more than one descriptor is made to write,
 * up to all of HBM: that nothing is amiss where the driver cuts them.
 */
#include <string.h>

#include <kselftest_harness.h>
#include "rig.h"

#define PIECE  (8 * MIB) /* the driver's TRN4_PIECE_MAX */
#define LENGTH (2 * PIECE + 4093)
#define SIZE   (22 * MIB)

FIXTURE(piece)
{
	struct rig rig;
	int fd;
	struct bo near, far, results;
	struct grant grant; /* of far */
	__u32 window;       /* from near on it */
	char *ours, *theirs;
};

/* Both have the same in them; what happens to the one is seen by the other. */
FIXTURE_SETUP(piece)
{
	__u64 backed;
	int peer, i;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	peer = self->rig.fd[1];
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, accel_param(self->rig.fd[i],
					 DRM_TRN4_PARAM_HBM_BACKED, &backed));
		if (backed < SIZE)
			SKIP(return, "needs 22 MiB of HBM each");
		/* What the last test had may be on its way back. */
		ASSERT_EQ(0, hbm_comes_back(self->rig.fd[i], backed));
	}
	ASSERT_EQ(0, bo_make(self->fd, 4096, DRM_TRN4_BO_HOST, &self->results));
	ASSERT_EQ(0, bo_make(self->fd, SIZE, 0, &self->near));
	ASSERT_EQ(0, bo_make(peer, SIZE, 0, &self->far));
	ASSERT_EQ(0, grant_make(peer, self->far.handle, RIGHT_RW, 0, SIZE,
				&self->grant));
	ASSERT_EQ(0, window_map(self->fd, &self->grant, 0, 0, RIGHT_RW,
				&self->window));
	self->ours = self->near.map;
	self->theirs = self->far.map;
	fill_pattern(self->ours, SIZE, 7);
	memcpy(self->theirs, self->ours, SIZE);
}

FIXTURE_TEARDOWN(piece)
{
	rig_end(&self->rig);
}

/* Runs one command, which writes @bytes: 0, or its error */
static int run(int fd, struct drm_trn4_cmd cmd, const struct bo *results,
	       __u64 bytes)
{
	const struct drm_trn4_result *result = results->map;
	int ret = submit_wait(fd, &cmd, 1, results->handle);

	if (!ret)
		ret = result->error;
	return ret || result->value == bytes ? ret : -EMSGSIZE;
}

TEST_F(piece, copy_to_a_peer)
{
	memset(self->theirs, 0x5a, SIZE);
	ASSERT_EQ(0,
		  run(self->fd,
		      cmd_copy(self->window, 5, self->near.handle, 3, LENGTH),
		      &self->results, LENGTH));
	EXPECT_EQ(0, memcmp(self->theirs + 5, self->ours + 3, LENGTH));
	EXPECT_EQ(0x5a, self->theirs[4]);
	EXPECT_EQ(0x5a, self->theirs[5 + LENGTH]);
}

/* By less than a piece, upwards and downwards: each piece's end is in the next */
TEST_F(piece, copy_over_itself)
{
	const __u64 by = 4099;

	ASSERT_EQ(0, run(self->fd,
			 cmd_copy(self->near.handle, by, self->near.handle, 0,
				  LENGTH),
			 &self->results, LENGTH));
	EXPECT_EQ(0, memcmp(self->ours, self->theirs, by));
	EXPECT_EQ(0, memcmp(self->ours + by, self->theirs, LENGTH));
	EXPECT_EQ(0, memcmp(self->ours + by + LENGTH,
			    self->theirs + by + LENGTH, SIZE - by - LENGTH));

	ASSERT_EQ(0, run(self->fd,
			 cmd_copy(self->near.handle, 0, self->near.handle, by,
				  LENGTH),
			 &self->results, LENGTH));
	EXPECT_EQ(0, memcmp(self->ours, self->theirs, LENGTH));
	EXPECT_EQ(0,
		  memcmp(self->ours + LENGTH, self->theirs + LENGTH - by, by));
}

/*
 * The same by two windows, that begin at different places: where the bytes lie
 * in a window does not tell which way they go.
 */
TEST_F(piece, copy_between_windows_that_overlap)
{
	const __u64 by = 4099;
	__u32 upper;

	ASSERT_EQ(0, window_map(self->fd, &self->grant, PAGE, 0, RIGHT_RW,
				&upper));
	ASSERT_EQ(0,
		  run(self->fd, cmd_copy(upper, by, self->window, PAGE, LENGTH),
		      &self->results, LENGTH));
	EXPECT_EQ(0, memcmp(self->theirs, self->ours, PAGE + by));
	EXPECT_EQ(0,
		  memcmp(self->theirs + PAGE + by, self->ours + PAGE, LENGTH));
	EXPECT_EQ(0, memcmp(self->theirs + PAGE + by + LENGTH,
			    self->ours + PAGE + by + LENGTH,
			    SIZE - PAGE - by - LENGTH));

	ASSERT_EQ(0,
		  run(self->fd, cmd_copy(self->window, PAGE, upper, by, LENGTH),
		      &self->results, LENGTH));
	EXPECT_EQ(0, memcmp(self->theirs, self->ours, PAGE + LENGTH));
	EXPECT_EQ(0, memcmp(self->theirs + PAGE + LENGTH,
			    self->ours + PAGE + LENGTH - by, by));
}

TEST_F(piece, fill)
{
	const __u64 pattern = 0x0123456789abcdefull;

	ASSERT_EQ(0,
		  run(self->fd, cmd_fill(self->near.handle, 3, LENGTH, pattern),
		      &self->results, LENGTH));
	EXPECT_EQ(0, memcmp(self->ours + 3, &pattern, 8));
	EXPECT_EQ(0, memcmp(self->ours + 11, self->ours + 3, LENGTH - 8));
	EXPECT_EQ(0, memcmp(self->ours, self->theirs, 3));
	EXPECT_EQ(0, memcmp(self->ours + 3 + LENGTH, self->theirs + 3 + LENGTH,
			    SIZE - 3 - LENGTH));
}

/* Two of them, each in two pieces; copied, and then filled */
TEST_F(piece, rows_that_are_cut)
{
	const __u64 row = PIECE + 4093, from = row + 77, to = row + 5;
	const __u64 pattern = 0xfedcba9876543210ull;
	struct drm_trn4_cmd cmd;
	unsigned int i;

	memset(self->theirs, 0x5a, SIZE);
	cmd = cmd_copy(self->window, 1, self->near.handle, 2, row);
	cmd.copy.rows = 2;
	cmd.copy.src_pitch = from;
	cmd.copy.dst_pitch = to;
	ASSERT_EQ(0, run(self->fd, cmd, &self->results, 2 * row));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, memcmp(self->theirs + 1 + i * to,
				    self->ours + 2 + i * from, row));
		EXPECT_EQ(0x5a, self->theirs[i * to]);
		EXPECT_EQ(0x5a, self->theirs[1 + i * to + row]);
	}

	cmd = cmd_fill(self->window, 1, row, pattern);
	cmd.fill.rows = 2;
	cmd.fill.pitch = to;
	ASSERT_EQ(0, run(self->fd, cmd, &self->results, 2 * row));
	for (i = 0; i < 2; i++) {
		char *begin = self->theirs + 1 + i * to;

		EXPECT_EQ(0, memcmp(begin, &pattern, 8));
		EXPECT_EQ(0, memcmp(begin + 8, begin, row - 8));
		EXPECT_EQ(0x5a, begin[-1]);
		EXPECT_EQ(0x5a, begin[row]);
	}
}

/* Whole ones to a piece. Each goes to where the next one is read from. */
TEST_F(piece, rows_over_one_another)
{
	const __u64 row = 1000003, pitch = MIB, rows = 20, by = MIB + 3;
	struct drm_trn4_cmd cmd;
	__u64 i;

	cmd = cmd_copy(self->near.handle, by, self->near.handle, 0, row);
	cmd.copy.rows = rows;
	cmd.copy.src_pitch = pitch;
	cmd.copy.dst_pitch = pitch;
	ASSERT_EQ(0, run(self->fd, cmd, &self->results, rows * row));
	EXPECT_EQ(0, memcmp(self->ours, self->theirs, by));
	for (i = 0; i < rows; i++) {
		char *copy = self->ours + by + i * pitch;

		ASSERT_EQ(0, memcmp(copy, self->theirs + i * pitch, row))
		{
			TH_LOG("row %llu", i);
		}
		/* What is between them stays. */
		ASSERT_EQ(0, memcmp(copy + row,
				    self->theirs + by + i * pitch + row,
				    pitch - row));
	}

	/* And back again */
	cmd = cmd_copy(self->near.handle, 0, self->near.handle, by, row);
	cmd.copy.rows = rows;
	cmd.copy.src_pitch = pitch;
	cmd.copy.dst_pitch = pitch;
	ASSERT_EQ(0, run(self->fd, cmd, &self->results, rows * row));
	for (i = 0; i < rows; i++)
		ASSERT_EQ(0, memcmp(self->ours + i * pitch,
				    self->theirs + i * pitch, row))
		{
			TH_LOG("row %llu", i);
		}
}

/* ---- All there is ---- */

FIXTURE(all)
{
	struct rig rig;
	int fd;
	__u64 size;
	struct bo bo, results;
};

FIXTURE_SETUP(all)
{
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_BACKED,
				 &self->size));
	ASSERT_EQ(0, hbm_comes_back(self->fd, self->size));
	ASSERT_EQ(0, bo_make(self->fd, 4096, DRM_TRN4_BO_HOST, &self->results));
	ASSERT_EQ(0, bo_make(self->fd, self->size, 0, &self->bo));
}

FIXTURE_TEARDOWN(all)
{
	rig_end(&self->rig);
}

/* By one command each: filled, and then moved, by less than a page and down */
TEST_F(all, filled_and_moved)
{
	const __u64 pattern = 0x0123456789abcdefull, by = 4099;
	char *map = self->bo.map;
	__u64 rest = self->size - by;

	ASSERT_EQ(0, run(self->fd,
			 cmd_fill(self->bo.handle, 0, self->size, pattern),
			 &self->results, self->size));
	EXPECT_EQ(0, memcmp(map, &pattern, 8));
	EXPECT_EQ(0, memcmp(map + 8, map, self->size - 8));

	fill_pattern(map, self->size, 5);
	ASSERT_EQ(0,
		  run(self->fd,
		      cmd_copy(self->bo.handle, by, self->bo.handle, 0, rest),
		      &self->results, rest));
	ASSERT_EQ(0,
		  run(self->fd,
		      cmd_copy(self->bo.handle, 0, self->bo.handle, by, rest),
		      &self->results, rest));
	EXPECT_EQ(0, check_pattern(map, rest / PAGE * PAGE, 5));
}

TEST_HARNESS_MAIN
