// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libtrn4_test.c - user queues by libtrn4, on devices: that they do what batches
 * do, say what went wrong, and are waited for in vain by nobody. Syncobjs, that
 * batches of two devices go by. Dma-bufs, that go to a peer and are taken back.
 * And what a device says of itself.
 */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <hw/trn4_hw.h>
#include <kselftest_harness.h>
#include <trn4.h>
#include "pci.h"
#include "rig.h"
#include "word.h"

/* Segments as the fixture sets them */
#define NEAR 0
#define HOST 1
#define FAR  2
/* Nothing */
#define NONE 9

FIXTURE(lib)
{
	struct rig rig;
	struct trn4_device *dev, *peer;
	struct trn4_buffer *near, *host, *far;
	struct trn4_grant *grant;
	struct trn4_window *win; /* on far */
	struct trn4_queue *q;
	int event;
	void *map[3]; /* of what the segments are */
};

FIXTURE_SETUP(lib)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error);
	ASSERT_EQ(0, trn4_open(self->rig.accels[0].node, &self->dev));
	ASSERT_EQ(0, trn4_open(self->rig.accels[1].node, &self->peer));
	ASSERT_EQ(0, trn4_buffer_create(self->dev, PAGE, TRN4_BUFFER_HBM,
					&self->near));
	ASSERT_EQ(0, trn4_buffer_create(self->dev, PAGE, TRN4_BUFFER_HOST,
					&self->host));
	ASSERT_EQ(0, trn4_buffer_create(self->peer, PAGE, TRN4_BUFFER_HBM,
					&self->far));
	ASSERT_EQ(0, trn4_buffer_map(self->near, &self->map[NEAR]));
	ASSERT_EQ(0, trn4_buffer_map(self->host, &self->map[HOST]));
	ASSERT_EQ(0, trn4_buffer_map(self->far, &self->map[FAR]));
	ASSERT_EQ(0, trn4_grant_create(self->far, 0, 0, TRN4_RIGHTS_ALL,
				       &self->grant));
	ASSERT_EQ(0,
		  trn4_window_create(self->dev, trn4_grant_token(self->grant),
				     0, 0, TRN4_RIGHTS_ALL, &self->win));
	self->event = eventfd(0, 0);
	ASSERT_LE(0, self->event);
	ASSERT_EQ(0, trn4_queue_create(self->dev, 64, self->event, &self->q));
	ASSERT_EQ(0, trn4_segment_buffer(self->q, NEAR, self->near, 0, 0,
					 TRN4_RIGHTS_ALL));
	ASSERT_EQ(0, trn4_segment_buffer(self->q, HOST, self->host, 0, 0,
					 TRN4_RIGHT_READ | TRN4_RIGHT_WRITE));
	ASSERT_EQ(0, trn4_segment_window(self->q, FAR, self->win, 0, 0,
					 TRN4_RIGHTS_ALL));
}

FIXTURE_TEARDOWN(lib)
{
	trn4_queue_destroy(self->q);
	trn4_window_destroy(self->win);
	trn4_grant_revoke(self->grant);
	trn4_buffer_destroy(self->far);
	trn4_buffer_destroy(self->host);
	trn4_buffer_destroy(self->near);
	trn4_close(self->peer);
	trn4_close(self->dev);
	close(self->event);
	rig_end(&self->rig);
}

/* How what was put just now ended; @id is what putting it said */
static int ended(struct trn4_queue *q, int id, struct trn4_result *result)
{
	int ret;

	if (id < 0)
		return id;
	ret = trn4_queue_wait(q, result, 20 * SEC);
	if (ret)
		return ret;
	return (int)result->id == id ? result->error : -EPROTO;
}

