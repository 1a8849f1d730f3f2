// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_reach.c - which endpoint can reach which, and if not, why not.
 *
 * A pair (source, destination) is resolved from the tables when a change
 * touches it, and only then. The answer is one byte in the source's path[],
 * which nvlf_path() reads without a lock: see nvlf_internal.h for the order of
 * stores, calls up and switch registers.
 */
#include <linux/errno.h>
#include <linux/export.h>

#include "nvlf_internal.h"
#include "nvlf_trace.h"

/**
 * nvlf_resolve() - work out from the tables whether a pair can talk
 * @f: fabric
 * @src: target id, below NVL_TARGET_IDS
 * @dst: target id, below NVL_TARGET_IDS
 *
 * An endpoint is not its own peer: it needs no fabric for itself.
 *
 * Context: holds change.
 * Return: NVLF_PATH_OK or the first thing in the way.
 */
enum nvlf_path nvlf_resolve(const struct nvlf_fabric *f, u32 src, u32 dst)
{
	const struct nvlf_endpoint *s = f->endpoint[src];
	const struct nvlf_endpoint *d = f->endpoint[dst];

	if (!s || !d || s->gone || d->gone || src == dst)
		return NVLF_PATH_NO_PEER;
	if (!s->nlinks || !d->nlinks)
		return NVLF_PATH_NO_LINK;
	if (!nvlf_route_leads(f, s, d))
		return NVLF_PATH_NO_ROUTE;
	if (!nvlf_partition_common(f, src, dst))
		return NVLF_PATH_NO_PARTITION;
	return NVLF_PATH_OK;
}

/* Both ends may be healthier or less so, or for another reason. */
static void nvlf_pair_unwell(struct nvlf_fabric *f, u32 src, u32 dst)
{
	__set_bit(src, f->unwell);
	__set_bit(dst, f->unwell);
}

static void nvlf_publish(struct nvlf_fabric *f, struct nvlf_endpoint *s,
			 u32 dst, enum nvlf_path path)
{
	trace_nvlf_path(s->id, dst, s->path[dst], path);
	/* Listeners are told of what is reachable, not of reasons */
	if (s->path[dst] == NVLF_PATH_OK || path == NVLF_PATH_OK)
		__set_bit(s->id, f->dirty);
	/* It is there: a path to nobody has no route to want. */
	if (s->path[dst] == NVLF_PATH_NO_ROUTE)
		f->endpoint[dst]->nunrouted--;
	if (path == NVLF_PATH_NO_ROUTE)
		f->endpoint[dst]->nunrouted++;
	/* Pairs with nvlf_path(); see "Memory order" in nvlf_internal.h */
	smp_store_release(&s->path[dst], path);
	f->touched = true;
	nvlf_pair_unwell(f, s->id, dst);
}

static void nvlf_pair_store(struct nvlf_fabric *f, u32 src, u32 dst,
			    enum nvlf_path path)
{
	struct nvlf_endpoint *s = f->endpoint[src];
	enum nvlf_path old = s->path[dst];

	/* Another route or link that is lacking can be the first to name */
	if (path != NVLF_PATH_OK)
		nvlf_pair_unwell(f, src, dst);
	if (path == old)
		return;
	nvlf_publish(f, s, dst, path);
	if (old != NVLF_PATH_OK)
		return;
	trace_nvlf_revoke_begin(src, dst, 0);
	s->ops->revoke(s->priv, dst, 0);
	trace_nvlf_revoke_end(src, dst, 0);
}

static void nvlf_pair_lose(struct nvlf_fabric *f, u32 src, u32 dst)
{
	enum nvlf_path path = nvlf_resolve(f, src, dst);

	if (path != NVLF_PATH_OK)
		nvlf_pair_store(f, src, dst, path);
}

static void nvlf_pair_gain(struct nvlf_fabric *f, u32 src, u32 dst)
{
	if (f->endpoint[src]->path[dst] != NVLF_PATH_OK &&
	    nvlf_resolve(f, src, dst) == NVLF_PATH_OK)
		nvlf_pair_store(f, src, dst, NVLF_PATH_OK);
}

