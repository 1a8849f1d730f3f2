/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place that knows how kernels differ.
 *
 * The base is 6.12 LTS as Debian ships it; newer kernels build from the same
 * sources. Rules:
 *
 *  - Probe for the thing itself: #ifdef on a macro, __has_include() of a header,
 *    or a look into a header in Kbuild. Never a version number: distributions
 *    backport.
 *  - Prefer code that is right on all kernels over a probe.
 *  - Say what changed, and what to delete when the older form is given up.
 */
#ifndef TRN4_COMPAT_H
#define TRN4_COMPAT_H

#include <linux/module.h>

/*
 * MODULE_IMPORT_NS() took a bare word and takes a string since 6.13, with no
 * macro that tells. What it makes of either is the same line of modinfo.
 */
#define COMPAT_IMPORT_NS(ns) MODULE_INFO(import_ns, ns)

/* ---- nvlf.ko: devlink ----------------------------------------------------- */

/*
 * devl_health_reporter_create() took the shortest time between two recoveries
 * in milliseconds; newer kernels have it as a field of the reporter's operations.
 * No macro tells: the Kbuild file looks into the header. We recover nothing.
 */
#ifdef _NET_DEVLINK_H_
static inline struct devlink_health_reporter *
compat_reporter_create(struct devlink *devlink,
		       const struct devlink_health_reporter_ops *ops,
		       void *priv)
{
#ifdef COMPAT_HAVE_REPORTER_PERIOD_IN_OPS
	return devl_health_reporter_create(devlink, ops, priv);
#else
	return devl_health_reporter_create(devlink, ops, 0, priv);
#endif
}

/*
 * What gets a parameter's value is handed an extack since 6.19. No macro tells:
 * the Kbuild file looks into the header. Ours cannot fail. Without the older
 * form, give the function its fourth argument.
 */
int nvlf_devlink_interval_get(struct devlink *devlink, u32 id,
			      struct devlink_param_gset_ctx *ctx);

#ifdef COMPAT_HAVE_PARAM_GET_EXTACK
static inline int compat_interval_get(struct devlink *devlink, u32 id,
				      struct devlink_param_gset_ctx *ctx,
				      struct netlink_ext_ack *extack)
{
	return nvlf_devlink_interval_get(devlink, id, ctx);
}
#else
#define compat_interval_get nvlf_devlink_interval_get
#endif
#endif

/* ---- trn4.ko: buddy allocator -------------------------------------------- */

/*
 * It was DRM's, in a module, until others wanted it: the same functions by
 * other names. 6.12 has both forms, as its stable releases go; the Kbuild file
 * looks for the header.
 */
#ifdef TRN4_DRV_H
#ifdef COMPAT_HAVE_GPU_BUDDY
#include <linux/gpu_buddy.h>
#else
#include <drm/drm_buddy.h>

#define gpu_buddy                    drm_buddy
#define gpu_buddy_block              drm_buddy_block
#define gpu_buddy_init               drm_buddy_init
#define gpu_buddy_fini               drm_buddy_fini
#define gpu_buddy_alloc_blocks       drm_buddy_alloc_blocks
#define gpu_buddy_block_offset       drm_buddy_block_offset
#define gpu_buddy_block_trim         drm_buddy_block_trim
#define gpu_buddy_free_list          drm_buddy_free_list
#define GPU_BUDDY_RANGE_ALLOCATION   DRM_BUDDY_RANGE_ALLOCATION
#define GPU_BUDDY_TOPDOWN_ALLOCATION DRM_BUDDY_TOPDOWN_ALLOCATION
#endif
#endif

/* ---- trn4.ko: fdinfo ------------------------------------------------------- */

/*
 * Who tells of active memory says so since 6.14; older kernels print it in any
 * case, and do not look at this bit. It is DRM_GEM_OBJECT_ACTIVE, an enum value.
 */
#define COMPAT_GEM_OBJECT_ACTIVE ((enum drm_gem_object_status)BIT(2))

/* ---- trn4.ko: large pages -------------------------------------------------- */

/*
 * vmf_insert_pfn_pmd() took a pfn_t, which carried flags, until that type went
 * with its header: the Kbuild file looks for it.
 */
#ifdef TRN4_DRV_H
#ifdef COMPAT_HAVE_PFN_T
#include <linux/pfn_t.h>

#define compat_insert_pfn_pmd(vmf, pfn, write) \
	vmf_insert_pfn_pmd(vmf, __pfn_to_pfn_t(pfn, PFN_DEV), write)
#else
#define compat_insert_pfn_pmd(vmf, pfn, write) \
	vmf_insert_pfn_pmd(vmf, pfn, write)
#endif
#endif

/* ---- trn4.ko and its tests: dma-bufs ------------------------------------- */

/*
 * dma_buf_move_notify() is dma_buf_invalidate_mappings() in newer kernels, which
 * all can take a mapping back, and so is the importer's operation. No macro
 * tells: the Kbuild files look into the header.
 */
#ifdef COMPAT_HAVE_INVALIDATE_MAPPINGS
#define dma_buf_move_notify  dma_buf_invalidate_mappings
#define COMPAT_MOVE_NOTIFY   invalidate_mappings
#define COMPAT_CAN_TAKE_BACK true
#else
#define COMPAT_MOVE_NOTIFY   move_notify
#define COMPAT_CAN_TAKE_BACK IS_ENABLED(CONFIG_DMABUF_MOVE_NOTIFY)
#endif

/* ---- trn4.ko: DRM scheduler -------------------------------------------- */

/*
 * What timedout_job returns when it has dealt with the timeout is called
 * DRM_GPU_SCHED_STAT_NOMINAL, and DRM_GPU_SCHED_STAT_RESET since 6.17. Both
 * are 1.
 */
#define COMPAT_SCHED_STAT_HANDLED ((enum drm_gpu_sched_stat)1)

/*
 * drm_sched_init() took what is now struct drm_sched_init_args one by one.
 * 6.12 has both forms, as its stable releases go, and no macro tells: the
 * Kbuild file looks into the header.
 */
#if defined(_DRM_GPU_SCHEDULER_H_) && !defined(COMPAT_HAVE_SCHED_INIT_ARGS)
struct drm_sched_init_args {
	const struct drm_sched_backend_ops *ops;
	u32 num_rqs;
	u32 credit_limit;
	long timeout;
	const char *name;
	struct device *dev;
};

static inline int compat_sched_init(struct drm_gpu_scheduler *sched,
				    const struct drm_sched_init_args *args)
{
	return drm_sched_init(sched, args->ops, NULL, args->num_rqs,
			      args->credit_limit, 0, args->timeout, NULL, NULL,
			      args->name, args->dev);
}

#define drm_sched_init compat_sched_init
#endif

#endif /* TRN4_COMPAT_H */
