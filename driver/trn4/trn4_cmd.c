// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands: from what user space asks for, every field of which is checked, to
 * descriptors, of which a command can need any number.
 *
 * Of a command on host memory every run of bus addresses takes a descriptor; a
 * large one is cut, so that progress shows. They are made while the command
 * runs, so that neither memory nor the ring limits what it may ask for.
 */
#include <linux/bitops.h>
#include <linux/math64.h>
#include <linux/nospec.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "trn4_drv.h"

/* The most that one descriptor writes, and as how much a row counts at least */
#define TRN4_PIECE_MAX SZ_8M
#define TRN4_ROW_WORK  SZ_1K

static_assert((int)DRM_TRN4_OP_NOP == TRN4_OP_NOP);
static_assert((int)DRM_TRN4_OP_COPY == TRN4_OP_COPY);
static_assert((int)DRM_TRN4_OP_ATOMIC == TRN4_OP_ATOMIC);
static_assert((int)DRM_TRN4_OP_FILL == TRN4_OP_FILL);
static_assert((int)DRM_TRN4_OP_FENCE == TRN4_OP_FENCE);
static_assert((int)DRM_TRN4_OP_SIGNAL == TRN4_OP_SEMAPHORE);
static_assert((int)DRM_TRN4_ATOMIC_ADD == TRN4_ATOMIC_ADD);
static_assert((int)DRM_TRN4_ATOMIC_SWAP == TRN4_ATOMIC_SWAP);
static_assert((int)DRM_TRN4_ATOMIC_CAS == TRN4_ATOMIC_CAS);
static_assert((int)DRM_TRN4_ATOMIC_SUB == TRN4_ATOMIC_SUB);
static_assert((int)DRM_TRN4_ATOMIC_INC == TRN4_ATOMIC_INC);
static_assert((int)DRM_TRN4_ATOMIC_DEC == TRN4_ATOMIC_DEC);
static_assert((int)DRM_TRN4_ATOMIC_MIN == TRN4_ATOMIC_MIN);
static_assert((int)DRM_TRN4_ATOMIC_MAX == TRN4_ATOMIC_MAX);
static_assert((int)DRM_TRN4_ATOMIC_AND == TRN4_ATOMIC_AND);
static_assert((int)DRM_TRN4_ATOMIC_OR == TRN4_ATOMIC_OR);
static_assert((int)DRM_TRN4_ATOMIC_XOR == TRN4_ATOMIC_XOR);
static_assert((int)DRM_TRN4_TYPE_U32 == TRN4_TYPE_U32);
static_assert((int)DRM_TRN4_TYPE_U64 == TRN4_TYPE_U64);
static_assert((int)DRM_TRN4_TYPE_U128 == TRN4_TYPE_U128);
static_assert((int)DRM_TRN4_TYPE_S32 == TRN4_TYPE_S32);
static_assert((int)DRM_TRN4_TYPE_S64 == TRN4_TYPE_S64);
static_assert((int)DRM_TRN4_TYPE_F32 == TRN4_TYPE_F32);
static_assert((int)DRM_TRN4_TYPE_F64 == TRN4_TYPE_F64);
static_assert((int)DRM_TRN4_TYPE_F16X2 == TRN4_TYPE_F16X2);
static_assert((int)DRM_TRN4_TYPE_BF16X2 == TRN4_TYPE_BF16X2);
static_assert((int)DRM_TRN4_TYPE_F32X4 == TRN4_TYPE_F32X4);
static_assert(DRM_TRN4_CMD_FETCH == TRN4_DESC_FETCH);

static const u8 trn4_type_size[TRN4_TYPES] = {
	[TRN4_TYPE_U32] = 4,    [TRN4_TYPE_U64] = 8,   [TRN4_TYPE_U128] = 16,
	[TRN4_TYPE_S32] = 4,    [TRN4_TYPE_S64] = 8,   [TRN4_TYPE_F32] = 4,
	[TRN4_TYPE_F64] = 8,    [TRN4_TYPE_F16X2] = 4, [TRN4_TYPE_BF16X2] = 4,
	[TRN4_TYPE_F32X4] = 16,
};

