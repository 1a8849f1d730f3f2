/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvl-fabric-test.c - putting a rack together: the fabric object, devices that
 * cannot join it, and devices that come and go
 */
#include "qemu/osdep.h"
#include "hw/pci/pci_regs.h"
#include "qapi/error.h"
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "trn4-qtest.h"

#define PAGE       ((uint64_t)NVL_PAGE_SIZE)
#define STATE      NVL_PORT_STATE
#define ONES       "nvlf-all-ones"
#define READ_WRITE (NVL_RIGHT_READ | NVL_RIGHT_WRITE)

/* A command that must fail; its error has to say @words. */
static void fails(QTestState *qts, const char *command, const char *args,
                  const char *words)
{
    QObject *obj = qobject_from_json(args, &error_abort);
    QDict *error =
        qtest_qmp_assert_failure_ref(qts, "{ 'execute': %s, 'arguments': %p }",
                                     command, obj);
    const char *desc = qdict_get_str(error, "desc");

    if (!strstr(desc, words)) {
        g_test_message("'%s' lacks '%s'", desc, words);
    }
    g_assert_nonnull(strstr(desc, words));
    qobject_unref(error);
}

static void works(QTestState *qts, const char *command, const char *args)
{
    qtest_qmp_assert_success(qts, "{ 'execute': %s, 'arguments': %p }", command,
                             qobject_from_json(args, &error_abort));
}

/* ---- Leaks ------------------------------------------------------------- */

/* What QEMU holds: mappings that name @what, or open files. */
static unsigned int count_maps(Rack *r, const char *what)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/maps", qtest_pid(r->qts));
    g_autofree char *text = NULL;
    const char *at;
    unsigned int n = 0;

    g_assert(g_file_get_contents(path, &text, NULL, NULL));
    for (at = text; (at = strstr(at, what)); at++) {
        n++;
    }
    return n;
}

static unsigned int count_fds(Rack *r)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", qtest_pid(r->qts));
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    unsigned int n = 0;

    g_assert_nonnull(dir);
    while (g_dir_read_name(dir)) {
        n++;
    }
    return n;
}

/* Memory is unmapped a grace period after the device went. */
static void wait_maps(Rack *r, const char *what, unsigned int n)
{
    int64_t end = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;

    while (count_maps(r, what) != n) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
}

/* ---- The object -------------------------------------------------------- */

static void test_switches(void)
{
    QTestState *qts = qtest_init("-machine none");
    unsigned int n;

    for (n = 0; n <= 40; n++) {
        g_autofree char *add =
            g_strdup_printf("{ 'qom-type': 'nvl-fabric', 'id': 'f', 'switches': %u }",
                            n);

        if (n && NVL_SWITCHES_MAX % n == 0) {
            works(qts, "object-add", add);
            works(qts, "object-del", "{ 'id': 'f' }");
        } else {
            fails(qts, "object-add", add, "wiring rule");
            fails(qts, "object-add", add, "1, 2, 3, 4, 6, 9, 12, 18 or 36");
        }
    }
    works(qts, "object-add", "{ 'qom-type': 'nvl-fabric', 'id': 'f' }");
    fails(qts, "qom-set",
          "{ 'path': '/objects/f', 'property': 'switches',"
          " 'value': 4 }",
          "cannot change");
    qtest_quit(qts);
}

