// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netlink_get_test.c - what the family nvlf tells of endpoints, switches and ports, by
 * get and by dump.
 */
#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "fabric.h"

#define LINKS 36 /* of an endpoint */
#define RADIX 72 /* ports of a switch */

FIXTURE(get)
{
	struct nl nl;
	struct fabric *fabric;
};

FIXTURE_SETUP(get)
{
	int ret = fabric_begin(&self->nl, &self->fabric, 1);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 1);
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, fabric_clear(&self->nl));
}

FIXTURE_TEARDOWN(get)
{
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
}

/* PCI functions that @driver has */
static unsigned int bound(const char *driver)
{
	unsigned int count = 0;
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s", driver);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		count += !!strchr(entry->d_name, ':');
	closedir(dir);
	return count;
}

static bool has_device(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.31s", name);
	return access(path, F_OK) == 0;
}

TEST_F(get, counts)
{
	const struct fabric *f = self->fabric;

	EXPECT_EQ(bound("trn4"), f->endpoint_count);
	EXPECT_EQ(f->endpoint_count * LINKS + f->switch_count * RADIX,
		  f->port_count);
}

TEST_F(get, endpoints)
{
	const struct fabric *f = self->fabric;
	unsigned int i, k, up;

	for (i = 0; i < f->endpoint_count; i++) {
		const struct fabric_endpoint *e = &f->endpoints[i];

		EXPECT_GE(NVLF_TARGET_MAX, e->id);
		EXPECT_NE(0, e->guid);
		EXPECT_EQ(LINKS, e->ports);
		EXPECT_TRUE(has_device(e->device))
		{
			TH_LOG("endpoint %u is %s", e->id, e->device);
		}
		for (up = k = 0; k < f->port_count; k++) {
			const struct fabric_port *p = &f->ports[k];

			up += p->owner == NVLF_OWNER_ENDPOINT &&
			      p->owner_id == e->id &&
			      (p->state == NVLF_PORT_STATE_ACTIVE ||
			       p->state == NVLF_PORT_STATE_DEGRADED);
		}
		EXPECT_EQ(up, e->ports_up);
		/* Nothing by default */
		for (k = 0; k <= NVLF_TARGET_MAX; k++)
			EXPECT_FALSE(bit_is(e->reachable, k) && k != e->id);
		for (k = 0; k < i; k++) {
			EXPECT_NE(f->endpoints[k].id, e->id);
			EXPECT_NE(f->endpoints[k].guid, e->guid);
			EXPECT_NE(0, strcmp(f->endpoints[k].device, e->device));
		}
	}
}

TEST_F(get, switches)
{
	const struct fabric *f = self->fabric;
	unsigned int i, k, up;

	for (i = 0; i < f->switch_count; i++) {
		const struct fabric_switch *s = &f->switches[i];

		EXPECT_NE(0, s->guid);
		EXPECT_EQ(RADIX, s->ports);
		EXPECT_TRUE(has_device(s->device));
		for (up = k = 0; k < f->port_count; k++) {
			const struct fabric_port *p = &f->ports[k];

			up += p->owner == NVLF_OWNER_SWITCH &&
			      p->owner_id == s->id &&
			      (p->state == NVLF_PORT_STATE_ACTIVE ||
			       p->state == NVLF_PORT_STATE_DEGRADED);
		}
		EXPECT_EQ(up, s->ports_up);
		for (k = 0; k < i; k++) {
			EXPECT_NE(f->switches[k].id, s->id);
			EXPECT_NE(f->switches[k].guid, s->guid);
		}
	}
}

/* The guid of whoever has a port, or 0 */
static __u64 owner_guid(const struct fabric *f, __u32 owner, __u32 id)
{
	unsigned int i;

	if (owner == NVLF_OWNER_ENDPOINT)
		for (i = 0; i < f->endpoint_count; i++)
			if (f->endpoints[i].id == id)
				return f->endpoints[i].guid;
	if (owner == NVLF_OWNER_SWITCH)
		for (i = 0; i < f->switch_count; i++)
			if (f->switches[i].id == id)
				return f->switches[i].guid;
	return 0;
}

