// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_devlink.c - a devlink instance for each endpoint and each switch: what
 * it is, a health reporter "fabric" that shows how it stands and what it has
 * logged, and is told of each error by which something was lost, and a parameter
 * that says how often to look whether it is there.
 *
 * All that it tells is in registers that both kinds of device have, so that an
 * endpoint's driver has nothing to do for it. A call takes devlink's lock of
 * the instance first and fabric.change within; so instances come and go
 * without change held.
 */
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/unaligned.h>
#include <net/devlink.h>

#include "../compat.h"
#include "nvlf_nl.h"

/*
 * How often a device is looked at, in ms. Not so often that it is felt: a read
 * of a register can be an exit from a guest, and a rack has a hundred devices.
 */
#define NVLF_CHECK_DEFAULT_MS 1000
#define NVLF_CHECK_MIN_MS     100
#define NVLF_CHECK_MAX_MS     3600000

/* Ordered: all looks take change, and else each would keep a worker waiting */
static struct workqueue_struct *nvlf_check_wq;

/**
 * struct nvlf_devlink - what belongs to an instance
 * @owner: enum nvlf_owner
 * @id: target id or switch number
 * @fabric: its health reporter
 * @report: tells @fabric of new errors: it takes devlink's lock, and who finds
 *	the errors holds change
 * @mend: tells @fabric that nothing is in fault any more
 * @sick: @fabric was told of an error, and that it has not recovered from it
 * @check: looks at the device, and has itself run again
 * @interval: after so many ms; 0: never. Set under devlink's lock of the
 *	instance, read without
 *
 * But for the last five constant while the instance is registered.
 */
struct nvlf_devlink {
	u32 owner;
	u32 id;
	struct devlink_health_reporter *fabric;
	struct work_struct report;
	struct work_struct mend;
	bool sick;
	struct delayed_work check;
	u32 interval;
};

/* There is no firmware: what it is, and the version of its registers */
static int nvlf_devlink_put_versions(struct devlink_info_req *req, u32 id,
				     u32 version)
{
	char text[16];
	int err;

	/* Four letters, the first in the lowest byte */
	put_unaligned_le32(id, text);
	text[4] = 0;
	err = devlink_info_version_fixed_put(req,
					     DEVLINK_INFO_VERSION_GENERIC_ASIC_ID,
					     text);
	if (err)
		return err;
	snprintf(text, sizeof(text), "%u.%u", version >> 16, version & 0xffff);
	return devlink_info_version_fixed_put(req,
					      DEVLINK_INFO_VERSION_GENERIC_ASIC_REV,
					      text);
}

static const struct nvlf_location *
nvlf_devlink_location(const struct nvlf_device *dev)
{
	return dev->ep ? &dev->ep->location : &dev->sw->location;
}

static int nvlf_devlink_info(struct devlink *devlink,
			     struct devlink_info_req *req,
			     struct netlink_ext_ack *extack)
{
	struct nvlf_devlink *nd = devlink_priv(devlink);
	struct nvlf_fabric *f = &nvlf_fabric;
	u32 id = 0, version = 0;
	struct nvlf_device dev;
	const char *serial;
	bool answers = false;
	int err = -ENODEV;

	mutex_lock(&f->change);
	if (nvlf_device_find(f, nd->owner, nd->id, &dev) &&
	    nvlf_device_begin(&dev)) {
		id = readl(dev.common + NVL_REG_ID);
		version = readl(dev.common + NVL_REG_VERSION);
		answers = nvlf_device_answers(&dev);
		nvlf_device_end(&dev);
	}
	if (!answers) {
		NL_SET_ERR_MSG(extack, "the device does not answer");
		goto out;
	}

	serial = nvlf_devlink_location(&dev)->serial;
	err = serial[0] ? devlink_info_serial_number_put(req, serial) : 0;
	if (!err)
		err = nvlf_devlink_put_versions(req, id, version);
out:
	mutex_unlock(&f->change);
	return err;
}

static const struct devlink_ops nvlf_devlink_ops = {
	.info_get = nvlf_devlink_info,
};

/* ---- The health reporter ------------------------------------------------ */

/**
 * struct nvlf_device_errors - what a device's registers say of errors
 * @refused: accesses
 * @last: why the last of them was
 * @address: where that was
 * @logged: records in its log, also those that it does not keep
 */
struct nvlf_device_errors {
	u32 refused;
	u32 last;
	u64 address;
	u64 logged;
};

/* Returns false where it does not answer; @errors may be NULL. */
static bool nvlf_devlink_read(const struct nvlf_device *dev,
			      struct nvlf_device_errors *errors)
{
	bool answers;

