/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_window.c - windows: each status, real pages, overlap, events, and that
 * pages move only where a window begins or ceases to be LIVE.
 */
#include <string.h>

#include "mock.h"

#define R    NVL_RIGHT_READ
#define RW   (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define RWA  NVL_RIGHTS_ALL
#define HALF (4 * PAGE) /* where the read-only half begins */

/* Four endpoints, all open; endpoint 1 grants 4 pages from its second one. */
static struct world *open_world(void)
{
    struct world *w = world_new(2, 16 * PAGE, 2 * HALF);

    world_open(w);
    grant(w, 1, 0, PAGE, 4 * PAGE, RWA);
    return w;
}

static bool all_ones(struct world *w, unsigned int e, uint64_t at,
                     uint64_t size)
{
    uint64_t i;

    for (i = 0; i < size; i += 8) {
        if (*(uint64_t *)(w->ep[e].aperture + at + i) != UINT64_MAX) {
            return false;
        }
    }
    return true;
}

static void off(struct world *w, unsigned int e, unsigned int n)
{
    ew(w, e, window_reg(n, TRN4_WINDOW_CTRL), 0);
}

static void a_life_with_real_pages(void)
{
    struct world *w = open_world();
    struct mock_endpoint *m = &w->ep[0];

    EQ(window_status(w, 0, 0), TRN4_WINDOW_OFF);
    CHECK(all_ones(w, 0, 0, 2 * HALF));
    EQ(window(w, 0, 0, PAGE, 2 * PAGE, PAGE, 1, 0, RW), TRN4_WINDOW_LIVE);
    EQ(m->places, 1);
    CHECK(!window_event(w, 0, 0));

    /* Stores through the window are in the peer's memory, and back. */
    memcpy(m->aperture + PAGE, "to the peer", 12);
    CHECK(!memcmp(w->ep[1].mem.ptr + 2 * PAGE, "to the peer", 12));
    memcpy(w->ep[1].mem.ptr + 4 * PAGE - 8, "its end", 8);
    CHECK(!memcmp(m->aperture + 3 * PAGE - 8, "its end", 8));
    CHECK(all_ones(w, 0, 0, PAGE));
    CHECK(all_ones(w, 0, 3 * PAGE, PAGE));

    off(w, 0, 0);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_OFF);
    EQ(m->clears, 1);
    CHECK(all_ones(w, 0, 0, 2 * HALF));
    m->aperture[PAGE] = 0;
    EQ(w->ep[1].mem.ptr[2 * PAGE], 't');
    CHECK(!window_event(w, 0, 0));
    world_check(w);
    world_free(w);
}

static void bad_ranges(void)
{
    static const struct {
        uint64_t aperture, size, offset;
        uint32_t rights;
        bool good;
    } cases[] = {
        { 0, PAGE, 0, RW, true },
        { 0, HALF, 0, RW, true },
        { HALF - PAGE, PAGE, 0, RW, true },
        { HALF, HALF, 0, R, true },
        { 2 * HALF - PAGE, PAGE, 0, R, true },
        /* The other's half, or across the border, or beyond the end */
        { 0, PAGE, 0, R, false },
        { HALF - PAGE, 2 * PAGE, 0, R, false },
        { HALF - PAGE, 2 * PAGE, 0, RW, false },
        { HALF, PAGE, 0, RW, false },
        { HALF, PAGE, 0, RWA, false },
        { 2 * HALF - PAGE, 2 * PAGE, 0, R, false },
        { 2 * HALF, PAGE, 0, R, false },
        { 0, 2 * HALF, 0, RW, false },
        /* Alignment and size */
        { 0, 0, 0, RW, false },
        { 4096, PAGE, 0, RW, false },
        { 0, PAGE + 4096, 0, RW, false },
        { 0, PAGE, 4096, RW, false },
        { 0, 1, 0, RW, false },
        /* Sums that wrap */
        { PAGE, UINT64_MAX - PAGE + 1, 0, RW, false },
        { UINT64_MAX - PAGE + 1, PAGE, 0, RW, false },
        { UINT64_MAX - PAGE + 1, PAGE, 0, R, false },
        { UINT64_MAX - PAGE + 1, 2 * PAGE, 0, R, false },
        { HALF, UINT64_MAX - HALF + 1, 0, R, false },
    };
    struct world *w = open_world();
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(cases); i++) {
        if (!EQ(window(w, 0, 7, cases[i].aperture, cases[i].size,
                       cases[i].offset, 1, 0, cases[i].rights),
                cases[i].good ? TRN4_WINDOW_LIVE : TRN4_WINDOW_BAD_RANGE)) {
            printf("# case %u\n", i);
        }
        world_check(w);
        off(w, 0, 7);
    }
    CHECK(all_ones(w, 0, 0, 2 * HALF));
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 0);
    world_free(w);
}

