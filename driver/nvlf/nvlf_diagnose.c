// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_diagnose.c - why one endpoint reaches another, or what stands in the
 * way: of the pair, and at each switch.
 *
 * The pair is judged in the order in which reachability is resolved: both are
 * there, both have links, a switch leads from one to the other, a partition
 * has both. Where no switch leads there, the one that lacks least is named.
 */
#include <linux/slab.h>

#include "nvlf_nl.h"

/* How far along the way a switch comes that leads nowhere */
static const u8 nvlf_broken_rank[] = {
	[NVLF_BROKEN_NO_SWITCH] = 1,
	[NVLF_BROKEN_NO_LINK] = 2,
	[NVLF_BROKEN_NO_ROUTE] = 3,
	[NVLF_BROKEN_ROUTE_DOWN] = 4,
};

/* Does a port of the endpoint lead to switch @id, by its own word? */
static bool nvlf_hop_named(const struct nvlf_endpoint *ep, u32 id)
{
	unsigned int p;

	for (p = 0; p < ep->nports; p++)
		if (ep->port[p].partner == NVL_PARTNER_SWITCH &&
		    ep->port[p].partner_id == id)
			return true;
	return false;
}

static void nvlf_hop_no_switch(const struct nvlf_switch *sw,
			       struct nvlf_hop *hop)
{
	hop->broken = NVLF_BROKEN_NO_SWITCH;
	scnprintf(hop->words, sizeof(hop->words), "switch %u %s", hop->id,
		  sw ? "does not answer, as in a reset" : "is not there");
}

/* The port that led there last tells more than that there is none. */
static void nvlf_hop_no_link(const struct nvlf_fabric *f,
			     struct nvlf_endpoint *src, struct nvlf_hop *hop)
{
	const struct nvlf_device dev = nvlf_device_of_endpoint(src);
	unsigned int p;

	hop->broken = NVLF_BROKEN_NO_LINK;
	for (p = 0; p < src->nports; p++)
		if (src->port[p].last == NVL_PARTNER_SWITCH &&
		    src->port[p].last_id == hop->id) {
			nvlf_port_words(f, &dev, p, hop->words);
			return;
		}
	scnprintf(hop->words, sizeof(hop->words),
		  "endpoint %u has no link to switch %u", src->id, hop->id);
}

static void nvlf_hop_route_down(const struct nvlf_fabric *f,
				struct nvlf_switch *sw, u32 dst,
				struct nvlf_hop *hop)
{
	const struct nvlf_device dev = nvlf_device_of_switch(sw);
	unsigned long *ports = sw->route[dst]->ports;
	const struct nvlf_port *port;
	unsigned long q;

	hop->broken = NVLF_BROKEN_ROUTE_DOWN;
	/* One that is down can come up; one that leads elsewhere stays so */
	for_each_set_bit(q, ports, sw->nports)
		if (!sw->port[q].linked) {
			nvlf_port_words(f, &dev, q, hop->words);
			return;
		}
	q = find_first_bit(ports, sw->nports);
	port = &sw->port[q];
	scnprintf(hop->words, sizeof(hop->words),
		  "port %lu of switch %u is on the route to endpoint %u, and leads to endpoint %u",
		  q, sw->id, dst, port->partner_id);
}

static void nvlf_hop_check(const struct nvlf_fabric *f,
			   struct nvlf_endpoint *src,
			   const struct nvlf_endpoint *dst,
			   struct nvlf_hop *hop)
{
	struct nvlf_switch *sw = f->sw[hop->id];
	const struct nvlf_route *route;
	unsigned long q;

	hop->links_in = src->links[hop->id];
	if (!sw || !sw->online) {
		nvlf_hop_no_switch(sw, hop);
		return;
	}
	route = sw->route[dst->id];
	if (route)
		for_each_set_bit(q, route->ports, sw->nports)
			hop->links_out += sw->port[q].linked &&
					  sw->port[q].partner_id == dst->id;
	if (!hop->links_in) {
		nvlf_hop_no_link(f, src, hop);
	} else if (!route) {
		hop->broken = NVLF_BROKEN_NO_ROUTE;
		scnprintf(hop->words, sizeof(hop->words),
			  "switch %u has no route to endpoint %u", hop->id,
			  dst->id);
	} else if (!hop->links_out) {
		nvlf_hop_route_down(f, sw, dst->id, hop);
	} else {
		scnprintf(hop->words, sizeof(hop->words),
			  "%u links to switch %u, %u from there", hop->links_in,
			  hop->id, hop->links_out);
	}
}

/* Returns how many of the switches lead there; *nearest lacks least. */
static unsigned int nvlf_diagnose_hops(const struct nvlf_fabric *f,
				       struct nvlf_endpoint *src,
				       const struct nvlf_endpoint *dst,
				       struct nvlf_diagnosis *d,
				       const struct nvlf_hop **nearest)
{
	unsigned int id, good = 0;
	struct nvlf_hop *hop;

	*nearest = NULL;
	for (id = 0; id < NVL_SWITCHES_MAX; id++) {
		if (!f->sw[id] && !nvlf_hop_named(src, id) &&
		    !nvlf_hop_named(dst, id))
			continue;
		hop = &d->hop[d->nhops++];
		hop->id = id;
		nvlf_hop_check(f, src, dst, hop);
		if (hop->broken == NVLF_BROKEN_NOTHING)
			good++;
		else if (!*nearest ||
			 nvlf_broken_rank[hop->broken] >
				 nvlf_broken_rank[(*nearest)->broken])
			*nearest = hop;
	}
	return good;
}

