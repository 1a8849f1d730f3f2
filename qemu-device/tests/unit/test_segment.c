/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_segment.c - segments: their registers, what a user queue may not name,
 * and each check of a descriptor that names one. That bytes go where they should
 * is test_segment_data.c's, and a segment's end in the middle of its use
 * test_segment_revoke.c's.
 */
#include <string.h>

#include "mock.h"

#define HOST TRN4_SPACE_HOST
#define OWN  TRN4_SPACE_HBM
#define WIN  TRN4_SPACE_WINDOW
#define SEG  TRN4_SPACE_SEGMENT

#define USER  TRN4_QUEUE_USER
#define VALID TRN4_SEGMENT_VALID
#define PAGES TRN4_SEGMENT_PAGES

#define R     NVL_RIGHT_READ
#define RW    (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define RWA   NVL_RIGHTS_ALL
#define K4    4096ull
#define HALF  (8 * PAGE)
#define HBM   (16 * PAGE)
#define SIZE0 0x8000ull

#define IN(space) TRN4_SEGMENT_SPACE((uint32_t)(space))
#define SLOT(n)   TRN4_SEGMENT_SLOT((uint32_t)(n))

/* Window 0 on endpoint 1 from page 2 on; 1, a page of it, read-only */
static struct world *segment_world(struct mock_queue *q)
{
    struct world *w = world_new(1, HBM, 2 * HALF);

    world_open(w);
    grant(w, 1, 0, 2 * PAGE, 8 * PAGE, RWA);
    EQ(window(w, 0, 0, 0, 4 * PAGE, 0, 1, 0, RWA), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 1, HALF, PAGE, 0, 1, 0, R), TRN4_WINDOW_LIVE);
    queue_open(q, w, 0, 0, 5, USER);
    return w;
}

static void good(struct world *w, unsigned int n, uint64_t base, uint64_t size,
                 uint32_t ctrl)
{
    if (!EQ(segment(w, 0, 0, n, base, size, ctrl), ctrl | VALID)) {
        printf("# segment %u\n", n);
    }
    EQ(newest_error(w, 0), NVL_ERR_NONE);
}

/* A list of pages at @list of host memory, from @first on */
static void list_of(struct world *w, uint64_t list, uint64_t first,
                    unsigned int n)
{
    uint64_t *entry = (void *)(w->host + list);

    while (n--) {
        *entry++ = HOST_BASE + first;
        first += K4;
    }
}

/* ---- Registers ------------------------------------------------------- */

#define BASE_OF(q, n) segment_reg(q, n, TRN4_SEGMENT_BASE_ADDR)
#define SIZE_OF(q, n) segment_reg(q, n, TRN4_SEGMENT_SIZE)
#define CTRL_OF(q, n) segment_reg(q, n, TRN4_SEGMENT_CTRL)

/* Each keeps what it was given, whatever the others are given. */
static void apart_from_others(void)
{
    struct mock_queue q;
    struct world *w = segment_world(&q);
    unsigned int e, i, n;

    for (e = 0; e < 2; e++) {
        for (i = 0; i < TRN4_QUEUES; i++) {
            for (n = 0; n < TRN4_SEGMENTS; n++) {
                uint64_t number = 1 + (e * TRN4_QUEUES + i) * TRN4_SEGMENTS + n;

                EQ(segment(w, e, i, n, number * K4, number,
                           IN(WIN) | SLOT(n) | R),
                   IN(WIN) | SLOT(n) | R | VALID);
            }
        }
    }
    for (e = 0; e < 2; e++) {
        for (i = 0; i < TRN4_QUEUES; i++) {
            for (n = 0; n < TRN4_SEGMENTS; n++) {
                uint64_t number = 1 + (e * TRN4_QUEUES + i) * TRN4_SEGMENTS + n;

                EQ(erq(w, e, BASE_OF(i, n)), number * K4);
                EQ(erq(w, e, SIZE_OF(i, n)), number);
                EQ(er(w, e, CTRL_OF(i, n)), IN(WIN) | SLOT(n) | R | VALID);
            }
        }
        EQ(er(w, e, NVL_REG_ERR_COUNT), 0);
    }
    /* One goes alone. */
    ew(w, 0, CTRL_OF(5, 6), 0);
    EQ(er(w, 0, CTRL_OF(5, 6)), 0);
    EQ(er(w, 0, CTRL_OF(5, 5)), IN(WIN) | SLOT(5) | R | VALID);
    EQ(er(w, 0, CTRL_OF(5, 7)), IN(WIN) | SLOT(7) | R | VALID);
    EQ(er(w, 0, CTRL_OF(4, 6)), IN(WIN) | SLOT(6) | R | VALID);
    EQ(er(w, 0, CTRL_OF(6, 6)), IN(WIN) | SLOT(6) | R | VALID);
    EQ(er(w, 1, CTRL_OF(5, 6)), IN(WIN) | SLOT(6) | R | VALID);
    world_check(w);
    world_free(w);
}

