/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_semaphore.c - SEMAPHORE by itself: what is stored, what is waited for
 * and refused, CPUs' stores, time that runs out, and how a wait can end
 * otherwise. Queues that wait for each other are test_semaphore_order.c's.
 */
#include <string.h>

#include "mock.h"

#define HOST TRN4_SPACE_HOST
#define OWN  TRN4_SPACE_HBM
#define WIN  TRN4_SPACE_WINDOW
#define SEG  TRN4_SPACE_SEGMENT

#define SIGNAL TRN4_SEMAPHORE_SIGNAL
#define WEQ    TRN4_SEMAPHORE_EQ
#define WNE    TRN4_SEMAPHORE_NE
#define WGE    TRN4_SEMAPHORE_GE
#define WANY   TRN4_SEMAPHORE_ANY
#define U32    TRN4_TYPE_U32
#define U64    TRN4_TYPE_U64

#define R    NVL_RIGHT_READ
#define RWA  NVL_RIGHTS_ALL
#define HALF (4 * PAGE)
#define HBM  (8 * PAGE)
#define US   1000ull
#define POLL (20 * US)

/* Window 0 on endpoint 1 from page 2 on; 1, a page of it, read-only */
static struct world *semaphore_world(struct mock_queue *q)
{
    struct world *w = world_new(1, HBM, 2 * HALF);

    world_open(w);
    grant(w, 1, 0, 2 * PAGE, 4 * PAGE, RWA);
    EQ(window(w, 0, 0, 0, PAGE, 0, 1, 0, RWA), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 1, HALF, PAGE, 0, 1, 0, R), TRN4_WINDOW_LIVE);
    queue_open(q, w, 0, 0, 5, 0);
    return w;
}

/* A word of each memory, for the device and for the test */
static const uint8_t spaces[] = { HOST, OWN, WIN };

static uint64_t addr_of(uint8_t space)
{
    return space == HOST ? HOST_BASE + 64 : 64;
}

static uint8_t *word_of(struct world *w, uint8_t space)
{
    return space == HOST  ? w->host + 64
           : space == OWN ? w->ep[0].mem.ptr + 64
                          : w->ep[1].mem.ptr + 2 * PAGE + 64;
}

static void store(struct world *w, uint8_t space, uint64_t value)
{
    memcpy(word_of(w, space), &value, 8);
}

static struct trn4_desc desc_of(uint8_t space, uint8_t kind, uint8_t type,
                                uint64_t value, uint64_t timeout)
{
    return semaphore_desc(space, 0, addr_of(space), kind, type, value, timeout);
}

static void push(struct mock_queue *q, struct trn4_desc d, uint16_t id)
{
    d.id = id;
    queue_push(q, &d);
    queue_ring(q);
}

static bool waits(const struct mock_queue *q)
{
    return (q->cq[q->head].phase & 1) != q->phase;
}

/* Guest time passes in steps; after each, what was kicked runs. */
static void pass(struct world *w, uint64_t ns)
{
    uint64_t step;
    unsigned int e;

    for (; ns; ns -= step) {
        step = ns < US ? ns : US;
        world_run(w, step);
        for (e = 0; e < w->endpoints; e++) {
            if (w->ep[e].kicks) {
                w->ep[e].kicks = 0;
                engine_finish(w, e);
            }
        }
    }
}

static struct trn4_cqe record(struct mock_queue *q, uint16_t status,
                              uint64_t value)
{
    struct trn4_cqe cqe = { .status = 0xffff };

    CHECK(queue_pop(q, &cqe));
    EQ(cqe.status, status);
    EQ(cqe.value, value);
    return cqe;
}

/* ---- What it does ---------------------------------------------------- */

/* What the links of endpoint 0 carried towards the switches */
static uint64_t sent(struct world *w)
{
    uint64_t bytes = 0;
    unsigned int p;

    for (p = 0; p < TRN4_PORTS; p++) {
        bytes += erq(w, 0, port_reg(p, NVL_PORT_TX_BYTES));
    }
    return bytes;
}

