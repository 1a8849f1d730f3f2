// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has which slot of the window table and which range of the aperture.
 * Bookkeeping alone: nothing here touches the device.
 */
#include "trn4_drv.h"

/**
 * trn4_aperture_init() - nobody has anything
 * @aperture: zeroed
 * @count: slots that there are, up to TRN4_WINDOWS
 * @size: bytes of the aperture
 * @ro: where its read-only half begins, below @size
 */
void trn4_aperture_init(struct trn4_aperture *aperture, u32 count, u64 size,
			u64 ro)
{
	mutex_init(&aperture->lock);
	aperture->count = count;
	hash_init(aperture->peers);
	drm_mm_init(&aperture->rw, 0, ro);
	drm_mm_init(&aperture->ro, ro, size - ro);
}

/**
 * trn4_aperture_fini() - undo trn4_aperture_init()
 * @aperture: of which all was given back
 */
void trn4_aperture_fini(struct trn4_aperture *aperture)
{
	drm_mm_takedown(&aperture->ro);
	drm_mm_takedown(&aperture->rw);
	mutex_destroy(&aperture->lock);
}

/**
 * trn4_aperture_take() - a slot and a range for a window
 * @aperture: aperture
 * @win: with its peer, and its rights, which tell the half; its slot and node
 *	are set
 * @size: bytes, a multiple of NVL_PAGE_SIZE
 *
 * Context: trn4_share_lock
 * Return: 0, or -ENOSPC, and then nothing is taken.
 */
int trn4_aperture_take(struct trn4_aperture *aperture, struct trn4_window *win,
		       u64 size)
{
	struct drm_mm *half = win->rights & NVL_RIGHT_WRITE ? &aperture->rw :
							      &aperture->ro;
	u32 slot;
	int ret;

	lockdep_assert_held(&trn4_share_lock);

	mutex_lock(&aperture->lock);
	slot = find_first_zero_bit(aperture->slots, aperture->count);
	ret = -ENOSPC;
	if (slot >= aperture->count)
		goto out_unlock;
	ret = drm_mm_insert_node_generic(half, &win->node, size, NVL_PAGE_SIZE,
					 0, DRM_MM_INSERT_BEST);
	if (ret)
		goto out_unlock;
	win->slot = slot;
	aperture->windows[slot] = win;
	__set_bit(slot, aperture->slots);
	hash_add(aperture->peers, &win->hash, win->peer);
out_unlock:
	mutex_unlock(&aperture->lock);
	return ret;
}

/**
 * trn4_aperture_give() - undo trn4_aperture_take()
 * @aperture: aperture
 * @win: window; where it has nothing, nothing is done
 *
 * Context: trn4_share_lock
 */
void trn4_aperture_give(struct trn4_aperture *aperture, struct trn4_window *win)
{
	lockdep_assert_held(&trn4_share_lock);

	if (!drm_mm_node_allocated(&win->node))
		return;
	mutex_lock(&aperture->lock);
	drm_mm_remove_node(&win->node);
	aperture->windows[win->slot] = NULL;
	__clear_bit(win->slot, aperture->slots);
	hash_del(&win->hash);
	mutex_unlock(&aperture->lock);
}
