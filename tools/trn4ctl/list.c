// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * list.c - trn4ctl list: the accelerators of this machine.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "array.h"
#include "parse.h"
#include "table.h"
#include "trn4ctl.h"

/* What the fabric says of the accelerator; NULL where it does not know it. */
static const struct nvlf_endpoint *endpoint_of(const struct nvlf_list *list,
					       const struct trn4_info *info)
{
	const struct nvlf_endpoint *endpoint = list->records;
	size_t i;

	for (i = 0; i < list->count; i++, endpoint++) {
		if (endpoint->target_id == info->target_id)
			return endpoint;
	}
	return NULL;
}

static void show_json(const struct trn4_info *infos, int count,
		      const struct nvlf_list *endpoints)
{
	struct json_object *array = must(json_object_new_array());
	const struct nvlf_endpoint *endpoint;
	const struct trn4_info *info;
	struct json_object *json;
	char guid[19];

	for (info = infos; info < infos + count; info++) {
		json = must(json_object_new_object());
		snprintf(guid, sizeof(guid), "0x%016" PRIx64, info->guid);
		json_add(json, "node", json_object_new_string(info->node));
		json_add(json, "device", json_object_new_string(info->pci));
		json_add(json, "target-id",
			 json_object_new_int64(info->target_id));
		json_add(json, "guid", json_object_new_string(guid));
		json_add(json, "hbm-size",
			 json_object_new_uint64(info->hbm_size));
		json_add(json, "hbm-backed",
			 json_object_new_uint64(info->hbm_backed));
		json_add(json, "hbm-free",
			 json_object_new_uint64(info->hbm_free));
		json_add(json, "ports", json_object_new_int64(info->ports));
		endpoint = endpoint_of(endpoints, info);
		if (endpoint)
			json_add(json, "ports-up",
				 json_object_new_int64(endpoint->ports_up));
		json_object_array_add(array, json);
	}
	json_show(array, out_pretty);
}

static void show_table(const struct trn4_info *infos, int count,
		       const struct nvlf_list *endpoints)
{
	static const char *const heads[] = {
		"TARGET", "NODE",   "DEVICE", "GUID",
		"HBM",    "BACKED", "FREE",   "PORTS UP",
	};
	struct table *table = table_create("rlllrrrr");
	const struct nvlf_endpoint *endpoint;
	const struct trn4_info *info;
	char size[SIZE_TEXT];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(heads); i++)
		table_cell(table, "%s", heads[i]);
	for (info = infos; info < infos + count; info++) {
		table_cell(table, "%u", info->target_id);
		table_cell(table, "%s", info->node);
		table_cell(table, "%s", info->pci);
		table_cell(table, "%016" PRIx64, info->guid);
		format_size(info->hbm_size, size);
		table_cell(table, "%s", size);
		format_size(info->hbm_backed, size);
		table_cell(table, "%s", size);
		format_size(info->hbm_free, size);
		table_cell(table, "%s", size);
		endpoint = endpoint_of(endpoints, info);
		if (endpoint)
			table_cell(table, "%u/%u", endpoint->ports_up,
				   info->ports);
		else
			table_cell(table, "?/%u", info->ports);
	}
	table_print(table, stdout);
	table_destroy(table);
}

int cmd_list(int argc, char **argv)
{
	/* clang-format off */
	static const struct command_line line = {
		.usage = "trn4ctl list [-j | -p]",
		.about =
"Lists the accelerators of this machine: target id in the fabric, accel node,\n"
"device, identity, memory (architectural, backed, free now), ports that are up.\n",
	};
	/* clang-format on */
	struct nvlf_list endpoints = {};
	struct nvlf_client *client;
	struct trn4_info *infos;
	int count, ret;

	ret = command_parse(argc, argv, &line, NULL);
	if (ret)
		return ret - 1;
	count = trn4_list(&infos);
	if (count < 0)
		return fail("%s", trn4_explain(TRN4_CALL_OPEN, count));
	if (!count)
		note("no accelerator is there: load its driver (modprobe trn4), and see what the kernel says (dmesg)");

	/* Without the fabric only the ports' states are missing. */
	if (nvlf_connect(&client) ||
	    nvlf_dump(client, &nvlf_endpoint_type, NULL, &endpoints))
		note("ports are not known: %s", nvlf_error(client));
	nvlf_disconnect(client);

	if (out_json)
		show_json(infos, count, &endpoints);
	else if (count)
		show_table(infos, count, &endpoints);
	nvlf_list_free(&endpoints);
	trn4_list_free(infos);
	return EXIT_DONE;
}
