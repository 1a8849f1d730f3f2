// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_switch.c - PCI driver of the NVLink switch.
 *
 * It brings the switch into a known state, hands it to the core, and forwards
 * port events. What the switch forwards is always what the core knows: it is
 * reset when the driver comes, when it goes, and before it is used again
 * after an error.
 */
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/pci.h>

#include "nvlf_internal.h"

/**
 * nvlf_switch_answers() - does the switch answer?
 * @sw: its registers are mapped
 *
 * Reading also lets earlier writes arrive.
 *
 * Return: false where it was pulled out, or has lost its power.
 */
bool nvlf_switch_answers(const struct nvlf_switch *sw)
{
	return readl(sw->regs + NVL_REG_ID) == NVL_SWITCH_ID_VALUE;
}

/**
 * nvlf_switch_remembers() - has the switch what was written to it?
 * @sw: was reset by its driver
 *
 * One that lost its power and has it again answers, but its tables are empty.
 * So are its interrupts, which its driver never turns off while it is online.
 *
 * Return: false also where it does not answer.
 */
bool nvlf_switch_remembers(const struct nvlf_switch *sw)
{
	return readl(sw->regs + NVL_REG_INT_ENABLE) == NVLF_SWITCH_INTS;
}

/*
 * Only the driver can cause such an error, by an access that the hardware
 * does not know. Once is enough to find it.
 */
static void nvlf_switch_error(struct nvlf_switch *sw)
{
	if (sw->error_told)
		return;
	sw->error_told = true;
	dev_warn(sw->dev, "access to register 0x%llx refused, error %u\n",
		 readq(sw->regs + NVL_REG_ERR_ADDR),
		 readl(sw->regs + NVL_REG_ERR_LAST));
}

static irqreturn_t nvlf_switch_irq(int irq, void *data)
{
	DECLARE_BITMAP(which, NVL_SWITCH_PORTS);
	struct nvlf_switch *sw = data;
	u64 events[2];
	u32 status;

	status = readl(sw->regs + NVL_REG_INT_STATUS);
	if (status == U32_MAX) {
		nvlf_switch_lost(sw);
		return IRQ_HANDLED;
	}
	if (!status)
		return IRQ_NONE;

	/*
	 * Cleared before the events are read: one that comes in between sets
	 * the status anew and interrupts again.
	 */
	writel(status, sw->regs + NVL_REG_INT_STATUS);
	if (status & NVL_INT_ERROR)
		nvlf_switch_error(sw);
	if (status & NVL_INT_PORT) {
		events[0] = readq(sw->regs + NVL_REG_PORT_EVENT);
		events[1] = readq(sw->regs + NVL_REG_PORT_EVENT + 8);
		writeq(events[0], sw->regs + NVL_REG_PORT_EVENT);
		writeq(events[1], sw->regs + NVL_REG_PORT_EVENT + 8);
		bitmap_from_arr64(which, events, NVL_SWITCH_PORTS);
		nvlf_switch_ports_changed(sw, which);
	}
	if (status & NVL_INT_LOG)
		nvlf_switch_logged(sw);
	return IRQ_HANDLED;
}

/**
 * nvlf_switch_reset() - make a switch forget, and interrupt
 * @sw: not online
 *
 * Routes and partitions go, links train anew.
 */
void nvlf_switch_reset(struct nvlf_switch *sw)
{
	writel(NVL_CTRL_RESET, sw->regs + NVL_REG_CTRL);
	writel(NVLF_SWITCH_INTS, sw->regs + NVL_REG_INT_ENABLE);
	nvlf_switch_answers(sw);
}

/* The same for one that nobody drives */
static void nvlf_switch_quiesce(struct nvlf_switch *sw)
{
	writel(NVL_CTRL_RESET, sw->regs + NVL_REG_CTRL);
	nvlf_switch_answers(sw);
}

/*
 * The begin and end of everything that loses the registers' contents: reset,
 * error recovery, sleep. Between them nothing touches the registers. Both can
 * come alone: an error may need no reset, or follow another.
 */
static void nvlf_switch_suspend(struct nvlf_switch *sw)
{
	device_lock_assert(sw->dev);

	if (sw->suspended)
		return;
	disable_irq(sw->irq);
	nvlf_switch_offline(sw);
}

