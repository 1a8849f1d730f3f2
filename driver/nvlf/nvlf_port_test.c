// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_port_test.c - KUnit tests of what is read from a device's registers:
 * where it stands, its ports and what they count, its log.
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
	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	KUNIT_EXPECT_EQ(test, rig->near->nlinks, 0);
	KUNIT_EXPECT_EQ(test, rig->near->port[0].state, NVL_PORT_OFF);
	KUNIT_EXPECT_FALSE(test, rig->sw[0]->port[0].linked);
	KUNIT_EXPECT_EQ(test, rig->far->nlinks, SWITCHES);
	rig->deaf = false;
	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	KUNIT_EXPECT_EQ(test, rig->near->nlinks, SWITCHES);
	KUNIT_EXPECT_EQ(test, rig->entered, 0);
}

/* ---- Ports -------------------------------------------------------------- */

static void port_lanes(struct kunit *test)
{
	struct rig *rig = test->priv;
	void __iomem *regs = endpoint_port(rig->near, 0);
	struct nvlf_port *port = &rig->near->port[0];

	guard(mutex)(&rig->f->change);
	/* A device that says nothing of lanes */
	KUNIT_EXPECT_EQ(test, port->lanes, 0);
	put32(regs, NVL_PORT_LANES, 4 << 8 | 4);
	bitmap_zero(rig->near->changed, NVL_SWITCH_PORTS);
	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	KUNIT_EXPECT_EQ(test, port->lanes, 4);
	KUNIT_EXPECT_EQ(test, port->lanes_up, 4);
	KUNIT_EXPECT_TRUE(test, test_bit(0, rig->near->changed));
	KUNIT_EXPECT_FALSE(test, test_bit(1, rig->near->changed));

	/* One is lost: it carries on, and the link stays */
	put32(regs, NVL_PORT_LANES, 4 << 8 | 3);
	put32(regs, NVL_PORT_STATE, NVL_PORT_DEGRADED);
	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	KUNIT_EXPECT_EQ(test, port->lanes_up, 3);
	KUNIT_EXPECT_TRUE(test, port->linked);

	/* None carries while the port is down, whatever the register says */
	put32(regs, NVL_PORT_STATE, NVL_PORT_TRAIN);
	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	KUNIT_EXPECT_EQ(test, port->lanes, 4);
	KUNIT_EXPECT_EQ(test, port->lanes_up, 0);
	KUNIT_EXPECT_FALSE(test, port->linked);
	/* How many there are is known of one that does not answer, too */
	rig->deaf = true;
	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	KUNIT_EXPECT_EQ(test, port->lanes, 4);
	KUNIT_EXPECT_EQ(test, port->lanes_up, 0);
}

/* Whom a port that is down had last, and since when it is so */
static void port_memory(struct kunit *test)
{
	struct rig *rig = test->priv;
	void __iomem *regs = endpoint_port(rig->near, 1);
	struct nvlf_port *port = &rig->near->port[1];
	u64 since;

	guard(mutex)(&rig->f->change);
	KUNIT_EXPECT_EQ(test, port->last, NVL_PARTNER_SWITCH);
	since = 1;
	port->since = since;
	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	KUNIT_EXPECT_EQ(test, port->since, since);
	put32(regs, NVL_PORT_STATE, NVL_PORT_TRAIN);
	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	KUNIT_EXPECT_GT(test, port->since, since);
	KUNIT_EXPECT_EQ(test, port->partner, NVL_PARTNER_NONE);
	KUNIT_EXPECT_EQ(test, port->last, NVL_PARTNER_SWITCH);
	KUNIT_EXPECT_EQ(test, port->last_id, 1);
	KUNIT_EXPECT_EQ(test, port->last_port, 0);
}

/* A port that was disabled is, again, when a reset has enabled it */
static void port_stays_disabled(struct kunit *test)
{
	struct rig *rig = test->priv;
	void __iomem *regs = endpoint_port(rig->near, 0);

	guard(mutex)(&rig->f->change);
	put32(regs, NVL_PORT_CTRL, NVL_PORT_CTRL_ENABLE);
	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	KUNIT_EXPECT_EQ(test, get32(regs, NVL_PORT_CTRL), NVL_PORT_CTRL_ENABLE);
	rig->near->port[0].disabled = true;
	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	KUNIT_EXPECT_EQ(test, get32(regs, NVL_PORT_CTRL), 0);
	/* It is OFF: nothing more is to be done */
	put32(regs, NVL_PORT_STATE, NVL_PORT_OFF);
	put32(regs, NVL_PORT_CTRL, 0xee);
	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	KUNIT_EXPECT_EQ(test, get32(regs, NVL_PORT_CTRL), 0xee);
	KUNIT_EXPECT_TRUE(test, rig->near->port[0].disabled);
}

