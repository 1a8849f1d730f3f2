// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * submit_check_test.c - what DRM_IOCTL_TRN4_SUBMIT must refuse: every field of
 * a submit and of a command, broken one at a time. Whatever is refused has
 * done nothing. Where a word may lie is word_place_test.c's.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"

#define BO_SIZE PAGE

FIXTURE(check)
{
	struct rig rig;
	int fd, peer;
	struct bo bo;
	struct bo host;
	struct bo results;
	__u32 window; /* on the peer's memory, all rights */
	__u32 sync;
	struct drm_trn4_cmd copy; /* good, as they stand */
	struct drm_trn4_cmd add;
	struct drm_trn4_cmd cas;
	struct drm_trn4_cmd fill;
	struct drm_trn4_submit submit; /* of copy alone; good */
};

FIXTURE_SETUP(check)
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
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &self->results));
	ASSERT_EQ(0, bo_create(self->peer, 2 * PAGE, 0, &theirs));
	ASSERT_EQ(0, grant_make(self->peer, theirs, RIGHT_ALL, 0, 2 * PAGE,
				&grant));
	ASSERT_EQ(0, window_map(self->fd, &grant, 0, PAGE, RIGHT_ALL,
				&self->window));
	ASSERT_EQ(0, sync_create(self->fd, &self->sync));
	fill_pattern(self->bo.map, BO_SIZE, 1);
	self->copy = cmd_copy(self->bo.handle, 4096, self->bo.handle, 0, 4096);
	self->add = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8, self->bo.handle, 8, 1,
			       0);
	self->cas = cmd_atomic(DRM_TRN4_ATOMIC_CAS, 8, self->bo.handle, 8, 1,
			       2);
	self->fill = cmd_fill(self->bo.handle, 4096, 4096, 0);
	self->submit = (struct drm_trn4_submit) {
		.cmds = (uintptr_t)&self->copy,
		.cmd_count = 1,
	};
}

/* Nothing that was refused may have changed the buffer */
FIXTURE_TEARDOWN(check)
{
	EXPECT_EQ(0, check_pattern(self->bo.map, BO_SIZE, 1));
	EXPECT_EQ(BO_SIZE, first_not(self->results.map, BO_SIZE, 0));
	rig_end(&self->rig);
}

static int queue(int fd, struct drm_trn4_submit *arg)
{
	return accel_ioctl(fd, DRM_IOCTL_TRN4_SUBMIT, arg);
}

/* What one command is answered with */
static int one(int fd, struct drm_trn4_cmd cmd)
{
	return submit_wait(fd, &cmd, 1, 0);
}

/* ---- The submit itself ---- */

TEST_F(check, submit_is_good)
{
	struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	struct drm_trn4_submit arg = self->submit;

	arg.cmds = (uintptr_t)&nop;
	EXPECT_EQ(0, queue(self->fd, &arg));
	EXPECT_EQ(0, one(self->fd, nop));
	/* Pointers to nothing are not looked at */
	arg.in_syncs = 1;
	arg.out_syncs = ~0ull;
	EXPECT_EQ(0, queue(self->fd, &arg));
}

TEST_F(check, submit_counts)
{
	static struct drm_trn4_cmd cmds[DRM_TRN4_SUBMIT_MAX + 1];
	/* clang-format off */
	static const __u32 counts[] = {
		0, DRM_TRN4_SUBMIT_MAX + 1, 65536, 0x7fffffff, 0x80000000,
		0xffffffff,
	};
	/* clang-format on */
	struct drm_trn4_sync syncs[DRM_TRN4_SYNCS_MAX + 1] = {};
	struct drm_trn4_submit arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		arg = self->submit;
		arg.cmds = (uintptr_t)cmds;
		arg.cmd_count = counts[i];
		EXPECT_EQ(-EINVAL, queue(self->fd, &arg))
		{
			TH_LOG("cmd_count %u", counts[i]);
		}
	}
	for (i = 0; i <= DRM_TRN4_SYNCS_MAX; i++)
		syncs[i].handle = self->sync;
	for (i = 1; i < ARRAY_SIZE(counts); i++) {
		arg = self->submit;
		arg.in_syncs = (uintptr_t)syncs;
		arg.in_count = i == 1 ? DRM_TRN4_SYNCS_MAX + 1 : counts[i];
		EXPECT_EQ(-EINVAL, queue(self->fd, &arg))
		{
			TH_LOG("in_count %u", arg.in_count);
		}
		arg = self->submit;
		arg.out_syncs = (uintptr_t)syncs;
		arg.out_count = i == 1 ? DRM_TRN4_SYNCS_MAX + 1 : counts[i];
		EXPECT_EQ(-EINVAL, queue(self->fd, &arg))
		{
			TH_LOG("out_count %u", arg.out_count);
		}
	}
}

