// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * permission_test.c - who may do what: every operation of the family, without
 * capabilities and with all of them in a user namespace of one's own.
 *
 * Permission is asked for before a request is looked at, so that an empty one
 * tells: refused, or whatever else.
 */
#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "caps.h"
#include "nvlf_nl.h"

/* Reads; all other operations are changes, or notifications */
static const __u8 do_reads[] = {
	NVLF_CMD_ENDPOINT_GET, NVLF_CMD_SWITCH_GET,    NVLF_CMD_PORT_GET,
	NVLF_CMD_ROUTE_GET,    NVLF_CMD_PARTITION_GET, NVLF_CMD_GROUP_GET,
	NVLF_CMD_COUNTER_GET,  NVLF_CMD_HEALTH_GET,    NVLF_CMD_DIAGNOSE,
	NVLF_CMD_MANAGER_GET,  NVLF_CMD_FABRIC_GET,
};

static const __u8 dump_reads[] = {
	NVLF_CMD_ENDPOINT_GET, NVLF_CMD_SWITCH_GET,    NVLF_CMD_PORT_GET,
	NVLF_CMD_ROUTE_GET,    NVLF_CMD_PARTITION_GET, NVLF_CMD_GROUP_GET,
	NVLF_CMD_COUNTER_GET,  NVLF_CMD_HEALTH_GET,    NVLF_CMD_LOG_GET,
};

static const __u8 changes[] = {
	NVLF_CMD_ROUTE_SET,       NVLF_CMD_ROUTE_DEL,
	NVLF_CMD_ROUTE_TABLE_SET, NVLF_CMD_PARTITION_SET,
	NVLF_CMD_PARTITION_DEL,   NVLF_CMD_PORT_SET,
	NVLF_CMD_GROUP_SET,       NVLF_CMD_GROUP_DEL,
	NVLF_CMD_MANAGER_ATTACH,  NVLF_CMD_MANAGER_HEARTBEAT,
};

/* All capabilities, but only where they are worth nothing here */
static int own_namespace(void)
{
	return unshare(CLONE_NEWUSER) ? -errno : 0;
}

static bool is_one_of(__u8 cmd, const __u8 *list, unsigned int count)
{
	while (count--)
		if (list[count] == cmd)
			return true;
	return false;
}

FIXTURE(permission)
{
	struct nl nl;
};

FIXTURE_VARIANT(permission)
{
	int (*lessen)(void); /* gives rights away, in a child */
	int refused;         /* what a change returns then */
};

FIXTURE_VARIANT_ADD(permission, root) {
	.lessen = NULL,
	.refused = 0,
};

FIXTURE_VARIANT_ADD(permission, without_capabilities) {
	.lessen = drop_caps,
	.refused = -EPERM,
};

FIXTURE_VARIANT_ADD(permission, in_own_namespace) {
	.lessen = own_namespace,
	.refused = -EPERM,
};

FIXTURE_SETUP(permission)
{
	int ret = nl_open(&self->nl);

	if (ret == -ENOENT)
		SKIP(return, "there is no family nvlf");
	ASSERT_EQ(0, ret);
}

FIXTURE_TEARDOWN(permission)
{
	nl_close(&self->nl);
}

/*
 * Was it for a lack of permission? Who refuses for another reason, as the
 * heartbeat of one who is not the manager, says which.
 */
static bool denied(const struct nl *nl, int ret)
{
	return ret == -EPERM && !nl->text[0];
}

/*
 * In a child. Returns 0, or the first operation that is refused and should
 * not be, or that is not and should; 100 more where it is its dump, and 200
 * and more where it did not come to that.
 */
