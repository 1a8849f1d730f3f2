// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * topology.c - trn4ctl topology: who stands where, how many links join whom,
 * and who reaches whom, as a tree, a matrix or JSON.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "topology.h"
#include "trn4ctl.h"

/* ---- Reading ------------------------------------------------------------ */

bool same_tray(const struct node *a, const struct node *b)
{
	const uint32_t fields = 1u << NVLF_DEVICE_RACK | 1u << NVLF_DEVICE_TRAY;

	return (a->name.present & fields) == (b->name.present & fields) &&
	       a->name.place->rack == b->name.place->rack &&
	       a->name.place->tray == b->name.place->tray;
}

static int compare(const void *left, const void *right)
{
	const struct device_name *a = &((const struct node *)left)->name;
	const struct device_name *b = &((const struct node *)right)->name;
	const uint32_t of_a[] = {
		a->place->rack,
		a->place->tray,
		a->place->slot,
		a->id,
	};
	const uint32_t of_b[] = {
		b->place->rack,
		b->place->tray,
		b->place->slot,
		b->id,
	};
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (of_a[i] != of_b[i])
			return of_a[i] < of_b[i] ? -1 : 1;
	}
	return 0;
}

static void add_nodes(struct node *nodes, const struct nvlf_type *type,
		      const struct nvlf_list *list)
{
	const char *record = list->records;
	size_t i;

	for (i = 0; i < list->count; i++, record += type->size)
		nodes[i] = (struct node) {
			type,
			record,
			device_name(type, record),
		};
	if (list->count)
		qsort(nodes, list->count, sizeof(*nodes), compare);
}

static size_t find(const struct node *nodes, size_t count, uint32_t id)
{
	size_t i;

	for (i = 0; i < count && nodes[i].name.id != id; i++)
		;
	return i;
}

/* Links that are up, as the endpoints' ports have it. */
static void count_links(struct topology *t)
{
	const struct nvlf_port *port = t->ports.records;
	size_t switches = t->switches.count;
	size_t i, e, s;

	for (i = 0; i < t->ports.count; i++, port++) {
		if (port->owner != NVLF_OWNER_ENDPOINT || !nvlf_port_up(port) ||
		    !nvlf_has(port->present, NVLF_PORT_PARTNER) ||
		    port->partner != NVLF_OWNER_SWITCH)
			continue;
		e = find(t->nodes, t->endpoints.count, port->owner_id);
		s = find(t->nodes + t->endpoints.count, switches,
			 port->partner_id);
		if (e == t->endpoints.count || s == switches)
			continue;
		t->up[e * switches + s]++;
		if (port->state == NVLF_PORT_STATE_DEGRADED)
			t->narrow[e * switches + s]++;
	}
}

/* Reads all parts. Return: an exit code. */
static int read_topology(struct topology *t, struct nvlf_client *client)
{
	size_t nodes, pairs;

	if (nvlf_dump(client, &nvlf_endpoint_type, NULL, &t->endpoints) ||
	    nvlf_dump(client, &nvlf_switch_type, NULL, &t->switches) ||
	    nvlf_dump(client, &nvlf_port_type, NULL, &t->ports))
		return fail("%s", nvlf_error(client));
	nodes = t->endpoints.count + t->switches.count;
	pairs = t->endpoints.count * t->switches.count;
	t->nodes = must(calloc(nodes + 1, sizeof(*t->nodes)));
	t->up = must(calloc(pairs + 1, sizeof(*t->up)));
	t->narrow = must(calloc(pairs + 1, sizeof(*t->narrow)));
	add_nodes(t->nodes, &nvlf_endpoint_type, &t->endpoints);
	add_nodes(t->nodes + t->endpoints.count, &nvlf_switch_type,
		  &t->switches);
	count_links(t);
	return EXIT_DONE;
}

static void release(struct topology *t)
{
	nvlf_list_free(&t->endpoints);
	nvlf_list_free(&t->switches);
	nvlf_list_free(&t->ports);
	free(t->nodes);
	free(t->up);
	free(t->narrow);
}

/* ---- JSON --------------------------------------------------------------- */

