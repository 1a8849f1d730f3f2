// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows: slices of the aperture that stand for grants of peers, their
 * mappings, and all the ways in which they end.
 */
#include <linux/dma-buf.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_vma_manager.h>

#include "trn4_drv.h"
#include "trn4_trace.h"

/*
 * What a window's STATUS means to user space: why it cannot be mapped, and
 * the state of one that was. All but STALE and NO_GRANT can only be seen when
 * nvlf and the hardware disagree for a moment, or the driver is wrong.
 */
/* clang-format off */
static const struct {
	int error;
	enum drm_trn4_window_state state;
} trn4_window_meaning[] = {
	[TRN4_WINDOW_OFF]	   = { EIO,	     DRM_TRN4_WINDOW_FAULT },
	[TRN4_WINDOW_LIVE]	   = { 0,	     DRM_TRN4_WINDOW_LIVE },
	[TRN4_WINDOW_BAD_RANGE]	   = { EIO,	     DRM_TRN4_WINDOW_FAULT },
	[TRN4_WINDOW_OVERLAP]	   = { EIO,	     DRM_TRN4_WINDOW_FAULT },
	[TRN4_WINDOW_NO_PEER]	   = { ENOLINK,	     DRM_TRN4_WINDOW_NO_LINK },
	[TRN4_WINDOW_NO_LINK]	   = { ENOLINK,	     DRM_TRN4_WINDOW_NO_LINK },
	[TRN4_WINDOW_NO_ROUTE]	   = { EHOSTUNREACH, DRM_TRN4_WINDOW_NO_ROUTE },
	[TRN4_WINDOW_NO_PARTITION] = { EPERM, DRM_TRN4_WINDOW_NO_PARTITION },
	[TRN4_WINDOW_NO_GRANT]	   = { ENOENT,	     DRM_TRN4_WINDOW_REVOKED },
	[TRN4_WINDOW_STALE]	   = { ENOENT,	     DRM_TRN4_WINDOW_REVOKED },
	[TRN4_WINDOW_NO_RIGHT]	   = { EACCES,	     DRM_TRN4_WINDOW_FAULT },
	[TRN4_WINDOW_BEYOND]	   = { ERANGE,	     DRM_TRN4_WINDOW_FAULT },
	[TRN4_WINDOW_NO_MEMORY]	   = { ENOMEM,	     DRM_TRN4_WINDOW_FAULT },
};

static const enum drm_trn4_window_state trn4_path_state[] = {
	[NVLF_PATH_OK]		 = DRM_TRN4_WINDOW_LIVE,
	[NVLF_PATH_NO_PEER]	 = DRM_TRN4_WINDOW_NO_LINK,
	[NVLF_PATH_NO_LINK]	 = DRM_TRN4_WINDOW_NO_LINK,
	[NVLF_PATH_NO_ROUTE]	 = DRM_TRN4_WINDOW_NO_ROUTE,
	[NVLF_PATH_NO_PARTITION] = DRM_TRN4_WINDOW_NO_PARTITION,
};

/* clang-format on */

/**
 * trn4_window_errno() - why a window cannot be mapped
 * @status: what the hardware says of it
 *
 * Return: 0 where it can, or a negative errno.
 */
int trn4_window_errno(enum trn4_window_status status)
{
	if (status >= ARRAY_SIZE(trn4_window_meaning))
		return -EIO;
	return -trn4_window_meaning[status].error;
}

/**
 * trn4_window_state_of() - the state of a window that was mapped
 * @status: what the hardware says of it
 *
 * Return: enum drm_trn4_window_state
 */
enum drm_trn4_window_state trn4_window_state_of(enum trn4_window_status status)
{
	if (status >= ARRAY_SIZE(trn4_window_meaning))
		return DRM_TRN4_WINDOW_FAULT;
	return trn4_window_meaning[status].state;
}

/*
 * Take pages out of all page tables. What the fault handler checks must have
 * changed before: whoever is filling pages by the old answer is waited for.
 */
static void trn4_window_zap(struct trn4_window *win)
{
	down_write(&win->lock);
	up_write(&win->lock);
	drm_vma_node_unmap(&win->base.vma_node,
			   win->base.dev->anon_inode->i_mapping);
}

/**
 * trn4_window_kill() - end a window for good
 * @win: window
 * @why: what its state is from now on, unless it ended before
 *
 * Zaps mappings, switches the hardware's window off and lets go of the grant.
 * Slot and aperture stay taken until the window is freed.
 *
 * Context: trn4_share_lock
 */
