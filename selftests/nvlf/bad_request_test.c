// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bad_request_test.c - each attribute of each request, left out, of a wrong
 * size, out of its range, naming what is not there, and given twice: what is
 * answered, and that nothing has changed then.
 *
 * What an operation takes stands in one table, which the kernel's own account
 * of its policies is compared with. Values that one operation alone finds wrong
 * are in the tests of that.
 */
#include <errno.h>
#include <linux/genetlink.h>

#include <kselftest_harness.h>
#include "port.h"

#define FIELDS_MAX 7   /* that a request has */
#define ANY        ~0u /* as a maximum: no range */
#define NO_SWITCH  77
#define NO_PORT    72
#define TWICE      "attribute given twice"

/* How one asks; a set is one of those that change something */
enum how { GET, DUMP, SET };

enum kind { NUMBER, FLAG, BITS, NAME, ENTRY };

#define OPTIONAL 1 /* may be left out */
#define NAMES    2 /* where nothing has that number it is -ENOENT */

/* @max of BITS and NAME: bytes, letters */
struct field {
	__u16 type;
	__u8 kind, flags;
	__u32 value, min, max, absent;
};

/* A request that is taken; fields end with type 0 */
struct asked {
	__u8 cmd, how;
	struct field fields[FIELDS_MAX + 1];
};

#define TARGET NVLF_TARGET_MAX
#define PART   NVLF_PARTITION_MAX
#define GROUP  NVLF_GROUP_MAX

