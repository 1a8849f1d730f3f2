// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_device.c - what endpoints and switches have in common: how their
 * registers are reached, and where they stand.
 *
 * A switch's registers are nvlf's own. An endpoint's are its client's, which
 * says whether they answer and holds resets off while they are touched.
 */
#include <linux/ctype.h>
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/nospec.h>
#include <linux/unaligned.h>

#include "nvlf_nl.h"

/**
 * nvlf_device_find() - look an endpoint or a switch up
 * @f: fabric
 * @owner: enum nvlf_owner
 * @id: target id or switch number; any number
 * @dev: filled in where there is one
 *
 * Context: holds change; @dev is good for as long.
 * Return: whether there is one.
 */
bool nvlf_device_find(struct nvlf_fabric *f, u32 owner, u32 id,
		      struct nvlf_device *dev)
{
	struct nvlf_endpoint *ep;
	struct nvlf_switch *sw;

	lockdep_assert_held(&f->change);

	if (owner == NVLF_OWNER_ENDPOINT) {
		if (id >= NVL_TARGET_IDS)
			return false;
		ep = f->endpoint[array_index_nospec(id, NVL_TARGET_IDS)];
		if (!ep)
			return false;
		*dev = nvlf_device_of_endpoint(ep);
		return true;
	}
	if (id >= NVL_SWITCHES_MAX)
		return false;
	sw = f->sw[array_index_nospec(id, NVL_SWITCHES_MAX)];
	if (!sw)
		return false;
	*dev = nvlf_device_of_switch(sw);
	return true;
}

/**
 * nvlf_device_of_endpoint() - an endpoint, seen as a device
 * @ep: endpoint
 *
 * Return: the same.
 */
struct nvlf_device nvlf_device_of_endpoint(struct nvlf_endpoint *ep)
{
	return (struct nvlf_device) {
		.owner = NVLF_OWNER_ENDPOINT,
		.id = ep->id,
		.ep = ep,
		.common = ep->common,
		.regs = ep->regs,
		.port = ep->port,
		.nports = ep->nports,
		.changed = ep->changed,
		.log = &ep->log,
		.monitor = &ep->monitor,
	};
}

/**
 * nvlf_device_of_switch() - a switch, seen as a device
 * @sw: switch
 *
 * Return: the same.
 */
struct nvlf_device nvlf_device_of_switch(struct nvlf_switch *sw)
{
	return (struct nvlf_device) {
		.owner = NVLF_OWNER_SWITCH,
		.id = sw->id,
		.sw = sw,
		.common = sw->regs,
		.regs = sw->regs + NVL_SWITCH_PORT_BASE,
		.port = sw->port,
		.nports = sw->nports,
		.changed = sw->changed,
		.log = &sw->log,
		.monitor = &sw->monitor,
	};
}

/**
 * nvlf_device_begin() - begin to touch a device's registers
 * @dev: device
 *
 * Until nvlf_device_end() it is not reset. In between nothing is called up.
 *
 * Context: holds change; may sleep.
 * Return: false where they do not answer; then there is nothing to end.
 */
bool nvlf_device_begin(const struct nvlf_device *dev)
{
	if (dev->sw)
		return dev->sw->online;
	return !dev->ep->gone && dev->ep->ops->access_begin(dev->ep->priv);
}

/**
 * nvlf_device_end() - end what nvlf_device_begin() began
 * @dev: device
 */
void nvlf_device_end(const struct nvlf_device *dev)
{
	if (dev->ep)
		dev->ep->ops->access_end(dev->ep->priv);
}

/**
 * nvlf_device_answers() - was what was read from a device its own?
 * @dev: device, between nvlf_device_begin() and nvlf_device_end()
 *
 * One that was pulled out says all-ones to whoever asks, and one behind a
 * bridge that has closed may say zeroes: neither is an id. To be asked after
 * all else has been read, as it can go at any time.
 *
 * Return: whether it answers.
 */
bool nvlf_device_answers(const struct nvlf_device *dev)
{
	u32 id = readl(dev->common + NVL_REG_ID);

	return id && id != U32_MAX;
}

/* ---- Location ----------------------------------------------------------- */

/* What is not printed is no serial number, all-ones above all. */
static void nvlf_serial_read(void __iomem *regs, char *serial)
{
	unsigned int i;

	for (i = 0; i < NVLF_SERIAL_LEN; i += 8)
		put_unaligned_le64(readq(regs + NVL_REG_SERIAL + i),
				   serial + i);
	serial[NVLF_SERIAL_LEN] = 0;
	for (i = 0; serial[i]; i++) {
		if (isascii(serial[i]) && isprint(serial[i]))
			continue;
		serial[0] = 0;
		return;
	}
}

/**
 * nvlf_location_read() - ask a device where it stands
 * @regs: its common block; answers
 * @loc: filled in
 */
void nvlf_location_read(void __iomem *regs, struct nvlf_location *loc)
{
	unsigned int i;

	for (i = 0; i < NVLF_UUID_LEN; i += 8)
		put_unaligned_le64(readq(regs + NVL_REG_CLUSTER_UUID + i),
				   loc->uuid + i);
	loc->rack = readl(regs + NVL_REG_RACK);
	loc->tray = readl(regs + NVL_REG_TRAY);
	loc->slot = readl(regs + NVL_REG_SLOT);
	loc->host = readl(regs + NVL_REG_HOST);
	nvlf_serial_read(regs, loc->serial);
}

/* Both kinds of device say it by the same numbers. */
static_assert((int)NVLF_A_ENDPOINT_CLUSTER_UUID == NVLF_A_SWITCH_CLUSTER_UUID);
static_assert((int)NVLF_A_ENDPOINT_RACK == NVLF_A_SWITCH_RACK);
static_assert((int)NVLF_A_ENDPOINT_TRAY == NVLF_A_SWITCH_TRAY);
static_assert((int)NVLF_A_ENDPOINT_SLOT == NVLF_A_SWITCH_SLOT);
static_assert((int)NVLF_A_ENDPOINT_HOST == NVLF_A_SWITCH_HOST);
static_assert((int)NVLF_A_ENDPOINT_SERIAL == NVLF_A_SWITCH_SERIAL);

static int nvlf_nl_put_place(struct sk_buff *skb, int type, u32 number)
{
	return number == NVLF_NO_PLACE ? 0 : nla_put_u32(skb, type, number);
}

/**
 * nvlf_nl_put_location() - say where an endpoint or a switch stands
 * @skb: where to
 * @loc: location; what it was not told is left out
 *
 * Return: 0 or -EMSGSIZE.
 */
int nvlf_nl_put_location(struct sk_buff *skb, const struct nvlf_location *loc)
{
	if (memchr_inv(loc->uuid, 0, NVLF_UUID_LEN) &&
	    nla_put(skb, NVLF_A_ENDPOINT_CLUSTER_UUID, NVLF_UUID_LEN,
		    loc->uuid))
		return -EMSGSIZE;
	if (nvlf_nl_put_place(skb, NVLF_A_ENDPOINT_RACK, loc->rack) ||
	    nvlf_nl_put_place(skb, NVLF_A_ENDPOINT_TRAY, loc->tray) ||
	    nvlf_nl_put_place(skb, NVLF_A_ENDPOINT_SLOT, loc->slot) ||
	    nvlf_nl_put_place(skb, NVLF_A_ENDPOINT_HOST, loc->host))
		return -EMSGSIZE;
	if (loc->serial[0] &&
	    nla_put_string(skb, NVLF_A_ENDPOINT_SERIAL, loc->serial))
		return -EMSGSIZE;
	return 0;
}
