// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * iommu_test.c - an accelerator behind an IOMMU reaches what is mapped for it,
 * and no other memory: whatever its descriptors, rings and lists of pages name.
 *
 * It is taken from its driver, which would never name such an address.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "cmdline.h"
#include "rig.h"
#include "uqueue.h"
#include "vfio.h"
#include "word.h"

#define SMALL   4096u
#define ENTRIES 32 /* of a ring, which fits in SMALL */
#define OF_RING 5  /* log2 of that */
#define BOTH    (VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)

/* Pages of ours that the device can reach, and where it has them */
#define IOVA(page) (4 * GIB + SMALL * (page))
enum { SQ, CQ, DATA, LIST, READ_ONLY, PAGES };

FIXTURE(iommu)
{
	struct vfio v;
	bool taken;
	void *pages;
	void *victim; /* the device has no business in it */
	__u64 stray;  /* its physical address */
	int log;
};

/* Where a page of ours lies in memory, or 0 */
static __u64 physical(const void *at)
{
	__u64 entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (pread(fd, &entry, sizeof(entry),
		  (unsigned long)at / SMALL * sizeof(entry)) != sizeof(entry))
		entry = 0;
	close(fd);
	return (entry & ((1ull << 55) - 1)) * SMALL;
}

static void *lock_pages(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_LOCKED, -1,
		    0);
}

FIXTURE_SETUP(iommu)
{
	struct accel accels[ACCEL_MAX];

	/* Whoever has made such a machine says so to the guest. */
	if (!cmdline_has("guest.iommu=1"))
		SKIP(return, "needs an IOMMU: vm/check iommu");
	if (accel_scan(accels, ACCEL_MAX) < 1)
		SKIP(return, RIG_NEEDS, 1);
	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->log);
	ASSERT_LE(0, lseek(self->log, 0, SEEK_END));
	self->pages = lock_pages(PAGES * SMALL);
	self->victim = lock_pages(SMALL);
	ASSERT_NE(MAP_FAILED, self->pages);
	ASSERT_NE(MAP_FAILED, self->victim);
	memset(self->victim, 0x77, SMALL);
	self->stray = physical(self->victim);
	ASSERT_NE(0, self->stray);
	ASSERT_EQ(0, vfio_begin(&self->v, accels[0].device));
	/* From here on it has to be given back */
	self->taken = true;
	EXPECT_EQ(0, vfio_map(&self->v, self->pages, IOVA(0), READ_ONLY * SMALL,
			      BOTH));
	EXPECT_EQ(0, vfio_map(&self->v, self->pages + READ_ONLY * SMALL,
			      IOVA(READ_ONLY), SMALL, VFIO_DMA_MAP_FLAG_READ));
}

FIXTURE_TEARDOWN(iommu)
{
	if (self->taken)
		EXPECT_EQ(0, vfio_end(&self->v));
	/* The rest goes with the process. */
}

/* ---- The device, without a driver ---- */

static void reg_write(const struct vfio *v, size_t at, __u32 value)
{
	__atomic_store_n((__u32 *)(v->regs + at), value, __ATOMIC_RELEASE);
}

static __u32 reg_read(const struct vfio *v, size_t at)
{
	return __atomic_load_n((__u32 *)(v->regs + at), __ATOMIC_ACQUIRE);
}

static void reg_write_64(const struct vfio *v, size_t at, __u64 value)
{
	reg_write(v, at, value);
	reg_write(v, at + 4, value >> 32);
}

/* Queue @n with rings at these bus addresses; ours are in pages SQ and CQ */
static struct uqueue queue_start(struct vfio *v, void *pages, unsigned int n,
				 __u64 sq, __u64 cq, __u32 ctrl)
{
	size_t regs = TRN4_QUEUE_BASE + n * TRN4_QUEUE_STRIDE;

	memset(pages + SQ * SMALL, 0, SMALL);
	memset(pages + CQ * SMALL, 0, SMALL);
	reg_write(v, regs + TRN4_QUEUE_CTRL, 0);
	reg_write_64(v, regs + TRN4_QUEUE_SQ_BASE, sq);
	reg_write_64(v, regs + TRN4_QUEUE_CQ_BASE, cq);
	reg_write(v, regs + TRN4_QUEUE_SIZE, OF_RING);
	reg_write(v, regs + TRN4_QUEUE_CTRL, TRN4_QUEUE_ENABLE | ctrl);
	return (struct uqueue) {
		.fd = -1,
		.entries = ENTRIES,
		.doorbell = v->regs + TRN4_DOORBELL_BASE +
			    n * TRN4_DOORBELL_STRIDE,
		.sq = pages + SQ * SMALL,
		.cq = pages + CQ * SMALL,
		.phase = 1,
	};
}

