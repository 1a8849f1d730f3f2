/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_semaphore_order.c - queues and accelerators that wait for each other's
 * words: woken by whatever writes them, without a clock; with fences, with
 * what was written before a signal; and the model time of it all.
 */
#include <string.h>

#include "mock.h"

#define HOST TRN4_SPACE_HOST
#define OWN  TRN4_SPACE_HBM
#define WIN  TRN4_SPACE_WINDOW

#define SIGNAL TRN4_SEMAPHORE_SIGNAL
#define WEQ    TRN4_SEMAPHORE_EQ
#define WGE    TRN4_SEMAPHORE_GE
#define WANY   TRN4_SEMAPHORE_ANY
#define U32    TRN4_TYPE_U32
#define U64    TRN4_TYPE_U64

#define RWA NVL_RIGHTS_ALL
#define HBM (32 * PAGE)
#define US  1000ull

/* Endpoints 0 and 1: window 0 of each is the other's HBM, from its start. */
static struct world *pair_world(void)
{
    struct world *w = world_new(1, HBM, 32 * PAGE);
    unsigned int e;

    world_open(w);
    for (e = 0; e < 2; e++) {
        grant(w, e, 0, 0, 16 * PAGE, RWA);
    }
    for (e = 0; e < 2; e++) {
        EQ(window(w, e, 0, 0, 16 * PAGE, 0, !e, 0, RWA), TRN4_WINDOW_LIVE);
    }
    return w;
}

static void push(struct mock_queue *q, struct trn4_desc d, uint16_t id)
{
    d.id = id;
    queue_push(q, &d);
    queue_ring(q);
}

static struct trn4_desc nop(void)
{
    return (struct trn4_desc) { .opcode = TRN4_OP_NOP };
}

static struct trn4_desc fence(void)
{
    return (struct trn4_desc) { .opcode = TRN4_OP_FENCE };
}

static struct trn4_desc signal_desc(uint8_t space, uint64_t at, uint64_t value)
{
    return semaphore_desc(space, 0, at, SIGNAL, U64, value, 0);
}

static struct trn4_desc wait_desc(uint8_t space, uint64_t at, uint64_t value)
{
    return semaphore_desc(space, 0, at, WEQ, U64, value, 0);
}

static bool waits(const struct mock_queue *q)
{
    return (q->cq[q->head].phase & 1) != q->phase;
}

static struct trn4_cqe ended(struct mock_queue *q, uint16_t id)
{
    struct trn4_cqe cqe = { .status = 0xffff };

    CHECK(queue_pop(q, &cqe));
    EQ(cqe.status, TRN4_STATUS_OK);
    EQ(cqe.id, id);
    return cqe;
}

static uint64_t *word(struct world *w, unsigned int e, uint64_t at)
{
    return (void *)(w->ep[e].mem.ptr + at);
}

/*
 * Engines run as long as they are kicked, while no time passes. Returns how
 * often one ran; were it without end, it would end at @most.
 */
static unsigned int settle(struct world *w, unsigned int most)
{
    unsigned int runs = 0, e;
    bool more = true;

    while (more && runs < most) {
        more = false;
        for (e = 0; e < w->endpoints; e++) {
            if (w->ep[e].kicks) {
                w->ep[e].kicks = 0;
                more = true;
                do {
                    runs++;
                } while (nvlf_engine_run(w->f, e) && runs < most);
            }
        }
    }
    CHECK(runs < most);
    return runs;
}

/* ---- Who wakes -------------------------------------------------------- */

enum by {
    BY_SIGNAL,
    BY_COPY,
    BY_FILL,
    BY_ATOMIC,
    BY_WIDE_FETCH,
    BYS,
};

/* Makes the word at @at of @space 7; at 8192 of its HBM are sevens. */
static struct trn4_desc by_desc(enum by by, uint8_t space, uint64_t at)
{
    struct trn4_desc d = signal_desc(space, at, 7);

