// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_group.c - multicast groups: to whom what is sent once goes out.
 *
 * A group belongs to the fabric and is written to every switch, under the same
 * number. What a switch has of it are ports: for each member the lowest port
 * of its own route to that member, so that each member gets everything once.
 * They are written anew when one of those routes changes, and when the switch
 * comes back.
 *
 * Members are of the group's partition. A partition that a group needs cannot
 * be removed, nor lose a member that a group names: a request changes what it
 * names and nothing else, so the group is to be changed first.
 */
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/nospec.h>
#include <linux/slab.h>

#include "nvlf_nl.h"
#include "nvlf_trace.h"

static_assert(NVL_GROUPS - 1 == NVLF_GROUP_MAX);

/* ---- Switches ----------------------------------------------------------- */

/**
 * nvlf_group_ports() - the ports of a switch that a group goes out by
 * @sw: switch
 * @group: group
 * @ports: filled; NVL_SWITCH_PORTS bits
 *
 * Context: holds change.
 */
void nvlf_group_ports(const struct nvlf_switch *sw,
		      const struct nvlf_group *group, unsigned long *ports)
{
	unsigned long id;

	bitmap_zero(ports, NVL_SWITCH_PORTS);
	for_each_set_bit(id, group->members, NVL_TARGET_IDS)
		if (sw->route[id])
			__set_bit(nvlf_route_lowest(sw->route[id]), ports);
}

/* Ports are locked while the group is valid. NULL removes it. */
static void nvlf_group_write(struct nvlf_switch *sw, u32 id,
			     const struct nvlf_group *group)
{
	void __iomem *reg = sw->regs + NVL_SWITCH_GROUP_BASE +
			    id * NVL_GROUP_STRIDE;
	DECLARE_BITMAP(ports, NVL_SWITCH_PORTS);
	u64 words[2];

	if (id >= sw->ngroups)
		return;
	writel(0, reg + NVL_GROUP_CTRL);
	if (!group)
		return;
	nvlf_group_ports(sw, group, ports);
	bitmap_to_arr64(words, ports, NVL_SWITCH_PORTS);
	writeq(words[0], reg + NVL_GROUP_PORTS_LO);
	writeq(words[1], reg + NVL_GROUP_PORTS_HI);
	writel(group->partition | NVL_GROUP_VALID, reg + NVL_GROUP_CTRL);
}

/**
 * nvlf_group_write_all() - program a switch that was reset
 * @sw: has its routes, and no groups in its registers
 *
 * Context: holds change.
 */
void nvlf_group_write_all(struct nvlf_switch *sw)
{
	struct nvlf_fabric *f = sw->fabric;
	u32 id;

	lockdep_assert_held(&f->change);

	for (id = 0; id < NVL_GROUPS; id++)
		if (f->group[id])
			nvlf_group_write(sw, id, f->group[id]);
}

/**
 * nvlf_group_follow() - let groups follow routes of a switch that changed
 * @sw: online; its table has the new routes
 * @targets: target ids whose route has another lowest port now
 *
 * Context: holds change.
 */
void nvlf_group_follow(struct nvlf_switch *sw, const unsigned long *targets)
{
	struct nvlf_fabric *f = sw->fabric;
	const struct nvlf_group *group;
	u32 id;

	lockdep_assert_held(&f->change);

	for (id = 0; id < NVL_GROUPS; id++) {
		group = f->group[id];
		if (group &&
		    bitmap_intersects(group->members, targets, NVL_TARGET_IDS))
			nvlf_group_write(sw, id, group);
	}
}

/* ---- The table ---------------------------------------------------------- */

/* The first of @members that is not among @allowed, or NVL_TARGET_IDS */
static u32 nvlf_group_stranger(const unsigned long *members,
			       const unsigned long *allowed)
{
	unsigned long id;

	for_each_andnot_bit(id, members, allowed, NVL_TARGET_IDS)
		return id;
	return NVL_TARGET_IDS;
}

/**
 * nvlf_group_needs() - does a group need what a partition is to lose?
 * @f: fabric
 * @partition: its id
 * @members: whom it is to have; NULL where it is to be removed
 * @member: filled: the first member of the group that is not among @members
 *
 * Context: holds change.
 * Return: the first such group, or NULL.
 */
