/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trn4-test.c - the accelerator as a driver sees it: configuration space,
 * every register, ports and resets
 *
 * Windows are in trn4-window-test.c, queues in trn4-queue-test.c.
 */
#include "qemu/osdep.h"
#include "hw/pci/pci_regs.h"
#include "qobject/qdict.h"
#include "trn4-qtest.h"

#define MIB        RACK_MIB
#define PAGE       ((uint64_t)NVL_PAGE_SIZE)
#define READ_WRITE (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define LINKS_ALL  ((1ull << TRN4_PORTS) - 1)
#define HALF       (RACK_APERTURE / 2)

/* ---- Configuration space ----------------------------------------------- */

static void check_bar(const RackFn *fn, unsigned int bar, uint64_t size,
                      uint32_t flags)
{
    uint32_t found;

    g_assert_cmphex(rack_bar(fn, bar, &found), ==, size);
    g_assert_cmphex(found, ==, flags);
}

static void test_config(void)
{
    const uint32_t wide = PCI_BASE_ADDRESS_MEM_TYPE_64 |
                          PCI_BASE_ADDRESS_MEM_PREFETCH;
    Rack *r = rack_new_args(1, 0, 1, "aperture=64M", NULL);
    RackFn *fn = &r->ep[0];
    unsigned int cap;
    uint64_t guid = rack_read64(fn, NVL_REG_GUID);

    g_assert_cmphex(rack_config_read(fn, PCI_VENDOR_ID, 2), ==,
                    TRN4_PCI_VENDOR_ID);
    g_assert_cmphex(rack_config_read(fn, PCI_DEVICE_ID, 2), ==,
                    TRN4_PCI_DEVICE_ID);
    g_assert_cmphex(rack_config_read(fn, PCI_CLASS_DEVICE, 2), ==, 0x1200);
    check_bar(fn, TRN4_BAR_REGS, TRN4_BAR_REGS_SIZE, 0);
    check_bar(fn, TRN4_BAR_APERTURE, RACK_APERTURE, wide);
    check_bar(fn, TRN4_BAR_HBM, RACK_HBM, wide);

    g_assert_cmphex(rack_find_cap(fn, PCI_CAP_ID_PM), !=, 0);
    cap = rack_find_cap(fn, PCI_CAP_ID_EXP);
    g_assert_cmphex(rack_config_read(fn, cap + PCI_EXP_DEVCAP, 4) &
                        PCI_EXP_DEVCAP_FLR,
                    !=, 0);
    g_assert_cmphex(rack_config_read(fn, cap + PCI_EXP_FLAGS, 2) &
                        PCI_EXP_FLAGS_TYPE,
                    ==, PCI_EXP_TYPE_ENDPOINT << 4);
    cap = rack_find_cap(fn, PCI_CAP_ID_MSIX);
    g_assert_cmphex(rack_config_read(fn, cap + PCI_MSIX_FLAGS, 2) &
                        PCI_MSIX_FLAGS_QSIZE,
                    ==, TRN4_VECTORS - 1);
    g_assert_cmphex(rack_config_read(fn, cap + PCI_MSIX_TABLE, 4), ==,
                    TRN4_MSIX_TABLE | TRN4_BAR_REGS);
    g_assert_cmphex(rack_config_read(fn, cap + PCI_MSIX_PBA, 4), ==,
                    TRN4_MSIX_PBA | TRN4_BAR_REGS);

    g_assert_cmphex(rack_find_ext_cap(fn, PCI_EXT_CAP_ID_ERR), !=, 0);
    cap = rack_find_ext_cap(fn, PCI_EXT_CAP_ID_DSN);
    g_assert_cmphex(cap, !=, 0);
    g_assert_cmphex(rack_config_read(fn, cap + 4, 4), ==, (uint32_t)guid);
    g_assert_cmphex(rack_config_read(fn, cap + 8, 4), ==, guid >> 32);
    rack_free(r);
}

static void test_config_override(void)
{
    Rack *r = rack_new_args(1, 0, 1,
                            "aperture=8G,x-pci-vendor-id=0x1d0f,"
                            "x-pci-device-id=0xabcd",
                            NULL);
    uint32_t flags;

    g_assert_cmphex(rack_config_read(&r->ep[0], PCI_VENDOR_ID, 4), ==,
                    0xabcd1d0f);
    g_assert_cmphex(rack_bar(&r->ep[0], TRN4_BAR_APERTURE, &flags), ==,
                    8ull << 30);
    rack_free(r);
}

/* In D3hot BARs do not answer; in D0 again registers are as they were. */
static void test_power(void)
{
    Rack *r = rack_new_args(1, 0, 1, NULL, NULL);
    RackFn *fn = &r->ep[0];
    unsigned int cap = rack_find_cap(fn, PCI_CAP_ID_PM);

    rack_write32(fn, NVL_REG_SCRATCH, 0x5eed);
    rack_config_write(fn, cap + PCI_PM_CTRL, 2, PCI_PM_CTRL_STATE_MASK);
    g_assert_cmphex(rack_read32(fn, NVL_REG_ID), !=, TRN4_ID_VALUE);
    rack_config_write(fn, cap + PCI_PM_CTRL, 2, 0);
    g_assert_cmphex(rack_read32(fn, NVL_REG_ID), ==, TRN4_ID_VALUE);
    g_assert_cmphex(rack_read32(fn, NVL_REG_SCRATCH), ==, 0x5eed);
    rack_free(r);
}

