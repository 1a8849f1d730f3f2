/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_reach.c - routes, partitions, reachability: what it takes, what is
 * missing first, and that a change resolves the pairs it touches, no more.
 */
#include <string.h>

#include "mock.h"

#define VALID NVL_ROUTE_VALID

/* How many pairs @change resolves */
#define RESOLVES(change) \
    ({ \
        uint64_t before = w->f->resolves; \
        change; \
        w->f->resolves - before; \
    })

static void route_in_force_with_hi(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    uint64_t lo = route_reg(5, NVL_ROUTE_PORTS_LO);
    uint64_t hi = route_reg(5, NVL_ROUTE_PORTS_HI);

    swq(w, 0, lo, 0x1122334455667788);
    EQ(srq(w, 0, lo), 0);
    swq(w, 0, hi, VALID | 0xab);
    EQ(srq(w, 0, lo), 0x1122334455667788);
    EQ(srq(w, 0, hi), VALID | 0xab);

    /* By halves: nothing changes before the half that holds VALID. */
    sw(w, 0, lo, 0xffffffff);
    sw(w, 0, lo + 4, 0);
    sw(w, 0, hi, 0x01);
    EQ(srq(w, 0, lo), 0x1122334455667788);
    EQ(srq(w, 0, hi), VALID | 0xab);
    sw(w, 0, hi + 4, VALID >> 32);
    EQ(srq(w, 0, lo), 0xffffffff);
    EQ(srq(w, 0, hi), VALID | 0x01);
    EQ(sr(w, 0, NVL_REG_ERR_COUNT), 0);

    /* VALID goes only with the ports. */
    swq(w, 0, hi, 0);
    EQ(newest_switch_error(w, 0), NVL_ERR_VALUE);
    swq(w, 0, lo, 0);
    swq(w, 0, hi, 1);
    EQ(newest_switch_error(w, 0), NVL_ERR_VALUE);
    EQ(srq(w, 0, lo), 0xffffffff);
    EQ(srq(w, 0, hi), VALID | 0x01);
    swq(w, 0, hi, 0);
    EQ(newest_switch_error(w, 0), NVL_ERR_NONE);
    EQ(srq(w, 0, lo), 0);
    EQ(srq(w, 0, hi), 0);
    swq(w, 0, hi, VALID);
    EQ(newest_switch_error(w, 0), NVL_ERR_VALUE);
    EQ(srq(w, 0, hi), 0);

    /* Ports that do not exist */
    swq(w, 0, hi, VALID | 0x100);
    EQ(newest_switch_error(w, 0), NVL_ERR_VALUE);
    swq(w, 0, hi, VALID | 1ull << 62);
    EQ(newest_switch_error(w, 0), NVL_ERR_VALUE);
    sw(w, 0, hi, 0x100);
    EQ(newest_switch_error(w, 0), NVL_ERR_VALUE);
    EQ(srq(w, 0, hi), 0);
    world_free(w);
}

static void routes_do_not_share_what_is_aside(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);

    swq(w, 0, route_reg(0, NVL_ROUTE_PORTS_LO), 1);
    swq(w, 0, route_reg(2047, NVL_ROUTE_PORTS_LO), 2);
    swq(w, 0, route_reg(0, NVL_ROUTE_PORTS_HI), VALID);
    swq(w, 0, route_reg(2047, NVL_ROUTE_PORTS_HI), VALID);
    EQ(srq(w, 0, route_reg(0, NVL_ROUTE_PORTS_LO)), 1);
    EQ(srq(w, 0, route_reg(2047, NVL_ROUTE_PORTS_LO)), 2);
    /* A reset forgets what is aside, too. */
    swq(w, 0, route_reg(1, NVL_ROUTE_PORTS_LO), 7);
    nvlf_switch_reset(w->f, 0);
    swq(w, 0, route_reg(1, NVL_ROUTE_PORTS_HI), VALID | 1);
    EQ(srq(w, 0, route_reg(1, NVL_ROUTE_PORTS_LO)), 0);
    EQ(srq(w, 0, route_reg(0, NVL_ROUTE_PORTS_LO)), 0);
    world_free(w);
}

