/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_pace.c - a fabric that keeps pace: records come at the guest time that
 * they tell and not before, whatever happens meanwhile, and everybody else goes
 * on.
 *
 * Engines run when they are kicked, and at once. Accelerators are reset when pacing begins: guest
 * time since then is what their records have.
 */
#include <string.h>

#include "mock.h"

#define OWN  TRN4_SPACE_HBM
#define HOST TRN4_SPACE_HOST
#define WIN  TRN4_SPACE_WINDOW
#define U64  TRN4_TYPE_U64

#define STORE_NS (300 + 500 + 300) /* own HBM, fabric, the peer's HBM */
#define N        (2 * MIB)
#define N_NS     (N / 1800 + 1) /* over 36 links, rounded up */

static unsigned int kicks_seen[2];

/* All that have been kicked, in turn */
static void run_kicked(struct world *w)
{
    bool busy[2] = { false };
    unsigned int e;

    do {
        for (e = 0; e < 2; e++) {
            if (busy[e] || w->ep[e].kicks != kicks_seen[e]) {
                kicks_seen[e] = w->ep[e].kicks;
                busy[e] = nvlf_engine_run(w->f, e);
            }
        }
    } while (busy[0] || busy[1] || w->ep[0].kicks != kicks_seen[0] ||
             w->ep[1].kicks != kicks_seen[1]);
}

/* Let @ns of guest time pass; whatever is due in between is done in time. */
static void pass(struct world *w, uint64_t ns)
{
    uint64_t end = w->now + ns;

    run_kicked(w);
    while (w->deadline <= end) {
        world_run(w, w->deadline - w->now);
        run_kicked(w);
    }
    world_run(w, end - w->now);
    run_kicked(w);
    world_check(w);
}

static void open_windows(struct world *w)
{
    unsigned int e;

    for (e = 0; e < 2; e++) {
        grant(w, e, 0, 0, 8 * PAGE, NVL_RIGHTS_ALL);
    }
    for (e = 0; e < 2; e++) {
        ew(w, e, window_reg(0, TRN4_WINDOW_CTRL), 0);
        EQ(window(w, e, 0, 0, 8 * PAGE, 0, !e, 0, NVL_RIGHTS_ALL),
           TRN4_WINDOW_LIVE);
    }
}

static struct world *open_world(void)
{
    struct world *w = world_new(1, 16 * PAGE, 32 * PAGE);

    memset(kicks_seen, 0, sizeof(kicks_seen));
    world_open(w);
    return w;
}

/* Two accelerators with a window on one another. Model time is @ahead of 0. */
static struct world *pace_world_at(uint64_t ahead)
{
    struct world *w = open_world();
    unsigned int e;

    w->f->clock = ahead * NVLF_PS_PER_NS + 1;
    nvlf_fabric_pace(w->f, true);
    for (e = 0; e < 2; e++) {
        nvlf_endpoint_reset(w->f, e);
    }
    /* Its own time is lost to that training of the links. */
    world_run(w, NVLF_TRAIN_NS);
    open_windows(w);
    for (e = 0; e < 2; e++) {
        EQ(erq(w, e, TRN4_REG_MODEL_TIME), NVLF_TRAIN_NS);
    }
    return w;
}

static struct world *pace_world(void)
{
    return pace_world_at(12345);
}

/* Guest time as records tell it */
static uint64_t time_of(struct world *w)
{
    return erq(w, 0, TRN4_REG_MODEL_TIME);
}

static struct trn4_desc store(uint64_t length)
{
    return copy_desc(OWN, 0, 0, WIN, 0, 0, length);
}

static void push(struct mock_queue *q, struct trn4_desc d, uint16_t id)
{
    d.id = id;
    queue_push(q, &d);
    queue_ring(q);
}

static void nothing(struct mock_queue *q)
{
    struct trn4_cqe cqe;

    CHECK(!queue_pop(q, &cqe));
}

