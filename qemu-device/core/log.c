/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.c - a device's error log: the newest NVL_LOG_ENTRIES records, numbered
 * from power on.
 *
 * Whoever finds an error names its class, its port and one number of detail.
 * How bad that is, and how far it reaches, follows from the class by one table,
 * so that no two places can judge the same error differently.
 *
 * The log outlives resets with all of its registers: what led to a reset is
 * what one wants to read after it. Only NVL_INT_STATUS forgets; a driver that
 * begins looks whether TAIL is behind HEAD. A device that is plugged anew
 * begins anew.
 */
#include "nvlf_internal.h"

static const struct {
    uint8_t severity; /* enum nvl_severity */
    uint8_t scope;    /* enum nvl_scope */
} classes[] = {
    [NVL_ERROR_LINK_DOWN] = { NVL_SEVERITY_ERROR, NVL_SCOPE_PORT },
    [NVL_ERROR_TRAIN_FAILED] = { NVL_SEVERITY_FATAL, NVL_SCOPE_PORT },
    [NVL_ERROR_LANES] = { NVL_SEVERITY_DEGRADED, NVL_SCOPE_PORT },
    [NVL_ERROR_CRC] = { NVL_SEVERITY_INFO, NVL_SCOPE_PORT },
    [NVL_ERROR_UNCORRECTABLE] = { NVL_SEVERITY_ERROR, NVL_SCOPE_PORT },
    [NVL_ERROR_FLAPPING] = { NVL_SEVERITY_DEGRADED, NVL_SCOPE_PORT },
    [NVL_ERROR_MISWIRED] = { NVL_SEVERITY_ERROR, NVL_SCOPE_FABRIC },
    [NVL_ERROR_OVERHEAT] = { NVL_SEVERITY_DEGRADED, NVL_SCOPE_DEVICE },
    [NVL_ERROR_ACCESS] = { NVL_SEVERITY_ERROR, NVL_SCOPE_DEVICE },
};

void nvlf_log_begin(struct nvlf_device *d)
{
    d->log = (struct nvlf_log) { .on_since = nvlf_now(d->f) };
}

/*
 * A device that is away, or in the midst of a reset, logs nothing: what its
 * own reset does to it is no error, and its partners log what it did to them.
 */
void nvlf_log(struct nvlf_device *d, enum nvl_error class, unsigned int port,
              uint64_t detail)
{
    struct nvlf_log *log = &d->log;

    if (!d->attached) {
        return;
    }
    if (log->head - log->tail >= NVL_LOG_ENTRIES) {
        log->overflow = true;
    }
    log->records[log->head % NVL_LOG_ENTRIES] = (struct nvlf_record) {
        .time = nvlf_now(d->f) - log->on_since,
        .what = class | (uint32_t)classes[class].severity << 16 |
                (uint32_t)classes[class].scope << 24,
        .port = port,
        .detail = detail,
    };
    log->head++;
    nvlf_int_raise(d, NVL_INT_LOG);
}

/* ---- Registers ------------------------------------------------------- */

static uint64_t head_get(const struct nvlf_access *a)
{
    return a->d->log.head;
}

static uint64_t tail_get(const struct nvlf_access *a)
{
    return a->d->log.tail;
}

/* Also backwards, to read once more what is still there */
static uint32_t tail_set(const struct nvlf_access *a, uint64_t value)
{
    struct nvlf_log *log = &a->d->log;
    uint64_t tail = nvlf_merge(a, log->tail, value);

    if (tail > log->head) {
        return NVL_ERR_VALUE;
    }
    log->tail = tail;
    return NVL_ERR_NONE;
}

static uint64_t status_get(const struct nvlf_access *a)
{
    return a->d->log.overflow ? NVL_LOG_OVERFLOW : 0;
}

static uint32_t status_set(const struct nvlf_access *a, uint64_t value)
{
    if (value & NVL_LOG_OVERFLOW) {
        a->d->log.overflow = false;
    }
    return NVL_ERR_NONE;
}

static const struct nvlf_reg log_regs[] = {
    { NVL_REG_LOG_HEAD - NVL_REG_LOG_HEAD, 8, 1, head_get, NULL },
    { NVL_REG_LOG_TAIL - NVL_REG_LOG_HEAD, 8, 1, tail_get, tail_set },
    { NVL_REG_LOG_STATUS - NVL_REG_LOG_HEAD, 4, 1, status_get, status_set },
};
const struct nvlf_block nvlf_log_block = NVLF_BLOCK(NVL_REG_LOG_HEAD, 1, 0x20,
                                                    log_regs);

static const struct nvlf_record *record_of(const struct nvlf_access *a)
{
    return &a->d->log.records[a->entry];
}

/* The newest number that falls into this entry */
static uint64_t index_get(const struct nvlf_access *a)
{
    uint64_t head = a->d->log.head;

    if (head <= a->entry) {
        return UINT64_MAX;
    }
    return head - 1 - (head - 1 - a->entry) % NVL_LOG_ENTRIES;
}

static uint64_t time_get(const struct nvlf_access *a)
{
    return record_of(a)->time;
}

static uint64_t what_get(const struct nvlf_access *a)
{
    return record_of(a)->what;
}

static uint64_t port_get(const struct nvlf_access *a)
{
    return record_of(a)->port;
}

static uint64_t detail_get(const struct nvlf_access *a)
{
    return record_of(a)->detail;
}

static const struct nvlf_reg record_regs[] = {
    { NVL_LOG_INDEX, 8, 1, index_get, NULL },
    { NVL_LOG_TIME, 8, 1, time_get, NULL },
    { NVL_LOG_WHAT, 4, 1, what_get, NULL },
    { NVL_LOG_PORT, 4, 1, port_get, NULL },
    { NVL_LOG_DETAIL, 8, 1, detail_get, NULL },
};
const struct nvlf_block nvlf_record_block =
    NVLF_BLOCK(NVL_LOG_BASE, NVL_LOG_ENTRIES, NVL_LOG_STRIDE, record_regs);
