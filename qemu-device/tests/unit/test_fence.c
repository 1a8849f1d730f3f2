/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fence.c - FENCE: it ends after what other queues had begun when it was
 * taken, before what they begin later, whatever becomes of them or of it.
 */
#include <string.h>

#include "mock.h"

#define OWN  TRN4_SPACE_HBM
#define WIN  TRN4_SPACE_WINDOW
#define HOST TRN4_SPACE_HOST
#define HBM  (32 * PAGE)

static struct world *fence_world(void)
{
    struct world *w = world_new(1, HBM, 16 * PAGE);

    world_open(w);
    grant(w, 1, 0, 0, 16 * PAGE, NVL_RIGHTS_ALL);
    EQ(window(w, 0, 0, 0, 8 * PAGE, 0, 1, 0, NVL_RIGHTS_ALL), TRN4_WINDOW_LIVE);
    return w;
}

static void push(struct mock_queue *q, struct trn4_desc d, uint16_t id)
{
    d.id = id;
    queue_push(q, &d);
    queue_ring(q);
}

/* One that takes as many runs as it has MiB, if it is alone */
static void push_copy(struct mock_queue *q, uint64_t mib, uint16_t id)
{
    push(q, copy_desc(OWN, 0, 0, OWN, 0, 16 * PAGE, mib * MIB), id);
}

static void push_fence(struct mock_queue *q, uint16_t id)
{
    push(q, (struct trn4_desc) { .opcode = TRN4_OP_FENCE }, id);
}

static void push_nop(struct mock_queue *q, uint16_t id)
{
    push(q, (struct trn4_desc) { .opcode = TRN4_OP_NOP }, id);
}

/* The next record is there, and of @id. */
static bool ended(struct mock_queue *q, uint16_t id, struct trn4_cqe *cqe)
{
    if (!CHECK(queue_pop(q, cqe))) {
        return false;
    }
    EQ(cqe->value, 0);
    return EQ(cqe->status, TRN4_STATUS_OK) & EQ(cqe->id, id);
}

static bool waits(struct mock_queue *q)
{
    return (q->cq[q->head].phase & 1) != q->phase;
}

static void nothing_to_wait_for(void)
{
    struct world *w = fence_world();
    struct mock_queue q[3], peer;
    struct trn4_cqe cqe;
    unsigned int i;

    for (i = 0; i < 3; i++) {
        queue_open(&q[i], w, 0, i, 4, 0);
    }
    queue_open(&peer, w, 1, 5, 4, 0);
    /* No other queue has anything; its own has ended. */
    push_fence(&q[1], 1);
    CHECK(!nvlf_engine_run(w->f, 0));
    CHECK(ended(&q[1], 1, &cqe));
    EQ(cqe.start, 0);
    EQ(cqe.end, 0);
    push_copy(&q[1], 1, 2);
    push_fence(&q[1], 3);
    push_fence(&q[1], 4);
    push_nop(&q[1], 5);
    engine_finish(w, 0);
    CHECK(queue_pop(&q[1], &cqe));
    for (i = 3; i < 6; i++) {
        CHECK(ended(&q[1], i, &cqe));
        EQ(cqe.sq_head, i);
    }
    /* Other accelerators are not concerned, nor those that have ended. */
    push_copy(&peer, 8, 1);
    CHECK(nvlf_engine_run(w->f, 1));
    push_copy(&q[0], 1, 1);
    engine_finish(w, 0);
    push_fence(&q[1], 6);
    CHECK(!nvlf_engine_run(w->f, 0));
    CHECK(ended(&q[1], 6, &cqe));
    CHECK(waits(&peer));
    engine_finish(w, 1);
    /* Nor those that cannot begin: no room for their records */
    queue_open(&q[2], w, 0, 2, 1, 0);
    push_nop(&q[2], 1);
    engine_finish(w, 0);
    push_copy(&q[2], 1, 2);
    CHECK(!nvlf_engine_run(w->f, 0));
    push_fence(&q[1], 7);
    CHECK(!nvlf_engine_run(w->f, 0));
    CHECK(ended(&q[1], 7, &cqe));
    world_check(w);
    world_free(w);
}