/* ---- Registers --------------------------------------------------------- */

#define GRANT(reg, size, kind, reset) \
    RACK_ROW(TRN4_GRANT_BASE, TRN4_GRANT_STRIDE, TRN4_GRANTS, reg, size, kind, \
             reset)
#define WINDOW(reg, size, kind) \
    RACK_ROW(TRN4_WINDOW_BASE, TRN4_WINDOW_STRIDE, TRN4_WINDOWS, reg, size, \
             kind, 0)
#define QUEUE(reg, size, kind) \
    RACK_ROW(TRN4_QUEUE_BASE, TRN4_QUEUE_STRIDE, TRN4_QUEUES, reg, size, kind, \
             0)
#define SEGMENT(reg, size) \
    RACK_ROW(TRN4_SEGMENT_BASE, TRN4_SEGMENT_STRIDE, \
             TRN4_QUEUES *TRN4_SEGMENTS, reg, size, RACK_RW, 0)
#define DOORBELL(reg) \
    RACK_ROW(TRN4_DOORBELL_BASE, TRN4_DOORBELL_STRIDE, TRN4_QUEUES, reg, 4, \
             RACK_WO, 0)

/* Of endpoint 0 with nobody at the other end of its links */
static const RackReg registers[] = {
    RACK_COMMON(TRN4_ID_VALUE, TRN4_PORTS, 0),
    { TRN4_REG_HBM_SIZE, 8, RACK_RO, TRN4_HBM_SIZE },
    { TRN4_REG_HBM_BACKED, 8, RACK_RO, RACK_HBM },
    { TRN4_REG_APERTURE_SIZE, 8, RACK_RO, RACK_APERTURE },
    { TRN4_REG_APERTURE_RO, 8, RACK_RO, HALF },
    { TRN4_REG_QUEUE_COUNT, 4, RACK_RO, TRN4_QUEUES },
    { TRN4_REG_GRANT_COUNT, 4, RACK_RO, TRN4_GRANTS },
    { TRN4_REG_WINDOW_COUNT, 4, RACK_RO, TRN4_WINDOWS },
    { TRN4_REG_OPS, 4, RACK_RO, 0x3f },
    { TRN4_REG_MODEL_TIME, 8, RACK_RO, 0 },
    { TRN4_REG_RO_STORES, 8, RACK_RO, 0 },
    { TRN4_REG_FEATURES, 4, RACK_RO, 0 },
    { TRN4_REG_TRAP_COUNT, 8, RACK_RO, 0 },
    { TRN4_REG_TRAP_REFUSED, 8, RACK_RO, 0 },
    { TRN4_REG_QUEUE_EVENT, 8, RACK_W1C, 0 },
    { TRN4_REG_STEPS, 8, RACK_RO, 0 },
    { TRN4_REG_WINDOW_EVENT, 8, RACK_W1C, 0, 8, 8 },
    { TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMIC_ADD, 4, RACK_RO, 0x3e3, 1, 4 },
    { TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMIC_SWAP, 4, RACK_RO, 7, 2, 4 },
    { TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMIC_SUB, 4, RACK_RO, 3, 3, 4 },
    { TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMIC_MIN, 4, RACK_RO, 0x1fb, 2, 4 },
    { TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMIC_AND, 4, RACK_RO, 3, 3, 4 },
    { TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMICS, 4, RACK_RO, 0, 5, 4 },
    RACK_PORTS(TRN4_PORT_BASE, TRN4_PORTS, NVL_PORT_DETECT),
    GRANT(TRN4_GRANT_BASE_ADDR, 8, RACK_RW, 0),
    GRANT(TRN4_GRANT_SIZE, 8, RACK_RW, 0),
    GRANT(TRN4_GRANT_CTRL, 4, RACK_RW, 0),
    GRANT(TRN4_GRANT_GENERATION, 4, RACK_RO, 1),
    GRANT(TRN4_GRANT_PARTITION, 4, RACK_RW, 0),
    WINDOW(TRN4_WINDOW_APERTURE, 8, RACK_RW),
    WINDOW(TRN4_WINDOW_SIZE, 8, RACK_RW),
    WINDOW(TRN4_WINDOW_OFFSET, 8, RACK_RW),
    WINDOW(TRN4_WINDOW_PEER, 4, RACK_RW),
    WINDOW(TRN4_WINDOW_GRANT, 4, RACK_RW),
    WINDOW(TRN4_WINDOW_GENERATION, 4, RACK_RW),
    WINDOW(TRN4_WINDOW_CTRL, 4, RACK_RW),
    WINDOW(TRN4_WINDOW_STATUS, 4, RACK_RO),
    QUEUE(TRN4_QUEUE_SQ_BASE, 8, RACK_RW),
    QUEUE(TRN4_QUEUE_CQ_BASE, 8, RACK_RW),
    QUEUE(TRN4_QUEUE_SIZE, 4, RACK_RW),
    QUEUE(TRN4_QUEUE_VECTOR, 4, RACK_RW),
    QUEUE(TRN4_QUEUE_CTRL, 4, RACK_RW),
    QUEUE(TRN4_QUEUE_STATUS, 4, RACK_RO),
    QUEUE(TRN4_QUEUE_SQ_HEAD, 4, RACK_RO),
    QUEUE(TRN4_QUEUE_SQ_TAIL, 4, RACK_RO),
    QUEUE(TRN4_QUEUE_CQ_HEAD, 4, RACK_RO),
    QUEUE(TRN4_QUEUE_CQ_TAIL, 4, RACK_RO),
    SEGMENT(TRN4_SEGMENT_BASE_ADDR, 8),
    SEGMENT(TRN4_SEGMENT_SIZE, 8),
    SEGMENT(TRN4_SEGMENT_CTRL, 4),
    DOORBELL(TRN4_DOORBELL_SQ_TAIL),
    DOORBELL(TRN4_DOORBELL_CQ_HEAD),
};

