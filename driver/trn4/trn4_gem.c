// SPDX-License-Identifier: GPL-2.0-only
/*
 * What buffers and windows have in common: how they come to be, and how they
 * are mapped.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "trn4_drv.h"

#define TRN4_CHUNK_PAGES (NVL_PAGE_SIZE >> PAGE_SHIFT)

/**
 * trn4_gem_export() - refuse to make a dma-buf
 * @obj: window, or buffer in host memory
 * @flags: not looked at
 *
 * A dma-buf would carry bus addresses to others, and a peer's memory has none;
 * host memory has better owners to share it.
 *
 * Return: -EOPNOTSUPP
 */
struct dma_buf *trn4_gem_export(struct drm_gem_object *obj, int flags)
{
	return ERR_PTR(-EOPNOTSUPP);
}

/**
 * trn4_gem_fill() - put pages of a BAR into the page table
 * @vmf: fault
 * @obj: object that is mapped
 * @phys: where in the CPU's address space the object begins
 *
 * Fills the whole 2 MiB around the fault as far as object and mapping go, so
 * that a large mapping costs few faults. Only the page that was asked for
 * decides the result; the others are asked for again if they are missing.
 *
 * Return: VM_FAULT_NOPAGE, or why it failed.
 */
vm_fault_t trn4_gem_fill(struct vm_fault *vmf, struct drm_gem_object *obj,
			 phys_addr_t phys)
{
	struct vm_area_struct *vma = vmf->vma;
	pgoff_t node = drm_vma_node_start(&obj->vma_node);
	pgoff_t pages = obj->size >> PAGE_SHIFT;
	unsigned long pfn = PHYS_PFN(phys);
	pgoff_t page, first, begin, end;
	vm_fault_t ret;

	/* Mappings are split and moved: only the file offset is of use. */
	page = vmf->pgoff - node;
	first = vma->vm_pgoff - node;
	if (page >= pages)
		return VM_FAULT_SIGBUS;

	ret = vmf_insert_pfn(vma, vmf->address, pfn + page);
	if (ret != VM_FAULT_NOPAGE)
		return ret;

	begin = max(round_down(page, TRN4_CHUNK_PAGES), first);
	end = min3(round_down(page, TRN4_CHUNK_PAGES) + TRN4_CHUNK_PAGES,
		   first + vma_pages(vma), pages);
	for (; begin < end; begin++) {
		if (begin == page)
			continue;
		ret = vmf_insert_pfn(vma,
				     vma->vm_start +
					     ((begin - first) << PAGE_SHIFT),
				     pfn + begin);
		if (ret != VM_FAULT_NOPAGE)
			break;
	}
	return VM_FAULT_NOPAGE;
}

/**
 * trn4_gem_fill_huge() - put a large page of a BAR into the page table
 * @vmf: fault
 * @order: of the page that is asked for
 * @obj: object that is mapped
 * @phys: where in the CPU's address space the object begins
 *
 * Larger than 2 MiB they are not to be had: that would need offsets in the file
 * that are aligned to as much.
 *
 * Return: VM_FAULT_NOPAGE, or VM_FAULT_FALLBACK where object and mapping do not
 * allow it: trn4_gem_fill() is tried then.
 */
vm_fault_t trn4_gem_fill_huge(struct vm_fault *vmf, unsigned int order,
			      struct drm_gem_object *obj, phys_addr_t phys)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long begin = ALIGN_DOWN(vmf->address, PMD_SIZE);
	unsigned long pages = PMD_SIZE >> PAGE_SHIFT;
	unsigned long pfn = PHYS_PFN(phys);
	pgoff_t page;

	if (!IS_ENABLED(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP) || order != PMD_ORDER)
		return VM_FAULT_FALLBACK;
	if (begin < vma->vm_start || begin + PMD_SIZE > vma->vm_end)
		return VM_FAULT_FALLBACK;
	page = linear_page_index(vma, begin) -
	       drm_vma_node_start(&obj->vma_node);
	if (page + pages > obj->size >> PAGE_SHIFT ||
	    !IS_ALIGNED(pfn + page, pages))
		return VM_FAULT_FALLBACK;
	return compat_insert_pfn_pmd(vmf, pfn + page,
				     vmf->flags & FAULT_FLAG_WRITE);
}

/**
 * trn4_gem_offset() - make an object one that can be mapped
 * @obj: object
 *
 * Offsets of all objects are multiples of 2 MiB, so that addresses can be
 * aligned as the memory is, which large pages need.
 *
 * Return: 0 or a negative errno.
 */
int trn4_gem_offset(struct drm_gem_object *obj)
{
	return drm_gem_create_mmap_offset_size(obj,
					       round_up(obj->size, PMD_SIZE));
}

/**
 * trn4_bo_create() - make a buffer
 * @tdev: device
 * @args: checked
 *
 * Return: the buffer with one reference, or an ERR_PTR().
 */
struct trn4_bo *trn4_bo_create(struct trn4_device *tdev,
			       const struct drm_trn4_bo_create *args)
{
	if (args->flags & DRM_TRN4_BO_USER)
		return trn4_user_create(tdev, args);
	if (args->flags & DRM_TRN4_BO_HOST)
		return trn4_host_create(tdev, args->size);
	return trn4_hbm_create(tdev, args);
}
