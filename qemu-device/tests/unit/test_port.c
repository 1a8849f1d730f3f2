/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_port.c - links: states at both ends, training, identities, events.
 */
#include "mock.h"

#define STATE(e, p)  er(w, e, port_reg(p, NVL_PORT_STATE))
#define SSTATE(s, p) sr(w, s, sport_reg(p, NVL_PORT_STATE))
#define ALL_36       ((1ull << 36) - 1)

static void one_end_detects(void)
{
    struct world *w = world_empty(2, 2 * PAGE, 2 * PAGE);

    EQ(world_attach(w, 1), 0);
    EQ(STATE(1, 0), NVL_PORT_DETECT);
    EQ(STATE(1, 35), NVL_PORT_DETECT);
    EQ(w->arms, 0);
    EQ(world_attach_switch(w, 1), 0);
    EQ(STATE(1, 17), NVL_PORT_DETECT);
    EQ(STATE(1, 18), NVL_PORT_TRAIN);
    EQ(SSTATE(1, 18), NVL_PORT_TRAIN);
    EQ(SSTATE(1, 17), NVL_PORT_DETECT);
    EQ(SSTATE(1, 36), NVL_PORT_DETECT);
    EQ(w->arms, 1);
    world_check(w);
    world_free(w);
}

static void training_ends_active(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);
    unsigned int e, l, p;

    for (e = 0; e < 4; e++) {
        for (l = 0; l < 36; l++) {
            EQ(STATE(e, l), NVL_PORT_TRAIN);
            EQ(er(w, e, port_reg(l, NVL_PORT_PARTNER)), NVL_PARTNER_NONE);
        }
        EQ(erq(w, e, NVL_REG_PORT_EVENT), 0);
    }
    world_train(w);
    for (e = 0; e < 4; e++) {
        for (l = 0; l < 36; l++) {
            EQ(STATE(e, l), NVL_PORT_ACTIVE);
            EQ(er(w, e, port_reg(l, NVL_PORT_TRAIN_COUNT)), 1);
        }
        EQ(erq(w, e, NVL_REG_PORT_EVENT), ALL_36);
        EQ(erq(w, e, NVL_REG_PORT_EVENT + 8), 0);
        EQ(er(w, e, NVL_REG_INT_STATUS), NVL_INT_PORT);
    }
    for (p = 0; p < 72; p++) {
        EQ(SSTATE(0, p), NVL_PORT_ACTIVE);
        EQ(sr(w, 1, sport_reg(p, NVL_PORT_TRAIN_COUNT)), 1);
    }
    EQ(srq(w, 0, NVL_REG_PORT_EVENT), UINT64_MAX);
    EQ(srq(w, 0, NVL_REG_PORT_EVENT + 8), 0xff);
    world_check(w);
    world_free(w);
}

static void partners_read_in_band(void)
{
    unsigned int n, e, l, s, p;

    for (n = 1; n <= 36; n++) {
        struct world *w;
        unsigned int width = 36 / n;

        if (!nvlf_fabric_check(n) || n == 12 || n == 18) {
            continue;
        }
        w = world_new(n, 2 * PAGE, 2 * PAGE);
        world_train(w);
        for (e = 0; e < w->endpoints; e++) {
            for (l = 0; l < 36; l++) {
                s = l / width;
                p = e * width + l % width;
                EQ(er(w, e, port_reg(l, NVL_PORT_PARTNER)), NVL_PARTNER_SWITCH);
                EQ(er(w, e, port_reg(l, NVL_PORT_PARTNER_SELF)), s);
                EQ(er(w, e, port_reg(l, NVL_PORT_PARTNER_PORT)), p);
                EQ(erq(w, e, port_reg(l, NVL_PORT_PARTNER_GUID)),
                   srq(w, s, NVL_REG_GUID));
                EQ(sr(w, s, sport_reg(p, NVL_PORT_PARTNER)),
                   NVL_PARTNER_ENDPOINT);
                EQ(sr(w, s, sport_reg(p, NVL_PORT_PARTNER_SELF)), e);
                EQ(sr(w, s, sport_reg(p, NVL_PORT_PARTNER_PORT)), l);
                EQ(srq(w, s, sport_reg(p, NVL_PORT_PARTNER_GUID)),
                   erq(w, e, NVL_REG_GUID));
            }
        }
        world_free(w);
    }
}

