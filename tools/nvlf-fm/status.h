/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.h - how the daemon tells how it is: one JSON object to whoever
 * connects to its Unix socket.
 */
#ifndef NVLF_FM_STATUS_H
#define NVLF_FM_STATUS_H

#include <stddef.h>
#include <time.h>

struct json_object;
struct nvlf_list;

/*
 * Makes the socket, in place of one that nobody serves any more. Return: it, or
 * a negative errno; -EADDRINUSE where somebody serves it.
 */
int status_listen(const char *path);

/* Answers all who wait; a slow reader is left, and nobody is waited for. */
void status_serve(int fd, struct json_object *status);

/* UTC, or "never" where it is 0 */
struct json_object *time_json(time_t when);

/*
 * The first @most of a plan's held links, as objects of switch-id, port,
 * target-id and until; @read_at is when the model was read.
 */
struct json_object *held_json(const struct nvlf_list *held, time_t read_at,
			      size_t most);

/* Asks a daemon, and prints what it says. Return: an exit code. */
int status_show(const char *path);

#endif /* NVLF_FM_STATUS_H */
