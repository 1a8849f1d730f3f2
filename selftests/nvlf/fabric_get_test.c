// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric_get_test.c - what fabric-get says of the fabric as a whole: sums that
 * agree with what the objects say, and a generation that counts changes.
 */
#include <errno.h>

#include <kselftest_harness.h>
#include "fabric.h"

/* What fabric-get says */
struct whole {
	__u32 generation, endpoints, switches, routes, partitions;
	__u32 groups, pairs, reached, manager;
};

FIXTURE(whole)
{
	struct nl nl;
	struct fabric *fabric;
};

FIXTURE_SETUP(whole)
{
	int ret = nl_open(&self->nl);

	if (ret == -ENOENT)
		SKIP(return, "there is no family nvlf");
	ASSERT_EQ(0, ret);
	self->fabric = malloc(sizeof(*self->fabric));
	ASSERT_NE(NULL, self->fabric);
	ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
	if (self->fabric->endpoint_count < 2 || !self->fabric->switch_count)
		SKIP(return, "needs two endpoints and a switch");
	ASSERT_EQ(0, fabric_clear(&self->nl));
}

FIXTURE_TEARDOWN(whole)
{
	EXPECT_EQ(0, fabric_clear(&self->nl));
	free(self->fabric);
	nl_close(&self->nl);
}

static int on_fabric(const struct nl_reply *reply, void *priv)
{
	struct whole *w = priv;

	if (reply->cmd != NVLF_CMD_FABRIC_GET ||
	    nl_get_u32(reply, NVLF_A_FABRIC_GENERATION, &w->generation) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_ENDPOINTS, &w->endpoints) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_SWITCHES, &w->switches) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_ROUTES, &w->routes) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_PARTITIONS, &w->partitions) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_GROUPS, &w->groups) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_PAIRS, &w->pairs) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_PAIRS_REACHED, &w->reached) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_MANAGER, &w->manager))
		return -EBADMSG;
	return 0;
}

static int get(struct nl *nl, struct whole *whole)
{
	struct nl_request req;

	memset(whole, 0, sizeof(*whole));
	nl_request(&req, NVLF_CMD_FABRIC_GET);
	return nl_do(nl, &req, on_fabric, whole);
}

TEST_F(whole, sums)
{
	const struct fabric *f = self->fabric;
	__u32 n = f->endpoint_count;
	__u32 absent[2] = { f->endpoints[0].id, NVLF_TARGET_MAX };
	struct whole w;

	ASSERT_EQ(0, get(&self->nl, &w));
	EXPECT_EQ(n, w.endpoints);
	EXPECT_EQ(f->switch_count, w.switches);
	EXPECT_EQ(0, w.routes + w.partitions + w.groups + w.pairs + w.reached);
	EXPECT_EQ(NVLF_MANAGER_STATE_OFFLINE, w.manager);

	ASSERT_EQ(0, fabric_open_all(&self->nl, f));
	ASSERT_EQ(0, get(&self->nl, &w));
	EXPECT_EQ(n * f->switch_count, w.routes);
	EXPECT_EQ(1, w.partitions);
	EXPECT_EQ(n * (n - 1), w.pairs);
	EXPECT_EQ(n * (n - 1), w.reached);

	/* Who is in two partitions with another is so once; who is not there
	 * makes no pair
	 */
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 2,
					  (__u32[]) { f->endpoints[0].id,
						      f->endpoints[1].id },
					  2));
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 3, absent, 2));
	ASSERT_EQ(0, get(&self->nl, &w));
	EXPECT_EQ(3, w.partitions);
	EXPECT_EQ(n * (n - 1), w.pairs);

	/* Nobody has a route to the first any more, and all should */
	ASSERT_EQ(0, fabric_unroute_all(&self->nl, f, f->endpoints[0].id));
	ASSERT_EQ(0, get(&self->nl, &w));
	EXPECT_EQ((n - 1) * f->switch_count, w.routes);
	EXPECT_EQ(n * (n - 1), w.pairs);
	EXPECT_EQ((n - 1) * (n - 1), w.reached);
}

TEST_F(whole, generation)
{
	__u32 id = self->fabric->endpoints[0].id;
	struct whole before, after;

	ASSERT_EQ(0, get(&self->nl, &before));
	EXPECT_NE(0, before.generation);
	/* Neither reading nor what is refused counts */
	EXPECT_EQ(-ENOENT, fabric_del_partition(&self->nl, 9));
	ASSERT_EQ(0, get(&self->nl, &after));
	EXPECT_EQ(before.generation, after.generation);
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 9, &id, 1));
	ASSERT_EQ(0, get(&self->nl, &after));
	EXPECT_LT(before.generation, after.generation);
	/* Nor does what is so already */
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 9, &id, 1));
	ASSERT_EQ(0, get(&self->nl, &before));
	EXPECT_EQ(before.generation, after.generation);
}

/* There is but one, which is no list */
TEST_F(whole, no_dump)
{
	struct nl_request req;
	struct whole w;

	nl_request(&req, NVLF_CMD_FABRIC_GET);
	EXPECT_EQ(-EOPNOTSUPP, nl_dump(&self->nl, &req, on_fabric, &w));
}

TEST_HARNESS_MAIN
