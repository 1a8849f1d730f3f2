// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fail_nth_test.c - each allocation that an operation makes fails in turn, by
 * /proc/self/fail-nth, until it makes none that has not failed yet. Every time
 * the operation fails whole or succeeds, and does so again when asked once
 * more. What it loses on the way kmemleak_test.sh finds afterwards.
 *
 * Copies from and to user space fail in the same way: -EFAULT.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "dmabuf.h"
#include "pci.h"
#include "rig.h"
#include "touch.h"

#define NTH_MAX       5000 /* no operation allocates that often */
#define SECONDS       900
#define DEBUGFS       "/sys/kernel/debug/"
#define PARTITION     7
#define GROUP         3
#define SWITCH_DRIVER "nvl-switch"

/* ---- The kernel's side of it ---- */

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* Where a function of the kernel begins, and where the next one does */
static int kernel_text(const char *function, unsigned long *start,
		       unsigned long *end)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	unsigned long address;
	char line[512], name[256];

	if (!file)
		return -errno;
	*start = 0;
	*end = -1ul;
	/* Twice: the next one can stand before it */
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx %*c %255s", &address, name) == 2 &&
		    !strcmp(name, function))
			*start = address;
	rewind(file);
	while (*start && fgets(line, sizeof(line), file)) {
		address = strtoul(line, NULL, 16);
		if (address > *start && address < *end)
			*end = address;
	}
	fclose(file);
	return *start ? 0 : -ENOENT;
}

/*
 * The DRM core puts an ERR_PTR where a minor's device cannot be made, so that
 * an allocation that fails below this one ends in an Oops, whoever the driver.
 */
#define NOT_BELOW "drm_sysfs_minor_alloc"

static int faults_spare(const char *attribute)
{
	unsigned long start, end;
	char path[128], text[32];
	int ret;

	ret = kernel_text(NOT_BELOW, &start, &end);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), DEBUGFS "%s/stacktrace-depth", attribute);
	ret = write_file(path, "32");
	if (ret)
		return ret;
	snprintf(path, sizeof(path), DEBUGFS "%s/reject-start", attribute);
	snprintf(text, sizeof(text), "%#lx", start);
	ret = write_file(path, text);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), DEBUGFS "%s/reject-end", attribute);
	snprintf(text, sizeof(text), "%#lx", end);
	return write_file(path, text);
}

