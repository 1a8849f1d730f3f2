/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvlf_nl.h - what the files with handlers of the netlink family share:
 * frames of gets, dumps and notifications, and parts of messages. All of it is
 * in nvlf_nl.c.
 */
#ifndef NVLF_NL_H
#define NVLF_NL_H

#include "nvlf_internal.h"
#include "nvlf_nl_gen.h"

/**
 * struct nvlf_nl_dump - where a dump goes on, in netlink_callback.ctx
 * @owner: enum nvlf_owner (ports)
 * @id: endpoint, switch or slot
 * @index: port or target id within it
 * @begun: the filter was checked; what it names may go without an error now
 */
struct nvlf_nl_dump {
	u32 owner;
	u32 id;
	u32 index;
	bool begun;
};

void *nvlf_nl_put_header(struct sk_buff *skb, const struct genl_info *info,
			 struct netlink_callback *cb);
int nvlf_nl_put_bits(struct sk_buff *skb, int type, const unsigned long *bits,
		     unsigned int nbits);

struct sk_buff *nvlf_nl_ntf_new(struct genl_info *info, u8 cmd);
void nvlf_nl_ntf_send(struct sk_buff *skb, int err);

struct sk_buff *nvlf_nl_get_begin(void);
int nvlf_nl_get_end(struct sk_buff *skb, struct genl_info *info, int err);

struct sk_buff *nvlf_nl_set_begin(void);
int nvlf_nl_set_end(struct sk_buff *skb, struct genl_info *info, int err,
		    int type, u32 generation);
int nvlf_nl_set(struct genl_info *info,
		int (*set)(struct nvlf_fabric *f, struct nlattr **attrs,
			   struct netlink_ext_ack *extack, u32 *generation),
		int type);

struct nvlf_nl_dump *nvlf_nl_dump_begin(struct netlink_callback *cb);
int nvlf_nl_dump_end(struct sk_buff *skb, int err);

const struct nvlf_switch *nvlf_nl_switch(const struct nlattr *attr,
					 struct netlink_ext_ack *extack);
int nvlf_nl_offline(struct netlink_ext_ack *extack, const struct nlattr *attr,
		    const struct nvlf_device *dev);
int nvlf_nl_port_named(struct genl_info *info);
int nvlf_nl_port(struct nvlf_fabric *f, struct nlattr **attrs,
		 struct netlink_ext_ack *extack, struct nvlf_device *dev,
		 unsigned int *p);
int nvlf_nl_dump_devices(struct sk_buff *skb, struct netlink_callback *cb,
			 const u32 *sequence,
			 int (*visit)(struct sk_buff *skb,
				      struct netlink_callback *cb,
				      struct nvlf_nl_dump *at,
				      const struct nvlf_device *dev));
int nvlf_nl_check_len(struct netlink_ext_ack *extack, const struct nlattr *attr,
		      unsigned int min, unsigned int max);

/* nvlf_device.c */
int nvlf_nl_put_location(struct sk_buff *skb, const struct nvlf_location *loc);

#endif /* NVLF_NL_H */
