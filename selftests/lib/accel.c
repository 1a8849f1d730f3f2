// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * accel.c - what the tests do with a trn4 accelerator.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "accel.h"

/* What comes back by itself takes at most */
#define PATIENCE 10 /* seconds */

#define CLASS_DIR "/sys/class/accel"
#define NODE_DIR  "/dev/accel"

int accel_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

int accel_param(int fd, __u32 param, __u64 *value)
{
	struct drm_trn4_get_param arg = { .param = param };
	int ret = accel_ioctl(fd, DRM_IOCTL_TRN4_GET_PARAM, &arg);

	*value = arg.value;
	return ret;
}

int accel_open(const struct accel *accel)
{
	int fd = open(accel->node, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd;
}

/* The last part of what a link of sysfs points to, or "" */
static void link_name(const char *path, char *name, size_t size)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	const char *slash;

	name[0] = 0;
	if (len < 0)
		return;
	target[len] = 0;
	slash = strrchr(target, '/');
	slash = slash ? slash + 1 : target;
	len = strlen(slash);
	if ((size_t)len < size)
		memcpy(name, slash, len + 1);
}

static int by_id(const void *a, const void *b)
{
	const struct accel *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/**
 * accel_scan() - find all trn4 accelerators
 * @list: is filled in, sorted by target id
 * @max: entries that @list has
 *
 * Other drivers' accel devices are left out.
 *
 * Return: how many there are, or a negative errno.
 */
int accel_scan(struct accel *list, int max)
{
	char path[PATH_MAX], driver[32];
	struct dirent *entry;
	__u64 value;
	int fd, n = 0;
	DIR *dir;

	dir = opendir(CLASS_DIR);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (n < max && (entry = readdir(dir))) {
		struct accel *accel = &list[n];

		if (strncmp(entry->d_name, "accel", 5) ||
		    strlen(entry->d_name) > 16)
			continue;
		snprintf(path, sizeof(path), CLASS_DIR "/%s/device/driver",
			 entry->d_name);
		link_name(path, driver, sizeof(driver));
		if (strcmp(driver, "trn4"))
			continue;
		snprintf(path, sizeof(path), CLASS_DIR "/%s/device",
			 entry->d_name);
		link_name(path, accel->device, sizeof(accel->device));
		snprintf(accel->node, sizeof(accel->node), NODE_DIR "/%.16s",
			 entry->d_name);
		fd = accel_open(accel);
		if (fd < 0)
			continue;
		if (!accel_param(fd, DRM_TRN4_PARAM_TARGET_ID, &value)) {
			accel->id = value;
			n++;
		}
		close(fd);
	}
	closedir(dir);
	qsort(list, n, sizeof(*list), by_id);
	return n;
}

/*
 * 0 once so much HBM is free again: the engine's last hold on a buffer goes
 * some time after the fence of the work that had it. Else -ETIME.
 */
int hbm_comes_back(int fd, __u64 bytes)
{
	struct timespec now, begin;
	__u64 now_free;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		ret = accel_param(fd, DRM_TRN4_PARAM_HBM_FREE, &now_free);
		if (ret || now_free == bytes)
			return ret;
		sched_yield();
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - begin.tv_sec < PATIENCE);
	return -ETIME;
}

/* Pages of memory that devices hold, in all of the guest; ~0: not known */
__u64 pinned_pages(void)
{
	unsigned long long value, acquired = 0, released = ~0ull;
	FILE *file = fopen("/proc/vmstat", "re");
	char name[64];

	if (!file)
		return ~0ull;
	while (fscanf(file, "%63s %llu", name, &value) == 2) {
		if (!strcmp(name, "nr_foll_pin_acquired"))
			acquired = value;
		if (!strcmp(name, "nr_foll_pin_released"))
			released = value;
	}
	fclose(file);
	return released > acquired ? ~0ull : acquired - released;
}

