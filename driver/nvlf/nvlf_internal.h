/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvlf_internal.h - what the files of nvlf.ko share: the tables of the
 * fabric, their locks, and the steps of a change.
 *
 * Locking
 * =======
 *
 * fabric.change (mutex) guards the tables and all that changes them:
 * registrations, port events, netlink sets. Gets and dumps take it as well, so
 * that they never see half of a change. It is held over the calls up to
 * clients (revoke, link_event), which may sleep.
 *
 * Registers of an endpoint are its client's. They are touched under change,
 * and between nvlf_device_begin() and nvlf_device_end(), for which the client
 * holds its resets off by a lock of its own: nothing is called up in between.
 * Those of a switch are touched under change while it is online, which its
 * driver ends by taking change before it resets the switch; and by its
 * interrupt thread, which the driver stops before that.
 *
 * Order: locks of a netlink socket, of netlink's notifiers, of a devlink
 * instance and of what hwmon has in sysfs, change. A client may take its own
 * locks in the calls up, below change; so it must hold none of those when it
 * registers, unregisters or reports ports. nvlf_path() takes no lock and may
 * be called under any.
 *
 * The works that look at devices (see nvlf_devlink.c) take change first and no
 * lock that is above it. So whoever waits for one to end may hold the device's
 * lock and its devlink instance's, and never change.
 *
 * Memory order of reachability
 * ============================
 *
 * endpoint.path[] has the answer for each peer, one byte, resolved when
 * something changed. Writer: the holder of change. Readers: nvlf_path(),
 * without a lock.
 *
 *  - A gain is stored with release semantics, after the switch registers were
 *    written and read back. A reader (acquire) that sees NVLF_PATH_OK finds
 *    hardware that forwards.
 *  - A loss is stored before revoke() is called, and revoke() before the
 *    switch registers are written. The client looks at nvlf_path() and fills
 *    a mapping under a lock that its revoke() takes as well. So a fill either
 *    comes before the zap, which undoes it, or it sees the loss.
 *
 * fabric.partition[] is read without a lock, too, by nvlf_together(), under RCU:
 * a partition is replaced whole. A loss goes the same way. A gain is there
 * before the switches have it: the client asks its hardware as well.
 *
 * Lifetime
 * ========
 *
 * A lockless reader touches only the endpoint that it was handed, never the
 * peer's: it is the client's own, and lives until the client unregisters it.
 * The client stops its readers first. All other pointers to endpoints,
 * switches, routes and partitions are taken from the tables under change and
 * dropped with it.
 */
#ifndef NVLF_INTERNAL_H
#define NVLF_INTERNAL_H

#include <linux/bitmap.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/workqueue.h>

#include <uapi/linux/nvlf.h>

#include "hw/trn4_hw.h"
#include "nvlf.h"

struct devlink;
struct netlink_ext_ack;
struct nlattr;
struct pci_dev;
struct sock;

#define NVLF_COUNTERS   (7 + NVL_LANES) /* of a port: CRC errors by lane */
#define NVLF_SERIAL_LEN 16              /* bytes at NVL_REG_SERIAL */
#define NVLF_NO_PLACE   U32_MAX         /* a number that was not told */

/**
 * struct nvlf_location - where a device stands, as it was told
 * @uuid: of the cluster; zero where it was told none
 * @rack: in the cluster, or NVLF_NO_PLACE, as all that follow
 * @tray: in the rack
 * @slot: in the tray
 * @host: that it is attached to
 * @serial: serial number, or ""
 */
struct nvlf_location {
	u8 uuid[NVLF_UUID_LEN];
	u32 rack;
	u32 tray;
	u32 slot;
	u32 host;
	char serial[NVLF_SERIAL_LEN + 1];
};

/**
 * struct nvlf_monitor - by what else than netlink a device can be looked at
 * @devlink: its devlink instance
 * @hwmon: its hwmon instance
 * @reports: whether errors are reported to @devlink; guarded by change
 */
