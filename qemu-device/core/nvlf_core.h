/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf_core.h - the fabric and its devices as pure C: all that happens behind
 * the registers, and none of QEMU.
 *
 * A fabric joins endpoints (accelerators) and switches by the wiring rule. Its
 * user (QEMU glue, a unit test, a fuzzer) attaches devices, forwards register
 * accesses to them, and lends each a few operations: place the pages of a
 * window, reach host memory, raise an interrupt. Everything is named by
 * number, never by pointer, so that a device may live elsewhere.
 *
 * Context: all calls into one fabric are serialised by the caller (QEMU: the
 * BQL). Operations are called back in that context and must not call back in.
 */
#ifndef NVLF_CORE_H
#define NVLF_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/trn4_hw.h"

struct nvlf_fabric;

/**
 * struct nvlf_mem - an endpoint's HBM
 * @fd: the file that backs it, what a window is mapped from
 * @offset: where in @fd it begins
 * @size: bytes, a multiple of NVL_PAGE_SIZE
 * @ptr: the same memory in this process, for the engine
 */
struct nvlf_mem {
    int fd;
    uint64_t offset;
    uint64_t size;
    uint8_t *ptr;
};

/**
 * struct nvlf_endpoint_ops - what an accelerator lends the core
 *
 * Of an accelerator whose aperture has no pages, but traps, @window_place,
 * @window_clear and @wipe are NULL: it calls nvlf_trap_read() and
 * nvlf_trap_write().
 *
 * @window_place: put @size bytes of the peer's memory, from @offset in @mem,
 *      at @aperture of the endpoint's BAR2; false where the host refused
 * @window_clear: put private all-ones pages there again
 * @wipe: forget what was stored to the aperture where no window is; called when
 *      none is live
 * @dma_read: host memory at bus address @addr into @buf; false where not all
 *      of it is memory. Must never reach a device's registers
 * @dma_write: @buf into host memory
 * @mem_dirty: the engine wrote @len bytes at @offset of this endpoint's HBM
 * @kick: there is work for nvlf_engine_run(); call it soon, not from here
 * @irq: raise MSI-X vector @vector
 * @power: the device died or came back, by a fault. It answers nothing while
 *      it is dead
 */
struct nvlf_endpoint_ops {
    bool (*window_place)(void *dev, uint64_t aperture, uint64_t size,
                         const struct nvlf_mem *mem, uint64_t offset);
    void (*window_clear)(void *dev, uint64_t aperture, uint64_t size);
    void (*wipe)(void *dev);
    bool (*dma_read)(void *dev, uint64_t addr, void *buf, size_t len);
    bool (*dma_write)(void *dev, uint64_t addr, const void *buf, size_t len);
    void (*mem_dirty)(void *dev, uint64_t offset, uint64_t len);
    void (*kick)(void *dev);
    void (*irq)(void *dev, unsigned int vector);
    void (*power)(void *dev, bool on);
};

/**
 * struct nvlf_switch_ops - what a switch lends the core
 * @irq: raise MSI-X vector @vector
 * @power: as that of an accelerator
 */
struct nvlf_switch_ops {
    void (*irq)(void *dev, unsigned int vector);
    void (*power)(void *dev, bool on);
};

/**
 * struct nvlf_fabric_ops - what the owner of the fabric lends the core
 * @arm: call nvlf_fabric_tick() when @now has come to @deadline, and not at the
 *      one asked for before. Not from here, and once is enough
 * @now: guest time in ns, from wherever; never goes back
 */
struct nvlf_fabric_ops {
    void (*arm)(void *owner, uint64_t deadline);
    uint64_t (*now)(void *owner);
};

/* From TRAIN to what follows, and what that can be set to */
#define NVLF_TRAIN_NS     1000000ull
#define NVLF_TRAIN_NS_MIN 1000ull
#define NVLF_TRAIN_NS_MAX 60000000000ull

/*
 * The timing model's numbers, and what they can be set to: rates in MB/s,
 * latencies in ns. Where they come from is said in docs/hardware/timing.md.
 */
#define NVLF_LINK_RATE      50000u
#define NVLF_LINK_LATENCY   200u
#define NVLF_SWITCH_LATENCY 100u
#define NVLF_HBM_RATE       19600000u
#define NVLF_HBM_LATENCY    300u
#define NVLF_PCIE_RATE      64000u
#define NVLF_PCIE_LATENCY   400u
#define NVLF_RATE_MIN       1u
#define NVLF_RATE_MAX       1000000000u
#define NVLF_LATENCY_MAX    1000000000u