static void each_reason_in_turn(void)
{
    struct world *w = world_empty(2, 16 * PAGE, 2 * HALF);
    unsigned int s;

#define NOW(status) \
    ({ \
        EQ(window_status(w, 0, 0), status); \
        CHECK(window_event(w, 0, 0)); \
        CHECK(er(w, 0, NVL_REG_INT_STATUS) & NVL_INT_WINDOW); \
        ew(w, 0, NVL_REG_INT_STATUS, NVL_INT_WINDOW); \
        world_check(w); \
    })
    world_attach(w, 0);
    EQ(window(w, 0, 0, 0, 2 * PAGE, 3 * PAGE, 1, 0, RWA), TRN4_WINDOW_NO_PEER);
    CHECK(!window_event(w, 0, 0));
    CHECK(!(er(w, 0, NVL_REG_INT_STATUS) & NVL_INT_WINDOW));
    world_attach(w, 1);
    NOW(TRN4_WINDOW_NO_LINK);
    for (s = 0; s < 2; s++) {
        world_attach_switch(w, s);
    }
    CHECK(!window_event(w, 0, 0));
    world_train(w);
    NOW(TRN4_WINDOW_NO_ROUTE);
    route_all(w, 1, 1);
    NOW(TRN4_WINDOW_NO_PARTITION);
    partition_all(w, 1, 5);
    NOW(TRN4_WINDOW_NO_GRANT);
    grant(w, 1, 0, 0, 4 * PAGE, R);
    /* It was told no generation. */
    w->f->ep[0]->windows[0].generation = 0;
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), TRN4_GRANT_VALID | RW);
    NOW(TRN4_WINDOW_STALE);
    off(w, 0, 0);
    EQ(window(w, 0, 0, 0, 2 * PAGE, 3 * PAGE, 1, 0, RWA), TRN4_WINDOW_NO_RIGHT);
    CHECK(!window_event(w, 0, 0));
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), TRN4_GRANT_VALID | RWA);
    NOW(TRN4_WINDOW_BEYOND);
    /* An offset whose sum with the size wraps is no less beyond. */
    off(w, 0, 0);
    EQ(window(w, 0, 0, 0, 2 * PAGE, UINT64_MAX - PAGE + 1, 1, 0, RWA),
       TRN4_WINDOW_BEYOND);
    off(w, 0, 0);
    w->ep[0].refuse_place = true;
    EQ(window(w, 0, 0, 0, 2 * PAGE, 2 * PAGE, 1, 0, RWA),
       TRN4_WINDOW_NO_MEMORY);
    world_check(w);
    /* The same CTRL once more tries once more. */
    w->ep[0].refuse_place = false;
    ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), RWA | TRN4_WINDOW_ENABLE);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_LIVE);
    CHECK(!window_event(w, 0, 0));
    world_check(w);

    /* And all the way back */
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), TRN4_GRANT_VALID | RW);
    NOW(TRN4_WINDOW_NO_RIGHT);
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
    NOW(TRN4_WINDOW_NO_GRANT);
    sw(w, 1, partition_reg(5, NVL_PARTITION_CTRL), 0);
    NOW(TRN4_WINDOW_NO_PARTITION);
    route(w, 1, 1, 0, 0);
    NOW(TRN4_WINDOW_NO_ROUTE);
    nvlf_switch_detach(w->f, 0);
    CHECK(!window_event(w, 0, 0));
    nvlf_switch_detach(w->f, 1);
    NOW(TRN4_WINDOW_NO_LINK);
    nvlf_endpoint_detach(w->f, 1);
    NOW(TRN4_WINDOW_NO_PEER);
#undef NOW
    world_free(w);
}

static void peers_that_cannot_be(void)
{
    struct world *w = open_world();

    grant(w, 0, 0, 0, PAGE, RWA);
    /* Itself; beyond the fabric; the greatest target id */
    EQ(window(w, 0, 0, 0, PAGE, 0, 0, 0, RW), TRN4_WINDOW_NO_PEER);
    EQ(window(w, 0, 1, PAGE, PAGE, 0, 4, 0, RW), TRN4_WINDOW_NO_PEER);
    EQ(window(w, 0, 2, 2 * PAGE, PAGE, 0, 2047, 511, RW), TRN4_WINDOW_NO_PEER);
    /* They have their pages all the same. */
    EQ(window(w, 0, 3, PAGE, PAGE, 0, 1, 0, RW), TRN4_WINDOW_OVERLAP);
    world_check(w);
    off(w, 0, 1);
    EQ(window_status(w, 0, 3), TRN4_WINDOW_LIVE);
    off(w, 0, 2);
    off(w, 0, 0);
    world_check(w);
    world_free(w);
}

