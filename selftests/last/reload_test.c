// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reload_test.c - a hundred times both modules are taken out and loaded again,
 * with something done in between. For kernels that look for what that loses.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "pci.h"
#include "rig.h"
#include "touch.h"

#define ROUNDS  100
#define SECONDS 900

FIXTURE(reload) {};

FIXTURE_SETUP(reload)
{
	if (access("/proc/self/fail-nth", F_OK))
		SKIP(return, "not a debug kernel");
}

FIXTURE_TEARDOWN(reload)
{
}

TEST_F_TIMEOUT(reload, modules, SECONDS)
{
	struct grant grant;
	struct rig rig;
	__u32 window;
	struct bo bo;
	void *map;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		if (rig_begin(&rig, 2) == -ENODEV)
			SKIP(return, RIG_NEEDS, 2);
		ASSERT_EQ(0, rig.error);
		ASSERT_EQ(0, bo_make(rig.fd[0], PAGE, 0, &bo));
		ASSERT_EQ(0, grant_make(rig.fd[0], bo.handle, RIGHT_RW, 0, PAGE,
					&grant));
		ASSERT_EQ(0, window_map(rig.fd[1], &grant, 0, 0, RIGHT_RW,
					&window));
		map = gem_map(rig.fd[1], window, PAGE, PROT_READ | PROT_WRITE);
		ASSERT_NE(MAP_FAILED, map);
		EXPECT_EQ(0, touch_kind_write(map));
		munmap(map, PAGE);
		munmap(bo.map, PAGE);
		rig_end(&rig);
		ASSERT_EQ(0, module_remove("trn4"));
		ASSERT_EQ(0, module_remove("nvlf"));
		ASSERT_EQ(0, module_load("nvlf"));
		ASSERT_EQ(0, module_load("trn4"));
	}
}

TEST_HARNESS_MAIN
