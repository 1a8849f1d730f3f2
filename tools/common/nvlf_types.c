// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nvlf_types.c - the fields of the fabric's objects: attribute, place in the
 * record, name. All that knows one of them by name is driven by these tables.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "nvlf_types.h"
#include "out.h"

/* ---- Names of values ---------------------------------------------------- */

static const char *const owner_names[] = {
	[NVLF_OWNER_ENDPOINT] = "endpoint",
	[NVLF_OWNER_SWITCH] = "switch",
};

static const char *const state_names[] = {
	[NVLF_PORT_STATE_OFF] = "off",
	[NVLF_PORT_STATE_DETECT] = "detect",
	[NVLF_PORT_STATE_TRAIN] = "train",
	[NVLF_PORT_STATE_ACTIVE] = "active",
	[NVLF_PORT_STATE_DEGRADED] = "degraded",
	[NVLF_PORT_STATE_FAULT] = "fault",
};

static const char *const health_names[] = {
	[NVLF_HEALTH_STATE_HEALTHY] = "healthy",
	[NVLF_HEALTH_STATE_DEGRADED] = "degraded",
	[NVLF_HEALTH_STATE_ISOLATED] = "isolated",
	[NVLF_HEALTH_STATE_MISCONFIGURED] = "misconfigured",
};

static const char *const cause_names[] = {
	[NVLF_HEALTH_CAUSE_NONE] = "none",
	[NVLF_HEALTH_CAUSE_NO_LINK] = "no-link",
	[NVLF_HEALTH_CAUSE_LINKS_DOWN] = "links-down",
	[NVLF_HEALTH_CAUSE_LANES_LOST] = "lanes-lost",
	[NVLF_HEALTH_CAUSE_NO_PARTITION] = "no-partition",
	[NVLF_HEALTH_CAUSE_NO_ROUTE] = "no-route",
	[NVLF_HEALTH_CAUSE_PEERS_DOWN] = "peers-down",
	[NVLF_HEALTH_CAUSE_MISWIRED] = "miswired",
};

static const char *const broken_names[] = {
	[NVLF_BROKEN_NOTHING] = "nothing",
	[NVLF_BROKEN_NO_ENDPOINT] = "no-endpoint",
	[NVLF_BROKEN_NO_PARTITION] = "no-partition",
	[NVLF_BROKEN_NO_LINK] = "no-link",
	[NVLF_BROKEN_NO_ROUTE] = "no-route",
	[NVLF_BROKEN_ROUTE_DOWN] = "route-down",
	[NVLF_BROKEN_NO_SWITCH] = "no-switch",
};

static const char *const severity_names[] = {
	[NVLF_SEVERITY_INFO] = "info",
	[NVLF_SEVERITY_DEGRADED] = "degraded",
	[NVLF_SEVERITY_ERROR] = "error",
	[NVLF_SEVERITY_FATAL] = "fatal",
};

static const char *const scope_names[] = {
	[NVLF_SCOPE_PORT] = "port",
	[NVLF_SCOPE_DEVICE] = "device",
	[NVLF_SCOPE_FABRIC] = "fabric",
};

static const char *const error_names[] = {
	[NVLF_ERROR_NONE] = "none",
	[NVLF_ERROR_LINK_DOWN] = "link-down",
	[NVLF_ERROR_TRAIN_FAILED] = "train-failed",
	[NVLF_ERROR_LANES] = "lanes",
	[NVLF_ERROR_CRC] = "crc",
	[NVLF_ERROR_UNCORRECTABLE] = "uncorrectable",
	[NVLF_ERROR_FLAPPING] = "flapping",
	[NVLF_ERROR_MISWIRED] = "miswired",
	[NVLF_ERROR_OVERHEAT] = "overheat",
	[NVLF_ERROR_ACCESS] = "access",
};