TEST_F(check, submit_mbz)
{
	struct drm_trn4_submit arg;
	int bit;

	for (bit = 0; bit < 32; bit++) {
		arg = self->submit;
		arg.flags = 1u << bit;
		EXPECT_EQ(-EINVAL, queue(self->fd, &arg));
		arg = self->submit;
		arg.pad = 1u << bit;
		EXPECT_EQ(-EINVAL, queue(self->fd, &arg));
	}
}

TEST_F(check, submit_pointers)
{
	static const __u64 bad[] = { 0, 8, -4096ull, 1ull << 63 };
	__u64 size = getpagesize();
	struct drm_trn4_submit arg;
	struct drm_trn4_cmd *cmds;
	unsigned int i;
	char *pages;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		arg = self->submit;
		arg.cmds = bad[i];
		EXPECT_EQ(-EFAULT, queue(self->fd, &arg));
		arg = self->submit;
		arg.in_syncs = bad[i];
		arg.in_count = 1;
		EXPECT_EQ(-EFAULT, queue(self->fd, &arg));
		arg = self->submit;
		arg.out_syncs = bad[i];
		arg.out_count = 1;
		EXPECT_EQ(-EFAULT, queue(self->fd, &arg));
	}

	/* The first command is there, the second is not */
	pages = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, pages);
	ASSERT_EQ(0, munmap(pages + size, size));
	cmds = (struct drm_trn4_cmd *)(pages + size) - 1;
	*cmds = self->copy;
	arg = self->submit;
	arg.cmds = (uintptr_t)cmds;
	arg.cmd_count = 2;
	EXPECT_EQ(-EFAULT, queue(self->fd, &arg));
	munmap(pages, size);
}

TEST_F(check, submit_syncs)
{
	struct drm_trn4_sync syncs[2] = {
		{ .handle = self->sync },
		{ .handle = self->sync + 1000 },
	};
	struct drm_trn4_submit arg;

	arg = self->submit;
	arg.in_syncs = (uintptr_t)&syncs[1];
	arg.in_count = 1;
	EXPECT_EQ(-ENOENT, queue(self->fd, &arg));
	arg = self->submit;
	arg.out_syncs = (uintptr_t)syncs;
	arg.out_count = 2;
	EXPECT_EQ(-ENOENT, queue(self->fd, &arg));
	/* The one that is good got no fence */
	EXPECT_EQ(-EINVAL, sync_wait(self->fd, self->sync, 0));
	syncs[0].handle = 0;
	arg.out_count = 1;
	EXPECT_EQ(-ENOENT, queue(self->fd, &arg));

	/* Nobody has put a fence into it: there is nothing to wait for */
	syncs[0].handle = self->sync;
	arg = self->submit;
	arg.in_syncs = (uintptr_t)syncs;
	arg.in_count = 1;
	EXPECT_EQ(-EINVAL, queue(self->fd, &arg));

	/* One of another file */
	EXPECT_EQ(0, sync_create(self->peer, &syncs[0].handle));
	EXPECT_EQ(0, sync_create(self->peer, &syncs[0].handle));
	arg = self->submit;
	arg.out_syncs = (uintptr_t)syncs;
	arg.out_count = 1;
	EXPECT_EQ(-ENOENT, queue(self->fd, &arg));
}

/* A no-op that waits for @sync, or signals it */
static int queue_sync(int fd, struct drm_trn4_sync sync, bool in)
{
	struct drm_trn4_cmd nop = { .op = DRM_TRN4_OP_NOP };
	struct drm_trn4_submit arg = {
		.cmds = (uintptr_t)&nop,
		.cmd_count = 1,
		.in_syncs = (uintptr_t)&sync,
		.in_count = in,
		.out_syncs = (uintptr_t)&sync,
		.out_count = !in,
	};

	return queue(fd, &arg);
}

