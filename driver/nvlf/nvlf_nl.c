// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_nl.c - the netlink family: what its handlers have in common.
 *
 * Policies and the operation table are generated from uapi/netlink/nvlf.yaml.
 * The generator has no checks for binary attributes and none for missing
 * ones; both are in the handlers. Every error names its attribute.
 *
 * Gets and dumps hold fabric.change while they fill a message: no half of a
 * change is in one. Dumps carry the fabric's generation: user space sees
 * NLM_F_DUMP_INTR where it changed between two messages, and asks again.
 */
#include <linux/nospec.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>

#include "nvlf_nl.h"

/* ---- Parts of messages --------------------------------------------------- */

/**
 * nvlf_nl_put_header() - begin a message
 * @skb: where to
 * @info: of the request, of the dump or of the notification
 * @cb: the dump that it is a part of; NULL for others
 *
 * Return: for genlmsg_end() or genlmsg_cancel(), or NULL where it has no room.
 */
void *nvlf_nl_put_header(struct sk_buff *skb, const struct genl_info *info,
			 struct netlink_callback *cb)
{
	void *hdr = __genlmsg_iput(skb, info, cb ? NLM_F_MULTI : 0);

	if (hdr && cb)
		genl_dump_check_consistent(cb, hdr);
	return hdr;
}

/**
 * nvlf_nl_put_bits() - put a bitmap in the netlink form
 * @skb: where to
 * @type: the attribute's
 * @bits: bitmap
 * @nbits: its bits
 *
 * Return: 0 or -EMSGSIZE.
 */
int nvlf_nl_put_bits(struct sk_buff *skb, int type, const unsigned long *bits,
		     unsigned int nbits)
{
	struct nlattr *attr;

	attr = nla_reserve(skb, type, DIV_ROUND_UP(nbits, BITS_PER_BYTE));
	if (!attr)
		return -EMSGSIZE;
	nvlf_bits_to_bytes(nla_data(attr), bits, nbits);
	return 0;
}

/**
 * nvlf_nl_check_len() - check how long a bitmap is
 * @extack: is told where it is not right
 * @attr: the bitmap
 * @min: bytes
 * @max: bytes
 *
 * Return: 0 or -EINVAL.
 */
int nvlf_nl_check_len(struct netlink_ext_ack *extack, const struct nlattr *attr,
		      unsigned int min, unsigned int max)
{
	if (nla_len(attr) >= min && nla_len(attr) <= max)
		return 0;
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr,
				"bitmap of %u bytes: %u to %u are allowed",
				nla_len(attr), min, max);
	return -EINVAL;
}

/* ---- Notifications ------------------------------------------------------ */

/**
 * nvlf_nl_ntf_new() - begin to tell listeners
 * @info: filled in
 * @cmd: NVLF_CMD_*_NTF
 *
 * The change has been made when notifications are sent, under fabric.change:
 * a message that finds no memory is lost, and the change stays. Listeners are
 * in any network namespace, as readers are: a fabric belongs to none.
 *
 * Return: for nvlf_nl_ntf_send(), or NULL where nobody listens or no memory
 * is there.
 */
struct sk_buff *nvlf_nl_ntf_new(struct genl_info *info, u8 cmd)
{
	bool heard = false;
	struct net *net;

	rcu_read_lock();
	for_each_net_rcu(net)
		if (genl_has_listeners(&nvlf_nl_family, net,
				       NVLF_NLGRP_NOTIFY)) {
			heard = true;
			break;
		}
	rcu_read_unlock();
	if (!heard)
		return NULL;

	genl_info_init_ntf(info, &nvlf_nl_family, cmd);
	return genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
}

/**
 * nvlf_nl_ntf_send() - tell listeners
 * @skb: from nvlf_nl_ntf_new(), filled; consumed
 * @err: what filling it returned
 */
void nvlf_nl_ntf_send(struct sk_buff *skb, int err)
{
	/* Far below the size that was allocated, so it always fits */
	if (WARN_ON_ONCE(err))
		nlmsg_free(skb);
	else
		genlmsg_multicast_allns(&nvlf_nl_family, skb, 0,
					NVLF_NLGRP_NOTIFY);
}

/* ---- Gets and dumps ----------------------------------------------------- */

/**
 * nvlf_nl_get_begin() - begin a get: a message and the tables
 *
 * The caller looks the object up, puts it, and hands the outcome to
 * nvlf_nl_get_end().
 *
 * Context: process; takes change where it succeeds.
 * Return: the message, or NULL where no memory is there.
 */
