/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timing.c - model time: the nanoseconds that real hardware would have taken.
 *
 * There is one clock for the whole fabric, in picoseconds. It stands at the
 * latest end of any operation so far: model time passes only by work, but for
 * where it keeps pace with guest time (see pace.c). What an endpoint shows
 * (MODEL_TIME, completion records) is the clock's distance from the endpoint's
 * last reset, in nanoseconds, rounded up.
 *
 * An operation starts at the later of
 *  - the end of the one before it in its queue, and
 *  - the clock at the doorbell that handed it in: what had been seen to end
 *    before cannot be later than what was begun because of it. Where several
 *    doorbells are waiting the newest counts for all of them.
 *
 * It asks for resources: HBM and PCIe link of each endpoint that it has to do
 * with, and, each way by itself, the links between an endpoint and a switch.
 * Each is busy by itself,
 *     busy_until = max(start, busy_until) + demand / rate
 * and the last byte is in place at
 *     end = latency + max(busy_until of each resource)
 * so that nothing is held back but by what it needs itself. Bytes are buffered
 * wherever the next resource on their way is busy for longer.
 *
 * Demand is the bytes that pass there: twice the length where a copy reads and
 * writes one HBM. What a pair exchanges is spread over the switches that let it
 * through, and on each side of a switch over links, as traffic.c does it: near,
 * where the endpoint is that has the window, over all that are up; far, where
 * the memory is, over those of them that are in the route there. A switch
 * carries as much as the fewer lanes of its two sides, and gets that share of
 * the bytes. So links between an endpoint and a switch are busy for as long as
 * the busiest of them, and no port carries more than its rate.
 *
 * Times are settled when an operation has moved its bytes, for those that it
 * has moved; of a word that is paced, before. An operation that moves none
 * (NOP, refused) takes no time: fetching descriptors overlaps with work before.
 *
 * Rates and latencies are parameters of the fabric and of each endpoint: see
 * nvlf_core.h. Times do not wrap: what would be later than the clock can tell
 * is NVLF_NEVER, after 213 days, and model time stands still from then on.
 */
#include "nvlf_internal.h"

#define PS_PER_US (1000ull * NVLF_PS_PER_NS)

/*
 * Rates are counted in 1 / NVL_LANES MB/s, so that a lane's is a whole number;
 * one of them takes RATE_UNIT ps for a byte.
 */
#define RATE_UNIT (PS_PER_US * NVL_LANES)
#define RATE_TOP  ((uint64_t)TRN4_PORTS * NVL_LANES * NVLF_RATE_MAX)

_Static_assert(RATE_TOP < UINT64_MAX / RATE_UNIT, "see duration()");

_Static_assert(UINT8_MAX >= TRN4_PORTS * NVL_LANES, "see struct nvlf_sides");

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* @span after @t */
static uint64_t after(uint64_t t, uint64_t span)
{
    return span < NVLF_NEVER - t ? t + span : NVLF_NEVER;
}

/* Picoseconds for @bytes at @rate */
static uint64_t duration(uint64_t bytes, uint64_t rate)
{
    if (bytes / rate >= NVLF_NEVER / RATE_UNIT) {
        return NVLF_NEVER;
    }
    return after(bytes / rate * RATE_UNIT, bytes % rate * RATE_UNIT / rate);
}

/*
 * Fabric time @t as nanoseconds of @ep. Starts and ends are both rounded up, so
 * that what follows something never seems to begin before its end.
 */
uint64_t nvlf_time_ns(const struct nvlf_endpoint *ep, uint64_t t)
{
    return t > ep->time_base ? (t - ep->time_base - 1) / NVLF_PS_PER_NS + 1 : 0;
}

/* A doorbell moved the tail of @q on from @old_tail. */
void nvlf_time_doorbell(struct nvlf_endpoint *ep, struct nvlf_queue *q,
                        uint32_t old_tail)
{
    if (!q->marked) {
        q->marked = true;
        q->mark_index = old_tail;
    }
    q->mark_time = nvlf_pace_clock(ep->d.f);
}

/* The descriptor at @index of @q is taken. */
void nvlf_time_begin(struct nvlf_endpoint *ep, struct nvlf_queue *q,
                     uint32_t index)
{
    if (q->marked && q->mark_index == index) {
        q->marked = false;
        q->ready = later(q->ready, q->mark_time);
    }
    q->op.start = later(q->last_end, q->ready);
}

