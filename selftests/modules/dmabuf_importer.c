// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmabuf_importer.ko - a driver that takes dma-bufs as a NIC's or a disk's would
 * that reaches its peers' memory, for a test to say when it does what.
 *
 * It has no device of its own: it maps for whichever PCI device it is told, and
 * has that do nothing. As such drivers do, it lets go of a mapping that it was
 * told of only when its work has ended, and that may be long after.
 */
#include <linux/cleanup.h>
#include <linux/dma-buf.h>
#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-p2pdma.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "../../driver/compat.h"
#include "dmabuf_importer.h"

/**
 * struct importer - one that takes a dma-buf
 * @lock: guards all below but what has another; taken before reservation locks
 * @pdev: for which it is mapped; a reference while @attach is set
 * @attach: attachment, or NULL
 * @sgt: its mapping, or NULL (reservation lock, too)
 * @notified: times that it was told (reservation lock)
 * @stale: it was since @sgt was mapped (reservation lock)
 * @work: fence of work that goes on, or NULL
 */
struct importer {
	struct mutex lock; /* attachment and work */
	struct pci_dev *pdev;
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;
	u32 notified;
	bool stale;
	struct dma_fence *work;
};

/**
 * struct importer_fence - work that goes on until a test ends it
 * @base: fence
 * @lock: the fence's
 */
struct importer_fence {
	struct dma_fence base;
	spinlock_t lock; /* the fence's */
};

static const char *importer_fence_name(struct dma_fence *fence)
{
	return IMPORTER_NAME;
}

static const struct dma_fence_ops importer_fence_ops = {
	.get_driver_name = importer_fence_name,
	.get_timeline_name = importer_fence_name,
};

/* Called with the reservation lock held */
static void importer_notify(struct dma_buf_attachment *attach)
{
	struct importer *imp = attach->importer_priv;

	imp->notified++;
	imp->stale = true;
}

static const struct dma_buf_attach_ops importer_peer_ops = {
	.allow_peer2peer = true,
	.COMPAT_MOVE_NOTIFY = importer_notify,
};

static const struct dma_buf_attach_ops importer_ops = {
	.COMPAT_MOVE_NOTIFY = importer_notify,
};

/* A reference, or NULL */
static struct pci_dev *importer_pdev(char name[IMPORTER_DEVICE])
{
	struct device *dev;

	name[IMPORTER_DEVICE - 1] = '\0';
	dev = bus_find_device_by_name(&pci_bus_type, NULL, name);
	return dev ? to_pci_dev(dev) : NULL;
}

static long importer_way(struct importer_way __user *user)
{
	struct pci_dev *provider, *client;
	struct importer_way way;
	long ret = -ENODEV;

	if (copy_from_user(&way, user, sizeof(way)))
		return -EFAULT;
	provider = importer_pdev(way.provider);
	client = importer_pdev(way.client);
	if (provider && client) {
		way.yes = COMPAT_CAN_TAKE_BACK &&
			  pci_p2pdma_distance(provider, &client->dev, false) >=
				  0;
		ret = copy_to_user(user, &way, sizeof(way)) ? -EFAULT : 0;
	}
	pci_dev_put(client);
	pci_dev_put(provider);
	return ret;
}

static long importer_attach(struct importer *imp,
			    const struct importer_attach __user *user)
{
	struct importer_attach args;
	struct dma_buf *dmabuf;
	long ret;

	if (imp->attach)
		return -EBUSY;
	if (copy_from_user(&args, user, sizeof(args)))
		return -EFAULT;
	dmabuf = dma_buf_get(args.dmabuf);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	imp->notified = 0;
	imp->stale = false;
	ret = -ENODEV;
	imp->pdev = importer_pdev(args.device);
	if (!imp->pdev)
		goto err_put;
	imp->attach = dma_buf_dynamic_attach(dmabuf, &imp->pdev->dev,
					     args.peer ? &importer_peer_ops :
							 &importer_ops,
					     imp);
	if (IS_ERR(imp->attach)) {
		ret = PTR_ERR(imp->attach);
		imp->attach = NULL;
		goto err_pdev;
	}
	return 0;

err_pdev:
	pci_dev_put(imp->pdev);
	imp->pdev = NULL;
err_put:
	dma_buf_put(dmabuf);
	return ret;
}

static long importer_unmap(struct importer *imp)
{
	if (!imp->sgt)
		return -ENOTCONN;
	dma_resv_lock(imp->attach->dmabuf->resv, NULL);
	dma_buf_unmap_attachment(imp->attach, imp->sgt, DMA_BIDIRECTIONAL);
	imp->sgt = NULL;
	dma_resv_unlock(imp->attach->dmabuf->resv);
	return 0;
}

/*
 * A fence that has signalled may stay with the memory, and would outlive us.
 * Who waits for it may hold the reservation lock.
 */
