// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timeout_test.c - what takes long is no hang: submits that last many times as
 * long as the driver waits for one for which nothing is done.
 *
 * What a hang is, reset_test shows.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "bench.h"
#include "pci.h"
#include "rig.h"
#include "uqueue.h"

#define PARAM   "/sys/module/trn4/parameters/job_timeout_ms"
#define TIMEOUT 200                        /* ms; the driver looks twice */
#define LONG    (3ull * TIMEOUT * 1000000) /* ns */
#define LARGE   (64 * PAGE)

FIXTURE(timeout)
{
	char was[16]; /* the parameter */
	char device[32];
	char driver[32];
	struct rig rig;
	int fd;
	struct bo bo;
};

static int param(const char *text, char *was, size_t size)
{
	int fd = open(PARAM, O_RDWR | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = was ? read(fd, was, size - 1) : 0;
	if (len < 0 || write(fd, text, strlen(text)) < 0)
		len = -errno;
	else if (was)
		was[len] = 0;
	close(fd);
	return len < 0 ? len : 0;
}

static int rebind(const char *driver, const char *device)
{
	int ret = pci_unbind(driver, device);

	return ret ?: pci_bind(driver, device);
}

FIXTURE_SETUP(timeout)
{
	char text[16];

	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error);
	snprintf(self->device, sizeof(self->device), "%s",
		 self->rig.accels[0].device);
	ASSERT_EQ(0,
		  pci_driver(self->device, self->driver, sizeof(self->driver)));
	rig_end(&self->rig);
	snprintf(text, sizeof(text), "%d", TIMEOUT);
	ASSERT_EQ(0, param(text, self->was, sizeof(self->was)));
	ASSERT_EQ(0, rebind(self->driver, self->device));
	ASSERT_EQ(0, rig_begin(&self->rig, 1));
	self->fd = self->rig.fd[0];
	ASSERT_EQ(0, bo_make(self->fd, LARGE, 0, &self->bo));
}

FIXTURE_TEARDOWN(timeout)
{
	rig_end(&self->rig);
	EXPECT_EQ(0, param(self->was, NULL, 0));
	EXPECT_EQ(0, rebind(self->driver, self->device));
}

/* Of one command, whose rows are much work and few bytes */
TEST_F(timeout, short_rows)
{
	struct drm_trn4_cmd cmd = cmd_copy(self->bo.handle, LARGE / 2,
					   self->bo.handle, 0, 1);
	__u64 begin = bench_now();
	__u8 *map = self->bo.map;

	cmd.copy.rows = LARGE / 4;
	cmd.copy.src_pitch = 2;
	cmd.copy.dst_pitch = 2;
	map[LARGE / 2 - 2] = 0x5a;
	EXPECT_EQ(0, submit_wait(self->fd, &cmd, 1, 0));
	EXPECT_EQ(0x5a, map[LARGE - 2]);
	EXPECT_LT(LONG, bench_now() - begin);
}

/* A fence waits for what another queue has begun, be that ever so long. */
TEST_F(timeout, fence_behind_a_long_operation)
{
	const struct drm_trn4_cmd fence = { .op = DRM_TRN4_OP_FENCE };
	struct trn4_desc fill = uqueue_fill(0, 0, 1, 0x5a);
	const __u8 *map = self->bo.map;
	__u64 begin = bench_now();
	struct trn4_cqe cqe;
	struct uqueue q;

	fill.fill.rows = LARGE / 2;
	fill.fill.pitch = 2;
	ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &q));
	ASSERT_EQ(0, segment_set(self->fd, q.handle, 0, self->bo.handle,
				 RIGHT_ALL, 0, LARGE));
	uqueue_push(&q, &fill);
	uqueue_ring(&q);
	while (__atomic_load_n(map, __ATOMIC_RELAXED) != 0x5a)
		ASSERT_GT(SEC, bench_now() - begin);
	EXPECT_EQ(0, submit_wait(self->fd, &fence, 1, 0));
	ASSERT_TRUE(uqueue_take(&q, &cqe));
	EXPECT_EQ(TRN4_STATUS_OK, cqe.status);
	EXPECT_LT(LONG, bench_now() - begin);
}

TEST_HARNESS_MAIN
