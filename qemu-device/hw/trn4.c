/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trn4.c - the accelerator as a PCI Express endpoint
 *
 *   -object memory-backend-memfd,id=hbm0,share=on,size=256M
 *   -device trn4,fabric=fabric0,index=0,memdev=hbm0,bus=rp0
 *
 * BAR0 has the registers and MSI-X, BAR2 the peer aperture, BAR4 the HBM: see
 * hw/trn4_hw.h. What happens behind the registers is the core's; here are the
 * guest's memory, its interrupts, and the time in which the engine runs.
 *
 * Locking: all is under the BQL, vCPUs' register accesses included. The engine
 * runs in the main loop. Of what a doorbell asks for, the little that is done
 * in less time than it takes to wake the main loop is done by the vCPU that
 * rang.
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "qemu/log.h"
#include "qemu/main-loop.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "exec/cpu-common.h"
#include "exec/ramblock.h"
#include "hw/pci/pci.h"
#include "hw/qdev-properties.h"
#include "hw/trn4_hw.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "system/hostmem.h"
#include "system/runstate.h"
#include "aperture.h"
#include "nvl-fabric.h"
#include "nvlf-device.h"
#include "nvlf-pci.h"
#include "trace.h"

#define TYPE_TRN4 "trn4"
OBJECT_DECLARE_SIMPLE_TYPE(Trn4State, TRN4)

#define TRN4_CLASS_ID 0x1200 /* processing accelerator */
#define TRN4_NO_INDEX UINT32_MAX

/* Assumed: nothing is published. Thousandths of a degree Celsius, milliwatts */
#define TRN4_IDLE_TEMPERATURE 45000
#define TRN4_IDLE_POWER       150000

struct Trn4State {
    PCIDevice parent_obj;

    /* Properties */
    NvlFabric *fabric;
    HostMemoryBackend *memdev;
    uint32_t index;
    uint64_t aperture_size;
    char *windows; /* "direct", "trap" or NULL */
    struct nvlf_endpoint_timing timing;
    NvlfDevice dev;

    char *faults; /* as they were set, or NULL */

    NvlfPci pci;
    MemoryRegion regs;
    Aperture aperture;
    MemoryRegion hbm_bar; /* all-ones where the backend ends */
    MemoryRegion hbm;
    MemoryRegion *hbm_backend; /* while the backend is ours */
    VMChangeStateEntry *vm_change;
    QEMUBH *engine_bh;
    QEMUTimer *engine_pause;
    bool writing; /* a register is being written; work waits for its end */
    bool rung;    /* there was work to do for that */
    bool attached;
};

static uint64_t trn4_regs_read(void *opaque, hwaddr addr, unsigned size)
{
    Trn4State *s = opaque;
    struct nvlf_fabric *core;
    uint64_t value;

    if (nvlf_pci_msix_read(&s->pci, addr, size, &value)) {
        return value;
    }
    if (!s->attached || !nvl_fabric_enter(s->fabric, &core)) {
        return UINT64_MAX;
    }
    value = nvlf_endpoint_read(core, s->index, addr, size);
    nvl_fabric_leave(s->fabric);
    trace_trn4_read(s->index, addr, size, value);
    return value;
}

static void trn4_engine_soon(Trn4State *s)
{
    if (s->engine_bh) {
        qemu_bh_schedule(s->engine_bh);
    }
}

static void trn4_kick(void *dev)
{
    Trn4State *s = dev;

    if (s->writing) {
        s->rung = true;
    } else {
        trn4_engine_soon(s);
    }
}

/*
 * After a doorbell. To wake the main loop takes several times as long as a
 * small operation does. Interrupts are not sent from here but from the main
 * loop: one that is aimed at another accelerator's doorbell would have its
 * engine run within this one's.
 */
