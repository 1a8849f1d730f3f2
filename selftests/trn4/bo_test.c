// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bo_test.c - buffers in HBM and in host memory: DRM_IOCTL_TRN4_BO_CREATE,
 * DRM_IOCTL_TRN4_MMAP_OFFSET, mmap().
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "touch.h"
#include "word.h"

#define HOST DRM_TRN4_BO_HOST

FIXTURE(bo)
{
	struct rig rig;
	int fd;
	__u64 free; /* HBM, before the test */
};

static __u64 hbm_free(int fd)
{
	__u64 value;

	return accel_param(fd, DRM_TRN4_PARAM_HBM_FREE, &value) ? ~0ull : value;
}

FIXTURE_SETUP(bo)
{
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	self->free = hbm_free(self->fd);
	ASSERT_LE(64 * MIB, self->free);
}

/* Whatever a test did, all memory is there again once its file is closed */
FIXTURE_TEARDOWN(bo)
{
	int fd = accel_open(&self->rig.accels[0]);

	close(self->fd);
	self->rig.fd[0] = fd;
	EXPECT_EQ(self->free, hbm_free(fd));
	rig_end(&self->rig);
}

TEST_F(bo, sizes)
{
	/* clang-format off */
	static const struct {
		__u64 size;
		__u32 flags;
		__u64 rounded;
	} cases[] = {
		{ 1,			0,	PAGE },
		{ 4096,			0,	PAGE },
		{ PAGE - 1,		0,	PAGE },
		{ PAGE,			0,	PAGE },
		{ PAGE + 1,		0,	2 * PAGE },
		{ 3 * PAGE,		0,	3 * PAGE },
		{ 5 * PAGE + 12345,	0,	6 * PAGE },
		{ 1,			HOST,	4096 },
		{ 4095,			HOST,	4096 },
		{ 4096,			HOST,	4096 },
		{ 4097,			HOST,	8192 },
		{ MIB + 1,		HOST,	MIB + 4096 },
	};
	/* clang-format on */
	struct drm_trn4_bo_create arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(&arg, 0, sizeof(arg));
		arg.size = cases[i].size;
		arg.flags = cases[i].flags;
		arg.handle = 0xdeadbeef;
		ASSERT_EQ(0, accel_ioctl(self->fd, DRM_IOCTL_TRN4_BO_CREATE,
					 &arg));
		EXPECT_EQ(cases[i].rounded, arg.size);
		EXPECT_NE(0, arg.handle);
		EXPECT_NE(0xdeadbeef, arg.handle);
		if (!(arg.flags & HOST))
			EXPECT_EQ(self->free - arg.size, hbm_free(self->fd));
		EXPECT_EQ(0, gem_close(self->fd, arg.handle));
		EXPECT_EQ(self->free, hbm_free(self->fd));
	}
}

TEST_F(bo, bad_fields)
{
	__u32 handle;
	int bit;

	EXPECT_EQ(-EINVAL, bo_create(self->fd, 0, 0, &handle));
	EXPECT_EQ(-EINVAL, bo_create(self->fd, 0, HOST, &handle));
	for (bit = 0; bit < 32; bit++) {
		if ((1u << bit) & (HOST | DRM_TRN4_BO_TOP | DRM_TRN4_BO_USER))
			continue;
		EXPECT_EQ(-EINVAL,
			  bo_create(self->fd, PAGE, 1u << bit, &handle));
		EXPECT_EQ(-EINVAL,
			  bo_create(self->fd, PAGE, HOST | 1u << bit, &handle));
	}
	EXPECT_EQ(self->free, hbm_free(self->fd));
}

TEST_F(bo, too_large)
{
	static const __u64 sizes[] = {
		512 * GIB,        1ull << 47,   1ull << 63, ~0ull - PAGE,
		~0ull - PAGE + 1, ~0ull - 4096, ~0ull,
	};
	__u64 backed;
	__u32 handle;
	unsigned int i;

	ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_BACKED, &backed));
	EXPECT_EQ(-ENOSPC, bo_create(self->fd, backed + 1, 0, &handle));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ(-ENOSPC, bo_create(self->fd, sizes[i], 0, &handle))
		{
			TH_LOG("size %#llx", (unsigned long long)sizes[i]);
		}
		EXPECT_EQ(-ENOMEM, bo_create(self->fd, sizes[i], HOST, &handle))
		{
			TH_LOG("size %#llx", (unsigned long long)sizes[i]);
		}
	}
	EXPECT_EQ(self->free, hbm_free(self->fd));
}

