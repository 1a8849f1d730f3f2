/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvl-switch-test.c - the switch as a driver sees it: configuration space,
 * every register, ports, routes, partitions and resets
 */
#include "qemu/osdep.h"
#include "hw/pci/pci_regs.h"
#include "trn4-qtest.h"

#define PAGE       ((uint64_t)NVL_PAGE_SIZE)
#define READ_WRITE (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define MSIX_END   (16 * NVL_SWITCH_VECTORS)

static void test_config(void)
{
    Rack *r = rack_new_args(0, 2, 2, NULL, NULL);
    RackFn *fn = &r->sw[1];
    uint64_t guid = rack_read64(fn, NVL_REG_GUID);
    unsigned int cap, bar;
    uint32_t flags;

    g_assert_cmphex(guid, !=, rack_read64(&r->sw[0], NVL_REG_GUID));
    g_assert_cmphex(rack_config_read(fn, PCI_VENDOR_ID, 2), ==,
                    TRN4_PCI_VENDOR_ID);
    g_assert_cmphex(rack_config_read(fn, PCI_DEVICE_ID, 2), ==,
                    NVL_SWITCH_PCI_DEVICE_ID);
    g_assert_cmphex(rack_config_read(fn, PCI_CLASS_DEVICE, 2), ==, 0x0680);
    g_assert_cmphex(rack_find_cap(fn, PCI_CAP_ID_PM), !=, 0);
    g_assert_cmphex(rack_find_ext_cap(fn, PCI_EXT_CAP_ID_ERR), !=, 0);
    cap = rack_find_cap(fn, PCI_CAP_ID_EXP);
    g_assert_cmphex(rack_config_read(fn, cap + PCI_EXP_DEVCAP, 4) &
                        PCI_EXP_DEVCAP_FLR,
                    !=, 0);
    cap = rack_find_cap(fn, PCI_CAP_ID_MSIX);
    g_assert_cmphex(rack_config_read(fn, cap + PCI_MSIX_FLAGS, 2) &
                        PCI_MSIX_FLAGS_QSIZE,
                    ==, NVL_SWITCH_VECTORS - 1);
    g_assert_cmphex(rack_config_read(fn, cap + PCI_MSIX_TABLE, 4), ==,
                    NVL_SWITCH_MSIX_TABLE | NVL_SWITCH_BAR_REGS);
    g_assert_cmphex(rack_config_read(fn, cap + PCI_MSIX_PBA, 4), ==,
                    NVL_SWITCH_MSIX_PBA | NVL_SWITCH_BAR_REGS);
    cap = rack_find_ext_cap(fn, PCI_EXT_CAP_ID_DSN);
    g_assert_cmphex(rack_config_read(fn, cap + 4, 4), ==, (uint32_t)guid);
    g_assert_cmphex(rack_config_read(fn, cap + 8, 4), ==, guid >> 32);

    g_assert_cmphex(rack_bar(fn, NVL_SWITCH_BAR_REGS, &flags), ==,
                    NVL_SWITCH_BAR_REGS_SIZE);
    for (bar = 1; bar < 6; bar++) {
        g_assert_cmphex(rack_bar(fn, bar, &flags), ==, 0);
    }
    rack_free(r);
}

/* ---- Registers --------------------------------------------------------- */

#define ROUTE(reg) \
    RACK_ROW(NVL_SWITCH_ROUTE_BASE, NVL_ROUTE_STRIDE, NVL_TARGET_IDS, reg, 8, \
             RACK_RW, 0)
#define PARTITION(reg, size) \
    RACK_ROW(NVL_SWITCH_PARTITION_BASE, NVL_PARTITION_STRIDE, NVL_PARTITIONS, \
             reg, size, RACK_RW, 0)

#define GROUP(reg, size) \
    RACK_ROW(NVL_SWITCH_GROUP_BASE, NVL_GROUP_STRIDE, NVL_GROUPS, reg, size, \
             RACK_RW, 0)

