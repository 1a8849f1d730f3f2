// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers in HBM: who has which range of it, and what the CPU sees of that
 * through BAR4.
 *
 * A buffer is one range, because a grant is. The buddy allocator gives blocks
 * that are aligned to their size, as large pages want it, and takes back what
 * is too much of one; but a range across its blocks it finds only by chance. A
 * map of what is taken finds that, where no block is large enough.
 */
#include <linux/bitmap.h>
#include <linux/file.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "trn4_drv.h"

/* What is given out */
#define TRN4_HBM_SHIFT ilog2(NVL_PAGE_SIZE)

/* ---- Mappings ----------------------------------------------------------------- */

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

/* @lent: it is a mapping of the dma-buf, which can be taken back */
static vm_fault_t trn4_hbm_fill(struct vm_fault *vmf, bool lent)
{
	struct drm_gem_object *obj = vmf->vma->vm_private_data;
	struct trn4_device *tdev = to_trn4(obj->dev);
	struct trn4_bo *bo = to_trn4_bo(obj);
	vm_fault_t ret = VM_FAULT_SIGBUS;
	int idx, err;

	err = trn4_hw_enter(tdev, &idx);
	if (err == -EBUSY)
		return trn4_hbm_wait(tdev, vmf);
	if (err)
		return VM_FAULT_SIGBUS;
	down_read(&bo->lock);
	if (!lent || !bo->revoked)
		ret = trn4_gem_fill(vmf, obj, tdev->hbm_phys + bo->start);
	up_read(&bo->lock);
	trn4_hw_exit(tdev, idx);
	return ret;
}

/*
 * Where it does not go this way, trn4_hbm_fill() waits, or says why: unlike it
 * this may be called with no more than the mapping's own lock.
 */
static vm_fault_t trn4_hbm_fill_huge(struct vm_fault *vmf, unsigned int order,
				     bool lent)
{
	struct drm_gem_object *obj = vmf->vma->vm_private_data;
	struct trn4_device *tdev = to_trn4(obj->dev);
	struct trn4_bo *bo = to_trn4_bo(obj);
	vm_fault_t ret = VM_FAULT_FALLBACK;
	int idx;

	if (trn4_hw_enter(tdev, &idx))
		return VM_FAULT_FALLBACK;
	down_read(&bo->lock);
	if (!lent || !bo->revoked)
		ret = trn4_gem_fill_huge(vmf, order, obj,
					 tdev->hbm_phys + bo->start);
	up_read(&bo->lock);
	trn4_hw_exit(tdev, idx);
	return ret;
}

static vm_fault_t trn4_hbm_fault(struct vm_fault *vmf)
{
	return trn4_hbm_fill(vmf, false);
}

static vm_fault_t trn4_hbm_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	return trn4_hbm_fill_huge(vmf, order, false);
}

static vm_fault_t trn4_hbm_lent_fault(struct vm_fault *vmf)
{
	return trn4_hbm_fill(vmf, true);
}

static vm_fault_t trn4_hbm_lent_huge_fault(struct vm_fault *vmf,
					   unsigned int order)
{
	return trn4_hbm_fill_huge(vmf, order, true);
}

