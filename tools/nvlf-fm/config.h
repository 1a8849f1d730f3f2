/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - the manager's configuration file.
 */
#ifndef NVLF_FM_CONFIG_H
#define NVLF_FM_CONFIG_H

#include <stdio.h>

#include "policy.h"

#define CONFIG_PATH  "/etc/nvlf-fm.conf"
#define CONFIG_ERROR 512

/**
 * struct config - all that the file can say
 * @policy: what is wanted of the fabric
 * @name: how the manager calls itself
 * @takeover: attach although another manager is attached
 * @timeout: ms, within which the kernel is to hear of it
 * @status_socket: where it tells how it is; empty for nowhere
 */
struct config {
	struct policy policy;
	char name[NVLF_MANAGER_NAME_MAX + 1];
	bool takeover;
	uint32_t timeout;
	char status_socket[108];
};

/* What holds where there is no file. */
void config_default(struct config *config);
void config_free(struct config *config);

/*
 * Reads a file; @name is how messages call it. Return: 0; a negative errno and
 * nothing in @config, @error names file, line, key and what is allowed.
 */
int config_read(struct config *config, FILE *file, const char *name,
		char error[CONFIG_ERROR]);
int config_load(struct config *config, const char *path,
		char error[CONFIG_ERROR]);

#endif /* NVLF_FM_CONFIG_H */
