/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trn4_trace.h - tracepoints: what becomes of a device, its grants and its
 * windows. Of jobs the DRM scheduler has its own.
 *
 * Devices go by their target ids, as in the events of nvlf.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM trn4

#if !defined(TRN4_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TRN4_TRACE_H

#include <linux/tracepoint.h>

#include "trn4_drv.h"

#define trn4_show_state(state) \
	__print_symbolic(state, { TRN4_RUNNING, "running" }, \
			 { TRN4_RESETTING, "resetting" }, \
			 { TRN4_DEAD, "dead" })

#define trn4_show_window(state) \
	__print_symbolic(state, { DRM_TRN4_WINDOW_LIVE, "live" }, \
			 { DRM_TRN4_WINDOW_UNMAPPED, "unmapped" }, \
			 { DRM_TRN4_WINDOW_REVOKED, "revoked" }, \
			 { DRM_TRN4_WINDOW_FAULT, "fault" })

/* Whether a device can be made use of */
TRACE_EVENT(trn4_state, TP_PROTO(u32 target, u32 state), TP_ARGS(target, state),
	    TP_STRUCT__entry(__field(u32, target) __field(u32, state)),
	    TP_fast_assign(__entry->target = target; __entry->state = state;),
	    TP_printk("endpoint=%u state=%s", __entry->target,
		      trn4_show_state(__entry->state)));

/* A grant begins, or has ended: then no window reaches it */
TRACE_EVENT(trn4_grant, TP_PROTO(const struct trn4_grant *grant),
	    TP_ARGS(grant),
	    TP_STRUCT__entry(__field(u32, target) __field(u32, slot)
				     __field(u64, base) __field(u64, size)
					     __field(u32, rights)
						     __field(bool, live)),
	    TP_fast_assign(__entry->target = grant->tdev->target;
			   __entry->slot = grant->slot;
			   __entry->base = grant->base;
			   __entry->size = grant->size;
			   __entry->rights = grant->rights;
			   __entry->live = grant->live;),
	    TP_printk("endpoint=%u slot=%u base=%#llx size=%#llx rights=%#x live=%d",
		      __entry->target, __entry->slot, __entry->base,
		      __entry->size, __entry->rights, __entry->live));

/* A window on a peer begins, or ends for good */
TRACE_EVENT(trn4_window,
	    TP_PROTO(u32 target, const struct trn4_window *win, u32 state),
	    TP_ARGS(target, win, state),
	    TP_STRUCT__entry(__field(u32, target) __field(u32, peer)
				     __field(u32, slot) __field(u32, state)),
	    TP_fast_assign(__entry->target = target; __entry->peer = win->peer;
			   __entry->slot = win->slot; __entry->state = state;),
	    TP_printk("endpoint=%u peer=%u slot=%u state=%s", __entry->target,
		      __entry->peer, __entry->slot,
		      trn4_show_window(__entry->state)));

#endif /* TRN4_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trn4_trace
#include <trace/define_trace.h>
