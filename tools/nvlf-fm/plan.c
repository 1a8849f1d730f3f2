// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan.c - what a policy wants of a fabric, as a pure function of both.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hw/trn4_hw.h>

#include "plan.h"

#define TARGETS (NVLF_TARGET_MAX + 1)
#define NOWHERE UINT32_MAX

/*
 * Routes as they should be and as they are: a row for each switch, a column for
 * each endpoint, in the model's order.
 */
struct grid {
	const struct model *model;
	const struct policy *policy;
	uint32_t column_of[TARGETS]; /* by target id, or NOWHERE */
	struct bits *wanted;
	const struct bits **in_force; /* NULL where there is no route */
};

static const struct nvlf_endpoint *endpoint_at(const struct model *m, size_t i)
{
	return (const struct nvlf_endpoint *)m->endpoints.records + i;
}

static const struct nvlf_switch *switch_at(const struct model *m, size_t i)
{
	return (const struct nvlf_switch *)m->switches.records + i;
}

static size_t row_of(const struct model *model, uint32_t switch_id)
{
	size_t i;

	for (i = 0; i < model->switches.count; i++) {
		if (switch_at(model, i)->id == switch_id)
			break;
	}
	return i;
}

/* Where in the grid a pair is; NOWHERE where the model lacks one of them. */
static size_t cell_of(const struct grid *grid, uint32_t switch_id,
		      uint32_t target_id)
{
	size_t row = row_of(grid->model, switch_id);

	if (row == grid->model->switches.count || target_id >= TARGETS ||
	    grid->column_of[target_id] == NOWHERE)
		return NOWHERE;
	return row * grid->model->endpoints.count + grid->column_of[target_id];
}

static void fill_wanted(struct grid *grid)
{
	const struct nvlf_port *port = grid->model->ports.records;
	size_t i, cell;

	for (i = 0; i < grid->model->ports.count; i++, port++) {
		if (port->owner != NVLF_OWNER_SWITCH ||
		    !policy_uses(grid->policy, port) ||
		    !nvlf_has(port->present, NVLF_PORT_PARTNER) ||
		    port->partner != NVLF_OWNER_ENDPOINT ||
		    port->index >= BITS_MAX)
			continue;
		cell = cell_of(grid, port->owner_id, port->partner_id);
		if (cell != NOWHERE)
			bits_set(&grid->wanted[cell], port->index);
	}
}

static int grid_make(struct grid *grid, const struct model *model,
		     const struct policy *policy)
{
	size_t cells = model->switches.count * model->endpoints.count;
	const struct nvlf_route *route = model->routes.records;
	size_t i, cell;

	*grid = (struct grid) { .model = model, .policy = policy };
	memset(grid->column_of, 0xff, sizeof(grid->column_of));
	grid->wanted = calloc(cells + 1, sizeof(*grid->wanted));
	grid->in_force = calloc(cells + 1, sizeof(*grid->in_force));
	if (!grid->wanted || !grid->in_force)
		return -ENOMEM;
	for (i = 0; i < model->endpoints.count; i++) {
		if (endpoint_at(model, i)->target_id < TARGETS)
			grid->column_of[endpoint_at(model, i)->target_id] = i;
	}
	for (i = 0; i < model->routes.count; i++, route++) {
		cell = cell_of(grid, route->switch_id, route->target_id);
		if (cell != NOWHERE)
			grid->in_force[cell] = &route->ports;
	}
	fill_wanted(grid);
	return 0;
}

static void grid_free(struct grid *grid)
{
	free(grid->wanted);
	free(grid->in_force);
}

/* ---- Changes ------------------------------------------------------------ */

static struct change *add_change(struct plan *plan, enum change_kind kind,
				 const struct bits *was)
{
	struct change *change;
	size_t room;

	if (plan->count == plan->room) {
		room = plan->room ? 2 * plan->room : 64;
		change = reallocarray(plan->changes, room, sizeof(*change));
		if (!change)
			return NULL;
		plan->changes = change;
		plan->room = room;
	}
	change = &plan->changes[plan->count++];
	*change = (struct change) { .kind = kind, .replaces = was };
	if (was)
		change->was = *was;
	return change;
}

static int add_route(struct plan *plan, enum change_kind kind,
		     const struct nvlf_route *route, const struct bits *was)
{
	struct change *change = add_change(plan, kind, was);

	if (!change)
		return -ENOMEM;
	change->route = *route;
	return 0;
}

static int add_partition(struct plan *plan, enum change_kind kind, uint32_t id,
			 const struct bits *members, const struct bits *was)
{
	struct change *change = add_change(plan, kind, was);

	if (!change)
		return -ENOMEM;
	change->partition.id = id;
	change->partition.present = 1u << NVLF_PARTITION_ID;
	if (members) {
		change->partition.members = *members;
		change->partition.present |= 1u << NVLF_PARTITION_MEMBERS;
	}
	return 0;
}

