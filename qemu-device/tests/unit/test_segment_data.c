/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_segment_data.c - operations through segments move the bytes that a
 * plain model of memory says, and none beside them: in HBM, a window, a run of
 * host memory and lists of its pages.
 */
#include <stdlib.h>
#include <string.h>

#include "mock.h"

#define HOST TRN4_SPACE_HOST
#define OWN  TRN4_SPACE_HBM
#define WIN  TRN4_SPACE_WINDOW
#define SEG  TRN4_SPACE_SEGMENT

#define PAGES TRN4_SEGMENT_PAGES

#define RW      (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define RWA     NVL_RIGHTS_ALL
#define K4      4096ull
#define HBM     (16 * PAGE)
#define SEGSIZE 0x90000ull /* more than two pieces of a copy */

#define IN(space) TRN4_SEGMENT_SPACE((uint32_t)(space))

static uint64_t state;

static uint64_t below(uint64_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state * 0x2545f4914f6cdd1dull >> 11) % n;
}

/* What the test looks at: the beginning of each memory */
enum arena {
    A_OWN,
    A_PEER, /* from where the window is */
    A_HOST,
    ARENAS,
};

#define ARENA    0x200000ull
#define WINDOWED (2 * PAGE)

enum part {
    S_OWN,
    S_WIN,
    S_RUN,
    S_SCATTERED, /* pages in no order, some of them beside each other */
    S_BACKWARD,  /* pages from the last to the first */
    PARTS,
};

#define NPAGES    (SEGSIZE / K4)
#define RUN_AT    0x3000ull
#define SCATTERED 0x98000ull
#define BACKWARD  0x130000ull
#define LISTS     0x1f0000ull /* two of them, and nothing after */

struct model {
    struct world *w;
    struct mock_queue q;
    uint8_t *now[ARENAS]; /* as it is */
    uint8_t *want[ARENAS];
    uint64_t page[2][NPAGES]; /* of the lists: offset in host memory */
    uint8_t bytes[SEGSIZE];   /* on their way */
};

static const uint64_t sizes[PARTS] = { SEGSIZE, SEGSIZE, SEGSIZE, SEGSIZE - 123,
                                       SEGSIZE };

static struct model *model_new(uint64_t seed)
{
    struct model *m = calloc(1, sizeof(*m));
    struct world *w = world_new(1, HBM, 16 * PAGE);
    unsigned int i;

    if (!m) {
        abort();
    }
    m->w = w;
    state = seed;
    world_open(w);
    grant(w, 1, 0, WINDOWED, 8 * PAGE, RWA);
    EQ(window(w, 0, 0, 0, 8 * PAGE, 0, 1, 0, RWA), TRN4_WINDOW_LIVE);
    m->now[A_OWN] = w->ep[0].mem.ptr;
    m->now[A_PEER] = w->ep[1].mem.ptr + WINDOWED;
    m->now[A_HOST] = w->host;
    for (i = 0; i < ARENAS; i++) {
        fill(m->now[i], ARENA, seed * ARENAS + i);
        m->want[i] = malloc(ARENA);
        if (!m->want[i]) {
            abort();
        }
    }
    for (i = 0; i < NPAGES; i++) {
        unsigned int other = below(i + 1);

        /* Neighbours stay together now and then. */
        m->page[0][i] = SCATTERED + i * K4;
        if (below(3)) {
            m->page[0][i] = m->page[0][other];
            m->page[0][other] = SCATTERED + i * K4;
        }
        m->page[1][i] = BACKWARD + (NPAGES - 1 - i) * K4;
    }
    for (i = 0; i < 2 * NPAGES; i++) {
        uint64_t entry = HOST_BASE + m->page[i / NPAGES][i % NPAGES];

        memcpy(w->host + LISTS + i / NPAGES * K4 + i % NPAGES * 8, &entry, 8);
    }
    for (i = 0; i < ARENAS; i++) {
        memcpy(m->want[i], m->now[i], ARENA);
    }
    segment(w, 0, 0, S_OWN, RUN_AT, SEGSIZE, IN(OWN) | RWA);
    segment(w, 0, 0, S_WIN, RUN_AT, SEGSIZE, IN(WIN) | RWA);
    segment(w, 0, 0, S_RUN, HOST_BASE + RUN_AT, SEGSIZE, IN(HOST) | RW);
    segment(w, 0, 0, S_SCATTERED, HOST_BASE + LISTS, sizes[S_SCATTERED],
            IN(HOST) | PAGES | RW);
    segment(w, 0, 0, S_BACKWARD, HOST_BASE + LISTS + K4, SEGSIZE,
            IN(HOST) | PAGES | RW);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 0);
    queue_open(&m->q, w, 0, 0, 5, TRN4_QUEUE_USER);
    return m;
}

