/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * invariants.c - what must hold of a fabric between any two calls: the list in
 * nvlf_internal.h, worked out anew, by other means, from the raw tables
 */
#include <stdlib.h>

#include "mock.h"

static unsigned int cable_in(const struct nvlf_device *d, unsigned int port)
{
    return d && d->faults.port[port].swap ? d->faults.port[port].swap - 1u
                                          : port;
}

/*
 * Where link @l of @e goes: the cable that is in its port, by the rule, and the
 * port of the switch that this cable is in
 */
static void far_of(struct world *w, unsigned int e, unsigned int l,
                   unsigned int *s, unsigned int *port)
{
    unsigned int width = TRN4_PORTS / w->switches;
    unsigned int cable = cable_in(w->f->ep[e] ? &w->f->ep[e]->d : NULL, l);

    *s = cable / width;
    *port = cable_in(w->f->sw[*s] ? &w->f->sw[*s]->d : NULL,
                     e * width + cable % width);
}

static bool apart(const struct nvlf_device *d, unsigned int port)
{
    return d && (d->faults.port[port].down || d->flap[port].down);
}

static bool carries(struct world *w, unsigned int e, unsigned int l)
{
    return w->f->ep[e] && w->f->ep[e]->d.attached &&
           (w->f->ep[e]->d.ports[l].state == NVL_PORT_ACTIVE ||
            w->f->ep[e]->d.ports[l].state == NVL_PORT_DEGRADED);
}

static bool member(const struct nvlf_partition *p, unsigned int e)
{
    return (p->ctrl & NVL_PARTITION_VALID) &&
           (p->members[e / 64] & (1ull << (e % 64)));
}

/* With @id, only by a partition of that id */
static enum trn4_window_status brute_path_in(struct world *w, unsigned int src,
                                             unsigned int dst, uint32_t id)
{
    unsigned int s, l, p, to_s, port;
    bool src_up = false, dst_up = false, routed = false, open = false;

    if (src == dst || dst >= w->endpoints || !w->f->ep[dst] ||
        !w->f->ep[dst]->d.attached) {
        return TRN4_WINDOW_NO_PEER;
    }
    for (s = 0; s < w->switches; s++) {
        const struct nvlf_switch *n = w->f->sw[s];
        bool from = false, to = false, common = false;

        for (l = 0; l < TRN4_PORTS; l++) {
            far_of(w, src, l, &to_s, &port);
            from |= to_s == s && carries(w, src, l);
            far_of(w, dst, l, &to_s, &port);
            if (to_s != s || !carries(w, dst, l)) {
                continue;
            }
            dst_up = true;
            if (n->routes[dst].hi & NVL_ROUTE_VALID) {
                to |= port < 64 ? n->routes[dst].lo >> port & 1
                                : n->routes[dst].hi >> (port - 64) & 1;
            }
        }
        for (p = 0; n && p < NVL_PARTITIONS; p++) {
            common |= member(&n->partitions[p], src) &&
                      member(&n->partitions[p], dst) &&
                      (!id || (n->partitions[p].ctrl & 0xffff) == id);
        }
        src_up |= from;
        routed |= from && to;
        open |= from && to && common;
    }
    if (open) {
        return TRN4_WINDOW_LIVE;
    }
    if (!src_up || !dst_up) {
        return TRN4_WINDOW_NO_LINK;
    }
    return routed ? TRN4_WINDOW_NO_PARTITION : TRN4_WINDOW_NO_ROUTE;
}

/* What is told of a link's lanes, and that the switch's set agrees */
static void check_lanes(struct world *w, unsigned int e, unsigned int l,
                        unsigned int state)
{
    unsigned int lanes = w->f->links[e][l].lanes, s, port;
    const struct nvlf_switch *n;
    bool crc = false;

    far_of(w, e, l, &s, &port);
    EQ(w->f->wire_ep[e][l].place, s);
    EQ(w->f->wire_ep[e][l].port, port);
    EQ(w->f->wire_sw[s][port].place, e);
    EQ(w->f->wire_sw[s][port].port, l);
    n = w->f->sw[s];
    if (lanes) {
        crc = w->f->ep[e]->d.faults.port[l].crc || n->d.faults.port[port].crc;
    }
    EQ(w->f->links[e][l].crc_due != NVLF_NEVER, crc);
    CHECK(w->f->links[e][l].crc_due >= w->f->armed);
    EQ(lanes == NVL_LANES, state == NVL_PORT_ACTIVE);
    EQ(lanes && lanes < NVL_LANES, state == NVL_PORT_DEGRADED);
    EQ(n ? n->up[e].w[port / 64] >> port % 64 & 1 : 0, lanes != 0);
}

