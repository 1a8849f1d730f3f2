// SPDX-License-Identifier: MIT
/*
 * device.c - finds and opens trn4 accelerators among the accel nodes, and asks
 * them what they are.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "internal.h"

SAME_AS_KERNEL(TRN4_OPERATION_NOP, DRM_TRN4_OP_NOP);
SAME_AS_KERNEL(TRN4_OPERATION_COPY, DRM_TRN4_OP_COPY);
SAME_AS_KERNEL(TRN4_OPERATION_ATOMIC, DRM_TRN4_OP_ATOMIC);
SAME_AS_KERNEL(TRN4_OPERATION_FILL, DRM_TRN4_OP_FILL);
SAME_AS_KERNEL(TRN4_OPERATION_FENCE, DRM_TRN4_OP_FENCE);
SAME_AS_KERNEL(TRN4_OPERATION_SIGNAL, DRM_TRN4_OP_SIGNAL);

#define NODE_DIR    "/dev/accel"
#define NODE_PREFIX "accel"

int trn4_ioctl(const struct trn4_device *dev, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(dev->fd, request, arg);
	} while (ret == -1 && errno == EINTR);

	return ret == -1 ? -errno : 0;
}

int trn4_map_handle(const struct trn4_device *dev, uint32_t handle,
		    uint64_t size, int prot, void **ptr)
{
	struct drm_trn4_mmap_offset arg = { .handle = handle };
	void *p;
	int ret;

	if (size > SIZE_MAX)
		return -EOVERFLOW;
	ret = trn4_ioctl(dev, DRM_IOCTL_TRN4_MMAP_OFFSET, &arg);
	if (ret)
		return ret;
	p = mmap(NULL, size, prot, MAP_SHARED, dev->fd, (off_t)arg.offset);
	if (p == MAP_FAILED)
		return -errno;
	*ptr = p;
	return 0;
}

void trn4_close_handle(const struct trn4_device *dev, uint32_t handle)
{
	struct drm_gem_close arg = { .handle = handle };

	trn4_ioctl(dev, DRM_IOCTL_GEM_CLOSE, &arg);
}

static int get_param(const struct trn4_device *dev, uint32_t param,
		     uint64_t *value)
{
	struct drm_trn4_get_param arg = { .param = param };
	int ret;

	ret = trn4_ioctl(dev, DRM_IOCTL_TRN4_GET_PARAM, &arg);
	if (!ret)
		*value = arg.value;
	return ret;
}

/* Return: 0 where the node belongs to the trn4 driver, else -ENODEV. */
static int check_driver(const struct trn4_device *dev)
{
	char name[8] = "";
	struct drm_version version = {
		.name = name,
		.name_len = sizeof(name) - 1,
	};

	/* Not a DRM node at all: any error means the same. */
	if (trn4_ioctl(dev, DRM_IOCTL_VERSION, &version))
		return -ENODEV;
	return strcmp(name, "trn4") ? -ENODEV : 0;
}

/* What never changes while the device is open. */
static int read_constants(struct trn4_device *dev)
{
	uint64_t target, page, batch;
	int ret;

	ret = get_param(dev, DRM_TRN4_PARAM_TARGET_ID, &target);
	if (!ret)
		ret = get_param(dev, DRM_TRN4_PARAM_PAGE_SIZE, &page);
	if (!ret)
		ret = get_param(dev, DRM_TRN4_PARAM_SUBMIT_MAX, &batch);
	if (ret)
		return ret;
	dev->target_id = target;
	dev->page_size = page;
	dev->batch_max = batch;
	return 0;
}

TRN4_API int trn4_open_fd(int fd, struct trn4_device **out)
{
	struct trn4_device *dev;
	int ret;

	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	dev->fd = fd;
	ret = check_driver(dev);
	if (!ret)
		ret = read_constants(dev);
	if (ret) {
		free(dev);
		return ret;
	}
	*out = dev;
	return 0;
}

static int open_node(const char *path, struct trn4_device **dev)
{
	int fd, ret;

	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT || errno == ENXIO ? -ENODEV : -errno;
	ret = trn4_open_fd(fd, dev);
	if (ret)
		close(fd);
	return ret;
}

TRN4_API int trn4_open_accel(unsigned int number, struct trn4_device **dev)
{
	char path[sizeof(NODE_DIR "/" NODE_PREFIX) + 10];

	snprintf(path, sizeof(path), NODE_DIR "/" NODE_PREFIX "%u", number);
	return open_node(path, dev);
}

