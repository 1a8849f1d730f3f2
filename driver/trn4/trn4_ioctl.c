// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls: every field is checked here or, for submits, in trn4_job.c.
 */
#include <linux/log2.h>
#include <linux/nospec.h>

#include "trn4_drv.h"

static int trn4_ioctl_get_param(struct drm_device *drm, void *data,
				struct drm_file *drm_file)
{
	struct trn4_device *tdev = to_trn4(drm);
	struct drm_trn4_get_param *args = data;
	const u64 values[] = {
		[DRM_TRN4_PARAM_TARGET_ID] = tdev->target,
		[DRM_TRN4_PARAM_GUID] = tdev->guid,
		[DRM_TRN4_PARAM_HBM_SIZE] = tdev->hbm_arch,
		[DRM_TRN4_PARAM_HBM_BACKED] = tdev->hbm_size,
		[DRM_TRN4_PARAM_HBM_FREE] = READ_ONCE(tdev->hbm_free),
		[DRM_TRN4_PARAM_PAGE_SIZE] = NVL_PAGE_SIZE,
		[DRM_TRN4_PARAM_PORTS] = tdev->ports,
		[DRM_TRN4_PARAM_WINDOWS] = tdev->window_count,
		[DRM_TRN4_PARAM_GRANTS] = tdev->grant_count,
		[DRM_TRN4_PARAM_OPS] = tdev->ops,
		[DRM_TRN4_PARAM_ATOMIC_TYPES] = 0, /* below */
		[DRM_TRN4_PARAM_SUBMIT_MAX] = DRM_TRN4_SUBMIT_MAX,
		[DRM_TRN4_PARAM_QUEUES] = tdev->queue_count - 1,
		[DRM_TRN4_PARAM_RO_STORES] = 0, /* below */
	};

	if (args->param == DRM_TRN4_PARAM_ATOMIC_TYPES) {
		if (args->index >= ARRAY_SIZE(tdev->atomic_types))
			return -EINVAL;
		args->value =
			tdev->atomic_types
				[array_index_nospec(args->index,
						    ARRAY_SIZE(tdev->atomic_types))];
		return 0;
	}
	if (args->index || args->param >= ARRAY_SIZE(values))
		return -EINVAL;
	if (args->param == DRM_TRN4_PARAM_RO_STORES)
		return trn4_hw_ro_stores(tdev, &args->value);
	args->value =
		values[array_index_nospec(args->param, ARRAY_SIZE(values))];
	return 0;
}

static bool trn4_bo_args_ok(const struct drm_trn4_bo_create *args)
{
	if (!args->size)
		return false;
	if (args->flags & DRM_TRN4_BO_USER)
		return !(args->flags &
			 ~(DRM_TRN4_BO_USER | DRM_TRN4_BO_READONLY)) &&
		       !args->alignment &&
		       PAGE_ALIGNED(args->size | args->address);
	if (args->address)
		return false;
	if (args->flags & DRM_TRN4_BO_HOST)
		return args->flags == DRM_TRN4_BO_HOST && !args->alignment;
	if (args->flags & ~DRM_TRN4_BO_TOP)
		return false;
	return !args->alignment ||
	       (is_power_of_2(args->alignment) &&
		args->alignment >= NVL_PAGE_SIZE &&
		args->alignment <= DRM_TRN4_BO_ALIGNMENT_MAX);
}

static int trn4_ioctl_bo_create(struct drm_device *drm, void *data,
				struct drm_file *drm_file)
{
	struct drm_trn4_bo_create *args = data;
	struct trn4_bo *bo;
	int ret;

	if (!trn4_bo_args_ok(args))
		return -EINVAL;
	ret = trn4_hw_ready(to_trn4(drm));
	if (ret)
		return ret;
	bo = trn4_bo_create(to_trn4(drm), args);
	if (IS_ERR(bo))
		return PTR_ERR(bo);
	ret = drm_gem_handle_create(drm_file, &bo->base, &args->handle);
	if (!ret)
		args->size = bo->base.size;
	drm_gem_object_put(&bo->base);
	return ret;
}

