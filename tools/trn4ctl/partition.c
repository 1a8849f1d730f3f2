// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * partition.c - trn4ctl partition: the sets of endpoints that may talk to one
 * another.
 */
#include <stdio.h>

#include "table.h"
#include "trn4ctl.h"

static void show_table(const struct nvlf_list *list)
{
	const struct nvlf_partition *partition = list->records;
	struct table *table = table_create("rl");
	char text[BITS_TEXT];
	size_t i;

	table_cell(table, "PARTITION");
	table_cell(table, "MEMBERS");
	for (i = 0; i < list->count; i++, partition++) {
		table_cell(table, "%u", partition->id);
		bits_format(&partition->members, text, sizeof(text));
		table_cell(table, "%s", text);
	}
	table_print(table, stdout);
	table_destroy(table);
}

int cmd_partition_list(int argc, char **argv)
{
	/* clang-format off */
	static const struct command_line line = {
		.usage = "trn4ctl partition list [-j | -p]",
		.about =
"Lists partitions and the target ids in them. Only endpoints that are together\n"
"in one may talk to one another.\n",
	};
	/* clang-format on */
	struct nvlf_client *client;
	struct nvlf_list list = {};
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	client = connect_fabric();
	if (!client)
		return EXIT_FAILED;
	if (nvlf_dump(client, &nvlf_partition_type, NULL, &list))
		code = fail("%s", nvlf_error(client));
	else if (out_json)
		show_list_json(&nvlf_partition_type, &list);
	else if (list.count)
		show_table(&list);
	nvlf_list_free(&list);
	nvlf_disconnect(client);
	return code;
}

#define ID_OPTION(id) \
	{ \
		.name = "id", .letter = 'i', .kind = OPTION_NUMBER, \
		.value = id, .required = true, .min = 1, \
		.max = NVLF_PARTITION_MAX, .argument = "ID", \
		.help = "the partition" \
	}

int cmd_partition_show(int argc, char **argv)
{
	uint64_t id = 0;
	/* clang-format off */
	const struct command_option options[] = {
		ID_OPTION(&id),
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl partition show --id ID [-j | -p]",
		.about = "Shows one partition.\n",
		.options = options,
	};
	/* clang-format on */
	struct nvlf_partition partition = {};
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	partition.id = id;
	partition.present = 1u << NVLF_PARTITION_ID;
	code = ask_fabric(VERB_GET, &nvlf_partition_type, &partition);
	if (code)
		return code;
	if (out_json)
		json_show(nvlf_json(&nvlf_partition_type, &partition),
			  out_pretty);
	else
		show_table(&(struct nvlf_list) { &partition, 1, 1 });
	return code;
}

int cmd_partition_set(int argc, char **argv)
{
	struct bits members = {};
	uint64_t id = 0;
	/* clang-format off */
	const struct command_option options[] = {
		ID_OPTION(&id),
		{ .name = "members", .letter = 'm', .kind = OPTION_LIST,
		  .value = &members, .required = true, .max = NVLF_TARGET_MAX,
		  .argument = "LIST",
		  .help = "target ids, such as 0-3,8, or none" },
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl partition set --id ID --members LIST",
		.about =
"Makes a partition on all switches, or replaces all its members. Ids that no\n"
"endpoint has yet may be named. Needs CAP_NET_ADMIN.\n",
		.options = options,
	};
	/* clang-format on */
	struct nvlf_partition partition = {};
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	partition.id = id;
	partition.members = members;
	partition.present = 1u << NVLF_PARTITION_ID |
			    1u << NVLF_PARTITION_MEMBERS;
	return ask_fabric(VERB_SET, &nvlf_partition_type, &partition);
}

int cmd_partition_del(int argc, char **argv)
{
	uint64_t id = 0;
	/* clang-format off */
	const struct command_option options[] = {
		ID_OPTION(&id),
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl partition del --id ID",
		.about =
"Removes a partition from all switches. Windows between its members get SIGBUS\n"
"until another partition has both. Needs CAP_NET_ADMIN.\n",
		.options = options,
	};
	/* clang-format on */
	struct nvlf_partition partition = {};
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	partition.id = id;
	partition.present = 1u << NVLF_PARTITION_ID;
	return ask_fabric(VERB_DEL, &nvlf_partition_type, &partition);
}
