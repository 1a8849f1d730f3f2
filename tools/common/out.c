// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * out.c - messages, JSON and the end of a program's output.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"

static void message(const char *fmt, va_list args)
{
	/* What was printed before it comes before it, also in one file. */
	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

int fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	message(fmt, args);
	va_end(args);
	return EXIT_FAILED;
}

void note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	message(fmt, args);
	va_end(args);
}

void *must(void *ptr)
{
	if (!ptr)
		exit(fail("out of memory"));
	return ptr;
}

void json_show(struct json_object *json, bool pretty)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	flags |= pretty ? JSON_C_TO_STRING_PRETTY : JSON_C_TO_STRING_PLAIN;
	puts(must((char *)json_object_to_json_string_ext(json, flags)));
	json_object_put(json);
}

void json_add(struct json_object *object, const char *name,
	      struct json_object *json)
{
	if (json_object_object_add(object, name, must(json)))
		must(NULL);
}

int out_end(int code)
{
	if (fflush(stdout) || ferror(stdout))
		return fail("stdout: %s", strerror(errno));
	return code;
}
