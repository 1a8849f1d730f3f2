/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aperture.h - BAR2 of an accelerator: guest-visible pages that come and go
 * while the guest runs, with no exit on access and no new memory section
 *
 * The lower half is RAM, the upper half reads as RAM while stores into it
 * trap. A page that belongs to no window reads as all-ones.
 *
 * Or all of it traps, and there is no page at all: aperture_init_trapped().
 */
#ifndef HW_NVLF_APERTURE_H
#define HW_NVLF_APERTURE_H

#include "exec/memory.h"

typedef struct AperturePages AperturePages;

/**
 * struct Aperture - a peer aperture
 * @bar: the whole, to be registered as a BAR
 * @rw: its lower half, within @bar
 * @ro: its upper half, within @bar
 * @pages: the host's side; outlives the regions by a grace period
 * @ro_store: called when the guest stores into the upper half
 * @opaque: handed back to @ro_store
 */
typedef struct Aperture {
    MemoryRegion bar;
    MemoryRegion rw;
    MemoryRegion ro;
    AperturePages *pages;
    void (*ro_store)(void *opaque, uint64_t offset);
    void *opaque;
} Aperture;

/**
 * aperture_init() - reserve an aperture, all of it all-ones
 * @a: aperture; zeroed
 * @owner: device that holds it
 * @size: bytes, a power of two, at least 4 MiB
 * @ro_store: called with an offset in the aperture at a store into the upper
 *      half, which has no other effect
 * @opaque: handed back to @ro_store
 * @errp: error
 */
bool aperture_init(Aperture *a, Object *owner, uint64_t size,
                   void (*ro_store)(void *opaque, uint64_t offset),
                   void *opaque, Error **errp);

/**
 * aperture_init_trapped() - an aperture of which every access is a call
 * @a: aperture; zeroed. None of aperture_place(), aperture_clear() and
 *      aperture_wipe() may be called on it
 * @owner: device that holds it
 * @size: as for aperture_init()
 * @ops: what is called
 * @opaque: handed to @ops
 * @errp: error
 */
bool aperture_init_trapped(Aperture *a, Object *owner, uint64_t size,
                           const MemoryRegionOps *ops, void *opaque,
                           Error **errp);

/**
 * aperture_exit() - take the regions apart
 * @a: aperture, initialized or zeroed
 *
 * To be called at unrealize: a region within another holds its owner, which
 * would never be finalized.
 */
void aperture_exit(Aperture *a);

/**
 * aperture_finalize() - give back the host's memory
 * @a: aperture, initialized or zeroed
 *
 * From instance_finalize only: the guest may see the regions until then.
 */
void aperture_finalize(Aperture *a);

/**
 * aperture_place() - put pages of a file where all-ones are
 * @a: aperture
 * @offset: where, a multiple of 2 MiB
 * @size: bytes, a multiple of 2 MiB
 * @fd: the file
 * @fd_offset: where in it
 *
 * Return: false where the host refused or a page there is taken; the aperture
 * is as before then.
 */
bool aperture_place(Aperture *a, uint64_t offset, uint64_t size, int fd,
                    uint64_t fd_offset) G_GNUC_WARN_UNUSED_RESULT;

/**
 * aperture_clear() - put fresh all-ones pages where aperture_place() put others
 * @a: aperture
 * @offset: as it was placed
 * @size: as it was placed
 *
 * On return the guest cannot reach the pages that were there.
 */
void aperture_clear(Aperture *a, uint64_t offset, uint64_t size);

/**
 * aperture_wipe() - forget what the guest stored where no window is
 * @a: aperture
 *
 * Gives the host its memory back, too.
 */
void aperture_wipe(Aperture *a);

/** aperture_all_ones_ops - reads as all-ones, stores reach nobody */
extern const MemoryRegionOps aperture_all_ones_ops;

#endif /* HW_NVLF_APERTURE_H */
