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

static const struct netlink_range_validation nvlf_a_group_partition_id_range = {
	.min	= 1ULL,
	.max	= 65535ULL,
};

static const struct netlink_range_validation nvlf_a_manager_timeout_range = {
	.min	= 100ULL,
	.max	= 600000ULL,
};

/* Common nested types */
const struct nla_policy nvlf_route_entry_nl_policy[NVLF_A_ROUTE_ENTRY_PORTS + 1] = {
	[NVLF_A_ROUTE_ENTRY_TARGET_ID] = NLA_POLICY_MAX(NLA_U32, 2047),
	[NVLF_A_ROUTE_ENTRY_PORTS] = { .type = NLA_BINARY, },
};

/* NVLF_CMD_ENDPOINT_GET - do */
static const struct nla_policy nvlf_endpoint_get_do_nl_policy[NVLF_A_ENDPOINT_TARGET_ID + 1] = {
	[NVLF_A_ENDPOINT_TARGET_ID] = NLA_POLICY_MAX(NLA_U32, 2047),
};

/* NVLF_CMD_ENDPOINT_GET - dump */
static const struct nla_policy nvlf_endpoint_get_dump_nl_policy[NVLF_A_ENDPOINT_HOST + 1] = {
	[NVLF_A_ENDPOINT_RACK] = { .type = NLA_U32, },
	[NVLF_A_ENDPOINT_TRAY] = { .type = NLA_U32, },
	[NVLF_A_ENDPOINT_HOST] = { .type = NLA_U32, },
};

/* NVLF_CMD_SWITCH_GET - do */
static const struct nla_policy nvlf_switch_get_do_nl_policy[NVLF_A_SWITCH_ID + 1] = {
	[NVLF_A_SWITCH_ID] = { .type = NLA_U32, },
};

