// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netlink_filter_test.c - dumps of some objects and not of all: by where they
 * stand, where they lead, or who is in them.
 */
#include <errno.h>

#include <kselftest_harness.h>
#include "fabric.h"

FIXTURE(filter)
{
	struct nl nl;
	struct fabric *fabric;
};

FIXTURE_SETUP(filter)
{
	int ret = fabric_begin(&self->nl, &self->fabric, 1);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 1);
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, fabric_clear(&self->nl));
}

FIXTURE_TEARDOWN(filter)
{
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
}

/* ---- By place ---- */

/* Devices of a kind that a dump tells of */
struct told {
	__u8 cmd;
	int count;
};

static int count_devices(const struct nl_reply *reply, void *priv)
{
	struct told *told = priv;

	told->count++;
	return reply->cmd == told->cmd ? 0 : -EBADMSG;
}

/*
 * How many endpoints or switches, which have the same numbers for it, a dump by
 * what is not FABRIC_NONE tells of; or an error
 */
static int devices_at(struct nl *nl, __u8 cmd, const struct fabric_location *l)
{
	struct told told = { .cmd = cmd };
	struct nl_request req;
	int ret;

	nl_request(&req, cmd);
	if (l->rack != FABRIC_NONE)
		nl_put_u32(&req, NVLF_A_ENDPOINT_RACK, l->rack);
	if (l->tray != FABRIC_NONE)
		nl_put_u32(&req, NVLF_A_ENDPOINT_TRAY, l->tray);
	if (l->host != FABRIC_NONE)
		nl_put_u32(&req, NVLF_A_ENDPOINT_HOST, l->host);
	ret = nl_dump(nl, &req, count_devices, &told);
	return ret ? ret : told.count;
}

static void expect_at_places(struct __test_metadata *_metadata, struct nl *nl,
			     __u8 cmd, const struct fabric_location *all,
			     unsigned int n)
{
	unsigned int i, k, by;

	for (i = 0; i < n; i++) {
		const struct fabric_location *at = &all[i];

		/* By each subset of the three numbers */
		for (by = 0; by < 8; by++) {
			struct fabric_location want = {
				.rack = by & 1 ? at->rack : FABRIC_NONE,
				.tray = by & 2 ? at->tray : FABRIC_NONE,
				.host = by & 4 ? at->host : FABRIC_NONE,
			};
			int count = 0;

			for (k = 0; k < n; k++) {
				const struct fabric_location *l = &all[k];

				count += (!(by & 1) || l->rack == at->rack) &&
					 (!(by & 2) || l->tray == at->tray) &&
					 (!(by & 4) || l->host == at->host);
			}
			EXPECT_EQ(count, devices_at(nl, cmd, &want));
			want.rack = 12345;
			EXPECT_EQ(0, devices_at(nl, cmd, &want));
		}
	}
}

TEST_F(filter, endpoints_of_a_place)
{
	struct fabric_location at[FABRIC_ENDPOINTS];
	const struct fabric *f = self->fabric;
	unsigned int i;

	for (i = 0; i < f->endpoint_count; i++)
		at[i] = f->endpoints[i].location;
	expect_at_places(_metadata, &self->nl, NVLF_CMD_ENDPOINT_GET, at,
			 f->endpoint_count);
}

TEST_F(filter, switches_of_a_place)
{
	struct fabric_location at[FABRIC_SWITCHES];
	const struct fabric *f = self->fabric;
	unsigned int i;

	for (i = 0; i < f->switch_count; i++)
		at[i] = f->switches[i].location;
	expect_at_places(_metadata, &self->nl, NVLF_CMD_SWITCH_GET, at,
			 f->switch_count);
}

/* ---- Routes and partitions ---- */

/* What is asked for, and how many routes were told */
struct routes_told {
	__u32 sw, target;
	int count;
};

static int count_routes(const struct nl_reply *reply, void *priv)
{
	struct routes_told *told = priv;
	struct fabric_route route;

	if (reply->cmd != NVLF_CMD_ROUTE_GET ||
	    fabric_parse_route(reply, &route) || route.target != told->target ||
	    (told->sw != FABRIC_NONE && route.switch_id != told->sw))
		return -EBADMSG;
	told->count++;
	return 0;
}

/* How many routes lead there, of one switch or (FABRIC_NONE) all; or an error */
static int routes_to(struct nl *nl, __u32 sw, __u32 target)
{
	struct routes_told told = { .sw = sw, .target = target };
	struct nl_request req;
	int ret;

	nl_request(&req, NVLF_CMD_ROUTE_GET);
	if (sw != FABRIC_NONE)
		nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, sw);
	nl_put_u32(&req, NVLF_A_ROUTE_TARGET_ID, target);
	ret = nl_dump(nl, &req, count_routes, &told);
	return ret ? ret : told.count;
}

