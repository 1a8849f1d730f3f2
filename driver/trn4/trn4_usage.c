// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a file uses of a device, as /proc/PID/fdinfo shows it in the form of
 * Documentation/gpu/drm-usage-stats.rst.
 */
#include "trn4_drv.h"

/**
 * trn4_usage_begin() - a job is about to use an object
 * @obj: buffer or window, or NULL
 *
 * Context: any
 */
void trn4_usage_begin(struct drm_gem_object *obj)
{
	if (obj)
		atomic_inc(trn4_gem_jobs(obj));
}

/**
 * trn4_usage_end() - undo trn4_usage_begin(): the job has ended
 * @obj: buffer or window, or NULL
 *
 * Context: any
 */
void trn4_usage_end(struct drm_gem_object *obj)
{
	if (obj)
		atomic_dec(trn4_gem_jobs(obj));
}

/*
 * One object. The kernel's drm_show_memory_stats() knows of one region alone,
 * and asks fences for what is active: others put some into what is lent, too.
 */
static void trn4_usage_add(struct drm_memory_stats *stats,
			   struct drm_gem_object *obj)
{
	if (drm_gem_object_is_shared_for_memory_stats(obj))
		stats->shared += obj->size;
	else
		stats->private += obj->size;
	stats->resident += obj->size;
	if (atomic_read(trn4_gem_jobs(obj)))
		stats->active += obj->size;
}

/* Its rings; the page that is before them is the device's. */
static void trn4_usage_add_uqueue(struct drm_memory_stats *stats,
				  struct drm_gem_object *obj)
{
	stats->private += obj->size - PAGE_SIZE;
	stats->resident += obj->size - PAGE_SIZE;
}

/**
 * trn4_usage_show() - tell what a file uses
 * @p: where to
 * @drm_file: file
 *
 * All that is allocated is resident. Of windows the memory is the peer's. What
 * is the host's has the name that the kernel keeps for it.
 */
void trn4_usage_show(struct drm_printer *p, struct drm_file *drm_file)
{
	const enum drm_gem_object_status told = DRM_GEM_OBJECT_RESIDENT |
						COMPAT_GEM_OBJECT_ACTIVE;
	struct drm_memory_stats hbm = {}, memory = {}, window = {};
	struct trn4_file *file = drm_file->driver_priv;
	struct drm_gem_object *obj;
	u64 busy;
	int handle;

	spin_lock(&drm_file->table_lock);
	idr_for_each_entry(&drm_file->object_idr, obj, handle) {
		if (trn4_is_hbm(obj))
			trn4_usage_add(&hbm, obj);
		else if (trn4_is_host(obj))
			trn4_usage_add(&memory, obj);
		else if (trn4_is_window(obj))
			trn4_usage_add(&window, obj);
		else
			trn4_usage_add_uqueue(&memory, obj);
	}
	spin_unlock(&drm_file->table_lock);

	mutex_lock(&file->tdev->queue.lock);
	busy = file->busy_ns;
	mutex_unlock(&file->tdev->queue.lock);

	drm_print_memory_stats(p, &hbm, told, "hbm");
	drm_print_memory_stats(p, &memory, told, "memory");
	drm_print_memory_stats(p, &window, told, "window");
	drm_printf(p, "drm-engine-queue:\t%llu ns\n", busy);
}