/**
 * struct nvlf_fabric_timing - numbers of the fabric
 * @link_rate: of a link of NVL_LANES lanes, each way
 * @link_latency: serialising, error correction and protocol at both its ends
 * @switch_latency: from port to port
 */
struct nvlf_fabric_timing {
    uint32_t link_rate;
    uint32_t link_latency;
    uint32_t switch_latency;
};

/**
 * struct nvlf_endpoint_timing - numbers of an accelerator
 * @hbm_rate: of its HBM, reads and writes together
 * @hbm_latency: from its engine or its chiplet to a row and back
 * @pcie_rate: of its PCIe link, both ways together
 * @pcie_latency: one way, root port and host memory included
 */
struct nvlf_endpoint_timing {
    uint32_t hbm_rate;
    uint32_t hbm_latency;
    uint32_t pcie_rate;
    uint32_t pcie_latency;
};

/**
 * nvlf_fabric_check() - does the wiring rule allow it?
 * @switches: number of switches
 *
 * Return: most endpoints that @switches switches join at full bandwidth
 * (2 * switches), or 0 where @switches is 0 or does not divide 36.
 */
unsigned int nvlf_fabric_check(unsigned int switches);

/**
 * nvlf_fabric_new() - make a fabric with nothing attached
 * @switches: as accepted by nvlf_fabric_check()
 * @ops: kept, not copied
 * @owner: handed back to @ops
 *
 * Return: the fabric, or NULL where @switches does not fit or memory is out.
 */
struct nvlf_fabric *nvlf_fabric_new(unsigned int switches,
                                    const struct nvlf_fabric_ops *ops,
                                    void *owner);

/** nvlf_fabric_free() - free a fabric from which all has been detached */
void nvlf_fabric_free(struct nvlf_fabric *f);

/**
 * nvlf_fabric_tick() - a deadline asked for by @arm has come
 *
 * Does what is due and arms the next deadline, if there is one. Of no effect
 * where nothing is due.
 */
void nvlf_fabric_tick(struct nvlf_fabric *f);

/**
 * nvlf_fabric_train_time() - how long links train from now on
 * @f: fabric
 * @ns: NVLF_TRAIN_NS_MIN to NVLF_TRAIN_NS_MAX; at first NVLF_TRAIN_NS. A
 *      training that has begun takes the time of when it began
 */
void nvlf_fabric_train_time(struct nvlf_fabric *f, uint64_t ns);

/**
 * nvlf_fabric_timing() - set the fabric's numbers of the timing model
 * @f: fabric, in which no engine has worked; before this call it has the
 *     numbers above
 * @timing: rates from NVLF_RATE_MIN to NVLF_RATE_MAX, latencies up to
 *     NVLF_LATENCY_MAX; copied
 */
void nvlf_fabric_timing(struct nvlf_fabric *f,
                        const struct nvlf_fabric_timing *timing);

/**
 * nvlf_fabric_pace() - whether model time keeps pace with guest time
 * @f: fabric
 * @on: from now on no record is written before as much guest time has passed as
 *      model time; at first false. What is held when that ends is let go
 */
void nvlf_fabric_pace(struct nvlf_fabric *f, bool on);

/** nvlf_fabric_reachable() - may @src store to @dst at this moment? */
bool nvlf_fabric_reachable(const struct nvlf_fabric *f, unsigned int src,
                           unsigned int dst);

/**
 * nvlf_endpoint_attach() - put an accelerator at a place in the fabric
 * @f: fabric
 * @id: target id and place, 0 to nvlf_fabric_check() - 1
 * @mem: its HBM; copied
 * @aperture: bytes of its BAR2, a power of two, at least 2 * NVL_PAGE_SIZE
 * @ops: kept, not copied
 * @dev: handed back to @ops
 *
 * Its links begin to train where the other end is there. All of the aperture
 * is expected to hold all-ones pages.
 *
 * Return: 0, -EINVAL (a value out of range), -EBUSY (place taken), -ENOMEM.
 */
int nvlf_endpoint_attach(struct nvlf_fabric *f, unsigned int id,
                         const struct nvlf_mem *mem, uint64_t aperture,
                         const struct nvlf_endpoint_ops *ops, void *dev);

/**
 * nvlf_endpoint_timing() - set an accelerator's numbers of the timing model
 * @f: fabric
 * @id: endpoint, attached just now; before this call it has the numbers above
 * @timing: within the same ranges as the fabric's; copied
 */
void nvlf_endpoint_timing(struct nvlf_fabric *f, unsigned int id,
                          const struct nvlf_endpoint_timing *timing);

