// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_parse.c - tests of common/parse.c and common/options.c: numbers, sizes,
 * times and command lines.
 */
#include <errno.h>
#include <string.h>

#include "bits.h"
#include "options.h"
#include "out.h"
#include "parse.h"
#include "tap.h"

#define NS 1000000000ll

static void numbers(void)
{
	uint64_t n = 77;

	CHECK(!parse_number("0", 0, 9, &n) && n == 0);
	CHECK(!parse_number("0x1F", 0, 99, &n) && n == 31);
	CHECK(!parse_number("18446744073709551615", 0, UINT64_MAX, &n) &&
	      n == UINT64_MAX);
	CHECK(!parse_number("010", 0, 99, &n) && n == 10);
	n = 77;
	CHECK(parse_number("18446744073709551616", 0, UINT64_MAX, &n) ==
	      -ERANGE);
	CHECK(parse_number("10", 0, 9, &n) == -ERANGE);
	CHECK(parse_number("0", 1, 9, &n) == -ERANGE);
	CHECK(parse_number("", 0, 9, &n) == -EINVAL);
	CHECK(parse_number("-1", 0, 9, &n) == -EINVAL);
	CHECK(parse_number("+1", 0, 9, &n) == -EINVAL);
	CHECK(parse_number(" 1", 0, 9, &n) == -EINVAL);
	CHECK(parse_number("1 ", 0, 9, &n) == -EINVAL);
	CHECK(parse_number("0x", 0, 9, &n) == -EINVAL);
	CHECK(parse_number("1x", 0, 9, &n) == -EINVAL);
	EQ(n, 77);
}

static void sizes(void)
{
	uint64_t n = 77;

	CHECK(!parse_size("4096", &n) && n == 4096);
	CHECK(!parse_size("64K", &n) && n == 64 << 10);
	CHECK(!parse_size("64m", &n) && n == 64 << 20);
	CHECK(!parse_size("2MiB", &n) && n == 2 << 20);
	CHECK(!parse_size("2mb", &n) && n == 2 << 20);
	CHECK(!parse_size("3G", &n) && n == 3ull << 30);
	CHECK(!parse_size("1T", &n) && n == 1ull << 40);
	CHECK(!parse_size("12B", &n) && n == 12);
	CHECK(!parse_size("0x10K", &n) && n == 16 << 10);
	n = 77;
	CHECK(parse_size("16777216T", &n) == -ERANGE);
	CHECK(parse_size("18446744073709551616", &n) == -ERANGE);
	CHECK(parse_size("", &n) == -EINVAL);
	CHECK(parse_size("M", &n) == -EINVAL);
	CHECK(parse_size("1X", &n) == -EINVAL);
	CHECK(parse_size("1MM", &n) == -EINVAL);
	CHECK(parse_size("1 M", &n) == -EINVAL);
	CHECK(parse_size("1.5M", &n) == -EINVAL);
	CHECK(parse_size("-1", &n) == -EINVAL);
	EQ(n, 77);
}

static void times(void)
{
	int64_t ns = 77;

	CHECK(!parse_seconds("0", &ns) && ns == 0);
	CHECK(!parse_seconds("5", &ns) && ns == 5 * NS);
	CHECK(!parse_seconds("0.25", &ns) && ns == NS / 4);
	CHECK(!parse_seconds("1.000000001", &ns) && ns == NS + 1);
	ns = 77;
	CHECK(parse_seconds("99999999999", &ns) == -ERANGE);
	CHECK(parse_seconds("", &ns) == -EINVAL);
	CHECK(parse_seconds("1.", &ns) == -EINVAL);
	CHECK(parse_seconds(".5", &ns) == -EINVAL);
	CHECK(parse_seconds("1.0000000001", &ns) == -EINVAL);
	CHECK(parse_seconds("0x5", &ns) == -EINVAL);
	CHECK(parse_seconds("1s", &ns) == -EINVAL);
	CHECK(parse_seconds("-1", &ns) == -EINVAL);
	EQ(ns, 77);
}

