/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvlf_trace.h - tracepoints: every change of the fabric's state, in the order
 * in which it happens, under fabric.change.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nvlf

#if !defined(NVLF_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define NVLF_TRACE_H

#include <linux/tracepoint.h>

#include "nvlf_internal.h"

/* Numbers of the hardware and of nvlf.h, which have these names there */
#define nvlf_show_owner(owner) \
	__print_symbolic(owner, { NVLF_OWNER_ENDPOINT, "endpoint" }, \
			 { NVLF_OWNER_SWITCH, "switch" })

#define nvlf_show_port_state(state) \
	__print_symbolic(state, { NVL_PORT_OFF, "off" }, \
			 { NVL_PORT_DETECT, "detect" }, \
			 { NVL_PORT_TRAIN, "train" }, \
			 { NVL_PORT_ACTIVE, "active" }, \
			 { NVL_PORT_DEGRADED, "degraded" }, \
			 { NVL_PORT_FAULT, "fault" })

#define nvlf_show_path(path) \
	__print_symbolic(path, { NVLF_PATH_OK, "ok" }, \
			 { NVLF_PATH_NO_PEER, "no-peer" }, \
			 { NVLF_PATH_NO_LINK, "no-link" }, \
			 { NVLF_PATH_NO_ROUTE, "no-route" }, \
			 { NVLF_PATH_NO_PARTITION, "no-partition" })

#define nvlf_show_error(error) \
	__print_symbolic(error, { NVL_ERROR_LINK_DOWN, "link-down" }, \
			 { NVL_ERROR_TRAIN_FAILED, "train-failed" }, \
			 { NVL_ERROR_LANES, "lanes" }, \
			 { NVL_ERROR_CRC, "crc" }, \
			 { NVL_ERROR_UNCORRECTABLE, "uncorrectable" }, \
			 { NVL_ERROR_FLAPPING, "flapping" }, \
			 { NVL_ERROR_MISWIRED, "miswired" }, \
			 { NVL_ERROR_OVERHEAT, "overheat" }, \
			 { NVL_ERROR_ACCESS, "access" })

#define nvlf_show_severity(severity) \
	__print_symbolic(severity, { NVL_SEVERITY_INFO, "info" }, \
			 { NVL_SEVERITY_DEGRADED, "degraded" }, \
			 { NVL_SEVERITY_ERROR, "error" }, \
			 { NVL_SEVERITY_FATAL, "fatal" })

#define nvlf_show_health(state) \
	__print_symbolic(state, { NVLF_HEALTH_STATE_HEALTHY, "healthy" }, \
			 { NVLF_HEALTH_STATE_DEGRADED, "degraded" }, \
			 { NVLF_HEALTH_STATE_ISOLATED, "isolated" }, \
			 { NVLF_HEALTH_STATE_MISCONFIGURED, "misconfigured" })

#define nvlf_show_cause(cause) \
	__print_symbolic(cause, { NVLF_HEALTH_CAUSE_NONE, "none" }, \
			 { NVLF_HEALTH_CAUSE_NO_LINK, "no-link" }, \
			 { NVLF_HEALTH_CAUSE_LINKS_DOWN, "links-down" }, \
			 { NVLF_HEALTH_CAUSE_LANES_LOST, "lanes-lost" }, \
			 { NVLF_HEALTH_CAUSE_NO_PARTITION, "no-partition" }, \
			 { NVLF_HEALTH_CAUSE_NO_ROUTE, "no-route" }, \
			 { NVLF_HEALTH_CAUSE_PEERS_DOWN, "peers-down" }, \
			 { NVLF_HEALTH_CAUSE_MISWIRED, "miswired" })

#define nvlf_show_manager_state(state) \
	__print_symbolic(state, { NVLF_MANAGER_STATE_OFFLINE, "offline" }, \
			 { NVLF_MANAGER_STATE_STANDBY, "standby" }, \
			 { NVLF_MANAGER_STATE_CONFIGURED, "configured" }, \
			 { NVLF_MANAGER_STATE_TIMEOUT, "timeout" })

