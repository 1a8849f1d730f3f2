/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fair.c - what a queue waits for others: exactly one turn of each, and
 * what a run of the engine takes at most, with all 64 queues busy; what the
 * first run after a doorbell takes.
 *
 * Each queue writes to a MiB of HBM of its own, so that the order in which
 * HBM is written is the order of the turns.
 */
#include <string.h>

#include "mock.h"

#define OTHERS (TRN4_QUEUES - 1)
#define SRC    0
#define DST(n) (((n) + 1) * MIB)
#define HBM    DST(TRN4_QUEUES + 1)
#define LOG2   3

/* What was seen of one queue, and how much of all others in between */
struct seen {
    uint64_t turns;
    uint64_t pieces; /* of all, at its last turn */
    uint64_t bytes;
    uint64_t pieces_between; /* most */
    uint64_t least_between;
    uint64_t bytes_between;
};

static struct {
    struct mock_queue q[TRN4_QUEUES];
    struct seen seen[TRN4_QUEUES];
    uint64_t pieces;
    uint64_t bytes;
} fair;

static void see_piece(struct mock_endpoint *m, uint64_t offset, uint64_t len)
{
    struct seen *s = &fair.seen[offset / MIB - 1];

    if (s->turns++) {
        uint64_t pieces = fair.pieces - s->pieces;
        uint64_t bytes = fair.bytes - s->bytes;

        s->pieces_between = pieces > s->pieces_between ? pieces
                                                       : s->pieces_between;
        s->least_between = pieces < s->least_between ? pieces
                                                     : s->least_between;
        s->bytes_between = bytes > s->bytes_between ? bytes : s->bytes_between;
    }
    fair.pieces++;
    fair.bytes += len;
    s->pieces = fair.pieces;
    s->bytes = fair.bytes;
}

static struct world *fair_world(void)
{
    struct world *w = world_new(1, HBM, 2 * PAGE);
    unsigned int n;

    memset(&fair, 0, sizeof(fair));
    for (n = 0; n < TRN4_QUEUES; n++) {
        fair.seen[n].least_between = UINT64_MAX;
        queue_open(&fair.q[n], w, 0, n, LOG2, 0);
    }
    w->ep[0].on_dirty = see_piece;
    return w;
}

static struct trn4_desc copy(unsigned int n, uint64_t length)
{
    return copy_desc(TRN4_SPACE_HBM, 0, SRC, TRN4_SPACE_HBM, 0, DST(n), length);
}

/* Take the records of queue @n, and fill its ring with @d. */
static void feed(unsigned int n, struct trn4_desc d)
{
    struct mock_queue *q = &fair.q[n];
    struct trn4_cqe cqe;

    while (queue_pop(q, &cqe)) {
        EQ(cqe.status, TRN4_STATUS_OK);
    }
    while ((q->tail + 1) % q->entries != q->head) {
        queue_push(q, &d);
    }
    queue_ring(q);
}

/* All busy, with whole pieces: exactly one of each other, 15.75 MiB */
static void one_piece_of_each_other(void)
{
    struct world *w = fair_world();
    unsigned int n, run;

    for (run = 0; run < 5 * TRN4_QUEUES; run++) {
        for (n = 0; n < TRN4_QUEUES; n++) {
            feed(n, copy(n, MIB));
        }
        CHECK(nvlf_engine_run(w->f, 0));
    }
    for (n = 0; n < TRN4_QUEUES; n++) {
        EQ(fair.seen[n].turns, 5 * NVLF_RUN_BYTES / NVLF_CHUNK);
        EQ(fair.seen[n].pieces_between, OTHERS);
        EQ(fair.seen[n].least_between, OTHERS);
        EQ(fair.seen[n].bytes_between, OTHERS * (uint64_t)NVLF_CHUNK);
    }
    world_check(w);
    world_free(w);
}

/*
 * Copies that end anywhere: the last byte of one is a turn, and so is the
 * whole of one that is short.
 */
