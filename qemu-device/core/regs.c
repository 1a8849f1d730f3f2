/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * regs.c - from an access to its register: decoding by tables, the common
 * block of both devices, errors and the event interrupt.
 *
 * An access passes three checks in this order, and the first that fails is
 * counted: size, alignment and existence (NVL_ERR_ACCESS), read-only
 * (NVL_ERR_READ_ONLY), and those of the register itself. Bits written to a
 * write-one-to-clear register are never wrong, so that ~0 clears all.
 *
 * NVL_REG_INT_STATUS latches: a bit is set when its cause arises (an event
 * register gains a bit, an error is counted or logged, a queue faults) and
 * stays until it is cleared there. A driver clears it first and then reads the
 * cause; what arises in between sets it, and interrupts, once more.
 */
#include "nvlf_internal.h"

#define INT_ALL \
    (NVL_INT_PORT | NVL_INT_WINDOW | NVL_INT_ERROR | NVL_INT_QUEUE | \
     NVL_INT_LOG)

/* Event vector, of both devices */
#define VECTOR_EVENT 0

void nvlf_int_raise(struct nvlf_device *d, uint32_t bits)
{
    uint32_t fresh = bits & ~d->int_status;

    d->int_status |= bits;
    if (d->attached && (fresh & d->int_enable)) {
        d->irq(d->dev, VECTOR_EVENT);
    }
}

/*
 * The count stays at its maximum rather than begin anew at zero. The log has
 * the first alone: bad accesses must not drive out what else is in it.
 */
void nvlf_error(struct nvlf_device *d, uint32_t code, uint64_t addr)
{
    if (!d->err_count) {
        nvlf_log(d, NVL_ERROR_ACCESS, NVLF_LOG_DEVICE, code);
    }
    if (d->err_count != UINT32_MAX) {
        d->err_count++;
    }
    d->err_last = code;
    d->err_addr = addr;
    nvlf_int_raise(d, NVL_INT_ERROR);
}

/* A device came to its place; once for each. Resets follow. */
void nvlf_device_power_on(struct nvlf_device *d)
{
    nvlf_log_begin(d);
    nvlf_location_clear(d);
    nvlf_sensor_clear(d);
}

/* Reset values of the common block; ports are for port.c. */
void nvlf_device_clear(struct nvlf_device *d)
{
    d->scratch = 0;
    d->int_status = 0;
    d->int_enable = 0;
    d->err_count = 0;
    d->err_last = NVL_ERR_NONE;
    d->err_addr = 0;
    d->port_event = (struct nvlf_ports) { { 0 } };
}

static uint64_t id_get(const struct nvlf_access *a)
{
    return a->d->kind == NVL_PARTNER_SWITCH ? NVL_SWITCH_ID_VALUE
                                            : TRN4_ID_VALUE;
}

static uint64_t version_get(const struct nvlf_access *a)
{
    return NVL_VERSION_VALUE;
}

static uint64_t port_count_get(const struct nvlf_access *a)
{
    return a->d->nports;
}

static uint64_t self_get(const struct nvlf_access *a)
{
    return a->d->self;
}

static uint64_t guid_get(const struct nvlf_access *a)
{
    return a->d->guid;
}

static uint64_t scratch_get(const struct nvlf_access *a)
{
    return a->d->scratch;
}

static uint32_t scratch_set(const struct nvlf_access *a, uint64_t value)
{
    a->d->scratch = value;
    return NVL_ERR_NONE;
}

static uint32_t ctrl_set(const struct nvlf_access *a, uint64_t value)
{
    if (value & ~(uint64_t)NVL_CTRL_RESET) {
        return NVL_ERR_VALUE;
    }
    if (value & NVL_CTRL_RESET) {
        if (a->d->kind == NVL_PARTNER_SWITCH) {
            nvlf_switch_reset(a->d->f, a->d->self);
        } else {
            nvlf_endpoint_reset(a->d->f, a->d->self);
        }
    }
    return NVL_ERR_NONE;
}

static uint64_t int_status_get(const struct nvlf_access *a)
{
    return a->d->int_status;
}

static uint32_t int_status_set(const struct nvlf_access *a, uint64_t value)
{
    a->d->int_status &= ~value;
    return NVL_ERR_NONE;
}

static uint64_t int_enable_get(const struct nvlf_access *a)
{
    return a->d->int_enable;
}

static uint32_t int_enable_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_device *d = a->d;
    uint32_t gained;

    if (value & ~(uint64_t)INT_ALL) {
        return NVL_ERR_VALUE;
    }
    gained = value & ~d->int_enable;
    d->int_enable = value;
    if (gained & d->int_status) {
        d->irq(d->dev, VECTOR_EVENT);
    }
    return NVL_ERR_NONE;
}

