// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nvlf_nl.c - generic netlink by hand, for requests that may be malformed.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "nvlf_nl.h"

/* An answer that has not come by then will not come */
#define ANSWER_SEC 10

/* Attributes of a flat list, by type; the last of a type wins */
static void parse(const void *at, size_t len, const struct nlattr **attrs,
		  int max)
{
	memset(attrs, 0, max * sizeof(*attrs));
	while (len >= NLA_HDRLEN) {
		const struct nlattr *attr = at;
		size_t step = NLA_ALIGN(attr->nla_len);
		int type = attr->nla_type & NLA_TYPE_MASK;

		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > len)
			return;
		if (type < max)
			attrs[type] = attr;
		if (step > len)
			return;
		at = (const char *)at + step;
		len -= step;
	}
}

static const void *payload(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

static size_t payload_len(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

/* What stands behind an error or the end of a dump */
static void keep_extack(struct nl *nl, const struct nlmsghdr *head,
			size_t before)
{
	const struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1];
	const struct nlattr *attr;
	size_t len;

	if (!(head->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    head->nlmsg_len < NLMSG_HDRLEN + before)
		return;
	parse((const char *)NLMSG_DATA(head) + before,
	      head->nlmsg_len - NLMSG_HDRLEN - before, attrs,
	      NLMSGERR_ATTR_MAX + 1);
	attr = attrs[NLMSGERR_ATTR_MSG];
	if (attr) {
		len = payload_len(attr);
		if (len >= sizeof(nl->text))
			len = sizeof(nl->text) - 1;
		memcpy(nl->text, payload(attr), len);
		nl->text[len] = 0;
	}
	attr = attrs[NLMSGERR_ATTR_OFFS];
	if (attr && payload_len(attr) == 4)
		memcpy(&nl->offset, payload(attr), 4);
	attr = attrs[NLMSGERR_ATTR_MISS_TYPE];
	if (attr && payload_len(attr) == 4)
		memcpy(&nl->missing, payload(attr), 4);
}

static int send_request(struct nl *nl, struct nl_request *req, __u16 flags)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };

	nl->text[0] = 0;
	nl->offset = 0;
	nl->missing = 0;
	nl->interrupted = false;
	req->head.nlmsg_flags |= NLM_F_REQUEST | flags;
	req->head.nlmsg_seq = ++nl->seq;
	if (!req->head.nlmsg_type)
		req->head.nlmsg_type = nl->family;
	if (sendto(nl->fd, req, req->head.nlmsg_len, 0, (void *)&to,
		   sizeof(to)) < 0)
		return -errno;
	return 0;
}

static void parse_reply(struct nl_reply *reply, const void *at, size_t len)
{
	reply->bytes = at;
	reply->len = len;
	parse(at, len, reply->attrs, NL_ATTRS_MAX);
}

static int handle(const struct nlmsghdr *head, nl_handler handler, void *priv)
{
	const struct genlmsghdr *genl = NLMSG_DATA(head);
	struct nl_reply reply;

	if (head->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		return -EBADMSG;
	reply.cmd = genl->cmd;
	parse_reply(&reply, (const char *)genl + GENL_HDRLEN,
		    head->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN));
	return handler ? handler(&reply, priv) : 0;
}

/*
 * Takes what one recv() brings. Returns 1 while more is to come, 0 at the end,
 * or the error that the kernel or @handler gave.
 */
