/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h - the manager's policy: what routes and partitions a fabric should
 * have, and what must change for that. No input but the model, no output but
 * the plan.
 */
#ifndef NVLF_FM_PLAN_H
#define NVLF_FM_PLAN_H

#include "model.h"

#define PLAN_PARTITION 1 /* the one that all endpoints are in */

/* In the order in which a plan has them: what opens paths comes first */
enum change_kind {
	CHANGE_ROUTE_SET,
	CHANGE_PARTITION_SET,
	CHANGE_PARTITION_DEL,
	CHANGE_ROUTE_DEL,
};

/**
 * struct change - one request to the kernel
 * @kind: what is done
 * @route: what is set, or the keys of what is deleted (ROUTE)
 * @partition: the same (PARTITION)
 * @was: the ports or members in force before; empty where there were none
 * @done: set by whoever carried it out
 */
struct change {
	enum change_kind kind;
	union {
		struct nvlf_route route;
		struct nvlf_partition partition;
	};
	struct bits was;
	bool done;
};

struct plan {
	struct change *changes;
	size_t count;
	size_t room;
};

/*
 * For each switch and endpoint the route is the set of the switch's ports that
 * are up and have the endpoint at their other end, so that traffic to it is
 * spread over all switches that it has links to; no such port, no route. All
 * endpoints are in PLAN_PARTITION, and there is no other. What is in force
 * already is not in the plan. Return: 0 or -ENOMEM.
 */
int plan_make(struct plan *plan, const struct model *model);
void plan_free(struct plan *plan);

#endif /* NVLF_FM_PLAN_H */
