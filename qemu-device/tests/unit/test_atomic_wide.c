/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_atomic_wide.c - atomics on words of 16 bytes: U128 and F32X4, and the
 * old word, which does not fit in a record and is put at src.
 */
#include <string.h>

#include "mock.h"

#define HOST TRN4_SPACE_HOST
#define OWN  TRN4_SPACE_HBM
#define WIN  TRN4_SPACE_WINDOW

#define U128  TRN4_TYPE_U128
#define F32X4 TRN4_TYPE_F32X4
#define ADD   TRN4_ATOMIC_ADD
#define SWAP  TRN4_ATOMIC_SWAP
#define CAS   TRN4_ATOMIC_CAS

#define RW   (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define RWA  NVL_RIGHTS_ALL
#define HALF (4 * PAGE)
#define HBM  (8 * PAGE)

struct word {
    uint64_t w[2];
};

/*
 * Endpoint 0 with windows of one page: 0 (all rights) and 1 (read-only) on
 * endpoint 1 from page 2 on, 2 (no atomics) on endpoint 1 from page 3 on.
 */
static struct world *wide_world(struct mock_queue *q)
{
    struct world *w = world_new(1, HBM, 2 * HALF);

    world_open(w);
    grant(w, 1, 0, 2 * PAGE, 4 * PAGE, RWA);
    EQ(window(w, 0, 0, 0, PAGE, 0, 1, 0, RWA), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 1, HALF, PAGE, 0, 1, 0, NVL_RIGHT_READ), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 2, PAGE, PAGE, PAGE, 1, 0, RW), TRN4_WINDOW_LIVE);
    queue_open(q, w, 0, 0, 6, 0);
    return w;
}

/* clang-format off */
static const struct {
    uint8_t kind, type;
    struct word before, operand, compare, after;
} cases[] = {
    { SWAP, U128, { { 1, 2 } }, { { 3, 4 } }, { { 0, 0 } }, { { 3, 4 } } },
    { SWAP, U128, { { 1, 2 } }, { { 0, 0 } }, { { 0, 0 } }, { { 0, 0 } } },
    { SWAP, U128, { { 0, ~0ull } }, { { ~0ull, 0 } }, { { 0, 0 } },
      { { ~0ull, 0 } } },
    { CAS, U128, { { 1, 2 } }, { { 3, 4 } }, { { 1, 2 } }, { { 3, 4 } } },
    { CAS, U128, { { 1, 2 } }, { { 3, 4 } }, { { 0, 2 } }, { { 1, 2 } } },
    { CAS, U128, { { 1, 2 } }, { { 3, 4 } }, { { 1, 0 } }, { { 1, 2 } } },
    { CAS, U128, { { 1, 2 } }, { { 3, 4 } }, { { 2, 1 } }, { { 1, 2 } } },
    { CAS, U128, { { 1, 1ull << 63 } }, { { 3, 4 } }, { { 1, 0 } },
      { { 1, 1ull << 63 } } },
    { CAS, U128, { { 1ull << 32, 5 } }, { { 3, 4 } }, { { 0, 5 } },
      { { 1ull << 32, 5 } } },
    { CAS, U128, { { 0, 0 } }, { { 0, 0 } }, { { 0, 0 } }, { { 0, 0 } } },
    { CAS, U128, { { ~0ull, ~0ull } }, { { 0, 1 } }, { { ~0ull, ~0ull } },
      { { 0, 1 } } },
    /* 1 + 2, -1 + 1; inf - inf, max + max */
    { ADD, F32X4, { { 0xbf8000003f800000, 0x7f7fffff7f800000 } },
      { { 0x3f80000040000000, 0x7f7fffffff800000 } }, { { 0, 0 } },
      { { 0x0000000040400000, 0x7f8000007fc00000 } } },
    /* Subnormals, a tie down; a tie up, a payload that goes */
    { ADD, F32X4, { { 0x4b80000000000001, 0xffffffff4b800001 } },
      { { 0x3f80000000000001, 0x3f8000003f800000 } }, { { 0, 0 } },
      { { 0x4b80000000000002, 0x7fc000004b800002 } } },
    /* -0 + -0, -0 + 0; nothing carries from one to the next */
    { ADD, F32X4, { { 0x8000000080000000, 0x00000000ffc00000 } },
      { { 0x0000000080000000, 0x3f800000ffc00000 } }, { { 0, 0 } },
      { { 0x0000000080000000, 0x3f8000007fc00000 } } },
};
/* clang-format on */

