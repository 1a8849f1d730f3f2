/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * segment.c - segments: what the descriptors of a user's queue can name.
 *
 * A queue whose ring a process writes must reach what that process may, and
 * nothing else. So its descriptors hold no addresses: they name a segment, of
 * this queue, and an offset in it. The table is written by the driver only; it
 * is registers, where the ring is memory.
 *
 * A valid segment is in no wrong shape: that is checked where VALID is set, for
 * BASE and SIZE are locked from then on. Whether it names something at this
 * moment, a window above all, is looked at when it is used.
 */
#include "nvlf_internal.h"

#define CTRL_ALL \
    (NVL_RIGHTS_ALL | TRN4_SEGMENT_SPACE(7u) | TRN4_SEGMENT_PAGES | \
     TRN4_SEGMENT_SLOT(0x7fffu) | TRN4_SEGMENT_VALID)

static unsigned int space_of(uint32_t ctrl)
{
    return ctrl >> 4 & 7;
}

static unsigned int slot_of(uint32_t ctrl)
{
    return ctrl >> 16 & 0x7fff;
}

/* Reset and detach: all are zero. Lives go on, for none may come twice. */
void nvlf_segments_clear(struct nvlf_endpoint *ep)
{
    unsigned int n;

    for (; ep->segmented; ep->segmented &= ep->segmented - 1) {
        struct nvlf_segment *s = ep->segments[__builtin_ctzll(ep->segmented)];

        for (n = 0; n < TRN4_SEGMENTS; n++) {
            s[n] = (struct nvlf_segment) { .life = s[n].life + 1 };
        }
    }
}

/*
 * Make of @o, which names a segment of queue @q, what the segment names. It is
 * not looked at whether that is there.
 */
enum trn4_status nvlf_segment_resolve(const struct nvlf_endpoint *ep,
                                      unsigned int q, struct nvlf_operand *o,
                                      uint64_t length, uint32_t rights)
{
    const struct nvlf_segment *s = &ep->segments[q][o->slot];

    if (!(s->ctrl & TRN4_SEGMENT_VALID)) {
        return TRN4_STATUS_NO_SEGMENT;
    }
    if ((s->ctrl & rights) != rights) {
        return TRN4_STATUS_NO_RIGHT;
    }
    if (o->addr > s->size || length > s->size - o->addr) {
        return TRN4_STATUS_BAD_RANGE;
    }
    o->segment = s;
    o->segment_life = s->life;
    o->space = space_of(s->ctrl);
    o->slot = slot_of(s->ctrl);
    o->paged = s->ctrl & TRN4_SEGMENT_PAGES;
    if (o->paged) {
        o->pages = s->base;
    } else {
        o->addr += s->base;
    }
    return TRN4_STATUS_OK;
}

/* ---- Registers ------------------------------------------------------- */

static struct nvlf_segment *segment_of(const struct nvlf_access *a)
{
    return &nvlf_ep(a)
                ->segments[a->entry / TRN4_SEGMENTS][a->entry % TRN4_SEGMENTS];
}

static uint32_t set(const struct nvlf_access *a, uint64_t *field,
                    uint64_t value)
{
    if (segment_of(a)->ctrl & TRN4_SEGMENT_VALID) {
        return NVL_ERR_BUSY;
    }
    *field = nvlf_merge(a, *field, value);
    nvlf_ep(a)->segmented |= NVLF_BIT(a->entry / TRN4_SEGMENTS);
    return NVL_ERR_NONE;
}

static uint64_t base_get(const struct nvlf_access *a)
{
    return segment_of(a)->base;
}

static uint32_t base_set(const struct nvlf_access *a, uint64_t value)
{
    return set(a, &segment_of(a)->base, value);
}

static uint64_t size_get(const struct nvlf_access *a)
{
    return segment_of(a)->size;
}

static uint32_t size_set(const struct nvlf_access *a, uint64_t value)
{
    return set(a, &segment_of(a)->size, value);
}

static uint64_t ctrl_get(const struct nvlf_access *a)
{
    return segment_of(a)->ctrl;
}

/* Neither a segment nor the list of its pages may wrap around. */
static bool shape_ok(const struct nvlf_segment *s, uint32_t ctrl)
{
    unsigned int space = space_of(ctrl), slot = slot_of(ctrl);
    bool pages = ctrl & TRN4_SEGMENT_PAGES;
    uint64_t span = s->size;

    if (!s->size || s->base % NVLF_HOST_PAGE || space > TRN4_SPACE_WINDOW ||
        (pages && space != TRN4_SPACE_HOST)) {
        return false;
    }
    if (space == TRN4_SPACE_WINDOW ? slot >= TRN4_WINDOWS : slot) {
        return false;
    }
    if (space == TRN4_SPACE_HOST && (ctrl & NVL_RIGHT_ATOMIC)) {
        return false;
    }
    if (pages) {
        span = (s->size / NVLF_HOST_PAGE + 1) * sizeof(uint64_t);
    }
    return span <= UINT64_MAX - s->base;
}

static uint32_t ctrl_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_segment *s = segment_of(a);
    bool valid = value & TRN4_SEGMENT_VALID;

    if (value & ~(uint64_t)CTRL_ALL) {
        return NVL_ERR_VALUE;
    }
    if (valid && (s->ctrl & TRN4_SEGMENT_VALID) && s->ctrl != value) {
        return NVL_ERR_BUSY;
    }
    if (valid &&
        (!nvlf_rights_ok(value & NVL_RIGHTS_ALL) || !shape_ok(s, value))) {
        return NVL_ERR_VALUE;
    }
    if ((s->ctrl & TRN4_SEGMENT_VALID) && !valid) {
        s->life++;
    }
    s->ctrl = value;
    nvlf_ep(a)->segmented |= NVLF_BIT(a->entry / TRN4_SEGMENTS);
    return NVL_ERR_NONE;
}

static const struct nvlf_reg segment_regs[] = {
    { TRN4_SEGMENT_BASE_ADDR, 8, 1, base_get, base_set },
    { TRN4_SEGMENT_SIZE, 8, 1, size_get, size_set },
    { TRN4_SEGMENT_CTRL, 4, 1, ctrl_get, ctrl_set },
};
#define SEGMENTS (TRN4_QUEUES * TRN4_SEGMENTS)

const struct nvlf_block nvlf_segment_block =
    NVLF_BLOCK(TRN4_SEGMENT_BASE, SEGMENTS, TRN4_SEGMENT_STRIDE, segment_regs);
