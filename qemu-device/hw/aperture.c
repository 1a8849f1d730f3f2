/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aperture.c - BAR2 of an accelerator: guest-visible pages that come and go
 * while the guest runs, with no exit on access and no new memory section
 *
 * One range of host addresses is behind all of the BAR, for good: no memory
 * transaction is needed when a window comes or goes. mmap(MAP_FIXED) replaces
 * the pages in place; KVM follows by its MMU notifiers and TCG has only host
 * addresses in its TLB. There is never a hole and never PROT_NONE: a guest
 * access to such a page would be a SIGSEGV or -EFAULT that ends QEMU.
 *
 * Pages that are in no window are private copies, on write, of one file of
 * all-ones. A store to them is seen by nobody else, and is gone at the latest
 * when a window near by goes.
 *
 * The number of mappings that a process may have is limited, and a revoke must
 * not fail for that. So each mapping is paid for in advance, from one budget:
 * an all-ones mapping covers at most a tile of ONES_SIZE, and a window adds at
 * most two mappings to those of the tiles. To keep to it, all-ones pages that
 * come back are joined with their neighbours up to the tile's ends.
 *
 * Locking: all is under the BQL. Lifetime: vCPUs use a flat view until a grace
 * period after it is replaced, so the pages are unmapped by RCU.
 */
#include "qemu/osdep.h"
#include <sys/mman.h>
#include "qemu/bitmap.h"
#include "qemu/bitops.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "qemu/madvise.h"
#include "qemu/memfd.h"
#include "qemu/rcu.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/trn4_hw.h"
#include "aperture.h"
#include "trace.h"

#define ONES_SIZE (32 * MiB)
/* Mappings left to the rest of QEMU: memory, threads, libraries */
#define OTHER_MAPS       4096
#define DEFAULT_MAX_MAPS 65530

/**
 * struct AperturePages - the host's side of an aperture
 * @rcu: delays the end
 * @host: where it begins, 2 MiB aligned
 * @reserved: the reservation, alignment included
 * @reserved_size: its bytes
 * @size: bytes of the aperture
 * @tiles: all-ones mappings that it takes when empty
 * @used: a bit for each 2 MiB that a window has
 */
struct AperturePages {
    struct rcu_head rcu;
    uint8_t *host;
    void *reserved;
    uint64_t reserved_size;
    uint64_t size;
    uint64_t tiles;
    unsigned long *used;
};

/* Of this process; guarded by the BQL */
static struct {
    int ones_fd; /* valid while there are users */
    unsigned int users;
    uint64_t maps; /* in the worst case */
    uint64_t max_maps;
} host = { .ones_fd = -1 };

static uint64_t all_ones_read(void *opaque, hwaddr addr, unsigned size)
{
    return UINT64_MAX;
}

static void all_ones_write(void *opaque, hwaddr addr, uint64_t data,
                           unsigned size)
{
}

const MemoryRegionOps aperture_all_ones_ops = {
    .read = all_ones_read,
    .write = all_ones_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};

static uint64_t ro_read(void *opaque, hwaddr addr, unsigned size)
{
    Aperture *a = opaque;

    return ldn_le_p(a->pages->host + a->pages->size / 2 + addr, size);
}

static void ro_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    Aperture *a = opaque;

    a->ro_store(a->opaque, a->pages->size / 2 + addr);
}

static const MemoryRegionOps ro_ops = {
    .read = ro_read,
    .write = ro_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};

static uint64_t host_max_maps(void)
{
    g_autofree char *text = NULL;
    uint64_t max = DEFAULT_MAX_MAPS;

    if (g_file_get_contents("/proc/sys/vm/max_map_count", &text, NULL, NULL)) {
        g_strchomp(text);
        if (qemu_strtou64(text, NULL, 10, &max) < 0) {
            max = DEFAULT_MAX_MAPS;
        }
    }
    return max > OTHER_MAPS ? max - OTHER_MAPS : 0;
}

static int make_ones(Error **errp)
{
    g_autofree uint8_t *ones = g_malloc(MiB);
    uint64_t done;
    int fd = qemu_memfd_create("nvlf-all-ones", ONES_SIZE, false, 0,
                               F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL, errp);

    if (fd < 0) {
        return -1;
    }
    memset(ones, 0xff, MiB);
    for (done = 0; done < ONES_SIZE; done += MiB) {
        if (pwrite(fd, ones, MiB, done) != MiB) {
            error_setg_errno(errp, errno, "cannot fill the all-ones pages");
            close(fd);
            return -1;
        }
    }
    return fd;
}

static void drop_ones(void)
{
    close(host.ones_fd);
    host.ones_fd = -1;
}