/* clang-format off */
/* All there are. As they stand here sets change nothing for good. */
static const struct asked asked[] = {
	{ NVLF_CMD_ENDPOINT_GET, GET, {
		{ NVLF_A_ENDPOINT_TARGET_ID, NUMBER, NAMES, 0, 0, TARGET, TARGET } } },
	{ NVLF_CMD_ENDPOINT_GET, DUMP, {
		{ NVLF_A_ENDPOINT_RACK, NUMBER, OPTIONAL, 0, 0, ANY, 0 },
		{ NVLF_A_ENDPOINT_TRAY, NUMBER, OPTIONAL, 0, 0, ANY, 0 },
		{ NVLF_A_ENDPOINT_HOST, NUMBER, OPTIONAL, 0, 0, ANY, 0 } } },
	{ NVLF_CMD_SWITCH_GET, GET, {
		{ NVLF_A_SWITCH_ID, NUMBER, NAMES, 0, 0, ANY, NO_SWITCH } } },
	{ NVLF_CMD_SWITCH_GET, DUMP, {
		{ NVLF_A_SWITCH_RACK, NUMBER, OPTIONAL, 0, 0, ANY, 0 },
		{ NVLF_A_SWITCH_TRAY, NUMBER, OPTIONAL, 0, 0, ANY, 0 },
		{ NVLF_A_SWITCH_HOST, NUMBER, OPTIONAL, 0, 0, ANY, 0 } } },
	{ NVLF_CMD_PORT_GET, GET, {
		{ NVLF_A_PORT_OWNER, NUMBER, 0, 1, 0, 1, 0 },
		{ NVLF_A_PORT_OWNER_ID, NUMBER, NAMES, 0, 0, ANY, NO_SWITCH },
		{ NVLF_A_PORT_INDEX, NUMBER, NAMES, 0, 0, ANY, NO_PORT } } },
	{ NVLF_CMD_PORT_GET, DUMP, {
		{ NVLF_A_PORT_OWNER, NUMBER, 0, 1, 0, 1, 0 },
		{ NVLF_A_PORT_OWNER_ID, NUMBER, OPTIONAL | NAMES, 0, 0, ANY, NO_SWITCH } } },
	{ NVLF_CMD_PORT_SET, SET, {
		{ NVLF_A_PORT_OWNER, NUMBER, 0, 1, 0, 1, 0 },
		{ NVLF_A_PORT_OWNER_ID, NUMBER, NAMES, 0, 0, ANY, NO_SWITCH },
		{ NVLF_A_PORT_INDEX, NUMBER, NAMES, 0, 0, ANY, NO_PORT },
		{ NVLF_A_PORT_ENABLE, NUMBER, OPTIONAL, 1, 0, 1, 0 },
		{ NVLF_A_PORT_RETRAIN, FLAG, OPTIONAL, 0, 0, 0, 0 },
		{ NVLF_A_PORT_RESET, FLAG, OPTIONAL, 0, 0, 0, 0 },
		{ NVLF_A_PORT_CLEAR, FLAG, OPTIONAL, 0, 0, 0, 0 } } },
	{ NVLF_CMD_ROUTE_GET, GET, {
		{ NVLF_A_ROUTE_SWITCH_ID, NUMBER, NAMES, 0, 0, ANY, NO_SWITCH },
		{ NVLF_A_ROUTE_TARGET_ID, NUMBER, NAMES, 0, 0, TARGET, TARGET } } },
	{ NVLF_CMD_ROUTE_GET, DUMP, {
		{ NVLF_A_ROUTE_SWITCH_ID, NUMBER, OPTIONAL | NAMES, 0, 0, ANY, NO_SWITCH },
		{ NVLF_A_ROUTE_TARGET_ID, NUMBER, OPTIONAL, 0, 0, TARGET, 0 } } },
	{ NVLF_CMD_ROUTE_SET, SET, {
		{ NVLF_A_ROUTE_SWITCH_ID, NUMBER, NAMES, 0, 0, ANY, NO_SWITCH },
		{ NVLF_A_ROUTE_TARGET_ID, NUMBER, 0, 0, 0, TARGET, 0 },
		{ NVLF_A_ROUTE_PORTS, BITS, 0, 1, 0, NVLF_PORTS_LEN_MAX, 0 } } },
	{ NVLF_CMD_ROUTE_DEL, SET, {
		{ NVLF_A_ROUTE_SWITCH_ID, NUMBER, NAMES, 0, 0, ANY, NO_SWITCH },
		{ NVLF_A_ROUTE_TARGET_ID, NUMBER, NAMES, 0, 0, TARGET, TARGET } } },
	{ NVLF_CMD_ROUTE_TABLE_SET, SET, {
		{ NVLF_A_ROUTE_SWITCH_ID, NUMBER, NAMES, 0, 0, ANY, NO_SWITCH },
		{ NVLF_A_ROUTE_REPLACE, FLAG, OPTIONAL, 0, 0, 0, 0 },
		{ NVLF_A_ROUTE_ENTRY, ENTRY, OPTIONAL, 1, 0, 0, 0 } } },
	{ NVLF_CMD_PARTITION_GET, GET, {
		{ NVLF_A_PARTITION_ID, NUMBER, NAMES, 1, 1, PART, PART } } },
	{ NVLF_CMD_PARTITION_GET, DUMP, {
		{ NVLF_A_PARTITION_TARGET_ID, NUMBER, OPTIONAL, 0, 0, TARGET, 0 } } },
	{ NVLF_CMD_PARTITION_SET, SET, {
		{ NVLF_A_PARTITION_ID, NUMBER, 0, 2, 1, PART, 0 },
		{ NVLF_A_PARTITION_MEMBERS, BITS, 0, 1, 0, NVLF_MEMBERS_LEN_MAX, 0 } } },
	{ NVLF_CMD_PARTITION_DEL, SET, {
		{ NVLF_A_PARTITION_ID, NUMBER, NAMES, 2, 1, PART, PART } } },
	{ NVLF_CMD_GROUP_GET, GET, {
		{ NVLF_A_GROUP_ID, NUMBER, NAMES, 0, 0, GROUP, GROUP } } },
	{ NVLF_CMD_GROUP_GET, DUMP, {
		{ NVLF_A_GROUP_PARTITION_ID, NUMBER, OPTIONAL | NAMES, 1, 1, PART, PART } } },
	{ NVLF_CMD_GROUP_SET, SET, {
		{ NVLF_A_GROUP_ID, NUMBER, 0, 0, 0, GROUP, 0 },
		{ NVLF_A_GROUP_PARTITION_ID, NUMBER, NAMES, 1, 1, PART, PART },
		{ NVLF_A_GROUP_MEMBERS, BITS, 0, 1, 0, NVLF_MEMBERS_LEN_MAX, 0 } } },
	{ NVLF_CMD_GROUP_DEL, SET, {
		{ NVLF_A_GROUP_ID, NUMBER, NAMES, 0, 0, GROUP, GROUP } } },
	{ NVLF_CMD_COUNTER_GET, GET, {
		{ NVLF_A_COUNTER_OWNER, NUMBER, 0, 1, 0, 1, 0 },
		{ NVLF_A_COUNTER_OWNER_ID, NUMBER, NAMES, 0, 0, ANY, NO_SWITCH },
		{ NVLF_A_COUNTER_INDEX, NUMBER, NAMES, 0, 0, ANY, NO_PORT } } },
	{ NVLF_CMD_COUNTER_GET, DUMP, {
		{ NVLF_A_COUNTER_OWNER, NUMBER, 0, 1, 0, 1, 0 },
		{ NVLF_A_COUNTER_OWNER_ID, NUMBER, OPTIONAL | NAMES, 0, 0, ANY, NO_SWITCH } } },
	{ NVLF_CMD_HEALTH_GET, GET, {
		{ NVLF_A_HEALTH_TARGET_ID, NUMBER, NAMES, 0, 0, TARGET, TARGET } } },
	{ NVLF_CMD_HEALTH_GET, DUMP, {
		{ NVLF_A_HEALTH_STATE, NUMBER, OPTIONAL, 0, 0,
		  NVLF_HEALTH_STATE_MISCONFIGURED, 0 } } },
	{ NVLF_CMD_DIAGNOSE, GET, {
		{ NVLF_A_DIAGNOSE_SRC, NUMBER, 0, 0, 0, TARGET, 0 },
		{ NVLF_A_DIAGNOSE_DST, NUMBER, 0, 1, 0, TARGET, 0 } } },
	{ NVLF_CMD_LOG_GET, DUMP, {
		{ NVLF_A_LOG_OWNER, NUMBER, 0, 1, 0, 1, 0 },
		{ NVLF_A_LOG_OWNER_ID, NUMBER, OPTIONAL | NAMES, 0, 0, ANY, NO_SWITCH } } },
	{ NVLF_CMD_MANAGER_ATTACH, SET, {
		{ NVLF_A_MANAGER_NAME, NAME, 0, 'm', 0, NVLF_MANAGER_NAME_MAX, 0 },
		{ NVLF_A_MANAGER_TIMEOUT, NUMBER, 0, NVLF_MANAGER_TIMEOUT_MAX,
		  NVLF_MANAGER_TIMEOUT_MIN, NVLF_MANAGER_TIMEOUT_MAX, 0 },
		{ NVLF_A_MANAGER_TAKEOVER, FLAG, OPTIONAL, 0, 0, 0, 0 } } },
	{ NVLF_CMD_MANAGER_HEARTBEAT, SET, {
		{ NVLF_A_MANAGER_CONFIGURED, NUMBER, OPTIONAL, 1, 0, 1, 0 } } },
	{ NVLF_CMD_MANAGER_GET, GET, { } },
	{ NVLF_CMD_FABRIC_GET, GET, { } },
};

