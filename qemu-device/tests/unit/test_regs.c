/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_regs.c - decoding: every register of both devices, reset values, sizes,
 * halves, errors, and the event interrupt.
 */
#include "mock.h"

#define ALL_ONES UINT64_MAX

enum access { RO, RW, WO, W1C };

/* A register of a device at reset; @count entries @stride apart */
struct known {
    uint64_t reg;
    unsigned int size;
    enum access access;
    uint64_t reset;
    unsigned int count;
    unsigned int stride;
};

static const struct known endpoint_known[] = {
    { NVL_REG_ID, 4, RO, TRN4_ID_VALUE, 1, 0 },
    { NVL_REG_VERSION, 4, RO, NVL_VERSION_VALUE, 1, 0 },
    { NVL_REG_PORT_COUNT, 4, RO, 36, 1, 0 },
    { NVL_REG_SELF, 4, RO, 0, 1, 0 },
    { NVL_REG_GUID, 8, RO, 0x7434000000000001, 1, 0 },
    { NVL_REG_SCRATCH, 4, RW, 0, 1, 0 },
    { NVL_REG_CTRL, 4, WO, 0, 1, 0 },
    { NVL_REG_INT_STATUS, 4, W1C, 0, 1, 0 },
    { NVL_REG_INT_ENABLE, 4, RW, 0, 1, 0 },
    { NVL_REG_ERR_COUNT, 4, RO, 0, 1, 0 },
    { NVL_REG_ERR_LAST, 4, RO, 0, 1, 0 },
    { NVL_REG_ERR_ADDR, 8, RO, 0, 1, 0 },
    { NVL_REG_PORT_EVENT, 8, W1C, 0, 2, 8 },
    { NVL_REG_CLUSTER_UUID, 8, RO, 0, 2, 8 },
    { NVL_REG_SERIAL, 8, RO, 0, 2, 8 },
    { NVL_REG_RACK, 4, RO, UINT32_MAX, 1, 0 },
    { NVL_REG_TRAY, 4, RO, UINT32_MAX, 1, 0 },
    { NVL_REG_SLOT, 4, RO, UINT32_MAX, 1, 0 },
    { NVL_REG_HOST, 4, RO, UINT32_MAX, 1, 0 },
    { NVL_REG_TEMPERATURE, 4, RO, 0, 1, 0 },
    { NVL_REG_POWER, 4, RO, 0, 1, 0 },
    { NVL_REG_LOG_HEAD, 8, RO, 0, 1, 0 },
    { NVL_REG_LOG_TAIL, 8, RW, 0, 1, 0 },
    { NVL_REG_LOG_STATUS, 4, W1C, 0, 1, 0 },
    { NVL_LOG_BASE + NVL_LOG_INDEX, 8, RO, ALL_ONES, 64, 0x20 },
    { NVL_LOG_BASE + NVL_LOG_TIME, 8, RO, 0, 64, 0x20 },
    { NVL_LOG_BASE + NVL_LOG_WHAT, 4, RO, 0, 64, 0x20 },
    { NVL_LOG_BASE + NVL_LOG_PORT, 4, RO, 0, 64, 0x20 },
    { NVL_LOG_BASE + NVL_LOG_DETAIL, 8, RO, 0, 64, 0x20 },
    { TRN4_REG_HBM_SIZE, 8, RO, 288ull << 30, 1, 0 },
    { TRN4_REG_HBM_BACKED, 8, RO, 8 * PAGE, 1, 0 },
    { TRN4_REG_APERTURE_SIZE, 8, RO, 4 * PAGE, 1, 0 },
    { TRN4_REG_APERTURE_RO, 8, RO, 2 * PAGE, 1, 0 },
    { TRN4_REG_QUEUE_COUNT, 4, RO, 64, 1, 0 },
    { TRN4_REG_GRANT_COUNT, 4, RO, 512, 1, 0 },
    { TRN4_REG_WINDOW_COUNT, 4, RO, 512, 1, 0 },
    { TRN4_REG_OPS, 4, RO, 0x3f, 1, 0 },
    { TRN4_REG_MODEL_TIME, 8, RO, 0, 1, 0 },
    { TRN4_REG_RO_STORES, 8, RO, 0, 1, 0 },
    { TRN4_REG_FEATURES, 4, RO, 0, 1, 0 },
    { TRN4_REG_TRAP_COUNT, 8, RO, 0, 1, 0 },
    { TRN4_REG_TRAP_REFUSED, 8, RO, 0, 1, 0 },
    { TRN4_REG_QUEUE_EVENT, 8, W1C, 0, 1, 0 },
    { TRN4_REG_STEPS, 8, RO, 0, 1, 0 },
    { TRN4_REG_WINDOW_EVENT, 8, W1C, 0, 8, 8 },
    { TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMIC_ADD, 4, RO, 0x3e3, 1, 4 },
    { TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMIC_SWAP, 4, RO, 7, 2, 4 },
    { TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMIC_SUB, 4, RO, 3, 3, 4 },
    { TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMIC_MIN, 4, RO, 0x1fb, 2, 4 },
    { TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMIC_AND, 4, RO, 3, 3, 4 },
    { TRN4_REG_ATOMIC_TYPES + 4 * TRN4_ATOMICS, 4, RO, 0, 5, 4 },
    { TRN4_PORT_BASE + NVL_PORT_STATE, 4, RO, NVL_PORT_TRAIN, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_CTRL, 4, RW, 1, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_PARTNER, 4, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_PARTNER_SELF, 4, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_PARTNER_GUID, 8, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_PARTNER_PORT, 4, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_TRAIN_COUNT, 4, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_LANES, 4, RO, 0x400, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_TRAIN_US, 4, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_TX_BYTES, 8, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_RX_BYTES, 8, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_TX_PACKETS, 8, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_RX_PACKETS, 8, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_REPLAYS, 8, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_RECOVERIES, 8, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_UNCORRECTABLE, 8, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_CRC + 0, 8, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_CRC + 8, 8, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_CRC + 16, 8, RO, 0, 36, 0x80 },
    { TRN4_PORT_BASE + NVL_PORT_CRC + 24, 8, RO, 0, 36, 0x80 },
    { TRN4_QUEUE_BASE + TRN4_QUEUE_SQ_BASE, 8, RW, 0, 64, 0x40 },
    { TRN4_QUEUE_BASE + TRN4_QUEUE_CQ_BASE, 8, RW, 0, 64, 0x40 },
    { TRN4_QUEUE_BASE + TRN4_QUEUE_SIZE, 4, RW, 0, 64, 0x40 },
    { TRN4_QUEUE_BASE + TRN4_QUEUE_VECTOR, 4, RW, 0, 64, 0x40 },
    { TRN4_QUEUE_BASE + TRN4_QUEUE_CTRL, 4, RW, 0, 64, 0x40 },
    { TRN4_QUEUE_BASE + TRN4_QUEUE_STATUS, 4, RO, 0, 64, 0x40 },
    { TRN4_QUEUE_BASE + TRN4_QUEUE_SQ_HEAD, 4, RO, 0, 64, 0x40 },
    { TRN4_QUEUE_BASE + TRN4_QUEUE_SQ_TAIL, 4, RO, 0, 64, 0x40 },
    { TRN4_QUEUE_BASE + TRN4_QUEUE_CQ_HEAD, 4, RO, 0, 64, 0x40 },
    { TRN4_QUEUE_BASE + TRN4_QUEUE_CQ_TAIL, 4, RO, 0, 64, 0x40 },
    { TRN4_SEGMENT_BASE + TRN4_SEGMENT_BASE_ADDR, 8, RW, 0, 8192, 0x20 },
    { TRN4_SEGMENT_BASE + TRN4_SEGMENT_SIZE, 8, RW, 0, 8192, 0x20 },
    { TRN4_SEGMENT_BASE + TRN4_SEGMENT_CTRL, 4, RW, 0, 8192, 0x20 },
    { TRN4_GRANT_BASE + TRN4_GRANT_BASE_ADDR, 8, RW, 0, 512, 0x20 },
    { TRN4_GRANT_BASE + TRN4_GRANT_SIZE, 8, RW, 0, 512, 0x20 },
    { TRN4_GRANT_BASE + TRN4_GRANT_CTRL, 4, RW, 0, 512, 0x20 },
    { TRN4_GRANT_BASE + TRN4_GRANT_GENERATION, 4, RO, 1, 512, 0x20 },
    { TRN4_GRANT_BASE + TRN4_GRANT_PARTITION, 4, RW, 0, 512, 0x20 },
    { TRN4_WINDOW_BASE + TRN4_WINDOW_APERTURE, 8, RW, 0, 512, 0x40 },
    { TRN4_WINDOW_BASE + TRN4_WINDOW_SIZE, 8, RW, 0, 512, 0x40 },
    { TRN4_WINDOW_BASE + TRN4_WINDOW_OFFSET, 8, RW, 0, 512, 0x40 },
    { TRN4_WINDOW_BASE + TRN4_WINDOW_PEER, 4, RW, 0, 512, 0x40 },
    { TRN4_WINDOW_BASE + TRN4_WINDOW_GRANT, 4, RW, 0, 512, 0x40 },
    { TRN4_WINDOW_BASE + TRN4_WINDOW_GENERATION, 4, RW, 0, 512, 0x40 },
    { TRN4_WINDOW_BASE + TRN4_WINDOW_CTRL, 4, RW, 0, 512, 0x40 },
    { TRN4_WINDOW_BASE + TRN4_WINDOW_STATUS, 4, RO, 0, 512, 0x40 },
    { TRN4_DOORBELL_BASE + TRN4_DOORBELL_SQ_TAIL, 4, WO, 0, 64, 0x1000 },
    { TRN4_DOORBELL_BASE + TRN4_DOORBELL_CQ_HEAD, 4, WO, 0, 64, 0x1000 },
};