/* ---- Checks ---------------------------------------------------------------- */

/* One side of a command. A reference on the object stays in @o in any case. */
static int trn4_operand_get(struct drm_file *drm_file, u32 handle, u64 offset,
			    u64 length, u32 right, struct trn4_operand *o)
{
	const struct trn4_window *win;

	o->obj = drm_gem_object_lookup(drm_file, handle);
	if (!o->obj)
		return -ENOENT;
	if (trn4_is_uqueue(o->obj))
		return -EINVAL;
	if (offset > o->obj->size || length > o->obj->size - offset)
		return -EINVAL;

	if (trn4_is_window(o->obj)) {
		win = to_trn4_window(o->obj);
		if (!(win->rights & right))
			return -EACCES;
		o->space = TRN4_SPACE_WINDOW;
		o->slot = win->slot;
		o->addr = offset;
	} else if (trn4_is_host(o->obj)) {
		if (right == NVL_RIGHT_ATOMIC)
			return -EINVAL;
		if (right == NVL_RIGHT_WRITE && to_trn4_bo(o->obj)->readonly)
			return -EACCES;
		o->space = TRN4_SPACE_HOST;
		o->addr = offset;
	} else {
		o->space = TRN4_SPACE_HBM;
		o->addr = to_trn4_bo(o->obj)->start + offset;
	}
	return 0;
}

/*
 * One word of a command. Of the object there must be nothing wrong. Where in it
 * the word lies is often computed, so that a place that is none is that
 * command's error alone.
 */
static int trn4_word_get(struct drm_file *drm_file, u32 handle, u64 offset,
			 u32 size, u32 right, struct trn4_cmd *cmd,
			 struct trn4_operand *o)
{
	int ret = trn4_operand_get(drm_file, handle, 0, size, right, o);

	if (ret)
		return ret;
	o->addr += offset;
	if (cmd->error)
		return 0;
	if (offset % size)
		cmd->error = -EINVAL;
	else if (offset >= o->obj->size)
		cmd->error = -ERANGE;
	return 0;
}

/*
 * Where @dst lies in the memory of @src, seen from there: in @above; false where
 * it is other memory. Two windows can show the same memory of a peer; a window
 * never shows this device's own.
 */
static bool trn4_operand_above(const struct trn4_operand *src,
			       const struct trn4_operand *dst, s64 *above)
{
	const struct trn4_window *s, *d;

	*above = dst->addr - src->addr;
	if (src->space != dst->space)
		return false;
	if (src->space == TRN4_SPACE_HOST)
		return src->obj == dst->obj;
	if (src->space != TRN4_SPACE_WINDOW)
		return true;
	s = to_trn4_window(src->obj);
	d = to_trn4_window(dst->obj);
	*above += d->peer_addr - s->peer_addr;
	return s->peer == d->peer;
}

/* From the first byte to the last of rows, in @extent */
static int trn4_rows(u64 length, u64 rows, u64 pitch, u64 *extent)
{
	if (!length || !rows || (rows > 1 ? pitch < length : pitch))
		return -EINVAL;
	if (check_mul_overflow(rows - 1, pitch, extent) ||
	    check_add_overflow(*extent, length, extent))
		return -EINVAL;
	return 0;
}

static int trn4_cmd_nop(struct drm_file *drm_file,
			const struct drm_trn4_cmd *in, struct trn4_cmd *cmd)
{
	const struct drm_trn4_cmd none = { .op = in->op };

	return memcmp(in, &none, sizeof(none)) ? -EINVAL : 0;
}

