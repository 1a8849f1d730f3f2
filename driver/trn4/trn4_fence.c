// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hardware's fences, and what must live as long as someone holds one.
 *
 * A fence that has signalled can be held for ever: by another driver, by a
 * sync_file. Both this fence and the scheduler's, whose parent it is, then
 * still call into code and read names. So each fence holds the module and the
 * scheduler's memory, but nothing of the device.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "trn4_drv.h"

/**
 * struct trn4_fence - a job on the hardware queue
 * @base: fence
 * @lock: for @base
 * @sched: whose memory it holds
 */
struct trn4_fence {
	struct dma_fence base;
	spinlock_t lock; /* of @base */
	struct trn4_sched *sched;
};

/* Guards trn4_scheds; the last reference can go in an RCU callback */
static DEFINE_SPINLOCK(trn4_scheds_lock);
static LIST_HEAD(trn4_scheds);

static void trn4_sched_free(struct kref *ref)
{
	struct trn4_sched *sched = container_of(ref, struct trn4_sched, ref);
	unsigned long flags;

	spin_lock_irqsave(&trn4_scheds_lock, flags);
	list_del(&sched->link);
	spin_unlock_irqrestore(&trn4_scheds_lock, flags);
	kfree(sched);
}

/**
 * trn4_sched_alloc() - memory for a scheduler, with one reference
 *
 * Return: it or NULL.
 */
struct trn4_sched *trn4_sched_alloc(void)
{
	struct trn4_sched *sched = kzalloc(sizeof(*sched), GFP_KERNEL);

	if (!sched)
		return NULL;
	kref_init(&sched->ref);
	spin_lock_irq(&trn4_scheds_lock);
	list_add_tail(&sched->link, &trn4_scheds);
	spin_unlock_irq(&trn4_scheds_lock);
	return sched;
}

/**
 * trn4_sched_put() - give a reference back
 * @sched: scheduler, ended before its device gives its own back
 *
 * Context: any
 */
void trn4_sched_put(struct trn4_sched *sched)
{
	kref_put(&sched->ref, trn4_sched_free);
}

/**
 * trn4_fence_is_job() - is it the fence of a job of an accelerator?
 * @fence: of anybody; its scheduler, where it has one, need not be there any
 *	more if it has signalled, and is not looked at
 *
 * Return: true where it is.
 */
bool trn4_fence_is_job(struct dma_fence *fence)
{
	const struct drm_sched_fence *job = to_drm_sched_fence(fence);
	const struct trn4_sched *sched;
	unsigned long flags;
	bool ours = false;

	if (!job)
		return false;
	spin_lock_irqsave(&trn4_scheds_lock, flags);
	list_for_each_entry(sched, &trn4_scheds, link)
		ours |= job->sched == &sched->base;
	spin_unlock_irqrestore(&trn4_scheds_lock, flags);
	return ours;
}

static void trn4_fence_free(struct trn4_fence *fence)
{
	trn4_sched_put(fence->sched);
	kfree(fence);
	module_put(THIS_MODULE);
}

/* Module exit waits for these. */
static void trn4_fence_free_rcu(struct rcu_head *rcu)
{
	trn4_fence_free(container_of(rcu, struct trn4_fence, base.rcu));
}

static void trn4_fence_release(struct dma_fence *fence)
{
	call_rcu(&fence->rcu, trn4_fence_free_rcu);
}

static const char *trn4_fence_driver_name(struct dma_fence *fence)
{
	return TRN4_NAME;
}

static const char *trn4_fence_timeline_name(struct dma_fence *fence)
{
	return TRN4_NAME "-queue";
}

static const struct dma_fence_ops trn4_fence_ops = {
	.get_driver_name = trn4_fence_driver_name,
	.get_timeline_name = trn4_fence_timeline_name,
	.release = trn4_fence_release,
};

/**
 * trn4_fence_alloc() - memory for a fence, before the job is armed
 * @sched: whose jobs it is for
 *
 * Context: from an ioctl, so that the module is there to be held
 * Return: a fence for trn4_fence_init() or trn4_fence_drop(), or NULL.
 */
struct dma_fence *trn4_fence_alloc(struct trn4_sched *sched)
{
	struct trn4_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL_ACCOUNT);

	if (!fence)
		return NULL;
	__module_get(THIS_MODULE);
	kref_get(&sched->ref);
	fence->sched = sched;
	spin_lock_init(&fence->lock);
	return &fence->base;
}

/**
 * trn4_fence_init() - make it a fence, with one reference
 * @fence: from trn4_fence_alloc()
 * @context: of the file
 * @seqno: in the order in which its jobs end
 */
void trn4_fence_init(struct dma_fence *fence, u64 context, u64 seqno)
{
	struct trn4_fence *f = container_of(fence, struct trn4_fence, base);

	dma_fence_init(fence, &trn4_fence_ops, &f->lock, context, seqno);
}

/**
 * trn4_fence_drop() - give up a fence, whether it was initialised or not
 * @fence: fence or NULL
 */
void trn4_fence_drop(struct dma_fence *fence)
{
	if (!fence)
		return;
	if (fence->ops)
		dma_fence_put(fence);
	else
		trn4_fence_free(container_of(fence, struct trn4_fence, base));
}
