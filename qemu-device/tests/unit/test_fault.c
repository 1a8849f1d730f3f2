/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fault.c - faults: every kind of good and bad text, the effect of each
 * while it lasts, and that all comes back when it ends.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mock.h"

#define STATE(e, p)  er(w, e, port_reg(p, NVL_PORT_STATE))
#define SSTATE(s, p) sr(w, s, sport_reg(p, NVL_PORT_STATE))
#define LANES(e, p)  (er(w, e, port_reg(p, NVL_PORT_LANES)) & 0xff)
#define ON           NVL_PORT_CTRL_ENABLE
#define MS           1000000ull
#define SECOND       (1000 * MS)

/* ---- Text ------------------------------------------------------------ */

/* @text is refused; what is said has @words. Nothing is written beyond @why. */
static void refused(const char *text, unsigned int ports, const char *words)
{
    struct nvlf_faults faults;
    char why[300];

    memset(why, 'x', sizeof(why));
    why[299] = 0;
    if (!CHECK(!nvlf_faults_parse(text, ports, &faults, why, 256)) ||
        !CHECK(memchr(why, 0, 256)) || !CHECK(strstr(why, words))) {
        printf("# '%s': %s\n", text, why);
    }
    EQ(why[256], 'x');
    CHECK(!nvlf_faults_parse(text, ports, &faults, why, 1));
    EQ(why[0], 0);
}

static void bad_text(void)
{
    static const struct {
        const char *text;
        const char *words;
    } bad[] = {
        { ",", "'': an item is empty" },
        { "3:down,", "'': an item is empty" },
        { ",3:down", "'': an item is empty" },
        { "3:down,,4:down", "'': an item is empty" },
        { " 3:down", "' 3:down': expected a port" },
        { "3:down ", "'3:down ': a port's faults are down, stuck" },
        { "3 :down", "expected ':'" },
        { "dead,dead", "'dead': it is there twice" },
        { "deadly", "'deadly': expected a port" },
        { "dead=1", "'dead=1': expected a port" },
        { "DEAD", "expected a port" },
        { "down", "expected a port" },
        { ":down", "expected a port" },
        { "-1:down", "expected a port" },
        { "+1:down", "expected a port" },
        { "0x1:down", "expected ':'" },
        { "3", "'3': expected ':' after the port" },
        { "3:", "'3:': a port's faults are" },
        { "3-:down", "expected a port after '-'" },
        { "3-4", "expected ':'" },
        { "3--4:down", "expected a port after '-'" },
        { "4-3:down", "the range runs backwards" },
        { "36:down", "'36:down': there is no port 36, they are 0 to 35" },
        { "0-36:down", "there is no port 36" },
        { "4294967296:down", "expected a port" },
        { "99999999999999999999:down", "expected a port" },
        { "0-4294967296:down", "expected a port after '-'" },
        { "4294967295:down", "there is no port 4294967295" },
        { "3:Down", "a port's faults are" },
        { "3:downs", "a port's faults are" },
        { "3:up", "a port's faults are" },
        { "3:dead", "a port's faults are" },
        { "3:down=1", "'3:down=1': down takes no value" },
        { "3:stuck=", "stuck takes no value" },
        { "3:flap", "flap= takes a number from 1 to 86400000" },
        { "3:flap=", "flap= takes" },
        { "3:flap=0", "flap= takes" },
        { "3:flap=86400001", "flap= takes" },
        { "3:flap=10ms", "'3:flap=10ms': flap= takes" },
        { "3:lanes=4", "lanes= takes a number from 0 to 3" },
        { "3:lanes=-1", "lanes= takes" },
        { "3:lanes=1.5", "lanes= takes" },
        { "3:crc=0", "crc= takes a number from 1 to 1000000" },
        { "3:crc=1000001", "crc= takes" },
        { "3:crc=4294967297", "crc= takes" },
        { "3:swap", "swap= takes a number from 0 to 35" },
        { "3:swap=36", "there is no port 36" },
        { "3:swap=3", "a port cannot be swapped with itself" },
        { "3-4:swap=5", "only single ports can be swapped" },
        { "3:swap=4,4:swap=3", "'4:swap=3': port 4 has another swap" },
        { "3:swap=4,5:swap=4", "port 4 has another swap" },
        { "3:down,3:down", "port 3 has another down" },
        { "0-5:lanes=1,5-7:lanes=2",
          "'5-7:lanes=2': port 5 has another lanes" },
        { "1:flap=5,0-2:flap=6", "port 1 has another flap" },
        { "1:crc=5,1:crc=5", "port 1 has another crc" },
        { "1:stuck,1:stuck", "port 1 has another stuck" },
        { "0:down,1:crc=1,2:oops,3:down", "'2:oops'" },
        { "000000000000000000000000000000000000000000000000000000:oops",
          "'0000000000000000000000000000000000000000'..." },
    };
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(bad); i++) {
        refused(bad[i].text, 36, bad[i].words);
    }
    refused("72:down", 72, "they are 0 to 71");
    refused("3:swap=72", 72, "there is no port 72");
}

