// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * objects.c - the tables of the fabric's objects: options, columns and help of
 * trn4ctl port, route, partition and so on.
 */
#include <inttypes.h>

#include "names.h"
#include "object.h"
#include "table.h"
#include "trn4ctl.h"

/* The most ports that a set may name: what the kernel takes of a bitmap */
#define PORT_LIMIT (8 * NVLF_PORTS_LEN_MAX - 1)

#define ENDPOINT_ARG \
	.kind = OPTION_DEVICE, .max = NVLF_TARGET_MAX, .argument = "ENDPOINT"
#define SWITCH_ARG \
	.kind = OPTION_DEVICE, .max = UINT32_MAX, .argument = "SWITCH"
#define NUMBER_ARG(most) .kind = OPTION_NUMBER, .max = most, .argument = "N"

/* Whose port, counter or log it is */
#define OWNER_OPTIONS(some, needs) \
	{ .option = { .name = "endpoint", \
		      .letter = 'e', \
		      ENDPOINT_ARG, \
		      .help = "of this endpoint" }, \
	  .use = USE_ENDPOINT, \
	  .field = NVLF_PORT_OWNER_ID, \
	  .paired = true, \
	  .one_of = 1, \
	  .verbs = some, \
	  .needed = needs }, \
	{ \
		.option = { .name = "switch", \
			    .letter = 's', \
			    SWITCH_ARG, \
			    .help = "of this switch" }, \
		.use = USE_SWITCH, .field = NVLF_PORT_OWNER_ID, \
		.paired = true, .one_of = 1, .verbs = some, .needed = needs \
	}

/* ---- Cells that are more than a field ----------------------------------- */

/* Ports, counters and logs begin alike. */
static void owner_cell(struct table *table, const void *record)
{
	const struct nvlf_port *port = record;

	table_cell(table, "%s %u", nvlf_owner_name(port->owner),
		   port->owner_id);
}

static void partner_cell(struct table *table, const void *record)
{
	const struct nvlf_port *port = record;

	if (nvlf_has(port->present, NVLF_PORT_PARTNER))
		table_cell(table, "%s %u", nvlf_owner_name(port->partner),
			   port->partner_id);
	else
		table_cell(table, "-");
}

static void port_lanes_cell(struct table *table, const void *record)
{
	const struct nvlf_port *port = record;

	if (nvlf_has(port->present, NVLF_PORT_LANES))
		table_cell(table, "%u/%u", port->lanes_up, port->lanes);
	else
		table_cell(table, "-");
}

static void since_cell(struct table *table, const void *record)
{
	const struct nvlf_port *port = record;

	if (nvlf_has(port->present, NVLF_PORT_STATE_MS))
		table_cell(table, "%" PRIu64 ".%" PRIu64 "s",
			   port->state_ms / 1000, port->state_ms / 100 % 10);
	else
		table_cell(table, "-");
}

static void location_cell(struct table *table, const struct device_name *name)
{
	char text[LOCATION_TEXT];

	table_cell(table, "%s", location_format(name, text) ? text : "-");
}

static void endpoint_location_cell(struct table *table, const void *record)
{
	struct device_name name = device_name(&nvlf_endpoint_type, record);

	location_cell(table, &name);
}

static void switch_location_cell(struct table *table, const void *record)
{
	struct device_name name = device_name(&nvlf_switch_type, record);

	location_cell(table, &name);
}

/* Of both the first fields are alike. */
static void ports_up_cell(struct table *table, const void *record)
{
	const struct nvlf_endpoint *endpoint = record;

	table_cell(table, "%u/%u", endpoint->ports_up, endpoint->ports);
}

static void links_cell(struct table *table, const void *record)
{
	const struct nvlf_health *health = record;

	table_cell(table, "%u/%u", health->links_up, health->links);
}

static void lanes_cell(struct table *table, const void *record)
{
	const struct nvlf_health *health = record;

	table_cell(table, "%u/%u", health->lanes_up, health->lanes);
}

static void peers_cell(struct table *table, const void *record)
{
	const struct nvlf_health *health = record;

	table_cell(table, "%u/%u", health->peers_reached, health->peers);
}

static void cause_cell(struct table *table, const void *record)
{
	const struct nvlf_health *health = record;

	table_cell(table, "%s",
		   health->cause == NVLF_HEALTH_CAUSE_NONE ? "-" :
							     health->reason);
}

static void crc_cell(struct table *table, const void *record)
{
	const struct nvlf_counter *counter = record;
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < counter->crc.count; i++)
		sum += counter->crc.value[i];
	table_cell(table, "%" PRIu64, sum);
}

