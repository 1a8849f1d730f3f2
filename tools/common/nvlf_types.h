/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf_types.h - the objects of the fabric as records, and the tables that say
 * where in a record each attribute of the netlink family nvlf is.
 */
#ifndef COMMON_NVLF_TYPES_H
#define COMMON_NVLF_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/nvlf.h>

#include "bits.h"

/* ---- Parts of records --------------------------------------------------- */

/* Records of one type, one behind the other, owned by whoever asked. */
struct nvlf_list {
	void *records;
	size_t count;
	size_t room;
};

#define NVLF_LANES_MAX 16

/* One number for each lane */
struct nvlf_lanes {
	uint32_t count;
	uint64_t value[NVLF_LANES_MAX];
};

/* Where a device stands, each as far as the device was told. */
struct nvlf_place {
	uint8_t cluster_uuid[NVLF_UUID_LEN];
	uint32_t rack;
	uint32_t tray;
	uint32_t slot;
	uint32_t host;
	char serial[64];
};

/* ---- Records ------------------------------------------------------------ */

/*
 * Each begins with @present: bit n is set where field n of its type, in the
 * order in which they stand here, was told by the kernel or is meant to be
 * told to it. A field that is absent is zero.
 */
struct nvlf_endpoint {
	uint32_t present;
	uint32_t target_id;
	uint64_t guid;
	char device[32];
	uint32_t ports;
	uint32_t ports_up;
	struct bits reachable;
	struct nvlf_place place;
};

struct nvlf_switch {
	uint32_t present;
	uint32_t id;
	uint64_t guid;
	char device[32];
	uint32_t ports;
	uint32_t ports_up;
	uint32_t routes;
	struct nvlf_place place;
};

struct nvlf_port {
	uint32_t present;
	uint32_t owner; /* enum nvlf_owner */
	uint32_t owner_id;
	uint32_t index;
	uint32_t state;   /* enum nvlf_port_state */
	uint32_t partner; /* enum nvlf_owner */
	uint32_t partner_id;
	uint32_t partner_port;
	uint64_t partner_guid;
	uint32_t trainings;
	uint32_t lanes;
	uint32_t lanes_up;
	uint64_t state_ms;
	uint32_t enable;
	bool retrain;
	bool reset;
	bool clear;
};

struct nvlf_route {
	uint32_t present;
	uint32_t switch_id;
	uint32_t target_id;
	struct bits ports;
};

struct nvlf_route_entry {
	uint32_t present;
	uint32_t target_id;
	struct bits ports;
};

struct nvlf_route_table {
	uint32_t present;
	uint32_t switch_id;
	bool replace;
	struct nvlf_list entries; /* struct nvlf_route_entry */
	uint32_t generation;
};

struct nvlf_partition {
	uint32_t present;
	uint32_t id;
	struct bits members;
};

struct nvlf_group {
	uint32_t present;
	uint32_t id;
	uint32_t partition_id;
	struct bits members;
};

struct nvlf_counter {
	uint32_t present;
	uint32_t owner; /* enum nvlf_owner */
	uint32_t owner_id;
	uint32_t index;
	uint64_t tx_bytes;
	uint64_t rx_bytes;
	uint64_t tx_packets;
	uint64_t rx_packets;
	uint64_t replays;
	uint64_t recoveries;
	uint64_t uncorrectable;
	struct nvlf_lanes crc;
};

struct nvlf_health {
	uint32_t present;
	uint32_t target_id;
	uint32_t state; /* enum nvlf_health_state */
	uint32_t cause; /* enum nvlf_health_cause */
	uint32_t links;
	uint32_t links_up;
	uint32_t lanes;
	uint32_t lanes_up;
	uint32_t peers;
	uint32_t peers_reached;
	char reason[256];
};

struct nvlf_hop {
	uint32_t present;
	uint32_t switch_id;
	uint32_t links_in;
	uint32_t links_out;
	uint32_t broken; /* enum nvlf_broken */
	char reason[256];
};

struct nvlf_diagnose {
	uint32_t present;
	uint32_t src;
	uint32_t dst;
	uint32_t broken; /* enum nvlf_broken */
	char reason[256];
	struct nvlf_list hops; /* struct nvlf_hop */
};

struct nvlf_log {
	uint32_t present;
	uint32_t owner; /* enum nvlf_owner */
	uint32_t owner_id;
	uint64_t index;
	uint64_t time;     /* ns that the device had been on */
	uint32_t error;    /* enum nvlf_error */
	uint32_t severity; /* enum nvlf_severity */
	uint32_t scope;    /* enum nvlf_scope */
	uint32_t port;
	uint64_t detail;
};