static int trn4_cmd_copy(struct drm_file *drm_file,
			 const struct drm_trn4_cmd *in, struct trn4_cmd *cmd)
{
	u64 from, to;
	int ret;

	if (in->flags || in->kind || in->type)
		return -EINVAL;
	ret = trn4_rows(in->copy.length, in->copy.rows, in->copy.src_pitch,
			&from);
	if (ret)
		return ret;
	ret = trn4_rows(in->copy.length, in->copy.rows, in->copy.dst_pitch,
			&to);
	if (ret)
		return ret;
	ret = trn4_operand_get(drm_file, in->src, in->src_offset, from,
			       NVL_RIGHT_READ, &cmd->src);
	if (ret)
		return ret;
	ret = trn4_operand_get(drm_file, in->dst, in->dst_offset, to,
			       NVL_RIGHT_WRITE, &cmd->dst);
	if (ret)
		return ret;
	cmd->length = in->copy.length;
	cmd->src_pitch = in->copy.src_pitch;
	cmd->dst_pitch = in->copy.dst_pitch;
	cmd->total = in->copy.length * in->copy.rows;
	/* Rows that adjoin one another are one. */
	if (cmd->src_pitch == cmd->length && cmd->dst_pitch == cmd->length)
		cmd->length = cmd->total;
	cmd->overlaps = trn4_operand_above(&cmd->src, &cmd->dst, &cmd->above);
	return 0;
}

static int trn4_cmd_fill(struct drm_file *drm_file,
			 const struct drm_trn4_cmd *in, struct trn4_cmd *cmd)
{
	u64 to;
	int ret;

	if (in->flags || in->kind || in->type || in->src || in->src_offset)
		return -EINVAL;
	ret = trn4_rows(in->fill.length, in->fill.rows, in->fill.pitch, &to);
	if (ret)
		return ret;
	ret = trn4_operand_get(drm_file, in->dst, in->dst_offset, to,
			       NVL_RIGHT_WRITE, &cmd->dst);
	if (ret)
		return ret;
	cmd->length = in->fill.length;
	cmd->dst_pitch = in->fill.pitch;
	cmd->pattern = in->fill.pattern;
	cmd->total = in->fill.length * in->fill.rows;
	return 0;
}

/* Does a word fit in a type of @size bytes? */
static bool trn4_word_fits(const __u64 word[2], u32 size)
{
	return size == 16 || (!word[1] && (size == 8 || word[0] <= U32_MAX));
}

static int trn4_cmd_atomic(struct drm_file *drm_file,
			   const struct drm_trn4_cmd *in, struct trn4_cmd *cmd)
{
	struct trn4_device *tdev = to_trn4(drm_file->minor->dev);
	u32 kind, size;
	bool wide;
	int ret;

	if (in->flags & ~DRM_TRN4_CMD_FETCH || in->kind >= TRN4_ATOMICS ||
	    in->type >= TRN4_TYPES)
		return -EINVAL;
	kind = array_index_nospec(in->kind, TRN4_ATOMICS);
	cmd->type = array_index_nospec(in->type, TRN4_TYPES);
	if (!(tdev->atomic_types[kind] & BIT(cmd->type)))
		return -EINVAL;
	size = trn4_type_size[cmd->type];
	if (!trn4_word_fits(in->atomic.operand, size) ||
	    !trn4_word_fits(in->atomic.compare, size))
		return -EINVAL;
	if (kind != TRN4_ATOMIC_CAS &&
	    (in->atomic.compare[0] || in->atomic.compare[1]))
		return -EINVAL;
	cmd->flags = in->flags;
	cmd->kind = kind;
	memcpy(cmd->operand, in->atomic.operand, sizeof(cmd->operand));
	memcpy(cmd->compare, in->atomic.compare, sizeof(cmd->compare));

	wide = in->flags & DRM_TRN4_CMD_FETCH && size == 16;
	if (!wide && (in->src || in->src_offset))
		return -EINVAL;
	if (wide) {
		ret = trn4_word_get(drm_file, in->src, in->src_offset, size,
				    NVL_RIGHT_WRITE, cmd, &cmd->src);
		if (ret)
			return ret;
	}
	return trn4_word_get(drm_file, in->dst, in->dst_offset, size,
			     NVL_RIGHT_ATOMIC, cmd, &cmd->dst);
}

