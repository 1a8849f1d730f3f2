/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fuzz.c - random accesses, with fixed seeds, by several guests at once:
 * whatever they write, every invariant holds when worked out anew from the raw
 * tables, and no memory is touched that was not granted.
 */
#include <string.h>

#include "mock.h"

static uint64_t state;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1dull;
}

static uint64_t below(uint64_t n)
{
    return (next() >> 11) % n;
}

static bool one_in(uint64_t n)
{
    return !below(n);
}

/* Numbers that hardware has trouble with */
static uint64_t nasty(void)
{
    /* clang-format off */
    static const uint64_t numbers[] = {
        0, 1, 2, 3, 7, 8, 31, 63, 64, 511, 512, 2047, 2048, 4095, 4096,
        NVL_PAGE_SIZE, 2 * NVL_PAGE_SIZE, NVL_PAGE_SIZE - 1, 1u << 31,
        UINT32_MAX, 1ull << 32, 1ull << 63, UINT64_MAX, UINT64_MAX - 4095,
        -(uint64_t)NVL_PAGE_SIZE, 0x80000001, 0x80000003, 0x80000007,
    };
    /* clang-format on */

    return one_in(4) ? next() : numbers[below(NVLF_COUNT(numbers))];
}

/* ---- Blind: any register, any value ---------------------------------- */

static uint64_t any_endpoint_reg(void)
{
    switch (below(9)) {
    case 0:
        return one_in(4) ? below(NVL_LOG_BASE + 0x800) : below(0x260);
    case 1:
        return port_reg(below(36), below(0x80) & ~3);
    case 2:
        return queue_reg(below(64), below(0x30) & ~3);
    case 3:
        return grant_reg(below(512), below(0x20) & ~3);
    case 4:
    case 5:
        return window_reg(below(512), below(0x30) & ~3);
    case 6:
        return doorbell_reg(below(64), below(8) & ~3);
    case 7:
        return segment_reg(below(64), below(128), below(0x20) & ~3);
    default:
        return below(TRN4_BAR_REGS_SIZE + 16);
    }
}

static uint64_t any_switch_reg(void)
{
    switch (below(6)) {
    case 0:
        return one_in(4) ? below(NVL_LOG_BASE + 0x800) : below(0x260);
    case 1:
        return sport_reg(below(72), below(0x80) & ~3);
    case 2:
        return route_reg(one_in(4) ? below(2048) : below(8), below(16) & ~3);
    case 3:
        return partition_reg(below(64), below(0x200) & ~3);
    case 4:
        return group_reg(below(1024), below(0x20) & ~3);
    default:
        return below(NVL_SWITCH_BAR_REGS_SIZE + 16);
    }
}

static void blind_access(struct world *w)
{
    unsigned int size = one_in(20) ? below(10) : one_in(2) ? 4 : 8;
    bool is_switch = one_in(3);
    uint64_t reg = is_switch ? any_switch_reg() : any_endpoint_reg();
    unsigned int id = below(is_switch ? w->switches : w->endpoints);

    world_run(w, below(1000));
    if (one_in(3) && size) {
        reg -= reg % size;
    }
    if (one_in(4)) {
        if (is_switch) {
            nvlf_switch_read(w->f, id, reg, size);
        } else {
            nvlf_endpoint_read(w->f, id, reg, size);
        }
    } else if (is_switch) {
        nvlf_switch_write(w->f, id, reg, nasty(), size);
    } else {
        nvlf_endpoint_write(w->f, id, reg, nasty(), size);
    }
}

/* ---- Knowing: what a driver would write, in any order ---------------- */

static const uint32_t good_rights[] = { 1, 3, 7 };

static void some_grant(struct world *w, unsigned int e)
{
    unsigned int g = below(4), npages = w->ep[e].mem.size / PAGE;

    ew(w, e, grant_reg(g, TRN4_GRANT_CTRL), 0);
    if (one_in(2)) {
        ew(w, e, grant_reg(g, TRN4_GRANT_PARTITION), below(4));
    }
    if (!one_in(3)) {
        grant(w, e, g, below(npages) * PAGE, (1 + below(npages)) * PAGE,
              good_rights[below(3)]);
    }
}

