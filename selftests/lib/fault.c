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

#include "fault.h"

/**
 * fault_can() - is anybody there who puts faults on devices?
 *
 * Return: true in a guest that vm/watch watches.
 */
bool fault_can(void)
{
	char line[4096] = "";
	FILE *file = fopen("/proc/cmdline", "r");

	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = 0;
	fclose(file);
	return strstr(line, " guest.faults=1");
}

/* The other end of where the results go, which nobody else reads */
#define FAULT_PORT "/dev/ttyS1"

static int wait_answer(void)
{
	struct pollfd pfd = { .events = POLLIN };
	char line[256];
	size_t len = 0;
	int ret = 0;

	pfd.fd = open(FAULT_PORT, O_RDONLY | O_NOCTTY);
	if (pfd.fd < 0)
		return -errno;
	while (!ret) {
		ret = poll(&pfd, 1, FAULT_MSEC);
		if (ret <= 0) {
			ret = ret ? -errno : -ETIMEDOUT;
			break;
		}
		ret = read(pfd.fd, line + len, 1) == 1 ? 0 : -EIO;
		if (ret || line[len] == '\n')
			break;
		if (len < sizeof(line) - 1)
			len++;
	}
	close(pfd.fd);
	line[len] = 0;
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
