// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * blast_test.c - what a lost link or switch takes with it: the windows of the
 * pairs that have no other way, at once, and until there is one again. All
 * other windows are touched all the while, and never fault.
 *
 * One accelerator, the lone one, can be reached over the first switch alone.
 *
 * What is asked for goes only when nobody uses it any more. A fault is there
 * before anybody knows of it: until the windows are revoked, loads through
 * those concerned can give all-ones.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include <kselftest_harness.h>
#include "fault.h"
#include "mesh.h"
#include "pci.h"
#include "port.h"
#include "touch.h"

#define LONE   0 /* index of the accelerator */
#define NEAR   0 /* index of the switch */
#define ROUNDS 5

/* What each window shows, written by the owner of the memory */
static __u64 word(int dst)
{
	return 0xb1a5700000000000ull | (__u64)dst;
}

struct blast {
	struct mesh *mesh;
	pthread_t toucher;
	bool touching;
	atomic_bool fault; /* all-ones may come of a window that is concerned */
	atomic_bool stop;
	atomic_ulong round; /* times that all were touched */
	atomic_uint wrong;  /* neither the data nor SIGBUS */
	atomic_uint faults[ACCEL_MAX][ACCEL_MAX];
};

/* Into the lone one, whose only way is the one that is lost */
static bool concerned(int src, int dst)
{
	return dst == LONE && src != LONE;
}

static bool is_wrong(struct blast *b, int src, int dst, __u64 value)
{
	if (value == word(dst))
		return false;
	return !b->fault || !concerned(src, dst) || ~value;
}

/* Touches all windows, one after the other, until it is told to stop */
static void *touch_all(void *priv)
{
	struct blast *b = priv;
	struct mesh *mesh = b->mesh;
	int src, dst, sig;
	__u64 value;

	while (!b->stop) {
		for (src = 0; src < mesh->rig.count; src++) {
			for (dst = 0; dst < mesh->rig.count; dst++) {
				if (src == dst)
					continue;
				sig = touch_load(mesh->map[src][dst], &value);
				if (sig == SIGBUS)
					b->faults[src][dst]++;
				else if (sig || is_wrong(b, src, dst, value))
					b->wrong++;
			}
		}
		b->round++;
	}
	return NULL;
}

/* Until each window was touched once more, from its begin */
static void wait_round(struct blast *b)
{
	unsigned long round = atomic_load(&b->round) + 2;

	while (atomic_load(&b->round) < round)
		sched_yield();
}

FIXTURE(blast)
{
	struct blast b;
};

FIXTURE_SETUP(blast)
{
	const struct fabric *f;
	struct rig *rig;
	unsigned int i;
	int ret;

	self->b.mesh = calloc(1, sizeof(*self->b.mesh));
	ASSERT_NE(NULL, self->b.mesh);
	rig = &self->b.mesh->rig;
	ret = mesh_begin(self->b.mesh, 3);
	if (ret == -ENODEV)
		SKIP(return, RIG_NEEDS, 3);
	ASSERT_EQ(0, ret);
	f = rig->fabric;
	if (f->switch_count < 2)
		SKIP(return, "needs two switches");
	for (i = 0; i < f->switch_count; i++)
		if (i != NEAR)
			ASSERT_EQ(0, fabric_unroute(&rig->nl, f->switches[i].id,
						    rig->accels[LONE].id));
	for (i = 0; i < (unsigned int)rig->count; i++)
		*(__u64 *)self->b.mesh->bo[i].map = word(i);
	ASSERT_EQ(0, mesh_fill(self->b.mesh));
	ASSERT_EQ(0,
		  pthread_create(&self->b.toucher, NULL, touch_all, &self->b));
	self->b.touching = true;
	wait_round(&self->b);
}

FIXTURE_TEARDOWN(blast)
{
	self->b.stop = true;
	if (self->b.touching)
		pthread_join(self->b.toucher, NULL);
	mesh_end(self->b.mesh);
	free(self->b.mesh);
}

