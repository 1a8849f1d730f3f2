// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's hardware queue: jobs become descriptors as the ring has room,
 * completions become results and fences.
 *
 * A command can need any number of descriptors: host memory is scattered, and
 * a large copy is cut so that progress shows. They are made while the command
 * runs, so that neither memory nor the ring limits what a job may ask for.
 *
 * Files have turns, of a descriptor each: whatever one has asked for, another
 * waits for what is in the ring by then, and for one descriptor of each.
 */
#include <linux/dma-mapping.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include <drm/drm_print.h>

#include "trn4_drv.h"

#define TRN4_RING_ENTRIES BIT(TRN4_QUEUE_ORDER)
#define TRN4_RING_MASK    (TRN4_RING_ENTRIES - 1)
#define TRN4_SQ_BYTES     (TRN4_RING_ENTRIES * sizeof(struct trn4_desc))
#define TRN4_CQ_BYTES     (TRN4_RING_ENTRIES * sizeof(struct trn4_cqe))

/* What the ring holds is worth no more work than this, give or take a piece */
#define TRN4_RING_WORK (96 * SZ_1M)

static_assert(sizeof(struct trn4_desc) == 64);
static_assert(sizeof(struct trn4_cqe) == 32);
/* The most that a queue can have is less than a descriptor's id can tell. */
static_assert((int)TRN4_QUEUE_ORDER <= TRN4_QUEUE_SIZE_MAX);

/* The kernel's is queue 0 */
static void __iomem *trn4_queue_regs(struct trn4_device *tdev)
{
	return tdev->regs + TRN4_QUEUE_BASE;
}

static void __iomem *trn4_queue_doorbell(struct trn4_device *tdev)
{
	return tdev->regs + TRN4_DOORBELL_BASE;
}

/**
 * trn4_queue_init() - get memory for the rings
 * @tdev: device
 *
 * Return: 0 or -ENOMEM.
 */
int trn4_queue_init(struct trn4_device *tdev)
{
	struct trn4_queue *q = &tdev->queue;
	struct device *dev = &tdev->pdev->dev;

	q->sq = dma_alloc_coherent(dev, TRN4_SQ_BYTES, &q->sq_dma, GFP_KERNEL);
	if (!q->sq)
		return -ENOMEM;
	q->cq = dma_alloc_coherent(dev, TRN4_CQ_BYTES, &q->cq_dma, GFP_KERNEL);
	if (!q->cq)
		goto err_sq;
	q->entries = kvcalloc(TRN4_RING_ENTRIES, sizeof(*q->entries),
			      GFP_KERNEL);
	if (!q->entries)
		goto err_cq;
	return 0;

err_cq:
	dma_free_coherent(dev, TRN4_CQ_BYTES, q->cq, q->cq_dma);
err_sq:
	dma_free_coherent(dev, TRN4_SQ_BYTES, q->sq, q->sq_dma);
	return -ENOMEM;
}

/**
 * trn4_queue_fini() - free the rings
 * @tdev: device, whose queue is stopped
 */
void trn4_queue_fini(struct trn4_device *tdev)
{
	struct trn4_queue *q = &tdev->queue;
	struct device *dev = &tdev->pdev->dev;

	kvfree(q->entries);
	dma_free_coherent(dev, TRN4_CQ_BYTES, q->cq, q->cq_dma);
	dma_free_coherent(dev, TRN4_SQ_BYTES, q->sq, q->sq_dma);
}

static int trn4_queue_start_locked(struct trn4_device *tdev)
{
	struct trn4_queue *q = &tdev->queue;
	void __iomem *regs = trn4_queue_regs(tdev);

	lockdep_assert_held(&q->lock);

	/* Records of an earlier life must not look like new ones. */
	memset(q->cq, 0, TRN4_CQ_BYTES);
	q->tail = 0;
	q->head = 0;
	q->seen = 0;
	q->work = 0;
	q->fault = false;

	writeq(q->sq_dma, regs + TRN4_QUEUE_SQ_BASE);
	writeq(q->cq_dma, regs + TRN4_QUEUE_CQ_BASE);
	writel(TRN4_QUEUE_ORDER, regs + TRN4_QUEUE_SIZE);
	writel(tdev->vectors - 1, regs + TRN4_QUEUE_VECTOR);
	writel(TRN4_QUEUE_ENABLE | TRN4_QUEUE_IRQ, regs + TRN4_QUEUE_CTRL);
	if (readl(regs + TRN4_QUEUE_STATUS) != TRN4_QUEUE_RUNNING)
		return -EIO;
	q->up = true;
	return 0;
}