static void trn4_rung(Trn4State *s)
{
    struct nvlf_fabric *core;
    bool more = true;

    if (runstate_is_running() && s->attached &&
        nvl_fabric_enter(s->fabric, &core)) {
        more = nvlf_engine_first(core, s->index);
        nvl_fabric_leave(s->fabric);
        trace_trn4_engine(s->index, more);
    }
    if (more) {
        trn4_engine_soon(s);
    }
}

static void trn4_regs_write(void *opaque, hwaddr addr, uint64_t value,
                            unsigned size)
{
    Trn4State *s = opaque;
    struct nvlf_fabric *core;

    if (nvlf_pci_msix_write(&s->pci, addr, value, size)) {
        return;
    }
    trace_trn4_write(s->index, addr, size, value);
    if (!s->attached || !nvl_fabric_enter(s->fabric, &core)) {
        return;
    }
    s->writing = true;
    nvlf_endpoint_write(core, s->index, addr, value, size);
    s->writing = false;
    nvl_fabric_leave(s->fabric);
    if (s->rung) {
        s->rung = false;
        trn4_rung(s);
    }
}

/*
 * All accesses go to the core, for it counts the bad ones. One that was on its
 * way when the device was unplugged reaches nobody, and not its successor.
 */
static const MemoryRegionOps trn4_regs_ops = {
    .read = trn4_regs_read,
    .write = trn4_regs_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};

static void trn4_ro_store(void *opaque, uint64_t offset)
{
    Trn4State *s = opaque;
    struct nvlf_fabric *core;

    trace_trn4_ro_store(s->index, offset);
    if (s->attached && nvl_fabric_enter(s->fabric, &core)) {
        nvlf_endpoint_ro_store(core, s->index, offset);
        nvl_fabric_leave(s->fabric);
    }
}

/* The aperture where it traps */
static uint64_t trn4_trap_read(void *opaque, hwaddr addr, unsigned size)
{
    Trn4State *s = opaque;
    struct nvlf_fabric *core;
    uint64_t value;

    if (!s->attached || !nvl_fabric_enter(s->fabric, &core)) {
        return UINT64_MAX;
    }
    value = nvlf_trap_read(core, s->index, addr, size);
    nvl_fabric_leave(s->fabric);
    trace_trn4_trap_read(s->index, addr, size, value);
    return value;
}

static void trn4_trap_write(void *opaque, hwaddr addr, uint64_t value,
                            unsigned size)
{
    Trn4State *s = opaque;
    struct nvlf_fabric *core;

    trace_trn4_trap_write(s->index, addr, size, value);
    if (s->attached && nvl_fabric_enter(s->fabric, &core)) {
        nvlf_trap_write(core, s->index, addr, value, size);
        nvl_fabric_leave(s->fabric);
    }
}

static const MemoryRegionOps trn4_aperture_ops = {
    .read = trn4_trap_read,
    .write = trn4_trap_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};

static bool trn4_window_place(void *dev, uint64_t aperture, uint64_t size,
                              const struct nvlf_mem *mem, uint64_t offset)
{
    Trn4State *s = dev;

    return aperture_place(&s->aperture, aperture, size, mem->fd,
                          mem->offset + offset);
}

static void trn4_window_clear(void *dev, uint64_t aperture, uint64_t size)
{
    Trn4State *s = dev;

    aperture_clear(&s->aperture, aperture, size);
}

static void trn4_wipe(void *dev)
{
    Trn4State *s = dev;

    aperture_wipe(&s->aperture);
}

/*
 * Only what is memory: were registers of any device within reach, a descriptor
 * could write ours, or those of a device that then writes ours. Without bus
 * mastering nothing is.
 */
static bool trn4_dma(Trn4State *s, uint64_t addr, void *buf, size_t len,
                     DMADirection dir)
{
    const MemTxAttrs attrs = { .memory = 1 };
    MemTxResult result = pci_dma_rw(PCI_DEVICE(s), addr, buf, len, dir, attrs);

    trace_trn4_dma(s->index, dir == DMA_DIRECTION_TO_DEVICE ? "read" : "write",
                   addr, len, result);
    /* An IOMMU's fault can have unplugged the device: see nvl-fabric.h */
    return result == MEMTX_OK && s->attached;
}