static void reset_values(void)
{
    struct mock_queue q;
    struct world *w = segment_world(&q);
    static const unsigned int at[] = { 0, 1, 77, 127 };
    unsigned int how, i, n;

    for (how = 0; how < 4; how++) {
        for (i = 0; i < TRN4_QUEUES; i++) {
            for (n = 0; n < NVLF_COUNT(at); n++) {
                EQ(segment(w, 0, i, at[n], K4, K4, IN(OWN) | RWA),
                   IN(OWN) | RWA | VALID);
                EQ(segment(w, 1, i, at[n], K4, K4, IN(OWN) | RWA),
                   IN(OWN) | RWA | VALID);
            }
            /* Not valid, but not zero either */
            ewq(w, 0, BASE_OF(i, 3), 3 * K4);
            ewq(w, 0, SIZE_OF(i, 4), 5);
        }
        switch (how) {
        case 0:
            nvlf_endpoint_reset(w->f, 0);
            break;
        case 1:
            ew(w, 0, NVL_REG_CTRL, NVL_CTRL_RESET);
            break;
        case 2:
            nvlf_endpoint_detach(w->f, 0);
            EQ(world_attach(w, 0), 0);
            break;
        default:
            ep_faults(w, 0, "dead");
            ep_faults(w, 0, "");
            break;
        }
        for (i = 0; i < TRN4_QUEUES; i++) {
            for (n = 0; n < TRN4_SEGMENTS; n++) {
                EQ(erq(w, 0, BASE_OF(i, n)), 0);
                EQ(erq(w, 0, SIZE_OF(i, n)), 0);
                EQ(er(w, 0, CTRL_OF(i, n)), 0);
            }
            EQ(er(w, 1, CTRL_OF(i, 77)), IN(OWN) | RWA | VALID);
        }
    }
    world_free(w);
}