static void good_text(void)
{
    struct nvlf_faults f, none = { 0 };
    char why[8];
    unsigned int p;

    CHECK(nvlf_faults_parse("", 36, &f, why, sizeof(why)));
    CHECK(!memcmp(&f, &none, sizeof(f)));
    CHECK(nvlf_faults_parse("dead,0-35:down,7:stuck,7:lanes=0,35:flap=86400000,"
                            "0:crc=1000000,1-1:lanes=3,00008:swap=9",
                            36, &f, why, sizeof(why)));
    CHECK(f.dead);
    for (p = 0; p < 72; p++) {
        EQ(f.port[p].down, p < 36);
        EQ(f.port[p].stuck, p == 7);
        EQ(f.port[p].lanes_lost, p == 7 ? 4 : p == 1);
        EQ(f.port[p].flap_ms, p == 35 ? 86400000 : 0);
        EQ(f.port[p].crc, p == 0 ? 1000000 : 0);
        EQ(f.port[p].swap, p == 8 ? 10 : p == 9 ? 9 : 0);
    }
    CHECK(nvlf_faults_parse("71:down,70:swap=71", 72, &f, why, sizeof(why)));
    CHECK(f.port[71].down && !f.dead);
    EQ(f.port[71].swap, 71);
}

static void tray_text(void)
{
    static const struct {
        const char *text;
        unsigned int switches;
        const char *words;
    } bad[] = {
        { ",", 36, "expected compute:N or switch:N" },
        { "compute", 36, "expected compute:N" },
        { "compute:", 36, "'compute:': a tray of that kind" },
        { "compute:18", 36, "a number from 0 to 17" },
        { "switch:9", 36, "a number from 0 to 8" },
        { "compute:1", 2, "a number from 0 to 0" },
        { "switch:1", 4, "a number from 0 to 0" },
        { "compute:1x", 36, "'compute:1x'" },
        { "compute:-1", 36, "a number" },
        { "compute:4294967296", 36, "a number" },
        { "compute:3,switch:0,compute:3", 36,
          "'compute:3': it is there twice" },
        { "rack:0", 36, "'rack:0': expected" },
    };
    struct nvlf_trays t;
    char why[200];
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(bad); i++) {
        if (!CHECK(!nvlf_trays_parse(bad[i].text, bad[i].switches, &t, why,
                                     sizeof(why))) ||
            !CHECK(strstr(why, bad[i].words))) {
            printf("# '%s': %s\n", bad[i].text, why);
        }
    }
    CHECK(nvlf_trays_parse("compute:17,switch:8,compute:0", 36, &t, why, 1));
    EQ(t.compute, 1ull << 17 | 1);
    EQ(t.switches, 1ull << 8);
    CHECK(nvlf_trays_parse("", 1, &t, why, 1));
    EQ(t.compute | t.switches, 0);
}

