/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apply.h - carries a plan out, and tells of it.
 */
#ifndef NVLF_FM_APPLY_H
#define NVLF_FM_APPLY_H

#include "plan.h"
#include "refusal.h"

/*
 * Makes the changes in order and marks those that are done. What the kernel
 * refuses goes to @refusals, and so does what then has to wait: whoever could
 * not be taken out of a partition is joined to nobody new. All else is made.
 * Return: 0, or the negative errno of the first that was refused.
 */
int apply(struct plan *plan, struct nvlf_client *client,
	  struct refusals *refusals);

/* One change as a line of text, without its end. */
#define CHANGE_TEXT (2 * BITS_TEXT + 128)
void change_format(const struct change *change, char text[CHANGE_TEXT]);

struct json_object *change_json(const struct change *change);

#endif /* NVLF_FM_APPLY_H */
