/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf_client.h - a client of the kernel's netlink family nvlf: asks for the
 * fabric's objects, changes them, and listens to what changes.
 *
 * Of the objects the client knows only what nvlf_types.c says of their fields.
 * Errors are negative errno values; nvlf_error() has the text.
 */
#ifndef COMMON_NVLF_CLIENT_H
#define COMMON_NVLF_CLIENT_H

#include <stdint.h>

#include "nvlf_types.h"

struct nvlf_client;

/*
 * Return: 0 and *@client; a negative errno and a client of which only
 * nvlf_error() and nvlf_disconnect() may be called, or NULL: out of memory.
 */
int nvlf_connect(struct nvlf_client **client);
void nvlf_disconnect(struct nvlf_client *client);

/*
 * What the last call that failed met: the kernel's own words with the
 * attribute that they are about, where it sent any, and what to do.
 */
const char *nvlf_error(const struct nvlf_client *client);

/*
 * Asks for the object that the keys in @record name, and fills the rest. A
 * record with nested ones is to be released by nvlf_record_free().
 */
int nvlf_get(struct nvlf_client *client, const struct nvlf_type *type,
	     void *record);

/*
 * Asks for all objects of a type, or those that agree with @filter's fields
 * that are present. @filter may be NULL. The list is one consistent state: a
 * dump that a change interrupted is started over, a few times at most, and
 * fails with -EAGAIN then. One that reads the same as the one before it is
 * good, too: what changed was something else. Without success *@list is left
 * as it was.
 */
int nvlf_dump(struct nvlf_client *client, const struct nvlf_type *type,
	      const void *filter, struct nvlf_list *list);

/*
 * The same, but takes the last attempt as it is: *@torn tells so, and
 * nvlf_error() says it. What was there all the time is in it, each object as it
 * was at some moment of the dump.
 */
int nvlf_dump_any(struct nvlf_client *client, const struct nvlf_type *type,
		  const void *filter, struct nvlf_list *list, bool *torn);

/* Makes or replaces the object @record. */
int nvlf_set(struct nvlf_client *client, const struct nvlf_type *type,
	     const void *record);

/* Removes the object that the keys in @record name. */
int nvlf_del(struct nvlf_client *client, const struct nvlf_type *type,
	     const void *record);

/*
 * Makes many routes of a switch at once, or with @table->replace its whole
 * table; all or none. On success @table->generation is that in which they are
 * in force.
 */
int nvlf_set_routes(struct nvlf_client *client, struct nvlf_route_table *table);

/*
 * Becomes the manager of the fabric, as @manager's name, timeout and takeover
 * have it, until the client is disconnected or another takes over.
 */
int nvlf_attach(struct nvlf_client *client, const struct nvlf_manager *manager);

/* Netlink port of the client's socket, by which the kernel knows a manager */
uint32_t nvlf_port_id(const struct nvlf_client *client);

/* The manager is alive; and whether all is configured as it wants it. */
int nvlf_heartbeat(struct nvlf_client *client, bool configured);

/* ---- Notifications ------------------------------------------------------ */

/*
 * Subscribes to the family's notifications: from now on they queue up for
 * nvlf_take_events() and nvlf_await().
 */
int nvlf_subscribe(struct nvlf_client *client);

/* Becomes readable when there are notifications; for poll(). */
int nvlf_event_fd(const struct nvlf_client *client);

/*
 * Takes all notifications that are there and hands each to @take, which may be
 * NULL. The record is gone when @take returns. Return: 0; -ENOBUFS where some
 * were lost before those that were taken, for want of room: whoever keeps a
 * state reads it anew; another negative errno.
 */
int nvlf_take_events(struct nvlf_client *client,
		     void (*take)(const struct nvlf_event_type *event,
				  const void *record, void *data),
		     void *data);

/*
 * Waits for notifications until @deadline (CLOCK_MONOTONIC, ns), and leaves
 * them there. Return: 1; 0 at the deadline; a negative errno.
 */
int nvlf_wait(struct nvlf_client *client, int64_t deadline);

/*
 * Waits for notifications until @deadline (CLOCK_MONOTONIC, ns) and takes all
 * that are there. Also ends when some were lost for want of room, so that
 * whoever waits for a state reads it anew after every return. Return: 1 where
 * something changed; 0 at the deadline; a negative errno.
 */
int nvlf_await(struct nvlf_client *client, int64_t deadline);

#endif /* COMMON_NVLF_CLIENT_H */
