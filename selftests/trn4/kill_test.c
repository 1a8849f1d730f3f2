// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kill_test.c - a process that does all there is to do, killed at any moment:
 * whatever it had comes back, and is neither too little nor too much.
 *
 * What is there is told by the device (free HBM), by the kernel (pages that are
 * pinned), or is found out by taking all there is (grants, windows, queues).
 * What is in the memory is for kill_memory_test.c.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "chance.h"
#include "dmabuf.h"
#include "rig.h"
#include "uqueue.h"

#define ROUNDS   50
#define DELAY_US 200000 /* until it is killed, at most */
#define PATIENCE 10     /* seconds until all is back */
#define SECONDS  240    /* as in Makefile */
#define CHUNK    (4 * PAGE)
#define HOST     (1 * MIB) /* of host memory, in any buffer */
#define COMMANDS 16        /* of a submit */
/* More than there can be of anything that is counted */
#define MANY 1024

/* What a process does; in any order, again and again */
enum work {
	WORK_REVOKE,
	WORK_UNMAP,
	WORK_PIN,
	WORK_IMPORT,
	WORK_SUBMIT,
	WORK_QUEUE,
	WORK_SEGMENTS,
	WORK_ATOMICS,
	WORK_SIGNAL,
	WORK_HOST,
	WORK_EVENT,
	WORK_WINDOW_SEGMENT,
	WORK_UDMABUF,
	WORKS,
};

/* Shared with the process */
struct state {
	int began; /* it is at work, or has ended */
	int error; /* a negative errno of a call */
	enum work at;
	__u64 done[WORKS];
};

/* What is free, and what is not */
struct stock {
	__u64 hbm[2];
	__u64 pinned;
	int grants[2];
	int windows[2][2]; /* on the other; that may be written, or not */
	int queues[2];
};

FIXTURE(killed)
{
	struct rig rig;
	struct state *state;
	struct bo bo[2];
	struct grant grants[2];
	pid_t child;
	__u64 random;
};

FIXTURE_SETUP(killed)
{
	int i;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->state = mmap(NULL, sizeof(*self->state), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->state);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, bo_make(self->rig.fd[i], PAGE, 0, &self->bo[i]));
		ASSERT_EQ(0, grant_make(self->rig.fd[i], self->bo[i].handle,
					RIGHT_RW, 0, PAGE, &self->grants[i]));
	}
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

struct process {
	int fd[2];
	struct bo near, far;
	__u64 random;
};

/* A window of the first on the second. */
static int window_make(struct process *p, struct grant *grant, __u32 *window)
{
	int ret = grant_make(p->fd[1], p->far.handle, RIGHT_ALL, 0, CHUNK,
			     grant);

	return ret ?: window_map(p->fd[0], grant, 0, 0, RIGHT_ALL, window);
}

/* One that is used, and goes in this way. */
static int come_and_go(struct process *p, bool revoke)
{
	struct grant grant;
	__u32 window;
	char *map;
	int ret;

	ret = window_make(p, &grant, &window);
	if (ret)
		return ret;
	map = gem_map(p->fd[0], window, CHUNK, PROT_READ | PROT_WRITE);
	if (map == MAP_FAILED)
		return -errno;
	memset(map, 1, 4096);
	if (revoke) {
		ret = grant_revoke(p->fd[1], grant.handle);
		if (!ret)
			ret = window_unmap(p->fd[0], window);
	} else {
		ret = window_unmap(p->fd[0], window);
		if (!ret)
			ret = grant_revoke(p->fd[1], grant.handle);
	}
	munmap(map, CHUNK);
	return ret;
}

static int do_revoke(struct process *p)
{
	return come_and_go(p, true);
}

static int do_unmap(struct process *p)
{
	return come_and_go(p, false);
}

/* Memory to which a copy is on its way when it is given back */
static int copy_to_closed(struct process *p, __u32 handle)
{
	struct drm_trn4_cmd cmd = cmd_copy(handle, 0, p->near.handle, 0, HOST);
	__u32 sync;
	int ret;

	ret = sync_create(p->fd[0], &sync);
	if (ret)
		return ret;
	ret = submit(p->fd[0], &cmd, 1, 0, 0, sync);
	gem_close(p->fd[0], handle);
	if (!ret)
		ret = sync_wait(p->fd[0], sync, 20 * SEC);
	sync_destroy(p->fd[0], sync);
	return ret;
}