static void after_what_had_begun(void)
{
    unsigned int copying, fencing;

    /* Whichever has the lower number, and is asked first */
    for (copying = 0; copying < 64; copying += 21) {
        for (fencing = 0; fencing < 64; fencing += 9) {
            struct world *w;
            struct mock_queue q, f;
            struct trn4_cqe cqe;
            unsigned int runs = 0;

            if (copying == fencing) {
                continue;
            }
            w = fence_world();
            queue_open(&q, w, 0, copying, 4, 0);
            queue_open(&f, w, 0, fencing, 4, 0);
            fill(w->ep[0].mem.ptr, 4 * MIB, 1);
            push_copy(&q, 4, 1);
            CHECK(nvlf_engine_run(w->f, 0));
            push_fence(&f, 2);
            push_nop(&f, 3);
            while (waits(&q)) {
                CHECK(waits(&f));
                nvlf_engine_run(w->f, 0);
                world_check(w);
                if (!CHECK(runs++ < 10)) {
                    break;
                }
            }
            engine_finish(w, 0);
            CHECK(ended(&f, 2, &cqe));
            CHECK(ended(&f, 3, &cqe));
            CHECK(!memcmp(w->ep[0].mem.ptr, w->ep[0].mem.ptr + 16 * PAGE,
                          4 * MIB));
            world_free(w);
        }
    }
}

/* What another queue begins when the fence has been taken is not waited for. */
static void before_what_begins_later(void)
{
    struct world *w = fence_world();
    struct mock_queue q, f, late;
    struct trn4_cqe cqe;
    unsigned int runs = 0;

    queue_open(&q, w, 0, 0, 4, 0);
    queue_open(&f, w, 0, 1, 4, 0);
    queue_open(&late, w, 0, 2, 4, 0);
    /* The second of this queue is rung, but not begun. */
    push_copy(&q, 3, 1);
    push_copy(&q, 16, 2);
    CHECK(nvlf_engine_run(w->f, 0));
    push_fence(&f, 3);
    nvlf_engine_run(w->f, 0);
    CHECK(waits(&f));
    push_copy(&late, 16, 4);
    while (waits(&q) && CHECK(runs++ < 20)) {
        CHECK(waits(&f));
        CHECK(nvlf_engine_run(w->f, 0));
    }
    /* In the same run, or the next */
    CHECK(nvlf_engine_run(w->f, 0));
    CHECK(ended(&f, 3, &cqe));
    CHECK(queue_pop(&q, &cqe));
    EQ(cqe.id, 1);
    CHECK(waits(&q));
    CHECK(waits(&late));
    push_nop(&f, 5);
    CHECK(nvlf_engine_run(w->f, 0));
    CHECK(ended(&f, 5, &cqe));
    CHECK(waits(&q));
    world_check(w);
    engine_finish(w, 0);
    CHECK(!waits(&q));
    CHECK(!waits(&late));
    world_free(w);
}

static void several_queues(void)
{
    static const uint64_t mib[] = { 3, 9, 1, 6 };
    struct world *w = fence_world();
    struct mock_queue q[NVLF_COUNT(mib)], f;
    struct trn4_cqe cqe;
    unsigned int i, runs = 0;
    bool all = false;

    queue_open(&f, w, 0, 30, 4, 0);
    for (i = 0; i < NVLF_COUNT(mib); i++) {
        queue_open(&q[i], w, 0, i * 19, 4, 0);
        push_copy(&q[i], mib[i], i);
    }
    CHECK(nvlf_engine_run(w->f, 0));
    push_fence(&f, 9);
    while (!all && CHECK(runs++ < 30)) {
        CHECK(waits(&f));
        nvlf_engine_run(w->f, 0);
        world_check(w);
        all = true;
        for (i = 0; i < NVLF_COUNT(mib); i++) {
            all &= !waits(&q[i]);
        }
    }
    engine_finish(w, 0);
    CHECK(ended(&f, 9, &cqe));
    world_free(w);
}

