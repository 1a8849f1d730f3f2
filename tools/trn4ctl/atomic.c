// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * atomic.c - trn4ctl atomic: remote atomic operations on a word of a peer's
 * memory.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "array.h"
#include "parse.h"

#define NUMBER_NOTES \
	"A negative number comes behind --. Floating point is as C has it: 1.5, 1e-3, inf.\n"

/* The words that can be typed and printed, as --type names them */
static const char *const types[] = {
	"u32", "u64", "s32", "s64", "f32", "f64",
};

static const enum trn4_word words[] = {
	TRN4_U32, TRN4_U64, TRN4_S32, TRN4_S64, TRN4_F32, TRN4_F64,
};

struct atomic_options {
	struct access_options access;
	uint64_t type; /* its place in types */
	uint64_t count;
};

/* What is done, and what came of it */
struct atomic {
	enum trn4_atomic_op op;
	enum trn4_word word;
	const char *type; /* its name */
	uint64_t operand;
	uint64_t compare;
	uint64_t count;
	uint64_t first;    /* the word before the first operation */
	uint64_t last;     /* before the last one */
	uint64_t now;      /* a moment after it */
	uint64_t model_ns; /* model time, from the first to the last */
};

static bool is_float(const struct atomic *op)
{
	return op->word == TRN4_F32 || op->word == TRN4_F64;
}

static uint64_t mask(const struct atomic *op)
{
	return trn4_word_size(op->word) == 8 ? UINT64_MAX : UINT32_MAX;
}

/*
 * Signed words are for what tells less from more: an operation that does not is
 * done on the unsigned word of that size.
 */
static enum trn4_word done_on(const struct atomic *op)
{
	bool signed_counts = op->op == TRN4_MIN || op->op == TRN4_MAX;

	if (op->word == TRN4_S32 && !signed_counts)
		return TRN4_U32;
	if (op->word == TRN4_S64 && !signed_counts)
		return TRN4_U64;
	return op->word;
}

static double float_of(const struct atomic *op, uint64_t word)
{
	uint32_t half = word;
	double wide;
	float narrow;

	memcpy(&wide, &word, sizeof(wide));
	memcpy(&narrow, &half, sizeof(narrow));
	return op->word == TRN4_F64 ? wide : narrow;
}

static int64_t signed_of(const struct atomic *op, uint64_t word)
{
	return op->word == TRN4_S32 ? (int32_t)word : (int64_t)word;
}

#define WORD_TEXT 32
static const char *word_text(const struct atomic *op, uint64_t word,
			     char text[WORD_TEXT])
{
	if (is_float(op))
		snprintf(text, WORD_TEXT, "%.*g", op->word == TRN4_F64 ? 17 : 9,
			 float_of(op, word));
	else if (op->word == TRN4_S32 || op->word == TRN4_S64)
		snprintf(text, WORD_TEXT, "%" PRId64, signed_of(op, word));
	else
		snprintf(text, WORD_TEXT, "%" PRIu64, word);
	return text;
}

static struct json_object *word_json(const struct atomic *op, uint64_t word)
{
	if (is_float(op))
		return json_object_new_double(float_of(op, word));
	if (op->word == TRN4_S32 || op->word == TRN4_S64)
		return json_object_new_int64(signed_of(op, word));
	return json_object_new_uint64(word);
}

static int parse_float(const char *text, const struct atomic *op,
		       uint64_t *word)
{
	double wide;
	float narrow;
	char *end;

	wide = strtod(text, &end);
	if (end == text || *end) {
		fail("%s: not a number", text);
		return -EINVAL;
	}
	narrow = wide;
	*word = 0;
	if (op->word == TRN4_F64)
		memcpy(word, &wide, sizeof(wide));
	else
		memcpy(word, &narrow, sizeof(narrow));
	return 0;
}

/* A word: not negative, or negative and meant in two's complement. */
static int parse_word(const char *text, const struct atomic *op, uint64_t *word)
{
	bool negative = text[0] == '-';
	uint64_t limit = negative ? mask(op) / 2 + 1 : mask(op);
	int ret;

	if (is_float(op))
		return parse_float(text, op, word);
	ret = parse_number(text + negative, 0, limit, word);
	if (ret == -ERANGE)
		fail("%s: does not fit %s", text, op->type);
	else if (ret)
		fail("%s: not a number", text);
	if (!ret && negative)
		*word = -*word & mask(op);
	return ret;
}

