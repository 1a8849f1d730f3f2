// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netlink_set_test.c - routes and partitions by netlink: set, get, dump, delete; every
 * attribute's bad values, with nothing changed by a request that fails; and
 * who may do it.
 */
#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "caps.h"
#include "fabric.h"

#define PARTS_MAX 64 /* that a switch has */
#define TWICE     "attribute given twice"

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
	int ret = nl_open(&self->nl);

	if (ret == -ENOENT)
		SKIP(return, "there is no family nvlf");
	ASSERT_EQ(0, ret);
	f = malloc(sizeof(*f));
	ASSERT_NE(NULL, f);
	self->fabric = f;
	ASSERT_EQ(0, fabric_load_trained(&self->nl, f));
	if (!f->endpoint_count || !f->switch_count)
		SKIP(return, "needs endpoints and switches");
	ASSERT_EQ(0, fabric_clear(&self->nl));
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
	EXPECT_EQ(0, fabric_clear(&self->nl));
	free(self->fabric);
	nl_close(&self->nl);
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

/*
 * A request for route-set of which one attribute is left out (@without) or
 * replaced (@type by @data). Returns the kernel's answer; *at is where the
 * replaced attribute was.
 */
struct broken {
	__u16 without, type;
	const void *data;
	size_t len;
};

static int route_set(struct nl *nl, const struct broken *b, __u32 sw,
		     __u32 target, const __u8 *ports, __u32 *at)
{
	const struct {
		__u16 type;
		const void *data;
		size_t len;
	} attrs[] = {
		{ NVLF_A_ROUTE_SWITCH_ID, &sw, 4 },
		{ NVLF_A_ROUTE_TARGET_ID, &target, 4 },
		{ NVLF_A_ROUTE_PORTS, ports, 9 },
	};
	struct nl_request req;
	unsigned int i;

	*at = 0;
	nl_request(&req, NVLF_CMD_ROUTE_SET);
	for (i = 0; i < 3; i++) {
		if (attrs[i].type == b->without)
			continue;
		if (attrs[i].type == b->type)
			*at = nl_put(&req, b->type, b->data, b->len);
		else
			nl_put(&req, attrs[i].type, attrs[i].data,
			       attrs[i].len);
	}
	return nl_do(nl, &req, NULL, NULL);
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

TEST_F(set, route_missing_attributes)
{
	struct broken broken = { 0 };
	__u32 at;

	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, self->target,
				      self->ports, sizeof(self->ports)));
	for (broken.without = NVLF_A_ROUTE_SWITCH_ID;
	     broken.without <= NVLF_A_ROUTE_PORTS; broken.without++) {
		EXPECT_EQ(-EINVAL, route_set(&self->nl, &broken, self->sw,
					     self->target, self->ports, &at));
		EXPECT_EQ(broken.without, self->nl.missing);
		EXPECT_ROUTE_KEPT();
	}
}

TEST_F(set, route_wrong_sizes)
{
	static const __u8 zeroes[16];
	static const size_t sizes[] = { 0, 1, 3, 5, 8, 16 };
	struct broken broken = { .data = zeroes };
	unsigned int i;
	__u32 at;

	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, self->target,
				      self->ports, sizeof(self->ports)));
	for (broken.type = NVLF_A_ROUTE_SWITCH_ID;
	     broken.type <= NVLF_A_ROUTE_TARGET_ID; broken.type++)
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			broken.len = sizes[i];
			EXPECT_GT(0, route_set(&self->nl, &broken, self->sw,
					       self->target, self->ports, &at));
			EXPECT_EQ(at, self->nl.offset);
			EXPECT_STRNE("", self->nl.text);
			EXPECT_ROUTE_KEPT();
		}
}

