// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mesh.c - windows of accelerators on one another.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mesh.h"
#include "touch.h"

/**
 * mesh_begin() - open all accelerators, and let each grant a page
 * @mesh: all zero; give it to mesh_end() whatever is returned
 * @want: how many accelerators there must be
 *
 * Return: 0, -ENODEV where so many are not there, or another negative errno.
 */
int mesh_begin(struct mesh *mesh, int want)
{
	int i, ret;

	for (i = 0; i < ACCEL_MAX; i++)
		mesh->fd[i] = -1;
	ret = rig_begin(&mesh->rig, want);
	for (i = 0; i < mesh->rig.count && !ret; i++) {
		mesh->fd[i] = accel_open(&mesh->rig.accels[i]);
		if (mesh->fd[i] < 0)
			return mesh->fd[i];
		ret = bo_make(mesh->fd[i], PAGE, 0, &mesh->bo[i]);
		if (!ret)
			ret = grant_make(mesh->fd[i], mesh->bo[i].handle,
					 RIGHT_RW, 0, PAGE, &mesh->grant[i]);
	}
	return ret;
}

void mesh_end(struct mesh *mesh)
{
	int i;

	for (i = 0; i < ACCEL_MAX; i++)
		if (mesh->fd[i] >= 0)
			close(mesh->fd[i]);
	rig_end(&mesh->rig);
}

/* A window from @src to @dst, mapped and in use, if there is none yet */
int mesh_window(struct mesh *mesh, int src, int dst)
{
	__u32 handle;
	void *map;
	int ret;

	if (mesh->window[src][dst])
		return 0;
	ret = window_map(mesh->fd[src], &mesh->grant[dst], 0, 0, RIGHT_RW,
			 &handle);
	if (ret)
		return ret;
	map = gem_map(mesh->fd[src], handle, PAGE, PROT_READ | PROT_WRITE);
	if (map == MAP_FAILED)
		return -ENOMEM;
	ret = touch_kind(map);
	if (ret)
		return ret;
	mesh->window[src][dst] = handle;
	mesh->map[src][dst] = map;
	mesh->windows++;
	return 0;
}

/* From each to each other */
int mesh_fill(struct mesh *mesh)
{
	int src, dst, ret = 0;

	for (src = 0; src < mesh->rig.count; src++)
		for (dst = 0; dst < mesh->rig.count && !ret; dst++)
			if (src != dst)
				ret = mesh_window(mesh, src, dst);
	return ret;
}