const struct nvlf_group *nvlf_group_needs(const struct nvlf_fabric *f,
					  u32 partition,
					  const unsigned long *members,
					  u32 *member)
{
	const struct nvlf_group *group;
	u32 id;

	lockdep_assert_held(&f->change);

	for (id = 0; id < NVL_GROUPS; id++) {
		group = f->group[id];
		if (!group || group->partition != partition)
			continue;
		if (!members)
			return group;
		*member = nvlf_group_stranger(group->members, members);
		if (*member < NVL_TARGET_IDS)
			return group;
	}
	return NULL;
}

static bool nvlf_group_same(const struct nvlf_group *a,
			    const struct nvlf_group *b)
{
	return a->partition == b->partition &&
	       bitmap_equal(a->members, b->members, NVL_TARGET_IDS);
}

static void nvlf_group_replace(struct nvlf_fabric *f, u32 id,
			       struct nvlf_group *new)
{
	struct nvlf_switch *sw;
	unsigned int i;

	f->group[id] = new;
	f->touched = true;
	trace_nvlf_group(id, new, new ? new->partition : 0,
			 new ? bitmap_weight(new->members, NVL_TARGET_IDS) : 0);

	for (i = 0; i < NVL_SWITCHES_MAX; i++) {
		sw = f->sw[i];
		if (sw && sw->online) {
			nvlf_group_write(sw, id, new);
			nvlf_switch_flush(sw);
		}
	}
}

/* ---- Messages ----------------------------------------------------------- */

static int nvlf_nl_put_group(struct sk_buff *skb, const struct genl_info *info,
			     struct netlink_callback *cb,
			     const struct nvlf_group *group)
{
	void *hdr = nvlf_nl_put_header(skb, info, cb);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVLF_A_GROUP_ID, group->id) ||
	    nla_put_u32(skb, NVLF_A_GROUP_PARTITION_ID, group->partition) ||
	    nvlf_nl_put_bits(skb, NVLF_A_GROUP_MEMBERS, group->members,
			     NVL_TARGET_IDS)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static void nvlf_group_notify(const struct nvlf_group *group, u8 cmd)
{
	struct genl_info info;
	struct sk_buff *skb = nvlf_nl_ntf_new(&info, cmd);

	if (skb)
		nvlf_nl_ntf_send(skb,
				 nvlf_nl_put_group(skb, &info, NULL, group));
}

/* ---- Requests ----------------------------------------------------------- */

static const struct nvlf_group *nvlf_group_find(const struct nvlf_fabric *f,
						const struct nlattr *attr,
						struct netlink_ext_ack *extack)
{
	u32 id = array_index_nospec(nla_get_u32(attr), NVL_GROUPS);

	if (!f->group[id])
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "no group %u", id);
	return f->group[id];
}

int nvlf_nl_group_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nvlf_group *group;
	struct sk_buff *reply;
	int err = -ENOENT;

	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_GROUP_ID))
		return -EINVAL;
	reply = nvlf_nl_get_begin();
	if (!reply)
		return -ENOMEM;

	group = nvlf_group_find(&nvlf_fabric, info->attrs[NVLF_A_GROUP_ID],
				info->extack);
	if (group)
		err = nvlf_nl_put_group(reply, info, NULL, group);
	return nvlf_nl_get_end(reply, info, err);
}

int nvlf_nl_group_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct nlattr *attr = info->attrs[NVLF_A_GROUP_PARTITION_ID];
	struct nvlf_nl_dump *at = nvlf_nl_dump_begin(cb);
	const struct nvlf_group *group;
	int err = 0;

	if (attr && !at->begun &&
	    !nvlf_partition_find(&nvlf_fabric, nla_get_u32(attr))) {
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr, "no partition %u",
					nla_get_u32(attr));
		err = -ENOENT;
		goto out;
	}
	at->begun = true;

	for (; at->id < NVL_GROUPS; at->id++) {
		group = nvlf_fabric.group[at->id];
		if (!group || (attr && group->partition != nla_get_u32(attr)))
			continue;
		err = nvlf_nl_put_group(skb, info, cb, group);
		if (err)
			break;
	}
