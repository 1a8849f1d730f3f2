// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options.c - command lines by tables.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "options.h"
#include "out.h"
#include "parse.h"

bool out_json;
bool out_pretty;

/* Numbers of getopt_long() for options, above all letters */
#define FIRST_OPTION 256

/* clang-format off */
static const struct command_option common_options[] = {
	{ .name = "json", .letter = 'j', .kind = OPTION_FLAG,
	  .value = &out_json, .help = "print JSON" },
	{ .name = "pretty", .letter = 'p', .kind = OPTION_FLAG,
	  .value = &out_pretty, .help = "print JSON with line breaks" },
	{ .name = "help", .letter = 'h', .kind = OPTION_FLAG,
	  .help = "print this text" },
	{}
};

/* clang-format on */

static unsigned int count(const struct command_option *options)
{
	unsigned int n = 0;

	while (options && options[n].name)
		n++;
	return n;
}

static void print_options(const struct command_option *options, FILE *out)
{
	char left[64];

	for (; options && options->name; options++) {
		if (options->letter)
			snprintf(left, sizeof(left), "-%c, --%s%s%s",
				 options->letter, options->name,
				 options->argument ? " " : "",
				 options->argument ? options->argument : "");
		else
			snprintf(left, sizeof(left), "    --%s%s%s",
				 options->name, options->argument ? " " : "",
				 options->argument ? options->argument : "");
		fprintf(out, "  %-25s %s%s\n", left, options->help,
			options->required ? " (required)" : "");
	}
}

static void print_help(const struct command_line *line)
{
	printf("Usage: %s\n\n%s\n", line->usage, line->about);
	print_options(line->options, stdout);
	print_options(common_options, stdout);
	if (line->notes)
		printf("\n%s", line->notes);
}

static int wrong(const struct command_line *line)
{
	fprintf(stderr, "Usage: %s\nMore by --help.\n", line->usage);
	return 1 + EXIT_USAGE;
}

/* Why an option's argument was not taken. */
static void complain(const struct command_option *option, const char *text,
		     int error)
{
	static const char *const wanted[] = {
		[OPTION_NUMBER] = "a number",
		[OPTION_SIZE] = "a size such as 4096, 64K or 2M",
		[OPTION_SECONDS] = "a number of seconds",
		[OPTION_LIST] = "a list such as 0-17,36",
		[OPTION_DEVICE] = "a name",
	};
	unsigned int i;

	if (option->kind == OPTION_CHOICE) {
		fail("--%s %s: not one of these:", option->name, text);
		for (i = 0; i < option->choice_count; i++)
			fprintf(stderr, "%s%s", i ? ", " : "  ",
				option->choices[i]);
		fputc('\n', stderr);
		return;
	}
	if (error != -ERANGE)
		fail("--%s %s: not %s", option->name, text,
		     wanted[option->kind]);
	else if (option->max)
		fail("--%s %s: not within %" PRIu64 " to %" PRIu64,
		     option->name, text, option->min, option->max);
	else
		fail("--%s %s: too large", option->name, text);
}

/* A number is within the range; any other word can be a name. */
static int read_device(const struct command_option *option, const char *text,
		       uint64_t max)
{
	uint64_t number;
	int ret;

	ret = parse_number(text, option->min, max, &number);
	if (ret == -ERANGE || !*text)
		return ret;
	*(const char **)option->value = text;
	return 0;
}

static int read_choice(const struct command_option *option, const char *text)
{
	unsigned int i;

	for (i = 0; i < option->choice_count; i++) {
		if (strcmp(option->choices[i], text))
			continue;
		*(uint64_t *)option->value = i;
		return 0;
	}
	return -EINVAL;
}