/* The next record, with that id, which is good */
static struct trn4_cqe ended(struct mock_queue *q, uint16_t id)
{
    struct trn4_cqe cqe = { .status = 0xffff };

    CHECK(queue_pop(q, &cqe));
    EQ(cqe.id, id);
    EQ(cqe.status, TRN4_STATUS_OK);
    return cqe;
}

static uint64_t *word(struct world *w, unsigned int e, uint64_t at)
{
    return (uint64_t *)(w->ep[e].mem.ptr + at);
}

/* ---- When records come ------------------------------------------------ */

/* Data before, record and interrupt at the time that it tells */
static void a_record_waits(void)
{
    struct world *w = pace_world();
    uint64_t begin = time_of(w);
    struct mock_queue q;
    struct trn4_cqe cqe;

    queue_open(&q, w, 0, 3, 4, TRN4_QUEUE_IRQ);
    fill(w->ep[0].mem.ptr, N, 1);
    push(&q, store(N), 1);
    pass(w, 0);
    CHECK(!memcmp(w->ep[0].mem.ptr, w->ep[1].mem.ptr, N));
    pass(w, STORE_NS + N_NS - 1);
    nothing(&q);
    EQ(w->ep[0].irqs[3], 0);
    EQ(er(w, 0, queue_reg(3, TRN4_QUEUE_CQ_TAIL)), 0);
    pass(w, 1);
    EQ(w->ep[0].irqs[3], 1);
    cqe = ended(&q, 1);
    EQ(cqe.start, begin);
    EQ(cqe.end, begin + STORE_NS + N_NS);
    EQ(cqe.value, N);
    EQ(time_of(w), cqe.end);
    world_free(w);
}

/* Wherever the two clocks stood; what takes no time is not held. */
static void clocks_run_together(void)
{
    static const uint64_t ahead[] = { 0, 7, 1000000007 };
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(ahead); i++) {
        struct world *w = pace_world_at(ahead[i]);
        struct mock_queue q;
        struct trn4_cqe cqe;

        queue_open(&q, w, 0, 0, 4, 0);
        pass(w, 777);
        EQ(time_of(w), NVLF_TRAIN_NS + 777);
        push(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP }, 1);
        push(&q, (struct trn4_desc) { .opcode = TRN4_OP_FENCE }, 2);
        push(&q, store(0), 3);
        pass(w, 0);
        EQ(ended(&q, 1).start, NVLF_TRAIN_NS + 777);
        EQ(ended(&q, 2).end, NVLF_TRAIN_NS + 777);
        EQ(ended(&q, 3).end, NVLF_TRAIN_NS + 777);
        push(&q, (struct trn4_desc) { .opcode = 99 }, 4);
        pass(w, 0);
        CHECK(queue_pop(&q, &cqe));
        EQ(cqe.status, TRN4_STATUS_BAD_OPCODE);
        EQ(cqe.end, NVLF_TRAIN_NS + 777);
        world_free(w);
    }
}

/* The next of its queue begins when the one before has its record. */
static void one_after_the_other(void)
{
    struct world *w = pace_world();
    uint64_t begin = time_of(w), end = begin;
    struct mock_queue q;
    unsigned int i;

    queue_open(&q, w, 0, 0, 4, 0);
    for (i = 0; i < 4; i++) {
        struct trn4_desc d = store(N);

        d.dst = i * N;
        push(&q, d, i);
    }
    fill(w->ep[0].mem.ptr, N, 5);
    for (i = 0; i < 4; i++) {
        struct trn4_cqe cqe;

        pass(w, 0);
        EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_SQ_HEAD)), i + 1);
        CHECK(!memcmp(w->ep[0].mem.ptr, w->ep[1].mem.ptr + i * N, N));
        CHECK(i == 3 ||
              memcmp(w->ep[0].mem.ptr, w->ep[1].mem.ptr + (i + 1) * N, N));
        nothing(&q);
        pass(w, w->deadline - w->now);
        cqe = ended(&q, i);
        CHECK(cqe.start <= end && cqe.start + 1 >= end);
        end = cqe.end;
        EQ(time_of(w), end);
    }
    ABOUT(end - begin, 4 * (STORE_NS + N / 1800));
    world_free(w);
}