/* Sizes that are wrong, by kind; an entry's are in route_table_test.c */
#define BEYOND 0xffff /* one more than is allowed */
static const struct {
	unsigned int count;
	__u16 sizes[5];
	int error;
	const char *text; /* how it begins */
} wrong[] = {
	[NUMBER] = { 5, { 0, 1, 3, 5, 8 }, -EINVAL, "invalid attribute length" },
	[FLAG] = { 5, { 1, 3, 4, 5, 8 }, -ERANGE, "Attribute failed policy" },
	[BITS] = { 1, { BEYOND }, -EINVAL, "bitmap of " },
	/* Of letters without an end */
	[NAME] = { 5, { 0, 1, 3, 5, BEYOND }, -EINVAL, "Attribute failed policy" },
	[ENTRY] = { .count = 0 },
};

/* clang-format on */

/* ---- Asking ---- */

static __u32 put_field(struct nl_request *req, const struct field *f)
{
	static const size_t len[] = {
		[NUMBER] = sizeof(__u32),
		[FLAG] = 0,
		[BITS] = 1,
		[NAME] = 2,
	};
	__u8 ports[FABRIC_PORTS_LEN] = { f->value };

	if (f->kind != ENTRY)
		return nl_put(req, f->type, &f->value, len[f->kind]);
	fabric_table_entry(req, 0, ports);
	return 0;
}