static void test_train_time(void)
{
    Rack *r = rack_new_args(1, 2, 2, NULL, NULL);
    RackFn *fn = &r->ep[0];

    fails(r->qts, "qom-set",
          "{ 'path': '/objects/fabric0',"
          " 'property': 'train-time', 'value': 0 }",
          "train-time=0 is not within 1 to 60000000");
    fails(r->qts, "qom-set",
          "{ 'path': '/objects/fabric0',"
          " 'property': 'train-time', 'value': 60000001 }",
          "train-time=60000001");
    /* Not for what has begun; the other half begins anew */
    works(r->qts, "qom-set",
          "{ 'path': '/objects/fabric0',"
          " 'property': 'train-time', 'value': 30000 }");
    rack_write32(&r->sw[1], NVL_REG_CTRL, NVL_CTRL_RESET);
    qtest_clock_step(r->qts, 1000 * 1000);
    g_assert_cmpuint(rack_read32(fn, RACK_EP_PORT(0, STATE)), ==,
                     NVL_PORT_ACTIVE);
    g_assert_cmpuint(rack_read32(fn, RACK_EP_PORT(0, NVL_PORT_TRAIN_US)), ==,
                     1000);
    g_assert_cmpuint(rack_read32(fn, RACK_EP_PORT(18, STATE)), ==,
                     NVL_PORT_TRAIN);
    g_assert_cmpuint(rack_read32(fn, RACK_EP_PORT(18, NVL_PORT_TRAIN_US)), ==,
                     1000);
    qtest_clock_step(r->qts, 29000 * 1000 - 1);
    g_assert_cmpuint(rack_read32(fn, RACK_EP_PORT(18, STATE)), ==,
                     NVL_PORT_TRAIN);
    qtest_clock_step(r->qts, 1);
    g_assert_cmpuint(rack_read32(fn, RACK_EP_PORT(18, STATE)), ==,
                     NVL_PORT_ACTIVE);
    g_assert_cmpuint(rack_read32(fn, RACK_EP_PORT(18, NVL_PORT_TRAIN_US)), ==,
                     30000);
    rack_free(r);
}

/* Each number of the timing model at its limits, and beyond them */
static void test_timing_errors(void)
{
    static const struct {
        const char *name;
        const char *good[2];
        const char *bad[2];
        const char *words;
    } t[] = {
        { "link-rate",
          { "1", "1000000000" },
          { "0", "1000000001" },
          " is not within 1 to 1000000000 MB/s" },
        { "link-latency",
          { "0", "1000000000" },
          { "1000000001", "4294967295" },
          " is not within 0 to 1000000000 ns" },
        { "switch-latency",
          { "0", "1000000000" },
          { "1000000001", "4294967295" },
          " is not within 0 to 1000000000 ns" },
    };
    QTestState *qts = qtest_init("-machine none");
    unsigned int i, j;

    for (i = 0; i < ARRAY_SIZE(t); i++) {
        for (j = 0; j < 2; j++) {
            g_autofree char *good =
                g_strdup_printf("{ 'qom-type': 'nvl-fabric', 'id': 'f', '%s': %s }",
                                t[i].name, t[i].good[j]);
            g_autofree char *bad =
                g_strdup_printf("{ 'qom-type': 'nvl-fabric', 'id': 'f', '%s': %s }",
                                t[i].name, t[i].bad[j]);
            g_autofree char *set =
                g_strdup_printf("{ 'path': '/objects/f', 'property': '%s',"
                                " 'value': %s }",
                                t[i].name, t[i].good[j]);
            g_autofree char *says = g_strdup_printf("%s=%s%s", t[i].name,
                                                    t[i].bad[j], t[i].words);

            fails(qts, "object-add", bad, says);
            works(qts, "object-add", good);
            fails(qts, "qom-set", set, "cannot change");
            works(qts, "object-del", "{ 'id': 'f' }");
        }
    }
    qtest_quit(qts);
}

/* ---- Where devices stand ------------------------------------------------ */