static void disable_and_enable(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);

    world_train(w);
    ewq(w, 1, NVL_REG_PORT_EVENT, UINT64_MAX);
    swq(w, 0, NVL_REG_PORT_EVENT, UINT64_MAX);
    ew(w, 1, port_reg(4, NVL_PORT_CTRL), 0);
    EQ(er(w, 1, port_reg(4, NVL_PORT_CTRL)), 0);
    EQ(STATE(1, 4), NVL_PORT_OFF);
    EQ(SSTATE(0, 22), NVL_PORT_DETECT);
    EQ(er(w, 1, port_reg(4, NVL_PORT_PARTNER)), NVL_PARTNER_NONE);
    EQ(sr(w, 0, sport_reg(22, NVL_PORT_PARTNER)), NVL_PARTNER_NONE);
    EQ(sr(w, 0, sport_reg(22, NVL_PORT_PARTNER_SELF)), 0);
    EQ(srq(w, 0, sport_reg(22, NVL_PORT_PARTNER_GUID)), 0);
    EQ(erq(w, 1, NVL_REG_PORT_EVENT), 1ull << 4);
    EQ(srq(w, 0, NVL_REG_PORT_EVENT), 1ull << 22);
    world_check(w);

    /* Both ends off, then one by one on */
    sw(w, 0, sport_reg(22, NVL_PORT_CTRL), 0);
    EQ(SSTATE(0, 22), NVL_PORT_OFF);
    ew(w, 1, port_reg(4, NVL_PORT_CTRL), NVL_PORT_CTRL_ENABLE);
    EQ(STATE(1, 4), NVL_PORT_DETECT);
    EQ(w->deadline, NVLF_NEVER);
    sw(w, 0, sport_reg(22, NVL_PORT_CTRL), NVL_PORT_CTRL_ENABLE);
    EQ(STATE(1, 4), NVL_PORT_TRAIN);
    EQ(SSTATE(0, 22), NVL_PORT_TRAIN);
    world_train(w);
    EQ(STATE(1, 4), NVL_PORT_ACTIVE);
    EQ(er(w, 1, port_reg(4, NVL_PORT_TRAIN_COUNT)), 2);
    EQ(sr(w, 0, sport_reg(22, NVL_PORT_TRAIN_COUNT)), 2);
    EQ(er(w, 1, port_reg(5, NVL_PORT_TRAIN_COUNT)), 1);
    /* Writing what is there already is no change. */
    ewq(w, 1, NVL_REG_PORT_EVENT, UINT64_MAX);
    ew(w, 1, port_reg(4, NVL_PORT_CTRL), NVL_PORT_CTRL_ENABLE);
    EQ(erq(w, 1, NVL_REG_PORT_EVENT), 0);
    EQ(w->deadline, NVLF_NEVER);
    world_check(w);
    world_free(w);
}

static void retrain(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);
    const uint32_t both = NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RETRAIN;

    world_train(w);
    sw(w, 1, sport_reg(0, NVL_PORT_CTRL), both);
    EQ(sr(w, 1, sport_reg(0, NVL_PORT_CTRL)), NVL_PORT_CTRL_ENABLE);
    EQ(SSTATE(1, 0), NVL_PORT_TRAIN);
    EQ(STATE(0, 18), NVL_PORT_TRAIN);
    world_check(w);
    world_train(w);
    EQ(STATE(0, 18), NVL_PORT_ACTIVE);
    EQ(er(w, 0, port_reg(18, NVL_PORT_TRAIN_COUNT)), 2);

    /* Of a port that is disabled, or has no partner: of no effect */
    ew(w, 0, port_reg(18, NVL_PORT_CTRL), NVL_PORT_CTRL_RETRAIN);
    EQ(STATE(0, 18), NVL_PORT_OFF);
    sw(w, 1, sport_reg(0, NVL_PORT_CTRL), both);
    EQ(SSTATE(1, 0), NVL_PORT_DETECT);
    EQ(w->deadline, NVLF_NEVER);
    world_check(w);
    world_free(w);
}

#define US(e, p)  er(w, e, port_reg(p, NVL_PORT_TRAIN_US))
#define SUS(s, p) sr(w, s, sport_reg(p, NVL_PORT_TRAIN_US))

