/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf_nl.h - generic netlink by hand, so that a test can send whatever it
 * likes, a malformed request too, and see all that the kernel answers.
 */
#ifndef SELFTESTS_NVLF_NL_H
#define SELFTESTS_NVLF_NL_H

#include <linux/netlink.h>
#include <linux/nvlf.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define NL_REQUEST_MAX 65536 /* holds a whole table of routes */
#define NL_ATTRS_MAX   32
#define NL_ROOM_MIN    4096 /* holds the smallest part of a dump */
#define NL_ROOM_MAX    32768

/**
 * struct nl - a socket that talks to the family nvlf
 * @fd: the socket
 * @family: the family's number
 * @group: number of its multicast group notify
 * @room: bytes to receive with; the kernel makes parts of dumps no larger
 * @seq: sequence number of the last request
 * @text: extack's message about the last request, or ""
 * @offset: where in that request the wrong attribute was, or 0
 * @missing: type of the attribute that it lacked, or 0
 * @interrupted: some part of the last dump had NLM_F_DUMP_INTR
 */
struct nl {
	int fd;
	__u16 family;
	__u32 group;
	size_t room;
	__u32 seq;
	char text[256];
	__u32 offset;
	__u32 missing;
	bool interrupted;
};

/* A request while it is put together */
struct nl_request {
	union {
		struct nlmsghdr head;
		char bytes[NL_REQUEST_MAX];
	};
};

/**
 * struct nl_reply - a reply, a part of a dump, or a notification
 * @cmd: NVLF_CMD_*
 * @attrs: by type, the last of each; NULL where absent. Valid until the next
 *	call.
 * @bytes: all attributes, for nl_next()
 * @len: of them
 */
struct nl_reply {
	__u8 cmd;
	const struct nlattr *attrs[NL_ATTRS_MAX];
	const void *bytes;
	size_t len;
};

typedef int (*nl_handler)(const struct nl_reply *reply, void *priv);

int nl_open(struct nl *nl);
int nl_open_small(struct nl *nl);
void nl_close(struct nl *nl);
int nl_listen(struct nl *nl);

void nl_request(struct nl_request *req, __u8 cmd);
__u32 nl_put(struct nl_request *req, __u16 type, const void *data, size_t len);
__u32 nl_put_u32(struct nl_request *req, __u16 type, __u32 value);
__u32 nl_put_raw(struct nl_request *req, __u16 type, __u16 nla_len,
		 const void *data, size_t len);
__u32 nl_nest(struct nl_request *req, __u16 type);
void nl_nest_end(struct nl_request *req, __u32 nest);

int nl_do(struct nl *nl, struct nl_request *req, nl_handler handler,
	  void *priv);
int nl_dump(struct nl *nl, struct nl_request *req, nl_handler handler,
	    void *priv);
int nl_dump_begin(struct nl *nl, struct nl_request *req);
int nl_dump_next(struct nl *nl, nl_handler handler, void *priv);
int nl_event(struct nl *nl, int msec, nl_handler handler, void *priv);

const struct nlattr *nl_next(const struct nl_reply *reply, int type,
			     const struct nlattr *last);
void nl_nested(const struct nlattr *nest, struct nl_reply *inner);
int nl_get_u32(const struct nl_reply *reply, int type, __u32 *value);
int nl_get_u64(const struct nl_reply *reply, int type, __u64 *value);
int nl_get_string(const struct nl_reply *reply, int type, char *text,
		  size_t size);
int nl_get_bytes(const struct nl_reply *reply, int type, void *bytes,
		 size_t size);

#endif /* SELFTESTS_NVLF_NL_H */
