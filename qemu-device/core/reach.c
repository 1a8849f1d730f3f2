/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reach.c - who reaches whom, and what is in the way.
 *
 * A switch lets src store to dst if it has an up link from src, a valid route
 * to dst whose ports hold an up link to dst, and a valid partition that both
 * are in. For one pair and one switch that is three looks at bit masks. The
 * answers are kept, a bit for each switch, in pair[src][dst].via: a change on
 * one switch settles its bit and need not ask the others. An endpoint does not
 * reach itself over the fabric.
 *
 * Nothing is resolved on an access. Every function here is called because
 * something changed, and only for pairs that the change concerns:
 *  - a link between e and switch s: the pairs with e, on s alone;
 *  - a route of switch s to d: the pairs that end at d, on s alone;
 *  - a partition of switch s: see partition.c.
 */
#include "nvlf_internal.h"

static bool route_leads(const struct nvlf_switch *sw, unsigned int dst)
{
    struct nvlf_ports ports = nvlf_route_ports(sw, dst);

    return (sw->routes[dst].hi & NVL_ROUTE_VALID) && !nvlf_ports_empty(&ports);
}

static bool lets_through(const struct nvlf_switch *sw, unsigned int src,
                         unsigned int dst)
{
    return !nvlf_ports_empty(&sw->up[src]) && route_leads(sw, dst) &&
           (sw->slots[src] & sw->slots[dst]);
}

/* Settle one pair on one switch, and its windows where that may matter. */
void nvlf_reach_pair(struct nvlf_fabric *f, unsigned int s, unsigned int src,
                     unsigned int dst)
{
    struct nvlf_pair *pair = &f->pair[src][dst];
    uint64_t before = pair->via;
    uint64_t after = before & ~NVLF_BIT(s);

    f->resolves++;
    if (f->sw[s] && lets_through(f->sw[s], src, dst)) {
        after |= NVLF_BIT(s);
    }
    pair->via = after;
    /*
     * Where the pair was reachable and still is, nothing changes for its
     * windows, unless they need a certain partition. Where it was not and still
     * is not, the reason may have.
     */
    if (pair->windowed && (!before || !after || pair->limited)) {
        nvlf_windows_of_pair(f, src, dst);
    }
}

/* The links between endpoint @e and switch @s changed. */
void nvlf_reach_link(struct nvlf_fabric *f, unsigned int e, unsigned int s)
{
    unsigned int other;

    for (other = 0; other < f->endpoints; other++) {
        if (other != e && nvlf_endpoint_at(f, other)) {
            nvlf_reach_pair(f, s, e, other);
            nvlf_reach_pair(f, s, other, e);
        }
    }
}

/* The route of switch @s to @dst changed; @dst may be beyond the fabric. */
void nvlf_reach_route(struct nvlf_fabric *f, unsigned int s, unsigned int dst)
{
    unsigned int src;

    if (!nvlf_endpoint_at(f, dst)) {
        return;
    }
    for (src = 0; src < f->endpoints; src++) {
        if (src != dst && nvlf_endpoint_at(f, src)) {
            nvlf_reach_pair(f, s, src, dst);
        }
    }
}

/*
 * The first thing that is missing for @src to reach @dst, over all switches;
 * TRN4_WINDOW_LIVE where nothing is. Another endpoint must be at @dst: what
 * names itself has no peer.
 */
enum trn4_window_status nvlf_reach_why(const struct nvlf_fabric *f,
                                       unsigned int src, unsigned int dst)
{
    unsigned int s;

    if (src == dst || !nvlf_endpoint_at(f, src) || !nvlf_endpoint_at(f, dst)) {
        return TRN4_WINDOW_NO_PEER;
    }
    if (f->pair[src][dst].via) {
        return TRN4_WINDOW_LIVE;
    }
    if (!f->ep[src]->lanes_up || !f->ep[dst]->lanes_up) {
        return TRN4_WINDOW_NO_LINK;
    }
    for (s = 0; s < f->switches; s++) {
        const struct nvlf_switch *sw = f->sw[s];

        if (sw && !nvlf_ports_empty(&sw->up[src]) && route_leads(sw, dst)) {
            return TRN4_WINDOW_NO_PARTITION;
        }
    }
    return TRN4_WINDOW_NO_ROUTE;
}

/* Whether a switch that lets @src store to @dst has both in partition @id */
bool nvlf_reach_within(const struct nvlf_fabric *f, unsigned int src,
                       unsigned int dst, uint32_t id)
{
    uint64_t via, slots;

    for (via = f->pair[src][dst].via; via; via &= via - 1) {
        const struct nvlf_switch *sw = f->sw[__builtin_ctzll(via)];

        for (slots = sw->slots[src] & sw->slots[dst]; slots;
             slots &= slots - 1) {
            const struct nvlf_partition *p =
                &sw->partitions[__builtin_ctzll(slots)];

            if ((p->ctrl & NVL_PARTITION_ID_MASK) == id) {
                return true;
            }
        }
    }
    return false;
}

bool nvlf_fabric_reachable(const struct nvlf_fabric *f, unsigned int src,
                           unsigned int dst)
{
    return src < f->endpoints && dst < f->endpoints && f->pair[src][dst].via;
}
