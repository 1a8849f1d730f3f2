// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * peer.c - trn4ctl peer read, write and fill: a peer's memory through a
 * window.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "data.h"
#include "parse.h"

/* What is moved where nothing is said and the memory is our own */
#define DEFAULT_LENGTH (64ull << 20)
/* What is dumped where nothing is said and the memory is somebody's */
#define DEFAULT_DUMP 256
/* From how many bytes on a rate is told */
#define RATE_MIN (1u << 20)

struct peer_options {
	struct access_options access;
	uint64_t length;
	bool has_length;
	const char *file;
	const char *hex;
	uint64_t seed;
	bool has_seed;
};

#define LENGTH_OPTION(o) \
	{ \
		.name = "length", .letter = 'l', .kind = OPTION_SIZE, \
		.value = &(o)->length, .given = &(o)->has_length, \
		.argument = "SIZE", .help = "how many bytes" \
	}

/* How an access went */
struct report {
	const char *verb;
	double seconds;
	uint64_t checksum;
	bool compared; /* with what the owner sees */
	bool equal;
	const char *hex; /* bytes that were read, for JSON; or NULL */
};

static void show_json(const struct access *a, const struct peer_options *o,
		      const struct report *r)
{
	struct json_object *json = must(json_object_new_object());
	char sum[19];

	snprintf(sum, sizeof(sum), "0x%016" PRIx64, r->checksum);
	json_add(json, "from", json_object_new_int64(trn4_target_id(a->dev)));
	json_add(json, "to", json_object_new_int64(trn4_window_peer(a->win)));
	json_add(json, "offset", json_object_new_uint64(o->access.offset));
	json_add(json, "length", json_object_new_uint64(a->length));
	json_add(json, "by",
		 json_object_new_string(a->engine ? "engine" : "cpu"));
	json_add(json, "seconds", json_object_new_double(r->seconds));
	json_add(json, "checksum", json_object_new_string(sum));
	if (r->compared)
		json_add(json, "equal", json_object_new_boolean(r->equal));
	if (r->hex)
		json_add(json, "data", json_object_new_string(r->hex));
	json_show(json, out_pretty);
}

static void show_text(const struct access *a, const struct peer_options *o,
		      const struct report *r)
{
	uint32_t peer = trn4_window_peer(a->win);

	printf("endpoint %u %s %" PRIu64 " bytes at %" PRIu64
	       " of endpoint %u's %s by %s: ",
	       trn4_target_id(a->dev), r->verb, a->length, o->access.offset,
	       peer, a->owner ? "memory" : "grant",
	       a->engine ? "engine" : "cpu");
	/* Of a few bytes the rate would be that of the calls around it. */
	if (a->length >= RATE_MIN)
		printf("%.0f MB/s, ", a->length / r->seconds / 1e6);
	printf("checksum %016" PRIx64 "\n", r->checksum);
	if (r->compared)
		printf("endpoint %u sees %s\n", peer,
		       r->equal ? "the same bytes" : "other bytes");
}

static int report(const struct access *a, const struct peer_options *o,
		  const struct report *r)
{
	if (out_json)
		show_json(a, o, r);
	else
		show_text(a, o, r);
	return r->compared && !r->equal ? EXIT_DIFFERS : EXIT_DONE;
}

/* ---- write and fill ----------------------------------------------------- */

/* Stores @data, and compares where the owner's side can be seen. */
static int store(struct access *a, const struct peer_options *o,
		 const char *verb, const uint8_t *data)
{
	struct report r = {
		.verb = verb,
		.checksum = data_checksum(data, a->length),
		.compared = a->seen,
	};
	int code;

	code = access_store(a, data, &r.seconds);
	if (code)
		return code;
	if (a->seen)
		r.equal = !memcmp(a->seen, data, a->length);
	return report(a, o, &r);
}

/* The bytes that the options name, and their number. Return: an exit code. */
static int load_data(struct peer_options *o, uint8_t **data)
{
	if (!!o->file + !!o->hex + o->has_seed > 1) {
		fail("--file, --hex and --pattern exclude one another");
		return EXIT_USAGE;
	}
	if (o->has_length && !o->length) {
		fail("--length 0: nothing to do");
		return EXIT_USAGE;
	}
	if (o->file) {
		*data = data_from_file(o->file, &o->length);
		return *data ? EXIT_DONE : EXIT_FAILED;
	}
	if (o->hex) {
		if (o->has_length) {
			fail("--hex and --length exclude one another");
			return EXIT_USAGE;
		}
		*data = data_from_hex(o->hex, &o->length);
		return *data ? EXIT_DONE : EXIT_USAGE;
	}
	if (!o->has_length && o->access.token) {
		fail("say what to write: --file, --hex, or --length and a pattern is made");
		return EXIT_USAGE;
	}
	if (!o->has_length)
		o->length = DEFAULT_LENGTH;
	if (o->length > ACCESS_SPAN_MAX) {
		fail("--length is too large");
		return EXIT_USAGE;
	}
	*data = must(malloc(o->length));
	data_pattern(*data, o->length, o->seed);
	return EXIT_DONE;
}

