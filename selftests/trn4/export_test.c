// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * export_test.c - dma-bufs of HBM: on the accelerator itself, on a peer, where
 * they are windows, and with devices that cannot have them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "dmabuf.h"
#include "pci.h"
#include "rig.h"
#include "touch.h"
#include "word.h"

#define SIZE (2 * PAGE)

FIXTURE(share)
{
	struct rig rig;
	int fd, peer; /* whose the buffer is; who imports it */
	struct bo bo;
	int dmabuf;
	__u32 window; /* of the peer, by import */
	__u8 *map;    /* of that */
};

FIXTURE_SETUP(share)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	ASSERT_EQ(0, touch_begin());
	self->fd = self->rig.fd[0];
	self->peer = self->rig.fd[1];
	ASSERT_EQ(0, bo_make(self->fd, SIZE, 0, &self->bo));
	fill_pattern(self->bo.map, SIZE, 1);
	self->dmabuf = prime_export(self->fd, self->bo.handle);
	ASSERT_LE(0, self->dmabuf);
	ASSERT_EQ(0, prime_import(self->peer, self->dmabuf, &self->window));
	self->map = gem_map(self->peer, self->window, SIZE,
			    PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, self->map);
}

FIXTURE_TEARDOWN(share)
{
	if (self->dmabuf >= 0)
		close(self->dmabuf);
	rig_end(&self->rig);
}

static int info(int fd, __u32 handle, struct drm_trn4_window_info *info)
{
	*info = (struct drm_trn4_window_info) { .handle = handle };
	return accel_ioctl(fd, DRM_IOCTL_TRN4_WINDOW_INFO, info);
}

TEST_F(share, is_a_window)
{
	struct drm_trn4_window_info window;
	struct drm_trn4_cmd cmd;
	struct bo bo;

	ASSERT_EQ(0, info(self->peer, self->window, &window));
	EXPECT_EQ(DRM_TRN4_WINDOW_LIVE, window.state);
	EXPECT_EQ(SIZE, window.size);
	EXPECT_EQ(self->rig.accels[0].id, window.peer);
	EXPECT_EQ(RIGHT_ALL, window.rights);

	EXPECT_EQ(0, check_pattern(self->map, SIZE, 1));
	word_set(self->map, 9, 0x99);
	EXPECT_EQ(0x99, word_get(self->bo.map, 9));
	cmd = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, self->window, 72, 1, 0);
	EXPECT_EQ(0, submit_wait(self->peer, &cmd, 1, 0));
	EXPECT_EQ(0x9a, word_get(self->bo.map, 9));
	ASSERT_EQ(0, bo_make(self->peer, SIZE, 0, &bo));
	cmd = cmd_copy(bo.handle, 0, self->window, 0, SIZE);
	EXPECT_EQ(0, submit_wait(self->peer, &cmd, 1, 0));
	EXPECT_EQ(0, memcmp(bo.map, self->bo.map, SIZE));
}

/* One object for a file, another for the next one */
TEST_F(share, once)
{
	int other = accel_open(&self->rig.accels[1]), again;
	__u32 handle;

	ASSERT_EQ(0, prime_import(self->peer, self->dmabuf, &handle));
	EXPECT_EQ(self->window, handle);
	/* It is passed on as what it is */
	again = prime_export(self->peer, self->window);
	ASSERT_LE(0, again);
	ASSERT_EQ(0, prime_import(self->fd, again, &handle));
	EXPECT_EQ(self->bo.handle, handle);
	ASSERT_EQ(0, prime_import(other, again, &handle));
	EXPECT_EQ(0, window_unmap(other, handle));
	EXPECT_EQ(0, touch_kind(self->map));
	close(again);
	close(other);
}

/* Another file of the same accelerator has the buffer itself */
TEST_F(share, on_its_own_device)
{
	int other = accel_open(&self->rig.accels[0]);
	__u64 free, after;
	__u32 handle;
	__u8 *map;

	ASSERT_EQ(0, accel_param(other, DRM_TRN4_PARAM_HBM_FREE, &free));
	ASSERT_EQ(0, prime_import(other, self->dmabuf, &handle));
	ASSERT_EQ(0, accel_param(other, DRM_TRN4_PARAM_HBM_FREE, &after));
	EXPECT_EQ(free, after);
	map = gem_map(other, handle, SIZE, PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(0, check_pattern(map, SIZE, 1));
	word_set(map, 0, 3);
	EXPECT_EQ(3, word_get(self->bo.map, 0));
	/* It lives while somebody has it */
	ASSERT_EQ(0, munmap(self->bo.map, SIZE));
	ASSERT_EQ(0, gem_close(self->fd, self->bo.handle));
	EXPECT_EQ(3, word_get(map, 0));
	munmap(map, SIZE);
	close(other);
}

/* The dma-buf itself is mapped, and no more of it than there is */
TEST_F(share, mapped)
{
	__u8 *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			 self->dmabuf, 0);

	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(0, check_pattern(map, SIZE, 1));
	word_set(map, 1, 77);
	EXPECT_EQ(77, word_get(self->map, 1));
	munmap(map, SIZE);
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, self->dmabuf, PAGE);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(word_get(self->bo.map, PAGE / 8), word_get(map, 0));
	munmap(map, PAGE);
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, SIZE, PROT_READ, MAP_SHARED, self->dmabuf, PAGE));
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, self->dmabuf, 0));
}

