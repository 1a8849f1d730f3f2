// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * submit_test.c - what the engine does: copies between all kinds of places,
 * atomics, results, order, and windows that do not let it through.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "word.h"

#define BO_SIZE (2 * PAGE)

FIXTURE(engine)
{
	struct rig rig;
	int fd, peer;
	struct bo a, b, host; /* ours */
	struct bo far;        /* the peer's */
	struct grant grant;   /* all of it */
	__u32 window;         /* ours on it */
	struct bo results;
	struct drm_trn4_result *result;
};

FIXTURE_SETUP(engine)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	self->peer = self->rig.fd[1];
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &self->a));
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &self->b));
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, DRM_TRN4_BO_HOST, &self->host));
	ASSERT_EQ(0, bo_make(self->peer, BO_SIZE, 0, &self->far));
	ASSERT_EQ(0, grant_make(self->peer, self->far.handle, RIGHT_ALL, 0,
				BO_SIZE, &self->grant));
	ASSERT_EQ(0, window_map(self->fd, &self->grant, 0, 0, RIGHT_ALL,
				&self->window));
	ASSERT_EQ(0, bo_make(self->fd, MIB, DRM_TRN4_BO_HOST, &self->results));
	self->result = self->results.map;
	memset(self->results.map, 0xee, MIB);
}

FIXTURE_TEARDOWN(engine)
{
	rig_end(&self->rig);
}

/* Runs one command; its result is self->result[0] then */
#define RUN(cmd) \
	do { \
		struct drm_trn4_cmd __cmd = (cmd); \
\
		memset(self->result, 0xee, sizeof(*self->result)); \
		ASSERT_EQ(0, submit_wait(self->fd, &__cmd, 1, \
					 self->results.handle)); \
	} while (0)

TEST_F(engine, nop)
{
	struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };

	RUN(nop);
	EXPECT_EQ(0, self->result->error);
	EXPECT_EQ(0, self->result->value);
	EXPECT_EQ(0, self->result->pad);
	EXPECT_GE(self->result->end, self->result->start);
	/* Not a byte behind the result */
	EXPECT_EQ(64, first_not(&self->result[1], 64, 0xee));
}

/* Each kind of place to each, with lengths and offsets of all sorts */
TEST_F(engine, copy_between_all)
{
	static const struct {
		__u64 src, dst, length;
	} cases[] = {
		{ 0, 0, 1 },
		{ 0, 0, 8 },
		{ 1, 0, 1 },
		{ 0, 3, 7 },
		{ 4095, 4097, 4097 },
		{ 13, 77, 65536 + 5 },
		{ PAGE - 3, PAGE - 5, 11 },
		{ 1, 2, BO_SIZE - 2 },
		{ 0, 0, BO_SIZE },
		{ BO_SIZE - 1, BO_SIZE - 1, 1 },
	};
	const struct {
		__u32 handle;
		__u8 *map;
	} places[] = {
		{ self->a.handle, self->a.map },
		{ self->b.handle, self->b.map },
		{ self->host.handle, self->host.map },
		{ self->window, self->far.map },
	};
	unsigned int i, from, to;
	__u8 *src, *dst;
	__u64 n;

	for (from = 0; from < ARRAY_SIZE(places); from++)
		for (to = 0; to < ARRAY_SIZE(places); to++) {
			if (from == to)
				continue;
			src = places[from].map;
			dst = places[to].map;
			fill_pattern(src, BO_SIZE, from);
			for (i = 0; i < ARRAY_SIZE(cases); i++) {
				n = cases[i].length;
				memset(dst, 0x55, BO_SIZE);
				RUN(cmd_copy(places[to].handle, cases[i].dst,
					     places[from].handle, cases[i].src,
					     n));
				EXPECT_EQ(0, self->result->error);
				EXPECT_EQ(n, self->result->value);
				EXPECT_EQ(0, self->result->pad);
				EXPECT_GE(self->result->end,
					  self->result->start);
				EXPECT_EQ(0, memcmp(dst + cases[i].dst,
						    src + cases[i].src, n))
				{
					TH_LOG("case %u, %u to %u", i, from,
					       to);
				}
				/* Nothing beside it */
				if (cases[i].dst)
					EXPECT_EQ(0x55, dst[cases[i].dst - 1]);
				if (cases[i].dst + n < BO_SIZE)
					EXPECT_EQ(0x55, dst[cases[i].dst + n]);
			}
		}
}

