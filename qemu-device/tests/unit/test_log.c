/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_log.c - the error log: records and their numbers, what is lost and how
 * that shows, resets, and which errors it has.
 */
#include "mock.h"

#define DEVICE NVLF_LOG_DEVICE

static struct nvlf_device *dev(struct world *w, unsigned int e)
{
    return &w->f->ep[e]->d;
}

/* Entry @entry holds record @n, which was logged with these. */
static void record(struct world *w, unsigned int entry, uint64_t n,
                   uint64_t time, uint32_t class, uint32_t severity,
                   uint32_t scope, uint32_t port, uint64_t detail)
{
    uint32_t what = er(w, 0, log_reg(entry, NVL_LOG_WHAT));

    EQ(erq(w, 0, log_reg(entry, NVL_LOG_INDEX)), n);
    EQ(erq(w, 0, log_reg(entry, NVL_LOG_TIME)), time);
    EQ(NVL_LOG_CLASS(what), class);
    EQ(NVL_LOG_SEVERITY(what), severity);
    EQ(NVL_LOG_SCOPE(what), scope);
    EQ(er(w, 0, log_reg(entry, NVL_LOG_PORT)), port);
    EQ(erq(w, 0, log_reg(entry, NVL_LOG_DETAIL)), detail);
}

/* Each class with the severity and scope that docs/hardware gives it */
static void classes(void)
{
    static const struct {
        uint32_t class, severity, scope;
    } want[] = {
        { NVL_ERROR_LINK_DOWN, NVL_SEVERITY_ERROR, NVL_SCOPE_PORT },
        { NVL_ERROR_TRAIN_FAILED, NVL_SEVERITY_FATAL, NVL_SCOPE_PORT },
        { NVL_ERROR_LANES, NVL_SEVERITY_DEGRADED, NVL_SCOPE_PORT },
        { NVL_ERROR_CRC, NVL_SEVERITY_INFO, NVL_SCOPE_PORT },
        { NVL_ERROR_UNCORRECTABLE, NVL_SEVERITY_ERROR, NVL_SCOPE_PORT },
        { NVL_ERROR_FLAPPING, NVL_SEVERITY_DEGRADED, NVL_SCOPE_PORT },
        { NVL_ERROR_MISWIRED, NVL_SEVERITY_ERROR, NVL_SCOPE_FABRIC },
        { NVL_ERROR_OVERHEAT, NVL_SEVERITY_DEGRADED, NVL_SCOPE_DEVICE },
        { NVL_ERROR_ACCESS, NVL_SEVERITY_ERROR, NVL_SCOPE_DEVICE },
    };
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    unsigned int i;

    EQ(NVLF_COUNT(want), NVL_ERROR_ACCESS);
    for (i = 0; i < NVLF_COUNT(want); i++) {
        w->now += 10;
        nvlf_log(dev(w, 0), want[i].class, i, i * 0x100000001ull);
        EQ(erq(w, 0, NVL_REG_LOG_HEAD), i + 1);
    }
    for (i = 0; i < NVLF_COUNT(want); i++) {
        record(w, i, i, 10 * (i + 1), want[i].class, want[i].severity,
               want[i].scope, i, i * 0x100000001ull);
    }
    EQ(erq(w, 0, log_reg(i, NVL_LOG_INDEX)), UINT64_MAX);
    EQ(erq(w, 1, NVL_REG_LOG_HEAD), 0);
    EQ(srq(w, 0, NVL_REG_LOG_HEAD), 0);
    world_check(w);
    world_free(w);
}

