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