static void model_free(struct model *m)
{
    unsigned int i;

    for (i = 0; i < ARENAS; i++) {
        free(m->want[i]);
    }
    world_check(m->w);
    world_free(m->w);
    free(m);
}

/* Byte @at of a segment, in what it is or in what it should be */
static uint8_t *byte_of(struct model *m, uint8_t *const *memory, enum part part,
                        uint64_t at)
{
    switch (part) {
    case S_OWN:
        return memory[A_OWN] + RUN_AT + at;
    case S_WIN:
        return memory[A_PEER] + RUN_AT + at;
    case S_RUN:
        return memory[A_HOST] + RUN_AT + at;
    default:
        return memory[A_HOST] + m->page[part - S_SCATTERED][at / K4] + at % K4;
    }
}

static void wants(struct model *m, enum part part, uint64_t at,
                  const void *bytes, uint64_t n)
{
    const uint8_t *p = bytes;

    while (n--) {
        *byte_of(m, m->want, part, at++) = *p++;
    }
}

static void take(struct model *m, enum part part, uint64_t at, void *bytes,
                 uint64_t n)
{
    uint8_t *p = bytes;

    while (n--) {
        *p++ = *byte_of(m, m->want, part, at++);
    }
}

static bool as_wanted(struct model *m)
{
    bool good = true;
    unsigned int i;

    for (i = 0; i < ARENAS; i++) {
        if (!CHECK(!memcmp(m->want[i], m->now[i], ARENA))) {
            uint64_t at = 0;

            while (m->want[i][at] == m->now[i][at]) {
                at++;
            }
            printf("# arena %u from 0x%" PRIx64 "\n", i, at);
            good = false;
            /* So that the next one is judged by itself */
            memcpy(m->want[i], m->now[i], ARENA);
        }
    }
    return good;
}

/* What a copy does, by the words of the definition */
static void model_copy(struct model *m, const struct trn4_desc *d)
{
    const uint64_t l = d->copy.length, n = d->copy.rows;
    bool at_once = n < 2 || d->copy.src_pitch == d->copy.dst_pitch;
    uint64_t r;

    for (r = 0; r < n && at_once; r++) {
        take(m, d->src_slot, d->src + r * d->copy.src_pitch, m->bytes + r * l,
             l);
    }
    for (r = 0; r < n; r++) {
        uint8_t *row = at_once ? m->bytes + r * l : m->bytes;

        if (!at_once) {
            take(m, d->src_slot, d->src + r * d->copy.src_pitch, row, l);
        }
        wants(m, d->dst_slot, d->dst + r * d->copy.dst_pitch, row, l);
    }
}

static bool copies(struct model *m, struct trn4_desc d)
{
    struct trn4_cqe cqe = queue_do(&m->q, &d);
    bool good = EQ(cqe.status, TRN4_STATUS_OK);

    model_copy(m, &d);
    good &= EQ(cqe.value, d.copy.length * d.copy.rows);
    return good & as_wanted(m);
}

/* Lengths and offsets around the ends of pages, and any */
static uint64_t some_offset(uint64_t limit)
{
    uint64_t at = below(limit);

    if (below(2)) {
        at = at / K4 * K4 + below(5);
        at -= at < 2 ? 0 : 2;
    }
    return at < limit ? at : limit - 1;
}

static void copies_between_all(void)
{
    struct model *m = model_new(1);
    unsigned int s, d, i;

    for (s = 0; s < PARTS; s++) {
        for (d = 0; d < PARTS; d++) {
            for (i = 0; i < 12; i++) {
                uint64_t from = i ? some_offset(sizes[s]) : 0;
                uint64_t to = i ? some_offset(sizes[d]) : 0;
                uint64_t most = sizes[s] - from, l;

                most = sizes[d] - to < most ? sizes[d] - to : most;
                l = i < 2 ? most : i % 2 ? 1 + below(most) : below(9000);
                l = l < most ? l : most;
                if (!copies(m, copy_desc(SEG, s, from, SEG, d, to, l))) {
                    printf("# %u to %u, %u: 0x%" PRIx64 " to 0x%" PRIx64
                           ", 0x%" PRIx64 "\n",
                           s, d, i, from, to, l);
                }
            }
        }
    }
    model_free(m);
}

