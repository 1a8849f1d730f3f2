// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * route_bench.c - programming all routes of the fabric and reading them back,
 * beside as many IPv4 routes by rtnetlink in the same guest: a request for
 * each switch's table there, a batch of as many messages here. Both are put
 * together before the clock starts.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "bench.h"
#include "fabric.h"

#define ROUNDS 9

/* A message for one IPv4 route */
struct ip_route {
	struct nlmsghdr head;
	struct rtmsg rtm;
	struct rtattr dst_attr;
	__be32 dst;
	struct rtattr oif_attr;
	__u32 oif;
};

FIXTURE(route)
{
	struct nl nl;
	struct fabric *fabric;
	struct nl_request *set; /* for each switch: its whole table */
	unsigned int switches, targets;
	int rt; /* socket of rtnetlink */
	struct ip_route *add;
	struct ip_route *del;
};

static void ip_route(struct ip_route *r, __u16 type, unsigned int n, bool last)
{
	*r = (struct ip_route) {
		.head = { .nlmsg_len = sizeof(*r),
			  .nlmsg_type = type,
			  .nlmsg_flags = NLM_F_REQUEST },
		.rtm = { .rtm_family = AF_INET,
			 .rtm_dst_len = 32,
			 .rtm_table = RT_TABLE_MAIN,
			 .rtm_protocol = RTPROT_STATIC,
			 .rtm_scope = RT_SCOPE_LINK,
			 .rtm_type = RTN_UNICAST },
		.dst_attr = { .rta_len = RTA_LENGTH(4), .rta_type = RTA_DST },
		.dst = htonl(10u << 24 | n),
		.oif_attr = { .rta_len = RTA_LENGTH(4), .rta_type = RTA_OIF },
		.oif = if_nametoindex("lo"),
	};
	if (type == RTM_NEWROUTE)
		r->head.nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
	/* All that went wrong is answered; that all is done, once */
	if (last)
		r->head.nlmsg_flags |= NLM_F_ACK;
}

FIXTURE_SETUP(route)
{
	unsigned int i, k, n;
	int ret;

	self->rt = -1;
	ret = fabric_begin(&self->nl, &self->fabric, 1);
	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 1);
	ASSERT_EQ(0, ret);
	self->switches = self->fabric->switch_count;
	self->targets = self->fabric->endpoint_count;
	n = self->switches * self->targets;
	self->set = calloc(self->switches, sizeof(*self->set));
	self->add = calloc(n, sizeof(*self->add));
	self->del = calloc(n, sizeof(*self->del));
	ASSERT_TRUE(self->set && self->add && self->del);
	for (i = 0; i < self->switches; i++) {
		__u32 sw = self->fabric->switches[i].id;

		fabric_table(&self->set[i], sw, true);
		for (k = 0; k < self->targets; k++) {
			__u32 target = self->fabric->endpoints[k].id;
			__u8 ports[FABRIC_PORTS_LEN];

			fabric_ports_to(self->fabric, sw, target, ports);
			fabric_table_entry(&self->set[i], target, ports);
		}
	}
	for (i = 0; i < n; i++) {
		bool last = i % self->targets == self->targets - 1;

		ip_route(&self->add[i], RTM_NEWROUTE, i, last);
		ip_route(&self->del[i], RTM_DELROUTE, i, last);
	}
	self->rt = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ASSERT_LE(0, self->rt);
}

FIXTURE_TEARDOWN(route)
{
	if (self->rt >= 0)
		close(self->rt);
	free(self->set);
	free(self->add);
	free(self->del);
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
}

/* ---- The peer ---- */

/* Sends all, a batch for each switch, and waits for each batch's answer */
static int ip_batches(int fd, const struct ip_route *list, unsigned int batches,
		      unsigned int each)
{
	unsigned int i;

	for (i = 0; i < batches; i++) {
		struct {
			struct nlmsghdr head;
			struct nlmsgerr err;
			char rest[256];
		} answer;
		ssize_t len;

		if (send(fd, list + i * each, each * sizeof(*list), 0) < 0)
			return -errno;
		len = recv(fd, &answer, sizeof(answer), 0);
		if (len < 0)
			return -errno;
		if (answer.head.nlmsg_type != NLMSG_ERROR)
			return -EBADMSG;
		if (answer.err.error)
			return answer.err.error;
	}
	return 0;
}

