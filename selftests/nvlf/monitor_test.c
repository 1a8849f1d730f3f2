// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * monitor_test.c - how devices show themselves beside the family nvlf: an
 * instance of devlink and one of hwmon for each endpoint and each switch.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/devlink.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "devlink.h"
#include "fabric.h"
#include "fault.h"
#include "pci.h"
#include "port.h"

FIXTURE(monitor)
{
	struct nl nl;
	struct fabric *fabric;
	__u16 devlink;
};

FIXTURE_SETUP(monitor)
{
	int ret = fabric_begin(&self->nl, &self->fabric, 1);

	if (ret == -ENODEV)
		SKIP(return, FABRIC_NEEDS, 1);
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, devlink_family(&self->nl, &self->devlink));
}

FIXTURE_TEARDOWN(monitor)
{
	if (self->devlink)
		EXPECT_EQ(0, devlink_check_set_all(&self->nl, self->fabric,
						   DEVLINK_CHECK_DEFAULT));
	EXPECT_EQ(0, fabric_end(&self->nl, self->fabric));
}

/* ---- devlink ---- */

struct info {
	char driver[32], serial[32], versions[128];
};

static const char *text_in(const struct nl_reply *reply, int type)
{
	const struct nlattr *attr = nl_next(reply, type, NULL);

	return attr ? (const char *)(attr + 1) : "";
}

/* Each version is a nest of a name and a value */
static int on_info(const struct nl_reply *reply, void *priv)
{
	const struct nlattr *attr = NULL;
	struct info *info = priv;
	struct nl_reply version;
	size_t used;

	if (reply->cmd != DEVLINK_CMD_INFO_GET)
		return -EBADMSG;
	snprintf(info->driver, sizeof(info->driver), "%s",
		 text_in(reply, DEVLINK_ATTR_INFO_DRIVER_NAME));
	snprintf(info->serial, sizeof(info->serial), "%s",
		 text_in(reply, DEVLINK_ATTR_INFO_SERIAL_NUMBER));
	while ((attr = nl_next(reply, DEVLINK_ATTR_INFO_VERSION_FIXED, attr))) {
		nl_nested(attr, &version);
		used = strlen(info->versions);
		snprintf(info->versions + used, sizeof(info->versions) - used,
			 "%s=%s ",
			 text_in(&version, DEVLINK_ATTR_INFO_VERSION_NAME),
			 text_in(&version, DEVLINK_ATTR_INFO_VERSION_VALUE));
	}
	return 0;
}

static int get_info(struct nl *nl, __u16 family, const char *device,
		    struct info *info)
{
	struct nl_request req;

	memset(info, 0, sizeof(*info));
	devlink_request(&req, family, DEVLINK_CMD_INFO_GET, device);
	return nl_do(nl, &req, on_info, info);
}

static int on_serial(const struct nl_reply *reply, void *priv)
{
	if (nl_get_string(reply, NVLF_A_ENDPOINT_SERIAL, priv, 32))
		*(char *)priv = 0;
	return 0;
}

TEST_F(monitor, devlink_info)
{
	const struct fabric *f = self->fabric;
	struct nl_request req;
	char serial[32] = "";
	struct info info;
	unsigned int i;

	for (i = 0; i < f->endpoint_count; i++) {
		ASSERT_EQ(0, get_info(&self->nl, self->devlink,
				      f->endpoints[i].device, &info));
		EXPECT_STREQ("trn4", info.driver);
		EXPECT_STREQ("asic.id=TRN4 asic.rev=1.0 ", info.versions);
		nl_request(&req, NVLF_CMD_ENDPOINT_GET);
		nl_put_u32(&req, NVLF_A_ENDPOINT_TARGET_ID, f->endpoints[i].id);
		ASSERT_EQ(0, nl_do(&self->nl, &req, on_serial, serial));
		EXPECT_STREQ(serial, info.serial);
	}
	for (i = 0; i < f->switch_count; i++) {
		ASSERT_EQ(0, get_info(&self->nl, self->devlink,
				      f->switches[i].device, &info));
		EXPECT_STREQ("nvl-switch", info.driver);
		EXPECT_STREQ("asic.id=NVLS asic.rev=1.0 ", info.versions);
		EXPECT_STREQ(f->switches[i].location.serial, info.serial);
	}
}

static int on_count(const struct nl_reply *reply, void *priv)
{
	unsigned int *count = priv;

	(void)reply;
	++*count;
	return 0;
}