	if (!nvlf_device_begin(dev))
		return false;
	if (errors) {
		errors->refused = readl(dev->common + NVL_REG_ERR_COUNT);
		errors->last = readl(dev->common + NVL_REG_ERR_LAST);
		errors->address = readq(dev->common + NVL_REG_ERR_ADDR);
		errors->logged = readq(dev->common + NVL_REG_LOG_HEAD);
	}
	answers = nvlf_device_answers(dev);
	nvlf_device_end(dev);
	return answers;
}

/* How the device stands at this moment */
static int nvlf_devlink_diagnose(struct devlink_health_reporter *reporter,
				 struct devlink_fmsg *fmsg,
				 struct netlink_ext_ack *extack)
{
	struct nvlf_devlink *nd = devlink_health_reporter_priv(reporter);
	struct nvlf_fabric *f = &nvlf_fabric;
	struct nvlf_device_errors errors;
	struct nvlf_device dev;
	bool answers;

	mutex_lock(&f->change);
	if (!nvlf_device_find(f, nd->owner, nd->id, &dev)) {
		mutex_unlock(&f->change);
		return -ENODEV;
	}
	answers = nvlf_devlink_read(&dev, &errors);
	devlink_fmsg_bool_pair_put(fmsg, "answers", answers);
	devlink_fmsg_u32_pair_put(fmsg, "ports", dev.nports);
	devlink_fmsg_u32_pair_put(fmsg, "ports up",
				  nvlf_ports_up(dev.port, dev.nports));
	if (answers) {
		devlink_fmsg_u32_pair_put(fmsg, "refused accesses",
					  errors.refused);
		devlink_fmsg_u32_pair_put(fmsg, "last refused for",
					  errors.last);
		devlink_fmsg_u64_pair_put(fmsg, "last refused at",
					  errors.address);
		devlink_fmsg_u64_pair_put(fmsg, "errors logged", errors.logged);
	}
	mutex_unlock(&f->change);
	return 0;
}

static void nvlf_devlink_put_record(struct devlink_fmsg *fmsg,
				    const struct nvlf_log_record *rec)
{
	devlink_fmsg_obj_nest_start(fmsg);
	devlink_fmsg_u64_pair_put(fmsg, "index", rec->index);
	devlink_fmsg_u64_pair_put(fmsg, "time", rec->time);
	devlink_fmsg_u32_pair_put(fmsg, "error", NVL_LOG_CLASS(rec->what));
	devlink_fmsg_u32_pair_put(fmsg, "severity",
				  NVL_LOG_SEVERITY(rec->what));
	devlink_fmsg_u32_pair_put(fmsg, "scope", NVL_LOG_SCOPE(rec->what));
	devlink_fmsg_u32_pair_put(fmsg, "port", rec->port);
	devlink_fmsg_u64_pair_put(fmsg, "detail", rec->detail);
	devlink_fmsg_obj_nest_end(fmsg);
}

/* The newest errors that it has logged, the oldest of them first */
static int nvlf_devlink_dump(struct devlink_health_reporter *reporter,
			     struct devlink_fmsg *fmsg, void *context,
			     struct netlink_ext_ack *extack)
{
	struct nvlf_devlink *nd = devlink_health_reporter_priv(reporter);
	struct nvlf_fabric *f = &nvlf_fabric;
	const struct nvlf_log *log;
	struct nvlf_device dev;
	u32 i;

	mutex_lock(&f->change);
	if (!nvlf_device_find(f, nd->owner, nd->id, &dev)) {
		mutex_unlock(&f->change);
		return -ENODEV;
	}
	log = dev.log;
	devlink_fmsg_arr_pair_nest_start(fmsg, "errors");
	for (i = log->count - min(log->count, NVLF_LOG_KEPT); i != log->count;
	     i++)
		nvlf_devlink_put_record(fmsg, &log->record[i % NVLF_LOG_KEPT]);
	devlink_fmsg_arr_pair_nest_end(fmsg);
	mutex_unlock(&f->change);
	return 0;
}

/* Is nothing in fault? Else the reason is in @extack, which may be NULL. */
static int nvlf_devlink_check(const struct nvlf_devlink *nd,
			      struct netlink_ext_ack *extack)
{
	struct nvlf_fabric *f = &nvlf_fabric;
	struct nvlf_device dev;
	unsigned int i;
	int err = 0;

	mutex_lock(&f->change);
	if (!nvlf_device_find(f, nd->owner, nd->id, &dev)) {
		err = -ENODEV;
		goto out;
	}
	if (!nvlf_devlink_read(&dev, NULL)) {
		NL_SET_ERR_MSG(extack, "the device does not answer");
		err = -EIO;
		goto out;
	}
	for (i = 0; i < dev.nports && !err; i++) {
		if (dev.port[i].state != NVL_PORT_FAULT)
			continue;
		NL_SET_ERR_MSG_FMT(extack, "port %u is in fault: retrain it",
				   i);
		err = -EIO;
	}
out:
	mutex_unlock(&f->change);
	return err;
}

