// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers: who may touch them, what the device is, the grant and window
 * tables, interrupts. The queue's registers have a file of their own.
 */
#include <linux/bitmap.h>
#include <linux/interrupt.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/sizes.h>

#include <drm/drm_print.h>

#include "trn4_drv.h"

static_assert(DRM_TRN4_RIGHT_READ == NVL_RIGHT_READ);
static_assert(DRM_TRN4_RIGHT_WRITE == NVL_RIGHT_WRITE);
static_assert(DRM_TRN4_RIGHT_ATOMIC == NVL_RIGHT_ATOMIC);

#define TRN4_EVENTS \
	(NVL_INT_PORT | NVL_INT_WINDOW | NVL_INT_ERROR | NVL_INT_QUEUE | \
	 NVL_INT_LOG)

/* MSI-X vectors; the second may be missing, then the first serves both */
#define TRN4_VECTOR_EVENT 0
#define TRN4_VECTOR_QUEUE 1

static int trn4_state_errno(enum trn4_state state)
{
	switch (state) {
	case TRN4_RUNNING:
		return 0;
	case TRN4_RESETTING:
		return -EBUSY;
	default:
		return -EIO;
	}
}

/**
 * trn4_hw_ready() - is it worth while to begin something?
 * @tdev: device
 *
 * For those who do not touch the device by themselves; the answer may be
 * another by the time it is there.
 *
 * Return: as trn4_hw_enter()
 */
int trn4_hw_ready(struct trn4_device *tdev)
{
	if (drm_dev_is_unplugged(&tdev->drm))
		return -ENODEV;
	return trn4_state_errno(READ_ONCE(tdev->state));
}

/**
 * trn4_hw_enter() - begin to touch the device
 * @tdev: device
 * @idx: for trn4_hw_exit()
 *
 * Until trn4_hw_exit() the device is neither unbound nor reset.
 *
 * Context: may sleep; see "Locking" in trn4_drv.h.
 * Return: 0, -ENODEV (unplugged), -EBUSY (in reset), -EIO (did not come back)
 */
int trn4_hw_enter(struct trn4_device *tdev, int *idx)
{
	int ret;

	if (!drm_dev_enter(&tdev->drm, idx))
		return -ENODEV;
	down_read(&tdev->reset_lock);
	ret = trn4_state_errno(tdev->state);
	if (ret) {
		up_read(&tdev->reset_lock);
		drm_dev_exit(*idx);
	}
	return ret;
}

/**
 * trn4_hw_exit() - end what trn4_hw_enter() began
 * @tdev: device
 * @idx: from trn4_hw_enter()
 */
void trn4_hw_exit(struct trn4_device *tdev, int idx)
{
	up_read(&tdev->reset_lock);
	drm_dev_exit(idx);
}

/**
 * trn4_hw_answers() - are there registers?
 * @tdev: device
 *
 * Return: true where they are, and writes before this have arrived.
 */
bool trn4_hw_answers(struct trn4_device *tdev)
{
	return readl(tdev->regs + NVL_REG_ID) == TRN4_ID_VALUE;
}

/**
 * trn4_hw_remembers() - has the device what was written to it?
 * @tdev: device, whose interrupts are on
 *
 * One that lost its power and has it again answers, but its queues, grants and
 * windows are gone. So are its interrupts.
 *
 * Return: false also where it does not answer.
 */
bool trn4_hw_remembers(struct trn4_device *tdev)
{
	return readl(tdev->regs + NVL_REG_INT_ENABLE) == TRN4_EVENTS;
}

/**
 * trn4_hw_ro_stores() - how many stores came to the aperture's read-only half
 * @tdev: device
 * @count: out, since the last reset
 *
 * None comes by the mappings that we make.
 *
 * Return: as trn4_hw_enter()
 */
int trn4_hw_ro_stores(struct trn4_device *tdev, u64 *count)
{
	int idx, ret;

	ret = trn4_hw_enter(tdev, &idx);
	if (ret)
		return ret;
	*count = readq(tdev->regs + TRN4_REG_RO_STORES);
	trn4_hw_exit(tdev, idx);
	return 0;
}

/**
 * trn4_hw_reset() - bring the device into its reset state
 * @tdev: device
 *
 * Queues, grants, windows and events end; HBM stays.
 *
 * Return: 0, or -ENODEV where no device of this kind answers.
 */
