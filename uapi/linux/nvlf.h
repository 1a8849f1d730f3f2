/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	uapi/netlink/nvlf.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_NVLF_H
#define _UAPI_LINUX_NVLF_H

#define NVLF_FAMILY_NAME	"nvlf"
#define NVLF_FAMILY_VERSION	1

#define NVLF_TARGET_MAX		2047
#define NVLF_PARTITION_MAX	65535
#define NVLF_PORTS_LEN_MAX	128
#define NVLF_MEMBERS_LEN_MAX	256

/**
 * enum nvlf_owner - The kind of device that a port belongs to.
 * @NVLF_OWNER_ENDPOINT: An accelerator.
 * @NVLF_OWNER_SWITCH: An NVLink switch.
 */
enum nvlf_owner {
	NVLF_OWNER_ENDPOINT,
	NVLF_OWNER_SWITCH,
};

/**
 * enum nvlf_port_state - What a port is doing, as its hardware says.
 * @NVLF_PORT_STATE_OFF: Disabled, or its device is in reset.
 * @NVLF_PORT_STATE_DETECT: Enabled, and nobody answers at the other end.
 * @NVLF_PORT_STATE_TRAIN: Both ends are training.
 * @NVLF_PORT_STATE_ACTIVE: Carries traffic at full width.
 * @NVLF_PORT_STATE_DEGRADED: Carries traffic with lanes missing.
 * @NVLF_PORT_STATE_FAULT: Training failed.
 */
enum nvlf_port_state {
	NVLF_PORT_STATE_OFF,
	NVLF_PORT_STATE_DETECT,
	NVLF_PORT_STATE_TRAIN,
	NVLF_PORT_STATE_ACTIVE,
	NVLF_PORT_STATE_DEGRADED,
	NVLF_PORT_STATE_FAULT,
};

#define NVLF_GROUP_MAX			1023
#define NVLF_UUID_LEN			16
#define NVLF_MANAGER_NAME_MAX		63
#define NVLF_MANAGER_TIMEOUT_MIN	100
#define NVLF_MANAGER_TIMEOUT_MAX	600000

/**
 * enum nvlf_health_state - What an endpoint can do, seen from the fabric.
 * @NVLF_HEALTH_STATE_HEALTHY: All its links are up, and it reaches all of its
 *   partitions.
 * @NVLF_HEALTH_STATE_DEGRADED: It reaches all that have links, with links,
 *   lanes or peers missing.
 * @NVLF_HEALTH_STATE_ISOLATED: It reaches nobody, or has nobody to reach.
 * @NVLF_HEALTH_STATE_MISCONFIGURED: It does not reach some that have links, or
 *   its cables are wrong.
 */
enum nvlf_health_state {
	NVLF_HEALTH_STATE_HEALTHY,
	NVLF_HEALTH_STATE_DEGRADED,
	NVLF_HEALTH_STATE_ISOLATED,
	NVLF_HEALTH_STATE_MISCONFIGURED,
};

/**
 * enum nvlf_health_cause - The first reason why an endpoint is not healthy.
 * @NVLF_HEALTH_CAUSE_NONE: It is healthy.
 * @NVLF_HEALTH_CAUSE_NO_LINK: None of its links is up.
 * @NVLF_HEALTH_CAUSE_LINKS_DOWN: Some of its links are down, or those of all
 *   routes to somebody.
 * @NVLF_HEALTH_CAUSE_LANES_LOST: Some of its links carry traffic with lanes
 *   missing.
 * @NVLF_HEALTH_CAUSE_NO_PARTITION: It is in no partition with anybody.
 * @NVLF_HEALTH_CAUSE_NO_ROUTE: A route between it and somebody in a common
 *   partition is missing.
 * @NVLF_HEALTH_CAUSE_PEERS_DOWN: Some in its partitions, or all, have no link
 *   that is up.
 * @NVLF_HEALTH_CAUSE_MISWIRED: A link leads to somebody who says that it leads
 *   elsewhere, or the device says that its cable is in the wrong place.
 */
