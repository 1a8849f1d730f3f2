/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * refusal.h - changes that were not made: what the kernel refused, and what
 * had to wait for that.
 */
#ifndef NVLF_FM_REFUSAL_H
#define NVLF_FM_REFUSAL_H

#include "plan.h"

struct json_object;

/* Most bytes of its text; what is longer is cut. */
#define REFUSAL_TEXT 512

/**
 * struct refusal - one request that was not granted, or not made
 * @kind: of its changes
 * @id: of the partition, or of the switch whose routes they are
 * @waits: it was not asked for, as another one was refused
 * @text: what was to be done, and why it was not
 */
struct refusal {
	enum change_kind kind;
	uint32_t id;
	bool waits;
	char text[REFUSAL_TEXT];
};

/* In the order of the plan */
struct refusals {
	struct refusal *list;
	size_t count;
	size_t room;
};

/* @count changes of one request, and @why they were not made. */
void refusals_add(struct refusals *refusals, const struct change *changes,
		  size_t count, bool waits, const char *why);
void refusals_free(struct refusals *refusals);

/* Whether the very same is among them. */
bool refusals_have(const struct refusals *refusals,
		   const struct refusal *refusal);

/* The first @most: objects of object, action, id or switch-id, waits, error. */
struct json_object *refusals_json(const struct refusals *refusals, size_t most);

#endif /* NVLF_FM_REFUSAL_H */
