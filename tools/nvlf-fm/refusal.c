// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * refusal.c - changes that were not made.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "out.h"
#include "refusal.h"

static bool is_route(enum change_kind kind)
{
	return kind == CHANGE_ROUTE_SET || kind == CHANGE_ROUTE_DEL;
}

void refusals_add(struct refusals *refusals, const struct change *changes,
		  size_t count, bool waits, const char *why)
{
	static char what[CHANGE_TEXT];
	struct refusal *refusal;

	if (refusals->count == refusals->room) {
		refusals->room = refusals->room ? 2 * refusals->room : 8;
		refusals->list = must(reallocarray(refusals->list,
						   refusals->room,
						   sizeof(*refusals->list)));
	}
	refusal = &refusals->list[refusals->count++];
	*refusal = (struct refusal) {
		.kind = changes->kind,
		.id = is_route(changes->kind) ? changes->route.switch_id :
						changes->partition.id,
		.waits = waits,
	};
	if (count == 1)
		change_format(changes, what);
	else
		snprintf(what, sizeof(what), "%c switch %u, %zu routes",
			 changes->kind == CHANGE_ROUTE_DEL ? '-' : '+',
			 refusal->id, count);
	/* Long lists of members leave room for the reason. */
	snprintf(refusal->text, sizeof(refusal->text), "%.*s%s: %s",
		 REFUSAL_TEXT / 2, what,
		 strlen(what) > REFUSAL_TEXT / 2 ? "..." : "", why);
}

void refusals_free(struct refusals *refusals)
{
	free(refusals->list);
	*refusals = (struct refusals) {};
}

bool refusals_have(const struct refusals *refusals,
		   const struct refusal *refusal)
{
	size_t i;

	for (i = 0; i < refusals->count; i++) {
		if (refusals->list[i].waits == refusal->waits &&
		    !strcmp(refusals->list[i].text, refusal->text))
			return true;
	}
	return false;
}

struct json_object *refusals_json(const struct refusals *refusals, size_t most)
{
	struct json_object *array = must(json_object_new_array());
	const struct refusal *refusal = refusals->list;
	struct json_object *json;
	bool route, sets;
	size_t i;

	for (i = 0; i < refusals->count && i < most; i++, refusal++) {
		json = must(json_object_new_object());
		route = is_route(refusal->kind);
		sets = refusal->kind == CHANGE_ROUTE_SET ||
		       refusal->kind == CHANGE_PARTITION_SET;
		json_add(json, "object",
			 json_object_new_string(route ? "route" : "partition"));
		json_add(json, "action",
			 json_object_new_string(sets ? "set" : "del"));
		json_add(json, route ? "switch-id" : "id",
			 json_object_new_int64(refusal->id));
		json_add(json, "waits",
			 json_object_new_boolean(refusal->waits));
		json_add(json, "error", json_object_new_string(refusal->text));
		json_object_array_add(array, json);
	}
	return array;
}
