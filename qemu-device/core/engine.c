/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine.c - the engine: turns of the queues, descriptors, operations.
 *
 * One run takes at most NVLF_RUN_DESCS descriptors and NVLF_RUN_BYTES bytes,
 * the latter overrun by less than a chunk, in turn from the queues that can go
 * on: a descriptor, or a chunk of a copy, each. A long copy keeps its progress
 * in its queue. Interrupts are raised at the end of the run, one for each
 * vector, after the records. The first run after a doorbell can be a small one,
 * of NVLF_FIRST_DESCS and NVLF_FIRST_BYTES.
 *
 * A descriptor is checked in this order, and the first that fails is its
 * status: opcode, fields (an unused one that is not zero included), alignment,
 * the extent of rows, then for source and destination: window, right, range.
 * Nothing has moved by then.
 */
#include <string.h>

#include "nvlf_internal.h"

/* ---- Fields ---------------------------------------------------------- */

static bool all_zero(const struct trn4_desc *d)
{
    static const struct trn4_desc zero;

    return !memcmp(d, &zero, sizeof(zero));
}

/* A user's queue names segments and nothing else, any other no segments. */
static bool space_ok(const struct nvlf_op *op, uint8_t space, uint16_t slot)
{
    if (op->user) {
        return space == TRN4_SPACE_SEGMENT && slot < TRN4_SEGMENTS;
    }
    return space == TRN4_SPACE_WINDOW ? slot < TRN4_WINDOWS
                                      : space < TRN4_SPACE_WINDOW && !slot;
}

/* From row to row; of one row there is no next. */
static bool pitch_ok(uint64_t pitch, uint64_t length, uint64_t rows)
{
    return rows > 1 ? pitch >= length : !pitch;
}

/*
 * The checks of fields: each takes away what its opcode uses from @rest, which
 * is a copy without opcode and id, and looks whether that is good. What is left
 * has to be zero.
 */
static bool no_fields(const struct nvlf_op *op, struct trn4_desc *rest)
{
    return true;
}

static bool src_field(const struct nvlf_op *op, struct trn4_desc *rest)
{
    rest->src_space = 0;
    rest->src_slot = 0;
    rest->src = 0;
    return space_ok(op, op->desc.src_space, op->desc.src_slot);
}

static bool dst_field(const struct nvlf_op *op, struct trn4_desc *rest)
{
    rest->dst_space = 0;
    rest->dst_slot = 0;
    rest->dst = 0;
    return space_ok(op, op->desc.dst_space, op->desc.dst_slot);
}

static bool copy_fields(const struct nvlf_op *op, struct trn4_desc *rest)
{
    const struct trn4_desc *d = &op->desc;

    memset(&rest->copy, 0, sizeof(rest->copy));
    return src_field(op, rest) && dst_field(op, rest) &&
           pitch_ok(d->copy.src_pitch, d->copy.length, d->copy.rows) &&
           pitch_ok(d->copy.dst_pitch, d->copy.length, d->copy.rows);
}

static bool fill_fields(const struct nvlf_op *op, struct trn4_desc *rest)
{
    const struct trn4_desc *d = &op->desc;

    memset(&rest->fill, 0, sizeof(rest->fill));
    return dst_field(op, rest) &&
           pitch_ok(d->fill.pitch, d->fill.length, d->fill.rows);
}

/* Do both words fit in a type of @size bytes? */
static bool fits(const __le64 word[2], unsigned int size)
{
    return size == 16 || (!word[1] && (size == 8 || !(word[0] >> 32)));
}

/* Words of 16 bytes have no room in the completion record. */
static bool fetches_wide(const struct trn4_desc *d)
{
    return (d->flags & TRN4_DESC_FETCH) && nvlf_atomic_size(d->type) == 16;
}