static void whatever_the_lengths(void)
{
    static const uint64_t lengths[] = {
        1, NVLF_CHUNK + 1, 77, MIB - 1, NVLF_CHUNK - 1, NVLF_CHUNK, 4096,
    };
    struct world *w = fair_world();
    uint64_t most = 0;
    unsigned int n, run;

    for (run = 0; run < 600; run++) {
        for (n = 0; n < TRN4_QUEUES; n++) {
            feed(n, copy(n, lengths[(n * 5 + run) % NVLF_COUNT(lengths)]));
        }
        CHECK(nvlf_engine_run(w->f, 0));
    }
    for (n = 0; n < TRN4_QUEUES; n++) {
        CHECK(fair.seen[n].turns > 20);
        EQ(fair.seen[n].pieces_between, OTHERS);
        EQ(fair.seen[n].least_between, OTHERS);
        most = fair.seen[n].bytes_between > most ? fair.seen[n].bytes_between
                                                 : most;
    }
    CHECK(most <= OTHERS * (uint64_t)NVLF_CHUNK);
    world_check(w);
    world_free(w);
}

/*
 * An atomic beside 63 endless copies, rung for at any point of the round: it
 * waits for no more than a piece of each, be it the first or the hundredth.
 */
static void an_atomic_beside_copies(void)
{
    static const unsigned int numbers[] = { 0, 1, 31, 62, 63 };
    struct world *w = fair_world();
    unsigned int i, n, round;

    for (i = 0; i < NVLF_COUNT(numbers); i++) {
        unsigned int me = numbers[i];
        struct trn4_desc add = atomic_desc(TRN4_SPACE_HBM, 0, DST(me),
                                           TRN4_ATOMIC_ADD, TRN4_TYPE_U64, 1,
                                           0);
        struct mock_queue *q = &fair.q[me];
        struct trn4_cqe cqe;

        /* What it had of the rounds before */
        engine_finish(w, 0);
        while (queue_pop(q, &cqe)) {
            EQ(cqe.status, TRN4_STATUS_OK);
        }
        memset(w->ep[0].mem.ptr + DST(me), 0, 8);
        for (round = 0; round < 100; round++) {
            uint64_t pieces, bytes;

            for (n = 0; n < TRN4_QUEUES; n++) {
                if (n != me) {
                    feed(n, copy(n, MIB));
                }
            }
            /* Each time after other runs, it comes in anywhere. */
            for (n = 0; n < round % 7; n++) {
                CHECK(nvlf_engine_run(w->f, 0));
            }
            pieces = fair.pieces;
            bytes = fair.bytes;
            queue_push(q, &add);
            queue_ring(q);
            while (fair.seen[me].pieces <= pieces) {
                CHECK(nvlf_engine_run(w->f, 0));
                if (!CHECK(fair.pieces - pieces <=
                           TRN4_QUEUES + NVLF_RUN_BYTES / NVLF_CHUNK)) {
                    break;
                }
            }
            /* Counted with itself */
            CHECK(fair.seen[me].pieces - pieces <= OTHERS + 1);
            CHECK(fair.seen[me].bytes - bytes <=
                  OTHERS * (uint64_t)NVLF_CHUNK + 8);
            CHECK(queue_pop(q, &cqe));
            EQ(cqe.value, round);
        }
    }
    world_check(w);
    world_free(w);
}

/* Back to back: exactly a piece of each other between two of them */
static void atomics_back_to_back(void)
{
    struct world *w = fair_world();
    struct trn4_desc add = atomic_desc(TRN4_SPACE_HBM, 0, DST(40),
                                       TRN4_ATOMIC_ADD, TRN4_TYPE_U64, 1, 0);
    unsigned int n, run;

    for (run = 0; run < 5 * TRN4_QUEUES; run++) {
        for (n = 0; n < TRN4_QUEUES; n++) {
            feed(n, n == 40 ? add : copy(n, MIB));
        }
        CHECK(nvlf_engine_run(w->f, 0));
    }
    EQ(fair.seen[40].pieces_between, OTHERS);
    EQ(fair.seen[40].least_between, OTHERS);
    EQ(fair.seen[40].bytes_between, OTHERS * (uint64_t)NVLF_CHUNK);
    world_free(w);
}