TEST_F(check, submit_sync_mbz)
{
	struct drm_syncobj_create signalled = {
		.flags = DRM_SYNCOBJ_CREATE_SIGNALED,
	};
	struct drm_trn4_sync sync = {};
	int bit;

	ASSERT_EQ(0,
		  accel_ioctl(self->fd, DRM_IOCTL_SYNCOBJ_CREATE, &signalled));
	sync.handle = signalled.handle;
	EXPECT_EQ(0, queue_sync(self->fd, sync, true));
	EXPECT_EQ(0, queue_sync(self->fd, sync, false));
	for (bit = 0; bit < 32; bit++) {
		sync.pad = 1u << bit;
		EXPECT_EQ(-EINVAL, queue_sync(self->fd, sync, true));
		EXPECT_EQ(-EINVAL, queue_sync(self->fd, sync, false));
	}
}

TEST_F(check, submit_results)
{
	const __u64 size = sizeof(struct drm_trn4_result);
	static const __u64 unaligned[] = { 1, 2, 4, 7, 4095 };
	static const __u64 far[] = {
		PAGE, 2 * PAGE, 1ull << 32, 1ull << 63, -8ull, -4096ull,
	};
	struct drm_trn4_submit arg;
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(unaligned); i++) {
		arg = self->submit;
		arg.results = self->results.handle;
		arg.results_offset = unaligned[i];
		EXPECT_EQ(-EINVAL, queue(self->fd, &arg));
	}
	for (i = 0; i < ARRAY_SIZE(far); i++) {
		arg = self->submit;
		arg.results = self->results.handle;
		arg.results_offset = far[i];
		EXPECT_EQ(-EINVAL, queue(self->fd, &arg));
	}
	/* The last byte is beyond the end */
	arg = self->submit;
	arg.results = self->results.handle;
	arg.results_offset = BO_SIZE - size + 8;
	EXPECT_EQ(-EINVAL, queue(self->fd, &arg));
	arg.results_offset = BO_SIZE - 8;
	EXPECT_EQ(-EINVAL, queue(self->fd, &arg));

	arg = self->submit;
	arg.results = self->results.handle + 1000;
	EXPECT_EQ(-ENOENT, queue(self->fd, &arg));
	arg.results = self->window;
	ret = queue(self->fd, &arg);
	EXPECT_TRUE(ret == -EINVAL || ret == -ENOENT)
	{
		TH_LOG("results in a window: returned %d", ret);
	}
	/* An offset into nothing */
	arg = self->submit;
	arg.results_offset = 8;
	EXPECT_EQ(-EINVAL, queue(self->fd, &arg));
}

/* A bad command anywhere: none of the others is done */
TEST_F(check, one_bad_spoils_all)
{
	static struct drm_trn4_cmd cmds[DRM_TRN4_SUBMIT_MAX];
	static const unsigned int places[] = { 0, 1, 100, 255 };
	struct drm_trn4_sync sync = { .handle = self->sync };
	struct drm_trn4_submit arg;
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		for (k = 0; k < DRM_TRN4_SUBMIT_MAX; k++)
			cmds[k] = self->copy;
		cmds[places[i]].flags = 1;
		arg = self->submit;
		arg.cmds = (uintptr_t)cmds;
		arg.cmd_count = DRM_TRN4_SUBMIT_MAX;
		arg.results = self->results.handle;
		arg.out_syncs = (uintptr_t)&sync;
		arg.out_count = 1;
		EXPECT_EQ(-EINVAL, queue(self->fd, &arg));
		EXPECT_EQ(-EINVAL, sync_wait(self->fd, self->sync, 0));
	}
}

/* ---- A command's fields ---- */

TEST_F(check, cmd_op)
{
	static const __u32 ops[] = { 6, 31, 32, 255, 256, 0xffffffff };
	struct drm_trn4_cmd cmd;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		cmd = (struct drm_trn4_cmd) { .op = ops[i] };
		EXPECT_EQ(-EINVAL, one(self->fd, cmd))
		{
			TH_LOG("op %u", ops[i]);
		}
	}
}

/* Fields that an operation does not use must be zero. */
enum field {
	FLAGS,
	SRC,
	DST,
	SRC_OFFSET,
	DST_OFFSET,
	KIND,
	TYPE,
	ARGS, /* all of them, and from the second on */
	ARG_1,
	ARG_2,
	ARG_3,
	FIELDS,
};

