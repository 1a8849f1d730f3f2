// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * litmus_test.c - the memory model, between processors that load and store
 * through mappings and queues of several accelerators, all at the same time.
 *
 * Each test quotes what it checks: of "Order" in docs/hardware/engine.md, or of
 * "Memory order" in docs/uapi/README.md. The forbidden outcome must not be seen
 * once; one that is allowed, though no program that takes turns has it, is
 * counted and told. Those who work have to have met, or it was no test.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <kselftest_harness.h>
#include "litmus.h"
#include "word.h"

#define BATCHES 8
#define MOST    (8 * BATCHES) /* until all have met */
#define ROUNDS  4000
#define BLOCK   256u
#define FEW     32
#define LONG    16384 /* bytes: not done within the store to a doorbell */
#define LAST    (LONG / 8 - 1)
#define LOOKS   10000 /* for a record, before another has a turn */
#define SLOTS   2048
#define BLOCKS  4096 /* of a page, where they begin */

#define QUEUE(a, s0, s1) \
	{ \
		.accel = a, .step = { s0, s1 } \
	}
#define CPU(s0, s1) \
	{ \
		.cpu = true, .step = { s0, s1 } \
	}
#define FENCED(s0, s1) \
	{ \
		.cpu = true, .fence = true, .step = { s0, s1 } \
	}
#define DO(o, w) \
	{ \
		.op = LITMUS_##o, .word = w \
	}
/* A processor's, through the mapping of accelerator @a */
#define BY(a, o, w) \
	{ \
		.op = LITMUS_##o, .word = w, .by = a \
	}
#define NOTHING \
	{ \
		.op = LITMUS_NONE \
	}

FIXTURE(litmus)
{
	struct litmus *l;
};

FIXTURE_SETUP(litmus)
{
	int ret;

	self->l = calloc(1, sizeof(*self->l));
	ASSERT_NE(NULL, self->l);
	ret = litmus_begin(self->l);
	if (ret == -ENODEV)
		SKIP(return, RIG_NEEDS, RIG_FILES);
	ASSERT_EQ(0, ret);
}

FIXTURE_TEARDOWN(litmus)
{
	if (!self->l)
		return;
	litmus_end(self->l);
	free(self->l);
}

/* Agents by @specs, as many as there are, at the same time */
static int work(struct litmus *l, const struct litmus_agent *specs,
		unsigned int count)
{
	unsigned int i;

	litmus_clear(l);
	for (i = 0; i < count; i++)
		if (!litmus_add(l, &specs[i]))
			return -ENOMEM;
	return litmus_run_until_met(l, BATCHES, MOST);
}

/* In the program @nth of a test */
static void expect_met(struct __test_metadata *_metadata,
		       const struct litmus *l, unsigned int nth)
{
	unsigned int i;

	for (i = 0; i < l->count; i++) {
		const struct litmus_agent *a = &l->agents[i];

		EXPECT_TRUE(litmus_has_met(a))
		{
			TH_LOG("%u: agent %u met nobody: %llu and %llu changes in %llu rounds",
			       nth, i, a->met[0], a->met[1], a->rounds);
		}
	}
}

/* ---- Coherence ---- */

/*
 * "So what a queue does is seen by all in the order in which it was asked for",
 * and "CPU stores through a window are ordered like stores to any memory of the
 * host": a word does not go back, by whatever way it is looked at, and who
 * stores to it has its own store at once (CoRR, CoWR).
 */
