// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * group_test.c - multicast groups by netlink: set, get, dump, delete and what
 * is told of it; what a group holds in its partition; and bad requests, which
 * change nothing.
 */
#include <errno.h>

#include <kselftest_harness.h>
#include "fabric.h"

#define PART 40 /* the partition of most groups here */

static const __u32 members[] = { 0, 1, 64, 1023, NVLF_TARGET_MAX };

FIXTURE(group)
{
	struct nl nl;  /* asks */
	struct nl ear; /* listens */
	struct fabric *fabric;
};

static int group_set(struct nl *nl, __u32 id, __u32 part, const __u32 *list,
		     unsigned int count)
{
	__u8 map[FABRIC_SET] = { 0 };
	struct nl_request req;
	unsigned int i;

	for (i = 0; i < count; i++)
		bit_set(map, list[i]);
	nl_request(&req, NVLF_CMD_GROUP_SET);
	nl_put_u32(&req, NVLF_A_GROUP_ID, id);
	nl_put_u32(&req, NVLF_A_GROUP_PARTITION_ID, part);
	nl_put(&req, NVLF_A_GROUP_MEMBERS, map, sizeof(map));
	return nl_do(nl, &req, NULL, NULL);
}

FIXTURE_SETUP(group)
{
	int ret = fabric_begin(&self->nl, &self->fabric, 1);

	self->ear.fd = -1;
	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 1);
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, fabric_set_partition(&self->nl, PART, members,
					  ARRAY_SIZE(members)));
	/* No group has been made, and none can be */
	if (group_set(&self->nl, 0, PART, members, 0) == -EOPNOTSUPP)
		SKIP(return, "%s", self->nl.text);
	ASSERT_EQ(0, fabric_del_group(&self->nl, 0));
	ASSERT_EQ(0, nl_open(&self->ear));
	ASSERT_EQ(0, nl_listen(&self->ear));
}

FIXTURE_TEARDOWN(group)
{
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
	nl_close(&self->ear);
}

static int on_group(const struct nl_reply *reply, void *priv)
{
	return reply->cmd == NVLF_CMD_GROUP_GET ?
		       fabric_parse_group(reply, priv) :
		       -EBADMSG;
}

static int get(struct nl *nl, __u32 id, struct fabric_group *group)
{
	struct nl_request req;

	memset(group, 0, sizeof(*group));
	nl_request(&req, NVLF_CMD_GROUP_GET);
	nl_put_u32(&req, NVLF_A_GROUP_ID, id);
	return nl_do(nl, &req, on_group, group);
}

struct event {
	unsigned int count;
	__u8 cmd;
	struct fabric_group group;
};

static int on_event(const struct nl_reply *reply, void *priv)
{
	struct event *event = priv;

	/* Comes with each change, and says nothing of groups */
	if (reply->cmd == NVLF_CMD_FABRIC_NTF)
		return 0;
	event->count++;
	event->cmd = reply->cmd;
	if (reply->cmd == NVLF_CMD_GROUP_NTF ||
	    reply->cmd == NVLF_CMD_GROUP_DEL_NTF)
		return fabric_parse_group(reply, &event->group);
	return 0;
}

/* What was told since the last time: how many, and the last of them */
static unsigned int told(struct nl *ear, struct event *event)
{
	memset(event, 0, sizeof(*event));
	while (!nl_event(ear, 0, on_event, event))
		;
	return event->count;
}

