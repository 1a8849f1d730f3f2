// SPDX-License-Identifier: GPL-2.0-only
/*
 * User queues: rings and a doorbell page that a process maps, so that it hands
 * work to the engine without a call into the kernel.
 *
 * Nobody looks at its descriptors. They can name segments only, and what a
 * segment is, only trn4_uqueue_segment() says: it holds what the segment names
 * for as long as the hardware may reach it. So a queue may fill its rings with
 * anything, and stays among what its process was given.
 *
 * A queue is a GEM object: its handle goes as those of buffers do, its mapping
 * keeps it, and it ends with the last of both, or by DRM_IOCTL_TRN4_QUEUE_DESTROY.
 * What is mapped is, in this order, the doorbell page, the completion ring, and
 * the submission ring. A reset ends all queues: their doorbells give SIGBUS.
 */
#include <linux/dma-mapping.h>
#include <linux/eventfd.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>

#include "trn4_drv.h"

static_assert(DRM_TRN4_QUEUE_SEGMENTS == TRN4_SEGMENTS);
static_assert(BIT(TRN4_QUEUE_SIZE_MAX) >= DRM_TRN4_QUEUE_ENTRIES_MAX);
static_assert(PAGE_SIZE == TRN4_DOORBELL_STRIDE);

/**
 * struct trn4_pages - memory that the device reads or writes
 * @page: the first; they follow one another. NULL: none
 * @order: how many
 * @dma: bus address, while @mapped
 * @mapped: for the device
 */
struct trn4_pages {
	struct page *page;
	unsigned int order;
	dma_addr_t dma;
	bool mapped;
};

/**
 * struct trn4_segment - what a segment of a queue is
 * @obj: buffer or window; a reference. NULL: nothing
 * @list: bus addresses of its pages, where it is scattered host memory
 */
struct trn4_segment {
	struct drm_gem_object *obj;
	struct trn4_pages list;
};

/**
 * struct trn4_uqueue - a user queue
 * @base: GEM object
 * @slot: of the hardware's queue; meaningful while @state is RUNNING
 * @entries: of each ring
 * @cq: completion ring
 * @sq: submission ring
 * @lock: held for reading from the check that the doorbell may be touched until
 *	it is in the page table, for writing to change @state
 * @state: enum drm_trn4_queue_state (written under @lock and
 *	trn4_device.uqueue_lock, read under either)
 * @segments: what it may reach (trn4_device.uqueue_lock while it runs)
 * @event: told of completions, or NULL
 * @orphan: in trn4_device.uqueue_orphans (trn4_device.uqueue_lock)
 * @release: frees it
 *
 * Whoever ends it, and so changes @state from RUNNING, drops what @segments hold.
 */
struct trn4_uqueue {
	struct drm_gem_object base;
	u32 slot;
	u32 entries;
	struct trn4_pages cq;
	struct trn4_pages sq;
	struct rw_semaphore lock;
	enum drm_trn4_queue_state state;
	struct trn4_segment segments[TRN4_SEGMENTS];
	struct eventfd_ctx *event;
	struct list_head orphan;
	struct work_struct release;
};

static struct trn4_uqueue *to_trn4_uqueue(struct drm_gem_object *obj)
{
	return container_of(obj, struct trn4_uqueue, base);
}

/* ---- Memory of queues ------------------------------------------------------- */

static void trn4_pages_unmap(struct trn4_device *tdev, struct trn4_pages *pages)
{
	if (!pages->mapped)
		return;
	dma_unmap_page(&tdev->pdev->dev, pages->dma, PAGE_SIZE << pages->order,
		       DMA_BIDIRECTIONAL);
	pages->mapped = false;
}

static void trn4_pages_free(struct trn4_device *tdev, struct trn4_pages *pages)
{
	trn4_pages_unmap(tdev, pages);
	if (pages->page)
		__free_pages(pages->page, pages->order);
	pages->page = NULL;
}

