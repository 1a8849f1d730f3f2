/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_timing.c - model time: rates and latencies, those that are published and
 * others; order, contention. Expected numbers are worked out here from what is
 * documented in timing.c, in nanoseconds, not from its code.
 */
#include "mock.h"

#define OWN  TRN4_SPACE_HBM
#define HOST TRN4_SPACE_HOST
#define WIN  TRN4_SPACE_WINDOW

#define FABRIC  (200 + 100 + 200)
#define HBM_NS  300
#define HOST_NS 400

static struct world *timing_world(unsigned int switches, struct mock_queue *q)
{
    struct world *w = world_new(switches, 32 * PAGE, 64 * PAGE);
    unsigned int e;

    world_open(w);
    for (e = 0; e < w->endpoints; e++) {
        grant(w, e, 0, 0, 16 * PAGE, NVL_RIGHTS_ALL);
    }
    EQ(window(w, 0, 0, 0, 16 * PAGE, 0, 1, 0, NVL_RIGHTS_ALL),
       TRN4_WINDOW_LIVE);
    queue_open(q, w, 0, 0, 5, 0);
    return w;
}

static uint64_t took(struct mock_queue *q, struct trn4_desc d)
{
    struct trn4_cqe cqe = queue_do(q, &d);

    EQ(cqe.status, TRN4_STATUS_OK);
    CHECK(cqe.end >= cqe.start);
    EQ(erq(q->w, q->e, TRN4_REG_MODEL_TIME), cqe.end);
    return cqe.end - cqe.start;
}

static void one_operation(void)
{
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    const uint64_t n = 8 * MIB;

    EQ(erq(w, 0, TRN4_REG_MODEL_TIME), 0);
    EQ(took(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP }), 0);
    EQ(took(&q, copy_desc(OWN, 0, 0, OWN, 0, 0, 0)), 0);
    /* To the peer: 36 links of 50 GB/s, one way */
    ABOUT(took(&q, copy_desc(OWN, 0, 0, WIN, 0, 0, n)),
          HBM_NS + FABRIC + HBM_NS + n / 1800);
    /* From the peer: there and back */
    ABOUT(took(&q, copy_desc(WIN, 0, 0, OWN, 0, 0, n)),
          2 * FABRIC + HBM_NS + HBM_NS + n / 1800);
    /* Within one HBM: read and written */
    ABOUT(took(&q, copy_desc(OWN, 0, 0, OWN, 0, 16 * MIB, n)),
          HBM_NS + HBM_NS + 2 * n / 19600);
    /* Over PCIe */
    ABOUT(took(&q, copy_desc(HOST, 0, HOST_BASE, OWN, 0, 0, n)),
          2 * HOST_NS + HBM_NS + n / 64);
    ABOUT(took(&q, copy_desc(OWN, 0, 0, HOST, 0, HOST_BASE, n)),
          HBM_NS + HOST_NS + n / 64);
    ABOUT(took(&q, copy_desc(HOST, 0, HOST_BASE, HOST, 0, HOST_BASE, n)),
          3 * HOST_NS + 2 * n / 64);
    /* Atomics: a remote round trip is 1.3 us */
    ABOUT(took(&q,
               atomic_desc(OWN, 0, 0, TRN4_ATOMIC_ADD, TRN4_TYPE_U64, 1, 0)),
          HBM_NS);
    ABOUT(took(&q,
               atomic_desc(WIN, 0, 0, TRN4_ATOMIC_ADD, TRN4_TYPE_U64, 1, 0)),
          1300);
    world_free(w);
}

/* Links down, fewer in the route, fewer switches in the partition */
static void links_that_carry(void)
{
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    const uint64_t n = 8 * MIB, fixed = 2 * HBM_NS + FABRIC;
    struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, 0, 0, n);

    /* One of the source's 18 on switch 0 */
    ew(w, 0, port_reg(0, NVL_PORT_CTRL), 0);
    ABOUT(took(&q, d), fixed + n / (35 * 50));
    /* And one of the destination's: on that switch 17 still meet 17. */
    ew(w, 1, port_reg(5, NVL_PORT_CTRL), 0);
    ABOUT(took(&q, d), fixed + n / (35 * 50));
    /* 4 ports in the route of switch 1 */
    route(w, 1, 1, 0xfull << 18, NVL_ROUTE_VALID);
    ABOUT(took(&q, d), fixed + n / ((17 + 4) * 50));
    sw(w, 0, partition_reg(0, NVL_PARTITION_CTRL), 0);
    ABOUT(took(&q, d), fixed + n / (4 * 50));
    world_free(w);
}

