// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nvlf_codec.c - records of nvlf_types.c as netlink attributes, and back. It
 * sends nothing, and knows no socket.
 */
#include <errno.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "nvlf_codec.h"

/* ---- Records to attributes ---------------------------------------------- */

static uint32_t present_fields(const void *record)
{
	uint32_t present;

	memcpy(&present, record, sizeof(present));
	return present;
}

static const char *place_of(const struct nvlf_field *field, const void *record)
{
	return (const char *)record + field->offset;
}

/* Bytes that @count records can come to as attributes, nested ones too. */
static size_t encoded_max(const struct nvlf_type *type, const void *record,
			  size_t count)
{
	const struct nvlf_list *list;
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < type->field_count; i++) {
		if (type->fields[i].kind != NVLF_NEST) {
			size += count * nla_total_size(type->fields[i].size);
			continue;
		}
		list = (const void *)place_of(&type->fields[i], record);
		size += list->count * NLA_HDRLEN +
			encoded_max(type->fields[i].nested, list->records,
				    list->count);
	}
	return size;
}

struct nl_msg *codec_message(const struct nvlf_type *type, const void *record)
{
	size_t size = record ? encoded_max(type, record, 1) : 0;

	return nlmsg_alloc_size(nlmsg_total_size(GENL_HDRLEN) + size);
}

static int put_nested(struct nl_msg *msg, const struct nvlf_field *field,
		      const struct nvlf_list *list)
{
	const char *record = list->records;
	struct nlattr *nest;
	size_t i;
	int ret;

	for (i = 0; i < list->count; i++, record += field->nested->size) {
		nest = nla_nest_start(msg, field->attr);
		if (!nest)
			return -NLE_NOMEM;
		ret = codec_put(msg, field->nested, record,
				field->nested->field_count);
		if (ret)
			return ret;
		nla_nest_end(msg, nest);
	}
	return 0;
}

static int put_lanes(struct nl_msg *msg, const struct nvlf_field *field,
		     const struct nvlf_lanes *lanes)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < lanes->count && !ret; i++)
		ret = nla_put(msg, field->attr, sizeof(uint64_t),
			      &lanes->value[i]);
	return ret;
}

static int put_field(struct nl_msg *msg, const struct nvlf_field *field,
		     const void *record)
{
	const char *place = place_of(field, record);
	size_t length;

	switch (field->kind) {
	case NVLF_U32:
	case NVLF_U64:
	case NVLF_GUID:
	case NVLF_UUID:
		return nla_put(msg, field->attr, field->size, place);
	case NVLF_FLAG:
		return *(const bool *)place ? nla_put_flag(msg, field->attr) :
					      0;
	case NVLF_STRING:
		return nla_put_string(msg, field->attr, place);
	case NVLF_BITS:
		length = bits_length((const struct bits *)place);
		/* The kernel takes no attribute without a byte. */
		return nla_put(msg, field->attr, length ? length : 1, place);
	case NVLF_LANES:
		return put_lanes(msg, field, (const void *)place);
	case NVLF_NEST:
		return put_nested(msg, field, (const void *)place);
	}
	return -NLE_INVAL;
}

int codec_put(struct nl_msg *msg, const struct nvlf_type *type,
	      const void *record, unsigned int count)
{
	unsigned int i;
	int ret;

	for (i = 0; i < count; i++) {
		if (!nvlf_has(present_fields(record), i))
			continue;
		ret = put_field(msg, &type->fields[i], record);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- Attributes to records ---------------------------------------------- */

/* One more of the lanes' numbers. Return: whether there is a place for it. */
static bool get_lane(struct nvlf_lanes *lanes, const struct nlattr *attr)
{
	if (nla_len(attr) != sizeof(uint64_t) || lanes->count == NVLF_LANES_MAX)
		return false;
	memcpy(&lanes->value[lanes->count++], nla_data(attr), sizeof(uint64_t));
	return true;
}

/* Return: 0; -EPROTO where the attribute does not fit the field; -ENOMEM. */
static int get_field(const struct nvlf_field *field, void *record,
		     struct nlattr *attr)
{
	char *place = (char *)record + field->offset;
	size_t length = nla_len(attr);

	switch (field->kind) {
	case NVLF_U32:
	case NVLF_U64:
	case NVLF_GUID:
	case NVLF_UUID:
		if (length != field->size)
			return -EPROTO;
		break;
	case NVLF_FLAG:
		*(bool *)place = true;
		return 0;
	case NVLF_STRING:
		length = strnlen(nla_data(attr), length);
		if (length >= field->size)
			return -EPROTO;
		break;
	case NVLF_BITS:
		if (length > field->size)
			return -EPROTO;
		break;
	case NVLF_LANES:
		return get_lane((void *)place, attr) ? 0 : -EPROTO;
	case NVLF_NEST:
		return codec_add((void *)place, field->nested, nla_data(attr),
				 length);
	}
	memcpy(place, nla_data(attr), length);
	return 0;
}

int codec_get(const struct nvlf_type *type, void *record, struct nlattr *attrs,
	      int length)
{
	uint32_t present = 0;
	struct nlattr *attr;
	unsigned int i;
	int rest, ret;

	nla_for_each_attr(attr, attrs, length, rest) {
		for (i = 0; i < type->field_count; i++) {
			if (type->fields[i].attr != nla_type(attr))
				continue;
			ret = get_field(&type->fields[i], record, attr);
			if (ret)
				return ret;
			present |= 1u << i;
		}
	}
	memcpy(record, &present, sizeof(present));
	return 0;
}

int codec_add(struct nvlf_list *list, const struct nvlf_type *type,
	      struct nlattr *attrs, int length)
{
	void *records, *record;
	size_t room;
	int ret;

	if (list->count == list->room) {
		room = list->room ? 2 * list->room : 16;
		records = reallocarray(list->records, room, type->size);
		if (!records)
			return -ENOMEM;
		list->records = records;
		list->room = room;
	}
	record = (char *)list->records + list->count * type->size;
	memset(record, 0, type->size);
	ret = codec_get(type, record, attrs, length);
	if (ret)
		nvlf_record_free(type, record);
	else
		list->count++;
	return ret;
}

void codec_drop(struct nvlf_list *list, const struct nvlf_type *type)
{
	char *record = list->records;
	size_t i;

	for (i = 0; i < list->count; i++, record += type->size)
		nvlf_record_free(type, record);
	nvlf_list_free(list);
}
