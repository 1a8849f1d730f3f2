// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_plan.c - tests of nvlf-fm/plan.c: what the manager wants of a fabric,
 * and what it changes for that.
 */
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "array.h"
#include "plan_rig.h"
#include "tap.h"

static void a_tray_is_routed(void)
{
	struct model m = build(2, 4, 0);
	const struct change *c;
	struct plan plan;

	CHECK(!plan_make(&plan, &m, &everybody));
	EQ(plan.count, 9);
	EQ(count(&plan, CHANGE_ROUTE_SET), 8);
	c = route_change(&plan, 1, 3);
	CHECK(c && is_list(&c->route.ports, "54-71") && !c->replaces);
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

	CHECK(!plan_make(&plan, &m, &everybody));
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
	CHECK(!plan_make(&plan, &m, &everybody));
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

	CHECK(settle(&m));

	route = m.routes.records;
	memset(&route[0].ports, 0, sizeof(route[0].ports));
	bits_set(&route[0].ports, 5);
	CHECK(!plan_make(&plan, &m, &everybody));
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

	CHECK(settle(&m));

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

	CHECK(!plan_make(&plan, &m, &everybody));
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

	CHECK(settle(&m));

	m.endpoints.count--;
	port = m.ports.records;
	for (i = 0; i < m.ports.count; i++) {
		if (port[i].owner == NVLF_OWNER_SWITCH &&
		    port[i].partner_id == 3) {
			port[i].state = NVLF_PORT_STATE_DETECT;
			port[i].present &= ~(1u << NVLF_PORT_PARTNER);
		}
	}
	CHECK(!plan_make(&plan, &m, &everybody));
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
	part->id = 1;
	bits_set(&part->members, 0);
	CHECK(!plan_make(&plan, &m, &everybody));
	EQ(plan.count, 1);
	CHECK(plan.changes[0].kind == CHANGE_PARTITION_DEL);
	plan_free(&plan);
	model_free(&m);
}

/* Routes lead nobody to whom a partition does not. */
static void partitions_change_while_routes_are_there(void)
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
	CHECK(!plan_make(&plan, &m, &everybody));
	EQ(plan.count, 11);
	for (i = 0; i < 8; i++)
		EQ(plan.changes[i].kind, CHANGE_ROUTE_SET);
	EQ(plan.changes[8].kind, CHANGE_PARTITION_DEL);
	EQ(plan.changes[9].kind, CHANGE_PARTITION_SET);
	EQ(plan.changes[10].kind, CHANGE_ROUTE_DEL);
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
	CHECK(!strcmp(text, "+ switch 1, route to 3: ports 4"));
	c.replaces = true;
	bits_set(&c.was, 9);
	change_format(&c, text);
	CHECK(!strcmp(text, "~ switch 1, route to 3: ports 4 (was 9)"));
	c = (struct change) { .kind = CHANGE_PARTITION_DEL, .replaces = true };
	c.partition.id = 7;
	bits_set(&c.was, 0);
	bits_set(&c.was, 1);
	change_format(&c, text);
	CHECK(!strcmp(text, "- partition 7: members 0,1"));
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

/* ---- The rack ----------------------------------------------------------- */

/* The rack with all in force that is wanted of it */
static struct model rack(void)
{
	struct model m = build(36, 72, 0);
	struct plan plan;

	CHECK(!plan_make(&plan, &m, &everybody));
	EQ(plan.routes.count, 2592);
	carry_out(&m, &plan);
	plan_free(&plan);
	return m;
}

/*
 * How many links lead to a target over all switches, and by how many the
 * switches differ in that, of those that have any.
 */
static unsigned int spread(const struct plan *plan, uint32_t target,
			   unsigned int *difference)
{
	const struct nvlf_route *route = plan->routes.records;
	unsigned int sum = 0, least = UINT32_MAX, most = 0, n;
	size_t i;

	for (i = 0; i < plan->routes.count; i++, route++) {
		if (route->target_id != target)
			continue;
		n = bits_count(&route->ports);
		sum += n;
		least = n < least ? n : least;
		most = n > most ? n : most;
	}
	*difference = sum ? most - least : 0;
	return sum;
}

/* Ports of a switch to be in a state, from its port @from to @to. */
static void set_ports(struct model *m, uint32_t sw, uint32_t from, uint32_t to,
		      uint32_t state)
{
	struct nvlf_port *port = m->ports.records;
	size_t i;

	for (i = 0; i < m->ports.count; i++) {
		if (port[i].owner == NVLF_OWNER_SWITCH &&
		    port[i].owner_id == sw && port[i].index >= from &&
		    port[i].index <= to)
			port[i].state = state;
	}
}

static void routes_are_spread_evenly(void)
{
	static const struct {
		unsigned int switches, endpoints, links;
	} fabrics[] = {
		{ 1, 2, 36 },  { 2, 4, 36 },   { 4, 8, 36 },
		{ 9, 18, 36 }, { 36, 72, 36 },
	};
	unsigned int e, difference;
	struct model m;
	struct plan plan;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fabrics); i++) {
		m = build(fabrics[i].switches, fabrics[i].endpoints, 0);
		CHECK(!plan_make(&plan, &m, &everybody));
		EQ(plan.routes.count,
		   fabrics[i].switches * fabrics[i].endpoints);
		for (e = 0; e < fabrics[i].endpoints; e++) {
			EQ(spread(&plan, e, &difference), 36);
			EQ(difference, 0);
		}
		plan_free(&plan);
		model_free(&m);
	}
}

