/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvl-fault-test.c - faults, set and ended in a running machine: what each does
 * to registers, what is refused, and devices that answer nothing
 */
#include "qemu/osdep.h"
#include "hw/pci/pci_regs.h"
#include "qobject/qdict.h"
#include "trn4-qtest.h"

#define PAGE       ((uint64_t)NVL_PAGE_SIZE)
#define READ_WRITE (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define ON         NVL_PORT_CTRL_ENABLE
#define MS         1000000ull
#define SECOND     (1000 * MS)

static char *path_of(const char *id)
{
    return g_strdup_printf("%s/%s",
                           g_str_has_prefix(id, "fabric")
                               ? "/objects"
                               : "/machine/peripheral",
                           id);
}

static void set(Rack *r, const char *id, const char *property, const char *text)
{
    g_autofree char *path = path_of(id);
    QDict *answer;

    qtest_qmp_assert_success(r->qts,
                             "{ 'execute': 'qom-set', 'arguments': {"
                             " 'path': %s, 'property': %s, 'value': %s } }",
                             path, property, text);
    answer = qtest_qmp(r->qts,
                       "{ 'execute': 'qom-get', 'arguments': {"
                       " 'path': %s, 'property': %s } }",
                       path, property);
    g_assert_cmpstr(qdict_get_str(answer, "return"), ==, text);
    qobject_unref(answer);
}

/* Refused, with an error that says @words; the property is as before. */
static void refused(Rack *r, const char *id, const char *property,
                    const char *text, const char *words)
{
    g_autofree char *path = path_of(id);
    QDict *before, *after, *error;

    before = qtest_qmp(r->qts,
                       "{ 'execute': 'qom-get', 'arguments': {"
                       " 'path': %s, 'property': %s } }",
                       path, property);
    error =
        qtest_qmp_assert_failure_ref(r->qts,
                                     "{ 'execute': 'qom-set',"
                                     " 'arguments': { 'path': %s, 'property': %s, 'value': %s } }",
                                     path, property, text);
    if (!strstr(qdict_get_str(error, "desc"), words)) {
        g_test_message("'%s' lacks '%s'", qdict_get_str(error, "desc"), words);
    }
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"), words));
    after = qtest_qmp(r->qts,
                      "{ 'execute': 'qom-get', 'arguments': {"
                      " 'path': %s, 'property': %s } }",
                      path, property);
    g_assert_cmpstr(qdict_get_str(before, "return"), ==,
                    qdict_get_str(after, "return"));
    qobject_unref(before);
    qobject_unref(after);
    qobject_unref(error);
}

static uint32_t ep(Rack *r, unsigned int e, unsigned int port, unsigned int reg)
{
    return rack_read32(&r->ep[e], RACK_EP_PORT(port, reg));
}

static uint32_t sw(Rack *r, unsigned int s, unsigned int port, unsigned int reg)
{
    return rack_read32(&r->sw[s], RACK_SW_PORT(port, reg));
}

#define STATE(e, p)  ep(r, e, p, NVL_PORT_STATE)
#define SSTATE(s, p) sw(r, s, p, NVL_PORT_STATE)

static void all_up(Rack *r)
{
    unsigned int e, p;

    rack_train(r);
    for (e = 0; e < r->endpoints; e++) {
        for (p = 0; p < TRN4_PORTS; p++) {
            g_assert_cmpuint(STATE(e, p), ==, NVL_PORT_ACTIVE);
        }
    }
}

static unsigned int logged(const RackFn *fn, unsigned int class)
{
    uint64_t head = rack_read64(fn, NVL_REG_LOG_HEAD), n;
    unsigned int found = 0;

    for (n = 0; n < MIN(head, NVL_LOG_ENTRIES); n++) {
        uint32_t what =
            rack_read32(fn, NVL_LOG_BASE + n * NVL_LOG_STRIDE + NVL_LOG_WHAT);

        found += NVL_LOG_CLASS(what) == class;
    }
    return found;
}