static void time_cell(struct table *table, const void *record)
{
	const struct nvlf_log *log = record;

	table_cell(table, "%" PRIu64 ".%03" PRIu64, log->time / 1000000000,
		   log->time / 1000000 % 1000);
}

/* ---- Endpoints and switches --------------------------------------------- */

static const struct object_option endpoint_options[] = {
	{ .option = { .name = "endpoint",
		      .letter = 'e',
		      ENDPOINT_ARG,
		      .help = "this one" },
	  .use = USE_ENDPOINT,
	  .field = NVLF_DEVICE_ID,
	  .verbs = IN_SHOW,
	  .needed = IN_SHOW },
	{}
};

static const struct object_column endpoint_columns[] = {
	{ "ENDPOINT", 'r', .field = NVLF_DEVICE_ID },
	{ "DEVICE", 'l', .field = NVLF_DEVICE_NAME },
	{ "LOCATION", 'l', .cell = endpoint_location_cell },
	{ "HOST", 'r', .field = NVLF_DEVICE_HOST },
	{ "SERIAL", 'l', .field = NVLF_DEVICE_SERIAL },
	{ "GUID", 'l', .field = NVLF_DEVICE_GUID },
	{ "PORTS UP", 'r', .cell = ports_up_cell },
	{ "REACHES", 'l', .field = NVLF_ENDPOINT_REACHABLE },
	{}
};

const struct object endpoint_object = {
	.type = &nvlf_endpoint_type,
	.name = "endpoint",
	.options = endpoint_options,
	.columns = endpoint_columns,
	.about = {
		[OBJECT_LIST] =
"Lists endpoints: identity, where they stand, ports that are up, and whom they\n"
"reach.\n",
		[OBJECT_SHOW] = "Shows one endpoint.\n",
	},
};

static const struct object_option switch_options[] = {
	{ .option = { .name = "switch",
		      .letter = 's',
		      SWITCH_ARG,
		      .help = "this one" },
	  .use = USE_SWITCH,
	  .field = NVLF_DEVICE_ID,
	  .verbs = IN_SHOW,
	  .needed = IN_SHOW },
	{}
};

static const struct object_column switch_columns[] = {
	{ "SWITCH", 'r', .field = NVLF_DEVICE_ID },
	{ "DEVICE", 'l', .field = NVLF_DEVICE_NAME },
	{ "LOCATION", 'l', .cell = switch_location_cell },
	{ "HOST", 'r', .field = NVLF_DEVICE_HOST },
	{ "SERIAL", 'l', .field = NVLF_DEVICE_SERIAL },
	{ "GUID", 'l', .field = NVLF_DEVICE_GUID },
	{ "PORTS UP", 'r', .cell = ports_up_cell },
	{ "ROUTES", 'r', .field = NVLF_SWITCH_ROUTES },
	{}
};

const struct object switch_object = {
	.type = &nvlf_switch_type,
	.name = "switch",
	.options = switch_options,
	.columns = switch_columns,
	.about = {
		[OBJECT_LIST] =
"Lists switches: identity, where they stand, ports that are up, and routes.\n",
		[OBJECT_SHOW] = "Shows one switch.\n",
	},
};

/* ---- Ports -------------------------------------------------------------- */

static bool port_is_up(const void *record)
{
	return nvlf_port_up(record);
}

static bool port_is_down(const void *record)
{
	return !nvlf_port_up(record);
}

/* What is done to a port */
#define DO_OPTION(word, number, what, ...) \
	{ \
		.option = { .name = word, .kind = OPTION_FLAG, .help = what }, \
		.field = number, .one_of = 3, .verbs = IN_SET, \
		.needed = IN_SET, __VA_ARGS__ \
	}

