// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * manager_test.c - who manages the fabric: attaching, heartbeats, falling
 * silent, taking over and dying; and that none of it touches what is in force.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "touch.h"

#define SHORT_MS NVLF_MANAGER_TIMEOUT_MIN
#define LONG_MS  NVLF_MANAGER_TIMEOUT_MAX
#define SOON_MS  10000 /* what takes longer will not come */

FIXTURE(manager)
{
	struct nl nl;  /* asks */
	struct nl ear; /* listens */
};

FIXTURE_SETUP(manager)
{
	int ret = nl_open(&self->nl);

	if (ret == -ENOENT)
		SKIP(return, "there is no family nvlf");
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, nl_open(&self->ear));
	ASSERT_EQ(0, nl_listen(&self->ear));
}

FIXTURE_TEARDOWN(manager)
{
	nl_close(&self->nl);
	nl_close(&self->ear);
}

/* ---- Requests and what is told ---- */

/* What manager-get says; without a manager only @state is valid */
struct manager {
	__u32 state, port_id, timeout;
	__u64 heard_ms;
	char name[NVLF_MANAGER_NAME_MAX + 1];
};

static int parse(const struct nl_reply *reply, struct manager *m)
{
	memset(m, 0, sizeof(*m));
	if (nl_get_u32(reply, NVLF_A_MANAGER_STATE, &m->state))
		return -EBADMSG;
	if (m->state == NVLF_MANAGER_STATE_OFFLINE)
		return reply->attrs[NVLF_A_MANAGER_NAME] ||
				       reply->attrs[NVLF_A_MANAGER_PORT_ID] ||
				       reply->attrs[NVLF_A_MANAGER_TIMEOUT] ||
				       reply->attrs[NVLF_A_MANAGER_HEARD_MS] ?
			       -EBADMSG :
			       0;
	if (nl_get_string(reply, NVLF_A_MANAGER_NAME, m->name,
			  sizeof(m->name)) ||
	    nl_get_u32(reply, NVLF_A_MANAGER_PORT_ID, &m->port_id) ||
	    nl_get_u32(reply, NVLF_A_MANAGER_TIMEOUT, &m->timeout) ||
	    nl_get_u64(reply, NVLF_A_MANAGER_HEARD_MS, &m->heard_ms))
		return -EBADMSG;
	return 0;
}

static int on_get(const struct nl_reply *reply, void *priv)
{
	return reply->cmd == NVLF_CMD_MANAGER_GET ? parse(reply, priv) :
						    -EBADMSG;
}

static int on_event(const struct nl_reply *reply, void *priv)
{
	/* Others are none of ours */
	if (reply->cmd != NVLF_CMD_MANAGER_NTF)
		return -EAGAIN;
	return parse(reply, priv);
}

static int get(struct nl *nl, struct manager *m)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_MANAGER_GET);
	return nl_do(nl, &req, on_get, m);
}

static int state_of(struct nl *nl)
{
	struct manager m;
	int ret = get(nl, &m);

	return ret ? ret : (int)m.state;
}

/* The next that is told of the manager, or a negative errno */
static int told(struct nl *ear, int msec, struct manager *m)
{
	int ret;

	do
		ret = nl_event(ear, msec, on_event, m);
	while (ret == -EAGAIN);
	return ret;
}

static int told_state(struct nl *ear, int msec)
{
	struct manager m;
	int ret = told(ear, msec, &m);

	return ret ? ret : (int)m.state;
}

static int attach(struct nl *nl, const char *name, __u32 timeout, bool takeover)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_MANAGER_ATTACH);
	nl_put(&req, NVLF_A_MANAGER_NAME, name, strlen(name) + 1);
	nl_put_u32(&req, NVLF_A_MANAGER_TIMEOUT, timeout);
	if (takeover)
		nl_put(&req, NVLF_A_MANAGER_TAKEOVER, NULL, 0);
	return nl_do(nl, &req, NULL, NULL);
}

