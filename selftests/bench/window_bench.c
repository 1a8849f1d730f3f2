// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * window_bench.c - what it costs to map, unmap and revoke one window, with no
 * other in the fabric, and with one from each accelerator to each other.
 */
#include <errno.h>
#include <sys/mman.h>

#include <kselftest_harness.h>
#include "bench.h"
#include "mesh.h"
#include "touch.h"

/* Each with and without others, in turns, so that what the host does meets both */
#define PASSES 5
#define ROUNDS 21

/* Whose window is measured; one of the first RIG_FILES */
#define SRC 0
#define DST 1

FIXTURE(window)
{
	struct mesh *mesh;
};

FIXTURE_SETUP(window)
{
	self->mesh = calloc(1, sizeof(*self->mesh));
	ASSERT_NE(NULL, self->mesh);
}

FIXTURE_TEARDOWN(window)
{
	free(self->mesh);
}

struct costs {
	struct bench_times map, unmap, revoke;
};

/* The window is in use when it goes: given up, and the next time revoked */
static int measure_one(struct mesh *mesh, __u32 bo, bool revoke,
		       struct costs *costs)
{
	int fd = mesh->fd[SRC], ret;
	struct grant grant;
	__u32 handle;
	__u64 begin;
	void *map;

	ret = grant_make(mesh->fd[DST], bo, RIGHT_RW, 0, PAGE, &grant);
	if (ret)
		return ret;
	begin = bench_now();
	ret = window_map(fd, &grant, 0, 0, RIGHT_RW, &handle);
	if (ret)
		return ret;
	map = gem_map(fd, handle, PAGE, PROT_READ | PROT_WRITE);
	if (map == MAP_FAILED)
		return -ENOMEM;
	ret = touch_store(map, 0);
	bench_add(&costs->map, begin);

	begin = bench_now();
	if (revoke) {
		ret = ret ?: grant_revoke(mesh->fd[DST], grant.handle);
		if (window_state(fd, handle) != DRM_TRN4_WINDOW_REVOKED)
			ret = -EBADE;
		bench_add(&costs->revoke, begin);
		munmap(map, PAGE);
		return ret ?: gem_close(fd, handle);
	}
	munmap(map, PAGE);
	ret = ret ?: window_unmap(fd, handle);
	bench_add(&costs->unmap, begin);
	return ret ?: grant_revoke(mesh->fd[DST], grant.handle);
}

static int measure(struct mesh *mesh, __u32 bo, struct costs *costs)
{
	unsigned int round;
	int ret = 0;

	for (round = 0; round < 2 * ROUNDS && !ret; round++)
		ret = measure_one(mesh, bo, round % 2, costs);
	return ret;
}

static void tell(const char *what, unsigned int others,
		 struct bench_times *many, struct bench_times *one)
{
	struct bench_figure figure = {
		.unit = "us",
		.ours = bench_median(many) / 1000,
		.peer = bench_median(one) / 1000,
		.peer_name = "with no other",
		.bar = 1.5,
	};
	char name[64];

	snprintf(name, sizeof(name), "window %s, beside %u", what, others);
	figure.name = name;
	bench_tell(&figure);
}

/* With no other, and with @count others then, in the same fabric */
static int pass(struct mesh *mesh, struct costs *one, struct costs *many,
		unsigned int *count)
{
	int ret = mesh_begin(mesh, 2);
	__u32 bo;

	if (!ret)
		ret = bo_create(mesh->fd[DST], PAGE, 0, &bo);
	if (!ret)
		ret = measure(mesh, bo, one);
	if (!ret)
		ret = mesh_fill(mesh);
	if (!ret)
		ret = measure(mesh, bo, many);
	*count = mesh->windows;
	mesh_end(mesh);
	return ret;
}

TEST_F_TIMEOUT(window, costs, 240)
{
	struct costs one = {}, many = {};
	unsigned int i, count;
	int ret;

	for (i = 0; i < PASSES; i++) {
		ret = pass(self->mesh, &one, &many, &count);
		if (ret == -ENODEV)
			SKIP(return, RIG_NEEDS, 2);
		ASSERT_EQ(0, ret);
	}
	tell("mapped", count, &many.map, &one.map);
	tell("unmapped", count, &many.unmap, &one.unmap);
	tell("revoked", count, &many.revoke, &one.revoke);
}

TEST_HARNESS_MAIN
