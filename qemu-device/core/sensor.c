/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sensor.c - temperature and power, as they are set from outside: nothing that
 * the device does makes it warm.
 *
 * A device that gets hotter than its limit logs NVL_ERROR_OVERHEAT, once. It
 * logs the next after it has been cooler by NVLF_COOLER than the limit, so that
 * a temperature that plays about the limit is one error.
 */
#include "nvlf_internal.h"

int32_t nvlf_sensor_limit(enum nvl_partner kind)
{
    return kind == NVL_PARTNER_SWITCH ? 105000 : 95000;
}

void nvlf_device_sense(struct nvlf_fabric *f, enum nvl_partner kind,
                       unsigned int id, int32_t temperature, uint32_t power)
{
    struct nvlf_device *d = nvlf_device_at(f, kind, id);
    int32_t limit = nvlf_sensor_limit(kind);

    if (!d) {
        return;
    }
    d->temperature = temperature;
    d->power = power;
    if (temperature > limit && !d->hot) {
        d->hot = true;
        nvlf_log(d, NVL_ERROR_OVERHEAT, NVLF_LOG_DEVICE, (uint64_t)temperature);
    } else if (temperature <= limit - NVLF_COOLER) {
        d->hot = false;
    }
}

void nvlf_sensor_clear(struct nvlf_device *d)
{
    d->temperature = 0;
    d->power = 0;
    d->hot = false;
}

/* ---- Registers ------------------------------------------------------- */

static uint64_t temperature_get(const struct nvlf_access *a)
{
    return (uint32_t)a->d->temperature;
}

static uint64_t power_get(const struct nvlf_access *a)
{
    return a->d->power;
}

#define OWN(reg) (-NVL_REG_TEMPERATURE + (reg))

static const struct nvlf_reg sensor_regs[] = {
    { OWN(NVL_REG_TEMPERATURE), 4, 1, temperature_get, NULL },
    { OWN(NVL_REG_POWER), 4, 1, power_get, NULL },
};
const struct nvlf_block nvlf_sensor_block =
    NVLF_BLOCK(NVL_REG_TEMPERATURE, 1, OWN(NVL_REG_LOG_HEAD), sensor_regs);