/* Whatever is made of the letters of good texts: an answer and no more. */
static void random_text(void)
{
    static const char letters[] = "0123456789:,-=downstuckflaplanescrcswapdead";
    uint64_t x = 88172645463325252ull;
    struct nvlf_faults f;
    struct nvlf_trays t;
    char *text = malloc(64), why[20];
    unsigned int i, n, good = 0;

    for (i = 0; i < 200000; i++) {
        unsigned int len = i % 12;

        text = realloc(text, len + 1);
        for (n = 0; n < len; n++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            text[n] = i % 50 ? letters[x % (sizeof(letters) - 1)] : (char)x;
        }
        text[len] = 0;
        good += nvlf_faults_parse(text, 36, &f, why, sizeof(why));
        nvlf_trays_parse(text, 36, &t, why, sizeof(why));
        CHECK(memchr(why, 0, sizeof(why)) || !i);
        memset(why, 0, sizeof(why));
    }
    CHECK(good);
    free(text);
}

/* ---- Ports ----------------------------------------------------------- */

static uint64_t logged(const struct nvlf_device *d, enum nvl_error class)
{
    uint64_t n, found = 0;

    for (n = 0; n < d->log.head && n < NVL_LOG_ENTRIES; n++) {
        found += NVL_LOG_CLASS(d->log.records[n].what) == class;
    }
    return found;
}

static void down(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);

    world_open(w);
    ep_faults(w, 0, "2-3:down");
    EQ(STATE(0, 2), NVL_PORT_DETECT);
    EQ(SSTATE(0, 2), NVL_PORT_DETECT);
    EQ(STATE(0, 3), NVL_PORT_DETECT);
    EQ(STATE(0, 1), NVL_PORT_ACTIVE);
    EQ(logged(&w->f->ep[0]->d, NVL_ERROR_LINK_DOWN), 2);
    EQ(logged(&w->f->sw[0]->d, NVL_ERROR_LINK_DOWN), 2);
    world_check(w);
    /* Through a reset; from the other end as well */
    nvlf_endpoint_reset(w->f, 0);
    sw_faults(w, 0, "5:down");
    world_train(w);
    EQ(STATE(0, 2), NVL_PORT_DETECT);
    EQ(STATE(0, 5), NVL_PORT_DETECT);
    EQ(STATE(0, 4), NVL_PORT_ACTIVE);
    ew(w, 0, port_reg(2, NVL_PORT_CTRL), ON | NVL_PORT_CTRL_RETRAIN);
    EQ(STATE(0, 2), NVL_PORT_DETECT);
    ew(w, 0, port_reg(2, NVL_PORT_CTRL), 0);
    EQ(STATE(0, 2), NVL_PORT_OFF);
    EQ(SSTATE(0, 2), NVL_PORT_DETECT);
    ew(w, 0, port_reg(2, NVL_PORT_CTRL), ON);
    world_check(w);
    /* What both sets have stays as it is. */
    ep_faults(w, 0, "3:down");
    sw_faults(w, 0, "");
    EQ(STATE(0, 2), NVL_PORT_TRAIN);
    EQ(STATE(0, 3), NVL_PORT_DETECT);
    world_train(w);
    EQ(STATE(0, 2), NVL_PORT_ACTIVE);
    EQ(STATE(0, 5), NVL_PORT_ACTIVE);
    world_check(w);
    /* It goes with the device. */
    nvlf_endpoint_detach(w->f, 0);
    world_check(w);
    EQ(world_attach(w, 0), 0);
    world_train(w);
    EQ(STATE(0, 3), NVL_PORT_ACTIVE);
    world_check(w);
    world_free(w);
}

