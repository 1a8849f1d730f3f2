// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * serve.c - trn4ctl peer serve: holds a grant for others to use.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "array.h"
#include "access.h"
#include "data.h"
#include "parse.h"

#define NSEC_PER_SEC 1000000000ll

struct serve_options {
	const char *dev;
	uint64_t size;
	const char *rights;
	int64_t limit; /* ns */
	bool has_limit;
	bool stdin;
	const char *file;
	const char *save;
	uint64_t seed;
	bool has_seed;
};

/* r, rw or rwa. Return: 0 for anything else. */
static uint32_t parse_rights(const char *text)
{
	static const struct {
		const char *text;
		uint32_t rights;
	} known[] = {
		{ "r", TRN4_RIGHT_READ },
		{ "rw", TRN4_RIGHT_READ | TRN4_RIGHT_WRITE },
		{ "rwa", TRN4_RIGHTS_ALL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (!strcmp(text, known[i].text))
			return known[i].rights;
	}
	return 0;
}

/* A file that becomes readable when one of the usual signals comes. */
static int signal_file(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Until @deadline, or NULL where it has passed */
static struct timespec *until(int64_t deadline, struct timespec *left)
{
	struct timespec now;
	int64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = deadline - (now.tv_sec * NSEC_PER_SEC + now.tv_nsec);
	if (ns <= 0)
		return NULL;
	left->tv_sec = ns / NSEC_PER_SEC;
	left->tv_nsec = ns % NSEC_PER_SEC;
	return left;
}

/* Waits for a signal, the end of the time or of stdin, as options have it. */
static int hold(const struct serve_options *o, int signals)
{
	struct pollfd pfds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = o->stdin ? STDIN_FILENO : -1, .events = POLLIN },
	};
	struct timespec now, left;
	int64_t deadline;
	char byte[256];
	ssize_t n;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &now);
	deadline = now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
	deadline = o->limit > INT64_MAX - deadline ? INT64_MAX :
						     deadline + o->limit;
	for (;;) {
		if (o->has_limit && !until(deadline, &left))
			return EXIT_DONE;
		ret = ppoll(pfds, 2, o->has_limit ? &left : NULL, NULL);
		if (ret == -1 && errno != EINTR)
			return fail("poll: %s", strerror(errno));
		if (ret <= 0)
			continue;
		if (pfds[0].revents)
			return EXIT_DONE;
		n = read(STDIN_FILENO, byte, sizeof(byte));
		if (n == 0 || (n == -1 && errno != EINTR && errno != EAGAIN))
			return EXIT_DONE;
	}
}

static void show(struct trn4_device *dev, struct trn4_buffer *memory,
		 const struct trn4_grant *grant, const char *rights)
{
	char token[TRN4_TOKEN_TEXT];
	struct json_object *json;

	trn4_token_format(trn4_grant_token(grant), token);
	if (out_json) {
		json = must(json_object_new_object());
		json_add(json, "token", json_object_new_string(token));
		json_add(json, "target-id",
			 json_object_new_int64(trn4_target_id(dev)));
		json_add(json, "size",
			 json_object_new_uint64(trn4_buffer_size(memory)));
		json_add(json, "rights", json_object_new_string(rights));
		json_show(json, out_pretty);
	} else {
		puts(token);
	}
	/* Who reads the token from a pipe waits for it. */
	fflush(stdout);
}

/* What the memory begins with. Return: an exit code. */
static int prepare(const struct serve_options *o, uint8_t *bytes, uint64_t size)
{
	uint64_t length = 0;
	uint8_t *data;

	if (o->has_seed)
		data_pattern(bytes, size, o->seed);
	if (!o->file)
		return EXIT_DONE;
	data = data_from_file(o->file, &length);
	if (!data)
		return EXIT_FAILED;
	if (length <= size)
		memcpy(bytes, data, length);
	free(data);
	if (length <= size)
		return EXIT_DONE;
	return fail("%s: longer than --size", o->file);
}