/* Onto itself, by little and by much, either way */
static void copies_that_overlap(void)
{
    static const uint64_t shifts[] = { 1, 7, 4095, 4096, 4097, 70000, 262144 };
    struct model *m = model_new(2);
    unsigned int s, i, up;

    for (s = 0; s < PARTS; s++) {
        for (i = 0; i < NVLF_COUNT(shifts); i++) {
            for (up = 0; up < 2; up++) {
                uint64_t low = below(5000), l = sizes[s] - low - shifts[i];
                uint64_t from = low + (up ? 0 : shifts[i]);
                uint64_t to = low + (up ? shifts[i] : 0);

                l -= below(5000);
                if (!copies(m, copy_desc(SEG, s, from, SEG, s, to, l))) {
                    printf("# part %u shift %" PRIu64 " up %u\n", s, shifts[i],
                           up);
                }
            }
        }
    }
    model_free(m);
}

/* Two segments on the same memory: what overlaps there is one overlap. */
static void segments_that_overlap(void)
{
    static const uint32_t ctrl[] = { IN(OWN) | RW, IN(WIN) | RW,
                                     IN(HOST) | RW };
    struct model *m = model_new(12);
    unsigned int s, i;

    for (s = S_OWN; s <= S_RUN; s++) {
        /* As part s, but two pages on */
        uint64_t base = RUN_AT + 2 * K4 + (s == S_RUN ? HOST_BASE : 0);

        segment(m->w, 0, 0, 30 + s, base, SEGSIZE - 2 * K4, ctrl[s]);
        for (i = 0; i < 20; i++) {
            uint64_t l = 400000 + below(100000), low = below(2 * K4) + 2 * K4;
            uint64_t high = low + (i % 3 ? below(80000) : below(5));
            bool up = i % 2;
            struct trn4_desc d = copy_desc(SEG, s, up ? low : high, SEG, s,
                                           up ? high : low, l);
            struct trn4_desc aliased = d;
            struct trn4_cqe cqe;

            if (i % 4 < 2) {
                aliased.src_slot = 30 + s;
                aliased.src -= 2 * K4;
            } else {
                aliased.dst_slot = 30 + s;
                aliased.dst -= 2 * K4;
            }
            cqe = queue_do(&m->q, &aliased);
            EQ(cqe.status, TRN4_STATUS_OK);
            EQ(cqe.value, l);
            model_copy(m, &d);
            if (!as_wanted(m)) {
                printf("# part %u up %u 0x%" PRIx64 " 0x%" PRIx64 "\n", s, up,
                       low, high);
            }
        }
    }
    model_free(m);
}

static struct trn4_desc rows_desc(unsigned int s, uint64_t src, unsigned int d,
                                  uint64_t dst, uint64_t length, uint64_t rows,
                                  uint64_t src_pitch, uint64_t dst_pitch)
{
    struct trn4_desc desc = copy_desc(SEG, s, src, SEG, d, dst, length);

    desc.copy.rows = rows;
    desc.copy.src_pitch = src_pitch;
    desc.copy.dst_pitch = dst_pitch;
    return desc;
}

/* Rows: few and long, many and short, adjoining on one side, or on both */
static const struct {
    uint64_t length, rows, src_pitch, dst_pitch;
} shapes[] = {
    { 5000, 20, 5003, 6001 },
    { 100, 900, 100, 101 },
    { 100, 900, 130, 100 },
    { 4096, 30, 8192, 4096 },
    { 3, 30000, 5, 3 },
    { 1, 9000, 4095, 4097 / 2 },
    { 120000, 2, 150000, 200000 },
    { 64, 500, 64, 64 },
    { 60, 1000, 333, 333 },
};

static void rows_between_all(void)
{
    struct model *m = model_new(3);
    unsigned int s, d, i;

    for (s = 0; s < PARTS; s++) {
        for (d = 0; d < PARTS; d++) {
            for (i = 0; i < NVLF_COUNT(shapes); i++) {
                uint64_t l = shapes[i].length, n = shapes[i].rows;
                uint64_t sp = shapes[i].src_pitch, dp = shapes[i].dst_pitch;
                uint64_t src, dst;

                /* Where pitches differ what overlaps is any of the rows. */
                if (s == d && sp != dp) {
                    continue;
                }
                while ((n - 1) * sp + l > sizes[s] ||
                       (n - 1) * dp + l > sizes[d]) {
                    n /= 2;
                }
                src = below(sizes[s] - (n - 1) * sp - l + 1);
                dst = below(sizes[d] - (n - 1) * dp - l + 1);
                if (!copies(m, rows_desc(s, src, d, dst, l, n, sp, dp))) {
                    printf("# %u to %u shape %u\n", s, d, i);
                }
            }
        }
    }
    model_free(m);
}

