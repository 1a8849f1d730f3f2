/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uqueue.h - a user queue of an accelerator: rings and doorbell as they are
 * mapped, one plain call for each thing that is done with them.
 */
#ifndef SELFTESTS_UQUEUE_H
#define SELFTESTS_UQUEUE_H

#include <linux/types.h>
#include <stdbool.h>

#include <hw/trn4_hw.h>
#include "accel.h"
#include "bench.h"

struct uqueue {
	int fd;
	__u32 handle;
	__u32 entries;
	__u64 size;
	void *map;
	__u32 *doorbell;     /* tail, head */
	struct trn4_cqe *cq; /* the device writes it */
	struct trn4_desc *sq;
	__u32 tail;
	__u32 head;
	__u16 phase;
};

int uqueue_create(int fd, struct drm_trn4_queue_create *arg);
int uqueue_make(int fd, __u32 entries, int eventfd, struct uqueue *q);
void uqueue_unmap(struct uqueue *q);
int uqueue_destroy(int fd, __u32 handle);
int uqueue_state(int fd, __u32 handle);
int segment_set(int fd, __u32 queue, __u32 number, __u32 object, __u32 rights,
		__u64 offset, __u64 size);

void uqueue_push(struct uqueue *q, const struct trn4_desc *desc);
void uqueue_ring(struct uqueue *q);
bool uqueue_take(struct uqueue *q, struct trn4_cqe *cqe);
void uqueue_give_back(struct uqueue *q);
bool uqueue_pop(struct uqueue *q, struct trn4_cqe *cqe);
int uqueue_await(struct uqueue *q, struct trn4_cqe *cqe);
int uqueue_wait(struct uqueue *q, struct trn4_cqe *cqe);
int uqueue_do(struct uqueue *q, const struct trn4_desc *desc,
	      struct trn4_cqe *cqe);
int uqueue_time_adds(struct uqueue *q, __u64 *sum, unsigned int count,
		     struct bench_times *times);

struct trn4_desc uqueue_copy(__u16 dst, __u64 dst_offset, __u16 src,
			     __u64 src_offset, __u64 length);
struct trn4_desc uqueue_fill(__u16 dst, __u64 offset, __u64 length,
			     __u64 pattern);
struct trn4_desc uqueue_add(__u16 dst, __u64 offset, __u64 operand);
struct trn4_desc uqueue_semaphore(__u8 kind, __u16 dst, __u64 offset,
				  __u64 value, __u64 timeout);

#endif /* SELFTESTS_UQUEUE_H */