static void some_window(struct world *w, unsigned int e)
{
    unsigned int n = below(12), npages = w->ep[e].aperture_size / PAGE;

    w->ep[e].refuse_place = one_in(10);
    if (one_in(4)) {
        ew(w, e, window_reg(n, TRN4_WINDOW_CTRL),
           TRN4_WINDOW_ENABLE | good_rights[below(3)]);
    } else {
        ew(w, e, window_reg(n, TRN4_WINDOW_CTRL), 0);
        if (!one_in(4)) {
            window(w, e, n, below(npages) * PAGE, (1 + below(3)) * PAGE,
                   below(3) * PAGE, below(w->endpoints + 1), below(4),
                   good_rights[below(3)]);
        }
    }
    w->ep[e].refuse_place = false;
}

static void some_switch_table(struct world *w, unsigned int s)
{
    unsigned int e = below(w->endpoints), p = below(3);

    switch (below(4)) {
    case 0:
        route(w, s, e, 0, 0);
        break;
    case 1:
        route_all(w, s, e);
        break;
    case 2:
        swq(w, s, member_reg(p, 0), next());
        break;
    default:
        sw(w, s, partition_reg(p, NVL_PARTITION_CTRL),
           one_in(3) ? 0 : NVL_PARTITION_VALID | (1 + below(9)));
        break;
    }
}

static void some_port(struct world *w)
{
    uint32_t value = below(16);

    if (one_in(2)) {
        ew(w, below(w->endpoints), port_reg(below(36), NVL_PORT_CTRL), value);
    } else {
        sw(w, below(w->switches), sport_reg(below(72), NVL_PORT_CTRL), value);
    }
}

/* Items in any number and order, some of them wrong or of no such port */
static void some_faults(struct world *w)
{
    static const char *const items[] = {
        "down",     "stuck",       "flap=1", "flap=3", "lanes=0", "lanes=3",
        "crc=1000", "crc=1000000", "swap=7", "swap=%", "dead",    "lanes=9",
        "",
    };
    char text[256] = "", why[64];
    unsigned int n = below(5), i, used = 0;
    struct nvlf_faults faults;
    struct nvlf_trays trays;
    bool is_switch = one_in(2);

    for (i = 0; i < n; i++) {
        const char *item = items[below(NVLF_COUNT(items))];

        used += snprintf(text + used, sizeof(text) - used, "%s%u", i ? "," : "",
                         (unsigned int)below(40));
        if (one_in(3)) {
            used += snprintf(text + used, sizeof(text) - used, "-%u",
                             (unsigned int)below(73));
        }
        if (!strcmp(item, "swap=%")) {
            used += snprintf(text + used, sizeof(text) - used, ":swap=%u",
                             (unsigned int)below(36));
        } else {
            used += snprintf(text + used, sizeof(text) - used, ":%s", item);
        }
    }
    if (one_in(10)) {
        strcpy(text, "dead");
    }
    if (nvlf_faults_parse(text, is_switch ? 72 : 36, &faults, why,
                          sizeof(why))) {
        if (is_switch) {
            nvlf_switch_faults(w->f, below(w->switches + 1), &faults);
        } else {
            nvlf_endpoint_faults(w->f, below(w->endpoints + 1), &faults);
        }
    }
    if (one_in(10) && nvlf_trays_parse(one_in(3)   ? "compute:0"
                                       : one_in(2) ? "switch:0"
                                                   : "",
                                       w->switches, &trays, why, sizeof(why))) {
        nvlf_fabric_trays_off(w->f, &trays);
    }
}

static void some_device(struct world *w)
{
    unsigned int e = below(w->endpoints), s = below(w->switches);

    switch (below(6)) {
    case 0:
        nvlf_endpoint_detach(w->f, e);
        break;
    case 1:
        world_attach(w, e);
        break;
    case 2:
        nvlf_switch_detach(w->f, s);
        break;
    case 3:
        world_attach_switch(w, s);
        break;
    case 4:
        nvlf_endpoint_reset(w->f, e);
        break;
    default:
        nvlf_switch_reset(w->f, s);
        break;
    }
}

/* Where lists of pages are that segments name, one of each queue */
static uint64_t list_at(unsigned int n)
{
    return 12 * MIB + n * 65536ull;
}