TEST_F(lib, rows_between_all)
{
	const struct trn4_rows rows = {
		.length = 100,
		.count = 50,
		.src_pitch = 128,
		.dst_pitch = 300,
	};
	const struct trn4_rows filled = {
		.length = 7,
		.count = 3,
		.dst_pitch = 8,
	};
	struct trn4_result r;
	unsigned int from, to, i;

	for (from = NEAR; from <= FAR; from++)
		for (to = NEAR; to <= FAR; to++) {
			if (from == to)
				continue;
			fill_pattern(self->map[from], PAGE, 3 * from + to);
			memset(self->map[to], 0, PAGE);
			ASSERT_EQ(0,
				  ended(self->q,
					trn4_queue_copy_rows(self->q,
							     trn4_segment_at(to,
									     4),
							     trn4_segment_at(from,
									     8),
							     &rows),
					&r));
			EXPECT_EQ(5000, r.value);
			EXPECT_LT(r.start, r.end);
			for (i = 0; i < rows.count; i++)
				ASSERT_EQ(0,
					  memcmp(self->map[to] + 4 + 300 * i,
						 self->map[from] + 8 + 128 * i,
						 100));
			ASSERT_EQ(0, *((char *)self->map[to] + 104));
		}
	ASSERT_EQ(0,
		  ended(self->q,
			trn4_queue_fill_rows(self->q, trn4_segment_at(FAR, 0),
					     &filled, 0x4141414141414141),
			&r));
	EXPECT_EQ(21, r.value);
	EXPECT_EQ(0, memcmp(self->map[FAR], "AAAAAAA", 7));
	EXPECT_NE('A', *((char *)self->map[FAR] + 7));
}

/* Every operation on every word, as a batch does it */
TEST_F(lib, atomics_are_those_of_batches)
{
	const struct trn4_place far = trn4_segment_at(FAR, 4096);
	struct trn4_result by_queue, by_batch;
	struct trn4_atomic_full atomic;
	unsigned int op, word, fetch;
	struct trn4_batch *batch;
	unsigned char *theirs = self->map[FAR], *ours = self->map[NEAR];
	uint32_t done = 0;

	ASSERT_EQ(0, trn4_batch_create(self->dev, 1, &batch));
	for (op = TRN4_ADD; op <= TRN4_XOR; op++)
		for (word = TRN4_U32; word <= TRN4_F32X4; word++)
			for (fetch = 0; fetch < 2; fetch++) {
				if (!(trn4_atomic_words(self->dev, op) &
				      1u << word))
					continue;
				fill_pattern(theirs, 32, op + word);
				memcpy(theirs + 4096, theirs, 32);
				memset(ours, 0, 64);
				atomic = (struct trn4_atomic_full) {
					.op = op,
					.word = word,
					.no_fetch = !fetch,
					.operand = { 0x3f800001 },
					.old = trn4_segment_at(NEAR, 32),
				};
				ASSERT_EQ(0,
					  ended(self->q,
						trn4_queue_atomic_full(self->q,
								       far,
								       &atomic),
						&by_queue));
				atomic.old = trn4_buffer_at(self->near, 0);
				ASSERT_EQ(0,
					  trn4_batch_atomic_full(batch,
								 trn4_window_at(self->win,
										0),
								 &atomic));
				ASSERT_EQ(0, trn4_batch_submit(batch));
				ASSERT_EQ(0, trn4_batch_wait(batch,
							     TRN4_NO_TIMEOUT));
				ASSERT_EQ(0, trn4_batch_result(batch, 0,
							       &by_batch));
				ASSERT_EQ(0, trn4_batch_reset(batch));
				EXPECT_EQ(0, by_batch.error);
				EXPECT_EQ(by_batch.value, by_queue.value);
				EXPECT_EQ(0, memcmp(theirs, theirs + 4096, 32));
				EXPECT_EQ(0, memcmp(ours, ours + 32, 16));
				if (fetch && trn4_word_size(word) == 16)
					EXPECT_NE(0, *(uint64_t *)ours);
				done++;
			}
	trn4_batch_destroy(batch);
	/* By the table of types in docs/hardware/engine.md */
	EXPECT_EQ(2 * 41, done);
}

