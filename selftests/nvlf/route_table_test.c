// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * route_table_test.c - many routes of a switch in one request: that it does
 * what as many single ones would, tells of what changed and of nothing else,
 * and changes nothing at all where any of its entries is refused.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "fabric.h"

#define TARGETS  (NVLF_TARGET_MAX + 1)
#define STANDING 3 /* routes that stand before a bad request */

FIXTURE(table)
{
	struct nl nl;  /* asks */
	struct nl ear; /* listens */
	struct fabric *fabric;
	struct fabric_route *routes; /* room for all of one switch */
	__u32 sw;
};

FIXTURE_SETUP(table)
{
	int ret = fabric_begin(&self->nl, &self->fabric, 2);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 2);
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, nl_open(&self->ear));
	self->routes = calloc(TARGETS, sizeof(*self->routes));
	ASSERT_NE(NULL, self->routes);
	self->sw = self->fabric->switches[0].id;
	ASSERT_EQ(0, nl_listen(&self->ear));
}

FIXTURE_TEARDOWN(table)
{
	free(self->routes);
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
	nl_close(&self->ear);
}

/* ---- Requests ---- */

/* To @target over one port */
static void entry_over(struct nl_request *req, __u32 target, unsigned int port)
{
	__u8 ports[FABRIC_PORTS_LEN] = { 0 };

	bit_set(ports, port);
	fabric_table_entry(req, target, ports);
}

struct answer {
	unsigned int count;
	__u32 generation;
};

static int on_answer(const struct nl_reply *reply, void *priv)
{
	struct answer *answer = priv;

	answer->count++;
	if (reply->cmd != NVLF_CMD_ROUTE_TABLE_SET)
		return -EBADMSG;
	return nl_get_u32(reply, NVLF_A_ROUTE_GENERATION, &answer->generation);
}

/* The generation in which the change is in force, or a negative errno */
static long long ask(struct nl *nl, struct nl_request *req)
{
	struct answer answer = { 0 };
	int ret = nl_do(nl, req, on_answer, &answer);

	if (!ret && (answer.count != 1 || !answer.generation))
		ret = -EBADMSG;
	if (ret)
		return ret;
	return answer.generation;
}

/* ---- What was told ---- */

struct heard {
	unsigned int set, del, endpoints, others;
	__u8 targets[FABRIC_SET]; /* of routes */
};

static int on_event(const struct nl_reply *reply, void *priv)
{
	struct heard *heard = priv;
	struct fabric_route route;

	switch (reply->cmd) {
	case NVLF_CMD_ROUTE_NTF:
	case NVLF_CMD_ROUTE_DEL_NTF:
		if (fabric_parse_route(reply, &route))
			return -EBADMSG;
		if (reply->cmd == NVLF_CMD_ROUTE_NTF)
			heard->set++;
		else
			heard->del++;
		bit_set(heard->targets, route.target);
		break;
	case NVLF_CMD_ENDPOINT_NTF:
		heard->endpoints++;
		break;
	case NVLF_CMD_SWITCH_NTF:
	case NVLF_CMD_FABRIC_NTF:
		break;
	default:
		heard->others++;
	}
	return 0;
}

/* All was told before the answer came */
static struct heard listen_to(struct nl *ear)
{
	struct heard heard = { 0 };

	while (!nl_event(ear, 0, on_event, &heard))
		;
	return heard;
}

/* ---- That it does it ---- */