struct sk_buff *nvlf_nl_get_begin(void)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (skb)
		mutex_lock(&nvlf_fabric.change);
	return skb;
}

/**
 * nvlf_nl_get_end() - end a get
 * @skb: from nvlf_nl_get_begin(); consumed
 * @info: of the request
 * @err: how filling it went; where it is not 0 nothing is replied
 *
 * Return: what the handler returns.
 */
int nvlf_nl_get_end(struct sk_buff *skb, struct genl_info *info, int err)
{
	mutex_unlock(&nvlf_fabric.change);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

/**
 * nvlf_nl_dump_begin() - begin a part of a dump
 * @cb: the dump
 *
 * Context: process; takes change.
 * Return: where it goes on; zeroed in its first part.
 */
struct nvlf_nl_dump *nvlf_nl_dump_begin(struct netlink_callback *cb)
{
	NL_ASSERT_DUMP_CTX_FITS(struct nvlf_nl_dump);

	mutex_lock(&nvlf_fabric.change);
	cb->seq = nvlf_fabric.generation;
	return (struct nvlf_nl_dump *)cb->ctx;
}

/**
 * nvlf_nl_dump_end() - end a part of a dump
 * @skb: what it went into
 * @err: 0 at the end of the dump, -EMSGSIZE where the message is full, which
 *	is no error as long as there is something in it, or another error
 *
 * Return: what the handler returns.
 */
int nvlf_nl_dump_end(struct sk_buff *skb, int err)
{
	mutex_unlock(&nvlf_fabric.change);
	return err == -EMSGSIZE && skb->len ? skb->len : err;
}

/* ---- What requests name -------------------------------------------------- */

const u32 nvlf_nl_owner_ids[] = {
	[NVLF_OWNER_ENDPOINT] = NVL_TARGET_IDS,
	[NVLF_OWNER_SWITCH] = NVL_SWITCHES_MAX,
};

/**
 * nvlf_nl_switch() - look a switch up
 * @attr: its number
 * @extack: is told where there is none
 *
 * Context: holds change.
 * Return: the switch, or NULL.
 */
const struct nvlf_switch *nvlf_nl_switch(const struct nlattr *attr,
					 struct netlink_ext_ack *extack)
{
	const struct nvlf_switch *sw;
	u32 id = nla_get_u32(attr);

	lockdep_assert_held(&nvlf_fabric.change);

	if (id < NVL_SWITCHES_MAX) {
		sw = nvlf_fabric.sw[array_index_nospec(id, NVL_SWITCHES_MAX)];
		if (sw)
			return sw;
	}
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "no switch %u", id);
	return NULL;
}

/**
 * nvlf_nl_ports() - the ports of a device
 * @owner: enum nvlf_owner
 * @id: target id or switch number, any number
 * @nports: filled: how many there are
 *
 * Context: holds change.
 * Return: the first of them, or NULL where there is no such device.
 */
const struct nvlf_port *nvlf_nl_ports(u32 owner, u32 id, unsigned int *nports)
{
	const struct nvlf_endpoint *ep;
	const struct nvlf_switch *sw;

	lockdep_assert_held(&nvlf_fabric.change);

	*nports = 0;
	if (id >= nvlf_nl_owner_ids[owner])
		return NULL;
	id = array_index_nospec(id, nvlf_nl_owner_ids[owner]);
	if (owner == NVLF_OWNER_ENDPOINT) {
		ep = nvlf_fabric.endpoint[id];
		if (!ep)
			return NULL;
		*nports = ep->nports;
		return ep->port;
	}
	sw = nvlf_fabric.sw[id];
	if (!sw)
		return NULL;
	*nports = sw->nports;
	return sw->port;
}

/**
 * nvlf_nl_no_owner() - say that there is no such device
 * @extack: is told
 * @owner: enum nvlf_owner
 * @id: attribute with its target id or switch number
 */
void nvlf_nl_no_owner(struct netlink_ext_ack *extack, u32 owner,
		      const struct nlattr *id)
{
	if (owner == NVLF_OWNER_ENDPOINT)
		NL_SET_ERR_MSG_ATTR_FMT(extack, id, "no endpoint %u",
					nla_get_u32(id));
	else
		NL_SET_ERR_MSG_ATTR_FMT(extack, id, "no switch %u",
					nla_get_u32(id));
}
