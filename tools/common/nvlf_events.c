// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nvlf_events.c - the client's notifications: a socket of their own, on which
 * they queue up until somebody takes them.
 */
#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "nvlf_client.h"
#include "nvlf_client_internal.h"
#include "nvlf_codec.h"

/* Room for notifications: a rack's ports all going up come to less. */
#define EVENT_BUFFER  (4 << 20)
#define NSEC_PER_MSEC 1000000

int nvlf_subscribe(struct nvlf_client *client)
{
	int group, ret;

	group = genl_ctrl_resolve_grp(client->sock, NVLF_FAMILY_NAME,
				      NVLF_MCGRP_NOTIFY);
	if (group < 0)
		return client_nl_error(client,
				       "netlink group " NVLF_MCGRP_NOTIFY,
				       group);
	client->events = nl_socket_alloc();
	if (!client->events)
		return client_error(client, -ENOMEM, CLIENT_NO_MEMORY);
	/* What comes unasked has no sequence number. */
	nl_socket_disable_seq_check(client->events);
	ret = genl_connect(client->events);
	if (!ret)
		ret = nl_socket_set_nonblocking(client->events);
	if (!ret)
		ret = nl_socket_set_buffer_size(client->events, EVENT_BUFFER,
						0);
	if (!ret)
		ret = nl_socket_add_membership(client->events, group);
	if (!ret)
		return 0;
	nl_socket_free(client->events);
	client->events = NULL;
	return client_nl_error(client, "netlink notifications", ret);
}

/* Milliseconds until @deadline, rounded up; poll() takes no more than INT_MAX */
static int remaining(int64_t deadline)
{
	struct timespec now;
	int64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = deadline - (now.tv_sec * 1000000000ll + now.tv_nsec);
	if (ns <= 0)
		return 0;
	if (ns / NSEC_PER_MSEC >= INT32_MAX)
		return INT32_MAX;
	return (ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
}

int nvlf_event_fd(const struct nvlf_client *client)
{
	return nl_socket_get_fd(client->events);
}

typedef void (*take_event)(const struct nvlf_event_type *event,
			   const void *record, void *data);

/* One message; what is no notification, or a newer kernel's, is passed over. */
static int take_message(struct nvlf_client *client, struct nlmsghdr *nlh,
			take_event take, void *data)
{
	const struct nvlf_event_type *event;
	struct genlmsghdr *genl = nlmsg_data(nlh);
	struct nvlf_list list = {};
	int ret;

	if (!take || nlh->nlmsg_type != client->family ||
	    !genlmsg_valid_hdr(nlh, 0))
		return 0;
	event = nvlf_event_type(genl->cmd);
	if (!event)
		return 0;
	ret = codec_add(&list, event->type, genlmsg_attrdata(genl, 0),
			genlmsg_attrlen(genl, 0));
	if (ret == -EPROTO)
		client_error(client, ret,
			     "a notification has an attribute of a wrong size");
	else if (ret)
		client_error(client, ret, CLIENT_NO_MEMORY);
	else
		take(event, list.records, data);
	codec_drop(&list, event->type);
	return ret;
}

/* Return: whether the messages came from the kernel, not from a process. */
static bool from_kernel(const struct sockaddr_nl *from, socklen_t length)
{
	return length == sizeof(*from) && from->nl_pid == 0;
}

int nvlf_take_events(struct nvlf_client *client, take_event take, void *data)
{
	char part[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct sockaddr_nl from;
	struct nlmsghdr *nlh;
	socklen_t from_length;
	bool lost = false;
	int ret = 0, rest;

	while (!ret) {
		from_length = sizeof(from);
		rest = recvfrom(nvlf_event_fd(client), part, sizeof(part),
				MSG_DONTWAIT, (struct sockaddr *)&from,
				&from_length);
		if (rest < 0 && errno == EAGAIN)
			break;
		if (rest < 0 && errno == ENOBUFS)
			lost = true;
		else if (rest < 0 && errno != EINTR)
			return client_error(client, -errno, strerror(errno));
		if (rest < 0 || !from_kernel(&from, from_length))
			continue;
		for (nlh = (struct nlmsghdr *)part; !ret && nlmsg_ok(nlh, rest);
		     nlh = nlmsg_next(nlh, &rest))
			ret = take_message(client, nlh, take, data);
	}
	if (!ret && lost)
		ret = client_error(client, -ENOBUFS,
				   "notifications were lost: there was no room for them");
	return ret;
}

int nvlf_wait(struct nvlf_client *client, int64_t deadline)
{
	struct pollfd pfd = {
		.fd = nvlf_event_fd(client),
		.events = POLLIN,
	};
	int ret;

	do {
		ret = poll(&pfd, 1, remaining(deadline));
	} while (ret == -1 && errno == EINTR);
	if (ret == -1)
		return client_error(client, -errno, strerror(errno));
	return ret;
}

int nvlf_await(struct nvlf_client *client, int64_t deadline)
{
	int ret;

	ret = nvlf_wait(client, deadline);
	if (ret <= 0)
		return ret;
	/* The caller reads the state anew: what came does not matter. */
	ret = nvlf_take_events(client, NULL, NULL);
	return ret && ret != -ENOBUFS ? ret : 1;
}
