// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma-bufs: memory that others lend us.
 */
#include <linux/dma-buf.h>
#include <linux/slab.h>

#include <drm/drm_prime.h>

#include "trn4_drv.h"

/* ---- What others lend ------------------------------------------------------ */

/* The mapping has ended already where the device was unbound. */
static void trn4_import_free(struct drm_gem_object *obj)
{
	trn4_host_remove(to_trn4_bo(obj));
	drm_prime_gem_destroy(obj, NULL);
	drm_gem_object_release(obj);
	kfree(to_trn4_bo(obj));
}

const struct drm_gem_object_funcs trn4_import_funcs = {
	.free = trn4_import_free,
	.export = trn4_gem_export,
};

/**
 * trn4_prime_import_sg_table() - make a buffer of memory that is lent
 * @drm: DRM device
 * @attach: ours, with the dma-buf
 * @sgt: its memory, mapped for us
 *
 * Context: trn4_prime_import()
 * Return: the object with one reference, or an ERR_PTR().
 */
struct drm_gem_object *trn4_prime_import_sg_table(struct drm_device *drm,
						  struct dma_buf_attachment
							  *attach,
						  struct sg_table *sgt)
{
	u64 size = attach->dmabuf->size;
	struct trn4_bo *bo;
	int ret;

	if (!PAGE_ALIGNED(size))
		return ERR_PTR(-EINVAL);
	bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);
	if (!bo)
		return ERR_PTR(-ENOMEM);
	bo->base.funcs = &trn4_import_funcs;
	drm_gem_private_object_init(drm, &bo->base, size);
	bo->base.import_attach = attach;
	ret = trn4_host_add(bo, sgt);
	if (ret) {
		/* Of the rest drm_gem_prime_import() takes care */
		trn4_host_remove(bo);
		drm_gem_object_release(&bo->base);
		kfree(bo);
		return ERR_PTR(ret);
	}
	return &bo->base;
}

/**
 * trn4_prime_import() - take a dma-buf
 * @drm: DRM device
 * @dmabuf: dma-buf
 *
 * Return: the object with one reference, or an ERR_PTR().
 */
struct drm_gem_object *trn4_prime_import(struct drm_device *drm,
					 struct dma_buf *dmabuf)
{
	struct drm_gem_object *obj;
	int idx, ret;

	ret = trn4_hw_ready(to_trn4(drm));
	if (ret)
		return ERR_PTR(ret);
	/* From before the mapping: unbind ends all that it finds */
	if (!drm_dev_enter(drm, &idx))
		return ERR_PTR(-ENODEV);
	obj = drm_gem_prime_import(drm, dmabuf);
	drm_dev_exit(idx);
	return obj;
}
