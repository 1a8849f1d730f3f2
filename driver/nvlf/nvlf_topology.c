// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_topology.c - what is joined to what, as the ports themselves say.
 *
 * A port that is up has read in band who its partner is. Nothing is taken
 * from a command line, and one end's word is not enough: a link counts when
 * both ends are up, belong to registered devices, and name each other by id,
 * guid and port. Where they do not, there is no link, whatever carries
 * traffic there: the pair of devices cannot be told apart from a mistake in
 * the wiring, a device that pretends to be another, or one end's news that
 * has not come yet. Such a port is still shown as it was read, so that the
 * mismatch can be seen.
 */
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/timekeeping.h>

#include "nvlf_internal.h"
#include "nvlf_trace.h"

/* What is known of a port whose registers do not answer */
static void nvlf_port_dark(const struct nvlf_port *old, struct nvlf_port *new)
{
	memset(new, 0, sizeof(*new));
	new->state = NVL_PORT_OFF;
	new->lanes = old->lanes;
}

/* Reads one port. What is no state, all-ones above all, counts as OFF. */
static void nvlf_port_read(void __iomem *regs, const struct nvlf_port *old,
			   struct nvlf_port *new)
{
	u32 state = readl(regs + NVL_PORT_STATE);
	u32 lanes, partner;

	nvlf_port_dark(old, new);
	if (state > NVL_PORT_FAULT)
		return;

	/* A reset enables all ports; this one was to stay disabled. */
	if (old->disabled && state != NVL_PORT_OFF) {
		writel(0, regs + NVL_PORT_CTRL);
		state = readl(regs + NVL_PORT_STATE);
		if (state > NVL_PORT_FAULT)
			return;
	}

	new->state = state;
	new->trainings = readl(regs + NVL_PORT_TRAIN_COUNT);
	lanes = readl(regs + NVL_PORT_LANES);
	new->lanes = lanes >> 8;
	if (!nvlf_port_up(new))
		return;
	new->lanes_up = lanes;

	/*
	 * A partner cannot change without a training. Where both ends agreed
	 * on this one before, five reads are saved; each can be an exit from
	 * a guest, and a rack has thousands of ports.
	 */
	if (old->linked && old->trainings == new->trainings) {
		new->partner = old->partner;
		new->partner_id = old->partner_id;
		new->partner_port = old->partner_port;
		new->partner_guid = old->partner_guid;
		new->misplaced = old->misplaced;
		return;
	}

	partner = readl(regs + NVL_PORT_PARTNER);
	switch (partner & ~NVL_PORT_PARTNER_MISWIRED) {
	case NVL_PARTNER_ENDPOINT:
		new->partner = NVL_PARTNER_ENDPOINT;
		break;
	case NVL_PARTNER_SWITCH:
		new->partner = NVL_PARTNER_SWITCH;
		break;
	default:
		return;
	}
	new->misplaced = !!(partner & NVL_PORT_PARTNER_MISWIRED);
	new->partner_id = readl(regs + NVL_PORT_PARTNER_SELF);
	new->partner_port = readl(regs + NVL_PORT_PARTNER_PORT);
	new->partner_guid = readq(regs + NVL_PORT_PARTNER_GUID);
}

static bool nvlf_port_same(const struct nvlf_port *a, const struct nvlf_port *b)
{
	return a->state == b->state && a->partner == b->partner &&
	       a->partner_id == b->partner_id &&
	       a->partner_port == b->partner_port &&
	       a->partner_guid == b->partner_guid &&
	       a->misplaced == b->misplaced && a->trainings == b->trainings &&
	       a->lanes == b->lanes && a->lanes_up == b->lanes_up;
}

/* Stores what was read, and keeps what is no register. */
static void nvlf_port_replace(struct nvlf_port *port,
			      const struct nvlf_port *new)
{
	const struct nvlf_port old = *port;

	*port = *new;
	port->disabled = old.disabled;
	port->since = old.since;
	if (old.state != new->state)
		port->since = ktime_get_boottime_ns();
	port->last = old.last;
	port->last_id = old.last_id;
	port->last_port = old.last_port;
	if (new->partner != NVL_PARTNER_NONE) {
		port->last = new->partner;
		port->last_id = new->partner_id;
		port->last_port = new->partner_port;
	}
}

/**
 * nvlf_ports_init() - make ports that have not been read yet
 * @port: first port, zeroed
 * @nports: how many there are
 */
void nvlf_ports_init(struct nvlf_port *port, unsigned int nports)
{
	u64 now = ktime_get_boottime_ns();
	unsigned int i;

	for (i = 0; i < nports; i++)
		port[i].since = now;
}