static int trn4_pages_alloc(struct trn4_pages *pages, u64 bytes)
{
	pages->order = get_order(bytes);
	if (pages->order > MAX_PAGE_ORDER)
		return -ENOMEM;
	pages->page = alloc_pages(GFP_KERNEL_ACCOUNT | __GFP_ZERO |
					  __GFP_NOWARN,
				  pages->order);
	return pages->page ? 0 : -ENOMEM;
}

/* The device is entered, or at least not unbound meanwhile. */
static int trn4_pages_map(struct trn4_device *tdev, struct trn4_pages *pages)
{
	pages->dma = dma_map_page(&tdev->pdev->dev, pages->page, 0,
				  PAGE_SIZE << pages->order, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(&tdev->pdev->dev, pages->dma))
		return -ENOMEM;
	pages->mapped = true;
	return 0;
}

/* ---- Hardware ------------------------------------------------------------------ */

static void __iomem *trn4_uqueue_regs(struct trn4_device *tdev, u32 slot)
{
	return tdev->regs + TRN4_QUEUE_BASE + slot * TRN4_QUEUE_STRIDE;
}

static void __iomem *trn4_segment_regs(struct trn4_device *tdev, u32 slot,
				       u32 number)
{
	return tdev->regs + TRN4_SEGMENT_BASE +
	       (slot * TRN4_SEGMENTS + number) * TRN4_SEGMENT_STRIDE;
}

/* Nothing of it touches memory when this returns. */
static void trn4_uqueue_hw_stop(struct trn4_device *tdev, u32 slot)
{
	void __iomem *regs = trn4_uqueue_regs(tdev, slot);

	writel(0, regs + TRN4_QUEUE_CTRL);
	if (!trn4_hw_answers(tdev))
		pci_clear_master(tdev->pdev);
}

static int trn4_uqueue_hw_start(struct trn4_device *tdev,
				const struct trn4_uqueue *uq)
{
	void __iomem *regs = trn4_uqueue_regs(tdev, uq->slot);
	u32 ctrl = TRN4_QUEUE_ENABLE | TRN4_QUEUE_USER;

	if (uq->event)
		ctrl |= TRN4_QUEUE_IRQ;
	writeq(uq->sq.dma, regs + TRN4_QUEUE_SQ_BASE);
	writeq(uq->cq.dma, regs + TRN4_QUEUE_CQ_BASE);
	writel(ilog2(uq->entries), regs + TRN4_QUEUE_SIZE);
	writel(tdev->vectors - 1, regs + TRN4_QUEUE_VECTOR);
	writel(ctrl, regs + TRN4_QUEUE_CTRL);
	return readl(regs + TRN4_QUEUE_STATUS) == TRN4_QUEUE_RUNNING ? 0 : -EIO;
}

/* Nothing reaches what it named when this returns. */
static void trn4_segment_hw_clear(struct trn4_device *tdev, u32 slot,
				  u32 number)
{
	void __iomem *regs = trn4_segment_regs(tdev, slot, number);

	writel(0, regs + TRN4_SEGMENT_CTRL);
	readl(regs + TRN4_SEGMENT_CTRL); /* until the write is there */
}

static int trn4_segment_hw_set(struct trn4_device *tdev, u32 slot, u32 number,
			       u64 base, u64 size, u32 ctrl)
{
	void __iomem *regs = trn4_segment_regs(tdev, slot, number);

	writeq(base, regs + TRN4_SEGMENT_BASE_ADDR);
	writeq(size, regs + TRN4_SEGMENT_SIZE);
	writel(ctrl, regs + TRN4_SEGMENT_CTRL);
	return readl(regs + TRN4_SEGMENT_CTRL) == ctrl ? 0 : -EIO;
}

/* ---- The end of a queue ---------------------------------------------------------- */

/* The hardware's queue is stopped; @why says to users what became of it. */
static void trn4_uqueue_ended(struct trn4_device *tdev, struct trn4_uqueue *uq,
			      enum drm_trn4_queue_state why)
{
	lockdep_assert_held(&tdev->uqueue_lock);

