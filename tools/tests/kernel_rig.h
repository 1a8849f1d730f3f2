/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_rig.h - a kernel as libtrn4 sees it, with a device of one user queue.
 */
#ifndef TESTS_KERNEL_RIG_H
#define TESTS_KERNEL_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include <drm/trn4_accel.h>
#include <hw/trn4_hw.h>

#include "trn4.h"

#define PAGE    4096
#define MIB     (1ull << 20)
#define ENTRIES 64
#define BUFFER  5 /* handles that the kernel gives */
#define WINDOW  6
#define SYNCOBJ 7
#define QUEUE   9

/* As the kernel maps a queue of ENTRIES */
struct memory {
	uint32_t doorbells[PAGE / 4];
	struct trn4_cqe cq[PAGE / sizeof(struct trn4_cqe)];
	struct trn4_desc sq[ENTRIES];
};

/* The kernel's side, and the device's */
struct rig {
	unsigned long fail; /* the ioctl that fails */
	int error;          /* with this errno */
	bool no_map;        /* mmap() fails */
	int interrupts;     /* so many times an ioctl is interrupted before */
	int handles;        /* GEM handles and syncobjs that are open */
	int calls;          /* ioctls that were made */
	uint64_t params[DRM_TRN4_PARAM_RO_STORES + 1]; /* what it says of it */

	/* What it was asked for last */
	struct drm_trn4_bo_create bo;
	struct drm_trn4_grant_create grant;
	struct drm_trn4_window_map window;
	struct drm_trn4_export_revoke revoke;
	struct drm_prime_handle prime;
	struct drm_trn4_submit submit;
	struct drm_trn4_cmd cmd; /* the first of it */
	struct drm_syncobj_handle file;
	struct drm_syncobj_eventfd event;
	struct drm_trn4_sync syncs[DRM_TRN4_SYNCS_MAX]; /* waited for */
	uint32_t sync_count;
	uint32_t wait_flags;
	int64_t deadline;
	struct drm_trn4_sync signalled;
	struct drm_trn4_queue_create queue;
	struct drm_trn4_segment_set segment;

	bool busy;         /* the fence has not signalled */
	bool not_a_window; /* what is imported is a buffer */

	/* The queue, and the device that serves it */
	uint32_t state;
	struct memory *map;
	uint32_t taken; /* by the device, of all that was put */
	void (*on_info)(void);
	void (*on_sleep)(void);
	int sleeps;
	int eventfd;
};

extern struct rig kernel;

/* As it is when it begins */
struct trn4_device *open_device(void);

/* A queue of ENTRIES on a device of its own */
struct trn4_queue *open_queue(struct trn4_device **dev, int event);

/* Both, and then nothing is left. */
void close_queue(struct trn4_device *dev, struct trn4_queue *queue);

/*
 * The device's record of the next operation; false where it was not told of one,
 * or has no room for its record.
 */
bool complete(enum trn4_status status, uint64_t value);

#endif /* TESTS_KERNEL_RIG_H */
