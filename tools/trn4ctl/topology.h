/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topology.h - the fabric as a picture: devices in the order of where they
 * stand, and the links that join them.
 */
#ifndef TRN4CTL_TOPOLOGY_H
#define TRN4CTL_TOPOLOGY_H

#include "names.h"
#include "nvlf_client.h"

/**
 * struct node - an endpoint or a switch
 * @type: nvlf_endpoint_type or nvlf_switch_type
 * @record: what the kernel told of it
 * @name: the same, as both kinds have it
 */
struct node {
	const struct nvlf_type *type;
	const void *record;
	struct device_name name;
};

/**
 * struct topology - the fabric
 * @endpoints: struct nvlf_endpoint
 * @switches: struct nvlf_switch
 * @ports: struct nvlf_port, of endpoints
 * @nodes: endpoints, then switches, each by rack, tray, slot and number
 * @up: links that are up: a row for each endpoint of @nodes, a column for each
 *	switch
 * @narrow: how many of them lack lanes
 */
struct topology {
	struct nvlf_list endpoints;
	struct nvlf_list switches;
	struct nvlf_list ports;
	struct node *nodes;
	unsigned int *up;
	unsigned int *narrow;
};

static inline const struct node *endpoint_node(const struct topology *t,
					       size_t i)
{
	return &t->nodes[i];
}

static inline const struct node *switch_node(const struct topology *t, size_t i)
{
	return &t->nodes[t->endpoints.count + i];
}

static inline unsigned int links_up(const struct topology *t, size_t e,
				    size_t s)
{
	return t->up[e * t->switches.count + s];
}

static inline unsigned int links_narrow(const struct topology *t, size_t e,
					size_t s)
{
	return t->narrow[e * t->switches.count + s];
}

/* Whether two nodes stand in one tray, as far as they say. */
bool same_tray(const struct node *a, const struct node *b);

/* The fabric for Graphviz, and as a picture of its own. */
void draw_dot(const struct topology *t);
void draw_svg(const struct topology *t);

#endif /* TRN4CTL_TOPOLOGY_H */
