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

static const char *const operations[] = {
	[TRN4_OPERATION_NOP] = "nop",       [TRN4_OPERATION_COPY] = "copy",
	[TRN4_OPERATION_ATOMIC] = "atomic", [TRN4_OPERATION_FILL] = "fill",
	[TRN4_OPERATION_FENCE] = "fence",   [TRN4_OPERATION_SIGNAL] = "signal",
};

/* One that is newer than this program is its number. */
static const char *operation_name(unsigned int bit, char text[4])
{
	if (bit < ARRAY_SIZE(operations))
		return operations[bit];
	snprintf(text, 4, "%u", bit);
	return text;
}

/* Return: false where the accelerator does not tell, and why on stderr. */
static bool ro_stores(const struct trn4_info *info, uint64_t *count)
{
	struct trn4_device *dev;
	int ret;

	ret = trn4_open_accel(info->number, &dev);
	if (!ret) {
		ret = trn4_ro_stores(dev, count);
		trn4_close(dev);
	}
	if (ret)
		note("%s: stores into read-only windows are not known: %s",
		     info->node, trn4_explain(TRN4_CALL_OPEN, ret));
	return !ret;
}

static struct json_object *operations_json(const struct trn4_info *info)
{
	struct json_object *array = must(json_object_new_array());
	const char *name;
	unsigned int bit;
	char text[4];

	for (bit = 0; bit < 32; bit++) {
		if (!(info->operations >> bit & 1))
			continue;
		name = operation_name(bit, text);
		json_object_array_add(array,
				      must(json_object_new_string(name)));
	}
	return array;
}

static void show_json(const struct trn4_info *infos, int count,
		      const struct nvlf_list *endpoints)
{
	struct json_object *array = must(json_object_new_array());
	const struct nvlf_endpoint *endpoint;
	const struct trn4_info *info;
	struct json_object *json;
	uint64_t dropped;
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
		if (ro_stores(info, &dropped))
			json_add(json, "ro-stores",
				 json_object_new_uint64(dropped));
		json_add(json, "operations", operations_json(info));
		json_object_array_add(array, json);
	}
	json_show(array, out_pretty);
}

static void show_table(const struct trn4_info *infos, int count,
		       const struct nvlf_list *endpoints)
{
	static const char *const heads[] = {
		"TARGET", "NODE", "DEVICE",   "GUID",      "HBM",
		"BACKED", "FREE", "PORTS UP", "RO STORES",
	};
	struct table *table = table_create("rlllrrrrr");
	const struct nvlf_endpoint *endpoint;
	const struct trn4_info *info;
	char size[SIZE_TEXT];
	uint64_t dropped;
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
		if (ro_stores(info, &dropped))
			table_cell(table, "%" PRIu64, dropped);
		else
			table_cell(table, "?");
	}
	table_print(table, stdout);
	table_destroy(table);
}

static void show_operations(const struct trn4_info *infos, int count)
{
	struct table *table = table_create("rll");
	const struct trn4_info *info;
	char text[4], list[128];
	unsigned int bit;
	size_t used;

	table_cell(table, "TARGET");
	table_cell(table, "NODE");
	table_cell(table, "OPERATIONS");
	for (info = infos; info < infos + count; info++) {
		table_cell(table, "%u", info->target_id);
		table_cell(table, "%s", info->node);
		list[0] = '\0';
		for (bit = 0, used = 0; bit < 32; bit++) {
			if (info->operations >> bit & 1)
				used += sprintf(list + used, "%s%s",
						used ? "," : "",
						operation_name(bit, text));
		}
		table_cell(table, "%s", list);
	}
	table_print(table, stdout);
	table_destroy(table);
}

int cmd_list(int argc, char **argv)
{
	bool only_operations = false;
	const struct command_option options[] = {
		{ "operations", 'o', OPTION_FLAG, &only_operations,
		  .help = "a table of what they can do" },
		{}
	};
	/* clang-format off */
	const struct command_line line = {
		.usage = "trn4ctl list [--operations] [-j | -p]",
		.about =
"Lists the accelerators of this machine: target id in the fabric, accel node,\n"
"device, identity, memory (architectural, backed, free now), ports that are up,\n"
"stores into read-only windows that it has dropped since it was reset; and of\n"
"what they can do a table of its own. JSON has all of it.\n",
		.options = options,
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

	if (only_operations && !out_json) {
		if (count)
			show_operations(infos, count);
		trn4_list_free(infos);
		return EXIT_DONE;
	}

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
