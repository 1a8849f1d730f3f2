// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * object.c - list, show, set and del of the fabric's objects, by tables.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "object.h"
#include "table.h"
#include "trn4ctl.h"

#define USAGE_TEXT 512
#define COLUMNS    16

/* ---- The command line --------------------------------------------------- */

/* Where options put their arguments before these go to the record */
struct arguments {
	struct {
		uint64_t number;
		struct bits bits;
		const char *text;
		bool flag;
		bool given;
	} of[OBJECT_OPTIONS];
};

static const struct nvlf_field *field_of(const struct object *object,
					 unsigned int number)
{
	return &object->type->fields[number];
}

/* The object's option as command_parse() wants it. */
static struct command_option bind_option(const struct object *object,
					 unsigned int i, struct arguments *args)
{
	const struct object_option *o = &object->options[i];
	struct command_option option = o->option;

	switch (option.kind) {
	case OPTION_LIST:
		option.value = &args->of[i].bits;
		break;
	case OPTION_DEVICE:
	case OPTION_TEXT:
		option.value = &args->of[i].text;
		break;
	case OPTION_FLAG:
		option.value = &args->of[i].flag;
		break;
	case OPTION_CHOICE:
		option.choices = field_of(object, o->field)->values;
		option.choice_count = field_of(object, o->field)->value_count;
		option.value = &args->of[i].number;
		break;
	default:
		option.value = &args->of[i].number;
	}
	option.given = &args->of[i].given;
	return option;
}

