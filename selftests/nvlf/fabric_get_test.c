// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric_get_test.c - what fabric-get says of the fabric as a whole: sums that
 * agree with what the objects say, and a generation that counts changes.
 */
#include <errno.h>

#include <kselftest_harness.h>
#include "fabric.h"

FIXTURE(whole)
{
	struct nl nl;
	struct fabric *fabric;
};

FIXTURE_SETUP(whole)
{
	int ret = fabric_begin(&self->nl, &self->fabric, 2);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 2);
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, fabric_clear(&self->nl));
}

FIXTURE_TEARDOWN(whole)
{
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
}

TEST_F(whole, sums)
{
	const struct fabric *f = self->fabric;
	__u32 n = f->endpoint_count;
	__u32 absent[2] = { f->endpoints[0].id, NVLF_TARGET_MAX };
	struct fabric_whole w;

	ASSERT_EQ(0, fabric_whole(&self->nl, &w));
	EXPECT_EQ(n, w.endpoints);
	EXPECT_EQ(f->switch_count, w.switches);
	EXPECT_EQ(0, w.routes + w.partitions + w.groups + w.pairs + w.reached);
	EXPECT_EQ(NVLF_MANAGER_STATE_OFFLINE, w.manager);

	ASSERT_EQ(0, fabric_open_all(&self->nl, f));
	ASSERT_EQ(0, fabric_whole(&self->nl, &w));
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
	ASSERT_EQ(0, fabric_whole(&self->nl, &w));
	EXPECT_EQ(3, w.partitions);
	EXPECT_EQ(n * (n - 1), w.pairs);

	/* Nobody has a route to the first any more, and all should */
	ASSERT_EQ(0, fabric_unroute_all(&self->nl, f, f->endpoints[0].id));
	ASSERT_EQ(0, fabric_whole(&self->nl, &w));
	EXPECT_EQ((n - 1) * f->switch_count, w.routes);
	EXPECT_EQ(n * (n - 1), w.pairs);
	EXPECT_EQ((n - 1) * (n - 1), w.reached);
}

TEST_F(whole, generation)
{
	__u32 id = self->fabric->endpoints[0].id;
	struct fabric_whole before, after;

	ASSERT_EQ(0, fabric_whole(&self->nl, &before));
	EXPECT_NE(0, before.generation);
	/* Neither reading nor what is refused counts */
	EXPECT_EQ(-ENOENT, fabric_del_partition(&self->nl, 9));
	ASSERT_EQ(0, fabric_whole(&self->nl, &after));
	EXPECT_EQ(before.generation, after.generation);
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 9, &id, 1));
	ASSERT_EQ(0, fabric_whole(&self->nl, &after));
	EXPECT_LT(before.generation, after.generation);
	/* Nor does what is so already */
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 9, &id, 1));
	ASSERT_EQ(0, fabric_whole(&self->nl, &before));
	EXPECT_EQ(before.generation, after.generation);
}

/* ---- What sets and dels are answered with ---- */

struct answer {
	__u8 cmd;
	__u16 type; /* of the attribute */
	unsigned int count;
	__u32 generation;
};

static int on_answer(const struct nl_reply *reply, void *priv)
{
	struct answer *a = priv;

	if (reply->cmd != a->cmd)
		return -EBADMSG;
	a->count++;
	return nl_get_u32(reply, a->type, &a->generation);
}

/* All sets and dels, in an order in which each succeeds */
static const struct asked {
	const char *name;
	__u8 cmd;
	__u16 type;   /* of the generation in its reply */
	bool changes; /* as it is not so already */
} asked[] = {
	/* clang-format off */
	{ "route", NVLF_CMD_ROUTE_SET, NVLF_A_ROUTE_GENERATION, true },
	{ "same route", NVLF_CMD_ROUTE_SET, NVLF_A_ROUTE_GENERATION, false },
	{ "same table", NVLF_CMD_ROUTE_TABLE_SET, NVLF_A_ROUTE_GENERATION,
	  false },
	{ "partition", NVLF_CMD_PARTITION_SET, NVLF_A_PARTITION_GENERATION,
	  true },
	{ "same partition", NVLF_CMD_PARTITION_SET,
	  NVLF_A_PARTITION_GENERATION, false },
	{ "group", NVLF_CMD_GROUP_SET, NVLF_A_GROUP_GENERATION, true },
	{ "same group", NVLF_CMD_GROUP_SET, NVLF_A_GROUP_GENERATION, false },
	{ "no group", NVLF_CMD_GROUP_DEL, NVLF_A_GROUP_GENERATION, true },
	{ "no partition", NVLF_CMD_PARTITION_DEL, NVLF_A_PARTITION_GENERATION,
	  true },
	{ "no route", NVLF_CMD_ROUTE_DEL, NVLF_A_ROUTE_GENERATION, true },
	{ "table", NVLF_CMD_ROUTE_TABLE_SET, NVLF_A_ROUTE_GENERATION, true },
	/* clang-format on */
};

