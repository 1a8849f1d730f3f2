// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * share_test.c - buffers and windows shared between processes: by a token, by
 * the file, by a dma-buf, by a name.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "dmabuf.h"
#include "pci.h"
#include "rig.h"
#include "touch.h"
#include "word.h"

FIXTURE(share)
{
	struct rig rig;
	int owner, user;
	struct bo bo;
	struct grant grant;
	__u32 window;
	int pair[2]; /* sockets: of the test, of a process that it makes */
	pid_t child;
};

FIXTURE_SETUP(share)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->owner = self->rig.fd[0];
	self->user = self->rig.fd[1];
	ASSERT_EQ(0, bo_make(self->owner, PAGE, 0, &self->bo));
	fill_pattern(self->bo.map, PAGE, 1);
	ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, RIGHT_ALL, 0,
				PAGE, &self->grant));
	ASSERT_EQ(0, window_map(self->user, &self->grant, 0, 0, RIGHT_ALL,
				&self->window));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, self->pair));
}

FIXTURE_TEARDOWN(share)
{
	char driver[32];

	if (pci_driver(self->rig.accels[0].device, driver, sizeof(driver)))
		EXPECT_EQ(0, pci_bind("trn4", self->rig.accels[0].device));
	/* One that waits for the other end sees it go */
	close(self->pair[0]);
	close(self->pair[1]);
	if (self->child > 0)
		EXPECT_EQ(self->child, waitpid(self->child, NULL, 0));
	rig_end(&self->rig);
}

/* ---- Between processes ---- */

/* What the other process says: one number. It has gone where it says nothing. */
static int heard(int sock)
{
	int value;

	if (read(sock, &value, sizeof(value)) != sizeof(value))
		return -EPIPE;
	return value;
}

static void say(int sock, int value)
{
	if (write(sock, &value, sizeof(value)) != sizeof(value))
		_exit(1);
}

static int send_fd(int sock, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = "", byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	return sendmsg(sock, &msg, 0) == 1 ? 0 : -errno;
}

static int receive_fd(int sock)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(sock, &msg, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&msg))
		return -EPIPE;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/* Tells of each touch that it is asked for, until nobody asks */
static void touch_on_demand(int sock, void *map)
{
	do {
		say(sock, map == MAP_FAILED ? -ENOMEM : touch_kind(map));
	} while (heard(sock) >= 0);
	_exit(0);
}

/* The same file in two processes: each has all of it, until both have closed */
TEST_F(share, file_passed_on)
{
	int sock = self->pair[0];

	self->child = fork();
	ASSERT_LE(0, self->child);
	if (!self->child) {
		rig_forget(&self->rig);
		close(sock);
		touch_on_demand(self->pair[1],
				gem_map(receive_fd(self->pair[1]), self->window,
					PAGE, PROT_READ));
	}
	close(self->pair[1]);
	self->pair[1] = -1;
	ASSERT_EQ(0, send_fd(sock, self->user));
	EXPECT_EQ(0, heard(sock));
	/* Who gave it goes: the window stays with who has it */
	close(self->user);
	self->rig.fd[1] = -1;
	say(sock, 0);
	EXPECT_EQ(0, heard(sock));
	ASSERT_EQ(0, grant_revoke(self->owner, self->grant.handle));
	say(sock, 0);
	EXPECT_EQ(SIGBUS, heard(sock));
}

/* Whoever has the token has the grant, by a file of its own */
TEST_F(share, token_passed_on)
{
	int sock = self->pair[0];

	self->child = fork();
	ASSERT_LE(0, self->child);
	if (!self->child) {
		struct grant grant = {};
		__u32 window;
		int fd;

		rig_forget(&self->rig);
		close(sock);
		sock = self->pair[1];
		if (read(sock, grant.token, sizeof(grant.token)) !=
		    sizeof(grant.token))
			_exit(1);
		fd = accel_open(&self->rig.accels[1]);
		if (fd < 0 || window_map(fd, &grant, 0, 0, RIGHT_R, &window))
			_exit(1);
		touch_on_demand(sock, gem_map(fd, window, PAGE, PROT_READ));
	}
	close(self->pair[1]);
	self->pair[1] = -1;
	ASSERT_EQ(sizeof(self->grant.token),
		  write(sock, self->grant.token, sizeof(self->grant.token)));
	EXPECT_EQ(0, heard(sock));
	ASSERT_EQ(0, grant_revoke(self->owner, self->grant.handle));
	say(sock, 0);
	EXPECT_EQ(SIGBUS, heard(sock));
}

