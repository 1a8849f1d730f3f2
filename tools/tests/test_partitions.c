// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_partitions.c - tests of nvlf-fm/plan.c: how partitions become those of
 * the policy, and who can talk to whom meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include <hw/trn4_hw.h>

#include "array.h"
#include "plan_rig.h"
#include "tap.h"

static void partitions_are_those_of_the_policy(void)
{
	struct policy_partition parts[] = { { .id = 4 }, { .id = 9 } };
	const struct policy policy = {
		.partitions = parts,
		.partition_count = 2,
	};
	struct model m = build(2, 4, 0);
	struct plan plan;

	bits_set(&parts[0].endpoints, 0);
	bits_set(&parts[0].endpoints, 9);
	CHECK(settle(&m));
	CHECK(!plan_make(&plan, &m, &policy));
	/* Who is not there may be named; an empty partition is not made. */
	EQ(plan.count, 2);
	CHECK(plan.changes[0].kind == CHANGE_PARTITION_DEL);
	EQ(plan.changes[0].partition.id, 1);
	CHECK(plan.changes[1].kind == CHANGE_PARTITION_SET);
	CHECK(is_list(&plan.changes[1].partition.members, "0,9"));
	carry_out(&m, &plan);
	plan_free(&plan);
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(plan.count, 0);
	plan_free(&plan);
	/* What was there and has become empty goes. */
	memset(&parts[0].endpoints, 0, sizeof(parts[0].endpoints));
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(plan.count, 1);
	CHECK(plan.changes[0].kind == CHANGE_PARTITION_DEL);
	plan_free(&plan);
	model_free(&m);
}

/* Puts partition @id with the members of @list where it is not yet */
static void stand(struct model *m, uint32_t id, const char *list)
{
	struct nvlf_partition *part = append(&m->partitions, sizeof(*part));

	part->id = id;
	CHECK(!bits_parse(&part->members, list, BITS_MAX));
}

static bool change_is(const struct plan *plan, size_t i, enum change_kind kind,
		      uint32_t id, const char *list)
{
	const struct change *c = &plan->changes[i];

	return i < plan->count && c->kind == kind && c->partition.id == id &&
	       (!list || is_list(&c->partition.members, list));
}

/* Who moves from one tenant to another is never with both. */
static void who_moves_leaves_first(void)
{
	struct policy_partition parts[] = { { .id = 1 }, { .id = 2 } };
	const struct policy policy = {
		.partitions = parts,
		.partition_count = 2,
	};
	struct model m = build(2, 4, 0);
	struct plan plan;

	CHECK(settle(&m));
	m.partitions.count = 0;
	stand(&m, 1, "0,1");
	stand(&m, 2, "2,3");
	CHECK(!bits_parse(&parts[0].endpoints, "0,1,2", BITS_MAX));
	CHECK(!bits_parse(&parts[1].endpoints, "3", BITS_MAX));
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(plan.count, 2);
	CHECK(change_is(&plan, 0, CHANGE_PARTITION_SET, 2, "3"));
	CHECK(change_is(&plan, 1, CHANGE_PARTITION_SET, 1, "0-2"));
	plan_free(&plan);

	/* Both at once: who stays is not disturbed, and nothing is told twice. */
	CHECK(!bits_parse(&parts[0].endpoints, "0,2", BITS_MAX));
	CHECK(!bits_parse(&parts[1].endpoints, "1,3", BITS_MAX));
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(plan.count, 4);
	CHECK(change_is(&plan, 0, CHANGE_PARTITION_SET, 1, "0"));
	CHECK(change_is(&plan, 1, CHANGE_PARTITION_SET, 2, "3"));
	CHECK(change_is(&plan, 2, CHANGE_PARTITION_SET, 1, "0,2"));
	CHECK(is_list(&plan.changes[2].was, "0"));
	CHECK(change_is(&plan, 3, CHANGE_PARTITION_SET, 2, "1,3"));
	carry_out(&m, &plan);
	plan_free(&plan);
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(plan.count, 0);
	plan_free(&plan);

	/* All of them: it is empty in between, so it goes and comes. */
	CHECK(!bits_parse(&parts[0].endpoints, "1,3", BITS_MAX));
	CHECK(!bits_parse(&parts[1].endpoints, "0,2", BITS_MAX));
	m.partitions.count = 1;
	CHECK(is_list(&((struct nvlf_partition *)m.partitions.records)->members,
		      "0,2"));
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(plan.count, 3);
	CHECK(change_is(&plan, 0, CHANGE_PARTITION_SET, 2, "0,2"));
	CHECK(change_is(&plan, 1, CHANGE_PARTITION_DEL, 1, NULL));
	CHECK(change_is(&plan, 2, CHANGE_PARTITION_SET, 1, "1,3"));
	CHECK(!plan.changes[2].replaces);
	plan_free(&plan);
	model_free(&m);
}

