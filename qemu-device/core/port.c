/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port.c - links: their state at both ends, lanes, training, CRC errors,
 * identities in band.
 *
 * A link's two ports follow from whether each end is there (attached and
 * enabled) and no fault keeps them apart, by invariant 1 of nvlf_internal.h:
 * settle_link() is the only place that moves them, apart from the end of
 * training, in link_trained(). What the link has then is told by its lanes: all
 * of them, fewer, or none. The last is FAULT, which only another training ends.
 *
 * A link trains for the fabric's training time, counted from when it entered
 * TRAIN: that is its deadline. The owner of the fabric is asked for the
 * earliest of all deadlines only; when that has come, nvlf_fabric_tick() looks
 * at all links, of which there are at most 72 * 36, and asks for the next. What
 * enters TRAIN by one register write or reset has one deadline, and is up at
 * once.
 *
 * A deadline that is no longer wanted stays armed: the tick finds nothing to
 * do. So a guest that writes RETRAIN over and over moves deadlines, and causes
 * no more ticks than it makes writes.
 */
#include "nvlf_internal.h"

#define CTRL_ALL \
    (NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RETRAIN | NVL_PORT_CTRL_RESET | \
     NVL_PORT_CTRL_CLEAR)

/* A link that goes down three times within this is flapping. */
#define FLAPPING_NS  10000000000ull
#define FLAP_UNIT_NS 1000000ull /* of nvlf_port_faults.flap_ms */

/* Of so many packets with a CRC error one is lost for good. */
#define CRC_LOST 1000000u

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