/* A degraded link carries at the rate of its lanes, at either end. */
static void lanes_that_carry(void)
{
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    const uint64_t n = 8 * MIB, fixed = 2 * HBM_NS + FABRIC;
    const uint32_t both = NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RETRAIN;
    struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, 0, 0, n);

    /* 35 links and 3 lanes of 4 */
    w->f->ep[0]->d.faults.port[0].lanes_lost = 1;
    ew(w, 0, port_reg(0, NVL_PORT_CTRL), both);
    world_train(w);
    ABOUT(took(&q, d), fixed + n * 10 / (36 * 500 - 125));
    /* Two of the destination's at the other switch: neither side has as few */
    w->f->sw[1]->d.faults.port[18].lanes_lost = 2;
    sw(w, 1, sport_reg(18, NVL_PORT_CTRL), both);
    world_train(w);
    ABOUT(took(&q, d), fixed + n * 10 / ((71 + 70) * 125));
    /* A route to 4 of its ports, one of which has 2 lanes */
    w->f->sw[0]->d.faults.port[18].lanes_lost = 2;
    sw(w, 0, sport_reg(18, NVL_PORT_CTRL), both);
    world_train(w);
    route(w, 0, 1, 0xfull << 18, NVL_ROUTE_VALID);
    ABOUT(took(&q, d), fixed + n * 10 / ((14 + 70) * 125));
    /* Without it 16 */
    route(w, 0, 1, 0xfull << 19, NVL_ROUTE_VALID);
    ABOUT(took(&q, d), fixed + n * 10 / ((16 + 70) * 125));
    sw(w, 1, partition_reg(0, NVL_PARTITION_CTRL), 0);
    route(w, 0, 1, 1ull << 18, NVL_ROUTE_VALID);
    ABOUT(took(&q, d), fixed + n / 25);
    world_free(w);
}

/* Links that go, or all of a route, count for what comes after. */
static void links_that_go_meanwhile(void)
{
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    const uint64_t n = 8 * MIB, fixed = 2 * HBM_NS + FABRIC;
    struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, 0, 0, n);
    struct trn4_cqe cqe;
    unsigned int i;

    queue_push(&q, &d);
    queue_ring(&q);
    CHECK(nvlf_engine_run(w->f, 0));
    for (i = 0; i < 18; i++) {
        ew(w, 0, port_reg(i, NVL_PORT_CTRL), 0);
    }
    engine_finish(w, 0);
    CHECK(queue_pop(&q, &cqe));
    EQ(cqe.status, TRN4_STATUS_OK);
    ABOUT(cqe.end - cqe.start, fixed + n / 1800);
    ABOUT(took(&q, d), fixed + n / 900);

    queue_push(&q, &d);
    queue_ring(&q);
    CHECK(nvlf_engine_run(w->f, 0));
    route(w, 1, 1, 0, 0);
    engine_finish(w, 0);
    CHECK(queue_pop(&q, &cqe));
    EQ(cqe.status, TRN4_STATUS_REVOKED);
    CHECK(cqe.value > 0 && cqe.value < n);
    ABOUT(cqe.end - cqe.start, fixed + cqe.value / 900);
    world_free(w);
}

/* A queue's operations follow one another without a gap or an overlap. */
static void in_order_within_a_queue(void)
{
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, 0, 0, 3 * MIB);
    struct trn4_cqe cqe;
    uint64_t end = 0;
    unsigned int i;

    for (i = 0; i < 20; i++) {
        queue_push(&q, &d);
    }
    queue_ring(&q);
    engine_finish(w, 0);
    for (i = 0; i < 20; i++) {
        CHECK(queue_pop(&q, &cqe));
        CHECK(cqe.start <= end && cqe.start + 1 >= end);
        CHECK(cqe.end > cqe.start);
        end = cqe.end;
    }
    world_free(w);
}