	down_write(&uq->lock);
	uq->state = why;
	up_write(&uq->lock);
	/* Before anybody else gets the slot, and so the doorbell */
	drm_vma_node_unmap(&uq->base.vma_node, tdev->drm.anon_inode->i_mapping);
	spin_lock(&tdev->uqueue_events);
	tdev->uqueues[uq->slot] = NULL;
	spin_unlock(&tdev->uqueue_events);
}

/* Its memory is out of the device's reach; the hardware is stopped. */
static void trn4_uqueue_unmap(struct trn4_device *tdev, struct trn4_uqueue *uq)
{
	unsigned int i;

	lockdep_assert_held(&tdev->uqueue_lock);

	for (i = 0; i < TRN4_SEGMENTS; i++)
		trn4_pages_unmap(tdev, &uq->segments[i].list);
	trn4_pages_unmap(tdev, &uq->cq);
	trn4_pages_unmap(tdev, &uq->sq);
}

/*
 * What its segments held. Freeing that takes locks of all kinds, mmap_lock
 * among them: none of ours may be held.
 */
static void trn4_uqueue_drop(struct trn4_uqueue *uq)
{
	struct trn4_device *tdev = to_trn4(uq->base.dev);
	unsigned int i;

	for (i = 0; i < TRN4_SEGMENTS; i++) {
		trn4_pages_free(tdev, &uq->segments[i].list);
		drm_gem_object_put(uq->segments[i].obj);
		uq->segments[i].obj = NULL;
	}
}

static void trn4_uqueue_release(struct work_struct *work)
{
	struct trn4_uqueue *uq = container_of(work, struct trn4_uqueue,
					      release);
	struct trn4_device *tdev = to_trn4(uq->base.dev);

	trn4_uqueue_drop(uq);
	trn4_pages_free(tdev, &uq->cq);
	trn4_pages_free(tdev, &uq->sq);
	if (uq->event)
		eventfd_ctx_put(uq->event);
	drm_gem_object_release(&uq->base);
	kvfree(uq);
}

/* Stop a queue that runs; false where the device must not be touched. */
static bool trn4_uqueue_stop(struct trn4_device *tdev, struct trn4_uqueue *uq)
{
	unsigned int i;
	int idx;

	lockdep_assert_held(&tdev->uqueue_lock);

	if (trn4_hw_enter(tdev, &idx))
		return false;
	trn4_uqueue_hw_stop(tdev, uq->slot);
	for (i = 0; i < TRN4_SEGMENTS; i++)
		if (uq->segments[i].obj)
			trn4_segment_hw_clear(tdev, uq->slot, i);
	trn4_uqueue_unmap(tdev, uq);
	trn4_hw_exit(tdev, idx);
	trn4_uqueue_ended(tdev, uq, DRM_TRN4_QUEUE_ENDED);
	return true;
}

/*
 * Nobody maps it any more, and the last mapping may just be going, with
 * mmap_lock held. Where the device is about to be reset or unbound, whoever does
 * that stops the queue.
 */
static void trn4_uqueue_free(struct drm_gem_object *obj)
{
	struct trn4_uqueue *uq = to_trn4_uqueue(obj);
	struct trn4_device *tdev = to_trn4(obj->dev);

	mutex_lock(&tdev->uqueue_lock);
	if (uq->state == DRM_TRN4_QUEUE_RUNNING && !trn4_uqueue_stop(tdev, uq))
		list_add_tail(&uq->orphan, &tdev->uqueue_orphans);
	else
		queue_work(tdev->release_wq, &uq->release);
	mutex_unlock(&tdev->uqueue_lock);
}

/**
 * trn4_uqueue_lose_all() - all queues end, for a reset or unbind
 * @tdev: device that nobody can enter any more
 * @mmio: false where its registers must not be touched; it is no bus master then
 */
