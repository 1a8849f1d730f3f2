/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_atomic.c - remote atomics, one at a time: the new word and the old one
 * by a table that has every kind and every type, and descriptors that are
 * refused. Words of 16 bytes that are put somewhere are in test_atomic_wide.c,
 * CPUs that work on the same word in test_atomic_cpu.c.
 */
#include <string.h>

#include "mock.h"

#define HOST TRN4_SPACE_HOST
#define OWN  TRN4_SPACE_HBM
#define WIN  TRN4_SPACE_WINDOW

#define U32    TRN4_TYPE_U32
#define U64    TRN4_TYPE_U64
#define U128   TRN4_TYPE_U128
#define S32    TRN4_TYPE_S32
#define S64    TRN4_TYPE_S64
#define F32    TRN4_TYPE_F32
#define F64    TRN4_TYPE_F64
#define F16X2  TRN4_TYPE_F16X2
#define BF16X2 TRN4_TYPE_BF16X2
#define F32X4  TRN4_TYPE_F32X4

#define ADD  TRN4_ATOMIC_ADD
#define SWAP TRN4_ATOMIC_SWAP
#define CAS  TRN4_ATOMIC_CAS
#define SUB  TRN4_ATOMIC_SUB
#define INC  TRN4_ATOMIC_INC
#define DEC  TRN4_ATOMIC_DEC
#define MIN  TRN4_ATOMIC_MIN
#define MAX  TRN4_ATOMIC_MAX
#define AND  TRN4_ATOMIC_AND
#define OR   TRN4_ATOMIC_OR
#define XOR  TRN4_ATOMIC_XOR

/* Where the processor has them, the device has words of 128 bits. */
#ifdef __GCC_HAVE_SYNC_COMPARE_AND_SWAP_16
#define WIDE NVLF_BIT(U128)
#else
#define WIDE 0
#endif

#define INTEGERS (NVLF_BIT(U32) | NVLF_BIT(U64))
#define FLOATS \
    (NVLF_BIT(F32) | NVLF_BIT(F64) | NVLF_BIT(F16X2) | NVLF_BIT(BF16X2))
#define COMPARED (INTEGERS | NVLF_BIT(S32) | NVLF_BIT(S64) | FLOATS)

/* The table of types in docs/hardware/engine.md, from kind to types */
static const uint32_t documented[TRN4_ATOMICS] = {
    [ADD] = INTEGERS | FLOATS | NVLF_BIT(F32X4),
    [SWAP] = INTEGERS | WIDE,
    [CAS] = INTEGERS | WIDE,
    [SUB] = INTEGERS,
    [INC] = INTEGERS,
    [DEC] = INTEGERS,
    [MIN] = COMPARED,
    [MAX] = COMPARED,
    [AND] = INTEGERS,
    [OR] = INTEGERS,
    [XOR] = INTEGERS,
};

static const uint8_t bytes_of[TRN4_TYPES] = {
    [U32] = 4, [U64] = 8, [U128] = 16, [S32] = 4,    [S64] = 8,
    [F32] = 4, [F64] = 8, [F16X2] = 4, [BF16X2] = 4, [F32X4] = 16,
};

#define INF64 0x7ff0000000000000
#define NAN64 0x7ff8000000000000
#define NEG64 0x8000000000000000

