/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * devlink.h - requests to the devlink instances of devices, by a socket of
 * nvlf_nl.h.
 */
#ifndef SELFTESTS_DEVLINK_H
#define SELFTESTS_DEVLINK_H

#include "nvlf_nl.h"

int devlink_family(struct nl *nl, __u16 *family);
void devlink_request(struct nl_request *req, __u16 family, __u8 cmd,
		     const char *device);

#endif /* SELFTESTS_DEVLINK_H */
