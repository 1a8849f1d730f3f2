// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric.c - the fabric as netlink tells it, and states to start from.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fabric.h"

/* ---- Replies ---- */

static int parse_place(const struct nl_reply *reply, int type, __u32 *place)
{
	*place = FABRIC_NONE;
	return reply->attrs[type] ? nl_get_u32(reply, type, place) : 0;
}

/* Endpoints and switches say it by the same numbers */
static int parse_location(const struct nl_reply *reply,
			  struct fabric_location *l)
{
	memset(l, 0, sizeof(*l));
	if (parse_place(reply, NVLF_A_ENDPOINT_RACK, &l->rack) ||
	    parse_place(reply, NVLF_A_ENDPOINT_TRAY, &l->tray) ||
	    parse_place(reply, NVLF_A_ENDPOINT_SLOT, &l->slot) ||
	    parse_place(reply, NVLF_A_ENDPOINT_HOST, &l->host))
		return -EBADMSG;
	if (reply->attrs[NVLF_A_ENDPOINT_CLUSTER_UUID] &&
	    nl_get_bytes(reply, NVLF_A_ENDPOINT_CLUSTER_UUID, l->uuid,
			 sizeof(l->uuid)))
		return -EBADMSG;
	if (reply->attrs[NVLF_A_ENDPOINT_SERIAL] &&
	    nl_get_string(reply, NVLF_A_ENDPOINT_SERIAL, l->serial,
			  sizeof(l->serial)))
		return -EBADMSG;
	return 0;
}

int fabric_parse_endpoint(const struct nl_reply *reply,
			  struct fabric_endpoint *e)
{
	if (nl_get_u32(reply, NVLF_A_ENDPOINT_TARGET_ID, &e->id) ||
	    nl_get_u64(reply, NVLF_A_ENDPOINT_GUID, &e->guid) ||
	    nl_get_string(reply, NVLF_A_ENDPOINT_DEVICE, e->device,
			  sizeof(e->device)) ||
	    nl_get_u32(reply, NVLF_A_ENDPOINT_PORTS, &e->ports) ||
	    nl_get_u32(reply, NVLF_A_ENDPOINT_PORTS_UP, &e->ports_up) ||
	    nl_get_bytes(reply, NVLF_A_ENDPOINT_REACHABLE, e->reachable,
			 sizeof(e->reachable)))
		return -EBADMSG;
	return parse_location(reply, &e->location);
}

int fabric_parse_switch(const struct nl_reply *reply, struct fabric_switch *s)
{
	if (nl_get_u32(reply, NVLF_A_SWITCH_ID, &s->id) ||
	    nl_get_u64(reply, NVLF_A_SWITCH_GUID, &s->guid) ||
	    nl_get_string(reply, NVLF_A_SWITCH_DEVICE, s->device,
			  sizeof(s->device)) ||
	    nl_get_u32(reply, NVLF_A_SWITCH_PORTS, &s->ports) ||
	    nl_get_u32(reply, NVLF_A_SWITCH_PORTS_UP, &s->ports_up) ||
	    nl_get_u32(reply, NVLF_A_SWITCH_ROUTES, &s->routes))
		return -EBADMSG;
	return parse_location(reply, &s->location);
}