/* What a port says of its partner, its partner says of it */
TEST_F(get, both_ends_agree)
{
	const struct fabric *f = self->fabric;
	const struct fabric_port *p, *q;
	unsigned int i, active = 0;

	for (i = 0; i < f->port_count; i++) {
		p = &f->ports[i];
		EXPECT_GE(NVLF_OWNER_SWITCH, p->owner);
		EXPECT_GT(p->owner == NVLF_OWNER_SWITCH ? RADIX : LINKS,
			  p->index);
		EXPECT_GE(NVLF_PORT_STATE_FAULT, p->state);
		EXPECT_EQ(p, fabric_port(f, p->owner, p->owner_id, p->index));
		if (p->state != NVLF_PORT_STATE_ACTIVE &&
		    p->state != NVLF_PORT_STATE_DEGRADED)
			continue;
		active++;
		EXPECT_LT(0, p->trainings);
		ASSERT_NE(FABRIC_NONE, p->partner);
		EXPECT_NE(p->owner, p->partner);
		q = fabric_port(f, p->partner, p->partner_id, p->partner_port);
		ASSERT_NE(NULL, q);
		EXPECT_EQ(p->owner, q->partner);
		EXPECT_EQ(p->owner_id, q->partner_id);
		EXPECT_EQ(p->index, q->partner_port);
		EXPECT_EQ(p->state, q->state);
		EXPECT_EQ(owner_guid(f, p->partner, p->partner_id),
			  p->partner_guid);
	}
	EXPECT_LT(0, active);
}

/* The wiring rule: each endpoint has as many links to each switch */
TEST_F(get, wiring)
{
	const struct fabric *f = self->fabric;
	unsigned int e, s, i, links;

	if (f->endpoint_count > 2 * f->switch_count)
		SKIP(return, "more endpoints than have full bandwidth");
	for (e = 0; e < f->endpoint_count; e++) {
		EXPECT_EQ(LINKS, f->endpoints[e].ports_up);
		for (s = 0; s < f->switch_count; s++) {
			for (links = i = 0; i < f->port_count; i++) {
				const struct fabric_port *p = &f->ports[i];

				links += p->owner == NVLF_OWNER_ENDPOINT &&
					 p->owner_id == f->endpoints[e].id &&
					 p->partner == NVLF_OWNER_SWITCH &&
					 p->partner_id == f->switches[s].id;
			}
			EXPECT_EQ(LINKS / f->switch_count, links);
		}
	}
}

/* ---- Location ---- */

static bool same_place(const struct fabric_location *a,
		       const struct fabric_location *b)
{
	return a->rack == b->rack && a->tray == b->tray && a->slot == b->slot;
}

/* Each device was told where it stands, and no two stand in one place */
TEST_F(get, location)
{
	const struct fabric *f = self->fabric;
	const struct fabric_location *at[FABRIC_ENDPOINTS + FABRIC_SWITCHES];
	unsigned int i, k, count = 0;

	for (i = 0; i < f->endpoint_count; i++)
		at[count++] = &f->endpoints[i].location;
	for (i = 0; i < f->switch_count; i++)
		at[count++] = &f->switches[i].location;
	for (i = 0; i < count; i++) {
		EXPECT_NE(FABRIC_NONE, at[i]->rack);
		EXPECT_NE(FABRIC_NONE, at[i]->tray);
		EXPECT_NE(FABRIC_NONE, at[i]->slot);
		EXPECT_NE(FABRIC_NONE, at[i]->host);
		EXPECT_STRNE("", at[i]->serial);
		for (k = 0; k < i; k++) {
			EXPECT_STRNE(at[k]->serial, at[i]->serial);
			EXPECT_FALSE(same_place(at[k], at[i]));
		}
	}
}

/* ---- Get of one ---- */

static int on_endpoint(const struct nl_reply *reply, void *priv)
{
	return reply->cmd == NVLF_CMD_ENDPOINT_GET ?
		       fabric_parse_endpoint(reply, priv) :
		       -EBADMSG;
}

static int on_switch(const struct nl_reply *reply, void *priv)
{
	return reply->cmd == NVLF_CMD_SWITCH_GET ?
		       fabric_parse_switch(reply, priv) :
		       -EBADMSG;
}

static int on_port(const struct nl_reply *reply, void *priv)
{
	return reply->cmd == NVLF_CMD_PORT_GET ?
		       fabric_parse_port(reply, priv) :
		       -EBADMSG;
}

TEST_F(get, one_endpoint)
{
	struct fabric_endpoint e;
	struct nl_request req;
	unsigned int i;

	for (i = 0; i < self->fabric->endpoint_count; i++) {
		memset(&e, 0, sizeof(e));
		nl_request(&req, NVLF_CMD_ENDPOINT_GET);
		nl_put_u32(&req, NVLF_A_ENDPOINT_TARGET_ID,
			   self->fabric->endpoints[i].id);
		ASSERT_EQ(0, nl_do(&self->nl, &req, on_endpoint, &e));
		EXPECT_EQ(self->fabric->endpoints[i].id, e.id);
		EXPECT_EQ(self->fabric->endpoints[i].guid, e.guid);
		EXPECT_EQ(self->fabric->endpoints[i].ports, e.ports);
		EXPECT_EQ(self->fabric->endpoints[i].ports_up, e.ports_up);
		EXPECT_STREQ(self->fabric->endpoints[i].device, e.device);
		EXPECT_EQ(0, memcmp(&self->fabric->endpoints[i].location,
				    &e.location, sizeof(e.location)));
	}
}

