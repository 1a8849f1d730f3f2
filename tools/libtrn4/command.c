// SPDX-License-Identifier: MIT
/*
 * command.c - the commands of a batch: what goes into each.
 */
#include <errno.h>

#include "internal.h"

SAME_AS_KERNEL(TRN4_ADD, DRM_TRN4_ATOMIC_ADD);
SAME_AS_KERNEL(TRN4_SWAP, DRM_TRN4_ATOMIC_SWAP);
SAME_AS_KERNEL(TRN4_COMPARE_SWAP, DRM_TRN4_ATOMIC_CAS);
SAME_AS_KERNEL(TRN4_SUB, DRM_TRN4_ATOMIC_SUB);
SAME_AS_KERNEL(TRN4_INC, DRM_TRN4_ATOMIC_INC);
SAME_AS_KERNEL(TRN4_DEC, DRM_TRN4_ATOMIC_DEC);
SAME_AS_KERNEL(TRN4_MIN, DRM_TRN4_ATOMIC_MIN);
SAME_AS_KERNEL(TRN4_MAX, DRM_TRN4_ATOMIC_MAX);
SAME_AS_KERNEL(TRN4_AND, DRM_TRN4_ATOMIC_AND);
SAME_AS_KERNEL(TRN4_OR, DRM_TRN4_ATOMIC_OR);
SAME_AS_KERNEL(TRN4_XOR, DRM_TRN4_ATOMIC_XOR);
SAME_AS_KERNEL(TRN4_U32, DRM_TRN4_TYPE_U32);
SAME_AS_KERNEL(TRN4_U64, DRM_TRN4_TYPE_U64);
SAME_AS_KERNEL(TRN4_U128, DRM_TRN4_TYPE_U128);
SAME_AS_KERNEL(TRN4_S32, DRM_TRN4_TYPE_S32);
SAME_AS_KERNEL(TRN4_S64, DRM_TRN4_TYPE_S64);
SAME_AS_KERNEL(TRN4_F32, DRM_TRN4_TYPE_F32);
SAME_AS_KERNEL(TRN4_F64, DRM_TRN4_TYPE_F64);
SAME_AS_KERNEL(TRN4_F16X2, DRM_TRN4_TYPE_F16X2);
SAME_AS_KERNEL(TRN4_BF16X2, DRM_TRN4_TYPE_BF16X2);
SAME_AS_KERNEL(TRN4_F32X4, DRM_TRN4_TYPE_F32X4);

TRN4_API struct trn4_place trn4_buffer_at(const struct trn4_buffer *buf,
					  uint64_t offset)
{
	return (struct trn4_place) { .handle = buf->handle, .offset = offset };
}

TRN4_API struct trn4_place trn4_window_at(const struct trn4_window *win,
					  uint64_t offset)
{
	return (struct trn4_place) { .handle = win->handle, .offset = offset };
}

TRN4_API int trn4_batch_nop(struct trn4_batch *batch)
{
	struct drm_trn4_cmd cmd = { .op = DRM_TRN4_OP_NOP };

	return trn4_batch_add(batch, &cmd);
}

TRN4_API int trn4_batch_fence(struct trn4_batch *batch)
{
	struct drm_trn4_cmd cmd = { .op = DRM_TRN4_OP_FENCE };

	return trn4_batch_add(batch, &cmd);
}

TRN4_API int trn4_batch_copy_rows(struct trn4_batch *batch,
				  struct trn4_place dst, struct trn4_place src,
				  const struct trn4_rows *rows)
{
	struct drm_trn4_cmd cmd = {
		.op = DRM_TRN4_OP_COPY,
		.src = src.handle,
		.src_offset = src.offset,
		.dst = dst.handle,
		.dst_offset = dst.offset,
		.copy = {
			.length = rows->length,
			.rows = rows->count,
			.src_pitch = rows->src_pitch,
			.dst_pitch = rows->dst_pitch,
		},
	};

	return trn4_batch_add(batch, &cmd);
}

TRN4_API int trn4_batch_copy(struct trn4_batch *batch, struct trn4_place dst,
			     struct trn4_place src, uint64_t length)
{
	struct trn4_rows row = { .length = length, .count = 1 };

	return trn4_batch_copy_rows(batch, dst, src, &row);
}

TRN4_API int trn4_batch_fill_rows(struct trn4_batch *batch,
				  struct trn4_place dst,
				  const struct trn4_rows *rows,
				  uint64_t pattern)
{
	struct drm_trn4_cmd cmd = {
		.op = DRM_TRN4_OP_FILL,
		.dst = dst.handle,
		.dst_offset = dst.offset,
		.fill = {
			.length = rows->length,
			.rows = rows->count,
			.pattern = pattern,
			.pitch = rows->dst_pitch,
		},
	};

	return rows->src_pitch ? -EINVAL : trn4_batch_add(batch, &cmd);
}

TRN4_API int trn4_batch_fill(struct trn4_batch *batch, struct trn4_place dst,
			     uint64_t length, uint64_t pattern)
{
	struct trn4_rows row = { .length = length, .count = 1 };

	return trn4_batch_fill_rows(batch, dst, &row, pattern);
}

TRN4_API int trn4_batch_atomic_full(struct trn4_batch *batch,
				    struct trn4_place dst,
				    const struct trn4_atomic_full *atomic)
{
	struct drm_trn4_cmd cmd = {
		.op = DRM_TRN4_OP_ATOMIC,
		.flags = atomic->no_fetch ? 0 : DRM_TRN4_CMD_FETCH,
		.dst = dst.handle,
		.dst_offset = dst.offset,
		.kind = atomic->op,
		.type = atomic->word,
		.atomic = {
			.operand = { atomic->operand[0], atomic->operand[1] },
			.compare = { atomic->compare[0], atomic->compare[1] },
		},
	};

	if (!atomic->no_fetch && trn4_word_size(atomic->word) == 16) {
		cmd.src = atomic->old.handle;
		cmd.src_offset = atomic->old.offset;
	}
	return trn4_batch_add(batch, &cmd);
}

TRN4_API int trn4_batch_atomic(struct trn4_batch *batch, struct trn4_place dst,
			       enum trn4_atomic_op op, enum trn4_word word,
			       uint64_t operand, uint64_t compare)
{
	struct trn4_atomic_full atomic = {
		.op = op,
		.word = word,
		.operand = { operand },
		.compare = { compare },
	};

	return trn4_batch_atomic_full(batch, dst, &atomic);
}

TRN4_API unsigned int trn4_word_size(enum trn4_word word)
{
	static const unsigned char sizes[] = {
		[TRN4_U32] = 4,    [TRN4_U64] = 8,   [TRN4_U128] = 16,
		[TRN4_S32] = 4,    [TRN4_S64] = 8,   [TRN4_F32] = 4,
		[TRN4_F64] = 8,    [TRN4_F16X2] = 4, [TRN4_BF16X2] = 4,
		[TRN4_F32X4] = 16,
	};

	return (unsigned int)word < sizeof(sizes) ? sizes[word] : 0;
}

TRN4_API uint32_t trn4_atomic_words(struct trn4_device *dev,
				    enum trn4_atomic_op op)
{
	struct drm_trn4_get_param arg = {
		.param = DRM_TRN4_PARAM_ATOMIC_TYPES,
		.index = op,
	};

	return trn4_ioctl(dev, DRM_IOCTL_TRN4_GET_PARAM, &arg) ? 0 : arg.value;
}
