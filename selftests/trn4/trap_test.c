// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trap_test.c - windows of which each access is counted: devices with
 * windows=trap.
 */
#include <errno.h>

#include <kselftest_harness.h>
#include "cmdline.h"
#include "mesh.h"
#include "port.h"
#include "word.h"

#define STORES 100
#define LOADS  40
#define WORD   sizeof(__u64)

FIXTURE(trap)
{
	struct mesh *mesh;
	__u32 a, b;
};

FIXTURE_SETUP(trap)
{
	int ret;

	/* Whoever has made such devices says so to the guest. */
	if (!cmdline_has("guest.trap=1"))
		SKIP(return, "needs devices that trap: vm/check trap");
	self->mesh = calloc(1, sizeof(*self->mesh));
	ASSERT_NE(NULL, self->mesh);
	ret = mesh_begin(self->mesh, 2);
	if (ret == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, ret);
	self->a = self->mesh->rig.accels[0].id;
	self->b = self->mesh->rig.accels[1].id;
}

FIXTURE_TEARDOWN(trap)
{
	if (!self->mesh)
		return;
	mesh_end(self->mesh);
	free(self->mesh);
}

/* What the ports of an endpoint have counted since @before */
static int counted(struct nl *nl, __u32 id, const struct port_counters *before,
		   struct port_counters *since)
{
	int ret = port_counters_sum(nl, NVLF_OWNER_ENDPOINT, id, since);

	since->tx_bytes -= before->tx_bytes;
	since->rx_bytes -= before->rx_bytes;
	since->tx_packets -= before->tx_packets;
	since->rx_packets -= before->rx_packets;
	return ret;
}

/*
 * A store is a packet with its data; a load one without, and one with the data
 * that comes back.
 */
TEST_F(trap, each_access_is_counted)
{
	struct port_counters none = {}, a = {}, b = {}, a0 = {}, b0 = {};
	struct nl *nl = &self->mesh->rig.nl;
	__u64 sum = 0;
	void *map;
	int i;

	ASSERT_EQ(0, mesh_window(self->mesh, 0, 1));
	map = self->mesh->map[0][1];
	ASSERT_EQ(0, counted(nl, self->a, &none, &a0));
	ASSERT_EQ(0, counted(nl, self->b, &none, &b0));

	for (i = 0; i < STORES; i++)
		word_set(map, i, i);
	for (i = 0; i < LOADS; i++)
		sum += word_get(map, i);
	EXPECT_EQ(LOADS * (LOADS - 1) / 2, sum);

	ASSERT_EQ(0, counted(nl, self->a, &a0, &a));
	ASSERT_EQ(0, counted(nl, self->b, &b0, &b));
	EXPECT_EQ(STORES + LOADS, a.tx_packets);
	EXPECT_EQ(STORES * WORD, a.tx_bytes);
	EXPECT_EQ(LOADS, a.rx_packets);
	EXPECT_EQ(LOADS * WORD, a.rx_bytes);
	EXPECT_EQ(a.tx_packets, b.rx_packets);
	EXPECT_EQ(a.tx_bytes, b.rx_bytes);
	EXPECT_EQ(a.rx_packets, b.tx_packets);
	EXPECT_EQ(a.rx_bytes, b.tx_bytes);
}

TEST_HARNESS_MAIN
