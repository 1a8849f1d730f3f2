/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse.h - numbers and sizes as people type them.
 */
#ifndef COMMON_PARSE_H
#define COMMON_PARSE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decimal, or hexadecimal with 0x. Return: 0; -EINVAL where it is no number;
 * -ERANGE where it is not within @min and @max.
 */
int parse_number(const char *text, uint64_t min, uint64_t max,
		 uint64_t *number);

/*
 * Bytes: a number with K, M, G or T behind it for 2^10, 2^20, 2^30, 2^40, in
 * either case, and with B or iB behind that if one likes. Return: 0; -EINVAL
 * where it is no size; -ERANGE beyond 64 bits.
 */
int parse_size(const char *text, uint64_t *bytes);

/*
 * Seconds with up to nine decimals, as nanoseconds. Return: 0; -EINVAL where
 * it is no time; -ERANGE beyond 63 bits of nanoseconds.
 */
int parse_seconds(const char *text, int64_t *ns);

/*
 * Bytes in the largest unit that is at least 1, such as "64 MiB" or "1.5 GiB".
 */
#define SIZE_TEXT 16
void format_size(uint64_t bytes, char text[SIZE_TEXT]);

#endif /* COMMON_PARSE_H */