int trn4_hw_reset(struct trn4_device *tdev)
{
	u32 id, version;

	id = readl(tdev->regs + NVL_REG_ID);
	version = readl(tdev->regs + NVL_REG_VERSION);
	if (id != TRN4_ID_VALUE || version >> 16 != NVL_VERSION_VALUE >> 16) {
		drm_err(&tdev->drm, "not understood: id %#x, version %#x\n", id,
			version);
		return -ENODEV;
	}
	writel(NVL_CTRL_RESET, tdev->regs + NVL_REG_CTRL);
	readl(tdev->regs + NVL_REG_ID);
	return 0;
}

/**
 * trn4_hw_identify() - ask the device what it is
 * @tdev: device
 *
 * What it says is checked against its BARs, so that nothing later has to be.
 *
 * Return: 0, or -ENODEV where it makes no sense.
 */
int trn4_hw_identify(struct trn4_device *tdev)
{
	u64 bar_hbm = pci_resource_len(tdev->pdev, TRN4_BAR_HBM);
	u64 bar_aperture = pci_resource_len(tdev->pdev, TRN4_BAR_APERTURE);
	unsigned int i;

	if (!bar_hbm || !bar_aperture)
		return dev_err_probe(&tdev->pdev->dev, -ENODEV,
				     "BAR %d has no address: too little room below the bridge\n",
				     bar_hbm ? TRN4_BAR_APERTURE :
					       TRN4_BAR_HBM);

	tdev->target = readl(tdev->regs + NVL_REG_SELF);
	tdev->guid = readq(tdev->regs + NVL_REG_GUID);
	tdev->ports = readl(tdev->regs + NVL_REG_PORT_COUNT);
	tdev->hbm_arch = readq(tdev->regs + TRN4_REG_HBM_SIZE);
	tdev->hbm_size = readq(tdev->regs + TRN4_REG_HBM_BACKED);
	tdev->aperture_size = readq(tdev->regs + TRN4_REG_APERTURE_SIZE);
	tdev->aperture_ro = readq(tdev->regs + TRN4_REG_APERTURE_RO);
	tdev->grant_count = readl(tdev->regs + TRN4_REG_GRANT_COUNT);
	tdev->window_count = readl(tdev->regs + TRN4_REG_WINDOW_COUNT);
	tdev->queue_count = readl(tdev->regs + TRN4_REG_QUEUE_COUNT);
	tdev->ops = readl(tdev->regs + TRN4_REG_OPS);
	for (i = 0; i < ARRAY_SIZE(tdev->atomic_types); i++)
		tdev->atomic_types[i] =
			readl(tdev->regs + TRN4_REG_ATOMIC_TYPES + 4 * i);

	tdev->hbm_size = round_down(min(tdev->hbm_size, bar_hbm),
				    NVL_PAGE_SIZE);
	tdev->grant_count = min_t(u32, tdev->grant_count, TRN4_GRANTS);
	tdev->window_count = min_t(u32, tdev->window_count, TRN4_WINDOWS);
	tdev->queue_count = min_t(u32, tdev->queue_count, TRN4_QUEUES);

	if (tdev->target >= NVL_TARGET_IDS || !tdev->ports ||
	    tdev->ports > TRN4_PORTS || !tdev->hbm_size ||
	    tdev->aperture_size > bar_aperture ||
	    tdev->aperture_ro >= tdev->aperture_size || !tdev->aperture_ro ||
	    !IS_ALIGNED(tdev->aperture_ro | tdev->aperture_size,
			NVL_PAGE_SIZE) ||
	    !tdev->queue_count) {
		drm_err(&tdev->drm,
			"sizes make no sense: target %u, %u ports, HBM %#llx of %#llx, aperture %#llx, %#llx of %#llx\n",
			tdev->target, tdev->ports, tdev->hbm_size, bar_hbm,
			tdev->aperture_ro, tdev->aperture_size, bar_aperture);
		return -ENODEV;
	}

	tdev->aperture_phys = pci_resource_start(tdev->pdev, TRN4_BAR_APERTURE);
	tdev->hbm_phys = pci_resource_start(tdev->pdev, TRN4_BAR_HBM);
	return 0;
}

static void __iomem *trn4_hw_grant(struct trn4_device *tdev, u32 slot)
{
	return tdev->regs + TRN4_GRANT_BASE + slot * TRN4_GRANT_STRIDE;
}

/**
 * trn4_hw_grant_set() - put a grant into the hardware's table
 * @tdev: device, entered
 * @grant: with slot, base, size, rights and partition; its generation is set
 *
 * Return: 0, or -EIO where the device does not take it.
 */