/* Each link trains for its own time, to the nanosecond. */
static void each_trains_in_full(void)
{
    struct world *w = world_empty(2, 2 * PAGE, 2 * PAGE);
    const uint32_t both = NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RETRAIN;

    w->now = 5000;
    EQ(world_attach_switch(w, 0), 0);
    EQ(world_attach(w, 0), 0);
    EQ(w->deadline, 5000 + NVLF_TRAIN_NS);
    world_run(w, 400000);
    EQ(world_attach(w, 1), 0);
    EQ(w->arms, 1);
    world_run(w, 100000);
    /* One starts over; one leaves; one leaves and comes back. */
    ew(w, 1, port_reg(0, NVL_PORT_CTRL), both);
    ew(w, 1, port_reg(1, NVL_PORT_CTRL), 0);
    ew(w, 1, port_reg(2, NVL_PORT_CTRL), 0);
    ew(w, 1, port_reg(2, NVL_PORT_CTRL), NVL_PORT_CTRL_ENABLE);
    EQ(w->arms, 1);
    world_check(w);

    world_run(w, 499999);
    EQ(STATE(0, 0), NVL_PORT_TRAIN);
    EQ(US(0, 0), 999);
    world_run(w, 1);
    EQ(STATE(0, 0), NVL_PORT_ACTIVE);
    EQ(STATE(0, 17), NVL_PORT_ACTIVE);
    EQ(SSTATE(0, 0), NVL_PORT_ACTIVE);
    EQ(STATE(1, 3), NVL_PORT_TRAIN);
    world_run(w, 399999);
    EQ(STATE(1, 3), NVL_PORT_TRAIN);
    world_run(w, 1);
    EQ(STATE(1, 3), NVL_PORT_ACTIVE);
    EQ(STATE(1, 0), NVL_PORT_TRAIN);
    world_run(w, 99999);
    EQ(STATE(1, 0), NVL_PORT_TRAIN);
    EQ(STATE(1, 2), NVL_PORT_TRAIN);
    world_run(w, 1);
    EQ(STATE(1, 0), NVL_PORT_ACTIVE);
    EQ(STATE(1, 1), NVL_PORT_OFF);
    EQ(STATE(1, 2), NVL_PORT_ACTIVE);
    EQ(er(w, 1, port_reg(0, NVL_PORT_TRAIN_COUNT)), 1);
    /* Three moments at which links were ready, three ticks */
    EQ(w->ticks, 3);
    EQ(w->deadline, NVLF_NEVER);
    world_check(w);
    world_free(w);
}

static void training_takes(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);
    const uint32_t both = NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RETRAIN;

    EQ(US(0, 0), 0);
    world_run(w, 1999);
    EQ(US(0, 0), 1);
    EQ(SUS(0, 0), 1);
    world_train(w);
    EQ(US(0, 0), 1000);
    EQ(SUS(1, 71), 1000);

    /* Another time, from the next training on */
    ew(w, 0, port_reg(0, NVL_PORT_CTRL), both);
    nvlf_fabric_train_time(w->f, NVLF_TRAIN_NS_MAX);
    world_run(w, 500000);
    ew(w, 0, port_reg(1, NVL_PORT_CTRL), both);
    world_run(w, 500000);
    EQ(STATE(0, 0), NVL_PORT_ACTIVE);
    EQ(US(0, 0), 1000);
    EQ(US(0, 1), 500);
    world_run(w, NVLF_TRAIN_NS_MAX - 500001);
    EQ(STATE(0, 1), NVL_PORT_TRAIN);
    world_run(w, 1);
    EQ(STATE(0, 1), NVL_PORT_ACTIVE);
    EQ(US(0, 1), NVLF_TRAIN_NS_MAX / 1000);

    /* The owner is late: the training is not the longer for it. */
    nvlf_fabric_train_time(w->f, NVLF_TRAIN_NS_MIN);
    ew(w, 0, port_reg(0, NVL_PORT_CTRL), both);
    w->now += 7000;
    EQ(STATE(0, 0), NVL_PORT_TRAIN);
    EQ(US(0, 0), 1);
    world_run(w, 0);
    EQ(STATE(0, 0), NVL_PORT_ACTIVE);
    EQ(US(0, 0), 1);

    /* One that was broken off took until then, at both ends. */
    nvlf_fabric_train_time(w->f, NVLF_TRAIN_NS);
    ew(w, 0, port_reg(0, NVL_PORT_CTRL), both);
    world_run(w, 42000);
    ew(w, 0, port_reg(0, NVL_PORT_CTRL), 0);
    world_run(w, 10000);
    EQ(US(0, 0), 42);
    EQ(SUS(0, 0), 42);
    /* A reset forgets its own end's. */
    nvlf_switch_detach(w->f, 0);
    nvlf_endpoint_reset(w->f, 0);
    EQ(US(0, 0), 0);
    world_check(w);

    /* It stays at its maximum. */
    w->f->train_ns = 1ull << 60;
    EQ(world_attach_switch(w, 0), 0);
    world_run(w, 5000ull * UINT32_MAX);
    EQ(STATE(0, 0), NVL_PORT_TRAIN);
    EQ(US(0, 0), UINT32_MAX);
    ew(w, 0, port_reg(0, NVL_PORT_CTRL), 0);
    EQ(US(0, 0), UINT32_MAX);
    world_check(w);
    world_free(w);
}

