// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * user_test.c - buffers of a process's own memory: DRM_TRN4_BO_USER.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "caps.h"
#include "rig.h"

#define HOST     DRM_TRN4_BO_HOST
#define USER     DRM_TRN4_BO_USER
#define READONLY DRM_TRN4_BO_READONLY
#define SMALL    4096ull
#define SIZE     (64 * SMALL)

FIXTURE(user)
{
	struct rig rig;
	int fd;
	struct bo hbm, results;
	struct drm_trn4_result *result;
	__u8 *mem;
	__u32 handle;
};

static int user_create(int fd, const void *mem, __u64 size, __u32 flags,
		       __u32 *handle)
{
	struct drm_trn4_bo_create arg = {
		.size = size,
		.address = (unsigned long)mem,
		.flags = USER | flags,
	};
	int ret = accel_ioctl(fd, DRM_IOCTL_TRN4_BO_CREATE, &arg);

	*handle = ret ? 0 : arg.handle;
	return ret;
}

static void *anon(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

FIXTURE_SETUP(user)
{
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &self->hbm));
	ASSERT_EQ(0, bo_make(self->fd, SMALL, HOST, &self->results));
	self->result = self->results.map;
	self->mem = anon(SIZE);
	ASSERT_NE(MAP_FAILED, self->mem);
	ASSERT_EQ(0, user_create(self->fd, self->mem, SIZE, 0, &self->handle));
}

FIXTURE_TEARDOWN(user)
{
	munmap(self->mem, SIZE);
	rig_end(&self->rig);
}

static int copy(int fd, __u32 dst, __u64 to, __u32 src, __u64 from,
		__u64 length)
{
	struct drm_trn4_cmd cmd = cmd_copy(dst, to, src, from, length);

	return submit_wait(fd, &cmd, 1, 0);
}

TEST_F(user, bad_fields)
{
	static const struct {
		struct drm_trn4_bo_create arg;
		int error;
	} cases[] = {
		{ { .size = SMALL, .flags = USER }, 0 },
		{ { .size = SMALL, .flags = USER, .alignment = PAGE }, EINVAL },
		{ { .size = SMALL, .flags = USER, .alignment = 1 }, EINVAL },
		{ { .size = 0, .flags = USER }, EINVAL },
		{ { .size = SMALL + 1, .flags = USER }, EINVAL },
		{ { .size = SMALL - 8, .flags = USER }, EINVAL },
		{ { .size = SMALL, .flags = USER | HOST }, EINVAL },
		{ { .size = SMALL, .flags = USER | DRM_TRN4_BO_TOP }, EINVAL },
		{ { .size = SMALL, .flags = USER | 1u << 31 }, EINVAL },
		{ { .size = SMALL, .flags = READONLY }, EINVAL },
		{ { .size = SMALL, .flags = HOST }, EINVAL },
		{ { .size = SMALL, .flags = 0 }, EINVAL },
	};
	struct drm_trn4_bo_create arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		arg = cases[i].arg;
		arg.address = (unsigned long)self->mem;
		EXPECT_EQ(-cases[i].error,
			  accel_ioctl(self->fd, DRM_IOCTL_TRN4_BO_CREATE, &arg))
		{
			TH_LOG("case %u", i);
		}
		EXPECT_EQ(cases[i].arg.size, arg.size);
	}
	for (i = 1; i < SMALL; i *= 2) {
		arg = cases[0].arg;
		arg.address = (unsigned long)self->mem + i;
		EXPECT_EQ(-EINVAL, accel_ioctl(self->fd,
					       DRM_IOCTL_TRN4_BO_CREATE, &arg));
	}
}

/* Not all of it is memory; what was pinned of it is not any more */
TEST_F(user, no_memory)
{
	static const __u64 wrong[] = {
		0,          1ull << 46,        1ull << 47,
		1ull << 63, ~0ull - SMALL + 1, ~0ull - 2 * SMALL + 1
	};
	unsigned int i;
	__u32 handle;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_EQ(-EFAULT, user_create(self->fd, (void *)wrong[i],
					       2 * SMALL, 0, &handle))
		{
			TH_LOG("at %#llx", (unsigned long long)wrong[i]);
		}
	EXPECT_EQ(-ENOMEM,
		  user_create(self->fd, (void *)PAGE, 1ull << 40, 0, &handle));
	EXPECT_EQ(-EFAULT, user_create(self->fd, self->mem, ~0ull - SMALL + 1,
				       0, &handle));

	ASSERT_EQ(0, munmap(self->mem + SIZE / 2, SMALL));
	EXPECT_EQ(-EFAULT, user_create(self->fd, self->mem, SIZE, 0, &handle));
	EXPECT_EQ(0, user_create(self->fd, self->mem, SIZE / 2, 0, &handle));

	/* A mapping of a device's memory */
	EXPECT_EQ(-EFAULT,
		  user_create(self->fd, self->hbm.map, SMALL, 0, &handle));
	EXPECT_EQ(-EFAULT, user_create(self->fd, self->hbm.map, SMALL, READONLY,
				       &handle));
}

