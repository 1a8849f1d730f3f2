/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine.c - the engine: turns of the queues, descriptors, operations.
 *
 * One run takes at most NVLF_RUN_DESCS descriptors and NVLF_RUN_BYTES bytes,
 * the latter overrun by less than a chunk, in turn from the queues that can go
 * on: a descriptor, or a chunk of a copy, each. A long copy keeps its progress
 * in its queue. Interrupts are raised at the end of the run, one for each
 * vector, after the records.
 *
 * A descriptor is checked in this order, and the first that fails is its
 * status: opcode, fields (an unused one that is not zero included), alignment,
 * then for source and destination: window, right, range. Nothing has moved by
 * then.
 */
#include <string.h>

#include "nvlf_internal.h"

/* ---- Fields ---------------------------------------------------------- */

static bool all_zero(const struct trn4_desc *d)
{
    static const struct trn4_desc zero;

    return !memcmp(d, &zero, sizeof(zero));
}

static bool space_ok(uint8_t space, uint16_t slot)
{
    return space == TRN4_SPACE_WINDOW ? slot < TRN4_WINDOWS
                                      : space < TRN4_SPACE_WINDOW && !slot;
}

static enum trn4_status nop_fields(const struct trn4_desc *d)
{
    struct trn4_desc rest = *d;

    rest.opcode = 0;
    rest.id = 0;
    return all_zero(&rest) ? TRN4_STATUS_OK : TRN4_STATUS_BAD_FIELD;
}

static enum trn4_status copy_fields(const struct trn4_desc *d)
{
    struct trn4_desc rest = *d;

    rest.opcode = 0;
    rest.id = 0;
    rest.src_space = 0;
    rest.src_slot = 0;
    rest.src = 0;
    rest.dst_space = 0;
    rest.dst_slot = 0;
    rest.dst = 0;
    rest.length = 0;
    return all_zero(&rest) && space_ok(d->src_space, d->src_slot) &&
                   space_ok(d->dst_space, d->dst_slot)
               ? TRN4_STATUS_OK
               : TRN4_STATUS_BAD_FIELD;
}

static enum trn4_status atomic_fields(const struct trn4_desc *d)
{
    struct trn4_desc rest = *d;

    rest.opcode = 0;
    rest.id = 0;
    rest.dst_space = 0;
    rest.dst_slot = 0;
    rest.dst = 0;
    rest.atomic = 0;
    rest.width = 0;
    rest.operand = 0;
    if (d->atomic == TRN4_ATOMIC_CAS) {
        rest.compare = 0;
    }
    if (!all_zero(&rest) || !space_ok(d->dst_space, d->dst_slot) ||
        d->dst_space == TRN4_SPACE_HOST || d->atomic > TRN4_ATOMIC_CAS ||
        (d->width != 4 && d->width != 8)) {
        return TRN4_STATUS_BAD_FIELD;
    }
    if (d->width == 4 && ((d->operand | d->compare) >> 32)) {
        return TRN4_STATUS_BAD_FIELD;
    }
    return d->dst % d->width ? TRN4_STATUS_BAD_ALIGN : TRN4_STATUS_OK;
}

/* ---- Operations ------------------------------------------------------ */

static struct nvlf_operand operand(uint8_t space, uint16_t slot, uint64_t addr)
{
    return (struct nvlf_operand) { .space = space, .slot = slot, .addr = addr };
}

static enum trn4_status nop_begin(struct nvlf_endpoint *ep, struct nvlf_op *op)
{
    return TRN4_STATUS_OK;
}

static enum trn4_status nop_step(struct nvlf_endpoint *ep, struct nvlf_op *op,
                                 uint64_t *value, uint64_t *bytes)
{
    *value = 0;
    return TRN4_STATUS_OK;
}

static enum trn4_status copy_begin(struct nvlf_endpoint *ep, struct nvlf_op *op)
{
    const struct trn4_desc *d = &op->desc;
    enum trn4_status status;

    op->src = operand(d->src_space, d->src_slot, d->src);
    op->dst = operand(d->dst_space, d->dst_slot, d->dst);
    status = nvlf_operand_check(ep, &op->src, d->length, NVL_RIGHT_READ);
    if (status != TRN4_STATUS_OK) {
        return status;
    }
    status = nvlf_operand_check(ep, &op->dst, d->length, NVL_RIGHT_WRITE);
    if (status != TRN4_STATUS_OK) {
        return status;
    }
    op->backward = nvlf_copy_backward(ep, op);
    nvlf_time_path(ep, &op->src, &op->src_path);
    nvlf_time_path(ep, &op->dst, &op->dst_path);
    return TRN4_STATUS_OK;
}

/* One chunk; the operation is over when all is done or something failed. */
static enum trn4_status copy_step(struct nvlf_endpoint *ep, struct nvlf_op *op,
                                  uint64_t *value, uint64_t *bytes)
{
    enum trn4_status status = TRN4_STATUS_OK;

    if (op->done < op->desc.length) {
        status = nvlf_copy_chunk(ep, op, bytes);
        op->done += *bytes;
    }
    *value = op->done;
    return status;
}

