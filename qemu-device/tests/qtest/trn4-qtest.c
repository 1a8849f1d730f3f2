/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trn4-qtest.c - a rack for qtests: accelerators and switches behind root
 * ports, with their BARs assigned, and the few steps that all tests share
 *
 * libqos knows one bus and 32-bit BARs; apertures need 64 bits and each device
 * has a bus of its own. So configuration space is memory mapped here, and each
 * root port gets fixed windows: 1 MiB for registers, 64 GiB for the rest.
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "hw/pci/pci_regs.h"
#include "qobject/qdict.h"
#include "trn4-qtest.h"

#define ECAM        0xb0000000ull
#define REGS_BASE   0xe0000000ull
#define REGS_STEP   RACK_MIB
#define WIDE_BASE   (1ull << 36)
#define WIDE_STEP   (64ull << 30)
#define WIDE_HBM    (32ull << 30)
#define FIRST_RAM   (16 * RACK_MIB)
#define MACHINE_RAM (256 * RACK_MIB)

#define QUEUE_LOG2    4
#define QUEUE_ENTRIES (1u << QUEUE_LOG2)
#define QUEUE_WAIT_US (10 * G_USEC_PER_SEC)

static uint64_t ecam(unsigned int bus, unsigned int devfn)
{
    return ECAM + (bus << 20) + (devfn << 12);
}

static uint64_t mem_read(QTestState *qts, uint64_t addr, unsigned int size)
{
    switch (size) {
    case 1:
        return qtest_readb(qts, addr);
    case 2:
        return qtest_readw(qts, addr);
    case 4:
        return qtest_readl(qts, addr);
    case 8:
        return qtest_readq(qts, addr);
    default:
        g_assert_not_reached();
    }
}

static void mem_write(QTestState *qts, uint64_t addr, unsigned int size,
                      uint64_t value)
{
    switch (size) {
    case 1:
        qtest_writeb(qts, addr, value);
        break;
    case 2:
        qtest_writew(qts, addr, value);
        break;
    case 4:
        qtest_writel(qts, addr, value);
        break;
    case 8:
        qtest_writeq(qts, addr, value);
        break;
    default:
        g_assert_not_reached();
    }
}

/* ---- Machine ----------------------------------------------------------- */

static void add_port(GString *cmd, RackFn *fn, const char *prefix,
                     unsigned int n, unsigned int slot)
{
    unsigned int devfn = (2 + slot / 8) << 3 | slot % 8;

    snprintf(fn->id, sizeof(fn->id), "%s%u", prefix, n);
    fn->slot = slot;
    fn->port = ecam(0, devfn);
    fn->config = ecam(slot + 1, 0);
    fn->regs = REGS_BASE + slot * REGS_STEP;
    fn->aperture = WIDE_BASE + slot * WIDE_STEP;
    fn->hbm = fn->aperture + WIDE_HBM;
    g_string_append_printf(cmd,
                           " -device pcie-root-port,id=rp%u,chassis=%u"
                           ",slot=%u,multifunction=on,addr=%x.%x",
                           slot, slot + 1, slot + 1, devfn >> 3, devfn & 7);
}