/* All routes that should be, and those of them that are not so yet. */
static int plan_route_sets(struct plan *plan, const struct grid *grid)
{
	size_t rows = grid->model->switches.count;
	size_t columns = grid->model->endpoints.count;
	struct nvlf_route *route;
	const struct bits *was;
	size_t i;

	plan->routes.records = calloc(rows * columns + 1, sizeof(*route));
	if (!plan->routes.records)
		return -ENOMEM;
	plan->routes.room = rows * columns + 1;
	for (i = 0; i < rows * columns; i++) {
		if (bits_empty(&grid->wanted[i]))
			continue;
		route = (struct nvlf_route *)plan->routes.records +
			plan->routes.count++;
		route->switch_id = switch_at(grid->model, i / columns)->id;
		route->target_id =
			endpoint_at(grid->model, i % columns)->target_id;
		route->ports = grid->wanted[i];
		route->present = 1u << NVLF_ROUTE_SWITCH_ID |
				 1u << NVLF_ROUTE_TARGET_ID |
				 1u << NVLF_ROUTE_PORTS;
		was = grid->in_force[i];
		if (was && bits_equal(was, &route->ports))
			continue;
		if (add_route(plan, CHANGE_ROUTE_SET, route, was))
			return -ENOMEM;
	}
	return 0;
}

static int plan_route_dels(struct plan *plan, const struct grid *grid)
{
	const struct nvlf_route *route = grid->model->routes.records;
	struct nvlf_route key;
	size_t i, cell;

	for (i = 0; i < grid->model->routes.count; i++, route++) {
		cell = cell_of(grid, route->switch_id, route->target_id);
		if (cell != NOWHERE && !bits_empty(&grid->wanted[cell]))
			continue;
		key = (struct nvlf_route) {
			.present = 1u << NVLF_ROUTE_SWITCH_ID |
				   1u << NVLF_ROUTE_TARGET_ID,
			.switch_id = route->switch_id,
			.target_id = route->target_id,
		};
		if (add_route(plan, CHANGE_ROUTE_DEL, &key, &route->ports))
			return -ENOMEM;
	}
	return 0;
}

/* ---- Partitions --------------------------------------------------------- */

/* Endpoints that have too few links that are used. */
static void find_drained(struct plan *plan, const struct grid *grid)
{
	size_t rows = grid->model->switches.count;
	size_t columns = grid->model->endpoints.count;
	uint32_t target_id;
	size_t e, s;

	if (!grid->policy->drain)
		return;
	for (e = 0; e < columns; e++) {
		unsigned int links = 0;

		for (s = 0; s < rows; s++)
			links += bits_count(&grid->wanted[s * columns + e]);
		target_id = endpoint_at(grid->model, e)->target_id;
		if (links < grid->policy->min_links && target_id < TARGETS)
			bits_set(&plan->drained, target_id);
	}
}

/*
 * Who is to be in the partition now. Where endpoints are drained, one that is
 * not there yet has to show its links first.
 */
static struct bits members_of(const struct plan *plan, const struct grid *grid,
			      const struct policy_partition *partition)
{
	struct bits members = policy_members(partition, grid->model);
	struct bits now = {};
	unsigned int n;

	if (!grid->policy->drain)
		return members;
	for (n = bits_next(&members, 0); n < BITS_MAX;
	     n = bits_next(&members, n + 1)) {
		if (grid->column_of[n] != NOWHERE &&
		    !bits_test(&plan->drained, n))
			bits_set(&now, n);
	}
	return now;
}

/* A partition of the policy */
struct wanted {
	uint32_t id;
	struct bits members;
	const struct bits *was; /* its members now, or NULL */
	struct bits stay;       /* those of them that remain */
	bool done;              /* is as it should be */
};

static struct bits common(const struct bits *a, const struct bits *b)
{
	struct bits both = {};
	unsigned int n;

	for (n = bits_next(a, 0); n < BITS_MAX; n = bits_next(a, n + 1)) {
		if (bits_test(b, n))
			bits_set(&both, n);
	}
	return both;
}

static void find_wanted(struct wanted *wanted, const struct plan *plan,
			const struct grid *grid)
{
	const struct nvlf_partition *part = grid->model->partitions.records;
	const struct policy *policy = grid->policy;
	size_t i, p;

	for (p = 0; p < policy->partition_count; p++, wanted++) {
		wanted->id = policy->partitions[p].id;
		wanted->members = members_of(plan, grid,
					     &policy->partitions[p]);
		for (i = 0; i < grid->model->partitions.count; i++) {
			if (part[i].id == wanted->id)
				wanted->was = &part[i].members;
		}
		if (wanted->was)
			wanted->stay = common(wanted->was, &wanted->members);
		/* Nobody needs an empty one that is not there. */
		wanted->done = wanted->was ? bits_equal(wanted->was,
							&wanted->members) :
					     bits_empty(&wanted->members);
	}
}

/* For each endpoint those with whom it shares a partition now */
static struct bits *find_together(const struct model *model)
{
	const struct nvlf_partition *part = model->partitions.records;
	struct bits *together = calloc(TARGETS, sizeof(*together));
	unsigned int a, b;
	size_t i;

