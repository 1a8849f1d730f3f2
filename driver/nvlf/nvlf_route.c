// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_route.c - routes: which ports of a switch lead to a target id.
 *
 * A route belongs to its switch and dies with it. Its ports must exist, but
 * need not lead to the target at the moment of the request: links come and
 * go, and a route may be set before its target is there. Such a port carries
 * nothing: a pair is reachable only through ports whose partner is the target
 * itself, in the hardware as here.
 */
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/slab.h>

#include "nvlf_nl.h"
#include "nvlf_trace.h"

/* Is one of its ports a link to the target? */
static bool nvlf_route_linked(const struct nvlf_switch *sw, u32 target,
			      const struct nvlf_route *route)
{
	unsigned long q;

	if (!route)
		return false;
	for_each_set_bit(q, route->ports, sw->nports)
		if (sw->port[q].linked && sw->port[q].partner_id == target)
			return true;
	return false;
}

/**
 * nvlf_route_leads() - is there a switch from one endpoint to another?
 * @f: fabric
 * @src: needs a link to the switch
 * @dst: needs to be the partner of a port in the switch's route to it
 *
 * Context: holds change.
 * Return: true where there is one.
 */
bool nvlf_route_leads(const struct nvlf_fabric *f,
		      const struct nvlf_endpoint *src,
		      const struct nvlf_endpoint *dst)
{
	const struct nvlf_switch *sw;
	unsigned int id;

	for (id = 0; id < NVL_SWITCHES_MAX; id++) {
		if (!src->links[id] || !dst->links[id])
			continue;
		sw = f->sw[id];
		if (nvlf_route_linked(sw, dst->id, sw->route[dst->id]))
			return true;
	}
	return false;
}

/**
 * nvlf_route_check() - read the bytes of a request's set of ports
 * @ports: filled; NVL_SWITCH_PORTS bits
 * @nports: how many ports the switch has
 * @bytes: bit n of byte n / 8 is port n
 * @len: how many bytes there are
 * @beyond: filled for -ERANGE: the first port that the switch has not
 *
 * Return: 0, -ERANGE, or -EINVAL where no port is named.
 */
int nvlf_route_check(unsigned long *ports, unsigned int nports, const u8 *bytes,
		     unsigned int len, unsigned int *beyond)
{
	int err;

	bitmap_zero(ports, NVL_SWITCH_PORTS);
	err = nvlf_bits_from_bytes(ports, nports, bytes, len, beyond);
	if (!err && bitmap_empty(ports, NVL_SWITCH_PORTS))
		err = -EINVAL;
	return err;
}

/**
 * nvlf_route_parse() - read a request's set of ports for one target id
 * @route: filled
 * @sw: that it is for
 * @target: where it leads
 * @attr: its ports
 * @extack: gets the reason of an error and the attribute to blame
 *
 * Context: any; @sw does not go meanwhile.
 * Return: 0 or -EINVAL.
 */
int nvlf_route_parse(struct nvlf_route *route, const struct nvlf_switch *sw,
		     u32 target, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	unsigned int beyond = 0;
	int err;

	if (nvlf_nl_check_len(extack, attr, 1, NVLF_PORTS_LEN_MAX))
		return -EINVAL;
	err = nvlf_route_check(route->ports, sw->nports, nla_data(attr),
			       nla_len(attr), &beyond);
	if (err == -ERANGE)
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr,
					"route to %u: port %u is not one of switch %u: 0 to %u",
					target, beyond, sw->id, sw->nports - 1);
	else if (err)
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr,
					"route to %u needs at least one port",
					target);
	return err ? -EINVAL : 0;
}

/**
 * nvlf_route_same() - do two routes lead over the same ports?
 * @a: route; NULL where there is none
 * @b: route; NULL where there is none
 *
 * Return: true where they do.
 */
bool nvlf_route_same(const struct nvlf_route *a, const struct nvlf_route *b)
{
	return a == b ||
	       (a && b && bitmap_equal(a->ports, b->ports, NVL_SWITCH_PORTS));
}

