/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_queue.c - queues: rings, doorbells, phases, stalls, faults, interrupts,
 * turns and budgets.
 */
#include <string.h>

#include "mock.h"

static struct trn4_desc nop(uint16_t id)
{
    return (struct trn4_desc) { .opcode = TRN4_OP_NOP, .id = id };
}

static void push_nops(struct mock_queue *q, unsigned int n)
{
    struct trn4_desc d = nop(0);

    while (n--) {
        d.id = q->tail;
        queue_push(q, &d);
    }
    queue_ring(q);
}

static void records_and_phases(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    struct mock_queue q;
    struct trn4_cqe cqe;
    unsigned int i;

    /* Several passes over the smallest ring and a larger one */
    queue_open(&q, w, 0, 3, 1, 0);
    for (i = 0; i < 9; i++) {
        struct trn4_desc d = nop(1000 + i);

        cqe = queue_do(&q, &d);
        EQ(cqe.status, TRN4_STATUS_OK);
        EQ(cqe.sq_head, (i + 1) % 2);
        EQ(cqe.value, 0);
        EQ(cqe.start, cqe.end);
    }
    queue_open(&q, w, 0, 3, 3, 0);
    for (i = 0; i < 10; i++) {
        push_nops(&q, 5);
        engine_finish(w, 0);
        EQ(er(w, 0, queue_reg(3, TRN4_QUEUE_SQ_HEAD)), q.tail);
        EQ(er(w, 0, queue_reg(3, TRN4_QUEUE_SQ_TAIL)), q.tail);
        EQ(er(w, 0, queue_reg(3, TRN4_QUEUE_CQ_TAIL)), q.tail);
        while (queue_pop(&q, &cqe)) {
            EQ(cqe.sq_head, (cqe.id + 1) % 8);
        }
        EQ(q.head, q.tail);
        EQ(er(w, 0, queue_reg(3, TRN4_QUEUE_CQ_HEAD)), q.head);
    }
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 0);
    world_check(w);
    world_free(w);
}

static void doorbells_refused(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    struct mock_queue q;
    uint64_t sq = doorbell_reg(0, TRN4_DOORBELL_SQ_TAIL);
    uint64_t cq = doorbell_reg(0, TRN4_DOORBELL_CQ_HEAD);

    ew(w, 0, sq, 0);
    EQ(newest_error(w, 0), NVL_ERR_QUEUE);
    ew(w, 0, cq, 0);
    EQ(newest_error(w, 0), NVL_ERR_QUEUE);
    queue_open(&q, w, 0, 0, 3, 0);
    ew(w, 0, sq, 8);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    ew(w, 0, sq, 0xffffffff);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    ew(w, 0, cq, 8);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    /* More read than was written */
    ew(w, 0, cq, 1);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    EQ(w->ep[0].kicks, 0);
    ew(w, 0, sq, 5);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    EQ(w->ep[0].kicks, 1);
    /* Back, which is to say over 7 outstanding */
    ew(w, 0, sq, 4);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    ew(w, 0, sq, 0);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_SQ_TAIL)), 5);
    ew(w, 0, sq, 7);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    EQ(w->ep[0].kicks, 2);
    /* The same again is nothing new. */
    ew(w, 0, sq, 7);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    EQ(w->ep[0].kicks, 2);
    engine_finish(w, 0);
    ew(w, 0, cq, 3);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    /* Not back, and not beyond the tail */
    ew(w, 0, cq, 2);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_CQ_HEAD)), 3);
    EQ(er(w, 0, sq), 0);
    EQ(er(w, 0, cq), 0);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    world_check(w);
    world_free(w);
}

/* A queue's registers are locked while it is enabled, but for CTRL. */
static void locked_while_enabled(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    struct mock_queue q;

    queue_open(&q, w, 0, 63, 4, 0);
    ewq(w, 0, queue_reg(63, TRN4_QUEUE_SQ_BASE), 0);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    ewq(w, 0, queue_reg(63, TRN4_QUEUE_CQ_BASE), 0);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    ew(w, 0, queue_reg(63, TRN4_QUEUE_SIZE), 1);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    ew(w, 0, queue_reg(63, TRN4_QUEUE_VECTOR), 1);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    EQ(erq(w, 0, queue_reg(63, TRN4_QUEUE_SQ_BASE)), q.sq_addr);
    ew(w, 0, queue_reg(63, TRN4_QUEUE_CTRL),
       TRN4_QUEUE_ENABLE | TRN4_QUEUE_IRQ);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    EQ(er(w, 0, queue_reg(63, TRN4_QUEUE_CTRL)),
       TRN4_QUEUE_ENABLE | TRN4_QUEUE_IRQ);
    ew(w, 0, queue_reg(63, TRN4_QUEUE_CTRL), 0);
    ew(w, 0, queue_reg(63, TRN4_QUEUE_SIZE), 1);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    world_free(w);
}