static void signals(void)
{
    static const uint64_t values[] = { 0,          1,          0x80000000,
                                       UINT32_MAX, 1ull << 32, ~0ull };
    struct mock_queue q;
    struct world *w = semaphore_world(&q);
    unsigned int s, i, type;

    for (s = 0; s < NVLF_COUNT(spaces); s++) {
        for (i = 0; i < NVLF_COUNT(values); i++) {
            for (type = U32; type <= U64; type++) {
                struct trn4_desc d = desc_of(spaces[s], SIGNAL, type, values[i],
                                             0);
                unsigned int size = type == U32 ? 4 : 8;
                uint8_t *p = word_of(w, spaces[s]), want[24];
                uint64_t before = sent(w);
                struct trn4_cqe cqe;

                if (type == U32 && values[i] >> 32) {
                    continue;
                }
                memset(p - 8, 0xa5, 24);
                memset(want, 0xa5, 24);
                memcpy(want + 8, &values[i], size);
                w->ep[0].dirty_bytes = w->ep[1].dirty_bytes = 0;
                cqe = queue_do(&q, &d);
                EQ(cqe.status, TRN4_STATUS_OK);
                EQ(cqe.value, 0);
                CHECK(!memcmp(want, p - 8, 24));
                EQ(w->ep[0].dirty_bytes, spaces[s] == OWN ? size : 0);
                EQ(w->ep[1].dirty_bytes, spaces[s] == WIN ? size : 0);
                EQ(sent(w) - before, spaces[s] == WIN ? size : 0);
            }
        }
    }
    EQ(w->ep[1].dirty_offset, 2 * PAGE + 64);
    world_check(w);
    world_free(w);
}

static const struct {
    uint8_t kind, type;
    uint64_t word, value;
    bool ends;
} t[] = {
    { WEQ, U64, 5, 5, true },
    { WEQ, U64, 5, 6, false },
    { WEQ, U64, 1ull << 63 | 5, 5, false },
    { WEQ, U32, 1ull << 63 | 5, 5, true },
    { WEQ, U32, 5ull << 32, 5, false },
    { WNE, U64, 5, 6, true },
    { WNE, U64, 5, 5, false },
    { WNE, U64, 1ull << 32 | 5, 5, true },
    { WNE, U32, 1ull << 32 | 5, 5, false },
    { WGE, U64, 5, 5, true },
    { WGE, U64, 6, 5, true },
    { WGE, U64, 4, 5, false },
    { WGE, U64, 0, 0, true },
    { WGE, U64, ~0ull, 1, true },
    { WGE, U64, 1, ~0ull, false },
    { WGE, U64, 1ull << 63, (1ull << 63) - 1, true },
    { WGE, U64, (1ull << 63) - 1, 1ull << 63, false },
    { WGE, U32, ~0ull << 32, 1, false },
    { WGE, U32, 0x80000000, 0x7fffffff, true },
    { WGE, U32, 0x7fffffff, 0x80000000, false },
    { WANY, U64, 6, 2, true },
    { WANY, U64, 6, 9, false },
    { WANY, U64, 1ull << 63, 1ull << 63, true },
    { WANY, U64, ~0ull, 0, false },
    { WANY, U32, ~0ull << 32, UINT32_MAX, false },
    { WANY, U32, 0x80000000, 0xc0000000, true },
};

static uint64_t seen(unsigned int i)
{
    return t[i].type == U32 ? (uint32_t)t[i].word : t[i].word;
}

static void waits_at_once_or_not(void)
{
    struct mock_queue q;
    struct world *w = semaphore_world(&q);
    unsigned int s, i;

    for (s = 0; s < NVLF_COUNT(spaces); s++) {
        for (i = 0; i < NVLF_COUNT(t); i++) {
            store(w, spaces[s], t[i].word);
            push(&q, desc_of(spaces[s], t[i].kind, t[i].type, t[i].value, 100),
                 i);
            w->ep[0].kicks = 0;
            CHECK(!nvlf_engine_run(w->f, 0));
            if (!EQ(waits(&q), !t[i].ends)) {
                printf("# space %u case %u\n", spaces[s], i);
            }
            world_check(w);
            if (waits(&q)) {
                pass(w, 99 * US);
                CHECK(waits(&q));
                pass(w, POLL + US);
            }
            record(&q, t[i].ends ? TRN4_STATUS_OK : TRN4_STATUS_TIMEOUT,
                   seen(i));
        }
    }
    /* It is only read. */
    EQ(w->ep[0].dirty_bytes + w->ep[1].dirty_bytes, 0);
    world_check(w);
    world_free(w);
}

