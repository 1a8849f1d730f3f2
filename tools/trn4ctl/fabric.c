// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric.c - what the commands on the fabric's objects share: connect, ask
 * about one object, print.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "trn4ctl.h"

struct nvlf_client *connect_fabric(void)
{
	struct nvlf_client *client;

	if (!nvlf_connect(&client))
		return client;
	fail("%s", nvlf_error(client));
	nvlf_disconnect(client);
	return NULL;
}

/* Type and keys of an object, such as "route (switch-id 0, target-id 1)". */
static void describe(const struct nvlf_type *type, const void *record,
		     char *text, size_t size)
{
	const struct nvlf_field *field;
	uint32_t value;
	unsigned int i;
	size_t used;

	used = snprintf(text, size, "%s (", type->name);
	for (i = 0; i < type->key_count && used < size; i++) {
		field = &type->fields[i];
		memcpy(&value, (const char *)record + field->offset,
		       sizeof(value));
		used += snprintf(text + used, size - used, "%s%s ",
				 i ? ", " : "", field->name);
		if (used >= size)
			break;
		if (field->values)
			used += snprintf(text + used, size - used, "%s",
					 nvlf_value_name(field, value));
		else
			used += snprintf(text + used, size - used, "%" PRIu32,
					 value);
	}
	if (used < size)
		snprintf(text + used, size - used, ")");
}

int ask_fabric(enum verb verb, const struct nvlf_type *type, void *record)
{
	struct nvlf_client *client = connect_fabric();
	int ret = 0, code = EXIT_DONE;
	char text[128];

	if (!client)
		return EXIT_FAILED;
	switch (verb) {
	case VERB_GET:
		ret = nvlf_get(client, type, record);
		break;
	case VERB_SET:
		ret = nvlf_set(client, type, record);
		break;
	case VERB_DEL:
		ret = nvlf_del(client, type, record);
		break;
	}
	if (ret) {
		describe(type, record, text, sizeof(text));
		code = fail("%s: %s", text, nvlf_error(client));
	}
	nvlf_disconnect(client);
	return code;
}

void show_list_json(const struct nvlf_type *type, const struct nvlf_list *list)
{
	struct json_object *array = must(json_object_new_array());
	const char *record = list->records;
	size_t i;

	for (i = 0; i < list->count; i++, record += type->size)
		json_object_array_add(array, nvlf_json(type, record));
	json_show(array, out_pretty);
}
