// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * deny_test.c - nothing reaches anything without a route and a partition: what
 * a window says, gives and refuses as the fabric changes under it, and that
 * nobody else is touched by it.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "touch.h"
#include "word.h"

#define N RIG_FILES

FIXTURE(deny)
{
	struct rig rig;
	struct nl *nl;
	const struct fabric *fabric;
	__u32 id[N]; /* target ids */
	struct bo bos[N];
	struct grant grants[N];
	__u32 windows[N][N]; /* of the first on the second */
	__u64 *maps[N][N];
};

FIXTURE_SETUP(deny)
{
	int i, k;

	if (rig_begin(&self->rig, N) == -ENODEV)
		SKIP(return, RIG_NEEDS, N);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->nl = &self->rig.nl;
	self->fabric = self->rig.fabric;
	for (i = 0; i < N; i++) {
		self->id[i] = self->rig.accels[i].id;
		ASSERT_EQ(0, bo_make(self->rig.fd[i], PAGE, 0, &self->bos[i]));
		fill_pattern(self->bos[i].map, PAGE, i);
		ASSERT_EQ(0, grant_make(self->rig.fd[i], self->bos[i].handle,
					RIGHT_ALL, 0, PAGE, &self->grants[i]));
	}
	for (i = 0; i < N; i++)
		for (k = 0; k < N; k++) {
			if (i == k)
				continue;
			ASSERT_EQ(0,
				  window_map(self->rig.fd[i], &self->grants[k],
					     0, 0, RIGHT_ALL,
					     &self->windows[i][k]));
			self->maps[i][k] = gem_map(self->rig.fd[i],
						   self->windows[i][k], PAGE,
						   PROT_READ | PROT_WRITE);
			ASSERT_NE(MAP_FAILED, self->maps[i][k]);
			ASSERT_EQ(0, touch_kind(self->maps[i][k]));
		}
}

FIXTURE_TEARDOWN(deny)
{
	rig_end(&self->rig);
}

/* Pairs of endpoints, as bits of a mask */
#define PAIR(from, to) (1u << (N * (from) + (to)))

static unsigned int all_to(int to)
{
	unsigned int i, mask = 0;

	for (i = 0; i < N; i++)
		mask |= PAIR(i, to);
	return mask & ~PAIR(to, to);
}

static unsigned int all_from(int from)
{
	unsigned int i, mask = 0;

	for (i = 0; i < N; i++)
		mask |= PAIR(from, i);
	return mask & ~PAIR(from, from);
}

static unsigned int all_pairs(void)
{
	unsigned int i, mask = 0;

	for (i = 0; i < N; i++)
		mask |= all_to(i);
	return mask;
}

/* clang-format off */
/*
 * Checks all pairs: those in @gone are in @state and give SIGBUS, the others
 * are live and reach their peer's data.
 */
#define EXPECT_PAIRS(gone, expected_state) do { \
	__u64 __value; \
	int __i, __k; \
	\
	for (__i = 0; __i < N; __i++) \
		for (__k = 0; __k < N; __k++) { \
			__u64 *__map = self->maps[__i][__k]; \
			int __state; \
			\
			if (__i == __k) \
				continue; \
			__state = window_state(self->rig.fd[__i], \
					       self->windows[__i][__k]); \
			if ((gone) & PAIR(__i, __k)) { \
				EXPECT_EQ(expected_state, __state); \
				EXPECT_EQ(SIGBUS, touch_kind(__map)); \
				EXPECT_EQ(SIGBUS, \
					  touch_kind_write(__map + 1)); \
				EXPECT_FALSE(fabric_reaches(self->nl, \
							    self->id[__i], \
							    self->id[__k])); \
			} else { \
				EXPECT_EQ(DRM_TRN4_WINDOW_LIVE, __state) { \
					TH_LOG("pair %d %d", __i, __k); \
				} \
				EXPECT_EQ(0, touch_load(__map, &__value)); \
				EXPECT_EQ(*(__u64 *)self->bos[__k].map, \
					  __value); \
				EXPECT_TRUE(fabric_reaches(self->nl, \
							   self->id[__i], \
							   self->id[__k])); \
			} \
		} \
} while (0)

