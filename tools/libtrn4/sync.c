// SPDX-License-Identifier: MIT
/*
 * sync.c - syncobjs: what submits wait for and signal, also between devices and
 * processes; and eventfds that tell of them.
 *
 * The kernel's calls for timelines take binary syncobjs, too, as point 0; but
 * for a signal, which would make a timeline of one.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Of Linux 6.6, and not in every drm.h to build with */
#ifndef DRM_IOCTL_SYNCOBJ_EVENTFD
struct drm_syncobj_eventfd {
	__u32 handle;
	__u32 flags;
	__u64 point;
	__s32 fd;
	__u32 pad;
};

#define DRM_IOCTL_SYNCOBJ_EVENTFD DRM_IOWR(0xCF, struct drm_syncobj_eventfd)
#endif

TRN4_API int trn4_syncobj_create(struct trn4_device *dev, uint32_t *handle)
{
	struct drm_syncobj_create arg = {};
	int ret;

	ret = trn4_ioctl(dev, DRM_IOCTL_SYNCOBJ_CREATE, &arg);
	if (!ret)
		*handle = arg.handle;
	return ret;
}

TRN4_API void trn4_syncobj_destroy(struct trn4_device *dev, uint32_t handle)
{
	struct drm_syncobj_destroy arg = { .handle = handle };

	if (handle)
		trn4_ioctl(dev, DRM_IOCTL_SYNCOBJ_DESTROY, &arg);
}

TRN4_API int trn4_syncobj_export(struct trn4_device *dev, uint32_t handle)
{
	struct drm_syncobj_handle arg = { .handle = handle };
	int ret;

	/* The kernel makes it close-on-exec. */
	ret = trn4_ioctl(dev, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &arg);
	return ret ? ret : arg.fd;
}

TRN4_API int trn4_syncobj_import(struct trn4_device *dev, int fd,
				 uint32_t *handle)
{
	struct drm_syncobj_handle arg = { .fd = fd };
	int ret;

	ret = trn4_ioctl(dev, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &arg);
	if (!ret)
		*handle = arg.handle;
	return ret;
}

TRN4_API int trn4_syncobj_signal(struct trn4_device *dev,
				 const struct trn4_sync *sync)
{
	struct drm_syncobj_timeline_array timeline = {
		.handles = (uintptr_t)&sync->handle,
		.points = (uintptr_t)&sync->point,
		.count_handles = 1,
	};
	struct drm_syncobj_array binary = {
		.handles = (uintptr_t)&sync->handle,
		.count_handles = 1,
	};

	if (sync->reserved)
		return -EINVAL;
	if (!sync->point)
		return trn4_ioctl(dev, DRM_IOCTL_SYNCOBJ_SIGNAL, &binary);
	return trn4_ioctl(dev, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &timeline);
}

TRN4_API int trn4_syncobj_wait(struct trn4_device *dev,
			       const struct trn4_sync *syncs,
			       unsigned int count, int64_t timeout)
{
	uint32_t handles[DRM_TRN4_SYNCS_MAX];
	uint64_t points[DRM_TRN4_SYNCS_MAX];
	struct drm_syncobj_timeline_wait arg = {
		.handles = (uintptr_t)handles,
		.points = (uintptr_t)points,
		.count_handles = count,
		.flags = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL |
			 DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT,
	};
	unsigned int i;

	if (!count || count > DRM_TRN4_SYNCS_MAX)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		if (syncs[i].reserved)
			return -EINVAL;
		handles[i] = syncs[i].handle;
		points[i] = syncs[i].point;
	}
	/* Absolute, so that signals do not lengthen the wait. */
	arg.timeout_nsec = timeout ? trn4_deadline(timeout) : 0;
	return trn4_ioctl(dev, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &arg);
}

TRN4_API int trn4_syncobj_eventfd(struct trn4_device *dev,
				  const struct trn4_sync *sync, int eventfd)
{
	struct drm_syncobj_eventfd arg = {
		.handle = sync->handle,
		.point = sync->point,
		.fd = eventfd,
	};

	if (sync->reserved)
		return -EINVAL;
	return trn4_ioctl(dev, DRM_IOCTL_SYNCOBJ_EVENTFD, &arg);
}