static void test_ports(void)
{
    Rack *r = rack_new(4, 2);

    set(r, "ep0", "faults", "2:down,3:lanes=2,4:lanes=0,5:stuck");
    rack_train(r);
    g_assert_cmpuint(STATE(0, 1), ==, NVL_PORT_ACTIVE);
    g_assert_cmpuint(STATE(0, 2), ==, NVL_PORT_DETECT);
    g_assert_cmpuint(SSTATE(0, 2), ==, NVL_PORT_DETECT);
    g_assert_cmpuint(STATE(0, 3), ==, NVL_PORT_DEGRADED);
    g_assert_cmphex(sw(r, 0, 3, NVL_PORT_LANES), ==, 0x402);
    g_assert_cmpuint(STATE(0, 4), ==, NVL_PORT_FAULT);
    g_assert_cmpuint(STATE(0, 5), ==, NVL_PORT_TRAIN);
    g_assert_cmpuint(logged(&r->ep[0], NVL_ERROR_LINK_DOWN), ==, 4);
    g_assert_cmpuint(logged(&r->sw[0], NVL_ERROR_LANES), ==, 1);
    g_assert_cmpuint(logged(&r->ep[0], NVL_ERROR_TRAIN_FAILED), ==, 1);

    /* Resets do not help. */
    rack_flr(&r->ep[0]);
    rack_write32(&r->sw[0], NVL_REG_CTRL, NVL_CTRL_RESET);
    rack_train(r);
    g_assert_cmpuint(STATE(0, 2), ==, NVL_PORT_DETECT);
    g_assert_cmpuint(STATE(0, 3), ==, NVL_PORT_DEGRADED);
    g_assert_cmpuint(STATE(0, 4), ==, NVL_PORT_FAULT);
    g_assert_cmpuint(STATE(0, 5), ==, NVL_PORT_TRAIN);
    set(r, "sw1", "faults", "0-71:down");
    g_assert_cmpuint(STATE(3, 18), ==, NVL_PORT_DETECT);
    g_assert_cmpuint(STATE(3, 17), ==, NVL_PORT_ACTIVE);
    set(r, "sw1", "faults", "");
    set(r, "ep0", "faults", "");
    all_up(r);
    rack_free(r);
}

static void test_flap(void)
{
    Rack *r = rack_new(2, 1);
    unsigned int i;

    set(r, "sw0", "faults", "40:flap=100");
    for (i = 0; i < 3; i++) {
        g_assert_cmpuint(STATE(1, 4), ==, NVL_PORT_DETECT);
        qtest_clock_step(r->qts, 50 * MS);
        g_assert_cmpuint(STATE(1, 4), ==, NVL_PORT_TRAIN);
        qtest_clock_step(r->qts, 1 * MS);
        g_assert_cmpuint(STATE(1, 4), ==, NVL_PORT_ACTIVE);
        qtest_clock_step(r->qts, 49 * MS);
    }
    g_assert_cmpuint(logged(&r->ep[1], NVL_ERROR_FLAPPING), ==, 1);
    g_assert_cmpuint(logged(&r->sw[0], NVL_ERROR_FLAPPING), ==, 1);
    g_assert_cmpuint(ep(r, 1, 4, NVL_PORT_RECOVERIES), ==, 3);
    set(r, "sw0", "faults", "");
    all_up(r);
    qtest_clock_step(r->qts, 10 * SECOND);
    all_up(r);
    rack_free(r);
}

static void test_crc(void)
{
    Rack *r = rack_new(2, 1);
    unsigned int lane;

    set(r, "ep0", "faults", "7:crc=250000");
    qtest_clock_step(r->qts, 2 * SECOND);
    for (lane = 0; lane < NVL_LANES; lane++) {
        g_assert_cmpuint(rack_read64(&r->ep[0],
                                     RACK_EP_PORT(7, NVL_PORT_CRC + 8 * lane)),
                         ==, 500000);
        g_assert_cmpuint(rack_read64(&r->sw[0],
                                     RACK_SW_PORT(7, NVL_PORT_CRC + 8 * lane)),
                         ==, 500000);
    }
    g_assert_cmpuint(ep(r, 0, 7, NVL_PORT_REPLAYS), ==, 2000000);
    g_assert_cmpuint(ep(r, 0, 7, NVL_PORT_UNCORRECTABLE), ==, 2);
    g_assert_cmpuint(logged(&r->ep[0], NVL_ERROR_CRC), >=, 1);
    g_assert_cmpuint(logged(&r->sw[0], NVL_ERROR_UNCORRECTABLE), >=, 1);
    set(r, "ep0", "faults", "");
    qtest_clock_step(r->qts, 2 * SECOND);
    g_assert_cmpuint(ep(r, 0, 7, NVL_PORT_REPLAYS), ==, 2000000);
    rack_write32(&r->ep[0], RACK_EP_PORT(7, NVL_PORT_CTRL),
                 ON | NVL_PORT_CTRL_CLEAR);
    g_assert_cmpuint(ep(r, 0, 7, NVL_PORT_REPLAYS), ==, 0);
    g_assert_cmpuint(sw(r, 0, 7, NVL_PORT_REPLAYS), ==, 2000000);
    all_up(r);
    rack_free(r);
}

