// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uqueue_reuse_test.c - a hardware's queue that gets another owner: of what its
 * last one could reach, the next reaches nothing.
 *
 * All queues of the device are in use but one, so that it is known which the
 * next owner gets. Owners are files of their own; what they reach is seen by the
 * fixture, too, which has it for longer.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "dmabuf.h"
#include "rig.h"
#include "uqueue.h"

#define BO_SIZE  PAGE
#define SEGMENTS DRM_TRN4_QUEUE_SEGMENTS
#define QUEUES   63

/* Segment n is the object n % KINDS. */
enum kind {
	KIND_HBM,
	KIND_HOST,
	KIND_WINDOW,
	KINDS,
};

struct owner {
	int fd;
	__u32 objects[KINDS];
	struct uqueue q;
};

FIXTURE(reuse)
{
	struct rig rig;
	int fd;
	struct bo ours, far;
	struct grant grant; /* of far */
	int dmabuf;         /* ours */
	void *memory[KINDS];
};

static int end_by_destroy(struct owner *o)
{
	return uqueue_destroy(o->fd, o->q.handle);
}

static int end_by_unmap(struct owner *o)
{
	int ret = gem_close(o->fd, o->q.handle);

	uqueue_unmap(&o->q);
	return ret;
}

static int end_by_gem_close(struct owner *o)
{
	uqueue_unmap(&o->q);
	return gem_close(o->fd, o->q.handle);
}

static int end_by_close(struct owner *o)
{
	int ret;

	uqueue_unmap(&o->q);
	ret = close(o->fd) ? -errno : 0;
	o->fd = -1;
	return ret;
}

/* The queue has ended when they return. */
static int (*const ends[])(struct owner *o) = {
	end_by_destroy,
	end_by_unmap,
	end_by_gem_close,
	end_by_close,
};

FIXTURE_VARIANT(reuse)
{
	unsigned int end; /* of ends[]; beyond: its process is killed */
};

FIXTURE_VARIANT_ADD(reuse, destroyed) {
	.end = 0,
};

FIXTURE_VARIANT_ADD(reuse, handle_then_mapping) {
	.end = 1,
};

FIXTURE_VARIANT_ADD(reuse, mapping_then_handle) {
	.end = 2,
};

FIXTURE_VARIANT_ADD(reuse, file_closed) {
	.end = 3,
};

FIXTURE_VARIANT_ADD(reuse, process_killed) {
	.end = ARRAY_SIZE(ends),
};

FIXTURE_SETUP(reuse)
{
	struct rig *rig = &self->rig;
	int peer;

	self->dmabuf = -1;
	if (rig_begin(rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, rig->error)
	{
		TH_LOG("%s", rig->nl.text);
	}
	self->fd = rig->fd[0];
	peer = rig->fd[1];
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &self->ours));
	self->dmabuf = prime_export(self->fd, self->ours.handle);
	ASSERT_LE(0, self->dmabuf);
	ASSERT_EQ(0, bo_make(peer, BO_SIZE, 0, &self->far));
	ASSERT_EQ(0, grant_make(peer, self->far.handle, RIGHT_ALL, 0, BO_SIZE,
				&self->grant));
	self->memory[KIND_HBM] = self->ours.map;
	self->memory[KIND_WINDOW] = self->far.map;
	self->memory[KIND_HOST] = mmap(NULL, BO_SIZE, PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->memory[KIND_HOST]);
}

FIXTURE_TEARDOWN(reuse)
{
	if (self->dmabuf >= 0)
		close(self->dmabuf);
	rig_end(&self->rig);
}

/* ---- The last owner --------------------------------------------------------- */

static int owner_begin(struct owner *o, const struct accel *accel, int dmabuf,
		       void *memory, const struct grant *grant)
{
	struct drm_trn4_bo_create host = {
		.size = BO_SIZE,
		.address = (uintptr_t)memory,
		.flags = DRM_TRN4_BO_USER,
	};
	__u32 n;
	int ret;

	o->fd = accel_open(accel);
	if (o->fd < 0)
		return o->fd;
	ret = prime_import(o->fd, dmabuf, &o->objects[KIND_HBM]);
	if (!ret)
		ret = accel_ioctl(o->fd, DRM_IOCTL_TRN4_BO_CREATE, &host);
	o->objects[KIND_HOST] = host.handle;
	if (!ret)
		ret = window_map(o->fd, grant, 0, 0, RIGHT_ALL,
				 &o->objects[KIND_WINDOW]);
	if (!ret)
		ret = uqueue_make(o->fd, 64, -1, &o->q);
	for (n = 0; n < SEGMENTS && !ret; n++)
		ret = segment_set(o->fd, o->q.handle, n, o->objects[n % KINDS],
				  RIGHT_RW, 0, BO_SIZE);
	return ret;
}

