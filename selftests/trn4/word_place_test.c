// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * word_place_test.c - ATOMIC and SIGNAL of a place that is no word's, for it is
 * not aligned or beyond the end: the command's own error, and of no other.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "word.h"

#define BO_SIZE PAGE

FIXTURE(word)
{
	struct rig rig;
	int fd, peer;
	struct bo bo;
	struct bo host;
	__u32 window; /* on the peer's memory, all rights */
	__u8 *far;    /* that memory */
	struct bo results;
};

FIXTURE_SETUP(word)
{
	struct grant grant;
	__u32 theirs;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	self->peer = self->rig.fd[1];
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &self->bo));
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, DRM_TRN4_BO_HOST, &self->host));
	ASSERT_EQ(0,
		  bo_make(self->fd,
			  sizeof(struct drm_trn4_result) * DRM_TRN4_SUBMIT_MAX,
			  DRM_TRN4_BO_HOST, &self->results));
	/* The window ends where there is memory of its owner still */
	ASSERT_EQ(0, bo_create(self->peer, 2 * PAGE, 0, &theirs));
	ASSERT_EQ(0, grant_make(self->peer, theirs, RIGHT_ALL, 0, 2 * PAGE,
				&grant));
	ASSERT_EQ(0, window_map(self->fd, &grant, 0, PAGE, RIGHT_ALL,
				&self->window));
	self->far = gem_map(self->peer, theirs, 2 * PAGE,
			    PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, self->far);
	fill_pattern(self->bo.map, BO_SIZE, 1);
	fill_pattern(self->host.map, BO_SIZE, 2);
	fill_pattern(self->far, 2 * PAGE, 3);
}

/* What had no place has changed nothing. */
FIXTURE_TEARDOWN(word)
{
	EXPECT_EQ(0, check_pattern(self->bo.map, BO_SIZE, 1));
	EXPECT_EQ(0, check_pattern(self->host.map, BO_SIZE, 2));
	EXPECT_EQ(0, check_pattern(self->far, 2 * PAGE, 3));
	rig_end(&self->rig);
}

static struct drm_trn4_result *result(FIXTURE_DATA(word) * self, unsigned int n)
{
	return (struct drm_trn4_result *)self->results.map + n;
}

/* What the command itself is told, or of the submit as errno + 1000 */
static int told(struct __test_metadata *_metadata, FIXTURE_DATA(word) * self,
		struct drm_trn4_cmd cmd)
{
	int ret;

	memset(self->results.map, 0xee, sizeof(struct drm_trn4_result));
	ret = submit_wait(self->fd, &cmd, 1, self->results.handle);
	if (ret)
		return ret - 1000;
	EXPECT_EQ(0, result(self, 0)->value);
	EXPECT_LE(result(self, 0)->start, result(self, 0)->end);
	return result(self, 0)->error;
}

static struct drm_trn4_cmd cmd_signal(__u32 type, __u32 dst, __u64 offset)
{
	return (struct drm_trn4_cmd) {
		.op = DRM_TRN4_OP_SIGNAL,
		.type = type,
		.dst = dst,
		.dst_offset = offset,
		.signal = { .value = 1 },
	};
}

/* Of a word of @width bytes: each place in it but its first */
static void unaligned(struct __test_metadata *_metadata,
		      FIXTURE_DATA(word) * self, struct drm_trn4_cmd cmd,
		      unsigned int width)
{
	unsigned int i;

	for (i = 1; i < width; i++) {
		cmd.dst_offset = 64 + i;
		EXPECT_EQ(-EINVAL, told(_metadata, self, cmd))
		{
			TH_LOG("op %u, %u bytes, at %u", cmd.op, width, i);
		}
	}
	/* Of both errors it is this one. */
	cmd.dst_offset = BO_SIZE + 1;
	EXPECT_EQ(-EINVAL, told(_metadata, self, cmd));
}

static void beyond(struct __test_metadata *_metadata, FIXTURE_DATA(word) * self,
		   struct drm_trn4_cmd cmd)
{
	static const __u64 far[] = {
		BO_SIZE, BO_SIZE + 16, 1ull << 40, 1ull << 63, -16ull, -4096ull,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(far); i++) {
		cmd.dst_offset = far[i];
		EXPECT_EQ(-ERANGE, told(_metadata, self, cmd))
		{
			TH_LOG("op %u, offset %#llx", cmd.op,
			       (unsigned long long)far[i]);
		}
	}
}

TEST_F(word, atomic)
{
	const __u32 places[] = { self->bo.handle, self->window };
	struct drm_trn4_cmd cmd;
	unsigned int i, width;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		for (width = 4; width <= 8; width += 4) {
			cmd = cmd_atomic(DRM_TRN4_ATOMIC_ADD, width, places[i],
					 0, 1, 0);
			unaligned(_metadata, self, cmd, width);
			beyond(_metadata, self, cmd);
			cmd.flags = 0;
			unaligned(_metadata, self, cmd, width);
			beyond(_metadata, self, cmd);
		}
}

TEST_F(word, signal)
{
	const __u32 places[] = {
		self->bo.handle,
		self->host.handle,
		self->window,
	};
	struct drm_trn4_cmd cmd;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		cmd = cmd_signal(DRM_TRN4_TYPE_U64, places[i], 0);
		unaligned(_metadata, self, cmd, 8);
		beyond(_metadata, self, cmd);
		cmd = cmd_signal(DRM_TRN4_TYPE_U32, places[i], 0);
		unaligned(_metadata, self, cmd, 4);
		beyond(_metadata, self, cmd);
	}
}

