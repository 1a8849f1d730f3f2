// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netlink_notify_test.c - what listeners of the family nvlf are told of each change,
 * and dumps that a change comes in between.
 */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "pci.h"
#include "port.h"

#define EVENTS_MAX 256

/* What one notification said; which member is valid, cmd tells */
struct event {
	__u8 cmd;
	int bad; /* what parsing it returned */
	union {
		struct fabric_endpoint endpoint;
		struct fabric_switch sw;
		struct fabric_port port;
		struct fabric_route route;
		struct fabric_partition part;
		__u32 generation;
	};
};

FIXTURE(notify)
{
	struct nl nl;  /* asks */
	struct nl ear; /* listens */
	struct fabric *fabric;
	__u32 sw;
	struct event *events;
	unsigned int count;
};

static int on_event(const struct nl_reply *reply, void *priv)
{
	struct event *event = priv;

	memset(event, 0, sizeof(*event));
	event->cmd = reply->cmd;
	switch (reply->cmd) {
	case NVLF_CMD_ENDPOINT_NTF:
	case NVLF_CMD_ENDPOINT_DEL_NTF:
		event->bad = fabric_parse_endpoint(reply, &event->endpoint);
		break;
	case NVLF_CMD_SWITCH_NTF:
	case NVLF_CMD_SWITCH_DEL_NTF:
		event->bad = fabric_parse_switch(reply, &event->sw);
		break;
	case NVLF_CMD_PORT_NTF:
		event->bad = fabric_parse_port(reply, &event->port);
		break;
	case NVLF_CMD_ROUTE_NTF:
	case NVLF_CMD_ROUTE_DEL_NTF:
		event->bad = fabric_parse_route(reply, &event->route);
		break;
	case NVLF_CMD_PARTITION_NTF:
	case NVLF_CMD_PARTITION_DEL_NTF:
		event->bad = fabric_parse_partition(reply, &event->part);
		break;
	case NVLF_CMD_FABRIC_NTF:
		event->bad = nl_get_u32(reply, NVLF_A_FABRIC_GENERATION,
					&event->generation);
		break;
	/* Of these other tests know */
	case NVLF_CMD_HEALTH_NTF:
	case NVLF_CMD_LOG_NTF:
		break;
	default:
		event->bad = -ENOMSG;
	}
	return 0;
}

/*
 * Takes what has been told. Notifications are sent before the answer to the
 * request that caused them, so that nothing is left to come then.
 */
static unsigned int collect(struct nl *ear, struct event *events)
{
	unsigned int n = 0;

	while (n < EVENTS_MAX && !nl_event(ear, 0, on_event, &events[n]))
		n++;
	return n;
}

FIXTURE_SETUP(notify)
{
	int ret = fabric_begin(&self->nl, &self->fabric, 2);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 2);
	ASSERT_EQ(0, ret);
	self->events = calloc(EVENTS_MAX, sizeof(*self->events));
	ASSERT_NE(NULL, self->events);
	self->sw = self->fabric->switches[0].id;
	ASSERT_EQ(0, nl_open(&self->ear));
	ASSERT_EQ(0, nl_listen(&self->ear));
}

FIXTURE_TEARDOWN(notify)
{
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
	nl_close(&self->ear);
	free(self->events);
}

#define COLLECT() \
	do { \
		unsigned int __i; \
\
		self->count = collect(&self->ear, self->events); \
		for (__i = 0; __i < self->count; __i++) \
			EXPECT_EQ(0, self->events[__i].bad) \
			{ \
				TH_LOG("event of command %u", \
				       self->events[__i].cmd); \
			} \
	} while (0)

/* The last event of this kind, or NULL; *count is how many there were */
static const struct event *last(const struct event *events, unsigned int n,
				__u8 cmd, unsigned int *count)
{
	const struct event *found = NULL;
	unsigned int i;

	for (*count = i = 0; i < n; i++)
		if (events[i].cmd == cmd) {
			found = &events[i];
			++*count;
		}
	return found;
}

/* The last event about an endpoint, or NULL */
static const struct event *of_endpoint(const struct event *events,
				       unsigned int n, __u32 id)
{
	const struct event *found = NULL;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (events[i].cmd == NVLF_CMD_ENDPOINT_NTF &&
		    events[i].endpoint.id == id)
			found = &events[i];
	return found;
}