void trn4_uqueue_lose_all(struct trn4_device *tdev, bool mmio)
{
	struct trn4_uqueue *lost[TRN4_QUEUES] = {};
	struct trn4_uqueue *uq, *next;
	unsigned int slot;

	mutex_lock(&tdev->uqueue_lock);
	for (slot = 0; slot < TRN4_QUEUES; slot++) {
		uq = tdev->uqueues[slot];
		if (!uq)
			continue;
		/* Segments end with the reset. */
		if (mmio)
			trn4_uqueue_hw_stop(tdev, slot);
		trn4_uqueue_unmap(tdev, uq);
		trn4_uqueue_ended(tdev, uq, DRM_TRN4_QUEUE_LOST);
		if (uq->event)
			eventfd_signal(uq->event);
		/* One that is about to be freed drops them then. */
		if (kref_get_unless_zero(&uq->base.refcount))
			lost[slot] = uq;
	}
	list_for_each_entry_safe(uq, next, &tdev->uqueue_orphans, orphan) {
		list_del(&uq->orphan);
		queue_work(tdev->release_wq, &uq->release);
	}
	mutex_unlock(&tdev->uqueue_lock);

	for (slot = 0; slot < TRN4_QUEUES; slot++) {
		if (!lost[slot])
			continue;
		trn4_uqueue_drop(lost[slot]);
		drm_gem_object_put(&lost[slot]->base);
	}
}

/* ---- Mappings ------------------------------------------------------------------- */

static vm_fault_t trn4_uqueue_doorbell(struct vm_fault *vmf,
				       struct trn4_uqueue *uq)
{
	struct trn4_device *tdev = to_trn4(uq->base.dev);
	phys_addr_t bar = pci_resource_start(tdev->pdev, TRN4_BAR_REGS);
	struct vm_area_struct *vma = vmf->vma;
	vm_fault_t ret = VM_FAULT_SIGBUS;
	int idx;

	if (trn4_hw_enter(tdev, &idx))
		return VM_FAULT_SIGBUS;
	down_read(&uq->lock);
	if (uq->state == DRM_TRN4_QUEUE_RUNNING)
		ret = vmf_insert_pfn_prot(vma, vmf->address,
					  PHYS_PFN(bar + TRN4_DOORBELL_BASE) +
						  uq->slot,
					  pgprot_noncached(vma->vm_page_prot));
	up_read(&uq->lock);
	trn4_hw_exit(tdev, idx);
	return ret;
}

static vm_fault_t trn4_uqueue_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct drm_gem_object *obj = vma->vm_private_data;
	struct trn4_uqueue *uq = to_trn4_uqueue(obj);
	pgoff_t page = vmf->pgoff - drm_vma_node_start(&obj->vma_node);
	unsigned long pfn;

	if (page >= obj->size >> PAGE_SHIFT)
		return VM_FAULT_SIGBUS;
	if (!page)
		return trn4_uqueue_doorbell(vmf, uq);
	page--;
	pfn = page_to_pfn(uq->cq.page) + page;
	if (page >= BIT(uq->cq.order))
		pfn = page_to_pfn(uq->sq.page) + page - BIT(uq->cq.order);
	return vmf_insert_pfn(vma, vmf->address, pfn);
}

static const struct vm_operations_struct trn4_uqueue_vm_ops = {
	.fault = trn4_uqueue_fault,
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

/* A child makes queues of its own: two would write the same ring. */
static int trn4_uqueue_mmap(struct drm_gem_object *obj,
			    struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_MAYSHARE) ||
	    vma_pages(vma) > obj->size >> PAGE_SHIFT)
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP |
				  VM_DONTCOPY);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	vma->vm_ops = &trn4_uqueue_vm_ops;
	return 0;
}

const struct drm_gem_object_funcs trn4_uqueue_funcs = {
	.free = trn4_uqueue_free,
	.export = trn4_gem_export,
	.mmap = trn4_uqueue_mmap,
	.vm_ops = &trn4_uqueue_vm_ops,
};