/* A port about to go down loses its link while it still carries */
static void port_down(struct kunit *test)
{
	struct rig *rig = test->priv;
	const struct nvlf_device dev = nvlf_device_of_switch(rig->sw[0]);

	guard(mutex)(&rig->f->change);
	rig_partition(test, rig, 3, NEAR, FAR);
	rig_route(test, rig, 0, FAR, 0x02);
	__set_bit(NEAR, rig->f->relinked);
	nvlf_reach_links(rig->f);
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, FAR), NVLF_PATH_OK);
	bitmap_zero(rig->f->relinked, NVL_TARGET_IDS);

	nvlf_topology_down(rig->f, &dev, 1, NVL_PORT_OFF);
	nvlf_reach_unlinked(rig->f);
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, FAR), NVLF_PATH_NO_ROUTE);
	KUNIT_EXPECT_EQ(test, rig->revoked, 1);
	KUNIT_EXPECT_EQ(test, rig->sw[0]->port[1].state, NVL_PORT_OFF);
	KUNIT_EXPECT_EQ(test, rig->sw[0]->port[1].trainings, 1);
	/* The registers say what they said: it comes back */
	nvlf_topology_scan_switch(rig->f, rig->sw[0], NULL);
	nvlf_reach_links(rig->f);
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, FAR), NVLF_PATH_OK);
}

/* ---- Counters ----------------------------------------------------------- */

static void counters(struct kunit *test)
{
	static const u16 regs[NVLF_COUNTERS] = {
		NVL_PORT_TX_BYTES,      NVL_PORT_RX_BYTES, NVL_PORT_TX_PACKETS,
		NVL_PORT_RX_PACKETS,    NVL_PORT_REPLAYS,  NVL_PORT_RECOVERIES,
		NVL_PORT_UNCORRECTABLE, NVL_PORT_CRC,      NVL_PORT_CRC + 8,
		NVL_PORT_CRC + 16,      NVL_PORT_CRC + 24,
	};
	struct rig *rig = test->priv;
	struct nvlf_device dev[2] = {
		nvlf_device_of_endpoint(rig->near),
		nvlf_device_of_switch(rig->sw[1]),
	};
	u64 values[NVLF_COUNTERS];
	unsigned int i, k;

	guard(mutex)(&rig->f->change);
	for (k = 0; k < 2; k++) {
		for (i = 0; i < NVLF_COUNTERS; i++)
			put64(dev[k].regs + NVL_PORT_STRIDE, regs[i],
			      (u64)(k + 1) << 40 | i);
		memset(values, 0xee, sizeof(values));
		KUNIT_ASSERT_TRUE(test, nvlf_counters_read(&dev[k], 1, values));
		for (i = 0; i < NVLF_COUNTERS; i++)
			KUNIT_EXPECT_EQ(test, values[i],
					(u64)(k + 1) << 40 | i);
		KUNIT_ASSERT_TRUE(test, nvlf_counters_read(&dev[k], 0, values));
		KUNIT_EXPECT_EQ(test, values[0], 0);
		/* Gone in the midst of it */
		put32(dev[k].common, NVL_REG_ID, U32_MAX);
		KUNIT_EXPECT_FALSE(test,
				   nvlf_counters_read(&dev[k], 1, values));
		put32(dev[k].common, NVL_REG_ID, 1);
	}
	rig->deaf = true;
	rig->sw[1]->online = false;
	for (k = 0; k < 2; k++)
		KUNIT_EXPECT_FALSE(test,
				   nvlf_counters_read(&dev[k], 1, values));
	KUNIT_EXPECT_EQ(test, rig->entered, 0);
}

/* ---- Log ---------------------------------------------------------------- */

/* As a device does: record @n; then HEAD tells of it */
static void log_put(void __iomem *regs, u64 n)
{
	unsigned int at = NVL_LOG_BASE + n % NVL_LOG_ENTRIES * NVL_LOG_STRIDE;

	put64(regs, at + NVL_LOG_INDEX, n);
	put64(regs, at + NVL_LOG_TIME, 1000 * n);
	put32(regs, at + NVL_LOG_WHAT,
	      NVL_SCOPE_DEVICE << 24 | NVL_SEVERITY_ERROR << 16 |
		      NVL_ERROR_OVERHEAT);
	put32(regs, at + NVL_LOG_PORT, n);
	put64(regs, at + NVL_LOG_DETAIL, ~n);
	put64(regs, NVL_REG_LOG_HEAD, n + 1);
}

