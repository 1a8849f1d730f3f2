/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_atomic_cpu.c - remote atomics against CPUs that work on the same word
 * at the same time, one through the window's pages in the aperture and one
 * through the HBM itself: nothing that anybody did may be lost.
 */
#include <pthread.h>
#include <string.h>

#include "mock.h"

#define OWN    TRN4_SPACE_HBM
#define WIN    TRN4_SPACE_WINDOW
#define U32    TRN4_TYPE_U32
#define U64    TRN4_TYPE_U64
#define U128   TRN4_TYPE_U128
#define F32    TRN4_TYPE_F32
#define F16X2  TRN4_TYPE_F16X2
#define ADD    TRN4_ATOMIC_ADD
#define CAS    TRN4_ATOMIC_CAS
#define INC    TRN4_ATOMIC_INC
#define DEC    TRN4_ATOMIC_DEC
#define MAX    TRN4_ATOMIC_MAX
#define ROUNDS 20000
#define CPUS   2
#define AT     64 /* in the window */

static struct world *cpu_world(struct mock_queue *q)
{
    struct world *w = world_new(1, 4 * PAGE, 4 * PAGE);

    world_open(w);
    grant(w, 1, 0, PAGE, 2 * PAGE, NVL_RIGHTS_ALL);
    EQ(window(w, 0, 0, 0, PAGE, PAGE, 1, 0, NVL_RIGHTS_ALL), TRN4_WINDOW_LIVE);
    queue_open(q, w, 0, 0, 6, 0);
    return w;
}

static void *word_of(struct world *w)
{
    return w->ep[1].mem.ptr + 2 * PAGE + AT;
}

struct cpu {
    pthread_t thread;
    uint8_t *word;
    unsigned int rounds;
    uint64_t won;  /* CAS that this CPU won */
    uint64_t seen; /* how often the word was not what it may be */
    uint32_t seed;
};

static void cpus_start(struct world *w, struct cpu *cpus,
                       void *(*work)(void *opaque), unsigned int rounds)
{
    unsigned int i;

    for (i = 0; i < CPUS; i++) {
        cpus[i] = (struct cpu) {
            .word = i ? word_of(w) : w->ep[0].aperture + AT,
            .rounds = rounds,
            .seed = i,
        };
        pthread_create(&cpus[i].thread, NULL, work, &cpus[i]);
    }
}

/* Returns what they have won. */
static uint64_t cpus_join(struct cpu *cpus)
{
    uint64_t won = 0;
    unsigned int i;

    for (i = 0; i < CPUS; i++) {
        pthread_join(cpus[i].thread, NULL);
        EQ(cpus[i].seen, 0);
        won += cpus[i].won;
    }
    return won;
}

/* The engine does @d @rounds times. @look sees each old word, if it is there */
static void engine_works(struct mock_queue *q, struct trn4_desc d,
                         unsigned int rounds, void (*look)(uint64_t old))
{
    unsigned int done = 0, sent = 0;
    struct trn4_cqe cqe;

    while (done < rounds) {
        while (sent < rounds && sent - done < q->entries - 1) {
            queue_push(q, &d);
            sent++;
        }
        queue_ring(q);
        engine_finish(q->w, q->e);
        while (queue_pop(q, &cqe)) {
            EQ(cqe.status, TRN4_STATUS_OK);
            if (look) {
                look(cqe.value);
            }
            done++;
        }
    }
}

/* ---- Sums ------------------------------------------------------------ */

