// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_table_test.c - KUnit tests of what switches have in tables: many routes
 * that change at once, and groups that follow them.
 */
#include <linux/slab.h>

#include "nvlf_rig.h"

#define LOW  17 /* target ids that no endpoint has */
#define HIGH (NVL_TARGET_IDS - 1)

static struct nvlf_route *new_route(struct kunit *test, unsigned long ports)
{
	struct nvlf_route *route = kzalloc(sizeof(*route), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, route);
	route->ports[0] = ports;
	return route;
}

static u32 route_reg(struct nvlf_switch *sw, u32 target, unsigned int at)
{
	return get32(sw->regs,
		     NVL_SWITCH_ROUTE_BASE + target * NVL_ROUTE_STRIDE + at);
}

static u32 group_reg(struct nvlf_switch *sw, u32 id, unsigned int at)
{
	return get32(sw->regs,
		     NVL_SWITCH_GROUP_BASE + id * NVL_GROUP_STRIDE + at);
}

static bool route_valid(struct nvlf_switch *sw, u32 target)
{
	return route_reg(sw, target, NVL_ROUTE_PORTS_HI + 4) >> 31;
}

/* Every pair has the path that the tables allow, as after it was registered */
static void settle(struct rig *rig)
{
	__set_bit(NEAR, rig->f->relinked);
	__set_bit(FAR, rig->f->relinked);
	nvlf_reach_links(rig->f);
}

/* All that is asked for happens, in tables, registers and paths */
static void routes_apply(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct nvlf_switch *sw = rig->sw[0];
	struct nvlf_route_change changes[] = {
		{ FAR, new_route(test, 0x2) },
		{ LOW, new_route(test, 0x8) },
		{ HIGH, new_route(test, 0x5) },
	};
	unsigned int i;

	guard(mutex)(&rig->f->change);
	rig_partition(test, rig, 3, NEAR, FAR);
	settle(rig);
	nvlf_route_apply(sw, changes, ARRAY_SIZE(changes));
	KUNIT_EXPECT_EQ(test, sw->nroutes, 3);
	for (i = 0; i < ARRAY_SIZE(changes); i++)
		KUNIT_EXPECT_NULL(test, changes[i].route);
	KUNIT_EXPECT_EQ(test, route_reg(sw, FAR, NVL_ROUTE_PORTS_LO), 0x2);
	KUNIT_EXPECT_EQ(test, route_reg(sw, HIGH, NVL_ROUTE_PORTS_LO), 0x5);
	KUNIT_EXPECT_TRUE(test, route_valid(sw, FAR));
	KUNIT_EXPECT_TRUE(test, route_valid(sw, HIGH));
	KUNIT_EXPECT_FALSE(test, route_valid(sw, NEAR));
	KUNIT_EXPECT_FALSE(test, route_valid(rig->sw[1], FAR));
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, FAR), NVLF_PATH_OK);
	KUNIT_EXPECT_NE(test, nvlf_path(rig->far, NEAR), NVLF_PATH_OK);
	KUNIT_EXPECT_EQ(test, rig->revoked, 0);
	KUNIT_EXPECT_TRUE(test, sw->dirty);

	/* One goes and is handed back, one changes, one stays */
	sw->dirty = false;
	changes[0].route = NULL;
	changes[1].route = new_route(test, 0x4);
	nvlf_route_apply(sw, changes, 2);
	KUNIT_EXPECT_EQ(test, sw->nroutes, 2);
	KUNIT_ASSERT_NOT_NULL(test, changes[0].route);
	KUNIT_EXPECT_EQ(test, changes[0].route->ports[0], 0x2);
	KUNIT_ASSERT_NOT_NULL(test, changes[1].route);
	KUNIT_EXPECT_EQ(test, changes[1].route->ports[0], 0x8);
	KUNIT_EXPECT_FALSE(test, route_valid(sw, FAR));
	KUNIT_EXPECT_EQ(test, route_reg(sw, FAR, NVL_ROUTE_PORTS_LO), 0);
	KUNIT_EXPECT_EQ(test, route_reg(sw, LOW, NVL_ROUTE_PORTS_LO), 0x4);
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, FAR), NVLF_PATH_NO_ROUTE);
	KUNIT_EXPECT_EQ(test, rig->revoked, 1);
	KUNIT_EXPECT_EQ(test, rig->revoked_peer, FAR);
	KUNIT_EXPECT_TRUE(test, sw->dirty);
	kfree(changes[0].route);
	kfree(changes[1].route);
}

/*
 * From each route to each other, of one switch, whatever the other switch has:
 * pairs become what the tables allow, though few of them are looked at. Port 1
 * is the link to FAR, port 0 is not.
 */