static void test_reset_values(void)
{
    Rack *r = rack_new_args(1, 0, 1, NULL, NULL);

    rack_check_reset(&r->ep[0], registers, ARRAY_SIZE(registers));
    rack_free(r);
}

static void test_read_only(void)
{
    Rack *r = rack_new_args(1, 0, 1, NULL, NULL);

    rack_check_read_only(&r->ep[0], registers, ARRAY_SIZE(registers));
    rack_free(r);
}

static void test_access(void)
{
    /* Gaps between registers, of each kind of block, and the end of the BAR */
    /* clang-format off */
    static const uint32_t gaps[] = {
        0x038, 0x03c, 0x050, 0x07c, 0x0cc, 0x0f0, 0x0fc, 0x180, 0xffc,
        TRN4_PORT_BASE + TRN4_PORTS * NVL_PORT_STRIDE,
        TRN4_QUEUE_BASE + 0x30, TRN4_QUEUE_BASE + 0x3c,
        TRN4_QUEUE_BASE + TRN4_QUEUES * TRN4_QUEUE_STRIDE,
        TRN4_GRANT_BASE + 0x1c,
        TRN4_GRANT_BASE + TRN4_GRANTS * TRN4_GRANT_STRIDE,
        TRN4_WINDOW_BASE + 0x2c, TRN4_WINDOW_BASE + 0x3c,
        TRN4_WINDOW_BASE + TRN4_WINDOWS * TRN4_WINDOW_STRIDE,
        TRN4_MSIX_TABLE + 16 * TRN4_VECTORS, TRN4_MSIX_PBA + 8,
        TRN4_DOORBELL_BASE - 4, TRN4_DOORBELL_BASE + 8,
        TRN4_SEGMENT_BASE - TRN4_DOORBELL_STRIDE + 8, TRN4_SEGMENT_BASE - 4,
        TRN4_SEGMENT_BASE + 0x14,
        TRN4_SEGMENT_BASE +
            TRN4_QUEUES * TRN4_SEGMENTS * TRN4_SEGMENT_STRIDE,
        TRN4_BAR_REGS_SIZE - 4,
    };
    /* clang-format on */
    Rack *r = rack_new_args(1, 0, 1, NULL, NULL);
    RackFn *fn = &r->ep[0];
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(gaps); i++) {
        rack_no_register(fn, gaps[i]);
    }
    rack_check_access(fn, registers, ARRAY_SIZE(registers));
    rack_free(r);
}

static void test_reserved(void)
{
    static const struct {
        uint32_t offset;
        uint32_t value;
    } bad[] = {
        { NVL_REG_CTRL, 2 },
        { NVL_REG_CTRL, 1u << 31 },
        { NVL_REG_INT_ENABLE, 1u << 5 },
        { NVL_REG_INT_ENABLE, 1u << 31 },
        { RACK_EP_PORT(0, NVL_PORT_CTRL), 16 },
        { RACK_EP_PORT(35, NVL_PORT_CTRL), 1u << 31 },
        { RACK_GRANT(0, TRN4_GRANT_CTRL), 8 },
        { RACK_GRANT(0, TRN4_GRANT_CTRL), 1u << 30 },
        { RACK_GRANT(0, TRN4_GRANT_PARTITION), NVL_PARTITION_ID_MASK + 1 },
        { RACK_WINDOW(0, TRN4_WINDOW_CTRL), 8 },
        { RACK_WINDOW(0, TRN4_WINDOW_CTRL), TRN4_WINDOW_ENABLE },
        { RACK_WINDOW(0, TRN4_WINDOW_CTRL),
          TRN4_WINDOW_ENABLE | NVL_RIGHT_WRITE },
        { RACK_WINDOW(0, TRN4_WINDOW_CTRL),
          TRN4_WINDOW_ENABLE | NVL_RIGHT_READ | NVL_RIGHT_ATOMIC },
        { RACK_WINDOW(511, TRN4_WINDOW_PEER), NVL_TARGET_IDS },
        { RACK_WINDOW(0, TRN4_WINDOW_PEER), UINT32_MAX },
        { RACK_WINDOW(0, TRN4_WINDOW_GRANT), TRN4_GRANTS },
        { RACK_QUEUE(0, TRN4_QUEUE_SIZE), 0 },
        { RACK_QUEUE(0, TRN4_QUEUE_SIZE), TRN4_QUEUE_SIZE_MAX + 1 },
        { RACK_QUEUE(0, TRN4_QUEUE_SIZE), UINT32_MAX },
        { RACK_QUEUE(63, TRN4_QUEUE_VECTOR), TRN4_VECTORS },
        { RACK_QUEUE(0, TRN4_QUEUE_CTRL), 8 },
        { RACK_QUEUE(0, TRN4_QUEUE_CTRL), TRN4_QUEUE_ENABLE }, /* no size */
        { RACK_QUEUE(0, TRN4_QUEUE_SQ_BASE), 0x800 },
        { RACK_QUEUE(0, TRN4_QUEUE_CQ_BASE), 1 },
    };
    Rack *r = rack_new_args(1, 0, 1, NULL, NULL);
    RackFn *fn = &r->ep[0];
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(bad); i++) {
        rack_refused32(fn, bad[i].offset, bad[i].value, NVL_ERR_VALUE);
    }
    for (i = 0; i < TRN4_QUEUES; i++) {
        uint32_t before = rack_read32(fn, NVL_REG_ERR_COUNT);

        rack_write32(fn, RACK_DOORBELL(i, TRN4_DOORBELL_SQ_TAIL), 0);
        rack_write32(fn, RACK_DOORBELL(i, TRN4_DOORBELL_CQ_HEAD), 0);
        g_assert_cmphex(rack_read32(fn, NVL_REG_ERR_COUNT), ==, before + 2);
        g_assert_cmphex(rack_read32(fn, NVL_REG_ERR_LAST), ==, NVL_ERR_QUEUE);
    }
    rack_write32(fn, NVL_REG_INT_STATUS, UINT32_MAX);
    g_assert_cmphex(rack_read32(fn, NVL_REG_INT_STATUS), ==, 0);
    rack_free(r);
}

