/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_engine.c - descriptors and copies: every status, every pair of address
 * spaces, overlap, revoke in the middle, dirty memory.
 */
#include <stdlib.h>
#include <string.h>

#include "mock.h"

#define R    NVL_RIGHT_READ
#define RW   (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define RWA  NVL_RIGHTS_ALL
#define HALF (8 * PAGE)
#define HBM  (16 * PAGE)

#define U32 TRN4_TYPE_U32
#define U64 TRN4_TYPE_U64

#define HOST TRN4_SPACE_HOST
#define OWN  TRN4_SPACE_HBM
#define WIN  TRN4_SPACE_WINDOW

/*
 * Endpoint 0 with a queue, and windows on grants of its peers: 0 (all rights)
 * and 1 (read-only) on endpoint 1, 2 (read and write) on endpoint 2, 3 on
 * endpoint 1 behind 0. They are 4 pages from the peer's page 2, or 6, on.
 */
static struct world *engine_world(struct mock_queue *q)
{
    struct world *w = world_new(2, HBM, 2 * HALF);

    world_open(w);
    grant(w, 1, 0, 2 * PAGE, 8 * PAGE, RWA);
    grant(w, 2, 5, 2 * PAGE, 4 * PAGE, RW);
    EQ(window(w, 0, 0, 0, 4 * PAGE, 0, 1, 0, RWA), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 1, HALF, 4 * PAGE, 0, 1, 0, R), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 2, 4 * PAGE, 2 * PAGE, 0, 2, 5, RW), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 3, 6 * PAGE, 2 * PAGE, 4 * PAGE, 1, 0, RW),
       TRN4_WINDOW_LIVE);
    queue_open(q, w, 0, 0, 5, 0);
    return w;
}

static uint16_t status_of(struct mock_queue *q, struct trn4_desc d)
{
    return queue_do(q, &d).status;
}

/* Sets every byte of a descriptor that its opcode does not use, in turn. */
static void unused_fields(void)
{
    struct mock_queue q;
    struct world *w = engine_world(&q);
    const struct trn4_desc base[] = {
        { .opcode = TRN4_OP_NOP },
        copy_desc(OWN, 0, 0, OWN, 0, PAGE, 64),
        copy_desc(WIN, 1, 0, HOST, 0, HOST_BASE, 64),
        atomic_desc(OWN, 0, 8, TRN4_ATOMIC_ADD, U64, 0, 0),
        atomic_desc(WIN, 0, 8, TRN4_ATOMIC_SWAP, U32, 0, 0),
        atomic_desc(WIN, 0, 8, TRN4_ATOMIC_CAS, U64, 0, 0),
    };
    /* Bytes that are used, as [from, to) */
    static const struct {
        uint8_t from, to;
    } used[][8] = {
        { { 0, 1 }, { 2, 4 } },
        { { 0, 1 }, { 2, 6 }, { 16, 48 } },
        { { 0, 1 }, { 2, 8 }, { 16, 48 } },
        { { 0, 1 }, { 2, 4 }, { 5, 6 }, { 10, 12 }, { 24, 40 } },
        { { 0, 1 }, { 2, 4 }, { 5, 6 }, { 8, 12 }, { 24, 36 } },
        { { 0, 1 }, { 2, 4 }, { 5, 6 }, { 8, 12 }, { 24, 40 }, { 48, 56 } },
    };
    unsigned int i, u, byte;

    for (i = 0; i < NVLF_COUNT(base); i++) {
        EQ(status_of(&q, base[i]), TRN4_STATUS_OK);
        for (byte = 0; byte < sizeof(base[i]); byte++) {
            struct trn4_desc d = base[i];
            bool is_used = false;

            for (u = 0; u < 8; u++) {
                is_used |= byte >= used[i][u].from && byte < used[i][u].to;
            }
            if (is_used) {
                continue;
            }
            ((uint8_t *)&d)[byte] ^= 0x80;
            if (!EQ(status_of(&q, d), TRN4_STATUS_BAD_FIELD)) {
                printf("# descriptor %u byte %u\n", i, byte);
            }
        }
    }
    world_free(w);
}