/* All that is asked for, without field @but, which may be NULL */
static void fill(struct nl_request *req, const struct asked *a,
		 const struct field *but)
{
	const struct field *f;

	nl_request(req, a->cmd);
	for (f = a->fields; f->type; f++)
		if (f != but)
			put_field(req, f);
}

static int ask(struct nl *nl, const struct asked *a, struct nl_request *req)
{
	if (a->how == DUMP)
		return nl_dump(nl, req, NULL, NULL);
	return nl_do(nl, req, NULL, NULL);
}

/* ---- What stands ---- */

#define STANDING 4 /* more than there are of each */

/* All that a set could change */
struct standing {
	__u32 generation, state, port_id, timeout;
	char manager[NVLF_MANAGER_NAME_MAX + 1];
	int route_count, part_count, group_count;
	struct fabric_route routes[STANDING];
	struct fabric_partition parts[STANDING];
	struct fabric_group groups[STANDING];
};

static int on_generation(const struct nl_reply *reply, void *priv)
{
	struct standing *s = priv;

	return nl_get_u32(reply, NVLF_A_FABRIC_GENERATION, &s->generation);
}

static int on_manager(const struct nl_reply *reply, void *priv)
{
	struct standing *s = priv;

	if (nl_get_u32(reply, NVLF_A_MANAGER_STATE, &s->state) ||
	    nl_get_u32(reply, NVLF_A_MANAGER_PORT_ID, &s->port_id) ||
	    nl_get_u32(reply, NVLF_A_MANAGER_TIMEOUT, &s->timeout) ||
	    nl_get_string(reply, NVLF_A_MANAGER_NAME, s->manager,
			  sizeof(s->manager)))
		return -EBADMSG;
	return 0;
}

static int load(struct nl *nl, struct standing *s)
{
	struct nl_request req;
	int ret;

	memset(s, 0, sizeof(*s));
	s->route_count = fabric_routes(nl, s->routes, STANDING);
	s->part_count = fabric_partitions(nl, s->parts, STANDING);
	s->group_count = fabric_groups(nl, s->groups, STANDING);
	if (s->route_count < 0 || s->part_count < 0 || s->group_count < 0)
		return -EBADMSG;
	nl_request(&req, NVLF_CMD_MANAGER_GET);
	ret = nl_do(nl, &req, on_manager, s);
	if (ret)
		return ret;
	nl_request(&req, NVLF_CMD_FABRIC_GET);
	return nl_do(nl, &req, on_generation, s);
}

/* What the table's requests name is there, and would be by them */
static int stand(struct nl *nl, struct standing *s)
{
	static const __u8 cmds[] = {
		NVLF_CMD_ROUTE_TABLE_SET,   NVLF_CMD_PARTITION_SET,
		NVLF_CMD_GROUP_SET,         NVLF_CMD_MANAGER_ATTACH,
		NVLF_CMD_MANAGER_HEARTBEAT,
	};
	const __u32 member = 0;
	struct nl_request req;
	unsigned int i, k;
	int ret;

	/* The group's; that of the table can be removed */
	ret = fabric_set_partition(nl, 1, &member, 1);
	for (i = 0; !ret && i < ARRAY_SIZE(cmds); i++)
		for (k = 0; !ret && k < ARRAY_SIZE(asked); k++) {
			if (asked[k].cmd != cmds[i])
				continue;
			fill(&req, &asked[k], NULL);
			ret = ask(nl, &asked[k], &req);
		}
	return ret ? ret : load(nl, s);
}