/* Other queues, of the same accelerator and of others, do not wait. */
static void others_go_on(void)
{
    struct world *w = pace_world();
    struct mock_queue q, same, other;
    uint64_t begin = time_of(w);
    unsigned int i;

    queue_open(&q, w, 0, 0, 4, 0);
    queue_open(&same, w, 0, 1, 4, 0);
    queue_open(&other, w, 1, 2, 4, 0);
    push(&q, store(8 * MIB), 1);
    for (i = 0; i < 3; i++) {
        struct trn4_cqe cqe;

        push(&same, (struct trn4_desc) { .opcode = TRN4_OP_NOP }, 2);
        push(&other, copy_desc(OWN, 0, 0, OWN, 0, 8 * PAGE, 4096), 3);
        pass(w, 0);
        /* Rung for now, whatever others have to wait for */
        cqe = ended(&same, 2);
        EQ(cqe.start, begin + i * 602);
        EQ(cqe.end, begin + i * 602);
        nothing(&other);
        pass(w, 602);
        cqe = ended(&other, 3);
        EQ(cqe.start, begin + i * 602);
        ABOUT(cqe.end - cqe.start, 600);
        nothing(&q);
    }
    pass(w, 5000);
    EQ(ended(&q, 1).start, begin);
    world_free(w);
}

/* Queues share links as they do in model time, and see it in guest time. */
static void flows_share_links(void)
{
    struct world *w = pace_world();
    uint64_t begin = time_of(w);
    struct mock_queue q[3];
    unsigned int i;

    for (i = 0; i < 3; i++) {
        queue_open(&q[i], w, 0, i, 4, 0);
        push(&q[i], store(N), i);
    }
    for (i = 0; i < 3; i++) {
        pass(w, 0);
        nothing(&q[i]);
        pass(w, w->deadline - w->now);
        ABOUT(ended(&q[i], i).end - begin, STORE_NS + (i + 1) * N / 1800);
    }
    world_free(w);
}

/* A host that takes longer than the fabric would have holds nothing. */
static void a_slow_host_is_not_held(void)
{
    struct world *w = pace_world();
    uint64_t begin = time_of(w);
    struct mock_queue q;
    struct trn4_cqe cqe;

    queue_open(&q, w, 0, 0, 4, 0);
    push(&q, store(4 * MIB), 1);
    push(&q, store(N), 2);
    CHECK(nvlf_engine_run(w->f, 0));
    w->now += 1000000;
    engine_finish(w, 0);
    cqe = ended(&q, 1);
    EQ(cqe.start, begin);
    ABOUT(cqe.end - begin, STORE_NS + 4 * MIB / 1800);
    /* What waited behind it is as late; it was rung for in time. */
    EQ(ended(&q, 2).start, cqe.end);
    EQ(time_of(w), begin + 1000000);
    world_free(w);
}

/* A tick that comes late finds all that is due by then. */
static void a_late_tick(void)
{
    struct world *w = pace_world();
    struct mock_queue q[4];
    unsigned int i;

    for (i = 0; i < 4; i++) {
        queue_open(&q[i], w, i % 2, i, 4, 0);
        push(&q[i], store((i + 1) * N), i);
    }
    run_kicked(w);
    w->now += 1000000000;
    world_run(w, 0);
    run_kicked(w);
    for (i = 0; i < 4; i++) {
        ended(&q[i], i);
    }
    EQ(w->deadline, NVLF_NEVER);
    world_free(w);
}

/* ---- Words ------------------------------------------------------------ */