int trn4_hw_grant_set(struct trn4_device *tdev, struct trn4_grant *grant)
{
	void __iomem *regs = trn4_hw_grant(tdev, grant->slot);
	u32 ctrl = grant->rights | TRN4_GRANT_VALID;

	writeq(grant->base, regs + TRN4_GRANT_BASE_ADDR);
	writeq(grant->size, regs + TRN4_GRANT_SIZE);
	writel(grant->partition, regs + TRN4_GRANT_PARTITION);
	writel(ctrl, regs + TRN4_GRANT_CTRL);
	if (readl(regs + TRN4_GRANT_CTRL) != ctrl)
		return -EIO;
	grant->generation = readl(regs + TRN4_GRANT_GENERATION);
	return 0;
}

/**
 * trn4_hw_grant_clear() - end a grant; no peer reaches the memory afterwards
 * @tdev: device, entered
 * @slot: of the grant
 */
void trn4_hw_grant_clear(struct trn4_device *tdev, u32 slot)
{
	void __iomem *regs = trn4_hw_grant(tdev, slot);

	writel(0, regs + TRN4_GRANT_CTRL);
	readl(regs + TRN4_GRANT_CTRL); /* until the write is there */
}

static void __iomem *trn4_hw_window(struct trn4_device *tdev, u32 slot)
{
	return tdev->regs + TRN4_WINDOW_BASE + slot * TRN4_WINDOW_STRIDE;
}

/**
 * trn4_hw_window_set() - put a window into the hardware's table
 * @tdev: device, entered
 * @win: with slot, range, rights and grant
 * @offset: within the grant
 *
 * Return: what the window stands for now.
 */
enum trn4_window_status trn4_hw_window_set(struct trn4_device *tdev,
					   const struct trn4_window *win,
					   u64 offset)
{
	void __iomem *regs = trn4_hw_window(tdev, win->slot);

	writeq(win->node.start, regs + TRN4_WINDOW_APERTURE);
	writeq(win->node.size, regs + TRN4_WINDOW_SIZE);
	writeq(offset, regs + TRN4_WINDOW_OFFSET);
	writel(win->peer, regs + TRN4_WINDOW_PEER);
	writel(win->grant->slot, regs + TRN4_WINDOW_GRANT);
	writel(win->grant->generation, regs + TRN4_WINDOW_GENERATION);
	writel(win->rights | TRN4_WINDOW_ENABLE, regs + TRN4_WINDOW_CTRL);
	return readl(regs + TRN4_WINDOW_STATUS);
}

/**
 * trn4_hw_window_clear() - end a window
 * @tdev: device, entered
 * @slot: of the window
 */
void trn4_hw_window_clear(struct trn4_device *tdev, u32 slot)
{
	void __iomem *regs = trn4_hw_window(tdev, slot);

	writel(0, regs + TRN4_WINDOW_CTRL);
	readl(regs + TRN4_WINDOW_STATUS); /* until the write is there */
}

/**
 * trn4_hw_window_status() - what a window stands for now
 * @tdev: device, entered
 * @slot: of the window
 *
 * Return: enum trn4_window_status
 */
enum trn4_window_status trn4_hw_window_status(struct trn4_device *tdev,
					      u32 slot)
{
	return readl(trn4_hw_window(tdev, slot) + TRN4_WINDOW_STATUS);
}

static void trn4_hw_port_events(struct trn4_device *tdev, unsigned long *which)
{
	u64 ports[2];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		ports[i] = readq(tdev->regs + NVL_REG_PORT_EVENT + i * 8);
		writeq(ports[i], tdev->regs + NVL_REG_PORT_EVENT + i * 8);
	}
	bitmap_from_arr64(which, ports, NVL_SWITCH_PORTS);
}

static void trn4_hw_window_events(struct trn4_device *tdev)
{
	void __iomem *reg = tdev->regs + TRN4_REG_WINDOW_EVENT;
	unsigned int i, bit;
	u64 slots;

	for (i = 0; i < TRN4_WINDOWS / 64; i++, reg += 8) {
		slots = readq(reg);
		if (!slots)
			continue;
		writeq(slots, reg);
		while (slots) {
			bit = __ffs64(slots);
			slots &= slots - 1;
			trn4_window_event(tdev, i * 64 + bit);
		}
	}
}

