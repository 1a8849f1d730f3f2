// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_test.c - KUnit tests of what nvlf.ko computes: bitmaps, routes, links,
 * reachability, generations. The fabric is nvlf_rig.c's.
 */
#include <linux/cleanup.h>

#include "nvlf_rig.h"

/*
 * Cases take the lock of changes by themselves, each in its own thread, and
 * not by nvlf_change_begin(): its end tells listeners.
 */

/* ---- Bitmaps and requests ---------------------------------------------- */

static void bits_round_trip(struct kunit *test)
{
	static const u8 bytes[] = { 0x01, 0x80, 0x00, 0x24, 0xff };
	DECLARE_BITMAP(bits, NVL_SWITCH_PORTS);
	u8 back[DIV_ROUND_UP(NVL_SWITCH_PORTS, BITS_PER_BYTE)];
	unsigned int beyond = 0, i;

	bitmap_zero(bits, NVL_SWITCH_PORTS);
	KUNIT_ASSERT_EQ(test, 0,
			nvlf_bits_from_bytes(bits, NVL_SWITCH_PORTS, bytes,
					     sizeof(bytes), &beyond));
	for (i = 0; i < NVL_SWITCH_PORTS; i++)
		KUNIT_EXPECT_EQ(test, test_bit(i, bits),
				i / 8 < sizeof(bytes) &&
					(bytes[i / 8] >> i % 8 & 1));
	memset(back, 0xee, sizeof(back));
	nvlf_bits_to_bytes(back, bits, NVL_SWITCH_PORTS);
	KUNIT_EXPECT_MEMEQ(test, back, bytes, sizeof(bytes));
	for (i = sizeof(bytes); i < sizeof(back); i++)
		KUNIT_EXPECT_EQ(test, back[i], 0);
}

static void bits_beyond(struct kunit *test)
{
	DECLARE_BITMAP(bits, NVL_SWITCH_PORTS);
	const u8 last[] = { 0x08 }, next[] = { 0x18 }, zeroes[9] = { 1 };
	unsigned int beyond = 0;

	bitmap_zero(bits, NVL_SWITCH_PORTS);
	KUNIT_EXPECT_EQ(test, 0,
			nvlf_bits_from_bytes(bits, 4, last, 1, &beyond));
	KUNIT_EXPECT_EQ(test, -ERANGE,
			nvlf_bits_from_bytes(bits, 4, next, 1, &beyond));
	KUNIT_EXPECT_EQ(test, beyond, 4);
	/* More bytes than bits do no harm where nothing is set in them */
	KUNIT_EXPECT_EQ(test, 0,
			nvlf_bits_from_bytes(bits, 4, zeroes, 9, &beyond));
	KUNIT_EXPECT_EQ(test, 0,
			nvlf_bits_from_bytes(bits, 4, zeroes, 0, &beyond));
}

static void route_check(struct kunit *test)
{
	DECLARE_BITMAP(ports, NVL_SWITCH_PORTS);
	const u8 none[] = { 0, 0 }, some[] = { 0x05 }, more[] = { 0x01, 0x02 };
	unsigned int beyond = 0;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			nvlf_route_check(ports, 4, none, 2, &beyond));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			nvlf_route_check(ports, 4, none, 0, &beyond));
	KUNIT_EXPECT_EQ(test, -ERANGE,
			nvlf_route_check(ports, 4, more, 2, &beyond));
	KUNIT_EXPECT_EQ(test, beyond, 9);
	KUNIT_EXPECT_EQ(test, 0, nvlf_route_check(ports, 4, some, 1, &beyond));
	KUNIT_EXPECT_EQ(test, bitmap_weight(ports, NVL_SWITCH_PORTS), 2);
}

/* ---- Topology ---------------------------------------------------------- */

