/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qmp.h - a client of QEMU's machine protocol: commands with JSON arguments on
 * a socket.
 */
#ifndef TRN4CTL_QMP_H
#define TRN4CTL_QMP_H

struct json_object;
struct qmp;

/*
 * Connects to a Unix socket, or to HOST:PORT, and takes the greeting. Says what
 * goes wrong. Return: NULL then.
 */
struct qmp *qmp_open(const char *address);
void qmp_close(struct qmp *qmp);

/*
 * One command; @arguments go over to it, and may be NULL. Return: its result,
 * which is the caller's; NULL where it failed, and qmp_error() says why.
 */
struct json_object *qmp_call(struct qmp *qmp, const char *command,
			     struct json_object *arguments);
const char *qmp_error(const struct qmp *qmp);

#endif /* TRN4CTL_QMP_H */
