// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qmp.c - a client of QEMU's machine protocol.
 */
#include <errno.h>
#include <json-c/json.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "out.h"
#include "qmp.h"

/* QEMU serves one client of a socket at a time: others hear nothing. */
#define PATIENCE 5 /* s */

struct qmp {
	int fd;
	struct json_tokener *tokener;
	char data[4096]; /* what came, of which @used bytes are parsed */
	size_t length;
	size_t used;
	char error[512];
};

static int connect_unix(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* @colon is in @address, between host and port. */
static int connect_tcp(const char *address, const char *colon)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *one;
	int fd = -1, ret;
	char *host;

	host = must(strndup(address, colon - address));
	ret = getaddrinfo(host, colon + 1, &hints, &list);
	free(host);
	if (ret) {
		errno = ret == EAI_SYSTEM ? errno : EADDRNOTAVAIL;
		return -1;
	}
	for (one = list; one && fd < 0; one = one->ai_next) {
		fd = socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC,
			    one->ai_protocol);
		if (fd >= 0 && connect(fd, one->ai_addr, one->ai_addrlen)) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	return fd;
}

static void set_error(struct qmp *qmp, const char *text)
{
	snprintf(qmp->error, sizeof(qmp->error), "%s", text);
}

/* Return: whether there is something to be parsed. */
static bool read_more(struct qmp *qmp)
{
	ssize_t got;

	do {
		got = recv(qmp->fd, qmp->data, sizeof(qmp->data), 0);
	} while (got < 0 && errno == EINTR);
	if (!got)
		set_error(qmp, "QEMU closed the connection");
	else if (got < 0 && errno == EAGAIN)
		set_error(qmp,
			  "QEMU does not answer; is another client connected to this socket?");
	else if (got < 0)
		set_error(qmp, strerror(errno));
	if (got <= 0)
		return false;
	qmp->length = got;
	qmp->used = 0;
	return true;
}

/* The next message, or NULL. */
static struct json_object *receive(struct qmp *qmp)
{
	struct json_object *json;

	for (;;) {
		if (qmp->used == qmp->length && !read_more(qmp))
			return NULL;
		json = json_tokener_parse_ex(qmp->tokener,
					     qmp->data + qmp->used,
					     qmp->length - qmp->used);
		if (json) {
			qmp->used += json_tokener_get_parse_end(qmp->tokener);
			return json;
		}
		if (json_tokener_get_error(qmp->tokener) !=
		    json_tokener_continue) {
			set_error(qmp, "the answer is not QMP");
			return NULL;
		}
		qmp->used = qmp->length;
	}
}

static int send_all(struct qmp *qmp, const char *text)
{
	size_t length = strlen(text);
	ssize_t sent;

	while (length) {
		sent = send(qmp->fd, text, length, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			set_error(qmp, strerror(errno));
			return -1;
		}
		text += sent;
		length -= sent;
	}
	return 0;
}

/* QEMU's own words about what it refused. */
static void keep_refusal(struct qmp *qmp, struct json_object *error)
{
	struct json_object *desc;

	if (json_object_object_get_ex(error, "desc", &desc))
		set_error(qmp, json_object_get_string(desc));
	else
		set_error(qmp, "QEMU refused, and did not say why");
}

struct json_object *qmp_call(struct qmp *qmp, const char *command,
			     struct json_object *arguments)
{
	struct json_object *json = must(json_object_new_object()), *part;
	int ret;

	json_add(json, "execute", json_object_new_string(command));
	if (arguments)
		json_add(json, "arguments", arguments);
	ret = send_all(qmp, json_object_to_json_string(json));
	json_object_put(json);
	if (ret)
		return NULL;
	/* Events come in between. */
	while ((json = receive(qmp))) {
		part = NULL;
		if (json_object_object_get_ex(json, "error", &part)) {
			keep_refusal(qmp, part);
			json_object_put(json);
			return NULL;
		}
		if (json_object_object_get_ex(json, "return", &part)) {
			json_object_get(part);
			json_object_put(json);
			return part;
		}
		json_object_put(json);
	}
	return NULL;
}

const char *qmp_error(const struct qmp *qmp)
{
	return qmp->error;
}

/* Greeting and the end of the negotiation. */
static bool greet(struct qmp *qmp)
{
	struct json_object *json = receive(qmp);
	bool good = json && json_object_object_get_ex(json, "QMP", NULL);

	if (json && !good)
		set_error(qmp, "this is no QMP socket");
	json_object_put(json);
	if (!good)
		return false;
	json = qmp_call(qmp, "qmp_capabilities", NULL);
	good = json;
	json_object_put(json);
	return good;
}

struct qmp *qmp_open(const char *address)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	const char *colon = strrchr(address, ':');
	struct qmp *qmp = must(calloc(1, sizeof(*qmp)));

	if (colon && !strchr(address, '/'))
		qmp->fd = connect_tcp(address, colon);
	else
		qmp->fd = connect_unix(address);
	if (qmp->fd < 0) {
		fail("monitor %s: %s", address, strerror(errno));
		free(qmp);
		return NULL;
	}
	setsockopt(qmp->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	qmp->tokener = must(json_tokener_new());
	if (greet(qmp))
		return qmp;
	fail("monitor %s: %s", address, qmp->error);
	qmp_close(qmp);
	return NULL;
}

void qmp_close(struct qmp *qmp)
{
	if (!qmp)
		return;
	json_tokener_free(qmp->tokener);
	close(qmp->fd);
	free(qmp);
}
