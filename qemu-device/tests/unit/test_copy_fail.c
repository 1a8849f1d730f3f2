/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_copy_fail.c - copies of rows and fills that are refused, which move
 * nothing, and those that end in the middle: `value` says how much is there.
 */
#include <string.h>

#include "mock.h"

#define RW   (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define HALF (8 * PAGE)
#define HBM  (16 * PAGE)

#define HOST TRN4_SPACE_HOST
#define OWN  TRN4_SPACE_HBM
#define WIN  TRN4_SPACE_WINDOW

/* Window 0 on endpoint 1 from page 2 on, and 1, a page of it, read-only */
static struct world *fail_world(struct mock_queue *q)
{
    struct world *w = world_new(1, HBM, 2 * HALF);

    world_open(w);
    grant(w, 1, 0, 2 * PAGE, 8 * PAGE, RW);
    EQ(window(w, 0, 0, 0, 4 * PAGE, 0, 1, 0, RW), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 1, HALF, PAGE, 0, 1, 0, NVL_RIGHT_READ), TRN4_WINDOW_LIVE);
    queue_open(q, w, 0, 0, 5, 0);
    return w;
}

static uint8_t *in_window(struct world *w)
{
    return w->ep[1].mem.ptr + 2 * PAGE;
}

static struct trn4_desc rows_desc(uint8_t src_space, uint64_t src,
                                  uint8_t dst_space, uint64_t dst,
                                  uint64_t length, uint64_t rows,
                                  uint64_t src_pitch, uint64_t dst_pitch)
{
    return (struct trn4_desc) {
        .opcode = TRN4_OP_COPY,
        .id = 0xc1,
        .src_space = src_space,
        .src = src,
        .dst_space = dst_space,
        .dst = dst,
        .copy = { length, rows, src_pitch, dst_pitch },
    };
}

static struct trn4_desc fill_desc(uint8_t space, uint64_t dst, uint64_t length,
                                  uint64_t rows, uint64_t pitch,
                                  uint64_t pattern)
{
    return (struct trn4_desc) {
        .opcode = TRN4_OP_FILL,
        .id = 0xf1,
        .dst_space = space,
        .dst = dst,
        .fill = { length, rows, pattern, pitch },
    };
}

/* ---- Refused --------------------------------------------------------- */

/* All three memories are as they were made, in what is looked at of them */
#define LOOK (64 << 10)

static void make_all(struct world *w)
{
    memset(w->ep[0].mem.ptr, 0x31, LOOK);
    memset(w->ep[0].mem.ptr + HBM - LOOK, 0x32, LOOK);
    memset(in_window(w), 0x33, LOOK);
    memset(in_window(w) + 4 * PAGE - LOOK, 0x34, 2 * LOOK);
    memset(w->host, 0x35, LOOK);
    memset(w->host + HOST_SIZE - MIB - LOOK, 0x36, LOOK);
    w->ep[0].dirty_bytes = w->ep[1].dirty_bytes = 0;
}

static bool only(const uint8_t *p, uint8_t byte, uint64_t n)
{
    return p[0] == byte && !memcmp(p, p + 1, n - 1);
}

static bool all_is_as_made(struct world *w)
{
    return only(w->ep[0].mem.ptr, 0x31, LOOK) &&
           only(w->ep[0].mem.ptr + HBM - LOOK, 0x32, LOOK) &&
           only(in_window(w), 0x33, LOOK) &&
           only(in_window(w) + 4 * PAGE - LOOK, 0x34, 2 * LOOK) &&
           only(w->host, 0x35, LOOK) &&
           only(w->host + HOST_SIZE - MIB - LOOK, 0x36, LOOK) &&
           !w->ep[0].dirty_bytes && !w->ep[1].dirty_bytes;
}

static bool refused(struct mock_queue *q, struct trn4_desc d, uint16_t status)
{
    struct trn4_cqe cqe = queue_do(q, &d);
    bool good = EQ(cqe.status, status);

    good &= EQ(cqe.value, 0);
    good &= EQ(cqe.start, cqe.end);
    good &= CHECK(all_is_as_made(q->w));
    if (!good) {
        make_all(q->w);
    }
    return good;
}

