// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_netlink.c - netlink of endpoints, switches, ports, routes and
 * partitions: their messages, gets, dumps, sets and notifications.
 */

#include "nvlf_nl.h"

#define NVLF_PORTS_LEN DIV_ROUND_UP(NVL_SWITCH_PORTS, BITS_PER_BYTE)

static_assert(NVL_TARGET_IDS - 1 == NVLF_TARGET_MAX);
static_assert(NVL_PARTITION_ID_MASK == NVLF_PARTITION_MAX);
static_assert(NVLF_MEMBERS_LEN_MAX * BITS_PER_BYTE == NVL_TARGET_IDS);
static_assert(NVLF_PORTS_LEN_MAX >= NVLF_PORTS_LEN);
static_assert((int)NVLF_PORT_STATE_OFF == (int)NVL_PORT_OFF);
static_assert((int)NVLF_PORT_STATE_DETECT == (int)NVL_PORT_DETECT);
static_assert((int)NVLF_PORT_STATE_TRAIN == (int)NVL_PORT_TRAIN);
static_assert((int)NVLF_PORT_STATE_ACTIVE == (int)NVL_PORT_ACTIVE);
static_assert((int)NVLF_PORT_STATE_DEGRADED == (int)NVL_PORT_DEGRADED);
static_assert((int)NVLF_PORT_STATE_FAULT == (int)NVL_PORT_FAULT);

/* ---- One object into a message ----------------------------------------- */

static int nvlf_nl_put_reachable(struct sk_buff *skb,
				 const struct nvlf_endpoint *ep)
{
	struct nlattr *attr;
	u8 *bytes;
	u32 id;

	attr = nla_reserve(skb, NVLF_A_ENDPOINT_REACHABLE,
			   NVLF_MEMBERS_LEN_MAX);
	if (!attr)
		return -EMSGSIZE;
	bytes = nla_data(attr);
	memset(bytes, 0, NVLF_MEMBERS_LEN_MAX);
	for (id = 0; id < NVL_TARGET_IDS; id++)
		if (READ_ONCE(ep->path[id]) == NVLF_PATH_OK)
			bytes[id / BITS_PER_BYTE] |= BIT(id % BITS_PER_BYTE);
	return 0;
}

static int nvlf_nl_put_endpoint(struct sk_buff *skb,
				const struct genl_info *info,
				struct netlink_callback *cb,
				const struct nvlf_endpoint *ep)
{
	void *hdr = nvlf_nl_put_header(skb, info, cb);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVLF_A_ENDPOINT_TARGET_ID, ep->id) ||
	    nla_put_u64_64bit(skb, NVLF_A_ENDPOINT_GUID, ep->guid,
			      NVLF_A_ENDPOINT_PAD) ||
	    nla_put_string(skb, NVLF_A_ENDPOINT_DEVICE, dev_name(ep->dev)) ||
	    nla_put_u32(skb, NVLF_A_ENDPOINT_PORTS, ep->nports) ||
	    nla_put_u32(skb, NVLF_A_ENDPOINT_PORTS_UP,
			nvlf_ports_up(ep->port, ep->nports)) ||
	    nvlf_nl_put_reachable(skb, ep) ||
	    nvlf_nl_put_location(skb, &ep->location)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int nvlf_nl_put_switch(struct sk_buff *skb, const struct genl_info *info,
			      struct netlink_callback *cb,
			      const struct nvlf_switch *sw)
{
	void *hdr = nvlf_nl_put_header(skb, info, cb);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVLF_A_SWITCH_ID, sw->id) ||
	    nla_put_u64_64bit(skb, NVLF_A_SWITCH_GUID, sw->guid,
			      NVLF_A_SWITCH_PAD) ||
	    nla_put_string(skb, NVLF_A_SWITCH_DEVICE, dev_name(sw->dev)) ||
	    nla_put_u32(skb, NVLF_A_SWITCH_PORTS, sw->nports) ||
	    nla_put_u32(skb, NVLF_A_SWITCH_PORTS_UP,
			nvlf_ports_up(sw->port, sw->nports)) ||
	    nla_put_u32(skb, NVLF_A_SWITCH_ROUTES, sw->nroutes) ||
	    nvlf_nl_put_location(skb, &sw->location)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int nvlf_nl_put_partner(struct sk_buff *skb,
			       const struct nvlf_port *port)
{
	u32 kind = port->partner == NVL_PARTNER_SWITCH ? NVLF_OWNER_SWITCH :
							 NVLF_OWNER_ENDPOINT;

	if (port->partner == NVL_PARTNER_NONE)
		return 0;
	return nla_put_u32(skb, NVLF_A_PORT_PARTNER, kind) ||
	       nla_put_u32(skb, NVLF_A_PORT_PARTNER_ID, port->partner_id) ||
	       nla_put_u32(skb, NVLF_A_PORT_PARTNER_PORT, port->partner_port) ||
	       nla_put_u64_64bit(skb, NVLF_A_PORT_PARTNER_GUID,
				 port->partner_guid, NVLF_A_PORT_PAD);
}

