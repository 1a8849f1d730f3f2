// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * health_test.c - what is said of an endpoint's health and of a pair's way:
 * for each thing that can be broken by netlink alone, and by who asks wrongly.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "caps.h"
#include "health.h"
#include "port.h"

#define LINKS 36

struct diagnosis {
	__u32 src, dst, broken;
	char reason[160];
	unsigned int hops, good;
	__u32 first; /* what is broken at the first hop */
	char first_reason[160];
};

FIXTURE(health)
{
	struct nl nl;
	struct fabric *fabric;
	struct port near; /* of a */
	__u32 a, b;
};

FIXTURE_SETUP(health)
{
	const struct fabric_port *p;
	int ret = fabric_begin(&self->nl, &self->fabric, 3);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 3);
	ASSERT_EQ(0, ret);
	self->a = self->fabric->endpoints[0].id;
	self->b = self->fabric->endpoints[1].id;
	p = port_linked(self->fabric, NVLF_OWNER_ENDPOINT, self->a);
	ASSERT_NE(NULL, p);
	self->near = port_of(p);
}

FIXTURE_TEARDOWN(health)
{
	unsigned int i;

	for (i = 0; i < self->fabric->port_count; i++) {
		struct port port = port_of(&self->fabric->ports[i]);

		if (port.owner == NVLF_OWNER_ENDPOINT && port.id == self->a)
			port_set(&self->nl, &port, 1, 0);
	}
	EXPECT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
}

