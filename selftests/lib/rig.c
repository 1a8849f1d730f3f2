// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rig.c - what most tests begin with.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"
#include "touch.h"

static int begin(struct rig *rig, int want)
{
	int i, ret;

	rig->count = accel_scan(rig->accels, ACCEL_MAX);
	if (rig->count < want)
		return rig->count < 0 ? rig->count : -ENODEV;
	ret = nl_open(&rig->nl);
	if (ret)
		return ret == -ENOENT ? -ENODEV : ret;
	rig->fabric = malloc(sizeof(*rig->fabric));
	if (!rig->fabric)
		return -ENOMEM;
	ret = fabric_load_trained(&rig->nl, rig->fabric);
	if (ret)
		return ret;
	ret = fabric_open_all(&rig->nl, rig->fabric);
	if (ret)
		return ret;
	for (i = 0; i < want && i < RIG_FILES; i++) {
		rig->fd[i] = accel_open(&rig->accels[i]);
		if (rig->fd[i] < 0)
			return rig->fd[i];
	}
	return touch_begin();
}

/**
 * rig_begin() - open accelerators and let all reach all
 * @rig: is filled in; give it to rig_end()
 * @want: how many accelerators the test needs, up to RIG_FILES are opened
 *
 * Return: 0, -ENODEV where so many are not there, or another negative errno;
 * the same is in @rig.
 */
int rig_begin(struct rig *rig, int want)
{
	int i;

	memset(rig, 0, sizeof(*rig));
	rig->nl.fd = -1;
	for (i = 0; i < RIG_FILES; i++)
		rig->fd[i] = -1;
	rig->error = begin(rig, want);
	return rig->error;
}

/*
 * For a child: closes its copies of the files, so that they are the parent's
 * alone. The fabric is as it was.
 */
void rig_forget(struct rig *rig)
{
	int i;

	for (i = 0; i < RIG_FILES; i++) {
		if (rig->fd[i] >= 0)
			close(rig->fd[i]);
		rig->fd[i] = -1;
	}
}

/* Nobody reaches anybody afterwards, as before the first test */
void rig_end(struct rig *rig)
{
	int i;

	for (i = 0; i < RIG_FILES; i++)
		if (rig->fd[i] >= 0)
			close(rig->fd[i]);
	if (rig->nl.fd >= 0) {
		fabric_clear(&rig->nl);
		nl_close(&rig->nl);
	}
	free(rig->fabric);
	rig->fabric = NULL;
}
