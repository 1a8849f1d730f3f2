/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_copy.c - copies of rows and fills that are good, against a model that
 * moves byte by byte, between all spaces, with and without overlap. Those that
 * are refused or come to grief are in test_copy_fail.c.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "mock.h"

#define RW   (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define HALF (8 * PAGE)
#define HBM  (16 * PAGE)

#define HOST TRN4_SPACE_HOST
#define OWN  TRN4_SPACE_HBM
#define WIN  TRN4_SPACE_WINDOW

/* What a space's name for an arena is, and which memory that is */
struct view {
    uint8_t space;
    uint16_t slot;
    uint64_t addr;
    uint8_t *ptr;
    struct mock_endpoint *owner;
    bool read_only;
};

#define VIEWS 6

struct copies {
    struct world *w;
    struct mock_queue q;
    struct view view[VIEWS];
    uint8_t *want[VIEWS]; /* of a view's memory; the same for the same */
    uint8_t *rows;
    uint64_t arena; /* bytes */
    uint64_t state;
};

#define ARENA_MAX (4 * PAGE)

/*
 * Windows on endpoint 1: 0, 1 (read-only) and, a page further on in the same
 * memory, 3; on endpoint 2: 2. Three views are of the same bytes.
 */
static void copies_begin(struct copies *c, uint64_t arena)
{
    struct world *w = world_new(2, HBM, 2 * HALF);
    const uint64_t odd = 4096 - 3;
    unsigned int i;

    world_open(w);
    grant(w, 1, 0, 2 * PAGE, 7 * PAGE, RW);
    grant(w, 2, 5, PAGE, 6 * PAGE, RW);
    EQ(window(w, 0, 1, HALF, 6 * PAGE, 0, 1, 0, NVL_RIGHT_READ),
       TRN4_WINDOW_LIVE);
    *c = (struct copies) { .w = w, .arena = arena, .state = 1 };
    EQ(window(w, 0, 0, 0, 6 * PAGE, 0, 1, 0, RW), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 2, 6 * PAGE, PAGE, PAGE, 2, 5, RW), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 3, 7 * PAGE, PAGE, PAGE, 1, 0, RW), TRN4_WINDOW_LIVE);
    c->view[0] = (struct view) {
        HOST, 0, HOST_BASE + 4096 + 5, w->host + 4096 + 5, NULL, false
    };
    c->view[1] = (struct view) { OWN,       0,
                                 PAGE + 1,  w->ep[0].mem.ptr + PAGE + 1,
                                 &w->ep[0], false };
    c->view[2] = (struct view) { WIN,        0,
                                 PAGE + odd, w->ep[1].mem.ptr + 3 * PAGE + odd,
                                 &w->ep[1],  false };
    c->view[3] = (struct view) { WIN,        1,
                                 PAGE + odd, w->ep[1].mem.ptr + 3 * PAGE + odd,
                                 &w->ep[1],  true };
    c->view[4] = (struct view) { WIN,       2,
                                 9,         w->ep[2].mem.ptr + 2 * PAGE + 9,
                                 &w->ep[2], false };
    c->view[5] = (struct view) { WIN,       3,
                                 odd,       w->ep[1].mem.ptr + 3 * PAGE + odd,
                                 &w->ep[1], false };
    queue_open(&c->q, w, 0, 0, 5, 0);
    c->rows = malloc(ARENA_MAX);
    for (i = 0; i < VIEWS; i++) {
        bool again = i == 3 || i == 5;

        c->want[i] = again ? c->want[2] : malloc(arena);
        if (!again) {
            fill(c->view[i].ptr - 64, arena + 128, i);
        }
        memcpy(c->want[i], c->view[i].ptr, arena);
    }
}

static void copies_end(struct copies *c)
{
    unsigned int i;

    EQ(er(c->w, 0, NVL_REG_ERR_COUNT), 0);
    world_check(c->w);
    world_free(c->w);
    for (i = 0; i < VIEWS; i++) {
        if (i != 3 && i != 5) {
            free(c->want[i]);
        }
    }
    free(c->rows);
}

static uint64_t any(struct copies *c, uint64_t below)
{
    c->state ^= c->state << 13;
    c->state ^= c->state >> 7;
    c->state ^= c->state << 17;
    return (c->state >> 11) % below;
}

