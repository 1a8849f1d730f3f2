// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * operation_test.c - operations by what they leave in memory: copies and fills
 * of rows against a model that does them byte by byte, between all kinds of
 * places; atomics of every kind on every type that the device says it has.
 */
#include <stdlib.h>
#include <string.h>

#include <kselftest_harness.h>
#include "chance.h"
#include "rig.h"

#define BO_SIZE PAGE

/* Random shapes lie in this many bytes, around the edges of pages */
#define FIELD 12288

FIXTURE(op)
{
	struct rig rig;
	int fd, peer;
	struct bo ours, host, far, results;
	__u32 window; /* ours on far */
	struct drm_trn4_result *result;
	struct {
		__u32 handle;
		__u8 *map;
	} places[3];
	__u8 *model;
	__u64 random;
};

FIXTURE_SETUP(op)
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
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, 0, &self->ours));
	ASSERT_EQ(0, bo_make(self->fd, BO_SIZE, DRM_TRN4_BO_HOST, &self->host));
	ASSERT_EQ(0, bo_make(self->fd, 4096, DRM_TRN4_BO_HOST, &self->results));
	ASSERT_EQ(0, bo_make(self->peer, BO_SIZE, 0, &self->far));
	ASSERT_EQ(0, grant_make(self->peer, self->far.handle, RIGHT_ALL, 0,
				BO_SIZE, &grant));
	ASSERT_EQ(0,
		  window_map(self->fd, &grant, 0, 0, RIGHT_ALL, &self->window));
	self->result = self->results.map;
	self->places[0].handle = self->ours.handle;
	self->places[0].map = self->ours.map;
	self->places[1].handle = self->host.handle;
	self->places[1].map = self->host.map;
	self->places[2].handle = self->window;
	self->places[2].map = self->far.map;
	self->model = malloc(FIELD);
	ASSERT_NE(NULL, self->model);
	self->random = 88172645463325252ull;
}

FIXTURE_TEARDOWN(op)
{
	free(self->model);
	rig_end(&self->rig);
}

/* Runs one command: 0, or its error */
static int run(int fd, struct drm_trn4_cmd cmd, const struct bo *results)
{
	int ret = submit_wait(fd, &cmd, 1, results->handle);

	return ret ? ret : ((struct drm_trn4_result *)results->map)->error;
}

/* ---- Rows ---- */

/* All is read before anything is written, a row at a time where pitches differ */
static void model_copy(__u8 *to, const __u8 *from,
		       const struct drm_trn4_cmd *cmd)
{
	const __u8 *src = from + cmd->src_offset;
	__u8 *dst = to + cmd->dst_offset;
	__u8 *whole = malloc(FIELD);
	__u64 row;

	memcpy(whole, from, FIELD);
	if (cmd->copy.src_pitch == cmd->copy.dst_pitch)
		src = whole + cmd->src_offset;
	for (row = 0; row < cmd->copy.rows; row++)
		memmove(dst + row * cmd->copy.dst_pitch,
			src + row * cmd->copy.src_pitch, cmd->copy.length);
	free(whole);
}

/* A shape that is within the field on both sides */
static struct drm_trn4_cmd some_rows(__u64 *random, bool equal)
{
	struct drm_trn4_cmd cmd = { .op = DRM_TRN4_OP_COPY };
	__u64 span;

	cmd.copy.length = 1 + chance_below(random, 700);
	cmd.copy.rows = 1 + chance_below(random, 5);
	if (cmd.copy.rows > 1) {
		cmd.copy.dst_pitch = cmd.copy.length +
				     chance_below(random, 600);
		cmd.copy.src_pitch = equal ? cmd.copy.dst_pitch :
					     cmd.copy.length +
						     chance_below(random, 600);
	}
	span = (cmd.copy.rows - 1) * (cmd.copy.dst_pitch > cmd.copy.src_pitch ?
					      cmd.copy.dst_pitch :
					      cmd.copy.src_pitch) +
	       cmd.copy.length;
	cmd.src_offset = chance_below(random, FIELD - span + 1);
	cmd.dst_offset = chance_below(random, FIELD - span + 1);
	return cmd;
}