/* Those that wait for a word or for others take nobody's turn away. */
static void beside_waits_and_fences(void)
{
    struct world *w = fair_world();
    unsigned int n, run;

    for (run = 0; run < 300; run++) {
        for (n = 0; n < TRN4_QUEUES; n++) {
            struct trn4_desc d = copy(n, MIB);

            if (n % 4 == 1) {
                d = semaphore_desc(TRN4_SPACE_HBM, 0, DST(n), TRN4_SEMAPHORE_EQ,
                                   TRN4_TYPE_U64, 77, 0);
            } else if (n % 4 == 2) {
                d = (struct trn4_desc) { .opcode = TRN4_OP_FENCE };
            }
            feed(n, d);
        }
        CHECK(nvlf_engine_run(w->f, 0));
    }
    for (n = 0; n < TRN4_QUEUES; n++) {
        if (n % 4 == 0 || n % 4 == 3) {
            CHECK(fair.seen[n].turns > 30);
            EQ(fair.seen[n].pieces_between, TRN4_QUEUES / 2 - 1);
            EQ(fair.seen[n].least_between, TRN4_QUEUES / 2 - 1);
        }
    }
    world_check(w);
    world_free(w);
}

/*
 * A run: four pieces where all are whole; at most a byte less than 1 MiB, and
 * a piece.
 */
static void bytes_of_a_run(void)
{
    struct world *w = fair_world();
    unsigned int n, run;
    uint64_t before;

    for (run = 0; run < 2 * TRN4_QUEUES; run++) {
        for (n = 0; n < TRN4_QUEUES; n++) {
            feed(n, copy(n, MIB));
        }
        before = fair.bytes;
        CHECK(nvlf_engine_run(w->f, 0));
        EQ(fair.bytes - before, NVLF_RUN_BYTES);
    }
    world_free(w);

    w = fair_world();
    for (n = 0; n < TRN4_QUEUES; n++) {
        feed(n, copy(n, n ? MIB : NVLF_CHUNK - 1));
    }
    CHECK(nvlf_engine_run(w->f, 0));
    EQ(fair.bytes, NVLF_RUN_BYTES - 1 + NVLF_CHUNK);
    world_free(w);
}

/* Short work of all: 64 descriptors a run, one of each queue */
static void descriptors_of_a_run(void)
{
    struct world *w = fair_world();
    unsigned int n, run;

    for (run = 1; run < 10; run++) {
        for (n = 0; n < TRN4_QUEUES; n++) {
            feed(n, copy(n, 1));
        }
        CHECK(nvlf_engine_run(w->f, 0));
        EQ(fair.pieces, run * NVLF_RUN_DESCS);
        for (n = 0; n < TRN4_QUEUES; n++) {
            EQ(fair.seen[n].turns, run);
        }
    }
    /* All of them of one queue, where the others have nothing to do */
    engine_finish(w, 0);
    queue_open(&fair.q[5], w, 0, 5, 7, 0);
    feed(5, copy(5, 1));
    fair.pieces = 0;
    CHECK(nvlf_engine_run(w->f, 0));
    EQ(fair.pieces, NVLF_RUN_DESCS);
    world_free(w);
}

/* ---- Steps ---- */