/* Words of up to 8 bytes */
/* clang-format off */
static const struct {
    uint8_t kind, type;
    uint64_t before, operand, compare, after;
} cases[] = {
    { ADD, U64, 40, 2, 0, 42 },
    { ADD, U64, UINT64_MAX, 1, 0, 0 },
    { ADD, U64, 5, UINT64_MAX, 0, 4 },
    { ADD, U64, 0xffffffff, 1, 0, 0x100000000 },
    { ADD, U32, 40, 2, 0, 42 },
    { ADD, U32, 0xffffffff, 1, 0, 0 },
    { ADD, U32, 0xffffffff, 2, 0, 1 },
    { ADD, F32, 0x3f800000, 0x40000000, 0, 0x40400000 },
    { ADD, F32, 0x3f800000, 0xbf800000, 0, 0 },
    { ADD, F32, 0x7f7fffff, 0x7f7fffff, 0, 0x7f800000 },
    { ADD, F32, 0x7f800000, 0xff800000, 0, 0x7fc00000 },
    { ADD, F32, 0x00000001, 0x00000001, 0, 0x00000002 },
    { ADD, F32, 0x4b800000, 0x3f800000, 0, 0x4b800000 },
    { ADD, F32, 0x4b800001, 0x3f800000, 0, 0x4b800002 },
    { ADD, F64, 0x3ff0000000000000, 0x4000000000000000, 0,
      0x4008000000000000 },
    { ADD, F64, INF64, INF64 | NEG64, 0, NAN64 },
    { ADD, F64, 1, NEG64 | 2, 0, NEG64 | 1 },
    { ADD, F64, 0x4340000000000000, 0x3ff0000000000000, 0,
      0x4340000000000000 },
    { ADD, F16X2, 0x3c004000, 0x40003c00, 0, 0x42004200 },
    { ADD, F16X2, 0x7bff0001, 0x7bff0001, 0, 0x7c000002 },
    { ADD, F16X2, 0xfc003c00, 0x7c00bc00, 0, 0x7e000000 },
    { ADD, BF16X2, 0x3f804000, 0x40003f80, 0, 0x40404040 },
    { ADD, BF16X2, 0x7f7f0001, 0x7f7f0001, 0, 0x7f800002 },
    { ADD, BF16X2, 0xff803f80, 0x7f80bf80, 0, 0x7fc00000 },
    { SWAP, U64, 1, UINT64_MAX, 0, UINT64_MAX },
    { SWAP, U64, 0x1122334455667788, 0, 0, 0 },
    { SWAP, U32, 0x55667788, 0xdeadbeef, 0, 0xdeadbeef },
    { CAS, U64, 7, 9, 7, 9 },
    { CAS, U64, 7, 9, 8, 7 },
    { CAS, U64, 0x100000007, 9, 7, 0x100000007 },
    { CAS, U64, 0, 0, 0, 0 },
    { CAS, U32, 7, 9, 7, 9 },
    { CAS, U32, 7, 9, 8, 7 },
    { CAS, U32, 0x80000007, 9, 7, 0x80000007 },
    { SUB, U64, 40, 2, 0, 38 },
    { SUB, U64, 0, 1, 0, UINT64_MAX },
    { SUB, U64, 0x100000000, 1, 0, 0xffffffff },
    { SUB, U32, 40, 2, 0, 38 },
    { SUB, U32, 0, 1, 0, 0xffffffff },
    { SUB, U32, 5, 0xffffffff, 0, 6 },
    { INC, U64, 0, 9, 0, 1 },
    { INC, U64, 8, 9, 0, 9 },
    { INC, U64, 9, 9, 0, 0 },
    { INC, U64, 10, 9, 0, 0 },
    { INC, U64, 0, 0, 0, 0 },
    { INC, U64, 0xffffffff, UINT64_MAX, 0, 0x100000000 },
    { INC, U64, UINT64_MAX, UINT64_MAX, 0, 0 },
    { INC, U64, UINT64_MAX, 1, 0, 0 },
    { INC, U32, 0, 9, 0, 1 },
    { INC, U32, 8, 9, 0, 9 },
    { INC, U32, 9, 9, 0, 0 },
    { INC, U32, 0xfffffffe, 0xffffffff, 0, 0xffffffff },
    { INC, U32, 0xffffffff, 0xffffffff, 0, 0 },
    { INC, U32, 0x80000000, 0x7fffffff, 0, 0 },
    { DEC, U64, 5, 9, 0, 4 },
    { DEC, U64, 9, 9, 0, 8 },
    { DEC, U64, 10, 9, 0, 9 },
    { DEC, U64, 0, 9, 0, 9 },
    { DEC, U64, 1, 9, 0, 0 },
    { DEC, U64, 0, 0, 0, 0 },
    { DEC, U64, 3, 0, 0, 0 },
    { DEC, U64, 0x100000000, UINT64_MAX, 0, 0xffffffff },
    { DEC, U64, 0x100000000, 7, 0, 7 },
    { DEC, U32, 5, 9, 0, 4 },
    { DEC, U32, 10, 9, 0, 9 },
    { DEC, U32, 0, 0xffffffff, 0, 0xffffffff },
    { DEC, U32, 0x80000000, 0x7fffffff, 0, 0x7fffffff },
    { MIN, U64, 1, NEG64, 0, 1 },
    { MIN, U64, NEG64, 1, 0, 1 },
    { MIN, U64, 3, 3, 0, 3 },
    { MIN, U32, 1, 0x80000000, 0, 1 },
    { MIN, U32, 0x80000000, 1, 0, 1 },
    { MIN, S64, 1, NEG64, 0, NEG64 },
    { MIN, S64, NEG64, 1, 0, NEG64 },
    { MIN, S64, UINT64_MAX, 0, 0, UINT64_MAX },
    { MIN, S64, 0x80000000, 1, 0, 1 },
    { MIN, S32, 1, 0x80000000, 0, 0x80000000 },
    { MIN, S32, 0x80000000, 1, 0, 0x80000000 },
    { MIN, S32, 0xffffffff, 0, 0, 0xffffffff },
    { MIN, F32, 0x3f800000, 0xbf800000, 0, 0xbf800000 },
    { MIN, F32, 0xbf800000, 0xc0000000, 0, 0xc0000000 },
    { MIN, F32, 0x00000000, 0x80000000, 0, 0x80000000 },
    { MIN, F32, 0x7fc12345, 0x3f800000, 0, 0x3f800000 },
    { MIN, F32, 0x3f800000, 0xffc00000, 0, 0x3f800000 },
    { MIN, F32, 0xffc00001, 0x7f800001, 0, 0x7fc00000 },
    { MIN, F64, 0x3ff0000000000000, 0xbff0000000000000, 0,
      0xbff0000000000000 },
    { MIN, F64, 0, NEG64, 0, NEG64 },
    { MIN, F64, NAN64 | NEG64, 1, 0, 1 },
    { MIN, F16X2, 0x3c00bc00, 0xbc003c00, 0, 0xbc00bc00 },
    { MIN, F16X2, 0x7e003c00, 0x40000000, 0, 0x40000000 },
    { MIN, BF16X2, 0x3f80bf80, 0xbf803f80, 0, 0xbf80bf80 },
    { MIN, BF16X2, 0x7fc03f80, 0x4000ffff, 0, 0x40003f80 },
    { MAX, U64, 1, NEG64, 0, NEG64 },
    { MAX, U64, UINT64_MAX, 1, 0, UINT64_MAX },
    { MAX, U32, 1, 0x80000000, 0, 0x80000000 },
    { MAX, U32, 0xffffffff, 1, 0, 0xffffffff },
    { MAX, S64, 1, NEG64, 0, 1 },
    { MAX, S64, UINT64_MAX, 0, 0, 0 },
    { MAX, S64, 1, 0x80000000, 0, 0x80000000 },
    { MAX, S32, 1, 0x80000000, 0, 1 },
    { MAX, S32, 0xffffffff, 0x80000000, 0, 0xffffffff },
    { MAX, F32, 0x3f800000, 0xbf800000, 0, 0x3f800000 },
    { MAX, F32, 0xbf800000, 0xc0000000, 0, 0xbf800000 },
    { MAX, F32, 0x80000000, 0x00000000, 0, 0x00000000 },
    { MAX, F32, 0x7fc12345, 0xff800000, 0, 0xff800000 },
    { MAX, F32, 0x7fffffff, 0x7fffffff, 0, 0x7fc00000 },
    { MAX, F64, 0x3ff0000000000000, 0xbff0000000000000, 0,
      0x3ff0000000000000 },
    { MAX, F64, NEG64, 0, 0, 0 },
    { MAX, F64, 1, INF64 + 1, 0, 1 },
    { MAX, F16X2, 0x3c00bc00, 0xbc003c00, 0, 0x3c003c00 },
    { MAX, F16X2, 0x80000001, 0x00008001, 0, 0x00000001 },
    { MAX, BF16X2, 0x3f80bf80, 0xbf803f80, 0, 0x3f803f80 },
    { MAX, BF16X2, 0x80000001, 0x00008001, 0, 0x00000001 },
    { AND, U64, 0xff00ff00ff00ff00, 0xf0f0f0f0f0f0f0f0, 0,
      0xf000f000f000f000 },
    { AND, U32, 0xff00ff00, 0xf0f0f0f0, 0, 0xf000f000 },
    { OR, U64, 0xff00ff00ff00ff00, 0xf0f0f0f0f0f0f0f0, 0,
      0xfff0fff0fff0fff0 },
    { OR, U32, 0xff00ff00, 0xf0f0f0f0, 0, 0xfff0fff0 },
    { XOR, U64, 0xff00ff00ff00ff00, 0xf0f0f0f0f0f0f0f0, 0,
      0x0ff00ff00ff00ff0 },
    { XOR, U32, 0xff00ff00, 0xf0f0f0f0, 0, 0x0ff00ff0 },
};
/* clang-format on */