    switch (by) {
    case BY_COPY:
        return copy_desc(OWN, 0, 8192, space, 0, at, 16);
    case BY_FILL:
        d = (struct trn4_desc) {
            .opcode = TRN4_OP_FILL,
            .dst_space = space,
            .dst = at,
            .fill = { .length = 8, .rows = 1, .pattern = 7 },
        };
        return d;
    case BY_ATOMIC:
        return atomic_desc(space, 0, at, TRN4_ATOMIC_ADD, U64, 7, 0);
    case BY_WIDE_FETCH:
        d = atomic_desc(OWN, 0, 8192, TRN4_ATOMIC_ADD, TRN4_TYPE_F32X4, 0, 0);
        d.src_space = space;
        d.src = at;
        return d;
    default:
        return d;
    }
}

/* Where the waiting queue of endpoint 0 sees it, and where the writer does */
static const struct {
    uint8_t sees, writes;
    uint8_t writer; /* endpoint */
} ways[] = {
    { OWN, OWN, 0 }, { HOST, HOST, 0 }, { WIN, WIN, 0 },
    { OWN, WIN, 1 }, { HOST, HOST, 1 }, { WIN, OWN, 1 },
};

/* No time passes: whoever writes the word wakes who waits for it. */
static void woken_at_once(void)
{
    unsigned int i, by;

    for (i = 0; i < NVLF_COUNT(ways); i++) {
        for (by = 0; by < BYS; by++) {
            struct world *w;
            struct mock_queue q, p;
            uint64_t at = 64, to = 64;
            struct trn4_desc d;

            if (by == BY_ATOMIC && ways[i].writes == HOST) {
                continue;
            }
            w = pair_world();
            at += ways[i].sees == HOST ? HOST_BASE : 0;
            to += ways[i].writes == HOST ? HOST_BASE : 0;
            queue_open(&q, w, 0, 1, 4, 0);
            queue_open(&p, w, ways[i].writer, 2, 4, 0);
            word(w, 0, 8192)[0] = word(w, 1, 8192)[0] = 7;
            push(&q, wait_desc(ways[i].sees, at, 7), 1);
            push(&q, nop(), 2);
            settle(w, 100);
            CHECK(waits(&q));
            d = by_desc(by, ways[i].writes, to);
            push(&p, d, 3);
            settle(w, 100);
            if (!CHECK(!waits(&q))) {
                printf("# way %u by %u\n", i, by);
            }
            EQ(ended(&q, 1).value, 7);
            ended(&q, 2);
            ended(&p, 3);
            world_check(w);
            world_free(w);
        }
    }
}

/* Those that wait do not wake each other, nor themselves. */
static void no_endless_kicks(void)
{
    struct world *w = pair_world();
    struct mock_queue q[4], p;
    unsigned int i, runs, total = 0;

    for (i = 0; i < 4; i++) {
        queue_open(&q[i], w, i % 2, i, 4, 0);
        push(&q[i], wait_desc(i < 2 ? OWN : WIN, 64, 7), i);
    }
    settle(w, 100);
    for (i = 0; i < 1000; i++) {
        world_run(w, US);
        runs = settle(w, 100);
        CHECK(runs <= 8);
        total += runs;
    }
    /* 50 looks of each of two */
    CHECK(total >= 98);
    CHECK(total <= 300);
    /* One that works meanwhile wakes them, each time at most a few times. */
    queue_open(&p, w, 0, 9, 4, 0);
    for (i = 0; i < 100; i++) {
        push(&p, copy_desc(OWN, 0, 4096, OWN, 0, 8192, 64), i);
        runs = settle(w, 100);
        CHECK(runs <= 12);
        CHECK(queue_pop(&p, &(struct trn4_cqe) { 0 }));
    }
    for (i = 0; i < 4; i++) {
        CHECK(waits(&q[i]));
    }
    world_check(w);
    world_free(w);
}

