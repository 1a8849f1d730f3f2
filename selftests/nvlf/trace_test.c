// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace_test.c - tracepoints of nvlf.ko: each kind of change is traced, with
 * what it is about, in the order in which it happens.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "fabric.h"

#define TRACING  "/sys/kernel/tracing/"
#define TEXT_MAX 1048576
#define NO_PORTS "00000000,00000000,00000000,00000000"

FIXTURE(trace)
{
	struct nl nl;
	struct fabric *fabric;
	char *text; /* what was traced */
	char *at;   /* the last line in it that was expected */
	__u32 sw, a, b;
};

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (*text && write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

FIXTURE_SETUP(trace)
{
	int ret = nl_open(&self->nl);

	if (ret == -ENOENT)
		SKIP(return, "there is no family nvlf");
	ASSERT_EQ(0, ret);
	self->fabric = malloc(sizeof(*self->fabric));
	self->text = malloc(TEXT_MAX);
	ASSERT_TRUE(self->fabric && self->text);
	ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
	if (self->fabric->endpoint_count < 2 || !self->fabric->switch_count)
		SKIP(return, "needs two endpoints and a switch");
	ASSERT_EQ(0, fabric_clear(&self->nl));
	self->sw = self->fabric->switches[0].id;
	self->a = self->fabric->endpoints[0].id;
	self->b = self->fabric->endpoints[1].id;
	if (access(TRACING "trace", W_OK))
		SKIP(return, "the kernel cannot trace");
	ASSERT_EQ(0, write_file(TRACING "events/nvlf/enable", "1"));
}

FIXTURE_TEARDOWN(trace)
{
	write_file(TRACING "events/nvlf/enable", "0");
	EXPECT_EQ(0, fabric_clear(&self->nl));
	free(self->fabric);
	free(self->text);
	nl_close(&self->nl);
}

/* What was traced since the last time */
static int traced(char *text)
{
	int fd = open(TRACING "trace", O_RDONLY | O_CLOEXEC);
	ssize_t got, len = 0;

	if (fd < 0)
		return -errno;
	while ((got = read(fd, text + len, TEXT_MAX - 1 - len)) > 0)
		len += got;
	text[len] = 0;
	close(fd);
	return got < 0 ? -errno : write_file(TRACING "trace", "");
}

#define TRACED() \
	do { \
		ASSERT_EQ(0, traced(self->text)); \
		self->at = self->text; \
	} while (0)

/* Expects a line, behind the one that was expected before */
#define EXPECT_LINE(...) \
	do { \
		char __line[256]; \
		char *__found; \
\
		snprintf(__line, sizeof(__line), __VA_ARGS__); \
		__found = strstr(self->at, __line); \
		EXPECT_NE(NULL, __found) \
		{ \
			TH_LOG("not traced: %s", __line); \
		} \
		if (__found) \
			self->at = __found; \
	} while (0)

TEST_F(trace, requests)
{
	__u32 both[2] = { self->a, self->b };
	struct nl_request req;
	__u8 none = 0;
	struct nl mgr;

	TRACED();
	ASSERT_EQ(0, fabric_set_partition(&self->nl, 6, both, 2));
	ASSERT_EQ(0, fabric_route(&self->nl, self->fabric, self->sw, self->b));
	ASSERT_EQ(0, fabric_del_partition(&self->nl, 6));
	ASSERT_EQ(0, fabric_unroute(&self->nl, self->sw, self->b));
	TRACED();
	EXPECT_LINE("nvlf_partition: id=6 present=1 members=2\n");
	EXPECT_LINE("nvlf_route: switch=%u target=%u ports=", self->sw,
		    self->b);
	EXPECT_LINE("nvlf_path: src=%u dst=%u old=no-route new=ok\n", self->a,
		    self->b);
	EXPECT_LINE("nvlf_partition: id=6 present=0 members=0\n");
	EXPECT_LINE("nvlf_path: src=%u dst=%u old=ok new=no-partition\n",
		    self->a, self->b);
	EXPECT_LINE("nvlf_revoke_begin: src=%u dst=%u\n", self->a, self->b);
	EXPECT_LINE("nvlf_revoke_end: src=%u dst=%u\n", self->a, self->b);
	EXPECT_LINE("nvlf_route: switch=%u target=%u ports=" NO_PORTS "\n",
		    self->sw, self->b);

	ASSERT_EQ(0, nl_open(&mgr));
	nl_request(&req, NVLF_CMD_MANAGER_ATTACH);
	nl_put(&req, NVLF_A_MANAGER_NAME, "traced", 7);
	nl_put_u32(&req, NVLF_A_MANAGER_TIMEOUT, NVLF_MANAGER_TIMEOUT_MAX);
	ASSERT_EQ(0, nl_do(&mgr, &req, NULL, NULL));
	nl_close(&mgr);
	TRACED();
	self->at = self->text;
	EXPECT_LINE("nvlf_manager: state=standby port_id=");
	EXPECT_LINE("name=traced\n");
	EXPECT_LINE("nvlf_manager: state=offline");

	ASSERT_EQ(0, fabric_set_partition(&self->nl, 6, both, 2));
	nl_request(&req, NVLF_CMD_GROUP_SET);
	nl_put_u32(&req, NVLF_A_GROUP_ID, 9);
	nl_put_u32(&req, NVLF_A_GROUP_PARTITION_ID, 6);
	nl_put(&req, NVLF_A_GROUP_MEMBERS, &none, 1);
	if (nl_do(&self->nl, &req, NULL, NULL) == -EOPNOTSUPP)
		return;
	ASSERT_EQ(0, fabric_del_group(&self->nl, 9));
	TRACED();
	self->at = self->text;
	EXPECT_LINE("nvlf_group: id=9 present=1 partition=6 members=0\n");
	EXPECT_LINE("nvlf_group: id=9 present=0");
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
	TRACED();
	ASSERT_EQ(0, port_enable(&self->nl, self->a, 2, 0));
	ASSERT_EQ(0, port_enable(&self->nl, self->a, 2, 1));
	ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
	TRACED();
	EXPECT_LINE("nvlf_port: endpoint=%u port=2 old=active new=off\n",
		    self->a);
	EXPECT_LINE("nvlf_port: endpoint=%u port=2 old=off new=", self->a);
	EXPECT_LINE("nvlf_port: endpoint=%u port=2 old=train new=active\n",
		    self->a);
	self->at = self->text;
	EXPECT_LINE("nvlf_port: switch=");
}

/* What is refused, or changes nothing, is no event */
TEST_F(trace, silence)
{
	__u8 none[9] = { 0 };

	ASSERT_EQ(0, fabric_set_partition(&self->nl, 6, &self->a, 1));
	TRACED();
	EXPECT_GT(0, fabric_set_route(&self->nl, self->sw, self->b, none, 9));
	EXPECT_GT(0, fabric_del_partition(&self->nl, 7));
	EXPECT_EQ(0, fabric_set_partition(&self->nl, 6, &self->a, 1));
	EXPECT_FALSE(fabric_reaches(&self->nl, self->a, self->b));
	TRACED();
	EXPECT_EQ(NULL, strstr(self->text, "nvlf_"))
	{
		TH_LOG("%s", strstr(self->text, "nvlf_"));
	}
}

TEST_HARNESS_MAIN