TEST_F(monitor, devlink_reporter)
{
	const struct fabric *f = self->fabric;
	const char *const devices[] = { f->endpoints[0].device,
					f->switches[0].device };
	unsigned int i, answers;
	struct nl_request req;

	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		answers = 0;
		devlink_request(&req, self->devlink,
				DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE,
				devices[i]);
		nl_put(&req, DEVLINK_ATTR_HEALTH_REPORTER_NAME, "fabric", 7);
		EXPECT_EQ(0, nl_do(&self->nl, &req, on_count, &answers))
		{
			TH_LOG("%s", self->nl.text);
		}
		EXPECT_LT(0, answers);
		answers = 0;
		devlink_request(&req, self->devlink,
				DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET,
				devices[i]);
		nl_put(&req, DEVLINK_ATTR_HEALTH_REPORTER_NAME, "fabric", 7);
		EXPECT_EQ(0, nl_dump(&self->nl, &req, on_count, &answers))
		{
			TH_LOG("%s", self->nl.text);
		}
		EXPECT_LT(0, answers);
		devlink_request(&req, self->devlink,
				DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE,
				devices[i]);
		nl_put(&req, DEVLINK_ATTR_HEALTH_REPORTER_NAME, "none", 5);
		EXPECT_GT(0, nl_do(&self->nl, &req, on_count, &answers));
	}
}

struct reporter {
	__u64 errors, recoveries;
	__u8 state;
};

static int on_reporter(const struct nl_reply *reply, void *priv)
{
	const struct nlattr *nest, *state, *errors, *recoveries;
	struct reporter *r = priv;
	struct nl_reply inner;

	nest = nl_next(reply, DEVLINK_ATTR_HEALTH_REPORTER, NULL);
	if (!nest)
		return -EBADMSG;
	nl_nested(nest, &inner);
	state = nl_next(&inner, DEVLINK_ATTR_HEALTH_REPORTER_STATE, NULL);
	errors = nl_next(&inner, DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, NULL);
	recoveries = nl_next(&inner, DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT,
			     NULL);
	if (!state || !errors || !recoveries)
		return -EBADMSG;
	r->state = *(const __u8 *)(state + 1);
	memcpy(&r->errors, errors + 1, sizeof(r->errors));
	memcpy(&r->recoveries, recoveries + 1, sizeof(r->recoveries));
	return 0;
}

/* One command to the reporter of a device; what it is like afterwards */
static int reporter_do(struct nl *nl, __u16 family, __u8 cmd,
		       const char *device, int recover_itself,
		       struct reporter *r)
{
	__u8 value = recover_itself;
	struct nl_request req;
	int ret;

	devlink_request(&req, family, cmd, device);
	nl_put(&req, DEVLINK_ATTR_HEALTH_REPORTER_NAME, "fabric", 7);
	if (cmd == DEVLINK_CMD_HEALTH_REPORTER_SET)
		nl_put(&req, DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER, &value,
		       sizeof(value));
	if (cmd == DEVLINK_CMD_HEALTH_REPORTER_GET)
		return nl_do(nl, &req, on_reporter, r);
	ret = nl_do(nl, &req, NULL, NULL);
	return ret   ?:
		       reporter_do(nl, family, DEVLINK_CMD_HEALTH_REPORTER_GET,
				   device, 0, r);
}

/* A link goes down and comes back; its device's reporter hears of it later */
static int one_error(struct nl *nl, __u16 family, const struct port *port,
		     const char *device, struct reporter *r)
{
	__u64 errors = r->errors;
	struct fabric_port p;
	int ret;

	ret = port_set(nl, port, 0, 0);
	ret = ret ?: port_set(nl, port, 1, 0);
	ret = ret ?: port_wait(nl, port, NVLF_PORT_STATE_ACTIVE, &p);
	while (!ret && r->errors == errors)
		ret = reporter_do(nl, family, DEVLINK_CMD_HEALTH_REPORTER_GET,
				  device, 0, r);
	return ret;
}

#define HEALTHY 0
#define ERROR   1

/* By itself, as nothing is in fault any more; or when it is told to */
TEST_F(monitor, devlink_recovers)
{
	const struct fabric *f = self->fabric;
	const struct fabric_port *p = port_linked(f, NVLF_OWNER_ENDPOINT,
						  f->endpoints[0].id);
	const char *device = f->endpoints[0].device;
	struct reporter r = {};
	struct port port;
	__u64 before;

	ASSERT_NE(NULL, p);
	port = port_of(p);
	ASSERT_EQ(0,
		  reporter_do(&self->nl, self->devlink,
			      DEVLINK_CMD_HEALTH_REPORTER_GET, device, 0, &r));
	before = r.recoveries;
	ASSERT_EQ(0, one_error(&self->nl, self->devlink, &port, device, &r));
	/* Counted first, recovered then, under devlink's lock */
	ASSERT_EQ(0, reporter_do(&self->nl, self->devlink,
				 DEVLINK_CMD_HEALTH_REPORTER_RECOVER, device, 0,
				 &r));
	EXPECT_EQ(HEALTHY, r.state);
	EXPECT_LT(before, r.recoveries);

	ASSERT_EQ(0,
		  reporter_do(&self->nl, self->devlink,
			      DEVLINK_CMD_HEALTH_REPORTER_SET, device, 0, &r));
	before = r.recoveries;
	ASSERT_EQ(0, one_error(&self->nl, self->devlink, &port, device, &r));
	EXPECT_EQ(ERROR, r.state);
	EXPECT_EQ(before, r.recoveries);
	EXPECT_EQ(0, reporter_do(&self->nl, self->devlink,
				 DEVLINK_CMD_HEALTH_REPORTER_RECOVER, device, 0,
				 &r));
	EXPECT_EQ(HEALTHY, r.state);
	EXPECT_EQ(before + 1, r.recoveries);
	EXPECT_EQ(0,
		  reporter_do(&self->nl, self->devlink,
			      DEVLINK_CMD_HEALTH_REPORTER_SET, device, 1, &r));
}

