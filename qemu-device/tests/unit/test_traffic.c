/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_traffic.c - counters of ports: what the engine moves is counted at all
 * four ports on its way, packet for packet; CLEAR, resets, recoveries.
 */
#include <stdlib.h>
#include <string.h>

#include "mock.h"

#define OWN  TRN4_SPACE_HBM
#define HOST TRN4_SPACE_HOST
#define WIN  TRN4_SPACE_WINDOW
#define ON   NVL_PORT_CTRL_ENABLE

/* tx_bytes, rx_bytes, tx_packets, rx_packets of all ports, by hand */
struct tally {
    uint64_t ep[NVL_ENDPOINTS_MAX][TRN4_PORTS][4];
    uint64_t sw[NVL_SWITCHES_MAX][NVL_SWITCH_PORTS][4];
};

static void hop(uint64_t *from, uint64_t *to, uint64_t bytes)
{
    from[0] += bytes;
    from[2]++;
    to[1] += bytes;
    to[3]++;
}

/* The up links of @e on switch @s whose ports are in the set, from below */
static unsigned int links_of(struct world *w, unsigned int s, unsigned int e,
                             uint64_t lo, uint64_t hi, unsigned int *links)
{
    unsigned int width = TRN4_PORTS / w->switches, n = 0, l;

    for (l = s * width; l < (s + 1) * width; l++) {
        unsigned int port = e * width + l % width;

        if (nvlf_port_up(w->f->ep[e]->d.ports[l].state) &&
            (port < 64 ? lo >> port : hi >> (port - 64)) & 1) {
            links[n++] = l;
        }
    }
    return n;
}

/* Send packet after packet, each on its own, as traffic.c says in words. */
static void by_hand(struct world *w, struct tally *t, unsigned int src,
                    unsigned int dst, bool back, uint64_t bytes, uint64_t data)
{
    unsigned int width = TRN4_PORTS / w->switches, turns = 0, s, i;
    unsigned int turn[TRN4_PORTS], sent[NVL_SWITCHES_MAX] = { 0 };
    uint64_t packets = (bytes + 255) / 256, p;

    for (s = 0; s < w->switches; s++) {
        const struct nvlf_route *r = &w->f->sw[s]->routes[dst];
        unsigned int links[TRN4_PORTS];
        unsigned int near = links_of(w, s, src, ~0ull, ~0ull, links);
        unsigned int far = links_of(w, s, dst, r->lo, r->hi, links);

        for (i = 0; w->f->pair[src][dst].via >> s & 1 && i < near && i < far;
             i++) {
            turn[turns++] = s;
        }
    }
    for (p = 0; p < packets; p++) {
        unsigned int near[TRN4_PORTS], far[TRN4_PORTS], a, b, n, nth;
        uint64_t size = data < 256 ? data : 256;
        uint64_t *at[4];

        s = turn[p % turns];
        nth = sent[s]++;
        n = links_of(w, s, src, ~0ull, ~0ull, near);
        a = near[nth % n];
        n = links_of(w, s, dst, w->f->sw[s]->routes[dst].lo,
                     w->f->sw[s]->routes[dst].hi, far);
        b = far[nth % n];
        at[0] = t->ep[src][a];
        at[1] = t->sw[s][src * width + a % width];
        at[2] = t->sw[s][dst * width + b % width];
        at[3] = t->ep[dst][b];
        hop(at[back ? 3 : 0], at[back ? 2 : 1], size);
        hop(at[back ? 1 : 2], at[back ? 0 : 3], size);
        data -= size;
    }
    EQ(data, 0);
}

static void same(const struct nvlf_counters *c, const uint64_t *want,
                 const char *what, unsigned int place, unsigned int port)
{
    if (!EQ(c->tx_bytes, want[0]) || !EQ(c->rx_bytes, want[1]) ||
        !EQ(c->tx_packets, want[2]) || !EQ(c->rx_packets, want[3])) {
        printf("# %s %u port %u\n", what, place, port);
    }
}

static void compare(struct world *w, const struct tally *t)
{
    unsigned int i, p;

    for (i = 0; i < w->endpoints; i++) {
        for (p = 0; p < TRN4_PORTS; p++) {
            same(&w->f->ep[i]->d.ports[p].counters, t->ep[i][p], "endpoint", i,
                 p);
        }
    }
    for (i = 0; i < w->switches; i++) {
        for (p = 0; p < NVL_SWITCH_PORTS; p++) {
            same(&w->f->sw[i]->d.ports[p].counters, t->sw[i][p], "switch", i,
                 p);
        }
    }
}