#define SOME  6 /* endpoints of random partitions */
#define PARTS 4 /* partitions */

/* A bit for each pair of endpoints that share a partition */
static uint64_t pairs_of(const struct model *m)
{
	const struct nvlf_partition *part = m->partitions.records;
	unsigned int a, b;
	uint64_t pairs = 0;
	size_t i;

	for (i = 0; i < m->partitions.count; i++, part++) {
		for (a = 0; a < SOME; a++) {
			for (b = a + 1; b < SOME; b++) {
				if (bits_test(&part->members, a) &&
				    bits_test(&part->members, b))
					pairs |= 1ull << (SOME * a + b);
			}
		}
	}
	return pairs;
}

/* What a policy comes to in the end */
static uint64_t pairs_wanted(const struct policy *policy)
{
	struct model end = {};
	struct nvlf_partition *part;
	uint64_t pairs;
	size_t i;

	for (i = 0; i < policy->partition_count; i++) {
		part = append(&end.partitions, sizeof(*part));
		part->members = policy->partitions[i].endpoints;
	}
	pairs = pairs_of(&end);
	model_free(&end);
	return pairs;
}

static struct bits some(void)
{
	struct bits bits = {};
	unsigned int n;

	for (n = 0; n < SOME; n++) {
		if (rand() & 1)
			bits_set(&bits, n);
	}
	return bits;
}

/*
 * Makes a plan and carries out so many of its changes, one by one. After each:
 * nobody talks who neither did before nor is to; nobody new while there is
 * somebody who is to cease; the switches have room; and with @continuity
 * whoever talked and is to talk does. Return: how many changes there are.
 */
static size_t walk(struct model *m, const struct policy *policy, size_t most,
		   bool continuity)
{
	uint64_t before = pairs_of(m), after = pairs_wanted(policy), now;
	struct plan plan, step;
	size_t i, all;

	CHECK(!plan_make(&plan, m, policy));
	step = plan;
	all = plan.count;
	for (i = 0; i < all && i < most; i++) {
		step.changes = &plan.changes[i];
		step.count = 1;
		carry_out(m, &step);
		now = pairs_of(m);
		CHECK(!(now & ~(before | after)));
		CHECK(!(now & ~before) || !(now & ~after));
		CHECK(m->partitions.count <= NVL_PARTITIONS);
		CHECK(!continuity || !(before & after & ~now));
	}
	plan_free(&plan);
	return all;
}

/* Random partitions, and a policy of others with some of their numbers */
static void shuffle(struct model *m, struct policy_partition *parts)
{
	struct nvlf_partition *part;
	size_t i;

	m->partitions.count = 0;
	for (i = 0; i < PARTS; i++) {
		part = append(&m->partitions, sizeof(*part));
		part->id = 1 + rand() % 2 + 2 * i;
		part->members = some();
		if (bits_empty(&part->members))
			m->partitions.count--;
		parts[i].id = 1 + rand() % 2 + 2 * i;
		parts[i].endpoints = some();
	}
}

