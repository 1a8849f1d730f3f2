// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unbind_test.c - drivers taken from their devices in the midst of use: files
 * open, mappings live, work queued. All ends in errors or SIGBUS, nothing
 * hangs, and binding again gives a device like the first.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "pci.h"
#include "rig.h"
#include "touch.h"
#include "word.h"

#define BO_SIZE    (8 * MIB)
#define LONG_COUNT 128
#define ROUNDS     5

/*
 * Accelerator 0 is the one that goes. 1 holds a window on it, and 0 one on 1.
 */
FIXTURE(unbind)
{
	struct rig rig;
	struct accel *victim;
	int fd, peer, others;
	struct bo bo, host, results;
	struct bo theirs;     /* of 1 */
	__u32 on_them, on_us; /* windows: 0 on 1, 1 on 0 */
	void *map_on_them, *map_on_us;
	__u32 between; /* of 2 on 1: not concerned */
	void *map_between;
	char switch_driver[32];
};

FIXTURE_SETUP(unbind)
{
	struct grant ours, theirs;

	if (rig_begin(&self->rig, 3) == -ENODEV)
		SKIP(return, RIG_NEEDS, 3);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	ASSERT_EQ(0,
		  pci_driver(self->rig.fabric->switches[0].device,
			     self->switch_driver, sizeof(self->switch_driver)));
	self->victim = &self->rig.accels[0];
	self->fd = self->rig.fd[0];
	self->peer = self->rig.fd[1];
	self->others = self->rig.fd[2];
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &self->bo));
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, DRM_TRN4_BO_HOST, &self->host));
	ASSERT_EQ(0, bo_make(self->fd, MIB, DRM_TRN4_BO_HOST, &self->results));
	ASSERT_EQ(0, bo_make(self->peer, BO_SIZE, 0, &self->theirs));
	ASSERT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_ALL, 0,
				BO_SIZE, &ours));
	ASSERT_EQ(0, grant_make(self->peer, self->theirs.handle, RIGHT_ALL, 0,
				BO_SIZE, &theirs));
	ASSERT_EQ(0, window_map(self->fd, &theirs, 0, 0, RIGHT_ALL,
				&self->on_them));
	ASSERT_EQ(0,
		  window_map(self->peer, &ours, 0, 0, RIGHT_ALL, &self->on_us));
	ASSERT_EQ(0, window_map(self->others, &theirs, 0, 0, RIGHT_ALL,
				&self->between));
	self->map_on_them = gem_map(self->fd, self->on_them, BO_SIZE,
				    PROT_READ | PROT_WRITE);
	self->map_on_us = gem_map(self->peer, self->on_us, BO_SIZE,
				  PROT_READ | PROT_WRITE);
	self->map_between = gem_map(self->others, self->between, BO_SIZE,
				    PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, self->map_on_them);
	ASSERT_NE(MAP_FAILED, self->map_on_us);
	ASSERT_NE(MAP_FAILED, self->map_between);
	ASSERT_EQ(0, touch_kind_write(self->bo.map));
	ASSERT_EQ(0, touch_kind_write(self->map_on_them));
	ASSERT_EQ(0, touch_kind_write(self->map_on_us));
	ASSERT_EQ(0, touch_kind_write(self->map_between));
}

/* What a test unbound is bound again, so that the next one finds it */
FIXTURE_TEARDOWN(unbind)
{
	char driver[32];
	unsigned int i;

	if (pci_driver(self->victim->device, driver, sizeof(driver)))
		EXPECT_EQ(0, pci_bind("trn4", self->victim->device));
	for (i = 0; i < self->rig.fabric->switch_count; i++) {
		const char *name = self->rig.fabric->switches[i].device;

		if (pci_driver(name, driver, sizeof(driver)))
			EXPECT_EQ(0, pci_bind(self->switch_driver, name));
	}
	rig_end(&self->rig);
}

/* Every ioctl of the file of a device that is gone */
#define EXPECT_GONE(file) \
	do { \
		struct drm_trn4_cmd __nop = { .op = DRM_TRN4_OP_NOP }; \
		struct grant __grant = { 0 }; \
		__u64 __value; \
		__u32 __handle; \
		int __fd = (file); \
\
		EXPECT_EQ(-ENODEV, \
			  accel_param(__fd, DRM_TRN4_PARAM_PORTS, &__value)); \
		EXPECT_EQ(-ENODEV, bo_create(__fd, PAGE, 0, &__handle)); \
		EXPECT_EQ(-ENODEV, \
			  bo_create(__fd, PAGE, DRM_TRN4_BO_HOST, &__handle)); \
		EXPECT_EQ(-ENODEV, \
			  map_offset(__fd, self->bo.handle, &__value)); \
		EXPECT_EQ(-ENODEV, grant_make(__fd, self->bo.handle, RIGHT_R, \
					      0, PAGE, &__grant)); \
		EXPECT_EQ(-ENODEV, grant_revoke(__fd, 1)); \
		EXPECT_EQ(-ENODEV, window_map(__fd, &__grant, 0, 0, RIGHT_R, \
					      &__handle)); \
		EXPECT_EQ(-ENODEV, window_unmap(__fd, self->on_them)); \
		EXPECT_EQ(-ENODEV, window_state(__fd, self->on_them)); \
		EXPECT_EQ(-ENODEV, submit(__fd, &__nop, 1, 0, 0, 0)); \
	} while (0)

