// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan.c - what a policy wants of a fabric, as a pure function of both.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "partitions.h"
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

static int add_held(struct plan *plan, const struct nvlf_port *port,
		    uint64_t ms)
{
	struct nvlf_list *held = &plan->held;
	struct held_link *link;
	size_t room;

	if (held->count == held->room) {
		room = held->room ? 2 * held->room : 16;
		link = reallocarray(held->records, room, sizeof(*link));
		if (!link)
			return -ENOMEM;
		held->records = link;
		held->room = room;
	}
	link = (struct held_link *)held->records + held->count++;
	*link = (struct held_link) {
		.switch_id = port->owner_id,
		.port = port->index,
		.target_id = port->partner_id,
		.ms = ms,
	};
	return 0;
}

static int fill_wanted(struct grid *grid, const struct holddown *holddown,
		       struct plan *plan)
{
	const struct nvlf_port *port = grid->model->ports.records;
	size_t i, cell;
	uint64_t ms;

	for (i = 0; i < grid->model->ports.count; i++, port++) {
		if (port->owner != NVLF_OWNER_SWITCH ||
		    !policy_uses(grid->policy, port) ||
		    !nvlf_has(port->present, NVLF_PORT_PARTNER) ||
		    port->partner != NVLF_OWNER_ENDPOINT ||
		    port->index >= BITS_MAX)
			continue;
		cell = cell_of(grid, port->owner_id, port->partner_id);
		if (cell == NOWHERE)
			continue;
		ms = holddown_left(holddown, port);
		if (!ms)
			bits_set(&grid->wanted[cell], port->index);
		else if (add_held(plan, port, ms))
			return -ENOMEM;
	}
	return 0;
}

static int grid_make(struct grid *grid, const struct model *model,
		     const struct policy *policy, struct plan *plan)
{
	size_t cells = model->switches.count * model->endpoints.count;
	const struct nvlf_route *route = model->routes.records;
	struct holddown holddown;
	size_t i, cell;
	int ret;

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
	ret = holddown_begin(&holddown, model, policy);
	if (!ret)
		ret = fill_wanted(grid, &holddown, plan);
	holddown_end(&holddown);
	return ret;
}

static void grid_free(struct grid *grid)
{
	free(grid->wanted);
	free(grid->in_force);
}

/* ---- Changes ------------------------------------------------------------ */

struct change *plan_add(struct plan *plan, enum change_kind kind,
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
	struct change *change = plan_add(plan, kind, was);

	if (!change)
		return -ENOMEM;
	change->route = *route;
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

static int make_partitions(struct plan *plan, const struct grid *grid)
{
	size_t count = grid->policy->partition_count, i;
	struct bits *members = calloc(count + 1, sizeof(*members));
	int ret;

	if (!members)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		members[i] = members_of(plan, grid,
					&grid->policy->partitions[i]);
	ret = plan_partitions(plan, grid->model, grid->policy, members);
	free(members);
	return ret;
}

int plan_make(struct plan *plan, const struct model *model,
	      const struct policy *policy)
{
	struct grid grid;
	int ret;

	*plan = (struct plan) {};
	ret = grid_make(&grid, model, policy, plan);
	if (!ret) {
		find_drained(plan, &grid);
		ret = plan_route_sets(plan, &grid);
	}
	if (!ret)
		ret = make_partitions(plan, &grid);
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
	nvlf_list_free(&plan->held);
	*plan = (struct plan) {};
}
