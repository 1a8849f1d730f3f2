// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * caps.c - to do something as somebody who may do little.
 */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "caps.h"

/* From here on this process has no capability, for good; 0 or -errno */
int drop_caps(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	memset(data, 0, sizeof(data));
	return syscall(SYS_capset, &head, data) ? -errno : 0;
}
