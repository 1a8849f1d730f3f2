/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copy.c - copies and fills: rows of bytes, a piece of a row at a time.
 *
 * Bytes must arrive as if all had been read first. Within a piece memmove()
 * sees to that, among the pieces of a row and among rows their order: from the
 * end on where the destination begins above the source. For rows of equal pitch
 * that is enough: going down, what a row of the destination covers of the
 * source belongs to rows that were copied before, or to its own. Where pitches
 * differ each row has a direction of its own, and rows that overlap others get
 * whatever came last.
 *
 * Where the operands lie is known if both are bus addresses, or both in HBM.
 * Who names HBM by its bus address on one side only gets overlapping bytes in
 * no particular order.
 */
#include <string.h>

#include "nvlf_internal.h"

/*
 * Who copies so much does not find it in the caches afterwards: to store past
 * them saves to load each line of the destination before it is overwritten.
 */
#define STREAM_BYTES (4u << 20)

/* What a row counts for at least: a look at each costs something. */
#define ROW_BYTES 1024u

/* Rows that adjoin one another are one. */
static struct nvlf_shape shape_of(uint64_t length, uint64_t rows,
                                  uint64_t src_pitch, uint64_t dst_pitch)
{
    if (rows > 1 && src_pitch == length && dst_pitch == length) {
        return (struct nvlf_shape) { length * rows, 1, 0, 0 };
    }
    return (struct nvlf_shape) { length, rows, src_pitch, dst_pitch };
}

/*
 * From the first byte to the last of rows, in @bytes; false where that is more
 * than any memory has.
 */
static bool extent(uint64_t length, uint64_t rows, uint64_t pitch,
                   uint64_t *bytes)
{
    *bytes = 0;
    return !length || !rows ||
           (!__builtin_mul_overflow(rows - 1, pitch, bytes) &&
            !__builtin_add_overflow(*bytes, length, bytes));
}

/*
 * Does the destination, moved on by @on more than the source, begin within
 * @bytes of it? Then what is copied first would overwrite what is copied last.
 */
static bool lies_above(const struct nvlf_target *src,
                       const struct nvlf_target *dst, uint64_t on,
                       uint64_t bytes)
{
    uint64_t above = dst->ptr ? (uintptr_t)dst->ptr - (uintptr_t)src->ptr
                              : dst->addr - src->addr;

    return !src->ptr == !dst->ptr && above + on && above + on < bytes;
}

/* From the last row to the first? */
static bool rows_backward(const struct nvlf_endpoint *ep,
                          const struct nvlf_op *op, uint64_t bytes)
{
    struct nvlf_target src, dst;

    return nvlf_operand_find(ep, &op->src, &src) &&
           nvlf_operand_find(ep, &op->dst, &dst) &&
           lies_above(&src, &dst, 0, bytes);
}

/* From the row's end to its beginning? Rows drift apart if pitches differ. */
static bool row_backward(const struct nvlf_op *op,
                         const struct nvlf_target *src,
                         const struct nvlf_target *dst, uint64_t row)
{
    uint64_t drift = op->shape.dst_pitch - op->shape.src_pitch;

    return src && lies_above(src, dst, row * drift, op->shape.length);
}

/* Check both sides of a copy, and settle in which order it goes. */
enum trn4_status nvlf_copy_begin(struct nvlf_endpoint *ep, struct nvlf_op *op)
{
    const struct trn4_desc *d = &op->desc;
    uint64_t from, to;
    enum trn4_status status;

    if (!extent(d->copy.length, d->copy.rows, d->copy.src_pitch, &from) ||
        !extent(d->copy.length, d->copy.rows, d->copy.dst_pitch, &to)) {
        return TRN4_STATUS_BAD_RANGE;
    }
    status = nvlf_operand_check(ep, op, &op->src, from, NVL_RIGHT_READ);
    if (status != TRN4_STATUS_OK) {
        return status;
    }
    status = nvlf_operand_check(ep, op, &op->dst, to, NVL_RIGHT_WRITE);
    if (status != TRN4_STATUS_OK) {
        return status;
    }
    op->shape = shape_of(d->copy.length, d->copy.rows, d->copy.src_pitch,
                         d->copy.dst_pitch);
    op->total = d->copy.length * d->copy.rows;
    op->backward = rows_backward(ep, op, from);
    return TRN4_STATUS_OK;
}

