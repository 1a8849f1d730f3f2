// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kill_memory_test.c - memory of a process that is killed while engines write
 * to it: whoever gets it next finds zeroes, and nothing but zeroes for as long as
 * anything is under way; and nothing reaches what lies beside it.
 *
 * All HBM is taken but what the process is to have, between two neighbours. It is
 * taken again, page by page as it becomes free, while the process still ends.
 * Memory that it shares with the test is the test's alone once no device holds
 * it. Other host memory comes back unseen: much is taken, in the same pages as
 * likely as not.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "chance.h"
#include "rig.h"
#include "uqueue.h"

#define ROUNDS   12
#define DELAY_US 50000 /* until it is killed, at most */
#define PATIENCE 20    /* seconds until all has been taken */
#define SECONDS  120   /* half of what Makefile gives both tests */

#define PARTS 4
#define PART  PAGE
#define HELD  (PARTS * PART)
#define PAGES (HELD / PAGE)
#define AHEAD 31   /* submits that are under way, or pairs in a ring of 64 */
#define SIDE  PAGE /* of a neighbour, as far as it is looked at */
#define MARK  0xd1ed0fd1ed0f0001ull

/* Shared with the process */
struct state {
	int began; /* it is at work, or has ended */
	int error; /* a negative errno of a call */
};

struct neighbours {
	struct bo below, above;
};

/* What was taken; as large as what there was, and host memory twice that */
struct taken {
	int fd[2];
	unsigned int count[2], hosts;
	struct bo hbm[2][PAGES];
	struct bo host[2 * PAGES];
	bool lent; /* back from the process */
};

FIXTURE(killed)
{
	struct rig rig;
	struct state *state;
	struct neighbours side[2];
	void *lent; /* memory of a buffer of the process */
	__u64 pinned;
	pid_t child;
	__u64 random;
	struct taken taken;
};

FIXTURE_VARIANT(killed)
{
	bool queue; /* by a user queue, or by submits */
};

FIXTURE_VARIANT_ADD(killed, by_submit) {
	.queue = false,
};

FIXTURE_VARIANT_ADD(killed, by_queue) {
	.queue = true,
};

FIXTURE_SETUP(killed)
{
	__u64 backed;
	int i, fd;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	for (i = 0; i < 2; i++) {
		struct neighbours *side = &self->side[i];

		fd = self->rig.fd[i];
		ASSERT_EQ(0,
			  accel_param(fd, DRM_TRN4_PARAM_HBM_BACKED, &backed));
		if (backed < HELD + 2 * SIDE)
			SKIP(return, "needs 12 MiB of HBM each");
		/* What the last test had may be on its way back. */
		ASSERT_EQ(0, hbm_comes_back(fd, backed));
		ASSERT_EQ(0, bo_make(fd, (backed - HELD) / 2, 0, &side->below));
		ASSERT_EQ(0, bo_make(fd, (backed - HELD) / 2, DRM_TRN4_BO_TOP,
				     &side->above));
		fill_pattern(side->below.map + side->below.size - SIDE, SIDE,
			     2 * i);
		fill_pattern(side->above.map, SIDE, 2 * i + 1);
	}
	self->state = mmap(NULL, sizeof(*self->state), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->state);
	self->lent = mmap(NULL, PART, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->lent);
	self->pinned = pinned_pages();
	ASSERT_NE(~0ull, self->pinned);
	self->random = chance_seed();
	TH_LOG("SEED=%#llx", self->random);
}

FIXTURE_TEARDOWN(killed)
{
	if (self->child > 0) {
		kill(self->child, SIGKILL);
		waitpid(self->child, NULL, 0);
	}
	rig_end(&self->rig);
}

/* ---- The process ---------------------------------------------------------- */

/* Objects of the first: its HBM, its peer's, and host memory of both kinds */
enum place {
	PLACE_NEAR,
	PLACE_FAR = PLACE_NEAR + PARTS,
	PLACE_HOST = PLACE_FAR + PARTS,
	PLACE_LENT,
	PLACES,
};

struct process {
	int fd[2];
	__u32 places[PLACES];
};

