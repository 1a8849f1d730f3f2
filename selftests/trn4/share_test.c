// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * share_test.c - buffers and windows passed on by what DRM offers to every
 * driver: dma-bufs and names. It may be refused; where it is not, whoever got
 * hold of a window in such a way loses it as everybody does.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "pci.h"
#include "rig.h"
#include "touch.h"
#include "word.h"

FIXTURE(share)
{
	struct rig rig;
	int owner, user;
	int other; /* a second file of the user's device */
	struct bo bo;
	struct grant grant;
	__u32 window; /* with all rights */
	__u32 readable;
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
	self->other = accel_open(&self->rig.accels[1]);
	ASSERT_LE(0, self->other);
	ASSERT_EQ(0, bo_make(self->owner, PAGE, 0, &self->bo));
	fill_pattern(self->bo.map, PAGE, 1);
	ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, RIGHT_ALL, 0,
				PAGE, &self->grant));
	ASSERT_EQ(0, window_map(self->user, &self->grant, 0, 0, RIGHT_ALL,
				&self->window));
	ASSERT_EQ(0, window_map(self->user, &self->grant, 0, 0, RIGHT_R,
				&self->readable));
}

FIXTURE_TEARDOWN(share)
{
	char driver[32];

	if (pci_driver(self->rig.accels[0].device, driver, sizeof(driver)))
		EXPECT_EQ(0, pci_bind("trn4", self->rig.accels[0].device));
	close(self->other);
	rig_end(&self->rig);
}

/* A dma-buf of a buffer or window, or a negative errno */
static int export_dmabuf(int fd, __u32 handle)
{
	struct drm_prime_handle arg = {
		.handle = handle,
		.flags = DRM_CLOEXEC | DRM_RDWR,
		.fd = -1,
	};
	int ret = accel_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &arg);

	return ret ? ret : arg.fd;
}

static int import_dmabuf(int fd, int dmabuf, __u32 *handle)
{
	struct drm_prime_handle arg = { .fd = dmabuf };
	int ret = accel_ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &arg);

	*handle = arg.handle;
	return ret;
}

/* The same object in another file, by a dma-buf or by a name */
static int pass_on(int from, __u32 handle, int to, bool by_name, __u32 *there)
{
	struct drm_gem_flink flink = { .handle = handle };
	struct drm_gem_open open = { 0 };
	int dmabuf, ret;

	if (!by_name) {
		dmabuf = export_dmabuf(from, handle);
		if (dmabuf < 0)
			return dmabuf;
		ret = import_dmabuf(to, dmabuf, there);
		close(dmabuf);
		return ret;
	}
	ret = accel_ioctl(from, DRM_IOCTL_GEM_FLINK, &flink);
	if (ret)
		return ret;
	open.name = flink.name;
	ret = accel_ioctl(to, DRM_IOCTL_GEM_OPEN, &open);
	*there = open.handle;
	return ret;
}

/* ---- Mappings of dma-bufs ---- */

TEST_F(share, mapped_dmabuf_is_revoked)
{
	int dmabuf = export_dmabuf(self->user, self->window);
	void *map;

	if (dmabuf < 0)
		SKIP(return, "windows are not exported");
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);
	if (map != MAP_FAILED) {
		if (!touch_kind(map))
			EXPECT_EQ(0, check_pattern(map, PAGE, 1));
		ASSERT_EQ(0, grant_revoke(self->owner, self->grant.handle));
		EXPECT_EQ(SIGBUS, touch_kind(map));
		EXPECT_EQ(SIGBUS, touch_kind_write(map));
		munmap(map, PAGE);
	}
	EXPECT_EQ(0, check_pattern(self->bo.map, PAGE, 1));
	close(dmabuf);
}

TEST_F(share, mapped_dmabuf_without_route)
{
	int dmabuf = export_dmabuf(self->user, self->window);
	void *map;

	if (dmabuf < 0)
		SKIP(return, "windows are not exported");
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dmabuf, 0);
	if (map != MAP_FAILED) {
		touch_kind(map);
		ASSERT_EQ(0, fabric_clear(&self->rig.nl));
		EXPECT_EQ(SIGBUS, touch_kind(map));
		munmap(map, PAGE);
	}
	close(dmabuf);
}

/* No way round a window that may be read only */
TEST_F(share, dmabuf_of_read_only_window)
{
	int dmabuf = export_dmabuf(self->user, self->readable);
	void *map;

	if (dmabuf < 0)
		SKIP(return, "windows are not exported");
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);
	EXPECT_EQ(MAP_FAILED, map);
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, dmabuf, 0);
	EXPECT_EQ(MAP_FAILED, map);
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dmabuf, 0);
	if (map != MAP_FAILED) {
		EXPECT_EQ(-1, mprotect(map, PAGE, PROT_READ | PROT_WRITE));
		munmap(map, PAGE);
	}
	EXPECT_EQ(0, check_pattern(self->bo.map, PAGE, 1));
	close(dmabuf);
}

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
	dmabuf = export_dmabuf(self->owner, bo.handle);
	bo_drop(self->owner, &bo);
	if (dmabuf < 0)
		SKIP(return, "buffers are not exported");
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
	int dmabuf = export_dmabuf(self->owner, self->bo.handle);
	void *map;

	if (dmabuf < 0)
		SKIP(return, "buffers are not exported");
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

/* Another accelerator takes it, or refuses: both are well */
TEST_F(share, dmabuf_to_another_device)
{
	int dmabuf = export_dmabuf(self->owner, self->bo.handle), ret;
	struct drm_trn4_cmd cmd;
	struct bo mine;
	__u32 there;

	if (dmabuf < 0)
		SKIP(return, "buffers are not exported");
	ret = import_dmabuf(self->user, dmabuf, &there);
	close(dmabuf);
	if (ret)
		return;
	ASSERT_EQ(0, bo_make(self->user, PAGE, 0, &mine));
	cmd = cmd_copy(mine.handle, 0, there, 0, PAGE);
	if (!submit_wait(self->user, &cmd, 1, 0))
		EXPECT_EQ(0, check_pattern(mine.map, PAGE, 1));
	gem_close(self->user, there);
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

FIXTURE_VARIANT(two_files)
{
	bool by_name;
};

FIXTURE_VARIANT_ADD(two_files, dmabuf) {
	.by_name = false,
};

FIXTURE_VARIANT_ADD(two_files, name) {
	.by_name = true,
};

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
	if (pass_on(self->user, self->window, self->other, variant->by_name,
		    &self->there))
		SKIP(return, "windows are not passed on");
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