/* Lanes of @sw's up links to @dst that are in the route there */
static unsigned int route_lanes(const struct nvlf_switch *sw, unsigned int dst)
{
    struct nvlf_ports set = nvlf_route_ports(sw, dst);
    unsigned int lanes = 0, i, e, link;

    if (set.w[0] == sw->up[dst].w[0] && set.w[1] == sw->up[dst].w[1]) {
        return sw->lanes[dst];
    }
    for (i = 0; i < NVLF_PORT_WORDS; i++) {
        for (; set.w[i]; set.w[i] &= set.w[i] - 1) {
            nvlf_wire_from_switch(sw->d.f, sw->d.self,
                                  64 * i + __builtin_ctzll(set.w[i]), &e,
                                  &link);
            lanes += sw->d.f->links[e][link].lanes;
        }
    }
    return lanes;
}

/* What a switch carries from one of its sides to the other */
static unsigned int fewer(struct nvlf_sides n)
{
    return n.near < n.far ? n.near : n.far;
}

/*
 * How the bytes of operand @o go, all of them, whatever links do meanwhile; it
 * was found good a moment ago.
 */
static void find_path(const struct nvlf_endpoint *ep,
                      const struct nvlf_operand *o, struct nvlf_path *path)
{
    const struct nvlf_fabric *f = ep->d.f;
    uint64_t left;

    if (!o->good || o->space != TRN4_SPACE_WINDOW) {
        return;
    }
    path->peer = ep->windows[o->slot].peer;
    path->via = f->pair[ep->d.self][path->peer].via;
    for (left = path->via; left; left &= left - 1) {
        unsigned int s = __builtin_ctzll(left);

        path->lanes[s] = (struct nvlf_sides) {
            .near = f->sw[s]->lanes[ep->d.self],
            .far = route_lanes(f->sw[s], path->peer),
        };
        path->carry += fewer(path->lanes[s]);
    }
}

/* The operands of @op have been checked. */
void nvlf_time_paths(const struct nvlf_endpoint *ep, struct nvlf_op *op)
{
    find_path(ep, &op->src, &op->src_path);
    find_path(ep, &op->dst, &op->dst_path);
}

/* @op waited for the newest operation of @q. */
void nvlf_time_after(struct nvlf_op *op, const struct nvlf_queue *q)
{
    op->start = later(op->start, q->last_end);
}

/* @op waited until now. */
void nvlf_time_now(const struct nvlf_endpoint *ep, struct nvlf_op *op)
{
    op->start = later(op->start, nvlf_pace_clock(ep->d.f));
}

/* @op makes a resource busy for @span more. */
static void take(struct nvlf_op *op, uint64_t *busy_until, uint64_t span)
{
    *busy_until = after(later(op->start, *busy_until), span);
    op->end = later(op->end, *busy_until);
}

static void take_bytes(struct nvlf_op *op, uint64_t *busy_until,
                       uint32_t mb_per_s, uint64_t bytes)
{
    take(op, busy_until, duration(bytes, (uint64_t)mb_per_s * NVL_LANES));
}

static void take_host(struct nvlf_op *op, struct nvlf_endpoint *ep,
                      uint64_t bytes)
{
    take_bytes(op, &ep->host_until, ep->timing.pcie_rate, bytes);
}

static void take_hbm(struct nvlf_op *op, struct nvlf_endpoint *ep,
                     uint64_t bytes)
{
    take_bytes(op, &ep->hbm_until, ep->timing.hbm_rate, bytes);
}

/* @span * @n / @of; @n is at most @of */
static uint64_t part(uint64_t span, unsigned int n, unsigned int of)
{
    return n == of ? span : span / of * n + span % of * n / of;
}

/*
 * The links on the way from @ep to the peer of @path, or back. On each switch
 * the side with fewer lanes is busy for the same time.
 */