static int process_begin(struct process *p, const struct accel *accels,
			 void *lent)
{
	struct drm_trn4_bo_create user = {
		.size = PART,
		.address = (unsigned long)lent,
		.flags = DRM_TRN4_BO_USER,
	};
	struct grant grant;
	__u32 bo;
	int i, ret;

	for (i = 0; i < 2; i++) {
		p->fd[i] = accel_open(&accels[i]);
		if (p->fd[i] < 0)
			return p->fd[i];
	}
	for (i = 0; i < PARTS; i++) {
		ret = bo_create(p->fd[0], PART, 0, &p->places[PLACE_NEAR + i]);
		if (!ret)
			ret = bo_create(p->fd[1], PART, 0, &bo);
		if (!ret)
			ret = grant_make(p->fd[1], bo, RIGHT_RW, 0, PART,
					 &grant);
		if (!ret)
			ret = window_map(p->fd[0], &grant, 0, 0, RIGHT_RW,
					 &p->places[PLACE_FAR + i]);
		if (ret)
			return ret;
	}
	ret = bo_create(p->fd[0], PART, DRM_TRN4_BO_HOST,
			&p->places[PLACE_HOST]);
	if (!ret)
		ret = accel_ioctl(p->fd[0], DRM_IOCTL_TRN4_BO_CREATE, &user);
	p->places[PLACE_LENT] = user.handle;
	return ret;
}

/* Each place is filled, and copied to the next, in turns. */
static int work_by_submit(struct process *p, struct state *state)
{
	struct drm_trn4_cmd cmds[2];
	__u32 syncs[AHEAD], from, to;
	__u64 n;
	int ret = 0;

	for (n = 0; n < AHEAD && !ret; n++)
		ret = sync_create(p->fd[0], &syncs[n]);
	for (n = 0; !ret; n++) {
		from = p->places[n % PLACES];
		to = p->places[(n + 1) % PLACES];
		if (n == AHEAD)
			__atomic_store_n(&state->began, 1, __ATOMIC_RELEASE);
		if (n >= AHEAD)
			ret = sync_wait(p->fd[0], syncs[n % AHEAD], 20 * SEC);
		cmds[0] = cmd_fill(from, 0, PART, MARK);
		cmds[1] = cmd_copy(to, 0, from, 0, PART);
		if (!ret)
			ret = submit(p->fd[0], cmds, ARRAY_SIZE(cmds), 0, 0,
				     syncs[n % AHEAD]);
	}
	return ret;
}

static int work_by_queue(struct process *p, struct state *state)
{
	struct trn4_desc desc;
	struct trn4_cqe cqe;
	struct uqueue q;
	__u64 n;
	int i, ret;

	ret = uqueue_make(p->fd[0], 64, -1, &q);
	for (i = 0; i < PLACES && !ret; i++)
		ret = segment_set(p->fd[0], q.handle, i, p->places[i], RIGHT_RW,
				  0, PART);
	for (n = 0; !ret; n++) {
		if (n == AHEAD)
			__atomic_store_n(&state->began, 1, __ATOMIC_RELEASE);
		for (i = 0; i < 2 * (n >= AHEAD) && !ret; i++) {
			ret = uqueue_wait(&q, &cqe);
			if (!ret && cqe.status != TRN4_STATUS_OK)
				ret = -EIO;
		}
		desc = uqueue_fill(n % PLACES, 0, PART, MARK);
		uqueue_push(&q, &desc);
		desc = uqueue_copy((n + 1) % PLACES, 0, n % PLACES, 0, PART);
		uqueue_push(&q, &desc);
		uqueue_ring(&q);
	}
	return ret;
}

/* Until it is killed; returns what went wrong. */
static int work_on(struct state *state, const struct accel *accels, void *lent,
		   bool queue)
{
	struct process p;
	int ret = process_begin(&p, accels, lent);

	if (ret)
		return ret;
	return queue ? work_by_queue(&p, state) : work_by_submit(&p, state);
}

/* ---- Who comes after it ----------------------------------------------------- */

