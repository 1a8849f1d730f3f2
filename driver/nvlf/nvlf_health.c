// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_health.c - what an endpoint can do, seen from the fabric, and why no
 * more.
 *
 * Health is computed from the tables, for an endpoint at a time. Who asks gets
 * it as it is at that moment; listeners are told when state, cause or the
 * number of links have changed. A change marks the endpoints whose health it
 * can touch in nvlf_fabric.unwell; its end judges those and no others.
 *
 * The judgement, first match:
 *
 *	none of its links is up		no-link, or miswired
 *	nobody shares a partition	no-partition
 *	somebody with links, in a	miswired, no-route, or links-down where
 *	partition, is out of reach	routes are there and their links are not
 *	all of them have no link	peers-down
 *	all with links are reached	links-down, lanes-lost, or none; peers-down
 *					where some have none
 */
#include "nvlf_nl.h"
#include "nvlf_trace.h"

/* ---- One port, in words -------------------------------------------------- */

/* Is there such a device, whatever its port says? */
static bool nvlf_partner_there(const struct nvlf_fabric *f,
			       const struct nvlf_port *port)
{
	if (port->partner == NVL_PARTNER_SWITCH)
		return port->partner_id < NVL_SWITCHES_MAX &&
		       f->sw[port->partner_id] &&
		       f->sw[port->partner_id]->online;
	return port->partner_id < NVL_TARGET_IDS &&
	       f->endpoint[port->partner_id];
}

/**
 * nvlf_port_words() - what is wrong with a port
 * @f: fabric
 * @dev: its device
 * @p: its number
 * @words: filled in, NVLF_WORDS_LEN bytes
 *
 * Context: holds change.
 */
void nvlf_port_words(const struct nvlf_fabric *f, const struct nvlf_device *dev,
		     unsigned int p, char *words)
{
	static const char *const doing[] = {
		[NVL_PORT_OFF] = "off",
		[NVL_PORT_DETECT] = "without an answer from the other end",
		[NVL_PORT_TRAIN] = "in training",
		[NVL_PORT_ACTIVE] = "up",
		[NVL_PORT_DEGRADED] = "up",
		[NVL_PORT_FAULT] = "at fault",
	};
	const struct nvlf_port *port = &dev->port[p];
	u64 age = nvlf_port_age_ms(port);
	int len;

	len = scnprintf(words, NVLF_WORDS_LEN, "port %u of %s %u ", p,
			dev->ep ? "endpoint" : "switch", dev->id);
	if (nvlf_port_up(port) && nvlf_port_miswired(f, dev, p)) {
		scnprintf(words + len, NVLF_WORDS_LEN - len,
			  "leads to port %u of %s %u, which %s",
			  port->partner_port,
			  port->partner == NVL_PARTNER_SWITCH ? "switch" :
								"endpoint",
			  port->partner_id,
			  port->misplaced ? "is the wrong one" :
					    "leads elsewhere");
		return;
	}
	if (nvlf_port_up(port) && !port->linked &&
	    port->partner != NVL_PARTNER_NONE) {
		scnprintf(words + len, NVLF_WORDS_LEN - len,
			  "leads to %s %u, %s",
			  port->partner == NVL_PARTNER_SWITCH ? "switch" :
								"endpoint",
			  port->partner_id,
			  nvlf_partner_there(f, port) ? "whose port is not up" :
							"which is not there");
		return;
	}
	scnprintf(words + len, NVLF_WORDS_LEN - len, "%s for %llu.%llu s",
		  port->disabled ? "disabled" : doing[port->state], age / 1000,
		  age % 1000 / 100);
}

/**
 * nvlf_port_miswired() - does a port lead to where it should not?
 * @f: fabric
 * @dev: its device
 * @p: its number
 *
 * It does where the device knows that its cable is in the wrong place, also if
 * it carries; or where the partner says that it leads elsewhere, for which the
 * word of both ends is needed: a partner that has not been read, is not up or
 * is not registered contradicts nobody.
 *
 * Context: holds change.
 * Return: whether it is so.
 */