static void a_dead_switch_is_routed_around(void)
{
	struct model m = rack();
	unsigned int e, difference;
	struct nvlf_switch *sw;
	struct plan plan;
	size_t i;

	/* Switch 7's ports are down, and nothing else changes. */
	set_ports(&m, 7, 0, 71, NVLF_PORT_STATE_DETECT);
	CHECK(!plan_make(&plan, &m, &everybody));
	EQ(plan.count, 72);
	EQ(count(&plan, CHANGE_ROUTE_DEL), 72);
	for (i = 0; i < plan.count; i++)
		EQ(plan.changes[i].route.switch_id, 7);
	for (e = 0; e < 72; e++) {
		EQ(spread(&plan, e, &difference), 35);
		EQ(difference, 0);
	}
	carry_out(&m, &plan);
	CHECK(settled(&m));
	plan_free(&plan);

	/* Its device is gone as well: nothing is left to be changed. */
	sw = m.switches.records;
	memmove(&sw[7], &sw[8], (35 - 7) * sizeof(*sw));
	m.switches.count = 35;
	CHECK(settled(&m));

	/* It comes back: its table, and no other. */
	sw[35] = (struct nvlf_switch) { .id = 7 };
	m.switches.count = 36;
	set_ports(&m, 7, 0, 71, NVLF_PORT_STATE_ACTIVE);
	CHECK(!plan_make(&plan, &m, &everybody));
	EQ(plan.count, 72);
	EQ(count(&plan, CHANGE_ROUTE_SET), 72);
	EQ(plan.routes.count, 2592);
	plan_free(&plan);
	model_free(&m);
}

static void a_dead_tray_is_forgotten(void)
{
	struct model m = rack();
	struct nvlf_endpoint *ep;
	unsigned int s, e, difference;
	struct plan plan;

	/* Endpoints 8 to 11: a compute tray; one link of each to each switch */
	for (s = 0; s < 36; s++)
		set_ports(&m, s, 8, 11, NVLF_PORT_STATE_DETECT);
	ep = m.endpoints.records;
	memmove(&ep[8], &ep[12], (72 - 12) * sizeof(*ep));
	m.endpoints.count = 68;
	CHECK(!plan_make(&plan, &m, &everybody));
	EQ(count(&plan, CHANGE_ROUTE_DEL), 4 * 36);
	EQ(count(&plan, CHANGE_PARTITION_SET), 1);
	EQ(plan.count, 4 * 36 + 1);
	EQ(plan.routes.count, 68 * 36);
	for (e = 0; e < 72; e++) {
		EQ(spread(&plan, e, &difference), e / 4 == 2 ? 0 : 36);
		EQ(difference, 0);
	}
	carry_out(&m, &plan);
	CHECK(settled(&m));
	plan_free(&plan);

	/* A whole switch tray: 4 of 36, for everybody alike */
	for (s = 4; s < 8; s++)
		set_ports(&m, s, 0, 71, NVLF_PORT_STATE_OFF);
	CHECK(!plan_make(&plan, &m, &everybody));
	EQ(plan.count, 4 * 68);
	for (e = 0; e < 72; e++) {
		EQ(spread(&plan, e, &difference), e / 4 == 2 ? 0 : 32);
		EQ(difference, 0);
	}
	plan_free(&plan);
	model_free(&m);
}

static void links_down_touch_their_routes_alone(void)
{
	struct model m = build(4, 8, 0);
	unsigned int e, difference;
	const struct change *c;
	struct plan plan;

	CHECK(settle(&m));

	/* 9 links each: endpoint 2's are ports 18 to 26, endpoint 5's 45 to 53 */
	set_ports(&m, 1, 20, 20, NVLF_PORT_STATE_TRAIN);
	set_ports(&m, 3, 45, 53, NVLF_PORT_STATE_FAULT);
	CHECK(!plan_make(&plan, &m, &everybody));
	EQ(plan.count, 2);
	c = route_change(&plan, 1, 2);
	CHECK(c && c->kind == CHANGE_ROUTE_SET && c->replaces);
	CHECK(c && is_list(&c->route.ports, "18,19,21-26"));
	c = route_change(&plan, 3, 5);
	CHECK(c && c->kind == CHANGE_ROUTE_DEL);
	for (e = 0; e < 8; e++) {
		EQ(spread(&plan, e, &difference), e == 2 ? 35 :
						  e == 5 ? 27 :
							   36);
		EQ(difference, e == 2);
	}
	carry_out(&m, &plan);
	CHECK(settled(&m));
	plan_free(&plan);
	model_free(&m);
}

/* ---- Policies ----------------------------------------------------------- */