/* Others of the same endpoint go on, as fast as they would alone. */
static void others_go_on(void)
{
    struct world *w = pair_world();
    static struct mock_queue q[TRN4_QUEUES];
    struct trn4_cqe cqe;
    unsigned int i, runs = 0;

    for (i = 0; i < TRN4_QUEUES; i++) {
        queue_open(&q[i], w, 0, i, 4, 0);
        if (i != 40) {
            push(&q[i], wait_desc(i % 2 ? OWN : WIN, 64, 7), i);
            push(&q[i], nop(), 100);
        }
    }
    settle(w, 100);
    push(&q[40], copy_desc(OWN, 0, 0, OWN, 0, 16 * PAGE, 8 * MIB), 1);
    w->ep[0].dirty_bytes = 0;
    while (waits(&q[40]) && CHECK(runs < 10)) {
        nvlf_engine_run(w->f, 0);
        runs++;
        EQ(w->ep[0].dirty_bytes, runs * MIB);
        world_check(w);
    }
    EQ(runs, 8);
    CHECK(queue_pop(&q[40], &cqe));
    EQ(cqe.status, TRN4_STATUS_OK);
    for (i = 0; i < TRN4_QUEUES; i++) {
        CHECK(waits(&q[i]));
    }
    world_free(w);
}

/* 64 of each of two endpoints wait, each for its number; they go in turn. */
static void all_wait(void)
{
    struct world *w = pair_world();
    static struct mock_queue q[TRN4_QUEUES];
    struct mock_queue p;
    unsigned int i, n;

    for (i = 0; i < TRN4_QUEUES; i++) {
        queue_open(&q[i], w, 0, i, 3, 0);
        push(&q[i], semaphore_desc(OWN, 0, 64, WGE, U32, i + 1, 0), i);
        /* Each tells the next once it may go on itself. */
        push(&q[i], atomic_desc(OWN, 0, 128, TRN4_ATOMIC_ADD, U32, 1, 0), i);
    }
    settle(w, 100);
    EQ(w->f->ep[0]->polls, UINT64_MAX);
    world_check(w);
    /* Rings lie by number: this one's are those of no other endpoint. */
    queue_open(&q[63], w, 0, 63, 3, 0);
    ew(w, 0, queue_reg(63, TRN4_QUEUE_CTRL), 0);
    queue_open(&p, w, 1, 63, 3, 0);
    for (n = 1; n < TRN4_QUEUES; n++) {
        push(&p, semaphore_desc(WIN, 0, 64, SIGNAL, U32, n, 0), n);
        settle(w, 100);
        ended(&p, n);
        EQ(*word(w, 0, 128), n);
        EQ(ended(&q[n - 1], n - 1).value, n);
        EQ(ended(&q[n - 1], n - 1).value, n - 1);
        for (i = n; i < TRN4_QUEUES - 1; i++) {
            CHECK(waits(&q[i]));
        }
    }
    world_check(w);
    EQ(w->f->ep[0]->polls, 0);
    world_free(w);
}

/* A chain: each queue waits for the one before it, the last is rung first. */
static void a_chain(void)
{
    struct world *w = pair_world();
    static struct mock_queue q[TRN4_QUEUES];
    unsigned int i;

    for (i = TRN4_QUEUES; i-- > 0;) {
        queue_open(&q[i], w, i % 2, i, 3, 0);
        if (i) {
            push(&q[i], wait_desc(i % 2 ? WIN : OWN, 64, i), 1);
        }
        push(&q[i], signal_desc(i % 2 ? WIN : OWN, 64, i + 1), 2);
        if (i) {
            settle(w, 200);
        }
    }
    settle(w, 2000);
    EQ(*word(w, 0, 64), TRN4_QUEUES);
    for (i = 0; i < TRN4_QUEUES; i++) {
        if (i) {
            EQ(ended(&q[i], 1).value, i);
        }
        ended(&q[i], 2);
    }
    world_check(w);
    world_free(w);
}

/* ---- Fences ---------------------------------------------------------- */

