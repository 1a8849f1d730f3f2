/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port.c - links: their state at both ends, training, identities in band.
 *
 * A link's two ports follow from whether each end is there (attached and
 * enabled), by invariant 1 of nvlf_internal.h: settle_link() is the only place
 * that moves them, apart from the end of training, in link_trained(). What the
 * link has then is told by its lanes: all of them, fewer, or none. The last is
 * FAULT, which only another training ends.
 *
 * A link trains for the fabric's training time, counted from when it entered
 * TRAIN: that is its deadline. The owner of the fabric is asked for the earliest
 * of all deadlines only; when that has come, nvlf_fabric_tick() looks at all
 * links, of which there are at most 72 * 36, and asks for the next. What enters
 * TRAIN by one register write or reset has one deadline, and is up at once.
 *
 * A deadline that is no longer wanted stays armed: the tick finds nothing to do.
 * So a guest that writes RETRAIN over and over moves deadlines, and causes no
 * more ticks than it makes writes.
 */
#include "nvlf_internal.h"

#define CTRL_ALL \
    (NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RETRAIN | NVL_PORT_CTRL_RESET | \
     NVL_PORT_CTRL_CLEAR)

/* A link that goes down three times within this is flapping. */
#define FLAPPING_NS 10000000000ull

static struct nvlf_device *endpoint_end(const struct nvlf_fabric *f,
                                        unsigned int e)
{
    return f->ep[e] ? &f->ep[e]->d : NULL;
}

static struct nvlf_device *switch_end(const struct nvlf_fabric *f,
                                      unsigned int s)
{
    return f->sw[s] ? &f->sw[s]->d : NULL;
}

static bool port_there(const struct nvlf_device *d, unsigned int port)
{
    return d && d->attached && d->ports[port].enable;
}

static void set_state(struct nvlf_device *d, unsigned int port, uint8_t state)
{
    if (!d || d->ports[port].state == state) {
        return;
    }
    d->ports[port].state = state;
    d->port_event.w[port / 64] |= NVLF_BIT(port % 64);
    nvlf_int_raise(d, NVL_INT_PORT);
}

/* A link and its two ends, NULL where nobody ever was */
struct ends {
    struct nvlf_link *k;
    struct nvlf_device *ed, *sd;
    unsigned int e, link, s, port;
};

static struct ends ends_of(struct nvlf_fabric *f, unsigned int e,
                           unsigned int link)
{
    struct ends n = { .k = &f->links[e][link], .e = e, .link = link };

    nvlf_wire_from_endpoint(f, link, e, &n.s, &n.port);
    n.ed = endpoint_end(f, e);
    n.sd = switch_end(f, n.s);
    return n;
}

/* Of either device's port @port */
static struct ends ends_at(const struct nvlf_device *d, unsigned int port)
{
    unsigned int e = d->self, link = port;

    if (d->kind == NVL_PARTNER_SWITCH) {
        nvlf_wire_from_switch(d->f, d->self, port, &e, &link);
    }
    return ends_of(d->f, e, link);
}

static void set_states(const struct ends *n, uint8_t state)
{
    set_state(n->ed, n->link, state);
    set_state(n->sd, n->port, state);
}

/*
 * Keep invariant 2: the link carries on @lanes from now on, on none where that
 * is 0. Returns whether it began or ceased to carry.
 */
static bool set_lanes(struct nvlf_fabric *f, const struct ends *n,
                      unsigned int lanes)
{
    unsigned int before = n->k->lanes;

    if (lanes == before) {
        return false;
    }
    n->k->lanes = lanes;
    f->ep[n->e]->lanes_up += lanes - before;
    f->sw[n->s]->lanes[n->e] += lanes - before;
    if (lanes && before) {
        return false;
    }
    f->sw[n->s]->up[n->e].w[n->port / 64] ^= NVLF_BIT(n->port % 64);
    return true;
}

/* Fewer are left where both ends have lost some. */
static unsigned int lanes_left(const struct ends *n)
{
    unsigned int a = n->ed->faults[n->link].lanes_lost;
    unsigned int b = n->sd->faults[n->port].lanes_lost;

    return NVL_LANES - (a > b ? a : b);
}