/* @configured: what is said of it, or -1 to say nothing */
static int heartbeat(struct nl *nl, int configured)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_MANAGER_HEARTBEAT);
	if (configured >= 0)
		nl_put_u32(&req, NVLF_A_MANAGER_CONFIGURED, configured);
	return nl_do(nl, &req, NULL, NULL);
}

/* Detached by now; without the socket's end nothing more comes of it */
static void end(struct nl *nl, struct nl *ear)
{
	nl_close(nl);
	while (told_state(ear, SOON_MS) > NVLF_MANAGER_STATE_OFFLINE)
		;
}

/* ---- A life ---- */

TEST_F(manager, life)
{
	struct nl mgr;
	struct manager m;

	EXPECT_EQ(NVLF_MANAGER_STATE_OFFLINE, state_of(&self->nl));
	EXPECT_EQ(-EPERM, heartbeat(&self->nl, -1));
	EXPECT_STRNE("", self->nl.text);

	ASSERT_EQ(0, nl_open(&mgr));
	ASSERT_EQ(0, attach(&mgr, "first", LONG_MS, false));
	ASSERT_EQ(0, told(&self->ear, 0, &m));
	EXPECT_EQ(NVLF_MANAGER_STATE_STANDBY, m.state);
	EXPECT_STREQ("first", m.name);
	ASSERT_EQ(0, get(&self->nl, &m));
	EXPECT_EQ(NVLF_MANAGER_STATE_STANDBY, m.state);
	EXPECT_STREQ("first", m.name);
	EXPECT_EQ(LONG_MS, m.timeout);
	EXPECT_NE(0, m.port_id);
	EXPECT_GT(SOON_MS, m.heard_ms);

	/* That it is alive is told to nobody; that something changed is */
	EXPECT_EQ(0, heartbeat(&mgr, -1));
	EXPECT_EQ(0, heartbeat(&mgr, 0));
	EXPECT_EQ(-ETIMEDOUT, told(&self->ear, 0, &m));
	EXPECT_EQ(0, heartbeat(&mgr, 1));
	EXPECT_EQ(NVLF_MANAGER_STATE_CONFIGURED, told_state(&self->ear, 0));
	EXPECT_EQ(0, heartbeat(&mgr, 1));
	EXPECT_EQ(0, heartbeat(&mgr, -1));
	EXPECT_EQ(-ETIMEDOUT, told(&self->ear, 0, &m));
	EXPECT_EQ(NVLF_MANAGER_STATE_CONFIGURED, state_of(&self->nl));
	EXPECT_EQ(0, heartbeat(&mgr, 0));
	EXPECT_EQ(NVLF_MANAGER_STATE_STANDBY, told_state(&self->ear, 0));

	/* When close() returns it has gone */
	nl_close(&mgr);
	EXPECT_EQ(NVLF_MANAGER_STATE_OFFLINE, told_state(&self->ear, 0));
	EXPECT_EQ(NVLF_MANAGER_STATE_OFFLINE, state_of(&self->nl));
}

