// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan_rig.c - fabrics for the tests of plan.c.
 */
#include <stdlib.h>
#include <string.h>

#include "plan_rig.h"

static struct policy_partition one = { .id = 1, .all = true };
const struct policy everybody = {
	.partitions = &one,
	.partition_count = 1,
};

/* Adds an empty record to a list. */
void *append(struct nvlf_list *list, size_t size)
{
	list->records = realloc(list->records, (list->count + 1) * size);
	memset((char *)list->records + list->count * size, 0, size);
	return (char *)list->records + size * list->count++;
}

struct nvlf_port *add_port(struct model *m, uint32_t sw, uint32_t index,
			   uint32_t state, uint32_t endpoint)
{
	struct nvlf_port *port = append(&m->ports, sizeof(*port));

	port->owner = NVLF_OWNER_SWITCH;
	port->owner_id = sw;
	port->index = index;
	port->state = state;
	port->partner = NVLF_OWNER_ENDPOINT;
	port->partner_id = endpoint;
	port->present = 1u << NVLF_PORT_OWNER | 1u << NVLF_PORT_OWNER_ID |
			1u << NVLF_PORT_INDEX | 1u << NVLF_PORT_STATE |
			1u << NVLF_PORT_PARTNER;
	return port;
}

/*
 * The fabric of the wiring rule: port k of an endpoint goes to switch k % n.
 * Endpoint e of it has target id @first + e.
 */
struct model build(unsigned int switches, unsigned int endpoints,
		   unsigned int first)
{
	unsigned int s, e, k, links = 36 / switches;
	struct nvlf_endpoint *ep;
	struct nvlf_switch *sw;
	struct nvlf_port *port;
	struct model m = {};

	for (e = 0; e < endpoints; e++) {
		ep = append(&m.endpoints, sizeof(*ep));
		ep->target_id = first + e;
		for (k = 0; k < 36; k++) {
			port = append(&m.ports, sizeof(*port));
			port->owner = NVLF_OWNER_ENDPOINT;
			port->owner_id = first + e;
			port->index = k;
			port->state = NVLF_PORT_STATE_ACTIVE;
		}
	}
	for (s = 0; s < switches; s++) {
		sw = append(&m.switches, sizeof(*sw));
		sw->id = s;
		for (e = 0; e < endpoints; e++) {
			for (k = 0; k < links; k++)
				add_port(&m, s, e * links + k,
					 NVLF_PORT_STATE_ACTIVE, first + e);
		}
	}
	return m;
}

/* What the kernel would make of a plan. */
void carry_out(struct model *m, const struct plan *plan)
{
	const struct change *c;
	struct nvlf_partition *part;
	struct nvlf_route *route;
	size_t i;

	for (c = plan->changes; c < plan->changes + plan->count; c++) {
		switch (c->kind) {
		case CHANGE_ROUTE_SET:
		case CHANGE_ROUTE_DEL:
			route = m->routes.records;
			for (i = 0; i < m->routes.count; i++) {
				if (route[i].switch_id == c->route.switch_id &&
				    route[i].target_id == c->route.target_id)
					route[i] = route[--m->routes.count];
			}
			if (c->kind == CHANGE_ROUTE_DEL)
				break;
			route = append(&m->routes, sizeof(*route));
			*route = c->route;
			break;
		case CHANGE_PARTITION_SET:
		case CHANGE_PARTITION_DEL:
			part = m->partitions.records;
			for (i = 0; i < m->partitions.count; i++) {
				if (part[i].id == c->partition.id)
					part[i] = part[--m->partitions.count];
			}
			if (c->kind == CHANGE_PARTITION_DEL)
				break;
			part = append(&m->partitions, sizeof(*part));
			*part = c->partition;
			break;
		}
	}
}

size_t count(const struct plan *plan, enum change_kind kind)
{
	size_t i, n = 0;

	for (i = 0; i < plan->count; i++)
		n += plan->changes[i].kind == kind;
	return n;
}

const struct change *route_change(const struct plan *plan, uint32_t sw,
				  uint32_t target)
{
	const struct change *c;

	for (c = plan->changes; c < plan->changes + plan->count; c++) {
		if ((c->kind == CHANGE_ROUTE_SET ||
		     c->kind == CHANGE_ROUTE_DEL) &&
		    c->route.switch_id == sw && c->route.target_id == target)
			return c;
	}
	return NULL;
}

bool is_list(const struct bits *bits, const char *list)
{
	struct bits want;

	return !bits_parse(&want, list, BITS_MAX) && bits_equal(bits, &want);
}

/* What everybody wants, carried out */
bool settle(struct model *m)
{
	struct plan plan;

	if (plan_make(&plan, m, &everybody))
		return false;
	carry_out(m, &plan);
	plan_free(&plan);
	return true;
}

/* In force already: a plan of nothing. */
bool settled(const struct model *m)
{
	struct plan plan;
	bool nothing;

	if (plan_make(&plan, m, &everybody))
		return false;
	nothing = plan.count == 0;
	plan_free(&plan);
	return nothing;
}