TEST_F(unbind, idle)
{
	struct accel again[ACCEL_MAX];
	int count;

	ASSERT_EQ(0, pci_unbind("trn4", self->victim->device));
	EXPECT_GONE(self->fd);
	EXPECT_EQ(SIGBUS, touch_kind(self->bo.map));
	EXPECT_EQ(SIGBUS, touch_kind_write(self->bo.map));
	EXPECT_EQ(SIGBUS, touch_kind(self->map_on_them));
	EXPECT_EQ(SIGBUS, touch_kind_write(self->map_on_them));
	EXPECT_EQ(SIGBUS, touch_kind(self->map_on_us));
	EXPECT_EQ(SIGBUS, touch_kind_write(self->map_on_us));
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED,
		  window_state(self->peer, self->on_us));
	/* Who is not concerned does not notice */
	EXPECT_EQ(0, touch_kind_write(self->map_between));
	EXPECT_EQ(0, touch_kind_write(self->theirs.map));
	EXPECT_EQ(DRM_TRN4_WINDOW_LIVE,
		  window_state(self->others, self->between));
	count = accel_scan(again, ACCEL_MAX);
	EXPECT_EQ(self->rig.count - 1, count);
}

/*
 * A file is closed with more queued than the hardware was ever handed. The
 * fence of what was dropped tells the same for as long as someone holds it.
 */
TEST_F(unbind, fence_of_dropped_job)
{
	struct drm_trn4_cmd cmds[LONG_COUNT];
	struct sync_fence_info before, after;
	int file, fence, i;
	__u32 sync;
	struct bo bo;

	file = accel_open(self->victim);
	ASSERT_LE(0, file);
	ASSERT_EQ(0, bo_make(file, 32 * MIB, 0, &bo));
	for (i = 0; i < LONG_COUNT; i++)
		cmds[i] = cmd_copy(bo.handle, 0, bo.handle, 16 * MIB, 16 * MIB);
	ASSERT_EQ(0, sync_create(file, &sync));
	for (i = 0; i < 300; i++)
		ASSERT_EQ(0, submit(file, cmds, LONG_COUNT, 0, 0, sync));
	fence = sync_export(file, sync);
	ASSERT_LE(0, fence);
	EXPECT_EQ(0, sync_file_fence(fence, &before));
	EXPECT_NE(0, before.obj_name[0]);
	bo_drop(file, &bo);
	close(file);
	ASSERT_EQ(0, sync_file_wait(fence, 20000));

	ASSERT_EQ(0, pci_unbind("trn4", self->victim->device));
	close(self->fd);
	self->rig.fd[0] = -1;
	EXPECT_GT(0, sync_file_fence(fence, &after));
	EXPECT_STREQ(before.obj_name, after.obj_name);
	EXPECT_STREQ(before.driver_name, after.driver_name);
	close(fence);
}

