/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvlf.h - what the fabric core offers to drivers of endpoints.
 *
 * An endpoint's driver registers it, tells when its ports changed, asks
 * whether a peer can be reached, and is told when one no longer can. The core
 * knows nothing of what the endpoint is: no DRM, no memory, no windows.
 */
#ifndef NVLF_H
#define NVLF_H

#include <linux/device.h>
#include <linux/types.h>

struct nvlf_endpoint;

/**
 * enum nvlf_path - whether a pair can talk, or the first thing in the way
 * @NVLF_PATH_OK: link, route and partition are there
 * @NVLF_PATH_NO_PEER: no endpoint with that target id is registered
 * @NVLF_PATH_NO_LINK: one of the two has no link that is up
 * @NVLF_PATH_NO_ROUTE: no switch that both have links to leads there
 * @NVLF_PATH_NO_PARTITION: they are not together in one
 */
enum nvlf_path {
	NVLF_PATH_OK,
	NVLF_PATH_NO_PEER,
	NVLF_PATH_NO_LINK,
	NVLF_PATH_NO_ROUTE,
	NVLF_PATH_NO_PARTITION,
};

/**
 * struct nvlf_endpoint_ops - what the core calls up
 * @revoke: the endpoint can no longer reach @peer: windows on it must give
 *	SIGBUS from now on; with @partition not 0 only those that may exist in
 *	this one alone, as the two are together in it no more. nvlf_path() or
 *	nvlf_together() already says so, and where the cause is a request and
 *	not a fault the hardware still forwards, so that nobody sees all-ones in
 *	between. Windows whose path comes back are refilled by their faults;
 *	nothing is called for that.
 * @link_event: the state of some of its ports changed
 * @check: it may have died, or be back with nothing in its registers, of which
 *	it cannot tell itself: a partner of its links saw one go, or come, or it
 *	is time to look again. Where that is so, reset it and report its ports;
 *	else touch little and say nothing
 * @access_begin: the core is about to touch the registers of @common and
 *	@ports. Until @access_end nothing may reset the device, power it down
 *	or unmap them. Returns false where they do not answer: the core leaves
 *	them alone then, and takes the ports for OFF until it is told to look
 *	again.
 * @access_end: it has done so; called where @access_begin returned true
 *
 * Context: process context, may sleep. The core's transaction lock is held
 * (see nvlf_internal.h) and no other: they must not register, unregister or report
 * port changes; nvlf_path() and nvlf_together() may be called. None is called between
 * @access_begin and @access_end. All but @link_event and @check must be there.
 */
struct nvlf_endpoint_ops {
	void (*revoke)(void *priv, u32 peer, u32 partition);
	void (*link_event)(void *priv);
	void (*check)(void *priv);
	bool (*access_begin)(void *priv);
	void (*access_end)(void *priv);
};

/**
 * struct nvlf_endpoint_desc - what the core needs to know of an endpoint
 * @dev: its device; must stay bound until nvlf_endpoint_unregister()
 * @target_id: names it in the fabric, below NVL_TARGET_IDS
 * @guid: its identity as its partners read it in band
 * @nports: how many ports it has, 1 to NVL_SWITCH_PORTS
 * @common: registers that all devices of the fabric have (NVL_REG_*,
 *	NVL_LOG_*)
 * @ports: its first port's registers (NVL_PORT_*)
 * @temperature_max: above it the device logs that it is too hot; thousandths
 *	of a degree Celsius
 * @ops: what to call
 * @priv: handed back to @ops
 */
struct nvlf_endpoint_desc {
	struct device *dev;
	u32 target_id;
	u64 guid;
	unsigned int nports;
	void __iomem *common;
	void __iomem *ports;
	s32 temperature_max;
	const struct nvlf_endpoint_ops *ops;
	void *priv;
};

struct nvlf_endpoint *
nvlf_endpoint_register(const struct nvlf_endpoint_desc *desc);
void nvlf_endpoint_unregister(struct nvlf_endpoint *ep);
void nvlf_endpoint_ports_changed(struct nvlf_endpoint *ep,
				 const unsigned long *which);
void nvlf_endpoint_logged(struct nvlf_endpoint *ep);
enum nvlf_path nvlf_path(struct nvlf_endpoint *ep, u32 peer);
bool nvlf_together(struct nvlf_endpoint *ep, u32 peer, u32 partition);
int nvlf_path_errno(enum nvlf_path path);

#endif /* NVLF_H */
