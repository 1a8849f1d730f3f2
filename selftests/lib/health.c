// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * health.c - what is said of an endpoint's health.
 */
#include <errno.h>

#include "health.h"

/* Returns 0, or -EBADMSG where something lacks. */
int health_parse(const struct nl_reply *reply, struct health *h)
{
	if (nl_get_u32(reply, NVLF_A_HEALTH_TARGET_ID, &h->id) ||
	    nl_get_u32(reply, NVLF_A_HEALTH_STATE, &h->state) ||
	    nl_get_u32(reply, NVLF_A_HEALTH_CAUSE, &h->cause) ||
	    nl_get_u32(reply, NVLF_A_HEALTH_LINKS, &h->links) ||
	    nl_get_u32(reply, NVLF_A_HEALTH_LINKS_UP, &h->links_up) ||
	    nl_get_u32(reply, NVLF_A_HEALTH_LANES, &h->lanes) ||
	    nl_get_u32(reply, NVLF_A_HEALTH_LANES_UP, &h->lanes_up) ||
	    nl_get_u32(reply, NVLF_A_HEALTH_PEERS, &h->peers) ||
	    nl_get_u32(reply, NVLF_A_HEALTH_PEERS_REACHED, &h->reached) ||
	    nl_get_string(reply, NVLF_A_HEALTH_REASON, h->reason,
			  sizeof(h->reason)))
		return -EBADMSG;
	return 0;
}

/* For a reply, or a part of a dump; @priv is the struct health to be filled. */
int health_on(const struct nl_reply *reply, void *priv)
{
	return reply->cmd == NVLF_CMD_HEALTH_GET ? health_parse(reply, priv) :
						   -EBADMSG;
}

/* Returns 0 or a negative errno. */
int health_get(struct nl *nl, __u32 id, struct health *h)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_HEALTH_GET);
	nl_put_u32(&req, NVLF_A_HEALTH_TARGET_ID, id);
	return nl_do(nl, &req, health_on, h);
}
