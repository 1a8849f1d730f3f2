// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diagnose.c - trn4ctl diagnose, fabric and manager: what the kernel says of a
 * pair, of the fabric as a whole, and of who manages it.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "trn4ctl.h"

/* ---- A pair ------------------------------------------------------------- */

static void show_hops(const struct nvlf_diagnose *d)
{
	const struct nvlf_hop *hop = d->hops.records;
	size_t i;

	printf("endpoint %u to endpoint %u\n", d->src, d->dst);
	for (i = 0; i < d->hops.count; i++, hop++) {
		printf("  switch %u: %u link%s in, %u out: ", hop->switch_id,
		       hop->links_in, hop->links_in == 1 ? "" : "s",
		       hop->links_out);
		puts(hop->broken == NVLF_BROKEN_NOTHING ? "good" : hop->reason);
	}
	if (d->broken == NVLF_BROKEN_NOTHING)
		puts("reaches it");
	else
		printf("broken: %s\n", d->reason);
}

int cmd_diagnose(int argc, char **argv)
{
	static const struct command_line line = {
		.usage = "trn4ctl diagnose SRC DST [-j | -p]",
		.about =
			"Tells why endpoint SRC reaches endpoint DST, or why it does not: links from the\n"
			"one and links of the route to the other at each switch, and the first thing that\n"
			"is broken.\n",
		.notes =
			"An endpoint is a target id (0), a PCI address (0000:01:00.0), a location\n"
			"(r0/t3/s1) or a serial number. Exit status 1 where the way is broken.\n",
		.min_args = 2,
		.max_args = 2,
	};
	struct nvlf_diagnose d = {
		.present = 1u << NVLF_DIAGNOSE_SRC | 1u << NVLF_DIAGNOSE_DST,
	};
	struct nvlf_client *client;
	char **args;
	int code;

	code = command_parse(argc, argv, &line, &args);
	if (code)
		return code - 1;
	client = connect_fabric();
	if (!client)
		return EXIT_FAILED;
	code = find_device(client, NVLF_OWNER_ENDPOINT, args[0], &d.src);
	if (!code)
		code = find_device(client, NVLF_OWNER_ENDPOINT, args[1],
				   &d.dst);
	if (code)
		goto out;
	if (nvlf_get(client, &nvlf_diagnose_type, &d)) {
		code = fail("%s", nvlf_error(client));
		goto out;
	}
	if (out_json)
		json_show(nvlf_json(&nvlf_diagnose_type, &d), out_pretty);
	else
		show_hops(&d);
	if (d.broken != NVLF_BROKEN_NOTHING)
		code = EXIT_FAILED;
	nvlf_record_free(&nvlf_diagnose_type, &d);
out:
	nvlf_disconnect(client);
	return code;
}

/* ---- What there is one of ----------------------------------------------- */

/* Asks for the one object of a type. Return: an exit code. */
static int get_single(int argc, char **argv, const struct command_line *line,
		      const struct nvlf_type *type, void *record)
{
	struct nvlf_client *client;
	int code;

	code = command_parse(argc, argv, line, NULL);
	if (code)
		return code;
	client = connect_fabric();
	if (!client)
		return 1 + EXIT_FAILED;
	if (nvlf_get(client, type, record))
		code = 1 + fail("%s", nvlf_error(client));
	else if (out_json)
		json_show(nvlf_json(type, record), out_pretty);
	nvlf_disconnect(client);
	return code;
}

static const char *manager_state(uint32_t state)
{
	return nvlf_value_name(&nvlf_manager_type.fields[NVLF_MANAGER_STATE],
			       state);
}

int cmd_fabric(int argc, char **argv)
{
	static const struct command_line line = {
		.usage = "trn4ctl fabric [-j | -p]",
		.about =
			"Shows the fabric in numbers: how much there is of what, how many of the pairs\n"
			"that share a partition can talk, and its generation, which goes up with each\n"
			"change.\n",
	};
	struct nvlf_fabric f = {};
	int code;

	code = get_single(argc, argv, &line, &nvlf_fabric_type, &f);
	if (code)
		return code - 1;
	if (out_json)
		return EXIT_DONE;
	printf("endpoints   %u\n"
	       "switches    %u\n"
	       "routes      %u\n"
	       "partitions  %u\n"
	       "groups      %u\n"
	       "pairs       %u of %u can talk\n"
	       "manager     %s\n"
	       "generation  %u\n",
	       f.endpoints, f.switches, f.routes, f.partitions, f.groups,
	       f.pairs_reached, f.pairs, manager_state(f.manager),
	       f.generation);
	return EXIT_DONE;
}

int cmd_manager(int argc, char **argv)
{
	static const struct command_line line = {
		.usage = "trn4ctl manager [-j | -p]",
		.about =
			"Shows who manages the fabric: offline without a manager, standby before its work\n"
			"is done, configured, or timeout where it is not heard of any more. What is in\n"
			"force stays so in any case.\n",
	};
	struct nvlf_manager m = {};
	int code;

	code = get_single(argc, argv, &line, &nvlf_manager_type, &m);
	if (code)
		return code - 1;
	if (out_json)
		return EXIT_DONE;
	printf("state     %s\n", manager_state(m.state));
	if (nvlf_has(m.present, NVLF_MANAGER_NAME))
		printf("name      %s\n", m.name);
	if (nvlf_has(m.present, NVLF_MANAGER_PORT_ID))
		printf("port id   %u\n", m.port_id);
	if (nvlf_has(m.present, NVLF_MANAGER_HEARD_MS))
		printf("heard of  %" PRIu64 " ms ago, at least every %u ms\n",
		       m.heard_ms, m.timeout);
	return EXIT_DONE;
}