/* All that is refused is wrong in one respect only. */
static void valid_refused(void)
{
    static const struct {
        uint64_t base, size;
        uint32_t ctrl;
        bool good;
    } t[] = {
        { K4, K4, IN(HOST) | R, true },
        { K4, K4, IN(HOST) | RW, true },
        { K4, K4, IN(HOST) | PAGES | RW, true },
        { K4, K4, IN(OWN) | R, true },
        { K4, K4, IN(OWN) | RW, true },
        { K4, K4, IN(OWN) | RWA, true },
        { K4, K4, IN(WIN) | SLOT(0) | RWA, true },
        { K4, K4, IN(WIN) | SLOT(511) | RWA, true },
        { K4, 1, IN(OWN) | R, true },
        { 0, 1, IN(OWN) | R, true },
        /* Rights */
        { K4, K4, IN(OWN), false },
        { K4, K4, IN(OWN) | NVL_RIGHT_WRITE, false },
        { K4, K4, IN(OWN) | NVL_RIGHT_ATOMIC, false },
        { K4, K4, IN(OWN) | R | NVL_RIGHT_ATOMIC, false },
        { K4, K4, IN(OWN) | NVL_RIGHT_WRITE | NVL_RIGHT_ATOMIC, false },
        { K4, K4, IN(HOST) | RWA, false },
        { K4, K4, IN(HOST) | PAGES | RWA, false },
        /* Spaces */
        { K4, K4, IN(SEG) | R, false },
        { K4, K4, IN(4) | R, false },
        { K4, K4, IN(5) | R, false },
        { K4, K4, IN(6) | R, false },
        { K4, K4, IN(7) | R, false },
        /* Lists, and windows, elsewhere */
        { K4, K4, IN(OWN) | PAGES | R, false },
        { K4, K4, IN(WIN) | PAGES | R, false },
        { K4, K4, IN(HOST) | SLOT(1) | R, false },
        { K4, K4, IN(HOST) | PAGES | SLOT(1) | R, false },
        { K4, K4, IN(OWN) | SLOT(1) | R, false },
        { K4, K4, IN(OWN) | SLOT(0x4000) | R, false },
        { K4, K4, IN(WIN) | SLOT(512) | R, false },
        { K4, K4, IN(WIN) | SLOT(0x7fff) | R, false },
        /* Bits that are none */
        { K4, K4, IN(OWN) | R | 1u << 3, false },
        { K4, K4, IN(OWN) | R | 1u << 8, false },
        { K4, K4, IN(OWN) | R | 1u << 15, false },
        /* Sizes and ends */
        { K4, 0, IN(OWN) | R, false },
        { 0, 0, IN(HOST) | R, false },
        { K4, 0, IN(HOST) | PAGES | R, false },
        /* As for rings, nobody's business is the last byte of the bus. */
        { -K4, K4 - 1, IN(HOST) | R, true },
        { -K4, K4 + 1, IN(HOST) | R, false },
        { -K4, ~0ull, IN(HOST) | R, false },
        { K4, ~0ull, IN(HOST) | R, false },
        { K4, -K4 + 1, IN(HOST) | R, false },
        { 0, ~0ull, IN(HOST) | R, true },
        { -K4, K4 + 1, IN(OWN) | R, false },
        { K4, ~0ull, IN(OWN) | R, false },
        { -K4, K4 + 1, IN(WIN) | R, false },
        { K4, ~0ull, IN(WIN) | R, false },
        /* A list has eight bytes for each 4 KiB that begin. */
        { -K4, 511 * K4 - 1, IN(HOST) | PAGES | R, true },
        { -K4, 512 * K4 + 1, IN(HOST) | PAGES | R, false },
        { -K4, ~0ull, IN(HOST) | PAGES | R, false },
        { 0, ~0ull, IN(HOST) | PAGES | R, true },
        { -(1ull << 55) + K4, ~0ull, IN(HOST) | PAGES | R, false },
    };
    struct mock_queue q;
    struct world *w = segment_world(&q);
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(t); i++) {
        uint32_t ctrl;

        newest_error(w, 0);
        ctrl = segment(w, 0, 9, 4, t[i].base, t[i].size, t[i].ctrl);
        if (!EQ(ctrl, t[i].good ? t[i].ctrl | VALID : 0) ||
            !EQ(newest_error(w, 0), t[i].good ? NVL_ERR_NONE : NVL_ERR_VALUE)) {
            printf("# case %u\n", i);
        }
        EQ(erq(w, 0, BASE_OF(9, 4)), t[i].base);
        EQ(erq(w, 0, SIZE_OF(9, 4)), t[i].size);
    }
    /* A BASE that is not aligned is kept, as all are until VALID is asked for. */
    for (i = 0; i < 12; i++) {
        newest_error(w, 0);
        EQ(segment(w, 0, 9, 4, 16 * K4 + (1ull << i), K4, IN(OWN) | R), 0);
        EQ(newest_error(w, 0), NVL_ERR_VALUE);
        EQ(segment(w, 0, 9, 4, 16 * K4 + (1ull << i), K4, IN(HOST) | PAGES | R),
           0);
        EQ(newest_error(w, 0), NVL_ERR_VALUE);
    }
    world_free(w);
}

static void locked_while_valid(void)
{
    struct mock_queue q;
    struct world *w = segment_world(&q);
    const uint32_t ctrl = IN(WIN) | SLOT(7) | RW;
    const uint32_t other[] = {
        IN(WIN) | SLOT(7) | R,   IN(WIN) | SLOT(7) | RWA, IN(OWN) | RW,
        IN(WIN) | SLOT(6) | RW,  IN(HOST) | RW,           IN(HOST) | PAGES | RW,
        IN(WIN) | SLOT(263) | RW
    };
    unsigned int i;

    EQ(segment(w, 0, 1, 2, K4, 2 * K4, ctrl), ctrl | VALID);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    ewq(w, 0, BASE_OF(1, 2), 2 * K4);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    ewq(w, 0, SIZE_OF(1, 2), K4);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    for (i = 0; i < 2; i++) {
        ew(w, 0, BASE_OF(1, 2) + 4 * i, 2 * K4);
        EQ(newest_error(w, 0), NVL_ERR_BUSY);
        ew(w, 0, SIZE_OF(1, 2) + 4 * i, K4);
        EQ(newest_error(w, 0), NVL_ERR_BUSY);
    }
    for (i = 0; i < NVLF_COUNT(other); i++) {
        ew(w, 0, CTRL_OF(1, 2), other[i] | VALID);
        EQ(newest_error(w, 0), NVL_ERR_BUSY);
        EQ(er(w, 0, CTRL_OF(1, 2)), ctrl | VALID);
    }
    EQ(erq(w, 0, BASE_OF(1, 2)), K4);
    EQ(erq(w, 0, SIZE_OF(1, 2)), 2 * K4);
    /* VALID can go, with what stands beside it or without. */
    ew(w, 0, CTRL_OF(1, 2), ctrl);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    EQ(er(w, 0, CTRL_OF(1, 2)), ctrl);
    ewq(w, 0, BASE_OF(1, 2), 5 * K4);
    ewq(w, 0, SIZE_OF(1, 2), 6 * K4);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    EQ(erq(w, 0, BASE_OF(1, 2)), 5 * K4);
    ew(w, 0, CTRL_OF(1, 2), ctrl | VALID);
    ew(w, 0, CTRL_OF(1, 2), 0);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    CHECK(!(er(w, 0, CTRL_OF(1, 2)) & VALID));
    /* What its queue does is no matter: it works, or it does not. */
    EQ(segment(w, 0, 0, 2, K4, K4, ctrl), ctrl | VALID);
    ewq(w, 0, BASE_OF(0, 3), 5 * K4);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    world_free(w);
}