enum nvlf_health_cause {
	NVLF_HEALTH_CAUSE_NONE,
	NVLF_HEALTH_CAUSE_NO_LINK,
	NVLF_HEALTH_CAUSE_LINKS_DOWN,
	NVLF_HEALTH_CAUSE_LANES_LOST,
	NVLF_HEALTH_CAUSE_NO_PARTITION,
	NVLF_HEALTH_CAUSE_NO_ROUTE,
	NVLF_HEALTH_CAUSE_PEERS_DOWN,
	NVLF_HEALTH_CAUSE_MISWIRED,
};

/**
 * enum nvlf_broken - What stands in the way of a pair at a hop.
 * @NVLF_BROKEN_NOTHING: The hop is good.
 * @NVLF_BROKEN_NO_ENDPOINT: No endpoint has that target id.
 * @NVLF_BROKEN_NO_PARTITION: The two are in no common partition.
 * @NVLF_BROKEN_NO_LINK: The endpoint has no link to the switch that is up.
 * @NVLF_BROKEN_NO_ROUTE: The switch has no route to the destination.
 * @NVLF_BROKEN_ROUTE_DOWN: No port of the switch's route to the destination is
 *   up.
 * @NVLF_BROKEN_NO_SWITCH: No switch is there, or its registers cannot be
 *   reached.
 */
enum nvlf_broken {
	NVLF_BROKEN_NOTHING,
	NVLF_BROKEN_NO_ENDPOINT,
	NVLF_BROKEN_NO_PARTITION,
	NVLF_BROKEN_NO_LINK,
	NVLF_BROKEN_NO_ROUTE,
	NVLF_BROKEN_ROUTE_DOWN,
	NVLF_BROKEN_NO_SWITCH,
};

/**
 * enum nvlf_severity - How bad an error is.
 * @NVLF_SEVERITY_INFO: The device mended it.
 * @NVLF_SEVERITY_DEGRADED: It works on, with less.
 * @NVLF_SEVERITY_ERROR: Something within the scope was lost; it goes on.
 * @NVLF_SEVERITY_FATAL: The scope is out of use until it is reset.
 */
enum nvlf_severity {
	NVLF_SEVERITY_INFO,
	NVLF_SEVERITY_DEGRADED,
	NVLF_SEVERITY_ERROR,
	NVLF_SEVERITY_FATAL,
};

/**
 * enum nvlf_scope - What an error affects, and nothing beyond it.
 * @NVLF_SCOPE_PORT: One port.
 * @NVLF_SCOPE_DEVICE: One endpoint or switch.
 * @NVLF_SCOPE_FABRIC: The fabric.
 */
enum nvlf_scope {
	NVLF_SCOPE_PORT,
	NVLF_SCOPE_DEVICE,
	NVLF_SCOPE_FABRIC,
};

/**
 * enum nvlf_error - Classes of errors.
 * @NVLF_ERROR_NONE: None.
 * @NVLF_ERROR_LINK_DOWN: A link that carried traffic ceased to; detail is its
 *   state now.
 * @NVLF_ERROR_TRAIN_FAILED: Training failed; detail is how often the port
 *   trained before.
 * @NVLF_ERROR_LANES: A link trained with lanes missing; detail is how many are
 *   up.
 * @NVLF_ERROR_CRC: CRC errors crossed a power of ten; detail is their number.
 * @NVLF_ERROR_UNCORRECTABLE: A packet was lost for good; detail is how many so
 *   far.
 * @NVLF_ERROR_FLAPPING: A link went down a third time within ten seconds.
 * @NVLF_ERROR_MISWIRED: A partner is not whom the wiring puts there; detail is
 *   its guid.
 * @NVLF_ERROR_OVERHEAT: Too hot; detail is thousandths of a degree Celsius.
 * @NVLF_ERROR_ACCESS: A register access was refused; detail is the device's
 *   code.
 */
