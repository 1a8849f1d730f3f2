// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * apply.c - carries a plan out, and tells of it.
 */
#include <json-c/json.h>
#include <stdio.h>

#include "apply.h"
#include "out.h"

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

static const void *record(const struct change *change)
{
	if (kinds[change->kind].type == &nvlf_route_type)
		return &change->route;
	return &change->partition;
}

int apply(struct plan *plan, struct nvlf_client *client)
{
	struct change *change;
	size_t i;
	int ret;

	for (i = 0; i < plan->count; i++) {
		change = &plan->changes[i];
		if (kinds[change->kind].sets)
			ret = nvlf_set(client, kinds[change->kind].type,
				       record(change));
		else
			ret = nvlf_del(client, kinds[change->kind].type,
				       record(change));
		if (ret)
			return ret;
		change->done = true;
	}
	return 0;
}

void change_format(const struct change *change, char text[CHANGE_TEXT])
{
	char now[BITS_TEXT], was[BITS_TEXT];
	const char *what;
	int n;

	if (kinds[change->kind].type == &nvlf_route_type) {
		n = snprintf(text, CHANGE_TEXT, "switch %u, route to %u: ",
			     change->route.switch_id, change->route.target_id);
		bits_format(&change->route.ports, now, sizeof(now));
		what = "ports";
	} else {
		n = snprintf(text, CHANGE_TEXT,
			     "partition %u: ", change->partition.id);
		bits_format(&change->partition.members, now, sizeof(now));
		what = "members";
	}
	bits_format(&change->was, was, sizeof(was));
	if (kinds[change->kind].sets)
		snprintf(text + n, CHANGE_TEXT - n, "%s %s (was %s)", what, now,
			 was);
	else
		snprintf(text + n, CHANGE_TEXT - n, "removed (was %s)", was);
}

struct json_object *change_json(const struct change *change)
{
	const struct nvlf_type *type = kinds[change->kind].type;
	bool sets = kinds[change->kind].sets;
	struct json_object *json = nvlf_json(type, record(change));

	json_add(json, "object", json_object_new_string(type->name));
	json_add(json, "action", json_object_new_string(sets ? "set" : "del"));
	json_add(json, "was", bits_json(&change->was));
	json_add(json, "done", json_object_new_boolean(change->done));
	return json;
}