static struct world *atomic_world(struct mock_queue *q)
{
    struct world *w = world_new(1, 4 * PAGE, 4 * PAGE);

    world_open(w);
    grant(w, 1, 0, PAGE, 2 * PAGE, NVL_RIGHTS_ALL);
    EQ(window(w, 0, 0, 0, PAGE, PAGE, 1, 0, NVL_RIGHTS_ALL), TRN4_WINDOW_LIVE);
    queue_open(q, w, 0, 0, 6, 0);
    return w;
}

/* One case at one place: the word, the bytes around, the record, the report */
static void one_case(struct mock_queue *q, unsigned int i, bool remote,
                     bool fetch, uint64_t at)
{
    struct mock_endpoint *m = &q->w->ep[remote];
    uint8_t *word = m->mem.ptr + (remote ? 2 * PAGE : 0) + at;
    unsigned int size = bytes_of[cases[i].type];
    struct trn4_desc d = atomic_desc(remote ? WIN : OWN, 0, at, cases[i].kind,
                                     cases[i].type, cases[i].operand,
                                     cases[i].compare);
    struct trn4_cqe cqe;
    uint8_t want[24];

    if (!fetch) {
        d.flags = 0;
    }
    memset(word - 8, 0xa5, sizeof(want));
    memcpy(word, &cases[i].before, size);
    memcpy(want, word - 8, sizeof(want));
    memcpy(want + 8, &cases[i].after, size);
    m->dirty_bytes = 0;
    cqe = queue_do(q, &d);
    if (!EQ(cqe.status, TRN4_STATUS_OK) ||
        !EQ(cqe.value, fetch ? cases[i].before : 0) ||
        !CHECK(!memcmp(want, word - 8, sizeof(want)))) {
        uint64_t is = 0;

        memcpy(&is, word, size);
        printf("# case %u: 0x%" PRIx64 " remote %d fetch %d\n", i, is, remote,
               fetch);
    }
    if (cases[i].kind == CAS && cases[i].before != cases[i].compare) {
        EQ(m->dirty_bytes, 0);
    } else if (cases[i].before != cases[i].after || m->dirty_bytes) {
        EQ(m->dirty_bytes, size);
        EQ(m->dirty_offset, word - m->mem.ptr);
    }
}