enum trn4_status nvlf_fill_begin(struct nvlf_endpoint *ep, struct nvlf_op *op)
{
    const struct trn4_desc *d = &op->desc;
    enum trn4_status status;
    uint64_t to;

    if (!extent(d->fill.length, d->fill.rows, d->fill.pitch, &to)) {
        return TRN4_STATUS_BAD_RANGE;
    }
    status = nvlf_operand_check(ep, op, &op->dst, to, NVL_RIGHT_WRITE);
    if (status != TRN4_STATUS_OK) {
        return status;
    }
    /* A row that goes on where the last one ends begins the pattern anew. */
    op->shape = (struct nvlf_shape) { d->fill.length, d->fill.rows, 0,
                                      d->fill.pitch };
    op->total = d->fill.length * d->fill.rows;
    return TRN4_STATUS_OK;
}

/* The next piece of an operation: bytes @at to @at + @n of a row */
struct piece {
    uint64_t row;
    uint64_t at;
    uint64_t n;
};

static struct piece next_piece(const struct nvlf_op *op,
                               const struct nvlf_target *src,
                               const struct nvlf_target *dst, uint64_t max)
{
    const struct nvlf_shape *shape = &op->shape;
    uint64_t left = op->total - op->done, in_place, run;
    struct piece p;
    bool backward;

    p.row = (op->backward ? left - 1 : op->done) / shape->length;
    in_place = op->done % shape->length;
    p.n = shape->length - in_place < max ? shape->length - in_place : max;
    backward = row_backward(op, src, dst, p.row);
    p.at = backward ? shape->length - in_place : in_place;
    run = nvlf_operand_run(&op->dst, p.row * shape->dst_pitch + p.at, backward);
    p.n = run < p.n ? run : p.n;
    if (src) {
        run = nvlf_operand_run(&op->src, p.row * shape->src_pitch + p.at,
                               backward);
        p.n = run < p.n ? run : p.n;
    }
    if (backward) {
        p.at -= p.n;
    }
    return p;
}

/* Both in host memory: by way of the fabric's buffer of one chunk */
static bool copy_bounce(struct nvlf_endpoint *ep, uint64_t dst, uint64_t src,
                        uint64_t n)
{
    uint8_t *buf = ep->d.f->bounce;

    return ep->ops->dma_read(ep->d.dev, src, buf, n) &&
           ep->ops->dma_write(ep->d.dev, dst, buf, n);
}

static void move(const struct nvlf_op *op, uint8_t *dst, const uint8_t *src,
                 uint64_t n)
{
    bool overlap = (uintptr_t)dst - (uintptr_t)src < n ||
                   (uintptr_t)src - (uintptr_t)dst < n;

    if (op->total < STREAM_BYTES || overlap) {
        memmove(dst, src, n);
    } else {
        nvlf_stream(dst, src, n);
    }
}

static bool copy_piece(struct nvlf_endpoint *ep, const struct nvlf_op *op,
                       const struct nvlf_target *src,
                       const struct nvlf_target *dst, const struct piece *p)
{
    uint64_t from = p->row * op->shape.src_pitch + p->at;
    uint64_t to = p->row * op->shape.dst_pitch + p->at;

    if (src->ptr && dst->ptr) {
        move(op, dst->ptr + to, src->ptr + from, p->n);
        return true;
    }
    if ((!src->ptr && !nvlf_operand_bus(ep, &op->src, from, &from)) ||
        (!dst->ptr && !nvlf_operand_bus(ep, &op->dst, to, &to))) {
        return false;
    }
    if (dst->ptr) {
        return ep->ops->dma_read(ep->d.dev, from, dst->ptr + to, p->n);
    }
    if (src->ptr) {
        return ep->ops->dma_write(ep->d.dev, to, src->ptr + from, p->n);
    }
    return copy_bounce(ep, to, from, p->n);
}

