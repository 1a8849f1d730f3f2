// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * linkdown_bench.c - from a link's going down until the last window that it
 * concerns is revoked: with no other window in the fabric, and with one from
 * each accelerator to each other. Once because its port is disabled, once
 * because nobody answers at its other end.
 *
 * One accelerator can be reached over one switch alone; its link to that
 * switch goes down. All others' windows on it are concerned, and no more.
 */
#include <errno.h>

#include <kselftest_harness.h>
#include "bench.h"
#include "fault.h"
#include "mesh.h"
#include "port.h"
#include "touch.h"
#include "trace.h"

#define ROUNDS 11
#define LONE   0 /* index of the accelerator */

struct linkdown {
	struct mesh *mesh;
	struct port port; /* the lone one's, to the only switch there */
	struct trace trace;
};

FIXTURE(linkdown)
{
	struct linkdown l;
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

	self->l.mesh = calloc(1, sizeof(*self->l.mesh));
	ASSERT_NE(NULL, self->l.mesh);
	rig = &self->l.mesh->rig;
	ret = mesh_begin(self->l.mesh, 2);
	if (ret == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, ret);
	if (lone_port(rig, &self->l.port))
		SKIP(return, "needs 36 switches: one link to each");
	for (i = 1; i < rig->fabric->switch_count; i++)
		ASSERT_EQ(0,
			  fabric_unroute(&rig->nl, rig->fabric->switches[i].id,
					 rig->accels[LONE].id));
}

FIXTURE_TEARDOWN(linkdown)
{
	trace_end(&self->l.trace);
	mesh_end(self->l.mesh);
	free(self->l.mesh);
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

/* ---- Ways for a link to go down ---- */

/**
 * struct way - how it goes down, and comes back
 * @name: what it is called in the table
 * @down: until all windows are revoked; tells how long that took
 * @up: lets it train
 */
struct way {
	const char *name;
	int (*down)(struct linkdown *l, __u64 *ns);
	int (*up)(struct linkdown *l);
};

/* By a request, which returns when all is revoked: planned */
static int disable(struct linkdown *l, __u64 *ns)
{
	__u64 begin = bench_now();
	int ret = port_set(&l->mesh->rig.nl, &l->port, 0, 0);

	if (!ret)
		ret = wait_for(l->mesh, false);
	*ns = bench_now() - begin;
	return ret;
}

static int enable(struct linkdown *l)
{
	return port_set(&l->mesh->rig.nl, &l->port, 1, 0);
}

/*
 * By itself: interrupts of both ends, of which either can be first, and then
 * what the driver does. Its tracepoints tell how long that takes it; how long
 * whoever sets the fault takes does not count.
 */
static int cut(struct linkdown *l, __u64 *ns)
{
	unsigned int revoked = l->mesh->rig.count - 1;
	struct fabric_port p;
	char fault[32];
	int ret;

	snprintf(fault, sizeof(fault), "%u:down", l->port.index);
	ret = trace_read(&l->trace);
	if (!ret)
		ret = fault_set("trn", l->port.id, fault);
	if (!ret)
		ret = port_wait(&l->mesh->rig.nl, &l->port,
				NVLF_PORT_STATE_DETECT, &p);
	if (!ret)
		ret = wait_for(l->mesh, false);
	if (!ret)
		ret = trace_read(&l->trace);
	if (!ret && trace_span(&l->trace, "new=detect",
			       "nvlf_revoke_end:", ns) != revoked)
		ret = -EBADMSG;
	return ret;
}

static int mend(struct linkdown *l)
{
	return fault_set("trn", l->port.id, "");
}

/* ---- Both ---- */

/* Down, as often as it takes; in between it comes back, and all are in use */
static int measure(struct linkdown *l, const struct way *way,
		   struct bench_times *times)
{
	struct mesh *mesh = l->mesh;
	unsigned int round;
	int ret = 0, src;

	for (round = 0; round < ROUNDS && !ret; round++) {
		struct fabric_port p;
		__u64 ns;

		for (src = 0; src < mesh->rig.count && !ret; src++)
			if (src != LONE)
				ret = touch_store(mesh->map[src][LONE], 0);
		if (!ret)
			ret = way->down(l, &ns);
		if (ret)
			break;
		bench_took(times, ns);
		ret = way->up(l);
		if (!ret)
			ret = port_wait(&mesh->rig.nl, &l->port,
					NVLF_PORT_STATE_ACTIVE, &p);
		if (!ret)
			ret = wait_for(mesh, true);
	}
	return ret;
}

/* First with those windows alone that are concerned, then among all */
static int compare(struct linkdown *l, const struct way *way)
{
	struct bench_figure figure = { .unit = "us", .bar = 1.5 };
	struct bench_times few = {}, many = {};
	char name[64], peer[64];
	int src, ret = 0;

	for (src = 0; src < l->mesh->rig.count && !ret; src++)
		if (src != LONE)
			ret = mesh_window(l->mesh, src, LONE);
	snprintf(peer, sizeof(peer), "with the %u concerned alone",
		 l->mesh->windows);
	if (!ret)
		ret = measure(l, way, &few);
	if (!ret)
		ret = mesh_fill(l->mesh);
	snprintf(name, sizeof(name), "%s, windows revoked, among %u", way->name,
		 l->mesh->windows);
	if (!ret)
		ret = measure(l, way, &many);
	if (ret)
		return ret;

	figure.name = name;
	figure.peer_name = peer;
	figure.ours = bench_median(&many) / 1000;
	figure.peer = bench_median(&few) / 1000;
	bench_tell(&figure);
	return 0;
}

TEST_F_TIMEOUT(linkdown, planned, 140)
{
	const struct way way = { "port disabled", disable, enable };

	ASSERT_EQ(0, compare(&self->l, &way));
}

TEST_F_TIMEOUT(linkdown, fault, 140)
{
	const struct way way = { "link down", cut, mend };
	int ret;

	if (!fault_can())
		SKIP(return, FAULT_NEEDS);
	ret = trace_begin(&self->l.trace, "nvlf");
	if (ret == -ENOENT)
		SKIP(return, TRACE_NEEDS);
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, compare(&self->l, &way));
}

TEST_HARNESS_MAIN