/* Each piece is one, and so is what moves nothing; a look at a word is none. */
static void steps_are_pieces(void)
{
    const struct trn4_desc nop = { .opcode = TRN4_OP_NOP };
    const struct trn4_desc fence = { .opcode = TRN4_OP_FENCE };
    const struct trn4_desc wait = semaphore_desc(TRN4_SPACE_HBM, 0, SRC,
                                                 TRN4_SEMAPHORE_GE,
                                                 TRN4_TYPE_U32, 1, 0);
    struct world *w = fair_world();

    EQ(erq(w, 0, TRN4_REG_STEPS), 0);
    queue_do(&fair.q[1], &nop);
    EQ(erq(w, 0, TRN4_REG_STEPS), 1);
    queue_do(&fair.q[1], &fence);
    EQ(erq(w, 0, TRN4_REG_STEPS), 2);

    queue_push(&fair.q[2], &wait);
    queue_ring(&fair.q[2]);
    engine_finish(w, 0);
    engine_finish(w, 0);
    EQ(erq(w, 0, TRN4_REG_STEPS), 2);

    feed(3, copy(3, MIB));
    CHECK(nvlf_engine_run(w->f, 0));
    EQ(erq(w, 0, TRN4_REG_STEPS), 2 + MIB / NVLF_CHUNK);
    ew(w, 0, NVL_REG_CTRL, NVL_CTRL_RESET);
    EQ(erq(w, 0, TRN4_REG_STEPS), 0);
    world_free(w);
}

/* ---- The first run after a doorbell ---- */

static struct trn4_desc rows(unsigned int n, unsigned int count)
{
    struct trn4_desc d = copy(n, 1);

    d.copy.rows = count;
    d.copy.src_pitch = 2;
    d.copy.dst_pitch = 2;
    return d;
}

static void push(unsigned int n, struct trn4_desc d, unsigned int count)
{
    while (count--) {
        queue_push(&fair.q[n], &d);
    }
}

/* How many records there are that were not seen yet, all of them good */
static unsigned int ended(unsigned int n)
{
    struct trn4_cqe cqe;
    unsigned int count = 0;

    while (queue_pop(&fair.q[n], &cqe)) {
        EQ(cqe.status, TRN4_STATUS_OK);
        count++;
    }
    return count;
}

static void little_is_done_first(void)
{
    const struct trn4_desc nop = { .opcode = TRN4_OP_NOP };
    struct world *w = fair_world();

    queue_open(&fair.q[5], w, 0, 5, 5, TRN4_QUEUE_IRQ);
    CHECK(!nvlf_engine_first(w->f, 0));
    push(5, copy(5, NVLF_FIRST_BYTES), 1);
    queue_ring(&fair.q[5]);
    CHECK(!nvlf_engine_first(w->f, 0));
    EQ(ended(5), 1);
    EQ(fair.bytes, NVLF_FIRST_BYTES);
    EQ(w->ep[0].irqs[5 % TRN4_VECTORS], 1);

    push(5, nop, NVLF_FIRST_DESCS);
    queue_ring(&fair.q[5]);
    CHECK(!nvlf_engine_first(w->f, 0));
    EQ(ended(5), NVLF_FIRST_DESCS);
    EQ(w->ep[0].irqs[5 % TRN4_VECTORS], 2);

    push(5, nop, NVLF_FIRST_DESCS + 1);
    queue_ring(&fair.q[5]);
    CHECK(nvlf_engine_first(w->f, 0));
    EQ(ended(5), NVLF_FIRST_DESCS);
    EQ(engine_finish(w, 0), 1);
    EQ(ended(5), 1);
    world_check(w);
    world_free(w);
}

/* Nothing of it has moved; what came before it is done. */
static void much_is_not_done_first(void)
{
    struct world *w = fair_world();

    push(5, copy(5, 77), 2);
    push(5, copy(5, NVLF_FIRST_BYTES + 1), 1);
    push(5, copy(5, 77), 1);
    queue_ring(&fair.q[5]);
    CHECK(nvlf_engine_first(w->f, 0));
    EQ(fair.bytes, 154);
    EQ(ended(5), 2);
    CHECK(nvlf_engine_first(w->f, 0));
    EQ(fair.bytes, 154);
    EQ(engine_finish(w, 0), 1);
    EQ(fair.bytes, 231 + NVLF_FIRST_BYTES + 1);
    EQ(ended(5), 2);

    /* Rows are work, however short they are. */
    fair.bytes = 0;
    push(5, rows(5, NVLF_FIRST_BYTES / 1024 + 1), 1);
    queue_ring(&fair.q[5]);
    CHECK(nvlf_engine_first(w->f, 0));
    EQ(fair.bytes, 0);
    EQ(engine_finish(w, 0), 1);
    EQ(ended(5), 1);
    fair.bytes = 0;
    push(5, rows(5, NVLF_FIRST_BYTES / 1024), 1);
    queue_ring(&fair.q[5]);
    CHECK(!nvlf_engine_first(w->f, 0));
    EQ(fair.bytes, NVLF_FIRST_BYTES / 1024);
    EQ(ended(5), 1);

    /* One by one they are little, together they are not. */
    fair.bytes = 0;
    push(5, copy(5, NVLF_FIRST_BYTES - 1), 4);
    queue_ring(&fair.q[5]);
    CHECK(nvlf_engine_first(w->f, 0));
    EQ(fair.bytes, 2 * (NVLF_FIRST_BYTES - 1));
    EQ(engine_finish(w, 0), 1);
    EQ(ended(5), 4);
    world_check(w);
    world_free(w);
}

