// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * grant_test.c - DRM_IOCTL_TRN4_GRANT_CREATE and _REVOKE: every field's bad
 * values, tokens, limits, and what ends a grant.
 */
#include <errno.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "touch.h"

#define BO_SIZE (4 * PAGE)

FIXTURE(grant)
{
	struct rig rig;
	int fd; /* the owner */
	int peer;
	struct bo bo;
	struct drm_trn4_grant_create good;
	__u64 limit;
};

FIXTURE_SETUP(grant)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	self->peer = self->rig.fd[1];
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &self->bo));
	ASSERT_EQ(0,
		  accel_param(self->fd, DRM_TRN4_PARAM_GRANTS, &self->limit));
	self->good = (struct drm_trn4_grant_create) {
		.bo = self->bo.handle,
		.rights = RIGHT_ALL,
		.offset = PAGE,
		.size = 2 * PAGE,
	};
}

/* Whatever a test did: with its file closed, all grants are free again */
FIXTURE_TEARDOWN(grant)
{
	rig_end(&self->rig);
}

static int create(int fd, struct drm_trn4_grant_create *arg)
{
	return accel_ioctl(fd, DRM_IOCTL_TRN4_GRANT_CREATE, arg);
}

/* How many more grants can be made through @fd; they are revoked again */
static unsigned int room(int fd, __u32 bo)
{
	static struct grant grants[4096];
	unsigned int n, i;

	for (n = 0; n < 4096; n++)
		if (grant_make(fd, bo, RIGHT_R, 0, PAGE, &grants[n]))
			break;
	for (i = 0; i < n; i++)
		grant_revoke(fd, grants[i].handle);
	return n;
}

TEST_F(grant, good)
{
	struct drm_trn4_grant_create arg = self->good;
	__u8 zero[DRM_TRN4_TOKEN_SIZE] = { 0 };

	/* What is out only may hold anything */
	arg.handle = 0xffffffff;
	memset(arg.token, 0xff, sizeof(arg.token));
	ASSERT_EQ(0, create(self->fd, &arg));
	EXPECT_NE(0, arg.handle);
	EXPECT_NE(0, memcmp(arg.token, zero, sizeof(zero)));
	EXPECT_EQ(0, grant_revoke(self->fd, arg.handle));
}

TEST_F(grant, all_rights_that_may_be)
{
	static const __u32 rights[] = { RIGHT_R, RIGHT_RW, RIGHT_ALL };
	struct grant grant;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rights); i++) {
		EXPECT_EQ(0, grant_make(self->fd, self->bo.handle, rights[i], 0,
					BO_SIZE, &grant));
		EXPECT_EQ(0, grant_revoke(self->fd, grant.handle));
	}
}

TEST_F(grant, bad_partition)
{
	static const __u32 partitions[] = { 65536, 1u << 31, 0xffffffff };
	struct drm_trn4_grant_create arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(partitions); i++) {
		arg = self->good;
		arg.partition = partitions[i];
		EXPECT_EQ(-EINVAL, create(self->fd, &arg))
		{
			TH_LOG("partition %u", partitions[i]);
		}
	}
	arg = self->good;
	arg.partition = 65535;
	ASSERT_EQ(0, create(self->fd, &arg));
	EXPECT_EQ(0, grant_revoke(self->fd, arg.handle));
}

TEST_F(grant, bad_pad)
{
	struct drm_trn4_grant_create arg;
	int bit;

	for (bit = 0; bit < 32; bit++) {
		arg = self->good;
		arg.pad = 1u << bit;
		EXPECT_EQ(-EINVAL, create(self->fd, &arg));
	}
}

TEST_F(grant, bad_rights)
{
	/* None; WRITE or ATOMIC without what they need */
	static const __u32 rights[] = { 0, 2, 4, 5, 6 };
	struct drm_trn4_grant_create arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rights); i++) {
		arg = self->good;
		arg.rights = rights[i];
		EXPECT_EQ(-EINVAL, create(self->fd, &arg))
		{
			TH_LOG("rights %#x", rights[i]);
		}
	}
	for (i = 3; i < 32; i++) {
		arg = self->good;
		arg.rights |= 1u << i;
		EXPECT_EQ(-EINVAL, create(self->fd, &arg))
		{
			TH_LOG("rights %#x", arg.rights);
		}
	}
	EXPECT_EQ(self->limit, room(self->fd, self->bo.handle));
}