/* Onto themselves, where they arrive as if all had been read first */
static void rows_that_overlap(void)
{
    static const uint64_t shifts[] = { 1, 50, 333, 4096, 4099, 20000 };
    struct model *m = model_new(4);
    unsigned int s, i, up;

    for (s = 0; s < PARTS; s++) {
        for (i = 0; i < NVLF_COUNT(shifts); i++) {
            for (up = 0; up < 2; up++) {
                uint64_t low = below(5000);

                if (!copies(m, rows_desc(s, low + (up ? 0 : shifts[i]), s,
                                         low + (up ? shifts[i] : 0), 300, 1500,
                                         333, 333))) {
                    printf("# part %u shift %" PRIu64 " up %u\n", s, shifts[i],
                           up);
                }
            }
        }
    }
    model_free(m);
}

static void fills(void)
{
    struct model *m = model_new(5);
    unsigned int s, i;

    for (s = 0; s < PARTS; s++) {
        for (i = 0; i < NVLF_COUNT(shapes) + 4; i++) {
            struct trn4_desc d = {
                .opcode = TRN4_OP_FILL,
                .id = 0xf1,
                .dst_space = SEG,
                .dst_slot = s,
                .fill = { .length = 1, .rows = 1 },
            };
            struct trn4_cqe cqe;
            uint64_t r, j, all;

            d.fill.pattern = below(1ull << 32) << 32 | below(1ull << 32);
            if (i < NVLF_COUNT(shapes)) {
                d.fill.length = shapes[i].length;
                d.fill.pitch = shapes[i].dst_pitch;
                d.fill.rows = shapes[i].rows;
                while ((d.fill.rows - 1) * d.fill.pitch + d.fill.length >
                       sizes[s]) {
                    d.fill.rows /= 2;
                }
                d.fill.pitch = d.fill.rows > 1 ? d.fill.pitch : 0;
            } else {
                d.fill.length = i % 2 ? sizes[s] - 4097 : 1 + below(10000);
            }
            all = (d.fill.rows - 1) * d.fill.pitch + d.fill.length;
            d.dst = below(sizes[s] - all + 1);
            cqe = queue_do(&m->q, &d);
            EQ(cqe.status, TRN4_STATUS_OK);
            EQ(cqe.value, d.fill.length * d.fill.rows);
            for (r = 0; r < d.fill.rows; r++) {
                for (j = 0; j < d.fill.length; j++) {
                    *byte_of(m, m->want, s, d.dst + r * d.fill.pitch + j) =
                        d.fill.pattern >> j % 8 * 8;
                }
            }
            if (!as_wanted(m)) {
                printf("# part %u shape %u\n", s, i);
            }
        }
    }
    model_free(m);
}

/* Words at the beginning, the end, and on both sides of a page's end */
static const uint64_t words[] = { 0, K4 - 16, K4, 7 * K4 + 32,
                                  SEGSIZE - 2 * K4 - 16 };

static void atomics(void)
{
    struct model *m = model_new(6);
    unsigned int s, d, i;

    for (d = S_OWN; d <= S_WIN; d++) {
        for (i = 0; i < NVLF_COUNT(words); i++) {
            struct trn4_desc desc = atomic_desc(SEG, d, words[i] + 8,
                                                TRN4_ATOMIC_ADD, TRN4_TYPE_U64,
                                                0x123456789abcdef, 0);
            uint64_t old, sum;
            struct trn4_cqe cqe = queue_do(&m->q, &desc);

            take(m, d, words[i] + 8, &old, 8);
            sum = old + 0x123456789abcdef;
            wants(m, d, words[i] + 8, &sum, 8);
            EQ(cqe.status, TRN4_STATUS_OK);
            EQ(cqe.value, old);
            as_wanted(m);
        }
        /* The old word goes wherever it is asked for. */
        for (s = 0; s < PARTS; s++) {
            for (i = 0; i < NVLF_COUNT(words); i++) {
                struct trn4_desc desc =
                    atomic_desc(SEG, d, words[i] + 32, TRN4_ATOMIC_SWAP,
                                TRN4_TYPE_U128, 0x1111111111111111ull * s, 0);
                uint64_t old[2];

                if (!(er(m->w, 0, TRN4_REG_ATOMIC_TYPES + 4 * desc.kind) >>
                          TRN4_TYPE_U128 &
                      1)) {
                    continue;
                }
                desc.atomic.operand[1] = i;
                desc.src_space = SEG;
                desc.src_slot = s;
                desc.src = words[i];
                EQ(queue_do(&m->q, &desc).status, TRN4_STATUS_OK);
                take(m, d, words[i] + 32, old, 16);
                wants(m, d, words[i] + 32, desc.atomic.operand, 16);
                wants(m, s, words[i], old, 16);
                as_wanted(m);
            }
        }
    }
    model_free(m);
}

