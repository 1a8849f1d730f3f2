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
 * It asks for resources: HBM, PCIe link and up links, towards the switches and
 * from them, of each endpoint that it has to do with, and the way that the
 * bytes take from one endpoint to another. Each is busy by itself,
 *     busy_until = max(start, busy_until) + demand / rate
 * and the last byte is in place at
 *     end = latency + max(busy_until of each resource)
 * so that nothing is held back but by what it needs itself. Bytes are buffered
 * wherever the next resource on their way is busy for longer.
 *
 * Demand is the bytes that pass there: twice the length where a copy reads and
 * writes one HBM. Traffic is spread evenly over up links. The rate of a way is
 * that of the lanes that can carry it: on each switch that lets it through, the
 * fewer of those of the source's up links and of the up links on the route to
 * the destination.
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

/* What one operation asks of one resource */
struct demand {
    uint64_t *busy_until;
    uint64_t rate; /* 1 / NVL_LANES MB/s */
    uint64_t bytes;
};

/* At most four on each side of a copy */
struct demands {
    struct demand d[8];
    unsigned int n;
};

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
    const struct nvlf_route *r = &sw->routes[dst];
    uint64_t set[NVLF_PORT_WORDS] = {
        sw->up[dst].w[0] & r->lo,
        sw->up[dst].w[1] & r->hi,
    };
    unsigned int lanes = 0, i, e, link;

    if (set[0] == sw->up[dst].w[0] && set[1] == sw->up[dst].w[1]) {
        return sw->lanes[dst];
    }
    for (i = 0; i < NVLF_PORT_WORDS; i++) {
        for (; set[i]; set[i] &= set[i] - 1) {
            nvlf_wire_from_switch(sw->d.f, sw->d.self,
                                  64 * i + __builtin_ctzll(set[i]), &e, &link);
            lanes += sw->d.f->links[e][link].lanes;
        }
    }
    return lanes;
}

/* Lanes that can carry what @src and @dst exchange */
static unsigned int pair_lanes(const struct nvlf_fabric *f, unsigned int src,
                               unsigned int dst)
{
    unsigned int lanes = 0, s;

    for (s = 0; s < f->switches; s++) {
        unsigned int near, far;

        if (!(f->pair[src][dst].via & NVLF_BIT(s))) {
            continue;
        }
        near = f->sw[s]->lanes[src];
        far = route_lanes(f->sw[s], dst);
        lanes += near < far ? near : far;
    }
    return lanes;
}

static uint64_t whole_rate(uint32_t mb_per_s)
{
    return (uint64_t)mb_per_s * NVL_LANES;
}

static uint64_t lanes_rate(const struct nvlf_fabric *f, unsigned int lanes)
{
    return (uint64_t)f->timing.link_rate * lanes;
}