static void nvlf_switch_resume(struct nvlf_switch *sw)
{
	device_lock_assert(sw->dev);

	if (!sw->suspended)
		return;
	nvlf_switch_reset(sw);
	if (!nvlf_switch_online(sw))
		dev_err(sw->dev, "does not answer: its links stay down\n");
	enable_irq(sw->irq);
}

/* All that the registers say is checked here, once. */
static struct nvlf_switch *nvlf_switch_identify(struct pci_dev *pdev,
						void __iomem *regs)
{
	u32 id = readl(regs + NVL_REG_ID);
	u32 version = readl(regs + NVL_REG_VERSION);
	u32 nports = readl(regs + NVL_REG_PORT_COUNT);
	u32 routes = readl(regs + NVL_SWITCH_REG_ROUTE_COUNT);
	u32 partitions = readl(regs + NVL_SWITCH_REG_PARTITION_COUNT);
	struct nvlf_switch *sw;

	if (id != NVL_SWITCH_ID_VALUE ||
	    version >> 16 != NVL_VERSION_VALUE >> 16)
		return ERR_PTR(dev_err_probe(&pdev->dev, -ENODEV,
					     "unknown: id 0x%x, version 0x%x\n",
					     id, version));
	if (!nports || nports > NVL_SWITCH_PORTS || routes < NVL_TARGET_IDS ||
	    partitions < NVL_PARTITIONS)
		return ERR_PTR(dev_err_probe(&pdev->dev, -ENODEV,
					     "%u ports, %u routes, %u partitions do not fit\n",
					     nports, routes, partitions));

	sw = nvlf_switch_alloc(&nvlf_fabric, readl(regs + NVL_REG_SELF),
			       readq(regs + NVL_REG_GUID), nports);
	if (!sw)
		return ERR_PTR(-ENOMEM);
	sw->dev = &pdev->dev;
	sw->regs = regs;
	sw->ngroups = min(readl(regs + NVL_SWITCH_REG_GROUP_COUNT), NVL_GROUPS);
	nvlf_location_read(regs, &sw->location);
	return sw;
}

static int nvlf_switch_probe(struct pci_dev *pdev,
			     const struct pci_device_id *ent)
{
	struct nvlf_switch *sw;
	void __iomem *regs;
	int err;

	err = pci_enable_device_mem(pdev);
	if (err)
		return err;
	err = pci_request_mem_regions(pdev, KBUILD_MODNAME);
	if (err)
		goto err_disable;
	if (pci_resource_len(pdev, NVL_SWITCH_BAR_REGS) <
	    NVL_SWITCH_BAR_REGS_SIZE) {
		err = dev_err_probe(&pdev->dev, -ENODEV,
				    "BAR 0 is too small\n");
		goto err_release;
	}
	regs = pci_iomap(pdev, NVL_SWITCH_BAR_REGS, NVL_SWITCH_BAR_REGS_SIZE);
	if (!regs) {
		err = -ENOMEM;
		goto err_release;
	}
	sw = nvlf_switch_identify(pdev, regs);
	if (IS_ERR(sw)) {
		err = PTR_ERR(sw);
		goto err_unmap;
	}
	nvlf_switch_quiesce(sw);

	pci_set_master(pdev);
	err = pci_alloc_irq_vectors(pdev, NVL_SWITCH_VECTORS,
				    NVL_SWITCH_VECTORS, PCI_IRQ_MSIX);
	if (err < 0)
		goto err_master;
	sw->irq = pci_irq_vector(pdev, 0);
	err = request_threaded_irq(sw->irq, NULL, nvlf_switch_irq, IRQF_ONESHOT,
				   pci_name(pdev), sw);
	if (err)
		goto err_vectors;

	/* On before the ports are read, so that no event falls in between */
	writel(NVLF_SWITCH_INTS, regs + NVL_REG_INT_ENABLE);
	err = nvlf_switch_register(sw);
	if (err) {
		dev_err_probe(&pdev->dev, err, "switch number %u\n", sw->id);
		goto err_irq;
	}
	pci_set_drvdata(pdev, sw);
	/* For slot_reset: configuration space with MSI-X set up */
	pci_save_state(pdev);
	return 0;

err_irq:
	writel(0, regs + NVL_REG_INT_ENABLE);
	free_irq(sw->irq, sw);
err_vectors:
	pci_free_irq_vectors(pdev);
err_master:
	pci_clear_master(pdev);
	nvlf_switch_free(sw);
err_unmap:
	pci_iounmap(pdev, regs);
err_release:
	pci_release_mem_regions(pdev);
err_disable:
	pci_disable_device(pdev);
	return err;
}

