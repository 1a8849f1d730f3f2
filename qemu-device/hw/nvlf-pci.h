/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf-pci.h - what the PCI side of accelerator and switch has in common:
 * capabilities, ids, and interrupts that are raised outside the core
 */
#ifndef HW_NVLF_NVLF_PCI_H
#define HW_NVLF_NVLF_PCI_H

#include "hw/pci/pci_device.h"
#include "hw/qdev-properties.h"

/**
 * struct NvlfPci - common part of a PCI function of the fabric
 * @vendor_id: property
 * @device_id: property
 * @pci: the function, while it is set up
 * @msix: holds QEMU's regions for the MSI-X table and its pending bits, at
 *        their places in BAR0, but is in no address space
 * @irq_bh: raises what is pending
 * @irq_pending: a bit for each vector to be raised. Guarded by the BQL
 * @dead: it answers nothing, by a fault
 */
typedef struct NvlfPci {
    uint16_t vendor_id;
    uint16_t device_id;
    PCIDevice *pci;
    MemoryRegion msix;
    QEMUBH *irq_bh;
    uint32_t irq_pending;
    bool dead;
} NvlfPci;

/* clang-format off */
#define NVLF_PCI_PROPERTIES(_state, _field, _device_id)                     \
    DEFINE_PROP_UINT16("x-pci-vendor-id", _state, _field.vendor_id,         \
                       TRN4_PCI_VENDOR_ID),                                 \
    DEFINE_PROP_UINT16("x-pci-device-id", _state, _field.device_id,         \
                       _device_id)
/* clang-format on */

/**
 * nvlf_pci_init() - ids, Express endpoint with FLR, AER and power management,
 * MSI-X within BAR0
 * @np: common part
 * @pci: the function, which has its BAR0
 * @vectors: number of MSI-X vectors, at most 32
 * @table: offset of the MSI-X table in BAR0
 * @pba: offset of its pending bits
 * @errp: error
 *
 * Return: false where it failed; nothing needs to be undone then.
 */
bool nvlf_pci_init(NvlfPci *np, PCIDevice *pci, unsigned int vectors,
                   uint32_t table, uint32_t pba, Error **errp);

/** nvlf_pci_exit() - undo nvlf_pci_init(), if that was ever done */
void nvlf_pci_exit(NvlfPci *np);

/**
 * nvlf_pci_msix_read() - for BAR0's read, before all else
 * @np: common part
 * @addr: in BAR0
 * @size: 1 to 8
 * @value: filled in where it is MSI-X's
 *
 * The MSI-X regions are not part of BAR0's. There they would cut one page into
 * five ranges, for each function; and each time that one function of a rack is
 * enabled, QEMU lays out the ranges of all.
 *
 * Return: whether it is.
 */
bool nvlf_pci_msix_read(NvlfPci *np, hwaddr addr, unsigned int size,
                        uint64_t *value);

/** nvlf_pci_msix_write() - the same for BAR0's write */
bool nvlf_pci_msix_write(NvlfPci *np, hwaddr addr, uint64_t value,
                         unsigned int size);

/** nvlf_pci_reset() - drop what is pending; configuration takes reset values */
void nvlf_pci_reset(NvlfPci *np);

/** nvlf_pci_set_serial() - serial number capability; never fails */
void nvlf_pci_set_serial(NvlfPci *np, uint64_t guid);

/**
 * nvlf_pci_irq() - raise an MSI-X vector soon, not from here
 *
 * A message is a write to wherever the guest says, be it to a register of a
 * device of this fabric. The core raises interrupts in the midst of its work
 * and must not be entered again from there.
 */
void nvlf_pci_irq(NvlfPci *np, unsigned int vector);

/** nvlf_pci_irq_flush() - raise what is pending, outside of the core */
void nvlf_pci_irq_flush(NvlfPci *np);

/**
 * nvlf_pci_power() - the function dies or comes back
 *
 * While it is dead its configuration space, and MSI-X in BAR0, read all-ones
 * and keep what is in them, and nothing interrupts. For the rest of its BARs
 * the device answers, or does not.
 */
void nvlf_pci_power(NvlfPci *np, bool on);

/** nvlf_pci_config_read() - for PCIDeviceClass.config_read */
uint32_t nvlf_pci_config_read(NvlfPci *np, PCIDevice *pci, uint32_t addr,
                              int len);

/** nvlf_pci_config_write() - for PCIDeviceClass.config_write: FLR and AER */
void nvlf_pci_config_write(NvlfPci *np, PCIDevice *pci, uint32_t addr,
                           uint32_t val, int len);

#endif /* HW_NVLF_NVLF_PCI_H */
