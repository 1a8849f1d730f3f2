/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trn4ctl.h - the commands of trn4ctl, and what they share.
 */
#ifndef TRN4CTL_H
#define TRN4CTL_H

#include "nvlf_client.h"
#include "options.h"
#include "out.h"
#include "trn4.h"

/*
 * Each reads its own command line, argv[0] being its name, and returns the
 * program's exit code.
 */
int cmd_list(int argc, char **argv);
int cmd_topology(int argc, char **argv);
int cmd_counters(int argc, char **argv);
int cmd_diagnose(int argc, char **argv);
int cmd_fabric(int argc, char **argv);
int cmd_manager(int argc, char **argv);
int cmd_monitor(int argc, char **argv);
int cmd_fault(int argc, char **argv);
int cmd_peer_read(int argc, char **argv);
int cmd_peer_write(int argc, char **argv);
int cmd_peer_fill(int argc, char **argv);
int cmd_peer_serve(int argc, char **argv);
int cmd_atomic(int argc, char **argv);

/* Connects, or says why not. Return: NULL then. */
struct nvlf_client *connect_fabric(void);

/*
 * The id of the endpoint or switch (enum nvlf_owner) that is called @name; says
 * so where there is none. Return: an exit code.
 */
int find_device(struct nvlf_client *client, uint32_t kind, const char *name,
		uint32_t *id);

/* Prints the records of a list as a JSON array. */
void show_list_json(const struct nvlf_type *type, const struct nvlf_list *list);

#endif /* TRN4CTL_H */