/* What has become of the word; of others, too, if they are at it */
static int look(struct access *a, struct atomic *op)
{
	enum trn4_word bits = mask(op) == UINT64_MAX ? TRN4_U64 : TRN4_U32;
	int ret;

	ret = trn4_atomic(a->dev, trn4_window_at(a->win, a->start), TRN4_OR,
			  bits, 0, 0, &op->now, TRN4_NO_TIMEOUT);
	return ret ? access_failed(a, TRN4_CALL_RESULT, ret) : EXIT_DONE;
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
			trn4_batch_atomic(batch, word, op->op, done_on(op),
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
	return code ? code : look(a, op);
}

static void show_json(const struct access *a, const struct atomic_options *o,
		      const struct atomic *op, uint64_t seen)
{
	struct json_object *json = must(json_object_new_object());

	json_add(json, "from", json_object_new_int64(trn4_target_id(a->dev)));
	json_add(json, "to", json_object_new_int64(trn4_window_peer(a->win)));
	json_add(json, "offset", json_object_new_uint64(o->access.offset));
	json_add(json, "type", json_object_new_string(op->type));
	json_add(json, "count", json_object_new_uint64(op->count));
	json_add(json, "old", word_json(op, op->first));
	json_add(json, "new", word_json(op, op->now));
	if (op->op == TRN4_COMPARE_SWAP)
		json_add(json, "swapped",
			 json_object_new_boolean(op->last == op->compare));
	json_add(json, "model-ns", json_object_new_uint64(op->model_ns));
	if (a->seen)
		json_add(json, "seen", word_json(op, seen));
	json_show(json, out_pretty);
}

static int show(const struct access *a, const struct atomic_options *o,
		const struct atomic *op)
{
	bool failed = op->op == TRN4_COMPARE_SWAP && op->last != op->compare;
	char text[2][WORD_TEXT];
	uint64_t seen = 0;

	/* Little-endian, as the processor is. */
	if (a->seen)
		memcpy(&seen, a->seen, trn4_word_size(op->word));
	if (out_json)
		show_json(a, o, op, seen);
	else
		printf("old %s, new %s\n", word_text(op, op->first, text[0]),
		       word_text(op, op->now, text[1]));
	if (a->seen && !out_json)
		printf("endpoint %u sees %s\n", trn4_window_peer(a->win),
		       word_text(op, seen, text[0]));
	if (failed && !out_json)
		note("the word was not %s and stays as it was",
		     word_text(op, op->compare, text[0]));
	return failed || (a->seen && seen != op->now) ? EXIT_DIFFERS :
							EXIT_DONE;
}

/* Is there such an operation on such a word? */
static int check_type(struct trn4_device *dev, const struct atomic *op,
		      const char *name)
{
	uint32_t there = trn4_atomic_words(dev, op->op);
	char list[64] = "";
	size_t i;

	if (there >> done_on(op) & 1)
		return EXIT_DONE;
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!(there >> words[i] & 1))
			continue;
		if (list[0])
			strcat(list, ", ");
		strcat(list, types[i]);
	}
	return fail("--type %s: '%s' works on %s", op->type, name, list);
}

static int do_atomic(struct atomic *op, const struct atomic_options *o,
		     const char *name, char **args)
{
	struct access a;
	unsigned int size;
	int code;

	op->word = words[o->type];
	op->type = types[o->type];
	op->count = o->count;
	size = trn4_word_size(op->word);
	if (o->access.offset % size) {
		fail("--offset is not a multiple of the word's %u bytes", size);
		return EXIT_USAGE;
	}
	if (op->op == TRN4_COMPARE_SWAP &&
	    parse_word(*args++, op, &op->compare))
		return EXIT_USAGE;
	if (parse_word(*args, op, &op->operand))
		return EXIT_USAGE;

	code = access_open(&a, &o->access, size, TRN4_RIGHTS_ALL);
	if (code)
		return code;
	code = check_type(a.dev, op, name);
	if (!code)
		code = run(&a, op);
	if (!code)
		code = show(&a, o, op);
	access_close(&a);
	return code;
}

#define WAY_USAGE "--from DEVICE (--to DEVICE | --token HEX) [OPTIONS]"

#define ONE(word) "trn4ctl atomic " word " " WAY_USAGE " NUMBER"
#define PRINTS    " in one\nstep, and prints the word before and after.\n"

/* What the operations' command lines differ in */
static const struct {
	const char *name;
	enum trn4_atomic_op op;
	const char *usage;
	const char *about;
	int numbers;
	bool counts; /* --count */
} commands[] = {
	{ "add", TRN4_ADD, ONE("add"),
	  "Adds to a word of a peer's memory" PRINTS, 1, true },
	{ "sub", TRN4_SUB, ONE("sub"),
	  "Subtracts from a word of a peer's memory" PRINTS, 1, true },
	{ "inc", TRN4_INC, ONE("inc"),
	  "Adds 1 to a word of a peer's memory, or puts 0 there if it is NUMBER or more," PRINTS,
	  1, true },
	{ "dec", TRN4_DEC, ONE("dec"),
	  "Subtracts 1 from a word of a peer's memory, or puts NUMBER there if it is 0 or\n"
	  "more than that," PRINTS,
	  1, true },
	{ "min", TRN4_MIN, ONE("min"),
	  "Puts the lesser of a word of a peer's memory and NUMBER there" PRINTS,
	  1, false },
	{ "max", TRN4_MAX, ONE("max"),
	  "Puts the greater of a word of a peer's memory and NUMBER there" PRINTS,
	  1, false },
	{ "and", TRN4_AND, ONE("and"),
	  "Clears bits of a word of a peer's memory that are not set in NUMBER" PRINTS,
	  1, false },
	{ "or", TRN4_OR, ONE("or"),
	  "Sets bits of a word of a peer's memory that are set in NUMBER" PRINTS,
	  1, false },
	{ "xor", TRN4_XOR, ONE("xor"),
	  "Turns bits of a word of a peer's memory that are set in NUMBER" PRINTS,
	  1, true },
	{ "swap", TRN4_SWAP, ONE("swap"),
	  "Replaces a word of a peer's memory" PRINTS, 1, false },
	{ "cas", TRN4_COMPARE_SWAP,
	  "trn4ctl atomic cas " WAY_USAGE " EXPECTED NUMBER",
	  "Replaces a word of a peer's memory in one step if it is as expected, and prints\n"
	  "the word before and after. Exit status 3 where it was not.\n",
	  2, false },
};

int cmd_atomic(int argc, char **argv)
{
	struct atomic_options o = { .type = 1, .count = 1 };
	struct command_option options[] = {
		ACCESS_OPTIONS(&o.access),
		{ .name = "type",
		  .letter = 'T',
		  .kind = OPTION_CHOICE,
		  .value = &o.type,
		  .argument = "TYPE",
		  .choices = types,
		  .choice_count = ARRAY_SIZE(types),
		  .help = "what the word is (default u64)" },
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
		.notes = NUMBER_NOTES DEVICE_NOTES,
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
	return do_atomic(&op, &o, commands[i].name, args);
}
