/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rig.h - what most tests begin with: some accelerators open, and a fabric in
 * a known state.
 */
#ifndef SELFTESTS_RIG_H
#define SELFTESTS_RIG_H

#include "accel.h"
#include "fabric.h"

#define RIG_FILES 4

/**
 * struct rig - accelerators, open, and the fabric between them
 * @nl: netlink
 * @fabric: as it was at the begin; allocated
 * @accels: those that there are, by target id
 * @count: how many
 * @fd: files of the first RIG_FILES of them, or -1
 * @error: what rig_begin() returned
 */
struct rig {
	struct nl nl;
	struct fabric *fabric;
	struct accel accels[ACCEL_MAX];
	int count;
	int fd[RIG_FILES];
	int error;
};

int rig_begin(struct rig *rig, int want);
int rig_settle(struct rig *rig);
void rig_forget(struct rig *rig);
void rig_end(struct rig *rig);

/* Why a test is skipped where rig_begin() returns -ENODEV */
#define RIG_NEEDS "needs %d accelerators and the fabric"

#endif /* SELFTESTS_RIG_H */