static int do_pin(struct process *p)
{
	void *mem = mmap(NULL, HOST, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct drm_trn4_bo_create arg = {
		.size = HOST,
		.address = (unsigned long)mem,
		.flags = DRM_TRN4_BO_USER,
	};
	int ret;

	if (mem == MAP_FAILED)
		return -errno;
	ret = accel_ioctl(p->fd[0], DRM_IOCTL_TRN4_BO_CREATE, &arg);
	if (!ret)
		ret = copy_to_closed(p, arg.handle);
	munmap(mem, HOST);
	return ret;
}

static int do_host(struct process *p)
{
	__u32 handle;
	int ret = bo_create(p->fd[0], HOST, DRM_TRN4_BO_HOST, &handle);

	return ret ?: copy_to_closed(p, handle);
}

static int do_udmabuf(struct process *p)
{
	int dmabuf = dmabuf_udmabuf(HOST), ret;
	__u32 handle;

	if (dmabuf < 0)
		return dmabuf;
	ret = prime_import(p->fd[0], dmabuf, &handle);
	close(dmabuf);
	return ret ?: copy_to_closed(p, handle);
}

/* The second's buffer, as a window of the first */
static int do_import(struct process *p)
{
	int dmabuf, ret;
	__u32 handle;
	struct bo bo;
	char *map;

	ret = bo_make(p->fd[1], PAGE, 0, &bo);
	if (ret)
		return ret;
	dmabuf = prime_export(p->fd[1], bo.handle);
	if (dmabuf < 0)
		return dmabuf;
	ret = prime_import(p->fd[0], dmabuf, &handle);
	close(dmabuf);
	if (ret)
		return ret;
	map = gem_map(p->fd[0], handle, PAGE, PROT_READ);
	if (map == MAP_FAILED)
		return -errno;
	ret = map[0] ? -EIO : gem_close(p->fd[0], handle);
	munmap(map, PAGE);
	bo_drop(p->fd[1], &bo);
	return ret;
}

static int submit_all(struct process *p, const struct drm_trn4_cmd *cmds)
{
	return submit_wait(p->fd[0], cmds, COMMANDS, 0);
}

static int do_submit(struct process *p)
{
	struct drm_trn4_cmd cmds[COMMANDS];
	unsigned int i;

	for (i = 0; i < COMMANDS; i++)
		cmds[i] = cmd_copy(p->near.handle, 0, p->near.handle, CHUNK / 2,
				   CHUNK / 2);
	return submit_all(p, cmds);
}

/* Here, and at the second's */
static int do_atomics(struct process *p)
{
	struct drm_trn4_cmd cmds[COMMANDS];
	struct grant grant;
	__u32 window;
	unsigned int i;
	int ret;

	ret = window_make(p, &grant, &window);
	if (ret)
		return ret;
	for (i = 0; i < COMMANDS; i++)
		cmds[i] = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8,
				     i % 2 ? window : p->near.handle, 8 * i, 1,
				     0);
	ret = submit_all(p, cmds);
	window_unmap(p->fd[0], window);
	grant_revoke(p->fd[1], grant.handle);
	return ret;
}

static int do_signal(struct process *p)
{
	struct drm_trn4_cmd cmds[COMMANDS] = {};
	unsigned int i;
	__u32 host;
	int ret;

	ret = bo_create(p->fd[0], 4096, DRM_TRN4_BO_HOST, &host);
	if (ret)
		return ret;
	for (i = 0; i < COMMANDS; i++) {
		cmds[i].op = DRM_TRN4_OP_SIGNAL;
		cmds[i].type = DRM_TRN4_TYPE_U64;
		cmds[i].dst = i % 2 ? host : p->near.handle;
		cmds[i].dst_offset = 8 * i;
		cmds[i].signal.value = i;
	}
	ret = submit_all(p, cmds);
	gem_close(p->fd[0], host);
	return ret;
}