static int try_all(int (*lessen)(void), int refused)
{
	struct nl_request req;
	unsigned int i;
	struct nl nl;
	int ret;

	if (lessen && lessen())
		return 200;
	if (nl_open(&nl))
		return 201;
	for (i = 0; i < ARRAY_SIZE(do_reads); i++) {
		nl_request(&req, do_reads[i]);
		if (nl_do(&nl, &req, NULL, NULL) == -EPERM)
			return do_reads[i];
	}
	for (i = 0; i < ARRAY_SIZE(dump_reads); i++) {
		nl_request(&req, dump_reads[i]);
		if (nl_dump(&nl, &req, NULL, NULL))
			return 100 + dump_reads[i];
	}
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		nl_request(&req, changes[i]);
		ret = nl_do(&nl, &req, NULL, NULL);
		/* Nothing is asked for, so that none succeeds */
		if (!ret)
			return changes[i];
		if (denied(&nl, ret) != (refused == -EPERM))
			return changes[i];
	}
	return nl_listen(&nl) ? 202 : 0;
}

TEST_F(permission, each)
{
	int status;
	pid_t child;

	if (variant->lessen == own_namespace &&
	    access("/proc/self/ns/user", F_OK))
		SKIP(return, "no user namespaces");
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(try_all(variant->lessen, variant->refused));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status)
	{
		TH_LOG("operation %d", WEXITSTATUS(status));
	}
}

static int attach(struct nl *nl)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_MANAGER_ATTACH);
	nl_put(&req, NVLF_A_MANAGER_NAME, "m", 2);
	nl_put_u32(&req, NVLF_A_MANAGER_TIMEOUT, NVLF_MANAGER_TIMEOUT_MAX);
	return nl_do(nl, &req, NULL, NULL);
}

static int beat(struct nl *nl, __u32 configured)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_MANAGER_HEARTBEAT);
	nl_put_u32(&req, NVLF_A_MANAGER_CONFIGURED, configured);
	return nl_do(nl, &req, NULL, NULL);
}

static int on_manager(const struct nl_reply *reply, void *priv)
{
	return nl_get_u32(reply, NVLF_A_MANAGER_STATE, priv);
}

/*
 * In a child: the manager gives its rights away, and beats on its own socket,
 * which nothing but the lack of them speaks against. Returns 0, or the first
 * step that went wrong.
 */
static int beat_lessened(int (*lessen)(void), int refused)
{
	__u32 state, want = refused ? NVLF_MANAGER_STATE_CONFIGURED :
				      NVLF_MANAGER_STATE_STANDBY;
	struct nl_request req;
	struct nl nl;
	int ret;

	if (nl_open(&nl) || attach(&nl) || beat(&nl, 1))
		return 1;
	if (lessen && lessen())
		return 2;
	ret = beat(&nl, 0);
	if (ret != refused || denied(&nl, ret) != (refused == -EPERM))
		return 3;
	nl_request(&req, NVLF_CMD_MANAGER_GET);
	if (nl_do(&nl, &req, on_manager, &state))
		return 4;
	return state == want ? 0 : 5;
}

TEST_F(permission, heartbeat)
{
	int status;
	pid_t child;

	if (variant->lessen == own_namespace &&
	    access("/proc/self/ns/user", F_OK))
		SKIP(return, "no user namespaces");
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(beat_lessened(variant->lessen, variant->refused));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status)
	{
		TH_LOG("step %d", WEXITSTATUS(status));
	}
}

/* No operation is left out above: each is a read, a change, or is unknown */
TEST(no_other)
{
	struct nl_request req;
	int ret, cmd;
	struct nl nl;

	ret = nl_open(&nl);
	if (ret == -ENOENT)
		SKIP(return, "there is no family nvlf");
	ASSERT_EQ(0, ret);
	for (cmd = 1; cmd <= 255; cmd++) {
		bool known = is_one_of(cmd, do_reads, ARRAY_SIZE(do_reads)) ||
			     is_one_of(cmd, changes, ARRAY_SIZE(changes));

		nl_request(&req, cmd);
		ret = nl_do(&nl, &req, NULL, NULL);
		EXPECT_EQ(known, ret != -EOPNOTSUPP)
		{
			TH_LOG("command %d: %d", cmd, ret);
		}
	}
	nl_close(&nl);
}

TEST_HARNESS_MAIN
