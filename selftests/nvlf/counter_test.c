// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * counter_test.c - what ports count, by get and by dump: that traffic is
 * counted where it passes, that clear clears one port, and each request that
 * is refused.
 */
#include <errno.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "caps.h"
#include "pci.h"
#include "port.h"
#include "rig.h"

#define LINKS 36
#define RADIX 72

FIXTURE(counter)
{
	struct rig rig;
	struct nl *nl;
	struct fabric *fabric;
	__u32 a, b;
	struct port port; /* of a */
	struct bo near, far;
	__u32 window;
};

FIXTURE_SETUP(counter)
{
	const struct fabric_port *p;
	struct grant grant;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error);
	self->nl = &self->rig.nl;
	self->fabric = self->rig.fabric;
	self->a = self->rig.accels[0].id;
	self->b = self->rig.accels[1].id;
	p = port_linked(self->fabric, NVLF_OWNER_ENDPOINT, self->a);
	ASSERT_NE(NULL, p);
	self->port = port_of(p);
	ASSERT_EQ(0, bo_make(self->rig.fd[0], PAGE, 0, &self->near));
	ASSERT_EQ(0, bo_make(self->rig.fd[1], PAGE, 0, &self->far));
	ASSERT_EQ(0, grant_make(self->rig.fd[1], self->far.handle, RIGHT_RW, 0,
				PAGE, &grant));
	ASSERT_EQ(0, window_map(self->rig.fd[0], &grant, 0, 0, RIGHT_RW,
				&self->window));
}

FIXTURE_TEARDOWN(counter)
{
	rig_end(&self->rig);
}

/* Copies @length bytes from a to b */
static int copy(const struct rig *rig, __u32 window, __u32 from, __u64 length)
{
	struct drm_trn4_cmd cmd = cmd_copy(window, 0, from, 0, length);

	return submit_wait(rig->fd[0], &cmd, 1, 0);
}

TEST_F(counter, traffic)
{
	struct port_counters before[2], after[2], sw_before, sw_after;
	__u64 sw_rx = 0, sw_tx = 0;
	unsigned int i;

	for (i = 0; i < self->fabric->switch_count; i++) {
		ASSERT_EQ(0, port_counters_sum(self->nl, NVLF_OWNER_SWITCH,
					       self->fabric->switches[i].id,
					       &sw_before));
		sw_rx -= sw_before.rx_bytes;
		sw_tx -= sw_before.tx_bytes;
	}
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0,
			  port_counters_sum(self->nl, NVLF_OWNER_ENDPOINT,
					    i ? self->b : self->a, &before[i]));
	ASSERT_EQ(0, copy(&self->rig, self->window, self->near.handle, MIB));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0,
			  port_counters_sum(self->nl, NVLF_OWNER_ENDPOINT,
					    i ? self->b : self->a, &after[i]));
		EXPECT_EQ(LINKS, after[i].port.index);
	}
	for (i = 0; i < self->fabric->switch_count; i++) {
		ASSERT_EQ(0, port_counters_sum(self->nl, NVLF_OWNER_SWITCH,
					       self->fabric->switches[i].id,
					       &sw_after));
		EXPECT_EQ(RADIX, sw_after.port.index);
		sw_rx += sw_after.rx_bytes;
		sw_tx += sw_after.tx_bytes;
	}
	/* Sent by one, received by the other, through switches */
	EXPECT_EQ(MIB, after[0].tx_bytes - before[0].tx_bytes);
	EXPECT_EQ(MIB, after[1].rx_bytes - before[1].rx_bytes);
	EXPECT_LE(MIB / 256, after[0].tx_packets - before[0].tx_packets);
	EXPECT_EQ(after[0].tx_packets - before[0].tx_packets,
		  after[1].rx_packets - before[1].rx_packets);
	EXPECT_EQ(MIB, sw_rx);
	EXPECT_EQ(MIB, sw_tx);
}

