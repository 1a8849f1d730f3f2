// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_rig.c - a small fabric for KUnit tests, whose registers are plain
 * memory. See nvlf_rig.h.
 */
#include <linux/cleanup.h>
#include <linux/slab.h>

#include "nvlf_rig.h"

/* The common block and the records of the log behind it */
#define COMMON_SIZE (NVL_LOG_BASE + NVL_LOG_ENTRIES * NVL_LOG_STRIDE)

static void rig_revoke(void *priv, u32 peer, u32 partition)
{
	struct rig *rig = priv;

	rig->revoked++;
	rig->revoked_peer = peer;
	rig->revoked_partition = partition;
}

static bool rig_access_begin(void *priv)
{
	struct rig *rig = priv;

	if (rig->deaf)
		return false;
	rig->entered++;
	return true;
}

static void rig_access_end(void *priv)
{
	struct rig *rig = priv;

	rig->entered--;
}

static const struct nvlf_endpoint_ops rig_ops = {
	.revoke = rig_revoke,
	.access_begin = rig_access_begin,
	.access_end = rig_access_end,
};

static void __iomem *rig_regs(struct kunit *test, size_t size)
{
	void *regs = kunit_kzalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, regs);
	return (void __iomem __force *)regs;
}

static struct nvlf_endpoint *rig_endpoint(struct kunit *test, struct rig *rig,
					  u32 id)
{
	struct nvlf_endpoint *ep;

	ep = kunit_kzalloc(test, struct_size(ep, port, PORTS), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ep);
	ep->nports = PORTS;
	ep->id = id;
	ep->guid = 0xe000 + id;
	ep->ops = &rig_ops;
	ep->priv = rig;
	ep->common = rig_regs(test, COMMON_SIZE);
	put32(ep->common, NVL_REG_ID, TRN4_ID_VALUE);
	ep->regs = rig_regs(test, PORTS * NVL_PORT_STRIDE);
	memset(ep->path, NVLF_PATH_NO_PEER, sizeof(ep->path));
	rig->f->endpoint[id] = ep;
	__set_bit(id, rig->f->registered);
	return ep;
}

static struct nvlf_switch *rig_switch(struct kunit *test, struct rig *rig,
				      u32 id)
{
	struct nvlf_switch *sw;

	sw = nvlf_switch_alloc(rig->f, id, 0x5000 + id, SWITCH_PORTS);
	KUNIT_ASSERT_NOT_NULL(test, sw);
	rig->f->sw[id] = sw;
	sw->regs = rig_regs(test, NVL_SWITCH_BAR_REGS_SIZE);
	put32(sw->regs, NVL_REG_ID, NVL_SWITCH_ID_VALUE);
	put32(sw->regs, NVL_REG_INT_ENABLE, NVLF_SWITCH_INTS);
	sw->ngroups = SWITCH_GROUPS;
	sw->registered = true;
	sw->online = true;
	return sw;
}

/* What a port says that is up; @state alone where it is not */
void rig_say(void __iomem *regs, u32 state, u32 partner, u32 self, u64 guid,
	     u32 port)
{
	put32(regs, NVL_PORT_STATE, state);
	put32(regs, NVL_PORT_PARTNER, partner);
	put32(regs, NVL_PORT_PARTNER_SELF, self);
	put64(regs, NVL_PORT_PARTNER_GUID, guid);
	put32(regs, NVL_PORT_PARTNER_PORT, port);
	put32(regs, NVL_PORT_TRAIN_COUNT, 1);
}

/* Port @p of the endpoint and @q of the switch name each other */
void rig_wire(struct nvlf_endpoint *ep, unsigned int p, struct nvlf_switch *sw,
	      unsigned int q)
{
	rig_say(endpoint_port(ep, p), NVL_PORT_ACTIVE, NVL_PARTNER_SWITCH,
		sw->id, sw->guid, q);
	rig_say(switch_port(sw, q), NVL_PORT_ACTIVE, NVL_PARTNER_ENDPOINT,
		ep->id, ep->guid, p);
}

void rig_scan(struct rig *rig)
{
	unsigned int i;

	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	nvlf_topology_scan_endpoint(rig->f, rig->far, NULL);
	for (i = 0; i < SWITCHES; i++)
		nvlf_topology_scan_switch(rig->f, rig->sw[i], NULL);
}

void rig_route(struct kunit *test, struct rig *rig, unsigned int id, u32 target,
	       u8 ports)
{
	struct nvlf_route *route = kzalloc(sizeof(*route), GFP_KERNEL);
	unsigned int beyond;

	KUNIT_ASSERT_NOT_NULL(test, route);
	kfree(rig->sw[id]->route[target]);
	rig->sw[id]->route[target] = route;
	__set_bit(target, rig->sw[id]->routed);
	KUNIT_ASSERT_EQ(test, 0,
			nvlf_route_check(route->ports, SWITCH_PORTS, &ports, 1,
					 &beyond));
}

void rig_unroute(struct rig *rig, unsigned int id, u32 target)
{
	kfree(rig->sw[id]->route[target]);
	rig->sw[id]->route[target] = NULL;
	__clear_bit(target, rig->sw[id]->routed);
}

struct nvlf_partition *rig_partition(struct kunit *test, struct rig *rig,
				     u32 id, u32 a, u32 b)
{
	struct nvlf_partition *part;
	unsigned int slot = id % NVL_PARTITIONS;

	part = kzalloc(sizeof(*part), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, part);
	part->id = id;
	__set_bit(a, part->members);
	__set_bit(b, part->members);
	rcu_assign_pointer(rig->f->partition[slot], part);
	return part;
}

/* Two endpoints, each with one link to each of two switches; no route */
int rig_init(struct kunit *test)
{
	struct rig *rig = kunit_kzalloc(test, sizeof(*rig), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, rig);
	test->priv = rig;
	rig->f = kunit_kzalloc(test, sizeof(*rig->f), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rig->f);
	nvlf_fabric_init(rig->f);
	rig->near = rig_endpoint(test, rig, NEAR);
	rig->far = rig_endpoint(test, rig, FAR);
	for (i = 0; i < SWITCHES; i++) {
		rig->sw[i] = rig_switch(test, rig, i);
		rig_wire(rig->near, i, rig->sw[i], 0);
		rig_wire(rig->far, i, rig->sw[i], 1);
	}
	scoped_guard(mutex, &rig->f->change)
		rig_scan(rig);
	return 0;
}

void rig_exit(struct kunit *test)
{
	struct rig *rig = test->priv;
	unsigned int i;

	if (!rig || !rig->f)
		return;
	for (i = 0; i < SWITCHES; i++)
		if (rig->sw[i])
			nvlf_switch_free(rig->sw[i]);
	bitmap_zero(rig->f->registered, NVL_TARGET_IDS);
	nvlf_fabric_fini(rig->f);
}
