// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * copier.c - a process that keeps many queues busy with copies.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "copier.h"
#include "uqueue.h"

#define ENTRIES 64
#define FROM    0 /* segments */
#define TO      1

static int make_queue(int fd, int event, __u32 from, __u32 to, struct uqueue *q)
{
	int ret = uqueue_make(fd, ENTRIES, event, q);

	if (!ret)
		ret = segment_set(fd, q->handle, FROM, from, RIGHT_R, 0,
				  COPIER_SIZE);
	if (!ret)
		ret = segment_set(fd, q->handle, TO, to, RIGHT_RW, 0,
				  COPIER_SIZE);
	return ret;
}

/* As many copies as there is room for */
static void feed(struct uqueue *q)
{
	const struct trn4_desc copy = uqueue_copy(TO, 0, FROM, 0, COPIER_SIZE);

	while ((q->tail + 1) % q->entries != q->head)
		uqueue_push(q, &copy);
	uqueue_ring(q);
}

/* Queues of one accelerator; all copy the same memory */
static int make_queues(const struct accel *accel, int event,
		       unsigned int queues, struct uqueue *list)
{
	int fd = accel_open(accel), ret;
	__u32 from, to;
	unsigned int i;

	if (fd < 0)
		return fd;
	ret = bo_create(fd, COPIER_SIZE, 0, &from);
	if (!ret)
		ret = bo_create(fd, COPIER_SIZE, 0, &to);
	for (i = 0; i < queues && !ret; i++)
		ret = make_queue(fd, event, from, to, &list[i]);
	return ret;
}

/* Until it is killed; returns what went wrong. */
static int copy_on(struct copier_state *state, const struct accel *accels,
		   int count, unsigned int queues)
{
	struct uqueue *list = calloc(count * queues, sizeof(*list));
	int event = eventfd(0, EFD_CLOEXEC), i, ret = 0;
	unsigned int k;
	__u64 ended;

	if (!list || event < 0)
		return -ENOMEM;
	for (i = 0; i < count && !ret; i++)
		ret = make_queues(&accels[i], event, queues, list + i * queues);
	if (ret)
		return ret;
	for (k = 0; k < count * queues; k++)
		feed(&list[k]);
	__atomic_store_n(&state->busy, 1, __ATOMIC_RELEASE);
	while (read(event, &ended, sizeof(ended)) == sizeof(ended)) {
		for (k = 0; k < count * queues; k++) {
			struct trn4_cqe cqe;
			bool some = false;

			while (uqueue_pop(&list[k], &cqe)) {
				if (cqe.status != TRN4_STATUS_OK)
					return -EIO;
				__atomic_add_fetch(&state->copies, 1,
						   __ATOMIC_RELAXED);
				some = true;
			}
			if (some)
				feed(&list[k]);
		}
	}
	return -EIO;
}

/**
 * copier_start() - copy, on queues of some accelerators, in another process
 * @c: is filled in; give it to copier_stop()
 * @accels: the accelerators
 * @count: how many
 * @queues: of each of them
 *
 * Return: 0 when all queues are busy, or a negative errno.
 */
int copier_start(struct copier *c, const struct accel *accels, int count,
		 unsigned int queues)
{
	c->state = mmap(NULL, sizeof(*c->state), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (c->state == MAP_FAILED)
		return -ENOMEM;
	c->child = fork();
	if (c->child < 0)
		return -errno;
	if (!c->child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		c->state->error = copy_on(c->state, accels, count, queues);
		_exit(1);
	}
	while (!__atomic_load_n(&c->state->busy, __ATOMIC_ACQUIRE)) {
		if (waitpid(c->child, NULL, WNOHANG) == c->child) {
			c->child = -1;
			return c->state->error ?: -EIO;
		}
		sched_yield();
	}
	return 0;
}

/* How many have ended */
__u64 copier_copies(const struct copier *c)
{
	return __atomic_load_n(&c->state->copies, __ATOMIC_RELAXED);
}

/* In the middle of its copies. Returns 0, or what had ended it before. */
int copier_stop(struct copier *c)
{
	int ret = 0;

	if (c->child > 0) {
		kill(c->child, SIGKILL);
		waitpid(c->child, NULL, 0);
		ret = c->state->error;
	}
	munmap(c->state, sizeof(*c->state));
	return ret;
}
