/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bits.h - sets of small numbers: ports of a switch, target ids. As bitmaps on
 * the wire (bit n of byte n / 8), as lists such as "0-17,36" for people.
 */
#ifndef COMMON_BITS_H
#define COMMON_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BITS_MAX   2048 /* a bit for each target id */
#define BITS_BYTES (BITS_MAX / 8)

struct bits {
	uint8_t byte[BITS_BYTES];
};

void bits_set(struct bits *bits, unsigned int bit);
bool bits_test(const struct bits *bits, unsigned int bit);
bool bits_empty(const struct bits *bits);
bool bits_equal(const struct bits *a, const struct bits *b);
unsigned int bits_count(const struct bits *bits);

/* Bytes up to the last one that is not zero. */
size_t bits_length(const struct bits *bits);

/*
 * The lowest member that is not below @from, or BITS_MAX. For loops:
 * for (n = bits_next(b, 0); n < BITS_MAX; n = bits_next(b, n + 1))
 */
unsigned int bits_next(const struct bits *bits, unsigned int from);

/*
 * Reads a list: numbers and ranges of up to @limit - 1, with commas between
 * them, or "none". Return: 0; -EINVAL where it is no list or a range runs
 * downwards; -ERANGE where a number is too large.
 */
int bits_parse(struct bits *bits, const char *list, unsigned int limit);

/*
 * Writes the shortest list, "none" for the empty set. Return: its length, as
 * snprintf(). BITS_TEXT bytes hold any.
 */
#define BITS_TEXT (BITS_MAX / 2 * 5 + 1)
size_t bits_format(const struct bits *bits, char *text, size_t size);

#endif /* COMMON_BITS_H */