/* A route that has come to lead there is of use to who had none. */
static void nvlf_pair_routed(struct nvlf_fabric *f, u32 src, u32 dst)
{
	if (f->endpoint[src]->path[dst] == NVLF_PATH_NO_ROUTE)
		nvlf_pair_store(f, src, dst, nvlf_resolve(f, src, dst));
}

static void nvlf_pair_settle(struct nvlf_fabric *f, u32 src, u32 dst)
{
	nvlf_pair_store(f, src, dst, nvlf_resolve(f, src, dst));
}

static void nvlf_pairs_walk(struct nvlf_fabric *f,
			    const struct nvlf_pairs *pairs,
			    void (*visit)(struct nvlf_fabric *f, u32 src,
					  u32 dst))
{
	unsigned long a, b;

	lockdep_assert_held(&f->change);

	for_each_and_bit(a, pairs->from, f->registered, NVL_TARGET_IDS) {
		for_each_and_bit(b, pairs->to, f->registered, NVL_TARGET_IDS) {
			if (a == b)
				continue;
			/* Was visited from the other side */
			if (pairs->both && b < a && test_bit(b, pairs->from) &&
			    test_bit(a, pairs->to))
				continue;
			visit(f, a, b);
			if (pairs->both)
				visit(f, b, a);
		}
	}
}

/**
 * nvlf_reach_lose() - publish and revoke what the tables no longer allow
 * @f: fabric
 * @pairs: those that the change can touch
 *
 * The first half of a change: the tables say what shall be, the switches
 * still forward what was. Pairs that stay lost for another reason get the new
 * one. What the change makes reachable stays unreachable until
 * nvlf_reach_gain().
 *
 * Context: holds change. Calls up.
 */
void nvlf_reach_lose(struct nvlf_fabric *f, const struct nvlf_pairs *pairs)
{
	nvlf_pairs_walk(f, pairs, nvlf_pair_lose);
}

/* They may reach one another all the same, by another partition. */
static void nvlf_pair_part(struct nvlf_fabric *f, u32 src, u32 dst, u32 id)
{
	const struct nvlf_endpoint *s = f->endpoint[src];

	if (s->path[dst] != NVLF_PATH_OK)
		return;
	trace_nvlf_revoke_begin(src, dst, id);
	s->ops->revoke(s->priv, dst, id);
	trace_nvlf_revoke_end(src, dst, id);
}

/**
 * nvlf_reach_part() - revoke what members of a partition had by it alone
 * @f: fabric, which has @new in its table
 * @old: as it was
 * @new: as it shall be, or NULL
 *
 * Belongs to the first half of a change, after nvlf_reach_lose(): that has
 * revoked all where nothing is left.
 *
 * Context: holds change. Calls up.
 */
void nvlf_reach_part(struct nvlf_fabric *f, const struct nvlf_partition *old,
		     const struct nvlf_partition *new)
{
	DECLARE_BITMAP(left, NVL_TARGET_IDS);
	unsigned long a, b;

	lockdep_assert_held(&f->change);

	bitmap_copy(left, old->members, NVL_TARGET_IDS);
	if (new)
		bitmap_andnot(left, left, new->members, NVL_TARGET_IDS);
	for_each_and_bit(a, left, f->registered, NVL_TARGET_IDS) {
		for_each_and_bit(b, old->members, f->registered,
				 NVL_TARGET_IDS) {
			if (a == b)
				continue;
			nvlf_pair_part(f, a, b, old->id);
			/* Who left, too, has its own turn */
			if (!test_bit(b, left))
				nvlf_pair_part(f, b, a, old->id);
		}
	}
}

/**
 * nvlf_reach_gain() - publish what the tables have come to allow
 * @f: fabric
 * @pairs: those that the change can touch
 *
 * The last half of a change: the switches forward all that the tables say.
 *
 * Context: holds change.
 */
void nvlf_reach_gain(struct nvlf_fabric *f, const struct nvlf_pairs *pairs)
{
	nvlf_pairs_walk(f, pairs, nvlf_pair_gain);
}

