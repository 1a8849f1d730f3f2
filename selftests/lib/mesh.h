/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mesh.h - windows of accelerators on one another: some, or one from each to
 * each other.
 */
#ifndef SELFTESTS_MESH_H
#define SELFTESTS_MESH_H

#include "rig.h"

/**
 * struct mesh - accelerators, each with a page that all may use
 * @rig: the accelerators and the fabric
 * @fd: a file of each accelerator
 * @bo: one page of each, mapped
 * @grant: that page, for all to read and write
 * @window: handle of the window from the first to the second; 0: none
 * @map: where it is mapped
 * @windows: how many there are
 */
struct mesh {
	struct rig rig;
	int fd[ACCEL_MAX];
	struct bo bo[ACCEL_MAX];
	struct grant grant[ACCEL_MAX];
	__u32 window[ACCEL_MAX][ACCEL_MAX];
	void *map[ACCEL_MAX][ACCEL_MAX];
	unsigned int windows;
};

int mesh_begin(struct mesh *mesh, int want);
void mesh_end(struct mesh *mesh);
int mesh_window(struct mesh *mesh, int src, int dst);
int mesh_fill(struct mesh *mesh);

#endif /* SELFTESTS_MESH_H */