static const struct vm_operations_struct trn4_hbm_vm_ops = {
	.fault = trn4_hbm_fault,
	.huge_fault = trn4_hbm_huge_fault,
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

/* Of mappings of a buffer's dma-buf */
const struct vm_operations_struct trn4_hbm_lent_vm_ops = {
	.fault = trn4_hbm_lent_fault,
	.huge_fault = trn4_hbm_lent_huge_fault,
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

/* ---- Ranges ----------------------------------------------------------------- */

/**
 * trn4_hbm_init() - all of HBM is free
 * @tdev: device, its sizes known
 *
 * Return: 0 or -ENOMEM.
 */
int trn4_hbm_init(struct trn4_device *tdev)
{
	int ret;

	tdev->hbm_map = bitmap_zalloc(tdev->hbm_size >> TRN4_HBM_SHIFT,
				      GFP_KERNEL);
	if (!tdev->hbm_map)
		return -ENOMEM;
	ret = gpu_buddy_init(&tdev->hbm_mm, tdev->hbm_size, NVL_PAGE_SIZE);
	if (ret) {
		bitmap_free(tdev->hbm_map);
		return ret;
	}
	tdev->hbm_free = tdev->hbm_size;
	return 0;
}

/**
 * trn4_hbm_fini() - undo trn4_hbm_init()
 * @tdev: device, with no buffer left
 */
void trn4_hbm_fini(struct trn4_device *tdev)
{
	gpu_buddy_fini(&tdev->hbm_mm);
	bitmap_free(tdev->hbm_map);
}

/*
 * The part of a block that the buffer needs, the rest is given back. The block
 * is the lowest that is free, or with DRM_TRN4_BO_TOP the highest.
 */
static int trn4_hbm_take_block(struct trn4_device *tdev, struct trn4_bo *bo,
			       u64 alignment, bool top)
{
	u64 block = max_t(u64, roundup_pow_of_two(bo->base.size), alignment);
	struct gpu_buddy *mm = &tdev->hbm_mm;
	int ret;

	if (block > mm->size)
		return -ENOSPC;
	ret = gpu_buddy_alloc_blocks(mm, 0, mm->size, block, block, &bo->blocks,
				     top ? GPU_BUDDY_TOPDOWN_ALLOCATION :
					   GPU_BUDDY_RANGE_ALLOCATION);
	if (ret)
		return ret;
	bo->start =
		gpu_buddy_block_offset(list_first_entry(&bo->blocks,
							struct gpu_buddy_block,
							link));
	if (top)
		bo->start += round_down(block - bo->base.size, alignment);
	ret = gpu_buddy_block_trim(mm, &bo->start, bo->base.size, &bo->blocks);
	if (ret)
		gpu_buddy_free_list(mm, &bo->blocks, 0);
	return ret;
}

/* The lowest range that is free, whatever blocks it lies in */
static int trn4_hbm_take_range(struct trn4_device *tdev, struct trn4_bo *bo,
			       u64 alignment)
{
	unsigned long total = tdev->hbm_size >> TRN4_HBM_SHIFT;
	unsigned long count = bo->base.size >> TRN4_HBM_SHIFT;
	unsigned long at;

	at = bitmap_find_next_zero_area(tdev->hbm_map, total, 0, count,
					(alignment >> TRN4_HBM_SHIFT) - 1);
	if (at + count > total)
		return -ENOSPC;
	bo->start = (u64)at << TRN4_HBM_SHIFT;
	return gpu_buddy_alloc_blocks(&tdev->hbm_mm, bo->start,
				      bo->start + bo->base.size, bo->base.size,
				      NVL_PAGE_SIZE, &bo->blocks, 0);
}

static int trn4_hbm_take(struct trn4_device *tdev, struct trn4_bo *bo,
			 u64 alignment, bool top)
{
	int ret;

	ret = mutex_lock_interruptible(&tdev->bo_lock);
	if (ret)
		return ret;
	ret = trn4_hbm_take_block(tdev, bo, alignment, top);
	if (ret == -ENOSPC)
		ret = trn4_hbm_take_range(tdev, bo, alignment);
	if (!ret) {
		bitmap_set(tdev->hbm_map, bo->start >> TRN4_HBM_SHIFT,
			   bo->base.size >> TRN4_HBM_SHIFT);
		WRITE_ONCE(tdev->hbm_free, tdev->hbm_free - bo->base.size);
	}
	mutex_unlock(&tdev->bo_lock);
	return ret;
}

static void trn4_hbm_give(struct trn4_device *tdev, struct trn4_bo *bo)
{
	mutex_lock(&tdev->bo_lock);
	if (!list_empty(&bo->blocks)) {
		WRITE_ONCE(tdev->hbm_free, tdev->hbm_free + bo->base.size);
		bitmap_clear(tdev->hbm_map, bo->start >> TRN4_HBM_SHIFT,
			     bo->base.size >> TRN4_HBM_SHIFT);
		gpu_buddy_free_list(&tdev->hbm_mm, &bo->blocks, 0);
	}
	mutex_unlock(&tdev->bo_lock);
}

/* ---- Buffers ---------------------------------------------------------------- */

static void trn4_hbm_free(struct drm_gem_object *obj)
{
	trn4_hbm_give(to_trn4(obj->dev), to_trn4_bo(obj));
	drm_gem_object_release(obj);
	kfree(to_trn4_bo(obj));
}

const struct drm_gem_object_funcs trn4_hbm_funcs = {
	.free = trn4_hbm_free,
	.export = trn4_prime_export,
	.mmap = trn4_hbm_mmap,
	.vm_ops = &trn4_hbm_vm_ops,
};

/* In steps, so that neither unbind nor a dying process waits for all of it. */
static int trn4_hbm_zero(struct trn4_device *tdev, struct trn4_bo *bo)
{
	u64 at;
	int idx, ret;

	for (at = 0; at < bo->base.size; at += NVL_PAGE_SIZE) {
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = trn4_hw_enter(tdev, &idx);
		if (ret)
			return ret;
		memset_io(tdev->hbm + bo->start + at, 0, NVL_PAGE_SIZE);
		wmb(); /* through write-combining, before anyone looks */
		trn4_hw_exit(tdev, idx);
		cond_resched();
	}
	return 0;
}

/**
 * trn4_hbm_create() - allocate a buffer in HBM, all zeroes
 * @tdev: device
 * @args: size, alignment and flags, checked
 *
 * Return: the buffer with one reference, or an ERR_PTR().
 */
struct trn4_bo *trn4_hbm_create(struct trn4_device *tdev,
				const struct drm_trn4_bo_create *args)
{
	u64 alignment = args->alignment ?: NVL_PAGE_SIZE;
	struct trn4_bo *bo;
	int ret;

	if (args->size > tdev->hbm_size)
		return ERR_PTR(-ENOSPC);
	bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);
	if (!bo)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&bo->blocks);
	init_rwsem(&bo->lock);
	bo->base.funcs = &trn4_hbm_funcs;
	drm_gem_private_object_init(&tdev->drm, &bo->base,
				    round_up(args->size, NVL_PAGE_SIZE));

	ret = trn4_gem_offset(&bo->base);
	if (!ret)
		ret = trn4_hbm_take(tdev, bo, alignment,
				    args->flags & DRM_TRN4_BO_TOP);
	if (!ret)
		ret = trn4_hbm_zero(tdev, bo);
	if (ret) {
		drm_gem_object_put(&bo->base);
		return ERR_PTR(ret);
	}
	return bo;
}
