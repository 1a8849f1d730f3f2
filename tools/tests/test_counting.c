// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_counting.c - tests of trn4ctl/counting.c: what was counted between two
 * readings.
 */
#include <string.h>

#include "counting.h"
#include "tap.h"

#define PORTS 3

/* Each number of each port another one */
static void fill(struct nvlf_counter counters[PORTS], struct nvlf_list *list,
		 uint64_t base)
{
	unsigned int p, n;

	memset(counters, 0, PORTS * sizeof(*counters));
	for (p = 0; p < PORTS; p++) {
		counters[p].owner_id = p / 2;
		counters[p].index = p % 2;
		for (n = NVLF_COUNTER_TX_BYTES; n <= NVLF_COUNTER_UNCORRECTABLE;
		     n++)
			*counter_number(&counters[p], n) = base + 10 * p + n;
		counters[p].crc.count = 4;
		for (n = 0; n < 4; n++)
			counters[p].crc.value[n] = base + n;
	}
	*list = (struct nvlf_list) { .records = counters, .count = PORTS };
}

static void what_came_in_between_is_left(void)
{
	struct nvlf_counter old[PORTS], new[PORTS];
	struct nvlf_list before, now;
	unsigned int n;

	fill(old, &before, 1000);
	fill(new, &now, 1007);
	/* A port that was not there before */
	before.count = 2;
	counters_subtract(&now, &before);
	for (n = NVLF_COUNTER_TX_BYTES; n <= NVLF_COUNTER_UNCORRECTABLE; n++) {
		EQ(*counter_number(&new[1], n), 7);
		EQ(*counter_number(&new[2], n), 1007 + 20 + n);
	}
	EQ(new[1].crc.value[3], 7);
	EQ(new[2].crc.value[3], 1010);
}

/*
 * Any number that fell tells that all began anew, also where those that count
 * faster are beyond where they were.
 */
static void what_was_cleared_has_counted_from_zero(void)
{
	struct nvlf_counter old[PORTS], new[PORTS], want;
	struct nvlf_list before, now;
	unsigned int n, lane;

	for (n = NVLF_COUNTER_TX_BYTES; n <= NVLF_COUNTER_CRC; n++) {
		for (lane = 0; lane < (n == NVLF_COUNTER_CRC ? 4 : 1); lane++) {
			fill(old, &before, 1000);
			fill(new, &now, 1007);
			if (n == NVLF_COUNTER_CRC)
				new[1].crc.value[lane] = 5;
			else
				*counter_number(&new[1], n) = 5;
			want = new[1];
			counters_subtract(&now, &before);
			CHECK(!memcmp(&new[1], &want, sizeof(want)));
			/* The others did not. */
			EQ(new[0].tx_packets, 7);
			EQ(new[2].recoveries, 7);
		}
	}
}

static void ports_of_a_device_are_summed_up(void)
{
	struct nvlf_counter counters[PORTS];
	struct nvlf_list list;

	fill(counters, &list, 0);
	counters[0].present = 1u << NVLF_COUNTER_INDEX;
	counters_sum_up(&list);
	EQ(list.count, 2);
	EQ(counters[0].tx_bytes, 2 * NVLF_COUNTER_TX_BYTES + 10);
	EQ(counters[0].crc.value[3], 6);
	CHECK(!nvlf_has(counters[0].present, NVLF_COUNTER_INDEX));
	EQ(counters[1].owner_id, 1);
}

static const struct tap_test tests[] = {
	TAP_TEST(what_came_in_between_is_left),
	TAP_TEST(what_was_cleared_has_counted_from_zero),
	TAP_TEST(ports_of_a_device_are_summed_up),
};

TAP_MAIN(tests)