static void partition_members_all_words(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    unsigned int p, i;

    for (p = 0; p < NVL_PARTITIONS; p += 21) {
        for (i = 0; i < 32; i++) {
            swq(w, 0, member_reg(p, i), 0x0101010101010101ull * (i + p));
        }
    }
    for (p = 0; p < NVL_PARTITIONS; p += 21) {
        for (i = 0; i < 32; i++) {
            EQ(srq(w, 0, member_reg(p, i)), 0x0101010101010101ull * (i + p));
        }
    }
    sw(w, 0, member_reg(0, 31) + 4, 0xffffffff);
    EQ(srq(w, 0, member_reg(0, 31)), 0xffffffff1f1f1f1f);
    EQ(sr(w, 0, NVL_REG_ERR_COUNT), 0);
    world_free(w);
}

static void denied_by_default(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);
    unsigned int s, d;

    world_train(w);
    for (s = 0; s < 4; s++) {
        for (d = 0; d < 4; d++) {
            CHECK(!nvlf_fabric_reachable(w->f, s, d));
        }
    }
    world_check(w);
    world_free(w);
}

/* Each thing it takes, alone missing, then there */
static void all_it_takes(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);

    EQ(nvlf_reach_why(w->f, 0, 0), TRN4_WINDOW_NO_PEER);
    EQ(nvlf_reach_why(w->f, 0, 5), TRN4_WINDOW_NO_PEER);
    EQ(nvlf_reach_why(w->f, 0, 1), TRN4_WINDOW_NO_LINK);
    world_train(w);
    EQ(nvlf_reach_why(w->f, 0, 1), TRN4_WINDOW_NO_ROUTE);
    /* A route over ports that lead to another */
    route(w, 0, 1, 1ull << 40, VALID);
    EQ(nvlf_reach_why(w->f, 0, 1), TRN4_WINDOW_NO_ROUTE);
    route(w, 0, 1, 1ull << 20, VALID);
    EQ(nvlf_reach_why(w->f, 0, 1), TRN4_WINDOW_NO_PARTITION);
    /* Each in a partition, but not in one; then in one that is not valid */
    swq(w, 0, member_reg(3, 0), 1);
    sw(w, 0, partition_reg(3, NVL_PARTITION_CTRL), NVL_PARTITION_VALID | 7);
    swq(w, 0, member_reg(4, 0), 2);
    sw(w, 0, partition_reg(4, NVL_PARTITION_CTRL), NVL_PARTITION_VALID | 7);
    EQ(nvlf_reach_why(w->f, 0, 1), TRN4_WINDOW_NO_PARTITION);
    swq(w, 0, member_reg(63, 0), 3);
    EQ(nvlf_reach_why(w->f, 0, 1), TRN4_WINDOW_NO_PARTITION);
    /* On the other switch: not where the route is */
    partition_all(w, 1, 0);
    EQ(nvlf_reach_why(w->f, 0, 1), TRN4_WINDOW_NO_PARTITION);
    CHECK(!nvlf_fabric_reachable(w->f, 0, 1));
    sw(w, 0, partition_reg(63, NVL_PARTITION_CTRL),
       NVL_PARTITION_VALID | 0xffff);
    EQ(nvlf_reach_why(w->f, 0, 1), TRN4_WINDOW_LIVE);
    CHECK(nvlf_fabric_reachable(w->f, 0, 1));
    /* One way only */
    CHECK(!nvlf_fabric_reachable(w->f, 1, 0));
    EQ(nvlf_reach_why(w->f, 1, 0), TRN4_WINDOW_NO_ROUTE);
    world_check(w);

    /* The one port of the route goes down: other links do not help. */
    sw(w, 0, sport_reg(20, NVL_PORT_CTRL), 0);
    EQ(nvlf_reach_why(w->f, 0, 1), TRN4_WINDOW_NO_ROUTE);
    sw(w, 0, sport_reg(20, NVL_PORT_CTRL), NVL_PORT_CTRL_ENABLE);
    EQ(nvlf_reach_why(w->f, 0, 1), TRN4_WINDOW_NO_ROUTE);
    world_train(w);
    EQ(nvlf_reach_why(w->f, 0, 1), TRN4_WINDOW_LIVE);
    world_check(w);
    world_free(w);
}