/* ---- Making one ------------------------------------------------------------------ */

/* A slot that is free, and the hardware's queue in it. Slot 0 is the kernel's. */
static int trn4_uqueue_start(struct trn4_device *tdev, struct trn4_uqueue *uq)
{
	int idx, ret;
	u32 slot;

	ret = mutex_lock_interruptible(&tdev->uqueue_lock);
	if (ret)
		return ret;
	ret = trn4_hw_enter(tdev, &idx);
	if (ret)
		goto err_unlock;
	for (slot = 1; slot < tdev->queue_count; slot++)
		if (!tdev->uqueues[slot])
			break;
	ret = -ENOSPC;
	if (slot >= tdev->queue_count)
		goto err_exit;
	uq->slot = slot;
	ret = trn4_pages_map(tdev, &uq->cq);
	if (ret)
		goto err_exit;
	ret = trn4_pages_map(tdev, &uq->sq);
	if (ret)
		goto err_cq;
	ret = trn4_uqueue_hw_start(tdev, uq);
	if (ret)
		goto err_stop;

	uq->state = DRM_TRN4_QUEUE_RUNNING;
	spin_lock(&tdev->uqueue_events);
	tdev->uqueues[slot] = uq;
	spin_unlock(&tdev->uqueue_events);
	trn4_hw_exit(tdev, idx);
	mutex_unlock(&tdev->uqueue_lock);
	return 0;

err_stop:
	trn4_uqueue_hw_stop(tdev, slot);
	trn4_pages_unmap(tdev, &uq->sq);
err_cq:
	trn4_pages_unmap(tdev, &uq->cq);
err_exit:
	trn4_hw_exit(tdev, idx);
err_unlock:
	mutex_unlock(&tdev->uqueue_lock);
	return ret;
}

static int trn4_uqueue_memory(struct trn4_uqueue *uq)
{
	int ret;

	ret = trn4_pages_alloc(&uq->cq, uq->entries * sizeof(struct trn4_cqe));
	if (ret)
		return ret;
	return trn4_pages_alloc(&uq->sq,
				uq->entries * sizeof(struct trn4_desc));
}

/**
 * trn4_uqueue_create() - make a queue
 * @drm_file: who gets the handle
 * @args: as they came from user space; filled in
 *
 * Return: 0 or a negative errno, and then nothing has changed.
 */
int trn4_uqueue_create(struct drm_file *drm_file,
		       struct drm_trn4_queue_create *args)
{
	struct trn4_device *tdev = to_trn4(drm_file->minor->dev);
	struct trn4_uqueue *uq;
	int ret;

	if (args->flags || !is_power_of_2(args->entries) ||
	    args->entries < DRM_TRN4_QUEUE_ENTRIES_MIN ||
	    args->entries > DRM_TRN4_QUEUE_ENTRIES_MAX || args->eventfd < -1)
		return -EINVAL;
	ret = trn4_hw_ready(tdev);
	if (ret)
		return ret;
	uq = kvzalloc(sizeof(*uq), GFP_KERNEL_ACCOUNT);
	if (!uq)
		return -ENOMEM;
	uq->entries = args->entries;
	uq->state = DRM_TRN4_QUEUE_ENDED;
	init_rwsem(&uq->lock);
	INIT_LIST_HEAD(&uq->orphan);
	INIT_WORK(&uq->release, trn4_uqueue_release);
	ret = trn4_uqueue_memory(uq);
	/* The object is what frees the rest. */
	drm_gem_private_object_init(&tdev->drm, &uq->base,
				    PAGE_SIZE + (PAGE_SIZE << uq->cq.order) +
					    (PAGE_SIZE << uq->sq.order));
	uq->base.funcs = &trn4_uqueue_funcs;
	if (ret)
		goto out_put;
	if (args->eventfd >= 0) {
		uq->event = eventfd_ctx_fdget(args->eventfd);
		if (IS_ERR(uq->event)) {
			ret = PTR_ERR(uq->event);
			uq->event = NULL;
			goto out_put;
		}
	}
	ret = drm_gem_create_mmap_offset(&uq->base);
	if (!ret)
		ret = trn4_uqueue_start(tdev, uq);
	if (!ret)
		ret = drm_gem_handle_create(drm_file, &uq->base, &args->handle);
	if (ret)
		goto out_put;
	args->size = uq->base.size;
	args->cq_offset = PAGE_SIZE;
	args->sq_offset = PAGE_SIZE + (PAGE_SIZE << uq->cq.order);
out_put:
	drm_gem_object_put(&uq->base);
	return ret;
}