/* Who is given it for reading gets no more, on the fabric either */
TEST_F(share, for_reading)
{
	struct drm_prime_handle arg = { .flags = DRM_CLOEXEC };
	struct drm_trn4_window_info window;
	struct drm_trn4_cmd cmd;
	__u64 offset;
	__u32 handle;
	struct bo bo;

	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &bo));
	arg.handle = bo.handle;
	ASSERT_EQ(0, accel_ioctl(self->fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &arg));
	ASSERT_EQ(0, prime_import(self->peer, arg.fd, &handle));
	ASSERT_EQ(0, info(self->peer, handle, &window));
	EXPECT_EQ(RIGHT_R, window.rights);
	ASSERT_EQ(0, map_offset(self->peer, handle, &offset));
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, self->peer, offset));
	EXPECT_EQ(EACCES, errno);
	cmd = cmd_copy(handle, 0, self->window, 0, 8);
	EXPECT_EQ(-EACCES, submit_wait(self->peer, &cmd, 1, 0));
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, arg.fd, 0));
	EXPECT_EQ(EACCES, errno);
	close(arg.fd);
}

/*
 * On the owner's own accelerator it would be the buffer itself, to write to.
 * Who made it has that already.
 */
TEST_F(share, for_reading_at_home)
{
	struct drm_prime_handle arg = { .flags = DRM_CLOEXEC };
	int other = accel_open(&self->rig.accels[0]);
	__u32 handle;
	struct bo bo;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &bo));
	arg.handle = bo.handle;
	ASSERT_EQ(0, accel_ioctl(self->fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &arg));
	EXPECT_EQ(-EACCES, prime_import(other, arg.fd, &handle));
	ASSERT_EQ(0, prime_import(self->fd, arg.fd, &handle));
	EXPECT_EQ(bo.handle, handle);
	close(arg.fd);
	close(other);
}

/* Neither handle nor file of who made it is needed any longer */
TEST_F(share, outlives_its_handle)
{
	ASSERT_EQ(0, gem_close(self->fd, self->bo.handle));
	ASSERT_EQ(0, munmap(self->bo.map, SIZE));
	close(self->dmabuf);
	self->dmabuf = -1;
	close(self->fd);
	self->rig.fd[0] = -1;
	EXPECT_EQ(0, check_pattern(self->map, SIZE, 1));
	/* But the memory is free again when the window ends */
	ASSERT_EQ(0, window_unmap(self->peer, self->window));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
}

/* What an import takes of both devices comes back with the window */
TEST_F(share, gives_all_back)
{
	__u64 grants, free, after;
	__u32 handle;
	unsigned int i;

	ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_GRANTS, &grants));
	ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_FREE, &free));
	ASSERT_EQ(0, munmap(self->map, SIZE));
	ASSERT_EQ(0, gem_close(self->peer, self->window));
	for (i = 0; i < grants + 8; i++) {
		ASSERT_EQ(0, prime_import(self->peer, self->dmabuf, &handle))
		{
			TH_LOG("round %u", i);
		}
		ASSERT_EQ(0, i % 2 ? gem_close(self->peer, handle) :
				     window_unmap(self->peer, handle));
	}
	ASSERT_EQ(0, munmap(self->bo.map, SIZE));
	ASSERT_EQ(0, gem_close(self->fd, self->bo.handle));
	close(self->dmabuf);
	self->dmabuf = -1;
	ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_FREE, &after));
	EXPECT_EQ(free + SIZE, after);
}