TEST_F(op, rows_between_all_places)
{
	struct drm_trn4_cmd cmd;
	unsigned int i, from, to;

	for (i = 0; i < 360; i++) {
		from = i % 3;
		to = i / 3 % 3;
		/* Rows that overlap others are defined for equal pitches. */
		cmd = some_rows(&self->random, from == to);
		cmd.src = self->places[from].handle;
		cmd.dst = self->places[to].handle;
		fill_pattern(self->places[from].map, FIELD, i);
		if (from != to)
			memset(self->places[to].map, 0x5a, FIELD);
		memcpy(self->model, self->places[to].map, FIELD);
		model_copy(self->model,
			   from == to ? self->model : self->places[from].map,
			   &cmd);
		ASSERT_EQ(0, run(self->fd, cmd, &self->results));
		EXPECT_EQ(cmd.copy.length * cmd.copy.rows, self->result->value);
		ASSERT_EQ(0, memcmp(self->model, self->places[to].map, FIELD))
		{
			TH_LOG("case %u: %llu x %llu, pitches %llu and %llu, from %llu to %llu",
			       i, cmd.copy.rows, cmd.copy.length,
			       cmd.copy.src_pitch, cmd.copy.dst_pitch,
			       cmd.src_offset, cmd.dst_offset);
		}
	}
}

/* A matrix is turned into one without gaps, and back */
TEST_F(op, rows_by_the_megabyte)
{
	struct drm_trn4_cmd cmd = cmd_copy(self->window, 0, self->ours.handle,
					   0, 1000);
	__u64 row;

	cmd.copy.rows = 1024;
	cmd.copy.src_pitch = 2048;
	cmd.copy.dst_pitch = 1000;
	fill_pattern(self->ours.map, BO_SIZE, 5);
	ASSERT_EQ(0, run(self->fd, cmd, &self->results));
	EXPECT_EQ(1024 * 1000, self->result->value);
	for (row = 0; row < 1024; row++)
		ASSERT_EQ(0, memcmp(self->far.map + row * 1000,
				    self->ours.map + row * 2048, 1000));
	cmd = cmd_copy(self->host.handle, 0, self->window, 0, 1000);
	cmd.copy.rows = 1024;
	cmd.copy.src_pitch = 1000;
	cmd.copy.dst_pitch = 2048;
	ASSERT_EQ(0, run(self->fd, cmd, &self->results));
	for (row = 0; row < 1024; row++)
		ASSERT_EQ(0, memcmp(self->host.map + row * 2048,
				    self->ours.map + row * 2048, 1000));
}

/*
 * Rows that lie above their destinations at first, and below them in the end;
 * none touches another's. In scattered memory each takes many descriptors.
 */
TEST_F(op, rows_that_drift_apart)
{
	const __u64 length = 100000, rows = 11, from = 3000;
	struct drm_trn4_cmd cmd;
	unsigned int i;
	__u8 *model;
	__u64 row;

	model = malloc(BO_SIZE);
	ASSERT_NE(NULL, model);
	for (i = 0; i < ARRAY_SIZE(self->places); i++) {
		cmd = cmd_copy(self->places[i].handle, 0,
			       self->places[i].handle, from, length);
		cmd.copy.rows = rows;
		cmd.copy.src_pitch = 110000;
		cmd.copy.dst_pitch = 110600;
		fill_pattern(self->places[i].map, BO_SIZE, i);
		memcpy(model, self->places[i].map, BO_SIZE);
		for (row = 0; row < rows; row++)
			memmove(model + row * 110600,
				model + from + row * 110000, length);
		ASSERT_EQ(0, run(self->fd, cmd, &self->results));
		EXPECT_EQ(0, memcmp(model, self->places[i].map, BO_SIZE))
		{
			TH_LOG("in place %u", i);
		}
	}
	free(model);
}

TEST_F(op, fills)
{
	struct drm_trn4_cmd cmd, shape;
	__u64 pattern, row, n;
	unsigned int i, to;

	for (i = 0; i < 180; i++) {
		to = i % 3;
		shape = some_rows(&self->random, true);
		pattern = self->random;
		cmd = cmd_fill(self->places[to].handle, shape.dst_offset,
			       shape.copy.length, pattern);
		cmd.fill.rows = shape.copy.rows;
		cmd.fill.pitch = shape.copy.dst_pitch;
		memset(self->places[to].map, 0xa5, FIELD);
		memset(self->model, 0xa5, FIELD);
		for (row = 0; row < cmd.fill.rows; row++)
			for (n = 0; n < cmd.fill.length; n++)
				self->model[cmd.dst_offset +
					    row * cmd.fill.pitch + n] =
					pattern >> n % 8 * 8;
		ASSERT_EQ(0, run(self->fd, cmd, &self->results));
		EXPECT_EQ(cmd.fill.length * cmd.fill.rows, self->result->value);
		ASSERT_EQ(0, memcmp(self->model, self->places[to].map, FIELD))
		{
			TH_LOG("case %u: %llu x %llu, pitch %llu, at %llu", i,
			       cmd.fill.rows, cmd.fill.length, cmd.fill.pitch,
			       cmd.dst_offset);
		}
	}
}

