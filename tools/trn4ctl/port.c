// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * port.c - trn4ctl port: the ends of the links.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "table.h"
#include "trn4ctl.h"

/* Which ports are meant */
struct filter {
	uint64_t endpoint, sw;
	uint64_t partner_endpoint, partner_switch;
	bool has_endpoint, has_switch;
	bool has_partner_endpoint, has_partner_switch;
	const char *state;
	bool up, down;
};

static void show_table(const struct nvlf_list *list)
{
	static const char *const heads[] = {
		"OWNER", "PORT", "STATE",     "PARTNER",
		"PORT",  "GUID", "TRAININGS",
	};
	struct table *table = table_create("lrllrlr");
	const struct nvlf_port *port = list->records;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(heads); i++)
		table_cell(table, "%s", heads[i]);
	for (i = 0; i < list->count; i++, port++) {
		table_cell(table, "%s %u", nvlf_owner_name(port->owner),
			   port->owner_id);
		table_cell(table, "%u", port->index);
		table_cell(table, "%s", nvlf_state_name(port->state));
		if (nvlf_has(port->present, NVLF_PORT_PARTNER)) {
			table_cell(table, "%s %u",
				   nvlf_owner_name(port->partner),
				   port->partner_id);
			table_cell(table, "%u", port->partner_port);
			table_cell(table, "%016" PRIx64, port->partner_guid);
		} else {
			table_cell(table, "-");
			table_cell(table, "-");
			table_cell(table, "-");
		}
		table_cell(table, "%u", port->trainings);
	}
	table_print(table, stdout);
	table_destroy(table);
}

static bool partner_is(const struct nvlf_port *port, uint32_t kind, uint64_t id)
{
	return nvlf_has(port->present, NVLF_PORT_PARTNER) &&
	       port->partner == kind && port->partner_id == id;
}

static bool wanted(const struct nvlf_port *port, const struct filter *f)
{
	if (f->up && !nvlf_port_up(port))
		return false;
	if (f->down && nvlf_port_up(port))
		return false;
	if (f->state && strcmp(f->state, nvlf_state_name(port->state)))
		return false;
	if (f->has_partner_endpoint &&
	    !partner_is(port, NVLF_OWNER_ENDPOINT, f->partner_endpoint))
		return false;
	if (f->has_partner_switch &&
	    !partner_is(port, NVLF_OWNER_SWITCH, f->partner_switch))
		return false;
	return true;
}

/* Leaves only the ports that are wanted in the list. */
static void keep_wanted(struct nvlf_list *list, const struct filter *f)
{
	struct nvlf_port *ports = list->records;
	size_t i, kept = 0;

	for (i = 0; i < list->count; i++) {
		if (wanted(&ports[i], f))
			ports[kept++] = ports[i];
	}
	list->count = kept;
}

/* The owner that is asked for, as keys of a port. Return: an exit code. */
static int take_owner(struct nvlf_port *port, const struct filter *f)
{
	if (f->has_endpoint && f->has_switch) {
		fail("--endpoint and --switch exclude one another");
		return EXIT_USAGE;
	}
	if (!f->has_endpoint && !f->has_switch)
		return EXIT_DONE;
	port->owner = f->has_switch ? NVLF_OWNER_SWITCH : NVLF_OWNER_ENDPOINT;
	port->owner_id = f->has_switch ? f->sw : f->endpoint;
	port->present = 1u << NVLF_PORT_OWNER | 1u << NVLF_PORT_OWNER_ID;
	return EXIT_DONE;
}

static bool is_state(const char *name)
{
	uint32_t state;

	for (state = 0; state <= NVLF_PORT_STATE_FAULT; state++) {
		if (!strcmp(name, nvlf_state_name(state)))
			return true;
	}
	return false;
}

