// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report.c - what the demonstration says, counts, and starts.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

/* Another process that says nothing for so long has gone astray */
#define PATIENCE_MS 60000

static unsigned int steps, passed, failed;

/**
 * step() - begin a step
 * @title: what it will show
 */
void step(const char *title)
{
	printf("\n%u. %s\n", ++steps, title);
	fflush(stdout);
}

/**
 * say() - tell something that is neither good nor bad
 * @format: as for printf(), one line without its end
 */
void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("   ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
	fflush(stdout);
}

/**
 * check() - tell and count whether something is as it must be
 * @good: whether it is
 * @format: what was expected, as for printf()
 *
 * Return: @good.
 */
bool check(bool good, const char *format, ...)
{
	va_list args;

	if (good)
		passed++;
	else
		failed++;
	va_start(args, format);
	printf("   %s ", good ? "[ok]  " : "[FAIL]");
	vprintf(format, args);
	printf("\n");
	va_end(args);
	fflush(stdout);
	return good;
}

/* Prints the last line; returns the exit status that says the same */
int summary(void)
{
	printf("\n%u passed, %u failed\n", passed, failed);
	fflush(stdout);
	return failed || !passed;
}

/**
 * command() - run a program and keep what it prints
 * @show: print its command line and its output, too
 * @out: its output and errors, cut off where there is no room; or NULL
 * @size: bytes of @out
 * @argv: as for execvp()
 *
 * Return: its exit status, or -1 where it could not be run or was killed.
 */
int command(bool show, char *out, size_t size, const char *const argv[])
{
	int pipes[2], status, i;
	char line[256];
	size_t used = 0;
	pid_t child;
	FILE *from;

	if (show) {
		printf("   $");
		for (i = 0; argv[i]; i++)
			printf(" %s", argv[i]);
		printf("\n");
		fflush(stdout);
	}
	if (pipe(pipes))
		return -1;
	child = fork();
	if (child < 0)
		return -1;
	if (!child) {
		dup2(pipes[1], STDOUT_FILENO);
		dup2(pipes[1], STDERR_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		execvp(argv[0], (char *const *)argv);
		fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	close(pipes[1]);
	from = fdopen(pipes[0], "r");
	while (from && fgets(line, sizeof(line), from)) {
		if (show)
			printf("%s%s", *line == '\n' ? "" : "     ", line);
		for (i = 0; out && line[i] && used + 1 < size; i++)
			out[used++] = line[i];
	}
	if (out && size)
		out[used] = 0;
	if (from)
		fclose(from);
	fflush(stdout);
	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/**
 * start() - a process of its own for one actor
 * @work: what it does, with a pipe from and one to us; its process ends after
 * @arg: is handed to @work
 * @to: out, our end of the pipe to it
 * @from: out, our end of the pipe from it
 *
 * It dies with us.
 *
 * Return: its id, or -1.
 */
pid_t start(void (*work)(int in, int out, const void *arg), const void *arg,
	    int *to, int *from)
{
	int down[2], up[2];
	pid_t child;

	if (pipe(down))
		return -1;
	if (pipe(up))
		return -1;
	fflush(stdout);
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(down[1]);
		close(up[0]);
		work(down[0], up[1], arg);
		_exit(0);
	}
	close(down[0]);
	close(up[1]);
	*to = down[1];
	*from = up[0];
	return child;
}

bool give(int fd, const void *data, size_t size)
{
	return write(fd, data, size) == (ssize_t)size;
}

/* All of @size bytes from another process, or false: it ended or went astray */
bool take(int fd, void *data, size_t size)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char *at = data;
	ssize_t got;

	while (size) {
		if (poll(&pfd, 1, PATIENCE_MS) != 1)
			return false;
		got = read(fd, at, size);
		if (got <= 0)
			return false;
		at += got;
		size -= got;
	}
	return true;
}