/* Allocations that may sleep fail as well, and none prints a trace */
static int faults_begin(void)
{
	static const char *const settings[][2] = {
		{ DEBUGFS "failslab/ignore-gfp-wait", "N" },
		{ DEBUGFS "failslab/verbose", "0" },
		{ DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N" },
		{ DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N" },
		{ DEBUGFS "fail_page_alloc/min-order", "0" },
		{ DEBUGFS "fail_page_alloc/verbose", "0" },
		{ DEBUGFS "fail_usercopy/verbose", "0" },
	};
	unsigned int i;
	int ret;

	if (access("/proc/self/fail-nth", W_OK))
		return -ENODEV;
	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		ret = write_file(settings[i][0], settings[i][1]);
		if (ret)
			return ret;
	}
	ret = faults_spare("failslab");
	return ret ? ret : faults_spare("fail_page_alloc");
}

/* From here on, the nth thing that can fail in a system call does */
static int arm(int nth_file, unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	return pwrite(nth_file, text, len, 0) == len ? 0 : -errno;
}

/*
 * Ends it. Returns whether it came to the nth. Where it is the very next, it
 * hits the read that asks; that of course is no hit.
 */
static bool disarm(int nth_file)
{
	char text[16] = "";
	bool hit = pread(nth_file, text, sizeof(text) - 1, 0) > 0 &&
		   text[0] == '0';

	arm(nth_file, 0);
	return hit;
}

/*
 * struct fail - what operations work on
 * @fd: made anew each time, as all up to @nl
 * @sw: a switch, and @target and @route one that it has
 */
struct fail {
	struct rig rig;
	int nth_file;
	struct bo theirs;
	struct grant theirs_grant;
	int theirs_dmabuf;
	int lent; /* a dma-buf of host memory */
	void *memory;
	size_t memory_size;
	int fd;
	struct bo bo;
	struct grant grant;
	__u32 window, sync, made;
	__u64 offset;
	int next; /* lowest file descriptor that was free */
	struct nl nl;
	__u32 sw, target;
	__u8 route[NVLF_PORTS_LEN_MAX];
};

FIXTURE(fail)
{
	struct fail f;
};

FIXTURE_SETUP(fail)
{
	struct fabric_route routes[FABRIC_ENDPOINTS];
	int ret = faults_begin();

	self->f.rig.nl.fd = -1;
	if (ret == -ENODEV)
		SKIP(return, "the kernel cannot fail allocations on purpose");
	ASSERT_EQ(0, ret);
	if (rig_begin(&self->f.rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->f.rig.error);
	self->f.nth_file = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->f.nth_file);
	ASSERT_EQ(0, bo_make(self->f.rig.fd[1], PAGE, 0, &self->f.theirs));
	ASSERT_EQ(0, grant_make(self->f.rig.fd[1], self->f.theirs.handle,
				RIGHT_ALL, 0, PAGE, &self->f.theirs_grant));
	self->f.theirs_dmabuf = prime_export(self->f.rig.fd[1],
					     self->f.theirs.handle);
	ASSERT_LE(0, self->f.theirs_dmabuf);
	self->f.lent = dmabuf_udmabuf(64 * 1024);
	ASSERT_LE(0, self->f.lent);
	self->f.memory_size = 64 * 1024;
	self->f.memory = mmap(NULL, self->f.memory_size, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
			      0);
	ASSERT_NE(MAP_FAILED, self->f.memory);
	ASSERT_LE(1,
		  fabric_routes(&self->f.rig.nl, routes, ARRAY_SIZE(routes)));
	self->f.sw = routes[0].switch_id;
	self->f.target = routes[0].target;
	memcpy(self->f.route, routes[0].ports, sizeof(self->f.route));
}

/* Whatever a probe that failed has left without a driver */
FIXTURE_TEARDOWN(fail)
{
	char driver[32];
	unsigned int i;

	if (self->f.rig.fabric) {
		for (i = 0; i < self->f.rig.fabric->switch_count; i++)
			if (pci_driver(self->f.rig.fabric->switches[i].device,
				       driver, sizeof(driver)))
				EXPECT_EQ(0, pci_bind(SWITCH_DRIVER,
						      self->f.rig.fabric
							      ->switches[i]
							      .device));
		if (pci_driver(self->f.rig.accels[0].device, driver,
			       sizeof(driver)))
			EXPECT_EQ(0, pci_bind("trn4",
					      self->f.rig.accels[0].device));
	}
	rig_end(&self->f.rig);
}

/* ---- Ioctls ---- */

/* A file with one of each in it */
static int fresh_file(struct fail *self)
{
	int ret;

	self->fd = accel_open(&self->rig.accels[0]);
	if (self->fd < 0)
		return self->fd;
	ret = bo_make(self->fd, PAGE, 0, &self->bo);
	if (!ret)
		ret = grant_make(self->fd, self->bo.handle, RIGHT_ALL, 0, PAGE,
				 &self->grant);
	if (!ret)
		ret = window_map(self->fd, &self->theirs_grant, 0, 0, RIGHT_ALL,
				 &self->window);
	if (!ret)
		ret = map_offset(self->fd, self->window, &self->offset);
	if (!ret)
		ret = sync_create(self->fd, &self->sync);
	return ret;
}

static int file_gone(struct fail *self)
{
	munmap(self->bo.map, PAGE);
	close(self->fd);
	return 0;
}

static int do_open(struct fail *self)
{
	int fd = accel_open(&self->rig.accels[0]);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static int do_param(struct fail *self)
{
	__u64 value;

	return accel_param(self->fd, DRM_TRN4_PARAM_HBM_FREE, &value);
}

static int do_bo_hbm(struct fail *self)
{
	return bo_create(self->fd, PAGE, 0, &self->made);
}

static int do_bo_host(struct fail *self)
{
	return bo_create(self->fd, 64 * 1024, DRM_TRN4_BO_HOST, &self->made);
}

static int do_bo_user(struct fail *self)
{
	struct drm_trn4_bo_create arg = {
		.size = self->memory_size,
		.address = (unsigned long)self->memory,
		.flags = DRM_TRN4_BO_USER,
	};
	int ret = accel_ioctl(self->fd, DRM_IOCTL_TRN4_BO_CREATE, &arg);

	self->made = arg.handle;
	return ret;
}

static int do_export(struct fail *self)
{
	int fd = prime_export(self->fd, self->bo.handle);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/*
 * Where the answer is lost the dma-buf is there, by a number that nobody was
 * told: the lowest that was free.
 */
static int before_export(struct fail *self)
{
	int ret = fresh_file(self);

	self->next = dup(STDIN_FILENO);
	if (self->next < 0)
		return -errno;
	close(self->next);
	return ret;
}

static int export_gone(struct fail *self)
{
	close(self->next);
	return file_gone(self);
}

static int do_import_lent(struct fail *self)
{
	return prime_import(self->fd, self->lent, &self->made);
}

static int do_import_peers(struct fail *self)
{
	return prime_import(self->fd, self->theirs_dmabuf, &self->made);
}

static int do_map_offset(struct fail *self)
{
	__u64 offset;

	return map_offset(self->fd, self->bo.handle, &offset);
}

/* Mapping and first touch; a page table that is lacking is asked for again */
static int do_mmap_touch(struct fail *self)
{
	void *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			 self->fd, self->offset);
	int ret;

	if (map == MAP_FAILED)
		return -errno;
	ret = touch_kind_write(map);
	munmap(map, PAGE);
	return ret;
}

static int do_grant_create(struct fail *self)
{
	struct grant grant;

	return grant_make(self->fd, self->bo.handle, RIGHT_R, 0, PAGE, &grant);
}

static int do_grant_revoke(struct fail *self)
{
	return grant_revoke(self->fd, self->grant.handle);
}

static int do_window_map(struct fail *self)
{
	return window_map(self->fd, &self->theirs_grant, 0, 0, RIGHT_R,
			  &self->made);
}

static int do_window_unmap(struct fail *self)
{
	return window_unmap(self->fd, self->window);
}

static int do_window_info(struct fail *self)
{
	return window_state(self->fd, self->window);
}

static int do_submit(struct fail *self)
{
	struct drm_trn4_cmd cmds[3] = {
		cmd_copy(self->bo.handle, 0, self->window, 0, 4096),
		cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, self->window, 0, 1, 0),
		{ .op = DRM_TRN4_OP_NOP },
	};

	return submit(self->fd, cmds, ARRAY_SIZE(cmds), 0, 0, self->sync);
}

/* What was queued ends well */
static int submit_gone(struct fail *self)
{
	int ret = sync_wait(self->fd, self->sync, 10 * SEC);

	file_gone(self);
	return ret;
}

/* ---- Netlink ---- */

static int fresh_socket(struct fail *self)
{
	return nl_open(&self->nl);
}

static int socket_gone(struct fail *self)
{
	nl_close(&self->nl);
	return 0;
}

static int do_dump_all(struct fail *self)
{
	return fabric_load(&self->nl, self->rig.fabric);
}

static int do_get(struct fail *self, __u8 cmd, __u16 type, __u32 id)
{
	struct nl_request req;

	nl_request(&req, cmd);
	nl_put_u32(&req, type, id);
	return nl_do(&self->nl, &req, NULL, NULL);
}

static int do_endpoint_get(struct fail *self)
{
	return do_get(self, NVLF_CMD_ENDPOINT_GET, NVLF_A_ENDPOINT_TARGET_ID,
		      self->target);
}

static int do_switch_get(struct fail *self)
{
	return do_get(self, NVLF_CMD_SWITCH_GET, NVLF_A_SWITCH_ID, self->sw);
}

static int do_partition_get(struct fail *self)
{
	return do_get(self, NVLF_CMD_PARTITION_GET, NVLF_A_PARTITION_ID, 1);
}

static int do_port_get(struct fail *self)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_PORT_GET);
	nl_put_u32(&req, NVLF_A_PORT_OWNER, NVLF_OWNER_SWITCH);
	nl_put_u32(&req, NVLF_A_PORT_OWNER_ID, self->sw);
	nl_put_u32(&req, NVLF_A_PORT_INDEX, 0);
	return nl_do(&self->nl, &req, NULL, NULL);
}