static void halves(void)
{
    struct mock_queue q;
    struct world *w = segment_world(&q);

    ew(w, 0, BASE_OF(63, 127), 0x12345000);
    EQ(erq(w, 0, BASE_OF(63, 127)), 0x12345000);
    ew(w, 0, BASE_OF(63, 127) + 4, 0xabcdef01);
    EQ(erq(w, 0, BASE_OF(63, 127)), 0xabcdef0112345000);
    EQ(er(w, 0, BASE_OF(63, 127)), 0x12345000);
    EQ(er(w, 0, BASE_OF(63, 127) + 4), 0xabcdef01);
    ew(w, 0, SIZE_OF(63, 127) + 4, 0x11);
    ew(w, 0, SIZE_OF(63, 127), 0x87654321);
    EQ(erq(w, 0, SIZE_OF(63, 127)), 0x1187654321);
    ew(w, 0, SIZE_OF(63, 127) + 4, 0);
    EQ(erq(w, 0, SIZE_OF(63, 127)), 0x87654321);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    /* CTRL has no halves, and nothing follows it. */
    ewq(w, 0, CTRL_OF(63, 127), IN(HOST) | RW | VALID);
    EQ(newest_error(w, 0), NVL_ERR_ACCESS);
    EQ(er(w, 0, CTRL_OF(63, 127)), 0);
    ew(w, 0, CTRL_OF(63, 127) + 4, 1);
    EQ(newest_error(w, 0), NVL_ERR_ACCESS);
    ew(w, 0, CTRL_OF(63, 127) + TRN4_SEGMENT_STRIDE, 1);
    EQ(newest_error(w, 0), NVL_ERR_ACCESS);
    world_free(w);
}

/* USER is chosen before ENABLE, or with it, and stays. */
static void user_is_locked(void)
{
    struct mock_queue q;
    struct world *w = segment_world(&q);
    const uint64_t ctrl = queue_reg(3, TRN4_QUEUE_CTRL);
    const uint32_t on = TRN4_QUEUE_ENABLE, irq = TRN4_QUEUE_IRQ;
    struct trn4_desc d = copy_desc(OWN, 0, 0, OWN, 0, 64, 8);

    ew(w, 0, ctrl, USER);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    EQ(er(w, 0, ctrl), USER);
    ew(w, 0, ctrl, 0);
    EQ(er(w, 0, ctrl), 0);
    queue_open(&q, w, 0, 3, 3, 0);
    ew(w, 0, ctrl, on | USER);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    ew(w, 0, ctrl, on | irq | USER);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    EQ(er(w, 0, ctrl), on);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    queue_open(&q, w, 0, 3, 3, USER);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    EQ(er(w, 0, ctrl), on | USER);
    ew(w, 0, ctrl, on);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    EQ(er(w, 0, ctrl), on | USER);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_BAD_FIELD);
    ew(w, 0, ctrl, on | irq | USER);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    EQ(er(w, 0, ctrl), on | irq | USER);
    ew(w, 0, ctrl, 0);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    EQ(er(w, 0, ctrl), 0);
    EQ(er(w, 0, queue_reg(3, TRN4_QUEUE_STATUS)), TRN4_QUEUE_OFF);
    world_free(w);
}

/* ---- What is refused ------------------------------------------------- */

#define LOOK (64 << 10)

/* Of all memories what segments of these tests name, and beside it */
static void make_all(struct world *w)
{
    memset(w->ep[0].mem.ptr, 0x31, LOOK);
    memset(w->ep[1].mem.ptr + 2 * PAGE - K4, 0x33, LOOK);
    memset(w->host, 0x35, LOOK);
    w->ep[0].dirty_bytes = w->ep[1].dirty_bytes = 0;
}

static bool only(const uint8_t *p, uint8_t byte, uint64_t n)
{
    return p[0] == byte && !memcmp(p, p + 1, n - 1);
}

