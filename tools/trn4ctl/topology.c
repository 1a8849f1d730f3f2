// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * topology.c - trn4ctl topology: how many links join each endpoint to each
 * switch, and which endpoints can reach one another.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "trn4ctl.h"

struct topology {
	struct nvlf_list endpoints;
	struct nvlf_list switches;
	struct nvlf_list ports;
};

static const struct nvlf_endpoint *endpoint_at(const struct topology *t,
					       size_t i)
{
	return (const struct nvlf_endpoint *)t->endpoints.records + i;
}

static const struct nvlf_switch *switch_at(const struct topology *t, size_t i)
{
	return (const struct nvlf_switch *)t->switches.records + i;
}

/* Links that are up between them, as the endpoint's ports have it. */
static unsigned int links(const struct topology *t, uint32_t target_id,
			  uint32_t switch_id)
{
	const struct nvlf_port *port = t->ports.records;
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < t->ports.count; i++, port++) {
		if (port->owner == NVLF_OWNER_ENDPOINT &&
		    port->owner_id == target_id && nvlf_port_up(port) &&
		    nvlf_has(port->present, NVLF_PORT_PARTNER) &&
		    port->partner == NVLF_OWNER_SWITCH &&
		    port->partner_id == switch_id)
			count++;
	}
	return count;
}

static void show_json(const struct topology *t)
{
	struct json_object *json = must(json_object_new_object());
	struct json_object *array, *object, *list;
	unsigned int count;
	size_t e, s;

	array = must(json_object_new_array());
	for (e = 0; e < t->endpoints.count; e++) {
		object = nvlf_json(&nvlf_endpoint_type, endpoint_at(t, e));
		list = must(json_object_new_array());
		for (s = 0; s < t->switches.count; s++) {
			struct json_object *link;

			count = links(t, endpoint_at(t, e)->target_id,
				      switch_at(t, s)->id);
			link = must(json_object_new_object());
			json_add(link, "switch-id",
				 json_object_new_int64(switch_at(t, s)->id));
			json_add(link, "up", json_object_new_int64(count));
			json_object_array_add(list, link);
		}
		json_add(object, "links", list);
		json_object_array_add(array, object);
	}
	json_add(json, "endpoints", array);

	array = must(json_object_new_array());
	for (s = 0; s < t->switches.count; s++)
		json_object_array_add(array, nvlf_json(&nvlf_switch_type,
						       switch_at(t, s)));
	json_add(json, "switches", array);
	json_show(json, out_pretty);
}

/* A table of @columns right-aligned columns behind a first one of text. */
static struct table *matrix(size_t columns, char **align)
{
	*align = must(malloc(columns + 2));
	memset(*align, 'r', columns + 1);
	(*align)[0] = 'l';
	(*align)[columns + 1] = '\0';
	return table_create(*align);
}

static void show_links(const struct topology *t)
{
	struct table *table;
	char *align;
	size_t e, s;

	table = matrix(t->switches.count, &align);
	table_cell(table, "links up");
	for (s = 0; s < t->switches.count; s++)
		table_cell(table, t->switches.count > 16 ? "%u" : "switch %u",
			   switch_at(t, s)->id);
	for (e = 0; e < t->endpoints.count; e++) {
		table_cell(table, "endpoint %u", endpoint_at(t, e)->target_id);
		for (s = 0; s < t->switches.count; s++)
			table_cell(table, "%u",
				   links(t, endpoint_at(t, e)->target_id,
					 switch_at(t, s)->id));
	}
	table_print(table, stdout);
	table_destroy(table);
	free(align);
}

static void show_reachable(const struct topology *t)
{
	const struct nvlf_endpoint *from;
	struct table *table;
	char *align;
	size_t a, b;

	table = matrix(t->endpoints.count, &align);
	table_cell(table, "reaches");
	for (b = 0; b < t->endpoints.count; b++)
		table_cell(table, "%u", endpoint_at(t, b)->target_id);
	for (a = 0; a < t->endpoints.count; a++) {
		from = endpoint_at(t, a);
		table_cell(table, "endpoint %u", from->target_id);
		for (b = 0; b < t->endpoints.count; b++)
			table_cell(table, "%s",
				   a == b ? "." :
				   bits_test(&from->reachable,
					     endpoint_at(t, b)->target_id) ?
					    "yes" :
					    "-");
	}
	table_print(table, stdout);
	table_destroy(table);
	free(align);
}

/* Reads all parts. Return: an exit code. */
static int read_topology(struct topology *t, struct nvlf_client *client)
{
	if (!nvlf_dump(client, &nvlf_endpoint_type, NULL, &t->endpoints) &&
	    !nvlf_dump(client, &nvlf_switch_type, NULL, &t->switches) &&
	    !nvlf_dump(client, &nvlf_port_type, NULL, &t->ports))
		return EXIT_DONE;
	return fail("%s", nvlf_error(client));
}

int cmd_topology(int argc, char **argv)
{
	/* clang-format off */
	static const struct command_line line = {
		.usage = "trn4ctl topology [-j | -p]",
		.about =
"Shows how many links that are up join each endpoint to each switch, and which\n"
"endpoints can reach one another: by links, a route and a common partition.\n",
	};
	/* clang-format on */
	struct topology t = {};
	struct nvlf_client *client;
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	client = connect_fabric();
	if (!client)
		return EXIT_FAILED;
	code = read_topology(&t, client);
	if (code == EXIT_DONE && out_json) {
		show_json(&t);
	} else if (code == EXIT_DONE) {
		show_links(&t);
		putchar('\n');
		show_reachable(&t);
	}
	nvlf_list_free(&t.endpoints);
	nvlf_list_free(&t.switches);
	nvlf_list_free(&t.ports);
	nvlf_disconnect(client);
	return code;
}
