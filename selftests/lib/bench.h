/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - what the benches measure with, and how they tell it.
 *
 * No bench judges: it tells one figure of ours beside that of a peer, taken in
 * the same run, and the bar for their ratio. vm/bench does the rest.
 */
#ifndef SELFTESTS_BENCH_H
#define SELFTESTS_BENCH_H

#include <linux/types.h>
#include <stdbool.h>

#define BENCH_ROUNDS_MAX 2048

/**
 * struct bench_times - how long something took, each time that it was done
 * @ns: nanoseconds of wall time
 * @count: how often
 */
struct bench_times {
	__u64 ns[BENCH_ROUNDS_MAX];
	unsigned int count;
};

/**
 * struct bench_figure - one line of the table
 * @name: what was measured
 * @unit: of @ours and @peer
 * @ours: what it cost us
 * @peer: what it cost the peer; not zero
 * @peer_name: who or what that is
 * @bar: what @ours / @peer must keep to
 * @higher: whether more is better, and @bar a minimum; else it is a maximum
 */
struct bench_figure {
	const char *name;
	const char *unit;
	double ours;
	double peer;
	const char *peer_name;
	double bar;
	bool higher;
};

__u64 bench_now(void);
void bench_took(struct bench_times *times, __u64 ns);
void bench_add(struct bench_times *times, __u64 begin);
double bench_median(struct bench_times *times);
double bench_percentile(struct bench_times *times, unsigned int percent);
double bench_least(const struct bench_times *times);
void bench_tell(const struct bench_figure *figure);

#endif /* SELFTESTS_BENCH_H */