static struct trn4_uqueue *trn4_uqueue_lookup(struct drm_file *drm_file,
					      u32 handle)
{
	struct drm_gem_object *obj = drm_gem_object_lookup(drm_file, handle);

	if (obj && !trn4_is_uqueue(obj)) {
		drm_gem_object_put(obj);
		obj = NULL;
	}
	return obj ? to_trn4_uqueue(obj) : NULL;
}

/**
 * trn4_uqueue_end() - end a queue, whoever has it mapped
 * @drm_file: whose handle it is; it is closed
 * @handle: the queue's
 *
 * Return: 0, -ENOENT.
 */
int trn4_uqueue_end(struct drm_file *drm_file, u32 handle)
{
	struct trn4_device *tdev = to_trn4(drm_file->minor->dev);
	struct trn4_uqueue *uq;
	bool ended;
	int ret = 0;

	uq = trn4_uqueue_lookup(drm_file, handle);
	if (!uq)
		return -ENOENT;
	/* Of two that end it at a time one closes the handle. */
	if (drm_gem_handle_delete(drm_file, handle)) {
		ret = -ENOENT;
		goto out_put;
	}
	mutex_lock(&tdev->uqueue_lock);
	/* Where the device cannot be touched its reset ends the queue. */
	ended = uq->state == DRM_TRN4_QUEUE_RUNNING &&
		trn4_uqueue_stop(tdev, uq);
	mutex_unlock(&tdev->uqueue_lock);
	if (ended)
		trn4_uqueue_drop(uq);
out_put:
	drm_gem_object_put(&uq->base);
	return ret;
}

/**
 * trn4_uqueue_info() - how a queue is
 * @drm_file: file
 * @args: with the handle; filled in
 *
 * Return: 0, -ENOENT.
 */
int trn4_uqueue_info(struct drm_file *drm_file,
		     struct drm_trn4_queue_info *args)
{
	struct trn4_device *tdev = to_trn4(drm_file->minor->dev);
	enum drm_trn4_queue_state state;
	struct trn4_uqueue *uq;
	int idx;

	uq = trn4_uqueue_lookup(drm_file, args->handle);
	if (!uq)
		return -ENOENT;
	mutex_lock(&tdev->uqueue_lock);
	state = uq->state;
	if (state == DRM_TRN4_QUEUE_RUNNING && !trn4_hw_enter(tdev, &idx)) {
		if (readl(trn4_uqueue_regs(tdev, uq->slot) +
			  TRN4_QUEUE_STATUS) == TRN4_QUEUE_FAULT)
			state = DRM_TRN4_QUEUE_FAULT;
		trn4_hw_exit(tdev, idx);
	}
	mutex_unlock(&tdev->uqueue_lock);
	args->state = state;
	args->entries = uq->entries;
	args->pad = 0;
	drm_gem_object_put(&uq->base);
	return 0;
}

/* ---- Segments --------------------------------------------------------------------- */

/**
 * struct trn4_part - what a segment is going to be
 * @segment: holds it
 * @base: for the hardware
 * @ctrl: for the hardware
 */
struct trn4_part {
	struct trn4_segment segment;
	u64 base;
	u32 ctrl;
};

