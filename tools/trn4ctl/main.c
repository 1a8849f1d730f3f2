// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - trn4ctl: finds the command that is meant and runs it.
 */
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "object.h"
#include "trn4ctl.h"
#include "version.h"

/* A function that reads its own command line, or an object's verb */
struct command {
	const char *group;
	const char *name; /* NULL: the group's name is the command's */
	const char *help;
	int (*run)(int argc, char **argv);
	const struct object *object;
	enum object_verb verb;
};

#define OBJECT(what, which) .object = &(what), .verb = (which)

/* Of the commands of a group "list" is meant where none is named. */
static const struct command commands[] = {
	{ "list", NULL, "accelerators of this machine", .run = cmd_list },
	{ "topology", NULL,
	  "links between endpoints and switches, and who reaches whom",
	  .run = cmd_topology },
	{ "fabric", NULL, "the fabric as a whole, in numbers",
	  .run = cmd_fabric },
	{ "health", NULL, "what each endpoint can do, and why no more",
	  OBJECT(health_object, OBJECT_LIST) },
	{ "diagnose", NULL, "the way from one endpoint to another, hop by hop",
	  .run = cmd_diagnose },
	{ "counters", NULL, "what ports have counted, also as rates",
	  .run = cmd_counters },
	{ "log", NULL, "errors that devices have logged",
	  OBJECT(log_object, OBJECT_LIST) },
	{ "monitor", NULL, "all changes of the fabric as they happen",
	  .run = cmd_monitor },
	{ "manager", NULL, "who manages the fabric", .run = cmd_manager },
	{ "endpoint", "list", "endpoints and where they stand",
	  OBJECT(endpoint_object, OBJECT_LIST) },
	{ "endpoint", "show", "one endpoint",
	  OBJECT(endpoint_object, OBJECT_SHOW) },
	{ "switch", "list", "switches and where they stand",
	  OBJECT(switch_object, OBJECT_LIST) },
	{ "switch", "show", "one switch", OBJECT(switch_object, OBJECT_SHOW) },
	{ "port", "list", "ports and what is at their other end",
	  OBJECT(port_object, OBJECT_LIST) },
	{ "port", "show", "one port", OBJECT(port_object, OBJECT_SHOW) },
	{ "port", "set", "enable, disable, retrain, reset or clear a port",
	  OBJECT(port_object, OBJECT_SET) },
	{ "route", "list", "routes of the switches",
	  OBJECT(route_object, OBJECT_LIST) },
	{ "route", "show", "one route", OBJECT(route_object, OBJECT_SHOW) },
	{ "route", "set", "make or replace a route",
	  OBJECT(route_object, OBJECT_SET) },
	{ "route", "del", "remove a route", OBJECT(route_object, OBJECT_DEL) },
	{ "partition", "list", "partitions and their members",
	  OBJECT(partition_object, OBJECT_LIST) },
	{ "partition", "show", "one partition",
	  OBJECT(partition_object, OBJECT_SHOW) },
	{ "partition", "set", "make a partition or replace its members",
	  OBJECT(partition_object, OBJECT_SET) },
	{ "partition", "del", "remove a partition",
	  OBJECT(partition_object, OBJECT_DEL) },
	{ "group", "list", "multicast groups",
	  OBJECT(group_object, OBJECT_LIST) },
	{ "group", "show", "one group", OBJECT(group_object, OBJECT_SHOW) },
	{ "group", "set", "make or replace a group",
	  OBJECT(group_object, OBJECT_SET) },
	{ "group", "del", "remove a group", OBJECT(group_object, OBJECT_DEL) },
	{ "fault", "list", "faults that are put on the emulated devices",
	  .run = cmd_fault },
	{ "fault", "set", "put faults on a device in place of others",
	  .run = cmd_fault },
	{ "fault", "add", "put one more fault on a device", .run = cmd_fault },
	{ "fault", "clear", "take faults off", .run = cmd_fault },
	{ "peer", "serve", "grant memory of an accelerator to peers",
	  .run = cmd_peer_serve },
	{ "peer", "read", "read a peer's memory", .run = cmd_peer_read },
	{ "peer", "write", "write a peer's memory", .run = cmd_peer_write },
	{ "peer", "fill", "fill a peer's memory with one byte",
	  .run = cmd_peer_fill },
	{ "atomic", "add", "add to a word of a peer's memory",
	  .run = cmd_atomic },
	{ "atomic", "sub", "subtract from a word", .run = cmd_atomic },
	{ "atomic", "inc", "count a word up, to a limit", .run = cmd_atomic },
	{ "atomic", "dec", "count a word down, from a limit",
	  .run = cmd_atomic },
	{ "atomic", "min", "put the lesser into a word", .run = cmd_atomic },
	{ "atomic", "max", "put the greater into a word", .run = cmd_atomic },
	{ "atomic", "and", "clear bits of a word", .run = cmd_atomic },
	{ "atomic", "or", "set bits of a word", .run = cmd_atomic },
	{ "atomic", "xor", "turn bits of a word", .run = cmd_atomic },
	{ "atomic", "swap", "replace a word of a peer's memory",
	  .run = cmd_atomic },
	{ "atomic", "cas",
	  "replace a word of a peer's memory if it has a given value",
	  .run = cmd_atomic },
};

