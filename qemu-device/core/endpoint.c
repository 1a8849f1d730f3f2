/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * endpoint.c - an accelerator: its life and its registers.
 *
 * Its end goes from what it does to others, to what others do to it: queues
 * stop first, so that nothing moves any more; its windows give their pages
 * back; its links drop, which kills the windows of peers; then its grants end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nvlf_internal.h"

/* The device's own registers follow the common block. */
#define OWN(reg) (-NVLF_COMMON_SIZE + (reg))
#define OWN_SIZE (TRN4_REG_WINDOW_EVENT - NVLF_COMMON_SIZE)

static uint64_t hbm_size_get(const struct nvlf_access *a)
{
    return TRN4_HBM_SIZE;
}

static uint64_t hbm_backed_get(const struct nvlf_access *a)
{
    return nvlf_ep(a)->mem.size;
}

static uint64_t aperture_size_get(const struct nvlf_access *a)
{
    return nvlf_ep(a)->aperture;
}

static uint64_t aperture_ro_get(const struct nvlf_access *a)
{
    return nvlf_ep(a)->aperture / 2;
}

static uint64_t queue_count_get(const struct nvlf_access *a)
{
    return TRN4_QUEUES;
}

static uint64_t grant_count_get(const struct nvlf_access *a)
{
    return TRN4_GRANTS;
}

static uint64_t window_count_get(const struct nvlf_access *a)
{
    return TRN4_WINDOWS;
}

static uint64_t ops_get(const struct nvlf_access *a)
{
    return nvlf_engine_ops();
}

/* Rounded up like the ends of operations: none ends later than it says. */
static uint64_t model_time_get(const struct nvlf_access *a)
{
    return nvlf_time_ns(nvlf_ep(a), nvlf_pace_clock(a->d->f));
}

static uint64_t ro_stores_get(const struct nvlf_access *a)
{
    return nvlf_ep(a)->ro_stores;
}

static uint64_t features_get(const struct nvlf_access *a)
{
    return nvlf_traps(nvlf_ep(a)) ? TRN4_FEATURE_TRAP : 0;
}

static uint64_t trap_count_get(const struct nvlf_access *a)
{
    return nvlf_ep(a)->trap_count;
}

static uint64_t steps_get(const struct nvlf_access *a)
{
    return nvlf_ep(a)->steps;
}

static uint64_t trap_refused_get(const struct nvlf_access *a)
{
    return nvlf_ep(a)->trap_refused;
}

static uint64_t queue_event_get(const struct nvlf_access *a)
{
    return nvlf_ep(a)->queue_event;
}

static uint32_t queue_event_set(const struct nvlf_access *a, uint64_t value)
{
    nvlf_ep(a)->queue_event &= ~(value & a->mask);
    return NVL_ERR_NONE;
}

static const struct nvlf_reg endpoint_regs[] = {
    { OWN(TRN4_REG_HBM_SIZE), 8, 1, hbm_size_get, NULL },
    { OWN(TRN4_REG_HBM_BACKED), 8, 1, hbm_backed_get, NULL },
    { OWN(TRN4_REG_APERTURE_SIZE), 8, 1, aperture_size_get, NULL },
    { OWN(TRN4_REG_APERTURE_RO), 8, 1, aperture_ro_get, NULL },
    { OWN(TRN4_REG_QUEUE_COUNT), 4, 1, queue_count_get, NULL },
    { OWN(TRN4_REG_GRANT_COUNT), 4, 1, grant_count_get, NULL },
    { OWN(TRN4_REG_WINDOW_COUNT), 4, 1, window_count_get, NULL },
    { OWN(TRN4_REG_OPS), 4, 1, ops_get, NULL },
    { OWN(TRN4_REG_MODEL_TIME), 8, 1, model_time_get, NULL },
    { OWN(TRN4_REG_RO_STORES), 8, 1, ro_stores_get, NULL },
    { OWN(TRN4_REG_FEATURES), 4, 1, features_get, NULL },
    { OWN(TRN4_REG_TRAP_COUNT), 8, 1, trap_count_get, NULL },
    { OWN(TRN4_REG_TRAP_REFUSED), 8, 1, trap_refused_get, NULL },
    { OWN(TRN4_REG_QUEUE_EVENT), 8, 1, queue_event_get, queue_event_set },
    { OWN(TRN4_REG_STEPS), 8, 1, steps_get, NULL },
};
static const struct nvlf_block endpoint_block =
    NVLF_BLOCK(NVLF_COMMON_SIZE, 1, OWN_SIZE, endpoint_regs);