/* Pay for the mappings of one more, empty aperture. */
static bool host_get(uint64_t tiles, uint64_t size, Error **errp)
{
    if (!host.users) {
        int fd = make_ones(errp);

        if (fd < 0) {
            return false;
        }
        host.ones_fd = fd;
        host.max_maps = host_max_maps();
    }
    if (tiles > host.max_maps - MIN(host.maps, host.max_maps)) {
        error_setg(errp,
                   "an aperture of %" PRIu64 " MiB takes %" PRIu64
                   " mappings; %" PRIu64 " of %" PRIu64 " are in use",
                   size / MiB, tiles, host.maps, host.max_maps);
        error_append_hint(errp, "Use a smaller aperture=, or raise the"
                                " host's vm.max_map_count.\n");
        if (!host.users) {
            drop_ones();
        }
        return false;
    }
    host.maps += tiles;
    host.users++;
    return true;
}

static void host_put(uint64_t tiles)
{
    host.maps -= tiles;
    if (!--host.users) {
        drop_ones();
    }
}

/*
 * Map all-ones. The offset in the file follows from that in the aperture, so
 * that neighbours can be one mapping.
 */
static bool put_ones(AperturePages *p, uint64_t start, uint64_t end)
{
    while (start < end) {
        uint64_t in_tile = start % ONES_SIZE;
        uint64_t len = MIN(end - start, ONES_SIZE - in_tile);

        if (mmap(p->host + start, len, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_NORESERVE | MAP_FIXED, host.ones_fd,
                 in_tile) == MAP_FAILED) {
            return false;
        }
        start += len;
    }
    return true;
}

/*
 * The host has no memory even for a mapping that replaces another. What is
 * there now may be a hole, or pages of a peer that must be out of reach: take
 * the whole half of the aperture away from the guest, which finds the all-ones
 * of the region below, trapping.
 */
static void lose_half(Aperture *a, uint64_t offset)
{
    const char *why = strerror(errno);
    Object *owner = memory_region_owner(&a->bar);
    const char *name = object_get_canonical_path_component(owner);
    bool lower = offset < a->pages->size / 2;

    error_report("%s: the host refuses mappings (%s): the %s half of the peer"
                 " aperture is gone until the device is replugged",
                 name ?: "trn4", why, lower ? "lower" : "read-only");
    memory_region_set_enabled(lower ? &a->rw : &a->ro, false);
}

bool aperture_place(Aperture *a, uint64_t offset, uint64_t size, int fd,
                    uint64_t fd_offset)
{
    AperturePages *p = a->pages;
    unsigned long first = offset / NVL_PAGE_SIZE;
    unsigned long end = (offset + size) / NVL_PAGE_SIZE;

    trace_aperture_place(offset, size, fd_offset);
    if (find_next_bit(p->used, end, first) < end ||
        host.maps + 2 > host.max_maps) {
        return false;
    }
    /* Read-only by the memory region: a debugger may write there. */
    if (mmap(p->host + offset, size, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_FIXED, fd, fd_offset) == MAP_FAILED) {
        if (!put_ones(p, offset, offset + size)) {
            lose_half(a, offset);
        }
        return false;
    }
    bitmap_set(p->used, first, end - first);
    host.maps += 2;
    return true;
}

/* The page after the last one in use before @before; @min at the least */
static unsigned long free_since(AperturePages *p, unsigned long before,
                                unsigned long min)
{
    while (before > min && !test_bit(before - 1, p->used)) {
        before--;
    }
    return before;
}

void aperture_clear(Aperture *a, uint64_t offset, uint64_t size)
{
    AperturePages *p = a->pages;
    unsigned long first = offset / NVL_PAGE_SIZE;
    unsigned long end = (offset + size) / NVL_PAGE_SIZE;
    const unsigned long tile = ONES_SIZE / NVL_PAGE_SIZE;
    unsigned long limit = MIN(ROUND_UP(end, tile), p->size / NVL_PAGE_SIZE);

    trace_aperture_clear(offset, size);
    if (!test_bit(first, p->used)) {
        return;
    }
    bitmap_clear(p->used, first, end - first);
    host.maps -= 2;
    first = free_since(p, first, ROUND_DOWN(first, tile));
    end = find_next_bit(p->used, limit, end);
    if (!put_ones(p, (uint64_t)first * NVL_PAGE_SIZE,
                  (uint64_t)end * NVL_PAGE_SIZE)) {
        lose_half(a, offset);
    }
}

/* Private copies go; the file's all-ones show again. Takes no mapping. */
void aperture_wipe(Aperture *a)
{
    AperturePages *p = a->pages;
    unsigned long pages = p->size / NVL_PAGE_SIZE;
    unsigned long first = 0, end;

    for (;;) {
        first = find_next_zero_bit(p->used, pages, first);
        if (first >= pages) {
            break;
        }
        end = find_next_bit(p->used, pages, first);
        qemu_madvise(p->host + first * (uint64_t)NVL_PAGE_SIZE,
                     (end - first) * (uint64_t)NVL_PAGE_SIZE,
                     QEMU_MADV_DONTNEED);
        first = end;
    }
}

