// SPDX-License-Identifier: GPL-2.0-only
/*
 * Submits: every field is checked and everything is allocated first, then the
 * scheduler takes the job, and no step after that can fail.
 */
#include <linux/dma-fence.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/wait_bit.h>

#include <drm/drm_exec.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "trn4_drv.h"

static unsigned int trn4_job_timeout_ms = TRN4_JOB_TIMEOUT_MS;
module_param_named(job_timeout_ms, trn4_job_timeout_ms, uint, 0644);
MODULE_PARM_DESC(job_timeout_ms,
		 "ms without any work until the queue is reset, 0: for ever");

static struct trn4_job *to_trn4_job(struct drm_sched_job *base)
{
	return container_of(base, struct trn4_job, base);
}

/* ---- The end of a job ------------------------------------------------------ */

/* Its objects are in use until it has ended, or will never begin. */
static void trn4_job_use(struct trn4_job *job)
{
	u32 i;

	job->uses = true;
	for (i = 0; i < job->count; i++) {
		trn4_usage_begin(job->cmds[i].src.obj);
		trn4_usage_begin(job->cmds[i].dst.obj);
	}
	trn4_usage_begin(job->results_bo ? &job->results_bo->base : NULL);
}

static void trn4_job_unuse(struct trn4_job *job)
{
	u32 i;

	if (!job->uses)
		return;
	job->uses = false;
	for (i = 0; i < job->count; i++) {
		trn4_usage_end(job->cmds[i].src.obj);
		trn4_usage_end(job->cmds[i].dst.obj);
	}
	trn4_usage_end(job->results_bo ? &job->results_bo->base : NULL);
}

/* Free a job that the scheduler does not have, not yet or no more. */
static void trn4_job_free(struct trn4_job *job)
{
	struct trn4_device *tdev = job->tdev;
	struct trn4_file *file = job->file;
	u32 i;

	if (job->base.s_fence)
		drm_sched_job_cleanup(&job->base);
	trn4_job_unuse(job);
	for (i = 0; i < job->count; i++)
		trn4_cmd_put(&job->cmds[i]);
	if (job->results_bo)
		drm_gem_object_put(&job->results_bo->base);
	trn4_fence_drop(job->fence);
	kvfree(job->results);
	kvfree(job);

	atomic_dec(&file->jobs);
	smp_mb__after_atomic(); /* wake_up_var() looks for waiters */
	wake_up_var(&file->jobs);
	trn4_file_put(file);
	/* The device's end waits for this, and then for who runs us. */
	if (atomic_dec_and_test(&tdev->jobs))
		wake_up_var(&tdev->jobs);
}

static void trn4_job_release(struct work_struct *work)
{
	trn4_job_free(container_of(work, struct trn4_job, release));
}

static void trn4_job_write_results(struct trn4_job *job, bool hbm)
{
	struct trn4_bo *bo = job->results_bo;
	size_t bytes = job->count * sizeof(*job->results);

	if (!bo)
		return;
	if (trn4_is_host(&bo->base)) {
		memcpy(bo->vaddr + job->results_offset, job->results, bytes);
	} else if (hbm) {
		memcpy_toio(job->tdev->hbm + bo->start + job->results_offset,
			    job->results, bytes);
		wmb(); /* through write-combining, before the fence */
	}
}

/**
 * trn4_job_finish() - the hardware is done with a job
 * @job: job; may be freed when this returns
 * @hbm: HBM can be touched
 *
 * Context: signals a fence
 */
void trn4_job_finish(struct trn4_job *job, bool hbm)
{
	struct dma_fence *fence = dma_fence_get(job->fence);

	trn4_job_write_results(job, hbm);
	trn4_job_unuse(job);
	if (job->error)
		dma_fence_set_error(fence, job->error);
	dma_fence_signal(fence);
	dma_fence_put(fence);
}