/* Of switch 1 with nobody at the other end of its links */
static const RackReg registers[] = {
    RACK_COMMON(NVL_SWITCH_ID_VALUE, NVL_SWITCH_PORTS, 1),
    { NVL_SWITCH_REG_ROUTE_COUNT, 4, RACK_RO, NVL_TARGET_IDS },
    { NVL_SWITCH_REG_PARTITION_COUNT, 4, RACK_RO, NVL_PARTITIONS },
    { NVL_SWITCH_REG_GROUP_COUNT, 4, RACK_RO, NVL_GROUPS },
    RACK_PORTS(NVL_SWITCH_PORT_BASE, NVL_SWITCH_PORTS, NVL_PORT_DETECT),
    ROUTE(NVL_ROUTE_PORTS_LO),
    ROUTE(NVL_ROUTE_PORTS_HI),
    PARTITION(NVL_PARTITION_CTRL, 4),
    PARTITION(NVL_PARTITION_MEMBERS, 8),
    PARTITION(NVL_PARTITION_MEMBERS + 8, 8),
    PARTITION(NVL_PARTITION_MEMBERS + 0xf8, 8),
    GROUP(NVL_GROUP_CTRL, 4),
    GROUP(NVL_GROUP_PORTS_LO, 8),
    GROUP(NVL_GROUP_PORTS_HI, 8),
};

static void test_reset_values(void)
{
    Rack *r = rack_new_args(0, 2, 2, NULL, NULL);

    rack_check_reset(&r->sw[1], registers, ARRAY_SIZE(registers));
    rack_free(r);
}

static void test_read_only(void)
{
    Rack *r = rack_new_args(0, 2, 2, NULL, NULL);

    rack_check_read_only(&r->sw[1], registers, ARRAY_SIZE(registers));
    rack_free(r);
}

static void test_access(void)
{
    /* clang-format off */
    static const uint32_t gaps[] = {
        0x038, 0x03c, 0x050, 0x07c, 0x08c, 0x0fc, 0x100, 0x1000,
        NVL_SWITCH_MSIX_TABLE - 4, NVL_SWITCH_MSIX_TABLE + MSIX_END,
        NVL_SWITCH_MSIX_PBA + 8, NVL_SWITCH_PORT_BASE - 4,
        NVL_SWITCH_PORT_BASE + NVL_SWITCH_PORTS * NVL_PORT_STRIDE,
        NVL_SWITCH_ROUTE_BASE - 4,
        NVL_SWITCH_ROUTE_BASE + NVL_TARGET_IDS * NVL_ROUTE_STRIDE,
        NVL_SWITCH_PARTITION_BASE + 4, NVL_SWITCH_PARTITION_BASE + 0xfc,
        NVL_SWITCH_PARTITION_BASE + NVL_PARTITIONS * NVL_PARTITION_STRIDE,
        NVL_SWITCH_GROUP_BASE + 4, NVL_SWITCH_GROUP_BASE + 0x18,
        NVL_SWITCH_GROUP_BASE + NVL_GROUPS * NVL_GROUP_STRIDE,
        NVL_SWITCH_BAR_REGS_SIZE - 4,
    };
    /* clang-format on */
    Rack *r = rack_new_args(0, 2, 2, NULL, NULL);
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(gaps); i++) {
        rack_no_register(&r->sw[1], gaps[i]);
    }
    rack_check_access(&r->sw[1], registers, ARRAY_SIZE(registers));
    rack_free(r);
}

