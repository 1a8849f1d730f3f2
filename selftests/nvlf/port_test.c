// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * port_test.c - what a port says, and what can be asked of it by port-set: to
 * be disabled, to train, to be reset; and each request that is refused.
 */
#include <errno.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "caps.h"
#include "pci.h"
#include "port.h"

#define LANES 4

FIXTURE(port)
{
	struct nl nl;
	struct fabric *fabric;
	struct port near, far; /* a link: at its endpoint, at its switch */
	__u32 a, b;            /* endpoints; a's is the link */
	__u32 sw;
};

FIXTURE_SETUP(port)
{
	const struct fabric_port *p;
	int ret = fabric_begin(&self->nl, &self->fabric, 2);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 2);
	ASSERT_EQ(0, ret);
	self->a = self->fabric->endpoints[0].id;
	self->b = self->fabric->endpoints[1].id;
	p = port_linked(self->fabric, NVLF_OWNER_ENDPOINT, self->a);
	ASSERT_NE(NULL, p);
	self->near = port_of(p);
	self->far = port_partner(p);
	self->sw = self->far.id;
}

/* All ports are as they were: enabled, and up where they had been */
FIXTURE_TEARDOWN(port)
{
	struct fabric_port p;

	EXPECT_EQ(0, port_set(&self->nl, &self->near, 1, 0));
	EXPECT_EQ(0, port_set(&self->nl, &self->far, 1, 0));
	EXPECT_EQ(0, port_wait(&self->nl, &self->near, NVLF_PORT_STATE_ACTIVE,
			       &p));
	EXPECT_EQ(0,
		  port_wait(&self->nl, &self->far, NVLF_PORT_STATE_ACTIVE, &p));
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
}

static __u64 now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

/* ---- What it says ---- */

TEST_F(port, lanes)
{
	unsigned int i, up = 0;

	for (i = 0; i < self->fabric->port_count; i++) {
		const struct fabric_port *p = &self->fabric->ports[i];

		EXPECT_EQ(LANES, p->lanes);
		EXPECT_EQ(1, p->enable);
		if (p->state == NVLF_PORT_STATE_ACTIVE) {
			EXPECT_EQ(LANES, p->lanes_up);
			up++;
		} else if (p->state != NVLF_PORT_STATE_DEGRADED) {
			EXPECT_EQ(0, p->lanes_up);
		}
	}
	EXPECT_LT(0, up);
}

/*
 * Counts from the newest change of state, by the clock: no more than passes
 * from before the first answer until after the last, and no less than what
 * passes between the two. Each figure is cut to whole milliseconds.
 */
TEST_F(port, state_ms)
{
	struct fabric_port p, q;
	__u64 begin, between, last;

	begin = now_ms();
	ASSERT_EQ(0, port_set(&self->nl, &self->near, 0, 0));
	ASSERT_EQ(0, port_get(&self->nl, &self->near, &p));
	EXPECT_GE(now_ms() - begin + 1, p.state_ms);

	begin = now_ms();
	ASSERT_EQ(0, port_get(&self->nl, &self->near, &p));
	between = now_ms();
	do {
		last = now_ms();
		ASSERT_EQ(0, port_get(&self->nl, &self->near, &q));
	} while (q.state_ms < p.state_ms + 50);
	EXPECT_GE(now_ms() - begin + 1, q.state_ms - p.state_ms);
	EXPECT_LE(last - between, q.state_ms - p.state_ms + 1);
	EXPECT_EQ(p.state, q.state);
}

/* ---- Enable and disable ---- */

static int on_ntf(const struct nl_reply *reply, void *priv)
{
	if (reply->cmd != NVLF_CMD_PORT_NTF)
		return 0;
	return fabric_parse_port(reply, priv) ? -EBADMSG : 1;
}

/* The next notification of a port, in 0 or -ETIMEDOUT */
static int told_of(struct nl *ear, const struct port *port,
		   struct fabric_port *p)
{
	int ret;

	for (;;) {
		ret = nl_event(ear, PORT_MSEC, on_ntf, p);
		if (ret < 0)
			return ret;
		if (ret && p->owner == port->owner && p->owner_id == port->id &&
		    p->index == port->index)
			return 0;
	}
}