/* A segment of queue @q, on anything */
static void some_segment(struct world *w, unsigned int e, unsigned int q)
{
    unsigned int n = below(4), space = below(3), i;
    uint32_t ctrl = TRN4_SEGMENT_SPACE(space) | good_rights[below(3)];
    uint64_t base = below(2 * PAGE) & ~4095ull;

    if (one_in(8)) {
        /* Again, whatever it is: or refused */
        ew(w, e, segment_reg(q, n, TRN4_SEGMENT_CTRL),
           er(w, e, segment_reg(q, n, TRN4_SEGMENT_CTRL)) ^ TRN4_SEGMENT_VALID);
        return;
    }
    if (space == TRN4_SPACE_HOST) {
        ctrl &= ~NVL_RIGHT_ATOMIC;
        base += HOST_BASE;
    } else if (space == TRN4_SPACE_WINDOW) {
        ctrl |= TRN4_SEGMENT_SLOT(below(12));
    }
    if (space == TRN4_SPACE_HOST && one_in(2)) {
        uint64_t *list = (void *)(w->host + list_at(q));

        ctrl |= TRN4_SEGMENT_PAGES;
        base = HOST_BASE + list_at(q);
        for (i = 0; i < 8192; i++) {
            list[i] = HOST_BASE + (below(12 * MIB) & ~4095ull);
        }
        list[below(8192)] = nasty();
    }
    segment(w, e, q, n, one_in(10) ? nasty() : base,
            one_in(10) ? nasty() : PAGE + below(2 * PAGE), ctrl);
}

static void some_space(uint8_t space, __le64 *addr, __le16 *slot)
{
    *addr += space == TRN4_SPACE_HOST ? HOST_BASE : 0;
    *slot = space == TRN4_SPACE_WINDOW    ? below(12)
            : space == TRN4_SPACE_SEGMENT ? below(4)
                                          : 0;
}

/* What its queue can name, or anything */
static uint8_t a_space(bool user)
{
    return one_in(20) ? below(4) : user ? TRN4_SPACE_SEGMENT : below(3);
}

/* A descriptor, mostly whole, for a queue that is a user's or is not */
static void some_desc(struct trn4_desc *d, bool user)
{
    uint64_t src = one_in(3) ? nasty() : below((user ? 1 : 4) * PAGE);
    uint64_t dst = one_in(3) ? nasty() : below((user ? 1 : 4) * PAGE);
    unsigned int kind = below(TRN4_ATOMICS), type = below(TRN4_TYPES);

    switch (below(8)) {
    case 0:
    case 1:
        *d = copy_desc(a_space(user), 0, src, a_space(user), 0, dst,
                       one_in(6) ? nasty() : below(2 * PAGE));
        break;
    case 2:
        /* Rows; where the opcode is FILL, src_pitch is its pattern */
        *d = copy_desc(a_space(user), 0, src, a_space(user), 0, dst,
                       below(PAGE / 8));
        d->copy.rows = below(16);
        d->copy.dst_pitch = d->copy.length + below(PAGE / 8);
        d->copy.src_pitch = d->copy.length + below(PAGE / 8);
        if (one_in(2)) {
            d->opcode = TRN4_OP_FILL;
            d->src_space = 0;
            d->src = 0;
        }
        break;
    case 3:
    case 4:
        *d = atomic_desc(user ? a_space(user) : 1 + below(2), 0, dst & ~15ull,
                         kind, type, next(), 0);
        if (type == TRN4_TYPE_U128 || type == TRN4_TYPE_F32X4) {
            d->atomic.operand[1] = next();
            d->src_space = a_space(user);
            d->src = src & ~15ull;
            some_space(d->src_space, &d->src, &d->src_slot);
        } else if (type != TRN4_TYPE_U64 && type != TRN4_TYPE_F64) {
            d->atomic.operand[0] = (uint32_t)next();
        }
        if (one_in(4)) {
            d->flags ^= TRN4_DESC_FETCH;
        }
        break;
    case 5:
    case 6:
        *d = semaphore_desc(a_space(user), 0, dst & ~7ull,
                            below(TRN4_SEMAPHORES), below(2), below(3),
                            one_in(2) ? 0 : 1 + below(100));
        if (d->kind == TRN4_SEMAPHORE_SIGNAL && !one_in(10)) {
            d->semaphore.timeout = 0;
        }
        break;
    default:
        *d = (struct trn4_desc) { .opcode = TRN4_OP_FENCE };
        break;
    }
    if (d->opcode == TRN4_OP_COPY) {
        some_space(d->src_space, &d->src, &d->src_slot);
    }
    if (d->opcode != TRN4_OP_FENCE) {
        some_space(d->dst_space, &d->dst, &d->dst_slot);
    }
    if (one_in(8)) {
        ((uint8_t *)d)[below(64)] = next();
    }
}

