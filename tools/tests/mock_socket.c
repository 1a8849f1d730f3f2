// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mock_socket.c - a kernel for programs under test: where NVLF_MOCK names a
 * Unix socket, the program's generic netlink sockets are connections to it, on
 * which tests/mock-nvlf answers. Defined in the program, these functions also
 * stand before the C library's for libnl.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FDS 1024
/* What mock-nvlf sends in place of notifications that are lost */
#define LOST '!'

static bool mocked[FDS];
static uint32_t port_of[FDS];

#define REAL(name) ((typeof(name) *)dlsym(RTLD_NEXT, #name))

static bool is_mock(int fd)
{
	return fd >= 0 && fd < FDS && mocked[fd];
}

int socket(int domain, int type, int protocol)
{
	const char *path = getenv("NVLF_MOCK");
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (!path || domain != AF_NETLINK || protocol != NETLINK_GENERIC)
		return REAL(socket)(domain, type, protocol);
	fd = REAL(socket)(AF_UNIX, SOCK_SEQPACKET | (type & SOCK_CLOEXEC), 0);
	if (fd < 0)
		return fd;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (fd >= FDS || connect(fd, (void *)&addr, sizeof(addr))) {
		REAL(close)(fd);
		errno = EPROTONOSUPPORT;
		return -1;
	}
	mocked[fd] = true;
	return fd;
}

int close(int fd)
{
	if (is_mock(fd))
		mocked[fd] = false;
	return REAL(close)(fd);
}

int bind(int fd, const struct sockaddr *addr, socklen_t length)
{
	if (!is_mock(fd))
		return REAL(bind)(fd, addr, length);
	port_of[fd] = ((const struct sockaddr_nl *)addr)->nl_pid;
	return 0;
}

static void fill_address(struct sockaddr_nl *addr, uint32_t port)
{
	*addr = (struct sockaddr_nl) {
		.nl_family = AF_NETLINK,
		.nl_pid = port,
	};
}

int getsockname(int fd, struct sockaddr *addr, socklen_t *length)
{
	if (!is_mock(fd))
		return REAL(getsockname)(fd, addr, length);
	fill_address((void *)addr, port_of[fd]);
	*length = sizeof(struct sockaddr_nl);
	return 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	if (!is_mock(fd) || level != SOL_NETLINK)
		return REAL(setsockopt)(fd, level, name, value, length);
	if (name == NETLINK_ADD_MEMBERSHIP)
		return send(fd, "join", 4, 0) == 4 ? 0 : -1;
	return 0;
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct msghdr bare = *msg;

	if (is_mock(fd)) {
		bare.msg_name = NULL;
		bare.msg_namelen = 0;
		bare.msg_control = NULL;
		bare.msg_controllen = 0;
	}
	return REAL(sendmsg)(fd, &bare, flags);
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	void *name = msg->msg_name;
	ssize_t got;

	if (!is_mock(fd))
		return REAL(recvmsg)(fd, msg, flags);
	msg->msg_name = NULL;
	got = REAL(recvmsg)(fd, msg, flags);
	msg->msg_name = name;
	msg->msg_namelen = sizeof(struct sockaddr_nl);
	if (name)
		fill_address(name, 0);
	return got;
}

ssize_t recvfrom(int fd, void *data, size_t room, int flags,
		 struct sockaddr *from, socklen_t *length)
{
	ssize_t got;

	if (!is_mock(fd))
		return REAL(recvfrom)(fd, data, room, flags, from, length);
	got = REAL(recvfrom)(fd, data, room, flags, NULL, NULL);
	if (got == 1 && *(char *)data == LOST) {
		errno = ENOBUFS;
		return -1;
	}
	if (from) {
		fill_address((void *)from, 0);
		*length = sizeof(struct sockaddr_nl);
	}
	return got;
}