/* What is written is read, and by halves as well. */
static void test_read_write(void)
{
    static const uint32_t wide[] = {
        RACK_GRANT(0, TRN4_GRANT_BASE_ADDR),  RACK_GRANT(511, TRN4_GRANT_SIZE),
        RACK_WINDOW(0, TRN4_WINDOW_APERTURE), RACK_WINDOW(5, TRN4_WINDOW_SIZE),
        RACK_WINDOW(511, TRN4_WINDOW_OFFSET), RACK_QUEUE(0, TRN4_QUEUE_SQ_BASE),
        RACK_QUEUE(63, TRN4_QUEUE_CQ_BASE),
    };
    static const struct {
        uint32_t offset;
        uint32_t value;
    } narrow[] = {
        { NVL_REG_SCRATCH, 0xfeedface },
        { NVL_REG_INT_ENABLE, 0x1f },
        { RACK_GRANT(7, TRN4_GRANT_PARTITION), NVL_PARTITION_ID_MASK },
        { RACK_WINDOW(7, TRN4_WINDOW_PEER), NVL_TARGET_IDS - 1 },
        { RACK_WINDOW(7, TRN4_WINDOW_GRANT), TRN4_GRANTS - 1 },
        { RACK_WINDOW(7, TRN4_WINDOW_GENERATION), UINT32_MAX },
        { RACK_QUEUE(9, TRN4_QUEUE_SIZE), TRN4_QUEUE_SIZE_MAX },
        { RACK_QUEUE(9, TRN4_QUEUE_VECTOR), TRN4_VECTORS - 1 },
    };
    Rack *r = rack_new_args(1, 0, 1, NULL, NULL);
    RackFn *fn = &r->ep[0];
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(wide); i++) {
        rack_write64(fn, wide[i], 0x123456789abcd000);
        g_assert_cmphex(rack_read64(fn, wide[i]), ==, 0x123456789abcd000);
        rack_write32(fn, wide[i], 0x11112000);
        g_assert_cmphex(rack_read64(fn, wide[i]), ==, 0x1234567811112000);
        rack_write32(fn, wide[i] + 4, 0x33334444);
        g_assert_cmphex(rack_read64(fn, wide[i]), ==, 0x3333444411112000);
    }
    for (i = 0; i < ARRAY_SIZE(narrow); i++) {
        rack_write32(fn, narrow[i].offset, narrow[i].value);
        g_assert_cmphex(rack_read32(fn, narrow[i].offset), ==, narrow[i].value);
    }
    g_assert_cmphex(rack_read32(fn, NVL_REG_ERR_COUNT), ==, 0);
    rack_free(r);
}
/*
 * The MSI-X table takes words of 4 and 8 bytes and nothing else; its pending
 * bits take nothing. All of that is QEMU's, and no error of the device, but
 * what reaches beyond the table's end is.
 */