enum nvlf_error {
	NVLF_ERROR_NONE,
	NVLF_ERROR_LINK_DOWN,
	NVLF_ERROR_TRAIN_FAILED,
	NVLF_ERROR_LANES,
	NVLF_ERROR_CRC,
	NVLF_ERROR_UNCORRECTABLE,
	NVLF_ERROR_FLAPPING,
	NVLF_ERROR_MISWIRED,
	NVLF_ERROR_OVERHEAT,
	NVLF_ERROR_ACCESS,
};

/**
 * enum nvlf_manager_state - Whether somebody manages the fabric.
 * @NVLF_MANAGER_STATE_OFFLINE: No manager is attached.
 * @NVLF_MANAGER_STATE_STANDBY: One is attached, and has not said that its work
 *   is done.
 * @NVLF_MANAGER_STATE_CONFIGURED: One is attached, and all is configured as it
 *   wants it.
 * @NVLF_MANAGER_STATE_TIMEOUT: The one that is attached has missed its
 *   heartbeat.
 */
enum nvlf_manager_state {
	NVLF_MANAGER_STATE_OFFLINE,
	NVLF_MANAGER_STATE_STANDBY,
	NVLF_MANAGER_STATE_CONFIGURED,
	NVLF_MANAGER_STATE_TIMEOUT,
};

enum {
	NVLF_A_ENDPOINT_TARGET_ID = 1,
	NVLF_A_ENDPOINT_GUID,
	NVLF_A_ENDPOINT_DEVICE,
	NVLF_A_ENDPOINT_PORTS,
	NVLF_A_ENDPOINT_PORTS_UP,
	NVLF_A_ENDPOINT_REACHABLE,
	NVLF_A_ENDPOINT_PAD,
	NVLF_A_ENDPOINT_CLUSTER_UUID,
	NVLF_A_ENDPOINT_RACK,
	NVLF_A_ENDPOINT_TRAY,
	NVLF_A_ENDPOINT_SLOT,
	NVLF_A_ENDPOINT_HOST,
	NVLF_A_ENDPOINT_SERIAL,

	__NVLF_A_ENDPOINT_MAX,
	NVLF_A_ENDPOINT_MAX = (__NVLF_A_ENDPOINT_MAX - 1)
};

enum {
	NVLF_A_SWITCH_ID = 1,
	NVLF_A_SWITCH_GUID,
	NVLF_A_SWITCH_DEVICE,
	NVLF_A_SWITCH_PORTS,
	NVLF_A_SWITCH_PORTS_UP,
	NVLF_A_SWITCH_ROUTES,
	NVLF_A_SWITCH_PAD,
	NVLF_A_SWITCH_CLUSTER_UUID,
	NVLF_A_SWITCH_RACK,
	NVLF_A_SWITCH_TRAY,
	NVLF_A_SWITCH_SLOT,
	NVLF_A_SWITCH_HOST,
	NVLF_A_SWITCH_SERIAL,

	__NVLF_A_SWITCH_MAX,
	NVLF_A_SWITCH_MAX = (__NVLF_A_SWITCH_MAX - 1)
};

enum {
	NVLF_A_PORT_OWNER = 1,
	NVLF_A_PORT_OWNER_ID,
	NVLF_A_PORT_INDEX,
	NVLF_A_PORT_STATE,
	NVLF_A_PORT_PARTNER,
	NVLF_A_PORT_PARTNER_ID,
	NVLF_A_PORT_PARTNER_PORT,
	NVLF_A_PORT_PARTNER_GUID,
	NVLF_A_PORT_TRAININGS,
	NVLF_A_PORT_PAD,
	NVLF_A_PORT_LANES,
	NVLF_A_PORT_LANES_UP,
	NVLF_A_PORT_STATE_MS,
	NVLF_A_PORT_ENABLE,
	NVLF_A_PORT_RETRAIN,
	NVLF_A_PORT_RESET,
	NVLF_A_PORT_CLEAR,

	__NVLF_A_PORT_MAX,
	NVLF_A_PORT_MAX = (__NVLF_A_PORT_MAX - 1)
};