/* Each of those that do not hold becomes so, by a store of a CPU. */
static void a_cpu_stores(void)
{
    static const uint64_t soon[] = { 0, 1, 19 * US, 20 * US, 333 * US };
    struct mock_queue q;
    struct world *w = semaphore_world(&q);
    const struct {
        uint8_t kind, type;
        uint64_t before, value, after;
    } c[] = {
        { WEQ, U64, 0, 1ull << 40, 1ull << 40 },
        { WEQ, U32, 0, 7, 7 },
        { WNE, U64, 3, 3, 4 },
        { WGE, U64, 3, 9, 1ull << 60 },
        { WGE, U32, 3, 9, 9 },
        { WANY, U64, 3, 12, 8 },
    };
    unsigned int s, i, j;

    for (s = 0; s < NVLF_COUNT(spaces); s++) {
        for (i = 0; i < NVLF_COUNT(c); i++) {
            for (j = 0; j < NVLF_COUNT(soon); j++) {
                store(w, spaces[s], c[i].before);
                push(&q,
                     desc_of(spaces[s], c[i].kind, c[i].type, c[i].value,
                             j % 2 * 1000000),
                     i);
                push(&q, (struct trn4_desc) { 0 }, 99);
                pass(w, soon[j]);
                engine_finish(w, 0);
                CHECK(waits(&q));
                store(w, spaces[s], c[i].after);
                pass(w, POLL);
                if (!CHECK(!waits(&q))) {
                    printf("# space %u case %u\n", spaces[s], i);
                    pass(w, 2000000 * US);
                }
                record(&q, TRN4_STATUS_OK, c[i].after);
                record(&q, TRN4_STATUS_OK, 0);
            }
        }
    }
    world_check(w);
    world_free(w);
}

/* ---- What is refused ------------------------------------------------- */

static void refused(void)
{
    struct mock_queue q;
    struct world *w = semaphore_world(&q);
    struct trn4_desc d;
    unsigned int s, n;

#define REFUSED(status_) \
    do { \
        struct trn4_cqe cqe = queue_do(&q, &d); \
        if (!EQ(cqe.status, status_) || !EQ(cqe.value, 0)) { \
            printf("# line %d\n", __LINE__); \
        } \
        EQ(cqe.start, cqe.end); \
    } while (0)

    for (s = 0; s < NVLF_COUNT(spaces); s++) {
        const uint8_t in = spaces[s];
        unsigned int kind;

        store(w, in, 0x55);
        for (n = TRN4_SEMAPHORES; n < 256; n++) {
            d = desc_of(in, n, U64, 0, 0);
            REFUSED(TRN4_STATUS_BAD_FIELD);
        }
        for (kind = 0; kind < TRN4_SEMAPHORES; kind++) {
            for (n = U64 + 1; n < 256; n++) {
                d = desc_of(in, kind, n, 1, 0);
                REFUSED(TRN4_STATUS_BAD_FIELD);
            }
            for (n = 32; n < 64; n++) {
                d = desc_of(in, kind, U32, 1ull << n, 0);
                REFUSED(TRN4_STATUS_BAD_FIELD);
            }
            for (n = 1; n < 8; n++) {
                d = desc_of(in, kind, U64, 1, 0);
                d.dst += n;
                REFUSED(TRN4_STATUS_BAD_ALIGN);
                d.type = U32;
                if (n % 4) {
                    REFUSED(TRN4_STATUS_BAD_ALIGN);
                }
            }
        }
        for (n = 0; n < 64; n++) {
            d = desc_of(in, SIGNAL, U64, 1, 1ull << n);
            REFUSED(TRN4_STATUS_BAD_FIELD);
        }
        EQ(*word_of(w, in), 0x55);
    }
    for (n = SIGNAL; n <= WANY; n++) {
        d = desc_of(OWN, n, U64, 1, 0);
        d.dst = HBM;
        REFUSED(TRN4_STATUS_BAD_RANGE);
        d.dst = -8ull;
        REFUSED(TRN4_STATUS_BAD_RANGE);
        d = desc_of(WIN, n, U64, 1, 0);
        d.dst = PAGE;
        REFUSED(TRN4_STATUS_BAD_RANGE);
        d.dst = 0;
        d.dst_slot = 2;
        REFUSED(TRN4_STATUS_NO_WINDOW);
        d.dst_slot = TRN4_WINDOWS;
        REFUSED(TRN4_STATUS_BAD_FIELD);
        d = desc_of(HOST, n, U64, 1, 0);
        d.dst = HOST_BASE + HOST_SIZE;
        REFUSED(TRN4_STATUS_BUS);
        d.dst = -8ull;
        REFUSED(TRN4_STATUS_BUS);
        d.dst = 0;
        REFUSED(TRN4_STATUS_BUS);
    }
    d = desc_of(WIN, SIGNAL, U64, 1, 0);
    d.dst_slot = 1;
    REFUSED(TRN4_STATUS_NO_RIGHT);
    /* To wait READ is enough. */
    store(w, WIN, 1);
    d.kind = WEQ;
    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
    world_check(w);
    world_free(w);
}

