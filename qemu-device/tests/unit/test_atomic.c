/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_atomic.c - remote atomics: results by a table, and against CPUs that
 * work on the same word at the same time.
 */
#include <pthread.h>
#include <string.h>

#include "mock.h"

#define OWN  TRN4_SPACE_HBM
#define WIN  TRN4_SPACE_WINDOW
#define ADD  TRN4_ATOMIC_ADD
#define SWAP TRN4_ATOMIC_SWAP
#define CAS  TRN4_ATOMIC_CAS

static struct world *atomic_world(struct mock_queue *q)
{
    struct world *w = world_new(1, 4 * PAGE, 4 * PAGE);

    world_open(w);
    grant(w, 1, 0, PAGE, 2 * PAGE, NVL_RIGHTS_ALL);
    EQ(window(w, 0, 0, 0, PAGE, PAGE, 1, 0, NVL_RIGHTS_ALL), TRN4_WINDOW_LIVE);
    queue_open(q, w, 0, 0, 6, 0);
    return w;
}

static void results(void)
{
    static const struct {
        uint8_t op, width;
        uint64_t before, operand, compare, after;
    } cases[] = {
        { ADD, 8, 40, 2, 0, 42 },
        { ADD, 8, UINT64_MAX, 1, 0, 0 },
        { ADD, 8, 5, UINT64_MAX, 0, 4 },
        { ADD, 8, 0xffffffff, 1, 0, 0x100000000 },
        { ADD, 4, 40, 2, 0, 42 },
        { ADD, 4, 0xffffffff, 1, 0, 0 },
        { ADD, 4, 0xaaaaaaaaffffffff, 2, 0, 0xaaaaaaaa00000001 },
        { SWAP, 8, 1, UINT64_MAX, 0, UINT64_MAX },
        { SWAP, 4, 0x1122334455667788, 0xdeadbeef, 0, 0x11223344deadbeef },
        { CAS, 8, 7, 9, 7, 9 },
        { CAS, 8, 7, 9, 8, 7 },
        { CAS, 8, 0x100000007, 9, 7, 0x100000007 },
        { CAS, 4, 0x100000007, 9, 7, 0x100000009 },
        { CAS, 4, 7, 9, 8, 7 },
        { CAS, 8, 0, 0, 0, 0 },
    };
    struct mock_queue q;
    struct world *w = atomic_world(&q);
    unsigned int i, remote;

    for (remote = 0; remote < 2; remote++) {
        struct mock_endpoint *m = &w->ep[remote];
        uint64_t at = PAGE - 8;
        uint64_t *word = (void *)(m->mem.ptr + (remote ? 2 * PAGE : 0) + at);

        for (i = 0; i < NVLF_COUNT(cases); i++) {
            struct trn4_desc d =
                atomic_desc(remote ? WIN : OWN, 0, at, cases[i].op,
                            cases[i].width, cases[i].operand, cases[i].compare);
            uint64_t old = cases[i].before;
            struct trn4_cqe cqe;

            *word = old;
            m->dirty_bytes = 0;
            cqe = queue_do(&q, &d);
            EQ(cqe.status, TRN4_STATUS_OK);
            EQ(cqe.value, cases[i].width == 8 ? old : (uint32_t)old);
            if (!EQ(*word, cases[i].after)) {
                printf("# case %u\n", i);
            }
            if (cases[i].op == CAS && cqe.value != cases[i].compare) {
                EQ(m->dirty_bytes, 0);
            } else {
                EQ(m->dirty_bytes, cases[i].width);
                EQ(m->dirty_offset, (uint8_t *)word - m->mem.ptr);
            }
        }
    }
    world_free(w);
}

/* The upper half of a word, aligned to 4 */
static void narrow_word_in_the_middle(void)
{
    struct mock_queue q;
    struct world *w = atomic_world(&q);
    struct trn4_desc d = atomic_desc(WIN, 0, 4, ADD, 4, 1, 0);
    uint64_t *word = (void *)(w->ep[1].mem.ptr + 2 * PAGE);

    *word = 0xffffffff00000005;
    EQ(queue_do(&q, &d).value, 0xffffffff);
    EQ(*word, 5);
    world_free(w);
}