/* ---- The model ------------------------------------------------------- */

/* A copy from view to view; from and to are offsets in their arenas */
struct job {
    unsigned int src, dst;
    uint64_t from, to;
    uint64_t length, rows, src_pitch, dst_pitch;
};

static uint64_t extent(uint64_t rows, uint64_t pitch, uint64_t length)
{
    return rows ? (rows - 1) * pitch + length : 0;
}

/* All is read before anything is written. */
static void model_copy(struct copies *c, const struct job *j)
{
    uint64_t r, i, n = 0;

    for (r = 0; r < j->rows; r++) {
        for (i = 0; i < j->length; i++) {
            c->rows[n++] = c->want[j->src][j->from + r * j->src_pitch + i];
        }
    }
    n = 0;
    for (r = 0; r < j->rows; r++) {
        for (i = 0; i < j->length; i++) {
            c->want[j->dst][j->to + r * j->dst_pitch + i] = c->rows[n++];
        }
    }
}

static void say(const struct job *j)
{
    if (tap_failures <= TAP_FAILURES_SHOWN) {
        printf("# view %u + %" PRIu64 " to view %u + %" PRIu64 ": %" PRIu64
               " rows of %" PRIu64 ", pitches %" PRIu64 " and %" PRIu64 "\n",
               j->src, j->from, j->dst, j->to, j->rows, j->length, j->src_pitch,
               j->dst_pitch);
    }
}

/* All of the memory is as wanted; else it is made so, for what follows. */
static bool all_as_wanted(struct copies *c)
{
    bool good = true;
    unsigned int i;

    for (i = 0; i < VIEWS; i++) {
        if (memcmp(c->want[i], c->view[i].ptr, c->arena)) {
            memcpy(c->view[i].ptr, c->want[i], c->arena);
            good = false;
        }
    }
    return good;
}

/* The report covers what was written, and lies in the arena. */
static bool dirty_as_wanted(const struct copies *c, const struct view *v,
                            uint64_t bytes)
{
    const struct mock_endpoint *m = v->owner;
    const uint8_t *from;

    if (!m) {
        return true;
    }
    if (!bytes) {
        return m->dirty_bytes == 0;
    }
    from = m->mem.ptr + m->dirty_offset;
    return m->dirty_bytes >= bytes && from >= v->ptr &&
           from + m->dirty_len <= v->ptr + c->arena;
}

static void do_copy(struct copies *c, const struct job *j)
{
    const struct view *s = &c->view[j->src], *d = &c->view[j->dst];
    struct trn4_desc desc = {
        .opcode = TRN4_OP_COPY,
        .src_space = s->space,
        .src_slot = s->slot,
        .src = s->addr + j->from,
        .dst_space = d->space,
        .dst_slot = d->slot,
        .dst = d->addr + j->to,
        .copy = { j->length, j->rows, j->src_pitch, j->dst_pitch },
    };
    struct trn4_cqe cqe;

    if (d->owner) {
        d->owner->dirty_bytes = 0;
    }
    model_copy(c, j);
    cqe = queue_do(&c->q, &desc);
    if (!EQ(cqe.status, TRN4_STATUS_OK) ||
        !EQ(cqe.value, j->rows * j->length) || !CHECK(all_as_wanted(c)) ||
        !CHECK(dirty_as_wanted(c, d, cqe.value))) {
        say(j);
    }
}

/* Rows of which one's source another's arrival may overwrite */
static bool rows_meet(const struct copies *c, const struct job *j)
{
    uint64_t a, b;

    if (c->want[j->src] != c->want[j->dst]) {
        return false;
    }
    for (a = 0; a < j->rows; a++) {
        for (b = 0; b < j->rows; b++) {
            uint64_t from = j->from + a * j->src_pitch;
            uint64_t to = j->to + b * j->dst_pitch;

            if (a != b && from < to + j->length && to < from + j->length) {
                return true;
            }
        }
    }
    return false;
}

/* ---- Copies ---------------------------------------------------------- */