/* Each bit of each byte that has no use, of a signal and of a wait */
static void unused_fields(void)
{
    static const struct {
        uint8_t from, to;
    } used[] = { { 0, 1 }, { 2, 4 }, { 5, 6 }, { 10, 12 }, { 24, 48 } };
    struct mock_queue q;
    struct world *w = semaphore_world(&q);
    unsigned int kind, byte, bit, u;

    for (kind = SIGNAL; kind <= WEQ; kind++) {
        for (byte = 0; byte < 64; byte++) {
            bool is = false;

            for (u = 0; u < NVLF_COUNT(used); u++) {
                is |= byte >= used[u].from && byte < used[u].to;
            }
            for (bit = 0; bit < 8 && !is; bit++) {
                struct trn4_desc d = desc_of(OWN, kind, U64, 0, 0);

                ((uint8_t *)&d)[byte] ^= 1u << bit;
                if (!EQ(queue_do(&q, &d).status, TRN4_STATUS_BAD_FIELD)) {
                    printf("# kind %u byte %u bit %u\n", kind, byte, bit);
                }
            }
        }
    }
    world_free(w);
}

/* ---- Time ------------------------------------------------------------ */

static void timeouts(void)
{
    static const uint64_t us[] = { 1,  2,  5,   19,  20,   21,  39,
                                   40, 41, 100, 101, 1234, 5000 };
    static const uint64_t begins[] = { 0, 1, 7777, 19999 };
    struct mock_queue q;
    struct world *w = semaphore_world(&q);
    unsigned int s, i, j;

    for (s = 0; s < NVLF_COUNT(spaces); s++) {
        for (i = 0; i < NVLF_COUNT(us); i++) {
            for (j = 0; j < NVLF_COUNT(begins); j++) {
                uint64_t begun;

                pass(w, begins[j]);
                store(w, spaces[s], 1000 + i);
                push(&q, desc_of(spaces[s], WEQ, U64, 3, us[i]), i);
                /* Its time begins when it does, not when it was rung for. */
                pass(w, 500);
                begun = w->now;
                engine_finish(w, 0);
                w->ep[0].kicks = 0;
                pass(w, us[i] * US - 1);
                CHECK(waits(&q));
                /* It is over at the next look. */
                pass(w, POLL + 1);
                if (!CHECK(!waits(&q))) {
                    printf("# %" PRIu64 " us, %" PRIu64 " ns\n", us[i],
                           w->now - begun);
                    pass(w, POLL);
                }
                record(&q, TRN4_STATUS_TIMEOUT, 1000 + i);
            }
        }
    }
    world_check(w);
    world_free(w);
}