static void results(void)
{
    struct mock_queue q;
    struct world *w = atomic_world(&q);
    unsigned int i, mode;

    for (i = 0; i < NVLF_COUNT(cases); i++) {
        unsigned int size = bytes_of[cases[i].type];

        for (mode = 0; mode < 4; mode++) {
            one_case(&q, i, mode & 1, mode & 2, PAGE - 32);
            /* A word of 4 bytes also in the upper half of one of 8 */
            one_case(&q, i, mode & 1, mode & 2, PAGE - 32 + size);
        }
    }
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 0);
    world_check(w);
    world_free(w);
}

/* The last word of HBM and of the window, and the first */
static void at_the_edges(void)
{
    struct mock_queue q;
    struct world *w = atomic_world(&q);
    unsigned int type;

    for (type = 0; type < TRN4_TYPES; type++) {
        unsigned int size = bytes_of[type];
        uint8_t kind = documented[ADD] >> type & 1    ? ADD
                       : documented[SWAP] >> type & 1 ? SWAP
                                                      : MAX;
        struct trn4_desc d = atomic_desc(OWN, 0, 0, kind, type, 0, 0);

        if (!(documented[kind] >> type & 1)) {
            continue;
        }
        d.flags = 0;
        EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
        d.dst = 4 * PAGE - size;
        EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
        d.dst = 4 * PAGE;
        EQ(queue_do(&q, &d).status, TRN4_STATUS_BAD_RANGE);
        d.dst_space = WIN;
        d.dst = PAGE - size;
        EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
        d.dst = PAGE;
        EQ(queue_do(&q, &d).status, TRN4_STATUS_BAD_RANGE);
        d.dst = -(uint64_t)size;
        EQ(queue_do(&q, &d).status, TRN4_STATUS_BAD_RANGE);
    }
    world_free(w);
}