static void test_reserved(void)
{
    static const struct {
        uint32_t offset;
        uint64_t value;
        unsigned int size;
    } bad[] = {
        { NVL_REG_CTRL, 2, 4 },
        { NVL_REG_INT_ENABLE, 1u << 5, 4 },
        { RACK_SW_PORT(0, NVL_PORT_CTRL), 16, 4 },
        { RACK_SW_PORT(71, NVL_PORT_CTRL), 1u << 31, 4 },
        { RACK_ROUTE(0, NVL_ROUTE_PORTS_HI), NVL_ROUTE_VALID | 0x100, 8 },
        { RACK_ROUTE(2047, NVL_ROUTE_PORTS_HI), NVL_ROUTE_VALID | 1ull << 62,
          8 },
        { RACK_ROUTE(3, NVL_ROUTE_PORTS_HI), 1, 8 }, /* not VALID */
        { RACK_ROUTE(3, NVL_ROUTE_PORTS_HI) + 4, 1, 4 },
        { RACK_PARTITION(0, NVL_PARTITION_CTRL), NVL_PARTITION_VALID, 4 },
        { RACK_PARTITION(63, NVL_PARTITION_CTRL), NVL_PARTITION_VALID | 0x10001,
          4 },
        { RACK_PARTITION(0, NVL_PARTITION_CTRL), 1u << 30, 4 },
        { RACK_GROUP(0, NVL_GROUP_CTRL), NVL_GROUP_VALID, 4 },
        { RACK_GROUP(1023, NVL_GROUP_CTRL), 0x10000, 4 },
        { RACK_GROUP(1, NVL_GROUP_PORTS_HI), 0x100, 8 },
        { RACK_GROUP(1, NVL_GROUP_PORTS_HI) + 4, 1, 4 },
    };
    Rack *r = rack_new_args(0, 1, 1, NULL, NULL);
    RackFn *sw = &r->sw[0];
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(bad); i++) {
        if (bad[i].size == 4) {
            rack_refused32(sw, bad[i].offset, bad[i].value, NVL_ERR_VALUE);
        } else {
            rack_refused64(sw, bad[i].offset, bad[i].value, NVL_ERR_VALUE);
        }
    }
    /* LO with VALID clear must be empty, too. */
    rack_write64(sw, RACK_ROUTE(7, NVL_ROUTE_PORTS_LO), 1);
    rack_refused64(sw, RACK_ROUTE(7, NVL_ROUTE_PORTS_HI), 0, NVL_ERR_VALUE);
    rack_free(r);
}

/* LO is in force, and read, only when HI has been written. */
static void test_route_registers(void)
{
    Rack *r = rack_new_args(0, 1, 1, NULL, NULL);
    RackFn *sw = &r->sw[0];
    unsigned int i;

    for (i = 0; i < NVL_TARGET_IDS; i += 89) {
        const uint32_t lo = RACK_ROUTE(i, NVL_ROUTE_PORTS_LO);
        const uint32_t hi = RACK_ROUTE(i, NVL_ROUTE_PORTS_HI);

        rack_write64(sw, lo, 0x8000000000000001 + 2 * i);
        g_assert_cmphex(rack_read64(sw, lo), ==, 0);
        rack_write64(sw, hi, NVL_ROUTE_VALID | 0x81);
        g_assert_cmphex(rack_read64(sw, lo), ==, 0x8000000000000001 + 2 * i);
        g_assert_cmphex(rack_read64(sw, hi), ==, NVL_ROUTE_VALID | 0x81);

        /* The same by halves */
        rack_write32(sw, lo, 0x12345678);
        rack_write32(sw, lo + 4, 0x9abcdef0);
        rack_write32(sw, hi, 0x42);
        g_assert_cmphex(rack_read64(sw, lo), ==, 0x8000000000000001 + 2 * i);
        g_assert_cmphex(rack_read64(sw, hi), ==, NVL_ROUTE_VALID | 0x81);
        rack_write32(sw, hi + 4, NVL_ROUTE_VALID >> 32);
        g_assert_cmphex(rack_read64(sw, lo), ==, 0x9abcdef012345678);
        g_assert_cmphex(rack_read64(sw, hi), ==, NVL_ROUTE_VALID | 0x42);

        rack_write64(sw, lo, 0);
        rack_write64(sw, hi, 0);
        g_assert_cmphex(rack_read64(sw, lo), ==, 0);
        g_assert_cmphex(rack_read64(sw, hi), ==, 0);
    }
    g_assert_cmphex(rack_read32(sw, NVL_REG_ERR_COUNT), ==, 0);
    rack_free(r);
}