static const char *const manager_names[] = {
	[NVLF_MANAGER_STATE_OFFLINE] = "offline",
	[NVLF_MANAGER_STATE_STANDBY] = "standby",
	[NVLF_MANAGER_STATE_CONFIGURED] = "configured",
	[NVLF_MANAGER_STATE_TIMEOUT] = "timeout",
};

/* ---- Fields ------------------------------------------------------------- */

#define FIELD(type, member, text, number, what) \
	.name = text, .attr = number, .kind = what, \
	.offset = offsetof(struct type, member), \
	.size = sizeof(((struct type *)NULL)->member)
#define NAMES(array) .values = array, .value_count = ARRAY_SIZE(array)

/* What endpoints and switches say of where they stand */
#define PLACE_FIELDS(type, prefix) \
	{ FIELD(type, place.cluster_uuid, "cluster-uuid", \
		prefix##_CLUSTER_UUID, NVLF_UUID) }, \
		{ FIELD(type, place.rack, "rack", prefix##_RACK, NVLF_U32) }, \
		{ FIELD(type, place.tray, "tray", prefix##_TRAY, NVLF_U32) }, \
		{ FIELD(type, place.slot, "slot", prefix##_SLOT, NVLF_U32) }, \
		{ FIELD(type, place.host, "host", prefix##_HOST, NVLF_U32) }, \
	{ \
		FIELD(type, place.serial, "serial", prefix##_SERIAL, \
		      NVLF_STRING) \
	}

#define FIELDS(array) .fields = array, .field_count = ARRAY_SIZE(array)

static const struct nvlf_field endpoint_fields[] = {
	{ FIELD(nvlf_endpoint, target_id, "target-id",
		NVLF_A_ENDPOINT_TARGET_ID, NVLF_U32) },
	{ FIELD(nvlf_endpoint, guid, "guid", NVLF_A_ENDPOINT_GUID, NVLF_GUID) },
	{ FIELD(nvlf_endpoint, device, "device", NVLF_A_ENDPOINT_DEVICE,
		NVLF_STRING) },
	{ FIELD(nvlf_endpoint, ports, "ports", NVLF_A_ENDPOINT_PORTS,
		NVLF_U32) },
	{ FIELD(nvlf_endpoint, ports_up, "ports-up", NVLF_A_ENDPOINT_PORTS_UP,
		NVLF_U32) },
	{ FIELD(nvlf_endpoint, reachable, "reachable",
		NVLF_A_ENDPOINT_REACHABLE, NVLF_BITS) },
	PLACE_FIELDS(nvlf_endpoint, NVLF_A_ENDPOINT),
};

const struct nvlf_type nvlf_endpoint_type = {
	.name = "endpoint",
	.size = sizeof(struct nvlf_endpoint),
	FIELDS(endpoint_fields),
	.key_count = 1,
	.get = NVLF_CMD_ENDPOINT_GET,
};

static const struct nvlf_field switch_fields[] = {
	{ FIELD(nvlf_switch, id, "id", NVLF_A_SWITCH_ID, NVLF_U32) },
	{ FIELD(nvlf_switch, guid, "guid", NVLF_A_SWITCH_GUID, NVLF_GUID) },
	{ FIELD(nvlf_switch, device, "device", NVLF_A_SWITCH_DEVICE,
		NVLF_STRING) },
	{ FIELD(nvlf_switch, ports, "ports", NVLF_A_SWITCH_PORTS, NVLF_U32) },
	{ FIELD(nvlf_switch, ports_up, "ports-up", NVLF_A_SWITCH_PORTS_UP,
		NVLF_U32) },
	{ FIELD(nvlf_switch, routes, "routes", NVLF_A_SWITCH_ROUTES,
		NVLF_U32) },
	PLACE_FIELDS(nvlf_switch, NVLF_A_SWITCH),
};

const struct nvlf_type nvlf_switch_type = {
	.name = "switch",
	.size = sizeof(struct nvlf_switch),
	FIELDS(switch_fields),
	.key_count = 1,
	.get = NVLF_CMD_SWITCH_GET,
};

static const struct nvlf_field port_fields[] = {
	{ FIELD(nvlf_port, owner, "owner", NVLF_A_PORT_OWNER, NVLF_U32),
	  NAMES(owner_names) },
	{ FIELD(nvlf_port, owner_id, "owner-id", NVLF_A_PORT_OWNER_ID,
		NVLF_U32) },
	{ FIELD(nvlf_port, index, "index", NVLF_A_PORT_INDEX, NVLF_U32) },
	{ FIELD(nvlf_port, state, "state", NVLF_A_PORT_STATE, NVLF_U32),
	  NAMES(state_names) },
	{ FIELD(nvlf_port, partner, "partner", NVLF_A_PORT_PARTNER, NVLF_U32),
	  NAMES(owner_names) },
	{ FIELD(nvlf_port, partner_id, "partner-id", NVLF_A_PORT_PARTNER_ID,
		NVLF_U32) },
	{ FIELD(nvlf_port, partner_port, "partner-port",
		NVLF_A_PORT_PARTNER_PORT, NVLF_U32) },
	{ FIELD(nvlf_port, partner_guid, "partner-guid",
		NVLF_A_PORT_PARTNER_GUID, NVLF_GUID) },
	{ FIELD(nvlf_port, trainings, "trainings", NVLF_A_PORT_TRAININGS,
		NVLF_U32) },
	{ FIELD(nvlf_port, lanes, "lanes", NVLF_A_PORT_LANES, NVLF_U32) },
	{ FIELD(nvlf_port, lanes_up, "lanes-up", NVLF_A_PORT_LANES_UP,
		NVLF_U32) },
	{ FIELD(nvlf_port, state_ms, "state-ms", NVLF_A_PORT_STATE_MS,
		NVLF_U64) },
	{ FIELD(nvlf_port, enable, "enable", NVLF_A_PORT_ENABLE, NVLF_U32) },
	{ FIELD(nvlf_port, retrain, "retrain", NVLF_A_PORT_RETRAIN,
		NVLF_FLAG) },
	{ FIELD(nvlf_port, reset, "reset", NVLF_A_PORT_RESET, NVLF_FLAG) },
	{ FIELD(nvlf_port, clear, "clear", NVLF_A_PORT_CLEAR, NVLF_FLAG) },
};

const struct nvlf_type nvlf_port_type = {
	.name = "port",
	.size = sizeof(struct nvlf_port),
	FIELDS(port_fields),
	.key_count = 3,
	.get = NVLF_CMD_PORT_GET,
	.set = NVLF_CMD_PORT_SET,
};

static const struct nvlf_field route_fields[] = {
	{ FIELD(nvlf_route, switch_id, "switch-id", NVLF_A_ROUTE_SWITCH_ID,
		NVLF_U32) },
	{ FIELD(nvlf_route, target_id, "target-id", NVLF_A_ROUTE_TARGET_ID,
		NVLF_U32) },
	{ FIELD(nvlf_route, ports, "ports", NVLF_A_ROUTE_PORTS, NVLF_BITS) },
};

const struct nvlf_type nvlf_route_type = {
	.name = "route",
	.size = sizeof(struct nvlf_route),
	FIELDS(route_fields),
	.key_count = 2,
	.get = NVLF_CMD_ROUTE_GET,
	.set = NVLF_CMD_ROUTE_SET,
	.del = NVLF_CMD_ROUTE_DEL,
};

static const struct nvlf_field route_entry_fields[] = {
	{ FIELD(nvlf_route_entry, target_id, "target-id",
		NVLF_A_ROUTE_ENTRY_TARGET_ID, NVLF_U32) },
	{ FIELD(nvlf_route_entry, ports, "ports", NVLF_A_ROUTE_ENTRY_PORTS,
		NVLF_BITS) },
};

static const struct nvlf_type nvlf_route_entry_type = {
	.name = "route entry",
	.size = sizeof(struct nvlf_route_entry),
	FIELDS(route_entry_fields),
	.key_count = 1,
};

static const struct nvlf_field route_table_fields[] = {
	{ FIELD(nvlf_route_table, switch_id, "switch-id",
		NVLF_A_ROUTE_SWITCH_ID, NVLF_U32) },
	{ FIELD(nvlf_route_table, replace, "replace", NVLF_A_ROUTE_REPLACE,
		NVLF_FLAG) },
	{ FIELD(nvlf_route_table, entries, "entry", NVLF_A_ROUTE_ENTRY,
		NVLF_NEST),
	  .nested = &nvlf_route_entry_type },
	{ FIELD(nvlf_route_table, generation, "generation",
		NVLF_A_ROUTE_GENERATION, NVLF_U32) },
};

const struct nvlf_type nvlf_route_table_type = {
	.name = "route table",
	.size = sizeof(struct nvlf_route_table),
	FIELDS(route_table_fields),
	.key_count = 1,
	.set = NVLF_CMD_ROUTE_TABLE_SET,
};

static const struct nvlf_field partition_fields[] = {
	{ FIELD(nvlf_partition, id, "id", NVLF_A_PARTITION_ID, NVLF_U32) },
	{ FIELD(nvlf_partition, members, "members", NVLF_A_PARTITION_MEMBERS,
		NVLF_BITS) },
};

const struct nvlf_type nvlf_partition_type = {
	.name = "partition",
	.size = sizeof(struct nvlf_partition),
	FIELDS(partition_fields),
	.key_count = 1,
	.get = NVLF_CMD_PARTITION_GET,
	.set = NVLF_CMD_PARTITION_SET,
	.del = NVLF_CMD_PARTITION_DEL,
};

static const struct nvlf_field group_fields[] = {
	{ FIELD(nvlf_group, id, "id", NVLF_A_GROUP_ID, NVLF_U32) },
	{ FIELD(nvlf_group, partition_id, "partition-id",
		NVLF_A_GROUP_PARTITION_ID, NVLF_U32) },
	{ FIELD(nvlf_group, members, "members", NVLF_A_GROUP_MEMBERS,
		NVLF_BITS) },
};

const struct nvlf_type nvlf_group_type = {
	.name = "group",
	.size = sizeof(struct nvlf_group),
	FIELDS(group_fields),
	.key_count = 1,
	.get = NVLF_CMD_GROUP_GET,
	.set = NVLF_CMD_GROUP_SET,
	.del = NVLF_CMD_GROUP_DEL,
};

static const struct nvlf_field counter_fields[] = {
	{ FIELD(nvlf_counter, owner, "owner", NVLF_A_COUNTER_OWNER, NVLF_U32),
	  NAMES(owner_names) },
	{ FIELD(nvlf_counter, owner_id, "owner-id", NVLF_A_COUNTER_OWNER_ID,
		NVLF_U32) },
	{ FIELD(nvlf_counter, index, "index", NVLF_A_COUNTER_INDEX, NVLF_U32) },
	{ FIELD(nvlf_counter, tx_bytes, "tx-bytes", NVLF_A_COUNTER_TX_BYTES,
		NVLF_U64) },
	{ FIELD(nvlf_counter, rx_bytes, "rx-bytes", NVLF_A_COUNTER_RX_BYTES,
		NVLF_U64) },
	{ FIELD(nvlf_counter, tx_packets, "tx-packets",
		NVLF_A_COUNTER_TX_PACKETS, NVLF_U64) },
	{ FIELD(nvlf_counter, rx_packets, "rx-packets",
		NVLF_A_COUNTER_RX_PACKETS, NVLF_U64) },
	{ FIELD(nvlf_counter, replays, "replays", NVLF_A_COUNTER_REPLAYS,
		NVLF_U64) },
	{ FIELD(nvlf_counter, recoveries, "recoveries",
		NVLF_A_COUNTER_RECOVERIES, NVLF_U64) },
	{ FIELD(nvlf_counter, uncorrectable, "uncorrectable",
		NVLF_A_COUNTER_UNCORRECTABLE, NVLF_U64) },
	{ FIELD(nvlf_counter, crc, "crc", NVLF_A_COUNTER_CRC, NVLF_LANES) },
};

const struct nvlf_type nvlf_counter_type = {
	.name = "counter",
	.size = sizeof(struct nvlf_counter),
	FIELDS(counter_fields),
	.key_count = 3,
	.get = NVLF_CMD_COUNTER_GET,
};

static const struct nvlf_field health_fields[] = {
	{ FIELD(nvlf_health, target_id, "target-id", NVLF_A_HEALTH_TARGET_ID,
		NVLF_U32) },
	{ FIELD(nvlf_health, state, "state", NVLF_A_HEALTH_STATE, NVLF_U32),
	  NAMES(health_names) },
	{ FIELD(nvlf_health, cause, "cause", NVLF_A_HEALTH_CAUSE, NVLF_U32),
	  NAMES(cause_names) },
	{ FIELD(nvlf_health, links, "links", NVLF_A_HEALTH_LINKS, NVLF_U32) },
	{ FIELD(nvlf_health, links_up, "links-up", NVLF_A_HEALTH_LINKS_UP,
		NVLF_U32) },
	{ FIELD(nvlf_health, lanes, "lanes", NVLF_A_HEALTH_LANES, NVLF_U32) },
	{ FIELD(nvlf_health, lanes_up, "lanes-up", NVLF_A_HEALTH_LANES_UP,
		NVLF_U32) },
	{ FIELD(nvlf_health, peers, "peers", NVLF_A_HEALTH_PEERS, NVLF_U32) },
	{ FIELD(nvlf_health, peers_reached, "peers-reached",
		NVLF_A_HEALTH_PEERS_REACHED, NVLF_U32) },
	{ FIELD(nvlf_health, reason, "reason", NVLF_A_HEALTH_REASON,
		NVLF_STRING) },
};

const struct nvlf_type nvlf_health_type = {
	.name = "health",
	.size = sizeof(struct nvlf_health),
	FIELDS(health_fields),
	.key_count = 1,
	.get = NVLF_CMD_HEALTH_GET,
};

static const struct nvlf_field hop_fields[] = {
	{ FIELD(nvlf_hop, switch_id, "switch-id", NVLF_A_HOP_SWITCH_ID,
		NVLF_U32) },
	{ FIELD(nvlf_hop, links_in, "links-in", NVLF_A_HOP_LINKS_IN,
		NVLF_U32) },
	{ FIELD(nvlf_hop, links_out, "links-out", NVLF_A_HOP_LINKS_OUT,
		NVLF_U32) },
	{ FIELD(nvlf_hop, broken, "broken", NVLF_A_HOP_BROKEN, NVLF_U32),
	  NAMES(broken_names) },
	{ FIELD(nvlf_hop, reason, "reason", NVLF_A_HOP_REASON, NVLF_STRING) },
};

static const struct nvlf_type nvlf_hop_type = {
	.name = "hop",
	.size = sizeof(struct nvlf_hop),
	FIELDS(hop_fields),
	.key_count = 1,
};

static const struct nvlf_field diagnose_fields[] = {
	{ FIELD(nvlf_diagnose, src, "src", NVLF_A_DIAGNOSE_SRC, NVLF_U32) },
	{ FIELD(nvlf_diagnose, dst, "dst", NVLF_A_DIAGNOSE_DST, NVLF_U32) },
	{ FIELD(nvlf_diagnose, broken, "broken", NVLF_A_DIAGNOSE_BROKEN,
		NVLF_U32),
	  NAMES(broken_names) },
	{ FIELD(nvlf_diagnose, reason, "reason", NVLF_A_DIAGNOSE_REASON,
		NVLF_STRING) },
	{ FIELD(nvlf_diagnose, hops, "hop", NVLF_A_DIAGNOSE_HOP, NVLF_NEST),
	  .nested = &nvlf_hop_type },
};

const struct nvlf_type nvlf_diagnose_type = {
	.name = "diagnose",
	.size = sizeof(struct nvlf_diagnose),
	FIELDS(diagnose_fields),
	.key_count = 2,
	.get = NVLF_CMD_DIAGNOSE,
};

static const struct nvlf_field log_fields[] = {
	{ FIELD(nvlf_log, owner, "owner", NVLF_A_LOG_OWNER, NVLF_U32),
	  NAMES(owner_names) },
	{ FIELD(nvlf_log, owner_id, "owner-id", NVLF_A_LOG_OWNER_ID,
		NVLF_U32) },
	{ FIELD(nvlf_log, index, "index", NVLF_A_LOG_INDEX, NVLF_U64) },
	{ FIELD(nvlf_log, time, "time", NVLF_A_LOG_TIME, NVLF_U64) },
	{ FIELD(nvlf_log, error, "error", NVLF_A_LOG_ERROR, NVLF_U32),
	  NAMES(error_names) },
	{ FIELD(nvlf_log, severity, "severity", NVLF_A_LOG_SEVERITY, NVLF_U32),
	  NAMES(severity_names) },
	{ FIELD(nvlf_log, scope, "scope", NVLF_A_LOG_SCOPE, NVLF_U32),
	  NAMES(scope_names) },
	{ FIELD(nvlf_log, port, "port", NVLF_A_LOG_PORT, NVLF_U32) },
	{ FIELD(nvlf_log, detail, "detail", NVLF_A_LOG_DETAIL, NVLF_U64) },
};

const struct nvlf_type nvlf_log_type = {
	.name = "log",
	.size = sizeof(struct nvlf_log),
	FIELDS(log_fields),
	.get = NVLF_CMD_LOG_GET,
};

static const struct nvlf_field manager_fields[] = {
	{ FIELD(nvlf_manager, state, "state", NVLF_A_MANAGER_STATE, NVLF_U32),
	  NAMES(manager_names) },
	{ FIELD(nvlf_manager, name, "name", NVLF_A_MANAGER_NAME, NVLF_STRING) },
	{ FIELD(nvlf_manager, port_id, "port-id", NVLF_A_MANAGER_PORT_ID,
		NVLF_U32) },
	{ FIELD(nvlf_manager, timeout, "timeout", NVLF_A_MANAGER_TIMEOUT,
		NVLF_U32) },
	{ FIELD(nvlf_manager, heard_ms, "heard-ms", NVLF_A_MANAGER_HEARD_MS,
		NVLF_U64) },
	{ FIELD(nvlf_manager, takeover, "takeover", NVLF_A_MANAGER_TAKEOVER,
		NVLF_FLAG) },
	{ FIELD(nvlf_manager, configured, "configured",
		NVLF_A_MANAGER_CONFIGURED, NVLF_U32) },
};

const struct nvlf_type nvlf_manager_type = {
	.name = "manager",
	.size = sizeof(struct nvlf_manager),
	FIELDS(manager_fields),
	.get = NVLF_CMD_MANAGER_GET,
	.set = NVLF_CMD_MANAGER_ATTACH,
};

static const struct nvlf_field fabric_fields[] = {
	{ FIELD(nvlf_fabric, generation, "generation", NVLF_A_FABRIC_GENERATION,
		NVLF_U32) },
	{ FIELD(nvlf_fabric, endpoints, "endpoints", NVLF_A_FABRIC_ENDPOINTS,
		NVLF_U32) },
	{ FIELD(nvlf_fabric, switches, "switches", NVLF_A_FABRIC_SWITCHES,
		NVLF_U32) },
	{ FIELD(nvlf_fabric, routes, "routes", NVLF_A_FABRIC_ROUTES,
		NVLF_U32) },
	{ FIELD(nvlf_fabric, partitions, "partitions", NVLF_A_FABRIC_PARTITIONS,
		NVLF_U32) },
	{ FIELD(nvlf_fabric, groups, "groups", NVLF_A_FABRIC_GROUPS,
		NVLF_U32) },
	{ FIELD(nvlf_fabric, pairs, "pairs", NVLF_A_FABRIC_PAIRS, NVLF_U32) },
	{ FIELD(nvlf_fabric, pairs_reached, "pairs-reached",
		NVLF_A_FABRIC_PAIRS_REACHED, NVLF_U32) },
	{ FIELD(nvlf_fabric, manager, "manager", NVLF_A_FABRIC_MANAGER,
		NVLF_U32),
	  NAMES(manager_names) },
};

const struct nvlf_type nvlf_fabric_type = {
	.name = "fabric",
	.size = sizeof(struct nvlf_fabric),
	FIELDS(fabric_fields),
	.get = NVLF_CMD_FABRIC_GET,
};

/* ---- Notifications ------------------------------------------------------ */

#define EVENT(name, text, what) \
	{ \
		NVLF_CMD_##name, text, &nvlf_##what##_type \
	}

static const struct nvlf_event_type event_types[] = {
	EVENT(ENDPOINT_NTF, "endpoint-ntf", endpoint),
	EVENT(ENDPOINT_DEL_NTF, "endpoint-del-ntf", endpoint),
	EVENT(SWITCH_NTF, "switch-ntf", switch),
	EVENT(SWITCH_DEL_NTF, "switch-del-ntf", switch),
	EVENT(PORT_NTF, "port-ntf", port),
	EVENT(ROUTE_NTF, "route-ntf", route),
	EVENT(ROUTE_DEL_NTF, "route-del-ntf", route),
	EVENT(PARTITION_NTF, "partition-ntf", partition),
	EVENT(PARTITION_DEL_NTF, "partition-del-ntf", partition),
	EVENT(GROUP_NTF, "group-ntf", group),
	EVENT(GROUP_DEL_NTF, "group-del-ntf", group),
	EVENT(HEALTH_NTF, "health-ntf", health),
	EVENT(LOG_NTF, "log-ntf", log),
	EVENT(MANAGER_NTF, "manager-ntf", manager),
	EVENT(FABRIC_NTF, "fabric-ntf", fabric),
};

const struct nvlf_event_type *nvlf_event_type(uint8_t command)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(event_types); i++) {
		if (event_types[i].command == command)
			return &event_types[i];
	}
	return NULL;
}

/* ---- Words and JSON ----------------------------------------------------- */

bool nvlf_port_up(const struct nvlf_port *port)
{
	return port->state == NVLF_PORT_STATE_ACTIVE ||
	       port->state == NVLF_PORT_STATE_DEGRADED;
}

const char *nvlf_value_name(const struct nvlf_field *field, uint32_t value)
{
	return value < field->value_count ? field->values[value] : "unknown";
}

const char *nvlf_state_name(uint32_t state)
{
	return nvlf_value_name(&port_fields[NVLF_PORT_STATE], state);
}

const char *nvlf_owner_name(uint32_t owner)
{
	return nvlf_value_name(&port_fields[NVLF_PORT_OWNER], owner);
}

/* Hyphens stand before these bytes. */
static bool hyphen_before(unsigned int byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_format(const uint8_t uuid[NVLF_UUID_LEN], char text[UUID_TEXT])
{
	unsigned int i, n = 0;

	for (i = 0; i < NVLF_UUID_LEN; i++)
		n += snprintf(text + n, UUID_TEXT - n, "%s%02x",
			      hyphen_before(i) ? "-" : "", uuid[i]);
}

int uuid_parse(const char *text, uint8_t uuid[NVLF_UUID_LEN])
{
	uint8_t bytes[NVLF_UUID_LEN];
	unsigned int i;

	for (i = 0; i < NVLF_UUID_LEN; i++) {
		char digits[3] = {};

		if (hyphen_before(i) && *text++ != '-')
			return -EINVAL;
		if (!isxdigit((unsigned char)text[0]) ||
		    !isxdigit((unsigned char)text[1]))
			return -EINVAL;
		memcpy(digits, text, 2);
		bytes[i] = strtoul(digits, NULL, 16);
		text += 2;
	}
	if (*text)
		return -EINVAL;
	memcpy(uuid, bytes, sizeof(bytes));
	return 0;
}

struct json_object *bits_json(const struct bits *bits)
{
	struct json_object *array = must(json_object_new_array());
	unsigned int n;

	for (n = bits_next(bits, 0); n < BITS_MAX; n = bits_next(bits, n + 1))
		json_object_array_add(array, must(json_object_new_int(n)));
	return array;
}

static struct json_object *lanes_json(const struct nvlf_lanes *lanes)
{
	struct json_object *array = must(json_object_new_array());
	unsigned int n;

	for (n = 0; n < lanes->count; n++)
		json_object_array_add(array,
				      must(json_object_new_uint64(lanes->value
									  [n])));
	return array;
}

static struct json_object *nest_json(const struct nvlf_type *type,
				     const struct nvlf_list *list)
{
	struct json_object *array = must(json_object_new_array());
	const char *record = list->records;
	size_t i;

	for (i = 0; i < list->count; i++, record += type->size)
		json_object_array_add(array, nvlf_json(type, record));
	return array;
}

static struct json_object *field_json(const struct nvlf_field *field,
				      const void *place)
{
	char text[UUID_TEXT];
	uint32_t u32;
	uint64_t u64;

	switch (field->kind) {
	case NVLF_U32:
		memcpy(&u32, place, sizeof(u32));
		if (field->values)
			return json_object_new_string(nvlf_value_name(field,
								      u32));
		return json_object_new_int64(u32);
	case NVLF_U64:
		memcpy(&u64, place, sizeof(u64));
		return json_object_new_uint64(u64);
	case NVLF_GUID:
		/* As text, for readers whose numbers are doubles. */
		memcpy(&u64, place, sizeof(u64));
		snprintf(text, sizeof(text), "0x%016" PRIx64, u64);
		return json_object_new_string(text);
	case NVLF_FLAG:
		return json_object_new_boolean(*(const bool *)place);
	case NVLF_STRING:
		return json_object_new_string(place);
	case NVLF_BITS:
		return bits_json(place);
	case NVLF_UUID:
		uuid_format(place, text);
		return json_object_new_string(text);
	case NVLF_LANES:
		return lanes_json(place);
	case NVLF_NEST:
		return nest_json(field->nested, place);
	}
	return NULL;
}

struct json_object *nvlf_json(const struct nvlf_type *type, const void *record)
{
	struct json_object *object = must(json_object_new_object());
	const struct nvlf_field *field;
	uint32_t present;
	unsigned int i;

	memcpy(&present, record, sizeof(present));
	for (i = 0; i < type->field_count; i++) {
		field = &type->fields[i];
		if (nvlf_has(present, i))
			json_add(object, field->name,
				 field_json(field, (const char *)record +
							   field->offset));
	}
	return object;
}

void nvlf_record_free(const struct nvlf_type *type, void *record)
{
	struct nvlf_list *list;
	unsigned int i;

	for (i = 0; i < type->field_count; i++) {
		if (type->fields[i].kind != NVLF_NEST)
			continue;
		list = (void *)((char *)record + type->fields[i].offset);
		free(list->records);
		*list = (struct nvlf_list) {};
	}
}

void nvlf_list_free(struct nvlf_list *list)
{
	free(list->records);
	*list = (struct nvlf_list) {};
}