static void nvlf_switch_remove(struct pci_dev *pdev)
{
	struct nvlf_switch *sw = pci_get_drvdata(pdev);

	/*
	 * After free_irq() no event is under way, and none comes. Until it is
	 * unregistered the core may look whether it is as it was.
	 */
	free_irq(sw->irq, sw);
	nvlf_switch_unregister(sw);
	nvlf_switch_quiesce(sw);
	pci_free_irq_vectors(pdev);
	pci_clear_master(pdev);
	pci_iounmap(pdev, sw->regs);
	nvlf_switch_free(sw);
	pci_release_mem_regions(pdev);
	pci_disable_device(pdev);
}

static void nvlf_switch_reset_prepare(struct pci_dev *pdev)
{
	nvlf_switch_suspend(pci_get_drvdata(pdev));
}

static void nvlf_switch_reset_done(struct pci_dev *pdev)
{
	nvlf_switch_resume(pci_get_drvdata(pdev));
}

static pci_ers_result_t nvlf_switch_error_detected(struct pci_dev *pdev,
						   pci_channel_state_t state)
{
	struct nvlf_switch *sw = pci_get_drvdata(pdev);

	if (state == pci_channel_io_normal)
		return PCI_ERS_RESULT_CAN_RECOVER;
	nvlf_switch_suspend(sw);
	return state == pci_channel_io_frozen ? PCI_ERS_RESULT_NEED_RESET :
						PCI_ERS_RESULT_DISCONNECT;
}

static pci_ers_result_t nvlf_switch_mmio_enabled(struct pci_dev *pdev)
{
	struct nvlf_switch *sw = pci_get_drvdata(pdev);

	return nvlf_switch_answers(sw) ? PCI_ERS_RESULT_RECOVERED :
					 PCI_ERS_RESULT_NEED_RESET;
}

/* Also where another device of the bus asked for it: suspend comes late then */
static pci_ers_result_t nvlf_switch_slot_reset(struct pci_dev *pdev)
{
	struct nvlf_switch *sw = pci_get_drvdata(pdev);

	nvlf_switch_suspend(sw);
	pci_restore_state(pdev);
	pci_save_state(pdev);
	return nvlf_switch_answers(sw) ? PCI_ERS_RESULT_RECOVERED :
					 PCI_ERS_RESULT_DISCONNECT;
}

static void nvlf_switch_error_resume(struct pci_dev *pdev)
{
	nvlf_switch_resume(pci_get_drvdata(pdev));
}

static const struct pci_error_handlers nvlf_switch_err_handler = {
	.error_detected = nvlf_switch_error_detected,
	.mmio_enabled = nvlf_switch_mmio_enabled,
	.slot_reset = nvlf_switch_slot_reset,
	.reset_prepare = nvlf_switch_reset_prepare,
	.reset_done = nvlf_switch_reset_done,
	.resume = nvlf_switch_error_resume,
};

static int nvlf_switch_pm_suspend(struct device *dev)
{
	nvlf_switch_suspend(dev_get_drvdata(dev));
	return 0;
}

static int nvlf_switch_pm_resume(struct device *dev)
{
	nvlf_switch_resume(dev_get_drvdata(dev));
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(nvlf_switch_pm_ops, nvlf_switch_pm_suspend,
				nvlf_switch_pm_resume);

static const struct pci_device_id nvlf_switch_ids[] = {
	{ PCI_DEVICE(TRN4_PCI_VENDOR_ID, NVL_SWITCH_PCI_DEVICE_ID) },
	{}
};
MODULE_DEVICE_TABLE(pci, nvlf_switch_ids);

struct pci_driver nvlf_switch_driver = {
	.name = "nvl-switch",
	.id_table = nvlf_switch_ids,
	.probe = nvlf_switch_probe,
	.remove = nvlf_switch_remove,
	.err_handler = &nvlf_switch_err_handler,
	.driver.pm = pm_sleep_ptr(&nvlf_switch_pm_ops),
};