static int trn4_ioctl_mmap_offset(struct drm_device *drm, void *data,
				  struct drm_file *drm_file)
{
	struct drm_trn4_mmap_offset *args = data;
	struct drm_gem_object *obj;
	int ret = 0;

	if (args->flags)
		return -EINVAL;
	obj = drm_gem_object_lookup(drm_file, args->handle);
	if (!obj)
		return -ENOENT;
	if (drm_mm_node_allocated(&obj->vma_node.vm_node))
		args->offset = drm_vma_node_offset_addr(&obj->vma_node);
	else
		ret = -EINVAL;
	drm_gem_object_put(obj);
	return ret;
}

static int trn4_ioctl_grant_create(struct drm_device *drm, void *data,
				   struct drm_file *drm_file)
{
	struct drm_trn4_grant_create *args = data;
	struct drm_gem_object *obj;
	int ret = -EINVAL;

	if (args->flags || args->pad || !trn4_rights_ok(args->rights) ||
	    !args->size || args->partition > NVL_PARTITION_ID_MASK ||
	    !IS_ALIGNED(args->offset | args->size, NVL_PAGE_SIZE))
		return -EINVAL;
	obj = drm_gem_object_lookup(drm_file, args->bo);
	if (!obj)
		return -ENOENT;
	if (trn4_is_hbm(obj) && args->offset <= obj->size &&
	    args->size <= obj->size - args->offset)
		ret = trn4_grant_create(drm_file->driver_priv, to_trn4_bo(obj),
					args);
	drm_gem_object_put(obj);
	return ret;
}

static int trn4_ioctl_grant_revoke(struct drm_device *drm, void *data,
				   struct drm_file *drm_file)
{
	const struct drm_trn4_grant_revoke *args = data;

	if (args->flags)
		return -EINVAL;
	return trn4_grant_revoke(drm_file->driver_priv, args->handle);
}

static int trn4_ioctl_window_map(struct drm_device *drm, void *data,
				 struct drm_file *drm_file)
{
	struct drm_trn4_window_map *args = data;
	struct trn4_window *win;
	int ret;

	if (args->flags || !trn4_rights_ok(args->rights) ||
	    !IS_ALIGNED(args->offset | args->size, NVL_PAGE_SIZE))
		return -EINVAL;
	win = trn4_window_create(to_trn4(drm), args);
	if (IS_ERR(win))
		return PTR_ERR(win);
	ret = drm_gem_handle_create(drm_file, &win->base, &args->handle);
	if (!ret)
		args->peer = win->peer;
	drm_gem_object_put(&win->base);
	return ret;
}

static struct trn4_window *trn4_window_lookup(struct drm_file *drm_file,
					      u32 handle)
{
	struct drm_gem_object *obj = drm_gem_object_lookup(drm_file, handle);

	if (obj && !trn4_is_window(obj)) {
		drm_gem_object_put(obj);
		obj = NULL;
	}
	return obj ? to_trn4_window(obj) : NULL;
}

static int trn4_ioctl_window_unmap(struct drm_device *drm, void *data,
				   struct drm_file *drm_file)
{
	const struct drm_trn4_window_unmap *args = data;
	struct trn4_window *win;
	int ret = 0;

	if (args->flags)
		return -EINVAL;
	win = trn4_window_lookup(drm_file, args->handle);
	if (!win)
		return -ENOENT;
	/* Of two that unmap at a time one closes the handle. */
	if (drm_gem_handle_delete(drm_file, args->handle))
		ret = -ENOENT;
	else
		trn4_window_unmap(win);
	drm_gem_object_put(&win->base);
	return ret;
}