/* The table above leaves nothing out, and the register says the same. */
static void all_that_docs_name(void)
{
    struct mock_queue q;
    struct world *w = atomic_world(&q);
    const uint32_t wide = NVLF_BIT(U128) | NVLF_BIT(F32X4);
    uint32_t had[TRN4_ATOMICS] = { 0 };
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(cases); i++) {
        had[cases[i].kind] |= NVLF_BIT(cases[i].type);
    }
    for (i = 0; i < 16; i++) {
        uint32_t is = er(w, 0, TRN4_REG_ATOMIC_TYPES + 4 * i);

        EQ(is, i < TRN4_ATOMICS ? documented[i] : 0);
        EQ(nvlf_atomic_types(i), is);
        if (i < TRN4_ATOMICS) {
            EQ(had[i], documented[i] & ~wide);
        }
    }
    ew(w, 0, TRN4_REG_ATOMIC_TYPES, 1);
    EQ(newest_error(w, 0), NVL_ERR_READ_ONLY);
    EQ(er(w, 0, TRN4_REG_OPS), 0x3f);
    for (i = 0; i < TRN4_TYPES; i++) {
        EQ(nvlf_atomic_size(i), bytes_of[i]);
    }
    world_free(w);
}

/* @d is a BAD_FIELD and leaves the word at HBM offset 4096 */
static bool refused(struct mock_queue *q, struct trn4_desc d)
{
    struct mock_endpoint *m = &q->w->ep[0];
    uint8_t before[64];
    struct trn4_cqe cqe;
    bool good;

    fill(m->mem.ptr + 4096, sizeof(before), d.kind * 256 + d.type);
    memcpy(before, m->mem.ptr + 4096, sizeof(before));
    m->dirty_bytes = 0;
    cqe = queue_do(q, &d);
    good = EQ(cqe.status, TRN4_STATUS_BAD_FIELD);
    good &= EQ(cqe.value, 0);
    good &= EQ(m->dirty_bytes, 0);
    good &= CHECK(!memcmp(before, m->mem.ptr + 4096, sizeof(before)));
    return good;
}

static void all_that_docs_do_not_name(void)
{
    static const uint8_t beyond[] = { 16, 31, 32, 33, 63, 64, 128, 255 };
    struct mock_queue q;
    struct world *w = atomic_world(&q);
    unsigned int k, t, fetch;

    for (k = 0; k < 16 + NVLF_COUNT(beyond); k++) {
        for (t = 0; t < 16 + NVLF_COUNT(beyond); t++) {
            uint8_t kind = k < 16 ? k : beyond[k - 16];
            uint8_t type = t < 16 ? t : beyond[t - 16];
            struct trn4_desc d = atomic_desc(OWN, 0, 4096, kind, type, 0, 0);

            if (kind < TRN4_ATOMICS && type < TRN4_TYPES &&
                documented[kind] >> type & 1) {
                continue;
            }
            for (fetch = 0; fetch < 2; fetch++) {
                d.flags = fetch ? TRN4_DESC_FETCH : 0;
                if (!refused(&q, d)) {
                    printf("# kind %u type %u\n", kind, type);
                }
            }
        }
    }
    world_free(w);
}

/* Every byte of operand and compare above the type, or of no use */
static void operands_fill_their_type(void)
{
    struct mock_queue q;
    struct world *w = atomic_world(&q);
    unsigned int kind, type, i;

    for (kind = 0; kind < TRN4_ATOMICS; kind++) {
        for (type = 0; type < TRN4_TYPES; type++) {
            unsigned int size = bytes_of[type];

            if (!(documented[kind] >> type & 1)) {
                continue;
            }
            for (i = 0; i < 32; i++) {
                struct trn4_desc d = atomic_desc(OWN, 0, 4096, kind, type, 0,
                                                 0);
                bool used = i % 16 < size && (i < 16 || kind == CAS);

                d.flags = 0;
                ((uint8_t *)&d.atomic)[i] = 1u << i % 8;
                if (used ? !EQ(queue_do(&q, &d).status, TRN4_STATUS_OK)
                         : !refused(&q, d)) {
                    printf("# kind %u type %u byte %u\n", kind, type, i);
                }
            }
        }
    }
    world_free(w);
}

