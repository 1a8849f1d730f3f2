// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace_test.c - tracepoints of nvlf.ko: each kind of change is traced, with
 * what it is about, in the order in which it happens.
 */
#include <errno.h>

#include <kselftest_harness.h>
#include "fault.h"
#include "pci.h"
#include "port.h"
#include "trace.h"

#define NO_PORTS "00000000,00000000,00000000,00000000"

FIXTURE(trace)
{
	struct nl nl;
	struct fabric *fabric;
	struct trace trace;
	__u32 sw, a, b;
};

FIXTURE_SETUP(trace)
{
	int ret = fabric_begin(&self->nl, &self->fabric, 2);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 2);
	ASSERT_EQ(0, ret);
	self->sw = self->fabric->switches[0].id;
	self->a = self->fabric->endpoints[0].id;
	self->b = self->fabric->endpoints[1].id;
	ret = trace_begin(&self->trace, "nvlf");
	if (ret == -ENOENT)
		SKIP(return, TRACE_NEEDS);
	ASSERT_EQ(0, ret);
}

FIXTURE_TEARDOWN(trace)
{
	trace_end(&self->trace);
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
}

TEST_F(trace, requests)
{
	__u32 both[2] = { self->a, self->b };
	struct nl_request req;
	__u8 none = 0;
	struct nl mgr;

	TRACED(self->trace);
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 6, both, 2));
	ASSERT_EQ(0, fabric_route(&self->nl, self->fabric, self->sw, self->b));
	ASSERT_EQ(0, fabric_del_partition(&self->nl, 6));
	ASSERT_EQ(0, fabric_unroute(&self->nl, self->sw, self->b));
	TRACED(self->trace);
	EXPECT_TRACED(self->trace,
		      "nvlf_partition: id=6 present=1 members=2\n");
	EXPECT_TRACED(self->trace,
		      "nvlf_route: switch=%u target=%u ports=", self->sw,
		      self->b);
	EXPECT_TRACED(self->trace,
		      "nvlf_path: src=%u dst=%u old=no-route new=ok\n", self->a,
		      self->b);
	EXPECT_TRACED(self->trace,
		      "nvlf_partition: id=6 present=0 members=0\n");
	EXPECT_TRACED(self->trace,
		      "nvlf_path: src=%u dst=%u old=ok new=no-partition\n",
		      self->a, self->b);
	EXPECT_TRACED(self->trace,
		      "nvlf_revoke_begin: src=%u dst=%u partition=0\n", self->a,
		      self->b);
	EXPECT_TRACED(self->trace,
		      "nvlf_revoke_end: src=%u dst=%u partition=0\n", self->a,
		      self->b);
	EXPECT_TRACED(self->trace,
		      "nvlf_route: switch=%u target=%u ports=" NO_PORTS "\n",
		      self->sw, self->b);

	ASSERT_EQ(0, nl_open(&mgr));
	nl_request(&req, NVLF_CMD_MANAGER_ATTACH);
	nl_put(&req, NVLF_A_MANAGER_NAME, "traced", 7);
	nl_put_u32(&req, NVLF_A_MANAGER_TIMEOUT, NVLF_MANAGER_TIMEOUT_MAX);
	ASSERT_EQ(0, nl_do(&mgr, &req, NULL, NULL));
	nl_close(&mgr);
	TRACED(self->trace);
	EXPECT_TRACED(self->trace, "nvlf_manager: state=standby port_id=");
	EXPECT_TRACED(self->trace, "name=traced\n");
	EXPECT_TRACED(self->trace, "nvlf_manager: state=offline");

	ASSERT_EQ(0, fabric_set_partition(&self->nl, 6, both, 2));
	nl_request(&req, NVLF_CMD_GROUP_SET);
	nl_put_u32(&req, NVLF_A_GROUP_ID, 9);
	nl_put_u32(&req, NVLF_A_GROUP_PARTITION_ID, 6);
	nl_put(&req, NVLF_A_GROUP_MEMBERS, &none, 1);
	if (nl_do(&self->nl, &req, NULL, NULL) == -EOPNOTSUPP)
		return;
	ASSERT_EQ(0, fabric_del_group(&self->nl, 9));
	TRACED(self->trace);
	EXPECT_TRACED(self->trace,
		      "nvlf_group: id=9 present=1 partition=6 members=0\n");
	EXPECT_TRACED(self->trace, "nvlf_group: id=9 present=0");
}

static int port_enable(struct nl *nl, __u32 endpoint, __u32 port, __u32 on)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_PORT_SET);
	nl_put_u32(&req, NVLF_A_PORT_OWNER, NVLF_OWNER_ENDPOINT);
	nl_put_u32(&req, NVLF_A_PORT_OWNER_ID, endpoint);
	nl_put_u32(&req, NVLF_A_PORT_INDEX, port);
	nl_put_u32(&req, NVLF_A_PORT_ENABLE, on);
	return nl_do(nl, &req, NULL, NULL);
}

TEST_F(trace, ports)
{
	TRACED(self->trace);
	ASSERT_EQ(0, port_enable(&self->nl, self->a, 2, 0));
	ASSERT_EQ(0, port_enable(&self->nl, self->a, 2, 1));
	ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
	TRACED(self->trace);
	EXPECT_TRACED(self->trace,
		      "nvlf_port: endpoint=%u port=2 old=active new=off lanes=0\n",
		      self->a);
	EXPECT_TRACED(self->trace,
		      "nvlf_port: endpoint=%u port=2 old=off new=", self->a);
	EXPECT_TRACED(self->trace,
		      "nvlf_port: endpoint=%u port=2 old=train new=active lanes=4\n",
		      self->a);
	trace_rewind(&self->trace);
	EXPECT_TRACED(self->trace, "nvlf_port: switch=");
	trace_rewind(&self->trace);
	EXPECT_TRACED(self->trace, "nvlf_error: endpoint=%u index=", self->a);
	EXPECT_TRACED(self->trace,
		      "error=link-down severity=error port=2 detail=0x0\n");
	trace_rewind(&self->trace);
	EXPECT_TRACED(self->trace,
		      "nvlf_health: endpoint=%u state=isolated cause=no-partition links=35\n",
		      self->a);
	EXPECT_TRACED(self->trace,
		      "nvlf_health: endpoint=%u state=isolated cause=no-partition links=36\n",
		      self->a);
}

