/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vfio.h - a device in our own hands: its registers, and what of our memory it
 * can reach through the IOMMU, which is nothing but what we map.
 */
#ifndef SELFTESTS_VFIO_H
#define SELFTESTS_VFIO_H

#include <linux/types.h>
#include <stddef.h>

/**
 * struct vfio - a device that vfio-pci has
 * @device: its name, such as 0000:01:00.0
 * @driver: whose it was
 * @container: file of the address space that it does its DMA in
 * @group: file of its IOMMU group
 * @fd: file of the device
 * @regs: its BAR0, mapped
 * @regs_size: bytes of that
 */
struct vfio {
	char device[32];
	char driver[32];
	int container;
	int group;
	int fd;
	void *regs;
	size_t regs_size;
};

int vfio_begin(struct vfio *v, const char *device);
int vfio_end(struct vfio *v);
int vfio_map(const struct vfio *v, void *at, __u64 iova, __u64 size,
	     __u32 flags);
int vfio_unmap(const struct vfio *v, __u64 iova, __u64 size);

#endif /* SELFTESTS_VFIO_H */
