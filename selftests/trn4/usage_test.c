// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage_test.c - what a file uses of an accelerator: /proc/self/fdinfo, and
 * what of it the memory cgroup counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "dmabuf.h"
#include "rig.h"
#include "uqueue.h"

#define INFO  "/proc/self/fdinfo/"
#define HOST  DRM_TRN4_BO_HOST
#define CHUNK (16 * MIB)

FIXTURE(usage)
{
	struct rig rig;
	int fd;
};

FIXTURE_SETUP(usage)
{
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
}

FIXTURE_TEARDOWN(usage)
{
	rig_end(&self->rig);
}

/* A number of a file's fdinfo, in bytes where it has such a unit */
static __u64 info(int fd, const char *key)
{
	char path[64], text[4096], *at, *unit;
	__u64 value;
	ssize_t len;
	int text_fd;

	snprintf(path, sizeof(path), INFO "%d", fd);
	text_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (text_fd < 0)
		return ~0ull;
	len = read(text_fd, text, sizeof(text) - 1);
	close(text_fd);
	text[len < 0 ? 0 : len] = 0;
	at = strstr(text, key);
	if (!at || at[strlen(key)] != ':')
		return ~0ull;
	value = strtoull(at + strlen(key) + 1, &unit, 10);
	if (!strncmp(unit, " KiB\n", 5))
		return value << 10;
	if (!strncmp(unit, " MiB\n", 5))
		return value << 20;
	return strncmp(unit, "\n", 1) && strncmp(unit, " ns\n", 4) ? ~0ull :
								     value;
}

TEST_F(usage, memory_by_region)
{
	static const char *const regions[] = { "hbm", "memory", "window" };
	static const char *const kinds[] = { "total", "shared", "resident",
					     "active" };
	__u32 bo, host;
	unsigned int i, k;
	char key[64];

	for (i = 0; i < ARRAY_SIZE(regions); i++)
		for (k = 0; k < ARRAY_SIZE(kinds); k++) {
			snprintf(key, sizeof(key), "drm-%s-%s", kinds[k],
				 regions[i]);
			EXPECT_EQ(0, info(self->fd, key))
			{
				TH_LOG("%s", key);
			}
		}

	ASSERT_EQ(0, bo_create(self->fd, 3 * PAGE, 0, &bo));
	ASSERT_EQ(0, bo_create(self->fd, 20480, HOST, &host));
	EXPECT_EQ(3 * PAGE, info(self->fd, "drm-total-hbm"));
	EXPECT_EQ(3 * PAGE, info(self->fd, "drm-resident-hbm"));
	EXPECT_EQ(20480, info(self->fd, "drm-total-memory"));
	EXPECT_EQ(20480, info(self->fd, "drm-resident-memory"));
	EXPECT_EQ(0, info(self->fd, "drm-shared-hbm"));
	EXPECT_EQ(0, info(self->fd, "drm-active-hbm"));
	EXPECT_EQ(0, gem_close(self->fd, bo));
	EXPECT_EQ(0, gem_close(self->fd, host));
	EXPECT_EQ(0, info(self->fd, "drm-total-hbm"));
	EXPECT_EQ(0, info(self->fd, "drm-total-memory"));
}

/* The rings of a user queue are memory of the file that made it. */
TEST_F(usage, rings)
{
	const __u64 page = getpagesize();
	__u64 bytes = 64 * sizeof(struct trn4_desc);
	struct uqueue q;

	bytes = (bytes + page - 1) / page * page + page;
	ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &q));
	EXPECT_EQ(bytes, info(self->fd, "drm-total-memory"));
	EXPECT_EQ(bytes, info(self->fd, "drm-resident-memory"));
	EXPECT_EQ(0, info(self->fd, "drm-shared-memory"));
	EXPECT_EQ(0, info(self->fd, "drm-active-memory"));
	EXPECT_EQ(0, uqueue_destroy(self->fd, q.handle));
	EXPECT_EQ(0, info(self->fd, "drm-total-memory"));
}

/* Each file has what it uses itself */
TEST_F(usage, of_a_file)
{
	int other = accel_open(&self->rig.accels[0]);
	__u32 handle;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, bo_create(self->fd, PAGE, 0, &handle));
	EXPECT_EQ(PAGE, info(self->fd, "drm-total-hbm"));
	EXPECT_EQ(0, info(other, "drm-total-hbm"));
	EXPECT_NE(info(other, "drm-client-id"),
		  info(self->fd, "drm-client-id"));
	close(other);
}

