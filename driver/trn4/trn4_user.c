// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers of a process's own memory: its pages are pinned for as long as the
 * buffer lives, and count as locked memory of that process.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "trn4_drv.h"

/* Pinned at a time: then signals are looked for */
#define TRN4_PIN_CHUNK 512

static void trn4_user_free(struct drm_gem_object *obj)
{
	struct trn4_bo *bo = to_trn4_bo(obj);

	trn4_host_remove(bo);
	unpin_user_pages_dirty_lock(bo->pages, bo->npinned, !bo->readonly);
	kvfree(bo->pages);
	if (bo->mm) {
		account_locked_vm(bo->mm, obj->size >> PAGE_SHIFT, false);
		mmdrop(bo->mm);
	}
	drm_gem_object_release(obj);
	kfree(bo);
}

const struct drm_gem_object_funcs trn4_user_funcs = {
	.free = trn4_user_free,
	.export = trn4_gem_export,
};

static int trn4_user_pin(struct trn4_bo *bo, u64 address)
{
	unsigned int flags = FOLL_LONGTERM | (bo->readonly ? 0 : FOLL_WRITE);
	unsigned long count = bo->base.size >> PAGE_SHIFT;
	int ret;

	bo->pages = kvmalloc_array(count, sizeof(*bo->pages),
				   GFP_KERNEL_ACCOUNT);
	if (!bo->pages)
		return -ENOMEM;
	ret = account_locked_vm(current->mm, count, true);
	if (ret)
		return ret;
	bo->mm = current->mm;
	mmgrab(bo->mm);

	while (bo->npinned < count) {
		if (signal_pending(current))
			return -ERESTARTSYS;
		ret = pin_user_pages_fast(address + (bo->npinned << PAGE_SHIFT),
					  min(count - bo->npinned,
					      TRN4_PIN_CHUNK),
					  flags, bo->pages + bo->npinned);
		if (ret <= 0)
			return ret ?: -EFAULT;
		bo->npinned += ret;
	}
	return 0;
}

/**
 * trn4_user_create() - make a buffer of memory of the process
 * @tdev: device
 * @args: address, size and flags, checked
 *
 * Return: the buffer with one reference, or an ERR_PTR().
 */
struct trn4_bo *trn4_user_create(struct trn4_device *tdev,
				 const struct drm_trn4_bo_create *args)
{
	struct trn4_bo *bo;
	int ret;

	if (args->address + args->size < args->address ||
	    args->address + args->size > TASK_SIZE)
		return ERR_PTR(-EFAULT);
	if (!trn4_host_size_ok(args->size))
		return ERR_PTR(-ENOMEM);
	bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);
	if (!bo)
		return ERR_PTR(-ENOMEM);
	bo->base.funcs = &trn4_user_funcs;
	bo->readonly = args->flags & DRM_TRN4_BO_READONLY;
	drm_gem_private_object_init(&tdev->drm, &bo->base, args->size);

	ret = trn4_user_pin(bo, args->address);
	if (!ret)
		ret = trn4_host_map(bo);
	if (ret) {
		drm_gem_object_put(&bo->base);
		return ERR_PTR(ret);
	}
	return bo;
}