static int serve(const struct serve_options *o, struct trn4_device *dev,
		 uint32_t rights)
{
	struct trn4_buffer *memory;
	struct trn4_grant *grant;
	int signals, ret, code;
	void *ptr;

	/* Before the token is out: whoever has it may send a signal at once. */
	signals = signal_file();
	if (signals == -1)
		return fail("signals: %s", strerror(errno));
	ret = trn4_buffer_create(dev, o->size, TRN4_BUFFER_HBM, &memory);
	if (ret) {
		code = fail("memory: %s", trn4_explain(TRN4_CALL_BUFFER, ret));
		goto out_signals;
	}
	ret = trn4_buffer_map(memory, &ptr);
	if (ret) {
		code = fail("memory: %s", trn4_explain(TRN4_CALL_MAP, ret));
		goto out_memory;
	}
	code = prepare(o, ptr, trn4_buffer_size(memory));
	if (code)
		goto out_memory;
	ret = trn4_grant_create(memory, 0, 0, rights, &grant);
	if (ret) {
		code = fail("grant: %s", trn4_explain(TRN4_CALL_GRANT, ret));
		goto out_memory;
	}

	show(dev, memory, grant, o->rights);
	code = hold(o, signals);

	ret = trn4_grant_revoke(grant);
	if (ret)
		code = fail("grant: %s", trn4_explain(TRN4_CALL_GRANT, ret));
	/* After the revoke nobody writes any more. */
	if (o->save && !code)
		code = data_to_file(o->save, ptr, trn4_buffer_size(memory));
out_memory:
	trn4_buffer_destroy(memory);
out_signals:
	close(signals);
	return code;
}

int cmd_peer_serve(int argc, char **argv)
{
	struct serve_options o = { .rights = "rwa" };
	/* clang-format off */
	const struct command_option options[] = {
		{ .name = "dev", .letter = 'd', .kind = OPTION_TEXT,
		  .value = &o.dev, .required = true, .argument = "DEVICE",
		  .help = "whose memory" },
		{ .name = "size", .letter = 's', .kind = OPTION_SIZE,
		  .value = &o.size, .required = true, .argument = "SIZE",
		  .help = "how much, such as 64M" },
		{ .name = "rights", .letter = 'r', .kind = OPTION_TEXT,
		  .value = &o.rights, .argument = "RIGHTS",
		  .help = "r: read, rw: and write, rwa: and atomics (default)" },
		{ .name = "file", .kind = OPTION_TEXT, .value = &o.file,
		  .argument = "PATH", .help = "what is in it at first, - for stdin" },
		{ .name = "pattern", .kind = OPTION_NUMBER, .value = &o.seed,
		  .given = &o.has_seed, .argument = "SEED",
		  .help = "the same, made from a number" },
		{ .name = "save", .kind = OPTION_TEXT, .value = &o.save,
		  .argument = "PATH", .help = "keep what is in it at the end" },
		{ .name = "for", .kind = OPTION_SECONDS, .value = &o.limit,
		  .given = &o.has_limit, .argument = "SECONDS",
		  .help = "end after this time" },
		{ .name = "stdin", .kind = OPTION_FLAG, .value = &o.stdin,
		  .help = "end when stdin is closed" },
		{}
	};
	const struct command_line line = {
		.usage = "trn4ctl peer serve --dev DEVICE --size SIZE [OPTIONS]",
		.about =
"Grants new memory of an accelerator to peers, prints the grant's token and\n"
"holds it until a signal (or --for, --stdin) ends it; then revokes the grant:\n"
"whoever still uses it gets SIGBUS.\n",
		.options = options,
		.notes = DEVICE_NOTES,
	};
	/* clang-format on */
	struct trn4_device *dev;
	uint32_t rights;
	int code;

	code = command_parse(argc, argv, &line, NULL);
	if (code)
		return code - 1;
	rights = parse_rights(o.rights);
	if (!rights) {
		fail("--rights %s: neither r, rw nor rwa", o.rights);
		return EXIT_USAGE;
	}
	if (o.has_seed && o.file) {
		fail("--file and --pattern exclude one another");
		return EXIT_USAGE;
	}
	if (o.stdin && o.file && !strcmp(o.file, "-")) {
		fail("--stdin and --file - exclude one another");
		return EXIT_USAGE;
	}
	code = access_device(o.dev, &dev);
	if (code)
		return code;
	code = serve(&o, dev, rights);
	trn4_close(dev);
	return code;
}
