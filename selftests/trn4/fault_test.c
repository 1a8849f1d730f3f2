// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fault_test.c - what the driver makes of hardware that fails: accelerators
 * and trays without power, links that flap or lack lanes, ports that never
 * train, cables in the wrong place, errors on the line.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "devlink.h"
#include "fault.h"
#include "health.h"
#include "mesh.h"
#include "port.h"
#include "touch.h"

#define A 0 /* index of the accelerator that fails */
#define B 1

FIXTURE(fault)
{
	struct mesh *mesh;
	struct fabric *now;
	__u32 a, b;
	struct port near; /* of a */
};

FIXTURE_SETUP(fault)
{
	int ret;

	if (!fault_can())
		SKIP(return, FAULT_NEEDS);
	self->mesh = calloc(1, sizeof(*self->mesh));
	self->now = malloc(sizeof(*self->now));
	ASSERT_NE(NULL, self->mesh);
	ASSERT_NE(NULL, self->now);
	ret = mesh_begin(self->mesh, 2);
	if (ret == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, ret);
	self->a = self->mesh->rig.accels[A].id;
	self->b = self->mesh->rig.accels[B].id;
	self->near = (struct port) { NVLF_OWNER_ENDPOINT, self->a, 0 };
}

FIXTURE_TEARDOWN(fault)
{
	if (!self->mesh)
		return;
	EXPECT_EQ(0, fault_trays(""));
	EXPECT_EQ(0, fault_set("trn", self->a, ""));
	EXPECT_EQ(0, devlink_check_set_all(&self->mesh->rig.nl,
					   self->mesh->rig.fabric,
					   DEVLINK_CHECK_DEFAULT));
	EXPECT_EQ(0, fabric_load_trained(&self->mesh->rig.nl, self->now));
	mesh_end(self->mesh);
	free(self->now);
	free(self->mesh);
}

static bool late(const struct timespec *begin)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - begin->tv_sec > FAULT_MSEC / 1000;
}

/* Until all links of an endpoint are up, or none is */
static int wait_links(struct nl *nl, __u32 id, bool up, struct health *h)
{
	struct timespec begin;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (;;) {
		ret = health_get(nl, id, h);
		if (ret || h->links_up == (up ? h->links : 0))
			return ret;
		if (late(&begin))
			return -ETIMEDOUT;
		sched_yield();
	}
}

/* Until an endpoint's health is for that cause */
static int wait_cause(struct nl *nl, __u32 id, __u32 cause, struct health *h)
{
	struct timespec begin;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (;;) {
		ret = health_get(nl, id, h);
		if (ret || h->cause == cause)
			return ret;
		if (late(&begin))
			return -ETIMEDOUT;
		sched_yield();
	}
}

/* Until the device takes a new buffer, or refuses it with @want */
static int wait_create(int fd, int want)
{
	struct timespec begin;
	__u32 handle;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (;;) {
		ret = bo_create(fd, PAGE, 0, &handle);
		if (!ret)
			gem_close(fd, handle);
		if (ret == want)
			return 0;
		if (late(&begin))
			return -ETIMEDOUT;
		sched_yield();
	}
}

/*
 * An accelerator without power: nothing of it is left to peers, and its own
 * memory gives SIGBUS, not all-ones. It comes back by itself, with what was in
 * its memory, and peers get new windows.
 */
TEST_F(fault, an_accelerator_without_power)
{
	struct mesh *m = self->mesh;
	struct health h;
	__u64 value;
	int round;

	for (round = 0; round < 2; round++) {
		*(__u64 *)m->bo[A].map = 0xfa0000 + round;
		ASSERT_EQ(0, mesh_window(m, B, A));
		ASSERT_EQ(0, mesh_window(m, A, B));
		ASSERT_EQ(0, touch_load(m->map[B][A], &value));
		EXPECT_EQ(0xfa0000 + round, value);

		ASSERT_EQ(0, fault_set("trn", self->a, "dead"));
		ASSERT_EQ(0, wait_links(&m->rig.nl, self->a, false, &h));
		ASSERT_EQ(0, wait_create(m->fd[A], -EIO));
		EXPECT_EQ(SIGBUS, touch_load(m->map[B][A], &value));
		EXPECT_EQ(SIGBUS, touch_load(m->map[A][B], &value));
		EXPECT_EQ(SIGBUS, touch_load(m->bo[A].map, &value));
		EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED,
			  window_state(m->fd[B], m->window[B][A]));

		ASSERT_EQ(0, fault_set("trn", self->a, ""));
		ASSERT_EQ(0, wait_create(m->fd[A], 0));
		ASSERT_EQ(0, wait_links(&m->rig.nl, self->a, true, &h));
		ASSERT_EQ(0, touch_load(m->bo[A].map, &value));
		EXPECT_EQ(0xfa0000 + round, value);
		EXPECT_EQ(SIGBUS, touch_load(m->map[B][A], &value));

		ASSERT_EQ(0, window_unmap(m->fd[B], m->window[B][A]));
		ASSERT_EQ(0, window_unmap(m->fd[A], m->window[A][B]));
		m->window[B][A] = 0;
		m->window[A][B] = 0;
		ASSERT_EQ(0, grant_make(m->fd[A], m->bo[A].handle, RIGHT_RW, 0,
					PAGE, &m->grant[A]));
	}
}

