/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trn4-window-test.c - grants and windows of the accelerator as a driver sees
 * them: what they reach, and every reason for which they do not
 */
#include "qemu/osdep.h"
#include <sys/resource.h>
#include "trn4-qtest.h"

#define MIB        RACK_MIB
#define PAGE       ((uint64_t)NVL_PAGE_SIZE)
#define READ       NVL_RIGHT_READ
#define READ_WRITE (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define HALF       (RACK_APERTURE / 2)

/* Endpoint 0 has a window on 4 MiB of the last endpoint's HBM. */
typedef struct Pair {
    Rack *r;
    RackFn *src;
    RackFn *dst;
    unsigned int peer;
    uint64_t far; /* bus address of what the window is for */
} Pair;

#define GRANT_NO   3
#define WINDOW_NO  9
#define GRANT_AT   (8 * MIB)
#define GRANT_SIZE (8 * MIB)
#define AP         (4 * MIB)
#define SIZE       (4 * MIB)
#define OFFSET     (2 * MIB)

static Pair pair_new(unsigned int endpoints, unsigned int switches)
{
    Rack *r = rack_new(endpoints, switches);
    Pair p = {
        .r = r,
        .src = &r->ep[0],
        .dst = &r->ep[endpoints - 1],
        .peer = endpoints - 1,
    };

    p.far = p.dst->hbm + GRANT_AT + OFFSET;
    rack_open(r);
    rack_grant(p.dst, GRANT_NO, GRANT_AT, GRANT_SIZE, NVL_RIGHTS_ALL);
    rack_window_set(p.src, WINDOW_NO, AP, SIZE, OFFSET, p.peer, GRANT_NO,
                    rack_generation(p.dst, GRANT_NO));
    return p;
}

static uint64_t load(const Pair *p, uint64_t at)
{
    return qtest_readq(p->r->qts, p->src->aperture + at);
}

static void store(const Pair *p, uint64_t at, uint64_t value)
{
    qtest_writeq(p->r->qts, p->src->aperture + at, value);
}

static uint64_t far_load(const Pair *p, uint64_t at)
{
    return qtest_readq(p->r->qts, p->far + at);
}

static void check_live(const Pair *p, uint64_t value)
{
    g_assert_cmpuint(rack_window_status(p->src, WINDOW_NO), ==,
                     TRN4_WINDOW_LIVE);
    store(p, AP, value);
    store(p, AP + SIZE - 8, ~value);
    g_assert_cmphex(far_load(p, 0), ==, value);
    g_assert_cmphex(far_load(p, SIZE - 8), ==, ~value);
    qtest_writeq(p->r->qts, p->far + PAGE, value + 1);
    g_assert_cmphex(load(p, AP + PAGE), ==, value + 1);
}

/*
 * Loads are all-ones; stores reach nobody. Whoever stores reads that back,
 * until the pages are replaced once more; so not where all-ones are looked for.
 */
static void check_dead(const Pair *p, uint32_t status)
{
    uint64_t first = far_load(p, 64);
    uint64_t last = far_load(p, SIZE - 64);

    g_assert_cmpuint(rack_window_status(p->src, WINDOW_NO), ==, status);
    g_assert_cmphex(load(p, AP), ==, RACK_ONES);
    g_assert_cmphex(load(p, AP + PAGE), ==, RACK_ONES);
    g_assert_cmphex(load(p, AP + SIZE - 8), ==, RACK_ONES);
    store(p, AP + 64, 0xdead);
    store(p, AP + SIZE - 64, 0xdead);
    g_assert_cmphex(far_load(p, 64), ==, first);
    g_assert_cmphex(far_load(p, SIZE - 64), ==, last);
}

