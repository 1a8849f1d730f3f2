// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * atomic_test.c - engines' atomics and processors' atomics on the same word at
 * the same time: nothing gets lost, nothing is counted twice.
 */
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "word.h"

#define BATCHES    20
#define PER_ENGINE ((__u64)BATCHES * DRM_TRN4_SUBMIT_MAX)
#define PER_CPU    100000ull

FIXTURE(atomic)
{
	struct rig rig;
	struct bo bo;            /* of the first accelerator */
	__u32 places[RIG_FILES]; /* each one's handle of that memory */
	void *maps[RIG_FILES];   /* and mapping */
};

FIXTURE_VARIANT(atomic)
{
	__u32 width;
	__u64 offset;
};

FIXTURE_VARIANT_ADD(atomic, w8) { .width = 8, .offset = 64 };
FIXTURE_VARIANT_ADD(atomic, w4) { .width = 4, .offset = 4096 };
FIXTURE_VARIANT_ADD(atomic, w4_upper) { .width = 4, .offset = 132 };

FIXTURE_SETUP(atomic)
{
	struct grant grant;
	int i;

	if (rig_begin(&self->rig, RIG_FILES) == -ENODEV)
		SKIP(return, RIG_NEEDS, RIG_FILES);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	ASSERT_EQ(0, bo_make(self->rig.fd[0], PAGE, 0, &self->bo));
	ASSERT_EQ(0, grant_make(self->rig.fd[0], self->bo.handle, RIGHT_ALL, 0,
				PAGE, &grant));
	self->places[0] = self->bo.handle;
	self->maps[0] = self->bo.map;
	for (i = 1; i < RIG_FILES; i++) {
		ASSERT_EQ(0, window_map(self->rig.fd[i], &grant, 0, 0,
					RIGHT_ALL, &self->places[i]));
		self->maps[i] = gem_map(self->rig.fd[i], self->places[i], PAGE,
					PROT_READ | PROT_WRITE);
		ASSERT_NE(MAP_FAILED, self->maps[i]);
	}
}

FIXTURE_TEARDOWN(atomic)
{
	rig_end(&self->rig);
}

/* One who adds: an engine where @fd is not -1, else a processor */
struct adder {
	int fd;
	__u32 place;
	__u32 width;
	__u64 offset;
	void *map;
	__u64 failed;
};

static void cpu_add(const struct adder *adder)
{
	char *at = (char *)adder->map + adder->offset;
	__u64 i;

	for (i = 0; i < PER_CPU; i++)
		if (adder->width == 8)
			__atomic_fetch_add((__u64 *)at, 1, __ATOMIC_SEQ_CST);
		else
			__atomic_fetch_add((__u32 *)at, 1, __ATOMIC_SEQ_CST);
}

static __u64 engine_add(const struct adder *adder)
{
	struct drm_trn4_cmd cmds[DRM_TRN4_SUBMIT_MAX];
	struct drm_trn4_result *results;
	__u64 failed = 0;
	struct bo bo;
	int i, k;

	if (bo_make(adder->fd, sizeof(*results) * DRM_TRN4_SUBMIT_MAX,
		    DRM_TRN4_BO_HOST, &bo))
		return ~0ull;
	results = bo.map;
	for (i = 0; i < DRM_TRN4_SUBMIT_MAX; i++)
		cmds[i] = cmd_atomic(DRM_TRN4_ATOMIC_ADD, adder->width,
				     adder->place, adder->offset, 1, 0);
	for (i = 0; i < BATCHES; i++) {
		if (submit_wait(adder->fd, cmds, DRM_TRN4_SUBMIT_MAX,
				bo.handle)) {
			failed += DRM_TRN4_SUBMIT_MAX;
			continue;
		}
		for (k = 0; k < DRM_TRN4_SUBMIT_MAX; k++)
			failed += results[k].error != 0;
	}
	bo_drop(adder->fd, &bo);
	return failed;
}

static void *run(void *arg)
{
	struct adder *adder = arg;

	if (adder->fd < 0)
		cpu_add(adder);
	else
		adder->failed = engine_add(adder);
	return NULL;
}

static __u64 word(const struct adder *adder)
{
	const char *at = (const char *)adder->map + adder->offset;
	__u32 half;
	__u64 whole;

	if (adder->width == 8) {
		memcpy(&whole, at, 8);
		return whole;
	}
	memcpy(&half, at, 4);
	return half;
}

/* All engines and, through each one's mapping, a processor */
TEST_F(atomic, engines_and_threads)
{
	struct adder adders[2 * RIG_FILES];
	pthread_t threads[2 * RIG_FILES];
	int i;

	memset(adders, 0, sizeof(adders));
	for (i = 0; i < 2 * RIG_FILES; i++) {
		struct adder *adder = &adders[i];
		int accel = i % RIG_FILES;

		adder->fd = i < RIG_FILES ? self->rig.fd[accel] : -1;
		adder->place = self->places[accel];
		adder->map = self->maps[accel];
		adder->width = variant->width;
		adder->offset = variant->offset;
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, run, adder));
	}
	for (i = 0; i < 2 * RIG_FILES; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
		EXPECT_EQ(0, adders[i].failed);
	}
	EXPECT_EQ(RIG_FILES * (PER_ENGINE + PER_CPU), word(&adders[0]));
	/* Nothing but that word */
	memset((char *)self->bo.map + variant->offset, 0, variant->width);
	EXPECT_EQ(PAGE, first_not(self->bo.map, PAGE, 0));
}