TEST_F(set, route_bad_ids)
{
	const __u32 absent = 77, high = NVLF_TARGET_MAX + 1, ones = ~0u;
	const struct {
		__u16 type;
		const __u32 *value;
		int ret;
	} cases[] = {
		{ NVLF_A_ROUTE_SWITCH_ID, &absent, 0 },
		{ NVLF_A_ROUTE_SWITCH_ID, &ones, 0 },
		{ NVLF_A_ROUTE_TARGET_ID, &high, -ERANGE },
		{ NVLF_A_ROUTE_TARGET_ID, &ones, -ERANGE },
	};
	struct broken broken = { .len = 4 };
	unsigned int i;
	__u32 at;
	int ret;

	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, self->target,
				      self->ports, sizeof(self->ports)));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		broken.type = cases[i].type;
		broken.data = cases[i].value;
		ret = route_set(&self->nl, &broken, self->sw, self->target,
				self->ports, &at);
		if (cases[i].ret) {
			EXPECT_EQ(cases[i].ret, ret);
		} else {
			EXPECT_TRUE(ret == -ENOENT || ret == -ENODEV)
			{
				TH_LOG("case %u returned %d", i, ret);
			}
		}
		EXPECT_EQ(at, self->nl.offset);
		EXPECT_STRNE("", self->nl.text);
		EXPECT_ROUTE_KEPT();
	}
}

TEST_F(set, route_bad_ports)
{
	__u8 ports[NVLF_PORTS_LEN_MAX + 8] = { 0 };
	struct broken broken = {
		.type = NVLF_A_ROUTE_PORTS,
		.data = ports,
	};
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
		{ NVLF_PORTS_LEN_MAX + 1, 0 },	/* too long */
		{ NVLF_PORTS_LEN_MAX + 8, 0 },
	};
	/* clang-format on */
	unsigned int i;
	__u32 at;
	int ret;

	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, self->target,
				      self->ports, sizeof(self->ports)));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(ports, 0, sizeof(ports));
		/* A good port beside the bad one does not help */
		if (cases[i].bit > 0)
			memcpy(ports, self->ports, sizeof(self->ports));
		if (cases[i].bit >= 0)
			bit_set(ports, cases[i].bit);
		broken.len = cases[i].len;
		ret = route_set(&self->nl, &broken, self->sw, self->target,
				self->ports, &at);
		EXPECT_TRUE(ret == -EINVAL || ret == -ERANGE)
		{
			TH_LOG("case %u returned %d", i, ret);
		}
		EXPECT_EQ(at, self->nl.offset);
		EXPECT_STRNE("", self->nl.text);
		EXPECT_ROUTE_KEPT();
	}
}

TEST_F(set, route_del_bad)
{
	struct nl_request req;
	struct fabric_route route;
	int ret;

	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, self->target,
				      self->ports, sizeof(self->ports)));
	nl_request(&req, NVLF_CMD_ROUTE_DEL);
	nl_put_u32(&req, NVLF_A_ROUTE_TARGET_ID, self->target);
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(NVLF_A_ROUTE_SWITCH_ID, self->nl.missing);
	nl_request(&req, NVLF_CMD_ROUTE_DEL);
	nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, self->sw);
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(NVLF_A_ROUTE_TARGET_ID, self->nl.missing);

	/* Ports are not asked for */
	nl_request(&req, NVLF_CMD_ROUTE_DEL);
	nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, self->sw);
	nl_put_u32(&req, NVLF_A_ROUTE_TARGET_ID, self->target);
	nl_put(&req, NVLF_A_ROUTE_PORTS, self->ports, sizeof(self->ports));
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));

	EXPECT_EQ(-ERANGE,
		  fabric_unroute(&self->nl, self->sw, NVLF_TARGET_MAX + 1));
	EXPECT_STRNE("", self->nl.text);
	EXPECT_EQ(-ENOENT,
		  fabric_unroute(&self->nl, self->sw, NVLF_TARGET_MAX));
	EXPECT_STRNE("", self->nl.text);
	ret = fabric_unroute(&self->nl, 77, self->target);
	EXPECT_TRUE(ret == -ENOENT || ret == -ENODEV);
	EXPECT_STRNE("", self->nl.text);
	EXPECT_EQ(1, fabric_routes(&self->nl, &route, 1));
	EXPECT_EQ(0, fabric_unroute(&self->nl, self->sw, self->target));
	EXPECT_EQ(-ENOENT, fabric_unroute(&self->nl, self->sw, self->target));
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

