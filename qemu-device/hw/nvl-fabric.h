/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvl-fabric.h - the object that owns the wiring, as its devices see it
 *
 * Devices reach the core through the fabric that their "fabric" property
 * names. All of this is under the BQL, which is what serialises the core.
 */
#ifndef HW_NVLF_NVL_FABRIC_H
#define HW_NVLF_NVL_FABRIC_H

#include "qom/object.h"
#include "core/nvlf_core.h"

#define TYPE_NVL_FABRIC "nvl-fabric"
OBJECT_DECLARE_SIMPLE_TYPE(NvlFabric, NVL_FABRIC)

/**
 * nvl_fabric_enter() - begin a call into the core
 * @fabric: fabric
 * @core: the core to call, where true is returned
 *
 * The core must not be entered from one of its own operations. What a device
 * lends it does not lead there (DMA reaches memory only, interrupts are raised
 * later), but for one way: DMA that an IOMMU refuses can raise an interrupt of
 * the IOMMU at once, which a guest can aim at any register. So a false is an
 * attack or a fault: refuse the access.
 *
 * Return: true; nvl_fabric_leave() must follow. False where a call is going on.
 */
bool nvl_fabric_enter(NvlFabric *fabric,
                      struct nvlf_fabric **core) G_GNUC_WARN_UNUSED_RESULT;

/** nvl_fabric_leave() - end a call into the core; catches up on resets */
void nvl_fabric_leave(NvlFabric *fabric);

/**
 * nvl_fabric_pause() - whether engines pause, to let others have the BQL
 * @fabric: fabric
 *
 * Return: QEMU_CLOCK_REALTIME until when they do, or 0.
 */
int64_t nvl_fabric_pause(const NvlFabric *fabric);

/**
 * nvl_fabric_worked() - an engine has had the main loop to itself
 * @fabric: fabric
 * @since: QEMU_CLOCK_REALTIME when that began; it ends now
 */
void nvl_fabric_worked(NvlFabric *fabric, int64_t since);

/** nvl_fabric_reset_endpoint() - reset now or, within a call, at its end */
void nvl_fabric_reset_endpoint(NvlFabric *fabric, uint32_t index);

/** nvl_fabric_reset_switch() - the same for a switch */
void nvl_fabric_reset_switch(NvlFabric *fabric, uint32_t index);

/**
 * nvl_fabric_rate_ok() - can a rate of the timing model be that?
 * @name: of the property
 * @mb_per_s: its value
 * @errp: error, which names the property and what it can be
 */
bool nvl_fabric_rate_ok(const char *name, uint32_t mb_per_s, Error **errp);

/** nvl_fabric_latency_ok() - the same for a latency, in ns */
bool nvl_fabric_latency_ok(const char *name, uint32_t ns, Error **errp);

/**
 * nvl_fabric_attach_endpoint() - as nvlf_endpoint_attach(), with an Error
 *
 * The fabric cannot be deleted until the endpoint is detached.
 */
bool nvl_fabric_attach_endpoint(NvlFabric *fabric, uint32_t index,
                                const struct nvlf_mem *mem, uint64_t aperture,
                                const struct nvlf_endpoint_ops *ops, void *dev,
                                Error **errp);

/** nvl_fabric_time_endpoint() - as nvlf_endpoint_timing() */
void nvl_fabric_time_endpoint(NvlFabric *fabric, uint32_t index,
                              const struct nvlf_endpoint_timing *timing);

/** nvl_fabric_detach_endpoint() - as nvlf_endpoint_detach() */
void nvl_fabric_detach_endpoint(NvlFabric *fabric, uint32_t index);

/**
 * nvl_fabric_attach_switch() - as nvlf_switch_attach(), with an Error
 *
 * The fabric cannot be deleted until the switch is detached.
 */
bool nvl_fabric_attach_switch(NvlFabric *fabric, uint32_t index,
                              const struct nvlf_switch_ops *ops, void *dev,
                              Error **errp);

/** nvl_fabric_detach_switch() - as nvlf_switch_detach() */
void nvl_fabric_detach_switch(NvlFabric *fabric, uint32_t index);

/**
 * nvl_fabric_locate() - as nvlf_device_locate(), in the fabric's cluster
 * @fabric: fabric
 * @kind: accelerator or switch
 * @index: its place; attached
 * @loc: where it stands; takes the cluster's UUID
 */
void nvl_fabric_locate(NvlFabric *fabric, enum nvl_partner kind, uint32_t index,
                       struct nvlf_location *loc);

/** nvl_fabric_sense() - as nvlf_device_sense(); not from within a call */
void nvl_fabric_sense(NvlFabric *fabric, enum nvl_partner kind, uint32_t index,
                      int32_t temperature, uint32_t power);

/**
 * nvl_fabric_faults() - read the faults of a device, and put them in force
 * @fabric: NULL: the device is not attached, only look whether @text is good
 * @kind: of the device
 * @index: of the device
 * @text: see core/fault.c
 * @errp: error, which names the item that is wrong
 *
 * Return: false where nothing has changed.
 */
bool nvl_fabric_faults(NvlFabric *fabric, enum nvl_partner kind, uint32_t index,
                       const char *text, Error **errp);

#endif /* HW_NVLF_NVL_FABRIC_H */