/* The ring keeps the newest 64; overflow only where one was not yet read. */
static void overflow(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    uint64_t n;

    for (n = 0; n < 64; n++) {
        nvlf_log(dev(w, 0), NVL_ERROR_LANES, 3, n);
    }
    EQ(er(w, 0, NVL_REG_LOG_STATUS), 0);
    record(w, 0, 0, 0, NVL_ERROR_LANES, NVL_SEVERITY_DEGRADED, NVL_SCOPE_PORT,
           3, 0);
    /* One was read, so that its entry is free */
    ewq(w, 0, NVL_REG_LOG_TAIL, 1);
    nvlf_log(dev(w, 0), NVL_ERROR_LANES, 3, 64);
    EQ(er(w, 0, NVL_REG_LOG_STATUS), 0);
    nvlf_log(dev(w, 0), NVL_ERROR_LANES, 3, 65);
    EQ(er(w, 0, NVL_REG_LOG_STATUS), NVL_LOG_OVERFLOW);
    EQ(erq(w, 0, NVL_REG_LOG_HEAD), 66);
    EQ(erq(w, 0, NVL_REG_LOG_TAIL), 1);
    for (n = 2; n < 66; n++) {
        record(w, n % 64, n, 0, NVL_ERROR_LANES, NVL_SEVERITY_DEGRADED,
               NVL_SCOPE_PORT, 3, n);
    }
    /* It stays until it is cleared, and by its bit alone. */
    ewq(w, 0, NVL_REG_LOG_TAIL, 66);
    ew(w, 0, NVL_REG_LOG_STATUS, ~NVL_LOG_OVERFLOW);
    EQ(er(w, 0, NVL_REG_LOG_STATUS), NVL_LOG_OVERFLOW);
    ew(w, 0, NVL_REG_LOG_STATUS, NVL_LOG_OVERFLOW);
    EQ(er(w, 0, NVL_REG_LOG_STATUS), 0);
    for (n = 66; n < 66 + 64; n++) {
        nvlf_log(dev(w, 0), NVL_ERROR_LANES, 3, n);
    }
    EQ(er(w, 0, NVL_REG_LOG_STATUS), 0);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 0);
    world_check(w);
    world_free(w);
}

static void tail(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);

    nvlf_log(dev(w, 0), NVL_ERROR_CRC, 0, 1);
    nvlf_log(dev(w, 0), NVL_ERROR_CRC, 0, 10);
    EQ(erq(w, 0, NVL_REG_LOG_TAIL), 0);
    ewq(w, 0, NVL_REG_LOG_TAIL, 2);
    EQ(erq(w, 0, NVL_REG_LOG_TAIL), 2);
    ewq(w, 0, NVL_REG_LOG_TAIL, 1);
    EQ(erq(w, 0, NVL_REG_LOG_TAIL), 1);
    ew(w, 0, NVL_REG_LOG_TAIL, 2);
    EQ(erq(w, 0, NVL_REG_LOG_TAIL), 2);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 0);

    /* Not beyond the head, by whatever half; that is itself logged */
    ewq(w, 0, NVL_REG_LOG_TAIL, 3);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    EQ(erq(w, 0, NVL_REG_LOG_HEAD), 3);
    ew(w, 0, NVL_REG_LOG_TAIL + 4, 1);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    ewq(w, 0, NVL_REG_LOG_TAIL, UINT64_MAX);
    EQ(newest_error(w, 0), NVL_ERR_VALUE);
    EQ(erq(w, 0, NVL_REG_LOG_TAIL), 2);
    EQ(erq(w, 0, NVL_REG_LOG_HEAD), 3);
    world_free(w);
}