void trn4_window_kill(struct trn4_window *win, enum drm_trn4_window_state why)
{
	struct trn4_device *tdev = to_trn4(win->base.dev);
	int idx;

	lockdep_assert_held(&trn4_share_lock);

	if (!win->grant)
		return;
	list_del(&win->link);
	win->grant = NULL;

	down_write(&win->lock);
	win->gone = why;
	up_write(&win->lock);
	drm_vma_node_unmap(&win->base.vma_node,
			   tdev->drm.anon_inode->i_mapping);

	/* Where the device cannot be touched its windows end with a reset. */
	if (!trn4_hw_enter(tdev, &idx)) {
		trn4_hw_window_clear(tdev, win->slot);
		trn4_hw_exit(tdev, idx);
	}
	trace_trn4_window(tdev->target, win, why);
	/* Nothing is done where this is about to end it already. */
	if (win->own)
		trn4_grant_kill(win->own);
}

/**
 * trn4_window_unmap() - give a window up, for all who hold it
 * @win: window; the caller has a reference
 */
void trn4_window_unmap(struct trn4_window *win)
{
	mutex_lock(&trn4_share_lock);
	trn4_window_kill(win, DRM_TRN4_WINDOW_UNMAPPED);
	mutex_unlock(&trn4_share_lock);
}

/**
 * trn4_window_kill_all() - end all windows of a device
 * @tdev: device that can no longer be entered
 * @why: what their state is from now on
 *
 * Context: trn4_share_lock
 */
void trn4_window_kill_all(struct trn4_device *tdev,
			  enum drm_trn4_window_state why)
{
	u32 slot;

	lockdep_assert_held(&trn4_share_lock);

	for_each_set_bit(slot, tdev->aperture.slots, TRN4_WINDOWS)
		trn4_window_kill(tdev->aperture.windows[slot], why);
}

/**
 * trn4_window_event() - the hardware says that a window has a new status
 * @tdev: device, entered
 * @slot: of the window, below TRN4_WINDOWS
 */
void trn4_window_event(struct trn4_device *tdev, u32 slot)
{
	struct trn4_window *win;

	mutex_lock(&tdev->aperture.lock);
	win = tdev->aperture.windows[slot];
	if (win && trn4_hw_window_status(tdev, slot) != TRN4_WINDOW_LIVE)
		trn4_window_zap(win);
	mutex_unlock(&tdev->aperture.lock);
}

/*
 * A peer cannot be reached any more, or not by a partition that some windows
 * need; nvlf says so already to who asks.
 */
static void trn4_nvlf_revoke(void *priv, u32 peer, u32 partition)
{
	struct trn4_device *tdev = priv;
	struct trn4_aperture *aperture = &tdev->aperture;
	struct trn4_window *win;

	mutex_lock(&aperture->lock);
	hash_for_each_possible(aperture->peers, win, hash, peer)
		if (win->peer == peer &&
		    (!partition || win->partition == partition))
			trn4_window_zap(win);
	mutex_unlock(&aperture->lock);
}

/* An unbind, too, waits for reset_lock before the registers go. */
static bool trn4_nvlf_access_begin(void *priv)
{
	struct trn4_device *tdev = priv;

	down_read(&tdev->reset_lock);
	if (tdev->state == TRN4_RUNNING)
		return true;
	up_read(&tdev->reset_lock);
	return false;
}

static void trn4_nvlf_access_end(void *priv)
{
	struct trn4_device *tdev = priv;

	up_read(&tdev->reset_lock);
}

static void trn4_nvlf_check(void *priv)
{
	trn4_check_soon(priv);
}

const struct nvlf_endpoint_ops trn4_nvlf_ops = {
	.revoke = trn4_nvlf_revoke,
	.check = trn4_nvlf_check,
	.access_begin = trn4_nvlf_access_begin,
	.access_end = trn4_nvlf_access_end,
};

/* The window must be entered, and @win->lock held for the answer to last. */
static enum drm_trn4_window_state trn4_window_look(struct trn4_window *win)
{
	struct trn4_device *tdev = to_trn4(win->base.dev);
	enum nvlf_path path;

	lockdep_assert_held(&win->lock);

	if (win->gone != DRM_TRN4_WINDOW_LIVE)
		return win->gone;
	path = nvlf_path(tdev->ep, win->peer);
	if (path != NVLF_PATH_OK)
		return path < ARRAY_SIZE(trn4_path_state) ?
			       trn4_path_state[path] :
			       DRM_TRN4_WINDOW_FAULT;
	if (win->partition &&
	    !nvlf_together(tdev->ep, win->peer, win->partition))
		return DRM_TRN4_WINDOW_NO_PARTITION;
	return trn4_window_state_of(trn4_hw_window_status(tdev, win->slot));
}

/**
 * trn4_window_state() - can a window be used now?
 * @win: window
 *
 * Return: enum drm_trn4_window_state
 */