static void pages_free(AperturePages *p)
{
    munmap(p->reserved, p->reserved_size);
    g_free(p->used);
    g_free(p);
}

static AperturePages *pages_new(uint64_t size, Error **errp)
{
    AperturePages *p = g_new0(AperturePages, 1);

    p->size = size;
    p->tiles = DIV_ROUND_UP(size, ONES_SIZE);
    p->reserved_size = size + NVL_PAGE_SIZE;
    p->reserved = mmap(NULL, p->reserved_size, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p->reserved == MAP_FAILED) {
        error_setg_errno(errp, errno,
                         "cannot reserve %" PRIu64 " MiB of host"
                         " addresses for the aperture",
                         size / MiB);
        g_free(p);
        return NULL;
    }
    p->host = (uint8_t *)ROUND_UP((uintptr_t)p->reserved, NVL_PAGE_SIZE);
    p->used = bitmap_new(size / NVL_PAGE_SIZE);
    return p;
}

/*
 * A ROM device over memory of ours. QEMU offers such a region only over memory
 * that it allocates, accounted at once and in full; apart from the block that
 * backs it, a RAM device differs from it in nothing but these fields.
 */
static void init_rom_device_ptr(MemoryRegion *mr, Object *owner,
                                const MemoryRegionOps *ops, void *opaque,
                                const char *name, uint64_t size, void *ptr)
{
    memory_region_init_ram_device_ptr(mr, owner, name, size, ptr);
    mr->ram = false;
    mr->ram_device = false;
    mr->rom_device = true;
    mr->ops = ops;
    mr->opaque = opaque;
}

static bool size_ok(uint64_t size, Error **errp)
{
    if (!is_power_of_2(size) || size < 2 * NVL_PAGE_SIZE) {
        error_setg(errp,
                   "aperture=%" PRIu64 " is not a power of two of at"
                   " least 4M",
                   size);
        return false;
    }
    return true;
}

bool aperture_init(Aperture *a, Object *owner, uint64_t size,
                   void (*ro_store)(void *opaque, uint64_t offset),
                   void *opaque, Error **errp)
{
    AperturePages *p;
    uint64_t half = size / 2;
    int ret;

    if (!size_ok(size, errp)) {
        return false;
    }
    /* Whoever pins guest pages for a real device would keep revoked ones. */
    ret = ram_block_discard_require(true);
    if (ret < 0) {
        error_setg_errno(errp, -ret,
                         "a peer aperture replaces pages that"
                         " another device keeps pinned");
        error_append_hint(errp, "Passed-through devices and trn4 cannot be in"
                                " one machine.\n");
        return false;
    }
    p = pages_new(size, errp);
    if (!p) {
        goto undo_require;
    }
    if (!host_get(p->tiles, size, errp)) {
        goto undo_pages;
    }
    if (!put_ones(p, 0, size)) {
        error_setg_errno(errp, errno, "cannot map the aperture");
        goto undo_host;
    }

    a->pages = p;
    a->ro_store = ro_store;
    a->opaque = opaque;
    memory_region_init_io(&a->bar, owner, &aperture_all_ones_ops, a,
                          "trn4-aperture", size);
    memory_region_init_ram_device_ptr(&a->rw, owner, "trn4-aperture-rw", half,
                                      p->host);
    init_rom_device_ptr(&a->ro, owner, &ro_ops, a, "trn4-aperture-ro", half,
                        p->host + half);
    memory_region_add_subregion(&a->bar, 0, &a->rw);
    memory_region_add_subregion(&a->bar, half, &a->ro);
    return true;

undo_host:
    host_put(p->tiles);
undo_pages:
    pages_free(p);
undo_require:
    ram_block_discard_require(false);
    return false;
}

bool aperture_init_trapped(Aperture *a, Object *owner, uint64_t size,
                           const MemoryRegionOps *ops, void *opaque,
                           Error **errp)
{
    if (!size_ok(size, errp)) {
        return false;
    }
    memory_region_init_io(&a->bar, owner, ops, opaque, "trn4-aperture", size);
    return true;
}

void aperture_exit(Aperture *a)
{
    if (memory_region_is_mapped(&a->ro)) {
        memory_region_del_subregion(&a->bar, &a->ro);
        memory_region_del_subregion(&a->bar, &a->rw);
    }
}

void aperture_finalize(Aperture *a)
{
    if (!a->pages) {
        return;
    }
    host_put(a->pages->tiles);
    ram_block_discard_require(false);
    call_rcu(a->pages, pages_free, rcu);
    a->pages = NULL;
}
