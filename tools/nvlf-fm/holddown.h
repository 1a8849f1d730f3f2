/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * holddown.h - links that go down again and again are not used until they have
 * been up for a while.
 *
 * All of it follows from what the kernel tells: the devices' logs say when a
 * link went down, and its port how long it has been up. So nothing is lost when
 * the manager ends, and --dry-run says what the daemon would do.
 */
#ifndef NVLF_FM_HOLDDOWN_H
#define NVLF_FM_HOLDDOWN_H

#include "model.h"
#include "policy.h"

/**
 * struct held_link - a link that is up and not used yet
 * @switch_id: its switch
 * @port: of the switch
 * @target_id: endpoint at the other end
 * @ms: from when the model was read until it is used, if it stays up
 */
struct held_link {
	uint32_t switch_id;
	uint32_t port;
	uint32_t target_id;
	uint64_t ms;
};

struct down;

/**
 * struct holddown - when links went down, as far as logs reach back
 * @policy: what is wanted
 * @downs: by port, those of a port in the order of the log
 * @count: of @downs
 */
struct holddown {
	const struct policy *policy;
	struct down *downs;
	size_t count;
};

/* Return: 0 or -ENOMEM. */
int holddown_begin(struct holddown *holddown, const struct model *model,
		   const struct policy *policy);
void holddown_end(struct holddown *holddown);

/*
 * How many ms the link of a switch's port that is up is still held: its last
 * downs, as the log of one of its ends has them, came within the policy's time.
 * 0 where it is to be used.
 */
uint64_t holddown_left(const struct holddown *holddown,
		       const struct nvlf_port *port);

#endif /* NVLF_FM_HOLDDOWN_H */