TEST_F(lib, results_say_what_was_wrong)
{
	const struct trn4_place end = trn4_segment_at(NEAR, PAGE - 7);
	struct trn4_result r;
	struct trn4_queue *q = self->q;

	EXPECT_EQ(-ERANGE, ended(q, trn4_queue_fill(q, end, 8, 0), &r));
	EXPECT_EQ(0, ended(q, trn4_queue_fill(q, end, 7, 0), &r));
	EXPECT_EQ(-ENOENT,
		  ended(q, trn4_queue_fill(q, trn4_segment_at(NONE, 0), 8, 0),
			&r));
	EXPECT_EQ(-EINVAL, ended(q,
				 trn4_queue_atomic(q, trn4_segment_at(NEAR, 4),
						   TRN4_ADD, TRN4_U64, 1, 0),
				 &r));
	EXPECT_EQ(-EINVAL, ended(q,
				 trn4_queue_atomic(q, trn4_segment_at(NEAR, 0),
						   TRN4_XOR, TRN4_F32, 1, 0),
				 &r));
	EXPECT_EQ(-EACCES, ended(q,
				 trn4_queue_atomic(q, trn4_segment_at(HOST, 0),
						   TRN4_ADD, TRN4_U64, 1, 0),
				 &r));
	ASSERT_EQ(0, trn4_segment_buffer(q, NONE, self->near, 4096, 100,
					 TRN4_RIGHT_READ));
	EXPECT_EQ(-EACCES,
		  ended(q, trn4_queue_fill(q, trn4_segment_at(NONE, 0), 8, 0),
			&r));
	ASSERT_EQ(0, trn4_segment_clear(q, NONE));
	EXPECT_EQ(-ENOENT,
		  ended(q, trn4_queue_fill(q, trn4_segment_at(NONE, 0), 8, 0),
			&r));
	*(uint64_t *)self->map[NEAR] = 4;
	EXPECT_EQ(-ETIME, ended(q,
				trn4_queue_await(q, trn4_segment_at(NEAR, 0),
						 TRN4_UNTIL_EQUAL, TRN4_U64, 5,
						 1000000),
				&r));
	EXPECT_EQ(4, r.value);
	EXPECT_EQ(0, trn4_grant_revoke(self->grant));
	self->grant = NULL;
	EXPECT_EQ(-EKEYREVOKED,
		  ended(q, trn4_queue_fill(q, trn4_segment_at(FAR, 0), 8, 0),
			&r));
	/* None of that did the queue any harm. */
	EXPECT_EQ(0, ended(q, trn4_queue_fence(q), &r));
	EXPECT_EQ(TRN4_QUEUE_STATE_RUNNING, trn4_queue_state(q));
}