static void take_links(struct nvlf_op *op, struct nvlf_endpoint *ep,
                       const struct nvlf_path *path, bool back, uint64_t bytes)
{
    struct nvlf_fabric *f = ep->d.f;
    struct nvlf_endpoint *peer = f->ep[path->peer];
    uint64_t *near = back ? ep->rx_until : ep->tx_until;
    uint64_t *far = back ? peer->tx_until : peer->rx_until;
    uint64_t rate = (uint64_t)f->timing.link_rate * path->carry;
    uint64_t span = duration(bytes, rate), left;

    for (left = path->via; left; left &= left - 1) {
        unsigned int s = __builtin_ctzll(left);
        struct nvlf_sides n = path->lanes[s];

        take(op, &near[s], part(span, fewer(n), n.near));
        take(op, &far[s], part(span, fewer(n), n.far));
    }
}

/* Latencies, ns. The fabric's is from endpoint to endpoint. */
static uint64_t host_latency(const struct nvlf_endpoint *ep)
{
    return ep->timing.pcie_latency;
}

static uint64_t hbm_latency(const struct nvlf_endpoint *ep)
{
    return ep->timing.hbm_latency;
}

static uint64_t fabric_latency(const struct nvlf_fabric *f)
{
    return 2 * (uint64_t)f->timing.link_latency + f->timing.switch_latency;
}

/* What comes from operand @o. Returns the latency until it is there, ns. */
static uint64_t fetch(struct nvlf_op *op, struct nvlf_endpoint *ep,
                      const struct nvlf_operand *o,
                      const struct nvlf_path *path, uint64_t bytes)
{
    struct nvlf_endpoint *peer;

    switch (o->space) {
    case TRN4_SPACE_HOST:
        take_host(op, ep, bytes);
        return 2 * host_latency(ep);
    case TRN4_SPACE_HBM:
        take_hbm(op, ep, bytes);
        return hbm_latency(ep);
    default:
        peer = ep->d.f->ep[path->peer];
        take_hbm(op, peer, bytes);
        take_links(op, ep, path, true, bytes);
        return 2 * fabric_latency(ep->d.f) + hbm_latency(peer);
    }
}

/* What goes to operand @o: one way only */
static uint64_t store(struct nvlf_op *op, struct nvlf_endpoint *ep,
                      const struct nvlf_operand *o,
                      const struct nvlf_path *path, uint64_t bytes)
{
    struct nvlf_endpoint *peer;

    switch (o->space) {
    case TRN4_SPACE_HOST:
        take_host(op, ep, bytes);
        return host_latency(ep);
    case TRN4_SPACE_HBM:
        take_hbm(op, ep, bytes);
        return hbm_latency(ep);
    default:
        peer = ep->d.f->ep[path->peer];
        take_links(op, ep, path, false, bytes);
        take_hbm(op, peer, bytes);
        return fabric_latency(ep->d.f) + hbm_latency(peer);
    }
}

/* All that @op asks for with @bytes moved. Returns its latency, ns. */
static uint64_t take_all(struct nvlf_op *op, struct nvlf_endpoint *ep,
                         uint64_t bytes)
{
    uint64_t latency;

    if (op->desc.opcode == TRN4_OP_ATOMIC && op->desc.flags & TRN4_DESC_FETCH) {
        /* A word there, and what it was back; or on, where it goes */
        latency = fetch(op, ep, &op->dst, &op->dst_path, bytes);
        if (op->src.good) {
            latency += store(op, ep, &op->src, &op->src_path, bytes);
        }
        return latency;
    }
    latency = store(op, ep, &op->dst, &op->dst_path, bytes);
    if (op->src.good) {
        latency += fetch(op, ep, &op->src, &op->src_path, bytes);
    }
    return latency;
}

/*
 * Settle when @op ends, with @bytes moved; its resources are busy until they
 * have been moved.
 */
void nvlf_time_settle(struct nvlf_endpoint *ep, struct nvlf_op *op,
                      uint64_t bytes)
{
    uint64_t latency;

    op->settled = true;
    op->end = op->start;
    if (!bytes) {
        return;
    }
    latency = take_all(op, ep, bytes);
    op->end = after(op->end, latency * NVLF_PS_PER_NS);
}

/* The operation of @q ends: its queue and the clock go on from there. */
void nvlf_time_end(struct nvlf_endpoint *ep, struct nvlf_queue *q)
{
    q->last_end = q->op.end;
    ep->d.f->clock = later(ep->d.f->clock, q->op.end);
}