static void check_location(const RackFn *fn, const char *uuid,
                           const char *serial, uint32_t rack, uint32_t tray,
                           uint32_t slot, uint32_t host)
{
    g_autoptr(GString) text = g_string_new(NULL);
    unsigned int i;

    for (i = 0; i < 16; i++) {
        uint64_t word = rack_read64(fn, NVL_REG_CLUSTER_UUID + i / 8 * 8);

        g_string_append_printf(text,
                               i >= 4 && i <= 10 && i % 2 == 0 ? "-%02x"
                                                               : "%02x",
                               (unsigned int)(word >> i % 8 * 8 & 0xff));
    }
    g_assert_cmpstr(text->str, ==, uuid);
    g_string_truncate(text, 0);
    for (i = 0; i < 16; i++) {
        uint64_t word = rack_read64(fn, NVL_REG_SERIAL + i / 8 * 8);

        g_string_append_c(text, word >> i % 8 * 8 & 0xff);
    }
    g_assert_cmpuint(strlen(serial), <=, 16);
    g_assert(!strncmp(text->str, serial, 16));
    g_assert_cmpuint(rack_read32(fn, NVL_REG_RACK), ==, rack);
    g_assert_cmpuint(rack_read32(fn, NVL_REG_TRAY), ==, tray);
    g_assert_cmpuint(rack_read32(fn, NVL_REG_SLOT), ==, slot);
    g_assert_cmpuint(rack_read32(fn, NVL_REG_HOST), ==, host);
}

static char *get_uuid(Rack *r, const char *path)
{
    QDict *answer = qtest_qmp(r->qts,
                              "{ 'execute': 'qom-get', 'arguments':"
                              " { 'path': %s, 'property': 'uuid' } }",
                              path);
    char *uuid = g_strdup(qdict_get_str(answer, "return"));

    qobject_unref(answer);
    return uuid;
}

/* By the index, through resets; of a cluster unlike any other */
static void test_location(void)
{
    Rack *r = rack_new(6, 4);
    g_autofree char *uuid = get_uuid(r, "/objects/fabric0");
    g_autofree char *other = NULL;

    check_location(&r->ep[0], uuid, "TRN4-0000", 0, 0, 0, 0);
    check_location(&r->ep[5], uuid, "TRN4-0005", 0, 1, 1, 1);
    check_location(&r->sw[3], uuid, "NVLS-0003", 0, 18, 3, 18);
    rack_flr(&r->ep[5]);
    rack_flr(&r->sw[3]);
    check_location(&r->ep[5], uuid, "TRN4-0005", 0, 1, 1, 1);
    check_location(&r->sw[3], uuid, "NVLS-0003", 0, 18, 3, 18);
    works(r->qts, "object-add", "{ 'qom-type': 'nvl-fabric', 'id': 'f' }");
    other = get_uuid(r, "/objects/f");
    g_assert_cmpstr(other, !=, uuid);
    rack_free(r);
}

static void test_location_given(void)
{
    Rack *r = rack_new_args(2, 1, 1,
                            "aperture=64M,rack=3,tray=65535,slot=0,"
                            "host=9,serial=~ABCDEFGHIJKLMN!",
                            NULL);
    g_autofree char *uuid = get_uuid(r, "/objects/fabric0");

    check_location(&r->ep[0], uuid, "~ABCDEFGHIJKLMN!", 3, 65535, 0, 9);
    check_location(&r->ep[1], uuid, "~ABCDEFGHIJKLMN!", 3, 65535, 0, 9);
    check_location(&r->sw[0], uuid, "NVLS-0000", 0, 18, 0, 18);
    rack_free(r);
}

static void test_uuid(void)
{
    static const char *const bad[] = {
        "",
        "1",
        "00112233-4455-6677-8899-aabbccddeef",
        "00112233-4455-6677-8899-aabbccddeefg",
        "00112233-4455-6677-8899-aabbccddeeff0",
        "00112233445566778899aabbccddeeff",
    };
    Rack *r = rack_new_args(0, 0, 1, NULL, NULL);
    g_autofree char *uuid = NULL;
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(bad); i++) {
        g_autofree char *add =
            g_strdup_printf("{ 'qom-type': 'nvl-fabric', 'id': 'f', 'uuid': '%s' }",
                            bad[i]);

        fails(r->qts, "object-add", add, "8-4-4-4-12");
    }
    works(r->qts, "object-add",
          "{ 'qom-type': 'nvl-fabric', 'id': 'f',"
          " 'uuid': '00112233-4455-6677-8899-aabbccddeeff' }");
    uuid = get_uuid(r, "/objects/f");
    g_assert_cmpstr(uuid, ==, "00112233-4455-6677-8899-aabbccddeeff");
    fails(r->qts, "qom-set",
          "{ 'path': '/objects/f', 'property': 'uuid',"
          " 'value': '00112233-4455-6677-8899-aabbccddeeff' }",
          "cannot change");
    rack_free(r);
}