static void links_made(struct kunit *test)
{
	struct rig *rig = test->priv;
	unsigned int i;

	guard(mutex)(&rig->f->change);
	KUNIT_EXPECT_EQ(test, rig->near->nlinks, SWITCHES);
	KUNIT_EXPECT_EQ(test, rig->far->nlinks, SWITCHES);
	for (i = 0; i < SWITCHES; i++) {
		KUNIT_EXPECT_EQ(test, rig->near->links[i], 1);
		KUNIT_EXPECT_TRUE(test, rig->sw[i]->port[0].linked);
		KUNIT_EXPECT_TRUE(test, rig->sw[i]->port[1].linked);
		KUNIT_EXPECT_FALSE(test, rig->sw[i]->port[2].linked);
		KUNIT_EXPECT_EQ(test,
				nvlf_ports_up(rig->sw[i]->port, SWITCH_PORTS),
				2);
	}
	/* To read it again changes nothing */
	rig_scan(rig);
	KUNIT_EXPECT_EQ(test, rig->near->nlinks, SWITCHES);
}

/* One end's word alone, or one word that differs, is no link */
static void links_mismatch(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct nvlf_switch *sw = rig->sw[0];
	const struct {
		const char *what;
		u32 state, partner, self;
		u64 guid;
		u32 port;
	} says[] = {
		{ "off", NVL_PORT_OFF, NVL_PARTNER_ENDPOINT, NEAR,
		  rig->near->guid, 0 },
		{ "training", NVL_PORT_TRAIN, NVL_PARTNER_ENDPOINT, NEAR,
		  rig->near->guid, 0 },
		{ "all-ones", ~0u, ~0u, ~0u, ~0ull, ~0u },
		{ "no partner", NVL_PORT_ACTIVE, NVL_PARTNER_NONE, NEAR,
		  rig->near->guid, 0 },
		{ "a switch", NVL_PORT_ACTIVE, NVL_PARTNER_SWITCH, NEAR,
		  rig->near->guid, 0 },
		{ "no such kind", NVL_PORT_ACTIVE, 7, NEAR, rig->near->guid,
		  0 },
		{ "nobody's id", NVL_PORT_ACTIVE, NVL_PARTNER_ENDPOINT, 77,
		  rig->near->guid, 0 },
		{ "another's id", NVL_PORT_ACTIVE, NVL_PARTNER_ENDPOINT, FAR,
		  rig->near->guid, 0 },
		{ "id beyond", NVL_PORT_ACTIVE, NVL_PARTNER_ENDPOINT,
		  NVL_TARGET_IDS, rig->near->guid, 0 },
		{ "guid", NVL_PORT_ACTIVE, NVL_PARTNER_ENDPOINT, NEAR,
		  rig->near->guid ^ BIT_ULL(63), 0 },
		{ "another port", NVL_PORT_ACTIVE, NVL_PARTNER_ENDPOINT, NEAR,
		  rig->near->guid, 1 },
		{ "port beyond", NVL_PORT_ACTIVE, NVL_PARTNER_ENDPOINT, NEAR,
		  rig->near->guid, PORTS },
	};
	unsigned int i;

	guard(mutex)(&rig->f->change);
	for (i = 0; i < ARRAY_SIZE(says); i++) {
		rig_say(switch_port(sw, 0), says[i].state, says[i].partner,
			says[i].self, says[i].guid, says[i].port);
		/* A partner changes with a training only */
		put32(switch_port(sw, 0), NVL_PORT_TRAIN_COUNT, 2 + i);
		rig_scan(rig);
		KUNIT_EXPECT_FALSE_MSG(test, sw->port[0].linked, "%s",
				       says[i].what);
		KUNIT_EXPECT_EQ_MSG(test, rig->near->nlinks, 1, "%s",
				    says[i].what);
		KUNIT_EXPECT_EQ_MSG(test, rig->near->links[0], 0, "%s",
				    says[i].what);
		KUNIT_EXPECT_EQ_MSG(test, rig->far->nlinks, 2, "%s",
				    says[i].what);
		rig_wire(rig->near, 0, sw, 0);
		rig_scan(rig);
		KUNIT_EXPECT_EQ_MSG(test, rig->near->nlinks, 2, "%s",
				    says[i].what);
	}
}

