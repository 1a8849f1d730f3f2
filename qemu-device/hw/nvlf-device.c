/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf-device.c - properties that accelerator and switch have in common and
 * that are none of PCI: where the device stands
 */
#include "qemu/osdep.h"
#include "hw/trn4_hw.h"
#include "qapi/error.h"
#include "nvlf-device.h"

#define NVLF_NUMBER_MAX 65535

static bool nvlf_number_ok(int64_t value, const char *name, Error **errp)
{
    if (value == NVLF_DEVICE_DERIVED ||
        (value >= 0 && value <= NVLF_NUMBER_MAX)) {
        return true;
    }
    error_setg(errp,
               "%s=%" PRId64 " is out of range: 0 to %d, or -1 to have"
               " it follow from index=",
               name, value, NVLF_NUMBER_MAX);
    return false;
}

static bool nvlf_serial_ok(const char *serial, Error **errp)
{
    const size_t max = sizeof_field(struct nvlf_location, serial);
    const char *c;

    if (!*serial || strlen(serial) > max) {
        error_setg(errp,
                   "serial='%s' has %zu characters: 1 to %zu are"
                   " allowed",
                   serial, strlen(serial), max);
        return false;
    }
    for (c = serial; *c; c++) {
        if (*c <= ' ' || *c > '~') {
            error_setg(errp,
                       "serial='%s' has a character other than letters,"
                       " digits and punctuation of ASCII",
                       serial);
            return false;
        }
    }
    return true;
}

bool nvlf_device_check(const NvlfDevice *nd, Error **errp)
{
    return nvlf_number_ok(nd->rack, "rack", errp) &&
           nvlf_number_ok(nd->tray, "tray", errp) &&
           nvlf_number_ok(nd->slot, "slot", errp) &&
           nvlf_number_ok(nd->host, "host", errp) &&
           (!nd->serial || nvlf_serial_ok(nd->serial, errp));
}

static void nvlf_derive(int64_t *property, uint32_t *number)
{
    if (*property == NVLF_DEVICE_DERIVED) {
        *property = *number;
    } else {
        *number = *property;
    }
}

void nvlf_device_begin(NvlfDevice *nd, NvlFabric *fabric, enum nvl_partner kind,
                       uint32_t index)
{
    struct nvlf_location loc;

    nvlf_location_default(kind, index, &loc);
    nvlf_derive(&nd->rack, &loc.rack);
    nvlf_derive(&nd->tray, &loc.tray);
    nvlf_derive(&nd->slot, &loc.slot);
    nvlf_derive(&nd->host, &loc.host);
    if (nd->serial) {
        memset(loc.serial, 0, sizeof(loc.serial));
        memcpy(loc.serial, nd->serial, strlen(nd->serial));
    } else {
        nd->serial = g_strndup(loc.serial, sizeof(loc.serial));
    }
    nvl_fabric_locate(fabric, kind, index, &loc);
}