static void window_life(unsigned int endpoints, unsigned int switches)
{
    Pair p = pair_new(endpoints, switches);
    uint64_t at;
    unsigned int s;

    check_dead(&p, TRN4_WINDOW_OFF);
    g_assert_cmpuint(rack_window_enable(p.src, WINDOW_NO, READ_WRITE), ==,
                     TRN4_WINDOW_LIVE);
    check_live(&p, 0x1111);

    /* Its neighbours are nobody's. */
    g_assert_cmphex(load(&p, AP - 8), ==, RACK_ONES);
    g_assert_cmphex(load(&p, AP + SIZE), ==, RACK_ONES);
    for (at = 0; at < RACK_APERTURE; at += PAGE) {
        if (at < AP || at >= AP + SIZE) {
            g_assert_cmphex(load(&p, at + 0x1238), ==, RACK_ONES);
        }
    }

    /* Routes: those of the other switches carry on, until the last has gone. */
    for (s = 0; s < switches; s++) {
        check_live(&p, 0x2222 + s);
        rack_route(&p.r->sw[s], p.peer, false);
    }
    check_dead(&p, TRN4_WINDOW_NO_ROUTE);
    g_assert_cmphex(rack_read64(p.src, TRN4_REG_WINDOW_EVENT), ==,
                    1u << WINDOW_NO);
    g_assert_cmphex(rack_read32(p.src, NVL_REG_INT_STATUS) & NVL_INT_WINDOW, ==,
                    NVL_INT_WINDOW);
    rack_route(&p.r->sw[switches - 1], p.peer, true);
    check_live(&p, 0x3333);
    for (s = 0; s < switches; s++) {
        rack_route(&p.r->sw[s], p.peer, true);
    }

    /* Partitions: by member, then as a whole */
    for (s = 0; s < switches; s++) {
        check_live(&p, 0x4444 + s);
        rack_member(&p.r->sw[s], 0, 0, false);
    }
    check_dead(&p, TRN4_WINDOW_NO_PARTITION);
    rack_member(&p.r->sw[0], 0, 0, true);
    check_live(&p, 0x5555);
    rack_partition(&p.r->sw[0], 0, 0);
    check_dead(&p, TRN4_WINDOW_NO_PARTITION);
    rack_partition(&p.r->sw[0], 0, 7);
    check_live(&p, 0x6666);

    /* The grant's rights, and the grant: no generation comes twice. */
    rack_write32(p.dst, RACK_GRANT(GRANT_NO, TRN4_GRANT_CTRL),
                 READ | TRN4_GRANT_VALID);
    check_dead(&p, TRN4_WINDOW_NO_RIGHT);
    rack_write32(p.dst, RACK_GRANT(GRANT_NO, TRN4_GRANT_CTRL),
                 READ_WRITE | TRN4_GRANT_VALID);
    check_live(&p, 0x7777);
    rack_ungrant(p.dst, GRANT_NO);
    check_dead(&p, TRN4_WINDOW_NO_GRANT);
    rack_grant(p.dst, GRANT_NO, GRANT_AT, GRANT_SIZE, NVL_RIGHTS_ALL);
    check_dead(&p, TRN4_WINDOW_STALE);
    rack_window_disable(p.src, WINDOW_NO);
    rack_write32(p.src, RACK_WINDOW(WINDOW_NO, TRN4_WINDOW_GENERATION),
                 rack_generation(p.dst, GRANT_NO));
    rack_window_enable(p.src, WINDOW_NO, READ_WRITE);
    check_live(&p, 0x8888);

    /* The last link to somebody who has a route */
    for (s = 0; s < TRN4_PORTS; s++) {
        check_live(&p, 0x9999 + s);
        rack_write32(p.dst, RACK_EP_PORT(s, NVL_PORT_CTRL), 0);
        if (rack_window_status(p.src, WINDOW_NO) != TRN4_WINDOW_LIVE) {
            break;
        }
    }
    for (s++; s < TRN4_PORTS; s++) {
        rack_write32(p.dst, RACK_EP_PORT(s, NVL_PORT_CTRL), 0);
    }
    check_dead(&p, TRN4_WINDOW_NO_LINK);
    for (s = 0; s < TRN4_PORTS; s++) {
        rack_write32(p.dst, RACK_EP_PORT(s, NVL_PORT_CTRL),
                     NVL_PORT_CTRL_ENABLE);
    }
    check_dead(&p, TRN4_WINDOW_NO_LINK);
    rack_train(p.r);
    check_live(&p, 0xaaaa);

    rack_window_disable(p.src, WINDOW_NO);
    check_dead(&p, TRN4_WINDOW_OFF);
    g_assert_cmphex(rack_read32(p.src, NVL_REG_ERR_COUNT), ==, 0);
    g_assert_cmphex(rack_read32(p.dst, NVL_REG_ERR_COUNT), ==, 0);
    rack_free(p.r);
}

static void test_window_life(void)
{
    window_life(4, 2);
}

static void test_window_life_one_switch(void)
{
    window_life(2, 1);
}