#define OWNER_OPTIONS(f) \
	{ .name = "endpoint", \
	  .letter = 'e', \
	  .kind = OPTION_NUMBER, \
	  .value = &(f)->endpoint, \
	  .given = &(f)->has_endpoint, \
	  .max = NVLF_TARGET_MAX, \
	  .argument = "ID", \
	  .help = "of the endpoint with this target id" }, \
	{ \
		.name = "switch", .letter = 's', .kind = OPTION_NUMBER, \
		.value = &(f)->sw, .given = &(f)->has_switch, \
		.max = UINT32_MAX, .argument = "ID", .help = "of this switch" \
	}

static int read_list_options(int argc, char **argv, struct filter *f)
{
	/* clang-format off */
	const struct command_option options[] = {
		OWNER_OPTIONS(f),
		{ .name = "state", .kind = OPTION_TEXT, .value = &f->state,
		  .argument = "STATE",
		  .help = "off, detect, train, active, degraded or fault" },
		{ .name = "up", .letter = 'u', .kind = OPTION_FLAG,
		  .value = &f->up, .help = "that carry traffic" },
		{ .name = "down", .letter = 'd', .kind = OPTION_FLAG,
		  .value = &f->down, .help = "that do not" },
		{ .name = "partner-endpoint", .kind = OPTION_NUMBER,
		  .value = &f->partner_endpoint,
		  .given = &f->has_partner_endpoint, .max = NVLF_TARGET_MAX,
		  .argument = "ID",
		  .help = "with this endpoint at the other end" },
		{ .name = "partner-switch", .kind = OPTION_NUMBER,
		  .value = &f->partner_switch,
		  .given = &f->has_partner_switch, .max = UINT32_MAX,
		  .argument = "ID",
		  .help = "with this switch at the other end" },
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl port list [FILTERS] [-j | -p]",
		.about =
"Lists ports: state, and device, port and identity at the other end of the link\n"
"as they were read in band, and how often the link trained.\n",
		.options = options,
	};
	/* clang-format on */
	int ret;

	ret = command_parse(argc, argv, &line, NULL);
	if (ret)
		return ret;
	if (f->state && !is_state(f->state)) {
		fail("--state %s: not a state; more by --help", f->state);
		return 1 + EXIT_USAGE;
	}
	return 0;
}

int cmd_port_list(int argc, char **argv)
{
	struct nvlf_port owner = {};
	struct nvlf_client *client;
	struct nvlf_list list = {};
	struct filter f = {};
	int code;

	code = read_list_options(argc, argv, &f);
	if (code)
		return code - 1;
	code = take_owner(&owner, &f);
	if (code)
		return code;
	client = connect_fabric();
	if (!client)
		return EXIT_FAILED;
	if (nvlf_dump(client, &nvlf_port_type, &owner, &list)) {
		code = fail("%s", nvlf_error(client));
	} else {
		keep_wanted(&list, &f);
		if (out_json)
			show_list_json(&nvlf_port_type, &list);
		else if (list.count)
			show_table(&list);
		nvlf_list_free(&list);
	}
	nvlf_disconnect(client);
	return code;
}

int cmd_port_show(int argc, char **argv)
{
	struct filter f = {};
	uint64_t index = 0;
	/* clang-format off */
	const struct command_option options[] = {
		OWNER_OPTIONS(&f),
		{ .name = "port", .kind = OPTION_NUMBER, .value = &index,
		  .required = true, .max = UINT32_MAX, .argument = "N",
		  .help = "its number on the device" },
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl port show (--endpoint ID | --switch ID) --port N [-j | -p]",
		.about = "Shows one port.\n",
		.options = options,
	};
	/* clang-format on */
	struct nvlf_port port = {};
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	code = take_owner(&port, &f);
	if (code)
		return code;
	if (!port.present) {
		fail("--endpoint or --switch is missing");
		return EXIT_USAGE;
	}
	port.index = index;
	port.present |= 1u << NVLF_PORT_INDEX;

	code = ask_fabric(VERB_GET, &nvlf_port_type, &port);
	if (code)
		return code;
	if (out_json)
		json_show(nvlf_json(&nvlf_port_type, &port), out_pretty);
	else
		show_table(&(struct nvlf_list) { &port, 1, 1 });
	return code;
}