/* Ports of both ends of all links, their lanes (invariants 1, 2 and 10) */
static void check_links(struct world *w)
{
    unsigned int e, l, s, port, all;

    EQ(w->f->armed, w->deadline);
    for (e = 0; e < w->endpoints; e++) {
        unsigned int sum[NVL_SWITCHES_MAX] = { 0 };

        for (l = 0; l < TRN4_PORTS; l++) {
            const struct nvlf_endpoint *ep = w->f->ep[e];
            const struct nvlf_switch *n;
            bool a, b, stuck = false;
            unsigned int sa, sb;
            uint64_t deadline = w->f->links[e][l].deadline;

            far_of(w, e, l, &s, &port);
            n = w->f->sw[s];
            a = ep && ep->d.attached && ep->d.ports[l].enable;
            b = n && n->d.attached && n->d.ports[port].enable;
            sa = ep ? ep->d.ports[l].state : NVL_PORT_OFF;
            sb = n ? n->d.ports[port].state : NVL_PORT_OFF;
            stuck = ep && ep->d.faults.port[l].stuck;
            stuck |= n && n->d.faults.port[port].stuck;
            EQ(sa == NVL_PORT_TRAIN && !stuck, deadline != NVLF_NEVER);
            CHECK(deadline >= w->f->armed);
            check_lanes(w, e, l, sa);
            sum[s] += w->f->links[e][l].lanes;

            if (a && b && !apart(&ep->d, l) && !apart(&n->d, port)) {
                EQ(sa, sb);
                CHECK(sa >= NVL_PORT_TRAIN && sa <= NVL_PORT_FAULT);
            } else {
                EQ(sa, a ? NVL_PORT_DETECT : NVL_PORT_OFF);
                EQ(sb, b ? NVL_PORT_DETECT : NVL_PORT_OFF);
            }
        }
        for (all = s = 0; s < w->switches; s++) {
            EQ(w->f->sw[s] ? w->f->sw[s]->lanes[e] : 0, sum[s]);
            all += sum[s];
        }
        EQ(w->f->ep[e] ? w->f->ep[e]->lanes_up : 0, all);
    }
}

enum trn4_window_status brute_path(struct world *w, unsigned int src,
                                   unsigned int dst)
{
    return brute_path_in(w, src, dst, 0);
}

/* What a window's status must be, by its registers and everybody's tables */
static unsigned int brute_status(struct world *w, unsigned int e,
                                 const struct nvlf_window *n)
{
    uint64_t half = w->ep[e].aperture_size / 2;
    uint64_t start = n->ctrl & NVL_RIGHT_WRITE ? 0 : half;
    const struct nvlf_grant *g;
    unsigned int status;

    if (!(n->ctrl & TRN4_WINDOW_ENABLE)) {
        return TRN4_WINDOW_OFF;
    }
    if (!n->size || (n->aperture | n->size | n->offset) % PAGE ||
        n->aperture < start ||
        (unsigned __int128)n->aperture + n->size > start + half) {
        return TRN4_WINDOW_BAD_RANGE;
    }
    if (!n->claimed) {
        return TRN4_WINDOW_OVERLAP;
    }
    status = brute_path(w, e, n->peer);
    if (status != TRN4_WINDOW_LIVE) {
        return status;
    }
    g = &w->f->ep[n->peer]->grants[n->grant];
    if (!(g->ctrl & TRN4_GRANT_VALID)) {
        return TRN4_WINDOW_NO_GRANT;
    }
    if (g->generation != n->generation) {
        return TRN4_WINDOW_STALE;
    }
    status = brute_path_in(w, e, n->peer, g->partition);
    if (status != TRN4_WINDOW_LIVE) {
        return status;
    }
    if ((n->ctrl & NVL_RIGHTS_ALL) & ~(g->ctrl & NVL_RIGHTS_ALL)) {
        return TRN4_WINDOW_NO_RIGHT;
    }
    if ((unsigned __int128)n->offset + n->size > g->size) {
        return TRN4_WINDOW_BEYOND;
    }
    return n->status == TRN4_WINDOW_NO_MEMORY ? TRN4_WINDOW_NO_MEMORY
                                              : TRN4_WINDOW_LIVE;
}

/* The enabled window that has all of these pages for itself, or NULL */
const struct nvlf_window *brute_window(struct world *w, unsigned int e,
                                       uint64_t aperture, uint64_t size)
{
    const struct nvlf_endpoint *ep = w->f->ep[e];
    unsigned int n;

    for (n = 0; n < TRN4_WINDOWS; n++) {
        const struct nvlf_window *win = &ep->windows[n];
        unsigned __int128 end = (unsigned __int128)win->aperture + win->size;

        if ((win->ctrl & TRN4_WINDOW_ENABLE) && win->claimed &&
            aperture >= win->aperture &&
            (unsigned __int128)aperture + size <= end) {
            return win;
        }
    }
    return NULL;
}