FIXTURE(bad)
{
	struct nl nl;
	struct fabric *fabric;
	struct standing *standing;
	struct port ends[2]; /* of the link of the table's port */
};

FIXTURE_SETUP(bad)
{
	int ret = fabric_begin(&self->nl, &self->fabric, 2);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 2);
	ASSERT_EQ(0, ret);
	self->standing = malloc(sizeof(*self->standing));
	ASSERT_NE(NULL, self->standing);
	if (!fabric_port(self->fabric, NVLF_OWNER_ENDPOINT, 0, 0) ||
	    !fabric_port(self->fabric, NVLF_OWNER_ENDPOINT, 1, 0) ||
	    !fabric_port(self->fabric, NVLF_OWNER_SWITCH, 0, 0))
		SKIP(return, "needs endpoints 0 and 1 and switch 0");
	self->ends[0].owner = NVLF_OWNER_SWITCH;
	self->ends[1] = port_partner(fabric_port(self->fabric,
						 NVLF_OWNER_SWITCH, 0, 0));
	ASSERT_EQ(0, stand(&self->nl, self->standing));
	ASSERT_EQ(1, self->standing->route_count);
	ASSERT_EQ(2, self->standing->part_count);
	ASSERT_EQ(1, self->standing->group_count);
}

FIXTURE_TEARDOWN(bad)
{
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
	free(self->standing);
}

/* Tells of the port that it became active; otherwise of nothing */
static int on_active(const struct nl_reply *reply, void *priv)
{
	struct fabric_port p;
	struct port *port = priv;

	port->owner = FABRIC_NONE;
	if (reply->cmd != NVLF_CMD_PORT_NTF)
		return 0;
	if (fabric_parse_port(reply, &p))
		return -EBADMSG;
	if (p.state == NVLF_PORT_STATE_ACTIVE)
		*port = port_of(&p);
	return 0;
}

/* Whatever port-set is asked for here, the link trains anew: both ends tell */
static int wait_trained(struct nl *ear, const struct port *ends)
{
	bool active[2] = { false, false };
	struct port port;
	int ret, i;

	while (!active[0] || !active[1]) {
		ret = nl_event(ear, PORT_MSEC, on_active, &port);
		if (ret)
			return ret;
		for (i = 0; i < 2; i++)
			active[i] |= !memcmp(&port, &ends[i], sizeof(port));
	}
	return 0;
}

/* Asks for what is to be taken; then all stands as before */
static int take(FIXTURE_DATA(bad) * self, const struct asked *a,
		struct nl_request *req)
{
	struct nl ear;
	int ret;

	if (a->how != SET)
		return ask(&self->nl, a, req);
	ret = nl_open(&ear);
	if (ret)
		return ret;
	ret = nl_listen(&ear);
	if (!ret)
		ret = ask(&self->nl, a, req);
	if (!ret && a->cmd == NVLF_CMD_PORT_SET)
		ret = wait_trained(&ear, self->ends);
	nl_close(&ear);
	return ret ? ret : stand(&self->nl, self->standing);
}

/* ---- Each field of each request ---- */

/* What comes after @f, of the same request or another; NULL after the last */
static const struct field *next_field(const struct asked **a,
				      const struct field *f)
{
	for (f = f ? f + 1 : (*a)->fields; !f->type; f = (*a)->fields)
		if (++*a == asked + ARRAY_SIZE(asked))
			return NULL;
	return f;
}

