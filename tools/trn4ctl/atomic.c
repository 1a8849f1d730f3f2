// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * atomic.c - trn4ctl atomic: remote atomic operations on a word of a peer's
 * memory.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "access.h"
#include "array.h"
#include "parse.h"

#define NEGATIVE_NOTES \
	"A negative number comes behind --, and is meant in two's complement.\n"

struct atomic_options {
	struct access_options access;
	uint64_t width;
	uint64_t count;
};

/* What is done, and what came of it */
struct atomic {
	enum trn4_atomic_op op;
	unsigned int width;
	uint64_t operand;
	uint64_t compare;
	uint64_t count;
	uint64_t first;    /* the word before the first operation */
	uint64_t last;     /* before the last one */
	uint64_t model_ns; /* model time, from the first to the last */
};

static uint64_t mask(const struct atomic *op)
{
	return op->width == 8 ? UINT64_MAX : UINT32_MAX;
}

/* The word after the last operation, if nobody else was at it since. */
static uint64_t after(const struct atomic *op)
{
	switch (op->op) {
	case TRN4_FETCH_ADD:
		return (op->last + op->operand) & mask(op);
	case TRN4_SWAP:
		return op->operand;
	case TRN4_COMPARE_SWAP:
		return op->last == op->compare ? op->operand : op->last;
	}
	return 0;
}

/* A word: not negative, or negative and meant in two's complement. */
static int parse_word(const char *text, const struct atomic *op, uint64_t *word)
{
	bool negative = text[0] == '-';
	uint64_t limit = negative ? mask(op) / 2 + 1 : mask(op);
	int ret;

	ret = parse_number(text + negative, 0, limit, word);
	if (ret == -ERANGE)
		fail("%s: does not fit %u bytes", text, op->width);
	else if (ret)
		fail("%s: not a number", text);
	if (!ret && negative)
		*word = -*word & mask(op);
	return ret;
}

/* One batch after another, each as large as the device takes. */
static int run(struct access *a, struct atomic *op)
{
	struct trn4_place word = trn4_window_at(a->win, a->start);
	struct trn4_result result = {};
	struct trn4_batch *batch;
	struct trn4_info info;
	uint64_t done, begin = 0;
	unsigned int i, size;
	int ret, code = EXIT_DONE;

	ret = trn4_query(a->dev, &info);
	if (ret)
		return fail("%s", trn4_explain(TRN4_CALL_OPEN, ret));
	size = op->count < info.batch_max ? op->count : info.batch_max;
	ret = trn4_batch_create(a->dev, size, &batch);
	if (ret)
		return fail("batch: %s", trn4_explain(TRN4_CALL_BUFFER, ret));

	for (done = 0; done < op->count; done += size) {
		if (op->count - done < size)
			size = op->count - done;
		trn4_batch_reset(batch);
		for (i = 0; i < size; i++)
			trn4_batch_atomic(batch, word, op->op, op->width,
					  op->operand, op->compare);
		ret = trn4_batch_submit(batch);
		if (ret) {
			code = access_failed(a, TRN4_CALL_SUBMIT, ret);
			break;
		}
		ret = trn4_batch_wait(batch, TRN4_NO_TIMEOUT);
		if (ret) {
			code = access_failed(a, TRN4_CALL_WAIT, ret);
			break;
		}
		ret = trn4_batch_error(batch, &i);
		if (ret) {
			code = access_failed(a, TRN4_CALL_RESULT, ret);
			if (op->count > 1)
				note("%" PRIu64 " operations were done before",
				     done + i);
			break;
		}
		if (!done) {
			trn4_batch_result(batch, 0, &result);
			op->first = result.value;
			begin = result.start;
		}
		trn4_batch_result(batch, size - 1, &result);
		op->last = result.value;
		op->model_ns = result.end - begin;
	}
	trn4_batch_destroy(batch);
	return code;
}

static void show_json(const struct access *a, const struct atomic_options *o,
		      const struct atomic *op, uint64_t seen)
{
	struct json_object *json = must(json_object_new_object());

	json_add(json, "from", json_object_new_int64(trn4_target_id(a->dev)));
	json_add(json, "to", json_object_new_int64(trn4_window_peer(a->win)));
	json_add(json, "offset", json_object_new_uint64(o->access.offset));
	json_add(json, "width", json_object_new_int64(op->width));
	json_add(json, "count", json_object_new_uint64(op->count));
	json_add(json, "old", json_object_new_uint64(op->first));
	json_add(json, "new", json_object_new_uint64(after(op)));
	if (op->op == TRN4_COMPARE_SWAP)
		json_add(json, "swapped",
			 json_object_new_boolean(op->last == op->compare));
	json_add(json, "model-ns", json_object_new_uint64(op->model_ns));
	if (a->seen)
		json_add(json, "seen", json_object_new_uint64(seen));
	json_show(json, out_pretty);
}

