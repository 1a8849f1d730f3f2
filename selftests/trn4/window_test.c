// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * window_test.c - a window's life: map, mmap, use, share, revoke, unmap; and
 * what may not be done with one.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "touch.h"
#include "word.h"

#define BO_SIZE (4 * PAGE)

FIXTURE(life)
{
	struct rig rig;
	int owner, user;
	struct bo bo;       /* the owner's */
	struct grant grant; /* of all of it, with all rights */
	__u32 handle;       /* the user's window on it */
	__u64 *map;         /* the window, mapped */
};

FIXTURE_SETUP(life)
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
	ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, RIGHT_ALL, 0,
				BO_SIZE, &self->grant));
	ASSERT_EQ(0, window_map(self->user, &self->grant, 0, 0, RIGHT_ALL,
				&self->handle));
	self->map = gem_map(self->user, self->handle, BO_SIZE,
			    PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, self->map);
}

FIXTURE_TEARDOWN(life)
{
	rig_end(&self->rig);
}

/* ---- Data ---- */

TEST_F(life, store_appears_at_the_owner)
{
	void *mine = self->bo.map, *theirs = self->map;
	size_t last = BO_SIZE / 8 - 1;

	word_set(theirs, 0, 0x1111);
	word_set(theirs, last, 0x2222);
	EXPECT_EQ(0x1111, word_get(mine, 0));
	EXPECT_EQ(0x2222, word_get(mine, last));
	word_set(mine, 1, 0x3333);
	word_set(mine, last - 1, 0x4444);
	EXPECT_EQ(0x3333, word_get(theirs, 1));
	EXPECT_EQ(0x4444, word_get(theirs, last - 1));

	fill_pattern(self->map, BO_SIZE, 1);
	EXPECT_EQ(0, check_pattern(self->bo.map, BO_SIZE, 1));
	fill_pattern(self->bo.map, BO_SIZE, 2);
	EXPECT_EQ(0, check_pattern(self->map, BO_SIZE, 2));
}

TEST_F(life, info)
{
	struct drm_trn4_window_info arg = {
		.handle = self->handle,
		.state = ~0u,
		.size = ~0ull,
		.peer = ~0u,
		.rights = ~0u,
	};

	ASSERT_EQ(0, accel_ioctl(self->user, DRM_IOCTL_TRN4_WINDOW_INFO, &arg));
	EXPECT_EQ(DRM_TRN4_WINDOW_LIVE, arg.state);
	EXPECT_EQ(BO_SIZE, arg.size);
	EXPECT_EQ(self->rig.accels[0].id, arg.peer);
	EXPECT_EQ(RIGHT_ALL, arg.rights);
	EXPECT_EQ(self->handle, arg.handle);
}

TEST_F(life, part_of_a_grant)
{
	struct drm_trn4_window_map arg = {
		.offset = PAGE,
		.size = 2 * PAGE,
		.rights = RIGHT_RW,
		.handle = ~0u,
		.peer = ~0u,
	};
	struct drm_trn4_window_info info = { 0 };
	void *map;

	memcpy(arg.token, self->grant.token, sizeof(arg.token));
	ASSERT_EQ(0, accel_ioctl(self->user, DRM_IOCTL_TRN4_WINDOW_MAP, &arg));
	EXPECT_EQ(self->rig.accels[0].id, arg.peer);
	info.handle = arg.handle;
	ASSERT_EQ(0,
		  accel_ioctl(self->user, DRM_IOCTL_TRN4_WINDOW_INFO, &info));
	EXPECT_EQ(2 * PAGE, info.size);
	EXPECT_EQ(RIGHT_RW, info.rights);

	map = gem_map(self->user, arg.handle, 2 * PAGE, PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, map);
	memset(self->bo.map, 0, BO_SIZE);
	fill_pattern(map, 2 * PAGE, 3);
	EXPECT_EQ(PAGE, first_not(self->bo.map, PAGE, 0));
	EXPECT_EQ(0, check_pattern((char *)self->bo.map + PAGE, 2 * PAGE, 3));
	EXPECT_EQ(PAGE, first_not((char *)self->bo.map + 3 * PAGE, PAGE, 0));
	/* Not a byte beyond: no larger mapping is given */
	EXPECT_EQ(MAP_FAILED,
		  gem_map(self->user, arg.handle, 3 * PAGE, PROT_READ));
	munmap(map, 2 * PAGE);

	/* Size 0: from the offset to the end */
	arg.offset = 3 * PAGE;
	arg.size = 0;
	ASSERT_EQ(0, accel_ioctl(self->user, DRM_IOCTL_TRN4_WINDOW_MAP, &arg));
	info.handle = arg.handle;
	ASSERT_EQ(0,
		  accel_ioctl(self->user, DRM_IOCTL_TRN4_WINDOW_INFO, &info));
	EXPECT_EQ(PAGE, info.size);
}