/* To wait for a word is not for a submit: its end must not be up to others. */
static int trn4_cmd_signal(struct drm_file *drm_file,
			   const struct drm_trn4_cmd *in, struct trn4_cmd *cmd)
{
	const __u64 word[2] = { in->signal.value };
	u32 size;

	if (in->flags || in->kind || in->src || in->src_offset ||
	    memchr_inv(in->signal.pad, 0, sizeof(in->signal.pad)))
		return -EINVAL;
	if (in->type != DRM_TRN4_TYPE_U32 && in->type != DRM_TRN4_TYPE_U64)
		return -EINVAL;
	size = in->type == DRM_TRN4_TYPE_U32 ? 4 : 8;
	if (!trn4_word_fits(word, size))
		return -EINVAL;
	cmd->kind = TRN4_SEMAPHORE_SIGNAL;
	cmd->type = in->type;
	cmd->operand[0] = in->signal.value;
	return trn4_word_get(drm_file, in->dst, in->dst_offset, size,
			     NVL_RIGHT_WRITE, cmd, &cmd->dst);
}

static int (*const trn4_cmd_parse[])(struct drm_file *drm_file,
				     const struct drm_trn4_cmd *in,
				     struct trn4_cmd *cmd) = {
	[DRM_TRN4_OP_NOP] = trn4_cmd_nop,
	[DRM_TRN4_OP_COPY] = trn4_cmd_copy,
	[DRM_TRN4_OP_ATOMIC] = trn4_cmd_atomic,
	[DRM_TRN4_OP_FILL] = trn4_cmd_fill,
	[DRM_TRN4_OP_FENCE] = trn4_cmd_nop,
	[DRM_TRN4_OP_SIGNAL] = trn4_cmd_signal,
};

/**
 * trn4_cmd_get() - check a command of a submit
 * @drm_file: whose handles it names
 * @in: as it came from user space, copied
 * @cmd: zeroed; to be given to trn4_cmd_put() in any case
 *
 * Return: 0, also where the command will do nothing but end with
 * trn4_cmd.error; -EINVAL, -ENOENT (no such handle), -EACCES (of a window).
 */
int trn4_cmd_get(struct drm_file *drm_file, const struct drm_trn4_cmd *in,
		 struct trn4_cmd *cmd)
{
	struct trn4_device *tdev = to_trn4(drm_file->minor->dev);
	u32 op = in->op;
	int ret;

	if (op >= ARRAY_SIZE(trn4_cmd_parse) || !(tdev->ops & BIT(op)))
		return -EINVAL;
	op = array_index_nospec(op, ARRAY_SIZE(trn4_cmd_parse));
	cmd->op = op;
	ret = trn4_cmd_parse[op](drm_file, in, cmd);
	if (cmd->error)
		cmd->op = TRN4_OP_NOP;
	return ret;
}

/**
 * trn4_cmd_put() - drop what a command holds
 * @cmd: command, or all zeroes
 */
void trn4_cmd_put(struct trn4_cmd *cmd)
{
	drm_gem_object_put(cmd->src.obj);
	drm_gem_object_put(cmd->dst.obj);
}

/* ---- Descriptors ----------------------------------------------------------- */

/*
 * One side of the next piece: the longest run that begins (or, going backward,
 * ends) at byte @at of the operand, in @length bytes at most.
 */
static u64 trn4_operand_run(const struct trn4_operand *o, u64 at, bool backward,
			    u64 *length)
{
	if (o->space == TRN4_SPACE_HOST)
		return trn4_bo_run(to_trn4_bo(o->obj), o->addr + at, backward,
				   length);
	return o->addr + at - (backward ? *length : 0);
}

