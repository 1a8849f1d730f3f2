/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon.h - the manager that stays.
 */
#ifndef NVLF_FM_DAEMON_H
#define NVLF_FM_DAEMON_H

#include "config.h"
#include "nvlf_client.h"

/*
 * Manages the fabric until a signal ends it: SIGTERM and SIGINT leave all in
 * force, SIGHUP reads the file @path anew, if there is one. @config may be
 * replaced. @takeover holds whatever the file says. Return: an exit code.
 */
int daemon_run(struct nvlf_client *client, struct config *config,
	       const char *path, bool takeover);

#endif /* NVLF_FM_DAEMON_H */