/* What one accelerator has written, the other one takes when it is told. */
TEST_F(lib, batch_waits_for_a_peers)
{
	struct trn4_sync there = {}, here = { .point = 2 };
	struct trn4_sync first = { .point = 1 };
	struct trn4_batch *writer, *reader;
	uint64_t count;
	int fd;

	ASSERT_EQ(0, trn4_syncobj_create(self->peer, &there.handle));
	there.point = 2;
	fd = trn4_syncobj_export(self->peer, there.handle);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, trn4_syncobj_import(self->dev, fd, &here.handle));
	first.handle = here.handle;
	close(fd);
	ASSERT_EQ(0, trn4_batch_create(self->peer, 1, &writer));
	ASSERT_EQ(0, trn4_batch_create(self->dev, 1, &reader));
	ASSERT_EQ(0, trn4_batch_fill(writer, trn4_buffer_at(self->far, 0), PAGE,
				     0x5555555555555555));
	ASSERT_EQ(0, trn4_batch_copy(reader, trn4_buffer_at(self->near, 0),
				     trn4_window_at(self->win, 0), PAGE));

	/* The process lets the one begin, and that lets the other. */
	EXPECT_EQ(-EINVAL, trn4_batch_submit_syncs(reader, &here, 1, NULL, 0));
	EXPECT_EQ(-ETIME, trn4_syncobj_wait(self->dev, &first, 1, 0));
	ASSERT_EQ(0, trn4_syncobj_eventfd(self->dev, &here, self->event));
	ASSERT_EQ(0, trn4_syncobj_signal(self->dev, &first));
	EXPECT_EQ(0, trn4_syncobj_wait(self->dev, &first, 1, 0));
	first.handle = there.handle;
	ASSERT_EQ(0, trn4_batch_submit_syncs(writer, &first, 1, &there, 1));
	ASSERT_EQ(0, trn4_batch_submit_syncs(reader, &here, 1, NULL, 0));
	ASSERT_EQ(sizeof(count), read(self->event, &count, sizeof(count)));
	EXPECT_EQ(1, count);
	EXPECT_EQ(0, trn4_syncobj_wait(self->dev, &here, 1, 0));
	ASSERT_EQ(0, trn4_batch_eventfd(reader, self->event));
	ASSERT_EQ(sizeof(count), read(self->event, &count, sizeof(count)));
	EXPECT_EQ(1, count);
	ASSERT_EQ(0, trn4_batch_wait(reader, 0));
	EXPECT_EQ(0, trn4_batch_error(reader, NULL));
	EXPECT_EQ(PAGE, first_not(self->map[NEAR], PAGE, 0x55));
	/* And when that is over already */
	ASSERT_EQ(0, trn4_batch_eventfd(reader, self->event));
	ASSERT_EQ(sizeof(count), read(self->event, &count, sizeof(count)));
	ASSERT_EQ(0, trn4_batch_wait(writer, TRN4_NO_TIMEOUT));

	trn4_batch_destroy(reader);
	trn4_batch_destroy(writer);
	trn4_syncobj_destroy(self->dev, here.handle);
	trn4_syncobj_destroy(self->peer, there.handle);
}

/* Binary ones; and that the kernel says what the header does */
TEST_F(lib, syncobjs_alone)
{
	struct trn4_sync syncs[2] = {}, none = { .handle = 4711 };
	uint32_t handle;
	uint64_t count;
	int fd;

	ASSERT_EQ(0, trn4_syncobj_create(self->dev, &syncs[0].handle));
	ASSERT_EQ(0, trn4_syncobj_create(self->dev, &syncs[1].handle));
	ASSERT_EQ(0, trn4_syncobj_signal(self->dev, &syncs[0]));
	EXPECT_EQ(0, trn4_syncobj_wait(self->dev, syncs, 1, 0));
	/* All of them, and for no longer than asked */
	EXPECT_EQ(-ETIME, trn4_syncobj_wait(self->dev, syncs, 2, 1000000));
	ASSERT_EQ(0, trn4_syncobj_eventfd(self->dev, &syncs[1], self->event));
	ASSERT_EQ(0, trn4_syncobj_signal(self->dev, &syncs[1]));
	EXPECT_EQ(0, trn4_syncobj_wait(self->dev, syncs, 2, TRN4_NO_TIMEOUT));
	ASSERT_EQ(sizeof(count), read(self->event, &count, sizeof(count)));
	EXPECT_EQ(1, count);

	EXPECT_EQ(-ENOENT, trn4_syncobj_wait(self->dev, &none, 1, 0));
	EXPECT_EQ(-ENOENT, trn4_syncobj_signal(self->dev, &none));
	none.point = 1;
	EXPECT_EQ(-ENOENT, trn4_syncobj_signal(self->dev, &none));
	EXPECT_EQ(-ENOENT, trn4_syncobj_eventfd(self->dev, &none, self->event));
	EXPECT_EQ(-EBADF, trn4_syncobj_eventfd(self->dev, &syncs[0], -1));
	EXPECT_EQ(-EINVAL, trn4_syncobj_eventfd(self->dev, &syncs[0],
						trn4_fd(self->dev)));
	EXPECT_EQ(-EINVAL, trn4_syncobj_export(self->dev, none.handle));
	EXPECT_EQ(-EINVAL,
		  trn4_syncobj_import(self->dev, self->event, &handle));
	EXPECT_EQ(-EINVAL, trn4_syncobj_import(self->dev, -1, &handle));

	/* A handle of one's own, and the same syncobj */
	fd = trn4_syncobj_export(self->dev, syncs[0].handle);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, trn4_syncobj_import(self->dev, fd, &handle));
	close(fd);
	trn4_syncobj_destroy(self->dev, syncs[0].handle);
	EXPECT_EQ(-ENOENT, trn4_syncobj_wait(self->dev, syncs, 1, 0));
	syncs[0].handle = handle;
	EXPECT_EQ(0, trn4_syncobj_wait(self->dev, syncs, 2, 0));
	trn4_syncobj_destroy(self->dev, handle);
	trn4_syncobj_destroy(self->dev, syncs[1].handle);
}

