// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uqueue.c - a user queue of an accelerator.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "uqueue.h"

/* What anything that a test asks for takes at most */
#define PATIENCE 20 /* seconds */

int uqueue_create(int fd, struct drm_trn4_queue_create *arg)
{
	return accel_ioctl(fd, DRM_IOCTL_TRN4_QUEUE_CREATE, arg);
}

int uqueue_make(int fd, __u32 entries, int eventfd, struct uqueue *q)
{
	struct drm_trn4_queue_create arg = {
		.entries = entries,
		.eventfd = eventfd,
	};
	char *map;
	int ret;

	ret = uqueue_create(fd, &arg);
	if (ret)
		return ret;
	map = gem_map(fd, arg.handle, arg.size, PROT_READ | PROT_WRITE);
	if (map == MAP_FAILED) {
		uqueue_destroy(fd, arg.handle);
		return -ENOMEM;
	}
	*q = (struct uqueue) {
		.fd = fd,
		.handle = arg.handle,
		.entries = entries,
		.size = arg.size,
		.map = map,
		.doorbell = (__u32 *)map,
		.cq = (struct trn4_cqe *)(map + arg.cq_offset),
		.sq = (struct trn4_desc *)(map + arg.sq_offset),
		.phase = 1,
	};
	return 0;
}

void uqueue_unmap(struct uqueue *q)
{
	munmap(q->map, q->size);
	q->map = NULL;
}

int uqueue_destroy(int fd, __u32 handle)
{
	struct drm_trn4_queue_destroy arg = { .handle = handle };

	return accel_ioctl(fd, DRM_IOCTL_TRN4_QUEUE_DESTROY, &arg);
}

/* enum drm_trn4_queue_state, or a negative errno */
int uqueue_state(int fd, __u32 handle)
{
	struct drm_trn4_queue_info arg = { .handle = handle };
	int ret;

	ret = accel_ioctl(fd, DRM_IOCTL_TRN4_QUEUE_INFO, &arg);
	return ret ? ret : (int)arg.state;
}

int segment_set(int fd, __u32 queue, __u32 number, __u32 object, __u32 rights,
		__u64 offset, __u64 size)
{
	struct drm_trn4_segment_set arg = {
		.handle = queue,
		.number = number,
		.object = object,
		.rights = rights,
		.offset = offset,
		.size = size,
	};

	return accel_ioctl(fd, DRM_IOCTL_TRN4_SEGMENT_SET, &arg);
}

void uqueue_push(struct uqueue *q, const struct trn4_desc *desc)
{
	q->sq[q->tail] = *desc;
	q->tail = (q->tail + 1) % q->entries;
}

void uqueue_ring(struct uqueue *q)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(&q->doorbell[TRN4_DOORBELL_SQ_TAIL / 4], q->tail,
			 __ATOMIC_RELEASE);
}

/* The next record, if it is there; its place is not given back */
bool uqueue_take(struct uqueue *q, struct trn4_cqe *cqe)
{
	const struct trn4_cqe *at = &q->cq[q->head];

	if ((__atomic_load_n(&at->phase, __ATOMIC_ACQUIRE) & 1) != q->phase)
		return false;
	*cqe = *at;
	q->head++;
	if (q->head == q->entries) {
		q->head = 0;
		q->phase ^= 1;
	}
	return true;
}

/* The places of all records that were taken */
void uqueue_give_back(struct uqueue *q)
{
	__atomic_store_n(&q->doorbell[TRN4_DOORBELL_CQ_HEAD / 4], q->head,
			 __ATOMIC_RELEASE);
}

/* The next record, if it is there */
bool uqueue_pop(struct uqueue *q, struct trn4_cqe *cqe)
{
	if (!uqueue_take(q, cqe))
		return false;
	uqueue_give_back(q);
	return true;
}

/* Looks until it is there, and does not give its place back: 0, or -ETIME */
int uqueue_await(struct uqueue *q, struct trn4_cqe *cqe)
{
	struct timespec now, begin;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	while (!uqueue_take(q, cqe)) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - begin.tv_sec > PATIENCE)
			return -ETIME;
		sched_yield();
	}
	return 0;
}

/* The same, and its place is free again */
int uqueue_wait(struct uqueue *q, struct trn4_cqe *cqe)
{
	int ret = uqueue_await(q, cqe);

	if (!ret)
		uqueue_give_back(q);
	return ret;
}

int uqueue_do(struct uqueue *q, const struct trn4_desc *desc,
	      struct trn4_cqe *cqe)
{
	uqueue_push(q, desc);
	uqueue_ring(q);
	return uqueue_wait(q, cqe);
}

/**
 * uqueue_time_adds() - adds of one, each rung for and waited for by itself
 * @q: the queue, whose segment 0 begins with the word
 * @sum: what the word is; is what it becomes
 * @count: how many
 * @times: gets how long each took
 *
 * Return: 0, -ETIME, or -EIO where one failed or found another word.
 */
int uqueue_time_adds(struct uqueue *q, __u64 *sum, unsigned int count,
		     struct bench_times *times)
{
	const struct trn4_desc add = uqueue_add(0, 0, 1);
	struct trn4_cqe cqe;

	while (count--) {
		__u64 begin = bench_now();
		int ret = uqueue_do(q, &add, &cqe);

		if (ret)
			return ret;
		if (cqe.status != TRN4_STATUS_OK || cqe.value != *sum)
			return -EIO;
		++*sum;
		bench_add(times, begin);
	}
	return 0;
}

struct trn4_desc uqueue_copy(__u16 dst, __u64 dst_offset, __u16 src,
			     __u64 src_offset, __u64 length)
{
	return (struct trn4_desc) {
		.opcode = TRN4_OP_COPY,
		.src_space = TRN4_SPACE_SEGMENT,
		.dst_space = TRN4_SPACE_SEGMENT,
		.src_slot = src,
		.dst_slot = dst,
		.src = src_offset,
		.dst = dst_offset,
		.copy = { .length = length, .rows = 1 },
	};
}

struct trn4_desc uqueue_fill(__u16 dst, __u64 offset, __u64 length,
			     __u64 pattern)
{
	return (struct trn4_desc) {
		.opcode = TRN4_OP_FILL,
		.dst_space = TRN4_SPACE_SEGMENT,
		.dst_slot = dst,
		.dst = offset,
		.fill = { .length = length, .rows = 1, .pattern = pattern },
	};
}

/* To a word of 8 bytes, which comes back as it was */
struct trn4_desc uqueue_add(__u16 dst, __u64 offset, __u64 operand)
{
	return (struct trn4_desc) {
		.opcode = TRN4_OP_ATOMIC,
		.flags = TRN4_DESC_FETCH,
		.dst_space = TRN4_SPACE_SEGMENT,
		.dst_slot = dst,
		.kind = TRN4_ATOMIC_ADD,
		.type = TRN4_TYPE_U64,
		.dst = offset,
		.atomic = { .operand = { operand } },
	};
}

/* On a word of 8 bytes */
struct trn4_desc uqueue_semaphore(__u8 kind, __u16 dst, __u64 offset,
				  __u64 value, __u64 timeout)
{
	return (struct trn4_desc) {
		.opcode = TRN4_OP_SEMAPHORE,
		.dst_space = TRN4_SPACE_SEGMENT,
		.dst_slot = dst,
		.kind = kind,
		.type = TRN4_TYPE_U64,
		.dst = offset,
		.semaphore = { .value = value, .timeout = timeout },
	};
}
