// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vfio.c - a device in our own hands, by vfio-pci.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"
#include "vfio.h"

#define DRIVER "vfio-pci"

/* The file of the device's IOMMU group, or a negative errno */
static int open_group(const char *device)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *number;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group",
		 device);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = 0;
	number = strrchr(target, '/');
	if (!number)
		return -EINVAL;
	snprintf(path, sizeof(path), "/dev/vfio%s", number);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return fd;
}

/* An address space with nothing in it */
static int open_space(struct vfio *v)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };

	v->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (v->container < 0)
		return -errno;
	v->group = open_group(v->device);
	if (v->group < 0)
		return v->group;
	if (ioctl(v->group, VFIO_GROUP_GET_STATUS, &status))
		return -errno;
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return -EBUSY; /* others of the group have drivers */
	if (ioctl(v->group, VFIO_GROUP_SET_CONTAINER, &v->container) ||
	    ioctl(v->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -errno;
	return 0;
}

static int map_registers(struct vfio *v)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_BAR0_REGION_INDEX,
	};

	if (ioctl(v->fd, VFIO_DEVICE_GET_REGION_INFO, &info))
		return -errno;
	v->regs = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED,
		       v->fd, info.offset);
	v->regs_size = info.size;
	return v->regs == MAP_FAILED ? -errno : 0;
}

static int be_bus_master(struct vfio *v)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	__u16 command;
	off_t at;

	if (ioctl(v->fd, VFIO_DEVICE_GET_REGION_INFO, &info))
		return -errno;
	at = info.offset + PCI_COMMAND;
	if (pread(v->fd, &command, sizeof(command), at) != sizeof(command))
		return -EIO;
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	if (pwrite(v->fd, &command, sizeof(command), at) != sizeof(command))
		return -EIO;
	return 0;
}

static int begin(struct vfio *v)
{
	int ret;

	ret = module_load("vfio_iommu_type1");
	if (!ret)
		ret = module_load("vfio_pci");
	if (!ret)
		ret = pci_driver(v->device, v->driver, sizeof(v->driver));
	if (!ret)
		ret = pci_override(v->device, DRIVER);
	if (!ret)
		ret = pci_unbind(v->driver, v->device);
	if (!ret)
		ret = pci_bind(DRIVER, v->device);
	if (!ret)
		ret = open_space(v);
	if (ret)
		return ret;
	v->fd = ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD, v->device);
	if (v->fd < 0)
		return -errno;
	ret = map_registers(v);
	return ret ? ret : be_bus_master(v);
}

/* Back to its driver: 0 when that has it, or a negative errno */
int vfio_end(struct vfio *v)
{
	char driver[32];
	int ret = 0;

	if (v->regs != MAP_FAILED)
		munmap(v->regs, v->regs_size);
	if (v->fd >= 0)
		close(v->fd);
	if (v->group >= 0)
		close(v->group);
	if (v->container >= 0)
		close(v->container);
	pci_override(v->device, "\n");
	if (!pci_driver(v->device, driver, sizeof(driver)) &&
	    !strcmp(driver, DRIVER))
		ret = pci_unbind(DRIVER, v->device);
	if (!ret && pci_driver(v->device, driver, sizeof(driver)))
		ret = pci_bind(v->driver, v->device);
	return ret;
}

/**
 * vfio_begin() - take a device from its driver
 * @v: is filled in; give it to vfio_end()
 * @device: its name, such as 0000:01:00.0
 *
 * The device has been reset, is a bus master, and reaches nothing.
 *
 * Return: 0 or a negative errno, and then its driver has it still; -ENOENT
 * where there is no IOMMU for it.
 */
int vfio_begin(struct vfio *v, const char *device)
{
	int ret;

	memset(v, 0, sizeof(*v));
	snprintf(v->device, sizeof(v->device), "%s", device);
	v->container = -1;
	v->group = -1;
	v->fd = -1;
	v->regs = MAP_FAILED;
	ret = begin(v);
	if (ret)
		vfio_end(v);
	return ret;
}

/**
 * vfio_map() - let the device reach some of our memory
 * @v: the device
 * @at: where it is to us
 * @iova: where it is to the device
 * @size: bytes; all three are multiples of a page
 * @flags: VFIO_DMA_MAP_FLAG_READ, VFIO_DMA_MAP_FLAG_WRITE, what it may
 *
 * Return: 0 or a negative errno.
 */
int vfio_map(const struct vfio *v, void *at, __u64 iova, __u64 size,
	     __u32 flags)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = flags,
		.vaddr = (unsigned long)at,
		.iova = iova,
		.size = size,
	};

	return ioctl(v->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

int vfio_unmap(const struct vfio *v, __u64 iova, __u64 size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = size,
	};

	if (ioctl(v->container, VFIO_IOMMU_UNMAP_DMA, &unmap))
		return -errno;
	return unmap.size == size ? 0 : -ENOENT;
}
