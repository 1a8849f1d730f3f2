// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crowd_test.c - many clients, and clients that misbehave: a thousand sockets
 * at once, a listener that never reads, dumps that a change comes in between,
 * and processes that do everything at the same time.
 */
#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "pci.h"
#include "port.h"

#define CROWD 1000
#define SMALL 4096 /* bytes of a receive buffer that is soon full */

FIXTURE(crowd)
{
	struct nl nl;
	struct fabric *fabric;
};

FIXTURE_SETUP(crowd)
{
	int ret = fabric_begin(&self->nl, &self->fabric, 1);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 1);
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, fabric_clear(&self->nl));
}

FIXTURE_TEARDOWN(crowd)
{
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
}

struct heard {
	unsigned int set, del;
};

static int on_event(const struct nl_reply *reply, void *priv)
{
	struct heard *heard = priv;
	struct fabric_partition part;

	if (reply->cmd == NVLF_CMD_PARTITION_NTF)
		heard->set++;
	else if (reply->cmd == NVLF_CMD_PARTITION_DEL_NTF)
		heard->del++;
	else
		return 0;
	return fabric_parse_partition(reply, &part);
}

static struct heard listen_to(struct nl *ear)
{
	struct heard heard = { 0 };

	while (!nl_event(ear, 0, on_event, &heard))
		;
	return heard;
}

static int on_endpoint(const struct nl_reply *reply, void *priv)
{
	return reply->cmd == NVLF_CMD_ENDPOINT_GET ?
		       fabric_parse_endpoint(reply, priv) :
		       -EBADMSG;
}

static int get_endpoint(struct nl *nl, __u32 id, struct fabric_endpoint *e)
{
	struct nl_request req;

	memset(e, 0, sizeof(*e));
	nl_request(&req, NVLF_CMD_ENDPOINT_GET);
	nl_put_u32(&req, NVLF_A_ENDPOINT_TARGET_ID, id);
	return nl_do(nl, &req, on_endpoint, e);
}

/* All listen, each makes a request, and each hears of one change all the same */
TEST_F(crowd, thousand)
{
	struct rlimit limit = { CROWD + 64, CROWD + 64 };
	__u32 target = self->fabric->endpoints[0].id;
	struct nl *crowd;
	unsigned int i;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	crowd = calloc(CROWD, sizeof(*crowd));
	ASSERT_NE(NULL, crowd);
	for (i = 0; i < CROWD; i++) {
		ASSERT_EQ(0, nl_open(&crowd[i]));
		ASSERT_EQ(0, nl_listen(&crowd[i]));
	}
	for (i = 0; i < CROWD; i++) {
		struct fabric_endpoint e;

		ASSERT_EQ(0, get_endpoint(&crowd[i], target, &e));
		EXPECT_EQ(target, e.id);
		EXPECT_EQ(self->fabric->endpoints[0].guid, e.guid);
	}
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 5, &target, 1));
	ASSERT_EQ(0, fabric_del_partition(&crowd[CROWD / 2], 5));
	for (i = 0; i < CROWD; i++) {
		struct heard heard;

		/* Asked itself, so that its answer stands before the last */
		if (i == CROWD / 2)
			continue;
		heard = listen_to(&crowd[i]);
		EXPECT_EQ(1, heard.set);
		EXPECT_EQ(1, heard.del);
	}
	for (i = 0; i < CROWD; i++)
		nl_close(&crowd[i]);
	free(crowd);
}

/*
 * One listener never reads: it alone loses what it has no room for, and is
 * told so; requests succeed, and another listener misses nothing.
 */
TEST_F(crowd, deaf_listener)
{
	__u32 target = self->fabric->endpoints[0].id;
	struct nl deaf, ear;
	int i, small = SMALL, error;
	struct heard all = { 0 };
	char byte;

	ASSERT_EQ(0, nl_open(&deaf));
	ASSERT_EQ(0, setsockopt(deaf.fd, SOL_SOCKET, SO_RCVBUF, &small,
				sizeof(small)));
	ASSERT_EQ(0, nl_listen(&deaf));
	ASSERT_EQ(0, nl_open(&ear));
	ASSERT_EQ(0, nl_listen(&ear));
	for (i = 0; i < 200; i++) {
		struct heard heard;

		ASSERT_EQ(0, fabric_set_partition(&self->nl, 5, &target, 1));
		ASSERT_EQ(0, fabric_del_partition(&self->nl, 5));
		heard = listen_to(&ear);
		all.set += heard.set;
		all.del += heard.del;
	}
	EXPECT_EQ(200, all.set);
	EXPECT_EQ(200, all.del);
	/* The error comes once; then what it still had room for */
	error = recv(deaf.fd, &byte, 1, MSG_DONTWAIT) < 0 ? errno : 0;
	EXPECT_EQ(ENOBUFS, error);
	EXPECT_LT(0, recv(deaf.fd, &byte, 1, MSG_DONTWAIT | MSG_TRUNC));
	nl_close(&deaf);
	nl_close(&ear);
}