enum drm_trn4_window_state trn4_window_state(struct trn4_window *win)
{
	struct trn4_device *tdev = to_trn4(win->base.dev);
	enum drm_trn4_window_state state = DRM_TRN4_WINDOW_FAULT;
	bool entered;
	int idx;

	entered = !trn4_hw_enter(tdev, &idx);
	down_read(&win->lock);
	if (entered)
		state = trn4_window_look(win);
	else if (win->gone != DRM_TRN4_WINDOW_LIVE)
		state = win->gone;
	up_read(&win->lock);
	if (entered)
		trn4_hw_exit(tdev, idx);
	return state;
}

static vm_fault_t trn4_window_fault(struct vm_fault *vmf)
{
	struct drm_gem_object *obj = vmf->vma->vm_private_data;
	struct trn4_window *win = to_trn4_window(obj);
	struct trn4_device *tdev = to_trn4(obj->dev);
	vm_fault_t ret = VM_FAULT_SIGBUS;
	int idx;

	if (trn4_hw_enter(tdev, &idx))
		return VM_FAULT_SIGBUS;
	down_read(&win->lock);
	if (trn4_window_look(win) == DRM_TRN4_WINDOW_LIVE)
		ret = trn4_gem_fill(vmf, obj,
				    tdev->aperture_phys + win->node.start);
	up_read(&win->lock);
	trn4_hw_exit(tdev, idx);
	return ret;
}

/* Where it does not go this way, trn4_window_fault() says why. */
static vm_fault_t trn4_window_huge_fault(struct vm_fault *vmf,
					 unsigned int order)
{
	struct drm_gem_object *obj = vmf->vma->vm_private_data;
	struct trn4_window *win = to_trn4_window(obj);
	struct trn4_device *tdev = to_trn4(obj->dev);
	vm_fault_t ret = VM_FAULT_FALLBACK;
	int idx;

	if (trn4_hw_enter(tdev, &idx))
		return VM_FAULT_FALLBACK;
	down_read(&win->lock);
	if (trn4_window_look(win) == DRM_TRN4_WINDOW_LIVE)
		ret = trn4_gem_fill_huge(vmf, order, obj,
					 tdev->aperture_phys + win->node.start);
	up_read(&win->lock);
	trn4_hw_exit(tdev, idx);
	return ret;
}

