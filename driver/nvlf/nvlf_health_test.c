// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_health_test.c - KUnit tests of what is made of the tables: an
 * endpoint's health for each state and cause, and the diagnosis of a pair.
 */
#include <linux/cleanup.h>
#include <linux/slab.h>

#include "nvlf_rig.h"

/* The way from near to far and back, over both switches, in one partition */
static void healthy_rig(struct kunit *test, struct rig *rig)
{
	unsigned int i;

	for (i = 0; i < SWITCHES; i++) {
		put32(endpoint_port(rig->near, i), NVL_PORT_LANES, 4 << 8 | 4);
		rig_route(test, rig, i, NEAR, 0x01);
		rig_route(test, rig, i, FAR, 0x02);
	}
	rig_partition(test, rig, 3, NEAR, FAR);
}

/* Reads all and resolves all, as changes do in time */
static void settle(struct rig *rig)
{
	rig_scan(rig);
	__set_bit(NEAR, rig->f->relinked);
	__set_bit(FAR, rig->f->relinked);
	nvlf_reach_links(rig->f);
	bitmap_zero(rig->f->relinked, NVL_TARGET_IDS);
}

static void expect_health(struct kunit *test, struct rig *rig, u32 state,
			  u32 cause, const char *reason)
{
	char words[NVLF_WORDS_LEN];
	struct nvlf_health h;

	settle(rig);
	nvlf_health_of(rig->f, rig->near, &h);
	nvlf_health_words(rig->f, rig->near, &h, words);
	KUNIT_EXPECT_EQ_MSG(test, h.state, state, "%s", words);
	KUNIT_EXPECT_EQ_MSG(test, h.cause, cause, "%s", words);
	/* For how long is not for a test to say */
	KUNIT_EXPECT_TRUE_MSG(test, !strncmp(words, reason, strlen(reason)),
			      "\"%s\" is not \"%s\"", words, reason);
}

static void set_state(struct nvlf_endpoint *ep, unsigned int p, u32 state)
{
	put32(endpoint_port(ep, p), NVL_PORT_STATE, state);
}

static void health_good(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct nvlf_health h;

	guard(mutex)(&rig->f->change);
	healthy_rig(test, rig);
	expect_health(test, rig, NVLF_HEALTH_STATE_HEALTHY,
		      NVLF_HEALTH_CAUSE_NONE,
		      "all 2 links are up, 1 of 1 peers are reached");
	nvlf_health_of(rig->f, rig->near, &h);
	KUNIT_EXPECT_EQ(test, h.links, PORTS);
	KUNIT_EXPECT_EQ(test, h.links_up, PORTS);
	KUNIT_EXPECT_EQ(test, h.lanes, 8);
	KUNIT_EXPECT_EQ(test, h.lanes_up, 8);
	KUNIT_EXPECT_EQ(test, h.peers, 1);
	KUNIT_EXPECT_EQ(test, h.peers_reached, 1);
}

static void health_no_link(struct kunit *test)
{
	struct rig *rig = test->priv;

	guard(mutex)(&rig->f->change);
	healthy_rig(test, rig);
	set_state(rig->near, 0, NVL_PORT_TRAIN);
	set_state(rig->near, 1, NVL_PORT_FAULT);
	expect_health(test, rig, NVLF_HEALTH_STATE_ISOLATED,
		      NVLF_HEALTH_CAUSE_NO_LINK,
		      "none of 2 links is up: port 0 of endpoint 5 in training for 0.");
	rig->deaf = true;
	expect_health(test, rig, NVLF_HEALTH_STATE_ISOLATED,
		      NVLF_HEALTH_CAUSE_NO_LINK,
		      "none of 2 links is up: port 0 of endpoint 5 off for 0.");
}

