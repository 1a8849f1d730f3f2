// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unload_test.c - the modules cannot be taken out while they are used, can
 * afterwards, and can be loaded again.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "pci.h"
#include "rig.h"
#include "touch.h"

#define ROUNDS 3

FIXTURE(unload)
{
	struct rig rig;
};

FIXTURE_SETUP(unload)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
}

/* Loading what is loaded already does no harm */
FIXTURE_TEARDOWN(unload)
{
	rig_end(&self->rig);
	EXPECT_EQ(0, module_load("trn4"));
}

/* Closes all that the rig holds, so that nobody uses the modules */
static void let_go(struct rig *rig)
{
	rig_end(rig);
	rig->nl.fd = -1;
	rig->fd[0] = -1;
	rig->fd[1] = -1;
}

TEST_F(unload, refused_while_open)
{
	int ret;

	ret = module_remove("trn4");
	EXPECT_TRUE(ret == -EAGAIN || ret == -EBUSY)
	{
		TH_LOG("returned %d", ret);
	}
	ret = module_remove("nvlf");
	EXPECT_TRUE(ret == -EAGAIN || ret == -EBUSY)
	{
		TH_LOG("returned %d", ret);
	}
}

/* The mapping alone is enough to hold it */
TEST_F(unload, refused_while_mapped)
{
	struct bo bo;
	int ret;

	ASSERT_EQ(0, bo_make(self->rig.fd[0], PAGE, 0, &bo));
	close(self->rig.fd[0]);
	close(self->rig.fd[1]);
	self->rig.fd[0] = -1;
	self->rig.fd[1] = -1;
	ret = module_remove("trn4");
	EXPECT_TRUE(ret == -EAGAIN || ret == -EBUSY)
	{
		TH_LOG("returned %d", ret);
	}
	EXPECT_EQ(0, touch_kind_write(bo.map));
	munmap(bo.map, PAGE);
}

TEST_F(unload, and_load_again)
{
	int count = self->rig.count, i;
	struct grant grant;
	__u32 window;
	struct bo bo;
	void *map;

	for (i = 0; i < ROUNDS; i++) {
		let_go(&self->rig);
		ASSERT_EQ(0, module_remove("trn4"));
		ASSERT_EQ(0, module_remove("nvlf"));
		ASSERT_EQ(0, module_load("nvlf"));
		ASSERT_EQ(0, module_load("trn4"));
		ASSERT_EQ(0, rig_begin(&self->rig, 2));
		ASSERT_EQ(count, self->rig.count);
		ASSERT_EQ(0, bo_make(self->rig.fd[0], PAGE, 0, &bo));
		ASSERT_EQ(0, grant_make(self->rig.fd[0], bo.handle, RIGHT_RW, 0,
					PAGE, &grant));
		ASSERT_EQ(0, window_map(self->rig.fd[1], &grant, 0, 0, RIGHT_RW,
					&window));
		map = gem_map(self->rig.fd[1], window, PAGE,
			      PROT_READ | PROT_WRITE);
		ASSERT_NE(MAP_FAILED, map);
		EXPECT_EQ(0, touch_kind_write(map));
		munmap(map, PAGE);
		bo_drop(self->rig.fd[0], &bo);
	}
}

TEST_HARNESS_MAIN