static int on_lanes(const struct nl_reply *reply, void *priv)
{
	struct port_record *r = priv;

	if (reply->cmd != NVLF_CMD_LOG_NTF)
		return -EAGAIN;
	if (port_parse_record(reply, r))
		return -EBADMSG;
	return r->owner == NVLF_OWNER_ENDPOINT && r->error == NVLF_ERROR_LANES ?
		       0 :
		       -EAGAIN;
}

/* A record is traced with its severity, before it is told */
TEST_F(trace, severity)
{
	struct port_record told;
	struct nl ear;
	int ret;

	if (!fault_can())
		SKIP(return, FAULT_NEEDS);
	ASSERT_EQ(0, nl_open(&ear));
	ASSERT_EQ(0, nl_listen(&ear));
	TRACED(self->trace);
	ASSERT_EQ(0, fault_set("trn", self->a, "0:lanes=2"));
	do
		ret = nl_event(&ear, PORT_MSEC, on_lanes, &told);
	while (ret == -EAGAIN);
	ASSERT_EQ(0, ret);
	TRACED(self->trace);
	EXPECT_EQ(NVLF_SEVERITY_DEGRADED, told.severity);
	EXPECT_TRACED(self->trace,
		      "nvlf_error: endpoint=%u index=%llu error=lanes severity=degraded port=0 detail=0x2\n",
		      self->a, (unsigned long long)told.index);
	ASSERT_EQ(0, fault_set("trn", self->a, ""));
	ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
	nl_close(&ear);
}

/* A switch stops before it goes; an endpoint's driver has stopped it by then */
TEST_F(trace, devices_go_and_come)
{
	const char *sw = self->fabric->switches[0].device;
	const char *ep = self->fabric->endpoints[0].device;

	TRACED(self->trace);
	ASSERT_EQ(0, pci_unbind("nvl-switch", sw));
	TRACED(self->trace);
	EXPECT_TRACED(self->trace,
		      "nvlf_device: switch=%u present=1 online=0\n", self->sw);
	EXPECT_TRACED(self->trace,
		      "nvlf_device: switch=%u present=0 online=0\n", self->sw);
	ASSERT_EQ(0, pci_bind("nvl-switch", sw));
	TRACED(self->trace);
	EXPECT_TRACED(self->trace,
		      "nvlf_device: switch=%u present=1 online=1\n", self->sw);

	ASSERT_EQ(0, pci_unbind("trn4", ep));
	TRACED(self->trace);
	EXPECT_TRACED(self->trace,
		      "nvlf_device: endpoint=%u present=0 online=0\n", self->a);
	ASSERT_EQ(0, pci_bind("trn4", ep));
	TRACED(self->trace);
	EXPECT_TRACED(self->trace,
		      "nvlf_device: endpoint=%u present=1 online=1\n", self->a);
	ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
}

/* It stays present all the time */
TEST_F(trace, a_switch_without_power)
{
	const struct fabric_port *linked;
	struct fabric_port p;
	struct port port;

	if (!fault_can())
		SKIP(return, FAULT_NEEDS);
	linked = port_linked(self->fabric, NVLF_OWNER_SWITCH, self->sw);
	ASSERT_NE(NULL, linked);
	port = port_of(linked);
	TRACED(self->trace);
	ASSERT_EQ(0, fault_set("switch", self->sw, "dead"));
	ASSERT_EQ(0, port_wait(&self->nl, &port, NVLF_PORT_STATE_OFF, &p));
	TRACED(self->trace);
	EXPECT_TRACED(self->trace,
		      "nvlf_device: switch=%u present=1 online=0\n", self->sw);
	EXPECT_EQ(NULL, strstr(self->trace.text, "present=0"));
	ASSERT_EQ(0, fault_set("switch", self->sw, ""));
	ASSERT_EQ(0, port_wait(&self->nl, &port, NVLF_PORT_STATE_ACTIVE, &p));
	TRACED(self->trace);
	EXPECT_TRACED(self->trace,
		      "nvlf_device: switch=%u present=1 online=1\n", self->sw);
	EXPECT_EQ(NULL, strstr(self->trace.text, "present=0"));
	ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
}

/* What is refused, or changes nothing, is no event */
TEST_F(trace, silence)
{
	__u8 none[9] = { 0 };

	ASSERT_EQ(0, fabric_set_partition(&self->nl, 6, &self->a, 1));
	TRACED(self->trace);
	EXPECT_GT(0, fabric_set_route(&self->nl, self->sw, self->b, none, 9));
	EXPECT_GT(0, fabric_del_partition(&self->nl, 7));
	EXPECT_EQ(0, fabric_set_partition(&self->nl, 6, &self->a, 1));
	EXPECT_FALSE(fabric_reaches(&self->nl, self->a, self->b));
	TRACED(self->trace);
	EXPECT_EQ(NULL, strstr(self->trace.text, "nvlf_"))
	{
		TH_LOG("%s", strstr(self->trace.text, "nvlf_"));
	}
}

TEST_HARNESS_MAIN