int cmd_peer_write(int argc, char **argv)
{
	struct peer_options o = {};
	/* clang-format off */
	const struct command_option options[] = {
		ACCESS_OPTIONS(&o.access),
		LENGTH_OPTION(&o),
		{ .name = "file", .kind = OPTION_TEXT, .value = &o.file,
		  .argument = "PATH", .help = "bytes of a file, - for stdin" },
		{ .name = "hex", .kind = OPTION_TEXT, .value = &o.hex,
		  .argument = "DIGITS", .help = "these bytes" },
		{ .name = "pattern", .kind = OPTION_NUMBER, .value = &o.seed,
		  .given = &o.has_seed, .argument = "SEED",
		  .help = "bytes made from a number (default 0)" },
		BY_OPTION(&o.access),
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl peer write --from DEVICE (--to DEVICE | --token HEX) [OPTIONS]",
		.about =
"Writes a peer's memory through a window. With --to the memory is new, and what\n"
"arrived is compared on the peer's side (64 MiB if nothing else is said). With\n"
"--token it is that of a grant which another process holds.\n",
		.options = options,
		.notes = DEVICE_NOTES,
	};
	/* clang-format on */
	uint8_t *data = NULL;
	struct access a;
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	code = load_data(&o, &data);
	if (code)
		return code;
	code = access_open(&a, &o.access, o.length,
			   TRN4_RIGHT_READ | TRN4_RIGHT_WRITE);
	if (!code) {
		code = store(&a, &o, "writes", data);
		access_close(&a);
	}
	free(data);
	return code;
}

int cmd_peer_fill(int argc, char **argv)
{
	struct peer_options o = {};
	/* clang-format off */
	const struct command_option options[] = {
		ACCESS_OPTIONS(&o.access),
		LENGTH_OPTION(&o),
		BY_OPTION(&o.access),
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl peer fill --from DEVICE (--to DEVICE | --token HEX) [OPTIONS] [BYTE]",
		.about =
"Fills a peer's memory through a window with one byte (0 if none is given): with\n"
"--to 64 MiB of new memory, with --token all to the grant's end, if --length says\n"
"nothing else.\n",
		.options = options,
		.notes = DEVICE_NOTES,
		.max_args = 1,
	};
	/* clang-format on */
	struct access a;
	uint8_t *data;
	uint64_t byte;
	char **args;
	int code;

	code = command_parse(argc, argv, &line, &args);
	if (code)
		return code - 1;
	if (!args[0]) {
		byte = 0;
	} else if (parse_number(args[0], 0, 255, &byte)) {
		fail("%s: not a number from 0 to 255", args[0]);
		return EXIT_USAGE;
	}
	if (o.has_length && !o.length) {
		fail("--length 0: nothing to do");
		return EXIT_USAGE;
	}
	if (!o.has_length && !o.access.token)
		o.length = DEFAULT_LENGTH;
	code = access_open(&a, &o.access, o.length,
			   TRN4_RIGHT_READ | TRN4_RIGHT_WRITE);
	if (code)
		return code;
	data = must(malloc(a.length));
	memset(data, byte, a.length);
	code = store(&a, &o, "fills", data);
	free(data);
	access_close(&a);
	return code;
}

/* ---- read --------------------------------------------------------------- */

/* Shows or keeps what was read. Return: an exit code. */
static int deliver(const struct access *a, const struct peer_options *o,
		   struct report *r, const uint8_t *data)
{
	char *hex = NULL;
	int code;

	if (o->file) {
		code = data_to_file(o->file, data, a->length);
		/* Nothing of ours between bytes on stdout. */
		if (code || !strcmp(o->file, "-"))
			return code;
		return report(a, o, r);
	}
	if (a->owner)
		return report(a, o, r);
	if (!out_json) {
		data_dump(data, a->length, o->access.offset);
		return EXIT_DONE;
	}
	hex = data_to_hex(data, a->length);
	r->hex = hex;
	code = report(a, o, r);
	free(hex);
	return code;
}

static int load(struct access *a, const struct peer_options *o)
{
	struct report r = { .verb = "reads", .compared = a->seen };
	uint8_t *data = must(malloc(a->length));
	int code;

	/* New memory is all zeroes: let there be something to read. */
	if (a->seen)
		data_pattern(a->seen, a->length, o->seed);
	code = access_load(a, data, &r.seconds);
	if (!code) {
		r.checksum = data_checksum(data, a->length);
		if (a->seen)
			r.equal = !memcmp(a->seen, data, a->length);
		code = deliver(a, o, &r, data);
	}
	free(data);
	return code;
}

int cmd_peer_read(int argc, char **argv)
{
	struct peer_options o = {};
	/* clang-format off */
	const struct command_option options[] = {
		ACCESS_OPTIONS(&o.access),
		LENGTH_OPTION(&o),
		{ .name = "file", .kind = OPTION_TEXT, .value = &o.file,
		  .argument = "PATH",
		  .help = "write the bytes to a file, - for stdout" },
		{ .name = "pattern", .kind = OPTION_NUMBER, .value = &o.seed,
		  .given = &o.has_seed, .argument = "SEED",
		  .help = "with --to: what the peer puts there (default 0)" },
		BY_OPTION(&o.access),
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl peer read --from DEVICE (--to DEVICE | --token HEX) [OPTIONS]",
		.about =
"Reads a peer's memory through a window. With --to the memory is new; the peer\n"
"puts a pattern there (64 MiB if nothing else is said), and what was read is\n"
"compared. With --token the bytes of a grant are dumped (256 if nothing else is\n"
"said), or written to a file (all to the grant's end).\n",
		.options = options,
		.notes = DEVICE_NOTES,
	};
	/* clang-format on */
	struct access a;
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	if (o.has_length && !o.length) {
		fail("--length 0: nothing to do");
		return EXIT_USAGE;
	}
	if (o.has_seed && !o.access.to) {
		fail("--pattern goes with --to only");
		return EXIT_USAGE;
	}
	if (!o.has_length && !o.access.token)
		o.length = DEFAULT_LENGTH;
	else if (!o.has_length && !o.file)
		o.length = DEFAULT_DUMP;
	code = access_open(&a, &o.access, o.length, TRN4_RIGHT_READ);
	if (code)
		return code;
	code = load(&a, &o);
	access_close(&a);
	return code;
}