/* Work that was queued ends, and those who wait for it wake up */
TEST_F(unbind, under_load)
{
	struct drm_trn4_cmd cmds[LONG_COUNT];
	__u32 syncs[4];
	int files[4], i, k, status;
	pid_t waiter;

	for (i = 0; i < LONG_COUNT; i++)
		if (i % 2)
			cmds[i] = cmd_copy(self->on_them, 0, self->bo.handle, 0,
					   BO_SIZE);
		else
			cmds[i] = cmd_copy(self->host.handle, 0, self->on_them,
					   0, BO_SIZE);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, sync_create(self->fd, &syncs[i]));
		for (k = 0; k < 8; k++)
			ASSERT_EQ(0, submit(self->fd, cmds, LONG_COUNT,
					    self->results.handle, 0, syncs[i]));
		files[i] = sync_export(self->fd, syncs[i]);
		ASSERT_LE(0, files[i]);
	}
	waiter = fork();
	ASSERT_LE(0, waiter);
	if (!waiter) {
		if (sync_wait(self->fd, syncs[3], 20 * SEC) == -ETIME)
			_exit(1);
		_exit(0);
	}
	ASSERT_EQ(0, pci_unbind("trn4", self->victim->device));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, sync_file_wait(files[i], 5000));
		EXPECT_NE(0, sync_file_status(files[i]));
		close(files[i]);
	}
	ASSERT_EQ(waiter, waitpid(waiter, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_GONE(self->fd);
	EXPECT_EQ(SIGBUS, touch_kind(self->bo.map));
	EXPECT_EQ(0, touch_kind_write(self->map_between));
}

/* The peer's engine works on the memory of the one that goes */
TEST_F(unbind, peers_work_queued)
{
	struct drm_trn4_cmd cmds[LONG_COUNT];
	struct drm_trn4_result *result;
	struct bo results;
	__u32 sync;
	int i;

	ASSERT_EQ(0, bo_make(self->peer, MIB, DRM_TRN4_BO_HOST, &results));
	ASSERT_EQ(0, sync_create(self->peer, &sync));
	for (i = 0; i < LONG_COUNT; i++)
		cmds[i] = cmd_copy(self->on_us, 0, self->theirs.handle, 0,
				   BO_SIZE);
	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, submit(self->peer, cmds, LONG_COUNT,
				    results.handle, 0, sync));
	ASSERT_EQ(0, pci_unbind("trn4", self->victim->device));
	EXPECT_EQ(0, sync_wait(self->peer, sync, 25 * SEC));
	result = results.map;
	for (i = 0; i < LONG_COUNT; i++)
		EXPECT_TRUE(!result[i].error || result[i].error == -EKEYREVOKED)
		{
			TH_LOG("command %d ended with %d", i, result[i].error);
		}
	/* From now on none gets through */
	ASSERT_EQ(0, submit_wait(self->peer, cmds, 1, results.handle));
	EXPECT_EQ(-EKEYREVOKED, result->error);
}

/* A process that does nothing but touch: SIGBUS ends it, not a hang */
TEST_F(unbind, touched_all_the_time)
{
	void *maps[] = { self->bo.map, self->map_on_them, self->map_on_us };
	pid_t children[3];
	int i, status;

	for (i = 0; i < 3; i++) {
		children[i] = fork();
		ASSERT_LE(0, children[i]);
		if (!children[i]) {
			size_t at = 0;

			signal(SIGBUS, SIG_DFL);
			for (;;) {
				word_set(maps[i], at, 1);
				at = (at + 513) % (BO_SIZE / 8);
			}
		}
	}
	ASSERT_EQ(0, pci_unbind("trn4", self->victim->device));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(children[i], waitpid(children[i], &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
		{
			TH_LOG("child %d: status %#x", i, status);
		}
	}
}

/* Bound again it is new: same id, empty memory, and all of it works */
TEST_F(unbind, bound_again)
{
	struct accel again[ACCEL_MAX];
	struct nl *nl = &self->rig.nl;
	struct drm_trn4_cmd cmd;
	struct grant grant;
	__u32 window;
	__u64 value;
	struct bo bo;
	void *map;
	int i, fd;

	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, pci_unbind("trn4", self->victim->device));
		ASSERT_EQ(0, pci_bind("trn4", self->victim->device));
		ASSERT_EQ(self->rig.count, accel_scan(again, ACCEL_MAX));
		EXPECT_EQ(self->victim->id, again[0].id);
		EXPECT_STREQ(self->victim->device, again[0].device);
		/* The old file is as dead as before */
		EXPECT_EQ(-ENODEV,
			  accel_param(self->fd, DRM_TRN4_PARAM_PORTS, &value));
		EXPECT_EQ(SIGBUS, touch_kind(self->bo.map));
		EXPECT_EQ(SIGBUS, touch_kind(self->map_on_us));

		ASSERT_EQ(0, fabric_load_trained(nl, self->rig.fabric));
		ASSERT_EQ(0, fabric_open_all(nl, self->rig.fabric))
		{
			TH_LOG("%s", nl->text);
		}
		fd = accel_open(&again[0]);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, bo_make(fd, BO_SIZE, 0, &bo));
		EXPECT_EQ(BO_SIZE, first_not(bo.map, BO_SIZE, 0));
		fill_pattern(bo.map, BO_SIZE, i);
		ASSERT_EQ(0, grant_make(fd, bo.handle, RIGHT_ALL, 0, BO_SIZE,
					&grant));
		ASSERT_EQ(0, window_map(self->peer, &grant, 0, 0, RIGHT_ALL,
					&window));
		map = gem_map(self->peer, window, BO_SIZE, PROT_READ);
		ASSERT_NE(MAP_FAILED, map);
		EXPECT_EQ(0, check_pattern(map, BO_SIZE, i));
		cmd = cmd_copy(self->theirs.handle, 0, window, 0, BO_SIZE);
		EXPECT_EQ(0, submit_wait(self->peer, &cmd, 1, 0));
		EXPECT_EQ(0, check_pattern(self->theirs.map, BO_SIZE, i));
		munmap(map, BO_SIZE);
		EXPECT_EQ(0, window_unmap(self->peer, window));
		bo_drop(fd, &bo);
		close(fd);
	}
}

