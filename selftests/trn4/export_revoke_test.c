// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * export_revoke_test.c - an owner takes a buffer back from all who have it by
 * its dma-buf, and from nobody else. Devices that have it over PCIe are those
 * of p2p_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "dmabuf.h"
#include "pci.h"
#include "rig.h"
#include "touch.h"
#include "uqueue.h"
#include "word.h"

#define SIZE (2 * PAGE)

FIXTURE(revoke)
{
	struct rig rig;
	int fd, peer; /* whose the buffer is; who imports it */
	struct bo bo;
	int dmabuf;
	__u32 window; /* of the peer, by import */
	__u8 *map;    /* of that */
};

FIXTURE_SETUP(revoke)
{
	if (rig_begin(&self->rig, 3) == -ENODEV)
		SKIP(return, RIG_NEEDS, 3);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	ASSERT_EQ(0, touch_begin());
	self->fd = self->rig.fd[0];
	self->peer = self->rig.fd[1];
	ASSERT_EQ(0, bo_make(self->fd, SIZE, 0, &self->bo));
	fill_pattern(self->bo.map, SIZE, 1);
	self->dmabuf = prime_export(self->fd, self->bo.handle);
	ASSERT_LE(0, self->dmabuf);
	ASSERT_EQ(0, prime_import(self->peer, self->dmabuf, &self->window));
	self->map = gem_map(self->peer, self->window, SIZE,
			    PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, self->map);
	ASSERT_EQ(0, check_pattern(self->map, SIZE, 1));
}

/* Whatever else happened, the owner has all of it. */
FIXTURE_TEARDOWN(revoke)
{
	EXPECT_EQ(0, check_pattern(self->bo.map, SIZE, 1));
	EXPECT_EQ(0, touch_kind_write(self->bo.map));
	close(self->dmabuf);
	rig_end(&self->rig);
}

TEST_F(revoke, ends_windows)
{
	int other = accel_open(&self->rig.accels[1]);
	int third = self->rig.fd[2];
	__u32 others, thirds;
	struct drm_trn4_cmd cmd;
	struct bo results;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, bo_make(self->peer, PAGE, DRM_TRN4_BO_HOST, &results));
	ASSERT_EQ(0, prime_import(other, self->dmabuf, &others));
	ASSERT_EQ(0, prime_import(third, self->dmabuf, &thirds));
	ASSERT_EQ(DRM_TRN4_WINDOW_LIVE, window_state(third, thirds));

	ASSERT_EQ(0, export_revoke(self->fd, self->bo.handle));
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED,
		  window_state(self->peer, self->window));
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED, window_state(other, others));
	EXPECT_EQ(DRM_TRN4_WINDOW_REVOKED, window_state(third, thirds));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	EXPECT_EQ(SIGBUS, touch_kind(self->map + SIZE - 8));
	EXPECT_EQ(SIGBUS, touch_kind_write(self->map));
	/* The engine has as little of it. */
	cmd = cmd_fill(self->window, 0, SIZE, 0);
	ASSERT_EQ(0, submit_wait(self->peer, &cmd, 1, results.handle));
	EXPECT_EQ(-EKEYREVOKED, ((struct drm_trn4_result *)results.map)->error);
	close(other);
}

TEST_F(revoke, ends_segments)
{
	struct trn4_desc desc = uqueue_fill(0, 0, SIZE, 0);
	struct trn4_cqe cqe;
	struct uqueue q;

	ASSERT_EQ(0, uqueue_make(self->peer, 64, -1, &q));
	ASSERT_EQ(0, segment_set(self->peer, q.handle, 0, self->window,
				 RIGHT_RW, 0, SIZE));
	ASSERT_EQ(0, export_revoke(self->fd, self->bo.handle));
	ASSERT_EQ(0, uqueue_do(&q, &desc, &cqe));
	EXPECT_EQ(TRN4_STATUS_NO_WINDOW, cqe.status);
}

