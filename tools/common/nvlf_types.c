// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nvlf_types.c - the fields of the fabric's objects: attribute, place in the
 * record, name. All that knows one of them by name is driven by these tables.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "nvlf_client.h"
#include "out.h"

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

#define FIELD(type, member, text, number, what) \
	.name = text, .attr = number, .kind = what, \
	.offset = offsetof(struct type, member), \
	.size = sizeof(((struct type *)NULL)->member)
#define NAMES(array) .values = array, .value_count = ARRAY_SIZE(array)

static const struct nvlf_field endpoint_fields[] = {
	{ FIELD(nvlf_endpoint, target_id, "target-id",
		NVLF_A_ENDPOINT_TARGET_ID, NVLF_U32) },
	{ FIELD(nvlf_endpoint, guid, "guid", NVLF_A_ENDPOINT_GUID, NVLF_U64) },
	{ FIELD(nvlf_endpoint, device, "device", NVLF_A_ENDPOINT_DEVICE,
		NVLF_STRING) },
	{ FIELD(nvlf_endpoint, ports, "ports", NVLF_A_ENDPOINT_PORTS,
		NVLF_U32) },
	{ FIELD(nvlf_endpoint, ports_up, "ports-up", NVLF_A_ENDPOINT_PORTS_UP,
		NVLF_U32) },
	{ FIELD(nvlf_endpoint, reachable, "reachable",
		NVLF_A_ENDPOINT_REACHABLE, NVLF_BITS) },
};

static const struct nvlf_field switch_fields[] = {
	{ FIELD(nvlf_switch, id, "id", NVLF_A_SWITCH_ID, NVLF_U32) },
	{ FIELD(nvlf_switch, guid, "guid", NVLF_A_SWITCH_GUID, NVLF_U64) },
	{ FIELD(nvlf_switch, device, "device", NVLF_A_SWITCH_DEVICE,
		NVLF_STRING) },
	{ FIELD(nvlf_switch, ports, "ports", NVLF_A_SWITCH_PORTS, NVLF_U32) },
	{ FIELD(nvlf_switch, ports_up, "ports-up", NVLF_A_SWITCH_PORTS_UP,
		NVLF_U32) },
	{ FIELD(nvlf_switch, routes, "routes", NVLF_A_SWITCH_ROUTES,
		NVLF_U32) },
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
		NVLF_A_PORT_PARTNER_GUID, NVLF_U64) },
	{ FIELD(nvlf_port, trainings, "trainings", NVLF_A_PORT_TRAININGS,
		NVLF_U32) },
};

static const struct nvlf_field route_fields[] = {
	{ FIELD(nvlf_route, switch_id, "switch-id", NVLF_A_ROUTE_SWITCH_ID,
		NVLF_U32) },
	{ FIELD(nvlf_route, target_id, "target-id", NVLF_A_ROUTE_TARGET_ID,
		NVLF_U32) },
	{ FIELD(nvlf_route, ports, "ports", NVLF_A_ROUTE_PORTS, NVLF_BITS) },
};

static const struct nvlf_field partition_fields[] = {
	{ FIELD(nvlf_partition, id, "id", NVLF_A_PARTITION_ID, NVLF_U32) },
	{ FIELD(nvlf_partition, members, "members", NVLF_A_PARTITION_MEMBERS,
		NVLF_BITS) },
};

#define FIELDS(array) .fields = array, .field_count = ARRAY_SIZE(array)

const struct nvlf_type nvlf_endpoint_type = {
	.name = "endpoint",
	.size = sizeof(struct nvlf_endpoint),
	FIELDS(endpoint_fields),
	.key_count = 1,
	.get = NVLF_CMD_ENDPOINT_GET,
};

const struct nvlf_type nvlf_switch_type = {
	.name = "switch",
	.size = sizeof(struct nvlf_switch),
	FIELDS(switch_fields),
	.key_count = 1,
	.get = NVLF_CMD_SWITCH_GET,
};

const struct nvlf_type nvlf_port_type = {
	.name = "port",
	.size = sizeof(struct nvlf_port),
	FIELDS(port_fields),
	.key_count = 3,
	.get = NVLF_CMD_PORT_GET,
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

const struct nvlf_type nvlf_partition_type = {
	.name = "partition",
	.size = sizeof(struct nvlf_partition),
	FIELDS(partition_fields),
	.key_count = 1,
	.get = NVLF_CMD_PARTITION_GET,
	.set = NVLF_CMD_PARTITION_SET,
	.del = NVLF_CMD_PARTITION_DEL,
};

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

struct json_object *bits_json(const struct bits *bits)
{
	struct json_object *array = must(json_object_new_array());
	unsigned int n;

	for (n = bits_next(bits, 0); n < BITS_MAX; n = bits_next(bits, n + 1))
		json_object_array_add(array, must(json_object_new_int(n)));
	return array;
}

static struct json_object *field_json(const struct nvlf_field *field,
				      const void *place)
{
	char text[19];
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
		/* Identities: as text, for readers whose numbers are doubles. */
		memcpy(&u64, place, sizeof(u64));
		snprintf(text, sizeof(text), "0x%016llx",
			 (unsigned long long)u64);
		return json_object_new_string(text);
	case NVLF_STRING:
		return json_object_new_string(place);
	case NVLF_BITS:
		return bits_json(place);
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
