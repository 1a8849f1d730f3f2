// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reset_test.c - accelerators reset from outside while they are used: what
 * stays, what ends, who waits and who does not.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "devlink.h"
#include "pci.h"
#include "rig.h"
#include "touch.h"
#include "word.h"

#define BO_SIZE    (8 * MIB)
#define LONG_COUNT 128
#define ROUNDS     5

/* Queues nothing to speak of: 0, or why that cannot be */
static int submit_probe(int fd)
{
	const struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };

	return submit(fd, &nop, 1, 0, 0, 0);
}

/* Accelerator 0 is the one that is reset. 1 holds a window on it, 0 one on 1 */
FIXTURE(reset)
{
	struct rig rig;
	const char *device; /* of 0 */
	int fd, peer, others;
	struct bo bo, host, results;
	struct bo theirs; /* of 1 */
	struct grant ours_grant, theirs_grant;
	__u32 on_them, on_us; /* windows: 0 on 1, 1 on 0 */
	void *map_on_them, *map_on_us;
	__u32 between; /* of 2 on 1: not concerned */
	void *map_between;
};

FIXTURE_SETUP(reset)
{
	if (rig_begin(&self->rig, 3) == -ENODEV)
		SKIP(return, RIG_NEEDS, 3);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->device = self->rig.accels[0].device;
	self->fd = self->rig.fd[0];
	self->peer = self->rig.fd[1];
	self->others = self->rig.fd[2];
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &self->bo));
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, DRM_TRN4_BO_HOST, &self->host));
	ASSERT_EQ(0, bo_make(self->fd, MIB, DRM_TRN4_BO_HOST, &self->results));
	ASSERT_EQ(0, bo_make(self->peer, BO_SIZE, 0, &self->theirs));
	ASSERT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_ALL, 0,
				BO_SIZE, &self->ours_grant));
	ASSERT_EQ(0, grant_make(self->peer, self->theirs.handle, RIGHT_ALL, 0,
				BO_SIZE, &self->theirs_grant));
	ASSERT_EQ(0, window_map(self->fd, &self->theirs_grant, 0, 0, RIGHT_ALL,
				&self->on_them));
	ASSERT_EQ(0, window_map(self->peer, &self->ours_grant, 0, 0, RIGHT_ALL,
				&self->on_us));
	ASSERT_EQ(0, window_map(self->others, &self->theirs_grant, 0, 0,
				RIGHT_ALL, &self->between));
	self->map_on_them = gem_map(self->fd, self->on_them, BO_SIZE,
				    PROT_READ | PROT_WRITE);
	self->map_on_us = gem_map(self->peer, self->on_us, BO_SIZE,
				  PROT_READ | PROT_WRITE);
	self->map_between = gem_map(self->others, self->between, BO_SIZE,
				    PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, self->map_on_them);
	ASSERT_NE(MAP_FAILED, self->map_on_us);
	ASSERT_NE(MAP_FAILED, self->map_between);
	ASSERT_EQ(0, touch_kind_write(self->map_on_them));
	ASSERT_EQ(0, touch_kind_write(self->map_on_us));
	ASSERT_EQ(0, touch_kind_write(self->map_between));
}

/* What a test has left lost is found again for the next one */
FIXTURE_TEARDOWN(reset)
{
	int i;

	for (i = 0; i < self->rig.count && i < 3; i++)
		if (submit_probe(self->rig.fd[i])) {
			EXPECT_EQ(0,
				  pci_answer(self->rig.accels[i].device, true));
			EXPECT_EQ(0, pci_reset(self->rig.accels[i].device));
		}
	if (self->rig.fabric)
		EXPECT_EQ(0,
			  devlink_check_set_all(&self->rig.nl, self->rig.fabric,
						DEVLINK_CHECK_DEFAULT));
	rig_end(&self->rig);
}