/* One is wrong in each; the same for both kinds of device */
static void test_location_errors(void)
{
    static const struct {
        const char *args;
        const char *words;
    } bad[] = {
        { "'rack': -2", "rack=-2 is out of range: 0 to 65535" },
        { "'rack': 65536", "rack=65536 is out of range: 0 to 65535" },
        { "'tray': 65536", "tray=65536 is out of range: 0 to 65535" },
        { "'slot': 4294967295", "slot=4294967295 is out of range" },
        { "'host': -9223372036854775808", "host=-9223372036854775808 is out" },
        { "'serial': ''", "has 0 characters: 1 to 16" },
        { "'serial': 'ABCDEFGHIJKLMNOPQ'", "has 17 characters: 1 to 16" },
        { "'serial': 'A B'", "has a character other than" },
        { "'serial': 'A\\u007f'", "has a character other than" },
        { "'serial': '\\u00e9'", "has a character other than" },
    };
    Rack *r =
        rack_new_args(0, 0, 1, NULL,
                      "-device pcie-root-port,id=rp9,chassis=9,slot=9,addr=8"
                      " -object memory-backend-memfd,id=good,share=on,size=4M");
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(bad); i++) {
        g_autofree char *ep =
            g_strdup_printf("{ 'driver': 'trn4',"
                            " 'id': 'bad', 'bus': 'rp9', 'fabric': 'fabric0', 'index': 0,"
                            " 'memdev': 'good', %s }",
                            bad[i].args);
        g_autofree char *sw =
            g_strdup_printf("{ 'driver': 'nvl-switch',"
                            " 'id': 'bad', 'bus': 'rp9', 'fabric': 'fabric0', 'index': 0,"
                            " %s }",
                            bad[i].args);

        fails(r->qts, "device_add", ep, bad[i].words);
        fails(r->qts, "device_add", sw, bad[i].words);
    }
    rack_free(r);
}

/* ---- Devices that cannot join ------------------------------------------ */