int fabric_parse_port(const struct nl_reply *reply, struct fabric_port *p)
{
	if (nl_get_u32(reply, NVLF_A_PORT_OWNER, &p->owner) ||
	    nl_get_u32(reply, NVLF_A_PORT_OWNER_ID, &p->owner_id) ||
	    nl_get_u32(reply, NVLF_A_PORT_INDEX, &p->index) ||
	    nl_get_u32(reply, NVLF_A_PORT_STATE, &p->state) ||
	    nl_get_u32(reply, NVLF_A_PORT_TRAININGS, &p->trainings) ||
	    nl_get_u32(reply, NVLF_A_PORT_LANES, &p->lanes) ||
	    nl_get_u32(reply, NVLF_A_PORT_LANES_UP, &p->lanes_up) ||
	    nl_get_u64(reply, NVLF_A_PORT_STATE_MS, &p->state_ms) ||
	    nl_get_u32(reply, NVLF_A_PORT_ENABLE, &p->enable))
		return -EBADMSG;
	p->partner = FABRIC_NONE;
	if (!reply->attrs[NVLF_A_PORT_PARTNER])
		return 0;
	if (nl_get_u32(reply, NVLF_A_PORT_PARTNER, &p->partner) ||
	    nl_get_u32(reply, NVLF_A_PORT_PARTNER_ID, &p->partner_id) ||
	    nl_get_u32(reply, NVLF_A_PORT_PARTNER_PORT, &p->partner_port) ||
	    nl_get_u64(reply, NVLF_A_PORT_PARTNER_GUID, &p->partner_guid))
		return -EBADMSG;
	return 0;
}

int fabric_parse_route(const struct nl_reply *reply, struct fabric_route *r)
{
	if (nl_get_u32(reply, NVLF_A_ROUTE_SWITCH_ID, &r->switch_id) ||
	    nl_get_u32(reply, NVLF_A_ROUTE_TARGET_ID, &r->target) ||
	    nl_get_bytes(reply, NVLF_A_ROUTE_PORTS, r->ports, sizeof(r->ports)))
		return -EBADMSG;
	return 0;
}

int fabric_parse_partition(const struct nl_reply *reply,
			   struct fabric_partition *p)
{
	if (nl_get_u32(reply, NVLF_A_PARTITION_ID, &p->id) ||
	    nl_get_bytes(reply, NVLF_A_PARTITION_MEMBERS, p->members,
			 sizeof(p->members)))
		return -EBADMSG;
	return 0;
}

int fabric_parse_group(const struct nl_reply *reply, struct fabric_group *g)
{
	if (nl_get_u32(reply, NVLF_A_GROUP_ID, &g->id) ||
	    nl_get_u32(reply, NVLF_A_GROUP_PARTITION_ID, &g->partition) ||
	    nl_get_bytes(reply, NVLF_A_GROUP_MEMBERS, g->members,
			 sizeof(g->members)))
		return -EBADMSG;
	return 0;
}

/* ---- The whole ---- */

static int on_whole(const struct nl_reply *reply, void *priv)
{
	struct fabric_whole *w = priv;

	if (reply->cmd != NVLF_CMD_FABRIC_GET ||
	    nl_get_u32(reply, NVLF_A_FABRIC_GENERATION, &w->generation) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_ENDPOINTS, &w->endpoints) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_SWITCHES, &w->switches) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_ROUTES, &w->routes) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_PARTITIONS, &w->partitions) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_GROUPS, &w->groups) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_PAIRS, &w->pairs) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_PAIRS_REACHED, &w->reached) ||
	    nl_get_u32(reply, NVLF_A_FABRIC_MANAGER, &w->manager))
		return -EBADMSG;
	return 0;
}

int fabric_whole(struct nl *nl, struct fabric_whole *whole)
{
	struct nl_request req;

	memset(whole, 0, sizeof(*whole));
	nl_request(&req, NVLF_CMD_FABRIC_GET);
	return nl_do(nl, &req, on_whole, whole);
}

/* ---- Dumps ---- */

static int on_endpoint(const struct nl_reply *reply, void *priv)
{
	struct fabric *f = priv;

	if (reply->cmd != NVLF_CMD_ENDPOINT_GET)
		return -EBADMSG;
	if (f->endpoint_count == FABRIC_ENDPOINTS)
		return -E2BIG;
	return fabric_parse_endpoint(reply, &f->endpoints[f->endpoint_count++]);
}