/* Unread records are never overwritten: the queue waits for room. */
static void a_full_completion_ring_stalls(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    uint64_t cq = doorbell_reg(0, TRN4_DOORBELL_CQ_HEAD);
    struct mock_queue q;
    struct trn4_cqe first;

    queue_open(&q, w, 0, 0, 2, 0);
    push_nops(&q, 3);
    engine_finish(w, 0);
    first = q.cq[0];
    push_nops(&q, 3);
    CHECK(!nvlf_engine_run(w->f, 0));
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_SQ_HEAD)), 3);
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_CQ_TAIL)), 3);
    CHECK(!memcmp(&first, &q.cq[0], sizeof(first)));
    world_check(w);
    /* Room for one, and no more */
    w->ep[0].kicks = 0;
    ew(w, 0, cq, 1);
    EQ(w->ep[0].kicks, 1);
    CHECK(!nvlf_engine_run(w->f, 0));
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_CQ_TAIL)), 0);
    EQ(q.cq[3].phase, 1);
    ew(w, 0, cq, 3);
    engine_finish(w, 0);
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_CQ_TAIL)), 2);
    EQ(q.cq[0].phase, 0);
    /* A doorbell that brings no work kicks nobody. */
    w->ep[0].kicks = 0;
    ew(w, 0, cq, 0);
    EQ(w->ep[0].kicks, 0);
    world_check(w);
    world_free(w);
}

static void disable_stops_at_once(void)
{
    struct world *w = world_new(1, 16 * PAGE, 2 * PAGE);
    struct trn4_desc d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0,
                                   8 * PAGE, 4 * PAGE);
    struct mock_queue q;

    queue_open(&q, w, 0, 0, 4, 0);
    queue_push(&q, &d);
    queue_push(&q, &d);
    queue_ring(&q);
    CHECK(nvlf_engine_run(w->f, 0));
    EQ(w->f->ep[0]->queues[0].op.done, MIB);
    ew(w, 0, queue_reg(0, TRN4_QUEUE_CTRL), 0);
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_STATUS)), TRN4_QUEUE_OFF);
    w->ep[0].dirty_bytes = 0;
    CHECK(!nvlf_engine_run(w->f, 0));
    EQ(w->ep[0].dirty_bytes, 0);
    EQ(q.cq[0].phase, 0);
    world_check(w);
    /* Enabled again it begins anew, and nothing of old comes out. */
    queue_open(&q, w, 0, 0, 4, 0);
    CHECK(!nvlf_engine_run(w->f, 0));
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_SQ_HEAD)), 0);
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_SQ_TAIL)), 0);
    d = nop(5);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);

    /* A reset is no less. */
    d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0, 8 * PAGE, 4 * PAGE);
    queue_push(&q, &d);
    queue_ring(&q);
    nvlf_engine_run(w->f, 0);
    nvlf_endpoint_reset(w->f, 0);
    CHECK(!nvlf_engine_run(w->f, 0));
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_STATUS)), TRN4_QUEUE_OFF);
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_CTRL)), 0);
    world_check(w);
    world_free(w);
}

static void a_bad_ring_faults(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    struct mock_queue q, other;
    struct trn4_desc d = nop(1);
    unsigned int round;

    ew(w, 0, NVL_REG_INT_STATUS, ~0u);
    ew(w, 0, NVL_REG_INT_ENABLE, NVL_INT_QUEUE);
    /* Descriptors; records but for the phase; the phase by itself */
    for (round = 0; round < 3; round++) {
        queue_open(&other, w, 0, 1, 4, 0);
        queue_open(&q, w, 0, 0, 4, 0);
        EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
        if (round == 0) {
            w->bad_start = q.sq_addr;
            w->bad_end = q.sq_addr + 1024;
        } else {
            w->bad_start = q.cq_addr + (round == 1 ? 0 : 32 + 30);
            w->bad_end = w->bad_start + 64;
        }
        push_nops(&q, 3);
        CHECK(!nvlf_engine_run(w->f, 0));
        EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_STATUS)), TRN4_QUEUE_FAULT);
        EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_CTRL)), TRN4_QUEUE_ENABLE);
        EQ(er(w, 0, NVL_REG_INT_STATUS), NVL_INT_QUEUE);
        EQ(w->ep[0].irqs[0], round + 1);
        ew(w, 0, NVL_REG_INT_STATUS, NVL_INT_QUEUE);
        EQ(q.cq[1].phase, 0);
        w->bad_start = w->bad_end = 0;
        /* It stays so, doorbells or not; others are not concerned. */
        ew(w, 0, doorbell_reg(0, TRN4_DOORBELL_SQ_TAIL), 7);
        CHECK(!nvlf_engine_run(w->f, 0));
        EQ(queue_do(&other, &d).status, TRN4_STATUS_OK);
        EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_STATUS)), TRN4_QUEUE_FAULT);
        world_check(w);
        ew(w, 0, queue_reg(0, TRN4_QUEUE_CTRL), 0);
        EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_STATUS)), TRN4_QUEUE_OFF);
    }
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 0);
    world_free(w);
}

