// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver's frame: PCI and DRM entry points, bind and unbind, resets from
 * outside.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include <linux/workqueue.h>

#include <drm/drm_accel.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "trn4_drv.h"

/* Here, in one file, the tracepoints themselves are made */
#define CREATE_TRACE_POINTS
#include "trn4_trace.h"

/* ---- Files --------------------------------------------------------------- */

static void trn4_file_free(struct kref *ref)
{
	kfree(container_of(ref, struct trn4_file, ref));
}

/**
 * trn4_file_put() - give a reference back
 * @file: file, closed before its own is given back
 *
 * Context: any
 */
void trn4_file_put(struct trn4_file *file)
{
	kref_put(&file->ref, trn4_file_free);
}

static int trn4_open(struct drm_device *drm, struct drm_file *drm_file)
{
	struct trn4_device *tdev = to_trn4(drm);
	struct drm_gpu_scheduler *sched = &tdev->sched->base;
	struct trn4_file *file;
	int ret;

	file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	if (!file)
		return -ENOMEM;
	kref_init(&file->ref);
	file->tdev = tdev;
	file->context = dma_fence_context_alloc(1);
	mutex_init(&file->submit_lock);
	INIT_LIST_HEAD(&file->work);
	INIT_LIST_HEAD(&file->link);
	INIT_LIST_HEAD(&file->turn);
	xa_init_flags(&file->grants, XA_FLAGS_ALLOC1);
	ret = drm_sched_entity_init(&file->entity, DRM_SCHED_PRIORITY_NORMAL,
				    &sched, 1, NULL);
	if (ret) {
		mutex_destroy(&file->submit_lock);
		kfree(file);
		return ret;
	}
	drm_file->driver_priv = file;
	return 0;
}

/*
 * All handles are closed already. Jobs get a second to end, as who closes
 * after a submit expects; then those that have not begun are dropped, and of
 * those that have only what is in the ring is waited for. They are freed in
 * their time, which other files' work can hold up.
 */
static void trn4_postclose(struct drm_device *drm, struct drm_file *drm_file)
{
	struct trn4_file *file = drm_file->driver_priv;

	trn4_grant_revoke_file(file);
	wait_var_event_timeout(&file->jobs, !atomic_read(&file->jobs),
			       msecs_to_jiffies(TRN4_CLOSE_TIMEOUT_MS));
	drm_sched_entity_fini(&file->entity);
	trn4_queue_cut(to_trn4(drm), file);
	wait_var_event(&file->queued, !atomic_read(&file->queued));
	mutex_destroy(&file->submit_lock);
	trn4_file_put(file);
}

static const struct file_operations trn4_fops = {
	.owner = THIS_MODULE,
	DRM_ACCEL_FOPS,
	/* Addresses as offsets modulo 2 MiB, for large pages */
	.get_unmapped_area = thp_get_unmapped_area,
	.show_fdinfo = drm_show_fdinfo,
};

static const struct drm_driver trn4_driver = {
	.driver_features = DRIVER_COMPUTE_ACCEL | DRIVER_GEM | DRIVER_SYNCOBJ |
			   DRIVER_SYNCOBJ_TIMELINE,
	.open = trn4_open,
	.postclose = trn4_postclose,
	.show_fdinfo = trn4_usage_show,
	.gem_prime_import = trn4_prime_import,
	.gem_prime_import_sg_table = trn4_prime_import_sg_table,
	.ioctls = trn4_ioctls,
	.num_ioctls = TRN4_IOCTLS,
	.fops = &trn4_fops,
	.name = TRN4_NAME,
	.desc = "Trainium4-class accelerator with NVLink Fusion",
	.major = 1,
	.minor = 0,
};

/* ---- Resets from outside ------------------------------------------------------ */

static void trn4_set_state(struct trn4_device *tdev, enum trn4_state state)
{
	down_write(&tdev->reset_lock);
	WRITE_ONCE(tdev->state, state);
	up_write(&tdev->reset_lock);
	trace_trn4_state(tdev->target, state);
	wake_up_all(&tdev->reset_wait);
}

