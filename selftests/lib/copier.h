/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copier.h - a process that keeps many queues busy with copies, for others to
 * be beside.
 */
#ifndef SELFTESTS_COPIER_H
#define SELFTESTS_COPIER_H

#include <sys/types.h>

#include "accel.h"

#define COPIER_SIZE (8 * MIB) /* of a copy */

/* Shared with the process */
struct copier_state {
	int error; /* why it ended, or a negative errno */
	int busy;  /* all queues are */
	__u64 copies;
};

struct copier {
	pid_t child;
	struct copier_state *state;
};

int copier_start(struct copier *c, const struct accel *accels, int count,
		 unsigned int queues);
__u64 copier_copies(const struct copier *c);
int copier_stop(struct copier *c);

#endif /* SELFTESTS_COPIER_H */