/* HI puts both halves in force, so that a route changes at once. */
static void nvlf_route_write(struct nvlf_switch *sw, u32 target,
			     const struct nvlf_route *route)
{
	void __iomem *reg = sw->regs + NVL_SWITCH_ROUTE_BASE +
			    target * NVL_ROUTE_STRIDE;
	u64 words[2] = {};

	BUILD_BUG_ON(NVL_SWITCH_PORTS > 127);

	if (route) {
		bitmap_to_arr64(words, route->ports, NVL_SWITCH_PORTS);
		words[1] |= NVL_ROUTE_VALID;
	}
	writeq(words[0], reg + NVL_ROUTE_PORTS_LO);
	writeq(words[1], reg + NVL_ROUTE_PORTS_HI);
}

/**
 * nvlf_route_write_all() - program a switch that was reset
 * @sw: has no routes in its registers
 *
 * Context: holds change.
 */
void nvlf_route_write_all(struct nvlf_switch *sw)
{
	unsigned long target;

	lockdep_assert_held(&sw->fabric->change);

	for_each_set_bit(target, sw->routed, NVL_TARGET_IDS)
		nvlf_route_write(sw, target, sw->route[target]);
}

/**
 * nvlf_route_lowest() - the port by which groups go out to a route's target
 * @route: route; NULL where there is none
 *
 * Return: the lowest of its ports, or NVL_SWITCH_PORTS.
 */
unsigned int nvlf_route_lowest(const struct nvlf_route *route)
{
	return route ? find_first_bit(route->ports, NVL_SWITCH_PORTS) :
		       NVL_SWITCH_PORTS;
}

/**
 * nvlf_route_trace() - trace that a route changed
 * @sw: its switch
 * @target: where it leads
 * @route: what it is now; NULL where it was removed
 */
void nvlf_route_trace(const struct nvlf_switch *sw, u32 target,
		      const struct nvlf_route *route)
{
	static const struct nvlf_route none;

	trace_nvlf_route(sw->id, target, route ? route->ports : none.ports);
}

/**
 * nvlf_route_apply() - change some of a switch's routes, all at once
 * @sw: switch
 * @changes: what they become, checked, each for another target id; gets what
 *	they were
 * @count: entries of @changes
 *
 * Touches the pairs that end at one of the targets and come in at this
 * switch: where the route leads there no longer, or still does not, all of
 * them; where it has come to, those that had no other. A route that leads
 * there before and after changes nothing for them. While the switch is not
 * online only the tables change; they are
 * written to it when it is back. Each change is told to listeners: a route
 * that is to stay as it is should not be among them.
 *
 * Context: holds change. Calls up.
 */
void nvlf_route_apply(struct nvlf_switch *sw, struct nvlf_route_change *changes,
		      unsigned int count)
{
	struct nvlf_fabric *f = sw->fabric;
	DECLARE_BITMAP(moved, NVL_TARGET_IDS);
	DECLARE_BITMAP(opened, NVL_TARGET_IDS);
	const struct nvlf_pairs lost = { .from = f->from, .to = f->to };
	const struct nvlf_pairs won = { .from = f->from, .to = opened };
	unsigned int nroutes = sw->nroutes, i;
	struct nvlf_route_change *c;
	unsigned long id;

	lockdep_assert_held(&f->change);

	if (!count)
		return;

	bitmap_zero(moved, NVL_TARGET_IDS);
	bitmap_zero(opened, NVL_TARGET_IDS);
	bitmap_zero(f->to, NVL_TARGET_IDS);
	for (i = 0; i < count; i++) {
		c = &changes[i];
		swap(sw->route[c->target], c->route);
		nroutes += !!sw->route[c->target] - !!c->route;
		__assign_bit(c->target, sw->routed, sw->route[c->target]);
		if (nvlf_route_lowest(sw->route[c->target]) !=
		    nvlf_route_lowest(c->route))
			__set_bit(c->target, moved);
		if (!nvlf_route_linked(sw, c->target, sw->route[c->target]))
			__set_bit(c->target, f->to);
		else if (f->endpoint[c->target]->nunrouted &&
			 !nvlf_route_linked(sw, c->target, c->route))
			__set_bit(c->target, opened);
		nvlf_route_trace(sw, c->target, sw->route[c->target]);
	}
	sw->dirty |= nroutes != sw->nroutes;
	sw->nroutes = nroutes;
	f->touched = true;

	bitmap_zero(f->from, NVL_TARGET_IDS);
	for_each_set_bit(id, f->registered, NVL_TARGET_IDS)
		if (f->endpoint[id]->links[sw->id])
			__set_bit(id, f->from);

	nvlf_reach_lose(f, &lost);
	if (sw->online) {
		for (i = 0; i < count; i++)
			nvlf_route_write(sw, changes[i].target,
					 sw->route[changes[i].target]);
		nvlf_group_follow(sw, moved);
		nvlf_switch_flush(sw);
	}
	nvlf_reach_routed(f, &won);

	for (i = 0; i < count; i++) {
		c = &changes[i];
		if (sw->route[c->target])
			nvlf_nl_notify_route(sw, c->target,
					     sw->route[c->target],
					     NVLF_CMD_ROUTE_NTF);
		else
			nvlf_nl_notify_route(sw, c->target, c->route,
					     NVLF_CMD_ROUTE_DEL_NTF);
	}
}