static int on_switch(const struct nl_reply *reply, void *priv)
{
	struct fabric *f = priv;

	if (reply->cmd != NVLF_CMD_SWITCH_GET)
		return -EBADMSG;
	if (f->switch_count == FABRIC_SWITCHES)
		return -E2BIG;
	return fabric_parse_switch(reply, &f->switches[f->switch_count++]);
}

static int on_port(const struct nl_reply *reply, void *priv)
{
	struct fabric *f = priv;

	if (reply->cmd != NVLF_CMD_PORT_GET)
		return -EBADMSG;
	if (f->port_count == FABRIC_PORTS)
		return -E2BIG;
	return fabric_parse_port(reply, &f->ports[f->port_count++]);
}

static int dump(struct nl *nl, __u8 cmd, nl_handler handler, void *priv)
{
	struct nl_request req;

	nl_request(&req, cmd);
	return nl_dump(nl, &req, handler, priv);
}

/**
 * fabric_load() - read all endpoints, switches and ports
 * @nl: the socket
 * @fabric: is filled in
 *
 * Return: 0 or a negative errno.
 */
int fabric_load(struct nl *nl, struct fabric *fabric)
{
	int ret;

	memset(fabric, 0, sizeof(*fabric));
	ret = dump(nl, NVLF_CMD_ENDPOINT_GET, on_endpoint, fabric);
	if (!ret)
		ret = dump(nl, NVLF_CMD_SWITCH_GET, on_switch, fabric);
	if (!ret)
		ret = dump(nl, NVLF_CMD_PORT_GET, on_port, fabric);
	return ret;
}

/* How many of a device's ports were up when these were read */
static __u32 count_up(const struct fabric *f, __u32 owner, __u32 id)
{
	const struct fabric_port *p;
	__u32 up = 0;

	for (p = f->ports; p < f->ports + f->port_count; p++)
		if (p->owner == owner && p->owner_id == id)
			up += p->state == NVLF_PORT_STATE_ACTIVE ||
			      p->state == NVLF_PORT_STATE_DEGRADED;
	return up;
}

/*
 * Both ends of a link are up, or neither is; and none is about to be. Devices
 * are read before their ports, so links may have come up in between.
 */
static bool settled(const struct fabric *f)
{
	const struct fabric_port *p, *far;
	unsigned int i;

	for (i = 0; i < f->endpoint_count; i++)
		if (f->endpoints[i].ports_up !=
		    count_up(f, NVLF_OWNER_ENDPOINT, f->endpoints[i].id))
			return false;
	for (i = 0; i < f->switch_count; i++)
		if (f->switches[i].ports_up !=
		    count_up(f, NVLF_OWNER_SWITCH, f->switches[i].id))
			return false;
	for (i = 0; i < f->port_count; i++) {
		p = &f->ports[i];
		if (p->state == NVLF_PORT_STATE_TRAIN)
			return false;
		if (p->partner == FABRIC_NONE)
			continue;
		far = fabric_port(f, p->partner, p->partner_id,
				  p->partner_port);
		if (far && far->partner == FABRIC_NONE)
			return false;
	}
	return true;
}

static int on_any(const struct nl_reply *reply, void *priv)
{
	(void)reply;
	(void)priv;
	return 0;
}

/**
 * fabric_load_trained() - the same when no link trains any more
 * @nl: the socket
 * @fabric: is filled in
 *
 * Links train for a while after a device was bound; what ends that is told by
 * a notification, of which more come than a socket may hold.
 *
 * Return: 0, -ETIMEDOUT where it takes longer than seconds, or another
 * negative errno.
 */
int fabric_load_trained(struct nl *nl, struct fabric *fabric)
{
	struct nl listener;
	int ret = nl_open(&listener);

	if (ret)
		return ret;
	ret = nl_listen(&listener);
	while (!ret) {
		ret = fabric_load(nl, fabric);
		if (ret || settled(fabric))
			break;
		ret = nl_event(&listener, 5000, on_any, NULL);
		if (ret == -ENOBUFS)
			ret = 0;
	}
	nl_close(&listener);
	return ret;
}

