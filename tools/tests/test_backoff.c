// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_backoff.c - tests of nvlf-fm/backoff.c: how long the manager waits.
 */
#include <stddef.h>

#include "array.h"
#include "backoff.h"
#include "tap.h"

static void waits_double_up_to_a_limit(void)
{
	static const unsigned int want[] = { 1, 2, 4, 8, 16, 32, 64, 64, 64 };
	struct backoff backoff = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(want); i++)
		EQ(backoff_next(&backoff), want[i]);
}

static void it_begins_anew(void)
{
	struct backoff backoff = {};
	unsigned int i;

	/* What never failed has nothing to forget. */
	backoff_reset(&backoff);
	EQ(backoff_next(&backoff), BACKOFF_FIRST);
	for (i = 0; i < 100; i++)
		backoff_next(&backoff);
	EQ(backoff_next(&backoff), BACKOFF_MOST);
	backoff_reset(&backoff);
	EQ(backoff_next(&backoff), BACKOFF_FIRST);
	EQ(backoff_next(&backoff), 2 * BACKOFF_FIRST);
}

static const struct tap_test tests[] = {
	TAP_TEST(waits_double_up_to_a_limit),
	TAP_TEST(it_begins_anew),
};

TAP_MAIN(tests)