/**
 * trn4_queue_start() - let the queue run
 * @tdev: device; its queue is as reset left it
 *
 * Return: 0, or -EIO where the device does not.
 */
int trn4_queue_start(struct trn4_device *tdev)
{
	int ret;

	mutex_lock(&tdev->queue.lock);
	ret = trn4_queue_start_locked(tdev);
	mutex_unlock(&tdev->queue.lock);
	return ret;
}

/* Nothing of the queue touches memory when this returns. */
static void trn4_queue_disable(struct trn4_device *tdev)
{
	void __iomem *regs = trn4_queue_regs(tdev);

	writel(0, regs + TRN4_QUEUE_CTRL);
	/* Until the write is there; one that does not hear it loses the bus. */
	if (!trn4_hw_answers(tdev))
		pci_clear_master(tdev->pdev);
}

/*
 * The queue lets go of a job, which ends: with @error where it did not come to
 * its end. It may be freed when this returns, and so may a file that closes.
 */
static void trn4_queue_end(struct trn4_job *job, int error, bool hbm)
{
	struct trn4_file *file = job->file;

	list_del_init(&job->link);
	if (list_empty(&file->work))
		list_del_init(&file->link);
	if (job->begun && job->results_bo)
		job->results_bo->results_due--;
	if (job->ended == job->count)
		trn4_job_finish(job, hbm);
	else
		trn4_job_abort(job, error, hbm);
	if (atomic_dec_and_test(&file->queued))
		wake_up_var(&file->queued);
}

static void trn4_queue_abort_file(struct trn4_file *file,
				  const struct trn4_job *culprit, int error,
				  bool hbm)
{
	struct trn4_job *job, *next;

	/* The end of its last job may be the end of the file. */
	kref_get(&file->ref);
	file->feed = NULL;
	list_del_init(&file->turn);
	list_for_each_entry_safe(job, next, &file->work, link)
		trn4_queue_end(job, job == culprit ? -ETIMEDOUT : error, hbm);
	trn4_file_put(file);
}

static void trn4_queue_abort(struct trn4_device *tdev,
			     const struct trn4_job *culprit, int error,
			     bool hbm)
{
	struct trn4_queue *q = &tdev->queue;
	struct trn4_file *file, *next;

	lockdep_assert_held(&q->lock);

	list_for_each_entry_safe(file, next, &q->files, link)
		trn4_queue_abort_file(file, culprit, error, hbm);
}

/**
 * trn4_queue_stop() - stop the queue; all of its jobs fail
 * @tdev: device
 * @error: of their fences
 * @mmio: false where the device must not be touched
 */
void trn4_queue_stop(struct trn4_device *tdev, int error, bool mmio)
{
	struct trn4_queue *q = &tdev->queue;
	bool cookie;

	cookie = dma_fence_begin_signalling();
	mutex_lock(&q->lock);
	if (q->up && mmio)
		trn4_queue_disable(tdev);
	q->up = false;
	trn4_queue_abort(tdev, NULL, error, mmio);
	mutex_unlock(&q->lock);
	dma_fence_end_signalling(cookie);
}

/* ---- From commands to descriptors ------------------------------------------ */

/* The next descriptor of a job into the next place of the ring */
static void trn4_queue_emit(struct trn4_queue *q, struct trn4_job *job)
{
	struct trn4_cmd *cmd = &job->cmds[job->fed];
	u32 place = q->tail & TRN4_RING_MASK;
	struct trn4_desc desc = { .id = cpu_to_le16(place) };
	u64 work = trn4_cmd_feed(cmd, &desc);

	q->entries[place].job = job;
	q->entries[place].work = work;
	q->entries[place].cmd = job->fed;
	q->entries[place].last = cmd->fed == cmd->total;
	if (q->entries[place].last)
		job->fed++;
	job->pending++;
	q->work += work;
	q->sq[place] = desc;
	q->tail++;
}

/* The job that @file feeds gets no more descriptors: the next one's turn */
static void trn4_queue_fed(struct trn4_file *file)
{
	struct trn4_job *job = file->feed;

	list_for_each_entry_continue(job, &file->work, link) {
		if (!job->cut) {
			file->feed = job;
			return;
		}
	}
	file->feed = NULL;
	list_del_init(&file->turn);
}