/* Sums and products that do not fit: such a time does not come. */
static void timeouts_beyond_time(void)
{
    static const uint64_t us[] = {
        UINT64_MAX,
        UINT64_MAX - 1,
        1ull << 63,
        UINT64_MAX / 1000,
        UINT64_MAX / 1000 + 1,
        UINT64_MAX / 1000 - 1,
        1ull << 54,
        /* In ns these are 0, 384 and 616 more than wholes of 2^64. */
        1ull << 61,
        18446744073709552ull,
        36893488147419104ull,
        0,
    };
    struct mock_queue q;
    struct world *w = semaphore_world(&q);
    unsigned int i, late;

    for (late = 0; late < 2; late++) {
        for (i = 0; i < NVLF_COUNT(us); i++) {
            store(w, OWN, 0);
            push(&q, desc_of(OWN, WEQ, U64, 1, us[i]), i);
            pass(w, 3000 * US);
            if (!CHECK(waits(&q))) {
                printf("# %" PRIu64 " us\n", us[i]);
            }
            world_check(w);
            store(w, OWN, 1);
            pass(w, POLL);
            record(&q, TRN4_STATUS_OK, 1);
        }
        /* Then again, after a third of all the time that there is */
        w->now += 1ull << 62;
    }
    world_free(w);
}

/* A word that comes with its time's end: either is right, but one of them. */
static void at_the_last_moment(void)
{
    struct mock_queue q;
    struct world *w = semaphore_world(&q);
    struct trn4_cqe cqe;

    push(&q, desc_of(OWN, WEQ, U64, 3, 50), 1);
    pass(w, 1);
    pass(w, 50 * US - 2);
    CHECK(waits(&q));
    store(w, OWN, 3);
    pass(w, POLL);
    CHECK(queue_pop(&q, &cqe));
    EQ(cqe.value, 3);
    EQ(cqe.status, TRN4_STATUS_OK);
    world_free(w);
}

/*
 * While nothing but waits is left the engine has no work, and is asked for
 * little: how often goes by time, not by how many wait.
 */
static void waiting_is_no_work(void)
{
    struct mock_queue q;
    struct world *w = semaphore_world(&q);
    static struct mock_queue all[TRN4_QUEUES];
    unsigned int n, count, i, kicks, runs;

    for (count = 1; count <= TRN4_QUEUES; count *= 8) {
        for (n = 0; n < count; n++) {
            queue_open(&all[n], w, 0, n, 3, 0);
            push(&all[n], desc_of(spaces[n % 3], WEQ, U64, 1, n % 2 * 1000000),
                 n);
            push(&all[n], (struct trn4_desc) { 0 }, n);
        }
        engine_finish(w, 0);
        CHECK(!nvlf_engine_run(w->f, 0));
        world_check(w);
        w->ticks = kicks = runs = 0;
        for (i = 0; i < 1000; i++) {
            w->ep[0].kicks = 0;
            world_run(w, US);
            kicks += w->ep[0].kicks;
            if (w->ep[0].kicks) {
                runs += engine_finish(w, 0);
            }
        }
        CHECK(w->ticks >= 49);
        CHECK(w->ticks <= 55);
        CHECK(kicks <= 55);
        if (!CHECK(runs <= 110)) {
            printf("# %u queues: %u ticks %u kicks %u runs\n", count, w->ticks,
                   kicks, runs);
        }
        for (i = 0; i < 3; i++) {
            store(w, spaces[i], 1);
        }
        pass(w, POLL);
        for (n = 0; n < count; n++) {
            record(&all[n], TRN4_STATUS_OK, 1);
            record(&all[n], TRN4_STATUS_OK, 0);
        }
        for (i = 0; i < 3; i++) {
            store(w, spaces[i], 0);
        }
        /* Nobody waits: nobody looks. */
        pass(w, POLL);
        w->ticks = w->ep[0].kicks = 0;
        pass(w, 1000 * US);
        EQ(w->ticks, 0);
        EQ(w->ep[0].kicks, 0);
    }
    world_free(w);
}