static void test_partition_registers(void)
{
    Rack *r = rack_new_args(0, 1, 1, NULL, NULL);
    RackFn *sw = &r->sw[0];
    unsigned int i, w;

    for (i = 0; i < NVL_PARTITIONS; i++) {
        for (w = 0; w < NVL_TARGET_IDS / 32; w++) {
            rack_write32(sw, RACK_PARTITION(i, NVL_PARTITION_MEMBERS) + 4 * w,
                         i << 16 | w);
        }
        rack_partition(sw, i, 65535 - i);
    }
    for (i = 0; i < NVL_PARTITIONS; i++) {
        g_assert_cmphex(rack_read32(sw, RACK_PARTITION(i, NVL_PARTITION_CTRL)),
                        ==, NVL_PARTITION_VALID | (65535 - i));
        for (w = 0; w < NVL_TARGET_IDS / 32; w++) {
            g_assert_cmphex(rack_read32(sw,
                                        RACK_PARTITION(i,
                                                       NVL_PARTITION_MEMBERS) +
                                            4 * w),
                            ==, i << 16 | w);
        }
    }
    g_assert_cmphex(rack_read32(sw, NVL_REG_ERR_COUNT), ==, 0);
    rack_free(r);
}

/* ---- Ports ------------------------------------------------------------- */

/* A switch has 72 ports, which the rule deals out evenly to 2n accelerators. */
static void check_wiring(unsigned int endpoints, unsigned int switches)
{
    Rack *r = rack_new(endpoints, switches);
    unsigned int s, e, p;

    for (s = 0; s < switches; s++) {
        unsigned int links[NVL_ENDPOINTS_MAX] = { 0 };
        RackFn *sw = &r->sw[s];
        unsigned int up = 0;

        for (p = 0; p < NVL_SWITCH_PORTS; p++) {
            uint32_t state = rack_read32(sw, RACK_SW_PORT(p, NVL_PORT_STATE));

            if (state != NVL_PORT_ACTIVE) {
                g_assert_cmphex(state, ==, NVL_PORT_DETECT);
                continue;
            }
            e = rack_read32(sw, RACK_SW_PORT(p, NVL_PORT_PARTNER_SELF));
            g_assert_cmpuint(e, <, endpoints);
            links[e]++;
            up++;
        }
        for (e = 0; e < endpoints; e++) {
            g_assert_cmpuint(links[e], ==, TRN4_PORTS / switches);
        }
        g_assert_cmpuint(up, ==, endpoints * TRN4_PORTS / switches);
    }
    rack_free(r);
}

static void test_wiring(void)
{
    check_wiring(2, 1);
    check_wiring(4, 2);
    check_wiring(3, 2);
    check_wiring(8, 4);
    check_wiring(6, 3);
}

/* Events of a port tell by interrupt, once it is enabled. */
static void test_port_event(void)
{
    Rack *r = rack_new(2, 1);
    RackFn *sw = &r->sw[0];

    g_assert_cmphex(rack_read64(sw, NVL_REG_PORT_EVENT), ==, RACK_ONES);
    g_assert_cmphex(rack_read64(sw, NVL_REG_PORT_EVENT + 8), ==, 0xff);
    rack_write64(sw, NVL_REG_PORT_EVENT, RACK_ONES);
    rack_write64(sw, NVL_REG_PORT_EVENT + 8, RACK_ONES);
    rack_write32(sw, NVL_REG_INT_STATUS, UINT32_MAX);

    rack_write32(sw, RACK_SW_PORT(70, NVL_PORT_CTRL), 0);
    g_assert_cmphex(rack_read32(sw, RACK_SW_PORT(70, NVL_PORT_STATE)), ==,
                    NVL_PORT_OFF);
    g_assert_cmphex(rack_read64(sw, NVL_REG_PORT_EVENT), ==, 0);
    g_assert_cmphex(rack_read64(sw, NVL_REG_PORT_EVENT + 8), ==, 1u << 6);
    g_assert_cmphex(rack_read32(sw, NVL_REG_INT_STATUS), ==,
                    NVL_INT_PORT | NVL_INT_LOG);

    g_assert_cmphex(rack_read32(sw, NVL_SWITCH_MSIX_PBA), ==, 0);
    rack_write32(sw, NVL_REG_INT_ENABLE, NVL_INT_PORT);
    while (!rack_read32(sw, NVL_SWITCH_MSIX_PBA)) {
    }
    g_assert_cmphex(rack_read32(sw, NVL_SWITCH_MSIX_PBA), ==, 1);
    rack_free(r);
}