/* Its mappings go, in whichever process, and none is made any more. */
TEST_F(revoke, ends_mappings)
{
	__u8 *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			 self->dmabuf, 0);
	__u8 *late = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, self->dmabuf, 0);
	int status, go[2], here[2];
	char byte;
	pid_t pid;

	ASSERT_NE(MAP_FAILED, map);
	ASSERT_NE(MAP_FAILED, late); /* touched only when it is too late */
	ASSERT_EQ(0, touch_kind(map));
	ASSERT_EQ(0, pipe(go));
	ASSERT_EQ(0, pipe(here));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		status = touch_kind(map) != 0;
		if (write(here[1], "", 1) != 1 || read(go[0], &byte, 1) != 1)
			status |= 2;
		if (touch_kind(map) != SIGBUS ||
		    touch_kind_write(map + PAGE) != SIGBUS)
			status |= 4;
		_exit(status);
	}

	ASSERT_EQ(1, read(here[0], &byte, 1));
	ASSERT_EQ(0, export_revoke(self->fd, self->bo.handle));
	ASSERT_EQ(1, write(go[1], "", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(SIGBUS, touch_kind(map));
	EXPECT_EQ(SIGBUS, touch_kind_write(map + SIZE - 8));
	EXPECT_EQ(SIGBUS, touch_kind(late));
	EXPECT_EQ(SIGBUS, touch_kind(late + PAGE));
	EXPECT_EQ(MAP_FAILED,
		  mmap(NULL, SIZE, PROT_READ, MAP_SHARED, self->dmabuf, 0));
	EXPECT_EQ(EKEYREVOKED, errno);
	munmap(map, SIZE);
	munmap(late, SIZE);
}

/* Nobody gets it anew, by whichever file of it. */
TEST_F(revoke, is_for_good)
{
	int home = accel_open(&self->rig.accels[0]), again;
	int other = accel_open(&self->rig.accels[1]);
	unsigned int i;
	__u32 handle;

	ASSERT_LE(0, home);
	ASSERT_LE(0, other);
	ASSERT_EQ(0, export_revoke(self->fd, self->bo.handle));
	again = prime_export(self->fd, self->bo.handle);
	ASSERT_LE(0, again);
	/* More often than there are grants: none is lost to it */
	for (i = 0; i < 600; i++)
		ASSERT_EQ(-EKEYREVOKED,
			  prime_import(other, self->dmabuf, &handle));
	EXPECT_EQ(-EKEYREVOKED, prime_import(other, again, &handle));
	EXPECT_EQ(-EKEYREVOKED, prime_import(home, self->dmabuf, &handle));
	EXPECT_EQ(-EKEYREVOKED, prime_import(self->rig.fd[2], again, &handle));
	/* Who had it has the same as before, window or buffer. */
	ASSERT_EQ(0, prime_import(self->peer, again, &handle));
	EXPECT_EQ(self->window, handle);
	ASSERT_EQ(0, prime_import(self->fd, again, &handle));
	EXPECT_EQ(self->bo.handle, handle);
	/* And a reset brings nothing back. */
	ASSERT_EQ(0, pci_reset(self->rig.accels[0].device));
	ASSERT_EQ(0, rig_settle(&self->rig));
	EXPECT_EQ(-EKEYREVOKED, prime_import(other, self->dmabuf, &handle));
	EXPECT_EQ(0, export_revoke(self->fd, self->bo.handle));
	close(again);
	close(other);
	close(home);
}

/* What others have by a grant, or as the buffer itself, is theirs. */
TEST_F(revoke, leaves_the_rest)
{
	int home = accel_open(&self->rig.accels[0]);
	struct bo other, third;
	struct grant grant;
	__u32 window, same;
	int dmabuf;
	__u8 *map;

	ASSERT_LE(0, home);
	ASSERT_EQ(0, prime_import(home, self->dmabuf, &same));
	map = gem_map(home, same, SIZE, PROT_READ);
	ASSERT_NE(MAP_FAILED, map);
	ASSERT_EQ(0, touch_kind(map));
	ASSERT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_RW, 0, SIZE,
				&grant));
	ASSERT_EQ(0, window_map(self->peer, &grant, 0, 0, RIGHT_RW, &window));
	/* Another buffer with a dma-buf of its own, and one without */
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &other));
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &third));
	dmabuf = prime_export(self->fd, other.handle);
	ASSERT_LE(0, dmabuf);
	ASSERT_EQ(0, prime_import(self->peer, dmabuf, &other.handle));

	ASSERT_EQ(0, export_revoke(self->fd, self->bo.handle));
	EXPECT_EQ(0, check_pattern(map, SIZE, 1));
	EXPECT_EQ(DRM_TRN4_WINDOW_LIVE, window_state(self->peer, window));
	EXPECT_EQ(DRM_TRN4_WINDOW_LIVE, window_state(self->peer, other.handle));
	/* A grant can be made of it as before, which shares it anew. */
	ASSERT_EQ(0, grant_make(self->fd, self->bo.handle, RIGHT_R, 0, PAGE,
				&grant));
	EXPECT_EQ(0,
		  window_map(self->rig.fd[2], &grant, 0, 0, RIGHT_R, &window));
	/* Who has the buffer may take it back as well: it is revoked once. */
	EXPECT_EQ(0, export_revoke(home, same));
	munmap(map, SIZE);
	close(dmabuf);
	close(home);
}