/* What a new window is answered with */
#define MAP_ANSWER(from, to) ({ \
	__u32 __handle; \
	\
	window_map(self->rig.fd[from], &self->grants[to], 0, 0, RIGHT_R, \
		   &__handle); \
})

/* clang-format on */

TEST_F(deny, begins_open)
{
	EXPECT_PAIRS(0, 0);
}

/* ---- Routes ---- */

TEST_F(deny, no_route)
{
	int i;

	ASSERT_EQ(0, fabric_unroute_all(self->nl, self->fabric, self->id[0]));
	EXPECT_PAIRS(all_to(0), DRM_TRN4_WINDOW_NO_ROUTE);
	for (i = 1; i < N; i++)
		EXPECT_EQ(-EHOSTUNREACH, MAP_ANSWER(i, 0));
	EXPECT_EQ(0, MAP_ANSWER(0, 1));

	/* The same mappings work again, with the data that were there */
	ASSERT_EQ(0, fabric_route_all(self->nl, self->fabric, self->id[0]));
	EXPECT_PAIRS(0, 0);
	EXPECT_EQ(0, check_pattern(self->bos[0].map, PAGE, 0));
	EXPECT_EQ(0, check_pattern(self->maps[1][0], PAGE, 0));
	EXPECT_EQ(0, MAP_ANSWER(1, 0));
}

/* One switch's route is enough */
TEST_F(deny, each_switch_counts)
{
	unsigned int n = self->fabric->switch_count, i;

	for (i = 0; i < n; i++) {
		EXPECT_PAIRS(0, 0);
		ASSERT_EQ(0,
			  fabric_unroute(self->nl, self->fabric->switches[i].id,
					 self->id[2]));
	}
	EXPECT_PAIRS(all_to(2), DRM_TRN4_WINDOW_NO_ROUTE);
	for (i = 0; i < n; i++) {
		__u32 sw = self->fabric->switches[i].id;

		ASSERT_EQ(0, fabric_route(self->nl, self->fabric, sw,
					  self->id[2]));
		EXPECT_PAIRS(0, 0);
		ASSERT_EQ(0, fabric_unroute(self->nl, sw, self->id[2]));
		EXPECT_PAIRS(all_to(2), DRM_TRN4_WINDOW_NO_ROUTE);
	}
}

/* Ports that lead to another endpoint lead nowhere, whether refused or not */
TEST_F(deny, route_that_leads_elsewhere)
{
	unsigned int i, k, refused = 0;
	__u8 ports[9];
	int ret;

	for (i = 0; i < self->fabric->switch_count; i++) {
		__u32 sw = self->fabric->switches[i].id;

		memset(ports, 0, sizeof(ports));
		for (k = 0; k < self->fabric->port_count; k++) {
			const struct fabric_port *p = &self->fabric->ports[k];

			if (p->owner == NVLF_OWNER_SWITCH &&
			    p->owner_id == sw &&
			    p->partner == NVLF_OWNER_ENDPOINT &&
			    p->partner_id == self->id[1])
				bit_set(ports, p->index);
		}
		ret = fabric_set_route(self->nl, sw, self->id[0], ports,
				       sizeof(ports));
		EXPECT_TRUE(ret == 0 || ret == -EINVAL);
		refused += ret != 0;
	}
	EXPECT_PAIRS(refused ? 0 : all_to(0), DRM_TRN4_WINDOW_NO_ROUTE);
}

/* A single link is enough, and it may be any */
TEST_F(deny, route_of_one_port)
{
	const struct fabric_port *found = NULL;
	__u8 ports[9] = { 0 };
	unsigned int k;

	for (k = 0; k < self->fabric->port_count; k++) {
		const struct fabric_port *p = &self->fabric->ports[k];

		if (p->owner == NVLF_OWNER_SWITCH &&
		    p->partner == NVLF_OWNER_ENDPOINT &&
		    p->partner_id == self->id[3])
			found = p;
	}
	ASSERT_NE(NULL, found);
	bit_set(ports, found->index);
	ASSERT_EQ(0, fabric_unroute_all(self->nl, self->fabric, self->id[3]));
	ASSERT_EQ(0, fabric_set_route(self->nl, found->owner_id, self->id[3],
				      ports, sizeof(ports)));
	EXPECT_PAIRS(0, 0);
}