TEST_F(notify, route)
{
	__u32 target = self->fabric->endpoints[0].id;
	struct fabric_route before;
	const struct event *event;
	unsigned int n;

	ASSERT_EQ(0, fabric_route(&self->nl, self->fabric, self->sw, target));
	COLLECT();
	event = last(self->events, self->count, NVLF_CMD_ROUTE_NTF, &n);
	ASSERT_NE(NULL, event);
	EXPECT_EQ(1, n);
	EXPECT_EQ(self->sw, event->route.switch_id);
	EXPECT_EQ(target, event->route.target);
	ASSERT_EQ(1, fabric_routes(&self->nl, &before, 1));
	EXPECT_EQ(0, memcmp(&before, &event->route, sizeof(before)));
	/* The switch has one route more */
	event = last(self->events, self->count, NVLF_CMD_SWITCH_NTF, &n);
	ASSERT_NE(NULL, event);
	EXPECT_EQ(self->sw, event->sw.id);
	EXPECT_EQ(1, event->sw.routes);

	ASSERT_EQ(0, fabric_unroute(&self->nl, self->sw, target));
	COLLECT();
	event = last(self->events, self->count, NVLF_CMD_ROUTE_DEL_NTF, &n);
	ASSERT_NE(NULL, event);
	EXPECT_EQ(1, n);
	EXPECT_EQ(0, memcmp(&before, &event->route, sizeof(before)));
	last(self->events, self->count, NVLF_CMD_ROUTE_NTF, &n);
	EXPECT_EQ(0, n);
	event = last(self->events, self->count, NVLF_CMD_SWITCH_NTF, &n);
	ASSERT_NE(NULL, event);
	EXPECT_EQ(0, event->sw.routes);
}

TEST_F(notify, route_replaced)
{
	__u32 target = self->fabric->endpoints[0].id;
	struct fabric_route full;
	const struct event *event;
	__u8 one[9] = { 0 };
	unsigned int n;
	int i;

	ASSERT_EQ(0, fabric_route(&self->nl, self->fabric, self->sw, target));
	ASSERT_EQ(1, fabric_routes(&self->nl, &full, 1));
	COLLECT();
	for (i = 0; i < 72 && !bit_is(full.ports, i); i++)
		;
	bit_set(one, i);
	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, target, one, 9));
	COLLECT();
	event = last(self->events, self->count, NVLF_CMD_ROUTE_NTF, &n);
	ASSERT_NE(NULL, event);
	EXPECT_EQ(1, n);
	EXPECT_EQ(0, memcmp(one, event->route.ports, 9));
}

TEST_F(notify, partition)
{
	__u32 members[2] = {
		self->fabric->endpoints[0].id,
		self->fabric->endpoints[1].id,
	};
	const struct event *event;
	unsigned int n, k;

	ASSERT_EQ(0, fabric_set_partition(&self->nl, 9, members, 2));
	COLLECT();
	event = last(self->events, self->count, NVLF_CMD_PARTITION_NTF, &n);
	ASSERT_NE(NULL, event);
	EXPECT_EQ(1, n);
	EXPECT_EQ(9, event->part.id);
	for (k = 0; k <= NVLF_TARGET_MAX; k++)
		EXPECT_EQ(k == members[0] || k == members[1],
			  bit_is(event->part.members, k));

	ASSERT_EQ(0, fabric_set_partition(&self->nl, 9, members, 1));
	COLLECT();
	event = last(self->events, self->count, NVLF_CMD_PARTITION_NTF, &n);
	ASSERT_NE(NULL, event);
	EXPECT_TRUE(bit_is(event->part.members, members[0]));
	EXPECT_FALSE(bit_is(event->part.members, members[1]));

	ASSERT_EQ(0, fabric_del_partition(&self->nl, 9));
	COLLECT();
	event = last(self->events, self->count, NVLF_CMD_PARTITION_DEL_NTF, &n);
	ASSERT_NE(NULL, event);
	EXPECT_EQ(1, n);
	EXPECT_EQ(9, event->part.id);
	EXPECT_TRUE(bit_is(event->part.members, members[0]));
	EXPECT_FALSE(bit_is(event->part.members, members[1]));
}

