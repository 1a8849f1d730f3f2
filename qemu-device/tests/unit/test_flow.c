/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_flow.c - model time of many operations at once: what flows get of the
 * links between them, and that none is held back by what it does not need.
 *
 * Engines take turns, as they do in QEMU. Expected numbers are worked out from
 * the rates and latencies as documented, in nanoseconds.
 */
#include "mock.h"

#define OWN  TRN4_SPACE_HBM
#define HOST TRN4_SPACE_HOST
#define WIN  TRN4_SPACE_WINDOW

#define HBM_NS  300
#define HOST_NS 400
/* Own HBM, link, switch, link, the peer's HBM */
#define STORE_NS (HBM_NS + (200 + 100 + 200) + HBM_NS)

#define QUEUES 4 /* of a flow: enough that its links never wait for it */
#define OPS    6 /* of a queue */
#define LENGTH (4 * MIB)
#define TOTAL  (QUEUES * OPS * LENGTH)

/* Each endpoint has window n on the HBM of endpoint n, but for its own. */
static struct world *flow_world(void)
{
    struct world *w = world_new(2, 16 * PAGE, 128 * PAGE);
    unsigned int e, n;

    world_open(w);
    for (e = 0; e < w->endpoints; e++) {
        grant(w, e, 0, 0, 16 * PAGE, NVL_RIGHTS_ALL);
    }
    for (e = 0; e < w->endpoints; e++) {
        for (n = 0; n < w->endpoints; n++) {
            EQ(window(w, e, n, n * 16 * PAGE, 16 * PAGE, 0, n, 0,
                      NVL_RIGHTS_ALL),
               e == n ? TRN4_WINDOW_NO_PEER : TRN4_WINDOW_LIVE);
        }
    }
    return w;
}

struct flow {
    struct mock_queue q[QUEUES];
    uint64_t end; /* of its last operation */
};

/* As many copies of @src to window @dst as its queues have */
static void flow_begin(struct flow *flow, struct world *w, unsigned int src,
                       unsigned int dst)
{
    /* Rings are in memory that all share: a place for those of each source */
    unsigned int first = src * QUEUES, n, i;
    struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, dst, 16 * MIB, LENGTH);

    for (n = 0; n < QUEUES; n++) {
        queue_open(&flow->q[n], w, src, first + n, 5, 0);
        for (i = 0; i < OPS; i++) {
            queue_push(&flow->q[n], &d);
        }
        queue_ring(&flow->q[n]);
    }
}

static void flow_end(struct flow *flow)
{
    struct trn4_cqe cqe;
    unsigned int n, i;

    flow->end = 0;
    for (n = 0; n < QUEUES; n++) {
        for (i = 0; i < OPS; i++) {
            CHECK(queue_pop(&flow->q[n], &cqe));
            EQ(cqe.status, TRN4_STATUS_OK);
        }
        flow->end = cqe.end > flow->end ? cqe.end : flow->end;
    }
}

/* A turn of each engine, again and again */
static void run_all(struct world *w)
{
    unsigned int e;
    bool more;

    do {
        more = false;
        for (e = 0; e < w->endpoints; e++) {
            more |= nvlf_engine_run(w->f, e);
        }
    } while (more);
}

/* One flow alone, over @links of 50 GB/s */
static void check_alone(struct world *w, unsigned int links)
{
    struct flow flow;
    uint64_t begin = erq(w, 0, TRN4_REG_MODEL_TIME);

    flow_begin(&flow, w, 0, 1);
    run_all(w);
    flow_end(&flow);
    ABOUT(flow.end - begin, STORE_NS + TOTAL / (links * 50));
}

/* 1.8 TB/s, and 35/36 of that with a link less, wherever it is missing */
static void one_pair(void)
{
    struct world *w = flow_world();

    check_alone(w, 36);
    ew(w, 0, port_reg(3, NVL_PORT_CTRL), 0);
    check_alone(w, 35);
    ew(w, 0, port_reg(3, NVL_PORT_CTRL), NVL_PORT_CTRL_ENABLE);
    world_train(w);
    check_alone(w, 36);
    /* The destination's, at its switch */
    sw(w, 0, sport_reg(18, NVL_PORT_CTRL), 0);
    check_alone(w, 35);
    sw(w, 0, sport_reg(18, NVL_PORT_CTRL), NVL_PORT_CTRL_ENABLE);
    world_train(w);
    /* Up, but not in the route: queues share what is */
    route(w, 1, 1, 0x1ffffull << 18, NVL_ROUTE_VALID);
    check_alone(w, 35);
    route(w, 1, 1, 0xfull << 18, NVL_ROUTE_VALID);
    check_alone(w, 18 + 4);
    world_free(w);
}