static void routes_apply_each(struct kunit *test)
{
	static const u8 ports[] = { 0, 0x1, 0x2, 0x3 };
	struct rig *rig = test->priv;
	struct nvlf_fabric *f = rig->f;
	struct nvlf_route_change change = { FAR };
	unsigned int from, to, other, i;

	guard(mutex)(&f->change);
	for (i = 0; i < 2; i++) {
		if (i)
			rig_partition(test, rig, 3, NEAR, FAR);
		for (other = 0; other < 2; other++) {
			rig_unroute(rig, 1, FAR);
			if (other)
				rig_route(test, rig, 1, FAR, 0x2);
			for (from = 0; from < ARRAY_SIZE(ports); from++) {
				for (to = 0; to < ARRAY_SIZE(ports); to++) {
					rig_unroute(rig, 0, FAR);
					if (ports[from])
						rig_route(test, rig, 0, FAR,
							  ports[from]);
					settle(rig);
					if (ports[to])
						change.route =
							new_route(test,
								  ports[to]);
					nvlf_route_apply(rig->sw[0], &change,
							 1);
					kfree(change.route);
					change.route = NULL;
					KUNIT_EXPECT_EQ(test,
							nvlf_path(rig->near,
								  FAR),
							nvlf_resolve(f, NEAR,
								     FAR));
					KUNIT_EXPECT_EQ(test,
							rig->far->nunrouted,
							nvlf_path(rig->near,
								  FAR) ==
								NVLF_PATH_NO_ROUTE);
				}
			}
		}
	}
}

/* No change is none, and one of ports alone is no news of the switch */
static void routes_apply_little(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct nvlf_switch *sw = rig->sw[0];
	struct nvlf_route_change change = { LOW, new_route(test, 0x8) };

	guard(mutex)(&rig->f->change);
	rig->f->touched = false;
	nvlf_route_apply(sw, NULL, 0);
	KUNIT_EXPECT_FALSE(test, rig->f->touched);
	nvlf_route_apply(sw, &change, 1);
	KUNIT_EXPECT_TRUE(test, rig->f->touched);
	sw->dirty = false;
	change.route = new_route(test, 0x4);
	nvlf_route_apply(sw, &change, 1);
	KUNIT_EXPECT_FALSE(test, sw->dirty);
	kfree(change.route);
}

/* While a switch is not online its table changes, and nothing is written */
static void routes_apply_offline(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct nvlf_switch *sw = rig->sw[0];
	struct nvlf_route_change change = { LOW, new_route(test, 0x8) };

	guard(mutex)(&rig->f->change);
	sw->online = false;
	nvlf_route_apply(sw, &change, 1);
	KUNIT_EXPECT_EQ(test, sw->nroutes, 1);
	KUNIT_EXPECT_FALSE(test, route_valid(sw, LOW));
	nvlf_route_write_all(sw);
	KUNIT_EXPECT_TRUE(test, route_valid(sw, LOW));
}

static void routes_same(struct kunit *test)
{
	const struct nvlf_route a = { .ports = { 0x3 } };
	const struct nvlf_route b = { .ports = { 0x3 } };
	const struct nvlf_route c = { .ports = { 0x2 } };

	KUNIT_EXPECT_TRUE(test, nvlf_route_same(NULL, NULL));
	KUNIT_EXPECT_TRUE(test, nvlf_route_same(&a, &b));
	KUNIT_EXPECT_FALSE(test, nvlf_route_same(&a, &c));
	KUNIT_EXPECT_FALSE(test, nvlf_route_same(&a, NULL));
	KUNIT_EXPECT_FALSE(test, nvlf_route_same(NULL, &a));
	KUNIT_EXPECT_EQ(test, nvlf_route_lowest(&a), 0);
	KUNIT_EXPECT_EQ(test, nvlf_route_lowest(&c), 1);
	KUNIT_EXPECT_EQ(test, nvlf_route_lowest(NULL), NVL_SWITCH_PORTS);
}

/* ---- Groups ------------------------------------------------------------- */

static struct nvlf_group *rig_group(struct kunit *test, struct rig *rig, u32 id,
				    u32 partition)
{
	struct nvlf_group *group = kzalloc(sizeof(*group), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, group);
	group->id = id;
	group->partition = partition;
	__set_bit(NEAR, group->members);
	__set_bit(FAR, group->members);
	rig->f->group[id] = group;
	return group;
}

/* By the lowest port of each member's own route */
static void group_ports(struct kunit *test)
{
	struct rig *rig = test->priv;
	DECLARE_BITMAP(ports, NVL_SWITCH_PORTS);
	struct nvlf_group *group;

	guard(mutex)(&rig->f->change);
	group = rig_group(test, rig, 5, 3);
	nvlf_group_ports(rig->sw[0], group, ports);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(ports, NVL_SWITCH_PORTS));
	rig_route(test, rig, 0, FAR, 0x0a);
	nvlf_group_ports(rig->sw[0], group, ports);
	KUNIT_EXPECT_EQ(test, ports[0], 0x2);
	rig_route(test, rig, 0, NEAR, 0x0c);
	rig_route(test, rig, 0, LOW, 0x01);
	nvlf_group_ports(rig->sw[0], group, ports);
	KUNIT_EXPECT_EQ(test, ports[0], 0x6);
	/* Both by one port is one port */
	rig_route(test, rig, 0, NEAR, 0x0a);
	nvlf_group_ports(rig->sw[0], group, ports);
	KUNIT_EXPECT_EQ(test, ports[0], 0x2);
}