#define AT(name) offsetof(struct drm_trn4_cmd, name)

static const struct {
	size_t from, to;
} fields[FIELDS] = {
	[FLAGS] = { AT(flags), AT(src) },
	[SRC] = { AT(src), AT(dst) },
	[DST] = { AT(dst), AT(src_offset) },
	[SRC_OFFSET] = { AT(src_offset), AT(dst_offset) },
	[DST_OFFSET] = { AT(dst_offset), AT(kind) },
	[KIND] = { AT(kind), AT(type) },
	[TYPE] = { AT(type), AT(copy) },
	[ARGS] = { AT(copy.length), sizeof(struct drm_trn4_cmd) },
	[ARG_1] = { AT(copy.rows), AT(copy.src_pitch) },
	[ARG_2] = { AT(copy.src_pitch), AT(copy.dst_pitch) },
	[ARG_3] = { AT(copy.dst_pitch), sizeof(struct drm_trn4_cmd) },
};

/* Each bit of fields in turn: the first byte where one is let pass, or 0 */
static size_t let_pass(int fd, const struct drm_trn4_cmd *good,
		       const enum field *unused, size_t count)
{
	struct drm_trn4_cmd cmd;
	size_t i, at;
	int bit;

	for (i = 0; i < count; i++)
		for (at = fields[unused[i]].from; at < fields[unused[i]].to;
		     at++)
			for (bit = 0; bit < 8; bit++) {
				cmd = *good;
				((__u8 *)&cmd)[at] ^= 1u << bit;
				if (one(fd, cmd) != -EINVAL)
					return at;
			}
	return 0;
}

TEST_F(check, nop_unused)
{
	static const enum field unused[] = {
		FLAGS, SRC, DST, SRC_OFFSET, DST_OFFSET, KIND, TYPE, ARGS,
	};
	struct drm_trn4_cmd cmd = { .op = DRM_TRN4_OP_NOP };

	EXPECT_EQ(0, let_pass(self->fd, &cmd, unused, ARRAY_SIZE(unused)));
	cmd.op = DRM_TRN4_OP_FENCE;
	EXPECT_EQ(0, let_pass(self->fd, &cmd, unused, ARRAY_SIZE(unused)));
}

/* With one row there is no next one. */
TEST_F(check, copy_unused)
{
	static const enum field unused[] = { FLAGS, KIND, TYPE, ARG_2, ARG_3 };

	EXPECT_EQ(0,
		  let_pass(self->fd, &self->copy, unused, ARRAY_SIZE(unused)));
}

TEST_F(check, fill_unused)
{
	static const enum field unused[] = {
		FLAGS, SRC, SRC_OFFSET, KIND, TYPE, ARG_3,
	};

	EXPECT_EQ(0,
		  let_pass(self->fd, &self->fill, unused, ARRAY_SIZE(unused)));
}

TEST_F(check, atomic_unused)
{
	static const enum field unused[] = {
		SRC, SRC_OFFSET, ARG_1, ARG_3, ARG_2,
	};
	struct drm_trn4_cmd cmd;

	for (cmd = self->add; cmd.kind <= DRM_TRN4_ATOMIC_XOR; cmd.kind++)
		EXPECT_EQ(0, let_pass(self->fd, &cmd, unused,
				      cmd.kind == DRM_TRN4_ATOMIC_CAS ?
					      ARRAY_SIZE(unused) - 1 :
					      ARRAY_SIZE(unused)))
		{
			TH_LOG("kind %u", cmd.kind);
		}
}

TEST_F(check, atomic_flags)
{
	struct drm_trn4_cmd cmd;
	int bit;

	for (bit = 1; bit < 32; bit++) {
		cmd = self->add;
		cmd.flags |= 1u << bit;
		EXPECT_EQ(-EINVAL, one(self->fd, cmd));
	}
}