/* ---- Deny by default --------------------------------------------------- */

/* Four accelerators, each with a window on each: who reaches whom? */
static void windows_new(Rack *r)
{
    unsigned int src, dst;

    for (dst = 0; dst < r->endpoints; dst++) {
        rack_grant(&r->ep[dst], 0, 0, PAGE, NVL_RIGHTS_ALL);
        qtest_writeq(r->qts, r->ep[dst].hbm, 0x100 + dst);
    }
    for (src = 0; src < r->endpoints; src++) {
        for (dst = 0; dst < r->endpoints; dst++) {
            rack_window_set(&r->ep[src], dst, dst * PAGE, PAGE, 0, dst, 0,
                            rack_generation(&r->ep[dst], 0));
            rack_window_enable(&r->ep[src], dst, READ_WRITE);
        }
    }
}

/* Bit dst of reach[src]: it is LIVE and its memory is there. */
static void check_reach(Rack *r, const unsigned int *reach)
{
    unsigned int src, dst;

    for (src = 0; src < r->endpoints; src++) {
        for (dst = 0; dst < r->endpoints; dst++) {
            bool live = rack_window_status(&r->ep[src], dst) ==
                        TRN4_WINDOW_LIVE;
            uint64_t value = qtest_readq(r->qts,
                                         r->ep[src].aperture + dst * PAGE);

            g_assert_cmphex(value, ==, live ? 0x100 + dst : RACK_ONES);
            g_assert_cmpuint(live, ==, reach[src] >> dst & 1);
        }
    }
}

static void test_deny(void)
{
    static const unsigned int nobody[4] = { 0 };
    static const unsigned int halves[4] = { 2, 1, 8, 4 };
    static const unsigned int chain[4] = { 2, 5, 0xa, 4 };
    static const unsigned int all[4] = { 0xe, 0xd, 0xb, 0x7 };
    static const unsigned int not_to_2[4] = { 0xa, 0x9, 0xb, 0x3 };
    Rack *r = rack_new(4, 2);
    RackFn *sw = &r->sw[1];
    unsigned int e;

    windows_new(r);
    check_reach(r, nobody);

    /* Routes alone do not do. */
    for (e = 0; e < 4; e++) {
        rack_route(sw, e, true);
    }
    check_reach(r, nobody);

    /* {0, 1} and {2, 3}; membership of a partition that is not valid is none */
    rack_member(sw, 5, 0, true);
    rack_member(sw, 5, 1, true);
    check_reach(r, nobody);
    rack_partition(sw, 5, 500);
    rack_member(sw, 6, 2, true);
    rack_member(sw, 6, 3, true);
    rack_partition(sw, 6, 600);
    check_reach(r, halves);

    /* {1, 2} as well: 0 and 2 are still strangers. */
    rack_member(sw, 63, 1, true);
    rack_member(sw, 63, 2, true);
    rack_partition(sw, 63, 1);
    check_reach(r, chain);

    /* A partition of one switch is none of the other's routes. */
    for (e = 0; e < 4; e++) {
        rack_route(sw, e, false);
        rack_route(&r->sw[0], e, true);
    }
    check_reach(r, nobody);
    for (e = 0; e < 4; e++) {
        rack_member(&r->sw[0], 0, e, true);
    }
    rack_partition(&r->sw[0], 0, 1);
    check_reach(r, all);

    /* A route to ports of somebody else leads nowhere. */
    rack_write64(&r->sw[0], RACK_ROUTE(2, NVL_ROUTE_PORTS_LO),
                 rack_read64(&r->sw[0], RACK_ROUTE(1, NVL_ROUTE_PORTS_LO)));
    rack_write64(&r->sw[0], RACK_ROUTE(2, NVL_ROUTE_PORTS_HI),
                 rack_read64(&r->sw[0], RACK_ROUTE(1, NVL_ROUTE_PORTS_HI)));
    check_reach(r, not_to_2);
    rack_route(&r->sw[0], 2, true);
    check_reach(r, all);
    rack_free(r);
}