TEST_F(table, adds_and_keeps)
{
	__u32 a = self->fabric->endpoints[0].id;
	__u32 b = self->fabric->endpoints[1].id;
	struct nl_request req;
	struct heard heard;
	__u8 one[FABRIC_PORTS_LEN] = { 1 };
	long long first, second;

	ASSERT_EQ(0, fabric_set_route(&self->nl, self->sw, a, one,
				      FABRIC_PORTS_LEN));
	listen_to(&self->ear);
	fabric_table(&req, self->sw, false);
	entry_over(&req, b, 3);
	entry_over(&req, 77, 71);
	first = ask(&self->nl, &req);
	ASSERT_LT(0, first);
	heard = listen_to(&self->ear);
	EXPECT_EQ(2, heard.set);
	EXPECT_EQ(0, heard.del);
	EXPECT_EQ(0, heard.others);
	EXPECT_TRUE(bit_is(heard.targets, b) && bit_is(heard.targets, 77));
	ASSERT_EQ(3, fabric_routes(&self->nl, self->routes, TARGETS));

	/* Of the same again nothing comes, not even a generation */
	second = ask(&self->nl, &req);
	EXPECT_EQ(first, second);
	heard = listen_to(&self->ear);
	EXPECT_EQ(0, heard.set + heard.del + heard.endpoints + heard.others);

	/* One of two differs: one is told of, and a generation goes by */
	fabric_table(&req, self->sw, false);
	entry_over(&req, b, 3);
	entry_over(&req, 77, 70);
	EXPECT_EQ(first + 1, ask(&self->nl, &req));
	heard = listen_to(&self->ear);
	EXPECT_EQ(1, heard.set);
	EXPECT_TRUE(bit_is(heard.targets, 77));
	EXPECT_EQ(3, fabric_routes(&self->nl, self->routes, TARGETS));
}

TEST_F(table, replaces)
{
	struct nl_request req;
	struct heard heard;

	fabric_table(&req, self->sw, false);
	entry_over(&req, 1, 1);
	entry_over(&req, 2, 2);
	entry_over(&req, 3, 3);
	ASSERT_LT(0, ask(&self->nl, &req));
	listen_to(&self->ear);

	/* 1 goes, 2 stays as it is, 3 changes, 4 comes */
	fabric_table(&req, self->sw, true);
	entry_over(&req, 4, 4);
	entry_over(&req, 3, 30);
	entry_over(&req, 2, 2);
	ASSERT_LT(0, ask(&self->nl, &req));
	heard = listen_to(&self->ear);
	EXPECT_EQ(2, heard.set);
	EXPECT_EQ(1, heard.del);
	EXPECT_FALSE(bit_is(heard.targets, 2));
	ASSERT_EQ(3, fabric_routes(&self->nl, self->routes, TARGETS));
	EXPECT_EQ(2, self->routes[0].target);
	EXPECT_TRUE(bit_is(self->routes[0].ports, 2));
	EXPECT_EQ(3, self->routes[1].target);
	EXPECT_TRUE(bit_is(self->routes[1].ports, 30));
	EXPECT_FALSE(bit_is(self->routes[1].ports, 3));
	EXPECT_EQ(4, self->routes[2].target);

	/* A table without entries removes all */
	fabric_table(&req, self->sw, true);
	ASSERT_LT(0, ask(&self->nl, &req));
	heard = listen_to(&self->ear);
	EXPECT_EQ(0, heard.set);
	EXPECT_EQ(3, heard.del);
	EXPECT_EQ(0, fabric_routes(&self->nl, self->routes, TARGETS));
}

/* As many as there are target ids; other switches keep theirs */
TEST_F(table, whole)
{
	const struct fabric *f = self->fabric;
	__u8 one[FABRIC_PORTS_LEN] = { 1 };
	struct nl_request req;
	unsigned int i, other;

	other = f->switch_count > 1 ? f->switches[1].id : self->sw;
	ASSERT_EQ(0,
		  fabric_set_route(&self->nl, other, 5, one, FABRIC_PORTS_LEN));
	fabric_table(&req, self->sw, true);
	for (i = 0; i < TARGETS; i++)
		entry_over(&req, TARGETS - 1 - i, i % 72);
	ASSERT_LT(0, ask(&self->nl, &req));
	EXPECT_EQ(TARGETS + (other != self->sw),
		  fabric_routes(&self->nl, self->routes, TARGETS));
	for (i = 0; i < TARGETS; i++) {
		EXPECT_EQ(self->sw, self->routes[i].switch_id);
		EXPECT_EQ(i, self->routes[i].target);
		EXPECT_TRUE(bit_is(self->routes[i].ports,
				   (TARGETS - 1 - i) % 72));
	}
	fabric_table(&req, self->sw, true);
	ASSERT_LT(0, ask(&self->nl, &req));
	EXPECT_EQ(other != self->sw,
		  fabric_routes(&self->nl, self->routes, TARGETS));
}