/* Less than a row, or given where there is no second row */
static void pitches(void)
{
    static const struct {
        uint64_t length, rows, src_pitch, dst_pitch;
    } bad[] = {
        { 64, 2, 0, 0 },    { 64, 2, 63, 64 },
        { 64, 2, 64, 63 },  { 64, 2, 64, 0 },
        { 64, 2, 0, 64 },   { 64, 1000, 63, 63 },
        { 64, 1, 64, 64 },  { 64, 1, 64, 0 },
        { 64, 1, 0, 64 },   { 64, 1, 0, 1ull << 63 },
        { 64, 0, 64, 64 },  { 64, 0, 64, 0 },
        { 64, 0, 0, 1 },    { 0, 0, 1, 0 },
        { 0, 0, 0, 1 },     { 0, 1, 1, 0 },
        { 0, 1, 0, 1 },     { 1, ~0ull, 0, 1 },
        { 1, ~0ull, 1, 0 }, { ~0ull, 2, ~0ull - 1, ~0ull },
    };
    struct mock_queue q;
    struct world *w = fail_world(&q);
    unsigned int i, s, d;

    make_all(w);
    for (i = 0; i < NVLF_COUNT(bad); i++) {
        for (s = 0; s < 3; s++) {
            for (d = 0; d < 3; d++) {
                struct trn4_desc desc =
                    rows_desc(s, s == HOST ? HOST_BASE : 0, d,
                              d == HOST ? HOST_BASE + 4096 : 4096,
                              bad[i].length, bad[i].rows, bad[i].src_pitch,
                              bad[i].dst_pitch);

                if (!refused(&q, desc, TRN4_STATUS_BAD_FIELD)) {
                    printf("# %u from %u to %u\n", i, s, d);
                }
            }
            /* What is wrong of dst_pitch is wrong of a fill's. */
            if (bad[i].dst_pitch < bad[i].length || bad[i].rows < 2) {
                struct trn4_desc desc = fill_desc(s, s == HOST ? HOST_BASE : 0,
                                                  bad[i].length, bad[i].rows,
                                                  bad[i].dst_pitch, 0);

                if (bad[i].rows < 2 && !bad[i].dst_pitch) {
                    continue;
                }
                if (!refused(&q, desc, TRN4_STATUS_BAD_FIELD)) {
                    printf("# fill %u in %u\n", i, s);
                }
            }
        }
    }
    world_free(w);
}

/* Sums and products beyond 64 bits, on either side, in every space */
static void extents_overflow(void)
{
    static const struct {
        uint64_t length, rows, pitch;
    } bad[] = {
        { 1, ~0ull, 1 },
        { 1, 1ull << 63, 2 },
        { 1, (1ull << 63) + 1, 2 },
        { 1, 3, 1ull << 63 },
        { 1, 2, ~0ull },
        { ~0ull, 2, ~0ull },
        { 1ull << 32, 1ull << 32, 1ull << 32 },
        { 1ull << 32, (1ull << 32) + 1, 1ull << 32 },
        { 1, (1ull << 32) + 1, 1ull << 32 },
        { 64, 1ull << 58, 64 },
        { 64, (1ull << 58) + 1, 64 },
        { ~0ull, 1, 0 },
        { 8, ~0ull / 8 + 2, 8 },
        /* The last row's beginning still fits. */
        { 1ull << 62, 2, -1 - (1ull << 62) + 2 },
    };
    struct mock_queue q;
    struct world *w = fail_world(&q);
    unsigned int i, s, d;

    make_all(w);
    for (i = 0; i < NVLF_COUNT(bad); i++) {
        for (s = 0; s < 3; s++) {
            for (d = 0; d < 3; d++) {
                uint64_t length = bad[i].length, rows = bad[i].rows;
                uint64_t pitch = bad[i].pitch;
                struct trn4_desc desc =
                    rows_desc(s, s == HOST ? HOST_BASE : 64, d,
                              d == HOST ? HOST_BASE + 4096 : 4096, length, rows,
                              pitch, pitch);

                if (!refused(&q, desc, TRN4_STATUS_BAD_RANGE)) {
                    printf("# %u from %u to %u\n", i, s, d);
                }
            }
            if (!refused(&q,
                         fill_desc(s, s == HOST ? HOST_BASE : 64, bad[i].length,
                                   bad[i].rows, bad[i].pitch, 0),
                         TRN4_STATUS_BAD_RANGE)) {
                printf("# fill %u in %u\n", i, s);
            }
        }
    }
    world_free(w);
}