TEST_F(user, in_and_out)
{
	__u8 *out = anon(SIZE);
	__u32 handle;

	ASSERT_NE(MAP_FAILED, out);
	ASSERT_EQ(0, user_create(self->fd, out, SIZE, 0, &handle));
	fill_pattern(self->mem, SIZE, 9);
	ASSERT_EQ(0,
		  copy(self->fd, self->hbm.handle, 5, self->handle, 0, SIZE));
	ASSERT_EQ(0, copy(self->fd, handle, 0, self->hbm.handle, 5, SIZE));
	EXPECT_EQ(0, check_pattern(out, SIZE, 9));
	/* From one to the other, at odd places */
	memset(out, 0x55, SIZE);
	ASSERT_EQ(0, copy(self->fd, handle, 4097, self->handle, 4095,
			  10 * SMALL + 3));
	EXPECT_EQ(0, memcmp(out + 4097, self->mem + 4095, 10 * SMALL + 3));
	EXPECT_EQ(0x55, out[4096]);
	EXPECT_EQ(0x55, out[4097 + 10 * SMALL + 3]);
	munmap(out, SIZE);
}

/* Beyond the end is beyond the buffer, whatever memory there is */
TEST_F(user, range)
{
	EXPECT_EQ(-EINVAL, copy(self->fd, self->handle, SIZE - 8,
				self->hbm.handle, 0, 16));
	EXPECT_EQ(-EINVAL,
		  copy(self->fd, self->hbm.handle, 0, self->handle, SIZE, 1));
}

TEST_F(user, results)
{
	struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };

	memset(self->mem, 0xee, SIZE);
	ASSERT_EQ(0, submit_wait(self->fd, &nop, 1, self->handle));
	EXPECT_EQ(0, ((struct drm_trn4_result *)self->mem)->error);
	EXPECT_EQ(0xee, self->mem[sizeof(struct drm_trn4_result)]);
}

TEST_F(user, only_for_copies)
{
	struct drm_trn4_cmd cmd = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8,
					     self->handle, 0, 1, 0);
	struct grant grant;
	__u64 offset;

	EXPECT_EQ(-EINVAL, submit_wait(self->fd, &cmd, 1, 0));
	EXPECT_EQ(-EINVAL,
		  grant_make(self->fd, self->handle, RIGHT_R, 0, PAGE, &grant));
	EXPECT_EQ(-EINVAL, map_offset(self->fd, self->handle, &offset));
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, SMALL, PROT_READ, MAP_SHARED, self->fd, 0));
}

/* Memory that can only be read is for reading, and only who says so gets it */
TEST_F(user, readonly)
{
	struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	__u32 handle;

	fill_pattern(self->mem, SIZE, 3);
	ASSERT_EQ(0, mprotect(self->mem, SIZE, PROT_READ));
	EXPECT_EQ(-EFAULT, user_create(self->fd, self->mem, SIZE, 0, &handle));
	ASSERT_EQ(0, user_create(self->fd, self->mem, SIZE, READONLY, &handle));
	EXPECT_EQ(0, copy(self->fd, self->hbm.handle, 0, handle, 0, SIZE));
	EXPECT_EQ(0, check_pattern(self->hbm.map, SIZE, 3));
	EXPECT_EQ(-EACCES, copy(self->fd, handle, 0, self->hbm.handle, 8, 8));
	EXPECT_EQ(-EACCES, copy(self->fd, handle, 0, handle, 8, 8));
	EXPECT_EQ(-EACCES, submit_wait(self->fd, &nop, 1, handle));
	EXPECT_EQ(0, check_pattern(self->mem, SIZE, 3));
}