static bool trn4_dma_read(void *dev, uint64_t addr, void *buf, size_t len)
{
    return trn4_dma(dev, addr, buf, len, DMA_DIRECTION_TO_DEVICE);
}

static bool trn4_dma_write(void *dev, uint64_t addr, const void *buf,
                           size_t len)
{
    return trn4_dma(dev, addr, (void *)buf, len, DMA_DIRECTION_FROM_DEVICE);
}

static void trn4_mem_dirty(void *dev, uint64_t offset, uint64_t len)
{
    Trn4State *s = dev;

    if (s->hbm_backend) {
        memory_region_set_dirty(s->hbm_backend, offset, len);
    }
}

static void trn4_irq(void *dev, unsigned int vector)
{
    Trn4State *s = dev;

    nvlf_pci_irq(&s->pci, vector);
}

static void trn4_power(void *dev, bool on)
{
    Trn4State *s = dev;

    trace_trn4_power(s->index, on);
    nvlf_pci_power(&s->pci, on);
    memory_region_set_enabled(&s->hbm, on);
}

static const struct nvlf_endpoint_ops trn4_ops = {
    .window_place = trn4_window_place,
    .window_clear = trn4_window_clear,
    .wipe = trn4_wipe,
    .dma_read = trn4_dma_read,
    .dma_write = trn4_dma_write,
    .mem_dirty = trn4_mem_dirty,
    .kick = trn4_kick,
    .irq = trn4_irq,
    .power = trn4_power,
};

static const struct nvlf_endpoint_ops trn4_trap_ops = {
    .dma_read = trn4_dma_read,
    .dma_write = trn4_dma_write,
    .mem_dirty = trn4_mem_dirty,
    .kick = trn4_kick,
    .irq = trn4_irq,
    .power = trn4_power,
};

static bool trn4_traps(const Trn4State *s)
{
    return !g_strcmp0(s->windows, "trap");
}

/*
 * The memory of a guest that is stopped must not change. Interrupts come last,
 * for a message can be aimed at what unplugs the device.
 */
static void trn4_engine(void *opaque)
{
    Trn4State *s = opaque;
    struct nvlf_fabric *core;
    int64_t since = qemu_clock_get_ns(QEMU_CLOCK_REALTIME);
    int64_t pause = nvl_fabric_pause(s->fabric);
    bool more;

    if (pause) {
        timer_mod(s->engine_pause, pause);
        return;
    }
    if (!runstate_is_running() || !nvl_fabric_enter(s->fabric, &core)) {
        return;
    }
    object_ref(s);
    more = nvlf_engine_run(core, s->index);
    nvl_fabric_leave(s->fabric);
    nvl_fabric_worked(s->fabric, since);
    trace_trn4_engine(s->index, more);
    if (!s->attached) {
        goto out;
    }
    if (more) {
        qemu_bh_schedule(s->engine_bh);
    }
    nvlf_pci_irq_flush(&s->pci);
out:
    object_unref(s);
}

static void trn4_vm_change(void *opaque, bool running, RunState state)
{
    Trn4State *s = opaque;

    if (running) {
        qemu_bh_schedule(s->engine_bh);
    }
}

static void trn4_reset_hold(Object *obj, ResetType type)
{
    Trn4State *s = TRN4(obj);

    if (s->attached) {
        trace_trn4_reset(s->index);
        nvl_fabric_reset_endpoint(s->fabric, s->index);
        nvlf_pci_reset(&s->pci);
    }
}

