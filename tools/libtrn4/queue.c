// SPDX-License-Identifier: MIT
/*
 * queue.c - user queues: rings that a process shares with the device, segments,
 * and the wait for results.
 *
 * Order. The device reads descriptors when its doorbell is rung, so they, and
 * all that they are about, must be in memory before. Rings are memory like any
 * other, and the doorbell is uncached, so that a processor which keeps stores
 * in order would need no more; but what operations copy may have been stored
 * through a write-combining mapping, of HBM or of a window, and such stores wait
 * in buffers of the processor's until something empties them.
 *
 * The device writes the phase of a record last. Who has seen it turned may read
 * the rest, and what the operation wrote; a load from a write-combining mapping
 * can be done early, though, and is kept from that.
 */
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <hw/trn4_hw.h>

#include "internal.h"

/* What a no-op takes, and a sleep would take longer than */
#define SPIN_NS 50000
/* Without an eventfd: how often to ask whether the queue is still there */
#define LOOK_NS 1000000

#define NSEC_PER_USEC 1000
#define NSEC_PER_SEC  1000000000ll

SAME_AS_KERNEL(TRN4_QUEUE_ENTRIES_MIN, DRM_TRN4_QUEUE_ENTRIES_MIN);
SAME_AS_KERNEL(TRN4_QUEUE_ENTRIES_MAX, DRM_TRN4_QUEUE_ENTRIES_MAX);
SAME_AS_KERNEL(TRN4_QUEUE_SEGMENTS, DRM_TRN4_QUEUE_SEGMENTS);
SAME_AS_KERNEL(TRN4_QUEUE_STATE_RUNNING, DRM_TRN4_QUEUE_RUNNING);
SAME_AS_KERNEL(TRN4_QUEUE_STATE_FAULT, DRM_TRN4_QUEUE_FAULT);
SAME_AS_KERNEL(TRN4_QUEUE_STATE_LOST, DRM_TRN4_QUEUE_LOST);
SAME_AS_KERNEL(TRN4_QUEUE_STATE_ENDED, DRM_TRN4_QUEUE_ENDED);

/* A command of a submit says what a descriptor does, in the same numbers. */
SAME_AS_KERNEL(TRN4_OP_NOP, DRM_TRN4_OP_NOP);
SAME_AS_KERNEL(TRN4_OP_COPY, DRM_TRN4_OP_COPY);
SAME_AS_KERNEL(TRN4_OP_ATOMIC, DRM_TRN4_OP_ATOMIC);
SAME_AS_KERNEL(TRN4_OP_FILL, DRM_TRN4_OP_FILL);
SAME_AS_KERNEL(TRN4_OP_FENCE, DRM_TRN4_OP_FENCE);
SAME_AS_KERNEL(TRN4_OP_SEMAPHORE, DRM_TRN4_OP_SIGNAL);
SAME_AS_KERNEL(TRN4_SEMAPHORE_SIGNAL, 0);
SAME_AS_KERNEL(TRN4_DESC_FETCH, DRM_TRN4_CMD_FETCH);
SAME_AS_KERNEL(TRN4_ATOMIC_XOR, DRM_TRN4_ATOMIC_XOR);
SAME_AS_KERNEL(TRN4_TYPE_F32X4, DRM_TRN4_TYPE_F32X4);
SAME_AS_KERNEL(TRN4_UNTIL_EQUAL, TRN4_SEMAPHORE_EQ);
SAME_AS_KERNEL(TRN4_UNTIL_DIFFERENT, TRN4_SEMAPHORE_NE);
SAME_AS_KERNEL(TRN4_UNTIL_REACHED, TRN4_SEMAPHORE_GE);
SAME_AS_KERNEL(TRN4_UNTIL_ANY_BIT, TRN4_SEMAPHORE_ANY);
/* Operands follow one another, from the same member on. */
SAME_AS_KERNEL(sizeof(struct trn4_desc) - offsetof(struct trn4_desc, copy),
	       sizeof(struct drm_trn4_cmd) -
		       offsetof(struct drm_trn4_cmd, copy));

/*
 * Operations and results are counted from the queue's begin, modulo 2^32: the
 * rest by the number of entries is the place in the ring.
 */
struct trn4_queue {
	struct trn4_device *dev;
	char *map; /* doorbells, @cq, @sq */
	uint64_t size;
	const struct trn4_cqe *cq; /* the device writes it */
	struct trn4_desc *sq;
	uint32_t entries;
	uint32_t handle;
	int eventfd;
	uint32_t tail; /* operations that were put */
	uint32_t rung; /* and that the device was told of */
	uint32_t head; /* results that were taken */
	uint32_t told; /* and that the device was told of */
};