/* They change when their record is due, or who waits would go on early. */
static void words_change_in_time(void)
{
    struct world *w = pace_world();
    struct mock_queue q, waits;
    struct trn4_cqe cqe, woken;
    uint64_t begin;

    queue_open(&q, w, 0, 0, 4, 0);
    queue_open(&waits, w, 1, 1, 4, 0);
    begin = time_of(w);
    push(&waits, semaphore_desc(OWN, 0, 64, TRN4_SEMAPHORE_GE, U64, 5, 0), 1);
    push(&q, semaphore_desc(WIN, 0, 64, TRN4_SEMAPHORE_SIGNAL, U64, 3, 0), 2);
    push(&q, atomic_desc(WIN, 0, 64, TRN4_ATOMIC_ADD, U64, 2, 0), 3);
    /* A store, and some picoseconds for its 8 bytes */
    pass(w, 800);
    nothing(&q);
    EQ(*word(w, 1, 64), 0);
    pass(w, 1);
    EQ(*word(w, 1, 64), 3);
    cqe = ended(&q, 2);
    EQ(cqe.start, begin);
    ABOUT(cqe.end - begin, 800);
    /* An atomic that fetches: there and back */
    pass(w, 1299);
    EQ(*word(w, 1, 64), 3);
    nothing(&waits);
    pass(w, 1);
    EQ(*word(w, 1, 64), 5);
    cqe = ended(&q, 3);
    EQ(cqe.value, 3);
    woken = ended(&waits, 1);
    CHECK(woken.start >= cqe.end);
    EQ(woken.start, woken.end);
    EQ(woken.end, time_of(w));
    world_free(w);
}

/* A CPU's store is found by the clock: it is as late as that in model time. */
static void waits_end_when_they_look(void)
{
    struct world *w = pace_world();
    uint64_t begin = time_of(w);
    struct mock_queue q;
    struct trn4_cqe cqe;

    queue_open(&q, w, 0, 0, 4, 0);
    push(&q, semaphore_desc(OWN, 0, 64, TRN4_SEMAPHORE_EQ, U64, 5, 0), 1);
    push(&q, semaphore_desc(OWN, 0, 64, TRN4_SEMAPHORE_EQ, U64, 6, 30), 2);
    pass(w, 50000);
    *word(w, 0, 64) = 5;
    nothing(&q);
    pass(w, 10000);
    cqe = ended(&q, 1);
    EQ(cqe.start, begin + 60000);
    EQ(cqe.end, begin + 60000);
    /* The other one's time is over at its second look. */
    pass(w, 39999);
    nothing(&q);
    pass(w, 1);
    CHECK(queue_pop(&q, &cqe));
    EQ(cqe.status, TRN4_STATUS_TIMEOUT);
    CHECK(cqe.end <= begin + 100000);
    world_free(w);
}

/* The window goes while the word waits: it never changes. */
static void words_of_windows_that_go(void)
{
    struct world *w = pace_world();
    struct mock_queue q[2];
    struct trn4_cqe cqe;
    unsigned int i;

    queue_open(&q[0], w, 0, 0, 4, 0);
    queue_open(&q[1], w, 0, 1, 4, 0);
    *word(w, 1, 64) = 9;
    push(&q[0], atomic_desc(WIN, 0, 64, TRN4_ATOMIC_ADD, U64, 2, 0), 1);
    push(&q[1], semaphore_desc(WIN, 0, 64, TRN4_SEMAPHORE_SIGNAL, U64, 3, 0),
         1);
    pass(w, 100);
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
    pass(w, 100);
    nothing(&q[0]);
    nothing(&q[1]);
    pass(w, 2000);
    for (i = 0; i < 2; i++) {
        CHECK(queue_pop(&q[i], &cqe));
        EQ(cqe.status, TRN4_STATUS_REVOKED);
    }
    EQ(*word(w, 1, 64), 9);
    world_free(w);
}