/* One that fits, with at most so long and so many rows */
static struct job any_job(struct copies *c, uint64_t length, uint64_t rows,
                          uint64_t gap)
{
    struct job j = {
        .src = any(c, VIEWS),
        .dst = any(c, VIEWS),
        .length = any(c, length + 1),
        .rows = any(c, rows + 1),
    };
    uint64_t left;

    while (c->view[j.dst].read_only) {
        j.dst = any(c, VIEWS);
    }
    /* The same memory more often than it would be */
    if (any(c, 3) == 0) {
        j.src = j.dst;
    }
    if (j.rows > 1) {
        j.src_pitch = j.length + (any(c, 4) ? any(c, gap + 1) : 0);
        j.dst_pitch = j.length + (any(c, 4) ? any(c, gap + 1) : 0);
        if (any(c, 2)) {
            j.dst_pitch = j.src_pitch;
        }
    }
    left = c->arena - extent(j.rows, j.src_pitch, j.length);
    j.from = any(c, left + 1);
    left = c->arena - extent(j.rows, j.dst_pitch, j.length);
    /* And near one another, by less than a row or some */
    j.to = any(c, 2) ? any(c, left + 1) : j.from + any(c, 2 * length) - length;
    if (j.to > left) {
        j.to = left;
    }
    return j;
}

static void small_shapes(void)
{
    struct copies c;
    unsigned int i, met = 0;

    copies_begin(&c, 1024);
    for (i = 0; i < 40000; i++) {
        struct job j = any_job(&c, 40, 12, 24);

        if (j.src_pitch != j.dst_pitch && rows_meet(&c, &j)) {
            met++;
            continue;
        }
        do_copy(&c, &j);
    }
    CHECK(met < 20000);
    copies_end(&c);
}

/* More rows than a piece has */
static void many_rows(void)
{
    struct copies c;
    unsigned int i;

    copies_begin(&c, 32768);
    for (i = 0; i < 1500; i++) {
        struct job j = any_job(&c, 12, 1200, 14);

        if (j.src_pitch != j.dst_pitch && rows_meet(&c, &j)) {
            continue;
        }
        do_copy(&c, &j);
    }
    copies_end(&c);
}

/* Equal pitches, and every distance by which rows can meet, both ways */
static void every_distance(void)
{
    static const uint8_t lengths[] = { 1, 3, 8, 11 };
    struct copies c;
    unsigned int v, l, gap, alias;
    int shift;

    copies_begin(&c, 1024);
    for (v = 0; v < VIEWS; v++) {
        for (alias = 0; alias < VIEWS; alias++) {
            if (c.want[alias] != c.want[v] || c.view[v].read_only) {
                continue;
            }
            for (l = 0; l < NVLF_COUNT(lengths); l++) {
                for (gap = 0; gap < 14; gap += 3) {
                    for (shift = -60; shift <= 60; shift += 1 + v % 2) {
                        uint64_t pitch = lengths[l] + gap;
                        struct job j = { alias,      v, 100,   100 + shift,
                                         lengths[l], 5, pitch, pitch };

                        do_copy(&c, &j);
                    }
                }
            }
        }
    }
    copies_end(&c);
}

/* Nothing to do, or one row, or rows that adjoin on one side or on both */
static void plain_shapes(void)
{
    struct copies c;
    unsigned int s, d;

    copies_begin(&c, 4096);
    for (s = 0; s < VIEWS; s++) {
        for (d = 0; d < VIEWS; d++) {
            const struct job jobs[] = {
                { s, d, 0, 0, 0, 0, 0, 0 },
                { s, d, 10, 20, 100, 0, 0, 0 },
                { s, d, 10, 20, 0, 1, 0, 0 },
                { s, d, 10, 20, 0, 100, 0, 0 },
                { s, d, 10, 20, 0, 100, 7, 3 },
                { s, d, 10, 20, 0, 2, 1, 0 },
                { s, d, 0, 4095, 1, 1, 0, 0 },
                { s, d, 10, 2000, 100, 1, 0, 0 },
                { s, d, 10, 2000, 100, 8, 100, 100 },
                { s, d, 10, 2000, 100, 8, 100, 117 },
                { s, d, 10, 2000, 100, 8, 103, 100 },
                { s, d, 10, 50, 100, 8, 100, 100 },
                { s, d, 50, 10, 100, 8, 100, 100 },
                { s, d, 10, 10, 100, 8, 100, 100 },
                { s, d, 10, 10, 100, 8, 120, 120 },
                /* A row on itself, of which the others do not meet */
                { s, d, 10, 10, 100, 2, 200, 350 },
                { s, d, 10, 60, 100, 2, 200, 350 },
                { s, d, 60, 10, 100, 2, 200, 350 },
            };
            unsigned int i;

            for (i = 0; i < NVLF_COUNT(jobs) && !c.view[d].read_only; i++) {
                CHECK(jobs[i].src_pitch == jobs[i].dst_pitch ||
                      !rows_meet(&c, &jobs[i]));
                do_copy(&c, &jobs[i]);
            }
        }
    }
    copies_end(&c);
}