static int do_route_get(struct fail *self)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_ROUTE_GET);
	nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, self->sw);
	nl_put_u32(&req, NVLF_A_ROUTE_TARGET_ID, self->target);
	return nl_do(&self->nl, &req, NULL, NULL);
}

static int do_dump_routes(struct fail *self)
{
	static struct fabric_route routes[FABRIC_ENDPOINTS * 4];
	int n = fabric_routes(&self->nl, routes, ARRAY_SIZE(routes));

	return n < 0 ? n : 0;
}

static int do_dump_partitions(struct fail *self)
{
	static struct fabric_partition parts[64];
	int n = fabric_partitions(&self->nl, parts, ARRAY_SIZE(parts));

	return n < 0 ? n : 0;
}

static int do_route_set(struct fail *self)
{
	return fabric_set_route(&self->nl, self->sw, self->target, self->route,
				sizeof(self->route));
}

/* Two entries; one is the route that others make and remove */
static int do_route_table_set(struct fail *self)
{
	struct nl_request req;
	unsigned int i;
	__u32 nest;

	nl_request(&req, NVLF_CMD_ROUTE_TABLE_SET);
	nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, self->sw);
	for (i = 0; i < 2; i++) {
		nest = nl_nest(&req, NVLF_A_ROUTE_ENTRY);
		nl_put_u32(&req, NVLF_A_ROUTE_ENTRY_TARGET_ID,
			   i ? NVLF_TARGET_MAX : self->target);
		nl_put(&req, NVLF_A_ROUTE_ENTRY_PORTS, self->route,
		       sizeof(self->route));
		nl_nest_end(&req, nest);
	}
	return nl_do(&self->nl, &req, NULL, NULL);
}