/* "", or in words what is not as it was */
static const char *kept(FIXTURE_DATA(bad) * self)
{
	struct standing now;

	if (load(&self->nl, &now))
		return "what stands cannot be told";
	return memcmp(&now, self->standing, sizeof(now)) ?
		       "it changed something" :
		       "";
}

/* Which field of which request that was, and what was answered */
static const char *say(const struct nl *nl, const struct asked *a,
		       const struct field *f, int ret)
{
	static char words[512];

	snprintf(words, sizeof(words),
		 "command %u%s, attribute %u: %d at %u, missing %u: %s", a->cmd,
		 a->how == DUMP ? ", dump" : "", f->type, ret, nl->offset,
		 nl->missing, nl->text);
	return words;
}

/*
 * Asks for what is refused with @error for what is at @at, in words that begin
 * like @text. Returns "", or what was otherwise.
 */
static const char *refused(FIXTURE_DATA(bad) * self, const struct asked *a,
			   const struct field *f, struct nl_request *req,
			   int error, __u32 at, const char *text)
{
	int ret = ask(&self->nl, a, req);

	if (ret != error || self->nl.offset != at || !self->nl.text[0] ||
	    strncmp(text, self->nl.text, strlen(text)))
		return say(&self->nl, a, f, ret);
	return kept(self);
}

/* Nothing is wrong with a request as it stands */
TEST_F(bad, not_yet)
{
	struct nl_request req;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(asked); i++) {
		fill(&req, &asked[i], NULL);
		EXPECT_EQ(0, take(self, &asked[i], &req))
		{
			TH_LOG("command %u: %s", asked[i].cmd, self->nl.text);
		}
	}
}

TEST_F(bad, left_out)
{
	const struct field *f = NULL;
	const struct asked *a = asked;
	struct nl_request req;
	int ret;

	while ((f = next_field(&a, f))) {
		fill(&req, a, f);
		if (f->flags & OPTIONAL) {
			EXPECT_EQ(0, take(self, a, &req))
			{
				TH_LOG("command %u without %u: %s", a->cmd,
				       f->type, self->nl.text);
			}
			continue;
		}
		ret = ask(&self->nl, a, &req);
		EXPECT_TRUE(ret == -EINVAL && self->nl.missing == f->type)
		{
			TH_LOG("%s", say(&self->nl, a, f, ret));
		}
		EXPECT_STREQ("", kept(self));
	}
}

TEST_F(bad, sizes)
{
	char letters[NVLF_MEMBERS_LEN_MAX + 1];
	const struct field *f = NULL;
	const struct asked *a = asked;
	struct nl_request req;
	unsigned int i;
	size_t size;
	__u32 at;

	memset(letters, 'm', sizeof(letters));
	while ((f = next_field(&a, f)))
		for (i = 0; i < wrong[f->kind].count; i++) {
			size = wrong[f->kind].sizes[i];
			if (size == BEYOND)
				size = f->max + 1;
			ASSERT_GE(sizeof(letters), size);
			fill(&req, a, f);
			at = nl_put(&req, f->type, letters, size);
			EXPECT_STREQ("", refused(self, a, f, &req,
						 wrong[f->kind].error, at,
						 wrong[f->kind].text));
		}
}

TEST_F(bad, ranges)
{
	const struct field *f = NULL;
	const struct asked *a = asked;
	struct nl_request req;
	unsigned int i;
	__u32 at;

	while ((f = next_field(&a, f))) {
		/* Below 0 is ~0 once more */
		const __u32 values[] = { f->max + 1, ~0u, f->min - 1 };

		if (f->kind != NUMBER || f->max == ANY)
			continue;
		for (i = 0; i < ARRAY_SIZE(values); i++) {
			fill(&req, a, f);
			at = nl_put_u32(&req, f->type, values[i]);
			EXPECT_STREQ("", refused(self, a, f, &req, -ERANGE, at,
						 "integer out of range"));
		}
	}
}

