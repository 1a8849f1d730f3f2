/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.h - what a module's tracepoints showed. To be included after the
 * kselftest harness.
 */
#ifndef SELFTESTS_TRACE_H
#define SELFTESTS_TRACE_H

#include <stdbool.h>
#include <stdio.h>
#include <linux/types.h>

/**
 * struct trace - tracepoints that are on
 * @system: whose
 * @text: what was traced, since trace_read() was called before
 * @at: where in it the line is that was expected last
 */
struct trace {
	const char *system;
	char *text;
	const char *at;
};

int trace_begin(struct trace *trace, const char *system);
void trace_end(struct trace *trace);
int trace_read(struct trace *trace);
void trace_rewind(struct trace *trace);
bool trace_line(struct trace *trace, const char *line);
unsigned int trace_span(const struct trace *trace, const char *begin,
			const char *end, __u64 *ns);

/* Why a test is skipped where trace_begin() returns -ENOENT */
#define TRACE_NEEDS "the kernel cannot trace"

/* What was traced since the last time is looked at from now on. */
#define TRACED(trace) ASSERT_EQ(0, trace_read(&(trace)))

/* Expects a line, behind the one that was expected before */
#define EXPECT_TRACED(trace, ...) \
	do { \
		char __line[256]; \
\
		snprintf(__line, sizeof(__line), __VA_ARGS__); \
		EXPECT_TRUE(trace_line(&(trace), __line)) \
		TH_LOG("not traced: %s", __line); \
	} while (0)

#endif /* SELFTESTS_TRACE_H */