static __u32 queue_status(const struct vfio *v, unsigned int n)
{
	return reg_read(v, TRN4_QUEUE_BASE + n * TRN4_QUEUE_STRIDE +
				   TRN4_QUEUE_STATUS);
}

static int status_of(struct uqueue *q, struct trn4_desc d)
{
	struct trn4_cqe cqe;

	return uqueue_do(q, &d, &cqe) ? -ETIME : cqe.status;
}

static struct trn4_desc copy(__u8 dst_space, __u64 dst, __u8 src_space,
			     __u64 src, __u64 length)
{
	struct trn4_desc d = uqueue_copy(0, dst, 0, src, length);

	d.dst_space = dst_space;
	d.src_space = src_space;
	return d;
}

/* Does the kernel's log tell of DMA that was stopped, at @addr or later? */
static bool fault_is_logged(int log, __u64 addr)
{
	struct pollfd ready = { .fd = log, .events = POLLIN };
	char line[1024], want[64];
	ssize_t len;

	snprintf(want, sizeof(want), "fault addr 0x%llx", addr);
	for (;;) {
		len = read(log, line, sizeof(line) - 1);
		if (len < 0 && errno == EPIPE)
			continue; /* some were overwritten */
		if (len < 0 && (errno != EAGAIN || poll(&ready, 1, 10000) != 1))
			return false;
		if (len <= 0)
			continue;
		line[len] = 0;
		if (strstr(line, "DMAR:") && strstr(line, want))
			return true;
	}
}

#define HOST TRN4_SPACE_HOST
#define HBM  TRN4_SPACE_HBM

/* ---- Descriptors ---- */

/*
 * The first test, as the kernel tells of few faults in a row. That the stray
 * address is one that would have hit shows where it is mapped for a while.
 */
TEST_F(iommu, a_stray_copy_is_stopped)
{
	__u64 *data = self->pages + DATA * SMALL;
	struct uqueue q = queue_start(&self->v, self->pages, 0, IOVA(SQ),
				      IOVA(CQ), 0);
	struct trn4_desc out = copy(HOST, self->stray, HOST, IOVA(DATA), 64);
	struct trn4_desc in = copy(HOST, IOVA(DATA), HOST, self->stray, 64);

	memset(data, 0x11, 64);
	EXPECT_EQ(TRN4_STATUS_BUS, status_of(&q, out));
	EXPECT_EQ(0x7777777777777777, word_get(self->victim, 0));
	EXPECT_TRUE(fault_is_logged(self->log, self->stray));
	EXPECT_EQ(TRN4_STATUS_BUS, status_of(&q, in));
	EXPECT_EQ(0x1111111111111111, word_get(data, 0));

	ASSERT_EQ(0,
		  vfio_map(&self->v, self->victim, self->stray, SMALL, BOTH));
	EXPECT_EQ(TRN4_STATUS_OK, status_of(&q, out));
	EXPECT_EQ(0x1111111111111111, word_get(self->victim, 0));
	ASSERT_EQ(0, vfio_unmap(&self->v, self->stray, SMALL));
	/* What was translated before is translated no more */
	memset(data, 0x22, 64);
	EXPECT_EQ(TRN4_STATUS_BUS, status_of(&q, out));
	EXPECT_EQ(TRN4_STATUS_BUS, status_of(&q, in));
	EXPECT_EQ(0x1111111111111111, word_get(self->victim, 0));
	EXPECT_EQ(0x2222222222222222, word_get(data, 0));
	EXPECT_EQ(TRN4_QUEUE_RUNNING, queue_status(&self->v, 0));
}

