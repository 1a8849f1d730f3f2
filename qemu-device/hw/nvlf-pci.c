/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf-pci.c - what the PCI side of accelerator and switch has in common:
 * capabilities, ids, and interrupts that are raised outside the core
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "qapi/error.h"
#include "hw/pci/msix.h"
#include "hw/pci/pci.h"
#include "hw/pci/pcie.h"
#include "nvlf-pci.h"

/* Configuration space */
#define NVLF_CAP_PM     0x40
#define NVLF_CAP_MSIX   0x50
#define NVLF_CAP_EXP    0x60
#define NVLF_EXT_AER    0x100
#define NVLF_EXT_SERIAL (NVLF_EXT_AER + PCI_ERR_SIZEOF)

static void nvlf_pci_irq_bh(void *opaque)
{
    nvlf_pci_irq_flush(opaque);
}

/* D0 and D3hot; the state of registers survives D3hot */
static bool nvlf_pci_pm_init(PCIDevice *pci, Error **errp)
{
    int cap = pci_pm_init(pci, NVLF_CAP_PM, errp);

    if (cap < 0) {
        return false;
    }
    pci_set_word(pci->config + cap + PCI_PM_PMC, 3);
    pci_set_word(pci->config + cap + PCI_PM_CTRL, PCI_PM_CTRL_NO_SOFT_RESET);
    pci_set_word(pci->wmask + cap + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
    return true;
}

bool nvlf_pci_init(NvlfPci *np, PCIDevice *pci, unsigned int vectors,
                   uint32_t table, uint32_t pba, Error **errp)
{
    unsigned int vector;
    int ret;

    assert(vectors <= 32);
    if (np->vendor_id == 0xffff) {
        error_setg(errp, "x-pci-vendor-id=0xffff means that no device is"
                         " there");
        return false;
    }
    pci_config_set_vendor_id(pci->config, np->vendor_id);
    pci_config_set_device_id(pci->config, np->device_id);

    if (!nvlf_pci_pm_init(pci, errp)) {
        return false;
    }
    if (pcie_endpoint_cap_init(pci, NVLF_CAP_EXP) < 0) {
        error_setg(errp, "no room for the Express capability");
        return false;
    }
    pcie_cap_flr_init(pci);
    pcie_cap_deverr_init(pci);
    ret = pcie_aer_init(pci, PCI_ERR_VER, NVLF_EXT_AER, PCI_ERR_SIZEOF, errp);
    if (ret < 0) {
        goto undo_express;
    }
    memory_region_init(&np->msix, OBJECT(pci), "nvlf-msix",
                       pci->io_regions[0].size);
    if (msix_init(pci, vectors, &np->msix, 0, table, &np->msix, 0, pba,
                  NVLF_CAP_MSIX, errp) < 0) {
        goto undo_aer;
    }
    /* They are reached from within BAR0's operations, which are guarded. */
    pci->msix_table_mmio.disable_reentrancy_guard = true;
    pci->msix_pba_mmio.disable_reentrancy_guard = true;
    for (vector = 0; vector < vectors; vector++) {
        msix_vector_use(pci, vector);
    }

    np->pci = pci;
    np->irq_pending = 0;
    np->irq_bh = qemu_bh_new_guarded(nvlf_pci_irq_bh, np,
                                     &DEVICE(pci)->mem_reentrancy_guard);
    return true;

undo_aer:
    pcie_aer_exit(pci);
undo_express:
    pcie_cap_exit(pci);
    return false;
}

void nvlf_pci_exit(NvlfPci *np)
{
    if (!np->pci) {
        return;
    }
    qemu_bh_delete(np->irq_bh);
    np->irq_bh = NULL;
    msix_unuse_all_vectors(np->pci);
    msix_uninit(np->pci, &np->msix, &np->msix);
    pcie_aer_exit(np->pci);
    pcie_cap_exit(np->pci);
    np->irq_pending = 0;
    np->pci = NULL;
}

/* Which of QEMU's regions answers there, and where in it? NULL: none of them */
static MemoryRegion *nvlf_pci_msix(NvlfPci *np, hwaddr addr, unsigned int size,
                                   hwaddr *offset)
{
    MemoryRegion *mr[2];
    unsigned int i;

    if (!np->pci || np->dead) {
        return NULL;
    }
    mr[0] = &np->pci->msix_table_mmio;
    mr[1] = &np->pci->msix_pba_mmio;
    for (i = 0; i < ARRAY_SIZE(mr); i++) {
        uint64_t len = memory_region_size(mr[i]);

        *offset = addr - mr[i]->addr;
        if (*offset < len && len - *offset >= size) {
            return mr[i];
        }
    }
    return NULL;
}

/* The regions take no 8 bytes that are aligned to 4; QEMU would split them. */
static bool nvlf_pci_msix_splits(hwaddr offset, unsigned int size)
{
    return size == 8 && offset % 8 == 4;
}

bool nvlf_pci_msix_read(NvlfPci *np, hwaddr addr, unsigned int size,
                        uint64_t *value)
{
    hwaddr offset;
    MemoryRegion *mr = nvlf_pci_msix(np, addr, size, &offset);
    uint64_t high = 0;

    if (!mr) {
        return false;
    }
    if (nvlf_pci_msix_splits(offset, size)) {
        nvlf_pci_msix_read(np, addr, 4, value);
        nvlf_pci_msix_read(np, addr + 4, 4, &high);
        *value |= high << 32;
        return true;
    }
    memory_region_dispatch_read(mr, offset, value, size_memop(size) | MO_LE,
                                MEMTXATTRS_UNSPECIFIED);
    return true;
}

bool nvlf_pci_msix_write(NvlfPci *np, hwaddr addr, uint64_t value,
                         unsigned int size)
{
    hwaddr offset;
    MemoryRegion *mr = nvlf_pci_msix(np, addr, size, &offset);

    if (!mr) {
        return false;
    }
    if (nvlf_pci_msix_splits(offset, size)) {
        /* The first can send what unplugs the function, which is looked at. */
        nvlf_pci_msix_write(np, addr, (uint32_t)value, 4);
        nvlf_pci_msix_write(np, addr + 4, value >> 32, 4);
        return true;
    }
    memory_region_dispatch_write(mr, offset, value, size_memop(size) | MO_LE,
                                 MEMTXATTRS_UNSPECIFIED);
    return true;
}

void nvlf_pci_reset(NvlfPci *np)
{
    np->irq_pending = 0;
    pcie_cap_deverr_reset(np->pci);
}

void nvlf_pci_set_serial(NvlfPci *np, uint64_t guid)
{
    pcie_dev_ser_num_init(np->pci, NVLF_EXT_SERIAL, guid);
}

void nvlf_pci_irq(NvlfPci *np, unsigned int vector)
{
    if (np->pci && !np->dead && vector < np->pci->msix_entries_nr) {
        np->irq_pending |= 1u << vector;
        qemu_bh_schedule(np->irq_bh);
    }
}

void nvlf_pci_irq_flush(NvlfPci *np)
{
    Object *owner = OBJECT(np->pci);

    /* A message can be aimed at what unplugs the function: look each time */
    object_ref(owner);
    while (np->pci && np->irq_pending) {
        unsigned int vector = ctz32(np->irq_pending);

        np->irq_pending &= np->irq_pending - 1;
        msix_notify(np->pci, vector);
    }
    object_unref(owner);
}

void nvlf_pci_power(NvlfPci *np, bool on)
{
    np->dead = !on;
    np->irq_pending = 0;
}

uint32_t nvlf_pci_config_read(NvlfPci *np, PCIDevice *pci, uint32_t addr,
                              int len)
{
    return np->dead ? UINT32_MAX : pci_default_read_config(pci, addr, len);
}

void nvlf_pci_config_write(NvlfPci *np, PCIDevice *pci, uint32_t addr,
                           uint32_t val, int len)
{
    if (np->dead) {
        return;
    }
    /*
     * One write can move three BARs, and QEMU renders the whole address space
     * anew for each. Let it do so once.
     */
    memory_region_transaction_begin();
    pci_default_write_config(pci, addr, val, len);
    memory_region_transaction_commit();
    pcie_cap_flr_write_config(pci, addr, val, len);
    pcie_aer_write_config(pci, addr, val, len);
}