/* Descriptors, mostly whole, on rings that mostly exist */
static void some_work(struct world *w, unsigned int e)
{
    unsigned int n = below(4), i;
    uint64_t at = HOST_SIZE - MIB + n * 16384ull;
    struct trn4_desc *sq = (void *)(w->host + at);
    bool user;

    if (one_in(8)) {
        ew(w, e, queue_reg(n, TRN4_QUEUE_CTRL), 0);
        ewq(w, e, queue_reg(n, TRN4_QUEUE_SQ_BASE), HOST_BASE + at);
        ewq(w, e, queue_reg(n, TRN4_QUEUE_CQ_BASE), HOST_BASE + at + 8192);
        ew(w, e, queue_reg(n, TRN4_QUEUE_SIZE), 1 + below(7));
        /* Accelerators share rings: each is a user's for all, or for none. */
        user = one_in(16) ? one_in(2) : n % 2;
        ew(w, e, queue_reg(n, TRN4_QUEUE_CTRL),
           1 + 2 * below(2) + (user ? TRN4_QUEUE_USER : 0));
    }
    if (one_in(3)) {
        some_segment(w, e, n);
    }
    for (i = 0; i < 4; i++) {
        some_desc(&sq[below(8)], n % 2);
    }
    /* Not too many at a time: copies are real. */
    ew(w, e, doorbell_reg(n, TRN4_DOORBELL_SQ_TAIL),
       (er(w, e, queue_reg(n, TRN4_QUEUE_SQ_TAIL)) + below(3)) % 4);
    ew(w, e, doorbell_reg(n, TRN4_DOORBELL_CQ_HEAD),
       er(w, e, queue_reg(n, TRN4_QUEUE_CQ_TAIL)));
    if (one_in(3)) {
        some_segment(w, e, n);
    }
    nvlf_engine_run(w->f, e);
}

/* Numbers by which operations are held for long, or not at all */
static void some_pace(struct world *w)
{
    const struct nvlf_fabric_timing f = { below(2) ? 50000 : 100, below(5000),
                                          below(100) };
    const struct nvlf_endpoint_timing e = { 1000, below(5000), 1000, 0 };

    nvlf_fabric_timing(w->f, &f);
    if (nvlf_endpoint_at(w->f, 0)) {
        nvlf_endpoint_timing(w->f, 0, &e);
    }
    nvlf_fabric_pace(w->f, below(4));
}

static void knowing_access(struct world *w)
{
    unsigned int e = below(w->endpoints);

    switch (below(16)) {
    case 0:
    case 1:
    case 2:
        some_grant(w, e);
        break;
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
        some_window(w, e);
        break;
    case 8:
    case 9:
    case 10:
        some_switch_table(w, below(w->switches));
        break;
    case 11:
        some_port(w);
        if (one_in(8)) {
            some_faults(w);
        }
        break;
    case 12:
    case 13:
    case 14:
        some_work(w, e);
        break;
    default:
        if (one_in(4)) {
            some_device(w);
        } else if (one_in(4)) {
            some_pace(w);
        } else {
            world_run(w, below(2 * NVLF_TRAIN_NS));
        }
        break;
    }
}

/*
 * HBM of the last endpoint is never granted: what is in it must stay. It does
 * not work on its own behalf, either.
 */
static void guard_set(struct world *w)
{
    struct mock_endpoint *m = &w->ep[w->endpoints - 1];

    fill(m->mem.ptr, m->mem.size, 12345);
}

static void guard_check(struct world *w)
{
    struct mock_endpoint *m = &w->ep[w->endpoints - 1];
    static uint8_t want[4 * NVL_PAGE_SIZE];

    fill(want, m->mem.size, 12345);
    CHECK(!memcmp(want, m->mem.ptr, m->mem.size));
}

/* ---- Trapped: loads and stores of the aperture ------------------------ */

