// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * partitions.c - the order in which partitions become those of a policy.
 *
 * A pair of endpoints is together where a partition has both. The steps are:
 *
 *  1. what opens no pair: members come to where they are with all already;
 *  2. whoever is to leave leaves, which closes all pairs that are to cease;
 *  3. whoever is to come comes, which opens the others;
 *  4. partitions go that were only kept for step 3.
 *
 * So nobody new comes while there is somebody who is to go. Between steps 2 and
 * 3 each partition has its middle members. Where these cover all pairs that are
 * together both before and after, no such pair is ever parted. They can: what an
 * old and a new partition have in common may be together both before and after,
 * and all those pairs are in such an intersection. It takes room in the
 * switches, though. Without that they part for a moment.
 */
#include <errno.h>
#include <stdlib.h>

#include <hw/trn4_hw.h>

#include "array.h"
#include "partitions.h"

#define TARGETS (NVLF_TARGET_MAX + 1)

/**
 * struct slot - a partition that is there, is to be, or helps in between
 * @id: its number
 * @wanted: the policy has it
 * @there: it is there, after the changes that are planned
 * @was: members before all changes
 * @now: members after the changes that are planned
 * @middle: members when all have left, and nobody has come
 * @members: those that it is to have; none where it is to go
 */
struct slot {
	uint32_t id;
	bool wanted;
	bool there;
	struct bits was;
	struct bits now;
	struct bits middle;
	struct bits members;
};

/**
 * struct table - all of them
 * @slots: those of the policy, then others that are there, then helpers
 * @count: of @slots
 * @fits: there is room for all old and all new ones at once
 * @spare: room for helpers beside these
 * @before: for each endpoint those with whom it is together
 * @kept: those of them with whom it is to be, too
 */
struct table {
	struct slot *slots;
	size_t count;
	bool fits;
	size_t spare;
	struct bits *before;
	struct bits *kept;
};

/* ---- Sets --------------------------------------------------------------- */

static struct bits common(const struct bits *a, const struct bits *b)
{
	struct bits both = {};
	size_t i;

	for (i = 0; i < BITS_BYTES; i++)
		both.byte[i] = a->byte[i] & b->byte[i];
	return both;
}

static struct bits joined(const struct bits *a, const struct bits *b)
{
	struct bits any = {};
	size_t i;

	for (i = 0; i < BITS_BYTES; i++)
		any.byte[i] = a->byte[i] | b->byte[i];
	return any;
}

static bool within(const struct bits *a, const struct bits *b)
{
	size_t i;

	for (i = 0; i < BITS_BYTES; i++) {
		if (a->byte[i] & ~b->byte[i])
			return false;
	}
	return true;
}

/* Each of @members is with all others of them. */
static void put_together(struct bits *pairs, const struct bits *members)
{
	unsigned int n;

	for (n = bits_next(members, 0); n < TARGETS;
	     n = bits_next(members, n + 1))
		pairs[n] = joined(&pairs[n], members);
}

/* Is each of @members with all others of them? */
static bool are_together(const struct bits *pairs, const struct bits *members)
{
	unsigned int n;

	for (n = bits_next(members, 0); n < TARGETS;
	     n = bits_next(members, n + 1)) {
		if (!within(members, &pairs[n]))
			return false;
	}
	return true;
}

/* ---- What there is, and what is to be ----------------------------------- */

static struct slot *slot_of(struct table *t, uint32_t id)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		if (t->slots[i].id == id)
			return &t->slots[i];
	}
	return NULL;
}

static struct slot *add_slot(struct table *t, uint32_t id)
{
	t->slots[t->count] = (struct slot) { .id = id };
	return &t->slots[t->count++];
}

static void find_slots(struct table *t, const struct model *model,
		       const struct policy *policy, const struct bits *members)
{
	const struct nvlf_partition *part = model->partitions.records;
	struct slot *slot;
	size_t i, used = 0;

	for (i = 0; i < policy->partition_count; i++) {
		slot = add_slot(t, policy->partitions[i].id);
		slot->wanted = true;
		slot->members = members[i];
	}
	for (i = 0; i < model->partitions.count; i++) {
		slot = slot_of(t, part[i].id);
		if (!slot)
			slot = add_slot(t, part[i].id);
		slot->there = true;
		slot->was = part[i].members;
		slot->now = part[i].members;
	}
	/* Nobody needs an empty one that is not there. */
	for (i = 0; i < t->count; i++)
		used += t->slots[i].there || !bits_empty(&t->slots[i].members);
	t->fits = used <= NVL_PARTITIONS;
	t->spare = t->fits ? NVL_PARTITIONS - used : 0;
}

static void find_pairs(struct table *t)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		put_together(t->before, &t->slots[i].was);
		put_together(t->kept, &t->slots[i].members);
	}
	for (i = 0; i < TARGETS; i++)
		t->kept[i] = common(&t->kept[i], &t->before[i]);
}

/* ---- The middle --------------------------------------------------------- */

/* What a partition has in the middle for its own sake */
static void begin_middle(const struct table *t, struct slot *slot)
{
	slot->middle = common(&slot->was, &slot->members);
	/* The same pairs under another number, or fewer: as it is to be. */
	if (slot->wanted && (slot->there || t->fits) &&
	    within(&slot->was, &slot->members) &&
	    are_together(t->before, &slot->members))
		slot->middle = slot->members;
	/* It ends no pair, so nobody has to wait for its end. */
	if (!slot->wanted && t->fits && are_together(t->kept, &slot->was))
		slot->middle = slot->was;
}