/** nvlf_endpoint_detach() - take it out: its links drop, windows on it die */
void nvlf_endpoint_detach(struct nvlf_fabric *f, unsigned int id);

/**
 * nvlf_endpoint_reset() - function level reset
 *
 * Queues, windows and grants end, generations go up, registers take their
 * reset values, links train anew.
 */
void nvlf_endpoint_reset(struct nvlf_fabric *f, unsigned int id);

/** nvlf_endpoint_read() - read BAR0 of an accelerator */
uint64_t nvlf_endpoint_read(struct nvlf_fabric *f, unsigned int id,
                            uint64_t addr, unsigned int size);

/** nvlf_endpoint_write() - write BAR0 of an accelerator */
void nvlf_endpoint_write(struct nvlf_fabric *f, unsigned int id, uint64_t addr,
                         uint64_t value, unsigned int size);

/** nvlf_endpoint_ro_store() - count a store into the read-only half */
void nvlf_endpoint_ro_store(struct nvlf_fabric *f, unsigned int id,
                            uint64_t aperture);

/**
 * nvlf_trap_read() - a load from an aperture that traps
 * @f: fabric
 * @id: endpoint whose aperture it is
 * @aperture: offset in BAR2
 * @size: 1, 2, 4 or 8 bytes
 *
 * Return: what is in the peer's memory, or all-ones where none is reached.
 */
uint64_t nvlf_trap_read(struct nvlf_fabric *f, unsigned int id,
                        uint64_t aperture, unsigned int size);

/** nvlf_trap_write() - a store to an aperture that traps; dropped, or done */
void nvlf_trap_write(struct nvlf_fabric *f, unsigned int id, uint64_t aperture,
                     uint64_t value, unsigned int size);

/** nvlf_endpoint_guid() - what NVL_REG_GUID of endpoint @id reads */
uint64_t nvlf_endpoint_guid(unsigned int id);

/**
 * nvlf_engine_run() - work on an endpoint's queues
 * @f: fabric
 * @id: endpoint
 *
 * Takes a bounded amount of work, in turn from each queue that has some, so
 * that neither a long copy nor a full ring holds up the caller for long.
 *
 * Return: true where work is left: call again soon.
 */
bool nvlf_engine_run(struct nvlf_fabric *f, unsigned int id);

/**
 * nvlf_engine_first() - work on what a doorbell was rung for, if it is little
 * @f: fabric
 * @id: endpoint
 *
 * For whoever was called by @kick within nvlf_endpoint_write(), after that has
 * returned, and would otherwise call nvlf_engine_run() from elsewhere. It does
 * nothing where more than one queue has work, for each has its turn; it takes
 * few descriptors, and ends before the first that moves much.
 *
 * Return: true where work is left: call nvlf_engine_run() soon.
 */
bool nvlf_engine_first(struct nvlf_fabric *f, unsigned int id);

/**
 * struct nvlf_location - where a device stands, as its registers tell it
 * @uuid: of the cluster, in the order in which it is written
 * @serial: ASCII; NULs to the end where it is shorter
 * @rack: number of its rack, or NVLF_NOWHERE
 * @tray: within the rack, or NVLF_NOWHERE
 * @slot: within the tray, or NVLF_NOWHERE
 * @host: that it is attached to, or NVLF_NOWHERE
 */
struct nvlf_location {
    uint8_t uuid[16];
    char serial[16];
    uint32_t rack;
    uint32_t tray;
    uint32_t slot;
    uint32_t host;
};

#define NVLF_NOWHERE UINT32_MAX

/**
 * nvlf_location_default() - the location that a device has in the rack
 * @kind: accelerator or switch
 * @id: its place in the fabric
 * @loc: filled in, but for the cluster's UUID, which is zero
 *
 * Accelerators in fours, in trays from 0 to 17; switches in fours, in trays
 * from 18 to 26. A tray is one host.
 */
void nvlf_location_default(enum nvl_partner kind, unsigned int id,
                           struct nvlf_location *loc);

/**
 * nvlf_device_locate() - tell an attached device where it stands
 * @f: fabric
 * @kind: accelerator or switch
 * @id: its place in the fabric
 * @loc: copied. Before this call the device is nowhere
 */
void nvlf_device_locate(struct nvlf_fabric *f, enum nvl_partner kind,
                        unsigned int id, const struct nvlf_location *loc);

#define NVLF_TEMPERATURE_MIN (-40000) /* thousandths of a deg C */
#define NVLF_TEMPERATURE_MAX 200000
#define NVLF_COOLER          5000 /* than the limit: no longer too hot */