TEST_F(litmus, a_word_does_not_go_back)
{
	static const struct litmus_agent writers[] = {
		QUEUE(0, DO(STORE, X), DO(LOAD, X)),
		QUEUE(1, DO(FILL, X), DO(FETCH, X)),
		QUEUE(2, DO(SWAP, X), DO(LOAD, X)),
		CPU(BY(1, STORE, X), BY(0, LOAD, X)),
	};
	/* The processor goes from the owner's mapping to a window and back */
	static const struct litmus_agent readers[] = {
		CPU(BY(0, LOAD, X), BY(1, LOAD, X)),
		QUEUE(0, DO(LOAD, X), DO(FETCH, X)),
		QUEUE(3, DO(FETCH, X), DO(LOAD, X)),
	};
	struct litmus_agent all[1 + ARRAY_SIZE(readers)];
	unsigned int i, k;

	memcpy(all + 1, readers, sizeof(readers));
	for (i = 0; i < ARRAY_SIZE(writers); i++) {
		const struct litmus_agent *a = self->l->agents;
		__u64 bad = 0;

		all[0] = writers[i];
		ASSERT_EQ(0, work(self->l, all, ARRAY_SIZE(all)));
		for (k = 1; k <= a->rounds; k++)
			bad += a->seen[1][k] != k;
		EXPECT_EQ(0, bad)
		{
			TH_LOG("writer %u does not see its own", i);
		}
		for (k = 1; k < ARRAY_SIZE(all); k++) {
			EXPECT_EQ(0, litmus_goes_back(&a[k]))
			{
				TH_LOG("writer %u, reader %u", i, k);
			}
		}
		expect_met(_metadata, self->l, i);
	}
}

/* ---- Message passing ---- */

/*
 * "Whoever has seen the record of an operation, or a word that it or a later
 * one of its queue wrote, sees all that the operation wrote". Data is X, in one
 * accelerator, the flag Y, in another; all who read, read at the same time.
 */
TEST_F(litmus, data_comes_before_the_flag)
{
	static const struct litmus_agent writers[] = {
		QUEUE(0, DO(FILL, X), DO(STORE, Y)),
		QUEUE(1, DO(STORE, X), DO(FILL, Y)),
		QUEUE(2, DO(SWAP, X), DO(STORE, Y)),
		QUEUE(2, DO(FILL, X), DO(SWAP, Y)),
		CPU(BY(1, STORE, X), BY(0, STORE, Y)),
		CPU(BY(0, STORE, X), BY(2, SWAP, Y)),
	};
	static const struct litmus_agent readers[] = {
		CPU(BY(2, LOAD, Y), BY(3, LOAD, X)),
		QUEUE(0, DO(LOAD, Y), DO(FETCH, X)),
		QUEUE(1, DO(FETCH, Y), DO(LOAD, X)),
		QUEUE(3, DO(LOAD, Y), DO(LOAD, X)),
	};
	struct litmus_agent all[1 + ARRAY_SIZE(readers)];
	unsigned int i, k;

	memcpy(all + 1, readers, sizeof(readers));
	for (i = 0; i < ARRAY_SIZE(writers); i++) {
		const struct litmus_agent *a = self->l->agents;

		all[0] = writers[i];
		ASSERT_EQ(0, work(self->l, all, ARRAY_SIZE(all)));
		for (k = 1; k < ARRAY_SIZE(all); k++) {
			EXPECT_EQ(0, litmus_stale(&a[k]))
			{
				TH_LOG("writer %u, reader %u", i, k);
			}
		}
		expect_met(_metadata, self->l, i);
	}
}

static __u64 *block(void *page, unsigned int slot)
{
	return page + BLOCKS + slot * BLOCK;
}

/* How many of a block's words are not @value */
static unsigned int torn(void *page, unsigned int slot, __u64 value)
{
	const __u64 *at = block(page, slot);
	unsigned int i, count = 0;

	for (i = 0; i < BLOCK / sizeof(*at); i++)
		count += word_get(at, i) != value;
	return count;
}

/*
 * "The record of an operation is written after that", and of a record "the word
 * with phase is written last": whoever sees the phase turn has the block that
 * was written, in whatever memory, and the rest of the record.
 */
