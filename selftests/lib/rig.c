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
 * Links train anew after a reset. 0 when all are up that were when the rig began,
 * and so all reach all again.
 */
int rig_settle(struct rig *rig)
{
	struct fabric *now = malloc(sizeof(*now));
	unsigned int i;
	int ret;

	if (!now)
		return -ENOMEM;
	ret = fabric_load_trained(&rig->nl, now);
	for (i = 0; !ret && i < now->endpoint_count; i++)
		if (now->endpoints[i].ports_up !=
		    rig->fabric->endpoints[i].ports_up)
			ret = -ENOLINK;
	free(now);
	return ret;
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
