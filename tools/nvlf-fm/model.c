// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * model.c - reads the fabric into a model.
 */
#include "array.h"
#include "model.h"

int model_read(struct model *model, struct nvlf_client *client, bool log)
{
	struct model fresh = {};
	const struct {
		const struct nvlf_type *type;
		struct nvlf_list *list;
	} parts[] = {
		{ &nvlf_endpoint_type, &fresh.endpoints },
		{ &nvlf_switch_type, &fresh.switches },
		{ &nvlf_port_type, &fresh.ports },
		{ &nvlf_route_type, &fresh.routes },
		/* The last: what went down before a port was read is in it. */
		{ &nvlf_log_type, &fresh.log },
	};
	bool torn;
	size_t i;
	int ret;

	model_free(model);
	ret = nvlf_dump(client, &nvlf_partition_type, NULL, &fresh.partitions);
	if (ret)
		return ret;
	for (i = 0; i < ARRAY_SIZE(parts) - !log; i++) {
		ret = nvlf_dump_any(client, parts[i].type, NULL, parts[i].list,
				    &torn);
		if (ret) {
			model_free(&fresh);
			return ret;
		}
		fresh.torn |= torn;
	}
	*model = fresh;
	return 0;
}

void model_free(struct model *model)
{
	nvlf_list_free(&model->endpoints);
	nvlf_list_free(&model->switches);
	nvlf_list_free(&model->ports);
	nvlf_list_free(&model->routes);
	nvlf_list_free(&model->partitions);
	nvlf_list_free(&model->log);
}

void model_links(const struct model *model, struct model_links *links)
{
	const struct nvlf_port *port = model->ports.records;
	unsigned int training[2] = {};
	size_t i;

	*links = (struct model_links) {};
	for (i = 0; i < model->ports.count; i++, port++) {
		if (port->state == NVLF_PORT_STATE_TRAIN)
			training[port->owner == NVLF_OWNER_SWITCH]++;
		if (port->owner != NVLF_OWNER_ENDPOINT)
			continue;
		links->all++;
		links->up += nvlf_port_up(port);
	}
	/* A link trains at both ends; one of them may be told a little later. */
	links->training = training[0] > training[1] ? training[0] : training[1];
}