static void semaphores(void)
{
    struct model *m = model_new(7);
    unsigned int s, i, type;

    for (s = 0; s < PARTS; s++) {
        for (i = 0; i < NVLF_COUNT(words) * 2; i++) {
            for (type = TRN4_TYPE_U32; type <= TRN4_TYPE_U64; type++) {
                uint64_t at = words[i / 2] + i % 2 * 8 + (type ? 0 : 4);
                uint64_t value = (type ? 0x1234567800000000 : 0) + 77 + i;
                struct trn4_desc desc = semaphore_desc(SEG, s, at,
                                                       TRN4_SEMAPHORE_SIGNAL,
                                                       type, value, 0);
                struct trn4_cqe cqe = queue_do(&m->q, &desc);

                EQ(cqe.status, TRN4_STATUS_OK);
                EQ(cqe.value, 0);
                wants(m, s, at, &value, type ? 8 : 4);
                as_wanted(m);
                desc.kind = TRN4_SEMAPHORE_EQ;
                cqe = queue_do(&m->q, &desc);
                EQ(cqe.status, TRN4_STATUS_OK);
                EQ(cqe.value, value);
            }
        }
    }
    model_free(m);
}

/* A wait looks where the list says at that moment, and ends by a store there. */
static void wait_in_a_list(void)
{
    struct model *m = model_new(8);
    struct trn4_desc d = semaphore_desc(SEG, S_SCATTERED, 3 * K4 + 8,
                                        TRN4_SEMAPHORE_EQ, TRN4_TYPE_U64, 5, 0);
    struct trn4_cqe cqe;
    uint64_t five = 5;

    queue_push(&m->q, &d);
    queue_ring(&m->q);
    engine_finish(m->w, 0);
    world_run(m->w, 100000);
    engine_finish(m->w, 0);
    CHECK(!queue_pop(&m->q, &cqe));
    memcpy(byte_of(m, m->now, S_SCATTERED, 3 * K4 + 8), &five, 8);
    world_run(m->w, 20000);
    engine_finish(m->w, 0);
    CHECK(queue_pop(&m->q, &cqe));
    EQ(cqe.status, TRN4_STATUS_OK);
    EQ(cqe.value, 5);
    model_free(m);
}

/* ---- Lists that are bad ---------------------------------------------- */

static void set_entry(struct model *m, unsigned int i, uint64_t value)
{
    memcpy(m->w->host + LISTS + i * 8, &value, 8);
}