static void every_status(void)
{
    struct mock_queue q;
    struct world *w = engine_world(&q);
    struct trn4_desc d;
    unsigned int op;

    for (op = TRN4_OP_SEMAPHORE + 1; op < 256; op++) {
        EQ(status_of(&q, (struct trn4_desc) { .opcode = op }),
           TRN4_STATUS_BAD_OPCODE);
    }
#define COPY(...)   status_of(&q, copy_desc(__VA_ARGS__))
#define ATOMIC(...) status_of(&q, atomic_desc(__VA_ARGS__))
    EQ(COPY(3, 0, 0, OWN, 0, 0, 1), TRN4_STATUS_BAD_FIELD);
    EQ(COPY(OWN, 0, 0, 255, 0, 0, 1), TRN4_STATUS_BAD_FIELD);
    EQ(COPY(WIN, 512, 0, OWN, 0, 0, 1), TRN4_STATUS_BAD_FIELD);
    EQ(COPY(OWN, 0, 0, WIN, 65535, 0, 1), TRN4_STATUS_BAD_FIELD);
    EQ(COPY(OWN, 1, 0, OWN, 0, 0, 1), TRN4_STATUS_BAD_FIELD);
    EQ(COPY(OWN, 0, 0, HOST, 1, HOST_BASE, 1), TRN4_STATUS_BAD_FIELD);
    EQ(ATOMIC(HOST, 0, HOST_BASE, TRN4_ATOMIC_ADD, U64, 1, 0),
       TRN4_STATUS_BAD_FIELD);
    EQ(ATOMIC(OWN, 0, 0, TRN4_ATOMICS, U64, 1, 0), TRN4_STATUS_BAD_FIELD);
    EQ(ATOMIC(OWN, 0, 0, 255, U64, 1, 0), TRN4_STATUS_BAD_FIELD);
    EQ(ATOMIC(OWN, 0, 0, TRN4_ATOMIC_ADD, TRN4_TYPES, 1, 0),
       TRN4_STATUS_BAD_FIELD);
    EQ(ATOMIC(OWN, 0, 0, TRN4_ATOMIC_ADD, 255, 1, 0), TRN4_STATUS_BAD_FIELD);
    EQ(ATOMIC(OWN, 0, 0, TRN4_ATOMIC_ADD, TRN4_TYPE_U128, 1, 0),
       TRN4_STATUS_BAD_FIELD);
    EQ(ATOMIC(OWN, 0, 0, TRN4_ATOMIC_ADD, U32, 1ull << 32, 0),
       TRN4_STATUS_BAD_FIELD);
    EQ(ATOMIC(OWN, 0, 0, TRN4_ATOMIC_CAS, U32, 1, 1ull << 63),
       TRN4_STATUS_BAD_FIELD);
    EQ(ATOMIC(OWN, 0, 4, TRN4_ATOMIC_ADD, U64, 1, 0), TRN4_STATUS_BAD_ALIGN);
    EQ(ATOMIC(OWN, 0, 2, TRN4_ATOMIC_ADD, U32, 1, 0), TRN4_STATUS_BAD_ALIGN);
    EQ(ATOMIC(WIN, 0, 7, TRN4_ATOMIC_ADD, U64, 1, 0), TRN4_STATUS_BAD_ALIGN);
    /* Ranges, and sums that wrap */
    EQ(COPY(OWN, 0, HBM, OWN, 0, 0, 1), TRN4_STATUS_BAD_RANGE);
    EQ(COPY(OWN, 0, HBM - 1, OWN, 0, 0, 2), TRN4_STATUS_BAD_RANGE);
    EQ(COPY(OWN, 0, 0, OWN, 0, HBM - 63, 64), TRN4_STATUS_BAD_RANGE);
    EQ(COPY(OWN, 0, 0, OWN, 0, 64, UINT64_MAX), TRN4_STATUS_BAD_RANGE);
    EQ(COPY(OWN, 0, UINT64_MAX, OWN, 0, 0, 1), TRN4_STATUS_BAD_RANGE);
    EQ(COPY(OWN, 0, UINT64_MAX, OWN, 0, 0, 2), TRN4_STATUS_BAD_RANGE);
    EQ(COPY(WIN, 0, 4 * PAGE, OWN, 0, 0, 1), TRN4_STATUS_BAD_RANGE);
    EQ(COPY(OWN, 0, 0, WIN, 2, 2 * PAGE - 8, 9), TRN4_STATUS_BAD_RANGE);
    EQ(COPY(OWN, 0, 0, WIN, 2, 8, UINT64_MAX - 4), TRN4_STATUS_BAD_RANGE);
    EQ(COPY(HOST, 0, UINT64_MAX, OWN, 0, 0, 2), TRN4_STATUS_BAD_RANGE);
    EQ(COPY(HOST, 0, 1, HOST, 0, 2, UINT64_MAX), TRN4_STATUS_BAD_RANGE);
    EQ(ATOMIC(OWN, 0, HBM, TRN4_ATOMIC_ADD, U64, 1, 0), TRN4_STATUS_BAD_RANGE);
    EQ(ATOMIC(OWN, 0, UINT64_MAX - 7, TRN4_ATOMIC_ADD, U64, 1, 0),
       TRN4_STATUS_BAD_RANGE);
    EQ(ATOMIC(WIN, 0, 4 * PAGE, TRN4_ATOMIC_ADD, U32, 1, 0),
       TRN4_STATUS_BAD_RANGE);
    /* Windows that are not, or have no right */
    EQ(COPY(WIN, 9, 0, OWN, 0, 0, 1), TRN4_STATUS_NO_WINDOW);
    EQ(COPY(OWN, 0, 0, WIN, 511, 0, 1), TRN4_STATUS_NO_WINDOW);
    EQ(ATOMIC(WIN, 9, 0, TRN4_ATOMIC_ADD, U64, 1, 0), TRN4_STATUS_NO_WINDOW);
    EQ(COPY(OWN, 0, 0, WIN, 1, 0, 1), TRN4_STATUS_NO_RIGHT);
    EQ(ATOMIC(WIN, 1, 0, TRN4_ATOMIC_ADD, U64, 1, 0), TRN4_STATUS_NO_RIGHT);
    EQ(ATOMIC(WIN, 2, 0, TRN4_ATOMIC_ADD, U64, 1, 0), TRN4_STATUS_NO_RIGHT);
    /* Host memory that is not */
    EQ(COPY(HOST, 0, 0, OWN, 0, 0, 1), TRN4_STATUS_BUS);
    EQ(COPY(OWN, 0, 0, HOST, 0, HOST_BASE + HOST_SIZE - 1, 2), TRN4_STATUS_BUS);
    EQ(COPY(HOST, 0, 0, HOST, 0, HOST_BASE, 1), TRN4_STATUS_BUS);
    EQ(COPY(HOST, 0, HOST_BASE, HOST, 0, 0, 1), TRN4_STATUS_BUS);
    EQ(COPY(HOST, 0, 0, HOST, 0, 1, UINT64_MAX - 8), TRN4_STATUS_BUS);
    /* No bytes are fine at any edge; but not beyond, nor without a window. */
    EQ(COPY(OWN, 0, HBM, WIN, 0, 4 * PAGE, 0), TRN4_STATUS_OK);
    EQ(COPY(OWN, 0, HBM + 1, OWN, 0, 0, 0), TRN4_STATUS_BAD_RANGE);
    EQ(COPY(WIN, 9, 0, OWN, 0, 0, 0), TRN4_STATUS_NO_WINDOW);
    /* A flag, reserved fields */
    d = copy_desc(OWN, 0, 0, OWN, 0, 0, 1);
    d.flags = TRN4_DESC_FETCH;
    EQ(status_of(&q, d), TRN4_STATUS_BAD_FIELD);
    /* A window that is refused for any reason is none. */
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
    EQ(COPY(WIN, 0, 0, OWN, 0, 0, 1), TRN4_STATUS_NO_WINDOW);
    EQ(COPY(OWN, 0, 0, OWN, 0, 0, 1), TRN4_STATUS_OK);
#undef COPY
#undef ATOMIC
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 0);
    world_free(w);
}

