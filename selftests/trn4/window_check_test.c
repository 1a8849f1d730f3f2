// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * window_check_test.c - the window ioctls' bad values, each broken one at a
 * time; all pairs of accelerators; and windows until none is left.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "pci.h"
#include "rig.h"
#include "touch.h"
#include "word.h"

#define BO_SIZE (4 * PAGE)

FIXTURE(check)
{
	struct rig rig;
	int owner, user;
	struct bo bo;
	struct grant all; /* of the middle, with all rights */
	struct grant readable;
	struct grant writable;
	struct drm_trn4_window_map good;
};

FIXTURE_SETUP(check)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->owner = self->rig.fd[0];
	self->user = self->rig.fd[1];
	ASSERT_EQ(0, bo_make(self->owner, BO_SIZE, 0, &self->bo));
	ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, RIGHT_ALL, PAGE,
				2 * PAGE, &self->all));
	ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, RIGHT_R, PAGE,
				2 * PAGE, &self->readable));
	ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, RIGHT_RW, PAGE,
				2 * PAGE, &self->writable));
	self->good = (struct drm_trn4_window_map) {
		.size = PAGE,
		.rights = RIGHT_ALL,
	};
	memcpy(self->good.token, self->all.token, sizeof(self->good.token));
}

FIXTURE_TEARDOWN(check)
{
	rig_end(&self->rig);
}

static int map(int fd, struct drm_trn4_window_map *arg)
{
	return accel_ioctl(fd, DRM_IOCTL_TRN4_WINDOW_MAP, arg);
}

TEST_F(check, good)
{
	struct drm_trn4_window_map arg = self->good;

	arg.handle = 0xffffffff;
	arg.peer = 0xffffffff;
	ASSERT_EQ(0, map(self->user, &arg));
	EXPECT_EQ(self->rig.accels[0].id, arg.peer);
	EXPECT_EQ(0, window_unmap(self->user, arg.handle));
}

TEST_F(check, token)
{
	struct drm_trn4_window_map arg = self->good;
	int bit;

	memset(arg.token, 0, sizeof(arg.token));
	EXPECT_EQ(-ENOENT, map(self->user, &arg));
	memset(arg.token, 0xff, sizeof(arg.token));
	EXPECT_EQ(-ENOENT, map(self->user, &arg));
	/* Each bit counts */
	for (bit = 0; bit < 8 * DRM_TRN4_TOKEN_SIZE; bit++) {
		arg = self->good;
		arg.token[bit / 8] ^= 1u << bit % 8;
		EXPECT_EQ(-ENOENT, map(self->user, &arg));
	}
	/* One that was good once */
	ASSERT_EQ(0, grant_revoke(self->owner, self->all.handle));
	arg = self->good;
	EXPECT_EQ(-ENOENT, map(self->user, &arg));
}

TEST_F(check, flags)
{
	struct drm_trn4_window_map arg;
	int bit;

	for (bit = 0; bit < 32; bit++) {
		arg = self->good;
		arg.flags = 1u << bit;
		EXPECT_EQ(-EINVAL, map(self->user, &arg));
	}
}

TEST_F(check, rights)
{
	static const __u32 bad[] = { 0, 2, 4, 5, 6 };
	struct drm_trn4_window_map arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		arg = self->good;
		arg.rights = bad[i];
		EXPECT_EQ(-EINVAL, map(self->user, &arg))
		{
			TH_LOG("rights %#x", bad[i]);
		}
	}
	for (i = 3; i < 32; i++) {
		arg = self->good;
		arg.rights |= 1u << i;
		EXPECT_EQ(-EINVAL, map(self->user, &arg))
		{
			TH_LOG("rights %#x", arg.rights);
		}
	}
}

TEST_F(check, rights_not_granted)
{
	__u32 handle;

	EXPECT_EQ(-EACCES, window_map(self->user, &self->readable, 0, 0,
				      RIGHT_RW, &handle));
	EXPECT_EQ(-EACCES, window_map(self->user, &self->readable, 0, 0,
				      RIGHT_ALL, &handle));
	EXPECT_EQ(-EACCES, window_map(self->user, &self->writable, 0, 0,
				      RIGHT_ALL, &handle));
	/* Fewer than granted are fine */
	EXPECT_EQ(0, window_map(self->user, &self->readable, 0, 0, RIGHT_R,
				&handle));
	EXPECT_EQ(0, window_map(self->user, &self->writable, 0, 0, RIGHT_R,
				&handle));
	EXPECT_EQ(0,
		  window_map(self->user, &self->all, 0, 0, RIGHT_RW, &handle));
}

