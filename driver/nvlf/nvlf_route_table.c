// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_route_table.c - many routes of one switch in one request: all of them,
 * or none where one is refused.
 */
#include <linux/slab.h>

#include "nvlf_nl.h"

/**
 * struct nvlf_route_table - a request while it is worked on
 * @named: target ids of its entries
 * @count: entries of @change that are in use
 * @change: what is to change; room for each target id. Owns the routes.
 */
struct nvlf_route_table {
	DECLARE_BITMAP(named, NVL_TARGET_IDS);
	unsigned int count;
	struct nvlf_route_change change[NVL_TARGET_IDS];
};

static void nvlf_route_table_free(struct nvlf_route_table *table)
{
	unsigned int i;

	for (i = 0; i < table->count; i++)
		kfree(table->change[i].route);
	kvfree(table);
}

/* The policy has checked each entry already, as strictly as the request. */
static int nvlf_route_table_add(struct nvlf_route_table *table,
				const struct nvlf_switch *sw,
				const struct nlattr *entry,
				struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NVLF_A_ROUTE_ENTRY_PORTS + 1], *id;
	struct nvlf_route_change *c;
	u32 target;
	int err;

	err = nla_parse_nested(tb, NVLF_A_ROUTE_ENTRY_PORTS, entry,
			       nvlf_route_entry_nl_policy, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, entry, tb, NVLF_A_ROUTE_ENTRY_TARGET_ID))
		return -EINVAL;
	id = tb[NVLF_A_ROUTE_ENTRY_TARGET_ID];
	target = nla_get_u32(id);
	if (NL_REQ_ATTR_CHECK(extack, entry, tb, NVLF_A_ROUTE_ENTRY_PORTS)) {
		NL_SET_ERR_MSG_FMT(extack, "route to %u names no ports",
				   target);
		return -EINVAL;
	}
	if (__test_and_set_bit(target, table->named)) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, id,
					"route to %u is there twice", target);
		return -EINVAL;
	}

	c = &table->change[table->count];
	c->target = target;
	c->route = kzalloc(sizeof(*c->route), GFP_KERNEL);
	if (!c->route)
		return -ENOMEM;
	err = nvlf_route_parse(c->route, sw, target,
			       tb[NVLF_A_ROUTE_ENTRY_PORTS], extack);
	/* What stays as it is, is no change */
	if (err || nvlf_route_same(c->route, sw->route[target]))
		kfree(c->route);
	else
		table->count++;
	return err;
}

/* All routes that no entry names are to go. */
static void nvlf_route_table_rest(struct nvlf_route_table *table,
				  const struct nvlf_switch *sw)
{
	struct nvlf_route_change *c;
	u32 target;

	for (target = 0; target < NVL_TARGET_IDS; target++) {
		if (!sw->route[target] || test_bit(target, table->named))
			continue;
		c = &table->change[table->count++];
		c->target = target;
		c->route = NULL;
	}
}

/* Reads, checks and allocates everything: after it nothing can fail. */
static int nvlf_route_table_fill(struct nvlf_route_table *table,
				 const struct nvlf_switch *sw,
				 const struct genl_info *info)
{
	const struct nlattr *entry;
	int err, rem;

	nla_for_each_attr_type(entry, NVLF_A_ROUTE_ENTRY,
			       genlmsg_data(info->genlhdr),
			       genlmsg_len(info->genlhdr), rem) {
		err = nvlf_route_table_add(table, sw, entry, info->extack);
		if (err)
			return err;
	}
	if (nla_get_flag(info->attrs[NVLF_A_ROUTE_REPLACE]))
		nvlf_route_table_rest(table, sw);
	return 0;
}

int nvlf_nl_route_table_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct nvlf_fabric *f = &nvlf_fabric;
	struct nvlf_route_table *table;
	struct nvlf_switch *sw;
	struct sk_buff *reply;
	u32 generation;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_ROUTE_SWITCH_ID))
		return -EINVAL;
	/* An empty table can only be one that removes all */
	if (!nla_get_flag(attrs[NVLF_A_ROUTE_REPLACE]) &&
	    GENL_REQ_ATTR_CHECK(info, NVLF_A_ROUTE_ENTRY))
		return -EINVAL;
	reply = nvlf_nl_set_begin();
	if (!reply)
		return -ENOMEM;
	table = kvzalloc(sizeof(*table), GFP_KERNEL);
	if (!table) {
		nlmsg_free(reply);
		return -ENOMEM;
	}

	nvlf_change_begin(f);
	sw = nvlf_route_switch(f, attrs[NVLF_A_ROUTE_SWITCH_ID], info->extack);
	err = sw ? nvlf_route_table_fill(table, sw, info) : -ENOENT;
	if (!err)
		nvlf_route_apply(sw, table->change, table->count);
	generation = nvlf_change_end(f);

	nvlf_route_table_free(table);
	return nvlf_nl_set_end(reply, info, err, NVLF_A_ROUTE_GENERATION,
			       generation);
}