bool nvlf_port_miswired(const struct nvlf_fabric *f,
			const struct nvlf_device *dev, unsigned int p)
{
	u32 kind = dev->ep ? NVL_PARTNER_ENDPOINT : NVL_PARTNER_SWITCH;
	u64 guid = dev->ep ? dev->ep->guid : dev->sw->guid;
	const struct nvlf_port *port = &dev->port[p], *far;
	const struct nvlf_endpoint *ep = NULL;
	const struct nvlf_switch *sw = NULL;
	unsigned int nports;

	if (!nvlf_port_up(port))
		return false;
	if (port->misplaced)
		return true;
	if (port->linked || port->partner == NVL_PARTNER_NONE)
		return false;
	/* No link joins two of a kind */
	if (port->partner == kind)
		return true;

	if (port->partner == NVL_PARTNER_SWITCH) {
		if (port->partner_id < NVL_SWITCHES_MAX)
			sw = f->sw[port->partner_id];
		if (!sw || !sw->online)
			return false;
		if (sw->guid != port->partner_guid)
			return true;
		far = sw->port;
		nports = sw->nports;
	} else {
		if (port->partner_id < NVL_TARGET_IDS)
			ep = f->endpoint[port->partner_id];
		if (!ep || ep->gone)
			return false;
		if (ep->guid != port->partner_guid)
			return true;
		far = ep->port;
		nports = ep->nports;
	}
	if (port->partner_port >= nports)
		return true;
	far += port->partner_port;
	return nvlf_port_up(far) && far->partner != NVL_PARTNER_NONE &&
	       (far->partner != kind || far->partner_id != dev->id ||
		far->partner_guid != guid || far->partner_port != p);
}

/* ---- The judgement -------------------------------------------------------- */

/* Counts links and lanes, and finds the first port that is wrong. */
static void nvlf_health_links(const struct nvlf_fabric *f,
			      struct nvlf_endpoint *ep, struct nvlf_health *h)
{
	const struct nvlf_device dev = nvlf_device_of_endpoint(ep);
	unsigned int p;

	for (p = 0; p < ep->nports; p++) {
		const struct nvlf_port *port = &ep->port[p];

		h->links_up += port->linked;
		h->lanes += port->lanes;
		h->lanes_up += port->lanes_up;
		if (h->miswired == NVLF_NO_PORT &&
		    nvlf_port_miswired(f, &dev, p))
			h->miswired = p;
		if (h->down == NVLF_NO_PORT && !port->linked)
			h->down = p;
		if (h->narrow == NVLF_NO_PORT && port->linked &&
		    port->lanes_up < port->lanes)
			h->narrow = p;
	}
	h->links = ep->nports;
}

/*
 * A way between two that both have links is not there: for want of a route
 * on some switch that both have links to, or of links.
 */
static void nvlf_health_way(const struct nvlf_fabric *f,
			    const struct nvlf_endpoint *src,
			    const struct nvlf_endpoint *dst,
			    struct nvlf_health *h)
{
	unsigned int id;

	h->lost = true;
	h->lost_src = src->id;
	h->lost_dst = dst->id;
	for (id = 0; id < NVL_SWITCHES_MAX; id++)
		if (src->links[id] && dst->links[id] &&
		    !f->sw[id]->route[dst->id]) {
			h->unrouted = id;
			return;
		}
}

/* Counts those in a common partition, and finds the first out of reach. */
static void nvlf_health_peers(const struct nvlf_fabric *f,
			      const struct nvlf_endpoint *ep,
			      struct nvlf_health *h)
{
	const struct nvlf_endpoint *peer;
	bool there, back;
	unsigned long id;

	for_each_set_bit(id, f->registered, NVL_TARGET_IDS) {
		if (id == ep->id || !nvlf_partition_common(f, ep->id, id))
			continue;
		peer = f->endpoint[id];
		h->peers++;
		there = ep->path[id] == NVLF_PATH_OK;
		back = peer->path[ep->id] == NVLF_PATH_OK;
		if (there && back) {
			h->peers_reached++;
		} else if (!peer->nlinks) {
			h->peers_down++;
			if (h->peer_down == NVLF_NO_PEER)
				h->peer_down = id;
		} else if (h->unrouted == NVLF_NO_SWITCH && ep->nlinks) {
			if (!there)
				nvlf_health_way(f, ep, peer, h);
			if (!back && h->unrouted == NVLF_NO_SWITCH)
				nvlf_health_way(f, peer, ep, h);
		}
	}
}

static void nvlf_health_set(struct nvlf_health *h, u32 state, u32 cause)
{
	h->state = state;
	h->cause = cause;
}