/* All of a tray at once: each of its switches gets back what it had. */
TEST_F(fault, a_tray_without_power)
{
	struct mesh *m = self->mesh;
	struct health h;
	__u64 value;

	if (m->rig.fabric->switch_count > 4)
		SKIP(return, "needs all switches in one tray");
	*(__u64 *)m->bo[A].map = 0x7ea;
	ASSERT_EQ(0, mesh_window(m, B, A));
	ASSERT_EQ(0, fault_trays("switch:0"));
	ASSERT_EQ(0, wait_links(&m->rig.nl, self->a, false, &h));
	ASSERT_EQ(0, wait_links(&m->rig.nl, self->b, false, &h));
	EXPECT_EQ(SIGBUS, touch_load(m->map[B][A], &value));
	EXPECT_EQ(NVLF_HEALTH_STATE_ISOLATED, h.state);

	ASSERT_EQ(0, fault_trays(""));
	ASSERT_EQ(0, wait_links(&m->rig.nl, self->a, true, &h));
	ASSERT_EQ(0, wait_links(&m->rig.nl, self->b, true, &h));
	EXPECT_EQ(NVLF_HEALTH_STATE_HEALTHY, h.state);
	ASSERT_EQ(0, touch_load(m->map[B][A], &value));
	EXPECT_EQ(0x7ea, value);
}

/* All trays of the fabric, by the numbers of what is in them */
static void all_trays(const struct fabric *f, char *trays, size_t size)
{
	__u32 last = 0, i, used;

	for (i = 0; i < f->endpoint_count; i++)
		if (f->endpoints[i].id / 4 > last)
			last = f->endpoints[i].id / 4;
	for (used = i = 0; i <= last && used < size; i++)
		used += snprintf(trays + used, size - used, "%scompute:%u",
				 i ? "," : "", i);
	for (last = i = 0; i < f->switch_count; i++)
		if (f->switches[i].id / 4 > last)
			last = f->switches[i].id / 4;
	for (i = 0; i <= last && used < size; i++)
		used += snprintf(trays + used, size - used, ",switch:%u", i);
}

/* What listeners were told: health, last; and switches whose ports changed */
struct told {
	__u32 state[FABRIC_ENDPOINTS];
	bool changed[FABRIC_SWITCHES];
};

static int on_told(const struct nl_reply *reply, void *priv)
{
	struct told *told = priv;
	struct fabric_port p;
	struct health h;
	int ret;

	if (reply->cmd == NVLF_CMD_PORT_NTF) {
		ret = fabric_parse_port(reply, &p);
		if (!ret && p.owner == NVLF_OWNER_SWITCH &&
		    p.owner_id < FABRIC_SWITCHES)
			told->changed[p.owner_id] = true;
		return ret;
	}
	if (reply->cmd != NVLF_CMD_HEALTH_NTF)
		return 0;
	ret = health_parse(reply, &h);
	if (!ret && h.id < FABRIC_ENDPOINTS)
		told->state[h.id] = h.state;
	return ret;
}

/* Until listeners were told this of each endpoint */
static int wait_told(struct nl *ear, const struct fabric *f, __u32 state,
		     struct told *told)
{
	unsigned int i;
	int ret;

	for (i = 0; i < f->endpoint_count;) {
		if (told->state[f->endpoints[i].id] == state) {
			i++;
			continue;
		}
		ret = nl_event(ear, FAULT_MSEC, on_told, told);
		if (ret)
			return ret;
		i = 0;
	}
	return 0;
}