/* What the device holds stays, what it shares with others ends */
TEST_F(reset, idle)
{
	struct drm_trn4_cmd cmd;
	struct grant grant;
	__u32 window;
	void *map;

	fill_pattern(self->bo.map, BO_SIZE, 1);
	fill_pattern(self->host.map, BO_SIZE, 2);
	ASSERT_EQ(0, pci_reset(self->device));
	EXPECT_EQ(0, check_pattern(self->bo.map, BO_SIZE, 1));
	EXPECT_EQ(0, check_pattern(self->host.map, BO_SIZE, 2));

	EXPECT_EQ(SIGBUS, touch_kind(self->map_on_them));
	EXPECT_EQ(SIGBUS, touch_kind_write(self->map_on_them));
	EXPECT_EQ(SIGBUS, touch_kind(self->map_on_us));
	EXPECT_EQ(SIGBUS, touch_kind_write(self->map_on_us));
	EXPECT_EQ(DRM_TRN4_WINDOW_FAULT, window_state(self->fd, self->on_them));
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED,
		  window_state(self->peer, self->on_us));
	EXPECT_EQ(-ENOENT, window_map(self->peer, &self->ours_grant, 0, 0,
				      RIGHT_R, &window));
	/* Who is not concerned does not notice */
	EXPECT_EQ(0, touch_kind_write(self->map_between));
	EXPECT_EQ(DRM_TRN4_WINDOW_LIVE,
		  window_state(self->others, self->between));

	/* Handles of what has ended are given up as ever */
	EXPECT_EQ(0, grant_revoke(self->fd, self->ours_grant.handle));
	EXPECT_EQ(0, window_unmap(self->fd, self->on_them));

	ASSERT_EQ(0, rig_settle(&self->rig));
	ASSERT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_ALL, 0,
				BO_SIZE, &grant));
	ASSERT_EQ(0, window_map(self->peer, &grant, 0, 0, RIGHT_ALL, &window));
	map = gem_map(self->peer, window, BO_SIZE, PROT_READ);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(0, check_pattern(map, BO_SIZE, 1));
	ASSERT_EQ(0, window_map(self->fd, &self->theirs_grant, 0, 0, RIGHT_ALL,
				&window));
	cmd = cmd_copy(window, 0, self->host.handle, 0, BO_SIZE);
	EXPECT_EQ(0, submit_wait(self->fd, &cmd, 1, 0));
	EXPECT_EQ(0, check_pattern(self->theirs.map, BO_SIZE, 2));
}

/* Work that was queued ends, and says how */
TEST_F(reset, under_load)
{
	struct drm_trn4_result *result = self->results.map;
	struct drm_trn4_cmd cmds[LONG_COUNT];
	int files[8], i, status;
	__u32 sync;

	for (i = 0; i < LONG_COUNT; i++)
		cmds[i] = i % 2 ? cmd_copy(self->on_them, 0, self->bo.handle, 0,
					   BO_SIZE) :
				  cmd_copy(self->host.handle, 0, self->on_them,
					   0, BO_SIZE);
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(0, sync_create(self->fd, &sync));
		ASSERT_EQ(0, submit(self->fd, cmds, LONG_COUNT,
				    self->results.handle, 0, sync));
		files[i] = sync_export(self->fd, sync);
		ASSERT_LE(0, files[i]);
	}
	ASSERT_EQ(0, pci_reset(self->device));
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(0, sync_file_wait(files[i], 10000));
		status = sync_file_status(files[i]);
		EXPECT_TRUE(status == 1 || status == -ECANCELED ||
			    status == -EKEYREVOKED)
		{
			TH_LOG("submit %d ended with %d", i, status);
		}
		close(files[i]);
	}
	/* The last was not done when the reset began */
	EXPECT_NE(1, status);
	for (i = 0; i < LONG_COUNT; i++)
		EXPECT_TRUE(result[i].error == -ECANCELED ||
			    result[i].error == -EKEYREVOKED)
		{
			TH_LOG("command %d ended with %d", i, result[i].error);
		}
	cmds[0] = cmd_copy(self->host.handle, 0, self->bo.handle, 0, BO_SIZE);
	EXPECT_EQ(0, submit_wait(self->fd, cmds, 1, self->results.handle));
	EXPECT_EQ(0, result->error);
	EXPECT_EQ(BO_SIZE, result->value);
}