/* It writes a word of its own by each of its segments; 0 where it could. */
static int owner_writes(struct owner *o)
{
	struct trn4_desc fill;
	struct trn4_cqe cqe;
	__u32 n;
	int ret;

	for (n = 0; n < SEGMENTS; n++) {
		fill = uqueue_fill(n, 8 * n, 8, n + 1);
		ret = uqueue_do(&o->q, &fill, &cqe);
		if (ret)
			return ret;
		if (cqe.status != TRN4_STATUS_OK)
			return -EIO;
	}
	return 0;
}

/* How many of those words are not where they were written, or are elsewhere */
static unsigned int words_differ(void *const *memory)
{
	unsigned int bad = 0;
	__u32 n, kind;

	for (kind = 0; kind < KINDS; kind++) {
		const __u64 *words = memory[kind];

		for (n = 0; n < SEGMENTS; n++)
			bad += words[n] != (n % KINDS == kind ? n + 1 : 0);
	}
	return bad;
}

/* ---- The next ---------------------------------------------------------------- */

/* How many of a queue's segments are anything to @desc but none */
static int segments_there(struct uqueue *q, struct trn4_desc desc)
{
	struct trn4_cqe cqe;
	int ret, n = 0;
	__u32 i;

	for (i = 0; i < SEGMENTS; i++) {
		desc.dst_slot = i;
		ret = uqueue_do(q, &desc, &cqe);
		if (ret)
			return ret;
		n += cqe.status != TRN4_STATUS_NO_SEGMENT;
	}
	return n;
}

TEST_F(reuse, reaches_nothing)
{
	/* The first reads the word, that is no less than 0, and the other writes. */
	const struct trn4_desc read = uqueue_semaphore(TRN4_SEMAPHORE_GE, 0, 0,
						       0, 1000);
	const struct trn4_desc write = uqueue_fill(0, 0, BO_SIZE, ~0ull);
	struct drm_trn4_queue_create other = {
		.entries = DRM_TRN4_QUEUE_ENTRIES_MIN,
		.eventfd = -1,
	};
	struct owner owner = { .fd = -1 };
	struct uqueue next;
	int i, status;
	pid_t child;

	for (i = 0; i < QUEUES - 1; i++)
		ASSERT_EQ(0, uqueue_create(self->fd, &other));

	if (variant->end == ARRAY_SIZE(ends)) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child) {
			if (owner_begin(&owner, &self->rig.accels[0],
					self->dmabuf, self->memory[KIND_HOST],
					&self->grant) ||
			    owner_writes(&owner) ||
			    uqueue_create(self->fd, &other) != -ENOSPC)
				_exit(1);
			kill(getpid(), SIGKILL);
		}
		ASSERT_EQ(child, waitpid(child, &status, 0));
		ASSERT_TRUE(WIFSIGNALED(status));
	} else {
		ASSERT_EQ(0, owner_begin(&owner, &self->rig.accels[0],
					 self->dmabuf, self->memory[KIND_HOST],
					 &self->grant));
		ASSERT_EQ(0, owner_writes(&owner));
		ASSERT_EQ(-ENOSPC, uqueue_create(self->fd, &other));
		ASSERT_EQ(0, ends[variant->end](&owner));
	}
	EXPECT_EQ(0, words_differ(self->memory));

	/* The one that there is */
	ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &next));
	ASSERT_EQ(-ENOSPC, uqueue_create(self->fd, &other));
	EXPECT_EQ(0, segments_there(&next, read));
	EXPECT_EQ(0, segments_there(&next, write));
	EXPECT_EQ(0, words_differ(self->memory));
	if (owner.fd >= 0)
		close(owner.fd);
}

TEST_HARNESS_MAIN