/* Ticks are as many as writes at the most, however often links retrain. */
static void retrain_over_and_over(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);
    unsigned int i;

    world_train(w);
    w->ticks = w->arms = 0;
    for (i = 0; i < 3000; i++) {
        ew(w, 0, port_reg(0, NVL_PORT_CTRL),
           NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RETRAIN);
        world_run(w, NVLF_TRAIN_NS / 1000);
    }
    EQ(STATE(0, 0), NVL_PORT_TRAIN);
    CHECK(w->ticks <= 4);
    CHECK(w->arms <= 4);
    world_train(w);
    EQ(STATE(0, 0), NVL_PORT_ACTIVE);
    world_free(w);
}

/* All trainees may be gone when the time is over; a tick may be for nothing. */
static void trained_for_nobody(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);

    nvlf_switch_detach(w->f, 0);
    EQ(STATE(0, 0), NVL_PORT_DETECT);
    world_train(w);
    EQ(STATE(0, 0), NVL_PORT_DETECT);
    EQ(w->deadline, NVLF_NEVER);
    nvlf_fabric_tick(w->f);
    EQ(w->deadline, NVLF_NEVER);
    EQ(world_attach_switch(w, 0), 0);
    EQ(w->deadline, w->now + NVLF_TRAIN_NS);
    world_train(w);
    EQ(STATE(0, 0), NVL_PORT_ACTIVE);
    world_check(w);
    world_free(w);
}

#define LANES(e, p)  er(w, e, port_reg(p, NVL_PORT_LANES))
#define SLANES(s, p) sr(w, s, sport_reg(p, NVL_PORT_LANES))
#define WIRED        (NVL_LANES << 8)

static struct nvlf_port_faults *fault(struct world *w, unsigned int e,
                                      unsigned int p)
{
    return &w->f->ep[e]->d.faults.port[p];
}

/* The newest record of either device; its index for the end of all */
static void newest(const struct nvlf_device *d, uint64_t head,
                   enum nvl_error class, unsigned int port, uint64_t detail)
{
    const struct nvlf_record *r =
        &d->log.records[(d->log.head - 1) % NVL_LOG_ENTRIES];

    EQ(d->log.head, head);
    EQ(NVL_LOG_CLASS(r->what), class);
    EQ(r->port, port);
    EQ(r->detail, detail);
}

