/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf_client.h - a client of the kernel's netlink family nvlf: the fabric's
 * endpoints, switches, ports, routes and partitions as records.
 *
 * Of the objects of the fabric the client knows only what nvlf_types.c says of
 * their fields. Errors are negative errno values; nvlf_error() has the text.
 */
#ifndef COMMON_NVLF_CLIENT_H
#define COMMON_NVLF_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/nvlf.h>

#include "bits.h"

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
};

struct nvlf_switch {
	uint32_t present;
	uint32_t id;
	uint64_t guid;
	char device[32];
	uint32_t ports;
	uint32_t ports_up;
	uint32_t routes;
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
};

struct nvlf_route {
	uint32_t present;
	uint32_t switch_id;
	uint32_t target_id;
	struct bits ports;
};

struct nvlf_partition {
	uint32_t present;
	uint32_t id;
	struct bits members;
};

/* Field numbers, for @present */
enum {
	NVLF_PORT_OWNER,
	NVLF_PORT_OWNER_ID,
	NVLF_PORT_INDEX,
	NVLF_PORT_STATE,
	NVLF_PORT_PARTNER,
};

enum {
	NVLF_ROUTE_SWITCH_ID,
	NVLF_ROUTE_TARGET_ID,
	NVLF_ROUTE_PORTS,
};

enum {
	NVLF_PARTITION_ID,
	NVLF_PARTITION_MEMBERS,
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
	NVLF_STRING,
	NVLF_BITS,
};

/**
 * struct nvlf_field - one attribute of the family and its place in a record
 * @name: as in the family's spec
 * @attr: its number
 * @kind: what it holds
 * @offset: of the field in the record
 * @size: of the field, bytes
 * @values: names of its values, where it has them
 * @value_count: of @values
 */
struct nvlf_field {
	const char *name;
	uint16_t attr;
	enum nvlf_field_kind kind;
	size_t offset;
	size_t size;
	const char *const *values;
	unsigned int value_count;
};

/**
 * struct nvlf_type - one kind of object
 * @name: for messages
 * @size: of a record
 * @fields: the keys, which name an object, come first
 * @field_count: of @fields
 * @key_count: how many of them are keys
 * @get: command
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
extern const struct nvlf_type nvlf_partition_type;

/* The name of a field's value, or "unknown". */
const char *nvlf_value_name(const struct nvlf_field *field, uint32_t value);

const char *nvlf_state_name(uint32_t state);
const char *nvlf_owner_name(uint32_t owner);

struct json_object;

/* A record as JSON, names and values as in the spec, absent fields left out. */
struct json_object *nvlf_json(const struct nvlf_type *type, const void *record);
struct json_object *bits_json(const struct bits *bits);

/* ---- The client --------------------------------------------------------- */

struct nvlf_client;

/* Records of one type, one behind the other, owned by whoever asked. */
struct nvlf_list {
	void *records;
	size_t count;
	size_t room;
};

/*
 * Return: 0 and *@client; a negative errno and a client of which only
 * nvlf_error() and nvlf_disconnect() may be called, or NULL: out of memory.
 */
int nvlf_connect(struct nvlf_client **client);
void nvlf_disconnect(struct nvlf_client *client);

/*
 * What the last call that failed met: the kernel's own words with the
 * attribute that they are about, where it sent any, and what to do.
 */
const char *nvlf_error(const struct nvlf_client *client);

/* Asks for the object that the keys in @record name, and fills the rest. */
int nvlf_get(struct nvlf_client *client, const struct nvlf_type *type,
	     void *record);

/*
 * Asks for all objects of a type, or those that agree with @filter's fields
 * that are present. @filter may be NULL. The list is one consistent state: a
 * dump that a change interrupted is started over, a few times at most, and
 * fails with -EAGAIN then. Without success *@list is left as it was.
 */
int nvlf_dump(struct nvlf_client *client, const struct nvlf_type *type,
	      const void *filter, struct nvlf_list *list);
void nvlf_list_free(struct nvlf_list *list);

/* Makes or replaces the object @record. */
int nvlf_set(struct nvlf_client *client, const struct nvlf_type *type,
	     const void *record);

/* Removes the object that the keys in @record name. */
int nvlf_del(struct nvlf_client *client, const struct nvlf_type *type,
	     const void *record);

/*
 * Subscribes to the family's notifications: from now on they queue up for
 * nvlf_await().
 */
int nvlf_subscribe(struct nvlf_client *client);

/*
 * Waits for notifications until @deadline (CLOCK_MONOTONIC, ns) and takes all
 * that are there. Also ends when some were lost for want of room, so that
 * whoever waits for a state reads it anew after every return. Return: 1 where
 * something changed; 0 at the deadline; a negative errno.
 */
int nvlf_await(struct nvlf_client *client, int64_t deadline);

#endif /* COMMON_NVLF_CLIENT_H */