/* A fence does not wait for a semaphore that waits, but for all else. */
static void fences_and_waits(void)
{
    unsigned int n;

    /* Whichever has the lower number */
    for (n = 0; n < 3; n++) {
        struct world *w = pair_world();
        struct mock_queue q, f, c;
        struct trn4_cqe cqe;

        queue_open(&q, w, 0, n, 4, 0);
        queue_open(&f, w, 0, (n + 1) % 3, 4, 0);
        queue_open(&c, w, 0, (n + 2) % 3, 4, 0);
        push(&q, wait_desc(OWN, 64, 7), 1);
        settle(w, 100);
        push(&f, fence(), 2);
        settle(w, 100);
        ended(&f, 2);
        CHECK(waits(&q));
        /* With a copy beside it: for that alone */
        push(&c, copy_desc(OWN, 0, 0, OWN, 0, 16 * PAGE, 4 * MIB), 3);
        CHECK(nvlf_engine_run(w->f, 0));
        push(&f, fence(), 4);
        CHECK(nvlf_engine_run(w->f, 0));
        CHECK(waits(&f));
        CHECK(waits(&c));
        world_check(w);
        engine_finish(w, 0);
        CHECK(queue_pop(&c, &cqe));
        EQ(ended(&f, 4).end, cqe.end);
        CHECK(waits(&q));
        /* Rung for together with the wait, before that was looked at */
        push(&c, wait_desc(OWN, 128, 7), 5);
        push(&f, fence(), 6);
        settle(w, 100);
        ended(&f, 6);
        CHECK(waits(&c));
        world_check(w);
        world_free(w);
    }
}

/*
 * The word is written behind a fence that was taken while the queue waited; a
 * wait behind a fence, with its signal behind that: nobody stays.
 */
static void no_deadlock(void)
{
    struct world *w = pair_world();
    struct mock_queue a, b, c;

    queue_open(&a, w, 0, 0, 4, 0);
    queue_open(&b, w, 0, 1, 4, 0);
    queue_open(&c, w, 0, 2, 4, 0);
    push(&a, wait_desc(OWN, 64, 1), 1);
    push(&a, fence(), 2);
    push(&a, signal_desc(OWN, 128, 1), 3);
    push(&b, fence(), 4);
    push(&b, signal_desc(OWN, 64, 1), 5);
    push(&b, wait_desc(OWN, 128, 1), 6);
    push(&c, fence(), 7);
    push(&c, wait_desc(OWN, 128, 1), 8);
    push(&c, fence(), 9);
    settle(w, 100);
    ended(&a, 1);
    ended(&a, 2);
    ended(&a, 3);
    ended(&b, 4);
    ended(&b, 5);
    ended(&b, 6);
    ended(&c, 7);
    ended(&c, 8);
    ended(&c, 9);
    /* Behind a fence that waits for a copy */
    push(&c, copy_desc(OWN, 0, 0, OWN, 0, 16 * PAGE, 4 * MIB), 10);
    CHECK(nvlf_engine_run(w->f, 0));
    push(&a, fence(), 11);
    push(&a, wait_desc(OWN, 192, 1), 12);
    push(&a, nop(), 13);
    CHECK(nvlf_engine_run(w->f, 0));
    CHECK(waits(&a));
    engine_finish(w, 0);
    ended(&a, 11);
    CHECK(waits(&a));
    push(&b, fence(), 14);
    push(&b, signal_desc(OWN, 192, 1), 15);
    settle(w, 100);
    ended(&b, 14);
    ended(&b, 15);
    ended(&a, 12);
    ended(&a, 13);
    world_check(w);
    world_free(w);
}

/* ---- Back and forth -------------------------------------------------- */

#define ROUNDS 6000u

/* Each waits for the other's number in its own HBM and sends the next. */
static void ping_pong(void)
{
    struct world *w = pair_world();
    struct mock_queue q[2];
    unsigned int e, i[2] = { 0, 0 }, done[2] = { 0, 0 }, runs = 0;

    queue_open(&q[0], w, 0, 3, 6, 0);
    queue_open(&q[1], w, 1, 4, 6, 0);
    while ((done[0] < 2 * ROUNDS || done[1] < 2 * ROUNDS) &&
           CHECK(runs < 20 * ROUNDS)) {
        unsigned int before = done[0] + done[1];

        for (e = 0; e < 2; e++) {
            /* No more than there is room for */
            while (i[e] < ROUNDS && 2 * i[e] + 2 < done[e] + q[e].entries) {
                i[e]++;
                push(&q[e], wait_desc(OWN, 64, i[e] * 2 - !e), i[e]);
                push(&q[e], signal_desc(WIN, 64, i[e] * 2 + e), i[e]);
            }
        }
        if (!before) {
            /* Once somebody has begun, the rest goes without a clock. */
            *word(w, 0, 64) = 1;
        }
        runs += settle(w, 10000);
        for (e = 0; e < 2; e++) {
            while (!waits(&q[e])) {
                struct trn4_cqe cqe = ended(&q[e], done[e] / 2 + 1);

                EQ(cqe.value,
                   done[e] % 2 ? 0 : (uint64_t)(done[e] / 2 + 1) * 2 - !e);
                done[e]++;
            }
        }
        if (!CHECK(done[0] + done[1] > before)) {
            break;
        }
    }
    EQ(*word(w, 0, 64), 2 * ROUNDS + 1);
    EQ(*word(w, 1, 64), 2 * ROUNDS);
    world_check(w);
    world_free(w);
}

