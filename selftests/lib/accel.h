/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * accel.h - what the tests do with a trn4 accelerator: find, open, and one
 * plain call for each ioctl.
 *
 * All calls that return int return a negative errno on failure and touch errno
 * in no promised way. None of them tries again: a test wants to see the first
 * answer.
 */
#ifndef SELFTESTS_ACCEL_H
#define SELFTESTS_ACCEL_H

#include <drm/drm.h>
#include <stddef.h>
#include <linux/types.h>
#include <drm/trn4_accel.h>
#include <linux/sync_file.h>

#define ACCEL_MAX 72
#define MIB       (1024ull * 1024)
#define GIB       (1024 * MIB)
#define PAGE      (2 * MIB)    /* of HBM, grants and windows */
#define SEC       1000000000ll /* in nanoseconds */

#define RIGHT_R   DRM_TRN4_RIGHT_READ
#define RIGHT_RW  (DRM_TRN4_RIGHT_READ | DRM_TRN4_RIGHT_WRITE)
#define RIGHT_ALL (RIGHT_RW | DRM_TRN4_RIGHT_ATOMIC)

/**
 * struct accel - an accelerator that is there
 * @id: its target id
 * @node: path of its device node
 * @device: name of its PCI device, such as 0000:01:00.0
 */
struct accel {
	__u32 id;
	char node[32];
	char device[32];
};

/* A grant as its owner sees it */
struct grant {
	__u32 handle;
	__u8 token[DRM_TRN4_TOKEN_SIZE];
};

/* A mapped buffer of one file */
struct bo {
	__u32 handle;
	__u64 size;
	void *map;
};

int accel_scan(struct accel *list, int max);
int accel_open(const struct accel *accel);
int accel_ioctl(int fd, unsigned long request, void *arg);
int accel_param(int fd, __u32 param, __u64 *value);

int hbm_comes_back(int fd, __u64 bytes);
__u64 pinned_pages(void);
int bo_create(int fd, __u64 size, __u32 flags, __u32 *handle);
int bo_make(int fd, __u64 size, __u32 flags, struct bo *bo);
void bo_drop(int fd, struct bo *bo);
int gem_close(int fd, __u32 handle);
int map_offset(int fd, __u32 handle, __u64 *offset);
void *gem_map(int fd, __u32 handle, size_t size, int prot);

int grant_make(int fd, __u32 bo, __u32 rights, __u64 offset, __u64 size,
	       struct grant *grant);
int grant_revoke(int fd, __u32 handle);
int window_map(int fd, const struct grant *grant, __u64 offset, __u64 size,
	       __u32 rights, __u32 *handle);
int window_unmap(int fd, __u32 handle);
int window_state(int fd, __u32 handle);

int sync_create(int fd, __u32 *handle);
int sync_destroy(int fd, __u32 handle);
int sync_wait(int fd, __u32 handle, __s64 nsec);
__s64 sync_reached(int fd, __u32 handle);
int sync_carry(int from, __u32 handle, int to, __u32 *other);
int sync_export(int fd, __u32 handle);
int sync_file_wait(int sync_file, int msec);
int sync_file_status(int sync_file);
int sync_file_fence(int sync_file, struct sync_fence_info *fence);

int submit(int fd, const struct drm_trn4_cmd *cmds, __u32 count, __u32 results,
	   __u32 in_sync, __u32 out_sync);
int submit_points(int fd, const struct drm_trn4_cmd *cmds, __u32 count,
		  __u32 results, __u32 in_sync, __u64 in_point, __u32 out_sync,
		  __u64 out_point);
int submit_wait(int fd, const struct drm_trn4_cmd *cmds, __u32 count,
		__u32 results);

struct drm_trn4_cmd cmd_copy(__u32 dst, __u64 dst_offset, __u32 src,
			     __u64 src_offset, __u64 length);
struct drm_trn4_cmd cmd_atomic(__u32 kind, __u32 width, __u32 dst, __u64 offset,
			       __u64 operand, __u64 compare);
struct drm_trn4_cmd cmd_fill(__u32 dst, __u64 dst_offset, __u64 length,
			     __u64 pattern);

void fill_pattern(void *map, size_t size, __u64 seed);
size_t check_pattern(const void *map, size_t size, __u64 seed);
size_t first_not(const void *map, size_t size, __u8 byte);

#endif /* SELFTESTS_ACCEL_H */