/* By one byte, which is the last row's, be the others however far inside */
static void one_byte_beyond(void)
{
    static const struct {
        uint64_t length, rows, pitch;
    } beyond[] = {
        { 64, 1, 0 },   { 64, 2, 64 },  { 64, 2, 100 },
        { 1, 100, 33 }, { 1, 1000, 1 }, { 7, 2, 4096 },
    };
    struct mock_queue q;
    struct world *w = fail_world(&q);
    unsigned int i;

    make_all(w);
    for (i = 0; i < NVLF_COUNT(beyond); i++) {
        uint64_t l = beyond[i].length, n = beyond[i].rows, p = beyond[i].pitch;
        uint64_t all = (n - 1) * p + l;

#define REFUSED(desc) \
    if (!refused(&q, desc, TRN4_STATUS_BAD_RANGE)) { \
        printf("# shape %u\n", i); \
    }
        REFUSED(rows_desc(OWN, HBM - all + 1, OWN, 0, l, n, p, p));
        REFUSED(rows_desc(OWN, 0, OWN, HBM - all + 1, l, n, p, p));
        REFUSED(rows_desc(WIN, 4 * PAGE - all + 1, OWN, 0, l, n, p, p));
        REFUSED(rows_desc(OWN, 0, WIN, 4 * PAGE - all + 1, l, n, p, p));
        REFUSED(rows_desc(HOST, HOST_BASE, OWN, HBM - all + 1, l, n, p, p));
        REFUSED(rows_desc(WIN, 4 * PAGE - all + 1, HOST, HOST_BASE, l, n, p,
                          p));
        REFUSED(rows_desc(HOST, HOST_BASE, WIN, ~0ull - all + 2, l, n, p, p));
        REFUSED(rows_desc(HOST, ~0ull - all + 2, OWN, 0, l, n, p, p));
        REFUSED(fill_desc(OWN, HBM - all + 1, l, n, p, 7));
        REFUSED(fill_desc(WIN, 4 * PAGE - all + 1, l, n, p, 7));
        REFUSED(fill_desc(HOST, ~0ull - all + 2, l, n, p, 7));
        REFUSED(fill_desc(OWN, HBM, l, n, p, 7));
        REFUSED(fill_desc(WIN, ~0ull, l, n, p, 7));
#undef REFUSED
    }
    world_free(w);
}

/* Bytes of a FILL or a FENCE that have no use, and those of COPY with rows */
static void unused_fields(void)
{
    const struct {
        struct trn4_desc d;
        struct {
            uint8_t from, to;
        } used[6];
    } base[] = {
        { fill_desc(OWN, 4096, 64, 1, 0, 7),
          { { 0, 1 }, { 2, 4 }, { 5, 6 }, { 24, 56 } } },
        { fill_desc(WIN, 4096, 64, 2, 100, 7),
          { { 0, 1 }, { 2, 4 }, { 5, 6 }, { 8, 10 }, { 24, 64 } } },
        { rows_desc(WIN, 0, WIN, 4096, 64, 2, 64, 64),
          { { 0, 1 }, { 2, 10 }, { 16, 64 } } },
        { { .opcode = TRN4_OP_FENCE }, { { 0, 1 }, { 2, 4 } } },
        { { .opcode = TRN4_OP_NOP }, { { 0, 1 }, { 2, 4 } } },
    };
    struct mock_queue q;
    struct world *w = fail_world(&q);
    unsigned int i, u, byte, bit;

    for (i = 0; i < NVLF_COUNT(base); i++) {
        EQ(queue_do(&q, &base[i].d).status, TRN4_STATUS_OK);
    }
    make_all(w);
    for (i = 0; i < NVLF_COUNT(base); i++) {
        for (byte = 0; byte < sizeof(base[i].d); byte++) {
            bool used = false;

            for (u = 0; u < NVLF_COUNT(base[i].used); u++) {
                used |= byte >= base[i].used[u].from &&
                        byte < base[i].used[u].to;
            }
            for (bit = 0; bit < 8 && !used; bit++) {
                struct trn4_desc d = base[i].d;

                ((uint8_t *)&d)[byte] ^= 1u << bit;
                if (!refused(&q, d, TRN4_STATUS_BAD_FIELD)) {
                    printf("# descriptor %u byte %u bit %u\n", i, byte, bit);
                }
            }
        }
    }
    world_free(w);
}

