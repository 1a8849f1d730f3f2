/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port.c - links: their state at both ends, training, identities in band.
 *
 * A link's two ports follow from whether each end is there (attached and
 * enabled), by invariant 1 of nvlf_internal.h: settle_link() is the only place
 * that moves them, apart from the end of training.
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

/* Keep invariant 2. Returns whether the link began or ceased to carry. */
static bool set_up(struct nvlf_fabric *f, unsigned int e, unsigned int s,
                   unsigned int port, bool up)
{
    uint64_t bit = NVLF_BIT(port % 64);
    uint64_t *word;

    if (!f->sw[s] || !f->ep[e]) {
        return false;
    }
    word = &f->sw[s]->up[e].w[port / 64];
    if (!!(*word & bit) == up) {
        return false;
    }
    *word ^= bit;
    f->ep[e]->links_up += up ? 1 : -1;
    return true;
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

/* The training of link @k ends at @at, for better or worse. */
static void train_end(struct nvlf_link *k, struct nvlf_port *a,
                      struct nvlf_port *b, uint64_t at)
{
    a->train_us = b->train_us = trained_us(k, at);
    k->deadline = NVLF_NEVER;
}

/*
 * Bring both ends of a link to where they belong at @now. With @retrain a link
 * that is complete trains anew. Returns whether it began or ceased to carry.
 */
static bool settle_link(struct nvlf_fabric *f, unsigned int e,
                        unsigned int link, bool retrain, uint64_t now)
{
    struct nvlf_link *k = &f->links[e][link];
    struct nvlf_device *ed, *sd;
    unsigned int s, port;
    bool e_there, s_there;
    uint8_t state = NVL_PORT_DETECT;

    nvlf_wire_from_endpoint(f, link, e, &s, &port);
    ed = endpoint_end(f, e);
    sd = switch_end(f, s);
    e_there = port_there(ed, link);
    s_there = port_there(sd, port);

    if (e_there && s_there) {
        state = ed->ports[link].state;
        if (retrain || state < NVL_PORT_TRAIN) {
            state = NVL_PORT_TRAIN;
            train_begin(f, k, now);
        }
    } else if (k->deadline != NVLF_NEVER) {
        train_end(k, &ed->ports[link], &sd->ports[port], now);
    }
    set_state(ed, link, e_there ? state : NVL_PORT_OFF);
    set_state(sd, port, s_there ? state : NVL_PORT_OFF);
    return set_up(f, e, s, port, e_there && s_there && nvlf_port_up(state));
}

/* Settle one port of @d and the pairs that depend on it. */
static void settle_port(struct nvlf_device *d, unsigned int port, bool retrain)
{
    struct nvlf_fabric *f = d->f;
    unsigned int e, s, link, far;

    if (d->kind == NVL_PARTNER_SWITCH) {
        s = d->self;
        nvlf_wire_from_switch(f, s, port, &e, &link);
    } else {
        e = d->self;
        link = port;
        nvlf_wire_from_endpoint(f, link, e, &s, &far);
    }
    if (settle_link(f, e, link, retrain, nvlf_now(f))) {
        nvlf_reach_link(f, e, s);
    }
}

/* All of @d's ports take their reset value; nvlf_ports_settle() follows. */
void nvlf_ports_enable(struct nvlf_device *d)
{
    unsigned int i;

    for (i = 0; i < d->nports; i++) {
        d->ports[i].enable = true;
        d->ports[i].train_count = 0;
        d->ports[i].train_us = 0;
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
    unsigned int i, e, link, s, port;
    uint64_t now = nvlf_now(f);

    for (i = 0; i < d->nports; i++) {
        if (d->kind == NVL_PARTNER_SWITCH) {
            nvlf_wire_from_switch(f, d->self, i, &e, &link);
            changed[e] |= settle_link(f, e, link, false, now);
        } else {
            nvlf_wire_from_endpoint(f, i, d->self, &s, &port);
            changed[s] |= settle_link(f, d->self, i, false, now);
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

/* Link @link of @e has trained for its full time. Returns its switch. */
static unsigned int link_trained(struct nvlf_fabric *f, unsigned int e,
                                 unsigned int link)
{
    struct nvlf_link *k = &f->links[e][link];
    struct nvlf_device *ed = &f->ep[e]->d, *sd;
    unsigned int s, port;

    nvlf_wire_from_endpoint(f, link, e, &s, &port);
    sd = &f->sw[s]->d;
    train_end(k, &ed->ports[link], &sd->ports[port], k->deadline);
    ed->ports[link].train_count++;
    sd->ports[port].train_count++;
    set_state(ed, link, NVL_PORT_ACTIVE);
    set_state(sd, port, NVL_PORT_ACTIVE);
    set_up(f, e, s, port, true);
    return s;
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
                changed |= NVLF_BIT(link_trained(f, e, link));
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

static const struct nvlf_link *link_of(const struct nvlf_access *a)
{
    const struct nvlf_fabric *f = a->d->f;
    unsigned int e = a->d->self, link = a->entry;

    if (a->d->kind == NVL_PARTNER_SWITCH) {
        nvlf_wire_from_switch(f, a->d->self, a->entry, &e, &link);
    }
    return &f->links[e][link];
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

/* RETRAIN of a port that is disabled, or has no partner, is of no effect. */
static uint32_t ctrl_set(const struct nvlf_access *a, uint64_t value)
{
    if (value & ~(uint64_t)(NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RETRAIN)) {
        return NVL_ERR_VALUE;
    }
    a->d->ports[a->entry].enable = value & NVL_PORT_CTRL_ENABLE;
    settle_port(a->d, a->entry, value & NVL_PORT_CTRL_RETRAIN);
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

/* No later than the deadline, which may have passed without a tick so far */
static uint64_t train_us_get(const struct nvlf_access *a)
{
    const struct nvlf_link *k = link_of(a);
    uint64_t now = nvlf_now(a->d->f);

    if (port_of(a)->state != NVL_PORT_TRAIN) {
        return port_of(a)->train_us;
    }
    return trained_us(k, now < k->deadline ? now : k->deadline);
}

static const struct nvlf_reg port_regs[] = {
    { NVL_PORT_STATE, 4, 1, state_get, NULL },
    { NVL_PORT_CTRL, 4, 1, ctrl_get, ctrl_set },
    { NVL_PORT_PARTNER, 4, 1, partner_get, NULL },
    { NVL_PORT_PARTNER_SELF, 4, 1, partner_self_get, NULL },
    { NVL_PORT_PARTNER_GUID, 8, 1, partner_guid_get, NULL },
    { NVL_PORT_PARTNER_PORT, 4, 1, partner_port_get, NULL },
    { NVL_PORT_TRAIN_COUNT, 4, 1, train_count_get, NULL },
    { NVL_PORT_TRAIN_US, 4, 1, train_us_get, NULL },
};
const struct nvlf_block nvlf_endpoint_port_block =
    NVLF_BLOCK(TRN4_PORT_BASE, TRN4_PORTS, NVL_PORT_STRIDE, port_regs);
const struct nvlf_block nvlf_switch_port_block =
    NVLF_BLOCK(NVL_SWITCH_PORT_BASE, NVL_SWITCH_PORTS, NVL_PORT_STRIDE,
               port_regs);
