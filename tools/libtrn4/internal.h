/* SPDX-License-Identifier: MIT */
/*
 * internal.h - what the files of libtrn4 share: the objects and the ioctl
 * call. Not installed.
 */
#ifndef LIBTRN4_INTERNAL_H
#define LIBTRN4_INTERNAL_H

#include <stdbool.h>

#include <drm/trn4_accel.h>

#include "trn4.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Our names for the kernel's numbers, so that callers need none of its headers */
#define SAME_AS_KERNEL(ours, kernels) \
	_Static_assert((int)(ours) == (int)(kernels), #ours)

#define TRN4_API __attribute__((visibility("default")))

/*
 * All of it is set when the device is opened and never changes, so that
 * threads need no lock.
 */
struct trn4_device {
	int fd;
	uint32_t target_id;
	uint64_t page_size;
	unsigned int batch_max;
};

/*
 * @ptr is NULL until the first trn4_buffer_map(), or the caller's. @dmabuf is
 * what it was imported from, to map it by, or -1.
 */
struct trn4_buffer {
	struct trn4_device *dev;
	void *ptr;
	bool wrapped;
	int dmabuf;
	uint64_t size;
	uint32_t handle;
};

struct trn4_grant {
	struct trn4_device *dev;
	struct trn4_token token;
	uint32_t handle;
};

/* @ptr is NULL until the first trn4_window_map() */
struct trn4_window {
	struct trn4_device *dev;
	void *ptr;
	uint64_t size;
	uint32_t handle;
	uint32_t peer;
	uint32_t rights;
};

/* An ioctl that signals do not end. Return: 0 or a negative errno. */
int trn4_ioctl(const struct trn4_device *dev, unsigned long request, void *arg);

/* Maps all of a buffer or a window. Return: 0 or a negative errno. */
int trn4_map_handle(const struct trn4_device *dev, uint32_t handle,
		    uint64_t size, int prot, void **ptr);

void trn4_close_handle(const struct trn4_device *dev, uint32_t handle);

/*
 * A command without its places, which a batch names by handles and a queue by
 * segments. One that it does not have is zero.
 */
struct trn4_command {
	struct drm_trn4_cmd cmd;
	struct trn4_place dst;
	struct trn4_place src;
	bool has_dst;
	bool has_src;
};

/* Return: as trn4_batch_nop(); -EINVAL where a place is in a segment. */
int trn4_batch_add(struct trn4_batch *batch,
		   const struct trn4_command *command);

/* Return: as trn4_queue_copy(). */
int trn4_queue_put(struct trn4_queue *queue,
		   const struct trn4_command *command);

/* The time @timeout nanoseconds from now, on CLOCK_MONOTONIC. */
int64_t trn4_deadline(int64_t timeout);

#endif /* LIBTRN4_INTERNAL_H */
