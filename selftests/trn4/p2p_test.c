// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * p2p_test.c - dma-bufs of HBM for devices that are no accelerators, and reach
 * it over PCIe: to whom they are given, where they lead, and how they are had
 * back. By dmabuf_importer.ko, which takes them for any device.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include <hw/trn4_hw.h>
#include "../modules/dmabuf_importer.h"
#include "dmabuf.h"
#include "pci.h"
#include "rig.h"
#include "touch.h"
#include "word.h"

#define SIZE (3 * PAGE)

FIXTURE(p2p)
{
	struct rig rig;
	int fd;             /* of whom the buffer is */
	const char *device; /* the same */
	const char *client; /* device that is to reach it */
	struct bo bo;
	int dmabuf;
	int importer;
	int others[2];
	bool way; /* the kernel knows one */
};

static int importer_open(void)
{
	int fd = open("/dev/" IMPORTER_NAME, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd;
}

static int importer(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) ? -errno : 0;
}

static int attach(int fd, int dmabuf, const char *device, bool peer)
{
	struct importer_attach arg = { .dmabuf = dmabuf, .peer = peer };

	snprintf(arg.device, sizeof(arg.device), "%s", device);
	return importer(fd, IMPORTER_ATTACH, &arg);
}

static int map(int fd, struct importer_map *arg)
{
	return importer(fd, IMPORTER_MAP, arg);
}

/* How often it was told, or a negative errno; and that it holds nothing stale */
static int notified(int fd, bool stale)
{
	struct importer_info info;
	int ret = importer(fd, IMPORTER_INFO, &info);

	if (ret)
		return ret;
	return info.stale == stale ? (int)info.notified : -EPROTO;
}

FIXTURE_SETUP(p2p)
{
	struct importer_way way = {};
	__u32 first;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	ASSERT_EQ(0, touch_begin());
	ASSERT_EQ(0, module_load("dmabuf_importer"))
	{
		TH_LOG("modules are to be built with CONFIG_TRN4_SELFTESTS=m");
	}
	self->fd = self->rig.fd[0];
	self->device = self->rig.accels[0].device;
	self->client = self->rig.accels[1].device;
	/* Not where HBM begins */
	ASSERT_EQ(0, bo_create(self->fd, PAGE, 0, &first));
	ASSERT_EQ(0, bo_make(self->fd, SIZE, 0, &self->bo));
	fill_pattern(self->bo.map, SIZE, 3);
	self->dmabuf = prime_export(self->fd, self->bo.handle);
	ASSERT_LE(0, self->dmabuf);
	self->importer = importer_open();
	self->others[0] = importer_open();
	self->others[1] = importer_open();
	ASSERT_LE(0, self->importer);
	ASSERT_LE(0, self->others[0]);
	ASSERT_LE(0, self->others[1]);
	snprintf(way.provider, sizeof(way.provider), "%s", self->device);
	snprintf(way.client, sizeof(way.client), "%s", self->client);
	ASSERT_EQ(0, importer(self->importer, IMPORTER_WAY, &way));
	self->way = way.yes;
}

FIXTURE_TEARDOWN(p2p)
{
	if (self->importer >= 0)
		close(self->importer);
	close(self->others[0]);
	close(self->others[1]);
	if (self->dmabuf >= 0)
		close(self->dmabuf);
	EXPECT_EQ(0, module_remove("dmabuf_importer"));
	rig_end(&self->rig);
}

/* Why a test is skipped where there is no way */
#define NO_WAY \
	"needs PCI_P2PDMA, DMABUF_MOVE_NOTIFY and a host bridge known for it"

/* ---- Who gets it ---- */

/* Who can have the host's pages alone is told so, way or not, and holds nothing. */
TEST_F(p2p, not_for_all)
{
	EXPECT_EQ(-EOPNOTSUPP,
		  attach(self->importer, self->dmabuf, self->client, false));
	EXPECT_EQ(-ENOTCONN, importer(self->importer, IMPORTER_MAP, NULL));
	EXPECT_EQ(0, export_revoke(self->fd, self->bo.handle));
}

/* Where there is no way, nobody is told of one. */
TEST_F(p2p, no_way)
{
	struct importer_map runs;
	int ret;

	if (self->way)
		SKIP(return, "there is one");
	ret = attach(self->importer, self->dmabuf, self->client, true);
	if (!ret)
		ret = map(self->importer, &runs);
	EXPECT_EQ(-EOPNOTSUPP, ret);
}

