// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * port.c - one port of the fabric.
 */
#include <errno.h>
#include <string.h>

#include "port.h"

struct port port_of(const struct fabric_port *p)
{
	return (struct port) { p->owner, p->owner_id, p->index };
}

/* Who is at the other end; it must have been told */
struct port port_partner(const struct fabric_port *p)
{
	return (struct port) { p->partner, p->partner_id, p->partner_port };
}

/* The name of a port's PCI device, or NULL */
const char *port_device(const struct fabric *f, const struct port *port)
{
	unsigned int i;

	for (i = 0; i < f->endpoint_count; i++)
		if (port->owner == NVLF_OWNER_ENDPOINT &&
		    f->endpoints[i].id == port->id)
			return f->endpoints[i].device;
	for (i = 0; i < f->switch_count; i++)
		if (port->owner == NVLF_OWNER_SWITCH &&
		    f->switches[i].id == port->id)
			return f->switches[i].device;
	return NULL;
}

/* A port of this device that is up, or NULL */
const struct fabric_port *port_linked(const struct fabric *f, __u32 owner,
				      __u32 id)
{
	unsigned int i;

	for (i = 0; i < f->port_count; i++)
		if (f->ports[i].owner == owner && f->ports[i].owner_id == id &&
		    f->ports[i].partner != FABRIC_NONE)
			return &f->ports[i];
	return NULL;
}

/* Begins a request that names a port: of ports or of their counters */
void port_request(struct nl_request *req, __u8 cmd, const struct port *port)
{
	nl_request(req, cmd);
	nl_put_u32(req, NVLF_A_PORT_OWNER, port->owner);
	nl_put_u32(req, NVLF_A_PORT_OWNER_ID, port->id);
	nl_put_u32(req, NVLF_A_PORT_INDEX, port->index);
}

static int on_port(const struct nl_reply *reply, void *priv)
{
	return fabric_parse_port(reply, priv);
}

int port_get(struct nl *nl, const struct port *port, struct fabric_port *p)
{
	struct nl_request req;

	port_request(&req, NVLF_CMD_PORT_GET, port);
	return nl_do(nl, &req, on_port, p);
}

/**
 * port_set() - ask something of a port
 * @nl: the socket
 * @port: which
 * @enable: 0, 1, or PORT_KEEP
 * @deeds: PORT_RETRAIN, PORT_RESET, PORT_CLEAR
 *
 * Return: 0, or the negative errno that the kernel answered.
 */
int port_set(struct nl *nl, const struct port *port, int enable,
	     unsigned int deeds)
{
	struct nl_request req;

	port_request(&req, NVLF_CMD_PORT_SET, port);
	if (enable != PORT_KEEP)
		nl_put_u32(&req, NVLF_A_PORT_ENABLE, enable);
	if (deeds & PORT_RETRAIN)
		nl_put(&req, NVLF_A_PORT_RETRAIN, NULL, 0);
	if (deeds & PORT_RESET)
		nl_put(&req, NVLF_A_PORT_RESET, NULL, 0);
	if (deeds & PORT_CLEAR)
		nl_put(&req, NVLF_A_PORT_CLEAR, NULL, 0);
	return nl_do(nl, &req, NULL, NULL);
}

static int on_any(const struct nl_reply *reply, void *priv)
{
	(void)reply;
	(void)priv;
	return 0;
}

/**
 * port_wait() - wait until a port is in a state
 * @nl: the socket
 * @port: which
 * @state: NVLF_PORT_STATE_*
 * @p: filled in: how it is then
 *
 * Return: 0, -ETIMEDOUT, or another negative errno.
 */
int port_wait(struct nl *nl, const struct port *port, __u32 state,
	      struct fabric_port *p)
{
	struct nl ear;
	int ret = nl_open(&ear);

	if (ret)
		return ret;
	ret = nl_listen(&ear);
	while (!ret) {
		ret = port_get(nl, port, p);
		if (ret || p->state == state)
			break;
		ret = nl_event(&ear, PORT_MSEC, on_any, NULL);
		if (ret == -ENOBUFS)
			ret = 0;
	}
	nl_close(&ear);
	return ret;
}

/* ---- Counters ---- */