/* As memmove(), in both directions, and through two windows on one memory */
TEST_F(engine, copy_overlap)
{
	/* clang-format off */
	static const struct {
		__u64 src, dst, length;
	} cases[] = {
		{ 0, 1, 1000 },
		{ 1, 0, 1000 },
		{ 0, 4096, 3 * MIB },
		{ 4096, 0, 3 * MIB },
		{ 0, MIB, 2 * MIB + 1 },
		{ 100, 100, 100000 },
	};
	/* clang-format on */
	const struct {
		__u32 src, dst;
		__u8 *map;
	} places[] = {
		{ self->a.handle, self->a.handle, self->a.map },
		{ self->host.handle, self->host.handle, self->host.map },
		{ self->window, self->window, self->far.map },
	};
	__u8 *expected = malloc(BO_SIZE);
	unsigned int i, k;
	__u32 upper;

	ASSERT_NE(NULL, expected);
	for (k = 0; k < ARRAY_SIZE(places); k++)
		for (i = 0; i < ARRAY_SIZE(cases); i++) {
			fill_pattern(places[k].map, BO_SIZE, k);
			memcpy(expected, places[k].map, BO_SIZE);
			memmove(expected + cases[i].dst,
				expected + cases[i].src, cases[i].length);
			RUN(cmd_copy(places[k].dst, cases[i].dst, places[k].src,
				     cases[i].src, cases[i].length));
			EXPECT_EQ(0, self->result->error);
			EXPECT_EQ(0, memcmp(expected, places[k].map, BO_SIZE))
			{
				TH_LOG("case %u at place %u", i, k);
			}
		}

	/* The second window begins at the second page */
	ASSERT_EQ(0, window_map(self->fd, &self->grant, PAGE, PAGE, RIGHT_RW,
				&upper));
	fill_pattern(self->far.map, BO_SIZE, 9);
	memcpy(expected, self->far.map, BO_SIZE);
	memmove(expected + PAGE, expected + MIB, 2 * MIB);
	RUN(cmd_copy(upper, 0, self->window, MIB, 2 * MIB));
	EXPECT_EQ(0, memcmp(expected, self->far.map, BO_SIZE));
	memmove(expected + MIB, expected + PAGE, 2 * MIB);
	RUN(cmd_copy(self->window, MIB, upper, 0, 2 * MIB));
	EXPECT_EQ(0, memcmp(expected, self->far.map, BO_SIZE));
	free(expected);
}

TEST_F(engine, copy_large)
{
	const __u64 size = 24 * MIB;
	struct bo src, dst;

	ASSERT_EQ(0, bo_make(self->fd, size, DRM_TRN4_BO_HOST, &src));
	ASSERT_EQ(0, bo_make(self->fd, size, 0, &dst));
	fill_pattern(src.map, size, 3);
	RUN(cmd_copy(dst.handle, 0, src.handle, 0, size));
	EXPECT_EQ(0, self->result->error);
	EXPECT_EQ(size, self->result->value);
	EXPECT_EQ(0, check_pattern(dst.map, size, 3));
}

/* ---- Atomics ---- */

struct atomic_case {
	__u32 atomic, width;
	__u64 before, operand, compare, after;
};