/* Rows about as long as a piece, and longer than a run */
static void large_shapes(void)
{
    const uint64_t k = NVLF_CHUNK;
    /* Of view 4 a page is less than all of this: it is not here. */
    static const uint8_t pairs[][2] = {
        { 0, 0 }, { 1, 1 }, { 2, 2 }, { 0, 1 }, { 1, 2 }, { 3, 2 }, { 2, 0 },
    };
    const uint64_t shapes[][6] = {
        /* from, to, length, rows, pitches */
        { 0, 100, k - 1, 3, k + 50, k + 50 },
        { 100, 0, k + 1, 3, k + 50, k + 50 },
        { 0, 3, k, 5, k, k },
        { 3, 0, k, 5, k, k },
        { 0, k / 2, 3 * k / 4, 4, k, k },
        { k / 2, 0, 3 * k / 4, 4, k, k },
        { 0, 1000, 2 * k + 7, 2, 2 * k + 9, 2 * k + 9 },
        { 1000, 0, 2 * k + 7, 2, 2 * k + 9, 2 * k + 9 },
        { 0, 1, 5 * k, 1, 0, 0 },
        { 5 * k / 2, 0, 1000, 600, 1024, 1024 },
        { 0, 7, 1000, 1100, 1024, 1024 },
        { 7, 0, 1000, 1100, 1024, 1024 },
        { 0, 1023, 1000, 1100, 1024, 1024 },
        /* A row's way to itself, longer than a piece */
        { 0, 50, k + 100, 2, 2 * k, 2 * k + 200 },
        { 50, 0, k + 100, 2, 2 * k, 2 * k + 200 },
        { 0, 50, 2 * k + 100, 2, 3 * k, 3 * k - 20 },
        /* Shorter ones, of which a piece ends in the middle, that turn round */
        { 3000, 0, 200000, 5, 250000, 252000 },
        { 0, 4000, 200000, 5, 252000, 250000 },
        { 3000, 0, 100000, 11, 110000, 110600 },
    };
    struct copies c;
    unsigned int p, i;

    copies_begin(&c, 6 * k);
    for (p = 0; p < NVLF_COUNT(pairs); p++) {
        for (i = 0; i < NVLF_COUNT(shapes); i++) {
            const uint64_t *s = shapes[i];
            struct job j = { pairs[p][0], pairs[p][1], s[0], s[1],
                             s[2],        s[3],        s[4], s[5] };

            if (CHECK(s[4] == s[5] || !rows_meet(&c, &j))) {
                do_copy(&c, &j);
            }
        }
    }
    copies_end(&c);
}

/* So much that it goes past the caches: pieces, and ends, of any alignment */
static void streamed(void)
{
    const uint64_t m = 1 << 20;
    static const uint8_t pairs[][2] = {
        { 1, 1 }, { 2, 2 }, { 1, 2 }, { 3, 1 }
    };
    const uint64_t shapes[][6] = {
        /* from, to, length, rows, pitches */
        { 0, 1, 4 * m, 1, 0, 0 },
        { 3, 0, 4 * m + 13, 1, 0, 0 },
        /* It meets itself, and none of its pieces does; then some do */
        { 0, m, 4 * m + 50, 1, 0, 0 },
        { m, 0, 4 * m + 50, 1, 0, 0 },
        { 0, 1000, 4 * m + 50, 1, 0, 0 },
        { 1000, 0, 4 * m + 50, 1, 0, 0 },
        /* Rows on both sides of what is worth it */
        { 0, 5, 79, 53100, 80, 81 },
        { 7, 0, 60, 70000, 63, 61 },
        { 0, 9, 1111, 3800, 1120, 1117 },
    };
    struct copies c;
    unsigned int p, i;

    copies_begin(&c, 6 * m);
    for (p = 0; p < NVLF_COUNT(pairs); p++) {
        for (i = 0; i < NVLF_COUNT(shapes); i++) {
            const uint64_t *s = shapes[i];
            struct job j = { pairs[p][0], pairs[p][1], s[0], s[1],
                             s[2],        s[3],        s[4], s[5] };

            if (s[4] == s[5] || !rows_meet(&c, &j)) {
                do_copy(&c, &j);
            }
        }
    }
    copies_end(&c);
}

