/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copy.c - how fast the engine moves much memory, beside memcpy() of the same
 * memory in the same program: HBM to HBM, and to a peer's through a window.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "mock.h"

#define SIZE   (256ull << 20)
#define ROUNDS 7

#define BAR "0.9"

static uint64_t clock_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static uint64_t engine_ns(struct mock_queue *q, const struct trn4_desc *d)
{
    uint64_t begin = clock_ns();
    struct trn4_cqe cqe = queue_do(q, d);

    EQ(cqe.status, TRN4_STATUS_OK);
    EQ(cqe.value, SIZE);
    return clock_ns() - begin;
}

static uint64_t memcpy_ns(uint8_t *dst, const uint8_t *src)
{
    uint64_t begin = clock_ns();

    memcpy(dst, src, SIZE);
    return clock_ns() - begin;
}

static void least(uint64_t *best, uint64_t ns)
{
    if (!*best || ns < *best) {
        *best = ns;
    }
}

/* In turn, so that what the host does meanwhile meets both */
static void measure(const char *what, struct mock_queue *q,
                    const struct trn4_desc *d, uint8_t *dst, const uint8_t *src)
{
    uint64_t ours = 0, peer = 0;
    unsigned int i;

    for (i = 0; i < ROUNDS; i++) {
        least(&ours, engine_ns(q, d));
        least(&peer, memcpy_ns(dst, src));
    }
    printf("### BENCH engine copy of 256 MiB, %s|MB/s|%.4g|%.4g"
           "|memcpy() of the same memory on the host|" BAR "|higher\n",
           what, SIZE * 1000.0 / ours, SIZE * 1000.0 / peer);
}

int main(void)
{
    struct world *w = world_new(1, 2 * SIZE, SIZE * 2);
    uint8_t *own, *peers;
    struct mock_queue q;
    struct trn4_desc d;

    world_open(w);
    grant(w, 1, 0, 0, SIZE, NVL_RIGHTS_ALL);
    EQ(window(w, 0, 0, 0, SIZE, 0, 1, 0, NVL_RIGHTS_ALL), TRN4_WINDOW_LIVE);
    queue_open(&q, w, 0, 0, 4, 0);
    own = w->f->ep[0]->mem.ptr;
    peers = w->f->ep[1]->mem.ptr;
    memset(own, 1, 2 * SIZE);
    memset(peers, 2, 2 * SIZE);

    d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0, SIZE, SIZE);
    measure("HBM to HBM", &q, &d, own + SIZE, own);
    d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_WINDOW, 0, 0, SIZE);
    measure("HBM to a peer's", &q, &d, peers, own);
    EQ(memcmp(peers, own, SIZE), 0);
    world_free(w);
    return tap_failures ? 1 : 0;
}