static const struct atomic_case atomic_cases[] = {
	{ DRM_TRN4_ATOMIC_ADD, 8, 5, 7, 0, 12 },
	{ DRM_TRN4_ATOMIC_ADD, 8, ~0ull, 2, 0, 1 },
	{ DRM_TRN4_ATOMIC_ADD, 8, 3, ~0ull, 0, 2 },
	{ DRM_TRN4_ATOMIC_ADD, 8, 0xffffffff, 1, 0, 1ull << 32 },
	{ DRM_TRN4_ATOMIC_ADD, 8, 9, 0, 0, 9 },
	{ DRM_TRN4_ATOMIC_ADD, 4, 5, 7, 0, 12 },
	{ DRM_TRN4_ATOMIC_ADD, 4, 0xffffffff, 2, 0, 1 },
	{ DRM_TRN4_ATOMIC_SWAP, 8, 1, 1ull << 63, 0, 1ull << 63 },
	{ DRM_TRN4_ATOMIC_SWAP, 8, ~0ull, 0, 0, 0 },
	{ DRM_TRN4_ATOMIC_SWAP, 4, 1, 0xffffffff, 0, 0xffffffff },
	{ DRM_TRN4_ATOMIC_CAS, 8, 5, 9, 5, 9 },
	{ DRM_TRN4_ATOMIC_CAS, 8, 5, 9, 6, 5 },
	{ DRM_TRN4_ATOMIC_CAS, 8, 1ull << 32, 9, 0, 1ull << 32 },
	{ DRM_TRN4_ATOMIC_CAS, 8, 0, ~0ull, 0, ~0ull },
	{ DRM_TRN4_ATOMIC_CAS, 4, 5, 9, 5, 9 },
	{ DRM_TRN4_ATOMIC_CAS, 4, 5, 9, 6, 5 },
	{ DRM_TRN4_ATOMIC_CAS, 4, 0xffffffff, 0, 0xffffffff, 0 },
};

TEST_F(engine, atomics)
{
	const struct {
		__u32 handle;
		__u8 *map;
	} places[] = {
		{ self->a.handle, self->a.map },
		{ self->window, self->far.map },
	};
	static const __u64 offsets[] = { 0, 8, 4096 - 8, PAGE, BO_SIZE - 8 };
	const struct atomic_case *c;
	unsigned int i, k, o;
	__u64 seen;
	__u8 *at;

	for (k = 0; k < ARRAY_SIZE(places); k++)
		for (i = 0; i < ARRAY_SIZE(atomic_cases); i++)
			for (o = 0; o < ARRAY_SIZE(offsets); o++) {
				c = &atomic_cases[i];
				at = places[k].map + offsets[o];
				memset(at, 0xc3, 8);
				memcpy(at, &c->before, c->width);
				RUN(cmd_atomic(c->atomic, c->width,
					       places[k].handle, offsets[o],
					       c->operand, c->compare));
				seen = 0;
				memcpy(&seen, at, c->width);
				EXPECT_EQ(0, self->result->error);
				EXPECT_EQ(c->before, self->result->value)
				{
					TH_LOG("case %u", i);
				}
				EXPECT_EQ(c->after, seen)
				{
					TH_LOG("case %u", i);
				}
				/* A word of 4 bytes has a neighbour */
				if (c->width == 4)
					EXPECT_EQ(0xc3c3c3c3,
						  *(__u32 *)(at + 4));
			}
}

/* The upper half of 8 bytes is a word of its own, too */
TEST_F(engine, atomic_upper_half)
{
	__u32 *words = self->a.map;

	words[0] = 1;
	words[1] = 0xffffffff;
	words[2] = 3;
	RUN(cmd_atomic(DRM_TRN4_ATOMIC_ADD, 4, self->a.handle, 4, 1, 0));
	EXPECT_EQ(0xffffffff, self->result->value);
	EXPECT_EQ(1, words[0]);
	EXPECT_EQ(0, words[1]);
	EXPECT_EQ(3, words[2]);
}

/* ---- Many, order, results ---- */