static void trn4_hw_events(struct trn4_device *tdev)
{
	DECLARE_BITMAP(ports, NVL_SWITCH_PORTS);
	u32 status;
	int idx;

	if (trn4_hw_enter(tdev, &idx))
		return;

	/*
	 * The status is cleared before its causes are read: what comes in
	 * between sets it, and interrupts, once more.
	 */
	status = readl(tdev->regs + NVL_REG_INT_STATUS);
	writel(status, tdev->regs + NVL_REG_INT_STATUS);
	if (status & NVL_INT_PORT)
		trn4_hw_port_events(tdev, ports);
	if (status & NVL_INT_WINDOW)
		trn4_hw_window_events(tdev);
	if (status & NVL_INT_ERROR)
		dev_warn_ratelimited(&tdev->pdev->dev,
				     "access to %#llx refused: error %u, %u in all\n",
				     readq(tdev->regs + NVL_REG_ERR_ADDR),
				     readl(tdev->regs + NVL_REG_ERR_LAST),
				     readl(tdev->regs + NVL_REG_ERR_COUNT));
	if (status & NVL_INT_QUEUE) {
		trn4_uqueue_faults(tdev);
		/* No fault of a user makes the kernel's queue be reset. */
		if (trn4_queue_faulted(tdev))
			drm_sched_fault(&tdev->sched->base);
	}
	trn4_hw_exit(tdev, idx);

	/* It calls back with its lock held, so none of ours may be. */
	if (status & (NVL_INT_PORT | NVL_INT_LOG) &&
	    drm_dev_enter(&tdev->drm, &idx)) {
		if (status & NVL_INT_PORT)
			nvlf_endpoint_ports_changed(tdev->ep, ports);
		if (status & NVL_INT_LOG)
			nvlf_endpoint_logged(tdev->ep);
		drm_dev_exit(idx);
	}
}

static irqreturn_t trn4_hw_event_irq(int irq, void *arg)
{
	struct trn4_device *tdev = arg;

	trn4_hw_events(tdev);
	if (tdev->vectors == 1) {
		trn4_queue_irq(tdev);
		trn4_uqueue_irq(tdev);
	}
	return IRQ_HANDLED;
}

static irqreturn_t trn4_hw_queue_irq(int irq, void *arg)
{
	trn4_queue_irq(arg);
	trn4_uqueue_irq(arg);
	return IRQ_HANDLED;
}

/**
 * trn4_hw_irq_init() - get interrupts; none comes before trn4_hw_irq_enable()
 * @tdev: device
 *
 * Return: 0 or a negative errno.
 */
int trn4_hw_irq_init(struct trn4_device *tdev)
{
	struct pci_dev *pdev = tdev->pdev;
	int ret;

	ret = pci_alloc_irq_vectors(pdev, 1, 2, PCI_IRQ_MSIX);
	if (ret < 0)
		return ret;
	tdev->vectors = ret;

	ret = request_threaded_irq(pci_irq_vector(pdev, TRN4_VECTOR_EVENT),
				   NULL, trn4_hw_event_irq, IRQF_ONESHOT,
				   TRN4_NAME "-event", tdev);
	if (ret)
		goto err_vectors;
	if (tdev->vectors == 2) {
		ret = request_threaded_irq(pci_irq_vector(pdev,
							  TRN4_VECTOR_QUEUE),
					   NULL, trn4_hw_queue_irq,
					   IRQF_ONESHOT, TRN4_NAME "-queue",
					   tdev);
		if (ret)
			goto err_event;
	}
	return 0;

err_event:
	free_irq(pci_irq_vector(pdev, TRN4_VECTOR_EVENT), tdev);
err_vectors:
	pci_free_irq_vectors(pdev);
	return ret;
}

/**
 * trn4_hw_irq_fini() - give interrupts back; their handlers have ended then
 * @tdev: device
 */
void trn4_hw_irq_fini(struct trn4_device *tdev)
{
	if (tdev->vectors == 2)
		free_irq(pci_irq_vector(tdev->pdev, TRN4_VECTOR_QUEUE), tdev);
	free_irq(pci_irq_vector(tdev->pdev, TRN4_VECTOR_EVENT), tdev);
	pci_free_irq_vectors(tdev->pdev);
}

/**
 * trn4_hw_irq_enable() - let the device tell of events
 * @tdev: device
 *
 * What came since the reset is told at once.
 */
void trn4_hw_irq_enable(struct trn4_device *tdev)
{
	writel(TRN4_EVENTS, tdev->regs + NVL_REG_INT_ENABLE);
}

/**
 * trn4_hw_irq_disable() - let it be silent
 * @tdev: device
 */
void trn4_hw_irq_disable(struct trn4_device *tdev)
{
	writel(0, tdev->regs + NVL_REG_INT_ENABLE);
}
