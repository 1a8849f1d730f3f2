/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copy.c - operands: whether they may be used, where they lie; copying.
 *
 * An operand is checked once, before the first byte moves. Host addresses,
 * HBM ranges and rights cannot change under an operation, but windows can go:
 * so each chunk looks where its operands lie anew, and a window that is not
 * LIVE any more, or is in another life, ends the copy.
 */
#include <string.h>

#include "nvlf_internal.h"

static bool within(uint64_t addr, uint64_t length, uint64_t size)
{
    return addr <= size && length <= size - addr;
}

/* Check @o for @length bytes and @rights, which a window must have. */
enum trn4_status nvlf_operand_check(const struct nvlf_endpoint *ep,
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

/* Where the checked operand @o lies now; false where its window has gone. */
bool nvlf_operand_find(const struct nvlf_endpoint *ep,
                       const struct nvlf_operand *o, struct nvlf_target *t)
{
    const struct nvlf_window *w;

    t->owner = NULL;
    t->ptr = NULL;
    t->addr = o->addr;
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
 * Bytes must arrive as if by one memmove(). Each chunk does; from the end on,
 * where the destination begins within the source. That is known where both are
 * bus addresses, or both in HBM. Who names HBM by its bus address on one side
 * only gets overlapping bytes in no particular order.
 */
bool nvlf_copy_backward(const struct nvlf_endpoint *ep,
                        const struct nvlf_op *op)
{
    struct nvlf_target src, dst;
    uint64_t from, to;

    if (!nvlf_operand_find(ep, &op->src, &src) ||
        !nvlf_operand_find(ep, &op->dst, &dst) || !src.ptr != !dst.ptr) {
        return false;
    }
    from = src.ptr ? (uintptr_t)src.ptr : src.addr;
    to = dst.ptr ? (uintptr_t)dst.ptr : dst.addr;
    return to > from && to - from < op->desc.length;
}

/* Both in host memory: by way of the fabric's buffer of one chunk */
static bool copy_bounce(struct nvlf_endpoint *ep, uint64_t dst, uint64_t src,
                        uint64_t n)
{
    uint8_t *buf = ep->d.f->bounce;

    return ep->ops->dma_read(ep->d.dev, src, buf, n) &&
           ep->ops->dma_write(ep->d.dev, dst, buf, n);
}

/* @o is one side of @n bytes that were moved. */
static void count(const struct nvlf_endpoint *ep, const struct nvlf_operand *o,
                  enum nvlf_traffic kind, uint64_t n)
{
    if (o->space == TRN4_SPACE_WINDOW) {
        nvlf_traffic(ep->d.f, ep->d.self, ep->windows[o->slot].peer, kind, n);
    }
}

/*
 * Copy the next chunk of @op. Returns TRN4_STATUS_OK and how many bytes were
 * @moved, or what went wrong; the chunk then counts as not moved.
 */
enum trn4_status nvlf_copy_chunk(struct nvlf_endpoint *ep, struct nvlf_op *op,
                                 uint64_t *moved)
{
    uint64_t left = op->desc.length - op->done;
    uint64_t n = left < NVLF_CHUNK ? left : NVLF_CHUNK;
    uint64_t at = op->backward ? left - n : op->done;
    struct nvlf_target src, dst;
    bool good = true;

    *moved = 0;
    if (!nvlf_operand_find(ep, &op->src, &src) ||
        !nvlf_operand_find(ep, &op->dst, &dst)) {
        return TRN4_STATUS_REVOKED;
    }
    if (src.ptr && dst.ptr) {
        memmove(dst.ptr + at, src.ptr + at, n);
    } else if (dst.ptr) {
        good = ep->ops->dma_read(ep->d.dev, src.addr + at, dst.ptr + at, n);
    } else if (src.ptr) {
        good = ep->ops->dma_write(ep->d.dev, dst.addr + at, src.ptr + at, n);
    } else {
        good = copy_bounce(ep, dst.addr + at, src.addr + at, n);
    }
    /* Also where it failed: part of the chunk may have arrived. */
    if (dst.owner) {
        dst.owner->ops->mem_dirty(dst.owner->d.dev, dst.addr + at, n);
    }
    if (!good) {
        return TRN4_STATUS_BUS;
    }
    count(ep, &op->src, NVLF_TRAFFIC_READ, n);
    count(ep, &op->dst, NVLF_TRAFFIC_WRITE, n);
    *moved = n;
    return TRN4_STATUS_OK;
}
