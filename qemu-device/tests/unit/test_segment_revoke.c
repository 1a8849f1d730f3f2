/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_segment_revoke.c - a segment ends while an operation is on its way
 * through it: from then on no byte of what it named is read or written, in a
 * new life of the segment neither.
 */
#include <string.h>

#include "mock.h"

#define HOST TRN4_SPACE_HOST
#define OWN  TRN4_SPACE_HBM
#define WIN  TRN4_SPACE_WINDOW
#define SEG  TRN4_SPACE_SEGMENT

#define VALID TRN4_SEGMENT_VALID
#define PAGES TRN4_SEGMENT_PAGES

#define RW  (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define RWA NVL_RIGHTS_ALL
#define K4  4096ull
#define HBM (16 * PAGE)

#define IN(space) TRN4_SEGMENT_SPACE((uint32_t)(space))

/* Window 0 on endpoint 1, from page 2 on */
static struct world *revoke_world(struct mock_queue *q)
{
    struct world *w = world_new(1, HBM, 16 * PAGE);

    world_open(w);
    grant(w, 1, 0, 2 * PAGE, 8 * PAGE, RWA);
    EQ(window(w, 0, 0, 0, 8 * PAGE, 0, 1, 0, RWA), TRN4_WINDOW_LIVE);
    queue_open(q, w, 0, 0, 5, TRN4_QUEUE_USER);
    return w;
}

enum how {
    CLEARED,
    CLEARED_AND_SET,
    CLEARED_AND_MOVED,
    WINDOW_OFF,
    GRANT_OFF,
    RESET,
    HOWS,
};

#define LONG (4 * MIB)

/* Long segments 20 to 23 of each kind, and one of HBM as the other side */
static void long_segment(struct world *w, unsigned int kind, uint64_t shift)
{
    static const uint32_t ctrl[] = { IN(OWN) | RWA, IN(WIN) | RWA,
                                     IN(HOST) | RW, IN(HOST) | PAGES | RW };
    const uint64_t base[] = { 4 * PAGE, PAGE, HOST_BASE + MIB,
                              HOST_BASE + 13 * MIB };
    uint64_t *list = (void *)(w->host + 13 * MIB + shift);
    unsigned int i;

    for (i = 0; kind == 3 && i < LONG / K4; i++) {
        list[i] = HOST_BASE + MIB + shift + (LONG / K4 - 1 - i) * K4;
    }
    EQ(segment(w, 0, 0, 20 + kind, base[kind] + shift, LONG, ctrl[kind]),
       ctrl[kind] | VALID);
}

static void goes(struct world *w, unsigned int kind, enum how how)
{
    const uint64_t reg = segment_reg(0, 20 + kind, TRN4_SEGMENT_CTRL);
    uint32_t ctrl = er(w, 0, reg);

    switch (how) {
    case CLEARED:
        ew(w, 0, reg, ctrl & ~VALID);
        break;
    case CLEARED_AND_SET:
        ew(w, 0, reg, ctrl & ~VALID);
        ew(w, 0, reg, ctrl);
        break;
    case CLEARED_AND_MOVED:
        long_segment(w, kind, 64 << 10);
        break;
    case WINDOW_OFF:
        ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), 0);
        break;
    case GRANT_OFF:
        ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
        break;
    default:
        nvlf_endpoint_reset(w->f, 0);
        break;
    }
}

/* All memory, but for the rings */
static uint64_t sum_of(struct world *w)
{
    const uint8_t *memory[] = { w->ep[0].mem.ptr, w->ep[1].mem.ptr, w->host };
    const uint64_t size[] = { HBM, HBM, HOST_SIZE - MIB };
    uint64_t sum = 0, i, word;
    unsigned int n;

    for (n = 0; n < 3; n++) {
        for (i = 0; i < size[n]; i += 8) {
            memcpy(&word, memory[n] + i, 8);
            sum = (sum ^ word) * 0x9e3779b97f4a7c15ull + (sum >> 29);
        }
    }
    return sum;
}

static void in_the_middle(void)
{
    unsigned int kind, how, op;

    for (kind = 0; kind < 4; kind++) {
        for (how = 0; how < HOWS; how++) {
            for (op = 0; op < 3; op++) {
                struct mock_queue q;
                struct world *w;
                struct trn4_desc d = copy_desc(SEG, 20 + kind, 0, SEG, 24, 0,
                                               LONG);
                struct trn4_cqe cqe = { .status = 0xffff };
                uint64_t sum;

                if (kind != 1 && (how == WINDOW_OFF || how == GRANT_OFF)) {
                    continue;
                }
                w = revoke_world(&q);
                long_segment(w, kind, 0);
                segment(w, 0, 0, 24, 10 * PAGE, LONG, IN(OWN) | RW);
                fill(w->ep[0].mem.ptr + 4 * PAGE, 10 * PAGE, 1);
                if (op == 1) {
                    d = copy_desc(SEG, 24, 0, SEG, 20 + kind, 0, LONG);
                } else if (op == 2) {
                    d = (struct trn4_desc) {
                        .opcode = TRN4_OP_FILL,
                        .dst_space = SEG,
                        .dst_slot = 20 + kind,
                        .fill = { .length = LONG, .rows = 1, .pattern = 3 },
                    };
                }
                queue_push(&q, &d);
                queue_ring(&q);
                CHECK(nvlf_engine_run(w->f, 0));
                CHECK(!queue_pop(&q, &cqe));
                goes(w, kind, how);
                sum = sum_of(w);
                engine_finish(w, 0);
                if (!EQ(sum_of(w), sum)) {
                    printf("# kind %u how %u op %u\n", kind, how, op);
                }
                if (how == RESET) {
                    CHECK(!queue_pop(&q, &cqe));
                } else {
                    CHECK(queue_pop(&q, &cqe));
                    if (!EQ(cqe.status, TRN4_STATUS_REVOKED)) {
                        printf("# kind %u how %u op %u\n", kind, how, op);
                    }
                    CHECK(cqe.value >= NVLF_CHUNK && cqe.value < LONG);
                }
                world_free(w);
            }
        }
    }
}

