// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * access.c - one accelerator's way to a peer's memory.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "access.h"

/* Bytes of host memory that copy commands go through */
#define STAGE (4ull << 20)

/*
 * Where to go when a window goes while the processor is at it. Set only
 * around the copy in guarded_copy(); the program has one thread.
 */
static sigjmp_buf bus_error;

static void on_bus_error(int signal)
{
	(void)signal;
	siglongjmp(bus_error, 1);
}

/* Return: whether all bytes were moved; false where SIGBUS ended it. */
static bool guarded_copy(void *dst, const void *src, size_t length)
{
	struct sigaction action = { .sa_handler = on_bus_error }, old;

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, &old);
	if (sigsetjmp(bus_error, 1)) {
		sigaction(SIGBUS, &old, NULL);
		return false;
	}
	memcpy(dst, src, length);
	sigaction(SIGBUS, &old, NULL);
	return true;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Of what the library takes: a target id, a PCI address, a node. */
static bool is_library_name(const char *name)
{
	return !name[strspn(name, "0123456789")] || strchr(name, ':') ||
	       name[0] == '/';
}

int access_device(const char *name, struct trn4_device **dev)
{
	struct nvlf_client *client;
	char number[16];
	uint32_t id;
	int ret;

	if (is_library_name(name)) {
		ret = trn4_open(name, dev);
	} else {
		client = connect_fabric();
		if (!client)
			return EXIT_FAILED;
		ret = find_device(client, NVLF_OWNER_ENDPOINT, name, &id);
		nvlf_disconnect(client);
		if (ret)
			return ret;
		snprintf(number, sizeof(number), "%u", id);
		ret = trn4_open(number, dev);
	}
	if (!ret)
		return EXIT_DONE;
	return fail("accelerator %s: %s", name,
		    trn4_explain(TRN4_CALL_OPEN, ret));
}

static uint64_t page_of(struct trn4_device *dev)
{
	struct trn4_info info;

	/* Of a device that is gone the next call tells. */
	return trn4_query(dev, &info) ? 2 << 20 : info.page_size;
}

/* Memory of the peer, granted to whoever has the token. */
static int grant_memory(struct access *a, const struct access_options *o,
			uint64_t length, uint32_t rights,
			struct trn4_token *token)
{
	void *ptr;
	int ret;

	if (access_device(o->to, &a->owner))
		return EXIT_FAILED;
	if (trn4_target_id(a->owner) == trn4_target_id(a->dev))
		return fail("--from %s and --to %s are the same accelerator",
			    o->from, o->to);
	ret = trn4_buffer_create(a->owner, o->offset + length, TRN4_BUFFER_HBM,
				 &a->memory);
	if (ret)
		return fail("memory of %s: %s", o->to,
			    trn4_explain(TRN4_CALL_BUFFER, ret));
	ret = trn4_buffer_map(a->memory, &ptr);
	if (ret)
		return fail("memory of %s: %s", o->to,
			    trn4_explain(TRN4_CALL_MAP, ret));
	a->seen = (uint8_t *)ptr + o->offset;
	ret = trn4_grant_create(a->memory, 0, 0, rights, &a->grant);
	if (ret)
		return fail("grant of %s: %s", o->to,
			    trn4_explain(TRN4_CALL_GRANT, ret));
	*token = *trn4_grant_token(a->grant);
	return EXIT_DONE;
}

static int open_window(struct access *a, const struct access_options *o,
		       uint64_t length, uint32_t rights,
		       const struct trn4_token *token)
{
	uint64_t page = page_of(a->dev);
	uint64_t first = o->offset / page * page;
	uint64_t size = 0;
	int ret;

	/* Only the pages that are meant. */
	if (length)
		size = (o->offset + length + page - 1) / page * page - first;
	ret = trn4_window_create(a->dev, token, first, size, rights, &a->win);
	if (ret)
		return fail("window of %s: %s", o->from,
			    trn4_explain(TRN4_CALL_WINDOW, ret));
	a->start = o->offset - first;
	a->length = length ? length : trn4_window_size(a->win) - a->start;
	return EXIT_DONE;
}

