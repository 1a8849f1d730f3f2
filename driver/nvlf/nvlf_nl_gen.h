/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	uapi/netlink/nvlf.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_NVLF_GEN_H
#define _LINUX_NVLF_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/nvlf.h>

/* Common nested types */
extern const struct nla_policy nvlf_route_entry_nl_policy[NVLF_A_ROUTE_ENTRY_PORTS + 1];

int nvlf_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		     struct genl_info *info);
int nvlf_nl_pre_dumpit(struct netlink_callback *cb);

int nvlf_nl_endpoint_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_endpoint_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int nvlf_nl_switch_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_switch_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvlf_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvlf_nl_route_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_route_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvlf_nl_route_set_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_route_del_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_partition_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_partition_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int nvlf_nl_partition_set_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_partition_del_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_route_table_set_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_group_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_group_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvlf_nl_group_set_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_group_del_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_counter_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_counter_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int nvlf_nl_health_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_health_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvlf_nl_diagnose_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_log_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvlf_nl_manager_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_manager_attach_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_manager_heartbeat_doit(struct sk_buff *skb, struct genl_info *info);
int nvlf_nl_fabric_get_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	NVLF_NLGRP_NOTIFY,
};

extern struct genl_family nvlf_nl_family;

#endif /* _LINUX_NVLF_GEN_H */