/* End all grants and windows of a device that nobody can enter any more. */
static void trn4_end_sharing(struct trn4_device *tdev)
{
	mutex_lock(&trn4_share_lock);
	trn4_grant_kill_all(tdev);
	trn4_window_kill_all(tdev, DRM_TRN4_WINDOW_FAULT);
	mutex_unlock(&trn4_share_lock);
}

/*
 * The device is about to lose its state. Grants and windows end for good,
 * jobs fail; buffers stay, and whoever touches HBM waits for trn4_reset_end().
 */
static void trn4_reset_begin(struct trn4_device *tdev, enum trn4_state state,
			     bool mmio)
{
	trn4_set_state(tdev, state);
	unmap_mapping_range(tdev->drm.anon_inode->i_mapping, 0, 0, 1);
	trn4_uqueue_lose_all(tdev, mmio);
	trn4_end_sharing(tdev);
	trn4_queue_stop(tdev, -ECANCELED, mmio);
	trn4_prime_revoke_all(tdev);
	if (mmio)
		trn4_hw_irq_disable(tdev);
}

/* It is gone, or does not come back from a reset. Its lock is held. */
static void trn4_give_up(struct trn4_device *tdev)
{
	drm_err(&tdev->drm, "given up until it is reset, or back\n");
	pci_clear_master(tdev->pdev);
	trn4_set_state(tdev, TRN4_DEAD);
	nvlf_endpoint_ports_changed(tdev->ep, NULL);
}

/*
 * The device has been reset, and is made use of again, or given up. Its lock
 * is held, so that no other reset comes while ports are read.
 */
static int trn4_reset_end(struct trn4_device *tdev)
{
	int ret;

	pci_set_master(tdev->pdev);
	ret = trn4_hw_reset(tdev);
	if (!ret)
		ret = trn4_queue_start(tdev);
	tdev->silent = ret && !trn4_hw_answers(tdev);
	if (ret) {
		trn4_give_up(tdev);
		return ret;
	}
	trn4_set_state(tdev, TRN4_RUNNING);
	trn4_hw_irq_enable(tdev);
	nvlf_endpoint_ports_changed(tdev->ep, NULL);
	return 0;
}

/* Frozen while the system sleeps, which is a reset of its own */
static void trn4_reset_soon(struct trn4_device *tdev, unsigned int ms)
{
	mod_delayed_work(system_freezable_wq, &tdev->reset_work,
			 msecs_to_jiffies(ms));
}

/**
 * trn4_reset_ask() - have the device reset
 * @tdev: device, not unplugged, whose queue does not start
 *
 * Until then all jobs fail.
 *
 * Context: any
 */
void trn4_reset_ask(struct trn4_device *tdev)
{
	trn4_reset_soon(tdev, 0);
}

/*
 * Whoever has the device's lock may be about to unbind it, and then waits for
 * this to end; or to reset it, which is what is asked for. A reset that has
 * begun and that nobody has the lock for is error recovery, and now that took
 * too long: the PCI core tells no driver that it failed.
 */
static void trn4_reset_work(struct work_struct *work)
{
	struct trn4_device *tdev = container_of(work, struct trn4_device,
						reset_work.work);
	struct device *dev = &tdev->pdev->dev;

	while (!device_trylock(dev)) {
		if (drm_dev_is_unplugged(&tdev->drm))
			return;
		msleep(20);
	}
	if (tdev->state == TRN4_RUNNING && !trn4_queue_is_up(tdev)) {
		trn4_reset_begin(tdev, TRN4_RESETTING, true);
		trn4_reset_end(tdev);
	} else if (tdev->state == TRN4_RESETTING) {
		trn4_give_up(tdev);
	}
	device_unlock(dev);
}

/*
 * It may have lost its power, and perhaps has it again: then it is as after a
 * reset, but nobody said so. Where it is as it should be, or as dead as it was,
 * one register says so.
 *
 * One that is given up is tried again when it answers after it did not. While
 * it answered all along a reset was tried, and did not help: each further one
 * would make its links flap, which has it looked at again.
 */
