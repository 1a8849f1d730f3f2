/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * group.c - a switch's table of multicast groups.
 *
 * An entry is checked and kept; no operation names a group so far, so that
 * nothing else changes with it. Its ports are locked while it is valid: what is
 * under way to a group goes to all of its ports or to none.
 */
#include "nvlf_internal.h"

#define GROUP_HI_PORTS (NVLF_BIT(NVL_SWITCH_PORTS - 64) - 1)

static struct nvlf_group *group_of(const struct nvlf_access *a)
{
    return &nvlf_sw(a)->groups[a->entry];
}

static uint64_t ctrl_get(const struct nvlf_access *a)
{
    return group_of(a)->ctrl;
}

static uint32_t ctrl_set(const struct nvlf_access *a, uint64_t value)
{
    if (value & ~(uint64_t)(NVL_GROUP_PARTITION_MASK | NVL_GROUP_VALID)) {
        return NVL_ERR_VALUE;
    }
    if ((value & NVL_GROUP_VALID) && !(value & NVL_GROUP_PARTITION_MASK)) {
        return NVL_ERR_VALUE;
    }
    group_of(a)->ctrl = value;
    return NVL_ERR_NONE;
}

/* One of the two words of ports, of which those in @exist exist */
static uint32_t ports_set(const struct nvlf_access *a, unsigned int word,
                          uint64_t value, uint64_t exist)
{
    struct nvlf_group *g = group_of(a);
    uint64_t ports = nvlf_merge(a, g->ports.w[word], value);

    if (g->ctrl & NVL_GROUP_VALID) {
        return NVL_ERR_BUSY;
    }
    if (ports & ~exist) {
        return NVL_ERR_VALUE;
    }
    g->ports.w[word] = ports;
    return NVL_ERR_NONE;
}

static uint64_t lo_get(const struct nvlf_access *a)
{
    return group_of(a)->ports.w[0];
}

static uint32_t lo_set(const struct nvlf_access *a, uint64_t value)
{
    return ports_set(a, 0, value, UINT64_MAX);
}

static uint64_t hi_get(const struct nvlf_access *a)
{
    return group_of(a)->ports.w[1];
}

static uint32_t hi_set(const struct nvlf_access *a, uint64_t value)
{
    return ports_set(a, 1, value, GROUP_HI_PORTS);
}

static const struct nvlf_reg group_regs[] = {
    { NVL_GROUP_CTRL, 4, 1, ctrl_get, ctrl_set },
    { NVL_GROUP_PORTS_LO, 8, 1, lo_get, lo_set },
    { NVL_GROUP_PORTS_HI, 8, 1, hi_get, hi_set },
};
const struct nvlf_block nvlf_group_block =
    NVLF_BLOCK(NVL_SWITCH_GROUP_BASE, NVL_GROUPS, NVL_GROUP_STRIDE, group_regs);