static void health_links_down(struct kunit *test)
{
	struct rig *rig = test->priv;
	char words[NVLF_WORDS_LEN];
	struct nvlf_health h;

	guard(mutex)(&rig->f->change);
	healthy_rig(test, rig);
	set_state(rig->near, 1, NVL_PORT_TRAIN);
	settle(rig);
	rig->near->port[1].since -= 4250 * NSEC_PER_MSEC;
	expect_health(test, rig, NVLF_HEALTH_STATE_DEGRADED,
		      NVLF_HEALTH_CAUSE_LINKS_DOWN,
		      "1 of 2 links are down: port 1 of endpoint 5 in training for 4.");
	rig->near->port[1].disabled = true;
	set_state(rig->near, 1, NVL_PORT_OFF);
	expect_health(test, rig, NVLF_HEALTH_STATE_DEGRADED,
		      NVLF_HEALTH_CAUSE_LINKS_DOWN,
		      "1 of 2 links are down: port 1 of endpoint 5 disabled for 0.");

	/* Its partner's driver went: the port is up, and no link */
	rig->near->port[1].disabled = false;
	set_state(rig->near, 1, NVL_PORT_ACTIVE);
	rig->sw[1]->online = false;
	settle(rig);
	rig->f->sw[1] = NULL;
	nvlf_health_of(rig->f, rig->near, &h);
	nvlf_health_words(rig->f, rig->near, &h, words);
	rig->f->sw[1] = rig->sw[1];
	KUNIT_EXPECT_EQ(test, h.cause, NVLF_HEALTH_CAUSE_LINKS_DOWN);
	KUNIT_EXPECT_STREQ(test, words,
			   "1 of 2 links are down: port 1 of endpoint 5 leads to switch 1, which is not there");
}

static void health_lanes_lost(struct kunit *test)
{
	struct rig *rig = test->priv;

	guard(mutex)(&rig->f->change);
	healthy_rig(test, rig);
	put32(endpoint_port(rig->near, 1), NVL_PORT_LANES, 4 << 8 | 3);
	set_state(rig->near, 1, NVL_PORT_DEGRADED);
	expect_health(test, rig, NVLF_HEALTH_STATE_DEGRADED,
		      NVLF_HEALTH_CAUSE_LANES_LOST,
		      "1 of 8 lanes are down: port 1 of endpoint 5 has 3 of 4");
}

static void health_no_partition(struct kunit *test)
{
	struct rig *rig = test->priv;

	guard(mutex)(&rig->f->change);
	expect_health(test, rig, NVLF_HEALTH_STATE_ISOLATED,
		      NVLF_HEALTH_CAUSE_NO_PARTITION,
		      "endpoint 5 is in no partition with another");
	/* Alone, or with somebody who is not there, is with nobody */
	rig_partition(test, rig, 1, NEAR, 6);
	expect_health(test, rig, NVLF_HEALTH_STATE_ISOLATED,
		      NVLF_HEALTH_CAUSE_NO_PARTITION,
		      "endpoint 5 is in no partition with another");
}

static void health_no_route(struct kunit *test)
{
	struct rig *rig = test->priv;

	guard(mutex)(&rig->f->change);
	rig_partition(test, rig, 3, NEAR, FAR);
	expect_health(test, rig, NVLF_HEALTH_STATE_ISOLATED,
		      NVLF_HEALTH_CAUSE_NO_ROUTE,
		      "switch 0 has no route to endpoint 1900 for endpoint 5");
	/* There, but not back */
	rig_route(test, rig, 1, FAR, 0x02);
	rig_route(test, rig, 0, NEAR, 0x08);
	expect_health(test, rig, NVLF_HEALTH_STATE_ISOLATED,
		      NVLF_HEALTH_CAUSE_NO_ROUTE,
		      "switch 1 has no route to endpoint 5 for endpoint 1900");
	/* Routes everywhere, over ports without a link */
	rig_route(test, rig, 1, NEAR, 0x08);
	expect_health(test, rig, NVLF_HEALTH_STATE_ISOLATED,
		      NVLF_HEALTH_CAUSE_LINKS_DOWN,
		      "no route from endpoint 1900 to endpoint 5 has a link that is up");
	rig_route(test, rig, 1, NEAR, 0x09);
	expect_health(test, rig, NVLF_HEALTH_STATE_HEALTHY,
		      NVLF_HEALTH_CAUSE_NONE, "all 2 links");
}