static uint64_t atomic_types_get(const struct nvlf_access *a)
{
    return nvlf_atomic_types(a->nth);
}

static const struct nvlf_reg atomic_types_regs[] = {
    { 0, 4, 16, atomic_types_get, NULL },
};
static const struct nvlf_block atomic_types_block =
    NVLF_BLOCK(TRN4_REG_ATOMIC_TYPES, 1, 16 * 4, atomic_types_regs);

/* Doorbells first: they are what is written most. */
/* clang-format off */
static const struct nvlf_block *const endpoint_blocks[] = {
    &nvlf_doorbell_block,
    &nvlf_window_block,
    &nvlf_grant_block,
    &nvlf_queue_block,
    &nvlf_segment_block,
    &nvlf_endpoint_port_block,
    &nvlf_common_block,
    &endpoint_block,
    &nvlf_window_event_block,
    &atomic_types_block,
    &nvlf_location_block,
    &nvlf_sensor_block,
    &nvlf_log_block,
    &nvlf_record_block,
    NULL,
};
/* clang-format on */

uint64_t nvlf_endpoint_read(struct nvlf_fabric *f, unsigned int id,
                            uint64_t addr, unsigned int size)
{
    struct nvlf_endpoint *ep = nvlf_endpoint_at(f, id);

    return ep ? nvlf_regs_read(&ep->d, endpoint_blocks, addr, size)
              : UINT64_MAX;
}

void nvlf_endpoint_write(struct nvlf_fabric *f, unsigned int id, uint64_t addr,
                         uint64_t value, unsigned int size)
{
    struct nvlf_endpoint *ep = nvlf_endpoint_at(f, id);

    if (ep) {
        nvlf_regs_write(&ep->d, endpoint_blocks, addr, value, size);
    }
}

/* The only error whose address is one of BAR2. */
void nvlf_endpoint_ro_store(struct nvlf_fabric *f, unsigned int id,
                            uint64_t aperture)
{
    struct nvlf_endpoint *ep = nvlf_endpoint_at(f, id);

    if (ep) {
        ep->ro_stores++;
        nvlf_error(&ep->d, NVL_ERR_RO_WINDOW, aperture);
    }
}

/* ---- Life ------------------------------------------------------------ */

static void endpoint_attached(struct nvlf_endpoint *ep, bool attached)
{
    ep->d.attached = attached;
    ep->d.f->attached[ep->d.self] = attached;
}

static void endpoint_end(struct nvlf_endpoint *ep)
{
    struct nvlf_fabric *f = ep->d.f;

    nvlf_queues_clear(ep);
    nvlf_segments_clear(ep);
    nvlf_windows_clear(ep);
    endpoint_attached(ep, false);
    nvlf_ports_settle(&ep->d);
    nvlf_windows_of_peer(f, ep->d.self);
    nvlf_grants_clear(ep);
    nvlf_device_clear(&ep->d);
    ep->ro_stores = 0;
    ep->trap_count = 0;
    ep->trap_refused = 0;
    ep->steps = 0;
    ep->hbm_until = 0;
    ep->host_until = 0;
    memset(ep->tx_until, 0, sizeof(ep->tx_until));
    memset(ep->rx_until, 0, sizeof(ep->rx_until));
}

/* See switch_begin() in switch.c for why there are no events. */
static void endpoint_begin(struct nvlf_endpoint *ep)
{
    struct nvlf_fabric *f = ep->d.f;

    ep->time_base = nvlf_pace_clock(f);
    /* Whoever was here may have gone while its engine was at work. */
    nvlf_queues_clear(ep);
    nvlf_segments_clear(ep);
    nvlf_ports_enable(&ep->d);
    endpoint_attached(ep, true);
    nvlf_ports_settle(&ep->d);
    nvlf_windows_of_peer(f, ep->d.self);
    nvlf_device_clear(&ep->d);
}