static const struct object_option port_options[] = {
	OWNER_OPTIONS(IN_LIST | IN_SHOW | IN_SET, IN_SHOW | IN_SET),
	{ .option = { .name = "port",
		      NUMBER_ARG(UINT32_MAX),
		      .help = "its number on the device" },
	  .field = NVLF_PORT_INDEX,
	  .verbs = IN_LIST | IN_SHOW | IN_SET,
	  .needed = IN_SHOW | IN_SET },
	{ .option = { .name = "state",
		      .kind = OPTION_CHOICE,
		      .argument = "STATE",
		      .help = "off, detect, train, active, degraded or fault" },
	  .field = NVLF_PORT_STATE,
	  .verbs = IN_LIST },
	{ .option = { .name = "up",
		      .letter = 'u',
		      .kind = OPTION_FLAG,
		      .help = "that carry traffic" },
	  .use = USE_KEEP,
	  .keep = port_is_up,
	  .one_of = 4,
	  .verbs = IN_LIST },
	{ .option = { .name = "down",
		      .letter = 'd',
		      .kind = OPTION_FLAG,
		      .help = "that do not" },
	  .use = USE_KEEP,
	  .keep = port_is_down,
	  .one_of = 4,
	  .verbs = IN_LIST },
	{ .option = { .name = "partner-endpoint",
		      ENDPOINT_ARG,
		      .help = "with this endpoint at the other end" },
	  .use = USE_ENDPOINT,
	  .field = NVLF_PORT_PARTNER_ID,
	  .paired = true,
	  .one_of = 2,
	  .verbs = IN_LIST },
	{ .option = { .name = "partner-switch",
		      SWITCH_ARG,
		      .help = "with this switch at the other end" },
	  .use = USE_SWITCH,
	  .field = NVLF_PORT_PARTNER_ID,
	  .paired = true,
	  .one_of = 2,
	  .verbs = IN_LIST },
	DO_OPTION("enable", NVLF_PORT_ENABLE, "let it train and carry traffic",
		  .constant = 1),
	DO_OPTION("disable", NVLF_PORT_ENABLE, "take its link down"),
	DO_OPTION("retrain", NVLF_PORT_RETRAIN, "train its link anew"),
	DO_OPTION("reset", NVLF_PORT_RESET, "reset it, its counters too"),
	DO_OPTION("clear", NVLF_PORT_CLEAR, "set its counters to zero"),
	{}
};

static const struct object_column port_columns[] = {
	{ "OWNER", 'l', .cell = owner_cell },
	{ "PORT", 'r', .field = NVLF_PORT_INDEX },
	{ "STATE", 'l', .field = NVLF_PORT_STATE },
	{ "LANES", 'r', .cell = port_lanes_cell },
	{ "SINCE", 'r', .cell = since_cell },
	{ "PARTNER", 'l', .cell = partner_cell },
	{ "PORT", 'r', .field = NVLF_PORT_PARTNER_PORT },
	{ "GUID", 'l', .field = NVLF_PORT_PARTNER_GUID },
	{ "TRAININGS", 'r', .field = NVLF_PORT_TRAININGS },
	{}
};

const struct object port_object = {
	.type = &nvlf_port_type,
	.name = "port",
	.options = port_options,
	.columns = port_columns,
	.filter = 1u << NVLF_PORT_OWNER | 1u << NVLF_PORT_OWNER_ID,
	.about = {
		[OBJECT_LIST] =
"Lists ports: state, since when, lanes that are up, device, port and identity at\n"
"the other end of the link as they were read in band, and how often the link\n"
"trained.\n",
		[OBJECT_SHOW] = "Shows one port.\n",
		[OBJECT_SET] =
"Enables or disables a port, trains its link anew, resets it, or clears its\n"
"counters. Needs CAP_NET_ADMIN.\n",
	},
};

/* ---- Routes, partitions, groups ----------------------------------------- */

static const struct object_option route_options[] = {
	{ .option = { .name = "switch",
		      .letter = 's',
		      SWITCH_ARG,
		      .help = "whose route" },
	  .use = USE_SWITCH,
	  .field = NVLF_ROUTE_SWITCH_ID,
	  .verbs = IN_ALL,
	  .needed = IN_ONE },
	{ .option = { .name = "target",
		      .letter = 't',
		      ENDPOINT_ARG,
		      .help = "the endpoint where it leads" },
	  .use = USE_ENDPOINT,
	  .field = NVLF_ROUTE_TARGET_ID,
	  .verbs = IN_ALL,
	  .needed = IN_ONE },
	{ .option = { .name = "ports",
		      .kind = OPTION_LIST,
		      .max = PORT_LIMIT,
		      .argument = "LIST",
		      .help = "the switch's ports, such as 0-17,36" },
	  .field = NVLF_ROUTE_PORTS,
	  .verbs = IN_SET,
	  .needed = IN_SET },
	{}
};

static const struct object_column route_columns[] = {
	{ "SWITCH", 'r', .field = NVLF_ROUTE_SWITCH_ID },
	{ "TARGET", 'r', .field = NVLF_ROUTE_TARGET_ID },
	{ "PORTS", 'l', .field = NVLF_ROUTE_PORTS },
	{}
};

