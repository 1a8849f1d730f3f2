// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace.c - what a module's tracepoints showed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace.h"

#define TRACING  "/sys/kernel/tracing/"
#define TEXT_MAX 1048576

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (*text && write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int events_set(const char *system, const char *on)
{
	char path[128];

	snprintf(path, sizeof(path), TRACING "events/%s/enable", system);
	return write_file(path, on);
}

/**
 * trace_begin() - turn a module's tracepoints on
 * @trace: give it to trace_end() whatever is returned
 * @system: whose, such as "nvlf"
 *
 * Return: 0, -ENOENT where there are none, or another negative errno.
 */
int trace_begin(struct trace *trace, const char *system)
{
	trace->system = system;
	trace->text = calloc(1, TEXT_MAX);
	if (!trace->text)
		return -ENOMEM;
	trace->at = trace->text;
	return events_set(system, "1");
}

void trace_end(struct trace *trace)
{
	if (trace->system)
		events_set(trace->system, "0");
	free(trace->text);
}

/* Reads what was traced since the last time. Returns 0 or a negative errno. */
int trace_read(struct trace *trace)
{
	int fd = open(TRACING "trace", O_RDONLY | O_CLOEXEC);
	ssize_t got, len = 0;

	if (fd < 0)
		return -errno;
	while ((got = read(fd, trace->text + len, TEXT_MAX - 1 - len)) > 0)
		len += got;
	trace->text[len] = 0;
	trace->at = trace->text;
	close(fd);
	return got < 0 ? -errno : write_file(TRACING "trace", "");
}

/* The next line that is looked for may be anywhere. */
void trace_rewind(struct trace *trace)
{
	trace->at = trace->text;
}

/* Is there such a text, behind the one that was found before? */
bool trace_line(struct trace *trace, const char *line)
{
	const char *found = strstr(trace->at, line);

	if (found)
		trace->at = found;
	return found;
}

/* When the line with @text was traced, in nanoseconds, or 0 */
static __u64 line_time(const struct trace *trace, const char *text)
{
	unsigned long long sec, usec;
	const char *line = text, *event;
	char name[64];

	while (line > trace->text && line[-1] != '\n')
		line--;
	/* task-pid [cpu] flags sec.usec: event: what it says */
	snprintf(name, sizeof(name), ": %s_", trace->system);
	event = strstr(line, name);
	if (!event || event > text)
		return 0;
	while (event > line && event[-1] != ' ')
		event--;
	if (sscanf(event, "%llu.%6llu:", &sec, &usec) != 2)
		return 0;
	return (sec * 1000000 + usec) * 1000;
}

/**
 * trace_span() - how long it was from one event to the last of others
 * @trace: as it was read
 * @begin: text of the line of the first, which is looked for from the top
 * @end: text of the lines of the others
 * @ns: out, nanoseconds, if there are others
 *
 * Return: how many of the others there are behind the first; 0 where it is
 * not there.
 */
unsigned int trace_span(const struct trace *trace, const char *begin,
			const char *end, __u64 *ns)
{
	const char *first = strstr(trace->text, begin), *at, *last = NULL;
	unsigned int count = 0;

	if (!first)
		return 0;
	for (at = first; (at = strstr(at, end)); at += strlen(end)) {
		last = at;
		count++;
	}
	if (count)
		*ns = line_time(trace, last) - line_time(trace, first);
	return count;
}
