// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants: the memory that peers may use, and the tokens by which it is passed
 * from process to process.
 */
#include <linux/hashtable.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "trn4_drv.h"
#include "trn4_trace.h"

/* See "Locking" in trn4_drv.h */
DEFINE_MUTEX(trn4_share_lock);

/* Live grants of all devices by token; 72 devices can have 36864 (share lock) */
static DEFINE_HASHTABLE(trn4_tokens, 12);

/* Tokens are random, so that any part of one is a hash. */
static u64 trn4_token_key(const u8 *token)
{
	return get_unaligned((const u64 *)token);
}

/**
 * trn4_rights_ok() - is it a set of rights that a grant or window can have?
 * @rights: DRM_TRN4_RIGHT_*, from user space
 *
 * Return: true if it is.
 */
bool trn4_rights_ok(u32 rights)
{
	if (rights & ~NVL_RIGHTS_ALL || !(rights & NVL_RIGHT_READ))
		return false;
	return !(rights & NVL_RIGHT_ATOMIC) || rights & NVL_RIGHT_WRITE;
}

/**
 * trn4_grant_find() - the live grant that has a token
 * @token: DRM_TRN4_TOKEN_SIZE bytes, from user space
 *
 * Context: trn4_share_lock, as long as the grant is used
 * Return: the grant or NULL.
 */
struct trn4_grant *trn4_grant_find(const u8 *token)
{
	struct trn4_grant *grant;

	lockdep_assert_held(&trn4_share_lock);

	hash_for_each_possible(trn4_tokens, grant, hash, trn4_token_key(token))
		if (!memcmp(grant->token, token, sizeof(grant->token)))
			return grant;
	return NULL;
}

/**
 * trn4_grant_part() - the part of a grant that a window is to show
 * @grant: grant
 * @args: offset, size (0: up to the grant's end) and rights that are asked for
 * @size: out, bytes
 *
 * Return: 0, -EACCES (a right that was not granted), -ERANGE (not within it).
 */
int trn4_grant_part(const struct trn4_grant *grant,
		    const struct drm_trn4_window_map *args, u64 *size)
{
	u64 rest;

	if (args->rights & ~grant->rights)
		return -EACCES;
	if (args->offset >= grant->size)
		return -ERANGE;
	rest = grant->size - args->offset;
	if (args->size > rest)
		return -ERANGE;
	*size = args->size ?: rest;
	return 0;
}

/**
 * trn4_grant_kill() - end a grant
 * @grant: grant; where it has ended already, nothing is done
 *
 * No window reaches the memory when this returns. Processes lose their mappings
 * first, then the windows, then the grant itself, so that none of them sees
 * all-ones in between.
 *
 * Context: trn4_share_lock
 */
void trn4_grant_kill(struct trn4_grant *grant)
{
	struct trn4_device *tdev = grant->tdev;
	struct trn4_window *win, *next;
	int idx;

	lockdep_assert_held(&trn4_share_lock);

	if (!grant->live)
		return;
	grant->live = false;
	hash_del(&grant->hash);
	list_del(&grant->link);
	list_for_each_entry_safe(win, next, &grant->windows, link)
		trn4_window_kill(win, DRM_TRN4_WINDOW_REVOKED);

	/*
	 * Where the device cannot be touched it is being reset or unbound,
	 * which ends its grants before HBM is handed out again.
	 */
	if (!trn4_hw_enter(tdev, &idx)) {
		trn4_hw_grant_clear(tdev, grant->slot);
		trn4_hw_exit(tdev, idx);
	}
	trace_trn4_grant(grant);
	__clear_bit(grant->slot, tdev->grant_slots);
	drm_gem_object_put(&grant->bo->base);
	grant->bo = NULL;
	grant->tdev = NULL;
}

/* Take a slot and put the grant into the hardware's table */
static int trn4_grant_install(struct trn4_device *tdev,
			      struct trn4_grant *grant)
{
	int idx, ret;

	grant->slot = find_first_zero_bit(tdev->grant_slots, tdev->grant_count);
	if (grant->slot >= tdev->grant_count)
		return -ENOSPC;

	ret = trn4_hw_enter(tdev, &idx);
	if (ret)
		return ret;
	ret = trn4_hw_grant_set(tdev, grant);
	if (!ret) {
		/* Within, so that reset and unbind find it */
		__set_bit(grant->slot, tdev->grant_slots);
		drm_gem_object_get(&grant->bo->base);
		list_add_tail(&grant->link, &tdev->grants);
		hash_add(trn4_tokens, &grant->hash,
			 trn4_token_key(grant->token));
		grant->live = true;
	}
	trn4_hw_exit(tdev, idx);
	return ret;
}

static struct trn4_grant *trn4_grant_alloc(struct trn4_bo *bo, u64 offset,
					   u64 size, u32 rights)
{
	struct trn4_grant *grant;

	grant = kzalloc(sizeof(*grant), GFP_KERNEL_ACCOUNT);
	if (!grant)
		return NULL;
	grant->tdev = to_trn4(bo->base.dev);
	grant->bo = bo;
	grant->base = bo->start + offset;
	grant->size = size;
	grant->rights = rights;
	INIT_LIST_HEAD(&grant->windows);
	get_random_bytes(grant->token, sizeof(grant->token));
	return grant;
}