/* Every page is given out before ENOSPC, and can be had again one by one */
TEST_F(bo, exhaust)
{
	unsigned int count = self->free / PAGE, i;
	__u32 *handles, extra;

	handles = calloc(count, sizeof(*handles));
	ASSERT_NE(NULL, handles);
	for (i = 0; i < count; i++)
		ASSERT_EQ(0, bo_create(self->fd, 1, 0, &handles[i]));
	EXPECT_EQ(0, hbm_free(self->fd));
	EXPECT_EQ(-ENOSPC, bo_create(self->fd, 1, 0, &extra));

	/* Two neighbours that are not neighbours: 4 MiB are not to be had */
	EXPECT_EQ(0, gem_close(self->fd, handles[0]));
	EXPECT_EQ(0, gem_close(self->fd, handles[count / 2]));
	EXPECT_EQ(2 * PAGE, hbm_free(self->fd));
	EXPECT_EQ(0, bo_create(self->fd, PAGE, 0, &handles[0]));
	EXPECT_EQ(0, bo_create(self->fd, PAGE, 0, &handles[count / 2]));
	EXPECT_EQ(-ENOSPC, bo_create(self->fd, 1, 0, &extra));
	for (i = 0; i < count; i++)
		EXPECT_EQ(0, gem_close(self->fd, handles[i]));
	EXPECT_EQ(self->free, hbm_free(self->fd));
	free(handles);
}

/* All of HBM is written, freed and taken again: nothing may shine through */
TEST_F(bo, zeroed_after_reuse)
{
	const __u64 chunk = 16 * MIB;
	unsigned int count = self->free / chunk, i;
	struct bo bos[64];

	if (count > ARRAY_SIZE(bos))
		count = ARRAY_SIZE(bos);
	for (i = 0; i < count; i++) {
		ASSERT_EQ(0, bo_make(self->fd, chunk, 0, &bos[i]));
		memset(bos[i].map, 0xa5, chunk);
	}
	for (i = 0; i < count; i++)
		bo_drop(self->fd, &bos[i]);
	for (i = 0; i < count; i++) {
		ASSERT_EQ(0, bo_make(self->fd, chunk, 0, &bos[i]));
		EXPECT_EQ(chunk, first_not(bos[i].map, chunk, 0));
	}
	for (i = 0; i < count; i++)
		bo_drop(self->fd, &bos[i]);
}

TEST_F(bo, host_zeroed_after_reuse)
{
	struct bo bo;
	int i;

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, bo_make(self->fd, 4 * MIB, HOST, &bo));
		EXPECT_EQ(4 * MIB, first_not(bo.map, 4 * MIB, 0));
		memset(bo.map, 0xa5, 4 * MIB);
		bo_drop(self->fd, &bo);
	}
	/* Nothing of it lay in HBM */
	EXPECT_EQ(self->free, hbm_free(self->fd));
}

FIXTURE(mapping)
{
	struct rig rig;
	int fd;
};

FIXTURE_VARIANT(mapping)
{
	__u32 flags;
};

FIXTURE_VARIANT_ADD(mapping, hbm) { .flags = 0 };
FIXTURE_VARIANT_ADD(mapping, host) { .flags = HOST };

FIXTURE_SETUP(mapping)
{
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
}

FIXTURE_TEARDOWN(mapping)
{
	rig_end(&self->rig);
}

TEST_F(mapping, keeps_data)
{
	struct bo bo;
	void *again;

	ASSERT_EQ(0, bo_make(self->fd, 2 * PAGE, variant->flags, &bo));
	fill_pattern(bo.map, bo.size, 1);
	again = gem_map(self->fd, bo.handle, bo.size, PROT_READ);
	ASSERT_NE(MAP_FAILED, again);
	EXPECT_EQ(0, check_pattern(again, bo.size, 1));
	word_set(bo.map, 3, 0x1234);
	EXPECT_EQ(0x1234, word_get(again, 3));
	munmap(again, bo.size);

	/* The data are the buffer's, not the mapping's */
	munmap(bo.map, bo.size);
	bo.map = gem_map(self->fd, bo.handle, bo.size, PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, bo.map);
	EXPECT_EQ(0x1234, word_get(bo.map, 3));
	bo_drop(self->fd, &bo);
}

