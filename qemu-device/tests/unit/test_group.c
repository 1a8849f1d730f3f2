/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_group.c - a switch's table of groups: each check, and its end. */
#include "mock.h"

#define LO    NVL_GROUP_PORTS_LO
#define HI    NVL_GROUP_PORTS_HI
#define CTRL  NVL_GROUP_CTRL
#define VALID NVL_GROUP_VALID

static void kept(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    static const unsigned int entries[] = { 0, 511, 1023 };
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(entries); i++) {
        unsigned int g = entries[i];

        swq(w, 0, group_reg(g, LO), UINT64_MAX - g);
        swq(w, 0, group_reg(g, HI), 0xff - i);
        sw(w, 0, group_reg(g, CTRL), VALID | (g + 1));
        /* Another partition, while it is valid */
        sw(w, 0, group_reg(g, CTRL), VALID | (g + 2));
    }
    for (i = 0; i < NVLF_COUNT(entries); i++) {
        unsigned int g = entries[i];

        EQ(srq(w, 0, group_reg(g, LO)), UINT64_MAX - g);
        EQ(srq(w, 0, group_reg(g, HI)), 0xff - i);
        EQ(sr(w, 0, group_reg(g, CTRL)), VALID | (g + 2));
    }
    EQ(sr(w, 0, group_reg(1, CTRL)), 0);

    /* By halves */
    swq(w, 0, group_reg(7, LO), 0x1111111122222222);
    sw(w, 0, group_reg(7, LO), 0x33333333);
    sw(w, 0, group_reg(7, LO) + 4, 0x44444444);
    EQ(srq(w, 0, group_reg(7, LO)), 0x4444444433333333);
    EQ(sr(w, 0, NVL_REG_ERR_COUNT), 0);

    nvlf_switch_reset(w->f, 0);
    for (i = 0; i < NVL_GROUPS; i++) {
        EQ(sr(w, 0, group_reg(i, CTRL)), 0);
        EQ(srq(w, 0, group_reg(i, LO)), 0);
        EQ(srq(w, 0, group_reg(i, HI)), 0);
    }
    world_check(w);
    world_free(w);
}

static void ctrl_refused(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    unsigned int bit;

    sw(w, 0, group_reg(5, CTRL), 0xffff);
    for (bit = 16; bit < 31; bit++) {
        sw(w, 0, group_reg(5, CTRL), 1u << bit | 1);
        EQ(newest_switch_error(w, 0), NVL_ERR_VALUE);
        EQ(sr(w, 0, group_reg(5, CTRL)), 0xffff);
    }
    sw(w, 0, group_reg(5, CTRL), VALID);
    EQ(newest_switch_error(w, 0), NVL_ERR_VALUE);
    EQ(sr(w, 0, group_reg(5, CTRL)), 0xffff);
    /* Nor may a valid one lose its partition. */
    sw(w, 0, group_reg(5, CTRL), VALID | 9);
    EQ(newest_switch_error(w, 0), NVL_ERR_NONE);
    sw(w, 0, group_reg(5, CTRL), VALID);
    EQ(newest_switch_error(w, 0), NVL_ERR_VALUE);
    EQ(sr(w, 0, group_reg(5, CTRL)), VALID | 9);
    world_check(w);
    world_free(w);
}

static void ports_refused(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    unsigned int bit;

    swq(w, 0, group_reg(5, HI), 0x5a);
    for (bit = 8; bit < 64; bit++) {
        swq(w, 0, group_reg(5, HI), 1ull << bit | 1);
        EQ(newest_switch_error(w, 0), NVL_ERR_VALUE);
        EQ(srq(w, 0, group_reg(5, HI)), 0x5a);
    }
    sw(w, 0, group_reg(5, HI) + 4, 1u << 31);
    EQ(newest_switch_error(w, 0), NVL_ERR_VALUE);
    EQ(srq(w, 0, group_reg(5, HI)), 0x5a);
    world_check(w);
    world_free(w);
}

static void locked(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);

    swq(w, 0, group_reg(5, LO), 1);
    swq(w, 0, group_reg(5, HI), 2);
    sw(w, 0, group_reg(5, CTRL), VALID | 1);
    swq(w, 0, group_reg(5, LO), 3);
    EQ(newest_switch_error(w, 0), NVL_ERR_BUSY);
    sw(w, 0, group_reg(5, LO) + 4, 3);
    EQ(newest_switch_error(w, 0), NVL_ERR_BUSY);
    swq(w, 0, group_reg(5, HI), 3);
    EQ(newest_switch_error(w, 0), NVL_ERR_BUSY);
    EQ(srq(w, 0, group_reg(5, LO)), 1);
    EQ(srq(w, 0, group_reg(5, HI)), 2);
    /* Its neighbours are not. */
    swq(w, 0, group_reg(4, LO), 3);
    swq(w, 0, group_reg(6, HI), 3);
    EQ(newest_switch_error(w, 0), NVL_ERR_NONE);
    sw(w, 0, group_reg(5, CTRL), 0);
    swq(w, 0, group_reg(5, LO), 3);
    EQ(srq(w, 0, group_reg(5, LO)), 3);
    EQ(newest_switch_error(w, 0), NVL_ERR_NONE);
    world_check(w);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(kept),
    TAP_TEST(ctrl_refused),
    TAP_TEST(ports_refused),
    TAP_TEST(locked),
};
TAP_MAIN(tests)