struct nvlf_monitor {
	struct devlink *devlink;
	struct device *hwmon;
	bool reports;
};

/**
 * struct nvlf_port - one end of a link, as it was last read
 * @state: enum nvl_port_state
 * @partner: enum nvl_partner; NONE unless the port is up
 * @last: the partner that it had last, as @last_id and @last_port
 * @lanes: of its link; 0 where the device does not say
 * @lanes_up: how many of them carry; 0 unless the port is up
 * @linked: both ends are up, registered, and name each other
 * @misplaced: the device says that its partner does not belong there
 * @disabled: by nvlf_port_set(), and kept so over resets of the device
 * @partner_id: the partner's NVL_REG_SELF
 * @partner_port: its port
 * @last_id: as @partner_id
 * @last_port: as @partner_port
 * @trainings: NVL_PORT_TRAIN_COUNT
 * @partner_guid: its NVL_REG_GUID
 * @since: when @state was seen to change, in ns of the boot time clock
 */
struct nvlf_port {
	u8 state;
	u8 partner;
	u8 last;
	u8 lanes;
	u8 lanes_up;
	bool linked;
	bool misplaced;
	bool disabled;
	u32 partner_id;
	u32 partner_port;
	u32 last_id;
	u32 last_port;
	u32 trainings;
	u64 partner_guid;
	u64 since;
};

#define NVLF_LOG_KEPT 256 /* records of a device; a power of two */

/**
 * struct nvlf_log_record - an error that a device has logged
 * @index: its number, since the device's power on
 * @time: ns that the device had been on
 * @detail: what it is depends on the class
 * @what: NVL_LOG_CLASS(), NVL_LOG_SEVERITY(), NVL_LOG_SCOPE()
 * @port: port, or ~0
 */
struct nvlf_log_record {
	u64 index;
	u64 time;
	u64 detail;
	u32 what;
	u32 port;
};

/**
 * struct nvlf_log - the newest errors of a device
 * @next: number of the next record that the device will log
 * @count: records ever put in, modulo 2^32
 * @record: a ring; record n of @count is entry n % NVLF_LOG_KEPT
 */
struct nvlf_log {
	u64 next;
	u32 count;
	struct nvlf_log_record record[NVLF_LOG_KEPT];
};

#define NVLF_WORDS_LEN 128 /* bytes of what is said in words */
#define NVLF_NO_PORT   U32_MAX
#define NVLF_NO_PEER   U32_MAX
#define NVLF_NO_SWITCH U32_MAX

/**
 * struct nvlf_health - what an endpoint can do, and why no more
 * @state: enum nvlf_health_state
 * @cause: enum nvlf_health_cause
 * @links: its ports
 * @links_up: those that are part of a link
 * @lanes: of all its ports
 * @lanes_up: those that carry
 * @peers: registered endpoints in a common partition
 * @peers_reached: those that it reaches and that reach it
 * @peers_down: those that have no link
 * @miswired: first port whose partner says otherwise, or NVLF_NO_PORT
 * @down: first port that is not part of a link, or NVLF_NO_PORT
 * @narrow: first port of a link that lacks lanes, or NVLF_NO_PORT
 * @peer_down: first of @peers_down, or NVLF_NO_PEER
 * @lost: a pair with a peer that has links is not reachable
 * @lost_src: source of one such pair
 * @lost_dst: its destination
 * @unrouted: a switch that both have links to, without a route to @lost_dst;
 *	or NVLF_NO_SWITCH
 */
struct nvlf_health {
	u32 state;
	u32 cause;
	u32 links;
	u32 links_up;
	u32 lanes;
	u32 lanes_up;
	u32 peers;
	u32 peers_reached;
	u32 peers_down;
	u32 miswired;
	u32 down;
	u32 narrow;
	u32 peer_down;
	bool lost;
	u32 lost_src;
	u32 lost_dst;
	u32 unrouted;
};

/**
 * struct nvlf_told - what listeners were told of an endpoint's health
 * @known: they were told something
 * @state: as in struct nvlf_health, and the others
 * @cause: cause
 * @links_up: number of links
 */