static void lanes_and_stuck(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);

    world_train(w);
    ep_faults(w, 1, "0:lanes=1,1:lanes=0,2:stuck");
    EQ(STATE(1, 0), NVL_PORT_TRAIN);
    EQ(STATE(1, 3), NVL_PORT_ACTIVE);
    world_check(w);
    world_train(w);
    EQ(STATE(1, 0), NVL_PORT_DEGRADED);
    EQ(LANES(1, 0), 1);
    EQ(SSTATE(0, 19), NVL_PORT_FAULT);
    EQ(STATE(1, 1), NVL_PORT_FAULT);
    EQ(STATE(1, 2), NVL_PORT_TRAIN);
    EQ(w->deadline, NVLF_NEVER);
    world_run(w, 3 * SECOND);
    EQ(STATE(1, 2), NVL_PORT_TRAIN);
    EQ(er(w, 1, port_reg(2, NVL_PORT_TRAIN_US)), 3001000);
    EQ(sr(w, 0, sport_reg(20, NVL_PORT_TRAIN_US)), 3001000);
    world_check(w);
    nvlf_switch_reset(w->f, 0);
    world_run(w, SECOND);
    EQ(STATE(1, 2), NVL_PORT_TRAIN);
    EQ(STATE(1, 1), NVL_PORT_FAULT);

    /* More lanes for one; the rest goes on as it is. */
    ep_faults(w, 1, "0:lanes=2,1:lanes=0,2:stuck");
    EQ(STATE(1, 0), NVL_PORT_TRAIN);
    EQ(STATE(1, 1), NVL_PORT_FAULT);
    EQ(er(w, 1, port_reg(2, NVL_PORT_TRAIN_US)), 1000000);
    world_train(w);
    EQ(LANES(1, 0), 2);
    /* Fewer at an end that had more than the other: no change */
    sw_faults(w, 0, "18:lanes=3");
    EQ(STATE(1, 0), NVL_PORT_DEGRADED);
    world_check(w);

    /* All come back by themselves. */
    sw_faults(w, 0, "");
    ep_faults(w, 1, "");
    world_check(w);
    world_train(w);
    EQ(STATE(1, 0), NVL_PORT_ACTIVE);
    EQ(STATE(1, 1), NVL_PORT_ACTIVE);
    EQ(STATE(1, 2), NVL_PORT_ACTIVE);
    EQ(er(w, 1, port_reg(2, NVL_PORT_TRAIN_US)), 1000);
    world_check(w);
    world_free(w);
}

/* Down for half of the period, then there; to the nanosecond, and for ever */
static void flap(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);
    unsigned int i;

    world_train(w);
    ep_faults(w, 0, "4:flap=7");
    for (i = 0; i < 6; i++) {
        EQ(STATE(0, 4), NVL_PORT_DETECT);
        EQ(SSTATE(0, 4), NVL_PORT_DETECT);
        world_check(w);
        world_run(w, 3 * MS + MS / 2 - 1);
        EQ(STATE(0, 4), NVL_PORT_DETECT);
        world_run(w, 1);
        EQ(STATE(0, 4), NVL_PORT_TRAIN);
        world_run(w, MS);
        EQ(STATE(0, 4), NVL_PORT_ACTIVE);
        world_check(w);
        /* An unrelated change does not shift it. */
        ep_faults(w, 0, i % 2 ? "4:flap=7" : "4:flap=7,9:down");
        if (i == 2) {
            nvlf_switch_reset(w->f, 0);
        }
        world_run(w, 2 * MS + MS / 2);
    }
    CHECK(logged(&w->f->ep[0]->d, NVL_ERROR_FLAPPING) >= 1);
    /* Nobody called for long: where it stands is as if they had. */
    w->now += 1000 * 7 * MS + 4 * MS;
    world_run(w, 0);
    EQ(STATE(0, 4), NVL_PORT_TRAIN);
    world_run(w, MS);
    w->now += 1000 * 7 * MS;
    world_run(w, 0);
    EQ(STATE(0, 4), NVL_PORT_ACTIVE);
    world_check(w);
    ep_faults(w, 0, "");
    world_run(w, 100 * MS);
    EQ(STATE(0, 4), NVL_PORT_ACTIVE);
    EQ(w->deadline, NVLF_NEVER);
    world_check(w);
    /* Shorter than a training: it never carries. */
    ep_faults(w, 0, "4:flap=1");
    for (i = 0; i < 100; i++) {
        world_run(w, MS / 7);
        CHECK(STATE(0, 4) < NVL_PORT_ACTIVE);
    }
    world_free(w);
}

