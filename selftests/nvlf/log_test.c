// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log_test.c - the errors that devices log: told when they happen, and kept
 * for who asks later, in the order of their numbers.
 */
#include <errno.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "caps.h"
#include "fault.h"
#include "pci.h"
#include "port.h"

#define RECORDS 8192

/* What a dump said; large, so not for the stack */
struct records {
	struct port_record list[RECORDS];
	unsigned int count;
};

FIXTURE(log)
{
	struct nl nl;
	struct fabric *fabric;
	struct records *records;
	struct port near, far; /* a link: at its endpoint, at its switch */
};

FIXTURE_SETUP(log)
{
	const struct fabric_port *p;
	int ret = fabric_begin(&self->nl, &self->fabric, 1);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 1);
	ASSERT_EQ(0, ret);
	self->records = malloc(sizeof(*self->records));
	ASSERT_NE(NULL, self->records);
	p = port_linked(self->fabric, NVLF_OWNER_ENDPOINT,
			self->fabric->endpoints[0].id);
	ASSERT_NE(NULL, p);
	self->near = port_of(p);
	self->far = port_partner(p);
}

FIXTURE_TEARDOWN(log)
{
	EXPECT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
	free(self->records);
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
}

static int on_record(const struct nl_reply *reply, void *priv)
{
	struct records *all = priv;

	if (reply->cmd != NVLF_CMD_LOG_GET || all->count == RECORDS)
		return -EBADMSG;
	return port_parse_record(reply, &all->list[all->count++]);
}

/* All records, or those of one kind, or those of one device */
static int load(struct nl *nl, const __u32 *owner, const __u32 *id,
		struct records *all)
{
	struct nl_request req;

	all->count = 0;
	nl_request(&req, NVLF_CMD_LOG_GET);
	if (owner)
		nl_put_u32(&req, NVLF_A_LOG_OWNER, *owner);
	if (id)
		nl_put_u32(&req, NVLF_A_LOG_OWNER_ID, *id);
	return nl_dump(nl, &req, on_record, all);
}

static int on_told(const struct nl_reply *reply, void *priv)
{
	if (reply->cmd != NVLF_CMD_LOG_NTF)
		return 0;
	return port_parse_record(reply, priv) ? -EBADMSG : 1;
}

/* Waits to be told that the link at @port went down; 0 or -ETIMEDOUT */
static int told_down(struct nl *ear, const struct port *port,
		     struct port_record *r)
{
	int ret;

	for (;;) {
		ret = nl_event(ear, PORT_MSEC, on_told, r);
		if (ret < 0)
			return ret;
		if (ret && r->owner == port->owner && r->id == port->id &&
		    r->port == port->index && r->error == NVLF_ERROR_LINK_DOWN)
			return 0;
	}
}

/* Down and up again, and both ends have told so */
static int bounce(struct nl *nl, const struct port *near,
		  const struct port *far, struct port_record *told)
{
	struct fabric_port p;
	struct nl ear;
	int ret = nl_open(&ear);

	if (ret)
		return ret;
	ret = nl_listen(&ear);
	if (!ret)
		ret = port_set(nl, near, 0, 0);
	if (!ret)
		ret = told_down(&ear, far, told);
	if (!ret)
		ret = port_set(nl, near, 1, 0);
	if (!ret)
		ret = port_wait(nl, near, NVLF_PORT_STATE_ACTIVE, &p);
	if (!ret)
		ret = port_wait(nl, far, NVLF_PORT_STATE_ACTIVE, &p);
	nl_close(&ear);
	return ret;
}

/* What is told when it happens is what a dump says afterwards */
TEST_F(log, link_down)
{
	const struct port *at[2] = { &self->near, &self->far };
	struct port_record told;
	unsigned int i, k;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, bounce(&self->nl, at[!i], at[i], &told));
		EXPECT_EQ(NVLF_SCOPE_PORT, told.scope);
		EXPECT_GE(NVLF_SEVERITY_FATAL, told.severity);
		EXPECT_NE(0, told.time);
		ASSERT_EQ(0, load(&self->nl, &at[i]->owner, &at[i]->id,
				  self->records));
		for (k = 0; k < self->records->count; k++)
			if (self->records->list[k].index == told.index)
				break;
		ASSERT_GT(self->records->count, k);
		EXPECT_EQ(0,
			  memcmp(&told, &self->records->list[k], sizeof(told)));
	}
}

