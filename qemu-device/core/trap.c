/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trap.c - an aperture without pages: each load and store of the guest comes
 * here, is checked against the windows as they are now, and is counted, at the
 * ports on its way as well.
 *
 * An access must lie in one live window that has the right for it. Every other
 * reads all-ones or is dropped, and nothing is kept of it: there is no page
 * that could. One that is aligned and of 1, 2, 4 or 8 bytes is done in one
 * piece, so that nobody sees half of it.
 */
#include <string.h>

#include "nvlf_internal.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the guest's memory is little-endian");

/*
 * Count an access of @ep, and find what it reaches. Returns false where that
 * is nobody. What is found stays there for as long as the caller does not
 * return: nothing goes but by another call into the fabric.
 */
static bool trap(struct nvlf_endpoint *ep, uint64_t aperture, unsigned int size,
                 uint32_t right, struct nvlf_target *t)
{
    const struct nvlf_window *w = nvlf_window_at(ep, aperture, size);

    ep->trap_count++;
    if (!w || w->status != TRN4_WINDOW_LIVE || !(w->ctrl & right) ||
        (size != 1 && size != 2 && size != 4 && size != 8)) {
        ep->trap_refused++;
        return false;
    }
    t->owner = ep->d.f->ep[w->peer];
    t->addr = t->owner->grants[w->grant].base + w->offset +
              (aperture - w->aperture);
    t->ptr = t->owner->mem.ptr + t->addr;
    return true;
}

static uint64_t load(const void *p, unsigned int size)
{
    uint64_t value = 0;

    if ((uintptr_t)p % size) {
        memcpy(&value, p, size);
        return value;
    }
    switch (size) {
    case 1:
        return __atomic_load_n((const uint8_t *)p, __ATOMIC_SEQ_CST);
    case 2:
        return __atomic_load_n((const uint16_t *)p, __ATOMIC_SEQ_CST);
    case 4:
        return __atomic_load_n((const uint32_t *)p, __ATOMIC_SEQ_CST);
    default:
        return __atomic_load_n((const uint64_t *)p, __ATOMIC_SEQ_CST);
    }
}

static void store(void *p, uint64_t value, unsigned int size)
{
    if ((uintptr_t)p % size) {
        memcpy(p, &value, size);
        return;
    }
    switch (size) {
    case 1:
        __atomic_store_n((uint8_t *)p, value, __ATOMIC_SEQ_CST);
        break;
    case 2:
        __atomic_store_n((uint16_t *)p, value, __ATOMIC_SEQ_CST);
        break;
    case 4:
        __atomic_store_n((uint32_t *)p, value, __ATOMIC_SEQ_CST);
        break;
    default:
        __atomic_store_n((uint64_t *)p, value, __ATOMIC_SEQ_CST);
        break;
    }
}

uint64_t nvlf_trap_read(struct nvlf_fabric *f, unsigned int id,
                        uint64_t aperture, unsigned int size)
{
    struct nvlf_endpoint *ep = nvlf_endpoint_at(f, id);
    struct nvlf_target t;

    if (!ep || !trap(ep, aperture, size, NVL_RIGHT_READ, &t)) {
        return UINT64_MAX;
    }
    nvlf_traffic(f, id, t.owner->d.self, NVLF_TRAFFIC_READ, size);
    return load(t.ptr, size);
}

void nvlf_trap_write(struct nvlf_fabric *f, unsigned int id, uint64_t aperture,
                     uint64_t value, unsigned int size)
{
    struct nvlf_endpoint *ep = nvlf_endpoint_at(f, id);
    struct nvlf_target t;

    if (!ep) {
        return;
    }
    if (trap(ep, aperture, size, NVL_RIGHT_WRITE, &t)) {
        store(t.ptr, value, size);
        nvlf_traffic(f, id, t.owner->d.self, NVLF_TRAFFIC_WRITE, size);
        t.owner->ops->mem_dirty(t.owner->d.dev, t.addr, size);
    } else if (aperture >= ep->aperture / 2) {
        nvlf_endpoint_ro_store(f, id, aperture);
    }
}
