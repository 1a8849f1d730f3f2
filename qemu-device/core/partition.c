/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * partition.c - a switch's partition table.
 *
 * A partition is its entry: two entries with one id are two partitions. What
 * changes for endpoints is their membership of valid entries, kept as a mask
 * for each (invariant 3). A pair can be concerned only if both are, or were,
 * members of the entry that changed and one of them is what changed; or where
 * its id did, for which grants may ask.
 */
#include "nvlf_internal.h"

#define ENDPOINT_WORDS ((NVL_ENDPOINTS_MAX + 63) / 64)

static struct nvlf_partition *partition_of(const struct nvlf_access *a)
{
    return &nvlf_sw(a)->partitions[a->entry];
}

static bool has(const uint64_t *set, unsigned int e)
{
    return set[e / 64] & NVLF_BIT(e % 64);
}

/* The endpoints of @changed entered or left slot @slot of switch @sw. */
static void flip(struct nvlf_switch *sw, unsigned int slot,
                 const uint64_t *changed)
{
    unsigned int a;

    for (a = 0; a < sw->d.f->endpoints; a++) {
        if (has(changed, a)) {
            sw->slots[a] ^= NVLF_BIT(slot);
        }
    }
}

/*
 * Settle once each pair of one of @changed with one of @members, those of a
 * slot of switch @s before or after.
 */
static void settle(struct nvlf_fabric *f, unsigned int s,
                   const uint64_t *changed, const uint64_t *members)
{
    unsigned int a, b;

    for (a = 0; a < f->endpoints; a++) {
        if (!has(changed, a) || !nvlf_endpoint_at(f, a)) {
            continue;
        }
        for (b = 0; b < f->endpoints; b++) {
            if (a == b || !has(members, b) || !nvlf_endpoint_at(f, b) ||
                (b < a && has(changed, b))) {
                continue;
            }
            nvlf_reach_pair(f, s, a, b);
            nvlf_reach_pair(f, s, b, a);
        }
    }
}

/* An entry with @members goes by another id: who asks for one sees to it. */
static void renamed(struct nvlf_fabric *f, const uint64_t *members)
{
    unsigned int a, b;

    for (a = 0; a < f->endpoints; a++) {
        for (b = 0; b < f->endpoints && has(members, a); b++) {
            if (has(members, b) && f->pair[a][b].limited) {
                nvlf_windows_of_pair(f, a, b);
            }
        }
    }
}

static uint64_t ctrl_get(const struct nvlf_access *a)
{
    return partition_of(a)->ctrl;
}

static uint32_t ctrl_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_partition *p = partition_of(a);
    uint32_t before = p->ctrl;

    if (value & ~(uint64_t)(NVL_PARTITION_ID_MASK | NVL_PARTITION_VALID)) {
        return NVL_ERR_VALUE;
    }
    if ((value & NVL_PARTITION_VALID) && !(value & NVL_PARTITION_ID_MASK)) {
        return NVL_ERR_VALUE;
    }
    p->ctrl = value;
    if ((before ^ p->ctrl) & NVL_PARTITION_VALID) {
        flip(nvlf_sw(a), a->entry, p->members);
        settle(a->d->f, a->d->self, p->members, p->members);
    } else if (before != p->ctrl && p->ctrl & NVL_PARTITION_VALID) {
        renamed(a->d->f, p->members);
    }
    return NVL_ERR_NONE;
}

static uint64_t members_get(const struct nvlf_access *a)
{
    return partition_of(a)->members[a->nth];
}

static uint32_t members_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_partition *p = partition_of(a);
    uint64_t changed[ENDPOINT_WORDS] = { 0 }, members[ENDPOINT_WORDS];
    uint64_t before = p->members[a->nth];
    unsigned int i;

    p->members[a->nth] = nvlf_merge(a, before, value);
    if (!(p->ctrl & NVL_PARTITION_VALID) || a->nth >= ENDPOINT_WORDS ||
        before == p->members[a->nth]) {
        return NVL_ERR_NONE;
    }
    changed[a->nth] = before ^ p->members[a->nth];
    for (i = 0; i < ENDPOINT_WORDS; i++) {
        members[i] = p->members[i] | changed[i];
    }
    flip(nvlf_sw(a), a->entry, changed);
    settle(a->d->f, a->d->self, changed, members);
    return NVL_ERR_NONE;
}

static const struct nvlf_reg partition_regs[] = {
    { NVL_PARTITION_CTRL, 4, 1, ctrl_get, ctrl_set },
    { NVL_PARTITION_MEMBERS, 8, NVLF_MEMBER_WORDS, members_get, members_set },
};
const struct nvlf_block nvlf_partition_block =
    NVLF_BLOCK(NVL_SWITCH_PARTITION_BASE, NVL_PARTITIONS, NVL_PARTITION_STRIDE,
               partition_regs);