/* Fences wait for fences, the later for the earlier; nobody waits for ever. */
static void many_fences(void)
{
    struct world *w = fence_world();
    static struct mock_queue q[TRN4_QUEUES];
    struct trn4_cqe cqe, copy;
    unsigned int i, runs = 0;

    for (i = 0; i < TRN4_QUEUES; i++) {
        queue_open(&q[i], w, 0, i, 4, 0);
    }
    push_copy(&q[20], 6, 1);
    CHECK(nvlf_engine_run(w->f, 0));
    for (i = 0; i < TRN4_QUEUES; i++) {
        if (i != 20) {
            push_fence(&q[i], i);
            push_fence(&q[i], 100 + i);
            push_nop(&q[i], 200 + i);
        }
    }
    w->ep[0].dirty_bytes = 0;
    while (waits(&q[20]) && CHECK(runs++ < 20)) {
        for (i = 0; i < TRN4_QUEUES; i++) {
            CHECK(waits(&q[i]));
        }
        nvlf_engine_run(w->f, 0);
        world_check(w);
    }
    /* Those that wait take nothing of what a run may do. */
    EQ(w->ep[0].dirty_bytes, 5 * MIB);
    EQ(runs, 5);
    CHECK(engine_finish(w, 0) < 10);
    CHECK(queue_pop(&q[20], &copy));
    for (i = 0; i < TRN4_QUEUES; i++) {
        if (i != 20) {
            CHECK(ended(&q[i], i, &cqe));
            EQ(cqe.end, copy.end);
            CHECK(ended(&q[i], 100 + i, &cqe));
            EQ(cqe.end, copy.end);
            CHECK(ended(&q[i], 200 + i, &cqe));
        }
    }
    world_check(w);
    world_free(w);
}

/* A copy moves as fast with a fence that waits for it as it does alone. */
static void waiting_is_no_work(void)
{
    struct world *w = fence_world();
    struct mock_queue q, f;
    struct trn4_cqe cqe;
    unsigned int kicks, i;

    queue_open(&q, w, 0, 3, 4, 0);
    queue_open(&f, w, 0, 2, 4, 0);
    push_copy(&q, 8, 1);
    w->ep[0].dirty_bytes = 0;
    CHECK(nvlf_engine_run(w->f, 0));
    push_fence(&f, 2);
    kicks = w->ep[0].kicks;
    for (i = 2; i < 8; i++) {
        CHECK(nvlf_engine_run(w->f, 0));
        EQ(w->ep[0].dirty_bytes, i * MIB);
        EQ(w->f->ep[0]->runnable, NVLF_BIT(3));
        EQ(w->f->ep[0]->fences, NVLF_BIT(2));
    }
    /* Doorbells of a queue that waits bring no work. */
    push_nop(&f, 3);
    EQ(w->f->ep[0]->runnable, NVLF_BIT(3));
    EQ(w->ep[0].kicks, kicks);
    engine_finish(w, 0);
    EQ(w->ep[0].dirty_bytes, 8 * MIB);
    CHECK(ended(&f, 2, &cqe));
    CHECK(ended(&f, 3, &cqe));
    EQ(w->f->ep[0]->runnable, 0);
    EQ(w->f->ep[0]->fences, 0);
    world_free(w);
}

/* ---- Those waited for do not end as they should ---------------------- */

enum how {
    DISABLED,
    DISABLED_AND_AGAIN,
    NO_RECORD,
    REVOKED,
    NO_MEMORY,
    HOWS,
};

/* What queue @q works on comes to grief; it has a queue's copy, half done. */
static void spoil(struct world *w, struct mock_queue *q, enum how how)
{
    switch (how) {
    case DISABLED:
        ew(w, 0, queue_reg(q->n, TRN4_QUEUE_CTRL), 0);
        break;
    case DISABLED_AND_AGAIN:
        queue_open(q, w, 0, q->n, 4, 0);
        push_copy(q, 16, 7);
        break;
    case NO_RECORD:
        w->bad_start = q->cq_addr;
        w->bad_end = q->cq_addr + 1024;
        break;
    case REVOKED:
        ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
        break;
    default:
        w->bad_start = HOST_BASE + 3 * MIB;
        w->bad_end = w->bad_start + 1;
        break;
    }
}