static __u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SEC + ts.tv_nsec;
}

TEST_F(usage, while_a_job_runs)
{
	struct drm_trn4_cmd cmds[64];
	__u64 active, begin, busy;
	int idle;
	unsigned int i;
	__u32 sync;
	struct bo bo[3];
	int other = accel_open(&self->rig.accels[0]);

	ASSERT_LE(0, other);
	for (i = 0; i < ARRAY_SIZE(bo); i++)
		ASSERT_EQ(0, bo_make(self->fd, CHUNK, 0, &bo[i]));
	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		cmds[i] = cmd_copy(bo[1].handle, 0, bo[0].handle, 0, CHUNK);
	ASSERT_EQ(0, sync_create(self->fd, &sync));
	EXPECT_EQ(0, info(self->fd, "drm-engine-queue"));

	begin = now();
	/* Two, so that times of jobs that wait for one another are not added */
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0,
			  submit(self->fd, cmds, ARRAY_SIZE(cmds), 0, 0, sync));
	active = info(self->fd, "drm-active-hbm");
	idle = sync_wait(self->fd, sync, 0);
	if (!idle)
		TH_LOG("the work ended before it was looked at");
	EXPECT_TRUE(!idle || active == 2 * CHUNK);
	ASSERT_EQ(0, sync_wait(self->fd, sync, 30 * SEC));
	busy = info(self->fd, "drm-engine-queue");
	EXPECT_LT(0, busy);
	EXPECT_GE(now() - begin, busy);
	EXPECT_EQ(0, info(self->fd, "drm-active-hbm"));
	EXPECT_EQ(3 * CHUNK, info(self->fd, "drm-total-hbm"));
	EXPECT_EQ(0, info(other, "drm-engine-queue"));

	/* And no more when there is nothing to do */
	EXPECT_EQ(busy, info(self->fd, "drm-engine-queue"));
	close(other);
}

/* ---- Between two ---- */

FIXTURE(usage_of_two)
{
	struct rig rig;
};

FIXTURE_SETUP(usage_of_two)
{
	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
}

FIXTURE_TEARDOWN(usage_of_two)
{
	rig_end(&self->rig);
}

/* The memory behind a window is its owner's; the window is the user's. */
TEST_F(usage_of_two, windows)
{
	int owner = self->rig.fd[0], user = self->rig.fd[1];
	struct grant grant;
	__u32 window;
	struct bo bo;

	ASSERT_EQ(0, bo_make(owner, 3 * PAGE, 0, &bo));
	ASSERT_EQ(0,
		  grant_make(owner, bo.handle, RIGHT_RW, 0, 3 * PAGE, &grant));
	ASSERT_EQ(0, window_map(user, &grant, PAGE, 0, RIGHT_RW, &window));
	EXPECT_EQ(2 * PAGE, info(user, "drm-total-window"));
	EXPECT_EQ(2 * PAGE, info(user, "drm-resident-window"));
	EXPECT_EQ(0, info(user, "drm-shared-window"));
	EXPECT_EQ(0, info(user, "drm-total-hbm"));
	EXPECT_EQ(0, info(owner, "drm-total-window"));
	EXPECT_EQ(3 * PAGE, info(owner, "drm-total-hbm"));
	EXPECT_EQ(0, window_unmap(user, window));
	EXPECT_EQ(0, info(user, "drm-total-window"));
}

