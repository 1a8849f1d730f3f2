// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_threads.c - threads that use one device of libtrn4 at the same time, each
 * with objects of its own, under ThreadSanitizer.
 *
 * The kernel and the device are played by whichever thread calls, in memory of
 * that thread. What is for all is counted by relaxed atomics: a lock here would
 * put the threads in an order, and hide from the sanitizer that the library has
 * none.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "array.h"
#include "kernel_rig.h"
#include "tap.h"

#define THREADS 4
#define ROUNDS  100
#define CMDS    8

/* Of all threads */
static atomic_uint handles; /* that were given out */
static atomic_int open_handles;

/* What this thread made last, as the kernel and the device have it */
static _Thread_local struct {
	struct drm_trn4_result *results;
	struct memory *queue;
	uint32_t results_handle;
	uint32_t queue_handle;
	uint32_t syncobj;
	uint32_t mapped; /* the handle that is mapped next */
	uint32_t taken;  /* by the device, of all that was put */
} mine;

int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap(void *addr, size_t length, int prot, int flags, int fd,
		  off_t offset);
void *__real_mmap(void *addr, size_t length, int prot, int flags, int fd,
		  off_t offset);

static uint32_t new_handle(void)
{
	atomic_fetch_add_explicit(&open_handles, 1, memory_order_relaxed);
	return 1 + atomic_fetch_add_explicit(&handles, 1, memory_order_relaxed);
}

/* Each command's result is its own operand. */
static int submit(const struct drm_trn4_submit *arg)
{
	const struct drm_trn4_cmd *cmds = (void *)(uintptr_t)arg->cmds;
	const struct drm_trn4_sync *out = (void *)(uintptr_t)arg->out_syncs;
	uint32_t i;

	if (arg->results != mine.results_handle || arg->out_count != 1 ||
	    out->handle != mine.syncobj)
		return -ENOENT;
	for (i = 0; i < arg->cmd_count; i++)
		mine.results[i] = (struct drm_trn4_result) {
			.value = cmds[i].atomic.operand[0],
		};
	return 0;
}

