/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * grant.c - an endpoint's inbound grants.
 *
 * A valid grant lies wholly in backed HBM and its rights make sense: that is
 * checked where VALID is set and nowhere else, for BASE and SIZE are locked
 * from then on, as PARTITION is. Whenever VALID ends, for whatever reason, the
 * generation goes up: windows that were told the old one are stale for good.
 * Generations are not reset; 0 is left out, so that a window never told any
 * matches none.
 */
#include "nvlf_internal.h"

#define GRANT_CTRL_ALL (NVL_RIGHTS_ALL | TRN4_GRANT_VALID)

/* Whether rights make sense together; reading is the least. */
bool nvlf_rights_ok(uint32_t rights)
{
    if ((rights & ~NVL_RIGHTS_ALL) || !(rights & NVL_RIGHT_READ)) {
        return false;
    }
    return !(rights & NVL_RIGHT_ATOMIC) || (rights & NVL_RIGHT_WRITE);
}

static void next_generation(struct nvlf_grant *g)
{
    if (!++g->generation) {
        g->generation = 1;
    }
}

/* Once for each place */
void nvlf_grants_init(struct nvlf_endpoint *ep)
{
    unsigned int i;

    for (i = 0; i < TRN4_GRANTS; i++) {
        ep->grants[i].generation = 1;
    }
}

/* Reset and detach: all grants end. */
void nvlf_grants_clear(struct nvlf_endpoint *ep)
{
    unsigned int i;

    for (i = 0; i < TRN4_GRANTS; i++) {
        struct nvlf_grant *g = &ep->grants[i];
        bool valid = g->ctrl & TRN4_GRANT_VALID;

        g->base = 0;
        g->size = 0;
        g->ctrl = 0;
        g->partition = 0;
        if (valid) {
            next_generation(g);
            nvlf_windows_of_grant(ep->d.f, ep->d.self, i);
        }
    }
}

static struct nvlf_grant *grant_of(const struct nvlf_access *a)
{
    return &nvlf_ep(a)->grants[a->entry];
}

static uint64_t base_get(const struct nvlf_access *a)
{
    return grant_of(a)->base;
}

static uint32_t base_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_grant *g = grant_of(a);

    if (g->ctrl & TRN4_GRANT_VALID) {
        return NVL_ERR_BUSY;
    }
    g->base = nvlf_merge(a, g->base, value);
    return NVL_ERR_NONE;
}

static uint64_t size_get(const struct nvlf_access *a)
{
    return grant_of(a)->size;
}

static uint32_t size_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_grant *g = grant_of(a);

    if (g->ctrl & TRN4_GRANT_VALID) {
        return NVL_ERR_BUSY;
    }
    g->size = nvlf_merge(a, g->size, value);
    return NVL_ERR_NONE;
}

static uint64_t ctrl_get(const struct nvlf_access *a)
{
    return grant_of(a)->ctrl;
}

static bool range_ok(const struct nvlf_endpoint *ep, const struct nvlf_grant *g)
{
    return g->size && !(g->base % NVL_PAGE_SIZE) &&
           !(g->size % NVL_PAGE_SIZE) && g->base < ep->mem.size &&
           g->size <= ep->mem.size - g->base;
}

/*
 * A refused write changes nothing: an entry that was not valid is not, one
 * that was keeps the rights it had.
 */
static uint32_t ctrl_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_grant *g = grant_of(a);
    uint32_t before = g->ctrl;

    if (value & ~(uint64_t)GRANT_CTRL_ALL) {
        return NVL_ERR_VALUE;
    }
    if ((value & TRN4_GRANT_VALID) &&
        (!nvlf_rights_ok(value & NVL_RIGHTS_ALL) || !range_ok(nvlf_ep(a), g))) {
        return NVL_ERR_VALUE;
    }
    g->ctrl = value;
    if ((before & TRN4_GRANT_VALID) && !(value & TRN4_GRANT_VALID)) {
        next_generation(g);
    }
    if (((before | g->ctrl) & TRN4_GRANT_VALID) && before != g->ctrl) {
        nvlf_windows_of_grant(a->d->f, a->d->self, a->entry);
    }
    return NVL_ERR_NONE;
}

static uint64_t generation_get(const struct nvlf_access *a)
{
    return grant_of(a)->generation;
}

static uint64_t partition_get(const struct nvlf_access *a)
{
    return grant_of(a)->partition;
}

static uint32_t partition_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_grant *g = grant_of(a);

    if (g->ctrl & TRN4_GRANT_VALID) {
        return NVL_ERR_BUSY;
    }
    if (value > NVL_PARTITION_ID_MASK) {
        return NVL_ERR_VALUE;
    }
    g->partition = value;
    return NVL_ERR_NONE;
}

static const struct nvlf_reg grant_regs[] = {
    { TRN4_GRANT_BASE_ADDR, 8, 1, base_get, base_set },
    { TRN4_GRANT_SIZE, 8, 1, size_get, size_set },
    { TRN4_GRANT_CTRL, 4, 1, ctrl_get, ctrl_set },
    { TRN4_GRANT_GENERATION, 4, 1, generation_get, NULL },
    { TRN4_GRANT_PARTITION, 4, 1, partition_get, partition_set },
};
const struct nvlf_block nvlf_grant_block =
    NVLF_BLOCK(TRN4_GRANT_BASE, TRN4_GRANTS, TRN4_GRANT_STRIDE, grant_regs);