out:
	return nvlf_nl_dump_end(skb, err);
}

/* What only the fabric as it is can tell of a request */
static int nvlf_group_check(const struct nvlf_fabric *f,
			    const struct nvlf_group *new, struct nlattr **attrs,
			    struct netlink_ext_ack *extack)
{
	const struct nvlf_partition *part;
	const struct nvlf_switch *sw;
	unsigned int i;
	u32 stranger;

	part = nvlf_partition_find(f, new->partition);
	if (!part) {
		NL_SET_ERR_MSG_ATTR_FMT(extack,
					attrs[NVLF_A_GROUP_PARTITION_ID],
					"no partition %u", new->partition);
		return -ENOENT;
	}
	stranger = nvlf_group_stranger(new->members, part->members);
	if (stranger < NVL_TARGET_IDS) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attrs[NVLF_A_GROUP_MEMBERS],
					"%u is no member of partition %u",
					stranger, new->partition);
		return -EINVAL;
	}
	for (i = 0; i < NVL_SWITCHES_MAX; i++) {
		sw = f->sw[i];
		if (!sw || new->id < sw->ngroups)
			continue;
		NL_SET_ERR_MSG_ATTR_FMT(extack, attrs[NVLF_A_GROUP_ID],
					"switch %u has %u groups", sw->id,
					sw->ngroups);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int nvlf_group_set(struct nvlf_fabric *f, struct nlattr **attrs,
			  struct netlink_ext_ack *extack, u32 *generation)
{
	const struct nlattr *attr = attrs[NVLF_A_GROUP_MEMBERS];
	struct nvlf_group *new, *old = NULL;
	unsigned int beyond = 0;
	int err;

	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	new->id = array_index_nospec(nla_get_u32(attrs[NVLF_A_GROUP_ID]),
				     NVL_GROUPS);
	new->partition = nla_get_u32(attrs[NVLF_A_GROUP_PARTITION_ID]);
	err = nvlf_nl_check_len(extack, attr, 0, NVLF_MEMBERS_LEN_MAX);
	if (err)
		goto out_free;
	/* As many bits as that are all target ids */
	err = nvlf_bits_from_bytes(new->members, NVL_TARGET_IDS, nla_data(attr),
				   nla_len(attr), &beyond);
	if (WARN_ON_ONCE(err))
		goto out_free;

	nvlf_change_begin(f);
	err = nvlf_group_check(f, new, attrs, extack);
	if (err)
		goto out;
	old = f->group[new->id];
	if (old && nvlf_group_same(old, new)) {
		old = NULL;
		goto out;
	}
	nvlf_group_replace(f, new->id, new);
	nvlf_group_notify(new, NVLF_CMD_GROUP_NTF);
	new = NULL;
out:
	*generation = nvlf_change_end(f);
	kfree(old);
out_free:
	kfree(new);
	return err;
}

int nvlf_nl_group_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_GROUP_ID) ||
	    GENL_REQ_ATTR_CHECK(info, NVLF_A_GROUP_PARTITION_ID) ||
	    GENL_REQ_ATTR_CHECK(info, NVLF_A_GROUP_MEMBERS))
		return -EINVAL;
	return nvlf_nl_set(info, nvlf_group_set, NVLF_A_GROUP_GENERATION);
}

static int nvlf_group_del(struct nvlf_fabric *f, struct nlattr **attrs,
			  struct netlink_ext_ack *extack, u32 *generation)
{
	const struct nvlf_group *old;
	int err = -ENOENT;

	nvlf_change_begin(f);
	old = nvlf_group_find(f, attrs[NVLF_A_GROUP_ID], extack);
	if (old) {
		nvlf_group_replace(f, old->id, NULL);
		nvlf_group_notify(old, NVLF_CMD_GROUP_DEL_NTF);
		err = 0;
	}
	*generation = nvlf_change_end(f);
	kfree(old);
	return err;
}

int nvlf_nl_group_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_GROUP_ID))
		return -EINVAL;
	return nvlf_nl_set(info, nvlf_group_del, NVLF_A_GROUP_GENERATION);
}