static void *cpu_adds_64(void *opaque)
{
    struct cpu *c = opaque;

    while (c->rounds--) {
        __atomic_fetch_add((uint64_t *)c->word, 1, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

static void *cpu_adds_32(void *opaque)
{
    struct cpu *c = opaque;

    while (c->rounds--) {
        __atomic_fetch_add((uint32_t *)c->word, 1, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

static void engine_adds(uint8_t type, bool fetch)
{
    struct mock_queue q;
    struct world *w = cpu_world(&q);
    struct trn4_desc d = atomic_desc(WIN, 0, AT, ADD, type, 1, 0);
    struct cpu cpus[CPUS];

    d.flags = fetch ? TRN4_DESC_FETCH : 0;
    cpus_start(w, cpus, type == U64 ? cpu_adds_64 : cpu_adds_32, ROUNDS);
    engine_works(&q, d, ROUNDS, NULL);
    cpus_join(cpus);
    EQ(*(uint64_t *)word_of(w), (1 + CPUS) * ROUNDS);
    world_free(w);
}

static void adds_64(void)
{
    engine_adds(U64, true);
}

static void adds_32(void)
{
    engine_adds(U32, true);
}

/* Nobody waits for an answer; it is no less an atomic. */
static void adds_without_fetch(void)
{
    engine_adds(U64, false);
    engine_adds(U32, false);
}

/* A change of a word of 4 bytes, by whatever it takes */
static void *cpu_changes(struct cpu *c,
                         uint32_t (*next)(struct cpu *, uint32_t))
{
    uint32_t *word = (uint32_t *)c->word;

    while (c->rounds--) {
        uint32_t old = __atomic_load_n(word, __ATOMIC_SEQ_CST);

        while (!__atomic_compare_exchange_n(word, &old, next(c, old), false,
                                            __ATOMIC_SEQ_CST,
                                            __ATOMIC_SEQ_CST)) {
        }
    }
    return NULL;
}

/* Integers in floats are exact up to 1 << 24. */
static uint32_t next_float(struct cpu *c, uint32_t old)
{
    float f;

    memcpy(&f, &old, 4);
    f += 1;
    memcpy(&old, &f, 4);
    return old;
}

static void *cpu_adds_float(void *opaque)
{
    return cpu_changes(opaque, next_float);
}

static void adds_of_floats(void)
{
    struct mock_queue q;
    struct world *w = cpu_world(&q);
    struct trn4_desc d = atomic_desc(WIN, 0, AT, ADD, F32, 0x3f800000, 0);
    struct cpu cpus[CPUS];
    float end;

    cpus_start(w, cpus, cpu_adds_float, ROUNDS);
    engine_works(&q, d, ROUNDS, NULL);
    cpus_join(cpus);
    memcpy(&end, word_of(w), 4);
    CHECK(end == (1 + CPUS) * ROUNDS);
    world_free(w);
}

/* The next bit pattern of the upper half */
static uint32_t next_upper(struct cpu *c, uint32_t old)
{
    return old + (1u << 16);
}

static void *cpu_adds_upper(void *opaque)
{
    return cpu_changes(opaque, next_upper);
}

/*
 * The engine adds to the lower half, and zero to the upper, where CPUs count
 * through the subnormal numbers: neither half goes back.
 */
static void halves_change_together(void)
{
    enum { N = 1000 };
    struct mock_queue q;
    struct world *w = cpu_world(&q);
    struct trn4_desc d = atomic_desc(WIN, 0, AT, ADD, F16X2, 0x00003c00, 0);
    struct cpu cpus[CPUS];

    cpus_start(w, cpus, cpu_adds_upper, N / CPUS);
    engine_works(&q, d, N, NULL);
    cpus_join(cpus);
    /* 1000 is 0x63d0 */
    EQ(*(uint32_t *)word_of(w), N << 16 | 0x63d0);
    world_free(w);
}

/* ---- Counters that wrap ---------------------------------------------- */

#define LIMIT 6

static uint32_t next_inc(struct cpu *c, uint32_t old)
{
    c->seen += old > LIMIT;
    return old >= LIMIT ? 0 : old + 1;
}

static uint32_t next_dec(struct cpu *c, uint32_t old)
{
    c->seen += old > LIMIT;
    return !old || old > LIMIT ? LIMIT : old - 1;
}

static void *cpu_incs(void *opaque)
{
    return cpu_changes(opaque, next_inc);
}

static void *cpu_decs(void *opaque)
{
    return cpu_changes(opaque, next_dec);
}

static void is_below_limit(uint64_t old)
{
    CHECK(old <= LIMIT);
}

static void counters_wrap(void)
{
    enum { ALL = (1 + CPUS) * ROUNDS, N = LIMIT + 1 };
    struct mock_queue q;
    struct world *w = cpu_world(&q);
    uint32_t *word = word_of(w);
    struct cpu cpus[CPUS];

    cpus_start(w, cpus, cpu_incs, ROUNDS);
    engine_works(&q, atomic_desc(WIN, 0, AT, INC, U32, LIMIT, 0), ROUNDS,
                 is_below_limit);
    cpus_join(cpus);
    EQ(*word, ALL % N);
    *word = 0;
    cpus_start(w, cpus, cpu_decs, ROUNDS);
    engine_works(&q, atomic_desc(WIN, 0, AT, DEC, U32, LIMIT, 0), ROUNDS,
                 is_below_limit);
    cpus_join(cpus);
    EQ(*word, (N - ALL % N) % N);
    EQ(word[1], 0);
    world_free(w);
}

/* ---- The greatest ---------------------------------------------------- */

static uint32_t hash(uint32_t x)
{
    x *= 0x9e3779b1;
    x ^= x >> 15;
    x *= 0x85ebca77;
    return (x ^ x >> 13) >> 1;
}

/* Numbers that nobody else has, rising on the whole, to have many winners */
static uint32_t bid(uint32_t who, uint32_t round)
{
    return round * 40 + hash(who * ROUNDS + round) % 4000;
}

static void *cpu_bids(void *opaque)
{
    struct cpu *c = opaque;
    uint32_t *word = (uint32_t *)c->word;
    uint32_t i, last = 0;

    for (i = 0; i < c->rounds; i++) {
        uint32_t mine = bid(c->seed, i);
        uint32_t old = __atomic_load_n(word, __ATOMIC_SEQ_CST);

        while (old < mine &&
               !__atomic_compare_exchange_n(word, &old, mine, false,
                                            __ATOMIC_SEQ_CST,
                                            __ATOMIC_SEQ_CST)) {
        }
        /* It never goes down. */
        c->seen += old < last;
        last = old < mine ? mine : old;
    }
    return NULL;
}

static void the_greatest(void)
{
    struct mock_queue q;
    struct world *w = cpu_world(&q);
    struct cpu cpus[CPUS];
    uint64_t last = 0, greatest = 0;
    uint32_t i, who;

    cpus_start(w, cpus, cpu_bids, ROUNDS);
    for (i = 0; i < ROUNDS; i++) {
        struct trn4_desc d = atomic_desc(WIN, 0, AT, MAX, U32, bid(CPUS, i), 0);
        uint64_t old = queue_do(&q, &d).value;

        CHECK(old >= last);
        last = old < bid(CPUS, i) ? bid(CPUS, i) : old;
    }
    cpus_join(cpus);
    for (who = 0; who <= CPUS; who++) {
        for (i = 0; i < ROUNDS; i++) {
            greatest = bid(who, i) > greatest ? bid(who, i) : greatest;
        }
    }
    EQ(*(uint64_t *)word_of(w), greatest);
    world_free(w);
}

/* ---- Compare and swap ------------------------------------------------ */

static void *cpu_cas_64(void *opaque)
{
    struct cpu *c = opaque;
    uint64_t *word = (uint64_t *)c->word;

    while (c->rounds--) {
        uint64_t old = __atomic_load_n(word, __ATOMIC_SEQ_CST);

        c->won += __atomic_compare_exchange_n(word, &old, old + 1, false,
                                              __ATOMIC_SEQ_CST,
                                              __ATOMIC_SEQ_CST);
    }
    return NULL;
}

static void cas_64(void)
{
    struct mock_queue q;
    struct world *w = cpu_world(&q);
    struct cpu cpus[CPUS];
    uint64_t won = 0, seen = 0;
    unsigned int i;

    cpus_start(w, cpus, cpu_cas_64, ROUNDS);
    for (i = 0; i < ROUNDS; i++) {
        struct trn4_desc d = atomic_desc(WIN, 0, AT, CAS, U64, seen + 1, seen);
        uint64_t old = queue_do(&q, &d).value;

        if (old == seen) {
            won++;
            seen++;
        } else {
            seen = old;
        }
    }
    won += cpus_join(cpus);
    EQ(*(uint64_t *)word_of(w), won);
    world_free(w);
}

#ifdef __GCC_HAVE_SYNC_COMPARE_AND_SWAP_16

/* Both halves of word number @n: never one of one and one of another */
static unsigned __int128 wide(uint64_t n)
{
    return (unsigned __int128)(n * 0x9e3779b97f4a7c15) << 64 | n;
}

static void *cpu_cas_128(void *opaque)
{
    struct cpu *c = opaque;
    unsigned __int128 *word = (unsigned __int128 *)c->word, old = 0;

    while (c->rounds--) {
        unsigned __int128 is =
            __sync_val_compare_and_swap(word, old, wide((uint64_t)old + 1));

        c->seen += is != wide(is);
        if (is == old) {
            c->won++;
            old = wide((uint64_t)old + 1);
        } else {
            old = is;
        }
    }
    return NULL;
}

static void cas_128(void)
{
    struct mock_queue q;
    struct world *w = cpu_world(&q);
    unsigned __int128 *fetched = (void *)(w->ep[0].mem.ptr + 4096);
    unsigned __int128 *word = word_of(w);
    struct cpu cpus[CPUS];
    uint64_t won = 0, mine = 0, seen = 0;
    unsigned int i;

    CHECK(er(w, 0, TRN4_REG_ATOMIC_TYPES + 4 * CAS) >> U128 & 1);
    cpus_start(w, cpus, cpu_cas_128, ROUNDS);
    for (i = 0; i < ROUNDS; i++) {
        struct trn4_desc d = atomic_desc(WIN, 0, AT, CAS, U128, seen + 1, seen);

        d.atomic.operand[1] = wide(seen + 1) >> 64;
        d.atomic.compare[1] = wide(seen) >> 64;
        d.src_space = OWN;
        d.src = 4096;
        EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
        CHECK(*fetched == wide(*fetched));
        if ((uint64_t)*fetched == seen) {
            mine++;
            seen++;
        } else {
            seen = *fetched;
        }
    }
    won = mine + cpus_join(cpus);
    CHECK(mine);
    EQ(*word, won);
    CHECK(*word == wide(won));
    world_free(w);
}

#endif

static const struct tap_test tests[] = {
    TAP_TEST(adds_64),
    TAP_TEST(adds_32),
    TAP_TEST(adds_without_fetch),
    TAP_TEST(adds_of_floats),
    TAP_TEST(halves_change_together),
    TAP_TEST(counters_wrap),
    TAP_TEST(the_greatest),
    TAP_TEST(cas_64),
#ifdef __GCC_HAVE_SYNC_COMPARE_AND_SWAP_16
    TAP_TEST(cas_128),
#endif
};
TAP_MAIN(tests)