/*
 * A port in fault is one that it does not recover from; when the port is
 * mended it has, and hears of the next.
 */
TEST_F(monitor, devlink_mended)
{
	const struct fabric *f = self->fabric;
	const char *device = f->endpoints[0].device;
	__u32 id = f->endpoints[0].id;
	struct port port = { NVLF_OWNER_ENDPOINT, id, 0 };
	struct fabric_port p;
	struct reporter r = {};
	int round;

	if (!fault_can())
		SKIP(return, FAULT_NEEDS);
	for (round = 0; round < 2; round++) {
		ASSERT_EQ(0, fault_set("trn", id, "0:lanes=0"));
		ASSERT_EQ(0, port_wait(&self->nl, &port, NVLF_PORT_STATE_FAULT,
				       &p));
		do {
			ASSERT_EQ(0,
				  reporter_do(&self->nl, self->devlink,
					      DEVLINK_CMD_HEALTH_REPORTER_GET,
					      device, 0, &r));
		} while (r.state != ERROR);
		EXPECT_EQ(-EIO, reporter_do(&self->nl, self->devlink,
					    DEVLINK_CMD_HEALTH_REPORTER_RECOVER,
					    device, 0, &r));
		EXPECT_STREQ("port 0 is in fault: retrain it", self->nl.text);
		ASSERT_EQ(0, fault_set("trn", id, ""));
		do {
			ASSERT_EQ(0,
				  reporter_do(&self->nl, self->devlink,
					      DEVLINK_CMD_HEALTH_REPORTER_GET,
					      device, 0, &r));
		} while (r.state != HEALTHY);
	}
}

/* ---- hwmon ---- */

static int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, text, size - 1);
	close(fd);
	if (got < 0)
		return -errno;
	text[got] = 0;
	if (got && text[got - 1] == '\n')
		text[got - 1] = 0;
	return 0;
}

/* The one instance of a device; returns how many it has */
static int find_hwmon(const char *device, char *path, size_t size)
{
	struct dirent *entry;
	char parent[128];
	int count = 0;
	DIR *dir;

	snprintf(parent, sizeof(parent), "/sys/bus/pci/devices/%s/hwmon",
		 device);
	dir = opendir(parent);
	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, "hwmon", 5)) {
			snprintf(path, size, "%s/%.32s", parent, entry->d_name);
			count++;
		}
	closedir(dir);
	return count;
}

static long long sensor(const char *hwmon, const char *file)
{
	char path[256], text[32];

	snprintf(path, sizeof(path), "%s/%s", hwmon, file);
	return read_text(path, text, sizeof(text)) ? -1000000 : atoll(text);
}

/* What they read is what the device's properties are where none are set. */
#define EXPECT_SENSORS(device, expected_name, max, temperature, power) \
	do { \
		char __hwmon[192] = "", __path[256], __text[32] = ""; \
\
		EXPECT_EQ(1, find_hwmon(device, __hwmon, sizeof(__hwmon))); \
		snprintf(__path, sizeof(__path), "%s/name", __hwmon); \
		EXPECT_EQ(0, read_text(__path, __text, sizeof(__text))); \
		EXPECT_STREQ(expected_name, __text); \
		EXPECT_EQ(max, sensor(__hwmon, "temp1_max")); \
		EXPECT_EQ(temperature, sensor(__hwmon, "temp1_input")); \
		EXPECT_EQ(power, sensor(__hwmon, "power1_input")); \
	} while (0)

TEST_F(monitor, hwmon)
{
	const struct fabric *f = self->fabric;
	unsigned int i;

	for (i = 0; i < f->endpoint_count; i++)
		EXPECT_SENSORS(f->endpoints[i].device, "trn4", 95000, 45000,
			       150000000);
	for (i = 0; i < f->switch_count; i++)
		EXPECT_SENSORS(f->switches[i].device, "nvl_switch", 105000,
			       50000, 120000000);
}