/*
 * Until listeners were told of ports of each switch. Of one that has lost its
 * state and was not looked at since, they are not: its interrupts are off.
 */
static int wait_switches(struct nl *ear, const struct fabric *f,
			 struct told *told)
{
	unsigned int i;
	int ret;

	for (i = 0; i < f->switch_count;) {
		if (told->changed[f->switches[i].id]) {
			i++;
			continue;
		}
		ret = nl_event(ear, FAULT_MSEC, on_told, told);
		if (ret)
			return ret;
	}
	return 0;
}

/* Hears all that a fabric can say at once */
static int listen_all(struct nl *ear)
{
	int size = 16 << 20;

	if (setsockopt(ear->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
		       sizeof(size)))
		return -errno;
	return nl_listen(ear);
}

/* By the loss of its grant or, where that came first, of its own device */
static bool window_ended(const struct mesh *m, int src, int dst)
{
	__u32 state = window_state(m->fd[src], m->window[src][dst]);

	return state == DRM_TRN4_WINDOW_REVOKED ||
	       state == DRM_TRN4_WINDOW_FAULT;
}

static long long msec_since(const struct timespec *begin)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - begin->tv_sec) * 1000ll +
	       (now.tv_nsec - begin->tv_nsec) / 1000000;
}

/* Grants ended, and so did the windows on them; new ones are as good. */
#define EXPECT_NEW_WINDOW(want) \
	do { \
		__u64 __value = 0; \
\
		EXPECT_EQ(0, window_unmap(m->fd[B], m->window[B][A])); \
		m->window[B][A] = 0; \
		EXPECT_EQ(0, grant_make(m->fd[A], m->bo[A].handle, RIGHT_RW, \
					0, PAGE, &m->grant[A])); \
		EXPECT_EQ(0, mesh_window(m, B, A)); \
		EXPECT_EQ(0, touch_load(m->map[B][A], &__value)); \
		EXPECT_EQ((want), __value); \
	} while (0)

/*
 * Accelerators and switches, so that no link's other end is left to tell. Who
 * looks finds it out, and that they are back; then all is as it was.
 */
TEST_F_TIMEOUT(fault, everything_without_power, 90)
{
	struct mesh *m = self->mesh;
	struct told told = {};
	struct timespec begin;
	char trays[512];
	struct health h;
	unsigned int i;
	struct nl ear;
	__u64 value;
	int round;

	all_trays(m->rig.fabric, trays, sizeof(trays));
	ASSERT_EQ(0, nl_open(&ear));
	ASSERT_EQ(0, listen_all(&ear));
	for (round = 0; round < 2; round++) {
		*(__u64 *)m->bo[A].map = 0xa11 + round;
		ASSERT_EQ(0, mesh_window(m, B, A));
		ASSERT_EQ(0, touch_load(m->map[B][A], &value));
		EXPECT_EQ(0xa11 + round, value);

		ASSERT_EQ(0, fault_trays(trays));
		clock_gettime(CLOCK_MONOTONIC, &begin);
		ASSERT_EQ(0, wait_told(&ear, m->rig.fabric,
				       NVLF_HEALTH_STATE_ISOLATED, &told));
		/* One interval, and what a slow machine takes to tell it */
		EXPECT_GT(10 * DEVLINK_CHECK_DEFAULT, msec_since(&begin));
		ASSERT_EQ(0, wait_create(m->fd[A], -EIO));
		ASSERT_EQ(0, wait_create(m->fd[B], -EIO));
		ASSERT_EQ(0, health_get(&m->rig.nl, self->a, &h));
		EXPECT_EQ(0, h.links_up);
		EXPECT_EQ(NVLF_HEALTH_CAUSE_NO_LINK, h.cause)
		{
			TH_LOG("%s", h.reason);
		}
		EXPECT_EQ(SIGBUS, touch_load(m->map[B][A], &value));
		EXPECT_EQ(SIGBUS, touch_load(m->bo[A].map, &value));

		ASSERT_EQ(0, fault_trays(""));
		ASSERT_EQ(0, wait_told(&ear, m->rig.fabric,
				       NVLF_HEALTH_STATE_HEALTHY, &told));
		ASSERT_EQ(0, wait_create(m->fd[A], 0));
		ASSERT_EQ(0, wait_create(m->fd[B], 0));
		for (i = 0; i < m->rig.fabric->endpoint_count; i++)
			ASSERT_EQ(0, wait_links(&m->rig.nl,
						m->rig.fabric->endpoints[i].id,
						true, &h));
		ASSERT_EQ(0, touch_load(m->bo[A].map, &value));
		EXPECT_EQ(0xa11 + round, value);
		EXPECT_TRUE(window_ended(m, B, A));
		EXPECT_NEW_WINDOW(0xa11 + round);
	}
	nl_close(&ear);
}