TEST_F(engine, as_many_as_may_be)
{
	static struct drm_trn4_cmd cmds[DRM_TRN4_SUBMIT_MAX];
	unsigned int i;

	for (i = 0; i < DRM_TRN4_SUBMIT_MAX; i++)
		cmds[i] = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, self->window, 0, 1,
				     0);
	word_set(self->far.map, 0, 0);
	ASSERT_EQ(0, submit_wait(self->fd, cmds, DRM_TRN4_SUBMIT_MAX,
				 self->results.handle));
	EXPECT_EQ(DRM_TRN4_SUBMIT_MAX, word_get(self->far.map, 0));
	for (i = 0; i < DRM_TRN4_SUBMIT_MAX; i++) {
		/* Each saw what the one before it left */
		EXPECT_EQ(i, self->result[i].value);
		EXPECT_EQ(0, self->result[i].error);
		EXPECT_EQ(0, self->result[i].pad);
		EXPECT_GE(self->result[i].end, self->result[i].start);
		if (i)
			EXPECT_GE(self->result[i].start,
				  self->result[i - 1].end);
	}
	EXPECT_EQ(64, first_not(&self->result[i], 64, 0xee));
}

/* A chain in which each command needs what the one before it wrote */
TEST_F(engine, each_after_the_other)
{
	struct drm_trn4_cmd cmds[6];

	memset(self->a.map, 0, BO_SIZE);
	memset(self->b.map, 0, BO_SIZE);
	fill_pattern(self->host.map, PAGE, 21);
	cmds[0] = cmd_copy(self->a.handle, 0, self->host.handle, 0, PAGE);
	cmds[1] = cmd_copy(self->window, PAGE, self->a.handle, 0, PAGE);
	cmds[2] = cmd_atomic(DRM_TRN4_ATOMIC_SWAP, 8, self->window, PAGE, 42,
			     0);
	cmds[3] = cmd_copy(self->b.handle, PAGE, self->window, PAGE, PAGE);
	cmds[4] = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, self->b.handle, PAGE, 1,
			     0);
	cmds[5] = cmd_copy(self->host.handle, PAGE, self->b.handle, PAGE, PAGE);
	ASSERT_EQ(0, submit_wait(self->fd, cmds, 6, self->results.handle));
	EXPECT_EQ(*(__u64 *)self->host.map, self->result[2].value);
	EXPECT_EQ(42, self->result[4].value);
	EXPECT_EQ(43, *((__u64 *)self->host.map + PAGE / 8));
	EXPECT_EQ(0, memcmp((char *)self->host.map + 8,
			    (char *)self->host.map + PAGE + 8, PAGE - 8));
}

TEST_F(engine, results_anywhere)
{
	struct drm_trn4_cmd cmd = cmd_copy(self->b.handle, 0, self->a.handle, 0,
					   100);
	const __u64 size = sizeof(struct drm_trn4_result);
	const __u64 offsets[] = { 0, 8, 4096 - 16, PAGE - 8, BO_SIZE - size };
	struct bo *bos[] = { &self->a, &self->host };
	struct drm_trn4_submit arg = {
		.cmds = (uintptr_t)&cmd,
		.cmd_count = 1,
		.out_count = 1,
	};
	struct drm_trn4_result *result;
	unsigned int i, k;
	struct drm_trn4_sync sync = {};

	ASSERT_EQ(0, sync_create(self->fd, &sync.handle));
	arg.out_syncs = (uintptr_t)&sync;
	for (k = 0; k < ARRAY_SIZE(bos); k++)
		for (i = 0; i < ARRAY_SIZE(offsets); i++) {
			memset(bos[k]->map, 0xee, BO_SIZE);
			arg.results = bos[k]->handle;
			arg.results_offset = offsets[i];
			ASSERT_EQ(0, accel_ioctl(self->fd,
						 DRM_IOCTL_TRN4_SUBMIT, &arg));
			ASSERT_EQ(0, sync_wait(self->fd, sync.handle, 5 * SEC));
			result = (void *)((char *)bos[k]->map + offsets[i]);
			EXPECT_EQ(100, result->value);
			EXPECT_EQ(0, result->error);
			EXPECT_EQ(offsets[i],
				  first_not(bos[k]->map, offsets[i], 0xee));
		}
}