static struct trn4_desc wide_desc(unsigned int i)
{
    return (struct trn4_desc) {
        .opcode = TRN4_OP_ATOMIC,
        .id = i,
        .kind = cases[i].kind,
        .type = cases[i].type,
        .atomic = {
            .operand = { cases[i].operand.w[0], cases[i].operand.w[1] },
            .compare = { cases[i].compare.w[0], cases[i].compare.w[1] },
        },
    };
}

static bool there(const struct mock_queue *q, uint8_t type)
{
    return er(q->w, q->e, TRN4_REG_ATOMIC_TYPES + 4 * SWAP) >> U128 & 1 ||
           type != U128;
}

/* Where a word can be, for the device and for the test */
struct place {
    uint8_t space;
    uint16_t slot;
    uint64_t addr;
    uint8_t *ptr;
    struct mock_endpoint *owner;
};

#define GUARD 16

static void put(const struct place *p, struct word word)
{
    memset(p->ptr - GUARD, 0xa5, 16 + 2 * GUARD);
    memcpy(p->ptr, &word, 16);
}

static bool holds(const struct place *p, struct word word)
{
    uint8_t guard[GUARD];

    memset(guard, 0xa5, GUARD);
    return !memcmp(p->ptr, &word, 16) &&
           !memcmp(p->ptr - GUARD, guard, GUARD) &&
           !memcmp(p->ptr + 16, guard, GUARD);
}

static const struct word nothing = { { 0x1111111111111111,
                                       0x2222222222222222 } };

/* From each place, and the old word put at each, or not asked for */
static void results(void)
{
    struct mock_queue q;
    struct world *w = wide_world(&q);
    struct mock_endpoint *own = &w->ep[0], *peer = &w->ep[1];
    const struct place dst[] = {
        { OWN, 0, 4096, own->mem.ptr + 4096, own },
        { WIN, 0, 4096, peer->mem.ptr + 2 * PAGE + 4096, peer },
    };
    const struct place src[] = {
        { HOST, 0, HOST_BASE + 64, w->host + 64, NULL },
        { OWN, 0, PAGE, own->mem.ptr + PAGE, own },
        { WIN, 0, 8192, peer->mem.ptr + 2 * PAGE + 8192, peer },
        { WIN, 2, 48, peer->mem.ptr + 3 * PAGE + 48, peer },
        { HOST, 0, 0, NULL, NULL },
    };
    unsigned int i, j, k;

    for (i = 0; i < NVLF_COUNT(cases); i++) {
        bool written = cases[i].kind != CAS ||
                       !memcmp(&cases[i].before, &cases[i].compare, 16);

        if (!there(&q, cases[i].type)) {
            continue;
        }
        for (j = 0; j < NVLF_COUNT(dst); j++) {
            for (k = 0; k < NVLF_COUNT(src); k++) {
                const struct place *s = &src[k], *t = &dst[j];
                struct trn4_desc d = wide_desc(i);
                struct trn4_cqe cqe;

                d.dst_space = t->space;
                d.dst_slot = t->slot;
                d.dst = t->addr;
                d.src_space = s->space;
                d.src_slot = s->slot;
                d.src = s->addr;
                d.flags = s->ptr ? TRN4_DESC_FETCH : 0;
                put(t, cases[i].before);
                if (s->ptr) {
                    put(s, nothing);
                }
                own->dirty_bytes = peer->dirty_bytes = 0;
                cqe = queue_do(&q, &d);
                if (!EQ(cqe.status, TRN4_STATUS_OK) || !EQ(cqe.value, 0) ||
                    !CHECK(holds(t, cases[i].after)) ||
                    !CHECK(!s->ptr || holds(s, cases[i].before)) ||
                    !EQ(own->dirty_bytes, 16 * (t->owner == own && written) +
                                              16 * (s->owner == own)) ||
                    !EQ(peer->dirty_bytes, 16 * (t->owner == peer && written) +
                                               16 * (s->owner == peer))) {
                    printf("# case %u dst %u src %u\n", i, j, k);
                }
            }
        }
    }
    world_check(w);
    world_free(w);
}