#define ROUNDS 20000

struct cpu {
    pthread_t thread;
    uint8_t *word;
    bool wide;
    uint64_t won; /* CAS that this CPU won */
};

/* A guest CPU that adds through its own mapping of the memory */
static void *cpu_adds(void *opaque)
{
    struct cpu *c = opaque;
    unsigned int i;

    for (i = 0; i < ROUNDS; i++) {
        if (c->wide) {
            __atomic_fetch_add((uint64_t *)c->word, 1, __ATOMIC_SEQ_CST);
        } else {
            __atomic_fetch_add((uint32_t *)c->word, 1, __ATOMIC_SEQ_CST);
        }
    }
    return NULL;
}

/* And one that adds by CAS */
static void *cpu_cas(void *opaque)
{
    struct cpu *c = opaque;
    uint64_t *word = (uint64_t *)c->word;
    unsigned int i;

    for (i = 0; i < ROUNDS; i++) {
        uint64_t old = __atomic_load_n(word, __ATOMIC_SEQ_CST);

        c->won += __atomic_compare_exchange_n(word, &old, old + 1, false,
                                              __ATOMIC_SEQ_CST,
                                              __ATOMIC_SEQ_CST);
    }
    return NULL;
}

/* Engine and CPUs, through window pages, at once: none may be lost. */
static void engine_adds(uint8_t width)
{
    struct mock_queue q;
    struct world *w = atomic_world(&q);
    struct trn4_desc d = atomic_desc(WIN, 0, 64, ADD, width, 1, 0);
    struct cpu cpus[2];
    struct trn4_cqe cqe;
    unsigned int i, done = 0, sent = 0;
    uint64_t end;

    for (i = 0; i < 2; i++) {
        /* One on the window's pages in the aperture, one on the HBM itself */
        cpus[i].word = (i ? w->ep[1].mem.ptr + 2 * PAGE : w->ep[0].aperture) +
                       64;
        cpus[i].wide = width == 8;
        pthread_create(&cpus[i].thread, NULL, cpu_adds, &cpus[i]);
    }
    while (done < ROUNDS) {
        while (sent < ROUNDS && sent - done < q.entries - 1) {
            queue_push(&q, &d);
            sent++;
        }
        queue_ring(&q);
        engine_finish(w, 0);
        while (queue_pop(&q, &cqe)) {
            EQ(cqe.status, TRN4_STATUS_OK);
            done++;
        }
    }
    for (i = 0; i < 2; i++) {
        pthread_join(cpus[i].thread, NULL);
    }
    end = *(uint64_t *)(w->ep[1].mem.ptr + 2 * PAGE + 64);
    EQ(end, 3 * ROUNDS);
    world_free(w);
}

static void adds_against_cpus_64(void)
{
    engine_adds(8);
}

static void adds_against_cpus_32(void)
{
    engine_adds(4);
}

static void cas_against_cpus(void)
{
    struct mock_queue q;
    struct world *w = atomic_world(&q);
    struct cpu cpus[2] = { { .won = 0 } };
    uint64_t *word = (uint64_t *)(w->ep[1].mem.ptr + 2 * PAGE + 8);
    uint64_t won = 0, seen = 0;
    unsigned int i;

    for (i = 0; i < 2; i++) {
        cpus[i].word = (uint8_t *)word;
        pthread_create(&cpus[i].thread, NULL, cpu_cas, &cpus[i]);
    }
    for (i = 0; i < ROUNDS; i++) {
        struct trn4_desc d = atomic_desc(WIN, 0, 8, CAS, 8, seen + 1, seen);
        uint64_t old = queue_do(&q, &d).value;

        if (old == seen) {
            won++;
            seen++;
        } else {
            seen = old;
        }
    }
    for (i = 0; i < 2; i++) {
        pthread_join(cpus[i].thread, NULL);
        won += cpus[i].won;
    }
    EQ(*word, won);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(results),
    TAP_TEST(narrow_word_in_the_middle),
    TAP_TEST(adds_against_cpus_64),
    TAP_TEST(adds_against_cpus_32),
    TAP_TEST(cas_against_cpus),
};
TAP_MAIN(tests)
