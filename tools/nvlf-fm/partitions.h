/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * partitions.h - how partitions become others without anybody being with whom
 * he should not be, and without parting those who go on together.
 */
#ifndef NVLF_FM_PARTITIONS_H
#define NVLF_FM_PARTITIONS_H

#include "plan.h"

/*
 * Adds the changes to @plan that make the partitions of @model those of
 * @policy; @members are whom each of these is to have now. Return: 0 or
 * -ENOMEM.
 */
int plan_partitions(struct plan *plan, const struct model *model,
		    const struct policy *policy, const struct bits *members);

#endif /* NVLF_FM_PARTITIONS_H */
