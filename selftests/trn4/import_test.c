// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_test.c - memory that others lend as dma-bufs, as operands of copies.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "dmabuf.h"
#include "pci.h"
#include "rig.h"
#include "uqueue.h"

#define SMALL 4096ull
#define SIZE  (256 * SMALL)

FIXTURE(import)
{
	struct rig rig;
	int fd;
	int dmabuf;
	__u8 *mem; /* the dma-buf, mapped by who lends it */
	__u32 handle;
	struct bo hbm;
};

FIXTURE_VARIANT(import)
{
	int (*make)(__u64 size);
};

FIXTURE_VARIANT_ADD(import, udmabuf) { .make = dmabuf_udmabuf };
FIXTURE_VARIANT_ADD(import, heap) { .make = dmabuf_heap };

FIXTURE_SETUP(import)
{
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	self->dmabuf = variant->make(SIZE);
	if (self->dmabuf == -ENOENT)
		SKIP(return, "the kernel lends no such memory");
	ASSERT_LE(0, self->dmabuf);
	self->mem = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			 self->dmabuf, 0);
	ASSERT_NE(MAP_FAILED, self->mem);
	ASSERT_EQ(0, prime_import(self->fd, self->dmabuf, &self->handle));
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &self->hbm));
}

FIXTURE_TEARDOWN(import)
{
	if (self->dmabuf >= 0)
		close(self->dmabuf);
	rig_end(&self->rig);
}

static int copy(int fd, __u32 dst, __u64 to, __u32 src, __u64 from,
		__u64 length)
{
	struct drm_trn4_cmd cmd = cmd_copy(dst, to, src, from, length);

	return submit_wait(fd, &cmd, 1, 0);
}

TEST_F(import, in_and_out)
{
	fill_pattern(self->mem, SIZE, 1);
	ASSERT_EQ(0,
		  copy(self->fd, self->hbm.handle, 3, self->handle, 0, SIZE));
	memset(self->mem, 0x55, SIZE);
	ASSERT_EQ(0, copy(self->fd, self->handle, 0, self->hbm.handle, 3,
			  SIZE - 1));
	EXPECT_EQ(0, check_pattern(self->mem, SIZE - 8, 1));
	EXPECT_EQ(0x55, self->mem[SIZE - 1]);
	/* Overlapping, upward */
	fill_pattern(self->mem, SIZE, 2);
	ASSERT_EQ(0,
		  copy(self->fd, self->handle, 8, self->handle, 0, SIZE - 8));
	EXPECT_EQ(0, check_pattern(self->mem + 8, SIZE - 8, 2));
}

TEST_F(import, range)
{
	EXPECT_EQ(-EINVAL, copy(self->fd, self->handle, SIZE - 8,
				self->hbm.handle, 0, 16));
	EXPECT_EQ(-EINVAL,
		  copy(self->fd, self->hbm.handle, 0, self->handle, SIZE, 1));
}

TEST_F(import, results)
{
	struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };

	memset(self->mem, 0xee, SIZE);
	ASSERT_EQ(0, submit_wait(self->fd, &nop, 1, self->handle));
	EXPECT_EQ(0, ((struct drm_trn4_result *)self->mem)->error);
	EXPECT_EQ(0xee, self->mem[sizeof(struct drm_trn4_result)]);
}

/* Neither for atomics nor for peers; and it is not ours to map */
TEST_F(import, only_for_copies)
{
	struct drm_trn4_cmd cmd = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8,
					     self->handle, 0, 1, 0);
	struct grant grant;
	__u64 offset;

	EXPECT_EQ(-EINVAL, submit_wait(self->fd, &cmd, 1, 0));
	EXPECT_EQ(-EINVAL,
		  grant_make(self->fd, self->handle, RIGHT_R, 0, PAGE, &grant));
	EXPECT_EQ(-EINVAL, map_offset(self->fd, self->handle, &offset));
}

/* Whose file is for reading: a source, and nothing that the device writes to */
TEST_F(import, for_reading)
{
	const struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	static const __u8 zeroes[SIZE];
	int lent = dmabuf_heap_readonly(SIZE);
	struct drm_trn4_segment_set segment = {
		.size = SIZE,
		.rights = RIGHT_R,
	};
	struct uqueue q;
	__u32 handle;

	if (lent == -ENOENT)
		SKIP(return, "the kernel lends no such memory");
	ASSERT_LE(0, lent);
	ASSERT_EQ(0, prime_import(self->fd, lent, &handle));
	memset(self->hbm.map, 0x55, SIZE);
	ASSERT_EQ(0, copy(self->fd, self->hbm.handle, 0, handle, 0, SIZE));
	EXPECT_EQ(0, memcmp(self->hbm.map, zeroes, SIZE));

	EXPECT_EQ(-EACCES,
		  copy(self->fd, handle, 0, self->hbm.handle, 0, SIZE));
	EXPECT_EQ(-EACCES, submit_wait(self->fd, &nop, 1, handle));
	ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &q));
	segment.handle = q.handle;
	segment.object = handle;
	EXPECT_EQ(0,
		  accel_ioctl(self->fd, DRM_IOCTL_TRN4_SEGMENT_SET, &segment));
	segment.rights = RIGHT_RW;
	EXPECT_EQ(-EACCES,
		  accel_ioctl(self->fd, DRM_IOCTL_TRN4_SEGMENT_SET, &segment));
	close(lent);
}