TEST_F(litmus, a_record_comes_last)
{
	enum { HOST = LITMUS_WORDS };
	struct bo host;
	void *to[] = { self->l->map[2][X], self->l->map[0][Y], NULL };
	struct trn4_cqe cqe;
	struct uqueue q;
	__u64 bad = 0, met = 0;
	__u32 i, n, looks;

	ASSERT_EQ(0, litmus_queue(self->l, 0, &q));
	ASSERT_EQ(0, bo_make(q.fd, PAGE, DRM_TRN4_BO_HOST, &host));
	ASSERT_EQ(0, segment_set(q.fd, q.handle, HOST, host.handle, RIGHT_RW, 0,
				 PAGE));
	to[HOST] = host.map;
	/*
	 * Few at a time: this goes after them as soon as they are rung for, and
	 * some of them have to have been waited for
	 */
	for (i = 0; i < 4 * ROUNDS || (i < 16 * ROUNDS && !met); i += FEW) {
		for (n = i; n < i + FEW; n++) {
			struct trn4_desc d = uqueue_fill(n % ARRAY_SIZE(to),
							 n % FEW * LONG, LONG,
							 n + 1);

			d.id = n;
			uqueue_push(&q, &d);
		}
		uqueue_ring(&q);
		for (n = i; n < i + FEW; n++) {
			const void *at = to[n % ARRAY_SIZE(to)] +
					 n % FEW * LONG;

			for (looks = 0; looks < LOOKS; looks++)
				if (uqueue_take(&q, &cqe))
					break;
			if (looks == LOOKS)
				ASSERT_EQ(0, uqueue_await(&q, &cqe));
			met += looks && looks < LOOKS;
			word_barrier();
			bad += word_get(at, LAST) != n + 1 ||
			       cqe.value != LONG || cqe.id != (__u16)n ||
			       cqe.status != TRN4_STATUS_OK;
		}
		uqueue_give_back(&q);
	}
	EXPECT_EQ(0, bad);
	EXPECT_LT(0, met)
	{
		TH_LOG("none of %u records was waited for", i);
	}
}

/*
 * The same by a semaphore, without a processor: a queue fills blocks and says
 * so, each block for a queue that waits for the word and copies the block away.
 * By a queue of the same accelerator, and of another.
 */
TEST_F(litmus, a_wait_sees_what_came_before)
{
	static const struct {
		int from, to;
	} pairs[] = { { 0, 0 }, { 0, 1 }, { 2, 3 }, { 1, 2 } };
	struct trn4_cqe cqe;
	unsigned int i, n, pair;
	__u64 bad = 0;

	for (pair = 0; pair < ARRAY_SIZE(pairs); pair++) {
		struct uqueue from, to;
		__u64 first = 1;

		ASSERT_EQ(0, litmus_queue(self->l, pairs[pair].from, &from));
		ASSERT_EQ(0, litmus_queue(self->l, pairs[pair].to, &to));
		litmus_clear(self->l);
		/* A block of X each, to the same block of Y */
		for (n = 0; n < 3; n++, first += SLOTS) {
			for (i = 0; i < SLOTS - 1; i++) {
				__u64 at = BLOCKS + i * BLOCK;
				struct trn4_desc d[] = {
					uqueue_semaphore(TRN4_SEMAPHORE_GE, Y,
							 0, first + i, 0),
					uqueue_copy(Y, at, X, at, BLOCK),
					uqueue_fill(X, at, BLOCK, first + i),
					uqueue_semaphore(TRN4_SEMAPHORE_SIGNAL,
							 Y, 0, first + i, 0),
				};

				uqueue_push(&to, &d[0]);
				uqueue_push(&to, &d[1]);
				uqueue_push(&from, &d[2]);
				uqueue_push(&from, &d[3]);
			}
			uqueue_ring(&to);
			uqueue_ring(&from);
			for (i = 0; i < 2 * (SLOTS - 1); i++) {
				ASSERT_EQ(0, uqueue_wait(&from, &cqe));
				ASSERT_EQ(TRN4_STATUS_OK, cqe.status);
				ASSERT_EQ(0, uqueue_wait(&to, &cqe));
				ASSERT_EQ(TRN4_STATUS_OK, cqe.status);
			}
			for (i = 0; i < SLOTS - 1; i++)
				bad += !!torn(self->l->map[0][Y], i, first + i);
		}
		EXPECT_EQ(0, bad)
		{
			TH_LOG("from %d to %d", pairs[pair].from,
			       pairs[pair].to);
		}
		uqueue_destroy(from.fd, from.handle);
		uqueue_destroy(to.fd, to.handle);
		uqueue_unmap(&from);
		uqueue_unmap(&to);
	}
}