/* No window is left: nothing has changed, and no grant stays */
TEST_F(share, no_route)
{
	const struct fabric *fabric = self->rig.fabric;
	__u32 id = self->rig.accels[0].id, handle;
	int other = accel_open(&self->rig.accels[1]);
	unsigned int i;

	ASSERT_EQ(0, fabric_unroute_all(&self->rig.nl, fabric, id));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	for (i = 0; i < 600; i++)
		ASSERT_EQ(-EHOSTUNREACH,
			  prime_import(other, self->dmabuf, &handle));
	ASSERT_EQ(0, fabric_route_all(&self->rig.nl, fabric, id));
	EXPECT_EQ(0, touch_kind(self->map));
	EXPECT_EQ(0, prime_import(other, self->dmabuf, &handle));
	close(other);
}

TEST_F(share, over_a_reset)
{
	struct drm_trn4_window_info window;
	__u32 handle;

	ASSERT_EQ(0, pci_reset(self->rig.accels[0].device));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	ASSERT_EQ(0, info(self->peer, self->window, &window));
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED, window.state);
	/* The buffer stays, and so does its dma-buf; the window is new */
	EXPECT_EQ(0, check_pattern(self->bo.map, SIZE, 1));
	ASSERT_EQ(0, gem_close(self->peer, self->window));
	ASSERT_EQ(0, fabric_load_trained(&self->rig.nl, self->rig.fabric));
	ASSERT_EQ(0, prime_import(self->peer, self->dmabuf, &handle));
	munmap(self->map, SIZE);
	self->map = gem_map(self->peer, handle, SIZE, PROT_READ);
	ASSERT_NE(MAP_FAILED, self->map);
	EXPECT_EQ(0, check_pattern(self->map, SIZE, 1));
}

/* Of a device that has gone nothing is left but the file */
TEST_F(share, over_an_unbind)
{
	const char *device = self->rig.accels[0].device;
	int other = accel_open(&self->rig.accels[1]);
	char driver[32];
	__u32 handle;
	__u8 *map;

	map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, self->dmabuf, 0);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(0, touch_kind(map));
	ASSERT_EQ(0, pci_driver(device, driver, sizeof(driver)));
	ASSERT_EQ(0, pci_unbind(driver, device));
	EXPECT_EQ(SIGBUS, touch_kind(map));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	EXPECT_EQ(-ENOLINK, prime_import(other, self->dmabuf, &handle));
	close(self->fd);
	self->rig.fd[0] = -1;
	ASSERT_EQ(0, pci_bind(driver, device));
	EXPECT_EQ(-ENOLINK, prime_import(other, self->dmabuf, &handle));
	close(other);
}

/* Who imports it may go as well: the buffer is none the worse for it */
TEST_F(share, over_the_importers_unbind)
{
	const char *device = self->rig.accels[1].device;
	char driver[32];

	ASSERT_EQ(0, pci_driver(device, driver, sizeof(driver)));
	ASSERT_EQ(0, pci_unbind(driver, device));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	EXPECT_EQ(0, check_pattern(self->bo.map, SIZE, 1));
	close(self->peer);
	self->rig.fd[1] = -1;
	ASSERT_EQ(0, pci_bind(driver, device));
}

TEST_F(share, only_hbm)
{
	struct grant grant;
	__u32 handle;
	struct bo bo;

	ASSERT_EQ(0, bo_make(self->fd, PAGE, DRM_TRN4_BO_HOST, &bo));
	EXPECT_EQ(-EOPNOTSUPP, prime_export(self->fd, bo.handle));
	ASSERT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_RW, 0, PAGE,
				&grant));
	ASSERT_EQ(0, window_map(self->peer, &grant, 0, 0, RIGHT_RW, &handle));
	EXPECT_EQ(-EOPNOTSUPP, prime_export(self->peer, handle));
	EXPECT_EQ(-ENOENT, prime_export(self->fd, 0));
}

/* A graphics device without hardware, that can have pages of memory alone */
static int open_vgem(void)
{
	char path[32], name[16] = "";
	struct drm_version version = { .name = name,
				       .name_len = sizeof(name) - 1 };
	int i, fd;

	for (i = 0; i < 16; i++) {
		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		version.name_len = sizeof(name) - 1;
		if (!ioctl(fd, DRM_IOCTL_VERSION, &version) &&
		    !strcmp(name, "vgem"))
			return fd;
		close(fd);
	}
	return -1;
}

TEST_F(share, not_with_all)
{
	__u32 handle;
	int vgem;

	if (module_load("vgem"))
		SKIP(return, "needs vgem");
	vgem = open_vgem();
	ASSERT_LE(0, vgem);
	EXPECT_EQ(-EOPNOTSUPP, prime_import(vgem, self->dmabuf, &handle));
	/* And nothing of that stays */
	EXPECT_EQ(0, touch_kind(self->map));
	close(vgem);
	EXPECT_EQ(0, module_remove("vgem"));
}

TEST_HARNESS_MAIN
