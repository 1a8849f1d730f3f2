// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * queue_bench.c - what one operation costs a process: a no-op through a user
 * queue, beside the cheapest command of an emulated NVMe drive; and an atomic
 * of many in a submit, beside one alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "bench.h"
#include "rig.h"
#include "uqueue.h"

#define ROUNDS 2000
#define BATCH  DRM_TRN4_SUBMIT_MAX

#define NVME      "/dev/nvme0"
#define NVME_DISK "/dev/nvme0n1"

/* Commands that move no data: the one is done at once, the other by the disk */
#define NVME_GET_FEATURES 0x0a
#define NVME_FEAT_QUEUES  0x07
#define NVME_FLUSH        0x00

FIXTURE(queue)
{
	struct rig rig;
	int fd;
	struct uqueue q;
	int nvme, disk;
};

/* The driver is there when its node is, which takes it a while. */
static int open_nvme(const char *path)
{
	int fd, tries;

	for (tries = 0; tries < 100; tries++) {
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0 || errno != ENOENT)
			return fd < 0 ? -errno : fd;
		usleep(100000);
	}
	return -ENOENT;
}

FIXTURE_SETUP(queue)
{
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error);
	self->fd = self->rig.fd[0];
	ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &self->q));
	ASSERT_EQ(0, system("modprobe nvme"));
	self->nvme = open_nvme(NVME);
	if (self->nvme < 0)
		SKIP(return, "needs an NVMe drive");
	self->disk = open_nvme(NVME_DISK);
	ASSERT_LE(0, self->disk);
}

FIXTURE_TEARDOWN(queue)
{
	close(self->nvme);
	close(self->disk);
	rig_end(&self->rig);
}

/* ---- No-ops ---- */

static int nop(struct uqueue *q)
{
	const struct trn4_desc desc = { .opcode = TRN4_OP_NOP };
	struct trn4_cqe cqe;
	int ret = uqueue_do(q, &desc, &cqe);

	return ret ?: cqe.status;
}

static int get_features(int nvme)
{
	struct nvme_passthru_cmd cmd = {
		.opcode = NVME_GET_FEATURES,
		.cdw10 = NVME_FEAT_QUEUES,
	};

	return ioctl(nvme, NVME_IOCTL_ADMIN_CMD, &cmd);
}

static int flush(int disk)
{
	struct nvme_passthru_cmd cmd = { .opcode = NVME_FLUSH, .nsid = 1 };

	return ioctl(disk, NVME_IOCTL_IO_CMD, &cmd);
}

static void tell(const char *name, struct bench_times *ours,
		 struct bench_times *features, struct bench_times *flushes,
		 unsigned int percent)
{
	double a = bench_percentile(features, percent);
	double b = bench_percentile(flushes, percent);
	const struct bench_figure figure = {
		.name = name,
		.unit = "us",
		.ours = bench_percentile(ours, percent) / 1000,
		.peer = (a < b ? a : b) / 1000,
		.peer_name = a < b ? "nvme's Get Features" : "nvme's Flush",
		.bar = 0.5,
	};

	bench_tell(&figure);
}

TEST_F_TIMEOUT(queue, nop, 100)
{
	static struct bench_times ours, features, flushes;
	unsigned int round;
	__u64 begin;

	for (round = 0; round < ROUNDS; round++) {
		begin = bench_now();
		ASSERT_EQ(0, nop(&self->q));
		bench_add(&ours, begin);
		begin = bench_now();
		ASSERT_EQ(0, get_features(self->nvme));
		bench_add(&features, begin);
		begin = bench_now();
		ASSERT_EQ(0, flush(self->disk));
		bench_add(&flushes, begin);
	}
	tell("no-op through a user queue, p50", &ours, &features, &flushes, 50);
	tell("no-op through a user queue, p99", &ours, &features, &flushes, 99);
}

/* ---- Atomics ---- */

TEST_F_TIMEOUT(queue, atomics, 100)
{
	static struct bench_times one, many;
	struct bench_figure figure = {
		.name = "atomic, one of 256 in a submit",
		.unit = "us",
		.peer_name = "alone in a submit",
		.bar = 0.05,
	};
	struct drm_trn4_cmd cmds[BATCH];
	unsigned int i;
	struct bo bo;
	__u64 begin;

	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &bo));
	for (i = 0; i < BATCH; i++)
		cmds[i] = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, bo.handle, 8 * i,
				     1, 0);
	for (i = 0; i < ROUNDS / 10; i++) {
		begin = bench_now();
		ASSERT_EQ(0, submit_wait(self->fd, cmds, 1, 0));
		bench_add(&one, begin);
		begin = bench_now();
		ASSERT_EQ(0, submit_wait(self->fd, cmds, BATCH, 0));
		bench_add(&many, begin);
	}
	figure.ours = bench_median(&many) / BATCH / 1000;
	figure.peer = bench_median(&one) / 1000;
	bench_tell(&figure);
}

TEST_HARNESS_MAIN
