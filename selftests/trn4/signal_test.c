// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * signal_test.c - words that a submit stores when it gets there, for a CPU or a
 * user queue that waits for it.
 */
#include <errno.h>
#include <sched.h>
#include <time.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "uqueue.h"
#include "word.h"

#define BO_SIZE (2 * PAGE)

FIXTURE(signal)
{
	struct rig rig;
	int fd, peer;
	struct bo hbm, host, far, results;
	struct drm_trn4_result *result;
	__u32 window; /* on far, all rights */
	struct drm_trn4_cmd good;
};

static struct drm_trn4_cmd signal_word(__u32 dst, __u64 offset, __u32 type,
				       __u64 value)
{
	return (struct drm_trn4_cmd) {
		.op = DRM_TRN4_OP_SIGNAL,
		.dst = dst,
		.dst_offset = offset,
		.type = type,
		.signal = { .value = value },
	};
}

FIXTURE_SETUP(signal)
{
	struct grant grant;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	self->peer = self->rig.fd[1];
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &self->hbm));
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, DRM_TRN4_BO_HOST, &self->host));
	ASSERT_EQ(0,
		  bo_make(self->fd, 65536, DRM_TRN4_BO_HOST, &self->results));
	ASSERT_EQ(0, bo_make(self->peer, BO_SIZE, 0, &self->far));
	ASSERT_EQ(0, grant_make(self->peer, self->far.handle, RIGHT_ALL, 0,
				BO_SIZE, &grant));
	ASSERT_EQ(0,
		  window_map(self->fd, &grant, 0, 0, RIGHT_ALL, &self->window));
	self->result = self->results.map;
	self->good = signal_word(self->hbm.handle, 8, DRM_TRN4_TYPE_U64, 5);
}

FIXTURE_TEARDOWN(signal)
{
	rig_end(&self->rig);
}

static int one(int fd, struct drm_trn4_cmd cmd)
{
	return submit_wait(fd, &cmd, 1, 0);
}

/* Of either size, wherever it is; what is beside it stays */
TEST_F(signal, every_place)
{
	const __u32 handles[] = { self->hbm.handle, self->host.handle,
				  self->window };
	void *const maps[] = { self->hbm.map, self->host.map, self->far.map };
	/* In the first page, across which host memory is scattered, and last */
	const __u64 places[] = { 0, 4096 + 64, BO_SIZE - 8 };
	struct drm_trn4_cmd cmds[2];
	unsigned int i, k;
	__u64 at;

	for (i = 0; i < 3; i++) {
		memset(maps[i], 0xee, BO_SIZE);
		for (k = 0; k < 3; k++) {
			at = places[k] / 8;
			cmds[0] = signal_word(handles[i], places[k],
					      DRM_TRN4_TYPE_U64,
					      0x1122334455667788);
			cmds[1] = signal_word(handles[i], places[k] + 4,
					      DRM_TRN4_TYPE_U32, 0x99aabbcc);
			ASSERT_EQ(0, submit_wait(self->fd, cmds, 2,
						 self->results.handle));
			EXPECT_EQ(0, self->result[0].error);
			EXPECT_EQ(0, self->result[1].error);
			EXPECT_EQ(0x99aabbcc55667788, word_get(maps[i], at));
			if (at)
				EXPECT_EQ(0xeeeeeeeeeeeeeeee,
					  word_get(maps[i], at - 1));
			if (at + 1 < BO_SIZE / 8)
				EXPECT_EQ(0xeeeeeeeeeeeeeeee,
					  word_get(maps[i], at + 1));
		}
	}
}

/* A CPU that sees the word sees all that came before it in the submit */
TEST_F(signal, after_what_came_before)
{
	struct timespec begin, now;
	struct drm_trn4_cmd cmds[2];
	__u64 i;

	word_set(self->host.map, 0, 0);
	for (i = 1; i <= 200; i++) {
		cmds[0] = cmd_fill(self->host.handle, PAGE, 65536, i);
		cmds[1] = signal_word(self->host.handle, 0, DRM_TRN4_TYPE_U64,
				      i);
		ASSERT_EQ(0, submit(self->fd, cmds, 2, 0, 0, 0));
		clock_gettime(CLOCK_MONOTONIC, &begin);
		while (__atomic_load_n((__u64 *)self->host.map,
				       __ATOMIC_ACQUIRE) != i) {
			clock_gettime(CLOCK_MONOTONIC, &now);
			ASSERT_GT(20, now.tv_sec - begin.tv_sec);
			sched_yield();
		}
		ASSERT_EQ(i, word_get(self->host.map, (PAGE + 65536) / 8 - 1));
	}
}