	for (i = 0; together && i < model->partitions.count; i++, part++) {
		for (a = bits_next(&part->members, 0); a < TARGETS;
		     a = bits_next(&part->members, a + 1)) {
			for (b = bits_next(&part->members, 0); b < TARGETS;
			     b = bits_next(&part->members, b + 1))
				bits_set(&together[a], b);
		}
	}
	return together;
}

/* Are there two of them who share no partition now? */
static bool opens(const struct bits *members, const struct bits *together)
{
	unsigned int a, b;

	for (a = bits_next(members, 0); a < TARGETS;
	     a = bits_next(members, a + 1)) {
		for (b = bits_next(members, a + 1); b < TARGETS;
		     b = bits_next(members, b + 1)) {
			if (!bits_test(&together[a], b))
				return true;
		}
	}
	return false;
}

/* Same pairs, other partitions: who is to go on together never parts. */
static int plan_partition_moves(struct plan *plan, struct wanted *wanted,
				size_t count, const struct bits *together)
{
	for (; count--; wanted++) {
		if (wanted->done ||
		    (wanted->was && !bits_equal(wanted->was, &wanted->stay)) ||
		    opens(&wanted->members, together))
			continue;
		if (add_partition(plan, CHANGE_PARTITION_SET, wanted->id,
				  &wanted->members, wanted->was))
			return -ENOMEM;
		wanted->done = true;
	}
	return 0;
}

/* Whoever is to leave leaves, before anybody comes. */
static int plan_partition_leaves(struct plan *plan, struct wanted *wanted,
				 size_t count)
{
	for (; count--; wanted++) {
		if (wanted->done || !wanted->was ||
		    bits_equal(wanted->was, &wanted->stay))
			continue;
		if (bits_empty(&wanted->stay)) {
			if (add_partition(plan, CHANGE_PARTITION_DEL,
					  wanted->id, NULL, wanted->was))
				return -ENOMEM;
			wanted->was = NULL;
		} else {
			if (add_partition(plan, CHANGE_PARTITION_SET,
					  wanted->id, &wanted->stay,
					  wanted->was))
				return -ENOMEM;
			wanted->was = &wanted->stay;
		}
		wanted->done = bits_equal(&wanted->stay, &wanted->members);
	}
	return 0;
}

static int plan_partition_dels(struct plan *plan, const struct model *model,
			       const struct wanted *wanted, size_t count)
{
	const struct nvlf_partition *part = model->partitions.records;
	size_t i, p;

	for (i = 0; i < model->partitions.count; i++) {
		for (p = 0; p < count && wanted[p].id != part[i].id; p++)
			;
		if (p == count &&
		    add_partition(plan, CHANGE_PARTITION_DEL, part[i].id, NULL,
				  &part[i].members))
			return -ENOMEM;
	}
	return 0;
}

static int plan_partition_joins(struct plan *plan, struct wanted *wanted,
				size_t count)
{
	for (; count--; wanted++) {
		if (wanted->done)
			continue;
		if (add_partition(plan, CHANGE_PARTITION_SET, wanted->id,
				  &wanted->members, wanted->was))
			return -ENOMEM;
	}
	return 0;
}

/*
 * What closes pairs comes before what opens others: an endpoint that moves from
 * one tenant to another is never with both. Before either comes what changes no
 * pair, unless the switches have no room for what goes and what comes at once.
 */
static int plan_partitions(struct plan *plan, const struct grid *grid)
{
	size_t count = grid->policy->partition_count, p;
	size_t all = grid->model->partitions.count;
	struct bits *together = find_together(grid->model);
	struct wanted *wanted = calloc(count + 1, sizeof(*wanted));
	int ret = together && wanted ? 0 : -ENOMEM;

	if (!ret) {
		find_wanted(wanted, plan, grid);
		for (p = 0; p < count; p++)
			all += !wanted[p].done && !wanted[p].was;
	}
	if (!ret && all <= NVL_PARTITIONS)
		ret = plan_partition_moves(plan, wanted, count, together);
	if (!ret)
		ret = plan_partition_leaves(plan, wanted, count);
	if (!ret)
		ret = plan_partition_dels(plan, grid->model, wanted, count);
	if (!ret)
		ret = plan_partition_joins(plan, wanted, count);
	free(wanted);
	free(together);
	return ret;
}

int plan_make(struct plan *plan, const struct model *model,
	      const struct policy *policy)
{
	struct grid grid;
	int ret;

	*plan = (struct plan) {};
	ret = grid_make(&grid, model, policy);
	if (!ret) {
		find_drained(plan, &grid);
		ret = plan_route_sets(plan, &grid);
	}
	if (!ret)
		ret = plan_partitions(plan, &grid);
	if (!ret)
		ret = plan_route_dels(plan, &grid);
	grid_free(&grid);
	if (ret)
		plan_free(plan);
	return ret;
}

void plan_free(struct plan *plan)
{
	free(plan->changes);
	nvlf_list_free(&plan->routes);
	*plan = (struct plan) {};
}