static int nvlf_nl_put_port(struct sk_buff *skb, const struct genl_info *info,
			    struct netlink_callback *cb, u32 owner,
			    u32 owner_id, unsigned int index,
			    const struct nvlf_port *port)
{
	void *hdr = nvlf_nl_put_header(skb, info, cb);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVLF_A_PORT_OWNER, owner) ||
	    nla_put_u32(skb, NVLF_A_PORT_OWNER_ID, owner_id) ||
	    nla_put_u32(skb, NVLF_A_PORT_INDEX, index) ||
	    nla_put_u32(skb, NVLF_A_PORT_STATE, port->state) ||
	    nvlf_nl_put_partner(skb, port) ||
	    nla_put_u32(skb, NVLF_A_PORT_TRAININGS, port->trainings) ||
	    nla_put_u32(skb, NVLF_A_PORT_LANES, port->lanes) ||
	    nla_put_u32(skb, NVLF_A_PORT_LANES_UP, port->lanes_up) ||
	    nla_put_u64_64bit(skb, NVLF_A_PORT_STATE_MS, nvlf_port_age_ms(port),
			      NVLF_A_PORT_PAD) ||
	    nla_put_u32(skb, NVLF_A_PORT_ENABLE, !port->disabled)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int nvlf_nl_put_route(struct sk_buff *skb, const struct genl_info *info,
			     struct netlink_callback *cb,
			     const struct nvlf_switch *sw, u32 target,
			     const struct nvlf_route *route)
{
	void *hdr = nvlf_nl_put_header(skb, info, cb);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVLF_A_ROUTE_SWITCH_ID, sw->id) ||
	    nla_put_u32(skb, NVLF_A_ROUTE_TARGET_ID, target) ||
	    nvlf_nl_put_bits(skb, NVLF_A_ROUTE_PORTS, route->ports,
			     sw->nports)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int nvlf_nl_put_partition(struct sk_buff *skb,
				 const struct genl_info *info,
				 struct netlink_callback *cb,
				 const struct nvlf_partition *part)
{
	void *hdr = nvlf_nl_put_header(skb, info, cb);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVLF_A_PARTITION_ID, part->id) ||
	    nvlf_nl_put_bits(skb, NVLF_A_PARTITION_MEMBERS, part->members,
			     NVL_TARGET_IDS)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* ---- Notifications ------------------------------------------------------ */

/**
 * nvlf_nl_notify_endpoint() - tell listeners of an endpoint
 * @ep: endpoint
 * @cmd: NVLF_CMD_ENDPOINT_NTF or _DEL_NTF
 *
 * Context: holds change, like all of nvlf_nl_notify_*().
 */
void nvlf_nl_notify_endpoint(const struct nvlf_endpoint *ep, u8 cmd)
{
	struct genl_info info;
	struct sk_buff *skb = nvlf_nl_ntf_new(&info, cmd);

	if (skb)
		nvlf_nl_ntf_send(skb,
				 nvlf_nl_put_endpoint(skb, &info, NULL, ep));
}

/**
 * nvlf_nl_notify_switch() - tell listeners of a switch
 * @sw: switch
 * @cmd: NVLF_CMD_SWITCH_NTF or _DEL_NTF
 */