TEST_F(counter, clear)
{
	struct port_counters before, after, c;
	const struct fabric_port *p;
	struct port cleared;
	unsigned int i;

	ASSERT_EQ(0, copy(&self->rig, self->window, self->near.handle, MIB));
	for (i = 0; i < self->fabric->port_count; i++) {
		p = &self->fabric->ports[i];
		cleared = port_of(p);
		ASSERT_EQ(0, port_counters(self->nl, &cleared, &c));
		if (p->owner == NVLF_OWNER_ENDPOINT && p->owner_id == self->a &&
		    c.tx_bytes)
			break;
	}
	ASSERT_GT(self->fabric->port_count, i);
	ASSERT_EQ(0, port_counters_sum(self->nl, NVLF_OWNER_ENDPOINT, self->a,
				       &before));
	ASSERT_EQ(0, port_set(self->nl, &cleared, PORT_KEEP, PORT_CLEAR));
	ASSERT_EQ(0, port_counters_sum(self->nl, NVLF_OWNER_ENDPOINT, self->a,
				       &after));
	EXPECT_EQ(c.tx_bytes, before.tx_bytes - after.tx_bytes);
	EXPECT_EQ(c.tx_packets, before.tx_packets - after.tx_packets);
	ASSERT_EQ(0, port_counters(self->nl, &cleared, &c));
	EXPECT_EQ(0, c.tx_bytes);
	EXPECT_EQ(0, c.rx_bytes);
	EXPECT_EQ(0, c.tx_packets);
	EXPECT_EQ(0, c.recoveries);
}

/* A training after the first is a recovery */
TEST_F(counter, recoveries)
{
	struct port_counters before, after;
	struct fabric_port was, p;

	ASSERT_EQ(0, port_get(self->nl, &self->port, &was));
	ASSERT_EQ(0, port_counters(self->nl, &self->port, &before));
	ASSERT_EQ(0, port_set(self->nl, &self->port, PORT_KEEP, PORT_RETRAIN));
	do {
		ASSERT_EQ(0, port_wait(self->nl, &self->port,
				       NVLF_PORT_STATE_ACTIVE, &p));
	} while (p.trainings == was.trainings);
	ASSERT_EQ(0, port_counters(self->nl, &self->port, &after));
	EXPECT_EQ(before.recoveries + 1, after.recoveries);
}

struct tally {
	unsigned int count, endpoints;
};

static int on_tally(const struct nl_reply *reply, void *priv)
{
	struct port_counters c;
	struct tally *tally = priv;

	if (port_parse_counters(reply, &c))
		return -EBADMSG;
	tally->count++;
	tally->endpoints += c.port.owner == NVLF_OWNER_ENDPOINT;
	return 0;
}

/* All, and those of one kind; in small parts as well */
TEST_F(counter, dumps)
{
	struct tally tally = { 0 };
	struct nl_request req;
	struct nl small;

	nl_request(&req, NVLF_CMD_COUNTER_GET);
	ASSERT_EQ(0, nl_dump(self->nl, &req, on_tally, &tally));
	EXPECT_EQ(self->fabric->port_count, tally.count);
	EXPECT_EQ(LINKS * self->fabric->endpoint_count, tally.endpoints);

	memset(&tally, 0, sizeof(tally));
	ASSERT_EQ(0, nl_open_small(&small));
	nl_request(&req, NVLF_CMD_COUNTER_GET);
	nl_put_u32(&req, NVLF_A_COUNTER_OWNER, NVLF_OWNER_SWITCH);
	ASSERT_EQ(0, nl_dump(&small, &req, on_tally, &tally));
	EXPECT_EQ(RADIX * self->fabric->switch_count, tally.count);
	EXPECT_EQ(0, tally.endpoints);
	nl_close(&small);
}

/* ---- A device that does not answer ---- */

/*
 * While a device is in a reset, which takes 100 ms and more, a get says so and
 * a dump leaves it out; and never is there an all-ones.
 */
TEST_F(counter, in_reset)
{
	const char *device = port_device(self->fabric, &self->port);
	unsigned int absent = 0, left_out = 0, per_device = LINKS;
	struct port_counters c;
	struct nl_request req;
	struct tally tally;
	int status, ret;
	pid_t child;

	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(pci_reset(device) ? 1 : 0);
	do {
		ret = port_counters(self->nl, &self->port, &c);
		if (ret) {
			ASSERT_EQ(-ENODEV, ret);
			EXPECT_NE(0, self->nl->offset);
			EXPECT_STRNE("", self->nl->text);
			absent++;
		} else {
			EXPECT_NE(~0ull, c.tx_bytes);
		}
		memset(&tally, 0, sizeof(tally));
		nl_request(&req, NVLF_CMD_COUNTER_GET);
		nl_put_u32(&req, NVLF_A_COUNTER_OWNER, NVLF_OWNER_ENDPOINT);
		ASSERT_EQ(0, nl_dump(self->nl, &req, on_tally, &tally));
		if (tally.count != per_device * self->fabric->endpoint_count)
			left_out++;
		EXPECT_LE(per_device * (self->fabric->endpoint_count - 1),
			  tally.count);
		ret = waitpid(child, &status, WNOHANG);
	} while (!ret);
	EXPECT_EQ(child, ret);
	EXPECT_EQ(0, status);
	EXPECT_LT(0, absent);
	EXPECT_LT(0, left_out);
	/* It is over now */
	ASSERT_EQ(0, fabric_load_trained(self->nl, self->fabric));
	EXPECT_EQ(0, port_counters(self->nl, &self->port, &c));
}

