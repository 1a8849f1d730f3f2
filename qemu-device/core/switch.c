/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * switch.c - a switch: its life and its registers.
 *
 * Detach and reset take its links down first, so that no pair goes through it
 * any more when the tables are cleared: that then concerns nobody.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nvlf_internal.h"

static uint64_t route_count_get(const struct nvlf_access *a)
{
    return NVL_TARGET_IDS;
}

static uint64_t partition_count_get(const struct nvlf_access *a)
{
    return NVL_PARTITIONS;
}

static uint64_t group_count_get(const struct nvlf_access *a)
{
    return NVL_GROUPS;
}

/* The device's own registers follow the common block. */
#define OWN(reg) (-NVLF_COMMON_SIZE + (reg))

static const struct nvlf_reg switch_regs[] = {
    { OWN(NVL_SWITCH_REG_ROUTE_COUNT), 4, 1, route_count_get, NULL },
    { OWN(NVL_SWITCH_REG_PARTITION_COUNT), 4, 1, partition_count_get, NULL },
    { OWN(NVL_SWITCH_REG_GROUP_COUNT), 4, 1, group_count_get, NULL },
};
static const struct nvlf_block switch_block = NVLF_BLOCK(NVLF_COMMON_SIZE, 1,
                                                         0x10, switch_regs);

/* clang-format off */
static const struct nvlf_block *const switch_blocks[] = {
    &nvlf_switch_port_block,
    &nvlf_route_block,
    &nvlf_partition_block,
    &nvlf_group_block,
    &nvlf_common_block,
    &switch_block,
    &nvlf_location_block,
    &nvlf_sensor_block,
    &nvlf_log_block,
    &nvlf_record_block,
    NULL,
};
/* clang-format on */

uint64_t nvlf_switch_read(struct nvlf_fabric *f, unsigned int id, uint64_t addr,
                          unsigned int size)
{
    struct nvlf_switch *sw = nvlf_switch_at(f, id);

    return sw ? nvlf_regs_read(&sw->d, switch_blocks, addr, size) : UINT64_MAX;
}

void nvlf_switch_write(struct nvlf_fabric *f, unsigned int id, uint64_t addr,
                       uint64_t value, unsigned int size)
{
    struct nvlf_switch *sw = nvlf_switch_at(f, id);

    if (sw) {
        nvlf_regs_write(&sw->d, switch_blocks, addr, value, size);
    }
}

/* Down and forget. The caller may bring it up again. */
static void switch_end(struct nvlf_switch *sw)
{
    sw->d.attached = false;
    nvlf_ports_settle(&sw->d);
    memset(sw->slots, 0, sizeof(sw->slots));
    memset(sw->routes, 0, sizeof(sw->routes));
    memset(sw->partitions, 0, sizeof(sw->partitions));
    memset(sw->groups, 0, sizeof(sw->groups));
    nvlf_device_clear(&sw->d);
}

/*
 * Up with reset values. The state in which ports come out of reset is what
 * later changes are told against, so it is itself no event.
 */
static void switch_begin(struct nvlf_switch *sw)
{
    nvlf_ports_enable(&sw->d);
    sw->d.attached = true;
    nvlf_ports_settle(&sw->d);
    nvlf_device_clear(&sw->d);
}

int nvlf_switch_attach(struct nvlf_fabric *f, unsigned int id,
                       const struct nvlf_switch_ops *ops, void *dev)
{
    struct nvlf_switch *sw;

    if (id >= f->switches) {
        return -EINVAL;
    }
    sw = f->sw[id];
    if (sw && sw->d.plugged) {
        return -EBUSY;
    }
    if (!sw) {
        sw = calloc(1, sizeof(*sw));
        if (!sw) {
            return -ENOMEM;
        }
        sw->d.f = f;
        sw->d.kind = NVL_PARTNER_SWITCH;
        sw->d.self = id;
        sw->d.guid = nvlf_switch_guid(id);
        sw->d.nports = NVL_SWITCH_PORTS;
        f->sw[id] = sw;
    }
    sw->d.irq = ops->irq;
    sw->ops = ops;
    sw->d.dev = dev;
    nvlf_device_power_on(&sw->d);
    sw->d.plugged = true;
    nvlf_switch_power(sw);
    if (!sw->d.attached) {
        ops->power(dev, false);
    }
    return 0;
}

void nvlf_switch_detach(struct nvlf_fabric *f, unsigned int id)
{
    struct nvlf_switch *sw = id < f->switches ? f->sw[id] : NULL;

    if (sw && sw->d.plugged) {
        if (sw->d.attached) {
            switch_end(sw);
        }
        sw->d.plugged = false;
        nvlf_faults_set(&sw->d, &(struct nvlf_faults) { 0 });
    }
}

/* Keep invariant 11: die, or come back. */
void nvlf_switch_power(struct nvlf_switch *sw)
{
    bool on = nvlf_device_on(&sw->d);

    if (on == sw->d.attached) {
        return;
    }
    if (on) {
        switch_begin(sw);
    } else {
        switch_end(sw);
    }
    sw->ops->power(sw->d.dev, on);
}

void nvlf_switch_reset(struct nvlf_fabric *f, unsigned int id)
{
    struct nvlf_switch *sw = nvlf_switch_at(f, id);

    if (sw) {
        switch_end(sw);
        switch_begin(sw);
    }
}