static void trn4_check(struct trn4_device *tdev)
{
	bool answers;

	switch (tdev->state) {
	case TRN4_RUNNING:
		if (trn4_hw_remembers(tdev))
			return;
		answers = trn4_hw_answers(tdev);
		drm_warn(&tdev->drm, "%s\n",
			 answers ? "lost its state" : "answers no more");
		trn4_reset_begin(tdev, TRN4_RESETTING, answers);
		break;
	case TRN4_DEAD:
		if (tdev->shut)
			return;
		answers = trn4_hw_answers(tdev);
		if (!answers)
			tdev->silent = true;
		if (!answers || !tdev->silent)
			return;
		break;
	default:
		/* Whoever resets it sees to the end of that. */
		return;
	}
	if (!answers) {
		tdev->silent = true;
		trn4_give_up(tdev);
	} else if (!trn4_reset_end(tdev)) {
		drm_info(&tdev->drm, "is back\n");
	}
}

/* Where somebody has the device's lock, what he does comes first. */
static void trn4_check_work(struct work_struct *work)
{
	struct trn4_device *tdev = container_of(work, struct trn4_device,
						check_work.work);
	struct device *dev = &tdev->pdev->dev;

	if (!device_trylock(dev)) {
		queue_delayed_work(system_freezable_wq, &tdev->check_work,
				   msecs_to_jiffies(TRN4_CHECK_AGAIN_MS));
		return;
	}
	trn4_check(tdev);
	device_unlock(dev);
}

/**
 * trn4_check_soon() - look whether a device is alive and has its state
 * @tdev: device, its endpoint registered
 *
 * Context: any
 */
void trn4_check_soon(struct trn4_device *tdev)
{
	queue_delayed_work(system_freezable_wq, &tdev->check_work, 0);
}

static void trn4_reset_prepare(struct pci_dev *pdev)
{
	trn4_reset_begin(pci_get_drvdata(pdev), TRN4_RESETTING, true);
}

static void trn4_reset_done(struct pci_dev *pdev)
{
	trn4_reset_end(pci_get_drvdata(pdev));
}

static pci_ers_result_t trn4_error_detected(struct pci_dev *pdev,
					    pci_channel_state_t channel)
{
	struct trn4_device *tdev = pci_get_drvdata(pdev);

	switch (channel) {
	case pci_channel_io_normal:
		return PCI_ERS_RESULT_CAN_RECOVER;
	case pci_channel_io_frozen:
		/* Its registers are out of reach, and memory is about to go. */
		pci_clear_master(pdev);
		trn4_reset_begin(tdev, TRN4_RESETTING, false);
		trn4_reset_soon(tdev, TRN4_RECOVERY_TIMEOUT_MS);
		return PCI_ERS_RESULT_NEED_RESET;
	default:
		trn4_reset_begin(tdev, TRN4_DEAD, false);
		trn4_give_up(tdev);
		return PCI_ERS_RESULT_DISCONNECT;
	}
}

static pci_ers_result_t trn4_slot_reset(struct pci_dev *pdev)
{
	struct trn4_device *tdev = pci_get_drvdata(pdev);

	pci_restore_state(pdev);
	pci_save_state(pdev);
	/* Another driver asked for it, or someone else was faster */
	if (tdev->state == TRN4_RUNNING)
		trn4_reset_begin(tdev, TRN4_RESETTING, true);
	return trn4_reset_end(tdev) ? PCI_ERS_RESULT_DISCONNECT :
				      PCI_ERS_RESULT_RECOVERED;
}

static const struct pci_error_handlers trn4_err_handlers = {
	.error_detected = trn4_error_detected,
	.slot_reset = trn4_slot_reset,
	.reset_prepare = trn4_reset_prepare,
	.reset_done = trn4_reset_done,
};

/* A sleeping device forgets all that a reset makes it forget. */
static int trn4_suspend(struct device *dev)
{
	trn4_reset_begin(dev_get_drvdata(dev), TRN4_RESETTING, true);
	return 0;
}

static int trn4_resume(struct device *dev)
{
	return trn4_reset_end(dev_get_drvdata(dev));
}

static DEFINE_SIMPLE_DEV_PM_OPS(trn4_pm_ops, trn4_suspend, trn4_resume);

/* ---- Bind and unbind ------------------------------------------------------------ */