/* A queue that copies and fills an object; the last of that never ends. */
static int queue_on(struct process *p, __u32 object, int eventfd)
{
	struct trn4_desc ops[] = {
		uqueue_copy(0, 0, 0, CHUNK / 2, CHUNK / 2),
		uqueue_fill(0, 0, CHUNK, 3),
		uqueue_semaphore(TRN4_SEMAPHORE_EQ, 0, 0, 5, 0),
	};
	struct pollfd poll_fd = { .fd = eventfd, .events = POLLIN };
	struct uqueue q;
	unsigned int i;
	int ret;

	ret = uqueue_make(p->fd[0], 64, eventfd, &q);
	if (ret)
		return ret;
	ret = segment_set(p->fd[0], q.handle, 0, object, RIGHT_RW, 0, CHUNK);
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		uqueue_push(&q, &ops[i]);
	uqueue_ring(&q);
	if (!ret && eventfd >= 0 && poll(&poll_fd, 1, 20000) != 1)
		ret = -ETIME;
	if (!ret)
		ret = uqueue_destroy(p->fd[0], q.handle);
	uqueue_unmap(&q);
	return ret;
}

static int do_queue(struct process *p)
{
	return queue_on(p, p->near.handle, -1);
}

static int do_event(struct process *p)
{
	int event = eventfd(0, EFD_NONBLOCK), ret;

	if (event < 0)
		return -errno;
	ret = queue_on(p, p->near.handle, event);
	close(event);
	return ret;
}

static int do_window_segment(struct process *p)
{
	struct grant grant;
	__u32 window;
	int ret;

	ret = window_make(p, &grant, &window);
	if (ret)
		return ret;
	ret = queue_on(p, window, -1);
	window_unmap(p->fd[0], window);
	grant_revoke(p->fd[1], grant.handle);
	return ret;
}

static int do_segments(struct process *p)
{
	struct uqueue q;
	__u32 i;
	int ret;

	ret = uqueue_make(p->fd[1], 64, -1, &q);
	for (i = 0; i < 16 && !ret; i++)
		ret = segment_set(p->fd[1], q.handle, i / 2,
				  i % 2 ? 0 : p->far.handle,
				  i % 2 ? 0 : RIGHT_RW, 0, i % 2 ? 0 : CHUNK);
	if (ret)
		return ret;
	ret = uqueue_destroy(p->fd[1], q.handle);
	uqueue_unmap(&q);
	return ret;
}

static int (*const works[WORKS])(struct process *p) = {
	[WORK_REVOKE] = do_revoke,
	[WORK_UNMAP] = do_unmap,
	[WORK_PIN] = do_pin,
	[WORK_IMPORT] = do_import,
	[WORK_SUBMIT] = do_submit,
	[WORK_QUEUE] = do_queue,
	[WORK_SEGMENTS] = do_segments,
	[WORK_ATOMICS] = do_atomics,
	[WORK_SIGNAL] = do_signal,
	[WORK_HOST] = do_host,
	[WORK_EVENT] = do_event,
	[WORK_WINDOW_SEGMENT] = do_window_segment,
	[WORK_UDMABUF] = do_udmabuf,
};

/* Until it is killed; returns what went wrong. */
static int work_on(struct state *state, const struct accel *accels,
		   __u64 random)
{
	struct process p = { .random = random };
	int i, ret = 0;

	for (i = 0; i < 2; i++) {
		p.fd[i] = accel_open(&accels[i]);
		if (p.fd[i] < 0)
			return p.fd[i];
	}
	ret = bo_make(p.fd[0], CHUNK, 0, &p.near);
	if (!ret)
		ret = bo_make(p.fd[1], CHUNK, 0, &p.far);
	__atomic_store_n(&state->began, 1, __ATOMIC_RELEASE);
	while (!ret) {
		state->at = chance_below(&p.random, WORKS);
		ret = works[state->at](&p);
		if (!ret)
			state->done[state->at]++;
	}
	return ret;
}

/* ---- What is there --------------------------------------------------------- */

/* How many of a kind can be had; all of them are given back. */
static int count_grants(int fd)
{
	static struct grant grants[MANY];
	int n = 0, i, ret = 0;
	__u32 handle;

	if (bo_create(fd, PAGE, 0, &handle))
		return -ENOSPC;
	while (n < MANY && !ret) {
		ret = grant_make(fd, handle, RIGHT_R, 0, PAGE, &grants[n]);
		n += !ret;
	}
	for (i = 0; i < n; i++)
		grant_revoke(fd, grants[i].handle);
	gem_close(fd, handle);
	return ret == -ENOSPC ? n : ret;
}

static int count_windows(int fd, const struct grant *grant, __u32 rights)
{
	static __u32 handles[MANY];
	int n = 0, i, ret = 0;

	while (n < MANY && !ret) {
		ret = window_map(fd, grant, 0, 0, rights, &handles[n]);
		n += !ret;
	}
	for (i = 0; i < n; i++)
		window_unmap(fd, handles[i]);
	return ret == -ENOSPC ? n : ret;
}