void nvlf_nl_notify_switch(const struct nvlf_switch *sw, u8 cmd)
{
	struct genl_info info;
	struct sk_buff *skb = nvlf_nl_ntf_new(&info, cmd);

	if (skb)
		nvlf_nl_ntf_send(skb, nvlf_nl_put_switch(skb, &info, NULL, sw));
}

/**
 * nvlf_nl_notify_port() - tell listeners of a port
 * @owner: enum nvlf_owner
 * @owner_id: target id or switch number
 * @index: its number
 * @port: what was read
 */
void nvlf_nl_notify_port(u32 owner, u32 owner_id, unsigned int index,
			 const struct nvlf_port *port)
{
	struct genl_info info;
	struct sk_buff *skb = nvlf_nl_ntf_new(&info, NVLF_CMD_PORT_NTF);

	if (skb)
		nvlf_nl_ntf_send(skb, nvlf_nl_put_port(skb, &info, NULL, owner,
						       owner_id, index, port));
}

/**
 * nvlf_nl_notify_route() - tell listeners of a route
 * @sw: its switch
 * @target: where it leads
 * @route: the new one, or the one that it was
 * @cmd: NVLF_CMD_ROUTE_NTF or _DEL_NTF
 */
void nvlf_nl_notify_route(const struct nvlf_switch *sw, u32 target,
			  const struct nvlf_route *route, u8 cmd)
{
	struct genl_info info;
	struct sk_buff *skb = nvlf_nl_ntf_new(&info, cmd);

	if (skb)
		nvlf_nl_ntf_send(skb, nvlf_nl_put_route(skb, &info, NULL, sw,
							target, route));
}

/**
 * nvlf_nl_notify_partition() - tell listeners of a partition
 * @part: the new one, or the one that it was
 * @cmd: NVLF_CMD_PARTITION_NTF or _DEL_NTF
 */
void nvlf_nl_notify_partition(const struct nvlf_partition *part, u8 cmd)
{
	struct genl_info info;
	struct sk_buff *skb = nvlf_nl_ntf_new(&info, cmd);

	if (skb)
		nvlf_nl_ntf_send(skb,
				 nvlf_nl_put_partition(skb, &info, NULL, part));
}

/* ---- Gets --------------------------------------------------------------- */

int nvlf_nl_endpoint_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nvlf_endpoint *ep;
	struct sk_buff *reply;
	struct nlattr *attr;
	int err = -ENOENT;

	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_ENDPOINT_TARGET_ID))
		return -EINVAL;
	reply = nvlf_nl_get_begin();
	if (!reply)
		return -ENOMEM;

	attr = info->attrs[NVLF_A_ENDPOINT_TARGET_ID];
	ep = nvlf_fabric.endpoint[nla_get_u32(attr)];
	if (ep)
		err = nvlf_nl_put_endpoint(reply, info, NULL, ep);
	else
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr, "no endpoint %u",
					nla_get_u32(attr));
	return nvlf_nl_get_end(reply, info, err);
}

int nvlf_nl_switch_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nvlf_switch *sw;
	struct sk_buff *reply;
	int err = -ENOENT;

	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_SWITCH_ID))
		return -EINVAL;
	reply = nvlf_nl_get_begin();
	if (!reply)
		return -ENOMEM;

	sw = nvlf_nl_switch(info->attrs[NVLF_A_SWITCH_ID], info->extack);
	if (sw)
		err = nvlf_nl_put_switch(reply, info, NULL, sw);
	return nvlf_nl_get_end(reply, info, err);
}

int nvlf_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nvlf_device dev;
	struct sk_buff *reply;
	unsigned int p;
	int err;

	if (nvlf_nl_port_named(info))
		return -EINVAL;
	reply = nvlf_nl_get_begin();
	if (!reply)
		return -ENOMEM;

	err = nvlf_nl_port(&nvlf_fabric, info->attrs, info->extack, &dev, &p);
	if (!err)
		err = nvlf_nl_put_port(reply, info, NULL, dev.owner, dev.id, p,
				       &dev.port[p]);
	return nvlf_nl_get_end(reply, info, err);
}