/* One access, and what it must do by the raw tables */
static void some_trap(struct world *w, unsigned int e)
{
    struct nvlf_endpoint *ep = nvlf_endpoint_at(w->f, e);
    uint64_t at = one_in(8) ? nasty() : below(w->ep[e].aperture_size);
    unsigned int size = one_in(20) ? below(20) : 1u << below(4);
    uint64_t value = next(), want = 0, got, count, refused;
    const struct nvlf_window *win;
    uint8_t *p = NULL;
    bool write = one_in(2);

    if (one_in(2)) {
        at &= ~7ull;
    } else if (one_in(4)) {
        at = (at | (PAGE - 1)) - below(10);
    }
    if (!ep) {
        EQ(nvlf_trap_read(w->f, e, at, size), UINT64_MAX);
        nvlf_trap_write(w->f, e, at, value, size);
        return;
    }
    count = ep->trap_count;
    refused = ep->trap_refused;
    win = brute_window(w, e, at, size);
    if (win && win->status == TRN4_WINDOW_LIVE && size && size <= 8 &&
        !(size & (size - 1)) &&
        (win->ctrl & (write ? NVL_RIGHT_WRITE : NVL_RIGHT_READ))) {
        p = w->ep[win->peer].mem.ptr + win->offset + (at - win->aperture) +
            w->f->ep[win->peer]->grants[win->grant].base;
        memcpy(&want, p, size);
    }
    if (!write) {
        got = nvlf_trap_read(w->f, e, at, size);
        EQ(got, p ? want : UINT64_MAX);
    } else {
        nvlf_trap_write(w->f, e, at, value, size);
        CHECK(!p || !memcmp(p, &value, size));
        if (p) {
            struct mock_endpoint *m = &w->ep[win->peer];

            EQ(m->dirty_offset, p - m->mem.ptr);
            EQ(m->dirty_len, size);
        }
    }
    EQ(ep->trap_count, count + 1);
    EQ(ep->trap_refused, refused + !p);
}

static void run_in(struct world *w, uint64_t seed, unsigned int accesses,
                   unsigned int check_every, bool knowing)
{
    unsigned int i;

    state = seed;
    if (knowing) {
        world_open(w);
    }
    for (i = 1; i <= accesses && !tap_failures; i++) {
        if (w->trap && one_in(2)) {
            some_trap(w, below(w->endpoints));
        } else if (knowing && !one_in(10)) {
            knowing_access(w);
        } else {
            blind_access(w);
        }
        if (i % check_every == 0) {
            world_check(w);
        }
        if (tap_failures) {
            printf("# seed %" PRIu64 " access %u\n", seed, i);
        }
    }
    world_check(w);
    world_free(w);
}

static void run(unsigned int switches, uint64_t seed, unsigned int accesses,
                unsigned int check_every, bool knowing)
{
    run_in(world_new(switches, 4 * PAGE, 8 * PAGE), seed, accesses, check_every,
           knowing);
}

static void blind(void)
{
    unsigned int seed;

    for (seed = 1; seed <= 4; seed++) {
        run(2, seed, 50000, 500, false);
    }
}

static void knowing_one_switch(void)
{
    unsigned int seed;

    for (seed = 11; seed <= 14; seed++) {
        run(1, seed, 15000, 1, true);
    }
}

static void knowing_two_switches(void)
{
    unsigned int seed;

    for (seed = 21; seed <= 24; seed++) {
        run(2, seed, 15000, 2, true);
    }
}

static void knowing_six_switches(void)
{
    run(6, 31, 15000, 20, true);
}

static void trapped(void)
{
    run_in(world_trap(1, 4 * PAGE, 8 * PAGE), 51, 30000, 5, true);
    run_in(world_trap(2, 4 * PAGE, 8 * PAGE), 52, 30000, 10, true);
}

/* Everybody does as they like, except to grant the last one's memory. */
static void guarded(struct world *w)
{
    unsigned int i;

    state = 41;
    world_open(w);
    guard_set(w);
    for (i = 0; i < 30000; i++) {
        unsigned int e = below(3);

        switch (below(4)) {
        case 0:
            some_grant(w, e);
            break;
        case 1:
        case 2:
            some_window(w, e);
            break;
        default:
            some_work(w, e);
            if (one_in(20)) {
                some_pace(w);
            }
            break;
        }
        /* So that waits look again, and end */
        world_run(w, below(10000));
        if (w->trap) {
            some_trap(w, e);
        }
    }
    guard_check(w);
    world_check(w);
    world_free(w);
}

static void what_was_not_granted_stays(void)
{
    guarded(world_new(2, 4 * PAGE, 8 * PAGE));
}

static void also_where_it_traps(void)
{
    guarded(world_trap(2, 4 * PAGE, 8 * PAGE));
}

static const struct tap_test tests[] = {
    TAP_TEST(blind),
    TAP_TEST(knowing_one_switch),
    TAP_TEST(knowing_two_switches),
    TAP_TEST(knowing_six_switches),
    TAP_TEST(trapped),
    TAP_TEST(what_was_not_granted_stays),
    TAP_TEST(also_where_it_traps),
};
TAP_MAIN(tests)