/* ---- Partitions ---- */

TEST_F(deny, no_partition)
{
	int i;

	ASSERT_EQ(0, fabric_del_partition(self->nl, 1));
	EXPECT_PAIRS(all_pairs(), DRM_TRN4_WINDOW_NO_PARTITION);
	for (i = 1; i < N; i++) {
		EXPECT_EQ(-EPERM, MAP_ANSWER(i, 0));
		EXPECT_EQ(-EPERM, MAP_ANSWER(0, i));
	}
	ASSERT_EQ(0, fabric_set_partition(self->nl, 1, self->id, N));
	EXPECT_PAIRS(0, 0);
	for (i = 1; i < N; i++)
		EXPECT_EQ(0, check_pattern(self->maps[0][i], PAGE, i));
}

TEST_F(deny, member_leaves)
{
	/* All but the last, under the same id: replaced, not added to */
	ASSERT_EQ(0, fabric_set_partition(self->nl, 1, self->id, N - 1));
	EXPECT_PAIRS(all_to(3) | all_from(3), DRM_TRN4_WINDOW_NO_PARTITION);
	EXPECT_EQ(-EPERM, MAP_ANSWER(3, 0));
	EXPECT_EQ(-EPERM, MAP_ANSWER(0, 3));
	EXPECT_EQ(0, MAP_ANSWER(0, 1));
	ASSERT_EQ(0, fabric_set_partition(self->nl, 1, self->id, N));
	EXPECT_PAIRS(0, 0);
}

TEST_F(deny, two_halves)
{
	ASSERT_EQ(0, fabric_set_partition(self->nl, 7, &self->id[0], 2));
	ASSERT_EQ(0, fabric_set_partition(self->nl, NVLF_PARTITION_MAX,
					  &self->id[2], 2));
	/* They are still all together in 1 */
	EXPECT_PAIRS(0, 0);
	ASSERT_EQ(0, fabric_del_partition(self->nl, 1));
	EXPECT_PAIRS(all_pairs() & ~(PAIR(0, 1) | PAIR(1, 0) | PAIR(2, 3) |
				     PAIR(3, 2)),
		     DRM_TRN4_WINDOW_NO_PARTITION);
}

/* Two that have a partition in common each with a third have none in common */
TEST_F(deny, not_transitive)
{
	__u32 first[] = { self->id[0], self->id[1] };
	__u32 second[] = { self->id[1], self->id[2] };

	ASSERT_EQ(0, fabric_set_partition(self->nl, 2, first, 2));
	ASSERT_EQ(0, fabric_set_partition(self->nl, 3, second, 2));
	ASSERT_EQ(0, fabric_del_partition(self->nl, 1));
	EXPECT_PAIRS(all_pairs() & ~(PAIR(0, 1) | PAIR(1, 0) | PAIR(1, 2) |
				     PAIR(2, 1)),
		     DRM_TRN4_WINDOW_NO_PARTITION);
}

/* Two partitions that both hold a pair: it needs one of them */
TEST_F(deny, either_partition)
{
	ASSERT_EQ(0, fabric_set_partition(self->nl, 2, self->id, N));
	ASSERT_EQ(0, fabric_del_partition(self->nl, 1));
	EXPECT_PAIRS(0, 0);
	ASSERT_EQ(0, fabric_set_partition(self->nl, 1, self->id, 2));
	ASSERT_EQ(0, fabric_del_partition(self->nl, 2));
	EXPECT_PAIRS(all_pairs() & ~(PAIR(0, 1) | PAIR(1, 0)),
		     DRM_TRN4_WINDOW_NO_PARTITION);
}

/* ---- Both, and neither ---- */

