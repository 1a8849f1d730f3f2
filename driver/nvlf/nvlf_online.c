// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_online.c - whether a device answers, and has what it was given.
 *
 * The registers of a switch are touched while it is online. It is not while
 * its driver resets it, nor after it was found not to answer.
 *
 * A device that loses its power says nothing, nor does one that has it back:
 * all that it was given is gone, interrupts too. But its links went down and
 * up, and whoever is at their other ends has interrupts. So a partner's news
 * casts doubt on a device, and doubt is a look at it: a switch is looked at
 * here, an endpoint by its client. Where all lose their power at once nobody is
 * left who would see; so each is looked at once in a while, too.
 */
#include "nvlf_internal.h"
#include "nvlf_trace.h"

/**
 * nvlf_switch_stop() - leave a switch's registers alone; its links are lost
 * @sw: online
 *
 * Context: holds change. Calls up.
 */
void nvlf_switch_stop(struct nvlf_switch *sw)
{
	struct nvlf_fabric *f = sw->fabric;

	lockdep_assert_held(&f->change);

	sw->online = false;
	trace_nvlf_device(NVLF_OWNER_SWITCH, sw->id, true, false);
	nvlf_topology_scan_switch(f, sw, NULL);
	nvlf_reach_unlinked(f);
}

/**
 * nvlf_switch_start() - give a switch what the tables say, and its links count
 * @sw: its registers have been reset
 *
 * Context: holds change. Calls up.
 * Return: false where it does not answer.
 */
bool nvlf_switch_start(struct nvlf_switch *sw)
{
	const struct nvlf_device dev = nvlf_device_of_switch(sw);
	struct nvlf_fabric *f = sw->fabric;

	lockdep_assert_held(&f->change);

	nvlf_partition_write_all(sw);
	nvlf_route_write_all(sw);
	nvlf_group_write_all(sw);
	if (!nvlf_switch_answers(sw))
		return false;
	sw->online = true;
	trace_nvlf_device(NVLF_OWNER_SWITCH, sw->id, true, true);
	nvlf_topology_scan_switch(f, sw, NULL);
	nvlf_reach_links(f);
	nvlf_log_collect(f, &dev);
	return true;
}

/**
 * nvlf_switch_flush() - let writes to a switch's registers arrive
 * @sw: online
 *
 * A switch that does not answer is gone, and so are its links.
 *
 * Context: holds change. Calls up.
 */
void nvlf_switch_flush(struct nvlf_switch *sw)
{
	lockdep_assert_held(&sw->fabric->change);

	if (!nvlf_switch_answers(sw))
		nvlf_switch_stop(sw);
}

/**
 * nvlf_switch_offline() - a switch's registers are about to be lost
 * @sw: registered; its links are lost, its routes stay in the tables
 *
 * Context: process; takes change, calls up.
 */
void nvlf_switch_offline(struct nvlf_switch *sw)
{
	nvlf_change_begin(sw->fabric);
	sw->suspended = true;
	if (sw->online)
		nvlf_switch_stop(sw);
	nvlf_change_end(sw->fabric);
}

/**
 * nvlf_switch_online() - a switch was reset and can be accessed again
 * @sw: registered; gets its routes and the partitions
 *
 * Context: process; takes change, calls up.
 * Return: false where it does not answer.
 */
bool nvlf_switch_online(struct nvlf_switch *sw)
{
	bool online;

	nvlf_change_begin(sw->fabric);
	sw->suspended = false;
	online = sw->online || nvlf_switch_start(sw);
	nvlf_change_end(sw->fabric);
	return online;
}

/*
 * A switch that does not answer any more is gone. One that is back, from that
 * or unseen, gets all that it had. Where nothing is new one register says so.
 */
static void nvlf_switch_check(struct nvlf_switch *sw)
{
	bool answers;

	if (!sw->registered || sw->suspended ||
	    (sw->online && nvlf_switch_remembers(sw)))
		return;
	answers = nvlf_switch_answers(sw);
	if (sw->online) {
		dev_warn(sw->dev, "%s\n",
			 answers ? "lost its state" : "answers no more");
		nvlf_switch_stop(sw);
	}
	if (!answers)
		return;
	nvlf_switch_reset(sw);
	if (nvlf_switch_start(sw))
		dev_info(sw->dev, "is back\n");
}

static void nvlf_endpoint_check(struct nvlf_endpoint *ep)
{
	if (ep->ops->check)
		ep->ops->check(ep->priv);
}

/**
 * nvlf_device_check() - look whether a device answers and has its state
 * @f: fabric
 * @owner: enum nvlf_owner
 * @id: target id or switch number
 *
 * Context: process; takes change, calls up.
 */
void nvlf_device_check(struct nvlf_fabric *f, u32 owner, u32 id)
{
	struct nvlf_device dev;

	nvlf_change_begin(f);
	if (nvlf_device_find(f, owner, id, &dev)) {
		if (dev.sw)
			nvlf_switch_check(dev.sw);
		else
			nvlf_endpoint_check(dev.ep);
	}
	nvlf_change_end(f);
}

/**
 * nvlf_partners_check() - look after those whose partners saw a link change
 * @f: fabric, after a scan
 *
 * Comes before what is new of these links counts: it may be that nothing
 * forwards there.
 *
 * Context: holds change. Calls up.
 */
void nvlf_partners_check(struct nvlf_fabric *f)
{
	unsigned long id;

	lockdep_assert_held(&f->change);

	for_each_set_bit(id, f->doubted_sw, NVL_SWITCHES_MAX) {
		if (f->sw[id])
			nvlf_switch_check(f->sw[id]);
	}
	for_each_and_bit(id, f->doubted, f->registered, NVL_TARGET_IDS)
		nvlf_endpoint_check(f->endpoint[id]);
}

/**
 * nvlf_switch_lost() - a switch seems to be gone
 * @sw: may be not registered yet
 *
 * Looks again: by now it may be back from a reset.
 *
 * Context: process; takes change, calls up.
 */
void nvlf_switch_lost(struct nvlf_switch *sw)
{
	nvlf_change_begin(sw->fabric);
	nvlf_switch_check(sw);
	nvlf_change_end(sw->fabric);
}
