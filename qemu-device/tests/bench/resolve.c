/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolve.c - how long the core takes to settle who reaches whom when a link
 * changes, by the pairs that the change touches: linear, or better, from a
 * pair of accelerators to 16 racks.
 *
 * More than a rack's 72 endpoints no switch of 72 ports can join. So the
 * fabric is made by hand, from inside: all are at one switch, several of them
 * at each of its ports, routed and in one partition, as reach.c would see
 * them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "nvlf_internal.h"

/*
 * Pairs that are settled in one measurement, how often that is made, and of how
 * many fabrics: where the host puts the pages of one is luck, and a large one
 * can be unlucky in the caches.
 */
#define PAIRS   2000000u
#define ROUNDS  3
#define FABRICS 5

/* Linear, but for what the caches and the clock do to a time */
#define BAR "1.1"

static uint64_t clock_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void *must(void *p)
{
    if (!p) {
        perror("resolve");
        exit(1);
    }
    return p;
}

static void link_set(struct nvlf_fabric *f, unsigned int e, bool up)
{
    unsigned int port = e % NVL_SWITCH_PORTS;
    struct nvlf_switch *sw = f->sw[0];

    sw->up[e].w[port / 64] = up ? NVLF_BIT(port % 64) : 0;
    sw->lanes[e] = up ? NVL_LANES : 0;
    f->ep[e]->lanes_up = sw->lanes[e];
    nvlf_reach_link(f, e, 0);
}

static struct nvlf_fabric *fabric_of(unsigned int endpoints)
{
    struct nvlf_fabric *f = must(nvlf_fabric_new(NVL_SWITCHES_MAX, NULL, NULL));
    unsigned int e;

    f->endpoints = endpoints;
    f->sw[0] = must(calloc(1, sizeof(*f->sw[0])));
    f->sw[0]->d.f = f;
    f->sw[0]->d.attached = true;
    for (e = 0; e < endpoints; e++) {
        f->ep[e] = must(calloc(1, sizeof(*f->ep[e])));
        f->ep[e]->d.f = f;
        f->ep[e]->d.self = e;
        f->ep[e]->d.attached = true;
        f->attached[e] = true;
        f->sw[0]->routes[e].lo = UINT64_MAX;
        f->sw[0]->routes[e].hi = NVL_ROUTE_VALID | 0xff;
        f->sw[0]->slots[e] = 1;
    }
    for (e = 0; e < endpoints; e++) {
        link_set(f, e, true);
    }
    return f;
}

/* The time of some changes of links, one after the other, in ns */
static double changes_ns(struct nvlf_fabric *f, unsigned int n)
{
    uint64_t begin = clock_ns();
    unsigned int i;

    for (i = 0; i < n; i++) {
        link_set(f, i / 2 % f->endpoints, i % 2);
    }
    return clock_ns() - begin;
}

/* The time of one change, the best of all; and how many pairs it settles */
static double change_ns(unsigned int endpoints, uint64_t *pairs)
{
    unsigned int each = 2 * (endpoints - 1), n = PAIRS / (each + 1), i;
    struct nvlf_fabric *f = NULL;
    double best = 0;

    for (i = 0; i < FABRICS * ROUNDS; i++) {
        double took;

        if (i % ROUNDS == 0) {
            nvlf_fabric_free(f);
            f = fabric_of(endpoints);
        }
        f->resolves = 0;
        took = changes_ns(f, n) / n;
        if (!i || took < best) {
            best = took;
        }
        *pairs = f->resolves / n;
    }
    if (*pairs != each) {
        fprintf(stderr, "resolve: a link of %u endpoints settles %u pairs\n",
                endpoints, (unsigned int)*pairs);
        exit(1);
    }
    nvlf_fabric_free(f);
    return best;
}

static void tell(unsigned int endpoints, const char *unit, double ours,
                 double peer)
{
    printf("### BENCH link change among %u endpoint%s|%s|%.4g|%.4g"
           "|among 8 endpoints|" BAR "|lower\n",
           endpoints, endpoints == 1 ? "" : "s", unit, ours, peer);
}

int main(void)
{
    static const unsigned int sizes[] = { 72, 288, 1152 };
    uint64_t few, pairs;
    double base = change_ns(8, &few);
    unsigned int i;

    tell(1, "ns", change_ns(1, &pairs), base);
    for (i = 0; i < NVLF_COUNT(sizes); i++) {
        double ns = change_ns(sizes[i], &pairs);

        tell(sizes[i], "ns per pair", ns / pairs, base / few);
    }
    return 0;
}