static void overlap_waits_its_turn(void)
{
    struct world *w = open_world();

    EQ(window(w, 0, 0, PAGE, 2 * PAGE, 0, 1, 0, RW), TRN4_WINDOW_LIVE);
    /* Before, behind, inside, around, exactly */
    EQ(window(w, 0, 1, 0, 2 * PAGE, 0, 1, 0, RW), TRN4_WINDOW_OVERLAP);
    EQ(window(w, 0, 2, 2 * PAGE, 2 * PAGE, 0, 1, 0, RW), TRN4_WINDOW_OVERLAP);
    EQ(window(w, 0, 3, PAGE, PAGE, 0, 1, 0, RW), TRN4_WINDOW_OVERLAP);
    EQ(window(w, 0, 4, 0, 4 * PAGE, 0, 1, 0, RW), TRN4_WINDOW_OVERLAP);
    EQ(window(w, 0, 5, PAGE, 2 * PAGE, 0, 1, 0, RW), TRN4_WINDOW_OVERLAP);
    /* Neighbours */
    EQ(window(w, 0, 6, 3 * PAGE, PAGE, 0, 1, 0, RW), TRN4_WINDOW_LIVE);
    world_check(w);
    /* 1 came first, and takes pages that 3, 4 and 5 want; 6 is in 2's way. */
    off(w, 0, 0);
    EQ(window_status(w, 0, 1), TRN4_WINDOW_LIVE);
    CHECK(window_event(w, 0, 1));
    EQ(window_status(w, 0, 2), TRN4_WINDOW_OVERLAP);
    EQ(window_status(w, 0, 3), TRN4_WINDOW_OVERLAP);
    CHECK(!window_event(w, 0, 3));
    world_check(w);
    off(w, 0, 1);
    EQ(window_status(w, 0, 3), TRN4_WINDOW_LIVE);
    EQ(window_status(w, 0, 2), TRN4_WINDOW_OVERLAP);
    off(w, 0, 6);
    EQ(window_status(w, 0, 2), TRN4_WINDOW_LIVE);
    /* Giving up waiting */
    off(w, 0, 4);
    EQ(window_status(w, 0, 4), TRN4_WINDOW_OFF);
    world_check(w);
    off(w, 0, 2);
    off(w, 0, 3);
    EQ(window_status(w, 0, 5), TRN4_WINDOW_LIVE);
    world_check(w);
    world_free(w);
}

static void reset_wakes_nobody(void)
{
    struct world *w = open_world();

    window(w, 0, 0, 0, PAGE, 0, 1, 0, RW);
    window(w, 0, 1, 0, PAGE, 0, 1, 0, RW);
    window(w, 0, 511, HALF, PAGE, 0, 1, 0, R);
    EQ(w->ep[0].places, 2);
    nvlf_endpoint_reset(w->f, 0);
    EQ(w->ep[0].places, 2);
    EQ(w->ep[0].clears, 2);
    EQ(window_status(w, 0, 1), TRN4_WINDOW_OFF);
    EQ(erq(w, 0, TRN4_REG_WINDOW_EVENT), 0);
    EQ(w->f->ep[0]->nclaims, 0);
    CHECK(all_ones(w, 0, 0, 2 * HALF));
    world_check(w);
    world_free(w);
}

static void locked_while_enabled(void)
{
    static const uint32_t regs64[] = { TRN4_WINDOW_APERTURE, TRN4_WINDOW_SIZE,
                                       TRN4_WINDOW_OFFSET };
    static const uint32_t regs32[] = { TRN4_WINDOW_PEER, TRN4_WINDOW_GRANT,
                                       TRN4_WINDOW_GENERATION };
    struct world *w = open_world();
    unsigned int i, round;

    /* LIVE, then refused: enabled is what counts */
    for (round = 0; round < 2; round++) {
        window(w, 0, 0, round * 4096, PAGE, 0, 1, 0, RW);
        for (i = 0; i < 3; i++) {
            ewq(w, 0, window_reg(0, regs64[i]), 0);
            EQ(newest_error(w, 0), NVL_ERR_BUSY);
            ew(w, 0, window_reg(0, regs64[i]) + 4, 0);
            EQ(newest_error(w, 0), NVL_ERR_BUSY);
            ew(w, 0, window_reg(0, regs32[i]), 0);
            EQ(newest_error(w, 0), NVL_ERR_BUSY);
        }
        ew(w, 0, window_reg(0, TRN4_WINDOW_STATUS), 0);
        EQ(newest_error(w, 0), NVL_ERR_READ_ONLY);
        off(w, 0, 0);
    }
    world_free(w);
}