/* Until a new grant and a new window on it give what is in the memory */
static int wait_window(struct mesh *m, int src, int dst, __u64 want)
{
	struct timespec begin;
	__u64 value;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (;;) {
		if (m->window[src][dst])
			window_unmap(m->fd[src], m->window[src][dst]);
		m->window[src][dst] = 0;
		if (!grant_make(m->fd[dst], m->bo[dst].handle, RIGHT_RW, 0,
				PAGE, &m->grant[dst])) {
			if (!mesh_window(m, src, dst) &&
			    !touch_load(m->map[src][dst], &value) &&
			    value == want)
				return 0;
			grant_revoke(m->fd[dst], m->grant[dst].handle);
		}
		if (late(&begin))
			return -ETIMEDOUT;
		sched_yield();
	}
}

/*
 * So short that all answer again when they are looked at: nothing is in them.
 * Work that one is given before that ends when it is looked at.
 */
TEST_F_TIMEOUT(fault, everything_without_power_for_a_moment, 90)
{
	const struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	struct mesh *m = self->mesh;
	struct told told = {};
	char trays[512];
	struct nl ear;
	int i, ret;

	all_trays(m->rig.fabric, trays, sizeof(trays));
	*(__u64 *)m->bo[A].map = 0x313;
	*(__u64 *)m->bo[B].map = 0x314;
	ASSERT_EQ(0, mesh_window(m, B, A));
	ASSERT_EQ(0, mesh_window(m, A, B));
	ASSERT_EQ(0, nl_open(&ear));
	ASSERT_EQ(0, listen_all(&ear));
	/* Nobody looks in between */
	ASSERT_EQ(0, devlink_check_set_all(&m->rig.nl, m->rig.fabric, 0));
	ASSERT_EQ(0, fault_trays(trays));
	ASSERT_EQ(0, fault_trays(""));
	ASSERT_EQ(0, devlink_check_set_all(&m->rig.nl, m->rig.fabric, 100));

	ASSERT_EQ(0, wait_switches(&ear, m->rig.fabric, &told));
	for (i = 0; i < m->rig.count; i++) {
		ret = submit_wait(m->fd[i], &nop, 1, 0);
		EXPECT_TRUE(!ret || ret == -EBUSY);
		ASSERT_EQ(0, wait_create(m->fd[i], 0));
		EXPECT_EQ(0, submit_wait(m->fd[i], &nop, 1, 0));
	}
	EXPECT_TRUE(window_ended(m, B, A));
	EXPECT_TRUE(window_ended(m, A, B));
	EXPECT_EQ(0, wait_window(m, B, A, 0x313));
	EXPECT_EQ(0, wait_window(m, A, B, 0x314));
	nl_close(&ear);
}

TEST_F(fault, lanes)
{
	struct nl *nl = &self->mesh->rig.nl;
	struct fabric_port p;
	struct health h;

	ASSERT_EQ(0, fault_set("trn", self->a, "0:lanes=1"));
	ASSERT_EQ(0, port_wait(nl, &self->near, NVLF_PORT_STATE_DEGRADED, &p));
	EXPECT_EQ(4, p.lanes);
	EXPECT_EQ(1, p.lanes_up);
	ASSERT_EQ(0, wait_cause(nl, self->a, NVLF_HEALTH_CAUSE_LANES_LOST, &h));
	EXPECT_EQ(NVLF_HEALTH_STATE_DEGRADED, h.state);
	EXPECT_EQ(h.lanes - 3, h.lanes_up);

	ASSERT_EQ(0, fault_set("trn", self->a, "0:lanes=0"));
	ASSERT_EQ(0, port_wait(nl, &self->near, NVLF_PORT_STATE_FAULT, &p));
	ASSERT_EQ(0, wait_cause(nl, self->a, NVLF_HEALTH_CAUSE_LINKS_DOWN, &h));
	EXPECT_EQ(h.links - 1, h.links_up);
	EXPECT_NE(NULL, strstr(h.reason, "at fault")) TH_LOG("%s", h.reason);

	ASSERT_EQ(0, fault_set("trn", self->a, ""));
	ASSERT_EQ(0, wait_cause(nl, self->a, NVLF_HEALTH_CAUSE_NONE, &h));
}