struct nvlf_told {
	bool known;
	u32 state;
	u32 cause;
	u32 links_up;
};

/**
 * struct nvlf_hop - a switch on the way of a pair
 * @id: its number
 * @links_in: links from the source
 * @links_out: links of its route to the destination
 * @broken: enum nvlf_broken
 * @words: the same in words
 */
struct nvlf_hop {
	u32 id;
	u32 links_in;
	u32 links_out;
	u32 broken;
	char words[NVLF_WORDS_LEN];
};

/**
 * struct nvlf_diagnosis - why one endpoint reaches another, or does not
 * @broken: enum nvlf_broken
 * @words: the same in words
 * @nhops: entries of @hop that are set
 * @hop: switches, in the order of their numbers
 */
struct nvlf_diagnosis {
	u32 broken;
	char words[NVLF_WORDS_LEN];
	unsigned int nhops;
	struct nvlf_hop hop[NVL_SWITCHES_MAX];
};

/**
 * struct nvlf_endpoint - a registered endpoint
 * @dev: its device
 * @id: target id; its place in the fabric's table
 * @guid: identity
 * @nports: entries of @port
 * @common: registers that all devices have
 * @regs: registers of the first port; these and @common are touched only
 *	between nvlf_device_begin() and nvlf_device_end()
 * @ops: calls up
 * @priv: for @ops
 * @location: where it stands
 * @monitor: made after it was registered, gone before it is not
 * @gone: is being unregistered: reaches nobody
 * @nlinks: how many ports are linked
 * @nunrouted: how many others lack a route to it first of all
 * @links: the same, by switch
 * @changed: ports to notify at the end of the change
 * @log: its errors
 * @told: what listeners know of its health
 * @path: enum nvlf_path by target id; see "Memory order" above
 * @port: its ports
 *
 * Constant up to @monitor; the rest is guarded by change, but for @path.
 */
struct nvlf_endpoint {
	struct device *dev;
	u32 id;
	u64 guid;
	unsigned int nports;
	void __iomem *common;
	void __iomem *regs;
	const struct nvlf_endpoint_ops *ops;
	void *priv;
	struct nvlf_location location;
	struct nvlf_monitor monitor;
	bool gone;
	unsigned int nlinks;
	unsigned int nunrouted;
	u8 links[NVL_SWITCHES_MAX];
	DECLARE_BITMAP(changed, NVL_SWITCH_PORTS);
	struct nvlf_log log;
	struct nvlf_told told;
	u8 path[NVL_TARGET_IDS];
	struct nvlf_port port[] __counted_by(nports);
};

/**
 * struct nvlf_route - a switch's entry for a target id; never changed
 * @ports: the ports that lead there, not empty
 */
struct nvlf_route {
	DECLARE_BITMAP(ports, NVL_SWITCH_PORTS);
};

/**
 * struct nvlf_route_change - one route that becomes another
 * @target: where it leads
 * @route: the new one before the change, the old one after it; NULL for none
 */
struct nvlf_route_change {
	u32 target;
	struct nvlf_route *route;
};

/**
 * struct nvlf_partition - a set of endpoints; never changed
 * @id: names it, 1 to NVL_PARTITION_ID_MASK
 * @rcu: frees it once it was in the table
 * @members: target ids
 */
struct nvlf_partition {
	u32 id;
	struct rcu_head rcu;
	DECLARE_BITMAP(members, NVL_TARGET_IDS);
};

/**
 * struct nvlf_group - a multicast group; never changed
 * @id: its number, below NVL_GROUPS
 * @partition: id of the partition whose members may send to it
 * @members: target ids that it fans out to, all of that partition
 */
struct nvlf_group {
	u32 id;
	u32 partition;
	DECLARE_BITMAP(members, NVL_TARGET_IDS);
};