/* What becomes reachable, and what ceases to be, in one step */
TEST_F(table, reach)
{
	const struct fabric *f = self->fabric;
	__u32 a = f->endpoints[0].id, b = f->endpoints[1].id;
	__u32 both[2] = { a, b };
	struct fabric_route ra, rb;
	struct nl_request req;
	struct heard heard;

	ASSERT_EQ(0, fabric_set_partition(&self->nl, 1, both, 2));
	ASSERT_EQ(0, fabric_route(&self->nl, f, self->sw, a));
	ASSERT_EQ(1, fabric_routes(&self->nl, &ra, 1));
	ASSERT_EQ(0, fabric_unroute(&self->nl, self->sw, a));
	ASSERT_EQ(0, fabric_route(&self->nl, f, self->sw, b));
	ASSERT_EQ(1, fabric_routes(&self->nl, &rb, 1));
	EXPECT_TRUE(fabric_reaches(&self->nl, a, b));
	EXPECT_FALSE(fabric_reaches(&self->nl, b, a));
	listen_to(&self->ear);

	fabric_table(&req, self->sw, true);
	fabric_table_entry(&req, a, ra.ports);
	ASSERT_LT(0, ask(&self->nl, &req));
	EXPECT_FALSE(fabric_reaches(&self->nl, a, b));
	EXPECT_TRUE(fabric_reaches(&self->nl, b, a));
	/* The two that it concerns, once each, and nobody else */
	heard = listen_to(&self->ear);
	EXPECT_EQ(2, heard.endpoints);

	fabric_table(&req, self->sw, false);
	fabric_table_entry(&req, a, ra.ports);
	fabric_table_entry(&req, b, rb.ports);
	ASSERT_LT(0, ask(&self->nl, &req));
	heard = listen_to(&self->ear);
	EXPECT_EQ(1, heard.endpoints);
	EXPECT_TRUE(fabric_reaches(&self->nl, a, b));
	EXPECT_TRUE(fabric_reaches(&self->nl, b, a));
}

/* ---- That nobody sees half of it ---- */

#define LARGE 144 /* routes of a table: more than the smallest part holds */
#define SEEN  25  /* dumps of each table that are enough */

/*
 * Table @which of two. Each has half of its targets with the other in common,
 * and leads there by another port.
 */
static __u32 large_target(unsigned int which, unsigned int i)
{
	return 1000 + i + which * LARGE / 2;
}

static void large(struct nl_request *req, __u32 sw, unsigned int which)
{
	unsigned int i;

	fabric_table(req, sw, true);
	for (i = 0; i < LARGE; i++)
		entry_over(req, large_target(which, i), which);
}

/* Is that table, and nothing else, in @routes? In order of the targets. */
static bool is_large(const struct fabric_route *routes, unsigned int count,
		     unsigned int which)
{
	__u8 ports[NVLF_PORTS_LEN_MAX] = { 0 };
	unsigned int i;

	if (count != LARGE)
		return false;
	bit_set(ports, which);
	for (i = 0; i < LARGE; i++)
		if (routes[i].target != large_target(which, i) ||
		    memcmp(routes[i].ports, ports, sizeof(ports)))
			return false;
	return true;
}

struct dumped {
	struct fabric_route routes[2 * LARGE];
	unsigned int count;
};