/* ---- Fills ----------------------------------------------------------- */

static void do_fill(struct copies *c, unsigned int view, uint64_t to,
                    uint64_t length, uint64_t rows, uint64_t pitch,
                    uint64_t pattern)
{
    const struct view *d = &c->view[view];
    struct trn4_desc desc = {
        .opcode = TRN4_OP_FILL,
        .dst_space = d->space,
        .dst_slot = d->slot,
        .dst = d->addr + to,
        .fill = { length, rows, pattern, pitch },
    };
    struct trn4_cqe cqe;
    uint64_t r, i;

    for (r = 0; r < rows; r++) {
        for (i = 0; i < length; i++) {
            c->want[view][to + r * pitch + i] = pattern >> i % 8 * 8;
        }
    }
    if (d->owner) {
        d->owner->dirty_bytes = 0;
    }
    cqe = queue_do(&c->q, &desc);
    if (!EQ(cqe.status, TRN4_STATUS_OK) || !EQ(cqe.value, rows * length) ||
        !CHECK(all_as_wanted(c)) || !CHECK(dirty_as_wanted(c, d, cqe.value))) {
        printf("# view %u + %" PRIu64 ": %" PRIu64 " rows of %" PRIu64
               ", pitch %" PRIu64 "\n",
               view, to, rows, length, pitch);
    }
}

static void small_fills(void)
{
    struct copies c;
    unsigned int i;

    copies_begin(&c, 1024);
    for (i = 0; i < 20000; i++) {
        unsigned int view = any(&c, VIEWS);
        uint64_t length = any(&c, 41), rows = any(&c, 13), pitch = 0, to;

        if (c.view[view].read_only) {
            continue;
        }
        if (rows > 1) {
            pitch = length + (any(&c, 3) ? any(&c, 25) : 0);
        }
        to = any(&c, c.arena - extent(rows, pitch, length) + 1);
        do_fill(&c, view, to, length, rows, pitch,
                any(&c, 1ull << 53) * 0x9e3779b97f4a7c15);
    }
    copies_end(&c);
}

/* All lengths and places modulo 8, with rows that adjoin and that do not */
static void phases(void)
{
    struct copies c;
    unsigned int view, length, to, gap, n = 0;

    copies_begin(&c, 1024);
    for (view = 0; view < VIEWS; view++) {
        for (length = 0; length < 20 && !c.view[view].read_only; length++) {
            for (to = 0; to < 8; to++) {
                for (gap = 0; gap < 9; gap += 4) {
                    do_fill(&c, view, 200 + to, length, 4, length + gap,
                            0x0706050403020100 +
                                0x0808080808080808ull * (n % 31));
                    n++;
                }
                do_fill(&c, view, 200 + to, length, 1, 0, ~0ull << n % 64);
                do_fill(&c, view, 200 + to, length, 0, 0, 0);
            }
        }
    }
    copies_end(&c);
}

/* The pattern goes on from piece to piece, and begins anew with each row. */
static void large_fills(void)
{
    const uint64_t k = NVLF_CHUNK, pattern = 0xf0e1d2c3b4a59687;
    const uint64_t shapes[][4] = {
        /* to, length, rows, pitch */
        { 0, k, 1, 0 },
        { 3, k + 1, 1, 0 },
        { 5, 5 * k + 3, 1, 0 },
        { 1, k - 1, 5, k - 1 },
        { 1, k + 3, 4, k + 3 },
        { 1, k + 3, 4, k + 10 },
        { 2, 2 * k + 5, 2, 2 * k + 5 },
        { 0, 100003, 13, 100003 },
        { 7, 100003, 13, 100010 },
        { 7, 100000, 13, 100000 },
        { 0, 3, 5000, 3 },
        { 0, 8, 100000, 8 },
        { 0, 1, 100000, 1 },
        { 0, 5, 1001, 9 },
        { 0, 1023, 1030, 1024 },
        { 4, 12, 257, 20 },
        { 4, 13, 256, 13 },
        { 0, 0, 1ull << 20, 1 },
    };
    struct copies c;
    unsigned int view, i;

    copies_begin(&c, 6 * k);
    for (view = 0; view < 3; view++) {
        for (i = 0; i < NVLF_COUNT(shapes); i++) {
            fill(c.view[view].ptr, c.arena, i);
            memcpy(c.want[view], c.view[view].ptr, c.arena);
            do_fill(&c, view, shapes[i][0], shapes[i][1], shapes[i][2],
                    shapes[i][3], pattern);
        }
    }
    copies_end(&c);
}

