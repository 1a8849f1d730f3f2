/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trn4-qtest.h - a rack for qtests: accelerators and switches behind root
 * ports, with their BARs assigned, and the few steps that all tests share
 */
#ifndef TESTS_TRN4_QTEST_H
#define TESTS_TRN4_QTEST_H

#include "libqtest.h"
#include "hw/trn4_hw.h"

#define RACK_MIB       (1ull << 20)
#define RACK_HBM       (64 * RACK_MIB)
#define RACK_APERTURE  (64 * RACK_MIB)
#define RACK_ONES      UINT64_MAX
#define RACK_TRAIN_NS  2000000 /* more than a training takes */
#define RACK_FUNCTIONS 16

/* A PCI function and where its BARs are */
typedef struct RackFn {
    QTestState *qts;
    char id[16];       /* "ep0", "sw0" */
    unsigned int slot; /* number of its root port */
    uint64_t config;   /* of the function, memory mapped */
    uint64_t port;     /* of its root port */
    uint64_t regs;
    uint64_t aperture;
    uint64_t hbm;
} RackFn;

typedef struct Rack {
    QTestState *qts;
    unsigned int endpoints;
    unsigned int switches;
    RackFn ep[RACK_FUNCTIONS];
    RackFn sw[RACK_FUNCTIONS];
    uint64_t ram; /* next free byte of guest memory */
} Rack;

/* A queue of one accelerator, with rings in guest memory */
typedef struct RackQueue {
    RackFn *fn;
    unsigned int n;
    uint64_t sq;
    uint64_t cq;
    unsigned int tail;
    unsigned int head;
    uint16_t phase;
} RackQueue;

/* One register, or @count of them @stride bytes apart */
typedef struct RackReg {
    uint32_t offset;
    unsigned int size;
    enum { RACK_RO, RACK_RW, RACK_WO, RACK_W1C } kind;
    uint64_t reset;
    unsigned int count;
    unsigned int stride;
} RackReg;

/* Machine. rack_new() trains the links; @switches of the object may be more. */
Rack *rack_new(unsigned int endpoints, unsigned int switches);
Rack *rack_new_fabric(unsigned int endpoints, unsigned int switches,
                      unsigned int wired, const char *fabric_args,
                      const char *ep_args, const char *extra);
Rack *rack_new_args(unsigned int endpoints, unsigned int switches,
                    unsigned int wired, const char *ep_args, const char *extra);
void rack_free(Rack *r);
void rack_enumerate(Rack *r);
void rack_enumerate_fn(RackFn *fn);
void rack_train(Rack *r);
uint64_t rack_alloc(Rack *r, uint64_t size);

/* Hot-plug; unplug waits until the device is gone */
void rack_slot_power(RackFn *fn, bool on);
void rack_unplug(RackFn *fn);

/* Configuration space */
uint32_t rack_config_read(const RackFn *fn, unsigned int offset,
                          unsigned int size);
void rack_config_write(const RackFn *fn, unsigned int offset, unsigned int size,
                       uint32_t value);
unsigned int rack_find_cap(const RackFn *fn, uint8_t id);
unsigned int rack_find_ext_cap(const RackFn *fn, uint16_t id);
void rack_flr(RackFn *fn);
uint64_t rack_bar(const RackFn *fn, unsigned int bar, uint32_t *flags);

/* Registers in BAR0 */
uint64_t rack_read(const RackFn *fn, uint64_t offset, unsigned int size);
void rack_write(const RackFn *fn, uint64_t offset, unsigned int size,
                uint64_t value);
uint32_t rack_read32(const RackFn *fn, uint64_t offset);
uint64_t rack_read64(const RackFn *fn, uint64_t offset);
void rack_write32(const RackFn *fn, uint64_t offset, uint32_t value);
void rack_write64(const RackFn *fn, uint64_t offset, uint64_t value);

/* Errors: the write must be refused for that reason, and counted once */
void rack_refused32(const RackFn *fn, uint64_t offset, uint32_t value,
                    uint32_t error);
void rack_refused64(const RackFn *fn, uint64_t offset, uint64_t value,
                    uint32_t error);

