// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma-bufs: HBM that is lent to others, and memory that others lend us.
 *
 * One accelerator's HBM gets to another over the fabric, never by bus
 * addresses: who imports it there gets a window. All other devices reach it
 * over PCIe, as peers, where the kernel says that they can; they must be ready
 * to lose it, as it goes with a reset.
 */
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/pci-p2pdma.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <drm/drm_prime.h>
#include <drm/drm_vma_manager.h>

#include "trn4_drv.h"

/* An entry of a scatterlist has its length in 32 bits. */
#define TRN4_SG_MAX SZ_1G

/* ---- What is lent to others ------------------------------------------------- */

/*
 * Pages of HBM have no struct page: they cannot be moved to where a device that
 * reaches no peers would find them.
 */
static int trn4_dmabuf_attach(struct dma_buf *dmabuf,
			      struct dma_buf_attachment *attach)
{
	struct drm_gem_object *obj = dmabuf->priv;
	struct trn4_device *tdev = to_trn4(obj->dev);

	if (READ_ONCE(to_trn4_bo(obj)->revoked))
		return -EKEYREVOKED;
	if (!attach->peer2peer ||
	    pci_p2pdma_distance(tdev->pdev, attach->dev, false) < 0)
		return -EOPNOTSUPP;
	return 0;
}

/* What is pinned could not be taken back. */
static int trn4_dmabuf_pin(struct dma_buf_attachment *attach)
{
	return -EOPNOTSUPP;
}

static void trn4_dmabuf_unpin(struct dma_buf_attachment *attach)
{
}

static void trn4_dmabuf_unmap_sg(struct dma_buf_attachment *attach,
				 struct sg_table *sgt,
				 enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_dma_sg(sgt, sg, i)
		if (sg_dma_len(sg))
			dma_unmap_resource(attach->dev, sg_dma_address(sg),
					   sg_dma_len(sg), dir,
					   DMA_ATTR_SKIP_CPU_SYNC);
	sg_free_table(sgt);
	kfree(sgt);
}

/*
 * Under the reservation lock, which is taken to tell importers after the state
 * has changed, or trn4_bo.revoked: who has mapped it before is told.
 */
static struct sg_table *trn4_dmabuf_map(struct dma_buf_attachment *attach,
					enum dma_data_direction dir)
{
	struct drm_gem_object *obj = attach->dmabuf->priv;
	struct trn4_device *tdev = to_trn4(obj->dev);
	phys_addr_t phys = tdev->hbm_phys + to_trn4_bo(obj)->start;
	struct scatterlist *sg;
	struct sg_table *sgt;
	u64 rest = obj->size;
	dma_addr_t addr;
	int i, ret;

	if (READ_ONCE(to_trn4_bo(obj)->revoked))
		return ERR_PTR(-EKEYREVOKED);
	ret = trn4_hw_ready(tdev);
	if (ret)
		return ERR_PTR(ret);
	sgt = kzalloc(sizeof(*sgt), GFP_KERNEL);
	if (!sgt)
		return ERR_PTR(-ENOMEM);
	ret = sg_alloc_table(sgt, DIV_ROUND_UP_ULL(rest, TRN4_SG_MAX),
			     GFP_KERNEL);
	if (ret) {
		kfree(sgt);
		return ERR_PTR(ret);
	}
	for_each_sgtable_sg(sgt, sg, i) {
		u32 length = min_t(u64, rest, TRN4_SG_MAX);

		addr = dma_map_resource(attach->dev, phys, length, dir,
					DMA_ATTR_SKIP_CPU_SYNC);
		if (dma_mapping_error(attach->dev, addr)) {
			trn4_dmabuf_unmap_sg(attach, sgt, dir);
			return ERR_PTR(-ENOMEM);
		}
		sg_set_page(sg, NULL, length, 0);
		sg_dma_address(sg) = addr;
		sg_dma_len(sg) = length;
		phys += length;
		rest -= length;
	}
	return sgt;
}

static void trn4_dmabuf_unmap(struct dma_buf_attachment *attach,
			      struct sg_table *sgt, enum dma_data_direction dir)
{
	trn4_dmabuf_unmap_sg(attach, sgt, dir);
}

static int trn4_dmabuf_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct drm_gem_object *obj = dmabuf->priv;
	int ret;

	if (READ_ONCE(to_trn4_bo(obj)->revoked))
		return -EKEYREVOKED;
	ret = drm_gem_dmabuf_mmap(dmabuf, vma);
	if (!ret)
		vma->vm_ops = &trn4_hbm_lent_vm_ops;
	return ret;
}

static void trn4_dmabuf_release(struct dma_buf *dmabuf)
{
	struct drm_gem_object *obj = dmabuf->priv;
	struct trn4_device *tdev = to_trn4(obj->dev);
	struct trn4_bo *bo = to_trn4_bo(obj);

	mutex_lock(&tdev->bo_lock);
	list_del(&bo->export_link);
	bo->export = NULL;
	mutex_unlock(&tdev->bo_lock);
	drm_gem_dmabuf_release(dmabuf);
}

