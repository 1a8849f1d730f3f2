// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fault.c - trn4ctl fault: the fault switches of the emulated devices, which
 * are QOM properties of theirs, by QEMU's monitor.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "qmp.h"
#include "table.h"
#include "trn4ctl.h"

/* Between faults of one device */
#define SEPARATOR ","

/* Where devices and objects are, and what of them has faults */
static const char *const places[] = {
	"/machine/peripheral",
	"/machine/peripheral-anon",
	"/objects",
};

static const struct {
	const char *type;
	const char *property;
} kinds[] = {
	{ "child<trn4>", "faults" },
	{ "child<nvl-switch>", "faults" },
	{ "child<nvl-fabric>", "trays-off" },
};

/* A device with a property that holds its faults */
struct victim {
	char *path;
	const char *name; /* the last part of the path */
	const char *property;
	char *faults;
};

struct victims {
	struct victim *list;
	size_t count;
};

static struct json_object *property_arguments(const char *path,
					      const char *property)
{
	struct json_object *json = must(json_object_new_object());

	json_add(json, "path", json_object_new_string(path));
	if (property)
		json_add(json, "property", json_object_new_string(property));
	return json;
}

static const char *member(struct json_object *json, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(json, name, &value))
		return "";
	return json_object_get_string(value);
}

/* Reads the faults that are on a device now. Return: an exit code. */
static int read_faults(struct qmp *qmp, struct victim *v)
{
	struct json_object *value;

	value = qmp_call(qmp, "qom-get",
			 property_arguments(v->path, v->property));
	if (!value)
		return fail("%s: %s", v->name, qmp_error(qmp));
	v->faults = must(strdup(json_object_get_string(value) ?: ""));
	json_object_put(value);
	return EXIT_DONE;
}

static int add_victim(struct victims *victims, struct qmp *qmp,
		      const char *place, const char *name, const char *property)
{
	struct victim *v;

	victims->list = must(reallocarray(victims->list, victims->count + 1,
					  sizeof(*v)));
	v = &victims->list[victims->count];
	*v = (struct victim) { .property = property };
	if (asprintf(&v->path, "%s/%s", place, name) == -1)
		v->path = must(NULL);
	v->name = strrchr(v->path, '/') + 1;
	victims->count++;
	return read_faults(qmp, v);
}

/* All that can have faults. Return: an exit code. */
static int find_victims(struct victims *victims, struct qmp *qmp)
{
	struct json_object *children, *child;
	size_t p, i, k;
	int code = EXIT_DONE;

	for (p = 0; p < ARRAY_SIZE(places) && !code; p++) {
		children = qmp_call(qmp, "qom-list",
				    property_arguments(places[p], NULL));
		if (!children)
			return fail("%s: %s", places[p], qmp_error(qmp));
		for (i = 0; i < json_object_array_length(children); i++) {
			child = json_object_array_get_idx(children, i);
			for (k = 0; k < ARRAY_SIZE(kinds) && !code; k++) {
				if (!strcmp(member(child, "type"),
					    kinds[k].type))
					code = add_victim(victims, qmp,
							  places[p],
							  member(child, "name"),
							  kinds[k].property);
			}
		}
		json_object_put(children);
	}
	return code;
}

static void forget(struct victims *victims)
{
	size_t i;

	for (i = 0; i < victims->count; i++) {
		free(victims->list[i].path);
		free(victims->list[i].faults);
	}
	free(victims->list);
}

/* ---- What is done ------------------------------------------------------- */

static void show(const struct victims *victims)
{
	struct json_object *array, *json;
	const struct victim *v;
	struct table *table;

	if (out_json) {
		array = must(json_object_new_array());
		for (v = victims->list; v < victims->list + victims->count;
		     v++) {
			json = must(json_object_new_object());
			json_add(json, "device",
				 json_object_new_string(v->name));
			json_add(json, "path", json_object_new_string(v->path));
			json_add(json, v->property,
				 json_object_new_string(v->faults));
			json_object_array_add(array, json);
		}
		json_show(array, out_pretty);
		return;
	}
	table = table_create("lll");
	table_cell(table, "DEVICE");
	table_cell(table, "PROPERTY");
	table_cell(table, "FAULTS");
	for (v = victims->list; v < victims->list + victims->count; v++) {
		table_cell(table, "%s", v->name);
		table_cell(table, "%s", v->property);
		table_cell(table, "%s", *v->faults ? v->faults : "-");
	}
	table_print(table, stdout);
	table_destroy(table);
}

static int put_faults(struct qmp *qmp, const struct victim *v,
		      const char *faults)
{
	struct json_object *arguments, *result;

	arguments = property_arguments(v->path, v->property);
	json_add(arguments, "value", json_object_new_string(faults));
	result = qmp_call(qmp, "qom-set", arguments);
	if (!result)
		return fail("%s: %s", v->name, qmp_error(qmp));
	json_object_put(result);
	return EXIT_DONE;
}