static void last_link_counts(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);
    unsigned int l;

    world_open(w);
    for (l = 0; l < 36; l++) {
        CHECK(nvlf_fabric_reachable(w->f, 2, 3));
        CHECK(nvlf_fabric_reachable(w->f, 3, 2));
        ew(w, 2, port_reg(l, NVL_PORT_CTRL), 0);
    }
    CHECK(!nvlf_fabric_reachable(w->f, 2, 3));
    CHECK(!nvlf_fabric_reachable(w->f, 3, 2));
    EQ(nvlf_reach_why(w->f, 2, 3), TRN4_WINDOW_NO_LINK);
    EQ(nvlf_reach_why(w->f, 3, 2), TRN4_WINDOW_NO_LINK);
    CHECK(nvlf_fabric_reachable(w->f, 1, 3));
    world_check(w);
    /* Links on different switches do not meet. */
    ew(w, 2, port_reg(0, NVL_PORT_CTRL), NVL_PORT_CTRL_ENABLE);
    for (l = 0; l < 18; l++) {
        ew(w, 3, port_reg(l, NVL_PORT_CTRL), 0);
    }
    world_train(w);
    EQ(nvlf_reach_why(w->f, 2, 3), TRN4_WINDOW_NO_ROUTE);
    world_check(w);
    world_free(w);
}

static void a_switch_dies_another_carries(void)
{
    struct world *w = world_new(4, 2 * PAGE, 2 * PAGE);
    unsigned int s;

    world_open(w);
    for (s = 0; s < 3; s++) {
        nvlf_switch_detach(w->f, s);
        CHECK(nvlf_fabric_reachable(w->f, 0, 7));
        world_check(w);
    }
    nvlf_switch_reset(w->f, 3);
    CHECK(!nvlf_fabric_reachable(w->f, 0, 7));
    world_train(w);
    EQ(nvlf_reach_why(w->f, 0, 7), TRN4_WINDOW_NO_ROUTE);
    world_check(w);
    world_free(w);
}

/* 8 endpoints, 4 switches: a change touches just these many pairs. */
static void a_change_resolves_its_pairs(void)
{
    struct world *w = world_new(4, 2 * PAGE, 2 * PAGE);
    unsigned int p = NVL_SWITCH_PARTITION_BASE;

    world_train(w);
    /* A route: all that end there */
    EQ(RESOLVES(route_all(w, 0, 3)), 7);
    EQ(RESOLVES(route_all(w, 0, 3)), 0);
    EQ(RESOLVES(swq(w, 0, route_reg(3, NVL_ROUTE_PORTS_LO), 0)), 0);
    /* Of a target that cannot exist here: none */
    EQ(RESOLVES(route(w, 0, 8, 1, VALID)), 0);
    EQ(RESOLVES(route(w, 0, 2047, 1, VALID)), 0);
    /* Members of a partition that is not valid: none */
    EQ(RESOLVES(swq(w, 0, member_reg(0, 0), 0x0f)), 0);
    /* Becoming valid: its pairs, 4 * 3 */
    EQ(RESOLVES(sw(w, 0, p, NVL_PARTITION_VALID | 1)), 12);
    EQ(RESOLVES(sw(w, 0, p, NVL_PARTITION_VALID | 1)), 0);
    /* Another id: none */
    EQ(RESOLVES(sw(w, 0, p, NVL_PARTITION_VALID | 2)), 0);
    /* One more member: with 4 others, both ways */
    EQ(RESOLVES(swq(w, 0, member_reg(0, 0), 0x1f)), 8);
    EQ(RESOLVES(swq(w, 0, member_reg(0, 0), 0x1f)), 0);
    /*
     * Two swapped for one: pairs of {2 out, 3 out, 5 in} with all of 0 to 5,
     * 15 pairs less the 3 among {0, 1, 4}, both ways
     */
    EQ(RESOLVES(swq(w, 0, member_reg(0, 0), 0x33)), 24);
    /* Members beyond the fabric: none */
    EQ(RESOLVES(swq(w, 0, member_reg(0, 0), 0xf33)), 0);
    EQ(RESOLVES(swq(w, 0, member_reg(0, 31), UINT64_MAX)), 0);
    /* Not valid any more: 4 * 3 */
    EQ(RESOLVES(sw(w, 0, p, 2)), 12);
    /* A link: the pairs of its endpoint, on its switch */
    EQ(RESOLVES(ew(w, 5, port_reg(0, NVL_PORT_CTRL), 0)), 14);
    EQ(RESOLVES(ew(w, 5, port_reg(0, NVL_PORT_CTRL), 0)), 0);
    ew(w, 5, port_reg(0, NVL_PORT_CTRL), NVL_PORT_CTRL_ENABLE);
    EQ(RESOLVES(world_train(w)), 14);
    /* All links of one endpoint: its pairs, once for each switch */
    EQ(RESOLVES(nvlf_endpoint_detach(w->f, 5)), 4 * 14);
    /* Pairs with who is away are nobody's concern. */
    EQ(RESOLVES(route(w, 0, 3, 1, VALID)), 6);
    /* All links of one switch: on it, for each endpoint left its pairs */
    EQ(RESOLVES(nvlf_switch_detach(w->f, 2)), 7 * 12);
    /* Accesses resolve nothing. */
    EQ(RESOLVES(nvlf_fabric_reachable(w->f, 0, 1)), 0);
    EQ(RESOLVES(er(w, 0, window_reg(0, TRN4_WINDOW_STATUS))), 0);
    world_check(w);
    world_free(w);
}