/* What begins because something ended cannot begin before that. */
static void doorbells_follow_the_clock(void)
{
    struct mock_queue q, q1, peer;
    struct world *w = timing_world(2, &q);
    struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, 0, 0, 3 * MIB);
    struct trn4_desc nop = { .opcode = TRN4_OP_NOP };
    struct trn4_cqe first, cqe;

    queue_open(&q1, w, 0, 1, 5, 0);
    queue_open(&peer, w, 1, 2, 5, 0);
    first = queue_do(&q, &d);
    /* Another queue, another endpoint: both were rung after it. */
    CHECK(queue_do(&q1, &nop).start + 1 >= first.end);
    CHECK(queue_do(&peer, &nop).start + 1 >= first.end);
    /* Rung before it ran: side by side with it */
    first = queue_do(&q1, &nop);
    queue_push(&q, &d);
    queue_push(&q1, &nop);
    queue_ring(&q1);
    queue_ring(&q);
    engine_finish(w, 0);
    CHECK(queue_pop(&q1, &cqe));
    CHECK(cqe.start <= first.end && cqe.start + 1 >= first.end);
    CHECK(queue_pop(&q, &cqe));
    CHECK(cqe.start <= first.end && cqe.start + 1 >= first.end);
    /* Rung later, though its queue was busy all the time */
    queue_push(&q1, &d);
    queue_ring(&q1);
    CHECK(nvlf_engine_run(w->f, 0));
    d = copy_desc(HOST, 0, HOST_BASE, OWN, 0, 0, 8 * MIB);
    first = queue_do(&peer, &d);
    queue_push(&q1, &nop);
    queue_ring(&q1);
    engine_finish(w, 0);
    CHECK(queue_pop(&q1, &cqe));
    CHECK(cqe.end < first.end);
    CHECK(queue_pop(&q1, &cqe));
    CHECK(cqe.start + 1 >= first.end);
    world_free(w);
}

/* Two queues over the same links take turns: together no faster than them. */
static void contention(void)
{
    struct mock_queue q[4];
    struct world *w = timing_world(2, &q[0]);
    const uint64_t n = 8 * MIB;
    struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, 0, 0, n);
    struct trn4_cqe cqe;
    uint64_t end = 0;
    unsigned int i;

    for (i = 0; i < 4; i++) {
        if (i) {
            queue_open(&q[i], w, 0, i, 5, 0);
        }
        queue_push(&q[i], &d);
        queue_ring(&q[i]);
    }
    engine_finish(w, 0);
    for (i = 0; i < 4; i++) {
        CHECK(queue_pop(&q[i], &cqe));
        EQ(cqe.start, 0);
        end = cqe.end > end ? cqe.end : end;
    }
    ABOUT(end, 2 * HBM_NS + FABRIC + 4 * n / 1800);

    /* Two endpoints that store to one: its links are the narrow place. */
    for (i = 0; i < 2; i++) {
        unsigned int e = 2 + i;

        EQ(window(w, e, 0, 0, 16 * PAGE, 0, 1, 0, NVL_RIGHTS_ALL),
           TRN4_WINDOW_LIVE);
        queue_open(&q[i], w, e, 4 + i, 5, 0);
        queue_push(&q[i], &d);
        queue_ring(&q[i]);
    }
    engine_finish(w, 2);
    engine_finish(w, 3);
    CHECK(queue_pop(&q[0], &cqe));
    end = cqe.end;
    CHECK(queue_pop(&q[1], &cqe));
    ABOUT(cqe.end - end, n / 1800);
    world_free(w);
}

static void reset_begins_at_zero(void)
{
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    struct trn4_desc d = copy_desc(OWN, 0, 0, OWN, 0, 16 * MIB, 8 * MIB);
    uint64_t t;

    took(&q, d);
    t = erq(w, 0, TRN4_REG_MODEL_TIME);
    CHECK(t);
    EQ(erq(w, 1, TRN4_REG_MODEL_TIME), t);
    nvlf_endpoint_reset(w->f, 0);
    EQ(erq(w, 0, TRN4_REG_MODEL_TIME), 0);
    EQ(erq(w, 1, TRN4_REG_MODEL_TIME), t);
    queue_open(&q, w, 0, 0, 5, 0);
    EQ(queue_do(&q, &d).start, 0);
    ABOUT(erq(w, 1, TRN4_REG_MODEL_TIME), 2 * t - 1);
    world_free(w);
}

/* A failed copy is charged for what it moved. */
static void failures_cost_what_they_moved(void)
{
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    struct trn4_desc d = copy_desc(HOST, 0, HOST_BASE, OWN, 0, 0, 4 * MIB);
    struct trn4_cqe cqe;

    w->bad_start = HOST_BASE + MIB;
    w->bad_end = w->bad_start + 1;
    cqe = queue_do(&q, &d);
    EQ(cqe.status, TRN4_STATUS_BUS);
    ABOUT(cqe.end - cqe.start, 2 * HOST_NS + HBM_NS + MIB / 64);
    d.copy.length = 64 * PAGE;
    cqe = queue_do(&q, &d);
    EQ(cqe.status, TRN4_STATUS_BAD_RANGE);
    CHECK(cqe.end - cqe.start <= 1);
    world_free(w);
}