/* In one file it is one object, and it is passed on as what it is */
TEST_F(import, once)
{
	int other = accel_open(&self->rig.accels[0]), again;
	__u32 handle;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, prime_import(self->fd, self->dmabuf, &handle));
	EXPECT_EQ(self->handle, handle);
	ASSERT_EQ(0, prime_import(other, self->dmabuf, &handle));
	again = prime_export(other, handle);
	ASSERT_LE(0, again);
	ASSERT_EQ(0, prime_import(self->fd, again, &handle));
	EXPECT_EQ(self->handle, handle);
	close(again);
	close(other);
	EXPECT_EQ(0,
		  copy(self->fd, self->hbm.handle, 0, self->handle, 0, SIZE));
}

/* What one file gives up the other one keeps */
TEST_F(import, two_files)
{
	int other = accel_open(&self->rig.accels[0]);
	__u32 handle, results;
	struct bo bo;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, prime_import(other, self->dmabuf, &handle));
	ASSERT_EQ(0, bo_make(other, PAGE, 0, &bo));
	ASSERT_EQ(0, gem_close(self->fd, self->handle));
	fill_pattern(self->mem, SIZE, 3);
	EXPECT_EQ(0, copy(other, bo.handle, 0, handle, 0, SIZE));
	EXPECT_EQ(0, check_pattern(bo.map, SIZE, 3));
	/* And taken again it is good again, in the last file's absence, too */
	ASSERT_EQ(0, prime_import(self->fd, self->dmabuf, &results));
	bo_drop(other, &bo);
	close(other);
	EXPECT_EQ(0, copy(self->fd, self->hbm.handle, 0, results, 0, SIZE));
	EXPECT_EQ(0, check_pattern(self->hbm.map, SIZE, 3));
	EXPECT_EQ(0, gem_close(self->fd, results));
	EXPECT_EQ(0, prime_import(self->fd, self->dmabuf, &results));
}

/* Neither the file nor the mapping of who lends it is needed any longer */
TEST_F(import, outlives_its_file)
{
	fill_pattern(self->mem, SIZE, 4);
	munmap(self->mem, SIZE);
	close(self->dmabuf);
	self->dmabuf = -1;
	EXPECT_EQ(0,
		  copy(self->fd, self->hbm.handle, 0, self->handle, 0, SIZE));
	EXPECT_EQ(0, check_pattern(self->hbm.map, SIZE, 4));
	EXPECT_EQ(0, gem_close(self->fd, self->handle));
}

TEST_F(import, no_dma_buf)
{
	__u32 handle;

	EXPECT_EQ(-EBADF, prime_import(self->fd, -1, &handle));
	EXPECT_EQ(-EINVAL, prime_import(self->fd, self->fd, &handle));
}

TEST_F(import, over_a_reset)
{
	fill_pattern(self->mem, SIZE, 5);
	ASSERT_EQ(0, pci_reset(self->rig.accels[0].device));
	EXPECT_EQ(0,
		  copy(self->fd, self->hbm.handle, 0, self->handle, 0, SIZE));
	EXPECT_EQ(0, check_pattern(self->hbm.map, SIZE, 5));
}

/* The memory is out of the device's reach, and lives on with who lends it */
TEST_F(import, over_an_unbind)
{
	const char *device = self->rig.accels[0].device;
	struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	__u8 before[SMALL];
	char driver[32];
	__u32 handle;

	fill_pattern(self->mem, SIZE, 6);
	ASSERT_EQ(0, submit_wait(self->fd, &nop, 1, self->handle));
	memcpy(before, self->mem + SMALL, SMALL);
	ASSERT_EQ(0, pci_driver(device, driver, sizeof(driver)));
	ASSERT_EQ(0, pci_unbind(driver, device));
	EXPECT_EQ(-ENODEV, prime_import(self->fd, self->dmabuf, &handle));
	EXPECT_EQ(0, memcmp(before, self->mem + SMALL, SMALL));
	close(self->fd);
	self->rig.fd[0] = -1;
	ASSERT_EQ(0, pci_bind(driver, device));
}

TEST_HARNESS_MAIN