/**
 * trn4_job_abort() - the hardware will not get to the end of a job
 * @job: job; may be freed when this returns
 * @error: of its fence, where no command has failed before
 * @hbm: HBM can be touched
 *
 * Context: signals a fence
 */
void trn4_job_abort(struct trn4_job *job, int error, bool hbm)
{
	u32 i;

	for (i = job->ended; i < job->count; i++)
		if (!job->results[i].error)
			job->results[i].error = -ECANCELED;
	if (!job->error)
		job->error = error;
	trn4_job_finish(job, hbm);
}

/* ---- What the scheduler calls ------------------------------------------------ */

static struct dma_fence *trn4_job_run(struct drm_sched_job *base)
{
	struct trn4_job *job = to_trn4_job(base);
	struct dma_fence *fence;
	bool cookie;
	int ret;

	cookie = dma_fence_begin_signalling();
	ret = trn4_queue_run(job->tdev, job);
	fence = dma_fence_get(job->fence);
	if (ret)
		trn4_job_abort(job, ret, false);
	dma_fence_end_signalling(cookie);
	return fence;
}

/*
 * The scheduler took the job off its list; put it back, as nothing is wrong. It
 * may have ended while it was away: let that be looked at. Under the lock, for
 * the job may be the last thing that keeps the scheduler.
 */
static void trn4_job_put_back(struct drm_sched_job *base)
{
	struct drm_gpu_scheduler *sched = base->sched;

	spin_lock(&sched->job_list_lock);
	list_add(&base->list, &sched->pending_list);
	queue_work(sched->submit_wq, &sched->work_free_job);
	spin_unlock(&sched->job_list_lock);
}

static enum drm_gpu_sched_stat trn4_job_timedout(struct drm_sched_job *base)
{
	struct drm_gpu_scheduler *sched = base->sched;
	struct trn4_job *job = to_trn4_job(base);
	struct trn4_device *tdev = job->tdev;
	int idx;

	/* Unbind fails all jobs by itself. */
	if (!drm_dev_enter(&tdev->drm, &idx)) {
		trn4_job_put_back(base);
		return DRM_GPU_SCHED_STAT_ENODEV;
	}
	if (!trn4_queue_stuck(tdev)) {
		trn4_job_put_back(base);
		goto out_exit;
	}

	drm_sched_wqueue_stop(sched);
	drm_err(&tdev->drm, "queue completes nothing: resetting it\n");
	if (trn4_queue_recover(tdev)) {
		drm_err(&tdev->drm,
			"queue does not start again: resetting all\n");
		trn4_reset_ask(tdev);
	}
	/* All have ended: this frees them, and the start finds none. */
	drm_sched_stop(sched, base);
	drm_sched_start(sched);
out_exit:
	drm_dev_exit(idx);
	return COMPAT_SCHED_STAT_HANDLED;
}

/*
 * Freeing takes locks that are held over allocations, and the scheduler's
 * worker must not wait for memory: it signals fences. So it is done elsewhere.
 *
 * A job that was killed before it ran has no parent fence, which holds what
 * its own fence reads for as long as someone has that: it gets one now.
 */
static void trn4_job_free_job(struct drm_sched_job *base)
{
	struct trn4_job *job = to_trn4_job(base);
	bool cookie;

	if (!base->s_fence->parent) {
		cookie = dma_fence_begin_signalling();
		trn4_fence_init(job->fence, dma_fence_context_alloc(1), 1);
		dma_fence_signal(job->fence);
		base->s_fence->parent = dma_fence_get(job->fence);
		dma_fence_end_signalling(cookie);
	}
	queue_work(job->tdev->release_wq, &job->release);
}

static const struct drm_sched_backend_ops trn4_sched_ops = {
	.run_job = trn4_job_run,
	.timedout_job = trn4_job_timedout,
	.free_job = trn4_job_free_job,
};

