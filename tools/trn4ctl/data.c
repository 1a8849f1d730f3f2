// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * data.c - bytes to write, and bytes that were read.
 */
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "out.h"

/* A bijection of 64 bits that leaves no visible pattern. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ull;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ull;
	x ^= x >> 32;
	return x;
}

void data_pattern(uint8_t *data, uint64_t length, uint64_t seed)
{
	uint64_t i, word, base = mix(seed + 1);

	for (i = 0; i + 8 <= length; i += 8) {
		word = htole64(mix(base + i));
		memcpy(data + i, &word, 8);
	}
	word = htole64(mix(base + i));
	memcpy(data + i, &word, length - i);
}

uint64_t data_checksum(const uint8_t *data, uint64_t length)
{
	uint64_t i, word, sum = mix(length);

	for (i = 0; i + 8 <= length; i += 8) {
		memcpy(&word, data + i, 8);
		sum = mix(sum ^ le64toh(word)) + i;
	}
	word = 0;
	memcpy(&word, data + i, length - i);
	return mix(sum ^ le64toh(word));
}

/* Reads up to @limit bytes, all where it is 0, into a block that grows. */
static uint8_t *read_all(FILE *file, uint64_t limit, uint64_t *length)
{
	size_t room = limit ? limit : 1 << 16, used = 0, n;
	uint8_t *data = must(malloc(room));

	for (;;) {
		n = fread(data + used, 1, room - used, file);
		used += n;
		if (!n || limit == used)
			break;
		if (used == room) {
			room *= 2;
			data = must(realloc(data, room));
		}
	}
	*length = used;
	return data;
}

uint8_t *data_from_file(const char *path, uint64_t *length)
{
	uint64_t limit = *length;
	uint8_t *data;
	FILE *file;

	file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	if (!file) {
		fail("%s: %s", path, strerror(errno));
		return NULL;
	}
	data = read_all(file, limit, length);
	if (ferror(file))
		fail("%s: %s", path, strerror(errno));
	else if (!*length)
		fail("%s: no bytes in it", path);
	else if (limit && *length < limit)
		fail("%s: ends after %" PRIu64 " bytes of %" PRIu64, path,
		     *length, limit);
	else
		goto out;
	free(data);
	data = NULL;
out:
	if (file != stdin)
		fclose(file);
	return data;
}

static int digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	if (isxdigit((unsigned char)c))
		return tolower((unsigned char)c) - 'a' + 10;
	return -1;
}

uint8_t *data_from_hex(const char *text, uint64_t *length)
{
	size_t i, n = strlen(text) / 2;
	uint8_t *data = must(malloc(n ? n : 1));

	for (i = 0; i < n; i++) {
		if (digit(text[2 * i]) < 0 || digit(text[2 * i + 1]) < 0)
			break;
		data[i] = digit(text[2 * i]) << 4 | digit(text[2 * i + 1]);
	}
	if (i < n || !n || text[2 * n]) {
		fail("--hex %s: not pairs of hexadecimal digits", text);
		free(data);
		return NULL;
	}
	*length = n;
	return data;
}

int data_to_file(const char *path, const uint8_t *data, uint64_t length)
{
	FILE *file;
	bool ok;

	file = strcmp(path, "-") ? fopen(path, "we") : stdout;
	if (!file)
		return fail("%s: %s", path, strerror(errno));
	ok = fwrite(data, 1, length, file) == length && !fflush(file);
	if (!ok)
		fail("%s: %s", path, strerror(errno));
	if (file != stdout && fclose(file) && ok) {
		fail("%s: %s", path, strerror(errno));
		ok = false;
	}
	return ok ? EXIT_DONE : EXIT_FAILED;
}

static char printable(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f ? byte : '.';
}

void data_dump(const uint8_t *data, uint64_t length, uint64_t place)
{
	uint64_t line, i, n;

	for (line = 0; line < length; line += 16) {
		n = length - line < 16 ? length - line : 16;
		printf("%08" PRIx64 " ", place + line);
		for (i = 0; i < 16; i++) {
			if (i == 8)
				putchar(' ');
			if (i < n)
				printf(" %02x", data[line + i]);
			else
				fputs("   ", stdout);
		}
		fputs("  |", stdout);
		for (i = 0; i < n; i++)
			putchar(printable(data[line + i]));
		puts("|");
	}
}

char *data_to_hex(const uint8_t *data, uint64_t length)
{
	static const char digits[] = "0123456789abcdef";
	char *text = must(malloc(2 * length + 1));
	uint64_t i;

	for (i = 0; i < length; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 15];
	}
	text[2 * length] = '\0';
	return text;
}
