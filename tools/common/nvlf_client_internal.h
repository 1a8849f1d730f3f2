/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf_client_internal.h - what nvlf_client.c and nvlf_events.c share of the
 * client, and nobody else knows.
 */
#ifndef COMMON_NVLF_CLIENT_INTERNAL_H
#define COMMON_NVLF_CLIENT_INTERNAL_H

struct nl_sock;

struct nvlf_client {
	struct nl_sock *sock;
	struct nl_sock *events; /* NULL until nvlf_subscribe() */
	int family;
	char error[512];
};

#define CLIENT_NO_MEMORY "out of memory"

/* Keeps the text for nvlf_error(). Return: @error. */
int client_error(struct nvlf_client *client, int error, const char *text);

/*
 * libnl has its own error numbers, and keeps no errno. All that can go wrong
 * between it and the kernel's answer is a matter of memory or of the socket.
 * Return: a negative errno for @nle.
 */
int client_nl_error(struct nvlf_client *client, const char *what, int nle);

#endif /* COMMON_NVLF_CLIENT_INTERNAL_H */