/* Nobody waits for an answer where none is asked for. */
static struct trn4_desc no_fetch(struct trn4_desc d)
{
    d.flags = 0;
    return d;
}

/* An atomic without FETCH is a store: of any type, whatever comes of it */
static void atomics_that_store(void)
{
    static const struct {
        uint8_t kind, type;
        uint64_t compare;
    } ops[] = {
        { TRN4_ATOMIC_ADD, TRN4_TYPE_U32, 0 },
        { TRN4_ATOMIC_XOR, TRN4_TYPE_U64, 0 },
        { TRN4_ATOMIC_MAX, TRN4_TYPE_BF16X2, 0 },
        { TRN4_ATOMIC_ADD, TRN4_TYPE_F32X4, 0 },
        { TRN4_ATOMIC_CAS, TRN4_TYPE_U64, 0xdead },
    };
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(ops); i++) {
        struct trn4_desc d = atomic_desc(WIN, 0, 4096, ops[i].kind, ops[i].type,
                                         1, ops[i].compare);

        ABOUT(took(&q, no_fetch(d)), FABRIC + HBM_NS);
        if (ops[i].type != TRN4_TYPE_F32X4) {
            ABOUT(took(&q, d), 2 * FABRIC + HBM_NS);
        }
        d.dst_space = OWN;
        ABOUT(took(&q, no_fetch(d)), HBM_NS);
        if (ops[i].type != TRN4_TYPE_F32X4) {
            ABOUT(took(&q, d), HBM_NS);
        }
    }
    world_free(w);
}

/* An old word of 16 bytes is stored at src after it came back. */
static void wide_fetches(void)
{
    static const struct {
        uint8_t space;
        uint64_t addr;
        uint64_t ns;
    } src[] = {
        { HOST, HOST_BASE, HOST_NS },
        { OWN, 8192, HBM_NS },
        { WIN, 8192, FABRIC + HBM_NS },
    };
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(src); i++) {
        struct trn4_desc d = atomic_desc(OWN, 0, 4096, TRN4_ATOMIC_ADD,
                                         TRN4_TYPE_F32X4, 1, 0);

        d.src_space = src[i].space;
        d.src = src[i].addr;
        ABOUT(took(&q, d), HBM_NS + src[i].ns);
        d.dst_space = WIN;
        ABOUT(took(&q, d), 2 * FABRIC + HBM_NS + src[i].ns);
        if (er(w, 0, TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMIC_CAS) >>
                TRN4_TYPE_U128 &
            1) {
            d.kind = TRN4_ATOMIC_CAS;
            d.type = TRN4_TYPE_U128;
            d.atomic.compare[1] = 5;
            ABOUT(took(&q, d), 2 * FABRIC + HBM_NS + src[i].ns);
        }
    }
    world_free(w);
}

/* A fill reads nothing; of rows only the bytes count, however far apart. */
static void fills_and_rows(void)
{
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    const uint64_t n = 8 * MIB;
    struct trn4_desc d = {
        .opcode = TRN4_OP_FILL,
        .dst_space = OWN,
        .fill = { n, 1, 0x0123456789abcdef, 0 },
    };
    unsigned int rows;

    for (rows = 1; rows <= 8192; rows *= 64) {
        d.fill.length = n / rows;
        d.fill.rows = rows;
        d.fill.pitch = rows > 1 ? n / rows + rows / 64 : 0;
        d.dst_space = OWN;
        d.dst = 0;
        ABOUT(took(&q, d), HBM_NS + n / 19600);
        d.dst_space = WIN;
        ABOUT(took(&q, d), FABRIC + HBM_NS + n / 1800);
        d.dst_space = HOST;
        d.dst = HOST_BASE;
        ABOUT(took(&q, d), HOST_NS + n / 64);
    }
    d = copy_desc(OWN, 0, 0, WIN, 0, 0, n / 4096);
    d.copy.rows = 4096;
    d.copy.src_pitch = n / 4096 + 512;
    d.copy.dst_pitch = n / 4096 + 100;
    ABOUT(took(&q, d), HBM_NS + FABRIC + HBM_NS + n / 1800);
    d.dst_space = OWN;
    d.dst = 16 * MIB;
    ABOUT(took(&q, d), HBM_NS + HBM_NS + 2 * n / 19600);
    /* Nothing moved, no time */
    d.copy.length = 0;
    EQ(took(&q, d), 0);
    d = (struct trn4_desc) { .opcode = TRN4_OP_FILL, .dst_space = OWN };
    EQ(took(&q, d), 0);
    EQ(took(&q, (struct trn4_desc) { .opcode = TRN4_OP_FENCE }), 0);
    world_free(w);
}