int bo_create(int fd, __u64 size, __u32 flags, __u32 *handle)
{
	struct drm_trn4_bo_create arg = { .size = size, .flags = flags };
	int ret = accel_ioctl(fd, DRM_IOCTL_TRN4_BO_CREATE, &arg);

	if (!ret)
		*handle = arg.handle;
	return ret;
}

int gem_close(int fd, __u32 handle)
{
	struct drm_gem_close arg = { .handle = handle };

	return accel_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &arg);
}

int map_offset(int fd, __u32 handle, __u64 *offset)
{
	struct drm_trn4_mmap_offset arg = { .handle = handle };
	int ret = accel_ioctl(fd, DRM_IOCTL_TRN4_MMAP_OFFSET, &arg);

	*offset = arg.offset;
	return ret;
}

/**
 * gem_map() - map a buffer or a window from its begin
 * @fd: file that @handle is of
 * @handle: the buffer's or the window's
 * @size: bytes
 * @prot: as for mmap()
 *
 * Return: the mapping, or MAP_FAILED with errno set.
 */
void *gem_map(int fd, __u32 handle, size_t size, int prot)
{
	__u64 offset;
	int ret = map_offset(fd, handle, &offset);

	if (ret) {
		errno = -ret;
		return MAP_FAILED;
	}
	return mmap(NULL, size, prot, MAP_SHARED, fd, offset);
}

/**
 * bo_make() - create a buffer and map it
 * @fd: the accelerator's file
 * @size: bytes, a multiple of the page size that @flags ask for
 * @flags: DRM_TRN4_BO_*
 * @bo: is filled in; give it to bo_drop()
 *
 * Return: 0 or a negative errno.
 */
int bo_make(int fd, __u64 size, __u32 flags, struct bo *bo)
{
	int ret = bo_create(fd, size, flags, &bo->handle);

	bo->map = NULL;
	if (ret)
		return ret;
	bo->size = size;
	bo->map = gem_map(fd, bo->handle, size, PROT_READ | PROT_WRITE);
	if (bo->map == MAP_FAILED) {
		ret = -errno;
		bo->map = NULL;
		gem_close(fd, bo->handle);
	}
	return ret;
}

void bo_drop(int fd, struct bo *bo)
{
	if (bo->map)
		munmap(bo->map, bo->size);
	gem_close(fd, bo->handle);
	bo->map = NULL;
	bo->handle = 0;
}

int grant_make(int fd, __u32 bo, __u32 rights, __u64 offset, __u64 size,
	       struct grant *grant)
{
	struct drm_trn4_grant_create arg = {
		.bo = bo,
		.rights = rights,
		.offset = offset,
		.size = size,
	};
	int ret = accel_ioctl(fd, DRM_IOCTL_TRN4_GRANT_CREATE, &arg);

	if (!ret) {
		grant->handle = arg.handle;
		memcpy(grant->token, arg.token, sizeof(grant->token));
	}
	return ret;
}

int grant_revoke(int fd, __u32 handle)
{
	struct drm_trn4_grant_revoke arg = { .handle = handle };

	return accel_ioctl(fd, DRM_IOCTL_TRN4_GRANT_REVOKE, &arg);
}

int window_map(int fd, const struct grant *grant, __u64 offset, __u64 size,
	       __u32 rights, __u32 *handle)
{
	struct drm_trn4_window_map arg = {
		.offset = offset,
		.size = size,
		.rights = rights,
	};
	int ret;

	memcpy(arg.token, grant->token, sizeof(arg.token));
	ret = accel_ioctl(fd, DRM_IOCTL_TRN4_WINDOW_MAP, &arg);
	if (!ret)
		*handle = arg.handle;
	return ret;
}

int window_unmap(int fd, __u32 handle)
{
	struct drm_trn4_window_unmap arg = { .handle = handle };

	return accel_ioctl(fd, DRM_IOCTL_TRN4_WINDOW_UNMAP, &arg);
}

