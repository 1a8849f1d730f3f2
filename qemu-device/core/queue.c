/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.c - queues: their registers, doorbells and rings in host memory.
 *
 * Indexes run from 0 to entries - 1. A ring whose indexes are equal is empty,
 * so at most entries - 1 are outstanding. A descriptor is taken only when the
 * completion ring has room for its record; room does not shrink until the
 * record is written, so a record is never lost and never overwrites one that
 * was not read.
 */
#include <string.h>

#include "nvlf_internal.h"

#define QUEUE_CTRL_ALL (TRN4_QUEUE_ENABLE | TRN4_QUEUE_IRQ | TRN4_QUEUE_USER)
#define RING_ALIGN     4096
#define PHASE_OFFSET   offsetof(struct trn4_cqe, phase)

_Static_assert(sizeof(struct trn4_desc) == 64, "as in the ring");
_Static_assert(sizeof(struct trn4_cqe) == 32, "as in the ring");
_Static_assert(PHASE_OFFSET + sizeof(__le16) == sizeof(struct trn4_cqe),
               "the phase comes last");

static uint32_t index_mask(const struct nvlf_queue *q)
{
    return (1u << q->size) - 1;
}

/* How far @to is ahead of @from in the ring */
static uint32_t ahead(const struct nvlf_queue *q, uint32_t to, uint32_t from)
{
    return (to - from) & index_mask(q);
}

/* Keep invariant 8. */
void nvlf_queue_refresh(struct nvlf_endpoint *ep, unsigned int n)
{
    struct nvlf_queue *q = &ep->queues[n];
    bool room = ahead(q, q->cq_head, q->cq_tail) != 1;
    bool can = q->op.active ? !q->op.waits && !q->op.polls && !q->op.held
                            : q->sq_head != q->sq_tail && room;

    if (q->status == TRN4_QUEUE_RUNNING && can) {
        ep->runnable |= NVLF_BIT(n);
    } else {
        ep->runnable &= ~NVLF_BIT(n);
    }
}

static void poll_set(struct nvlf_endpoint *ep, uint64_t polls)
{
    uint64_t *word = &ep->d.f->polling[ep->d.self / 64];

    ep->polls = polls;
    *word &= ~NVLF_BIT(ep->d.self % 64);
    *word |= polls ? NVLF_BIT(ep->d.self % 64) : 0;
}

/*
 * The operation of queue @n waits, for others, for a word or for its time: its
 * queue has no turn.
 */
void nvlf_queue_wait(struct nvlf_endpoint *ep, unsigned int n)
{
    if (ep->queues[n].op.waits) {
        ep->fences |= NVLF_BIT(n);
    }
    if (ep->queues[n].op.polls) {
        poll_set(ep, ep->polls | NVLF_BIT(n));
        nvlf_polls_arm(ep->d.f);
    }
    if (ep->queues[n].op.held) {
        ep->held |= NVLF_BIT(n);
    }
    nvlf_queue_refresh(ep, n);
}

/* The time has come of the operation of queue @n, which was held. */
void nvlf_queue_resume(struct nvlf_endpoint *ep, unsigned int n)
{
    ep->queues[n].op.held = false;
    ep->held &= ~NVLF_BIT(n);
    nvlf_queue_refresh(ep, n);
}

/* All who poll have a turn, to look again. */
void nvlf_queues_look(struct nvlf_endpoint *ep)
{
    uint64_t left;

    for (left = ep->polls; left; left &= left - 1) {
        unsigned int n = __builtin_ctzll(left);

        ep->queues[n].op.polls = false;
        nvlf_queue_refresh(ep, n);
    }
    poll_set(ep, 0);
}

/*
 * Queue @n works on nothing any more: who waits for that, waits no more. The
 * engine need not be at work: what was waited for may have been held.
 */