static int receive(struct nl *nl, nl_handler handler, void *priv)
{
	__u32 buf[NL_ROOM_MAX / 4];
	struct nlmsghdr *head;
	ssize_t got;
	int ret, error;

	got = recv(nl->fd, buf, nl->room, MSG_TRUNC);
	if (got < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	if ((size_t)got > nl->room)
		return -EMSGSIZE;
	for (head = (void *)buf; NLMSG_OK(head, got);
	     head = NLMSG_NEXT(head, got)) {
		if (head->nlmsg_seq != nl->seq)
			continue;
		if (head->nlmsg_flags & NLM_F_DUMP_INTR)
			nl->interrupted = true;
		switch (head->nlmsg_type) {
		case NLMSG_ERROR:
			memcpy(&error, NLMSG_DATA(head), sizeof(error));
			keep_extack(nl, head, sizeof(struct nlmsgerr));
			return error;
		case NLMSG_DONE:
			memcpy(&error, NLMSG_DATA(head), sizeof(error));
			keep_extack(nl, head, sizeof(error));
			return error < 0 ? error : 0;
		default:
			ret = handle(head, handler, priv);
			if (ret)
				return ret;
		}
	}
	return 1;
}

/**
 * nl_do() - send a request and take the reply, if any, and the answer
 * @nl: the socket
 * @req: the request
 * @handler: gets the reply; NULL to drop it
 * @priv: is handed to @handler
 *
 * Return: 0, or the negative errno that the kernel answered; @nl then has what
 * it said with it.
 */
int nl_do(struct nl *nl, struct nl_request *req, nl_handler handler, void *priv)
{
	int ret = send_request(nl, req, NLM_F_ACK);

	if (ret)
		return ret;
	do
		ret = receive(nl, handler, priv);
	while (ret > 0);
	return ret;
}

int nl_dump_begin(struct nl *nl, struct nl_request *req)
{
	return send_request(nl, req, NLM_F_DUMP);
}

/**
 * nl_dump_next() - take one part of a dump
 * @nl: the socket, after nl_dump_begin()
 * @handler: gets each object
 * @priv: is handed to @handler
 *
 * Return: 1 while more is to come, 0 at the end, or a negative errno.
 */
int nl_dump_next(struct nl *nl, nl_handler handler, void *priv)
{
	return receive(nl, handler, priv);
}

/* A whole dump: like nl_do() */
int nl_dump(struct nl *nl, struct nl_request *req, nl_handler handler,
	    void *priv)
{
	int ret = nl_dump_begin(nl, req);

	if (ret)
		return ret;
	do
		ret = receive(nl, handler, priv);
	while (ret > 0);
	return ret;
}

/**
 * nl_event() - take one notification
 * @nl: the socket, after nl_listen()
 * @msec: how long to wait for it
 * @handler: gets it
 * @priv: is handed to @handler
 *
 * Return: what @handler returned, or -ETIMEDOUT.
 */
int nl_event(struct nl *nl, int msec, nl_handler handler, void *priv)
{
	struct pollfd pfd = { .fd = nl->fd, .events = POLLIN };
	__u32 buf[NL_ROOM_MAX / 4];
	ssize_t got;
	int ret;

	ret = poll(&pfd, 1, msec);
	if (ret < 0)
		return -errno;
	if (!ret)
		return -ETIMEDOUT;
	got = recv(nl->fd, buf, sizeof(buf), 0);
	if (got < 0)
		return -errno;
	if (got < NLMSG_HDRLEN ||
	    ((struct nlmsghdr *)buf)->nlmsg_type != nl->family)
		return -EBADMSG;
	return handle((struct nlmsghdr *)buf, handler, priv);
}

/* ---- Requests ---- */

void nl_request(struct nl_request *req, __u8 cmd)
{
	struct genlmsghdr *genl = NLMSG_DATA(&req->head);

	memset(req, 0, NLMSG_LENGTH(GENL_HDRLEN));
	req->head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	genl->cmd = cmd;
	genl->version = NVLF_FAMILY_VERSION;
}

/**
 * nl_put_raw() - put an attribute whose length need not be true
 * @req: the request
 * @type: the attribute's
 * @nla_len: what its header says
 * @data: its payload
 * @len: bytes of @data
 *
 * Return: its offset in the request, as extack tells it.
 */
__u32 nl_put_raw(struct nl_request *req, __u16 type, __u16 nla_len,
		 const void *data, size_t len)
{
	__u32 offset = req->head.nlmsg_len;
	struct nlattr *attr = (void *)(req->bytes + offset);
	size_t room = NLA_ALIGN(NLA_HDRLEN + len);

	if (offset + room > sizeof(req->bytes))
		return 0;
	memset(attr, 0, room);
	attr->nla_type = type;
	attr->nla_len = nla_len;
	if (len)
		memcpy((char *)attr + NLA_HDRLEN, data, len);
	req->head.nlmsg_len += room;
	return offset;
}

__u32 nl_put(struct nl_request *req, __u16 type, const void *data, size_t len)
{
	return nl_put_raw(req, type, NLA_HDRLEN + len, data, len);
}

__u32 nl_put_u32(struct nl_request *req, __u16 type, __u32 value)
{
	return nl_put(req, type, &value, sizeof(value));
}

/* Begins an attribute of attributes; returns its offset, for nl_nest_end() */
__u32 nl_nest(struct nl_request *req, __u16 type)
{
	return nl_put(req, NLA_F_NESTED | type, NULL, 0);
}

/* What was put since nl_nest() is within it */
void nl_nest_end(struct nl_request *req, __u32 nest)
{
	struct nlattr *attr = (void *)(req->bytes + nest);

	attr->nla_len = req->head.nlmsg_len - nest;
}

/* ---- Replies: -ENOENT where absent, -EBADMSG where of another size ---- */

static int get(const struct nl_reply *reply, int type, void *value, size_t size)
{
	const struct nlattr *attr = reply->attrs[type];

	if (!attr)
		return -ENOENT;
	if (payload_len(attr) != size)
		return -EBADMSG;
	memcpy(value, payload(attr), size);
	return 0;
}

/**
 * nl_next() - the next attribute of a type that comes more than once
 * @reply: the reply
 * @type: of the attribute
 * @last: what it returned last, or NULL for the first
 *
 * Return: the attribute, or NULL where there is none.
 */
const struct nlattr *nl_next(const struct nl_reply *reply, int type,
			     const struct nlattr *last)
{
	const char *at = reply->bytes, *end = at + reply->len;
	const struct nlattr *attr;

	if (last)
		at = (const char *)last + NLA_ALIGN(last->nla_len);
	for (; end - at >= NLA_HDRLEN; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const void *)at;
		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > end - at)
			break;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
	}
	return NULL;
}

