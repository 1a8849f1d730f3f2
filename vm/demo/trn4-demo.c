// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trn4-demo.c - the demonstration of make run: a fabric, a store into a peer's
 * memory, remote atomics, a revoke and a refusal; each step is checked.
 *
 * Each actor is a process of its own that opens its accelerator itself. What
 * passes between them goes through pipes, and is no more than a token, a
 * checksum or a time.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report.h"
#include "trn4.h"

#define MIB        (1ull << 20)
#define STORE_SIZE (64 * MIB)
#define PAGE       (2 * MIB) /* the smallest grant */
#define ROUNDS     5         /* of a copy; the best one counts */
#define ADDS       10000     /* by each of two processes */
#define BATCH      256
#define BATCHES    35
#define SINGLES    (ADDS - BATCHES * BATCH) /* one ioctl each */
#define SECOND     1000000000ll             /* nanoseconds */

/* The accelerators of this machine, by target id */
static struct trn4_info *accels;
static int count;

/* What an actor has to tell; which members count depends on who it is */
struct message {
	int error;           /* 0 or what went wrong */
	enum trn4_call call; /* and where */
	struct trn4_token token;
	uint64_t sum; /* checksum, or a word's value */
	int64_t window_ns, ram_ns, single_ns, batch_ns;
};

/* What an actor is told at its begin */
struct role {
	uint32_t target; /* its accelerator */
	uint64_t size;
	uint32_t rights;
	struct trn4_token token;
};

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

static double mb_per_s(uint64_t bytes, int64_t ns)
{
	return ns ? bytes * 1000.0 / ns : 0;
}

/* Differs for each place and each value, so that what is moved or lost shows */
static uint64_t checksum(const void *data, size_t size)
{
	const uint64_t *words = data;
	uint64_t sum = 0xcbf29ce484222325ull;
	size_t i;

	for (i = 0; i < size / sizeof(*words); i++)
		sum = (sum ^ words[i]) * 0x100000001b3ull;
	return sum;
}

static void fill(void *data, size_t size)
{
	uint64_t *words = data, x = 0x9e3779b97f4a7c15ull ^ now();
	size_t i;

	for (i = 0; i < size / sizeof(*words); i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		words[i] = x;
	}
}

static void fail(int out, enum trn4_call call, int error)
{
	struct message message = { .call = call, .error = error };

	give(out, &message, sizeof(message));
	_exit(1);
}

/* Tells of an actor's error, if it has one */
static bool well(const char *who, bool heard, const struct message *message)
{
	if (!heard)
		return check(false, "the %s ended before its time", who);
	if (message->error)
		return check(false, "the %s: %s", who,
			     trn4_explain(message->call, message->error));
	return true;
}

/* ---- Actors ---- */

/*
 * Owns memory: makes a buffer and a grant of it, hands the token out, and when
 * told so takes the grant back and says what is in the buffer.
 */
static void owner(int in, int out, const void *arg)
{
	const struct role *role = arg;
	struct message message = { 0 };
	struct trn4_device *dev;
	struct trn4_buffer *buf;
	struct trn4_grant *grant;
	void *map;
	char go;
	int ret;

	ret = trn4_open_target(role->target, &dev);
	if (ret)
		fail(out, TRN4_CALL_OPEN, ret);
	ret = trn4_buffer_create(dev, role->size, TRN4_BUFFER_HBM, &buf);
	if (ret)
		fail(out, TRN4_CALL_BUFFER, ret);
	ret = trn4_buffer_map(buf, &map);
	if (ret)
		fail(out, TRN4_CALL_MAP, ret);
	ret = trn4_grant_create(buf, 0, 0, role->rights, &grant);
	if (ret)
		fail(out, TRN4_CALL_GRANT, ret);
	message.token = *trn4_grant_token(grant);
	if (!give(out, &message, sizeof(message)) || !take(in, &go, 1))
		_exit(1);
	ret = trn4_grant_revoke(grant);
	if (ret)
		fail(out, TRN4_CALL_GRANT, ret);
	message.sum = role->size > PAGE ? checksum(map, role->size) :
					  *(volatile uint64_t *)map;
	if (!give(out, &message, sizeof(message)) || !take(in, &go, 1))
		_exit(1);
}

/* Opens the window that a role names; ends the process where it cannot */
static struct trn4_window *open_window(const struct role *role, int out,
				       struct trn4_device **dev)
{
	struct trn4_window *win;
	int ret;

	ret = trn4_open_target(role->target, dev);
	if (ret)
		fail(out, TRN4_CALL_OPEN, ret);
	ret = trn4_window_create(*dev, &role->token, 0, role->size,
				 role->rights, &win);
	if (ret)
		fail(out, TRN4_CALL_WINDOW, ret);
	return win;
}