/* Nothing moves before all has been found good. */
static void refused_moves_nothing(void)
{
    struct mock_queue q;
    struct world *w = engine_world(&q);
    uint8_t *own = w->ep[0].mem.ptr;

    fill(own, PAGE, 3);
    memset(own + PAGE, 0xaa, PAGE);
    w->ep[0].dirty_bytes = 0;
    status_of(&q, copy_desc(OWN, 0, 0, OWN, 0, PAGE, HBM));
    status_of(&q, copy_desc(WIN, 9, 0, OWN, 0, PAGE, 64));
    status_of(&q, copy_desc(OWN, 0, HBM - 4, OWN, 0, PAGE, 8));
    EQ(own[PAGE], 0xaa);
    EQ(w->ep[0].dirty_bytes, 0);
    world_free(w);
}

/* Where a space's bytes are, for the test */
struct place {
    uint8_t space;
    uint16_t slot;
    uint64_t addr;
    uint8_t *ptr;
    struct mock_endpoint *owner;
};

/* From each space to each, sizes around chunks, odd addresses */
static void every_pair_of_spaces(void)
{
    struct mock_queue q;
    struct world *w = engine_world(&q);
    struct mock_endpoint *e = w->ep;
    const uint64_t sizes[] = { 1,
                               7,
                               4096,
                               NVLF_CHUNK - 1,
                               NVLF_CHUNK,
                               NVLF_CHUNK + 1,
                               3 * NVLF_CHUNK + 5,
                               NVLF_RUN_BYTES + 77 };
    const struct place src[] = {
        { HOST, 0, HOST_BASE + 13, w->host + 13, NULL },
        { OWN, 0, PAGE + 5, e[0].mem.ptr + PAGE + 5, &e[0] },
        { WIN, 0, 100, e[1].mem.ptr + 2 * PAGE + 100, &e[1] },
        { WIN, 1, PAGE + 3, e[1].mem.ptr + 3 * PAGE + 3, &e[1] },
        { WIN, 2, 0, e[2].mem.ptr + 2 * PAGE, &e[2] },
    };
    const struct place dst[] = {
        { HOST, 0, HOST_BASE + 4 * MIB + 1, w->host + 4 * MIB + 1, NULL },
        { OWN, 0, 5 * PAGE + 9, e[0].mem.ptr + 5 * PAGE + 9, &e[0] },
        { WIN, 2, 11, e[2].mem.ptr + 2 * PAGE + 11, &e[2] },
        { WIN, 3, 0, e[1].mem.ptr + 6 * PAGE, &e[1] },
    };
    unsigned int i, j, k;

    for (i = 0; i < NVLF_COUNT(src); i++) {
        for (j = 0; j < NVLF_COUNT(dst); j++) {
            for (k = 0; k < NVLF_COUNT(sizes); k++) {
                const struct place *s = &src[i], *d = &dst[j];
                struct trn4_desc desc = copy_desc(s->space, s->slot, s->addr,
                                                  d->space, d->slot, d->addr,
                                                  sizes[k]);
                uint8_t *want = malloc(sizes[k]);
                struct trn4_cqe cqe;

                fill(s->ptr, sizes[k], i * 100 + j * 10 + k);
                memcpy(want, s->ptr, sizes[k]);
                if (d->owner) {
                    d->owner->dirty_bytes = 0;
                }
                /* Bytes around must stay. */
                if (!(d->slot == 2 && s->slot == 2)) {
                    d->ptr[sizes[k]] = 0x5a;
                    d->ptr[-1] = 0xa5;
                }
                cqe = queue_do(&q, &desc);
                EQ(cqe.status, TRN4_STATUS_OK);
                EQ(cqe.value, sizes[k]);
                CHECK(!memcmp(d->ptr, want, sizes[k]));
                if (!(d->slot == 2 && s->slot == 2)) {
                    EQ(d->ptr[sizes[k]], 0x5a);
                    EQ(d->ptr[-1], 0xa5);
                }
                if (d->owner) {
                    EQ(d->owner->dirty_bytes, sizes[k]);
                    CHECK(d->owner->mem.ptr + d->owner->dirty_offset >= d->ptr);
                }
                free(want);
            }
        }
    }
    world_free(w);
}

