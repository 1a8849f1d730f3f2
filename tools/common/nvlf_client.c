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

/* How often a dump may be interrupted by changes before it is taken as it is. */
#define DUMP_ATTEMPTS 8
/* Room for notifications: a rack's ports all going up come to less. */
#define EVENT_BUFFER (4 << 20)
/* Room for one request: the whole table of a switch comes to 64 KiB. */
#define SEND_BUFFER   (1 << 20)
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

static const char *place_of(const struct nvlf_field *field, const void *record)
{
	return (const char *)record + field->offset;
}

/* Bytes that @count records can come to as attributes, nested ones too. */
static size_t encoded_max(const struct nvlf_type *type, const void *record,
			  size_t count)
{
	const struct nvlf_list *list;
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < type->field_count; i++) {
		if (type->fields[i].kind != NVLF_NEST) {
			size += count * nla_total_size(type->fields[i].size);
			continue;
		}
		list = (const void *)place_of(&type->fields[i], record);
		size += list->count * NLA_HDRLEN +
			encoded_max(type->fields[i].nested, list->records,
				    list->count);
	}
	return size;
}

static struct nl_msg *new_message(const struct nvlf_type *type,
				  const void *record)
{
	size_t size = record ? encoded_max(type, record, 1) : 0;

	return nlmsg_alloc_size(nlmsg_total_size(GENL_HDRLEN) + size);
}

static int put_fields(struct nl_msg *msg, const struct nvlf_type *type,
		      const void *record, unsigned int count);

static int put_nested(struct nl_msg *msg, const struct nvlf_field *field,
		      const struct nvlf_list *list)
{
	const char *record = list->records;
	struct nlattr *nest;
	size_t i;
	int ret;

	for (i = 0; i < list->count; i++, record += field->nested->size) {
		nest = nla_nest_start(msg, field->attr);
		if (!nest)
			return -NLE_NOMEM;
		ret = put_fields(msg, field->nested, record,
				 field->nested->field_count);
		if (ret)
			return ret;
		nla_nest_end(msg, nest);
	}
	return 0;
}

static int put_lanes(struct nl_msg *msg, const struct nvlf_field *field,
		     const struct nvlf_lanes *lanes)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < lanes->count && !ret; i++)
		ret = nla_put(msg, field->attr, sizeof(uint64_t),
			      &lanes->value[i]);
	return ret;
}

