// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * backoff.c - how long to wait before what failed is tried again.
 */
#include "backoff.h"

unsigned int backoff_next(struct backoff *backoff)
{
	if (!backoff->wait)
		backoff->wait = BACKOFF_FIRST;
	else if (backoff->wait < BACKOFF_MOST / 2)
		backoff->wait *= 2;
	else
		backoff->wait = BACKOFF_MOST;
	return backoff->wait;
}

void backoff_reset(struct backoff *backoff)
{
	backoff->wait = 0;
}
