/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * route.c - a switch's route table.
 *
 * What is read is what is in force. A write of LO, or of the lower half of HI
 * by itself, is kept aside; the write of HI, or of its upper half, which holds
 * VALID, puts all of it in force at once or, where it is refused, nothing: what
 * was kept aside stays so. A route may name any port: whether one of them
 * leads to the target at this moment is for reach.c.
 */
#include "nvlf_internal.h"

#define ROUTE_HI_PORTS  (NVLF_BIT(NVL_SWITCH_PORTS - 64) - 1)
#define ROUTE_HI_ALL    (ROUTE_HI_PORTS | NVL_ROUTE_VALID)
#define ROUTE_HI_COMMIT (~(uint64_t)UINT32_MAX)

static struct nvlf_route *route_of(const struct nvlf_access *a)
{
    return &nvlf_sw(a)->routes[a->entry];
}

static uint64_t lo_get(const struct nvlf_access *a)
{
    return route_of(a)->lo;
}

static uint64_t hi_get(const struct nvlf_access *a)
{
    return route_of(a)->hi;
}

static uint32_t lo_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_route *r = route_of(a);

    r->next_lo = nvlf_merge(a, r->next_lo, value);
    return NVL_ERR_NONE;
}

static uint32_t hi_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_route *r = route_of(a);
    uint64_t hi = nvlf_merge(a, r->next_hi, value);

    if (hi & ~ROUTE_HI_ALL) {
        return NVL_ERR_VALUE;
    }
    if (!(a->mask & ROUTE_HI_COMMIT)) {
        r->next_hi = hi;
        return NVL_ERR_NONE;
    }
    if (!(hi & NVL_ROUTE_VALID) != !((hi & ROUTE_HI_PORTS) | r->next_lo)) {
        return NVL_ERR_VALUE;
    }
    r->next_hi = hi;
    if (r->hi == hi && r->lo == r->next_lo) {
        return NVL_ERR_NONE;
    }
    r->hi = hi;
    r->lo = r->next_lo;
    nvlf_reach_route(a->d->f, a->d->self, a->entry);
    return NVL_ERR_NONE;
}

static const struct nvlf_reg route_regs[] = {
    { NVL_ROUTE_PORTS_LO, 8, 1, lo_get, lo_set },
    { NVL_ROUTE_PORTS_HI, 8, 1, hi_get, hi_set },
};
const struct nvlf_block nvlf_route_block =
    NVLF_BLOCK(NVL_SWITCH_ROUTE_BASE, NVL_TARGET_IDS, NVL_ROUTE_STRIDE,
               route_regs);
