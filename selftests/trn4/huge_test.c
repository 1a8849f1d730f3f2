// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * huge_test.c - mappings of HBM and of windows in pages of 2 MiB, and in small
 * ones where a mapping is not made for large ones.
 *
 * What of this process is in page tables tells them apart: the kernel counts
 * the tables that hold small pages, and a large page needs none. And how the
 * processor treats them, large or small.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "mesh.h"
#include "pci.h"
#include "touch.h"
#include "word.h"

#define PAGES 8
#define SIZE  (PAGES * PAGE)
#define SMALL 4096

#define MEMORY_TYPES "/sys/kernel/debug/x86/pat_memtype_list"

FIXTURE(huge)
{
	struct mesh *mesh;
	int fd;        /* where the mapping is made */
	__u32 handle;  /* of what is mapped */
	__u64 offset;  /* for mmap() */
	struct bo far; /* the memory behind it */
	struct grant grant;
};

FIXTURE_VARIANT(huge)
{
	bool window;
};

FIXTURE_VARIANT_ADD(huge, hbm) { .window = false };
FIXTURE_VARIANT_ADD(huge, window) { .window = true };

/* Bytes of page tables */
static long tables(void)
{
	char line[128];
	long kib = -1;
	FILE *file = fopen("/proc/self/status", "re");

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "VmPTE: %ld kB", &kib) == 1)
			break;
	fclose(file);
	return kib;
}

FIXTURE_SETUP(huge)
{
	struct bo odd;
	int ret;

	self->mesh = calloc(1, sizeof(*self->mesh));
	ASSERT_NE(NULL, self->mesh);
	ret = mesh_begin(self->mesh, 2);
	if (ret == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, touch_begin());
	/* Whose offset would have the next one begin anywhere */
	ASSERT_EQ(0, bo_make(self->mesh->fd[0], SMALL, DRM_TRN4_BO_HOST, &odd));

	ASSERT_EQ(0, bo_make(self->mesh->fd[variant->window], SIZE, 0,
			     &self->far));
	self->fd = self->mesh->fd[0];
	self->handle = self->far.handle;
	if (variant->window) {
		ASSERT_EQ(0, mesh_window(self->mesh, 0, 1));
		ASSERT_EQ(0, grant_make(self->mesh->fd[1], self->far.handle,
					RIGHT_RW, 0, SIZE, &self->grant));
		ASSERT_EQ(0, window_map(self->fd, &self->grant, 0, 0, RIGHT_RW,
					&self->handle));
	}
	ASSERT_EQ(0, map_offset(self->fd, self->handle, &self->offset));
	EXPECT_EQ(0, self->offset % PAGE);
	fill_pattern(self->far.map, SIZE, 5);
}

FIXTURE_TEARDOWN(huge)
{
	mesh_end(self->mesh);
	free(self->mesh);
}

/* Tables that it took to have all of a mapping at hand, in pages of 4 KiB */
static long cost_of(const char *map, size_t size)
{
	long before = tables();
	__u64 value;
	size_t at;

	for (at = 0; at < size; at += SMALL)
		if (touch_load(map + at, &value))
			return -1;
	return (tables() - before) / 4;
}

#define MAP(size) \
	mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, \
	     self->offset)

/*
 * How the processor treats what is at @phys: what the kernel has for it goes for
 * all mappings, whatever they asked for.
 */
static int memory_type(__u64 phys, char type[32])
{
	unsigned long long begin, end;
	FILE *list = fopen(MEMORY_TYPES, "re");
	char line[128];
	int ret = -ENOENT;

	if (!list)
		return -errno;
	while (ret && fgets(line, sizeof(line), list))
		if (sscanf(line, "PAT: [mem %llx-%llx] %31s", &begin, &end,
			   type) == 3 &&
		    begin <= phys && phys < end)
			ret = 0;
	fclose(list);
	return ret;
}

TEST_F(huge, write_combined)
{
	const char *device = self->mesh->rig.accels[0].device;
	char type[32] = "";
	__u64 begin, size;

	if (access(MEMORY_TYPES, F_OK))
		SKIP(return, "this kernel tells of no memory types");
	ASSERT_EQ(0, pci_bar(device, variant->window ? 2 : 4, &begin, &size));
	/* Of the HBM that part which exists */
	if (!variant->window)
		ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_BACKED,
					 &size));
	EXPECT_EQ(0, memory_type(begin, type));
	EXPECT_STREQ("write-combining", type);
	EXPECT_EQ(0, memory_type(begin + size - 1, type));
	EXPECT_STREQ("write-combining", type);
	/* There are others. */
	ASSERT_EQ(0, pci_bar(device, 0, &begin, &size));
	EXPECT_EQ(0, memory_type(begin, type));
	EXPECT_STREQ("uncached-minus", type);
}

/* Whatever address the kernel chooses; the upper tables may be new, too */
TEST_F(huge, large_pages)
{
	char *map = MAP(SIZE);

	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(0, (unsigned long)map % PAGE);
	EXPECT_GE(2, cost_of(map, SIZE));
	EXPECT_EQ(0, check_pattern(map, SIZE, 5));
	word_set(map, 77, 0x1234);
	EXPECT_EQ(0x1234, word_get(self->far.map, 77));
	munmap(map, SIZE);
}

