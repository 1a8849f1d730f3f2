// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netlink_set_test.c - routes and partitions by netlink: set, get, dump, delete;
 * bitmaps of ports that are refused; and who may do it.
 */
#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "caps.h"
#include "fabric.h"

#define PARTS_MAX 64 /* that a switch has */

FIXTURE(set)
{
	struct nl nl;
	struct fabric *fabric;
	__u32 sw, target; /* that are there */
	__u8 ports[9];    /* of sw, that lead to target */
};

FIXTURE_SETUP(set)
{
	struct fabric *f;
	unsigned int i;
	int ret = fabric_begin(&self->nl, &self->fabric, 1);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 1);
	ASSERT_EQ(0, ret);
	f = self->fabric;
	self->sw = f->switches[f->switch_count - 1].id;
	self->target = f->endpoints[f->endpoint_count - 1].id;
	for (i = 0; i < f->port_count; i++)
		if (f->ports[i].owner == NVLF_OWNER_SWITCH &&
		    f->ports[i].owner_id == self->sw &&
		    f->ports[i].partner == NVLF_OWNER_ENDPOINT &&
		    f->ports[i].partner_id == self->target)
			bit_set(self->ports, f->ports[i].index);
}

FIXTURE_TEARDOWN(set)
{
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
}

/* ---- Reading back ---- */

static int on_route(const struct nl_reply *reply, void *priv)
{
	return reply->cmd == NVLF_CMD_ROUTE_GET ?
		       fabric_parse_route(reply, priv) :
		       -EBADMSG;
}

static int on_partition(const struct nl_reply *reply, void *priv)
{
	return reply->cmd == NVLF_CMD_PARTITION_GET ?
		       fabric_parse_partition(reply, priv) :
		       -EBADMSG;
}

static int get_route(struct nl *nl, __u32 sw, __u32 target,
		     struct fabric_route *route)
{
	struct nl_request req;

	memset(route, 0, sizeof(*route));
	nl_request(&req, NVLF_CMD_ROUTE_GET);
	nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, sw);
	nl_put_u32(&req, NVLF_A_ROUTE_TARGET_ID, target);
	return nl_do(nl, &req, on_route, route);
}

static int get_partition(struct nl *nl, __u32 id,
			 struct fabric_partition *partition)
{
	struct nl_request req;

	memset(partition, 0, sizeof(*partition));
	nl_request(&req, NVLF_CMD_PARTITION_GET);
	nl_put_u32(&req, NVLF_A_PARTITION_ID, id);
	return nl_do(nl, &req, on_partition, partition);
}

static int on_switch(const struct nl_reply *reply, void *priv)
{
	return fabric_parse_switch(reply, priv);
}

/* Routes that the switch says it has */
static int route_count(struct nl *nl, __u32 sw)
{
	struct fabric_switch s;
	struct nl_request req;
	int ret;

	nl_request(&req, NVLF_CMD_SWITCH_GET);
	nl_put_u32(&req, NVLF_A_SWITCH_ID, sw);
	ret = nl_do(nl, &req, on_switch, &s);
	return ret ? ret : (int)s.routes;
}

/* ---- Routes ---- */

TEST_F(set, route)
{
	struct fabric_route route, list[4];

	EXPECT_EQ(-ENOENT,
		  get_route(&self->nl, self->sw, self->target, &route));
	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, self->target,
				      self->ports, sizeof(self->ports)));
	ASSERT_EQ(0, get_route(&self->nl, self->sw, self->target, &route));
	EXPECT_EQ(self->sw, route.switch_id);
	EXPECT_EQ(self->target, route.target);
	EXPECT_EQ(0, memcmp(route.ports, self->ports, sizeof(self->ports)));
	EXPECT_EQ(1, route_count(&self->nl, self->sw));
	ASSERT_EQ(1, fabric_routes(&self->nl, list, 4));
	EXPECT_EQ(0, memcmp(&route, &list[0], sizeof(route)));

	ASSERT_EQ(0, fabric_unroute(&self->nl, self->sw, self->target));
	EXPECT_EQ(-ENOENT,
		  get_route(&self->nl, self->sw, self->target, &route));
	EXPECT_EQ(0, route_count(&self->nl, self->sw));
	EXPECT_EQ(0, fabric_routes(&self->nl, list, 4));
}

TEST_F(set, route_replaced)
{
	struct fabric_route route;
	__u8 one[9] = { 0 };
	int i;

	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, self->target,
				      self->ports, sizeof(self->ports)));
	for (i = 0; i < 72 && !bit_is(self->ports, i); i++)
		;
	bit_set(one, i);
	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, self->target, one,
				      sizeof(one)));
	ASSERT_EQ(0, get_route(&self->nl, self->sw, self->target, &route));
	EXPECT_EQ(0, memcmp(route.ports, one, sizeof(one)));
	EXPECT_EQ(1, route_count(&self->nl, self->sw));
}