TEST_F(revoke, is_checked)
{
	struct drm_trn4_export_revoke arg = { .handle = self->bo.handle };
	struct bo host, none;
	struct uqueue q;
	int bit;

	for (bit = 0; bit < 32; bit++) {
		arg.flags = 1u << bit;
		EXPECT_EQ(-EINVAL,
			  accel_ioctl(self->fd, DRM_IOCTL_TRN4_EXPORT_REVOKE,
				      &arg));
	}
	ASSERT_EQ(0, bo_make(self->fd, PAGE, DRM_TRN4_BO_HOST, &host));
	ASSERT_EQ(0, bo_make(self->fd, PAGE, 0, &none));
	ASSERT_EQ(0, uqueue_make(self->fd, 64, -1, &q));
	EXPECT_EQ(-ENOENT, export_revoke(self->fd, 0));
	EXPECT_EQ(-ENOENT, export_revoke(self->fd, self->bo.handle + 1000));
	EXPECT_EQ(-EINVAL, export_revoke(self->fd, host.handle));
	EXPECT_EQ(-EINVAL, export_revoke(self->fd, q.handle));
	/* One without a dma-buf is not spoilt for a later one. */
	EXPECT_EQ(-ENOENT, export_revoke(self->fd, none.handle));
	bit = prime_export(self->fd, none.handle);
	EXPECT_LE(0, bit);
	EXPECT_EQ(0, prime_import(self->rig.fd[2], bit, &arg.handle));
	close(bit);
	/* Who has a window is not its owner. */
	EXPECT_EQ(-EINVAL, export_revoke(self->peer, self->window));
	EXPECT_EQ(0, touch_kind(self->map));
}

/* With its device it has gone from all anyway, and the call says so. */
TEST_F(revoke, without_a_device)
{
	const char *device = self->rig.accels[0].device;
	char driver[32];
	__u32 handle;

	ASSERT_EQ(0, pci_driver(device, driver, sizeof(driver)));
	ASSERT_EQ(0, pci_unbind(driver, device));
	EXPECT_EQ(-ENODEV, export_revoke(self->fd, self->bo.handle));
	EXPECT_EQ(SIGBUS, touch_kind(self->map));
	EXPECT_EQ(-ENOLINK,
		  prime_import(self->rig.fd[2], self->dmabuf, &handle));
	ASSERT_EQ(0, pci_bind(driver, device));
	/* For the teardown: the buffer has gone with its device. */
	munmap(self->bo.map, SIZE);
	self->bo.map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->bo.map);
	fill_pattern(self->bo.map, SIZE, 1);
}

/* ---- While the device is reset ---- */

struct resets {
	pthread_t thread;
	const char *device;
	int error;
	bool over;
};