/* The ring has records @first to @last, in this order, and no more after */
static void log_expect(struct kunit *test, const struct nvlf_log *log, u32 from,
		       u64 first, u64 last)
{
	const struct nvlf_log_record *rec;
	u64 n;

	for (n = first; n <= last; n++, from++) {
		rec = &log->record[from % NVLF_LOG_KEPT];
		KUNIT_EXPECT_EQ(test, rec->index, n);
		KUNIT_EXPECT_EQ(test, rec->time, 1000 * n);
		KUNIT_EXPECT_EQ(test, NVL_LOG_CLASS(rec->what),
				NVL_ERROR_OVERHEAT);
		KUNIT_EXPECT_EQ(test, NVL_LOG_SEVERITY(rec->what),
				NVL_SEVERITY_ERROR);
		KUNIT_EXPECT_EQ(test, NVL_LOG_SCOPE(rec->what),
				NVL_SCOPE_DEVICE);
		KUNIT_EXPECT_EQ(test, rec->port, (u32)n);
		KUNIT_EXPECT_EQ(test, rec->detail, ~n);
	}
	KUNIT_EXPECT_EQ(test, log->count, from);
}

static void log_collect(struct kunit *test)
{
	struct rig *rig = test->priv;
	const struct nvlf_device dev = nvlf_device_of_endpoint(rig->near);
	struct nvlf_log *log = &rig->near->log;
	void __iomem *regs = rig->near->common;
	u64 n;

	guard(mutex)(&rig->f->change);
	nvlf_log_collect(rig->f, &dev);
	KUNIT_EXPECT_EQ(test, log->count, 0);
	KUNIT_EXPECT_FALSE(test, rig->f->logged);
	for (n = 0; n < 3; n++)
		log_put(regs, n);
	nvlf_log_collect(rig->f, &dev);
	/* Dumps of logs are told */
	KUNIT_EXPECT_TRUE(test, rig->f->logged);
	log_expect(test, log, 0, 0, 2);
	/* The device is told what was read */
	KUNIT_EXPECT_EQ(test, get32(regs, NVL_REG_LOG_TAIL), 3);
	put32(regs, NVL_REG_LOG_STATUS, 0xee);
	nvlf_log_collect(rig->f, &dev);
	log_expect(test, log, 0, 0, 2);
	KUNIT_EXPECT_EQ(test, get32(regs, NVL_REG_LOG_STATUS), 0xee);

	/* A hundred at once: the device has the newest 64, 39 are missed */
	for (; n < 103; n++)
		log_put(regs, n);
	nvlf_log_collect(rig->f, &dev);
	log_expect(test, log, 3, 39, 102);
	KUNIT_EXPECT_EQ(test, get32(regs, NVL_REG_LOG_STATUS),
			NVL_LOG_OVERFLOW);

	/* The ring keeps the newest */
	for (; n < 1000; n++) {
		log_put(regs, n);
		nvlf_log_collect(rig->f, &dev);
	}
	log_expect(test, log, log->count - NVLF_LOG_KEPT, 1000 - NVLF_LOG_KEPT,
		   999);

	/* Not while it does not answer, and not the all-ones of one gone */
	log_put(regs, n);
	rig->deaf = true;
	nvlf_log_collect(rig->f, &dev);
	KUNIT_EXPECT_EQ(test, log->next, 1000);
	rig->deaf = false;
	put64(regs, NVL_REG_LOG_HEAD, U64_MAX);
	nvlf_log_collect(rig->f, &dev);
	KUNIT_EXPECT_EQ(test, log->next, 1000);
	KUNIT_EXPECT_EQ(test, rig->entered, 0);
}

/* A record that another has replaced since HEAD was read is left out */
static void log_overtaken(struct kunit *test)
{
	struct rig *rig = test->priv;
	const struct nvlf_device dev = nvlf_device_of_switch(rig->sw[0]);
	const struct nvlf_log *log = &rig->sw[0]->log;
	void __iomem *regs = rig->sw[0]->regs;

	guard(mutex)(&rig->f->change);
	log_put(regs, 0);
	log_put(regs, 1);
	log_put(regs, NVL_LOG_ENTRIES);
	put64(regs, NVL_REG_LOG_HEAD, 2);
	nvlf_log_collect(rig->f, &dev);
	log_expect(test, log, 0, 1, 1);
	KUNIT_EXPECT_EQ(test, log->next, 2);
}