/* Of each device by itself, in order; all are as many as those of each */
TEST_F(log, filters)
{
	const __u32 kinds[2] = { NVLF_OWNER_ENDPOINT, NVLF_OWNER_SWITCH };
	const struct fabric *f = self->fabric;
	struct records *r = self->records;
	unsigned int i, k, n, all, of_kind, sum = 0;
	struct port_record told;

	ASSERT_EQ(0, bounce(&self->nl, &self->near, &self->far, &told));
	ASSERT_EQ(0, load(&self->nl, NULL, NULL, r));
	all = r->count;
	EXPECT_LT(0, all);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, load(&self->nl, &kinds[i], NULL, r));
		of_kind = r->count;
		sum += of_kind;
		n = i ? f->switch_count : f->endpoint_count;
		for (k = 0; k < n; k++) {
			__u32 id = i ? f->switches[k].id : f->endpoints[k].id;
			unsigned int j;

			ASSERT_EQ(0, load(&self->nl, &kinds[i], &id, r));
			of_kind -= r->count;
			for (j = 0; j < r->count; j++) {
				EXPECT_EQ(kinds[i], r->list[j].owner);
				EXPECT_EQ(id, r->list[j].id);
				if (j) {
					EXPECT_LT(r->list[j - 1].index,
						  r->list[j].index);
					EXPECT_LE(r->list[j - 1].time,
						  r->list[j].time);
				}
			}
		}
		EXPECT_EQ(0, of_kind);
	}
	EXPECT_EQ(all, sum);
}

/* The device's log outlives its driver: it is there, and is no news */
TEST_F(log, outlives_driver)
{
	const char *device = port_device(self->fabric, &self->far);
	struct port_record told, again;
	unsigned int k;
	struct nl ear;

	ASSERT_EQ(0, bounce(&self->nl, &self->near, &self->far, &told));
	ASSERT_EQ(0, pci_unbind("nvl-switch", device));
	ASSERT_EQ(0, nl_open(&ear));
	ASSERT_EQ(0, nl_listen(&ear));
	ASSERT_EQ(0, pci_bind("nvl-switch", device));
	ASSERT_EQ(0, load(&self->nl, &self->far.owner, &self->far.id,
			  self->records));
	for (k = 0; k < self->records->count; k++)
		if (self->records->list[k].index == told.index)
			break;
	ASSERT_GT(self->records->count, k);
	EXPECT_EQ(0, memcmp(&told, &self->records->list[k], sizeof(told)));
	for (;;) {
		int ret = nl_event(&ear, 0, on_told, &again);

		if (ret < 0)
			break;
		if (!ret || again.owner != told.owner || again.id != told.id)
			continue;
		EXPECT_LT(told.index, again.index);
	}
	nl_close(&ear);
}

/* Resets endpoints until a device has logged @count errors, or -ETIMEDOUT */
static int log_many(struct nl *nl, struct fabric *f, const struct port *of,
		    unsigned int count, struct records *r)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < 40; i++) {
		ret = load(nl, &of->owner, &of->id, r);
		if (!ret && r->count >= count)
			return 0;
		if (!ret)
			ret = pci_reset(f->endpoints[i % f->endpoint_count]
						.device);
		if (!ret)
			ret = fabric_load_trained(nl, f);
	}
	return ret ? ret : -ETIMEDOUT;
}

#define TAKEN_OVER 64 /* records, that a device keeps for a driver */

/*
 * Bound anew between two parts of a dump: its log has begun anew, with less
 * than the dump has told already. What comes then, if anything, is a record.
 */
TEST_F(log, rebound_in_dump)
{
	const char *device = port_device(self->fabric, &self->far);
	struct records *r = self->records;
	unsigned int i, before, after = 0;
	struct nl_request req;
	struct nl dumper;
	int ret = 1;

	ASSERT_EQ(0, log_many(&self->nl, self->fabric, &self->far, 200, r));
	ASSERT_EQ(0, nl_open_small(&dumper));
	nl_request(&req, NVLF_CMD_LOG_GET);
	nl_put_u32(&req, NVLF_A_LOG_OWNER, self->far.owner);
	nl_put_u32(&req, NVLF_A_LOG_OWNER_ID, self->far.id);
	r->count = 0;
	ASSERT_EQ(0, nl_dump_begin(&dumper, &req));
	while (ret == 1 && r->count <= 2 * TAKEN_OVER)
		ret = nl_dump_next(&dumper, on_record, r);
	ASSERT_EQ(1, ret);
	ASSERT_EQ(0, pci_unbind("nvl-switch", device));
	ASSERT_EQ(0, pci_bind("nvl-switch", device));
	before = r->count;
	while (ret == 1)
		ret = nl_dump_next(&dumper, on_record, r);
	EXPECT_EQ(0, ret);
	EXPECT_TRUE(dumper.interrupted);
	for (i = before; i < r->count; i++)
		after += !r->list[i].time ||
			 r->list[i].error == NVLF_ERROR_NONE;
	EXPECT_EQ(0, after)
	{
		TH_LOG("%u of %u records are none", after, r->count - before);
	}
	nl_close(&dumper);
}

