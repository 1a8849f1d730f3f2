// SPDX-License-Identifier: MIT
/*
 * share.c - memory of an accelerator that two processes share.
 *
 *   share [FROM [TO]]        accelerators, by target id, PCI address or node
 *
 * The parent has memory of TO, and sends two names of it to its child: a file,
 * which can be passed on by sockets only, and a token, which is 16 bytes. The
 * child, at FROM, writes by the one, and reads by the other.
 */
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "example.h"

/* A message of a token and a file, either way */
union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr head;
};

static void child(int sock, const char *name)
{
	struct trn4_token token;
	struct iovec iov = { &token, sizeof(token) };
	union control control;
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control) };
	struct trn4_window *by_file, *by_token;
	struct trn4_device *dev;
	struct trn4_buffer *none;
	void *out, *in;
	int fd;

	if (recvmsg(sock, &msg, 0) != sizeof(token) || !CMSG_FIRSTHDR(&msg))
		exit(1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	must(TRN4_CALL_OPEN, trn4_open(name, &dev));
	must(TRN4_CALL_WINDOW,
	     trn4_window_create(dev, &token, 0, 0, TRN4_RIGHT_READ, &by_token));
	must(TRN4_CALL_IMPORT, trn4_import(dev, fd, &none, &by_file));
	must(TRN4_CALL_MAP, trn4_window_map(by_file, &out));
	must(TRN4_CALL_MAP, trn4_window_map(by_token, &in));
	strcpy(out, "written by a file");
	exit(strcmp(in, "written by a file") != 0);
}

int main(int argc, char **argv)
{
	union control control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
					    .cmsg_level = SOL_SOCKET,
					    .cmsg_type = SCM_RIGHTS } };
	struct iovec iov = { .iov_len = sizeof(struct trn4_token) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control) };
	struct trn4_device *dev;
	struct trn4_buffer *buf;
	struct trn4_grant *grant;
	int socks[2], fd, status;
	void *map;

	/* Before there are objects: they stay with the process that made them */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, socks))
		return 1;
	if (!fork()) {
		close(socks[0]);
		child(socks[1], argc > 1 ? argv[1] : "0");
	}

	must(TRN4_CALL_OPEN, trn4_open(argc > 2 ? argv[2] : "1", &dev));
	must(TRN4_CALL_BUFFER,
	     trn4_buffer_create(dev, 64, TRN4_BUFFER_HBM, &buf));
	fd = must(TRN4_CALL_BUFFER, trn4_buffer_export(buf, true));
	must(TRN4_CALL_GRANT,
	     trn4_grant_create(buf, 0, 0, TRN4_RIGHT_READ, &grant));
	iov.iov_base = (void *)trn4_grant_token(grant);
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	if (sendmsg(socks[0], &msg, 0) == -1 || wait(&status) == -1)
		return 1;
	must(TRN4_CALL_MAP, trn4_buffer_map(buf, &map));
	printf("%s, and read by a token: %s\n", (char *)map,
	       status ? "no" : "yes");
	close(fd);
	trn4_grant_revoke(grant);
	trn4_buffer_destroy(buf);
	trn4_close(dev);
	return status != 0;
}