/* The first reason that a window does not reach its grant is its status. */
static void test_window_status(void)
{
    static const struct {
        uint64_t aperture, size, offset;
        uint32_t peer, grant, stale, rights, status;
    } t[] = {
        { AP + 1, SIZE, 0, 3, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_BAD_RANGE },
        { AP + MIB, SIZE, 0, 3, GRANT_NO, 0, READ_WRITE,
          TRN4_WINDOW_BAD_RANGE },
        { AP, 0, 0, 3, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_BAD_RANGE },
        { AP, MIB, 0, 3, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_BAD_RANGE },
        { AP, SIZE, MIB, 3, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_BAD_RANGE },
        { HALF - PAGE, SIZE, 0, 3, GRANT_NO, 0, READ_WRITE,
          TRN4_WINDOW_BAD_RANGE },
        { HALF - PAGE, SIZE, 0, 3, GRANT_NO, 0, READ, TRN4_WINDOW_BAD_RANGE },
        { HALF, SIZE, 0, 3, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_BAD_RANGE },
        { AP, SIZE, 0, 3, GRANT_NO, 0, READ, TRN4_WINDOW_BAD_RANGE },
        { RACK_APERTURE, SIZE, 0, 3, GRANT_NO, 0, READ, TRN4_WINDOW_BAD_RANGE },
        { RACK_APERTURE - PAGE, SIZE, 0, 3, GRANT_NO, 0, READ,
          TRN4_WINDOW_BAD_RANGE },
        { 0 - PAGE, SIZE, 0, 3, GRANT_NO, 0, READ, TRN4_WINDOW_BAD_RANGE },
        { HALF, 0 - PAGE, 0, 3, GRANT_NO, 0, READ, TRN4_WINDOW_BAD_RANGE },
        { AP, SIZE, 0, 4, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_NO_PEER },
        { AP, SIZE, 0, 2047, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_NO_PEER },
        { AP, SIZE, 0, 3, GRANT_NO + 1, 0, READ_WRITE, TRN4_WINDOW_NO_GRANT },
        { AP, SIZE, 0, 3, GRANT_NO, 1, READ_WRITE, TRN4_WINDOW_STALE },
        { AP, SIZE, 0, 3, GRANT_NO, UINT32_MAX, READ_WRITE, TRN4_WINDOW_STALE },
        { AP, SIZE, 6 * MIB, 3, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_BEYOND },
        { AP, SIZE, 8 * MIB, 3, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_BEYOND },
        { AP, SIZE, 0 - PAGE, 3, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_BEYOND },
        { AP, 10 * MIB, 0, 3, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_BEYOND },
        { AP, SIZE, 4 * MIB, 3, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_LIVE },
        { 0, 8 * MIB, 0, 3, GRANT_NO, 0, NVL_RIGHTS_ALL, TRN4_WINDOW_LIVE },
        { HALF - PAGE, PAGE, 0, 3, GRANT_NO, 0, READ_WRITE, TRN4_WINDOW_LIVE },
        { HALF, PAGE, 0, 3, GRANT_NO, 0, READ, TRN4_WINDOW_LIVE },
        { RACK_APERTURE - PAGE, PAGE, 0, 3, GRANT_NO, 0, READ,
          TRN4_WINDOW_LIVE },
    };
    Pair p = pair_new(4, 2);
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(t); i++) {
        uint32_t status;

        rack_window_set(p.src, WINDOW_NO, t[i].aperture, t[i].size, t[i].offset,
                        t[i].peer, t[i].grant,
                        rack_generation(p.dst, GRANT_NO) + t[i].stale);
        status = rack_window_enable(p.src, WINDOW_NO, t[i].rights);
        if (status != t[i].status) {
            g_test_message("case %u", i);
        }
        g_assert_cmpuint(status, ==, t[i].status);
        rack_window_disable(p.src, WINDOW_NO);
    }

    /* To oneself there is no route. */
    rack_grant(p.src, 0, 0, SIZE, READ);
    rack_window_set(p.src, WINDOW_NO, HALF, SIZE, 0, 0, 0, 1);
    g_assert_cmpuint(rack_window_enable(p.src, WINDOW_NO, READ), !=,
                     TRN4_WINDOW_LIVE);
    g_assert_cmphex(rack_read32(p.src, NVL_REG_ERR_COUNT), ==, 0);
    rack_free(p.r);
}