TEST_F(deny, by_default)
{
	ASSERT_EQ(0, fabric_clear(self->nl));
	/* The first thing in the way is named: the route */
	EXPECT_PAIRS(all_pairs(), DRM_TRN4_WINDOW_NO_ROUTE);
	EXPECT_EQ(-EHOSTUNREACH, MAP_ANSWER(0, 1));
	ASSERT_EQ(0, fabric_route_all(self->nl, self->fabric, self->id[1]));
	EXPECT_EQ(DRM_TRN4_WINDOW_NO_PARTITION,
		  window_state(self->rig.fd[0], self->windows[0][1]));
	EXPECT_EQ(-EPERM, MAP_ANSWER(0, 1));
	EXPECT_EQ(-EHOSTUNREACH, MAP_ANSWER(1, 0));
	ASSERT_EQ(0, fabric_set_partition(self->nl, 1, self->id, N));
	EXPECT_PAIRS(all_pairs() & ~all_to(1), DRM_TRN4_WINDOW_NO_ROUTE);
	EXPECT_EQ(0, MAP_ANSWER(0, 1));
}

/* A revoke while the way is closed is a revoke when it opens */
TEST_F(deny, revoked_meanwhile)
{
	ASSERT_EQ(0, fabric_unroute_all(self->nl, self->fabric, self->id[0]));
	ASSERT_EQ(0, grant_revoke(self->rig.fd[0], self->grants[0].handle));
	EXPECT_EQ(SIGBUS, touch_kind(self->maps[1][0]));
	ASSERT_EQ(0, fabric_route_all(self->nl, self->fabric, self->id[0]));
	EXPECT_EQ(SIGBUS, touch_kind(self->maps[1][0]));
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED,
		  window_state(self->rig.fd[1], self->windows[1][0]));
	EXPECT_EQ(-ENOENT, MAP_ANSWER(1, 0));
}

/* The engine is denied as the processor is */
TEST_F(deny, engine)
{
	struct drm_trn4_cmd cmds[2];
	struct drm_trn4_result *result;
	struct bo results, mine;
	int fd = self->rig.fd[1], round;

	ASSERT_EQ(0, bo_make(fd, 4096, DRM_TRN4_BO_HOST, &results));
	ASSERT_EQ(0, bo_make(fd, PAGE, 0, &mine));
	result = results.map;
	cmds[0] = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, self->windows[1][0], 64, 1,
			     0);
	cmds[1] = cmd_copy(mine.handle, 0, self->windows[1][0], 0, 4096);
	for (round = 0; round < 2; round++) {
		memset(mine.map, 0x44, 4096);
		if (round) {
			ASSERT_EQ(0, fabric_del_partition(self->nl, 1));
		} else {
			ASSERT_EQ(0, fabric_unroute_all(self->nl, self->fabric,
							self->id[0]));
		}
		ASSERT_EQ(0, submit_wait(fd, cmds, 2, results.handle));
		EXPECT_EQ(-EKEYREVOKED, result[0].error);
		EXPECT_EQ(-EKEYREVOKED, result[1].error);
		EXPECT_EQ(4096, first_not(mine.map, 4096, 0x44));
		EXPECT_EQ(0, check_pattern(self->bos[0].map, PAGE, 0));
		ASSERT_EQ(0, fabric_open_all(self->nl, self->fabric));
	}
	ASSERT_EQ(0, submit_wait(fd, cmds, 2, results.handle));
	EXPECT_EQ(0, result[0].error);
	EXPECT_EQ(0, result[1].error);
}

/* ---- Changes while it is used ---- */

/* What a process that loads without end has seen; shared with it */
struct seen {
	__u64 stop, good, faults, wrong, bad_value;
};

/* A child that loads from @map, whose words all hold @expected */
static pid_t loader(const __u64 *map, __u64 expected, struct seen *seen)
{
	pid_t child = fork();
	__u64 value = 0;
	size_t at = 0;

	if (child)
		return child;
	while (!word_get(&seen->stop, 0)) {
		if (touch_load(map + at, &value)) {
			seen->faults++;
		} else if (value != expected) {
			seen->wrong++;
			seen->bad_value = value;
		} else {
			word_set(&seen->good, 0, seen->good + 1);
		}
		at = (at + 512 * 3) % (PAGE / 8);
	}
	_exit(0);
}