TEST_F(group, life)
{
	static const __u32 ids[] = { 0, 1, 500, NVLF_GROUP_MAX };
	struct fabric_group group, list[8];
	struct event event;
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		EXPECT_EQ(-ENOENT, get(&self->nl, ids[i], &group));
		EXPECT_STRNE("", self->nl.text);
		ASSERT_EQ(0, group_set(&self->nl, ids[i], PART, members,
				       ARRAY_SIZE(members) - i))
		{
			TH_LOG("%s", self->nl.text);
		}
		EXPECT_EQ(1, told(&self->ear, &event));
		EXPECT_EQ(NVLF_CMD_GROUP_NTF, event.cmd);
		ASSERT_EQ(0, get(&self->nl, ids[i], &group));
		EXPECT_EQ(0, memcmp(&group, &event.group, sizeof(group)));
		EXPECT_EQ(ids[i], group.id);
		EXPECT_EQ(PART, group.partition);
		for (k = 0; k < ARRAY_SIZE(members); k++)
			EXPECT_EQ(k < ARRAY_SIZE(members) - i,
				  bit_is(group.members, members[k]));
		EXPECT_EQ((int)i + 1, fabric_groups(&self->nl, list, 8));
	}
	/* The same once more is no change */
	EXPECT_EQ(0,
		  group_set(&self->nl, 0, PART, members, ARRAY_SIZE(members)));
	EXPECT_EQ(0, told(&self->ear, &event));
	/* A set replaces */
	EXPECT_EQ(0, group_set(&self->nl, 0, PART, &members[2], 1));
	EXPECT_EQ(1, told(&self->ear, &event));
	ASSERT_EQ(0, get(&self->nl, 0, &group));
	EXPECT_FALSE(bit_is(group.members, members[1]));
	EXPECT_TRUE(bit_is(group.members, members[2]));

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		EXPECT_EQ(0, fabric_del_group(&self->nl, ids[i]));
		EXPECT_EQ(1, told(&self->ear, &event));
		EXPECT_EQ(NVLF_CMD_GROUP_DEL_NTF, event.cmd);
		EXPECT_EQ(ids[i], event.group.id);
		EXPECT_EQ(PART, event.group.partition);
		EXPECT_EQ(-ENOENT, fabric_del_group(&self->nl, ids[i]));
		EXPECT_STRNE("", self->nl.text);
	}
	EXPECT_EQ(0, fabric_groups(&self->nl, list, 8));
}

struct ids {
	unsigned int count;
	__u32 id[8];
};

static int on_id(const struct nl_reply *reply, void *priv)
{
	struct ids *ids = priv;
	struct fabric_group group;

	if (reply->cmd != NVLF_CMD_GROUP_GET ||
	    fabric_parse_group(reply, &group) || ids->count == 8)
		return -EBADMSG;
	ids->id[ids->count++] = group.id;
	return 0;
}

TEST_F(group, dump_of_one_partition)
{
	struct ids ids = { 0 };
	struct nl_request req;
	__u32 at;

	ASSERT_EQ(0, fabric_set_partition(&self->nl, PART + 1, members, 2));
	ASSERT_EQ(0, group_set(&self->nl, 3, PART, members, 1));
	ASSERT_EQ(0, group_set(&self->nl, 4, PART + 1, members, 1));
	ASSERT_EQ(0, group_set(&self->nl, 900, PART, members, 1));
	nl_request(&req, NVLF_CMD_GROUP_GET);
	nl_put_u32(&req, NVLF_A_GROUP_PARTITION_ID, PART);
	ASSERT_EQ(0, nl_dump(&self->nl, &req, on_id, &ids));
	ASSERT_EQ(2, ids.count);
	EXPECT_EQ(3, ids.id[0]);
	EXPECT_EQ(900, ids.id[1]);

	nl_request(&req, NVLF_CMD_GROUP_GET);
	nl_put_u32(&req, NVLF_A_GROUP_PARTITION_ID, PART + 2);
	EXPECT_EQ(-ENOENT, nl_dump(&self->nl, &req, on_id, &ids));
	EXPECT_STRNE("", self->nl.text);
	nl_request(&req, NVLF_CMD_GROUP_GET);
	at = nl_put_u32(&req, NVLF_A_GROUP_PARTITION_ID, 0);
	EXPECT_EQ(-ERANGE, nl_dump(&self->nl, &req, on_id, &ids));
	EXPECT_EQ(at, self->nl.offset);
}