static const struct dma_buf_ops trn4_dmabuf_ops = {
	.attach = trn4_dmabuf_attach,
	.pin = trn4_dmabuf_pin,
	.unpin = trn4_dmabuf_unpin,
	.map_dma_buf = trn4_dmabuf_map,
	.unmap_dma_buf = trn4_dmabuf_unmap,
	.release = trn4_dmabuf_release,
	.mmap = trn4_dmabuf_mmap,
};

/**
 * trn4_prime_export() - make a dma-buf of a buffer in HBM
 * @obj: buffer; DRM sees to it that it has one dma-buf at a time
 * @flags: of the file
 *
 * Its mappings are those of the node: a reset and an unbind zap them, too.
 *
 * Return: the dma-buf, or an ERR_PTR().
 */
struct dma_buf *trn4_prime_export(struct drm_gem_object *obj, int flags)
{
	struct dma_buf_export_info info = {
		.exp_name = TRN4_NAME,
		.owner = THIS_MODULE,
		.ops = &trn4_dmabuf_ops,
		.size = obj->size,
		.flags = flags,
		.priv = obj,
		.resv = obj->resv,
	};
	struct trn4_device *tdev = to_trn4(obj->dev);
	struct trn4_bo *bo = to_trn4_bo(obj);
	struct dma_buf *dmabuf;

	dmabuf = drm_gem_dmabuf_export(obj->dev, &info);
	if (IS_ERR(dmabuf))
		return dmabuf;
	mutex_lock(&tdev->bo_lock);
	bo->export = dmabuf;
	list_add_tail(&bo->export_link, &tdev->exports);
	mutex_unlock(&tdev->bo_lock);
	return dmabuf;
}

/* Tell devices that reach it over PCIe to let go. */
static void trn4_prime_notify(struct trn4_bo *bo, struct dma_buf *dmabuf)
{
	dma_resv_lock(bo->base.resv, NULL);
	if (!list_empty(&dmabuf->attachments))
		dma_buf_move_notify(dmabuf);
	dma_resv_unlock(bo->base.resv);
}

/*
 * Waits for what others have queued, and not for jobs of accelerators: a queue
 * that is stopped does nothing, and on a window that has ended none does.
 * Nothing is locked, for it can take as long as others please.
 */
static int trn4_prime_wait(struct trn4_bo *bo, bool intr)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;
	long ret = 0;

	dma_resv_iter_begin(&cursor, bo->base.resv, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_for_each_fence_unlocked(&cursor, fence) {
		if (trn4_fence_is_job(fence))
			continue;
		ret = dma_fence_wait(fence, intr);
		if (ret)
			break;
	}
	dma_resv_iter_end(&cursor);
	return ret;
}

/**
 * trn4_prime_revoke_all() - take HBM back from devices that reach it over PCIe
 * @tdev: device, whose state says already that it cannot be touched, whose
 *	queue is stopped, and on which no window is left
 *
 * They map it anew when they need it, and get it when the device is back. What
 * they have queued has ended when this returns.
 */
void trn4_prime_revoke_all(struct trn4_device *tdev)
{
	LIST_HEAD(told);
	struct trn4_bo *bo;

	mutex_lock(&tdev->bo_lock);
	list_for_each_entry(bo, &tdev->exports, export_link)
		trn4_prime_notify(bo, bo->export);
	/* A dma-buf that ends meanwhile is taken off whichever list it is on. */
	list_splice_init(&tdev->exports, &told);
	while (!list_empty(&told)) {
		bo = list_first_entry(&told, struct trn4_bo, export_link);
		list_move_tail(&bo->export_link, &tdev->exports);
		drm_gem_object_get(&bo->base);
		mutex_unlock(&tdev->bo_lock);
		trn4_prime_wait(bo, false);
		drm_gem_object_put(&bo->base);
		mutex_lock(&tdev->bo_lock);
	}
	mutex_unlock(&tdev->bo_lock);
}

/* Its dma-buf, a reference, or NULL. While it has handles it holds that. */
static struct dma_buf *trn4_prime_dmabuf(struct drm_gem_object *obj)
{
	struct dma_buf *dmabuf;

	mutex_lock(&obj->dev->object_name_lock);
	dmabuf = obj->dma_buf;
	if (dmabuf)
		get_dma_buf(dmabuf);
	mutex_unlock(&obj->dev->object_name_lock);
	return dmabuf;
}

/* No window or mapping reaches it by the dma-buf when this returns. */
static void trn4_prime_end_sharing(struct trn4_bo *bo)
{
	struct trn4_device *tdev = to_trn4(bo->base.dev);

	lockdep_assert_held(&trn4_share_lock);

	if (bo->revoked)
		return;
	down_write(&bo->lock);
	WRITE_ONCE(bo->revoked, true);
	up_write(&bo->lock);
	drm_vma_node_unmap(&bo->base.vma_node, tdev->drm.anon_inode->i_mapping);
	trn4_grant_kill_imports(bo);
}