/* Ways to and fro are two. */
static void both_directions(void)
{
    struct world *w = flow_world();
    struct flow a, b;

    flow_begin(&a, w, 0, 1);
    flow_begin(&b, w, 1, 0);
    run_all(w);
    flow_end(&a);
    flow_end(&b);
    ABOUT(a.end, STORE_NS + TOTAL / 1800);
    ABOUT(b.end, STORE_NS + TOTAL / 1800);
    world_free(w);
}

/* Two to one: half of its links for each, but for a turn of all queues of one */
static void two_senders(void)
{
    struct world *w = flow_world();
    const uint64_t all = STORE_NS + 2 * TOTAL / 1800;
    struct flow a, b;

    flow_begin(&a, w, 0, 1);
    flow_begin(&b, w, 2, 1);
    run_all(w);
    flow_end(&a);
    flow_end(&b);
    ABOUT(a.end > b.end ? a.end : b.end, all);
    CHECK((a.end < b.end ? a.end : b.end) >= all - QUEUES * LENGTH / 1800);
    world_free(w);
}

/* One to two: half of its links to each */
static void two_receivers(void)
{
    struct world *w = flow_world();
    const uint64_t all = STORE_NS + 2 * LENGTH / 1800;
    struct mock_queue q[2];
    struct trn4_cqe cqe[2];
    unsigned int i;

    for (i = 0; i < 2; i++) {
        struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, 1 + i, 0, LENGTH);

        queue_open(&q[i], w, 0, i, 5, 0);
        queue_push(&q[i], &d);
        queue_ring(&q[i]);
    }
    run_all(w);
    CHECK(queue_pop(&q[0], &cqe[0]) && queue_pop(&q[1], &cqe[1]));
    ABOUT(cqe[0].end, STORE_NS + LENGTH / 1800);
    ABOUT(cqe[1].end, all);
    world_free(w);
}

/* Routes of few ports, to two: each way has its own, and links for both. */
static void ways_are_two(void)
{
    struct world *w = flow_world();
    struct mock_queue q[2];
    struct trn4_cqe cqe;
    unsigned int i;

    for (i = 0; i < 2; i++) {
        struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, 1 + i, 0, LENGTH);

        /* 18 ports of each switch lead to each endpoint. */
        route(w, !i, 1 + i, 0, 0);
        route(w, i, 1 + i, 0x1ffull << (18 * (1 + i)), NVL_ROUTE_VALID);
        queue_open(&q[i], w, 0, i, 5, 0);
        queue_push(&q[i], &d);
        queue_ring(&q[i]);
    }
    run_all(w);
    for (i = 0; i < 2; i++) {
        CHECK(queue_pop(&q[i], &cqe));
        ABOUT(cqe.end, STORE_NS + LENGTH / (9 * 50));
    }
    world_free(w);
}

/* ---- One switch of two: 18 links of each endpoint, 900 GB/s ------------- */

#define ONE_SWITCH 900

/* @dst is reached over switch @s alone. */
static void route_over(struct world *w, unsigned int s, unsigned int dst)
{
    route(w, !s, dst, 0, 0);
    route_all(w, s, dst);
}

/* Of switch @s: @a and @b, and nobody else */
static void partition_of_two(struct world *w, unsigned int s, unsigned int a,
                             unsigned int b)
{
    swq(w, s, member_reg(0, 0), NVLF_BIT(a) | NVLF_BIT(b));
    swq(w, s, member_reg(0, 1), 0);
}

/* Both at once, each of which alone has all of a switch's links */
static void two_flows(struct world *w, const unsigned int src[2],
                      const unsigned int dst[2], uint64_t first, uint64_t last)
{
    struct flow flow[2];
    unsigned int i;

    for (i = 0; i < 2; i++) {
        flow_begin(&flow[i], w, src[i], dst[i]);
    }
    run_all(w);
    flow_end(&flow[0]);
    flow_end(&flow[1]);
    i = flow[1].end < flow[0].end;
    /* One may be ahead by a turn of all queues of the other. */
    CHECK(flow[i].end >= first - QUEUES * LENGTH / ONE_SWITCH);
    CHECK(flow[i].end <= first + 2);
    ABOUT(flow[!i].end, last);
}