/* ---- Its life -------------------------------------------------------------- */

static void queue_end(const struct trn4_device *dev, uint32_t handle)
{
	struct drm_trn4_queue_destroy arg = { .handle = handle };

	/* A device that is gone took the queue along, and left the handle. */
	if (trn4_ioctl(dev, DRM_IOCTL_TRN4_QUEUE_DESTROY, &arg))
		trn4_close_handle(dev, handle);
}

TRN4_API int trn4_queue_create(struct trn4_device *dev, unsigned int entries,
			       int eventfd, struct trn4_queue **out)
{
	struct drm_trn4_queue_create arg = {
		.entries = entries,
		.eventfd = eventfd,
	};
	struct trn4_queue *queue;
	void *map;
	int ret;

	queue = calloc(1, sizeof(*queue));
	if (!queue)
		return -ENOMEM;
	ret = trn4_ioctl(dev, DRM_IOCTL_TRN4_QUEUE_CREATE, &arg);
	if (ret)
		goto err_free;
	ret = trn4_map_handle(dev, arg.handle, arg.size, PROT_READ | PROT_WRITE,
			      &map);
	if (ret)
		goto err_end;
	queue->dev = dev;
	queue->map = map;
	queue->size = arg.size;
	queue->cq = (void *)(queue->map + arg.cq_offset);
	queue->sq = (void *)(queue->map + arg.sq_offset);
	queue->entries = entries;
	queue->handle = arg.handle;
	queue->eventfd = eventfd;
	*out = queue;
	return 0;

err_end:
	queue_end(dev, arg.handle);
err_free:
	free(queue);
	return ret;
}

TRN4_API void trn4_queue_destroy(struct trn4_queue *queue)
{
	if (!queue)
		return;
	queue_end(queue->dev, queue->handle);
	munmap(queue->map, queue->size);
	free(queue);
}

TRN4_API int trn4_queue_state(const struct trn4_queue *queue)
{
	struct drm_trn4_queue_info arg = { .handle = queue->handle };
	int ret = trn4_ioctl(queue->dev, DRM_IOCTL_TRN4_QUEUE_INFO, &arg);

	return ret ? ret : (int)arg.state;
}

TRN4_API uint32_t trn4_queue_handle(const struct trn4_queue *queue)
{
	return queue->handle;
}

/* ---- Segments -------------------------------------------------------------- */

/* A part of an object of @whole bytes; all from @offset where @size is zero */
static int segment_set(struct trn4_queue *queue, unsigned int number,
		       const struct trn4_device *dev, uint32_t object,
		       uint64_t whole, uint64_t offset, uint64_t size,
		       uint32_t rights)
{
	struct drm_trn4_segment_set arg = {
		.handle = queue->handle,
		.number = number,
		.object = object,
		.rights = rights,
		.offset = offset,
		.size = size,
	};

	/* A handle means nothing, or something else, in another file. */
	if (dev != queue->dev)
		return -ENOENT;
	if (!size) {
		if (offset >= whole)
			return -EINVAL;
		arg.size = whole - offset;
	}
	return trn4_ioctl(dev, DRM_IOCTL_TRN4_SEGMENT_SET, &arg);
}

TRN4_API int trn4_segment_buffer(struct trn4_queue *queue, unsigned int number,
				 const struct trn4_buffer *buf, uint64_t offset,
				 uint64_t size, uint32_t rights)
{
	return segment_set(queue, number, buf->dev, buf->handle, buf->size,
			   offset, size, rights);
}

TRN4_API int trn4_segment_window(struct trn4_queue *queue, unsigned int number,
				 const struct trn4_window *win, uint64_t offset,
				 uint64_t size, uint32_t rights)
{
	return segment_set(queue, number, win->dev, win->handle, win->size,
			   offset, size, rights);
}

TRN4_API int trn4_segment_clear(struct trn4_queue *queue, unsigned int number)
{
	struct drm_trn4_segment_set arg = {
		.handle = queue->handle,
		.number = number,
	};

	return trn4_ioctl(queue->dev, DRM_IOCTL_TRN4_SEGMENT_SET, &arg);
}

/* ---- Operations ------------------------------------------------------------ */

/*
 * What was loaded and stored before, is so before the store: no record that was
 * not read yet is given back, and no descriptor missed.
 */