/* Where it leads: to the buffer's bytes in BAR4, all of them, and no others. */
TEST_F(p2p, leads_there)
{
	struct importer_map runs;
	__u64 begin, size, total = 0;
	__u32 i;
	__u8 *at;

	if (!self->way)
		SKIP(return, NO_WAY);
	ASSERT_EQ(0, attach(self->importer, self->dmabuf, self->client, true));
	ASSERT_EQ(0, map(self->importer, &runs));
	EXPECT_EQ(-EBUSY, map(self->importer, &runs));
	ASSERT_EQ(0, pci_bar(self->device, TRN4_BAR_HBM, &begin, &size));
	ASSERT_LE(1, runs.count);
	ASSERT_GE(IMPORTER_RUNS, runs.count);
	for (i = 0; i < runs.count; i++) {
		ASSERT_LE(begin, runs.addr[i]);
		ASSERT_GE(begin + size, runs.addr[i] + runs.length[i]);
		at = pci_map(self->device, TRN4_BAR_HBM, runs.addr[i] - begin,
			     runs.length[i]);
		ASSERT_NE(MAP_FAILED, at)
		{
			TH_LOG("needs iomem=relaxed on the command line");
		}
		EXPECT_EQ(0, memcmp(at, self->bo.map + total, runs.length[i]));
		word_set(at, 5, 0x55 + i);
		word_barrier();
		EXPECT_EQ(0x55 + i, word_get(self->bo.map + total, 5));
		total += runs.length[i];
		munmap(at, runs.length[i]);
	}
	EXPECT_EQ(SIZE, total);
	EXPECT_EQ(0, notified(self->importer, false));
}

/* It holds the memory for as long as it has it, whoever else has let go. */
TEST_F(p2p, holds_memory)
{
	struct importer_map runs;
	__u64 before, free;

	if (!self->way)
		SKIP(return, NO_WAY);
	ASSERT_EQ(0, attach(self->importer, self->dmabuf, self->client, true));
	ASSERT_EQ(0, map(self->importer, &runs));
	ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_FREE, &before));
	bo_drop(self->fd, &self->bo);
	close(self->dmabuf);
	self->dmabuf = -1;
	ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_FREE, &free));
	EXPECT_EQ(before, free);
	EXPECT_EQ(0, importer(self->importer, IMPORTER_DETACH, NULL));
	EXPECT_EQ(0, hbm_comes_back(self->fd, before + SIZE));
}

/* ---- How it is had back ---- */

TEST_F(p2p, reset_takes_it_back)
{
	struct importer_map runs, again;
	int other = self->others[0], i;

	if (!self->way)
		SKIP(return, NO_WAY);
	ASSERT_EQ(0, attach(self->importer, self->dmabuf, self->client, true));
	ASSERT_EQ(0, attach(other, self->dmabuf, self->client, true));
	ASSERT_EQ(0, map(self->importer, &runs));
	for (i = 1; i <= 3; i++) {
		ASSERT_EQ(0, pci_reset(self->device));
		/* Whoever has not mapped it is told as well. */
		EXPECT_EQ(i, notified(self->importer, true));
		EXPECT_EQ(i, notified(other, true));
		ASSERT_EQ(0, importer(self->importer, IMPORTER_UNMAP, NULL));
		ASSERT_EQ(0, map(self->importer, &again));
		EXPECT_EQ(0, memcmp(&runs, &again, sizeof(runs)));
		EXPECT_EQ(i, notified(self->importer, false));
	}
	EXPECT_EQ(0, check_pattern(self->bo.map, SIZE, 3));
}

/* What a thread does while the test looks */
struct call {
	pthread_t thread;
	const char *device; /* to reset, or NULL: @bo of @fd to revoke */
	int fd;
	__u32 bo;
	int ret;
	int done;
};

