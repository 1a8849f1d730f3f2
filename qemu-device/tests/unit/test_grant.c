/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_grant.c - grants: what may be granted, locks, rights, generations.
 */
#include "mock.h"

#define RW    (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define VALID TRN4_GRANT_VALID

static uint32_t ctrl(struct world *w, unsigned int g)
{
    return er(w, 0, grant_reg(g, TRN4_GRANT_CTRL));
}

static uint32_t generation(struct world *w, unsigned int g)
{
    return er(w, 0, grant_reg(g, TRN4_GRANT_GENERATION));
}

static void ranges(void)
{
    static const struct {
        uint64_t base, size;
        bool good;
    } cases[] = {
        { 0, PAGE, true },
        { 0, 8 * PAGE, true },
        { 7 * PAGE, PAGE, true },
        { 0, 0, false },
        { 0, 9 * PAGE, false },
        { 7 * PAGE, 2 * PAGE, false },
        { 8 * PAGE, PAGE, false },
        { 9 * PAGE, PAGE, false },
        { PAGE / 2, PAGE, false },
        { 0, PAGE / 2, false },
        { 4096, PAGE, false },
        { 0, PAGE + 1, false },
        /* Sums that wrap */
        { PAGE, UINT64_MAX - PAGE + 1, false },
        { UINT64_MAX - PAGE + 1, PAGE, false },
        { UINT64_MAX - PAGE + 1, 2 * PAGE, false },
        { 1ull << 63, 1ull << 63, false },
    };
    struct world *w = world_new(1, 8 * PAGE, 4 * PAGE);
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(cases); i++) {
        grant(w, 0, 3, cases[i].base, cases[i].size, RW);
        if (!EQ(ctrl(w, 3), cases[i].good ? VALID | RW : 0)) {
            printf("# case %u\n", i);
        }
        EQ(newest_error(w, 0), cases[i].good ? NVL_ERR_NONE : NVL_ERR_VALUE);
        ew(w, 0, grant_reg(3, TRN4_GRANT_CTRL), 0);
    }
    world_free(w);
}

static void rights(void)
{
    struct world *w = world_new(1, 8 * PAGE, 4 * PAGE);
    uint32_t r;

    for (r = 0; r < 8; r++) {
        bool good = r == 1 || r == 3 || r == 7;

        grant(w, 0, 0, 0, PAGE, r);
        EQ(ctrl(w, 0), good ? VALID | r : 0);
        EQ(newest_error(w, 0), good ? NVL_ERR_NONE : NVL_ERR_VALUE);
        ew(w, 0, grant_reg(0, TRN4_GRANT_CTRL), 0);
    }
    world_free(w);
}

static void locked_while_valid(void)
{
    struct world *w = world_new(1, 8 * PAGE, 4 * PAGE);

    grant(w, 0, 511, PAGE, PAGE, RW);
    ewq(w, 0, grant_reg(511, TRN4_GRANT_BASE_ADDR), 0);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    ewq(w, 0, grant_reg(511, TRN4_GRANT_SIZE), 2 * PAGE);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    ew(w, 0, grant_reg(511, TRN4_GRANT_SIZE) + 4, 1);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    EQ(erq(w, 0, grant_reg(511, TRN4_GRANT_BASE_ADDR)), PAGE);
    EQ(erq(w, 0, grant_reg(511, TRN4_GRANT_SIZE)), PAGE);
    ew(w, 0, grant_reg(511, TRN4_GRANT_GENERATION), 9);
    EQ(newest_error(w, 0), NVL_ERR_READ_ONLY);
    ew(w, 0, grant_reg(511, TRN4_GRANT_CTRL), RW);
    ewq(w, 0, grant_reg(511, TRN4_GRANT_BASE_ADDR), 0);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    EQ(erq(w, 0, grant_reg(511, TRN4_GRANT_BASE_ADDR)), 0);
    world_free(w);
}

static void partition(void)
{
    const uint32_t reg = grant_reg(5, TRN4_GRANT_PARTITION);
    struct world *w = world_new(1, 8 * PAGE, 4 * PAGE);

    EQ(er(w, 0, reg), 0);
    ew(w, 0, reg, NVL_PARTITION_ID_MASK);
    EQ(newest_error(w, 0), NVL_ERR_NONE);
    EQ(er(w, 0, reg), NVL_PARTITION_ID_MASK);
    ew(w, 0, reg, NVL_PARTITION_ID_MASK + 1);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    EQ(er(w, 0, reg), NVL_PARTITION_ID_MASK);
    grant(w, 0, 5, 0, PAGE, RW);
    ew(w, 0, reg, 7);
    EQ(newest_error(w, 0), NVL_ERR_BUSY);
    EQ(er(w, 0, reg), NVL_PARTITION_ID_MASK);
    /* It stays when VALID ends, as BASE and SIZE do, and goes by a reset. */
    ew(w, 0, grant_reg(5, TRN4_GRANT_CTRL), 0);
    EQ(er(w, 0, reg), NVL_PARTITION_ID_MASK);
    nvlf_endpoint_reset(w->f, 0);
    EQ(er(w, 0, reg), 0);
    world_free(w);
}

static void refused_change_of_a_valid_one(void)
{
    struct world *w = world_new(1, 8 * PAGE, 4 * PAGE);

    grant(w, 0, 0, 0, PAGE, RW);
    ew(w, 0, grant_reg(0, TRN4_GRANT_CTRL), VALID | NVL_RIGHT_WRITE);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    EQ(ctrl(w, 0), VALID | RW);
    EQ(generation(w, 0), 1);
    /* Other rights, without an end in between: the same generation */
    ew(w, 0, grant_reg(0, TRN4_GRANT_CTRL), VALID | NVL_RIGHT_READ);
    EQ(ctrl(w, 0), VALID | NVL_RIGHT_READ);
    EQ(generation(w, 0), 1);
    world_free(w);
}

static void generation_goes_up_with_each_end(void)
{
    struct world *w = world_new(1, 8 * PAGE, 4 * PAGE);

    EQ(generation(w, 9), 1);
    grant(w, 0, 9, 0, PAGE, RW);
    EQ(generation(w, 9), 1);
    ew(w, 0, grant_reg(9, TRN4_GRANT_CTRL), 0);
    EQ(generation(w, 9), 2);
    ew(w, 0, grant_reg(9, TRN4_GRANT_CTRL), 0);
    EQ(generation(w, 9), 2);
    /* Reset ends it, and keeps count. */
    grant(w, 0, 9, 0, PAGE, RW);
    nvlf_endpoint_reset(w->f, 0);
    EQ(ctrl(w, 9), 0);
    EQ(generation(w, 9), 3);
    EQ(generation(w, 8), 1);
    nvlf_endpoint_reset(w->f, 0);
    EQ(generation(w, 9), 3);
    /* So does going away. */
    grant(w, 0, 9, 0, PAGE, RW);
    nvlf_endpoint_detach(w->f, 0);
    EQ(world_attach(w, 0), 0);
    EQ(ctrl(w, 9), 0);
    EQ(generation(w, 9), 4);
    /* 0 is left out. */
    w->f->ep[0]->grants[9].generation = UINT32_MAX;
    grant(w, 0, 9, 0, PAGE, RW);
    ew(w, 0, grant_reg(9, TRN4_GRANT_CTRL), 0);
    EQ(generation(w, 9), 1);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(ranges),
    TAP_TEST(rights),
    TAP_TEST(locked_while_valid),
    TAP_TEST(partition),
    TAP_TEST(refused_change_of_a_valid_one),
    TAP_TEST(generation_goes_up_with_each_end),
};
TAP_MAIN(tests)