static long importer_end(struct importer *imp)
{
	struct dma_resv *resv;
	struct dma_fence *none;

	if (!imp->work)
		return -ENOTCONN;
	dma_fence_signal(imp->work);
	resv = imp->attach->dmabuf->resv;
	none = dma_fence_get_stub();
	dma_resv_lock(resv, NULL);
	dma_resv_replace_fences(resv, imp->work->context, none,
				DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_unlock(resv);
	dma_fence_put(none);
	dma_fence_put(imp->work);
	imp->work = NULL;
	return 0;
}

static long importer_detach(struct importer *imp)
{
	struct dma_buf *dmabuf;

	if (!imp->attach)
		return -ENOTCONN;
	importer_end(imp);
	importer_unmap(imp);
	dmabuf = imp->attach->dmabuf;
	dma_buf_detach(dmabuf, imp->attach);
	imp->attach = NULL;
	dma_buf_put(dmabuf);
	pci_dev_put(imp->pdev);
	imp->pdev = NULL;
	return 0;
}

static void importer_runs(struct sg_table *sgt, struct importer_map *map)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (i < IMPORTER_RUNS) {
			map->addr[i] = sg_dma_address(sg);
			map->length[i] = sg_dma_len(sg);
		}
		map->count++;
	}
}

static long importer_map(struct importer *imp, struct importer_map __user *user)
{
	struct importer_map map = {};
	struct sg_table *sgt;

	if (!imp->attach)
		return -ENOTCONN;
	if (imp->sgt)
		return -EBUSY;
	dma_resv_lock(imp->attach->dmabuf->resv, NULL);
	sgt = dma_buf_map_attachment(imp->attach, DMA_BIDIRECTIONAL);
	if (!IS_ERR(sgt)) {
		imp->sgt = sgt;
		imp->stale = false;
		importer_runs(sgt, &map);
	}
	dma_resv_unlock(imp->attach->dmabuf->resv);
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);
	return copy_to_user(user, &map, sizeof(map)) ? -EFAULT : 0;
}

static long importer_info(struct importer *imp,
			  struct importer_info __user *user)
{
	struct importer_info info;

	if (!imp->attach)
		return -ENOTCONN;
	dma_resv_lock(imp->attach->dmabuf->resv, NULL);
	info = (struct importer_info) {
		.notified = imp->notified,
		.stale = imp->stale,
	};
	dma_resv_unlock(imp->attach->dmabuf->resv);
	return copy_to_user(user, &info, sizeof(info)) ? -EFAULT : 0;
}

static long importer_begin(struct importer *imp)
{
	struct importer_fence *fence;
	struct dma_resv *resv;
	long ret;

	if (!imp->attach)
		return -ENOTCONN;
	if (imp->work)
		return -EBUSY;
	fence = kzalloc(sizeof(*fence), GFP_KERNEL);
	if (!fence)
		return -ENOMEM;
	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &importer_fence_ops, &fence->lock,
		       dma_fence_context_alloc(1), 1);
	resv = imp->attach->dmabuf->resv;
	dma_resv_lock(resv, NULL);
	ret = dma_resv_reserve_fences(resv, 1);
	if (!ret)
		dma_resv_add_fence(resv, &fence->base, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_unlock(resv);
	if (ret) {
		dma_fence_signal(&fence->base);
		dma_fence_put(&fence->base);
		return ret;
	}
	imp->work = &fence->base;
	return 0;
}

static long importer_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	struct importer *imp = file->private_data;
	void __user *user = (void __user *)arg;

	guard(mutex)(&imp->lock);
	switch (cmd) {
	case IMPORTER_WAY:
		return importer_way(user);
	case IMPORTER_ATTACH:
		return importer_attach(imp, user);
	case IMPORTER_DETACH:
		return importer_detach(imp);
	case IMPORTER_MAP:
		return importer_map(imp, user);
	case IMPORTER_UNMAP:
		return importer_unmap(imp);
	case IMPORTER_INFO:
		return importer_info(imp, user);
	case IMPORTER_BEGIN:
		return importer_begin(imp);
	case IMPORTER_END:
		return importer_end(imp);
	default:
		return -ENOTTY;
	}
}

static int importer_open(struct inode *inode, struct file *file)
{
	struct importer *imp = kzalloc(sizeof(*imp), GFP_KERNEL);

	if (!imp)
		return -ENOMEM;
	mutex_init(&imp->lock);
	file->private_data = imp;
	return 0;
}

static int importer_release(struct inode *inode, struct file *file)
{
	struct importer *imp = file->private_data;

	importer_detach(imp);
	mutex_destroy(&imp->lock);
	kfree(imp);
	return 0;
}

static const struct file_operations importer_fops = {
	.owner = THIS_MODULE,
	.open = importer_open,
	.release = importer_release,
	.unlocked_ioctl = importer_ioctl,
};

static struct miscdevice importer_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = IMPORTER_NAME,
	.fops = &importer_fops,
};

static int __init importer_init(void)
{
	return misc_register(&importer_device);
}
module_init(importer_init);

/* Who looks through a reservation's fences may just have come upon ours. */
static void __exit importer_exit(void)
{
	misc_deregister(&importer_device);
	synchronize_rcu();
}
module_exit(importer_exit);

MODULE_DESCRIPTION("Takes dma-bufs as told by a test");
MODULE_LICENSE("GPL");
COMPAT_IMPORT_NS("DMA_BUF");