/* A link that carried has gone down; its ports are where they belong. */
static void went_down(struct nvlf_device *d, unsigned int port, uint64_t now)
{
    struct nvlf_port *p = &d->ports[port];

    nvlf_log(d, NVL_ERROR_LINK_DOWN, port, p->state);
    if (p->ndowns < NVLF_COUNT(p->down_at)) {
        p->down_at[p->ndowns++] = now;
    } else if (now - p->down_at[0] <= FLAPPING_NS) {
        nvlf_log(d, NVL_ERROR_FLAPPING, port, p->train_count);
        p->ndowns = 0;
    } else {
        p->down_at[0] = p->down_at[1];
        p->down_at[1] = now;
    }
}

/* Have the owner call at @deadline, unless it will call before that. */
static void arm(struct nvlf_fabric *f, uint64_t deadline)
{
    if (deadline < f->armed) {
        f->armed = deadline;
        f->ops->arm(f->owner, deadline);
    }
}

static void train_begin(struct nvlf_fabric *f, struct nvlf_link *k,
                        uint64_t now)
{
    k->since = now;
    k->deadline = now + f->train_ns;
    arm(f, k->deadline);
}

/* How long link @k has trained at @now; stays at its maximum */
static uint32_t trained_us(const struct nvlf_link *k, uint64_t now)
{
    uint64_t us = (now - k->since) / 1000;

    return us < UINT32_MAX ? us : UINT32_MAX;
}

/* The training of a link ends @at, for better or worse. */
static void train_end(const struct ends *n, uint64_t at)
{
    uint32_t us = trained_us(n->k, at);

    n->ed->ports[n->link].train_us = us;
    n->sd->ports[n->port].train_us = us;
    n->k->deadline = NVLF_NEVER;
}

/*
 * Bring both ends of a link to where they belong at @now. With @retrain a link
 * that is complete trains anew. Returns whether it ceased to carry.
 */
static bool settle_link(struct nvlf_fabric *f, const struct ends *n,
                        bool retrain, uint64_t now)
{
    bool e_there = port_there(n->ed, n->link);
    bool s_there = port_there(n->sd, n->port);
    uint8_t state;

    if (e_there && s_there) {
        state = n->ed->ports[n->link].state;
        if (!retrain && state >= NVL_PORT_TRAIN) {
            return false;
        }
        set_states(n, NVL_PORT_TRAIN);
        train_begin(f, n->k, now);
    } else {
        if (n->k->deadline != NVLF_NEVER) {
            train_end(n, now);
        }
        set_state(n->ed, n->link, e_there ? NVL_PORT_DETECT : NVL_PORT_OFF);
        set_state(n->sd, n->port, s_there ? NVL_PORT_DETECT : NVL_PORT_OFF);
    }
    if (!set_lanes(f, n, 0)) {
        return false;
    }
    went_down(n->ed, n->link, now);
    went_down(n->sd, n->port, now);
    return true;
}

/* Settle one port of @d and the pairs that depend on it. */
static void settle_port(struct nvlf_device *d, unsigned int port, bool retrain)
{
    struct ends n = ends_at(d, port);

    if (settle_link(d->f, &n, retrain, nvlf_now(d->f))) {
        nvlf_reach_link(d->f, n.e, n.s);
    }
}

/* Reset values of all but ENABLE, and STATE, which follows from more */
static void port_reset(struct nvlf_port *p)
{
    *p = (struct nvlf_port) { .enable = p->enable, .state = p->state };
}

/* All of @d's ports take their reset value; nvlf_ports_settle() follows. */
void nvlf_ports_enable(struct nvlf_device *d)
{
    unsigned int i;

    for (i = 0; i < d->nports; i++) {
        port_reset(&d->ports[i]);
        d->ports[i].enable = true;
    }
}

/*
 * Settle all of @d's links; then, once for each endpoint and switch whose
 * links changed, the pairs.
 */