/**
 * nvlf_route_switch() - look up the switch whose routes are to change
 * @f: fabric
 * @attr: its number
 * @extack: is told where there is none
 *
 * Context: holds change.
 * Return: the switch, or NULL.
 */
struct nvlf_switch *nvlf_route_switch(struct nvlf_fabric *f,
				      const struct nlattr *attr,
				      struct netlink_ext_ack *extack)
{
	u32 id = nla_get_u32(attr);

	if (id < NVL_SWITCHES_MAX && f->sw[id])
		return f->sw[id];
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "no switch %u", id);
	return NULL;
}

/**
 * nvlf_route_set() - make or replace a switch's route to a target id
 * @f: fabric
 * @attrs: NVLF_A_ROUTE_*, all there, checked by the policy
 * @extack: gets the reason of an error and the attribute to blame
 * @generation: filled where it succeeds: in which it is in force
 *
 * Context: process; takes change, calls up.
 * Return: 0, -ENOENT (no such switch), -EINVAL (no port, or one that the
 * switch has not), -ENOMEM.
 */
int nvlf_route_set(struct nvlf_fabric *f, struct nlattr **attrs,
		   struct netlink_ext_ack *extack, u32 *generation)
{
	const struct nlattr *attr = attrs[NVLF_A_ROUTE_PORTS];
	struct nvlf_route_change change = {
		.target = nla_get_u32(attrs[NVLF_A_ROUTE_TARGET_ID]),
	};
	struct nvlf_switch *sw;
	int err;

	change.route = kzalloc(sizeof(*change.route), GFP_KERNEL);
	if (!change.route)
		return -ENOMEM;

	nvlf_change_begin(f);
	sw = nvlf_route_switch(f, attrs[NVLF_A_ROUTE_SWITCH_ID], extack);
	if (!sw) {
		err = -ENOENT;
		goto out;
	}
	err = nvlf_route_parse(change.route, sw, change.target, attr, extack);
	if (!err && !nvlf_route_same(change.route, sw->route[change.target]))
		nvlf_route_apply(sw, &change, 1);
out:
	*generation = nvlf_change_end(f);
	kfree(change.route);
	return err;
}

/**
 * nvlf_route_del() - remove a switch's route to a target id
 * @f: fabric
 * @attrs: NVLF_A_ROUTE_SWITCH_ID and _TARGET_ID, checked by the policy
 * @extack: gets the reason of an error and the attribute to blame
 * @generation: filled where it succeeds: in which it is in force
 *
 * Context: process; takes change, calls up.
 * Return: 0, -ENOENT (no such switch or no such route).
 */
int nvlf_route_del(struct nvlf_fabric *f, struct nlattr **attrs,
		   struct netlink_ext_ack *extack, u32 *generation)
{
	const struct nlattr *attr = attrs[NVLF_A_ROUTE_TARGET_ID];
	struct nvlf_route_change change = { .target = nla_get_u32(attr) };
	struct nvlf_switch *sw;
	int err = -ENOENT;

	nvlf_change_begin(f);
	sw = nvlf_route_switch(f, attrs[NVLF_A_ROUTE_SWITCH_ID], extack);
	if (!sw)
		goto out;
	if (!sw->route[change.target]) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr,
					"switch %u has no route to %u", sw->id,
					change.target);
		goto out;
	}
	nvlf_route_apply(sw, &change, 1);
	err = 0;
out:
	*generation = nvlf_change_end(f);
	kfree(change.route);
	return err;
}