/**
 * struct nvlf_switch - a switch
 * @fabric: that it belongs to
 * @dev: its device
 * @regs: BAR0; NULL for one without hardware
 * @id: number; its place in the fabric's table
 * @guid: identity
 * @nports: entries of @port
 * @ngroups: groups that its hardware has; none where it is an older one
 * @location: where it stands
 * @monitor: made after it was registered, gone before it is not
 * @irq: of its one vector
 * @error_told: a refused access was reported already (interrupt thread)
 * @suspended: its registers are the driver's to reset: between
 *	nvlf_switch_offline() and nvlf_switch_online()
 * @registered: is in the fabric's table
 * @online: its registers can be accessed; links need that
 * @dirty: to notify at the end of the change
 * @changed: ports to notify at the end of the change
 * @nroutes: how many entries of @route are set
 * @routed: which of them
 * @route: by target id, NVL_TARGET_IDS entries
 * @log: its errors
 * @port: its ports
 *
 * Constant up to @irq; the rest is guarded by change where nothing is said.
 */
struct nvlf_switch {
	struct nvlf_fabric *fabric;
	struct device *dev;
	void __iomem *regs;
	u32 id;
	u64 guid;
	unsigned int nports;
	unsigned int ngroups;
	struct nvlf_location location;
	struct nvlf_monitor monitor;
	int irq;
	bool error_told;
	bool suspended;
	bool registered;
	bool online;
	bool dirty;
	DECLARE_BITMAP(changed, NVL_SWITCH_PORTS);
	unsigned int nroutes;
	DECLARE_BITMAP(routed, NVL_TARGET_IDS);
	struct nvlf_route **route;
	struct nvlf_log log;
	struct nvlf_port port[] __counted_by(nports);
};

/**
 * struct nvlf_manager - who manages the fabric
 * @sk: its socket, held; NULL where nobody does. All up to @late is valid only
 *	with one
 * @name: how it calls itself
 * @port_id: of its socket
 * @timeout: it is to be heard of within this many ms
 * @heard: when it was last heard of
 * @configured: all is configured as it wants it
 * @late: it was not heard of in time
 * @open: one can attach: not while the module comes or goes
 * @due: runs when it should have been heard of
 * @release: hears of sockets that end
 *
 * Guarded by change, but for @due and @release; @port_id is read without it.
 */
struct nvlf_manager {
	struct sock *sk;
	char name[NVLF_MANAGER_NAME_MAX + 1];
	u32 port_id;
	u32 timeout;
	ktime_t heard;
	bool configured;
	bool late;
	bool open;
	struct delayed_work due;
	struct notifier_block release;
};

/**
 * struct nvlf_fabric - all that is known
 * @change: see "Locking" above
 * @generation: goes up with each change, never 0; the sequence of dumps
 * @log_sequence: goes up with each change and each that records were taken over
 *	in, never 0; the sequence of dumps of logs
 * @touched: this change stored something that gets and dumps tell
 * @logged: records were taken over in this change
 * @endpoint: by target id
 * @sw: switches, by number
 * @partition: by the slot that it has in each switch's table
 * @group: by number
 * @manager: who manages it
 * @registered: ids in @endpoint
 * @relinked: endpoints that won or lost a link in this change
 * @dirty: endpoints to notify at the end of this change
 * @unwell: endpoints whose health this change can touch
 * @doubted: endpoints that lost or won a link by a partner's word in this change
 * @doubted_sw: switches that did
 * @from: scratch for struct nvlf_pairs
 * @to: scratch for struct nvlf_pairs
 */
struct nvlf_fabric {
	/* guards all below; outermost, held over calls up */
	struct mutex change;
	u32 generation;
	u32 log_sequence;
	bool touched;
	bool logged;
	struct nvlf_endpoint *endpoint[NVL_TARGET_IDS];
	struct nvlf_switch *sw[NVL_SWITCHES_MAX];
	struct nvlf_partition __rcu *partition[NVL_PARTITIONS];
	struct nvlf_group *group[NVL_GROUPS];
	struct nvlf_manager manager;
	DECLARE_BITMAP(registered, NVL_TARGET_IDS);
	DECLARE_BITMAP(relinked, NVL_TARGET_IDS);
	DECLARE_BITMAP(dirty, NVL_TARGET_IDS);
	DECLARE_BITMAP(unwell, NVL_TARGET_IDS);
	DECLARE_BITMAP(doubted, NVL_TARGET_IDS);
	DECLARE_BITMAP(doubted_sw, NVL_SWITCHES_MAX);
	DECLARE_BITMAP(from, NVL_TARGET_IDS);
	DECLARE_BITMAP(to, NVL_TARGET_IDS);
};