TEST_F(grant, bad_flags)
{
	struct drm_trn4_grant_create arg;
	int bit;

	for (bit = 0; bit < 32; bit++) {
		arg = self->good;
		arg.flags = 1u << bit;
		EXPECT_EQ(-EINVAL, create(self->fd, &arg));
	}
	EXPECT_EQ(self->limit, room(self->fd, self->bo.handle));
}

TEST_F(grant, bad_range)
{
	/* clang-format off */
	static const struct {
		__u64 offset, size;
	} cases[] = {
		{ 0, 0 },			/* nothing */
		{ 1, PAGE },			/* not aligned */
		{ 4096, PAGE },
		{ PAGE / 2, PAGE },
		{ 0, 1 },
		{ 0, 4096 },
		{ 0, PAGE + 4096 },
		{ 0, BO_SIZE + PAGE },		/* beyond the end */
		{ PAGE, BO_SIZE },
		{ BO_SIZE, PAGE },
		{ BO_SIZE + PAGE, PAGE },
		{ 1ull << 63, PAGE },
		{ 0, 1ull << 63 },
		{ -PAGE, PAGE },		/* the sum wraps */
		{ PAGE, -PAGE },
		{ -PAGE, 2 * PAGE },
	};
	/* clang-format on */
	struct drm_trn4_grant_create arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		arg = self->good;
		arg.offset = cases[i].offset;
		arg.size = cases[i].size;
		EXPECT_EQ(-EINVAL, create(self->fd, &arg))
		{
			TH_LOG("offset %#llx, size %#llx",
			       (unsigned long long)arg.offset,
			       (unsigned long long)arg.size);
		}
	}
	EXPECT_EQ(self->limit, room(self->fd, self->bo.handle));
}

TEST_F(grant, bad_buffer)
{
	struct drm_trn4_grant_create arg = self->good;
	struct bo host;
	int ret;

	arg.bo = 0;
	EXPECT_EQ(-ENOENT, create(self->fd, &arg));
	arg.bo = self->bo.handle + 1000;
	EXPECT_EQ(-ENOENT, create(self->fd, &arg));

	/* One of another file of the same device */
	arg.bo = self->bo.handle;
	EXPECT_EQ(-ENOENT, create(self->peer, &arg));

	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, DRM_TRN4_BO_HOST, &host));
	arg.bo = host.handle;
	ret = create(self->fd, &arg);
	EXPECT_EQ(-EINVAL, ret);
	bo_drop(self->fd, &host);
	EXPECT_EQ(self->limit, room(self->fd, self->bo.handle));
}

/* A window is no buffer: a grant cannot be passed on */
TEST_F(grant, of_a_window)
{
	struct drm_trn4_grant_create arg = self->good;
	struct grant grant;
	int ret;

	ASSERT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_ALL, 0,
				BO_SIZE, &grant));
	ASSERT_EQ(0, window_map(self->peer, &grant, 0, 0, RIGHT_ALL, &arg.bo));
	ret = create(self->peer, &arg);
	EXPECT_TRUE(ret == -EINVAL || ret == -ENOENT)
	{
		TH_LOG("returned %d", ret);
	}
}

TEST_F(grant, tokens_are_random)
{
	enum { COUNT = 64 };
	struct grant grants[COUNT];
	unsigned int i, k, byte, bit, ones;

	for (i = 0; i < COUNT; i++)
		ASSERT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_R, 0,
					PAGE, &grants[i]));
	for (i = 0; i < COUNT; i++)
		for (k = 0; k < i; k++)
			EXPECT_NE(0, memcmp(grants[i].token, grants[k].token,
					    DRM_TRN4_TOKEN_SIZE));
	/*
	 * Each bit is 0 in some and 1 in others: with fair bits one in 2^56
	 * runs would say otherwise.
	 */
	for (byte = 0; byte < DRM_TRN4_TOKEN_SIZE; byte++)
		for (bit = 0; bit < 8; bit++) {
			for (ones = i = 0; i < COUNT; i++)
				ones += grants[i].token[byte] >> bit & 1;
			EXPECT_LT(0, ones);
			EXPECT_GT(COUNT, ones);
		}
}