static void *make_call(void *arg)
{
	struct call *call = arg;

	call->ret = call->device ? pci_reset(call->device) :
				   export_revoke(call->fd, call->bo);
	__atomic_store_n(&call->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static bool done(struct call *call)
{
	return __atomic_load_n(&call->done, __ATOMIC_ACQUIRE);
}

/*
 * Until the importer has been told @times: then the call waits for its work, and
 * keeps it from nothing meanwhile. Does the call still wait some time later?
 */
static bool waits(struct call *call, int fd, int times)
{
	while (!done(call) && notified(fd, true) != times)
		usleep(1000);
	usleep(200000);
	return !done(call) && notified(fd, true) == times;
}

/*
 * What has been queued may still be at the memory: until it has ended, the
 * memory is not anybody else's.
 */
TEST_F(p2p, reset_waits_for_work)
{
	struct call call = { .device = self->device };
	struct importer_map runs;

	if (!self->way)
		SKIP(return, NO_WAY);
	ASSERT_EQ(0, attach(self->importer, self->dmabuf, self->client, true));
	ASSERT_EQ(0, attach(self->others[0], self->dmabuf, self->client, true));
	ASSERT_EQ(0, map(self->importer, &runs));
	ASSERT_EQ(0, importer(self->importer, IMPORTER_BEGIN, NULL));
	ASSERT_EQ(0, pthread_create(&call.thread, NULL, make_call, &call));
	EXPECT_TRUE(waits(&call, self->importer, 1));
	EXPECT_EQ(-EBUSY, map(self->others[0], &runs));
	ASSERT_EQ(0, importer(self->importer, IMPORTER_END, NULL));
	ASSERT_EQ(0, pthread_join(call.thread, NULL));
	EXPECT_EQ(0, call.ret);
	EXPECT_EQ(0, map(self->others[0], &runs));
}

TEST_F(p2p, revoke_takes_it_back)
{
	int other = self->others[0], late = self->others[1];
	struct importer_map runs;

	if (!self->way)
		SKIP(return, NO_WAY);
	ASSERT_EQ(0, attach(self->importer, self->dmabuf, self->client, true));
	ASSERT_EQ(0, attach(other, self->dmabuf, self->client, true));
	ASSERT_EQ(0, map(self->importer, &runs));
	ASSERT_EQ(0, export_revoke(self->fd, self->bo.handle));
	EXPECT_EQ(1, notified(self->importer, true));
	EXPECT_EQ(1, notified(other, true));
	ASSERT_EQ(0, importer(self->importer, IMPORTER_UNMAP, NULL));
	EXPECT_EQ(-EKEYREVOKED, map(self->importer, &runs));
	EXPECT_EQ(-EKEYREVOKED, map(other, &runs));
	EXPECT_EQ(-EKEYREVOKED, attach(late, self->dmabuf, self->client, true));
	EXPECT_EQ(0, check_pattern(self->bo.map, SIZE, 3));
	/* A reset does not give it again. */
	ASSERT_EQ(0, pci_reset(self->device));
	EXPECT_EQ(-EKEYREVOKED, map(other, &runs));
}

static void on_signal(int sig)
{
	(void)sig;
}

/* It waits, can be interrupted, and has taken effect all the same. */
TEST_F(p2p, revoke_waits_for_work)
{
	struct call call = { .fd = self->fd, .bo = self->bo.handle };
	const struct sigaction action = { .sa_handler = on_signal };
	struct importer_map runs;
	__u32 window;

	if (!self->way)
		SKIP(return, NO_WAY);
	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	ASSERT_EQ(0, prime_import(self->rig.fd[1], self->dmabuf, &window));
	ASSERT_EQ(0, attach(self->importer, self->dmabuf, self->client, true));
	ASSERT_EQ(0, map(self->importer, &runs));
	ASSERT_EQ(0, importer(self->importer, IMPORTER_BEGIN, NULL));

	ASSERT_EQ(0, pthread_create(&call.thread, NULL, make_call, &call));
	EXPECT_TRUE(waits(&call, self->importer, 1));
	/* Windows do not wait for it, and nobody gets it meanwhile. */
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED,
		  window_state(self->rig.fd[1], window));
	EXPECT_EQ(-EKEYREVOKED,
		  attach(self->others[0], self->dmabuf, self->client, true));
	ASSERT_EQ(0, pthread_kill(call.thread, SIGUSR1));
	ASSERT_EQ(0, pthread_join(call.thread, NULL));
	EXPECT_EQ(-EINTR, call.ret);

	call.done = 0;
	ASSERT_EQ(0, pthread_create(&call.thread, NULL, make_call, &call));
	EXPECT_TRUE(waits(&call, self->importer, 2));
	ASSERT_EQ(0, importer(self->importer, IMPORTER_END, NULL));
	ASSERT_EQ(0, pthread_join(call.thread, NULL));
	EXPECT_EQ(0, call.ret);
}

/* Its owner has gone: it is told, gets nothing any more, and lets go later. */
TEST_F(p2p, unbind_takes_it_back)
{
	struct importer_map runs;
	char driver[32];

	if (!self->way)
		SKIP(return, NO_WAY);
	ASSERT_EQ(0, attach(self->importer, self->dmabuf, self->client, true));
	ASSERT_EQ(0, map(self->importer, &runs));
	ASSERT_EQ(0, pci_driver(self->device, driver, sizeof(driver)));
	ASSERT_EQ(0, pci_unbind(driver, self->device));
	EXPECT_EQ(1, notified(self->importer, true));
	ASSERT_EQ(0, importer(self->importer, IMPORTER_UNMAP, NULL));
	EXPECT_EQ(-ENODEV, map(self->importer, &runs));
	ASSERT_EQ(0, importer(self->importer, IMPORTER_DETACH, NULL));
	EXPECT_EQ(-EOPNOTSUPP,
		  attach(self->importer, self->dmabuf, self->client, false));
	ASSERT_EQ(0, pci_bind(driver, self->device));
}

/* Who is killed with it mapped, and work under way, leaves nothing. */
TEST_F(p2p, importer_ends)
{
	struct importer_map runs;
	__u64 free;

	if (!self->way)
		SKIP(return, NO_WAY);
	ASSERT_EQ(0, attach(self->importer, self->dmabuf, self->client, true));
	ASSERT_EQ(0, map(self->importer, &runs));
	ASSERT_EQ(0, importer(self->importer, IMPORTER_BEGIN, NULL));
	close(self->importer);
	self->importer = -1;
	ASSERT_EQ(0, pci_reset(self->device));
	ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_FREE, &free));
	bo_drop(self->fd, &self->bo);
	close(self->dmabuf);
	self->dmabuf = -1;
	EXPECT_EQ(0, hbm_comes_back(self->fd, free + SIZE));
}

TEST_HARNESS_MAIN