int nvlf_nl_route_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nvlf_switch *sw;
	struct sk_buff *reply;
	int err = -ENOENT;
	u32 target;

	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_ROUTE_SWITCH_ID) ||
	    GENL_REQ_ATTR_CHECK(info, NVLF_A_ROUTE_TARGET_ID))
		return -EINVAL;
	target = nla_get_u32(info->attrs[NVLF_A_ROUTE_TARGET_ID]);
	reply = nvlf_nl_get_begin();
	if (!reply)
		return -ENOMEM;

	sw = nvlf_nl_switch(info->attrs[NVLF_A_ROUTE_SWITCH_ID], info->extack);
	if (sw && sw->route[target])
		err = nvlf_nl_put_route(reply, info, NULL, sw, target,
					sw->route[target]);
	else if (sw)
		NL_SET_ERR_MSG_ATTR_FMT(info->extack,
					info->attrs[NVLF_A_ROUTE_TARGET_ID],
					"switch %u has no route to %u", sw->id,
					target);
	return nvlf_nl_get_end(reply, info, err);
}

int nvlf_nl_partition_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nvlf_partition *part;
	struct sk_buff *reply;
	struct nlattr *attr;
	int err = -ENOENT;

	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_PARTITION_ID))
		return -EINVAL;
	reply = nvlf_nl_get_begin();
	if (!reply)
		return -ENOMEM;

	attr = info->attrs[NVLF_A_PARTITION_ID];
	part = nvlf_partition_find(&nvlf_fabric, nla_get_u32(attr));
	if (part)
		err = nvlf_nl_put_partition(reply, info, NULL, part);
	else
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr, "no partition %u",
					nla_get_u32(attr));
	return nvlf_nl_get_end(reply, info, err);
}

/* ---- Dumps -------------------------------------------------------------- */

/*
 * Who was not told where it stands, stands nowhere. Endpoints and switches say
 * it by the same numbers.
 */
static_assert((int)NVLF_A_ENDPOINT_RACK == (int)NVLF_A_SWITCH_RACK);
static_assert((int)NVLF_A_ENDPOINT_TRAY == (int)NVLF_A_SWITCH_TRAY);
static_assert((int)NVLF_A_ENDPOINT_HOST == (int)NVLF_A_SWITCH_HOST);

static bool nvlf_nl_stands(const struct nlattr *attr, u32 number)
{
	return !attr ||
	       (number != NVLF_NO_PLACE && number == nla_get_u32(attr));
}

static bool nvlf_nl_stands_there(struct nlattr **attrs,
				 const struct nvlf_location *loc)
{
	return nvlf_nl_stands(attrs[NVLF_A_ENDPOINT_RACK], loc->rack) &&
	       nvlf_nl_stands(attrs[NVLF_A_ENDPOINT_TRAY], loc->tray) &&
	       nvlf_nl_stands(attrs[NVLF_A_ENDPOINT_HOST], loc->host);
}

int nvlf_nl_endpoint_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct nvlf_nl_dump *at = nvlf_nl_dump_begin(cb);
	const struct nvlf_endpoint *ep;
	int err = 0;

	for (; at->id < NVL_TARGET_IDS; at->id++) {
		ep = nvlf_fabric.endpoint[at->id];
		if (!ep || !nvlf_nl_stands_there(info->attrs, &ep->location))
			continue;
		err = nvlf_nl_put_endpoint(skb, info, cb, ep);
		if (err)
			break;
	}
	return nvlf_nl_dump_end(skb, err);
}

int nvlf_nl_switch_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct nvlf_nl_dump *at = nvlf_nl_dump_begin(cb);
	const struct nvlf_switch *sw;
	int err = 0;

	for (; at->id < NVL_SWITCHES_MAX; at->id++) {
		sw = nvlf_fabric.sw[at->id];
		if (!sw || !nvlf_nl_stands_there(info->attrs, &sw->location))
			continue;
		err = nvlf_nl_put_switch(skb, info, cb, sw);
		if (err)
			break;
	}
	return nvlf_nl_dump_end(skb, err);
}

static int nvlf_nl_dump_ports(struct sk_buff *skb, struct netlink_callback *cb,
			      struct nvlf_nl_dump *at,
			      const struct nvlf_device *dev)
{
	int err;

	for (; at->index < dev->nports; at->index++) {
		err = nvlf_nl_put_port(skb, genl_info_dump(cb), cb, dev->owner,
				       dev->id, at->index,
				       &dev->port[at->index]);
		if (err)
			return err;
	}
	return 0;
}