static void trn4_fini_soft(struct drm_device *drm, void *arg)
{
	struct trn4_device *tdev = to_trn4(drm);

	trn4_aperture_fini(&tdev->aperture);
	trn4_hbm_fini(tdev);
	mutex_destroy(&tdev->uqueue_lock);
	mutex_destroy(&tdev->queue.lock);
	mutex_destroy(&tdev->bo_lock);
}

/* What lives as long as the DRM device, once the device's sizes are known */
static int trn4_init_soft(struct trn4_device *tdev)
{
	int ret;

	ret = trn4_hbm_init(tdev);
	if (ret)
		return ret;
	mutex_init(&tdev->bo_lock);
	mutex_init(&tdev->queue.lock);
	init_rwsem(&tdev->reset_lock);
	init_waitqueue_head(&tdev->reset_wait);
	INIT_DELAYED_WORK(&tdev->reset_work, trn4_reset_work);
	INIT_DELAYED_WORK(&tdev->check_work, trn4_check_work);
	INIT_LIST_HEAD(&tdev->host_bos);
	INIT_LIST_HEAD(&tdev->exports);
	INIT_LIST_HEAD(&tdev->grants);
	INIT_LIST_HEAD(&tdev->queue.files);
	INIT_LIST_HEAD(&tdev->queue.turns);
	trn4_uqueue_init(tdev);
	tdev->state = TRN4_RUNNING;
	trn4_aperture_init(&tdev->aperture, tdev->window_count,
			   tdev->aperture_size, tdev->aperture_ro);
	ret = drmm_add_action_or_reset(&tdev->drm, trn4_fini_soft, NULL);
	if (ret)
		return ret;
	return trn4_job_init(tdev);
}

/* BARs; devres undoes all of it after remove */
static int trn4_init_pci(struct trn4_device *tdev)
{
	struct pci_dev *pdev = tdev->pdev;
	struct device *dev = &pdev->dev;
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	if (pci_resource_len(pdev, TRN4_BAR_REGS) < TRN4_BAR_REGS_SIZE)
		return -ENODEV;
	tdev->regs = pcim_iomap_region(pdev, TRN4_BAR_REGS, TRN4_NAME);
	if (IS_ERR(tdev->regs))
		return PTR_ERR(tdev->regs);
	ret = pcim_request_region(pdev, TRN4_BAR_APERTURE, TRN4_NAME);
	if (ret)
		return ret;
	ret = pcim_request_region(pdev, TRN4_BAR_HBM, TRN4_NAME);
	if (ret)
		return ret;
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;
	dma_set_max_seg_size(dev, UINT_MAX);
	return 0;
}

/* The memories behind the BARs, once it is known how much there is */
static int trn4_init_memory(struct trn4_device *tdev)
{
	struct device *dev = &tdev->pdev->dev;
	int ret;

	/* So that pages of the aperture are what their mappings ask for */
	ret = devm_arch_io_reserve_memtype_wc(dev, tdev->aperture_phys,
					      tdev->aperture_size);
	if (ret)
		return ret;
	tdev->hbm = devm_ioremap_wc(dev, tdev->hbm_phys, tdev->hbm_size);
	return tdev->hbm ? 0 : -ENOMEM;
}

static int trn4_init_endpoint(struct trn4_device *tdev)
{
	const struct nvlf_endpoint_desc desc = {
		.dev = &tdev->pdev->dev,
		.target_id = tdev->target,
		.guid = tdev->guid,
		.nports = tdev->ports,
		.common = tdev->regs,
		.ports = tdev->regs + TRN4_PORT_BASE,
		.temperature_max = TRN4_TEMPERATURE_MAX,
		.ops = &trn4_nvlf_ops,
		.priv = tdev,
	};

	tdev->ep = nvlf_endpoint_register(&desc);
	return PTR_ERR_OR_ZERO(tdev->ep);
}