/* A fill of a peer takes its links and the peer's HBM, and no HBM of its own */
static void a_fill_reads_nothing(void)
{
    struct mock_queue q, own;
    struct world *w = timing_world(2, &q);
    const uint64_t n = 8 * MIB;
    struct trn4_desc d = {
        .opcode = TRN4_OP_FILL,
        .dst_space = WIN,
        .fill = { .length = n, .rows = 1 },
    };
    struct trn4_cqe cqe;

    queue_open(&own, w, 0, 1, 5, 0);
    queue_push(&q, &d);
    queue_ring(&q);
    d.dst_space = OWN;
    d.fill.length = n / 2;
    queue_push(&own, &d);
    queue_ring(&own);
    engine_finish(w, 0);
    CHECK(queue_pop(&own, &cqe));
    EQ(cqe.start, 0);
    ABOUT(cqe.end, HBM_NS + n / 2 / 19600);
    CHECK(queue_pop(&q, &cqe));
    EQ(cqe.start, 0);
    ABOUT(cqe.end, FABRIC + HBM_NS + n / 1800);
    world_free(w);
}

/* ---- Other numbers ---------------------------------------------------- */

static void set_numbers(struct world *w, struct nvlf_fabric_timing f,
                        struct nvlf_endpoint_timing own,
                        struct nvlf_endpoint_timing peer)
{
    nvlf_fabric_timing(w->f, &f);
    nvlf_endpoint_timing(w->f, 0, &own);
    nvlf_endpoint_timing(w->f, 1, &peer);
}

/* All that differ from one another, so that none can stand for another */
static void numbers_that_are_set(void)
{
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    const uint64_t n = 8 * MIB, fabric = 2 * 1000 + 70;
    const struct nvlf_fabric_timing f = { 10, 1000, 70 };
    const struct nvlf_endpoint_timing own = { 5000, 31, 300, 17 };
    const struct nvlf_endpoint_timing peer = { 200, 5, 100, 3 };

    set_numbers(w, f, own, peer);
    /* The peer's HBM is slower than 36 links. */
    ABOUT(took(&q, copy_desc(OWN, 0, 0, WIN, 0, 0, n)),
          31 + fabric + 5 + n * 1000 / 200);
    ABOUT(took(&q, copy_desc(WIN, 0, 0, OWN, 0, 0, n)),
          2 * fabric + 5 + 31 + n * 1000 / 200);
    ABOUT(took(&q, copy_desc(OWN, 0, 0, OWN, 0, 16 * MIB, n)),
          31 + 31 + 2 * n * 1000 / 5000);
    ABOUT(took(&q, copy_desc(HOST, 0, HOST_BASE, OWN, 0, 0, n)),
          2 * 17 + 31 + n * 1000 / 300);
    ABOUT(took(&q, copy_desc(OWN, 0, 0, HOST, 0, HOST_BASE, n)),
          31 + 17 + n * 1000 / 300);
    /* 4 links of 10 MB/s are slower than that HBM. */
    route(w, 0, 1, 0, 0);
    route(w, 1, 1, 0xfull << 18, NVL_ROUTE_VALID);
    ABOUT(took(&q, copy_desc(OWN, 0, 0, WIN, 0, 0, n)),
          31 + fabric + 5 + n * 1000 / 40);
    world_free(w);
}

/* Each accelerator has its own, and loses it to whoever takes its place. */
static void numbers_go_with_the_accelerator(void)
{
    const struct nvlf_endpoint_timing slow = { 1000, 7, 1000, 9 };
    struct mock_queue q, q2;
    struct world *w = timing_world(2, &q);
    struct trn4_desc d = copy_desc(OWN, 0, 0, OWN, 0, 16 * MIB, MIB);
    const uint64_t fast_ns = 2 * HBM_NS + 2 * MIB / 19600;

    nvlf_endpoint_timing(w->f, 0, &slow);
    queue_open(&q2, w, 2, 1, 5, 0);
    ABOUT(took(&q2, d), fast_ns);
    ABOUT(took(&q, d), 2 * 7 + 2 * MIB);
    nvlf_endpoint_reset(w->f, 0);
    queue_open(&q, w, 0, 0, 5, 0);
    ABOUT(took(&q, d), 2 * 7 + 2 * MIB);
    nvlf_endpoint_detach(w->f, 0);
    EQ(world_attach(w, 0), 0);
    queue_open(&q, w, 0, 0, 5, 0);
    ABOUT(took(&q, d), fast_ns);
    world_free(w);
}