/* NVLF_CMD_SWITCH_GET - dump */
static const struct nla_policy nvlf_switch_get_dump_nl_policy[NVLF_A_SWITCH_HOST + 1] = {
	[NVLF_A_SWITCH_RACK] = { .type = NLA_U32, },
	[NVLF_A_SWITCH_TRAY] = { .type = NLA_U32, },
	[NVLF_A_SWITCH_HOST] = { .type = NLA_U32, },
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
static const struct nla_policy nvlf_route_get_dump_nl_policy[NVLF_A_ROUTE_TARGET_ID + 1] = {
	[NVLF_A_ROUTE_SWITCH_ID] = { .type = NLA_U32, },
	[NVLF_A_ROUTE_TARGET_ID] = NLA_POLICY_MAX(NLA_U32, 2047),
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
static const struct nla_policy nvlf_partition_get_do_nl_policy[NVLF_A_PARTITION_ID + 1] = {
	[NVLF_A_PARTITION_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvlf_a_partition_id_range),
};

/* NVLF_CMD_PARTITION_GET - dump */
static const struct nla_policy nvlf_partition_get_dump_nl_policy[NVLF_A_PARTITION_TARGET_ID + 1] = {
	[NVLF_A_PARTITION_TARGET_ID] = NLA_POLICY_MAX(NLA_U32, 2047),
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

/* NVLF_CMD_ROUTE_TABLE_SET - do */
static const struct nla_policy nvlf_route_table_set_nl_policy[NVLF_A_ROUTE_ENTRY + 1] = {
	[NVLF_A_ROUTE_SWITCH_ID] = { .type = NLA_U32, },
	[NVLF_A_ROUTE_REPLACE] = { .type = NLA_FLAG, },
	[NVLF_A_ROUTE_ENTRY] = NLA_POLICY_NESTED(nvlf_route_entry_nl_policy),
};

/* NVLF_CMD_PORT_SET - do */
static const struct nla_policy nvlf_port_set_nl_policy[NVLF_A_PORT_CLEAR + 1] = {
	[NVLF_A_PORT_OWNER] = NLA_POLICY_MAX(NLA_U32, 1),
	[NVLF_A_PORT_OWNER_ID] = { .type = NLA_U32, },
	[NVLF_A_PORT_INDEX] = { .type = NLA_U32, },
	[NVLF_A_PORT_ENABLE] = NLA_POLICY_MAX(NLA_U32, 1),
	[NVLF_A_PORT_RETRAIN] = { .type = NLA_FLAG, },
	[NVLF_A_PORT_RESET] = { .type = NLA_FLAG, },
	[NVLF_A_PORT_CLEAR] = { .type = NLA_FLAG, },
};

/* NVLF_CMD_GROUP_GET - do */
static const struct nla_policy nvlf_group_get_do_nl_policy[NVLF_A_GROUP_ID + 1] = {
	[NVLF_A_GROUP_ID] = NLA_POLICY_MAX(NLA_U32, 1023),
};

/* NVLF_CMD_GROUP_GET - dump */
static const struct nla_policy nvlf_group_get_dump_nl_policy[NVLF_A_GROUP_PARTITION_ID + 1] = {
	[NVLF_A_GROUP_PARTITION_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvlf_a_group_partition_id_range),
};

/* NVLF_CMD_GROUP_SET - do */
static const struct nla_policy nvlf_group_set_nl_policy[NVLF_A_GROUP_MEMBERS + 1] = {
	[NVLF_A_GROUP_ID] = NLA_POLICY_MAX(NLA_U32, 1023),
	[NVLF_A_GROUP_PARTITION_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvlf_a_group_partition_id_range),
	[NVLF_A_GROUP_MEMBERS] = { .type = NLA_BINARY, },
};

/* NVLF_CMD_GROUP_DEL - do */
static const struct nla_policy nvlf_group_del_nl_policy[NVLF_A_GROUP_ID + 1] = {
	[NVLF_A_GROUP_ID] = NLA_POLICY_MAX(NLA_U32, 1023),
};

/* NVLF_CMD_COUNTER_GET - do */
static const struct nla_policy nvlf_counter_get_do_nl_policy[NVLF_A_COUNTER_INDEX + 1] = {
	[NVLF_A_COUNTER_OWNER] = NLA_POLICY_MAX(NLA_U32, 1),
	[NVLF_A_COUNTER_OWNER_ID] = { .type = NLA_U32, },
	[NVLF_A_COUNTER_INDEX] = { .type = NLA_U32, },
};

/* NVLF_CMD_COUNTER_GET - dump */
static const struct nla_policy nvlf_counter_get_dump_nl_policy[NVLF_A_COUNTER_OWNER_ID + 1] = {
	[NVLF_A_COUNTER_OWNER] = NLA_POLICY_MAX(NLA_U32, 1),
	[NVLF_A_COUNTER_OWNER_ID] = { .type = NLA_U32, },
};

/* NVLF_CMD_HEALTH_GET - do */
static const struct nla_policy nvlf_health_get_do_nl_policy[NVLF_A_HEALTH_TARGET_ID + 1] = {
	[NVLF_A_HEALTH_TARGET_ID] = NLA_POLICY_MAX(NLA_U32, 2047),
};

/* NVLF_CMD_HEALTH_GET - dump */
static const struct nla_policy nvlf_health_get_dump_nl_policy[NVLF_A_HEALTH_STATE + 1] = {
	[NVLF_A_HEALTH_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
};

/* NVLF_CMD_DIAGNOSE - do */
static const struct nla_policy nvlf_diagnose_nl_policy[NVLF_A_DIAGNOSE_DST + 1] = {
	[NVLF_A_DIAGNOSE_SRC] = NLA_POLICY_MAX(NLA_U32, 2047),
	[NVLF_A_DIAGNOSE_DST] = NLA_POLICY_MAX(NLA_U32, 2047),
};

/* NVLF_CMD_LOG_GET - dump */
static const struct nla_policy nvlf_log_get_nl_policy[NVLF_A_LOG_OWNER_ID + 1] = {
	[NVLF_A_LOG_OWNER] = NLA_POLICY_MAX(NLA_U32, 1),
	[NVLF_A_LOG_OWNER_ID] = { .type = NLA_U32, },
};

/* NVLF_CMD_MANAGER_ATTACH - do */
static const struct nla_policy nvlf_manager_attach_nl_policy[NVLF_A_MANAGER_TAKEOVER + 1] = {
	[NVLF_A_MANAGER_NAME] = { .type = NLA_NUL_STRING, .len = 63, },
	[NVLF_A_MANAGER_TIMEOUT] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvlf_a_manager_timeout_range),
	[NVLF_A_MANAGER_TAKEOVER] = { .type = NLA_FLAG, },
};

/* NVLF_CMD_MANAGER_HEARTBEAT - do */
static const struct nla_policy nvlf_manager_heartbeat_nl_policy[NVLF_A_MANAGER_CONFIGURED + 1] = {
	[NVLF_A_MANAGER_CONFIGURED] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* Ops table for nvlf */
static const struct genl_split_ops nvlf_nl_ops[] = {
	{
		.cmd		= NVLF_CMD_ENDPOINT_GET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_endpoint_get_doit,
		.policy		= nvlf_endpoint_get_do_nl_policy,
		.maxattr	= NVLF_A_ENDPOINT_TARGET_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_ENDPOINT_GET,
		.start		= nvlf_nl_pre_dumpit,
		.dumpit		= nvlf_nl_endpoint_get_dumpit,
		.policy		= nvlf_endpoint_get_dump_nl_policy,
		.maxattr	= NVLF_A_ENDPOINT_HOST,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_SWITCH_GET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_switch_get_doit,
		.policy		= nvlf_switch_get_do_nl_policy,
		.maxattr	= NVLF_A_SWITCH_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_SWITCH_GET,
		.start		= nvlf_nl_pre_dumpit,
		.dumpit		= nvlf_nl_switch_get_dumpit,
		.policy		= nvlf_switch_get_dump_nl_policy,
		.maxattr	= NVLF_A_SWITCH_HOST,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_PORT_GET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_port_get_doit,
		.policy		= nvlf_port_get_do_nl_policy,
		.maxattr	= NVLF_A_PORT_INDEX,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_PORT_GET,
		.start		= nvlf_nl_pre_dumpit,
		.dumpit		= nvlf_nl_port_get_dumpit,
		.policy		= nvlf_port_get_dump_nl_policy,
		.maxattr	= NVLF_A_PORT_OWNER_ID,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_ROUTE_GET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_route_get_doit,
		.policy		= nvlf_route_get_do_nl_policy,
		.maxattr	= NVLF_A_ROUTE_TARGET_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_ROUTE_GET,
		.start		= nvlf_nl_pre_dumpit,
		.dumpit		= nvlf_nl_route_get_dumpit,
		.policy		= nvlf_route_get_dump_nl_policy,
		.maxattr	= NVLF_A_ROUTE_TARGET_ID,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_ROUTE_SET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_route_set_doit,
		.policy		= nvlf_route_set_nl_policy,
		.maxattr	= NVLF_A_ROUTE_PORTS,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_ROUTE_DEL,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_route_del_doit,
		.policy		= nvlf_route_del_nl_policy,
		.maxattr	= NVLF_A_ROUTE_TARGET_ID,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_PARTITION_GET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_partition_get_doit,
		.policy		= nvlf_partition_get_do_nl_policy,
		.maxattr	= NVLF_A_PARTITION_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_PARTITION_GET,
		.start		= nvlf_nl_pre_dumpit,
		.dumpit		= nvlf_nl_partition_get_dumpit,
		.policy		= nvlf_partition_get_dump_nl_policy,
		.maxattr	= NVLF_A_PARTITION_TARGET_ID,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_PARTITION_SET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_partition_set_doit,
		.policy		= nvlf_partition_set_nl_policy,
		.maxattr	= NVLF_A_PARTITION_MEMBERS,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_PARTITION_DEL,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_partition_del_doit,
		.policy		= nvlf_partition_del_nl_policy,
		.maxattr	= NVLF_A_PARTITION_ID,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_ROUTE_TABLE_SET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_route_table_set_doit,
		.policy		= nvlf_route_table_set_nl_policy,
		.maxattr	= NVLF_A_ROUTE_ENTRY,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_PORT_SET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_port_set_doit,
		.policy		= nvlf_port_set_nl_policy,
		.maxattr	= NVLF_A_PORT_CLEAR,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_GROUP_GET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_group_get_doit,
		.policy		= nvlf_group_get_do_nl_policy,
		.maxattr	= NVLF_A_GROUP_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_GROUP_GET,
		.start		= nvlf_nl_pre_dumpit,
		.dumpit		= nvlf_nl_group_get_dumpit,
		.policy		= nvlf_group_get_dump_nl_policy,
		.maxattr	= NVLF_A_GROUP_PARTITION_ID,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_GROUP_SET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_group_set_doit,
		.policy		= nvlf_group_set_nl_policy,
		.maxattr	= NVLF_A_GROUP_MEMBERS,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_GROUP_DEL,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_group_del_doit,
		.policy		= nvlf_group_del_nl_policy,
		.maxattr	= NVLF_A_GROUP_ID,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_COUNTER_GET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_counter_get_doit,
		.policy		= nvlf_counter_get_do_nl_policy,
		.maxattr	= NVLF_A_COUNTER_INDEX,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_COUNTER_GET,
		.start		= nvlf_nl_pre_dumpit,
		.dumpit		= nvlf_nl_counter_get_dumpit,
		.policy		= nvlf_counter_get_dump_nl_policy,
		.maxattr	= NVLF_A_COUNTER_OWNER_ID,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_HEALTH_GET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_health_get_doit,
		.policy		= nvlf_health_get_do_nl_policy,
		.maxattr	= NVLF_A_HEALTH_TARGET_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_HEALTH_GET,
		.start		= nvlf_nl_pre_dumpit,
		.dumpit		= nvlf_nl_health_get_dumpit,
		.policy		= nvlf_health_get_dump_nl_policy,
		.maxattr	= NVLF_A_HEALTH_STATE,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_DIAGNOSE,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_diagnose_doit,
		.policy		= nvlf_diagnose_nl_policy,
		.maxattr	= NVLF_A_DIAGNOSE_DST,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_LOG_GET,
		.start		= nvlf_nl_pre_dumpit,
		.dumpit		= nvlf_nl_log_get_dumpit,
		.policy		= nvlf_log_get_nl_policy,
		.maxattr	= NVLF_A_LOG_OWNER_ID,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NVLF_CMD_MANAGER_GET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_manager_get_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_MANAGER_ATTACH,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_manager_attach_doit,
		.policy		= nvlf_manager_attach_nl_policy,
		.maxattr	= NVLF_A_MANAGER_TAKEOVER,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_MANAGER_HEARTBEAT,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_manager_heartbeat_doit,
		.policy		= nvlf_manager_heartbeat_nl_policy,
		.maxattr	= NVLF_A_MANAGER_CONFIGURED,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NVLF_CMD_FABRIC_GET,
		.pre_doit	= nvlf_nl_pre_doit,
		.doit		= nvlf_nl_fabric_get_doit,
		.flags		= GENL_CMD_CAP_DO,
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