/* Whatever is asked of page 5, and of none beside it */
static void bad_entries(void)
{
    const uint64_t bad[] = {
        HOST_BASE + 1,
        HOST_BASE + 8,
        HOST_BASE + 0x800,
        HOST_BASE + K4 - 1,
        1,
        HOST_BASE - K4,
        HOST_BASE + HOST_SIZE,
        0,
        ~0ull,
        -K4,
    };
    struct model *m = model_new(9);
    const uint64_t entry = HOST_BASE + m->page[0][5], at = 5 * K4;
    unsigned int i, c;

    for (i = 0; i < NVLF_COUNT(bad) + 2; i++) {
        struct trn4_desc d[] = {
            copy_desc(SEG, S_SCATTERED, at + 8, SEG, S_OWN, 0, 64),
            copy_desc(SEG, S_OWN, 0, SEG, S_SCATTERED, at + 8, 64),
            copy_desc(SEG, S_SCATTERED, at + 8, SEG, S_RUN, 0, 64),
            copy_desc(SEG, S_RUN, 0, SEG, S_SCATTERED, at + 8, 64),
            copy_desc(SEG, S_SCATTERED, at - 64, SEG, S_WIN, 0, 65),
            semaphore_desc(SEG, S_SCATTERED, at, TRN4_SEMAPHORE_SIGNAL,
                           TRN4_TYPE_U64, 1, 0),
            semaphore_desc(SEG, S_SCATTERED, at, TRN4_SEMAPHORE_EQ,
                           TRN4_TYPE_U64, 1, 0),
            atomic_desc(SEG, S_OWN, 64, TRN4_ATOMIC_ADD, TRN4_TYPE_F32X4, 1, 0),
        };

        d[7].src_space = SEG;
        d[7].src_slot = S_SCATTERED;
        d[7].src = at;
        if (i < NVLF_COUNT(bad)) {
            set_entry(m, 5, bad[i]);
        } else {
            /* The entry itself cannot be read; the page would be good. */
            m->w->bad_start = HOST_BASE + LISTS + 40 + (i % 2) * 7;
            m->w->bad_end = m->w->bad_start + 1;
        }
        for (c = 0; c < NVLF_COUNT(d); c++) {
            struct trn4_cqe cqe = queue_do(&m->q, &d[c]);

            if (!EQ(cqe.status, TRN4_STATUS_BUS)) {
                printf("# entry %u case %u\n", i, c);
            }
            /* Of the one that begins in the page before, that may be there. */
            CHECK(cqe.value <= (c == 4 ? 64 : 0));
            CHECK(!memcmp(m->now[A_PEER] + RUN_AT,
                          byte_of(m, m->want, S_SCATTERED, at - 64),
                          cqe.value));
            if (c == 4 || c == 7) {
                /* Parts of its piece may be there; the atomic was done. */
                memcpy(m->now[A_PEER] + RUN_AT, m->want[A_PEER] + RUN_AT, 65);
                memcpy(m->now[A_OWN] + RUN_AT + 64,
                       m->want[A_OWN] + RUN_AT + 64, 16);
            }
            memcpy(m->want[A_HOST] + LISTS + 40, m->now[A_HOST] + LISTS + 40,
                   8);
            as_wanted(m);
        }
        m->w->bad_start = m->w->bad_end = 0;
    }
    /* What does not touch it is none the worse. */
    set_entry(m, 5, 3);
    memcpy(m->want[A_HOST] + LISTS + 40, m->now[A_HOST] + LISTS + 40, 8);
    CHECK(copies(m, copy_desc(SEG, S_SCATTERED, 0, SEG, S_OWN, 0, at)));
    CHECK(copies(m,
                 copy_desc(SEG, S_OWN, 0, SEG, S_SCATTERED, at + K4, 20 * K4)));
    /* Lists are read when they are used: a good entry is good at once. */
    set_entry(m, 5, entry);
    memcpy(m->want[A_HOST] + LISTS + 40, m->now[A_HOST] + LISTS + 40, 8);
    CHECK(copies(m, copy_desc(SEG, S_SCATTERED, at, SEG, S_OWN, 9, K4)));
    model_free(m);
}

/* No memory where the list should be, in all or in its second page */
static void lists_that_are_not_there(void)
{
    struct model *m = model_new(10);
    struct trn4_desc d = copy_desc(SEG, 9, 0, SEG, S_OWN, 0, 8);

    segment(m->w, 0, 0, 9, 0, SEGSIZE, IN(HOST) | PAGES | RW);
    EQ(queue_do(&m->q, &d).status, TRN4_STATUS_BUS);
    segment(m->w, 0, 0, 9, HOST_BASE + HOST_SIZE - K4, 513 * K4,
            IN(HOST) | PAGES | RW);
    d.src = 512 * K4;
    EQ(queue_do(&m->q, &d).status, TRN4_STATUS_BUS);
    as_wanted(m);
    model_free(m);
}

static const struct tap_test tests[] = {
    TAP_TEST(copies_between_all),
    TAP_TEST(copies_that_overlap),
    TAP_TEST(segments_that_overlap),
    TAP_TEST(rows_between_all),
    TAP_TEST(rows_that_overlap),
    TAP_TEST(fills),
    TAP_TEST(atomics),
    TAP_TEST(semaphores),
    TAP_TEST(wait_in_a_list),
    TAP_TEST(bad_entries),
    TAP_TEST(lists_that_are_not_there),
};
TAP_MAIN(tests)