TEST_F(bad, absent)
{
	const struct field *f = NULL;
	const struct asked *a = asked;
	struct nl_request req;
	__u32 at;

	while ((f = next_field(&a, f))) {
		if (!(f->flags & NAMES))
			continue;
		fill(&req, a, f);
		at = nl_put_u32(&req, f->type, f->absent);
		EXPECT_STREQ("", refused(self, a, f, &req, -ENOENT, at, ""));
		if (f->max != ANY)
			continue;
		fill(&req, a, f);
		at = nl_put_u32(&req, f->type, ~0u);
		EXPECT_STREQ("", refused(self, a, f, &req, -ENOENT, at, ""));
	}
}

/* Not even where both say the same; of entries there may be many */
TEST_F(bad, twice)
{
	const struct field *f = NULL;
	const struct asked *a = asked;
	struct nl_request req;
	__u32 at;

	while ((f = next_field(&a, f))) {
		if (f->kind == ENTRY)
			continue;
		fill(&req, a, NULL);
		at = put_field(&req, f);
		EXPECT_STREQ("", refused(self, a, f, &req, -EINVAL, at, TWICE));
	}
}

/* Of two values neither counts */
TEST_F(bad, twice_with_other_values)
{
	struct nl_request req;
	__u8 first = 1, second = 2;
	__u32 at;

	nl_request(&req, NVLF_CMD_PARTITION_SET);
	nl_put_u32(&req, NVLF_A_PARTITION_ID, 3);
	nl_put(&req, NVLF_A_PARTITION_MEMBERS, &first, 1);
	at = nl_put(&req, NVLF_A_PARTITION_MEMBERS, &second, 1);
	EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
	EXPECT_EQ(at, self->nl.offset);
	EXPECT_STREQ(TWICE, self->nl.text);
	EXPECT_STREQ("", kept(self));
}

/* Entries are many, but each has one target and one set of ports */
TEST_F(bad, twice_in_an_entry)
{
	static const __u16 types[] = { NVLF_A_ROUTE_ENTRY_TARGET_ID,
				       NVLF_A_ROUTE_ENTRY_PORTS };
	const __u8 ports[FABRIC_PORTS_LEN] = { 1 };
	struct nl_request req;
	unsigned int i;
	__u32 at, nest;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		fabric_table(&req, 0, false);
		fabric_table_entry(&req, 1, ports);
		nest = nl_nest(&req, NVLF_A_ROUTE_ENTRY);
		nl_put_u32(&req, NVLF_A_ROUTE_ENTRY_TARGET_ID, 2);
		nl_put(&req, NVLF_A_ROUTE_ENTRY_PORTS, ports, 4);
		at = nl_put(&req, types[i], ports, 4);
		nl_nest_end(&req, nest);
		EXPECT_EQ(-EINVAL, nl_do(&self->nl, &req, NULL, NULL));
		EXPECT_EQ(at, self->nl.offset);
		EXPECT_STREQ(TWICE, self->nl.text);
		EXPECT_STREQ("", kept(self));
	}
}

/* ---- Whether that is all ---- */

#define NONE (-1)

/* What the kernel says of its policies */
struct policies {
	int of[ARRAY_SIZE(asked)]; /* number of a request's, or NONE */
	unsigned int fields[ARRAY_SIZE(asked)]; /* that were told of it */
	unsigned int unknown;    /* requests that the table has not */
	const struct asked *odd; /* one of which a field is not as here */
	__u16 odd_type;
};

/* Which request of the table that is, or NONE */
static int row_of(__u8 cmd, bool dump)
{
	const struct asked *a;

	for (a = asked; a < asked + ARRAY_SIZE(asked); a++) {
		bool dumps = a->how == DUMP;

		if (a->cmd == cmd && dumps == dump)
			return a - asked;
	}
	return NONE;
}