static bool refused(struct mock_queue *q, struct trn4_desc d, uint16_t status)
{
    struct world *w = q->w;
    struct trn4_cqe cqe = queue_do(q, &d);
    bool so = EQ(cqe.status, status);

    so &= EQ(cqe.value, 0);
    so &= EQ(cqe.start, cqe.end);
    so &= CHECK(only(w->ep[0].mem.ptr, 0x31, LOOK));
    so &= CHECK(only(w->ep[1].mem.ptr + 2 * PAGE - K4, 0x33, LOOK));
    so &= CHECK(only(w->host, 0x35, LOOK));
    so &= EQ(w->ep[0].dirty_bytes + w->ep[1].dirty_bytes, 0);
    if (!so) {
        make_all(w);
    }
    return so;
}

#define REFUSED(q, d, status) \
    do { \
        if (!refused(q, d, status)) { \
            printf("# line %d\n", __LINE__); \
        } \
    } while (0)

static struct trn4_desc fill_desc(uint8_t space, uint16_t slot, uint64_t dst,
                                  uint64_t length)
{
    return (struct trn4_desc) {
        .opcode = TRN4_OP_FILL,
        .id = 0xf1,
        .dst_space = space,
        .dst_slot = slot,
        .dst = dst,
        .fill = { .length = length, .rows = 1, .pattern = ~0ull },
    };
}

static struct trn4_desc add_desc(uint8_t space, uint16_t slot, uint64_t dst)
{
    return atomic_desc(space, slot, dst, TRN4_ATOMIC_ADD, TRN4_TYPE_U64, 1, 0);
}

/* An atomic whose old word is put at @src */
static struct trn4_desc wide_desc(uint8_t src_space, uint16_t src_slot,
                                  uint64_t src, uint8_t space, uint16_t slot,
                                  uint64_t dst)
{
    struct trn4_desc d = atomic_desc(space, slot, dst, TRN4_ATOMIC_ADD,
                                     TRN4_TYPE_F32X4, 0x3f800000, 0);

    d.src_space = src_space;
    d.src_slot = src_slot;
    d.src = src;
    return d;
}

static struct trn4_desc signal_desc(uint8_t space, uint16_t slot, uint64_t dst)
{
    return semaphore_desc(space, slot, dst, TRN4_SEMAPHORE_SIGNAL,
                          TRN4_TYPE_U64, 9, 0);
}

/* It would wait for ever if it began. */
static struct trn4_desc wait_desc(uint8_t space, uint16_t slot, uint64_t dst)
{
    return semaphore_desc(space, slot, dst, TRN4_SEMAPHORE_EQ, TRN4_TYPE_U64, 9,
                          0);
}

/* 0 HBM, 1 window, 2 host, 3 host in pages: all rights that there are */
static struct world *four_segments(struct mock_queue *q)
{
    struct world *w = segment_world(q);

    list_of(w, MIB, 0x4000, SIZE0 / K4);
    good(w, 0, K4, SIZE0, IN(OWN) | RWA);
    good(w, 1, K4, SIZE0, IN(WIN) | SLOT(0) | RWA);
    good(w, 2, HOST_BASE + K4, SIZE0, IN(HOST) | RW);
    good(w, 3, HOST_BASE + MIB, SIZE0, IN(HOST) | PAGES | RW);
    make_all(w);
    return w;
}