void nvlf_ports_settle(struct nvlf_device *d)
{
    struct nvlf_fabric *f = d->f;
    bool changed[NVL_SWITCH_PORTS] = { false };
    unsigned int i;
    uint64_t now = nvlf_now(f);

    for (i = 0; i < d->nports; i++) {
        struct ends n = ends_at(d, i);

        if (settle_link(f, &n, false, now)) {
            changed[d->kind == NVL_PARTNER_SWITCH ? n.e : n.s] = true;
        }
    }
    for (i = 0; i < NVLF_COUNT(changed); i++) {
        if (!changed[i]) {
            continue;
        }
        if (d->kind == NVL_PARTNER_SWITCH) {
            nvlf_reach_link(f, i, d->self);
        } else {
            nvlf_reach_link(f, d->self, i);
        }
    }
}

/* One end of a link that trained with @lanes; none: it failed */
static void port_trained(struct nvlf_device *d, unsigned int port,
                         unsigned int lanes)
{
    struct nvlf_port *p = &d->ports[port];

    if (!lanes) {
        nvlf_log(d, NVL_ERROR_TRAIN_FAILED, port, p->train_count);
        return;
    }
    p->counters.recoveries += p->train_count > 0;
    p->train_count++;
    if (lanes < NVL_LANES) {
        nvlf_log(d, NVL_ERROR_LANES, port, lanes);
    }
}

/* A link has trained for its full time. Returns whether it carries now. */
static bool link_trained(struct nvlf_fabric *f, const struct ends *n)
{
    unsigned int lanes = lanes_left(n);

    train_end(n, n->k->deadline);
    set_states(n, lanes == NVL_LANES ? NVL_PORT_ACTIVE
                  : lanes            ? NVL_PORT_DEGRADED
                                     : NVL_PORT_FAULT);
    port_trained(n->ed, n->link, lanes);
    port_trained(n->sd, n->port, lanes);
    return set_lanes(f, n, lanes);
}

void nvlf_fabric_tick(struct nvlf_fabric *f)
{
    uint64_t now = nvlf_now(f), next = NVLF_NEVER;
    unsigned int e, link, s;

    f->armed = NVLF_NEVER;
    for (e = 0; e < f->endpoints; e++) {
        uint64_t changed = 0;

        for (link = 0; link < TRN4_PORTS; link++) {
            struct nvlf_link *k = &f->links[e][link];

            if (k->deadline <= now) {
                struct ends n = ends_of(f, e, link);

                if (link_trained(f, &n)) {
                    changed |= NVLF_BIT(n.s);
                }
            } else if (k->deadline < next) {
                next = k->deadline;
            }
        }
        for (s = 0; s < f->switches; s++) {
            if (changed & NVLF_BIT(s)) {
                nvlf_reach_link(f, e, s);
            }
        }
    }
    arm(f, next);
}

/* ---- Registers ------------------------------------------------------- */

static const struct nvlf_port *port_of(const struct nvlf_access *a)
{
    return &a->d->ports[a->entry];
}

/*
 * The other end as it is read over the link: only while that carries. Returns
 * NULL, and port 0, where nothing can be read.
 */
static const struct nvlf_device *partner(const struct nvlf_access *a,
                                         unsigned int *port)
{
    const struct nvlf_fabric *f = a->d->f;
    unsigned int place;

    *port = 0;
    if (!nvlf_port_up(port_of(a)->state)) {
        return NULL;
    }
    if (a->d->kind == NVL_PARTNER_SWITCH) {
        nvlf_wire_from_switch(f, a->d->self, a->entry, &place, port);
        return endpoint_end(f, place);
    }
    nvlf_wire_from_endpoint(f, a->entry, a->d->self, &place, port);
    return switch_end(f, place);
}

static uint64_t state_get(const struct nvlf_access *a)
{
    return port_of(a)->state;
}

static uint64_t ctrl_get(const struct nvlf_access *a)
{
    return port_of(a)->enable ? NVL_PORT_CTRL_ENABLE : 0;
}

/*
 * RETRAIN and RESET of a port that is disabled, or has no partner, train
 * nothing. RESET is for this end's registers only, and last, so that they do
 * not tell of the link that it ends.
 */
static uint32_t ctrl_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_port *p = &a->d->ports[a->entry];

    if (value & ~(uint64_t)CTRL_ALL) {
        return NVL_ERR_VALUE;
    }
    p->enable = value & NVL_PORT_CTRL_ENABLE;
    settle_port(a->d, a->entry,
                value & (NVL_PORT_CTRL_RETRAIN | NVL_PORT_CTRL_RESET));
    if (value & NVL_PORT_CTRL_CLEAR) {
        p->counters = (struct nvlf_counters) { 0 };
    }
    if (value & NVL_PORT_CTRL_RESET) {
        port_reset(p);
    }
    return NVL_ERR_NONE;
}