/* What is within a nest, as if it were a reply */
void nl_nested(const struct nlattr *nest, struct nl_reply *inner)
{
	inner->cmd = 0;
	parse_reply(inner, payload(nest), payload_len(nest));
}

int nl_get_u32(const struct nl_reply *reply, int type, __u32 *value)
{
	return get(reply, type, value, sizeof(*value));
}

int nl_get_u64(const struct nl_reply *reply, int type, __u64 *value)
{
	return get(reply, type, value, sizeof(*value));
}

int nl_get_string(const struct nl_reply *reply, int type, char *text,
		  size_t size)
{
	const struct nlattr *attr = reply->attrs[type];
	size_t len;

	if (!attr)
		return -ENOENT;
	len = payload_len(attr);
	if (!len || len > size || ((const char *)payload(attr))[len - 1])
		return -EBADMSG;
	memcpy(text, payload(attr), len);
	return 0;
}

/* A bitmap of up to @size bytes; the rest of @bytes becomes zero */
int nl_get_bytes(const struct nl_reply *reply, int type, void *bytes,
		 size_t size)
{
	const struct nlattr *attr = reply->attrs[type];
	const __u8 *data;
	size_t len, i;

	if (!attr)
		return -ENOENT;
	len = payload_len(attr);
	data = payload(attr);
	for (i = size; i < len; i++)
		if (data[i])
			return -EBADMSG;
	memset(bytes, 0, size);
	memcpy(bytes, data, len < size ? len : size);
	return 0;
}

/* ---- Sockets ---- */

/* CTRL_ATTR_MCAST_GROUPS is a list of nests of a name and an id */
static int find_group(const struct nlattr *groups, __u32 *id)
{
	const struct nlattr *attrs[CTRL_ATTR_MCAST_GRP_MAX + 1];
	const struct nlattr *name, *number, *nest;
	size_t len = payload_len(groups);
	const char *at = payload(groups);

	while (len >= NLA_HDRLEN) {
		nest = (const void *)at;
		if (nest->nla_len < NLA_HDRLEN || nest->nla_len > len)
			break;
		parse(payload(nest), payload_len(nest), attrs,
		      CTRL_ATTR_MCAST_GRP_MAX + 1);
		name = attrs[CTRL_ATTR_MCAST_GRP_NAME];
		number = attrs[CTRL_ATTR_MCAST_GRP_ID];
		if (name && number &&
		    !strcmp(payload(name), NVLF_MCGRP_NOTIFY)) {
			memcpy(id, payload(number), sizeof(*id));
			return 0;
		}
		if ((size_t)NLA_ALIGN(nest->nla_len) >= len)
			break;
		at += NLA_ALIGN(nest->nla_len);
		len -= NLA_ALIGN(nest->nla_len);
	}
	return -ENOENT;
}

static int on_family(const struct nl_reply *reply, void *priv)
{
	const struct nlattr *family = reply->attrs[CTRL_ATTR_FAMILY_ID];
	const struct nlattr *groups = reply->attrs[CTRL_ATTR_MCAST_GROUPS];
	struct nl *nl = priv;

	if (!family || !groups)
		return -EBADMSG;
	memcpy(&nl->family, payload(family), sizeof(nl->family));
	return find_group(groups, &nl->group);
}

static int open_with(struct nl *nl, size_t room)
{
	struct timeval timeout = { .tv_sec = ANSWER_SEC };
	struct nl_request req;
	int one = 1, ret;

	memset(nl, 0, sizeof(*nl));
	nl->room = room;
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (nl->fd < 0)
		return -errno;
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	nl_request(&req, CTRL_CMD_GETFAMILY);
	req.head.nlmsg_type = GENL_ID_CTRL;
	nl_put(&req, CTRL_ATTR_FAMILY_NAME, NVLF_FAMILY_NAME,
	       sizeof(NVLF_FAMILY_NAME));
	ret = nl_do(nl, &req, on_family, nl);
	if (ret)
		nl_close(nl);
	return ret;
}

/**
 * nl_open() - a socket that talks to the family nvlf
 * @nl: is filled in
 *
 * Return: 0, -ENOENT where the kernel has no such family, or another error.
 */
int nl_open(struct nl *nl)
{
	return open_with(nl, NL_ROOM_MAX);
}

/*
 * The same with so little room that dumps come in many parts. The kernel goes
 * by the largest that was ever received with, so it is small from the begin.
 */
int nl_open_small(struct nl *nl)
{
	return open_with(nl, NL_ROOM_MIN);
}

void nl_close(struct nl *nl)
{
	if (nl->fd >= 0)
		close(nl->fd);
	nl->fd = -1;
}

/* From now on the socket gets what happens, for nl_event() */
int nl_listen(struct nl *nl)
{
	if (setsockopt(nl->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &nl->group,
		       sizeof(nl->group)))
		return -errno;
	return 0;
}