/* One more page of HBM, if there is one, and host memory beside it */
static int take_one(struct taken *t, int i)
{
	int ret = bo_make(t->fd[i], PAGE, 0, &t->hbm[i][t->count[i]]);

	if (ret)
		return ret == -ENOSPC ? 0 : ret;
	t->count[i]++;
	ret = bo_make(t->fd[0], PAGE, DRM_TRN4_BO_HOST, &t->host[t->hosts]);
	t->hosts += !ret;
	return ret;
}

/* All that the process had, as soon as it can be had. */
static int take_all(struct taken *t, void *lent, __u64 pinned)
{
	struct timespec begin, now;
	int i, ret = 0;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		for (i = 0; i < 2 && !ret; i++)
			if (t->count[i] < PAGES)
				ret = take_one(t, i);
		if (!t->lent && pinned_pages() == pinned) {
			memset(lent, 0, PART);
			t->lent = true;
		}
		if (ret || (t->hosts == 2 * PAGES && t->lent))
			return ret;
		sched_yield();
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - begin.tv_sec < PATIENCE);
	return -ETIME;
}

static void taken_drop(struct taken *t)
{
	unsigned int i, n;

	for (n = 0; n < t->hosts; n++)
		bo_drop(t->fd[0], &t->host[n]);
	for (i = 0; i < 2; i++) {
		for (n = 0; n < t->count[i]; n++)
			bo_drop(t->fd[i], &t->hbm[i][n]);
		close(t->fd[i]);
	}
}

/* In how many of a number of buffers there is something */
static unsigned int not_zero(const struct bo *bos, unsigned int count)
{
	unsigned int bad = 0, n;

	for (n = 0; n < count; n++)
		bad += first_not(bos[n].map, PAGE, 0) != PAGE;
	return bad;
}

TEST_F_TIMEOUT(killed, finds_zeroes, SECONDS)
{
	const struct drm_trn4_cmd fence = { .op = DRM_TRN4_OP_FENCE };
	struct taken *t = &self->taken;
	const struct neighbours *side;
	unsigned int i, r;
	__u64 delay;
	int status;

	for (r = 0; r < ROUNDS; r++) {
		delay = chance_below(&self->random, DELAY_US);
		memset(self->state, 0, sizeof(*self->state));
		self->child = fork();
		ASSERT_LE(0, self->child);
		if (!self->child) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			self->state->error =
				work_on(self->state, self->rig.accels,
					self->lent, variant->queue);
			self->state->began = 1;
			_exit(1);
		}
		memset(t, 0, sizeof(*t));
		for (i = 0; i < 2; i++) {
			t->fd[i] = accel_open(&self->rig.accels[i]);
			ASSERT_LE(0, t->fd[i]);
		}
		while (!__atomic_load_n(&self->state->began, __ATOMIC_ACQUIRE))
			sched_yield();
		usleep(delay);
		EXPECT_EQ(0, kill(self->child, SIGKILL));
		/* It has not ended yet. */
		EXPECT_EQ(0, take_all(t, self->lent, self->pinned));
		ASSERT_EQ(self->child, waitpid(self->child, &status, 0));
		self->child = 0;
		ASSERT_TRUE(WIFSIGNALED(status))
		{
			TH_LOG("%s", strerror(-self->state->error));
		}
		/* Now it has, and so has all that it had queued. */
		for (i = 0; i < 2; i++) {
			ASSERT_EQ(0, submit_wait(t->fd[i], &fence, 1, 0));
			ASSERT_EQ(PAGES, t->count[i]);
			EXPECT_EQ(0, not_zero(t->hbm[i], PAGES));
			side = &self->side[i];
			EXPECT_EQ(0,
				  check_pattern(side->below.map +
							side->below.size - SIDE,
						SIDE, 2 * i));
			EXPECT_EQ(0, check_pattern(side->above.map, SIDE,
						   2 * i + 1));
		}
		EXPECT_EQ(0, not_zero(t->host, t->hosts));
		EXPECT_EQ(PART, first_not(self->lent, PART, 0))
		{
			TH_LOG("round %u, killed after %llu us", r, delay);
		}
		taken_drop(t);
	}
}

TEST_HARNESS_MAIN