/* A grant of the middle of a buffer: a window cannot see what is beside it */
TEST_F(life, grant_of_part_of_a_buffer)
{
	struct grant grant;
	__u32 handle;
	void *map;

	ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, RIGHT_RW,
				2 * PAGE, PAGE, &grant));
	ASSERT_EQ(0, window_map(self->user, &grant, 0, 0, RIGHT_RW, &handle));
	map = gem_map(self->user, handle, PAGE, PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, map);
	memset(self->bo.map, 0, BO_SIZE);
	fill_pattern(map, PAGE, 9);
	EXPECT_EQ(2 * PAGE, first_not(self->bo.map, 2 * PAGE, 0));
	EXPECT_EQ(0, check_pattern((char *)self->bo.map + 2 * PAGE, PAGE, 9));
	EXPECT_EQ(PAGE, first_not((char *)self->bo.map + 3 * PAGE, PAGE, 0));
	munmap(map, PAGE);
}

TEST_F(life, data_survive_the_window)
{
	fill_pattern(self->map, BO_SIZE, 4);
	ASSERT_EQ(0, window_unmap(self->user, self->handle));
	EXPECT_EQ(0, check_pattern(self->bo.map, BO_SIZE, 4));
	ASSERT_EQ(0, window_map(self->user, &self->grant, 0, 0, RIGHT_R,
				&self->handle));
	munmap(self->map, BO_SIZE);
	self->map = gem_map(self->user, self->handle, BO_SIZE, PROT_READ);
	ASSERT_NE(MAP_FAILED, self->map);
	EXPECT_EQ(0, check_pattern(self->map, BO_SIZE, 4));
}

TEST_F(life, inherited_by_fork)
{
	pid_t child;
	int status;

	word_set(self->bo.map, 0, 0);
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		/* First touch in the child, and nothing but its mapping */
		close(self->user);
		_exit(touch_store(self->map, 0x77));
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0x77, word_get(self->bo.map, 0));
}

/* ---- What may not be done with a mapping ---- */

TEST_F(life, read_only)
{
	__u64 value = 0;
	__u32 handle;
	void *map;

	ASSERT_EQ(0,
		  window_map(self->user, &self->grant, 0, 0, RIGHT_R, &handle));
	map = gem_map(self->user, handle, BO_SIZE, PROT_READ | PROT_WRITE);
	EXPECT_EQ(MAP_FAILED, map);
	EXPECT_TRUE(errno == EACCES || errno == EPERM)
	{
		TH_LOG("errno %d", errno);
	}
	EXPECT_EQ(MAP_FAILED, gem_map(self->user, handle, BO_SIZE, PROT_WRITE));

	word_set(self->bo.map, 5, 0xabc);
	map = gem_map(self->user, handle, BO_SIZE, PROT_READ);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(0, touch_load((__u64 *)map + 5, &value));
	EXPECT_EQ(0xabc, value);
	EXPECT_EQ(-1, mprotect(map, BO_SIZE, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(SIGSEGV, touch_store((__u64 *)map + 5, 1));
	EXPECT_EQ(0xabc, word_get(self->bo.map, 5));
	munmap(map, BO_SIZE);
}

TEST_F(life, must_be_shared)
{
	__u64 offset;

	ASSERT_EQ(0, map_offset(self->user, self->handle, &offset));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, BO_SIZE, PROT_READ, MAP_PRIVATE,
				   self->user, offset));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, BO_SIZE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE, self->user, offset));
	EXPECT_EQ(EINVAL, errno);
}

