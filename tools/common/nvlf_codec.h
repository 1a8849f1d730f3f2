/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf_codec.h - records of nvlf_types.c as netlink attributes, and back: for
 * the client's requests and for its notifications.
 */
#ifndef COMMON_NVLF_CODEC_H
#define COMMON_NVLF_CODEC_H

#include "nvlf_types.h"

struct nl_msg;
struct nlattr;

/* An empty message with room for a header and @record, which may be NULL. */
struct nl_msg *codec_message(const struct nvlf_type *type, const void *record);

/*
 * Puts the fields that are present, of the first @count. Return: 0 or libnl's
 * error.
 */
int codec_put(struct nl_msg *msg, const struct nvlf_type *type,
	      const void *record, unsigned int count);

/*
 * Fills an empty record. A newer kernel's attributes are passed over. Return: 0;
 * -EPROTO where an attribute does not fit its field; -ENOMEM.
 */
int codec_get(const struct nvlf_type *type, void *record, struct nlattr *attrs,
	      int length);

/* Adds such a record to a list; on failure the list is as it was. */
int codec_add(struct nvlf_list *list, const struct nvlf_type *type,
	      struct nlattr *attrs, int length);

/* Frees a list with all that is behind its records. */
void codec_drop(struct nvlf_list *list, const struct nvlf_type *type);

#endif /* COMMON_NVLF_CODEC_H */
