/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out.h - what the programs print: messages on stderr, JSON on stdout; and
 * their exit codes.
 */
#ifndef COMMON_OUT_H
#define COMMON_OUT_H

#include <stdbool.h>

struct json_object;

/* Exit codes, as the manual pages have them */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,   /* the kernel or the device said no */
	EXIT_USAGE = 2,    /* the command line is wrong */
	EXIT_DIFFERS = 3,  /* trn4ctl: data read back are not those written */
	EXIT_TRAINING = 3, /* nvlf-fm: some ports were still training */
	EXIT_MANAGED = 4,  /* nvlf-fm: another manager is attached */
};

/* "program: message" on stderr. Return: EXIT_FAILED, for return fail(...). */
int fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same without a consequence. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* @ptr; where it is NULL the program ends: out of memory. */
void *must(void *ptr);

/* Prints @json on stdout and releases it. */
void json_show(struct json_object *json, bool pretty);

/* Adds to an object; @json goes over to it. */
void json_add(struct json_object *object, const char *name,
	      struct json_object *json);

/*
 * Ends a program's output. Return: @code, or EXIT_FAILED with a message where
 * not all of it could be written.
 */
int out_end(int code);

#endif /* COMMON_OUT_H */