/* What of the options contradicts itself. Return: an exit code. */
static int check(const struct access_options *o, uint64_t length)
{
	if (!o->from)
		fail("--from is missing");
	else if (!o->to == !o->token)
		fail(o->to ? "--to and --token exclude one another" :
			     "--to or --token is missing");
	else if (o->by && strcmp(o->by, "cpu") && strcmp(o->by, "engine"))
		fail("--by %s: neither cpu nor engine", o->by);
	else if (o->offset > ACCESS_SPAN_MAX || length > ACCESS_SPAN_MAX)
		fail("--offset or --length is too large");
	else
		return EXIT_DONE;
	return EXIT_USAGE;
}

int access_open(struct access *a, const struct access_options *o,
		uint64_t length, uint32_t rights)
{
	struct trn4_token token = {};
	int code;

	*a = (struct access) { .engine = o->by && !strcmp(o->by, "engine") };
	code = check(o, length);
	if (code)
		return code;
	if (o->token && trn4_token_parse(o->token, &token)) {
		fail("--token %s: not 32 hexadecimal digits", o->token);
		return EXIT_USAGE;
	}
	code = access_device(o->from, &a->dev);
	if (!code && o->to)
		code = grant_memory(a, o, length, rights, &token);
	if (!code)
		code = open_window(a, o, length, rights, &token);
	if (code)
		access_close(a);
	return code;
}

void access_close(struct access *a)
{
	trn4_window_destroy(a->win);
	trn4_grant_revoke(a->grant);
	trn4_buffer_destroy(a->memory);
	trn4_close(a->owner);
	trn4_close(a->dev);
	*a = (struct access) {};
}

int access_failed(const struct access *a, enum trn4_call call, int error)
{
	int state = trn4_window_state(a->win);

	if (state == TRN4_STATE_LIVE)
		return fail("%s", trn4_explain(call, error));
	return fail("%s; the window now: %s", trn4_explain(call, error),
		    trn4_window_state_text(state));
}

/* Through the mapping, by the processor. */
static int copy_mapped(struct access *a, void *data, bool store)
{
	uint8_t *place;
	void *ptr;
	bool done;
	int ret;

	ret = trn4_window_map(a->win, &ptr);
	if (ret)
		return access_failed(a, TRN4_CALL_MAP, ret);
	place = (uint8_t *)ptr + a->start;
	done = store ? guarded_copy(place, data, a->length) :
		       guarded_copy(data, place, a->length);
	if (done)
		return EXIT_DONE;
	return fail("the window went while it was in use (SIGBUS): %s",
		    trn4_window_state_text(trn4_window_state(a->win)));
}

/* By copy commands, piece by piece through host memory. */
static int copy_commands(struct access *a, uint8_t *data, bool store)
{
	uint64_t done, piece, step = a->length < STAGE ? a->length : STAGE;
	struct trn4_place there, here;
	struct trn4_buffer *stage;
	int ret, code = EXIT_DONE;
	void *ptr;

	ret = trn4_buffer_create(a->dev, step, TRN4_BUFFER_HOST, &stage);
	if (ret)
		return fail("host memory: %s",
			    trn4_explain(TRN4_CALL_BUFFER, ret));
	ret = trn4_buffer_map(stage, &ptr);
	if (ret) {
		code = fail("host memory: %s",
			    trn4_explain(TRN4_CALL_MAP, ret));
		goto out;
	}
	here = trn4_buffer_at(stage, 0);
	for (done = 0; done < a->length; done += piece) {
		piece = a->length - done < step ? a->length - done : step;
		there = trn4_window_at(a->win, a->start + done);
		if (store)
			memcpy(ptr, data + done, piece);
		ret = trn4_copy(a->dev, store ? there : here,
				store ? here : there, piece, TRN4_NO_TIMEOUT);
		if (ret) {
			code = access_failed(a, TRN4_CALL_RESULT, ret);
			break;
		}
		if (!store)
			memcpy(data + done, ptr, piece);
	}
out:
	trn4_buffer_destroy(stage);
	return code;
}

static int copy(struct access *a, void *data, bool store, double *seconds)
{
	double begin = now();
	int code;

	code = a->engine ? copy_commands(a, data, store) :
			   copy_mapped(a, data, store);
	*seconds = now() - begin;
	return code;
}

int access_store(struct access *a, const void *data, double *seconds)
{
	return copy(a, (void *)data, true, seconds);
}

int access_load(struct access *a, void *data, double *seconds)
{
	return copy(a, data, false, seconds);
}