static int trn4_ioctl_window_info(struct drm_device *drm, void *data,
				  struct drm_file *drm_file)
{
	struct drm_trn4_window_info *args = data;
	struct trn4_window *win;

	win = trn4_window_lookup(drm_file, args->handle);
	if (!win)
		return -ENOENT;
	args->state = trn4_window_state(win);
	args->size = win->base.size;
	args->peer = win->peer;
	args->rights = win->rights;
	drm_gem_object_put(&win->base);
	return 0;
}

static int trn4_ioctl_submit(struct drm_device *drm, void *data,
			     struct drm_file *drm_file)
{
	return trn4_job_submit(drm_file, data);
}

static int trn4_ioctl_queue_create(struct drm_device *drm, void *data,
				   struct drm_file *drm_file)
{
	return trn4_uqueue_create(drm_file, data);
}

static int trn4_ioctl_queue_destroy(struct drm_device *drm, void *data,
				    struct drm_file *drm_file)
{
	const struct drm_trn4_queue_destroy *args = data;

	return args->flags ? -EINVAL : trn4_uqueue_end(drm_file, args->handle);
}

static int trn4_ioctl_queue_info(struct drm_device *drm, void *data,
				 struct drm_file *drm_file)
{
	return trn4_uqueue_info(drm_file, data);
}

static int trn4_ioctl_segment_set(struct drm_device *drm, void *data,
				  struct drm_file *drm_file)
{
	return trn4_uqueue_segment(drm_file, data);
}

static int trn4_ioctl_export_revoke(struct drm_device *drm, void *data,
				    struct drm_file *drm_file)
{
	const struct drm_trn4_export_revoke *args = data;
	struct drm_gem_object *obj;
	int ret = -EINVAL;

	if (args->flags)
		return -EINVAL;
	obj = drm_gem_object_lookup(drm_file, args->handle);
	if (!obj)
		return -ENOENT;
	if (trn4_is_hbm(obj))
		ret = trn4_prime_revoke(obj);
	drm_gem_object_put(obj);
	return ret;
}

const struct drm_ioctl_desc trn4_ioctls[TRN4_IOCTLS] = {
	DRM_IOCTL_DEF_DRV(TRN4_GET_PARAM, trn4_ioctl_get_param, 0),
	DRM_IOCTL_DEF_DRV(TRN4_BO_CREATE, trn4_ioctl_bo_create, 0),
	DRM_IOCTL_DEF_DRV(TRN4_MMAP_OFFSET, trn4_ioctl_mmap_offset, 0),
	DRM_IOCTL_DEF_DRV(TRN4_GRANT_CREATE, trn4_ioctl_grant_create, 0),
	DRM_IOCTL_DEF_DRV(TRN4_GRANT_REVOKE, trn4_ioctl_grant_revoke, 0),
	DRM_IOCTL_DEF_DRV(TRN4_WINDOW_MAP, trn4_ioctl_window_map, 0),
	DRM_IOCTL_DEF_DRV(TRN4_WINDOW_UNMAP, trn4_ioctl_window_unmap, 0),
	DRM_IOCTL_DEF_DRV(TRN4_WINDOW_INFO, trn4_ioctl_window_info, 0),
	DRM_IOCTL_DEF_DRV(TRN4_SUBMIT, trn4_ioctl_submit, 0),
	DRM_IOCTL_DEF_DRV(TRN4_QUEUE_CREATE, trn4_ioctl_queue_create, 0),
	DRM_IOCTL_DEF_DRV(TRN4_QUEUE_DESTROY, trn4_ioctl_queue_destroy, 0),
	DRM_IOCTL_DEF_DRV(TRN4_QUEUE_INFO, trn4_ioctl_queue_info, 0),
	DRM_IOCTL_DEF_DRV(TRN4_SEGMENT_SET, trn4_ioctl_segment_set, 0),
	DRM_IOCTL_DEF_DRV(TRN4_EXPORT_REVOKE, trn4_ioctl_export_revoke, 0),
};