static void others_have_their_turn_first(void)
{
    struct world *w = fair_world();

    push(5, copy(5, 1), 1);
    push(6, copy(6, 1), 1);
    queue_ring(&fair.q[5]);
    queue_ring(&fair.q[6]);
    CHECK(nvlf_engine_first(w->f, 0));
    EQ(fair.pieces, 0);
    EQ(engine_finish(w, 0), 1);
    EQ(ended(5), 1);
    EQ(ended(6), 1);

    /* One that is stopped in the midst of a copy has work, too. */
    push(6, copy(6, MIB), 1);
    push(6, copy(6, MIB), 1);
    queue_ring(&fair.q[6]);
    CHECK(nvlf_engine_run(w->f, 0));
    fair.pieces = 0;
    push(5, copy(5, 1), 1);
    queue_ring(&fair.q[5]);
    CHECK(nvlf_engine_first(w->f, 0));
    EQ(fair.pieces, 0);
    engine_finish(w, 0);
    EQ(ended(5), 1);
    EQ(ended(6), 2);
    world_check(w);
    world_free(w);
}

/* A wait that is not over leaves no work, and is woken by a first run. */
static void waits_and_first(void)
{
    const struct trn4_desc wait = semaphore_desc(TRN4_SPACE_HBM, 0, SRC,
                                                 TRN4_SEMAPHORE_GE,
                                                 TRN4_TYPE_U32, 1, 0);
    const struct trn4_desc signal = semaphore_desc(TRN4_SPACE_HBM, 0, SRC,
                                                   TRN4_SEMAPHORE_SIGNAL,
                                                   TRN4_TYPE_U32, 1, 0);
    struct world *w = fair_world();
    unsigned int kicks;

    w->ep[0].on_dirty = NULL;
    push(5, wait, 1);
    queue_ring(&fair.q[5]);
    CHECK(!nvlf_engine_first(w->f, 0));
    EQ(ended(5), 0);
    kicks = w->ep[0].kicks;
    push(6, signal, 1);
    queue_ring(&fair.q[6]);
    nvlf_engine_first(w->f, 0);
    EQ(ended(6), 1);
    CHECK(w->ep[0].kicks > kicks + 1);
    engine_finish(w, 0);
    EQ(ended(5), 1);
    world_check(w);
    world_free(w);
}

static void first_of_nobody(void)
{
    struct world *w = fair_world();

    CHECK(!nvlf_engine_first(w->f, 1));
    CHECK(!nvlf_engine_first(w->f, NVL_TARGET_IDS));
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(one_piece_of_each_other),
    TAP_TEST(whatever_the_lengths),
    TAP_TEST(an_atomic_beside_copies),
    TAP_TEST(atomics_back_to_back),
    TAP_TEST(beside_waits_and_fences),
    TAP_TEST(bytes_of_a_run),
    TAP_TEST(descriptors_of_a_run),
    TAP_TEST(steps_are_pieces),
    TAP_TEST(little_is_done_first),
    TAP_TEST(much_is_not_done_first),
    TAP_TEST(others_have_their_turn_first),
    TAP_TEST(waits_and_first),
    TAP_TEST(first_of_nobody),
};
TAP_MAIN(tests)
