// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a submit waits for, and what waits for it: syncobjs, binary ones and
 * points of timelines, and the fences in the buffers that it names.
 *
 * Order between submits is user space's, by syncobjs. Fences in a buffer say
 * who is at work on it to those who do not know of syncobjs: other drivers that
 * have it by a dma-buf, and who polls that.
 */
#include <linux/dma-fence-chain.h>
#include <linux/dma-resv.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <drm/drm_exec.h>
#include <drm/drm_syncobj.h>

#include "trn4_drv.h"

/* ---- Syncobjs -------------------------------------------------------------- */

/* The scheduler's own helper takes a point for one of 32 bits. */
static int trn4_sync_in_one(struct trn4_job *job, struct drm_file *drm_file,
			    const struct drm_trn4_sync *sync)
{
	struct dma_fence *fence;
	int ret;

	if (sync->pad)
		return -EINVAL;
	ret = drm_syncobj_find_fence(drm_file, sync->handle, sync->point, 0,
				     &fence);
	if (ret)
		return ret;
	return drm_sched_job_add_dependency(&job->base, fence);
}

/**
 * trn4_sync_in() - let a job wait for syncobjs
 * @job: initialised, not armed
 * @drm_file: whose handles they are
 * @from: struct drm_trn4_sync in user space
 * @count: how many, checked
 *
 * Return: 0; -EFAULT; -EINVAL (pad; no fence there yet), -ENOENT (no such
 * handle), -ENOMEM.
 */
int trn4_sync_in(struct trn4_job *job, struct drm_file *drm_file, u64 from,
		 u32 count)
{
	struct drm_trn4_sync *syncs;
	int ret = 0;
	u32 i;

	syncs = memdup_array_user(u64_to_user_ptr(from), count, sizeof(*syncs));
	if (IS_ERR(syncs))
		return PTR_ERR(syncs);
	for (i = 0; i < count && !ret; i++)
		ret = trn4_sync_in_one(job, drm_file, &syncs[i]);
	kfree(syncs);
	return ret;
}

static int trn4_sync_out_one(struct drm_file *drm_file,
			     const struct drm_trn4_sync *sync,
			     struct trn4_sync *out)
{
	if (sync->pad)
		return -EINVAL;
	out->syncobj = drm_syncobj_find(drm_file, sync->handle);
	if (!out->syncobj)
		return -ENOENT;
	out->point = sync->point;
	if (!out->point)
		return 0;
	out->chain = dma_fence_chain_alloc();
	return out->chain ? 0 : -ENOMEM;
}

/**
 * trn4_sync_out_get() - find the syncobjs that are to get a job's fence
 * @drm_file: whose handles they are
 * @from: struct drm_trn4_sync in user space
 * @count: how many, checked
 *
 * Return: array for trn4_sync_out_set() and trn4_sync_out_put(), or an
 * ERR_PTR(): -EFAULT, -EINVAL (pad), -ENOENT (no such handle), -ENOMEM.
 */
struct trn4_sync *trn4_sync_out_get(struct drm_file *drm_file, u64 from,
				    u32 count)
{
	struct drm_trn4_sync *syncs;
	struct trn4_sync *out;
	int ret = 0;
	u32 i;

	syncs = memdup_array_user(u64_to_user_ptr(from), count, sizeof(*syncs));
	if (IS_ERR(syncs))
		return ERR_CAST(syncs);
	out = kcalloc(count, sizeof(*out), GFP_KERNEL_ACCOUNT);
	if (!out) {
		kfree(syncs);
		return ERR_PTR(-ENOMEM);
	}
	for (i = 0; i < count && !ret; i++)
		ret = trn4_sync_out_one(drm_file, &syncs[i], &out[i]);
	kfree(syncs);
	if (ret) {
		trn4_sync_out_put(out, count);
		return ERR_PTR(ret);
	}
	return out;
}

/**
 * trn4_sync_out_set() - give the fence of a job to syncobjs
 * @out: from trn4_sync_out_get()
 * @count: how many
 * @fence: signals when the job has ended
 *
 * Context: does not allocate
 */
void trn4_sync_out_set(struct trn4_sync *out, u32 count,
		       struct dma_fence *fence)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (out[i].chain)
			drm_syncobj_add_point(out[i].syncobj, out[i].chain,
					      fence, out[i].point);
		else
			drm_syncobj_replace_fence(out[i].syncobj, fence);
		out[i].chain = NULL;
	}
}