/* Whoever can reach more or less than before is told of */
TEST_F(notify, reachable)
{
	__u32 a = self->fabric->endpoints[0].id;
	__u32 b = self->fabric->endpoints[1].id;
	__u32 both[2] = { a, b };
	const struct event *event;

	/* Without a route to b nothing changes for anybody */
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 1, both, 2));
	COLLECT();
	EXPECT_EQ(NULL, of_endpoint(self->events, self->count, a));
	EXPECT_EQ(NULL, of_endpoint(self->events, self->count, b));

	ASSERT_EQ(0, fabric_route(&self->nl, self->fabric, self->sw, b));
	COLLECT();
	event = of_endpoint(self->events, self->count, a);
	ASSERT_NE(NULL, event);
	EXPECT_TRUE(bit_is(event->endpoint.reachable, b));
	EXPECT_EQ(NULL, of_endpoint(self->events, self->count, b));
	EXPECT_TRUE(fabric_reaches(&self->nl, a, b));
	EXPECT_FALSE(fabric_reaches(&self->nl, b, a));

	ASSERT_EQ(0, fabric_del_partition(&self->nl, 1));
	COLLECT();
	event = of_endpoint(self->events, self->count, a);
	ASSERT_NE(NULL, event);
	EXPECT_FALSE(bit_is(event->endpoint.reachable, b));
	EXPECT_EQ(NULL, of_endpoint(self->events, self->count, b));
}

static int on_generation(const struct nl_reply *reply, void *priv)
{
	return nl_get_u32(reply, NVLF_A_FABRIC_GENERATION, priv);
}

/* Change @which of four, of which each undoes another */
static int change(struct nl *nl, const struct fabric *f, __u32 sw,
		  unsigned int which)
{
	const __u32 both[2] = { f->endpoints[0].id, f->endpoints[1].id };

	switch (which) {
	case 0:
		return fabric_set_partition(nl, 1, both, 2);
	case 1:
		return fabric_route(nl, f, sw, both[1]);
	case 2:
		return fabric_unroute(nl, sw, both[1]);
	default:
		return fabric_del_partition(nl, 1);
	}
}

/* Behind all that is told of a change comes, once, the new generation */
TEST_F(notify, generation)
{
	const struct event *event;
	struct nl_request req;
	unsigned int i, n;
	__u32 now;

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, change(&self->nl, self->fabric, self->sw, i));
		COLLECT();
		event = last(self->events, self->count, NVLF_CMD_FABRIC_NTF,
			     &n);
		ASSERT_NE(NULL, event);
		EXPECT_EQ(1, n);
		EXPECT_LT(1, self->count);
		EXPECT_EQ(&self->events[self->count - 1], event);
		nl_request(&req, NVLF_CMD_FABRIC_GET);
		ASSERT_EQ(0, nl_do(&self->nl, &req, on_generation, &now));
		EXPECT_EQ(now, event->generation);
	}
}

/* The next that is told of endpoints and of the whole, or a negative errno */
static int hear(struct nl *ear, int msec, struct event *event)
{
	int ret;

	do
		ret = nl_event(ear, msec, on_event, event);
	while (!ret && event->cmd != NVLF_CMD_ENDPOINT_NTF &&
	       event->cmd != NVLF_CMD_ENDPOINT_DEL_NTF &&
	       event->cmd != NVLF_CMD_FABRIC_NTF);
	return ret ? ret : event->bad;
}

static bool tells_of(const struct event *event, __u32 id)
{
	return event->cmd != NVLF_CMD_FABRIC_NTF && event->endpoint.id == id;
}

/*
 * An accelerator that goes is told of once, then what its peers reach no more,
 * then the generation; one that comes is told of, and then the generation.
 */