TEST_F(set, partition_bad)
{
	static const __u8 bytes[NVLF_MEMBERS_LEN_MAX + 1] = { 1 };
	static const __u32 ids[] = { 0, NVLF_PARTITION_MAX + 1, ~0u };
	static const size_t sizes[] = { 0, 1, 3, 5, 8 };
	struct fabric_partition part;
	struct nl_request req;
	unsigned int i;
	__u32 at;
	int ret;

	ASSERT_EQ(0, fabric_set_partition(&self->nl, 1, &self->target, 1));
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		nl_request(&req, NVLF_CMD_PARTITION_SET);
		at = nl_put_u32(&req, NVLF_A_PARTITION_ID, ids[i]);
		nl_put(&req, NVLF_A_PARTITION_MEMBERS, bytes, 1);
		EXPECT_EQ(-ERANGE, nl_do(&self->nl, &req, NULL, NULL));
		EXPECT_EQ(at, self->nl.offset);
		EXPECT_STRNE("", self->nl.text);
		EXPECT_EQ(-ERANGE, fabric_del_partition(&self->nl, ids[i]));
		EXPECT_EQ(-ERANGE, get_partition(&self->nl, ids[i], &part));
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		nl_request(&req, NVLF_CMD_PARTITION_SET);
		at = nl_put(&req, NVLF_A_PARTITION_ID, bytes, sizes[i]);
		nl_put(&req, NVLF_A_PARTITION_MEMBERS, bytes, 1);
		EXPECT_GT(0, nl_do(&self->nl, &req, NULL, NULL));
		EXPECT_EQ(at, self->nl.offset);
		EXPECT_STRNE("", self->nl.text);
	}
	nl_request(&req, NVLF_CMD_PARTITION_SET);
	nl_put_u32(&req, NVLF_A_PARTITION_ID, 1);
	at = nl_put(&req, NVLF_A_PARTITION_MEMBERS, bytes, sizeof(bytes));
	ret = nl_do(&self->nl, &req, NULL, NULL);
	EXPECT_TRUE(ret == -EINVAL || ret == -ERANGE)
	{
		TH_LOG("returned %d", ret);
	}
	EXPECT_EQ(at, self->nl.offset);
	EXPECT_STRNE("", self->nl.text);

	nl_request(&req, NVLF_CMD_PARTITION_SET);
	nl_put_u32(&req, NVLF_A_PARTITION_ID, 2);
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(NVLF_A_PARTITION_MEMBERS, self->nl.missing);
	nl_request(&req, NVLF_CMD_PARTITION_SET);
	nl_put(&req, NVLF_A_PARTITION_MEMBERS, bytes, 1);
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(NVLF_A_PARTITION_ID, self->nl.missing);
	nl_request(&req, NVLF_CMD_PARTITION_DEL);
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(NVLF_A_PARTITION_ID, self->nl.missing);
	nl_request(&req, NVLF_CMD_PARTITION_GET);
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(NVLF_A_PARTITION_ID, self->nl.missing);

	/* All as it was */
	EXPECT_EQ(1, fabric_partitions(&self->nl, &part, 1));
	EXPECT_EQ(1, part.id);
	EXPECT_TRUE(bit_is(part.members, self->target));
}

/* ---- The same attribute twice ---- */

/* Of two values neither counts */
TEST_F(set, duplicates)
{
	struct fabric_partition part;
	struct nl_request req;
	__u8 first = 1, second = 2;
	__u32 at;

	nl_request(&req, NVLF_CMD_PARTITION_SET);
	nl_put_u32(&req, NVLF_A_PARTITION_ID, 3);
	nl_put(&req, NVLF_A_PARTITION_MEMBERS, &first, 1);
	at = nl_put(&req, NVLF_A_PARTITION_MEMBERS, &second, 1);
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(at, self->nl.offset);
	EXPECT_STREQ(TWICE, self->nl.text);
	EXPECT_EQ(-ENOENT, get_partition(&self->nl, 3, &part));
}

#define FIELDS_MAX 7 /* that a request has */

/* A request that the policy takes; fields end with type 0 */
struct asked {
	__u8 cmd;
	bool dump;
	struct {
		__u16 type, len;
		__u32 value;
	} fields[FIELDS_MAX + 1];
};

