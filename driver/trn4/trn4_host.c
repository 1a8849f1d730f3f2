// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers in host memory: pages that the engine sees over PCIe, as a table of
 * runs. What comes last here is for all of them: the driver's own, whose pages
 * are here too, those of a process (trn4_user.c), and those that another device
 * has lent (trn4_prime.c).
 */
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <drm/drm_prime.h>

#include "trn4_drv.h"

/* ---- The driver's own ------------------------------------------------------------ */

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

static void trn4_host_free(struct drm_gem_object *obj)
{
	struct trn4_bo *bo = to_trn4_bo(obj);

	trn4_host_remove(bo);
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

static int trn4_host_alloc(struct trn4_bo *bo)
{
	struct page **pages;

	mapping_set_gfp_mask(bo->base.filp->f_mapping,
			     GFP_HIGHUSER | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	pages = drm_gem_get_pages(&bo->base);
	if (IS_ERR(pages))
		return PTR_ERR(pages);
	bo->pages = pages;
	return trn4_host_map(bo);
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
		ret = trn4_host_alloc(bo);
	if (ret) {
		drm_gem_object_put(&bo->base);
		return ERR_PTR(ret);
	}
	return bo;
}

/* ---- All of them -------------------------------------------------------------- */

/**
 * trn4_host_size_ok() - can a buffer in host memory be so large?
 * @size: bytes
 *
 * Pages may be scattered, each a run of its own; the array has one more.
 *
 * Return: true where nothing but memory itself is in the way.
 */
bool trn4_host_size_ok(u64 size)
{
	return size >> PAGE_SHIFT <= totalram_pages() &&
	       size >> PAGE_SHIFT < INT_MAX / sizeof(struct trn4_seg);
}

static enum dma_data_direction trn4_host_dir(const struct trn4_bo *bo)
{
	return bo->readonly ? DMA_TO_DEVICE : DMA_BIDIRECTIONAL;
}

/*
 * Memory that is lent stays mapped for the device, where its owner wants it so,
 * until the attachment ends.
 */
static void trn4_host_unmap(struct trn4_device *tdev, struct trn4_bo *bo)
{
	lockdep_assert_held(&tdev->bo_lock);

	if (!bo->sgt)
		return;
	list_del(&bo->link);
	if (bo->lent) {
		dma_buf_unmap_attachment_unlocked(bo->attach, bo->sgt,
						  DMA_BIDIRECTIONAL);
		dma_buf_detach(bo->lent, bo->attach);
		bo->attach = NULL;
	} else {
		dma_sync_sgtable_for_cpu(&tdev->pdev->dev, bo->sgt,
					 trn4_host_dir(bo));
		dma_unmap_sgtable(&tdev->pdev->dev, bo->sgt, trn4_host_dir(bo),
				  DMA_ATTR_SKIP_CPU_SYNC);
		sg_free_table(bo->sgt);
		kfree(bo->sgt);
	}
	bo->sgt = NULL;
}

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
	return at < bo->base.size ? -EINVAL : 0;
}

/**
 * trn4_host_add() - have the engine see what is mapped for the device
 * @bo: buffer
 * @sgt: its memory; trn4_host_remove() unmaps it, unless this fails
 *
 * Context: the device has been entered since before @sgt was mapped
 * Return: 0 or a negative errno.
 */
int trn4_host_add(struct trn4_bo *bo, struct sg_table *sgt)
{
	struct trn4_device *tdev = to_trn4(bo->base.dev);
	int ret;

	ret = trn4_host_segs(bo, sgt);
	if (ret)
		return ret;
	mutex_lock(&tdev->bo_lock);
	bo->sgt = sgt;
	list_add_tail(&bo->link, &tdev->host_bos);
	mutex_unlock(&tdev->bo_lock);
	return 0;
}

/**
 * trn4_host_remove() - undo trn4_host_add(), trn4_host_map(), trn4_bo_vmap()
 * @bo: buffer that nobody uses; where nothing was done, nothing is undone
 */
void trn4_host_remove(struct trn4_bo *bo)
{
	struct trn4_device *tdev = to_trn4(bo->base.dev);
	struct iosys_map map = IOSYS_MAP_INIT_VADDR(bo->vaddr);

	mutex_lock(&tdev->bo_lock);
	trn4_host_unmap(tdev, bo);
	mutex_unlock(&tdev->bo_lock);
	if (!bo->lent)
		vunmap(bo->vaddr);
	else if (bo->vaddr)
		dma_buf_vunmap_unlocked(bo->lent, &map);
	kvfree(bo->segs);
}

/**
 * trn4_host_map() - map the pages of a buffer for the device
 * @bo: buffer with @pages; trn4_host_remove() undoes it
 *
 * A process may make two buffers of the same memory. What the CPU's caches hold
 * of it is seen to once for each here, apart from the mappings, which overlap.
 *
 * Return: 0 or a negative errno.
 */
int trn4_host_map(struct trn4_bo *bo)
{
	struct trn4_device *tdev = to_trn4(bo->base.dev);
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
	ret = dma_map_sgtable(&tdev->pdev->dev, sgt, trn4_host_dir(bo),
			      DMA_ATTR_SKIP_CPU_SYNC);
	if (ret)
		goto err_exit;
	dma_sync_sgtable_for_device(&tdev->pdev->dev, sgt, trn4_host_dir(bo));
	ret = trn4_host_add(bo, sgt);
	if (ret)
		goto err_unmap;

	drm_dev_exit(idx);
	return 0;

err_unmap:
	dma_unmap_sgtable(&tdev->pdev->dev, sgt, trn4_host_dir(bo),
			  DMA_ATTR_SKIP_CPU_SYNC);
err_exit:
	drm_dev_exit(idx);
err_free:
	sg_free_table(sgt);
	kfree(sgt);
	return ret;
}

static void *trn4_host_vmap(struct trn4_bo *bo)
{
	struct iosys_map map;
	void *vaddr;
	int ret;

	if (!bo->lent) {
		vaddr = vmap(bo->pages, bo->base.size >> PAGE_SHIFT, VM_MAP,
			     PAGE_KERNEL);
		return vaddr ?: ERR_PTR(-ENOMEM);
	}
	ret = dma_buf_vmap_unlocked(bo->lent, &map);
	if (ret)
		return ERR_PTR(ret);
	if (map.is_iomem) {
		dma_buf_vunmap_unlocked(bo->lent, &map);
		return ERR_PTR(-EINVAL);
	}
	return map.vaddr;
}

/**
 * trn4_bo_vmap() - let the kernel write into a host buffer
 * @bo: host buffer; stays mapped until it is freed
 *
 * Return: 0; -EACCES where it can only be read; -EINVAL where it is memory of a
 * device, and not for the kernel to write into; or another negative errno.
 */
int trn4_bo_vmap(struct trn4_bo *bo)
{
	struct trn4_device *tdev = to_trn4(bo->base.dev);
	void *vaddr;
	int ret;

	if (bo->readonly)
		return -EACCES;
	ret = mutex_lock_interruptible(&tdev->bo_lock);
	if (ret)
		return ret;
	if (!bo->vaddr) {
		vaddr = trn4_host_vmap(bo);
		if (IS_ERR(vaddr))
			ret = PTR_ERR(vaddr);
		else
			bo->vaddr = vaddr;
	}
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
