// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_nl.c - the netlink family: what its handlers have in common.
 *
 * Policies and the operation table are generated from uapi/netlink/nvlf.yaml.
 * The generator has no checks for binary attributes and none for missing
 * ones; both are in the handlers. None for repeated ones either: those are
 * refused before a handler is called. Every error names its attribute.
 *
 * Gets and dumps hold fabric.change while they fill a message: no half of a
 * change is in one. Dumps carry the fabric's generation, or the sequence of its
 * logs: user space sees NLM_F_DUMP_INTR where it changed between two messages,
 * and asks again.
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

/* ---- Before a handler is called ----------------------------------------- */

/* The one that may repeat in its request: multi-attr in the spec */
static const struct {
	u8 cmd;
	u16 type;
} nvlf_nl_repeated[] = {
	{ NVLF_CMD_ROUTE_TABLE_SET, NVLF_A_ROUTE_ENTRY },
};

#define NVLF_NL_TYPES  64 /* more than any set of attributes has */
#define NVLF_NL_NESTED 0  /* in place of a command: within a nest */

static bool nvlf_nl_may_repeat(u8 cmd, u16 type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nvlf_nl_repeated); i++)
		if (nvlf_nl_repeated[i].cmd == cmd &&
		    nvlf_nl_repeated[i].type == type)
			return true;
	return false;
}

/*
 * The parser takes the last of a type and drops the others, so that a request
 * that says two things would be taken for one that says the second. What is
 * looked at has passed @policy: types are in range, and nests no deeper than
 * policies are.
 */
static int nvlf_nl_check_once(u8 cmd, const struct nlattr *head, int len,
			      const struct nla_policy *policy,
			      struct netlink_ext_ack *extack)
{
	DECLARE_BITMAP(seen, NVLF_NL_TYPES);
	const struct nlattr *attr;
	int err, rem, type;

	bitmap_zero(seen, NVLF_NL_TYPES);
	nla_for_each_attr(attr, head, len, rem) {
		type = nla_type(attr);
		if (WARN_ON_ONCE(type >= NVLF_NL_TYPES))
			return -EINVAL;
		if (__test_and_set_bit(type, seen) &&
		    !nvlf_nl_may_repeat(cmd, type)) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "attribute given twice");
			return -EINVAL;
		}
		if (policy[type].type != NLA_NESTED)
			continue;
		err = nvlf_nl_check_once(NVLF_NL_NESTED, nla_data(attr),
					 nla_len(attr),
					 policy[type].nested_policy, extack);
		if (err)
			return err;
	}
	return 0;
}

/*
 * What the generated policy cannot say, of a request that it has taken. An
 * operation without attributes has no policy, and genetlink does not look at
 * what it is sent; there is no type that it would know.
 */
static int nvlf_nl_check_request(const struct genl_split_ops *op,
				 const struct genl_info *info)
{
	if (!op->policy)
		return nla_validate(genlmsg_data(info->genlhdr),
				    genlmsg_len(info->genlhdr), 0, NULL,
				    info->extack);
	return nvlf_nl_check_once(op->cmd, genlmsg_data(info->genlhdr),
				  genlmsg_len(info->genlhdr), op->policy,
				  info->extack);
}

/**
 * nvlf_nl_pre_doit() - check a request before its handler is called
 * @ops: the operation
 * @skb: the request
 * @info: the same, parsed; its extack is told what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int nvlf_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		     struct genl_info *info)
{
	return nvlf_nl_check_request(ops, info);
}

/**
 * nvlf_nl_pre_dumpit() - check the request for a dump, once, before it begins
 * @cb: the dump
 *
 * Return: 0 or -EINVAL.
 */
int nvlf_nl_pre_dumpit(struct netlink_callback *cb)
{
	return nvlf_nl_check_request(&genl_dumpit_info(cb)->op,
				     genl_info_dump(cb));
}

/* ---- Gets, sets and dumps ----------------------------------------------- */

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
 * nvlf_nl_set_begin() - begin a set or a del: a message for its reply
 *
 * It is there before the change is made, after which nothing may fail.
 *
 * Return: for nvlf_nl_set_end(), or NULL where no memory is there.
 */