/* Doorbells of a queue that waits, and an interrupt when it does no more */
static void doorbells_and_interrupts(void)
{
    struct mock_queue q;
    struct world *w = semaphore_world(&q);
    unsigned int i;

    queue_open(&q, w, 0, 3, 4, TRN4_QUEUE_IRQ);
    push(&q, desc_of(OWN, WEQ, U64, 1, 0), 0);
    engine_finish(w, 0);
    for (i = 1; i < 10; i++) {
        push(&q, (struct trn4_desc) { 0 }, i);
        CHECK(!nvlf_engine_run(w->f, 0));
        CHECK(waits(&q));
    }
    EQ(w->ep[0].irqs[3], 0);
    EQ(er(w, 0, queue_reg(3, TRN4_QUEUE_SQ_HEAD)), 1);
    pass(w, 100 * US);
    EQ(w->ep[0].irqs[3], 0);
    store(w, OWN, 1);
    pass(w, POLL);
    CHECK(w->ep[0].irqs[3]);
    for (i = 0; i < 10; i++) {
        EQ(record(&q, TRN4_STATUS_OK, i ? 0 : 1).id, i);
    }
    world_free(w);
}

/* ---- Other ends ------------------------------------------------------ */

enum how {
    DISABLED,
    RESET,
    RESET_BY_REGISTER,
    DETACHED,
    DEAD,
    SEGMENT_OFF,
    SEGMENT_SET_AGAIN,
    WINDOW_OFF,
    WINDOW_ON_AGAIN,
    GRANT_OFF,
    PEER_RESET,
    PEER_DEAD,
    PEER_DETACHED,
    LINKS_OFF,
    NO_BUS,
    HOWS,
};

static void spoil(struct world *w, enum how how)
{
    const uint64_t seg = segment_reg(4, 7, TRN4_SEGMENT_CTRL);
    uint32_t ctrl = er(w, 0, seg);
    unsigned int p;

    switch (how) {
    case DISABLED:
        ew(w, 0, queue_reg(4, TRN4_QUEUE_CTRL), 0);
        break;
    case RESET:
        nvlf_endpoint_reset(w->f, 0);
        break;
    case RESET_BY_REGISTER:
        ew(w, 0, NVL_REG_CTRL, NVL_CTRL_RESET);
        break;
    case DETACHED:
        nvlf_endpoint_detach(w->f, 0);
        break;
    case DEAD:
        ep_faults(w, 0, "dead");
        break;
    case SEGMENT_OFF:
    case SEGMENT_SET_AGAIN:
        ew(w, 0, seg, ctrl & ~TRN4_SEGMENT_VALID);
        if (how == SEGMENT_SET_AGAIN) {
            ew(w, 0, seg, ctrl);
        }
        break;
    case WINDOW_OFF:
    case WINDOW_ON_AGAIN:
        ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), 0);
        if (how == WINDOW_ON_AGAIN) {
            ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), RWA | TRN4_WINDOW_ENABLE);
            EQ(window_status(w, 0, 0), TRN4_WINDOW_LIVE);
        }
        break;
    case GRANT_OFF:
        ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
        break;
    case PEER_RESET:
        nvlf_endpoint_reset(w->f, 1);
        break;
    case PEER_DEAD:
        ep_faults(w, 1, "dead");
        break;
    case PEER_DETACHED:
        nvlf_endpoint_detach(w->f, 1);
        break;
    case LINKS_OFF:
        for (p = 0; p < TRN4_PORTS; p++) {
            ew(w, 0, port_reg(p, NVL_PORT_CTRL), 0);
        }
        break;
    default:
        w->bad_start = HOST_BASE;
        w->bad_end = HOST_BASE + 4096;
        break;
    }
}