/* As if by memmove(), whatever the distance and the number of chunks */
static void overlap(void)
{
    struct mock_queue q;
    struct world *w = engine_world(&q);
    const uint64_t len = 5 * NVLF_CHUNK + 123, at = PAGE;
    /* clang-format off */
    const int64_t shifts[] = {
        1, -1, 17, -17, 4096, -4096, NVLF_CHUNK - 3, 3 - (int64_t)NVLF_CHUNK,
        NVLF_CHUNK + 9, -9 - (int64_t)NVLF_CHUNK, 0, len - 1, 1 - len, len,
    };
    /* clang-format on */
    uint8_t *want = malloc(len);
    unsigned int i, space;

    for (space = 0; space < 4; space++) {
        /* Host, own HBM, one window, two windows on the same pages */
        uint16_t ss = space == 3 ? 1 : 0;
        uint8_t kind = space < 3 ? space : WIN;
        uint64_t base = kind == HOST ? HOST_BASE : 0;
        uint8_t *mem = kind == HOST  ? w->host
                       : kind == OWN ? w->ep[0].mem.ptr
                                     : w->ep[1].mem.ptr + 2 * PAGE;

        for (i = 0; i < NVLF_COUNT(shifts); i++) {
            struct trn4_desc d = copy_desc(kind, ss, base + at, kind, 0,
                                           base + at + shifts[i], len);

            fill(mem + at, len, i);
            memcpy(want, mem + at, len);
            EQ(status_of(&q, d), TRN4_STATUS_OK);
            if (!CHECK(!memcmp(mem + at + shifts[i], want, len))) {
                printf("# space %u shift %d\n", space, (int)shifts[i]);
            }
        }
    }
    free(want);
    world_free(w);
}

