// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memcpy_bench.c - a processor's copies into and out of a window, beside those
 * of ivshmem-plain's BAR and of plain memory: same size, same code, in turn.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "bench.h"
#include "rig.h"

#define ROUNDS 32
#define SIZE   (16 * MIB)

#define PCI_DEVICES "/sys/bus/pci/devices"

FIXTURE(memcpy)
{
	struct rig rig;
	struct bo theirs;
	__u8 *window, *ivshmem, *ram, *private;
};

static int read_hex(const char *device, const char *file, unsigned int *value)
{
	char path[512], text[32] = "";
	int fd, ret;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", device, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = read(fd, text, sizeof(text) - 1) > 0 &&
			      sscanf(text, "%x", value) == 1 ?
		      0 :
		      -EIO;
	close(fd);
	return ret;
}

static int let_answer(const char *device)
{
	char path[512];
	int fd, ret;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/enable", device);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write(fd, "1", 1) == 1 ? 0 : -errno;
	close(fd);
	return ret;
}

/* The shared memory of the first ivshmem-plain, or MAP_FAILED */
static void *map_ivshmem(void)
{
	DIR *dir = opendir(PCI_DEVICES);
	void *map = MAP_FAILED;
	struct dirent *entry;

	while (dir && map == MAP_FAILED && (entry = readdir(dir))) {
		unsigned int vendor, device;
		char path[512];
		int fd;

		if (read_hex(entry->d_name, "vendor", &vendor) ||
		    read_hex(entry->d_name, "device", &device) ||
		    vendor != 0x1af4 || device != 0x1110 ||
		    let_answer(entry->d_name))
			continue;
		snprintf(path, sizeof(path), PCI_DEVICES "/%s/resource2_wc",
			 entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			   0);
		close(fd);
	}
	if (dir)
		closedir(dir);
	return map;
}

static void *map_ram(void)
{
	return mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
}

FIXTURE_SETUP(memcpy)
{
	struct grant grant;
	__u32 handle;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error);
	self->ivshmem = map_ivshmem();
	if (self->ivshmem == MAP_FAILED)
		SKIP(return, "needs an ivshmem-plain");
	ASSERT_EQ(0, bo_make(self->rig.fd[1], SIZE, 0, &self->theirs));
	ASSERT_EQ(0, grant_make(self->rig.fd[1], self->theirs.handle, RIGHT_RW,
				0, SIZE, &grant));
	ASSERT_EQ(0,
		  window_map(self->rig.fd[0], &grant, 0, 0, RIGHT_RW, &handle));
	self->window = gem_map(self->rig.fd[0], handle, SIZE,
			       PROT_READ | PROT_WRITE);
	self->ram = map_ram();
	self->private = map_ram();
	ASSERT_NE(MAP_FAILED, self->window);
	ASSERT_NE(MAP_FAILED, self->ram);
	ASSERT_NE(MAP_FAILED, self->private);
	fill_pattern(self->private, SIZE, 1);
}

FIXTURE_TEARDOWN(memcpy)
{
	rig_end(&self->rig);
}

/* MB/s of the fastest round */
static double rate(struct bench_times *times)
{
	return SIZE * 1000.0 / bench_least(times);
}

static void tell(const char *name, double ours, double peer, const char *who,
		 double bar)
{
	const struct bench_figure figure = {
		.name = name,
		.unit = "MB/s",
		.ours = ours,
		.peer = peer,
		.peer_name = who,
		.bar = bar,
		.higher = true,
	};

	bench_tell(&figure);
}

TEST_F_TIMEOUT(memcpy, both_ways, 100)
{
	__u8 *const far[] = { self->window, self->ivshmem, self->ram };
	struct bench_times out[3] = {}, in[3] = {};
	unsigned int round, i;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < 3; i++) {
			__u64 begin = bench_now();

			memcpy(far[i], self->private, SIZE);
			bench_add(&out[i], begin);
			begin = bench_now();
			memcpy(self->private, far[i], SIZE);
			bench_add(&in[i], begin);
		}
	}
	EXPECT_EQ(0, check_pattern(self->theirs.map, SIZE, 1));
	tell("memcpy into a window", rate(&out[0]), rate(&out[1]),
	     "into ivshmem-plain's BAR", 1);
	tell("memcpy into a window", rate(&out[0]), rate(&out[2]),
	     "into guest memory", 0.95);
	tell("memcpy out of a window", rate(&in[0]), rate(&in[1]),
	     "out of ivshmem-plain's BAR", 1);
	tell("memcpy out of a window", rate(&in[0]), rate(&in[2]),
	     "out of guest memory", 0.95);
}

TEST_HARNESS_MAIN
