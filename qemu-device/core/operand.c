/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * operand.c - what a descriptor names: whether it may, and where that lies.
 *
 * An operand is checked once, when its descriptor is taken. Between the pieces
 * of an operation anything may change: so each piece looks where its operands
 * lie anew, and a window that is not LIVE any more, or is in another life, ends
 * the operation.
 */
#include "nvlf_internal.h"

static bool within(uint64_t addr, uint64_t length, uint64_t size)
{
    return addr <= size && length <= size - addr;
}

static enum trn4_status check(const struct nvlf_endpoint *ep,
                              struct nvlf_operand *o, uint64_t length,
                              uint32_t rights)
{
    const struct nvlf_window *w;

    switch (o->space) {
    case TRN4_SPACE_HOST:
        if (length && o->addr > UINT64_MAX - (length - 1)) {
            return TRN4_STATUS_BAD_RANGE;
        }
        return TRN4_STATUS_OK;
    case TRN4_SPACE_HBM:
        return within(o->addr, length, ep->mem.size) ? TRN4_STATUS_OK
                                                     : TRN4_STATUS_BAD_RANGE;
    default:
        w = &ep->windows[o->slot];
        if (w->status != TRN4_WINDOW_LIVE) {
            return TRN4_STATUS_NO_WINDOW;
        }
        if ((w->ctrl & rights) != rights) {
            return TRN4_STATUS_NO_RIGHT;
        }
        o->life = w->life;
        return within(o->addr, length, w->size) ? TRN4_STATUS_OK
                                                : TRN4_STATUS_BAD_RANGE;
    }
}

/*
 * Check @o, which is one of @op's, for @length bytes and @rights, which a
 * segment and a window must have.
 */
enum trn4_status nvlf_operand_check(const struct nvlf_endpoint *ep,
                                    const struct nvlf_op *op,
                                    struct nvlf_operand *o, uint64_t length,
                                    uint32_t rights)
{
    enum trn4_status status = TRN4_STATUS_OK;

    if (o->space == TRN4_SPACE_SEGMENT) {
        status = nvlf_segment_resolve(ep, op->queue, o, length, rights);
    }
    if (status == TRN4_STATUS_OK) {
        status = check(ep, o, length, rights);
    }
    o->good = status == TRN4_STATUS_OK;
    return status;
}

/*
 * Where the checked operand @o lies now; false where its segment or its window
 * has gone.
 */
bool nvlf_operand_find(const struct nvlf_endpoint *ep,
                       const struct nvlf_operand *o, struct nvlf_target *t)
{
    const struct nvlf_window *w;

    t->owner = NULL;
    t->ptr = NULL;
    t->addr = o->addr;
    if (o->segment && (!(o->segment->ctrl & TRN4_SEGMENT_VALID) ||
                       o->segment->life != o->segment_life)) {
        return false;
    }
    switch (o->space) {
    case TRN4_SPACE_HOST:
        return true;
    case TRN4_SPACE_HBM:
        t->owner = ep->d.f->ep[ep->d.self];
        break;
    default:
        w = &ep->windows[o->slot];
        if (w->status != TRN4_WINDOW_LIVE || w->life != o->life) {
            return false;
        }
        t->owner = ep->d.f->ep[w->peer];
        t->addr += t->owner->grants[w->grant].base + w->offset;
        break;
    }
    t->ptr = t->owner->mem.ptr + t->addr;
    return true;
}

/*
 * Bytes from @at of the operand on, or before it where @backward, that lie
 * together.
 */
uint64_t nvlf_operand_run(const struct nvlf_operand *o, uint64_t at,
                          bool backward)
{
    uint64_t in_page = (o->addr + at) % NVLF_HOST_PAGE;

    if (!o->paged) {
        return UINT64_MAX;
    }
    if (backward) {
        return in_page ? in_page : NVLF_HOST_PAGE;
    }
    return NVLF_HOST_PAGE - in_page;
}

/*
 * Bus address of byte @at of an operand in host memory. False where the list of
 * pages cannot be read, or has something else in it.
 */
bool nvlf_operand_bus(const struct nvlf_endpoint *ep,
                      const struct nvlf_operand *o, uint64_t at, uint64_t *addr)
{
    uint64_t in_pages = o->addr + at, page;

    *addr = in_pages;
    if (!o->paged) {
        return true;
    }
    if (!ep->ops->dma_read(ep->d.dev,
                           o->pages + in_pages / NVLF_HOST_PAGE * sizeof(page),
                           &page, sizeof(page)) ||
        page % NVLF_HOST_PAGE) {
        return false;
    }
    *addr = page + in_pages % NVLF_HOST_PAGE;
    return true;
}