static void test_msix_access(void)
{
    const uint64_t last = TRN4_MSIX_TABLE +
                          (TRN4_VECTORS - 1) * PCI_MSIX_ENTRY_SIZE;
    Rack *r = rack_new_args(1, 0, 1, NULL, NULL);
    RackFn *fn = &r->ep[0];
    const uint64_t entry = fn->regs + last;

    rack_write64(fn, last, 0x123456789abcdef0);
    g_assert_cmphex(rack_read64(fn, last), ==, 0x123456789abcdef0);
    g_assert_cmphex(rack_read32(fn, last), ==, 0x9abcdef0);
    rack_write32(fn, last + PCI_MSIX_ENTRY_UPPER_ADDR, 0x11223344);
    g_assert_cmphex(rack_read64(fn, last), ==, 0x112233449abcdef0);
    g_assert_cmphex(rack_read32(fn, TRN4_MSIX_TABLE), ==, 0);

    rack_write64(fn, last + PCI_MSIX_ENTRY_UPPER_ADDR, 0x5566778811223344);
    g_assert_cmphex(rack_read64(fn, last + PCI_MSIX_ENTRY_UPPER_ADDR), ==,
                    0x5566778811223344);
    g_assert_cmphex(rack_read32(fn, last + PCI_MSIX_ENTRY_DATA), ==,
                    0x55667788);

    qtest_writeb(r->qts, entry, 0x55);
    qtest_writew(r->qts, entry + 4, 0x5555);
    g_assert_cmphex(qtest_readb(r->qts, entry), ==, 0);
    g_assert_cmphex(rack_read64(fn, last), ==, 0x112233449abcdef0);

    rack_write32(fn, TRN4_MSIX_PBA, UINT32_MAX);
    rack_write64(fn, TRN4_MSIX_PBA, UINT64_MAX);
    g_assert_cmphex(rack_read64(fn, TRN4_MSIX_PBA), ==, 0);
    g_assert_cmphex(rack_read32(fn, NVL_REG_ERR_COUNT), ==, 0);

    rack_write64(fn, last + PCI_MSIX_ENTRY_VECTOR_CTRL, 0);
    g_assert_cmphex(rack_read32(fn, NVL_REG_ERR_COUNT), ==, 1);
    g_assert_cmphex(rack_read32(fn, last + PCI_MSIX_ENTRY_VECTOR_CTRL), ==,
                    PCI_MSIX_ENTRY_CTRL_MASKBIT);
    rack_free(r);
}

/*
 * The first bad access, in guest time, with an interrupt that a reset ends;
 * the record stays. Nobody is at the other end of links, which would log, too.
 */
static void check_log(Rack *r, RackFn *fn)
{
    const uint32_t what = NVL_ERROR_ACCESS | NVL_SEVERITY_ERROR << 16 |
                          NVL_SCOPE_DEVICE << 24;
    uint64_t time;
    unsigned int i;

    g_assert_cmphex(rack_read64(fn, NVL_REG_LOG_HEAD), ==, 0);
    g_assert_cmphex(rack_read64(fn, NVL_REG_LOG_TAIL), ==, 0);
    g_assert_cmphex(rack_read32(fn, NVL_REG_LOG_STATUS), ==, 0);
    for (i = 0; i < NVL_LOG_ENTRIES; i++) {
        g_assert_cmphex(rack_read64(fn, RACK_LOG(i, NVL_LOG_INDEX)), ==,
                        RACK_ONES);
        g_assert_cmphex(rack_read32(fn, RACK_LOG(i, NVL_LOG_WHAT)), ==, 0);
    }
    qtest_clock_step(r->qts, 1000000);
    rack_write32(fn, NVL_REG_ID, 0);
    g_assert_cmphex(rack_read32(fn, NVL_REG_INT_STATUS), ==,
                    NVL_INT_ERROR | NVL_INT_LOG);
    time = rack_read64(fn, RACK_LOG(0, NVL_LOG_TIME));
    g_assert_cmpuint(time, >=, 1000000);
    rack_write32(fn, NVL_REG_CTRL, NVL_CTRL_RESET);
    g_assert_cmphex(rack_read32(fn, NVL_REG_INT_STATUS), ==, 0);
    g_assert_cmphex(rack_read64(fn, NVL_REG_LOG_HEAD), ==, 1);
    g_assert_cmphex(rack_read64(fn, RACK_LOG(0, NVL_LOG_INDEX)), ==, 0);
    g_assert_cmphex(rack_read32(fn, RACK_LOG(0, NVL_LOG_WHAT)), ==, what);
    g_assert_cmphex(rack_read32(fn, RACK_LOG(0, NVL_LOG_PORT)), ==, UINT32_MAX);
    g_assert_cmphex(rack_read64(fn, RACK_LOG(0, NVL_LOG_DETAIL)), ==,
                    NVL_ERR_READ_ONLY);

    qtest_clock_step(r->qts, 5000);
    rack_refused64(fn, NVL_REG_LOG_TAIL, 3, NVL_ERR_VALUE);
    g_assert_cmphex(rack_read64(fn, NVL_REG_LOG_HEAD), ==, 2);
    g_assert_cmpuint(rack_read64(fn, RACK_LOG(1, NVL_LOG_TIME)), ==,
                     time + 5000);
    rack_write64(fn, NVL_REG_LOG_TAIL, 2);
    g_assert_cmphex(rack_read64(fn, NVL_REG_LOG_TAIL), ==, 2);
}

static void test_log(void)
{
    Rack *r = rack_new_args(1, 0, 1, NULL, NULL);

    check_log(r, &r->ep[0]);
    rack_free(r);
    r = rack_new_args(0, 1, 1, NULL, NULL);
    check_log(r, &r->sw[0]);
    rack_free(r);
}

/* ---- Sensors ----------------------------------------------------------- */

/* Set a property; where it must fail, the error says @words. */
static void set_sensor(Rack *r, const RackFn *fn, const char *property,
                       int64_t value, const char *words)
{
    g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", fn->id);
    QDict *answer = qtest_qmp(r->qts,
                              "{ 'execute': 'qom-set', 'arguments':"
                              " { 'path': %s, 'property': %s, 'value': %" PRId64
                              " } }",
                              path, property, value);

    if (words) {
        QDict *error = qdict_get_qdict(answer, "error");

        g_assert_nonnull(error);
        g_assert_nonnull(strstr(qdict_get_str(error, "desc"), words));
    } else {
        g_assert_true(qdict_haskey(answer, "return"));
    }
    qobject_unref(answer);
}