/* What is used by a command that runs may be closed meanwhile */
TEST_F(engine, handles_closed_at_once)
{
	static struct drm_trn4_cmd cmds[64];
	struct bo src, dst;
	__u32 sync;
	unsigned int i;

	ASSERT_EQ(0, bo_make(self->fd, 8 * MIB, 0, &src));
	ASSERT_EQ(0, bo_make(self->fd, 8 * MIB, 0, &dst));
	ASSERT_EQ(0, sync_create(self->fd, &sync));
	fill_pattern(src.map, 8 * MIB, 8);
	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		cmds[i] = cmd_copy(dst.handle, 0, src.handle, 0, 8 * MIB);
	ASSERT_EQ(0, submit(self->fd, cmds, ARRAY_SIZE(cmds),
			    self->results.handle, 0, sync));
	/* The mapping of dst keeps its memory; of src the engine alone does */
	bo_drop(self->fd, &src);
	EXPECT_EQ(0, gem_close(self->fd, dst.handle));
	EXPECT_EQ(0, sync_wait(self->fd, sync, 20 * SEC));
	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		EXPECT_EQ(0, self->result[i].error);
	EXPECT_EQ(0, check_pattern(dst.map, 8 * MIB, 8));
	munmap(dst.map, 8 * MIB);
}

/* The commands are read at the call: what they become later has no effect */
TEST_F(engine, commands_are_read_once)
{
	struct drm_trn4_cmd cmd = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8,
					     self->a.handle, 0, 5, 0);
	__u32 sync;

	ASSERT_EQ(0, sync_create(self->fd, &sync));
	ASSERT_EQ(0, submit(self->fd, &cmd, 1, 0, 0, sync));
	cmd.atomic.operand[0] = 1000;
	ASSERT_EQ(0, sync_wait(self->fd, sync, 5 * SEC));
	EXPECT_EQ(5, word_get(self->a.map, 0));
}

/* ---- Windows that do not let it through ---- */

/*
 * -EACCES, from the submit itself or in the result: the uapi leaves open which.
 */
#define NO_RIGHT(cmd) \
	do { \
		struct drm_trn4_cmd __cmd = (cmd); \
		int __ret = submit_wait(self->fd, &__cmd, 1, \
					self->results.handle); \
\
		if (!__ret) \
			__ret = self->result->error; \
		EXPECT_EQ(-EACCES, __ret); \
	} while (0)

TEST_F(engine, window_lacks_right)
{
	__u32 readable, writable;

	ASSERT_EQ(0,
		  window_map(self->fd, &self->grant, 0, 0, RIGHT_R, &readable));
	ASSERT_EQ(0, window_map(self->fd, &self->grant, 0, 0, RIGHT_RW,
				&writable));
	fill_pattern(self->far.map, BO_SIZE, 1);
	RUN(cmd_copy(self->a.handle, 0, readable, 0, BO_SIZE));
	EXPECT_EQ(0, self->result->error);
	EXPECT_EQ(0, check_pattern(self->a.map, BO_SIZE, 1));
	NO_RIGHT(cmd_copy(readable, 0, self->b.handle, 0, 4096));
	NO_RIGHT(cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, readable, 0, 1, 0));
	NO_RIGHT(cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, writable, 0, 1, 0));
	EXPECT_EQ(0, check_pattern(self->far.map, BO_SIZE, 1));
	RUN(cmd_copy(writable, 0, self->b.handle, 0, 4096));
	EXPECT_EQ(0, self->result->error);
	EXPECT_EQ(4096, first_not(self->far.map, 4096, 0));
}

