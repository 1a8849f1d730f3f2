// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nvlf_client.c - requests to the netlink family nvlf, by the tables of
 * nvlf_types.c.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nvlf_client.h"

/* How often a dump may be interrupted by changes before we give up. */
#define DUMP_ATTEMPTS 8
/* Room for notifications: a rack's ports all going up come to less. */
#define EVENT_BUFFER  (4 << 20)
#define NSEC_PER_MSEC 1000000

struct nvlf_client {
	struct nl_sock *sock;
	struct nl_sock *events; /* NULL until nvlf_subscribe() */
	int family;
	char error[512];
};

/* One exchange with the kernel: what was asked, and how it is going. */
struct request {
	struct nvlf_client *client;
	const struct nvlf_type *type;
	struct nl_msg *msg;
	struct nvlf_list *list; /* records go here, NULL for none */
	bool done;
	bool interrupted; /* a change came between parts of a dump */
	int error;        /* negative errno */
};

static const char no_memory[] = "out of memory";

static int set_error(struct nvlf_client *client, int error, const char *text)
{
	snprintf(client->error, sizeof(client->error), "%s", text);
	return error;
}

/*
 * libnl has its own error numbers, and keeps no errno. All that can go wrong
 * between it and the kernel's answer is a matter of memory or of the socket.
 */
static int set_nl_error(struct nvlf_client *client, const char *what, int nle)
{
	snprintf(client->error, sizeof(client->error), "%s: %s", what,
		 nl_geterror(nle));
	return nle == -NLE_NOMEM ? -ENOMEM : -EIO;
}

const char *nvlf_error(const struct nvlf_client *client)
{
	return client ? client->error : no_memory;
}

/* ---- Encoding and decoding ---------------------------------------------- */

static uint32_t present_fields(const void *record)
{
	uint32_t present;

	memcpy(&present, record, sizeof(present));
	return present;
}

/* Room for the largest request: a few numbers and a bitmap. */
static struct nl_msg *new_message(void)
{
	return nlmsg_alloc_size(1024);
}

static int put_field(struct nl_msg *msg, const struct nvlf_field *field,
		     const void *record)
{
	const char *place = (const char *)record + field->offset;
	size_t length;

	switch (field->kind) {
	case NVLF_U32:
		return nla_put(msg, field->attr, sizeof(uint32_t), place);
	case NVLF_U64:
		return nla_put(msg, field->attr, sizeof(uint64_t), place);
	case NVLF_STRING:
		return nla_put_string(msg, field->attr, place);
	case NVLF_BITS:
		length = bits_length((const struct bits *)place);
		/* The kernel takes no attribute without a byte. */
		return nla_put(msg, field->attr, length ? length : 1, place);
	}
	return -NLE_INVAL;
}

/* Puts the fields that are present, of the first @count. */
static int put_fields(struct nl_msg *msg, const struct nvlf_type *type,
		      const void *record, unsigned int count)
{
	unsigned int i;
	int ret;

	for (i = 0; i < count; i++) {
		if (!nvlf_has(present_fields(record), i))
			continue;
		ret = put_field(msg, &type->fields[i], record);
		if (ret)
			return ret;
	}
	return 0;
}

/* Return: whether the attribute fits the field. */
static bool get_field(const struct nvlf_field *field, void *record,
		      const struct nlattr *attr)
{
	char *place = (char *)record + field->offset;
	size_t length = nla_len(attr);

	if (field->kind == NVLF_STRING) {
		length = strnlen(nla_data(attr), length);
		if (length >= field->size)
			return false;
	} else if (field->kind == NVLF_BITS) {
		if (length > field->size)
			return false;
	} else if (length != field->size) {
		return false;
	}
	memcpy(place, nla_data(attr), length);
	return true;
}

/* Fills an empty record. A newer kernel's attributes are passed over. */
static bool get_fields(const struct nvlf_type *type, void *record,
		       struct nlmsghdr *nlh)
{
	struct genlmsghdr *genl = nlmsg_data(nlh);
	uint32_t present = 0;
	struct nlattr *attr;
	unsigned int i;
	int rest;