/* clang-format off */
/* All that take attributes; route-table-set's entries stand below */
static const struct asked asked[] = {
	{ NVLF_CMD_ENDPOINT_GET, false, {
		{ NVLF_A_ENDPOINT_TARGET_ID, 4, 0 } } },
	{ NVLF_CMD_ENDPOINT_GET, true, {
		{ NVLF_A_ENDPOINT_RACK, 4, 0 }, { NVLF_A_ENDPOINT_TRAY, 4, 0 },
		{ NVLF_A_ENDPOINT_HOST, 4, 0 } } },
	{ NVLF_CMD_SWITCH_GET, false, { { NVLF_A_SWITCH_ID, 4, 0 } } },
	{ NVLF_CMD_PORT_GET, false, {
		{ NVLF_A_PORT_OWNER, 4, 1 }, { NVLF_A_PORT_OWNER_ID, 4, 0 },
		{ NVLF_A_PORT_INDEX, 4, 0 } } },
	{ NVLF_CMD_PORT_GET, true, {
		{ NVLF_A_PORT_OWNER, 4, 1 }, { NVLF_A_PORT_OWNER_ID, 4, 0 } } },
	{ NVLF_CMD_PORT_SET, false, {
		{ NVLF_A_PORT_OWNER, 4, 1 }, { NVLF_A_PORT_OWNER_ID, 4, 0 },
		{ NVLF_A_PORT_INDEX, 4, 0 },
		{ NVLF_A_PORT_ENABLE, 4, 1 }, { NVLF_A_PORT_RETRAIN, 0, 0 },
		{ NVLF_A_PORT_RESET, 0, 0 }, { NVLF_A_PORT_CLEAR, 0, 0 } } },
	{ NVLF_CMD_ROUTE_GET, false, {
		{ NVLF_A_ROUTE_SWITCH_ID, 4, 0 },
		{ NVLF_A_ROUTE_TARGET_ID, 4, 0 } } },
	{ NVLF_CMD_ROUTE_GET, true, { { NVLF_A_ROUTE_SWITCH_ID, 4, 0 } } },
	{ NVLF_CMD_ROUTE_SET, false, {
		{ NVLF_A_ROUTE_SWITCH_ID, 4, 0 },
		{ NVLF_A_ROUTE_TARGET_ID, 4, 0 },
		{ NVLF_A_ROUTE_PORTS, 1, 1 } } },
	{ NVLF_CMD_ROUTE_DEL, false, {
		{ NVLF_A_ROUTE_SWITCH_ID, 4, 0 },
		{ NVLF_A_ROUTE_TARGET_ID, 4, 0 } } },
	{ NVLF_CMD_ROUTE_TABLE_SET, false, {
		{ NVLF_A_ROUTE_SWITCH_ID, 4, 0 },
		{ NVLF_A_ROUTE_REPLACE, 0, 0 } } },
	{ NVLF_CMD_PARTITION_GET, false, { { NVLF_A_PARTITION_ID, 4, 1 } } },
	{ NVLF_CMD_PARTITION_GET, true, {
		{ NVLF_A_PARTITION_TARGET_ID, 4, 0 } } },
	{ NVLF_CMD_PARTITION_SET, false, {
		{ NVLF_A_PARTITION_ID, 4, 1 },
		{ NVLF_A_PARTITION_MEMBERS, 1, 1 } } },
	{ NVLF_CMD_PARTITION_DEL, false, { { NVLF_A_PARTITION_ID, 4, 1 } } },
	{ NVLF_CMD_GROUP_GET, false, { { NVLF_A_GROUP_ID, 4, 0 } } },
	{ NVLF_CMD_GROUP_GET, true, { { NVLF_A_GROUP_PARTITION_ID, 4, 1 } } },
	{ NVLF_CMD_GROUP_SET, false, {
		{ NVLF_A_GROUP_ID, 4, 0 }, { NVLF_A_GROUP_PARTITION_ID, 4, 1 },
		{ NVLF_A_GROUP_MEMBERS, 1, 1 } } },
	{ NVLF_CMD_GROUP_DEL, false, { { NVLF_A_GROUP_ID, 4, 0 } } },
	{ NVLF_CMD_COUNTER_GET, false, {
		{ NVLF_A_COUNTER_OWNER, 4, 1 }, { NVLF_A_COUNTER_OWNER_ID, 4, 0 },
		{ NVLF_A_COUNTER_INDEX, 4, 0 } } },
	{ NVLF_CMD_COUNTER_GET, true, {
		{ NVLF_A_COUNTER_OWNER, 4, 1 }, { NVLF_A_COUNTER_OWNER_ID, 4, 0 } } },
	{ NVLF_CMD_HEALTH_GET, false, { { NVLF_A_HEALTH_TARGET_ID, 4, 0 } } },
	{ NVLF_CMD_HEALTH_GET, true, { { NVLF_A_HEALTH_STATE, 4, 0 } } },
	{ NVLF_CMD_DIAGNOSE, false, {
		{ NVLF_A_DIAGNOSE_SRC, 4, 0 }, { NVLF_A_DIAGNOSE_DST, 4, 1 } } },
	{ NVLF_CMD_LOG_GET, true, {
		{ NVLF_A_LOG_OWNER, 4, 1 }, { NVLF_A_LOG_OWNER_ID, 4, 0 } } },
	{ NVLF_CMD_MANAGER_ATTACH, false, {
		{ NVLF_A_MANAGER_NAME, 2, 'm' },
		{ NVLF_A_MANAGER_TIMEOUT, 4, 1000 },
		{ NVLF_A_MANAGER_TAKEOVER, 0, 0 } } },
	{ NVLF_CMD_MANAGER_HEARTBEAT, false, {
		{ NVLF_A_MANAGER_CONFIGURED, 4, 1 } } },
};