/* enum drm_trn4_window_state, or a negative errno */
int window_state(int fd, __u32 handle)
{
	struct drm_trn4_window_info arg = { .handle = handle };
	int ret = accel_ioctl(fd, DRM_IOCTL_TRN4_WINDOW_INFO, &arg);

	return ret ? ret : (int)arg.state;
}

int sync_create(int fd, __u32 *handle)
{
	struct drm_syncobj_create arg = { 0 };
	int ret = accel_ioctl(fd, DRM_IOCTL_SYNCOBJ_CREATE, &arg);

	*handle = arg.handle;
	return ret;
}

int sync_destroy(int fd, __u32 handle)
{
	struct drm_syncobj_destroy arg = { .handle = handle };

	return accel_ioctl(fd, DRM_IOCTL_SYNCOBJ_DESTROY, &arg);
}

/* Waits @nsec nanoseconds from now at most; -ETIME when they have gone */
int sync_wait(int fd, __u32 handle, __s64 nsec)
{
	struct drm_syncobj_wait arg = {
		.handles = (uintptr_t)&handle,
		.count_handles = 1,
	};
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	arg.timeout_nsec = now.tv_sec * SEC + now.tv_nsec + nsec;
	return accel_ioctl(fd, DRM_IOCTL_SYNCOBJ_WAIT, &arg);
}

/* The last point of a timeline that has been reached, or a negative errno */
__s64 sync_reached(int fd, __u32 handle)
{
	__u64 point = 0;
	struct drm_syncobj_timeline_array arg = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)&point,
		.count_handles = 1,
	};
	int ret = accel_ioctl(fd, DRM_IOCTL_SYNCOBJ_QUERY, &arg);

	return ret ? ret : (__s64)point;
}

/* Takes a syncobj of one file over to another */
int sync_carry(int from, __u32 handle, int to, __u32 *other)
{
	struct drm_syncobj_handle arg = { .handle = handle, .fd = -1 };
	int ret = accel_ioctl(from, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &arg);

	if (ret)
		return ret;
	arg.handle = 0;
	ret = accel_ioctl(to, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &arg);
	*other = arg.handle;
	close(arg.fd);
	return ret;
}

/* A sync_file of the fence in a syncobj: it lives on without the device */
int sync_export(int fd, __u32 handle)
{
	struct drm_syncobj_handle arg = {
		.handle = handle,
		.flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
		.fd = -1,
	};
	int ret = accel_ioctl(fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &arg);

	return ret ? ret : arg.fd;
}

/* 0 once the fence has signalled, -ETIME after @msec milliseconds */
int sync_file_wait(int sync_file, int msec)
{
	struct pollfd pfd = { .fd = sync_file, .events = POLLIN };
	int ret = poll(&pfd, 1, msec);

	if (ret < 0)
		return -errno;
	return ret ? 0 : -ETIME;
}

/* 0 not signalled yet, 1 signalled, negative errno: the fence's error */
int sync_file_status(int sync_file)
{
	struct sync_file_info info = { 0 };

	if (ioctl(sync_file, SYNC_IOC_FILE_INFO, &info) < 0)
		return -errno;
	return info.status;
}

/* What can be read of a fence: as sync_file_status(), and the rest in @fence */
int sync_file_fence(int sync_file, struct sync_fence_info *fence)
{
	struct sync_file_info info = {
		.num_fences = 1,
		.sync_fence_info = (__u64)(uintptr_t)fence,
	};

	memset(fence, 0, sizeof(*fence));
	if (ioctl(sync_file, SYNC_IOC_FILE_INFO, &info) < 0)
		return -errno;
	return info.status;
}