TEST_F(check, alignment)
{
	static const __u64 bad[] = { 1, 8, 4096, MIB, PAGE - 1, PAGE + 1 };
	struct drm_trn4_window_map arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		arg = self->good;
		arg.offset = bad[i];
		EXPECT_EQ(-EINVAL, map(self->user, &arg))
		{
			TH_LOG("offset %#llx", (unsigned long long)bad[i]);
		}
		arg = self->good;
		arg.size = bad[i];
		EXPECT_EQ(-EINVAL, map(self->user, &arg))
		{
			TH_LOG("size %#llx", (unsigned long long)bad[i]);
		}
	}
}

TEST_F(check, beyond_the_end)
{
	/* clang-format off */
	static const struct {
		__u64 offset, size;
	} cases[] = {
		{ 0, 3 * PAGE },
		{ PAGE, 2 * PAGE },
		{ 2 * PAGE, PAGE },
		{ 2 * PAGE, 0 },	/* nothing is left */
		{ 3 * PAGE, 0 },
		{ 0, 1ull << 63 },
		{ 1ull << 63, PAGE },
		{ 1ull << 63, 0 },
		{ -PAGE, PAGE },	/* the sum wraps */
		{ PAGE, -PAGE },
		{ -PAGE, 2 * PAGE },
		{ -PAGE, 0 },
	};
	/* clang-format on */
	struct drm_trn4_window_map arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		arg = self->good;
		arg.offset = cases[i].offset;
		arg.size = cases[i].size;
		EXPECT_EQ(-ERANGE, map(self->user, &arg))
		{
			TH_LOG("offset %#llx, size %#llx",
			       (unsigned long long)cases[i].offset,
			       (unsigned long long)cases[i].size);
		}
	}
}

TEST_F(check, own_grant)
{
	int other = accel_open(&self->rig.accels[0]);
	struct drm_trn4_window_map arg = self->good;

	ASSERT_LE(0, other);
	EXPECT_EQ(-ELOOP, map(self->owner, &arg));
	EXPECT_EQ(-ELOOP, map(other, &arg));
	close(other);
}

TEST_F(check, unmap_fields)
{
	struct drm_trn4_window_map arg = self->good;
	struct drm_trn4_window_unmap unmap;
	__u32 bo;
	int bit, ret;

	ASSERT_EQ(0, map(self->user, &arg));
	EXPECT_EQ(-ENOENT, window_unmap(self->user, 0));
	EXPECT_EQ(-ENOENT, window_unmap(self->user, arg.handle + 1000));
	for (bit = 0; bit < 32; bit++) {
		unmap.handle = arg.handle;
		unmap.flags = 1u << bit;
		EXPECT_EQ(-EINVAL,
			  accel_ioctl(self->user, DRM_IOCTL_TRN4_WINDOW_UNMAP,
				      &unmap));
	}
	EXPECT_EQ(DRM_TRN4_WINDOW_LIVE, window_state(self->user, arg.handle));

	/* A buffer is no window, and is still there afterwards */
	ASSERT_EQ(0, bo_create(self->user, PAGE, 0, &bo));
	ret = window_unmap(self->user, bo);
	EXPECT_TRUE(ret == -ENOENT || ret == -EINVAL)
	{
		TH_LOG("returned %d", ret);
	}
	EXPECT_EQ(0, gem_close(self->user, bo));
	EXPECT_EQ(0, window_unmap(self->user, arg.handle));
}

TEST_F(check, info_fields)
{
	__u32 bo;
	int ret;

	EXPECT_EQ(-ENOENT, window_state(self->user, 0));
	EXPECT_EQ(-ENOENT, window_state(self->user, 0xffffffff));
	ASSERT_EQ(0, bo_create(self->user, PAGE, 0, &bo));
	ret = window_state(self->user, bo);
	EXPECT_TRUE(ret == -ENOENT || ret == -EINVAL)
	{
		TH_LOG("returned %d", ret);
	}
}

/* ---- Many ---- */

FIXTURE(many)
{
	struct rig rig;
};

FIXTURE_SETUP(many)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
}

FIXTURE_TEARDOWN(many)
{
	rig_end(&self->rig);
}

/* How many windows @fd can have; all are given up again */
static int exhaust(int fd, const struct grant *grant, __u32 rights,
		   __u32 *handles, int max)
{
	int n = 0, i, ret = 0;

	while (n < max && !ret) {
		ret = window_map(fd, grant, 0, PAGE, rights, &handles[n]);
		if (!ret)
			n++;
	}
	for (i = 0; i < n; i++)
		if (window_unmap(fd, handles[i]))
			return -EIO;
	return ret == -ENOSPC ? n : -EBADMSG;
}