/* Another segment that goes, or another queue's, is no matter to it. */
static void others_go(void)
{
    struct mock_queue q;
    struct world *w = revoke_world(&q);
    struct trn4_desc d = copy_desc(SEG, 20, 0, SEG, 24, 0, LONG);
    struct trn4_cqe cqe;

    long_segment(w, 0, 0);
    segment(w, 0, 0, 24, 10 * PAGE, LONG, IN(OWN) | RW);
    segment(w, 0, 1, 20, 10 * PAGE, LONG, IN(OWN) | RW);
    segment(w, 1, 0, 20, 10 * PAGE, LONG, IN(OWN) | RW);
    queue_push(&q, &d);
    queue_ring(&q);
    CHECK(nvlf_engine_run(w->f, 0));
    ew(w, 0, segment_reg(0, 0, TRN4_SEGMENT_CTRL), 0);
    ew(w, 0, segment_reg(1, 20, TRN4_SEGMENT_CTRL), 0);
    ew(w, 1, segment_reg(0, 20, TRN4_SEGMENT_CTRL), 0);
    engine_finish(w, 0);
    CHECK(queue_pop(&q, &cqe));
    EQ(cqe.status, TRN4_STATUS_OK);
    EQ(cqe.value, LONG);
    world_free(w);
}

/*
 * A pin that is given back: the list of pages, and the pages, may be anything
 * afterwards, such as memory that must not be touched.
 */
static void pages_are_free_then(void)
{
    unsigned int op;

    for (op = 0; op < 2; op++) {
        struct mock_queue q;
        struct world *w = revoke_world(&q);
        struct trn4_desc d = copy_desc(SEG, 23, 0, SEG, 24, 0, LONG);
        struct trn4_cqe cqe;
        uint64_t done;

        if (op) {
            d = copy_desc(SEG, 24, 0, SEG, 23, 0, LONG);
        }
        long_segment(w, 3, 0);
        segment(w, 0, 0, 24, 10 * PAGE, LONG, IN(OWN) | RW);
        queue_push(&q, &d);
        queue_ring(&q);
        CHECK(nvlf_engine_run(w->f, 0));
        done = w->f->ep[0]->queues[0].op.done;
        goes(w, 3, CLEARED);
        w->bad_start = HOST_BASE;
        w->bad_end = HOST_BASE + HOST_SIZE - MIB;
        engine_finish(w, 0);
        CHECK(queue_pop(&q, &cqe));
        /* It did not so much as try: that were TRN4_STATUS_BUS. */
        EQ(cqe.status, TRN4_STATUS_REVOKED);
        EQ(cqe.value, done);
        world_check(w);
        world_free(w);
    }
}

/*
 * The other side ends: a copy that has nothing left to fear from its source
 * does not go on to its destination, and the other way round.
 */
static void either_side(void)
{
    unsigned int side;

    for (side = 0; side < 2; side++) {
        struct mock_queue q;
        struct world *w = revoke_world(&q);
        struct trn4_desc d = copy_desc(SEG, 20, 0, SEG, 24, 0, LONG);
        struct trn4_cqe cqe;
        uint64_t sum;

        long_segment(w, 0, 0);
        segment(w, 0, 0, 24, 10 * PAGE, LONG, IN(OWN) | RW);
        fill(w->ep[0].mem.ptr, HBM, side);
        queue_push(&q, &d);
        queue_push(&q, &(struct trn4_desc) { .id = 9 });
        queue_ring(&q);
        CHECK(nvlf_engine_run(w->f, 0));
        ew(w, 0, segment_reg(0, side ? 24 : 20, TRN4_SEGMENT_CTRL), 0);
        sum = sum_of(w);
        engine_finish(w, 0);
        EQ(sum_of(w), sum);
        CHECK(queue_pop(&q, &cqe));
        EQ(cqe.status, TRN4_STATUS_REVOKED);
        /* The queue goes on, and finds no segment any more. */
        CHECK(queue_pop(&q, &cqe));
        EQ(cqe.status, TRN4_STATUS_OK);
        EQ(cqe.id, 9);
        EQ(queue_do(&q, &d).status, TRN4_STATUS_NO_SEGMENT);
        world_free(w);
    }
}

static const struct tap_test tests[] = {
    TAP_TEST(in_the_middle),
    TAP_TEST(others_go),
    TAP_TEST(pages_are_free_then),
    TAP_TEST(either_side),
};
TAP_MAIN(tests)
