// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_core.c - the fabric: registration and lifetime of endpoints and
 * switches, and the frame of every change.
 *
 * A change runs between nvlf_change_begin() and nvlf_change_end(), and is one
 * of two kinds.
 *
 * Planned (a request, an unbind): the request is checked whole; the tables
 * take the new state; pairs that lose are published and revoked while the
 * hardware still forwards; the switch registers are written; pairs that gain
 * are published; listeners are told. Nothing can fail after the check, so a
 * change takes effect whole or not at all.
 *
 * Unplanned (a port that went, a switch pulled out): the hardware has changed
 * already. The tables follow it, and the rest is the same.
 *
 * Locks and lifetimes: see nvlf_internal.h.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "nvlf_internal.h"
#include "nvlf_nl_gen.h"

/* Here, in one file, the tracepoints themselves are made */
#define CREATE_TRACE_POINTS
#include "nvlf_trace.h"

/* The one fabric of this machine. Tests make their own. */
struct nvlf_fabric nvlf_fabric;

/**
 * nvlf_fabric_init() - make an empty fabric
 * @f: zeroed
 */
void nvlf_fabric_init(struct nvlf_fabric *f)
{
	mutex_init(&f->change);
	f->generation = 1;
	f->log_sequence = 1;
}

/**
 * nvlf_fabric_fini() - free what a fabric without devices still has
 * @f: fabric from which all endpoints and switches are unregistered
 */
void nvlf_fabric_fini(struct nvlf_fabric *f)
{
	unsigned int slot, id;

	WARN_ON(!bitmap_empty(f->registered, NVL_TARGET_IDS));

	for (id = 0; id < NVL_GROUPS; id++)
		kfree(f->group[id]);
	for (slot = 0; slot < NVL_PARTITIONS; slot++)
		kfree(rcu_access_pointer(f->partition[slot]));
	mutex_destroy(&f->change);
}

/**
 * nvlf_change_begin() - begin a change of the fabric
 * @f: fabric
 *
 * Nobody reads the tables until it ends: what is half done is never seen.
 *
 * Context: process, may sleep; must not be called from a call up.
 */
void nvlf_change_begin(struct nvlf_fabric *f)
{
	mutex_lock(&f->change);
}

static void nvlf_ports_told(unsigned long *changed,
			    const struct nvlf_monitor *monitor)
{
	if (monitor->reports && !bitmap_empty(changed, NVL_SWITCH_PORTS))
		nvlf_devlink_changed(monitor->devlink);
	bitmap_zero(changed, NVL_SWITCH_PORTS);
}

/* To a dump 0 means that it has not begun */
static void nvlf_sequence_next(u32 *sequence)
{
	if (!++*sequence)
		*sequence = 1;
}

/**
 * nvlf_change_end() - tell listeners what came of a change, and end it
 * @f: fabric
 *
 * Return: the generation of the fabric in which the change is in force.
 */
u32 nvlf_change_end(struct nvlf_fabric *f)
{
	struct nvlf_endpoint *ep;
	struct nvlf_switch *sw;
	unsigned long id, i;
	u32 generation;

	if (f->touched)
		nvlf_sequence_next(&f->generation);
	if (f->touched || f->logged)
		nvlf_sequence_next(&f->log_sequence);

	for_each_set_bit(id, f->registered, NVL_TARGET_IDS) {
		ep = f->endpoint[id];
		if (test_bit(id, f->dirty))
			nvlf_nl_notify_endpoint(ep, NVLF_CMD_ENDPOINT_NTF);
		for_each_set_bit(i, ep->changed, ep->nports)
			nvlf_nl_notify_port(NVLF_OWNER_ENDPOINT, ep->id, i,
					    &ep->port[i]);
		nvlf_ports_told(ep->changed, &ep->monitor);
	}
	bitmap_zero(f->dirty, NVL_TARGET_IDS);
	bitmap_zero(f->relinked, NVL_TARGET_IDS);
	bitmap_zero(f->doubted, NVL_TARGET_IDS);
	bitmap_zero(f->doubted_sw, NVL_SWITCHES_MAX);

	for (id = 0; id < NVL_SWITCHES_MAX; id++) {
		sw = f->sw[id];
		if (!sw)
			continue;
		if (sw->dirty)
			nvlf_nl_notify_switch(sw, NVLF_CMD_SWITCH_NTF);
		for_each_set_bit(i, sw->changed, sw->nports)
			nvlf_nl_notify_port(NVLF_OWNER_SWITCH, sw->id, i,
					    &sw->port[i]);
		nvlf_ports_told(sw->changed, &sw->monitor);
		sw->dirty = false;
	}
	nvlf_health_update(f);
	if (f->touched)
		nvlf_nl_notify_fabric(f);
	f->touched = false;
	f->logged = false;

	generation = f->generation;
	mutex_unlock(&f->change);
	return generation;
}

