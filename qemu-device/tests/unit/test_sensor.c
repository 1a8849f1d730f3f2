/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_sensor.c - temperature and power: what registers read, and when too hot
 * is an error.
 */
#include "mock.h"

/* The temperature of accelerator 0 changes; returns records logged since. */
static uint64_t heat(struct world *w, int32_t temperature)
{
    uint64_t before = erq(w, 0, NVL_REG_LOG_HEAD);

    nvlf_device_sense(w->f, NVL_PARTNER_ENDPOINT, 0, temperature, 1000);
    EQ((int32_t)er(w, 0, NVL_REG_TEMPERATURE), temperature);
    EQ(er(w, 0, NVL_REG_POWER), 1000);
    return erq(w, 0, NVL_REG_LOG_HEAD) - before;
}

static void overheat(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    int32_t limit = nvlf_sensor_limit(NVL_PARTNER_ENDPOINT);

    EQ(limit, 95000);
    EQ(heat(w, 45000), 0);
    EQ(heat(w, limit), 0);
    EQ(heat(w, limit + 1), 1);
    EQ(NVL_LOG_CLASS(er(w, 0, log_reg(0, NVL_LOG_WHAT))), NVL_ERROR_OVERHEAT);
    EQ(er(w, 0, log_reg(0, NVL_LOG_PORT)), NVLF_LOG_DEVICE);
    EQ(erq(w, 0, log_reg(0, NVL_LOG_DETAIL)), limit + 1);
    /* Hotter still, and about the limit, are the same error. */
    EQ(heat(w, NVLF_TEMPERATURE_MAX), 0);
    EQ(heat(w, limit), 0);
    EQ(heat(w, limit + 1), 0);
    EQ(heat(w, limit - NVLF_COOLER + 1), 0);
    EQ(heat(w, limit + 1), 0);
    EQ(heat(w, limit - NVLF_COOLER), 0);
    EQ(heat(w, limit), 0);
    EQ(heat(w, limit + 2), 1);
    EQ(erq(w, 0, log_reg(1, NVL_LOG_DETAIL)), limit + 2);
    EQ(heat(w, NVLF_TEMPERATURE_MIN), 0);
    EQ(heat(w, limit + 3), 1);

    /* A reset does not cool: it is no new error. */
    nvlf_endpoint_reset(w->f, 0);
    EQ(er(w, 0, NVL_REG_TEMPERATURE), limit + 3);
    EQ(heat(w, limit + 3), 0);
    EQ(erq(w, 1, NVL_REG_LOG_HEAD), 0);
    world_check(w);
    world_free(w);
}

static void of_a_switch(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);

    EQ(nvlf_sensor_limit(NVL_PARTNER_SWITCH), 105000);
    nvlf_device_sense(w->f, NVL_PARTNER_SWITCH, 0, 105000, UINT32_MAX);
    EQ(srq(w, 0, NVL_REG_LOG_HEAD), 0);
    nvlf_device_sense(w->f, NVL_PARTNER_SWITCH, 0, 105001, UINT32_MAX);
    EQ(srq(w, 0, NVL_REG_LOG_HEAD), 1);
    EQ(sr(w, 0, NVL_REG_TEMPERATURE), 105001);
    EQ(sr(w, 0, NVL_REG_POWER), UINT32_MAX);

    /* Nobody there; then one that was never too hot */
    nvlf_switch_detach(w->f, 0);
    nvlf_device_sense(w->f, NVL_PARTNER_SWITCH, 0, 105001, 1);
    nvlf_device_sense(w->f, NVL_PARTNER_SWITCH, 1, 105001, 1);
    nvlf_device_sense(w->f, NVL_PARTNER_ENDPOINT, 2, 105001, 1);
    EQ(world_attach_switch(w, 0), 0);
    EQ(sr(w, 0, NVL_REG_TEMPERATURE), 0);
    EQ(sr(w, 0, NVL_REG_POWER), 0);
    nvlf_device_sense(w->f, NVL_PARTNER_SWITCH, 0, 105001, 1);
    EQ(srq(w, 0, NVL_REG_LOG_HEAD), 1);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(overheat),
    TAP_TEST(of_a_switch),
};
TAP_MAIN(tests)