TEST_F(manager, one_at_a_time)
{
	struct nl first, second;
	struct manager m;

	ASSERT_EQ(0, nl_open(&first));
	ASSERT_EQ(0, nl_open(&second));
	ASSERT_EQ(0, attach(&first, "first", LONG_MS, false));
	ASSERT_EQ(0, heartbeat(&first, 1));
	EXPECT_EQ(-EBUSY, attach(&second, "second", LONG_MS, false));
	EXPECT_NE(NULL, strstr(second.text, "first"));
	EXPECT_EQ(-EPERM, heartbeat(&second, -1));
	EXPECT_NE(NULL, strstr(second.text, "first"));
	ASSERT_EQ(0, get(&self->nl, &m));
	EXPECT_STREQ("first", m.name);
	EXPECT_EQ(NVLF_MANAGER_STATE_CONFIGURED, m.state);
	while (!told(&self->ear, 0, &m))
		;

	/* On purpose. It does not inherit what the other had said. */
	EXPECT_EQ(0, attach(&second, "second", LONG_MS, true));
	ASSERT_EQ(0, told(&self->ear, 0, &m));
	EXPECT_STREQ("second", m.name);
	EXPECT_EQ(NVLF_MANAGER_STATE_STANDBY, m.state);
	EXPECT_EQ(-ETIMEDOUT, told(&self->ear, 0, &m));
	EXPECT_EQ(-EPERM, heartbeat(&first, -1));
	EXPECT_EQ(0, heartbeat(&second, -1));
	/* The end of a socket that is no manager's is nothing */
	nl_close(&first);
	EXPECT_EQ(-ETIMEDOUT, told(&self->ear, 0, &m));
	EXPECT_EQ(NVLF_MANAGER_STATE_STANDBY, state_of(&self->nl));

	/* The one that is attached may begin anew */
	EXPECT_EQ(0, heartbeat(&second, 1));
	EXPECT_EQ(0, attach(&second, "third", SHORT_MS + 1, false));
	ASSERT_EQ(0, get(&self->nl, &m));
	EXPECT_STREQ("third", m.name);
	EXPECT_EQ(SHORT_MS + 1, m.timeout);
	EXPECT_NE(NVLF_MANAGER_STATE_CONFIGURED, m.state);
	end(&second, &self->ear);
}

TEST_F(manager, falls_silent)
{
	struct manager m;
	struct nl mgr;

	ASSERT_EQ(0, nl_open(&mgr));
	ASSERT_EQ(0, attach(&mgr, "silent", LONG_MS, false));
	ASSERT_EQ(0, heartbeat(&mgr, 1));
	while (!told(&self->ear, 0, &m))
		;
	/* Begins anew with a shorter time, as who misses none waits long */
	ASSERT_EQ(0, attach(&mgr, "silent", SHORT_MS, false));
	EXPECT_EQ(NVLF_MANAGER_STATE_STANDBY, told_state(&self->ear, 0));
	ASSERT_EQ(0, told(&self->ear, SOON_MS, &m));
	EXPECT_EQ(NVLF_MANAGER_STATE_TIMEOUT, m.state);
	EXPECT_LE(SHORT_MS, m.heard_ms);
	EXPECT_STREQ("silent", m.name);

	/* It holds its place until another takes it on purpose */
	EXPECT_EQ(-EBUSY, attach(&self->nl, "other", LONG_MS, false));
	/* The next heartbeat brings it back, as it was or as it says */
	EXPECT_EQ(0, heartbeat(&mgr, 1));
	EXPECT_EQ(NVLF_MANAGER_STATE_CONFIGURED,
		  told_state(&self->ear, SOON_MS));
	EXPECT_EQ(NVLF_MANAGER_STATE_TIMEOUT, told_state(&self->ear, SOON_MS));
	EXPECT_EQ(0, heartbeat(&mgr, -1));
	EXPECT_EQ(NVLF_MANAGER_STATE_CONFIGURED,
		  told_state(&self->ear, SOON_MS));
	end(&mgr, &self->ear);
	EXPECT_EQ(NVLF_MANAGER_STATE_OFFLINE, state_of(&self->nl));
	/* Nothing comes after its end */
	EXPECT_EQ(-ETIMEDOUT, told(&self->ear, 3 * SHORT_MS, &m));
}

/* A socket that two processes have lives until the last of them is gone */
TEST_F(manager, shared_socket)
{
	int status, go[2];
	struct nl mgr;
	pid_t child;
	char byte;

	ASSERT_EQ(0, pipe(go));
	ASSERT_EQ(0, nl_open(&mgr));
	ASSERT_EQ(0, attach(&mgr, "shared", LONG_MS, false));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		close(go[1]);
		_exit(read(go[0], &byte, 1) ? 1 : 0);
	}
	nl_close(&mgr);
	EXPECT_EQ(NVLF_MANAGER_STATE_STANDBY, state_of(&self->nl));
	close(go[1]);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(NVLF_MANAGER_STATE_OFFLINE, state_of(&self->nl));
	close(go[0]);
}

