/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backoff.h - how long to wait before what failed is tried again: twice as long
 * each time, up to a limit. Who only waits for the same refusal reads a whole
 * fabric for it.
 */
#ifndef NVLF_FM_BACKOFF_H
#define NVLF_FM_BACKOFF_H

/* Seconds, at first and at most */
#define BACKOFF_FIRST 1u
#define BACKOFF_MOST  64u

/* All zeroes where nothing has failed. */
struct backoff {
	unsigned int wait; /* s, the last one; 0 for none */
};

/* It failed once more. Return: seconds to wait. */
unsigned int backoff_next(struct backoff *backoff);

/* Something else than before may come of it. */
void backoff_reset(struct backoff *backoff);

#endif /* NVLF_FM_BACKOFF_H */