static const struct known switch_known[] = {
    { NVL_REG_ID, 4, RO, NVL_SWITCH_ID_VALUE, 1, 0 },
    { NVL_REG_VERSION, 4, RO, NVL_VERSION_VALUE, 1, 0 },
    { NVL_REG_PORT_COUNT, 4, RO, 72, 1, 0 },
    { NVL_REG_SELF, 4, RO, 0, 1, 0 },
    { NVL_REG_GUID, 8, RO, 0x7473000000000001, 1, 0 },
    { NVL_REG_SCRATCH, 4, RW, 0, 1, 0 },
    { NVL_REG_CTRL, 4, WO, 0, 1, 0 },
    { NVL_REG_INT_STATUS, 4, W1C, 0, 1, 0 },
    { NVL_REG_INT_ENABLE, 4, RW, 0, 1, 0 },
    { NVL_REG_ERR_COUNT, 4, RO, 0, 1, 0 },
    { NVL_REG_ERR_LAST, 4, RO, 0, 1, 0 },
    { NVL_REG_ERR_ADDR, 8, RO, 0, 1, 0 },
    { NVL_REG_PORT_EVENT, 8, W1C, 0, 2, 8 },
    { NVL_REG_CLUSTER_UUID, 8, RO, 0, 2, 8 },
    { NVL_REG_SERIAL, 8, RO, 0, 2, 8 },
    { NVL_REG_RACK, 4, RO, UINT32_MAX, 1, 0 },
    { NVL_REG_TRAY, 4, RO, UINT32_MAX, 1, 0 },
    { NVL_REG_SLOT, 4, RO, UINT32_MAX, 1, 0 },
    { NVL_REG_HOST, 4, RO, UINT32_MAX, 1, 0 },
    { NVL_REG_TEMPERATURE, 4, RO, 0, 1, 0 },
    { NVL_REG_POWER, 4, RO, 0, 1, 0 },
    { NVL_REG_LOG_HEAD, 8, RO, 0, 1, 0 },
    { NVL_REG_LOG_TAIL, 8, RW, 0, 1, 0 },
    { NVL_REG_LOG_STATUS, 4, W1C, 0, 1, 0 },
    { NVL_LOG_BASE + NVL_LOG_INDEX, 8, RO, ALL_ONES, 64, 0x20 },
    { NVL_LOG_BASE + NVL_LOG_TIME, 8, RO, 0, 64, 0x20 },
    { NVL_LOG_BASE + NVL_LOG_WHAT, 4, RO, 0, 64, 0x20 },
    { NVL_LOG_BASE + NVL_LOG_PORT, 4, RO, 0, 64, 0x20 },
    { NVL_LOG_BASE + NVL_LOG_DETAIL, 8, RO, 0, 64, 0x20 },
    { NVL_SWITCH_REG_ROUTE_COUNT, 4, RO, 2048, 1, 0 },
    { NVL_SWITCH_REG_PARTITION_COUNT, 4, RO, 64, 1, 0 },
    { NVL_SWITCH_REG_GROUP_COUNT, 4, RO, 1024, 1, 0 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_STATE, 4, RO, NVL_PORT_TRAIN, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_CTRL, 4, RW, 1, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_PARTNER, 4, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_PARTNER_SELF, 4, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_PARTNER_GUID, 8, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_PARTNER_PORT, 4, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_TRAIN_COUNT, 4, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_LANES, 4, RO, 0x400, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_TRAIN_US, 4, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_TX_BYTES, 8, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_RX_BYTES, 8, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_TX_PACKETS, 8, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_RX_PACKETS, 8, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_REPLAYS, 8, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_RECOVERIES, 8, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_UNCORRECTABLE, 8, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_CRC + 0, 8, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_CRC + 8, 8, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_CRC + 16, 8, RO, 0, 72, 0x80 },
    { NVL_SWITCH_PORT_BASE + NVL_PORT_CRC + 24, 8, RO, 0, 72, 0x80 },
    { NVL_SWITCH_ROUTE_BASE + NVL_ROUTE_PORTS_LO, 8, RW, 0, 2048, 16 },
    { NVL_SWITCH_ROUTE_BASE + NVL_ROUTE_PORTS_HI, 8, RW, 0, 2048, 16 },
    { NVL_SWITCH_PARTITION_BASE + NVL_PARTITION_CTRL, 4, RW, 0, 64, 0x200 },
    { NVL_SWITCH_GROUP_BASE + NVL_GROUP_CTRL, 4, RW, 0, 1024, 0x20 },
    { NVL_SWITCH_GROUP_BASE + NVL_GROUP_PORTS_LO, 8, RW, 0, 1024, 0x20 },
    { NVL_SWITCH_GROUP_BASE + NVL_GROUP_PORTS_HI, 8, RW, 0, 1024, 0x20 },
    /* 32 words of members in each of 64 partitions: first and last words */
    { NVL_SWITCH_PARTITION_BASE + NVL_PARTITION_MEMBERS, 8, RW, 0, 64, 0x200 },
    { NVL_SWITCH_PARTITION_BASE + NVL_PARTITION_MEMBERS + 31 * 8, 8, RW, 0, 64,
      0x200 },
};