TRN4_API void trn4_close(struct trn4_device *dev)
{
	if (!dev)
		return;
	close(dev->fd);
	free(dev);
}

TRN4_API int trn4_fd(const struct trn4_device *dev)
{
	return dev->fd;
}

TRN4_API uint32_t trn4_target_id(const struct trn4_device *dev)
{
	return dev->target_id;
}

/* Where the file's node is in sysfs: its name and its device's. */
static int read_names(const struct trn4_device *dev, struct trn4_info *info)
{
	char path[64], target[PATH_MAX];
	const char *name;
	struct stat st;
	ssize_t len;

	if (fstat(dev->fd, &st) == -1)
		return -errno;

	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u", major(st.st_rdev),
		 minor(st.st_rdev));
	len = readlink(path, target, sizeof(target) - 1);
	if (len == -1)
		return errno == ENOENT ? -ENODEV : -errno;
	target[len] = '\0';
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (sscanf(name, NODE_PREFIX "%u", &info->number) != 1)
		return -ENODEV;
	snprintf(info->node, sizeof(info->node), NODE_DIR "/" NODE_PREFIX "%u",
		 info->number);

	strcat(path, "/device");
	len = readlink(path, target, sizeof(target) - 1);
	if (len == -1)
		return errno == ENOENT ? -ENODEV : -errno;
	target[len] = '\0';
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	/* A device on another bus has no PCI address. */
	if (strlen(name) < sizeof(info->pci) && strchr(name, ':'))
		strcpy(info->pci, name);
	return 0;
}

TRN4_API int trn4_query(struct trn4_device *dev, struct trn4_info *out)
{
	struct trn4_info info = { .target_id = dev->target_id,
				  .page_size = dev->page_size,
				  .batch_max = dev->batch_max };
	uint64_t ports = 0, windows = 0, grants = 0, queues = 0, operations = 0;
	const struct {
		uint32_t param;
		uint64_t *value;
	} params[] = {
		{ DRM_TRN4_PARAM_GUID, &info.guid },
		{ DRM_TRN4_PARAM_HBM_SIZE, &info.hbm_size },
		{ DRM_TRN4_PARAM_HBM_BACKED, &info.hbm_backed },
		{ DRM_TRN4_PARAM_HBM_FREE, &info.hbm_free },
		{ DRM_TRN4_PARAM_PORTS, &ports },
		{ DRM_TRN4_PARAM_WINDOWS, &windows },
		{ DRM_TRN4_PARAM_GRANTS, &grants },
		{ DRM_TRN4_PARAM_QUEUES, &queues },
		{ DRM_TRN4_PARAM_OPS, &operations },
	};
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(params); i++) {
		ret = get_param(dev, params[i].param, params[i].value);
		if (ret)
			return ret;
	}
	info.ports = ports;
	info.windows = windows;
	info.grants = grants;
	info.queues = queues;
	info.operations = operations;
	ret = read_names(dev, &info);
	if (ret)
		return ret;
	*out = info;
	return 0;
}

TRN4_API int trn4_ro_stores(struct trn4_device *dev, uint64_t *count)
{
	return get_param(dev, DRM_TRN4_PARAM_RO_STORES, count);
}

/* Numbers of all accel nodes, ascending. Return: how many, or -errno. */
static int node_numbers(unsigned int **out)
{
	struct dirent **entries;
	unsigned int *numbers, number;
	int i, n, used = 0;
	char rest;

	n = scandir(NODE_DIR, &entries, NULL, versionsort);
	if (n == -1 && errno != ENOENT)
		return -errno;
	if (n == -1)
		n = 0;
	numbers = calloc(n ? n : 1, sizeof(*numbers));
	for (i = 0; i < n; i++) {
		if (numbers && sscanf(entries[i]->d_name, NODE_PREFIX "%u%c",
				      &number, &rest) == 1)
			numbers[used++] = number;
		free(entries[i]);
	}
	if (n)
		free(entries);
	if (!numbers)
		return -ENOMEM;
	*out = numbers;
	return used;
}

/*
 * Opens one node after another and asks @wanted of each, until it says yes; the
 * device is then left open in *@dev. Without @wanted all are added to *@list.
 */
struct search {
	bool (*wanted)(const struct trn4_info *info, const void *what);
	const void *what;
	struct trn4_device *dev;
	struct trn4_info *list;
	int count;
};