/* One access of every kind, at sizes around a packet and around all links */
static void kinds_and_sizes(struct world *w, struct tally *t)
{
    static const uint64_t sizes[] = {
        1,
        4,
        8,
        255,
        256,
        257,
        512,
        35 * 256,
        36 * 256 - 1,
        36 * 256,
        36 * 256 + 1,
        37 * 256,
        100000,
        262144,
        262143,
    };
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(sizes); i++) {
        nvlf_traffic(w->f, 0, 1, NVLF_TRAFFIC_WRITE, sizes[i]);
        by_hand(w, t, 0, 1, false, sizes[i], sizes[i]);
        compare(w, t);
        nvlf_traffic(w->f, 0, 1, NVLF_TRAFFIC_READ, sizes[i]);
        by_hand(w, t, 0, 1, false, sizes[i], 0);
        by_hand(w, t, 0, 1, true, sizes[i], sizes[i]);
        compare(w, t);
        nvlf_traffic(w->f, 1, 0, NVLF_TRAFFIC_ATOMIC, sizes[i]);
        by_hand(w, t, 1, 0, false, sizes[i], sizes[i]);
        by_hand(w, t, 1, 0, true, sizes[i], sizes[i]);
        compare(w, t);
    }
}

static void packet_for_packet(void)
{
    static const unsigned int switches[] = { 1, 2, 4, 36 };
    struct tally *t = malloc(sizeof(*t));
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(switches); i++) {
        struct world *w = world_new(switches[i], 2 * PAGE, 2 * PAGE);

        memset(t, 0, sizeof(*t));
        world_open(w);
        kinds_and_sizes(w, t);
        world_free(w);
    }
    free(t);
}

/* Sides of different width, ports above 63, switches that do not lead there */
static void uneven(void)
{
    struct world *w = world_new(4, 2 * PAGE, 2 * PAGE);
    struct tally *t = calloc(1, sizeof(*t));
    unsigned int l;

    world_open(w);
    /* Switch 0: 9 links meet 2; 1: 3 meet 9; 2: no route; 3: 9 meet 9 */
    route(w, 0, 1, 0x5ull << 10, NVL_ROUTE_VALID);
    for (l = 9; l < 15; l++) {
        ew(w, 0, port_reg(l, NVL_PORT_CTRL), 0);
    }
    route(w, 2, 1, 0, 0);
    kinds_and_sizes(w, t);
    /* To the last endpoint, whose ports are 63 to 71 */
    nvlf_traffic(w->f, 0, 7, NVLF_TRAFFIC_READ, 77777);
    by_hand(w, t, 0, 7, false, 77777, 0);
    by_hand(w, t, 0, 7, true, 77777, 77777);
    nvlf_traffic(w->f, 7, 2, NVLF_TRAFFIC_WRITE, 8);
    by_hand(w, t, 7, 2, false, 8, 8);
    compare(w, t);
    route(w, 0, 7, 0, 0x81 | NVL_ROUTE_VALID);
    nvlf_traffic(w->f, 0, 7, NVLF_TRAFFIC_WRITE, 8);
    by_hand(w, t, 0, 7, false, 8, 8);
    compare(w, t);

    /* Nobody reaches anybody: nothing is counted. */
    for (l = 0; l < 4; l++) {
        sw(w, l, partition_reg(0, NVL_PARTITION_CTRL), 0);
    }
    nvlf_traffic(w->f, 0, 1, NVLF_TRAFFIC_WRITE, 1000);
    nvlf_traffic(w->f, 0, 1, NVLF_TRAFFIC_WRITE, 1);
    nvlf_traffic(w->f, 3, 3, NVLF_TRAFFIC_READ, 1);
    compare(w, t);
    world_free(w);
    free(t);
}