/* One device, so that both kinds go through the same checks */
struct subject {
    struct world *w;
    bool is_switch;
};

static uint64_t get(const struct subject *s, uint64_t reg, unsigned int size)
{
    return s->is_switch ? nvlf_switch_read(s->w->f, 0, reg, size)
                        : nvlf_endpoint_read(s->w->f, 0, reg, size);
}

static void put(const struct subject *s, uint64_t reg, uint64_t value,
                unsigned int size)
{
    if (s->is_switch) {
        nvlf_switch_write(s->w->f, 0, reg, value, size);
    } else {
        nvlf_endpoint_write(s->w->f, 0, reg, value, size);
    }
}

/* The last access was refused for @code at @reg, and was counted once. */
static void refused(const struct subject *s, uint32_t *count, uint32_t code,
                    uint64_t reg)
{
    ++*count;
    EQ(get(s, NVL_REG_ERR_COUNT, 4), *count);
    EQ(get(s, NVL_REG_ERR_LAST, 4), code);
    EQ(get(s, NVL_REG_ERR_ADDR, 8), reg);
}

static void accepted(const struct subject *s, uint32_t count)
{
    EQ(get(s, NVL_REG_ERR_COUNT, 4), count);
}

static void known_one(const struct subject *s, const struct known *k,
                      uint64_t reg, uint32_t *count)
{
    /* ERR_* change under the test itself, and the log by its first error. */
    bool moving = reg >= NVL_REG_ERR_COUNT && reg < NVL_REG_PORT_EVENT;
    moving |= reg == NVL_REG_INT_STATUS || reg == NVL_REG_LOG_HEAD;
    moving |= reg >= NVL_LOG_BASE && reg < NVL_LOG_BASE + NVL_LOG_STRIDE;

    if (!moving) {
        if (!EQ(get(s, reg, k->size), k->reset)) {
            printf("# register 0x%" PRIx64 "\n", reg);
        }
    }
    accepted(s, *count);
    if (k->size == 8) {
        uint64_t low = get(s, reg, 4), high = get(s, reg + 4, 4);

        CHECK(moving || (low | high << 32) == k->reset);
        accepted(s, *count);
    } else {
        EQ(get(s, reg & ~7ull, 8), 0);
        refused(s, count, NVL_ERR_ACCESS, reg & ~7ull);
    }
    EQ(get(s, reg, 1), 0);
    refused(s, count, NVL_ERR_ACCESS, reg);
    EQ(get(s, reg, 2), 0);
    refused(s, count, NVL_ERR_ACCESS, reg);
    EQ(get(s, reg + 2, 4), 0);
    refused(s, count, NVL_ERR_ACCESS, reg + 2);
    put(s, reg, ALL_ONES, 2);
    refused(s, count, NVL_ERR_ACCESS, reg);
    if (k->access == RO) {
        put(s, reg, ALL_ONES, k->size);
        refused(s, count, NVL_ERR_READ_ONLY, reg);
        if (!moving) {
            EQ(get(s, reg, k->size), k->reset);
        }
    } else if (k->access == W1C) {
        put(s, reg, ALL_ONES, k->size);
        accepted(s, *count);
        EQ(get(s, reg, k->size), 0);
    }
}