/* Each number of lanes, lost at either end; what is left is the fewer. */
static void lanes(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);
    const struct nvlf_device *ed = &w->f->ep[1]->d, *sd = &w->f->sw[0]->d;
    const uint32_t both = NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RETRAIN;
    unsigned int lost;
    uint64_t head;

    EQ(LANES(1, 2), WIRED);
    world_train(w);
    EQ(LANES(1, 2), WIRED | 4);
    EQ(SLANES(0, 20), WIRED | 4);
    for (lost = 1; lost < NVL_LANES; lost++) {
        fault(w, 1, 2)->lanes_lost = lost;
        w->f->sw[0]->d.faults.port[20].lanes_lost = NVL_LANES - 1 - lost;
        if (lost == 1) {
            w->f->sw[0]->d.faults.port[20].lanes_lost = 0;
        }
        ew(w, 1, port_reg(2, NVL_PORT_CTRL), both);
        EQ(LANES(1, 2), WIRED);
        world_check(w);
        world_train(w);
        EQ(STATE(1, 2), NVL_PORT_DEGRADED);
        EQ(SSTATE(0, 20), NVL_PORT_DEGRADED);
        EQ(LANES(1, 2), WIRED | (NVL_LANES - lost));
        EQ(SLANES(0, 20), WIRED | (NVL_LANES - lost));
        EQ(er(w, 1, port_reg(2, NVL_PORT_PARTNER)), NVL_PARTNER_SWITCH);
        newest(ed, ed->log.head, NVL_ERROR_LANES, 2, NVL_LANES - lost);
        newest(sd, sd->log.head, NVL_ERROR_LANES, 20, NVL_LANES - lost);
        world_check(w);
    }

    /* None: training fails, which a time after it does not mend. */
    EQ(er(w, 1, port_reg(2, NVL_PORT_TRAIN_COUNT)), 4);
    fault(w, 1, 2)->lanes_lost = NVL_LANES;
    ew(w, 1, port_reg(2, NVL_PORT_CTRL), both);
    head = ed->log.head;
    world_train(w);
    EQ(STATE(1, 2), NVL_PORT_FAULT);
    EQ(SSTATE(0, 20), NVL_PORT_FAULT);
    EQ(LANES(1, 2), WIRED);
    EQ(US(1, 2), 1000);
    EQ(er(w, 1, port_reg(2, NVL_PORT_PARTNER)), NVL_PARTNER_NONE);
    EQ(er(w, 1, port_reg(2, NVL_PORT_TRAIN_COUNT)), 4);
    newest(ed, head + 1, NVL_ERROR_TRAIN_FAILED, 2, 4);
    newest(sd, sd->log.head, NVL_ERROR_TRAIN_FAILED, 20, 4);
    EQ(w->deadline, NVLF_NEVER);
    fault(w, 1, 2)->lanes_lost = 0;
    world_run(w, 10 * NVLF_TRAIN_NS);
    ew(w, 1, port_reg(2, NVL_PORT_CTRL), NVL_PORT_CTRL_ENABLE);
    EQ(STATE(1, 2), NVL_PORT_FAULT);
    world_check(w);
    world_free(w);
}

static void fault_left_by(struct world *w, unsigned int how)
{
    const uint32_t on = NVL_PORT_CTRL_ENABLE;

    switch (how) {
    case 0:
        ew(w, 1, port_reg(2, NVL_PORT_CTRL), on | NVL_PORT_CTRL_RETRAIN);
        break;
    case 1:
        ew(w, 1, port_reg(2, NVL_PORT_CTRL), on | NVL_PORT_CTRL_RESET);
        break;
    case 2:
        ew(w, 1, port_reg(2, NVL_PORT_CTRL), 0);
        EQ(STATE(1, 2), NVL_PORT_OFF);
        EQ(SSTATE(0, 20), NVL_PORT_DETECT);
        ew(w, 1, port_reg(2, NVL_PORT_CTRL), on);
        break;
    case 3:
        sw(w, 0, sport_reg(20, NVL_PORT_CTRL), on | NVL_PORT_CTRL_RETRAIN);
        break;
    case 4:
        sw(w, 0, sport_reg(20, NVL_PORT_CTRL), on | NVL_PORT_CTRL_RESET);
        break;
    case 5:
        nvlf_switch_reset(w->f, 0);
        break;
    default:
        nvlf_endpoint_reset(w->f, 1);
        break;
    }
}

/* Each way out of FAULT, from either end, and back while the cause is there */
static void out_of_fault(void)
{
    unsigned int how;

    for (how = 0; how < 7; how++) {
        struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);

        fault(w, 1, 2)->lanes_lost = NVL_LANES;
        world_train(w);
        EQ(STATE(1, 2), NVL_PORT_FAULT);
        EQ(STATE(1, 3), NVL_PORT_ACTIVE);
        fault_left_by(w, how);
        EQ(STATE(1, 2), NVL_PORT_TRAIN);
        EQ(SSTATE(0, 20), NVL_PORT_TRAIN);
        world_train(w);
        EQ(STATE(1, 2), NVL_PORT_FAULT);
        fault(w, 1, 2)->lanes_lost = 0;
        fault_left_by(w, how);
        world_train(w);
        EQ(STATE(1, 2), NVL_PORT_ACTIVE);
        world_check(w);
        world_free(w);
    }
}

