// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers in host memory: pinned pages that the engine sees over PCIe.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <drm/drm_prime.h>

#include "trn4_drv.h"

static vm_fault_t trn4_host_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct drm_gem_object *obj = vma->vm_private_data;
	struct trn4_bo *bo = to_trn4_bo(obj);
	vm_fault_t ret = VM_FAULT_SIGBUS;
	pgoff_t page;
	int idx;

	page = vmf->pgoff - drm_vma_node_start(&obj->vma_node);
	if (page >= obj->size >> PAGE_SHIFT)
		return VM_FAULT_SIGBUS;
	if (!drm_dev_enter(obj->dev, &idx))
		return VM_FAULT_SIGBUS;
	ret = vmf_insert_pfn(vma, vmf->address, page_to_pfn(bo->pages[page]));
	drm_dev_exit(idx);
	return ret;
}

static const struct vm_operations_struct trn4_host_vm_ops = {
	.fault = trn4_host_fault,
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

static int trn4_host_mmap(struct drm_gem_object *obj,
			  struct vm_area_struct *vma)
{
	/* Its offset has room for more, see trn4_gem_offset() */
	if (!(vma->vm_flags & VM_MAYSHARE) ||
	    vma_pages(vma) > obj->size >> PAGE_SHIFT)
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	vma->vm_ops = &trn4_host_vm_ops;
	return 0;
}

static void trn4_host_unmap(struct trn4_device *tdev, struct trn4_bo *bo)
{
	lockdep_assert_held(&tdev->bo_lock);

	if (!bo->sgt)
		return;
	list_del(&bo->link);
	dma_unmap_sgtable(&tdev->pdev->dev, bo->sgt, DMA_BIDIRECTIONAL, 0);
	sg_free_table(bo->sgt);
	kfree(bo->sgt);
	bo->sgt = NULL;
}

static void trn4_host_free(struct drm_gem_object *obj)
{
	struct trn4_device *tdev = to_trn4(obj->dev);
	struct trn4_bo *bo = to_trn4_bo(obj);

	mutex_lock(&tdev->bo_lock);
	trn4_host_unmap(tdev, bo);
	mutex_unlock(&tdev->bo_lock);
	vunmap(bo->vaddr);
	kvfree(bo->segs);
	if (bo->pages)
		drm_gem_put_pages(obj, bo->pages, true, false);
	drm_gem_object_release(obj);
	kfree(bo);
}

const struct drm_gem_object_funcs trn4_host_funcs = {
	.free = trn4_host_free,
	.export = trn4_gem_export,
	.mmap = trn4_host_mmap,
	.vm_ops = &trn4_host_vm_ops,
};

/**
 * trn4_bo_unmap_all() - take host memory out of the device's reach, at unbind
 * @tdev: device, stopped
 */
void trn4_bo_unmap_all(struct trn4_device *tdev)
{
	struct trn4_bo *bo, *next;

	mutex_lock(&tdev->bo_lock);
	list_for_each_entry_safe(bo, next, &tdev->host_bos, link)
		trn4_host_unmap(tdev, bo);
	mutex_unlock(&tdev->bo_lock);
}

/* Table of runs: descriptors are made from it long after the ioctl. */
static int trn4_host_segs(struct trn4_bo *bo, struct sg_table *sgt)
{
	struct scatterlist *sg;
	dma_addr_t next = 0;
	unsigned int i, n = 0;
	u64 at = 0;

	bo->segs = kvmalloc_array(sgt->nents + 1, sizeof(*bo->segs),
				  GFP_KERNEL_ACCOUNT);
	if (!bo->segs)
		return -ENOMEM;
	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (!n || sg_dma_address(sg) != next) {
			bo->segs[n].start = at;
			bo->segs[n].addr = sg_dma_address(sg);
			n++;
		}
		at += sg_dma_len(sg);
		next = sg_dma_address(sg) + sg_dma_len(sg);
	}
	bo->segs[n].start = at;
	bo->segs[n].addr = 0;
	bo->nsegs = n;
	return 0;
}