#define ALONE (STORE_NS + TOTAL / ONE_SWITCH)
#define BOTH  (STORE_NS + 2 * TOTAL / ONE_SWITCH)

/* The ports of one switch that lead to the receiver are all there is. */
static void two_senders_over_one_switch(void)
{
    struct world *w = flow_world();

    route_over(w, 0, 1);
    two_flows(w, (unsigned int[]) { 0, 2 }, (unsigned int[]) { 1, 1 }, BOTH,
              BOTH);
    world_free(w);
}

static void two_senders_over_two_switches(void)
{
    struct world *w = flow_world();

    partition_of_two(w, 0, 0, 1);
    partition_of_two(w, 1, 2, 1);
    two_flows(w, (unsigned int[]) { 0, 2 }, (unsigned int[]) { 1, 1 }, ALONE,
              ALONE);
    world_free(w);
}

static void two_receivers_over_one_switch(void)
{
    struct world *w = flow_world();
    struct mock_queue q[2];
    struct trn4_cqe cqe;
    unsigned int i;

    for (i = 0; i < 2; i++) {
        struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, 1 + i, 0, LENGTH);

        route_over(w, 1, 1 + i);
        queue_open(&q[i], w, 0, i, 5, 0);
        queue_push(&q[i], &d);
        queue_ring(&q[i]);
    }
    run_all(w);
    for (i = 0; i < 2; i++) {
        CHECK(queue_pop(&q[i], &cqe));
        ABOUT(cqe.end, STORE_NS + (i + 1) * LENGTH / ONE_SWITCH);
    }
    world_free(w);
}

/* Two stores at once over 9 links each, for which there is room on the other */
static void two_of_half(struct world *w, const unsigned int src[2],
                        const unsigned int dst[2])
{
    struct mock_queue q[2];
    struct trn4_cqe cqe;
    unsigned int i;

    for (i = 0; i < 2; i++) {
        struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, dst[i], 0, LENGTH);

        queue_open(&q[i], w, src[i], i, 5, 0);
        queue_push(&q[i], &d);
        queue_ring(&q[i]);
    }
    run_all(w);
    for (i = 0; i < 2; i++) {
        CHECK(queue_pop(&q[i], &cqe));
        ABOUT(cqe.end, STORE_NS + LENGTH / (9 * 50));
    }
}

/* Links of one side are busy with a part where the other side has fewer. */
static void the_wider_side_has_room(void)
{
    struct world *w = flow_world();
    unsigned int i, l;

    for (i = 1; i <= 2; i++) {
        route_over(w, 0, i);
        route(w, 0, i, 0x1ffull << (18 * i), NVL_ROUTE_VALID);
    }
    two_of_half(w, (unsigned int[]) { 0, 0 }, (unsigned int[]) { 1, 2 });
    world_free(w);

    w = flow_world();
    route_over(w, 0, 1);
    for (l = 0; l < 9; l++) {
        ew(w, 0, port_reg(l, NVL_PORT_CTRL), 0);
        ew(w, 2, port_reg(l, NVL_PORT_CTRL), 0);
    }
    two_of_half(w, (unsigned int[]) { 0, 2 }, (unsigned int[]) { 1, 1 });
    world_free(w);
}

/* Other ports of the same switch, and the same ports the other way */
static void others_over_one_switch(void)
{
    struct world *w = flow_world();

    route_over(w, 0, 1);
    route_over(w, 0, 3);
    two_flows(w, (unsigned int[]) { 0, 2 }, (unsigned int[]) { 1, 3 }, ALONE,
              ALONE);
    world_free(w);

    w = flow_world();
    route_over(w, 1, 0);
    route_over(w, 1, 1);
    two_flows(w, (unsigned int[]) { 0, 1 }, (unsigned int[]) { 1, 0 }, ALONE,
              ALONE);
    world_free(w);
}

/*
 * What is read comes back over the links that the route to its memory has; they
 * have a part of what the owner of the memory stores itself, which comes after.
 */