/* A device came, went, or its registers can be reached or not */
TRACE_EVENT(nvlf_device,
	    TP_PROTO(u32 owner, u32 owner_id, bool present, bool online),
	    TP_ARGS(owner, owner_id, present, online),
	    TP_STRUCT__entry(__field(u32, owner) __field(u32, owner_id)
				     __field(bool, present)
					     __field(bool, online)),
	    TP_fast_assign(__entry->owner = owner; __entry->owner_id = owner_id;
			   __entry->present = present;
			   __entry->online = online;),
	    TP_printk("%s=%u present=%d online=%d",
		      nvlf_show_owner(__entry->owner), __entry->owner_id,
		      __entry->present, __entry->online));

/* What a port said changed, as it was read: state, lanes, or partner */
TRACE_EVENT(nvlf_port,
	    TP_PROTO(u32 owner, u32 owner_id, unsigned int port,
		     const struct nvlf_port *old, const struct nvlf_port *new),
	    TP_ARGS(owner, owner_id, port, old, new),
	    TP_STRUCT__entry(__field(u32, owner) __field(u32, owner_id)
				     __field(unsigned int, port)
					     __field(u8, old) __field(u8, new)
						     __field(u8, lanes)),
	    TP_fast_assign(__entry->owner = owner; __entry->owner_id = owner_id;
			   __entry->port = port; __entry->old = old->state;
			   __entry->new = new->state;
			   __entry->lanes = new->lanes_up;),
	    TP_printk("%s=%u port=%u old=%s new=%s lanes=%u",
		      nvlf_show_owner(__entry->owner), __entry->owner_id,
		      __entry->port, nvlf_show_port_state(__entry->old),
		      nvlf_show_port_state(__entry->new), __entry->lanes));

/* A device logged an error */
TRACE_EVENT(nvlf_error,
	    TP_PROTO(u32 owner, u32 owner_id,
		     const struct nvlf_log_record *rec),
	    TP_ARGS(owner, owner_id, rec),
	    TP_STRUCT__entry(__field(u32, owner) __field(u32, owner_id)
				     __field(u64, index) __field(u32, what)
					     __field(u32, port)
						     __field(u64, detail)),
	    TP_fast_assign(__entry->owner = owner; __entry->owner_id = owner_id;
			   __entry->index = rec->index;
			   __entry->what = rec->what; __entry->port = rec->port;
			   __entry->detail = rec->detail;),
	    TP_printk("%s=%u index=%llu error=%s severity=%s port=%d detail=%#llx",
		      nvlf_show_owner(__entry->owner), __entry->owner_id,
		      __entry->index,
		      nvlf_show_error(NVL_LOG_CLASS(__entry->what)),
		      nvlf_show_severity(NVL_LOG_SEVERITY(__entry->what)),
		      (int)__entry->port, __entry->detail));

/* What an endpoint can do changed */
TRACE_EVENT(nvlf_health, TP_PROTO(u32 id, const struct nvlf_health *health),
	    TP_ARGS(id, health),
	    TP_STRUCT__entry(__field(u32, id) __field(u32, state)
				     __field(u32, cause)
					     __field(u32, links_up)),
	    TP_fast_assign(__entry->id = id; __entry->state = health->state;
			   __entry->cause = health->cause;
			   __entry->links_up = health->links_up;),
	    TP_printk("endpoint=%u state=%s cause=%s links=%u", __entry->id,
		      nvlf_show_health(__entry->state),
		      nvlf_show_cause(__entry->cause), __entry->links_up));