#define COMMANDS (ARRAY_SIZE(commands))

static void print_commands(FILE *out, const char *group)
{
	const struct command *c;

	for (c = commands; c < commands + COMMANDS; c++) {
		if (group && strcmp(c->group, group))
			continue;
		fprintf(out, "  trn4ctl %-9s %-6s %s\n", c->group,
			c->name ? c->name : "", c->help);
	}
}

static void print_usage(FILE *out)
{
	fputs("Usage: trn4ctl [-j | -p] COMMAND [OPTIONS]\n\n", out);
	print_commands(out, NULL);
	fputs("\n"
	      "Each has more to say by --help, or by trn4ctl help COMMAND. -j prints JSON, -p the\n"
	      "same with line breaks; both may also stand behind the command. trn4ctl -V prints\n"
	      "the program's version.\n"
	      "\n"
	      "Exit status: 0 done, 1 failed, 2 wrong usage, 3 data are not as expected.\n",
	      out);
}

static const struct command *find(const char *group, const char *name)
{
	const struct command *c;

	for (c = commands; c < commands + COMMANDS; c++) {
		if (strcmp(c->group, group))
			continue;
		if (!c->name || !name || !strcmp(c->name, name))
			return c;
	}
	return NULL;
}

static int call(const struct command *c, int argc, char **argv)
{
	if (c->object)
		return object_command(c->object, c->verb, argc, argv);
	return c->run(argc, argv);
}

/* argv[0] is a command or a group. */
static int run(int argc, char **argv)
{
	const char *group = argv[0];
	const char *name = argc > 1 && argv[1][0] != '-' ? argv[1] : NULL;
	const struct command *c = find(group, NULL);

	if (!c) {
		fail("%s: no such command; more by --help", group);
		return EXIT_USAGE;
	}
	if (!c->name)
		return call(c, argc, argv);
	if (!name && argc > 1 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_commands(stdout, group);
		return EXIT_DONE;
	}
	if (!name && !strcmp(c->name, "list")) {
		argv[0] = (char *)c->name;
		return call(c, argc, argv);
	}
	c = name ? find(group, name) : NULL;
	if (!c) {
		if (name)
			fail("%s %s: no such command", group, name);
		else
			fail("%s: which?", group);
		print_commands(stderr, group);
		return EXIT_USAGE;
	}
	return call(c, argc - 1, argv + 1);
}

/* argv[0] is help; behind it is what help is wanted on. */
static int explain(int argc, char **argv)
{
	if (argc == 1) {
		print_usage(stdout);
		return EXIT_DONE;
	}
	if (argc > 3) {
		fail("help: of one command only");
		return EXIT_USAGE;
	}
	memmove(argv, argv + 1, (argc - 1) * sizeof(*argv));
	argv[argc - 1] = (char *)"--help";
	return run(argc, argv);
}

/*
 * An option before the command. Return: 0 to go on, else 1 + exit code.
 */
static int take_option(const char *option)
{
	if (!strcmp(option, "-j") || !strcmp(option, "--json")) {
		out_json = true;
		return 0;
	}
	if (!strcmp(option, "-p") || !strcmp(option, "--pretty")) {
		out_json = true;
		out_pretty = true;
		return 0;
	}
	if (!strcmp(option, "-h") || !strcmp(option, "--help")) {
		print_usage(stdout);
		return 1 + EXIT_DONE;
	}
	if (!strcmp(option, "-V") || !strcmp(option, "--version")) {
		puts("trn4ctl " TOOLS_VERSION);
		return 1 + EXIT_DONE;
	}
	fail("%s: no such option", option);
	print_usage(stderr);
	return 1 + EXIT_USAGE;
}

int main(int argc, char **argv)
{
	int i, ret;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		ret = take_option(argv[i]);
		if (ret)
			return out_end(ret - 1);
	}
	if (i == argc) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[i], "help"))
		return out_end(explain(argc - i, argv + i));
	return out_end(run(argc - i, argv + i));
}