/* Reads zero, writes nothing, both counted as errors */
void rack_no_register(const RackFn *fn, uint64_t offset);

/* Walks over tables of registers */
void rack_check_reset(const RackFn *fn, const RackReg *regs, size_t n);
void rack_check_read_only(const RackFn *fn, const RackReg *regs, size_t n);
void rack_check_access(const RackFn *fn, const RackReg *regs, size_t n);

/* The switch's ports that lead to an endpoint, found in band */
void rack_ports_to(const RackFn *sw, unsigned int endpoint, uint64_t *lo,
                   uint64_t *hi);
void rack_route(const RackFn *sw, unsigned int endpoint, bool on);
void rack_member(const RackFn *sw, unsigned int partition,
                 unsigned int endpoint, bool on);
void rack_partition(const RackFn *sw, unsigned int partition, uint32_t id);
void rack_open(Rack *r);

/* Grants and windows */
void rack_grant(const RackFn *fn, unsigned int grant, uint64_t base,
                uint64_t size, uint32_t rights);
void rack_ungrant(const RackFn *fn, unsigned int grant);
uint32_t rack_generation(const RackFn *fn, unsigned int grant);
void rack_window_set(const RackFn *fn, unsigned int window, uint64_t aperture,
                     uint64_t size, uint64_t offset, unsigned int peer,
                     unsigned int grant, uint32_t generation);
uint32_t rack_window_enable(const RackFn *fn, unsigned int window,
                            uint32_t rights);
void rack_window_disable(const RackFn *fn, unsigned int window);
uint32_t rack_window_status(const RackFn *fn, unsigned int window);

/* Queues: a descriptor with its doorbell; the next record, which is awaited */
RackQueue rack_queue(Rack *r, RackFn *fn, unsigned int n, uint32_t flags);
void rack_push(RackQueue *q, struct trn4_desc d);
bool rack_peek(RackQueue *q, struct trn4_cqe *cqe);
struct trn4_cqe rack_next(RackQueue *q);
void rack_still_waits(RackQueue *q);

/* clang-format off */
/* Offset of a register of entry @n */
#define RACK_ENTRY(base, stride, n, reg) ((base) + (n) * (stride) + (reg))
#define RACK_EP_PORT(n, reg) \
    RACK_ENTRY(TRN4_PORT_BASE, NVL_PORT_STRIDE, n, reg)
#define RACK_SW_PORT(n, reg) \
    RACK_ENTRY(NVL_SWITCH_PORT_BASE, NVL_PORT_STRIDE, n, reg)
#define RACK_GRANT(n, reg) \
    RACK_ENTRY(TRN4_GRANT_BASE, TRN4_GRANT_STRIDE, n, reg)
#define RACK_WINDOW(n, reg) \
    RACK_ENTRY(TRN4_WINDOW_BASE, TRN4_WINDOW_STRIDE, n, reg)
#define RACK_QUEUE(n, reg) \
    RACK_ENTRY(TRN4_QUEUE_BASE, TRN4_QUEUE_STRIDE, n, reg)
#define RACK_SEGMENT(q, n, reg) \
    RACK_ENTRY(TRN4_SEGMENT_BASE, TRN4_SEGMENT_STRIDE, \
               (q) * TRN4_SEGMENTS + (n), reg)
#define RACK_DOORBELL(n, reg) \
    RACK_ENTRY(TRN4_DOORBELL_BASE, TRN4_DOORBELL_STRIDE, n, reg)
#define RACK_ROUTE(n, reg) \
    RACK_ENTRY(NVL_SWITCH_ROUTE_BASE, NVL_ROUTE_STRIDE, n, reg)
#define RACK_GROUP(n, reg) \
    RACK_ENTRY(NVL_SWITCH_GROUP_BASE, NVL_GROUP_STRIDE, n, reg)
#define RACK_LOG(n, reg) \
    RACK_ENTRY(NVL_LOG_BASE, NVL_LOG_STRIDE, n, reg)
#define RACK_PARTITION(n, reg) \
    RACK_ENTRY(NVL_SWITCH_PARTITION_BASE, NVL_PARTITION_STRIDE, n, reg)