/* ---- A device that does not answer ---- */

/* A reporter's diagnosis: how many pairs, and the value of "answers" or -1 */
struct pairs {
	unsigned int count;
	int answers;
	bool next; /* it comes next */
};

/* A name, and behind it the attributes of its value */
static int on_pairs(const struct nl_reply *reply, void *priv)
{
	const struct nlattr *nest = nl_next(reply, DEVLINK_ATTR_FMSG, NULL);
	struct pairs *pairs = priv;
	const char *at, *end;
	struct nl_reply inner;

	if (!nest)
		return -EBADMSG;
	nl_nested(nest, &inner);
	end = (const char *)inner.bytes + inner.len;
	for (at = inner.bytes; end - at >= NLA_HDRLEN;) {
		const struct nlattr *attr = (const void *)at;

		switch (attr->nla_type & NLA_TYPE_MASK) {
		case DEVLINK_ATTR_FMSG_OBJ_NAME:
			pairs->next = !strcmp(at + NLA_HDRLEN, "answers");
			pairs->count++;
			break;
		case DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA:
			if (pairs->next)
				pairs->answers = at[NLA_HDRLEN];
			break;
		}
		at += NLA_ALIGN(attr->nla_len);
	}
	return 0;
}

static int diagnose(struct nl *nl, __u16 family, const char *device,
		    struct pairs *pairs)
{
	struct nl_request req;

	*pairs = (struct pairs) { .answers = -1 };
	devlink_request(&req, family, DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE,
			device);
	nl_put(&req, DEVLINK_ATTR_HEALTH_REPORTER_NAME, "fabric", 7);
	return nl_do(nl, &req, on_pairs, pairs);
}

/* What hwmon's file says, or a negative errno */
static int sensor_error(const char *hwmon, const char *file)
{
	char path[256], text[32];

	snprintf(path, sizeof(path), "%s/%s", hwmon, file);
	return read_text(path, text, sizeof(text));
}

/* What a load from it gives then is no data */
TEST_F(monitor, does_not_answer)
{
	const struct fabric *f = self->fabric;
	const char *const devices[] = { f->endpoints[0].device,
					f->switches[0].device };
	struct pairs alive, dead;
	char hwmon[192] = "";
	struct info info;
	unsigned int i;
	int temp, power, told, asked, counted;
	struct port_counters counters;
	struct port port = { 0 };

	/* Asked before anybody has noticed: who looks would give it up */
	ASSERT_EQ(0, devlink_check_set_all(&self->nl, f, 0));
	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		ASSERT_EQ(1, find_hwmon(devices[i], hwmon, sizeof(hwmon)));
		ASSERT_EQ(0, diagnose(&self->nl, self->devlink, devices[i],
				      &alive));
		EXPECT_EQ(1, alive.answers);
		ASSERT_EQ(0, pci_answer(devices[i], false));
		temp = sensor_error(hwmon, "temp1_input");
		power = sensor_error(hwmon, "power1_input");
		told = get_info(&self->nl, self->devlink, devices[i], &info);
		asked = diagnose(&self->nl, self->devlink, devices[i], &dead);
		port.owner = i ? NVLF_OWNER_SWITCH : NVLF_OWNER_ENDPOINT;
		port.id = i ? f->switches[0].id : f->endpoints[0].id;
		counted = port_counters(&self->nl, &port, &counters);
		ASSERT_EQ(0, pci_answer(devices[i], true));
		EXPECT_EQ(-ENODEV, counted);
		EXPECT_EQ(-ENODATA, temp);
		EXPECT_EQ(-ENODATA, power);
		EXPECT_EQ(-ENODEV, told);
		EXPECT_EQ(0, asked);
		EXPECT_EQ(0, dead.answers);
		/* Nor are what its registers say of errors */
		EXPECT_GT(alive.count, dead.count);
		EXPECT_EQ(0, sensor_error(hwmon, "temp1_input"));
	}
}

/* They come and go with the driver */
TEST_F(monitor, unbound)
{
	const char *device = self->fabric->switches[0].device;
	char hwmon[192];
	struct info info;
	int i;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, pci_unbind("nvl-switch", device));
		EXPECT_EQ(0, find_hwmon(device, hwmon, sizeof(hwmon)));
		EXPECT_EQ(-ENODEV,
			  get_info(&self->nl, self->devlink, device, &info));
		ASSERT_EQ(0, pci_bind("nvl-switch", device));
		EXPECT_EQ(1, find_hwmon(device, hwmon, sizeof(hwmon)));
		EXPECT_EQ(0, get_info(&self->nl, self->devlink, device, &info));
	}
	ASSERT_EQ(0, fabric_load_trained(&self->nl, self->fabric));
}

TEST_HARNESS_MAIN