static void check_sensors(Rack *r, RackFn *fn, int32_t idle, uint32_t power,
                          int32_t limit)
{
    uint64_t head;

    g_assert_cmpint(rack_read32(fn, NVL_REG_TEMPERATURE), ==, idle);
    g_assert_cmpuint(rack_read32(fn, NVL_REG_POWER), ==, power);
    set_sensor(r, fn, "temperature", -40000, NULL);
    g_assert_cmpint((int32_t)rack_read32(fn, NVL_REG_TEMPERATURE), ==, -40000);
    set_sensor(r, fn, "power", UINT32_MAX, NULL);
    g_assert_cmpuint(rack_read32(fn, NVL_REG_POWER), ==, UINT32_MAX);

    set_sensor(r, fn, "temperature", limit, NULL);
    head = rack_read64(fn, NVL_REG_LOG_HEAD);
    rack_write32(fn, NVL_REG_INT_STATUS, NVL_INT_LOG);
    set_sensor(r, fn, "temperature", limit + 1, NULL);
    g_assert_cmpuint(rack_read64(fn, NVL_REG_LOG_HEAD), ==, head + 1);
    g_assert_cmphex(rack_read32(fn, NVL_REG_INT_STATUS) & NVL_INT_LOG, ==,
                    NVL_INT_LOG);
    g_assert_cmphex(rack_read32(fn, RACK_LOG(head, NVL_LOG_WHAT)), ==,
                    NVL_ERROR_OVERHEAT | NVL_SEVERITY_DEGRADED << 16 |
                        NVL_SCOPE_DEVICE << 24);
    g_assert_cmpuint(rack_read64(fn, RACK_LOG(head, NVL_LOG_DETAIL)), ==,
                     limit + 1);
    rack_flr(fn);
    g_assert_cmpint(rack_read32(fn, NVL_REG_TEMPERATURE), ==, limit + 1);

    /* What is refused changes nothing. */
    set_sensor(r, fn, "temperature", -40001,
               "temperature=-40001 is out of range: -40000 to 200000");
    set_sensor(r, fn, "temperature", 200001, "temperature=200001 is out of");
    set_sensor(r, fn, "power", -1, "power=-1 is out of range: 0 to 4294967295");
    set_sensor(r, fn, "power", 1ll << 32, "power=4294967296 is out of range");
    set_sensor(r, fn, "tray", 1, "Attempt to set property 'tray'");
    g_assert_cmpint(rack_read32(fn, NVL_REG_TEMPERATURE), ==, limit + 1);
    g_assert_cmpuint(rack_read32(fn, NVL_REG_POWER), ==, UINT32_MAX);
}

static void test_sensors(void)
{
    Rack *r = rack_new(2, 1);

    check_sensors(r, &r->ep[1], 45000, 150000, 95000);
    check_sensors(r, &r->sw[0], 50000, 120000, 105000);
    rack_free(r);
}

/* A device that is too hot when it is plugged in says so at once. */
static void test_sensors_given(void)
{
    Rack *r = rack_new_args(1, 0, 1, "aperture=64M,temperature=95001,power=7",
                            NULL);

    g_assert_cmpint(rack_read32(&r->ep[0], NVL_REG_TEMPERATURE), ==, 95001);
    g_assert_cmpuint(rack_read32(&r->ep[0], NVL_REG_POWER), ==, 7);
    g_assert_cmpuint(rack_read64(&r->ep[0], NVL_REG_LOG_HEAD), ==, 1);
    rack_free(r);
}

/* ---- Ports ------------------------------------------------------------- */

static uint64_t ep_port(const RackFn *fn, unsigned int port, unsigned int reg)
{
    return rack_read(fn, RACK_EP_PORT(port, reg),
                     reg == NVL_PORT_PARTNER_GUID ? 8 : 4);
}

static uint64_t sw_port(const RackFn *fn, unsigned int port, unsigned int reg)
{
    return rack_read(fn, RACK_SW_PORT(port, reg),
                     reg == NVL_PORT_PARTNER_GUID ? 8 : 4);
}

/* Both ends of every link name each other. */
static void check_links(Rack *r, uint32_t trainings)
{
    unsigned int e, p;

    for (e = 0; e < r->endpoints; e++) {
        RackFn *ep = &r->ep[e];

        for (p = 0; p < TRN4_PORTS; p++) {
            uint32_t s = ep_port(ep, p, NVL_PORT_PARTNER_SELF);
            uint32_t far = ep_port(ep, p, NVL_PORT_PARTNER_PORT);
            RackFn *sw = &r->sw[s];

            g_assert_cmpuint(s, <, r->switches);
            g_assert_cmpuint(far, <, NVL_SWITCH_PORTS);
            g_assert_cmphex(ep_port(ep, p, NVL_PORT_STATE), ==,
                            NVL_PORT_ACTIVE);
            g_assert_cmphex(ep_port(ep, p, NVL_PORT_PARTNER), ==,
                            NVL_PARTNER_SWITCH);
            g_assert_cmphex(ep_port(ep, p, NVL_PORT_PARTNER_GUID), ==,
                            rack_read64(sw, NVL_REG_GUID));
            g_assert_cmphex(sw_port(sw, far, NVL_PORT_STATE), ==,
                            NVL_PORT_ACTIVE);
            g_assert_cmphex(sw_port(sw, far, NVL_PORT_PARTNER), ==,
                            NVL_PARTNER_ENDPOINT);
            g_assert_cmphex(sw_port(sw, far, NVL_PORT_PARTNER_SELF), ==, e);
            g_assert_cmphex(sw_port(sw, far, NVL_PORT_PARTNER_PORT), ==, p);
            g_assert_cmphex(sw_port(sw, far, NVL_PORT_PARTNER_GUID), ==,
                            rack_read64(ep, NVL_REG_GUID));
            g_assert_cmphex(ep_port(ep, p, NVL_PORT_TRAIN_COUNT), ==,
                            trainings);
        }
        g_assert_cmphex(rack_read64(ep, NVL_REG_PORT_EVENT), ==, LINKS_ALL);
        g_assert_cmphex(rack_read64(ep, NVL_REG_PORT_EVENT + 8), ==, 0);
        g_assert_cmphex(rack_read32(ep, NVL_REG_INT_STATUS), ==, NVL_INT_PORT);
    }
}