static bool trn4_check_properties(Trn4State *s, Error **errp)
{
    if (!s->fabric) {
        error_setg(errp, "fabric= is not set");
        error_append_hint(errp, "Add -object nvl-fabric,id=fabric0 and"
                                " fabric=fabric0.\n");
        return false;
    }
    if (s->index == TRN4_NO_INDEX) {
        error_setg(errp, "index= is not set: the place in the fabric, which"
                         " is the target id");
        return false;
    }
    if (!s->memdev) {
        error_setg(errp, "memdev= is not set");
        error_append_hint(errp, "Add -object memory-backend-memfd,id=hbm0,"
                                "share=on,size=256M and memdev=hbm0.\n");
        return false;
    }
    if (s->windows && !trn4_traps(s) && strcmp(s->windows, "direct")) {
        error_setg(errp, "windows='%s' is neither direct nor trap", s->windows);
        return false;
    }
    return nvl_fabric_rate_ok("hbm-rate", s->timing.hbm_rate, errp) &&
           nvl_fabric_latency_ok("hbm-latency", s->timing.hbm_latency, errp) &&
           nvl_fabric_rate_ok("pcie-rate", s->timing.pcie_rate, errp) &&
           nvl_fabric_latency_ok("pcie-latency", s->timing.pcie_latency,
                                 errp) &&
           nvlf_device_check(&s->dev, errp);
}

/* Peers map the file behind it, so that there must be one. */
static bool trn4_claim_hbm(Trn4State *s, struct nvlf_mem *mem, Error **errp)
{
    g_autofree char *name = host_memory_backend_get_name(s->memdev);
    MemoryRegion *mr = host_memory_backend_get_memory(s->memdev);
    uint64_t size = memory_region_size(mr);
    RAMBlock *block = mr->ram_block;

    if (host_memory_backend_is_mapped(s->memdev)) {
        error_setg(errp, "memdev '%s' is in use", name);
        return false;
    }
    if (!size || !QEMU_IS_ALIGNED(size, NVL_PAGE_SIZE) ||
        size > TRN4_HBM_SIZE) {
        error_setg(errp,
                   "memdev '%s' has %" PRIu64 " bytes: HBM is a multiple"
                   " of 2 MiB, of at most %llu GiB",
                   name, size, TRN4_HBM_SIZE / GiB);
        return false;
    }
    if (memory_region_is_rom(mr) || !qemu_ram_is_shared(block) ||
        qemu_ram_get_fd(block) < 0) {
        error_setg(errp, "peers cannot map memdev '%s'", name);
        error_append_hint(errp, "It must be writable and have share=on, as"
                                " memory-backend-memfd,share=on has.\n");
        return false;
    }
    if (qemu_ram_pagesize(block) > NVL_PAGE_SIZE) {
        error_setg(errp,
                   "memdev '%s' has pages of %zu MiB: windows are placed"
                   " by 2 MiB",
                   name, (size_t)(qemu_ram_pagesize(block) / MiB));
        return false;
    }

    host_memory_backend_set_mapped(s->memdev, true);
    s->hbm_backend = mr;
    *mem = (struct nvlf_mem) {
        .fd = qemu_ram_get_fd(block),
        .offset = block->fd_offset,
        .size = size,
        .ptr = memory_region_get_ram_ptr(mr),
    };
    return true;
}

static bool trn4_init_aperture(Trn4State *s, Error **errp)
{
    if (trn4_traps(s)) {
        return aperture_init_trapped(&s->aperture, OBJECT(s), s->aperture_size,
                                     &trn4_aperture_ops, s, errp);
    }
    return aperture_init(&s->aperture, OBJECT(s), s->aperture_size,
                         trn4_ro_store, s, errp);
}

