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
int cmd_port_list(int argc, char **argv);
int cmd_port_show(int argc, char **argv);
int cmd_route_list(int argc, char **argv);
int cmd_route_show(int argc, char **argv);
int cmd_route_set(int argc, char **argv);
int cmd_route_del(int argc, char **argv);
int cmd_partition_list(int argc, char **argv);
int cmd_partition_show(int argc, char **argv);
int cmd_partition_set(int argc, char **argv);
int cmd_partition_del(int argc, char **argv);
int cmd_peer_read(int argc, char **argv);
int cmd_peer_write(int argc, char **argv);
int cmd_peer_fill(int argc, char **argv);
int cmd_peer_serve(int argc, char **argv);
int cmd_atomic_add(int argc, char **argv);
int cmd_atomic_swap(int argc, char **argv);
int cmd_atomic_cas(int argc, char **argv);

/* Connects, or says why not. Return: NULL then. */
struct nvlf_client *connect_fabric(void);

enum verb {
	VERB_GET,
	VERB_SET,
	VERB_DEL,
};

/*
 * Gets, sets or removes the object @record; says what was wrong with which.
 * Return: an exit code.
 */
int ask_fabric(enum verb verb, const struct nvlf_type *type, void *record);

/* Prints the records of a list as a JSON array. */
void show_list_json(const struct nvlf_type *type, const struct nvlf_list *list);

#endif /* TRN4CTL_H */