TEST_F(port, disable_and_enable)
{
	const struct port *at[2] = { &self->near, &self->far };
	struct fabric_port before, p, q;
	unsigned int i;
	struct nl ear;

	/* At either end; the other one then finds nobody */
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, port_get(&self->nl, at[i], &before));
		ASSERT_EQ(0, nl_open(&ear));
		ASSERT_EQ(0, nl_listen(&ear));
		ASSERT_EQ(0, port_set(&self->nl, at[i], 0, 0));
		/* In force when the answer is there, and told */
		ASSERT_EQ(0, port_get(&self->nl, at[i], &p));
		EXPECT_EQ(NVLF_PORT_STATE_OFF, p.state);
		EXPECT_EQ(0, p.enable);
		EXPECT_EQ(LANES, p.lanes);
		EXPECT_EQ(0, p.lanes_up);
		EXPECT_EQ(FABRIC_NONE, p.partner);
		ASSERT_EQ(0, told_of(&ear, at[i], &q));
		EXPECT_EQ(NVLF_PORT_STATE_OFF, q.state);
		EXPECT_EQ(0, q.enable);
		nl_close(&ear);
		ASSERT_EQ(0, port_wait(&self->nl, at[!i],
				       NVLF_PORT_STATE_DETECT, &q));
		EXPECT_EQ(1, q.enable);

		ASSERT_EQ(0, port_set(&self->nl, at[i], 1, 0));
		ASSERT_EQ(0, port_wait(&self->nl, at[i], NVLF_PORT_STATE_ACTIVE,
				       &p));
		EXPECT_EQ(1, p.enable);
		EXPECT_EQ(before.trainings + 1, p.trainings);
		EXPECT_EQ(before.partner, p.partner);
		EXPECT_EQ(before.partner_id, p.partner_id);
		EXPECT_EQ(before.partner_port, p.partner_port);
		ASSERT_EQ(0, port_wait(&self->nl, at[!i],
				       NVLF_PORT_STATE_ACTIVE, &q));
	}
}

/* What is so already is no change, and nobody is told of it */
TEST_F(port, enable_twice)
{
	struct fabric_port before, p;
	struct nl ear;

	ASSERT_EQ(0, port_get(&self->nl, &self->near, &before));
	ASSERT_EQ(0, nl_open(&ear));
	ASSERT_EQ(0, nl_listen(&ear));
	ASSERT_EQ(0, port_set(&self->nl, &self->near, 1, 0));
	ASSERT_EQ(0, port_get(&self->nl, &self->near, &p));
	EXPECT_EQ(NVLF_PORT_STATE_ACTIVE, p.state);
	EXPECT_EQ(before.trainings, p.trainings);
	EXPECT_EQ(-ETIMEDOUT, nl_event(&ear, 0, on_ntf, &p));
	nl_close(&ear);
}

/* The last link of a route goes: its pair is lost at once, no other is */
TEST_F(port, disable_last_link)
{
	__u32 both[2] = { self->a, self->b };
	struct fabric_port p;
	__u8 one[9] = { 0 };

	/* From b to a there is this one link; from a to b there are all */
	bit_set(one, self->far.index);
	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, self->a, one, 9));
	ASSERT_EQ(0, fabric_route_all(&self->nl, self->fabric, self->b));
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 1, both, 2));
	EXPECT_TRUE(fabric_reaches(&self->nl, self->b, self->a));
	EXPECT_TRUE(fabric_reaches(&self->nl, self->a, self->b));

	ASSERT_EQ(0, port_set(&self->nl, &self->near, 0, 0));
	EXPECT_FALSE(fabric_reaches(&self->nl, self->b, self->a));
	EXPECT_TRUE(fabric_reaches(&self->nl, self->a, self->b));

	ASSERT_EQ(0, port_set(&self->nl, &self->near, 1, 0));
	ASSERT_EQ(0, port_wait(&self->nl, &self->near, NVLF_PORT_STATE_ACTIVE,
			       &p));
	ASSERT_EQ(0,
		  port_wait(&self->nl, &self->far, NVLF_PORT_STATE_ACTIVE, &p));
	EXPECT_TRUE(fabric_reaches(&self->nl, self->b, self->a));
}

