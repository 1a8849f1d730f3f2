/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_rig.h - fabrics for the tests of plan.c: made by the wiring rule, and
 * changed as the kernel would by a plan.
 */
#ifndef TESTS_PLAN_RIG_H
#define TESTS_PLAN_RIG_H

#include "plan.h"

/* One partition, with all endpoints */
extern const struct policy everybody;

void *append(struct nvlf_list *list, size_t size);
struct nvlf_port *add_port(struct model *m, uint32_t sw, uint32_t index,
			   uint32_t state, uint32_t endpoint);
struct model build(unsigned int switches, unsigned int endpoints,
		   unsigned int first);
void carry_out(struct model *m, const struct plan *plan);
bool settle(struct model *m);
bool settled(const struct model *m);

/* What is in a plan, and in a set */
size_t count(const struct plan *plan, enum change_kind kind);
const struct change *route_change(const struct plan *plan, uint32_t sw,
				  uint32_t target);
bool is_list(const struct bits *bits, const char *list);

#endif /* TESTS_PLAN_RIG_H */