/* Unbound and bound while the old file is open, again and again, under load */
TEST_F(unbind, rounds_under_load)
{
	struct drm_trn4_cmd cmds[16];
	struct accel again[ACCEL_MAX];
	struct bo x, y;
	int i, k, fd;

	for (i = 0; i < ROUNDS; i++) {
		ASSERT_LE(1, accel_scan(again, ACCEL_MAX));
		fd = accel_open(&again[0]);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, bo_make(fd, BO_SIZE, 0, &x));
		ASSERT_EQ(0, bo_make(fd, BO_SIZE, DRM_TRN4_BO_HOST, &y));
		for (k = 0; k < 16; k++)
			cmds[k] = cmd_copy(y.handle, 0, x.handle, 0, BO_SIZE);
		for (k = 0; k < 16; k++)
			ASSERT_EQ(0, submit(fd, cmds, 16, 0, 0, 0));
		ASSERT_EQ(0, pci_unbind("trn4", self->victim->device));
		EXPECT_EQ(SIGBUS, touch_kind(x.map));
		ASSERT_EQ(0, pci_bind("trn4", self->victim->device));
		/* Only now does the old file go */
		munmap(x.map, BO_SIZE);
		munmap(y.map, BO_SIZE);
		close(fd);
	}
}

/* ---- Switches ---- */

/* Without any switch nobody reaches anybody; with them again all is well */
TEST_F(unbind, switches)
{
	struct fabric *f = self->rig.fabric, *now;
	const char *driver = self->switch_driver;
	struct nl *nl = &self->rig.nl;
	unsigned int i, count = f->switch_count, k;
	int state;

	now = malloc(sizeof(*now));
	ASSERT_NE(NULL, now);
	/* One of several: the others' routes do */
	ASSERT_EQ(0, pci_unbind(driver, f->switches[0].device));
	ASSERT_EQ(0, fabric_load(nl, now));
	EXPECT_EQ(count - 1, now->switch_count);
	EXPECT_EQ(f->endpoint_count, now->endpoint_count);
	if (count > 1) {
		EXPECT_EQ(DRM_TRN4_WINDOW_LIVE,
			  window_state(self->others, self->between));
		EXPECT_EQ(0, touch_kind_write(self->map_between));
	}
	for (i = 1; i < count; i++)
		ASSERT_EQ(0, pci_unbind(driver, f->switches[i].device));
	EXPECT_EQ(SIGBUS, touch_kind(self->map_between));
	EXPECT_EQ(SIGBUS, touch_kind_write(self->map_on_us));
	state = window_state(self->others, self->between);
	EXPECT_TRUE(state == DRM_TRN4_WINDOW_NO_ROUTE ||
		    state == DRM_TRN4_WINDOW_NO_LINK)
	{
		TH_LOG("state %d", state);
	}
	/* What is local goes on */
	EXPECT_EQ(0, touch_kind_write(self->bo.map));

	for (i = 0; i < count; i++)
		ASSERT_EQ(0, pci_bind(driver, f->switches[i].device));
	ASSERT_EQ(0, fabric_load_trained(nl, now));
	ASSERT_EQ(count, now->switch_count);
	for (k = 0; k < count; k++)
		EXPECT_EQ(f->switches[k].ports_up, now->switches[k].ports_up);
	ASSERT_EQ(0, fabric_open_all(nl, now))
	{
		TH_LOG("%s", nl->text);
	}
	/* The same mappings, without having been made anew */
	EXPECT_EQ(0, touch_kind_write(self->map_between));
	EXPECT_EQ(0, touch_kind_write(self->map_on_us));
	EXPECT_EQ(DRM_TRN4_WINDOW_LIVE,
		  window_state(self->others, self->between));
	free(now);
}

TEST_F(unbind, switch_rounds)
{
	const struct fabric *f = self->rig.fabric;
	struct fabric *now = malloc(sizeof(*now));
	const char *driver = self->switch_driver;
	int i;

	ASSERT_NE(NULL, now);
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, pci_unbind(driver, f->switches[0].device));
		ASSERT_EQ(0, pci_bind(driver, f->switches[0].device));
	}
	ASSERT_EQ(0, fabric_load_trained(&self->rig.nl, now));
	ASSERT_EQ(0, fabric_open_all(&self->rig.nl, now));
	EXPECT_EQ(0, touch_kind_write(self->map_between));
	free(now);
}

TEST_HARNESS_MAIN