static void interrupts(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    struct mock_queue q2, q5, quiet;

    queue_open(&q2, w, 0, 2, 4, TRN4_QUEUE_IRQ);
    queue_open(&q5, w, 0, 5, 4, TRN4_QUEUE_IRQ);
    queue_open(&quiet, w, 0, 7, 4, 0);
    push_nops(&quiet, 3);
    engine_finish(w, 0);
    EQ(w->ep[0].irqs[7], 0);
    /* One for all records of a run */
    push_nops(&q2, 9);
    push_nops(&q5, 1);
    engine_finish(w, 0);
    EQ(w->ep[0].irqs[2], 1);
    EQ(w->ep[0].irqs[5], 1);
    EQ(w->ep[0].irqs[0], 0);
    /* It is told whose they are, until that was heard, or it begins anew. */
    EQ(erq(w, 0, TRN4_REG_QUEUE_EVENT), 1 << 2 | 1 << 5);
    ewq(w, 0, TRN4_REG_QUEUE_EVENT, 1 << 2);
    EQ(erq(w, 0, TRN4_REG_QUEUE_EVENT), 1 << 5);
    push_nops(&q2, 1);
    engine_finish(w, 0);
    EQ(erq(w, 0, TRN4_REG_QUEUE_EVENT), 1 << 2 | 1 << 5);
    ew(w, 0, queue_reg(5, TRN4_QUEUE_CTRL), 0);
    EQ(erq(w, 0, TRN4_REG_QUEUE_EVENT), 1 << 2 | 1 << 5);
    ew(w, 0, queue_reg(5, TRN4_QUEUE_CTRL), TRN4_QUEUE_ENABLE);
    EQ(erq(w, 0, TRN4_REG_QUEUE_EVENT), 1 << 2);
    world_free(w);
}

/* Not more descriptors, nor bytes, than a run may take */
static void budgets(void)
{
    struct world *w = world_new(1, 64 * PAGE, 2 * PAGE);
    struct mock_queue q;
    struct trn4_desc d;
    unsigned int i, runs = 0, n = 7;

    queue_open(&q, w, 0, 0, 7, 0);
    push_nops(&q, 127);
    CHECK(nvlf_engine_run(w->f, 0));
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_CQ_TAIL)), NVLF_RUN_DESCS);
    CHECK(!nvlf_engine_run(w->f, 0));
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_CQ_TAIL)), 127);

    queue_open(&q, w, 0, 0, 7, 0);
    d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0, 32 * PAGE,
                  16 * PAGE);
    w->ep[0].dirty_bytes = 0;
    queue_push(&q, &d);
    queue_ring(&q);
    do {
        runs++;
        i = nvlf_engine_run(w->f, 0);
        EQ(w->ep[0].dirty_bytes, runs * (uint64_t)NVLF_RUN_BYTES);
    } while (i);
    EQ(runs, 16 * PAGE / NVLF_RUN_BYTES);

    /* Small copies count as well: the sixth of 200 KiB passes 1 MiB. */
    d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0, PAGE, 200 << 10);
    while (n--) {
        queue_push(&q, &d);
    }
    queue_ring(&q);
    CHECK(nvlf_engine_run(w->f, 0));
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_SQ_HEAD)), 7);
    CHECK(!nvlf_engine_run(w->f, 0));

    /* A row is work, however short: of a piece there are at most 256. */
    d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0, PAGE, 1);
    d.copy.rows = PAGE / 2;
    d.copy.src_pitch = d.copy.dst_pitch = 2;
    queue_push(&q, &d);
    d = (struct trn4_desc) {
        .opcode = TRN4_OP_FILL,
        .dst_space = TRN4_SPACE_HBM,
        .fill = { 1, PAGE, 0, 1 },
    };
    for (i = 0; i < 2; i++) {
        queue_ring(&q);
        CHECK(nvlf_engine_run(w->f, 0));
        CHECK(w->f->ep[0]->queues[0].op.done <=
              2 * 256 * (NVLF_RUN_BYTES / NVLF_CHUNK));
        engine_finish(w, 0);
        queue_push(&q, &d);
    }
    world_free(w);
}