/* A submit that is behind a queue, which goes on when it has done its work */
TEST_F(lib, batch_signals_a_queue)
{
	struct trn4_batch *batch;
	struct trn4_result r;

	ASSERT_LE(0, trn4_queue_await(self->q, trn4_segment_at(HOST, 64),
				      TRN4_UNTIL_EQUAL, TRN4_U32, 7, 20 * SEC));
	ASSERT_LE(0, trn4_queue_copy(self->q, trn4_segment_at(NEAR, 0),
				     trn4_segment_at(FAR, 0), 4096));
	trn4_queue_ring(self->q);
	ASSERT_EQ(0, trn4_batch_create(self->dev, 2, &batch));
	ASSERT_EQ(0, trn4_batch_fill(batch, trn4_window_at(self->win, 0), 4096,
				     ~0ull));
	ASSERT_EQ(1, trn4_batch_signal(batch, trn4_buffer_at(self->host, 64),
				       TRN4_U32, 7));
	ASSERT_EQ(0, trn4_batch_submit(batch));
	ASSERT_EQ(0, trn4_queue_wait(self->q, &r, 20 * SEC));
	EXPECT_EQ(0, r.error);
	ASSERT_EQ(0, trn4_queue_wait(self->q, &r, 20 * SEC));
	EXPECT_EQ(4096, first_not(self->map[NEAR], 4096, 0xff));
	ASSERT_EQ(0, trn4_batch_wait(batch, TRN4_NO_TIMEOUT));
	EXPECT_EQ(0, trn4_batch_error(batch, NULL));
	trn4_batch_destroy(batch);
}

TEST_F(lib, grants_for_a_partition)
{
	const uint32_t all = TRN4_RIGHTS_ALL;
	struct trn4_grant *grant;
	struct trn4_window *win;

	EXPECT_EQ(-EINVAL, trn4_grant_create_limited(self->far, 0, 0, all,
						     65536, &grant));
	/* One that nobody is in */
	ASSERT_EQ(0, trn4_grant_create_limited(self->far, 0, 0, all, 65535,
					       &grant));
	EXPECT_EQ(-EPERM, trn4_window_create(self->dev, trn4_grant_token(grant),
					     0, 0, all, &win));
	ASSERT_EQ(0, trn4_grant_revoke(grant));
}

TEST_F(lib, full_ring)
{
	struct trn4_result r;
	unsigned int i;

	for (i = 0; i < 63; i++)
		ASSERT_EQ(i, trn4_queue_nop(self->q));
	ASSERT_EQ(-EAGAIN, trn4_queue_nop(self->q));
	for (i = 0; i < 63; i++)
		ASSERT_EQ(0, trn4_queue_wait(self->q, &r, 20 * SEC));
	EXPECT_EQ(-EINVAL, trn4_queue_wait(self->q, &r, 20 * SEC));
}