/*
 * A device that dies cannot tell, nor can one that comes back: its interrupts
 * are off. Its partners see their links change.
 */
static void nvlf_partner_doubt(struct nvlf_fabric *f, u8 partner, u32 id)
{
	if (partner == NVL_PARTNER_ENDPOINT && id < NVL_TARGET_IDS)
		__set_bit(id, f->doubted);
	else if (partner == NVL_PARTNER_SWITCH && id < NVL_SWITCHES_MAX)
		__set_bit(id, f->doubted_sw);
}

/* Before a port is stored: was its link cut, or made anew? */
static void nvlf_partners_doubt(struct nvlf_fabric *f,
				const struct nvlf_port *port,
				const struct nvlf_port *new)
{
	if (nvlf_port_up(port) == nvlf_port_up(new) &&
	    port->trainings == new->trainings)
		return;
	nvlf_partner_doubt(f, port->last, port->last_id);
	nvlf_partner_doubt(f, new->partner, new->partner_id);
}

/**
 * nvlf_link_agreed() - do an endpoint's port and a switch's name each other?
 * @ep: endpoint
 * @p: its port, below its number of ports
 * @sw: switch
 * @q: its port, below its number of ports
 *
 * Context: holds change.
 * Return: true where both are up and agree.
 */
bool nvlf_link_agreed(const struct nvlf_endpoint *ep, unsigned int p,
		      const struct nvlf_switch *sw, unsigned int q)
{
	const struct nvlf_port *a = &ep->port[p];
	const struct nvlf_port *b = &sw->port[q];

	return nvlf_port_up(a) && a->partner == NVL_PARTNER_SWITCH &&
	       a->partner_id == sw->id && a->partner_guid == sw->guid &&
	       a->partner_port == q && nvlf_port_up(b) &&
	       b->partner == NVL_PARTNER_ENDPOINT && b->partner_id == ep->id &&
	       b->partner_guid == ep->guid && b->partner_port == p;
}

/* Counts the link at port @q of @sw as there, if it is one. */
static void nvlf_link_make(struct nvlf_fabric *f, struct nvlf_switch *sw,
			   unsigned int q)
{
	struct nvlf_port *port = &sw->port[q];
	struct nvlf_endpoint *ep;

	lockdep_assert_held(&f->change);

	if (port->partner != NVL_PARTNER_ENDPOINT ||
	    port->partner_id >= NVL_TARGET_IDS)
		return;
	ep = f->endpoint[port->partner_id];
	if (!ep || port->partner_port >= ep->nports ||
	    !nvlf_link_agreed(ep, port->partner_port, sw, q))
		return;

	port->linked = true;
	ep->port[port->partner_port].linked = true;
	ep->links[sw->id]++;
	ep->nlinks++;
	__set_bit(ep->id, f->relinked);
	__set_bit(ep->id, f->unwell);
}

/* Undoes nvlf_link_make(); both ends still say what they said then. */
static void nvlf_link_break(struct nvlf_fabric *f, struct nvlf_switch *sw,
			    unsigned int q)
{
	struct nvlf_port *port = &sw->port[q];
	struct nvlf_endpoint *ep;

	lockdep_assert_held(&f->change);

	if (!port->linked)
		return;
	ep = f->endpoint[port->partner_id];
	port->linked = false;
	ep->port[port->partner_port].linked = false;
	ep->links[sw->id]--;
	ep->nlinks--;
	__set_bit(ep->id, f->relinked);
	__set_bit(ep->id, f->unwell);
}

static void nvlf_endpoint_port_store(struct nvlf_fabric *f,
				     struct nvlf_endpoint *ep, unsigned int p,
				     const struct nvlf_port *new)
{
	struct nvlf_port *port = &ep->port[p];
	struct nvlf_switch *sw;

	if (nvlf_port_same(port, new))
		return;
	__set_bit(p, ep->changed);
	__set_bit(ep->id, f->unwell);
	if (nvlf_port_up(port) != nvlf_port_up(new))
		__set_bit(ep->id, f->dirty);

	trace_nvlf_port(NVLF_OWNER_ENDPOINT, ep->id, p, port, new);
	nvlf_partners_doubt(f, port, new);
	if (port->linked)
		nvlf_link_break(f, f->sw[port->partner_id], port->partner_port);
	nvlf_port_replace(port, new);
	if (port->partner == NVL_PARTNER_SWITCH &&
	    port->partner_id < NVL_SWITCHES_MAX) {
		sw = f->sw[port->partner_id];
		if (sw && port->partner_port < sw->nports)
			nvlf_link_make(f, sw, port->partner_port);
	}
	f->touched = true;
}