static int answer(unsigned long request, void *arg)
{
	struct drm_trn4_queue_create *queue = arg;
	struct drm_trn4_get_param *param = arg;
	struct drm_trn4_bo_create *bo = arg;
	struct drm_syncobj_wait *wait = arg;
	struct drm_version *version = arg;

	switch (request) {
	case DRM_IOCTL_VERSION:
		snprintf(version->name, version->name_len + 1, "trn4");
		return 0;
	case DRM_IOCTL_TRN4_GET_PARAM:
		param->value = 64;
		return 0;
	case DRM_IOCTL_TRN4_BO_CREATE:
		bo->size = PAGE;
		mine.results_handle = new_handle();
		bo->handle = mine.results_handle;
		return 0;
	case DRM_IOCTL_SYNCOBJ_CREATE:
		mine.syncobj = new_handle();
		((struct drm_syncobj_create *)arg)->handle = mine.syncobj;
		return 0;
	case DRM_IOCTL_TRN4_QUEUE_CREATE:
		mine.queue_handle = new_handle();
		queue->handle = mine.queue_handle;
		queue->size = sizeof(struct memory);
		queue->cq_offset = offsetof(struct memory, cq);
		queue->sq_offset = offsetof(struct memory, sq);
		mine.taken = 0;
		return 0;
	case DRM_IOCTL_TRN4_MMAP_OFFSET:
		mine.mapped = ((struct drm_trn4_mmap_offset *)arg)->handle;
		return 0;
	case DRM_IOCTL_TRN4_SUBMIT:
		return submit(arg);
	case DRM_IOCTL_SYNCOBJ_WAIT:
		return *(uint32_t *)(uintptr_t)wait->handles == mine.syncobj ?
			       0 :
			       -ENOENT;
	case DRM_IOCTL_TRN4_QUEUE_DESTROY:
	case DRM_IOCTL_SYNCOBJ_DESTROY:
	case DRM_IOCTL_GEM_CLOSE:
		atomic_fetch_sub_explicit(&open_handles, 1,
					  memory_order_relaxed);
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
	errno = -answer(request, arg);
	return errno ? -1 : 0;
}

void *__wrap_mmap(void *addr, size_t length, int prot, int flags, int fd,
		  off_t offset)
{
	void *map;

	if (fd < 0)
		return __real_mmap(addr, length, prot, flags, fd, offset);
	map = __real_mmap(NULL, length, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mine.mapped == mine.queue_handle)
		mine.queue = map;
	else
		mine.results = map;
	return map;
}

/* The device does all that it was told of: each no-op's value is its place. */
static void serve(void)
{
	while (mine.taken % ENTRIES !=
	       mine.queue->doorbells[TRN4_DOORBELL_SQ_TAIL / 4]) {
		mine.queue->cq[mine.taken % ENTRIES] = (struct trn4_cqe) {
			.value = mine.taken,
			.id = mine.queue->sq[mine.taken % ENTRIES].id,
			.phase = mine.taken / ENTRIES % 2 ? 0 : 1,
		};
		mine.taken++;
	}
}

/*
 * What a thread is, and what it found wrong: the harness counts for one thread
 * only.
 */
struct worker {
	pthread_t thread;
	struct trn4_device *dev;
	pthread_barrier_t *begin;
	unsigned int number;
	unsigned int wrong;
};

static void use_batch(struct worker *w, unsigned int round)
{
	const uint64_t first = ((uint64_t)w->number * ROUNDS + round) * CMDS;
	struct trn4_place word = { .handle = 1 };
	struct trn4_batch *batch = NULL;
	struct trn4_result result;
	unsigned int i;

	if (trn4_batch_create(w->dev, CMDS, &batch)) {
		w->wrong++;
		return;
	}
	for (i = 0; i < CMDS; i++)
		w->wrong += trn4_batch_atomic(batch, word, TRN4_ADD, TRN4_U64,
					      first + i, 0) != (int)i;
	w->wrong += trn4_batch_submit(batch) != 0;
	w->wrong += trn4_batch_wait(batch, TRN4_NO_TIMEOUT) != 0;
	for (i = 0; i < CMDS; i++) {
		w->wrong += trn4_batch_result(batch, i, &result) != 0 ||
			    result.value != first + i;
	}
	trn4_batch_destroy(batch);
}

/* More than once around */
static void use_queue(struct worker *w)
{
	struct trn4_queue *queue = NULL;
	struct trn4_result result;
	unsigned int i;

	if (trn4_queue_create(w->dev, ENTRIES, -1, &queue)) {
		w->wrong++;
		return;
	}
	for (i = 0; i < 3 * ENTRIES; i++) {
		w->wrong += trn4_queue_nop(queue) != (int)(i % ENTRIES);
		trn4_queue_ring(queue);
		serve();
		w->wrong += trn4_queue_wait(queue, &result, 0) != 0 ||
			    result.value != i;
	}
	trn4_queue_destroy(queue);
}

/* What takes no object but the device, or none */
static void use_device(struct worker *w)
{
	struct trn4_token token = { .bytes = { w->number } };
	struct trn4_device *other = NULL;
	char text[TRN4_TOKEN_TEXT];
	struct trn4_token back;

	w->wrong += trn4_target_id(w->dev) != 64;
	w->wrong += !*trn4_explain(TRN4_CALL_WINDOW, -(int)w->number);
	w->wrong += !*trn4_window_state_text(w->number);
	w->wrong += trn4_atomic_words(w->dev, TRN4_ADD) != 64;
	trn4_token_format(&token, text);
	w->wrong += trn4_token_parse(text, &back) != 0 ||
		    back.bytes[0] != w->number;
	w->wrong += trn4_open_fd(open("/dev/null", O_RDWR), &other) != 0;
	trn4_close(other);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	unsigned int round;

	pthread_barrier_wait(w->begin);
	for (round = 0; round < ROUNDS; round++) {
		use_batch(w, round);
		use_queue(w);
		use_device(w);
	}
	return NULL;
}

static void objects_of_ones_own_need_no_lock(void)
{
	struct worker workers[THREADS] = {};
	struct trn4_device *dev = NULL;
	pthread_barrier_t begin;
	unsigned int i;

	CHECK(!trn4_open_fd(open("/dev/null", O_RDWR), &dev));
	pthread_barrier_init(&begin, NULL, THREADS);
	for (i = 0; i < THREADS; i++) {
		workers[i].dev = dev;
		workers[i].begin = &begin;
		workers[i].number = i;
		EQ(pthread_create(&workers[i].thread, NULL, work, &workers[i]),
		   0);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		EQ(workers[i].wrong, 0);
	}
	pthread_barrier_destroy(&begin);
	trn4_close(dev);
	EQ(atomic_load(&open_handles), 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(objects_of_ones_own_need_no_lock),
};

TAP_MAIN(tests)