struct scribbler {
    pthread_t thread;
    uint8_t *at;
    bool stop;
};

static void *scribble(void *opaque)
{
    struct scribbler *s = opaque;

    while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
        __atomic_store_n((uint64_t *)s->at, 0x5a5a5a5a5a5a5a5a,
                         __ATOMIC_RELAXED);
    }
    return NULL;
}

/* A CPU that stores to a word of what is filled changes that word alone. */
static void a_fill_beside_a_cpu(void)
{
    const uint64_t n = 8 << 10, pattern = 0x0807060504030201;
    struct scribbler s = { .stop = false };
    struct copies c;
    uint64_t i, bad = 0;
    unsigned int round;

    copies_begin(&c, 1024);
    s.at = c.w->ep[0].mem.ptr + 8 * PAGE;
    pthread_create(&s.thread, NULL, scribble, &s);
    for (round = 0; round < 20000; round++) {
        struct trn4_desc d = {
            .opcode = TRN4_OP_FILL,
            .dst_space = OWN,
            .dst = 8 * PAGE,
            .fill = { n, 1, pattern + round, 0 },
        };

        EQ(queue_do(&c.q, &d).status, TRN4_STATUS_OK);
        for (i = 8; i < n; i += 8) {
            bad += *(uint64_t *)(s.at + i) != pattern + round;
        }
    }
    __atomic_store_n(&s.stop, true, __ATOMIC_RELAXED);
    pthread_join(s.thread, NULL);
    EQ(bad, 0);
    copies_end(&c);
}

/* The last byte of HBM and of a window, of the first row and of the last */
static void to_the_end(void)
{
    struct copies c;
    struct trn4_desc d;
    uint8_t *own, *peer;

    copies_begin(&c, 1024);
    own = c.w->ep[0].mem.ptr;
    peer = c.w->ep[2].mem.ptr + 2 * PAGE;
    d = copy_desc(OWN, 0, HBM - 130, WIN, 2, PAGE - 160, 30);
    d.copy.rows = 3;
    d.copy.src_pitch = 50;
    d.copy.dst_pitch = 65;
    fill(own + HBM - 130, 130, 7);
    EQ(queue_do(&c.q, &d).status, TRN4_STATUS_OK);
    CHECK(!memcmp(own + HBM - 30, peer + PAGE - 30, 30));
    CHECK(!memcmp(own + HBM - 130, peer + PAGE - 160, 30));
    d = (struct trn4_desc) {
        .opcode = TRN4_OP_FILL,
        .dst_space = OWN,
        .dst = HBM - 100,
        .fill = { 20, 2, 0x5555555555555555, 80 },
    };
    EQ(queue_do(&c.q, &d).status, TRN4_STATUS_OK);
    EQ(own[HBM - 1], 0x55);
    EQ(own[HBM - 100], 0x55);
    EQ(own[HBM - 81], 0x55);
    CHECK(!memcmp(own + HBM - 80, peer + PAGE - 95, 30));
    copies_end(&c);
}

static const struct tap_test tests[] = {
    TAP_TEST(small_shapes),        TAP_TEST(many_rows),
    TAP_TEST(every_distance),      TAP_TEST(plain_shapes),
    TAP_TEST(large_shapes),        TAP_TEST(streamed),
    TAP_TEST(small_fills),         TAP_TEST(phases),
    TAP_TEST(large_fills),         TAP_TEST(to_the_end),
    TAP_TEST(a_fill_beside_a_cpu),
};
TAP_MAIN(tests)