#define CRC(e, p, lane)  erq(w, e, port_reg(p, NVL_PORT_CRC + 8 * (lane)))
#define SCRC(s, p, lane) srq(w, s, sport_reg(p, NVL_PORT_CRC + 8 * (lane)))
#define REPLAYS(e, p)    erq(w, e, port_reg(p, NVL_PORT_REPLAYS))
#define LOST(e, p)       erq(w, e, port_reg(p, NVL_PORT_UNCORRECTABLE))

/* As many as the clock says, however often somebody looks */
static void crc(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);
    const struct nvlf_device *ed = &w->f->ep[0]->d;
    unsigned int i;

    world_train(w);
    ep_faults(w, 0, "0:crc=3,1:crc=1000000,1:lanes=2");
    world_train(w);
    EQ(CRC(0, 0, 0), 0);
    for (i = 0; i < 1000; i++) {
        world_run(w, MS - 1);
        CRC(0, 0, i % 4);
        CRC(0, 1, i % 4);
    }
    /* 1 ms of training for one: 1.001 s less 1 us, and the other 1 s */
    EQ(CRC(0, 0, 0), 3);
    EQ(CRC(0, 0, 3), 3);
    EQ(SCRC(0, 0, 3), 3);
    EQ(REPLAYS(0, 0), 12);
    EQ(srq(w, 0, sport_reg(0, NVL_PORT_REPLAYS)), 12);
    EQ(CRC(0, 1, 0), 999999);
    EQ(CRC(0, 1, 1), 999999);
    EQ(CRC(0, 1, 2), 0);
    EQ(REPLAYS(0, 1), 1999998);
    EQ(LOST(0, 1), 1);
    EQ(CRC(0, 2, 0), 0);
    world_run(w, 1000);
    EQ(REPLAYS(0, 1), 2000000);
    EQ(LOST(0, 1), 2);
    EQ(srq(w, 0, sport_reg(1, NVL_PORT_UNCORRECTABLE)), 2);
    world_check(w);

    /* Nobody looks: once a second it is looked at, and logged. */
    EQ(logged(ed, NVL_ERROR_UNCORRECTABLE), 2);
    w->ticks = 0;
    world_run(w, 10 * SECOND);
    EQ(w->ticks, 10);
    EQ(w->f->ep[0]->d.log.records[(ed->log.head - 1) % 64].port, 1);
    EQ(logged(ed, NVL_ERROR_UNCORRECTABLE), 12);
    /* 1, 10 of one; at most 1 to 10000000 of the other */
    CHECK(logged(ed, NVL_ERROR_CRC) >= 4 && logged(ed, NVL_ERROR_CRC) <= 12);

    /* CLEAR counts anew from where the clock is. */
    EQ(CRC(0, 0, 0), 33);
    world_run(w, SECOND / 2);
    ew(w, 0, port_reg(0, NVL_PORT_CTRL), ON | NVL_PORT_CTRL_CLEAR);
    EQ(CRC(0, 0, 0), 0);
    EQ(REPLAYS(0, 0), 0);
    EQ(SCRC(0, 0, 0), 34);
    world_run(w, SECOND / 2);
    ew(w, 0, port_reg(0, NVL_PORT_CTRL), ON | NVL_PORT_CTRL_CLEAR);
    world_run(w, SECOND);
    EQ(CRC(0, 0, 0), 3);

    /* None while it does not carry; both ends' faults add up. */
    sw_faults(w, 0, "0:crc=5,2:crc=1");
    world_run(w, SECOND);
    EQ(CRC(0, 0, 0), 11);
    EQ(CRC(0, 2, 0), 1);
    ew(w, 0, port_reg(0, NVL_PORT_CTRL), 0);
    world_run(w, 5 * SECOND);
    EQ(CRC(0, 0, 0), 11);
    world_check(w);
    ew(w, 0, port_reg(0, NVL_PORT_CTRL), ON | NVL_PORT_CTRL_RESET);
    EQ(CRC(0, 0, 0), 0);
    ep_faults(w, 0, "");
    sw_faults(w, 0, "");
    world_run(w, 5 * SECOND);
    EQ(CRC(0, 0, 0), 0);
    EQ(w->deadline, NVLF_NEVER);
    world_check(w);
    world_free(w);
}