/* What a device without power says of record @n, or one that is pulled out */
static void log_ones(void __iomem *regs, u64 n)
{
	unsigned int at = NVL_LOG_BASE + n % NVL_LOG_ENTRIES * NVL_LOG_STRIDE;
	unsigned int i;

	for (i = 0; i < NVL_LOG_STRIDE; i += 4)
		put32(regs, at + i, U32_MAX);
}

/* What it could not say is not taken for read, once it is back */
static void log_dies(struct kunit *test)
{
	struct rig *rig = test->priv;
	const struct nvlf_device dev = nvlf_device_of_switch(rig->sw[1]);
	const struct nvlf_log *log = &rig->sw[1]->log;
	void __iomem *regs = rig->sw[1]->regs;
	u64 n;

	guard(mutex)(&rig->f->change);
	for (n = 0; n < 6; n++)
		log_put(regs, n);
	/* After HEAD was read, and two records */
	for (n = 2; n < 6; n++)
		log_ones(regs, n);
	put32(regs, NVL_REG_ID, U32_MAX);
	put32(regs, NVL_REG_LOG_TAIL, 0xee);
	nvlf_log_collect(rig->f, &dev);
	log_expect(test, log, 0, 0, 1);
	KUNIT_EXPECT_EQ(test, log->next, 2);
	KUNIT_EXPECT_EQ(test, get32(regs, NVL_REG_LOG_TAIL), 0xee);

	put32(regs, NVL_REG_ID, NVL_SWITCH_ID_VALUE);
	for (n = 2; n < 6; n++)
		log_put(regs, n);
	nvlf_log_collect(rig->f, &dev);
	log_expect(test, log, 0, 0, 5);
	KUNIT_EXPECT_EQ(test, log->next, 6);
	KUNIT_EXPECT_EQ(test, get32(regs, NVL_REG_LOG_TAIL), 6);
}

/* Zeroes from behind a bridge that has closed are neither HEAD nor a record */
static void log_closed(struct kunit *test)
{
	struct rig *rig = test->priv;
	const struct nvlf_device dev[2] = {
		nvlf_device_of_endpoint(rig->near),
		nvlf_device_of_switch(rig->sw[0]),
	};
	u64 n;

	guard(mutex)(&rig->f->change);
	for (n = 0; n < 6; n++)
		log_put(rig->near->common, n);
	nvlf_log_collect(rig->f, &dev[0]);
	put32(rig->near->common, NVL_REG_ID, 0);
	put64(rig->near->common, NVL_REG_LOG_HEAD, 0);
	nvlf_log_collect(rig->f, &dev[0]);
	log_expect(test, &rig->near->log, 0, 0, 5);
	KUNIT_EXPECT_EQ(test, rig->near->log.next, 6);

	/* After HEAD was read */
	put32(rig->sw[0]->regs, NVL_REG_ID, 0);
	put64(rig->sw[0]->regs, NVL_REG_LOG_HEAD, 1);
	nvlf_log_collect(rig->f, &dev[1]);
	KUNIT_EXPECT_EQ(test, rig->sw[0]->log.count, 0);
	KUNIT_EXPECT_EQ(test, rig->sw[0]->log.next, 0);
}

/* Numbers begin anew when the device has lost its power */
static void log_anew(struct kunit *test)
{
	struct rig *rig = test->priv;
	const struct nvlf_device dev = nvlf_device_of_endpoint(rig->far);
	const struct nvlf_log *log = &rig->far->log;
	void __iomem *regs = rig->far->common;
	u64 n;

	guard(mutex)(&rig->f->change);
	for (n = 0; n < 10; n++)
		log_put(regs, n);
	nvlf_log_collect(rig->f, &dev);
	log_put(regs, 0);
	nvlf_log_collect(rig->f, &dev);
	log_expect(test, log, 10, 0, 0);
}

static struct kunit_case nvlf_port_cases[] = { KUNIT_CASE(location_told),
					       KUNIT_CASE(location_not_told),
					       KUNIT_CASE(device_find),
					       KUNIT_CASE(endpoint_deaf),
					       KUNIT_CASE(port_lanes),
					       KUNIT_CASE(port_memory),
					       KUNIT_CASE(port_stays_disabled),
					       KUNIT_CASE(port_down),
					       KUNIT_CASE(counters),
					       KUNIT_CASE(log_collect),
					       KUNIT_CASE(log_overtaken),
					       KUNIT_CASE(log_dies),
					       KUNIT_CASE(log_closed),
					       KUNIT_CASE(log_anew),
					       {} };

static struct kunit_suite nvlf_port_suite = {
	.name = "nvlf_port",
	.init = rig_init,
	.exit = rig_exit,
	.test_cases = nvlf_port_cases,
};

kunit_test_suites(&nvlf_port_suite);