	nla_for_each_attr(attr, genlmsg_attrdata(genl, 0),
			  genlmsg_attrlen(genl, 0), rest) {
		for (i = 0; i < type->field_count; i++) {
			if (type->fields[i].attr != nla_type(attr))
				continue;
			if (!get_field(&type->fields[i], record, attr))
				return false;
			present |= 1u << i;
		}
	}
	memcpy(record, &present, sizeof(present));
	return true;
}

static int list_add(struct nvlf_list *list, const struct nvlf_type *type,
		    struct nlmsghdr *nlh)
{
	void *records, *record;
	size_t room;

	if (list->count == list->room) {
		room = list->room ? 2 * list->room : 16;
		records = reallocarray(list->records, room, type->size);
		if (!records)
			return -ENOMEM;
		list->records = records;
		list->room = room;
	}
	record = (char *)list->records + list->count * type->size;
	memset(record, 0, type->size);
	if (!get_fields(type, record, nlh))
		return -EPROTO;
	list->count++;
	return 0;
}

void nvlf_list_free(struct nvlf_list *list)
{
	free(list->records);
	*list = (struct nvlf_list) {};
}

/* ---- The kernel's errors ------------------------------------------------ */

/* The name of the attribute at @offset of the request, or NULL. */
static const char *attr_at(const struct request *req, uint32_t offset)
{
	struct nlmsghdr *nlh = nlmsg_hdr(req->msg);
	struct genlmsghdr *genl = nlmsg_data(nlh);
	struct nlattr *attr;
	unsigned int i;
	int rest;

	nla_for_each_attr(attr, genlmsg_attrdata(genl, 0),
			  genlmsg_attrlen(genl, 0), rest) {
		if ((char *)attr - (char *)nlh != offset)
			continue;
		for (i = 0; i < req->type->field_count; i++) {
			if (req->type->fields[i].attr == nla_type(attr))
				return req->type->fields[i].name;
		}
	}
	return NULL;
}

static const char *attr_named(const struct request *req, uint32_t number)
{
	unsigned int i;

	for (i = 0; i < req->type->field_count; i++) {
		if (req->type->fields[i].attr == number)
			return req->type->fields[i].name;
	}
	return NULL;
}

/* What to do about an error that needs no more than being told so. */
static const char *advice(int error)
{
	switch (error) {
	case -EPERM:
		return "changes need CAP_NET_ADMIN: become root";
	case -EOPNOTSUPP:
		return "the kernel's nvlf is older than this program";
	default:
		return NULL;
	}
}

/*
 * Keeps an error with the kernel's words about it. @attrs are the TLVs behind
 * the error, of which there may be none.
 */
