/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model.h - the fabric as the manager sees it: all that the kernel told, at
 * one moment.
 */
#ifndef NVLF_FM_MODEL_H
#define NVLF_FM_MODEL_H

#include "nvlf_client.h"

/**
 * struct model - the fabric's objects, in the order in which they were told
 * @endpoints: struct nvlf_endpoint
 * @switches: struct nvlf_switch
 * @ports: struct nvlf_port, of endpoints and of switches
 * @routes: struct nvlf_route, those in force
 * @partitions: struct nvlf_partition, those in force
 * @log: struct nvlf_log, what devices have logged; empty if it was not asked for
 * @torn: changes came faster than lists could be read, so that some are not
 *	of one moment; never the partitions, as who is in none is joined to
 *	others
 *
 * Else each list is consistent in itself. Between two of them the fabric may have
 * changed: whoever acts on a model listens from before it was read, and reads
 * again when something comes.
 */
struct model {
	struct nvlf_list endpoints;
	struct nvlf_list switches;
	struct nvlf_list ports;
	struct nvlf_list routes;
	struct nvlf_list partitions;
	struct nvlf_list log;
	bool torn;
};

/*
 * Replaces what @model holds; with logs, if @log says so. Return: 0; a negative
 * errno and an empty model, nvlf_error() has the text, as it has of a torn model.
 */
int model_read(struct model *model, struct nvlf_client *client, bool log);
void model_free(struct model *model);

/* How many links endpoints have, how many are up, and how many train. */
struct model_links {
	unsigned int all;
	unsigned int up;
	unsigned int training;
};

void model_links(const struct model *model, struct model_links *links);

#endif /* NVLF_FM_MODEL_H */