#define PARTNER(e, p)  er(w, e, port_reg(p, NVL_PORT_PARTNER_SELF))
#define GUID(e, p)     erq(w, e, port_reg(p, NVL_PORT_PARTNER_GUID))
#define KIND(e, p)     er(w, e, port_reg(p, NVL_PORT_PARTNER))
#define SKIND(s, p)    sr(w, s, sport_reg(p, NVL_PORT_PARTNER))
#define FAR(e, p)      er(w, e, port_reg(p, NVL_PORT_PARTNER_PORT))
#define SPARTNER(s, p) sr(w, s, sport_reg(p, NVL_PORT_PARTNER_SELF))
#define SFAR(s, p)     sr(w, s, sport_reg(p, NVL_PORT_PARTNER_PORT))

/* Both ends of both cables agree on where they are. */
static void swap(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);
    const struct nvlf_device *ed = &w->f->ep[0]->d;

    world_open(w);
    ep_faults(w, 0, "1:swap=20");
    EQ(STATE(0, 1), NVL_PORT_TRAIN);
    EQ(STATE(0, 20), NVL_PORT_TRAIN);
    EQ(STATE(0, 2), NVL_PORT_ACTIVE);
    world_check(w);
    world_train(w);
    EQ(PARTNER(0, 1), 1);
    EQ(FAR(0, 1), 2);
    EQ(GUID(0, 1), srq(w, 1, NVL_REG_GUID));
    EQ(PARTNER(0, 20), 0);
    EQ(FAR(0, 20), 1);
    EQ(SPARTNER(0, 1), 0);
    EQ(SFAR(0, 1), 20);
    EQ(SFAR(1, 2), 1);
    EQ(KIND(0, 1), NVL_PARTNER_SWITCH | NVL_PORT_PARTNER_MISWIRED);
    EQ(KIND(0, 2), NVL_PARTNER_SWITCH);
    EQ(SKIND(1, 2), NVL_PARTNER_ENDPOINT | NVL_PORT_PARTNER_MISWIRED);
    EQ(SKIND(1, 3), NVL_PARTNER_ENDPOINT);
    EQ(logged(ed, NVL_ERROR_MISWIRED), 2);
    EQ(logged(&w->f->sw[0]->d, NVL_ERROR_MISWIRED), 1);
    EQ(ed->log.records[ed->log.head - 1].detail, srq(w, 0, NVL_REG_GUID));
    world_check(w);

    /* The switch exchanges one of these cables with another endpoint's. */
    sw_faults(w, 0, "1:swap=40");
    world_train(w);
    EQ(SPARTNER(0, 1), 2);
    EQ(SFAR(0, 1), 4);
    EQ(SPARTNER(0, 40), 0);
    EQ(SFAR(0, 40), 20);
    EQ(FAR(0, 20), 40);
    EQ(FAR(2, 4), 1);
    world_check(w);
    CHECK(nvlf_fabric_reachable(w->f, 0, 2));

    /* Undone in another order; one goes over into another */
    ep_faults(w, 0, "1:swap=21,20:swap=2");
    world_train(w);
    world_check(w);
    nvlf_endpoint_reset(w->f, 0);
    nvlf_switch_detach(w->f, 0);
    world_check(w);
    EQ(world_attach_switch(w, 0), 0);
    world_train(w);
    EQ(PARTNER(0, 1), 1);
    EQ(FAR(0, 1), 3);
    ep_faults(w, 0, "");
    world_train(w);
    EQ(PARTNER(0, 1), 0);
    EQ(FAR(0, 1), 1);
    EQ(FAR(2, 4), 40);
    world_check(w);
    world_free(w);
}