/* clang-format on */

/* Asks with field @twice there once more at the end, which is at *at */
static int ask_twice(struct nl *nl, const struct asked *a, unsigned int twice,
		     __u32 *at)
{
	struct nl_request req;
	unsigned int i;

	nl_request(&req, a->cmd);
	for (i = 0; a->fields[i].type; i++)
		nl_put(&req, a->fields[i].type, &a->fields[i].value,
		       a->fields[i].len);
	*at = nl_put(&req, a->fields[twice].type, &a->fields[twice].value,
		     a->fields[twice].len);
	if (a->dump)
		return nl_dump(nl, &req, NULL, NULL);
	return nl_do(nl, &req, NULL, NULL);
}

/* Not even where both say the same */
TEST_F(set, duplicates_of_all)
{
	unsigned int i, k;
	__u32 at;

	for (i = 0; i < ARRAY_SIZE(asked); i++)
		for (k = 0; asked[i].fields[k].type; k++) {
			EXPECT_EQ(-EINVAL,
				  ask_twice(&self->nl, &asked[i], k, &at))
			{
				TH_LOG("command %u%s, attribute %u",
				       asked[i].cmd,
				       asked[i].dump ? ", dump" : "",
				       asked[i].fields[k].type);
			}
			EXPECT_EQ(at, self->nl.offset);
			EXPECT_STREQ(TWICE, self->nl.text);
		}
}

/* Entries are many, but each has one target and one set of ports */
TEST_F(set, duplicates_nested)
{
	static const __u16 types[] = { NVLF_A_ROUTE_ENTRY_TARGET_ID,
				       NVLF_A_ROUTE_ENTRY_PORTS };
	struct fabric_route route;
	struct nl_request req;
	unsigned int i;
	__u32 at, nest;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		fabric_table(&req, self->sw, false);
		fabric_table_entry(&req, 1, self->ports);
		nest = nl_nest(&req, NVLF_A_ROUTE_ENTRY);
		nl_put_u32(&req, NVLF_A_ROUTE_ENTRY_TARGET_ID, 2);
		nl_put(&req, NVLF_A_ROUTE_ENTRY_PORTS, self->ports, 4);
		at = nl_put(&req, types[i], self->ports, 4);
		nl_nest_end(&req, nest);
		EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
		EXPECT_EQ(at, self->nl.offset);
		EXPECT_STREQ(TWICE, self->nl.text);
		EXPECT_EQ(0, fabric_routes(&self->nl, &route, 1));
	}
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
