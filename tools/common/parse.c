// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parse.c - numbers and sizes as people type them.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse.h"

#define NSEC_PER_SEC 1000000000ull

/* An unsigned number at the start of @text; *@end is what follows it. */
static int leading_number(const char *text, const char **end, uint64_t *number)
{
	unsigned long long value;
	int base = 10;
	char *rest;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X') &&
	    isxdigit((unsigned char)text[2]))
		base = 16;
	else if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &rest, base);
	if (errno)
		return -errno;
	*end = rest;
	*number = value;
	return 0;
}

int parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
	const char *end;
	uint64_t value;
	int ret;

	ret = leading_number(text, &end, &value);
	if (ret)
		return ret;
	if (*end)
		return -EINVAL;
	if (value < min || value > max)
		return -ERANGE;
	*number = value;
	return 0;
}

int parse_size(const char *text, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	unsigned int shift = 0;
	const char *end, *unit;
	uint64_t value;
	int ret;

	ret = leading_number(text, &end, &value);
	if (ret)
		return ret;
	if (*end) {
		unit = strchr(units, toupper((unsigned char)*end));
		if (unit) {
			shift = 10 * (unit - units + 1);
			end++;
			if (strcasecmp(end, "iB") && strcasecmp(end, "B") &&
			    *end)
				return -EINVAL;
		} else if (strcasecmp(end, "B")) {
			return -EINVAL;
		}
	}
	if (value << shift >> shift != value)
		return -ERANGE;
	*bytes = value << shift;
	return 0;
}

int parse_seconds(const char *text, int64_t *ns)
{
	uint64_t whole, part = 0, scale = NSEC_PER_SEC;
	const char *end;
	int ret;

	if (!isdigit((unsigned char)text[0]) || text[1] == 'x' ||
	    text[1] == 'X')
		return -EINVAL;
	ret = leading_number(text, &end, &whole);
	if (ret)
		return ret;
	if (*end == '.') {
		end++;
		do {
			if (!isdigit((unsigned char)*end) || scale == 1)
				return -EINVAL;
			scale /= 10;
			part += scale * (*end++ - '0');
		} while (*end);
	}
	if (*end)
		return -EINVAL;
	if (whole > INT64_MAX / NSEC_PER_SEC - 1)
		return -ERANGE;
	*ns = whole * NSEC_PER_SEC + part;
	return 0;
}

void format_size(uint64_t bytes, char text[SIZE_TEXT])
{
	static const char *const units[] = {
		"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB",
	};
	unsigned int unit = 0, tenths;

	while (bytes >> 10 * unit >= 1024)
		unit++;
	/* Tenths are cut off, not rounded: free memory is never overstated. */
	tenths = unit ? (bytes >> (10 * unit - 10)) % 1024 * 10 / 1024 : 0;
	if (tenths)
		snprintf(text, SIZE_TEXT, "%u.%u %s",
			 (unsigned int)(bytes >> 10 * unit), tenths,
			 units[unit]);
	else
		snprintf(text, SIZE_TEXT, "%u %s",
			 (unsigned int)(bytes >> 10 * unit), units[unit]);
}