static int count_queues(int fd)
{
	static __u32 handles[MANY];
	int n = 0, i, ret = 0;

	while (n < MANY && !ret) {
		struct drm_trn4_queue_create arg = {
			.entries = DRM_TRN4_QUEUE_ENTRIES_MIN,
			.eventfd = -1,
		};

		ret = uqueue_create(fd, &arg);
		handles[n] = arg.handle;
		n += !ret;
	}
	for (i = 0; i < n; i++)
		uqueue_destroy(fd, handles[i]);
	return ret == -ENOSPC ? n : ret;
}

static int take_stock(const struct rig *rig, const struct grant *grants,
		      struct stock *stock)
{
	const __u32 rights[2] = { RIGHT_RW, RIGHT_R };
	int i, k, ret;

	memset(stock, 0, sizeof(*stock));
	for (i = 0; i < 2; i++) {
		stock->grants[i] = count_grants(rig->fd[i]);
		for (k = 0; k < 2; k++)
			stock->windows[i][k] = count_windows(rig->fd[i],
							     &grants[!i],
							     rights[k]);
		stock->queues[i] = count_queues(rig->fd[i]);
		ret = accel_param(rig->fd[i], DRM_TRN4_PARAM_HBM_FREE,
				  &stock->hbm[i]);
		if (ret)
			return ret;
	}
	stock->pinned = pinned_pages();
	return 0;
}

/* Jobs that are under way hold what they use until they have ended. */
static int all_comes_back(const struct rig *rig, const struct grant *grants,
			  const struct stock *before, struct stock *now)
{
	struct timespec begin, t;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		ret = take_stock(rig, grants, now);
		if (ret || !memcmp(before, now, sizeof(*now)))
			return ret;
		sched_yield();
		clock_gettime(CLOCK_MONOTONIC, &t);
	} while (t.tv_sec - begin.tv_sec < PATIENCE);
	return -ETIME;
}

TEST_F_TIMEOUT(killed, at_any_moment, SECONDS)
{
	struct stock before, now;
	unsigned int i, r;
	int status;

	ASSERT_EQ(0, take_stock(&self->rig, self->grants, &before));
	EXPECT_LT(0, before.grants[0]);
	EXPECT_LT(0, before.windows[0][0]);
	EXPECT_LT(0, before.windows[1][0]);
	EXPECT_LT(0, before.queues[0]);
	ASSERT_NE(~0ull, before.pinned);
	for (r = 0; r < ROUNDS; r++) {
		__u64 delay = chance_below(&self->random, DELAY_US);

		self->state->began = 0;
		self->child = fork();
		ASSERT_LE(0, self->child);
		if (!self->child) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			self->state->error = work_on(self->state,
						     self->rig.accels,
						     self->random);
			self->state->began = 1;
			_exit(1);
		}
		while (!__atomic_load_n(&self->state->began, __ATOMIC_ACQUIRE))
			sched_yield();
		usleep(delay);
		EXPECT_EQ(0, kill(self->child, SIGKILL));
		ASSERT_EQ(self->child, waitpid(self->child, &status, 0));
		self->child = 0;
		ASSERT_TRUE(WIFSIGNALED(status))
		{
			TH_LOG("work %d: %s", self->state->at,
			       strerror(-self->state->error));
		}
		EXPECT_EQ(0, all_comes_back(&self->rig, self->grants, &before,
					    &now));
		for (i = 0; i < 2; i++) {
			EXPECT_EQ(before.hbm[i], now.hbm[i]);
			EXPECT_EQ(before.grants[i], now.grants[i]);
			EXPECT_EQ(before.windows[i][0], now.windows[i][0]);
			EXPECT_EQ(before.windows[i][1], now.windows[i][1]);
			EXPECT_EQ(before.queues[i], now.queues[i]);
		}
		ASSERT_EQ(before.pinned, now.pinned)
		{
			TH_LOG("round %u, killed after %llu us at work %d", r,
			       delay, self->state->at);
		}
	}
	/* And it had done each of them. */
	for (i = 0; i < WORKS; i++) {
		TH_LOG("work %u: %llu times", i, self->state->done[i]);
		EXPECT_LT(0, self->state->done[i]);
	}
}

TEST_HARNESS_MAIN