/* Won where @new is ok, lost where @old was; else it has another reason now */
TRACE_EVENT(nvlf_path, TP_PROTO(u32 src, u32 dst, u8 old, u8 new),
	    TP_ARGS(src, dst, old, new),
	    TP_STRUCT__entry(__field(u32, src) __field(u32, dst)
				     __field(u8, old) __field(u8, new)),
	    TP_fast_assign(__entry->src = src; __entry->dst = dst;
			   __entry->old = old; __entry->new = new;),
	    TP_printk("src=%u dst=%u old=%s new=%s", __entry->src, __entry->dst,
		      nvlf_show_path(__entry->old),
		      nvlf_show_path(__entry->new)));

/*
 * Windows of @src on @dst begin to be revoked, and have been; with a @partition
 * those alone that need it
 */
DECLARE_EVENT_CLASS(nvlf_revoke, TP_PROTO(u32 src, u32 dst, u32 partition),
		    TP_ARGS(src, dst, partition),
		    TP_STRUCT__entry(__field(u32, src) __field(u32, dst)
					     __field(u32, partition)),
		    TP_fast_assign(__entry->src = src; __entry->dst = dst;
				   __entry->partition = partition;),
		    TP_printk("src=%u dst=%u partition=%u", __entry->src,
			      __entry->dst, __entry->partition));

DEFINE_EVENT(nvlf_revoke, nvlf_revoke_begin,
	     TP_PROTO(u32 src, u32 dst, u32 partition),
	     TP_ARGS(src, dst, partition));

DEFINE_EVENT(nvlf_revoke, nvlf_revoke_end,
	     TP_PROTO(u32 src, u32 dst, u32 partition),
	     TP_ARGS(src, dst, partition));

/* A switch's entry was made, replaced, or removed: then it has no ports */
TRACE_EVENT(nvlf_route,
	    TP_PROTO(u32 switch_id, u32 target, const unsigned long *ports),
	    TP_ARGS(switch_id, target, ports),
	    TP_STRUCT__entry(__field(u32, switch_id) __field(u32, target)
				     __bitmask(ports, NVL_SWITCH_PORTS)),
	    TP_fast_assign(__entry->switch_id = switch_id;
			   __entry->target = target;
			   __assign_bitmask(ports, ports, NVL_SWITCH_PORTS);),
	    TP_printk("switch=%u target=%u ports=%s", __entry->switch_id,
		      __entry->target, __get_bitmask(ports)));

/* A partition was made, changed or removed */
TRACE_EVENT(nvlf_partition,
	    TP_PROTO(u32 id, bool present, unsigned int members),
	    TP_ARGS(id, present, members),
	    TP_STRUCT__entry(__field(u32, id) __field(bool, present)
				     __field(unsigned int, members)),
	    TP_fast_assign(__entry->id = id; __entry->present = present;
			   __entry->members = members;),
	    TP_printk("id=%u present=%d members=%u", __entry->id,
		      __entry->present, __entry->members));

/* A group was made, changed or removed */
TRACE_EVENT(nvlf_group,
	    TP_PROTO(u32 id, bool present, u32 partition, unsigned int members),
	    TP_ARGS(id, present, partition, members),
	    TP_STRUCT__entry(__field(u32, id) __field(bool, present)
				     __field(u32, partition)
					     __field(unsigned int, members)),
	    TP_fast_assign(__entry->id = id; __entry->present = present;
			   __entry->partition = partition;
			   __entry->members = members;),
	    TP_printk("id=%u present=%d partition=%u members=%u", __entry->id,
		      __entry->present, __entry->partition, __entry->members));

/* The manager, or its state, changed */
TRACE_EVENT(nvlf_manager, TP_PROTO(u32 state, u32 port_id, const char *name),
	    TP_ARGS(state, port_id, name),
	    TP_STRUCT__entry(__field(u32, state) __field(u32, port_id)
				     __string(name, name)),
	    TP_fast_assign(__entry->state = state; __entry->port_id = port_id;
			   __assign_str(name);),
	    TP_printk("state=%s port_id=%u name=%s",
		      nvlf_show_manager_state(__entry->state), __entry->port_id,
		      __get_str(name)));

#endif /* NVLF_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE nvlf_trace
#include <trace/define_trace.h>