static uint64_t partner_get(const struct nvlf_access *a)
{
    unsigned int port;
    const struct nvlf_device *d = partner(a, &port);

    return d ? d->kind : NVL_PARTNER_NONE;
}

static uint64_t partner_self_get(const struct nvlf_access *a)
{
    unsigned int port;
    const struct nvlf_device *d = partner(a, &port);

    return d ? d->self : 0;
}

static uint64_t partner_guid_get(const struct nvlf_access *a)
{
    unsigned int port;
    const struct nvlf_device *d = partner(a, &port);

    return d ? d->guid : 0;
}

static uint64_t partner_port_get(const struct nvlf_access *a)
{
    unsigned int port;

    partner(a, &port);
    return port;
}

static uint64_t train_count_get(const struct nvlf_access *a)
{
    return port_of(a)->train_count;
}

/* Of a link that does not carry none are up. */
static uint64_t lanes_get(const struct nvlf_access *a)
{
    return ends_at(a->d, a->entry).k->lanes | NVL_LANES << 8;
}

/* No later than the deadline, which may have passed without a tick so far */
static uint64_t train_us_get(const struct nvlf_access *a)
{
    const struct nvlf_link *k = ends_at(a->d, a->entry).k;
    uint64_t now = nvlf_now(a->d->f);

    if (port_of(a)->state != NVL_PORT_TRAIN) {
        return port_of(a)->train_us;
    }
    return trained_us(k, now < k->deadline ? now : k->deadline);
}

#define COUNTER(name) \
    static uint64_t name##_get(const struct nvlf_access *a) \
    { \
        return port_of(a)->counters.name; \
    }

COUNTER(tx_bytes)
COUNTER(rx_bytes)
COUNTER(tx_packets)
COUNTER(rx_packets)
COUNTER(replays)
COUNTER(recoveries)
COUNTER(uncorrectable)

static uint64_t crc_get(const struct nvlf_access *a)
{
    return port_of(a)->counters.crc[a->nth];
}

static const struct nvlf_reg port_regs[] = {
    { NVL_PORT_STATE, 4, 1, state_get, NULL },
    { NVL_PORT_CTRL, 4, 1, ctrl_get, ctrl_set },
    { NVL_PORT_PARTNER, 4, 1, partner_get, NULL },
    { NVL_PORT_PARTNER_SELF, 4, 1, partner_self_get, NULL },
    { NVL_PORT_PARTNER_GUID, 8, 1, partner_guid_get, NULL },
    { NVL_PORT_PARTNER_PORT, 4, 1, partner_port_get, NULL },
    { NVL_PORT_TRAIN_COUNT, 4, 1, train_count_get, NULL },
    { NVL_PORT_LANES, 4, 1, lanes_get, NULL },
    { NVL_PORT_TRAIN_US, 4, 1, train_us_get, NULL },
    { NVL_PORT_TX_BYTES, 8, 1, tx_bytes_get, NULL },
    { NVL_PORT_RX_BYTES, 8, 1, rx_bytes_get, NULL },
    { NVL_PORT_TX_PACKETS, 8, 1, tx_packets_get, NULL },
    { NVL_PORT_RX_PACKETS, 8, 1, rx_packets_get, NULL },
    { NVL_PORT_REPLAYS, 8, 1, replays_get, NULL },
    { NVL_PORT_RECOVERIES, 8, 1, recoveries_get, NULL },
    { NVL_PORT_UNCORRECTABLE, 8, 1, uncorrectable_get, NULL },
    { NVL_PORT_CRC, 8, NVL_LANES, crc_get, NULL },
};
const struct nvlf_block nvlf_endpoint_port_block =
    NVLF_BLOCK(TRN4_PORT_BASE, TRN4_PORTS, NVL_PORT_STRIDE, port_regs);
const struct nvlf_block nvlf_switch_port_block =
    NVLF_BLOCK(NVL_SWITCH_PORT_BASE, NVL_SWITCH_PORTS, NVL_PORT_STRIDE,
               port_regs);