/* A partition loses neither itself nor whom a group names */
TEST_F(group, holds_its_partition)
{
	struct fabric_partition part;
	struct event event;

	ASSERT_EQ(0, group_set(&self->nl, 7, PART, &members[1], 2));
	told(&self->ear, &event);
	EXPECT_EQ(-EBUSY, fabric_del_partition(&self->nl, PART));
	EXPECT_NE(NULL, strstr(self->nl.text, "group 7"));
	/* 64 would go */
	EXPECT_EQ(-EBUSY, fabric_set_partition(&self->nl, PART, members, 2));
	EXPECT_NE(NULL, strstr(self->nl.text, "group 7"));
	EXPECT_NE(NULL, strstr(self->nl.text, "64"));
	EXPECT_NE(0, self->nl.offset);
	EXPECT_EQ(0, told(&self->ear, &event));
	ASSERT_EQ(1, fabric_partitions(&self->nl, &part, 1));
	EXPECT_TRUE(bit_is(part.members, NVLF_TARGET_MAX));

	/* Others may go, and more may come */
	EXPECT_EQ(0, fabric_set_partition(&self->nl, PART, &members[1], 2));
	EXPECT_EQ(0, fabric_set_partition(&self->nl, PART, members, 5));
	/* In another partition it holds that one, and this no longer */
	EXPECT_EQ(0, fabric_set_partition(&self->nl, PART + 1, members, 5));
	EXPECT_EQ(0, group_set(&self->nl, 7, PART + 1, &members[1], 2));
	EXPECT_EQ(0, fabric_del_partition(&self->nl, PART));
	EXPECT_EQ(-EBUSY, fabric_del_partition(&self->nl, PART + 1));
	EXPECT_EQ(0, fabric_del_group(&self->nl, 7));
	EXPECT_EQ(0, fabric_del_partition(&self->nl, PART + 1));
}

/* As many as there are, and they outlive routes that come and go */
TEST_F(group, all)
{
	const struct fabric *f = self->fabric;
	__u32 target = f->endpoints[0].id;
	struct fabric_group *list;
	__u32 id;

	if (!f->endpoint_count || !f->switch_count)
		SKIP(return, "needs an endpoint and a switch");
	list = calloc(NVLF_GROUP_MAX + 1, sizeof(*list));
	ASSERT_NE(NULL, list);
	ASSERT_EQ(0, fabric_set_partition(&self->nl, PART, &target, 1));
	for (id = 0; id <= NVLF_GROUP_MAX; id++)
		ASSERT_EQ(0, group_set(&self->nl, id, PART, &target, 1));
	EXPECT_EQ(NVLF_GROUP_MAX + 1,
		  fabric_groups(&self->nl, list, NVLF_GROUP_MAX + 1));
	EXPECT_EQ(0, fabric_route_all(&self->nl, f, target));
	EXPECT_EQ(0, fabric_unroute_all(&self->nl, f, target));
	EXPECT_EQ(NVLF_GROUP_MAX + 1,
		  fabric_groups(&self->nl, list, NVLF_GROUP_MAX + 1));
	free(list);
}

/* ---- Bad requests ---- */

TEST_F(group, bad)
{
	static const __u32 id = 5, part = PART;
	static const __u8 good[1] = { 2 }, stranger[1] = { 4 };
	static const struct {
		const char *what;
		__u16 type;
		const void *data;
		size_t len;
		int ret;
	} cases[] = {
		{ "no member of it", NVLF_A_GROUP_MEMBERS, stranger, 1,
		  -EINVAL },
		{ "unknown", NVLF_A_GROUP_MEMBERS + 1, good, 1, -EINVAL },
	};
	static const struct {
		__u16 type;
		const void *data;
		size_t len;
	} attrs[] = {
		{ NVLF_A_GROUP_ID, &id, 4 },
		{ NVLF_A_GROUP_PARTITION_ID, &part, 4 },
		{ NVLF_A_GROUP_MEMBERS, good, 1 },
	};
	struct fabric_group group;
	struct nl_request req;
	struct event event;
	unsigned int i, k;
	__u32 at;

	ASSERT_EQ(0, group_set(&self->nl, id, PART, members, 1));
	told(&self->ear, &event);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		nl_request(&req, NVLF_CMD_GROUP_SET);
		for (k = 0; k < ARRAY_SIZE(attrs); k++)
			if (attrs[k].type != cases[i].type)
				nl_put(&req, attrs[k].type, attrs[k].data,
				       attrs[k].len);
		at = nl_put(&req, cases[i].type, cases[i].data, cases[i].len);
		EXPECT_EQ(cases[i].ret, nl_do(&self->nl, &req, NULL, NULL))
		{
			TH_LOG("%s: %s", cases[i].what, self->nl.text);
		}
		EXPECT_EQ(at, self->nl.offset)
		{
			TH_LOG("%s: %s", cases[i].what, self->nl.text);
		}
		EXPECT_STRNE("", self->nl.text);
	}
	/* All as it was */
	EXPECT_EQ(0, told(&self->ear, &event));
	ASSERT_EQ(1, fabric_groups(&self->nl, &group, 1));
	EXPECT_EQ(id, group.id);
	EXPECT_EQ(1, group.members[0]);
}

TEST_HARNESS_MAIN