static void doorbell(const struct trn4_queue *queue, unsigned int offset,
		     uint32_t count)
{
	volatile uint32_t *at = (void *)(queue->map + offset);

#if defined(__SSE__)
	__asm__ volatile("sfence" ::: "memory");
#elif defined(__aarch64__)
	__asm__ volatile("dmb osh" ::: "memory");
#else
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
	*at = htole32(count & (queue->entries - 1));
}

/* What is loaded next was in memory when the record before it was. */
static void after_record(void)
{
#if defined(__SSE2__)
	__asm__ volatile("lfence" ::: "memory");
#elif defined(__aarch64__)
	__asm__ volatile("dmb oshld" ::: "memory");
#else
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

static bool is_segment(const struct trn4_place *place)
{
	return place->kind == TRN4_PLACE_SEGMENT &&
	       place->handle < TRN4_QUEUE_SEGMENTS;
}

/* @desc without its places and its id into the ring */
static int put(struct trn4_queue *queue, struct trn4_desc *desc,
	       const struct trn4_place *dst, const struct trn4_place *src)
{
	uint32_t id = queue->tail & (queue->entries - 1);

	if (dst) {
		if (!is_segment(dst))
			return -EINVAL;
		desc->dst_space = TRN4_SPACE_SEGMENT;
		desc->dst_slot = htole16(dst->handle);
		desc->dst = htole64(dst->offset);
	}
	if (src) {
		if (!is_segment(src))
			return -EINVAL;
		desc->src_space = TRN4_SPACE_SEGMENT;
		desc->src_slot = htole16(src->handle);
		desc->src = htole64(src->offset);
	}
	if (trn4_queue_outstanding(queue) == queue->entries - 1)
		return -EAGAIN;
	desc->id = htole16(id);
	queue->sq[id] = *desc;
	queue->tail++;
	return id;
}

int trn4_queue_put(struct trn4_queue *queue, const struct trn4_command *command)
{
	const struct drm_trn4_cmd *cmd = &command->cmd;
	struct trn4_desc desc = {
		.opcode = cmd->op,
		.flags = cmd->flags,
		.kind = cmd->kind,
		.type = cmd->type,
		.copy = {
			.length = htole64(cmd->copy.length),
			.rows = htole64(cmd->copy.rows),
			.src_pitch = htole64(cmd->copy.src_pitch),
			.dst_pitch = htole64(cmd->copy.dst_pitch),
		},
	};

	return put(queue, &desc, command->has_dst ? &command->dst : NULL,
		   command->has_src ? &command->src : NULL);
}

/* No submit has it: its end would be up to others. */
TRN4_API int trn4_queue_await(struct trn4_queue *queue, struct trn4_place src,
			      enum trn4_until until, enum trn4_word word,
			      uint64_t value, int64_t timeout)
{
	struct trn4_desc desc = {
		.opcode = TRN4_OP_SEMAPHORE,
		.kind = until,
		.type = word,
		.semaphore = { .value = htole64(value) },
	};
	uint64_t us;

	if (until < TRN4_UNTIL_EQUAL || until > TRN4_UNTIL_ANY_BIT ||
	    (word != TRN4_U32 && word != TRN4_U64))
		return -EINVAL;
	/* To the device zero is for ever. */
	if (timeout >= 0) {
		us = timeout < NSEC_PER_USEC ? 1 : timeout / NSEC_PER_USEC;
		desc.semaphore.timeout = htole64(us);
	}
	return put(queue, &desc, &src, NULL);
}

TRN4_API void trn4_queue_ring(struct trn4_queue *queue)
{
	if (queue->rung == queue->tail)
		return;
	queue->rung = queue->tail;
	doorbell(queue, TRN4_DOORBELL_SQ_TAIL, queue->tail);
}

TRN4_API unsigned int trn4_queue_outstanding(const struct trn4_queue *queue)
{
	return queue->tail - queue->head;
}

/* ---- Results --------------------------------------------------------------- */

static int status_error(unsigned int status)
{
	/* clang-format off */
	static const int errors[] = {
		[TRN4_STATUS_OK]	 = 0,
		[TRN4_STATUS_BAD_OPCODE] = -EOPNOTSUPP,
		[TRN4_STATUS_BAD_FIELD]	 = -EINVAL,
		[TRN4_STATUS_BAD_ALIGN]	 = -EINVAL,
		[TRN4_STATUS_BAD_RANGE]	 = -ERANGE,
		[TRN4_STATUS_NO_WINDOW]	 = -EKEYREVOKED,
		[TRN4_STATUS_NO_RIGHT]	 = -EACCES,
		[TRN4_STATUS_BUS]	 = -EIO,
		[TRN4_STATUS_REVOKED]	 = -EKEYREVOKED,
		[TRN4_STATUS_NO_SEGMENT] = -ENOENT,
		[TRN4_STATUS_TIMEOUT]	 = -ETIME,
	};
	/* clang-format on */

	return status < ARRAY_SIZE(errors) ? errors[status] : -EIO;
}

/* Tells the device that it may write over the records that were read. */
static void give_back(struct trn4_queue *queue)
{
	if (queue->told == queue->head)
		return;
	queue->told = queue->head;
	doorbell(queue, TRN4_DOORBELL_CQ_HEAD, queue->head);
}

/* The next result, if it is there */
static bool take(struct trn4_queue *queue, struct trn4_result *result)
{
	const struct trn4_cqe *cqe =
		&queue->cq[queue->head & (queue->entries - 1)];
	unsigned int phase = queue->head & queue->entries ? 0 : 1;

	if ((le16toh(__atomic_load_n(&cqe->phase, __ATOMIC_ACQUIRE)) & 1) !=
	    phase)
		return false;
	after_record();
	*result = (struct trn4_result) {
		.value = le64toh(cqe->value),
		.start = le64toh(cqe->start),
		.end = le64toh(cqe->end),
		.error = status_error(le16toh(cqe->status)),
		.id = le16toh(cqe->id),
	};
	queue->head++;
	/* Not for each: it costs as much as a doorbell, and there is room. */
	if (queue->head - queue->told == queue->entries / 2)
		give_back(queue);
	return true;
}

TRN4_API bool trn4_queue_poll(struct trn4_queue *queue,
			      struct trn4_result *result)
{
	if (take(queue, result))
		return true;
	/* Before the caller sleeps: events are for all that was not given back. */
	if (queue->eventfd >= 0)
		give_back(queue);
	return false;
}

static int64_t now(void)
{
	return trn4_deadline(0);
}

/* Looks until @end, but at least once. */
static bool look(struct trn4_queue *queue, struct trn4_result *result,
		 int64_t end, bool yield)
{
	do {
		if (take(queue, result))
			return true;
		if (yield)
			sched_yield();
	} while (now() < end);
	return false;
}

/* Sleeps until there is an event, or until @end. */
static int sleep_for_event(const struct trn4_queue *queue, int64_t end)
{
	struct pollfd event = { .fd = queue->eventfd, .events = POLLIN };
	int64_t left = end - now();
	struct timespec timeout = {};
	uint64_t count;

	if (left > 0) {
		timeout.tv_sec = left / NSEC_PER_SEC;
		timeout.tv_nsec = left % NSEC_PER_SEC;
	}
	if (ppoll(&event, 1, &timeout, NULL) == -1)
		return errno == EINTR ? 0 : -errno;
	if (event.revents & POLLNVAL)
		return -EBADF;
	/* Whatever it has counted: the ring says what there is. */
	if (event.revents & POLLIN &&
	    read(queue->eventfd, &count, sizeof(count)) == -1 &&
	    errno != EAGAIN && errno != EINTR)
		return -errno;
	return 0;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

TRN4_API int trn4_queue_wait(struct trn4_queue *queue,
			     struct trn4_result *result, int64_t timeout)
{
	bool sleeps = queue->eventfd >= 0;
	int64_t end;
	int ret;

	if (!trn4_queue_outstanding(queue))
		return -EINVAL;
	trn4_queue_ring(queue);
	end = trn4_deadline(timeout);
	if (look(queue, result, earlier(end, now() + SPIN_NS), false))
		return 0;
	while (now() < end) {
		ret = trn4_queue_state(queue);
		/* What it had written before it stopped is there now. */
		if (take(queue, result))
			return 0;
		if (ret != TRN4_QUEUE_STATE_RUNNING)
			return ret < 0 ? ret : -EIO;
		/* Not before: the doorbell of one that stopped gives SIGBUS. */
		give_back(queue);
		ret = sleeps ? sleep_for_event(queue, end) : 0;
		if (ret)
			return ret;
		if (look(queue, result,
			 sleeps ? 0 : earlier(end, now() + LOOK_NS), !sleeps))
			return 0;
	}
	return -ETIME;
}