Rack *rack_new_fabric(unsigned int endpoints, unsigned int switches,
                      unsigned int wired, const char *fabric_args,
                      const char *ep_args, const char *extra)
{
    g_autoptr(GString) cmd = g_string_new(NULL);
    Rack *r = g_new0(Rack, 1);
    unsigned int i, slot = 0;

    g_assert(endpoints <= RACK_FUNCTIONS && switches <= RACK_FUNCTIONS);
    r->endpoints = endpoints;
    r->switches = switches;
    r->ram = FIRST_RAM;

    /* Native hot-plug, for a test can play the guest's part in it. */
    g_string_append_printf(cmd,
                           "-nodefaults -m %llu"
                           " -machine q35,sata=off,smbus=off,vmport=off"
                           " -global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"
                           " -object nvl-fabric,id=fabric0,switches=%u%s",
                           MACHINE_RAM / RACK_MIB, wired, fabric_args);
    for (i = 0; i < endpoints; i++) {
        add_port(cmd, &r->ep[i], "ep", i, slot);
        g_string_append_printf(cmd,
                               " -object memory-backend-memfd,id=hbm%u,share=on,size=%llu"
                               " -device trn4,id=ep%u,fabric=fabric0,index=%u,memdev=hbm%u"
                               ",bus=rp%u,%s",
                               i, RACK_HBM, i, i, i, slot,
                               ep_args ?: "aperture=64M");
        slot++;
    }
    for (i = 0; i < switches; i++) {
        add_port(cmd, &r->sw[i], "sw", i, slot);
        g_string_append_printf(cmd,
                               " -device nvl-switch,id=sw%u,fabric=fabric0,index=%u,bus=rp%u",
                               i, i, slot);
        slot++;
    }
    if (extra) {
        g_string_append_printf(cmd, " %s", extra);
    }

    r->qts = qtest_init(cmd->str);
    for (i = 0; i < endpoints; i++) {
        r->ep[i].qts = r->qts;
    }
    for (i = 0; i < switches; i++) {
        r->sw[i].qts = r->qts;
    }
    rack_enumerate(r);
    return r;
}

Rack *rack_new_args(unsigned int endpoints, unsigned int switches,
                    unsigned int wired, const char *ep_args, const char *extra)
{
    return rack_new_fabric(endpoints, switches, wired, "", ep_args, extra);
}

Rack *rack_new(unsigned int endpoints, unsigned int switches)
{
    Rack *r = rack_new_args(endpoints, switches, switches, NULL, NULL);

    rack_train(r);
    return r;
}

void rack_free(Rack *r)
{
    qtest_quit(r->qts);
    g_free(r);
}

/* What a firmware would do; again after a machine reset */
void rack_enumerate(Rack *r)
{
    unsigned int i;

    qtest_outl(r->qts, 0xcf8, 0x80000064);
    qtest_outl(r->qts, 0xcfc, 0);
    qtest_outl(r->qts, 0xcf8, 0x80000060);
    qtest_outl(r->qts, 0xcfc, ECAM | 1);
    for (i = 0; i < r->endpoints; i++) {
        rack_enumerate_fn(&r->ep[i]);
    }
    for (i = 0; i < r->switches; i++) {
        rack_enumerate_fn(&r->sw[i]);
    }
}

static void write_bridge(RackFn *fn, unsigned int offset, unsigned int size,
                         uint32_t value)
{
    mem_write(fn->qts, fn->port + offset, size, value);
}