static void test_train(void)
{
    Rack *r = rack_new_args(4, 2, 2, NULL, NULL);
    unsigned int p;

    for (p = 0; p < TRN4_PORTS; p++) {
        g_assert_cmphex(ep_port(&r->ep[3], p, NVL_PORT_STATE), ==,
                        NVL_PORT_TRAIN);
        g_assert_cmphex(ep_port(&r->ep[3], p, NVL_PORT_PARTNER), ==,
                        NVL_PARTNER_NONE);
    }
    rack_train(r);
    check_links(r, 1);
    rack_free(r);
}

static void test_train_one_switch(void)
{
    Rack *r = rack_new(2, 1);

    check_links(r, 1);
    rack_free(r);
}

static void test_port_disable(void)
{
    Rack *r = rack_new(2, 1);
    RackFn *ep = &r->ep[1];
    uint32_t far = ep_port(ep, 5, NVL_PORT_PARTNER_PORT);

    rack_write64(ep, NVL_REG_PORT_EVENT, RACK_ONES);
    rack_write32(ep, NVL_REG_INT_STATUS, NVL_INT_PORT);
    g_assert_cmphex(rack_read64(ep, NVL_REG_PORT_EVENT), ==, 0);

    rack_write32(ep, RACK_EP_PORT(5, NVL_PORT_CTRL), 0);
    g_assert_cmphex(ep_port(ep, 5, NVL_PORT_STATE), ==, NVL_PORT_OFF);
    g_assert_cmphex(sw_port(&r->sw[0], far, NVL_PORT_STATE), ==,
                    NVL_PORT_DETECT);
    g_assert_cmphex(rack_read64(ep, NVL_REG_PORT_EVENT), ==, 1u << 5);
    g_assert_cmphex(rack_read32(ep, NVL_REG_INT_STATUS), ==,
                    NVL_INT_PORT | NVL_INT_LOG);

    rack_write32(ep, RACK_EP_PORT(5, NVL_PORT_CTRL), NVL_PORT_CTRL_ENABLE);
    g_assert_cmphex(ep_port(ep, 5, NVL_PORT_STATE), ==, NVL_PORT_TRAIN);
    rack_train(r);
    g_assert_cmphex(ep_port(ep, 5, NVL_PORT_STATE), ==, NVL_PORT_ACTIVE);

    rack_write32(ep, RACK_EP_PORT(5, NVL_PORT_CTRL),
                 NVL_PORT_CTRL_ENABLE | NVL_PORT_CTRL_RETRAIN);
    g_assert_cmphex(ep_port(ep, 5, NVL_PORT_CTRL), ==, NVL_PORT_CTRL_ENABLE);
    g_assert_cmphex(sw_port(&r->sw[0], far, NVL_PORT_STATE), ==,
                    NVL_PORT_TRAIN);
    rack_train(r);
    g_assert_cmphex(ep_port(ep, 5, NVL_PORT_TRAIN_COUNT), ==, 3);
    rack_free(r);
}

/* ---- Resets ------------------------------------------------------------ */

/*
 * From a life full of state back to reset values; HBM keeps its content, and
 * generations of grants go on. Endpoint 0 is what is reset.
 */