static int on_generation(const struct nl_reply *reply, void *priv)
{
	return nl_get_u32(reply, NVLF_A_FABRIC_GENERATION, priv);
}

static int generation(struct nl *nl, __u32 *now)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_FABRIC_GET);
	return nl_do(nl, &req, on_generation, now);
}

/*
 * A record that comes between two parts of a dump shows it as interrupted,
 * though it is no change of the fabric.
 */
TEST_F(log, logged_in_dump)
{
	struct records *r = self->records;
	__u32 before, after;
	struct nl_request req;
	struct nl dumper, ear;
	struct port_record told;
	char faults[32];
	int ret;

	if (!fault_can())
		SKIP(return, FAULT_NEEDS);
	ASSERT_EQ(0,
		  log_many(&self->nl, self->fabric, &self->far, TAKEN_OVER, r));
	/* The first error on the line is logged, when it is seen */
	ASSERT_EQ(0, port_set(&self->nl, &self->far, PORT_KEEP, PORT_CLEAR));
	ASSERT_EQ(0, nl_open(&ear));
	ASSERT_EQ(0, nl_listen(&ear));
	ASSERT_EQ(0, nl_open_small(&dumper));
	ASSERT_EQ(0, generation(&self->nl, &before));
	nl_request(&req, NVLF_CMD_LOG_GET);
	nl_put_u32(&req, NVLF_A_LOG_OWNER, self->far.owner);
	nl_put_u32(&req, NVLF_A_LOG_OWNER_ID, self->far.id);
	/* The first part is made; the second is when the first is taken */
	ASSERT_EQ(0, nl_dump_begin(&dumper, &req));
	snprintf(faults, sizeof(faults), "%u:crc=1000", self->near.index);
	ASSERT_EQ(0, fault_set("trn", self->near.id, faults));
	do {
		ret = nl_event(&ear, PORT_MSEC, on_told, &told);
		ASSERT_LE(0, ret);
	} while (!ret || told.owner != self->far.owner ||
		 told.error != NVLF_ERROR_CRC);
	EXPECT_EQ(self->far.index, told.port);
	ASSERT_EQ(0, generation(&self->nl, &after));
	EXPECT_EQ(before, after);
	r->count = 0;
	do
		ret = nl_dump_next(&dumper, on_record, r);
	while (ret == 1);
	EXPECT_EQ(0, ret);
	EXPECT_TRUE(dumper.interrupted);
	EXPECT_LE(TAKEN_OVER, r->count);
	ASSERT_EQ(0, fault_set("trn", self->near.id, ""));
	nl_close(&dumper);
	nl_close(&ear);
}

/* ---- What is refused ---- */

TEST_F(log, refused)
{
	const __u32 zero = 0, max = NVLF_TARGET_MAX;
	static const __u64 index;
	struct nl_request req;

	/* A dump alone: a record has no name of its own */
	nl_request(&req, NVLF_CMD_LOG_GET);
	EXPECT_EQ(-EOPNOTSUPP, nl_do(&self->nl, &req, NULL, NULL));

	EXPECT_EQ(-ENOENT, load(&self->nl, &zero, &max, self->records));
	EXPECT_STRNE("", self->nl.text);
	/* What can be read cannot be asked by */
	nl_request(&req, NVLF_CMD_LOG_GET);
	nl_put(&req, NVLF_A_LOG_INDEX, &index, sizeof(index));
	EXPECT_EQ(-EINVAL, nl_dump(&self->nl, &req, on_record, self->records));
}

static int without_caps(struct records *records)
{
	struct nl nl;

	if (drop_caps())
		return 1;
	if (nl_open(&nl))
		return 2;
	if (load(&nl, NULL, NULL, records) || !records->count)
		return 3;
	return nl_listen(&nl) ? 4 : 0;
}

TEST_F(log, anyone_may_read)
{
	struct port_record told;
	int status;
	pid_t child;

	ASSERT_EQ(0, bounce(&self->nl, &self->near, &self->far, &told));
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(without_caps(self->records));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status)
	{
		TH_LOG("step %d", WEXITSTATUS(status));
	}
}

TEST_HARNESS_MAIN
