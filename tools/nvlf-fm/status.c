// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status.c - how the daemon tells how it is, and who asks.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "holddown.h"
#include "options.h"
#include "out.h"
#include "status.h"

#define PATIENCE 5 /* s, for a daemon's answer */
/* A rack's status, with all its endpoints drained, comes to a few KiB. */
#define ANSWER_MAX 65536

static int address(const char *path, struct sockaddr_un *addr)
{
	*addr = (struct sockaddr_un) { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(addr->sun_path))
		return -ENAMETOOLONG;
	strcpy(addr->sun_path, path);
	return 0;
}

static int connect_to(const char *path)
{
	struct sockaddr_un addr;
	int fd, ret;

	ret = address(path, &addr);
	if (ret)
		return ret;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

int status_listen(const char *path)
{
	struct sockaddr_un addr;
	int fd, ret;

	ret = address(path, &addr);
	if (ret)
		return ret;
	fd = connect_to(path);
	if (fd >= 0) {
		close(fd);
		return -EADDRINUSE;
	}
	/* A socket without a server is what a dead daemon leaves. */
	if (fd == -ECONNREFUSED)
		unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* It only tells: everybody may ask. */
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    chmod(path, 0666) || listen(fd, 8)) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

void status_serve(int fd, struct json_object *status)
{
	const char *text =
		json_object_to_json_string_ext(status,
					       JSON_C_TO_STRING_NOSLASHESCAPE);
	int client;

	while ((client = accept4(fd, NULL, NULL,
				 SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		/* What does not fit a socket's buffer is for nobody. */
		if (send(client, text, strlen(text), MSG_NOSIGNAL) < 0)
			shutdown(client, SHUT_RDWR);
		close(client);
	}
}

/* ---- Asking ------------------------------------------------------------- */

static struct json_object *receive(int fd)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	char *text = must(calloc(1, ANSWER_MAX + 1));
	struct json_object *json = NULL;
	size_t length = 0;
	ssize_t got;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	do {
		got = recv(fd, text + length, ANSWER_MAX - length, 0);
		if (got > 0)
			length += got;
	} while ((got > 0 && length < ANSWER_MAX) ||
		 (got < 0 && errno == EINTR));
	if (!got)
		json = json_tokener_parse(text);
	free(text);
	return json;
}

/* A line for each refused change: its error tells of all that it has. */
static void show_refused(const char *name, struct json_object *list)
{
	struct json_object *error;
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++) {
		error = json_object_object_get(json_object_array_get_idx(list,
									 i),
					       "error");
		printf("%-18s%s\n", name, json_object_get_string(error));
	}
}

static void show_text(struct json_object *json)
{
	json_object_object_foreach(json, name, value)
	{
		if (!strcmp(name, "refused"))
			show_refused(name, value);
		else
			printf("%-18s%s\n", name,
			       json_object_get_string(value));
	}
}

int status_show(const char *path)
{
	struct json_object *json;
	int fd;

	if (!*path)
		return fail("the file has status-socket = none: a daemon cannot be asked");
	fd = connect_to(path);
	if (fd == -ENOENT || fd == -ECONNREFUSED)
		return fail("no nvlf-fm is there: nobody serves %s", path);
	if (fd < 0)
		return fail("%s: %s", path, strerror(-fd));
	json = receive(fd);
	close(fd);
	if (!json)
		return fail("%s: no answer", path);
	if (out_json) {
		json_show(json, out_pretty);
		return EXIT_DONE;
	}
	show_text(json);
	json_object_put(json);
	return EXIT_DONE;
}

/* ---- Values ------------------------------------------------------------- */

struct json_object *time_json(time_t when)
{
	char text[32];
	struct tm tm;

	if (!when)
		return json_object_new_string("never");
	gmtime_r(&when, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_object_new_string(text);
}

struct json_object *held_json(const struct nvlf_list *held, time_t read_at,
			      size_t most)
{
	struct json_object *array = must(json_object_new_array());
	const struct held_link *link = held->records;
	struct json_object *json;
	size_t i;

	for (i = 0; i < held->count && i < most; i++, link++) {
		json = must(json_object_new_object());
		json_add(json, "switch-id",
			 json_object_new_int64(link->switch_id));
		json_add(json, "port", json_object_new_int64(link->port));
		json_add(json, "target-id",
			 json_object_new_int64(link->target_id));
		json_add(json, "until",
			 time_json(read_at + (link->ms + 999) / 1000));
		json_object_array_add(array, json);
	}
	return array;
}
