/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * window.c - outbound windows: claiming aperture pages, status, events.
 *
 * Enabling a window takes up to three steps, and the first that fails is its
 * status: its range must make sense (BAD_RANGE: nothing but its own registers
 * can mend that), no enabled window may have its aperture pages (OVERLAP: it
 * waits for them), and then it is judged by peer, path and grant. From there
 * on it is on the lists of its pair and its grant (invariant 5), so that a
 * change visits the windows it concerns and no others.
 *
 * A status that changes for any reason but a write of the window's own CTRL
 * sets its bit in TRN4_REG_WINDOW_EVENT.
 */
#include <string.h>

#include "nvlf_internal.h"

#define WINDOW_CTRL_ALL (NVL_RIGHTS_ALL | TRN4_WINDOW_ENABLE)

/* ---- Lists ----------------------------------------------------------- */

static unsigned int window_number(const struct nvlf_endpoint *ep,
                                  unsigned int index)
{
    return ep->d.self * TRN4_WINDOWS + index;
}

static struct nvlf_window *window_by_number(struct nvlf_fabric *f,
                                            unsigned int number)
{
    return &f->ep[number / TRN4_WINDOWS]->windows[number % TRN4_WINDOWS];
}

static void list_append(struct nvlf_fabric *f, struct nvlf_list *list,
                        unsigned int number, enum nvlf_chain chain)
{
    struct nvlf_node *node = &window_by_number(f, number)->node[chain];

    node->next = NVLF_NONE;
    node->prev = list->last;
    if (list->last == NVLF_NONE) {
        list->first = number;
    } else {
        window_by_number(f, list->last)->node[chain].next = number;
    }
    list->last = number;
}

static void list_remove(struct nvlf_fabric *f, struct nvlf_list *list,
                        unsigned int number, enum nvlf_chain chain)
{
    struct nvlf_node *node = &window_by_number(f, number)->node[chain];

    if (node->prev == NVLF_NONE) {
        list->first = node->next;
    } else {
        window_by_number(f, node->prev)->node[chain].next = node->next;
    }
    if (node->next == NVLF_NONE) {
        list->last = node->prev;
    } else {
        window_by_number(f, node->next)->node[chain].prev = node->prev;
    }
}

/* ---- Aperture pages -------------------------------------------------- */

/* The lower half of the aperture is for windows that may be written. */
static bool range_ok(const struct nvlf_endpoint *ep,
                     const struct nvlf_window *w)
{
    uint64_t half = ep->aperture / 2;
    uint64_t start = w->ctrl & NVL_RIGHT_WRITE ? 0 : half;

    if (w->aperture % NVL_PAGE_SIZE || w->size % NVL_PAGE_SIZE ||
        w->offset % NVL_PAGE_SIZE || !w->size) {
        return false;
    }
    return w->aperture >= start && w->aperture - start < half &&
           w->size <= half - (w->aperture - start);
}