static bool trn4_init_bars(Trn4State *s, uint64_t hbm_size, Error **errp)
{
    PCIDevice *pci = PCI_DEVICE(s);
    const uint8_t prefetchable = PCI_BASE_ADDRESS_SPACE_MEMORY |
                                 PCI_BASE_ADDRESS_MEM_TYPE_64 |
                                 PCI_BASE_ADDRESS_MEM_PREFETCH;

    if (!trn4_init_aperture(s, errp)) {
        return false;
    }
    memory_region_init_io(&s->regs, OBJECT(s), &trn4_regs_ops, s, "trn4-regs",
                          TRN4_BAR_REGS_SIZE);
    memory_region_init_io(&s->hbm_bar, OBJECT(s), &aperture_all_ones_ops, s,
                          "trn4-hbm-bar", pow2ceil(hbm_size));
    memory_region_init_alias(&s->hbm, OBJECT(s), "trn4-hbm", s->hbm_backend, 0,
                             hbm_size);
    memory_region_add_subregion(&s->hbm_bar, 0, &s->hbm);

    pci_register_bar(pci, TRN4_BAR_REGS, PCI_BASE_ADDRESS_SPACE_MEMORY,
                     &s->regs);
    pci_register_bar(pci, TRN4_BAR_APERTURE, prefetchable, &s->aperture.bar);
    pci_register_bar(pci, TRN4_BAR_HBM, prefetchable, &s->hbm_bar);
    return true;
}

/*
 * Undoes all that realize has done so far, in reverse order: the one way out,
 * of a device that failed and of one that is unplugged. The regions and what is
 * behind the aperture go when the last flat view has let go of the device.
 */
static void trn4_unwind(Trn4State *s)
{
    if (s->attached) {
        nvlf_device_end(&s->dev);
        nvl_fabric_detach_endpoint(s->fabric, s->index);
        s->attached = false;
    }
    if (s->engine_bh) {
        qemu_del_vm_change_state_handler(s->vm_change);
        timer_free(s->engine_pause);
        qemu_bh_delete(s->engine_bh);
        s->engine_bh = NULL;
    }
    nvlf_pci_exit(&s->pci);
    if (memory_region_is_mapped(&s->hbm)) {
        memory_region_del_subregion(&s->hbm_bar, &s->hbm);
    }
    aperture_exit(&s->aperture);
    if (s->hbm_backend) {
        host_memory_backend_set_mapped(s->memdev, false);
        s->hbm_backend = NULL;
    }
}

static void trn4_realize(PCIDevice *pci, Error **errp)
{
    Trn4State *s = TRN4(pci);
    struct nvlf_mem mem;

    if (!trn4_check_properties(s, errp)) {
        return;
    }
    if (!trn4_claim_hbm(s, &mem, errp) || !trn4_init_bars(s, mem.size, errp) ||
        !nvlf_pci_init(&s->pci, pci, TRN4_VECTORS, TRN4_MSIX_TABLE,
                       TRN4_MSIX_PBA, errp)) {
        goto unwind;
    }

    s->engine_bh = qemu_bh_new_guarded(trn4_engine, s,
                                       &DEVICE(s)->mem_reentrancy_guard);
    s->engine_pause = timer_new_ns(QEMU_CLOCK_REALTIME, trn4_kick, s);
    s->vm_change = qdev_add_vm_change_state_handler(DEVICE(s), trn4_vm_change,
                                                    s);

    if (!nvl_fabric_attach_endpoint(s->fabric, s->index, &mem, s->aperture_size,
                                    trn4_traps(s) ? &trn4_trap_ops : &trn4_ops,
                                    s, errp)) {
        goto unwind;
    }
    s->attached = true;
    nvl_fabric_time_endpoint(s->fabric, s->index, &s->timing);
    nvlf_device_begin(&s->dev, s->fabric, NVL_PARTNER_ENDPOINT, s->index);
    nvlf_pci_set_serial(&s->pci, nvlf_endpoint_guid(s->index));
    if (!nvl_fabric_faults(s->fabric, NVL_PARTNER_ENDPOINT, s->index,
                           s->faults ?: "", errp)) {
        goto unwind;
    }
    return;

unwind:
    trn4_unwind(s);
}

static void trn4_exit(PCIDevice *pci)
{
    trn4_unwind(TRN4(pci));
}

static void trn4_instance_finalize(Object *obj)
{
    g_free(TRN4(obj)->faults);
    aperture_finalize(&TRN4(obj)->aperture);
}