static uint64_t err_count_get(const struct nvlf_access *a)
{
    return a->d->err_count;
}

static uint64_t err_last_get(const struct nvlf_access *a)
{
    return a->d->err_last;
}

static uint64_t err_addr_get(const struct nvlf_access *a)
{
    return a->d->err_addr;
}

static uint64_t port_event_get(const struct nvlf_access *a)
{
    return a->d->port_event.w[a->nth];
}

static uint32_t port_event_set(const struct nvlf_access *a, uint64_t value)
{
    a->d->port_event.w[a->nth] &= ~(value & a->mask);
    return NVL_ERR_NONE;
}

static const struct nvlf_reg common_regs[] = {
    { NVL_REG_ID, 4, 1, id_get, NULL },
    { NVL_REG_VERSION, 4, 1, version_get, NULL },
    { NVL_REG_PORT_COUNT, 4, 1, port_count_get, NULL },
    { NVL_REG_SELF, 4, 1, self_get, NULL },
    { NVL_REG_GUID, 8, 1, guid_get, NULL },
    { NVL_REG_SCRATCH, 4, 1, scratch_get, scratch_set },
    { NVL_REG_CTRL, 4, 1, NULL, ctrl_set },
    { NVL_REG_INT_STATUS, 4, 1, int_status_get, int_status_set },
    { NVL_REG_INT_ENABLE, 4, 1, int_enable_get, int_enable_set },
    { NVL_REG_ERR_COUNT, 4, 1, err_count_get, NULL },
    { NVL_REG_ERR_LAST, 4, 1, err_last_get, NULL },
    { NVL_REG_ERR_ADDR, 8, 1, err_addr_get, NULL },
    { NVL_REG_PORT_EVENT, 8, NVLF_PORT_WORDS, port_event_get, port_event_set },
};
const struct nvlf_block nvlf_common_block = NVLF_BLOCK(0, 1, NVLF_COMMON_SIZE,
                                                       common_regs);

/*
 * The register at @addr, or NULL. @a gets its place, @shift the bit at which
 * the accessed half of an 8-byte register begins.
 */
static const struct nvlf_reg *decode(const struct nvlf_block *const *blocks,
                                     uint64_t addr, unsigned int size,
                                     struct nvlf_access *a, unsigned int *shift)
{
    unsigned int r;

    if ((size != 4 && size != 8) || addr % size) {
        return NULL;
    }
    for (; *blocks; blocks++) {
        const struct nvlf_block *block = *blocks;
        uint64_t in = addr - block->base;

        if (addr < block->base ||
            in >= (uint64_t)block->count * block->stride) {
            continue;
        }
        a->entry = in / block->stride;
        in %= block->stride;
        for (r = 0; r < block->nregs; r++) {
            const struct nvlf_reg *reg = &block->regs[r];
            uint32_t len = (uint32_t)reg->size * reg->count;

            if (in < reg->offset || in - reg->offset >= len) {
                continue;
            }
            if (size > reg->size) {
                return NULL;
            }
            in -= reg->offset;
            a->nth = in / reg->size;
            *shift = in % reg->size * 8;
            a->mask = size == 8 ? UINT64_MAX : (uint64_t)UINT32_MAX << *shift;
            return reg;
        }
        return NULL;
    }
    return NULL;
}

uint64_t nvlf_regs_read(struct nvlf_device *d,
                        const struct nvlf_block *const *blocks, uint64_t addr,
                        unsigned int size)
{
    struct nvlf_access a = { .d = d };
    const struct nvlf_reg *reg;
    unsigned int shift = 0;
    uint64_t value;

    reg = decode(blocks, addr, size, &a, &shift);
    if (!reg) {
        nvlf_error(d, NVL_ERR_ACCESS, addr);
        return 0;
    }
    if (!reg->get) {
        return 0;
    }
    value = reg->get(&a) >> shift;
    return size == 8 ? value : (uint32_t)value;
}

void nvlf_regs_write(struct nvlf_device *d,
                     const struct nvlf_block *const *blocks, uint64_t addr,
                     uint64_t value, unsigned int size)
{
    struct nvlf_access a = { .d = d };
    const struct nvlf_reg *reg;
    unsigned int shift = 0;
    uint32_t err;

    reg = decode(blocks, addr, size, &a, &shift);
    if (!reg) {
        err = NVL_ERR_ACCESS;
    } else if (!reg->set) {
        err = NVL_ERR_READ_ONLY;
    } else {
        if (size == 4) {
            value = (uint32_t)value;
        }
        err = reg->set(&a, value << shift);
    }
    if (err != NVL_ERR_NONE) {
        nvlf_error(d, err, addr);
    }
}