static void trn4_job_fini(struct drm_device *drm, void *arg)
{
	struct trn4_device *tdev = to_trn4(drm);

	/* All have ended, and are being freed; some may have outlived files. */
	wait_var_event(&tdev->jobs, !atomic_read(&tdev->jobs));
	drm_sched_fini(&tdev->sched->base);
	destroy_workqueue(tdev->release_wq);
	trn4_sched_put(tdev->sched);
}

/**
 * trn4_job_init() - make the scheduler; it ends with the DRM device
 * @tdev: device
 *
 * Return: 0 or a negative errno.
 */
int trn4_job_init(struct trn4_device *tdev)
{
	const unsigned int ms = READ_ONCE(trn4_job_timeout_ms);
	/* Files have turns in the queue; the scheduler serves the oldest job. */
	const struct drm_sched_init_args args = {
		.ops = &trn4_sched_ops,
		.num_rqs = DRM_SCHED_PRIORITY_COUNT,
		.credit_limit = INT_MAX,
		.timeout = ms ? msecs_to_jiffies(ms) : MAX_SCHEDULE_TIMEOUT,
		.name = TRN4_NAME,
		.dev = &tdev->pdev->dev,
	};
	int ret;

	tdev->release_wq = alloc_workqueue(TRN4_NAME "-release", WQ_UNBOUND, 0);
	if (!tdev->release_wq)
		return -ENOMEM;
	tdev->sched = trn4_sched_alloc();
	if (!tdev->sched) {
		ret = -ENOMEM;
		goto err_wq;
	}
	ret = drm_sched_init(&tdev->sched->base, &args);
	if (ret)
		goto err_sched;
	return drmm_add_action_or_reset(&tdev->drm, trn4_job_fini, NULL);

err_sched:
	trn4_sched_put(tdev->sched);
err_wq:
	destroy_workqueue(tdev->release_wq);
	return ret;
}

/* ---- Submits --------------------------------------------------------------- */

static int trn4_job_cmds(struct trn4_job *job, struct drm_file *drm_file,
			 u64 from)
{
	struct drm_trn4_cmd *cmds;
	int ret = 0;
	u32 i;

	cmds = memdup_array_user(u64_to_user_ptr(from), job->count,
				 sizeof(*cmds));
	if (IS_ERR(cmds))
		return PTR_ERR(cmds);
	for (i = 0; i < job->count && !ret; i++)
		ret = trn4_cmd_get(drm_file, &cmds[i], &job->cmds[i]);
	kfree(cmds);
	return ret;
}

static int trn4_job_results(struct trn4_job *job, struct drm_file *drm_file,
			    u32 handle, u64 offset)
{
	u64 bytes = job->count * sizeof(struct drm_trn4_result);
	struct drm_gem_object *obj;
	u32 i;

	job->results = kvcalloc(job->count, sizeof(*job->results),
				GFP_KERNEL_ACCOUNT);
	if (!job->results)
		return -ENOMEM;
	for (i = 0; i < job->count; i++)
		job->results[i].error = job->cmds[i].error;
	if (!handle)
		return offset ? -EINVAL : 0;

	obj = drm_gem_object_lookup(drm_file, handle);
	if (!obj)
		return -ENOENT;
	if (!(trn4_is_hbm(obj) || trn4_is_host(obj)) || offset % 8 ||
	    offset > obj->size || bytes > obj->size - offset) {
		drm_gem_object_put(obj);
		return -EINVAL;
	}
	job->results_bo = to_trn4_bo(obj);
	job->results_offset = offset;
	return trn4_is_host(obj) ? trn4_bo_vmap(job->results_bo) : 0;
}