/* RESET is of one end's registers, and of the link. */
static void port_reset(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);

    world_train(w);
    sw(w, 1, sport_reg(0, NVL_PORT_CTRL),
       NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RESET);
    EQ(sr(w, 1, sport_reg(0, NVL_PORT_CTRL)), NVL_PORT_CTRL_ENABLE);
    EQ(SSTATE(1, 0), NVL_PORT_TRAIN);
    EQ(STATE(0, 18), NVL_PORT_TRAIN);
    EQ(sr(w, 1, sport_reg(0, NVL_PORT_TRAIN_COUNT)), 0);
    EQ(sr(w, 1, sport_reg(1, NVL_PORT_TRAIN_COUNT)), 1);
    EQ(er(w, 0, port_reg(18, NVL_PORT_TRAIN_COUNT)), 1);
    world_train(w);
    EQ(sr(w, 1, sport_reg(0, NVL_PORT_TRAIN_COUNT)), 1);
    EQ(er(w, 0, port_reg(18, NVL_PORT_TRAIN_COUNT)), 2);

    /* Of one that is disabled by the same write: not even its last time */
    sw(w, 1, sport_reg(0, NVL_PORT_CTRL), NVL_PORT_CTRL_RESET);
    EQ(SSTATE(1, 0), NVL_PORT_OFF);
    EQ(STATE(0, 18), NVL_PORT_DETECT);
    EQ(SUS(1, 0), 0);
    EQ(US(0, 18), 1000);
    world_check(w);
    world_free(w);
}

/* Who is there logs what its partner did; who is reset does not. */
static void down_is_logged(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    const struct nvlf_device *ed = &w->f->ep[0]->d, *sd = &w->f->sw[0]->d;

    /* What has not carried does not go down. */
    ew(w, 0, port_reg(5, NVL_PORT_CTRL), 0);
    EQ(ed->log.head, 0);
    world_train(w);
    EQ(ed->log.head, 0);
    EQ(sd->log.head, 0);

    ew(w, 0, port_reg(7, NVL_PORT_CTRL), 0);
    newest(ed, 1, NVL_ERROR_LINK_DOWN, 7, NVL_PORT_OFF);
    newest(sd, 1, NVL_ERROR_LINK_DOWN, 7, NVL_PORT_DETECT);
    ew(w, 0, port_reg(8, NVL_PORT_CTRL), 3);
    newest(ed, 2, NVL_ERROR_LINK_DOWN, 8, NVL_PORT_TRAIN);
    newest(sd, 2, NVL_ERROR_LINK_DOWN, 8, NVL_PORT_TRAIN);

    nvlf_endpoint_reset(w->f, 0);
    EQ(ed->log.head, 2);
    EQ(sd->log.head, 2 + 33);
    world_train(w);
    nvlf_switch_detach(w->f, 0);
    EQ(ed->log.head, 2 + 36);
    world_free(w);
}

static void flapping(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);
    const struct nvlf_device *ed = &w->f->ep[0]->d;
    const uint32_t both = NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RETRAIN;
    const uint64_t s = 1000000000;
    /* When it goes down, and whether that is flapping */
    static const struct {
        unsigned int ms;
        bool is;
    } downs[] = {
        { 1000, false },  { 6000, false },  { 11001, false }, { 15999, true },
        { 16100, false }, { 16200, false }, { 26100, true },
    };
    uint64_t head = 0;
    unsigned int i;

    world_train(w);
    for (i = 0; i < NVLF_COUNT(downs); i++) {
        world_run(w, downs[i].ms * (s / 1000) - w->now);
        ew(w, 0, port_reg(4, NVL_PORT_CTRL), both);
        head += 1 + downs[i].is;
        if (downs[i].is) {
            newest(ed, head, NVL_ERROR_FLAPPING, 4, i + 1);
        } else {
            newest(ed, head, NVL_ERROR_LINK_DOWN, 4, NVL_PORT_TRAIN);
        }
        world_train(w);
        /* Another port's downs are its own. */
        EQ(STATE(0, 5), NVL_PORT_ACTIVE);
    }
    world_free(w);
}

