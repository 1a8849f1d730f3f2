// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fault.c - faults on the emulated devices.
 *
 * They are asked for in the results, which vm/watch reads. When they are there
 * it answers.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmdline.h"
#include "fault.h"

/**
 * fault_can() - is anybody there who puts faults on devices?
 *
 * Return: true in a guest that vm/watch watches.
 */
bool fault_can(void)
{
	return cmdline_has("guest.faults=1");
}

/* The other end of where the results go, which nobody else reads */
#define FAULT_PORT "/dev/ttyS1"

/* Reads a line, without its end, into @line of @size bytes. */
static int read_line(int fd, char *line, size_t size)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	int ret;
	char c;

	for (;;) {
		ret = poll(&pfd, 1, FAULT_MSEC);
		if (ret <= 0)
			return ret ? -errno : -ETIMEDOUT;
		if (read(fd, &c, 1) != 1)
			return -EIO;
		if (c == '\n')
			break;
		if (len < size - 1)
			line[len++] = c;
	}
	line[len] = 0;
	return 0;
}

static int wait_answer(void)
{
	int fd = open(FAULT_PORT, O_RDONLY | O_NOCTTY), ret;
	char line[256];

	if (fd < 0)
		return -errno;
	ret = read_line(fd, line, sizeof(line));
	close(fd);
	if (ret || !strcmp(line, "ok"))
		return ret;
	printf("# fault: %s\n", line);
	return -EINVAL;
}

static int fault_ask(const char *device, const char *faults)
{
	printf("### FAULT %s %s\n", device, faults);
	fflush(stdout);
	return wait_answer();
}

/**
 * fault_set() - put faults on an accelerator or a switch, in place of others
 * @device: "trn" or "switch"
 * @number: target id or switch number
 * @faults: see docs/hardware/faults.md; "" for none
 *
 * Return: 0 where they are there, or a negative errno.
 */
int fault_set(const char *device, unsigned int number, const char *faults)
{
	char name[32];

	snprintf(name, sizeof(name), "%s%u", device, number);
	return fault_ask(name, faults);
}

/**
 * fault_trays() - take trays off, in place of those that were off
 * @trays: see docs/hardware/faults.md; "" for none
 *
 * Return: 0 where they are off, or a negative errno.
 */
int fault_trays(const char *trays)
{
	return fault_ask("fabric0", trays);
}