static int trn4_host_map(struct trn4_device *tdev, struct trn4_bo *bo)
{
	struct sg_table *sgt;
	int idx, ret;

	sgt = drm_prime_pages_to_sg(&tdev->drm, bo->pages,
				    bo->base.size >> PAGE_SHIFT);
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);

	if (!drm_dev_enter(&tdev->drm, &idx)) {
		ret = -ENODEV;
		goto err_free;
	}
	ret = dma_map_sgtable(&tdev->pdev->dev, sgt, DMA_BIDIRECTIONAL, 0);
	if (ret)
		goto err_exit;
	ret = trn4_host_segs(bo, sgt);
	if (ret)
		goto err_unmap;

	mutex_lock(&tdev->bo_lock);
	bo->sgt = sgt;
	list_add_tail(&bo->link, &tdev->host_bos);
	mutex_unlock(&tdev->bo_lock);
	drm_dev_exit(idx);
	return 0;

err_unmap:
	dma_unmap_sgtable(&tdev->pdev->dev, sgt, DMA_BIDIRECTIONAL, 0);
err_exit:
	drm_dev_exit(idx);
err_free:
	sg_free_table(sgt);
	kfree(sgt);
	return ret;
}

static int trn4_host_alloc(struct trn4_device *tdev, struct trn4_bo *bo)
{
	struct page **pages;

	mapping_set_gfp_mask(bo->base.filp->f_mapping,
			     GFP_HIGHUSER | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	pages = drm_gem_get_pages(&bo->base);
	if (IS_ERR(pages))
		return PTR_ERR(pages);
	bo->pages = pages;
	return trn4_host_map(tdev, bo);
}

/**
 * trn4_bo_vmap() - make a host buffer addressable for the kernel
 * @bo: host buffer; stays mapped until it is freed
 *
 * Return: 0 or a negative errno.
 */
int trn4_bo_vmap(struct trn4_bo *bo)
{
	struct trn4_device *tdev = to_trn4(bo->base.dev);
	int ret;

	ret = mutex_lock_interruptible(&tdev->bo_lock);
	if (ret)
		return ret;
	if (!bo->vaddr)
		bo->vaddr = vmap(bo->pages, bo->base.size >> PAGE_SHIFT, VM_MAP,
				 PAGE_KERNEL);
	if (!bo->vaddr)
		ret = -ENOMEM;
	mutex_unlock(&tdev->bo_lock);
	return ret;
}

/**
 * trn4_bo_run() - the longest run of bus addresses at a place of a host buffer
 * @bo: host buffer
 * @offset: where the run begins; with @backward, where it ends
 * @backward: look before @offset, not behind it
 * @length: in, bytes wanted, all within the buffer; out, bytes in the run
 *
 * Return: bus address of the run's lowest byte.
 */
u64 trn4_bo_run(const struct trn4_bo *bo, u64 offset, bool backward,
		u64 *length)
{
	u64 key = backward ? offset - 1 : offset;
	unsigned int lo = 0, hi = bo->nsegs;
	const struct trn4_seg *seg;

	while (hi - lo > 1) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (bo->segs[mid].start <= key)
			lo = mid;
		else
			hi = mid;
	}
	seg = &bo->segs[lo];
	if (backward) {
		*length = min(*length, offset - seg[0].start);
		offset -= *length;
	} else {
		*length = min(*length, seg[1].start - offset);
	}
	return seg->addr + (offset - seg->start);
}

/* Pages may be scattered, each a run of its own; the array has one more. */
static bool trn4_host_size_ok(u64 size)
{
	return size >> PAGE_SHIFT <= totalram_pages() &&
	       size >> PAGE_SHIFT < INT_MAX / sizeof(struct trn4_seg);
}

/**
 * trn4_host_create() - allocate a buffer in host memory, all zeroes
 * @tdev: device
 * @size: bytes, not zero
 *
 * Return: the buffer with one reference, or an ERR_PTR().
 */
struct trn4_bo *trn4_host_create(struct trn4_device *tdev, u64 size)
{
	struct trn4_bo *bo;
	int ret;

	if (!trn4_host_size_ok(size))
		return ERR_PTR(-ENOMEM);
	bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);
	if (!bo)
		return ERR_PTR(-ENOMEM);
	bo->base.funcs = &trn4_host_funcs;
	ret = drm_gem_object_init(&tdev->drm, &bo->base,
				  round_up(size, PAGE_SIZE));
	if (ret) {
		drm_gem_private_object_fini(&bo->base);
		kfree(bo);
		/* shmem's word for an inode that it cannot have */
		return ERR_PTR(ret == -ENOSPC ? -ENOMEM : ret);
	}

	ret = trn4_gem_offset(&bo->base);
	if (!ret)
		ret = trn4_host_alloc(tdev, bo);
	if (ret) {
		drm_gem_object_put(&bo->base);
		return ERR_PTR(ret);
	}
	return bo;
}