TEST_F(mapping, buffers_are_apart)
{
	struct bo bos[4];
	int i;

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, bo_make(self->fd, PAGE, variant->flags, &bos[i]));
		fill_pattern(bos[i].map, PAGE, i);
	}
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, check_pattern(bos[i].map, PAGE, i));
		bo_drop(self->fd, &bos[i]);
	}
}

/* A mapping keeps its buffer, as of any GEM object */
TEST_F(mapping, outlives_the_handle)
{
	struct bo bo, other;

	ASSERT_EQ(0, bo_make(self->fd, PAGE, variant->flags, &bo));
	fill_pattern(bo.map, PAGE, 7);
	ASSERT_EQ(0, gem_close(self->fd, bo.handle));
	ASSERT_EQ(0, bo_make(self->fd, PAGE, variant->flags, &other));
	memset(other.map, 0, PAGE);
	EXPECT_EQ(0, check_pattern(bo.map, PAGE, 7));
	munmap(bo.map, PAGE);
	bo_drop(self->fd, &other);
}

TEST_F(mapping, part_and_beyond)
{
	struct bo bo;
	__u64 offset;
	void *map;

	ASSERT_EQ(0, bo_make(self->fd, PAGE, variant->flags, &bo));
	fill_pattern(bo.map, PAGE, 3);
	ASSERT_EQ(0, map_offset(self->fd, bo.handle, &offset));
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, self->fd, offset);
	EXPECT_NE(MAP_FAILED, map);
	if (map != MAP_FAILED) {
		EXPECT_EQ(0, check_pattern(map, 4096, 3));
		munmap(map, 4096);
	}
	map = mmap(NULL, PAGE + 4096, PROT_READ, MAP_SHARED, self->fd, offset);
	EXPECT_EQ(MAP_FAILED, map);
	bo_drop(self->fd, &bo);
}

TEST_F(mapping, no_offset_no_mapping)
{
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, 4096, PROT_READ, MAP_SHARED, self->fd, 0));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, self->fd,
				   1ull << 40));
}

TEST_F(mapping, offset_bad_fields)
{
	struct drm_trn4_mmap_offset arg;
	__u64 offset;
	struct bo bo;
	int bit;

	ASSERT_EQ(0, bo_make(self->fd, PAGE, variant->flags, &bo));
	EXPECT_EQ(-ENOENT, map_offset(self->fd, 0, &offset));
	EXPECT_EQ(-ENOENT, map_offset(self->fd, bo.handle + 1000, &offset));
	EXPECT_EQ(-ENOENT, map_offset(self->fd, 0xffffffff, &offset));
	for (bit = 0; bit < 32; bit++) {
		memset(&arg, 0, sizeof(arg));
		arg.handle = bo.handle;
		arg.flags = 1u << bit;
		EXPECT_EQ(-EINVAL,
			  accel_ioctl(self->fd, DRM_IOCTL_TRN4_MMAP_OFFSET,
				      &arg));
	}
	bo_drop(self->fd, &bo);
	EXPECT_EQ(-ENOENT, map_offset(self->fd, bo.handle, &offset));
}

/* A handle, and an offset too, is worth nothing in another file */
TEST_F(mapping, other_file)
{
	int other = accel_open(&self->rig.accels[0]);
	__u64 offset, theirs;
	struct bo bo;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, bo_make(self->fd, PAGE, variant->flags, &bo));
	ASSERT_EQ(0, map_offset(self->fd, bo.handle, &offset));
	EXPECT_EQ(-ENOENT, map_offset(other, bo.handle, &theirs));
	EXPECT_EQ(-EINVAL, gem_close(other, bo.handle));
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, PAGE, PROT_READ, MAP_SHARED, other, offset));
	close(other);
	EXPECT_EQ(0, touch_kind(bo.map));
	bo_drop(self->fd, &bo);
}

TEST_F(mapping, unmapped_by_kill)
{
	struct bo bo;
	pid_t child;
	int status;

	/* The child's end must not harm its parent's buffer */
	ASSERT_EQ(0, bo_make(self->fd, PAGE, variant->flags, &bo));
	fill_pattern(bo.map, PAGE, 11);
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		word_set(bo.map, 0, 99);
		kill(getpid(), SIGKILL);
		_exit(1);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(99, word_get(bo.map, 0));
	bo_drop(self->fd, &bo);
}

TEST_HARNESS_MAIN
