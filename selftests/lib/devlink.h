/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * devlink.h - requests to the devlink instances of devices, by a socket of
 * nvlf_nl.h.
 */
#ifndef SELFTESTS_DEVLINK_H
#define SELFTESTS_DEVLINK_H

#include "fabric.h"

/* The driver's parameter, and what it is for a new device; ms */
/* enum devlink_param_type of the kernel, as it is told: netlink's own */
#define DEVLINK_TYPE_U8  1
#define DEVLINK_TYPE_U32 3

#define DEVLINK_CHECK         "check_interval"
#define DEVLINK_CHECK_DEFAULT 1000

int devlink_family(struct nl *nl, __u16 *family);
void devlink_request(struct nl_request *req, __u16 family, __u8 cmd,
		     const char *device);
int devlink_check_get(struct nl *nl, __u16 family, const char *device,
		      __u32 *ms);
int devlink_check_set(struct nl *nl, __u16 family, const char *device,
		      __u32 ms);
int devlink_check_set_all(struct nl *nl, const struct fabric *fabric, __u32 ms);

#endif /* SELFTESTS_DEVLINK_H */