static void nvlf_health_judge(struct nvlf_health *h)
{
	bool miswired = h->miswired != NVLF_NO_PORT;
	u32 cause;

	if (!h->links_up && miswired) {
		nvlf_health_set(h, NVLF_HEALTH_STATE_MISCONFIGURED,
				NVLF_HEALTH_CAUSE_MISWIRED);
	} else if (!h->links_up) {
		nvlf_health_set(h, NVLF_HEALTH_STATE_ISOLATED,
				NVLF_HEALTH_CAUSE_NO_LINK);
	} else if (!h->peers) {
		nvlf_health_set(h, NVLF_HEALTH_STATE_ISOLATED,
				NVLF_HEALTH_CAUSE_NO_PARTITION);
	} else if (h->lost) {
		cause = NVLF_HEALTH_CAUSE_LINKS_DOWN;
		if (h->unrouted != NVLF_NO_SWITCH)
			cause = NVLF_HEALTH_CAUSE_NO_ROUTE;
		if (miswired)
			cause = NVLF_HEALTH_CAUSE_MISWIRED;
		nvlf_health_set(h,
				h->peers_reached ?
					NVLF_HEALTH_STATE_MISCONFIGURED :
					NVLF_HEALTH_STATE_ISOLATED,
				cause);
	} else if (h->peers_down == h->peers) {
		nvlf_health_set(h, NVLF_HEALTH_STATE_ISOLATED,
				NVLF_HEALTH_CAUSE_PEERS_DOWN);
	} else if (miswired) {
		nvlf_health_set(h, NVLF_HEALTH_STATE_DEGRADED,
				NVLF_HEALTH_CAUSE_MISWIRED);
	} else if (h->links_up < h->links) {
		nvlf_health_set(h, NVLF_HEALTH_STATE_DEGRADED,
				NVLF_HEALTH_CAUSE_LINKS_DOWN);
	} else if (h->narrow != NVLF_NO_PORT) {
		nvlf_health_set(h, NVLF_HEALTH_STATE_DEGRADED,
				NVLF_HEALTH_CAUSE_LANES_LOST);
	} else if (h->peers_down) {
		nvlf_health_set(h, NVLF_HEALTH_STATE_DEGRADED,
				NVLF_HEALTH_CAUSE_PEERS_DOWN);
	}
}

/**
 * nvlf_health_of() - what an endpoint can do, from the tables
 * @f: fabric
 * @ep: endpoint, registered
 * @h: filled in
 *
 * Context: holds change.
 */
void nvlf_health_of(const struct nvlf_fabric *f, struct nvlf_endpoint *ep,
		    struct nvlf_health *h)
{
	lockdep_assert_held(&f->change);

	*h = (struct nvlf_health) {
		.state = NVLF_HEALTH_STATE_HEALTHY,
		.cause = NVLF_HEALTH_CAUSE_NONE,
		.miswired = NVLF_NO_PORT,
		.down = NVLF_NO_PORT,
		.narrow = NVLF_NO_PORT,
		.peer_down = NVLF_NO_PEER,
		.unrouted = NVLF_NO_SWITCH,
	};
	nvlf_health_links(f, ep, h);
	nvlf_health_peers(f, ep, h);
	nvlf_health_judge(h);
}

/**
 * nvlf_health_words() - the cause of an endpoint's health in words
 * @f: fabric
 * @ep: endpoint
 * @h: from nvlf_health_of(), under the same hold of change
 * @words: filled in, NVLF_WORDS_LEN bytes
 *
 * Context: holds change.
 */
void nvlf_health_words(const struct nvlf_fabric *f, struct nvlf_endpoint *ep,
		       const struct nvlf_health *h, char *words)
{
	const struct nvlf_device dev = nvlf_device_of_endpoint(ep);
	char port[NVLF_WORDS_LEN];

	switch (h->cause) {
	case NVLF_HEALTH_CAUSE_NO_LINK:
		nvlf_port_words(f, &dev, h->down, port);
		scnprintf(words, NVLF_WORDS_LEN, "none of %u links is up: %s",
			  h->links, port);
		break;
	case NVLF_HEALTH_CAUSE_MISWIRED:
		nvlf_port_words(f, &dev, h->miswired, words);
		break;
	case NVLF_HEALTH_CAUSE_NO_PARTITION:
		scnprintf(words, NVLF_WORDS_LEN,
			  "endpoint %u is in no partition with another",
			  ep->id);
		break;
	case NVLF_HEALTH_CAUSE_NO_ROUTE:
		scnprintf(words, NVLF_WORDS_LEN,
			  "switch %u has no route to endpoint %u for endpoint %u",
			  h->unrouted, h->lost_dst, h->lost_src);
		break;
	case NVLF_HEALTH_CAUSE_PEERS_DOWN:
		scnprintf(words, NVLF_WORDS_LEN,
			  "%u of %u peers have no link that is up, endpoint %u the first",
			  h->peers_down, h->peers, h->peer_down);
		break;
	case NVLF_HEALTH_CAUSE_LINKS_DOWN:
		if (h->lost) {
			scnprintf(words, NVLF_WORDS_LEN,
				  "no route from endpoint %u to endpoint %u has a link that is up",
				  h->lost_src, h->lost_dst);
			break;
		}
		nvlf_port_words(f, &dev, h->down, port);
		scnprintf(words, NVLF_WORDS_LEN, "%u of %u links are down: %s",
			  h->links - h->links_up, h->links, port);
		break;
	case NVLF_HEALTH_CAUSE_LANES_LOST:
		scnprintf(words, NVLF_WORDS_LEN,
			  "%u of %u lanes are down: port %u of endpoint %u has %u of %u",
			  h->lanes - h->lanes_up, h->lanes, h->narrow, ep->id,
			  ep->port[h->narrow].lanes_up,
			  ep->port[h->narrow].lanes);
		break;
	default:
		scnprintf(words, NVLF_WORDS_LEN,
			  "all %u links are up, %u of %u peers are reached",
			  h->links, h->peers_reached, h->peers);
	}
}

