// SPDX-License-Identifier: MIT
/*
 * command.c - what goes into each command, of a batch and of a user queue.
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

TRN4_API struct trn4_place trn4_segment_at(unsigned int number, uint64_t offset)
{
	return (struct trn4_place) {
		.handle = number,
		.offset = offset,
		.kind = TRN4_PLACE_SEGMENT,
	};
}

/* ---- Each command -------------------------------------------------------- */

static struct trn4_command nop_command(void)
{
	return (struct trn4_command) { .cmd.op = DRM_TRN4_OP_NOP };
}

static struct trn4_command fence_command(void)
{
	return (struct trn4_command) { .cmd.op = DRM_TRN4_OP_FENCE };
}

static struct trn4_command copy_command(struct trn4_place dst,
					struct trn4_place src,
					const struct trn4_rows *rows)
{
	return (struct trn4_command) {
		.dst = dst,
		.src = src,
		.has_dst = true,
		.has_src = true,
		.cmd = {
			.op = DRM_TRN4_OP_COPY,
			.copy = {
				.length = rows->length,
				.rows = rows->count,
				.src_pitch = rows->src_pitch,
				.dst_pitch = rows->dst_pitch,
			},
		},
	};
}

static struct trn4_command fill_command(struct trn4_place dst,
					const struct trn4_rows *rows,
					uint64_t pattern)
{
	return (struct trn4_command) {
		.dst = dst,
		.has_dst = true,
		.cmd = {
			.op = DRM_TRN4_OP_FILL,
			.fill = {
				.length = rows->length,
				.rows = rows->count,
				.pattern = pattern,
				.pitch = rows->dst_pitch,
			},
		},
	};
}

static struct trn4_command atomic_command(struct trn4_place dst,
					  const struct trn4_atomic_full *atomic)
{
	struct trn4_command command = {
		.dst = dst,
		.has_dst = true,
		.cmd = {
			.op = DRM_TRN4_OP_ATOMIC,
			.flags = atomic->no_fetch ? 0 : DRM_TRN4_CMD_FETCH,
			.kind = atomic->op,
			.type = atomic->word,
			.atomic = {
				.operand = { atomic->operand[0],
					     atomic->operand[1] },
				.compare = { atomic->compare[0],
					     atomic->compare[1] },
			},
		},
	};

	command.has_src = !atomic->no_fetch &&
			  trn4_word_size(atomic->word) == 16;
	if (command.has_src)
		command.src = atomic->old;
	return command;
}

static struct trn4_command signal_command(struct trn4_place dst,
					  enum trn4_word word, uint64_t value)
{
	return (struct trn4_command) {
		.dst = dst,
		.has_dst = true,
		.cmd = {
			.op = DRM_TRN4_OP_SIGNAL,
			.type = word,
			.signal = { .value = value },
		},
	};
}

static struct trn4_rows one_row(uint64_t length)
{
	return (struct trn4_rows) { .length = length, .count = 1 };
}

/* ---- In a batch ---------------------------------------------------------- */

TRN4_API int trn4_batch_nop(struct trn4_batch *batch)
{
	struct trn4_command command = nop_command();

	return trn4_batch_add(batch, &command);
}

TRN4_API int trn4_batch_fence(struct trn4_batch *batch)
{
	struct trn4_command command = fence_command();

	return trn4_batch_add(batch, &command);
}

TRN4_API int trn4_batch_copy_rows(struct trn4_batch *batch,
				  struct trn4_place dst, struct trn4_place src,
				  const struct trn4_rows *rows)
{
	struct trn4_command command = copy_command(dst, src, rows);

	return trn4_batch_add(batch, &command);
}

TRN4_API int trn4_batch_copy(struct trn4_batch *batch, struct trn4_place dst,
			     struct trn4_place src, uint64_t length)
{
	struct trn4_rows row = one_row(length);

	return trn4_batch_copy_rows(batch, dst, src, &row);
}