/* HBM is waited for, however often; a window ends. A waiter can be killed. */
TEST_F(reset, touched_all_the_time)
{
	void *maps[] = { self->bo.map, self->map_on_them, self->map_on_us };
	__u64 *turns;
	pid_t children[3];
	int i, status;
	__u64 before;

	turns = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, turns);
	for (i = 0; i < 3; i++) {
		children[i] = fork();
		ASSERT_LE(0, children[i]);
		if (!children[i]) {
			size_t at = 0;

			signal(SIGBUS, SIG_DFL);
			for (;;) {
				word_set(maps[i], at, at);
				at = (at + 513) % (BO_SIZE / 8);
				word_set(turns, i, word_get(turns, i) + 1);
			}
		}
	}
	for (i = 0; i < ROUNDS; i++)
		ASSERT_EQ(0, pci_reset(self->device));
	for (i = 1; i < 3; i++) {
		ASSERT_EQ(children[i], waitpid(children[i], &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
		{
			TH_LOG("child %d: status %#x", i, status);
		}
	}
	before = word_get(turns, 0);
	while (word_get(turns, 0) == before &&
	       !waitpid(children[0], &status, WNOHANG))
		usleep(1000);
	ASSERT_EQ(0, waitpid(children[0], &status, WNOHANG))
	{
		TH_LOG("status %#x", status);
	}
	kill(children[0], SIGKILL);
	ASSERT_EQ(children[0], waitpid(children[0], &status, 0));
}

/* ---- Devices that cannot be used ---- */

static void *reset_thread(void *arg)
{
	return (void *)(long)pci_reset(arg);
}

/* What would begin something is refused in a reset, and works after it */
TEST_F(reset, busy_meanwhile)
{
	int refused[4] = {}, i, round, all = 0;
	__u32 bo, window, sync;
	pthread_t resetter;
	struct grant grant;
	void *ret;

	ASSERT_EQ(0, sync_create(self->fd, &sync));
	for (round = 0; round < 10 && all < 4; round++) {
		ASSERT_EQ(0, pthread_create(&resetter, NULL, reset_thread,
					    (void *)self->device));
		while (pthread_tryjoin_np(resetter, &ret)) {
			int said[4];

			said[0] = bo_create(self->fd, PAGE, 0, &bo);
			if (!said[0])
				gem_close(self->fd, bo);
			said[1] = bo_create(self->fd, 4096, DRM_TRN4_BO_HOST,
					    &bo);
			if (!said[1])
				gem_close(self->fd, bo);
			said[2] = grant_make(self->fd, self->bo.handle, RIGHT_R,
					     0, PAGE, &grant);
			if (!said[2])
				grant_revoke(self->fd, grant.handle);
			said[3] = submit_probe(self->fd);
			for (i = 0; i < 4; i++) {
				ASSERT_TRUE(!said[i] || said[i] == -EBUSY)
				{
					TH_LOG("call %d: %d", i, said[i]);
				}
				refused[i] += !!said[i];
			}
		}
		ASSERT_EQ(NULL, ret);
		all = 0;
		for (i = 0; i < 4; i++)
			all += !!refused[i];
	}
	EXPECT_EQ(4, all)
	{
		TH_LOG("refused %d, %d, %d, %d times", refused[0], refused[1],
		       refused[2], refused[3]);
	}
	ASSERT_EQ(0, rig_settle(&self->rig));
	EXPECT_EQ(0, window_map(self->fd, &self->theirs_grant, 0, 0, RIGHT_R,
				&window));
	EXPECT_EQ(0, submit_probe(self->fd));
}

/* Every ioctl of a device that did not come back, and its mappings */
#define EXPECT_DEAD(file) \
	do { \
		struct grant __grant; \
		__u64 __value; \
		__u32 __handle; \
		int __fd = (file); \
\
		EXPECT_EQ(-EIO, bo_create(__fd, PAGE, 0, &__handle)); \
		EXPECT_EQ(-EIO, \
			  bo_create(__fd, PAGE, DRM_TRN4_BO_HOST, &__handle)); \
		EXPECT_EQ(-EIO, grant_make(__fd, self->bo.handle, RIGHT_R, 0, \
					   PAGE, &__grant)); \
		EXPECT_EQ(-EIO, window_map(__fd, &self->theirs_grant, 0, 0, \
					   RIGHT_R, &__handle)); \
		EXPECT_EQ(-EIO, submit_probe(__fd)); \
		EXPECT_EQ(-EIO, accel_param(__fd, DRM_TRN4_PARAM_RO_STORES, \
					    &__value)); \
		/* It can be asked still, and things can be given up */ \
		EXPECT_EQ(0, accel_param(__fd, DRM_TRN4_PARAM_TARGET_ID, \
					 &__value)); \
		EXPECT_EQ(self->rig.accels[0].id, __value); \
		EXPECT_EQ(0, map_offset(__fd, self->bo.handle, &__value)); \
		EXPECT_EQ(DRM_TRN4_WINDOW_FAULT, \
			  window_state(__fd, self->on_them)); \
		EXPECT_EQ(0, window_unmap(__fd, self->on_them)); \
		EXPECT_EQ(0, grant_revoke(__fd, self->ours_grant.handle)); \
		EXPECT_EQ(SIGBUS, touch_kind(self->bo.map)); \
		EXPECT_EQ(SIGBUS, touch_kind_write(self->bo.map)); \
		EXPECT_EQ(SIGBUS, touch_kind(self->map_on_them)); \
		EXPECT_EQ(SIGBUS, touch_kind(self->map_on_us)); \
		EXPECT_EQ(0, touch_kind_write(self->host.map)); \
		EXPECT_EQ(0, touch_kind_write(self->map_between)); \
	} while (0)

/* A reset from which it does not return, and one from which it does */
TEST_F(reset, does_not_come_back)
{
	struct drm_trn4_cmd cmds[LONG_COUNT];
	struct fabric *now;
	unsigned int i;
	__u32 sync;
	int file;

	now = malloc(sizeof(*now));
	ASSERT_NE(NULL, now);
	/* Who looks would give it up before the reset, and find it back */
	ASSERT_EQ(0, devlink_check_set_all(&self->rig.nl, self->rig.fabric, 0));
	for (i = 0; i < LONG_COUNT; i++)
		cmds[i] = cmd_copy(self->host.handle, 0, self->bo.handle, 0,
				   BO_SIZE);
	fill_pattern(self->bo.map, BO_SIZE, 4);
	ASSERT_EQ(0, sync_create(self->fd, &sync));
	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, submit(self->fd, cmds, LONG_COUNT, 0, 0, sync));
	file = sync_export(self->fd, sync);
	ASSERT_LE(0, file);
	ASSERT_EQ(0, pci_answer(self->device, false));
	ASSERT_EQ(0, pci_reset(self->device));
	ASSERT_EQ(0, sync_file_wait(file, 5000));
	EXPECT_EQ(-ECANCELED, sync_file_status(file));
	close(file);
	EXPECT_DEAD(self->fd);
	/* The fabric knows that it has no links */
	ASSERT_EQ(0, fabric_load(&self->rig.nl, now));
	for (i = 0; i < now->endpoint_count; i++)
		if (now->endpoints[i].id == self->rig.accels[0].id)
			EXPECT_EQ(0, now->endpoints[i].ports_up);
	free(now);

	ASSERT_EQ(0, pci_answer(self->device, true));
	EXPECT_EQ(-EIO, submit_probe(self->fd));
	ASSERT_EQ(0, pci_reset(self->device));
	EXPECT_EQ(0, check_pattern(self->bo.map, BO_SIZE, 4));
	EXPECT_EQ(0, submit_wait(self->fd, cmds, 1, 0));
	EXPECT_EQ(0, check_pattern(self->host.map, BO_SIZE, 4));
	ASSERT_EQ(0, rig_settle(&self->rig));
	EXPECT_EQ(0, window_map(self->fd, &self->theirs_grant, 0, 0, RIGHT_R,
				&self->on_them));
}

