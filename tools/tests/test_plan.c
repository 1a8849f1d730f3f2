// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_plan.c - tests of nvlf-fm/plan.c: what the manager wants of a fabric,
 * and what it changes for that.
 */
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "plan.h"
#include "tap.h"

/* Adds an empty record to a list. */
static void *append(struct nvlf_list *list, size_t size)
{
	list->records = realloc(list->records, (list->count + 1) * size);
	memset((char *)list->records + list->count * size, 0, size);
	return (char *)list->records + size * list->count++;
}

static struct nvlf_port *add_port(struct model *m, uint32_t sw, uint32_t index,
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
static struct model build(unsigned int switches, unsigned int endpoints,
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
static void carry_out(struct model *m, const struct plan *plan)
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

static size_t count(const struct plan *plan, enum change_kind kind)
{
	size_t i, n = 0;

	for (i = 0; i < plan->count; i++)
		n += plan->changes[i].kind == kind;
	return n;
}

static const struct change *route_change(const struct plan *plan, uint32_t sw,
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

static bool is_list(const struct bits *bits, const char *list)
{
	struct bits want;

	return !bits_parse(&want, list, BITS_MAX) && bits_equal(bits, &want);
}

/* In force already: a plan of nothing. */
static bool settled(const struct model *m)
{
	struct plan plan;
	bool nothing;

	if (plan_make(&plan, m))
		return false;
	nothing = plan.count == 0;
	plan_free(&plan);
	return nothing;
}

static void a_tray_is_routed(void)
{
	struct model m = build(2, 4, 0);
	const struct change *c;
	struct plan plan;

	CHECK(!plan_make(&plan, &m));
	EQ(plan.count, 9);
	EQ(count(&plan, CHANGE_ROUTE_SET), 8);
	c = route_change(&plan, 1, 3);
	CHECK(c && is_list(&c->route.ports, "54-71") && bits_empty(&c->was));
	CHECK(c && c->route.present == 7);
	c = &plan.changes[8];
	CHECK(c->kind == CHANGE_PARTITION_SET);
	CHECK(c->partition.id == 1 && is_list(&c->partition.members, "0-3"));
	carry_out(&m, &plan);
	CHECK(settled(&m));
	plan_free(&plan);
	model_free(&m);
}

static void a_rack_is_routed(void)
{
	struct model m = build(36, 72, 100);
	struct plan plan;

	CHECK(!plan_make(&plan, &m));
	EQ(plan.count, 36 * 72 + 1);
	carry_out(&m, &plan);
	CHECK(settled(&m));
	plan_free(&plan);
	model_free(&m);
}

static void only_links_that_are_up_are_used(void)
{
	struct model m = build(1, 2, 0);
	struct nvlf_port *port = m.ports.records;
	const struct change *c;
	struct plan plan;

	/* The switch's ports come after the 72 of the endpoints. */
	port[72 + 0].state = NVLF_PORT_STATE_DEGRADED;
	port[72 + 1].state = NVLF_PORT_STATE_TRAIN;
	port[72 + 2].state = NVLF_PORT_STATE_FAULT;
	port[72 + 3].state = NVLF_PORT_STATE_OFF;
	port[72 + 4].present &= ~(1u << NVLF_PORT_PARTNER);
	port[72 + 5].partner = NVLF_OWNER_SWITCH;
	port[72 + 6].partner_id = 55;
	CHECK(!plan_make(&plan, &m));
	c = route_change(&plan, 0, 0);
	CHECK(c && is_list(&c->route.ports, "0,7-35"));
	CHECK(!route_change(&plan, 0, 55));
	plan_free(&plan);
	model_free(&m);
}

static void only_differences_are_planned(void)
{
	struct model m = build(2, 4, 0);
	struct nvlf_route *route;
	const struct change *c;
	struct plan plan;

	CHECK(!plan_make(&plan, &m));
	carry_out(&m, &plan);
	plan_free(&plan);

	route = m.routes.records;
	memset(&route[0].ports, 0, sizeof(route[0].ports));
	bits_set(&route[0].ports, 5);
	CHECK(!plan_make(&plan, &m));
	EQ(plan.count, 1);
	c = route_change(&plan, route[0].switch_id, route[0].target_id);
	CHECK(c && is_list(&c->was, "5") && bits_count(&c->route.ports) == 18);
	plan_free(&plan);
	model_free(&m);
}

static void what_is_not_wanted_is_removed(void)
{
	struct nvlf_partition *part;
	struct nvlf_route *route;
	const struct change *c;
	struct model m = build(2, 4, 0);
	struct plan plan;
	uint32_t i;

	CHECK(!plan_make(&plan, &m));
	carry_out(&m, &plan);
	plan_free(&plan);

	/* A route to nobody, one of a switch that is gone, another partition */
	for (i = 0; i < 2; i++) {
		route = append(&m.routes, sizeof(*route));
		route->switch_id = i ? 9 : 0;
		route->target_id = i ? 0 : 99;
		bits_set(&route->ports, 3);
	}
	part = append(&m.partitions, sizeof(*part));
	part->id = 7;
	bits_set(&part->members, 2);

	CHECK(!plan_make(&plan, &m));
	EQ(plan.count, 3);
	EQ(count(&plan, CHANGE_ROUTE_DEL), 2);
	EQ(count(&plan, CHANGE_PARTITION_DEL), 1);
	c = route_change(&plan, 0, 99);
	CHECK(c && c->kind == CHANGE_ROUTE_DEL && is_list(&c->was, "3"));
	/* A delete tells the keys only. */
	CHECK(c && c->route.present == 3);
	carry_out(&m, &plan);
	CHECK(settled(&m));
	plan_free(&plan);
	model_free(&m);
}

static void an_endpoint_that_went_is_forgotten(void)
{
	struct model m = build(2, 4, 0);
	struct nvlf_port *port;
	struct plan plan;
	size_t i;

	CHECK(!plan_make(&plan, &m));
	carry_out(&m, &plan);
	plan_free(&plan);

	m.endpoints.count--;
	port = m.ports.records;
	for (i = 0; i < m.ports.count; i++) {
		if (port[i].owner == NVLF_OWNER_SWITCH &&
		    port[i].partner_id == 3) {
			port[i].state = NVLF_PORT_STATE_DETECT;
			port[i].present &= ~(1u << NVLF_PORT_PARTNER);
		}
	}
	CHECK(!plan_make(&plan, &m));
	EQ(plan.count, 3);
	EQ(count(&plan, CHANGE_ROUTE_DEL), 2);
	EQ(count(&plan, CHANGE_PARTITION_SET), 1);
	plan_free(&plan);
	model_free(&m);
}

static void an_empty_fabric_wants_nothing(void)
{
	struct nvlf_partition *part;
	struct model m = {};
	struct plan plan;

	CHECK(settled(&m));
	part = append(&m.partitions, sizeof(*part));
	part->id = PLAN_PARTITION;
	bits_set(&part->members, 0);
	CHECK(!plan_make(&plan, &m));
	EQ(plan.count, 1);
	CHECK(plan.changes[0].kind == CHANGE_PARTITION_DEL);
	plan_free(&plan);
	model_free(&m);
}

static void what_opens_paths_comes_first(void)
{
	struct nvlf_partition *part;
	struct nvlf_route *route;
	struct model m = build(2, 4, 0);
	struct plan plan;
	size_t i;

	part = append(&m.partitions, sizeof(*part));
	part->id = 9;
	route = append(&m.routes, sizeof(*route));
	route->target_id = 50;
	CHECK(!plan_make(&plan, &m));
	EQ(plan.count, 11);
	for (i = 1; i < plan.count; i++)
		CHECK(plan.changes[i - 1].kind <= plan.changes[i].kind);
	plan_free(&plan);
	model_free(&m);
}

static void changes_are_told(void)
{
	static char text[CHANGE_TEXT];
	struct change c = { .kind = CHANGE_ROUTE_SET };

	c.route.switch_id = 1;
	c.route.target_id = 3;
	bits_set(&c.route.ports, 4);
	change_format(&c, text);
	CHECK(!strcmp(text, "switch 1, route to 3: ports 4 (was none)"));
	c = (struct change) { .kind = CHANGE_PARTITION_DEL };
	c.partition.id = 7;
	bits_set(&c.was, 0);
	bits_set(&c.was, 1);
	change_format(&c, text);
	CHECK(!strcmp(text, "partition 7: removed (was 0,1)"));
}

static void links_are_counted(void)
{
	struct model m = build(2, 4, 0);
	struct nvlf_port *port = m.ports.records;
	struct model_links links;

	port[0].state = NVLF_PORT_STATE_TRAIN;
	port[1].state = NVLF_PORT_STATE_OFF;
	port[2].state = NVLF_PORT_STATE_DEGRADED;
	model_links(&m, &links);
	EQ(links.all, 144);
	EQ(links.up, 142);
	EQ(links.training, 1);
	model_free(&m);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_tray_is_routed),
	TAP_TEST(a_rack_is_routed),
	TAP_TEST(only_links_that_are_up_are_used),
	TAP_TEST(only_differences_are_planned),
	TAP_TEST(what_is_not_wanted_is_removed),
	TAP_TEST(an_endpoint_that_went_is_forgotten),
	TAP_TEST(an_empty_fabric_wants_nothing),
	TAP_TEST(what_opens_paths_comes_first),
	TAP_TEST(changes_are_told),
	TAP_TEST(links_are_counted),
};

TAP_MAIN(tests)