struct nvlf_manager {
	uint32_t present;
	uint32_t state; /* enum nvlf_manager_state */
	char name[NVLF_MANAGER_NAME_MAX + 1];
	uint32_t port_id;
	uint32_t timeout; /* ms */
	uint64_t heard_ms;
	bool takeover;
	uint32_t configured;
};

struct nvlf_fabric {
	uint32_t present;
	uint32_t generation;
	uint32_t endpoints;
	uint32_t switches;
	uint32_t routes;
	uint32_t partitions;
	uint32_t groups;
	uint32_t pairs;
	uint32_t pairs_reached;
	uint32_t manager; /* enum nvlf_manager_state */
};

/* Field numbers, for @present; the test of the client holds them to this. */
enum {
	/* Of endpoints and of switches */
	NVLF_DEVICE_ID,
	NVLF_DEVICE_GUID,
	NVLF_DEVICE_NAME,
	NVLF_DEVICE_PORTS,
	NVLF_DEVICE_PORTS_UP,
	NVLF_ENDPOINT_REACHABLE,
	NVLF_SWITCH_ROUTES = NVLF_ENDPOINT_REACHABLE,
	NVLF_DEVICE_UUID,
	NVLF_DEVICE_RACK,
	NVLF_DEVICE_TRAY,
	NVLF_DEVICE_SLOT,
	NVLF_DEVICE_HOST,
	NVLF_DEVICE_SERIAL,
};

enum {
	NVLF_PORT_OWNER,
	NVLF_PORT_OWNER_ID,
	NVLF_PORT_INDEX,
	NVLF_PORT_STATE,
	NVLF_PORT_PARTNER,
	NVLF_PORT_PARTNER_ID,
	NVLF_PORT_PARTNER_PORT,
	NVLF_PORT_PARTNER_GUID,
	NVLF_PORT_TRAININGS,
	NVLF_PORT_LANES,
	NVLF_PORT_LANES_UP,
	NVLF_PORT_STATE_MS,
	NVLF_PORT_ENABLE,
	NVLF_PORT_RETRAIN,
	NVLF_PORT_RESET,
	NVLF_PORT_CLEAR,
};

enum {
	NVLF_ROUTE_SWITCH_ID,
	NVLF_ROUTE_TARGET_ID,
	NVLF_ROUTE_PORTS,
};

enum {
	NVLF_ROUTE_ENTRY_TARGET_ID,
	NVLF_ROUTE_ENTRY_PORTS,
};

enum {
	NVLF_ROUTE_TABLE_SWITCH_ID,
	NVLF_ROUTE_TABLE_REPLACE,
	NVLF_ROUTE_TABLE_ENTRIES,
	NVLF_ROUTE_TABLE_GENERATION,
};

enum {
	NVLF_PARTITION_ID,
	NVLF_PARTITION_MEMBERS,
};

enum {
	NVLF_GROUP_ID,
	NVLF_GROUP_PARTITION_ID,
	NVLF_GROUP_MEMBERS,
};

/* Ports, counters and logs begin with the same two: their owner. */
enum {
	NVLF_COUNTER_OWNER,
	NVLF_COUNTER_OWNER_ID,
	NVLF_COUNTER_INDEX,
	NVLF_COUNTER_TX_BYTES,
	NVLF_COUNTER_RX_BYTES,
	NVLF_COUNTER_TX_PACKETS,
	NVLF_COUNTER_RX_PACKETS,
	NVLF_COUNTER_REPLAYS,
	NVLF_COUNTER_RECOVERIES,
	NVLF_COUNTER_UNCORRECTABLE,
	NVLF_COUNTER_CRC,
};

enum {
	NVLF_HEALTH_TARGET_ID,
	NVLF_HEALTH_STATE,
	NVLF_HEALTH_CAUSE,
};

enum {
	NVLF_DIAGNOSE_SRC,
	NVLF_DIAGNOSE_DST,
	NVLF_DIAGNOSE_BROKEN,
};

enum {
	NVLF_HOP_SWITCH_ID,
	NVLF_HOP_LINKS_IN,
	NVLF_HOP_LINKS_OUT,
	NVLF_HOP_BROKEN,
};

enum {
	NVLF_LOG_OWNER,
	NVLF_LOG_OWNER_ID,
	NVLF_LOG_INDEX,
	NVLF_LOG_TIME,
	NVLF_LOG_ERROR,
	NVLF_LOG_SEVERITY,
	NVLF_LOG_SCOPE,
	NVLF_LOG_PORT,
	NVLF_LOG_DETAIL,
};