static void see_request(struct policies *p, __u8 cmd, bool dump,
			const struct nl_reply *of)
{
	int type = dump ? CTRL_ATTR_POLICY_DUMP : CTRL_ATTR_POLICY_DO;
	int row = row_of(cmd, dump);
	__u32 number;

	if (nl_get_u32(of, type, &number))
		return;
	if (row == NONE)
		p->unknown++;
	else
		p->of[row] = number;
}

/* Kind and range are as the table has them */
static bool is_like(const struct field *f, const struct nl_reply *said)
{
	static const __u32 types[] = {
		[NUMBER] = NL_ATTR_TYPE_U32,   [FLAG] = NL_ATTR_TYPE_FLAG,
		[BITS] = NL_ATTR_TYPE_BINARY,  [NAME] = NL_ATTR_TYPE_NUL_STRING,
		[ENTRY] = NL_ATTR_TYPE_NESTED,
	};
	__u64 min, max;
	__u32 type;

	if (nl_get_u32(said, NL_POLICY_TYPE_ATTR_TYPE, &type) ||
	    type != types[f->kind])
		return false;
	if (f->kind != NUMBER)
		return true;
	return !nl_get_u64(said, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, &min) &&
	       !nl_get_u64(said, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, &max) &&
	       min == f->min && max == f->max;
}

static void see_field(struct policies *p, unsigned int row, __u16 type,
		      const struct nl_reply *said)
{
	const struct field *f = asked[row].fields;

	while (f->type && f->type != type)
		f++;
	if (f->type && is_like(f, said)) {
		p->fields[row]++;
		return;
	}
	p->odd = &asked[row];
	p->odd_type = type;
}

static int on_policy(const struct nl_reply *reply, void *priv)
{
	const struct nlattr *ops = reply->attrs[CTRL_ATTR_OP_POLICY];
	const struct nlattr *policy = reply->attrs[CTRL_ATTR_POLICY];
	struct nl_reply outer, middle, inner;
	const struct nlattr *at, *attr;
	struct policies *p = priv;
	unsigned int i, row;

	if (ops) {
		nl_nested(ops, &outer);
		for (i = 1; i <= 255; i++) {
			at = nl_next(&outer, i, NULL);
			if (!at)
				continue;
			nl_nested(at, &inner);
			see_request(p, i, false, &inner);
			see_request(p, i, true, &inner);
		}
	}
	if (!policy)
		return 0;
	nl_nested(policy, &outer);
	for (row = 0; row < ARRAY_SIZE(asked); row++) {
		at = p->of[row] == NONE ? NULL :
					  nl_next(&outer, p->of[row], NULL);
		if (!at)
			continue;
		nl_nested(at, &middle);
		for (i = 1; i < NL_ATTRS_MAX; i++) {
			attr = nl_next(&middle, i, NULL);
			if (!attr)
				continue;
			nl_nested(attr, &inner);
			see_field(p, row, i, &inner);
		}
	}
	return 0;
}

/* No request is left out of the table, no attribute, and no range */
TEST_F(bad, all)
{
	struct policies p = { 0 };
	struct nl_request req;
	unsigned int i, count;

	for (i = 0; i < ARRAY_SIZE(asked); i++)
		p.of[i] = NONE;
	nl_request(&req, CTRL_CMD_GETPOLICY);
	req.head.nlmsg_type = GENL_ID_CTRL;
	nl_put(&req, CTRL_ATTR_FAMILY_ID, &self->nl.family,
	       sizeof(self->nl.family));
	ASSERT_EQ(0, nl_dump(&self->nl, &req, on_policy, &p));
	EXPECT_EQ(0, p.unknown);
	EXPECT_EQ(NULL, p.odd)
	{
		TH_LOG("command %u, attribute %u", p.odd->cmd, p.odd_type);
	}
	for (i = 0; i < ARRAY_SIZE(asked); i++) {
		for (count = 0; asked[i].fields[count].type; count++)
			;
		EXPECT_EQ(count, p.fields[i])
		{
			TH_LOG("command %u", asked[i].cmd);
		}
	}
}

TEST_HARNESS_MAIN