/* The pattern goes on over all pieces, and over scattered pages */
TEST_F(op, fill_of_all)
{
	const __u64 pattern = 0x0123456789abcdefull;
	unsigned int to;
	__u64 n;

	for (to = 0; to < ARRAY_SIZE(self->places); to++) {
		__u8 *map = self->places[to].map;

		memset(map, 0, BO_SIZE);
		ASSERT_EQ(0, run(self->fd,
				 cmd_fill(self->places[to].handle, 3,
					  BO_SIZE - 5, pattern),
				 &self->results));
		for (n = 0; n < BO_SIZE - 5; n++)
			if (map[3 + n] != (__u8)(pattern >> n % 8 * 8))
				break;
		EXPECT_EQ(BO_SIZE - 5, n);
		EXPECT_EQ(0, map[2]);
		EXPECT_EQ(0, map[BO_SIZE - 2]);
	}
}

/* ---- Between windows ---- */

/* Windows of the first accelerator, all of them on what the shapes lie in */
static const struct {
	unsigned int grant;
	__u64 at; /* in the grant */
} views[] = {
	{ 0, 0 },    /* all of the second's buffer */
	{ 0, PAGE }, /* a part of it */
	{ 1, 0 },    /* a part of it, by another grant */
	{ 2, 0 },    /* all of the third's buffer */
};

#define VIEWS     ARRAY_SIZE(views)
#define VIEW_SIZE (4 * PAGE)
#define FIELD_AT  (2 * PAGE - FIELD / 2)

struct view {
	__u32 handle;
	__u64 at; /* in the buffer */
	unsigned int peer;
};

FIXTURE(between)
{
	struct rig rig;
	int fd;
	struct bo far[2], results;
	struct drm_trn4_result *result;
	struct view windows[VIEWS];
	__u8 *model[2];
	__u64 random;
};

FIXTURE_SETUP(between)
{
	static const struct {
		unsigned int peer;
		__u64 at, size;
	} parts[] = {
		{ 0, 0, VIEW_SIZE },
		{ 0, PAGE, 2 * PAGE },
		{ 1, 0, VIEW_SIZE },
	};
	struct grant grants[ARRAY_SIZE(parts)];
	unsigned int i;

	if (rig_begin(&self->rig, 3) == -ENODEV)
		SKIP(return, RIG_NEEDS, 3);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	ASSERT_EQ(0, bo_make(self->fd, 4096, DRM_TRN4_BO_HOST, &self->results));
	self->result = self->results.map;
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, bo_make(self->rig.fd[1 + i], VIEW_SIZE, 0,
				     &self->far[i]));
		self->model[i] = malloc(FIELD);
		ASSERT_NE(NULL, self->model[i]);
	}
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		ASSERT_EQ(0,
			  grant_make(self->rig.fd[1 + parts[i].peer],
				     self->far[parts[i].peer].handle, RIGHT_RW,
				     parts[i].at, parts[i].size, &grants[i]));
	for (i = 0; i < VIEWS; i++) {
		ASSERT_EQ(0, window_map(self->fd, &grants[views[i].grant],
					views[i].at, 0, RIGHT_RW,
					&self->windows[i].handle));
		self->windows[i].at = parts[views[i].grant].at + views[i].at;
		self->windows[i].peer = parts[views[i].grant].peer;
	}
	self->random = 88172645463325252ull;
}

FIXTURE_TEARDOWN(between)
{
	free(self->model[0]);
	free(self->model[1]);
	rig_end(&self->rig);
}

/*
 * Of any window to any: memory of two peers, or the same memory as seen by one
 * window or two, wherever these begin.
 */