/* State, cause, and what the reason begins with or has in it */
#define EXPECT_HEALTH(id, s, c, words) \
	do { \
		struct health __h = { 0 }; \
\
		EXPECT_EQ(0, health_get(&self->nl, id, &__h)); \
		EXPECT_EQ(NVLF_HEALTH_STATE_##s, __h.state); \
		EXPECT_EQ(NVLF_HEALTH_CAUSE_##c, __h.cause); \
		EXPECT_NE(NULL, strstr(__h.reason, words)) \
		{ \
			TH_LOG("reason: %s", __h.reason); \
		} \
	} while (0)

TEST_F(health, healthy)
{
	unsigned int i, n = self->fabric->endpoint_count;
	struct health h;

	for (i = 0; i < n; i++)
		EXPECT_HEALTH(self->fabric->endpoints[i].id, ISOLATED,
			      NO_PARTITION, "in no partition");
	ASSERT_EQ(0, fabric_open_all(&self->nl, self->fabric));
	for (i = 0; i < n; i++) {
		ASSERT_EQ(0, health_get(&self->nl,
					self->fabric->endpoints[i].id, &h));
		EXPECT_EQ(self->fabric->endpoints[i].id, h.id);
		EXPECT_EQ(NVLF_HEALTH_STATE_HEALTHY, h.state)
		{
			TH_LOG("reason: %s", h.reason);
		}
		EXPECT_EQ(LINKS, h.links);
		EXPECT_EQ(LINKS, h.links_up);
		EXPECT_EQ(4 * LINKS, h.lanes);
		EXPECT_EQ(4 * LINKS, h.lanes_up);
		EXPECT_EQ(n - 1, h.peers);
		EXPECT_EQ(n - 1, h.reached);
	}
}

static int on_told(const struct nl_reply *reply, void *priv)
{
	if (reply->cmd != NVLF_CMD_HEALTH_NTF)
		return 0;
	return health_parse(reply, priv) ? -EBADMSG : 1;
}

/* The health notifications that wait; the newest is in @h */
static int told(struct nl *ear, struct health *h)
{
	int ret, count = 0;

	do {
		ret = nl_event(ear, 0, on_told, h);
		count += ret > 0;
	} while (ret >= 0);
	return ret == -ETIMEDOUT ? count : ret;
}

TEST_F(health, links_down)
{
	char words[64];
	struct health h = { 0 };
	struct fabric_port p;
	struct nl ear;

	ASSERT_EQ(0, fabric_open_all(&self->nl, self->fabric));
	ASSERT_EQ(0, nl_open(&ear));
	ASSERT_EQ(0, nl_listen(&ear));
	ASSERT_EQ(0, port_set(&self->nl, &self->near, 0, 0));
	snprintf(words, sizeof(words),
		 "1 of 36 links are down: port %u of endpoint %u disabled",
		 self->near.index, self->a);
	EXPECT_HEALTH(self->a, DEGRADED, LINKS_DOWN, words);
	EXPECT_HEALTH(self->b, HEALTHY, NONE, "");
	/* Told once, of the one whom it concerns */
	EXPECT_EQ(1, told(&ear, &h));
	EXPECT_EQ(self->a, h.id);
	EXPECT_EQ(NVLF_HEALTH_STATE_DEGRADED, h.state);
	EXPECT_EQ(LINKS - 1, h.links_up);

	ASSERT_EQ(0, port_set(&self->nl, &self->near, 1, 0));
	do {
		ASSERT_LE(0, nl_event(&ear, PORT_MSEC, on_told, &h));
	} while (h.state != NVLF_HEALTH_STATE_HEALTHY);
	EXPECT_EQ(self->a, h.id);
	EXPECT_EQ(LINKS, h.links_up);
	ASSERT_EQ(0, port_get(&self->nl, &self->near, &p));
	EXPECT_EQ(NVLF_PORT_STATE_ACTIVE, p.state);
	nl_close(&ear);
}

TEST_F(health, no_link)
{
	const struct fabric *f = self->fabric;
	struct health h;
	unsigned int i;

	ASSERT_EQ(0, fabric_open_all(&self->nl, f));
	for (i = 0; i < f->port_count; i++) {
		struct port port = port_of(&f->ports[i]);

		if (port.owner == NVLF_OWNER_ENDPOINT && port.id == self->a)
			ASSERT_EQ(0, port_set(&self->nl, &port, 0, 0));
	}
	EXPECT_HEALTH(self->a, ISOLATED, NO_LINK, "none of 36 links is up");
	/* The others reach all that have links */
	EXPECT_HEALTH(self->b, DEGRADED, PEERS_DOWN, "1 of ");
	ASSERT_EQ(0, health_get(&self->nl, self->b, &h));
	EXPECT_EQ(f->endpoint_count - 2, h.reached);
}

TEST_F(health, no_route)
{
	char words[64];

	ASSERT_EQ(0, fabric_open_all(&self->nl, self->fabric));
	ASSERT_EQ(0, fabric_unroute_all(&self->nl, self->fabric, self->b));
	snprintf(words, sizeof(words), "has no route to endpoint %u", self->b);
	EXPECT_HEALTH(self->a, MISCONFIGURED, NO_ROUTE, words);
	EXPECT_HEALTH(self->b, ISOLATED, NO_ROUTE, words);
	ASSERT_EQ(0, fabric_route_all(&self->nl, self->fabric, self->b));
	EXPECT_HEALTH(self->a, HEALTHY, NONE, "");
}

/* What is so already, and what is refused, is told to nobody */
TEST_F(health, silence)
{
	struct health h;
	struct nl ear;

	ASSERT_EQ(0, fabric_open_all(&self->nl, self->fabric));
	ASSERT_EQ(0, nl_open(&ear));
	ASSERT_EQ(0, nl_listen(&ear));
	ASSERT_EQ(0, fabric_route_all(&self->nl, self->fabric, self->a));
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 9, &self->a, 1));
	ASSERT_EQ(0, port_set(&self->nl, &self->near, PORT_KEEP, PORT_CLEAR));
	EXPECT_EQ(0, told(&ear, &h));
	nl_close(&ear);
}

struct tally {
	unsigned int count, others;
	__u32 state;
};

static int on_tally(const struct nl_reply *reply, void *priv)
{
	struct tally *tally = priv;
	struct health h;

	if (health_on(reply, &h))
		return -EBADMSG;
	tally->count++;
	tally->others += h.state != tally->state;
	return 0;
}

