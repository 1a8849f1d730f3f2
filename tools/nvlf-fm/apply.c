// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * apply.c - carries a plan out, and tells of it.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "apply.h"
#include "out.h"

#define WHY_TEXT 96

/* What each kind of change is made of. */
static const struct {
	const struct nvlf_type *type;
	bool sets;
} kinds[] = {
	[CHANGE_ROUTE_SET] = { &nvlf_route_type, true },
	[CHANGE_PARTITION_SET] = { &nvlf_partition_type, true },
	[CHANGE_PARTITION_DEL] = { &nvlf_partition_type, false },
	[CHANGE_ROUTE_DEL] = { &nvlf_route_type, false },
};

static bool is_route(const struct change *change)
{
	return kinds[change->kind].type == &nvlf_route_type;
}

static const void *record(const struct change *change)
{
	return is_route(change) ? (const void *)&change->route :
				  (const void *)&change->partition;
}

/* ---- Routes, a switch at a time ----------------------------------------- */

static int table_add(struct nvlf_route_table *table,
		     const struct nvlf_route *route)
{
	struct nvlf_list *list = &table->entries;
	struct nvlf_route_entry *entry;
	size_t room;

	if (list->count == list->room) {
		room = list->room ? 2 * list->room : 64;
		entry = reallocarray(list->records, room, sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		list->records = entry;
		list->room = room;
	}
	entry = (struct nvlf_route_entry *)list->records + list->count++;
	*entry = (struct nvlf_route_entry) {
		.present = 1u << NVLF_ROUTE_ENTRY_TARGET_ID |
			   1u << NVLF_ROUTE_ENTRY_PORTS,
		.target_id = route->target_id,
		.ports = route->ports,
	};
	table->present |= 1u << NVLF_ROUTE_TABLE_ENTRIES;
	return 0;
}

/*
 * What opens paths is a table of the new routes alone. What closes them is the
 * whole table as it should be, which ends all others.
 */
static int make_table(struct nvlf_route_table *table, const struct plan *plan,
		      const struct change *changes, size_t count)
{
	const struct nvlf_route *route = plan->routes.records;
	size_t i;

	table->switch_id = changes->route.switch_id;
	table->present = 1u << NVLF_ROUTE_TABLE_SWITCH_ID;
	if (changes->kind == CHANGE_ROUTE_SET) {
		for (i = 0; i < count; i++) {
			if (table_add(table, &changes[i].route))
				return -ENOMEM;
		}
		return 0;
	}
	table->replace = true;
	table->present |= 1u << NVLF_ROUTE_TABLE_REPLACE;
	for (i = 0; i < plan->routes.count; i++, route++) {
		if (route->switch_id == table->switch_id &&
		    table_add(table, route))
			return -ENOMEM;
	}
	return 0;
}

/* The changes of one kind to one switch. */
static int apply_routes(const struct plan *plan, const struct change *changes,
			size_t count, struct nvlf_client *client)
{
	struct nvlf_route_table table = {};
	int ret;

	ret = make_table(&table, plan, changes, count);
	if (!ret)
		ret = nvlf_set_routes(client, &table);
	nvlf_record_free(&nvlf_route_table_type, &table);
	return ret;
}

/* How many changes from the @first on go in one request. */
static size_t group_size(const struct plan *plan, size_t first)
{
	const struct change *change = &plan->changes[first];
	size_t n = 1;

	while (is_route(change) && first + n < plan->count &&
	       change[n].kind == change->kind &&
	       change[n].route.switch_id == change->route.switch_id)
		n++;
	return n;
}

/* ---- What depends on what ------------------------------------------------ */

/* The first of @members whom a partition change was to take out, or BITS_MAX */
static unsigned int leaver_among(const struct change *change,
				 const struct bits *members)
{
	unsigned int n;

	for (n = bits_next(members, 0); n < BITS_MAX;
	     n = bits_next(members, n + 1)) {
		if (change->replaces && bits_test(&change->was, n) &&
		    (change->kind == CHANGE_PARTITION_DEL ||
		     !bits_test(&change->partition.members, n)))
			break;
	}
	return n;
}

static bool joins(const struct change *change)
{
	unsigned int n;

	if (change->kind != CHANGE_PARTITION_SET)
		return false;
	for (n = bits_next(&change->partition.members, 0); n < BITS_MAX;
	     n = bits_next(&change->partition.members, n + 1)) {
		if (!bits_test(&change->was, n))
			return true;
	}
	return false;
}

/* Whether both have a pair of endpoints. */
static bool share_pair(const struct bits *a, const struct bits *b)
{
	unsigned int n, both = 0;

	for (n = bits_next(a, 0); n < BITS_MAX; n = bits_next(a, n + 1))
		both += bits_test(b, n);
	return both > 1;
}

/*
 * A change waits for an earlier one of its partition that was not made, as it
 * was planned on top of it. And nobody is joined to one who has not left where
 * he was to leave: his old and his new company would be together. What keeps
 * endpoints together until others have joined them stays until then. Return:
 * whether it waits; @why says for what.
 */
static bool must_wait(const struct plan *plan, size_t i, char why[WHY_TEXT])
{
	const struct change *change = &plan->changes[i], *c;
	unsigned int who;

	if (is_route(change))
		return false;
	for (c = plan->changes; c < change; c++) {
		if (c->done || is_route(c))
			continue;
		who = joins(change) ?
			      leaver_among(c, &change->partition.members) :
			      BITS_MAX;
		if (who < BITS_MAX) {
			snprintf(why, WHY_TEXT,
				 "waits until endpoint %u has left partition %u",
				 who, c->partition.id);
			return true;
		}
		if (change->late && joins(c) &&
		    share_pair(&c->partition.members, &change->was)) {
			snprintf(why, WHY_TEXT, "waits for partition %u",
				 c->partition.id);
			return true;
		}
		if (c->partition.id == change->partition.id) {
			snprintf(why, WHY_TEXT,
				 "waits for another change of the partition");
			return true;
		}
	}
	return false;
}

/* ---- Carrying out ------------------------------------------------------- */

static int apply_request(struct plan *plan, size_t first, size_t count,
			 struct nvlf_client *client)
{
	struct change *change = &plan->changes[first];

	if (is_route(change))
		return apply_routes(plan, change, count, client);
	if (kinds[change->kind].sets)
		return nvlf_set(client, kinds[change->kind].type,
				record(change));
	return nvlf_del(client, kinds[change->kind].type, record(change));
}

int apply(struct plan *plan, struct nvlf_client *client,
	  struct refusals *refusals)
{
	struct change *change;
	char why[WHY_TEXT];
	int ret, first = 0;
	size_t i, n;

	for (i = 0; i < plan->count; i += n) {
		change = &plan->changes[i];
		n = group_size(plan, i);
		if (must_wait(plan, i, why)) {
			refusals_add(refusals, change, n, true, why);
			continue;
		}
		ret = apply_request(plan, i, n, client);
		if (ret) {
			refusals_add(refusals, change, n, false,
				     nvlf_error(client));
			first = first ? first : ret;
			/* It would be the same with all that follow. */
			if (ret == -EPERM || ret == -EIO)
				return ret;
			continue;
		}
		for (; change < &plan->changes[i + n]; change++)
			change->done = true;
	}
	return first;
}

/* ---- Telling ------------------------------------------------------------ */

void change_format(const struct change *change, char text[CHANGE_TEXT])
{
	bool sets = kinds[change->kind].sets;
	char now[BITS_TEXT], was[BITS_TEXT];
	const char *what;
	int n;

	n = snprintf(text, CHANGE_TEXT, "%c ",
		     !sets            ? '-' :
		     change->replaces ? '~' :
					'+');
	if (is_route(change)) {
		n += snprintf(text + n, CHANGE_TEXT - n,
			      "switch %u, route to %u: ",
			      change->route.switch_id, change->route.target_id);
		bits_format(&change->route.ports, now, sizeof(now));
		what = "ports";
	} else {
		n += snprintf(text + n, CHANGE_TEXT - n,
			      "partition %u: ", change->partition.id);
		bits_format(&change->partition.members, now, sizeof(now));
		what = "members";
	}
	bits_format(&change->was, was, sizeof(was));
	if (!sets)
		snprintf(text + n, CHANGE_TEXT - n, "%s %s", what, was);
	else if (change->replaces)
		snprintf(text + n, CHANGE_TEXT - n, "%s %s (was %s)", what, now,
			 was);
	else
		snprintf(text + n, CHANGE_TEXT - n, "%s %s", what, now);
}

struct json_object *change_json(const struct change *change)
{
	const struct nvlf_type *type = kinds[change->kind].type;
	bool sets = kinds[change->kind].sets;
	struct json_object *json = nvlf_json(type, record(change));

	json_add(json, "object", json_object_new_string(type->name));
	json_add(json, "action", json_object_new_string(sets ? "set" : "del"));
	if (change->replaces)
		json_add(json, "was", bits_json(&change->was));
	json_add(json, "done", json_object_new_boolean(change->done));
	return json;
}