/*
 * Queues that complete nothing: one device answers again by the time that is
 * noticed, and loses its work alone; the other does not, and is given up.
 */
TEST_F_TIMEOUT(reset, queue_stuck, 100)
{
	const char *passing = self->rig.accels[2].device;
	const struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	int lost, stuck, i;
	__u32 sync;

	/* Of who looks it would be noticed long before */
	ASSERT_EQ(0, devlink_check_set_all(&self->rig.nl, self->rig.fabric, 0));
	ASSERT_EQ(0, pci_answer(self->device, false));
	ASSERT_EQ(0, pci_answer(passing, false));
	ASSERT_EQ(0, sync_create(self->fd, &sync));
	ASSERT_EQ(0, submit(self->fd, &nop, 1, 0, 0, sync));
	lost = sync_export(self->fd, sync);
	ASSERT_LE(0, lost);
	ASSERT_EQ(0, sync_create(self->others, &sync));
	ASSERT_EQ(0, submit(self->others, &nop, 1, 0, 0, sync));
	stuck = sync_export(self->others, sync);
	ASSERT_LE(0, stuck);
	/* By then both were told of their work, and did not hear */
	ASSERT_EQ(-ETIME, sync_file_wait(stuck, 5000));
	ASSERT_EQ(0, pci_answer(passing, true));

	ASSERT_EQ(0, sync_file_wait(stuck, 30000));
	EXPECT_EQ(-ETIMEDOUT, sync_file_status(stuck));
	EXPECT_EQ(0, submit_wait(self->others, &nop, 1, 0));
	EXPECT_EQ(0, touch_kind_write(self->map_between));

	ASSERT_EQ(0, sync_file_wait(lost, 30000));
	EXPECT_EQ(-ETIMEDOUT, sync_file_status(lost));
	/* All of it is reset before it is given up */
	for (i = 0; i < 10000 && submit_probe(self->fd) != -EIO; i++)
		usleep(1000);
	EXPECT_DEAD(self->fd);
	ASSERT_EQ(0, pci_answer(self->device, true));
	ASSERT_EQ(0, pci_reset(self->device));
	EXPECT_EQ(0, submit_wait(self->fd, &nop, 1, 0));
	EXPECT_EQ(0, touch_kind_write(self->bo.map));
	close(lost);
	close(stuck);
}