static enum trn4_status atomic_begin(struct nvlf_endpoint *ep,
                                     struct nvlf_op *op)
{
    const struct trn4_desc *d = &op->desc;
    enum trn4_status status;

    op->dst = operand(d->dst_space, d->dst_slot, d->dst);
    status = nvlf_operand_check(ep, &op->dst, d->width, NVL_RIGHT_ATOMIC);
    if (status == TRN4_STATUS_OK) {
        nvlf_time_path(ep, &op->dst, &op->dst_path);
    }
    return status;
}

static enum trn4_status atomic_step(struct nvlf_endpoint *ep,
                                    struct nvlf_op *op, uint64_t *value,
                                    uint64_t *bytes)
{
    const struct trn4_desc *d = &op->desc;
    struct nvlf_target t;

    if (!nvlf_operand_find(ep, &op->dst, &t)) {
        return TRN4_STATUS_REVOKED;
    }
    if (nvlf_atomic(t.ptr, d, value)) {
        t.owner->ops->mem_dirty(t.owner->d.dev, t.addr, d->width);
    }
    if (op->dst.space == TRN4_SPACE_WINDOW) {
        nvlf_traffic(ep->d.f, ep->d.self, t.owner->d.self, NVLF_TRAFFIC_ATOMIC,
                     d->width);
    }
    *bytes = d->width;
    op->done = d->width;
    return TRN4_STATUS_OK;
}

/* What an opcode is: its fields, its check against the device, its work */
static const struct {
    enum trn4_status (*fields)(const struct trn4_desc *d);
    enum trn4_status (*begin)(struct nvlf_endpoint *ep, struct nvlf_op *op);
    enum trn4_status (*step)(struct nvlf_endpoint *ep, struct nvlf_op *op,
                             uint64_t *value, uint64_t *bytes);
} opcodes[] = {
    [TRN4_OP_NOP] = { nop_fields, nop_begin, nop_step },
    [TRN4_OP_COPY] = { copy_fields, copy_begin, copy_step },
    [TRN4_OP_ATOMIC] = { atomic_fields, atomic_begin, atomic_step },
};

static enum trn4_status desc_begin(struct nvlf_endpoint *ep, struct nvlf_op *op)
{
    enum trn4_status status;

    if (op->desc.opcode >= NVLF_COUNT(opcodes)) {
        return TRN4_STATUS_BAD_OPCODE;
    }
    if (op->desc.flags || op->desc.rsvd0 || op->desc.rsvd1) {
        return TRN4_STATUS_BAD_FIELD;
    }
    status = opcodes[op->desc.opcode].fields(&op->desc);
    return status == TRN4_STATUS_OK ? opcodes[op->desc.opcode].begin(ep, op)
                                    : status;
}

/* ---- Turns ----------------------------------------------------------- */

/* What is left of a run, and the vectors to raise at its end */
struct run {
    unsigned int descs;
    uint64_t bytes;
    uint32_t vectors;
};

/* One turn of a runnable queue: take a descriptor if it has none, and step. */
static void queue_turn(struct nvlf_endpoint *ep, unsigned int n,
                       struct run *run)
{
    struct nvlf_queue *q = &ep->queues[n];
    enum trn4_status status = TRN4_STATUS_OK;
    uint64_t value = 0, bytes = 0;

    if (!q->op.active) {
        run->descs--;
        if (!nvlf_queue_take(ep, n)) {
            return;
        }
        status = desc_begin(ep, &q->op);
    }
    if (status == TRN4_STATUS_OK) {
        status = opcodes[q->op.desc.opcode].step(ep, &q->op, &value, &bytes);
        run->bytes -= bytes < run->bytes ? bytes : run->bytes;
        if (status == TRN4_STATUS_OK && q->op.desc.opcode == TRN4_OP_COPY &&
            q->op.done < q->op.desc.length) {
            return;
        }
    }
    if (nvlf_queue_complete(ep, n, status, value) &&
        (q->ctrl & TRN4_QUEUE_IRQ)) {
        run->vectors |= 1u << q->vector;
    }
}

bool nvlf_engine_run(struct nvlf_fabric *f, unsigned int id)
{
    struct nvlf_endpoint *ep = nvlf_endpoint_at(f, id);
    struct run run = { NVLF_RUN_DESCS, NVLF_RUN_BYTES, 0 };
    unsigned int v;

    if (!ep) {
        return false;
    }
    while (ep->runnable && run.descs && run.bytes) {
        uint64_t later = ep->runnable & (UINT64_MAX << ep->turn);
        unsigned int n = __builtin_ctzll(later ? later : ep->runnable);

        ep->turn = (n + 1) % TRN4_QUEUES;
        queue_turn(ep, n, &run);
    }
    for (v = 0; v < TRN4_VECTORS; v++) {
        if (run.vectors & (1u << v)) {
            ep->ops->irq(ep->d.dev, v);
        }
    }
    return ep->runnable;
}