/* A list that a dump fills; what does not fit is counted all the same */
struct fill {
	void *list;
	unsigned int count, max;
};

static int on_route(const struct nl_reply *reply, void *priv)
{
	struct fill *fill = priv;
	struct fabric_route route;
	int ret;

	if (reply->cmd != NVLF_CMD_ROUTE_GET)
		return -EBADMSG;
	ret = fabric_parse_route(reply, &route);
	if (!ret && fill->count++ < fill->max)
		((struct fabric_route *)fill->list)[fill->count - 1] = route;
	return ret;
}

static int on_partition(const struct nl_reply *reply, void *priv)
{
	struct fill *fill = priv;
	struct fabric_partition part;
	int ret;

	if (reply->cmd != NVLF_CMD_PARTITION_GET)
		return -EBADMSG;
	ret = fabric_parse_partition(reply, &part);
	if (!ret && fill->count++ < fill->max)
		((struct fabric_partition *)fill->list)[fill->count - 1] = part;
	return ret;
}

static int on_group(const struct nl_reply *reply, void *priv)
{
	struct fill *fill = priv;
	struct fabric_group group;
	int ret;

	if (reply->cmd != NVLF_CMD_GROUP_GET)
		return -EBADMSG;
	ret = fabric_parse_group(reply, &group);
	if (!ret && fill->count++ < fill->max)
		((struct fabric_group *)fill->list)[fill->count - 1] = group;
	return ret;
}

/* How many routes there are, of which @max are kept; or a negative errno */
int fabric_routes(struct nl *nl, struct fabric_route *list, unsigned int max)
{
	struct fill fill = { .list = list, .max = max };
	int ret = dump(nl, NVLF_CMD_ROUTE_GET, on_route, &fill);

	return ret ? ret : (int)fill.count;
}

int fabric_partitions(struct nl *nl, struct fabric_partition *list,
		      unsigned int max)
{
	struct fill fill = { .list = list, .max = max };
	int ret = dump(nl, NVLF_CMD_PARTITION_GET, on_partition, &fill);

	return ret ? ret : (int)fill.count;
}

int fabric_groups(struct nl *nl, struct fabric_group *list, unsigned int max)
{
	struct fill fill = { .list = list, .max = max };
	int ret = dump(nl, NVLF_CMD_GROUP_GET, on_group, &fill);

	return ret ? ret : (int)fill.count;
}

const struct fabric_port *fabric_port(const struct fabric *fabric, __u32 owner,
				      __u32 id, __u32 index)
{
	unsigned int i;

	for (i = 0; i < fabric->port_count; i++) {
		const struct fabric_port *p = &fabric->ports[i];

		if (p->owner == owner && p->owner_id == id && p->index == index)
			return p;
	}
	return NULL;
}

static int on_reachable(const struct nl_reply *reply, void *priv)
{
	return fabric_parse_endpoint(reply, priv);
}

bool fabric_reaches(struct nl *nl, __u32 from, __u32 to)
{
	struct fabric_endpoint endpoint;
	struct nl_request req;

	nl_request(&req, NVLF_CMD_ENDPOINT_GET);
	nl_put_u32(&req, NVLF_A_ENDPOINT_TARGET_ID, from);
	if (nl_do(nl, &req, on_reachable, &endpoint))
		return false;
	return bit_is(endpoint.reachable, to);
}

/* ---- Changes ---- */

int fabric_set_route(struct nl *nl, __u32 sw, __u32 target, const void *ports,
		     size_t len)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_ROUTE_SET);
	nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, sw);
	nl_put_u32(&req, NVLF_A_ROUTE_TARGET_ID, target);
	nl_put(&req, NVLF_A_ROUTE_PORTS, ports, len);
	return nl_do(nl, &req, NULL, NULL);
}