TEST_F(health, dumps)
{
	struct tally tally = { 0 };
	struct nl_request req;
	__u32 state;
	unsigned int sum = 0;

	ASSERT_EQ(0, fabric_open_all(&self->nl, self->fabric));
	ASSERT_EQ(0, port_set(&self->nl, &self->near, 0, 0));
	nl_request(&req, NVLF_CMD_HEALTH_GET);
	ASSERT_EQ(0, nl_dump(&self->nl, &req, on_tally, &tally));
	EXPECT_EQ(self->fabric->endpoint_count, tally.count);
	EXPECT_EQ(1, tally.others);
	for (state = 0; state <= NVLF_HEALTH_STATE_MISCONFIGURED; state++) {
		memset(&tally, 0, sizeof(tally));
		tally.state = state;
		nl_request(&req, NVLF_CMD_HEALTH_GET);
		nl_put_u32(&req, NVLF_A_HEALTH_STATE, state);
		ASSERT_EQ(0, nl_dump(&self->nl, &req, on_tally, &tally));
		EXPECT_EQ(0, tally.others);
		if (state == NVLF_HEALTH_STATE_DEGRADED)
			EXPECT_EQ(1, tally.count);
		sum += tally.count;
	}
	EXPECT_EQ(self->fabric->endpoint_count, sum);
}

/* ---- Diagnosis ---- */

static int on_diagnosis(const struct nl_reply *reply, void *priv)
{
	struct diagnosis *d = priv;
	const struct nlattr *hop = NULL;
	struct nl_reply inner;
	char reason[160] = "";
	__u32 id, in, out, broken, last = 0;

	memset(d, 0, sizeof(*d));
	if (reply->cmd != NVLF_CMD_DIAGNOSE ||
	    nl_get_u32(reply, NVLF_A_DIAGNOSE_SRC, &d->src) ||
	    nl_get_u32(reply, NVLF_A_DIAGNOSE_DST, &d->dst) ||
	    nl_get_u32(reply, NVLF_A_DIAGNOSE_BROKEN, &d->broken) ||
	    nl_get_string(reply, NVLF_A_DIAGNOSE_REASON, d->reason,
			  sizeof(d->reason)))
		return -EBADMSG;
	while ((hop = nl_next(reply, NVLF_A_DIAGNOSE_HOP, hop))) {
		nl_nested(hop, &inner);
		if (nl_get_u32(&inner, NVLF_A_HOP_SWITCH_ID, &id) ||
		    nl_get_u32(&inner, NVLF_A_HOP_LINKS_IN, &in) ||
		    nl_get_u32(&inner, NVLF_A_HOP_LINKS_OUT, &out) ||
		    nl_get_u32(&inner, NVLF_A_HOP_BROKEN, &broken) ||
		    nl_get_string(&inner, NVLF_A_HOP_REASON, reason,
				  sizeof(reason)))
			return -EBADMSG;
		/* In order; and good exactly where links go in and out */
		if ((d->hops && id <= last) || (in && out) == !!broken)
			return -EBADMSG;
		last = id;
		d->good += broken == NVLF_BROKEN_NOTHING;
		if (!d->hops++) {
			d->first = broken;
			memcpy(d->first_reason, reason, sizeof(reason));
		}
	}
	return 0;
}

static int diagnose(struct nl *nl, __u32 src, __u32 dst, struct diagnosis *d)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_DIAGNOSE);
	nl_put_u32(&req, NVLF_A_DIAGNOSE_SRC, src);
	nl_put_u32(&req, NVLF_A_DIAGNOSE_DST, dst);
	return nl_do(nl, &req, on_diagnosis, d);
}

