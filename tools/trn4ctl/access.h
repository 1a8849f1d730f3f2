/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * access.h - one accelerator's way to a peer's memory: by a token that somebody
 * passed on, or by opening the peer, too, and granting memory of its own.
 */
#ifndef TRN4CTL_ACCESS_H
#define TRN4CTL_ACCESS_H

#include "trn4ctl.h"

/* Which way, as the command line has it */
struct access_options {
	const char *from;
	const char *to;
	const char *token;
	const char *by;
	uint64_t offset;
};

/* clang-format off */
#define ACCESS_OPTIONS(o) \
	{ .name = "from", .letter = 'f', .kind = OPTION_TEXT, \
	  .value = &(o)->from, .argument = "DEVICE", \
	  .help = "the accelerator that does it (--dev is the same)" }, \
	{ .name = "dev", .letter = 'd', .kind = OPTION_TEXT, \
	  .value = &(o)->from, .argument = "DEVICE", \
	  .help = "the same as --from" }, \
	{ .name = "to", .letter = 't', .kind = OPTION_TEXT, \
	  .value = &(o)->to, .argument = "DEVICE", \
	  .help = "the peer: new memory of it, which is then looked at" }, \
	{ .name = "token", .letter = 'k', .kind = OPTION_TEXT, \
	  .value = &(o)->token, .argument = "HEX", \
	  .help = "a grant, as trn4ctl peer serve prints it" }, \
	{ .name = "offset", .letter = 'o', .kind = OPTION_SIZE, \
	  .value = &(o)->offset, .argument = "SIZE", \
	  .help = "where in the memory or the grant (default 0)" }

#define BY_OPTION(o) \
	{ .name = "by", .letter = 'b', .kind = OPTION_TEXT, \
	  .value = &(o)->by, .argument = "WHOM", \
	  .help = "cpu: loads and stores (default); engine: copy commands" }

#define DEVICE_NOTES \
"A DEVICE is a target id (0), a PCI address (0000:01:00.0), a node\n" \
"(/dev/accel/accel0), a location (r0/t3/s1) or a serial number.\n"

/* --offset and --length beyond this are mistakes, and would overflow sums. */
#define ACCESS_SPAN_MAX	(1ull << 50)

/**
 * struct access - a window on the peer's memory, open
 * @dev: the accelerator whose window it is
 * @win: reaches at least the bytes that are meant
 * @start: of these bytes, in the window
 * @length: of these bytes
 * @engine: done by copy commands, not by the processor
 * @owner: the peer, where this process granted the memory; else NULL
 * @memory: the peer's buffer, or NULL
 * @grant: on all of @memory, or NULL
 * @seen: the bytes that are meant, as the owner sees them; or NULL
 */
struct access {
	struct trn4_device *dev;
	struct trn4_window *win;
	uint64_t start;
	uint64_t length;
	bool engine;
	struct trn4_device *owner;
	struct trn4_buffer *memory;
	struct trn4_grant *grant;
	uint8_t *seen;
};

/*
 * Opens the accelerator of that name, as DEVICE_NOTES says; says why not.
 * Return: an exit code.
 */
int access_device(const char *name, struct trn4_device **dev);

/*
 * Opens the way to @length bytes, or with 0 to all from the offset to the
 * grant's end. Says what goes wrong. Return: an exit code.
 */
int access_open(struct access *a, const struct access_options *o,
		uint64_t length, uint32_t rights);
void access_close(struct access *a);

/*
 * Move all bytes that are meant between @data and the peer, and tell how long
 * that took. Return: an exit code.
 */
int access_store(struct access *a, const void *data, double *seconds);
int access_load(struct access *a, void *data, double *seconds);

/*
 * Says that an operation on the window failed, and how the window stands.
 * Return: EXIT_FAILED.
 */
int access_failed(const struct access *a, enum trn4_call call, int error);

#endif /* TRN4CTL_ACCESS_H */
