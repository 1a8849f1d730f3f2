/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pair.c - the bandwidth that two accelerators have between them in model time,
 * each way at once: all of their links, and as much less as there are fewer.
 *
 * The world is that of the unit tests, whose checks tell of what goes wrong.
 */
#include <stdio.h>
#include <stdlib.h>

#include "mock.h"

#define LINKS   36
#define LINK_TB 0.05 /* TB/s */

/* Long enough that latencies do not show in two digits */
#define QUEUES 8
#define OPS    15
#define LENGTH (8 * MIB)

static struct mock_queue queues[2][QUEUES];

/* Rings are in memory that both share. */
static void work_begin(struct world *w, unsigned int e)
{
    struct trn4_desc d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_WINDOW, 0,
                                   LENGTH, LENGTH);
    unsigned int n, i;

    for (n = 0; n < QUEUES; n++) {
        queue_open(&queues[e][n], w, e, e * QUEUES + n, 4, 0);
        for (i = 0; i < OPS; i++) {
            queue_push(&queues[e][n], &d);
        }
        queue_ring(&queues[e][n]);
    }
}

/* From the first doorbell to the last end, TB/s */
static double work_end(unsigned int e, uint64_t begin)
{
    uint64_t end = begin;
    struct trn4_cqe cqe;
    unsigned int n, i;

    for (n = 0; n < QUEUES; n++) {
        for (i = 0; i < OPS; i++) {
            CHECK(queue_pop(&queues[e][n], &cqe));
            EQ(cqe.status, TRN4_STATUS_OK);
            end = cqe.end > end ? cqe.end : end;
        }
    }
    return (double)QUEUES * OPS * LENGTH / (end - begin) / 1000;
}

/* The slower of both ways */
static double bandwidth(struct world *w)
{
    uint64_t begin = erq(w, 0, TRN4_REG_MODEL_TIME);
    double there, back;
    bool more;

    work_begin(w, 0);
    work_begin(w, 1);
    do {
        more = nvlf_engine_run(w->f, 0);
        more |= nvlf_engine_run(w->f, 1);
    } while (more);
    there = work_end(0, begin);
    back = work_end(1, begin);
    return there < back ? there : back;
}

static void tell(unsigned int links, double ours, double peer,
                 const char *peer_name)
{
    /* More than there is, is as wrong. */
    CHECK(ours <= links * LINK_TB);
    printf("### BENCH model bandwidth of a pair, %u links|TB/s|%.4g|%.4g|%s"
           "|1|higher\n",
           links, ours, peer, peer_name);
}

int main(void)
{
    struct world *w = world_new(1, 16 * PAGE, 32 * PAGE);
    double all;
    unsigned int e;

    world_open(w);
    for (e = 0; e < 2; e++) {
        grant(w, e, 0, 0, 16 * PAGE, NVL_RIGHTS_ALL);
    }
    for (e = 0; e < 2; e++) {
        EQ(window(w, e, 0, 0, 16 * PAGE, 0, !e, 0, NVL_RIGHTS_ALL),
           TRN4_WINDOW_LIVE);
    }
    all = bandwidth(w);
    tell(LINKS, all, LINKS * LINK_TB, "what so many links carry");
    ew(w, 0, port_reg(7, NVL_PORT_CTRL), 0);
    tell(LINKS - 1, bandwidth(w), all * (LINKS - 1) / LINKS,
         "35/36 of that with 36 links");
    world_free(w);
    return tap_failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