static void test_swap(void)
{
    Rack *r = rack_new(4, 2);

    set(r, "ep1", "faults", "0:swap=35");
    rack_train(r);
    g_assert_cmpuint(ep(r, 1, 0, NVL_PORT_PARTNER_SELF), ==, 1);
    g_assert_cmpuint(ep(r, 1, 0, NVL_PORT_PARTNER_PORT), ==, 35);
    g_assert_cmphex(rack_read64(&r->ep[1],
                                RACK_EP_PORT(0, NVL_PORT_PARTNER_GUID)),
                    ==, rack_read64(&r->sw[1], NVL_REG_GUID));
    g_assert_cmpuint(sw(r, 1, 35, NVL_PORT_PARTNER_SELF), ==, 1);
    g_assert_cmpuint(sw(r, 1, 35, NVL_PORT_PARTNER_PORT), ==, 0);
    g_assert_cmphex(ep(r, 1, 0, NVL_PORT_PARTNER), ==,
                    NVL_PARTNER_SWITCH | NVL_PORT_PARTNER_MISWIRED);
    g_assert_cmphex(sw(r, 1, 35, NVL_PORT_PARTNER), ==,
                    NVL_PARTNER_ENDPOINT | NVL_PORT_PARTNER_MISWIRED);
    g_assert_cmpuint(sw(r, 0, 18, NVL_PORT_PARTNER_PORT), ==, 35);
    g_assert_cmpuint(logged(&r->ep[1], NVL_ERROR_MISWIRED), ==, 2);
    g_assert_cmpuint(logged(&r->sw[0], NVL_ERROR_MISWIRED), ==, 1);
    set(r, "ep1", "faults", "");
    all_up(r);
    g_assert_cmpuint(ep(r, 1, 0, NVL_PORT_PARTNER_SELF), ==, 0);
    g_assert_cmpuint(ep(r, 1, 0, NVL_PORT_PARTNER_PORT), ==, 18);
    g_assert_cmphex(ep(r, 1, 0, NVL_PORT_PARTNER), ==, NVL_PARTNER_SWITCH);
    rack_free(r);
}