/** nvlf_sensor_limit() - thousandths of a deg C; what is more is too hot */
int32_t nvlf_sensor_limit(enum nvl_partner kind);

/**
 * nvlf_device_sense() - what an attached device's sensors read from now on
 * @f: fabric
 * @kind: accelerator or switch
 * @id: its place in the fabric
 * @temperature: thousandths of a degree Celsius, NVLF_TEMPERATURE_MIN to _MAX
 * @power: milliwatts
 */
void nvlf_device_sense(struct nvlf_fabric *f, enum nvl_partner kind,
                       unsigned int id, int32_t temperature, uint32_t power);

/**
 * nvlf_switch_attach() - put a switch into the fabric
 * @f: fabric
 * @id: its number, 0 to the fabric's switches - 1
 * @ops: kept, not copied
 * @dev: handed back to @ops
 *
 * Return: 0, -EINVAL (no such number), -EBUSY (taken), -ENOMEM.
 */
int nvlf_switch_attach(struct nvlf_fabric *f, unsigned int id,
                       const struct nvlf_switch_ops *ops, void *dev);

/** nvlf_switch_guid() - what NVL_REG_GUID of switch @id reads */
uint64_t nvlf_switch_guid(unsigned int id);

/** nvlf_switch_detach() - take it out: its links drop */
void nvlf_switch_detach(struct nvlf_fabric *f, unsigned int id);

/** nvlf_switch_reset() - its tables are emptied, links train anew */
void nvlf_switch_reset(struct nvlf_fabric *f, unsigned int id);

/** nvlf_switch_read() - read BAR0 of a switch */
uint64_t nvlf_switch_read(struct nvlf_fabric *f, unsigned int id, uint64_t addr,
                          unsigned int size);

/** nvlf_switch_write() - write BAR0 of a switch */
void nvlf_switch_write(struct nvlf_fabric *f, unsigned int id, uint64_t addr,
                       uint64_t value, unsigned int size);

/* ---- Faults ------------------------------------------------------------ */

/**
 * struct nvlf_port_faults - what the world does to a port; all zero: nothing
 * @down: nobody answers at the other end
 * @stuck: training never ends
 * @lanes_lost: of NVL_LANES
 * @swap: the port whose cable is in this one, plus one
 * @flap_ms: every so often the link is down, for half of that time
 * @crc: CRC errors a second on each lane, at both ends of the link
 */
struct nvlf_port_faults {
    bool down;
    bool stuck;
    uint8_t lanes_lost;
    uint8_t swap;
    uint32_t flap_ms;
    uint32_t crc;
};

/**
 * struct nvlf_faults - all faults of a device
 * @dead: it answers nothing
 * @port: of each port
 */
struct nvlf_faults {
    bool dead;
    struct nvlf_port_faults port[NVL_SWITCH_PORTS];
};

/**
 * nvlf_faults_parse() - read a set of faults; see fault.c for what it may say
 * @text: empty for none
 * @ports: of the device
 * @faults: the set; of no meaning where false is returned
 * @why: what is wrong, with the item that is
 * @size: of @why
 */
bool nvlf_faults_parse(const char *text, unsigned int ports,
                       struct nvlf_faults *faults, char *why, size_t size);

/**
 * nvlf_endpoint_faults() - replace the faults of an accelerator
 *
 * They last until they are replaced or the accelerator is detached, through
 * all resets. One that dies is as if it were taken out, and comes back as after
 * power on, but for its log.
 */
void nvlf_endpoint_faults(struct nvlf_fabric *f, unsigned int id,
                          const struct nvlf_faults *faults);

/** nvlf_switch_faults() - the same for a switch */
void nvlf_switch_faults(struct nvlf_fabric *f, unsigned int id,
                        const struct nvlf_faults *faults);

#define NVLF_TRAY_SLOTS 4 /* places of a tray */

/**
 * struct nvlf_trays - a set of trays: bit n is for places 4n to 4n + 3
 * @compute: of accelerators
 * @switches: of switches
 */
struct nvlf_trays {
    uint64_t compute;
    uint64_t switches;
};

/** nvlf_trays_parse() - read a set of trays of a fabric of @switches */
bool nvlf_trays_parse(const char *text, unsigned int switches,
                      struct nvlf_trays *trays, char *why, size_t size);

/** nvlf_fabric_trays_off() - all in these trays is dead, now and later */
void nvlf_fabric_trays_off(struct nvlf_fabric *f,
                           const struct nvlf_trays *trays);

#endif /* NVLF_CORE_H */