TEST_F(counter, set_in_reset)
{
	const char *device = port_device(self->fabric, &self->port);
	unsigned int absent = 0;
	int status, ret;
	pid_t child;

	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(pci_reset(device) ? 1 : 0);
	do {
		ret = port_set(self->nl, &self->port, PORT_KEEP, PORT_CLEAR);
		if (ret) {
			ASSERT_EQ(-ENODEV, ret);
			EXPECT_NE(0, self->nl->offset);
			EXPECT_STRNE("", self->nl->text);
			absent++;
		}
		ret = waitpid(child, &status, WNOHANG);
	} while (!ret);
	EXPECT_EQ(child, ret);
	EXPECT_EQ(0, status);
	EXPECT_LT(0, absent);
	ASSERT_EQ(0, fabric_load_trained(self->nl, self->fabric));
}

/* ---- What is refused ---- */

TEST_F(counter, absent_one)
{
	const struct port absent[] = {
		{ NVLF_OWNER_ENDPOINT, NVLF_TARGET_MAX, 0 },
		{ NVLF_OWNER_ENDPOINT, ~0u, 0 },
		{ NVLF_OWNER_SWITCH, 36, 0 },
		{ NVLF_OWNER_SWITCH, ~0u, 0 },
		{ NVLF_OWNER_ENDPOINT, self->a, LINKS },
		{ NVLF_OWNER_ENDPOINT, self->a, ~0u },
	};
	struct tally tally = { 0 };
	struct port_counters c;
	struct nl_request req;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(absent); i++) {
		EXPECT_EQ(-ENOENT, port_counters(self->nl, &absent[i], &c))
		{
			TH_LOG("case %u", i);
		}
		EXPECT_NE(0, self->nl->offset);
		EXPECT_STRNE("", self->nl->text);
	}
	for (i = 0; i < 4; i++) {
		nl_request(&req, NVLF_CMD_COUNTER_GET);
		nl_put_u32(&req, NVLF_A_COUNTER_OWNER, absent[i].owner);
		nl_put_u32(&req, NVLF_A_COUNTER_OWNER_ID, absent[i].id);
		EXPECT_EQ(-ENOENT, nl_dump(self->nl, &req, on_tally, &tally));
		EXPECT_STRNE("", self->nl->text);
	}
	EXPECT_EQ(0, tally.count);
}

/* What can be read cannot be asked by */
TEST_F(counter, asked_by_a_counter)
{
	static const __u64 zero;
	struct nl_request req;
	__u32 at;

	port_request(&req, NVLF_CMD_COUNTER_GET, &self->port);
	at = nl_put(&req, NVLF_A_COUNTER_TX_BYTES, &zero, sizeof(zero));
	EXPECT_EQ(-EINVAL, nl_do(self->nl, &req, NULL, NULL));
	EXPECT_EQ(at, self->nl->offset);
}

/* In a child without capabilities; returns the first step that went wrong */
static int without_caps(const struct port *port)
{
	struct port_counters c;
	struct nl nl;

	if (drop_caps())
		return 1;
	if (nl_open(&nl))
		return 2;
	if (port_counters(&nl, port, &c))
		return 3;
	if (port_counters_sum(&nl, port->owner, port->id, &c) ||
	    c.port.index != LINKS)
		return 4;
	return port_set(&nl, port, PORT_KEEP, PORT_CLEAR) == -EPERM ? 0 : 5;
}

TEST_F(counter, anyone_may_read)
{
	pid_t child = fork();
	int status;

	ASSERT_LE(0, child);
	if (!child)
		_exit(without_caps(&self->port));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status)
	{
		TH_LOG("step %d", WEXITSTATUS(status));
	}
}

TEST_HARNESS_MAIN