static bool is_covered(const struct table *t, const struct bits *cell)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		if (within(cell, &t->slots[i].middle))
			return true;
	}
	return false;
}

/* Has the partition room for them in the middle, with nobody too many? */
static bool take_cell(const struct table *t, struct slot *slot,
		      const struct bits *cell)
{
	struct bits middle = joined(&slot->middle, cell);
	struct bits first = joined(&slot->was, &middle);

	if (!are_together(t->kept, &middle) || !are_together(t->before, &first))
		return false;
	slot->middle = middle;
	return true;
}

/* Helpers have the highest numbers that nobody else has. */
static struct slot *add_helper(struct table *t)
{
	uint32_t id = NVLF_PARTITION_MAX;

	if (!t->spare)
		return NULL;
	t->spare--;
	while (slot_of(t, id))
		id--;
	return add_slot(t, id);
}

/* @cell is in partition @old, and is to be in partition @new. */
static void cover(struct table *t, struct slot *old, struct slot *new,
		  const struct bits *cell)
{
	struct slot *helper;

	if (t->fits && !old->wanted && take_cell(t, old, cell))
		return;
	if ((t->fits || new->there) && take_cell(t, new, cell))
		return;
	for (helper = t->slots; helper < t->slots + t->count; helper++) {
		if (!helper->wanted && !helper->there &&
		    take_cell(t, helper, cell))
			return;
	}
	helper = add_helper(t);
	if (helper)
		helper->middle = *cell;
}

static void find_middle(struct table *t)
{
	size_t count = t->count, o, n;
	struct bits cell;

	for (n = 0; n < count; n++)
		begin_middle(t, &t->slots[n]);
	for (o = 0; o < count; o++) {
		for (n = 0; n < count; n++) {
			cell = common(&t->slots[o].was, &t->slots[n].members);
			if (bits_count(&cell) > 1 && !is_covered(t, &cell))
				cover(t, &t->slots[o], &t->slots[n], &cell);
		}
	}
}

/* ---- Changes ------------------------------------------------------------ */

static int add_change(struct plan *plan, enum change_kind kind,
		      struct slot *slot, const struct bits *members)
{
	struct change *change;

	change = plan_add(plan, kind, slot->there ? &slot->now : NULL);
	if (!change)
		return -ENOMEM;
	change->partition.id = slot->id;
	change->partition.present = 1u << NVLF_PARTITION_ID;
	slot->there = members;
	slot->now = (struct bits) {};
	if (members) {
		change->partition.members = *members;
		change->partition.present |= 1u << NVLF_PARTITION_MEMBERS;
		slot->now = *members;
	}
	return 0;
}

static int set_members(struct plan *plan, struct slot *slot,
		       const struct bits *members)
{
	if (bits_equal(&slot->now, members))
		return 0;
	return add_change(plan, CHANGE_PARTITION_SET, slot, members);
}

static int plan_first(struct plan *plan, struct slot *slot)
{
	const struct bits first = joined(&slot->now, &slot->middle);

	return set_members(plan, slot, &first);
}

static int plan_leave(struct plan *plan, struct slot *slot)
{
	/* Without members the kernel has no use for it; who comes makes it. */
	if (slot->there && bits_empty(&slot->middle) &&
	    (!slot->wanted || !bits_empty(&slot->now)))
		return add_change(plan, CHANGE_PARTITION_DEL, slot, NULL);
	return set_members(plan, slot, &slot->middle);
}

static int plan_join(struct plan *plan, struct slot *slot)
{
	return slot->wanted ? set_members(plan, slot, &slot->members) : 0;
}

static int plan_end(struct plan *plan, struct slot *slot)
{
	int ret;

	if (slot->wanted || !slot->there)
		return 0;
	ret = add_change(plan, CHANGE_PARTITION_DEL, slot, NULL);
	if (!ret)
		plan->changes[plan->count - 1].late = true;
	return ret;
}

int plan_partitions(struct plan *plan, const struct model *model,
		    const struct policy *policy, const struct bits *members)
{
	static const struct {
		int (*make)(struct plan *plan, struct slot *slot);
	} steps[] = {
		{ plan_first },
		{ plan_leave },
		{ plan_join },
		{ plan_end },
	};
	size_t most = policy->partition_count + model->partitions.count +
		      NVL_PARTITIONS;
	struct table t = {
		.slots = calloc(most, sizeof(*t.slots)),
		.before = calloc(TARGETS, sizeof(*t.before)),
		.kept = calloc(TARGETS, sizeof(*t.kept)),
	};
	int ret = t.slots && t.before && t.kept ? 0 : -ENOMEM;
	size_t step, i;

	if (!ret) {
		find_slots(&t, model, policy, members);
		find_pairs(&t);
		find_middle(&t);
	}
	for (step = 0; !ret && step < ARRAY_SIZE(steps); step++) {
		for (i = 0; !ret && i < t.count; i++)
			ret = steps[step].make(plan, &t.slots[i]);
	}
	free(t.slots);
	free(t.before);
	free(t.kept);
	return ret;
}