static void test_window_locked(void)
{
    static const uint32_t wide[] = {
        TRN4_WINDOW_APERTURE,
        TRN4_WINDOW_SIZE,
        TRN4_WINDOW_OFFSET,
    };
    static const uint32_t narrow[] = {
        TRN4_WINDOW_PEER,
        TRN4_WINDOW_GRANT,
        TRN4_WINDOW_GENERATION,
    };
    Pair p = pair_new(2, 1);
    unsigned int i;

    rack_window_enable(p.src, WINDOW_NO, READ_WRITE);
    for (i = 0; i < ARRAY_SIZE(wide); i++) {
        rack_refused64(p.src, RACK_WINDOW(WINDOW_NO, wide[i]), PAGE,
                       NVL_ERR_BUSY);
    }
    for (i = 0; i < ARRAY_SIZE(narrow); i++) {
        rack_refused32(p.src, RACK_WINDOW(WINDOW_NO, narrow[i]), 0,
                       NVL_ERR_BUSY);
    }
    rack_refused64(p.dst, RACK_GRANT(GRANT_NO, TRN4_GRANT_BASE_ADDR), 0,
                   NVL_ERR_BUSY);
    rack_refused64(p.dst, RACK_GRANT(GRANT_NO, TRN4_GRANT_SIZE), PAGE,
                   NVL_ERR_BUSY);
    check_live(&p, 0x5a5a);
    rack_free(p.r);
}

static void test_grant_bad(void)
{
    /* clang-format off */
    static const struct {
        uint64_t base, size;
        uint32_t rights;
    } bad[] = {
        { 0, 0, READ }, { 0, MIB, READ }, { MIB, PAGE, READ },
        { RACK_HBM, PAGE, READ }, { RACK_HBM - PAGE, 2 * PAGE, READ },
        { 0 - PAGE, 2 * PAGE, READ }, { PAGE, 0 - PAGE, READ },
        { 0, PAGE, 0 }, { 0, PAGE, NVL_RIGHT_WRITE },
        { 0, PAGE, READ | NVL_RIGHT_ATOMIC },
    };
    /* clang-format on */
    Rack *r = rack_new_args(1, 0, 1, NULL, NULL);
    RackFn *fn = &r->ep[0];
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(bad); i++) {
        rack_write64(fn, RACK_GRANT(i, TRN4_GRANT_BASE_ADDR), bad[i].base);
        rack_write64(fn, RACK_GRANT(i, TRN4_GRANT_SIZE), bad[i].size);
        rack_refused32(fn, RACK_GRANT(i, TRN4_GRANT_CTRL),
                       bad[i].rights | TRN4_GRANT_VALID, NVL_ERR_VALUE);
    }
    rack_grant(fn, 100, 0, RACK_HBM, NVL_RIGHTS_ALL);
    rack_free(r);
}

/* In the upper half loads go straight; stores are dropped and counted. */
static void test_read_only_half(void)
{
    Pair p = pair_new(4, 2);
    uint64_t at = HALF + 6 * MIB;

    qtest_writeq(p.r->qts, p.far, 0x600d);
    store(&p, at, 1);
    g_assert_cmphex(load(&p, at), ==, RACK_ONES);
    g_assert_cmphex(rack_read64(p.src, TRN4_REG_RO_STORES), ==, 1);

    rack_window_set(p.src, WINDOW_NO, at, SIZE, OFFSET, p.peer, GRANT_NO,
                    rack_generation(p.dst, GRANT_NO));
    g_assert_cmpuint(rack_window_enable(p.src, WINDOW_NO, READ), ==,
                     TRN4_WINDOW_LIVE);
    g_assert_cmphex(load(&p, at), ==, 0x600d);
    store(&p, at, 2);
    qtest_writeb(p.r->qts, p.src->aperture + at + 3, 2);
    g_assert_cmphex(load(&p, at), ==, 0x600d);
    g_assert_cmphex(far_load(&p, 0), ==, 0x600d);
    g_assert_cmphex(rack_read64(p.src, TRN4_REG_RO_STORES), ==, 3);
    g_assert_cmphex(rack_read32(p.src, NVL_REG_ERR_LAST), ==,
                    NVL_ERR_RO_WINDOW);
    g_assert_cmphex(rack_read64(p.src, NVL_REG_ERR_ADDR), ==, at + 3);

    rack_ungrant(p.dst, GRANT_NO);
    g_assert_cmphex(load(&p, at), ==, RACK_ONES);
    rack_free(p.r);
}