/*
 * "A CPU's stores come before an operation whose doorbell is rung after them":
 * to host memory, and through a window with the barrier that it takes.
 */
TEST_F(litmus, a_doorbell_comes_after_stores)
{
	enum { HOST = LITMUS_WORDS };
	struct trn4_cqe cqe;
	struct uqueue q;
	struct bo host;
	__u64 bad = 0;
	__u32 i, n;

	ASSERT_EQ(0, litmus_queue(self->l, 0, &q));
	ASSERT_EQ(0, bo_make(q.fd, PAGE, DRM_TRN4_BO_HOST, &host));
	ASSERT_EQ(0, segment_set(q.fd, q.handle, HOST, host.handle, RIGHT_RW, 0,
				 PAGE));
	for (i = 1; i <= ROUNDS; i++) {
		void *page = i % 2 ? host.map : self->l->map[3][Y];
		struct trn4_desc d = uqueue_copy(X, BLOCKS, i % 2 ? HOST : Y,
						 BLOCKS, BLOCK);

		for (n = 0; n < BLOCK / sizeof(__u64); n++)
			word_set(block(page, 0), n, i);
		/* uqueue_ring() has the barrier */
		ASSERT_EQ(0, uqueue_do(&q, &d, &cqe));
		ASSERT_EQ(TRN4_STATUS_OK, cqe.status);
		bad += !!torn(self->l->bo[X].map, 0, i);
	}
	EXPECT_EQ(0, bad);
}

/* ---- Submits ---- */

/* A thread that stores data, and then a flag, until it is to stop */
struct stores {
	pthread_t thread;
	void *data;
	__u64 flag;
	bool stop;
};

static void *store_rounds(void *arg)
{
	struct stores *s = arg;
	__u32 seed = 1;
	__u64 n;

	for (n = 1; !__atomic_load_n(&s->stop, __ATOMIC_RELAXED); n++) {
		word_set(s->data, 0, n);
		word_barrier();
		__atomic_store_n(&s->flag, n, __ATOMIC_RELEASE);
		litmus_dally(&seed);
	}
	return NULL;
}

/* Submits of one each, that copy the word away: they see no less than the flag */
static int copy_rounds(int fd, __u32 from, const struct bo *to,
		       const __u64 *flag, __u64 *bad, __u64 *met)
{
	__u64 seen[FEW];
	unsigned int i, n;
	__u32 sync;
	int ret = sync_create(fd, &sync);

	for (i = 0; i < ROUNDS || (i < 4 * ROUNDS && !*met); i += FEW) {
		for (n = 0; n < FEW && !ret; n++) {
			struct drm_trn4_cmd cmd =
				cmd_copy(to->handle, n * sizeof(*seen), from, 0,
					 sizeof(*seen));

			seen[n] = __atomic_load_n(flag, __ATOMIC_ACQUIRE);
			ret = submit(fd, &cmd, 1, 0, 0, sync);
		}
		/* The last of them; the others came before it */
		if (!ret)
			ret = sync_wait(fd, sync, 20 * SEC);
		if (ret)
			return ret;
		for (n = 0; n < FEW; n++) {
			*bad += word_get(to->map, n) < seen[n];
			*met += n && seen[n] != seen[n - 1];
		}
	}
	return sync_destroy(fd, sync);
}

/*
 * "A submit sees all stores that its process made to buffers and windows before
 * the call", whoever of its threads made them, through whatever mapping.
 */