static bool shown(uint64_t bytes, const char *want)
{
	char text[SIZE_TEXT];

	format_size(bytes, text);
	return !strcmp(text, want);
}

static void sizes_are_shown(void)
{
	CHECK(shown(0, "0 B"));
	CHECK(shown(1023, "1023 B"));
	CHECK(shown(1024, "1 KiB"));
	CHECK(shown(64 << 20, "64 MiB"));
	CHECK(shown((64 << 20) - 1, "63.9 MiB"));
	CHECK(shown(288ull << 30, "288 GiB"));
	CHECK(shown(3ull << 29, "1.5 GiB"));
	CHECK(shown(UINT64_MAX, "15.9 EiB"));
}

/* A command line of every kind of option, and how it ends. */
static int parse(const char *const *words, char ***args, uint64_t *number,
		 struct bits *list, bool *given)
{
	static char *argv[16];
	bool flag = false;
	/* clang-format off */
	const struct command_option options[] = {
		{ .name = "number", .letter = 'n', .kind = OPTION_NUMBER,
		  .value = number, .given = given, .required = true,
		  .min = 1, .max = 9, .argument = "N", .help = "a number" },
		{ .name = "list", .kind = OPTION_LIST, .value = list,
		  .max = 71, .argument = "LIST", .help = "a list" },
		{ .name = "flag", .kind = OPTION_FLAG, .value = &flag,
		  .help = "a flag" },
		{}
	};
	const struct command_line line = {
		.usage = "test",
		.about = "",
		.options = options,
		.min_args = 1,
		.max_args = 2,
	};
	/* clang-format on */
	int argc = 0;

	for (argc = 0; words[argc]; argc++)
		argv[argc] = (char *)words[argc];
	argv[argc] = NULL;
	*given = false;
	return command_parse(argc, argv, &line, args);
}

#define PARSE(...) \
	parse((const char *const[]) { "test", __VA_ARGS__, NULL }, &args, \
	      &number, &list, &given)

static void command_lines(void)
{
	struct bits list = {};
	uint64_t number = 0;
	char **args = NULL;
	bool given;

	EQ(PARSE("--number", "5", "--list=0-71", "a"), 0);
	CHECK(given && number == 5 && bits_count(&list) == 72);
	CHECK(args && !strcmp(args[0], "a") && !args[1]);
	EQ(PARSE("a", "-n3", "b", "-j"), 0);
	CHECK(out_json && number == 3 && !strcmp(args[1], "b"));
	EQ(PARSE("-n", "3", "--", "-5"), 0);
	CHECK(!strcmp(args[0], "-5"));

	EQ(PARSE("a"), 1 + EXIT_USAGE);
	EQ(PARSE("-n", "3"), 1 + EXIT_USAGE);
	EQ(PARSE("-n", "3", "a", "b", "c"), 1 + EXIT_USAGE);
	EQ(PARSE("-n", "10", "a"), 1 + EXIT_USAGE);
	EQ(PARSE("-n", "0", "a"), 1 + EXIT_USAGE);
	EQ(PARSE("-n", "x", "a"), 1 + EXIT_USAGE);
	EQ(PARSE("-n", "3", "a", "--list", "72"), 1 + EXIT_USAGE);
	EQ(PARSE("-n", "3", "a", "--list", "5-1"), 1 + EXIT_USAGE);
	EQ(PARSE("-n", "3", "a", "--flag=1"), 1 + EXIT_USAGE);
	EQ(PARSE("-n", "3", "a", "--nothing"), 1 + EXIT_USAGE);
	EQ(PARSE("-n"), 1 + EXIT_USAGE);
	EQ(PARSE("--help"), 1 + EXIT_DONE);
}

/* clang-format off */
/* clang-format off */
static const struct tap_test tests[] = {
	TAP_TEST(numbers),
	TAP_TEST(sizes),
	TAP_TEST(times),
	TAP_TEST(sizes_are_shown),
	TAP_TEST(command_lines),
};

/* clang-format on */
/* clang-format on */

TAP_MAIN(tests)
