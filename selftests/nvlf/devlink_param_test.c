// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * devlink_param_test.c - check_interval, the parameter of each device that says
 * how often to look whether it is there: what it takes, and that nothing is seen
 * of the looks where all is well. That they find who is gone is of fault_test.
 */
#include <errno.h>
#include <linux/devlink.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "devlink.h"
#include "pci.h"

#define MIN 100
#define MAX 3600000

FIXTURE(param)
{
	struct nl nl;
	struct fabric *fabric;
	__u16 devlink;
	const char *devices[2]; /* one of each kind */
};

FIXTURE_SETUP(param)
{
	int ret = fabric_begin(&self->nl, &self->fabric, 1);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 1);
	ASSERT_EQ(0, ret);
	self->devices[0] = self->fabric->endpoints[0].device;
	self->devices[1] = self->fabric->switches[0].device;
	ASSERT_EQ(0, devlink_family(&self->nl, &self->devlink));
}

FIXTURE_TEARDOWN(param)
{
	if (self->devlink)
		EXPECT_EQ(0, devlink_check_set_all(&self->nl, self->fabric,
						   DEVLINK_CHECK_DEFAULT));
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
}

#define EXPECT_INTERVAL(want, device) \
	do { \
		__u32 __ms = ~0u; \
\
		EXPECT_EQ(0, devlink_check_get(&self->nl, self->devlink, \
					       (device), &__ms)); \
		EXPECT_EQ((want), __ms); \
	} while (0)

TEST_F(param, default_of_each)
{
	const struct fabric *f = self->fabric;
	unsigned int i;

	for (i = 0; i < f->endpoint_count; i++)
		EXPECT_INTERVAL(DEVLINK_CHECK_DEFAULT, f->endpoints[i].device);
	for (i = 0; i < f->switch_count; i++)
		EXPECT_INTERVAL(DEVLINK_CHECK_DEFAULT, f->switches[i].device);
}

/* Each device has its own */
TEST_F(param, good)
{
	static const __u32 values[] = { 0, MIN, MIN + 1, MAX - 1, MAX, 0, MAX };
	unsigned int i, k;

	for (k = 0; k < ARRAY_SIZE(self->devices); k++) {
		for (i = 0; i < ARRAY_SIZE(values); i++) {
			ASSERT_EQ(0, devlink_check_set(&self->nl, self->devlink,
						       self->devices[k],
						       values[i]));
			EXPECT_INTERVAL(values[i], self->devices[k]);
			EXPECT_INTERVAL(k ? MAX : DEVLINK_CHECK_DEFAULT,
					self->devices[!k]);
		}
	}
}

TEST_F(param, out_of_range)
{
	static const __u32 values[] = { 1, MIN - 1, MAX + 1, 1u << 31, ~0u };
	unsigned int i, k;

	for (k = 0; k < ARRAY_SIZE(self->devices); k++) {
		for (i = 0; i < ARRAY_SIZE(values); i++) {
			EXPECT_EQ(-ERANGE,
				  devlink_check_set(&self->nl, self->devlink,
						    self->devices[k],
						    values[i]));
			EXPECT_STREQ("check_interval is 0, or 100 to 3600000 ms",
				     self->nl.text);
			EXPECT_INTERVAL(DEVLINK_CHECK_DEFAULT,
					self->devices[k]);
		}
	}
}

/* A request to set it to 500; what it lacks is NULL, or a type of 0 */
struct set {
	const char *device, *name;
	__u8 type, cmode;
	bool has_cmode;
	size_t len; /* of the value */
};

static int set(struct nl *nl, __u16 family, const struct set *s)
{
	static const __u32 value[2] = { 500, 0 };
	struct nl_request req;

	devlink_request(&req, family, DEVLINK_CMD_PARAM_SET, s->device);
	if (s->name)
		nl_put(&req, DEVLINK_ATTR_PARAM_NAME, s->name,
		       strlen(s->name) + 1);
	if (s->type)
		nl_put(&req, DEVLINK_ATTR_PARAM_TYPE, &s->type, 1);
	if (s->has_cmode)
		nl_put(&req, DEVLINK_ATTR_PARAM_VALUE_CMODE, &s->cmode, 1);
	if (s->len)
		nl_put(&req, DEVLINK_ATTR_PARAM_VALUE_DATA, value, s->len);
	return nl_do(nl, &req, NULL, NULL);
}