enum end {
    END_GRANT,
    END_DISABLE,
    END_REPLACE,
    END_RIGHTS,
    END_PARTITION,
    END_PEER,
    END_PEER_RESET,
    ENDS,
};

static void end_window(struct world *w, enum end how)
{
    switch (how) {
    case END_GRANT:
        ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
        break;
    case END_DISABLE:
        ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), 0);
        break;
    case END_REPLACE:
        /* LIVE again when the next chunk comes, on other pages */
        ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), 0);
        EQ(window(w, 0, 0, 0, 4 * PAGE, 4 * PAGE, 1, 0, RWA), TRN4_WINDOW_LIVE);
        break;
    case END_RIGHTS:
        ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), RW | TRN4_WINDOW_ENABLE);
        EQ(window_status(w, 0, 0), TRN4_WINDOW_LIVE);
        break;
    case END_PARTITION:
        sw(w, 0, partition_reg(0, NVL_PARTITION_CTRL), 0);
        sw(w, 1, partition_reg(0, NVL_PARTITION_CTRL), 0);
        /* And back: the path is there again, the copy is not. */
        sw(w, 1, partition_reg(0, NVL_PARTITION_CTRL), NVL_PARTITION_VALID | 1);
        EQ(window_status(w, 0, 0), TRN4_WINDOW_LIVE);
        break;
    case END_PEER:
        nvlf_endpoint_detach(w->f, 1);
        break;
    default:
        nvlf_endpoint_reset(w->f, 1);
        break;
    }
}