int nvlf_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return nvlf_nl_dump_devices(skb, cb, &nvlf_fabric.generation,
				    nvlf_nl_dump_ports);
}

static int nvlf_nl_dump_routes(struct sk_buff *skb, struct netlink_callback *cb,
			       struct nvlf_nl_dump *at)
{
	const struct genl_info *info = genl_info_dump(cb);
	const struct nlattr *to = info->attrs[NVLF_A_ROUTE_TARGET_ID];
	const struct nvlf_switch *sw = nvlf_fabric.sw[at->id];
	unsigned long target = at->index, end = NVL_TARGET_IDS;
	int err;

	if (!sw)
		return 0;
	if (to) {
		target = nla_get_u32(to);
		end = target + 1;
	}
	for_each_set_bit_from(target, sw->routed, end) {
		at->index = target;
		err = nvlf_nl_put_route(skb, info, cb, sw, target,
					sw->route[target]);
		if (err)
			return err;
	}
	at->index = 0;
	return 0;
}

int nvlf_nl_route_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct nlattr *id = info->attrs[NVLF_A_ROUTE_SWITCH_ID];
	struct nvlf_nl_dump *at = nvlf_nl_dump_begin(cb);
	u32 end = NVL_SWITCHES_MAX;
	int err = 0;

	if (id && !at->begun) {
		if (!nvlf_nl_switch(id, info->extack)) {
			err = -ENOENT;
			goto out;
		}
		at->id = nla_get_u32(id);
		at->begun = true;
	}

	if (id)
		end = nla_get_u32(id) + 1;
	for (; at->id < end; at->id++) {
		err = nvlf_nl_dump_routes(skb, cb, at);
		if (err)
			break;
	}
out:
	return nvlf_nl_dump_end(skb, err);
}

int nvlf_nl_partition_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	const struct nlattr *member = info->attrs[NVLF_A_PARTITION_TARGET_ID];
	struct nvlf_nl_dump *at = nvlf_nl_dump_begin(cb);
	const struct nvlf_partition *part;
	int err = 0;

	for (; at->id < NVL_PARTITIONS; at->id++) {
		part = nvlf_partition_at(&nvlf_fabric, at->id);
		if (!part ||
		    (member && !test_bit(nla_get_u32(member), part->members)))
			continue;
		err = nvlf_nl_put_partition(skb, info, cb, part);
		if (err)
			break;
	}
	return nvlf_nl_dump_end(skb, err);
}

/* ---- Sets --------------------------------------------------------------- */

int nvlf_nl_route_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_ROUTE_SWITCH_ID) ||
	    GENL_REQ_ATTR_CHECK(info, NVLF_A_ROUTE_TARGET_ID) ||
	    GENL_REQ_ATTR_CHECK(info, NVLF_A_ROUTE_PORTS))
		return -EINVAL;
	return nvlf_nl_set(info, nvlf_route_set, NVLF_A_ROUTE_GENERATION);
}

int nvlf_nl_route_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_ROUTE_SWITCH_ID) ||
	    GENL_REQ_ATTR_CHECK(info, NVLF_A_ROUTE_TARGET_ID))
		return -EINVAL;
	return nvlf_nl_set(info, nvlf_route_del, NVLF_A_ROUTE_GENERATION);
}

int nvlf_nl_partition_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_PARTITION_ID) ||
	    GENL_REQ_ATTR_CHECK(info, NVLF_A_PARTITION_MEMBERS))
		return -EINVAL;
	if (nvlf_nl_check_len(info->extack,
			      info->attrs[NVLF_A_PARTITION_MEMBERS], 0,
			      NVLF_MEMBERS_LEN_MAX))
		return -EINVAL;
	return nvlf_nl_set(info, nvlf_partition_set,
			   NVLF_A_PARTITION_GENERATION);
}

int nvlf_nl_partition_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_PARTITION_ID))
		return -EINVAL;
	return nvlf_nl_set(info, nvlf_partition_del,
			   NVLF_A_PARTITION_GENERATION);
}
