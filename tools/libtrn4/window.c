// SPDX-License-Identifier: MIT
/*
 * window.c - windows on peers' grants.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "internal.h"

SAME_AS_KERNEL(TRN4_STATE_LIVE, DRM_TRN4_WINDOW_LIVE);
SAME_AS_KERNEL(TRN4_STATE_UNMAPPED, DRM_TRN4_WINDOW_UNMAPPED);
SAME_AS_KERNEL(TRN4_STATE_REVOKED, DRM_TRN4_WINDOW_REVOKED);
SAME_AS_KERNEL(TRN4_STATE_NO_LINK, DRM_TRN4_WINDOW_NO_LINK);
SAME_AS_KERNEL(TRN4_STATE_NO_ROUTE, DRM_TRN4_WINDOW_NO_ROUTE);
SAME_AS_KERNEL(TRN4_STATE_NO_PARTITION, DRM_TRN4_WINDOW_NO_PARTITION);
SAME_AS_KERNEL(TRN4_STATE_FAULT, DRM_TRN4_WINDOW_FAULT);

static int window_info(const struct trn4_device *dev, uint32_t handle,
		       struct drm_trn4_window_info *info)
{
	*info = (struct drm_trn4_window_info) { .handle = handle };
	return trn4_ioctl(dev, DRM_IOCTL_TRN4_WINDOW_INFO, info);
}

static void window_unmap(const struct trn4_device *dev, uint32_t handle)
{
	struct drm_trn4_window_unmap arg = { .handle = handle };

	/* A device that is gone took the window along, and left the handle. */
	if (trn4_ioctl(dev, DRM_IOCTL_TRN4_WINDOW_UNMAP, &arg))
		trn4_close_handle(dev, handle);
}

TRN4_API int trn4_window_create(struct trn4_device *dev,
				const struct trn4_token *token, uint64_t offset,
				uint64_t size, uint32_t rights,
				struct trn4_window **out)
{
	struct drm_trn4_window_map arg = {
		.offset = offset,
		.size = size,
		.rights = rights,
	};
	struct drm_trn4_window_info info;
	struct trn4_window *win;
	int ret;

	win = calloc(1, sizeof(*win));
	if (!win)
		return -ENOMEM;
	memcpy(arg.token, token->bytes, sizeof(arg.token));
	ret = trn4_ioctl(dev, DRM_IOCTL_TRN4_WINDOW_MAP, &arg);
	if (ret)
		goto err_free;

	/* Where the caller left the size open the kernel knows it. */
	ret = window_info(dev, arg.handle, &info);
	if (ret)
		goto err_unmap;

	win->dev = dev;
	win->handle = arg.handle;
	win->peer = arg.peer;
	win->size = info.size;
	win->rights = info.rights;
	*out = win;
	return 0;

err_unmap:
	window_unmap(dev, arg.handle);
err_free:
	free(win);
	return ret;
}

TRN4_API void trn4_window_destroy(struct trn4_window *win)
{
	if (!win)
		return;
	if (win->ptr)
		munmap(win->ptr, win->size);
	window_unmap(win->dev, win->handle);
	free(win);
}

TRN4_API int trn4_window_map(struct trn4_window *win, void **ptr)
{
	int prot = PROT_READ;
	int ret;

	if (!win->ptr) {
		if (win->rights & TRN4_RIGHT_WRITE)
			prot |= PROT_WRITE;
		ret = trn4_map_handle(win->dev, win->handle, win->size, prot,
				      &win->ptr);
		if (ret)
			return ret;
	}
	*ptr = win->ptr;
	return 0;
}

TRN4_API int trn4_window_state(const struct trn4_window *win)
{
	struct drm_trn4_window_info info;
	int ret;

	ret = window_info(win->dev, win->handle, &info);
	return ret ? ret : (int)info.state;
}

TRN4_API uint64_t trn4_window_size(const struct trn4_window *win)
{
	return win->size;
}

TRN4_API uint32_t trn4_window_peer(const struct trn4_window *win)
{
	return win->peer;
}

TRN4_API uint32_t trn4_window_handle(const struct trn4_window *win)
{
	return win->handle;
}