/* The same by processes, each of which opened its accelerator itself */
TEST_F(atomic, engines_and_processes)
{
	struct adder look = {
		.map = self->bo.map,
		.width = variant->width,
		.offset = variant->offset,
	};
	pid_t children[RIG_FILES];
	struct grant grant;
	int i, status;

	ASSERT_EQ(0, grant_make(self->rig.fd[0], self->bo.handle, RIGHT_ALL, 0,
				PAGE, &grant));
	for (i = 0; i < RIG_FILES; i++) {
		children[i] = fork();
		ASSERT_LE(0, children[i]);
		if (!children[i]) {
			struct adder adder = look;

			/* The owner's engine is busy in another process */
			adder.fd = accel_open(&self->rig.accels[i ? i : 1]);
			if (adder.fd < 0 || window_map(adder.fd, &grant, 0, 0,
						       RIGHT_ALL, &adder.place))
				_exit(1);
			adder.map = gem_map(adder.fd, adder.place, PAGE,
					    PROT_READ | PROT_WRITE);
			if (adder.map == MAP_FAILED)
				_exit(2);
			cpu_add(&adder);
			_exit(engine_add(&adder) ? 3 : 0);
		}
	}
	for (i = 0; i < RIG_FILES; i++) {
		ASSERT_EQ(children[i], waitpid(children[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	EXPECT_EQ(RIG_FILES * (PER_ENGINE + PER_CPU), word(&look));
}

/* What each add saw is its own: no value is handed out twice */
TEST_F(atomic, values_are_unique)
{
	enum { COUNT = DRM_TRN4_SUBMIT_MAX };
	__u8 *taken = calloc(1, RIG_FILES * COUNT);
	struct drm_trn4_cmd cmds[COUNT];
	struct drm_trn4_result *result;
	struct bo results[RIG_FILES];
	__u32 syncs[RIG_FILES];
	int i, k;

	ASSERT_NE(NULL, taken);
	for (i = 0; i < RIG_FILES; i++) {
		ASSERT_EQ(0, bo_make(self->rig.fd[i], COUNT * sizeof(*result),
				     DRM_TRN4_BO_HOST, &results[i]));
		ASSERT_EQ(0, sync_create(self->rig.fd[i], &syncs[i]));
	}
	for (i = 0; i < RIG_FILES; i++) {
		for (k = 0; k < COUNT; k++)
			cmds[k] = cmd_atomic(DRM_TRN4_ATOMIC_ADD,
					     variant->width, self->places[i],
					     variant->offset, 1, 0);
		ASSERT_EQ(0, submit(self->rig.fd[i], cmds, COUNT,
				    results[i].handle, 0, syncs[i]));
	}
	for (i = 0; i < RIG_FILES; i++) {
		ASSERT_EQ(0, sync_wait(self->rig.fd[i], syncs[i], 10 * SEC));
		result = results[i].map;
		for (k = 0; k < COUNT; k++) {
			ASSERT_EQ(0, result[k].error);
			ASSERT_GT((__u64)RIG_FILES * COUNT, result[k].value);
			EXPECT_EQ(0, taken[result[k].value]);
			taken[result[k].value] = 1;
		}
	}
	free(taken);
}

/* A lock that engine and processor take by compare-and-swap in turn */
FIXTURE(lock)
{
	struct rig rig;
	struct bo bo;
	__u32 window;
};

FIXTURE_SETUP(lock)
{
	struct grant grant;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	ASSERT_EQ(0, bo_make(self->rig.fd[0], PAGE, 0, &self->bo));
	ASSERT_EQ(0, grant_make(self->rig.fd[0], self->bo.handle, RIGHT_ALL, 0,
				PAGE, &grant));
	ASSERT_EQ(0, window_map(self->rig.fd[1], &grant, 0, 0, RIGHT_ALL,
				&self->window));
}

FIXTURE_TEARDOWN(lock)
{
	rig_end(&self->rig);
}

struct locker {
	__u64 *lock, *count;
	int turns;
};

static void *cpu_lock(void *arg)
{
	struct locker *locker = arg;
	__u64 free;
	int i;

	for (i = 0; i < locker->turns; i++) {
		do
			free = 0;
		while (!__atomic_compare_exchange_n(locker->lock, &free, 1, 0,
						    __ATOMIC_SEQ_CST,
						    __ATOMIC_SEQ_CST));
		word_set(locker->count, 0, word_get(locker->count, 0) + 1);
		__atomic_store_n(locker->lock, 0, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

TEST_F(lock, compare_and_swap)
{
	struct locker locker = {
		.lock = self->bo.map,
		.count = (__u64 *)self->bo.map + 512,
		.turns = 2000,
	};
	int fd = self->rig.fd[1], taken = 0, tries;
	struct drm_trn4_cmd take, give;
	struct drm_trn4_result *result;
	struct bo results;
	pthread_t thread;

	ASSERT_EQ(0, bo_make(fd, 4096, DRM_TRN4_BO_HOST, &results));
	result = results.map;
	take = cmd_atomic(DRM_TRN4_ATOMIC_CAS, 8, self->window, 0, 2, 0);
	give = cmd_atomic(DRM_TRN4_ATOMIC_SWAP, 8, self->window, 0, 0, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, cpu_lock, &locker));
	for (tries = 0; tries < 300; tries++) {
		ASSERT_EQ(0, submit_wait(fd, &take, 1, results.handle));
		ASSERT_EQ(0, result->error);
		if (result->value)
			continue;
		word_set(locker.count, 0, word_get(locker.count, 0) + 1);
		taken++;
		ASSERT_EQ(0, submit_wait(fd, &give, 1, results.handle));
		EXPECT_EQ(2, result->value);
	}
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_LT(0, taken);
	EXPECT_EQ((__u64)locker.turns + taken, *locker.count);
}

TEST_HARNESS_MAIN