struct sk_buff *nvlf_nl_set_begin(void)
{
	return genlmsg_new(nla_total_size(sizeof(u32)), GFP_KERNEL);
}

/**
 * nvlf_nl_set_end() - end a set or a del
 * @skb: from nvlf_nl_set_begin(); consumed
 * @info: of the request
 * @err: how it went; where it is not 0 nothing is replied
 * @type: attribute of the reply that has @generation
 * @generation: in which what was asked for is in force
 *
 * A requester who has no room for the reply misses it, and must not take that
 * for a refusal: the change is in force.
 *
 * Return: what the handler returns.
 */
int nvlf_nl_set_end(struct sk_buff *skb, struct genl_info *info, int err,
		    int type, u32 generation)
{
	void *hdr;

	if (err) {
		nlmsg_free(skb);
		return err;
	}
	hdr = nvlf_nl_put_header(skb, info, NULL);
	/* It was allocated for just this, so it always fits */
	if (WARN_ON_ONCE(!hdr || nla_put_u32(skb, type, generation))) {
		nlmsg_free(skb);
		return 0;
	}
	genlmsg_end(skb, hdr);
	genlmsg_reply(skb, info);
	return 0;
}

/**
 * nvlf_nl_set() - handle a set or a del of one object
 * @info: the request; what must be there is
 * @set: makes the change, and fills in the generation where it succeeds
 * @type: attribute of the reply that has the generation
 *
 * Return: what the handler returns.
 */
int nvlf_nl_set(struct genl_info *info,
		int (*set)(struct nvlf_fabric *f, struct nlattr **attrs,
			   struct netlink_ext_ack *extack, u32 *generation),
		int type)
{
	struct sk_buff *reply = nvlf_nl_set_begin();
	u32 generation = 0;
	int err;

	if (!reply)
		return -ENOMEM;
	err = set(&nvlf_fabric, info->attrs, info->extack, &generation);
	return nvlf_nl_set_end(reply, info, err, type, generation);
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

static void nvlf_nl_no_device(struct netlink_ext_ack *extack, u32 owner,
			      const struct nlattr *id)
{
	if (owner == NVLF_OWNER_ENDPOINT)
		NL_SET_ERR_MSG_ATTR_FMT(extack, id, "no endpoint %u",
					nla_get_u32(id));
	else
		NL_SET_ERR_MSG_ATTR_FMT(extack, id, "no switch %u",
					nla_get_u32(id));
}

/**
 * nvlf_nl_offline() - say that a device does not answer now
 * @extack: is told
 * @attr: that named it
 * @dev: device
 *
 * Return: -ENODEV.
 */
int nvlf_nl_offline(struct netlink_ext_ack *extack, const struct nlattr *attr,
		    const struct nvlf_device *dev)
{
	if (dev->ep)
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr,
					"endpoint %u does not answer, as in a reset",
					dev->id);
	else
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr,
					"switch %u does not answer, as in a reset",
					dev->id);
	return -ENODEV;
}

/*
 * All that is a port's, or a device's, is named by the same numbers: what
 * follows serves them all.
 */
static_assert((int)NVLF_A_COUNTER_OWNER == NVLF_A_PORT_OWNER);
static_assert((int)NVLF_A_COUNTER_OWNER_ID == NVLF_A_PORT_OWNER_ID);
static_assert((int)NVLF_A_COUNTER_INDEX == NVLF_A_PORT_INDEX);
static_assert((int)NVLF_A_LOG_OWNER == NVLF_A_PORT_OWNER);
static_assert((int)NVLF_A_LOG_OWNER_ID == NVLF_A_PORT_OWNER_ID);

/**
 * nvlf_nl_port_named() - does a request name a port?
 * @info: request; its extack is told what it lacks
 *
 * Return: 0 or -EINVAL.
 */
int nvlf_nl_port_named(struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_PORT_OWNER) ||
	    GENL_REQ_ATTR_CHECK(info, NVLF_A_PORT_OWNER_ID) ||
	    GENL_REQ_ATTR_CHECK(info, NVLF_A_PORT_INDEX))
		return -EINVAL;
	return 0;
}

/**
 * nvlf_nl_port() - look a port up
 * @f: fabric
 * @attrs: of a request for which nvlf_nl_port_named() was 0
 * @extack: is told where there is none
 * @dev: filled: its device
 * @p: filled: its number there
 *
 * Context: holds change.
 * Return: 0 or -ENOENT.
 */