/* One thing is wrong with each. Port rp9 is free, and so are places 1 to 3. */
static void test_trn4_errors(void)
{
    static const struct {
        const char *args;
        const char *words;
    } bad[] = {
        { "'index': 1, 'memdev': 'good'", "fabric= is not set" },
        { "'fabric': 'fabric0', 'memdev': 'good'", "index= is not set" },
        { "'fabric': 'fabric0', 'index': 1", "memdev= is not set" },
        { "'fabric': 'fabric0', 'index': 4, 'memdev': 'good'",
          "no place for accelerator: the fabric has 4, from 0 to 3, by the"
          " wiring rule with switches=2" },
        { "'fabric': 'fabric0', 'index': 4294967294, 'memdev': 'good'",
          "no place" },
        { "'fabric': 'fabric0', 'index': 0, 'memdev': 'good'", "is taken" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'hbm0'", "is in use" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'private'",
          "peers cannot map" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'ram'",
          "peers cannot map" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'odd'",
          "multiple of 2 MiB" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'aperture': 2097152",
          "power of two" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'aperture': 12582912",
          "power of two" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'aperture': 0",
          "power of two" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'aperture': 4398046511104",
          "mappings" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'aperture': 9223372036854775808",
          "host addresses" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'x-pci-vendor-id': 65535",
          "no device is there" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'windows': 'Trap'",
          "windows='Trap' is neither direct nor trap" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'windows': ''",
          "windows='' is neither direct nor trap" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'windows': 'trap', 'aperture': 12582912",
          "power of two" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'hbm-rate': 0",
          "hbm-rate=0 is not within 1 to 1000000000 MB/s" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'hbm-rate': 1000000001",
          "hbm-rate=1000000001 is not within" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'hbm-latency': 1000000001",
          "hbm-latency=1000000001 is not within 0 to 1000000000 ns" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'pcie-rate': 0",
          "pcie-rate=0 is not within 1 to 1000000000 MB/s" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'pcie-rate': 4294967295",
          "pcie-rate=4294967295 is not within" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'good',"
          " 'pcie-latency': 1000000001",
          "pcie-latency=1000000001 is not within 0 to 1000000000 ns" },
        { "'fabric': 'good', 'index': 1, 'memdev': 'good'", "fabric" },
        { "'fabric': 'fabric0', 'index': 1, 'memdev': 'fabric0'", "memdev" },
    };
    Rack *r =
        rack_new_args(1, 2, 2, NULL,
                      "-device pcie-root-port,id=rp9,chassis=9,slot=9,addr=8"
                      " -object memory-backend-memfd,id=good,share=on,size=4M"
                      " -object memory-backend-memfd,id=private,share=off,size=4M"
                      " -object memory-backend-ram,id=ram,size=4M"
                      " -object memory-backend-memfd,id=odd,share=on,size=3M");
    unsigned int i, round, ones = count_maps(r, ONES);

    for (round = 0; round < 3; round++) {
        for (i = 0; i < ARRAY_SIZE(bad); i++) {
            g_autofree char *add =
                g_strdup_printf("{ 'driver': 'trn4',"
                                " 'id': 'bad', 'bus': 'rp9', %s }",
                                bad[i].args);

            fails(r->qts, "device_add", add, bad[i].words);
        }
    }
    /* Nothing is left of them: the backend is free, and so is the place. */
    wait_maps(r, ONES, ones);
    works(r->qts, "object-del", "{ 'id': 'good' }");
    works(r->qts, "object-add",
          "{ 'qom-type': 'memory-backend-memfd',"
          " 'id': 'good', 'share': true, 'size': 4194304 }");
    works(r->qts, "device_add",
          "{ 'driver': 'trn4', 'id': 'good1',"
          " 'bus': 'rp9', 'fabric': 'fabric0', 'index': 1, 'memdev': 'good' }");
    fails(r->qts, "object-del", "{ 'id': 'good' }", "in use");
    fails(r->qts, "object-del", "{ 'id': 'fabric0' }", "in use");
    rack_free(r);
}

static void test_switch_errors(void)
{
    static const struct {
        const char *args;
        const char *words;
    } bad[] = {
        { "'index': 1", "fabric= is not set" },
        { "'fabric': 'fabric0'", "index= is not set" },
        { "'fabric': 'fabric0', 'index': 2",
          "no place for switch: the fabric has 2, from 0 to 1" },
        { "'fabric': 'fabric0', 'index': 0", "is taken" },
        { "'fabric': 'fabric0', 'index': 1, 'x-pci-vendor-id': 65535",
          "no device is there" },
    };
    Rack *r =
        rack_new_args(0, 1, 2, NULL,
                      "-device pcie-root-port,id=rp9,chassis=9,slot=9,addr=8");
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(bad); i++) {
        g_autofree char *add =
            g_strdup_printf("{ 'driver': 'nvl-switch',"
                            " 'id': 'bad', 'bus': 'rp9', %s }",
                            bad[i].args);

        fails(r->qts, "device_add", add, bad[i].words);
    }
    works(r->qts, "device_add",
          "{ 'driver': 'nvl-switch', 'id': 'good',"
          " 'bus': 'rp9', 'fabric': 'fabric0', 'index': 1 }");
    rack_free(r);
}

