/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fabric.h - the fabric as netlink tells it, and the few states of it that
 * tests start from.
 */
#ifndef SELFTESTS_FABRIC_H
#define SELFTESTS_FABRIC_H

#include "nvlf_nl.h"

#define FABRIC_ENDPOINTS 72
#define FABRIC_SWITCHES  36
#define FABRIC_PORTS     (FABRIC_ENDPOINTS * 36 + FABRIC_SWITCHES * 72)
#define FABRIC_SET       (NVLF_MEMBERS_LEN_MAX) /* bytes of a bitmap */
#define FABRIC_PORTS_LEN 9 /* bytes for the 72 ports of a switch */
#define FABRIC_NONE      0xffffffffu

/* Where a device stands; FABRIC_NONE, zero or "" where that was not told */
struct fabric_location {
	__u8 uuid[NVLF_UUID_LEN];
	__u32 rack, tray, slot, host;
	char serial[32];
};

/* What endpoint-get says; @reachable has a bit for each target id */
struct fabric_endpoint {
	__u32 id, ports, ports_up;
	__u64 guid;
	char device[32];
	struct fabric_location location;
	__u8 reachable[FABRIC_SET];
};

/* What switch-get says */
struct fabric_switch {
	__u32 id, ports, ports_up, routes;
	__u64 guid;
	char device[32];
	struct fabric_location location;
};

/* What port-get says; @partner is FABRIC_NONE where none was told */
struct fabric_port {
	__u32 owner, owner_id, index, state, trainings;
	__u32 lanes, lanes_up, enable;
	__u32 partner, partner_id, partner_port;
	__u64 partner_guid;
	__u64 state_ms; /* goes up all the time */
};

/* What route-get says */
struct fabric_route {
	__u32 switch_id, target;
	__u8 ports[NVLF_PORTS_LEN_MAX];
};

/* What partition-get says */
struct fabric_partition {
	__u32 id;
	__u8 members[FABRIC_SET];
};

/* What group-get says */
struct fabric_group {
	__u32 id, partition;
	__u8 members[FABRIC_SET];
};

/* What fabric-get says */
struct fabric_whole {
	__u32 generation, endpoints, switches, routes, partitions;
	__u32 groups, pairs, reached, manager;
};

/* Endpoints, switches and ports; large, so not for the stack */
struct fabric {
	struct fabric_endpoint endpoints[FABRIC_ENDPOINTS];
	struct fabric_switch switches[FABRIC_SWITCHES];
	struct fabric_port ports[FABRIC_PORTS];
	unsigned int endpoint_count, switch_count, port_count;
};

/* Each returns 0, or -EBADMSG where something lacks or is malformed */
int fabric_parse_endpoint(const struct nl_reply *reply,
			  struct fabric_endpoint *endpoint);
int fabric_parse_switch(const struct nl_reply *reply, struct fabric_switch *sw);
int fabric_parse_port(const struct nl_reply *reply, struct fabric_port *port);
int fabric_parse_route(const struct nl_reply *reply,
		       struct fabric_route *route);
int fabric_parse_partition(const struct nl_reply *reply,
			   struct fabric_partition *partition);
int fabric_parse_group(const struct nl_reply *reply,
		       struct fabric_group *group);

int fabric_whole(struct nl *nl, struct fabric_whole *whole);
int fabric_load(struct nl *nl, struct fabric *fabric);
int fabric_load_trained(struct nl *nl, struct fabric *fabric);
int fabric_routes(struct nl *nl, struct fabric_route *list, unsigned int max);
int fabric_partitions(struct nl *nl, struct fabric_partition *list,
		      unsigned int max);
int fabric_groups(struct nl *nl, struct fabric_group *list, unsigned int max);
const struct fabric_port *fabric_port(const struct fabric *fabric, __u32 owner,
				      __u32 id, __u32 index);

/* Why a test is skipped where fabric_begin() returns -ENODEV */
#define FABRIC_NEEDS "needs the family nvlf, a switch and endpoints: %d"

int fabric_begin(struct nl *nl, struct fabric **fabric, unsigned int endpoints);
int fabric_end(struct nl *nl, struct fabric *fabric);
int fabric_clear(struct nl *nl);
int fabric_open_all(struct nl *nl, const struct fabric *fabric);
void fabric_ports_to(const struct fabric *fabric, __u32 sw, __u32 target,
		     __u8 *ports);
int fabric_route(struct nl *nl, const struct fabric *fabric, __u32 sw,
		 __u32 target);
void fabric_table(struct nl_request *req, __u32 sw, bool replace);
void fabric_table_entry(struct nl_request *req, __u32 target,
			const __u8 *ports);
int fabric_set_route(struct nl *nl, __u32 sw, __u32 target, const void *ports,
		     size_t len);
int fabric_unroute(struct nl *nl, __u32 sw, __u32 target);
int fabric_unroute_all(struct nl *nl, const struct fabric *fabric,
		       __u32 target);
int fabric_route_all(struct nl *nl, const struct fabric *fabric, __u32 target);
int fabric_set_partition(struct nl *nl, __u32 id, const __u32 *members,
			 unsigned int count);
int fabric_del_partition(struct nl *nl, __u32 id);
int fabric_del_group(struct nl *nl, __u32 id);
bool fabric_reaches(struct nl *nl, __u32 from, __u32 to);

static inline void bit_set(__u8 *map, unsigned int bit)
{
	map[bit / 8] |= 1u << bit % 8;
}

static inline bool bit_is(const __u8 *map, unsigned int bit)
{
	return map[bit / 8] >> bit % 8 & 1;
}

#endif /* SELFTESTS_FABRIC_H */