/**
 * struct nvlf_device - an endpoint or a switch, where it does not matter which
 * @owner: enum nvlf_owner
 * @id: target id or switch number
 * @ep: the endpoint, or NULL
 * @sw: the switch, or NULL
 * @common: registers that all devices have
 * @regs: registers of the first port
 * @port: its ports
 * @nports: how many
 * @changed: ports to notify at the end of the change
 * @log: its errors
 * @monitor: who else is told of them
 *
 * Made for the moment, from the tables, under change.
 */
struct nvlf_device {
	u32 owner;
	u32 id;
	struct nvlf_endpoint *ep;
	struct nvlf_switch *sw;
	void __iomem *common;
	void __iomem *regs;
	struct nvlf_port *port;
	unsigned int nports;
	unsigned long *changed;
	struct nvlf_log *log;
	const struct nvlf_monitor *monitor;
};

/**
 * struct nvlf_pairs - the pairs that a change can touch
 * @from: sources
 * @to: destinations
 * @both: the pairs from @to to @from as well
 *
 * Ids that no endpoint has, and pairs of an endpoint with itself, are passed
 * over.
 */
struct nvlf_pairs {
	const unsigned long *from;
	const unsigned long *to;
	bool both;
};

extern struct nvlf_fabric nvlf_fabric;

/* The interrupts of a switch that its driver has set up */
#define NVLF_SWITCH_INTS (NVL_INT_PORT | NVL_INT_ERROR | NVL_INT_LOG)

static inline bool nvlf_port_up(const struct nvlf_port *port)
{
	return port->state == NVL_PORT_ACTIVE ||
	       port->state == NVL_PORT_DEGRADED;
}

/* nvlf_core.c */
void nvlf_fabric_init(struct nvlf_fabric *f);
void nvlf_fabric_fini(struct nvlf_fabric *f);
void nvlf_change_begin(struct nvlf_fabric *f);
u32 nvlf_change_end(struct nvlf_fabric *f);
int nvlf_bits_from_bytes(unsigned long *bits, unsigned int nbits,
			 const u8 *bytes, unsigned int len,
			 unsigned int *beyond);
void nvlf_bits_to_bytes(u8 *bytes, const unsigned long *bits,
			unsigned int nbits);
struct nvlf_switch *nvlf_switch_alloc(struct nvlf_fabric *f, u32 id, u64 guid,
				      unsigned int nports);
void nvlf_switch_free(struct nvlf_switch *sw);
int nvlf_switch_register(struct nvlf_switch *sw);
void nvlf_switch_unregister(struct nvlf_switch *sw);
void nvlf_switch_ports_changed(struct nvlf_switch *sw,
			       const unsigned long *which);
void nvlf_switch_logged(struct nvlf_switch *sw);

/* nvlf_online.c */
void nvlf_switch_stop(struct nvlf_switch *sw);
bool nvlf_switch_start(struct nvlf_switch *sw);
void nvlf_switch_flush(struct nvlf_switch *sw);
void nvlf_switch_offline(struct nvlf_switch *sw);
bool nvlf_switch_online(struct nvlf_switch *sw);
void nvlf_switch_lost(struct nvlf_switch *sw);
void nvlf_device_check(struct nvlf_fabric *f, u32 owner, u32 id);
void nvlf_partners_check(struct nvlf_fabric *f);

/* nvlf_device.c */
bool nvlf_device_find(struct nvlf_fabric *f, u32 owner, u32 id,
		      struct nvlf_device *dev);