static int search_node(struct search *s, unsigned int number)
{
	struct trn4_device *dev;
	struct trn4_info info;
	int ret;

	ret = trn4_open_accel(number, &dev);
	if (ret)
		return ret;
	ret = trn4_query(dev, &info);
	if (!ret && !s->wanted)
		s->list[s->count++] = info;
	if (!ret && s->wanted && s->wanted(&info, s->what))
		s->dev = dev;
	else
		trn4_close(dev);
	return ret;
}

/* Return: 0, also where nothing was found; the first error that says more. */
static int search_nodes(struct search *s)
{
	unsigned int *numbers = NULL;
	int i, n, ret, first = 0;

	n = node_numbers(&numbers);
	if (n < 0)
		return n;
	if (!s->wanted) {
		s->list = calloc(n ? n : 1, sizeof(*s->list));
		if (!s->list)
			first = -ENOMEM;
	}
	for (i = 0; i < n && first != -ENOMEM && !s->dev; i++) {
		ret = search_node(s, numbers[i]);
		if (ret == -ENOMEM || (ret && ret != -ENODEV && !first))
			first = ret;
	}
	free(numbers);
	if (s->dev || (s->count && first != -ENOMEM))
		return 0;
	return first;
}

TRN4_API int trn4_list(struct trn4_info **list)
{
	struct search s = {};
	int ret;

	ret = search_nodes(&s);
	if (ret || !s.count) {
		free(s.list);
		s.list = NULL;
	}
	if (ret)
		return ret;
	*list = s.list;
	return s.count;
}

TRN4_API void trn4_list_free(struct trn4_info *list)
{
	free(list);
}

static int open_first(bool (*wanted)(const struct trn4_info *, const void *),
		      const void *what, struct trn4_device **dev)
{
	struct search s = { .wanted = wanted, .what = what };
	int ret;

	ret = search_nodes(&s);
	if (ret)
		return ret;
	if (!s.dev)
		return -ENODEV;
	*dev = s.dev;
	return 0;
}

static bool has_pci(const struct trn4_info *info, const void *address)
{
	return !strcmp(info->pci, address);
}

static bool has_target(const struct trn4_info *info, const void *target_id)
{
	return info->target_id == *(const uint32_t *)target_id;
}

TRN4_API int trn4_open_pci(const char *address, struct trn4_device **dev)
{
	unsigned int domain = 0, bus, slot, function;
	char name[32], rest;

	/* Of what sscanf() takes as hexadecimal this leaves only digits. */
	if (address[strspn(address, "0123456789abcdefABCDEF:.")])
		return -EINVAL;
	if (sscanf(address, "%x:%x:%x.%x%c", &domain, &bus, &slot, &function,
		   &rest) != 4) {
		domain = 0;
		if (sscanf(address, "%x:%x.%x%c", &bus, &slot, &function,
			   &rest) != 3)
			return -EINVAL;
	}
	if (bus > 0xff || slot > 0x1f || function > 7)
		return -EINVAL;
	snprintf(name, sizeof(name), "%04x:%02x:%02x.%x", domain, bus, slot,
		 function);
	return open_first(has_pci, name, dev);
}

TRN4_API int trn4_open_target(uint32_t target_id, struct trn4_device **dev)
{
	return open_first(has_target, &target_id, dev);
}

TRN4_API int trn4_open(const char *name, struct trn4_device **dev)
{
	unsigned long number;
	const char *node;
	char *end;

	if (isdigit((unsigned char)name[0]) && !strchr(name, ':')) {
		errno = 0;
		number = strtoul(name, &end, 10);
		if (*end || errno || number > UINT32_MAX)
			return -EINVAL;
		return trn4_open_target(number, dev);
	}
	if (strchr(name, ':'))
		return trn4_open_pci(name, dev);

	node = name;
	if (!strncmp(node, NODE_DIR "/", strlen(NODE_DIR "/")))
		node += strlen(NODE_DIR "/");
	if (strncmp(node, NODE_PREFIX, strlen(NODE_PREFIX)))
		return -EINVAL;
	node += strlen(NODE_PREFIX);
	if (!isdigit((unsigned char)node[0]))
		return -EINVAL;
	errno = 0;
	number = strtoul(node, &end, 10);
	if (*end || errno || number > UINT_MAX)
		return -EINVAL;
	return trn4_open_accel(number, dev);
}