/* At both ends of their ranges the arithmetic is exact. */
static void numbers_at_their_limits(void)
{
    const uint32_t slow = NVLF_RATE_MIN, fast = NVLF_RATE_MAX;
    const uint32_t late = NVLF_LATENCY_MAX;
    const struct nvlf_endpoint_timing at_once = { fast, 0, fast, 0 };
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    struct trn4_desc store = copy_desc(OWN, 0, 0, WIN, 0, 0, 8 * MIB);
    struct trn4_desc load = copy_desc(WIN, 0, 0, OWN, 0, 0, 8 * MIB);

    set_numbers(w, (struct nvlf_fabric_timing) { fast, 0, 0 }, at_once,
                at_once);
    /* PB/s: 8 MiB in 8.4 ns, twice that in HBM that is read and written */
    ABOUT(took(&q, store), 8);
    ABOUT(took(&q, copy_desc(OWN, 0, 0, OWN, 0, 16 * MIB, 8 * MIB)), 16);
    ABOUT(took(&q, copy_desc(HOST, 0, HOST_BASE, OWN, 0, 0, 8 * MIB)), 8);

    /* One lane of the slowest link, a quarter of a byte in a microsecond */
    set_numbers(w, (struct nvlf_fabric_timing) { slow, late, late },
                (struct nvlf_endpoint_timing) { slow, late, slow, late },
                (struct nvlf_endpoint_timing) { slow, late, slow, late });
    route(w, 0, 1, 1ull << 18, NVL_ROUTE_VALID);
    route(w, 1, 1, 0, 0);
    w->f->sw[0]->d.faults.port[18].lanes_lost = 3;
    sw(w, 0, sport_reg(18, NVL_PORT_CTRL),
       NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RETRAIN);
    world_train(w);
    ABOUT(took(&q, store), 5ull * late + 4000 * 8 * MIB);
    ABOUT(took(&q, load), 8ull * late + 4000 * 8 * MIB);
    world_free(w);
}

/* It does not begin anew at zero. */
static void time_stands_still_at_its_end(void)
{
    struct mock_queue q;
    struct world *w = timing_world(2, &q);
    struct trn4_desc d = copy_desc(OWN, 0, 0, WIN, 0, 0, 8 * MIB);
    struct trn4_cqe last, cqe;
    unsigned int i;

    /* Some operations before it */
    w->f->clock = NVLF_NEVER - 10 * (8 * MIB * 1000 / 1800);
    last = queue_do(&q, &d);
    CHECK(last.end > last.start);
    for (i = 0; i < 20; i++) {
        cqe = queue_do(&q, &d);
        EQ(cqe.status, TRN4_STATUS_OK);
        CHECK(cqe.start >= last.end && cqe.end >= cqe.start);
        last = cqe;
    }
    EQ(last.start, NVLF_NEVER / 1000 + 1);
    EQ(last.end, last.start);
    EQ(erq(w, 0, TRN4_REG_MODEL_TIME), last.end);
    /* A reset has none to begin from. */
    nvlf_endpoint_reset(w->f, 0);
    EQ(erq(w, 0, TRN4_REG_MODEL_TIME), 0);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(one_operation),
    TAP_TEST(links_that_carry),
    TAP_TEST(lanes_that_carry),
    TAP_TEST(links_that_go_meanwhile),
    TAP_TEST(in_order_within_a_queue),
    TAP_TEST(doorbells_follow_the_clock),
    TAP_TEST(contention),
    TAP_TEST(reset_begins_at_zero),
    TAP_TEST(failures_cost_what_they_moved),
    TAP_TEST(atomics_that_store),
    TAP_TEST(wide_fetches),
    TAP_TEST(fills_and_rows),
    TAP_TEST(a_fill_reads_nothing),
    TAP_TEST(numbers_that_are_set),
    TAP_TEST(numbers_go_with_the_accelerator),
    TAP_TEST(numbers_at_their_limits),
    TAP_TEST(time_stands_still_at_its_end),
};
TAP_MAIN(tests)