TEST_F(filter, routes_to_one)
{
	static const __u8 ports[FABRIC_PORTS_LEN] = { 1 };
	const struct fabric *f = self->fabric;
	__u32 first = f->switches[0].id, sw, at;
	struct nl_request req;
	unsigned int i;

	for (i = 0; i < f->switch_count; i++)
		ASSERT_EQ(0, fabric_set_route(&self->nl, f->switches[i].id, 64,
					      ports, sizeof(ports)));
	ASSERT_EQ(0,
		  fabric_set_route(&self->nl, first, 0, ports, sizeof(ports)));
	ASSERT_EQ(0, fabric_set_route(&self->nl, first, NVLF_TARGET_MAX, ports,
				      sizeof(ports)));
	EXPECT_EQ(f->switch_count, routes_to(&self->nl, FABRIC_NONE, 64));
	EXPECT_EQ(1, routes_to(&self->nl, FABRIC_NONE, 0));
	EXPECT_EQ(1, routes_to(&self->nl, FABRIC_NONE, NVLF_TARGET_MAX));
	EXPECT_EQ(0, routes_to(&self->nl, FABRIC_NONE, 65));
	for (i = 0; i < f->switch_count; i++) {
		sw = f->switches[i].id;
		EXPECT_EQ(1, routes_to(&self->nl, sw, 64));
		EXPECT_EQ(sw == first, routes_to(&self->nl, sw, 0));
	}
	EXPECT_EQ(-ENOENT, routes_to(&self->nl, 77, 64));

	nl_request(&req, NVLF_CMD_ROUTE_GET);
	at = nl_put_u32(&req, NVLF_A_ROUTE_TARGET_ID, NVLF_TARGET_MAX + 1);
	EXPECT_EQ(-ERANGE, nl_dump(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(at, self->nl.offset);
	/* By its ports none is found */
	nl_request(&req, NVLF_CMD_ROUTE_GET);
	at = nl_put(&req, NVLF_A_ROUTE_PORTS, ports, sizeof(ports));
	EXPECT_EQ(-EINVAL, nl_dump(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(at, self->nl.offset);
}

static int see_partition(const struct nl_reply *reply, void *priv)
{
	struct fabric_partition part;
	__u32 *ids = priv;

	if (reply->cmd != NVLF_CMD_PARTITION_GET ||
	    fabric_parse_partition(reply, &part))
		return -EBADMSG;
	*ids |= 1u << part.id;
	return 0;
}

/* Bit n for partition n; or 0 where it fails */
static __u32 partitions_of(struct nl *nl, __u32 target)
{
	struct nl_request req;
	__u32 ids = 0;

	nl_request(&req, NVLF_CMD_PARTITION_GET);
	nl_put_u32(&req, NVLF_A_PARTITION_TARGET_ID, target);
	return nl_dump(nl, &req, see_partition, &ids) ? 0 : ids;
}

TEST_F(filter, partitions_of_one)
{
	const __u32 members[] = { 3, NVLF_TARGET_MAX, 64 };
	struct nl_request req;
	__u32 at;

	ASSERT_EQ(0, fabric_set_partition(&self->nl, 1, members, 1));
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 2, members, 2));
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 5, members + 1, 2));
	EXPECT_EQ(1u << 1 | 1u << 2, partitions_of(&self->nl, 3));
	EXPECT_EQ(1u << 2 | 1u << 5, partitions_of(&self->nl, NVLF_TARGET_MAX));
	EXPECT_EQ(1u << 5, partitions_of(&self->nl, 64));
	EXPECT_EQ(0, partitions_of(&self->nl, 65));
	EXPECT_STREQ("", self->nl.text);

	nl_request(&req, NVLF_CMD_PARTITION_GET);
	at = nl_put_u32(&req, NVLF_A_PARTITION_TARGET_ID, NVLF_TARGET_MAX + 1);
	EXPECT_EQ(-ERANGE, nl_dump(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(at, self->nl.offset);
	/* One partition has its id, and all its members, as its name */
	nl_request(&req, NVLF_CMD_PARTITION_GET);
	nl_put_u32(&req, NVLF_A_PARTITION_ID, 1);
	at = nl_put_u32(&req, NVLF_A_PARTITION_TARGET_ID, 3);
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(at, self->nl.offset);
}

TEST_HARNESS_MAIN