/* Who comes second waits for the pages, and gets them when they are free. */
static void test_overlap(void)
{
    Pair p = pair_new(2, 1);
    uint32_t generation = rack_generation(p.dst, GRANT_NO);

    qtest_writeq(p.r->qts, p.dst->hbm + GRANT_AT, 0xa);
    qtest_writeq(p.r->qts, p.far, 0xb);
    rack_window_enable(p.src, WINDOW_NO, READ_WRITE);
    rack_window_set(p.src, 10, AP + SIZE - PAGE, SIZE, 0, p.peer, GRANT_NO,
                    generation);
    g_assert_cmpuint(rack_window_enable(p.src, 10, READ_WRITE), ==,
                     TRN4_WINDOW_OVERLAP);
    g_assert_cmphex(load(&p, AP), ==, 0xb);
    g_assert_cmphex(load(&p, AP + SIZE), ==, RACK_ONES);
    rack_window_disable(p.src, WINDOW_NO);
    g_assert_cmpuint(rack_window_status(p.src, 10), ==, TRN4_WINDOW_LIVE);
    g_assert_cmphex(load(&p, AP), ==, RACK_ONES);
    g_assert_cmphex(load(&p, AP + SIZE - PAGE), ==, 0xa);
    rack_free(p.r);
}

/*
 * All windows at once, of one page each and side by side, go and come again;
 * pages written after a revoke are all-ones again after the next.
 */
static void test_window_many(void)
{
    Rack *r = rack_new_args(2, 1, 1, "aperture=2G", NULL);
    Pair p = { .r = r, .src = &r->ep[0], .dst = &r->ep[1], .peer = 1 };
    unsigned int i, round;

    rack_train(r);
    rack_open(r);
    rack_grant(p.dst, 0, 0, RACK_HBM, NVL_RIGHTS_ALL);
    for (i = 0; i < RACK_HBM / PAGE; i++) {
        qtest_writeq(r->qts, p.dst->hbm + i * PAGE + 8, i);
    }
    for (round = 0; round < 2; round++) {
        for (i = 0; i < TRN4_WINDOWS; i++) {
            rack_window_set(p.src, i, i * PAGE, PAGE, i * PAGE % RACK_HBM, 1, 0,
                            rack_generation(p.dst, 0));
            g_assert_cmpuint(rack_window_enable(p.src, i, READ_WRITE), ==,
                             TRN4_WINDOW_LIVE);
        }
        for (i = 0; i < TRN4_WINDOWS; i++) {
            g_assert_cmphex(load(&p, i * PAGE + 8), ==, i % (RACK_HBM / PAGE));
        }
        for (i = 0; i < TRN4_WINDOWS; i += 2) {
            rack_window_disable(p.src, i);
        }
        for (i = 0; i < TRN4_WINDOWS; i++) {
            g_assert_cmphex(load(&p, i * PAGE + 8), ==,
                            i % 2 ? i % (RACK_HBM / PAGE) : RACK_ONES);
            if (i % 2 == 0) {
                store(&p, i * PAGE + 16, 0xbad);
            }
        }
        for (i = 1; i < TRN4_WINDOWS; i += 2) {
            rack_window_disable(p.src, i);
        }
        for (i = 0; i < TRN4_WINDOWS; i++) {
            g_assert_cmphex(load(&p, i * PAGE + 8), ==, RACK_ONES);
            g_assert_cmphex(load(&p, i * PAGE + 16), ==, RACK_ONES);
        }
    }
    rack_free(r);
}

/* ---- Trapped ----------------------------------------------------------- */

static Pair trap_new(void)
{
    Rack *r = rack_new_args(2, 1, 1, "aperture=64M,windows=trap", NULL);
    Pair p = { .r = r, .src = &r->ep[0], .dst = &r->ep[1], .peer = 1 };

    rack_train(r);
    rack_open(r);
    p.far = p.dst->hbm + GRANT_AT + OFFSET;
    rack_grant(p.dst, GRANT_NO, GRANT_AT, GRANT_SIZE, NVL_RIGHTS_ALL);
    rack_window_set(p.src, WINDOW_NO, AP, SIZE, OFFSET, p.peer, GRANT_NO,
                    rack_generation(p.dst, GRANT_NO));
    g_assert_cmpuint(rack_window_enable(p.src, WINDOW_NO, READ_WRITE), ==,
                     TRN4_WINDOW_LIVE);
    return p;
}