/* Wherever the mapping is moved to, the revoke finds it; it does not grow */
TEST_F(life, moved)
{
	void *moved;

	moved = mremap(self->map, BO_SIZE, 2 * BO_SIZE, MREMAP_MAYMOVE);
	EXPECT_EQ(MAP_FAILED, moved);
	moved = mmap(NULL, BO_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	ASSERT_NE(MAP_FAILED, moved);
	moved = mremap(self->map, BO_SIZE, BO_SIZE,
		       MREMAP_MAYMOVE | MREMAP_FIXED, moved);
	ASSERT_NE(MAP_FAILED, moved);
	word_set(self->bo.map, 7, 0x99);
	EXPECT_EQ(0x99, word_get(moved, 7));
	/* Half of it away, the other half behind a change of protection */
	ASSERT_EQ(0, munmap(moved, BO_SIZE / 2));
	moved = (char *)moved + BO_SIZE / 2;
	ASSERT_EQ(0, mprotect(moved, BO_SIZE / 2, PROT_READ));
	ASSERT_EQ(0, mprotect(moved, BO_SIZE / 2, PROT_READ | PROT_WRITE));
	EXPECT_EQ(0, touch_kind_write(moved));
	ASSERT_EQ(0, grant_revoke(self->owner, self->grant.handle));
	EXPECT_EQ(SIGBUS, touch_kind(moved));
	EXPECT_EQ(SIGBUS, touch_kind_write(moved));
	munmap(moved, BO_SIZE / 2);
}

/* Nobody can hold on to its pages: what pins memory does not get them */
TEST_F(life, cannot_be_pinned)
{
	struct iovec part = { .iov_base = self->map, .iov_len = 4096 };
	int pipes[2];

	ASSERT_EQ(0, touch_kind(self->map));
	ASSERT_EQ(0, pipe(pipes));
	EXPECT_EQ(-1, vmsplice(pipes[1], &part, 1, 0));
	close(pipes[0]);
	close(pipes[1]);
}

TEST_F(life, other_file)
{
	struct drm_trn4_window_info info = { .handle = self->handle };
	int other = accel_open(&self->rig.accels[1]);
	__u64 offset, theirs;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, map_offset(self->user, self->handle, &offset));
	EXPECT_EQ(-ENOENT, map_offset(other, self->handle, &theirs));
	EXPECT_EQ(-ENOENT,
		  accel_ioctl(other, DRM_IOCTL_TRN4_WINDOW_INFO, &info));
	EXPECT_EQ(-ENOENT, window_unmap(other, self->handle));
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, BO_SIZE, PROT_READ, MAP_SHARED, other, offset));
	close(other);
	EXPECT_EQ(0, touch_kind(self->map));
}

/* ---- What ends a window ---- */

TEST_F(life, revoke)
{
	__u64 value = 0x600d;
	void *second;

	/* A mapping that was touched, and one that never was */
	second = gem_map(self->user, self->handle, BO_SIZE,
			 PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, second);
	fill_pattern(self->map, BO_SIZE, 6);

	ASSERT_EQ(0, grant_revoke(self->owner, self->grant.handle));
	EXPECT_EQ(SIGBUS, touch_load(self->map, &value));
	EXPECT_EQ(0x600d, value);
	EXPECT_EQ(SIGBUS, touch_store(self->map, 1));
	EXPECT_EQ(SIGBUS, touch_kind((char *)self->map + BO_SIZE - 8));
	EXPECT_EQ(SIGBUS, touch_kind(second));
	EXPECT_EQ(SIGBUS, touch_kind_write((char *)second + PAGE));
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED,
		  window_state(self->user, self->handle));

	/* The owner's data are as they were, and nobody gets in any more */
	EXPECT_EQ(0, check_pattern(self->bo.map, BO_SIZE, 6));
	EXPECT_EQ(-ENOENT, window_map(self->user, &self->grant, 0, 0, RIGHT_R,
				      &self->handle));
	munmap(second, BO_SIZE);
}

/* A new grant of the same memory does not bring the old window back */
TEST_F(life, revoked_for_good)
{
	struct grant again;
	__u32 handle;
	void *map;

	ASSERT_EQ(0, grant_revoke(self->owner, self->grant.handle));
	ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, RIGHT_ALL, 0,
				BO_SIZE, &again));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED,
		  window_state(self->user, self->handle));
	EXPECT_NE(0,
		  memcmp(again.token, self->grant.token, sizeof(again.token)));
	ASSERT_EQ(0, window_map(self->user, &again, 0, 0, RIGHT_ALL, &handle));
	map = gem_map(self->user, handle, BO_SIZE, PROT_READ);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(0, touch_kind(map));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	munmap(map, BO_SIZE);
}

TEST_F(life, mapped_after_revoke)
{
	void *map;

	ASSERT_EQ(0, grant_revoke(self->owner, self->grant.handle));
	map = gem_map(self->user, self->handle, BO_SIZE, PROT_READ);
	if (map != MAP_FAILED) {
		EXPECT_EQ(SIGBUS, touch_kind(map));
		munmap(map, BO_SIZE);
	}
}

TEST_F(life, revoke_ends_one_grant_only)
{
	__u32 handle;
	struct grant other;
	void *map;

	ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, RIGHT_RW, PAGE,
				PAGE, &other));
	ASSERT_EQ(0, window_map(self->user, &other, 0, 0, RIGHT_RW, &handle));
	map = gem_map(self->user, handle, PAGE, PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, map);
	ASSERT_EQ(0, grant_revoke(self->owner, self->grant.handle));
	EXPECT_EQ(0, touch_kind_write(map));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	EXPECT_EQ(DRM_TRN4_WINDOW_LIVE, window_state(self->user, handle));
	munmap(map, PAGE);
}