static void whatever_becomes_of_them(void)
{
    unsigned int how, first;

    for (how = 0; how < HOWS; how++) {
        for (first = 0; first < 2; first++) {
            struct world *w = fence_world();
            struct mock_queue q, f;
            struct trn4_desc d = copy_desc(HOST, 0, HOST_BASE, WIN, 0, 0,
                                           6 * MIB);
            struct trn4_cqe cqe;
            unsigned int runs = 0;

            queue_open(&q, w, 0, first ? 0 : 40, 4, 0);
            queue_open(&f, w, 0, 9, 4, 0);
            push(&q, d, 1);
            CHECK(nvlf_engine_run(w->f, 0));
            push_fence(&f, 2);
            push_nop(&f, 3);
            CHECK(nvlf_engine_run(w->f, 0));
            CHECK(waits(&f));
            spoil(w, &q, how);
            /* The run before said that there is more to do: one comes. */
            world_check(w);
            while (nvlf_engine_run(w->f, 0) && waits(&f) &&
                   CHECK(runs++ < 10)) {
                world_check(w);
            }
            if (how == DISABLED_AND_AGAIN) {
                CHECK(waits(&q));
                CHECK(runs <= 1);
            }
            engine_finish(w, 0);
            if (!CHECK(ended(&f, 2, &cqe)) || !CHECK(ended(&f, 3, &cqe))) {
                printf("# how %u first %u\n", how, first);
            }
            EQ(w->f->ep[0]->fences, 0);
            if (how == NO_RECORD) {
                EQ(er(w, 0, queue_reg(q.n, TRN4_QUEUE_STATUS)),
                   TRN4_QUEUE_FAULT);
            } else if (how != DISABLED) {
                CHECK(queue_pop(&q, &cqe));
                EQ(cqe.status, how == REVOKED     ? TRN4_STATUS_REVOKED
                               : how == NO_MEMORY ? TRN4_STATUS_BUS
                                                  : TRN4_STATUS_OK);
            }
            world_check(w);
            world_free(w);
        }
    }
}

/* One of two goes; the other is waited for as before. */
static void one_of_two_is_disabled(void)
{
    struct world *w = fence_world();
    struct mock_queue q[2], f;
    struct trn4_cqe cqe;
    unsigned int i;

    queue_open(&q[0], w, 0, 0, 4, 0);
    queue_open(&q[1], w, 0, 1, 4, 0);
    queue_open(&f, w, 0, 2, 4, 0);
    push_copy(&q[0], 8, 1);
    push_copy(&q[1], 4, 2);
    CHECK(nvlf_engine_run(w->f, 0));
    push_fence(&f, 3);
    CHECK(nvlf_engine_run(w->f, 0));
    ew(w, 0, queue_reg(0, TRN4_QUEUE_CTRL), 0);
    world_check(w);
    for (i = 0; waits(&q[1]) && CHECK(i < 10); i++) {
        CHECK(waits(&f));
        nvlf_engine_run(w->f, 0);
    }
    engine_finish(w, 0);
    CHECK(ended(&f, 3, &cqe));
    world_free(w);
}

/* A fence that another waits for goes as a copy would. */
static void a_fence_waited_for_is_disabled(void)
{
    struct world *w = fence_world();
    struct mock_queue q, f[2];
    struct trn4_cqe cqe;

    queue_open(&q, w, 0, 0, 4, 0);
    queue_open(&f[0], w, 0, 1, 4, 0);
    queue_open(&f[1], w, 0, 2, 4, 0);
    push_copy(&q, 16, 1);
    CHECK(nvlf_engine_run(w->f, 0));
    push_fence(&f[0], 2);
    CHECK(nvlf_engine_run(w->f, 0));
    push_fence(&f[1], 3);
    CHECK(nvlf_engine_run(w->f, 0));
    ew(w, 0, queue_reg(1, TRN4_QUEUE_CTRL), 0);
    world_check(w);
    CHECK(nvlf_engine_run(w->f, 0));
    CHECK(waits(&f[1]));
    CHECK(waits(&q));
    engine_finish(w, 0);
    CHECK(ended(&f[1], 3, &cqe));
    CHECK(waits(&f[0]));
    world_free(w);
}

/* ---- The fence itself goes ------------------------------------------- */