static int trn4_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct trn4_device *tdev;
	int ret;

	tdev = devm_drm_dev_alloc(&pdev->dev, &trn4_driver, struct trn4_device,
				  drm);
	if (IS_ERR(tdev))
		return PTR_ERR(tdev);
	tdev->pdev = pdev;
	pci_set_drvdata(pdev, tdev);

	ret = trn4_init_pci(tdev);
	if (ret)
		return ret;
	ret = trn4_hw_reset(tdev);
	if (ret)
		return ret;
	ret = trn4_hw_identify(tdev);
	if (ret)
		return ret;
	ret = trn4_init_memory(tdev);
	if (ret)
		return ret;
	ret = trn4_init_soft(tdev);
	if (ret)
		return ret;
	pci_set_master(pdev);
	ret = trn4_queue_init(tdev);
	if (ret)
		goto err_master;
	ret = trn4_init_endpoint(tdev);
	if (ret)
		goto err_queue;
	ret = trn4_hw_irq_init(tdev);
	if (ret)
		goto err_endpoint;
	ret = trn4_queue_start(tdev);
	if (ret)
		goto err_irq;
	trn4_hw_irq_enable(tdev);
	ret = drm_dev_register(&tdev->drm, 0);
	if (ret)
		goto err_stop;
	pci_save_state(pdev);
	drm_info(&tdev->drm, "target %u, %u links, %llu MiB of HBM\n",
		 tdev->target, tdev->ports, tdev->hbm_size >> 20);
	return 0;

err_stop:
	trn4_hw_irq_disable(tdev);
	trn4_queue_stop(tdev, -ENODEV, true);
err_irq:
	trn4_hw_irq_fini(tdev);
err_endpoint:
	nvlf_endpoint_unregister(tdev->ep);
	cancel_delayed_work_sync(&tdev->check_work);
err_queue:
	trn4_queue_fini(tdev);
err_master:
	pci_clear_master(pdev);
	return ret;
}

/*
 * Files may be open, mappings live and work queued. After the unplug nobody
 * but this function touches the device; then all that others wait for ends.
 */
static void trn4_remove(struct pci_dev *pdev)
{
	struct trn4_device *tdev = pci_get_drvdata(pdev);

	drm_dev_unplug(&tdev->drm);
	cancel_delayed_work_sync(&tdev->reset_work);
	disable_delayed_work_sync(&tdev->check_work);
	trn4_set_state(tdev, TRN4_DEAD);
	trn4_uqueue_lose_all(tdev, true);
	trn4_end_sharing(tdev);
	trn4_hw_irq_disable(tdev);
	trn4_queue_stop(tdev, -ENODEV, true);
	trn4_prime_revoke_all(tdev);
	trn4_hw_irq_fini(tdev);
	nvlf_endpoint_unregister(tdev->ep);
	trn4_hw_reset(tdev);
	pci_clear_master(pdev);
	trn4_queue_fini(tdev);
	trn4_bo_unmap_all(tdev);
}

/* Nothing may reach into memory that another kernel is about to own. */
static void trn4_shutdown(struct pci_dev *pdev)
{
	struct trn4_device *tdev = pci_get_drvdata(pdev);

	tdev->shut = true;
	trn4_reset_begin(tdev, TRN4_DEAD, true);
	pci_clear_master(pdev);
}

static const struct pci_device_id trn4_ids[] = {
	{ PCI_DEVICE(TRN4_PCI_VENDOR_ID, TRN4_PCI_DEVICE_ID) },
	{}
};
MODULE_DEVICE_TABLE(pci, trn4_ids);

static struct pci_driver trn4_pci_driver = {
	.name = TRN4_NAME,
	.id_table = trn4_ids,
	.probe = trn4_probe,
	.remove = trn4_remove,
	.shutdown = trn4_shutdown,
	.driver.pm = pm_sleep_ptr(&trn4_pm_ops),
	.err_handler = &trn4_err_handlers,
};

static int __init trn4_init(void)
{
	return pci_register_driver(&trn4_pci_driver);
}

static void __exit trn4_exit(void)
{
	pci_unregister_driver(&trn4_pci_driver);
	rcu_barrier(); /* fences are freed by our code */
}

module_init(trn4_init);
module_exit(trn4_exit);

MODULE_DESCRIPTION("Trainium4-class accelerator with NVLink Fusion");
MODULE_LICENSE("GPL");
COMPAT_IMPORT_NS("DMA_BUF");
