// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * copy_bench.c - how fast the engine moves much memory for a process, within
 * HBM and to a peer's through a window.
 *
 * The peer is a memcpy() on the host, where the engine works too: one in the
 * guest is ten times as slow under TCG, and would flatter. A guest cannot know
 * the host's: it gives 0, and vm/bench puts in what it took.
 */
#include <kselftest_harness.h>
#include "bench.h"
#include "rig.h"
#include "uqueue.h"

/* As qemu-device/tests/bench/memcpy.c has it; two of them fit into HBM */
#define SIZE   (24 * MIB)
#define ROUNDS 61

/* Segments */
enum { FROM, TO, PEERS };

FIXTURE(copy)
{
	struct rig rig;
	struct bo from, to, theirs;
	struct uqueue q;
};

FIXTURE_SETUP(copy)
{
	struct grant grant;
	__u32 window;
	int fd;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error);
	fd = self->rig.fd[0];
	ASSERT_EQ(0, bo_make(fd, SIZE, 0, &self->from));
	ASSERT_EQ(0, bo_make(fd, SIZE, 0, &self->to));
	ASSERT_EQ(0, bo_make(self->rig.fd[1], SIZE, 0, &self->theirs));
	ASSERT_EQ(0, grant_make(self->rig.fd[1], self->theirs.handle, RIGHT_RW,
				0, SIZE, &grant));
	ASSERT_EQ(0, window_map(fd, &grant, 0, 0, RIGHT_RW, &window));
	ASSERT_EQ(0, uqueue_make(fd, 64, -1, &self->q));
	ASSERT_EQ(0, segment_set(fd, self->q.handle, FROM, self->from.handle,
				 RIGHT_R, 0, SIZE));
	ASSERT_EQ(0, segment_set(fd, self->q.handle, TO, self->to.handle,
				 RIGHT_RW, 0, SIZE));
	ASSERT_EQ(0, segment_set(fd, self->q.handle, PEERS, window, RIGHT_RW, 0,
				 SIZE));
	fill_pattern(self->from.map, SIZE, 1);
}

FIXTURE_TEARDOWN(copy)
{
	rig_end(&self->rig);
}

static int copy_all(struct uqueue *q, __u16 to)
{
	const struct trn4_desc copy = uqueue_copy(to, 0, FROM, 0, SIZE);
	struct trn4_cqe cqe;
	int ret = uqueue_do(q, &copy, &cqe);

	return ret ?: cqe.status;
}

TEST_F_TIMEOUT(copy, large, 100)
{
	const char *const names[] = {
		[TO] = "engine copy of 24 MiB in a guest, HBM to HBM",
		[PEERS] = "engine copy of 24 MiB in a guest, HBM to a peer's",
	};
	struct bench_figure figure = {
		.unit = "MB/s",
		.peer_name = "memcpy() of as much on the host",
		.bar = 0.9,
		.higher = true,
	};
	struct bench_times times[3] = {};
	__u16 to;
	int round;

	for (round = 0; round < ROUNDS; round++)
		for (to = TO; to <= PEERS; to++) {
			__u64 begin = bench_now();

			ASSERT_EQ(0, copy_all(&self->q, to));
			bench_add(&times[to], begin);
		}
	EXPECT_EQ(0, check_pattern(self->to.map, SIZE, 1));
	EXPECT_EQ(0, check_pattern(self->theirs.map, SIZE, 1));
	for (to = TO; to <= PEERS; to++) {
		figure.name = names[to];
		figure.ours = SIZE * 1000.0 / bench_least(&times[to]);
		bench_tell(&figure);
	}
}

TEST_HARNESS_MAIN
