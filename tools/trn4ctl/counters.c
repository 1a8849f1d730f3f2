// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * counters.c - trn4ctl counters: what ports have counted, each or all of a
 * device together, and how fast it grows.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "array.h"
#include "counting.h"
#include "object.h"
#include "parse.h"
#include "table.h"
#include "trn4ctl.h"

#define NSEC_PER_SEC 1000000000ll

static const struct nvlf_field *counter_field(unsigned int number)
{
	return &nvlf_counter_type.fields[number];
}

/* ---- Rates -------------------------------------------------------------- */

static void rate_cell(struct table *table, uint64_t count, double seconds,
		      bool bytes)
{
	char text[SIZE_TEXT];

	if (bytes) {
		format_size(count / seconds, text);
		table_cell(table, "%s/s", text);
	} else {
		table_cell(table, "%.0f/s", count / seconds);
	}
}

static void show_rates(struct nvlf_list *list, double seconds)
{
	static const char *const heads[] = {
		"OWNER",      "PORT",    "TX",         "RX",   "TX PACKETS",
		"RX PACKETS", "REPLAYS", "RECOVERIES", "LOST", "CRC",
	};
	struct nvlf_counter *counter = list->records;
	struct table *table = table_create("lrrrrrrrrr");
	uint64_t crc;
	unsigned int n;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(heads); i++)
		table_cell(table, "%s", heads[i]);
	for (i = 0; i < list->count; i++, counter++) {
		table_cell(table, "%s %u", nvlf_owner_name(counter->owner),
			   counter->owner_id);
		if (nvlf_has(counter->present, NVLF_COUNTER_INDEX))
			table_cell(table, "%u", counter->index);
		else
			table_cell(table, "all");
		for (n = NVLF_COUNTER_TX_BYTES; n <= NVLF_COUNTER_UNCORRECTABLE;
		     n++)
			rate_cell(table, *counter_number(counter, n), seconds,
				  n <= NVLF_COUNTER_RX_BYTES);
		for (crc = 0, n = 0; n < counter->crc.count; n++)
			crc += counter->crc.value[n];
		rate_cell(table, crc, seconds, false);
	}
	table_print(table, stdout);
	table_destroy(table);
}

static void show_rates_json(struct nvlf_list *list, double seconds)
{
	struct json_object *array = must(json_object_new_array());
	struct nvlf_counter *counter = list->records;
	struct json_object *json, *lanes;
	unsigned int n;
	size_t i;

	for (i = 0; i < list->count; i++, counter++) {
		json = nvlf_json(&nvlf_counter_type, counter);
		for (n = NVLF_COUNTER_TX_BYTES; n <= NVLF_COUNTER_UNCORRECTABLE;
		     n++)
			json_add(json, counter_field(n)->name,
				 json_object_new_double(*counter_number(counter,
									n) /
							seconds));
		lanes = must(json_object_new_array());
		for (n = 0; n < counter->crc.count; n++)
			json_object_array_add(lanes,
					      must(json_object_new_double(counter->crc
										  .value[n] /
									  seconds)));
		json_add(json, "crc", lanes);
		json_add(json, "seconds", json_object_new_double(seconds));
		json_object_array_add(array, json);
	}
	json_show(array, out_pretty);
}

/* ---- The command -------------------------------------------------------- */

struct counter_options {
	int64_t rate;
	bool has_rate;
	bool sum;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Two dumps, and the time that really was between them. */
static int rates(const struct object_request *req,
		 const struct counter_options *o, struct nvlf_client *client)
{
	struct timespec pause = {
		.tv_sec = o->rate / NSEC_PER_SEC,
		.tv_nsec = o->rate % NSEC_PER_SEC,
	};
	struct nvlf_list before = {}, list = {};
	double begin;
	int code;

	code = object_dump(req, client, &before);
	begin = now();
	if (!code) {
		nanosleep(&pause, NULL);
		code = object_dump(req, client, &list);
	}
	if (!code) {
		begin = now() - begin;
		counters_subtract(&list, &before);
		if (o->sum)
			counters_sum_up(&list);
		if (out_json)
			show_rates_json(&list, begin);
		else
			show_rates(&list, begin);
	}
	nvlf_list_free(&before);
	nvlf_list_free(&list);
	return code;
}

static int totals(const struct object_request *req,
		  const struct counter_options *o, struct nvlf_client *client)
{
	struct nvlf_list list = {};
	int code;

	code = object_dump(req, client, &list);
	if (code)
		return code;
	if (o->sum)
		counters_sum_up(&list);
	if (out_json)
		show_list_json(&nvlf_counter_type, &list);
	else if (list.count)
		object_table(&counter_object, &list);
	nvlf_list_free(&list);
	return EXIT_DONE;
}

int cmd_counters(int argc, char **argv)
{
	struct counter_options o = {};
	const struct command_option more[] = {
		{ .name = "rate",
		  .letter = 'r',
		  .kind = OPTION_SECONDS,
		  .value = &o.rate,
		  .given = &o.has_rate,
		  .argument = "SECONDS",
		  .help = "how fast they grow, measured for so long" },
		{ .name = "sum",
		  .kind = OPTION_FLAG,
		  .value = &o.sum,
		  .help = "of all ports of a device together" },
		{}
	};
	struct object_request req;
	struct nvlf_client *client;
	int code;

	code = object_parse(&req, &counter_object, OBJECT_LIST, more, argc,
			    argv);
	if (code)
		return code - 1;
	if (o.has_rate && !o.rate) {
		object_release(&req);
		fail("--rate 0: takes some time");
		return EXIT_USAGE;
	}
	client = connect_fabric();
	code = client ? object_resolve(&req, client) : EXIT_FAILED;
	if (!code)
		code = o.has_rate ? rates(&req, &o, client) :
				    totals(&req, &o, client);
	nvlf_disconnect(client);
	object_release(&req);
	return code;
}