static void readers_share_the_route_back(void)
{
    const uint64_t load_ns = STORE_NS + (200 + 100 + 200);
    struct world *w = flow_world();
    struct trn4_desc d = copy_desc(WIN, 1, 0, OWN, 0, 16 * MIB, LENGTH);
    struct mock_queue q[2], own;
    struct trn4_cqe cqe;
    unsigned int i;

    route_over(w, 0, 1);
    route(w, 0, 1, 0xfull << 18, NVL_ROUTE_VALID);
    for (i = 0; i < 2; i++) {
        queue_open(&q[i], w, 2 * i, i, 5, 0);
        queue_push(&q[i], &d);
        queue_ring(&q[i]);
    }
    d = copy_desc(OWN, 0, 0, WIN, 3, 0, LENGTH);
    queue_open(&own, w, 1, 2, 5, 0);
    queue_push(&own, &d);
    queue_ring(&own);
    engine_finish(w, 0);
    engine_finish(w, 2);
    engine_finish(w, 1);
    for (i = 0; i < 2; i++) {
        CHECK(queue_pop(&q[i], &cqe));
        ABOUT(cqe.end, load_ns + (i + 1) * LENGTH / (4 * 50));
    }
    CHECK(queue_pop(&own, &cqe));
    ABOUT(cqe.end, STORE_NS + 2 * LENGTH / (4 * 50) + LENGTH / 1800);
    world_free(w);
}

/* ---- Whatever goes, no port carries more than its rate ------------------- */

#define SEEDS 100
#define EACH  3 /* copies of an endpoint */

static uint64_t seed;

static uint64_t next(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

/* On each switch routes of some ports, and a partition of some endpoints */
static void tables_at_random(struct world *w)
{
    unsigned int s, e;

    for (s = 0; s < w->switches; s++) {
        for (e = 0; e < w->endpoints; e++) {
            uint64_t lo = w->f->sw[s]->up[e].w[0] & next();
            uint64_t hi = w->f->sw[s]->up[e].w[1] & (next() | next());

            route(w, s, e, lo, lo | hi ? hi | NVL_ROUTE_VALID : 0);
        }
        swq(w, s, member_reg(0, 0), next() | next());
    }
}

/* A copy to or from a peer, if there is one */
static bool copy_at_random(struct world *w, unsigned int e,
                           struct mock_queue *q)
{
    unsigned int peer = next() % w->endpoints;
    struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, peer, 16 * MIB, LENGTH);

    if (!nvlf_fabric_reachable(w->f, e, peer)) {
        return false;
    }
    if (next() & NVLF_BIT(40)) {
        d = copy_desc(WIN, peer, 0, OWN, 0, 16 * MIB, LENGTH);
    }
    queue_push(q, &d);
    queue_ring(q);
    return true;
}

/* Each port was given no more bytes than it carries until @end. */
static void check_ports(struct world *w, uint64_t end, unsigned int copies)
{
    /* Spreading begins anew with each chunk: the lowest get two packets more */
    uint64_t most = end * 50 +
                    copies * (LENGTH / NVLF_CHUNK) * 2 * NVL_PACKET_BYTES;
    unsigned int e, p;

    for (e = 0; e < w->endpoints; e++) {
        for (p = 0; p < TRN4_PORTS; p++) {
            const struct nvlf_counters *c = &w->f->ep[e]->d.ports[p].counters;

            CHECK(c->tx_bytes <= most);
            CHECK(c->rx_bytes <= most);
        }
    }
}

static void no_port_carries_more_than_its_rate(void)
{
    unsigned int n, e, i;

    for (n = 1; n <= SEEDS; n++) {
        struct world *w = flow_world();
        unsigned int copies = 0;
        struct mock_queue q;

        seed = n * 0x9e3779b97f4a7c15;
        tables_at_random(w);
        for (e = 0; e < w->endpoints; e++) {
            for (i = 0; i < EACH; i++) {
                queue_open(&q, w, e, e * EACH + i, 5, 0);
                copies += copy_at_random(w, e, &q);
            }
        }
        run_all(w);
        check_ports(w, erq(w, 0, TRN4_REG_MODEL_TIME), copies);
        world_free(w);
    }
}

/*
 * An endpoint whose store has to wait for a busy receiver has its own links
 * free meanwhile, and all else that is not that receiver's.
 */