/* A process that becomes another program has given all of it up */
TEST_F(share, ends_with_exec)
{
	__u32 window, again;
	int sock = self->pair[0];
	struct grant grant;
	void *map;

	self->child = fork();
	ASSERT_LE(0, self->child);
	if (!self->child) {
		int fd = accel_open(&self->rig.accels[0]);
		struct bo bo;

		rig_forget(&self->rig);
		close(sock);
		sock = self->pair[1];
		if (fd < 0 || bo_make(fd, PAGE, 0, &bo) ||
		    grant_make(fd, bo.handle, RIGHT_ALL, 0, PAGE, &grant) ||
		    write(sock, grant.token, sizeof(grant.token)) !=
			    sizeof(grant.token))
			_exit(1);
		/* It reads, of what is its input then, until that ends */
		if (heard(sock) < 0 || dup2(sock, STDIN_FILENO) < 0 ||
		    dup2(sock, STDOUT_FILENO) < 0)
			_exit(1);
		execlp("cat", "cat", NULL);
		_exit(1);
	}
	close(self->pair[1]);
	self->pair[1] = -1;
	ASSERT_EQ(sizeof(grant.token),
		  read(sock, grant.token, sizeof(grant.token)));
	ASSERT_EQ(0, window_map(self->user, &grant, 0, 0, RIGHT_RW, &window));
	map = gem_map(self->user, window, PAGE, PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(0, touch_kind_write(map));
	say(sock, 0);
	/* Once it answers it is the other program */
	say(sock, 7);
	ASSERT_EQ(7, heard(sock));
	EXPECT_EQ(SIGBUS, touch_kind(map));
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED, window_state(self->user, window));
	EXPECT_EQ(-ENOENT,
		  window_map(self->user, &grant, 0, 0, RIGHT_R, &again));
}

/* A window is its accelerator's, of which no dma-buf can tell another device */
TEST_F(share, no_dmabuf_of_a_window)
{
	EXPECT_EQ(-EOPNOTSUPP, prime_export(self->user, self->window));
}

/* ---- Mappings of dma-bufs ---- */

/* A dma-buf keeps its buffer's memory, and no longer than it lives */
TEST_F(share, dmabuf_keeps_the_memory)
{
	__u64 before, with, after;
	struct bo bo;
	int dmabuf;
	void *map;

	ASSERT_EQ(0,
		  accel_param(self->owner, DRM_TRN4_PARAM_HBM_FREE, &before));
	ASSERT_EQ(0, bo_make(self->owner, PAGE, 0, &bo));
	fill_pattern(bo.map, PAGE, 2);
	dmabuf = prime_export(self->owner, bo.handle);
	bo_drop(self->owner, &bo);
	ASSERT_LE(0, dmabuf);
	ASSERT_EQ(0, accel_param(self->owner, DRM_TRN4_PARAM_HBM_FREE, &with));
	EXPECT_EQ(before - PAGE, with);
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dmabuf, 0);
	if (map != MAP_FAILED) {
		EXPECT_EQ(0, check_pattern(map, PAGE, 2));
		munmap(map, PAGE);
	}
	close(dmabuf);
	ASSERT_EQ(0, accel_param(self->owner, DRM_TRN4_PARAM_HBM_FREE, &after));
	EXPECT_EQ(before, after);
}