static void health_peers_down(struct kunit *test)
{
	struct rig *rig = test->priv;

	guard(mutex)(&rig->f->change);
	healthy_rig(test, rig);
	set_state(rig->far, 0, NVL_PORT_DETECT);
	set_state(rig->far, 1, NVL_PORT_DETECT);
	expect_health(test, rig, NVLF_HEALTH_STATE_ISOLATED,
		      NVLF_HEALTH_CAUSE_PEERS_DOWN,
		      "1 of 1 peers have no link that is up, endpoint 1900 the first");
}

static void health_miswired(struct kunit *test)
{
	struct rig *rig = test->priv;

	guard(mutex)(&rig->f->change);
	healthy_rig(test, rig);
	/* The switch's port says that it leads to another port of near */
	rig_say(switch_port(rig->sw[1], 0), NVL_PORT_ACTIVE,
		NVL_PARTNER_ENDPOINT, NEAR, rig->near->guid, 0);
	put32(switch_port(rig->sw[1], 0), NVL_PORT_TRAIN_COUNT, 2);
	expect_health(test, rig, NVLF_HEALTH_STATE_DEGRADED,
		      NVLF_HEALTH_CAUSE_MISWIRED,
		      "port 1 of endpoint 5 leads to port 0 of switch 1, which leads elsewhere");
	/* One that is down contradicts nobody: the link is down */
	put32(switch_port(rig->sw[1], 0), NVL_PORT_STATE, NVL_PORT_TRAIN);
	expect_health(test, rig, NVLF_HEALTH_STATE_DEGRADED,
		      NVLF_HEALTH_CAUSE_LINKS_DOWN,
		      "1 of 2 links are down: port 1 of endpoint 5 leads to switch 1, whose port is not up");
	/* Two endpoints, joined to one another */
	rig_say(endpoint_port(rig->near, 1), NVL_PORT_ACTIVE,
		NVL_PARTNER_ENDPOINT, FAR, rig->far->guid, 1);
	put32(endpoint_port(rig->near, 1), NVL_PORT_TRAIN_COUNT, 2);
	expect_health(test, rig, NVLF_HEALTH_STATE_DEGRADED,
		      NVLF_HEALTH_CAUSE_MISWIRED,
		      "port 1 of endpoint 5 leads to port 1 of endpoint 1900");
	/* With no link left it is more than that */
	set_state(rig->near, 0, NVL_PORT_OFF);
	expect_health(test, rig, NVLF_HEALTH_STATE_MISCONFIGURED,
		      NVLF_HEALTH_CAUSE_MISWIRED, "port 1 of endpoint 5");
}

/* The device knows it, though both ends agree and the link carries */
static void health_misplaced(struct kunit *test)
{
	struct rig *rig = test->priv;

	guard(mutex)(&rig->f->change);
	healthy_rig(test, rig);
	put32(endpoint_port(rig->near, 1), NVL_PORT_PARTNER,
	      NVL_PARTNER_SWITCH | NVL_PORT_PARTNER_MISWIRED);
	put32(endpoint_port(rig->near, 1), NVL_PORT_TRAIN_COUNT, 2);
	expect_health(test, rig, NVLF_HEALTH_STATE_DEGRADED,
		      NVLF_HEALTH_CAUSE_MISWIRED,
		      "port 1 of endpoint 5 leads to port 0 of switch 1, which is the wrong one");
	put32(endpoint_port(rig->near, 1), NVL_PORT_PARTNER,
	      NVL_PARTNER_SWITCH);
	put32(endpoint_port(rig->near, 1), NVL_PORT_TRAIN_COUNT, 3);
	expect_health(test, rig, NVLF_HEALTH_STATE_HEALTHY,
		      NVLF_HEALTH_CAUSE_NONE, "");
}