static void trn4_desc_src(struct trn4_desc *desc, const struct trn4_operand *o,
			  u64 addr)
{
	desc->src_space = o->space;
	desc->src_slot = cpu_to_le16(o->slot);
	desc->src = cpu_to_le64(addr);
}

static void trn4_desc_dst(struct trn4_desc *desc, const struct trn4_operand *o,
			  u64 addr)
{
	desc->dst_space = o->space;
	desc->dst_slot = cpu_to_le16(o->slot);
	desc->dst = cpu_to_le64(addr);
}

/**
 * struct trn4_piece - what the next descriptor of a command writes
 * @row: the first row
 * @backward: from the end of a row on
 * @at: where in the row it begins, or going backward where it ends
 * @length: bytes of a row
 * @rows: how many; more than one only where they are whole
 */
struct trn4_piece {
	u64 row;
	bool backward;
	u64 at;
	u64 length;
	u64 rows;
};

/*
 * Whole rows together where none of them is in scattered memory and several
 * fit; else what is left of one.
 *
 * Going backward where the destination lies above the source keeps what is yet
 * to be copied whole, as memmove() does: row by row, and in each row, as they
 * drift apart where pitches differ. The device does the same in a descriptor.
 */
static struct trn4_piece trn4_next_piece(const struct trn4_cmd *cmd)
{
	bool scattered = cmd->src.space == TRN4_SPACE_HOST ||
			 cmd->dst.space == TRN4_SPACE_HOST;
	bool last_first = cmd->overlaps && cmd->above > 0;
	u64 left = cmd->total - cmd->fed;
	struct trn4_piece p = {};
	u64 in_place;

	p.row = div64_u64_rem(cmd->fed, cmd->length, &in_place);
	if (last_first)
		p.row = div64_u64(left - 1, cmd->length);
	p.rows = min(div64_u64(left, cmd->length),
		     div64_u64(TRN4_PIECE_MAX,
			       max_t(u64, cmd->length, TRN4_ROW_WORK)));
	if (!scattered && !in_place && p.rows > 1) {
		if (last_first)
			p.row -= p.rows - 1;
		p.length = cmd->length;
		return p;
	}
	p.rows = 1;
	p.length = min_t(u64, cmd->length - in_place, TRN4_PIECE_MAX);
	p.backward = cmd->overlaps &&
		     (s64)(cmd->above +
			   p.row * (cmd->dst_pitch - cmd->src_pitch)) > 0;
	p.at = p.backward ? cmd->length - in_place : in_place;
	return p;
}

/* Both sides may shorten a run, and the end is what stays going backward. */
static u64 trn4_desc_copy(struct trn4_desc *desc, struct trn4_cmd *cmd)
{
	struct trn4_piece p = trn4_next_piece(cmd);
	u64 from, to;

	if (p.rows > 1) {
		from = cmd->src.addr + p.row * cmd->src_pitch;
		to = cmd->dst.addr + p.row * cmd->dst_pitch;
		desc->copy.src_pitch = cpu_to_le64(cmd->src_pitch);
		desc->copy.dst_pitch = cpu_to_le64(cmd->dst_pitch);
	} else {
		from = p.row * cmd->src_pitch + p.at;
		to = p.row * cmd->dst_pitch + p.at;
		trn4_operand_run(&cmd->src, from, p.backward, &p.length);
		to = trn4_operand_run(&cmd->dst, to, p.backward, &p.length);
		from = trn4_operand_run(&cmd->src, from, p.backward, &p.length);
	}
	trn4_desc_src(desc, &cmd->src, from);
	trn4_desc_dst(desc, &cmd->dst, to);
	desc->copy.length = cpu_to_le64(p.length);
	desc->copy.rows = cpu_to_le64(p.rows);
	return p.length * p.rows;
}