/* A src that is not good: nothing is done. */
static void src_refused(void)
{
    static const struct {
        uint8_t space;
        uint16_t slot;
        uint64_t addr;
        uint16_t status;
    } bad[] = {
        { HOST, 0, HOST_BASE + 8, TRN4_STATUS_BAD_ALIGN },
        { HOST, 0, HOST_BASE + 1, TRN4_STATUS_BAD_ALIGN },
        { OWN, 0, PAGE + 8, TRN4_STATUS_BAD_ALIGN },
        { OWN, 0, PAGE + 4, TRN4_STATUS_BAD_ALIGN },
        { WIN, 0, 8192 + 2, TRN4_STATUS_BAD_ALIGN },
        { WIN, 2, 15, TRN4_STATUS_BAD_ALIGN },
        { OWN, 0, HBM, TRN4_STATUS_BAD_RANGE },
        { OWN, 0, -16ull, TRN4_STATUS_BAD_RANGE },
        { WIN, 0, PAGE, TRN4_STATUS_BAD_RANGE },
        { WIN, 2, 1ull << 63, TRN4_STATUS_BAD_RANGE },
        { WIN, 1, 64, TRN4_STATUS_NO_RIGHT },
        { WIN, 9, 64, TRN4_STATUS_NO_WINDOW },
        { WIN, 511, 64, TRN4_STATUS_NO_WINDOW },
        { WIN, 512, 64, TRN4_STATUS_BAD_FIELD },
        { WIN, 65535, 64, TRN4_STATUS_BAD_FIELD },
        { OWN, 1, PAGE, TRN4_STATUS_BAD_FIELD },
        { HOST, 1, HOST_BASE, TRN4_STATUS_BAD_FIELD },
        { 3, 0, 64, TRN4_STATUS_BAD_FIELD },
        { 255, 0, 64, TRN4_STATUS_BAD_FIELD },
    };
    struct mock_queue q;
    struct world *w = wide_world(&q);
    struct mock_endpoint *own = &w->ep[0], *peer = &w->ep[1];
    const struct place t = { WIN, 0, 4096, peer->mem.ptr + 2 * PAGE + 4096,
                             peer };
    unsigned int i, c;

    for (c = 0; c < NVLF_COUNT(cases); c++) {
        if (!there(&q, cases[c].type)) {
            continue;
        }
        put(&t, cases[c].before);
        for (i = 0; i < NVLF_COUNT(bad); i++) {
            struct trn4_desc d = wide_desc(c);
            struct trn4_cqe cqe;

            d.flags = TRN4_DESC_FETCH;
            d.dst_space = t.space;
            d.dst = t.addr;
            d.src_space = bad[i].space;
            d.src_slot = bad[i].slot;
            d.src = bad[i].addr;
            own->dirty_bytes = peer->dirty_bytes = 0;
            cqe = queue_do(&q, &d);
            if (!EQ(cqe.status, bad[i].status)) {
                printf("# case %u src %u\n", c, i);
            }
            EQ(cqe.value, 0);
            CHECK(holds(&t, cases[c].before));
            EQ(own->dirty_bytes + peer->dirty_bytes, 0);
            /* Without FETCH src is a field of no use. */
            d.flags = 0;
            EQ(queue_do(&q, &d).status, TRN4_STATUS_BAD_FIELD);
            CHECK(holds(&t, cases[c].before));
        }
    }
    world_free(w);
}

/* The last 16 bytes of each space are good for it. */
static void src_at_the_end(void)
{
    struct mock_queue q;
    struct world *w = wide_world(&q);
    const struct {
        uint8_t space;
        uint16_t slot;
        uint64_t addr;
        uint8_t *ptr;
    } ends[] = {
        { OWN, 0, HBM - 16, w->ep[0].mem.ptr + HBM - 16 },
        { WIN, 2, PAGE - 16, w->ep[1].mem.ptr + 4 * PAGE - 16 },
        { HOST, 0, HOST_BASE + HOST_SIZE - 16, w->host + HOST_SIZE - 16 },
    };
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(ends); i++) {
        struct trn4_desc d = atomic_desc(OWN, 0, 0, ADD, F32X4, 0, 0);
        const struct word word = { { 0x4000000040000000 + i, i } };

        d.src_space = ends[i].space;
        d.src_slot = ends[i].slot;
        d.src = ends[i].addr;
        memcpy(w->ep[0].mem.ptr, &word, 16);
        EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
        CHECK(!memcmp(ends[i].ptr, &word, 16));
    }
    world_free(w);
}

