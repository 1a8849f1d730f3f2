/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvl-switch.c - the NVLink switch as a PCI Express endpoint, through which it
 * is configured; its links are the fabric's
 *
 *   -device nvl-switch,fabric=fabric0,index=0,bus=rp4
 *
 * BAR0 has the registers and MSI-X: see hw/trn4_hw.h. All is under the BQL.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "hw/pci/pci.h"
#include "hw/qdev-properties.h"
#include "hw/trn4_hw.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "nvl-fabric.h"
#include "nvlf-device.h"
#include "nvlf-pci.h"
#include "trace.h"

#define TYPE_NVL_SWITCH "nvl-switch"
OBJECT_DECLARE_SIMPLE_TYPE(NvlSwitchState, NVL_SWITCH)

#define NVL_SWITCH_NO_INDEX UINT32_MAX

/* Assumed: nothing is published. Thousandths of a degree Celsius, milliwatts */
#define NVL_SWITCH_IDLE_TEMPERATURE 50000
#define NVL_SWITCH_IDLE_POWER       120000

struct NvlSwitchState {
    PCIDevice parent_obj;

    /* Properties */
    NvlFabric *fabric;
    uint32_t index;
    NvlfDevice dev;

    char *faults; /* as they were set, or NULL */

    NvlfPci pci;
    MemoryRegion regs;
    bool attached;
};

static uint64_t nvl_switch_regs_read(void *opaque, hwaddr addr, unsigned size)
{
    NvlSwitchState *s = opaque;
    struct nvlf_fabric *core;
    uint64_t value;

    if (nvlf_pci_msix_read(&s->pci, addr, size, &value)) {
        return value;
    }
    if (!s->attached || !nvl_fabric_enter(s->fabric, &core)) {
        return UINT64_MAX;
    }
    value = nvlf_switch_read(core, s->index, addr, size);
    nvl_fabric_leave(s->fabric);
    trace_nvl_switch_read(s->index, addr, size, value);
    return value;
}

static void nvl_switch_regs_write(void *opaque, hwaddr addr, uint64_t value,
                                  unsigned size)
{
    NvlSwitchState *s = opaque;
    struct nvlf_fabric *core;

    if (nvlf_pci_msix_write(&s->pci, addr, value, size)) {
        return;
    }
    trace_nvl_switch_write(s->index, addr, size, value);
    if (s->attached && nvl_fabric_enter(s->fabric, &core)) {
        nvlf_switch_write(core, s->index, addr, value, size);
        nvl_fabric_leave(s->fabric);
    }
}

/*
 * All accesses go to the core, for it counts the bad ones. One that was on its
 * way when the device was unplugged reaches nobody, and not its successor.
 */
static const MemoryRegionOps nvl_switch_regs_ops = {
    .read = nvl_switch_regs_read,
    .write = nvl_switch_regs_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};

static void nvl_switch_irq(void *dev, unsigned int vector)
{
    NvlSwitchState *s = dev;

    nvlf_pci_irq(&s->pci, vector);
}

static void nvl_switch_power(void *dev, bool on)
{
    NvlSwitchState *s = dev;

    trace_nvl_switch_power(s->index, on);
    nvlf_pci_power(&s->pci, on);
}

static const struct nvlf_switch_ops nvl_switch_ops = {
    .irq = nvl_switch_irq,
    .power = nvl_switch_power,
};

static void nvl_switch_reset_hold(Object *obj, ResetType type)
{
    NvlSwitchState *s = NVL_SWITCH(obj);

    if (s->attached) {
        trace_nvl_switch_reset(s->index);
        nvl_fabric_reset_switch(s->fabric, s->index);
        nvlf_pci_reset(&s->pci);
    }
}

static bool nvl_switch_check_properties(NvlSwitchState *s, Error **errp)
{
    if (!s->fabric) {
        error_setg(errp, "fabric= is not set");
        error_append_hint(errp, "Add -object nvl-fabric,id=fabric0 and"
                                " fabric=fabric0.\n");
        return false;
    }
    if (s->index == NVL_SWITCH_NO_INDEX) {
        error_setg(errp, "index= is not set: the switch's number in the"
                         " fabric");
        return false;
    }
    return nvlf_device_check(&s->dev, errp);
}

/* Undoes all that realize has done so far, in reverse order. */
static void nvl_switch_unwind(NvlSwitchState *s)
{
    if (s->attached) {
        nvlf_device_end(&s->dev);
        nvl_fabric_detach_switch(s->fabric, s->index);
        s->attached = false;
    }
    nvlf_pci_exit(&s->pci);
}