/* The bus addresses of pages, one for each, or the address of a single run */
static int trn4_part_host(struct trn4_part *part, struct trn4_bo *bo,
			  const struct drm_trn4_segment_set *args)
{
	u64 run = args->size, at, length, addr;
	__le64 *list;
	int ret;

	if (args->rights & NVL_RIGHT_ATOMIC ||
	    (args->rights & NVL_RIGHT_WRITE && bo->readonly))
		return -EACCES;
	part->base = trn4_bo_run(bo, args->offset, false, &run);
	if (run == args->size && IS_ALIGNED(part->base, PAGE_SIZE))
		return 0;
	part->ctrl |= TRN4_SEGMENT_PAGES;
	ret = trn4_pages_alloc(&part->segment.list,
			       DIV_ROUND_UP(args->size, PAGE_SIZE) *
				       sizeof(*list));
	if (ret)
		return ret;
	list = page_address(part->segment.list.page);
	for (at = 0; at < args->size; at += PAGE_SIZE) {
		length = min_t(u64, PAGE_SIZE, args->size - at);
		run = length;
		addr = trn4_bo_run(bo, args->offset + at, false, &run);
		/* What others have lent need not be whole pages. */
		if (run < length || !IS_ALIGNED(addr, PAGE_SIZE))
			return -EINVAL;
		*list++ = cpu_to_le64(addr);
	}
	return 0;
}

static int trn4_part_get(struct drm_file *drm_file, struct trn4_part *part,
			 const struct drm_trn4_segment_set *args)
{
	struct drm_gem_object *obj;

	obj = drm_gem_object_lookup(drm_file, args->object);
	if (!obj)
		return -ENOENT;
	part->segment.obj = obj;
	part->ctrl = args->rights | TRN4_SEGMENT_VALID;
	if (trn4_is_uqueue(obj))
		return -EINVAL;
	if (args->offset > obj->size || args->size > obj->size - args->offset)
		return -EINVAL;
	if (trn4_is_window(obj)) {
		if (args->rights & ~to_trn4_window(obj)->rights)
			return -EACCES;
		part->base = args->offset;
		part->ctrl |= TRN4_SEGMENT_SPACE(TRN4_SPACE_WINDOW) |
			      TRN4_SEGMENT_SLOT(to_trn4_window(obj)->slot);
		return 0;
	}
	if (trn4_is_host(obj)) {
		part->ctrl |= TRN4_SEGMENT_SPACE(TRN4_SPACE_HOST);
		return trn4_part_host(part, to_trn4_bo(obj), args);
	}
	part->base = to_trn4_bo(obj)->start + args->offset;
	part->ctrl |= TRN4_SEGMENT_SPACE(TRN4_SPACE_HBM);
	return 0;
}

static void trn4_part_put(struct trn4_device *tdev, struct trn4_part *part)
{
	trn4_pages_free(tdev, &part->segment.list);
	drm_gem_object_put(part->segment.obj);
}

/*
 * Put @part in the place of segment @number, and what was there into @part. It
 * stays as it was where this fails, unless the device died.
 */
static int trn4_segment_exchange(struct trn4_device *tdev,
				 struct trn4_uqueue *uq, u32 number, u64 size,
				 struct trn4_part *part)
{
	struct trn4_segment *segment = &uq->segments[number];
	int idx, ret;

	lockdep_assert_held(&tdev->uqueue_lock);

	if (uq->state != DRM_TRN4_QUEUE_RUNNING)
		return -EIO;
	ret = trn4_hw_enter(tdev, &idx);
	if (ret)
		return ret;
	if (part->segment.list.page) {
		ret = trn4_pages_map(tdev, &part->segment.list);
		if (ret)
			goto out_exit;
		part->base = part->segment.list.dma;
	}
	trn4_segment_hw_clear(tdev, uq->slot, number);
	swap(*segment, part->segment);
	if (segment->obj)
		ret = trn4_segment_hw_set(tdev, uq->slot, number, part->base,
					  size, part->ctrl);
	if (ret)
		swap(*segment, part->segment);
	trn4_pages_unmap(tdev, &part->segment.list);
out_exit:
	trn4_hw_exit(tdev, idx);
	return ret;
}