/* Its device goes while the dma-buf is mapped */
TEST_F(share, dmabuf_of_a_device_that_goes)
{
	int dmabuf = prime_export(self->owner, self->bo.handle);
	void *map;

	ASSERT_LE(0, dmabuf);
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);
	if (map != MAP_FAILED)
		EXPECT_EQ(0, touch_kind_write(map));
	ASSERT_EQ(0, pci_unbind("trn4", self->rig.accels[0].device));
	if (map != MAP_FAILED) {
		EXPECT_EQ(SIGBUS, touch_kind(map));
		EXPECT_EQ(SIGBUS, touch_kind_write(map));
		munmap(map, PAGE);
	}
	close(dmabuf);
	ASSERT_EQ(0, pci_bind("trn4", self->rig.accels[0].device));
}

/* ---- The same object in two files ---- */

FIXTURE(two_files)
{
	struct rig rig;
	int owner, user, other;
	struct bo bo;
	struct grant grant;
	__u32 window, there; /* in user, in other */
	void *map;           /* by other */
};

/* The same object in another file, by a name, which DRM has for all drivers */
static int pass_on(int from, __u32 handle, int to, __u32 *there)
{
	struct drm_gem_flink flink = { .handle = handle };
	struct drm_gem_open open = { 0 };
	int ret;

	ret = accel_ioctl(from, DRM_IOCTL_GEM_FLINK, &flink);
	if (ret)
		return ret;
	open.name = flink.name;
	ret = accel_ioctl(to, DRM_IOCTL_GEM_OPEN, &open);
	*there = open.handle;
	return ret;
}

FIXTURE_SETUP(two_files)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->owner = self->rig.fd[0];
	self->user = self->rig.fd[1];
	self->other = accel_open(&self->rig.accels[1]);
	ASSERT_LE(0, self->other);
	ASSERT_EQ(0, bo_make(self->owner, PAGE, 0, &self->bo));
	ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, RIGHT_ALL, 0,
				PAGE, &self->grant));
	ASSERT_EQ(0, window_map(self->user, &self->grant, 0, 0, RIGHT_ALL,
				&self->window));
	ASSERT_EQ(0,
		  pass_on(self->user, self->window, self->other, &self->there));
	self->map = gem_map(self->other, self->there, PAGE,
			    PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, self->map);
	ASSERT_EQ(0, touch_kind_write(self->map));
}

FIXTURE_TEARDOWN(two_files)
{
	close(self->other);
	rig_end(&self->rig);
}

/* Ends the window at once for all who hold it */
TEST_F(two_files, unmap_is_for_all)
{
	ASSERT_EQ(0, window_unmap(self->user, self->window));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	EXPECT_EQ(SIGBUS, touch_kind_write(self->map));
	EXPECT_EQ(DRM_TRN4_WINDOW_UNMAPPED,
		  window_state(self->other, self->there));
	EXPECT_EQ(0, gem_close(self->other, self->there));
}

TEST_F(two_files, revoke_is_for_all)
{
	ASSERT_EQ(0, grant_revoke(self->owner, self->grant.handle));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED,
		  window_state(self->other, self->there));
}

/* The file that made it goes; whoever has it, too, has it or gets SIGBUS */
TEST_F(two_files, maker_closes)
{
	struct drm_trn4_cmd cmd;
	struct bo mine;
	int sig, ret;

	word_set(self->bo.map, 0, 0x1234);
	close(self->user);
	self->rig.fd[1] = -1;
	sig = touch_kind(self->map);
	EXPECT_TRUE(sig == 0 || sig == SIGBUS);
	if (!sig)
		EXPECT_EQ(0x1234, word_get(self->map, 0));
	ASSERT_EQ(0, bo_make(self->other, PAGE, 0, &mine));
	cmd = cmd_copy(mine.handle, 0, self->there, 0, 8);
	ret = submit_wait(self->other, &cmd, 1, 0);
	EXPECT_EQ(0, ret);
	if (!sig)
		EXPECT_EQ(0x1234, word_get(mine.map, 0));
	ASSERT_EQ(0, grant_revoke(self->owner, self->grant.handle));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
}

TEST_HARNESS_MAIN