/*
 * A device mends itself, or the manager mends it: all that is to be done here
 * is to see whether it has been. Called for each report, and by who asks.
 */
static int nvlf_devlink_recover(struct devlink_health_reporter *reporter,
				void *context, struct netlink_ext_ack *extack)
{
	return nvlf_devlink_check(devlink_health_reporter_priv(reporter),
				  extack);
}

static const struct devlink_health_reporter_ops nvlf_devlink_fabric_ops = {
	.name = "fabric",
	.diagnose = nvlf_devlink_diagnose,
	.dump = nvlf_devlink_dump,
	.recover = nvlf_devlink_recover,
};

static void nvlf_devlink_report_work(struct work_struct *work)
{
	struct nvlf_devlink *nd = container_of(work, struct nvlf_devlink,
					       report);

	/*
	 * Whether it has recovered is kept and told by devlink. Where it has
	 * not, devlink asks no more; it may have just now.
	 */
	if (devlink_health_report(nd->fabric, "an error was logged", NULL)) {
		WRITE_ONCE(nd->sick, true);
		schedule_work(&nd->mend);
	}
}

static void nvlf_devlink_mend_work(struct work_struct *work)
{
	struct nvlf_devlink *nd = container_of(work, struct nvlf_devlink, mend);
	bool sick = nvlf_devlink_check(nd, NULL);

	/*
	 * A report that comes just now has this run once more, which puts right
	 * what is told here.
	 */
	WRITE_ONCE(nd->sick, sick);
	devlink_health_reporter_state_update(nd->fabric,
					     sick ? DEVLINK_HEALTH_REPORTER_STATE_ERROR :
						    DEVLINK_HEALTH_REPORTER_STATE_HEALTHY);
}

/**
 * nvlf_devlink_changed() - ports of a device have changed
 * @devlink: from nvlf_devlink_register(), and not being unregistered
 *
 * If it was in fault, that may have ended.
 *
 * Context: any
 */
void nvlf_devlink_changed(struct devlink *devlink)
{
	struct nvlf_devlink *nd = devlink_priv(devlink);

	if (READ_ONCE(nd->sick))
		schedule_work(&nd->mend);
}

/**
 * nvlf_devlink_report() - a device has logged an error that is one
 * @devlink: from nvlf_devlink_register(), and not being unregistered
 *
 * What is logged until devlink hears of it, it hears of once.
 *
 * Context: any
 */
void nvlf_devlink_report(struct devlink *devlink)
{
	struct nvlf_devlink *nd = devlink_priv(devlink);

	schedule_work(&nd->report);
}

/* ---- Looking at it, once in a while -------------------------------------- */

/* When the next look is, in jiffies from now */
static unsigned long nvlf_devlink_check_delay(u32 ms)
{
	unsigned long delay = msecs_to_jiffies(ms);

	/* Seconds need not be exact: all devices together wake a CPU once */
	return ms < MSEC_PER_SEC ? delay : round_jiffies_relative(delay);
}

/*
 * Takes change and nothing else. A reset or unbind need not stop it: what they
 * do to the device they have told under change, or is the client's to know.
 */
static void nvlf_devlink_check_work(struct work_struct *work)
{
	struct nvlf_devlink *nd = container_of(to_delayed_work(work),
					       struct nvlf_devlink, check);
	u32 ms;

	nvlf_device_check(&nvlf_fabric, nd->owner, nd->id);
	ms = READ_ONCE(nd->interval);
	/* No more than that: the interval may have been set meanwhile, and won */
	if (ms)
		queue_delayed_work(nvlf_check_wq, &nd->check,
				   nvlf_devlink_check_delay(ms));
}

enum {
	NVLF_DEVLINK_PARAM_BASE = DEVLINK_PARAM_GENERIC_ID_MAX,
	NVLF_DEVLINK_PARAM_CHECK_INTERVAL,
};

int nvlf_devlink_interval_get(struct devlink *devlink, u32 id,
			      struct devlink_param_gset_ctx *ctx)
{
	struct nvlf_devlink *nd = devlink_priv(devlink);

	ctx->val.vu32 = nd->interval;
	return 0;
}

static int nvlf_devlink_interval_set(struct devlink *devlink, u32 id,
				     struct devlink_param_gset_ctx *ctx,
				     struct netlink_ext_ack *extack)
{
	struct nvlf_devlink *nd = devlink_priv(devlink);