/* A long copy, or a full ring, holds nobody up. */
static void turns(void)
{
    struct world *w = world_new(1, 64 * PAGE, 2 * PAGE);
    struct mock_queue longq, full, shortq;
    struct trn4_desc d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0,
                                   32 * PAGE, 32 * PAGE);
    struct trn4_cqe cqe;
    unsigned int i;

    queue_open(&longq, w, 0, 4, 4, 0);
    queue_open(&full, w, 0, 9, 7, 0);
    queue_open(&shortq, w, 0, 60, 4, 0);
    queue_push(&longq, &d);
    queue_ring(&longq);
    push_nops(&full, 127);
    nvlf_engine_run(w->f, 0);
    d = nop(77);
    queue_push(&shortq, &d);
    queue_ring(&shortq);
    nvlf_engine_run(w->f, 0);
    CHECK(queue_pop(&shortq, &cqe));
    CHECK(!queue_pop(&longq, &cqe));
    engine_finish(w, 0);
    CHECK(queue_pop(&longq, &cqe));
    EQ(cqe.status, TRN4_STATUS_OK);

    /* Two long ones get on at the same pace, wherever they are. */
    d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0, 32 * PAGE,
                  16 * PAGE);
    queue_push(&longq, &d);
    queue_ring(&longq);
    d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0, 48 * PAGE,
                  16 * PAGE);
    queue_push(&shortq, &d);
    queue_ring(&shortq);
    for (i = 1; i < 16; i++) {
        nvlf_engine_run(w->f, 0);
        EQ(w->f->ep[0]->queues[4].op.done, i * NVLF_RUN_BYTES / 2);
        EQ(w->f->ep[0]->queues[60].op.done, i * NVLF_RUN_BYTES / 2);
    }
    engine_finish(w, 0);
    world_check(w);
    world_free(w);
}

static void all_64_queues(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    static struct mock_queue q[TRN4_QUEUES];
    struct trn4_cqe cqe;
    unsigned int i;

    /* 64 * 16 KiB of rings: the last MiB of host memory */
    for (i = 0; i < TRN4_QUEUES; i++) {
        queue_open(&q[i], w, 0, i, 4, 0);
        push_nops(&q[i], 2);
    }
    /* The first run takes one of each. */
    CHECK(nvlf_engine_run(w->f, 0));
    for (i = 0; i < TRN4_QUEUES; i++) {
        CHECK(queue_pop(&q[i], &cqe));
        CHECK(!queue_pop(&q[i], &cqe));
    }
    CHECK(!nvlf_engine_run(w->f, 0));
    for (i = 0; i < TRN4_QUEUES; i++) {
        CHECK(queue_pop(&q[i], &cqe));
    }
    world_check(w);
    world_free(w);
}

/* What the ring holds is read once: changing it later changes nothing. */
static void a_descriptor_is_read_once(void)
{
    struct world *w = world_new(1, 16 * PAGE, 2 * PAGE);
    struct trn4_desc d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0,
                                   8 * PAGE, 2 * PAGE);
    struct mock_queue q;
    struct trn4_cqe cqe;

    fill(w->ep[0].mem.ptr, 2 * PAGE, 1);
    queue_open(&q, w, 0, 0, 4, 0);
    queue_push(&q, &d);
    queue_ring(&q);
    CHECK(nvlf_engine_run(w->f, 0));
    memset(&q.sq[0], 0xff, sizeof(d));
    engine_finish(w, 0);
    CHECK(queue_pop(&q, &cqe));
    EQ(cqe.status, TRN4_STATUS_OK);
    EQ(cqe.id, d.id);
    EQ(cqe.value, 2 * PAGE);
    CHECK(!memcmp(w->ep[0].mem.ptr, w->ep[0].mem.ptr + 8 * PAGE, 2 * PAGE));
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(records_and_phases),
    TAP_TEST(doorbells_refused),
    TAP_TEST(locked_while_enabled),
    TAP_TEST(a_full_completion_ring_stalls),
    TAP_TEST(disable_stops_at_once),
    TAP_TEST(a_bad_ring_faults),
    TAP_TEST(interrupts),
    TAP_TEST(budgets),
    TAP_TEST(turns),
    TAP_TEST(all_64_queues),
    TAP_TEST(a_descriptor_is_read_once),
};
TAP_MAIN(tests)