/* Only those that a change can touch are looked at */
static void health_touched(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct nvlf_fabric *f = rig->f;
	const struct nvlf_pairs pairs = { .from = f->from, .to = f->to };

	guard(mutex)(&f->change);
	healthy_rig(test, rig);
	settle(rig);
	bitmap_zero(f->unwell, NVL_TARGET_IDS);

	/* A pair that stays as it is */
	__set_bit(NEAR, f->from);
	__set_bit(FAR, f->to);
	nvlf_reach_lose(f, &pairs);
	nvlf_reach_gain(f, &pairs);
	rig_scan(rig);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(f->unwell, NVL_TARGET_IDS));

	/* A lane of one */
	put32(endpoint_port(rig->near, 0), NVL_PORT_LANES, 4 << 8 | 2);
	rig_scan(rig);
	KUNIT_EXPECT_TRUE(test, test_bit(NEAR, f->unwell));
	KUNIT_EXPECT_EQ(test, bitmap_weight(f->unwell, NVL_TARGET_IDS), 1);
	bitmap_zero(f->unwell, NVL_TARGET_IDS);

	/* Both ends of a pair that is lost */
	rig_unroute(rig, 0, FAR);
	rig_unroute(rig, 1, FAR);
	nvlf_reach_lose(f, &pairs);
	KUNIT_EXPECT_TRUE(test, test_bit(NEAR, f->unwell));
	KUNIT_EXPECT_TRUE(test, test_bit(FAR, f->unwell));
}

/* ---- Diagnosis ------------------------------------------------------------ */

static void expect_broken(struct kunit *test, struct rig *rig, u32 broken,
			  const char *words)
{
	struct nvlf_diagnosis *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, d);
	settle(rig);
	nvlf_diagnose(rig->f, NEAR, FAR, d);
	KUNIT_EXPECT_EQ_MSG(test, d->broken, broken, "%s", d->words);
	KUNIT_EXPECT_TRUE_MSG(test, !strncmp(d->words, words, strlen(words)),
			      "\"%s\" is not \"%s\"", d->words, words);
	/* It says that all is well exactly where it is */
	KUNIT_EXPECT_EQ(test, d->broken == NVLF_BROKEN_NOTHING,
			nvlf_path(rig->near, FAR) == NVLF_PATH_OK);
	KUNIT_EXPECT_EQ(test, d->nhops, SWITCHES);
}

static void diagnose(struct kunit *test)
{
	struct rig *rig = test->priv;
	unsigned int i;

	guard(mutex)(&rig->f->change);
	expect_broken(test, rig, NVLF_BROKEN_NO_ROUTE,
		      "switch 0 has no route to endpoint 1900");
	/* A route that leads nowhere is nearer to it than none */
	rig_route(test, rig, 1, FAR, 0x08);
	expect_broken(test, rig, NVLF_BROKEN_ROUTE_DOWN,
		      "port 3 of switch 1 off for 0.");
	rig_route(test, rig, 1, FAR, 0x01);
	expect_broken(test, rig, NVLF_BROKEN_ROUTE_DOWN,
		      "port 0 of switch 1 is on the route to endpoint 1900, and leads to endpoint 5");
	rig_route(test, rig, 1, FAR, 0x02);
	expect_broken(test, rig, NVLF_BROKEN_NO_PARTITION,
		      "endpoints 5 and 1900 are in no common partition");
	rig_partition(test, rig, 3, NEAR, FAR);
	expect_broken(test, rig, NVLF_BROKEN_NOTHING,
		      "1 of 2 switches lead from endpoint 5 to endpoint 1900");

	put32(switch_port(rig->sw[1], 1), NVL_PORT_STATE, NVL_PORT_TRAIN);
	settle(rig);
	rig->sw[1]->port[1].since -= 4250 * NSEC_PER_MSEC;
	expect_broken(test, rig, NVLF_BROKEN_ROUTE_DOWN,
		      "port 1 of switch 1 in training for 4.");
	rig_wire(rig->far, 1, rig->sw[1], 1);

	/* No link to the one switch that has a route */
	set_state(rig->near, 1, NVL_PORT_DETECT);
	expect_broken(test, rig, NVLF_BROKEN_NO_ROUTE,
		      "switch 0 has no route to endpoint 1900");
	set_state(rig->near, 0, NVL_PORT_DETECT);
	expect_broken(test, rig, NVLF_BROKEN_NO_LINK,
		      "none of 2 links of endpoint 5 is up: port 0 of endpoint 5 without an answer");
	for (i = 0; i < PORTS; i++) {
		set_state(rig->near, i, NVL_PORT_ACTIVE);
		set_state(rig->far, i, NVL_PORT_OFF);
	}
	expect_broken(test, rig, NVLF_BROKEN_NO_LINK,
		      "none of 2 links of endpoint 1900 is up: port 0 of endpoint 1900 off");
}