/* A reset enables all ports, but not one that somebody disabled */
TEST_F(port, disabled_over_reset)
{
	const struct port *at[2] = { &self->near, &self->far };
	struct fabric_port p;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, port_set(&self->nl, at[i], 0, 0));
		ASSERT_EQ(0, pci_reset(port_device(self->fabric, at[i])));
		ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
		ASSERT_EQ(0, port_get(&self->nl, at[i], &p));
		EXPECT_EQ(NVLF_PORT_STATE_OFF, p.state);
		EXPECT_EQ(0, p.enable);
		ASSERT_EQ(0, port_wait(&self->nl, at[!i],
				       NVLF_PORT_STATE_DETECT, &p));
		/* The others are up again */
		EXPECT_NE(NULL,
			  port_linked(self->fabric, at[i]->owner, at[i]->id));
		ASSERT_EQ(0, port_set(&self->nl, at[i], 1, 0));
		ASSERT_EQ(0, port_wait(&self->nl, at[i], NVLF_PORT_STATE_ACTIVE,
				       &p));
	}
}

/* ---- Deeds ---- */

TEST_F(port, retrain)
{
	const struct port *at[2] = { &self->near, &self->far };
	struct fabric_port before[2], p;
	unsigned int i, k;

	for (i = 0; i < 2; i++) {
		for (k = 0; k < 2; k++)
			ASSERT_EQ(0, port_get(&self->nl, at[k], &before[k]));
		ASSERT_EQ(0,
			  port_set(&self->nl, at[i], PORT_KEEP, PORT_RETRAIN));
		for (k = 0; k < 2; k++) {
			do {
				ASSERT_EQ(0, port_wait(&self->nl, at[k],
						       NVLF_PORT_STATE_ACTIVE,
						       &p));
			} while (p.trainings == before[k].trainings);
			EXPECT_EQ(before[k].trainings + 1, p.trainings);
			EXPECT_EQ(before[k].partner_guid, p.partner_guid);
		}
	}
}

TEST_F(port, reset)
{
	struct fabric_port p;

	ASSERT_EQ(0, port_set(&self->nl, &self->near, PORT_KEEP, PORT_RESET));
	ASSERT_EQ(0, port_wait(&self->nl, &self->near, NVLF_PORT_STATE_ACTIVE,
			       &p));
	ASSERT_EQ(0,
		  port_wait(&self->nl, &self->far, NVLF_PORT_STATE_ACTIVE, &p));
	/* A port that is disabled may be reset, and stays so */
	ASSERT_EQ(0, port_set(&self->nl, &self->near, 0, PORT_RESET));
	ASSERT_EQ(0, port_get(&self->nl, &self->near, &p));
	EXPECT_EQ(NVLF_PORT_STATE_OFF, p.state);
	EXPECT_EQ(0, p.enable);
}

/* To clear counters disturbs nothing */
TEST_F(port, clear)
{
	struct fabric_port before, p;

	ASSERT_EQ(0, port_get(&self->nl, &self->near, &before));
	ASSERT_EQ(0, port_set(&self->nl, &self->near, PORT_KEEP, PORT_CLEAR));
	ASSERT_EQ(0, port_get(&self->nl, &self->near, &p));
	EXPECT_EQ(NVLF_PORT_STATE_ACTIVE, p.state);
	EXPECT_EQ(before.trainings, p.trainings);
	EXPECT_LE(before.state_ms, p.state_ms);
}

/* ---- What is refused ---- */

/* The port is as it was, after a request that failed */
#define EXPECT_PORT_KEPT() \
	do { \
		struct fabric_port __p; \
\
		EXPECT_EQ(0, port_get(&self->nl, &self->near, &__p)); \
		EXPECT_EQ(NVLF_PORT_STATE_ACTIVE, __p.state); \
		EXPECT_EQ(1, __p.enable); \
	} while (0)

TEST_F(port, asks_nothing)
{
	EXPECT_EQ(-EINVAL, port_set(&self->nl, &self->near, PORT_KEEP, 0));
	EXPECT_STRNE("", self->nl.text);
	EXPECT_PORT_KEPT();
}