TEST_F(check, cmd_handles)
{
	struct drm_trn4_cmd cmd;
	__u32 foreign = 0;
	int i;

	/* A handle that is good in another file only */
	for (i = 0; i < 16; i++)
		ASSERT_EQ(0, bo_create(self->peer, PAGE, 0, &foreign));
	cmd = self->copy;
	cmd.src = 0;
	EXPECT_EQ(-ENOENT, one(self->fd, cmd));
	cmd.src = self->bo.handle + 1000;
	EXPECT_EQ(-ENOENT, one(self->fd, cmd));
	cmd.src = foreign;
	EXPECT_EQ(-ENOENT, one(self->fd, cmd));
	cmd = self->copy;
	cmd.dst = 0;
	EXPECT_EQ(-ENOENT, one(self->fd, cmd));
	cmd.dst = foreign;
	EXPECT_EQ(-ENOENT, one(self->fd, cmd));
	cmd = self->add;
	cmd.dst = 0;
	EXPECT_EQ(-ENOENT, one(self->fd, cmd));
	cmd.dst = foreign;
	EXPECT_EQ(-ENOENT, one(self->fd, cmd));
	/* The engine reaches atomics' words in HBM only */
	cmd.dst = self->host.handle;
	EXPECT_EQ(-EINVAL, one(self->fd, cmd));
	cmd = self->fill;
	cmd.dst = 0;
	EXPECT_EQ(-ENOENT, one(self->fd, cmd));
	cmd.dst = foreign;
	EXPECT_EQ(-ENOENT, one(self->fd, cmd));
}

TEST_F(check, cmd_ranges)
{
	const __u32 places[] = {
		self->bo.handle,
		self->host.handle,
		self->window,
	};
	/* clang-format off */
	static const struct {
		__u64 offset, length;
	} cases[] = {
		{ 0, 0 },			/* nothing */
		{ 0, BO_SIZE + 1 },		/* beyond the end */
		{ 1, BO_SIZE },
		{ BO_SIZE - 1, 2 },
		{ BO_SIZE, 1 },
		{ BO_SIZE + 1, 1 },
		{ 1ull << 40, 1 },
		{ 0, 1ull << 63 },
		{ 0, ~0ull },
		{ ~0ull, 1 },			/* the sum wraps */
		{ ~0ull, 2 },
		{ 1, ~0ull },
	};
	/* clang-format on */
	struct drm_trn4_cmd cmd;
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		for (k = 0; k < ARRAY_SIZE(places); k++) {
			cmd = self->copy;
			cmd.src = places[k];
			cmd.src_offset = cases[i].offset;
			cmd.copy.length = cases[i].length;
			EXPECT_EQ(-EINVAL, one(self->fd, cmd))
			{
				TH_LOG("case %u from place %u", i, k);
			}
			cmd = self->copy;
			cmd.dst = places[k];
			cmd.dst_offset = cases[i].offset;
			cmd.copy.length = cases[i].length;
			EXPECT_EQ(-EINVAL, one(self->fd, cmd))
			{
				TH_LOG("case %u to place %u", i, k);
			}
			cmd = self->fill;
			cmd.dst = places[k];
			cmd.dst_offset = cases[i].offset;
			cmd.fill.length = cases[i].length;
			EXPECT_EQ(-EINVAL, one(self->fd, cmd))
			{
				TH_LOG("case %u filled in place %u", i, k);
			}
		}
}

/* Shapes of rows, of which the last byte is beyond the end, or no number */
TEST_F(check, cmd_rows)
{
	/* clang-format off */
	static const struct {
		__u64 length, rows, pitch;
	} cases[] = {
		{ 64, 0, 0 },			/* nothing */
		{ 0, 2, 64 },
		{ 64, 2, 63 },			/* rows run into one another */
		{ 64, 2, 0 },
		{ 64, 2, BO_SIZE - 63 },	/* beyond the end */
		{ 1, BO_SIZE + 1, 1 },
		{ 64, 3, BO_SIZE / 2 },
		{ 64, 2, ~0ull - 63 },		/* sums and products wrap */
		{ 64, 1ull << 32, 1ull << 32 },
		{ 64, ~0ull, 64 },
		{ 64, ~0ull, ~0ull },
		{ 1ull << 63, 2, 1ull << 63 },
	};
	/* clang-format on */
	struct drm_trn4_cmd cmd;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cmd = self->copy;
		cmd.dst_offset = 0;
		cmd.copy.length = cases[i].length;
		cmd.copy.rows = cases[i].rows;
		cmd.copy.src_pitch = cases[i].pitch;
		cmd.copy.dst_pitch = cases[i].length;
		EXPECT_EQ(-EINVAL, one(self->fd, cmd))
		{
			TH_LOG("case %u as source", i);
		}
		cmd.copy.src_pitch = cases[i].length;
		cmd.copy.dst_pitch = cases[i].pitch;
		EXPECT_EQ(-EINVAL, one(self->fd, cmd))
		{
			TH_LOG("case %u as destination", i);
		}
		cmd = self->fill;
		cmd.dst_offset = 0;
		cmd.fill.length = cases[i].length;
		cmd.fill.rows = cases[i].rows;
		cmd.fill.pitch = cases[i].pitch;
		EXPECT_EQ(-EINVAL, one(self->fd, cmd))
		{
			TH_LOG("case %u filled", i);
		}
	}
}