TEST_F(iommu, each_operation_is_stopped)
{
	__u64 *data = self->pages + DATA * SMALL;
	struct uqueue q = queue_start(&self->v, self->pages, 0, IOVA(SQ),
				      IOVA(CQ), 0);
	struct trn4_desc fill = uqueue_fill(0, self->stray, 64, 5);
	struct trn4_desc sem = uqueue_semaphore(TRN4_SEMAPHORE_SIGNAL, 0,
						self->stray, 5, 0);
	struct trn4_desc swap = uqueue_add(0, 64, 5);

	/* HBM has the same as before */
	EXPECT_EQ(TRN4_STATUS_OK,
		  status_of(&q, copy(HBM, 0, HOST, IOVA(DATA), SMALL)));
	EXPECT_EQ(TRN4_STATUS_BUS,
		  status_of(&q, copy(HBM, 0, HOST, self->stray, SMALL)));
	memset(data, 0x33, SMALL);
	EXPECT_EQ(TRN4_STATUS_OK,
		  status_of(&q, copy(HOST, IOVA(DATA), HBM, 0, SMALL)));
	EXPECT_EQ(SMALL, first_not(data, SMALL, 0));
	EXPECT_EQ(TRN4_STATUS_BUS,
		  status_of(&q, copy(HOST, self->stray, HBM, 0, SMALL)));

	fill.dst_space = HOST;
	EXPECT_EQ(TRN4_STATUS_BUS, status_of(&q, fill));
	sem.dst_space = HOST;
	EXPECT_EQ(TRN4_STATUS_BUS, status_of(&q, sem));
	sem.kind = TRN4_SEMAPHORE_EQ;
	EXPECT_EQ(TRN4_STATUS_BUS, status_of(&q, sem));
	/* An atomic of 16 bytes puts what was there in host memory */
	swap.kind = TRN4_ATOMIC_SWAP;
	swap.type = TRN4_TYPE_U128;
	swap.dst_space = HBM;
	swap.src_space = HOST;
	swap.src = self->stray;
	EXPECT_EQ(TRN4_STATUS_BUS, status_of(&q, swap));
	EXPECT_EQ(SMALL, first_not(self->victim, SMALL, 0x77));
}

/* Of a copy across the end of what is mapped, what lies before may arrive */
TEST_F(iommu, across_an_end)
{
	void *last = self->pages + READ_ONLY * SMALL;
	struct uqueue q = queue_start(&self->v, self->pages, 0, IOVA(SQ),
				      IOVA(CQ), 0);

	memset(last, 0x44, SMALL);
	memset(self->pages + LIST * SMALL, 0x55, SMALL);
	EXPECT_EQ(TRN4_STATUS_BUS,
		  status_of(&q,
			    copy(HBM, 0, HOST, IOVA(READ_ONLY), 2 * SMALL)));
	/* It can be read, and not written, though it is mapped */
	EXPECT_EQ(TRN4_STATUS_OK,
		  status_of(&q, copy(HBM, 0, HOST, IOVA(READ_ONLY), SMALL)));
	EXPECT_EQ(TRN4_STATUS_BUS,
		  status_of(&q, copy(HOST, IOVA(READ_ONLY), HOST, IOVA(LIST),
				     SMALL)));
	EXPECT_EQ(TRN4_STATUS_BUS,
		  status_of(&q, copy(HOST, IOVA(LIST), HOST, IOVA(SQ) - SMALL,
				     2 * SMALL)));
	EXPECT_EQ(SMALL, first_not(last, SMALL, 0x44));
	EXPECT_EQ(SMALL, first_not(self->pages + LIST * SMALL, SMALL, 0x55));
}

/* ---- Rings and lists ---- */