static int on_dumped(const struct nl_reply *reply, void *priv)
{
	struct dumped *dumped = priv;

	if (reply->cmd != NVLF_CMD_ROUTE_GET ||
	    dumped->count == ARRAY_SIZE(dumped->routes))
		return -EBADMSG;
	return fabric_parse_route(reply, &dumped->routes[dumped->count++]);
}

/* In a child, until it is killed */
static int alternate(__u32 sw)
{
	struct nl_request req;
	unsigned int which;
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	for (which = 0;; which = !which) {
		large(&req, sw, which);
		if (nl_do(&nl, &req, NULL, NULL))
			return 2;
	}
}

/* One table or the other, or said to be none: in one part, and in several */
TEST_F(table, never_half)
{
	unsigned int interrupted = 0, seen[2] = { 0 };
	struct nl_request req;
	struct dumped dumped;
	struct nl small;
	int status;
	pid_t child;

	ASSERT_EQ(0, nl_open_small(&small));
	large(&req, self->sw, 0);
	ASSERT_LT(0, ask(&self->nl, &req));
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(alternate(self->sw));
	while (seen[0] < SEEN || seen[1] < SEEN) {
		struct nl *nl = (seen[0] + seen[1] + interrupted) & 1 ?
					&small :
					&self->nl;
		bool a, b;

		dumped.count = 0;
		nl_request(&req, NVLF_CMD_ROUTE_GET);
		nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, self->sw);
		ASSERT_EQ(0, nl_dump(nl, &req, on_dumped, &dumped));
		if (nl->interrupted) {
			/* Where all fits in one part nothing comes between */
			EXPECT_EQ(&small, nl);
			interrupted++;
			continue;
		}
		a = is_large(dumped.routes, dumped.count, 0);
		b = is_large(dumped.routes, dumped.count, 1);
		ASSERT_TRUE(a || b)
		{
			TH_LOG("%u routes", dumped.count);
		}
		seen[b]++;
	}
	TH_LOG("%u and %u of the tables, %u interrupted", seen[0], seen[1],
	       interrupted);
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status))
	{
		TH_LOG("step %d", WEXITSTATUS(status));
	}
	nl_close(&small);
}

/* ---- That it refuses ---- */

/* What is put in place of an attribute of the second of three entries */
struct bad {
	const char *name;
	__u16 type; /* of the attribute, 0: none is put */
	size_t len;
	int ret;
	__u16 missing; /* what extack must say that it lacks, or 0 */
	__u8 data[NVLF_PORTS_LEN_MAX + 8];
};

#define ID    NVLF_A_ROUTE_ENTRY_TARGET_ID
#define PORTS NVLF_A_ROUTE_ENTRY_PORTS

static const struct bad bad_ids[] = {
	{ "no target", 0, 0, -EINVAL, ID, { 0 } },
	{ "target of 0 bytes", ID, 0, -EINVAL, 0, { 0 } },
	{ "target of 3 bytes", ID, 3, -EINVAL, 0, { 0 } },
	{ "target of 8 bytes", ID, 8, -EINVAL, 0, { 0 } },
	{ "target 2048", ID, 4, -ERANGE, 0, { 0x00, 0x08 } },
	{ "target ~0", ID, 4, -ERANGE, 0, { 0xff, 0xff, 0xff, 0xff } },
	{ "the first's target", ID, 4, -EINVAL, 0, { 10 } },
	{ "unknown attribute", PORTS + 1, 4, -EINVAL, 0, { 11 } },
};

static const struct bad bad_ports[] = {
	{ "no ports", 0, 0, -EINVAL, PORTS, { 0 } },
	{ "0 bytes", PORTS, 0, -EINVAL, 0, { 0 } },
	{ "no bits", PORTS, FABRIC_PORTS_LEN, -EINVAL, 0, { 0 } },
	{ "port 72", PORTS, FABRIC_PORTS_LEN + 1, -EINVAL, 0, { 1, [9] = 1 } },
	{ "port 1023",
	  PORTS,
	  NVLF_PORTS_LEN_MAX,
	  -EINVAL,
	  0,
	  { 1, [127] = 0x80 } },
	{ "129 bytes", PORTS, NVLF_PORTS_LEN_MAX + 1, -EINVAL, 0, { 1 } },
};