TEST_F(notify, endpoint_goes_and_comes)
{
	const struct fabric_endpoint *gone = &self->fabric->endpoints[1];
	__u32 a = self->fabric->endpoints[0].id, b = gone->id, generation;
	int size = 4 << 20; /* for the ports' own, too, while nobody reads */
	bool lost = false, won = false;
	__u32 both[2] = { a, b };
	struct event event;

	ASSERT_EQ(0, fabric_set_partition(&self->nl, 1, both, 2));
	ASSERT_EQ(0, fabric_route(&self->nl, self->fabric, self->sw, b));
	ASSERT_TRUE(fabric_reaches(&self->nl, a, b));
	ASSERT_EQ(0, setsockopt(self->ear.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
				sizeof(size)));
	COLLECT();

	ASSERT_EQ(0, pci_unbind("trn4", gone->device));
	do {
		ASSERT_EQ(0, hear(&self->ear, 0, &event));
	} while (event.cmd != NVLF_CMD_ENDPOINT_DEL_NTF);
	EXPECT_EQ(b, event.endpoint.id);
	EXPECT_EQ(gone->guid, event.endpoint.guid);
	EXPECT_STREQ(gone->device, event.endpoint.device);
	for (;;) {
		ASSERT_EQ(0, hear(&self->ear, 0, &event));
		if (event.cmd == NVLF_CMD_FABRIC_NTF)
			break;
		EXPECT_FALSE(tells_of(&event, b));
		lost |= tells_of(&event, a) &&
			!bit_is(event.endpoint.reachable, b);
	}
	EXPECT_TRUE(lost);
	generation = event.generation;
	/* Its links are seen to be down by their other ends */
	while (!hear(&self->ear, 0, &event))
		EXPECT_FALSE(tells_of(&event, b));

	ASSERT_EQ(0, pci_bind("trn4", gone->device));
	do {
		ASSERT_EQ(0, hear(&self->ear, 0, &event));
		won |= tells_of(&event, a) &&
		       bit_is(event.endpoint.reachable, b);
	} while (!tells_of(&event, b));
	EXPECT_EQ(NVLF_CMD_ENDPOINT_NTF, event.cmd);
	EXPECT_EQ(gone->guid, event.endpoint.guid);
	EXPECT_STREQ(gone->device, event.endpoint.device);
	for (;;) {
		ASSERT_EQ(0, hear(&self->ear, 0, &event));
		if (event.cmd == NVLF_CMD_FABRIC_NTF)
			break;
		EXPECT_FALSE(tells_of(&event, b));
		won |= tells_of(&event, a) &&
		       bit_is(event.endpoint.reachable, b);
	}
	EXPECT_LT(generation, event.generation);
	/* With the links, which may have trained by then */
	while (!won) {
		ASSERT_EQ(0, hear(&self->ear, PORT_MSEC, &event));
		EXPECT_NE(NVLF_CMD_ENDPOINT_DEL_NTF, event.cmd);
		won = tells_of(&event, a) &&
		      bit_is(event.endpoint.reachable, b);
	}
	ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
}

/* Reading, and what is refused, is told to nobody */
TEST_F(notify, silence)
{
	struct fabric_route route;
	__u8 none[9] = { 0 };
	__u32 member = 0;
	unsigned int n;

	ASSERT_EQ(0, fabric_set_partition(&self->nl, 5, &member, 1));
	collect(&self->ear, self->events);
	ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
	ASSERT_EQ(0, fabric_routes(&self->nl, &route, 1));
	/* Nor is what is so already */
	EXPECT_EQ(0, fabric_set_partition(&self->nl, 5, &member, 1));
	EXPECT_GT(0, fabric_set_route(&self->nl, self->sw, 0, none, 9));
	EXPECT_GT(0, fabric_unroute(&self->nl, self->sw, NVLF_TARGET_MAX));
	EXPECT_GT(0, fabric_set_partition(&self->nl, 0, NULL, 0));
	EXPECT_GT(0, fabric_del_partition(&self->nl, 77));
	n = collect(&self->ear, self->events);
	EXPECT_EQ(0, n)
	{
		TH_LOG("command %u", self->events[0].cmd);
	}
}

/* A listener that does not listen does not hold anybody up */
TEST_F(notify, deaf_listener)
{
	__u32 target = self->fabric->endpoints[0].id;
	int i;

	for (i = 0; i < 2000; i++) {
		ASSERT_EQ(0, fabric_set_partition(&self->nl, 1, &target, 1));
		ASSERT_EQ(0, fabric_del_partition(&self->nl, 1));
	}
}

/* ---- Dumps with a change in their midst ---- */

#define PARTS 64

struct picture {
	unsigned int count;
	__u32 value[PARTS]; /* the one member of each, in order of ids */
};

static int see(const struct nl_reply *reply, void *priv)
{
	struct picture *picture = priv;
	struct fabric_partition part;
	unsigned int k;

	if (fabric_parse_partition(reply, &part) || part.id < 1 ||
	    part.id > PARTS || picture->count == PARTS)
		return -EBADMSG;
	picture->count++;
	for (k = 0; k <= NVLF_TARGET_MAX && !bit_is(part.members, k); k++)
		;
	picture->value[part.id - 1] = k;
	return 0;
}