static void known_registers(const struct known *known, unsigned int n,
                            bool is_switch)
{
    struct subject s = { world_new(2, 8 * PAGE, 4 * PAGE), is_switch };
    uint32_t count = 0;
    unsigned int i, entry;

    /* Endpoints came after it, and each was an event. */
    nvlf_switch_reset(s.w->f, 0);
    if (!is_switch) {
        nvlf_endpoint_reset(s.w->f, 0);
    }
    for (i = 0; i < n; i++) {
        for (entry = 0; entry < known[i].count; entry++) {
            known_one(&s, &known[i],
                      known[i].reg + (uint64_t)entry * known[i].stride, &count);
        }
    }
    world_free(s.w);
}

static void endpoint_registers(void)
{
    known_registers(endpoint_known, NVLF_COUNT(endpoint_known), false);
}

static void switch_registers(void)
{
    known_registers(switch_known, NVLF_COUNT(switch_known), true);
}

static bool is_known(const struct known *known, unsigned int n, uint64_t addr)
{
    unsigned int i;

    for (i = 0; i < n; i++) {
        const struct known *k = &known[i];
        uint64_t in = addr - k->reg;

        if (addr < k->reg) {
            continue;
        }
        if (k->stride ? in / k->stride < k->count && in % k->stride < k->size
                      : in < k->size) {
            return true;
        }
        if (k->reg == NVL_SWITCH_PARTITION_BASE + NVL_PARTITION_MEMBERS &&
            in / 0x200 < 64 && in % 0x200 < 0x100) {
            return true;
        }
    }
    return false;
}