static void a_busy_receiver_holds_back_nobody_else(void)
{
    struct world *w = flow_world();
    struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, 1, 0, 8 * LENGTH);
    struct mock_queue busy, waits, free, back;
    struct trn4_cqe cqe;

    d.copy.rows = 8;
    d.copy.length = d.copy.src_pitch = d.copy.dst_pitch = LENGTH;
    queue_open(&busy, w, 2, 0, 5, 0);
    queue_open(&waits, w, 0, 1, 5, 0);
    queue_open(&free, w, 0, 2, 5, 0);
    queue_open(&back, w, 1, 3, 5, 0);
    queue_push(&busy, &d);
    queue_ring(&busy);
    d = copy_desc(OWN, 0, 0, WIN, 1, 0, LENGTH);
    queue_push(&waits, &d);
    queue_ring(&waits);
    d = copy_desc(OWN, 0, 0, WIN, 3, 0, LENGTH);
    queue_push(&free, &d);
    queue_ring(&free);
    d = copy_desc(OWN, 0, 0, WIN, 0, 0, LENGTH);
    queue_push(&back, &d);
    queue_ring(&back);
    engine_finish(w, 2);
    engine_finish(w, 0);
    engine_finish(w, 1);
    CHECK(queue_pop(&busy, &cqe));
    ABOUT(cqe.end, STORE_NS + 8 * LENGTH / 1800);
    CHECK(queue_pop(&waits, &cqe));
    ABOUT(cqe.end, STORE_NS + 9 * LENGTH / 1800);
    CHECK(queue_pop(&free, &cqe));
    ABOUT(cqe.end, STORE_NS + 2 * LENGTH / 1800);
    CHECK(queue_pop(&back, &cqe));
    ABOUT(cqe.end, STORE_NS + LENGTH / 1800);
    world_free(w);
}

/* HBM is free while what comes to it waits for a slow PCIe link. */
static void a_busy_pcie_link_holds_back_no_hbm(void)
{
    struct world *w = flow_world();
    struct trn4_desc slow = copy_desc(HOST, 0, HOST_BASE, OWN, 0, 0, LENGTH);
    struct trn4_desc fast = copy_desc(OWN, 0, 0, OWN, 0, 16 * MIB, LENGTH);
    struct mock_queue q[3];
    struct trn4_cqe cqe;
    unsigned int i;

    for (i = 0; i < 3; i++) {
        queue_open(&q[i], w, 0, i, 5, 0);
        queue_push(&q[i], i < 2 ? &slow : &fast);
    }
    queue_ring(&q[0]);
    queue_ring(&q[1]);
    queue_ring(&q[2]);
    engine_finish(w, 0);
    for (i = 0; i < 2; i++) {
        CHECK(queue_pop(&q[i], &cqe));
        ABOUT(cqe.end, 2 * HOST_NS + HBM_NS + (i + 1) * LENGTH / 64);
    }
    CHECK(queue_pop(&q[2], &cqe));
    ABOUT(cqe.end, 2 * HBM_NS + 4 * LENGTH / 19600);
    world_free(w);
}

/* A queue's operations pay for their latency, however fast its links are. */
static void one_queue_waits_for_each(void)
{
    struct world *w = flow_world();
    struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, 1, 0, LENGTH);
    struct mock_queue q;
    struct trn4_cqe cqe;
    unsigned int i;

    queue_open(&q, w, 0, 0, 5, 0);
    for (i = 0; i < OPS; i++) {
        queue_push(&q, &d);
    }
    queue_ring(&q);
    engine_finish(w, 0);
    for (i = 0; i < OPS; i++) {
        CHECK(queue_pop(&q, &cqe));
    }
    ABOUT(cqe.end, OPS * STORE_NS + OPS * LENGTH / 1800);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(one_pair),
    TAP_TEST(both_directions),
    TAP_TEST(two_senders),
    TAP_TEST(two_receivers),
    TAP_TEST(ways_are_two),
    TAP_TEST(two_senders_over_one_switch),
    TAP_TEST(two_senders_over_two_switches),
    TAP_TEST(two_receivers_over_one_switch),
    TAP_TEST(the_wider_side_has_room),
    TAP_TEST(others_over_one_switch),
    TAP_TEST(readers_share_the_route_back),
    TAP_TEST(no_port_carries_more_than_its_rate),
    TAP_TEST(a_busy_receiver_holds_back_nobody_else),
    TAP_TEST(a_busy_pcie_link_holds_back_no_hbm),
    TAP_TEST(one_queue_waits_for_each),
};
TAP_MAIN(tests)