/* What a copy has done by then it has done. */
static void copies_of_windows_that_go(void)
{
    struct world *w = pace_world();
    struct mock_queue q;
    struct trn4_cqe cqe;

    queue_open(&q, w, 0, 0, 4, 0);
    push(&q, store(N), 1);
    push(&q, store(N), 2);
    pass(w, 100);
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
    nothing(&q);
    pass(w, 5000);
    EQ(ended(&q, 1).value, N);
    CHECK(queue_pop(&q, &cqe));
    EQ(cqe.status, TRN4_STATUS_NO_WINDOW);
    world_free(w);
}

/* ---- Fences ----------------------------------------------------------- */

/* They wait for what is held, signals included. */
static void fences_wait_for_records(void)
{
    struct world *w = pace_world();
    struct mock_queue q, s, f;
    struct trn4_cqe fence, last;

    queue_open(&q, w, 0, 0, 4, 0);
    queue_open(&s, w, 0, 1, 4, 0);
    queue_open(&f, w, 0, 2, 4, 0);
    push(&s, semaphore_desc(WIN, 0, 64, TRN4_SEMAPHORE_SIGNAL, U64, 3, 0), 1);
    pass(w, 10);
    push(&f, (struct trn4_desc) { .opcode = TRN4_OP_FENCE }, 2);
    pass(w, 788);
    nothing(&f);
    EQ(*word(w, 1, 64), 0);
    pass(w, 3);
    EQ(ended(&f, 2).end, ended(&s, 1).end);

    push(&q, store(N), 3);
    pass(w, 10);
    push(&f, (struct trn4_desc) { .opcode = TRN4_OP_FENCE }, 4);
    pass(w, 1000);
    nothing(&f);
    pass(w, 3000);
    last = ended(&q, 3);
    fence = ended(&f, 4);
    EQ(fence.end, last.end);
    world_free(w);
}

/* An operation that is taken back has no end: a fence goes on at once. */
static void fences_of_queues_that_go(void)
{
    struct world *w = pace_world();
    struct mock_queue q, f;
    uint64_t rung;

    queue_open(&q, w, 0, 0, 4, 0);
    queue_open(&f, w, 0, 2, 4, 0);
    push(&q, store(8 * MIB), 1);
    pass(w, 10);
    rung = time_of(w);
    push(&f, (struct trn4_desc) { .opcode = TRN4_OP_FENCE }, 2);
    pass(w, 10);
    nothing(&f);
    ew(w, 0, queue_reg(0, TRN4_QUEUE_CTRL), 0);
    pass(w, 0);
    EQ(ended(&f, 2).end, rung);
    world_free(w);
}

/* ---- Ends ------------------------------------------------------------- */

/* Records of a queue, as bytes: nothing may be written once it has ended. */
static void check_silent(struct world *w, struct mock_queue *q)
{
    unsigned int irqs = w->ep[q->e].irqs[q->n % TRN4_VECTORS];
    uint8_t before[sizeof(struct trn4_cqe) * 16];

    memset(q->cq, 0x5a, sizeof(before));
    memcpy(before, q->cq, sizeof(before));
    pass(w, 1000000);
    CHECK(!memcmp(before, q->cq, sizeof(before)));
    EQ(w->ep[q->e].irqs[q->n % TRN4_VECTORS], irqs);
}

static void disabled_while_held(void)
{
    struct world *w = pace_world();
    struct mock_queue q;

    queue_open(&q, w, 0, 0, 4, TRN4_QUEUE_IRQ);
    push(&q, store(N), 1);
    push(&q, atomic_desc(WIN, 0, 64, TRN4_ATOMIC_ADD, U64, 2, 0), 2);
    pass(w, 1000);
    ew(w, 0, queue_reg(0, TRN4_QUEUE_CTRL), 0);
    check_silent(w, &q);
    /* The next life of the queue has nothing of it. */
    queue_open(&q, w, 0, 0, 4, 0);
    push(&q, store(N), 3);
    pass(w, STORE_NS + N_NS);
    ended(&q, 3);
    nothing(&q);
    /* Neither has one that begins before the other would have ended. */
    push(&q, store(8 * MIB), 4);
    pass(w, 1000);
    queue_open(&q, w, 0, 0, 4, 0);
    push(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP }, 5);
    pass(w, 0);
    ended(&q, 5);
    pass(w, 100000);
    nothing(&q);
    /* A word that waited does not change. */
    *word(w, 1, 64) = 9;
    push(&q, atomic_desc(WIN, 0, 64, TRN4_ATOMIC_ADD, U64, 2, 0), 6);
    pass(w, 100);
    ew(w, 0, queue_reg(0, TRN4_QUEUE_CTRL), 0);
    check_silent(w, &q);
    EQ(*word(w, 1, 64), 9);
    world_free(w);
}