struct nvlf_device nvlf_device_of_endpoint(struct nvlf_endpoint *ep);
struct nvlf_device nvlf_device_of_switch(struct nvlf_switch *sw);
bool nvlf_device_begin(const struct nvlf_device *dev);
void nvlf_device_end(const struct nvlf_device *dev);
bool nvlf_device_answers(const struct nvlf_device *dev);
void nvlf_location_read(void __iomem *regs, struct nvlf_location *loc);

/* nvlf_topology.c */
bool nvlf_link_agreed(const struct nvlf_endpoint *ep, unsigned int p,
		      const struct nvlf_switch *sw, unsigned int q);
void nvlf_ports_init(struct nvlf_port *port, unsigned int nports);
void nvlf_topology_down(struct nvlf_fabric *f, const struct nvlf_device *dev,
			unsigned int p, enum nvl_port_state state);
void nvlf_topology_scan_endpoint(struct nvlf_fabric *f,
				 struct nvlf_endpoint *ep,
				 const unsigned long *which);
void nvlf_topology_scan_switch(struct nvlf_fabric *f, struct nvlf_switch *sw,
			       const unsigned long *which);
unsigned int nvlf_ports_up(const struct nvlf_port *port, unsigned int nports);

/* nvlf_port.c */
u64 nvlf_port_age_ms(const struct nvlf_port *port);
int nvlf_port_set(struct nvlf_fabric *f, struct nlattr **attrs,
		  struct netlink_ext_ack *extack);

/* nvlf_counter.c */
bool nvlf_counters_read(const struct nvlf_device *dev, unsigned int p,
			u64 *values);

/* nvlf_log.c */
void nvlf_log_collect(struct nvlf_fabric *f, const struct nvlf_device *dev);

/* nvlf_health.c */
bool nvlf_port_miswired(const struct nvlf_fabric *f,
			const struct nvlf_device *dev, unsigned int p);
void nvlf_port_words(const struct nvlf_fabric *f, const struct nvlf_device *dev,
		     unsigned int p, char *words);
void nvlf_health_of(const struct nvlf_fabric *f, struct nvlf_endpoint *ep,
		    struct nvlf_health *h);
void nvlf_health_words(const struct nvlf_fabric *f, struct nvlf_endpoint *ep,
		       const struct nvlf_health *h, char *words);
void nvlf_health_update(struct nvlf_fabric *f);

/* nvlf_diagnose.c */
void nvlf_diagnose(const struct nvlf_fabric *f, u32 src, u32 dst,
		   struct nvlf_diagnosis *d);

/* nvlf_route.c */
bool nvlf_route_leads(const struct nvlf_fabric *f,
		      const struct nvlf_endpoint *src,
		      const struct nvlf_endpoint *dst);
int nvlf_route_check(unsigned long *ports, unsigned int nports, const u8 *bytes,
		     unsigned int len, unsigned int *beyond);
int nvlf_route_parse(struct nvlf_route *route, const struct nvlf_switch *sw,
		     u32 target, const struct nlattr *attr,
		     struct netlink_ext_ack *extack);
bool nvlf_route_same(const struct nvlf_route *a, const struct nvlf_route *b);
unsigned int nvlf_route_lowest(const struct nvlf_route *route);
struct nvlf_switch *nvlf_route_switch(struct nvlf_fabric *f,
				      const struct nlattr *attr,
				      struct netlink_ext_ack *extack);
void nvlf_route_trace(const struct nvlf_switch *sw, u32 target,
		      const struct nvlf_route *route);
void nvlf_route_apply(struct nvlf_switch *sw, struct nvlf_route_change *changes,
		      unsigned int count);
int nvlf_route_set(struct nvlf_fabric *f, struct nlattr **attrs,
		   struct netlink_ext_ack *extack, u32 *generation);
int nvlf_route_del(struct nvlf_fabric *f, struct nlattr **attrs,
		   struct netlink_ext_ack *extack, u32 *generation);