static int do_route_del(struct fail *self)
{
	return fabric_unroute(&self->nl, self->sw, self->target);
}

static int do_partition_set(struct fail *self)
{
	return fabric_set_partition(&self->nl, PARTITION, &self->target, 1);
}

static int do_partition_del(struct fail *self)
{
	return fabric_del_partition(&self->nl, PARTITION);
}

/* Of nobody, so that the partition may be any */
static int set_group(struct nl *nl)
{
	struct nl_request req;
	__u8 none = 0;

	nl_request(&req, NVLF_CMD_GROUP_SET);
	nl_put_u32(&req, NVLF_A_GROUP_ID, GROUP);
	nl_put_u32(&req, NVLF_A_GROUP_PARTITION_ID, 1);
	nl_put(&req, NVLF_A_GROUP_MEMBERS, &none, 1);
	return nl_do(nl, &req, NULL, NULL);
}

static int do_group_set(struct fail *self)
{
	return set_group(&self->nl);
}

static int do_group_del(struct fail *self)
{
	return fabric_del_group(&self->nl, GROUP);
}

static int do_fabric_get(struct fail *self)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_FABRIC_GET);
	return nl_do(&self->nl, &req, NULL, NULL);
}

/* Again and again by one socket, which is its right */
static int do_manager_attach(struct fail *self)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_MANAGER_ATTACH);
	nl_put(&req, NVLF_A_MANAGER_NAME, "fail", 5);
	nl_put_u32(&req, NVLF_A_MANAGER_TIMEOUT, NVLF_MANAGER_TIMEOUT_MAX);
	return nl_do(&self->nl, &req, NULL, NULL);
}

/* A route, or a partition, is not there yet, or is there */
static int no_route(struct fail *self)
{
	int ret = fabric_unroute(&self->rig.nl, self->sw, self->target);

	return ret && ret != -ENOENT ? ret : fresh_socket(self);
}

static int a_route(struct fail *self)
{
	int ret = fabric_set_route(&self->rig.nl, self->sw, self->target,
				   self->route, sizeof(self->route));

	return ret ? ret : fresh_socket(self);
}

static int no_partition(struct fail *self)
{
	int ret = fabric_del_partition(&self->rig.nl, PARTITION);

	return ret && ret != -ENOENT ? ret : fresh_socket(self);
}

static int a_partition(struct fail *self)
{
	int ret = fabric_set_partition(&self->rig.nl, PARTITION, &self->target,
				       1);

	return ret ? ret : fresh_socket(self);
}

static int no_group(struct fail *self)
{
	int ret = fabric_del_group(&self->rig.nl, GROUP);

	return ret && ret != -ENOENT ? ret : fresh_socket(self);
}

