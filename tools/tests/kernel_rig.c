// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel_rig.c - plays the kernel and the device to libtrn4. To be linked with
 * --wrap for what it wraps.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel_rig.h"
#include "tap.h"

struct rig kernel;

int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap(void *addr, size_t length, int prot, int flags, int fd,
		  off_t offset);
void *__real_mmap(void *addr, size_t length, int prot, int flags, int fd,
		  off_t offset);
ssize_t __wrap_readlink(const char *path, char *target, size_t size);
int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		 const sigset_t *mask);
int __real_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		 const sigset_t *mask);

static void note_syncs(const struct drm_syncobj_timeline_wait *wait)
{
	const uint32_t *handles = (void *)(uintptr_t)wait->handles;
	const uint64_t *points = (void *)(uintptr_t)wait->points;
	uint32_t i;

	kernel.deadline = wait->timeout_nsec;
	kernel.wait_flags = wait->flags;
	kernel.sync_count = wait->count_handles;
	for (i = 0; i < wait->count_handles; i++)
		kernel.syncs[i] = (struct drm_trn4_sync) {
			.handle = handles[i],
			.point = points[i],
		};
}

static int answer(unsigned long request, void *arg)
{
	struct drm_syncobj_timeline_array *timeline = arg;
	struct drm_syncobj_array *binary = arg;
	struct drm_trn4_window_info *window = arg;
	struct drm_trn4_queue_create *queue = arg;
	struct drm_trn4_grant_create *grant = arg;
	struct drm_trn4_queue_info *info = arg;
	struct drm_trn4_get_param *param = arg;
	struct drm_trn4_bo_create *bo = arg;
	struct drm_version *version = arg;
	struct drm_syncobj_wait *wait = arg;
	struct drm_prime_handle *prime = arg;

	switch (request) {
	case DRM_IOCTL_VERSION:
		snprintf(version->name, version->name_len + 1, "trn4");
		return 0;
	case DRM_IOCTL_TRN4_GET_PARAM:
		param->value = kernel.params[param->param];
		return 0;
	case DRM_IOCTL_TRN4_BO_CREATE:
		kernel.handles++;
		kernel.bo = *bo;
		bo->size = 2 * MIB;
		bo->handle = BUFFER;
		return 0;
	case DRM_IOCTL_TRN4_GRANT_CREATE:
		kernel.handles++;
		kernel.grant = *grant;
		memset(grant->token, 0xab, sizeof(grant->token));
		return grant->size ? 0 : -EINVAL;
	case DRM_IOCTL_TRN4_WINDOW_MAP:
		kernel.handles++;
		kernel.window = *(struct drm_trn4_window_map *)arg;
		((struct drm_trn4_window_map *)arg)->handle = WINDOW;
		((struct drm_trn4_window_map *)arg)->peer = 4;
		return 0;
	case DRM_IOCTL_PRIME_HANDLE_TO_FD:
		kernel.prime = *prime;
		prime->fd = 99;
		return 0;
	case DRM_IOCTL_TRN4_EXPORT_REVOKE:
		kernel.revoke = *(struct drm_trn4_export_revoke *)arg;
		return 0;
	case DRM_IOCTL_PRIME_FD_TO_HANDLE:
		kernel.handles++;
		prime->handle = 8;
		return 0;
	case DRM_IOCTL_TRN4_WINDOW_INFO:
		if (kernel.not_a_window)
			return -ENOENT;
		window->size = 4 * MIB;
		window->rights = kernel.window.rights;
		window->state = DRM_TRN4_WINDOW_NO_ROUTE;
		return 0;
	case DRM_IOCTL_SYNCOBJ_CREATE:
		kernel.handles++;
		((struct drm_syncobj_create *)arg)->handle = SYNCOBJ;
		return 0;
	case DRM_IOCTL_TRN4_QUEUE_CREATE:
		kernel.handles++;
		kernel.queue = *queue;
		queue->handle = QUEUE;
		queue->size = sizeof(struct memory);
		queue->cq_offset = offsetof(struct memory, cq);
		queue->sq_offset = offsetof(struct memory, sq);
		return 0;
	case DRM_IOCTL_TRN4_QUEUE_INFO:
		if (kernel.on_info)
			kernel.on_info();
		info->state = kernel.state;
		return 0;
	case DRM_IOCTL_TRN4_SEGMENT_SET:
		kernel.segment = *(struct drm_trn4_segment_set *)arg;
		return 0;
	case DRM_IOCTL_TRN4_QUEUE_DESTROY:
	case DRM_IOCTL_TRN4_GRANT_REVOKE:
	case DRM_IOCTL_TRN4_WINDOW_UNMAP:
	case DRM_IOCTL_GEM_CLOSE:
	case DRM_IOCTL_SYNCOBJ_DESTROY:
		kernel.handles--;
		return 0;
	case DRM_IOCTL_TRN4_SUBMIT:
		kernel.submit = *(struct drm_trn4_submit *)arg;
		kernel.cmd =
			*(struct drm_trn4_cmd *)(uintptr_t)kernel.submit.cmds;
		return 0;
	case DRM_IOCTL_SYNCOBJ_WAIT:
		kernel.deadline = wait->timeout_nsec;
		return kernel.busy ? -ETIME : 0;
	case DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT:
		note_syncs(arg);
		return kernel.busy ? -ETIME : 0;
	case DRM_IOCTL_SYNCOBJ_SIGNAL:
		kernel.sync_count = binary->count_handles;
		kernel.signalled = (struct drm_trn4_sync) {
			.handle = *(uint32_t *)(uintptr_t)binary->handles,
		};
		return 0;
	case DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL:
		kernel.sync_count = timeline->count_handles;
		kernel.signalled = (struct drm_trn4_sync) {
			.handle = *(uint32_t *)(uintptr_t)timeline->handles,
			.point = *(uint64_t *)(uintptr_t)timeline->points,
		};
		return 0;
	case DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD:
		kernel.file = *(struct drm_syncobj_handle *)arg;
		((struct drm_syncobj_handle *)arg)->fd = 98;
		return 0;
	case DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE:
		kernel.handles++;
		kernel.file = *(struct drm_syncobj_handle *)arg;
		((struct drm_syncobj_handle *)arg)->handle = 9;
		return 0;
	case DRM_IOCTL_SYNCOBJ_EVENTFD:
		kernel.event = *(struct drm_syncobj_eventfd *)arg;
		return 0;
	case DRM_IOCTL_TRN4_MMAP_OFFSET:
		return 0;
	}
	return -ENOTTY;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	(void)fd;
	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	kernel.calls++;
	if (kernel.interrupts) {
		kernel.interrupts--;
		errno = EINTR;
		return -1;
	}
	errno = request == kernel.fail ? kernel.error : -answer(request, arg);
	return errno ? -1 : 0;
}