TRN4_API int trn4_batch_fill_rows(struct trn4_batch *batch,
				  struct trn4_place dst,
				  const struct trn4_rows *rows,
				  uint64_t pattern)
{
	struct trn4_command command = fill_command(dst, rows, pattern);

	return rows->src_pitch ? -EINVAL : trn4_batch_add(batch, &command);
}

TRN4_API int trn4_batch_fill(struct trn4_batch *batch, struct trn4_place dst,
			     uint64_t length, uint64_t pattern)
{
	struct trn4_rows row = one_row(length);

	return trn4_batch_fill_rows(batch, dst, &row, pattern);
}

TRN4_API int trn4_batch_atomic_full(struct trn4_batch *batch,
				    struct trn4_place dst,
				    const struct trn4_atomic_full *atomic)
{
	struct trn4_command command = atomic_command(dst, atomic);

	return trn4_batch_add(batch, &command);
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

TRN4_API int trn4_batch_signal(struct trn4_batch *batch, struct trn4_place dst,
			       enum trn4_word word, uint64_t value)
{
	struct trn4_command command = signal_command(dst, word, value);

	return trn4_batch_add(batch, &command);
}

/* ---- In a queue ---------------------------------------------------------- */

TRN4_API int trn4_queue_nop(struct trn4_queue *queue)
{
	struct trn4_command command = nop_command();

	return trn4_queue_put(queue, &command);
}

TRN4_API int trn4_queue_fence(struct trn4_queue *queue)
{
	struct trn4_command command = fence_command();

	return trn4_queue_put(queue, &command);
}

TRN4_API int trn4_queue_copy_rows(struct trn4_queue *queue,
				  struct trn4_place dst, struct trn4_place src,
				  const struct trn4_rows *rows)
{
	struct trn4_command command = copy_command(dst, src, rows);

	return trn4_queue_put(queue, &command);
}

TRN4_API int trn4_queue_copy(struct trn4_queue *queue, struct trn4_place dst,
			     struct trn4_place src, uint64_t length)
{
	struct trn4_rows row = one_row(length);

	return trn4_queue_copy_rows(queue, dst, src, &row);
}

TRN4_API int trn4_queue_fill_rows(struct trn4_queue *queue,
				  struct trn4_place dst,
				  const struct trn4_rows *rows,
				  uint64_t pattern)
{
	struct trn4_command command = fill_command(dst, rows, pattern);

	return rows->src_pitch ? -EINVAL : trn4_queue_put(queue, &command);
}

TRN4_API int trn4_queue_fill(struct trn4_queue *queue, struct trn4_place dst,
			     uint64_t length, uint64_t pattern)
{
	struct trn4_rows row = one_row(length);

	return trn4_queue_fill_rows(queue, dst, &row, pattern);
}

/* A descriptor has a byte for each of both: what it cannot say is refused. */
TRN4_API int trn4_queue_atomic_full(struct trn4_queue *queue,
				    struct trn4_place dst,
				    const struct trn4_atomic_full *atomic)
{
	struct trn4_command command = atomic_command(dst, atomic);

	if ((unsigned int)atomic->op > TRN4_XOR ||
	    !trn4_word_size(atomic->word))
		return -EINVAL;
	return trn4_queue_put(queue, &command);
}

TRN4_API int trn4_queue_atomic(struct trn4_queue *queue, struct trn4_place dst,
			       enum trn4_atomic_op op, enum trn4_word word,
			       uint64_t operand, uint64_t compare)
{
	struct trn4_atomic_full atomic = {
		.op = op,
		.word = word,
		.operand = { operand },
		.compare = { compare },
	};

	return trn4_queue_atomic_full(queue, dst, &atomic);
}

TRN4_API int trn4_queue_signal(struct trn4_queue *queue, struct trn4_place dst,
			       enum trn4_word word, uint64_t value)
{
	struct trn4_command command = signal_command(dst, word, value);

	if (word != TRN4_U32 && word != TRN4_U64)
		return -EINVAL;
	return trn4_queue_put(queue, &command);
}

/* ---- Words --------------------------------------------------------------- */

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
