// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * holddown.c - links that go down again and again are not used until they have
 * been up for a while.
 */
#include <errno.h>
#include <stdlib.h>

#include "holddown.h"

#define NSEC_PER_MSEC 1000000ull

/**
 * struct down - a link went down, as a device at one end of it has logged
 * @owner: kind of the device
 * @owner_id: target id or switch number
 * @port: of the device
 * @place: in the log; times begin anew when a device is plugged anew
 * @time: ns that the device had been on
 */
struct down {
	uint32_t owner;
	uint32_t owner_id;
	uint32_t port;
	size_t place;
	uint64_t time;
};

static int compare(const void *left, const void *right)
{
	const struct down *a = left, *b = right;

	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	if (a->owner_id != b->owner_id)
		return a->owner_id < b->owner_id ? -1 : 1;
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

int holddown_begin(struct holddown *holddown, const struct model *model,
		   const struct policy *policy)
{
	const struct nvlf_log *log = model->log.records;
	size_t i;

	*holddown = (struct holddown) { .policy = policy };
	if (!policy->holddown || !model->log.count)
		return 0;
	holddown->downs = calloc(model->log.count, sizeof(*holddown->downs));
	if (!holddown->downs)
		return -ENOMEM;
	for (i = 0; i < model->log.count; i++, log++) {
		if (log->error != NVLF_ERROR_LINK_DOWN ||
		    !nvlf_has(log->present, NVLF_LOG_PORT))
			continue;
		holddown->downs[holddown->count++] = (struct down) {
			.owner = log->owner,
			.owner_id = log->owner_id,
			.port = log->port,
			.place = i,
			.time = log->time,
		};
	}
	qsort(holddown->downs, holddown->count, sizeof(*holddown->downs),
	      compare);
	return 0;
}

void holddown_end(struct holddown *holddown)
{
	free(holddown->downs);
	*holddown = (struct holddown) {};
}

/* Where the downs of the port end: the first that comes behind them. */
static size_t end_of(const struct holddown *holddown, uint32_t owner,
		     uint32_t owner_id, uint32_t port)
{
	const struct down last = { owner, owner_id, port, SIZE_MAX, 0 };
	size_t low = 0, high = holddown->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(&holddown->downs[middle], &last) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether its last downs, as one end has logged them, came close together. */
static bool flaps(const struct holddown *holddown, uint32_t owner,
		  uint32_t owner_id, uint32_t port)
{
	size_t end = end_of(holddown, owner, owner_id, port);
	const struct down *first, *last;

	if (end < holddown->policy->downs)
		return false;
	first = &holddown->downs[end - holddown->policy->downs];
	last = &holddown->downs[end - 1];
	return first->owner == owner && first->owner_id == owner_id &&
	       first->port == port && first->time <= last->time &&
	       last->time - first->time <=
		       holddown->policy->within * NSEC_PER_MSEC;
}

uint64_t holddown_left(const struct holddown *holddown,
		       const struct nvlf_port *port)
{
	uint64_t wanted = holddown->policy->holddown;

	if (!holddown->count || !nvlf_has(port->present, NVLF_PORT_STATE_MS) ||
	    port->state_ms >= wanted)
		return 0;
	if (!flaps(holddown, port->owner, port->owner_id, port->index) &&
	    !(nvlf_has(port->present, NVLF_PORT_PARTNER_PORT) &&
	      flaps(holddown, port->partner, port->partner_id,
		    port->partner_port)))
		return 0;
	return wanted - port->state_ms;
}