TEST_F(get, one_switch)
{
	struct fabric_switch s;
	struct nl_request req;
	unsigned int i;

	for (i = 0; i < self->fabric->switch_count; i++) {
		memset(&s, 0, sizeof(s));
		nl_request(&req, NVLF_CMD_SWITCH_GET);
		nl_put_u32(&req, NVLF_A_SWITCH_ID,
			   self->fabric->switches[i].id);
		ASSERT_EQ(0, nl_do(&self->nl, &req, on_switch, &s));
		EXPECT_EQ(self->fabric->switches[i].id, s.id);
		EXPECT_EQ(self->fabric->switches[i].guid, s.guid);
		EXPECT_EQ(self->fabric->switches[i].ports, s.ports);
		EXPECT_EQ(self->fabric->switches[i].ports_up, s.ports_up);
		EXPECT_EQ(0, s.routes);
		EXPECT_STREQ(self->fabric->switches[i].device, s.device);
		EXPECT_EQ(0, memcmp(&self->fabric->switches[i].location,
				    &s.location, sizeof(s.location)));
	}
}

TEST_F(get, one_port)
{
	struct nl_request req;
	struct fabric_port p;
	unsigned int i;

	for (i = 0; i < self->fabric->port_count; i++) {
		const struct fabric_port *q = &self->fabric->ports[i];

		memset(&p, 0, sizeof(p));
		nl_request(&req, NVLF_CMD_PORT_GET);
		nl_put_u32(&req, NVLF_A_PORT_OWNER, q->owner);
		nl_put_u32(&req, NVLF_A_PORT_OWNER_ID, q->owner_id);
		nl_put_u32(&req, NVLF_A_PORT_INDEX, q->index);
		ASSERT_EQ(0, nl_do(&self->nl, &req, on_port, &p));
		EXPECT_LE(q->state_ms, p.state_ms);
		p.state_ms = q->state_ms;
		EXPECT_EQ(0, memcmp(q, &p, sizeof(p)));
	}
}

/* ---- Dumps of a part, and in small parts ---- */

struct count {
	unsigned int ports, others;
	__u32 owner, id;
};

static int count_ports(const struct nl_reply *reply, void *priv)
{
	struct count *count = priv;
	struct fabric_port p;

	if (reply->cmd != NVLF_CMD_PORT_GET || fabric_parse_port(reply, &p))
		return -EBADMSG;
	if (p.owner != count->owner || p.owner_id != count->id)
		count->others++;
	/* In the order of their numbers, each once */
	if (p.index != count->ports++)
		return -EBADMSG;
	return 0;
}

TEST_F(get, ports_of_one)
{
	struct nl_request req;
	struct count count;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		memset(&count, 0, sizeof(count));
		count.owner = i ? NVLF_OWNER_SWITCH : NVLF_OWNER_ENDPOINT;
		count.id = i ? self->fabric->switches[0].id :
			       self->fabric->endpoints[0].id;
		nl_request(&req, NVLF_CMD_PORT_GET);
		nl_put_u32(&req, NVLF_A_PORT_OWNER, count.owner);
		nl_put_u32(&req, NVLF_A_PORT_OWNER_ID, count.id);
		ASSERT_EQ(0, nl_dump(&self->nl, &req, count_ports, &count));
		EXPECT_EQ(i ? RADIX : LINKS, count.ports);
		EXPECT_EQ(0, count.others);
	}
}

static int add_port(const struct nl_reply *reply, void *priv)
{
	struct fabric *f = priv;

	if (f->port_count == FABRIC_PORTS)
		return -E2BIG;
	return fabric_parse_port(reply, &f->ports[f->port_count++]);
}

/* With little room the kernel needs many parts, and leaves nothing out */
TEST_F(get, dump_in_small_parts)
{
	struct fabric *again = calloc(1, sizeof(*again));
	unsigned int parts = 0, i;
	struct nl_request req;
	struct nl small;
	int ret;

	ASSERT_NE(NULL, again);
	ASSERT_EQ(0, nl_open_small(&small));
	nl_request(&req, NVLF_CMD_PORT_GET);
	ASSERT_EQ(0, nl_dump_begin(&small, &req));
	do {
		ret = nl_dump_next(&small, add_port, again);
		parts++;
	} while (ret > 0);
	EXPECT_EQ(0, ret);
	EXPECT_LT(1, parts);
	EXPECT_FALSE(small.interrupted);
	ASSERT_EQ(self->fabric->port_count, again->port_count);
	for (i = 0; i < again->port_count; i++) {
		again->ports[i].state_ms = self->fabric->ports[i].state_ms;
		EXPECT_EQ(0, memcmp(&again->ports[i], &self->fabric->ports[i],
				    sizeof(again->ports[i])));
	}
	nl_close(&small);
	free(again);
}