static void check_windows(struct world *w, unsigned int e)
{
    const struct nvlf_endpoint *ep = w->f->ep[e];
    uint64_t npages = w->ep[e].aperture_size / PAGE, i, p;
    uint16_t *owner = calloc(npages, sizeof(*owner));
    unsigned int n, claims = 0;

    for (n = 0; n < TRN4_WINDOWS; n++) {
        const struct nvlf_window *win = &ep->windows[n];

        if (!EQ(win->status, brute_status(w, e, win))) {
            printf("# endpoint %u window %u\n", e, n);
        }
        if (!win->claimed) {
            continue;
        }
        claims++;
        for (i = 0; i < win->size / PAGE; i++) {
            const struct mock_page *page;
            const struct nvlf_endpoint *peer;

            p = win->aperture / PAGE + i;
            page = &w->ep[e].pages[p];
            EQ(owner[p], 0);
            owner[p] = n + 1;
            EQ(page->placed, !w->trap && win->status == TRN4_WINDOW_LIVE);
            if (!page->placed) {
                continue;
            }
            peer = w->f->ep[win->peer];
            EQ(page->fd, peer->mem.fd);
            EQ(page->offset, peer->mem.offset + peer->grants[win->grant].base +
                                 win->offset + i * PAGE);
        }
    }
    EQ(ep->nclaims, claims);
    for (p = 0; p < npages; p++) {
        CHECK(owner[p] || !w->ep[e].pages[p].placed);
    }
    /* Nobody waits whose pages are free. */
    for (n = 0; n < TRN4_WINDOWS; n++) {
        const struct nvlf_window *win = &ep->windows[n];
        bool taken = false;

        if (win->status != TRN4_WINDOW_OVERLAP) {
            continue;
        }
        for (i = 0; i < win->size / PAGE; i++) {
            taken |= owner[win->aperture / PAGE + i];
        }
        CHECK(taken);
    }
    free(owner);
}

/* Walk a list both ways; each window on it must belong there. */
static unsigned int check_list(struct world *w, const struct nvlf_list *list,
                               enum nvlf_chain chain, unsigned int src,
                               unsigned int dst, unsigned int grant_index)
{
    unsigned int number = list->first, prev = NVLF_NONE, n = 0;

    while (number != NVLF_NONE && n <= NVL_ENDPOINTS_MAX * TRN4_WINDOWS) {
        unsigned int e = number / TRN4_WINDOWS;
        const struct nvlf_window *win =
            &w->f->ep[e]->windows[number % TRN4_WINDOWS];

        EQ(win->node[chain].prev, prev);
        CHECK(win->claimed);
        EQ(win->peer, dst);
        if (chain == NVLF_CHAIN_PAIR) {
            EQ(e, src);
        } else {
            EQ(win->grant, grant_index);
        }
        prev = number;
        number = win->node[chain].next;
        n++;
    }
    EQ(list->last, prev);
    return n;
}

static void check_lists(struct world *w)
{
    unsigned int src, dst, g, e, n, on_pair = 0, on_grant = 0, in_fabric = 0;

    for (dst = 0; dst < w->endpoints; dst++) {
        for (src = 0; src < w->endpoints; src++) {
            n = check_list(w, &w->f->windows[src][dst], NVLF_CHAIN_PAIR, src,
                           dst, 0);
            EQ(w->f->pair[src][dst].windowed, n > 0);
            on_pair += n;
        }
        for (g = 0; g < TRN4_GRANTS; g++) {
            on_grant += check_list(w, &w->f->grant[dst][g], NVLF_CHAIN_GRANT, 0,
                                   dst, g);
        }
    }
    for (e = 0; e < w->endpoints; e++) {
        for (n = 0; w->f->ep[e] && n < TRN4_WINDOWS; n++) {
            const struct nvlf_window *win = &w->f->ep[e]->windows[n];

            in_fabric += win->claimed && win->peer < w->endpoints;
        }
    }
    EQ(on_pair, in_fabric);
    EQ(on_grant, in_fabric);
}