/* From any partitions to any others, also from where another plan ended. */
static void no_step_parts_or_joins_wrongly(void)
{
	struct policy_partition parts[PARTS] = {};
	const struct policy policy = {
		.partitions = parts,
		.partition_count = PARTS,
	};
	struct model m = build(2, SOME, 0);
	unsigned int trial;
	size_t all;

	CHECK(settle(&m));
	srand(1);
	for (trial = 0; trial < 300; trial++) {
		shuffle(&m, parts);
		all = walk(&m, &policy, trial % 2 ? SIZE_MAX : rand() % 8ul,
			   true);
		if (all)
			walk(&m, &policy, SIZE_MAX, true);
		EQ(pairs_of(&m), pairs_wanted(&policy));
		EQ(walk(&m, &policy, SIZE_MAX, true), 0);
	}
	model_free(&m);
}

/*
 * The same with a table that is full: who goes on together may part, but nobody
 * joins wrongly.
 */
static void without_room_they_may_part(void)
{
	struct policy_partition parts[NVL_PARTITIONS] = {};
	const struct policy policy = {
		.partitions = parts,
		.partition_count = NVL_PARTITIONS,
	};
	struct model m = build(2, SOME, 0);
	struct nvlf_partition *part;
	unsigned int trial, i;

	CHECK(settle(&m));
	srand(2);
	for (trial = 0; trial < 100; trial++) {
		shuffle(&m, parts);
		for (i = PARTS; i < NVL_PARTITIONS; i++) {
			/* The others' tenants are elsewhere. */
			parts[i].id = 100 + i;
			bits_set(&parts[i].endpoints, 100 + i);
			if (m.partitions.count == NVL_PARTITIONS)
				continue;
			part = append(&m.partitions, sizeof(*part));
			part->id = parts[i].id;
			part->members = parts[i].endpoints;
		}
		walk(&m, &policy, SIZE_MAX, false);
		EQ(pairs_of(&m), pairs_wanted(&policy));
		EQ(walk(&m, &policy, SIZE_MAX, false), 0);
	}
	model_free(&m);
}

/* Another number, or two where there was one: nobody's way is cut meanwhile. */
static void who_stays_together_never_parts(void)
{
	struct policy_partition parts[] = { { .id = 5 }, { .id = 6 } };
	const struct policy policy = {
		.partitions = parts,
		.partition_count = 2,
	};
	struct model m = build(2, 4, 0);
	struct plan plan;

	CHECK(settle(&m));
	CHECK(!bits_parse(&parts[0].endpoints, "0,1", BITS_MAX));
	CHECK(!bits_parse(&parts[1].endpoints, "2,3", BITS_MAX));
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(plan.count, 3);
	CHECK(change_is(&plan, 0, CHANGE_PARTITION_SET, 5, "0,1"));
	CHECK(change_is(&plan, 1, CHANGE_PARTITION_SET, 6, "2,3"));
	CHECK(change_is(&plan, 2, CHANGE_PARTITION_DEL, 1, NULL));
	plan_free(&plan);
	model_free(&m);
}

/* They stay where they were until others have come to them. */
static void who_is_joined_stays_together_meanwhile(void)
{
	struct policy_partition parts[] = { { .id = 2 } };
	const struct policy policy = {
		.partitions = parts,
		.partition_count = 1,
	};
	struct model m = build(2, 4, 0);
	struct plan plan;

	CHECK(settle(&m));
	m.partitions.count = 0;
	stand(&m, 1, "0,1");
	CHECK(!bits_parse(&parts[0].endpoints, "0-2", BITS_MAX));
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(plan.count, 2);
	CHECK(change_is(&plan, 0, CHANGE_PARTITION_SET, 2, "0-2"));
	CHECK(change_is(&plan, 1, CHANGE_PARTITION_DEL, 1, NULL));
	CHECK(plan.changes[1].late);
	plan_free(&plan);

	/* 3 must leave first; the others wait in what is left of 1. */
	m.partitions.count = 0;
	stand(&m, 1, "0,1,3");
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(plan.count, 3);
	CHECK(change_is(&plan, 0, CHANGE_PARTITION_SET, 1, "0,1"));
	CHECK(change_is(&plan, 1, CHANGE_PARTITION_SET, 2, "0-2"));
	CHECK(change_is(&plan, 2, CHANGE_PARTITION_DEL, 1, NULL));
	plan_free(&plan);
	model_free(&m);
}