/**
 * trn4_prime_revoke() - take a buffer back from all who have it by its dma-buf
 * @obj: buffer in HBM; the caller has a reference
 *
 * For good. What other devices have queued has ended when this returns.
 *
 * Return: 0; -ENOENT (there is none); -EINTR (nothing has changed, or all but
 * the wait is done).
 */
int trn4_prime_revoke(struct drm_gem_object *obj)
{
	struct dma_buf *dmabuf = trn4_prime_dmabuf(obj);
	struct trn4_bo *bo = to_trn4_bo(obj);
	int ret;

	if (!dmabuf)
		return -ENOENT;
	ret = mutex_lock_interruptible(&trn4_share_lock);
	if (ret)
		goto out_put;
	trn4_prime_end_sharing(bo);
	mutex_unlock(&trn4_share_lock);
	trn4_prime_notify(bo, dmabuf);
	/* Not to be begun anew by itself: its handle may have gone by then. */
	if (trn4_prime_wait(bo, true))
		ret = -EINTR;
out_put:
	dma_buf_put(dmabuf);
	return ret;
}

/* ---- What others lend ------------------------------------------------------ */

static void trn4_import_free(struct drm_gem_object *obj)
{
	struct trn4_bo *bo = to_trn4_bo(obj);

	trn4_host_remove(bo);
	dma_buf_put(bo->lent);
	drm_gem_object_release(obj);
	kfree(bo);
}

const struct drm_gem_object_funcs trn4_import_funcs = {
	.free = trn4_import_free,
	.export = trn4_gem_export,
};

/* Who was given a dma-buf for reading alone is not to write by our engine. */
static bool trn4_prime_writable(const struct dma_buf *dmabuf)
{
	return dmabuf->file->f_mode & FMODE_WRITE;
}

static bool trn4_prime_whole_pages(struct sg_table *sgt)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_dma_sg(sgt, sg, i)
		if (!PAGE_ALIGNED(sg_dma_address(sg) | sg_dma_len(sg)))
			return false;
	return true;
}

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

	/* A word must not lie partly in one run, and partly in another. */
	if (!PAGE_ALIGNED(size) || !trn4_prime_whole_pages(sgt))
		return ERR_PTR(-EINVAL);
	bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);
	if (!bo)
		return ERR_PTR(-ENOMEM);
	bo->base.funcs = &trn4_import_funcs;
	drm_gem_private_object_init(drm, &bo->base, size);
	bo->lent = attach->dmabuf;
	bo->attach = attach;
	bo->readonly = !trn4_prime_writable(attach->dmabuf);
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

/* A window can be for reading alone; a handle of the buffer itself cannot. */
static struct drm_gem_object *trn4_prime_import_ours(struct drm_device *drm,
						     struct dma_buf *dmabuf)
{
	struct drm_gem_object *obj = dmabuf->priv;
	struct trn4_window *win;

	if (obj->dev == drm) {
		if (READ_ONCE(to_trn4_bo(obj)->revoked))
			return ERR_PTR(-EKEYREVOKED);
		if (!trn4_prime_writable(dmabuf))
			return ERR_PTR(-EACCES);
		drm_gem_object_get(obj);
		return obj;
	}
	win = trn4_window_import(to_trn4(drm), dmabuf,
				 trn4_prime_writable(dmabuf) ? NVL_RIGHTS_ALL :
							       NVL_RIGHT_READ);
	return IS_ERR(win) ? ERR_CAST(win) : &win->base;
}

/*
 * A dma-buf that the device has already, in another file. One that is being
 * freed is none: whoever does that waits for the lock.
 */
static struct drm_gem_object *trn4_prime_known(struct trn4_device *tdev,
					       const struct dma_buf *dmabuf)
{
	struct drm_gem_object *found = NULL;
	struct trn4_bo *bo;

	mutex_lock(&tdev->bo_lock);
	list_for_each_entry(bo, &tdev->host_bos, link) {
		if (bo->lent == dmabuf &&
		    kref_get_unless_zero(&bo->base.refcount)) {
			found = &bo->base;
			break;
		}
	}
	mutex_unlock(&tdev->bo_lock);
	return found;
}

/**
 * trn4_prime_import() - take a dma-buf
 * @drm: DRM device
 * @dmabuf: dma-buf
 *
 * One of an accelerator's HBM becomes the buffer itself where it is this one's,
 * and a window where it is a peer's. All else is one buffer of the device, in
 * however many files: to map the same memory twice is not for the DMA API.
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
	if (dmabuf->ops == &trn4_dmabuf_ops)
		return trn4_prime_import_ours(drm, dmabuf);
	obj = trn4_prime_known(to_trn4(drm), dmabuf);
	if (obj)
		return obj;
	/* From before the mapping: unbind ends all that it finds */
	if (!drm_dev_enter(drm, &idx))
		return ERR_PTR(-ENODEV);
	obj = drm_gem_prime_import(drm, dmabuf);
	/* The attachment is ours alone: it ends when the device is unbound. */
	if (!IS_ERR(obj))
		obj->import_attach = NULL;
	drm_dev_exit(idx);
	return obj;
}
