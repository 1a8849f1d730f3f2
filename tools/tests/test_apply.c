// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_apply.c - tests of nvlf-fm/apply.c: what of a plan is made where the
 * kernel, which is this file, refuses some of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "array.h"
#include "tap.h"

static struct kernel {
	uint32_t partition; /* changes of it are refused */
	uint32_t switch_id; /* routes of it, or UINT32_MAX */
	int error;
	char asked[256]; /* a word for each request */
} kernel;

static int asked(const char *what, uint32_t id, bool refused)
{
	size_t n = strlen(kernel.asked);

	snprintf(kernel.asked + n, sizeof(kernel.asked) - n, "%s%s%u",
		 n ? " " : "", what, id);
	return refused ? kernel.error : 0;
}

int nvlf_set(struct nvlf_client *client, const struct nvlf_type *type,
	     const void *record)
{
	const struct nvlf_partition *part = record;

	(void)client;
	CHECK(type == &nvlf_partition_type);
	return asked("+", part->id, part->id == kernel.partition);
}

int nvlf_del(struct nvlf_client *client, const struct nvlf_type *type,
	     const void *record)
{
	const struct nvlf_partition *part = record;

	(void)client;
	CHECK(type == &nvlf_partition_type);
	return asked("-", part->id, part->id == kernel.partition);
}

int nvlf_set_routes(struct nvlf_client *client, struct nvlf_route_table *table)
{
	(void)client;
	return asked(table->replace ? "=" : "r", table->switch_id,
		     table->switch_id == kernel.switch_id);
}

const char *nvlf_error(const struct nvlf_client *client)
{
	(void)client;
	return "group 5 is in the way";
}

/* ---- Plans -------------------------------------------------------------- */

/* From the members @was to @is; NULL for none, where there is no partition */
static struct change partition(uint32_t id, const char *was, const char *is)
{
	struct change c = {
		.kind = is ? CHANGE_PARTITION_SET : CHANGE_PARTITION_DEL,
		.replaces = was,
	};

	c.partition.id = id;
	CHECK(!was || !bits_parse(&c.was, was, BITS_MAX));
	CHECK(!is || !bits_parse(&c.partition.members, is, BITS_MAX));
	return c;
}

static struct change route(uint32_t switch_id, uint32_t target)
{
	struct change c = { .kind = CHANGE_ROUTE_SET };

	c.route.switch_id = switch_id;
	c.route.target_id = target;
	return c;
}

#define PLAN(of) \
	{ \
		.changes = of, .count = ARRAY_SIZE(of) \
	}

static void all_else_is_made(void)
{
	struct change changes[] = {
		route(0, 1),
		route(0, 2),
		route(1, 1),
		partition(1, "0,1", "0"),
		partition(7, "9", NULL),
		partition(2, "2,3", "2"),
		partition(2, "2", "2,4"),
		partition(3, NULL, "3,5"),
	};
	struct plan plan = PLAN(changes);
	struct refusals refusals = {};

	kernel = (struct kernel) { 1, 0, -EBUSY, "" };
	EQ(apply(&plan, NULL, &refusals), -EBUSY);
	CHECK(!strcmp(kernel.asked, "r0 r1 +1 -7 +2 +2 +3"));
	CHECK(!changes[0].done && !changes[1].done && changes[2].done);
	CHECK(!changes[3].done && changes[4].done && changes[7].done);
	EQ(refusals.count, 2);
	CHECK(!strcmp(refusals.list[0].text,
		      "+ switch 0, 2 routes: group 5 is in the way"));
	CHECK(!strcmp(refusals.list[1].text,
		      "~ partition 1: members 0 (was 0,1): group 5 is in the way"));
	EQ(refusals.list[1].id, 1);
	CHECK(!refusals.list[1].waits);
	refusals_free(&refusals);
}

/* 2 is to go from tenant 1 to tenant 2, and 3 to tenant 1. */
static void who_cannot_leave_joins_nobody(void)
{
	static const char again[] =
		"~ partition 1: members 0,1,3 (was 0,1): waits for another change of the partition";
	static const char move[] =
		"~ partition 2: members 2,4 (was 4): waits until endpoint 2 has left partition 1";
	struct change changes[] = {
		partition(1, "0-2", "0,1"),   partition(2, "3,4", "4"),
		partition(1, "0,1", "0,1,3"), partition(2, "4", "2,4"),
		partition(5, NULL, "8,9"),    partition(6, "2", "2,8"),
	};
	struct plan plan = PLAN(changes);
	struct refusals refusals = {};

	kernel = (struct kernel) { 1, UINT32_MAX, -EBUSY, "" };
	EQ(apply(&plan, NULL, &refusals), -EBUSY);
	CHECK(!strcmp(kernel.asked, "+1 +2 +5"));
	EQ(refusals.count, 4);
	CHECK(refusals.list[1].waits && refusals.list[2].waits);
	CHECK(!strcmp(refusals.list[1].text, again));
	CHECK(!strcmp(refusals.list[2].text, move));
	/* Nor does anybody join him. */
	CHECK(refusals.list[3].waits && refusals.list[3].id == 6);
	refusals_free(&refusals);
}