/* Halves of two tenants change places: two helpers keep the halves together. */
static void halves_that_are_exchanged_stay_together(void)
{
	struct policy_partition parts[] = { { .id = 1 }, { .id = 2 } };
	const struct policy policy = {
		.partitions = parts,
		.partition_count = 2,
	};
	struct model m = build(4, 8, 0);
	struct plan plan;

	CHECK(settle(&m));
	m.partitions.count = 0;
	stand(&m, 1, "0-3");
	stand(&m, 2, "4-7");
	CHECK(!bits_parse(&parts[0].endpoints, "0,1,6,7", BITS_MAX));
	CHECK(!bits_parse(&parts[1].endpoints, "2-5", BITS_MAX));
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(plan.count, 8);
	CHECK(change_is(&plan, 0, CHANGE_PARTITION_SET, 65535, "2,3"));
	CHECK(change_is(&plan, 1, CHANGE_PARTITION_SET, 65534, "6,7"));
	CHECK(change_is(&plan, 2, CHANGE_PARTITION_SET, 1, "0,1"));
	CHECK(change_is(&plan, 3, CHANGE_PARTITION_SET, 2, "4,5"));
	CHECK(change_is(&plan, 4, CHANGE_PARTITION_SET, 1, "0,1,6,7"));
	CHECK(change_is(&plan, 5, CHANGE_PARTITION_SET, 2, "2-5"));
	CHECK(change_is(&plan, 6, CHANGE_PARTITION_DEL, 65535, NULL));
	CHECK(change_is(&plan, 7, CHANGE_PARTITION_DEL, 65534, NULL));
	plan_free(&plan);
	model_free(&m);
}

/* The switches hold 64 partitions: all are replaced by others. */
static void partitions_go_where_there_is_no_room(void)
{
	struct policy_partition parts[64] = {};
	struct policy policy = { .partitions = parts, .partition_count = 64 };
	struct nvlf_partition *part;
	struct model m = build(1, 2, 0);
	struct plan plan;
	size_t i;

	for (i = 0; i < 64; i++) {
		part = append(&m.partitions, sizeof(*part));
		part->id = 100 + i;
		bits_set(&part->members, 0);
		parts[i].id = 1 + i;
		parts[i].all = true;
	}
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(count(&plan, CHANGE_PARTITION_SET), 64);
	EQ(count(&plan, CHANGE_PARTITION_DEL), 64);
	EQ(plan.changes[2].kind, CHANGE_PARTITION_DEL);
	EQ(plan.changes[plan.count - 1].kind, CHANGE_PARTITION_SET);
	plan_free(&plan);

	/* With one less there is room for one at least, and so for all. */
	policy.partition_count = 1;
	m.partitions.count = 63;
	parts[0].all = false;
	bits_set(&parts[0].endpoints, 0);
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(plan.changes[2].kind, CHANGE_PARTITION_SET);
	plan_free(&plan);
	model_free(&m);
}

static const struct tap_test tests[] = {
	TAP_TEST(partitions_are_those_of_the_policy),
	TAP_TEST(who_moves_leaves_first),
	TAP_TEST(no_step_parts_or_joins_wrongly),
	TAP_TEST(without_room_they_may_part),
	TAP_TEST(who_stays_together_never_parts),
	TAP_TEST(who_is_joined_stays_together_meanwhile),
	TAP_TEST(halves_that_are_exchanged_stay_together),
	TAP_TEST(partitions_go_where_there_is_no_room),
};

TAP_MAIN(tests)
