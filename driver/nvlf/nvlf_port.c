// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_port.c - what can be asked of a port: to be enabled or disabled, to
 * train anew, to be reset, to count from zero.
 *
 * A port that goes down because somebody asked for it is a planned change:
 * the pairs that need it are revoked while it still carries. One that was
 * disabled stays so when its device is reset, until it is enabled or its
 * driver is bound anew.
 */
#include <linux/io.h>
#include <linux/math64.h>
#include <linux/timekeeping.h>

#include "nvlf_nl.h"

/**
 * nvlf_port_age_ms() - for how long a port has been in its state
 * @port: port
 *
 * Return: milliseconds since it was seen to change.
 */
u64 nvlf_port_age_ms(const struct nvlf_port *port)
{
	return div_u64(ktime_get_boottime_ns() - port->since, NSEC_PER_MSEC);
}

/* What is to be done, from the attributes: a value for NVL_PORT_CTRL */
static int nvlf_port_ask(struct nlattr **attrs, const struct nvlf_port *port,
			 u32 *ctrl, struct netlink_ext_ack *extack)
{
	const struct nlattr *enable = attrs[NVLF_A_PORT_ENABLE];
	const struct nlattr *retrain = attrs[NVLF_A_PORT_RETRAIN];

	*ctrl = 0;
	if (enable ? nla_get_u32(enable) : !port->disabled)
		*ctrl |= NVL_PORT_CTRL_ENABLE;
	if (retrain)
		*ctrl |= NVL_PORT_CTRL_RETRAIN;
	if (attrs[NVLF_A_PORT_RESET])
		*ctrl |= NVL_PORT_CTRL_RESET;
	if (attrs[NVLF_A_PORT_CLEAR])
		*ctrl |= NVL_PORT_CTRL_CLEAR;

	if (!enable && !(*ctrl & ~NVL_PORT_CTRL_ENABLE)) {
		NL_SET_ERR_MSG(extack,
			       "nothing is asked for: enable, retrain, reset or clear");
		return -EINVAL;
	}
	if (retrain && !(*ctrl & NVL_PORT_CTRL_ENABLE)) {
		NL_SET_ERR_MSG_ATTR(extack, retrain,
				    "a port that is disabled cannot train");
		return -EINVAL;
	}
	return 0;
}

/* The register is written where it answers: else a reset does all of it. */
static void nvlf_port_write(struct nvlf_device *dev, unsigned int p, u32 ctrl)
{
	if (!nvlf_device_begin(dev))
		return;
	writel(ctrl, dev->regs + p * NVL_PORT_STRIDE + NVL_PORT_CTRL);
	readl(dev->common + NVL_REG_ID); /* until the write is there */
	nvlf_device_end(dev);
	if (dev->sw)
		nvlf_switch_flush(dev->sw);
}

static void nvlf_port_apply(struct nvlf_fabric *f, struct nvlf_device *dev,
			    unsigned int p, u32 ctrl)
{
	DECLARE_BITMAP(which, NVL_SWITCH_PORTS);
	struct nvlf_port *port = &dev->port[p];
	bool disable = !(ctrl & NVL_PORT_CTRL_ENABLE);

	bitmap_zero(which, NVL_SWITCH_PORTS);
	if (port->disabled != disable) {
		port->disabled = disable;
		__set_bit(p, dev->changed);
		f->touched = true;
	}
	if (nvlf_port_up(port) &&
	    (disable || ctrl & (NVL_PORT_CTRL_RETRAIN | NVL_PORT_CTRL_RESET))) {
		nvlf_topology_down(f, dev, p,
				   disable ? NVL_PORT_OFF : NVL_PORT_TRAIN);
		nvlf_reach_unlinked(f);
	}
	nvlf_port_write(dev, p, ctrl);

	__set_bit(p, which);
	if (dev->ep)
		nvlf_topology_scan_endpoint(f, dev->ep, which);
	else
		nvlf_topology_scan_switch(f, dev->sw, which);
	nvlf_reach_links(f);
}

/**
 * nvlf_port_set() - do what is asked of a port
 * @f: fabric
 * @attrs: NVLF_A_PORT_OWNER, _OWNER_ID, _INDEX and what is asked, checked by
 *	the policy
 * @extack: gets the reason of an error and the attribute to blame
 *
 * Context: process; takes change, calls up.
 * Return: 0, -ENOENT (no such port), -ENODEV (its device does not answer now),
 * -EINVAL (nothing is asked, or what cannot be at once).
 */
int nvlf_port_set(struct nvlf_fabric *f, struct nlattr **attrs,
		  struct netlink_ext_ack *extack)
{
	struct nvlf_device dev;
	unsigned int p;
	u32 ctrl;
	int err;

	nvlf_change_begin(f);
	err = nvlf_nl_port(f, attrs, extack, &dev, &p);
	if (err)
		goto out;
	err = nvlf_port_ask(attrs, &dev.port[p], &ctrl, extack);
	if (err)
		goto out;
	if (!nvlf_device_begin(&dev)) {
		err = nvlf_nl_offline(extack, attrs[NVLF_A_PORT_OWNER_ID],
				      &dev);
		goto out;
	}
	nvlf_device_end(&dev);
	nvlf_port_apply(f, &dev, p, ctrl);
out:
	nvlf_change_end(f);
	return err;
}

int nvlf_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (nvlf_nl_port_named(info))
		return -EINVAL;
	return nvlf_port_set(&nvlf_fabric, info->attrs, info->extack);
}
