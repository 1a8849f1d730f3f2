// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * devlink.c - requests to the devlink instances of devices.
 */
#include <errno.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <string.h>

#include "devlink.h"

static int on_family(const struct nl_reply *reply, void *priv)
{
	const struct nlattr *id = reply->attrs[CTRL_ATTR_FAMILY_ID];

	if (!id)
		return -EBADMSG;
	memcpy(priv, id + 1, sizeof(__u16));
	return 0;
}

/**
 * devlink_family() - ask for the number of the family devlink
 * @nl: socket
 * @family: out, the number
 *
 * Return: 0 or a negative errno.
 */
int devlink_family(struct nl *nl, __u16 *family)
{
	struct nl_request req;

	nl_request(&req, CTRL_CMD_GETFAMILY);
	req.head.nlmsg_type = GENL_ID_CTRL;
	nl_put(&req, CTRL_ATTR_FAMILY_NAME, DEVLINK_GENL_NAME,
	       sizeof(DEVLINK_GENL_NAME));
	return nl_do(nl, &req, on_family, family);
}

/**
 * devlink_request() - begin a request about a device
 * @req: the request
 * @family: from devlink_family()
 * @cmd: DEVLINK_CMD_*
 * @device: its name, such as 0000:01:00.0
 */
void devlink_request(struct nl_request *req, __u16 family, __u8 cmd,
		     const char *device)
{
	nl_request(req, cmd);
	req->head.nlmsg_type = family;
	nl_put(req, DEVLINK_ATTR_BUS_NAME, "pci", 4);
	nl_put(req, DEVLINK_ATTR_DEV_NAME, device, strlen(device) + 1);
}

/* A nest of the parameter, of its values and of one value */
static int on_u32(const struct nl_reply *reply, void *priv)
{
	static const int nests[] = { DEVLINK_ATTR_PARAM,
				     DEVLINK_ATTR_PARAM_VALUES_LIST,
				     DEVLINK_ATTR_PARAM_VALUE };
	const struct nl_reply *outer = reply;
	const struct nlattr *attr;
	struct nl_reply inner;
	unsigned int i;

	for (i = 0; i < sizeof(nests) / sizeof(*nests); i++) {
		attr = nl_next(outer, nests[i], NULL);
		if (!attr)
			return -EBADMSG;
		nl_nested(attr, &inner);
		outer = &inner;
	}
	attr = nl_next(outer, DEVLINK_ATTR_PARAM_VALUE_DATA, NULL);
	if (!attr || attr->nla_len != NLA_HDRLEN + sizeof(__u32))
		return -EBADMSG;
	memcpy(priv, attr + 1, sizeof(__u32));
	return 0;
}

/**
 * devlink_check_get() - how often a device is looked at
 * @nl: socket
 * @family: from devlink_family()
 * @device: its name
 * @ms: out, the interval
 *
 * Return: 0 or a negative errno.
 */
int devlink_check_get(struct nl *nl, __u16 family, const char *device,
		      __u32 *ms)
{
	struct nl_request req;

	devlink_request(&req, family, DEVLINK_CMD_PARAM_GET, device);
	nl_put(&req, DEVLINK_ATTR_PARAM_NAME, DEVLINK_CHECK,
	       sizeof(DEVLINK_CHECK));
	return nl_do(nl, &req, on_u32, ms);
}

/**
 * devlink_check_set() - say how often a device is looked at
 * @nl: socket
 * @family: from devlink_family()
 * @device: its name
 * @ms: the interval; 0: never
 *
 * Return: 0 or a negative errno.
 */
int devlink_check_set(struct nl *nl, __u16 family, const char *device, __u32 ms)
{
	__u8 type = DEVLINK_TYPE_U32, cmode = DEVLINK_PARAM_CMODE_RUNTIME;
	struct nl_request req;

	devlink_request(&req, family, DEVLINK_CMD_PARAM_SET, device);
	nl_put(&req, DEVLINK_ATTR_PARAM_NAME, DEVLINK_CHECK,
	       sizeof(DEVLINK_CHECK));
	nl_put(&req, DEVLINK_ATTR_PARAM_TYPE, &type, sizeof(type));
	nl_put(&req, DEVLINK_ATTR_PARAM_VALUE_CMODE, &cmode, sizeof(cmode));
	nl_put_u32(&req, DEVLINK_ATTR_PARAM_VALUE_DATA, ms);
	return nl_do(nl, &req, NULL, NULL);
}

/**
 * devlink_check_set_all() - the same for each endpoint and each switch
 * @nl: socket
 * @fabric: has them
 * @ms: the interval; 0: never
 *
 * Return: 0 or a negative errno.
 */
int devlink_check_set_all(struct nl *nl, const struct fabric *fabric, __u32 ms)
{
	__u16 family;
	unsigned int i;
	int ret = devlink_family(nl, &family);

	for (i = 0; i < fabric->endpoint_count && !ret; i++)
		ret = devlink_check_set(nl, family, fabric->endpoints[i].device,
					ms);
	for (i = 0; i < fabric->switch_count && !ret; i++)
		ret = devlink_check_set(nl, family, fabric->switches[i].device,
					ms);
	return ret;
}