/* The end takes small ones, and the rest is none the worse for it */
TEST_F(huge, large_pages_and_a_rest)
{
	char *map = MAP(SIZE - SMALL);

	ASSERT_NE(MAP_FAILED, map);
	EXPECT_GE(3, cost_of(map, SIZE - SMALL));
	EXPECT_EQ(0, check_pattern(map, SIZE - SMALL, 5));
	munmap(map, SIZE - SMALL);
}

/* At an address that is no multiple of 2 MiB beside the offset */
TEST_F(huge, small_pages_where_it_is_not_aligned)
{
	char *area = mmap(NULL, 2 * SIZE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *map;

	ASSERT_NE(MAP_FAILED, area);
	map = mmap(area + PAGE - (unsigned long)area % PAGE + SMALL, SIZE,
		   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, self->fd,
		   self->offset);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_LE(PAGES, cost_of(map, SIZE));
	EXPECT_EQ(0, check_pattern(map, SIZE, 5));
	munmap(area, 2 * SIZE);
}

/* Less than 2 MiB of it */
TEST_F(huge, small_pages_of_a_part)
{
	char *map = MAP(PAGE - SMALL);

	ASSERT_NE(MAP_FAILED, map);
	EXPECT_LE(1, cost_of(map, PAGE - SMALL));
	EXPECT_EQ(0, check_pattern(map, PAGE - SMALL, 5));
	munmap(map, PAGE - SMALL);
}

/* A hole, a page that is moved, one that is protected: the rest is as it was */
TEST_F(huge, split)
{
	char *map = MAP(SIZE), *area, *moved, *to;
	size_t at;

	ASSERT_NE(MAP_FAILED, map);
	ASSERT_LE(0, cost_of(map, SIZE));
	ASSERT_EQ(0, munmap(map + PAGE + 5 * SMALL, SMALL));
	/* To a place that is as aligned, and to one that is not */
	area = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	ASSERT_NE(MAP_FAILED, area);
	to = area + PAGE - (unsigned long)area % PAGE;
	moved = mremap(map + 4 * PAGE, PAGE, PAGE,
		       MREMAP_MAYMOVE | MREMAP_FIXED, to);
	ASSERT_EQ(to, moved);
	to += PAGE + SMALL;
	ASSERT_EQ(to, mremap(map + 5 * PAGE, PAGE, PAGE,
			     MREMAP_MAYMOVE | MREMAP_FIXED, to));
	ASSERT_EQ(0, mprotect(map + 7 * PAGE, SMALL, PROT_READ));

	for (at = 0; at < SIZE; at += SMALL) {
		size_t page = at / SMALL;
		bool gone = page == 512 + 5 ||
			    (at >= 4 * PAGE && at < 6 * PAGE);

		EXPECT_EQ(gone ? SIGSEGV : 0, touch_kind(map + at))
		{
			TH_LOG("at %#zx", at);
		}
		if (!gone)
			EXPECT_EQ(word_get(self->far.map, at / 8),
				  word_get(map, at / 8));
	}
	for (at = 0; at < PAGE; at += SMALL) {
		EXPECT_EQ(word_get(self->far.map, (4 * PAGE + at) / 8),
			  word_get(moved, at / 8));
		EXPECT_EQ(word_get(self->far.map, (5 * PAGE + at) / 8),
			  word_get(to, at / 8));
	}
	EXPECT_EQ(SIGSEGV, touch_kind_write(map + 7 * PAGE));
	EXPECT_EQ(0, touch_kind_write(map + 7 * PAGE + SMALL));
	munmap(area, 4 * PAGE);
	munmap(map, SIZE);
}

/* Who has no right to write has none in a large page either */
TEST_F(huge, read_only)
{
	char *map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, self->fd,
			 self->offset);

	ASSERT_NE(MAP_FAILED, map);
	EXPECT_GE(2, cost_of(map, SIZE));
	EXPECT_EQ(SIGSEGV, touch_kind_write(map));
	EXPECT_EQ(0, mprotect(map, SIZE, PROT_READ | PROT_WRITE));
	EXPECT_EQ(0, touch_kind_write(map));
	EXPECT_EQ(0, touch_kind_write(map + SIZE - SMALL));
	munmap(map, SIZE);
}

TEST_F(huge, forked)
{
	char *map = MAP(SIZE);
	int status;
	pid_t child;

	ASSERT_NE(MAP_FAILED, map);
	ASSERT_LE(0, cost_of(map, SIZE));
	child = fork();
	if (!child) {
		word_set(map, 3, 42);
		_exit(0);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(42, word_get(map, 3));
	munmap(map, SIZE);
}

/* Nothing of a revoked window stays, in large pages or in small ones */
TEST_F(huge, revoked)
{
	char *map = MAP(SIZE);
	size_t at;

	if (!variant->window)
		SKIP(return, "HBM of one's own is not revoked");
	ASSERT_NE(MAP_FAILED, map);
	ASSERT_LE(0, cost_of(map, SIZE));
	ASSERT_EQ(0, mprotect(map + PAGE, SMALL, PROT_READ));
	EXPECT_EQ(0, touch_kind(map + PAGE));
	EXPECT_EQ(0, touch_kind(map + PAGE + SMALL));
	ASSERT_EQ(0, grant_revoke(self->mesh->fd[1], self->grant.handle));
	for (at = 0; at < SIZE; at += 16 * SMALL)
		EXPECT_EQ(SIGBUS, touch_kind(map + at));
	munmap(map, SIZE);
}

TEST_HARNESS_MAIN