static int add_fault(struct qmp *qmp, const struct victim *v, const char *fault)
{
	char *faults;
	int code;

	if (!*v->faults)
		return put_faults(qmp, v, fault);
	if (asprintf(&faults, "%s" SEPARATOR "%s", v->faults, fault) == -1)
		faults = must(NULL);
	code = put_faults(qmp, v, faults);
	free(faults);
	return code;
}

static const struct victim *find(const struct victims *victims,
				 const char *name)
{
	const struct victim *v;

	for (v = victims->list; v < victims->list + victims->count; v++) {
		if (!strcmp(v->name, name) || !strcmp(v->path, name))
			return v;
	}
	fail("%s: no accelerator, switch or fabric of this machine; trn4ctl fault list has their names",
	     name);
	return NULL;
}

static int clear_all(struct qmp *qmp, const struct victims *victims)
{
	const struct victim *v;
	int code;

	for (v = victims->list; v < victims->list + victims->count; v++) {
		code = *v->faults ? put_faults(qmp, v, "") : EXIT_DONE;
		if (code)
			return code;
	}
	return EXIT_DONE;
}

/* ---- The command -------------------------------------------------------- */

enum fault_verb {
	FAULT_LIST,
	FAULT_SET,
	FAULT_ADD,
	FAULT_CLEAR,
};

static const struct {
	const char *name;
	const char *usage;
	const char *about;
	int min_args;
	int max_args;
} verbs[] = {
	[FAULT_LIST] = { "list",
			 "trn4ctl fault list [--monitor SOCKET] [-j | -p]",
			 "Lists the emulated devices of a running QEMU and the faults that are put on\n"
			 "them.\n",
			 0, 0 },
	[FAULT_SET] = { "set",
			"trn4ctl fault set [--monitor SOCKET] DEVICE FAULTS",
			"Puts faults on a device in place of those that it had.\n",
			2, 2 },
	[FAULT_ADD] = { "add",
			"trn4ctl fault add [--monitor SOCKET] DEVICE FAULT",
			"Puts one more fault on a device.\n", 2, 2 },
	[FAULT_CLEAR] = { "clear",
			  "trn4ctl fault clear [--monitor SOCKET] [DEVICE]",
			  "Takes all faults off a device, or off all devices.\n",
			  0, 1 },
};

static int carry_out(enum fault_verb verb, struct qmp *qmp,
		     const struct victims *victims, char **args)
{
	const struct victim *v;

	if (verb == FAULT_LIST) {
		show(victims);
		return EXIT_DONE;
	}
	if (!args[0])
		return clear_all(qmp, victims);
	v = find(victims, args[0]);
	if (!v)
		return EXIT_FAILED;
	if (verb == FAULT_ADD)
		return add_fault(qmp, v, args[1]);
	return put_faults(qmp, v, verb == FAULT_SET ? args[1] : "");
}

int cmd_fault(int argc, char **argv)
{
	const char *monitor = getenv("TRN4_MONITOR");
	const struct command_option options[] = {
		{ .name = "monitor",
		  .letter = 'm',
		  .kind = OPTION_TEXT,
		  .value = &monitor,
		  .argument = "SOCKET",
		  .help = "QEMU's (default: $TRN4_MONITOR)" },
		{}
	};
	struct command_line line = {
		.options = options,
		.notes =
			"SOCKET is the path of a QMP socket or HOST:PORT (qemu -qmp unix:PATH,server=on,\n"
			"wait=off). DEVICE is the id that it has in QEMU, such as trn0 or switch1, or a\n"
			"QOM path; docs/hardware/faults.md says what faults there are.\n",
	};
	struct victims victims = {};
	enum fault_verb verb = 0;
	struct qmp *qmp;
	char **args;
	int code;

	/* main() knows no other names. */
	while (strcmp(verbs[verb].name, argv[0]))
		verb++;
	line.usage = verbs[verb].usage;
	line.about = verbs[verb].about;
	line.min_args = verbs[verb].min_args;
	line.max_args = verbs[verb].max_args;
	code = command_parse(argc, argv, &line, &args);
	if (code)
		return code - 1;
	if (!monitor || !*monitor) {
		fail("--monitor is missing, and TRN4_MONITOR is not set");
		return EXIT_USAGE;
	}
	qmp = qmp_open(monitor);
	if (!qmp)
		return EXIT_FAILED;
	code = find_victims(&victims, qmp);
	if (!code)
		code = carry_out(verb, qmp, &victims, args);
	forget(&victims);
	qmp_close(qmp);
	return code;
}