/* None of an endpoint's links is up */
static void nvlf_diagnose_no_link(const struct nvlf_fabric *f,
				  struct nvlf_endpoint *ep,
				  struct nvlf_diagnosis *d)
{
	const struct nvlf_device dev = nvlf_device_of_endpoint(ep);
	char port[NVLF_WORDS_LEN];

	nvlf_port_words(f, &dev, 0, port);
	d->broken = NVLF_BROKEN_NO_LINK;
	scnprintf(d->words, sizeof(d->words),
		  "none of %u links of endpoint %u is up: %s", ep->nports,
		  ep->id, port);
}

/**
 * nvlf_diagnose() - find what stands in the way of a pair
 * @f: fabric
 * @src: target id, below NVL_TARGET_IDS
 * @dst: target id, below NVL_TARGET_IDS, another
 * @d: filled in; zeroed
 *
 * Context: holds change.
 */
void nvlf_diagnose(const struct nvlf_fabric *f, u32 src, u32 dst,
		   struct nvlf_diagnosis *d)
{
	struct nvlf_endpoint *s = f->endpoint[src];
	struct nvlf_endpoint *e = f->endpoint[dst];
	const struct nvlf_hop *nearest;
	unsigned int good;

	lockdep_assert_held(&f->change);

	if (!s || !e) {
		d->broken = NVLF_BROKEN_NO_ENDPOINT;
		scnprintf(d->words, sizeof(d->words), "no endpoint %u",
			  s ? dst : src);
		return;
	}
	good = nvlf_diagnose_hops(f, s, e, d, &nearest);
	if (!s->nlinks) {
		nvlf_diagnose_no_link(f, s, d);
	} else if (!e->nlinks) {
		nvlf_diagnose_no_link(f, e, d);
	} else if (!good && nearest) {
		d->broken = nearest->broken;
		strscpy(d->words, nearest->words, sizeof(d->words));
	} else if (!nvlf_partition_common(f, src, dst)) {
		d->broken = NVLF_BROKEN_NO_PARTITION;
		scnprintf(d->words, sizeof(d->words),
			  "endpoints %u and %u are in no common partition", src,
			  dst);
	} else {
		scnprintf(d->words, sizeof(d->words),
			  "%u of %u switches lead from endpoint %u to endpoint %u",
			  good, d->nhops, src, dst);
	}
}

/* ---- Netlink --------------------------------------------------------------- */

/* A reply with all switches, each with as many words as there can be */
#define NVLF_DIAGNOSIS_SIZE \
	(NVL_SWITCHES_MAX * (5 * nla_total_size(sizeof(u32)) + \
			     nla_total_size(NVLF_WORDS_LEN)) + \
	 3 * nla_total_size(sizeof(u32)) + nla_total_size(NVLF_WORDS_LEN))

static int nvlf_nl_put_hop(struct sk_buff *skb, const struct nvlf_hop *hop)
{
	struct nlattr *nest = nla_nest_start(skb, NVLF_A_DIAGNOSE_HOP);

	/* What does not fit ends with the whole message */
	if (!nest || nla_put_u32(skb, NVLF_A_HOP_SWITCH_ID, hop->id) ||
	    nla_put_u32(skb, NVLF_A_HOP_LINKS_IN, hop->links_in) ||
	    nla_put_u32(skb, NVLF_A_HOP_LINKS_OUT, hop->links_out) ||
	    nla_put_u32(skb, NVLF_A_HOP_BROKEN, hop->broken) ||
	    nla_put_string(skb, NVLF_A_HOP_REASON, hop->words))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int nvlf_nl_put_diagnosis(struct sk_buff *skb,
				 const struct genl_info *info, u32 src, u32 dst,
				 const struct nvlf_diagnosis *d)
{
	void *hdr = nvlf_nl_put_header(skb, info, NULL);
	unsigned int i;

	if (!hdr || nla_put_u32(skb, NVLF_A_DIAGNOSE_SRC, src) ||
	    nla_put_u32(skb, NVLF_A_DIAGNOSE_DST, dst) ||
	    nla_put_u32(skb, NVLF_A_DIAGNOSE_BROKEN, d->broken) ||
	    nla_put_string(skb, NVLF_A_DIAGNOSE_REASON, d->words))
		return -EMSGSIZE;
	for (i = 0; i < d->nhops; i++)
		if (nvlf_nl_put_hop(skb, &d->hop[i]))
			return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

int nvlf_nl_diagnose_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nvlf_diagnosis *d;
	struct sk_buff *reply;
	u32 src, dst;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_DIAGNOSE_SRC) ||
	    GENL_REQ_ATTR_CHECK(info, NVLF_A_DIAGNOSE_DST))
		return -EINVAL;
	src = nla_get_u32(info->attrs[NVLF_A_DIAGNOSE_SRC]);
	dst = nla_get_u32(info->attrs[NVLF_A_DIAGNOSE_DST]);
	if (src == dst) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[NVLF_A_DIAGNOSE_DST],
				    "an endpoint reaches itself without the fabric");
		return -EINVAL;
	}

	d = kzalloc(sizeof(*d), GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	reply = genlmsg_new(NVLF_DIAGNOSIS_SIZE, GFP_KERNEL);
	if (!reply) {
		err = -ENOMEM;
		goto out;
	}
	mutex_lock(&nvlf_fabric.change);
	nvlf_diagnose(&nvlf_fabric, src, dst, d);
	err = nvlf_nl_put_diagnosis(reply, info, src, dst, d);
	err = nvlf_nl_get_end(reply, info, err);
out:
	kfree(d);
	return err;
}