/* Whether it looks, or sleeps, or does now this and now that */
TEST_F(lib, waits_are_not_in_vain)
{
	const struct trn4_place word = trn4_segment_at(NEAR, 0);
	struct trn4_result r;
	unsigned int i, k;

	for (i = 1; i < 100; i++) {
		for (k = 0; k < 2 * i; k++) {
			ASSERT_LE(0, trn4_queue_nop(self->q));
			trn4_queue_ring(self->q);
			while (!trn4_queue_poll(self->q, &r))
				;
		}
		ASSERT_LE(0, trn4_queue_await(self->q, word, TRN4_UNTIL_REACHED,
					      TRN4_U64, i, TRN4_NO_TIMEOUT));
		ASSERT_EQ(-ETIME, trn4_queue_wait(self->q, &r, 200000));
		__atomic_store_n((uint64_t *)self->map[NEAR], i,
				 __ATOMIC_RELEASE);
		ASSERT_EQ(0, trn4_queue_wait(self->q, &r, 20 * SEC));
		ASSERT_EQ(i, r.value);
	}
}

TEST_F(lib, lost_in_a_reset)
{
	struct trn4_result r;

	*(uint64_t *)self->map[NEAR] = 0;
	ASSERT_LE(0, trn4_queue_nop(self->q));
	ASSERT_LE(0, trn4_queue_await(self->q, trn4_segment_at(NEAR, 0),
				      TRN4_UNTIL_EQUAL, TRN4_U64, 5,
				      TRN4_NO_TIMEOUT));
	ASSERT_EQ(0, trn4_queue_wait(self->q, &r, 20 * SEC));
	ASSERT_EQ(0, pci_reset(self->rig.accels[0].device));
	EXPECT_EQ(-EIO, trn4_queue_wait(self->q, &r, TRN4_NO_TIMEOUT));
	EXPECT_EQ(TRN4_QUEUE_STATE_LOST, trn4_queue_state(self->q));
	EXPECT_EQ(-EIO, trn4_segment_clear(self->q, NEAR));
	/* Another one works */
	trn4_queue_destroy(self->q);
	ASSERT_EQ(0, trn4_queue_create(self->dev, 64, -1, &self->q));
	EXPECT_EQ(0, ended(self->q, trn4_queue_nop(self->q), &r));
}

TEST_F(lib, dmabufs)
{
	struct trn4_buffer *none = NULL, *same = NULL;
	struct trn4_window *win = NULL, *nowhere = NULL;
	struct trn4_device *home;
	void *map;
	int fd;

	EXPECT_EQ(-ENOENT, trn4_buffer_export_revoke(self->near));
	EXPECT_EQ(-EINVAL, trn4_buffer_export_revoke(self->host));
	fd = trn4_buffer_export(self->near, true);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, trn4_import(self->peer, fd, &none, &win));
	EXPECT_EQ(NULL, none);
	ASSERT_NE(NULL, win);
	EXPECT_EQ(PAGE, trn4_window_size(win));
	EXPECT_EQ(TRN4_STATE_LIVE, trn4_window_state(win));
	ASSERT_EQ(0, trn4_fill(self->peer, trn4_window_at(win, 0), 8, 7,
			       TRN4_NO_TIMEOUT));
	EXPECT_EQ(7, *(uint64_t *)self->map[NEAR]);
	/* At home it is the buffer itself, and is not taken. */
	ASSERT_EQ(0, trn4_open(self->rig.accels[0].node, &home));
	ASSERT_EQ(0, trn4_import(home, fd, &same, &nowhere));
	EXPECT_EQ(NULL, nowhere);
	ASSERT_EQ(0, trn4_buffer_map(same, &map));

	ASSERT_EQ(0, trn4_buffer_export_revoke(self->near));
	EXPECT_EQ(TRN4_STATE_REVOKED, trn4_window_state(win));
	EXPECT_EQ(-EKEYREVOKED, trn4_fill(self->peer, trn4_window_at(win, 0), 8,
					  8, TRN4_NO_TIMEOUT));
	EXPECT_EQ(7, *(uint64_t *)self->map[NEAR]);
	trn4_window_destroy(win);
	EXPECT_EQ(-EKEYREVOKED, trn4_import(self->peer, fd, &none, &win));
	EXPECT_EQ(0, memcmp(map, self->map[NEAR], PAGE));
	trn4_buffer_destroy(same);
	trn4_close(home);
	close(fd);
}

