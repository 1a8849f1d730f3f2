/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_limit.c - grants for the members of one partition: windows on them come
 * and go with that, whatever else lets the pair through.
 */
#include "mock.h"

#define RW (NVL_RIGHT_READ | NVL_RIGHT_WRITE)

#define LIMIT 77

/*
 * Endpoint 0 has window 0 on grant 0 of endpoint 1, which is for partition
 * LIMIT, and window 1 on grant 1, which is for all. All are in partition 1,
 * which is entry 0 of each switch.
 */
static struct world *limited_world(unsigned int switches)
{
    struct world *w = world_new(switches, 8 * PAGE, 8 * PAGE);

    world_open(w);
    ew(w, 1, grant_reg(0, TRN4_GRANT_PARTITION), LIMIT);
    grant(w, 1, 0, 0, PAGE, RW);
    grant(w, 1, 1, PAGE, PAGE, RW);
    EQ(window(w, 0, 0, 0, PAGE, 0, 1, 0, RW), TRN4_WINDOW_NO_PARTITION);
    EQ(window(w, 0, 1, PAGE, PAGE, 0, 1, 1, RW), TRN4_WINDOW_LIVE);
    world_check(w);
    return w;
}

static void set_members(struct world *w, unsigned int s, unsigned int p,
                        uint64_t members)
{
    swq(w, s, member_reg(p, 0), members);
}

static void set_id(struct world *w, unsigned int s, unsigned int p, uint32_t id)
{
    sw(w, s, partition_reg(p, NVL_PARTITION_CTRL),
       id ? NVL_PARTITION_VALID | id : 0);
}

/* The limited one is as said, and was told of it; the other never moves. */
#define NOW(status) \
    ({ \
        EQ(window_status(w, 0, 0), status); \
        CHECK(window_event(w, 0, 0)); \
        EQ(window_status(w, 0, 1), TRN4_WINDOW_LIVE); \
        CHECK(!window_event(w, 0, 1)); \
        world_check(w); \
    })

#define STILL(status) \
    ({ \
        EQ(window_status(w, 0, 0), status); \
        CHECK(!window_event(w, 0, 0)); \
        EQ(window_status(w, 0, 1), TRN4_WINDOW_LIVE); \
        CHECK(!window_event(w, 0, 1)); \
        world_check(w); \
    })

static void comes_and_goes_with_members(void)
{
    struct world *w = limited_world(1);

    set_members(w, 0, 9, 1);
    set_id(w, 0, 9, LIMIT);
    STILL(TRN4_WINDOW_NO_PARTITION);
    set_members(w, 0, 9, 3);
    NOW(TRN4_WINDOW_LIVE);
    set_members(w, 0, 9, 2);
    NOW(TRN4_WINDOW_NO_PARTITION);
    set_members(w, 0, 9, 3);
    NOW(TRN4_WINDOW_LIVE);
    set_members(w, 0, 9, 1);
    NOW(TRN4_WINDOW_NO_PARTITION);
    world_free(w);
}

static void comes_and_goes_with_the_entry(void)
{
    struct world *w = limited_world(1);

    set_members(w, 0, 9, 3);
    STILL(TRN4_WINDOW_NO_PARTITION);
    set_id(w, 0, 9, LIMIT + 1);
    STILL(TRN4_WINDOW_NO_PARTITION);
    /* An entry that is valid is given another id */
    set_id(w, 0, 9, LIMIT);
    NOW(TRN4_WINDOW_LIVE);
    set_id(w, 0, 9, LIMIT - 1);
    NOW(TRN4_WINDOW_NO_PARTITION);
    set_id(w, 0, 9, LIMIT);
    NOW(TRN4_WINDOW_LIVE);
    set_id(w, 0, 9, 0);
    NOW(TRN4_WINDOW_NO_PARTITION);
    world_free(w);
}

/* Two entries with the id are two: one of each is in none together. */
static void entries_are_apart(void)
{
    struct world *w = limited_world(1);

    set_members(w, 0, 8, 1);
    set_id(w, 0, 8, LIMIT);
    set_members(w, 0, 9, 2);
    set_id(w, 0, 9, LIMIT);
    STILL(TRN4_WINDOW_NO_PARTITION);
    /* And either is enough. */
    set_members(w, 0, 9, 3);
    NOW(TRN4_WINDOW_LIVE);
    set_members(w, 0, 8, 3);
    STILL(TRN4_WINDOW_LIVE);
    set_id(w, 0, 9, 0);
    STILL(TRN4_WINDOW_LIVE);
    set_id(w, 0, 8, 0);
    NOW(TRN4_WINDOW_NO_PARTITION);
    world_free(w);
}

/* It has to be on a switch that lets the pair through. */
static void on_a_switch_that_carries(void)
{
    struct world *w = limited_world(2);

    set_members(w, 1, 9, 3);
    set_id(w, 1, 9, LIMIT);
    NOW(TRN4_WINDOW_LIVE);
    /* The pair goes on over the first switch, which has no such partition. */
    route(w, 1, 1, 0, 0);
    NOW(TRN4_WINDOW_NO_PARTITION);
    set_members(w, 0, 9, 3);
    set_id(w, 0, 9, LIMIT);
    NOW(TRN4_WINDOW_LIVE);
    route_all(w, 1, 1);
    STILL(TRN4_WINDOW_LIVE);
    nvlf_switch_detach(w->f, 0);
    STILL(TRN4_WINDOW_LIVE);
    world_free(w);
}

/* Where nothing else lets the pair through, both go. */
static void the_only_partition(void)
{
    struct world *w = limited_world(1);

    set_members(w, 0, 9, 3);
    set_id(w, 0, 9, LIMIT);
    NOW(TRN4_WINDOW_LIVE);
    set_id(w, 0, 0, 0);
    STILL(TRN4_WINDOW_LIVE);
    set_id(w, 0, 9, 0);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_NO_PARTITION);
    EQ(window_status(w, 0, 1), TRN4_WINDOW_NO_PARTITION);
    world_check(w);
    world_free(w);
}

/* A grant that was for all, and is made anew, is another one. */
static void made_anew(void)
{
    struct world *w = limited_world(1);

    ew(w, 1, grant_reg(1, TRN4_GRANT_CTRL), 0);
    EQ(window_status(w, 0, 1), TRN4_WINDOW_NO_GRANT);
    ew(w, 1, grant_reg(1, TRN4_GRANT_PARTITION), LIMIT);
    grant(w, 1, 1, PAGE, PAGE, RW);
    EQ(window_status(w, 0, 1), TRN4_WINDOW_STALE);
    ew(w, 0, window_reg(1, TRN4_WINDOW_CTRL), 0);
    EQ(window(w, 0, 1, PAGE, PAGE, 0, 1, 1, RW), TRN4_WINDOW_NO_PARTITION);
    set_members(w, 0, 9, 3);
    set_id(w, 0, 9, LIMIT);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_LIVE);
    EQ(window_status(w, 0, 1), TRN4_WINDOW_LIVE);
    world_check(w);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(comes_and_goes_with_members),
    TAP_TEST(comes_and_goes_with_the_entry),
    TAP_TEST(entries_are_apart),
    TAP_TEST(on_a_switch_that_carries),
    TAP_TEST(the_only_partition),
    TAP_TEST(made_anew),
};
TAP_MAIN(tests)