/**
 * nvlf_bits_from_bytes() - a bitmap of the netlink form, checked
 * @bits: to be filled, zeroed
 * @nbits: how many bits may be set
 * @bytes: bit n of byte n / 8
 * @len: bytes, any number
 * @beyond: filled for -ERANGE: the first bit that may not be set
 *
 * Return: 0 or -ERANGE.
 */
int nvlf_bits_from_bytes(unsigned long *bits, unsigned int nbits,
			 const u8 *bytes, unsigned int len,
			 unsigned int *beyond)
{
	unsigned long byte, bit;
	unsigned int i;

	for (i = 0; i < len; i++) {
		byte = bytes[i];
		for_each_set_bit(bit, &byte, BITS_PER_BYTE) {
			if (i * BITS_PER_BYTE + bit >= nbits) {
				*beyond = i * BITS_PER_BYTE + bit;
				return -ERANGE;
			}
			__set_bit(i * BITS_PER_BYTE + bit, bits);
		}
	}
	return 0;
}

/**
 * nvlf_bits_to_bytes() - a bitmap in the netlink form
 * @bytes: to be filled, DIV_ROUND_UP(@nbits, 8) of them
 * @bits: bitmap
 * @nbits: its bits
 */
void nvlf_bits_to_bytes(u8 *bytes, const unsigned long *bits,
			unsigned int nbits)
{
	unsigned long i;

	memset(bytes, 0, DIV_ROUND_UP(nbits, BITS_PER_BYTE));
	for_each_set_bit(i, bits, nbits)
		bytes[i / BITS_PER_BYTE] |= BIT(i % BITS_PER_BYTE);
}

/* ---- Monitors ----------------------------------------------------------- */

/* Its callbacks take change, and find the device in the tables. */
static int nvlf_monitor_init(struct nvlf_monitor *monitor, struct device *dev,
			     u32 owner, u32 id, s32 temperature_max)
{
	int err;

	monitor->devlink = nvlf_devlink_register(dev, owner, id);
	if (IS_ERR(monitor->devlink)) {
		err = PTR_ERR(monitor->devlink);
		goto err_none;
	}
	monitor->hwmon = nvlf_hwmon_register(dev, owner, id, temperature_max);
	if (IS_ERR(monitor->hwmon)) {
		err = PTR_ERR(monitor->hwmon);
		goto err_devlink;
	}
	mutex_lock(&nvlf_fabric.change);
	monitor->reports = true;
	mutex_unlock(&nvlf_fabric.change);
	return 0;

err_devlink:
	nvlf_devlink_unregister(monitor->devlink);
err_none:
	memset(monitor, 0, sizeof(*monitor));
	return err;
}

/* Also of one that nvlf_monitor_init() could not make */
static void nvlf_monitor_fini(struct nvlf_monitor *monitor)
{
	if (!monitor->devlink)
		return;
	mutex_lock(&nvlf_fabric.change);
	monitor->reports = false;
	mutex_unlock(&nvlf_fabric.change);
	nvlf_hwmon_unregister(monitor->hwmon);
	nvlf_devlink_unregister(monitor->devlink);
}

/* ---- Endpoints --------------------------------------------------------- */

/**
 * nvlf_endpoint_register() - join an endpoint to the fabric
 * @desc: what it is; copied
 *
 * Reads its ports. It is a member of the partitions that name its target id
 * already, and can be reachable when this returns; its ops can be called
 * before.
 *
 * Context: process, may sleep; not from a call up, and under no lock that the
 * ops take.
 * Return: the endpoint, or an ERR_PTR: -EINVAL (a field out of range),
 * -EEXIST (target id taken), -EIO (its registers do not answer), -ENOMEM, or an
 * error of its devlink or hwmon instance.
 */