static void spaces(void)
{
    struct mock_queue q, kernel;
    struct world *w = four_segments(&q);
    unsigned int s, n;

    queue_open(&kernel, w, 0, 1, 5, 0);
    segment(w, 0, 1, 0, K4, SIZE0, IN(OWN) | RWA);
    /* What a user's queue takes for itself, another does not; and so on */
    for (s = 0; s < 256; s++) {
        struct mock_queue *who = s == SEG ? &kernel : &q;
        uint64_t addr = s == HOST ? HOST_BASE : 0;
        uint8_t ok = s == SEG ? OWN : SEG;

        REFUSED(who, copy_desc(s, 0, addr, ok, 0, 0, 8), TRN4_STATUS_BAD_FIELD);
        REFUSED(who, copy_desc(ok, 0, 0, s, 0, addr, 8), TRN4_STATUS_BAD_FIELD);
        REFUSED(who, copy_desc(s, 0, addr, s, 0, addr, 8),
                TRN4_STATUS_BAD_FIELD);
        REFUSED(who, copy_desc(s, 0, addr, ok, 0, 0, 0), TRN4_STATUS_BAD_FIELD);
        REFUSED(who, fill_desc(s, 0, addr, 8), TRN4_STATUS_BAD_FIELD);
        REFUSED(who, add_desc(s, 0, addr), TRN4_STATUS_BAD_FIELD);
        REFUSED(who, wide_desc(s, 0, addr, ok, 0, 0), TRN4_STATUS_BAD_FIELD);
        REFUSED(who, wide_desc(ok, 0, 0, s, 0, addr), TRN4_STATUS_BAD_FIELD);
        REFUSED(who, signal_desc(s, 0, addr), TRN4_STATUS_BAD_FIELD);
        REFUSED(who, wait_desc(s, 0, addr), TRN4_STATUS_BAD_FIELD);
    }
    /* Numbers that no segment has */
    for (n = TRN4_SEGMENTS; n < 65536; n = n * 2 + 1) {
        REFUSED(&q, copy_desc(SEG, n, 0, SEG, 0, 0, 8), TRN4_STATUS_BAD_FIELD);
        REFUSED(&q, copy_desc(SEG, 0, 0, SEG, n, 0, 8), TRN4_STATUS_BAD_FIELD);
        REFUSED(&q, fill_desc(SEG, n, 0, 8), TRN4_STATUS_BAD_FIELD);
        REFUSED(&q, add_desc(SEG, n, 0), TRN4_STATUS_BAD_FIELD);
        REFUSED(&q, wide_desc(SEG, n, 0, SEG, 0, 0), TRN4_STATUS_BAD_FIELD);
        REFUSED(&q, signal_desc(SEG, n, 0), TRN4_STATUS_BAD_FIELD);
        REFUSED(&q, wait_desc(SEG, n, 0), TRN4_STATUS_BAD_FIELD);
    }
    /* Fields without use are zero in a user's queue, too. */
    REFUSED(&q, ((struct trn4_desc) { .src_space = SEG }),
            TRN4_STATUS_BAD_FIELD);
    REFUSED(&q, ((struct trn4_desc) { .dst_space = SEG }),
            TRN4_STATUS_BAD_FIELD);
    REFUSED(&q,
            ((struct trn4_desc) { .opcode = TRN4_OP_FENCE, .dst_space = SEG }),
            TRN4_STATUS_BAD_FIELD);
    REFUSED(&q, ((struct trn4_desc) { .opcode = TRN4_OP_FENCE }),
            TRN4_STATUS_OK);
    REFUSED(&q, ((struct trn4_desc) { .opcode = TRN4_OP_NOP }), TRN4_STATUS_OK);
    world_check(w);
    world_free(w);
}

/* Segments that there are not: never were, are no more, are another queue's */
static void no_segment(void)
{
    struct mock_queue q, other;
    struct world *w = four_segments(&q);
    static const unsigned int gone[] = { 8, 9, 10, 127 };
    unsigned int i;

    queue_open(&other, w, 0, 1, 5, USER);
    good(w, 9, K4, SIZE0, IN(OWN) | RWA);
    ew(w, 0, CTRL_OF(0, 9), IN(OWN) | RWA);
    EQ(segment(w, 0, 1, 10, K4, SIZE0, IN(OWN) | RWA), IN(OWN) | RWA | VALID);
    EQ(segment(w, 1, 0, 10, K4, SIZE0, IN(OWN) | RWA), IN(OWN) | RWA | VALID);
    for (i = 0; i < NVLF_COUNT(gone); i++) {
        unsigned int n = gone[i];

        REFUSED(&q, copy_desc(SEG, n, 0, SEG, 0, 0, 8), TRN4_STATUS_NO_SEGMENT);
        REFUSED(&q, copy_desc(SEG, 0, 0, SEG, n, 0, 8), TRN4_STATUS_NO_SEGMENT);
        REFUSED(&q, copy_desc(SEG, 0, 0, SEG, n, 0, 0), TRN4_STATUS_NO_SEGMENT);
        REFUSED(&q, copy_desc(SEG, n, 0, SEG, 0, 0, 0), TRN4_STATUS_NO_SEGMENT);
        REFUSED(&q, fill_desc(SEG, n, 0, 8), TRN4_STATUS_NO_SEGMENT);
        REFUSED(&q, fill_desc(SEG, n, 0, 0), TRN4_STATUS_NO_SEGMENT);
        REFUSED(&q, add_desc(SEG, n, 0), TRN4_STATUS_NO_SEGMENT);
        REFUSED(&q, wide_desc(SEG, n, 0, SEG, 0, 0), TRN4_STATUS_NO_SEGMENT);
        REFUSED(&q, signal_desc(SEG, n, 0), TRN4_STATUS_NO_SEGMENT);
        REFUSED(&q, wait_desc(SEG, n, 0), TRN4_STATUS_NO_SEGMENT);
    }
    /* Each queue reaches its own, and not where the other's is. */
    good(w, 10, 3 * K4, K4, IN(OWN) | RWA);
    EQ(queue_do(&q, &(struct trn4_desc) { .opcode = 0 }).status, 0);
    {
        struct trn4_desc d = signal_desc(SEG, 10, 0);
        uint64_t *hbm = (void *)w->ep[0].mem.ptr;

        EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
        EQ(hbm[3 * K4 / 8], 9);
        EQ(hbm[K4 / 8], 0x3131313131313131);
        hbm[3 * K4 / 8] = 0x3131313131313131;
        EQ(queue_do(&other, &d).status, TRN4_STATUS_OK);
        EQ(hbm[3 * K4 / 8], 0x3131313131313131);
        EQ(hbm[K4 / 8], 9);
    }
    world_free(w);
}