/* ---- In the midst of changes of the fabric ---- */

/*
 * struct stir - a thread that does something again and again
 * @one: does it; 0 or a negative errno
 * @rig: what it is done to
 * @stop: it may end
 * @times: how often it was done
 */
struct stir {
	int (*one)(const struct rig *rig);
	const struct rig *rig;
	int stop;
	unsigned int times;
};

/* Ports of all accelerators go down and come up */
static int stir_switch(const struct rig *rig)
{
	return pci_reset(rig->fabric->switches[0].device);
}

/* Pairs are lost and won, over a socket of its own */
static int stir_routes(const struct rig *rig)
{
	const __u32 target = rig->accels[0].id;
	struct nl nl;
	int ret = nl_open(&nl);

	if (ret)
		return ret;
	ret = fabric_unroute_all(&nl, rig->fabric, target);
	if (!ret)
		ret = fabric_route_all(&nl, rig->fabric, target);
	nl_close(&nl);
	return ret;
}

/* A window on the one that is reset comes and goes, if there is a way to it */
static int stir_windows(const struct rig *rig)
{
	struct grant grant;
	__u32 bo, window;
	int ret;

	ret = bo_create(rig->fd[0], PAGE, 0, &bo);
	if (ret)
		return ret == -EBUSY ? 0 : ret;
	ret = grant_make(rig->fd[0], bo, RIGHT_ALL, 0, PAGE, &grant);
	gem_close(rig->fd[0], bo);
	if (ret)
		return ret == -EBUSY ? 0 : ret;
	ret = window_map(rig->fd[1], &grant, 0, 0, RIGHT_ALL, &window);
	if (!ret)
		gem_close(rig->fd[1], window);
	/* It was reset meanwhile, or no link or route is there for now */
	else if (ret == -ENOENT || ret == -ENOLINK || ret == -EHOSTUNREACH)
		ret = 0;
	grant_revoke(rig->fd[0], grant.handle);
	return ret;
}

static void *stir_thread(void *arg)
{
	struct stir *stir = arg;
	long ret = 0;

	while (!ret && !__atomic_load_n(&stir->stop, __ATOMIC_SEQ_CST)) {
		ret = stir->one(stir->rig);
		stir->times++;
	}
	return (void *)ret;
}

/*
 * Ports change and pairs come and go while the accelerator is reset; in the
 * end all is as it was.
 */
TEST_F(reset, while_the_fabric_changes)
{
	struct stir stirs[] = {
		{ .one = stir_switch, .rig = &self->rig },
		{ .one = stir_routes, .rig = &self->rig },
		{ .one = stir_windows, .rig = &self->rig },
	};
	struct drm_trn4_cmd cmd;
	pthread_t threads[3];
	struct grant grant;
	__u32 window;
	void *ret;
	int i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, stir_thread,
					    &stirs[i]));
	for (i = 0; i < ROUNDS; i++)
		EXPECT_EQ(0, pci_reset(self->device));
	for (i = 0; i < 3; i++) {
		__atomic_store_n(&stirs[i].stop, 1, __ATOMIC_SEQ_CST);
		ASSERT_EQ(0, pthread_join(threads[i], &ret));
		EXPECT_EQ(NULL, ret)
		{
			TH_LOG("thread %d ended with %ld", i, (long)ret);
		}
		EXPECT_LT(0, stirs[i].times);
	}
	ASSERT_EQ(0, rig_settle(&self->rig));
	ASSERT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_ALL, 0,
				BO_SIZE, &grant));
	ASSERT_EQ(0, window_map(self->peer, &grant, 0, 0, RIGHT_ALL, &window));
	fill_pattern(self->bo.map, BO_SIZE, 3);
	cmd = cmd_copy(self->theirs.handle, 0, window, 0, BO_SIZE);
	EXPECT_EQ(0, submit_wait(self->peer, &cmd, 1, 0));
	EXPECT_EQ(0, check_pattern(self->theirs.map, BO_SIZE, 3));
	EXPECT_EQ(0, touch_kind_write(self->map_between));
}