/* A bitmap may be shorter than all ports, and longer where that is zeroes */
TEST_F(set, route_lengths)
{
	__u8 ports[NVLF_PORTS_LEN_MAX] = { 0 };
	struct fabric_route route;
	size_t need = 0, len;
	int i;

	for (i = 0; i < 72; i++)
		if (bit_is(self->ports, i))
			need = i / 8 + 1;
	memcpy(ports, self->ports, sizeof(self->ports));
	for (len = need; len <= NVLF_PORTS_LEN_MAX; len++) {
		EXPECT_EQ(0, fabric_set_route(&self->nl, self->sw, self->target,
					      ports, len))
		{
			TH_LOG("%zu bytes: %s", len, self->nl.text);
		}
		ASSERT_EQ(0,
			  get_route(&self->nl, self->sw, self->target, &route));
		EXPECT_EQ(0, memcmp(route.ports, ports, sizeof(ports)));
	}
}

/* Each switch has its own, and a dump of one leaves the others out */
TEST_F(set, routes_of_one_switch)
{
	const struct fabric *f = self->fabric;
	struct fabric_route route;
	struct nl_request req;
	unsigned int i, k;

	if (f->switch_count < 2)
		SKIP(return, "needs two switches");
	for (i = 0; i < f->endpoint_count; i++)
		ASSERT_EQ(0,
			  fabric_route_all(&self->nl, f, f->endpoints[i].id));
	EXPECT_EQ((int)(f->switch_count * f->endpoint_count),
		  fabric_routes(&self->nl, &route, 1));
	for (k = 0; k < f->switch_count; k++) {
		memset(&route, 0, sizeof(route));
		nl_request(&req, NVLF_CMD_ROUTE_GET);
		nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, f->switches[k].id);
		ASSERT_EQ(0, nl_dump(&self->nl, &req, on_route, &route));
		EXPECT_EQ(f->switches[k].id, route.switch_id);
		EXPECT_EQ((int)f->endpoint_count,
			  route_count(&self->nl, f->switches[k].id));
	}
	nl_request(&req, NVLF_CMD_ROUTE_GET);
	nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, 77);
	EXPECT_GT(0, nl_dump(&self->nl, &req, on_route, &route));
	EXPECT_STRNE("", self->nl.text);
}

/* The route that stands must be as it was after each request that fails */
#define EXPECT_ROUTE_KEPT() \
	do { \
		struct fabric_route __route; \
\
		EXPECT_EQ(0, get_route(&self->nl, self->sw, self->target, \
				       &__route)); \
		EXPECT_EQ(0, memcmp(__route.ports, self->ports, \
				    sizeof(self->ports))); \
		EXPECT_EQ(1, fabric_routes(&self->nl, &__route, 1)); \
	} while (0)

TEST_F(set, route_bad_ports)
{
	__u8 ports[NVLF_PORTS_LEN_MAX + 8] = { 0 };
	/* clang-format off */
	static const struct {
		size_t len;
		int bit;
	} cases[] = {
		{ 0, -1 },			/* no bytes */
		{ 1, -1 }, { 9, -1 },		/* no bits */
		{ NVLF_PORTS_LEN_MAX, -1 },
		{ 10, 72 }, { 10, 79 },		/* beyond the last port */
		{ 64, 511 },
		{ NVLF_PORTS_LEN_MAX, 8 * NVLF_PORTS_LEN_MAX - 1 },
		{ NVLF_PORTS_LEN_MAX + 8, 0 },	/* too long */
	};
	/* clang-format on */
	struct nl_request req;
	unsigned int i;
	__u32 at;

	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, self->target,
				      self->ports, sizeof(self->ports)));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(ports, 0, sizeof(ports));
		/* A good port beside the bad one does not help */
		if (cases[i].bit > 0)
			memcpy(ports, self->ports, sizeof(self->ports));
		if (cases[i].bit >= 0)
			bit_set(ports, cases[i].bit);
		nl_request(&req, NVLF_CMD_ROUTE_SET);
		nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, self->sw);
		nl_put_u32(&req, NVLF_A_ROUTE_TARGET_ID, self->target);
		at = nl_put(&req, NVLF_A_ROUTE_PORTS, ports, cases[i].len);
		EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL))
		{
			TH_LOG("case %u", i);
		}
		EXPECT_EQ(at, self->nl.offset);
		EXPECT_STRNE("", self->nl.text);
		EXPECT_ROUTE_KEPT();
	}
}

/* Ports are not asked for */
TEST_F(set, route_del_bad)
{
	struct nl_request req;
	__u32 at;

	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, self->target,
				      self->ports, sizeof(self->ports)));
	nl_request(&req, NVLF_CMD_ROUTE_DEL);
	nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, self->sw);
	nl_put_u32(&req, NVLF_A_ROUTE_TARGET_ID, self->target);
	at = nl_put(&req, NVLF_A_ROUTE_PORTS, self->ports, sizeof(self->ports));
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(at, self->nl.offset);
	EXPECT_ROUTE_KEPT();
}

/* ---- Partitions ---- */