/* Bring a function, and the root port above it, to where it can be used. */
void rack_enumerate_fn(RackFn *fn)
{
    uint64_t wide_end = fn->aperture + WIDE_STEP - 1;
    unsigned int bar;
    uint32_t flags;
    const uint64_t where[6] = {
        [TRN4_BAR_REGS] = fn->regs,
        [TRN4_BAR_APERTURE] = fn->aperture,
        [TRN4_BAR_HBM] = fn->hbm,
    };

    write_bridge(fn, PCI_SECONDARY_BUS, 1, fn->slot + 1);
    write_bridge(fn, PCI_SUBORDINATE_BUS, 1, fn->slot + 1);
    write_bridge(fn, PCI_MEMORY_BASE, 2, fn->regs >> 16);
    write_bridge(fn, PCI_MEMORY_LIMIT, 2, (fn->regs + REGS_STEP - 1) >> 16);
    write_bridge(fn, PCI_PREF_MEMORY_BASE, 2, fn->aperture >> 16);
    write_bridge(fn, PCI_PREF_MEMORY_LIMIT, 2, wide_end >> 16);
    write_bridge(fn, PCI_PREF_BASE_UPPER32, 4, fn->aperture >> 32);
    write_bridge(fn, PCI_PREF_LIMIT_UPPER32, 4, wide_end >> 32);
    write_bridge(fn, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);

    for (bar = 0; bar < 6; bar++) {
        if (!where[bar] || !rack_bar(fn, bar, &flags)) {
            continue;
        }
        rack_config_write(fn, PCI_BASE_ADDRESS_0 + 4 * bar, 4, where[bar]);
        if (flags & PCI_BASE_ADDRESS_MEM_TYPE_64) {
            rack_config_write(fn, PCI_BASE_ADDRESS_0 + 4 * bar + 4, 4,
                              where[bar] >> 32);
        }
    }
    rack_config_write(fn, PCI_COMMAND, 2,
                      PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

void rack_train(Rack *r)
{
    qtest_clock_step(r->qts, RACK_TRAIN_NS);
}

/* Zeroed guest memory, page aligned */
uint64_t rack_alloc(Rack *r, uint64_t size)
{
    uint64_t addr = r->ram;

    r->ram += ROUND_UP(size, 4096);
    g_assert(r->ram <= MACHINE_RAM);
    qtest_memset(r->qts, addr, 0, ROUND_UP(size, 4096));
    return addr;
}

/* ---- Hot-plug ---------------------------------------------------------- */

void rack_slot_power(RackFn *fn, bool on)
{
    RackFn port = { .qts = fn->qts, .config = fn->port };
    unsigned int cap = rack_find_cap(&port, PCI_CAP_ID_EXP);

    rack_config_write(&port, cap + PCI_EXP_SLTCTL, 2,
                      on ? PCI_EXP_SLTCTL_PWR_IND_ON
                         : PCI_EXP_SLTCTL_PWR_IND_OFF | PCI_EXP_SLTCTL_PWR_OFF);
}

void rack_unplug(RackFn *fn)
{
    qtest_qmp_device_del_send(fn->qts, fn->id);
    rack_slot_power(fn, false);
    qtest_qmp_eventwait(fn->qts, "DEVICE_DELETED");
}

/* ---- Configuration space ----------------------------------------------- */

uint32_t rack_config_read(const RackFn *fn, unsigned int offset,
                          unsigned int size)
{
    return mem_read(fn->qts, fn->config + offset, size);
}

void rack_config_write(const RackFn *fn, unsigned int offset, unsigned int size,
                       uint32_t value)
{
    mem_write(fn->qts, fn->config + offset, size, value);
}

/* Size of a BAR, 0 where there is none. Leaves all-ones in it. */
uint64_t rack_bar(const RackFn *fn, unsigned int bar, uint32_t *flags)
{
    unsigned int offset = PCI_BASE_ADDRESS_0 + 4 * bar;
    uint64_t mask;

    rack_config_write(fn, offset, 4, UINT32_MAX);
    mask = rack_config_read(fn, offset, 4);
    *flags = mask & ~PCI_BASE_ADDRESS_MEM_MASK;
    mask &= ~(uint64_t)*flags;
    if (*flags & PCI_BASE_ADDRESS_MEM_TYPE_64) {
        rack_config_write(fn, offset + 4, 4, UINT32_MAX);
        mask |= (uint64_t)rack_config_read(fn, offset + 4, 4) << 32;
    } else if (mask) {
        mask |= UINT64_MAX << 32;
    }
    return mask ? -mask : 0;
}

unsigned int rack_find_cap(const RackFn *fn, uint8_t id)
{
    unsigned int cap = rack_config_read(fn, PCI_CAPABILITY_LIST, 1);

    while (cap && rack_config_read(fn, cap, 1) != id) {
        cap = rack_config_read(fn, cap + 1, 1);
    }
    return cap;
}

unsigned int rack_find_ext_cap(const RackFn *fn, uint16_t id)
{
    unsigned int cap = PCI_CFG_SPACE_SIZE;

    while (cap) {
        uint32_t header = rack_config_read(fn, cap, 4);

        if (PCI_EXT_CAP_ID(header) == id) {
            break;
        }
        cap = PCI_EXT_CAP_NEXT(header);
    }
    return cap;
}

/* Function level reset; BARs and the command register are set up anew. */
void rack_flr(RackFn *fn)
{
    unsigned int cap = rack_find_cap(fn, PCI_CAP_ID_EXP);

    g_assert_cmpuint(cap, !=, 0);
    rack_config_write(fn, cap + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR);
    rack_enumerate_fn(fn);
}

/* ---- Registers --------------------------------------------------------- */

uint64_t rack_read(const RackFn *fn, uint64_t offset, unsigned int size)
{
    return mem_read(fn->qts, fn->regs + offset, size);
}

void rack_write(const RackFn *fn, uint64_t offset, unsigned int size,
                uint64_t value)
{
    mem_write(fn->qts, fn->regs + offset, size, value);
}

uint32_t rack_read32(const RackFn *fn, uint64_t offset)
{
    return rack_read(fn, offset, 4);
}

uint64_t rack_read64(const RackFn *fn, uint64_t offset)
{
    return rack_read(fn, offset, 8);
}

void rack_write32(const RackFn *fn, uint64_t offset, uint32_t value)
{
    rack_write(fn, offset, 4, value);
}

void rack_write64(const RackFn *fn, uint64_t offset, uint64_t value)
{
    rack_write(fn, offset, 8, value);
}

static void check_error(const RackFn *fn, uint64_t offset, uint32_t before,
                        uint32_t error)
{
    g_assert_cmphex(rack_read32(fn, NVL_REG_ERR_COUNT), ==, before + 1);
    g_assert_cmphex(rack_read32(fn, NVL_REG_ERR_LAST), ==, error);
    g_assert_cmphex(rack_read64(fn, NVL_REG_ERR_ADDR), ==, offset);
    g_assert_cmphex(rack_read32(fn, NVL_REG_INT_STATUS) & NVL_INT_ERROR, ==,
                    NVL_INT_ERROR);
}

static void refused(const RackFn *fn, uint64_t offset, unsigned int size,
                    uint64_t value, uint32_t error)
{
    uint32_t before = rack_read32(fn, NVL_REG_ERR_COUNT);
    uint64_t old = rack_read(fn, offset, size);

    rack_write(fn, offset, size, value);
    check_error(fn, offset, before, error);
    g_assert_cmphex(rack_read(fn, offset, size), ==, old);
}

void rack_refused32(const RackFn *fn, uint64_t offset, uint32_t value,
                    uint32_t error)
{
    refused(fn, offset, 4, value, error);
}

void rack_refused64(const RackFn *fn, uint64_t offset, uint64_t value,
                    uint32_t error)
{
    refused(fn, offset, 8, value, error);
}

void rack_no_register(const RackFn *fn, uint64_t offset)
{
    uint32_t before = rack_read32(fn, NVL_REG_ERR_COUNT);

    g_assert_cmphex(rack_read32(fn, offset), ==, 0);
    check_error(fn, offset, before, NVL_ERR_ACCESS);
    rack_write32(fn, offset, UINT32_MAX);
    check_error(fn, offset, before + 1, NVL_ERR_ACCESS);
}

/* First, second and last of a row: enough to see that each is there. */
static bool sampled(const RackReg *reg, unsigned int i)
{
    return i < 2 || i + 1 == reg->count;
}

/* All registers of a row are read, each as a whole and by halves. */
void rack_check_reset(const RackFn *fn, const RackReg *regs, size_t n)
{
    const RackReg *reg;
    unsigned int i;

    for (reg = regs; reg < regs + n; reg++) {
        for (i = 0; i < MAX(reg->count, 1); i++) {
            uint32_t offset = reg->offset + i * reg->stride;
            uint64_t value = rack_read(fn, offset, reg->size);

            if (value != reg->reset) {
                g_test_message("%s: 0x%x reads 0x%" PRIx64, fn->id, offset,
                               value);
            }
            g_assert_cmphex(value, ==, reg->reset);
            if (reg->size == 8 && sampled(reg, i)) {
                g_assert_cmphex(rack_read32(fn, offset), ==,
                                (uint32_t)reg->reset);
                g_assert_cmphex(rack_read32(fn, offset + 4), ==,
                                reg->reset >> 32);
            }
        }
    }
    g_assert_cmphex(rack_read32(fn, NVL_REG_ERR_COUNT), ==, 0);
}

void rack_check_read_only(const RackFn *fn, const RackReg *regs, size_t n)
{
    const RackReg *reg;
    unsigned int i;

    for (reg = regs; reg < regs + n; reg++) {
        for (i = 0; i < MAX(reg->count, 1); i++) {
            uint32_t offset = reg->offset + i * reg->stride;
            uint32_t before = rack_read32(fn, NVL_REG_ERR_COUNT);

            if (reg->kind != RACK_RO || !sampled(reg, i)) {
                continue;
            }
            rack_write(fn, offset, reg->size, ~reg->reset);
            check_error(fn, offset, before, NVL_ERR_READ_ONLY);
            if (offset < NVL_REG_ERR_COUNT || offset > NVL_REG_ERR_ADDR) {
                g_assert_cmphex(rack_read(fn, offset, reg->size), ==,
                                reg->reset);
            }
        }
    }
}

/* Any access but a natural one reads zero, writes nothing and is counted. */
void rack_check_access(const RackFn *fn, const RackReg *regs, size_t n)
{
    static const struct {
        unsigned int at;
        unsigned int size;
        unsigned int of; /* size of register it is bad for; 0: any */
    } bad[] = {
        { 0, 1, 0 }, { 3, 1, 0 }, { 0, 2, 0 }, { 2, 2, 0 },
        { 1, 4, 0 }, { 2, 4, 0 }, { 0, 8, 4 }, { 4, 8, 8 },
    };
    const RackReg *reg;
    unsigned int i, b;

    for (reg = regs; reg < regs + n; reg++) {
        for (i = 0; i < MAX(reg->count, 1); i++) {
            for (b = 0; b < ARRAY_SIZE(bad); b++) {
                uint32_t offset = reg->offset + i * reg->stride + bad[b].at;
                uint32_t before = rack_read32(fn, NVL_REG_ERR_COUNT);

                if (!sampled(reg, i) || (bad[b].of && bad[b].of != reg->size)) {
                    continue;
                }
                g_assert_cmphex(rack_read(fn, offset, bad[b].size), ==, 0);
                check_error(fn, offset, before, NVL_ERR_ACCESS);
                rack_write(fn, offset, bad[b].size, UINT64_MAX);
                check_error(fn, offset, before + 1, NVL_ERR_ACCESS);
                if (reg->offset < NVL_REG_INT_STATUS ||
                    reg->offset > NVL_REG_ERR_ADDR) {
                    g_assert_cmphex(rack_read(fn, offset - bad[b].at,
                                              reg->size),
                                    ==, reg->reset);
                }
            }
        }
    }
}

/* ---- Switches ---------------------------------------------------------- */

void rack_ports_to(const RackFn *sw, unsigned int endpoint, uint64_t *lo,
                   uint64_t *hi)
{
    unsigned int port;

    *lo = *hi = 0;
    for (port = 0; port < NVL_SWITCH_PORTS; port++) {
        if (rack_read32(sw, RACK_SW_PORT(port, NVL_PORT_PARTNER)) !=
                NVL_PARTNER_ENDPOINT ||
            rack_read32(sw, RACK_SW_PORT(port, NVL_PORT_PARTNER_SELF)) !=
                endpoint) {
            continue;
        }
        if (port < 64) {
            *lo |= 1ull << port;
        } else {
            *hi |= 1ull << (port - 64);
        }
    }
    g_assert(*lo | *hi);
}

void rack_route(const RackFn *sw, unsigned int endpoint, bool on)
{
    uint64_t lo = 0, hi = 0;

    if (on) {
        rack_ports_to(sw, endpoint, &lo, &hi);
        hi |= NVL_ROUTE_VALID;
    }
    rack_write64(sw, RACK_ROUTE(endpoint, NVL_ROUTE_PORTS_LO), lo);
    rack_write64(sw, RACK_ROUTE(endpoint, NVL_ROUTE_PORTS_HI), hi);
}

void rack_member(const RackFn *sw, unsigned int partition,
                 unsigned int endpoint, bool on)
{
    uint64_t offset = RACK_PARTITION(partition, NVL_PARTITION_MEMBERS) +
                      endpoint / 32 * 4;
    uint32_t bit = 1u << endpoint % 32;
    uint32_t word = rack_read32(sw, offset);

    rack_write32(sw, offset, on ? word | bit : word & ~bit);
}

void rack_partition(const RackFn *sw, unsigned int partition, uint32_t id)
{
    rack_write32(sw, RACK_PARTITION(partition, NVL_PARTITION_CTRL),
                 id ? id | NVL_PARTITION_VALID : 0);
}

/* Everyone may talk to everyone, by every switch */
void rack_open(Rack *r)
{
    unsigned int s, e;

    for (s = 0; s < r->switches; s++) {
        for (e = 0; e < r->endpoints; e++) {
            rack_route(&r->sw[s], e, true);
            rack_member(&r->sw[s], 0, e, true);
        }
        rack_partition(&r->sw[s], 0, 1);
        g_assert_cmphex(rack_read32(&r->sw[s], NVL_REG_ERR_COUNT), ==, 0);
    }
}

/* ---- Grants and windows ------------------------------------------------ */

void rack_grant(const RackFn *fn, unsigned int grant, uint64_t base,
                uint64_t size, uint32_t rights)
{
    rack_write64(fn, RACK_GRANT(grant, TRN4_GRANT_BASE_ADDR), base);
    rack_write64(fn, RACK_GRANT(grant, TRN4_GRANT_SIZE), size);
    rack_write32(fn, RACK_GRANT(grant, TRN4_GRANT_CTRL),
                 rights | TRN4_GRANT_VALID);
    g_assert_cmphex(rack_read32(fn, RACK_GRANT(grant, TRN4_GRANT_CTRL)), ==,
                    rights | TRN4_GRANT_VALID);
}

void rack_ungrant(const RackFn *fn, unsigned int grant)
{
    rack_write32(fn, RACK_GRANT(grant, TRN4_GRANT_CTRL), 0);
}

uint32_t rack_generation(const RackFn *fn, unsigned int grant)
{
    return rack_read32(fn, RACK_GRANT(grant, TRN4_GRANT_GENERATION));
}

void rack_window_set(const RackFn *fn, unsigned int window, uint64_t aperture,
                     uint64_t size, uint64_t offset, unsigned int peer,
                     unsigned int grant, uint32_t generation)
{
    rack_write64(fn, RACK_WINDOW(window, TRN4_WINDOW_APERTURE), aperture);
    rack_write64(fn, RACK_WINDOW(window, TRN4_WINDOW_SIZE), size);
    rack_write64(fn, RACK_WINDOW(window, TRN4_WINDOW_OFFSET), offset);
    rack_write32(fn, RACK_WINDOW(window, TRN4_WINDOW_PEER), peer);
    rack_write32(fn, RACK_WINDOW(window, TRN4_WINDOW_GRANT), grant);
    rack_write32(fn, RACK_WINDOW(window, TRN4_WINDOW_GENERATION), generation);
}

uint32_t rack_window_enable(const RackFn *fn, unsigned int window,
                            uint32_t rights)
{
    rack_write32(fn, RACK_WINDOW(window, TRN4_WINDOW_CTRL),
                 rights | TRN4_WINDOW_ENABLE);
    return rack_window_status(fn, window);
}

void rack_window_disable(const RackFn *fn, unsigned int window)
{
    rack_write32(fn, RACK_WINDOW(window, TRN4_WINDOW_CTRL), 0);
}

uint32_t rack_window_status(const RackFn *fn, unsigned int window)
{
    return rack_read32(fn, RACK_WINDOW(window, TRN4_WINDOW_STATUS));
}

/* ---- Queues ------------------------------------------------------------ */

RackQueue rack_queue(Rack *r, RackFn *fn, unsigned int n, uint32_t flags)
{
    RackQueue q = { .fn = fn, .n = n, .phase = 1 };

    q.sq = rack_alloc(r, QUEUE_ENTRIES * sizeof(struct trn4_desc));
    q.cq = rack_alloc(r, QUEUE_ENTRIES * sizeof(struct trn4_cqe));
    rack_write64(fn, RACK_QUEUE(n, TRN4_QUEUE_SQ_BASE), q.sq);
    rack_write64(fn, RACK_QUEUE(n, TRN4_QUEUE_CQ_BASE), q.cq);
    rack_write32(fn, RACK_QUEUE(n, TRN4_QUEUE_SIZE), QUEUE_LOG2);
    rack_write32(fn, RACK_QUEUE(n, TRN4_QUEUE_CTRL), TRN4_QUEUE_ENABLE | flags);
    g_assert_cmpuint(rack_read32(fn, RACK_QUEUE(n, TRN4_QUEUE_STATUS)), ==,
                     TRN4_QUEUE_RUNNING);
    return q;
}

void rack_push(RackQueue *q, struct trn4_desc d)
{
    struct trn4_desc le = {
        .opcode = d.opcode,
        .flags = d.flags,
        .id = cpu_to_le16(d.id),
        .src_space = d.src_space,
        .dst_space = d.dst_space,
        .src_slot = cpu_to_le16(d.src_slot),
        .dst_slot = cpu_to_le16(d.dst_slot),
        .kind = d.kind,
        .type = d.type,
        .src = cpu_to_le64(d.src),
        .dst = cpu_to_le64(d.dst),
        /* As numbers, whatever they are */
        .copy = {
            .length = cpu_to_le64(d.copy.length),
            .rows = cpu_to_le64(d.copy.rows),
            .src_pitch = cpu_to_le64(d.copy.src_pitch),
            .dst_pitch = cpu_to_le64(d.copy.dst_pitch),
        },
    };

    qtest_memwrite(q->fn->qts, q->sq + q->tail * sizeof(le), &le, sizeof(le));
    q->tail = (q->tail + 1) % QUEUE_ENTRIES;
    rack_write32(q->fn, RACK_DOORBELL(q->n, TRN4_DOORBELL_SQ_TAIL), q->tail);
}

bool rack_peek(RackQueue *q, struct trn4_cqe *cqe)
{
    qtest_memread(q->fn->qts, q->cq + q->head * sizeof(*cqe), cqe,
                  sizeof(*cqe));
    return (le16_to_cpu(cqe->phase) & 1) == q->phase;
}

/* The device runs between two looks. */
struct trn4_cqe rack_next(RackQueue *q)
{
    int64_t end = g_get_monotonic_time() + QUEUE_WAIT_US;
    struct trn4_cqe cqe;

    while (!rack_peek(q, &cqe)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    if (++q->head == QUEUE_ENTRIES) {
        q->head = 0;
        q->phase ^= 1;
    }
    rack_write32(q->fn, RACK_DOORBELL(q->n, TRN4_DOORBELL_CQ_HEAD), q->head);
    cqe.value = le64_to_cpu(cqe.value);
    cqe.start = le64_to_cpu(cqe.start);
    cqe.end = le64_to_cpu(cqe.end);
    cqe.id = le16_to_cpu(cqe.id);
    cqe.status = le16_to_cpu(cqe.status);
    return cqe;
}

void rack_still_waits(RackQueue *q)
{
    struct trn4_cqe cqe;
    unsigned int i;

    for (i = 0; i < 50; i++) {
        g_assert(!rack_peek(q, &cqe));
    }
}
