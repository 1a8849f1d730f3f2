/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * job_timeout.h - how long the driver of one accelerator waits for a submit for
 * which nothing is done.
 */
#ifndef SELFTESTS_JOB_TIMEOUT_H
#define SELFTESTS_JOB_TIMEOUT_H

/**
 * struct job_timeout - the module's parameter, as it was, and whose it was
 * @was: the parameter
 * @device: the accelerator, bound anew with another
 * @driver: its driver
 */
struct job_timeout {
	char was[16];
	char device[32];
	char driver[32];
};

int job_timeout_begin(struct job_timeout *t, const char *device, int msec);
int job_timeout_end(const struct job_timeout *t);

#endif /* SELFTESTS_JOB_TIMEOUT_H */