static void add_text(char *text, size_t *used, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void add_text(char *text, size_t *used, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	*used += vsnprintf(text + *used, USAGE_TEXT - *used, fmt, args);
	va_end(args);
	if (*used >= USAGE_TEXT)
		*used = USAGE_TEXT - 1;
}

/* One option in the usage line, with those that it excludes. */
static void add_usage(const struct object *object, unsigned int i,
		      unsigned int bit, char *text, size_t *used)
{
	const struct object_option *o = &object->options[i];
	bool needed = o->needed & bit, first = true;
	unsigned int n;

	add_text(text, used, needed ? o->one_of ? " (" : " " : " [");
	for (n = i; object->options[n].option.name; n++) {
		o = &object->options[n];
		if (!(o->verbs & bit) ||
		    (n != i &&
		     (!o->one_of || o->one_of != object->options[i].one_of)))
			continue;
		add_text(text, used, "%s--%s%s%s", first ? "" : " | ",
			 o->option.name, o->option.argument ? " " : "",
			 o->option.argument ? o->option.argument : "");
		first = false;
	}
	o = &object->options[i];
	add_text(text, used, needed ? o->one_of ? ")" : "" : "]");
}

static void make_usage(const struct object *object, enum object_verb verb,
		       const struct command_option *more, const char *name,
		       char text[USAGE_TEXT])
{
	const struct object_option *o = object->options;
	unsigned int i, bit = 1u << verb, last = 0;
	size_t used = 0;

	add_text(text, &used, "trn4ctl %s", object->name);
	if (strcmp(object->name, name))
		add_text(text, &used, " %s", name);
	/* Those that exclude one another stand together in the table. */
	for (i = 0; o[i].option.name; i++) {
		if (o[i].verbs & bit && (!o[i].one_of || o[i].one_of != last))
			add_usage(object, i, bit, text, &used);
		last = o[i].one_of;
	}
	for (; more && more->name; more++)
		add_text(text, &used, " [--%s%s%s]", more->name,
			 more->argument ? " " : "",
			 more->argument ? more->argument : "");
	if (verb == OBJECT_LIST || verb == OBJECT_SHOW)
		add_text(text, &used, " [-j | -p]");
}

static void store_number(const struct nvlf_field *field, void *want,
			 uint64_t number)
{
	uint32_t u32 = number;
	char *place = (char *)want + field->offset;

	if (field->kind == NVLF_U32)
		memcpy(place, &u32, sizeof(u32));
	else
		memcpy(place, &number, sizeof(number));
}

static void mark(void *want, unsigned int field)
{
	*(uint32_t *)want |= 1u << field;
}

/* An argument goes where the request has it. */
static void store(struct object_request *req, unsigned int i,
		  const struct arguments *args)
{
	const struct object_option *o = &req->object->options[i];
	const struct nvlf_field *field = field_of(req->object, o->field);
	char *place = (char *)req->want + field->offset;

	switch (o->use) {
	case USE_KEEP:
		req->kept[i] = true;
		return;
	case USE_ENDPOINT:
	case USE_SWITCH:
		req->names[i] = args->of[i].text;
		return;
	case USE_FIELD:
		break;
	}
	mark(req->want, o->field);
	if (field->kind == NVLF_BITS)
		memcpy(place, &args->of[i].bits, sizeof(struct bits));
	else if (field->kind == NVLF_FLAG)
		*(bool *)place = true;
	else if (o->option.kind == OPTION_FLAG)
		store_number(field, req->want, o->constant);
	else
		store_number(field, req->want, args->of[i].number);
}

/* The options of which one is meant, as "--endpoint or --switch". */
static void name_group(const struct object *object, unsigned int group,
		       unsigned int bit, const char *word,
		       char text[USAGE_TEXT])
{
	const struct object_option *o;
	size_t used = 0;

	for (o = object->options; o->option.name; o++) {
		if (o->one_of == group && o->verbs & bit)
			add_text(text, &used, "%s--%s", used ? word : "",
				 o->option.name);
	}
}

/* Of options that exclude one another one is given. Return: an exit code. */
static int check_groups(const struct object *object, unsigned int bit,
			const struct arguments *args)
{
	const struct object_option *o = object->options;
	unsigned int i, n, given;
	char text[USAGE_TEXT];

	for (i = 0; o[i].option.name; i++) {
		if (!(o[i].verbs & bit) || !o[i].one_of)
			continue;
		given = 0;
		for (n = 0; o[n].option.name; n++)
			given += o[n].one_of == o[i].one_of &&
				 args->of[n].given;
		if (given > 1) {
			name_group(object, o[i].one_of, bit, " and ", text);
			fail("%s exclude one another", text);
			return EXIT_USAGE;
		}
		if (!given && o[i].needed & bit) {
			name_group(object, o[i].one_of, bit, " or ", text);
			fail("%s is missing", text);
			return EXIT_USAGE;
		}
	}
	return EXIT_DONE;
}

int object_parse(struct object_request *req, const struct object *object,
		 enum object_verb verb, const struct command_option *more,
		 int argc, char **argv)
{
	struct command_option options[2 * OBJECT_OPTIONS] = {};
	struct command_line line = { .options = options };
	struct arguments args = {};
	unsigned int i, n = 0, bit = 1u << verb;
	char usage[USAGE_TEXT];
	int ret;

	for (i = 0; object->options[i].option.name; i++) {
		if (!(object->options[i].verbs & bit))
			continue;
		options[n] = bind_option(object, i, &args);
		options[n++].required = object->options[i].needed & bit &&
					!object->options[i].one_of;
	}
	make_usage(object, verb, more, argv[0], usage);
	for (; more && more->name; more++)
		options[n++] = *more;
	line.usage = usage;
	line.about = object->about[verb];
	ret = command_parse(argc, argv, &line, NULL);
	if (ret)
		return ret;
	ret = check_groups(object, bit, &args);
	if (ret)
		return 1 + ret;

	*req = (struct object_request) { .object = object };
	req->want = must(calloc(1, object->type->size));
	for (i = 0; object->options[i].option.name; i++) {
		if (args.of[i].given)
			store(req, i, &args);
	}
	return 0;
}

void object_release(struct object_request *req)
{
	free(req->want);
	req->want = NULL;
}

/* ---- What is asked for -------------------------------------------------- */

int object_resolve(struct object_request *req, struct nvlf_client *client)
{
	const struct object_option *o = req->object->options;
	uint32_t id, kind;
	unsigned int i;
	int code;

	for (i = 0; o[i].option.name; i++) {
		if (!req->names[i])
			continue;
		kind = o[i].use == USE_SWITCH ? NVLF_OWNER_SWITCH :
						NVLF_OWNER_ENDPOINT;
		code = find_device(client, kind, req->names[i], &id);
		if (code)
			return code;
		store_number(field_of(req->object, o[i].field), req->want, id);
		mark(req->want, o[i].field);
		if (!o[i].paired)
			continue;
		store_number(field_of(req->object, o[i].field - 1), req->want,
			     kind);
		mark(req->want, o[i].field - 1);
	}
	return EXIT_DONE;
}

/* Whether a record agrees with what is wanted, and passes the tests. */
static bool agrees(const struct object_request *req, const void *record)
{
	const struct object *object = req->object;
	uint32_t want = *(const uint32_t *)req->want;
	uint32_t has = *(const uint32_t *)record;
	const struct nvlf_field *field;
	unsigned int i;

	if (want & ~has)
		return false;
	for (i = 0; i < object->type->field_count; i++) {
		field = field_of(object, i);
		if (nvlf_has(want, i) &&
		    memcmp((const char *)req->want + field->offset,
			   (const char *)record + field->offset, field->size))
			return false;
	}
	for (i = 0; object->options[i].option.name; i++) {
		if (req->kept[i] && !object->options[i].keep(record))
			return false;
	}
	return true;
}

int object_dump(const struct object_request *req, struct nvlf_client *client,
		struct nvlf_list *list)
{
	const struct nvlf_type *type = req->object->type;
	uint32_t *present = req->want, all = *present;
	size_t i, kept = 0;
	char *records;
	int ret;

	*present = all & req->object->filter;
	ret = nvlf_dump(client, type, req->want, list);
	*present = all;
	if (ret)
		return fail("%s", nvlf_error(client));
	records = list->records;
	for (i = 0; i < list->count; i++) {
		if (agrees(req, records + i * type->size))
			memmove(records + kept++ * type->size,
				records + i * type->size, type->size);
	}
	list->count = kept;
	return EXIT_DONE;
}

/* ---- What is shown ------------------------------------------------------ */

static void field_cell(struct table *table, const struct nvlf_field *field,
		       const void *record)
{
	const char *place = (const char *)record + field->offset;
	char text[BITS_TEXT];
	uint32_t u32;
	uint64_t u64;

	switch (field->kind) {
	case NVLF_U32:
		memcpy(&u32, place, sizeof(u32));
		if (field->values)
			table_cell(table, "%s", nvlf_value_name(field, u32));
		else
			table_cell(table, "%" PRIu32, u32);
		break;
	case NVLF_U64:
		memcpy(&u64, place, sizeof(u64));
		table_cell(table, "%" PRIu64, u64);
		break;
	case NVLF_GUID:
		memcpy(&u64, place, sizeof(u64));
		table_cell(table, "%016" PRIx64, u64);
		break;
	case NVLF_STRING:
		table_cell(table, "%s", place);
		break;
	case NVLF_BITS:
		bits_format((const struct bits *)place, text, sizeof(text));
		table_cell(table, "%s", text);
		break;
	default:
		table_cell(table, "?");
	}
}

void object_table(const struct object *object, const struct nvlf_list *list)
{
	const struct object_column *c = object->columns;
	const char *record = list->records;
	char align[COLUMNS + 1] = "";
	struct table *table;
	size_t i, n;

	for (n = 0; c[n].head; n++)
		align[n] = c[n].align;
	table = table_create(align);
	for (n = 0; c[n].head; n++)
		table_cell(table, "%s", c[n].head);
	for (i = 0; i < list->count; i++, record += object->type->size) {
		for (n = 0; c[n].head; n++) {
			if (c[n].cell)
				c[n].cell(table, record);
			else if (!nvlf_has(*(const uint32_t *)record,
					   c[n].field))
				table_cell(table, "-");
			else
				field_cell(table, field_of(object, c[n].field),
					   record);
		}
	}
	table_print(table, stdout);
	table_destroy(table);
}

/* ---- Whole commands ----------------------------------------------------- */

static int list_objects(const struct object_request *req,
			struct nvlf_client *client)
{
	struct nvlf_list list = {};
	int code;

	code = object_dump(req, client, &list);
	if (code)
		return code;
	if (out_json)
		show_list_json(req->object->type, &list);
	else if (list.count)
		object_table(req->object, &list);
	nvlf_list_free(&list);
	return EXIT_DONE;
}

/* Type and keys of an object, such as "route (switch-id 0, target-id 1)". */
static void describe(const struct nvlf_type *type, const void *record,
		     char text[USAGE_TEXT])
{
	const struct nvlf_field *field;
	uint32_t value;
	size_t used = 0;
	unsigned int i;

	add_text(text, &used, "%s (", type->name);
	for (i = 0; i < type->key_count; i++) {
		field = &type->fields[i];
		memcpy(&value, (const char *)record + field->offset,
		       sizeof(value));
		add_text(text, &used, "%s%s ", i ? ", " : "", field->name);
		if (field->values)
			add_text(text, &used, "%s",
				 nvlf_value_name(field, value));
		else
			add_text(text, &used, "%" PRIu32, value);
	}
	add_text(text, &used, ")");
}

/* Gets, sets or removes the object. */
static int ask_one(const struct object_request *req, enum object_verb verb,
		   struct nvlf_client *client)
{
	const struct nvlf_type *type = req->object->type;
	char text[USAGE_TEXT];
	int ret;

	if (verb == OBJECT_SHOW)
		ret = nvlf_get(client, type, req->want);
	else if (verb == OBJECT_SET)
		ret = nvlf_set(client, type, req->want);
	else
		ret = nvlf_del(client, type, req->want);
	if (ret) {
		describe(type, req->want, text);
		return fail("%s: %s", text, nvlf_error(client));
	}
	if (verb != OBJECT_SHOW)
		return EXIT_DONE;
	if (out_json)
		json_show(nvlf_json(type, req->want), out_pretty);
	else
		object_table(req->object,
			     &(struct nvlf_list) { req->want, 1, 1 });
	return EXIT_DONE;
}

int object_command(const struct object *object, enum object_verb verb, int argc,
		   char **argv)
{
	struct object_request req;
	struct nvlf_client *client;
	int code;

	code = object_parse(&req, object, verb, NULL, argc, argv);
	if (code)
		return code - 1;
	client = connect_fabric();
	code = client ? object_resolve(&req, client) : EXIT_FAILED;
	if (!code && verb == OBJECT_LIST)
		code = list_objects(&req, client);
	else if (!code)
		code = ask_one(&req, verb, client);
	nvlf_disconnect(client);
	object_release(&req);
	return code;
}
