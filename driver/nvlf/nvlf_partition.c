// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_partition.c - partitions: which endpoints may talk to one another.
 *
 * A partition belongs to the fabric and is written to every switch, into the
 * same slot of each. A switch that comes later gets all of them before its
 * links count. Members are target ids, not devices: an endpoint that is
 * unbound and bound again is still one.
 */
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/slab.h>

#include "nvlf_internal.h"
#include "nvlf_nl_gen.h"
#include "nvlf_trace.h"

#define NVLF_MEMBER_WORDS (NVL_TARGET_IDS / 64)

/**
 * nvlf_partition_at() - what a slot has
 * @f: fabric
 * @slot: below NVL_PARTITIONS
 *
 * Context: holds change.
 * Return: a partition, or NULL.
 */
struct nvlf_partition *nvlf_partition_at(const struct nvlf_fabric *f,
					 unsigned int slot)
{
	return rcu_dereference_protected(f->partition[slot],
					 lockdep_is_held(&f->change));
}

/**
 * nvlf_partition_common() - are two endpoints together in a partition?
 * @f: fabric
 * @a: target id, below NVL_TARGET_IDS
 * @b: target id, below NVL_TARGET_IDS
 *
 * Context: holds change.
 * Return: true where they are.
 */
bool nvlf_partition_common(const struct nvlf_fabric *f, u32 a, u32 b)
{
	const struct nvlf_partition *part;
	unsigned int slot;

	for (slot = 0; slot < NVL_PARTITIONS; slot++) {
		part = nvlf_partition_at(f, slot);
		if (part && test_bit(a, part->members) &&
		    test_bit(b, part->members))
			return true;
	}
	return false;
}

/**
 * nvlf_partition_has() - are two endpoints members of a partition?
 * @f: fabric
 * @id: of the partition, whether it is there or not
 * @a: target id, below NVL_TARGET_IDS
 * @b: target id, below NVL_TARGET_IDS
 *
 * Context: any; takes no lock.
 * Return: true where they are.
 */
bool nvlf_partition_has(const struct nvlf_fabric *f, u32 id, u32 a, u32 b)
{
	const struct nvlf_partition *part;
	unsigned int slot;
	bool has = false;

	rcu_read_lock();
	for (slot = 0; slot < NVL_PARTITIONS && !has; slot++) {
		part = rcu_dereference(f->partition[slot]);
		has = part && part->id == id && test_bit(a, part->members) &&
		      test_bit(b, part->members);
	}
	rcu_read_unlock();
	return has;
}

/* The slot of partition @id, or NVL_PARTITIONS; with id 0 the first free. */
static unsigned int nvlf_partition_slot(const struct nvlf_fabric *f, u32 id)
{
	const struct nvlf_partition *part;
	unsigned int slot;

	for (slot = 0; slot < NVL_PARTITIONS; slot++) {
		part = nvlf_partition_at(f, slot);
		if ((part ? part->id : 0) == id)
			break;
	}
	return slot;
}

/**
 * nvlf_partition_find() - look a partition up
 * @f: fabric
 * @id: 1 to NVL_PARTITION_ID_MASK
 *
 * Context: holds change.
 * Return: the partition, or NULL.
 */
const struct nvlf_partition *nvlf_partition_find(const struct nvlf_fabric *f,
						 u32 id)
{
	unsigned int slot = nvlf_partition_slot(f, id);

	return slot < NVL_PARTITIONS ? nvlf_partition_at(f, slot) : NULL;
}

/*
 * Writes the words that differ: those who leave first, then those who come. So
 * at any moment the hardware has a subset of the old members or of the new, and
 * no pair is together that is so in neither. A slot that is not in use has no
 * members.
 */
static void nvlf_partition_write(struct nvlf_switch *sw, unsigned int slot,
				 const struct nvlf_partition *old,
				 const struct nvlf_partition *new)
{
	void __iomem *reg = sw->regs + NVL_SWITCH_PARTITION_BASE +
			    slot * NVL_PARTITION_STRIDE;
	u64 was[NVLF_MEMBER_WORDS] = {}, is[NVLF_MEMBER_WORDS] = {};
	unsigned int i;

	if (old)
		bitmap_to_arr64(was, old->members, NVL_TARGET_IDS);
	if (new)
		bitmap_to_arr64(is, new->members, NVL_TARGET_IDS);

	if (!new)
		writel(0, reg + NVL_PARTITION_CTRL);
	for (i = 0; i < NVLF_MEMBER_WORDS; i++)
		if (was[i] & ~is[i])
			writeq(was[i] & is[i],
			       reg + NVL_PARTITION_MEMBERS + i * 8);
	for (i = 0; i < NVLF_MEMBER_WORDS; i++)
		if (is[i] & ~was[i])
			writeq(is[i], reg + NVL_PARTITION_MEMBERS + i * 8);
	if (new && !old)
		writel(new->id | NVL_PARTITION_VALID, reg + NVL_PARTITION_CTRL);
}

/**
 * nvlf_partition_write_all() - program a switch that was reset
 * @sw: has no partitions in its registers
 *
 * Context: holds change.
 */
void nvlf_partition_write_all(struct nvlf_switch *sw)
{
	struct nvlf_fabric *f = sw->fabric;
	const struct nvlf_partition *part;
	unsigned int slot;

	lockdep_assert_held(&f->change);

	for (slot = 0; slot < NVL_PARTITIONS; slot++) {
		part = nvlf_partition_at(f, slot);
		if (part)
			nvlf_partition_write(sw, slot, NULL, part);
	}
}

/*
 * The change itself: the pairs of one who came or went with one who was or is
 * a member.
 */
