// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * chance.c - numbers that come by chance.
 */
#include <stdlib.h>
#include <time.h>

#include "chance.h"

/* SEED of the environment, or what the clock says; tell it where a test fails. */
__u64 chance_seed(void)
{
	const char *seed = getenv("SEED");
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	/* Of zero nothing else would ever come. */
	return (seed ? strtoull(seed, NULL, 0) :
		       now.tv_sec * 1000000000ull + now.tv_nsec) |
	       1;
}

/* The next one, less than @limit. */
__u64 chance_below(__u64 *random, __u64 limit)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random % limit;
}