static void fills_refused(void)
{
    struct mock_queue q;
    struct world *w = fail_world(&q);
    struct trn4_desc d;

    make_all(w);
    CHECK(refused(&q, fill_desc(3, 0, 8, 1, 0, 1), TRN4_STATUS_BAD_FIELD));
    d = fill_desc(OWN, 0, 8, 1, 0, 1);
    d.dst_slot = 1;
    CHECK(refused(&q, d, TRN4_STATUS_BAD_FIELD));
    d.dst_space = WIN;
    CHECK(refused(&q, d, TRN4_STATUS_NO_RIGHT));
    d.dst_slot = 2;
    CHECK(refused(&q, d, TRN4_STATUS_NO_WINDOW));
    d.dst_slot = 512;
    CHECK(refused(&q, d, TRN4_STATUS_BAD_FIELD));
    CHECK(refused(&q, fill_desc(HOST, 0, 8, 1, 0, 1), TRN4_STATUS_BUS));
    world_free(w);
}

/* Rows to and from a window that lacks the right, or is none */
static void windows_refused(void)
{
    struct mock_queue q;
    struct world *w = fail_world(&q);
    struct trn4_desc d = rows_desc(OWN, 0, WIN, 0, 8, 3, 8, 9);

    make_all(w);
    d.dst_slot = 1;
    CHECK(refused(&q, d, TRN4_STATUS_NO_RIGHT));
    d.dst_slot = 511;
    CHECK(refused(&q, d, TRN4_STATUS_NO_WINDOW));
    d = rows_desc(WIN, 0, OWN, 0, 8, 3, 8, 9);
    d.src_slot = 7;
    CHECK(refused(&q, d, TRN4_STATUS_NO_WINDOW));
    /* Also where there is nothing to move */
    d.copy.length = 0;
    CHECK(refused(&q, d, TRN4_STATUS_NO_WINDOW));
    d = rows_desc(WIN, 0, OWN, 0, 8, 0, 0, 0);
    d.src_slot = 7;
    CHECK(refused(&q, d, TRN4_STATUS_NO_WINDOW));
    d = rows_desc(OWN, HBM, WIN, 4 * PAGE, 8, 0, 0, 0);
    CHECK(refused(&q, d, TRN4_STATUS_OK));
    d = rows_desc(OWN, HBM + 1, WIN, 4 * PAGE, 8, 0, 0, 0);
    CHECK(refused(&q, d, TRN4_STATUS_BAD_RANGE));
    world_free(w);
}

/* ---- In the middle --------------------------------------------------- */

#define OLD 0x11
#define NEW 0x22

/* Of rows, in order: a run of NEW, then any, then a run of OLD */
struct found {
    uint64_t before;
    uint64_t changed; /* bytes that are NEW, wherever */
    uint64_t after;
    bool gaps; /* that are not OLD */
};

static struct found look(const uint8_t *p, uint64_t length, uint64_t rows,
                         uint64_t pitch)
{
    struct found f = { 0 };
    uint64_t r, i;

    for (r = 0; r < rows; r++) {
        for (i = 0; i < (r == rows - 1 ? length : pitch); i++) {
            bool new = p[r * pitch + i] == NEW;

            if (i >= length) {
                f.gaps |= p[r * pitch + i] != OLD;
                continue;
            }
            if (new &&f.changed == r * length + i) {
                f.before = f.changed + 1;
            }
            f.changed += new;
            f.after = new ? 0 : f.after + 1;
        }
    }
    return f;
}