static void nvl_switch_realize(PCIDevice *pci, Error **errp)
{
    NvlSwitchState *s = NVL_SWITCH(pci);

    if (!nvl_switch_check_properties(s, errp)) {
        return;
    }
    memory_region_init_io(&s->regs, OBJECT(s), &nvl_switch_regs_ops, s,
                          "nvl-switch-regs", NVL_SWITCH_BAR_REGS_SIZE);
    pci_register_bar(pci, NVL_SWITCH_BAR_REGS, PCI_BASE_ADDRESS_SPACE_MEMORY,
                     &s->regs);
    if (!nvlf_pci_init(&s->pci, pci, NVL_SWITCH_VECTORS, NVL_SWITCH_MSIX_TABLE,
                       NVL_SWITCH_MSIX_PBA, errp)) {
        return;
    }
    if (!nvl_fabric_attach_switch(s->fabric, s->index, &nvl_switch_ops, s,
                                  errp)) {
        nvl_switch_unwind(s);
        return;
    }
    s->attached = true;
    nvlf_device_begin(&s->dev, s->fabric, NVL_PARTNER_SWITCH, s->index);
    nvlf_pci_set_serial(&s->pci, nvlf_switch_guid(s->index));
    if (!nvl_fabric_faults(s->fabric, NVL_PARTNER_SWITCH, s->index,
                           s->faults ?: "", errp)) {
        nvl_switch_unwind(s);
    }
}

static void nvl_switch_exit(PCIDevice *pci)
{
    nvl_switch_unwind(NVL_SWITCH(pci));
}

/* Not migratable, as its accelerators are not. */
static const VMStateDescription nvl_switch_vmstate = {
    .name = TYPE_NVL_SWITCH,
    .unmigratable = 1,
};

static uint32_t nvl_switch_config_read(PCIDevice *pci, uint32_t addr, int len)
{
    return nvlf_pci_config_read(&NVL_SWITCH(pci)->pci, pci, addr, len);
}

static void nvl_switch_config_write(PCIDevice *pci, uint32_t addr, uint32_t val,
                                    int len)
{
    nvlf_pci_config_write(&NVL_SWITCH(pci)->pci, pci, addr, val, len);
}

static char *nvl_switch_get_faults(Object *obj, Error **errp)
{
    return g_strdup(NVL_SWITCH(obj)->faults ?: "");
}

static void nvl_switch_set_faults(Object *obj, const char *text, Error **errp)
{
    NvlSwitchState *s = NVL_SWITCH(obj);

    if (nvl_fabric_faults(s->attached ? s->fabric : NULL, NVL_PARTNER_SWITCH,
                          s->index, text, errp)) {
        g_free(s->faults);
        s->faults = g_strdup(text);
    }
}

static const Property nvl_switch_properties[] = {
    DEFINE_PROP_LINK("fabric", NvlSwitchState, fabric, TYPE_NVL_FABRIC,
                     NvlFabric *),
    DEFINE_PROP_UINT32("index", NvlSwitchState, index, NVL_SWITCH_NO_INDEX),
    NVLF_DEVICE_PROPERTIES(NvlSwitchState, dev, NVL_SWITCH_IDLE_TEMPERATURE,
                           NVL_SWITCH_IDLE_POWER),
    NVLF_PCI_PROPERTIES(NvlSwitchState, pci, NVL_SWITCH_PCI_DEVICE_ID),
};

static void nvl_switch_instance_finalize(Object *obj)
{
    g_free(NVL_SWITCH(obj)->faults);
}

static void nvl_switch_class_init(ObjectClass *oc, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    pc->realize = nvl_switch_realize;
    pc->exit = nvl_switch_exit;
    pc->config_read = nvl_switch_config_read;
    pc->config_write = nvl_switch_config_write;
    pc->vendor_id = TRN4_PCI_VENDOR_ID;
    pc->device_id = NVL_SWITCH_PCI_DEVICE_ID;
    pc->class_id = PCI_CLASS_BRIDGE_OTHER;
    rc->phases.hold = nvl_switch_reset_hold;
    dc->desc = "NVLink switch";
    dc->vmsd = &nvl_switch_vmstate;
    device_class_set_props(dc, nvl_switch_properties);
    object_class_property_add_str(oc, "faults", nvl_switch_get_faults,
                                  nvl_switch_set_faults);
    object_class_property_set_description(oc, "faults",
                                          "what is wrong, as 0-3:down,7:lanes=2; may be set at any time");
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo nvl_switch_info = {
    .name = TYPE_NVL_SWITCH,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(NvlSwitchState),
    .instance_finalize = nvl_switch_instance_finalize,
    .class_init = nvl_switch_class_init,
    .interfaces = (InterfaceInfo[]) { { INTERFACE_PCIE_DEVICE }, {} },
};

static void nvl_switch_register_types(void)
{
    type_register_static(&nvl_switch_info);
}

type_init(nvl_switch_register_types)