static void its_own_queue_is_disabled(void)
{
    struct world *w = fence_world();
    struct mock_queue q, f;
    struct trn4_cqe cqe;

    queue_open(&q, w, 0, 0, 4, 0);
    queue_open(&f, w, 0, 1, 4, 0);
    push_copy(&q, 8, 1);
    CHECK(nvlf_engine_run(w->f, 0));
    push_fence(&f, 2);
    push_nop(&f, 3);
    CHECK(nvlf_engine_run(w->f, 0));
    ew(w, 0, queue_reg(1, TRN4_QUEUE_CTRL), 0);
    EQ(w->f->ep[0]->fences, 0);
    world_check(w);
    /* A new life of the queue waits for nothing of the old one. */
    queue_open(&f, w, 0, 1, 4, 0);
    push_nop(&f, 4);
    CHECK(nvlf_engine_run(w->f, 0));
    CHECK(ended(&f, 4, &cqe));
    CHECK(waits(&q));
    push_fence(&f, 5);
    CHECK(nvlf_engine_run(w->f, 0));
    CHECK(waits(&f));
    ew(w, 0, queue_reg(1, TRN4_QUEUE_CTRL), 0);
    engine_finish(w, 0);
    CHECK(queue_pop(&q, &cqe));
    EQ(cqe.status, TRN4_STATUS_OK);
    /* Nothing came of it. */
    CHECK(waits(&f));
    CHECK(!nvlf_engine_run(w->f, 0));
    world_check(w);
    world_free(w);
}

/* Its ring fails when it is at its end: it faults, and waits no more. */
static void its_own_ring_fails(void)
{
    struct world *w = fence_world();
    struct mock_queue q, f;

    queue_open(&q, w, 0, 0, 4, 0);
    queue_open(&f, w, 0, 1, 4, 0);
    push_copy(&q, 4, 1);
    CHECK(nvlf_engine_run(w->f, 0));
    push_fence(&f, 2);
    CHECK(nvlf_engine_run(w->f, 0));
    w->bad_start = f.cq_addr;
    w->bad_end = f.cq_addr + 1024;
    engine_finish(w, 0);
    EQ(er(w, 0, queue_reg(1, TRN4_QUEUE_STATUS)), TRN4_QUEUE_FAULT);
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_STATUS)), TRN4_QUEUE_RUNNING);
    EQ(w->f->ep[0]->fences, 0);
    CHECK(!nvlf_engine_run(w->f, 0));
    world_check(w);
    world_free(w);
}

static void reset_meanwhile(void)
{
    struct world *w = fence_world();
    struct mock_queue q, f;
    struct trn4_cqe cqe;
    unsigned int who;

    for (who = 0; who < 3; who++) {
        queue_open(&q, w, 0, 0, 4, 0);
        queue_open(&f, w, 0, 1, 4, 0);
        push_copy(&q, 8, 1);
        CHECK(nvlf_engine_run(w->f, 0));
        push_fence(&f, 2);
        CHECK(nvlf_engine_run(w->f, 0));
        switch (who) {
        case 0:
            nvlf_endpoint_reset(w->f, 0);
            break;
        case 1:
            ew(w, 0, NVL_REG_CTRL, NVL_CTRL_RESET);
            break;
        default:
            nvlf_endpoint_detach(w->f, 0);
            EQ(world_attach(w, 0), 0);
            break;
        }
        EQ(w->f->ep[0]->fences, 0);
        EQ(w->f->ep[0]->runnable, 0);
        world_check(w);
        CHECK(!nvlf_engine_run(w->f, 0));
        CHECK(waits(&q));
        CHECK(waits(&f));
        /* What comes then finds nothing of it. */
        queue_open(&f, w, 0, 1, 4, 0);
        push_fence(&f, 3);
        CHECK(!nvlf_engine_run(w->f, 0));
        CHECK(ended(&f, 3, &cqe));
        EQ(cqe.start, 0);
        EQ(cqe.end, 0);
    }
    /* The reset of a peer is none of its own. */
    queue_open(&q, w, 0, 0, 4, 0);
    push_copy(&q, 4, 1);
    CHECK(nvlf_engine_run(w->f, 0));
    push_fence(&f, 4);
    CHECK(nvlf_engine_run(w->f, 0));
    nvlf_endpoint_reset(w->f, 1);
    CHECK(waits(&f));
    engine_finish(w, 0);
    CHECK(ended(&f, 4, &cqe));
    world_free(w);
}

/* ---- Model time ------------------------------------------------------ */

