/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * health.h - what is said of an endpoint's health.
 */
#ifndef SELFTESTS_HEALTH_H
#define SELFTESTS_HEALTH_H

#include "nvlf_nl.h"

/* What health-get says */
struct health {
	__u32 id, state, cause, links, links_up, lanes, lanes_up;
	__u32 peers, reached;
	char reason[160];
};

int health_parse(const struct nl_reply *reply, struct health *h);
int health_on(const struct nl_reply *reply, void *priv);
int health_get(struct nl *nl, __u32 id, struct health *h);

#endif /* SELFTESTS_HEALTH_H */