/* The ports of @sw whose links lead to @target, of FABRIC_PORTS_LEN bytes */
void fabric_ports_to(const struct fabric *fabric, __u32 sw, __u32 target,
		     __u8 *ports)
{
	unsigned int i;

	memset(ports, 0, FABRIC_PORTS_LEN);
	for (i = 0; i < fabric->port_count; i++) {
		const struct fabric_port *p = &fabric->ports[i];

		if (p->owner == NVLF_OWNER_SWITCH && p->owner_id == sw &&
		    p->partner == NVLF_OWNER_ENDPOINT &&
		    p->partner_id == target)
			bit_set(ports, p->index);
	}
}

/* Routes @target on @sw over all links that lead there */
int fabric_route(struct nl *nl, const struct fabric *fabric, __u32 sw,
		 __u32 target)
{
	__u8 ports[FABRIC_PORTS_LEN];

	fabric_ports_to(fabric, sw, target, ports);
	return fabric_set_route(nl, sw, target, ports, sizeof(ports));
}

/* Begins a request for many routes of @sw, which may take the place of all */
void fabric_table(struct nl_request *req, __u32 sw, bool replace)
{
	nl_request(req, NVLF_CMD_ROUTE_TABLE_SET);
	nl_put_u32(req, NVLF_A_ROUTE_SWITCH_ID, sw);
	if (replace)
		nl_put(req, NVLF_A_ROUTE_REPLACE, NULL, 0);
}

/* One of them, over @ports of FABRIC_PORTS_LEN bytes */
void fabric_table_entry(struct nl_request *req, __u32 target, const __u8 *ports)
{
	__u32 nest = nl_nest(req, NVLF_A_ROUTE_ENTRY);

	nl_put_u32(req, NVLF_A_ROUTE_ENTRY_TARGET_ID, target);
	nl_put(req, NVLF_A_ROUTE_ENTRY_PORTS, ports, FABRIC_PORTS_LEN);
	nl_nest_end(req, nest);
}

int fabric_unroute(struct nl *nl, __u32 sw, __u32 target)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_ROUTE_DEL);
	nl_put_u32(&req, NVLF_A_ROUTE_SWITCH_ID, sw);
	nl_put_u32(&req, NVLF_A_ROUTE_TARGET_ID, target);
	return nl_do(nl, &req, NULL, NULL);
}

/* Routes @target on every switch */
int fabric_route_all(struct nl *nl, const struct fabric *fabric, __u32 target)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < fabric->switch_count && !ret; i++)
		ret = fabric_route(nl, fabric, fabric->switches[i].id, target);
	return ret;
}

int fabric_unroute_all(struct nl *nl, const struct fabric *fabric, __u32 target)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < fabric->switch_count && !ret; i++)
		ret = fabric_unroute(nl, fabric->switches[i].id, target);
	return ret;
}

int fabric_set_partition(struct nl *nl, __u32 id, const __u32 *members,
			 unsigned int count)
{
	__u8 map[FABRIC_SET] = { 0 };
	struct nl_request req;
	unsigned int i;

	for (i = 0; i < count; i++)
		bit_set(map, members[i]);
	nl_request(&req, NVLF_CMD_PARTITION_SET);
	nl_put_u32(&req, NVLF_A_PARTITION_ID, id);
	nl_put(&req, NVLF_A_PARTITION_MEMBERS, map, sizeof(map));
	return nl_do(nl, &req, NULL, NULL);
}

int fabric_del_partition(struct nl *nl, __u32 id)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_PARTITION_DEL);
	nl_put_u32(&req, NVLF_A_PARTITION_ID, id);
	return nl_do(nl, &req, NULL, NULL);
}

int fabric_del_group(struct nl *nl, __u32 id)
{
	struct nl_request req;

	nl_request(&req, NVLF_CMD_GROUP_DEL);
	nl_put_u32(&req, NVLF_A_GROUP_ID, id);
	return nl_do(nl, &req, NULL, NULL);
}