static void no_right(void)
{
    struct mock_queue q;
    struct world *w = four_segments(&q);
    unsigned int n;

    /* As 0 to 3, without WRITE; then without ATOMIC */
    good(w, 4, K4, SIZE0, IN(OWN) | R);
    good(w, 5, K4, SIZE0, IN(WIN) | SLOT(0) | R);
    good(w, 6, HOST_BASE + K4, SIZE0, IN(HOST) | R);
    good(w, 7, HOST_BASE + MIB, SIZE0, IN(HOST) | PAGES | R);
    good(w, 8, K4, SIZE0, IN(OWN) | RW);
    good(w, 9, K4, SIZE0, IN(WIN) | SLOT(0) | RW);
    /* The segment has it, but its window has not. */
    good(w, 10, K4, SIZE0, IN(WIN) | SLOT(1) | RWA);
    good(w, 11, K4, SIZE0, IN(WIN) | SLOT(2) | RWA);
    for (n = 4; n < 11; n++) {
        bool writes = n == 8 || n == 9;

        if (!writes) {
            REFUSED(&q, copy_desc(SEG, 0, 0, SEG, n, 0, 8),
                    TRN4_STATUS_NO_RIGHT);
            REFUSED(&q, copy_desc(SEG, 0, 0, SEG, n, 0, 0),
                    TRN4_STATUS_NO_RIGHT);
            REFUSED(&q, fill_desc(SEG, n, 0, 8), TRN4_STATUS_NO_RIGHT);
            REFUSED(&q, wide_desc(SEG, n, 0, SEG, 0, 0), TRN4_STATUS_NO_RIGHT);
            REFUSED(&q, signal_desc(SEG, n, 0), TRN4_STATUS_NO_RIGHT);
        }
        REFUSED(&q, add_desc(SEG, n, 0), TRN4_STATUS_NO_RIGHT);
        REFUSED(&q, wide_desc(SEG, 0, 0, SEG, n, 0), TRN4_STATUS_NO_RIGHT);
        /* To read, all can. */
        EQ(queue_do(&q,
                    &(struct trn4_desc) {
                        .opcode = TRN4_OP_SEMAPHORE,
                        .dst_space = SEG,
                        .dst_slot = n,
                        .kind = TRN4_SEMAPHORE_NE,
                        .type = TRN4_TYPE_U64,
                    })
               .status,
           TRN4_STATUS_OK);
    }
    /* Host memory has none of atomics. */
    REFUSED(&q, add_desc(SEG, 2, 0), TRN4_STATUS_NO_RIGHT);
    REFUSED(&q, add_desc(SEG, 3, 0), TRN4_STATUS_NO_RIGHT);
    /* A window that is none */
    REFUSED(&q, fill_desc(SEG, 11, 0, 8), TRN4_STATUS_NO_WINDOW);
    REFUSED(&q, copy_desc(SEG, 11, 0, SEG, 0, 0, 8), TRN4_STATUS_NO_WINDOW);
    REFUSED(&q, wait_desc(SEG, 11, 0), TRN4_STATUS_NO_WINDOW);
    world_free(w);
}

