// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * monitor.c - trn4ctl monitor: a line for each change of the fabric.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "trn4ctl.h"

#define NSEC_PER_SEC 1000000000ll

struct monitor {
	uint64_t left; /* events to be shown, or UINT64_MAX */
};

/* Wall time with milliseconds, as logs have it */
static void format_now(char *text, size_t size)
{
	struct timespec ts;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	n = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
	n += snprintf(text + n, size - n, ".%03ld", ts.tv_nsec / 1000000);
	strftime(text + n, size - n, "%z", &tm);
}

/* The members of the JSON object as words, sets as lists. */
static void show_text(const struct nvlf_event_type *event, const void *record)
{
	const struct nvlf_type *type = event->type;
	struct json_object *json = nvlf_json(type, record);
	const struct nvlf_field *field;
	char list[BITS_TEXT];
	unsigned int i;

	for (i = 0; i < type->field_count; i++) {
		field = &type->fields[i];
		if (!nvlf_has(*(const uint32_t *)record, i))
			continue;
		if (field->kind == NVLF_BITS) {
			bits_format((const void *)((const char *)record +
						   field->offset),
				    list, sizeof(list));
			printf(" %s %s", field->name, list);
			continue;
		}
		printf(" %s %s", field->name,
		       json_object_get_string(json_object_object_get(json,
								     field->name)));
	}
	putchar('\n');
	json_object_put(json);
}

static void show_event(const struct nvlf_event_type *event, const void *record,
		       void *data)
{
	struct monitor *monitor = data;
	struct json_object *json;
	char now[40];

	if (!monitor->left)
		return;
	if (monitor->left != UINT64_MAX)
		monitor->left--;
	format_now(now, sizeof(now));
	if (!out_json) {
		printf("%s %s", now, event->name);
		show_text(event, record);
		return;
	}
	json = must(json_object_new_object());
	json_add(json, "time", json_object_new_string(now));
	json_add(json, "event", json_object_new_string(event->name));
	json_add(json, event->type->name, nvlf_json(event->type, record));
	json_show(json, out_pretty);
}

/* Events were lost: whoever reads on has to know. */
static void show_lost(void)
{
	struct json_object *json;
	char now[40];

	format_now(now, sizeof(now));
	if (!out_json) {
		printf("%s lost: some events were lost, there was no room for them\n",
		       now);
		return;
	}
	json = must(json_object_new_object());
	json_add(json, "time", json_object_new_string(now));
	json_add(json, "event", json_object_new_string("lost"));
	json_show(json, out_pretty);
}

/* Until enough was shown, or the time is over. Return: an exit code. */
static int follow(struct nvlf_client *client, struct monitor *monitor,
		  int64_t deadline)
{
	int ret;

	while (monitor->left) {
		ret = nvlf_wait(client, deadline);
		if (!ret)
			return EXIT_DONE;
		if (ret > 0)
			ret = nvlf_take_events(client, show_event, monitor);
		if (ret == -ENOBUFS)
			show_lost();
		else if (ret)
			return fail("%s", nvlf_error(client));
		/* Each line at once, for whoever reads from a pipe. */
		if (fflush(stdout))
			return EXIT_FAILED;
	}
	return EXIT_DONE;
}

int cmd_monitor(int argc, char **argv)
{
	struct monitor monitor = { .left = UINT64_MAX };
	int64_t time = INT64_MAX;
	const struct command_option options[] = {
		{ .name = "count",
		  .letter = 'n',
		  .kind = OPTION_NUMBER,
		  .value = &monitor.left,
		  .min = 1,
		  .argument = "N",
		  .help = "end after so many events" },
		{ .name = "for",
		  .kind = OPTION_SECONDS,
		  .value = &time,
		  .argument = "SECONDS",
		  .help = "end after this time" },
		{}
	};
	const struct command_line line = {
		.usage =
			"trn4ctl monitor [--count N] [--for SECONDS] [-j | -p]",
		.about =
			"Prints a line for each change of the fabric, its time and what is so now; with\n"
			"-j a line of JSON. Says \"listening\" on stderr when it begins. Where events come\n"
			"faster than they are read, a line says that some were lost.\n",
		.options = options,
	};
	struct nvlf_client *client;
	struct timespec now;
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	client = connect_fabric();
	if (!client)
		return EXIT_FAILED;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (time < INT64_MAX - (now.tv_sec + 1) * NSEC_PER_SEC)
		time += now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
	else
		time = INT64_MAX;
	if (nvlf_subscribe(client)) {
		code = fail("%s", nvlf_error(client));
	} else {
		note("listening");
		code = follow(client, &monitor, time);
	}
	nvlf_disconnect(client);
	return code;
}