static void who_stays_in_a_deleted_one_joins_nobody(void)
{
	struct change changes[] = {
		partition(1, "0,1", NULL),
		partition(2, "4", "1,4"),
		partition(3, "5", "5,6"),
	};
	struct plan plan = PLAN(changes);
	struct refusals refusals = {};

	kernel = (struct kernel) { 1, UINT32_MAX, -EBUSY, "" };
	EQ(apply(&plan, NULL, &refusals), -EBUSY);
	CHECK(!strcmp(kernel.asked, "-1 +3"));
	EQ(refusals.count, 2);
	refusals_free(&refusals);
}

/* The same change, for which others have to be there first */
static struct change late(struct change change)
{
	change.late = true;
	return change;
}

/* 0 and 1 are together in partition 1 until 2 has joined them in 2. */
static void what_keeps_together_stays_until_others_came(void)
{
	struct change changes[] = {
		partition(2, NULL, "0-2"),
		late(partition(1, "0,1", NULL)),
		late(partition(3, "7,8", NULL)),
		late(partition(4, "0,7", NULL)),
	};
	struct plan plan = PLAN(changes);
	struct refusals refusals = {};

	kernel = (struct kernel) { 2, UINT32_MAX, -ENOMEM, "" };
	EQ(apply(&plan, NULL, &refusals), -ENOMEM);
	CHECK(!strcmp(kernel.asked, "+2 -3 -4"));
	EQ(refusals.count, 2);
	CHECK(strstr(refusals.list[1].text, "waits for partition 2"));
	refusals_free(&refusals);
}

/* What would be refused all the same is not asked for. */
static void without_rights_nothing_is_tried(void)
{
	struct change changes[] = { partition(1, NULL, "0"),
				    partition(2, NULL, "1") };
	struct plan plan = PLAN(changes);
	struct refusals refusals = {};

	kernel = (struct kernel) { 1, UINT32_MAX, -EPERM, "" };
	EQ(apply(&plan, NULL, &refusals), -EPERM);
	CHECK(!strcmp(kernel.asked, "+1"));
	EQ(refusals.count, 1);
	refusals_free(&refusals);
}

static void refusals_are_compared(void)
{
	struct change changes[] = { partition(1, "0-2", "0"),
				    partition(1, "0-2", "1") };
	struct refusals a = {}, b = {}, none = {};

	refusals_add(&a, &changes[0], 1, false, "why");
	refusals_add(&b, &changes[0], 1, false, "why");
	CHECK(refusals_have(&a, &b.list[0]));
	refusals_add(&b, &changes[1], 1, false, "why");
	CHECK(!refusals_have(&a, &b.list[1]));
	refusals_add(&b, &changes[0], 1, false, "because");
	CHECK(!refusals_have(&a, &b.list[2]));
	CHECK(!refusals_have(&none, &b.list[0]));
	refusals_free(&a);
	refusals_free(&b);
}

/* A partition of every second endpoint: the reason is told all the same. */
static void long_lists_leave_room_for_the_reason(void)
{
	struct change change = partition(1, "0", "0");
	struct refusals refusals = {};
	unsigned int n;

	for (n = 0; n < BITS_MAX; n += 2)
		bits_set(&change.partition.members, n);
	refusals_add(&refusals, &change, 1, false, "the reason");
	CHECK(strstr(refusals.list[0].text, "...: the reason"));
	refusals_free(&refusals);
}

static const struct tap_test tests[] = {
	TAP_TEST(all_else_is_made),
	TAP_TEST(who_cannot_leave_joins_nobody),
	TAP_TEST(who_stays_in_a_deleted_one_joins_nobody),
	TAP_TEST(what_keeps_together_stays_until_others_came),
	TAP_TEST(without_rights_nothing_is_tried),
	TAP_TEST(refusals_are_compared),
	TAP_TEST(long_lists_leave_room_for_the_reason),
};

TAP_MAIN(tests)
