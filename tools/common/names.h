/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.h - how people name endpoints and switches: by number, PCI address,
 * location or serial number.
 */
#ifndef COMMON_NAMES_H
#define COMMON_NAMES_H

#include "nvlf_types.h"

/*
 * What endpoints and switches have in common. @type is one of theirs, which
 * the record is of.
 */
struct device_name {
	uint32_t present;
	uint32_t id;
	const char *device;
	const struct nvlf_place *place;
};

struct device_name device_name(const struct nvlf_type *type,
			       const void *record);

/*
 * Where a device stands: "r0/t3/s1" for rack, tray and slot, of which those
 * that it was not told are left out. Return: whether it was told any.
 */
#define LOCATION_TEXT 40
bool location_format(const struct device_name *name, char text[LOCATION_TEXT]);

/*
 * Whether the location is one that @pattern stands for: a location with
 * wildcards as in file names, such as "r0/t[0-3]/s*".
 */
bool location_matches(const struct device_name *name, const char *pattern);

/*
 * The id of the one device of the list that @text names: a number is its id,
 * whether it is there or not; else a PCI address (also without 0000:), a
 * location or a serial number. Return: 0; -ENOENT where there is none; -EEXIST
 * where there are more; @why, of NAME_WHY bytes, says so in words.
 */
#define NAME_WHY 160
int name_resolve(const struct nvlf_type *type, const struct nvlf_list *list,
		 const char *text, uint32_t *id, char *why);

#endif /* COMMON_NAMES_H */
