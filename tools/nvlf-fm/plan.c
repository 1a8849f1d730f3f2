// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan.c - the manager's policy, as a pure function of the model.
 */
#include <errno.h>
#include <stdlib.h>

#include "plan.h"

/*
 * The wanted routes: a row for each switch, a column for each endpoint, in the
 * model's order.
 */
struct wanted {
	const struct model *model;
	struct bits *ports;
};

static const struct nvlf_endpoint *endpoint_at(const struct model *m, size_t i)
{
	return (const struct nvlf_endpoint *)m->endpoints.records + i;
}

static const struct nvlf_switch *switch_at(const struct model *m, size_t i)
{
	return (const struct nvlf_switch *)m->switches.records + i;
}

/* Where in the model a switch or an endpoint is; the count where it is not. */
static size_t find_switch(const struct model *model, uint32_t id)
{
	size_t i;

	for (i = 0; i < model->switches.count; i++) {
		if (switch_at(model, i)->id == id)
			break;
	}
	return i;
}

static size_t find_endpoint(const struct model *model, uint32_t target_id)
{
	size_t i;

	for (i = 0; i < model->endpoints.count; i++) {
		if (endpoint_at(model, i)->target_id == target_id)
			break;
	}
	return i;
}

/* NULL where the model has no such switch or no such endpoint. */
static struct bits *wanted_ports(const struct wanted *wanted,
				 uint32_t switch_id, uint32_t target_id)
{
	const struct model *model = wanted->model;
	size_t sw = find_switch(model, switch_id);
	size_t ep = find_endpoint(model, target_id);

	if (sw == model->switches.count || ep == model->endpoints.count)
		return NULL;
	return &wanted->ports[sw * model->endpoints.count + ep];
}

static int want_routes(struct wanted *wanted, const struct model *model)
{
	size_t pairs = model->switches.count * model->endpoints.count;
	const struct nvlf_port *port = model->ports.records;
	struct bits *ports;
	size_t i;

	wanted->model = model;
	wanted->ports = calloc(pairs ? pairs : 1, sizeof(*wanted->ports));
	if (!wanted->ports)
		return -ENOMEM;
	for (i = 0; i < model->ports.count; i++, port++) {
		if (port->owner != NVLF_OWNER_SWITCH || !nvlf_port_up(port) ||
		    !nvlf_has(port->present, NVLF_PORT_PARTNER) ||
		    port->partner != NVLF_OWNER_ENDPOINT ||
		    port->index >= BITS_MAX)
			continue;
		ports = wanted_ports(wanted, port->owner_id, port->partner_id);
		if (ports)
			bits_set(ports, port->index);
	}
	return 0;
}

static struct change *add_change(struct plan *plan, enum change_kind kind)
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
	*change = (struct change) { .kind = kind };
	return change;
}

static int add_route(struct plan *plan, enum change_kind kind,
		     uint32_t switch_id, uint32_t target_id,
		     const struct bits *ports, const struct bits *was)
{
	struct change *change = add_change(plan, kind);

	if (!change)
		return -ENOMEM;
	change->route.switch_id = switch_id;
	change->route.target_id = target_id;
	change->route.present = 1u << NVLF_ROUTE_SWITCH_ID |
				1u << NVLF_ROUTE_TARGET_ID;
	if (ports) {
		change->route.ports = *ports;
		change->route.present |= 1u << NVLF_ROUTE_PORTS;
	}
	if (was)
		change->was = *was;
	return 0;
}

static int add_partition(struct plan *plan, enum change_kind kind, uint32_t id,
			 const struct bits *members, const struct bits *was)
{
	struct change *change = add_change(plan, kind);

	if (!change)
		return -ENOMEM;
	change->partition.id = id;
	change->partition.present = 1u << NVLF_PARTITION_ID;
	if (members) {
		change->partition.members = *members;
		change->partition.present |= 1u << NVLF_PARTITION_MEMBERS;
	}
	if (was)
		change->was = *was;
	return 0;
}

static const struct bits *route_in_force(const struct model *model,
					 uint32_t switch_id, uint32_t target_id)
{
	const struct nvlf_route *route = model->routes.records;
	size_t i;

	for (i = 0; i < model->routes.count; i++, route++) {
		if (route->switch_id == switch_id &&
		    route->target_id == target_id)
			return &route->ports;
	}
	return NULL;
}

static int plan_route_sets(struct plan *plan, const struct wanted *wanted)
{
	const struct model *model = wanted->model;
	const struct bits *ports = wanted->ports;
	const struct bits *was;
	uint32_t switch_id, target_id;
	size_t sw, ep;

	for (sw = 0; sw < model->switches.count; sw++) {
		for (ep = 0; ep < model->endpoints.count; ep++, ports++) {
			if (bits_empty(ports))
				continue;
			switch_id = switch_at(model, sw)->id;
			target_id = endpoint_at(model, ep)->target_id;
			was = route_in_force(model, switch_id, target_id);
			if (was && bits_equal(was, ports))
				continue;
			if (add_route(plan, CHANGE_ROUTE_SET, switch_id,
				      target_id, ports, was))
				return -ENOMEM;
		}
	}
	return 0;
}

static int plan_route_dels(struct plan *plan, const struct wanted *wanted)
{
	const struct nvlf_route *route = wanted->model->routes.records;
	const struct bits *ports;
	size_t i;

	for (i = 0; i < wanted->model->routes.count; i++, route++) {
		ports = wanted_ports(wanted, route->switch_id,
				     route->target_id);
		if (ports && !bits_empty(ports))
			continue;
		if (add_route(plan, CHANGE_ROUTE_DEL, route->switch_id,
			      route->target_id, NULL, &route->ports))
			return -ENOMEM;
	}
	return 0;
}

static int plan_partitions(struct plan *plan, const struct model *model)
{
	const struct nvlf_partition *part = model->partitions.records;
	const struct bits *was = NULL;
	struct bits members = {};
	size_t i;

	for (i = 0; i < model->endpoints.count; i++)
		bits_set(&members, endpoint_at(model, i)->target_id);

	for (i = 0; i < model->partitions.count; i++) {
		if (part[i].id == PLAN_PARTITION)
			was = &part[i].members;
	}
	if (!bits_empty(&members) && !(was && bits_equal(was, &members)) &&
	    add_partition(plan, CHANGE_PARTITION_SET, PLAN_PARTITION, &members,
			  was))
		return -ENOMEM;

	for (i = 0; i < model->partitions.count; i++) {
		if (part[i].id == PLAN_PARTITION && !bits_empty(&members))
			continue;
		if (add_partition(plan, CHANGE_PARTITION_DEL, part[i].id, NULL,
				  &part[i].members))
			return -ENOMEM;
	}
	return 0;
}

int plan_make(struct plan *plan, const struct model *model)
{
	struct wanted wanted;
	int ret;

	*plan = (struct plan) {};
	ret = want_routes(&wanted, model);
	if (!ret)
		ret = plan_route_sets(plan, &wanted);
	if (!ret)
		ret = plan_partitions(plan, model);
	if (!ret)
		ret = plan_route_dels(plan, &wanted);
	free(wanted.ports);
	if (ret)
		plan_free(plan);
	return ret;
}

void plan_free(struct plan *plan)
{
	free(plan->changes);
	*plan = (struct plan) {};
}
