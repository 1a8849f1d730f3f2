// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * limit_test.c - grants for the members of one partition: who may map them, and
 * what becomes of windows when members come and go.
 *
 * All endpoints are in partition 1 all the time, so that nothing but the limit
 * is ever in the way.
 */
#include <errno.h>
#include <sys/mman.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "touch.h"
#include "word.h"

#define LIMIT 65535 /* the partition */

FIXTURE(limit)
{
	struct rig rig;
	int fd; /* the owner */
	int peer;
	__u32 ids[2]; /* the owner's, the peer's */
	struct bo bo;
	struct grant limited, open;
};

static int make_limited(int fd, __u32 bo, struct grant *grant)
{
	struct drm_trn4_grant_create arg = {
		.bo = bo,
		.rights = RIGHT_ALL,
		.size = PAGE,
		.partition = LIMIT,
	};
	int ret = accel_ioctl(fd, DRM_IOCTL_TRN4_GRANT_CREATE, &arg);

	grant->handle = arg.handle;
	memcpy(grant->token, arg.token, sizeof(grant->token));
	return ret;
}

FIXTURE_SETUP(limit)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	self->peer = self->rig.fd[1];
	self->ids[0] = self->rig.accels[0].id;
	self->ids[1] = self->rig.accels[1].id;
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &self->bo));
	ASSERT_EQ(0, make_limited(self->fd, self->bo.handle, &self->limited));
	ASSERT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_ALL, 0, PAGE,
				&self->open));
}

FIXTURE_TEARDOWN(limit)
{
	rig_end(&self->rig);
}

static int set(struct rig *rig, const __u32 *members, unsigned int count)
{
	return fabric_set_partition(&rig->nl, LIMIT, members, count);
}

TEST_F(limit, mapped_by_members_only)
{
	__u32 window;

	/* There is no such partition; it has one side, or the other */
	EXPECT_EQ(-EPERM, window_map(self->peer, &self->limited, 0, 0, RIGHT_R,
				     &window));
	ASSERT_EQ(0, set(&self->rig, &self->ids[0], 1));
	EXPECT_EQ(-EPERM, window_map(self->peer, &self->limited, 0, 0, RIGHT_R,
				     &window));
	ASSERT_EQ(0, set(&self->rig, &self->ids[1], 1));
	EXPECT_EQ(-EPERM, window_map(self->peer, &self->limited, 0, 0, RIGHT_R,
				     &window));
	EXPECT_EQ(0,
		  window_map(self->peer, &self->open, 0, 0, RIGHT_R, &window));
	ASSERT_EQ(0, set(&self->rig, self->ids, 2));
	EXPECT_EQ(0, window_map(self->peer, &self->limited, 0, 0, RIGHT_R,
				&window));
}

/* Whoever leaves: the window goes, and is back when they are together again */
TEST_F(limit, goes_with_who_leaves)
{
	__u32 limited, open;
	char *map, *other;
	__u64 value;
	int i, ret;

	ASSERT_EQ(0, set(&self->rig, self->ids, 2));
	ASSERT_EQ(0, window_map(self->peer, &self->limited, 0, 0, RIGHT_RW,
				&limited));
	ASSERT_EQ(0,
		  window_map(self->peer, &self->open, 0, 0, RIGHT_RW, &open));
	map = gem_map(self->peer, limited, PAGE, PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, map);
	other = gem_map(self->peer, open, PAGE, PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, other);

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, touch_store(map, 100 + i));
		EXPECT_EQ(100 + i, word_get(self->bo.map, 0));
		ret = i == 2 ? fabric_del_partition(&self->rig.nl, LIMIT) :
			       set(&self->rig, &self->ids[i], 1);
		ASSERT_EQ(0, ret);

		EXPECT_EQ(SIGBUS, touch_kind(map));
		EXPECT_EQ(SIGBUS, touch_kind_write(map));
		EXPECT_EQ(DRM_TRN4_WINDOW_NO_PARTITION,
			  window_state(self->peer, limited));
		/* Others of the same pair are as they were */
		EXPECT_EQ(DRM_TRN4_WINDOW_LIVE, window_state(self->peer, open));
		EXPECT_EQ(0, touch_load(other, &value));
		EXPECT_EQ(100 + i, value);

		ASSERT_EQ(0, set(&self->rig, self->ids, 2));
		EXPECT_EQ(0, touch_load(map, &value));
		EXPECT_EQ(100 + i, value);
		EXPECT_EQ(DRM_TRN4_WINDOW_LIVE,
			  window_state(self->peer, limited));
	}
}

/* The engine goes by the same */
TEST_F(limit, binds_the_engine)
{
	struct drm_trn4_result *result;
	struct drm_trn4_cmd cmd;
	struct bo results;
	__u32 limited;

	ASSERT_EQ(0, bo_make(self->peer, 4096, DRM_TRN4_BO_HOST, &results));
	result = results.map;
	ASSERT_EQ(0, set(&self->rig, self->ids, 2));
	ASSERT_EQ(0, window_map(self->peer, &self->limited, 0, 0, RIGHT_ALL,
				&limited));
	cmd = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, limited, 0, 5, 0);
	ASSERT_EQ(0, submit_wait(self->peer, &cmd, 1, results.handle));
	EXPECT_EQ(0, result->error);
	EXPECT_EQ(5, word_get(self->bo.map, 0));
	ASSERT_EQ(0, set(&self->rig, &self->ids[0], 1));
	ASSERT_EQ(0, submit_wait(self->peer, &cmd, 1, results.handle));
	EXPECT_EQ(-EKEYREVOKED, result->error);
	EXPECT_EQ(5, word_get(self->bo.map, 0));
}

/* The limit of one partition is that: members of another are none of it */
TEST_F(limit, not_another_partition)
{
	__u32 window;

	ASSERT_EQ(0,
		  fabric_set_partition(&self->rig.nl, LIMIT - 1, self->ids, 2));
	EXPECT_EQ(-EPERM, window_map(self->peer, &self->limited, 0, 0, RIGHT_R,
				     &window));
}

TEST_HARNESS_MAIN