/* However many bad accesses there are, one of them is in the log. */
static void first_access(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    unsigned int i;

    w->now = 77;
    ew(w, 0, NVL_REG_ID, 1);
    for (i = 0; i < 1000; i++) {
        er(w, 0, 0xffc);
        nvlf_endpoint_ro_store(w->f, 0, PAGE);
    }
    EQ(erq(w, 0, NVL_REG_LOG_HEAD), 1);
    record(w, 0, 0, 77, NVL_ERROR_ACCESS, NVL_SEVERITY_ERROR, NVL_SCOPE_DEVICE,
           DEVICE, NVL_ERR_READ_ONLY);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 2001);
    EQ(er(w, 0, NVL_REG_INT_STATUS), NVL_INT_ERROR | NVL_INT_LOG);

    /* Once for each reset, also where the count is at its end */
    dev(w, 0)->err_count = UINT32_MAX;
    er(w, 0, 0xffc);
    EQ(erq(w, 0, NVL_REG_LOG_HEAD), 1);
    ew(w, 0, NVL_REG_CTRL, NVL_CTRL_RESET);
    EQ(erq(w, 0, NVL_REG_LOG_HEAD), 1);
    er(w, 0, 0xffc);
    EQ(erq(w, 0, NVL_REG_LOG_HEAD), 2);
    record(w, 1, 1, 77, NVL_ERROR_ACCESS, NVL_SEVERITY_ERROR, NVL_SCOPE_DEVICE,
           DEVICE, NVL_ERR_ACCESS);

    sr(w, 0, 0xffc);
    EQ(srq(w, 0, NVL_REG_LOG_HEAD), 1);
    EQ(sr(w, 0, log_reg(0, NVL_LOG_WHAT)),
       NVL_ERROR_ACCESS | NVL_SEVERITY_ERROR << 16 | NVL_SCOPE_DEVICE << 24);
    EQ(sr(w, 0, log_reg(0, NVL_LOG_PORT)), DEVICE);
    EQ(sr(w, 0, log_reg(0, NVL_LOG_DETAIL)), NVL_ERR_ACCESS);
    world_free(w);
}

/* A reset ends the interrupt and nothing else; a new device begins anew. */
static void life(void)
{
    struct world *w = world_empty(1, 2 * PAGE, 2 * PAGE);
    unsigned int i;

    w->now = 1000;
    EQ(world_attach_switch(w, 0), 0);
    EQ(world_attach(w, 0), 0);
    for (i = 0; i < 65; i++) {
        w->now++;
        nvlf_log(dev(w, 0), NVL_ERROR_UNCORRECTABLE, 35, i);
    }
    ewq(w, 0, NVL_REG_LOG_TAIL, 60);
    ew(w, 0, NVL_REG_INT_ENABLE, NVL_INT_LOG);
    EQ(w->ep[0].irqs[0], 1);
    nvlf_endpoint_reset(w->f, 0);
    EQ(er(w, 0, NVL_REG_INT_STATUS), 0);
    EQ(er(w, 0, NVL_REG_INT_ENABLE), 0);
    EQ(erq(w, 0, NVL_REG_LOG_HEAD), 65);
    EQ(erq(w, 0, NVL_REG_LOG_TAIL), 60);
    EQ(er(w, 0, NVL_REG_LOG_STATUS), NVL_LOG_OVERFLOW);
    record(w, 0, 64, 65, NVL_ERROR_UNCORRECTABLE, NVL_SEVERITY_ERROR,
           NVL_SCOPE_PORT, 35, 64);
    record(w, 63, 63, 64, NVL_ERROR_UNCORRECTABLE, NVL_SEVERITY_ERROR,
           NVL_SCOPE_PORT, 35, 63);

    nvlf_endpoint_detach(w->f, 0);
    nvlf_log(dev(w, 0), NVL_ERROR_LINK_DOWN, 0, 0);
    EQ(dev(w, 0)->log.head, 65);
    w->now = 5000;
    EQ(world_attach(w, 0), 0);
    EQ(erq(w, 0, NVL_REG_LOG_HEAD), 0);
    EQ(erq(w, 0, NVL_REG_LOG_TAIL), 0);
    EQ(er(w, 0, NVL_REG_LOG_STATUS), 0);
    EQ(erq(w, 0, log_reg(63, NVL_LOG_INDEX)), UINT64_MAX);
    EQ(erq(w, 0, log_reg(63, NVL_LOG_DETAIL)), 0);
    w->now = 5003;
    er(w, 0, 0xffc);
    EQ(erq(w, 0, log_reg(0, NVL_LOG_TIME)), 3);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(classes),      TAP_TEST(overflow), TAP_TEST(tail),
    TAP_TEST(first_access), TAP_TEST(life),
};
TAP_MAIN(tests)
