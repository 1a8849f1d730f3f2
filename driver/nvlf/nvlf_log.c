// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_log.c - the error logs of devices: moved out of them as they tell of
 * new records, told to listeners, and the newest kept for who asks later.
 *
 * A device keeps 64 records. Those that were overwritten before the driver
 * came, and those that the driver's own ring has lost, are missing in the
 * sequence of their indexes: nothing is lost unseen.
 */
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>

#include "nvlf_nl.h"
#include "nvlf_trace.h"

static_assert((int)NVLF_SEVERITY_INFO == (int)NVL_SEVERITY_INFO);
static_assert((int)NVLF_SEVERITY_FATAL == (int)NVL_SEVERITY_FATAL);
static_assert((int)NVLF_SCOPE_PORT == (int)NVL_SCOPE_PORT);
static_assert((int)NVLF_SCOPE_FABRIC == (int)NVL_SCOPE_FABRIC);
static_assert((int)NVLF_ERROR_NONE == (int)NVL_ERROR_NONE);
static_assert((int)NVLF_ERROR_LINK_DOWN == (int)NVL_ERROR_LINK_DOWN);
static_assert((int)NVLF_ERROR_ACCESS == (int)NVL_ERROR_ACCESS);

/* Their entries are found by division of numbers that wrap. */
static_assert(!(NVLF_LOG_KEPT & (NVLF_LOG_KEPT - 1)));
static_assert(!(NVL_LOG_ENTRIES & (NVL_LOG_ENTRIES - 1)));

#define NVLF_LOG_NO_PORT U32_MAX

/*
 * Reads record @n; false where another has taken its place, or nobody answers.
 * Zeroes are no record 0: they come from behind a bridge that has closed.
 */
static bool nvlf_log_fetch(void __iomem *regs, u64 n,
			   struct nvlf_log_record *rec)
{
	regs += NVL_LOG_BASE + (n % NVL_LOG_ENTRIES) * NVL_LOG_STRIDE;

	rec->index = readq(regs + NVL_LOG_INDEX);
	if (rec->index != n)
		return false;
	rec->time = readq(regs + NVL_LOG_TIME);
	rec->what = readl(regs + NVL_LOG_WHAT);
	rec->port = readl(regs + NVL_LOG_PORT);
	rec->detail = readq(regs + NVL_LOG_DETAIL);
	return readq(regs + NVL_LOG_INDEX) == n &&
	       NVL_LOG_CLASS(rec->what) != NVL_ERROR_NONE;
}

static int nvlf_nl_put_record(struct sk_buff *skb, const struct genl_info *info,
			      struct netlink_callback *cb,
			      const struct nvlf_device *dev,
			      const struct nvlf_log_record *rec)
{
	void *hdr = nvlf_nl_put_header(skb, info, cb);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVLF_A_LOG_OWNER, dev->owner) ||
	    nla_put_u32(skb, NVLF_A_LOG_OWNER_ID, dev->id) ||
	    nla_put_u64_64bit(skb, NVLF_A_LOG_INDEX, rec->index,
			      NVLF_A_LOG_PAD) ||
	    nla_put_u64_64bit(skb, NVLF_A_LOG_TIME, rec->time,
			      NVLF_A_LOG_PAD) ||
	    nla_put_u32(skb, NVLF_A_LOG_ERROR, NVL_LOG_CLASS(rec->what)) ||
	    nla_put_u32(skb, NVLF_A_LOG_SEVERITY,
			NVL_LOG_SEVERITY(rec->what)) ||
	    nla_put_u32(skb, NVLF_A_LOG_SCOPE, NVL_LOG_SCOPE(rec->what)) ||
	    (rec->port != NVLF_LOG_NO_PORT &&
	     nla_put_u32(skb, NVLF_A_LOG_PORT, rec->port)) ||
	    nla_put_u64_64bit(skb, NVLF_A_LOG_DETAIL, rec->detail,
			      NVLF_A_LOG_PAD)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static void nvlf_nl_notify_record(const struct nvlf_device *dev,
				  const struct nvlf_log_record *rec)
{
	struct genl_info info;
	struct sk_buff *skb = nvlf_nl_ntf_new(&info, NVLF_CMD_LOG_NTF);

	if (skb)
		nvlf_nl_ntf_send(skb, nvlf_nl_put_record(skb, &info, NULL, dev,
							 rec));
}