/* Does a fault keep what is there from its other end? */
static bool port_apart(const struct nvlf_device *d, unsigned int port)
{
    return d->faults.port[port].down || d->flap[port].down || d->pulled[port];
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

/* Have the owner call at @deadline, unless it will call before that. */
void nvlf_arm(struct nvlf_fabric *f, uint64_t deadline)
{
    if (deadline < f->armed) {
        f->armed = deadline;
        f->ops->arm(f->owner, deadline);
    }
}

/* ---- CRC errors ------------------------------------------------------ */

/* Errors a second on each lane: a fault of either port disturbs both ways. */
static uint64_t crc_rate(const struct ends *n)
{
    return (uint64_t)n->ed->faults.port[n->link].crc +
           n->sd->faults.port[n->port].crc;
}

static unsigned int digits(uint64_t n)
{
    unsigned int d = 0;

    for (; n; n /= 10) {
        d++;
    }
    return d;
}

/* @errors more on each of @lanes at one end, @lost of which lost a packet */
static void port_crc(struct nvlf_device *d, unsigned int port,
                     unsigned int lanes, uint64_t errors, uint64_t lost)
{
    struct nvlf_counters *c = &d->ports[port].counters;
    uint64_t before = 0, after;
    unsigned int i;

    for (i = 0; i < NVL_LANES; i++) {
        before += c->crc[i];
        c->crc[i] += i < lanes ? errors : 0;
    }
    after = before + errors * lanes;
    c->replays += errors * lanes;
    c->uncorrectable += lost;
    if (digits(after) != digits(before)) {
        nvlf_log(d, NVL_ERROR_CRC, port, after);
    }
    if (lost) {
        nvlf_log(d, NVL_ERROR_UNCORRECTABLE, port, c->uncorrectable);
    }
}

/*
 * Count what has come until @now. Nothing happens at the time of an error: they
 * are worked out from the clock, exactly, when somebody looks or something
 * changes that they depend on.
 */
static void crc_count(const struct ends *n, uint64_t now)
{
    struct nvlf_link *k = n->k;
    uint64_t rate = k->lanes ? crc_rate(n) : 0;
    uint64_t span = now - k->crc_at, part, errors, lost;

    k->crc_at = now;
    if (!rate) {
        return;
    }
    part = span % NVLF_SECOND * rate + k->crc_part;
    errors = span / NVLF_SECOND * rate + part / NVLF_SECOND;
    k->crc_part = part % NVLF_SECOND;
    if (!errors) {
        return;
    }
    k->crc_since += errors * k->lanes;
    lost = k->crc_since / CRC_LOST;
    k->crc_since %= CRC_LOST;
    port_crc(n->ed, n->link, k->lanes, errors, lost);
    port_crc(n->sd, n->port, k->lanes, errors, lost);
}

/*
 * While there can be errors, look at them at each full second, so that however
 * many links have some, there is one tick.
 */
static void crc_arm(struct nvlf_fabric *f, const struct ends *n)
{
    n->k->crc_due = NVLF_NEVER;
    if (n->k->lanes && crc_rate(n)) {
        n->k->crc_due = (n->k->crc_at / NVLF_SECOND + 1) * NVLF_SECOND;
        nvlf_arm(f, n->k->crc_due);
    }
}

/* ---- States ---------------------------------------------------------- */

/*
 * Keep invariant 2: the link carries on @lanes from now on, on none where that
 * is 0. Returns whether it began or ceased to carry.
 */
static bool set_lanes(struct nvlf_fabric *f, const struct ends *n,
                      unsigned int lanes, uint64_t now)
{
    unsigned int before = n->k->lanes;

    if (lanes == before) {
        return false;
    }
    crc_count(n, now);
    n->k->lanes = lanes;
    crc_arm(f, n);
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
    unsigned int a = n->ed->faults.port[n->link].lanes_lost;
    unsigned int b = n->sd->faults.port[n->port].lanes_lost;

    return NVL_LANES - (a > b ? a : b);
}

static bool is_stuck(const struct ends *n)
{
    return n->ed->faults.port[n->link].stuck ||
           n->sd->faults.port[n->port].stuck;
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

static void train_begin(struct nvlf_fabric *f, const struct ends *n,
                        uint64_t now)
{
    n->k->since = now;
    n->k->deadline = is_stuck(n) ? NVLF_NEVER : now + f->train_ns;
    nvlf_arm(f, n->k->deadline);
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

    if (e_there && s_there && !port_apart(n->ed, n->link) &&
        !port_apart(n->sd, n->port)) {
        state = n->ed->ports[n->link].state;
        if (!retrain && state >= NVL_PORT_TRAIN) {
            return false;
        }
        set_states(n, NVL_PORT_TRAIN);
        train_begin(f, n, now);
    } else {
        if (n->ed && n->ed->ports[n->link].state == NVL_PORT_TRAIN) {
            train_end(n, now);
        }
        set_state(n->ed, n->link, e_there ? NVL_PORT_DETECT : NVL_PORT_OFF);
        set_state(n->sd, n->port, s_there ? NVL_PORT_DETECT : NVL_PORT_OFF);
    }
    if (!set_lanes(f, n, 0, now)) {
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
 * Settle all of @d's links, those of @retrain, if there are such, by training;
 * then, once for each endpoint and switch whose links changed, the pairs.
 */
static void settle_ports(struct nvlf_device *d, const bool *retrain,
                         uint64_t now)
{
    struct nvlf_fabric *f = d->f;
    bool changed[NVL_SWITCH_PORTS] = { false };
    unsigned int i;

    for (i = 0; i < d->nports; i++) {
        struct ends n = ends_at(d, i);

        if (settle_link(f, &n, retrain && retrain[i], now)) {
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

void nvlf_ports_settle(struct nvlf_device *d)
{
    settle_ports(d, NULL, nvlf_now(d->f));
}

/* ---- Faults ---------------------------------------------------------- */

/* Cables that change their port are out of both ports meanwhile. */
static void exchange_cables(struct nvlf_device *d, const struct nvlf_faults *to,
                            uint64_t now)
{
    unsigned int i;

    for (i = 0; i < d->nports; i++) {
        d->pulled[i] = d->faults.port[i].swap != to->port[i].swap;
    }
    settle_ports(d, NULL, now);
    for (i = 0; i < d->nports; i++) {
        if (d->pulled[i] && d->faults.port[i].swap > i + 1) {
            nvlf_wire_swap(d, i, d->faults.port[i].swap - 1);
        }
    }
    for (i = 0; i < d->nports; i++) {
        if (d->pulled[i] && to->port[i].swap > i + 1) {
            nvlf_wire_swap(d, i, to->port[i].swap - 1);
        }
        d->pulled[i] = false;
    }
}

/* A port that begins to flap does so by going down. */
static void flap_begin(struct nvlf_device *d, unsigned int port, uint32_t ms,
                       uint64_t now)
{
    struct nvlf_flap *flap = &d->flap[port];

    if (d->faults.port[port].flap_ms == ms) {
        return;
    }
    d->nflaps += !!ms - !!d->faults.port[port].flap_ms;
    flap->down = ms;
    flap->next = NVLF_NEVER;
    if (ms) {
        flap->next = now + ms * (FLAP_UNIT_NS / 2);
        nvlf_arm(d->f, flap->next);
    }
}

/* How many turns are due by @now does not matter, but for their parity. */
static bool flap_turn(struct nvlf_device *d, unsigned int port, uint64_t now)
{
    struct nvlf_flap *flap = &d->flap[port];
    uint64_t half = d->faults.port[port].flap_ms * (FLAP_UNIT_NS / 2), turns;

    if (!d->faults.port[port].flap_ms || flap->next > now) {
        return false;
    }
    turns = (now - flap->next) / half + 1;
    flap->next += turns * half;
    flap->down ^= turns & 1;
    return true;
}

/* The device's ports that flap. Returns the time of the next turn. */
static uint64_t flap_device(struct nvlf_device *d, uint64_t now)
{
    uint64_t next = NVLF_NEVER;
    bool turned = false;
    unsigned int i;

    for (i = 0; d->nflaps && i < d->nports; i++) {
        turned |= flap_turn(d, i, now);
        if (d->faults.port[i].flap_ms && d->flap[i].next < next) {
            next = d->flap[i].next;
        }
    }
    if (turned) {
        settle_ports(d, NULL, now);
    }
    return next;
}

/*
 * Replace the faults of @d's ports. A link whose lanes change, or that gets
 * stuck or loose, trains anew; all others are as undisturbed as they can be.
 */
void nvlf_ports_fault(struct nvlf_device *d, const struct nvlf_faults *to)
{
    unsigned int before[NVL_SWITCH_PORTS] = { 0 }, i;
    bool retrain[NVL_SWITCH_PORTS] = { false };
    uint64_t now = nvlf_now(d->f);

    exchange_cables(d, to, now);
    for (i = 0; i < d->nports; i++) {
        struct ends n = ends_at(d, i);

        if (n.ed && n.sd) {
            crc_count(&n, now);
            before[i] = lanes_left(&n) << 1 | is_stuck(&n);
        }
        flap_begin(d, i, to->port[i].flap_ms, now);
    }
    d->faults = *to;
    for (i = 0; i < d->nports; i++) {
        struct ends n = ends_at(d, i);

        if (n.ed && n.sd) {
            crc_arm(d->f, &n);
            retrain[i] = before[i] != (lanes_left(&n) << 1 | is_stuck(&n));
        }
    }
    settle_ports(d, retrain, now);
}

/* ---- Time ------------------------------------------------------------ */

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
static bool link_trained(struct nvlf_fabric *f, const struct ends *n,
                         uint64_t now)
{
    unsigned int lanes = lanes_left(n);

    train_end(n, n->k->deadline);
    set_states(n, lanes == NVL_LANES ? NVL_PORT_ACTIVE
                  : lanes            ? NVL_PORT_DEGRADED
                                     : NVL_PORT_FAULT);
    port_trained(n->ed, n->link, lanes);
    port_trained(n->sd, n->port, lanes);
    if (lanes && !nvlf_wire_is_right(f, n->e, n->link)) {
        nvlf_log(n->ed, NVL_ERROR_MISWIRED, n->link, n->sd->guid);
        nvlf_log(n->sd, NVL_ERROR_MISWIRED, n->port, n->ed->guid);
    }
    return set_lanes(f, n, lanes, now);
}

/* What is due on the links of endpoint @e. Returns when the next is. */
static uint64_t tick_links(struct nvlf_fabric *f, unsigned int e, uint64_t now)
{
    uint64_t next = NVLF_NEVER, changed = 0;
    unsigned int link, s;

    for (link = 0; link < TRN4_PORTS; link++) {
        struct nvlf_link *k = &f->links[e][link];

        if (k->deadline <= now || k->crc_due <= now) {
            struct ends n = ends_of(f, e, link);

            if (k->deadline <= now && link_trained(f, &n, now)) {
                changed |= NVLF_BIT(n.s);
            }
            if (k->crc_due <= now) {
                crc_count(&n, now);
                crc_arm(f, &n);
            }
        }
        next = k->deadline < next ? k->deadline : next;
        next = k->crc_due < next ? k->crc_due : next;
    }
    for (s = 0; s < f->switches; s++) {
        if (changed & NVLF_BIT(s)) {
            nvlf_reach_link(f, e, s);
        }
    }
    return next;
}

void nvlf_fabric_tick(struct nvlf_fabric *f)
{
    uint64_t now = nvlf_now(f), next = NVLF_NEVER, due;
    unsigned int i;

    f->armed = NVLF_NEVER;
    for (i = 0; i < f->switches; i++) {
        due = f->sw[i] ? flap_device(&f->sw[i]->d, now) : NVLF_NEVER;
        next = due < next ? due : next;
    }
    for (i = 0; i < f->endpoints; i++) {
        due = f->ep[i] ? flap_device(&f->ep[i]->d, now) : NVLF_NEVER;
        next = due < next ? due : next;
    }
    for (i = 0; i < f->endpoints; i++) {
        due = tick_links(f, i, now);
        next = due < next ? due : next;
    }
    due = nvlf_pace_tick(f, now);
    next = due < next ? due : next;
    due = nvlf_polls_tick(f, now);
    next = due < next ? due : next;
    nvlf_arm(f, next);
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

/* All CRC errors so far are counted. */
static void crc_look(struct nvlf_device *d, unsigned int port)
{
    struct ends n = ends_at(d, port);

    if (n.k->crc_due != NVLF_NEVER) {
        crc_count(&n, nvlf_now(d->f));
        crc_arm(d->f, &n);
    }
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
        crc_look(a->d, a->entry);
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
    bool right;

    if (!d) {
        return NVL_PARTNER_NONE;
    }
    right = d->kind == NVL_PARTNER_ENDPOINT
                ? nvlf_wire_is_right(a->d->f, d->self, port)
                : nvlf_wire_is_right(a->d->f, a->d->self, a->entry);
    return d->kind | (right ? 0 : NVL_PORT_PARTNER_MISWIRED);
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
        crc_look(a->d, a->entry); \
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
    crc_look(a->d, a->entry);
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