int submit_points(int fd, const struct drm_trn4_cmd *cmds, __u32 count,
		  __u32 results, __u32 in_sync, __u64 in_point, __u32 out_sync,
		  __u64 out_point)
{
	struct drm_trn4_sync in = { .handle = in_sync, .point = in_point };
	struct drm_trn4_sync out = { .handle = out_sync, .point = out_point };
	struct drm_trn4_submit arg = {
		.cmds = (uintptr_t)cmds,
		.cmd_count = count,
		.in_syncs = (uintptr_t)&in,
		.in_count = in_sync != 0,
		.out_syncs = (uintptr_t)&out,
		.out_count = out_sync != 0,
		.results = results,
	};

	return accel_ioctl(fd, DRM_IOCTL_TRN4_SUBMIT, &arg);
}

int submit(int fd, const struct drm_trn4_cmd *cmds, __u32 count, __u32 results,
	   __u32 in_sync, __u32 out_sync)
{
	return submit_points(fd, cmds, count, results, in_sync, 0, out_sync, 0);
}

/* Submits and waits for the end; errors of commands are in the results */
int submit_wait(int fd, const struct drm_trn4_cmd *cmds, __u32 count,
		__u32 results)
{
	__u32 sync;
	int ret = sync_create(fd, &sync);

	if (ret)
		return ret;
	ret = submit(fd, cmds, count, results, 0, sync);
	if (!ret)
		ret = sync_wait(fd, sync, 20 * SEC);
	sync_destroy(fd, sync);
	return ret;
}

struct drm_trn4_cmd cmd_copy(__u32 dst, __u64 dst_offset, __u32 src,
			     __u64 src_offset, __u64 length)
{
	return (struct drm_trn4_cmd) {
		.op = DRM_TRN4_OP_COPY,
		.dst = dst,
		.dst_offset = dst_offset,
		.src = src,
		.src_offset = src_offset,
		.copy = { .length = length, .rows = 1 },
	};
}

/* On an integer of @width bytes, 4 or 8; tells what it was before */
struct drm_trn4_cmd cmd_atomic(__u32 kind, __u32 width, __u32 dst, __u64 offset,
			       __u64 operand, __u64 compare)
{
	return (struct drm_trn4_cmd) {
		.op = DRM_TRN4_OP_ATOMIC,
		.flags = DRM_TRN4_CMD_FETCH,
		.kind = kind,
		.type = width == 8 ? DRM_TRN4_TYPE_U64 : DRM_TRN4_TYPE_U32,
		.dst = dst,
		.dst_offset = offset,
		.atomic = { .operand = { operand }, .compare = { compare } },
	};
}

struct drm_trn4_cmd cmd_fill(__u32 dst, __u64 dst_offset, __u64 length,
			     __u64 pattern)
{
	return (struct drm_trn4_cmd) {
		.op = DRM_TRN4_OP_FILL,
		.dst = dst,
		.dst_offset = dst_offset,
		.fill = { .length = length, .rows = 1, .pattern = pattern },
	};
}

/* Any word tells its place and its seed: what is moved or mixed up shows */
static __u64 pattern(__u64 seed, __u64 i)
{
	__u64 x = (i + 1) * 0x9e3779b97f4a7c15ull +
		  seed * 0xd1342543de82ef95ull;

	return x ^ x >> 29;
}

void fill_pattern(void *map, size_t size, __u64 seed)
{
	__u64 *words = map;
	size_t i;

	for (i = 0; i < size / 8; i++)
		words[i] = pattern(seed, i);
}

/* How many words differ from what fill_pattern() wrote */
size_t check_pattern(const void *map, size_t size, __u64 seed)
{
	const __u64 *words = map;
	size_t i, bad = 0;

	for (i = 0; i < size / 8; i++)
		bad += words[i] != pattern(seed, i);
	return bad;
}

/* Offset of the first byte that is not @byte, or @size; size: multiple of 8 */
size_t first_not(const void *map, size_t size, __u8 byte)
{
	const __u64 *words = map, want = byte * 0x0101010101010101ull;
	const __u8 *bytes = map;
	size_t i;

	for (i = 0; i < size / 8 && words[i] == want; i++)
		;
	for (i *= 8; i < size && bytes[i] == byte; i++)
		;
	return i;
}