/**
 * trn4_grant_make() - let one window use all of a buffer
 * @bo: buffer in HBM; the caller has a reference
 * @rights: DRM_TRN4_RIGHT_*
 *
 * For one that imports its dma-buf. No file owns it, and nobody is told its
 * token.
 *
 * Context: trn4_share_lock
 * Return: the grant, for trn4_grant_kill() and kfree(); or an ERR_PTR():
 * -EKEYREVOKED where the dma-buf was taken back.
 */
struct trn4_grant *trn4_grant_make(struct trn4_bo *bo, u32 rights)
{
	struct trn4_grant *grant;
	int ret;

	lockdep_assert_held(&trn4_share_lock);

	if (bo->revoked)
		return ERR_PTR(-EKEYREVOKED);
	grant = trn4_grant_alloc(bo, 0, bo->base.size, rights);
	if (!grant)
		return ERR_PTR(-ENOMEM);
	grant->imported = true;
	ret = trn4_grant_install(grant->tdev, grant);
	if (ret) {
		kfree(grant);
		/* Who asks is another device, to which that one is away */
		return ERR_PTR(ret == -ENODEV ? -ENOLINK : ret);
	}
	trace_trn4_grant(grant);
	return grant;
}

/**
 * trn4_grant_create() - let peers use part of a buffer
 * @file: who owns the grant
 * @bo: buffer in HBM; the caller has a reference
 * @args: offset, size, rights and partition, checked; handle and token are set
 *
 * Return: 0 or a negative errno.
 */
int trn4_grant_create(struct trn4_file *file, struct trn4_bo *bo,
		      struct drm_trn4_grant_create *args)
{
	struct trn4_device *tdev = file->tdev;
	struct trn4_grant *grant;
	u32 handle;
	int ret;

	grant = trn4_grant_alloc(bo, args->offset, args->size, args->rights);
	if (!grant)
		return -ENOMEM;
	grant->partition = args->partition;
	ret = mutex_lock_interruptible(&trn4_share_lock);
	if (ret)
		goto err_free;
	ret = xa_alloc(&file->grants, &handle, grant, xa_limit_31b,
		       GFP_KERNEL_ACCOUNT);
	if (ret)
		goto err_unlock;
	ret = trn4_grant_install(tdev, grant);
	if (ret)
		goto err_erase;
	args->handle = handle;
	memcpy(args->token, grant->token, sizeof(args->token));
	trace_trn4_grant(grant);
	mutex_unlock(&trn4_share_lock);
	return 0;

err_erase:
	xa_erase(&file->grants, handle);
err_unlock:
	mutex_unlock(&trn4_share_lock);
err_free:
	kfree(grant);
	return ret;
}

/**
 * trn4_grant_revoke() - take a grant back
 * @file: who owns it
 * @handle: names it there
 *
 * No window reaches the memory when this returns.
 *
 * Return: 0, -ENOENT, -EINTR.
 */
int trn4_grant_revoke(struct trn4_file *file, u32 handle)
{
	struct trn4_grant *grant;
	int ret;

	ret = mutex_lock_interruptible(&trn4_share_lock);
	if (ret)
		return ret;
	grant = xa_erase(&file->grants, handle);
	if (grant)
		trn4_grant_kill(grant);
	mutex_unlock(&trn4_share_lock);
	kfree(grant);
	return grant ? 0 : -ENOENT;
}

/**
 * trn4_grant_revoke_file() - take back all grants of a file that closes
 * @file: file
 */
void trn4_grant_revoke_file(struct trn4_file *file)
{
	struct trn4_grant *grant;
	unsigned long handle;

	mutex_lock(&trn4_share_lock);
	xa_for_each(&file->grants, handle, grant) {
		trn4_grant_kill(grant);
		kfree(grant);
	}
	mutex_unlock(&trn4_share_lock);
	xa_destroy(&file->grants);
}

/**
 * trn4_grant_kill_imports() - end all grants that were made for imports of a
 *	buffer
 * @bo: buffer in HBM, of which no more are made
 *
 * Context: trn4_share_lock
 */
void trn4_grant_kill_imports(struct trn4_bo *bo)
{
	struct trn4_device *tdev = to_trn4(bo->base.dev);
	struct trn4_grant *grant, *next;

	lockdep_assert_held(&trn4_share_lock);

	list_for_each_entry_safe(grant, next, &tdev->grants, link)
		if (grant->bo == bo && grant->imported)
			trn4_grant_kill(grant);
}

/**
 * trn4_grant_kill_all() - end all grants of a device, before reset and unbind
 * @tdev: device that can no longer be entered
 *
 * Their handles stay with the files, which give them up in their own time.
 *
 * Context: trn4_share_lock
 */
void trn4_grant_kill_all(struct trn4_device *tdev)
{
	struct trn4_grant *grant, *next;

	lockdep_assert_held(&trn4_share_lock);

	list_for_each_entry_safe(grant, next, &tdev->grants, link)
		trn4_grant_kill(grant);
}