/* How many claims begin below @aperture; they are sorted. */
static unsigned int claims_below(const struct nvlf_endpoint *ep,
                                 uint64_t aperture)
{
    unsigned int low = 0, high = ep->nclaims;

    while (low < high) {
        unsigned int mid = (low + high) / 2;

        if (ep->windows[ep->claims[mid]].aperture < aperture) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

/* The window whose slice holds all of it, whatever its status, or NULL */
const struct nvlf_window *nvlf_window_at(const struct nvlf_endpoint *ep,
                                         uint64_t aperture, uint64_t size)
{
    const struct nvlf_window *w;
    unsigned int n;

    if (aperture >= ep->aperture) {
        return NULL;
    }
    n = claims_below(ep, aperture + 1);
    if (!n) {
        return NULL;
    }
    w = &ep->windows[ep->claims[n - 1]];
    aperture -= w->aperture;
    return aperture < w->size && size <= w->size - aperture ? w : NULL;
}

/* Ranges were found good: their ends do not pass that of the aperture. */
static bool share_pages(const struct nvlf_window *a,
                        const struct nvlf_window *b)
{
    return a->aperture < b->aperture + b->size &&
           b->aperture < a->aperture + a->size;
}

static bool claim(struct nvlf_endpoint *ep, unsigned int index)
{
    struct nvlf_window *w = &ep->windows[index];
    unsigned int at = claims_below(ep, w->aperture);

    if (at > 0 && share_pages(w, &ep->windows[ep->claims[at - 1]])) {
        return false;
    }
    if (at < ep->nclaims && share_pages(w, &ep->windows[ep->claims[at]])) {
        return false;
    }
    memmove(&ep->claims[at + 1], &ep->claims[at],
            (ep->nclaims - at) * sizeof(ep->claims[0]));
    ep->claims[at] = index;
    ep->nclaims++;
    w->claimed = true;
    return true;
}

static void unclaim(struct nvlf_endpoint *ep, unsigned int index)
{
    struct nvlf_window *w = &ep->windows[index];
    unsigned int at = claims_below(ep, w->aperture);

    ep->nclaims--;
    memmove(&ep->claims[at], &ep->claims[at + 1],
            (ep->nclaims - at) * sizeof(ep->claims[0]));
    w->claimed = false;
}

/* ---- Status ---------------------------------------------------------- */

/* What the window stands for, but for NO_MEMORY; it has its pages. */
static enum trn4_window_status window_find(const struct nvlf_endpoint *ep,
                                           const struct nvlf_window *w)
{
    const struct nvlf_fabric *f = ep->d.f;
    enum trn4_window_status why = nvlf_reach_why(f, ep->d.self, w->peer);
    const struct nvlf_grant *g;

    if (why != TRN4_WINDOW_LIVE) {
        return why;
    }
    g = &f->ep[w->peer]->grants[w->grant];
    if (!(g->ctrl & TRN4_GRANT_VALID)) {
        return TRN4_WINDOW_NO_GRANT;
    }
    if (g->generation != w->generation) {
        return TRN4_WINDOW_STALE;
    }
    if (g->partition &&
        !nvlf_reach_within(f, ep->d.self, w->peer, g->partition)) {
        return TRN4_WINDOW_NO_PARTITION;
    }
    if (w->ctrl & NVL_RIGHTS_ALL & ~g->ctrl) {
        return TRN4_WINDOW_NO_RIGHT;
    }
    if (w->offset > g->size || w->size > g->size - w->offset) {
        return TRN4_WINDOW_BEYOND;
    }
    return TRN4_WINDOW_LIVE;
}

static bool window_place(struct nvlf_endpoint *ep, const struct nvlf_window *w)
{
    const struct nvlf_endpoint *peer = ep->d.f->ep[w->peer];

    if (nvlf_traps(ep)) {
        return true;
    }
    return ep->ops->window_place(ep->d.dev, w->aperture, w->size, &peer->mem,
                                 peer->grants[w->grant].base + w->offset);
}

/*
 * Go to @status, clearing pages that no longer belong there. A window that
 * stays LIVE stays as it is: with its registers locked, and a generation that
 * any change of the grant's place would have ended, its target is the same.
 */
static void window_move(struct nvlf_endpoint *ep, unsigned int index,
                        enum trn4_window_status status, bool event)
{
    struct nvlf_window *w = &ep->windows[index];
    bool live = w->status == TRN4_WINDOW_LIVE;

    if (status == TRN4_WINDOW_LIVE && !live && !window_place(ep, w)) {
        status = TRN4_WINDOW_NO_MEMORY;
    }
    if (status != TRN4_WINDOW_LIVE && live) {
        if (!nvlf_traps(ep)) {
            ep->ops->window_clear(ep->d.dev, w->aperture, w->size);
        }
        w->life++;
    }
    if (w->status == status) {
        return;
    }
    w->status = status;
    if (event) {
        ep->window_event[index / 64] |= NVLF_BIT(index % 64);
        nvlf_int_raise(&ep->d, NVL_INT_WINDOW);
    }
}

/* Only of windows that have their pages */
static void window_judge(struct nvlf_endpoint *ep, unsigned int index,
                         bool event)
{
    const struct nvlf_window *w = &ep->windows[index];
    const struct nvlf_endpoint *peer = nvlf_endpoint_at(ep->d.f, w->peer);

    if (peer && peer->grants[w->grant].partition) {
        ep->d.f->pair[ep->d.self][w->peer].limited = true;
    }
    window_move(ep, index, window_find(ep, w), event);
}

/* The window has its pages: let changes find it, and judge it. */
static void window_join(struct nvlf_endpoint *ep, unsigned int index,
                        bool event)
{
    struct nvlf_fabric *f = ep->d.f;
    struct nvlf_window *w = &ep->windows[index];
    unsigned int number = window_number(ep, index);

    if (w->peer < f->endpoints) {
        list_append(f, &f->windows[ep->d.self][w->peer], number,
                    NVLF_CHAIN_PAIR);
        f->pair[ep->d.self][w->peer].windowed = true;
        list_append(f, &f->grant[w->peer][w->grant], number, NVLF_CHAIN_GRANT);
    }
    window_judge(ep, index, event);
}

/* @freed gave up its pages: let those who wait for some of them try. */
static void wake_waiting(struct nvlf_endpoint *ep,
                         const struct nvlf_window *freed)
{
    struct nvlf_fabric *f = ep->d.f;
    unsigned int number = ep->waiting.first;

    while (number != NVLF_NONE) {
        struct nvlf_window *w = window_by_number(f, number);
        unsigned int next = w->node[NVLF_CHAIN_WAIT].next;
        unsigned int index = number % TRN4_WINDOWS;

        if (share_pages(w, freed) && claim(ep, index)) {
            list_remove(f, &ep->waiting, number, NVLF_CHAIN_WAIT);
            window_join(ep, index, true);
        }
        number = next;
    }
}

/* The guest set ENABLE, CTRL is written. */
static void window_begin(struct nvlf_endpoint *ep, unsigned int index)
{
    struct nvlf_window *w = &ep->windows[index];

    if (!range_ok(ep, w)) {
        window_move(ep, index, TRN4_WINDOW_BAD_RANGE, false);
    } else if (!claim(ep, index)) {
        list_append(ep->d.f, &ep->waiting, window_number(ep, index),
                    NVLF_CHAIN_WAIT);
        window_move(ep, index, TRN4_WINDOW_OVERLAP, false);
    } else {
        window_join(ep, index, false);
    }
}

/* Give up all it has; waiting windows are woken by the caller, if at all. */
static void window_leave(struct nvlf_endpoint *ep, unsigned int index)
{
    struct nvlf_fabric *f = ep->d.f;
    struct nvlf_window *w = &ep->windows[index];
    unsigned int number = window_number(ep, index);

    if (w->status == TRN4_WINDOW_OVERLAP) {
        list_remove(f, &ep->waiting, number, NVLF_CHAIN_WAIT);
    } else if (w->claimed) {
        if (w->peer < f->endpoints) {
            list_remove(f, &f->windows[ep->d.self][w->peer], number,
                        NVLF_CHAIN_PAIR);
            if (f->windows[ep->d.self][w->peer].first == NVLF_NONE) {
                f->pair[ep->d.self][w->peer].windowed = false;
                f->pair[ep->d.self][w->peer].limited = false;
            }
            list_remove(f, &f->grant[w->peer][w->grant], number,
                        NVLF_CHAIN_GRANT);
        }
        unclaim(ep, index);
    }
    window_move(ep, index, TRN4_WINDOW_OFF, false);
}

/* ---- What changes elsewhere, and visits windows ---------------------- */

void nvlf_windows_of_pair(struct nvlf_fabric *f, unsigned int src,
                          unsigned int dst)
{
    unsigned int number = f->windows[src][dst].first;

    while (number != NVLF_NONE) {
        window_judge(f->ep[src], number % TRN4_WINDOWS, true);
        number = window_by_number(f, number)->node[NVLF_CHAIN_PAIR].next;
    }
}

void nvlf_windows_of_grant(struct nvlf_fabric *f, unsigned int dst,
                           unsigned int grant)
{
    unsigned int number = f->grant[dst][grant].first;

    while (number != NVLF_NONE) {
        window_judge(f->ep[number / TRN4_WINDOWS], number % TRN4_WINDOWS, true);
        number = window_by_number(f, number)->node[NVLF_CHAIN_GRANT].next;
    }
}

/* Somebody came to @dst, or went. */
void nvlf_windows_of_peer(struct nvlf_fabric *f, unsigned int dst)
{
    unsigned int src;

    for (src = 0; src < f->endpoints; src++) {
        nvlf_windows_of_pair(f, src, dst);
    }
}

/* Once for each place */
void nvlf_windows_init(struct nvlf_endpoint *ep)
{
    ep->waiting = (struct nvlf_list) { NVLF_NONE, NVLF_NONE };
}

/*
 * Reset and detach: all windows are off, the registers zero. None is woken
 * meanwhile, and there are no events: WINDOW_EVENT is reset as well.
 */
void nvlf_windows_clear(struct nvlf_endpoint *ep)
{
    unsigned int i;

    for (i = 0; i < TRN4_WINDOWS; i++) {
        struct nvlf_window *w = &ep->windows[i];
        uint64_t life;

        window_leave(ep, i);
        life = w->life + 1;
        memset(w, 0, sizeof(*w));
        w->life = life;
    }
    memset(ep->window_event, 0, sizeof(ep->window_event));
}

/* ---- Registers ------------------------------------------------------- */

static struct nvlf_window *window_of(const struct nvlf_access *a)
{
    return &nvlf_ep(a)->windows[a->entry];
}

/* A field of the window that is 8 bytes wide and locked while it is enabled */
static uint32_t set_field(const struct nvlf_access *a, uint64_t *field,
                          uint64_t value)
{
    if (window_of(a)->ctrl & TRN4_WINDOW_ENABLE) {
        return NVL_ERR_BUSY;
    }
    *field = nvlf_merge(a, *field, value);
    return NVL_ERR_NONE;
}

/* One that is 4 bytes wide and has values below @limit */
static uint32_t set_index(const struct nvlf_access *a, uint32_t *field,
                          uint64_t value, uint64_t limit)
{
    if (window_of(a)->ctrl & TRN4_WINDOW_ENABLE) {
        return NVL_ERR_BUSY;
    }
    if (value >= limit) {
        return NVL_ERR_VALUE;
    }
    *field = value;
    return NVL_ERR_NONE;
}

static uint64_t aperture_get(const struct nvlf_access *a)
{
    return window_of(a)->aperture;
}

static uint32_t aperture_set(const struct nvlf_access *a, uint64_t value)
{
    return set_field(a, &window_of(a)->aperture, value);
}

static uint64_t size_get(const struct nvlf_access *a)
{
    return window_of(a)->size;
}

static uint32_t size_set(const struct nvlf_access *a, uint64_t value)
{
    return set_field(a, &window_of(a)->size, value);
}

static uint64_t offset_get(const struct nvlf_access *a)
{
    return window_of(a)->offset;
}

static uint32_t offset_set(const struct nvlf_access *a, uint64_t value)
{
    return set_field(a, &window_of(a)->offset, value);
}

static uint64_t peer_get(const struct nvlf_access *a)
{
    return window_of(a)->peer;
}

static uint32_t peer_set(const struct nvlf_access *a, uint64_t value)
{
    return set_index(a, &window_of(a)->peer, value, NVL_TARGET_IDS);
}

static uint64_t grant_get(const struct nvlf_access *a)
{
    return window_of(a)->grant;
}

static uint32_t grant_set(const struct nvlf_access *a, uint64_t value)
{
    return set_index(a, &window_of(a)->grant, value, TRN4_GRANTS);
}

static uint64_t generation_get(const struct nvlf_access *a)
{
    return window_of(a)->generation;
}

static uint32_t generation_set(const struct nvlf_access *a, uint64_t value)
{
    return set_index(a, &window_of(a)->generation, value, 1ull << 32);
}

static uint64_t ctrl_get(const struct nvlf_access *a)
{
    return window_of(a)->ctrl;
}

/*
 * An enabled window that has its pages, and keeps to its half of the aperture,
 * takes new rights where it stands. Writing what is already there is of no
 * effect, save that a window the device could not place is tried once more.
 */
static uint32_t ctrl_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_endpoint *ep = nvlf_ep(a);
    struct nvlf_window *w = window_of(a);
    uint32_t before = w->ctrl;
    struct nvlf_window freed;
    bool had_pages = w->claimed;

    if (value & ~(uint64_t)WINDOW_CTRL_ALL) {
        return NVL_ERR_VALUE;
    }
    if ((value & TRN4_WINDOW_ENABLE) &&
        !nvlf_rights_ok(value & NVL_RIGHTS_ALL)) {
        return NVL_ERR_VALUE;
    }
    if (value == before && w->status != TRN4_WINDOW_NO_MEMORY) {
        return NVL_ERR_NONE;
    }
    w->life++;
    if (had_pages && (value & TRN4_WINDOW_ENABLE) &&
        !((value ^ before) & NVL_RIGHT_WRITE)) {
        w->ctrl = value;
        window_judge(ep, a->entry, false);
        return NVL_ERR_NONE;
    }
    freed = *w;
    if (before & TRN4_WINDOW_ENABLE) {
        window_leave(ep, a->entry);
    }
    w->ctrl = value;
    if (value & TRN4_WINDOW_ENABLE) {
        window_begin(ep, a->entry);
    }
    if (had_pages && !w->claimed) {
        wake_waiting(ep, &freed);
    }
    return NVL_ERR_NONE;
}

static uint64_t status_get(const struct nvlf_access *a)
{
    return window_of(a)->status;
}

static const struct nvlf_reg window_regs[] = {
    { TRN4_WINDOW_APERTURE, 8, 1, aperture_get, aperture_set },
    { TRN4_WINDOW_SIZE, 8, 1, size_get, size_set },
    { TRN4_WINDOW_OFFSET, 8, 1, offset_get, offset_set },
    { TRN4_WINDOW_PEER, 4, 1, peer_get, peer_set },
    { TRN4_WINDOW_GRANT, 4, 1, grant_get, grant_set },
    { TRN4_WINDOW_GENERATION, 4, 1, generation_get, generation_set },
    { TRN4_WINDOW_CTRL, 4, 1, ctrl_get, ctrl_set },
    { TRN4_WINDOW_STATUS, 4, 1, status_get, NULL },
};
const struct nvlf_block nvlf_window_block =
    NVLF_BLOCK(TRN4_WINDOW_BASE, TRN4_WINDOWS, TRN4_WINDOW_STRIDE, window_regs);

static uint64_t event_get(const struct nvlf_access *a)
{
    return nvlf_ep(a)->window_event[a->nth];
}

static uint32_t event_set(const struct nvlf_access *a, uint64_t value)
{
    nvlf_ep(a)->window_event[a->nth] &= ~(value & a->mask);
    return NVL_ERR_NONE;
}

static const struct nvlf_reg window_event_regs[] = {
    { 0, 8, NVLF_EVENT_WORDS, event_get, event_set },
};
const struct nvlf_block nvlf_window_event_block =
    NVLF_BLOCK(TRN4_REG_WINDOW_EVENT, 1, 8 * NVLF_EVENT_WORDS,
               window_event_regs);