#define MESSAGES 300u
#define MESSAGE  (300ull << 10) /* more than a piece of a copy */

/*
 * Endpoint 1 copies messages into endpoint 0's HBM and signals; 0 takes each
 * away as soon as it was told, and says so. None is torn, lost or seen twice.
 */
static void messages(void)
{
    struct world *w = pair_world();
    struct mock_queue from, to, busy;
    unsigned int sent = 0, taken = 0, steps = 0;
    uint8_t *src = w->ep[1].mem.ptr + 2 * PAGE;
    uint8_t *out = w->ep[0].mem.ptr + 20 * PAGE;

    queue_open(&from, w, 1, 5, 4, 0);
    queue_open(&to, w, 0, 6, 4, 0);
    /* Both engines have other work, too, so that runs end anywhere. */
    queue_open(&busy, w, 1, 7, 4, 0);
    while (taken < MESSAGES && CHECK(steps++ < 100000)) {
        struct trn4_cqe cqe;

        if (sent == taken) {
            sent++;
            memset(src, sent, MESSAGE);
            memset(out, 0xee, MESSAGE);
            push(&from, copy_desc(OWN, 0, 2 * PAGE, WIN, 0, 3 * PAGE, MESSAGE),
                 sent);
            push(&from, signal_desc(WIN, 64, sent), sent);
            push(&from, wait_desc(OWN, 64, sent), sent);
            push(&to, wait_desc(OWN, 64, sent), sent);
            push(&to, copy_desc(OWN, 0, 3 * PAGE, OWN, 0, 20 * PAGE, MESSAGE),
                 sent);
            push(&to, signal_desc(WIN, 64, sent), sent);
            if (sent % 4 == 0) {
                push(&busy,
                     copy_desc(OWN, 0, 24 * PAGE, OWN, 0, 26 * PAGE, 2 * PAGE),
                     sent);
            }
        }
        /* The receiver's runs twice as often. */
        nvlf_engine_run(w->f, !(steps % 3));
        if (queue_pop(&busy, &cqe)) {
            EQ(cqe.status, TRN4_STATUS_OK);
        }
        while (!waits(&to)) {
            CHECK(queue_pop(&to, &cqe));
            EQ(cqe.status, TRN4_STATUS_OK);
        }
        while (!waits(&from)) {
            CHECK(queue_pop(&from, &cqe));
            EQ(cqe.status, TRN4_STATUS_OK);
            /* All three have ended: its answer was seen. */
            if (from.head == from.tail) {
                taken++;
                EQ(out[0], (uint8_t)sent);
                CHECK(!memcmp(out, out + 1, MESSAGE - 1));
            }
        }
    }
    EQ(taken, MESSAGES);
    world_check(w);
    world_free(w);
}

/* ---- Model time ------------------------------------------------------ */

#define FABRIC_NS (200 + 100 + 200)
#define HBM_NS    300
#define HOST_NS   400