static void detach_and_reset_drop_the_far_end(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);

    world_train(w);
    swq(w, 0, NVL_REG_PORT_EVENT, UINT64_MAX);
    sw(w, 0, NVL_REG_INT_STATUS, ~0u);
    sw(w, 0, NVL_REG_INT_ENABLE, NVL_INT_PORT);
    nvlf_endpoint_detach(w->f, 0);
    EQ(SSTATE(0, 0), NVL_PORT_DETECT);
    EQ(SSTATE(0, 18), NVL_PORT_ACTIVE);
    EQ(srq(w, 0, NVL_REG_PORT_EVENT), (1ull << 18) - 1);
    EQ(w->sw[0].irqs, 1);
    EQ(world_attach(w, 0), 0);
    EQ(SSTATE(0, 0), NVL_PORT_TRAIN);
    EQ(STATE(0, 0), NVL_PORT_TRAIN);
    world_train(w);
    EQ(STATE(0, 0), NVL_PORT_ACTIVE);
    EQ(er(w, 0, port_reg(0, NVL_PORT_TRAIN_COUNT)), 1);
    EQ(sr(w, 0, sport_reg(0, NVL_PORT_TRAIN_COUNT)), 2);

    /* By its register: ports come back enabled, the far end trains again. */
    ew(w, 2, port_reg(3, NVL_PORT_CTRL), 0);
    ew(w, 2, NVL_REG_INT_ENABLE, NVL_INT_PORT);
    ew(w, 2, NVL_REG_CTRL, NVL_CTRL_RESET);
    EQ(er(w, 2, port_reg(3, NVL_PORT_CTRL)), NVL_PORT_CTRL_ENABLE);
    EQ(STATE(2, 3), NVL_PORT_TRAIN);
    EQ(SSTATE(0, 36), NVL_PORT_TRAIN);
    EQ(erq(w, 2, NVL_REG_PORT_EVENT), 0);
    EQ(er(w, 2, NVL_REG_INT_STATUS), 0);
    EQ(er(w, 2, NVL_REG_INT_ENABLE), 0);
    EQ(STATE(3, 0), NVL_PORT_ACTIVE);
    world_check(w);

    sw(w, 1, NVL_REG_CTRL, NVL_CTRL_RESET);
    EQ(SSTATE(1, 0), NVL_PORT_TRAIN);
    EQ(STATE(3, 18), NVL_PORT_TRAIN);
    EQ(STATE(3, 17), NVL_PORT_ACTIVE);
    EQ(srq(w, 1, NVL_REG_PORT_EVENT), 0);
    EQ(sr(w, 1, sport_reg(0, NVL_PORT_TRAIN_COUNT)), 0);
    world_train(w);
    EQ(STATE(3, 18), NVL_PORT_ACTIVE);
    world_check(w);
    world_free(w);
}

static void port_interrupt(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);

    ew(w, 0, NVL_REG_INT_ENABLE, NVL_INT_PORT);
    world_train(w);
    EQ(w->ep[0].irqs[0], 1);
    EQ(w->ep[1].irqs[0], 0);
    /* Not acknowledged: no other */
    ew(w, 0, port_reg(0, NVL_PORT_CTRL), 0);
    EQ(w->ep[0].irqs[0], 1);
    ew(w, 0, NVL_REG_INT_STATUS, NVL_INT_PORT | NVL_INT_LOG);
    EQ(er(w, 0, NVL_REG_INT_STATUS), 0);
    ew(w, 0, port_reg(1, NVL_PORT_CTRL), 0);
    EQ(w->ep[0].irqs[0], 2);
    EQ(erq(w, 0, NVL_REG_PORT_EVENT), ALL_36);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(one_end_detects),
    TAP_TEST(training_ends_active),
    TAP_TEST(partners_read_in_band),
    TAP_TEST(disable_and_enable),
    TAP_TEST(retrain),
    TAP_TEST(each_trains_in_full),
    TAP_TEST(training_takes),
    TAP_TEST(retrain_over_and_over),
    TAP_TEST(trained_for_nobody),
    TAP_TEST(lanes),
    TAP_TEST(out_of_fault),
    TAP_TEST(port_reset),
    TAP_TEST(down_is_logged),
    TAP_TEST(flapping),
    TAP_TEST(detach_and_reset_drop_the_far_end),
    TAP_TEST(port_interrupt),
};
TAP_MAIN(tests)