static __u64 types_of(int fd, __u32 kind)
{
	struct drm_trn4_get_param arg = {
		.param = DRM_TRN4_PARAM_ATOMIC_TYPES,
		.index = kind,
	};

	return accel_ioctl(fd, DRM_IOCTL_TRN4_GET_PARAM, &arg) ? 0 : arg.value;
}

/* What the device does not say that it has */
TEST_F(check, atomic_kind_and_type)
{
	static const __u32 beyond[] = { 11, 32, 255, 256, 0x80000000, ~0u };
	struct drm_trn4_cmd cmd;
	__u32 kind, type;
	unsigned int i;

	for (kind = 0; kind <= DRM_TRN4_ATOMIC_XOR; kind++) {
		ASSERT_NE(0, types_of(self->fd, kind));
		for (type = 0; type < 32; type++) {
			if (types_of(self->fd, kind) >> type & 1)
				continue;
			cmd = self->add;
			cmd.dst_offset = 0;
			cmd.kind = kind;
			cmd.type = type;
			EXPECT_EQ(-EINVAL, one(self->fd, cmd))
			{
				TH_LOG("kind %u, type %u", kind, type);
			}
		}
	}
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		cmd = self->add;
		cmd.type = beyond[i];
		EXPECT_EQ(-EINVAL, one(self->fd, cmd));
		cmd = self->add;
		cmd.kind = beyond[i];
		EXPECT_EQ(-EINVAL, one(self->fd, cmd));
	}
}

/* Where the old word of 16 bytes is to go */
TEST_F(check, wide_fetch)
{
	struct drm_trn4_cmd good = self->add, cmd;

	if (!(types_of(self->fd, DRM_TRN4_ATOMIC_CAS) >> DRM_TRN4_TYPE_U128 &
	      1))
		SKIP(return, "no atomics of 16 bytes");
	good.kind = DRM_TRN4_ATOMIC_CAS;
	good.type = DRM_TRN4_TYPE_U128;
	good.dst_offset = 16;
	good.src = self->results.handle;
	cmd = good;
	cmd.src = 0;
	EXPECT_EQ(-ENOENT, one(self->fd, cmd));
	/* Nowhere, where it is not asked for */
	cmd = good;
	cmd.flags = 0;
	EXPECT_EQ(-EINVAL, one(self->fd, cmd));
	cmd.src = 0;
	cmd.src_offset = 16;
	EXPECT_EQ(-EINVAL, one(self->fd, cmd));
	cmd.src_offset = 0;
	EXPECT_EQ(0, one(self->fd, cmd));
}

/* What does not fit the word */
TEST_F(check, atomic_operands)
{
	static const __u64 large[] = { 1ull << 32, 1ull << 63, ~0ull };
	struct drm_trn4_cmd cmd;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(large); i++) {
		cmd = self->add;
		cmd.type = DRM_TRN4_TYPE_U32;
		cmd.atomic.operand[0] = large[i];
		EXPECT_EQ(-EINVAL, one(self->fd, cmd));
		cmd.kind = DRM_TRN4_ATOMIC_SWAP;
		EXPECT_EQ(-EINVAL, one(self->fd, cmd));
		cmd = self->cas;
		cmd.type = DRM_TRN4_TYPE_U32;
		cmd.atomic.operand[0] = large[i];
		EXPECT_EQ(-EINVAL, one(self->fd, cmd));
		cmd = self->cas;
		cmd.type = DRM_TRN4_TYPE_U32;
		cmd.atomic.compare[0] = large[i];
		EXPECT_EQ(-EINVAL, one(self->fd, cmd));
	}
}

TEST_HARNESS_MAIN
