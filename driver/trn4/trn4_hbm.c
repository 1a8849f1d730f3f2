// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers in HBM: ranges of it, which the CPU sees through BAR4.
 */
#include <linux/file.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "trn4_drv.h"

/*
 * HBM outlives a reset: wait for its end, and have the fault taken again. A
 * reset takes long, and whoever wants the address space must not wait for it
 * as well: mmap_lock is dropped. Where the caller does not allow that, the
 * instruction is executed once more, and faults anew.
 */
static vm_fault_t trn4_hbm_wait(struct trn4_device *tdev, struct vm_fault *vmf)
{
	struct file *file;

	if (!fault_flag_allow_retry_first(vmf->flags))
		return VM_FAULT_NOPAGE;
	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
		return VM_FAULT_RETRY;
	/* The mapping may go meanwhile; the file keeps the device. */
	file = get_file(vmf->vma->vm_file);
	mmap_read_unlock(vmf->vma->vm_mm);
	wait_event_killable(tdev->reset_wait,
			    READ_ONCE(tdev->state) != TRN4_RESETTING);
	fput(file);
	return VM_FAULT_RETRY;
}

static vm_fault_t trn4_hbm_fault(struct vm_fault *vmf)
{
	struct drm_gem_object *obj = vmf->vma->vm_private_data;
	struct trn4_device *tdev = to_trn4(obj->dev);
	vm_fault_t ret;
	int idx, err;

	err = trn4_hw_enter(tdev, &idx);
	if (err == -EBUSY)
		return trn4_hbm_wait(tdev, vmf);
	if (err)
		return VM_FAULT_SIGBUS;
	ret = trn4_gem_fill(vmf, obj,
			    tdev->hbm_phys + to_trn4_bo(obj)->node.start);
	trn4_hw_exit(tdev, idx);
	return ret;
}

static const struct vm_operations_struct trn4_hbm_vm_ops = {
	.fault = trn4_hbm_fault,
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

/* Private mappings would have to copy pages that have no struct page. */
static int trn4_hbm_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot =
		pgprot_writecombine(vm_get_page_prot(vma->vm_flags));
	vma->vm_ops = &trn4_hbm_vm_ops;
	return 0;
}

static void trn4_hbm_free(struct drm_gem_object *obj)
{
	struct trn4_device *tdev = to_trn4(obj->dev);
	struct trn4_bo *bo = to_trn4_bo(obj);

	if (drm_mm_node_allocated(&bo->node)) {
		mutex_lock(&tdev->bo_lock);
		WRITE_ONCE(tdev->hbm_free, tdev->hbm_free + bo->node.size);
		drm_mm_remove_node(&bo->node);
		mutex_unlock(&tdev->bo_lock);
	}
	drm_gem_object_release(obj);
	kfree(bo);
}

const struct drm_gem_object_funcs trn4_hbm_funcs = {
	.free = trn4_hbm_free,
	.export = trn4_gem_export,
	.mmap = trn4_hbm_mmap,
	.vm_ops = &trn4_hbm_vm_ops,
};

/* In steps, so that neither unbind nor a dying process waits for all of it. */
static int trn4_hbm_zero(struct trn4_device *tdev, struct trn4_bo *bo)
{
	u64 at;
	int idx, ret;

	for (at = 0; at < bo->node.size; at += NVL_PAGE_SIZE) {
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = trn4_hw_enter(tdev, &idx);
		if (ret)
			return ret;
		memset_io(tdev->hbm + bo->node.start + at, 0, NVL_PAGE_SIZE);
		wmb(); /* through write-combining, before anyone looks */
		trn4_hw_exit(tdev, idx);
		cond_resched();
	}
	return 0;
}

static int trn4_hbm_alloc(struct trn4_device *tdev, struct trn4_bo *bo)
{
	int ret;

	ret = mutex_lock_interruptible(&tdev->bo_lock);
	if (ret)
		return ret;
	ret = drm_mm_insert_node_generic(&tdev->hbm_mm, &bo->node,
					 bo->base.size, NVL_PAGE_SIZE, 0,
					 DRM_MM_INSERT_BEST);
	if (!ret)
		WRITE_ONCE(tdev->hbm_free, tdev->hbm_free - bo->node.size);
	mutex_unlock(&tdev->bo_lock);
	if (ret)
		return ret;
	return trn4_hbm_zero(tdev, bo);
}

/**
 * trn4_hbm_create() - allocate a buffer in HBM, all zeroes
 * @tdev: device
 * @size: bytes, not zero
 *
 * Return: the buffer with one reference, or an ERR_PTR().
 */
struct trn4_bo *trn4_hbm_create(struct trn4_device *tdev, u64 size)
{
	struct trn4_bo *bo;
	int ret;

	if (size > tdev->hbm_size)
		return ERR_PTR(-ENOSPC);
	bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);
	if (!bo)
		return ERR_PTR(-ENOMEM);
	bo->base.funcs = &trn4_hbm_funcs;
	drm_gem_private_object_init(&tdev->drm, &bo->base,
				    round_up(size, NVL_PAGE_SIZE));

	ret = drm_gem_create_mmap_offset(&bo->base);
	if (!ret)
		ret = trn4_hbm_alloc(tdev, bo);
	if (ret) {
		drm_gem_object_put(&bo->base);
		return ERR_PTR(ret);
	}
	return bo;
}