/* ---- Dumps ---- */

static int on_any(const struct nl_reply *reply, void *priv)
{
	unsigned int *count = priv;

	(void)reply;
	++*count;
	return 0;
}

/*
 * A dump of @cmd in small parts; between the first and the second a change.
 * -ENODATA where one part holds it all: nothing can come in between then.
 */
static int dump_around_change(struct nl *nl, __u8 cmd, __u32 target,
			      bool change, bool *interrupted)
{
	unsigned int count = 0, parts = 0;
	struct nl_request req;
	struct nl dumper;
	int ret;

	ret = nl_open_small(&dumper);
	if (ret)
		return ret;
	nl_request(&req, cmd);
	ret = nl_dump_begin(&dumper, &req);
	/* The first part is made; the second is when the first is taken */
	if (!ret && change)
		ret = fabric_set_partition(nl, 99, &target, 1);
	if (!ret) {
		do {
			ret = nl_dump_next(&dumper, on_any, &count);
			parts++;
		} while (ret > 0);
	}
	*interrupted = dumper.interrupted;
	nl_close(&dumper);
	return !ret && parts < 2 ? -ENODATA : ret;
}

/* Enough of all that can be made for its dump to have parts; or an errno */
static int fill(struct nl *nl, struct fabric *f, __u32 target, bool *groups)
{
	__u8 ports[9] = { 1 };
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < 300; i++)
		ret = fabric_set_route(nl, f->switches[0].id, i, ports,
				       sizeof(ports));
	for (i = 1; !ret && i < 60; i++)
		ret = fabric_set_partition(nl, i, &target, 1);
	/* The other end of each link that a reset takes down logs that */
	for (i = 0; !ret && i < 3; i++) {
		ret = pci_reset(f->endpoints[0].device);
		if (!ret)
			ret = fabric_load_trained(nl, f);
	}
	for (i = 0; !ret && i < 60; i++) {
		struct nl_request req;

		nl_request(&req, NVLF_CMD_GROUP_SET);
		nl_put_u32(&req, NVLF_A_GROUP_ID, i);
		nl_put_u32(&req, NVLF_A_GROUP_PARTITION_ID, 1);
		nl_put(&req, NVLF_A_GROUP_MEMBERS, ports, 0);
		ret = nl_do(nl, &req, NULL, NULL);
	}
	*groups = ret != -EOPNOTSUPP;
	return *groups ? ret : 0;
}

TEST_F(crowd, dumps_interrupted)
{
	static const struct {
		const char *name;
		__u8 cmd;
		bool large; /* than a part, also where there are few devices */
	} cases[] = {
		{ "endpoint", NVLF_CMD_ENDPOINT_GET, false },
		{ "switch", NVLF_CMD_SWITCH_GET, false },
		{ "health", NVLF_CMD_HEALTH_GET, false },
		{ "port", NVLF_CMD_PORT_GET, true },
		{ "counter", NVLF_CMD_COUNTER_GET, true },
		{ "log", NVLF_CMD_LOG_GET, true },
		{ "route", NVLF_CMD_ROUTE_GET, true },
		{ "partition", NVLF_CMD_PARTITION_GET, true },
		{ "group", NVLF_CMD_GROUP_GET, true },
	};
	__u32 target = self->fabric->endpoints[0].id;
	bool interrupted, groups;
	unsigned int k;
	int ret;

	ASSERT_EQ(0, fill(&self->nl, self->fabric, target, &groups));
	for (k = 0; k < ARRAY_SIZE(cases); k++) {
		if (cases[k].cmd == NVLF_CMD_GROUP_GET && !groups)
			continue;
		ret = dump_around_change(&self->nl, cases[k].cmd, target, false,
					 &interrupted);
		EXPECT_FALSE(interrupted);
		if (ret == -ENODATA && !cases[k].large) {
			TH_LOG("%s: one part holds all", cases[k].name);
			continue;
		}
		EXPECT_EQ(0, ret)
		{
			TH_LOG("%s", cases[k].name);
		}
		EXPECT_EQ(0, dump_around_change(&self->nl, cases[k].cmd, target,
						true, &interrupted));
		EXPECT_TRUE(interrupted)
		{
			TH_LOG("%s", cases[k].name);
		}
		ASSERT_EQ(0, fabric_del_partition(&self->nl, 99));
	}
}

/* ---- All at once ---- */

#define CLIENTS 16
#define ROUNDS  20

/* What a client looks for in a dump */
struct seen {
	unsigned int count;
	struct fabric_partition own; /* in: its id; out: its members */
};

