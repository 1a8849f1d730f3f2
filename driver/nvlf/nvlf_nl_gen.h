/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	uapi/netlink/nvlf.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_NVLF_GEN_H
#define _LINUX_NVLF_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/nvlf.h>

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

enum {
	NVLF_NLGRP_NOTIFY,
};

extern struct genl_family nvlf_nl_family;

#endif /* _LINUX_NVLF_GEN_H */