static void queue_release(struct nvlf_endpoint *ep, unsigned int n)
{
    uint64_t left;

    ep->queues[n].op.active = false;
    ep->fences &= ~NVLF_BIT(n);
    ep->held &= ~NVLF_BIT(n);
    poll_set(ep, ep->polls & ~NVLF_BIT(n));
    for (left = ep->fences; left; left &= left - 1) {
        unsigned int waiter = __builtin_ctzll(left);
        struct nvlf_op *op = &ep->queues[waiter].op;

        if (!(op->waits & NVLF_BIT(n))) {
            continue;
        }
        op->waits &= ~NVLF_BIT(n);
        nvlf_time_after(op, &ep->queues[n]);
        if (!op->waits) {
            ep->fences &= ~NVLF_BIT(waiter);
            nvlf_queue_refresh(ep, waiter);
            ep->ops->kick(ep->d.dev);
        }
    }
    nvlf_queue_refresh(ep, n);
}

static void queue_fault(struct nvlf_endpoint *ep, unsigned int n)
{
    ep->queues[n].status = TRN4_QUEUE_FAULT;
    queue_release(ep, n);
    nvlf_int_raise(&ep->d, NVL_INT_QUEUE);
}

/*
 * Take the next descriptor of a runnable queue that works on none. Returns
 * false where the ring could not be read; the queue has faulted then.
 */
bool nvlf_queue_take(struct nvlf_endpoint *ep, unsigned int n)
{
    struct nvlf_queue *q = &ep->queues[n];
    uint64_t addr = q->sq_base + q->sq_head * sizeof(struct trn4_desc);

    memset(&q->op, 0, sizeof(q->op));
    if (!ep->ops->dma_read(ep->d.dev, addr, &q->op.desc, sizeof(q->op.desc))) {
        queue_fault(ep, n);
        return false;
    }
    q->op.active = true;
    q->op.queue = n;
    q->op.user = q->ctrl & TRN4_QUEUE_USER;
    nvlf_time_begin(ep, q, q->sq_head);
    q->sq_head = (q->sq_head + 1) & index_mask(q);
    return true;
}

/*
 * Complete the descriptor in progress. The phase is written by itself, after
 * all else: who sees it turned sees a whole record, and the data before it.
 * Returns false where the ring could not be written; the queue has faulted.
 */
bool nvlf_queue_complete(struct nvlf_endpoint *ep, unsigned int n)
{
    struct nvlf_queue *q = &ep->queues[n];
    uint64_t addr = q->cq_base + q->cq_tail * sizeof(struct trn4_cqe);
    struct trn4_cqe cqe = {
        .value = q->op.value,
        .start = nvlf_time_ns(ep, q->op.start),
        .end = nvlf_time_ns(ep, q->op.end),
        .id = q->op.desc.id,
        .sq_head = q->sq_head,
        .status = q->op.status,
        .phase = q->phase,
    };

    nvlf_time_end(ep, q);
    /* What was written is in place before the next one reads anything. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!ep->ops->dma_write(ep->d.dev, addr, &cqe, PHASE_OFFSET)) {
        queue_fault(ep, n);
        return false;
    }
    __atomic_thread_fence(__ATOMIC_RELEASE);
    if (!ep->ops->dma_write(ep->d.dev, addr + PHASE_OFFSET, &cqe.phase,
                            sizeof(cqe.phase))) {
        queue_fault(ep, n);
        return false;
    }
    q->cq_tail = (q->cq_tail + 1) & index_mask(q);
    if (!q->cq_tail) {
        q->phase ^= 1;
    }
    queue_release(ep, n);
    return true;
}

/* Reset and detach: all queues stop, what they worked on is forgotten. */
void nvlf_queues_clear(struct nvlf_endpoint *ep)
{
    memset(ep->queues, 0, sizeof(ep->queues));
    ep->queue_event = 0;
    ep->runnable = 0;
    ep->fences = 0;
    ep->held = 0;
    poll_set(ep, 0);
    ep->turn = 0;
}

/* ---- Registers ------------------------------------------------------- */

static struct nvlf_queue *queue_of(const struct nvlf_access *a)
{
    return &nvlf_ep(a)->queues[a->entry];
}

static uint32_t set_base(const struct nvlf_access *a, uint64_t *field,
                         uint64_t value)
{
    uint64_t base = nvlf_merge(a, *field, value);

    if (queue_of(a)->ctrl & TRN4_QUEUE_ENABLE) {
        return NVL_ERR_BUSY;
    }
    if (base % RING_ALIGN) {
        return NVL_ERR_VALUE;
    }
    *field = base;
    return NVL_ERR_NONE;
}

static uint64_t sq_base_get(const struct nvlf_access *a)
{
    return queue_of(a)->sq_base;
}

static uint32_t sq_base_set(const struct nvlf_access *a, uint64_t value)
{
    return set_base(a, &queue_of(a)->sq_base, value);
}

static uint64_t cq_base_get(const struct nvlf_access *a)
{
    return queue_of(a)->cq_base;
}

static uint32_t cq_base_set(const struct nvlf_access *a, uint64_t value)
{
    return set_base(a, &queue_of(a)->cq_base, value);
}

static uint64_t size_get(const struct nvlf_access *a)
{
    return queue_of(a)->size;
}

/* The reset value, 0, is no size: it has to be written before ENABLE. */
static uint32_t size_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_queue *q = queue_of(a);

    if (q->ctrl & TRN4_QUEUE_ENABLE) {
        return NVL_ERR_BUSY;
    }
    if (value < TRN4_QUEUE_SIZE_MIN || value > TRN4_QUEUE_SIZE_MAX) {
        return NVL_ERR_VALUE;
    }
    q->size = value;
    return NVL_ERR_NONE;
}

