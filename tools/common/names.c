// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * names.c - how people name endpoints and switches.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "array.h"
#include "names.h"
#include "parse.h"

struct device_name device_name(const struct nvlf_type *type, const void *record)
{
	const struct nvlf_endpoint *endpoint = record;
	const struct nvlf_switch *sw = record;

	if (type == &nvlf_endpoint_type)
		return (struct device_name) {
			endpoint->present,
			endpoint->target_id,
			endpoint->device,
			&endpoint->place,
		};
	return (struct device_name) {
		sw->present,
		sw->id,
		sw->device,
		&sw->place,
	};
}

bool location_format(const struct device_name *name, char text[LOCATION_TEXT])
{
	const struct {
		unsigned int field;
		char letter;
		uint32_t number;
	} parts[] = {
		{ NVLF_DEVICE_RACK, 'r', name->place->rack },
		{ NVLF_DEVICE_TRAY, 't', name->place->tray },
		{ NVLF_DEVICE_SLOT, 's', name->place->slot },
	};
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (nvlf_has(name->present, parts[i].field))
			n += snprintf(text + n, LOCATION_TEXT - n, "%s%c%u",
				      n ? "/" : "", parts[i].letter,
				      parts[i].number);
	}
	return n;
}

bool location_matches(const struct device_name *name, const char *pattern)
{
	char text[LOCATION_TEXT];

	return location_format(name, text) &&
	       !fnmatch(pattern, text, FNM_PATHNAME);
}

static bool is_named(const struct device_name *name, const char *text)
{
	char location[LOCATION_TEXT];

	if (nvlf_has(name->present, NVLF_DEVICE_NAME) &&
	    (!strcasecmp(name->device, text) ||
	     (!strncmp(name->device, "0000:", 5) &&
	      !strcasecmp(name->device + 5, text))))
		return true;
	if (location_format(name, location) && !strcmp(location, text))
		return true;
	return nvlf_has(name->present, NVLF_DEVICE_SERIAL) &&
	       !strcmp(name->place->serial, text);
}

int name_resolve(const struct nvlf_type *type, const struct nvlf_list *list,
		 const char *text, uint32_t *id, char *why)
{
	const char *record = list->records;
	struct device_name name;
	unsigned int found = 0;
	uint32_t ids[2] = {};
	uint64_t number;
	size_t i;

	if (!parse_number(text, 0, UINT32_MAX, &number)) {
		*id = number;
		return 0;
	}
	for (i = 0; i < list->count; i++, record += type->size) {
		name = device_name(type, record);
		if (is_named(&name, text) && found < 2)
			ids[found++] = name.id;
	}
	if (found == 1) {
		*id = ids[0];
		return 0;
	}
	if (found)
		snprintf(why, NAME_WHY,
			 "%.64s: is %s %u and %s %u, too; name one by its number",
			 text, type->name, ids[0], type->name, ids[1]);
	else
		snprintf(why, NAME_WHY,
			 "%.64s: no %s has that number, PCI address, location or serial",
			 text, type->name);
	return found ? -EEXIST : -ENOENT;
}
