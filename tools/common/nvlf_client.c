// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nvlf_client.c - the client's connection to the netlink family nvlf, its
 * requests, and what the kernel answers, refusals too.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nvlf_client.h"
#include "nvlf_client_internal.h"
#include "nvlf_codec.h"

/* How often a dump may be interrupted by changes before it is taken as it is. */
#define DUMP_ATTEMPTS 8
/* Room for one request: the whole table of a switch comes to 64 KiB. */
#define SEND_BUFFER (1 << 20)

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

int client_error(struct nvlf_client *client, int error, const char *text)
{
	snprintf(client->error, sizeof(client->error), "%s", text);
	return error;
}

int client_nl_error(struct nvlf_client *client, const char *what, int nle)
{
	snprintf(client->error, sizeof(client->error), "%s: %s", what,
		 nl_geterror(nle));
	return nle == -NLE_NOMEM ? -ENOMEM : -EIO;
}

const char *nvlf_error(const struct nvlf_client *client)
{
	return client ? client->error : CLIENT_NO_MEMORY;
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
	/* What the kernel has words for needs none of ours. */
	todo = text ? NULL : advice(error);
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
	struct genlmsghdr *genl = nlmsg_data(nlmsg_hdr(msg));
	struct request *req = arg;
	int ret;

	if (!req->list || req->error)
		return NL_OK;
	ret = codec_add(req->list, req->type, genlmsg_attrdata(genl, 0),
			genlmsg_attrlen(genl, 0));
	if (ret == -EPROTO)
		client_error(req->client, ret,
			     "the kernel's answer has an attribute of a wrong size");
	else if (ret)
		client_error(req->client, ret, CLIENT_NO_MEMORY);
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
		return client_error(client, -ENOMEM, CLIENT_NO_MEMORY);
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
		return client_nl_error(client, "netlink", ret);
	return req->error;
}

/* One request: command, flags and the fields of @record that are present. */
static int ask(struct nvlf_client *client, const struct nvlf_type *type,
	       uint8_t command, int flags, const void *record,
	       unsigned int fields, struct nvlf_list *list, bool *interrupted)
{
	struct request req = { .client = client, .type = type, .list = list };
	int ret;

	req.msg = codec_message(type, record);
	if (!req.msg)
		return client_error(client, -ENOMEM, CLIENT_NO_MEMORY);
	if (!genlmsg_put(req.msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family, 0,
			 flags, command, NVLF_FAMILY_VERSION))
		ret = -NLE_NOMEM;
	else
		ret = record ? codec_put(req.msg, type, record, fields) : 0;
	if (ret)
		ret = client_nl_error(client, "netlink request", ret);
	else
		ret = exchange(&req);
	nlmsg_free(req.msg);
	if (interrupted)
		*interrupted = req.interrupted;
	return ret;
}

/* One request that is answered by one record, which replaces @answer. */
static int ask_one(struct nvlf_client *client, const struct nvlf_type *type,
		   uint8_t command, const void *record, unsigned int fields,
		   void *answer)
{
	struct nvlf_list list = {};
	int ret;

	ret = ask(client, type, command, 0, record, fields, &list, NULL);
	if (!ret && list.count != 1)
		ret = client_error(client, -EPROTO,
				   "the kernel answered with no object");
	if (ret) {
		codec_drop(&list, type);
		return ret;
	}
	memcpy(answer, list.records, type->size);
	nvlf_list_free(&list);
	return 0;
}

int nvlf_get(struct nvlf_client *client, const struct nvlf_type *type,
	     void *record)
{
	return ask_one(client, type, type->get, record, type->key_count,
		       record);
}

/* Do both hold the same? What has lists in its records is not compared. */
static bool same_records(const struct nvlf_type *type,
			 const struct nvlf_list *a, const struct nvlf_list *b)
{
	unsigned int i;

	for (i = 0; i < type->field_count; i++) {
		if (type->fields[i].kind == NVLF_NEST)
			return false;
	}
	/* Records are zeroed before they are filled, gaps too. */
	return a->count == b->count &&
	       (!a->count ||
		!memcmp(a->records, b->records, a->count * type->size));
}

int nvlf_dump_any(struct nvlf_client *client, const struct nvlf_type *type,
		  const void *filter, struct nvlf_list *out, bool *torn)
{
	struct nvlf_list list = {}, before = {};
	bool interrupted, same;
	int attempt, ret;

	*torn = false;
	for (attempt = 1;; attempt++) {
		ret = ask(client, type, type->get, NLM_F_DUMP, filter,
			  type->field_count, &list, &interrupted);
		if (ret) {
			codec_drop(&list, type);
			codec_drop(&before, type);
			return ret;
		}
		same = attempt > 1 && same_records(type, &list, &before);
		codec_drop(&before, type);
		if (!interrupted || same || attempt == DUMP_ATTEMPTS)
			break;
		before = list;
		list = (struct nvlf_list) {};
	}
	*out = list;
	*torn = interrupted && !same;
	if (*torn)
		client_error(client, -EAGAIN,
			     "the fabric kept changing while it was read; try again when it is quiet");
	return 0;
}

int nvlf_dump(struct nvlf_client *client, const struct nvlf_type *type,
	      const void *filter, struct nvlf_list *out)
{
	struct nvlf_list list;
	bool torn;
	int ret;

	ret = nvlf_dump_any(client, type, filter, &list, &torn);
	if (ret)
		return ret;
	if (torn) {
		codec_drop(&list, type);
		return -EAGAIN;
	}
	*out = list;
	return 0;
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

int nvlf_set_routes(struct nvlf_client *client, struct nvlf_route_table *table)
{
	const struct nvlf_type *type = &nvlf_route_table_type;
	struct nvlf_route_table answer;
	int ret;

	ret = ask_one(client, type, type->set, table, type->field_count,
		      &answer);
	if (ret)
		return ret;
	table->generation = answer.generation;
	nvlf_record_free(type, &answer);
	return 0;
}

int nvlf_attach(struct nvlf_client *client, const struct nvlf_manager *manager)
{
	return nvlf_set(client, &nvlf_manager_type, manager);
}

uint32_t nvlf_port_id(const struct nvlf_client *client)
{
	return nl_socket_get_local_port(client->sock);
}

int nvlf_heartbeat(struct nvlf_client *client, bool configured)
{
	const struct nvlf_manager manager = {
		.present = 1u << NVLF_MANAGER_CONFIGURED,
		.configured = configured,
	};

	return ask(client, &nvlf_manager_type, NVLF_CMD_MANAGER_HEARTBEAT, 0,
		   &manager, nvlf_manager_type.field_count, NULL, NULL);
}

/* ---- Connection --------------------------------------------------------- */

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
		return client_error(client, -ENOMEM, CLIENT_NO_MEMORY);
	ret = genl_connect(client->sock);
	if (ret)
		return client_nl_error(client, "netlink socket", ret);
	ret = nl_socket_set_buffer_size(client->sock, 0, SEND_BUFFER);
	if (ret)
		return client_nl_error(client, "netlink socket", ret);
	ret = want_words(client->sock);
	if (ret)
		return client_error(client, ret,
				    "the kernel's netlink is too old: no extended errors");

	ret = genl_ctrl_resolve(client->sock, NVLF_FAMILY_NAME);
	if (ret == -NLE_OBJ_NOTFOUND)
		return client_error(client, -ENOENT,
				    "the kernel has no netlink family nvlf: load the driver (modprobe nvlf)");
	if (ret < 0)
		return client_nl_error(client, "netlink family nvlf", ret);
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