static void group_follows(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct nvlf_switch *sw = rig->sw[0];
	struct nvlf_route_change change = { FAR, new_route(test, 0x0a) };

	guard(mutex)(&rig->f->change);
	rig_group(test, rig, 5, 3);
	rig_group(test, rig, NVL_GROUPS - 1, 3);
	nvlf_route_apply(sw, &change, 1);
	KUNIT_EXPECT_EQ(test, group_reg(sw, 5, NVL_GROUP_PORTS_LO), 0x2);
	KUNIT_EXPECT_EQ(test, group_reg(sw, 5, NVL_GROUP_CTRL),
			3 | NVL_GROUP_VALID);
	/* Number 1023 is beyond what this switch has */
	KUNIT_EXPECT_EQ(test, group_reg(sw, NVL_GROUPS - 1, NVL_GROUP_CTRL), 0);

	/* Another lowest port moves it, and what leaves that alone does not */
	put32(sw->regs,
	      NVL_SWITCH_GROUP_BASE + 5 * NVL_GROUP_STRIDE + NVL_GROUP_PORTS_LO,
	      0xff);
	change.route = new_route(test, 0x02);
	nvlf_route_apply(sw, &change, 1);
	KUNIT_EXPECT_EQ(test, group_reg(sw, 5, NVL_GROUP_PORTS_LO), 0xff);
	kfree(change.route);
	change.route = new_route(test, 0x08);
	nvlf_route_apply(sw, &change, 1);
	KUNIT_EXPECT_EQ(test, group_reg(sw, 5, NVL_GROUP_PORTS_LO), 0x8);
	kfree(change.route);
	change.route = NULL;
	nvlf_route_apply(sw, &change, 1);
	KUNIT_EXPECT_EQ(test, group_reg(sw, 5, NVL_GROUP_PORTS_LO), 0);
	KUNIT_EXPECT_EQ(test, group_reg(sw, 5, NVL_GROUP_CTRL),
			3 | NVL_GROUP_VALID);
	kfree(change.route);

	/* A switch that was reset gets it again */
	rig_route(test, rig, 1, NEAR, 0x04);
	KUNIT_EXPECT_EQ(test, group_reg(rig->sw[1], 5, NVL_GROUP_CTRL), 0);
	nvlf_group_write_all(rig->sw[1]);
	KUNIT_EXPECT_EQ(test, group_reg(rig->sw[1], 5, NVL_GROUP_PORTS_LO),
			0x4);
	KUNIT_EXPECT_EQ(test, group_reg(rig->sw[1], 5, NVL_GROUP_CTRL),
			3 | NVL_GROUP_VALID);
}

static void group_needs(struct kunit *test)
{
	DECLARE_BITMAP(members, NVL_TARGET_IDS);
	struct rig *rig = test->priv;
	const struct nvlf_group *group;
	u32 member = 0;

	bitmap_zero(members, NVL_TARGET_IDS);
	guard(mutex)(&rig->f->change);
	KUNIT_EXPECT_NULL(test, nvlf_group_needs(rig->f, 3, NULL, &member));
	group = rig_group(test, rig, 5, 3);
	KUNIT_EXPECT_NULL(test, nvlf_group_needs(rig->f, 2, NULL, &member));
	KUNIT_EXPECT_PTR_EQ(test, nvlf_group_needs(rig->f, 3, NULL, &member),
			    group);
	KUNIT_EXPECT_PTR_EQ(test, nvlf_group_needs(rig->f, 3, members, &member),
			    group);
	KUNIT_EXPECT_EQ(test, member, NEAR);
	__set_bit(NEAR, members);
	KUNIT_EXPECT_PTR_EQ(test, nvlf_group_needs(rig->f, 3, members, &member),
			    group);
	KUNIT_EXPECT_EQ(test, member, FAR);
	__set_bit(FAR, members);
	KUNIT_EXPECT_NULL(test, nvlf_group_needs(rig->f, 3, members, &member));
}

static struct kunit_case nvlf_table_cases[] = {
	KUNIT_CASE(routes_apply),
	KUNIT_CASE(routes_apply_each),
	KUNIT_CASE(routes_apply_little),
	KUNIT_CASE(routes_apply_offline),
	KUNIT_CASE(routes_same),
	KUNIT_CASE(group_ports),
	KUNIT_CASE(group_follows),
	KUNIT_CASE(group_needs),
	{},
};

static struct kunit_suite nvlf_table_suite = {
	.name = "nvlf_table",
	.init = rig_init,
	.exit = rig_exit,
	.test_cases = nvlf_table_cases,
};

kunit_test_suite(nvlf_table_suite);