struct nvlf_endpoint *
nvlf_endpoint_register(const struct nvlf_endpoint_desc *desc)
{
	struct nvlf_fabric *f = &nvlf_fabric;
	struct nvlf_endpoint *ep;
	struct nvlf_device dev;
	int err;

	if (!desc->dev || !desc->common || !desc->ports || !desc->ops ||
	    !desc->ops->revoke || !desc->ops->access_begin ||
	    !desc->ops->access_end || desc->target_id >= NVL_TARGET_IDS ||
	    !desc->nports || desc->nports > NVL_SWITCH_PORTS)
		return ERR_PTR(-EINVAL);

	ep = kvzalloc(struct_size(ep, port, desc->nports), GFP_KERNEL);
	if (!ep)
		return ERR_PTR(-ENOMEM);
	ep->nports = desc->nports;
	ep->dev = desc->dev;
	ep->id = desc->target_id;
	ep->guid = desc->guid;
	ep->common = desc->common;
	ep->regs = desc->ports;
	ep->ops = desc->ops;
	ep->priv = desc->priv;
	memset(ep->path, NVLF_PATH_NO_PEER, sizeof(ep->path));
	nvlf_ports_init(ep->port, ep->nports);

	nvlf_change_begin(f);
	if (f->endpoint[ep->id]) {
		err = -EEXIST;
		goto err_free;
	}
	dev = nvlf_device_of_endpoint(ep);
	if (!nvlf_device_begin(&dev)) {
		err = -EIO;
		goto err_free;
	}
	nvlf_location_read(ep->common, &ep->location);
	nvlf_device_end(&dev);

	f->endpoint[ep->id] = ep;
	f->touched = true;
	__set_bit(ep->id, f->registered);
	trace_nvlf_device(NVLF_OWNER_ENDPOINT, ep->id, true, true);
	__set_bit(ep->id, f->dirty);
	/* Without a link, too, all its pairs have a new reason */
	__set_bit(ep->id, f->relinked);
	nvlf_topology_scan_endpoint(f, ep, NULL);
	nvlf_reach_links(f);
	nvlf_log_collect(f, &dev);
	nvlf_change_end(f);

	err = nvlf_monitor_init(&ep->monitor, ep->dev, NVLF_OWNER_ENDPOINT,
				ep->id, desc->temperature_max);
	if (err) {
		nvlf_endpoint_unregister(ep);
		return ERR_PTR(err);
	}
	return ep;

err_free:
	nvlf_change_end(f);
	kvfree(ep);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(nvlf_endpoint_register);

/**
 * nvlf_endpoint_unregister() - take an endpoint out of the fabric
 * @ep: from nvlf_endpoint_register(); freed
 *
 * Pairs with it are revoked, in both directions: its own ops are called for
 * the peers that it could reach, and not any more when this returns. Nobody
 * may be in nvlf_path() with it by then. Its registers are not accessed.
 *
 * Context: as nvlf_endpoint_register().
 */
void nvlf_endpoint_unregister(struct nvlf_endpoint *ep)
{
	struct nvlf_fabric *f = &nvlf_fabric;

	nvlf_monitor_fini(&ep->monitor);

	nvlf_change_begin(f);
	ep->gone = true;
	f->touched = true;
	nvlf_topology_scan_endpoint(f, ep, NULL);
	__set_bit(ep->id, f->relinked);
	nvlf_reach_unlinked(f);

	f->endpoint[ep->id] = NULL;
	f->touched = true;
	__clear_bit(ep->id, f->registered);
	trace_nvlf_device(NVLF_OWNER_ENDPOINT, ep->id, false, false);
	nvlf_nl_notify_endpoint(ep, NVLF_CMD_ENDPOINT_DEL_NTF);
	nvlf_change_end(f);

	kvfree(ep);
}
EXPORT_SYMBOL_GPL(nvlf_endpoint_unregister);

/**
 * nvlf_endpoint_ports_changed() - some of an endpoint's ports have changed
 * @ep: endpoint, registered
 * @which: a bit for each of them, NVL_SWITCH_PORTS in all; NULL for all
 *
 * Reads them. Call it for an interrupt, with the ports that it is for; after a
 * reset, and when the device answers no longer, for all of them. A reset that
 * begins meanwhile does no harm: the core asks the client whether the registers
 * answer, and where they do not, these ports are OFF until the next call.
 *
 * Context: as nvlf_endpoint_register().
 */
void nvlf_endpoint_ports_changed(struct nvlf_endpoint *ep,
				 const unsigned long *which)
{
	const struct nvlf_device dev = nvlf_device_of_endpoint(ep);
	struct nvlf_fabric *f = &nvlf_fabric;

	nvlf_change_begin(f);
	nvlf_topology_scan_endpoint(f, ep, which);
	nvlf_partners_check(f);
	nvlf_reach_links(f);
	if (!bitmap_empty(ep->changed, NVL_SWITCH_PORTS) && ep->ops->link_event)
		ep->ops->link_event(ep->priv);
	/* After a reset, which may have lost the interrupt for it */
	nvlf_log_collect(f, &dev);
	nvlf_change_end(f);
}
EXPORT_SYMBOL_GPL(nvlf_endpoint_ports_changed);

/**
 * nvlf_endpoint_logged() - an endpoint has logged errors
 * @ep: endpoint, registered
 *
 * Takes the records over; call it for NVL_INT_LOG.
 *
 * Context: as nvlf_endpoint_register().
 */
void nvlf_endpoint_logged(struct nvlf_endpoint *ep)
{
	const struct nvlf_device dev = nvlf_device_of_endpoint(ep);

	nvlf_change_begin(&nvlf_fabric);
	nvlf_log_collect(&nvlf_fabric, &dev);
	nvlf_change_end(&nvlf_fabric);
}
EXPORT_SYMBOL_GPL(nvlf_endpoint_logged);

/* ---- Switches ---------------------------------------------------------- */

/**
 * nvlf_switch_alloc() - make a switch that no fabric knows yet
 * @f: fabric that it is for
 * @id: its number
 * @guid: its identity
 * @nports: its ports, 1 to NVL_SWITCH_PORTS
 *
 * Return: the switch, for nvlf_switch_free(), or NULL.
 */
struct nvlf_switch *nvlf_switch_alloc(struct nvlf_fabric *f, u32 id, u64 guid,
				      unsigned int nports)
{
	struct nvlf_switch *sw;

	sw = kvzalloc(struct_size(sw, port, nports), GFP_KERNEL);
	if (!sw)
		return NULL;
	sw->nports = nports;
	sw->fabric = f;
	sw->id = id;
	sw->guid = guid;
	nvlf_ports_init(sw->port, nports);
	sw->route = kvcalloc(NVL_TARGET_IDS, sizeof(*sw->route), GFP_KERNEL);
	if (!sw->route) {
		kvfree(sw);
		return NULL;
	}
	return sw;
}

/**
 * nvlf_switch_free() - free a switch that is not registered, and its routes
 * @sw: switch
 */
void nvlf_switch_free(struct nvlf_switch *sw)
{
	u32 target;

	for (target = 0; target < NVL_TARGET_IDS; target++)
		kfree(sw->route[target]);
	kvfree(sw->route);
	kvfree(sw);
}

/**
 * nvlf_switch_register() - join a switch to the fabric
 * @sw: its registers have been reset
 *
 * It gets the partitions of the fabric before its links count.
 *
 * Context: process; takes change.
 * Return: 0, -EINVAL (number out of range), -EEXIST (number taken), -EIO (it
 * does not answer), or an error of its devlink or hwmon instance.
 */
int nvlf_switch_register(struct nvlf_switch *sw)
{
	struct nvlf_fabric *f = sw->fabric;
	int err = 0;

	if (sw->id >= NVL_SWITCHES_MAX)
		return -EINVAL;

	nvlf_change_begin(f);
	if (f->sw[sw->id]) {
		err = -EEXIST;
		goto out;
	}
	f->sw[sw->id] = sw;
	if (!nvlf_switch_start(sw)) {
		f->sw[sw->id] = NULL;
		err = -EIO;
		goto out;
	}
	f->touched = true;
	sw->registered = true;
	sw->dirty = true;
out:
	nvlf_change_end(f);
	if (err)
		return err;

	err = nvlf_monitor_init(&sw->monitor, sw->dev, NVLF_OWNER_SWITCH,
				sw->id, NVL_SWITCH_TEMPERATURE_MAX);
	if (err)
		nvlf_switch_unregister(sw);
	return err;
}

/**
 * nvlf_switch_unregister() - take a switch out of the fabric
 * @sw: registered; its routes go, and its registers are not accessed
 *
 * Pairs that have no other way are revoked. The caller resets the registers
 * afterwards: until then the hardware forwards, so that nobody sees all-ones.
 *
 * Context: process; takes change, calls up.
 */
void nvlf_switch_unregister(struct nvlf_switch *sw)
{
	struct nvlf_fabric *f = sw->fabric;
	unsigned long target;

	nvlf_monitor_fini(&sw->monitor);

	nvlf_change_begin(f);
	nvlf_switch_stop(sw);
	f->sw[sw->id] = NULL;
	f->touched = true;
	sw->registered = false;

	for_each_set_bit(target, sw->routed, NVL_TARGET_IDS) {
		nvlf_route_trace(sw, target, NULL);
		nvlf_nl_notify_route(sw, target, sw->route[target],
				     NVLF_CMD_ROUTE_DEL_NTF);
	}
	trace_nvlf_device(NVLF_OWNER_SWITCH, sw->id, false, false);
	nvlf_nl_notify_switch(sw, NVLF_CMD_SWITCH_DEL_NTF);
	nvlf_change_end(f);
}

/**
 * nvlf_switch_ports_changed() - some of a switch's ports have changed
 * @sw: may be not registered yet, when this does nothing: to register reads
 *	all ports
 * @which: the ports
 *
 * Context: process; takes change, calls up.
 */
void nvlf_switch_ports_changed(struct nvlf_switch *sw,
			       const unsigned long *which)
{
	struct nvlf_fabric *f = sw->fabric;

	nvlf_change_begin(f);
	if (sw->registered && sw->online) {
		nvlf_topology_scan_switch(f, sw, which);
		nvlf_partners_check(f);
		nvlf_reach_links(f);
	}
	nvlf_change_end(f);
}

/**
 * nvlf_switch_logged() - a switch has logged errors
 * @sw: may be not registered yet, when this does nothing: to register takes
 *	them over
 *
 * Context: process; takes change.
 */
void nvlf_switch_logged(struct nvlf_switch *sw)
{
	const struct nvlf_device dev = nvlf_device_of_switch(sw);

	nvlf_change_begin(sw->fabric);
	if (sw->registered)
		nvlf_log_collect(sw->fabric, &dev);
	nvlf_change_end(sw->fabric);
}

static int __init nvlf_init(void)
{
	int err;

	nvlf_fabric_init(&nvlf_fabric);
	err = genl_register_family(&nvlf_nl_family);
	if (err)
		goto err_fabric;
	err = nvlf_manager_init(&nvlf_fabric);
	if (err)
		goto err_family;
	err = nvlf_devlink_init();
	if (err)
		goto err_manager;
	err = pci_register_driver(&nvlf_switch_driver);
	if (err)
		goto err_devlink;
	return 0;

err_devlink:
	nvlf_devlink_fini();
err_manager:
	nvlf_manager_fini(&nvlf_fabric);
err_family:
	genl_unregister_family(&nvlf_nl_family);
err_fabric:
	nvlf_fabric_fini(&nvlf_fabric);
	return err;
}

static void __exit nvlf_exit(void)
{
	pci_unregister_driver(&nvlf_switch_driver);
	nvlf_devlink_fini();
	nvlf_manager_fini(&nvlf_fabric);
	genl_unregister_family(&nvlf_nl_family);
	nvlf_fabric_fini(&nvlf_fabric);
}

module_init(nvlf_init);
module_exit(nvlf_exit);

MODULE_DESCRIPTION("NVLink fabric core and switch driver");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY(NVLF_FAMILY_NAME);