/* Parts of tables of registers, with their reset values */
#define RACK_COMMON(id, ports, self)                                        \
    { NVL_REG_ID, 4, RACK_RO, id },                                         \
    { NVL_REG_VERSION, 4, RACK_RO, NVL_VERSION_VALUE },                     \
    { NVL_REG_PORT_COUNT, 4, RACK_RO, ports },                              \
    { NVL_REG_SELF, 4, RACK_RO, self },                                     \
    { NVL_REG_SCRATCH, 4, RACK_RW, 0 },                                     \
    { NVL_REG_CTRL, 4, RACK_WO, 0 },                                        \
    { NVL_REG_INT_STATUS, 4, RACK_W1C, 0 },                                 \
    { NVL_REG_INT_ENABLE, 4, RACK_RW, 0 },                                  \
    { NVL_REG_ERR_COUNT, 4, RACK_RO, 0 },                                   \
    { NVL_REG_ERR_LAST, 4, RACK_RO, 0 },                                    \
    { NVL_REG_ERR_ADDR, 8, RACK_RO, 0 },                                    \
    { NVL_REG_PORT_EVENT, 8, RACK_W1C, 0, 2, 8 }

#define RACK_PORTS(base, count, state)                                      \
    { base + NVL_PORT_STATE, 4, RACK_RO, state, count, NVL_PORT_STRIDE },   \
    { base + NVL_PORT_CTRL, 4, RACK_RW, NVL_PORT_CTRL_ENABLE, count,        \
      NVL_PORT_STRIDE },                                                    \
    { base + NVL_PORT_PARTNER, 4, RACK_RO, 0, count, NVL_PORT_STRIDE },     \
    { base + NVL_PORT_PARTNER_SELF, 4, RACK_RO, 0, count, NVL_PORT_STRIDE },\
    { base + NVL_PORT_PARTNER_GUID, 8, RACK_RO, 0, count, NVL_PORT_STRIDE },\
    { base + NVL_PORT_PARTNER_PORT, 4, RACK_RO, 0, count, NVL_PORT_STRIDE },\
    { base + NVL_PORT_TRAIN_COUNT, 4, RACK_RO, 0, count, NVL_PORT_STRIDE }, \
    { base + NVL_PORT_LANES, 4, RACK_RO, NVL_LANES << 8, count,             \
      NVL_PORT_STRIDE },                                                    \
    { base + NVL_PORT_TRAIN_US, 4, RACK_RO, 0, count, NVL_PORT_STRIDE },    \
    { base + NVL_PORT_TX_BYTES, 8, RACK_RO, 0, count, NVL_PORT_STRIDE },    \
    { base + NVL_PORT_RX_BYTES, 8, RACK_RO, 0, count, NVL_PORT_STRIDE },    \
    { base + NVL_PORT_TX_PACKETS, 8, RACK_RO, 0, count, NVL_PORT_STRIDE },  \
    { base + NVL_PORT_RX_PACKETS, 8, RACK_RO, 0, count, NVL_PORT_STRIDE },  \
    { base + NVL_PORT_REPLAYS, 8, RACK_RO, 0, count, NVL_PORT_STRIDE },     \
    { base + NVL_PORT_RECOVERIES, 8, RACK_RO, 0, count, NVL_PORT_STRIDE },  \
    { base + NVL_PORT_UNCORRECTABLE, 8, RACK_RO, 0, count, NVL_PORT_STRIDE  \
      },                                                                    \
    { base + NVL_PORT_CRC + 0, 8, RACK_RO, 0, count, NVL_PORT_STRIDE },     \
    { base + NVL_PORT_CRC + 8, 8, RACK_RO, 0, count, NVL_PORT_STRIDE },     \
    { base + NVL_PORT_CRC + 16, 8, RACK_RO, 0, count, NVL_PORT_STRIDE },    \
    { base + NVL_PORT_CRC + 24, 8, RACK_RO, 0, count, NVL_PORT_STRIDE }

#define RACK_ROW(base, stride, count, reg, size, kind, reset)               \
    { (base) + (reg), size, kind, reset, count, stride }
/* clang-format on */

#endif /* TESTS_TRN4_QTEST_H */