static void keep_error(struct request *req, int error, struct nlattr *attrs,
		       int length)
{
	const char *text = NULL, *bad = NULL, *missing = NULL, *todo;
	struct nlattr *attr;
	size_t used;
	int rest;
	char *out = req->client->error;
	size_t size = sizeof(req->client->error);

	nla_for_each_attr(attr, attrs, length, rest) {
		switch (nla_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			if (strnlen(nla_data(attr), nla_len(attr)) <
			    (size_t)nla_len(attr))
				text = nla_data(attr);
			break;
		case NLMSGERR_ATTR_OFFS:
			if (nla_len(attr) == sizeof(uint32_t))
				bad = attr_at(req, nla_get_u32(attr));
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			if (nla_len(attr) == sizeof(uint32_t))
				missing = attr_named(req, nla_get_u32(attr));
			break;
		}
	}
	req->error = error;
	req->done = true;

	used = snprintf(out, size, "%s", text ? text : strerror(-error));
	if (bad && used < size)
		used += snprintf(out + used, size - used, " (attribute %s)",
				 bad);
	if (missing && used < size)
		used += snprintf(out + used, size - used,
				 " (attribute %s is missing)", missing);
	todo = advice(error);
	if (todo && used < size)
		snprintf(out + used, size - used, "; %s", todo);
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)err - 1;
	struct request *req = arg;
	size_t skip = sizeof(*err);
	size_t length = nlmsg_datalen(nlh);

	(void)from;
	/* Uncapped, the request comes before the TLVs, without its header. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(err->msg.nlmsg_len) - sizeof(err->msg);
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || skip > length)
		skip = length;
	keep_error(req, err->error, (struct nlattr *)((char *)err + skip),
		   length - skip);
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct request *req = arg;

	(void)msg;
	req->done = true;
	return NL_STOP;
}

/* A dump that fails half way says so in its last message. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct request *req = arg;
	int error = 0, length = nlmsg_datalen(nlh);

	req->done = true;
	if (length < (int)sizeof(error))
		return NL_STOP;
	memcpy(&error, nlmsg_data(nlh), sizeof(error));
	length -= sizeof(error);
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		length = 0;
	if (error)
		keep_error(req, error,
			   (struct nlattr *)((char *)nlmsg_data(nlh) +
					     sizeof(error)),
			   length);
	return NL_STOP;
}

static int on_interrupt(struct nl_msg *msg, void *arg)
{
	struct request *req = arg;

	(void)msg;
	req->interrupted = true;
	return NL_OK;
}

static int on_record(struct nl_msg *msg, void *arg)
{
	struct request *req = arg;
	int ret;

	if (!req->list || req->error)
		return NL_OK;
	ret = list_add(req->list, req->type, nlmsg_hdr(msg));
	if (ret == -EPROTO)
		set_error(req->client, ret,
			  "the kernel's answer has an attribute of a wrong size");
	else if (ret)
		set_error(req->client, ret, no_memory);
	req->error = ret;
	return NL_OK;
}

/* ---- Requests ----------------------------------------------------------- */

/* Sends @req->msg and takes all of the answer. */
static int exchange(struct request *req)
{
	struct nvlf_client *client = req->client;
	struct nl_cb *cb;
	int ret;

	cb = nl_cb_alloc(NL_CB_DEFAULT);
	if (!cb)
		return set_error(client, -ENOMEM, no_memory);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, req);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, req);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, req);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupt, req);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_record, req);

	ret = nl_send_auto(client->sock, req->msg);
	while (ret >= 0 && !req->done) {
		ret = nl_recvmsgs(client->sock, cb);
		/* The kernel's error was kept as it came. */
		if (req->done)
			ret = 0;
	}
	nl_cb_put(cb);
	if (ret < 0)
		return set_nl_error(client, "netlink", ret);
	return req->error;
}

/* One request: command, flags and the fields of @record that are present. */
static int ask(struct nvlf_client *client, const struct nvlf_type *type,
	       uint8_t command, int flags, const void *record,
	       unsigned int fields, struct nvlf_list *list, bool *interrupted)
{
	struct request req = { .client = client, .type = type, .list = list };
	int ret;

	req.msg = new_message();
	if (!req.msg)
		return set_error(client, -ENOMEM, no_memory);
	if (!genlmsg_put(req.msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family, 0,
			 flags, command, NVLF_FAMILY_VERSION))
		ret = -NLE_NOMEM;
	else
		ret = record ? put_fields(req.msg, type, record, fields) : 0;
	if (ret)
		ret = set_nl_error(client, "netlink request", ret);
	else
		ret = exchange(&req);
	nlmsg_free(req.msg);
	if (interrupted)
		*interrupted = req.interrupted;
	return ret;
}

int nvlf_get(struct nvlf_client *client, const struct nvlf_type *type,
	     void *record)
{
	struct nvlf_list list = {};
	int ret;

	ret = ask(client, type, type->get, 0, record, type->key_count, &list,
		  NULL);
	if (!ret && list.count != 1)
		ret = set_error(client, -EPROTO,
				"the kernel answered with no object");
	if (!ret)
		memcpy(record, list.records, type->size);
	nvlf_list_free(&list);
	return ret;
}

