// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - trn4ctl: finds the command that is meant and runs it.
 */
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "trn4ctl.h"
#include "version.h"

struct command {
	const char *group;
	const char *name; /* NULL: the group's name is the command's */
	int (*run)(int argc, char **argv);
	const char *help;
};

/* Of the commands of a group the first is meant where none is named. */
static const struct command commands[] = {
	{ "list", NULL, cmd_list, "accelerators of this machine" },
	{ "topology", NULL, cmd_topology,
	  "links between endpoints and switches, and who reaches whom" },
	{ "port", "list", cmd_port_list,
	  "ports and what is at their other end" },
	{ "port", "show", cmd_port_show, "one port" },
	{ "route", "list", cmd_route_list, "routes of the switches" },
	{ "route", "show", cmd_route_show, "one route" },
	{ "route", "set", cmd_route_set, "make or replace a route" },
	{ "route", "del", cmd_route_del, "remove a route" },
	{ "partition", "list", cmd_partition_list,
	  "partitions and their members" },
	{ "partition", "show", cmd_partition_show, "one partition" },
	{ "partition", "set", cmd_partition_set,
	  "make a partition or replace its members" },
	{ "partition", "del", cmd_partition_del, "remove a partition" },
	{ "peer", "serve", cmd_peer_serve,
	  "grant memory of an accelerator to peers" },
	{ "peer", "read", cmd_peer_read, "read a peer's memory" },
	{ "peer", "write", cmd_peer_write, "write a peer's memory" },
	{ "peer", "fill", cmd_peer_fill, "fill a peer's memory with one byte" },
	{ "atomic", "add", cmd_atomic_add, "add to a word of a peer's memory" },
	{ "atomic", "swap", cmd_atomic_swap,
	  "replace a word of a peer's memory" },
	{ "atomic", "cas", cmd_atomic_cas,
	  "replace a word of a peer's memory if it has a given value" },
};

#define COMMANDS (ARRAY_SIZE(commands))

/* Groups that list what there is when no command of them is named */
static const char *const listing[] = { "port", "route", "partition" };

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
	      "Each has more to say by --help. -j prints JSON, -p the same with line breaks;\n"
	      "both may also stand behind the command.\n"
	      "\n"
	      "Exit status: 0 done, 1 failed, 2 wrong usage, 3 data are not as expected.\n",
	      out);
}

static bool is_listing(const char *group)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(listing); i++) {
		if (!strcmp(listing[i], group))
			return true;
	}
	return false;
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
		return c->run(argc, argv);
	if (!name && argc > 1 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_commands(stdout, group);
		return EXIT_DONE;
	}
	if (!name && is_listing(group))
		return c->run(argc, argv);
	c = name ? find(group, name) : NULL;
	if (!c) {
		if (name)
			fail("%s %s: no such command", group, name);
		else
			fail("%s: which?", group);
		print_commands(stderr, group);
		return EXIT_USAGE;
	}
	return c->run(argc - 1, argv + 1);
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
	if (!strcmp(argv[i], "help")) {
		print_usage(stdout);
		return out_end(EXIT_DONE);
	}
	return out_end(run(argc - i, argv + i));
}