/* Shapes of 4 MiB or so: a row; long ones; some in a piece; very many */
static const struct {
    uint64_t length, rows, pitch;
} shapes[] = {
    { 5 * MIB + 3, 1, 0 }, { 700001, 7, 720000 }, { 5000, 1000, 5100 },
    { 1000, 5000, 1000 },  { 48, 60000, 100 },
};

static void revoked(void)
{
    unsigned int i, how;

    for (i = 0; i < NVLF_COUNT(shapes); i++) {
        for (how = 0; how < 3; how++) {
            const uint64_t l = shapes[i].length, n = shapes[i].rows;
            const uint64_t p = shapes[i].pitch;
            struct mock_queue q;
            struct world *w = fail_world(&q);
            struct trn4_desc d[] = {
                rows_desc(OWN, 0, WIN, 0, l, n, p, p),
                rows_desc(WIN, 0, OWN, 0, l, n, p, p),
                fill_desc(WIN, 0, l, n, p, NEW * 0x0101010101010101ull),
            };
            struct mock_endpoint *m = &w->ep[how != 1];
            uint8_t *to = how == 1 ? m->mem.ptr : in_window(w);
            struct trn4_cqe cqe = { .status = 0xffff };
            struct found f;

            memset(how == 1 ? in_window(w) : w->ep[0].mem.ptr, NEW, 4 * PAGE);
            memset(to, OLD, 4 * PAGE);
            queue_push(&q, &d[how]);
            queue_ring(&q);
            CHECK(nvlf_engine_run(w->f, 0));
            CHECK(!queue_pop(&q, &cqe));
            ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
            engine_finish(w, 0);
            CHECK(queue_pop(&q, &cqe));
            EQ(cqe.status, TRN4_STATUS_REVOKED);
            f = look(to, l, n, p);
            CHECK(cqe.value && cqe.value < l * n);
            if (!EQ(f.before, cqe.value) || !EQ(f.changed, cqe.value) ||
                !CHECK(!f.gaps) || !CHECK(m->dirty_bytes >= cqe.value)) {
                printf("# shape %u how %u\n", i, how);
            }
            CHECK(cqe.end > cqe.start);
            world_check(w);
            world_free(w);
        }
    }
}

/* A copy onto itself may go from its end; it is no other for that. */
static void revoked_on_its_way_back(void)
{
    unsigned int i, up;

    for (i = 0; i < NVLF_COUNT(shapes); i++) {
        for (up = 0; up < 2; up++) {
            const uint64_t l = shapes[i].length, n = shapes[i].rows;
            const uint64_t p = shapes[i].pitch, all = (n - 1) * p + l;
            struct mock_queue q;
            struct world *w = fail_world(&q);
            /* Each row arrives on its own second half, more or less. */
            uint64_t shift = l / 2;
            struct trn4_desc d = rows_desc(WIN, up ? 0 : shift, WIN,
                                           up ? shift : 0, l, n, p, p);
            uint8_t *mem = in_window(w);
            static uint8_t was[4 * PAGE];
            struct trn4_cqe cqe = { .status = 0xffff };
            uint64_t r, j, k = 0, wrong[2] = { 0, 0 };

            fill(mem, all + shift, i);
            memcpy(was, mem, all + shift);
            queue_push(&q, &d);
            queue_ring(&q);
            CHECK(nvlf_engine_run(w->f, 0));
            ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
            engine_finish(w, 0);
            CHECK(queue_pop(&q, &cqe));
            EQ(cqe.status, TRN4_STATUS_REVOKED);
            CHECK(cqe.value && cqe.value < l * n);
            /* As many from the beginning, or from the end, are there. */
            for (r = 0; r < n; r++) {
                for (j = 0; j < l; j++, k++) {
                    uint8_t now = mem[d.dst + r * p + j];
                    bool moved = now == was[d.src + r * p + j];

                    wrong[0] += k < cqe.value && !moved;
                    wrong[1] += k >= l * n - cqe.value && !moved;
                }
            }
            if (!CHECK(!wrong[0] || !wrong[1])) {
                printf("# shape %u up %u value %" PRIu64 "\n", i, up,
                       (uint64_t)cqe.value);
            }
            world_free(w);
        }
    }
}