/* Every aligned word of the BAR is either a register above, or refused. */
static void holes(const struct known *known, unsigned int n, bool is_switch)
{
    struct subject s = { world_new(2, 8 * PAGE, 4 * PAGE), is_switch };
    uint32_t count = 0;
    uint64_t addr;

    for (addr = 0; addr < TRN4_BAR_REGS_SIZE; addr += 4) {
        uint64_t value = get(&s, addr, 4);

        if (is_known(known, n, addr)) {
            accepted(&s, count);
        } else {
            EQ(value, 0);
            refused(&s, &count, NVL_ERR_ACCESS, addr);
        }
        if (tap_failures) {
            printf("# at 0x%" PRIx64 "\n", addr);
            break;
        }
    }
    get(&s, TRN4_BAR_REGS_SIZE, 4);
    refused(&s, &count, NVL_ERR_ACCESS, TRN4_BAR_REGS_SIZE);
    get(&s, ALL_ONES - 3, 4);
    refused(&s, &count, NVL_ERR_ACCESS, ALL_ONES - 3);
    put(&s, ALL_ONES - 7, 1, 8);
    refused(&s, &count, NVL_ERR_ACCESS, ALL_ONES - 7);
    get(&s, 0, 0);
    refused(&s, &count, NVL_ERR_ACCESS, 0);
    get(&s, 0, 16);
    refused(&s, &count, NVL_ERR_ACCESS, 0);
    world_free(s.w);
}

static void endpoint_holes(void)
{
    holes(endpoint_known, NVLF_COUNT(endpoint_known), false);
}

static void switch_holes(void)
{
    holes(switch_known, NVLF_COUNT(switch_known), true);
}

/* A bad value is refused and leaves what was there. */
static void bad_value(const struct subject *s, uint64_t reg, unsigned int size,
                      uint64_t value, uint32_t code)
{
    uint64_t before = get(s, reg, size);
    uint32_t count = get(s, NVL_REG_ERR_COUNT, 4);

    put(s, reg, value, size);
    refused(s, &count, code, reg);
    if (!EQ(get(s, reg, size), before)) {
        printf("# register 0x%" PRIx64 "\n", reg);
    }
}