/* Does @obj take results of a job in the ring? */
static bool trn4_results_due(struct drm_gem_object *obj)
{
	return obj && (trn4_is_hbm(obj) || trn4_is_host(obj)) &&
	       to_trn4_bo(obj)->results_due;
}

/*
 * Results are written by the CPU when a job ends, and the ring does not wait
 * for that. So a job that reads or writes a buffer that takes the results of
 * one that has begun does not begin until they are there.
 */
static bool trn4_queue_may_begin(const struct trn4_job *job)
{
	u32 i;

	for (i = 0; i < job->count; i++)
		if (trn4_results_due(job->cmds[i].src.obj) ||
		    trn4_results_due(job->cmds[i].dst.obj))
			return false;
	return true;
}

static void trn4_queue_begin(struct trn4_job *job)
{
	job->begun = true;
	if (job->results_bo)
		job->results_bo->results_due++;
}

/* Whose turn it is, or NULL where nobody has a descriptor for the ring now */
static struct trn4_file *trn4_queue_turn(struct trn4_queue *q)
{
	struct trn4_file *file;

	list_for_each_entry(file, &q->turns, turn)
		if (file->feed->begun || trn4_queue_may_begin(file->feed))
			return file;
	return NULL;
}

/* Fill the ring. One place stays free: a full ring would look empty. */
static void trn4_queue_feed(struct trn4_device *tdev)
{
	struct trn4_queue *q = &tdev->queue;
	struct trn4_file *file;
	u32 tail = q->tail;

	lockdep_assert_held(&q->lock);

	if (q->head == q->tail)
		q->busy_until = ktime_get_ns();
	while (q->tail - q->head < TRN4_RING_MASK && q->work < TRN4_RING_WORK) {
		file = trn4_queue_turn(q);
		if (!file)
			break;
		list_move_tail(&file->turn, &q->turns);
		if (!file->feed->begun)
			trn4_queue_begin(file->feed);
		trn4_queue_emit(q, file->feed);
		if (file->feed->fed == file->feed->count)
			trn4_queue_fed(file);
	}
	if (q->tail != tail)
		writel(q->tail & TRN4_RING_MASK,
		       trn4_queue_doorbell(tdev) + TRN4_DOORBELL_SQ_TAIL);
}

static void trn4_queue_add(struct trn4_queue *q, struct trn4_job *job)
{
	struct trn4_file *file = job->file;

	if (list_empty(&file->work))
		list_add_tail(&file->link, &q->files);
	list_add_tail(&job->link, &file->work);
	if (!file->feed) {
		file->feed = job;
		list_add_tail(&file->turn, &q->turns);
	}
	atomic_inc(&file->queued);
}

/**
 * trn4_queue_run() - hand a job to the hardware
 * @tdev: device
 * @job: job, whose fence is initialised here in any case
 *
 * The job stays with the queue until its fence signals.
 *
 * Context: signals fences: does not allocate
 * Return: 0, -ENODEV (unplugged), -ECANCELED (in reset).
 */
int trn4_queue_run(struct trn4_device *tdev, struct trn4_job *job)
{
	struct trn4_queue *q = &tdev->queue;
	int ret = 0;
	bool plugged;
	int idx;

	plugged = drm_dev_enter(&tdev->drm, &idx);
	mutex_lock(&q->lock);
	trn4_fence_init(job->fence, job->file->context, ++job->file->seqno);
	if (!q->up) {
		ret = plugged ? -ECANCELED : -ENODEV;
	} else {
		trn4_queue_add(q, job);
		/* Or unbind fails it, in its turn after those before it */
		if (plugged)
			trn4_queue_feed(tdev);
	}
	mutex_unlock(&q->lock);
	if (plugged)
		drm_dev_exit(idx);
	return ret;
}

/* ---- From completions to results --------------------------------------------- */

/* clang-format off */
static const int trn4_status_errno[] = {
	[TRN4_STATUS_OK]	 = 0,
	[TRN4_STATUS_BAD_OPCODE] = -EIO,
	[TRN4_STATUS_BAD_FIELD]	 = -EIO,
	[TRN4_STATUS_BAD_ALIGN]	 = -EIO,
	[TRN4_STATUS_BAD_RANGE]	 = -EIO,
	[TRN4_STATUS_NO_WINDOW]	 = -EKEYREVOKED,
	[TRN4_STATUS_NO_RIGHT]	 = -EACCES,
	[TRN4_STATUS_BUS]	 = -EIO,
	[TRN4_STATUS_REVOKED]	 = -EKEYREVOKED,
};