/* Windows are pages of other devices' memory: no migration. */
static void test_unmigratable(void)
{
    Rack *r = rack_new_args(1, 1, 1, NULL, NULL);

    fails(r->qts, "migrate", "{ 'uri': 'exec:cat > /dev/null' }",
          "non-migratable");
    rack_free(r);
}

/* ---- Coming and going -------------------------------------------------- */

static void plug(Rack *r, unsigned int e)
{
    g_autofree char *add =
        g_strdup_printf("{ 'driver': 'trn4', 'id': '%s',"
                        " 'bus': 'rp%u', 'fabric': 'fabric0', 'index': %u, 'memdev': 'hbm%u',"
                        " 'aperture': %llu }",
                        r->ep[e].id, r->ep[e].slot, e, e, RACK_APERTURE);

    rack_slot_power(&r->ep[e], false);
    works(r->qts, "device_add", add);
    rack_slot_power(&r->ep[e], true);
    rack_enumerate_fn(&r->ep[e]);
    rack_train(r);
}

/*
 * An accelerator is unplugged while a peer has a window on it, it has one on
 * the peer, and its engine is at work; then plugged again, over and over.
 */
static void test_hotplug(void)
{
    Rack *r = rack_new(4, 2);
    RackFn *src = &r->ep[0], *dst = &r->ep[3];
    unsigned int round, ones, fds = 0;
    uint32_t generation = 0;

    rack_open(r);
    ones = count_maps(r, ONES);
    for (round = 0; round < 6; round++) {
        rack_grant(dst, 0, 0, 2 * PAGE, NVL_RIGHTS_ALL);
        rack_grant(src, round, 0, PAGE, NVL_RIGHTS_ALL);
        g_assert_cmpuint(rack_generation(dst, 0), >, generation);
        generation = rack_generation(dst, 0);
        rack_window_set(src, 0, 0, PAGE, PAGE, 3, 0, generation);
        g_assert_cmpuint(rack_window_enable(src, 0, READ_WRITE), ==,
                         TRN4_WINDOW_LIVE);
        rack_window_set(dst, 7, PAGE, PAGE, 0, 0, round,
                        rack_generation(src, round));
        g_assert_cmpuint(rack_window_enable(dst, 7, READ_WRITE), ==,
                         TRN4_WINDOW_LIVE);
        qtest_writeq(r->qts, src->aperture, 0x1000 + round);
        g_assert_cmphex(qtest_readq(r->qts, dst->hbm + PAGE), ==,
                        0x1000 + round);

        rack_write64(dst, RACK_QUEUE(0, TRN4_QUEUE_SQ_BASE), 16 * RACK_MIB);
        rack_write64(dst, RACK_QUEUE(0, TRN4_QUEUE_CQ_BASE), 24 * RACK_MIB);
        rack_write32(dst, RACK_QUEUE(0, TRN4_QUEUE_SIZE), 15);
        rack_write32(dst, RACK_QUEUE(0, TRN4_QUEUE_CTRL), TRN4_QUEUE_ENABLE);
        rack_write32(dst, RACK_DOORBELL(0, TRN4_DOORBELL_SQ_TAIL), 32767);

        rack_unplug(dst);
        g_assert_cmpuint(rack_window_status(src, 0), ==, TRN4_WINDOW_NO_PEER);
        g_assert_cmphex(qtest_readq(r->qts, src->aperture), ==, RACK_ONES);
        g_assert_cmphex(rack_read32(dst, NVL_REG_ID), !=, TRN4_ID_VALUE);
        g_assert_cmphex(rack_read32(&r->sw[0], RACK_SW_PORT(71, STATE)), ==,
                        NVL_PORT_DETECT);

        /* Two tiles of 32 MiB each, three devices */
        wait_maps(r, ONES, ones / 4 * 3);
        if (round == 1) {
            fds = count_fds(r);
        } else if (round > 1) {
            g_assert_cmpuint(count_fds(r), ==, fds);
        }

        plug(r, 3);
        g_assert_cmphex(rack_read32(dst, NVL_REG_ID), ==, TRN4_ID_VALUE);
        g_assert_cmpuint(rack_window_status(src, 0), ==, TRN4_WINDOW_NO_GRANT);
        rack_window_disable(src, 0);
        wait_maps(r, ONES, ones);
    }
    rack_free(r);
}

