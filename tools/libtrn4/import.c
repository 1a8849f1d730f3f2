// SPDX-License-Identifier: MIT
/*
 * import.c - dma-bufs that others have passed on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "internal.h"

/*
 * Only the kernel knows whose memory it is. It has one handle of a dma-buf for
 * a file, so that what was taken cannot be given back where it turns out to be
 * of the other kind: hence one function for both.
 */
TRN4_API int trn4_import(struct trn4_device *dev, int fd,
			 struct trn4_buffer **out_buf,
			 struct trn4_window **out_win)
{
	struct drm_prime_handle arg = { .fd = fd };
	struct drm_trn4_window_info info;
	struct trn4_buffer *buf;
	struct trn4_window *win;
	off_t size;
	int ret;

	size = lseek(fd, 0, SEEK_END);
	if (size <= 0)
		return size ? -errno : -EINVAL;
	buf = calloc(1, sizeof(*buf));
	win = calloc(1, sizeof(*win));
	ret = -ENOMEM;
	if (!buf || !win)
		goto err_free;
	buf->dmabuf = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (buf->dmabuf < 0) {
		ret = -errno;
		goto err_free;
	}
	ret = trn4_ioctl(dev, DRM_IOCTL_PRIME_FD_TO_HANDLE, &arg);
	if (ret)
		goto err_close;

	info = (struct drm_trn4_window_info) { .handle = arg.handle };
	if (trn4_ioctl(dev, DRM_IOCTL_TRN4_WINDOW_INFO, &info)) {
		free(win);
		buf->dev = dev;
		buf->size = size;
		buf->handle = arg.handle;
		*out_buf = buf;
		*out_win = NULL;
		return 0;
	}
	close(buf->dmabuf);
	free(buf);
	win->dev = dev;
	win->handle = arg.handle;
	win->peer = info.peer;
	win->size = info.size;
	win->rights = info.rights;
	*out_buf = NULL;
	*out_win = win;
	return 0;

err_close:
	close(buf->dmabuf);
err_free:
	free(win);
	free(buf);
	return ret;
}
