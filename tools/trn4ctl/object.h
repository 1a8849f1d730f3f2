/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object.h - list, show, set and del of the fabric's objects, made from a table
 * for each of them: which options name its fields, which columns show them.
 */
#ifndef TRN4CTL_OBJECT_H
#define TRN4CTL_OBJECT_H

#include "nvlf_client.h"
#include "options.h"

enum object_verb {
	OBJECT_LIST,
	OBJECT_SHOW,
	OBJECT_SET,
	OBJECT_DEL,
};

#define IN_LIST (1u << OBJECT_LIST)
#define IN_SHOW (1u << OBJECT_SHOW)
#define IN_SET  (1u << OBJECT_SET)
#define IN_DEL  (1u << OBJECT_DEL)
#define IN_ALL  (IN_LIST | IN_SHOW | IN_SET | IN_DEL)
#define IN_ONE  (IN_SHOW | IN_SET | IN_DEL)

/* What the argument of an object's option is for */
enum object_use {
	USE_FIELD,    /* the value of a field */
	USE_ENDPOINT, /* names an endpoint; the field is its target id */
	USE_SWITCH,   /* names a switch; the field is its number */
	USE_KEEP,     /* only what passes a test is listed */
};

#define OBJECT_OPTIONS 16 /* most that an object has */

/**
 * struct object_option - an option that is about an object's field
 * @option: all but where the argument goes, which is made when it is read
 * @use: what the argument is for
 * @field: number of the field
 * @paired: the field before is the device's kind (USE_ENDPOINT, USE_SWITCH)
 * @constant: value of the field where there is no argument
 * @one_of: options with the same number exclude one another, and one of them
 *	is enough where they are needed; or 0
 * @keep: the test (USE_KEEP)
 * @verbs: IN_*, where there is such an option
 * @needed: IN_*, where it must be given
 */
struct object_option {
	struct command_option option;
	enum object_use use;
	unsigned int field;
	bool paired;
	uint64_t constant;
	unsigned int one_of;
	bool (*keep)(const void *record);
	unsigned int verbs;
	unsigned int needed;
};

struct table;

/**
 * struct object_column - a column of an object's table
 * @head: above it
 * @align: l or r
 * @field: number of the field that it shows
 * @cell: shows something else; or NULL
 */
struct object_column {
	const char *head;
	char align;
	unsigned int field;
	void (*cell)(struct table *table, const void *record);
};

/**
 * struct object - one kind of object, as the command line has it
 * @type: what the kernel calls it
 * @name: of the command
 * @options: ends with one without a name
 * @columns: ends with one without a head
 * @filter: fields by which the kernel filters; by others it is done here
 * @about: help of each verb, NULL where there is no such verb
 */
struct object {
	const struct nvlf_type *type;
	const char *name;
	const struct object_option *options;
	const struct object_column *columns;
	uint32_t filter;
	const char *about[OBJECT_DEL + 1];
};

extern const struct object endpoint_object;
extern const struct object switch_object;
extern const struct object port_object;
extern const struct object route_object;
extern const struct object partition_object;
extern const struct object group_object;
extern const struct object counter_object;
extern const struct object health_object;
extern const struct object log_object;

/* A command line that has been read */
struct object_request {
	const struct object *object;
	void *want;                        /* a record with what was given */
	const char *names[OBJECT_OPTIONS]; /* devices, by option */
	bool kept[OBJECT_OPTIONS];         /* tests, by option */
};

/*
 * Reads the command line of a verb. @more are options besides the object's, or
 * NULL. Return: 0 and a request that is to be released; else 1 + exit code.
 */
int object_parse(struct object_request *req, const struct object *object,
		 enum object_verb verb, const struct command_option *more,
		 int argc, char **argv);
void object_release(struct object_request *req);

/* Finds the devices that were named. Return: an exit code. */
int object_resolve(struct object_request *req, struct nvlf_client *client);

/* All that is wanted. Return: an exit code. */
int object_dump(const struct object_request *req, struct nvlf_client *client,
		struct nvlf_list *list);

void object_table(const struct object *object, const struct nvlf_list *list);

/* A whole command. Return: an exit code. */
int object_command(const struct object *object, enum object_verb verb, int argc,
		   char **argv);

#endif /* TRN4CTL_OBJECT_H */