TEST_F_TIMEOUT(litmus, a_submit_comes_after_stores, 240)
{
	struct litmus *l = self->l;
	struct bo host, to;
	struct {
		__u32 handle;
		void *map;
	} data[] = {
		{ l->handle[0][X], l->map[0][X] },
		{ l->handle[0][X], l->map[3][X] },
		{ l->handle[0][Y], l->map[0][Y] },
		{ l->handle[0][Y], l->map[1][Y] },
		{},
	};
	unsigned int i;

	ASSERT_EQ(0, bo_make(l->rig.fd[0], PAGE, DRM_TRN4_BO_HOST, &host));
	ASSERT_EQ(0, bo_make(l->rig.fd[0], PAGE, DRM_TRN4_BO_HOST, &to));
	data[ARRAY_SIZE(data) - 1].handle = host.handle;
	data[ARRAY_SIZE(data) - 1].map = host.map;
	for (i = 0; i < ARRAY_SIZE(data); i++) {
		struct stores stores = { .data = data[i].map };
		__u64 bad = 0, met = 0;

		word_set(data[i].map, 0, 0);
		word_barrier();
		ASSERT_EQ(0, pthread_create(&stores.thread, NULL, store_rounds,
					    &stores));
		ASSERT_EQ(0, copy_rounds(l->rig.fd[0], data[i].handle, &to,
					 &stores.flag, &bad, &met));
		__atomic_store_n(&stores.stop, true, __ATOMIC_RELAXED);
		pthread_join(stores.thread, NULL);
		EXPECT_EQ(0, bad)
		{
			TH_LOG("data %u", i);
		}
		EXPECT_LT(0, met)
		{
			TH_LOG("data %u: no store came between two submits", i);
		}
	}
}

/* One command, whose result goes to the @nth place and whose fence to @point */
static int submit_nth(int fd, const struct drm_trn4_cmd *cmd, __u32 results,
		      unsigned int nth, __u32 sync, __u64 point)
{
	struct drm_trn4_sync out = { .handle = sync, .point = point };
	struct drm_trn4_submit arg = {
		.cmds = (uintptr_t)cmd,
		.cmd_count = 1,
		.out_syncs = (uintptr_t)&out,
		.out_count = 1,
		.results = results,
		.results_offset = nth * sizeof(struct drm_trn4_result),
	};

	return accel_ioctl(fd, DRM_IOCTL_TRN4_SUBMIT, &arg);
}

/*
 * "Who has seen a submit's fence signal sees all that its commands wrote, and
 * its results": each fence is the next point of a timeline, which is looked at
 * all the time.
 */
TEST_F_TIMEOUT(litmus, a_fence_comes_last, 240)
{
	struct litmus *l = self->l;
	struct {
		__u32 handle;
		void *map;
	} to[] = {
		{ l->handle[0][X], l->map[2][X] },
		{ l->handle[0][Y], l->map[1][Y] },
		{},
	};
	struct drm_trn4_result *result;
	struct bo host, results;
	__u64 bad = 0, met = 0;
	int fd = l->rig.fd[0];
	unsigned int i, n;
	__u32 sync;

	ASSERT_EQ(0, bo_make(fd, PAGE, DRM_TRN4_BO_HOST, &host));
	ASSERT_EQ(0, bo_make(fd, PAGE, DRM_TRN4_BO_HOST, &results));
	ASSERT_EQ(0, sync_create(fd, &sync));
	to[ARRAY_SIZE(to) - 1].handle = host.handle;
	to[ARRAY_SIZE(to) - 1].map = host.map;
	result = results.map;
	for (i = 0; i < ROUNDS || (i < 4 * ROUNDS && !met); i += FEW) {
		memset(result, 0, FEW * sizeof(*result));
		for (n = 0; n < FEW; n++) {
			struct drm_trn4_cmd cmd =
				cmd_fill(to[(i + n) % ARRAY_SIZE(to)].handle,
					 n * LONG, LONG, i + n + 1);

			ASSERT_EQ(0, submit_nth(fd, &cmd, results.handle, n,
						sync, i + n + 1));
		}
		for (n = 0; n < FEW; n++) {
			const void *at = to[(i + n) % ARRAY_SIZE(to)].map +
					 n * LONG;
			__u64 begin = bench_now();
			__s64 reached;
			bool waited = false;

			while ((reached = sync_reached(fd, sync)) < i + n + 1) {
				ASSERT_LE(0, reached);
				ASSERT_GT(20 * SEC, bench_now() - begin);
				waited = true;
			}
			word_barrier();
			bad += word_get(at, LAST) != i + n + 1 ||
			       word_get(at, 0) != i + n + 1 ||
			       result[n].value != LONG || result[n].error;
			met += waited;
		}
	}
	EXPECT_EQ(0, bad);
	EXPECT_LT(0, met)
	{
		TH_LOG("none of %u fences was waited for", i);
	}
}

