// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_holddown.c - tests of nvlf-fm/holddown.c: which links are held, and what
 * becomes of routes and endpoints meanwhile.
 */
#include <string.h>

#include "array.h"
#include "plan_rig.h"
#include "tap.h"

#define NSEC_PER_SEC 1000000000ull
#define PORTS        72 /* of two endpoints, before those of the switch */

/* Ten seconds, for what went down three times in a minute */
static struct policy holding(void)
{
	struct policy policy = everybody;

	policy.holddown = 10000;
	policy.downs = 3;
	policy.within = 60000;
	return policy;
}

static void log_down(struct model *m, uint32_t owner, uint32_t owner_id,
		     uint32_t port, uint64_t s)
{
	struct nvlf_log *log = append(&m->log, sizeof(*log));

	log->present = 1u << NVLF_LOG_PORT;
	log->owner = owner;
	log->owner_id = owner_id;
	log->port = port;
	log->error = NVLF_ERROR_LINK_DOWN;
	log->time = s * NSEC_PER_SEC;
}

/* A switch and two endpoints; its port 4, to endpoint 0, came up just now. */
static struct model came_up(uint64_t ms)
{
	struct model m = build(1, 2, 0);
	struct nvlf_port *port = (struct nvlf_port *)m.ports.records + PORTS;

	port[4].state_ms = ms;
	port[4].partner_port = 4;
	port[4].present |= 1u << NVLF_PORT_STATE_MS |
			   1u << NVLF_PORT_PARTNER_PORT;
	return m;
}

/* Return: ms that port 4 is held, 0 for not; nothing else is. */
static uint64_t held(const struct model *m, const struct policy *policy)
{
	const struct held_link *link;
	const struct change *c;
	struct plan plan;
	uint64_t ms = 0;

	if (!CHECK(!plan_make(&plan, m, policy)))
		return 0;
	c = route_change(&plan, 0, 0);
	link = plan.held.records;
	if (plan.held.count) {
		EQ(plan.held.count, 1);
		CHECK(!link->switch_id && link->port == 4 && !link->target_id);
		CHECK(c && is_list(&c->route.ports, "0-3,5-35"));
		ms = link->ms;
	} else {
		CHECK(c && is_list(&c->route.ports, "0-35"));
	}
	plan_free(&plan);
	return ms;
}

static void one_that_flapped_is_held(void)
{
	struct policy policy = holding();
	struct model m = came_up(300);
	unsigned int i;

	/* The first link-up, and the first time that it returns */
	EQ(held(&m, &policy), 0);
	for (i = 0; i < 3; i++) {
		EQ(held(&m, &policy), 0);
		log_down(&m, NVLF_OWNER_SWITCH, 0, 4, 100 + 30 * i);
	}
	EQ(held(&m, &policy), 9700);
	policy.within = 59999;
	EQ(held(&m, &policy), 0);
	policy.downs = 2;
	EQ(held(&m, &policy), 9700);
	policy.holddown = 0;
	EQ(held(&m, &policy), 0);
	model_free(&m);
}

static void it_is_used_when_it_stayed_up(void)
{
	static const struct {
		uint64_t ms;
		uint64_t left;
	} times[] = { { 0, 10000 }, { 9999, 1 }, { 10000, 0 }, { 99999, 0 } };
	struct policy policy = holding();
	struct model m;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(times); i++) {
		m = came_up(times[i].ms);
		for (n = 0; n < 3; n++)
			log_down(&m, NVLF_OWNER_SWITCH, 0, 4, n);
		EQ(held(&m, &policy), times[i].left);
		model_free(&m);
	}
}

static void only_the_last_downs_count(void)
{
	static const unsigned int at[] = { 1, 2, 3, 500, 600 };
	struct policy policy = holding();
	struct model m = came_up(0);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at); i++)
		log_down(&m, NVLF_OWNER_SWITCH, 0, 4, at[i]);
	EQ(held(&m, &policy), 0);
	log_down(&m, NVLF_OWNER_SWITCH, 0, 4, 601);
	EQ(held(&m, &policy), 0);
	log_down(&m, NVLF_OWNER_SWITCH, 0, 4, 602);
	EQ(held(&m, &policy), 10000);
	/* Plugged anew, it counts its time anew. */
	log_down(&m, NVLF_OWNER_SWITCH, 0, 4, 5);
	EQ(held(&m, &policy), 0);
	model_free(&m);
}

static void what_others_log_does_not_count(void)
{
	struct policy policy = holding();
	struct model m = came_up(0);
	struct nvlf_log *log;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		log_down(&m, NVLF_OWNER_SWITCH, 0, 3, i);
		log_down(&m, NVLF_OWNER_SWITCH, 0, 5, i);
		log_down(&m, NVLF_OWNER_SWITCH, 1, 4, i);
		log_down(&m, NVLF_OWNER_ENDPOINT, 1, 4, i);
		log_down(&m, NVLF_OWNER_SWITCH, 0, 4, i);
		log = (struct nvlf_log *)m.log.records + m.log.count - 1;
		log->error = NVLF_ERROR_CRC;
	}
	EQ(held(&m, &policy), 0);
	model_free(&m);
}

/* Of a switch that was plugged anew the endpoint still knows. */
static void either_end_may_tell(void)
{
	struct policy policy = holding();
	struct model m = came_up(0);
	unsigned int i;

	for (i = 0; i < 3; i++)
		log_down(&m, NVLF_OWNER_ENDPOINT, 0, 4, i);
	EQ(held(&m, &policy), 10000);
	model_free(&m);
}

static void held_links_do_not_count(void)
{
	struct policy policy = holding();
	struct model m = came_up(0);
	struct plan plan;
	unsigned int i;

	for (i = 0; i < 3; i++)
		log_down(&m, NVLF_OWNER_SWITCH, 0, 4, i);
	policy.drain = true;
	policy.min_links = 36;
	CHECK(!plan_make(&plan, &m, &policy));
	CHECK(is_list(&plan.drained, "0"));
	plan_free(&plan);
	policy.min_links = 35;
	CHECK(!plan_make(&plan, &m, &policy));
	CHECK(bits_empty(&plan.drained));
	plan_free(&plan);
	model_free(&m);
}

static const struct tap_test tests[] = {
	TAP_TEST(one_that_flapped_is_held),
	TAP_TEST(it_is_used_when_it_stayed_up),
	TAP_TEST(only_the_last_downs_count),
	TAP_TEST(what_others_log_does_not_count),
	TAP_TEST(either_end_may_tell),
	TAP_TEST(held_links_do_not_count),
};

TAP_MAIN(tests)