static void values_refused(void)
{
    struct subject e = { world_new(2, 8 * PAGE, 4 * PAGE), false };
    struct subject s = { e.w, true };
    uint32_t bit;

    for (bit = 0; bit < 32; bit++) {
        uint32_t v = 1u << bit;

        if (v & ~NVL_CTRL_RESET) {
            bad_value(&e, NVL_REG_CTRL, 4, v, NVL_ERR_VALUE);
            bad_value(&s, NVL_REG_CTRL, 4, v, NVL_ERR_VALUE);
        }
        if (v & ~0x1fu) {
            bad_value(&e, NVL_REG_INT_ENABLE, 4, v, NVL_ERR_VALUE);
            bad_value(&s, NVL_REG_INT_ENABLE, 4, v, NVL_ERR_VALUE);
        }
        if (v & ~0xfu) {
            bad_value(&e, port_reg(3, NVL_PORT_CTRL), 4, v, NVL_ERR_VALUE);
            bad_value(&s, sport_reg(71, NVL_PORT_CTRL), 4, v, NVL_ERR_VALUE);
        }
        if (v & ~7u) {
            bad_value(&e, queue_reg(5, TRN4_QUEUE_CTRL), 4, v, NVL_ERR_VALUE);
        }
        if (v & ~0x80000007u) {
            bad_value(&e, grant_reg(7, TRN4_GRANT_CTRL), 4, v, NVL_ERR_VALUE);
            bad_value(&e, window_reg(7, TRN4_WINDOW_CTRL), 4, v, NVL_ERR_VALUE);
        }
        if (v & ~0x8000ffffu) {
            bad_value(&s, partition_reg(9, NVL_PARTITION_CTRL), 4, v,
                      NVL_ERR_VALUE);
        }
        if (v >= TRN4_VECTORS) {
            bad_value(&e, queue_reg(0, TRN4_QUEUE_VECTOR), 4, v, NVL_ERR_VALUE);
        }
        if (v >= NVL_TARGET_IDS) {
            bad_value(&e, window_reg(0, TRN4_WINDOW_PEER), 4, v, NVL_ERR_VALUE);
        }
        if (v >= TRN4_GRANTS) {
            bad_value(&e, window_reg(0, TRN4_WINDOW_GRANT), 4, v,
                      NVL_ERR_VALUE);
        }
        if (v < 4096) {
            bad_value(&e, queue_reg(0, TRN4_QUEUE_SQ_BASE), 8, v,
                      NVL_ERR_VALUE);
            bad_value(&e, queue_reg(0, TRN4_QUEUE_CQ_BASE), 8, v,
                      NVL_ERR_VALUE);
            bad_value(&e, queue_reg(0, TRN4_QUEUE_CQ_BASE), 4, v,
                      NVL_ERR_VALUE);
        }
        if (v >= 16) {
            bad_value(&e, queue_reg(0, TRN4_QUEUE_SIZE), 4, v, NVL_ERR_VALUE);
        }
    }
    bad_value(&e, queue_reg(0, TRN4_QUEUE_SIZE), 4, 0, NVL_ERR_VALUE);
    bad_value(&s, partition_reg(0, NVL_PARTITION_CTRL), 4, NVL_PARTITION_VALID,
              NVL_ERR_VALUE);
    /* A queue whose size was never written */
    bad_value(&e, queue_reg(0, TRN4_QUEUE_CTRL), 4, 1, NVL_ERR_VALUE);
    /* One whose ring would wrap around the end of the bus */
    put(&e, queue_reg(1, TRN4_QUEUE_SIZE), 15, 4);
    put(&e, queue_reg(1, TRN4_QUEUE_SQ_BASE), ~0xfffull, 8);
    bad_value(&e, queue_reg(1, TRN4_QUEUE_CTRL), 4, 1, NVL_ERR_VALUE);
    put(&e, queue_reg(1, TRN4_QUEUE_SQ_BASE), 0, 8);
    put(&e, queue_reg(1, TRN4_QUEUE_CQ_BASE), ~0xfffull, 8);
    bad_value(&e, queue_reg(1, TRN4_QUEUE_CTRL), 4, 1, NVL_ERR_VALUE);
    world_free(e.w);
}