enum {
	NVLF_A_ROUTE_SWITCH_ID = 1,
	NVLF_A_ROUTE_TARGET_ID,
	NVLF_A_ROUTE_PORTS,
	NVLF_A_ROUTE_REPLACE,
	NVLF_A_ROUTE_ENTRY,
	NVLF_A_ROUTE_GENERATION,

	__NVLF_A_ROUTE_MAX,
	NVLF_A_ROUTE_MAX = (__NVLF_A_ROUTE_MAX - 1)
};

enum {
	NVLF_A_PARTITION_ID = 1,
	NVLF_A_PARTITION_MEMBERS,
	NVLF_A_PARTITION_TARGET_ID,
	NVLF_A_PARTITION_GENERATION,

	__NVLF_A_PARTITION_MAX,
	NVLF_A_PARTITION_MAX = (__NVLF_A_PARTITION_MAX - 1)
};

enum {
	NVLF_A_ROUTE_ENTRY_TARGET_ID = 1,
	NVLF_A_ROUTE_ENTRY_PORTS,

	__NVLF_A_ROUTE_ENTRY_MAX,
	NVLF_A_ROUTE_ENTRY_MAX = (__NVLF_A_ROUTE_ENTRY_MAX - 1)
};

enum {
	NVLF_A_GROUP_ID = 1,
	NVLF_A_GROUP_PARTITION_ID,
	NVLF_A_GROUP_MEMBERS,
	NVLF_A_GROUP_GENERATION,

	__NVLF_A_GROUP_MAX,
	NVLF_A_GROUP_MAX = (__NVLF_A_GROUP_MAX - 1)
};

enum {
	NVLF_A_COUNTER_OWNER = 1,
	NVLF_A_COUNTER_OWNER_ID,
	NVLF_A_COUNTER_INDEX,
	NVLF_A_COUNTER_TX_BYTES,
	NVLF_A_COUNTER_RX_BYTES,
	NVLF_A_COUNTER_TX_PACKETS,
	NVLF_A_COUNTER_RX_PACKETS,
	NVLF_A_COUNTER_REPLAYS,
	NVLF_A_COUNTER_RECOVERIES,
	NVLF_A_COUNTER_UNCORRECTABLE,
	NVLF_A_COUNTER_CRC,
	NVLF_A_COUNTER_PAD,

	__NVLF_A_COUNTER_MAX,
	NVLF_A_COUNTER_MAX = (__NVLF_A_COUNTER_MAX - 1)
};

enum {
	NVLF_A_HEALTH_TARGET_ID = 1,
	NVLF_A_HEALTH_STATE,
	NVLF_A_HEALTH_CAUSE,
	NVLF_A_HEALTH_LINKS,
	NVLF_A_HEALTH_LINKS_UP,
	NVLF_A_HEALTH_LANES,
	NVLF_A_HEALTH_LANES_UP,
	NVLF_A_HEALTH_PEERS,
	NVLF_A_HEALTH_PEERS_REACHED,
	NVLF_A_HEALTH_REASON,

	__NVLF_A_HEALTH_MAX,
	NVLF_A_HEALTH_MAX = (__NVLF_A_HEALTH_MAX - 1)
};

enum {
	NVLF_A_DIAGNOSE_SRC = 1,
	NVLF_A_DIAGNOSE_DST,
	NVLF_A_DIAGNOSE_BROKEN,
	NVLF_A_DIAGNOSE_REASON,
	NVLF_A_DIAGNOSE_HOP,

	__NVLF_A_DIAGNOSE_MAX,
	NVLF_A_DIAGNOSE_MAX = (__NVLF_A_DIAGNOSE_MAX - 1)
};

enum {
	NVLF_A_HOP_SWITCH_ID = 1,
	NVLF_A_HOP_LINKS_IN,
	NVLF_A_HOP_LINKS_OUT,
	NVLF_A_HOP_BROKEN,
	NVLF_A_HOP_REASON,

	__NVLF_A_HOP_MAX,
	NVLF_A_HOP_MAX = (__NVLF_A_HOP_MAX - 1)
};