/* ---- Bad requests ---- */

TEST_F(manager, bad_attach)
{
	static const char long_name[NVLF_MANAGER_NAME_MAX + 2] =
		"0123456789012345678901234567890123456789012345678901234567890123";
	static const __u8 bytes[4];
	const struct {
		const char *what;
		__u16 type;
		const void *data;
		size_t len;
	} bad[] = {
		{ "empty name", NVLF_A_MANAGER_NAME, "", 1 },
		{ "name of no bytes", NVLF_A_MANAGER_NAME, "", 0 },
		{ "name without an end", NVLF_A_MANAGER_NAME, "name", 4 },
		{ "64 letters", NVLF_A_MANAGER_NAME, long_name,
		  sizeof(long_name) },
		{ "a state", NVLF_A_MANAGER_STATE, bytes, 4 },
		{ "configured", NVLF_A_MANAGER_CONFIGURED, bytes, 4 },
	};
	struct nl_request req;
	struct manager m;
	unsigned int i;
	__u32 at;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		nl_request(&req, NVLF_CMD_MANAGER_ATTACH);
		if (bad[i].type != NVLF_A_MANAGER_NAME)
			nl_put(&req, NVLF_A_MANAGER_NAME, "bad", 4);
		if (bad[i].type != NVLF_A_MANAGER_TIMEOUT)
			nl_put_u32(&req, NVLF_A_MANAGER_TIMEOUT, LONG_MS);
		at = nl_put(&req, bad[i].type, bad[i].data, bad[i].len);
		EXPECT_GT(0, nl_do(&self->nl, &req, NULL, NULL))
		{
			TH_LOG("%s", bad[i].what);
		}
		EXPECT_EQ(at, self->nl.offset)
		{
			TH_LOG("%s: %s", bad[i].what, self->nl.text);
		}
		EXPECT_STRNE("", self->nl.text);
	}
	EXPECT_EQ(NVLF_MANAGER_STATE_OFFLINE, state_of(&self->nl));
	EXPECT_EQ(-ETIMEDOUT, told(&self->ear, 0, &m));
}

TEST_F(manager, bad_heartbeat)
{
	struct nl_request req;
	struct nl mgr;
	__u32 at;

	ASSERT_EQ(0, nl_open(&mgr));
	ASSERT_EQ(0, attach(&mgr, "good", LONG_MS, false));
	nl_request(&req, NVLF_CMD_MANAGER_HEARTBEAT);
	at = nl_put(&req, NVLF_A_MANAGER_NAME, "x", 2);
	EXPECT_EQ(-EINVAL, nl_do(&mgr, &req, NULL, NULL));
	EXPECT_EQ(at, mgr.offset);
	EXPECT_EQ(NVLF_MANAGER_STATE_STANDBY, state_of(&self->nl));
	end(&mgr, &self->ear);
}

/* ---- Its death ---- */

FIXTURE(death)
{
	struct rig rig;
	struct nl ear;
	struct bo bo;
	struct grant grant;
	__u64 *map;
};

FIXTURE_SETUP(death)
{
	__u32 window;

	self->ear.fd = -1;
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error);
	ASSERT_EQ(0, nl_open(&self->ear));
	ASSERT_EQ(0, nl_listen(&self->ear));
	ASSERT_EQ(0, bo_make(self->rig.fd[1], PAGE, 0, &self->bo));
	*(__u64 *)self->bo.map = 1;
	ASSERT_EQ(0, grant_make(self->rig.fd[1], self->bo.handle, RIGHT_ALL, 0,
				PAGE, &self->grant));
	ASSERT_EQ(0, window_map(self->rig.fd[0], &self->grant, 0, PAGE,
				RIGHT_RW, &window));
	self->map = gem_map(self->rig.fd[0], window, PAGE,
			    PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, (void *)self->map);
}