int port_parse_counters(const struct nl_reply *reply, struct port_counters *c)
{
	const struct nlattr *crc = NULL;
	unsigned int i;

	if (nl_get_u32(reply, NVLF_A_COUNTER_OWNER, &c->port.owner) ||
	    nl_get_u32(reply, NVLF_A_COUNTER_OWNER_ID, &c->port.id) ||
	    nl_get_u32(reply, NVLF_A_COUNTER_INDEX, &c->port.index) ||
	    nl_get_u64(reply, NVLF_A_COUNTER_TX_BYTES, &c->tx_bytes) ||
	    nl_get_u64(reply, NVLF_A_COUNTER_RX_BYTES, &c->rx_bytes) ||
	    nl_get_u64(reply, NVLF_A_COUNTER_TX_PACKETS, &c->tx_packets) ||
	    nl_get_u64(reply, NVLF_A_COUNTER_RX_PACKETS, &c->rx_packets) ||
	    nl_get_u64(reply, NVLF_A_COUNTER_REPLAYS, &c->replays) ||
	    nl_get_u64(reply, NVLF_A_COUNTER_RECOVERIES, &c->recoveries) ||
	    nl_get_u64(reply, NVLF_A_COUNTER_UNCORRECTABLE, &c->uncorrectable))
		return -EBADMSG;
	for (i = 0; i < 4; i++) {
		crc = nl_next(reply, NVLF_A_COUNTER_CRC, crc);
		if (!crc || crc->nla_len != NLA_HDRLEN + 8)
			return -EBADMSG;
		memcpy(&c->crc[i], (const char *)crc + NLA_HDRLEN, 8);
	}
	return nl_next(reply, NVLF_A_COUNTER_CRC, crc) ? -EBADMSG : 0;
}

static int on_counters(const struct nl_reply *reply, void *priv)
{
	return reply->cmd == NVLF_CMD_COUNTER_GET ?
		       port_parse_counters(reply, priv) :
		       -EBADMSG;
}

int port_counters(struct nl *nl, const struct port *port,
		  struct port_counters *c)
{
	struct nl_request req;

	port_request(&req, NVLF_CMD_COUNTER_GET, port);
	return nl_do(nl, &req, on_counters, c);
}

static int on_sum(const struct nl_reply *reply, void *priv)
{
	struct port_counters *sum = priv, c;

	if (on_counters(reply, &c) || c.port.owner != sum->port.owner ||
	    c.port.id != sum->port.id || c.port.index != sum->port.index++)
		return -EBADMSG;
	sum->tx_bytes += c.tx_bytes;
	sum->rx_bytes += c.rx_bytes;
	sum->tx_packets += c.tx_packets;
	sum->rx_packets += c.rx_packets;
	sum->recoveries += c.recoveries;
	return 0;
}

/* All ports of a device together; the port's index is how many there were */
int port_counters_sum(struct nl *nl, __u32 owner, __u32 id,
		      struct port_counters *sum)
{
	struct nl_request req;

	memset(sum, 0, sizeof(*sum));
	sum->port.owner = owner;
	sum->port.id = id;
	nl_request(&req, NVLF_CMD_COUNTER_GET);
	nl_put_u32(&req, NVLF_A_COUNTER_OWNER, owner);
	nl_put_u32(&req, NVLF_A_COUNTER_OWNER_ID, id);
	return nl_dump(nl, &req, on_sum, sum);
}

/* ---- Log ---- */

int port_parse_record(const struct nl_reply *reply, struct port_record *r)
{
	if (nl_get_u32(reply, NVLF_A_LOG_OWNER, &r->owner) ||
	    nl_get_u32(reply, NVLF_A_LOG_OWNER_ID, &r->id) ||
	    nl_get_u64(reply, NVLF_A_LOG_INDEX, &r->index) ||
	    nl_get_u64(reply, NVLF_A_LOG_TIME, &r->time) ||
	    nl_get_u32(reply, NVLF_A_LOG_ERROR, &r->error) ||
	    nl_get_u32(reply, NVLF_A_LOG_SEVERITY, &r->severity) ||
	    nl_get_u32(reply, NVLF_A_LOG_SCOPE, &r->scope) ||
	    nl_get_u64(reply, NVLF_A_LOG_DETAIL, &r->detail))
		return -EBADMSG;
	r->port = FABRIC_NONE;
	return reply->attrs[NVLF_A_LOG_PORT] ?
		       nl_get_u32(reply, NVLF_A_LOG_PORT, &r->port) :
		       0;
}