static struct trn4_job *trn4_job_create(struct drm_file *drm_file,
					const struct drm_trn4_submit *args)
{
	struct trn4_file *file = drm_file->driver_priv;
	struct trn4_job *job;
	int ret;

	job = kvzalloc(struct_size(job, cmds, args->cmd_count),
		       GFP_KERNEL_ACCOUNT);
	if (!job)
		return ERR_PTR(-ENOMEM);
	job->count = args->cmd_count;
	job->tdev = file->tdev;
	job->file = file;
	INIT_LIST_HEAD(&job->link);
	INIT_WORK(&job->release, trn4_job_release);

	/* A file that has many jobs waits for one to end. */
	ret = wait_var_event_interruptible(&file->jobs,
					   atomic_add_unless(&file->jobs, 1,
							     TRN4_JOBS_FILE));
	if (ret) {
		kvfree(job);
		return ERR_PTR(ret);
	}

	kref_get(&file->ref);
	atomic_inc(&file->tdev->jobs);
	ret = -ENOMEM;
	job->fence = trn4_fence_alloc(file->tdev->sched);
	if (!job->fence)
		goto err_free;
	ret = trn4_job_cmds(job, drm_file, args->cmds);
	if (ret)
		goto err_free;
	ret = trn4_job_results(job, drm_file, args->results,
			       args->results_offset);
	if (ret)
		goto err_free;
	ret = drm_sched_job_init(&job->base, &file->entity, 1, file,
				 drm_file->client_id);
	if (ret)
		goto err_free;
	ret = trn4_sync_in(job, drm_file, args->in_syncs, args->in_count);
	if (ret)
		goto err_free;
	return job;

err_free:
	trn4_job_free(job);
	return ERR_PTR(ret);
}

/*
 * Hand a job to the scheduler, whose it is from then on, unless this fails. All
 * that can fail comes before it is armed: somebody may wait for its fence then.
 */
static int trn4_job_push(struct trn4_job *job, struct trn4_sync *out,
			 u32 out_count)
{
	struct dma_fence *fence;
	struct drm_exec exec;
	bool cookie;
	int ret;

	lockdep_assert_held(&job->file->submit_lock);

	ret = trn4_sync_lock(job, &exec);
	if (ret) {
		drm_exec_fini(&exec);
		return ret;
	}
	trn4_job_use(job);

	cookie = dma_fence_begin_signalling();
	drm_sched_job_arm(&job->base);
	fence = dma_fence_get(&job->base.s_fence->finished);
	trn4_sync_publish(job, fence);
	/*
	 * Once it is pushed it may end, and drop its buffers: no last reference
	 * may go with others locked.
	 */
	drm_exec_fini(&exec);
	drm_sched_entity_push_job(&job->base);
	dma_fence_end_signalling(cookie);

	trn4_sync_out_set(out, out_count, fence);
	dma_fence_put(fence);
	return 0;
}

/**
 * trn4_job_submit() - queue commands
 * @drm_file: file
 * @args: as they came from user space
 *
 * Return: 0 or a negative errno, and then nothing has changed.
 */
int trn4_job_submit(struct drm_file *drm_file,
		    const struct drm_trn4_submit *args)
{
	struct trn4_file *file = drm_file->driver_priv;
	struct trn4_sync *out;
	struct trn4_job *job;
	int ret;

	if (args->flags || args->pad || !args->cmd_count ||
	    args->cmd_count > DRM_TRN4_SUBMIT_MAX ||
	    args->in_count > DRM_TRN4_SYNCS_MAX ||
	    args->out_count > DRM_TRN4_SYNCS_MAX)
		return -EINVAL;
	ret = trn4_hw_ready(file->tdev);
	if (ret)
		return ret;

	job = trn4_job_create(drm_file, args);
	if (IS_ERR(job))
		return PTR_ERR(job);
	out = trn4_sync_out_get(drm_file, args->out_syncs, args->out_count);
	if (IS_ERR(out)) {
		trn4_job_free(job);
		return PTR_ERR(out);
	}
	ret = mutex_lock_interruptible(&file->submit_lock);
	if (!ret) {
		ret = trn4_job_push(job, out, args->out_count);
		mutex_unlock(&file->submit_lock);
	}
	if (ret)
		trn4_job_free(job);
	trn4_sync_out_put(out, args->out_count);
	return ret;
}