TEST_F(grant, limit)
{
	struct grant *grants, extra;
	unsigned int i;

	grants = calloc(self->limit, sizeof(*grants));
	ASSERT_NE(NULL, grants);
	for (i = 0; i < self->limit; i++)
		ASSERT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_R, 0,
					PAGE, &grants[i]))
		{
			TH_LOG("grant %u of %u", i, (unsigned int)self->limit);
		}
	EXPECT_EQ(-ENOSPC, grant_make(self->fd, self->bo.handle, RIGHT_R, 0,
				      PAGE, &extra));
	EXPECT_EQ(0, grant_revoke(self->fd, grants[7].handle));
	EXPECT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_R, 0, PAGE,
				&grants[7]));
	EXPECT_EQ(-ENOSPC, grant_make(self->fd, self->bo.handle, RIGHT_R, 0,
				      PAGE, &extra));
	for (i = 0; i < self->limit; i++)
		EXPECT_EQ(0, grant_revoke(self->fd, grants[i].handle));
	EXPECT_EQ(self->limit, room(self->fd, self->bo.handle));
	free(grants);
}

/* All grants of a file go with it */
TEST_F(grant, close_frees)
{
	struct grant grant;
	struct bo bo;
	int fd, i;

	for (i = 0; i < 3; i++) {
		fd = accel_open(&self->rig.accels[0]);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, bo_make(fd, PAGE, 0, &bo));
		while (!grant_make(fd, bo.handle, RIGHT_R, 0, PAGE, &grant))
			;
		munmap(bo.map, bo.size);
		close(fd);
		EXPECT_EQ(self->limit, room(self->fd, self->bo.handle));
	}
}

TEST_F(grant, revoke_bad_fields)
{
	struct drm_trn4_grant_revoke arg = { 0 };
	struct grant grant;
	int bit, other;

	ASSERT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_R, 0, PAGE,
				&grant));
	EXPECT_EQ(-ENOENT, grant_revoke(self->fd, 0));
	EXPECT_EQ(-ENOENT, grant_revoke(self->fd, grant.handle + 1000));
	EXPECT_EQ(-ENOENT, grant_revoke(self->fd, 0xffffffff));
	for (bit = 0; bit < 32; bit++) {
		arg.handle = grant.handle;
		arg.flags = 1u << bit;
		EXPECT_EQ(-EINVAL,
			  accel_ioctl(self->fd, DRM_IOCTL_TRN4_GRANT_REVOKE,
				      &arg));
	}

	/* Its handle means nothing in another file, of whichever device */
	other = accel_open(&self->rig.accels[0]);
	ASSERT_LE(0, other);
	EXPECT_EQ(-ENOENT, grant_revoke(other, grant.handle));
	EXPECT_EQ(-ENOENT, grant_revoke(self->peer, grant.handle));
	close(other);

	EXPECT_EQ(0, grant_revoke(self->fd, grant.handle));
	EXPECT_EQ(-ENOENT, grant_revoke(self->fd, grant.handle));
}

/* The grant holds the memory, whatever became of the buffer's handle */
TEST_F(grant, outlives_the_buffer)
{
	__u64 before, value;
	struct grant grant;
	__u32 window;
	struct bo bo;
	void *map;

	ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_FREE, &before));
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &bo));
	fill_pattern(bo.map, PAGE, 5);
	ASSERT_EQ(0, grant_make(self->fd, bo.handle, RIGHT_R, 0, PAGE, &grant));
	bo_drop(self->fd, &bo);
	EXPECT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_FREE, &value));
	EXPECT_EQ(before - PAGE, value);

	ASSERT_EQ(0, window_map(self->peer, &grant, 0, 0, RIGHT_R, &window));
	map = gem_map(self->peer, window, PAGE, PROT_READ);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(0, check_pattern(map, PAGE, 5));

	EXPECT_EQ(0, grant_revoke(self->fd, grant.handle));
	EXPECT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_FREE, &value));
	EXPECT_EQ(before, value);
	EXPECT_EQ(SIGBUS, touch_kind(map));
	munmap(map, PAGE);
}

TEST_HARNESS_MAIN