static void *reset_on(void *arg)
{
	struct resets *r = arg;
	int i;

	for (i = 0; i < 8 && !r->error; i++)
		r->error = pci_reset(r->device);
	__atomic_store_n(&r->over, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Whatever a reset has begun to take, the call takes what is left. */
TEST_F(revoke, beside_resets)
{
	struct resets resets = { .device = self->rig.accels[0].device };
	unsigned int rounds = 0;
	__u32 handle;
	int dmabuf;
	__u8 *map;

	ASSERT_EQ(0, pthread_create(&resets.thread, NULL, reset_on, &resets));
	while (!__atomic_load_n(&resets.over, __ATOMIC_ACQUIRE)) {
		if (bo_create(self->fd, PAGE, 0, &handle)) {
			sched_yield();
			continue; /* being reset */
		}
		dmabuf = prime_export(self->fd, handle);
		ASSERT_LE(0, dmabuf);
		map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dmabuf, 0);
		ASSERT_NE(MAP_FAILED, map);
		EXPECT_EQ(0, touch_kind(map)); /* waits for a reset's end */
		EXPECT_EQ(0, export_revoke(self->fd, handle));
		EXPECT_EQ(SIGBUS, touch_kind(map));
		munmap(map, PAGE);
		close(dmabuf);
		ASSERT_EQ(0, gem_close(self->fd, handle));
		rounds++;
	}
	ASSERT_EQ(0, pthread_join(resets.thread, NULL));
	EXPECT_EQ(0, resets.error);
	EXPECT_LT(0, rounds);
	EXPECT_EQ(0, rig_settle(&self->rig));
}

/* ---- While others take it, and touch it ---- */

struct taker {
	pthread_t thread;
	int dmabuf;
	const struct accel *accel;
	const __u8 *map; /* of the dma-buf */
	bool *revoked;   /* the call has returned */
	__u64 taken;
	__u64 late; /* what worked when it must not */
	int error;  /* that is none that may be */
};

/*
 * What was begun after the call had returned must fail: so the flag is read
 * before.
 */
static void *take(void *arg)
{
	struct taker *t = arg;
	bool revoked = false;
	int fd, ret, touched;
	__u32 handle;
	__u8 *map;

	do {
		revoked = __atomic_load_n(t->revoked, __ATOMIC_ACQUIRE);
		t->late += touch_kind(t->map) != SIGBUS && revoked;
		fd = accel_open(t->accel);
		if (fd < 0) {
			t->error = fd;
			break;
		}
		ret = prime_import(fd, t->dmabuf, &handle);
		if (!ret) {
			__atomic_add_fetch(&t->taken, 1, __ATOMIC_RELAXED);
			t->late += revoked;
			map = gem_map(fd, handle, SIZE, PROT_READ);
			touched = touch_kind(map);
			if (touched && touched != SIGBUS)
				t->error = touched;
			munmap(map, SIZE);
		} else if (ret != -EKEYREVOKED) {
			t->error = ret;
		}
		close(fd);
	} while (!revoked && !t->error);
	return NULL;
}

/* Has one of them taken it, or failed? */
static bool took(const struct taker *takers, unsigned int count)
{
	bool some = false;

	while (count--)
		some |= __atomic_load_n(&takers[count].taken,
					__ATOMIC_RELAXED) ||
			__atomic_load_n(&takers[count].error, __ATOMIC_RELAXED);
	return some;
}

TEST_F(revoke, while_it_is_taken)
{
	struct taker takers[4];
	__u64 taken = 0;
	bool revoked;
	unsigned int round, i;
	struct bo bo;
	__u8 *map;

	for (round = 0; round < 20; round++) {
		revoked = false;
		ASSERT_EQ(0, bo_make(self->fd, SIZE, 0, &bo));
		for (i = 0; i < ARRAY_SIZE(takers); i++) {
			takers[i] = (struct taker) {
				.dmabuf = prime_export(self->fd, bo.handle),
				.accel = &self->rig.accels[1 + i % 2],
				.revoked = &revoked,
			};
			ASSERT_LE(0, takers[i].dmabuf);
			map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED,
				   takers[i].dmabuf, 0);
			ASSERT_NE(MAP_FAILED, map);
			takers[i].map = map;
		}
		for (i = 0; i < ARRAY_SIZE(takers); i++)
			ASSERT_EQ(0, pthread_create(&takers[i].thread, NULL,
						    take, &takers[i]));
		/* At once, or when one has taken it; none may fail for long */
		while (round % 2 && !took(takers, ARRAY_SIZE(takers)))
			sched_yield();
		EXPECT_EQ(0, export_revoke(self->fd, bo.handle));
		__atomic_store_n(&revoked, true, __ATOMIC_RELEASE);
		for (i = 0; i < ARRAY_SIZE(takers); i++) {
			ASSERT_EQ(0, pthread_join(takers[i].thread, NULL));
			EXPECT_EQ(0, takers[i].error);
			EXPECT_EQ(0, takers[i].late);
			taken += takers[i].taken;
			munmap((void *)takers[i].map, SIZE);
			close(takers[i].dmabuf);
		}
		bo_drop(self->fd, &bo);
	}
	EXPECT_LT(0, taken);
}

TEST_HARNESS_MAIN