/* ---- Devices --------------------------------------------------------- */

/* In the midst of all: windows both ways, an engine at work, training */
static void dead_endpoint(void)
{
    struct world *w = world_new(2, 8 * PAGE, 16 * PAGE);
    struct mock_queue q, q1;
    struct trn4_desc d = copy_desc(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_WINDOW, 0,
                                   0, 2 * PAGE);
    struct trn4_cqe cqe;
    uint32_t generation;

    world_open(w);
    grant(w, 0, 0, 0, 8 * PAGE, NVL_RIGHTS_ALL);
    grant(w, 1, 0, 0, 8 * PAGE, NVL_RIGHTS_ALL);
    window(w, 0, 0, 0, 4 * PAGE, 0, 1, 0, NVL_RIGHTS_ALL);
    window(w, 1, 0, 0, 4 * PAGE, 0, 0, 0, NVL_RIGHTS_ALL);
    generation = er(w, 0, grant_reg(0, TRN4_GRANT_GENERATION));
    queue_open(&q, w, 0, 0, 5, TRN4_QUEUE_IRQ);
    queue_open(&q1, w, 1, 1, 5, 0);
    queue_push(&q, &d);
    queue_ring(&q);
    queue_push(&q1, &d);
    queue_ring(&q1);
    CHECK(nvlf_engine_run(w->f, 0));
    CHECK(nvlf_engine_run(w->f, 1));
    ew(w, 0, NVL_REG_INT_ENABLE, 0x1f);
    ew(w, 1, NVL_REG_INT_ENABLE, NVL_INT_WINDOW);
    ew(w, 0, port_reg(4, NVL_PORT_CTRL), ON | NVL_PORT_CTRL_RETRAIN);

    ep_faults(w, 0, "dead,9:down");
    CHECK(w->ep[0].dead);
    world_check(w);
    EQ(erq(w, 0, NVL_REG_ID), UINT64_MAX);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), UINT32_MAX);
    ew(w, 0, NVL_REG_SCRATCH, 5);
    EQ(nvlf_engine_run(w->f, 0), false);
    nvlf_endpoint_ro_store(w->f, 0, PAGE);
    nvlf_endpoint_reset(w->f, 0);
    EQ(SSTATE(0, 0), NVL_PORT_DETECT);
    EQ(window_status(w, 1, 0), TRN4_WINDOW_NO_PEER);
    CHECK(window_event(w, 1, 0));
    EQ(w->ep[1].irqs[0], 1);
    engine_finish(w, 1);
    CHECK(queue_pop(&q1, &cqe));
    EQ(cqe.status, TRN4_STATUS_REVOKED);
    EQ(world_attach(w, 0), -EBUSY);
    world_run(w, SECOND);
    world_check(w);
    /* Another set, dead as before */
    ep_faults(w, 0, "dead");
    world_check(w);

    ep_faults(w, 0, "");
    CHECK(!w->ep[0].dead);
    EQ(er(w, 0, NVL_REG_ID), TRN4_ID_VALUE);
    EQ(er(w, 0, NVL_REG_SCRATCH), 0);
    EQ(er(w, 0, NVL_REG_INT_ENABLE), 0);
    EQ(er(w, 0, queue_reg(0, TRN4_QUEUE_STATUS)), TRN4_QUEUE_OFF);
    EQ(er(w, 0, grant_reg(0, TRN4_GRANT_GENERATION)), generation + 1);
    world_train(w);
    EQ(STATE(0, 0), NVL_PORT_ACTIVE);
    EQ(STATE(0, 9), NVL_PORT_ACTIVE);
    EQ(window_status(w, 1, 0), TRN4_WINDOW_NO_GRANT);
    world_check(w);

    /* Taken out while dead, and not dead when plugged again */
    ep_faults(w, 0, "dead");
    nvlf_endpoint_detach(w->f, 0);
    world_check(w);
    EQ(world_attach(w, 0), 0);
    EQ(er(w, 0, NVL_REG_ID), TRN4_ID_VALUE);
    world_check(w);
    world_free(w);
}