/* Takes the time of a copy, if it is better than the best so far */
static void time_copy(int64_t *best, void *to, const void *from, size_t size)
{
	int64_t took = now();

	memcpy(to, from, size);
	took = now() - took;
	if (!*best || took < *best)
		*best = took;
}

/* Stores through a window, by the processor alone: no ioctl carries the data */
static void sender(int in, int out, const void *arg)
{
	const struct role *role = arg;
	struct message message = { 0 };
	struct trn4_device *dev;
	struct trn4_window *win;
	void *map, *source, *ram;
	int ret, i;

	(void)in;
	win = open_window(role, out, &dev);
	ret = trn4_window_map(win, &map);
	if (ret)
		fail(out, TRN4_CALL_MAP, ret);
	source = malloc(role->size);
	ram = malloc(role->size);
	if (!source || !ram)
		fail(out, TRN4_CALL_MAP, -ENOMEM);
	fill(source, role->size);
	memset(ram, 0xff, role->size);
	message.sum = checksum(source, role->size);
	for (i = 0; i < ROUNDS; i++) {
		time_copy(&message.window_ns, map, source, role->size);
		time_copy(&message.ram_ns, ram, source, role->size);
	}
	give(out, &message, sizeof(message));
}

/* One atomic after the other by ioctl, then the rest in batches */
static void adder(int in, int out, const void *arg)
{
	const struct role *role = arg;
	struct message message = { 0 };
	struct trn4_batch *batch;
	struct trn4_device *dev;
	struct trn4_window *win;
	struct trn4_place word;
	int ret, i;
	char go;

	win = open_window(role, out, &dev);
	word = trn4_window_at(win, 0);
	ret = trn4_batch_create(dev, BATCH, &batch);
	for (i = 0; i < BATCH && ret >= 0; i++)
		ret = trn4_batch_atomic(batch, word, TRN4_ADD, TRN4_U64, 1, 0);
	if (ret < 0)
		fail(out, TRN4_CALL_SUBMIT, ret);
	/* Both begin at the same time, so that they are in each other's way */
	if (!give(out, &message, sizeof(message)) || !take(in, &go, 1))
		_exit(1);

	message.single_ns = now();
	for (i = 0; i < SINGLES; i++) {
		ret = trn4_atomic(dev, word, TRN4_ADD, TRN4_U64, 1, 0, NULL,
				  10 * SECOND);
		if (ret)
			fail(out, TRN4_CALL_RESULT, ret);
	}
	message.batch_ns = now();
	message.single_ns = message.batch_ns - message.single_ns;
	for (i = 0; i < BATCHES; i++) {
		ret = trn4_batch_submit(batch);
		if (ret)
			fail(out, TRN4_CALL_SUBMIT, ret);
		ret = trn4_batch_wait(batch, 10 * SECOND);
		if (ret)
			fail(out, TRN4_CALL_WAIT, ret);
		ret = trn4_batch_error(batch, NULL);
		if (ret)
			fail(out, TRN4_CALL_RESULT, ret);
	}
	message.batch_ns = now() - message.batch_ns;
	give(out, &message, sizeof(message));
}

/* Reads a window, and again when told so: that must be its end */
static void holder(int in, int out, const void *arg)
{
	struct message message = { 0 };
	struct trn4_device *dev;
	struct trn4_window *win;
	void *map;
	int ret;
	char go;

	win = open_window(arg, out, &dev);
	ret = trn4_window_map(win, &map);
	if (ret)
		fail(out, TRN4_CALL_MAP, ret);
	message.sum = *(volatile uint64_t *)map;
	if (!give(out, &message, sizeof(message)) || !take(in, &go, 1))
		_exit(1);
	message.sum = *(volatile uint64_t *)map;
	give(out, &message, sizeof(message));
}

/* ---- Steps ---- */

static void show_fabric(void)
{
	/* clang-format off */
	static const char *const manager[] = {
		"nvlf-fm", "--once", "--wait", "10", NULL
	};
	/* clang-format on */
	static const char *const topology[] = { "trn4ctl", "topology", NULL };

	step("The fabric manager connects every accelerator with every other");
	check(command(true, NULL, 0, manager) == 0,
	      "the manager set routes and a partition");
	check(command(true, NULL, 0, topology) == 0,
	      "the topology can be read");
}

