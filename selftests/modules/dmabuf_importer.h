/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dmabuf_importer.h - what dmabuf_importer.ko does for a test: each open file of
 * /dev/dmabuf-importer is one device that takes a dma-buf.
 */
#ifndef SELFTESTS_DMABUF_IMPORTER_H
#define SELFTESTS_DMABUF_IMPORTER_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define IMPORTER_NAME   "dmabuf-importer"
#define IMPORTER_DEVICE 16 /* bytes of a PCI device's name, with its end */
#define IMPORTER_RUNS   8

/**
 * struct importer_way - can a device reach another's memory over PCIe?
 * @provider: in, name of a PCI device, such as 0000:01:00.0
 * @client: in, the same
 * @yes: out, the kernel knows a way, and has what takes memory back on it
 */
struct importer_way {
	char provider[IMPORTER_DEVICE];
	char client[IMPORTER_DEVICE];
	__u32 yes;
};

/**
 * struct importer_attach - attach to a dma-buf
 * @device: in, name of the PCI device that is to reach the memory
 * @dmabuf: in, file descriptor
 * @peer: in, 1: it can reach a peer's memory; 0: the host's alone
 */
struct importer_attach {
	char device[IMPORTER_DEVICE];
	__s32 dmabuf;
	__u32 peer;
};

/**
 * struct importer_map - map what is attached, for reading and writing
 * @addr: out, bus addresses of runs of it
 * @length: out, of each, in bytes
 * @count: out, how many; no more than IMPORTER_RUNS are told
 * @pad: out, zero
 */
struct importer_map {
	__u64 addr[IMPORTER_RUNS];
	__u64 length[IMPORTER_RUNS];
	__u32 count;
	__u32 pad;
};

/**
 * struct importer_info - how it stands
 * @notified: out, times that it was told to let go
 * @stale: out, it was since the memory was mapped
 */
struct importer_info {
	__u32 notified;
	__u32 stale;
};

/* ENOTCONN: nothing is attached, or mapped. EBUSY: something is. */
#define IMPORTER_WAY    _IOWR('t', 0x40, struct importer_way)
#define IMPORTER_ATTACH _IOW('t', 0x41, struct importer_attach)
#define IMPORTER_DETACH _IO('t', 0x42)
#define IMPORTER_MAP    _IOR('t', 0x43, struct importer_map)
#define IMPORTER_UNMAP  _IO('t', 0x44)
#define IMPORTER_INFO   _IOR('t', 0x45, struct importer_info)
/* Work on the memory goes on, for which its exporter has to wait; and ends */
#define IMPORTER_BEGIN _IO('t', 0x46)
#define IMPORTER_END   _IO('t', 0x47)

#endif /* SELFTESTS_DMABUF_IMPORTER_H */
