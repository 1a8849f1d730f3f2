// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench.c - what the benches measure with, and how they tell it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

/* Nanoseconds of a clock that nobody sets */
__u64 bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* One more that took so long; there is room for BENCH_ROUNDS_MAX */
void bench_took(struct bench_times *times, __u64 ns)
{
	times->ns[times->count++] = ns;
}

/**
 * bench_add() - what began then ends now
 * @times: has room for it: BENCH_ROUNDS_MAX
 * @begin: what bench_now() said
 */
void bench_add(struct bench_times *times, __u64 begin)
{
	bench_took(times, bench_now() - begin);
}

static int by_size(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/**
 * bench_median() - the time in the middle
 * @times: some; are sorted
 *
 * Half of the times were as short or shorter: one that an interrupt or the
 * host got in the way of has no weight.
 *
 * Return: nanoseconds.
 */
double bench_median(struct bench_times *times)
{
	unsigned int n = times->count;

	qsort(times->ns, n, sizeof(*times->ns), by_size);
	return (times->ns[(n - 1) / 2] + times->ns[n / 2]) / 2.0;
}

/**
 * bench_percentile() - the time that most were within
 * @times: some; are sorted
 * @percent: how many of them, 1 to 100
 *
 * Return: nanoseconds.
 */
double bench_percentile(struct bench_times *times, unsigned int percent)
{
	unsigned int n = times->count;

	qsort(times->ns, n, sizeof(*times->ns), by_size);
	return times->ns[(n * percent + 99) / 100 - 1];
}

/* The shortest time, in nanoseconds: what nothing got in the way of */
double bench_least(const struct bench_times *times)
{
	__u64 least = times->ns[0];
	unsigned int i;

	for (i = 1; i < times->count; i++)
		if (times->ns[i] < least)
			least = times->ns[i];
	return least;
}

/* One line, which vm/bench reads; TAP leaves it alone */
void bench_tell(const struct bench_figure *figure)
{
	printf("### BENCH %s|%s|%.6g|%.6g|%s|%g|%s\n", figure->name,
	       figure->unit, figure->ours, figure->peer, figure->peer_name,
	       figure->bar, figure->higher ? "higher" : "lower");
	fflush(stdout);
}
