// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bits.c - sets of small numbers, as bitmaps and as lists.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"

void bits_set(struct bits *bits, unsigned int bit)
{
	bits->byte[bit / 8] |= 1u << bit % 8;
}

bool bits_test(const struct bits *bits, unsigned int bit)
{
	return bit < BITS_MAX && bits->byte[bit / 8] >> bit % 8 & 1;
}

bool bits_empty(const struct bits *bits)
{
	return bits_length(bits) == 0;
}

bool bits_equal(const struct bits *a, const struct bits *b)
{
	return !memcmp(a->byte, b->byte, sizeof(a->byte));
}

unsigned int bits_count(const struct bits *bits)
{
	unsigned int i, count = 0;

	for (i = 0; i < BITS_BYTES; i++)
		count += __builtin_popcount(bits->byte[i]);
	return count;
}

size_t bits_length(const struct bits *bits)
{
	size_t length = BITS_BYTES;

	while (length && !bits->byte[length - 1])
		length--;
	return length;
}

unsigned int bits_next(const struct bits *bits, unsigned int from)
{
	while (from < BITS_MAX && !bits_test(bits, from))
		from++;
	return from;
}

/* Reads a number and steps over it; too large a one stays at UINT_MAX. */
static int read_number(const char **text, unsigned long *number)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return -EINVAL;
	*number = strtoul(*text, &end, 10);
	*text = end;
	return 0;
}

int bits_parse(struct bits *out, const char *list, unsigned int limit)
{
	unsigned long first, last;
	struct bits bits = {};

	if (!strcmp(list, "none")) {
		*out = bits;
		return 0;
	}
	for (;;) {
		if (read_number(&list, &first))
			return -EINVAL;
		last = first;
		if (*list == '-') {
			list++;
			if (read_number(&list, &last))
				return -EINVAL;
		}
		if (first > last)
			return -EINVAL;
		if (last >= limit || last >= BITS_MAX)
			return -ERANGE;
		for (; first <= last; first++)
			bits_set(&bits, first);
		if (!*list)
			break;
		if (*list++ != ',')
			return -EINVAL;
	}
	*out = bits;
	return 0;
}

/* snprintf() at the end of what has been written so far. */
static void __attribute__((format(printf, 4, 5)))
append(char *text, size_t size, size_t *used, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(*used < size ? text + *used : NULL,
		      *used < size ? size - *used : 0, fmt, args);
	va_end(args);
	if (n > 0)
		*used += n;
}

size_t bits_format(const struct bits *bits, char *text, size_t size)
{
	unsigned int first, last;
	size_t used = 0;

	for (first = bits_next(bits, 0); first < BITS_MAX;
	     first = bits_next(bits, last + 1)) {
		for (last = first; bits_test(bits, last + 1); last++)
			;
		append(text, size, &used, "%s%u", used ? "," : "", first);
		if (last > first)
			append(text, size, &used, "%c%u",
			       last == first + 1 ? ',' : '-', last);
	}
	if (!used)
		append(text, size, &used, "none");
	return used;
}
