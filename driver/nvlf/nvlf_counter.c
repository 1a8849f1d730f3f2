// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_counter.c - what ports have counted, read from their registers at each
 * request: the driver keeps no copy.
 *
 * No clear, no reset and no other request falls into the read of a port. The
 * port itself goes on: of a packet under way one counter may have it and
 * another not yet.
 */
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>

#include "nvlf_nl.h"

/* In the order in which they are told; CRC errors are lane by lane */
static const struct {
	u16 type;
	u16 reg;
} nvlf_counters[] = {
	{ NVLF_A_COUNTER_TX_BYTES, NVL_PORT_TX_BYTES },
	{ NVLF_A_COUNTER_RX_BYTES, NVL_PORT_RX_BYTES },
	{ NVLF_A_COUNTER_TX_PACKETS, NVL_PORT_TX_PACKETS },
	{ NVLF_A_COUNTER_RX_PACKETS, NVL_PORT_RX_PACKETS },
	{ NVLF_A_COUNTER_REPLAYS, NVL_PORT_REPLAYS },
	{ NVLF_A_COUNTER_RECOVERIES, NVL_PORT_RECOVERIES },
	{ NVLF_A_COUNTER_UNCORRECTABLE, NVL_PORT_UNCORRECTABLE },
	{ NVLF_A_COUNTER_CRC, NVL_PORT_CRC },
	{ NVLF_A_COUNTER_CRC, NVL_PORT_CRC + 0x08 },
	{ NVLF_A_COUNTER_CRC, NVL_PORT_CRC + 0x10 },
	{ NVLF_A_COUNTER_CRC, NVL_PORT_CRC + 0x18 },
};

static_assert(ARRAY_SIZE(nvlf_counters) == NVLF_COUNTERS);

/**
 * nvlf_counters_read() - read what a port has counted
 * @dev: its device
 * @p: its number
 * @values: filled in, NVLF_COUNTERS of them
 *
 * Context: holds change.
 * Return: false where the device does not answer.
 */
bool nvlf_counters_read(const struct nvlf_device *dev, unsigned int p,
			u64 *values)
{
	void __iomem *regs = dev->regs + p * NVL_PORT_STRIDE;
	bool answers;
	unsigned int i;

	if (!nvlf_device_begin(dev))
		return false;
	for (i = 0; i < NVLF_COUNTERS; i++)
		values[i] = readq(regs + nvlf_counters[i].reg);
	answers = nvlf_device_answers(dev);
	nvlf_device_end(dev);
	return answers;
}

static int nvlf_nl_put_counters(struct sk_buff *skb,
				const struct genl_info *info,
				struct netlink_callback *cb,
				const struct nvlf_device *dev, unsigned int p,
				const u64 *values)
{
	void *hdr = nvlf_nl_put_header(skb, info, cb);
	unsigned int i;

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVLF_A_COUNTER_OWNER, dev->owner) ||
	    nla_put_u32(skb, NVLF_A_COUNTER_OWNER_ID, dev->id) ||
	    nla_put_u32(skb, NVLF_A_COUNTER_INDEX, p))
		goto err_cancel;
	for (i = 0; i < NVLF_COUNTERS; i++)
		if (nla_put_u64_64bit(skb, nvlf_counters[i].type, values[i],
				      NVLF_A_COUNTER_PAD))
			goto err_cancel;
	genlmsg_end(skb, hdr);
	return 0;

err_cancel:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

int nvlf_nl_counter_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	u64 values[NVLF_COUNTERS];
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
	if (err)
		goto out;
	if (nvlf_counters_read(&dev, p, values))
		err = nvlf_nl_put_counters(reply, info, NULL, &dev, p, values);
	else
		err = nvlf_nl_offline(info->extack,
				      info->attrs[NVLF_A_COUNTER_OWNER_ID],
				      &dev);
out:
	return nvlf_nl_get_end(reply, info, err);
}

/* What does not answer has nothing to tell, and is left out. */
static int nvlf_nl_dump_counters(struct sk_buff *skb,
				 struct netlink_callback *cb,
				 struct nvlf_nl_dump *at,
				 const struct nvlf_device *dev)
{
	u64 values[NVLF_COUNTERS];
	int err;

	for (; at->index < dev->nports; at->index++) {
		if (!nvlf_counters_read(dev, at->index, values))
			continue;
		err = nvlf_nl_put_counters(skb, genl_info_dump(cb), cb, dev,
					   at->index, values);
		if (err)
			return err;
	}
	return 0;
}

int nvlf_nl_counter_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return nvlf_nl_dump_devices(skb, cb, &nvlf_fabric.generation,
				    nvlf_nl_dump_counters);
}