	WRITE_ONCE(nd->interval, ctx->val.vu32);
	if (nd->interval)
		mod_delayed_work(nvlf_check_wq, &nd->check,
				 nvlf_devlink_check_delay(nd->interval));
	else
		cancel_delayed_work_sync(&nd->check);
	return 0;
}

static int nvlf_devlink_interval_validate(struct devlink *devlink, u32 id,
					  union devlink_param_value val,
					  struct netlink_ext_ack *extack)
{
	if (!val.vu32 ||
	    (val.vu32 >= NVLF_CHECK_MIN_MS && val.vu32 <= NVLF_CHECK_MAX_MS))
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "check_interval is 0, or %u to %u ms",
			   NVLF_CHECK_MIN_MS, NVLF_CHECK_MAX_MS);
	return -ERANGE;
}

static const struct devlink_param nvlf_devlink_params[] = {
	DEVLINK_PARAM_DRIVER(NVLF_DEVLINK_PARAM_CHECK_INTERVAL,
			     "check_interval", DEVLINK_PARAM_TYPE_U32,
			     BIT(DEVLINK_PARAM_CMODE_RUNTIME),
			     compat_interval_get, nvlf_devlink_interval_set,
			     nvlf_devlink_interval_validate),
};

/**
 * nvlf_devlink_init() - what all instances share
 *
 * Return: 0 or -ENOMEM.
 */
int nvlf_devlink_init(void)
{
	/* A device that sleeps is not to be looked at */
	nvlf_check_wq = alloc_ordered_workqueue("nvlf_check", WQ_FREEZABLE);
	return nvlf_check_wq ? 0 : -ENOMEM;
}

/**
 * nvlf_devlink_fini() - undo nvlf_devlink_init(); there are no instances
 */
void nvlf_devlink_fini(void)
{
	destroy_workqueue(nvlf_check_wq);
}

/* ---- Coming and going --------------------------------------------------- */

/**
 * nvlf_devlink_register() - make the devlink instance of a device
 * @dev: the device
 * @owner: enum nvlf_owner
 * @id: target id or switch number; registered
 *
 * Context: process; takes the instance's lock, so not under change.
 * Return: for nvlf_devlink_unregister(), or an ERR_PTR.
 */
struct devlink *nvlf_devlink_register(struct device *dev, u32 owner, u32 id)
{
	struct devlink *devlink;
	struct nvlf_devlink *nd;
	int err;

	devlink = devlink_alloc(&nvlf_devlink_ops, sizeof(*nd), dev);
	if (!devlink)
		return ERR_PTR(-ENOMEM);
	nd = devlink_priv(devlink);
	nd->owner = owner;
	nd->id = id;
	INIT_WORK(&nd->report, nvlf_devlink_report_work);
	INIT_WORK(&nd->mend, nvlf_devlink_mend_work);
	INIT_DELAYED_WORK(&nd->check, nvlf_devlink_check_work);
	nd->interval = NVLF_CHECK_DEFAULT_MS;

	devl_lock(devlink);
	nd->fabric = compat_reporter_create(devlink, &nvlf_devlink_fabric_ops,
					    nd);
	if (IS_ERR(nd->fabric)) {
		err = PTR_ERR(nd->fabric);
		goto err_unlock;
	}
	err = devl_params_register(devlink, nvlf_devlink_params,
				   ARRAY_SIZE(nvlf_devlink_params));
	if (err)
		goto err_reporter;
	err = devl_register(devlink);
	if (err)
		goto err_params;
	queue_delayed_work(nvlf_check_wq, &nd->check,
			   nvlf_devlink_check_delay(nd->interval));
	devl_unlock(devlink);
	return devlink;

err_params:
	devl_params_unregister(devlink, nvlf_devlink_params,
			       ARRAY_SIZE(nvlf_devlink_params));
err_reporter:
	devl_health_reporter_destroy(nd->fabric);
err_unlock:
	devl_unlock(devlink);
	devlink_free(devlink);
	return ERR_PTR(err);
}

/**
 * nvlf_devlink_unregister() - undo nvlf_devlink_register()
 * @devlink: from it; freed. Nobody reports, or tells of changes, any more.
 *
 * Context: process; takes the instance's lock, so not under change.
 */
void nvlf_devlink_unregister(struct devlink *devlink)
{
	struct nvlf_devlink *nd = devlink_priv(devlink);

	/* Until it is unregistered its interval can be set: not to any effect */
	disable_delayed_work_sync(&nd->check);
	cancel_work_sync(&nd->report);
	cancel_work_sync(&nd->mend);
	devl_lock(devlink);
	devl_unregister(devlink);
	devl_params_unregister(devlink, nvlf_devlink_params,
			       ARRAY_SIZE(nvlf_devlink_params));
	devl_health_reporter_destroy(nd->fabric);
	devl_unlock(devlink);
	devlink_free(devlink);
}