/*
 * However windows come and go, and whatever the guest stores meanwhile, the
 * number of mappings is within what was paid for: tiles and two a window.
 */
static void test_mappings(void)
{
    Rack *r = rack_new_args(2, 1, 1, "aperture=256M", NULL);
    const unsigned int slots = 128 * RACK_MIB / PAGE;
    unsigned int i, empty, most;
    g_autoptr(GRand) rand = g_rand_new_with_seed(20260102);

    rack_train(r);
    rack_open(r);
    rack_grant(&r->ep[1], 0, 0, RACK_HBM, NVL_RIGHTS_ALL);
    empty = count_maps(r, ONES);
    most = 0;
    for (i = 0; i < slots; i++) {
        rack_window_set(&r->ep[0], i, i * PAGE, PAGE, i % 32 * PAGE, 1, 0,
                        rack_generation(&r->ep[1], 0));
    }
    for (i = 0; i < 600; i++) {
        unsigned int w = g_rand_int_range(rand, 0, slots);

        if (rack_window_status(&r->ep[0], w)) {
            rack_window_disable(&r->ep[0], w);
        } else {
            g_assert_cmpuint(rack_window_enable(&r->ep[0], w, READ_WRITE), ==,
                             TRN4_WINDOW_LIVE);
        }
        qtest_writeq(r->qts,
                     r->ep[0].aperture +
                         g_rand_int_range(rand, 0, slots) * PAGE,
                     i);
        if (i % 50 == 0) {
            most = MAX(most, count_maps(r, ONES));
        }
    }
    g_assert_cmpuint(most, <=, empty + slots);
    for (i = 0; i < slots; i++) {
        rack_window_disable(&r->ep[0], i);
    }
    g_assert_cmpuint(count_maps(r, ONES), <=, empty);
    rack_free(r);
}

/* An aperture that traps has no pages, however large it is. */
static void test_mappings_trapped(void)
{
    Rack *r = rack_new_args(2, 1, 1, "aperture=16T,windows=trap", NULL);

    g_assert_cmpuint(count_maps(r, ONES), ==, 0);
    g_assert_cmphex(rack_read64(&r->ep[1], TRN4_REG_APERTURE_SIZE), ==,
                    16ull << 40);
    rack_free(r);
}

/*
 * Every vector is aimed at the slot control of the accelerator's own root port,
 * whose message turns the power off: that unplugs it, in the midst of an engine
 * with interrupts and work left. This ended QEMU once.
 */
