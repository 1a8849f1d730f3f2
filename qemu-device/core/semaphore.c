/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * semaphore.c - words of memory by which one tells another that it may go on.
 *
 * A signal is a store. A wait looks at its word when its turn comes, and where
 * the word is not as it waits for, its queue has no more turns: it polls. It
 * looks again
 *  - when an engine of this fabric has done something: it may have been that,
 *  - every NVLF_POLL_NS, for CPUs store without telling anybody.
 *
 * A wait that ends by its time has TRN4_STATUS_TIMEOUT. One that has none may
 * wait for ever; its queue alone does.
 */
#include "nvlf_internal.h"

/* How long after a CPU's store a wait may go on, guest time */
#define NVLF_POLL_NS 20000u

#define NS_PER_US 1000u

static bool waits(const struct trn4_desc *d)
{
    return d->kind != TRN4_SEMAPHORE_SIGNAL;
}

/* Is @op one that waits for a word, and not for its time alone? */
bool nvlf_semaphore_waits(const struct nvlf_op *op)
{
    return op->desc.opcode == TRN4_OP_SEMAPHORE && waits(&op->desc);
}

enum trn4_status nvlf_semaphore_begin(struct nvlf_endpoint *ep,
                                      struct nvlf_op *op)
{
    const struct trn4_desc *d = &op->desc;
    unsigned int size = nvlf_atomic_size(d->type);
    uint64_t now = nvlf_now(ep->d.f), us = d->semaphore.timeout;

    if (d->dst % size) {
        return TRN4_STATUS_BAD_ALIGN;
    }
    op->total = waits(d) ? 0 : size;
    op->due = us && us < (NVLF_NEVER - now) / NS_PER_US ? now + us * NS_PER_US
                                                        : NVLF_NEVER;
    return nvlf_operand_check(ep, op, &op->dst, size,
                              waits(d) ? NVL_RIGHT_READ : NVL_RIGHT_WRITE);
}

static bool word_read(const struct nvlf_endpoint *ep, const struct nvlf_op *op,
                      const struct nvlf_target *t, uint64_t *word)
{
    uint32_t narrow = 0;
    uint64_t addr;

    if (t->ptr) {
        *word = op->desc.type == TRN4_TYPE_U64
                    ? __atomic_load_n((uint64_t *)t->ptr, __ATOMIC_SEQ_CST)
                    : __atomic_load_n((uint32_t *)t->ptr, __ATOMIC_SEQ_CST);
        return true;
    }
    if (!nvlf_operand_bus(ep, &op->dst, 0, &addr)) {
        return false;
    }
    if (op->desc.type == TRN4_TYPE_U64) {
        return ep->ops->dma_read(ep->d.dev, addr, word, sizeof(*word));
    }
    if (!ep->ops->dma_read(ep->d.dev, addr, &narrow, sizeof(narrow))) {
        return false;
    }
    *word = narrow;
    return true;
}

/* Everything that its queue wrote before is there when the word is. */
static bool word_write(const struct nvlf_endpoint *ep, const struct nvlf_op *op,
                       const struct nvlf_target *t)
{
    uint64_t value = op->desc.semaphore.value, addr;

    if (!t->ptr) {
        __atomic_thread_fence(__ATOMIC_RELEASE);
        return nvlf_operand_bus(ep, &op->dst, 0, &addr) &&
               ep->ops->dma_write(ep->d.dev, addr, &value, op->total);
    }
    if (op->desc.type == TRN4_TYPE_U64) {
        __atomic_store_n((uint64_t *)t->ptr, value, __ATOMIC_SEQ_CST);
    } else {
        __atomic_store_n((uint32_t *)t->ptr, value, __ATOMIC_SEQ_CST);
    }
    t->owner->ops->mem_dirty(t->owner->d.dev, t->addr, op->total);
    return true;
}

static bool met(const struct trn4_desc *d, uint64_t word)
{
    switch (d->kind) {
    case TRN4_SEMAPHORE_EQ:
        return word == d->semaphore.value;
    case TRN4_SEMAPHORE_NE:
        return word != d->semaphore.value;
    case TRN4_SEMAPHORE_GE:
        return word >= d->semaphore.value;
    default:
        return word & d->semaphore.value;
    }
}

enum trn4_status nvlf_semaphore_step(struct nvlf_endpoint *ep,
                                     struct nvlf_op *op, uint64_t *moved)
{
    struct nvlf_fabric *f = ep->d.f;
    struct nvlf_target t;
    uint64_t word;

    if (!nvlf_operand_find(ep, &op->dst, &t)) {
        return TRN4_STATUS_REVOKED;
    }
    if (!waits(&op->desc)) {
        if (!word_write(ep, op, &t)) {
            return TRN4_STATUS_BUS;
        }
        if (op->dst.space == TRN4_SPACE_WINDOW) {
            nvlf_traffic(f, ep->d.self, t.owner->d.self, NVLF_TRAFFIC_WRITE,
                         op->total);
        }
        op->done = op->total;
        *moved = op->total;
        return TRN4_STATUS_OK;
    }
    if (!word_read(ep, op, &t, &word)) {
        return TRN4_STATUS_BUS;
    }
    op->value = word;
    if (met(&op->desc, word)) {
        /* Whatever it waited for has come to its end by now. */
        nvlf_time_now(ep, op);
        return TRN4_STATUS_OK;
    }
    op->polls = nvlf_now(f) < op->due;
    return op->polls ? TRN4_STATUS_OK : TRN4_STATUS_TIMEOUT;
}

/* ---- Looking again ----------------------------------------------------- */

/* An engine has done something: let all who poll look. */
void nvlf_polls_wake(struct nvlf_fabric *f)
{
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(f->polling); i++) {
        uint64_t left;

        for (left = f->polling[i]; left; left &= left - 1) {
            struct nvlf_endpoint *ep = f->ep[64 * i + __builtin_ctzll(left)];

            ep->ops->kick(ep->d.dev);
        }
    }
}

/* Somebody polls. */
void nvlf_polls_arm(struct nvlf_fabric *f)
{
    nvlf_arm(f, nvlf_now(f) + NVLF_POLL_NS);
}

/* Returns when to look the next time, or NVLF_NEVER where nobody polls. */
uint64_t nvlf_polls_tick(struct nvlf_fabric *f, uint64_t now)
{
    unsigned int i;

    nvlf_polls_wake(f);
    for (i = 0; i < NVLF_COUNT(f->polling); i++) {
        if (f->polling[i]) {
            return now + NVLF_POLL_NS;
        }
    }
    return NVLF_NEVER;
}