enum {
	NVLF_A_LOG_OWNER = 1,
	NVLF_A_LOG_OWNER_ID,
	NVLF_A_LOG_INDEX,
	NVLF_A_LOG_TIME,
	NVLF_A_LOG_ERROR,
	NVLF_A_LOG_SEVERITY,
	NVLF_A_LOG_SCOPE,
	NVLF_A_LOG_PORT,
	NVLF_A_LOG_DETAIL,
	NVLF_A_LOG_PAD,

	__NVLF_A_LOG_MAX,
	NVLF_A_LOG_MAX = (__NVLF_A_LOG_MAX - 1)
};

enum {
	NVLF_A_MANAGER_STATE = 1,
	NVLF_A_MANAGER_NAME,
	NVLF_A_MANAGER_PORT_ID,
	NVLF_A_MANAGER_TIMEOUT,
	NVLF_A_MANAGER_HEARD_MS,
	NVLF_A_MANAGER_TAKEOVER,
	NVLF_A_MANAGER_CONFIGURED,
	NVLF_A_MANAGER_PAD,

	__NVLF_A_MANAGER_MAX,
	NVLF_A_MANAGER_MAX = (__NVLF_A_MANAGER_MAX - 1)
};

enum {
	NVLF_A_FABRIC_GENERATION = 1,
	NVLF_A_FABRIC_ENDPOINTS,
	NVLF_A_FABRIC_SWITCHES,
	NVLF_A_FABRIC_ROUTES,
	NVLF_A_FABRIC_PARTITIONS,
	NVLF_A_FABRIC_GROUPS,
	NVLF_A_FABRIC_PAIRS,
	NVLF_A_FABRIC_PAIRS_REACHED,
	NVLF_A_FABRIC_MANAGER,

	__NVLF_A_FABRIC_MAX,
	NVLF_A_FABRIC_MAX = (__NVLF_A_FABRIC_MAX - 1)
};

enum {
	NVLF_CMD_ENDPOINT_GET = 1,
	NVLF_CMD_ENDPOINT_NTF,
	NVLF_CMD_ENDPOINT_DEL_NTF,
	NVLF_CMD_SWITCH_GET,
	NVLF_CMD_SWITCH_NTF,
	NVLF_CMD_SWITCH_DEL_NTF,
	NVLF_CMD_PORT_GET,
	NVLF_CMD_PORT_NTF,
	NVLF_CMD_ROUTE_GET,
	NVLF_CMD_ROUTE_SET,
	NVLF_CMD_ROUTE_DEL,
	NVLF_CMD_ROUTE_NTF,
	NVLF_CMD_ROUTE_DEL_NTF,
	NVLF_CMD_PARTITION_GET,
	NVLF_CMD_PARTITION_SET,
	NVLF_CMD_PARTITION_DEL,
	NVLF_CMD_PARTITION_NTF,
	NVLF_CMD_PARTITION_DEL_NTF,
	NVLF_CMD_ROUTE_TABLE_SET,
	NVLF_CMD_PORT_SET,
	NVLF_CMD_GROUP_GET,
	NVLF_CMD_GROUP_SET,
	NVLF_CMD_GROUP_DEL,
	NVLF_CMD_GROUP_NTF,
	NVLF_CMD_GROUP_DEL_NTF,
	NVLF_CMD_COUNTER_GET,
	NVLF_CMD_HEALTH_GET,
	NVLF_CMD_HEALTH_NTF,
	NVLF_CMD_DIAGNOSE,
	NVLF_CMD_LOG_GET,
	NVLF_CMD_LOG_NTF,
	NVLF_CMD_MANAGER_GET,
	NVLF_CMD_MANAGER_ATTACH,
	NVLF_CMD_MANAGER_HEARTBEAT,
	NVLF_CMD_MANAGER_NTF,
	NVLF_CMD_FABRIC_GET,
	NVLF_CMD_FABRIC_NTF,

	__NVLF_CMD_MAX,
	NVLF_CMD_MAX = (__NVLF_CMD_MAX - 1)
};

#define NVLF_MCGRP_NOTIFY	"notify"

#endif /* _UAPI_LINUX_NVLF_H */