/* As that of the last it waited for; what follows it starts then. */
static void model_time(void)
{
    struct world *w = fence_world();
    struct mock_queue q[2], f;
    struct trn4_cqe a, b, fence, cqe;
    uint64_t last;

    queue_open(&q[0], w, 0, 0, 4, 0);
    queue_open(&q[1], w, 0, 1, 4, 0);
    queue_open(&f, w, 0, 2, 4, 0);
    /* In real time the shorter one ends first; in model time it does not. */
    push_copy(&q[0], 8, 1);
    push(&q[1], copy_desc(HOST, 0, HOST_BASE, OWN, 0, 0, 4 * MIB), 2);
    CHECK(nvlf_engine_run(w->f, 0));
    push_fence(&f, 3);
    push_nop(&f, 4);
    engine_finish(w, 0);
    CHECK(queue_pop(&q[0], &a));
    CHECK(queue_pop(&q[1], &b));
    CHECK(b.end > a.end);
    CHECK(ended(&f, 3, &fence));
    CHECK(fence.start <= fence.end);
    EQ(fence.end, b.end);
    CHECK(ended(&f, 4, &cqe));
    EQ(cqe.start, b.end);
    EQ(cqe.end, b.end);
    EQ(erq(w, 0, TRN4_REG_MODEL_TIME), b.end);

    /* The other way round */
    push(&q[1], copy_desc(HOST, 0, HOST_BASE, OWN, 0, 0, 7 * MIB), 5);
    push_copy(&q[0], 2, 6);
    CHECK(nvlf_engine_run(w->f, 0));
    push_fence(&f, 7);
    engine_finish(w, 0);
    CHECK(queue_pop(&q[0], &a));
    CHECK(queue_pop(&q[1], &b));
    CHECK(ended(&f, 7, &fence));
    last = a.end > b.end ? a.end : b.end;
    EQ(fence.end, last);

    /* Waited for, but long over in model time when it was rung for */
    push_copy(&q[0], 8, 8);
    CHECK(nvlf_engine_run(w->f, 0));
    queue_open(&q[1], w, 1, 1, 4, 0);
    push(&q[1], copy_desc(HOST, 0, HOST_BASE, OWN, 0, 0, 8 * MIB), 9);
    engine_finish(w, 1);
    CHECK(queue_pop(&q[1], &b));
    push_fence(&f, 10);
    engine_finish(w, 0);
    CHECK(queue_pop(&q[0], &a));
    CHECK(ended(&f, 10, &fence));
    CHECK(a.end < b.end);
    CHECK(fence.start + 1 >= b.end);
    EQ(fence.end, fence.start);
    world_free(w);
}

/* One that was disabled has no end; the other's is the fence's. */
static void model_time_of_those_that_went(void)
{
    struct world *w = fence_world();
    struct mock_queue q, f;
    struct trn4_cqe fence, first;

    queue_open(&q, w, 0, 0, 4, 0);
    queue_open(&f, w, 0, 2, 4, 0);
    push_nop(&f, 1);
    push_copy(&q, 8, 2);
    CHECK(nvlf_engine_run(w->f, 0));
    CHECK(ended(&f, 1, &first));
    push_fence(&f, 3);
    CHECK(nvlf_engine_run(w->f, 0));
    ew(w, 0, queue_reg(0, TRN4_QUEUE_CTRL), 0);
    engine_finish(w, 0);
    CHECK(ended(&f, 3, &fence));
    EQ(fence.start, first.end);
    EQ(fence.end, fence.start);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(nothing_to_wait_for),
    TAP_TEST(after_what_had_begun),
    TAP_TEST(before_what_begins_later),
    TAP_TEST(several_queues),
    TAP_TEST(many_fences),
    TAP_TEST(waiting_is_no_work),
    TAP_TEST(whatever_becomes_of_them),
    TAP_TEST(one_of_two_is_disabled),
    TAP_TEST(a_fence_waited_for_is_disabled),
    TAP_TEST(its_own_queue_is_disabled),
    TAP_TEST(its_own_ring_fails),
    TAP_TEST(reset_meanwhile),
    TAP_TEST(model_time),
    TAP_TEST(model_time_of_those_that_went),
};
TAP_MAIN(tests)