static uint64_t vector_get(const struct nvlf_access *a)
{
    return queue_of(a)->vector;
}

static uint32_t vector_set(const struct nvlf_access *a, uint64_t value)
{
    if (queue_of(a)->ctrl & TRN4_QUEUE_ENABLE) {
        return NVL_ERR_BUSY;
    }
    if (value >= TRN4_VECTORS) {
        return NVL_ERR_VALUE;
    }
    queue_of(a)->vector = value;
    return NVL_ERR_NONE;
}

static uint64_t ctrl_get(const struct nvlf_access *a)
{
    return queue_of(a)->ctrl;
}

/* A ring must not wrap around the end of the bus. */
static bool rings_ok(const struct nvlf_queue *q)
{
    uint64_t entries = 1ull << q->size;

    return q->size >= TRN4_QUEUE_SIZE_MIN &&
           q->sq_base <= UINT64_MAX - entries * sizeof(struct trn4_desc) &&
           q->cq_base <= UINT64_MAX - entries * sizeof(struct trn4_cqe);
}

static void queue_begin(struct nvlf_endpoint *ep, struct nvlf_queue *q)
{
    q->sq_head = q->sq_tail = q->cq_head = q->cq_tail = 0;
    q->phase = 1;
    q->status = TRN4_QUEUE_RUNNING;
    q->last_end = 0;
    q->ready = ep->d.f->clock;
    q->marked = false;
}

static uint32_t ctrl_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_endpoint *ep = nvlf_ep(a);
    struct nvlf_queue *q = queue_of(a);
    uint32_t before = q->ctrl;

    if (value & ~(uint64_t)QUEUE_CTRL_ALL) {
        return NVL_ERR_VALUE;
    }
    if ((value & before & TRN4_QUEUE_ENABLE) &&
        ((value ^ before) & TRN4_QUEUE_USER)) {
        return NVL_ERR_BUSY;
    }
    if ((value & ~(uint64_t)before & TRN4_QUEUE_ENABLE) && !rings_ok(q)) {
        return NVL_ERR_VALUE;
    }
    q->ctrl = value;
    if (value & ~(uint64_t)before & TRN4_QUEUE_ENABLE) {
        ep->queue_event &= ~NVLF_BIT(a->entry);
        queue_begin(ep, q);
    } else if (!(value & TRN4_QUEUE_ENABLE)) {
        q->status = TRN4_QUEUE_OFF;
        queue_release(ep, a->entry);
    }
    nvlf_queue_refresh(ep, a->entry);
    return NVL_ERR_NONE;
}

static uint64_t status_get(const struct nvlf_access *a)
{
    return queue_of(a)->status;
}

static uint64_t sq_head_get(const struct nvlf_access *a)
{
    return queue_of(a)->sq_head;
}

static uint64_t sq_tail_get(const struct nvlf_access *a)
{
    return queue_of(a)->sq_tail;
}

static uint64_t cq_head_get(const struct nvlf_access *a)
{
    return queue_of(a)->cq_head;
}