static struct seen *make_seen(void)
{
	return mmap(NULL, sizeof(struct seen), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/*
 * One pair's way opens and closes; who uses it sees the data or SIGBUS and
 * nothing else, and who uses another pair sees its data only.
 */
TEST_F(deny, flapping_under_load)
{
	struct seen *pair = make_seen(), *others = make_seen();
	__u64 *words;
	pid_t children[2];
	int i, k, status;

	ASSERT_NE(MAP_FAILED, pair);
	ASSERT_NE(MAP_FAILED, others);
	for (k = 0; k < N; k++) {
		words = self->bos[k].map;
		for (i = 0; i < (int)(PAGE / 8); i++)
			words[i] = 0xabcd0000 + k;
	}
	children[0] = loader(self->maps[1][0], 0xabcd0000, pair);
	children[1] = loader(self->maps[2][3], 0xabcd0003, others);
	ASSERT_LE(0, children[0]);
	ASSERT_LE(0, children[1]);
	for (i = 0; i < 100; i++) {
		__u32 some[] = { self->id[0], self->id[2], self->id[3] };

		EXPECT_EQ(0, fabric_unroute_all(self->nl, self->fabric,
						self->id[0]));
		EXPECT_EQ(0, fabric_route_all(self->nl, self->fabric,
					      self->id[0]));
		EXPECT_EQ(0, fabric_set_partition(self->nl, 1, some, 3));
		EXPECT_EQ(0, fabric_set_partition(self->nl, 1, self->id, N));
	}
	word_set(&pair->stop, 0, 1);
	word_set(&others->stop, 0, 1);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(children[i], waitpid(children[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	EXPECT_EQ(0, pair->wrong)
	{
		TH_LOG("saw %#llx", (unsigned long long)pair->bad_value);
	}
	EXPECT_EQ(0, others->wrong)
	{
		TH_LOG("saw %#llx", (unsigned long long)others->bad_value);
	}
	EXPECT_LT(0, pair->good);
	EXPECT_LT(0, others->good);
	EXPECT_EQ(0, others->faults);
	TH_LOG("flapping pair: %llu loads, %llu faults",
	       (unsigned long long)pair->good,
	       (unsigned long long)pair->faults);
	EXPECT_PAIRS(0, 0);
}

/* Grants that come and go: data or SIGBUS, and the memory is not another's */
TEST_F(deny, revokes_under_load)
{
	struct seen *seen = make_seen();
	__u64 *words, *map;
	struct grant grant;
	__u32 window;
	int i, k, status;
	struct bo bo;
	pid_t child;

	ASSERT_NE(MAP_FAILED, seen);
	for (i = 0; i < 20; i++) {
		seen->stop = 0;
		ASSERT_EQ(0, bo_make(self->rig.fd[0], PAGE, 0, &bo));
		words = bo.map;
		for (k = 0; k < (int)(PAGE / 8); k++)
			words[k] = 0x7777;
		ASSERT_EQ(0, grant_make(self->rig.fd[0], bo.handle, RIGHT_R, 0,
					PAGE, &grant));
		ASSERT_EQ(0, window_map(self->rig.fd[1], &grant, 0, 0, RIGHT_R,
					&window));
		map = gem_map(self->rig.fd[1], window, PAGE, PROT_READ);
		ASSERT_NE(MAP_FAILED, map);
		child = loader(map, 0x7777, seen);
		ASSERT_LE(0, child);
		while (word_get(&seen->good, 0) < 1000u * (i + 1))
			;
		ASSERT_EQ(0, grant_revoke(self->rig.fd[0], grant.handle));
		/* From here on the words may change: nobody may see it */
		memset(bo.map, 0, PAGE);
		word_set(&seen->stop, 0, 1);
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_EQ(0, status);
		munmap(map, PAGE);
		ASSERT_EQ(0, window_unmap(self->rig.fd[1], window));
		bo_drop(self->rig.fd[0], &bo);
	}
	EXPECT_EQ(0, seen->wrong)
	{
		TH_LOG("saw %#llx", (unsigned long long)seen->bad_value);
	}
	EXPECT_LT(0, seen->good);
}

TEST_HARNESS_MAIN