static void check_trapped(const Pair *p, uint64_t count, uint64_t refused)
{
    g_assert_cmpuint(rack_read64(p->src, TRN4_REG_TRAP_COUNT), ==, count);
    g_assert_cmpuint(rack_read64(p->src, TRN4_REG_TRAP_REFUSED), ==, refused);
}

/* Bytes and packets that a port has sent and received */
static void check_ports(const RackFn *fn, uint64_t port, uint64_t tx,
                        uint64_t tx_packets, uint64_t rx, uint64_t rx_packets)
{
    g_assert_cmpuint(rack_read64(fn, port + NVL_PORT_TX_BYTES), ==, tx);
    g_assert_cmpuint(rack_read64(fn, port + NVL_PORT_TX_PACKETS), ==,
                     tx_packets);
    g_assert_cmpuint(rack_read64(fn, port + NVL_PORT_RX_BYTES), ==, rx);
    g_assert_cmpuint(rack_read64(fn, port + NVL_PORT_RX_PACKETS), ==,
                     rx_packets);
}

/* Each access is done in its size, and counted. */
static void test_trap(void)
{
    Pair p = trap_new();
    QTestState *qts = p.r->qts;
    uint64_t ap = p.src->aperture + AP;

    g_assert_cmphex(rack_read32(p.src, TRN4_REG_FEATURES), ==,
                    TRN4_FEATURE_TRAP);
    check_trapped(&p, 0, 0);
    qtest_writeq(qts, p.far, 0x1122334455667788);
    g_assert_cmphex(qtest_readq(qts, ap), ==, 0x1122334455667788);
    g_assert_cmphex(qtest_readl(qts, ap + 4), ==, 0x11223344);
    g_assert_cmphex(qtest_readw(qts, ap + 2), ==, 0x5566);
    g_assert_cmphex(qtest_readb(qts, ap + 1), ==, 0x77);
    check_trapped(&p, 4, 0);
    qtest_writeb(qts, ap, 0xa1);
    g_assert_cmphex(far_load(&p, 0), ==, 0x11223344556677a1);
    qtest_writew(qts, ap + 2, 0xa2a3);
    g_assert_cmphex(far_load(&p, 0), ==, 0x11223344a2a377a1);
    qtest_writel(qts, ap + 4, 0xa4a5a6a7);
    g_assert_cmphex(far_load(&p, 0), ==, 0xa4a5a6a7a2a377a1);
    qtest_writeq(qts, ap, 0xb1b2b3b4b5b6b7b8);
    g_assert_cmphex(far_load(&p, 0), ==, 0xb1b2b3b4b5b6b7b8);
    check_trapped(&p, 8, 0);
    check_live(&p, 0xfeed);
    check_trapped(&p, 11, 0);

    /* 6 stores of 31 bytes, 5 loads of 23: on their way by the first link */
    check_ports(p.src, RACK_EP_PORT(0, 0), 31, 11, 23, 5);
    check_ports(p.dst, RACK_EP_PORT(0, 0), 23, 5, 31, 11);
    /* In place where it is not aligned, refused where it is half outside */
    qtest_writeq(qts, ap + 0x101, 0xc1c2c3c4c5c6c7c8);
    g_assert_cmphex(qtest_readq(qts, ap + 0x101), ==, 0xc1c2c3c4c5c6c7c8);
    g_assert_cmphex(qtest_readq(qts, p.far + 0x101), ==, 0xc1c2c3c4c5c6c7c8);
    check_trapped(&p, 13, 0);
    g_assert_cmphex(load(&p, AP + SIZE - 4), ==, RACK_ONES);
    check_trapped(&p, 14, 1);

    /* What goes on in the other's aperture is the other's. */
    g_assert_cmpuint(rack_read64(p.dst, TRN4_REG_TRAP_COUNT), ==, 0);
    rack_write32(p.src, NVL_REG_CTRL, NVL_CTRL_RESET);
    check_trapped(&p, 0, 0);
    rack_free(p.r);
}

