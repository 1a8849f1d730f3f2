// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mesh_test.c - every accelerator has a window on every other, all at the same
 * time, and each of them leads to whom it should: 12 pairs of the 4
 * accelerators that a guest has by itself, 5112 of a whole rack's 72.
 *
 * TRN4_COUNT and TRN4_SWITCHES tell of how many accelerators and switches the
 * machine was given; where they do not, none can be missed.
 */
#include <errno.h>
#include <stdlib.h>

#include <kselftest_harness.h>
#include "mesh.h"
#include "pci.h"

#define SECONDS 240

/* MSI-X vectors that a driver takes: events and queues, or events alone */
#define ACCEL_VECTORS  2
#define SWITCH_VECTORS 1

/* Each accelerator's own line in the page of every other */
#define LINE 64

/* What accelerator @src writes into the memory of @dst */
static __u64 word(int src, int dst)
{
	return 0x6d65736800000000ull | (__u64)src << 16 | dst;
}

/* A number of the environment, or -1 */
static int told(const char *name)
{
	const char *text = getenv(name);

	return text && *text ? atoi(text) : -1;
}

FIXTURE(machine)
{
	struct nl nl;
	struct fabric *fabric;
	struct accel accels[ACCEL_MAX];
};

FIXTURE_SETUP(machine)
{
	self->nl.fd = -1;
	if (told("TRN4_COUNT") < 0 || told("TRN4_SWITCHES") < 0)
		SKIP(return, "needs TRN4_COUNT and TRN4_SWITCHES");
	ASSERT_EQ(0, nl_open(&self->nl));
	self->fabric = malloc(sizeof(*self->fabric));
	ASSERT_NE(NULL, self->fabric);
	ASSERT_EQ(0, fabric_load(&self->nl, self->fabric));
}

FIXTURE_TEARDOWN(machine)
{
	free(self->fabric);
	if (self->nl.fd >= 0)
		nl_close(&self->nl);
}

TEST_F(machine, is_whole)
{
	const struct fabric *f = self->fabric;
	int count = told("TRN4_COUNT"), switches = told("TRN4_SWITCHES"), i;

	ASSERT_EQ(count, accel_scan(self->accels, ACCEL_MAX));
	ASSERT_EQ(count, f->endpoint_count);
	ASSERT_EQ(switches, f->switch_count);
	for (i = 0; i < count; i++)
		EXPECT_EQ(ACCEL_VECTORS, pci_vectors(self->accels[i].device))
	TH_LOG("accelerator %s", self->accels[i].device);
	for (i = 0; i < switches; i++)
		EXPECT_EQ(SWITCH_VECTORS, pci_vectors(f->switches[i].device))
	TH_LOG("switch %s", f->switches[i].device);
}

FIXTURE(mesh)
{
	struct mesh *mesh;
};

FIXTURE_SETUP(mesh)
{
	int ret;

	self->mesh = calloc(1, sizeof(*self->mesh));
	ASSERT_NE(NULL, self->mesh);
	ret = mesh_begin(self->mesh, 2);
	if (ret == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, ret);
}

FIXTURE_TEARDOWN(mesh)
{
	mesh_end(self->mesh);
	free(self->mesh);
}

TEST_F_TIMEOUT(mesh, all_pairs, SECONDS)
{
	struct mesh *mesh = self->mesh;
	int count = mesh->rig.count, src, dst, wrong = 0;
	struct fabric_whole whole;
	__u64 *line;

	ASSERT_EQ(0, fabric_whole(&mesh->rig.nl, &whole));
	EXPECT_EQ(count * (count - 1), whole.reached);
	for (src = 0; src < count; src++) {
		for (dst = 0; dst < count; dst++) {
			if (src == dst)
				continue;
			ASSERT_EQ(0, mesh_window(mesh, src, dst))
			TH_LOG("from %d to %d", src, dst);
			line = mesh->map[src][dst] + src * LINE;
			*line = word(src, dst);
		}
	}
	EXPECT_EQ(count * (count - 1), mesh->windows);
	TH_LOG("%d accelerators, %u windows at once", count, mesh->windows);

	/* As the owner sees it, and as it was written */
	for (src = 0; src < count; src++) {
		for (dst = 0; dst < count; dst++) {
			if (src == dst)
				continue;
			line = mesh->bo[dst].map + src * LINE;
			wrong += *line != word(src, dst);
			line = mesh->map[src][dst] + src * LINE;
			wrong += *line != word(src, dst);
		}
	}
	EXPECT_EQ(0, wrong);

	/* Every line but those is as it was given out: zero */
	for (dst = 0; dst < count; dst++) {
		line = mesh->bo[dst].map + dst * LINE;
		EXPECT_EQ(0, *line);
		EXPECT_EQ(PAGE - ACCEL_MAX * LINE,
			  first_not(mesh->bo[dst].map + ACCEL_MAX * LINE,
				    PAGE - ACCEL_MAX * LINE, 0));
	}
}

TEST_HARNESS_MAIN
