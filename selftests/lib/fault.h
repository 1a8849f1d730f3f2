/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault.h - faults on the emulated devices, which whoever watches the guest
 * from outside puts there when it reads that a test asks for it.
 */
#ifndef SELFTESTS_FAULT_H
#define SELFTESTS_FAULT_H

#include <stdbool.h>

bool fault_can(void);
int fault_set(const char *device, unsigned int number, const char *faults);
int fault_trays(const char *trays);

/* How long anything that a fault does may take here */
#define FAULT_MSEC 30000

/* Why a test is skipped where fault_can() says no */
#define FAULT_NEEDS "needs vm/watch beside QEMU, to put faults on devices"

#endif /* SELFTESTS_FAULT_H */