/* Whatever takes the window away, the next access finds it gone. */
static void test_trap_revoked(void)
{
    Pair p = trap_new();

    check_live(&p, 0xcafe);
    check_trapped(&p, 3, 0);
    rack_ungrant(p.dst, GRANT_NO);
    check_dead(&p, TRN4_WINDOW_NO_GRANT);
    /* Nothing is kept of a store that reaches nobody. */
    store(&p, AP, 0xbad);
    g_assert_cmphex(load(&p, AP), ==, RACK_ONES);
    g_assert_cmphex(qtest_readb(p.r->qts, p.src->aperture + AP), ==, 0xff);
    g_assert_cmphex(far_load(&p, 0), ==, 0xcafe);
    g_assert_cmpuint(rack_read64(p.src, TRN4_REG_TRAP_COUNT) - 3, ==,
                     rack_read64(p.src, TRN4_REG_TRAP_REFUSED));
    g_assert_cmpuint(rack_read64(p.src, TRN4_REG_TRAP_REFUSED), >=, 6);
    g_assert_cmphex(rack_read32(p.src, NVL_REG_ERR_COUNT), ==, 0);

    rack_window_disable(p.src, WINDOW_NO);
    rack_grant(p.dst, GRANT_NO, GRANT_AT, GRANT_SIZE, NVL_RIGHTS_ALL);
    rack_write32(p.src, RACK_WINDOW(WINDOW_NO, TRN4_WINDOW_GENERATION),
                 rack_generation(p.dst, GRANT_NO));
    rack_window_enable(p.src, WINDOW_NO, READ_WRITE);
    check_live(&p, 0xbeef);
    rack_unplug(p.dst);
    g_assert_cmpuint(rack_window_status(p.src, WINDOW_NO), ==,
                     TRN4_WINDOW_NO_PEER);
    g_assert_cmphex(load(&p, AP), ==, RACK_ONES);
    store(&p, AP, 1);
    g_assert_cmphex(load(&p, AP), ==, RACK_ONES);
    rack_free(p.r);
}

/* A window that may only be read: stores are dropped, counted, an error. */
static void test_trap_read_only(void)
{
    Pair p = trap_new();
    uint64_t at = HALF + 6 * MIB;

    rack_window_set(p.src, 1, at, SIZE, OFFSET, p.peer, GRANT_NO,
                    rack_generation(p.dst, GRANT_NO));
    g_assert_cmpuint(rack_window_enable(p.src, 1, READ), ==, TRN4_WINDOW_LIVE);
    qtest_writeq(p.r->qts, p.far, 0x600d);
    g_assert_cmphex(load(&p, at), ==, 0x600d);
    check_trapped(&p, 1, 0);
    store(&p, at, 2);
    g_assert_cmphex(load(&p, at), ==, 0x600d);
    g_assert_cmphex(far_load(&p, 0), ==, 0x600d);
    check_trapped(&p, 3, 1);
    g_assert_cmphex(rack_read64(p.src, TRN4_REG_RO_STORES), ==, 1);
    g_assert_cmphex(rack_read32(p.src, NVL_REG_ERR_LAST), ==,
                    NVL_ERR_RO_WINDOW);
    g_assert_cmphex(rack_read64(p.src, NVL_REG_ERR_ADDR), ==, at);
    rack_free(p.r);
}

static void limit_memory(Rack *r, rlim_t bytes)
{
    struct rlimit limit = { .rlim_cur = bytes, .rlim_max = RLIM_INFINITY };

    g_assert_cmpint(prlimit(qtest_pid(r->qts), RLIMIT_AS, &limit, NULL), ==, 0);
}

/* A sanitizer's own allocator does not survive the limit. */
static bool sanitized(Rack *r)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/maps", qtest_pid(r->qts));
    g_autofree char *text = NULL;

    g_assert(g_file_get_contents(path, &text, NULL, NULL));
    return strstr(text, "libasan");
}

/*
 * A pair whose QEMU has its whole heap from the start: a limit then meets the
 * mappings that are under test, and none of its own small allocations, of
 * which GLib lets none fail.
 */
static Pair pair_new_with_heap(void)
{
    Pair p;

    g_setenv("MALLOC_TOP_PAD_", "268435456", true);
    g_setenv("MALLOC_ARENA_MAX", "1", true);
    p = pair_new(2, 1);
    g_unsetenv("MALLOC_TOP_PAD_");
    g_unsetenv("MALLOC_ARENA_MAX");
    return p;
}

/*
 * The host refuses every new mapping just when a window goes: the peer's pages
 * are out of reach all the same, with that half of the aperture. QEMU lives.
 */