TEST_F(set, partition)
{
	static const __u32 ids[] = { 1, 2, 1000, NVLF_PARTITION_MAX };
	const __u32 members[] = { self->target, 0, 64, 1023, NVLF_TARGET_MAX };
	struct fabric_partition part, list[8];
	unsigned int i, k, m;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		EXPECT_EQ(-ENOENT, get_partition(&self->nl, ids[i], &part));
		ASSERT_EQ(0, fabric_set_partition(&self->nl, ids[i], members,
						  ARRAY_SIZE(members)));
		ASSERT_EQ(0, get_partition(&self->nl, ids[i], &part));
		EXPECT_EQ(ids[i], part.id);
		for (k = 0; k <= NVLF_TARGET_MAX; k++) {
			for (m = 0; m < ARRAY_SIZE(members); m++)
				if (k == members[m])
					break;
			EXPECT_EQ(m < ARRAY_SIZE(members),
				  bit_is(part.members, k));
		}
		EXPECT_EQ((int)i + 1, fabric_partitions(&self->nl, list, 8));
	}
	/* A set replaces */
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 2, &members[2], 1));
	ASSERT_EQ(0, get_partition(&self->nl, 2, &part));
	for (k = 0; k <= NVLF_TARGET_MAX; k++)
		EXPECT_EQ(k == 64, bit_is(part.members, k));
	EXPECT_EQ(ARRAY_SIZE(ids), fabric_partitions(&self->nl, list, 8));
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		EXPECT_EQ(0, fabric_del_partition(&self->nl, ids[i]));
		EXPECT_EQ(-ENOENT, fabric_del_partition(&self->nl, ids[i]));
		EXPECT_STRNE("", self->nl.text);
	}
	EXPECT_EQ(0, fabric_partitions(&self->nl, list, 8));
}

TEST_F(set, partition_until_none_is_left)
{
	struct fabric_partition list[2 * PARTS_MAX];
	__u32 id;
	int ret = 0;

	for (id = 1; id <= 2 * PARTS_MAX && !ret; id++)
		ret = fabric_set_partition(&self->nl, 100 * id, &self->target,
					   1);
	EXPECT_EQ(-ENOSPC, ret);
	EXPECT_STRNE("", self->nl.text);
	EXPECT_EQ(PARTS_MAX, fabric_partitions(&self->nl, list, 2 * PARTS_MAX));
	/* Those that are there can still be changed, and one more after a del */
	EXPECT_EQ(0, fabric_set_partition(&self->nl, 100, &self->target, 1));
	EXPECT_EQ(0, fabric_del_partition(&self->nl, 200));
	EXPECT_EQ(0, fabric_set_partition(&self->nl, 5, &self->target, 1));
	EXPECT_EQ(-ENOSPC,
		  fabric_set_partition(&self->nl, 6, &self->target, 1));
}

/* ---- Who may ---- */

/* In a child without capabilities; returns the first step that went wrong */
static int without_caps(const struct fabric *f, __u32 sw, __u32 target,
			const __u8 *ports)
{
	struct fabric_partition part;
	struct fabric_route route;
	struct fabric *copy;
	struct nl nl;

	if (drop_caps())
		return 1;
	if (nl_open(&nl))
		return 2;
	if (fabric_set_route(&nl, sw, target, ports, 9) != -EPERM)
		return 3;
	if (fabric_unroute(&nl, sw, target) != -EPERM)
		return 4;
	if (fabric_set_partition(&nl, 2, &target, 1) != -EPERM)
		return 5;
	if (fabric_del_partition(&nl, 1) != -EPERM)
		return 6;
	/* Anyone may read */
	copy = malloc(sizeof(*copy));
	if (!copy || fabric_load(&nl, copy) ||
	    copy->port_count != f->port_count)
		return 7;
	if (fabric_routes(&nl, &route, 1) != 1 ||
	    get_route(&nl, sw, target, &route))
		return 8;
	if (fabric_partitions(&nl, &part, 1) != 1 ||
	    get_partition(&nl, 1, &part))
		return 9;
	return nl_listen(&nl) ? 10 : 0;
}

TEST_F(set, needs_net_admin)
{
	int status;
	pid_t child;

	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, self->target,
				      self->ports, sizeof(self->ports)));
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 1, &self->target, 1));
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(without_caps(self->fabric, self->sw, self->target,
				   self->ports));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status)
	{
		TH_LOG("step %d", WEXITSTATUS(status));
	}
	EXPECT_EQ(1, route_count(&self->nl, self->sw));
}

/* All capabilities, but of a user namespace of one's own */
static int in_own_namespace(__u32 target)
{
	struct nl nl;

	if (unshare(CLONE_NEWUSER))
		return KSFT_SKIP;
	if (nl_open(&nl))
		return 1;
	return fabric_set_partition(&nl, 2, &target, 1) == -EPERM ? 0 : 2;
}

TEST_F(set, needs_initial_namespace)
{
	struct fabric_partition part;
	int status;
	pid_t child;

	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(in_own_namespace(self->target));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	if (WIFEXITED(status) && WEXITSTATUS(status) == KSFT_SKIP)
		SKIP(return, "no user namespaces");
	EXPECT_EQ(0, status)
	{
		TH_LOG("step %d", WEXITSTATUS(status));
	}
	EXPECT_EQ(0, fabric_partitions(&self->nl, &part, 1));
}

TEST_HARNESS_MAIN