static void store_to_a_peer(void)
{
	struct role mine = {
		.target = accels[1].target_id,
		.size = STORE_SIZE,
		.rights = TRN4_RIGHT_READ | TRN4_RIGHT_WRITE,
	}, theirs = mine;
	struct message granted, sent, read_back;
	int to_owner, from_owner, to_sender, from_sender;
	double window, ram;
	bool ok;

	step("64 MiB stored by one process into another accelerator's memory");
	theirs.target = accels[0].target_id;
	start(owner, &mine, &to_owner, &from_owner);
	ok = take(from_owner, &granted, sizeof(granted));
	if (!well("owner", ok, &granted))
		return;
	say("a process on accelerator %u grants 64 MiB of its HBM and passes the token on",
	    mine.target);
	theirs.token = granted.token;
	start(sender, &theirs, &to_sender, &from_sender);
	ok = take(from_sender, &sent, sizeof(sent));
	if (!well("sender", ok, &sent))
		return;
	say("another on accelerator %u maps a window on it and stores through it",
	    theirs.target);
	ok = give(to_owner, "g", 1) &&
	     take(from_owner, &read_back, sizeof(read_back));
	if (!well("owner", ok, &read_back))
		return;
	say("checksum at the sender %016llx, at the owner %016llx",
	    (unsigned long long)sent.sum, (unsigned long long)read_back.sum);
	check(sent.sum == read_back.sum,
	      "the owner reads in its own memory what the sender stored");
	window = mb_per_s(STORE_SIZE, sent.window_ns);
	ram = mb_per_s(STORE_SIZE, sent.ram_ns);
	say("memcpy through the window  %8.0f MB/s", window);
	say("memcpy to guest RAM        %8.0f MB/s  (window / RAM: %.2f)", ram,
	    ram ? window / ram : 0);
	give(to_owner, "g", 1);
}

static void add_from_two(void)
{
	struct role mine = {
		.target = accels[0].target_id,
		.size = PAGE,
		.rights = TRN4_RIGHTS_ALL,
	}, theirs[2] = { mine, mine };
	int to[2], from[2], to_owner, from_owner, i;
	struct message granted, told[2], total;
	bool ok;

	step("Two processes add 10,000 each to one remote counter");
	start(owner, &mine, &to_owner, &from_owner);
	ok = take(from_owner, &granted, sizeof(granted));
	if (!well("owner", ok, &granted))
		return;
	for (i = 0; i < 2; i++) {
		/* On two accelerators where there are three, else on one */
		theirs[i].target = accels[count > 2 ? 1 + i : 1].target_id;
		theirs[i].token = granted.token;
		start(adder, &theirs[i], &to[i], &from[i]);
		ok = take(from[i], &told[i], sizeof(told[i]));
		if (!well("adder", ok, &told[i]))
			return;
	}
	say("accelerators %u and %u add to a word in the HBM of %u,",
	    theirs[0].target, theirs[1].target, mine.target);
	say("each %d times by single ioctls and %d times in batches of %d",
	    SINGLES, ADDS - SINGLES, BATCH);
	for (i = 0; i < 2; i++)
		give(to[i], "g", 1);
	for (i = 0; i < 2; i++) {
		ok = take(from[i], &told[i], sizeof(told[i]));
		if (!well("adder", ok, &told[i]))
			return;
	}
	ok = give(to_owner, "g", 1) && take(from_owner, &total, sizeof(total));
	if (!well("owner", ok, &total))
		return;
	check(total.sum == 2 * ADDS, "the owner reads %llu",
	      (unsigned long long)total.sum);
	say("a single atomic took %.1f us, one in a batch %.2f us",
	    told[0].single_ns / 1000.0 / SINGLES,
	    told[0].batch_ns / 1000.0 / (ADDS - SINGLES));
	give(to_owner, "g", 1);
}

static void revoke_in_use(void)
{
	struct role mine = {
		.target = accels[1].target_id,
		.size = PAGE,
		.rights = TRN4_RIGHT_READ,
	}, theirs = mine;
	int to_owner, from_owner, to_holder, from_holder, status = 0;
	struct message granted, seen, revoked;
	bool ok, data;
	pid_t child;

	step("A grant is taken back while a process holds a window on it");
	theirs.target = accels[0].target_id;
	start(owner, &mine, &to_owner, &from_owner);
	ok = take(from_owner, &granted, sizeof(granted));
	if (!well("owner", ok, &granted))
		return;
	theirs.token = granted.token;
	child = start(holder, &theirs, &to_holder, &from_holder);
	ok = take(from_holder, &seen, sizeof(seen));
	if (!well("holder", ok, &seen))
		return;
	check(seen.sum == 0,
	      "before the revoke the window reads the owner's data");
	ok = give(to_owner, "g", 1) &&
	     take(from_owner, &revoked, sizeof(revoked));
	if (!well("owner", ok, &revoked))
		return;
	say("accelerator %u revokes the grant; the process on %u reads once more",
	    mine.target, theirs.target);
	data = give(to_holder, "g", 1) &&
	       take(from_holder, &seen, sizeof(seen));
	if (data)
		kill(child, SIGKILL);
	waitpid(child, &status, 0);
	check(!data && WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS,
	      data ? "the process got data, not SIGBUS" :
		     "the process was ended by %s, and got no data",
	      WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "itself");
	give(to_owner, "g", 1);
}

