// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * route.c - trn4ctl route: the switches' entries for target ids.
 */
#include <stdio.h>

#include "table.h"
#include "trn4ctl.h"

/* The most ports that a set may name: what the kernel takes of a bitmap */
#define PORT_LIMIT (8 * NVLF_PORTS_LEN_MAX - 1)

struct route_options {
	uint64_t switch_id, target_id;
	bool has_switch, has_target;
	struct bits ports;
};

#define SWITCH_OPTION(o, need, text) \
	{ \
		.name = "switch", .letter = 's', .kind = OPTION_NUMBER, \
		.value = &(o)->switch_id, .given = &(o)->has_switch, \
		.required = need, .max = UINT32_MAX, .argument = "ID", \
		.help = text \
	}
#define TARGET_OPTION(o, need, text) \
	{ \
		.name = "target", .letter = 't', .kind = OPTION_NUMBER, \
		.value = &(o)->target_id, .given = &(o)->has_target, \
		.required = need, .max = NVLF_TARGET_MAX, .argument = "ID", \
		.help = text \
	}

static void show_table(const struct nvlf_list *list)
{
	struct table *table = table_create("rrl");
	const struct nvlf_route *route = list->records;
	char text[BITS_TEXT];
	size_t i;

	table_cell(table, "SWITCH");
	table_cell(table, "TARGET");
	table_cell(table, "PORTS");
	for (i = 0; i < list->count; i++, route++) {
		table_cell(table, "%u", route->switch_id);
		table_cell(table, "%u", route->target_id);
		bits_format(&route->ports, text, sizeof(text));
		table_cell(table, "%s", text);
	}
	table_print(table, stdout);
	table_destroy(table);
}

static struct nvlf_route route_of(const struct route_options *o)
{
	return (struct nvlf_route) {
		.present = 1u << NVLF_ROUTE_SWITCH_ID |
			   1u << NVLF_ROUTE_TARGET_ID,
		.switch_id = o->switch_id,
		.target_id = o->target_id,
	};
}

/* The kernel filters by switch; by target it is done here. */
static void keep_target(struct nvlf_list *list, uint32_t target_id)
{
	struct nvlf_route *routes = list->records;
	size_t i, kept = 0;

	for (i = 0; i < list->count; i++) {
		if (routes[i].target_id == target_id)
			routes[kept++] = routes[i];
	}
	list->count = kept;
}

int cmd_route_list(int argc, char **argv)
{
	struct route_options o = {};
	/* clang-format off */
	const struct command_option options[] = {
		SWITCH_OPTION(&o, false, "of this switch"),
		TARGET_OPTION(&o, false, "to this target id"),
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl route list [--switch ID] [--target ID] [-j | -p]",
		.about =
"Lists routes: for a switch and a target id the switch's ports that lead there.\n",
		.options = options,
	};
	/* clang-format on */
	struct nvlf_client *client;
	struct nvlf_list list = {};
	struct nvlf_route filter;
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	filter = route_of(&o);
	filter.present = o.has_switch ? 1u << NVLF_ROUTE_SWITCH_ID : 0;
	client = connect_fabric();
	if (!client)
		return EXIT_FAILED;
	code = EXIT_DONE;
	if (nvlf_dump(client, &nvlf_route_type, &filter, &list)) {
		code = fail("%s", nvlf_error(client));
	} else {
		if (o.has_target)
			keep_target(&list, o.target_id);
		if (out_json)
			show_list_json(&nvlf_route_type, &list);
		else if (list.count)
			show_table(&list);
		nvlf_list_free(&list);
	}
	nvlf_disconnect(client);
	return code;
}

int cmd_route_show(int argc, char **argv)
{
	struct route_options o = {};
	/* clang-format off */
	const struct command_option options[] = {
		SWITCH_OPTION(&o, true, "the switch"),
		TARGET_OPTION(&o, true, "where it leads"),
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl route show --switch ID --target ID [-j | -p]",
		.about = "Shows one route.\n",
		.options = options,
	};
	/* clang-format on */
	struct nvlf_route route;
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	route = route_of(&o);
	code = ask_fabric(VERB_GET, &nvlf_route_type, &route);
	if (code)
		return code;
	if (out_json)
		json_show(nvlf_json(&nvlf_route_type, &route), out_pretty);
	else
		show_table(&(struct nvlf_list) { &route, 1, 1 });
	return code;
}

int cmd_route_set(int argc, char **argv)
{
	struct route_options o = {};
	/* clang-format off */
	const struct command_option options[] = {
		SWITCH_OPTION(&o, true, "the switch"),
		TARGET_OPTION(&o, true, "where it leads"),
		{ .name = "ports", .kind = OPTION_LIST, .value = &o.ports,
		  .required = true, .max = PORT_LIMIT, .argument = "LIST",
		  .help = "the switch's ports, such as 0-17,36" },
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl route set --switch ID --target ID --ports LIST",
		.about =
"Makes a switch's route to a target id, or replaces it: traffic to the target\n"
"leaves the switch by these ports. Needs CAP_NET_ADMIN.\n",
		.options = options,
	};
	/* clang-format on */
	struct nvlf_route route;
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	route = route_of(&o);
	route.ports = o.ports;
	route.present |= 1u << NVLF_ROUTE_PORTS;
	return ask_fabric(VERB_SET, &nvlf_route_type, &route);
}

int cmd_route_del(int argc, char **argv)
{
	struct route_options o = {};
	/* clang-format off */
	const struct command_option options[] = {
		SWITCH_OPTION(&o, true, "the switch"),
		TARGET_OPTION(&o, true, "where it leads"),
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl route del --switch ID --target ID",
		.about =
"Removes a switch's route to a target id. Windows that have no other way get\n"
"SIGBUS until there is one again. Needs CAP_NET_ADMIN.\n",
		.options = options,
	};
	/* clang-format on */
	struct nvlf_route route;
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	route = route_of(&o);
	return ask_fabric(VERB_DEL, &nvlf_route_type, &route);
}