/* The grant goes, the window stays: commands end with EKEYREVOKED */
TEST_F(engine, window_revoked)
{
	struct drm_trn4_cmd cmds[4];
	int i, file;
	__u32 sync;

	cmds[0] = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, self->window, 0, 1, 0);
	cmds[1] = cmd_copy(self->window, 8, self->a.handle, 0, 4096);
	cmds[2] = cmd_copy(self->b.handle, 0, self->window, 0, 4096);
	cmds[3] = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, self->a.handle, 0, 1, 0);
	memset(self->a.map, 0x11, 4096);
	memset(self->b.map, 0x22, 4096);
	fill_pattern(self->far.map, BO_SIZE, 2);
	ASSERT_EQ(0, grant_revoke(self->peer, self->grant.handle));
	ASSERT_EQ(0, sync_create(self->fd, &sync));
	ASSERT_EQ(0, submit(self->fd, cmds, 4, self->results.handle, 0, sync));
	file = sync_export(self->fd, sync);
	ASSERT_LE(0, file);
	ASSERT_EQ(0, sync_file_wait(file, 5000));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(-EKEYREVOKED, self->result[i].error);
	/* The others are done all the same; the fence carries the first error */
	EXPECT_EQ(0, self->result[3].error);
	EXPECT_EQ(0x1111111111111112, word_get(self->a.map, 0));
	EXPECT_EQ(-EKEYREVOKED, sync_file_status(file));
	EXPECT_EQ(4096, first_not(self->b.map, 4096, 0x22));
	EXPECT_EQ(0, check_pattern(self->far.map, BO_SIZE, 2));
	close(file);
}

/*
 * Who waits for a submit finds its results, also with a command; and what is
 * written over them later stays.
 */
TEST_F(engine, results_before_who_waits)
{
	struct bo *places[] = { &self->results, &self->b };
	struct drm_trn4_cmd work, read, over;
	struct drm_trn4_result *copied, *kept;
	__u32 done, seen, end;
	unsigned int place, round;
	struct bo other;

	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &other));
	memset(other.map, 0x5a, sizeof(*kept));
	copied = self->host.map;
	for (place = 0; place < ARRAY_SIZE(places); place++) {
		struct bo *results = places[place];

		kept = results->map;
		work = cmd_copy(other.handle, PAGE / 2, self->a.handle, 0,
				PAGE / 4);
		read = cmd_copy(self->host.handle, 0, results->handle, 0,
				sizeof(*copied));
		over = cmd_copy(results->handle, 0, other.handle, 0,
				sizeof(*kept));
		for (round = 0; round < 20; round++) {
			memset(kept, 0, sizeof(*kept));
			memset(copied, 0, sizeof(*copied));
			ASSERT_EQ(0, sync_create(self->fd, &done));
			ASSERT_EQ(0, sync_create(self->fd, &seen));
			ASSERT_EQ(0, sync_create(self->fd, &end));
			ASSERT_EQ(0, submit(self->fd, &work, 1, results->handle,
					    0, done));
			ASSERT_EQ(0, submit(self->fd, &read, 1, 0, done, seen));
			ASSERT_EQ(0, submit(self->fd, &over, 1, 0, seen, end));
			ASSERT_EQ(0, sync_wait(self->fd, end, 5 * SEC));
			ASSERT_EQ(PAGE / 4, copied->value);
			ASSERT_EQ(0x5a5a5a5a5a5a5a5a, kept->value);
			sync_destroy(self->fd, done);
			sync_destroy(self->fd, seen);
			sync_destroy(self->fd, end);
		}
	}
	bo_drop(self->fd, &other);
}

/* A command's error does not stick to the next submit */
TEST_F(engine, error_is_of_one_submit)
{
	struct drm_trn4_cmd bad = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8,
					     self->window, 0, 1, 0);
	struct drm_trn4_cmd good = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8,
					      self->a.handle, 0, 1, 0);
	__u32 first, second;
	int file;

	ASSERT_EQ(0, grant_revoke(self->peer, self->grant.handle));
	ASSERT_EQ(0, sync_create(self->fd, &first));
	ASSERT_EQ(0, sync_create(self->fd, &second));
	ASSERT_EQ(0, submit(self->fd, &bad, 1, 0, 0, first));
	ASSERT_EQ(0,
		  submit(self->fd, &good, 1, self->results.handle, 0, second));
	ASSERT_EQ(0, sync_wait(self->fd, second, 5 * SEC));
	file = sync_export(self->fd, second);
	ASSERT_LE(0, file);
	EXPECT_EQ(1, sync_file_status(file));
	EXPECT_EQ(0, self->result->error);
	close(file);
}

TEST_HARNESS_MAIN