const struct object route_object = {
	.type = &nvlf_route_type,
	.name = "route",
	.options = route_options,
	.columns = route_columns,
	.filter = 1u << NVLF_ROUTE_SWITCH_ID | 1u << NVLF_ROUTE_TARGET_ID,
	.about = {
		[OBJECT_LIST] =
"Lists routes: for a switch and a target id the switch's ports that lead there.\n",
		[OBJECT_SHOW] = "Shows one route.\n",
		[OBJECT_SET] =
"Makes a switch's route to a target id, or replaces it: traffic to the target\n"
"leaves the switch by these ports. Needs CAP_NET_ADMIN.\n",
		[OBJECT_DEL] =
"Removes a switch's route to a target id. Windows that have no other way get\n"
"SIGBUS until there is one again. Needs CAP_NET_ADMIN.\n",
	},
};

#define MEMBERS_OPTION(number) \
	{ \
		.option = { .name = "members", \
			    .letter = 'm', \
			    .kind = OPTION_LIST, \
			    .max = NVLF_TARGET_MAX, \
			    .argument = "LIST", \
			    .help = "target ids, such as 0-3,8, or none" }, \
		.field = number, .verbs = IN_SET, .needed = IN_SET \
	}

static const struct object_option partition_options[] = {
	{ .option = { .name = "id",
		      .letter = 'i',
		      .min = 1,
		      NUMBER_ARG(NVLF_PARTITION_MAX),
		      .help = "the partition" },
	  .field = NVLF_PARTITION_ID,
	  .verbs = IN_ONE,
	  .needed = IN_ONE },
	MEMBERS_OPTION(NVLF_PARTITION_MEMBERS),
	{}
};

static const struct object_column partition_columns[] = {
	{ "PARTITION", 'r', .field = NVLF_PARTITION_ID },
	{ "MEMBERS", 'l', .field = NVLF_PARTITION_MEMBERS },
	{}
};

const struct object partition_object = {
	.type = &nvlf_partition_type,
	.name = "partition",
	.options = partition_options,
	.columns = partition_columns,
	.about = {
		[OBJECT_LIST] =
"Lists partitions and the target ids in them. Only endpoints that are together\n"
"in one may talk to one another.\n",
		[OBJECT_SHOW] = "Shows one partition.\n",
		[OBJECT_SET] =
"Makes a partition on all switches, or replaces all its members. Ids that no\n"
"endpoint has yet may be named. Needs CAP_NET_ADMIN.\n",
		[OBJECT_DEL] =
"Removes a partition from all switches. Windows between its members get SIGBUS\n"
"until another partition has both. Needs CAP_NET_ADMIN.\n",
	},
};

static const struct object_option group_options[] = {
	{ .option = { .name = "id",
		      .letter = 'i',
		      NUMBER_ARG(NVLF_GROUP_MAX),
		      .help = "the group" },
	  .field = NVLF_GROUP_ID,
	  .verbs = IN_ONE,
	  .needed = IN_ONE },
	{ .option = { .name = "partition",
		      .letter = 'P',
		      .min = 1,
		      NUMBER_ARG(NVLF_PARTITION_MAX),
		      .help = "whose members may send to it" },
	  .field = NVLF_GROUP_PARTITION_ID,
	  .verbs = IN_LIST | IN_SET,
	  .needed = IN_SET },
	MEMBERS_OPTION(NVLF_GROUP_MEMBERS),
	{}
};

static const struct object_column group_columns[] = {
	{ "GROUP", 'r', .field = NVLF_GROUP_ID },
	{ "PARTITION", 'r', .field = NVLF_GROUP_PARTITION_ID },
	{ "MEMBERS", 'l', .field = NVLF_GROUP_MEMBERS },
	{}
};

const struct object group_object = {
	.type = &nvlf_group_type,
	.name = "group",
	.options = group_options,
	.columns = group_columns,
	.filter = 1u << NVLF_GROUP_PARTITION_ID,
	.about = {
		[OBJECT_LIST] =
"Lists multicast groups, their partition and the target ids that they fan out\n"
"to.\n",
		[OBJECT_SHOW] = "Shows one group.\n",
		[OBJECT_SET] =
"Makes a group on all switches, or replaces its partition and members, each of\n"
"which is a member of the partition. Needs CAP_NET_ADMIN.\n",
		[OBJECT_DEL] =
"Removes a group from all switches. Needs CAP_NET_ADMIN.\n",
	},
};

/* ---- Counters, health, logs --------------------------------------------- */

static const struct object_option counter_options[] = {
	OWNER_OPTIONS(IN_LIST, 0),
	{ .option = { .name = "port",
		      NUMBER_ARG(UINT32_MAX),
		      .help = "with this number on its device" },
	  .field = NVLF_COUNTER_INDEX,
	  .verbs = IN_LIST },
	{}
};

