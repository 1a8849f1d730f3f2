// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * linkdown_bench.c - from a link's going down until the last window that it
 * concerns is revoked: with no other window in the fabric, and with one from
 * each accelerator to each other.
 *
 * One accelerator can be reached over one switch alone; its link to that
 * switch goes down. All others' windows on it are concerned, and no more.
 */
#include <errno.h>

#include <kselftest_harness.h>
#include "bench.h"
#include "mesh.h"
#include "port.h"
#include "touch.h"

#define ROUNDS 11
#define LONE   0 /* index of the accelerator */

FIXTURE(linkdown)
{
	struct mesh *mesh;
	struct port port; /* the lone one's, to the only switch there */
};

/* The lone one's only port to the first switch, or -ENODEV */
static int lone_port(struct rig *rig, struct port *port)
{
	__u32 id = rig->accels[LONE].id, sw = rig->fabric->switches[0].id;
	unsigned int i, found = 0;

	for (i = 0; i < rig->fabric->port_count; i++) {
		const struct fabric_port *p = &rig->fabric->ports[i];

		if (p->owner == NVLF_OWNER_ENDPOINT && p->owner_id == id &&
		    p->partner == NVLF_OWNER_SWITCH && p->partner_id == sw) {
			*port = port_of(p);
			found++;
		}
	}
	return found == 1 ? 0 : -ENODEV;
}

FIXTURE_SETUP(linkdown)
{
	struct rig *rig;
	unsigned int i;
	int ret;

	self->mesh = calloc(1, sizeof(*self->mesh));
	ASSERT_NE(NULL, self->mesh);
	rig = &self->mesh->rig;
	ret = mesh_begin(self->mesh, 2);
	if (ret == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, ret);
	if (lone_port(rig, &self->port))
		SKIP(return, "needs 36 switches: one link to each");
	for (i = 1; i < rig->fabric->switch_count; i++)
		ASSERT_EQ(0,
			  fabric_unroute(&rig->nl, rig->fabric->switches[i].id,
					 rig->accels[LONE].id));
}

FIXTURE_TEARDOWN(linkdown)
{
	mesh_end(self->mesh);
	free(self->mesh);
}

/* Every window on the lone one is or becomes like that, one after the other */
static int wait_for(struct mesh *mesh, bool live)
{
	int src;

	for (src = 0; src < mesh->rig.count; src++) {
		int state;

		if (src == LONE)
			continue;
		do {
			state = window_state(mesh->fd[src],
					     mesh->window[src][LONE]);
			if (state < 0)
				return state;
		} while ((state == DRM_TRN4_WINDOW_LIVE) != live);
	}
	return 0;
}

/* Down, as often as it takes; in between it comes back, and all are in use */
static int measure(struct mesh *mesh, const struct port *port,
		   struct bench_times *times)
{
	struct nl *nl = &mesh->rig.nl;
	unsigned int round;
	int ret = 0, src;

	for (round = 0; round < ROUNDS && !ret; round++) {
		struct fabric_port p;
		__u64 begin;

		for (src = 0; src < mesh->rig.count && !ret; src++)
			if (src != LONE)
				ret = touch_store(mesh->map[src][LONE], 0);
		if (ret)
			break;
		begin = bench_now();
		ret = port_set(nl, port, 0, 0);
		if (!ret)
			ret = wait_for(mesh, false);
		bench_add(times, begin);
		if (!ret)
			ret = port_set(nl, port, 1, 0);
		if (!ret)
			ret = port_wait(nl, port, NVLF_PORT_STATE_ACTIVE, &p);
		if (!ret)
			ret = wait_for(mesh, true);
	}
	return ret;
}

TEST_F_TIMEOUT(linkdown, revoke, 240)
{
	struct bench_figure figure = {
		.unit = "us",
		.bar = 1.5,
	};
	struct bench_times few = {}, many = {};
	char name[64], peer[64];
	int src;

	for (src = 0; src < self->mesh->rig.count; src++)
		if (src != LONE)
			ASSERT_EQ(0, mesh_window(self->mesh, src, LONE));
	snprintf(peer, sizeof(peer), "with the %u concerned alone",
		 self->mesh->windows);
	ASSERT_EQ(0, measure(self->mesh, &self->port, &few));

	ASSERT_EQ(0, mesh_fill(self->mesh));
	snprintf(name, sizeof(name), "link down, windows revoked, among %u",
		 self->mesh->windows);
	ASSERT_EQ(0, measure(self->mesh, &self->port, &many));

	figure.name = name;
	figure.peer_name = peer;
	figure.ours = bench_median(&many) / 1000;
	figure.peer = bench_median(&few) / 1000;
	bench_tell(&figure);
}

TEST_HARNESS_MAIN