static void reset_while_held(void)
{
    struct world *w = pace_world();
    struct mock_queue q;

    queue_open(&q, w, 0, 0, 4, TRN4_QUEUE_IRQ);
    push(&q, store(N), 1);
    pass(w, 100);
    nvlf_endpoint_reset(w->f, 0);
    EQ(time_of(w), 0);
    check_silent(w, &q);
    EQ(time_of(w), 1000000);
    world_free(w);
}

/* The peer's end is none of the queue's. */
static void peer_reset_while_held(void)
{
    struct world *w = pace_world();
    struct mock_queue q;

    queue_open(&q, w, 0, 0, 4, 0);
    push(&q, store(N), 1);
    pass(w, 100);
    nvlf_endpoint_detach(w->f, 1);
    pass(w, 3000);
    ended(&q, 1);
    world_free(w);
}

static void gone_while_held(void)
{
    struct world *w = pace_world();
    struct mock_queue q;

    queue_open(&q, w, 0, 0, 4, TRN4_QUEUE_IRQ);
    push(&q, store(N), 1);
    pass(w, 100);
    nvlf_endpoint_detach(w->f, 0);
    check_silent(w, &q);
    EQ(world_attach(w, 0), 0);
    pass(w, NVLF_TRAIN_NS);
    open_windows(w);
    queue_open(&q, w, 0, 0, 4, TRN4_QUEUE_IRQ);
    push(&q, store(N), 2);
    pass(w, 100);
    ep_faults(w, 0, "dead");
    check_silent(w, &q);
    world_free(w);
}

/* The ring goes while its record waits: seen when it is to be written */
static void ring_goes_while_held(void)
{
    struct world *w = pace_world();
    struct mock_queue q;

    queue_open(&q, w, 0, 0, 4, 0);
    push(&q, store(N), 1);
    pass(w, 100);
    w->bad_start = q.cq_addr;
    w->bad_end = q.cq_addr + 1;
    pass(w, 100);
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_STATUS)), TRN4_QUEUE_RUNNING);
    pass(w, 3000);
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_STATUS)), TRN4_QUEUE_FAULT);
    world_free(w);
}

/* ---- On and off ------------------------------------------------------- */

/* Nobody asks for a clock, and guest time is no model time. */
static void off_by_default(void)
{
    struct world *w = open_world();
    struct mock_queue q;
    unsigned int arms;

    open_windows(w);
    queue_open(&q, w, 0, 0, 4, 0);
    arms = w->arms;
    push(&q, store(N), 1);
    push(&q, atomic_desc(WIN, 0, 64, TRN4_ATOMIC_ADD, U64, 2, 0), 2);
    run_kicked(w);
    ended(&q, 1);
    EQ(time_of(w), ended(&q, 2).end);
    world_run(w, 1000);
    ABOUT(time_of(w), STORE_NS + N / 1800 + 1300);
    EQ(w->arms, arms);
    world_free(w);
}

