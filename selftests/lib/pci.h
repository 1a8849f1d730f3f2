/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci.h - bind and unbind drivers, reset devices, load and unload modules.
 */
#ifndef SELFTESTS_PCI_H
#define SELFTESTS_PCI_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

int pci_driver(const char *device, char *driver, size_t size);
int pci_vectors(const char *device);
int pci_bind(const char *driver, const char *device);
int pci_unbind(const char *driver, const char *device);
int pci_override(const char *device, const char *driver);
int pci_reset(const char *device);
int pci_bar(const char *device, unsigned int bar, __u64 *begin, __u64 *size);
void *pci_map(const char *device, unsigned int bar, __u64 offset, size_t size);
int pci_answer(const char *device, bool on);

int module_remove(const char *name);
int module_load(const char *name);

#endif /* SELFTESTS_PCI_H */
