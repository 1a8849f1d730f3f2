/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf-device.h - properties that accelerator and switch have in common and
 * that are none of PCI: where the device stands, and what its sensors read
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
 * @temperature: property, thousandths of a degree Celsius; may change
 * @power: property, milliwatts; may change
 * @fabric: that it is attached to, or NULL
 * @kind: accelerator or switch, while it is attached
 * @index: its place in @fabric, while it is attached
 */
typedef struct NvlfDevice {
    int64_t rack;
    int64_t tray;
    int64_t slot;
    int64_t host;
    char *serial;
    int64_t temperature;
    int64_t power;
    NvlFabric *fabric;
    enum nvl_partner kind;
    uint32_t index;
} NvlfDevice;

extern const PropertyInfo nvlf_prop_temperature;
extern const PropertyInfo nvlf_prop_power;

#define NVLF_DEVICE_PROPERTIES(_state, _field, _temperature, _power) \
    DEFINE_PROP_INT64("rack", _state, _field.rack, NVLF_DEVICE_DERIVED), \
        DEFINE_PROP_INT64("tray", _state, _field.tray, NVLF_DEVICE_DERIVED), \
        DEFINE_PROP_INT64("slot", _state, _field.slot, NVLF_DEVICE_DERIVED), \
        DEFINE_PROP_INT64("host", _state, _field.host, NVLF_DEVICE_DERIVED), \
        DEFINE_PROP_STRING("serial", _state, _field.serial), \
        DEFINE_PROP_SIGNED("temperature", _state, _field.temperature, \
                           _temperature, nvlf_prop_temperature, int64_t), \
        DEFINE_PROP_SIGNED("power", _state, _field.power, _power, \
                           nvlf_prop_power, int64_t)

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

/** nvlf_device_end() - the device is about to be detached */
void nvlf_device_end(NvlfDevice *nd);

#endif /* HW_NVLF_NVLF_DEVICE_H */
