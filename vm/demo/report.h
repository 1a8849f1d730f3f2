/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - what the demonstration says, counts, and starts.
 */
#ifndef DEMO_REPORT_H
#define DEMO_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

void step(const char *title);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool check(bool good, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int summary(void);

int command(bool show, char *out, size_t size, const char *const argv[]);

pid_t start(void (*work)(int in, int out, const void *arg), const void *arg,
	    int *to, int *from);
bool give(int fd, const void *data, size_t size);
bool take(int fd, void *data, size_t size);

#endif /* DEMO_REPORT_H */