static int put_field(struct nl_msg *msg, const struct nvlf_field *field,
		     const void *record)
{
	const char *place = place_of(field, record);
	size_t length;

	switch (field->kind) {
	case NVLF_U32:
	case NVLF_U64:
	case NVLF_GUID:
	case NVLF_UUID:
		return nla_put(msg, field->attr, field->size, place);
	case NVLF_FLAG:
		return *(const bool *)place ? nla_put_flag(msg, field->attr) :
					      0;
	case NVLF_STRING:
		return nla_put_string(msg, field->attr, place);
	case NVLF_BITS:
		length = bits_length((const struct bits *)place);
		/* The kernel takes no attribute without a byte. */
		return nla_put(msg, field->attr, length ? length : 1, place);
	case NVLF_LANES:
		return put_lanes(msg, field, (const void *)place);
	case NVLF_NEST:
		return put_nested(msg, field, (const void *)place);
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

static int list_add(struct nvlf_list *list, const struct nvlf_type *type,
		    struct nlattr *attrs, int length);

/* One more of the lanes' numbers. Return: whether there is a place for it. */
static bool get_lane(struct nvlf_lanes *lanes, const struct nlattr *attr)
{
	if (nla_len(attr) != sizeof(uint64_t) || lanes->count == NVLF_LANES_MAX)
		return false;
	memcpy(&lanes->value[lanes->count++], nla_data(attr), sizeof(uint64_t));
	return true;
}

/* Return: 0; -EPROTO where the attribute does not fit the field; -ENOMEM. */
static int get_field(const struct nvlf_field *field, void *record,
		     struct nlattr *attr)
{
	char *place = (char *)record + field->offset;
	size_t length = nla_len(attr);

	switch (field->kind) {
	case NVLF_U32:
	case NVLF_U64:
	case NVLF_GUID:
	case NVLF_UUID:
		if (length != field->size)
			return -EPROTO;
		break;
	case NVLF_FLAG:
		*(bool *)place = true;
		return 0;
	case NVLF_STRING:
		length = strnlen(nla_data(attr), length);
		if (length >= field->size)
			return -EPROTO;
		break;
	case NVLF_BITS:
		if (length > field->size)
			return -EPROTO;
		break;
	case NVLF_LANES:
		return get_lane((void *)place, attr) ? 0 : -EPROTO;
	case NVLF_NEST:
		return list_add((void *)place, field->nested, nla_data(attr),
				length);
	}
	memcpy(place, nla_data(attr), length);
	return 0;
}

/* Fills an empty record. A newer kernel's attributes are passed over. */
static int get_fields(const struct nvlf_type *type, void *record,
		      struct nlattr *attrs, int length)
{
	uint32_t present = 0;
	struct nlattr *attr;
	unsigned int i;
	int rest, ret;

	nla_for_each_attr(attr, attrs, length, rest) {
		for (i = 0; i < type->field_count; i++) {
			if (type->fields[i].attr != nla_type(attr))
				continue;
			ret = get_field(&type->fields[i], record, attr);
			if (ret)
				return ret;
			present |= 1u << i;
		}
	}
	memcpy(record, &present, sizeof(present));
	return 0;
}

static int list_add(struct nvlf_list *list, const struct nvlf_type *type,
		    struct nlattr *attrs, int length)
{
	void *records, *record;
	size_t room;
	int ret;

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
	ret = get_fields(type, record, attrs, length);
	if (ret)
		nvlf_record_free(type, record);
	else
		list->count++;
	return ret;
}

/* Frees a list with all that is behind its records. */
static void drop_list(struct nvlf_list *list, const struct nvlf_type *type)
{
	char *record = list->records;
	size_t i;

	for (i = 0; i < list->count; i++, record += type->size)
		nvlf_record_free(type, record);
	nvlf_list_free(list);
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
	ret = list_add(req->list, req->type, genlmsg_attrdata(genl, 0),
		       genlmsg_attrlen(genl, 0));
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

	req.msg = new_message(type, record);
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

/* One request that is answered by one record, which replaces @answer. */
static int ask_one(struct nvlf_client *client, const struct nvlf_type *type,
		   uint8_t command, const void *record, unsigned int fields,
		   void *answer)
{
	struct nvlf_list list = {};
	int ret;

	ret = ask(client, type, command, 0, record, fields, &list, NULL);
	if (!ret && list.count != 1)
		ret = set_error(client, -EPROTO,
				"the kernel answered with no object");
	if (ret) {
		drop_list(&list, type);
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
			drop_list(&list, type);
			drop_list(&before, type);
			return ret;
		}
		same = attempt > 1 && same_records(type, &list, &before);
		drop_list(&before, type);
		if (!interrupted || same || attempt == DUMP_ATTEMPTS)
			break;
		before = list;
		list = (struct nvlf_list) {};
	}
	*out = list;
	*torn = interrupted && !same;
	if (*torn)
		set_error(client, -EAGAIN,
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
		drop_list(&list, type);
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
		return set_error(client, -ENOMEM, no_memory);
	ret = genl_connect(client->sock);
	if (ret)
		return set_nl_error(client, "netlink socket", ret);
	ret = nl_socket_set_buffer_size(client->sock, 0, SEND_BUFFER);
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

/* ---- Notifications ------------------------------------------------------ */

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
	ret = list_add(&list, event->type, genlmsg_attrdata(genl, 0),
		       genlmsg_attrlen(genl, 0));
	if (ret == -EPROTO)
		set_error(client, ret,
			  "a notification has an attribute of a wrong size");
	else if (ret)
		set_error(client, ret, no_memory);
	else
		take(event, list.records, data);
	drop_list(&list, event->type);
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
			return set_error(client, -errno, strerror(errno));
		if (rest < 0 || !from_kernel(&from, from_length))
			continue;
		for (nlh = (struct nlmsghdr *)part; !ret && nlmsg_ok(nlh, rest);
		     nlh = nlmsg_next(nlh, &rest))
			ret = take_message(client, nlh, take, data);
	}
	if (!ret && lost)
		ret = set_error(client, -ENOBUFS,
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
		return set_error(client, -errno, strerror(errno));
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