/* Of 16 bytes, and where the old ones are to go */
TEST_F(word, wide)
{
	struct drm_trn4_get_param arg = {
		.param = DRM_TRN4_PARAM_ATOMIC_TYPES,
		.index = DRM_TRN4_ATOMIC_CAS,
	};
	struct drm_trn4_cmd good, cmd;
	struct bo old;
	unsigned int i;

	ASSERT_EQ(0, accel_ioctl(self->fd, DRM_IOCTL_TRN4_GET_PARAM, &arg));
	if (!(arg.value >> DRM_TRN4_TYPE_U128 & 1))
		SKIP(return, "no atomics of 16 bytes");
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &old));
	good = cmd_atomic(DRM_TRN4_ATOMIC_CAS, 8, self->bo.handle, 16, 1, 2);
	good.type = DRM_TRN4_TYPE_U128;
	good.src = old.handle;
	good.src_offset = BO_SIZE - 16;
	EXPECT_EQ(0, told(_metadata, self, good));
	EXPECT_EQ(0, memcmp(old.map + BO_SIZE - 16, self->bo.map + 16, 16));

	memset(old.map, 0x55, BO_SIZE);
	unaligned(_metadata, self, good, 16);
	beyond(_metadata, self, good);
	for (i = 1; i < 16; i++) {
		cmd = good;
		cmd.src_offset = i;
		EXPECT_EQ(-EINVAL, told(_metadata, self, cmd));
	}
	cmd = good;
	cmd.src_offset = BO_SIZE;
	EXPECT_EQ(-ERANGE, told(_metadata, self, cmd));
	cmd.src_offset = -16ull;
	EXPECT_EQ(-ERANGE, told(_metadata, self, cmd));
	EXPECT_EQ(BO_SIZE, first_not(old.map, BO_SIZE, 0x55));
	bo_drop(self->fd, &old);
}

/* One of many, wherever it is: all others are done, in their order */
TEST_F(word, others_go_on)
{
	static const unsigned int bad[] = { 0, 1, 100, 254, 255 };
	static struct drm_trn4_cmd cmds[DRM_TRN4_SUBMIT_MAX];
	unsigned int i, k, sum;
	struct bo count;
	int sync_file;
	__u32 sync;

	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &count));
	ASSERT_EQ(0, sync_create(self->fd, &sync));
	for (i = 0; i < DRM_TRN4_SUBMIT_MAX; i++)
		cmds[i] = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, count.handle, 0, 1,
				     0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		cmds[bad[i]].dst_offset = i % 2 ? 4 : BO_SIZE;
	memset(self->results.map, 0xee, self->results.size);
	ASSERT_EQ(0, submit(self->fd, cmds, DRM_TRN4_SUBMIT_MAX,
			    self->results.handle, 0, sync));
	ASSERT_EQ(0, sync_wait(self->fd, sync, 20 * SEC));

	for (i = 0, k = 0, sum = 0; i < DRM_TRN4_SUBMIT_MAX; i++) {
		if (k < ARRAY_SIZE(bad) && i == bad[k]) {
			EXPECT_EQ(k % 2 ? -EINVAL : -ERANGE,
				  result(self, i)->error);
			EXPECT_EQ(0, result(self, i)->value);
			k++;
			continue;
		}
		EXPECT_EQ(0, result(self, i)->error);
		EXPECT_EQ(sum++, result(self, i)->value);
	}
	EXPECT_EQ(DRM_TRN4_SUBMIT_MAX - ARRAY_SIZE(bad),
		  word_get(count.map, 0));

	/* The fence has the first one's. */
	sync_file = sync_export(self->fd, sync);
	ASSERT_LE(0, sync_file);
	EXPECT_EQ(-ERANGE, sync_file_status(sync_file));
	close(sync_file);
	bo_drop(self->fd, &count);
}

/* What is more than the place is still told at once, and nothing is done. */
TEST_F(word, all_else_spoils_all)
{
	struct drm_trn4_cmd cmds[2] = {
		cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, self->bo.handle, 8, 1, 0),
		cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, self->bo.handle, 4, 1, 0),
	};
	struct grant grant;
	__u32 readable, bo;

	cmds[1].dst = self->host.handle;
	EXPECT_EQ(-EINVAL, submit_wait(self->fd, cmds, 2, 0));
	cmds[1].dst = self->bo.handle + 1000;
	EXPECT_EQ(-ENOENT, submit_wait(self->fd, cmds, 2, 0));
	cmds[1].dst = self->bo.handle;
	cmds[1].kind = 32;
	EXPECT_EQ(-EINVAL, submit_wait(self->fd, cmds, 2, 0));

	ASSERT_EQ(0, bo_create(self->peer, PAGE, 0, &bo));
	ASSERT_EQ(0, grant_make(self->peer, bo, RIGHT_RW, 0, PAGE, &grant));
	ASSERT_EQ(0, window_map(self->fd, &grant, 0, 0, RIGHT_RW, &readable));
	cmds[1] = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, readable, 4, 1, 0);
	EXPECT_EQ(-EACCES, submit_wait(self->fd, cmds, 2, 0));
	cmds[1].dst_offset = PAGE;
	EXPECT_EQ(-EACCES, submit_wait(self->fd, cmds, 2, 0));
}

TEST_HARNESS_MAIN