static void nvlf_partition_replace(struct nvlf_fabric *f, unsigned int slot,
				   u32 id, struct nvlf_partition *new)
{
	const struct nvlf_pairs pairs = {
		.from = f->from,
		.to = f->to,
		.both = true,
	};
	const struct nvlf_partition *old = nvlf_partition_at(f, slot);
	unsigned int i;

	bitmap_zero(f->from, NVL_TARGET_IDS);
	if (old)
		bitmap_copy(f->from, old->members, NVL_TARGET_IDS);
	bitmap_copy(f->to, f->from, NVL_TARGET_IDS);
	if (new) {
		bitmap_xor(f->from, f->from, new->members, NVL_TARGET_IDS);
		bitmap_or(f->to, f->to, new->members, NVL_TARGET_IDS);
	}

	rcu_assign_pointer(f->partition[slot], new);
	f->touched = true;
	trace_nvlf_partition(id, new,
			     new ? bitmap_weight(new->members, NVL_TARGET_IDS) :
				   0);

	nvlf_reach_lose(f, &pairs);
	if (old)
		nvlf_reach_part(f, old, new);
	for (i = 0; i < NVL_SWITCHES_MAX; i++) {
		struct nvlf_switch *sw = f->sw[i];

		if (sw && sw->online) {
			nvlf_partition_write(sw, slot, old, new);
			nvlf_switch_flush(sw);
		}
	}
	nvlf_reach_gain(f, &pairs);
}

/**
 * nvlf_partition_set() - make a partition or replace its members
 * @f: fabric
 * @attrs: NVLF_A_PARTITION_*, all there, checked by the policy
 * @extack: gets the reason of an error and the attribute to blame
 * @generation: filled where it succeeds: in which it is in force
 *
 * Context: process; takes change, calls up.
 * Return: 0, -EINVAL (no such target id), -ENOSPC (all slots are in use),
 * -EBUSY (a group has one as a member who is to go), -ENOMEM.
 */
int nvlf_partition_set(struct nvlf_fabric *f, struct nlattr **attrs,
		       struct netlink_ext_ack *extack, u32 *generation)
{
	const struct nlattr *attr = attrs[NVLF_A_PARTITION_MEMBERS];
	u32 id = nla_get_u32(attrs[NVLF_A_PARTITION_ID]);
	struct nvlf_partition *new, *old = NULL;
	const struct nvlf_group *group;
	unsigned int beyond = 0, slot;
	u32 member;
	int err;

	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;

	new->id = id;
	err = nvlf_bits_from_bytes(new->members, NVL_TARGET_IDS, nla_data(attr),
				   nla_len(attr), &beyond);
	if (err) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr,
					"%u is no target id: 0 to %u", beyond,
					NVL_TARGET_IDS - 1);
		err = -EINVAL;
		goto out_free;
	}

	nvlf_change_begin(f);
	slot = nvlf_partition_slot(f, id);
	if (slot == NVL_PARTITIONS)
		slot = nvlf_partition_slot(f, 0);
	if (slot == NVL_PARTITIONS) {
		err = -ENOSPC;
		NL_SET_ERR_MSG_ATTR_FMT(extack, attrs[NVLF_A_PARTITION_ID],
					"all %u partitions are in use",
					NVL_PARTITIONS);
		goto out;
	}

	group = nvlf_group_needs(f, id, new->members, &member);
	if (group) {
		err = -EBUSY;
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr,
					"group %u has %u as a member",
					group->id, member);
		goto out;
	}

	old = nvlf_partition_at(f, slot);
	if (old && bitmap_equal(old->members, new->members, NVL_TARGET_IDS)) {
		old = NULL;
		goto out;
	}
	nvlf_partition_replace(f, slot, id, new);
	nvlf_nl_notify_partition(new, NVLF_CMD_PARTITION_NTF);
	new = NULL;
out:
	*generation = nvlf_change_end(f);
	kfree_rcu(old, rcu);
out_free:
	kfree(new);
	return err;
}

/**
 * nvlf_partition_del() - remove a partition
 * @f: fabric
 * @attrs: NVLF_A_PARTITION_ID, checked by the policy
 * @extack: gets the reason of an error and the attribute to blame
 * @generation: filled where it succeeds: in which it is in force
 *
 * Context: process; takes change, calls up.
 * Return: 0, -ENOENT (no such partition), -EBUSY (a group is of it).
 */
int nvlf_partition_del(struct nvlf_fabric *f, struct nlattr **attrs,
		       struct netlink_ext_ack *extack, u32 *generation)
{
	u32 id = nla_get_u32(attrs[NVLF_A_PARTITION_ID]);
	struct nvlf_partition *old = NULL;
	const struct nvlf_group *group;
	unsigned int slot;
	int err = 0;

	nvlf_change_begin(f);
	slot = nvlf_partition_slot(f, id);
	if (slot == NVL_PARTITIONS) {
		err = -ENOENT;
		NL_SET_ERR_MSG_ATTR_FMT(extack, attrs[NVLF_A_PARTITION_ID],
					"no partition %u", id);
		goto out;
	}
	group = nvlf_group_needs(f, id, NULL, NULL);
	if (group) {
		err = -EBUSY;
		NL_SET_ERR_MSG_ATTR_FMT(extack, attrs[NVLF_A_PARTITION_ID],
					"group %u is of partition %u",
					group->id, id);
		goto out;
	}
	old = nvlf_partition_at(f, slot);
	nvlf_partition_replace(f, slot, id, NULL);
	nvlf_nl_notify_partition(old, NVLF_CMD_PARTITION_DEL_NTF);
out:
	*generation = nvlf_change_end(f);
	kfree_rcu(old, rcu);
	return err;
}
