// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	uapi/netlink/nvlf.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "nvlf_nl_gen.h"

#include <uapi/linux/nvlf.h>

/* Integer value ranges */
static const struct netlink_range_validation nvlf_a_partition_id_range = {
	.min	= 1ULL,
	.max	= 65535ULL,
};

/* NVLF_CMD_ENDPOINT_GET - do */
static const struct nla_policy nvlf_endpoint_get_nl_policy[NVLF_A_ENDPOINT_TARGET_ID + 1] = {
	[NVLF_A_ENDPOINT_TARGET_ID] = NLA_POLICY_MAX(NLA_U32, 2047),
};

/* NVLF_CMD_SWITCH_GET - do */
static const struct nla_policy nvlf_switch_get_nl_policy[NVLF_A_SWITCH_ID + 1] = {
	[NVLF_A_SWITCH_ID] = { .type = NLA_U32, },
};

/* NVLF_CMD_PORT_GET - do */
static const struct nla_policy nvlf_port_get_do_nl_policy[NVLF_A_PORT_INDEX + 1] = {
	[NVLF_A_PORT_OWNER] = NLA_POLICY_MAX(NLA_U32, 1),
	[NVLF_A_PORT_OWNER_ID] = { .type = NLA_U32, },
	[NVLF_A_PORT_INDEX] = { .type = NLA_U32, },
};

/* NVLF_CMD_PORT_GET - dump */
static const struct nla_policy nvlf_port_get_dump_nl_policy[NVLF_A_PORT_OWNER_ID + 1] = {
	[NVLF_A_PORT_OWNER] = NLA_POLICY_MAX(NLA_U32, 1),
	[NVLF_A_PORT_OWNER_ID] = { .type = NLA_U32, },
};

/* NVLF_CMD_ROUTE_GET - do */
static const struct nla_policy nvlf_route_get_do_nl_policy[NVLF_A_ROUTE_TARGET_ID + 1] = {
	[NVLF_A_ROUTE_SWITCH_ID] = { .type = NLA_U32, },
	[NVLF_A_ROUTE_TARGET_ID] = NLA_POLICY_MAX(NLA_U32, 2047),
};

/* NVLF_CMD_ROUTE_GET - dump */
static const struct nla_policy nvlf_route_get_dump_nl_policy[NVLF_A_ROUTE_SWITCH_ID + 1] = {
	[NVLF_A_ROUTE_SWITCH_ID] = { .type = NLA_U32, },
};

/* NVLF_CMD_ROUTE_SET - do */
static const struct nla_policy nvlf_route_set_nl_policy[NVLF_A_ROUTE_PORTS + 1] = {
	[NVLF_A_ROUTE_SWITCH_ID] = { .type = NLA_U32, },
	[NVLF_A_ROUTE_TARGET_ID] = NLA_POLICY_MAX(NLA_U32, 2047),
	[NVLF_A_ROUTE_PORTS] = { .type = NLA_BINARY, },
};

/* NVLF_CMD_ROUTE_DEL - do */
static const struct nla_policy nvlf_route_del_nl_policy[NVLF_A_ROUTE_TARGET_ID + 1] = {
	[NVLF_A_ROUTE_SWITCH_ID] = { .type = NLA_U32, },
	[NVLF_A_ROUTE_TARGET_ID] = NLA_POLICY_MAX(NLA_U32, 2047),
};

/* NVLF_CMD_PARTITION_GET - do */
static const struct nla_policy nvlf_partition_get_nl_policy[NVLF_A_PARTITION_ID + 1] = {
	[NVLF_A_PARTITION_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvlf_a_partition_id_range),
};

/* NVLF_CMD_PARTITION_SET - do */
static const struct nla_policy nvlf_partition_set_nl_policy[NVLF_A_PARTITION_MEMBERS + 1] = {
	[NVLF_A_PARTITION_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvlf_a_partition_id_range),
	[NVLF_A_PARTITION_MEMBERS] = { .type = NLA_BINARY, },
};

/* NVLF_CMD_PARTITION_DEL - do */
static const struct nla_policy nvlf_partition_del_nl_policy[NVLF_A_PARTITION_ID + 1] = {
	[NVLF_A_PARTITION_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvlf_a_partition_id_range),
};

/* Ops table for nvlf */
static const struct genl_split_ops nvlf_nl_ops[] = {
	{
		.cmd		= NVLF_CMD_ENDPOINT_GET,
		.doit		= nvlf_nl_endpoint_get_doit,
		.policy		= nvlf_endpoint_get_nl_policy,
		.maxattr	= NVLF_A_ENDPOINT_TARGET_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= NVLF_CMD_ENDPOINT_GET,
		.dumpit	= nvlf_nl_endpoint_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_SWITCH_GET,
		.doit		= nvlf_nl_switch_get_doit,
		.policy		= nvlf_switch_get_nl_policy,
		.maxattr	= NVLF_A_SWITCH_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= NVLF_CMD_SWITCH_GET,
		.dumpit	= nvlf_nl_switch_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_PORT_GET,
		.doit		= nvlf_nl_port_get_doit,
		.policy		= nvlf_port_get_do_nl_policy,
		.maxattr	= NVLF_A_PORT_INDEX,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_PORT_GET,
		.dumpit		= nvlf_nl_port_get_dumpit,
		.policy		= nvlf_port_get_dump_nl_policy,
		.maxattr	= NVLF_A_PORT_OWNER_ID,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_ROUTE_GET,
		.doit		= nvlf_nl_route_get_doit,
		.policy		= nvlf_route_get_do_nl_policy,
		.maxattr	= NVLF_A_ROUTE_TARGET_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_ROUTE_GET,
		.dumpit		= nvlf_nl_route_get_dumpit,
		.policy		= nvlf_route_get_dump_nl_policy,
		.maxattr	= NVLF_A_ROUTE_SWITCH_ID,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_ROUTE_SET,
		.doit		= nvlf_nl_route_set_doit,
		.policy		= nvlf_route_set_nl_policy,
		.maxattr	= NVLF_A_ROUTE_PORTS,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_ROUTE_DEL,
		.doit		= nvlf_nl_route_del_doit,
		.policy		= nvlf_route_del_nl_policy,
		.maxattr	= NVLF_A_ROUTE_TARGET_ID,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_PARTITION_GET,
		.doit		= nvlf_nl_partition_get_doit,
		.policy		= nvlf_partition_get_nl_policy,
		.maxattr	= NVLF_A_PARTITION_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= NVLF_CMD_PARTITION_GET,
		.dumpit	= nvlf_nl_partition_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_PARTITION_SET,
		.doit		= nvlf_nl_partition_set_doit,
		.policy		= nvlf_partition_set_nl_policy,
		.maxattr	= NVLF_A_PARTITION_MEMBERS,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_PARTITION_DEL,
		.doit		= nvlf_nl_partition_del_doit,
		.policy		= nvlf_partition_del_nl_policy,
		.maxattr	= NVLF_A_PARTITION_ID,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group nvlf_nl_mcgrps[] = {
	[NVLF_NLGRP_NOTIFY] = { "notify", },
};

struct genl_family nvlf_nl_family __ro_after_init = {
	.name		= NVLF_FAMILY_NAME,
	.version	= NVLF_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= nvlf_nl_ops,
	.n_split_ops	= ARRAY_SIZE(nvlf_nl_ops),
	.mcgrps		= nvlf_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(nvlf_nl_mcgrps),
};