static void test_unplug_by_message(void)
{
    Rack *r = rack_new(2, 1);
    RackFn *fn = &r->ep[1];
    RackFn root = { .qts = r->qts, .config = fn->port };
    uint64_t ring = rack_alloc(r, RACK_MIB);
    uint64_t power = fn->port + rack_find_cap(&root, PCI_CAP_ID_EXP) +
                     PCI_EXP_SLTCTL;
    unsigned int i;

    for (i = 0; i < TRN4_VECTORS; i++) {
        uint64_t entry = TRN4_MSIX_TABLE + i * PCI_MSIX_ENTRY_SIZE;

        rack_write64(fn, entry + PCI_MSIX_ENTRY_LOWER_ADDR, power);
        rack_write32(fn, entry + PCI_MSIX_ENTRY_DATA,
                     PCI_EXP_SLTCTL_PWR_OFF | PCI_EXP_SLTCTL_PWR_IND_OFF);
        rack_write32(fn, entry + PCI_MSIX_ENTRY_VECTOR_CTRL, 0);
    }
    rack_config_write(fn, rack_find_cap(fn, PCI_CAP_ID_MSIX) + PCI_MSIX_FLAGS,
                      2, PCI_MSIX_FLAGS_ENABLE);

    /* Zeroes are no-ops; more of them than one run of the engine takes */
    for (i = 0; i < 2; i++) {
        rack_write64(fn, RACK_QUEUE(i, TRN4_QUEUE_SQ_BASE), ring);
        rack_write64(fn, RACK_QUEUE(i, TRN4_QUEUE_CQ_BASE),
                     ring + (i + 1) * 128 * 1024);
        rack_write32(fn, RACK_QUEUE(i, TRN4_QUEUE_SIZE), 10);
        rack_write32(fn, RACK_QUEUE(i, TRN4_QUEUE_VECTOR), 1 + i);
        rack_write32(fn, RACK_QUEUE(i, TRN4_QUEUE_CTRL),
                     TRN4_QUEUE_ENABLE | TRN4_QUEUE_IRQ);
    }
    for (i = 0; i < 2; i++) {
        rack_write32(fn, RACK_DOORBELL(i, TRN4_DOORBELL_SQ_TAIL), 1000);
    }
    qtest_qmp_eventwait(r->qts, "DEVICE_DELETED");
    g_assert_cmphex(rack_read32(&r->ep[0], NVL_REG_ID), ==, TRN4_ID_VALUE);
    rack_free(r);
}

/* A switch that goes takes its links along; the fabric lives on without. */
static void test_unplug_switch(void)
{
    Rack *r = rack_new(4, 2);
    unsigned int i, up = 0;

    rack_unplug(&r->sw[0]);
    for (i = 0; i < TRN4_PORTS; i++) {
        uint32_t state = rack_read32(&r->ep[2], RACK_EP_PORT(i, STATE));

        up += state == NVL_PORT_ACTIVE;
        g_assert(state == NVL_PORT_ACTIVE || state == NVL_PORT_DETECT);
    }
    g_assert_cmpuint(up, ==, TRN4_PORTS / 2);
    rack_unplug(&r->sw[1]);
    rack_unplug(&r->ep[0]);
    rack_unplug(&r->ep[1]);
    rack_unplug(&r->ep[2]);
    fails(r->qts, "object-del", "{ 'id': 'fabric0' }", "in use");
    rack_unplug(&r->ep[3]);
    works(r->qts, "object-del", "{ 'id': 'fabric0' }");
    for (i = 0; i < 4; i++) {
        g_autofree char *del = g_strdup_printf("{ 'id': 'hbm%u' }", i);

        works(r->qts, "object-del", del);
    }
    wait_maps(r, ONES, 0);
    rack_free(r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/nvl-fabric/switches", test_switches);
    qtest_add_func("/nvl-fabric/train-time", test_train_time);
    qtest_add_func("/nvl-fabric/errors/timing", test_timing_errors);
    qtest_add_func("/nvl-fabric/location/default", test_location);
    qtest_add_func("/nvl-fabric/location/given", test_location_given);
    qtest_add_func("/nvl-fabric/location/uuid", test_uuid);
    qtest_add_func("/nvl-fabric/errors/location", test_location_errors);
    qtest_add_func("/nvl-fabric/errors/trn4", test_trn4_errors);
    qtest_add_func("/nvl-fabric/errors/nvl-switch", test_switch_errors);
    qtest_add_func("/nvl-fabric/errors/migrate", test_unmigratable);
    qtest_add_func("/nvl-fabric/hotplug/loop", test_hotplug);
    qtest_add_func("/nvl-fabric/hotplug/mappings", test_mappings);
    qtest_add_func("/nvl-fabric/hotplug/trapped", test_mappings_trapped);
    qtest_add_func("/nvl-fabric/hotplug/all", test_unplug_switch);
    qtest_add_func("/nvl-fabric/hotplug/by-message", test_unplug_by_message);
    return g_test_run();
}