#define EXPECT_SET(want, field, bad) \
	do { \
		struct set __s = good; \
\
		__s.field = (bad); \
		EXPECT_EQ((want), set(&self->nl, self->devlink, &__s)) \
		{ \
			TH_LOG(#field " " #bad ": %s", self->nl.text); \
		} \
		EXPECT_INTERVAL(DEVLINK_CHECK_DEFAULT, good.device); \
	} while (0)

/* One thing wrong in each; that the rest is right the last one shows */
TEST_F(param, malformed)
{
	const struct set good = {
		.device = self->devices[1],
		.name = DEVLINK_CHECK,
		.type = DEVLINK_TYPE_U32,
		.cmode = DEVLINK_PARAM_CMODE_RUNTIME,
		.has_cmode = true,
		.len = sizeof(__u32),
	};

	EXPECT_SET(-ENODEV, device, "0000:ff:1f.7");
	EXPECT_SET(-EINVAL, name, NULL);
	EXPECT_SET(-EINVAL, name, "");
	EXPECT_SET(-EINVAL, name, "check_intervals");
	EXPECT_SET(-EINVAL, type, 0);
	EXPECT_SET(-EINVAL, type, DEVLINK_TYPE_U8);
	EXPECT_SET(-EINVAL, type, 255);
	EXPECT_SET(-EINVAL, has_cmode, false);
	EXPECT_SET(-EOPNOTSUPP, cmode, DEVLINK_PARAM_CMODE_DRIVERINIT);
	EXPECT_SET(-EOPNOTSUPP, cmode, DEVLINK_PARAM_CMODE_PERMANENT);
	EXPECT_SET(-EINVAL, len, 0);
	EXPECT_SET(-EINVAL, len, 1);
	EXPECT_SET(-EINVAL, len, 8);

	ASSERT_EQ(0, set(&self->nl, self->devlink, &good));
	EXPECT_INTERVAL(500, good.device);
}

/* It is of the instance, which goes with the driver */
TEST_F(param, unbound)
{
	const char *device = self->devices[1];
	__u32 ms;

	ASSERT_EQ(0, devlink_check_set(&self->nl, self->devlink, device, MIN));
	ASSERT_EQ(0, pci_unbind("nvl-switch", device));
	EXPECT_EQ(-ENODEV,
		  devlink_check_get(&self->nl, self->devlink, device, &ms));
	EXPECT_EQ(-ENODEV,
		  devlink_check_set(&self->nl, self->devlink, device, MIN));
	ASSERT_EQ(0, pci_bind("nvl-switch", device));
	EXPECT_INTERVAL(DEVLINK_CHECK_DEFAULT, device);
	ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
}

/* Off and on, as fast as it goes, until it is killed */
static void set_forever(const char *device)
{
	__u16 family;
	struct nl nl;
	int i;

	if (nl_open(&nl) || devlink_family(&nl, &family))
		_exit(1);
	for (i = 0;; i++)
		devlink_check_set(&nl, family, device, i % 2 ? MIN : 0);
}

/* What is waited for at an unbind or a reset does not wait for that in turn */
TEST_F(param, set_in_the_midst)
{
	static const char *const drivers[] = { "trn4", "nvl-switch" };
	unsigned int i, k;
	pid_t child;
	int status;

	for (k = 0; k < ARRAY_SIZE(self->devices); k++) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child)
			set_forever(self->devices[k]);
		for (i = 0; i < 5; i++) {
			EXPECT_EQ(0, pci_reset(self->devices[k]));
			EXPECT_EQ(0, pci_unbind(drivers[k], self->devices[k]));
			EXPECT_EQ(0, pci_bind(drivers[k], self->devices[k]));
		}
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
	}
	ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
}

static int on_any(const struct nl_reply *reply, void *priv)
{
	*(int *)priv = reply->cmd;
	return 0;
}

/* Ten looks at each device of a fabric that is well: nobody hears of them */
TEST_F(param, quiet)
{
	struct nl ear;
	int cmd = 0;

	ASSERT_EQ(0, nl_open(&ear));
	ASSERT_EQ(0, nl_listen(&ear));
	ASSERT_EQ(0, devlink_check_set_all(&self->nl, self->fabric, MIN));
	EXPECT_EQ(-ETIMEDOUT, nl_event(&ear, 10 * MIN, on_any, &cmd))
	{
		TH_LOG("told of command %d", cmd);
	}
	nl_close(&ear);
}

TEST_HARNESS_MAIN