/* How the bytes of operand @o go; it was found good a moment ago. */
static void find_path(const struct nvlf_endpoint *ep,
                      const struct nvlf_operand *o, struct nvlf_path *path)
{
    if (o->good && o->space == TRN4_SPACE_WINDOW) {
        path->peer = ep->windows[o->slot].peer;
        path->rate = lanes_rate(ep->d.f,
                                pair_lanes(ep->d.f, ep->d.self, path->peer));
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

static void demand(struct demands *all, uint64_t *busy_until, uint64_t rate,
                   uint64_t bytes)
{
    unsigned int i;

    for (i = 0; i < all->n; i++) {
        if (all->d[i].busy_until == busy_until) {
            all->d[i].bytes += bytes;
            return;
        }
    }
    all->d[all->n++] = (struct demand) { busy_until, rate, bytes };
}

static void demand_host(struct demands *all, struct nvlf_endpoint *ep,
                        uint64_t bytes)
{
    demand(all, &ep->busy_until[NVLF_RES_HOST],
           whole_rate(ep->timing.pcie_rate), bytes);
}

static void demand_hbm(struct demands *all, struct nvlf_endpoint *ep,
                       uint64_t bytes)
{
    demand(all, &ep->busy_until[NVLF_RES_HBM], whole_rate(ep->timing.hbm_rate),
           bytes);
}

/*
 * @ep's links, one way. Those that went down meanwhile carry no more than they
 * do.
 */
static void demand_links(struct demands *all, struct nvlf_endpoint *ep,
                         enum nvlf_resource resource, uint64_t bytes)
{
    if (ep->lanes_up) {
        demand(all, &ep->busy_until[resource],
               lanes_rate(ep->d.f, ep->lanes_up), bytes);
    }
}

/* All on the way from @src to @dst, at the rate of @path */
static void demand_way(struct demands *all, struct nvlf_endpoint *src,
                       struct nvlf_endpoint *dst, const struct nvlf_path *path,
                       uint64_t bytes)
{
    demand_links(all, src, NVLF_RES_TX, bytes);
    demand(all, &src->busy_way[dst->d.self], path->rate, bytes);
    demand_links(all, dst, NVLF_RES_RX, bytes);
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
static uint64_t fetch(struct demands *all, struct nvlf_endpoint *ep,
                      const struct nvlf_operand *o,
                      const struct nvlf_path *path, uint64_t bytes)
{
    struct nvlf_endpoint *peer;

    switch (o->space) {
    case TRN4_SPACE_HOST:
        demand_host(all, ep, bytes);
        return 2 * host_latency(ep);
    case TRN4_SPACE_HBM:
        demand_hbm(all, ep, bytes);
        return hbm_latency(ep);
    default:
        peer = ep->d.f->ep[path->peer];
        demand_hbm(all, peer, bytes);
        demand_way(all, peer, ep, path, bytes);
        return 2 * fabric_latency(ep->d.f) + hbm_latency(peer);
    }
}

/* What goes to operand @o: one way only */
static uint64_t store(struct demands *all, struct nvlf_endpoint *ep,
                      const struct nvlf_operand *o,
                      const struct nvlf_path *path, uint64_t bytes)
{
    struct nvlf_endpoint *peer;

    switch (o->space) {
    case TRN4_SPACE_HOST:
        demand_host(all, ep, bytes);
        return host_latency(ep);
    case TRN4_SPACE_HBM:
        demand_hbm(all, ep, bytes);
        return hbm_latency(ep);
    default:
        peer = ep->d.f->ep[path->peer];
        demand_way(all, ep, peer, path, bytes);
        demand_hbm(all, peer, bytes);
        return fabric_latency(ep->d.f) + hbm_latency(peer);
    }
}

/* All that @op asks for with @bytes moved. Returns its latency, ns. */
static uint64_t demand_all(struct demands *all, struct nvlf_endpoint *ep,
                           const struct nvlf_op *op, uint64_t bytes)
{
    uint64_t latency;

    if (op->desc.opcode == TRN4_OP_ATOMIC && op->desc.flags & TRN4_DESC_FETCH) {
        /* A word there, and what it was back; or on, where it goes */
        latency = fetch(all, ep, &op->dst, &op->dst_path, bytes);
        if (op->src.good) {
            latency += store(all, ep, &op->src, &op->src_path, bytes);
        }
        return latency;
    }
    latency = store(all, ep, &op->dst, &op->dst_path, bytes);
    if (op->src.good) {
        latency += fetch(all, ep, &op->src, &op->src_path, bytes);
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
    struct demands all = { .n = 0 };
    uint64_t latency;
    unsigned int i;

    op->settled = true;
    op->end = op->start;
    if (!bytes) {
        return;
    }
    latency = demand_all(&all, ep, op, bytes);
    for (i = 0; i < all.n; i++) {
        const struct demand *d = &all.d[i];

        *d->busy_until = after(later(op->start, *d->busy_until),
                               duration(d->bytes, d->rate));
        op->end = later(op->end, *d->busy_until);
    }
    op->end = after(op->end, latency * NVLF_PS_PER_NS);
}

/* The operation of @q ends: its queue and the clock go on from there. */
void nvlf_time_end(struct nvlf_endpoint *ep, struct nvlf_queue *q)
{
    q->last_end = q->op.end;
    ep->d.f->clock = later(ep->d.f->clock, q->op.end);
}