static void show_json(const struct topology *t)
{
	struct json_object *json = must(json_object_new_object());
	struct json_object *array, *object, *list, *link;
	size_t e, s;

	array = must(json_object_new_array());
	for (e = 0; e < t->endpoints.count; e++) {
		object = nvlf_json(&nvlf_endpoint_type,
				   endpoint_node(t, e)->record);
		list = must(json_object_new_array());
		for (s = 0; s < t->switches.count; s++) {
			link = must(json_object_new_object());
			json_add(link, "switch-id",
				 json_object_new_int64(switch_node(t, s)
							       ->name.id));
			json_add(link, "up",
				 json_object_new_int64(links_up(t, e, s)));
			json_add(link, "degraded",
				 json_object_new_int64(links_narrow(t, e, s)));
			json_object_array_add(list, link);
		}
		json_add(object, "links", list);
		json_object_array_add(array, object);
	}
	json_add(json, "endpoints", array);

	array = must(json_object_new_array());
	for (s = 0; s < t->switches.count; s++)
		json_object_array_add(array,
				      nvlf_json(&nvlf_switch_type,
						switch_node(t, s)->record));
	json_add(json, "switches", array);
	json_show(json, out_pretty);
}

/* ---- The tree ----------------------------------------------------------- */

/* Switches by how many links lead there, such as 18 to 0,1 and 17 to 2. */
static void show_links(const struct topology *t, size_t e, int indent)
{
	unsigned int most = 0, count, n;
	char text[BITS_TEXT];
	struct bits group;
	size_t s;

	for (s = 0; s < t->switches.count; s++)
		most = links_up(t, e, s) > most ? links_up(t, e, s) : most;
	for (count = most; count; count--) {
		group = (struct bits) {};
		n = 0;
		for (s = 0; s < t->switches.count; s++) {
			if (links_up(t, e, s) != count ||
			    switch_node(t, s)->name.id >= BITS_MAX)
				continue;
			bits_set(&group, switch_node(t, s)->name.id);
			n++;
		}
		if (!n)
			continue;
		bits_format(&group, text, sizeof(text));
		printf("%*s%u link%s to %s %s\n", indent, "", count,
		       count == 1 ? "" : "s",
		       n == 1 ? "switch" : "each of switches", text);
	}
}

static void show_node(const struct topology *t, const struct node *node,
		      int indent)
{
	const struct nvlf_endpoint *endpoint = node->record;
	const struct nvlf_switch *sw = node->record;
	const struct device_name *name = &node->name;
	char text[BITS_TEXT];

	printf("%*s%s %u", indent, "", node->type->name, name->id);
	if (nvlf_has(name->present, NVLF_DEVICE_SLOT))
		printf("  slot %u", name->place->slot);
	if (nvlf_has(name->present, NVLF_DEVICE_NAME))
		printf("  %s", name->device);
	if (nvlf_has(name->present, NVLF_DEVICE_SERIAL))
		printf("  %s", name->place->serial);
	if (node->type == &nvlf_switch_type) {
		printf("  %u/%u ports up, %u route%s\n", sw->ports_up,
		       sw->ports, sw->routes, sw->routes == 1 ? "" : "s");
		return;
	}
	bits_format(&endpoint->reachable, text, sizeof(text));
	printf("  %u/%u links up, reaches %s\n", endpoint->ports_up,
	       endpoint->ports, text);
	show_links(t, node - t->nodes, indent + 2);
}

/* Nodes with a heading where a rack or a tray begins. Return: the indent. */
static int show_heading(const struct node *node, const struct node *before)
{
	bool rack = nvlf_has(node->name.present, NVLF_DEVICE_RACK);
	bool tray = nvlf_has(node->name.present, NVLF_DEVICE_TRAY);

	if (rack &&
	    (!before || before->name.place->rack != node->name.place->rack))
		printf("  rack %u\n", node->name.place->rack);
	if (tray && (!before || !same_tray(node, before)))
		printf("%*stray %u\n", rack ? 4 : 2, "",
		       node->name.place->tray);
	return 2 + 2 * rack + 2 * tray;
}

static void show_tree(const struct topology *t)
{
	unsigned int up = 0, all = 0;
	const struct nvlf_endpoint *endpoint;
	const struct node *node, *before;
	size_t i;

	for (i = 0; i < t->endpoints.count; i++) {
		endpoint = endpoint_node(t, i)->record;
		up += endpoint->ports_up;
		all += endpoint->ports;
	}
	printf("fabric: %zu endpoints, %zu switches, %u of %u links up\n",
	       t->endpoints.count, t->switches.count, up, all);
	for (i = 0; i < t->endpoints.count + t->switches.count; i++) {
		node = &t->nodes[i];
		before = i && i != t->endpoints.count ? node - 1 : NULL;
		if (!before)
			puts(node->type == &nvlf_endpoint_type ? "endpoints" :
								 "switches");
		show_node(t, node, show_heading(node, before));
	}
}