static const struct vm_operations_struct trn4_window_vm_ops = {
	.fault = trn4_window_fault,
	.huge_fault = trn4_window_huge_fault,
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

static int trn4_window_mmap(struct drm_gem_object *obj,
			    struct vm_area_struct *vma)
{
	struct trn4_window *win = to_trn4_window(obj);

	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (!(win->rights & NVL_RIGHT_WRITE)) {
		if (vma->vm_flags & VM_WRITE)
			return -EACCES;
		/* Nor may mprotect() add it later */
		vm_flags_clear(vma, VM_MAYWRITE);
	}
	vm_flags_set(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot =
		pgprot_writecombine(vm_get_page_prot(vma->vm_flags));
	vma->vm_ops = &trn4_window_vm_ops;
	return 0;
}

static void trn4_window_free(struct drm_gem_object *obj)
{
	struct trn4_window *win = to_trn4_window(obj);
	struct trn4_device *tdev = to_trn4(obj->dev);

	mutex_lock(&trn4_share_lock);
	trn4_window_kill(win, DRM_TRN4_WINDOW_UNMAPPED);
	trn4_aperture_give(&tdev->aperture, win);
	mutex_unlock(&trn4_share_lock);
	kfree(win->own);
	drm_gem_object_release(obj);
	if (win->lent)
		dma_buf_put(win->lent);
	kfree(win);
}

const struct drm_gem_object_funcs trn4_window_funcs = {
	.free = trn4_window_free,
	.export = trn4_gem_export,
	.mmap = trn4_window_mmap,
	.vm_ops = &trn4_window_vm_ops,
};

/* What of the grant @args asks for; 0 or the errno that the uapi names */
static int trn4_window_check(struct trn4_device *tdev,
			     const struct trn4_grant *grant,
			     const struct drm_trn4_window_map *args, u64 *size)
{
	int ret;

	if (grant->tdev == tdev)
		return -ELOOP;
	ret = trn4_grant_part(grant, args, size);
	if (ret)
		return ret;
	ret = nvlf_path_errno(nvlf_path(tdev->ep, grant->tdev->target));
	if (ret)
		return ret;
	if (grant->partition &&
	    !nvlf_together(tdev->ep, grant->tdev->target, grant->partition))
		return -EPERM;
	return 0;
}

/**
 * trn4_window_attach() - hang on the grant, and switch the hardware's window on
 * @tdev: device, entered
 * @win: with slot, range and rights; trn4_window_kill() undoes this
 * @grant: of @win's peer
 * @offset: within the grant
 *
 * Context: trn4_share_lock
 * Return: 0, or what trn4_window_errno() makes of the hardware's answer.
 */
int trn4_window_attach(struct trn4_device *tdev, struct trn4_window *win,
		       struct trn4_grant *grant, u64 offset)
{
	lockdep_assert_held(&trn4_share_lock);

	win->peer_addr = grant->base + offset;
	win->grant = grant;
	list_add_tail(&win->link, &grant->windows);
	return trn4_window_errno(trn4_hw_window_set(tdev, win, offset));
}

static struct trn4_window *trn4_window_alloc(struct trn4_device *tdev,
					     u32 rights)
{
	struct trn4_window *win;

	win = kzalloc(sizeof(*win), GFP_KERNEL_ACCOUNT);
	if (!win)
		return NULL;
	win->rights = rights;
	init_rwsem(&win->lock);
	win->base.funcs = &trn4_window_funcs;
	drm_gem_private_object_init(&tdev->drm, &win->base, 0);
	return win;
}

/* A new window, which trn4_window_free() ends also where this fails */
static int trn4_window_begin(struct trn4_device *tdev, struct trn4_window *win,
			     struct trn4_grant *grant,
			     const struct drm_trn4_window_map *args)
{
	u64 size;
	int idx, ret;

	lockdep_assert_held(&trn4_share_lock);

	ret = trn4_hw_enter(tdev, &idx);
	if (ret)
		return ret;
	ret = grant ? trn4_window_check(tdev, grant, args, &size) : -ENOENT;
	if (ret)
		goto out_exit;
	win->peer = grant->tdev->target;
	win->partition = grant->partition;
	win->base.size = size;
	ret = trn4_gem_offset(&win->base);
	if (!ret)
		ret = trn4_aperture_take(&tdev->aperture, win, size);
	if (!ret)
		ret = trn4_window_attach(tdev, win, grant, args->offset);
	if (!ret)
		trace_trn4_window(tdev->target, win, DRM_TRN4_WINDOW_LIVE);
out_exit:
	trn4_hw_exit(tdev, idx);
	return ret;
}

/**
 * trn4_window_create() - make a peer's grant reachable
 * @tdev: device
 * @args: checked as far as that goes without the grant
 *
 * Return: a live window with one reference, or an ERR_PTR().
 */
struct trn4_window *trn4_window_create(struct trn4_device *tdev,
				       const struct drm_trn4_window_map *args)
{
	struct trn4_window *win;
	int ret;

	win = trn4_window_alloc(tdev, args->rights);
	if (!win)
		return ERR_PTR(-ENOMEM);
	ret = mutex_lock_interruptible(&trn4_share_lock);
	if (!ret) {
		ret = trn4_window_begin(tdev, win, trn4_grant_find(args->token),
					args);
		mutex_unlock(&trn4_share_lock);
	}
	if (ret) {
		drm_gem_object_put(&win->base);
		return ERR_PTR(ret);
	}
	return win;
}

/**
 * trn4_window_import() - make a peer's buffer reachable
 * @tdev: device
 * @dmabuf: of a buffer in HBM of another device
 * @rights: DRM_TRN4_RIGHT_*
 *
 * The window has a grant of its own on all of the buffer, which ends with it,
 * and holds the dma-buf, among whose fences are those of work on the window.
 *
 * Return: a live window with one reference, or an ERR_PTR().
 */
struct trn4_window *trn4_window_import(struct trn4_device *tdev,
				       struct dma_buf *dmabuf, u32 rights)
{
	const struct drm_trn4_window_map args = { .rights = rights };
	struct trn4_window *win;
	int ret;

	win = trn4_window_alloc(tdev, rights);
	if (!win)
		return ERR_PTR(-ENOMEM);
	get_dma_buf(dmabuf);
	win->lent = dmabuf;
	win->base.resv = dmabuf->resv;
	ret = mutex_lock_interruptible(&trn4_share_lock);
	if (ret)
		goto err_put;
	win->own = trn4_grant_make(to_trn4_bo(dmabuf->priv), rights);
	if (IS_ERR(win->own)) {
		ret = PTR_ERR(win->own);
		win->own = NULL;
		goto err_unlock;
	}
	ret = trn4_window_begin(tdev, win, win->own, &args);
	if (ret)
		goto err_grant;
	mutex_unlock(&trn4_share_lock);
	return win;

err_grant:
	trn4_grant_kill(win->own);
err_unlock:
	mutex_unlock(&trn4_share_lock);
err_put:
	drm_gem_object_put(&win->base);
	return ERR_PTR(ret);
}