static void on_and_off(void)
{
    struct world *w = pace_world();
    struct mock_queue q[2];
    uint64_t end, begin;
    unsigned int i;

    for (i = 0; i < 2; i++) {
        queue_open(&q[i], w, i, i, 4, 0);
        push(&q[i], store((i + 1) * N), i);
    }
    push(&q[1], atomic_desc(WIN, 0, 64, TRN4_ATOMIC_ADD, U64, 2, 0), 2);
    pass(w, 1000);
    /* Of no effect: it is on. */
    nvlf_fabric_pace(w->f, true);
    EQ(time_of(w), NVLF_TRAIN_NS + 1000);
    nothing(&q[0]);
    /* All at once, also what has not begun */
    nvlf_fabric_pace(w->f, false);
    nvlf_fabric_pace(w->f, false);
    world_check(w);
    run_kicked(w);
    ended(&q[0], 0);
    ended(&q[1], 1);
    end = ended(&q[1], 2).end;
    EQ(time_of(w), end);
    EQ(*word(w, 0, 64), 2);
    /* Guest time that passes now is none. */
    pass(w, 5000);
    EQ(time_of(w), end);
    push(&q[0], store(N), 3);
    pass(w, 0);
    begin = time_of(w);
    EQ(ended(&q[0], 3).end, begin);
    /* From where both stand */
    nvlf_fabric_pace(w->f, true);
    EQ(time_of(w), begin);
    pass(w, 100);
    EQ(time_of(w), begin + 100);
    push(&q[0], store(N), 4);
    pass(w, STORE_NS + N_NS - 2);
    nothing(&q[0]);
    pass(w, 2);
    ABOUT(ended(&q[0], 4).end - begin - 100, STORE_NS + N / 1800);
    world_free(w);
}

/* A word that was held when pacing ended is done once, and charged once. */
static void off_while_a_word_is_held(void)
{
    struct world *w = pace_world();
    struct mock_queue q;
    struct trn4_cqe cqe;

    queue_open(&q, w, 0, 0, 4, 0);
    push(&q, atomic_desc(WIN, 0, 64, TRN4_ATOMIC_ADD, U64, 2, 0), 1);
    pass(w, 10);
    EQ(*word(w, 1, 64), 0);
    nvlf_fabric_pace(w->f, false);
    run_kicked(w);
    EQ(*word(w, 1, 64), 2);
    cqe = ended(&q, 1);
    ABOUT(cqe.end - cqe.start, 1300);
    EQ(time_of(w), cqe.end);
    world_free(w);
}

/* Once model time stands still nothing is held any more. */
static void at_the_end_of_time(void)
{
    struct world *w =
        pace_world_at(NVLF_NEVER / NVLF_PS_PER_NS - 2 * NVLF_TRAIN_NS);
    struct mock_queue q;

    queue_open(&q, w, 0, 0, 4, 0);
    push(&q, store(N), 1);
    pass(w, 3000);
    ended(&q, 1);
    pass(w, 2 * NVLF_TRAIN_NS);
    push(&q, store(N), 2);
    push(&q, store(N), 3);
    pass(w, 3000);
    ended(&q, 2);
    ended(&q, 3);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(a_record_waits),
    TAP_TEST(clocks_run_together),
    TAP_TEST(one_after_the_other),
    TAP_TEST(others_go_on),
    TAP_TEST(flows_share_links),
    TAP_TEST(a_slow_host_is_not_held),
    TAP_TEST(a_late_tick),
    TAP_TEST(words_change_in_time),
    TAP_TEST(waits_end_when_they_look),
    TAP_TEST(words_of_windows_that_go),
    TAP_TEST(copies_of_windows_that_go),
    TAP_TEST(fences_wait_for_records),
    TAP_TEST(fences_of_queues_that_go),
    TAP_TEST(disabled_while_held),
    TAP_TEST(reset_while_held),
    TAP_TEST(peer_reset_while_held),
    TAP_TEST(gone_while_held),
    TAP_TEST(ring_goes_while_held),
    TAP_TEST(off_by_default),
    TAP_TEST(on_and_off),
    TAP_TEST(off_while_a_word_is_held),
    TAP_TEST(at_the_end_of_time),
};
TAP_MAIN(tests)
