// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_fabric.c - the fabric as a whole: how much there is of everything, and
 * how much of what should be reachable is.
 */
#include "nvlf_nl.h"

/**
 * struct nvlf_totals - sums over the fabric
 * @endpoints: that are registered
 * @switches: that are registered
 * @routes: on all switches
 * @partitions: that there are
 * @groups: that there are
 * @pairs: ordered pairs of registered endpoints that share a partition
 * @reached: those of them that can talk
 */
struct nvlf_totals {
	u32 endpoints;
	u32 switches;
	u32 routes;
	u32 partitions;
	u32 groups;
	u32 pairs;
	u32 reached;
};

/* Whom @id shares a partition with, registered or not, itself included */
static void nvlf_fabric_peers(const struct nvlf_fabric *f, u32 id,
			      unsigned long *peers)
{
	const struct nvlf_partition *part;
	unsigned int slot;

	bitmap_zero(peers, NVL_TARGET_IDS);
	for (slot = 0; slot < NVL_PARTITIONS; slot++) {
		part = nvlf_partition_at(f, slot);
		if (part && test_bit(id, part->members))
			bitmap_or(peers, peers, part->members, NVL_TARGET_IDS);
	}
}

/* Uses the scratch bitmaps of a change. */
static struct nvlf_totals nvlf_fabric_totals(struct nvlf_fabric *f)
{
	struct nvlf_totals sum = {};
	unsigned long id, peer;
	unsigned int i;

	lockdep_assert_held(&f->change);

	for (i = 0; i < NVL_SWITCHES_MAX; i++) {
		if (!f->sw[i])
			continue;
		sum.switches++;
		sum.routes += f->sw[i]->nroutes;
	}
	for (i = 0; i < NVL_PARTITIONS; i++)
		sum.partitions += !!nvlf_partition_at(f, i);
	for (i = 0; i < NVL_GROUPS; i++)
		sum.groups += !!f->group[i];
	for_each_set_bit(id, f->registered, NVL_TARGET_IDS) {
		sum.endpoints++;
		nvlf_fabric_peers(f, id, f->to);
		for_each_and_bit(peer, f->to, f->registered, NVL_TARGET_IDS) {
			if (peer == id)
				continue;
			sum.pairs++;
			sum.reached += f->endpoint[id]->path[peer] ==
				       NVLF_PATH_OK;
		}
	}
	return sum;
}

static int nvlf_nl_put_fabric(struct sk_buff *skb, const struct genl_info *info,
			      struct nvlf_fabric *f)
{
	const struct nvlf_totals sum = nvlf_fabric_totals(f);
	void *hdr = nvlf_nl_put_header(skb, info, NULL);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVLF_A_FABRIC_GENERATION, f->generation) ||
	    nla_put_u32(skb, NVLF_A_FABRIC_ENDPOINTS, sum.endpoints) ||
	    nla_put_u32(skb, NVLF_A_FABRIC_SWITCHES, sum.switches) ||
	    nla_put_u32(skb, NVLF_A_FABRIC_ROUTES, sum.routes) ||
	    nla_put_u32(skb, NVLF_A_FABRIC_PARTITIONS, sum.partitions) ||
	    nla_put_u32(skb, NVLF_A_FABRIC_GROUPS, sum.groups) ||
	    nla_put_u32(skb, NVLF_A_FABRIC_PAIRS, sum.pairs) ||
	    nla_put_u32(skb, NVLF_A_FABRIC_PAIRS_REACHED, sum.reached) ||
	    nla_put_u32(skb, NVLF_A_FABRIC_MANAGER, nvlf_manager_state(f))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int nvlf_nl_put_generation(struct sk_buff *skb,
				  const struct genl_info *info,
				  const struct nvlf_fabric *f)
{
	void *hdr = nvlf_nl_put_header(skb, info, NULL);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVLF_A_FABRIC_GENERATION, f->generation)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * nvlf_nl_notify_fabric() - tell listeners that a change has ended
 * @f: fabric; in its new generation
 *
 * The sums are not told: they are those of all pairs, and whoever wants them
 * asks.
 *
 * Context: holds change; all else was told.
 */
void nvlf_nl_notify_fabric(const struct nvlf_fabric *f)
{
	struct genl_info info;
	struct sk_buff *skb = nvlf_nl_ntf_new(&info, NVLF_CMD_FABRIC_NTF);

	if (skb)
		nvlf_nl_ntf_send(skb, nvlf_nl_put_generation(skb, &info, f));
}

int nvlf_nl_fabric_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply = nvlf_nl_get_begin();

	if (!reply)
		return -ENOMEM;
	return nvlf_nl_get_end(reply, info,
			       nvlf_nl_put_fabric(reply, info, &nvlf_fabric));
}