static void test_no_memory(void)
{
    Pair p = pair_new_with_heap();
    uint64_t at = HALF + 6 * MIB;

    if (sanitized(p.r)) {
        g_test_skip("not with a sanitizer");
        rack_free(p.r);
        return;
    }
    rack_window_enable(p.src, WINDOW_NO, READ_WRITE);
    check_live(&p, 0xcafe);
    rack_window_set(p.src, 1, at, SIZE, OFFSET, p.peer, GRANT_NO,
                    rack_generation(p.dst, GRANT_NO));
    g_assert_cmpuint(rack_window_enable(p.src, 1, READ), ==, TRN4_WINDOW_LIVE);

    limit_memory(p.r, MIB);
    rack_window_disable(p.src, WINDOW_NO);
    limit_memory(p.r, RLIM_INFINITY);
    check_dead(&p, TRN4_WINDOW_OFF);
    g_assert_cmphex(load(&p, at), ==, 0xcafe);
    rack_window_disable(p.src, 1);
    g_assert_cmphex(load(&p, at), ==, RACK_ONES);
    rack_free(p.r);
}

/* A peer's reset revokes: the window on it goes stale and stays so. */
static void test_reset_peer(void)
{
    Pair p = pair_new(2, 1);

    rack_window_enable(p.src, WINDOW_NO, READ_WRITE);
    check_live(&p, 0xcafe);
    rack_flr(p.dst);
    check_dead(&p, TRN4_WINDOW_NO_LINK);
    rack_train(p.r);
    check_dead(&p, TRN4_WINDOW_NO_GRANT);
    rack_grant(p.dst, GRANT_NO, GRANT_AT, GRANT_SIZE, NVL_RIGHTS_ALL);
    check_dead(&p, TRN4_WINDOW_STALE);
    rack_free(p.r);
}

/*
 * What is stored where no window is stays private, and does not outlive a
 * reset, of any kind; what is in a window's place is the peer's and stays.
 */
static void test_wipe(void)
{
    Rack *r = rack_new(4, 2);
    RackFn *fn = &r->ep[0];
    unsigned int kind;

    for (kind = 0; kind < 3; kind++) {
        rack_open(r);
        rack_grant(&r->ep[1], 0, 0, PAGE, NVL_RIGHTS_ALL);
        rack_window_set(fn, 3, PAGE, PAGE, 0, 1, 0,
                        rack_generation(&r->ep[1], 0));
        g_assert_cmpuint(rack_window_enable(fn, 3, READ_WRITE), ==,
                         TRN4_WINDOW_LIVE);
        qtest_writeq(r->qts, fn->aperture, 0x5ec7e7);
        qtest_writeq(r->qts, fn->aperture + PAGE, 0x9ee7 + kind);
        qtest_writeq(r->qts, fn->aperture + 2 * PAGE, 0x5ec7e7);

        if (kind == 0) {
            rack_write32(fn, NVL_REG_CTRL, NVL_CTRL_RESET);
        } else if (kind == 1) {
            rack_flr(fn);
            rack_enumerate_fn(fn);
        } else {
            qtest_system_reset(r->qts);
            rack_enumerate(r);
        }
        g_assert_cmphex(qtest_readq(r->qts, fn->aperture), ==, RACK_ONES);
        g_assert_cmphex(qtest_readq(r->qts, fn->aperture + PAGE), ==,
                        RACK_ONES);
        g_assert_cmphex(qtest_readq(r->qts, fn->aperture + 2 * PAGE), ==,
                        RACK_ONES);
        g_assert_cmphex(qtest_readq(r->qts, r->ep[1].hbm), ==, 0x9ee7 + kind);
        rack_ungrant(&r->ep[1], 0);
        rack_train(r);
    }
    rack_free(r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/trn4/window/life", test_window_life);
    qtest_add_func("/trn4/window/one-switch", test_window_life_one_switch);
    qtest_add_func("/trn4/window/status", test_window_status);
    qtest_add_func("/trn4/window/locked", test_window_locked);
    qtest_add_func("/trn4/window/grant", test_grant_bad);
    qtest_add_func("/trn4/window/read-only-half", test_read_only_half);
    qtest_add_func("/trn4/window/overlap", test_overlap);
    qtest_add_func("/trn4/window/many", test_window_many);
    qtest_add_func("/trn4/window/no-memory", test_no_memory);
    qtest_add_func("/trn4/window/peer-reset", test_reset_peer);
    qtest_add_func("/trn4/window/wipe", test_wipe);
    qtest_add_func("/trn4/window/trap/access", test_trap);
    qtest_add_func("/trn4/window/trap/revoked", test_trap_revoked);
    qtest_add_func("/trn4/window/trap/read-only", test_trap_read_only);
    return g_test_run();
}
