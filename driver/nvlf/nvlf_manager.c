// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_manager.c - who manages the fabric.
 *
 * A manager is a socket that has attached: it is known by that socket, and
 * lives as long. Its state is told to whoever wants to know, and has no other
 * use: routes, partitions, groups and windows are as they are, whether it comes,
 * falls silent or dies. Neither does the fabric's generation count it.
 *
 * The socket is held while it is the manager, so that its address stands for
 * no other. Its end is told by netlink's notifier, which comes for each socket
 * that ends; whether it was this one, the socket itself says.
 */
#include <linux/ktime.h>
#include <linux/notifier.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include "nvlf_nl.h"
#include "nvlf_trace.h"

/**
 * nvlf_manager_state() - whether somebody manages the fabric
 * @f: fabric
 *
 * Context: holds change.
 * Return: enum nvlf_manager_state.
 */
u32 nvlf_manager_state(const struct nvlf_fabric *f)
{
	const struct nvlf_manager *m = &f->manager;

	lockdep_assert_held(&f->change);

	if (!m->sk)
		return NVLF_MANAGER_STATE_OFFLINE;
	if (m->late)
		return NVLF_MANAGER_STATE_TIMEOUT;
	return m->configured ? NVLF_MANAGER_STATE_CONFIGURED :
			       NVLF_MANAGER_STATE_STANDBY;
}

/* ---- Messages ----------------------------------------------------------- */

static int nvlf_nl_put_manager(struct sk_buff *skb,
			       const struct genl_info *info,
			       const struct nvlf_fabric *f)
{
	void *hdr = nvlf_nl_put_header(skb, info, NULL);
	const struct nvlf_manager *m = &f->manager;

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVLF_A_MANAGER_STATE, nvlf_manager_state(f)))
		goto err;
	if (m->sk && (nla_put_string(skb, NVLF_A_MANAGER_NAME, m->name) ||
		      nla_put_u32(skb, NVLF_A_MANAGER_PORT_ID, m->port_id) ||
		      nla_put_u32(skb, NVLF_A_MANAGER_TIMEOUT, m->timeout) ||
		      nla_put_u64_64bit(skb, NVLF_A_MANAGER_HEARD_MS,
					ktime_ms_delta(ktime_get(), m->heard),
					NVLF_A_MANAGER_PAD)))
		goto err;
	genlmsg_end(skb, hdr);
	return 0;

err:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

static void nvlf_manager_notify(const struct nvlf_fabric *f)
{
	const struct nvlf_manager *m = &f->manager;
	struct genl_info info;
	struct sk_buff *skb;

	trace_nvlf_manager(nvlf_manager_state(f), m->sk ? m->port_id : 0,
			   m->sk ? m->name : "");
	skb = nvlf_nl_ntf_new(&info, NVLF_CMD_MANAGER_NTF);
	if (skb)
		nvlf_nl_ntf_send(skb, nvlf_nl_put_manager(skb, &info, f));
}

/* ---- Its life ----------------------------------------------------------- */

static void nvlf_manager_heard(struct nvlf_manager *m)
{
	m->heard = ktime_get();
	m->late = false;
	mod_delayed_work(system_wq, &m->due, msecs_to_jiffies(m->timeout));
}

/* May be under way already while the manager is heard of, or goes. */
static void nvlf_manager_overdue(struct work_struct *work)
{
	struct nvlf_manager *m = container_of(to_delayed_work(work),
					      struct nvlf_manager, due);
	struct nvlf_fabric *f = container_of(m, struct nvlf_fabric, manager);
	s64 left;

	mutex_lock(&f->change);
	if (!m->sk || m->late)
		goto out;
	left = m->timeout - ktime_ms_delta(ktime_get(), m->heard);
	if (left > 0) {
		mod_delayed_work(system_wq, &m->due, msecs_to_jiffies(left));
		goto out;
	}
	m->late = true;
	nvlf_manager_notify(f);
out:
	mutex_unlock(&f->change);
}

static void nvlf_manager_detach(struct nvlf_fabric *f)
{
	struct nvlf_manager *m = &f->manager;

	cancel_delayed_work(&m->due);
	sock_put(m->sk);
	m->sk = NULL;
	nvlf_manager_notify(f);
}

/* The last file of a socket was closed, be it by the death of its process. */
static int nvlf_manager_release(struct notifier_block *nb, unsigned long event,
				void *data)
{
	struct nvlf_fabric *f = container_of(nb, struct nvlf_fabric,
					     manager.release);
	const struct netlink_notify *released = data;

	/* Nobody else's close() waits for a change of the fabric to end */
	if (event != NETLINK_URELEASE ||
	    released->protocol != NETLINK_GENERIC ||
	    released->portid != READ_ONCE(f->manager.port_id))
		return NOTIFY_DONE;
	/* Numbers are of a namespace: it can be another with the same */
	mutex_lock(&f->change);
	if (f->manager.sk && sock_flag(f->manager.sk, SOCK_DEAD))
		nvlf_manager_detach(f);
	mutex_unlock(&f->change);
	return NOTIFY_DONE;
}