/* clang-format on */

/* A piece of a command has completed; the command's result is that of all. */
static void trn4_queue_result(const struct trn4_entry *entry,
			      const struct trn4_cqe *cqe)
{
	struct trn4_job *job = entry->job;
	struct drm_trn4_result *r = &job->results[entry->cmd];
	u16 status = le16_to_cpu(cqe->status);

	if (!r->end)
		r->start = le64_to_cpu(cqe->start);
	r->end = le64_to_cpu(cqe->end);
	r->value += le64_to_cpu(cqe->value);
	if (!r->error)
		r->error = status < ARRAY_SIZE(trn4_status_errno) ?
				   trn4_status_errno[status] :
				   -EIO;
	if (!entry->last)
		return;
	job->ended++;
	if (!job->error)
		job->error = r->error;
}

/* Nothing of it is in the ring any more, and nothing follows. */
static bool trn4_queue_done(const struct trn4_job *job)
{
	return !job->pending && (job->fed == job->count || job->cut);
}

/*
 * End the jobs of a file that are done, up to the first that is not: its fences
 * are of one context, and signal in order. A job that was cut short before it
 * began is done long before those that have descriptors in the ring.
 */
static void trn4_queue_retire(struct trn4_file *file)
{
	struct trn4_job *job, *next;

	lockdep_assert_held(&file->tdev->queue.lock);

	/* The end of its last job may be the end of the file. */
	kref_get(&file->ref);
	list_for_each_entry_safe(job, next, &file->work, link) {
		if (!trn4_queue_done(job))
			break;
		trn4_queue_end(job, -ECANCELED, true);
	}
	trn4_file_put(file);
}

/*
 * The engine takes one descriptor after the other, and many are in the ring at a
 * time: one had it since the one before ended. So times of all files add up to
 * no more than the time that went by.
 */
static void trn4_queue_account(struct trn4_queue *q, struct trn4_file *file)
{
	u64 now = ktime_get_ns();

	file->busy_ns += now - q->busy_until;
	q->busy_until = now;
}

/* Take completions off the ring; returns whether there were any. */
static bool trn4_queue_reap(struct trn4_device *tdev)
{
	struct trn4_queue *q = &tdev->queue;
	const struct trn4_entry *entry;
	const struct trn4_cqe *cqe;
	u32 place, head = q->head;
	u16 phase;

	lockdep_assert_held(&q->lock);

	while (!q->fault) {
		place = q->head & TRN4_RING_MASK;
		cqe = &q->cq[place];
		phase = q->head & TRN4_RING_ENTRIES ? 0 : 1;
		if ((le16_to_cpu(READ_ONCE(cqe->phase)) & 1) != phase)
			break;
		dma_rmb(); /* the rest of the record, after its phase */

		if (q->head == q->tail || le16_to_cpu(cqe->id) != place) {
			drm_err(&tdev->drm,
				"completion of %u where %u is due\n",
				le16_to_cpu(cqe->id), place);
			q->fault = true;
			drm_sched_fault(&tdev->sched->base);
			break;
		}
		q->head++;

		entry = &q->entries[place];
		q->work -= entry->work;
		entry->job->pending--;
		trn4_queue_account(q, entry->job->file);
		trn4_queue_result(entry, cqe);
		if (trn4_queue_done(entry->job))
			trn4_queue_retire(entry->job->file);
	}
	if (q->head == head)
		return false;
	writel(q->head & TRN4_RING_MASK,
	       trn4_queue_doorbell(tdev) + TRN4_DOORBELL_CQ_HEAD);
	return true;
}

/**
 * trn4_queue_irq() - there may be completions
 * @tdev: device
 *
 * Context: signals fences: does not allocate
 */
void trn4_queue_irq(struct trn4_device *tdev)
{
	struct trn4_queue *q = &tdev->queue;
	bool cookie;
	int idx;

	if (!drm_dev_enter(&tdev->drm, &idx))
		return;
	cookie = dma_fence_begin_signalling();
	mutex_lock(&q->lock);
	if (q->up && trn4_queue_reap(tdev))
		trn4_queue_feed(tdev);
	mutex_unlock(&q->lock);
	dma_fence_end_signalling(cookie);
	drm_dev_exit(idx);
}

