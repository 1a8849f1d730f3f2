/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.h - command lines: one table per command says what it takes, and
 * makes its help text.
 */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* What an option's argument is, and where it goes */
enum option_kind {
	OPTION_FLAG,    /* none; bool */
	OPTION_NUMBER,  /* number; uint64_t */
	OPTION_SIZE,    /* bytes; uint64_t */
	OPTION_SECONDS, /* time; int64_t, nanoseconds */
	OPTION_TEXT,    /* anything; const char * */
	OPTION_LIST,    /* numbers; struct bits */
	OPTION_DEVICE,  /* number or another name; const char * */
	OPTION_CHOICE,  /* one of some words; uint64_t, its place */
};

/**
 * struct command_option - one option of a command
 * @name: the long one, without dashes; NULL ends a table
 * @letter: the short one, or 0
 * @kind: what its argument is
 * @value: where it goes
 * @given: set where the option is there; or NULL
 * @required: the command is wrong without
 * @argument: how the help calls it
 * @help: one line
 * @min: least number (NUMBER)
 * @max: greatest number (NUMBER, LIST, DEVICE); 0 for no limit but the type's
 * @choices: the words (CHOICE)
 * @choice_count: of @choices
 */
struct command_option {
	const char *name;
	char letter;
	enum option_kind kind;
	void *value;
	bool *given;
	bool required;
	const char *argument;
	const char *help;
	uint64_t min;
	uint64_t max;
	const char *const *choices;
	unsigned int choice_count;
};

/**
 * struct command_line - what a command takes
 * @usage: the line after "Usage:"
 * @about: what it does, some lines
 * @options: its options
 * @notes: the end of the help, or NULL
 * @min_args: fewest arguments that are no options
 * @max_args: most of them
 */
struct command_line {
	const char *usage;
	const char *about;
	const struct command_option *options;
	const char *notes;
	int min_args;
	int max_args;
};

/*
 * Options that every command takes: -j, -p, -h. The first two are kept in
 * these, and so may also be set before.
 */
extern bool out_json;
extern bool out_pretty;

/*
 * Reads a command's options; *@args is then the first of its arguments, with a
 * NULL behind the last. Prints help where it is asked for, and a message and
 * the usage where something is wrong. Return: 0 to go on, else 1 + exit code.
 */
int command_parse(int argc, char **argv, const struct command_line *line,
		  char ***args);

#endif /* COMMON_OPTIONS_H */