static bool atomic_fields(const struct nvlf_op *op, struct trn4_desc *rest)
{
    const struct trn4_desc *d = &op->desc;
    unsigned int size;

    rest->flags &= ~TRN4_DESC_FETCH;
    rest->kind = 0;
    rest->type = 0;
    memset(&rest->atomic.operand, 0, sizeof(rest->atomic.operand));
    if (d->kind == TRN4_ATOMIC_CAS) {
        memset(&rest->atomic.compare, 0, sizeof(rest->atomic.compare));
    }
    if (d->type >= TRN4_TYPES ||
        !(nvlf_atomic_types(d->kind) & 1u << d->type)) {
        return false;
    }
    size = nvlf_atomic_size(d->type);
    if (!fits(d->atomic.operand, size) || !fits(d->atomic.compare, size) ||
        (fetches_wide(d) && !src_field(op, rest))) {
        return false;
    }
    return dst_field(op, rest) && d->dst_space != TRN4_SPACE_HOST;
}

static bool semaphore_fields(const struct nvlf_op *op, struct trn4_desc *rest)
{
    const struct trn4_desc *d = &op->desc;
    const __le64 value[2] = { d->semaphore.value };

    rest->kind = 0;
    rest->type = 0;
    rest->semaphore.value = 0;
    if (d->kind != TRN4_SEMAPHORE_SIGNAL) {
        rest->semaphore.timeout = 0;
    }
    return d->kind < TRN4_SEMAPHORES && d->type <= TRN4_TYPE_U64 &&
           fits(value, nvlf_atomic_size(d->type)) && dst_field(op, rest);
}

/* ---- Operations ------------------------------------------------------ */

static enum trn4_status no_begin(struct nvlf_endpoint *ep, struct nvlf_op *op)
{
    return TRN4_STATUS_OK;
}

static enum trn4_status no_step(struct nvlf_endpoint *ep, struct nvlf_op *op,
                                uint64_t *moved)
{
    return TRN4_STATUS_OK;
}

/*
 * What others had begun when this was taken comes first: it waits for each
 * queue that has an operation to complete it. A fence that waits itself waits
 * for what began before, and so none waits in a circle. What waits for a word
 * is not waited for: that may come from behind the fence. Between two turns it
 * always waits, also where it is about to look again and its queue does not
 * poll for that moment.
 */
static enum trn4_status fence_begin(struct nvlf_endpoint *ep,
                                    struct nvlf_op *op)
{
    unsigned int n;

    for (n = 0; n < TRN4_QUEUES; n++) {
        const struct nvlf_op *other = &ep->queues[n].op;

        if (other->active && other != op && !nvlf_semaphore_waits(other)) {
            op->waits |= NVLF_BIT(n);
        }
    }
    return TRN4_STATUS_OK;
}

static enum trn4_status atomic_begin(struct nvlf_endpoint *ep,
                                     struct nvlf_op *op)
{
    const struct trn4_desc *d = &op->desc;
    unsigned int size = nvlf_atomic_size(d->type);
    enum trn4_status status;

    if (d->dst % size || d->src % size) {
        return TRN4_STATUS_BAD_ALIGN;
    }
    if (fetches_wide(d)) {
        status = nvlf_operand_check(ep, op, &op->src, size, NVL_RIGHT_WRITE);
        if (status != TRN4_STATUS_OK) {
            return status;
        }
    }
    status = nvlf_operand_check(ep, op, &op->dst, size, NVL_RIGHT_ATOMIC);
    op->total = size;
    return status;
}

/* Put what was in the word of 16 bytes where FETCH asks for it. */
static bool put_wide(struct nvlf_endpoint *ep, const struct nvlf_operand *o,
                     const struct nvlf_target *t, const uint64_t old[2])
{
    uint64_t addr;

    if (!t->ptr) {
        return nvlf_operand_bus(ep, o, 0, &addr) &&
               ep->ops->dma_write(ep->d.dev, addr, old, 16);
    }
    memcpy(t->ptr, old, 16);
    t->owner->ops->mem_dirty(t->owner->d.dev, t->addr, 16);
    return true;
}

static enum trn4_status atomic_step(struct nvlf_endpoint *ep,
                                    struct nvlf_op *op, uint64_t *moved)
{
    const struct trn4_desc *d = &op->desc;
    struct nvlf_target dst, src;
    uint64_t old[2];

