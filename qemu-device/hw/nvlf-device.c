/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf-device.c - properties that accelerator and switch have in common and
 * that are none of PCI: where the device stands, and what its sensors read
 */
#include "qemu/osdep.h"
#include "hw/trn4_hw.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
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

/* The core reads what the properties say, once there is one. */
static void nvlf_sense(const NvlfDevice *nd)
{
    if (nd->fabric) {
        nvl_fabric_sense(nd->fabric, nd->kind, nd->index, nd->temperature,
                         nd->power);
    }
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

    nd->fabric = fabric;
    nd->kind = kind;
    nd->index = index;
    nvlf_sense(nd);
}

void nvlf_device_end(NvlfDevice *nd)
{
    nd->fabric = NULL;
}

/* ---- Sensors ----------------------------------------------------------- */

static void nvlf_get_sensor(Object *obj, Visitor *v, const char *name,
                            void *opaque, Error **errp)
{
    visit_type_int64(v, name, object_field_prop_ptr(obj, opaque), errp);
}

/* A number from @min to @max that may change while the guest runs */
static bool nvlf_visit_sensor(Visitor *v, const char *name, int64_t *field,
                              int64_t min, int64_t max, const char *unit,
                              Error **errp)
{
    int64_t value;

    if (!visit_type_int64(v, name, &value, errp)) {
        return false;
    }
    if (value < min || value > max) {
        error_setg(errp,
                   "%s=%" PRId64 " is out of range: %" PRId64 " to %" PRId64
                   " %s",
                   name, value, min, max, unit);
        return false;
    }
    *field = value;
    return true;
}

static void nvlf_set_temperature(Object *obj, Visitor *v, const char *name,
                                 void *opaque, Error **errp)
{
    int64_t *field = object_field_prop_ptr(obj, opaque);

    if (nvlf_visit_sensor(v, name, field, NVLF_TEMPERATURE_MIN,
                          NVLF_TEMPERATURE_MAX,
                          "thousandths of a degree Celsius", errp)) {
        nvlf_sense(container_of(field, NvlfDevice, temperature));
    }
}

static void nvlf_set_power(Object *obj, Visitor *v, const char *name,
                           void *opaque, Error **errp)
{
    int64_t *field = object_field_prop_ptr(obj, opaque);

    if (nvlf_visit_sensor(v, name, field, 0, UINT32_MAX, "milliwatts", errp)) {
        nvlf_sense(container_of(field, NvlfDevice, power));
    }
}

static void nvlf_set_default_sensor(ObjectProperty *op, const Property *prop)
{
    object_property_set_default_int(op, prop->defval.i);
}

const PropertyInfo nvlf_prop_temperature = {
    .type = "int64",
    .description = "thousandths of a degree Celsius; may change at any time",
    .realized_set_allowed = true,
    .get = nvlf_get_sensor,
    .set = nvlf_set_temperature,
    .set_default_value = nvlf_set_default_sensor,
};

const PropertyInfo nvlf_prop_power = {
    .type = "int64",
    .description = "milliwatts; may change at any time",
    .realized_set_allowed = true,
    .get = nvlf_get_sensor,
    .set = nvlf_set_power,
    .set_default_value = nvlf_set_default_sensor,
};