/* Nor do windows, grants and the engine. */
static void windows_resolve_nothing(void)
{
    struct world *w = world_new(2, 4 * PAGE, 8 * PAGE);

    world_open(w);
    EQ(RESOLVES(grant(w, 1, 0, 0, 2 * PAGE, NVL_RIGHTS_ALL)), 0);
    EQ(RESOLVES(window(w, 0, 0, 0, PAGE, 0, 1, 0,
                       NVL_RIGHT_READ | NVL_RIGHT_WRITE)),
       0);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_LIVE);
    EQ(RESOLVES(ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0)), 0);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_NO_GRANT);
    world_free(w);
}

/* A rack, programmed as its manager would */
static void rack_of_72(void)
{
    struct world *w = world_new(36, 2 * PAGE, 2 * PAGE);
    unsigned int s, e, d, reachable = 0;
    uint64_t lo, hi;

    world_train(w);
    for (s = 0; s < 36; s++) {
        for (e = 0; e < 72; e++) {
            EQ(RESOLVES(route_all(w, s, e)), 71);
        }
        EQ(RESOLVES(partition_all(w, s, 0)), 5112);
    }
    for (e = 0; e < 72; e++) {
        for (d = 0; d < 72; d++) {
            reachable += nvlf_fabric_reachable(w->f, e, d);
            EQ(__builtin_popcountll(w->f->pair[e][d].via), e == d ? 0 : 36);
        }
    }
    EQ(reachable, 5112);
    world_check(w);

    /* One route of one switch goes: 71 pairs, all still reachable */
    EQ(RESOLVES(route(w, 17, 40, 0, 0)), 71);
    EQ(__builtin_popcountll(w->f->pair[0][40].via), 35);
    CHECK(nvlf_fabric_reachable(w->f, 0, 40));
    /* One member leaves one switch's partition: its 142 pairs */
    lo = srq(w, 3, member_reg(0, 0));
    EQ(RESOLVES(swq(w, 3, member_reg(0, 0), lo & ~1ull)), 142);
    /* One of the upper word */
    hi = srq(w, 3, member_reg(0, 1));
    EQ(RESOLVES(swq(w, 3, member_reg(0, 1), hi & ~0x80ull)), 140);
    /* One link: 142 pairs on one switch */
    EQ(RESOLVES(ew(w, 71, port_reg(9, NVL_PORT_CTRL), 0)), 142);
    CHECK(nvlf_fabric_reachable(w->f, 71, 0));
    world_check(w);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(route_in_force_with_hi),
    TAP_TEST(routes_do_not_share_what_is_aside),
    TAP_TEST(partition_members_all_words),
    TAP_TEST(denied_by_default),
    TAP_TEST(all_it_takes),
    TAP_TEST(last_link_counts),
    TAP_TEST(a_switch_dies_another_carries),
    TAP_TEST(a_change_resolves_its_pairs),
    TAP_TEST(windows_resolve_nothing),
    TAP_TEST(rack_of_72),
};
TAP_MAIN(tests)
