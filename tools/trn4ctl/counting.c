// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * counting.c - arithmetic on what ports have counted.
 */
#include "counting.h"

uint64_t *counter_number(struct nvlf_counter *counter, unsigned int number)
{
	return (void *)((char *)counter +
			nvlf_counter_type.fields[number].offset);
}

/* All that counts, lanes too, of one record added to or taken from another. */
static void combine(struct nvlf_counter *sum, struct nvlf_counter *with,
		    bool add)
{
	unsigned int i;
	uint64_t value;

	for (i = NVLF_COUNTER_TX_BYTES; i <= NVLF_COUNTER_UNCORRECTABLE; i++) {
		value = *counter_number(with, i);
		*counter_number(sum, i) += add ? value : -value;
	}
	for (i = 0; i < with->crc.count && i < NVLF_LANES_MAX; i++)
		sum->crc.value[i] += add ? with->crc.value[i] :
					   -with->crc.value[i];
	if (sum->crc.count < with->crc.count)
		sum->crc.count = with->crc.count;
}

void counters_sum_up(struct nvlf_list *list)
{
	struct nvlf_counter *counters = list->records;
	size_t i, kept = 0;

	for (i = 0; i < list->count; i++) {
		if (kept && counters[kept - 1].owner == counters[i].owner &&
		    counters[kept - 1].owner_id == counters[i].owner_id) {
			combine(&counters[kept - 1], &counters[i], true);
			continue;
		}
		counters[kept] = counters[i];
		counters[kept++].present &= ~(1u << NVLF_COUNTER_INDEX);
	}
	list->count = kept;
}

static bool same_port(const struct nvlf_counter *a,
		      const struct nvlf_counter *b)
{
	return a->owner == b->owner && a->owner_id == b->owner_id &&
	       a->index == b->index;
}

/*
 * All that counts goes to zero together, so a single number that has become
 * smaller shows it, whatever the others have come to since.
 */
static bool began_anew(struct nvlf_counter *now, struct nvlf_counter *before)
{
	unsigned int i;

	for (i = NVLF_COUNTER_TX_BYTES; i <= NVLF_COUNTER_UNCORRECTABLE; i++) {
		if (*counter_number(now, i) < *counter_number(before, i))
			return true;
	}
	for (i = 0; i < before->crc.count && i < NVLF_LANES_MAX; i++) {
		if (now->crc.value[i] < before->crc.value[i])
			return true;
	}
	return false;
}

void counters_subtract(struct nvlf_list *now, const struct nvlf_list *before)
{
	struct nvlf_counter *counters = now->records, *old = before->records;
	size_t i, n, from = 0;

	for (i = 0; i < now->count; i++) {
		/* Both are in one order: mostly it is the next one. */
		for (n = 0; n < before->count; n++) {
			if (same_port(&old[(from + n) % before->count],
				      &counters[i]))
				break;
		}
		if (n == before->count)
			continue;
		from = (from + n) % before->count;
		if (!began_anew(&counters[i], &old[from]))
			combine(&counters[i], &old[from], false);
		from++;
	}
}