/* The state of every window on the lone one; of the others, that they live */
#define EXPECT_STATES(want) \
	do { \
		struct mesh *__m = self->b.mesh; \
		int __src, __dst; \
\
		for (__src = 0; __src < __m->rig.count; __src++) { \
			for (__dst = 0; __dst < __m->rig.count; __dst++) { \
				if (__src == __dst) \
					continue; \
				EXPECT_EQ(concerned(__src, __dst) ? \
						  (want) : \
						  DRM_TRN4_WINDOW_LIVE, \
					  window_state(__m->fd[__src], \
						       __m->window[__src] \
								  [__dst])) \
				TH_LOG("from %d to %d", __src, __dst); \
			} \
		} \
	} while (0)

/* Since the last time, all windows on the lone one faulted, and no other */
#define EXPECT_FAULTS(want) \
	do { \
		struct mesh *__m = self->b.mesh; \
		int __src, __dst; \
\
		for (__src = 0; __src < __m->rig.count; __src++) { \
			for (__dst = 0; __dst < __m->rig.count; __dst++) { \
				bool __some = \
					atomic_exchange(&self->b.faults[__src] \
								       [__dst], \
							0); \
\
				EXPECT_EQ((want) && concerned(__src, __dst), \
					  __some) \
				TH_LOG("from %d to %d", __src, __dst); \
			} \
		} \
		EXPECT_EQ(0, self->b.wrong); \
	} while (0)

/* The windows on the lone one are as before, in the mappings that they had */
#define EXPECT_BACK() \
	do { \
		int __from; \
\
		EXPECT_STATES(DRM_TRN4_WINDOW_LIVE); \
		wait_round(&self->b); \
		for (__from = 0; __from < self->b.mesh->rig.count; __from++) \
			self->b.faults[__from][LONE] = 0; \
		wait_round(&self->b); \
		EXPECT_FAULTS(false); \
	} while (0)

/* All links between the lone one and the switch, enabled or not */
static int links_set(struct mesh *mesh, int enable)
{
	const struct fabric *f = mesh->rig.fabric;
	__u32 id = mesh->rig.accels[LONE].id, sw = f->switches[NEAR].id;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < f->port_count && !ret; i++) {
		const struct fabric_port *p = &f->ports[i];
		struct port port = port_of(p);

		if (p->owner == NVLF_OWNER_ENDPOINT && p->owner_id == id &&
		    p->partner == NVLF_OWNER_SWITCH && p->partner_id == sw)
			ret = port_set(&mesh->rig.nl, &port, enable, 0);
	}
	return ret;
}

TEST_F(blast, nothing_happens)
{
	wait_round(&self->b);
	EXPECT_STATES(DRM_TRN4_WINDOW_LIVE);
	EXPECT_FAULTS(false);
}

/* The last of several links to go takes the windows with it, not the first */
TEST_F(blast, links)
{
	struct fabric *now = malloc(sizeof(*now));
	int i;

	ASSERT_NE(NULL, now);
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, links_set(self->b.mesh, 0));
		EXPECT_STATES(DRM_TRN4_WINDOW_NO_ROUTE);
		wait_round(&self->b);
		EXPECT_FAULTS(true);

		ASSERT_EQ(0, links_set(self->b.mesh, 1));
		ASSERT_EQ(0, fabric_load_trained(&self->b.mesh->rig.nl, now));
		EXPECT_BACK();
	}
	free(now);
}

/* Its routes go with it: when it comes back, they have to be made anew */
TEST_F(blast, a_switch)
{
	struct rig *rig = &self->b.mesh->rig;
	struct fabric *now = malloc(sizeof(*now));
	const char *device = rig->fabric->switches[NEAR].device;
	char driver[32];
	int i, k;

	ASSERT_NE(NULL, now);
	ASSERT_EQ(0, pci_driver(device, driver, sizeof(driver)));
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, pci_unbind(driver, device));
		EXPECT_STATES(DRM_TRN4_WINDOW_NO_ROUTE);
		wait_round(&self->b);
		EXPECT_FAULTS(true);

		ASSERT_EQ(0, pci_bind(driver, device));
		ASSERT_EQ(0, fabric_load_trained(&rig->nl, now));
		for (k = 0; k < rig->count; k++)
			ASSERT_EQ(0,
				  fabric_route(&rig->nl, now,
					       rig->fabric->switches[NEAR].id,
					       rig->accels[k].id));
		EXPECT_BACK();
	}
	free(now);
}

