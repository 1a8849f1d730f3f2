// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_port_test.c - KUnit tests of what is read from a device's registers:
 * where it stands, its ports.
 */
#include <linux/cleanup.h>

#include "nvlf_rig.h"

/* ---- Location ----------------------------------------------------------- */

static void location_told(struct kunit *test)
{
	static const u8 uuid[] = {
		0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
		0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10,
	};
	struct rig *rig = test->priv;
	void __iomem *regs = rig->near->common;
	struct nvlf_location loc;

	put64(regs, NVL_REG_CLUSTER_UUID, 0xefcdab8967452301);
	put64(regs, NVL_REG_CLUSTER_UUID + 8, 0x1032547698badcfe);
	put64(regs, NVL_REG_SERIAL, 0x3837363534333231);
	put64(regs, NVL_REG_SERIAL + 8, 0x4645444342413039);
	put32(regs, NVL_REG_RACK, 7);
	put32(regs, NVL_REG_TRAY, 0);
	put32(regs, NVL_REG_SLOT, 3);
	put32(regs, NVL_REG_HOST, 12);
	memset(&loc, 0xee, sizeof(loc));
	nvlf_location_read(regs, &loc);
	KUNIT_EXPECT_MEMEQ(test, loc.uuid, uuid, sizeof(uuid));
	/* As long as it can be, without a NUL */
	KUNIT_EXPECT_STREQ(test, loc.serial, "1234567890ABCDEF");
	KUNIT_EXPECT_EQ(test, loc.rack, 7);
	KUNIT_EXPECT_EQ(test, loc.tray, 0);
	KUNIT_EXPECT_EQ(test, loc.slot, 3);
	KUNIT_EXPECT_EQ(test, loc.host, 12);

	put64(regs, NVL_REG_SERIAL, 0x3500333231);
	nvlf_location_read(regs, &loc);
	KUNIT_EXPECT_STREQ(test, loc.serial, "123");
}

static void location_not_told(struct kunit *test)
{
	/* No ASCII, no character that is printed, and all-ones */
	static const u64 bad[] = { 0x80313131, 0x310a3131, ~0ull };
	struct rig *rig = test->priv;
	void __iomem *regs = rig->near->common;
	struct nvlf_location loc;
	unsigned int i;

	put32(regs, NVL_REG_RACK, ~0u);
	nvlf_location_read(regs, &loc);
	KUNIT_EXPECT_EQ(test, loc.rack, NVLF_NO_PLACE);
	KUNIT_EXPECT_STREQ(test, loc.serial, "");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		put64(regs, NVL_REG_SERIAL, bad[i]);
		nvlf_location_read(regs, &loc);
		KUNIT_EXPECT_STREQ(test, loc.serial, "");
	}
}

/* ---- Access ------------------------------------------------------------- */

static void device_find(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct nvlf_device dev;

	guard(mutex)(&rig->f->change);
	KUNIT_ASSERT_TRUE(test, nvlf_device_find(rig->f, NVLF_OWNER_ENDPOINT,
						 FAR, &dev));
	KUNIT_EXPECT_PTR_EQ(test, dev.ep, rig->far);
	KUNIT_EXPECT_NULL(test, dev.sw);
	KUNIT_EXPECT_EQ(test, dev.nports, PORTS);
	KUNIT_ASSERT_TRUE(test,
			  nvlf_device_find(rig->f, NVLF_OWNER_SWITCH, 1, &dev));
	KUNIT_EXPECT_PTR_EQ(test, dev.sw, rig->sw[1]);
	KUNIT_EXPECT_NULL(test, dev.ep);
	KUNIT_EXPECT_EQ(test, dev.nports, SWITCH_PORTS);
	KUNIT_EXPECT_PTR_EQ(test, dev.regs, switch_port(rig->sw[1], 0));

	KUNIT_EXPECT_FALSE(test, nvlf_device_find(rig->f, NVLF_OWNER_ENDPOINT,
						  FAR + 1, &dev));
	KUNIT_EXPECT_FALSE(test, nvlf_device_find(rig->f, NVLF_OWNER_ENDPOINT,
						  NVL_TARGET_IDS, &dev));
	KUNIT_EXPECT_FALSE(test, nvlf_device_find(rig->f, NVLF_OWNER_SWITCH,
						  SWITCHES, &dev));
	KUNIT_EXPECT_FALSE(test, nvlf_device_find(rig->f, NVLF_OWNER_SWITCH,
						  U32_MAX, &dev));
}

/* An endpoint that is in reset has no port that is up; then it is as before */
static void endpoint_deaf(struct kunit *test)
{
	struct rig *rig = test->priv;

	guard(mutex)(&rig->f->change);
	KUNIT_EXPECT_EQ(test, rig->near->nlinks, SWITCHES);
	rig->deaf = true;
	nvlf_topology_scan_endpoint(rig->f, rig->near);
	KUNIT_EXPECT_EQ(test, rig->near->nlinks, 0);
	KUNIT_EXPECT_EQ(test, rig->near->port[0].state, NVL_PORT_OFF);
	KUNIT_EXPECT_FALSE(test, rig->sw[0]->port[0].linked);
	KUNIT_EXPECT_EQ(test, rig->far->nlinks, SWITCHES);
	rig->deaf = false;
	nvlf_topology_scan_endpoint(rig->f, rig->near);
	KUNIT_EXPECT_EQ(test, rig->near->nlinks, SWITCHES);
	KUNIT_EXPECT_EQ(test, rig->entered, 0);
}

static struct kunit_case nvlf_port_cases[] = { KUNIT_CASE(location_told),
					       KUNIT_CASE(location_not_told),
					       KUNIT_CASE(device_find),
					       KUNIT_CASE(endpoint_deaf),
					       {} };

static struct kunit_suite nvlf_port_suite = {
	.name = "nvlf_port",
	.init = rig_init,
	.exit = rig_exit,
	.test_cases = nvlf_port_cases,
};

kunit_test_suites(&nvlf_port_suite);