/*
 * Not migratable: windows are pages of other devices' memory, which one
 * device's state cannot name, and stores through them are in no dirty log.
 */
static const VMStateDescription trn4_vmstate = {
    .name = TYPE_TRN4,
    .unmigratable = 1,
};

static uint32_t trn4_config_read(PCIDevice *pci, uint32_t addr, int len)
{
    return nvlf_pci_config_read(&TRN4(pci)->pci, pci, addr, len);
}

static void trn4_config_write(PCIDevice *pci, uint32_t addr, uint32_t val,
                              int len)
{
    nvlf_pci_config_write(&TRN4(pci)->pci, pci, addr, val, len);
}

static char *trn4_get_faults(Object *obj, Error **errp)
{
    return g_strdup(TRN4(obj)->faults ?: "");
}

static void trn4_set_faults(Object *obj, const char *text, Error **errp)
{
    Trn4State *s = TRN4(obj);

    if (nvl_fabric_faults(s->attached ? s->fabric : NULL, NVL_PARTNER_ENDPOINT,
                          s->index, text, errp)) {
        g_free(s->faults);
        s->faults = g_strdup(text);
    }
}

static const Property trn4_properties[] = {
    DEFINE_PROP_LINK("fabric", Trn4State, fabric, TYPE_NVL_FABRIC, NvlFabric *),
    DEFINE_PROP_LINK("memdev", Trn4State, memdev, TYPE_MEMORY_BACKEND,
                     HostMemoryBackend *),
    DEFINE_PROP_UINT32("index", Trn4State, index, TRN4_NO_INDEX),
    DEFINE_PROP_SIZE("aperture", Trn4State, aperture_size, 8 * GiB),
    DEFINE_PROP_STRING("windows", Trn4State, windows),
    DEFINE_PROP_UINT32("hbm-rate", Trn4State, timing.hbm_rate, NVLF_HBM_RATE),
    DEFINE_PROP_UINT32("hbm-latency", Trn4State, timing.hbm_latency,
                       NVLF_HBM_LATENCY),
    DEFINE_PROP_UINT32("pcie-rate", Trn4State, timing.pcie_rate,
                       NVLF_PCIE_RATE),
    DEFINE_PROP_UINT32("pcie-latency", Trn4State, timing.pcie_latency,
                       NVLF_PCIE_LATENCY),
    NVLF_DEVICE_PROPERTIES(Trn4State, dev, TRN4_IDLE_TEMPERATURE,
                           TRN4_IDLE_POWER),
    NVLF_PCI_PROPERTIES(Trn4State, pci, TRN4_PCI_DEVICE_ID),
};

static void trn4_class_init(ObjectClass *oc, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    pc->realize = trn4_realize;
    pc->exit = trn4_exit;
    pc->config_read = trn4_config_read;
    pc->config_write = trn4_config_write;
    pc->vendor_id = TRN4_PCI_VENDOR_ID;
    pc->device_id = TRN4_PCI_DEVICE_ID;
    pc->class_id = TRN4_CLASS_ID;
    rc->phases.hold = trn4_reset_hold;
    dc->desc = "Accelerator with an NVLink chiplet";
    dc->vmsd = &trn4_vmstate;
    device_class_set_props(dc, trn4_properties);
    object_class_property_add_str(oc, "faults", trn4_get_faults,
                                  trn4_set_faults);
    object_class_property_set_description(oc, "faults",
                                          "what is wrong, as 0-3:down,7:lanes=2; may be set at any time");
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo trn4_info = {
    .name = TYPE_TRN4,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(Trn4State),
    .instance_finalize = trn4_instance_finalize,
    .class_init = trn4_class_init,
    .interfaces = (InterfaceInfo[]) { { INTERFACE_PCIE_DEVICE }, {} },
};

static void trn4_register_types(void)
{
    type_register_static(&trn4_info);
}

type_init(trn4_register_types)