/**
 * trn4_sync_out_put() - give syncobjs up
 * @out: from trn4_sync_out_get()
 * @count: how many
 */
void trn4_sync_out_put(struct trn4_sync *out, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		dma_fence_chain_free(out[i].chain);
		if (out[i].syncobj)
			drm_syncobj_put(out[i].syncobj);
	}
	kfree(out);
}

/* ---- Buffers --------------------------------------------------------------- */

/* A buffer or window that a job names, and what the job does with it */
struct trn4_use {
	struct drm_gem_object *obj;
	enum dma_resv_usage usage;
};

/* Two for each command, and the results */
static u32 trn4_job_uses(const struct trn4_job *job)
{
	return 2 * job->count + 1;
}

static struct trn4_use trn4_job_use_at(const struct trn4_job *job, u32 i)
{
	const struct trn4_cmd *cmd = &job->cmds[i / 2];

	if (i == 2 * job->count)
		return (struct trn4_use) {
			job->results_bo ? &job->results_bo->base : NULL,
			DMA_RESV_USAGE_WRITE,
		};
	if (i % 2)
		return (struct trn4_use) { cmd->dst.obj, DMA_RESV_USAGE_WRITE };
	/* A word that an atomic fetches goes there, if it is a wide one. */
	return (struct trn4_use) {
		cmd->src.obj,
		cmd->op == TRN4_OP_ATOMIC ? DMA_RESV_USAGE_WRITE :
					    DMA_RESV_USAGE_READ,
	};
}

/* One for reading it, one for writing */
#define TRN4_FENCES_PER_OBJECT 2

static int trn4_sync_lock_all(struct trn4_job *job, struct drm_exec *exec)
{
	int ret = 0;
	u32 i;

	drm_exec_until_all_locked(exec) {
		for (i = 0, ret = 0; i < trn4_job_uses(job) && !ret; i++) {
			struct trn4_use use = trn4_job_use_at(job, i);

			if (!use.obj)
				continue;
			ret = drm_exec_prepare_obj(exec, use.obj,
						   TRN4_FENCES_PER_OBJECT);
			/* Not before the first: what is contended waits for it. */
			drm_exec_retry_on_contention(exec);
		}
		if (ret)
			break;
	}
	return ret;
}

/* Did it come by a dma-buf of another device? */
static bool trn4_is_lent(struct drm_gem_object *obj)
{
	if (trn4_is_window(obj))
		return to_trn4_window(obj)->lent;
	return trn4_is_host(obj) && to_trn4_bo(obj)->lent;
}

/*
 * What another device lends others may be at work on, who know nothing of our
 * syncobjs: the job waits as the rules of dma-bufs say.
 */
static int trn4_sync_wait_lenders(struct trn4_job *job)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < trn4_job_uses(job) && !ret; i++) {
		struct trn4_use use = trn4_job_use_at(job, i);

		if (use.obj && trn4_is_lent(use.obj))
			ret = drm_sched_job_add_implicit_dependencies(&job->base,
								      use.obj,
								      use.usage ==
									      DMA_RESV_USAGE_WRITE);
	}
	return ret;
}

/**
 * trn4_sync_lock() - lock the buffers of a job, with room for its fence
 * @job: initialised, not armed
 * @exec: to be given to drm_exec_fini() in any case
 *
 * Return: 0, -EINTR, -ENOMEM.
 */
int trn4_sync_lock(struct trn4_job *job, struct drm_exec *exec)
{
	int ret;

	drm_exec_init(exec,
		      DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES,
		      0);
	ret = trn4_sync_lock_all(job, exec);
	return ret ? ret : trn4_sync_wait_lenders(job);
}

/**
 * trn4_sync_publish() - put the fence of a job into its buffers
 * @job: armed; its buffers are locked
 * @fence: signals when the job has ended
 *
 * Context: does not allocate
 */
void trn4_sync_publish(struct trn4_job *job, struct dma_fence *fence)
{
	u32 i;

	for (i = 0; i < trn4_job_uses(job); i++) {
		struct trn4_use use = trn4_job_use_at(job, i);

		if (use.obj)
			dma_resv_add_fence(use.obj->resv, fence, use.usage);
	}
}