/* The pages are the buffer's as long as it lives, mapped or not */
TEST_F(user, outlives_the_mapping)
{
	fill_pattern(self->mem, SIZE, 4);
	ASSERT_EQ(0, munmap(self->mem, SIZE));
	EXPECT_EQ(0,
		  copy(self->fd, self->hbm.handle, 0, self->handle, 0, SIZE));
	EXPECT_EQ(0, check_pattern(self->hbm.map, SIZE, 4));
	self->mem = anon(SIZE);
	EXPECT_EQ(0,
		  copy(self->fd, self->handle, 0, self->hbm.handle, 0, SIZE));
	EXPECT_EQ(SIZE, first_not(self->mem, SIZE, 0));
}

/* What the engine wrote is in the file that the memory is of */
TEST_F(user, of_a_file)
{
	int fd = memfd_create("user_test", 0);
	__u32 handle;
	__u8 *mem;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ftruncate(fd, SIZE));
	mem = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, mem);
	ASSERT_EQ(0, user_create(self->fd, mem, SIZE, 0, &handle));
	fill_pattern(self->hbm.map, SIZE, 6);
	ASSERT_EQ(0, copy(self->fd, handle, 0, self->hbm.handle, 0, SIZE));
	ASSERT_EQ(0, gem_close(self->fd, handle));
	ASSERT_EQ(0, munmap(mem, SIZE));
	mem = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, mem);
	EXPECT_EQ(0, check_pattern(mem, SIZE, 6));
	close(fd);
}

/* A child's writes go to pages of its own, and the engine sees none of them */
TEST_F(user, forked)
{
	pid_t child;
	int status;

	fill_pattern(self->mem, SIZE, 7);
	child = fork();
	if (!child) {
		memset(self->mem, 0x55, SIZE);
		_exit(0);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0,
		  copy(self->fd, self->hbm.handle, 0, self->handle, 0, SIZE));
	EXPECT_EQ(0, check_pattern(self->hbm.map, SIZE, 7));
	/* And the parent's own are still those that the engine has */
	fill_pattern(self->mem, SIZE, 8);
	ASSERT_EQ(0,
		  copy(self->fd, self->hbm.handle, 0, self->handle, 0, SIZE));
	EXPECT_EQ(0, check_pattern(self->hbm.map, SIZE, 8));
}

static __u64 locked(void)
{
	unsigned long long kib = ~0ull;
	char line[128];
	FILE *file = fopen("/proc/self/status", "re");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmLck: %llu kB", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib * 1024;
}

static int no_more_than_locked(int fd, void *mem)
{
	struct rlimit limit = { SIZE / 2, SIZE / 2 };
	__u32 handle, other;

	if (locked() || setrlimit(RLIMIT_MEMLOCK, &limit) || drop_caps())
		return 1;
	if (user_create(fd, mem, SIZE, 0, &handle) != -ENOMEM || locked())
		return 2;
	if (user_create(fd, mem, SIZE / 2, 0, &handle))
		return 3;
	if (locked() != SIZE / 2)
		return 4;
	if (user_create(fd, mem, SMALL, 0, &other) != -ENOMEM)
		return 5;
	/* What fails has pinned nothing */
	if (gem_close(fd, handle) || locked())
		return 6;
	if (user_create(fd, (void *)SMALL, SMALL, 0, &other) != -EFAULT ||
	    locked())
		return 7;
	return user_create(fd, mem, SIZE / 2, 0, &handle);
}

TEST_F(user, counts_as_locked)
{
	pid_t child = fork();
	int status, fd;

	if (!child) {
		fd = accel_open(&self->rig.accels[0]);
		_exit(fd < 0 ? 100 : no_more_than_locked(fd, self->mem));
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status)
	{
		TH_LOG("child returned %d", WEXITSTATUS(status));
	}
}

/* A child ends; its buffer, in a file of its parent's, lives on */
TEST_F(user, outlives_the_process)
{
	pid_t child;
	int status;
	__u32 next = self->handle + 1;

	child = fork();
	if (!child) {
		__u8 *mem = anon(SIZE);
		__u32 handle;

		fill_pattern(mem, SIZE, 21);
		if (user_create(self->fd, mem, SIZE, 0, &handle))
			_exit(1);
		_exit(handle == next ? 0 : 2);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0, status);
	EXPECT_EQ(0, copy(self->fd, self->hbm.handle, 0, next, 0, SIZE));
	EXPECT_EQ(0, check_pattern(self->hbm.map, SIZE, 21));
	EXPECT_EQ(0, gem_close(self->fd, next));
}

TEST_HARNESS_MAIN
