/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue_rig.h - a kernel with a user queue, and the device that serves it.
 */
#ifndef TESTS_QUEUE_RIG_H
#define TESTS_QUEUE_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include <drm/trn4_accel.h>
#include <hw/trn4_hw.h>

#include "trn4.h"

#define PAGE    4096
#define MIB     (1ull << 20)
#define ENTRIES 64
#define QUEUE   9 /* handles that the kernel gives */
#define WINDOW  6
#define BUFFER  5

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
	int handles;        /* that are open */
	int calls;          /* ioctls that were made */
	uint32_t state;     /* of the queue */
	struct drm_trn4_queue_create queue;
	struct drm_trn4_segment_set segment;
	struct memory *map;
	uint32_t taken; /* by the device, of all that was put */
	void (*on_info)(void);
	void (*on_sleep)(void);
	int sleeps;
	int event;
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

#endif /* TESTS_QUEUE_RIG_H */