/**
 * nvlf_manager_init() - let managers attach
 * @f: fabric
 *
 * Context: process; takes change.
 * Return: 0, or an error of netlink_register_notifier().
 */
int nvlf_manager_init(struct nvlf_fabric *f)
{
	int err;

	INIT_DELAYED_WORK(&f->manager.due, nvlf_manager_overdue);
	f->manager.release.notifier_call = nvlf_manager_release;
	err = netlink_register_notifier(&f->manager.release);
	if (err)
		return err;
	mutex_lock(&f->change);
	f->manager.open = true;
	mutex_unlock(&f->change);
	return 0;
}

/**
 * nvlf_manager_fini() - detach the manager, and let no other attach
 * @f: fabric; the family is still registered, so that listeners hear of it
 *
 * Its socket may live on.
 *
 * Context: process; takes change.
 */
void nvlf_manager_fini(struct nvlf_fabric *f)
{
	mutex_lock(&f->change);
	f->manager.open = false;
	if (f->manager.sk)
		nvlf_manager_detach(f);
	mutex_unlock(&f->change);
	netlink_unregister_notifier(&f->manager.release);
	cancel_delayed_work_sync(&f->manager.due);
}

/* ---- Requests ----------------------------------------------------------- */

int nvlf_nl_manager_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply = nvlf_nl_get_begin();

	if (!reply)
		return -ENOMEM;
	return nvlf_nl_get_end(reply, info,
			       nvlf_nl_put_manager(reply, info, &nvlf_fabric));
}

/* Who is attached already may attach once more, to begin anew. */
static int nvlf_manager_attach(struct nvlf_fabric *f, struct sock *sk,
			       const struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct nvlf_manager *m = &f->manager;

	if (!m->open)
		return -ESHUTDOWN;
	if (m->sk && m->sk != sk &&
	    !nla_get_flag(attrs[NVLF_A_MANAGER_TAKEOVER])) {
		NL_SET_ERR_MSG_FMT(info->extack, "%s is attached", m->name);
		return -EBUSY;
	}

	sock_hold(sk);
	if (m->sk)
		sock_put(m->sk);
	m->sk = sk;
	nla_strscpy(m->name, attrs[NVLF_A_MANAGER_NAME], sizeof(m->name));
	m->timeout = nla_get_u32(attrs[NVLF_A_MANAGER_TIMEOUT]);
	WRITE_ONCE(m->port_id, info->snd_portid);
	m->configured = false;
	nvlf_manager_heard(m);
	nvlf_manager_notify(f);
	return 0;
}

int nvlf_nl_manager_attach_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *name = info->attrs[NVLF_A_MANAGER_NAME];
	struct nvlf_fabric *f = &nvlf_fabric;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, NVLF_A_MANAGER_NAME) ||
	    GENL_REQ_ATTR_CHECK(info, NVLF_A_MANAGER_TIMEOUT))
		return -EINVAL;
	if (!*(const char *)nla_data(name)) {
		NL_SET_ERR_MSG_ATTR(info->extack, name,
				    "a manager needs a name");
		return -EINVAL;
	}

	mutex_lock(&f->change);
	err = nvlf_manager_attach(f, NETLINK_CB(skb).sk, info);
	mutex_unlock(&f->change);
	return err;
}

static int nvlf_manager_heartbeat(struct nvlf_fabric *f, const struct sock *sk,
				  const struct genl_info *info)
{
	const struct nlattr *configured =
		info->attrs[NVLF_A_MANAGER_CONFIGURED];
	struct nvlf_manager *m = &f->manager;
	u32 state = nvlf_manager_state(f);

	if (!m->sk) {
		NL_SET_ERR_MSG(info->extack, "no manager is attached");
		return -EPERM;
	}
	if (m->sk != sk) {
		NL_SET_ERR_MSG_FMT(info->extack,
				   "%s is attached, by another socket",
				   m->name);
		return -EPERM;
	}

	if (configured)
		m->configured = nla_get_u32(configured);
	nvlf_manager_heard(m);
	if (nvlf_manager_state(f) != state)
		nvlf_manager_notify(f);
	return 0;
}

int nvlf_nl_manager_heartbeat_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nvlf_fabric *f = &nvlf_fabric;
	int err;

	mutex_lock(&f->change);
	err = nvlf_manager_heartbeat(f, NETLINK_CB(skb).sk, info);
	mutex_unlock(&f->change);
	return err;
}
