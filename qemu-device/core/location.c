/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * location.c - where a device stands, as it is told by whoever put it there.
 *
 * Nothing in the fabric depends on it: it is for people and managers, who look
 * for a device with their hands. It comes with the device, stays through
 * resets, and goes when the device does.
 */
#include <stdio.h>
#include <string.h>

#include "nvlf_internal.h"

/* The rack: trays of four, 18 with accelerators and then 9 with switches */
#define TRAY_SLOTS    4
#define COMPUTE_TRAYS (NVL_ENDPOINTS_MAX / TRAY_SLOTS)

void nvlf_location_default(enum nvl_partner kind, unsigned int id,
                           struct nvlf_location *loc)
{
    bool is_switch = kind == NVL_PARTNER_SWITCH;
    char serial[32];

    memset(loc, 0, sizeof(*loc));
    loc->tray = id / TRAY_SLOTS + (is_switch ? COMPUTE_TRAYS : 0);
    loc->slot = id % TRAY_SLOTS;
    loc->host = loc->tray;
    snprintf(serial, sizeof(serial), "%s-%04u", is_switch ? "NVLS" : "TRN4",
             id);
    memcpy(loc->serial, serial, strnlen(serial, sizeof(loc->serial)));
}

void nvlf_location_clear(struct nvlf_device *d)
{
    d->location = (struct nvlf_location) {
        .rack = NVLF_NOWHERE,
        .tray = NVLF_NOWHERE,
        .slot = NVLF_NOWHERE,
        .host = NVLF_NOWHERE,
    };
}

void nvlf_device_locate(struct nvlf_fabric *f, enum nvl_partner kind,
                        unsigned int id, const struct nvlf_location *loc)
{
    struct nvlf_device *d = nvlf_device_at(f, kind, id);

    if (d) {
        d->location = *loc;
    }
}

/* ---- Registers ------------------------------------------------------- */

static const struct nvlf_location *location_of(const struct nvlf_access *a)
{
    return &a->d->location;
}

/* Eight bytes in a row, the first in bits 7:0 */
static uint64_t word(const void *bytes, unsigned int nth)
{
    const uint8_t *p = (const uint8_t *)bytes + nth * 8;
    uint64_t value = 0;
    unsigned int i;

    for (i = 0; i < 8; i++) {
        value |= (uint64_t)p[i] << (8 * i);
    }
    return value;
}

static uint64_t uuid_get(const struct nvlf_access *a)
{
    return word(location_of(a)->uuid, a->nth);
}

static uint64_t serial_get(const struct nvlf_access *a)
{
    return word(location_of(a)->serial, a->nth);
}

static uint64_t rack_get(const struct nvlf_access *a)
{
    return location_of(a)->rack;
}

static uint64_t tray_get(const struct nvlf_access *a)
{
    return location_of(a)->tray;
}

static uint64_t slot_get(const struct nvlf_access *a)
{
    return location_of(a)->slot;
}

static uint64_t host_get(const struct nvlf_access *a)
{
    return location_of(a)->host;
}

#define OWN(reg) (-NVL_REG_CLUSTER_UUID + (reg))

static const struct nvlf_reg location_regs[] = {
    { OWN(NVL_REG_CLUSTER_UUID), 8, 2, uuid_get, NULL },
    { OWN(NVL_REG_SERIAL), 8, 2, serial_get, NULL },
    { OWN(NVL_REG_RACK), 4, 1, rack_get, NULL },
    { OWN(NVL_REG_TRAY), 4, 1, tray_get, NULL },
    { OWN(NVL_REG_SLOT), 4, 1, slot_get, NULL },
    { OWN(NVL_REG_HOST), 4, 1, host_get, NULL },
};
const struct nvlf_block nvlf_location_block =
    NVLF_BLOCK(NVL_REG_CLUSTER_UUID, 1, OWN(NVL_REG_TEMPERATURE),
               location_regs);