static void diagnose_hops(struct kunit *test)
{
	struct nvlf_diagnosis *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);
	struct rig *rig = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, d);
	guard(mutex)(&rig->f->change);
	rig_route(test, rig, 0, FAR, 0x02);
	rig_route(test, rig, 1, FAR, 0x02);
	set_state(rig->near, 0, NVL_PORT_TRAIN);
	settle(rig);
	nvlf_diagnose(rig->f, NEAR, FAR, d);
	KUNIT_ASSERT_EQ(test, d->nhops, 2);
	KUNIT_EXPECT_EQ(test, d->hop[0].id, 0);
	KUNIT_EXPECT_EQ(test, d->hop[0].links_in, 0);
	KUNIT_EXPECT_EQ(test, d->hop[0].links_out, 1);
	KUNIT_EXPECT_EQ(test, d->hop[0].broken, NVLF_BROKEN_NO_LINK);
	KUNIT_EXPECT_TRUE(test, strstarts(d->hop[0].words,
					  "port 0 of endpoint 5 in training"));
	KUNIT_EXPECT_EQ(test, d->hop[1].id, 1);
	KUNIT_EXPECT_EQ(test, d->hop[1].links_in, 1);
	KUNIT_EXPECT_EQ(test, d->hop[1].links_out, 1);
	KUNIT_EXPECT_EQ(test, d->hop[1].broken, NVLF_BROKEN_NOTHING);
	KUNIT_EXPECT_STREQ(test, d->hop[1].words,
			   "1 links to switch 1, 1 from there");

	/* Asleep */
	memset(d, 0, sizeof(*d));
	rig->sw[1]->online = false;
	settle(rig);
	nvlf_diagnose(rig->f, NEAR, FAR, d);
	KUNIT_EXPECT_EQ(test, d->hop[1].broken, NVLF_BROKEN_NO_SWITCH);
	KUNIT_EXPECT_STREQ(test, d->hop[1].words,
			   "switch 1 does not answer, as in a reset");
	/* The far end's port is up and says who is there; nobody knows it */
	memset(d, 0, sizeof(*d));
	rig->f->sw[1] = NULL;
	nvlf_diagnose(rig->f, NEAR, FAR, d);
	rig->f->sw[1] = rig->sw[1];
	KUNIT_ASSERT_EQ(test, d->nhops, 2);
	KUNIT_EXPECT_EQ(test, d->hop[1].broken, NVLF_BROKEN_NO_SWITCH);
	KUNIT_EXPECT_STREQ(test, d->hop[1].words, "switch 1 is not there");

	memset(d, 0, sizeof(*d));
	nvlf_diagnose(rig->f, NEAR, 6, d);
	KUNIT_EXPECT_EQ(test, d->broken, NVLF_BROKEN_NO_ENDPOINT);
	KUNIT_EXPECT_STREQ(test, d->words, "no endpoint 6");
	KUNIT_EXPECT_EQ(test, d->nhops, 0);
}

static struct kunit_case nvlf_health_cases[] = { KUNIT_CASE(health_good),
						 KUNIT_CASE(health_no_link),
						 KUNIT_CASE(health_links_down),
						 KUNIT_CASE(health_lanes_lost),
						 KUNIT_CASE(health_no_partition),
						 KUNIT_CASE(health_no_route),
						 KUNIT_CASE(health_peers_down),
						 KUNIT_CASE(health_miswired),
						 KUNIT_CASE(health_misplaced),
						 KUNIT_CASE(health_touched),
						 KUNIT_CASE(diagnose),
						 KUNIT_CASE(diagnose_hops),
						 {} };

static struct kunit_suite nvlf_health_suite = {
	.name = "nvlf_health",
	.init = rig_init,
	.exit = rig_exit,
	.test_cases = nvlf_health_cases,
};

kunit_test_suites(&nvlf_health_suite);