enum {
	NVLF_MANAGER_STATE,
	NVLF_MANAGER_NAME,
	NVLF_MANAGER_PORT_ID,
	NVLF_MANAGER_TIMEOUT,
	NVLF_MANAGER_HEARD_MS,
	NVLF_MANAGER_TAKEOVER,
	NVLF_MANAGER_CONFIGURED,
};

static inline bool nvlf_has(uint32_t present, unsigned int field)
{
	return present >> field & 1;
}

/* Whether a port carries traffic. */
bool nvlf_port_up(const struct nvlf_port *port);

/* ---- Their types -------------------------------------------------------- */

enum nvlf_field_kind {
	NVLF_U32,
	NVLF_U64,
	NVLF_GUID, /* u64; an identity, and so no number to readers */
	NVLF_FLAG, /* bool; no data, it is there or not */
	NVLF_STRING,
	NVLF_BITS,
	NVLF_UUID,
	NVLF_LANES, /* struct nvlf_lanes; u64, once for each lane */
	NVLF_NEST,  /* struct nvlf_list; once for each record */
};

struct nvlf_type;

/**
 * struct nvlf_field - one attribute of the family and its place in a record
 * @name: as in the family's spec
 * @attr: its number
 * @kind: what it holds
 * @offset: of the field in the record
 * @size: of the field, bytes
 * @values: names of its values, where it has them
 * @value_count: of @values
 * @nested: type of its records (NVLF_NEST)
 */
struct nvlf_field {
	const char *name;
	uint16_t attr;
	enum nvlf_field_kind kind;
	size_t offset;
	size_t size;
	const char *const *values;
	unsigned int value_count;
	const struct nvlf_type *nested;
};

/**
 * struct nvlf_type - one kind of object
 * @name: for messages
 * @size: of a record
 * @fields: the keys, which name an object, come first
 * @field_count: of @fields
 * @key_count: how many of them are keys
 * @get: command, 0 where there is none
 * @set: command, 0 where there is none
 * @del: command, 0 where there is none
 */
struct nvlf_type {
	const char *name;
	size_t size;
	const struct nvlf_field *fields;
	unsigned int field_count;
	unsigned int key_count;
	uint8_t get;
	uint8_t set;
	uint8_t del;
};

extern const struct nvlf_type nvlf_endpoint_type;
extern const struct nvlf_type nvlf_switch_type;
extern const struct nvlf_type nvlf_port_type;
extern const struct nvlf_type nvlf_route_type;
extern const struct nvlf_type nvlf_route_table_type;
extern const struct nvlf_type nvlf_partition_type;
extern const struct nvlf_type nvlf_group_type;
extern const struct nvlf_type nvlf_counter_type;
extern const struct nvlf_type nvlf_health_type;
extern const struct nvlf_type nvlf_diagnose_type;
extern const struct nvlf_type nvlf_log_type;
extern const struct nvlf_type nvlf_manager_type;
extern const struct nvlf_type nvlf_fabric_type;

/**
 * struct nvlf_event_type - one kind of notification
 * @command: its number
 * @name: as in the family's spec
 * @type: what it tells of
 */
struct nvlf_event_type {
	uint8_t command;
	const char *name;
	const struct nvlf_type *type;
};

/* NULL where @command is no notification that is known. */
const struct nvlf_event_type *nvlf_event_type(uint8_t command);

/* Frees what lies behind a record's own bytes: lists of nested records. */
void nvlf_record_free(const struct nvlf_type *type, void *record);

/* Frees the records, but not what is behind them. */
void nvlf_list_free(struct nvlf_list *list);

/* ---- Words for them ----------------------------------------------------- */

/* The name of a field's value, or "unknown". */
const char *nvlf_value_name(const struct nvlf_field *field, uint32_t value);

const char *nvlf_state_name(uint32_t state);
const char *nvlf_owner_name(uint32_t owner);

/* A UUID as text, in the usual five groups */
#define UUID_TEXT 37
void uuid_format(const uint8_t uuid[NVLF_UUID_LEN], char text[UUID_TEXT]);
int uuid_parse(const char *text, uint8_t uuid[NVLF_UUID_LEN]);

struct json_object;

/* A record as JSON, names and values as in the spec, absent fields left out. */
struct json_object *nvlf_json(const struct nvlf_type *type, const void *record);
struct json_object *bits_json(const struct bits *bits);

#endif /* COMMON_NVLF_TYPES_H */