static int a_group(struct fail *self)
{
	int ret = set_group(&self->rig.nl);

	return ret ? ret : fresh_socket(self);
}

/* ---- Drivers ---- */

static int do_probe(struct fail *self)
{
	return pci_bind("trn4", self->rig.accels[0].device);
}

static int unbound(struct fail *self)
{
	char driver[32];

	if (pci_driver(self->rig.accels[0].device, driver, sizeof(driver)))
		return 0;
	return pci_unbind("trn4", self->rig.accels[0].device);
}

static int do_switch_probe(struct fail *self)
{
	return pci_bind(SWITCH_DRIVER, self->rig.fabric->switches[0].device);
}

static int switch_unbound(struct fail *self)
{
	const char *device = self->rig.fabric->switches[0].device;
	char driver[32];

	if (pci_driver(device, driver, sizeof(driver)))
		return 0;
	return pci_unbind(driver, device);
}

static int nothing(struct fail *self)
{
	(void)self;
	return 0;
}

/* ---- All of them ---- */

/*
 * struct op - what is tried
 * @name: for the log
 * @before: makes what it needs
 * @run: the operation, 0 or a negative errno
 * @after: undoes what @before made
 */
struct op {
	const char *name;
	int (*before)(struct fail *self);
	int (*run)(struct fail *self);
	int (*after)(struct fail *self);
};

/*
 * struct kind - what operations of one kind have in common
 * @faults: how they may fail when an allocation did; ends with 0
 * @answers: they have an answer, which can be lost after the deed is done:
 *	to do it once more may then say that it is done already
 */
struct kind {
	int faults[7];
	bool answers;
};

static const struct kind file_kind = { { ENOMEM, EFAULT }, false };
static const struct kind netlink_kind = { { ENOMEM, EFAULT, ENOBUFS }, true };
/*
 * The PCI core's words for no memory: a region's name, its mapping, the domain
 * of its MSI-X vectors, the vectors
 */
static const struct kind driver_kind = { { ENOMEM, EFAULT, EBUSY, EINVAL,
					   ENODEV, ENOSPC },
					 false };

static const struct op file_ops[] = {
	{ "open", nothing, do_open, nothing },
	{ "get_param", fresh_file, do_param, file_gone },
	{ "bo_create", fresh_file, do_bo_hbm, file_gone },
	{ "bo_create host", fresh_file, do_bo_host, file_gone },
	{ "bo_create user", fresh_file, do_bo_user, file_gone },
	{ "export", before_export, do_export, export_gone },
	{ "import", fresh_file, do_import_lent, file_gone },
	{ "import peer's", fresh_file, do_import_peers, file_gone },
	{ "mmap_offset", fresh_file, do_map_offset, file_gone },
	{ "mmap", fresh_file, do_mmap_touch, file_gone },
	{ "grant_create", fresh_file, do_grant_create, file_gone },
	{ "grant_revoke", fresh_file, do_grant_revoke, file_gone },
	{ "window_map", fresh_file, do_window_map, file_gone },
	{ "window_unmap", fresh_file, do_window_unmap, file_gone },
	{ "window_info", fresh_file, do_window_info, file_gone },
	{ "submit", fresh_file, do_submit, submit_gone },
};

static const struct op netlink_ops[] = {
	{ "endpoint-get", fresh_socket, do_endpoint_get, socket_gone },
	{ "switch-get", fresh_socket, do_switch_get, socket_gone },
	{ "port-get", fresh_socket, do_port_get, socket_gone },
	{ "route-get", a_route, do_route_get, socket_gone },
	{ "partition-get", fresh_socket, do_partition_get, socket_gone },
	{ "dumps", fresh_socket, do_dump_all, socket_gone },
	{ "route dump", fresh_socket, do_dump_routes, socket_gone },
	{ "partition dump", fresh_socket, do_dump_partitions, socket_gone },
	{ "route-set", no_route, do_route_set, socket_gone },
	{ "route-del", a_route, do_route_del, socket_gone },
	{ "route-table-set", no_route, do_route_table_set, socket_gone },
	{ "partition-set", no_partition, do_partition_set, socket_gone },
	{ "partition-del", a_partition, do_partition_del, socket_gone },
	{ "group-set", no_group, do_group_set, socket_gone },
	{ "group-del", a_group, do_group_del, socket_gone },
	{ "fabric-get", fresh_socket, do_fabric_get, socket_gone },
	{ "manager-attach", fresh_socket, do_manager_attach, socket_gone },
};

