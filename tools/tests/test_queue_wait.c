// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_queue_wait.c - tests of how libtrn4 waits for results of a user queue:
 * it looks, sleeps, and misses nothing in between.
 */
#include <errno.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "array.h"
#include "kernel_rig.h"
#include "tap.h"

#define MSEC 1000000ll
/* What comes at once, or is a failure */
#define LONG (5000 * MSEC)

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 * MSEC + ts.tv_nsec;
}

static void wait_has_an_end(void)
{
	int event = eventfd(0, 0);
	int fds[] = { -1, event };
	struct trn4_result result;
	struct trn4_device *dev;
	struct trn4_queue *q;
	int64_t begin;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		q = open_queue(&dev, fds[i]);
		result.id = 77;
		EQ(trn4_queue_wait(q, &result, LONG), -EINVAL);
		trn4_queue_nop(q);
		EQ(trn4_queue_wait(q, &result, 0), -ETIME);
		/* It has rung */
		EQ(kernel.map->doorbells[TRN4_DOORBELL_SQ_TAIL / 4], 1);
		begin = now();
		EQ(trn4_queue_wait(q, &result, 3 * MSEC), -ETIME);
		CHECK(now() - begin >= 3 * MSEC);
		EQ(kernel.sleeps != 0, fds[i] >= 0);
		EQ(result.id, 77);
		CHECK(complete(TRN4_STATUS_OK, 0));
		EQ(trn4_queue_wait(q, &result, 0), 0);
		EQ(result.id, 0);
		close_queue(dev, q);
	}
	close(event);
}

static void comes_with_event(void)
{
	uint64_t one = 1;

	CHECK(complete(TRN4_STATUS_OK, 5));
	CHECK(write(kernel.eventfd, &one, sizeof(one)) == sizeof(one));
}

/* After events for nothing, as for records that were read already */
static void comes_at_last(void)
{
	uint64_t one = 1;

	if (kernel.sleeps < 3)
		CHECK(write(kernel.eventfd, &one, sizeof(one)) == sizeof(one));
	else
		comes_with_event();
}

static void wait_sleeps(void)
{
	static const struct {
		void (*way)(void);
		int sleeps;
	} cases[] = { { comes_with_event, 1 }, { comes_at_last, 3 } };
	struct trn4_result result;
	struct trn4_device *dev;
	struct trn4_queue *q;
	uint64_t count;
	int event;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		event = eventfd(0, EFD_NONBLOCK);
		q = open_queue(&dev, event);
		trn4_queue_nop(q);
		trn4_queue_nop(q);
		trn4_queue_ring(q);
		CHECK(complete(TRN4_STATUS_OK, 0));
		CHECK(trn4_queue_poll(q, &result));
		kernel.on_sleep = cases[i].way;
		EQ(trn4_queue_wait(q, &result, TRN4_NO_TIMEOUT), 0);
		EQ(result.value, 5);
		EQ(kernel.sleeps, cases[i].sleeps);
		/* What was read before was given back before it slept. */
		EQ(kernel.map->doorbells[TRN4_DOORBELL_CQ_HEAD / 4], 1);
		/* The event is taken along with what it was for. */
		EQ(read(event, &count, sizeof(count)), -1);
		close(event);
		close_queue(dev, q);
	}
}

static void comes_unheard(void)
{
	complete(TRN4_STATUS_OK, 6);
	kernel.on_info = NULL;
}

static void stops_after_a_record(void)
{
	complete(TRN4_STATUS_OK, 7);
	kernel.state = DRM_TRN4_QUEUE_LOST;
	kernel.on_info = NULL;
}

static void stops(void)
{
	kernel.state = DRM_TRN4_QUEUE_FAULT;
}

/* What is there is looked for after all that could come to tell of it. */
static void wait_misses_nothing(void)
{
	int event = eventfd(0, 0);
	struct trn4_result result;
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, event);
	int i;

	for (i = 0; i < 4; i++)
		trn4_queue_nop(q);
	/* Between the look and the sleep, and its event was taken before */
	kernel.on_info = comes_unheard;
	EQ(trn4_queue_wait(q, &result, LONG), 0);
	EQ(result.value, 6);
	EQ(kernel.sleeps, 0);
	/* The last record of a queue that ended */
	kernel.on_info = stops_after_a_record;
	EQ(trn4_queue_wait(q, &result, LONG), 0);
	EQ(result.value, 7);
	EQ(trn4_queue_wait(q, &result, LONG), -EIO);
	EQ(trn4_queue_wait(q, &result, 0), -ETIME);
	kernel.fail = DRM_IOCTL_TRN4_QUEUE_INFO;
	kernel.error = ENODEV;
	EQ(trn4_queue_wait(q, &result, LONG), -ENODEV);
	kernel.fail = 0;
	/* What was there before is not lost with it. */
	CHECK(complete(TRN4_STATUS_OK, 8));
	EQ(trn4_queue_wait(q, &result, LONG), 0);
	EQ(result.value, 8);
	EQ(trn4_queue_outstanding(q), 1);
	close(event);
	close_queue(dev, q);
}

/* Without an eventfd it has to find out by itself. */
static void wait_of_a_queue_that_stops(void)
{
	struct trn4_result result;
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, -1);

	trn4_queue_nop(q);
	kernel.on_info = stops;
	EQ(trn4_queue_wait(q, &result, LONG), -EIO);
	EQ(trn4_queue_state(q), TRN4_QUEUE_STATE_FAULT);
	close_queue(dev, q);
}

static void wait_needs_its_eventfd(void)
{
	int event = eventfd(0, 0);
	struct trn4_result result;
	struct trn4_device *dev;
	struct trn4_queue *q = open_queue(&dev, event);

	close(event);
	trn4_queue_nop(q);
	EQ(trn4_queue_wait(q, &result, LONG), -EBADF);
	close_queue(dev, q);
}

static const struct tap_test tests[] = {
	TAP_TEST(wait_has_an_end),        TAP_TEST(wait_sleeps),
	TAP_TEST(wait_misses_nothing),    TAP_TEST(wait_of_a_queue_that_stops),
	TAP_TEST(wait_needs_its_eventfd),
};

TAP_MAIN(tests)
