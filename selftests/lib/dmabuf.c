// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dmabuf.c - dma-bufs: of others, for tests, and how files of devices take and
 * give them.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm/drm.h>

#include "accel.h"
#include "dmabuf.h"

/**
 * dmabuf_udmabuf() - a dma-buf of pages of a memfd
 * @size: multiple of the page size
 *
 * Return: file descriptor; -ENOENT where the kernel has no such thing; or
 * another negative errno.
 */
int dmabuf_udmabuf(__u64 size)
{
	struct udmabuf_create arg = {
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.size = size,
	};
	int maker = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), ret;

	if (maker < 0)
		return -errno;
	arg.memfd = memfd_create("dmabuf", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	if ((int)arg.memfd < 0 || ftruncate(arg.memfd, size) ||
	    fcntl(arg.memfd, F_ADD_SEALS, F_SEAL_SHRINK)) {
		ret = -errno;
	} else {
		ret = ioctl(maker, UDMABUF_CREATE, &arg);
		if (ret < 0)
			ret = -errno;
	}
	if ((int)arg.memfd >= 0)
		close(arg.memfd);
	close(maker);
	return ret;
}

static int heap_alloc(__u64 size, __u32 mode)
{
	struct dma_heap_allocation_data arg = {
		.len = size,
		.fd_flags = mode | O_CLOEXEC,
	};
	int heap = open("/dev/dma_heap/system", O_RDWR | O_CLOEXEC), ret;

	if (heap < 0)
		return -errno;
	ret = ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &arg) ? -errno : (int)arg.fd;
	close(heap);
	return ret;
}

/**
 * dmabuf_heap() - a dma-buf of the system's heap
 * @size: multiple of the page size
 *
 * Return: as dmabuf_udmabuf().
 */
int dmabuf_heap(__u64 size)
{
	return heap_alloc(size, O_RDWR);
}

/* The same, for reading alone */
int dmabuf_heap_readonly(__u64 size)
{
	return heap_alloc(size, O_RDONLY);
}

/* Takes a dma-buf as an object of a device. Returns 0 or a negative errno. */
int prime_import(int fd, int dmabuf, __u32 *handle)
{
	struct drm_prime_handle arg = { .fd = dmabuf };
	int ret = accel_ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &arg);

	*handle = ret ? 0 : arg.handle;
	return ret;
}

/* Gives an object as a dma-buf: a file descriptor, or a negative errno. */
int prime_export(int fd, __u32 handle)
{
	struct drm_prime_handle arg = {
		.handle = handle,
		.flags = DRM_CLOEXEC | DRM_RDWR,
	};
	int ret = accel_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &arg);

	return ret ?: arg.fd;
}

/* Takes an object back from all who have it by its dma-buf. */
int export_revoke(int fd, __u32 handle)
{
	struct drm_trn4_export_revoke arg = { .handle = handle };

	return accel_ioctl(fd, DRM_IOCTL_TRN4_EXPORT_REVOKE, &arg);
}