void *__wrap_mmap(void *addr, size_t length, int prot, int flags, int fd,
		  off_t offset)
{
	void *map;

	if (fd < 0)
		return __real_mmap(addr, length, prot, flags, fd, offset);
	if (kernel.no_map) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	/* Anonymous, so that it can be unmapped */
	map = __real_mmap(NULL, length, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (length == sizeof(struct memory))
		kernel.map = map;
	return map;
}

/* In sysfs every device is accel12, whatever file stands for it. */
ssize_t __wrap_readlink(const char *path, char *target, size_t size)
{
	const char *device = "../../../0000:01:00.0";
	const char *node =
		"../../devices/pci0000:00/0000:01:00.0/accel/accel12";
	size_t length = strlen(path);

	if (length > 7 && !strcmp(path + length - 7, "/device"))
		node = device;
	length = strlen(node) < size ? strlen(node) : size;
	memcpy(target, node, length);
	return length;
}

int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		 const sigset_t *mask)
{
	kernel.sleeps++;
	if (kernel.on_sleep)
		kernel.on_sleep();
	return __real_ppoll(fds, n, timeout, mask);
}

struct trn4_device *open_device(void)
{
	struct trn4_device *dev = NULL;

	kernel = (struct rig) {
		.params = {
			[DRM_TRN4_PARAM_TARGET_ID] = 3,
			[DRM_TRN4_PARAM_PAGE_SIZE] = 2 * MIB,
			[DRM_TRN4_PARAM_SUBMIT_MAX] = DRM_TRN4_SUBMIT_MAX,
		},
	};
	CHECK(!trn4_open_fd(open("/dev/null", O_RDWR), &dev));
	return dev;
}

struct trn4_queue *open_queue(struct trn4_device **dev, int event)
{
	struct trn4_queue *queue = NULL;

	*dev = open_device();
	kernel.eventfd = event;
	CHECK(!trn4_queue_create(*dev, ENTRIES, event, &queue));
	return queue;
}

void close_queue(struct trn4_device *dev, struct trn4_queue *queue)
{
	trn4_queue_destroy(queue);
	trn4_close(dev);
	EQ(kernel.handles, 0);
}

/* Has the device been told that there is one? It cannot look before. */
static bool can_complete(void)
{
	return kernel.taken % ENTRIES !=
	       kernel.map->doorbells[TRN4_DOORBELL_SQ_TAIL / 4];
}

bool complete(enum trn4_status status, uint64_t value)
{
	const struct trn4_desc *desc = &kernel.map->sq[kernel.taken % ENTRIES];
	struct trn4_cqe *cqe = &kernel.map->cq[kernel.taken % ENTRIES];
	uint32_t head = kernel.map->doorbells[TRN4_DOORBELL_CQ_HEAD / 4];

	if (!can_complete() || (kernel.taken - head) % ENTRIES == ENTRIES - 1)
		return false;
	*cqe = (struct trn4_cqe) {
		.value = value,
		.start = 10 * value,
		.end = 10 * value + 3,
		.id = desc->id,
		.status = status,
		.phase = kernel.taken / ENTRIES % 2 ? 0 : 1,
	};
	kernel.taken++;
	return true;
}