static int show(const struct access *a, const struct atomic_options *o,
		const struct atomic *op)
{
	bool failed = op->op == TRN4_COMPARE_SWAP && op->last != op->compare;
	uint64_t seen = 0;

	/* Little-endian, as the processor is. */
	if (a->seen)
		memcpy(&seen, a->seen, op->width);
	if (out_json)
		show_json(a, o, op, seen);
	else
		printf("old %" PRIu64 ", new %" PRIu64 "\n", op->first,
		       after(op));
	if (a->seen && !out_json)
		printf("endpoint %u sees %" PRIu64 "\n",
		       trn4_window_peer(a->win), seen);
	if (failed && !out_json)
		note("the word was not %" PRIu64 " and stays as it was",
		     op->compare);
	return failed || (a->seen && seen != after(op)) ? EXIT_DIFFERS :
							  EXIT_DONE;
}

static int do_atomic(struct atomic *op, const struct atomic_options *o,
		     char **args)
{
	struct access a;
	int code;

	if (o->width != 4 && o->width != 8) {
		fail("--width %" PRIu64 ": neither 4 nor 8", o->width);
		return EXIT_USAGE;
	}
	if (o->access.offset % o->width) {
		fail("--offset is not a multiple of the width");
		return EXIT_USAGE;
	}
	op->width = o->width;
	op->count = o->count;
	if (op->op == TRN4_COMPARE_SWAP &&
	    parse_word(*args++, op, &op->compare))
		return EXIT_USAGE;
	if (parse_word(*args, op, &op->operand))
		return EXIT_USAGE;

	code = access_open(&a, &o->access, op->width, TRN4_RIGHTS_ALL);
	if (code)
		return code;
	code = run(&a, op);
	if (!code)
		code = show(&a, o, op);
	access_close(&a);
	return code;
}

#define WAY_USAGE "--from DEVICE (--to DEVICE | --token HEX) [OPTIONS]"

/* What the operations' command lines differ in */
static const struct {
	const char *name;
	enum trn4_atomic_op op;
	const char *usage;
	const char *about;
	int numbers;
	bool counts; /* --count */
} commands[] = {
	{ "add", TRN4_FETCH_ADD, "trn4ctl atomic add " WAY_USAGE " NUMBER",
	  "Adds to a word of a peer's memory in one step, and prints the word before and\n"
	  "after.\n",
	  1, true },
	{ "swap", TRN4_SWAP, "trn4ctl atomic swap " WAY_USAGE " NUMBER",
	  "Replaces a word of a peer's memory in one step, and prints the word before and\n"
	  "after.\n",
	  1, false },
	{ "cas", TRN4_COMPARE_SWAP,
	  "trn4ctl atomic cas " WAY_USAGE " EXPECTED NUMBER",
	  "Replaces a word of a peer's memory in one step if it is as expected, and prints\n"
	  "the word before and after. Exit status 3 where it was not.\n",
	  2, false },
};

int cmd_atomic(int argc, char **argv)
{
	struct atomic_options o = { .width = 8, .count = 1 };
	struct command_option options[] = {
		ACCESS_OPTIONS(&o.access),
		{ .name = "width",
		  .letter = 'w',
		  .kind = OPTION_NUMBER,
		  .value = &o.width,
		  .argument = "BYTES",
		  .help = "of the word, 4 or 8 (default 8)" },
		{ .name = "count",
		  .letter = 'n',
		  .kind = OPTION_NUMBER,
		  .value = &o.count,
		  .min = 1,
		  .max = UINT32_MAX,
		  .argument = "N",
		  .help = "how many times (default once)" },
		{}
	};
	struct command_line line = {
		.options = options,
		.notes = NEGATIVE_NOTES DEVICE_NOTES,
	};
	struct atomic op = {};
	size_t i = 0;
	char **args;
	int code;

	/* main() knows no other names. */
	while (strcmp(commands[i].name, argv[0]))
		i++;
	op.op = commands[i].op;
	line.usage = commands[i].usage;
	line.about = commands[i].about;
	line.min_args = commands[i].numbers;
	line.max_args = commands[i].numbers;
	/* The last of the options */
	if (!commands[i].counts)
		options[ARRAY_SIZE(options) - 2] = (struct command_option) {};

	code = command_parse(argc, argv, &line, &args);
	if (code)
		return code - 1;
	return do_atomic(&op, &o, args);
}
