// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric.c - what the commands on the fabric share: connect, find a device by
 * its name, print.
 */
#include <json-c/json.h>

#include "names.h"
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

int find_device(struct nvlf_client *client, uint32_t kind, const char *name,
		uint32_t *id)
{
	const struct nvlf_type *type = kind == NVLF_OWNER_SWITCH ?
					       &nvlf_switch_type :
					       &nvlf_endpoint_type;
	struct nvlf_list list = {};
	char why[NAME_WHY];
	int code = EXIT_DONE;

	/* A number needs no list. */
	if (!name_resolve(type, &list, name, id, why))
		return EXIT_DONE;
	if (nvlf_dump(client, type, NULL, &list))
		return fail("%s", nvlf_error(client));
	if (name_resolve(type, &list, name, id, why))
		code = fail("%s", why);
	nvlf_list_free(&list);
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