TEST_F(many, until_none_is_left)
{
	static const __u32 rights[] = { RIGHT_R, RIGHT_RW };
	static __u32 handles[8192];
	int owner = self->rig.fd[0], user = self->rig.fd[1], first, i;
	struct grant grant;
	__u64 limit, begin, size;
	struct bo bo;

	ASSERT_EQ(0, accel_param(user, DRM_TRN4_PARAM_WINDOWS, &limit));
	EXPECT_EQ(512, limit);
	/* Those that may be written have one half, and the others the other */
	ASSERT_EQ(0, pci_bar(self->rig.accels[1].device, 2, &begin, &size));
	if (limit > size / 2 / PAGE)
		limit = size / 2 / PAGE;
	ASSERT_EQ(0, bo_make(owner, PAGE, 0, &bo));
	ASSERT_EQ(0, grant_make(owner, bo.handle, RIGHT_RW, 0, PAGE, &grant));
	for (i = 0; i < 2; i++) {
		first = exhaust(user, &grant, rights[i], handles,
				ARRAY_SIZE(handles));
		EXPECT_EQ(limit, first);
		/* None got lost */
		EXPECT_EQ(first, exhaust(user, &grant, rights[i], handles,
					 ARRAY_SIZE(handles)));
	}
}

/* A hole in the aperture is used again, at the right place */
TEST_F(many, each_its_own)
{
	enum { COUNT = 24 };
	int owner = self->rig.fd[0], user = self->rig.fd[1], i, round;
	void *maps[COUNT], *mine;
	__u32 handles[COUNT];
	struct grant grant;
	struct bo bo;

	ASSERT_EQ(0, bo_make(owner, COUNT * PAGE, 0, &bo));
	mine = bo.map;
	ASSERT_EQ(0, grant_make(owner, bo.handle, RIGHT_RW, 0, COUNT * PAGE,
				&grant));
	for (i = 0; i < COUNT; i++)
		word_set(mine, i * PAGE / 8, 1000 + i);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < COUNT; i++) {
			if (round && (i + round) % 3)
				continue;
			ASSERT_EQ(0, window_map(user, &grant, i * PAGE, PAGE,
						RIGHT_RW, &handles[i]));
			maps[i] = gem_map(user, handles[i], PAGE,
					  PROT_READ | PROT_WRITE);
			ASSERT_NE(MAP_FAILED, maps[i]);
		}
		for (i = 0; i < COUNT; i++) {
			EXPECT_EQ(word_get(mine, i * PAGE / 8),
				  word_get(maps[i], 0));
			word_set(maps[i], 0, word_get(maps[i], 0) + 1);
		}
		for (i = 0; i < COUNT; i++)
			EXPECT_EQ((__u64)1001 + i + round,
				  word_get(mine, i * PAGE / 8));
		/* Those that the next round maps anew */
		for (i = 0; i < COUNT; i++) {
			if ((i + round + 1) % 3)
				continue;
			munmap(maps[i], PAGE);
			ASSERT_EQ(0, window_unmap(user, handles[i]));
		}
	}
}

/* ---- Every pair ---- */

FIXTURE(pairs)
{
	struct rig rig;
	struct bo bos[RIG_FILES];
	struct grant grants[RIG_FILES];
};

FIXTURE_SETUP(pairs)
{
	int i;

	if (rig_begin(&self->rig, 4) == -ENODEV)
		SKIP(return, RIG_NEEDS, 4);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	for (i = 0; i < RIG_FILES; i++) {
		ASSERT_EQ(0,
			  bo_make(self->rig.fd[i], 2 * PAGE, 0, &self->bos[i]));
		ASSERT_EQ(0,
			  grant_make(self->rig.fd[i], self->bos[i].handle,
				     RIGHT_RW, 0, 2 * PAGE, &self->grants[i]));
	}
}

FIXTURE_TEARDOWN(pairs)
{
	rig_end(&self->rig);
}

/* All 12 stand at once, and each store is seen in one place only */
TEST_F(pairs, all_at_once)
{
	void *maps[RIG_FILES][RIG_FILES], *mine;
	__u32 handle;
	int i, k;

	for (i = 0; i < RIG_FILES; i++)
		for (k = 0; k < RIG_FILES; k++) {
			if (i == k)
				continue;
			ASSERT_EQ(0,
				  window_map(self->rig.fd[i], &self->grants[k],
					     0, 0, RIGHT_RW, &handle));
			maps[i][k] = gem_map(self->rig.fd[i], handle, 2 * PAGE,
					     PROT_READ | PROT_WRITE);
			ASSERT_NE(MAP_FAILED, maps[i][k]);
		}
	for (i = 0; i < RIG_FILES; i++)
		for (k = 0; k < RIG_FILES; k++)
			if (i != k)
				word_set(maps[i][k], i, 100 * i + k + 1);
	for (k = 0; k < RIG_FILES; k++) {
		mine = self->bos[k].map;
		for (i = 0; i < RIG_FILES; i++)
			EXPECT_EQ(i == k ? 0ull : 100ull * i + k + 1,
				  word_get(mine, i));
		/* And back: what the owner stores, all others load */
		word_set(mine, PAGE / 8, 7000 + k);
		for (i = 0; i < RIG_FILES; i++)
			if (i != k)
				EXPECT_EQ(7000ull + k,
					  word_get(maps[i][k], PAGE / 8));
	}
}

TEST_HARNESS_MAIN
