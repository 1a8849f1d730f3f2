/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dmabuf.h - dma-bufs: of others, for tests, and how files of devices take and
 * give them.
 */
#ifndef SELFTESTS_DMABUF_H
#define SELFTESTS_DMABUF_H

#include <linux/types.h>

int dmabuf_udmabuf(__u64 size);
int dmabuf_heap(__u64 size);
int dmabuf_heap_readonly(__u64 size);

int prime_import(int fd, int dmabuf, __u32 *handle);
int prime_export(int fd, __u32 handle);
int export_revoke(int fd, __u32 handle);

#endif /* SELFTESTS_DMABUF_H */
