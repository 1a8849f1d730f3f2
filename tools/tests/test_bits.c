// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bits.c - tests of common/bits.c: lists of ports and target ids.
 */
#include <errno.h>
#include <string.h>

#include "array.h"
#include "bits.h"
#include "tap.h"

static bool same(const char *list, const char *back)
{
	char text[BITS_TEXT];
	struct bits bits;

	if (bits_parse(&bits, list, BITS_MAX))
		return false;
	bits_format(&bits, text, sizeof(text));
	return !strcmp(text, back);
}

static void lists_are_read_and_written(void)
{
	CHECK(same("0", "0"));
	CHECK(same("0-17,36", "0-17,36"));
	CHECK(same("36,0-17", "0-17,36"));
	CHECK(same("1,2", "1,2"));
	CHECK(same("1,2,3", "1-3"));
	CHECK(same("5,5,5-5", "5"));
	CHECK(same("0-3,2-9", "0-9"));
	CHECK(same("none", "none"));
	CHECK(same("2047", "2047"));
	CHECK(same("0-2047", "0-2047"));
}

static void what_is_no_list_is_refused(void)
{
	/* clang-format off */
	static const char *const wrong[] = {
		"", ",", "1,", ",1", "1,,2", "-", "-1", "1-", "1-2-3", "a",
		"1a", "1 ", " 1", "1, 2", "+1", "0x1", "none,1", "1,none",
		"3-2", "-0",
	};
	/* clang-format on */
	struct bits bits, before;
	size_t i;

	memset(&bits, 0x5a, sizeof(bits));
	before = bits;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (bits_parse(&bits, wrong[i], BITS_MAX) != -EINVAL)
			printf("# taken: \"%s\"\n", wrong[i]);
		CHECK(bits_parse(&bits, wrong[i], BITS_MAX) == -EINVAL);
	}
	CHECK(bits_equal(&bits, &before));
}

static void limits_are_kept(void)
{
	struct bits bits;

	CHECK(!bits_parse(&bits, "71", 72));
	CHECK(bits_parse(&bits, "72", 72) == -ERANGE);
	CHECK(bits_parse(&bits, "0-72", 72) == -ERANGE);
	CHECK(bits_parse(&bits, "2048", 100000) == -ERANGE);
	CHECK(bits_parse(&bits, "0-99999999999999999999999", 72) == -ERANGE);
	CHECK(bits_parse(&bits, "99999999999999999999999", 72) == -ERANGE);
}

static void members_are_found(void)
{
	struct bits bits = {};

	CHECK(bits_empty(&bits));
	EQ(bits_length(&bits), 0);
	EQ(bits_next(&bits, 0), BITS_MAX);
	bits_set(&bits, 9);
	bits_set(&bits, 2047);
	CHECK(bits_test(&bits, 9) && bits_test(&bits, 2047));
	CHECK(!bits_test(&bits, 8) && !bits_test(&bits, 2048));
	EQ(bits.byte[1], 2);
	EQ(bits_count(&bits), 2);
	EQ(bits_length(&bits), BITS_BYTES);
	EQ(bits_next(&bits, 0), 9);
	EQ(bits_next(&bits, 9), 9);
	EQ(bits_next(&bits, 10), 2047);
	EQ(bits_next(&bits, 2048), BITS_MAX);
}

static void the_longest_list_fits(void)
{
	static char text[BITS_TEXT];
	struct bits bits = {};
	unsigned int n;

	for (n = 0; n < BITS_MAX; n += 2)
		bits_set(&bits, n);
	CHECK(bits_format(&bits, text, sizeof(text)) < sizeof(text));
	CHECK(!strcmp(text + strlen(text) - 10, ",2044,2046"));
	/* And a short place is not overrun. */
	CHECK(bits_format(&bits, text, 8) > 8);
	CHECK(!strcmp(text, "0,2,4,6"));
}

static const struct tap_test tests[] = {
	TAP_TEST(lists_are_read_and_written),
	TAP_TEST(what_is_no_list_is_refused),
	TAP_TEST(limits_are_kept),
	TAP_TEST(members_are_found),
	TAP_TEST(the_longest_list_fits),
};

TAP_MAIN(tests)