/* Where the attribute was put is told, or where it is missing */
static __u32 bad_entry(struct nl_request *req, const struct bad *bad,
		       bool is_id)
{
	__u32 nest = nl_nest(req, NVLF_A_ROUTE_ENTRY), at = 0;
	static const __u8 good[FABRIC_PORTS_LEN] = { 2 };

	if (!is_id)
		nl_put_u32(req, ID, 11);
	if (bad->type)
		at = nl_put(req, bad->type, bad->data, bad->len);
	if (is_id)
		nl_put(req, PORTS, good, sizeof(good));
	nl_nest_end(req, nest);
	return at;
}

/* Standing routes are as they were, and nobody was told anything */
#define EXPECT_NOTHING_CHANGED(what) \
	do { \
		struct heard __heard = listen_to(&self->ear); \
		unsigned int __i; \
\
		EXPECT_EQ(0, __heard.set + __heard.del + __heard.endpoints + \
				     __heard.others) \
		{ \
			TH_LOG("%s", what); \
		} \
		EXPECT_EQ(STANDING, \
			  fabric_routes(&self->nl, self->routes, TARGETS)); \
		for (__i = 0; __i < STANDING; __i++) { \
			EXPECT_EQ(20 + __i, self->routes[__i].target); \
			EXPECT_TRUE(bit_is(self->routes[__i].ports, __i)); \
		} \
	} while (0)

#define STAND() \
	do { \
		struct nl_request __req; \
		unsigned int __i; \
\
		fabric_table(&__req, self->sw, true); \
		for (__i = 0; __i < STANDING; __i++) \
			entry_over(&__req, 20 + __i, __i); \
		ASSERT_LT(0, ask(&self->nl, &__req)); \
		listen_to(&self->ear); \
	} while (0)

TEST_F(table, bad_entry)
{
	const unsigned int nids = ARRAY_SIZE(bad_ids);
	struct nl_request req;
	unsigned int i;
	__u32 at;

	STAND();
	for (i = 0; i < nids + ARRAY_SIZE(bad_ports); i++) {
		const struct bad *bad = i < nids ? &bad_ids[i] :
						   &bad_ports[i - nids];

		/* Replacing, so that to begin at all would show */
		fabric_table(&req, self->sw, true);
		entry_over(&req, 10, 1);
		at = bad_entry(&req, bad, i < nids);
		entry_over(&req, 12, 3);
		EXPECT_EQ(bad->ret, ask(&self->nl, &req))
		{
			TH_LOG("%s: %s", bad->name, self->nl.text);
		}
		if (bad->missing) {
			EXPECT_EQ(bad->missing, self->nl.missing);
		} else {
			EXPECT_EQ(at, self->nl.offset)
			{
				TH_LOG("%s: %s", bad->name, self->nl.text);
			}
			EXPECT_STRNE("", self->nl.text);
		}
		/* What the fabric itself checks names the target */
		if (i >= nids && bad->len <= NVLF_PORTS_LEN_MAX && bad->len)
			EXPECT_NE(NULL, strstr(self->nl.text, "route to 11"));
		EXPECT_NOTHING_CHANGED(bad->name);
	}
}