/* A signal is a store: it takes what a store to there takes. */
static void time_of_signals(void)
{
    static const struct {
        uint8_t space;
        uint64_t at, ns;
    } s[] = {
        { OWN, 64, HBM_NS },
        { WIN, 64, FABRIC_NS + HBM_NS },
        { HOST, HOST_BASE + 64, HOST_NS },
    };
    struct world *w = pair_world();
    struct mock_queue q;
    unsigned int i;

    queue_open(&q, w, 0, 1, 4, 0);
    for (i = 0; i < NVLF_COUNT(s); i++) {
        struct trn4_desc d = signal_desc(s[i].space, s[i].at, 7);
        struct trn4_cqe cqe = queue_do(&q, &d);

        EQ(erq(w, 0, TRN4_REG_MODEL_TIME), cqe.end);
        ABOUT(cqe.end - cqe.start, s[i].ns);
    }
    world_free(w);
}

/* A wait is at the clock when its word is found; it moves no clock itself. */
static void time_of_waits(void)
{
    struct world *w = pair_world();
    struct mock_queue q, p, o;
    struct trn4_cqe a, b, c;
    uint64_t clock;

    queue_open(&q, w, 0, 1, 4, 0);
    queue_open(&p, w, 1, 2, 4, 0);
    queue_open(&o, w, 0, 3, 4, 0);
    /* At once: the clock as it stands, whoever made it so */
    push(&p, copy_desc(OWN, 0, 0, OWN, 0, 16 * PAGE, 4 * MIB), 1);
    engine_finish(w, 1);
    CHECK(queue_pop(&p, &a));
    push(&q, wait_desc(OWN, 64, 0), 2);
    push(&q, wait_desc(WIN, 64, 0), 3);
    settle(w, 100);
    b = ended(&q, 2);
    EQ(b.start, b.end);
    EQ(b.end, a.end);
    b = ended(&q, 3);
    EQ(b.start, b.end);
    EQ(b.end, a.end);
    EQ(erq(w, 0, TRN4_REG_MODEL_TIME), a.end);
    /* Not before whoever signalled, and what follows starts then */
    push(&q, wait_desc(OWN, 64, 7), 4);
    push(&q, nop(), 5);
    settle(w, 100);
    push(&p, copy_desc(OWN, 0, 0, WIN, 0, 8 * PAGE, 4 * MIB), 6);
    push(&p, signal_desc(WIN, 64, 7), 7);
    settle(w, 100);
    CHECK(queue_pop(&p, &a));
    c = ended(&p, 7);
    b = ended(&q, 4);
    EQ(c.start, a.end);
    CHECK(b.start >= c.end);
    EQ(b.start, b.end);
    EQ(b.end, erq(w, 0, TRN4_REG_MODEL_TIME));
    a = ended(&q, 5);
    EQ(a.start, b.end);
    EQ(a.end, b.end);
    /* Found late, by a CPU's store, when others have gone on */
    push(&q, wait_desc(OWN, 64, 9), 8);
    settle(w, 100);
    push(&o, copy_desc(OWN, 0, 0, OWN, 0, 16 * PAGE, 4 * MIB), 9);
    settle(w, 100);
    CHECK(queue_pop(&o, &a));
    clock = erq(w, 0, TRN4_REG_MODEL_TIME);
    EQ(clock, a.end);
    *word(w, 0, 64) = 9;
    world_run(w, 20 * US);
    settle(w, 100);
    b = ended(&q, 8);
    EQ(b.start, clock);
    EQ(b.end, clock);
    /* Guest time that passes is no model time, nor is what ends it. */
    push(&q, semaphore_desc(OWN, 0, 64, WEQ, U64, 1, 1000), 10);
    settle(w, 100);
    world_run(w, 1020 * US);
    settle(w, 100);
    CHECK(queue_pop(&q, &b));
    EQ(b.status, TRN4_STATUS_TIMEOUT);
    EQ(b.start, b.end);
    EQ(b.end, clock);
    EQ(erq(w, 0, TRN4_REG_MODEL_TIME), clock);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(woken_at_once), TAP_TEST(no_endless_kicks),
    TAP_TEST(others_go_on),  TAP_TEST(all_wait),
    TAP_TEST(a_chain),       TAP_TEST(fences_and_waits),
    TAP_TEST(no_deadlock),   TAP_TEST(ping_pong),
    TAP_TEST(messages),      TAP_TEST(time_of_signals),
    TAP_TEST(time_of_waits),
};
TAP_MAIN(tests)