static uint64_t cq_tail_get(const struct nvlf_access *a)
{
    return queue_of(a)->cq_tail;
}

static const struct nvlf_reg queue_regs[] = {
    { TRN4_QUEUE_SQ_BASE, 8, 1, sq_base_get, sq_base_set },
    { TRN4_QUEUE_CQ_BASE, 8, 1, cq_base_get, cq_base_set },
    { TRN4_QUEUE_SIZE, 4, 1, size_get, size_set },
    { TRN4_QUEUE_VECTOR, 4, 1, vector_get, vector_set },
    { TRN4_QUEUE_CTRL, 4, 1, ctrl_get, ctrl_set },
    { TRN4_QUEUE_STATUS, 4, 1, status_get, NULL },
    { TRN4_QUEUE_SQ_HEAD, 4, 1, sq_head_get, NULL },
    { TRN4_QUEUE_SQ_TAIL, 4, 1, sq_tail_get, NULL },
    { TRN4_QUEUE_CQ_HEAD, 4, 1, cq_head_get, NULL },
    { TRN4_QUEUE_CQ_TAIL, 4, 1, cq_tail_get, NULL },
};
const struct nvlf_block nvlf_queue_block =
    NVLF_BLOCK(TRN4_QUEUE_BASE, TRN4_QUEUES, TRN4_QUEUE_STRIDE, queue_regs);

/* ---- Doorbells ------------------------------------------------------- */

/* May a doorbell move index @from to @to, @limit entries ahead at most? */
static bool index_ok(const struct nvlf_queue *q, uint64_t to, uint32_t from,
                     uint32_t limit)
{
    return to <= index_mask(q) && ahead(q, to, from) <= limit;
}

/*
 * What a user wrote is no error of the driver, and nothing that it is told of
 * again and again: it is the end of that queue.
 */
static uint32_t bad_index(const struct nvlf_access *a)
{
    if (!(queue_of(a)->ctrl & TRN4_QUEUE_USER)) {
        return NVL_ERR_VALUE;
    }
    if (queue_of(a)->status == TRN4_QUEUE_RUNNING) {
        queue_fault(nvlf_ep(a), a->entry);
    }
    return NVL_ERR_NONE;
}

static void wake(const struct nvlf_access *a)
{
    struct nvlf_endpoint *ep = nvlf_ep(a);

    nvlf_queue_refresh(ep, a->entry);
    if (ep->runnable & NVLF_BIT(a->entry)) {
        ep->ops->kick(ep->d.dev);
    }
}

/* Entries - 1 may be outstanding, those that are already included. */
static uint32_t sq_tail_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_queue *q = queue_of(a);
    uint32_t old = q->sq_tail;

    if (!(q->ctrl & TRN4_QUEUE_ENABLE)) {
        return NVL_ERR_QUEUE;
    }
    if (!index_ok(q, value, old, index_mask(q) - ahead(q, old, q->sq_head))) {
        return bad_index(a);
    }
    if (value != old) {
        q->sq_tail = value;
        nvlf_time_doorbell(nvlf_ep(a), q, old);
        wake(a);
    }
    return NVL_ERR_NONE;
}

/* No more can have been read than was written. */
static uint32_t cq_head_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_queue *q = queue_of(a);

    if (!(q->ctrl & TRN4_QUEUE_ENABLE)) {
        return NVL_ERR_QUEUE;
    }
    if (!index_ok(q, value, q->cq_head, ahead(q, q->cq_tail, q->cq_head))) {
        return bad_index(a);
    }
    if (value != q->cq_head) {
        q->cq_head = value;
        wake(a);
    }
    return NVL_ERR_NONE;
}

static const struct nvlf_reg doorbell_regs[] = {
    { TRN4_DOORBELL_SQ_TAIL, 4, 1, NULL, sq_tail_set },
    { TRN4_DOORBELL_CQ_HEAD, 4, 1, NULL, cq_head_set },
};
const struct nvlf_block nvlf_doorbell_block =
    NVLF_BLOCK(TRN4_DOORBELL_BASE, TRN4_QUEUES, TRN4_DOORBELL_STRIDE,
               doorbell_regs);