/* With another file of the device, by a name; or with whoever it may be */
TEST_F(usage_of_two, shared)
{
	static const char *const keys[] = { "drm-shared-hbm",
					    "drm-shared-memory",
					    "drm-shared-window" };
	static const __u64 sizes[] = { 3 * PAGE, 20480, PAGE };
	int other = accel_open(&self->rig.accels[0]), dmabuf;
	int fd = self->rig.fd[0];
	struct drm_gem_flink flink = {};
	struct drm_gem_open name = {};
	__u32 handles[3], there[3], imported;
	struct grant grant;
	struct bo peer;
	unsigned int i;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, bo_make(self->rig.fd[1], PAGE, 0, &peer));
	ASSERT_EQ(0, grant_make(self->rig.fd[1], peer.handle, RIGHT_RW, 0, PAGE,
				&grant));
	ASSERT_EQ(0, bo_create(fd, sizes[0], 0, &handles[0]));
	ASSERT_EQ(0, bo_create(fd, sizes[1], HOST, &handles[1]));
	ASSERT_EQ(0, window_map(fd, &grant, 0, 0, RIGHT_RW, &handles[2]));
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		EXPECT_EQ(0, info(fd, keys[i]));
		flink.handle = handles[i];
		ASSERT_EQ(0, accel_ioctl(fd, DRM_IOCTL_GEM_FLINK, &flink));
		name.name = flink.name;
		ASSERT_EQ(0, accel_ioctl(other, DRM_IOCTL_GEM_OPEN, &name));
		there[i] = name.handle;
		EXPECT_EQ(sizes[i], info(fd, keys[i]));
		EXPECT_EQ(sizes[i], info(other, keys[i]));
	}
	/* What is shared is of the total, and not beside it. */
	EXPECT_EQ(sizes[0], info(fd, "drm-total-hbm"));
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		EXPECT_EQ(0, gem_close(other, there[i]));
		EXPECT_EQ(0, info(fd, keys[i]));
		EXPECT_EQ(0, info(other, keys[i]));
	}

	dmabuf = prime_export(fd, handles[0]);
	ASSERT_LE(0, dmabuf);
	EXPECT_EQ(sizes[0], info(fd, "drm-shared-hbm"));
	ASSERT_EQ(0, prime_import(other, dmabuf, &imported));
	EXPECT_EQ(sizes[0], info(other, "drm-shared-hbm"));
	close(dmabuf);
	close(other);
}

/* ---- The memory cgroup ---- */

#define GROUPS "/tmp/usage_test"
#define GROUP  GROUPS "/limited"

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static __u64 charged(void)
{
	FILE *file = fopen(GROUP "/memory.current", "re");
	unsigned long long value = ~0ull;

	if (!file)
		return value;
	if (fscanf(file, "%llu", &value) != 1)
		value = ~0ull;
	fclose(file);
	return value;
}

FIXTURE(charge)
{
	struct rig rig;
};

FIXTURE_SETUP(charge)
{
	mkdir(GROUPS, 0700);
	if (mount("none", GROUPS, "cgroup2", 0, NULL))
		SKIP(return, "needs cgroup2");
	if (put(GROUPS "/cgroup.subtree_control", "+memory"))
		SKIP(return, "needs the memory cgroup");
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error);
	ASSERT_EQ(0, mkdir(GROUP, 0700));
	ASSERT_EQ(0, put(GROUP "/memory.max", "32M"));
}

FIXTURE_TEARDOWN(charge)
{
	rig_end(&self->rig);
	rmdir(GROUP);
	umount(GROUPS);
	rmdir(GROUPS);
}

/* Returns what a child in the group makes of it; 0 if all was as expected */
static int in_group(int (*work)(int fd), const struct rig *rig)
{
	pid_t child = fork();
	int status = -1, fd, ret;

	if (!child) {
		ret = put(GROUP "/cgroup.procs", "0");
		fd = accel_open(&rig->accels[0]);
		_exit(ret || fd < 0 ? 100 : work(fd));
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* More than the limit is refused, without an OOM kill; less is counted */
static int host_memory(int fd)
{
	__u64 before = charged(), with;
	__u32 handle;

	if (bo_create(fd, 128 * MIB, HOST, &handle) != -ENOMEM)
		return 1;
	if (bo_create(fd, 8 * MIB, HOST, &handle))
		return 2;
	with = charged();
	if (with < before + 7 * MIB)
		return 3;
	gem_close(fd, handle);
	return charged() < with ? 0 : 4;
}

TEST_F(charge, host_memory)
{
	EXPECT_EQ(0, in_group(host_memory, &self->rig));
}

/* What a user queue writes to and reads from, too */
static int rings(int fd)
{
	const __u64 bytes =
		16 * 4096 *
		(sizeof(struct trn4_desc) + sizeof(struct trn4_cqe));
	__u64 before = charged();
	struct uqueue q;
	int i;

	/* Each CPU may have charged some pages for later. */
	for (i = 0; i < 16; i++)
		if (uqueue_make(fd, 4096, -1, &q))
			return 1;
	return charged() < before + bytes - MIB ? 2 : 0;
}

TEST_F(charge, rings)
{
	EXPECT_EQ(0, in_group(rings, &self->rig));
}

/* HBM is not host memory */
static int hbm(int fd)
{
	__u32 handle;

	return bo_create(fd, 64 * MIB, 0, &handle);
}

TEST_F(charge, not_hbm)
{
	EXPECT_EQ(0, in_group(hbm, &self->rig));
}

TEST_HARNESS_MAIN