static void revoked_in_the_middle(void)
{
    unsigned int how, dir;

    for (how = 0; how < ENDS; how++) {
        for (dir = 0; dir < 2; dir++) {
            struct mock_queue q;
            struct world *w = engine_world(&q);
            struct trn4_desc d = dir ? copy_desc(WIN, 0, 0, OWN, 0, 0, 4 * PAGE)
                                     : copy_desc(OWN, 0, 0, WIN, 0, 0,
                                                 4 * PAGE);
            uint8_t *to = dir ? w->ep[0].mem.ptr : w->ep[1].mem.ptr + 2 * PAGE;
            struct trn4_cqe cqe = { .status = 0xffff };

            memset(to, 0x11, 4 * PAGE);
            memset(w->ep[1].mem.ptr + 6 * PAGE, 0x11, 4 * PAGE);
            memset(dir ? w->ep[1].mem.ptr + 2 * PAGE : w->ep[0].mem.ptr, 0x22,
                   4 * PAGE);
            queue_push(&q, &d);
            queue_ring(&q);
            CHECK(nvlf_engine_run(w->f, 0));
            end_window(w, how);
            engine_finish(w, 0);
            CHECK(queue_pop(&q, &cqe));
            if (!EQ(cqe.status, TRN4_STATUS_REVOKED)) {
                printf("# how %u dir %u\n", how, dir);
            }
            EQ(cqe.value, NVLF_RUN_BYTES);
            EQ(to[NVLF_RUN_BYTES - 1], 0x22);
            EQ(to[NVLF_RUN_BYTES], 0x11);
            EQ(w->ep[1].mem.ptr[6 * PAGE], 0x11);
            world_check(w);
            world_free(w);
        }
    }
}

static void host_memory_ends_in_the_middle(void)
{
    struct mock_queue q;
    struct world *w = engine_world(&q);
    struct trn4_desc in = copy_desc(HOST, 0, HOST_BASE, OWN, 0, 0, 2 * PAGE);
    struct trn4_desc out = copy_desc(OWN, 0, 0, HOST, 0, HOST_BASE, 2 * PAGE);
    struct trn4_desc over = copy_desc(HOST, 0, HOST_BASE, HOST, 0,
                                      HOST_BASE + 6 * MIB, 2 * PAGE);
    struct trn4_cqe cqe;

    w->bad_start = HOST_BASE + 3 * NVLF_CHUNK + 10;
    w->bad_end = w->bad_start + 1;
    cqe = queue_do(&q, &in);
    EQ(cqe.status, TRN4_STATUS_BUS);
    EQ(cqe.value, 3 * NVLF_CHUNK);
    cqe = queue_do(&q, &out);
    EQ(cqe.status, TRN4_STATUS_BUS);
    EQ(cqe.value, 3 * NVLF_CHUNK);
    cqe = queue_do(&q, &over);
    EQ(cqe.status, TRN4_STATUS_BUS);
    EQ(cqe.value, 3 * NVLF_CHUNK);
    w->bad_write_only = true;
    w->bad_start = HOST_BASE + 6 * MIB + NVLF_CHUNK;
    w->bad_end = w->bad_start + 1;
    cqe = queue_do(&q, &over);
    EQ(cqe.status, TRN4_STATUS_BUS);
    EQ(cqe.value, NVLF_CHUNK);
    /* The queue goes on. */
    w->bad_start = w->bad_end = 0;
    EQ(queue_do(&q, &over).status, TRN4_STATUS_OK);
    world_free(w);
}

/* An order of one submit holds though chunks of others come in between. */
static void commands_run_in_order(void)
{
    struct mock_queue q;
    struct world *w = engine_world(&q);
    struct trn4_desc d;
    uint8_t *own = w->ep[0].mem.ptr;
    struct trn4_cqe cqe;
    unsigned int i;

    fill(own, PAGE, 9);
    for (i = 0; i < 7; i++) {
        d = copy_desc(OWN, 0, i * PAGE, OWN, 0, (i + 1) * PAGE, PAGE);
        d.id = i;
        queue_push(&q, &d);
    }
    queue_ring(&q);
    engine_finish(w, 0);
    for (i = 0; i < 7; i++) {
        CHECK(queue_pop(&q, &cqe));
        EQ(cqe.id, i);
        EQ(cqe.status, TRN4_STATUS_OK);
    }
    CHECK(!memcmp(own, own + 7 * PAGE, PAGE));
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(unused_fields),
    TAP_TEST(every_status),
    TAP_TEST(refused_moves_nothing),
    TAP_TEST(every_pair_of_spaces),
    TAP_TEST(overlap),
    TAP_TEST(revoked_in_the_middle),
    TAP_TEST(host_memory_ends_in_the_middle),
    TAP_TEST(commands_run_in_order),
};
TAP_MAIN(tests)