TEST_F(port, contradicts_itself)
{
	EXPECT_EQ(-EINVAL, port_set(&self->nl, &self->near, 0, PORT_RETRAIN));
	EXPECT_NE(0, self->nl.offset);
	EXPECT_STRNE("", self->nl.text);
	EXPECT_PORT_KEPT();
}

/* A port that is disabled cannot train, unless it is enabled with it */
TEST_F(port, retrain_disabled)
{
	struct fabric_port p;

	ASSERT_EQ(0, port_set(&self->nl, &self->near, 0, 0));
	EXPECT_EQ(-EINVAL,
		  port_set(&self->nl, &self->near, PORT_KEEP, PORT_RETRAIN));
	EXPECT_NE(0, self->nl.offset);
	EXPECT_STRNE("", self->nl.text);
	ASSERT_EQ(0, port_get(&self->nl, &self->near, &p));
	EXPECT_EQ(0, p.enable);
	EXPECT_EQ(0, port_set(&self->nl, &self->near, 1, PORT_RETRAIN));
	EXPECT_EQ(0, port_wait(&self->nl, &self->near, NVLF_PORT_STATE_ACTIVE,
			       &p));
}

TEST_F(port, absent_one)
{
	const struct port absent[] = {
		{ NVLF_OWNER_ENDPOINT, NVLF_TARGET_MAX, 0 },
		{ NVLF_OWNER_ENDPOINT, ~0u, 0 },
		{ NVLF_OWNER_SWITCH, 35, 0 },
		{ NVLF_OWNER_SWITCH, 36, 0 },
		{ NVLF_OWNER_SWITCH, ~0u, 0 },
		{ NVLF_OWNER_ENDPOINT, self->a, 36 },
		{ NVLF_OWNER_ENDPOINT, self->a, ~0u },
		{ NVLF_OWNER_SWITCH, self->sw, 72 },
	};
	unsigned int i;

	if (self->fabric->switch_count == 36)
		SKIP(return, "all switches are there");
	for (i = 0; i < ARRAY_SIZE(absent); i++) {
		EXPECT_EQ(-ENOENT, port_set(&self->nl, &absent[i], 0, 0))
		{
			TH_LOG("case %u", i);
		}
		EXPECT_NE(0, self->nl.offset);
		EXPECT_STRNE("", self->nl.text);
	}
}

/* What can be read cannot be set */
TEST_F(port, not_set)
{
	static const __u16 types[] = { NVLF_A_PORT_STATE, NVLF_A_PORT_TRAININGS,
				       NVLF_A_PORT_LANES_UP, 200 };
	struct nl_request req;
	unsigned int i;
	__u32 at;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		port_request(&req, NVLF_CMD_PORT_SET, &self->near);
		nl_put_u32(&req, NVLF_A_PORT_ENABLE, 0);
		at = nl_put_u32(&req, types[i], 0);
		EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
		EXPECT_EQ(at, self->nl.offset)
		{
			TH_LOG("attribute %u", types[i]);
		}
		EXPECT_STRNE("", self->nl.text);
		EXPECT_PORT_KEPT();
	}
}

/* ---- Who may ---- */

/* In a child; returns the first step that went wrong */
static int without_caps(const struct port *port, bool own_namespace)
{
	struct fabric_port p;
	struct nl nl;

	if (own_namespace ? unshare(CLONE_NEWUSER) : drop_caps())
		return own_namespace ? KSFT_SKIP : 1;
	if (nl_open(&nl))
		return 2;
	if (port_set(&nl, port, 0, 0) != -EPERM)
		return 3;
	if (port_set(&nl, port, PORT_KEEP, PORT_CLEAR) != -EPERM)
		return 5;
	/* Anyone may read */
	return port_get(&nl, port, &p) || !p.enable ? 6 : 0;
}

TEST_F(port, needs_net_admin)
{
	int status, own;
	pid_t child;

	for (own = 0; own < 2; own++) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child)
			_exit(without_caps(&self->near, own));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		if (WIFEXITED(status) && WEXITSTATUS(status) == KSFT_SKIP)
			SKIP(return, "no user namespaces");
		EXPECT_EQ(0, status)
		{
			TH_LOG("step %d", WEXITSTATUS(status));
		}
		EXPECT_PORT_KEPT();
	}
}

TEST_HARNESS_MAIN