static void links_of_gone(struct kunit *test)
{
	struct rig *rig = test->priv;

	guard(mutex)(&rig->f->change);
	rig->near->gone = true;
	nvlf_topology_scan_endpoint(rig->f, rig->near, NULL);
	KUNIT_EXPECT_EQ(test, rig->near->nlinks, 0);
	KUNIT_EXPECT_FALSE(test, rig->sw[0]->port[0].linked);
	KUNIT_EXPECT_TRUE(test, rig->sw[0]->port[1].linked);
	rig->sw[1]->online = false;
	nvlf_topology_scan_switch(rig->f, rig->sw[1], NULL);
	KUNIT_EXPECT_EQ(test, rig->far->nlinks, 1);
	KUNIT_EXPECT_EQ(test, nvlf_ports_up(rig->sw[1]->port, SWITCH_PORTS), 0);
}

/* ---- Reachability ------------------------------------------------------ */

/* The first thing in the way, in its order */
static void resolve(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct nvlf_fabric *f = rig->f;

	guard(mutex)(&rig->f->change);
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, NEAR, NEAR), NVLF_PATH_NO_PEER);
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, NEAR, 6), NVLF_PATH_NO_PEER);
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, 6, NEAR), NVLF_PATH_NO_PEER);
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, NEAR, FAR), NVLF_PATH_NO_ROUTE);

	/* A route through ports that lead elsewhere leads nowhere */
	rig_route(test, rig, 0, FAR, 0x0d);
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, NEAR, FAR), NVLF_PATH_NO_ROUTE);
	rig_route(test, rig, 0, FAR, 0x0f);
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, NEAR, FAR),
			NVLF_PATH_NO_PARTITION);

	/* Each with others is not together */
	rig_partition(test, rig, 1, NEAR, 6);
	rig_partition(test, rig, 2, FAR, 6);
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, NEAR, FAR),
			NVLF_PATH_NO_PARTITION);
	rig_partition(test, rig, 3, NEAR, FAR);
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, NEAR, FAR), NVLF_PATH_OK);
	/* The way back needs a route of its own */
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, FAR, NEAR), NVLF_PATH_NO_ROUTE);

	/* The other switch has links, but no route */
	rig_unroute(rig, 0, FAR);
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, NEAR, FAR), NVLF_PATH_NO_ROUTE);
	rig_route(test, rig, 1, FAR, 0x02);
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, NEAR, FAR), NVLF_PATH_OK);

	/* The source's link to that switch */
	put32(endpoint_port(rig->near, 1), NVL_PORT_STATE, NVL_PORT_DETECT);
	rig_scan(rig);
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, NEAR, FAR), NVLF_PATH_NO_ROUTE);
	put32(endpoint_port(rig->near, 0), NVL_PORT_STATE, NVL_PORT_FAULT);
	rig_scan(rig);
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, NEAR, FAR), NVLF_PATH_NO_LINK);
	rig->far->gone = true;
	KUNIT_EXPECT_EQ(test, nvlf_resolve(f, NEAR, FAR), NVLF_PATH_NO_PEER);
}