static void set_place(struct model *m, uint32_t clusters)
{
	struct nvlf_endpoint *ep = m->endpoints.records;
	size_t i;

	for (i = 0; i < m->endpoints.count; i++) {
		ep[i].present |= 1u << NVLF_DEVICE_UUID |
				 1u << NVLF_DEVICE_RACK |
				 1u << NVLF_DEVICE_TRAY |
				 1u << NVLF_DEVICE_SLOT;
		ep[i].place.cluster_uuid[0] = i % clusters;
		ep[i].place.tray = i / 4;
		ep[i].place.slot = i % 4;
	}
}

static bool members_are(const struct policy_partition *partition,
			const struct model *m, const char *list)
{
	struct bits members = policy_members(partition, m);

	return is_list(&members, list);
}

static void members_are_found_by_all_names(void)
{
	char tray[] = "r0/t[01]/s*";
	char slot[] = "r0/t3/s2";
	char **patterns = (char *[]) { tray, slot, NULL };
	struct policy_partition p = { .id = 1, .locations = patterns };
	struct model m = build(9, 18, 0);

	CHECK(members_are(&p, &m, "none"));
	set_place(&m, 2);
	CHECK(members_are(&p, &m, "0-7,14"));
	bits_set(&p.endpoints, 17);
	bits_set(&p.endpoints, 100);
	CHECK(members_are(&p, &m, "0-7,14,17,100"));
	p.has_cluster = true;
	p.cluster[0] = 1;
	CHECK(members_are(&p, &m, "1,3,5,7,17,100"));
	p.locations = NULL;
	CHECK(members_are(&p, &m, "1,3,5,7,9,11,13,15,17,100"));
	tray[1] = '1';
	slot[1] = '1';
	p.locations = patterns;
	CHECK(members_are(&p, &m, "17,100"));
	model_free(&m);
}

static void endpoints_with_few_links_are_drained(void)
{
	struct policy policy = everybody;
	struct model m = build(2, 4, 0);
	struct plan plan;

	policy.drain = true;
	policy.min_links = 30;
	/* Endpoint 1 keeps 30 links, endpoint 2 keeps 29. */
	set_ports(&m, 0, 18, 23, NVLF_PORT_STATE_DETECT);
	set_ports(&m, 1, 36, 42, NVLF_PORT_STATE_DETECT);
	CHECK(!plan_make(&plan, &m, &policy));
	CHECK(is_list(&plan.drained, "2"));
	CHECK(is_list(&plan.changes[plan.count - 1].partition.members,
		      "0,1,3"));
	/* Its routes are there for its return. */
	CHECK(route_change(&plan, 0, 2));
	carry_out(&m, &plan);
	plan_free(&plan);
	set_ports(&m, 1, 36, 42, NVLF_PORT_STATE_ACTIVE);
	CHECK(!plan_make(&plan, &m, &policy));
	EQ(count(&plan, CHANGE_PARTITION_SET), 1);
	CHECK(bits_empty(&plan.drained));
	plan_free(&plan);

	/* Who is not there has no links to show. */
	policy.partitions = &(struct policy_partition) { .id = 1 };
	bits_set(&policy.partitions->endpoints, 3);
	bits_set(&policy.partitions->endpoints, 50);
	CHECK(!plan_make(&plan, &m, &policy));
	CHECK(is_list(&plan.changes[plan.count - 1].partition.members, "3"));
	plan_free(&plan);
	model_free(&m);
}

static void links_with_few_lanes_are_drained(void)
{
	struct policy policy = everybody;
	struct model m = build(1, 2, 0);
	struct nvlf_port *port = m.ports.records;
	const struct change *c;
	struct plan plan;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		port[72 + i].present |= 1u << NVLF_PORT_LANES_UP;
		port[72 + i].lanes_up = i + 1;
		port[72 + i].state = NVLF_PORT_STATE_DEGRADED;
	}
	CHECK(!plan_make(&plan, &m, &policy));
	c = route_change(&plan, 0, 0);
	CHECK(c && is_list(&c->route.ports, "0-35"));
	plan_free(&plan);
	policy.drain = true;
	policy.min_lanes = 3;
	CHECK(!plan_make(&plan, &m, &policy));
	c = route_change(&plan, 0, 0);
	CHECK(c && is_list(&c->route.ports, "2-35"));
	CHECK(bits_empty(&plan.drained));
	plan_free(&plan);
	/* They count for the links that an endpoint needs. */
	policy.min_links = 35;
	CHECK(!plan_make(&plan, &m, &policy));
	CHECK(is_list(&plan.drained, "0"));
	plan_free(&plan);
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
	TAP_TEST(partitions_change_while_routes_are_there),
	TAP_TEST(changes_are_told),
	TAP_TEST(links_are_counted),
	TAP_TEST(routes_are_spread_evenly),
	TAP_TEST(a_dead_switch_is_routed_around),
	TAP_TEST(a_dead_tray_is_forgotten),
	TAP_TEST(links_down_touch_their_routes_alone),
	TAP_TEST(members_are_found_by_all_names),
	TAP_TEST(endpoints_with_few_links_are_drained),
	TAP_TEST(links_with_few_lanes_are_drained),
};

TAP_MAIN(tests)