/*
 * Moves what is new into the ring. Returns the number from which on no driver
 * has read the device's records before. A device that loses its power meanwhile
 * keeps its records: those that it did not tell are moved when it is back.
 */
static u64 nvlf_log_move(const struct nvlf_device *dev, u64 head)
{
	u64 tail = readq(dev->common + NVL_REG_LOG_TAIL);
	struct nvlf_log *log = dev->log;
	struct nvlf_log_record rec;
	u64 n;

	/* Less than there were: it has lost its power, and begun anew */
	n = head < log->next ? 0 : log->next;
	if (head - n > NVL_LOG_ENTRIES)
		n = head - NVL_LOG_ENTRIES;
	for (; n < head; n++) {
		if (!nvlf_log_fetch(dev->common, n, &rec))
			continue;
		log->record[log->count++ % NVLF_LOG_KEPT] = rec;
		log->next = n + 1;
	}
	if (!nvlf_device_answers(dev))
		return tail;
	log->next = head;
	writeq(head, dev->common + NVL_REG_LOG_TAIL);
	writel(NVL_LOG_OVERFLOW, dev->common + NVL_REG_LOG_STATUS);
	return tail;
}

/**
 * nvlf_log_collect() - take over what a device has logged since the last time
 * @f: fabric
 * @dev: device; nothing is done where it does not answer
 *
 * The first time, what the device still has is taken over, too, for who asks;
 * listeners are told of what no driver has read before. Where something was
 * lost, devlink's health reporter is told as well.
 *
 * Context: holds change.
 */
void nvlf_log_collect(struct nvlf_fabric *f, const struct nvlf_device *dev)
{
	struct nvlf_log *log = dev->log;
	const struct nvlf_log_record *rec;
	u32 count = log->count;
	u64 head, tail = 0;
	bool lost = false;

	if (!nvlf_device_begin(dev))
		return;
	head = readq(dev->common + NVL_REG_LOG_HEAD);
	/* All-ones: there is nobody, and no need to read 64 records */
	if (head != U64_MAX && head != log->next)
		tail = nvlf_log_move(dev, head);
	nvlf_device_end(dev);

	f->logged |= count != log->count;
	for (; count != log->count; count++) {
		rec = &log->record[count % NVLF_LOG_KEPT];
		if (rec->index < tail)
			continue;
		trace_nvlf_error(dev->owner, dev->id, rec);
		nvlf_nl_notify_record(dev, rec);
		lost |= NVL_LOG_SEVERITY(rec->what) >= NVL_SEVERITY_ERROR;
	}
	if (lost && dev->monitor->reports)
		nvlf_devlink_report(dev->monitor->devlink);
}

static int nvlf_nl_dump_log(struct sk_buff *skb, struct netlink_callback *cb,
			    struct nvlf_nl_dump *at,
			    const struct nvlf_device *dev)
{
	const struct nvlf_log *log = dev->log;
	int err;

	/*
	 * The ring goes on between the parts of a dump, which is interrupted
	 * then. That of a device that was bound anew has begun anew, maybe with
	 * less than was told: the dump ends here.
	 */
	if (at->index > log->count)
		at->index = log->count;
	if (log->count - at->index > NVLF_LOG_KEPT)
		at->index = log->count - NVLF_LOG_KEPT;
	for (; at->index != log->count; at->index++) {
		err = nvlf_nl_put_record(skb, genl_info_dump(cb), cb, dev,
					 &log->record[at->index %
						      NVLF_LOG_KEPT]);
		if (err)
			return err;
	}
	return 0;
}

int nvlf_nl_log_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return nvlf_nl_dump_devices(skb, cb, &nvlf_fabric.log_sequence,
				    nvlf_nl_dump_log);
}