/* What a switch's port says can make the other end miswired, or no more. */
static void nvlf_partner_unwell(struct nvlf_fabric *f,
				const struct nvlf_port *port)
{
	if (port->partner == NVL_PARTNER_ENDPOINT &&
	    port->partner_id < NVL_TARGET_IDS)
		__set_bit(port->partner_id, f->unwell);
}

static void nvlf_switch_port_store(struct nvlf_fabric *f,
				   struct nvlf_switch *sw, unsigned int q,
				   const struct nvlf_port *new)
{
	struct nvlf_port *port = &sw->port[q];

	if (nvlf_port_same(port, new))
		return;
	__set_bit(q, sw->changed);
	if (nvlf_port_up(port) != nvlf_port_up(new))
		sw->dirty = true;

	trace_nvlf_port(NVLF_OWNER_SWITCH, sw->id, q, port, new);
	nvlf_partner_unwell(f, port);
	nvlf_partner_unwell(f, new);
	nvlf_partners_doubt(f, port, new);
	nvlf_link_break(f, sw, q);
	nvlf_port_replace(port, new);
	nvlf_link_make(f, sw, q);
	f->touched = true;
}

static void nvlf_device_port_store(struct nvlf_fabric *f,
				   const struct nvlf_device *dev,
				   unsigned int p, const struct nvlf_port *new)
{
	if (dev->ep)
		nvlf_endpoint_port_store(f, dev->ep, p, new);
	else
		nvlf_switch_port_store(f, dev->sw, p, new);
}

/**
 * nvlf_topology_down() - a port is about to be taken down
 * @f: fabric
 * @dev: its device
 * @p: its number
 * @state: what it will be; not up
 *
 * Its link is lost in the tables, so that the pairs that need it can be
 * revoked while it still carries. What becomes of the port is scanned then.
 *
 * Context: holds change.
 */
void nvlf_topology_down(struct nvlf_fabric *f, const struct nvlf_device *dev,
			unsigned int p, enum nvl_port_state state)
{
	struct nvlf_port new;

	lockdep_assert_held(&f->change);

	nvlf_port_dark(&dev->port[p], &new);
	new.state = state;
	new.trainings = dev->port[p].trainings;
	nvlf_device_port_store(f, dev, p, &new);
}

static void nvlf_topology_scan(struct nvlf_fabric *f,
			       const struct nvlf_device *dev,
			       const unsigned long *which)
{
	struct nvlf_port new;
	unsigned int p;
	bool answers;

	lockdep_assert_held(&f->change);

	answers = nvlf_device_begin(dev);
	for (p = 0; p < dev->nports; p++) {
		if (which && !test_bit(p, which))
			continue;
		if (answers)
			nvlf_port_read(dev->regs + p * NVL_PORT_STRIDE,
				       &dev->port[p], &new);
		else
			nvlf_port_dark(&dev->port[p], &new);
		nvlf_device_port_store(f, dev, p, &new);
	}
	if (answers)
		nvlf_device_end(dev);
}

/**
 * nvlf_topology_scan_endpoint() - read an endpoint's ports and keep its links
 * @f: fabric
 * @ep: in the fabric's table; where it is gone or its registers do not answer
 *	they are left alone, and the ports are OFF
 * @which: the ports to read; NULL for all
 *
 * Context: holds change.
 */
void nvlf_topology_scan_endpoint(struct nvlf_fabric *f,
				 struct nvlf_endpoint *ep,
				 const unsigned long *which)
{
	const struct nvlf_device dev = nvlf_device_of_endpoint(ep);

	nvlf_topology_scan(f, &dev, which);
}

/**
 * nvlf_topology_scan_switch() - read a switch's ports and keep its links
 * @f: fabric
 * @sw: in the fabric's table; while it is not online its registers are left
 *	alone and the ports are OFF
 * @which: the ports to read; NULL for all
 *
 * Context: holds change.
 */
void nvlf_topology_scan_switch(struct nvlf_fabric *f, struct nvlf_switch *sw,
			       const unsigned long *which)
{
	const struct nvlf_device dev = nvlf_device_of_switch(sw);

	nvlf_topology_scan(f, &dev, which);
}

/**
 * nvlf_ports_up() - how many ports carry traffic
 * @port: first port
 * @nports: how many there are
 *
 * Context: holds change.
 * Return: their number.
 */
unsigned int nvlf_ports_up(const struct nvlf_port *port, unsigned int nports)
{
	unsigned int up = 0, i;

	for (i = 0; i < nports; i++)
		up += nvlf_port_up(&port[i]);
	return up;
}