TEST_F(fault, a_port_that_never_trains)
{
	struct nl *nl = &self->mesh->rig.nl;
	struct fabric_port p;
	struct health h;

	ASSERT_EQ(0, fault_set("trn", self->a, "0:stuck"));
	ASSERT_EQ(0, port_wait(nl, &self->near, NVLF_PORT_STATE_TRAIN, &p));
	ASSERT_EQ(0, wait_cause(nl, self->a, NVLF_HEALTH_CAUSE_LINKS_DOWN, &h));
	EXPECT_NE(NULL, strstr(h.reason, "in training for"))
	TH_LOG("%s", h.reason);
	ASSERT_EQ(0, fault_set("trn", self->a, ""));
	ASSERT_EQ(0, port_wait(nl, &self->near, NVLF_PORT_STATE_ACTIVE, &p));
}

/* Two cables of one accelerator, each in the other's place. All carry. */
TEST_F(fault, cables_in_the_wrong_place)
{
	struct nl *nl = &self->mesh->rig.nl;
	struct health h;

	ASSERT_EQ(0, fault_set("trn", self->a, "0:swap=35"));
	ASSERT_EQ(0, wait_cause(nl, self->a, NVLF_HEALTH_CAUSE_MISWIRED, &h));
	EXPECT_EQ(NVLF_HEALTH_STATE_DEGRADED, h.state);
	EXPECT_NE(NULL, strstr(h.reason, "port 0 of endpoint"))
	TH_LOG("%s", h.reason);
	EXPECT_NE(NULL, strstr(h.reason, "wrong")) TH_LOG("%s", h.reason);
	ASSERT_EQ(0, health_get(nl, self->b, &h));
	EXPECT_EQ(NVLF_HEALTH_CAUSE_NONE, h.cause) TH_LOG("%s", h.reason);

	ASSERT_EQ(0, fault_set("trn", self->a, ""));
	ASSERT_EQ(0, wait_cause(nl, self->a, NVLF_HEALTH_CAUSE_NONE, &h));
	EXPECT_EQ(NVLF_HEALTH_STATE_HEALTHY, h.state);
}

TEST_F(fault, errors_on_the_line)
{
	struct nl *nl = &self->mesh->rig.nl;
	struct port_counters c;
	struct timespec begin;

	ASSERT_EQ(0, fault_set("trn", self->a, "0:crc=100000"));
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		ASSERT_EQ(0, port_counters(nl, &self->near, &c));
		ASSERT_FALSE(late(&begin));
		sched_yield();
	} while (!c.crc[0]);
	/* While they come, one counter is read later than another. */
	ASSERT_EQ(0, fault_set("trn", self->a, ""));
	ASSERT_EQ(0, port_counters(nl, &self->near, &c));
	/* Each is a packet that is sent once more; all lanes have as many. */
	EXPECT_EQ(c.crc[0] + c.crc[1] + c.crc[2] + c.crc[3], c.replays);
	EXPECT_EQ(c.crc[0], c.crc[3]);
}

/* A link that comes and goes takes nobody's window where others carry. */
TEST_F(fault, a_link_that_flaps)
{
	struct mesh *m = self->mesh;
	struct fabric_port p;
	__u32 trainings;
	__u64 value;
	int i;

	*(__u64 *)m->bo[A].map = 0xf1a9;
	ASSERT_EQ(0, mesh_window(m, B, A));
	ASSERT_EQ(0, port_get(&m->rig.nl, &self->near, &p));
	trainings = p.trainings;
	ASSERT_EQ(0, fault_set("trn", self->a, "0:flap=400"));
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, port_wait(&m->rig.nl, &self->near,
				       NVLF_PORT_STATE_DETECT, &p));
		ASSERT_EQ(0, touch_load(m->map[B][A], &value));
		EXPECT_EQ(0xf1a9, value);
		ASSERT_EQ(0, port_wait(&m->rig.nl, &self->near,
				       NVLF_PORT_STATE_ACTIVE, &p));
	}
	EXPECT_LE(trainings + 5, p.trainings);
}

TEST_HARNESS_MAIN