/* What operations of the engine count, and what they do not */
static void operations(void)
{
    struct world *w = world_new(2, 16 * PAGE, 16 * PAGE);
    struct tally *t = calloc(1, sizeof(*t));
    struct mock_queue q;
    struct trn4_desc d;
    uint64_t left;

    world_open(w);
    grant(w, 1, 0, 0, 8 * PAGE, NVL_RIGHTS_ALL);
    grant(w, 2, 0, 0, 8 * PAGE, NVL_RIGHTS_ALL);
    EQ(window(w, 0, 0, 0, 4 * PAGE, 0, 1, 0, NVL_RIGHTS_ALL), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 1, 4 * PAGE, 4 * PAGE, 0, 2, 0, NVL_RIGHTS_ALL),
       TRN4_WINDOW_LIVE);
    queue_open(&q, w, 0, 0, 5, 0);

    /* None of these uses a link. */
    d = copy_desc(OWN, 0, 0, OWN, 0, PAGE, 5000);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    d = copy_desc(HOST, 0, HOST_BASE, OWN, 0, PAGE, 5000);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    d = atomic_desc(OWN, 0, 8, TRN4_ATOMIC_ADD, TRN4_TYPE_U64, 1, 0);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    d = copy_desc(OWN, 0, 0, WIN, 0, 0, 0);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    d = copy_desc(OWN, 0, 0, WIN, 0, 4 * PAGE - 1, 2);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_BAD_RANGE);
    d = copy_desc(HOST, 0, 0, WIN, 0, 0, 64);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_BUS);
    compare(w, t);

    /* There; back; from one peer to another */
    d = copy_desc(OWN, 0, 0, WIN, 0, 100, 5000);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    by_hand(w, t, 0, 1, false, 5000, 5000);
    compare(w, t);
    d = copy_desc(WIN, 1, 0, HOST, 0, HOST_BASE, 777);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    by_hand(w, t, 0, 2, false, 777, 0);
    by_hand(w, t, 0, 2, true, 777, 777);
    compare(w, t);
    d = copy_desc(WIN, 1, 0, WIN, 0, 0, 2 * PAGE + 1000);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    for (left = 2 * PAGE + 1000; left;) {
        uint64_t n = left < NVLF_CHUNK ? left : NVLF_CHUNK;

        by_hand(w, t, 0, 2, false, n, 0);
        by_hand(w, t, 0, 2, true, n, n);
        by_hand(w, t, 0, 1, false, n, n);
        left -= n;
    }
    compare(w, t);

    /* A word there and a word back, also where it was not swapped */
    d = atomic_desc(WIN, 0, 8, TRN4_ATOMIC_ADD, TRN4_TYPE_U64, 1, 0);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    by_hand(w, t, 0, 1, false, 8, 8);
    by_hand(w, t, 0, 1, true, 8, 8);
    d = atomic_desc(WIN, 1, 16, TRN4_ATOMIC_CAS, TRN4_TYPE_U32, 1, 0xdead);
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    by_hand(w, t, 0, 2, false, 4, 4);
    by_hand(w, t, 0, 2, true, 4, 4);
    compare(w, t);
    world_free(w);
    free(t);
}

#define COUNTERS(e, p, name) erq(w, e, port_reg(p, NVL_PORT_##name))

static bool no_counts(struct world *w, unsigned int e, unsigned int p)
{
    unsigned int reg;

    for (reg = NVL_PORT_TX_BYTES; reg < NVL_PORT_STRIDE; reg += 8) {
        if (erq(w, e, port_reg(p, reg))) {
            return false;
        }
    }
    return true;
}

/* CLEAR is of one port's counters alone; RESET and resets of all of it. */
static void clear_and_reset(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);
    unsigned int p;

    world_open(w);
    for (p = 0; p < 36; p++) {
        EQ(COUNTERS(0, p, RECOVERIES), 0);
    }
    ew(w, 0, port_reg(5, NVL_PORT_CTRL), ON | NVL_PORT_CTRL_RETRAIN);
    world_train(w);
    EQ(COUNTERS(0, 5, RECOVERIES), 1);
    EQ(srq(w, 0, sport_reg(5, NVL_PORT_RECOVERIES)), 1);
    nvlf_traffic(w->f, 0, 1, NVLF_TRAFFIC_ATOMIC, 36 * 256);
    EQ(COUNTERS(0, 5, TX_BYTES), 256);
    EQ(COUNTERS(0, 5, RX_BYTES), 256);
    EQ(COUNTERS(0, 5, TX_PACKETS), 1);
    EQ(COUNTERS(0, 5, RX_PACKETS), 1);

    ew(w, 0, port_reg(5, NVL_PORT_CTRL), ON | NVL_PORT_CTRL_CLEAR);
    EQ(er(w, 0, port_reg(5, NVL_PORT_CTRL)), ON);
    CHECK(no_counts(w, 0, 5));
    EQ(er(w, 0, port_reg(5, NVL_PORT_STATE)), NVL_PORT_ACTIVE);
    EQ(er(w, 0, port_reg(5, NVL_PORT_TRAIN_COUNT)), 2);
    EQ(er(w, 0, port_reg(5, NVL_PORT_TRAIN_US)), 1000);
    EQ(COUNTERS(0, 6, TX_BYTES), 256);
    EQ(srq(w, 0, sport_reg(5, NVL_PORT_RX_BYTES)), 256);

    ew(w, 0, port_reg(6, NVL_PORT_CTRL), ON | NVL_PORT_CTRL_RESET);
    CHECK(no_counts(w, 0, 6));
    world_train(w);
    /* The first training since, for one end; not for the other */
    EQ(COUNTERS(0, 6, RECOVERIES), 0);
    EQ(srq(w, 0, sport_reg(6, NVL_PORT_RECOVERIES)), 1);
    nvlf_endpoint_reset(w->f, 0);
    CHECK(no_counts(w, 0, 7));
    EQ(srq(w, 0, sport_reg(7, NVL_PORT_RX_BYTES)), 256);
    nvlf_switch_reset(w->f, 0);
    EQ(srq(w, 0, sport_reg(7, NVL_PORT_RX_BYTES)), 0);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(packet_for_packet),
    TAP_TEST(uneven),
    TAP_TEST(operations),
    TAP_TEST(clear_and_reset),
};
TAP_MAIN(tests)