/* Opens a window from accelerator 0; returns what it was answered with */
static int try_window(const struct trn4_token *token)
{
	struct trn4_device *dev;
	struct trn4_window *win;
	int ret = trn4_open_target(accels[0].target_id, &dev);

	if (ret)
		return ret;
	ret = trn4_window_create(dev, token, 0, 0, TRN4_RIGHT_READ, &win);
	if (!ret)
		trn4_window_destroy(win);
	trn4_close(dev);
	return ret;
}

#define ROUTES_MAX 36

/* A line of "trn4ctl route list", as it goes back to "route set" */
struct route {
	char sw[16], ports[256];
};

static int list_routes(const char *target, struct route *routes)
{
	/* clang-format off */
	const char *const list[] = {
		"trn4ctl", "route", "list", "--target", target, NULL
	};
	/* clang-format on */
	char *text = malloc(65536), *line, *rest;
	char sw[16], ports[256];
	int n = 0;

	if (!text || command(true, text, 65536, list)) {
		free(text);
		return 0;
	}
	for (line = strtok_r(text, "\n", &rest); line && n < ROUTES_MAX;
	     line = strtok_r(NULL, "\n", &rest))
		/* The table's head has no number in front */
		if (sscanf(line, " %15[0-9] %*[0-9] %255s", sw, ports) == 2) {
			strcpy(routes[n].sw, sw);
			strcpy(routes[n].ports, ports);
			n++;
		}
	free(text);
	return n;
}

static void refuse_without_route(void)
{
	static struct route routes[ROUTES_MAX];
	struct role mine = {
		.target = accels[count - 1].target_id,
		.size = PAGE,
		.rights = TRN4_RIGHT_READ,
	};
	int to_owner, from_owner, n, i, ret, bad = 0;
	struct message granted;
	char target[16];
	bool ok;

	step("A window is refused where no route leads");
	snprintf(target, sizeof(target), "%u", mine.target);
	start(owner, &mine, &to_owner, &from_owner);
	ok = take(from_owner, &granted, sizeof(granted));
	if (!well("owner", ok, &granted))
		return;
	check(try_window(&granted.token) == 0,
	      "accelerator %u opens a window on accelerator %s",
	      accels[0].target_id, target);
	n = list_routes(target, routes);
	for (i = 0; i < n; i++) {
		/* clang-format off */
		const char *const del[] = {
			"trn4ctl", "route", "del", "--switch", routes[i].sw,
			"--target", target, NULL
		};
		/* clang-format on */

		bad += command(true, NULL, 0, del) != 0;
	}
	check(n && !bad, "all routes to accelerator %s are removed", target);
	ret = try_window(&granted.token);
	check(ret == -EHOSTUNREACH, "the window is refused");
	say("the reason: %s", trn4_explain(TRN4_CALL_WINDOW, ret));
	for (bad = i = 0; i < n; i++) {
		/* clang-format off */
		const char *const set[] = {
			"trn4ctl", "route", "set", "--switch", routes[i].sw,
			"--target", target, "--ports", routes[i].ports, NULL
		};
		/* clang-format on */

		bad += command(true, NULL, 0, set) != 0;
	}
	check(n && !bad, "the routes are put back");
	check(try_window(&granted.token) == 0, "and the window opens again");
	give(to_owner, "g", 1);
	give(to_owner, "g", 1);
}

static int by_target(const void *a, const void *b)
{
	const struct trn4_info *x = a, *y = b;

	return (x->target_id > y->target_id) - (x->target_id < y->target_id);
}

int main(void)
{
	int wanted;

	/* Who writes to an actor that ended wants an error, not a signal */
	signal(SIGPIPE, SIG_IGN);
	count = trn4_list(&accels);
	if (count < 0) {
		check(false, "%s", trn4_explain(TRN4_CALL_OPEN, count));
		return summary();
	}
	/* How many the machine was given, where that was told */
	wanted = getenv("TRN4_COUNT") ? atoi(getenv("TRN4_COUNT")) : 2;
	if (!check(count >= 2 && count >= wanted,
		   "accelerators: %d (at least %d are needed)", count,
		   wanted > 2 ? wanted : 2))
		return summary();
	qsort(accels, count, sizeof(*accels), by_target);
	show_fabric();
	store_to_a_peer();
	add_from_two();
	revoke_in_use();
	refuse_without_route();
	trn4_list_free(accels);
	return summary();
}