/**
 * nvlf_reach_routed() - publish what new routes entail
 * @f: fabric
 * @pairs: those that one of them leads from source to destination
 *
 * The last half of a change of routes: the switches forward all that the
 * tables say. Of the pairs only those that lacked a route are touched; some of
 * them may find that they lack a partition, too.
 *
 * Context: holds change.
 */
void nvlf_reach_routed(struct nvlf_fabric *f, const struct nvlf_pairs *pairs)
{
	nvlf_pairs_walk(f, pairs, nvlf_pair_routed);
}

/**
 * nvlf_reach_links() - publish and revoke what won and lost links entail
 * @f: fabric; the endpoints in question are in its relinked set
 *
 * For changes of the hardware, which has made them already: all switches
 * forward what the tables say.
 *
 * Context: holds change. Calls up.
 */
void nvlf_reach_links(struct nvlf_fabric *f)
{
	const struct nvlf_pairs pairs = {
		.from = f->relinked,
		.to = f->registered,
		.both = true,
	};

	nvlf_pairs_walk(f, &pairs, nvlf_pair_settle);
}

/**
 * nvlf_reach_unlinked() - publish and revoke what lost links entail
 * @f: fabric; the endpoints in question are in its relinked set
 *
 * The same where links were only lost. It may fall into a planned change,
 * whose gains it leaves alone.
 *
 * Context: holds change. Calls up.
 */
void nvlf_reach_unlinked(struct nvlf_fabric *f)
{
	const struct nvlf_pairs pairs = {
		.from = f->relinked,
		.to = f->registered,
		.both = true,
	};

	nvlf_pairs_walk(f, &pairs, nvlf_pair_lose);
}

/**
 * nvlf_path() - can an endpoint reach a peer, and if not, why not?
 * @ep: endpoint, registered
 * @peer: target id; any number
 *
 * The answer can be out of date when it arrives. To act on it safely, ask and
 * act under a lock that the endpoint's revoke() takes as well.
 *
 * Context: any; takes no lock.
 * Return: NVLF_PATH_OK or the first thing in the way.
 */
enum nvlf_path nvlf_path(struct nvlf_endpoint *ep, u32 peer)
{
	if (peer >= NVL_TARGET_IDS)
		return NVLF_PATH_NO_PEER;
	/* Pairs with nvlf_publish() */
	return smp_load_acquire(&ep->path[peer]);
}
EXPORT_SYMBOL_GPL(nvlf_path);

/**
 * nvlf_together() - is an endpoint in a partition together with a peer?
 * @ep: endpoint, registered
 * @peer: target id; any number
 * @partition: id of the partition
 *
 * To act on the answer safely, see nvlf_path(). That the switches let them
 * through by it is not said.
 *
 * Context: any; takes no lock.
 * Return: true where they are.
 */
bool nvlf_together(struct nvlf_endpoint *ep, u32 peer, u32 partition)
{
	return peer < NVL_TARGET_IDS &&
	       nvlf_partition_has(&nvlf_fabric, partition, ep->id, peer);
}
EXPORT_SYMBOL_GPL(nvlf_together);

/**
 * nvlf_path_errno() - the error that stands for the state of a path
 * @path: what nvlf_path() returned
 *
 * A peer that is not there has no link that is up either, and gives the same.
 *
 * Context: any.
 * Return: 0, -ENOLINK, -EHOSTUNREACH (no route) or -EPERM (no partition).
 */
int nvlf_path_errno(enum nvlf_path path)
{
	static const int errnos[] = {
		[NVLF_PATH_OK] = 0,
		[NVLF_PATH_NO_PEER] = -ENOLINK,
		[NVLF_PATH_NO_LINK] = -ENOLINK,
		[NVLF_PATH_NO_ROUTE] = -EHOSTUNREACH,
		[NVLF_PATH_NO_PARTITION] = -EPERM,
	};

	if (WARN_ON_ONCE(path >= ARRAY_SIZE(errnos)))
		return -ENOLINK;
	return errnos[path];
}
EXPORT_SYMBOL_GPL(nvlf_path_errno);