/* src is of a wide FETCH alone; the only flag is FETCH; never at HOST. */
static void fields_of_no_use(void)
{
    struct mock_queue q;
    struct world *w = atomic_world(&q);
    unsigned int type, fetch, i;

    for (type = 0; type < TRN4_TYPES; type++) {
        uint8_t kind = documented[ADD] >> type & 1    ? ADD
                       : documented[SWAP] >> type & 1 ? SWAP
                                                      : MAX;

        if (!(documented[kind] >> type & 1)) {
            continue;
        }
        for (fetch = 0; fetch < 2; fetch++) {
            struct trn4_desc base = atomic_desc(OWN, 0, 4096, kind, type, 0, 0);
            struct trn4_desc d;

            base.flags = fetch ? TRN4_DESC_FETCH : 0;
            if (fetch && bytes_of[type] == 16) {
                /* A src that would be good */
                base.src_space = OWN;
                base.src = 8192;
            } else {
                d = base;
                d.src = 8192;
                CHECK(refused(&q, d));
                d = base;
                d.src_space = OWN;
                CHECK(refused(&q, d));
            }
            d = base;
            d.src_slot = 1;
            CHECK(refused(&q, d));
            d = base;
            d.dst_slot = 1;
            CHECK(refused(&q, d));
            d = base;
            d.rsvd0 = 1u << 31;
            CHECK(refused(&q, d));
            for (i = 1; i < 8; i++) {
                d = base;
                d.flags |= 1u << i;
                CHECK(refused(&q, d));
            }
            d = base;
            d.dst_space = HOST;
            d.dst = HOST_BASE;
            CHECK(refused(&q, d));
            d.dst_space = 3;
            CHECK(refused(&q, d));
            EQ(queue_do(&q, &base).status, TRN4_STATUS_OK);
        }
    }
    world_free(w);
}

static void misaligned(void)
{
    struct mock_queue q;
    struct world *w = atomic_world(&q);
    struct mock_endpoint *m = &w->ep[0];
    unsigned int kind, type, by;

    for (kind = 0; kind < TRN4_ATOMICS; kind++) {
        for (type = 0; type < TRN4_TYPES; type++) {
            if (!(documented[kind] >> type & 1)) {
                continue;
            }
            for (by = 1; by < bytes_of[type]; by++) {
                struct trn4_desc d = atomic_desc(by & 1 ? OWN : WIN, 0,
                                                 4096 + by, kind, type, 1, 0);
                struct trn4_cqe cqe;

                d.flags = 0;
                m->dirty_bytes = w->ep[1].dirty_bytes = 0;
                cqe = queue_do(&q, &d);
                if (!EQ(cqe.status, TRN4_STATUS_BAD_ALIGN)) {
                    printf("# kind %u type %u by %u\n", kind, type, by);
                }
                EQ(cqe.value, 0);
                EQ(m->dirty_bytes + w->ep[1].dirty_bytes, 0);
            }
        }
    }
    world_free(w);
}

/* What links carry: a word there, and one back where it was asked for */
static void what_links_carry(void)
{
    struct mock_queue q;
    struct world *w = atomic_world(&q);
    uint64_t tx[2], rx[2];
    unsigned int fetch, i, p;

    for (fetch = 0; fetch < 2; fetch++) {
        for (i = 0; i < 2; i++) {
            struct trn4_desc d = atomic_desc(WIN, 0, 64, ADD, i ? F64 : BF16X2,
                                             1, 0);
            uint64_t size = bytes_of[d.type];
            unsigned int when;

            d.flags = fetch ? TRN4_DESC_FETCH : 0;
            for (when = 0; when < 2; when++) {
                tx[when] = rx[when] = 0;
                for (p = 0; p < TRN4_PORTS; p++) {
                    tx[when] += erq(w, 0, port_reg(p, NVL_PORT_TX_BYTES));
                    rx[when] += erq(w, 0, port_reg(p, NVL_PORT_RX_BYTES));
                }
                if (!when) {
                    EQ(queue_do(&q, &d).status, TRN4_STATUS_OK);
                }
            }
            EQ(tx[1] - tx[0], size);
            EQ(rx[1] - rx[0], fetch ? size : 0);
        }
    }
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(results),
    TAP_TEST(at_the_edges),
    TAP_TEST(all_that_docs_name),
    TAP_TEST(all_that_docs_do_not_name),
    TAP_TEST(operands_fill_their_type),
    TAP_TEST(fields_of_no_use),
    TAP_TEST(misaligned),
    TAP_TEST(what_links_carry),
};
TAP_MAIN(tests)
