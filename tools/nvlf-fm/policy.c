// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * policy.c - what an administrator wants of the fabric.
 */
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "out.h"
#include "policy.h"

void policy_default(struct policy *policy)
{
	*policy = (struct policy) {
		.partition_count = 1,
		.downs = 3,
		.within = 60000,
	};
	policy->partitions = must(calloc(1, sizeof(*policy->partitions)));
	policy->partitions->id = 1;
	policy->partitions->all = true;
}

void policy_clear(struct policy *policy)
{
	char **location;
	size_t i;

	for (i = 0; i < policy->partition_count; i++) {
		location = policy->partitions[i].locations;
		for (; location && *location; location++)
			free(*location);
		free(policy->partitions[i].locations);
	}
	free(policy->partitions);
	policy->partitions = NULL;
	policy->partition_count = 0;
}

void policy_free(struct policy *policy)
{
	policy_clear(policy);
	*policy = (struct policy) {};
}

static bool is_found(const struct policy_partition *partition,
		     const struct nvlf_endpoint *endpoint)
{
	struct device_name name = device_name(&nvlf_endpoint_type, endpoint);
	char **location = partition->locations;

	if (partition->all)
		return true;
	if (partition->has_cluster &&
	    (!nvlf_has(endpoint->present, NVLF_DEVICE_UUID) ||
	     memcmp(endpoint->place.cluster_uuid, partition->cluster,
		    NVLF_UUID_LEN)))
		return false;
	if (!location)
		return partition->has_cluster;
	for (; *location; location++) {
		if (location_matches(&name, *location))
			return true;
	}
	return false;
}

struct bits policy_members(const struct policy_partition *partition,
			   const struct model *model)
{
	const struct nvlf_endpoint *endpoint = model->endpoints.records;
	struct bits members = partition->endpoints;
	size_t i;

	for (i = 0; i < model->endpoints.count; i++, endpoint++) {
		if (is_found(partition, endpoint))
			bits_set(&members, endpoint->target_id);
	}
	return members;
}

bool policy_uses(const struct policy *policy, const struct nvlf_port *port)
{
	if (!nvlf_port_up(port))
		return false;
	return !policy->drain || !nvlf_has(port->present, NVLF_PORT_LANES_UP) ||
	       port->lanes_up >= policy->min_lanes;
}