/* ---- Those who wait ---- */

/*
 * struct waiter - a thread that touches HBM, and one that resets the device
 * @map: touched
 * @device: reset
 * @tid: of the one that touches
 * @stop: it may end
 * @resetting: the other has not ended yet
 */
struct waiter {
	void *map;
	const char *device;
	pid_t tid;
	int stop, resetting;
};

static void *touch_thread(void *arg)
{
	struct waiter *w = arg;

	__atomic_store_n(&w->tid, syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&w->stop, __ATOMIC_SEQ_CST))
		word_set(w->map, 0, 1);
	return NULL;
}

static void *waited_reset_thread(void *arg)
{
	struct waiter *w = arg;
	long ret = pci_reset(w->device);

	__atomic_store_n(&w->resetting, 0, __ATOMIC_SEQ_CST);
	return (void *)ret;
}

/* Does the thread sleep in our fault handler? */
static bool waits_for_hbm(const struct waiter *w)
{
	char path[64], where[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/wchan", w->tid);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(where, sizeof(where), f))
		where[0] = 0;
	fclose(f);
	return !strncmp(where, "trn4_hbm", 8);
}

/* Changes the address space, for which nobody may be in a fault */
static bool change_mappings(void)
{
	void *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0);

	return map != MAP_FAILED && !munmap(map, 4096);
}

/*
 * While a thread waits for HBM the others of the process go on: what changes
 * the mappings ends while it still waits.
 */
TEST_F(reset, waiting_holds_up_nobody)
{
	struct waiter w = { .map = self->bo.map, .device = self->device };
	int round, seen = 0, waits = 0;
	pthread_t toucher, resetter;
	void *ret;

	ASSERT_EQ(0, pthread_create(&toucher, NULL, touch_thread, &w));
	while (!__atomic_load_n(&w.tid, __ATOMIC_SEQ_CST))
		usleep(1000);
	for (round = 0; round < 10 && !seen; round++) {
		w.resetting = 1;
		ASSERT_EQ(0, pthread_create(&resetter, NULL,
					    waited_reset_thread, &w));
		while (!seen &&
		       __atomic_load_n(&w.resetting, __ATOMIC_SEQ_CST)) {
			if (!waits_for_hbm(&w))
				continue;
			waits++;
			EXPECT_TRUE(change_mappings());
			seen = waits_for_hbm(&w);
		}
		ASSERT_EQ(0, pthread_join(resetter, &ret));
		ASSERT_EQ(NULL, ret);
	}
	__atomic_store_n(&w.stop, 1, __ATOMIC_SEQ_CST);
	ASSERT_EQ(0, pthread_join(toucher, NULL));
	TH_LOG("%d resets, %d times it was seen to wait", round, waits);
	EXPECT_LT(0, waits);
	EXPECT_LT(0, seen);
}

/* The mapping that is waited for goes, and so does the file, meanwhile */
TEST_F(reset, unmapped_while_waited_for)
{
	struct waiter w = { .device = self->device, .resetting = 1 };
	pthread_t resetter;
	int status, file;
	struct bo bo;
	pid_t child;
	void *ret;

	file = accel_open(&self->rig.accels[0]);
	ASSERT_LE(0, file);
	ASSERT_EQ(0, bo_make(file, PAGE, 0, &bo));
	w.map = bo.map;
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		pthread_t toucher;

		signal(SIGSEGV, SIG_DFL);
		close(file);
		if (pthread_create(&toucher, NULL, touch_thread, &w))
			_exit(1);
		while (!__atomic_load_n(&w.tid, __ATOMIC_SEQ_CST))
			usleep(1000);
		while (!waits_for_hbm(&w))
			usleep(100);
		munmap(bo.map, PAGE);
		/* It comes back to nothing */
		pthread_join(toucher, NULL);
		_exit(2);
	}
	munmap(bo.map, PAGE);
	close(file);
	while (!waitpid(child, &status, WNOHANG)) {
		w.resetting = 1;
		ASSERT_EQ(0, pthread_create(&resetter, NULL,
					    waited_reset_thread, &w));
		ASSERT_EQ(0, pthread_join(resetter, &ret));
		ASSERT_EQ(NULL, ret);
	}
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)
	{
		TH_LOG("status %#x", status);
	}
}

TEST_HARNESS_MAIN