static int read_argument(const struct command_option *option, const char *text)
{
	uint64_t max = option->max ? option->max : UINT64_MAX;

	switch (option->kind) {
	case OPTION_FLAG:
		*(bool *)option->value = true;
		return 0;
	case OPTION_NUMBER:
		return parse_number(text, option->min, max, option->value);
	case OPTION_SIZE:
		return parse_size(text, option->value);
	case OPTION_SECONDS:
		return parse_seconds(text, option->value);
	case OPTION_TEXT:
		*(const char **)option->value = text;
		return 0;
	case OPTION_LIST:
		return bits_parse(option->value, text,
				  option->max ? option->max + 1 : BITS_MAX);
	case OPTION_DEVICE:
		return read_device(option, text, max);
	case OPTION_CHOICE:
		return read_choice(option, text);
	}
	return -EINVAL;
}

/* All options as getopt_long() wants them; the command's come first. */
static struct option *make_longs(const struct command_option *own,
				 char **shorts)
{
	const struct command_option *option;
	unsigned int i, n = count(own), all = n + count(common_options);
	struct option *longs;
	char *letters;

	longs = must(calloc(all + 1, sizeof(*longs)));
	letters = must(calloc(2 * all + 1, 1));
	*shorts = letters;
	for (i = 0; i < all; i++) {
		option = i < n ? &own[i] : &common_options[i - n];
		longs[i].name = option->name;
		longs[i].has_arg = option->kind == OPTION_FLAG ?
					   no_argument :
					   required_argument;
		longs[i].val = option->letter ? option->letter :
						FIRST_OPTION + (int)i;
		if (!option->letter)
			continue;
		*letters++ = option->letter;
		if (option->kind != OPTION_FLAG)
			*letters++ = ':';
	}
	return longs;
}

/* Which option getopt_long() has met. */
static const struct command_option *find(const struct command_option *own,
					 int c)
{
	const struct command_option *option;
	unsigned int i, n = count(own), all = n + count(common_options);

	for (i = 0; i < all; i++) {
		option = i < n ? &own[i] : &common_options[i - n];
		if (c ==
		    (option->letter ? option->letter : FIRST_OPTION + (int)i))
			return option;
	}
	return NULL;
}

static int read_options(int argc, char **argv, const struct command_line *line,
			const struct option *longs, const char *shorts,
			bool *seen)
{
	const struct command_option *option;
	int c, ret;

	/* getopt_long() begins its messages with this, and starts afresh. */
	argv[0] = program_invocation_short_name;
	optind = 0;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (c == 'h') {
			print_help(line);
			return 1 + EXIT_DONE;
		}
		option = find(line->options, c);
		if (!option) {
			if (isdigit(optopt))
				note("a negative number comes behind --, as in -- -%c",
				     optopt);
			return wrong(line);
		}
		ret = read_argument(option, optarg);
		if (ret) {
			complain(option, optarg, ret);
			return wrong(line);
		}
		if (option->given)
			*option->given = true;
		if (option->required)
			seen[option - line->options] = true;
	}
	return 0;
}

static int check_complete(int argc, char **argv,
			  const struct command_line *line, const bool *seen)
{
	unsigned int i;

	for (i = 0; i < count(line->options); i++) {
		if (!line->options[i].required || seen[i])
			continue;
		fail("--%s is missing", line->options[i].name);
		return wrong(line);
	}
	if (argc - optind < line->min_args) {
		fail("an argument is missing");
		return wrong(line);
	}
	if (argc - optind > line->max_args) {
		fail("%s: not expected here", argv[optind + line->max_args]);
		return wrong(line);
	}
	return 0;
}

int command_parse(int argc, char **argv, const struct command_line *line,
		  char ***args)
{
	struct option *longs;
	char *shorts;
	bool *seen;
	int ret;

	longs = make_longs(line->options, &shorts);
	seen = must(calloc(count(line->options) + 1, sizeof(*seen)));
	ret = read_options(argc, argv, line, longs, shorts, seen);
	if (!ret)
		ret = check_complete(argc, argv, line, seen);
	if (!ret && args)
		*args = &argv[optind];
	if (out_pretty)
		out_json = true;
	free(seen);
	free(shorts);
	free(longs);
	return ret;
}