void nvlf_route_write_all(struct nvlf_switch *sw);

/* nvlf_partition.c */
bool nvlf_partition_common(const struct nvlf_fabric *f, u32 a, u32 b);
struct nvlf_partition *nvlf_partition_at(const struct nvlf_fabric *f,
					 unsigned int slot);
bool nvlf_partition_has(const struct nvlf_fabric *f, u32 id, u32 a, u32 b);
const struct nvlf_partition *nvlf_partition_find(const struct nvlf_fabric *f,
						 u32 id);
int nvlf_partition_set(struct nvlf_fabric *f, struct nlattr **attrs,
		       struct netlink_ext_ack *extack, u32 *generation);
int nvlf_partition_del(struct nvlf_fabric *f, struct nlattr **attrs,
		       struct netlink_ext_ack *extack, u32 *generation);
void nvlf_partition_write_all(struct nvlf_switch *sw);

/* nvlf_group.c */
void nvlf_group_ports(const struct nvlf_switch *sw,
		      const struct nvlf_group *group, unsigned long *ports);
void nvlf_group_write_all(struct nvlf_switch *sw);
void nvlf_group_follow(struct nvlf_switch *sw, const unsigned long *targets);
const struct nvlf_group *nvlf_group_needs(const struct nvlf_fabric *f,
					  u32 partition,
					  const unsigned long *members,
					  u32 *member);

/* nvlf_reach.c */
enum nvlf_path nvlf_resolve(const struct nvlf_fabric *f, u32 src, u32 dst);
void nvlf_reach_lose(struct nvlf_fabric *f, const struct nvlf_pairs *pairs);
void nvlf_reach_part(struct nvlf_fabric *f, const struct nvlf_partition *old,
		     const struct nvlf_partition *new);
void nvlf_reach_gain(struct nvlf_fabric *f, const struct nvlf_pairs *pairs);
void nvlf_reach_routed(struct nvlf_fabric *f, const struct nvlf_pairs *pairs);
void nvlf_reach_links(struct nvlf_fabric *f);
void nvlf_reach_unlinked(struct nvlf_fabric *f);

/* nvlf_switch.c */
bool nvlf_switch_answers(const struct nvlf_switch *sw);
bool nvlf_switch_remembers(const struct nvlf_switch *sw);
void nvlf_switch_reset(struct nvlf_switch *sw);
extern struct pci_driver nvlf_switch_driver;

/* nvlf_manager.c */
int nvlf_manager_init(struct nvlf_fabric *f);
void nvlf_manager_fini(struct nvlf_fabric *f);
u32 nvlf_manager_state(const struct nvlf_fabric *f);

/* nvlf_devlink.c */
int nvlf_devlink_init(void);
void nvlf_devlink_fini(void);
struct devlink *nvlf_devlink_register(struct device *dev, u32 owner, u32 id);
void nvlf_devlink_unregister(struct devlink *devlink);
void nvlf_devlink_report(struct devlink *devlink);
void nvlf_devlink_changed(struct devlink *devlink);

/* nvlf_hwmon.c */
struct device *nvlf_hwmon_register(struct device *dev, u32 owner, u32 id,
				   s32 temperature_max);
void nvlf_hwmon_unregister(struct device *hwmon);

/* nvlf_fabric.c */
void nvlf_nl_notify_fabric(const struct nvlf_fabric *f);

/* nvlf_netlink.c */
void nvlf_nl_notify_endpoint(const struct nvlf_endpoint *ep, u8 cmd);
void nvlf_nl_notify_switch(const struct nvlf_switch *sw, u8 cmd);
void nvlf_nl_notify_port(u32 owner, u32 owner_id, unsigned int index,
			 const struct nvlf_port *port);
void nvlf_nl_notify_route(const struct nvlf_switch *sw, u32 target,
			  const struct nvlf_route *route, u8 cmd);
void nvlf_nl_notify_partition(const struct nvlf_partition *part, u8 cmd);

#endif /* NVLF_INTERNAL_H */
