/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf-device.h - properties that accelerator and switch have in common and
 * that are none of PCI: where the device stands
 */
#ifndef HW_NVLF_NVLF_DEVICE_H
#define HW_NVLF_NVLF_DEVICE_H

#include "hw/qdev-properties.h"
#include "nvl-fabric.h"

#define NVLF_DEVICE_DERIVED (-1) /* from the index */

/**
 * struct NvlfDevice - common part of a device of the fabric
 * @rack: property, NVLF_DEVICE_DERIVED until the device is realized
 * @tray: likewise
 * @slot: likewise
 * @host: likewise
 * @serial: likewise; NULL for derived
 */
typedef struct NvlfDevice {
    int64_t rack;
    int64_t tray;
    int64_t slot;
    int64_t host;
    char *serial;
} NvlfDevice;

#define NVLF_DEVICE_PROPERTIES(_state, _field) \
    DEFINE_PROP_INT64("rack", _state, _field.rack, NVLF_DEVICE_DERIVED), \
        DEFINE_PROP_INT64("tray", _state, _field.tray, NVLF_DEVICE_DERIVED), \
        DEFINE_PROP_INT64("slot", _state, _field.slot, NVLF_DEVICE_DERIVED), \
        DEFINE_PROP_INT64("host", _state, _field.host, NVLF_DEVICE_DERIVED), \
        DEFINE_PROP_STRING("serial", _state, _field.serial)

/** nvlf_device_check() - are the properties within their ranges? */
bool nvlf_device_check(const NvlfDevice *nd, Error **errp);

/**
 * nvlf_device_begin() - tell the core of a device that was attached
 * @nd: common part, found good; what was to be derived takes its value
 * @fabric: fabric
 * @kind: accelerator or switch
 * @index: its place in @fabric
 */
void nvlf_device_begin(NvlfDevice *nd, NvlFabric *fabric, enum nvl_partner kind,
                       uint32_t index);

#endif /* HW_NVLF_NVLF_DEVICE_H */