static void check_queues(struct world *w, unsigned int e)
{
    const struct nvlf_endpoint *ep = w->f->ep[e];
    unsigned int n;

    for (n = 0; n < TRN4_QUEUES; n++) {
        const struct nvlf_queue *q = &ep->queues[n];
        uint32_t mask = (1u << q->size) - 1;
        bool room = ((q->cq_tail + 1) & mask) != q->cq_head;
        bool waits = q->op.active && q->op.waits;
        bool polls = q->op.active && q->op.polls;
        bool held = q->op.active && q->op.held;
        bool can = q->status == TRN4_QUEUE_RUNNING && !waits && !polls &&
                   !held &&
                   (q->op.active || (room && q->sq_head != q->sq_tail));
        unsigned int other;

        EQ(!!(ep->runnable & (1ull << n)), can);
        EQ(!!(ep->fences & (1ull << n)), waits);
        EQ(!!(ep->polls & (1ull << n)), polls);
        EQ(!!(ep->held & (1ull << n)), held);
        CHECK(!held || (w->f->pace.on && q->op.due >= w->f->armed));
        for (other = 0; waits && other < TRN4_QUEUES; other++) {
            const struct nvlf_op *op = &ep->queues[other].op;

            /* What waits for a word may wait for what is behind the fence. */
            CHECK(!(q->op.waits >> other & 1) ||
                  (other != n && op->active &&
                   (op->desc.opcode != TRN4_OP_SEMAPHORE ||
                    op->desc.kind == TRN4_SEMAPHORE_SIGNAL)));
        }
        EQ(q->status != TRN4_QUEUE_OFF, !!(q->ctrl & TRN4_QUEUE_ENABLE));
        CHECK((q->sq_head | q->sq_tail | q->cq_head | q->cq_tail) <= 32767);
    }
    EQ(w->f->polling[e / 64] >> e % 64 & 1, ep->polls != 0);
}

static void check_groups(const struct nvlf_switch *n)
{
    unsigned int g;

    for (g = 0; g < NVL_GROUPS; g++) {
        uint32_t ctrl = n->groups[g].ctrl;

        EQ(ctrl & ~(NVL_GROUP_VALID | NVL_GROUP_PARTITION_MASK), 0);
        CHECK(!(ctrl & NVL_GROUP_VALID) || (ctrl & NVL_GROUP_PARTITION_MASK));
        EQ(n->groups[g].ports.w[1] >> (NVL_SWITCH_PORTS - 64), 0);
    }
}

/* Every record that is kept is one that could have been logged. */
static void check_log(struct world *w, const struct nvlf_device *d)
{
    uint64_t kept = d->log.head, n, time = 0;

    if (kept > NVL_LOG_ENTRIES) {
        kept = NVL_LOG_ENTRIES;
    }
    CHECK(d->log.tail <= d->log.head);
    for (n = d->log.head - kept; n < d->log.head; n++) {
        const struct nvlf_record *r = &d->log.records[n % NVL_LOG_ENTRIES];

        CHECK(NVL_LOG_CLASS(r->what) > NVL_ERROR_NONE &&
              NVL_LOG_CLASS(r->what) <= NVL_ERROR_ACCESS);
        CHECK(NVL_LOG_SEVERITY(r->what) <= NVL_SEVERITY_FATAL);
        CHECK(NVL_LOG_SCOPE(r->what) <= NVL_SCOPE_FABRIC);
        CHECK(r->port == NVLF_LOG_DEVICE || r->port < d->nports);
        CHECK(r->time >= time && r->time <= w->now);
        time = r->time;
    }
}

/* Dead or not, and what flaps (invariants 10 and 11) */
static void check_faults(struct world *w, const struct nvlf_device *d,
                         bool dead)
{
    uint64_t off = d->kind == NVL_PARTNER_SWITCH ? w->f->trays_off.switches
                                                 : w->f->trays_off.compute;
    unsigned int flaps = 0, p;

    EQ(d->attached, d->plugged && !d->faults.dead && !(off >> d->self / 4 & 1));
    CHECK(!d->plugged || dead == !d->attached);
    for (p = 0; p < NVL_SWITCH_PORTS; p++) {
        bool is = d->faults.port[p].flap_ms;

        flaps += is;
        CHECK(!d->pulled[p]);
        CHECK(is || !d->flap[p].down);
        CHECK(!is || d->flap[p].next >= w->f->armed);
    }
    EQ(d->nflaps, flaps);
}

/* All invariants of nvlf_internal.h, worked out anew from the raw tables */
void world_check(struct world *w)
{
    unsigned int e, d, s;

    check_links(w);
    for (s = 0; s < w->switches; s++) {
        if (w->f->sw[s]) {
            check_groups(w->f->sw[s]);
            check_log(w, &w->f->sw[s]->d);
            check_faults(w, &w->f->sw[s]->d, w->sw[s].dead);
        }
    }
    check_lists(w);
    for (e = 0; e < w->endpoints; e++) {
        for (d = 0; d < w->endpoints; d++) {
            bool can = w->f->ep[e] && w->f->ep[e]->d.attached &&
                       brute_path(w, e, d) == TRN4_WINDOW_LIVE;

            if (!EQ(nvlf_fabric_reachable(w->f, e, d), can)) {
                printf("# from %u to %u\n", e, d);
            }
        }
        EQ(w->f->attached[e], w->f->ep[e] && w->f->ep[e]->d.attached);
        if (w->f->ep[e]) {
            check_windows(w, e);
            check_queues(w, e);
            check_log(w, &w->f->ep[e]->d);
            check_faults(w, &w->f->ep[e]->d, w->ep[e].dead);
        }
    }
}