int nvlf_nl_port(struct nvlf_fabric *f, struct nlattr **attrs,
		 struct netlink_ext_ack *extack, struct nvlf_device *dev,
		 unsigned int *p)
{
	const struct nlattr *id = attrs[NVLF_A_PORT_OWNER_ID];
	const struct nlattr *index = attrs[NVLF_A_PORT_INDEX];
	u32 owner = nla_get_u32(attrs[NVLF_A_PORT_OWNER]);

	if (!nvlf_device_find(f, owner, nla_get_u32(id), dev)) {
		nvlf_nl_no_device(extack, owner, id);
		return -ENOENT;
	}
	*p = nla_get_u32(index);
	if (*p >= dev->nports) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, index, "no port %u: 0 to %u",
					*p, dev->nports - 1);
		return -ENOENT;
	}
	*p = array_index_nospec(*p, dev->nports);
	return 0;
}

/* How many numbers a device can have, by enum nvlf_owner */
static const u32 nvlf_nl_owner_ids[] = {
	[NVLF_OWNER_ENDPOINT] = NVL_TARGET_IDS,
	[NVLF_OWNER_SWITCH] = NVL_SWITCHES_MAX,
};

/* The filter is looked at once: what it names may go in the midst of a dump. */
static int nvlf_nl_dump_filter(const struct genl_info *info,
			       struct nvlf_nl_dump *at)
{
	const struct nlattr *owner = info->attrs[NVLF_A_PORT_OWNER];
	const struct nlattr *id = info->attrs[NVLF_A_PORT_OWNER_ID];
	struct nvlf_device dev;

	if (at->begun)
		return 0;
	if (owner)
		at->owner = nla_get_u32(owner);
	if (id)
		at->id = nla_get_u32(id);
	if (id && !nvlf_device_find(&nvlf_fabric, at->owner, at->id, &dev)) {
		nvlf_nl_no_device(info->extack, at->owner, id);
		return -ENOENT;
	}
	at->begun = true;
	return 0;
}

/**
 * nvlf_nl_dump_devices() - dump what devices have, of all, one kind or one
 * @skb: to be filled
 * @cb: the dump; its request may have NVLF_A_PORT_OWNER and _OWNER_ID
 * @sequence: the fabric's, that goes up when what is dumped changes; guarded by
 *	change
 * @visit: puts what one device has, beginning at @at->index; -EMSGSIZE where
 *	that did not all fit
 *
 * Return: what the handler returns.
 */
int nvlf_nl_dump_devices(struct sk_buff *skb, struct netlink_callback *cb,
			 const u32 *sequence,
			 int (*visit)(struct sk_buff *skb,
				      struct netlink_callback *cb,
				      struct nvlf_nl_dump *at,
				      const struct nvlf_device *dev))
{
	const struct genl_info *info = genl_info_dump(cb);
	const struct nlattr *owner = info->attrs[NVLF_A_PORT_OWNER];
	const struct nlattr *id = info->attrs[NVLF_A_PORT_OWNER_ID];
	u32 end_owner = ARRAY_SIZE(nvlf_nl_owner_ids);
	struct nvlf_nl_dump *at;
	struct nvlf_device dev;
	u32 end_id;
	int err;

	if (id && GENL_REQ_ATTR_CHECK(info, NVLF_A_PORT_OWNER))
		return -EINVAL;

	at = nvlf_nl_dump_begin(cb);
	cb->seq = *sequence;
	err = nvlf_nl_dump_filter(info, at);
	if (err)
		goto out;
	if (owner)
		end_owner = nla_get_u32(owner) + 1;
	for (; at->owner < end_owner; at->owner++) {
		end_id = id ? nla_get_u32(id) + 1 :
			      nvlf_nl_owner_ids[at->owner];
		for (; at->id < end_id; at->id++) {
			if (nvlf_device_find(&nvlf_fabric, at->owner, at->id,
					     &dev))
				err = visit(skb, cb, at, &dev);
			if (err)
				goto out;
			at->index = 0;
		}
		at->id = 0;
	}
out:
	return nvlf_nl_dump_end(skb, err);
}