/* ---- The matrix --------------------------------------------------------- */

/* Links that a pair can use at most: at each switch the fewer of both ends'. */
static unsigned int joined(const struct topology *t, size_t a, size_t b)
{
	unsigned int sum = 0, from, to;
	size_t s;

	for (s = 0; s < t->switches.count; s++) {
		from = links_up(t, a, s);
		to = links_up(t, b, s);
		sum += from < to ? from : to;
	}
	return sum;
}

static void pair_cell(struct table *table, const struct topology *t, size_t a,
		      size_t b)
{
	const struct nvlf_endpoint *from = endpoint_node(t, a)->record;
	unsigned int links = joined(t, a, b);

	if (a == b)
		table_cell(table, "X");
	else if (!links)
		table_cell(table, "-");
	else if (bits_test(&from->reachable, endpoint_node(t, b)->name.id))
		table_cell(table, "NV%u", links);
	else
		table_cell(table, "(%u)", links);
}

static void show_matrix(const struct topology *t)
{
	size_t columns = t->endpoints.count + t->switches.count;
	char location[LOCATION_TEXT];
	struct table *table;
	char *align;
	size_t a, b;

	align = must(malloc(columns + 4));
	memset(align, 'l', columns + 3);
	align[columns + 3] = '\0';
	table = table_create(align);
	table_cell(table, "%s", "");
	for (b = 0; b < t->endpoints.count; b++)
		table_cell(table, "EP%u", endpoint_node(t, b)->name.id);
	for (b = 0; b < t->switches.count; b++)
		table_cell(table, "SW%u", switch_node(t, b)->name.id);
	table_cell(table, "Device");
	table_cell(table, "Location");
	for (a = 0; a < t->endpoints.count; a++) {
		table_cell(table, "EP%u", endpoint_node(t, a)->name.id);
		for (b = 0; b < t->endpoints.count; b++)
			pair_cell(table, t, a, b);
		for (b = 0; b < t->switches.count; b++)
			table_cell(table, "%u", links_up(t, a, b));
		table_cell(table, "%s", endpoint_node(t, a)->name.device);
		table_cell(table, "%s",
			   location_format(&endpoint_node(t, a)->name,
					   location) ?
				   location :
				   "-");
	}
	table_print(table, stdout);
	table_destroy(table);
	free(align);
	puts("\n"
	     "Legend:\n"
	     "  X    the endpoint itself\n"
	     "  NV#  the row's endpoint reaches the column's; # links can be used\n"
	     "  (#)  # links join the two, but there is no route or no common partition\n"
	     "  -    no switch has links of both that are up\n"
	     "  SW   columns of switches: links of the endpoint to it that are up");
}

/* ---- The command -------------------------------------------------------- */

int cmd_topology(int argc, char **argv)
{
	bool matrix = false, dot = false, svg = false;
	const struct command_option options[] = {
		{ .name = "matrix",
		  .letter = 'm',
		  .kind = OPTION_FLAG,
		  .value = &matrix,
		  .help = "who reaches whom over how many links" },
		{ .name = "dot",
		  .kind = OPTION_FLAG,
		  .value = &dot,
		  .help = "a graph for Graphviz" },
		{ .name = "svg",
		  .kind = OPTION_FLAG,
		  .value = &svg,
		  .help = "a picture" },
		{}
	};
	const struct command_line line = {
		.usage =
			"trn4ctl topology [--matrix | --dot | --svg | -j | -p]",
		.about =
			"Shows racks, trays, endpoints and switches as a tree: how many links that are\n"
			"up join each endpoint to each switch, and which endpoints it reaches by links, a\n"
			"route and a common partition.\n",
		.options = options,
	};
	struct topology t = {};
	struct nvlf_client *client;
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	if (matrix + dot + svg + out_json > 1) {
		fail("--matrix, --dot, --svg and --json exclude one another");
		return EXIT_USAGE;
	}
	client = connect_fabric();
	if (!client)
		return EXIT_FAILED;
	code = read_topology(&t, client);
	if (code)
		;
	else if (out_json)
		show_json(&t);
	else if (dot)
		draw_dot(&t);
	else if (svg)
		draw_svg(&t);
	else if (matrix)
		show_matrix(&t);
	else
		show_tree(&t);
	release(&t);
	nvlf_disconnect(client);
	return code;
}