/* ---- Netlink --------------------------------------------------------------- */

static int nvlf_nl_put_health(struct sk_buff *skb, const struct genl_info *info,
			      struct netlink_callback *cb,
			      const struct nvlf_fabric *f,
			      struct nvlf_endpoint *ep,
			      const struct nvlf_health *h)
{
	void *hdr = nvlf_nl_put_header(skb, info, cb);
	char words[NVLF_WORDS_LEN];

	if (!hdr)
		return -EMSGSIZE;
	nvlf_health_words(f, ep, h, words);
	if (nla_put_u32(skb, NVLF_A_HEALTH_TARGET_ID, ep->id) ||
	    nla_put_u32(skb, NVLF_A_HEALTH_STATE, h->state) ||
	    nla_put_u32(skb, NVLF_A_HEALTH_CAUSE, h->cause) ||
	    nla_put_u32(skb, NVLF_A_HEALTH_LINKS, h->links) ||
	    nla_put_u32(skb, NVLF_A_HEALTH_LINKS_UP, h->links_up) ||
	    nla_put_u32(skb, NVLF_A_HEALTH_LANES, h->lanes) ||
	    nla_put_u32(skb, NVLF_A_HEALTH_LANES_UP, h->lanes_up) ||
	    nla_put_u32(skb, NVLF_A_HEALTH_PEERS, h->peers) ||
	    nla_put_u32(skb, NVLF_A_HEALTH_PEERS_REACHED, h->peers_reached) ||
	    nla_put_string(skb, NVLF_A_HEALTH_REASON, words)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * nvlf_health_update() - tell listeners whose health a change has changed
 * @f: fabric, at the end of a change; its unwell set becomes empty
 *
 * Context: holds change.
 */
void nvlf_health_update(struct nvlf_fabric *f)
{
	struct nvlf_endpoint *ep;
	struct genl_info info;
	struct nvlf_health h;
	struct sk_buff *skb;
	unsigned long id;

	lockdep_assert_held(&f->change);

	for_each_and_bit(id, f->unwell, f->registered, NVL_TARGET_IDS) {
		ep = f->endpoint[id];
		nvlf_health_of(f, ep, &h);
		if (ep->told.known && ep->told.state == h.state &&
		    ep->told.cause == h.cause &&
		    ep->told.links_up == h.links_up)
			continue;
		ep->told.known = true;
		ep->told.state = h.state;
		ep->told.cause = h.cause;
		ep->told.links_up = h.links_up;
		trace_nvlf_health(ep->id, &h);
		skb = nvlf_nl_ntf_new(&info, NVLF_CMD_HEALTH_NTF);
		if (skb)
			nvlf_nl_ntf_send(skb,
					 nvlf_nl_put_health(skb, &info, NULL, f,
							    ep, &h));
	}
	bitmap_zero(f->unwell, NVL_TARGET_IDS);
}

int nvlf_nl_health_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nvlf_endpoint *ep;
	struct nlattr *attr;
	struct nvlf_health h;
	struct sk_buff *reply;
	int err = -ENOENT;

	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_HEALTH_TARGET_ID))
		return -EINVAL;
	reply = nvlf_nl_get_begin();
	if (!reply)
		return -ENOMEM;

	attr = info->attrs[NVLF_A_HEALTH_TARGET_ID];
	ep = nvlf_fabric.endpoint[nla_get_u32(attr)];
	if (ep) {
		nvlf_health_of(&nvlf_fabric, ep, &h);
		err = nvlf_nl_put_health(reply, info, NULL, &nvlf_fabric, ep,
					 &h);
	} else {
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr, "no endpoint %u",
					nla_get_u32(attr));
	}
	return nvlf_nl_get_end(reply, info, err);
}

int nvlf_nl_health_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	const struct nlattr *state = info->attrs[NVLF_A_HEALTH_STATE];
	struct nvlf_nl_dump *at = nvlf_nl_dump_begin(cb);
	struct nvlf_endpoint *ep;
	struct nvlf_health h;
	int err = 0;

	for (; at->id < NVL_TARGET_IDS; at->id++) {
		ep = nvlf_fabric.endpoint[at->id];
		if (!ep)
			continue;
		nvlf_health_of(&nvlf_fabric, ep, &h);
		if (state && nla_get_u32(state) != h.state)
			continue;
		err = nvlf_nl_put_health(skb, info, cb, &nvlf_fabric, ep, &h);
		if (err)
			break;
	}
	return nvlf_nl_dump_end(skb, err);
}