/* How many of our IPv4 routes stand, or a negative errno */
static int ip_dump(int fd, size_t room)
{
	struct {
		struct nlmsghdr head;
		struct rtmsg rtm;
	} req = {
		.head = { .nlmsg_len = sizeof(req),
			  .nlmsg_type = RTM_GETROUTE,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.rtm = { .rtm_family = AF_INET },
	};
	char *buf = malloc(room);
	int count = 0, ret = buf ? 0 : -ENOMEM;
	bool done = false;

	if (!ret && send(fd, &req, sizeof(req), 0) < 0)
		ret = -errno;
	while (!ret && !done) {
		struct nlmsghdr *head = (struct nlmsghdr *)buf;
		ssize_t len = recv(fd, buf, room, 0);

		if (len < 0)
			ret = -errno;
		for (; len > 0 && NLMSG_OK(head, len);
		     head = NLMSG_NEXT(head, len)) {
			const struct rtmsg *rtm = NLMSG_DATA(head);

			if (head->nlmsg_type == NLMSG_DONE)
				done = true;
			else if (head->nlmsg_type != RTM_NEWROUTE)
				ret = -EBADMSG;
			else if (rtm->rtm_table == RT_TABLE_MAIN)
				count++;
		}
	}
	free(buf);
	return ret ? ret : count;
}

/* ---- Both ---- */

/* Tells the generation in which the change is in force */
static int on_answer(const struct nl_reply *reply, void *priv)
{
	if (reply->cmd != NVLF_CMD_ROUTE_TABLE_SET)
		return -EBADMSG;
	return nl_get_u32(reply, NVLF_A_ROUTE_GENERATION, priv);
}

static int on_route(const struct nl_reply *reply, void *priv)
{
	if (reply->cmd != NVLF_CMD_ROUTE_GET)
		return -EBADMSG;
	++*(int *)priv;
	return 0;
}

/* How many routes there are, or a negative errno: read as the peer's are */
static int dump(struct nl *nl)
{
	struct nl_request req;
	int count = 0, ret;

	nl_request(&req, NVLF_CMD_ROUTE_GET);
	ret = nl_dump(nl, &req, on_route, &count);
	return ret ?: count;
}

TEST_F_TIMEOUT(route, all, 100)
{
	unsigned int n = self->switches * self->targets, i, round;
	struct bench_times set = {}, get = {}, ip_set = {}, ip_get = {};
	struct bench_figure figure = { .unit = "routes/s",
				       .bar = 1,
				       .higher = true };
	int standing = ip_dump(self->rt, self->nl.room);
	char peer[64];
	__u32 generation;
	__u64 begin;

	ASSERT_LE(0, standing);
	for (round = 0; round < ROUNDS; round++) {
		begin = bench_now();
		for (i = 0; i < self->switches; i++)
			ASSERT_EQ(0, nl_do(&self->nl, &self->set[i], on_answer,
					   &generation));
		bench_add(&set, begin);
		begin = bench_now();
		ASSERT_EQ(n, dump(&self->nl));
		bench_add(&get, begin);
		ASSERT_EQ(0, fabric_clear(&self->nl));

		begin = bench_now();
		ASSERT_EQ(0, ip_batches(self->rt, self->add, self->switches,
					self->targets));
		bench_add(&ip_set, begin);
		begin = bench_now();
		ASSERT_EQ(standing + n, ip_dump(self->rt, self->nl.room));
		bench_add(&ip_get, begin);
		ASSERT_EQ(0, ip_batches(self->rt, self->del, self->switches,
					self->targets));
	}

	snprintf(peer, sizeof(peer), "%u IPv4 routes by rtnetlink", n);
	figure.peer_name = peer;
	figure.name = "routes, programmed";
	figure.ours = n * 1e9 / bench_median(&set);
	figure.peer = n * 1e9 / bench_median(&ip_set);
	bench_tell(&figure);
	figure.name = "routes, read back";
	figure.ours = n * 1e9 / bench_median(&get);
	figure.peer = n * 1e9 / bench_median(&ip_get);
	bench_tell(&figure);
}

TEST_HARNESS_MAIN