/* A loss revokes once and at the source; a gain revokes nobody */
static void reach(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct nvlf_fabric *f = rig->f;
	const struct nvlf_pairs pairs = { .from = f->from, .to = f->to };

	guard(mutex)(&rig->f->change);
	__set_bit(NEAR, f->from);
	__set_bit(FAR, f->to);
	rig_partition(test, rig, 3, NEAR, FAR);
	rig_route(test, rig, 0, FAR, 0x02);
	rig_route(test, rig, 1, FAR, 0x02);
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, FAR), NVLF_PATH_NO_PEER);
	nvlf_reach_lose(f, &pairs);
	KUNIT_EXPECT_NE(test, nvlf_path(rig->near, FAR), NVLF_PATH_OK);
	nvlf_reach_gain(f, &pairs);
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, FAR), NVLF_PATH_OK);
	KUNIT_EXPECT_NE(test, nvlf_path(rig->far, NEAR), NVLF_PATH_OK);
	KUNIT_EXPECT_EQ(test, rig->revoked, 0);

	/* One of two routes is no loss */
	rig_unroute(rig, 0, FAR);
	nvlf_reach_lose(f, &pairs);
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, FAR), NVLF_PATH_OK);
	KUNIT_EXPECT_EQ(test, rig->revoked, 0);

	rig_unroute(rig, 1, FAR);
	nvlf_reach_lose(f, &pairs);
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, FAR), NVLF_PATH_NO_ROUTE);
	KUNIT_EXPECT_EQ(test, rig->revoked, 1);
	KUNIT_EXPECT_EQ(test, rig->revoked_peer, FAR);

	/* Another reason is published, and nobody is told again */
	__set_bit(NEAR, f->relinked);
	put32(endpoint_port(rig->near, 0), NVL_PORT_STATE, NVL_PORT_OFF);
	put32(endpoint_port(rig->near, 1), NVL_PORT_STATE, NVL_PORT_OFF);
	rig_scan(rig);
	nvlf_reach_links(f);
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, FAR), NVLF_PATH_NO_LINK);
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->far, NEAR), NVLF_PATH_NO_LINK);
	KUNIT_EXPECT_EQ(test, rig->revoked, 1);
}

/* Who leaves a partition is told of it, where another still joins the two */
static void parted(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct nvlf_fabric *f = rig->f;
	const struct nvlf_pairs pairs = {
		.from = f->from,
		.to = f->to,
		.both = true,
	};
	struct nvlf_partition none = { .id = 4 };
	struct nvlf_partition *old;

	guard(mutex)(&rig->f->change);
	__set_bit(NEAR, f->from);
	__set_bit(FAR, f->to);
	rig_partition(test, rig, 3, NEAR, FAR);
	old = rig_partition(test, rig, 4, NEAR, FAR);
	rig_route(test, rig, 0, FAR, 0x02);
	nvlf_reach_gain(f, &pairs);
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, FAR), NVLF_PATH_OK);
	KUNIT_EXPECT_NE(test, nvlf_path(rig->far, NEAR), NVLF_PATH_OK);

	/* Nobody left */
	nvlf_reach_part(f, old, old);
	KUNIT_EXPECT_EQ(test, rig->revoked, 0);
	/* Both did: once for each way that there is */
	nvlf_reach_part(f, old, &none);
	KUNIT_EXPECT_EQ(test, rig->revoked, 1);
	KUNIT_EXPECT_EQ(test, rig->revoked_peer, FAR);
	KUNIT_EXPECT_EQ(test, rig->revoked_partition, 4);
	rig_route(test, rig, 0, NEAR, 0x01);
	nvlf_reach_gain(f, &pairs);
	nvlf_reach_part(f, old, NULL);
	KUNIT_EXPECT_EQ(test, rig->revoked, 3);
	/* One did */
	__set_bit(NEAR, none.members);
	nvlf_reach_part(f, old, &none);
	KUNIT_EXPECT_EQ(test, rig->revoked, 5);
	KUNIT_EXPECT_EQ(test, rig->revoked_partition, 4);
}

static void partition_has(struct kunit *test)
{
	struct rig *rig = test->priv;

	guard(mutex)(&rig->f->change);
	rig_partition(test, rig, 3, NEAR, FAR);
	rig_partition(test, rig, 4, NEAR, 6);
	KUNIT_EXPECT_TRUE(test, nvlf_partition_has(rig->f, 3, NEAR, FAR));
	KUNIT_EXPECT_TRUE(test, nvlf_partition_has(rig->f, 3, FAR, NEAR));
	KUNIT_EXPECT_FALSE(test, nvlf_partition_has(rig->f, 4, NEAR, FAR));
	KUNIT_EXPECT_FALSE(test, nvlf_partition_has(rig->f, 5, NEAR, FAR));
	KUNIT_EXPECT_FALSE(test, nvlf_partition_has(rig->f, 0, NEAR, FAR));
	KUNIT_EXPECT_FALSE(test, nvlf_together(rig->near, NVL_TARGET_IDS, 3));
	KUNIT_EXPECT_FALSE(test, nvlf_together(rig->near, U32_MAX, 3));
}