#define EXPECT_BROKEN(what, words) \
	do { \
		EXPECT_EQ(0, diagnose(&self->nl, self->a, self->b, &d)); \
		EXPECT_EQ(self->a, d.src); \
		EXPECT_EQ(self->b, d.dst); \
		EXPECT_EQ(NVLF_BROKEN_##what, d.broken); \
		EXPECT_NE(NULL, strstr(d.reason, words)) \
		{ \
			TH_LOG("reason: %s", d.reason); \
		} \
		EXPECT_EQ(self->fabric->switch_count, d.hops); \
		EXPECT_EQ(d.broken == NVLF_BROKEN_NOTHING, \
			  fabric_reaches(&self->nl, self->a, self->b)); \
	} while (0)

TEST_F(health, diagnose)
{
	const struct fabric *f = self->fabric;
	__u32 both[2] = { self->a, self->b };
	struct diagnosis d;
	unsigned int i;

	EXPECT_BROKEN(NO_ROUTE, "has no route to endpoint ");
	ASSERT_EQ(0, fabric_route_all(&self->nl, f, self->b));
	EXPECT_BROKEN(NO_PARTITION, "are in no common partition");
	EXPECT_EQ(f->switch_count, d.good);
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 1, both, 2));
	EXPECT_BROKEN(NOTHING, "switches lead from endpoint ");
	ASSERT_EQ(0, fabric_unroute(&self->nl, f->switches[0].id, self->b));
	if (f->switch_count > 1)
		EXPECT_BROKEN(NOTHING, "switches lead from endpoint ");
	else
		EXPECT_BROKEN(NO_ROUTE, "has no route to endpoint ");
	EXPECT_EQ(NVLF_BROKEN_NO_ROUTE, d.first);
	EXPECT_NE(NULL, strstr(d.first_reason, "has no route to endpoint "));

	for (i = 0; i < f->port_count; i++) {
		struct port port = port_of(&f->ports[i]);

		if (port.owner == NVLF_OWNER_ENDPOINT && port.id == self->a)
			ASSERT_EQ(0, port_set(&self->nl, &port, 0, 0));
	}
	EXPECT_BROKEN(NO_LINK, "disabled for ");

	ASSERT_EQ(0, diagnose(&self->nl, self->a, NVLF_TARGET_MAX, &d));
	EXPECT_EQ(NVLF_BROKEN_NO_ENDPOINT, d.broken);
	EXPECT_EQ(0, d.hops);
	EXPECT_STREQ("no endpoint 2047", d.reason);
}

/* A route of one port, which is down: named, and since when */
TEST_F(health, diagnose_route_down)
{
	const struct fabric_port *p = port_linked(self->fabric,
						  NVLF_OWNER_ENDPOINT, self->b);
	struct port far, near;
	struct diagnosis d;
	struct fabric_port q;
	char words[64];
	__u8 one[9] = { 0 };

	ASSERT_NE(NULL, p);
	near = port_of(p);
	far = port_partner(p);
	bit_set(one, far.index);
	ASSERT_EQ(0, fabric_set_route(&self->nl, far.id, self->b, one, 9));
	ASSERT_EQ(0, port_set(&self->nl, &near, 0, 0));
	ASSERT_EQ(0, port_wait(&self->nl, &far, NVLF_PORT_STATE_DETECT, &q));
	snprintf(words, sizeof(words), "port %u of switch %u without an answer",
		 far.index, far.id);
	EXPECT_BROKEN(ROUTE_DOWN, words);
	ASSERT_EQ(0, port_set(&self->nl, &near, 1, 0));
	ASSERT_EQ(0, port_wait(&self->nl, &far, NVLF_PORT_STATE_ACTIVE, &q));
}

/* ---- What is refused ---- */

TEST_F(health, diagnose_oneself)
{
	struct diagnosis d;

	EXPECT_EQ(-EINVAL, diagnose(&self->nl, self->a, self->a, &d));
	EXPECT_NE(0, self->nl.offset);
	EXPECT_STRNE("", self->nl.text);
}

static int without_caps(__u32 a, __u32 b)
{
	struct diagnosis d;
	struct health h;
	struct nl nl;

	if (drop_caps())
		return 1;
	if (nl_open(&nl))
		return 2;
	if (health_get(&nl, a, &h))
		return 3;
	return diagnose(&nl, a, b, &d) ? 4 : 0;
}

TEST_F(health, anyone_may_read)
{
	pid_t child = fork();
	int status;

	ASSERT_LE(0, child);
	if (!child)
		_exit(without_caps(self->a, self->b));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status)
	{
		TH_LOG("step %d", WEXITSTATUS(status));
	}
}

TEST_HARNESS_MAIN