int nvlf_dump(struct nvlf_client *client, const struct nvlf_type *type,
	      const void *filter, struct nvlf_list *out)
{
	struct nvlf_list list = {};
	bool interrupted;
	int attempt, ret;

	for (attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
		ret = ask(client, type, type->get, NLM_F_DUMP, filter,
			  type->field_count, &list, &interrupted);
		if (!ret && !interrupted) {
			*out = list;
			return 0;
		}
		nvlf_list_free(&list);
		if (ret)
			return ret;
	}
	return set_error(client, -EAGAIN,
			 "the fabric kept changing while it was read; try again when it is quiet");
}

int nvlf_set(struct nvlf_client *client, const struct nvlf_type *type,
	     const void *record)
{
	return ask(client, type, type->set, 0, record, type->field_count, NULL,
		   NULL);
}

int nvlf_del(struct nvlf_client *client, const struct nvlf_type *type,
	     const void *record)
{
	return ask(client, type, type->del, 0, record, type->key_count, NULL,
		   NULL);
}

/* ---- Connection and notifications --------------------------------------- */

/* Asks for the kernel's words in errors, without a copy of the request. */
static int want_words(struct nl_sock *sock)
{
	int fd = nl_socket_get_fd(sock);
	int on = 1;

	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)))
		return -errno;
	return 0;
}

int nvlf_connect(struct nvlf_client **out)
{
	struct nvlf_client *client;
	int ret;

	client = calloc(1, sizeof(*client));
	*out = client;
	if (!client)
		return -ENOMEM;
	client->sock = nl_socket_alloc();
	if (!client->sock)
		return set_error(client, -ENOMEM, no_memory);
	ret = genl_connect(client->sock);
	if (ret)
		return set_nl_error(client, "netlink socket", ret);
	ret = want_words(client->sock);
	if (ret)
		return set_error(client, ret,
				 "the kernel's netlink is too old: no extended errors");

	ret = genl_ctrl_resolve(client->sock, NVLF_FAMILY_NAME);
	if (ret == -NLE_OBJ_NOTFOUND)
		return set_error(client, -ENOENT,
				 "the kernel has no netlink family nvlf: load the driver (modprobe nvlf)");
	if (ret < 0)
		return set_nl_error(client, "netlink family nvlf", ret);
	client->family = ret;
	return 0;
}

void nvlf_disconnect(struct nvlf_client *client)
{
	if (!client)
		return;
	nl_socket_free(client->events);
	nl_socket_free(client->sock);
	free(client);
}

int nvlf_subscribe(struct nvlf_client *client)
{
	int group, ret;

	group = genl_ctrl_resolve_grp(client->sock, NVLF_FAMILY_NAME,
				      NVLF_MCGRP_NOTIFY);
	if (group < 0)
		return set_nl_error(client, "netlink group " NVLF_MCGRP_NOTIFY,
				    group);
	client->events = nl_socket_alloc();
	if (!client->events)
		return set_error(client, -ENOMEM, no_memory);
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
	return set_nl_error(client, "netlink notifications", ret);
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

int nvlf_await(struct nvlf_client *client, int64_t deadline)
{
	struct pollfd pfd = {
		.fd = nl_socket_get_fd(client->events),
		.events = POLLIN,
	};
	char part[4096];
	ssize_t len;
	int ret;

	do {
		ret = poll(&pfd, 1, remaining(deadline));
	} while (ret == -1 && errno == EINTR);
	if (ret == -1)
		return set_error(client, -errno, strerror(errno));
	if (!ret)
		return 0;

	/* The caller reads the state anew: what came does not matter. */
	for (;;) {
		len = recv(pfd.fd, part, sizeof(part), MSG_DONTWAIT);
		if (len >= 0 || errno == EINTR || errno == ENOBUFS)
			continue;
		if (errno == EAGAIN)
			return 1;
		return set_error(client, -errno, strerror(errno));
	}
}