/* A user queue of a peer waits for a submit of ours */
TEST_F(signal, a_user_queue_waits)
{
	struct drm_trn4_cmd cmds[2];
	struct trn4_desc d;
	struct trn4_cqe cqe;
	struct uqueue q;
	__u64 i;

	ASSERT_EQ(0, uqueue_make(self->peer, 64, -1, &q));
	ASSERT_EQ(0, segment_set(self->peer, q.handle, 0, self->far.handle,
				 RIGHT_ALL, 0, BO_SIZE));
	word_set(self->far.map, 0, 0);
	for (i = 1; i <= 50; i++) {
		d = uqueue_semaphore(TRN4_SEMAPHORE_GE, 0, 0, i, 0);
		uqueue_push(&q, &d);
		d = uqueue_copy(0, PAGE, 0, 1024, 8);
		uqueue_push(&q, &d);
		uqueue_ring(&q);
		cmds[0] = cmd_fill(self->window, 1024, 8, i);
		cmds[1] = signal_word(self->window, 0, DRM_TRN4_TYPE_U64, i);
		ASSERT_EQ(0, submit_wait(self->fd, cmds, 2, 0));
		ASSERT_EQ(0, uqueue_wait(&q, &cqe));
		ASSERT_EQ(TRN4_STATUS_OK, cqe.status);
		ASSERT_EQ(0, uqueue_wait(&q, &cqe));
		ASSERT_EQ(i, word_get(self->far.map, PAGE / 8));
	}
}

TEST_F(signal, is_checked)
{
	static const __u32 types[] = {
		DRM_TRN4_TYPE_U128, DRM_TRN4_TYPE_S32, DRM_TRN4_TYPE_S64,
		DRM_TRN4_TYPE_F32,  DRM_TRN4_TYPE_F64, 10,
		0xffffffff,
	};
	struct drm_trn4_cmd cmd;
	unsigned int i;

	EXPECT_EQ(0, one(self->fd, self->good));
	EXPECT_EQ(5, word_get(self->hbm.map, 1));
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		cmd = self->good;
		cmd.type = types[i];
		EXPECT_EQ(-EINVAL, one(self->fd, cmd))
		{
			TH_LOG("type %u", types[i]);
		}
	}
	/* Waiting is not for submits: kinds 1 to 4 of the hardware */
	for (i = 1; i < 6; i++) {
		cmd = self->good;
		cmd.kind = i;
		EXPECT_EQ(-EINVAL, one(self->fd, cmd));
	}
	for (i = 0; i < 32; i++) {
		cmd = self->good;
		cmd.flags = 1u << i;
		EXPECT_EQ(-EINVAL, one(self->fd, cmd));
	}
	for (i = 0; i < 3; i++) {
		cmd = self->good;
		cmd.signal.pad[i] = 1;
		EXPECT_EQ(-EINVAL, one(self->fd, cmd));
	}
	cmd = self->good;
	cmd.src = self->hbm.handle;
	EXPECT_EQ(-EINVAL, one(self->fd, cmd));
	cmd = self->good;
	cmd.src_offset = 8;
	EXPECT_EQ(-EINVAL, one(self->fd, cmd));
	cmd = self->good;
	cmd.type = DRM_TRN4_TYPE_U32;
	cmd.signal.value = 1ull << 32;
	EXPECT_EQ(-EINVAL, one(self->fd, cmd));
	cmd = self->good;
	cmd.dst = 0;
	EXPECT_EQ(-ENOENT, one(self->fd, cmd));
	EXPECT_EQ(5, word_get(self->hbm.map, 1));
}

TEST_F(signal, right_is_checked)
{
	struct drm_trn4_cmd cmd = self->good;
	struct grant grant;
	__u32 readable;

	ASSERT_EQ(0, grant_make(self->peer, self->far.handle, RIGHT_R, 0,
				BO_SIZE, &grant));
	ASSERT_EQ(0, window_map(self->fd, &grant, 0, 0, RIGHT_R, &readable));
	cmd.dst = readable;
	EXPECT_EQ(-EACCES, one(self->fd, cmd));
}

TEST_HARNESS_MAIN