static void other_ends(void)
{
    unsigned int how, s, user;

    for (how = 0; how < HOWS; how++) {
        for (s = 0; s < NVLF_COUNT(spaces); s++) {
            for (user = 0; user < 2; user++) {
                struct mock_queue q;
                struct world *w;
                uint16_t status = how == NO_BUS ? TRN4_STATUS_BUS
                                                : TRN4_STATUS_REVOKED;
                struct trn4_desc d;

                if ((how >= WINDOW_OFF && how <= LINKS_OFF &&
                     spaces[s] != WIN) ||
                    (how == NO_BUS && spaces[s] != HOST) ||
                    ((how == SEGMENT_OFF || how == SEGMENT_SET_AGAIN) &&
                     !user)) {
                    continue;
                }
                w = semaphore_world(&q);
                queue_open(&q, w, 0, 4, 4, user ? TRN4_QUEUE_USER : 0);
                segment(w, 0, 4, 7, spaces[s] == HOST ? HOST_BASE : 0, 4096,
                        TRN4_SEGMENT_SPACE(spaces[s]) | NVL_RIGHT_READ);
                d = desc_of(spaces[s], WEQ, U64, 1, how % 2 * 5000000);
                if (user) {
                    d.dst_space = SEG;
                    d.dst_slot = 7;
                    d.dst = 64;
                }
                push(&q, d, 1);
                push(&q, (struct trn4_desc) { 0 }, 2);
                pass(w, 50 * US);
                CHECK(waits(&q));
                spoil(w, how);
                world_check(w);
                /* Then its word comes, which is nothing to it. */
                if (how < NO_BUS) {
                    store(w, spaces[s], 1);
                }
                if (how <= DEAD) {
                    w->ticks = w->ep[0].kicks = 0;
                    world_run(w, 1000 * US);
                    CHECK(w->ticks <= 3);
                    EQ(w->ep[0].kicks, 0);
                    CHECK(!nvlf_engine_run(w->f, 0));
                    CHECK(waits(&q));
                } else {
                    pass(w, POLL);
                    if (!EQ(record(&q, status, 0).id, 1)) {
                        printf("# how %u space %u user %u\n", how, spaces[s],
                               user);
                    }
                    EQ(record(&q, TRN4_STATUS_OK, 0).id, 2);
                }
                world_check(w);
                if (how == DISABLED) {
                    /* A new life of the queue waits for nothing of the old. */
                    queue_open(&q, w, 0, 4, 4, 0);
                    push(&q, (struct trn4_desc) { 0 }, 3);
                    engine_finish(w, 0);
                    EQ(record(&q, TRN4_STATUS_OK, 0).id, 3);
                }
                world_free(w);
            }
        }
    }
}

/* Its record cannot be written when its word has come. */
static void its_ring_fails(void)
{
    struct mock_queue q;
    struct world *w = semaphore_world(&q);

    push(&q, desc_of(OWN, WEQ, U64, 1, 0), 1);
    pass(w, 50 * US);
    w->bad_start = q.cq_addr;
    w->bad_end = q.cq_addr + 1024;
    store(w, OWN, 1);
    pass(w, POLL);
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_STATUS)), TRN4_QUEUE_FAULT);
    world_check(w);
    w->ticks = 0;
    pass(w, 1000 * US);
    CHECK(w->ticks <= 1);
    world_free(w);
}

/* With no room for its record it is not begun, and its time has not either. */
static void no_room_for_its_record(void)
{
    struct mock_queue q;
    struct world *w = semaphore_world(&q);

    queue_open(&q, w, 0, 0, 1, 0);
    push(&q, (struct trn4_desc) { 0 }, 1);
    engine_finish(w, 0);
    push(&q, desc_of(OWN, WEQ, U64, 1, 30), 2);
    pass(w, 1000 * US);
    EQ(w->f->ep[0]->polls, 0);
    EQ(record(&q, TRN4_STATUS_OK, 0).id, 1);
    engine_finish(w, 0);
    CHECK(waits(&q));
    pass(w, 29 * US);
    CHECK(waits(&q));
    pass(w, POLL);
    EQ(record(&q, TRN4_STATUS_TIMEOUT, 0).id, 2);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(signals),
    TAP_TEST(waits_at_once_or_not),
    TAP_TEST(a_cpu_stores),
    TAP_TEST(refused),
    TAP_TEST(unused_fields),
    TAP_TEST(timeouts),
    TAP_TEST(timeouts_beyond_time),
    TAP_TEST(at_the_last_moment),
    TAP_TEST(waiting_is_no_work),
    TAP_TEST(doorbells_and_interrupts),
    TAP_TEST(other_ends),
    TAP_TEST(its_ring_fails),
    TAP_TEST(no_room_for_its_record),
};
TAP_MAIN(tests)