static const struct op driver_ops[] = {
	{ "trn4 probe", unbound, do_probe, nothing },
	{ "nvlf switch probe", switch_unbound, do_switch_probe, nothing },
};

static bool is_fault(const struct kind *kind, int ret)
{
	unsigned int i;

	for (i = 0; kind->faults[i]; i++)
		if (ret == -kind->faults[i])
			return true;
	return false;
}

/* One try: 0, 1 where it failed as it may, -1 with a line in the log */
static int one_nth(struct __test_metadata *_metadata, struct fail *self,
		   const struct kind *kind, const struct op *op,
		   unsigned int nth, bool *hit)
{
	int ret, again;

	ret = arm(self->nth_file, nth);
	if (ret) {
		TH_LOG("fail-nth: %d", ret);
		return -1;
	}
	ret = op->run(self);
	*hit = disarm(self->nth_file);
	if (!ret)
		return 0;
	if (!*hit || !is_fault(kind, ret)) {
		TH_LOG("%s: number %u%s: %d", op->name, nth,
		       *hit ? "" : " (not reached)", ret);
		return -1;
	}
	if (kind->answers) {
		op->after(self);
		again = op->before(self);
		if (again) {
			TH_LOG("%s: after number %u: %d", op->name, nth, again);
			return -1;
		}
	}
	again = op->run(self);
	if (again) {
		TH_LOG("%s: %d with number %u, then %d without", op->name, ret,
		       nth, again);
		return -1;
	}
	return 1;
}

/*
 * Returns how often it failed, or -1 with a line in the log. An operation
 * may get along without what it could not have, and succeed.
 */
static int all_nth(struct __test_metadata *_metadata, struct fail *self,
		   const struct kind *kind, const struct op *op)
{
	int ret, failures = 0;
	unsigned int nth;
	bool hit = true;

	for (nth = 1; hit; nth++) {
		if (nth > NTH_MAX) {
			TH_LOG("%s: still allocates at %u", op->name, nth);
			return -1;
		}
		ret = op->before(self);
		if (ret) {
			TH_LOG("%s: before number %u: %d", op->name, nth, ret);
			return -1;
		}
		ret = one_nth(_metadata, self, kind, op, nth, &hit);
		if (op->after(self)) {
			TH_LOG("%s: number %u does not end", op->name, nth);
			ret = -1;
		}
		if (ret < 0)
			return ret;
		failures += ret;
	}
	TH_LOG("%s: %u tried, %d failed", op->name, nth - 1, failures);
	return failures;
}

TEST_F_TIMEOUT(fail, ioctls, SECONDS)
{
	__u64 before;
	unsigned int i;

	ASSERT_EQ(0, accel_param(self->f.rig.fd[0], DRM_TRN4_PARAM_HBM_FREE,
				 &before));
	for (i = 0; i < ARRAY_SIZE(file_ops); i++) {
		EXPECT_LE(0, all_nth(_metadata, &self->f, &file_kind,
				     &file_ops[i]));
		/* All of it has come back */
		ASSERT_EQ(0, hbm_comes_back(self->f.rig.fd[0], before))
		{
			TH_LOG("of %s", file_ops[i].name);
		}
	}
}

TEST_F_TIMEOUT(fail, netlink, SECONDS)
{
	struct nl listener;
	unsigned int i;

	/* Somebody for whom notifications are made */
	ASSERT_EQ(0, nl_open(&listener));
	ASSERT_EQ(0, nl_listen(&listener));
	for (i = 0; i < ARRAY_SIZE(netlink_ops); i++)
		EXPECT_LE(0, all_nth(_metadata, &self->f, &netlink_kind,
				     &netlink_ops[i]));
	nl_close(&listener);
}

TEST_F_TIMEOUT(fail, probe, SECONDS)
{
	unsigned int i;

	close(self->f.rig.fd[0]);
	self->f.rig.fd[0] = -1;
	for (i = 0; i < ARRAY_SIZE(driver_ops); i++)
		EXPECT_LT(0, all_nth(_metadata, &self->f, &driver_kind,
				     &driver_ops[i]));
}

TEST_HARNESS_MAIN