static u64 trn4_desc_fill(struct trn4_desc *desc, struct trn4_cmd *cmd)
{
	struct trn4_piece p = trn4_next_piece(cmd);
	u64 to = p.row * cmd->dst_pitch + p.at;

	if (p.rows > 1)
		desc->fill.pitch = cpu_to_le64(cmd->dst_pitch);
	trn4_desc_dst(desc, &cmd->dst,
		      trn4_operand_run(&cmd->dst, to, false, &p.length));
	/* A row that is cut goes on with the pattern. */
	desc->fill.pattern = cpu_to_le64(ror64(cmd->pattern, p.at % 8 * 8));
	desc->fill.length = cpu_to_le64(p.length);
	desc->fill.rows = cpu_to_le64(p.rows);
	return p.length * p.rows;
}

static u64 trn4_desc_atomic(struct trn4_desc *desc, struct trn4_cmd *cmd)
{
	u64 length = trn4_type_size[cmd->type];
	unsigned int i;

	desc->flags = cmd->flags;
	desc->kind = cmd->kind;
	desc->type = cmd->type;
	trn4_desc_dst(desc, &cmd->dst, cmd->dst.addr);
	/* Aligned to 16: in one page, wherever that is */
	if (cmd->src.obj)
		trn4_desc_src(desc, &cmd->src,
			      trn4_operand_run(&cmd->src, 0, false, &length));
	for (i = 0; i < ARRAY_SIZE(cmd->operand); i++) {
		desc->atomic.operand[i] = cpu_to_le64(cmd->operand[i]);
		desc->atomic.compare[i] = cpu_to_le64(cmd->compare[i]);
	}
	return 0;
}

static u64 trn4_desc_signal(struct trn4_desc *desc, struct trn4_cmd *cmd)
{
	u64 length = trn4_type_size[cmd->type];

	desc->kind = cmd->kind;
	desc->type = cmd->type;
	trn4_desc_dst(desc, &cmd->dst,
		      trn4_operand_run(&cmd->dst, 0, false, &length));
	desc->semaphore.value = cpu_to_le64(cmd->operand[0]);
	return 0;
}

static u64 trn4_desc_nop(struct trn4_desc *desc, struct trn4_cmd *cmd)
{
	return 0;
}

static u64 (*const trn4_cmd_desc[])(struct trn4_desc *desc,
				    struct trn4_cmd *cmd) = {
	[TRN4_OP_NOP] = trn4_desc_nop,
	[TRN4_OP_COPY] = trn4_desc_copy,
	[TRN4_OP_ATOMIC] = trn4_desc_atomic,
	[TRN4_OP_FILL] = trn4_desc_fill,
	[TRN4_OP_FENCE] = trn4_desc_nop,
	[TRN4_OP_SEMAPHORE] = trn4_desc_signal,
};

/* What it is worth to the engine to write @bytes: a short row is work, too. */
static u64 trn4_cmd_work(const struct trn4_cmd *cmd, u64 bytes)
{
	if (!bytes || cmd->length >= TRN4_ROW_WORK)
		return bytes;
	return DIV64_U64_ROUND_UP(bytes, cmd->length) * TRN4_ROW_WORK;
}

/**
 * trn4_cmd_feed() - the next descriptor of a command
 * @cmd: command that has some to come: all have one at least
 * @desc: zero, but for its id
 *
 * What it writes is taken off the command.
 *
 * Context: trn4_queue.lock; does not allocate
 * Return: the work that it is, in bytes; TRN4_PIECE_MAX at most.
 */
u64 trn4_cmd_feed(struct trn4_cmd *cmd, struct trn4_desc *desc)
{
	u64 bytes;

	desc->opcode = cmd->op;
	bytes = trn4_cmd_desc[cmd->op](desc, cmd);
	cmd->fed += bytes;
	return trn4_cmd_work(cmd, bytes);
}