TEST_F(between, rows)
{
	const struct view *src, *dst;
	struct drm_trn4_cmd cmd;
	unsigned int i, k;

	for (i = 0; i < 20 * VIEWS * VIEWS; i++) {
		src = &self->windows[i % VIEWS];
		dst = &self->windows[i / VIEWS % VIEWS];
		/* Rows that overlap others are defined for equal pitches. */
		cmd = some_rows(&self->random, src->peer == dst->peer);
		for (k = 0; k < 2; k++) {
			fill_pattern(self->model[k], FIELD, 2 * i + k);
			memcpy(self->far[k].map + FIELD_AT, self->model[k],
			       FIELD);
		}
		model_copy(self->model[dst->peer], self->model[src->peer],
			   &cmd);
		cmd.src = src->handle;
		cmd.dst = dst->handle;
		cmd.src_offset += FIELD_AT - src->at;
		cmd.dst_offset += FIELD_AT - dst->at;
		ASSERT_EQ(0, run(self->fd, cmd, &self->results));
		EXPECT_EQ(cmd.copy.length * cmd.copy.rows, self->result->value);
		for (k = 0; k < 2; k++) {
			ASSERT_EQ(0, memcmp(self->model[k],
					    self->far[k].map + FIELD_AT, FIELD))
			{
				TH_LOG("case %u, peer %u: from %llu to %llu", i,
				       k, cmd.src_offset, cmd.dst_offset);
			}
		}
	}
}

/* ---- Atomics ---- */

#define F32_1_5 0x3fc00000
#define F32_2   0x40000000
#define F32_3_5 0x40600000
#define F32_NAN 0x7fc00000
#define F64_0_5 0x3fe0000000000000ull
#define F64_1   0x3ff0000000000000ull
#define F64_1_5 0x3ff8000000000000ull
#define F32_2_2 0x4000000040000000ull
#define F32_1_1 0x3fc000003fc00000ull /* 1.5 */
#define F32_3_3 0x4060000040600000ull /* 3.5 */

#define A(kind) DRM_TRN4_ATOMIC_##kind
#define T(type) DRM_TRN4_TYPE_##type

/* clang-format off */
static const struct {
	__u32 kind, type, size;
	__u64 before[2], operand[2], compare[2], after[2];
} cases[] = {
	{ A(SUB), T(U32), 4, { 3 }, { 5 }, {}, { 0xfffffffeu } },
	{ A(SUB), T(U64), 8, { 3 }, { 5 }, {}, { -2ull } },
	{ A(INC), T(U32), 4, { 6 }, { 7 }, {}, { 7 } },
	{ A(INC), T(U32), 4, { 7 }, { 7 }, {}, { 0 } },
	{ A(INC), T(U64), 8, { 8 }, { 7 }, {}, { 0 } },
	{ A(DEC), T(U32), 4, { 7 }, { 7 }, {}, { 6 } },
	{ A(DEC), T(U32), 4, { 0 }, { 7 }, {}, { 7 } },
	{ A(DEC), T(U64), 8, { 8 }, { 7 }, {}, { 7 } },
	{ A(MIN), T(U32), 4, { 0xffffffffu }, { 1 }, {}, { 1 } },
	{ A(MIN), T(S32), 4, { 0xffffffffu }, { 1 }, {}, { 0xffffffffu } },
	{ A(MAX), T(U64), 8, { -1ull }, { 1 }, {}, { -1ull } },
	{ A(MAX), T(S64), 8, { -1ull }, { 1 }, {}, { 1 } },
	{ A(AND), T(U64), 8, { 0xff0f }, { 0x0fff }, {}, { 0x0f0f } },
	{ A(OR), T(U32), 4, { 0xf0 }, { 0x0f }, {}, { 0xff } },
	{ A(XOR), T(U64), 8, { 0xff }, { 1ull << 63 | 0xf }, {},
	  { 1ull << 63 | 0xf0 } },
	{ A(ADD), T(F32), 4, { F32_1_5 }, { F32_2 }, {}, { F32_3_5 } },
	{ A(ADD), T(F64), 8, { F64_1 }, { F64_0_5 }, {}, { F64_1_5 } },
	{ A(MIN), T(F32), 4, { F32_2 }, { F32_1_5 }, {}, { F32_1_5 } },
	{ A(MAX), T(F32), 4, { F32_NAN }, { F32_2 }, {}, { F32_2 } },
	{ A(MIN), T(F64), 8, { 0 }, { 1ull << 63 }, {}, { 1ull << 63 } },
	/* 1 + 0.5, 2 + 1; 1 + 1, 2 + 2 */
	{ A(ADD), T(F16X2), 4, { 0x40003c00 }, { 0x3c003800 }, {},
	  { 0x42003e00 } },
	{ A(ADD), T(BF16X2), 4, { 0x40003f80 }, { 0x40003f80 }, {},
	  { 0x40804000 } },
	{ A(MAX), T(F16X2), 4, { 0x40003c00 }, { 0x3c004000 }, {},
	  { 0x40004000 } },
	{ A(SWAP), T(U128), 16, { 1, 2 }, { 3, 4 }, {}, { 3, 4 } },
	{ A(CAS), T(U128), 16, { 1, 2 }, { 3, 4 }, { 1, 2 }, { 3, 4 } },
	{ A(CAS), T(U128), 16, { 1, 2 }, { 3, 4 }, { 1, 3 }, { 1, 2 } },
	{ A(ADD), T(F32X4), 16, { F32_1_1, F32_2_2 },
	  { F32_2_2, 0 }, {}, { F32_3_3, F32_2_2 } },
};