static void ask_for(struct nl_request *req, __u8 cmd, __u32 sw)
{
	static const __u8 ports[FABRIC_PORTS_LEN] = { 1 };

	nl_request(req, cmd);
	switch (cmd) {
	case NVLF_CMD_ROUTE_SET:
	case NVLF_CMD_ROUTE_DEL:
		if (cmd == NVLF_CMD_ROUTE_SET)
			nl_put(req, NVLF_A_ROUTE_PORTS, ports, sizeof(ports));
		nl_put_u32(req, NVLF_A_ROUTE_SWITCH_ID, sw);
		nl_put_u32(req, NVLF_A_ROUTE_TARGET_ID, 7);
		break;
	case NVLF_CMD_ROUTE_TABLE_SET:
		fabric_table(req, sw, false);
		fabric_table_entry(req, 7, ports);
		break;
	case NVLF_CMD_PARTITION_SET:
	case NVLF_CMD_PARTITION_DEL:
		if (cmd == NVLF_CMD_PARTITION_SET)
			nl_put(req, NVLF_A_PARTITION_MEMBERS, ports, 1);
		nl_put_u32(req, NVLF_A_PARTITION_ID, 9);
		break;
	case NVLF_CMD_GROUP_SET:
	case NVLF_CMD_GROUP_DEL:
		if (cmd == NVLF_CMD_GROUP_SET) {
			nl_put_u32(req, NVLF_A_GROUP_PARTITION_ID, 9);
			nl_put(req, NVLF_A_GROUP_MEMBERS, ports, 1);
		}
		nl_put_u32(req, NVLF_A_GROUP_ID, 4);
		break;
	}
}

TEST_F(whole, answered_with_generation)
{
	__u32 sw = self->fabric->switches[0].id;
	struct fabric_whole before, after;
	struct nl_request req;
	unsigned int i;

	ASSERT_EQ(0, fabric_whole(&self->nl, &before));
	for (i = 0; i < ARRAY_SIZE(asked); i++) {
		struct answer a = {
			.cmd = asked[i].cmd,
			.type = asked[i].type,
		};

		ask_for(&req, a.cmd, sw);
		EXPECT_EQ(0, nl_do(&self->nl, &req, on_answer, &a))
		{
			TH_LOG("%s: %s", asked[i].name, self->nl.text);
		}
		EXPECT_EQ(1, a.count)
		{
			TH_LOG("%s", asked[i].name);
		}
		ASSERT_EQ(0, fabric_whole(&self->nl, &after));
		EXPECT_EQ(after.generation, a.generation);
		EXPECT_EQ(before.generation + asked[i].changes, a.generation)
		{
			TH_LOG("%s", asked[i].name);
		}
		before = after;
	}
	/* What is refused is answered with its error alone */
	for (i = 0; i < ARRAY_SIZE(asked); i++) {
		struct answer a = { .cmd = asked[i].cmd };

		nl_request(&req, a.cmd);
		EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, on_answer, &a));
		EXPECT_EQ(0, a.count);
	}
}

/* There is but one, which is no list */
TEST_F(whole, no_dump)
{
	struct answer a = { .cmd = NVLF_CMD_FABRIC_GET };
	struct nl_request req;

	nl_request(&req, a.cmd);
	EXPECT_EQ(-EOPNOTSUPP, nl_dump(&self->nl, &req, on_answer, &a));
	EXPECT_EQ(0, a.count);
}

TEST_HARNESS_MAIN
