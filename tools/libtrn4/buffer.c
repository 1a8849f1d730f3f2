// SPDX-License-Identifier: MIT
/*
 * buffer.c - buffers in a device's memory or in host memory for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

_Static_assert(TRN4_BUFFER_HOST == DRM_TRN4_BO_HOST, "flags as the kernel's");
_Static_assert(TRN4_BUFFER_TOP == DRM_TRN4_BO_TOP, "flags as the kernel's");

TRN4_API int trn4_buffer_create(struct trn4_device *dev, uint64_t size,
				uint32_t flags, struct trn4_buffer **out)
{
	return trn4_buffer_create_aligned(dev, size, 0, flags, out);
}

TRN4_API int trn4_buffer_create_aligned(struct trn4_device *dev, uint64_t size,
					uint64_t alignment, uint32_t flags,
					struct trn4_buffer **out)
{
	struct drm_trn4_bo_create arg = { .size = size,
					  .alignment = alignment,
					  .flags = flags };
	struct trn4_buffer *buf;
	int ret;

	buf = calloc(1, sizeof(*buf));
	if (!buf)
		return -ENOMEM;
	ret = trn4_ioctl(dev, DRM_IOCTL_TRN4_BO_CREATE, &arg);
	if (ret) {
		free(buf);
		return ret;
	}
	buf->dev = dev;
	buf->dmabuf = -1;
	buf->size = arg.size;
	buf->handle = arg.handle;
	*out = buf;
	return 0;
}

TRN4_API int trn4_buffer_wrap(struct trn4_device *dev, void *ptr, uint64_t size,
			      bool readonly, struct trn4_buffer **out)
{
	struct drm_trn4_bo_create arg = {
		.size = size,
		.address = (uintptr_t)ptr,
		.flags = DRM_TRN4_BO_USER |
			 (readonly ? DRM_TRN4_BO_READONLY : 0),
	};
	struct trn4_buffer *buf;
	int ret;

	buf = calloc(1, sizeof(*buf));
	if (!buf)
		return -ENOMEM;
	ret = trn4_ioctl(dev, DRM_IOCTL_TRN4_BO_CREATE, &arg);
	if (ret) {
		free(buf);
		return ret;
	}
	buf->dev = dev;
	buf->ptr = ptr;
	buf->wrapped = true;
	buf->dmabuf = -1;
	buf->size = arg.size;
	buf->handle = arg.handle;
	*out = buf;
	return 0;
}

TRN4_API int trn4_buffer_export(const struct trn4_buffer *buf, bool writable)
{
	struct drm_prime_handle arg = {
		.handle = buf->handle,
		.flags = DRM_CLOEXEC | (writable ? DRM_RDWR : 0),
	};
	int ret = trn4_ioctl(buf->dev, DRM_IOCTL_PRIME_HANDLE_TO_FD, &arg);

	return ret ? ret : arg.fd;
}

TRN4_API int trn4_buffer_export_revoke(const struct trn4_buffer *buf)
{
	struct drm_trn4_export_revoke arg = { .handle = buf->handle };

	return trn4_ioctl(buf->dev, DRM_IOCTL_TRN4_EXPORT_REVOKE, &arg);
}

TRN4_API void trn4_buffer_destroy(struct trn4_buffer *buf)
{
	if (!buf)
		return;
	if (buf->ptr && !buf->wrapped)
		munmap(buf->ptr, buf->size);
	if (buf->dmabuf >= 0)
		close(buf->dmabuf);
	trn4_close_handle(buf->dev, buf->handle);
	free(buf);
}

static int map_dmabuf(struct trn4_buffer *buf)
{
	void *map = mmap(NULL, buf->size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 buf->dmabuf, 0);

	if (map == MAP_FAILED)
		return -errno;
	buf->ptr = map;
	return 0;
}

TRN4_API int trn4_buffer_map(struct trn4_buffer *buf, void **ptr)
{
	int ret;

	if (!buf->ptr) {
		ret = trn4_map_handle(buf->dev, buf->handle, buf->size,
				      PROT_READ | PROT_WRITE, &buf->ptr);
		/* Memory that is not the device's is its dma-buf's to map. */
		if (ret == -EINVAL && buf->dmabuf >= 0)
			ret = map_dmabuf(buf);
		if (ret)
			return ret;
	}
	*ptr = buf->ptr;
	return 0;
}

TRN4_API uint64_t trn4_buffer_size(const struct trn4_buffer *buf)
{
	return buf->size;
}

TRN4_API uint32_t trn4_buffer_handle(const struct trn4_buffer *buf)
{
	return buf->handle;
}
