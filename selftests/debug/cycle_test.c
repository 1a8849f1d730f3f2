// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cycle_test.c - a hundred times the driver is taken from its device in the
 * midst of use, and bound again. What each round loses is little, and shows
 * only to kmemleak_test.sh; so this is for kernels that look.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "pci.h"
#include "rig.h"
#include "touch.h"

#define ROUNDS  100
#define SUBMITS 4
#define SECONDS 600

/* Accelerator 0 is the one that goes; 1 holds a window on it, 0 one on 1 */
FIXTURE(cycle)
{
	struct rig rig;
	struct bo theirs;
	struct grant theirs_grant;
};

FIXTURE_SETUP(cycle)
{
	self->rig.nl.fd = -1;
	if (access("/proc/self/fail-nth", F_OK))
		SKIP(return, "not a debug kernel");
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error);
	close(self->rig.fd[0]);
	self->rig.fd[0] = -1;
	ASSERT_EQ(0, bo_make(self->rig.fd[1], PAGE, 0, &self->theirs));
	ASSERT_EQ(0, grant_make(self->rig.fd[1], self->theirs.handle, RIGHT_ALL,
				0, PAGE, &self->theirs_grant));
}

FIXTURE_TEARDOWN(cycle)
{
	char driver[32];

	if (self->rig.fabric &&
	    pci_driver(self->rig.accels[0].device, driver, sizeof(driver)))
		EXPECT_EQ(0, pci_bind("trn4", self->rig.accels[0].device));
	rig_end(&self->rig);
}

TEST_F_TIMEOUT(cycle, accelerator, SECONDS)
{
	const char *device = self->rig.accels[0].device;
	struct accel now[ACCEL_MAX];
	struct drm_trn4_cmd cmds[2];
	__u32 ours_window, window;
	struct grant grant;
	void *map, *ours;
	struct bo bo;
	int i, k, fd;

	for (i = 0; i < ROUNDS; i++) {
		ASSERT_LE(2, accel_scan(now, ACCEL_MAX));
		fd = accel_open(&now[0]);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, bo_make(fd, PAGE, 0, &bo));
		ASSERT_EQ(0, grant_make(fd, bo.handle, RIGHT_ALL, 0, PAGE,
					&grant));
		ASSERT_EQ(0, window_map(self->rig.fd[1], &grant, 0, 0,
					RIGHT_ALL, &window));
		ASSERT_EQ(0, window_map(fd, &self->theirs_grant, 0, 0,
					RIGHT_ALL, &ours_window));
		map = gem_map(self->rig.fd[1], window, PAGE,
			      PROT_READ | PROT_WRITE);
		ours = gem_map(fd, ours_window, PAGE, PROT_READ | PROT_WRITE);
		ASSERT_NE(MAP_FAILED, map);
		ASSERT_NE(MAP_FAILED, ours);
		EXPECT_EQ(0, touch_kind_write(map));
		EXPECT_EQ(0, touch_kind_write(ours));
		EXPECT_EQ(0, touch_kind_write(bo.map));
		cmds[0] = cmd_copy(ours_window, 0, bo.handle, 0, PAGE);
		cmds[1] = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, ours_window, 0, 1,
				     0);
		for (k = 0; k < SUBMITS; k++)
			ASSERT_EQ(0, submit(fd, cmds, 2, 0, 0, 0));
		ASSERT_EQ(0, pci_unbind("trn4", device));
		EXPECT_EQ(SIGBUS, touch_kind(bo.map));
		EXPECT_EQ(SIGBUS, touch_kind(map));
		EXPECT_EQ(SIGBUS, touch_kind(ours));
		/* Now and then the old file outlives the new device's probe */
		if (i % 2)
			ASSERT_EQ(0, pci_bind("trn4", device));
		munmap(bo.map, PAGE);
		munmap(map, PAGE);
		munmap(ours, PAGE);
		close(fd);
		EXPECT_EQ(0, gem_close(self->rig.fd[1], window));
		if (!(i % 2))
			ASSERT_EQ(0, pci_bind("trn4", device));
	}
}

TEST_F_TIMEOUT(cycle, switch, SECONDS)
{
	const char *device = self->rig.fabric->switches[0].device;
	char driver[32];
	int i;

	ASSERT_EQ(0, pci_driver(device, driver, sizeof(driver)));
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, pci_unbind(driver, device));
		ASSERT_EQ(0, pci_bind(driver, device));
	}
}

TEST_HARNESS_MAIN