static int clear_groups(struct nl *nl)
{
	const unsigned int max = NVLF_GROUP_MAX + 1;
	struct fabric_group *groups = malloc(max * sizeof(*groups));
	int ret, i, n;

	if (!groups)
		return -ENOMEM;
	n = fabric_groups(nl, groups, max);
	ret = n < 0 ? n : 0;
	for (i = 0; i < n && !ret; i++)
		ret = fabric_del_group(nl, groups[i].id);
	free(groups);
	return ret;
}

/**
 * fabric_clear() - remove all groups, partitions and routes, whoever made them
 * @nl: the socket
 *
 * Return: 0 or a negative errno.
 */
int fabric_clear(struct nl *nl)
{
	const unsigned int max = FABRIC_SWITCHES * (NVLF_TARGET_MAX + 1);
	struct fabric_partition *parts;
	struct fabric_route *routes;
	int ret = -ENOMEM, i, n;

	routes = malloc(max * sizeof(*routes));
	parts = malloc(256 * sizeof(*parts));
	if (!routes || !parts)
		goto out;
	/* They hold their partitions */
	ret = clear_groups(nl);
	if (ret)
		goto out;
	n = fabric_partitions(nl, parts, 256);
	ret = n;
	for (i = 0; i < n; i++) {
		ret = fabric_del_partition(nl, parts[i].id);
		if (ret)
			goto out;
	}
	if (ret < 0)
		goto out;
	n = fabric_routes(nl, routes, max);
	ret = n;
	for (i = 0; i < n; i++) {
		ret = fabric_unroute(nl, routes[i].switch_id, routes[i].target);
		if (ret)
			goto out;
	}
	if (ret > 0)
		ret = 0;
out:
	free(parts);
	free(routes);
	return ret;
}

/**
 * fabric_open_all() - let every endpoint reach every other
 * @nl: the socket
 * @fabric: from fabric_load()
 *
 * What was set before is removed: routes to all on all switches and partition
 * 1 of all are all there is then.
 *
 * Return: 0 or a negative errno.
 */
int fabric_open_all(struct nl *nl, const struct fabric *fabric)
{
	__u32 members[FABRIC_ENDPOINTS];
	unsigned int i;
	int ret;

	ret = fabric_clear(nl);
	for (i = 0; i < fabric->endpoint_count && !ret; i++) {
		members[i] = fabric->endpoints[i].id;
		ret = fabric_route_all(nl, fabric, members[i]);
	}
	if (!ret)
		ret = fabric_set_partition(nl, 1, members, i);
	return ret;
}

/**
 * fabric_begin() - have the fabric with its links up and nothing else
 * @nl: is opened; fabric_end() closes it
 * @fabric: out, as it is told; allocated
 * @endpoints: how many the test needs, beside a switch
 *
 * Return: 0; -ENODEV where the family or so many are not there, or another
 * negative errno, and then there is nothing to end.
 */
int fabric_begin(struct nl *nl, struct fabric **fabric, unsigned int endpoints)
{
	struct fabric *f;
	int ret;

	*fabric = NULL;
	ret = nl_open(nl);
	if (ret)
		return ret == -ENOENT ? -ENODEV : ret;
	ret = -ENOMEM;
	f = malloc(sizeof(*f));
	if (!f)
		goto err_close;
	ret = fabric_load_trained(nl, f);
	if (ret)
		goto err_free;
	ret = -ENODEV;
	if (f->endpoint_count < endpoints || !f->switch_count)
		goto err_free;
	ret = fabric_clear(nl);
	if (ret)
		goto err_free;
	*fabric = f;
	return 0;

err_free:
	free(f);
err_close:
	nl_close(nl);
	return ret;
}

/* Leaves nothing but links that are up. Returns 0 or a negative errno. */
int fabric_end(struct nl *nl, struct fabric *fabric)
{
	int ret = fabric_clear(nl);

	free(fabric);
	nl_close(nl);
	return ret;
}
