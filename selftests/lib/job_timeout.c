// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * job_timeout.c - how long the driver of one accelerator waits for a submit for
 * which nothing is done: a parameter that it reads when it is bound.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "job_timeout.h"
#include "pci.h"

#define PARAM "/sys/module/trn4/parameters/job_timeout_ms"

static int param(const char *text, char *was, size_t size)
{
	int fd = open(PARAM, O_RDWR | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = was ? read(fd, was, size - 1) : 0;
	if (len < 0 || write(fd, text, strlen(text)) < 0)
		len = -errno;
	else if (was)
		was[len] = 0;
	close(fd);
	return len < 0 ? len : 0;
}

static int rebind(const struct job_timeout *t)
{
	int ret = pci_unbind(t->driver, t->device);

	return ret ?: pci_bind(t->driver, t->device);
}

/**
 * job_timeout_begin() - have it wait otherwise
 * @t: is filled in; give it to job_timeout_end()
 * @device: PCI device of the accelerator, of which nobody has a file; it is
 *	bound anew
 * @msec: how long
 *
 * Return: 0 or a negative errno.
 */
int job_timeout_begin(struct job_timeout *t, const char *device, int msec)
{
	char text[16];
	int ret;

	snprintf(t->device, sizeof(t->device), "%s", device);
	snprintf(text, sizeof(text), "%d", msec);
	ret = pci_driver(t->device, t->driver, sizeof(t->driver));
	if (!ret)
		ret = param(text, t->was, sizeof(t->was));
	return ret ?: rebind(t);
}

/* As before: 0 or a negative errno */
int job_timeout_end(const struct job_timeout *t)
{
	int ret = param(t->was, NULL, 0);

	return ret ?: rebind(t);
}