/**
 * trn4_queue_cut() - let the jobs of a file end early
 * @tdev: device
 * @file: file, whose jobs the scheduler has all handed over or dropped
 *
 * What is in the ring completes, and nothing follows.
 */
void trn4_queue_cut(struct trn4_device *tdev, struct trn4_file *file)
{
	struct trn4_queue *q = &tdev->queue;
	struct trn4_job *job;
	bool cookie;
	int idx;

	/* Unbind fails all jobs by itself. */
	if (!drm_dev_enter(&tdev->drm, &idx))
		return;
	cookie = dma_fence_begin_signalling();
	mutex_lock(&q->lock);
	file->feed = NULL;
	list_del_init(&file->turn);
	list_for_each_entry(job, &file->work, link)
		job->cut = job->fed < job->count;
	trn4_queue_retire(file);
	if (q->up)
		trn4_queue_feed(tdev);
	mutex_unlock(&q->lock);
	dma_fence_end_signalling(cookie);
	drm_dev_exit(idx);
}

/* ---- When nothing completes ---------------------------------------------------- */

/*
 * Neither has anything completed since this was last asked, nor has the engine
 * done anything for other queues: it has turns for all, and a fence waits for
 * what these had begun.
 */
static bool trn4_queue_still(struct trn4_device *tdev)
{
	struct trn4_queue *q = &tdev->queue;
	u64 steps = readq(tdev->regs + TRN4_REG_STEPS);
	bool still = q->head == q->seen && steps == q->steps;

	q->seen = q->head;
	q->steps = steps;
	return still;
}

/**
 * trn4_queue_stuck() - has nothing gone on since this was last asked?
 * @tdev: device, not unplugged
 *
 * Return: true where a reset is the only way on.
 */
bool trn4_queue_stuck(struct trn4_device *tdev)
{
	struct trn4_queue *q = &tdev->queue;
	bool stuck = false;
	bool cookie;

	cookie = dma_fence_begin_signalling();
	mutex_lock(&q->lock);
	if (q->up) {
		if (trn4_queue_reap(tdev))
			trn4_queue_feed(tdev);
		stuck = trn4_queue_still(tdev) || q->fault ||
			readl(trn4_queue_regs(tdev) + TRN4_QUEUE_STATUS) !=
				TRN4_QUEUE_RUNNING;
	}
	mutex_unlock(&q->lock);
	dma_fence_end_signalling(cookie);
	return stuck;
}

/**
 * trn4_queue_is_up() - does it take jobs?
 * @tdev: device
 *
 * Return: false where all fail.
 */
bool trn4_queue_is_up(struct trn4_device *tdev)
{
	struct trn4_queue *q = &tdev->queue;
	bool up;

	mutex_lock(&q->lock);
	up = q->up;
	mutex_unlock(&q->lock);
	return up;
}

/**
 * trn4_queue_faulted() - did the hardware stop it?
 * @tdev: device, entered
 *
 * Return: true where only a reset of the queue helps.
 */
bool trn4_queue_faulted(struct trn4_device *tdev)
{
	return readl(trn4_queue_regs(tdev) + TRN4_QUEUE_STATUS) ==
	       TRN4_QUEUE_FAULT;
}

/**
 * trn4_queue_recover() - reset the queue; all of its jobs fail
 * @tdev: device, not unplugged
 *
 * The one whose descriptor is the oldest in the ring gets -ETIMEDOUT, all others
 * -ECANCELED.
 *
 * Return: 0, or -EIO where the queue does not start again.
 */
int trn4_queue_recover(struct trn4_device *tdev)
{
	struct trn4_queue *q = &tdev->queue;
	const struct trn4_job *culprit = NULL;
	bool cookie;
	int ret = 0;

	cookie = dma_fence_begin_signalling();
	mutex_lock(&q->lock);
	if (q->up) {
		trn4_queue_disable(tdev);
		q->up = false;
		if (q->head != q->tail)
			culprit = q->entries[q->head & TRN4_RING_MASK].job;
		trn4_queue_abort(tdev, culprit, -ECANCELED, true);
		ret = trn4_queue_start_locked(tdev);
	}
	mutex_unlock(&q->lock);
	dma_fence_end_signalling(cookie);
	return ret;
}