/* ---- Resets ------------------------------------------------------------ */

static void reset_by(void (*reset)(RackFn *sw))
{
    static const unsigned int nobody[4] = { 0 };
    static const unsigned int all[4] = { 0xe, 0xd, 0xb, 0x7 };
    Rack *r = rack_new(4, 2);
    RackFn *sw = &r->sw[1];
    unsigned int i;

    rack_open(r);
    windows_new(r);
    check_reach(r, all);
    rack_write32(sw, NVL_REG_SCRATCH, 1);
    rack_write32(sw, NVL_REG_INT_ENABLE, 0xf);
    rack_write32(sw, NVL_REG_ID, 1);

    /* The other switch still carries. */
    reset(sw);
    check_reach(r, all);
    for (i = 0; i < ARRAY_SIZE(registers); i++) {
        const RackReg *reg = &registers[i];

        if (reg->offset < NVL_SWITCH_PORT_BASE ||
            reg->offset >= NVL_SWITCH_ROUTE_BASE) {
            rack_check_reset(sw, reg, 1);
        }
    }
    for (i = 0; i < NVL_SWITCH_PORTS; i++) {
        g_assert_cmphex(rack_read32(sw, RACK_SW_PORT(i, NVL_PORT_STATE)), ==,
                        NVL_PORT_TRAIN);
        g_assert_cmphex(rack_read32(sw, RACK_SW_PORT(i, NVL_PORT_TRAIN_COUNT)),
                        ==, 0);
    }
    rack_train(r);
    g_assert_cmphex(rack_read32(sw, RACK_SW_PORT(71, NVL_PORT_STATE)), ==,
                    NVL_PORT_ACTIVE);
    reset(&r->sw[0]);
    check_reach(r, nobody);
    rack_train(r);
    check_reach(r, nobody);
    rack_open(r);
    check_reach(r, all);
    rack_free(r);
}

static void by_ctrl(RackFn *sw)
{
    rack_write32(sw, NVL_REG_CTRL, NVL_CTRL_RESET);
}

static void test_reset_flr(void)
{
    reset_by(rack_flr);
}

static void test_reset_ctrl(void)
{
    reset_by(by_ctrl);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/nvl-switch/config", test_config);
    qtest_add_func("/nvl-switch/registers/reset", test_reset_values);
    qtest_add_func("/nvl-switch/registers/read-only", test_read_only);
    qtest_add_func("/nvl-switch/registers/access", test_access);
    qtest_add_func("/nvl-switch/registers/reserved", test_reserved);
    qtest_add_func("/nvl-switch/registers/route", test_route_registers);
    qtest_add_func("/nvl-switch/registers/partition", test_partition_registers);
    qtest_add_func("/nvl-switch/ports/wiring", test_wiring);
    qtest_add_func("/nvl-switch/ports/event", test_port_event);
    qtest_add_func("/nvl-switch/deny", test_deny);
    qtest_add_func("/nvl-switch/reset/flr", test_reset_flr);
    qtest_add_func("/nvl-switch/reset/ctrl", test_reset_ctrl);
    return g_test_run();
}