TEST_F(life, owner_closes)
{
	fill_pattern(self->map, BO_SIZE, 1);
	munmap(self->bo.map, BO_SIZE);
	close(self->owner);
	self->rig.fd[0] = -1;
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	EXPECT_EQ(SIGBUS, touch_kind_write(self->map));
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED,
		  window_state(self->user, self->handle));
}

TEST_F(life, owner_is_killed)
{
	struct grant grant;
	int pipes[2], status;
	__u32 handle;
	pid_t child;
	void *map;

	ASSERT_EQ(0, pipe(pipes));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		int fd = accel_open(&self->rig.accels[0]);
		struct bo bo;

		if (fd < 0 || bo_make(fd, PAGE, 0, &bo) ||
		    grant_make(fd, bo.handle, RIGHT_RW, 0, PAGE, &grant) ||
		    write(pipes[1], &grant, sizeof(grant)) != sizeof(grant))
			_exit(1);
		pause();
		_exit(1);
	}
	ASSERT_EQ((ssize_t)sizeof(grant),
		  read(pipes[0], &grant, sizeof(grant)));
	ASSERT_EQ(0, window_map(self->user, &grant, 0, 0, RIGHT_RW, &handle));
	map = gem_map(self->user, handle, PAGE, PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(0, touch_kind_write(map));
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(SIGBUS, touch_kind(map));
	EXPECT_EQ(SIGBUS, touch_kind_write(map));
	munmap(map, PAGE);
}

TEST_F(life, unmap)
{
	pid_t child;
	int status, pipes[2];
	char go;

	/* Another process that has the mapping loses it, too */
	ASSERT_EQ(0, pipe(pipes));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		close(pipes[1]);
		if (read(pipes[0], &go, 1) != 1)
			_exit(1);
		if (touch_kind(self->map) != SIGBUS)
			_exit(2);
		_exit(touch_kind_write(self->map) == SIGBUS ? 0 : 3);
	}
	EXPECT_EQ(0, touch_kind_write(self->map));
	ASSERT_EQ(0, window_unmap(self->user, self->handle));
	EXPECT_EQ(1, write(pipes[1], "x", 1));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	EXPECT_EQ(SIGBUS, touch_kind_write(self->map));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);

	/* The call closed the handle */
	EXPECT_EQ(-ENOENT, window_state(self->user, self->handle));
	EXPECT_EQ(-ENOENT, window_unmap(self->user, self->handle));
	EXPECT_EQ(-EINVAL, gem_close(self->user, self->handle));
	/* The grant is still there */
	EXPECT_EQ(0, window_map(self->user, &self->grant, 0, 0, RIGHT_R,
				&self->handle));
}

/* The child tells by its death that nobody but SIGBUS ends it */
TEST_F(life, sigbus_kills)
{
	int status, pipes[2];
	pid_t child;
	char go;

	ASSERT_EQ(0, pipe(pipes));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		__u64 sum = 0;

		signal(SIGBUS, SIG_DFL);
		sum += word_get(self->map, 0);
		if (read(pipes[0], &go, 1) != 1)
			_exit(1);
		sum += word_get(self->map, 0);
		_exit(sum == 0 ? 2 : 3);
	}
	ASSERT_EQ(0, grant_revoke(self->owner, self->grant.handle));
	EXPECT_EQ(1, write(pipes[1], "x", 1));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
	{
		TH_LOG("status %#x", status);
	}
}

/* A system call that reads from a window that went fails; no garbage is read */
TEST_F(life, revoked_in_a_system_call)
{
	int pipes[2];

	ASSERT_EQ(0, pipe(pipes));
	EXPECT_EQ(64, write(pipes[1], self->map, 64));
	ASSERT_EQ(0, grant_revoke(self->owner, self->grant.handle));
	EXPECT_EQ(-1, write(pipes[1], self->map, 64));
	EXPECT_EQ(EFAULT, errno);
	close(pipes[0]);
	close(pipes[1]);
}

TEST_F(life, user_closes)
{
	__u32 handle;
	int fd, i;

	/* Windows go with the file: far more often than there are windows */
	for (i = 0; i < 100; i++) {
		fd = accel_open(&self->rig.accels[1]);
		ASSERT_LE(0, fd);
		while (!window_map(fd, &self->grant, 0, PAGE, RIGHT_R, &handle))
			if (handle > 16)
				break;
		close(fd);
	}
	EXPECT_EQ(0, touch_kind(self->map));
}

TEST_HARNESS_MAIN