static void rights_of_a_window(void)
{
    struct world *w = open_world();
    uint32_t r, clears;

    for (r = 0; r < 8; r++) {
        bool good = r == 1 || r == 3 || r == 7;

        window(w, 0, 0, r & NVL_RIGHT_WRITE ? 0 : HALF, PAGE, 0, 1, 0, r);
        EQ(window_status(w, 0, 0), good ? TRN4_WINDOW_LIVE : TRN4_WINDOW_OFF);
        EQ(newest_error(w, 0), good ? NVL_ERR_NONE : NVL_ERR_VALUE);
        off(w, 0, 0);
    }
    /* Fewer rights, and again more, where it stands: its pages stay. */
    window(w, 0, 0, 0, PAGE, 0, 1, 0, RWA);
    clears = w->ep[0].clears;
    ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), RW | TRN4_WINDOW_ENABLE);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_LIVE);
    ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), RWA | TRN4_WINDOW_ENABLE);
    EQ(w->ep[0].clears, clears);
    /* A refused write leaves it alone. */
    ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL),
       NVL_RIGHT_WRITE | TRN4_WINDOW_ENABLE);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_LIVE);
    /* Read-only: it is in the wrong half now, and frees its pages. */
    EQ(window(w, 0, 1, PAGE, PAGE, 0, 1, 0, RW), TRN4_WINDOW_LIVE);
    ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), R | TRN4_WINDOW_ENABLE);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_BAD_RANGE);
    EQ(w->ep[0].clears, clears + 1);
    EQ(window(w, 0, 2, 0, PAGE, 0, 1, 0, RW), TRN4_WINDOW_LIVE);
    ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), RW | TRN4_WINDOW_ENABLE);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_OVERLAP);
    world_check(w);
    world_free(w);
}

static void generation_makes_stale_for_good(void)
{
    struct world *w = open_world();

    EQ(window(w, 0, 0, 0, PAGE, 0, 1, 0, RW), TRN4_WINDOW_LIVE);
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_NO_GRANT);
    CHECK(all_ones(w, 0, 0, PAGE));
    /* The same range, granted anew */
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), TRN4_GRANT_VALID | RWA);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_STALE);
    EQ(w->ep[0].places, 1);
    EQ(w->ep[0].clears, 1);
    world_check(w);
    /* Told the new generation, it works. */
    off(w, 0, 0);
    EQ(window(w, 0, 0, 0, PAGE, 0, 1, 0, RW), TRN4_WINDOW_LIVE);
    nvlf_endpoint_reset(w->f, 1);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_NO_LINK);
    world_train(w);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_NO_GRANT);
    grant(w, 1, 0, PAGE, 4 * PAGE, RWA);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_STALE);
    /* Not even who comes next at that place has it. */
    nvlf_endpoint_detach(w->f, 1);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_NO_PEER);
    EQ(world_attach(w, 1), 0);
    world_train(w);
    grant(w, 1, 0, PAGE, 4 * PAGE, RWA);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_STALE);
    world_check(w);
    world_free(w);
}

/* Paths that come and go place and clear; what does not matter does not. */
static void pages_move_only_with_life(void)
{
    struct world *w = open_world();
    struct mock_endpoint *m = &w->ep[0];

    EQ(window(w, 0, 0, 0, PAGE, 0, 1, 0, RW), TRN4_WINDOW_LIVE);
    ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), RW | TRN4_WINDOW_ENABLE);
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), TRN4_GRANT_VALID | RW);
    route(w, 0, 1, 0, 0);
    sw(w, 0, partition_reg(0, NVL_PARTITION_CTRL), 0);
    nvlf_switch_reset(w->f, 0);
    EQ(m->places, 1);
    EQ(m->clears, 0);
    CHECK(!window_event(w, 0, 0));
    sw(w, 1, partition_reg(0, NVL_PARTITION_CTRL), 0);
    EQ(m->clears, 1);
    CHECK(window_event(w, 0, 0));
    CHECK(all_ones(w, 0, 0, PAGE));
    sw(w, 1, partition_reg(0, NVL_PARTITION_CTRL), NVL_PARTITION_VALID | 1);
    EQ(m->places, 2);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_LIVE);
    CHECK(window_event(w, 0, 0));
    world_check(w);
    world_free(w);
}