/* What the range checks of grant.c and copy.c rely on */
static bool mem_ok(const struct nvlf_mem *mem)
{
    return mem->ptr && mem->size && mem->size <= TRN4_HBM_SIZE &&
           !(mem->size % NVL_PAGE_SIZE) && !((uintptr_t)mem->ptr % 16);
}

static bool aperture_ok(uint64_t aperture)
{
    return aperture >= 2ull * NVL_PAGE_SIZE && !(aperture & (aperture - 1));
}

int nvlf_endpoint_attach(struct nvlf_fabric *f, unsigned int id,
                         const struct nvlf_mem *mem, uint64_t aperture,
                         const struct nvlf_endpoint_ops *ops, void *dev)
{
    struct nvlf_endpoint *ep;

    if (id >= f->endpoints || !mem_ok(mem) || !aperture_ok(aperture)) {
        return -EINVAL;
    }
    ep = f->ep[id];
    if (ep && ep->d.plugged) {
        return -EBUSY;
    }
    if (!ep) {
        ep = calloc(1, sizeof(*ep));
        if (!ep) {
            return -ENOMEM;
        }
        ep->d.f = f;
        ep->d.kind = NVL_PARTNER_ENDPOINT;
        ep->d.self = id;
        ep->d.guid = nvlf_endpoint_guid(id);
        ep->d.nports = TRN4_PORTS;
        nvlf_grants_init(ep);
        nvlf_windows_init(ep);
        f->ep[id] = ep;
    }
    ep->d.irq = ops->irq;
    ep->d.dev = dev;
    ep->ops = ops;
    ep->mem = *mem;
    ep->aperture = aperture;
    ep->timing = (struct nvlf_endpoint_timing) {
        .hbm_rate = NVLF_HBM_RATE,
        .hbm_latency = NVLF_HBM_LATENCY,
        .pcie_rate = NVLF_PCIE_RATE,
        .pcie_latency = NVLF_PCIE_LATENCY,
    };
    nvlf_device_power_on(&ep->d);
    ep->d.plugged = true;
    nvlf_endpoint_power(ep);
    if (!ep->d.attached) {
        ops->power(dev, false);
    }
    return 0;
}

void nvlf_endpoint_timing(struct nvlf_fabric *f, unsigned int id,
                          const struct nvlf_endpoint_timing *timing)
{
    f->ep[id]->timing = *timing;
}

void nvlf_endpoint_detach(struct nvlf_fabric *f, unsigned int id)
{
    struct nvlf_endpoint *ep = id < f->endpoints ? f->ep[id] : NULL;

    if (ep && ep->d.plugged) {
        if (ep->d.attached) {
            endpoint_end(ep);
        }
        ep->d.plugged = false;
        nvlf_faults_set(&ep->d, &(struct nvlf_faults) { 0 });
    }
}

/* An aperture that traps has no pages that could remember. */
static void endpoint_wipe(struct nvlf_endpoint *ep)
{
    if (!nvlf_traps(ep)) {
        ep->ops->wipe(ep->d.dev);
    }
}

/* Keep invariant 11: die, or come back. Memory keeps what is in it. */
void nvlf_endpoint_power(struct nvlf_endpoint *ep)
{
    bool on = nvlf_device_on(&ep->d);

    if (on == ep->d.attached) {
        return;
    }
    if (on) {
        endpoint_begin(ep);
    } else {
        endpoint_end(ep);
        endpoint_wipe(ep);
    }
    ep->ops->power(ep->d.dev, on);
}

void nvlf_endpoint_reset(struct nvlf_fabric *f, unsigned int id)
{
    struct nvlf_endpoint *ep = nvlf_endpoint_at(f, id);

    if (ep) {
        endpoint_end(ep);
        endpoint_wipe(ep);
        endpoint_begin(ep);
    }
}