static void fields_keep_what_is_written(void)
{
    struct subject e = { world_new(2, 8 * PAGE, 4 * PAGE), false };
    static const uint64_t regs64[] = {
        TRN4_GRANT_BASE + TRN4_GRANT_BASE_ADDR,
        TRN4_GRANT_BASE + TRN4_GRANT_SIZE,
        TRN4_WINDOW_BASE + TRN4_WINDOW_APERTURE,
        TRN4_WINDOW_BASE + TRN4_WINDOW_SIZE,
        TRN4_WINDOW_BASE + TRN4_WINDOW_OFFSET,
        TRN4_QUEUE_BASE + TRN4_QUEUE_SQ_BASE,
        TRN4_QUEUE_BASE + TRN4_QUEUE_CQ_BASE,
    };
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(regs64); i++) {
        put(&e, regs64[i], 0x1122334455667000, 8);
        EQ(get(&e, regs64[i], 8), 0x1122334455667000);
        put(&e, regs64[i], 0xabcde000, 4);
        EQ(get(&e, regs64[i], 8), 0x11223344abcde000);
        put(&e, regs64[i] + 4, 0xfedcba98, 4);
        EQ(get(&e, regs64[i], 8), 0xfedcba98abcde000);
        EQ(get(&e, regs64[i] + 4, 4), 0xfedcba98);
    }
    put(&e, NVL_REG_SCRATCH, 0xdeadbeef, 4);
    EQ(get(&e, NVL_REG_SCRATCH, 4), 0xdeadbeef);
    put(&e, window_reg(511, TRN4_WINDOW_PEER), 2047, 4);
    EQ(get(&e, window_reg(511, TRN4_WINDOW_PEER), 4), 2047);
    put(&e, window_reg(511, TRN4_WINDOW_GRANT), 511, 4);
    EQ(get(&e, window_reg(511, TRN4_WINDOW_GRANT), 4), 511);
    put(&e, window_reg(511, TRN4_WINDOW_GENERATION), 0xffffffff, 4);
    EQ(get(&e, window_reg(511, TRN4_WINDOW_GENERATION), 4), 0xffffffff);
    put(&e, window_reg(511, TRN4_WINDOW_CTRL), 5, 4);
    EQ(get(&e, window_reg(511, TRN4_WINDOW_CTRL), 4), 5);
    put(&e, grant_reg(511, TRN4_GRANT_CTRL), 4, 4);
    EQ(get(&e, grant_reg(511, TRN4_GRANT_CTRL), 4), 4);
    accepted(&e, 0);
    EQ(get(&e, NVL_REG_INT_STATUS, 4), 0);

    /* And all of it goes with a reset. */
    put(&e, NVL_REG_CTRL, NVL_CTRL_RESET, 4);
    for (i = 0; i < NVLF_COUNT(regs64); i++) {
        EQ(get(&e, regs64[i], 8), 0);
    }
    EQ(get(&e, NVL_REG_SCRATCH, 4), 0);
    EQ(get(&e, window_reg(511, TRN4_WINDOW_CTRL), 4), 0);
    EQ(get(&e, grant_reg(511, TRN4_GRANT_CTRL), 4), 0);
    world_free(e.w);
}

static void error_interrupt(void)
{
    struct world *w = world_new(2, 8 * PAGE, 4 * PAGE);
    struct mock_endpoint *m = &w->ep[0];

    er(w, 0, 0xffc);
    EQ(er(w, 0, NVL_REG_INT_STATUS), NVL_INT_ERROR | NVL_INT_LOG);
    EQ(m->irqs[0], 0);
    /* The first is logged, too: see test_log.c */
    ew(w, 0, NVL_REG_INT_STATUS, NVL_INT_LOG);
    EQ(er(w, 0, NVL_REG_INT_STATUS), NVL_INT_ERROR);
    /* Enabling what is pending interrupts. */
    ew(w, 0, NVL_REG_INT_ENABLE, NVL_INT_ERROR);
    EQ(m->irqs[0], 1);
    /* Pending already: no other */
    er(w, 0, 0xffc);
    EQ(m->irqs[0], 1);
    ew(w, 0, NVL_REG_INT_ENABLE, NVL_INT_ERROR | NVL_INT_PORT);
    EQ(m->irqs[0], 1);
    ew(w, 0, NVL_REG_INT_STATUS, NVL_INT_PORT);
    EQ(er(w, 0, NVL_REG_INT_STATUS), NVL_INT_ERROR);
    ew(w, 0, NVL_REG_INT_STATUS, NVL_INT_ERROR);
    EQ(er(w, 0, NVL_REG_INT_STATUS), 0);
    /* And anew */
    er(w, 0, 0xffc);
    EQ(m->irqs[0], 2);
    ew(w, 0, NVL_REG_INT_ENABLE, 0);
    ew(w, 0, NVL_REG_INT_STATUS, ~0u);
    er(w, 0, 0xffc);
    EQ(m->irqs[0], 2);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 4);

    sr(w, 0, 0xffc);
    EQ(w->sw[0].irqs, 0);
    sw(w, 0, NVL_REG_INT_ENABLE, NVL_INT_ERROR);
    EQ(w->sw[0].irqs, 1);
    world_free(w);
}