/* A dead one, with a window on it and one of its own, and its engine at work */
static void test_dead(void)
{
    Rack *r = rack_new(2, 1);
    RackFn *fn = &r->ep[1], *peer = &r->ep[0];
    uint64_t ring = rack_alloc(r, RACK_MIB);
    unsigned int round;
    uint32_t vendor = rack_config_read(fn, PCI_VENDOR_ID, 4);

    for (round = 0; round < 3; round++) {
        rack_open(r);
        qtest_writeq(r->qts, fn->hbm, 0x1234 + round);
        rack_grant(fn, 0, 0, PAGE, NVL_RIGHTS_ALL);
        rack_grant(peer, round, 0, PAGE, NVL_RIGHTS_ALL);
        rack_window_set(peer, 0, 0, PAGE, 0, 1, 0, rack_generation(fn, 0));
        g_assert_cmpuint(rack_window_enable(peer, 0, READ_WRITE), ==,
                         TRN4_WINDOW_LIVE);
        rack_window_set(fn, 0, 0, PAGE, 0, 0, round,
                        rack_generation(peer, round));
        g_assert_cmpuint(rack_window_enable(fn, 0, READ_WRITE), ==,
                         TRN4_WINDOW_LIVE);
        g_assert_cmphex(qtest_readq(r->qts, peer->aperture), ==,
                        0x1234 + round);
        rack_write64(fn, RACK_QUEUE(0, TRN4_QUEUE_SQ_BASE), ring);
        rack_write64(fn, RACK_QUEUE(0, TRN4_QUEUE_CQ_BASE), ring + 65536);
        rack_write32(fn, RACK_QUEUE(0, TRN4_QUEUE_SIZE), 10);
        rack_write32(fn, RACK_QUEUE(0, TRN4_QUEUE_CTRL), TRN4_QUEUE_ENABLE);
        rack_write32(fn, RACK_DOORBELL(0, TRN4_DOORBELL_SQ_TAIL), 1000);

        set(r, "ep1", "faults", "dead");
        g_assert_cmphex(rack_read64(fn, NVL_REG_GUID), ==, RACK_ONES);
        g_assert_cmphex(rack_read32(fn, NVL_REG_ID), ==, UINT32_MAX);
        g_assert_cmphex(rack_read32(fn, TRN4_MSIX_TABLE), ==, UINT32_MAX);
        g_assert_cmphex(rack_config_read(fn, PCI_VENDOR_ID, 4), ==, UINT32_MAX);
        g_assert_cmphex(qtest_readq(r->qts, fn->hbm), ==, RACK_ONES);
        g_assert_cmphex(qtest_readq(r->qts, fn->aperture), ==, RACK_ONES);
        g_assert_cmphex(qtest_readq(r->qts, peer->aperture), ==, RACK_ONES);
        g_assert_cmpuint(rack_window_status(peer, 0), ==, TRN4_WINDOW_NO_PEER);
        g_assert_cmpuint(SSTATE(0, 36), ==, NVL_PORT_DETECT);
        /* Nothing that is written arrives, not even a reset. */
        rack_write32(fn, NVL_REG_SCRATCH, 1);
        rack_write32(fn, TRN4_MSIX_TABLE, 1);
        rack_config_write(fn, PCI_BASE_ADDRESS_0, 4, 0);
        qtest_writeq(r->qts, fn->hbm, 0);
        rack_write32(fn, RACK_DOORBELL(0, TRN4_DOORBELL_SQ_TAIL), 1);
        qtest_clock_step(r->qts, SECOND);

        set(r, "ep1", "faults", "");
        g_assert_cmphex(rack_config_read(fn, PCI_VENDOR_ID, 4), ==, vendor);
        g_assert_cmphex(rack_read32(fn, NVL_REG_ID), ==, TRN4_ID_VALUE);
        g_assert_cmphex(rack_read32(fn, NVL_REG_SCRATCH), ==, 0);
        g_assert_cmphex(rack_read32(fn, TRN4_MSIX_TABLE), ==, 0);
        g_assert_cmpuint(rack_read32(fn, RACK_QUEUE(0, TRN4_QUEUE_STATUS)), ==,
                         TRN4_QUEUE_OFF);
        g_assert_cmphex(qtest_readq(r->qts, fn->hbm), ==, 0x1234 + round);
        g_assert_cmpuint(rack_window_status(peer, 0), ==, TRN4_WINDOW_NO_LINK);
        all_up(r);
        g_assert_cmpuint(rack_window_status(peer, 0), ==, TRN4_WINDOW_NO_GRANT);
        rack_window_disable(peer, 0);
    }
    set(r, "sw0", "faults", "dead");
    g_assert_cmphex(rack_read32(&r->sw[0], NVL_REG_ID), ==, UINT32_MAX);
    g_assert_cmpuint(STATE(0, 0), ==, NVL_PORT_DETECT);
    qtest_system_reset(r->qts);
    set(r, "sw0", "faults", "");
    rack_enumerate(r);
    all_up(r);
    rack_free(r);
}

/* Dead devices are unplugged like any other, and are not when plugged anew. */
static void test_unplug_dead(void)
{
    Rack *r = rack_new(2, 1);

    set(r, "ep1", "faults", "dead,3:down");
    set(r, "sw0", "faults", "dead");
    rack_unplug(&r->ep[1]);
    rack_unplug(&r->sw[0]);
    rack_slot_power(&r->sw[0], false);
    qtest_qmp_assert_success(r->qts,
                             "{ 'execute': 'device_add', 'arguments':"
                             " { 'driver': 'nvl-switch', 'id': 'sw0', 'bus': %s,"
                             " 'fabric': 'fabric0', 'index': 0, 'faults': '5:lanes=1' } }",
                             "rp2");
    rack_slot_power(&r->sw[0], true);
    rack_enumerate_fn(&r->sw[0]);
    rack_train(r);
    g_assert_cmpuint(STATE(0, 0), ==, NVL_PORT_ACTIVE);
    g_assert_cmpuint(STATE(0, 5), ==, NVL_PORT_DEGRADED);
    rack_free(r);
}

