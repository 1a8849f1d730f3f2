/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy.h - what an administrator wants of the fabric: who is in which
 * partition, and what becomes of endpoints and links that work badly.
 */
#ifndef NVLF_FM_POLICY_H
#define NVLF_FM_POLICY_H

#include "model.h"

/**
 * struct policy_partition - a partition, and who is meant to be in it
 * @id: its number
 * @all: everybody who is there
 * @endpoints: these target ids, whether they are there or not
 * @locations: patterns of locations, NULL at the end; or NULL
 * @has_cluster: only endpoints of @cluster are found by location, and where
 *	there are no patterns, all of them
 * @cluster: UUID
 */
struct policy_partition {
	uint32_t id;
	bool all;
	struct bits endpoints;
	char **locations;
	bool has_cluster;
	uint8_t cluster[NVLF_UUID_LEN];
};

/**
 * struct policy - all that is wanted
 * @partitions: each with another id
 * @partition_count: of them
 * @drain: endpoints with fewer than @min_links usable links are in no
 *	partition, and links with fewer than @min_lanes lanes are not used
 * @min_links: 0 for any
 * @min_lanes: 0 for any
 * @holddown: ms that a link that flapped is up before it is used; 0: at once
 * @downs: a link flaps that went down so often
 * @within: ms, from the first of these to the last
 */
struct policy {
	struct policy_partition *partitions;
	size_t partition_count;
	bool drain;
	uint32_t min_links;
	uint32_t min_lanes;
	uint32_t holddown;
	uint32_t downs;
	uint64_t within;
};

/* Everybody in partition 1, and all that works is used at once. */
void policy_default(struct policy *policy);
void policy_free(struct policy *policy);

/* Without a partition; all else stays. */
void policy_clear(struct policy *policy);

/* Who is meant to be in the partition, of the endpoints of the model. */
struct bits policy_members(const struct policy_partition *partition,
			   const struct model *model);

/* Whether routes use the link behind a port. */
bool policy_uses(const struct policy *policy, const struct nvlf_port *port);

#endif /* NVLF_FM_POLICY_H */
