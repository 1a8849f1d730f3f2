/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apply.h - carries a plan out, and tells of it.
 */
#ifndef NVLF_FM_APPLY_H
#define NVLF_FM_APPLY_H

#include "plan.h"

/*
 * Makes the changes in order and marks those that are done. Ends at the first
 * that the kernel refuses: the fabric is not as it was read then, and a plan
 * made of it is void. Return: 0 or a negative errno, nvlf_error() has the text.
 */
int apply(struct plan *plan, struct nvlf_client *client);

/* One change as a line of text, without its end. */
#define CHANGE_TEXT (2 * BITS_TEXT + 128)
void change_format(const struct change *change, char text[CHANGE_TEXT]);

struct json_object *change_json(const struct change *change);

#endif /* NVLF_FM_APPLY_H */