/* clang-format on */

static bool device_has(int fd, __u32 kind, __u32 type)
{
	struct drm_trn4_get_param arg = {
		.param = DRM_TRN4_PARAM_ATOMIC_TYPES,
		.index = kind,
	};

	return !accel_ioctl(fd, DRM_IOCTL_TRN4_GET_PARAM, &arg) &&
	       arg.value >> type & 1;
}

static struct drm_trn4_cmd atomic_case(unsigned int i)
{
	struct drm_trn4_cmd cmd = {
		.op = DRM_TRN4_OP_ATOMIC,
		.dst_offset = 64,
		.kind = cases[i].kind,
		.type = cases[i].type,
	};

	memcpy(cmd.atomic.operand, cases[i].operand, 16);
	memcpy(cmd.atomic.compare, cases[i].compare, 16);
	return cmd;
}

/* Here and at the peer; the word that it was comes back if it is asked for */
TEST_F(op, atomics_of_every_kind)
{
	struct drm_trn4_cmd cmd;
	unsigned int i, k;
	__u8 around[64];
	__u8 *at;

	memset(around, 0xc3, sizeof(around));
	for (i = 0; i < 4 * ARRAY_SIZE(cases); i++) {
		bool fetch = i % 2, far = i / 2 % 2;

		k = i / 4;
		if (!device_has(self->fd, cases[k].kind, cases[k].type))
			continue;
		at = (far ? self->far.map : self->ours.map) + 64;
		memset(at, 0xc3, 64);
		memcpy(at, cases[k].before, cases[k].size);
		cmd = atomic_case(k);
		cmd.dst = far ? self->window : self->ours.handle;
		if (fetch) {
			cmd.flags = DRM_TRN4_CMD_FETCH;
			if (cases[k].size == 16) {
				cmd.src = self->host.handle;
				cmd.src_offset = 4096 - 16;
			}
		}
		ASSERT_EQ(0, run(self->fd, cmd, &self->results));
		EXPECT_EQ(0, memcmp(at, cases[k].after, cases[k].size))
		{
			TH_LOG("case %u", k);
		}
		EXPECT_EQ(0, memcmp(at + cases[k].size, around,
				    64 - cases[k].size));
		if (fetch && cases[k].size == 16) {
			EXPECT_EQ(0, memcmp(self->host.map + 4096 - 16,
					    cases[k].before, 16));
		} else {
			EXPECT_EQ(cases[k].before[0] * fetch,
				  self->result->value);
		}
	}
}

/* Who does not ask for the old word does not wait for it */
TEST_F(op, no_fetch_is_a_store)
{
	struct drm_trn4_cmd cmd = cmd_atomic(DRM_TRN4_ATOMIC_ADD, 8,
					     self->window, 0, 1, 0);
	__u64 asked;

	ASSERT_EQ(0, run(self->fd, cmd, &self->results));
	asked = self->result->end - self->result->start;
	cmd.flags = 0;
	ASSERT_EQ(0, run(self->fd, cmd, &self->results));
	EXPECT_GT(asked, self->result->end - self->result->start);
}

/* ---- Fences ---- */

TEST_F(op, fence)
{
	struct drm_trn4_cmd cmds[3] = {
		cmd_fill(self->window, 0, BO_SIZE, 0x11),
		{ .op = DRM_TRN4_OP_FENCE },
		cmd_atomic(DRM_TRN4_ATOMIC_SWAP, 8, self->window, 0, 5, 0),
	};

	ASSERT_EQ(0, submit_wait(self->fd, cmds, 3, self->results.handle));
	EXPECT_EQ(0, self->result[1].error);
	EXPECT_EQ(0, self->result[1].value);
	EXPECT_LE(self->result[0].end, self->result[1].start);
	EXPECT_EQ(0x11, self->result[2].value);
}

TEST_HARNESS_MAIN