    if (!nvlf_operand_find(ep, &op->dst, &dst) ||
        (fetches_wide(d) && !nvlf_operand_find(ep, &op->src, &src))) {
        return TRN4_STATUS_REVOKED;
    }
    if (nvlf_atomic(dst.ptr, d, old)) {
        dst.owner->ops->mem_dirty(dst.owner->d.dev, dst.addr, op->total);
    }
    if (op->dst.space == TRN4_SPACE_WINDOW) {
        nvlf_traffic(ep->d.f, ep->d.self, dst.owner->d.self,
                     d->flags & TRN4_DESC_FETCH ? NVLF_TRAFFIC_ATOMIC
                                                : NVLF_TRAFFIC_WRITE,
                     op->total);
    }
    op->done = op->total;
    *moved = op->total;
    if (!fetches_wide(d)) {
        op->value = d->flags & TRN4_DESC_FETCH ? old[0] : 0;
        return TRN4_STATUS_OK;
    }
    if (!put_wide(ep, &op->src, &src, old)) {
        return TRN4_STATUS_BUS;
    }
    if (op->src.space == TRN4_SPACE_WINDOW) {
        nvlf_traffic(ep->d.f, ep->d.self, src.owner->d.self, NVLF_TRAFFIC_WRITE,
                     op->total);
    }
    return TRN4_STATUS_OK;
}

/*
 * What an opcode is: its fields; its check against the device, which settles
 * how many bytes are to be put in place; its work, a piece at a time; and
 * whether that is a word, which changes when its time has come
 */
static const struct {
    bool (*fields)(const struct nvlf_op *op, struct trn4_desc *rest);
    enum trn4_status (*begin)(struct nvlf_endpoint *ep, struct nvlf_op *op);
    enum trn4_status (*step)(struct nvlf_endpoint *ep, struct nvlf_op *op,
                             uint64_t *moved);
    bool word;
} opcodes[] = {
    [TRN4_OP_NOP] = { no_fields, no_begin, no_step },
    [TRN4_OP_COPY] = { copy_fields, nvlf_copy_begin, nvlf_copy_step },
    [TRN4_OP_ATOMIC] = { atomic_fields, atomic_begin, atomic_step, true },
    [TRN4_OP_FILL] = { fill_fields, nvlf_fill_begin, nvlf_fill_step },
    [TRN4_OP_FENCE] = { no_fields, fence_begin, no_step },
    [TRN4_OP_SEMAPHORE] = { semaphore_fields, nvlf_semaphore_begin,
                            nvlf_semaphore_step, true },
};

_Static_assert(NVLF_COUNT(opcodes) <= 32, "a bit each in a register");

/* The opcodes that there are, a bit for each */
uint32_t nvlf_engine_ops(void)
{
    return NVLF_BIT(NVLF_COUNT(opcodes)) - 1;
}

static struct nvlf_operand operand(uint8_t space, uint16_t slot, uint64_t addr)
{
    return (struct nvlf_operand) { .space = space, .slot = slot, .addr = addr };
}

static enum trn4_status desc_begin(struct nvlf_endpoint *ep, struct nvlf_op *op)
{
    const struct trn4_desc *d = &op->desc;
    struct trn4_desc rest = *d;

    if (d->opcode >= NVLF_COUNT(opcodes)) {
        return TRN4_STATUS_BAD_OPCODE;
    }
    rest.opcode = 0;
    rest.id = 0;
    if (!opcodes[d->opcode].fields(op, &rest) || !all_zero(&rest)) {
        return TRN4_STATUS_BAD_FIELD;
    }
    op->src = operand(d->src_space, d->src_slot, d->src);
    op->dst = operand(d->dst_space, d->dst_slot, d->dst);
    return opcodes[d->opcode].begin(ep, op);
}

/* ---- Turns ----------------------------------------------------------- */

/* What is left of a run, and the vectors to raise at its end */
struct run {
    unsigned int descs;
    uint64_t bytes;
    uint64_t most; /* that an operation may have to move; else the run ends */
    uint32_t vectors;
    bool progress; /* something may be what others wait for */
};

/*
 * The operation of queue @n ends once its time has come, with @bytes moved.
 * Returns whether it is held until then.
 */