/* A word that has no place: that command's result, and of no other */
TEST_F(lib, a_batch_goes_on)
{
	struct trn4_batch *batch;
	struct trn4_result r;
	unsigned int index;

	ASSERT_EQ(0, trn4_batch_create(self->dev, 3, &batch));
	ASSERT_EQ(0, trn4_batch_atomic(batch, trn4_buffer_at(self->near, 4),
				       TRN4_ADD, TRN4_U64, 1, 0));
	ASSERT_EQ(1, trn4_batch_atomic(batch, trn4_window_at(self->win, PAGE),
				       TRN4_ADD, TRN4_U64, 1, 0));
	ASSERT_EQ(2, trn4_batch_atomic(batch, trn4_buffer_at(self->near, 8),
				       TRN4_ADD, TRN4_U64, 1, 0));
	ASSERT_EQ(0, trn4_batch_submit(batch));
	ASSERT_EQ(0, trn4_batch_wait(batch, TRN4_NO_TIMEOUT));
	EXPECT_EQ(-EINVAL, trn4_batch_error(batch, &index));
	EXPECT_EQ(0, index);
	ASSERT_EQ(0, trn4_batch_result(batch, 1, &r));
	EXPECT_EQ(-ERANGE, r.error);
	ASSERT_EQ(0, trn4_batch_result(batch, 2, &r));
	EXPECT_EQ(0, r.error);
	EXPECT_EQ(1, ((uint64_t *)self->map[NEAR])[1]);
	trn4_batch_destroy(batch);
}

TEST_F(lib, operations)
{
	const uint32_t all =
		1u << TRN4_OPERATION_NOP | 1u << TRN4_OPERATION_COPY |
		1u << TRN4_OPERATION_ATOMIC | 1u << TRN4_OPERATION_FILL |
		1u << TRN4_OPERATION_FENCE | 1u << TRN4_OPERATION_SIGNAL;
	struct trn4_info info;

	ASSERT_EQ(0, trn4_query(self->dev, &info));
	EXPECT_STREQ(self->rig.accels[0].node, info.node);
	EXPECT_EQ(all, info.operations & all);
}

/* By the device that has the windows, and not by the owner of the memory */
TEST_F(lib, stores_into_read_only_windows)
{
	const char *device = self->rig.accels[0].device;
	uint64_t before, now, other;
	__u64 begin, size;
	char *bar;

	ASSERT_EQ(0, trn4_ro_stores(self->dev, &before));
	ASSERT_EQ(0, trn4_ro_stores(self->peer, &other));
	ASSERT_EQ(0, pci_bar(device, TRN4_BAR_APERTURE, &begin, &size));
	bar = pci_map(device, TRN4_BAR_APERTURE, size / 2, PAGE);
	if (bar == MAP_FAILED)
		SKIP(return, "needs iomem=relaxed on the command line");
	word_set(bar, 0, 1);
	word_barrier();
	ASSERT_EQ(0, trn4_ro_stores(self->dev, &now));
	EXPECT_EQ(before + 1, now);
	ASSERT_EQ(0, trn4_ro_stores(self->peer, &now));
	EXPECT_EQ(other, now);
	munmap(bar, PAGE);
	ASSERT_EQ(0, pci_reset(device));
	ASSERT_EQ(0, trn4_ro_stores(self->dev, &now));
	EXPECT_EQ(0, now);
}

TEST_HARNESS_MAIN