/* ---- Store buffering ---- */

/*
 * "Each is begun when the one before it has ended: all that it wrote is in
 * place then, for every CPU and every engine", and atomics "are sequentially
 * consistent with one another". Of two that each store a word and then load the
 * other's, one at least has the other's; a processor needs its fence for that.
 */
TEST_F(litmus, one_sees_the_others_store)
{
	static const struct litmus_agent pairs[][2] = {
		/* A queue and a processor */
		{ QUEUE(0, DO(STORE, X), DO(LOAD, Y)),
		  FENCED(BY(0, STORE, Y), BY(1, LOAD, X)) },
		{ QUEUE(1, DO(FILL, X), DO(LOAD, Y)),
		  FENCED(BY(1, STORE, Y), BY(0, LOAD, X)) },
		{ QUEUE(2, DO(SWAP, X), DO(FETCH, Y)),
		  CPU(BY(3, SWAP, Y), BY(3, FETCH, X)) },
		/* Two queues, of one accelerator and of two */
		{ QUEUE(0, DO(STORE, X), DO(LOAD, Y)),
		  QUEUE(0, DO(STORE, Y), DO(LOAD, X)) },
		{ QUEUE(3, DO(FILL, X), DO(FETCH, Y)),
		  QUEUE(3, DO(SWAP, Y), DO(LOAD, X)) },
		{ QUEUE(0, DO(STORE, X), DO(LOAD, Y)),
		  QUEUE(1, DO(STORE, Y), DO(LOAD, X)) },
		{ QUEUE(2, DO(SWAP, X), DO(FETCH, Y)),
		  QUEUE(3, DO(FILL, Y), DO(LOAD, X)) },
		/* Two processors */
		{ FENCED(BY(0, STORE, X), BY(0, LOAD, Y)),
		  FENCED(BY(1, STORE, Y), BY(1, LOAD, X)) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		const struct litmus_agent *a = self->l->agents;

		ASSERT_EQ(0, work(self->l, pairs[i], 2));
		EXPECT_EQ(0, litmus_both_missed(&a[0], &a[1]))
		{
			TH_LOG("pair %u", i);
		}
		expect_met(_metadata, self->l, i);
	}
}

/* Allowed: without a fence a processor's load may come before its store */
TEST_F(litmus, without_a_fence_none_may)
{
	static const struct litmus_agent pairs[][2] = {
		{ QUEUE(0, DO(STORE, X), DO(LOAD, Y)),
		  CPU(BY(0, STORE, Y), BY(1, LOAD, X)) },
		{ CPU(BY(0, STORE, X), BY(0, LOAD, Y)),
		  CPU(BY(1, STORE, Y), BY(1, LOAD, X)) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		const struct litmus_agent *a = self->l->agents;

		ASSERT_EQ(0, work(self->l, pairs[i], 2));
		expect_met(_metadata, self->l, i);
		TH_LOG("pair %u: both missed the other's %llu times", i,
		       litmus_both_missed(&a[0], &a[1]));
		/* They are stores to memory still */
		EXPECT_EQ(a[0].rounds, word_get(self->l->bo[X].map, 0));
		EXPECT_EQ(a[1].rounds, word_get(self->l->bo[Y].map, 0));
	}
}

/* ---- Two writers, two readers ---- */

/*
 * "All that it wrote is in place then, for every CPU and every engine": two
 * that read the words of two writers, in opposite order, agree on which was
 * first (IRIW).
 */
TEST_F(litmus, readers_agree)
{
	/* Writers of X and of Y, readers of X first and of Y first */
	static const struct litmus_agent all[][4] = {
		/* Engines write, processors read, and the other way around */
		{ QUEUE(0, DO(STORE, X), NOTHING),
		  QUEUE(1, DO(STORE, Y), NOTHING),
		  CPU(BY(0, LOAD, X), BY(0, LOAD, Y)),
		  CPU(BY(3, LOAD, Y), BY(3, LOAD, X)) },
		{ CPU(BY(2, STORE, X), NOTHING), CPU(BY(3, STORE, Y), NOTHING),
		  QUEUE(0, DO(LOAD, X), DO(LOAD, Y)),
		  QUEUE(1, DO(LOAD, Y), DO(LOAD, X)) },
		/* Mixed */
		{ QUEUE(2, DO(FILL, X), NOTHING), CPU(BY(0, STORE, Y), NOTHING),
		  QUEUE(3, DO(LOAD, X), DO(FETCH, Y)),
		  CPU(BY(1, LOAD, Y), BY(2, LOAD, X)) },
		/* Engines alone: two queues of each of two accelerators */
		{ QUEUE(0, DO(SWAP, X), NOTHING),
		  QUEUE(1, DO(FILL, Y), NOTHING),
		  QUEUE(0, DO(LOAD, X), DO(FETCH, Y)),
		  QUEUE(1, DO(LOAD, Y), DO(LOAD, X)) },
		/* Atomics of all */
		{ QUEUE(0, DO(SWAP, X), NOTHING), CPU(BY(2, SWAP, Y), NOTHING),
		  QUEUE(3, DO(FETCH, X), DO(FETCH, Y)),
		  CPU(BY(0, FETCH, Y), BY(1, FETCH, X)) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		const struct litmus_agent *a = self->l->agents;

		ASSERT_EQ(0, work(self->l, all[i], 4));
		EXPECT_EQ(0, litmus_disagree(&a[2], &a[3]))
		{
			TH_LOG("readers %u", i);
		}
		expect_met(_metadata, self->l, i);
	}
}

/* ---- Fences ---- */

/*
 * "What they had begun when it was taken has ended when it has": a queue that
 * sees the first word of another's long copy, and then has a FENCE, has the
 * copy's last word behind it.
 */
static int last_words(struct litmus *l, bool fence, unsigned int rounds,
		      __u64 *missing)
{
	static const __u64 first = BLOCKS, length = PAGE - BLOCKS;
	const struct trn4_desc fence_desc = {
		.opcode = fence ? TRN4_OP_FENCE : TRN4_OP_NOP,
	};
	struct uqueue copies, looks;
	struct trn4_cqe cqe;
	unsigned int i, n;
	int ret;

	*missing = 0;
	ret = litmus_queue(l, 0, &copies);
	if (!ret)
		ret = litmus_queue(l, 0, &looks);
	for (i = 1; i <= rounds && !ret; i++) {
		struct trn4_desc d[] = {
			uqueue_semaphore(TRN4_SEMAPHORE_EQ, Y, first, i, 0),
			fence_desc,
			uqueue_semaphore(TRN4_SEMAPHORE_GE, Y,
					 first + length - sizeof(__u64), 0, 0),
		};
		struct trn4_desc copy;

		copy = uqueue_fill(Y, first, length, i);
		for (n = 0; n < ARRAY_SIZE(d); n++)
			uqueue_push(&looks, &d[n]);
		uqueue_push(&copies, &copy);
		uqueue_ring(&looks);
		uqueue_ring(&copies);
		for (n = 0; n < ARRAY_SIZE(d) && !ret; n++)
			ret = uqueue_wait(&looks, &cqe);
		*missing += cqe.value != i;
		if (!ret)
			ret = uqueue_wait(&copies, &cqe);
	}
	return ret;
}

TEST_F(litmus, a_fence_waits_for_what_began)
{
	__u64 missing;

	ASSERT_EQ(0, last_words(self->l, true, ROUNDS, &missing));
	EXPECT_EQ(0, missing);
	litmus_clear(self->l);
	/* Queues have turns: without it there is a piece or two to go, ever */
	ASSERT_EQ(0, last_words(self->l, false, FEW, &missing));
	EXPECT_EQ(FEW, missing);
}

TEST_HARNESS_MAIN