/*
 * A change goes over all partitions in the order of their ids; a picture of
 * one moment shows new members up to some id and old ones behind it. Returns
 * whether it is one.
 */
static bool one_moment(const struct picture *picture)
{
	unsigned int i, steps = 0;

	if (picture->count != PARTS)
		return false;
	for (i = 1; i < PARTS; i++)
		if (picture->value[i] != picture->value[i - 1]) {
			if (picture->value[i] != picture->value[i - 1] - 1)
				return false;
			steps++;
		}
	return steps <= 1;
}

/* A step in the midst of a dump: it must show itself as interrupted */
TEST_F(notify, dump_interrupted)
{
	struct picture picture = { 0 };
	struct nl_request req;
	__u32 member = 100;
	unsigned int i;
	struct nl dumper;
	int ret;

	for (i = 1; i <= PARTS; i++)
		ASSERT_EQ(0, fabric_set_partition(&self->nl, i, &member, 1));
	ASSERT_EQ(0, nl_open_small(&dumper));
	nl_request(&req, NVLF_CMD_PARTITION_GET);
	ASSERT_EQ(0, nl_dump_begin(&dumper, &req));
	/* The kernel has made the first part, and not the last */
	ASSERT_EQ(1, nl_dump_next(&dumper, see, &picture));
	EXPECT_GT(PARTS, picture.count);
	member = 101;
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 1, &member, 1));
	member = 100;
	ASSERT_EQ(0, fabric_set_partition(&self->nl, PARTS, &member, 1));
	ASSERT_EQ(0, fabric_del_partition(&self->nl, PARTS));
	do
		ret = nl_dump_next(&dumper, see, &picture);
	while (ret > 0);
	EXPECT_EQ(0, ret);
	EXPECT_TRUE(dumper.interrupted);
	nl_close(&dumper);
}

/* Nothing changes: no dump may say that something did */
TEST_F(notify, dump_not_interrupted)
{
	struct picture picture = { 0 };
	unsigned int i, parts = 0;
	struct nl_request req;
	__u32 member = 100;
	struct nl dumper;
	int ret;

	for (i = 1; i <= PARTS; i++)
		ASSERT_EQ(0, fabric_set_partition(&self->nl, i, &member, 1));
	ASSERT_EQ(0, nl_open_small(&dumper));
	nl_request(&req, NVLF_CMD_PARTITION_GET);
	ASSERT_EQ(0, nl_dump_begin(&dumper, &req));
	do {
		ret = nl_dump_next(&dumper, see, &picture);
		parts++;
	} while (ret > 0);
	EXPECT_EQ(0, ret);
	EXPECT_LT(1, parts);
	EXPECT_FALSE(dumper.interrupted);
	nl_close(&dumper);
	EXPECT_TRUE(one_moment(&picture));
}

/* Another process changes all the time: each dump is whole, or says it is not */
TEST_F(notify, dump_under_change)
{
	unsigned int i, whole = 0, interrupted = 0;
	struct nl_request req;
	__u32 member = 100;
	int status, ret, round;
	struct nl dumper;
	pid_t child;

	ASSERT_EQ(0, nl_open_small(&dumper));
	for (i = 1; i <= PARTS; i++)
		ASSERT_EQ(0, fabric_set_partition(&self->nl, i, &member, 1));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		struct nl nl;

		if (nl_open(&nl))
			_exit(1);
		for (member = 101; member < NVLF_TARGET_MAX; member++)
			for (i = 1; i <= PARTS; i++)
				if (fabric_set_partition(&nl, i, &member, 1))
					_exit(2);
		pause();
		_exit(0);
	}
	for (round = 0; round < 300; round++) {
		struct picture picture = { 0 };

		nl_request(&req, NVLF_CMD_PARTITION_GET);
		ASSERT_EQ(0, nl_dump_begin(&dumper, &req));
		do
			ret = nl_dump_next(&dumper, see, &picture);
		while (ret > 0);
		EXPECT_EQ(0, ret);
		if (dumper.interrupted) {
			interrupted++;
			continue;
		}
		whole++;
		EXPECT_TRUE(one_moment(&picture));
	}
	TH_LOG("%u dumps whole, %u interrupted", whole, interrupted);
	nl_close(&dumper);
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status))
	{
		TH_LOG("step %d", WEXITSTATUS(status));
	}
}

TEST_HARNESS_MAIN