static void reset_by(void (*reset)(Rack *r))
{
    Rack *r = rack_new(2, 1);
    RackFn *fn = &r->ep[0];
    unsigned int i;

    rack_open(r);
    rack_grant(&r->ep[1], 0, 0, PAGE, NVL_RIGHTS_ALL);
    rack_window_set(fn, 9, 0, PAGE, 0, 1, 0, rack_generation(&r->ep[1], 0));
    g_assert_cmpuint(rack_window_enable(fn, 9, READ_WRITE), ==,
                     TRN4_WINDOW_LIVE);
    qtest_writeq(r->qts, fn->aperture, 0xcafe);
    qtest_writeq(r->qts, fn->hbm, 0x4b3d);
    rack_grant(fn, 5, 0, PAGE, NVL_RIGHT_READ);
    qtest_writeb(r->qts, fn->aperture + HALF, 1);
    rack_write32(fn, NVL_REG_SCRATCH, 77);
    rack_write32(fn, NVL_REG_INT_ENABLE, 0xf);
    rack_write32(fn, NVL_REG_ID, 0);
    rack_write64(fn, RACK_QUEUE(3, TRN4_QUEUE_SQ_BASE), 0x1000);
    rack_write32(fn, RACK_QUEUE(3, TRN4_QUEUE_SIZE), 4);
    rack_write32(fn, RACK_QUEUE(3, TRN4_QUEUE_CTRL), TRN4_QUEUE_ENABLE);
    reset(r);

    for (i = 0; i < ARRAY_SIZE(registers); i++) {
        const RackReg *reg = &registers[i];

        if (reg->offset == TRN4_GRANT_BASE + TRN4_GRANT_GENERATION) {
            g_assert_cmphex(rack_generation(fn, 5), ==, 2);
            g_assert_cmphex(rack_generation(fn, 6), ==, 1);
        } else if (reg->offset < TRN4_PORT_BASE ||
                   reg->offset >= TRN4_QUEUE_BASE) {
            rack_check_reset(fn, reg, 1);
        }
    }
    g_assert_cmphex(qtest_readq(r->qts, fn->aperture), ==, RACK_ONES);
    g_assert_cmphex(qtest_readq(r->qts, r->ep[1].hbm), ==, 0xcafe);
    g_assert_cmphex(qtest_readq(r->qts, fn->hbm), ==, 0x4b3d);
    for (i = 0; i < TRN4_PORTS; i++) {
        g_assert_cmphex(rack_read32(fn, RACK_EP_PORT(i, NVL_PORT_STATE)), ==,
                        NVL_PORT_TRAIN);
    }
    rack_train(r);
    for (i = 0; i < TRN4_PORTS; i++) {
        g_assert_cmphex(rack_read32(fn, RACK_EP_PORT(i, NVL_PORT_STATE)), ==,
                        NVL_PORT_ACTIVE);
    }
    rack_free(r);
}

static void do_flr(Rack *r)
{
    rack_flr(&r->ep[0]);
}

static void do_ctrl(Rack *r)
{
    rack_write32(&r->ep[0], NVL_REG_CTRL, NVL_CTRL_RESET);
}

static void do_machine(Rack *r)
{
    qtest_system_reset(r->qts);
    rack_enumerate(r);
}

static void test_reset_flr(void)
{
    reset_by(do_flr);
}

static void test_reset_ctrl(void)
{
    reset_by(do_ctrl);
}

static void test_reset_machine(void)
{
    reset_by(do_machine);
}

/* HBM that is no power of two: behind its end there is nobody. */
static void test_hbm_end(void)
{
    Rack *r = rack_new_args(0, 0, 1, NULL,
                            "-object memory-backend-memfd,id=odd,share=on,"
                            "size=6M -device pcie-root-port,id=rp0,chassis=1,"
                            "slot=1,multifunction=on,addr=2.0"
                            " -device trn4,fabric=fabric0,index=0,memdev=odd,"
                            "bus=rp0,aperture=4M");
    Rack *model = g_new0(Rack, 1);
    RackFn *fn = &model->ep[0];
    uint32_t flags;

    *fn = (RackFn) {
        .qts = r->qts,
        .config = 0xb0100000,
        .port = 0xb0010000,
        .regs = 0xe0000000,
        .aperture = 1ull << 36,
        .hbm = (1ull << 36) + (32ull << 30),
    };
    rack_enumerate_fn(fn);
    g_assert_cmphex(rack_read64(fn, TRN4_REG_HBM_BACKED), ==, 6 * MIB);
    qtest_writeq(r->qts, fn->hbm + 6 * MIB - 8, 1);
    g_assert_cmphex(qtest_readq(r->qts, fn->hbm + 6 * MIB - 8), ==, 1);
    g_assert_cmphex(qtest_readq(r->qts, fn->hbm + 6 * MIB), ==, RACK_ONES);
    qtest_writeq(r->qts, fn->hbm + 6 * MIB, 1);
    g_assert_cmphex(qtest_readq(r->qts, fn->hbm + 8 * MIB - 8), ==, RACK_ONES);
    g_assert_cmphex(rack_bar(fn, TRN4_BAR_HBM, &flags), ==, 8 * MIB);
    g_free(model);
    rack_free(r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/trn4/config/standard", test_config);
    qtest_add_func("/trn4/config/override", test_config_override);
    qtest_add_func("/trn4/config/power", test_power);
    qtest_add_func("/trn4/registers/reset", test_reset_values);
    qtest_add_func("/trn4/registers/read-only", test_read_only);
    qtest_add_func("/trn4/registers/access", test_access);
    qtest_add_func("/trn4/registers/reserved", test_reserved);
    qtest_add_func("/trn4/registers/read-write", test_read_write);
    qtest_add_func("/trn4/registers/msix", test_msix_access);
    qtest_add_func("/trn4/registers/log", test_log);
    qtest_add_func("/trn4/sensors/run-time", test_sensors);
    qtest_add_func("/trn4/sensors/given", test_sensors_given);
    qtest_add_func("/trn4/ports/train", test_train);
    qtest_add_func("/trn4/ports/one-switch", test_train_one_switch);
    qtest_add_func("/trn4/ports/disable", test_port_disable);
    qtest_add_func("/trn4/reset/flr", test_reset_flr);
    qtest_add_func("/trn4/reset/ctrl", test_reset_ctrl);
    qtest_add_func("/trn4/reset/machine", test_reset_machine);
    qtest_add_func("/trn4/hbm/end", test_hbm_end);
    return g_test_run();
}