/* A dump that is given up in its midst leaves nothing behind */
TEST_F(get, dump_given_up)
{
	struct nl_request req;
	struct nl small;
	int i;

	for (i = 0; i < 50; i++) {
		struct fabric *part = calloc(1, sizeof(*part));

		ASSERT_NE(NULL, part);
		ASSERT_EQ(0, nl_open_small(&small));
		nl_request(&req, NVLF_CMD_PORT_GET);
		ASSERT_EQ(0, nl_dump_begin(&small, &req));
		EXPECT_EQ(1, nl_dump_next(&small, add_port, part));
		nl_close(&small);
		free(part);
	}
	EXPECT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
}

/* ---- What cannot be got ---- */

/* Attributes that are cut off, or unknown; all others are in bad_request_test.c */
TEST_F(get, malformed)
{
	static const __u8 zeroes[4];
	struct nl_request req;

	/* A type that there is not */
	nl_request(&req, NVLF_CMD_ENDPOINT_GET);
	nl_put_u32(&req, NVLF_A_ENDPOINT_TARGET_ID,
		   self->fabric->endpoints[0].id);
	nl_put_u32(&req, 200, 0);
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
	/* One that says it is longer than the message */
	nl_request(&req, NVLF_CMD_ENDPOINT_GET);
	nl_put_raw(&req, NVLF_A_ENDPOINT_TARGET_ID, 100, zeroes, 4);
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
	/* One that is shorter than its own header */
	nl_request(&req, NVLF_CMD_ENDPOINT_GET);
	nl_put_raw(&req, NVLF_A_ENDPOINT_TARGET_ID, 2, zeroes, 4);
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
}

struct operation {
	__u8 cmd;
	bool dump;
};

static int ask_without_reply(struct nl *nl, const struct operation *op,
			     struct nl_request *req)
{
	if (op->dump)
		return nl_dump(nl, req, NULL, NULL);
	return nl_do(nl, req, NULL, NULL);
}

/* What is not asked for is refused and not passed over, by whoever asks none */
TEST_F(get, not_taken)
{
	static const struct operation cases[] = {
		{ NVLF_CMD_ENDPOINT_GET, true },
		{ NVLF_CMD_SWITCH_GET, true },
		{ NVLF_CMD_PARTITION_GET, true },
		{ NVLF_CMD_MANAGER_GET, false },
		{ NVLF_CMD_FABRIC_GET, false },
	};
	/* None of them is one of a filter */
	static const __u16 types[] = { 0, 1, 2, 200, 0x3fff };
	struct nl_request req;
	unsigned int i, k;
	__u32 at;
	int ret;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (k = 0; k < ARRAY_SIZE(types); k++) {
			nl_request(&req, cases[i].cmd);
			at = nl_put_u32(&req, types[k], 1);
			ret = ask_without_reply(&self->nl, &cases[i], &req);
			EXPECT_EQ(-EINVAL, ret)
			{
				TH_LOG("command %u, attribute %u", cases[i].cmd,
				       types[k]);
			}
			EXPECT_EQ(at, self->nl.offset);
			EXPECT_STRNE("", self->nl.text);
		}
		/* What is no attribute is worse */
		nl_request(&req, cases[i].cmd);
		nl_put_raw(&req, 1, 2, NULL, 0);
		ret = ask_without_reply(&self->nl, &cases[i], &req);
		EXPECT_EQ(-EINVAL, ret);
		EXPECT_STRNE("", self->nl.text);
	}
}

TEST_F(get, unknown_command)
{
	static const __u8 cmds[] = {
		0,
		NVLF_CMD_MAX + 1,
		255,
		/* Those that the kernel sends only */
		NVLF_CMD_ENDPOINT_NTF,
		NVLF_CMD_ENDPOINT_DEL_NTF,
		NVLF_CMD_SWITCH_NTF,
		NVLF_CMD_SWITCH_DEL_NTF,
		NVLF_CMD_PORT_NTF,
		NVLF_CMD_ROUTE_NTF,
		NVLF_CMD_ROUTE_DEL_NTF,
		NVLF_CMD_PARTITION_NTF,
		NVLF_CMD_PARTITION_DEL_NTF,
	};
	struct nl_request req;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		nl_request(&req, cmds[i]);
		EXPECT_EQ(-EOPNOTSUPP, nl_do(&self->nl, &req, NULL, NULL))
		{
			TH_LOG("command %u", cmds[i]);
		}
	}
}

TEST_HARNESS_MAIN