/**
 * trn4_uqueue_segment() - say what a segment of a queue is
 * @drm_file: whose handles @args has
 * @args: as they came from user space
 *
 * Return: 0 or a negative errno, and then nothing has changed.
 */
int trn4_uqueue_segment(struct drm_file *drm_file,
			const struct drm_trn4_segment_set *args)
{
	struct trn4_device *tdev = to_trn4(drm_file->minor->dev);
	struct trn4_part part = {};
	struct trn4_uqueue *uq;
	u32 number;
	int ret = 0;

	if (args->flags || args->number >= TRN4_SEGMENTS)
		return -EINVAL;
	number = array_index_nospec(args->number, TRN4_SEGMENTS);
	if (args->object) {
		if (!trn4_rights_ok(args->rights) || !args->size ||
		    !IS_ALIGNED(args->offset, PAGE_SIZE))
			return -EINVAL;
	} else if (args->rights || args->size || args->offset) {
		return -EINVAL;
	}
	uq = trn4_uqueue_lookup(drm_file, args->handle);
	if (!uq)
		return -ENOENT;
	if (args->object)
		ret = trn4_part_get(drm_file, &part, args);
	if (!ret)
		ret = mutex_lock_interruptible(&tdev->uqueue_lock);
	if (!ret) {
		ret = trn4_segment_exchange(tdev, uq, number, args->size,
					    &part);
		mutex_unlock(&tdev->uqueue_lock);
	}
	trn4_part_put(tdev, &part);
	drm_gem_object_put(&uq->base);
	return ret;
}

/* ---- Interrupts ------------------------------------------------------------------- */

/**
 * trn4_uqueue_irq() - there may be completions in user queues
 * @tdev: device
 *
 * A queue is in the table for no longer than its device may be touched. Its
 * ring does not tell whether there are new records: since the last look at it
 * the process may have gone around it any number of times.
 *
 * Context: of the thread that signals fences, too: takes no lock that is held
 * over allocations
 */
void trn4_uqueue_irq(struct trn4_device *tdev)
{
	void __iomem *reg = tdev->regs + TRN4_REG_QUEUE_EVENT;
	unsigned int slot;
	u64 slots = 0;

	spin_lock(&tdev->uqueue_events);
	for (slot = 1; slot < TRN4_QUEUES; slot++)
		if (tdev->uqueues[slot] && tdev->uqueues[slot]->event)
			slots |= BIT_ULL(slot);
	if (slots) {
		/* Records that come after this set the bit, and interrupt, again. */
		slots &= readq(reg);
		writeq(slots, reg);
	}
	while (slots) {
		slot = __ffs64(slots);
		slots &= slots - 1;
		eventfd_signal(tdev->uqueues[slot]->event);
	}
	spin_unlock(&tdev->uqueue_events);
}

/**
 * trn4_uqueue_faults() - some queue is in fault: tell those who wait for it
 * @tdev: device, entered
 */
void trn4_uqueue_faults(struct trn4_device *tdev)
{
	unsigned int slot;

	spin_lock(&tdev->uqueue_events);
	for (slot = 1; slot < TRN4_QUEUES; slot++) {
		struct trn4_uqueue *uq = tdev->uqueues[slot];

		if (uq && uq->event &&
		    readl(trn4_uqueue_regs(tdev, slot) + TRN4_QUEUE_STATUS) ==
			    TRN4_QUEUE_FAULT)
			eventfd_signal(uq->event);
	}
	spin_unlock(&tdev->uqueue_events);
}

/**
 * trn4_uqueue_init() - there are no queues yet
 * @tdev: device
 */
void trn4_uqueue_init(struct trn4_device *tdev)
{
	mutex_init(&tdev->uqueue_lock);
	spin_lock_init(&tdev->uqueue_events);
	INIT_LIST_HEAD(&tdev->uqueue_orphans);
}
