/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * counting.h - arithmetic on what ports have counted.
 */
#ifndef TRN4CTL_COUNTING_H
#define TRN4CTL_COUNTING_H

#include "nvlf_types.h"

/* The number in one of the fields TX_BYTES to UNCORRECTABLE. */
uint64_t *counter_number(struct nvlf_counter *counter, unsigned int number);

/* One record for each device; ports of one device follow one another. */
void counters_sum_up(struct nvlf_list *list);

/*
 * Leaves in @now what was counted since @before. A port that is new, or was
 * reset or cleared in between, has counted from zero.
 */
void counters_subtract(struct nvlf_list *now, const struct nvlf_list *before);

#endif /* TRN4CTL_COUNTING_H */
