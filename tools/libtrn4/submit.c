// SPDX-License-Identifier: MIT
/*
 * submit.c - batches of commands: queue, wait, results.
 *
 * A batch owns a buffer in host memory that takes the results, and a syncobj
 * that gets the fence of each submit.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"

#define NSEC_PER_SEC 1000000000ll

/*
 * OPEN takes commands; SUBMITTED belongs to the device until its fence was
 * seen; ENDED has results, and takes commands once it is reset.
 */
enum batch_state {
	BATCH_OPEN,
	BATCH_SUBMITTED,
	BATCH_ENDED,
};

struct trn4_batch {
	struct trn4_device *dev;
	struct trn4_buffer *results;
	const struct drm_trn4_result *result; /* @results as it is mapped */
	struct drm_trn4_cmd *cmds;
	unsigned int max;
	unsigned int count;
	uint32_t syncobj;
	enum batch_state state;
};

TRN4_API int trn4_batch_create(struct trn4_device *dev, unsigned int max,
			       struct trn4_batch **out)
{
	struct drm_syncobj_create syncobj = {};
	struct trn4_batch *batch;
	void *ptr;
	int ret;

	if (!max || max > dev->batch_max)
		return -EINVAL;
	batch = calloc(1, sizeof(*batch));
	if (!batch)
		return -ENOMEM;
	batch->dev = dev;
	batch->max = max;
	batch->cmds = calloc(max, sizeof(*batch->cmds));
	if (!batch->cmds) {
		ret = -ENOMEM;
		goto err_free;
	}
	ret = trn4_buffer_create(dev, max * sizeof(struct drm_trn4_result),
				 TRN4_BUFFER_HOST, &batch->results);
	if (ret)
		goto err_cmds;
	ret = trn4_buffer_map(batch->results, &ptr);
	if (ret)
		goto err_results;
	batch->result = ptr;
	ret = trn4_ioctl(dev, DRM_IOCTL_SYNCOBJ_CREATE, &syncobj);
	if (ret)
		goto err_results;
	batch->syncobj = syncobj.handle;
	*out = batch;
	return 0;

err_results:
	trn4_buffer_destroy(batch->results);
err_cmds:
	free(batch->cmds);
err_free:
	free(batch);
	return ret;
}

TRN4_API void trn4_batch_destroy(struct trn4_batch *batch)
{
	struct drm_syncobj_destroy syncobj = {};

	if (!batch)
		return;
	syncobj.handle = batch->syncobj;
	trn4_ioctl(batch->dev, DRM_IOCTL_SYNCOBJ_DESTROY, &syncobj);
	trn4_buffer_destroy(batch->results);
	free(batch->cmds);
	free(batch);
}

int trn4_batch_add(struct trn4_batch *batch, const struct trn4_command *command)
{
	struct drm_trn4_cmd *cmd;

	if (batch->state != BATCH_OPEN)
		return -EBUSY;
	if (batch->count == batch->max)
		return -ENOSPC;
	if (command->dst.kind != TRN4_PLACE_OBJECT ||
	    command->src.kind != TRN4_PLACE_OBJECT)
		return -EINVAL;
	cmd = &batch->cmds[batch->count];
	*cmd = command->cmd;
	cmd->dst = command->dst.handle;
	cmd->dst_offset = command->dst.offset;
	cmd->src = command->src.handle;
	cmd->src_offset = command->src.offset;
	return batch->count++;
}

_Static_assert(sizeof(struct trn4_sync) == sizeof(struct drm_trn4_sync),
	       "struct trn4_sync");
_Static_assert(offsetof(struct trn4_sync, point) ==
		       offsetof(struct drm_trn4_sync, point),
	       "struct trn4_sync");

TRN4_API int trn4_batch_submit_syncs(struct trn4_batch *batch,
				     const struct trn4_sync *in,
				     unsigned int in_count,
				     const struct trn4_sync *out,
				     unsigned int out_count)
{
	struct trn4_sync syncs[DRM_TRN4_SYNCS_MAX];
	struct drm_trn4_submit arg = {
		.cmds = (uintptr_t)batch->cmds,
		.in_syncs = (uintptr_t)in,
		.out_syncs = (uintptr_t)syncs,
		.cmd_count = batch->count,
		.in_count = in_count,
		.out_count = out_count + 1,
		.results = batch->results->handle,
	};
	int ret;

	if (batch->state == BATCH_SUBMITTED)
		return -EBUSY;
	if (!batch->count || in_count > DRM_TRN4_SYNCS_MAX ||
	    out_count >= DRM_TRN4_SYNCS_MAX)
		return -EINVAL;

	syncs[0] = (struct trn4_sync) { .handle = batch->syncobj };
	if (out_count)
		memcpy(&syncs[1], out, out_count * sizeof(*out));
	/* The submit puts its fence in place of the last one's. */
	ret = trn4_ioctl(batch->dev, DRM_IOCTL_TRN4_SUBMIT, &arg);
	if (!ret)
		batch->state = BATCH_SUBMITTED;
	return ret;
}