FIXTURE_TEARDOWN(death)
{
	nl_close(&self->ear);
	rig_end(&self->rig);
}

/* Attaches, works all the time on what concerns nobody, and never ends */
static void manage(const struct fabric *f, int ready)
{
	__u32 sw = f->switches[0].id, other = NVLF_TARGET_MAX;
	__u8 one[9] = { 1 };
	struct nl nl;

	if (nl_open(&nl) || attach(&nl, "mortal", LONG_MS, false) ||
	    heartbeat(&nl, 1) || write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		if (fabric_set_route(&nl, sw, other, one, 9) ||
		    fabric_set_partition(&nl, 9, &other, 1) ||
		    fabric_unroute(&nl, sw, other) ||
		    fabric_del_partition(&nl, 9) || heartbeat(&nl, 1))
			_exit(2);
}

static int attributes(struct nl *nl, struct fabric_route *routes,
		      unsigned int max)
{
	struct fabric_partition parts[4];

	if (fabric_partitions(nl, parts, 4) < 1 || parts[0].id != 1)
		return -EBADMSG;
	return fabric_routes(nl, routes, max);
}

/*
 * Killed in the midst of a request: nobody manages the fabric from that moment
 * on, all that it had made stands, a window works on without a fault, and
 * another can attach.
 */
TEST_F(death, in_mid_life)
{
	const unsigned int max = FABRIC_ENDPOINTS * 36;
	struct fabric_route *before, *after;
	struct nl *nl = &self->rig.nl;
	int status, ready[2], n, i, k, round;
	struct manager m;
	__u64 value = 0;
	pid_t child;
	char byte;

	before = calloc(max, sizeof(*before));
	after = calloc(max, sizeof(*after));
	ASSERT_TRUE(before && after);
	n = attributes(nl, before, max);
	ASSERT_LT(0, n);
	ASSERT_EQ(0, touch_load(self->map, &value));
	EXPECT_EQ(1, value);

	for (round = 0; round < 5; round++) {
		ASSERT_EQ(0, pipe(ready));
		child = fork();
		ASSERT_LE(0, child);
		if (!child)
			manage(self->rig.fabric, ready[1]);
		close(ready[1]);
		ASSERT_EQ(1, read(ready[0], &byte, 1));
		close(ready[0]);
		/* It is at work, and others use the fabric */
		for (i = 0; i < 20; i++) {
			ASSERT_EQ(0, touch_store(self->map, 100 + i));
			ASSERT_EQ(0, get(nl, &m));
			EXPECT_EQ(NVLF_MANAGER_STATE_CONFIGURED, m.state);
			EXPECT_STREQ("mortal", m.name);
		}
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status))
		{
			TH_LOG("step %d", WEXITSTATUS(status));
		}
		EXPECT_EQ(NVLF_MANAGER_STATE_OFFLINE, state_of(nl));

		/* What it had just made is whole, and is there or not */
		fabric_unroute(nl, self->rig.fabric->switches[0].id,
			       NVLF_TARGET_MAX);
		fabric_del_partition(nl, 9);
		ASSERT_EQ(n, attributes(nl, after, max));
		for (k = 0; k < n; k++)
			EXPECT_EQ(0, memcmp(&before[k], &after[k],
					    sizeof(after[k])));
		EXPECT_EQ(0, touch_load(self->map, &value));
		EXPECT_EQ(119, value);
		EXPECT_EQ(119, *(__u64 *)self->bo.map);
	}

	ASSERT_EQ(0, attach(nl, "heir", LONG_MS, false));
	EXPECT_EQ(NVLF_MANAGER_STATE_STANDBY, state_of(nl));
	EXPECT_EQ(0, touch_load(self->map, &value));
	free(before);
	free(after);
}

TEST_HARNESS_MAIN