static void error_count_does_not_wrap(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);

    w->f->ep[0]->d.err_count = UINT32_MAX - 1;
    er(w, 0, 0xffc);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), UINT32_MAX);
    er(w, 0, 0xffc);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), UINT32_MAX);
    world_free(w);
}

static void read_only_stores(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);

    nvlf_endpoint_ro_store(w->f, 0, PAGE + 0x40);
    nvlf_endpoint_ro_store(w->f, 0, PAGE + 0x48);
    EQ(erq(w, 0, TRN4_REG_RO_STORES), 2);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 2);
    EQ(er(w, 0, NVL_REG_ERR_LAST), NVL_ERR_RO_WINDOW);
    EQ(erq(w, 0, NVL_REG_ERR_ADDR), PAGE + 0x48);
    ew(w, 0, NVL_REG_CTRL, NVL_CTRL_RESET);
    EQ(erq(w, 0, TRN4_REG_RO_STORES), 0);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 0);
    EQ(er(w, 0, NVL_REG_ERR_LAST), NVL_ERR_NONE);
    EQ(erq(w, 0, NVL_REG_ERR_ADDR), 0);
    world_free(w);
}

static void event_words_clear_by_halves(void)
{
    struct world *w = world_new(1, 2 * PAGE, 2 * PAGE);

    w->f->ep[0]->window_event[3] = ALL_ONES;
    ew(w, 0, TRN4_REG_WINDOW_EVENT + 24, 0x0000ffff);
    EQ(erq(w, 0, TRN4_REG_WINDOW_EVENT + 24), 0xffffffffffff0000);
    ew(w, 0, TRN4_REG_WINDOW_EVENT + 28, 0xffff0000);
    EQ(erq(w, 0, TRN4_REG_WINDOW_EVENT + 24), 0x0000ffffffff0000);
    ewq(w, 0, TRN4_REG_WINDOW_EVENT + 24, ALL_ONES);
    EQ(erq(w, 0, TRN4_REG_WINDOW_EVENT + 24), 0);

    w->f->ep[0]->queue_event = ALL_ONES;
    ew(w, 0, TRN4_REG_QUEUE_EVENT, 0x0000ffff);
    EQ(erq(w, 0, TRN4_REG_QUEUE_EVENT), 0xffffffffffff0000);
    ew(w, 0, TRN4_REG_QUEUE_EVENT + 4, 0xffff0000);
    EQ(erq(w, 0, TRN4_REG_QUEUE_EVENT), 0x0000ffffffff0000);
    nvlf_endpoint_reset(w->f, 0);
    EQ(erq(w, 0, TRN4_REG_QUEUE_EVENT), 0);

    w->f->sw[0]->d.port_event.w[1] = 0xff;
    sw(w, 0, NVL_REG_PORT_EVENT + 8, 0x0f);
    EQ(srq(w, 0, NVL_REG_PORT_EVENT + 8), 0xf0);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 0);
    world_free(w);
}

/* clang-format off */
static const struct tap_test tests[] = {
    TAP_TEST(endpoint_registers),
    TAP_TEST(switch_registers),
    TAP_TEST(endpoint_holes),
    TAP_TEST(switch_holes),
    TAP_TEST(values_refused),
    TAP_TEST(fields_keep_what_is_written),
    TAP_TEST(error_interrupt),
    TAP_TEST(error_count_does_not_wrap),
    TAP_TEST(read_only_stores),
    TAP_TEST(event_words_clear_by_halves),
};
/* clang-format on */
TAP_MAIN(tests)
