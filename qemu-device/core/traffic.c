/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * traffic.c - counters of ports: what passes over the links of a pair.
 *
 * Data goes in packets of up to NVL_PACKET_BYTES, the last of which may be
 * short. A packet is counted four times: sent by the port of the endpoint it
 * leaves, received and sent by the two ports of the switch, received by the
 * port of the endpoint where it arrives. Requests take the way from the
 * endpoint that has the window to the one that has the memory; answers take
 * the same links back.
 *
 * Packets are spread by turns, from the lowest on, with each call anew:
 *  - over the switches that let the pair through, each of which has as many
 *    turns as the fewer of its links to either endpoint that the route allows;
 *  - within a switch, over the up links on either side.
 * So each of n equal links gets the n-th part, and the lowest the remainder;
 * what is one packet goes over the lowest link. That, which is what atomics
 * are, is counted without looking at the others.
 */
#include "nvlf_internal.h"

/* What passes one way */
struct load {
    uint64_t packets;
    uint64_t bytes;
};

/* Of both ways over one port or several */
struct loads {
    struct load there;
    struct load back;
};

/* The up links on both sides of a switch that a pair may use */
struct sides {
    struct nvlf_switch *sw;
    struct nvlf_ports near;
    struct nvlf_ports far;
    unsigned int nnear;
    unsigned int nfar;
};

static unsigned int count(const struct nvlf_ports *p)
{
    return __builtin_popcountll(p->w[0]) + __builtin_popcountll(p->w[1]);
}

static struct sides sides_of(struct nvlf_switch *sw, unsigned int src,
                             unsigned int dst)
{
    struct sides d = {
        .sw = sw,
        .near = sw->up[src],
        .far = nvlf_route_ports(sw, dst),
    };

    d.nnear = count(&d.near);
    d.nfar = count(&d.far);
    return d;
}

static void add(struct nvlf_counters *tx, struct nvlf_counters *rx,
                const struct load *l)
{
    tx->tx_packets += l->packets;
    tx->tx_bytes += l->bytes;
    rx->rx_packets += l->packets;
    rx->rx_bytes += l->bytes;
}

/*
 * Over the link at @port of @sw. The requester is at its other end where @near
 * is true; else the memory is.
 */
static void count_link(struct nvlf_switch *sw, unsigned int port, bool near,
                       const struct loads *l)
{
    struct nvlf_counters *inner = &sw->d.ports[port].counters, *outer;
    unsigned int e, link;

    nvlf_wire_from_switch(sw->d.f, sw->d.self, port, &e, &link);
    outer = &sw->d.f->ep[e]->d.ports[link].counters;
    if (l->there.packets) {
        add(near ? outer : inner, near ? inner : outer, &l->there);
    }
    if (l->back.packets) {
        add(near ? inner : outer, near ? outer : inner, &l->back);
    }
}

/* How one way's packets fall to turns: worked out once for all of them */
struct share {
    uint64_t rounds;  /* that all turns have */
    uint64_t rest;    /* lowest turns that have one packet more */
    uint64_t last;    /* turn of the last packet */
    uint64_t size;    /* bytes of a packet: 0 for requests */
    uint64_t missing; /* bytes by which the last is short */
};

struct shares {
    struct share there;
    struct share back;
};

static struct share share_of(const struct load *all, unsigned int turns)
{
    struct share s = { .rounds = all->packets };

    /* The rack has one link to each switch: 72 divisions that it can spare */
    if (turns > 1 && all->packets) {
        s.rounds = all->packets / turns;
        s.rest = all->packets % turns;
    }
    s.last = (s.rest ? s.rest : turns) - 1;
    if (all->bytes) {
        s.size = NVL_PACKET_BYTES;
        s.missing = all->packets * NVL_PACKET_BYTES - all->bytes;
    }
    return s;
}

static struct shares shares_of(const struct loads *all, unsigned int turns)
{
    return (struct shares) {
        .there = share_of(&all->there, turns),
        .back = share_of(&all->back, turns),
    };
}

/* What the @n turns from @first on take */
static struct load part(const struct share *s, unsigned int first,
                        unsigned int n)
{
    struct load l = { .packets = s->rounds * n };

    if (s->rest > first) {
        l.packets += s->rest - first < n ? s->rest - first : n;
    }
    l.bytes = l.packets * s->size;
    if (s->last >= first && s->last - first < n) {
        l.bytes -= s->missing;
    }
    return l;
}

static struct loads parts(const struct shares *s, unsigned int first,
                          unsigned int n)
{
    return (struct loads) {
        .there = part(&s->there, first, n),
        .back = part(&s->back, first, n),
    };
}

/* Turn by turn over the @n ports of @set */
static void count_side(struct nvlf_switch *sw, const struct nvlf_ports *set,
                       unsigned int n, bool near, const struct loads *all)
{
    struct shares shares = shares_of(all, n);
    unsigned int turn = 0, i;

    for (i = 0; i < NVLF_PORT_WORDS; i++) {
        uint64_t left = set->w[i];

        for (; left; left &= left - 1, turn++) {
            struct loads l = parts(&shares, turn, 1);

            count_link(sw, 64 * i + __builtin_ctzll(left), near, &l);
        }
    }
}

static unsigned int lowest(const struct nvlf_ports *p)
{
    return p->w[0] ? __builtin_ctzll(p->w[0]) : 64 + __builtin_ctzll(p->w[1]);
}

static unsigned int turns_of(const struct sides *d)
{
    return d->nnear < d->nfar ? d->nnear : d->nfar;
}

static void spread(struct nvlf_fabric *f, unsigned int src, unsigned int dst,
                   const struct loads *all)
{
    uint64_t via = f->pair[src][dst].via, left;
    unsigned int turns = 0, first = 0;
    struct shares shares;
    struct sides d;

    for (left = via; left; left &= left - 1) {
        d = sides_of(f->sw[__builtin_ctzll(left)], src, dst);
        turns += turns_of(&d);
    }
    shares = shares_of(all, turns);
    for (left = via; left; left &= left - 1) {
        struct loads l;

        d = sides_of(f->sw[__builtin_ctzll(left)], src, dst);
        l = parts(&shares, first, turns_of(&d));
        first += turns_of(&d);
        count_side(d.sw, &d.near, d.nnear, true, &l);
        count_side(d.sw, &d.far, d.nfar, false, &l);
    }
}

/*
 * @src moved @bytes to or from memory of @dst, by one operation or a piece of
 * it. Of no effect where the pair is not reachable any more.
 */
void nvlf_traffic(struct nvlf_fabric *f, unsigned int src, unsigned int dst,
                  enum nvlf_traffic kind, uint64_t bytes)
{
    uint64_t packets = bytes / NVL_PACKET_BYTES + !!(bytes % NVL_PACKET_BYTES);
    struct loads all = { .there = { .packets = packets } };
    struct sides d;

    if (!bytes || !f->pair[src][dst].via) {
        return;
    }
    if (kind != NVLF_TRAFFIC_READ) {
        all.there.bytes = bytes;
    }
    if (kind != NVLF_TRAFFIC_WRITE) {
        all.back = (struct load) { packets, bytes };
    }
    if (packets > 1) {
        spread(f, src, dst, &all);
        return;
    }
    d = sides_of(f->sw[__builtin_ctzll(f->pair[src][dst].via)], src, dst);
    count_link(d.sw, lowest(&d.near), true, &all);
    count_link(d.sw, lowest(&d.far), false, &all);
}