/* A ring that is not there is the end of its queue, and of no other */
TEST_F(iommu, a_stray_ring_is_a_fault)
{
	const struct trn4_desc nop = { .opcode = TRN4_OP_NOP };
	struct vfio *v = &self->v;
	struct uqueue q;

	q = queue_start(v, self->pages, 1, self->stray, IOVA(CQ), 0);
	EXPECT_EQ(TRN4_QUEUE_RUNNING, queue_status(v, 1));
	uqueue_push(&q, &nop);
	uqueue_ring(&q);
	while (queue_status(v, 1) == TRN4_QUEUE_RUNNING)
		;
	EXPECT_EQ(TRN4_QUEUE_FAULT, queue_status(v, 1));

	/* Nor is a record put anywhere */
	q = queue_start(v, self->pages, 2, IOVA(SQ), self->stray, 0);
	uqueue_push(&q, &nop);
	uqueue_ring(&q);
	while (queue_status(v, 2) == TRN4_QUEUE_RUNNING)
		;
	EXPECT_EQ(TRN4_QUEUE_FAULT, queue_status(v, 2));
	q = queue_start(v, self->pages, 3, IOVA(SQ), IOVA(READ_ONLY), 0);
	uqueue_push(&q, &nop);
	uqueue_ring(&q);
	while (queue_status(v, 3) == TRN4_QUEUE_RUNNING)
		;
	EXPECT_EQ(TRN4_QUEUE_FAULT, queue_status(v, 3));
	EXPECT_EQ(SMALL, first_not(self->pages + READ_ONLY * SMALL, SMALL, 0));
	EXPECT_EQ(SMALL, first_not(self->victim, SMALL, 0x77));

	q = queue_start(v, self->pages, 4, IOVA(SQ), IOVA(CQ), 0);
	EXPECT_EQ(TRN4_STATUS_OK, status_of(&q, nop));
}

static void segment_start(struct vfio *v, unsigned int n, __u64 base,
			  __u32 ctrl)
{
	size_t at = TRN4_SEGMENT_BASE + n * TRN4_SEGMENT_STRIDE;

	reg_write(v, at + TRN4_SEGMENT_CTRL, 0);
	reg_write_64(v, at + TRN4_SEGMENT_BASE_ADDR, base);
	reg_write_64(v, at + TRN4_SEGMENT_SIZE, SMALL);
	reg_write(v, at + TRN4_SEGMENT_CTRL,
		  TRN4_SEGMENT_VALID | TRN4_SEGMENT_SPACE(HOST) |
			  NVL_RIGHT_READ | NVL_RIGHT_WRITE | ctrl);
}

/* A user's queue: a segment, its list of pages, and what that names */
TEST_F(iommu, a_stray_segment_is_stopped)
{
	__u64 *list = self->pages + LIST * SMALL;
	__u64 *data = self->pages + DATA * SMALL;
	struct uqueue q = queue_start(&self->v, self->pages, 0, IOVA(SQ),
				      IOVA(CQ), TRN4_QUEUE_USER);

	segment_start(&self->v, 0, IOVA(LIST), TRN4_SEGMENT_PAGES);
	segment_start(&self->v, 1, self->stray, 0);
	segment_start(&self->v, 2, self->stray, TRN4_SEGMENT_PAGES);
	list[0] = IOVA(DATA);
	EXPECT_EQ(TRN4_STATUS_OK, status_of(&q, uqueue_fill(0, 0, SMALL, 7)));
	EXPECT_EQ(7, word_get(data, SMALL / 8 - 1));
	list[0] = self->stray;
	EXPECT_EQ(TRN4_STATUS_BUS, status_of(&q, uqueue_fill(0, 0, SMALL, 8)));
	EXPECT_EQ(TRN4_STATUS_BUS, status_of(&q, uqueue_fill(1, 0, SMALL, 8)));
	EXPECT_EQ(TRN4_STATUS_BUS, status_of(&q, uqueue_fill(2, 0, SMALL, 8)));
	EXPECT_EQ(7, word_get(data, 0));
	EXPECT_EQ(SMALL, first_not(self->victim, SMALL, 0x77));
}

/* ---- Its driver ---- */

/* It takes the device back, and maps what it lets it reach */
TEST_F(iommu, its_driver_has_it_again)
{
	struct accel accels[ACCEL_MAX];
	struct bo bo;
	int fd;

	self->taken = false;
	ASSERT_EQ(0, vfio_end(&self->v));
	ASSERT_LE(1, accel_scan(accels, ACCEL_MAX));
	ASSERT_STREQ(self->v.device, accels[0].device);
	fd = accel_open(&accels[0]);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bo_make(fd, PAGE, DRM_TRN4_BO_HOST, &bo));
	ASSERT_EQ(0, submit_wait(fd,
				 (struct drm_trn4_cmd[]) {
					 cmd_fill(bo.handle, 0, PAGE, 0x66) },
				 1, 0));
	EXPECT_EQ(0x66, word_get(bo.map, PAGE / 8 - 1));
	close(fd);
}

TEST_HARNESS_MAIN