static bool hold(struct nvlf_endpoint *ep, unsigned int n, uint64_t bytes)
{
    struct nvlf_op *op = &ep->queues[n].op;

    if (!op->settled) {
        nvlf_time_settle(ep, op, bytes);
    }
    return ep->d.f->pace.on && nvlf_pace_hold(ep, n);
}

/* Step. Returns whether that was the last one. */
static bool queue_step(struct nvlf_endpoint *ep, unsigned int n,
                       struct run *run)
{
    struct nvlf_op *op = &ep->queues[n].op;
    uint64_t moved = 0;

    if (ep->d.f->pace.on && opcodes[op->desc.opcode].word && op->total &&
        hold(ep, n, op->total)) {
        return false;
    }
    op->status = opcodes[op->desc.opcode].step(ep, op, &moved);
    run->bytes -= moved < run->bytes ? moved : run->bytes;
    if (op->polls) {
        nvlf_queue_wait(ep, n);
        return false;
    }
    run->progress = true;
    ep->steps++;
    return op->status != TRN4_STATUS_OK || op->done >= op->total;
}

/*
 * One turn of a runnable queue: take a descriptor if it has none, step if there
 * is work left, and complete.
 */
static void queue_turn(struct nvlf_endpoint *ep, unsigned int n,
                       struct run *run)
{
    struct nvlf_queue *q = &ep->queues[n];
    struct nvlf_op *op = &q->op;

    if (!op->active) {
        run->descs--;
        if (!nvlf_queue_take(ep, n)) {
            return;
        }
        op->status = desc_begin(ep, op);
        if (op->status == TRN4_STATUS_OK) {
            nvlf_time_paths(ep, op);
        } else {
            op->over = true;
        }
    }
    if (op->waits) {
        nvlf_queue_wait(ep, n);
        return;
    }
    if (!op->over && nvlf_copy_left(op) > run->most) {
        run->bytes = 0;
        return;
    }
    if (!op->over) {
        op->over = queue_step(ep, n, run);
    }
    if (!op->over || hold(ep, n, op->done)) {
        return;
    }
    if (nvlf_queue_complete(ep, n) && (q->ctrl & TRN4_QUEUE_IRQ)) {
        run->vectors |= 1u << q->vector;
        ep->queue_event |= NVLF_BIT(n);
    }
}

/* Turns until the run is at its end, or nothing is left. Returns what is. */
static bool engine_turns(struct nvlf_endpoint *ep, struct run run)
{
    unsigned int v;

    while (ep->runnable && run.descs && run.bytes) {
        uint64_t later = ep->runnable & (UINT64_MAX << ep->turn);
        unsigned int n = __builtin_ctzll(later ? later : ep->runnable);

        ep->turn = (n + 1) % TRN4_QUEUES;
        queue_turn(ep, n, &run);
    }
    if (run.progress) {
        nvlf_polls_wake(ep->d.f);
    }
    for (v = 0; v < TRN4_VECTORS; v++) {
        if (run.vectors & (1u << v)) {
            ep->ops->irq(ep->d.dev, v);
        }
    }
    return ep->runnable;
}

bool nvlf_engine_run(struct nvlf_fabric *f, unsigned int id)
{
    struct nvlf_endpoint *ep = nvlf_endpoint_at(f, id);

    if (!ep) {
        return false;
    }
    nvlf_queues_look(ep);
    return engine_turns(ep, (struct run) {
                                .descs = NVLF_RUN_DESCS,
                                .bytes = NVLF_RUN_BYTES,
                                .most = UINT64_MAX,
                            });
}

bool nvlf_engine_first(struct nvlf_fabric *f, unsigned int id)
{
    struct nvlf_endpoint *ep = nvlf_endpoint_at(f, id);

    if (!ep) {
        return false;
    }
    if (ep->runnable & (ep->runnable - 1)) {
        return true;
    }
    return engine_turns(ep, (struct run) {
                                .descs = NVLF_FIRST_DESCS,
                                .bytes = NVLF_FIRST_BYTES,
                                .most = NVLF_FIRST_BYTES,
                            });
}
