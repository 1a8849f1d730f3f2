// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * permission_test.c - who may do what: every operation of the family, without
 * capabilities, with all of them in a user namespace of one's own, and from
 * another network namespace, of which the fabric is none's.
 *
 * Permission is asked for before a request is looked at, so that an empty one
 * tells: refused, or whatever else.
 */
#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "caps.h"
#include "fabric.h"

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

/* What a child does before it asks for anything */
FIXTURE_VARIANT(permission)
{
	bool drop;   /* gives its capabilities away */
	int unshare; /* CLONE_*: goes to namespaces of its own */
	int refused; /* what a change returns then */
};

FIXTURE_VARIANT_ADD(permission, root) {
	.refused = 0,
};

FIXTURE_VARIANT_ADD(permission, without_capabilities) {
	.drop = true,
	.refused = -EPERM,
};

/* All capabilities, but only where they are worth nothing here */
FIXTURE_VARIANT_ADD(permission, in_own_users) {
	.unshare = CLONE_NEWUSER,
	.refused = -EPERM,
};

FIXTURE_VARIANT_ADD(permission, in_own_network) {
	.unshare = CLONE_NEWNET,
	.refused = 0,
};

/* As root of a container is */
FIXTURE_VARIANT_ADD(permission, in_own_users_and_network) {
	.unshare = CLONE_NEWUSER | CLONE_NEWNET,
	.refused = -EPERM,
};

FIXTURE_SETUP(permission)
{
	int ret = nl_open(&self->nl);

	if (ret == -ENOENT)
		SKIP(return, "there is no family nvlf");
	ASSERT_EQ(0, ret);
	if ((variant->unshare & CLONE_NEWUSER &&
	     access("/proc/self/ns/user", F_OK)) ||
	    (variant->unshare & CLONE_NEWNET &&
	     access("/proc/self/ns/net", F_OK)))
		SKIP(return, "no such namespaces");
}

static int lessen(const FIXTURE_VARIANT(permission) * variant)
{
	if (variant->unshare && unshare(variant->unshare))
		return -errno;
	return variant->drop ? drop_caps() : 0;
}

/* Runs @steps in a child; 0, or what it says of where it went wrong */
static int in_child(int (*steps)(const FIXTURE_VARIANT(permission) * variant),
		    const FIXTURE_VARIANT(permission) * variant)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		return -errno;
	if (!child)
		_exit(steps(variant));
	if (waitpid(child, &status, 0) != child)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
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
static int try_all(const FIXTURE_VARIANT(permission) * variant)
{
	struct nl_request req;
	unsigned int i;
	struct nl nl;
	int ret;

	if (lessen(variant))
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
		if (denied(&nl, ret) != (variant->refused == -EPERM))
			return changes[i];
	}
	return nl_listen(&nl) ? 202 : 0;
}

TEST_F(permission, each)
{
	EXPECT_EQ(0, in_child(try_all, variant));
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
static int beat_lessened(const FIXTURE_VARIANT(permission) * variant)
{
	__u32 state, want = variant->refused ? NVLF_MANAGER_STATE_CONFIGURED :
					       NVLF_MANAGER_STATE_STANDBY;
	struct nl_request req;
	struct nl nl;
	int ret;

	if (nl_open(&nl) || attach(&nl) || beat(&nl, 1))
		return 1;
	if (lessen(variant))
		return 2;
	ret = beat(&nl, 0);
	if (ret != variant->refused ||
	    denied(&nl, ret) != (variant->refused == -EPERM))
		return 3;
	nl_request(&req, NVLF_CMD_MANAGER_GET);
	if (nl_do(&nl, &req, on_manager, &state))
		return 4;
	return state == want ? 0 : 5;
}

TEST_F(permission, heartbeat)
{
	EXPECT_EQ(0, in_child(beat_lessened, variant));
}

#define HEARD_PART 77 /* a partition that is made to be heard of */
#define HEARD_MSEC 10000

/* With all rights, in the first namespaces: makes a change when told to */
static int change_on(int fd)
{
	__u32 member = 0;
	struct nl nl;
	char byte;

	if (read(fd, &byte, 1) != 1 || nl_open(&nl))
		return 1;
	return fabric_set_partition(&nl, HEARD_PART, &member, 1) ? 2 : 0;
}

static int on_partition(const struct nl_reply *reply, void *priv)
{
	struct fabric_partition *part = priv;

	if (reply->cmd != NVLF_CMD_PARTITION_NTF)
		return -EAGAIN;
	return fabric_parse_partition(reply, part);
}

/* In a child: hears what another does. Returns 0, or the step that went wrong */
static int hear_another(const FIXTURE_VARIANT(permission) * variant)
{
	struct fabric_partition part;
	int ret, status, fds[2];
	struct nl ear;
	pid_t other;

	if (pipe(fds))
		return 1;
	other = fork();
	if (other < 0)
		return 2;
	if (!other)
		_exit(change_on(fds[0]));
	if (lessen(variant))
		return 3;
	if (nl_open(&ear) || nl_listen(&ear))
		return 4;
	if (write(fds[1], "", 1) != 1 || waitpid(other, &status, 0) != other ||
	    status)
		return 5;
	do
		ret = nl_event(&ear, HEARD_MSEC, on_partition, &part);
	while (ret == -EAGAIN);
	return ret || part.id != HEARD_PART ? 6 : 0;
}

TEST_F(permission, hears)
{
	/* There is room for one more partition, whatever was left behind */
	ASSERT_EQ(0, fabric_clear(&self->nl));
	EXPECT_EQ(0, in_child(hear_another, variant));
	EXPECT_EQ(0, fabric_del_partition(&self->nl, HEARD_PART));
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