static void path_errno(struct kunit *test)
{
	struct rig *rig = test->priv;

	KUNIT_EXPECT_EQ(test, 0, nvlf_path_errno(NVLF_PATH_OK));
	KUNIT_EXPECT_EQ(test, -ENOLINK, nvlf_path_errno(NVLF_PATH_NO_PEER));
	KUNIT_EXPECT_EQ(test, -ENOLINK, nvlf_path_errno(NVLF_PATH_NO_LINK));
	KUNIT_EXPECT_EQ(test, -EHOSTUNREACH,
			nvlf_path_errno(NVLF_PATH_NO_ROUTE));
	KUNIT_EXPECT_EQ(test, -EPERM, nvlf_path_errno(NVLF_PATH_NO_PARTITION));
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, NVL_TARGET_IDS),
			NVLF_PATH_NO_PEER);
	KUNIT_EXPECT_EQ(test, nvlf_path(rig->near, U32_MAX), NVLF_PATH_NO_PEER);
}

static void partition_find(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct nvlf_partition *part;

	guard(mutex)(&rig->f->change);
	part = rig_partition(test, rig, NVL_PARTITION_ID_MASK, NEAR, FAR);
	KUNIT_EXPECT_PTR_EQ(test, nvlf_partition_find(rig->f, part->id),
			    (const struct nvlf_partition *)part);
	KUNIT_EXPECT_NULL(test, nvlf_partition_find(rig->f, 1));
	KUNIT_EXPECT_TRUE(test, nvlf_partition_common(rig->f, FAR, NEAR));
	KUNIT_EXPECT_FALSE(test, nvlf_partition_common(rig->f, FAR, 6));
}

/* ---- Changes ----------------------------------------------------------- */

/* Of a fabric without devices, so that there is nothing to tell */
static void generation(struct kunit *test)
{
	struct nvlf_fabric *f;

	f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f);
	nvlf_fabric_init(f);
	KUNIT_EXPECT_EQ(test, f->generation, 1);
	nvlf_change_begin(f);
	nvlf_change_end(f);
	KUNIT_EXPECT_EQ(test, f->generation, 1);
	nvlf_change_begin(f);
	f->touched = true;
	nvlf_change_end(f);
	KUNIT_EXPECT_EQ(test, f->generation, 2);
	KUNIT_EXPECT_FALSE(test, f->touched);
	f->generation = U32_MAX;
	nvlf_change_begin(f);
	f->touched = true;
	nvlf_change_end(f);
	KUNIT_EXPECT_EQ(test, f->generation, 1);
	nvlf_fabric_fini(f);
}

/* clang-format off */
static struct kunit_case nvlf_cases[] = {
	KUNIT_CASE(bits_round_trip),
	KUNIT_CASE(bits_beyond),
	KUNIT_CASE(route_check),
	KUNIT_CASE(links_made),
	KUNIT_CASE(links_mismatch),
	KUNIT_CASE(links_of_gone),
	KUNIT_CASE(resolve),
	KUNIT_CASE(reach),
	KUNIT_CASE(parted),
	KUNIT_CASE(partition_has),
	KUNIT_CASE(path_errno),
	KUNIT_CASE(partition_find),
	{}
};

static struct kunit_case nvlf_plain_cases[] = {
	KUNIT_CASE(generation),
	{}
};

/* clang-format on */

static struct kunit_suite nvlf_suite = {
	.name = "nvlf",
	.init = rig_init,
	.exit = rig_exit,
	.test_cases = nvlf_cases,
};

static struct kunit_suite nvlf_plain_suite = {
	.name = "nvlf_change",
	.test_cases = nvlf_plain_cases,
};

kunit_test_suites(&nvlf_suite, &nvlf_plain_suite);