static int see_partition(const struct nl_reply *reply, void *priv)
{
	struct fabric_partition part;
	struct seen *seen = priv;

	if (reply->cmd != NVLF_CMD_PARTITION_GET ||
	    fabric_parse_partition(reply, &part))
		return -EBADMSG;
	if (part.id == seen->own.id) {
		seen->count++;
		seen->own = part;
	}
	return 0;
}

/* The client's partition has @member, and nobody else */
static bool is_own(const struct fabric_partition *part, __u32 member)
{
	__u8 want[FABRIC_SET] = { 0 };

	bit_set(want, member);
	return !memcmp(want, part->members, sizeof(want));
}

static int attach(struct nl *nl)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_MANAGER_ATTACH);
	nl_put(&req, NVLF_A_MANAGER_NAME, "crowd", sizeof("crowd"));
	nl_put_u32(&req, NVLF_A_MANAGER_TIMEOUT, NVLF_MANAGER_TIMEOUT_MAX);
	return nl_do(nl, &req, NULL, NULL);
}

/* Returns 0, or the first step that went wrong */
static int try_attach(void)
{
	struct nl_request req;
	struct nl nl;
	int ret, step = 0;

	if (nl_open(&nl))
		return 30;
	ret = attach(&nl);
	if (ret && ret != -EBUSY)
		step = 31;
	nl_request(&req, NVLF_CMD_MANAGER_HEARTBEAT);
	/* Nobody takes over: who is attached stays so until it goes */
	if (nl_do(&nl, &req, NULL, NULL) != (ret ? -EPERM : 0))
		step = 32;
	nl_close(&nl);
	return step;
}

/* Client @n, which has a partition and a route that no other touches */
static int one_round(struct nl *nl, struct nl *dumper, const struct fabric *f,
		     unsigned int n, unsigned int round)
{
	__u32 member = 100 * n + round, sw = f->switches[0].id;
	struct seen seen = { .own = { .id = 100 + n } };
	__u8 ports[FABRIC_PORTS_LEN] = { 2 };
	unsigned int count = 0;
	struct nl_request req;

	if (fabric_set_partition(nl, 100 + n, &member, 1))
		return 1;
	if (fabric_set_route(nl, sw, 1000 + n, ports, sizeof(ports)))
		return 2;
	/* With room for it all in one part, nothing can come in between */
	nl_request(&req, NVLF_CMD_PARTITION_GET);
	if (nl_dump(nl, &req, see_partition, &seen) || nl->interrupted)
		return 3;
	if (seen.count != 1 || !is_own(&seen.own, member))
		return 4;
	/* In many parts: it is whole, or it says that it is not */
	nl_request(&req, NVLF_CMD_PORT_GET);
	if (nl_dump(dumper, &req, on_any, &count))
		return 5;
	if (!dumper->interrupted && count != f->port_count)
		return 6;
	if (fabric_unroute(nl, sw, 1000 + n))
		return 7;
	if (fabric_unroute(nl, sw, 1000 + n) != -ENOENT)
		return 8;
	if (fabric_del_partition(nl, 100 + n))
		return 9;
	return try_attach();
}

/* In a child; returns 0, or the step that went wrong */
static int client(const struct fabric *f, unsigned int n)
{
	unsigned int round;
	struct nl nl, dumper;
	int step = 0;

	if (nl_open(&nl) || nl_open_small(&dumper))
		return 20;
	for (round = 0; !step && round < ROUNDS; round++)
		step = one_round(&nl, &dumper, f, n, round);
	return step;
}

/* Each gets the answers that are its own, whatever the others do */
TEST_F(crowd, all_at_once)
{
	const struct fabric_port *linked =
		port_linked(self->fabric, NVLF_OWNER_ENDPOINT,
			    self->fabric->endpoints[0].id);
	struct fabric_partition part;
	unsigned int n, toggles = 0;
	struct fabric_route route;
	struct fabric_port p;
	struct port port;
	pid_t child;
	int status;

	ASSERT_NE(NULL, linked);
	port = port_of(linked);
	for (n = 0; n < CLIENTS; n++) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child)
			_exit(client(self->fabric, n));
	}
	while (n) {
		child = waitpid(-1, &status, WNOHANG);
		ASSERT_LE(0, child);
		if (child) {
			EXPECT_EQ(0, status)
			{
				TH_LOG("step %d", WEXITSTATUS(status));
			}
			n--;
			continue;
		}
		EXPECT_EQ(0, port_set(&self->nl, &port, toggles++ & 1, 0));
	}
	TH_LOG("the link went up and down %u times", toggles / 2);
	EXPECT_LT(1, toggles);
	EXPECT_EQ(0, port_set(&self->nl, &port, 1, 0));
	EXPECT_EQ(0, port_wait(&self->nl, &port, NVLF_PORT_STATE_ACTIVE, &p));
	EXPECT_EQ(0, fabric_partitions(&self->nl, &part, 1));
	EXPECT_EQ(0, fabric_routes(&self->nl, &route, 1));
}

TEST_HARNESS_MAIN