/* The other switch is nobody's only way: its loss is felt by nobody */
TEST_F(blast, a_switch_that_nobody_needs)
{
	struct rig *rig = &self->b.mesh->rig;
	const char *device = rig->fabric->switches[!NEAR].device;
	char driver[32];

	if (rig->fabric->switch_count != 2)
		SKIP(return, "needs two switches, and no more");
	ASSERT_EQ(0, pci_driver(device, driver, sizeof(driver)));
	ASSERT_EQ(0, pci_unbind(driver, device));
	EXPECT_STATES(DRM_TRN4_WINDOW_LIVE);
	wait_round(&self->b);
	EXPECT_FAULTS(false);
	ASSERT_EQ(0, pci_bind(driver, device));
	ASSERT_EQ(0, fabric_load_trained(&rig->nl, rig->fabric));
	EXPECT_FAULTS(false);
}

/* Until the windows on the lone one are in a state, by themselves */
static int wait_states(struct mesh *mesh, int want)
{
	struct timespec begin, now;
	int src;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (src = 0; src < mesh->rig.count;) {
		if (src == LONE ||
		    window_state(mesh->fd[src], mesh->window[src][LONE]) ==
			    want) {
			src++;
			continue;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - begin.tv_sec > FAULT_MSEC / 1000)
			return -ETIMEDOUT;
		sched_yield();
	}
	return 0;
}

/* Windows go when the fault comes, and come when it goes; nobody helps. */
static void fault_and_back(struct __test_metadata *_metadata,
			   FIXTURE_DATA(blast) * self, const char *device,
			   __u32 number, const char *faults)
{
	struct mesh *mesh = self->b.mesh;
	int i;

	self->b.fault = true;
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, fault_set(device, number, faults));
		ASSERT_EQ(0, wait_states(mesh, DRM_TRN4_WINDOW_NO_ROUTE));
		EXPECT_STATES(DRM_TRN4_WINDOW_NO_ROUTE);
		wait_round(&self->b);
		EXPECT_FAULTS(true);
		ASSERT_EQ(0, fault_set(device, number, ""));
		ASSERT_EQ(0, wait_states(mesh, DRM_TRN4_WINDOW_LIVE));
		EXPECT_BACK();
	}
}

/* The cables between the lone one and the switch */
TEST_F(blast, faulty_cables)
{
	const struct fabric *f = self->b.mesh->rig.fabric;
	__u32 id = self->b.mesh->rig.accels[LONE].id;
	char faults[512] = "";
	size_t used = 0;
	unsigned int i;

	if (!fault_can())
		SKIP(return, FAULT_NEEDS);
	for (i = 0; i < f->port_count; i++) {
		const struct fabric_port *p = &f->ports[i];

		if (p->owner == NVLF_OWNER_ENDPOINT && p->owner_id == id &&
		    p->partner_id == f->switches[NEAR].id)
			used += snprintf(faults + used, sizeof(faults) - used,
					 "%s%u:down", used ? "," : "",
					 p->index);
	}
	fault_and_back(_metadata, self, "trn", id, faults);
}

/* It comes back with nothing in its tables, and gets all that it had. */
TEST_F(blast, a_switch_without_power)
{
	__u32 id = self->b.mesh->rig.fabric->switches[NEAR].id;

	if (!fault_can())
		SKIP(return, FAULT_NEEDS);
	fault_and_back(_metadata, self, "switch", id, "dead");
}

TEST_HARNESS_MAIN