static void bad_range(void)
{
    static const uint64_t beyond[][2] = {
        { SIZE0, 1 },         { SIZE0 - 7, 8 },
        { 0, SIZE0 + 1 },     { SIZE0 + 1, 0 },
        { ~0ull, 0 },         { ~0ull, 1 },
        { ~0ull, 2 },         { -8ull, 8 },
        { -8ull, 16 },        { -K4, 2 * K4 },
        { 8, ~0ull },         { 8, -8ull },
        { 1ull << 63, 8 },    { 1ull << 63, 1ull << 63 },
        { -K4 - 8, K4 + 16 },
    };
    struct mock_queue q;
    struct world *w = four_segments(&q);
    unsigned int i, n;

    for (n = 0; n < 4; n++) {
        unsigned int o = n ? 0 : 1;
        struct trn4_desc d;

        for (i = 0; i < NVLF_COUNT(beyond); i++) {
            uint64_t at = beyond[i][0], length = beyond[i][1];

            REFUSED(&q, copy_desc(SEG, n, at, SEG, n, 0, length),
                    TRN4_STATUS_BAD_RANGE);
            REFUSED(&q, copy_desc(SEG, n, 0, SEG, n, at, length),
                    TRN4_STATUS_BAD_RANGE);
            REFUSED(&q, fill_desc(SEG, n, at, length), TRN4_STATUS_BAD_RANGE);
            if (at % 8 == 0 && at >= SIZE0) {
                REFUSED(&q, signal_desc(SEG, n, at), TRN4_STATUS_BAD_RANGE);
                REFUSED(&q, wait_desc(SEG, n, at), TRN4_STATUS_BAD_RANGE);
            }
            if (n < 2 && at % 8 == 0 && at >= SIZE0) {
                REFUSED(&q, add_desc(SEG, n, at), TRN4_STATUS_BAD_RANGE);
            }
            if (at % 16 == 0 && at >= SIZE0) {
                REFUSED(&q, wide_desc(SEG, n, at, SEG, o, 0),
                        TRN4_STATUS_BAD_RANGE);
            }
        }
        /* The last of rows, by a byte, and sums of rows that wrap */
        d = fill_desc(SEG, n, 0, 8);
        d.fill.rows = 5;
        d.fill.pitch = (SIZE0 - 8) / 4 + 1;
        REFUSED(&q, d, TRN4_STATUS_BAD_RANGE);
        d.fill.rows = 1 + (1ull << 62);
        d.fill.pitch = 8;
        REFUSED(&q, d, TRN4_STATUS_BAD_RANGE);
        d.fill.pitch = 1ull << 63;
        d.fill.rows = 3;
        REFUSED(&q, d, TRN4_STATUS_BAD_RANGE);
        /* Nothing, at the end */
        REFUSED(&q, copy_desc(SEG, n, SIZE0, SEG, n, SIZE0, 0), TRN4_STATUS_OK);
    }
    /* Inside the segment, but beyond what it lies in */
    good(w, 20, HBM - K4, 2 * K4, IN(OWN) | RWA);
    good(w, 21, 4 * PAGE - K4, 2 * K4, IN(WIN) | SLOT(0) | RWA);
    for (n = 20; n < 22; n++) {
        REFUSED(&q, fill_desc(SEG, n, K4 - 7, 8), TRN4_STATUS_BAD_RANGE);
        REFUSED(&q, fill_desc(SEG, n, K4, 1), TRN4_STATUS_BAD_RANGE);
        REFUSED(&q, add_desc(SEG, n, K4), TRN4_STATUS_BAD_RANGE);
        REFUSED(&q, signal_desc(SEG, n, K4), TRN4_STATUS_BAD_RANGE);
        REFUSED(&q, copy_desc(SEG, 0, 0, SEG, n, K4 - 1, 2),
                TRN4_STATUS_BAD_RANGE);
    }
    world_free(w);
}

static void bad_align(void)
{
    struct mock_queue q;
    struct world *w = four_segments(&q);
    unsigned int n;

    for (n = 0; n < 4; n++) {
        REFUSED(&q, signal_desc(SEG, n, 4), TRN4_STATUS_BAD_ALIGN);
        REFUSED(&q, wait_desc(SEG, n, K4 + 1), TRN4_STATUS_BAD_ALIGN);
        REFUSED(&q, wide_desc(SEG, n, 8, SEG, 0, 0), TRN4_STATUS_BAD_ALIGN);
    }
    for (n = 0; n < 2; n++) {
        REFUSED(&q, add_desc(SEG, n, 12), TRN4_STATUS_BAD_ALIGN);
        REFUSED(&q, wide_desc(SEG, 0, 0, SEG, n, 8), TRN4_STATUS_BAD_ALIGN);
    }
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(apart_from_others),
    TAP_TEST(reset_values),
    TAP_TEST(valid_refused),
    TAP_TEST(locked_while_valid),
    TAP_TEST(halves),
    TAP_TEST(user_is_locked),
    TAP_TEST(spaces),
    TAP_TEST(no_segment),
    TAP_TEST(no_right),
    TAP_TEST(bad_range),
    TAP_TEST(bad_align),
};
TAP_MAIN(tests)