/*
 * @n bytes of @pattern, from its byte @at on. What is there is not read again:
 * a CPU may store to it meanwhile.
 */
static void put_pattern(uint8_t *to, uint64_t n, uint64_t pattern, uint64_t at)
{
    unsigned int turn = at % 8 * 8;

    if (turn) {
        pattern = pattern >> turn | pattern << (64 - turn);
    }
    for (; n >= 8; n -= 8, to += 8) {
        memcpy(to, &pattern, 8);
    }
    memcpy(to, &pattern, n);
}

static bool fill_piece(struct nvlf_endpoint *ep, const struct nvlf_op *op,
                       const struct nvlf_target *dst, const struct piece *p)
{
    uint64_t to = p->row * op->shape.dst_pitch + p->at;
    uint8_t *buf = dst->ptr ? dst->ptr + to : ep->d.f->bounce;

    put_pattern(buf, p->n, op->desc.fill.pattern, p->at);
    return dst->ptr || (nvlf_operand_bus(ep, &op->dst, to, &to) &&
                        ep->ops->dma_write(ep->d.dev, to, buf, p->n));
}

/* As how many bytes that counts at least which is left of any operation */
uint64_t nvlf_copy_left(const struct nvlf_op *op)
{
    uint64_t left = op->total - op->done, length = op->shape.length, rows;

    if (!length) {
        return left;
    }
    rows = left / length + (left % length != 0);
    return length > ROW_BYTES ? left : rows * ROW_BYTES;
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
 * The next pieces of an operation, of a chunk together; @src is NULL for a
 * fill. Returns TRN4_STATUS_OK and as how many bytes they count in @moved, or
 * what went wrong; the piece where it did does not count.
 */
static enum trn4_status step(struct nvlf_endpoint *ep, struct nvlf_op *op,
                             const struct nvlf_target *src,
                             const struct nvlf_target *dst, uint64_t *moved)
{
    while (*moved < NVLF_CHUNK && op->done < op->total) {
        struct piece p = next_piece(op, src, dst, NVLF_CHUNK - *moved);
        bool good;

        good = src ? copy_piece(ep, op, src, dst, &p)
                   : fill_piece(ep, op, dst, &p);
        /* Also where it failed: part of the piece may have arrived. */
        if (dst->owner) {
            dst->owner->ops->mem_dirty(dst->owner->d.dev,
                                       dst->addr + p.at +
                                           p.row * op->shape.dst_pitch,
                                       p.n);
        }
        if (!good) {
            return TRN4_STATUS_BUS;
        }
        if (src) {
            count(ep, &op->src, NVLF_TRAFFIC_READ, p.n);
        }
        count(ep, &op->dst, NVLF_TRAFFIC_WRITE, p.n);
        op->done += p.n;
        op->value = op->done;
        *moved += p.n > ROW_BYTES ? p.n : ROW_BYTES;
    }
    return TRN4_STATUS_OK;
}

enum trn4_status nvlf_copy_step(struct nvlf_endpoint *ep, struct nvlf_op *op,
                                uint64_t *moved)
{
    struct nvlf_target src, dst;

    if (!nvlf_operand_find(ep, &op->src, &src) ||
        !nvlf_operand_find(ep, &op->dst, &dst)) {
        return TRN4_STATUS_REVOKED;
    }
    return step(ep, op, &src, &dst, moved);
}

enum trn4_status nvlf_fill_step(struct nvlf_endpoint *ep, struct nvlf_op *op,
                                uint64_t *moved)
{
    struct nvlf_target dst;

    if (!nvlf_operand_find(ep, &op->dst, &dst)) {
        return TRN4_STATUS_REVOKED;
    }
    return step(ep, op, NULL, &dst, moved);
}