static void a_change_visits_its_windows_only(void)
{
    struct world *w = open_world();

    grant(w, 1, 1, 0, PAGE, RWA);
    grant(w, 2, 0, 0, PAGE, RWA);
    window(w, 0, 0, 0, PAGE, 0, 1, 0, RW);
    window(w, 0, 1, PAGE, PAGE, 0, 1, 1, RW);
    window(w, 0, 2, 2 * PAGE, PAGE, 0, 2, 0, RW);
    window(w, 3, 0, 0, PAGE, 0, 1, 0, RW);
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
    CHECK(window_event(w, 0, 0));
    CHECK(!window_event(w, 0, 1));
    CHECK(!window_event(w, 0, 2));
    CHECK(window_event(w, 3, 0));
    /* 0 and 1 part: not 3 and 1 */
    swq(w, 0, member_reg(0, 0), ~2ull);
    swq(w, 1, member_reg(0, 0), ~1ull);
    EQ(window_status(w, 0, 1), TRN4_WINDOW_NO_PARTITION);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_NO_PARTITION);
    EQ(window_status(w, 0, 2), TRN4_WINDOW_LIVE);
    EQ(window_status(w, 3, 0), TRN4_WINDOW_NO_GRANT);
    world_check(w);
    world_free(w);
}

static void window_interrupt(void)
{
    struct world *w = open_world();

    ew(w, 0, NVL_REG_INT_STATUS, ~0u);
    ew(w, 0, NVL_REG_INT_ENABLE, NVL_INT_WINDOW);
    window(w, 0, 100, 0, PAGE, 0, 1, 0, RW);
    off(w, 0, 100);
    window(w, 0, 100, 0, PAGE, 0, 1, 0, RW);
    EQ(w->ep[0].irqs[0], 0);
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
    EQ(w->ep[0].irqs[0], 1);
    EQ(erq(w, 0, TRN4_REG_WINDOW_EVENT + 8), 1ull << 36);
    ew(w, 0, NVL_REG_INT_STATUS, NVL_INT_WINDOW);
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), TRN4_GRANT_VALID | RWA);
    EQ(w->ep[0].irqs[0], 2);
    world_free(w);
}

/* All 512 at once, in a shuffled order, freed in another */
static void all_windows(void)
{
    struct world *w = world_new(1, 1024 * PAGE, 1024 * PAGE);
    unsigned int i, n;

    world_open(w);
    grant(w, 1, 0, 0, 512 * PAGE, RWA);
    for (i = 0; i < 512; i++) {
        n = i * 197 % 512;
        EQ(window(w, 0, n, n * PAGE, PAGE, n * PAGE, 1, 0, RW),
           TRN4_WINDOW_LIVE);
    }
    EQ(w->f->ep[0]->nclaims, 512);
    world_check(w);
    for (i = 0; i < 512; i++) {
        w->ep[0].aperture[i * PAGE] = i;
    }
    for (i = 0; i < 512; i++) {
        EQ(w->ep[1].mem.ptr[i * PAGE], i & 0xff);
    }
    /* One revoke takes all. */
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
    EQ(w->ep[0].clears, 512);
    for (i = 0; i < 8; i++) {
        EQ(erq(w, 0, TRN4_REG_WINDOW_EVENT + i * 8), UINT64_MAX);
    }
    for (i = 0; i < 512; i++) {
        off(w, 0, i * 341 % 512);
    }
    EQ(w->f->ep[0]->nclaims, 0);
    world_check(w);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(a_life_with_real_pages),
    TAP_TEST(bad_ranges),
    TAP_TEST(each_reason_in_turn),
    TAP_TEST(peers_that_cannot_be),
    TAP_TEST(overlap_waits_its_turn),
    TAP_TEST(reset_wakes_nobody),
    TAP_TEST(locked_while_enabled),
    TAP_TEST(rights_of_a_window),
    TAP_TEST(generation_makes_stale_for_good),
    TAP_TEST(pages_move_only_with_life),
    TAP_TEST(a_change_visits_its_windows_only),
    TAP_TEST(window_interrupt),
    TAP_TEST(all_windows),
};
TAP_MAIN(tests)
