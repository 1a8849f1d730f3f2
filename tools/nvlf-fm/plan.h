/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h - what routes and partitions a fabric should have by a policy, and
 * what must change for that. No input but model and policy, no output but the
 * plan.
 */
#ifndef NVLF_FM_PLAN_H
#define NVLF_FM_PLAN_H

#include "holddown.h"
#include "model.h"
#include "policy.h"

/* In the order in which a plan has them: what opens paths comes first */
enum change_kind {
	CHANGE_ROUTE_SET,
	CHANGE_PARTITION_SET,
	CHANGE_PARTITION_DEL,
	CHANGE_ROUTE_DEL,
};

/**
 * struct change - one difference between what is in force and what should be
 * @kind: what is done
 * @route: what is set, or the keys of what is deleted (ROUTE)
 * @partition: the same (PARTITION)
 * @replaces: there was such an object before
 * @was: its ports or members
 * @late: a partition that goes when those who came are together elsewhere
 * @done: set by whoever carried it out
 */
struct change {
	enum change_kind kind;
	union {
		struct nvlf_route route;
		struct nvlf_partition partition;
	};
	bool replaces;
	struct bits was;
	bool late;
	bool done;
};

/**
 * struct plan - all differences, and what there is in the end
 * @changes: by kind, but partitions in the order of partitions.c; changes of a
 *	switch's routes follow one another
 * @count: of @changes
 * @room: for changes
 * @routes: struct nvlf_route, all that should be, by switch
 * @held: struct held_link, those that are up and have flapped
 * @drained: endpoints that are in no partition for their links' sake
 */
struct plan {
	struct change *changes;
	size_t count;
	size_t room;
	struct nvlf_list routes;
	struct nvlf_list held;
	struct bits drained;
};

/*
 * For each switch and endpoint the route is the set of the switch's ports that
 * are up, not held, and have the endpoint at their other end, so that traffic
 * to it is spread over all switches that it has links to, and over all links to
 * them; no such port, no route. Partitions are those of the policy, and no
 * others. What is in force already is not among the changes. Return: 0 or
 * -ENOMEM.
 */
int plan_make(struct plan *plan, const struct model *model,
	      const struct policy *policy);
void plan_free(struct plan *plan);

/*
 * One more change, for those who make plans; @was may be NULL, for what was not
 * there. Return: it, until the next one is added; NULL: out of memory.
 */
struct change *plan_add(struct plan *plan, enum change_kind kind,
			const struct bits *was);

#endif /* NVLF_FM_PLAN_H */