TEST_F(table, bad_nests)
{
	static const __u8 good[FABRIC_PORTS_LEN] = { 2 };
	struct nl_request req;
	__u32 at, nest;

	STAND();
	/* An attribute of attributes has to say so */
	fabric_table(&req, self->sw, true);
	at = req.head.nlmsg_len;
	nest = nl_nest(&req, NVLF_A_ROUTE_ENTRY);
	nl_put_u32(&req, ID, 11);
	nl_put(&req, PORTS, good, sizeof(good));
	nl_nest_end(&req, nest);
	((struct nlattr *)(req.bytes + nest))->nla_type &= ~NLA_F_NESTED;
	EXPECT_EQ(-EINVAL, ask(&self->nl, &req));
	EXPECT_EQ(at, self->nl.offset);
	EXPECT_NOTHING_CHANGED("not nested");

	/* One that is empty lacks its target */
	fabric_table(&req, self->sw, true);
	nest = nl_nest(&req, NVLF_A_ROUTE_ENTRY);
	nl_nest_end(&req, nest);
	EXPECT_EQ(-EINVAL, ask(&self->nl, &req));
	EXPECT_EQ(ID, self->nl.missing);
	EXPECT_NOTHING_CHANGED("empty");

	/* What is longer than it is */
	fabric_table(&req, self->sw, true);
	nest = nl_nest(&req, NVLF_A_ROUTE_ENTRY);
	nl_put_raw(&req, ID, 64, good, 4);
	nl_nest_end(&req, nest);
	EXPECT_GT(0, ask(&self->nl, &req));
	EXPECT_NOTHING_CHANGED("beyond its end");
}

TEST_F(table, bad_request)
{
	static const __u32 absent[] = { 35, 77, ~0u };
	static const __u8 good[FABRIC_PORTS_LEN] = { 2 };
	struct nl_request req;
	unsigned int i;
	__u32 at;

	STAND();
	for (i = 0; i < ARRAY_SIZE(absent); i++) {
		nl_request(&req, NVLF_CMD_ROUTE_TABLE_SET);
		at = nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, absent[i]);
		entry_over(&req, 10, 1);
		EXPECT_EQ(-ENOENT, ask(&self->nl, &req));
		EXPECT_EQ(at, self->nl.offset);
		EXPECT_STRNE("", self->nl.text);
		EXPECT_NOTHING_CHANGED("absent switch");
	}
	nl_request(&req, NVLF_CMD_ROUTE_TABLE_SET);
	entry_over(&req, 10, 1);
	EXPECT_EQ(-EINVAL, ask(&self->nl, &req));
	EXPECT_EQ(NVLF_A_ROUTE_SWITCH_ID, self->nl.missing);
	EXPECT_NOTHING_CHANGED("no switch");

	/* Neither entries nor the wish to remove all */
	fabric_table(&req, self->sw, false);
	EXPECT_EQ(-EINVAL, ask(&self->nl, &req));
	EXPECT_EQ(NVLF_A_ROUTE_ENTRY, self->nl.missing);
	EXPECT_NOTHING_CHANGED("no entry");

	/* Attributes of route-set are not those of a table */
	fabric_table(&req, self->sw, false);
	entry_over(&req, 10, 1);
	at = nl_put_u32(&req, NVLF_A_ROUTE_TARGET_ID, 11);
	EXPECT_EQ(-EINVAL, ask(&self->nl, &req));
	EXPECT_EQ(at, self->nl.offset);
	EXPECT_NOTHING_CHANGED("target beside entries");
	fabric_table(&req, self->sw, false);
	entry_over(&req, 10, 1);
	at = nl_put(&req, NVLF_A_ROUTE_PORTS, good, sizeof(good));
	EXPECT_EQ(-EINVAL, ask(&self->nl, &req));
	EXPECT_EQ(at, self->nl.offset);
	EXPECT_NOTHING_CHANGED("ports beside entries");

	/* A flag has no value */
	fabric_table(&req, self->sw, false);
	at = nl_put_u32(&req, NVLF_A_ROUTE_REPLACE, 1);
	entry_over(&req, 10, 1);
	EXPECT_GT(0, ask(&self->nl, &req));
	EXPECT_EQ(at, self->nl.offset);
	EXPECT_NOTHING_CHANGED("flag with a value");
}

TEST_HARNESS_MAIN