/* Host memory that is not there is found when all is done. */
static void src_not_reached(void)
{
    struct mock_queue q;
    struct world *w = wide_world(&q);
    struct mock_endpoint *peer = &w->ep[1];
    const struct place t = { WIN, 0, 4096, peer->mem.ptr + 2 * PAGE + 4096,
                             peer };
    unsigned int i, how;

    for (i = 0; i < NVLF_COUNT(cases); i++) {
        if (!there(&q, cases[i].type)) {
            continue;
        }
        for (how = 0; how < 3; how++) {
            struct trn4_desc d = wide_desc(i), nop = { .opcode = TRN4_OP_NOP };
            struct trn4_cqe cqe;

            d.flags = TRN4_DESC_FETCH;
            d.dst_space = t.space;
            d.dst = t.addr;
            d.src_space = HOST;
            d.src = how ? HOST_BASE + 4096 : 0;
            /* Its last byte is not there, or can only be read. */
            w->bad_start = HOST_BASE + 4096 + 15;
            w->bad_end = w->bad_start + 1;
            w->bad_write_only = how == 2;
            put(&t, cases[i].before);
            peer->dirty_bytes = 0;
            cqe = queue_do(&q, &d);
            EQ(cqe.status, TRN4_STATUS_BUS);
            EQ(cqe.value, 0);
            if (!CHECK(holds(&t, cases[i].after))) {
                printf("# case %u how %u\n", i, how);
            }
            if (memcmp(&cases[i].before, &cases[i].after, 16)) {
                EQ(peer->dirty_bytes, 16);
            }
            /* The queue goes on. */
            EQ(queue_do(&q, &nop).status, TRN4_STATUS_OK);
        }
    }
    w->bad_start = w->bad_end = 0;
    world_check(w);
    world_free(w);
}

/* At the place of the word itself */
static void src_is_dst(void)
{
    struct mock_queue q;
    struct world *w = wide_world(&q);
    uint8_t *own = w->ep[0].mem.ptr;
    struct trn4_desc d = atomic_desc(OWN, 0, 64, ADD, F32X4, 0x3f8000003f800000,
                                     0);
    const struct word before = { { 0x400000003f800000, 5 } };

    /* It is put back last of all. */
    d.src_space = OWN;
    d.src = 64;
    memcpy(own + 64, &before, 16);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    CHECK(!memcmp(own + 64, &before, 16));
    world_free(w);
}

/* dst is looked at as for any atomic. */
static void dst_refused(void)
{
    struct mock_queue q;
    struct world *w = wide_world(&q);
    struct trn4_desc d = atomic_desc(WIN, 0, 64, ADD, F32X4, 1, 0);
    uint8_t *host = w->host;

    memset(host, 0x77, 32);
    d.src_space = HOST;
    d.src = HOST_BASE;
    d.dst = 72;
    EQ(queue_do(&q, &d).status, TRN4_STATUS_BAD_ALIGN);
    d.dst = PAGE;
    EQ(queue_do(&q, &d).status, TRN4_STATUS_BAD_RANGE);
    d.dst = 64;
    d.dst_slot = 1;
    EQ(queue_do(&q, &d).status, TRN4_STATUS_NO_RIGHT);
    d.dst_slot = 2;
    EQ(queue_do(&q, &d).status, TRN4_STATUS_NO_RIGHT);
    d.dst_slot = 3;
    EQ(queue_do(&q, &d).status, TRN4_STATUS_NO_WINDOW);
    EQ(host[0], 0x77);
    d.dst_slot = 0;
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    EQ(host[0], 0);
    EQ(host[16], 0x77);
    /* Together with the grant, dst and src are gone. */
    d.src_space = WIN;
    d.src_slot = 2;
    d.src = 0;
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    ew(w, 0, window_reg(2, TRN4_WINDOW_CTRL), 0);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_NO_WINDOW);
    world_free(w);
}

/* Words at src in a window are a store there, for the links as well. */
static void what_links_carry(void)
{
    struct mock_queue q;
    struct world *w = wide_world(&q);
    struct trn4_desc d = atomic_desc(OWN, 0, 64, ADD, F32X4, 0, 0);
    uint64_t tx = 0, rx = 0;
    unsigned int p;

    d.src_space = WIN;
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    for (p = 0; p < TRN4_PORTS; p++) {
        tx += erq(w, 0, port_reg(p, NVL_PORT_TX_BYTES));
        rx += erq(w, 0, port_reg(p, NVL_PORT_RX_BYTES));
    }
    EQ(tx, 16);
    EQ(rx, 0);
    /* There, back, and there */
    d.dst_space = WIN;
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    tx = rx = 0;
    for (p = 0; p < TRN4_PORTS; p++) {
        tx += erq(w, 0, port_reg(p, NVL_PORT_TX_BYTES));
        rx += erq(w, 0, port_reg(p, NVL_PORT_RX_BYTES));
    }
    EQ(tx, 16 + 32);
    EQ(rx, 16);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(results),          TAP_TEST(src_refused), TAP_TEST(src_at_the_end),
    TAP_TEST(src_not_reached),  TAP_TEST(src_is_dst),  TAP_TEST(dst_refused),
    TAP_TEST(what_links_carry),
};
TAP_MAIN(tests)