static void dead_switch(void)
{
    struct world *w = world_new(2, 8 * PAGE, 16 * PAGE);

    world_open(w);
    CHECK(nvlf_fabric_reachable(w->f, 0, 1));
    sw_faults(w, 0, "dead");
    CHECK(nvlf_fabric_reachable(w->f, 0, 1));
    EQ(STATE(0, 0), NVL_PORT_DETECT);
    EQ(STATE(0, 18), NVL_PORT_ACTIVE);
    EQ(srq(w, 0, NVL_REG_ID), UINT64_MAX);
    sw(w, 0, NVL_REG_CTRL, NVL_CTRL_RESET);
    nvlf_switch_reset(w->f, 0);
    EQ(world_attach_switch(w, 0), -EBUSY);
    world_check(w);
    sw_faults(w, 1, "dead");
    CHECK(!nvlf_fabric_reachable(w->f, 0, 1));
    world_check(w);
    sw_faults(w, 0, "");
    sw_faults(w, 1, "");
    world_train(w);
    EQ(STATE(0, 0), NVL_PORT_ACTIVE);
    /* As after power on: its tables are empty. */
    EQ(srq(w, 0, route_reg(1, NVL_ROUTE_PORTS_HI)), 0);
    CHECK(!nvlf_fabric_reachable(w->f, 0, 1));
    world_check(w);
    world_free(w);
}

static void trays(void)
{
    struct world *w = world_empty(4, 2 * PAGE, 2 * PAGE);
    unsigned int i;

    trays_off(w, "compute:1");
    for (i = 0; i < 8; i++) {
        EQ(world_attach(w, i), 0);
        EQ(w->ep[i].dead, i >= 4);
        EQ(er(w, i, NVL_REG_ID), i < 4 ? TRN4_ID_VALUE : UINT32_MAX);
    }
    for (i = 0; i < 4; i++) {
        EQ(world_attach_switch(w, i), 0);
    }
    world_train(w);
    EQ(SSTATE(0, 0), NVL_PORT_ACTIVE);
    EQ(SSTATE(0, 71), NVL_PORT_DETECT);
    world_check(w);
    /* Its own fault stays when the tray's ends. */
    ep_faults(w, 5, "dead");
    trays_off(w, "switch:0");
    world_check(w);
    EQ(er(w, 4, NVL_REG_ID), TRN4_ID_VALUE);
    EQ(er(w, 5, NVL_REG_ID), UINT32_MAX);
    EQ(sr(w, 3, NVL_REG_ID), UINT32_MAX);
    EQ(STATE(0, 0), NVL_PORT_DETECT);
    ep_faults(w, 5, "");
    trays_off(w, "");
    world_train(w);
    EQ(SSTATE(3, 71), NVL_PORT_ACTIVE);
    EQ(er(w, 5, NVL_REG_ID), TRN4_ID_VALUE);
    world_check(w);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(good_text),     TAP_TEST(bad_text),    TAP_TEST(tray_text),
    TAP_TEST(random_text),   TAP_TEST(down),        TAP_TEST(lanes_and_stuck),
    TAP_TEST(flap),          TAP_TEST(crc),         TAP_TEST(swap),
    TAP_TEST(dead_endpoint), TAP_TEST(dead_switch), TAP_TEST(trays),
};
TAP_MAIN(tests)
