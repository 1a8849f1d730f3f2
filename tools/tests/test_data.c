// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_data.c - tests of trn4ctl/data.c and common/table.c: patterns,
 * checksums, hex and tables.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"
#include "table.h"
#include "tap.h"

static void patterns_depend_on_seed_and_place(void)
{
	uint8_t a[4096], b[4096];

	data_pattern(a, sizeof(a), 0);
	data_pattern(b, sizeof(b), 0);
	CHECK(!memcmp(a, b, sizeof(a)));
	data_pattern(b, sizeof(b), 1);
	CHECK(memcmp(a, b, 8) && memcmp(a + 4088, b + 4088, 8));
	/* No two words are alike, so that what is moved to a wrong place shows */
	CHECK(memcmp(a, a + 8, 8) && memcmp(a, a + 2048, 8));
	/* A length that is no multiple of a word does not go beyond. */
	memset(b, 0x11, sizeof(b));
	data_pattern(b, 13, 0);
	CHECK(!memcmp(a, b, 13) && b[13] == 0x11);
}

static void checksums_see_every_change(void)
{
	uint8_t data[257];
	uint64_t sum;
	unsigned int i;

	data_pattern(data, sizeof(data), 7);
	sum = data_checksum(data, sizeof(data));
	for (i = 0; i < sizeof(data); i++) {
		data[i] ^= 1;
		CHECK(data_checksum(data, sizeof(data)) != sum);
		data[i] ^= 1;
	}
	EQ(data_checksum(data, sizeof(data)), sum);
	CHECK(data_checksum(data, 256) != sum);
	memset(data, 0, sizeof(data));
	CHECK(data_checksum(data, 8) != data_checksum(data, 16));
}

static void hex_digits(void)
{
	uint64_t length = 0;
	uint8_t *data;
	char *text;

	data = data_from_hex("00ffA5", &length);
	CHECK(data && length == 3 && data[1] == 0xff && data[2] == 0xa5);
	text = data_to_hex(data, length);
	CHECK(!strcmp(text, "00ffa5"));
	free(text);
	free(data);
	CHECK(!data_from_hex("", &length));
	CHECK(!data_from_hex("0", &length));
	CHECK(!data_from_hex("012", &length));
	CHECK(!data_from_hex("0g", &length));
	CHECK(!data_from_hex("0x01", &length));
}

static void files(void)
{
	char name[] = "/tmp/test_data.XXXXXX";
	uint8_t out[5000], *in;
	uint64_t length;
	int fd;

	fd = mkstemp(name);
	CHECK(fd >= 0);
	if (fd < 0)
		return;
	close(fd);
	data_pattern(out, sizeof(out), 3);
	CHECK(data_to_file(name, out, sizeof(out)) == 0);
	length = 0;
	in = data_from_file(name, &length);
	CHECK(in && length == sizeof(out) && !memcmp(in, out, length));
	free(in);
	length = 100;
	in = data_from_file(name, &length);
	CHECK(in && length == 100 && !memcmp(in, out, length));
	free(in);
	/* Too short a file is no success. */
	length = 5001;
	CHECK(!data_from_file(name, &length));
	remove(name);
	length = 0;
	CHECK(!data_from_file(name, &length));
}

static void tables_are_aligned(void)
{
	struct table *table = table_create("rll");
	char text[128] = "";
	FILE *file;

	table_cell(table, "ID");
	table_cell(table, "NAME");
	table_cell(table, "END");
	table_cell(table, "%d", 1234);
	table_cell(table, "%s", "a");
	table_cell(table, "%s", "z");
	file = fmemopen(text, sizeof(text), "w");
	table_print(table, file);
	fclose(file);
	CHECK(!strcmp(text, "  ID  NAME  END\n1234  a     z\n"));
	table_destroy(table);
}

static const struct tap_test tests[] = {
	TAP_TEST(patterns_depend_on_seed_and_place),
	TAP_TEST(checksums_see_every_change),
	TAP_TEST(hex_digits),
	TAP_TEST(files),
	TAP_TEST(tables_are_aligned),
};

TAP_MAIN(tests)
