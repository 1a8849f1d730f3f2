// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * queue_rig.c - plays the kernel and the device to user queues of libtrn4. To be
 * linked with --wrap for what it wraps.
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

#include "queue_rig.h"
#include "tap.h"

struct rig kernel;

int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap(void *addr, size_t length, int prot, int flags, int fd,
		  off_t offset);
void *__real_mmap(void *addr, size_t length, int prot, int flags, int fd,
		  off_t offset);
int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		 const sigset_t *mask);
int __real_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		 const sigset_t *mask);

static int answer(unsigned long request, void *arg)
{
	struct drm_trn4_queue_create *queue = arg;
	struct drm_trn4_queue_info *info = arg;
	struct drm_trn4_window_info *window = arg;
	struct drm_trn4_bo_create *bo = arg;
	struct drm_version *version = arg;

	switch (request) {
	case DRM_IOCTL_VERSION:
		snprintf(version->name, version->name_len + 1, "trn4");
		return 0;
	case DRM_IOCTL_TRN4_GET_PARAM:
	case DRM_IOCTL_TRN4_MMAP_OFFSET:
		return 0;
	case DRM_IOCTL_TRN4_BO_CREATE:
		kernel.handles++;
		bo->size = 2 * MIB;
		bo->handle = BUFFER;
		return 0;
	case DRM_IOCTL_TRN4_WINDOW_MAP:
		kernel.handles++;
		((struct drm_trn4_window_map *)arg)->handle = WINDOW;
		return 0;
	case DRM_IOCTL_TRN4_WINDOW_INFO:
		window->size = 4 * MIB;
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
	case DRM_IOCTL_TRN4_WINDOW_UNMAP:
	case DRM_IOCTL_GEM_CLOSE:
		kernel.handles--;
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
	map = __real_mmap(NULL, length, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (length == sizeof(struct memory))
		kernel.map = map;
	return map;
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

	memset(&kernel, 0, sizeof(kernel));
	CHECK(!trn4_open_fd(open("/dev/null", O_RDWR), &dev));
	return dev;
}

struct trn4_queue *open_queue(struct trn4_device **dev, int event)
{
	struct trn4_queue *queue = NULL;

	*dev = open_device();
	kernel.event = event;
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