TRN4_API int trn4_batch_submit(struct trn4_batch *batch)
{
	return trn4_batch_submit_syncs(batch, NULL, 0, NULL, 0);
}

/* The kernel waits by this clock, too. */
int64_t trn4_deadline(int64_t timeout)
{
	struct timespec now;
	int64_t ns;

	if (timeout < 0)
		return INT64_MAX;
	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
	return timeout > INT64_MAX - ns ? INT64_MAX : ns + timeout;
}

TRN4_API int trn4_batch_wait(struct trn4_batch *batch, int64_t timeout)
{
	struct drm_syncobj_wait arg = {
		.handles = (uintptr_t)&batch->syncobj,
		.count_handles = 1,
	};
	int ret;

	if (batch->state == BATCH_OPEN)
		return -EINVAL;
	if (batch->state == BATCH_ENDED)
		return 0;
	/* Absolute, so that signals do not lengthen the wait. */
	arg.timeout_nsec = timeout ? trn4_deadline(timeout) : 0;
	ret = trn4_ioctl(batch->dev, DRM_IOCTL_SYNCOBJ_WAIT, &arg);
	if (!ret)
		batch->state = BATCH_ENDED;
	return ret;
}

/* The syncobj has the fence of the last submit, whether it signalled or not. */
TRN4_API int trn4_batch_eventfd(struct trn4_batch *batch, int eventfd)
{
	struct trn4_sync sync = { .handle = batch->syncobj };

	if (batch->state == BATCH_OPEN)
		return -EINVAL;
	return trn4_syncobj_eventfd(batch->dev, &sync, eventfd);
}

TRN4_API int trn4_batch_result(const struct trn4_batch *batch,
			       unsigned int index, struct trn4_result *result)
{
	const struct drm_trn4_result *r;

	if (batch->state != BATCH_ENDED)
		return -EBUSY;
	if (index >= batch->count)
		return -EINVAL;
	r = &batch->result[index];
	*result = (struct trn4_result) {
		.value = r->value,
		.start = r->start,
		.end = r->end,
		.error = r->error,
		.id = index,
	};
	return 0;
}

TRN4_API int trn4_batch_error(const struct trn4_batch *batch,
			      unsigned int *index)
{
	unsigned int i;

	if (batch->state != BATCH_ENDED)
		return -EBUSY;
	for (i = 0; i < batch->count; i++) {
		if (!batch->result[i].error)
			continue;
		if (index)
			*index = i;
		return batch->result[i].error;
	}
	return 0;
}

TRN4_API int trn4_batch_reset(struct trn4_batch *batch)
{
	if (batch->state == BATCH_SUBMITTED)
		return -EBUSY;
	batch->count = 0;
	batch->state = BATCH_OPEN;
	return 0;
}

/* Submits a batch of one command, waits for it and gives its result. */
static int run_one(struct trn4_batch *batch, int64_t timeout, uint64_t *value)
{
	struct trn4_result result;
	int ret;

	ret = trn4_batch_submit(batch);
	if (ret)
		return ret;
	ret = trn4_batch_wait(batch, timeout);
	if (ret)
		return ret;
	ret = trn4_batch_result(batch, 0, &result);
	if (ret)
		return ret;
	if (!result.error && value)
		*value = result.value;
	return result.error;
}

TRN4_API int trn4_copy(struct trn4_device *dev, struct trn4_place dst,
		       struct trn4_place src, uint64_t length, int64_t timeout)
{
	struct trn4_batch *batch;
	int ret;

	ret = trn4_batch_create(dev, 1, &batch);
	if (ret)
		return ret;
	ret = trn4_batch_copy(batch, dst, src, length);
	if (ret >= 0)
		ret = run_one(batch, timeout, NULL);
	trn4_batch_destroy(batch);
	return ret;
}

TRN4_API int trn4_fill(struct trn4_device *dev, struct trn4_place dst,
		       uint64_t length, uint64_t pattern, int64_t timeout)
{
	struct trn4_batch *batch;
	int ret;

	ret = trn4_batch_create(dev, 1, &batch);
	if (ret)
		return ret;
	ret = trn4_batch_fill(batch, dst, length, pattern);
	if (ret >= 0)
		ret = run_one(batch, timeout, NULL);
	trn4_batch_destroy(batch);
	return ret;
}

TRN4_API int trn4_atomic(struct trn4_device *dev, struct trn4_place dst,
			 enum trn4_atomic_op op, enum trn4_word word,
			 uint64_t operand, uint64_t compare, uint64_t *old,
			 int64_t timeout)
{
	struct trn4_batch *batch;
	int ret;

	ret = trn4_batch_create(dev, 1, &batch);
	if (ret)
		return ret;
	ret = trn4_batch_atomic(batch, dst, op, word, operand, compare);
	if (ret >= 0)
		ret = run_one(batch, timeout, old);
	trn4_batch_destroy(batch);
	return ret;
}