/* Devices that are there, and one that comes while its tray is off */
static void test_trays(void)
{
    Rack *r =
        rack_new_args(4, 4, 4, NULL,
                      "-device pcie-root-port,id=rp9,chassis=9,slot=9,addr=8"
                      " -object memory-backend-memfd,id=hbm9,share=on,size=4M");

    set(r, "fabric0", "trays-off", "compute:1");
    qtest_qmp_assert_success(r->qts,
                             "{ 'execute': 'device_add', 'arguments':"
                             " { 'driver': 'trn4', 'id': 'ep4', 'bus': 'rp9', 'fabric': 'fabric0',"
                             " 'index': 4, 'memdev': 'hbm9', 'aperture': 4194304 } }");
    all_up(r);
    g_assert_cmpuint(SSTATE(0, 35), ==, NVL_PORT_ACTIVE);
    g_assert_cmpuint(SSTATE(0, 36), ==, NVL_PORT_DETECT);
    set(r, "fabric0", "trays-off", "switch:0,compute:0");
    g_assert_cmphex(rack_read32(&r->ep[3], NVL_REG_ID), ==, UINT32_MAX);
    g_assert_cmphex(rack_read32(&r->sw[3], NVL_REG_ID), ==, UINT32_MAX);
    set(r, "fabric0", "trays-off", "switch:0");
    g_assert_cmpuint(STATE(0, 0), ==, NVL_PORT_DETECT);
    refused(r, "fabric0", "trays-off", "compute:2",
            "trays-off: 'compute:2': a tray of that kind is a number from 0"
            " to 1");
    refused(r, "fabric0", "trays-off", "compute:0,switch:1", "'switch:1'");
    g_assert_cmpuint(STATE(0, 0), ==, NVL_PORT_DETECT);
    set(r, "fabric0", "trays-off", "");
    all_up(r);
    g_assert_cmpuint(SSTATE(0, 36), ==, NVL_PORT_ACTIVE);
    rack_free(r);
}

/* Which trays there are follows from the switches, in whatever order. */
static void test_trays_from_start(void)
{
    QTestState *qts = qtest_init("-machine none");
    QDict *error;

    error =
        qtest_qmp_assert_failure_ref(qts,
                                     "{ 'execute': 'object-add',"
                                     " 'arguments': { 'qom-type': 'nvl-fabric', 'id': 'f',"
                                     " 'trays-off': 'compute:1', 'switches': 2 } }");
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"),
                            "'compute:1': a tray of that kind is a number"
                            " from 0 to 0"));
    qobject_unref(error);
    qtest_qmp_assert_success(qts,
                             "{ 'execute': 'object-add', 'arguments':"
                             " { 'qom-type': 'nvl-fabric', 'id': 'f', 'trays-off': 'compute:17',"
                             " 'switches': 36 } }");
    qtest_quit(qts);
}

static void test_refused(void)
{
    static const struct {
        const char *id;
        const char *text;
        const char *words;
    } bad[] = {
        { "ep0", "36:down", "faults: '36:down': there is no port 36" },
        { "ep0", "0:down,1:oops", "'1:oops': a port's faults are" },
        { "ep0", "0:down,", "'': an item is empty" },
        { "ep0", "0:lanes=4", "'0:lanes=4': lanes= takes a number" },
        { "ep0", "0:down,0-3:down", "'0-3:down': port 0 has another down" },
        { "ep0", "0:swap=0", "'0:swap=0'" },
        { "ep0", "dead,dead", "'dead': it is there twice" },
        { "sw0", "72:down", "'72:down': there is no port 72" },
        { "sw0", "0:flap=0", "'0:flap=0': flap= takes a number" },
    };
    Rack *r = rack_new(2, 1);
    unsigned int i;

    set(r, "ep0", "faults", "35:down");
    set(r, "sw0", "faults", "71:lanes=3");
    rack_train(r);
    for (i = 0; i < ARRAY_SIZE(bad); i++) {
        refused(r, bad[i].id, "faults", bad[i].text, bad[i].words);
        g_assert_cmpuint(STATE(0, 35), ==, NVL_PORT_DETECT);
        g_assert_cmpuint(STATE(0, 0), ==, NVL_PORT_ACTIVE);
        g_assert_cmpuint(STATE(1, 35), ==, NVL_PORT_DEGRADED);
    }
    rack_free(r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/nvl-fault/ports", test_ports);
    qtest_add_func("/nvl-fault/flap", test_flap);
    qtest_add_func("/nvl-fault/crc", test_crc);
    qtest_add_func("/nvl-fault/swap", test_swap);
    qtest_add_func("/nvl-fault/dead", test_dead);
    qtest_add_func("/nvl-fault/unplug-dead", test_unplug_dead);
    qtest_add_func("/nvl-fault/trays", test_trays);
    qtest_add_func("/nvl-fault/trays-from-start", test_trays_from_start);
    qtest_add_func("/nvl-fault/refused", test_refused);
    return g_test_run();
}