static uint64_t sent_by(struct world *w)
{
    uint64_t tx = 0;
    unsigned int p;

    for (p = 0; p < TRN4_PORTS; p++) {
        tx += erq(w, 0, port_reg(p, NVL_PORT_TX_BYTES));
    }
    return tx;
}

/* A byte of host memory that is not there, in a row of either side */
static void bus(void)
{
    unsigned int i, how;

    for (i = 0; i < NVLF_COUNT(shapes); i++) {
        for (how = 0; how < 4; how++) {
            const uint64_t l = shapes[i].length, n = shapes[i].rows;
            const uint64_t p = shapes[i].pitch;
            /* Beyond the middle, and of a row its last byte */
            const uint64_t bad_row = 3 * n / 5;
            const uint64_t bad = bad_row * l + l - 1;
            struct mock_queue q;
            struct world *w = fail_world(&q);
            struct trn4_desc d[] = {
                rows_desc(HOST, HOST_BASE, OWN, 0, l, n, p, p),
                rows_desc(HOST, HOST_BASE, WIN, 0, l, n, p, p),
                rows_desc(OWN, 0, HOST, HOST_BASE, l, n, p, p),
                fill_desc(HOST, HOST_BASE, l, n, p,
                          NEW * 0x0101010101010101ull),
            };
            struct mock_endpoint *m = how < 2 ? &w->ep[how] : NULL;
            uint8_t *to = how == 0   ? w->ep[0].mem.ptr
                          : how == 1 ? in_window(w)
                                     : w->host;
            struct trn4_cqe cqe;
            struct found f;
            uint64_t piece = 256 * l < NVLF_CHUNK ? 256 * l : NVLF_CHUNK;

            memset(how == 2 ? w->ep[0].mem.ptr : w->host, NEW, 4 * PAGE);
            memset(to, OLD, 4 * PAGE);
            w->bad_start = HOST_BASE + bad_row * p + l - 1;
            w->bad_end = w->bad_start + 1;
            w->bad_write_only = how > 1;
            cqe = queue_do(&q, &d[how]);
            EQ(cqe.status, TRN4_STATUS_BUS);
            f = look(to, l, n, p);
            /* Pieces are whole; of the one that failed any part is there. */
            if (!CHECK(cqe.value <= bad && bad - cqe.value < piece) ||
                !CHECK(f.before >= cqe.value) || !CHECK(!f.gaps) ||
                !CHECK(l * n - f.after <= cqe.value + piece) ||
                !CHECK(!m || m->dirty_bytes >= f.changed)) {
                printf("# shape %u how %u: value %" PRIu64 " bad %" PRIu64
                       " before %" PRIu64 " changed %" PRIu64 "\n",
                       i, how, (uint64_t)cqe.value, bad, f.before, f.changed);
            }
            EQ(sent_by(w), how == 1 ? cqe.value : 0);
            CHECK(cqe.end > cqe.start);
            /* In a gap between rows nobody looks. */
            if (p > l) {
                w->bad_start++;
                w->bad_end++;
                EQ(queue_do(&q, &d[how]).status, TRN4_STATUS_OK);
            }
            world_check(w);
            world_free(w);
        }
    }
}

static const struct tap_test tests[] = {
    TAP_TEST(pitches),
    TAP_TEST(extents_overflow),
    TAP_TEST(one_byte_beyond),
    TAP_TEST(unused_fields),
    TAP_TEST(fills_refused),
    TAP_TEST(windows_refused),
    TAP_TEST(revoked),
    TAP_TEST(revoked_on_its_way_back),
    TAP_TEST(bus),
};
TAP_MAIN(tests)