static const struct object_column counter_columns[] = {
	{ "OWNER", 'l', .cell = owner_cell },
	{ "PORT", 'r', .field = NVLF_COUNTER_INDEX },
	{ "TX BYTES", 'r', .field = NVLF_COUNTER_TX_BYTES },
	{ "RX BYTES", 'r', .field = NVLF_COUNTER_RX_BYTES },
	{ "TX PACKETS", 'r', .field = NVLF_COUNTER_TX_PACKETS },
	{ "RX PACKETS", 'r', .field = NVLF_COUNTER_RX_PACKETS },
	{ "REPLAYS", 'r', .field = NVLF_COUNTER_REPLAYS },
	{ "RECOVERIES", 'r', .field = NVLF_COUNTER_RECOVERIES },
	{ "CRC", 'r', .cell = crc_cell },
	{ "LOST", 'r', .field = NVLF_COUNTER_UNCORRECTABLE },
	{}
};

const struct object counter_object = {
	.type = &nvlf_counter_type,
	.name = "counters",
	.options = counter_options,
	.columns = counter_columns,
	.filter = 1u << NVLF_COUNTER_OWNER | 1u << NVLF_COUNTER_OWNER_ID,
	.about = {
		[OBJECT_LIST] =
"Lists what ports have counted since their reset. Data that the processor moves\n"
"through a window are counted only where accesses are trapped.\n",
	},
};

static const struct object_option health_options[] = {
	{ .option = { .name = "endpoint",
		      .letter = 'e',
		      ENDPOINT_ARG,
		      .help = "of this endpoint" },
	  .use = USE_ENDPOINT,
	  .field = NVLF_HEALTH_TARGET_ID,
	  .verbs = IN_LIST },
	{ .option = { .name = "state",
		      .kind = OPTION_CHOICE,
		      .argument = "STATE",
		      .help = "healthy, degraded, isolated or misconfigured" },
	  .field = NVLF_HEALTH_STATE,
	  .verbs = IN_LIST },
	{}
};

static const struct object_column health_columns[] = {
	{ "ENDPOINT", 'r', .field = NVLF_HEALTH_TARGET_ID },
	{ "HEALTH", 'l', .field = NVLF_HEALTH_STATE },
	{ "LINKS UP", 'r', .cell = links_cell },
	{ "LANES UP", 'r', .cell = lanes_cell },
	{ "PEERS REACHED", 'r', .cell = peers_cell },
	{ "CAUSE", 'l', .cell = cause_cell },
	{}
};

const struct object health_object = {
	.type = &nvlf_health_type,
	.name = "health",
	.options = health_options,
	.columns = health_columns,
	.filter = 1u << NVLF_HEALTH_STATE,
	.about = {
		[OBJECT_LIST] =
"Lists the endpoints' health: links and lanes that are up, how many of those in\n"
"a common partition they reach, and the first reason why it is no better.\n",
	},
};

static const struct object_option log_options[] = {
	OWNER_OPTIONS(IN_LIST, 0),
	{ .option = { .name = "severity",
		      .kind = OPTION_CHOICE,
		      .argument = "WORD",
		      .help = "info, degraded, error or fatal" },
	  .field = NVLF_LOG_SEVERITY,
	  .verbs = IN_LIST },
	{ .option = { .name = "error",
		      .kind = OPTION_CHOICE,
		      .argument = "CLASS",
		      .help = "of this class, such as link-down" },
	  .field = NVLF_LOG_ERROR,
	  .verbs = IN_LIST },
	{}
};

static const struct object_column log_columns[] = {
	{ "OWNER", 'l', .cell = owner_cell },
	{ "NUMBER", 'r', .field = NVLF_LOG_INDEX },
	{ "TIME", 'r', .cell = time_cell },
	{ "ERROR", 'l', .field = NVLF_LOG_ERROR },
	{ "SEVERITY", 'l', .field = NVLF_LOG_SEVERITY },
	{ "SCOPE", 'l', .field = NVLF_LOG_SCOPE },
	{ "PORT", 'r', .field = NVLF_LOG_PORT },
	{ "DETAIL", 'r', .field = NVLF_LOG_DETAIL },
	{}
};

const struct object log_object = {
	.type = &nvlf_log_type,
	.name = "log",
	.options = log_options,
	.columns = log_columns,
	.filter = 1u << NVLF_LOG_OWNER | 1u << NVLF_LOG_OWNER_ID,
	.about = {
		[OBJECT_LIST] =
"Lists the errors that devices have logged: number of the record, seconds that\n"
"the device had been on, class, how bad it is and what it affects.\n",
	},
};
