/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port.h - one port of the fabric: what it says, what can be asked of it, and
 * waiting for what becomes of it.
 */
#ifndef SELFTESTS_PORT_H
#define SELFTESTS_PORT_H

#include "fabric.h"

/* Names a port */
struct port {
	__u32 owner, id, index;
};

/* What counter-get says; sums are over a device's ports */
struct port_counters {
	struct port port;
	__u64 tx_bytes, rx_bytes, tx_packets, rx_packets;
	__u64 replays, recoveries, uncorrectable;
	__u64 crc[4];
};

/* What log-get says; @port is FABRIC_NONE where it is the device's */
struct port_record {
	__u32 owner, id;
	__u64 index, time, detail;
	__u32 error, severity, scope, port;
};

/* What port-set is asked: whether the port is enabled, and deeds */
#define PORT_KEEP    (-1) /* leave enable alone */
#define PORT_RETRAIN 1u
#define PORT_RESET   2u
#define PORT_CLEAR   4u

/* How long anything that a link does may take here */
#define PORT_MSEC 20000

struct port port_of(const struct fabric_port *p);
struct port port_partner(const struct fabric_port *p);
const char *port_device(const struct fabric *f, const struct port *port);
const struct fabric_port *port_linked(const struct fabric *f, __u32 owner,
				      __u32 id);

void port_request(struct nl_request *req, __u8 cmd, const struct port *port);
int port_get(struct nl *nl, const struct port *port, struct fabric_port *p);
int port_set(struct nl *nl, const struct port *port, int enable,
	     unsigned int deeds);
int port_wait(struct nl *nl, const struct port *port, __u32 state,
	      struct fabric_port *p);

int port_parse_counters(const struct nl_reply *reply, struct port_counters *c);
int port_counters(struct nl *nl, const struct port *port,
		  struct port_counters *c);
int port_counters_sum(struct nl *nl, __u32 owner, __u32 id,
		      struct port_counters *sum);

int port_parse_record(const struct nl_reply *reply, struct port_record *r);

#endif /* SELFTESTS_PORT_H */
