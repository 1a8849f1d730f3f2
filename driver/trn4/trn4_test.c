// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what trn4.ko decides by itself: who gets which slot and which
 * range of the aperture, what may be asked of a grant, what is written into
 * the hardware's tables, and what becomes of a window whose grant ends. On a
 * device whose registers are plain memory, so that none has to be there.
 */
#include <kunit/test.h>
#include <linux/cleanup.h>
#include <linux/fs.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "trn4_drv.h"

#define SLOTS       4
#define PAGES(n)    ((n) * (u64)NVL_PAGE_SIZE)
#define APERTURE    PAGES(16)
#define APERTURE_RO PAGES(8) /* each half has eight pages */

#define RIGHT_R   NVL_RIGHT_READ
#define RIGHT_RW  (NVL_RIGHT_READ | NVL_RIGHT_WRITE)
#define RIGHT_ALL (RIGHT_RW | NVL_RIGHT_ATOMIC)

/*
 * The lock of shares is everybody's: no case may end, as one does where an
 * assertion fails, with that held. So helpers take it, each by itself.
 */

/* ---- Slots and ranges of the aperture ---------------------------------- */

struct places {
	struct trn4_aperture aperture;
	struct trn4_window win[16];
};

static int places_init(struct kunit *test)
{
	struct places *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	trn4_aperture_init(&p->aperture, SLOTS, APERTURE, APERTURE_RO);
	test->priv = p;
	return 0;
}

static int take(struct places *p, unsigned int i, u32 rights, u64 pages)
{
	guard(mutex)(&trn4_share_lock);
	p->win[i].rights = rights;
	return trn4_aperture_take(&p->aperture, &p->win[i], PAGES(pages));
}

static void give(struct trn4_aperture *aperture, struct trn4_window *win)
{
	guard(mutex)(&trn4_share_lock);
	trn4_aperture_give(aperture, win);
}

/* All that was taken can be given back */
static void places_exit(struct kunit *test)
{
	struct places *p = test->priv;
	unsigned int i;

	if (!p)
		return;
	for (i = 0; i < ARRAY_SIZE(p->win); i++)
		give(&p->aperture, &p->win[i]);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(p->aperture.slots, TRN4_WINDOWS));
	KUNIT_EXPECT_TRUE(test, drm_mm_clean(&p->aperture.rw));
	KUNIT_EXPECT_TRUE(test, drm_mm_clean(&p->aperture.ro));
	trn4_aperture_fini(&p->aperture);
}

static void slots(struct kunit *test)
{
	struct places *p = test->priv;
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		KUNIT_ASSERT_EQ(test, 0, take(p, i, RIGHT_RW, 1));
		KUNIT_EXPECT_EQ(test, p->win[i].slot, i);
		KUNIT_EXPECT_PTR_EQ(test, p->aperture.windows[i], &p->win[i]);
	}
	/* None is left, in whichever half */
	KUNIT_EXPECT_EQ(test, -ENOSPC, take(p, 4, RIGHT_RW, 1));
	KUNIT_EXPECT_EQ(test, -ENOSPC, take(p, 4, RIGHT_R, 1));
	KUNIT_EXPECT_FALSE(test, drm_mm_node_allocated(&p->win[4].node));
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->aperture.slots, TRN4_WINDOWS),
			SLOTS);

	/* What was given is had again, and nothing else */
	give(&p->aperture, &p->win[2]);
	KUNIT_EXPECT_NULL(test, p->aperture.windows[2]);
	KUNIT_EXPECT_EQ(test, 0, take(p, 4, RIGHT_R, 1));
	KUNIT_EXPECT_EQ(test, p->win[4].slot, 2);
	KUNIT_EXPECT_PTR_EQ(test, p->aperture.windows[2], &p->win[4]);
	KUNIT_EXPECT_EQ(test, -ENOSPC, take(p, 5, RIGHT_R, 1));
}

/* To give what was never taken, or once more, takes nobody else's */
static void give_nothing(struct kunit *test)
{
	struct places *p = test->priv;

	KUNIT_ASSERT_EQ(test, 0, take(p, 0, RIGHT_RW, 1));
	give(&p->aperture, &p->win[1]);
	KUNIT_EXPECT_PTR_EQ(test, p->aperture.windows[0], &p->win[0]);
	give(&p->aperture, &p->win[0]);
	KUNIT_ASSERT_EQ(test, 0, take(p, 1, RIGHT_RW, 1));
	KUNIT_EXPECT_EQ(test, p->win[1].slot, 0);
	give(&p->aperture, &p->win[0]);
	KUNIT_EXPECT_PTR_EQ(test, p->aperture.windows[0], &p->win[1]);
	KUNIT_EXPECT_TRUE(test, test_bit(0, p->aperture.slots));
}

/* A window without the right to write lies in the read-only half, others not */
static void halves(struct kunit *test)
{
	struct places *p = test->priv;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, 0, take(p, 0, RIGHT_R, 3));
	KUNIT_ASSERT_EQ(test, 0, take(p, 1, RIGHT_RW, 3));
	KUNIT_ASSERT_EQ(test, 0, take(p, 2, RIGHT_ALL, 5));
	KUNIT_ASSERT_EQ(test, 0, take(p, 3, RIGHT_R, 5));
	for (i = 0; i < SLOTS; i++) {
		const struct drm_mm_node *node = &p->win[i].node;
		bool ro = !(p->win[i].rights & NVL_RIGHT_WRITE);

		KUNIT_EXPECT_EQ(test, node->start >= APERTURE_RO, ro);
		KUNIT_EXPECT_LE(test, node->start + node->size,
				ro ? APERTURE : APERTURE_RO);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(node->start, NVL_PAGE_SIZE));
	}
}

/* One half that is full says nothing of the other; no slot is lost to it */
static void half_full(struct kunit *test)
{
	struct places *p = test->priv;

	KUNIT_EXPECT_EQ(test, -ENOSPC, take(p, 0, RIGHT_RW, 9));
	KUNIT_EXPECT_EQ(test, -ENOSPC, take(p, 0, RIGHT_R, 9));
	KUNIT_EXPECT_EQ(test, -ENOSPC, take(p, 0, RIGHT_R, U64_MAX >> 22));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(p->aperture.slots, TRN4_WINDOWS));
	KUNIT_ASSERT_EQ(test, 0, take(p, 0, RIGHT_RW, 8));
	KUNIT_EXPECT_EQ(test, -ENOSPC, take(p, 1, RIGHT_RW, 1));
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->aperture.slots, TRN4_WINDOWS),
			1);
	KUNIT_ASSERT_EQ(test, 0, take(p, 1, RIGHT_R, 8));
	KUNIT_EXPECT_EQ(test, -ENOSPC, take(p, 2, RIGHT_R, 1));
	KUNIT_EXPECT_EQ(test, p->win[0].node.start, 0);
	KUNIT_EXPECT_EQ(test, p->win[1].node.start, APERTURE_RO);
}

/* The smallest hole that is large enough, so that large ones stay */
static void holes(struct kunit *test)
{
	struct places *p = test->priv;
	u64 small;

	KUNIT_ASSERT_EQ(test, 0, take(p, 0, RIGHT_RW, 1));
	KUNIT_ASSERT_EQ(test, 0, take(p, 1, RIGHT_RW, 1));
	KUNIT_ASSERT_EQ(test, 0, take(p, 2, RIGHT_RW, 1));
	small = p->win[1].node.start;
	give(&p->aperture, &p->win[1]);
	KUNIT_ASSERT_EQ(test, 0, take(p, 3, RIGHT_RW, 1));
	KUNIT_EXPECT_EQ(test, p->win[3].node.start, small);
	give(&p->aperture, &p->win[3]);
	/* Six pages are free, but one of them lies by itself */
	KUNIT_EXPECT_EQ(test, -ENOSPC, take(p, 3, RIGHT_RW, 6));
	KUNIT_ASSERT_EQ(test, 0, take(p, 3, RIGHT_RW, 5));
	KUNIT_EXPECT_NE(test, p->win[3].node.start, small);
}

/* clang-format off */
static struct kunit_case places_cases[] = {
	KUNIT_CASE(slots),
	KUNIT_CASE(give_nothing),
	KUNIT_CASE(halves),
	KUNIT_CASE(half_full),
	KUNIT_CASE(holes),
	{}
};

/* clang-format on */

static struct kunit_suite places_suite = {
	.name = "trn4_aperture",
	.init = places_init,
	.exit = places_exit,
	.test_cases = places_cases,
};

/* ---- What may be asked for ----------------------------------------------- */

static void rights(struct kunit *test)
{
	static const bool ok[] = {
		[NVL_RIGHT_READ] = true,
		[NVL_RIGHT_READ | NVL_RIGHT_WRITE] = true,
		[NVL_RIGHT_READ | NVL_RIGHT_WRITE | NVL_RIGHT_ATOMIC] = true,
	};
	u32 i;

	for (i = 0; i <= NVL_RIGHTS_ALL; i++)
		KUNIT_EXPECT_EQ_MSG(test, trn4_rights_ok(i), ok[i], "%#x", i);
	for (i = NVL_RIGHTS_ALL + 1; i; i <<= 1)
		KUNIT_EXPECT_FALSE_MSG(test, trn4_rights_ok(i | RIGHT_R), "%#x",
				       i);
}

static void part_of_grant(struct kunit *test)
{
	const struct trn4_grant grant = {
		.size = PAGES(4),
		.rights = RIGHT_RW,
	};
	static const struct {
		u64 offset, size;
		u32 rights;
		int ret;
		u64 part;
	} asks[] = {
		{ 0, 0, RIGHT_RW, 0, PAGES(4) },
		{ 0, PAGES(4), RIGHT_RW, 0, PAGES(4) },
		{ PAGES(1), 0, RIGHT_R, 0, PAGES(3) },
		{ PAGES(1), PAGES(2), RIGHT_R, 0, PAGES(2) },
		{ PAGES(3), PAGES(1), RIGHT_R, 0, PAGES(1) },
		{ 0, PAGES(5), RIGHT_R, -ERANGE, 0 },
		{ PAGES(3), PAGES(2), RIGHT_R, -ERANGE, 0 },
		{ PAGES(4), 0, RIGHT_R, -ERANGE, 0 },
		{ PAGES(4), PAGES(1), RIGHT_R, -ERANGE, 0 },
		{ -PAGES(1), 0, RIGHT_R, -ERANGE, 0 },
		/* Their sum is small */
		{ -PAGES(1), PAGES(2), RIGHT_R, -ERANGE, 0 },
		{ PAGES(2), -PAGES(1), RIGHT_R, -ERANGE, 0 },
		{ 0, 0, RIGHT_ALL, -EACCES, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(asks); i++) {
		const struct drm_trn4_window_map args = {
			.offset = asks[i].offset,
			.size = asks[i].size,
			.rights = asks[i].rights,
		};
		u64 size = 0;

		KUNIT_EXPECT_EQ_MSG(test, trn4_grant_part(&grant, &args, &size),
				    asks[i].ret, "%u", i);
		KUNIT_EXPECT_EQ_MSG(test, size, asks[i].part, "%u", i);
	}
}

/* Only a live window can be mapped, and no status goes without a word */
static void statuses(struct kunit *test)
{
	enum trn4_window_status status;

	for (status = 0; status <= TRN4_WINDOW_NO_MEMORY + 1; status++) {
		bool live = status == TRN4_WINDOW_LIVE;

		KUNIT_EXPECT_EQ_MSG(test, !trn4_window_errno(status), live,
				    "%u", status);
		KUNIT_EXPECT_LE_MSG(test, trn4_window_errno(status), 0, "%u",
				    status);
		KUNIT_EXPECT_EQ_MSG(test,
				    trn4_window_state_of(status) ==
					    DRM_TRN4_WINDOW_LIVE,
				    live, "%u", status);
	}
	KUNIT_EXPECT_EQ(test, trn4_window_errno(TRN4_WINDOW_STALE), -ENOENT);
	KUNIT_EXPECT_EQ(test, trn4_window_errno(TRN4_WINDOW_NO_GRANT), -ENOENT);
	KUNIT_EXPECT_EQ(test, trn4_window_state_of(TRN4_WINDOW_STALE),
			DRM_TRN4_WINDOW_REVOKED);
	KUNIT_EXPECT_EQ(test, trn4_window_state_of(TRN4_WINDOW_NO_GRANT),
			DRM_TRN4_WINDOW_REVOKED);
	KUNIT_EXPECT_EQ(test, trn4_window_errno(U32_MAX), -EIO);
	KUNIT_EXPECT_EQ(test, trn4_window_state_of(U32_MAX),
			DRM_TRN4_WINDOW_FAULT);
}

/* Runs of a host buffer, from their begin and back from their end */
static void runs(struct kunit *test)
{
	struct trn4_seg segs[] = {
		{ 0x0000, 0x100000 },
		{ 0x1000, 0x300000 },
		{ 0x3000, 0x200000 },
		{ 0x4000, 0 },
	};
	const struct trn4_bo bo = { .segs = segs, .nsegs = 3 };
	static const struct {
		u64 at, length;
		bool backward;
		u64 addr, run;
	} asks[] = {
		{ 0x0000, 0x4000, false, 0x100000, 0x1000 },
		{ 0x0fff, 0x4000, false, 0x100fff, 0x0001 },
		{ 0x1000, 0x3000, false, 0x300000, 0x2000 },
		{ 0x1800, 0x0010, false, 0x300800, 0x0010 },
		{ 0x3fff, 0x0001, false, 0x200fff, 0x0001 },
		{ 0x4000, 0x4000, true, 0x200000, 0x1000 },
		{ 0x3001, 0x3001, true, 0x200000, 0x0001 },
		{ 0x3000, 0x3000, true, 0x300000, 0x2000 },
		{ 0x1800, 0x0010, true, 0x3007f0, 0x0010 },
		{ 0x0001, 0x0001, true, 0x100000, 0x0001 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(asks); i++) {
		u64 length = asks[i].length;

		KUNIT_EXPECT_EQ_MSG(test, asks[i].addr,
				    trn4_bo_run(&bo, asks[i].at,
						asks[i].backward, &length),
				    "%u", i);
		KUNIT_EXPECT_EQ_MSG(test, asks[i].run, length, "%u", i);
	}
}

/* clang-format off */
static struct kunit_case plain_cases[] = {
	KUNIT_CASE(rights),
	KUNIT_CASE(part_of_grant),
	KUNIT_CASE(statuses),
	KUNIT_CASE(runs),
	{}
};

/* clang-format on */

static struct kunit_suite plain_suite = {
	.name = "trn4_plain",
	.test_cases = plain_cases,
};

/* ---- Grants and windows, on two devices of plain memory -------------------- */

struct rig {
	struct trn4_device *owner, *user;
	struct trn4_file file;       /* of the owner */
	struct trn4_bo bo;           /* of the owner */
	struct trn4_window win, old; /* of the user */
};

static struct trn4_device *rig_device(struct kunit *test, u32 target)
{
	struct trn4_device *tdev;
	struct inode *inode;
	void *regs;

	tdev = kunit_kzalloc(test, sizeof(*tdev), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tdev);
	regs = kunit_kzalloc(test,
			     TRN4_WINDOW_BASE +
				     TRN4_WINDOWS * TRN4_WINDOW_STRIDE,
			     GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, regs);
	/* Nothing is mapped, so that its address space is never looked at */
	inode = kunit_kzalloc(test, sizeof(*inode), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, inode);
	tdev->regs = (void __iomem __force *)regs;
	tdev->drm.anon_inode = inode;
	tdev->target = target;
	tdev->grant_count = SLOTS;
	tdev->window_count = SLOTS;
	init_rwsem(&tdev->reset_lock);
	INIT_LIST_HEAD(&tdev->grants);
	trn4_aperture_init(&tdev->aperture, SLOTS, APERTURE, APERTURE_RO);
	return tdev;
}

static int rig_init(struct kunit *test)
{
	struct rig *rig = kunit_kzalloc(test, sizeof(*rig), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, rig);
	test->priv = rig;
	rig->owner = rig_device(test, 3);
	rig->user = rig_device(test, 1900);
	rig->file.tdev = rig->owner;
	xa_init_flags(&rig->file.grants, XA_FLAGS_ALLOC1);
	kref_init(&rig->bo.base.refcount);
	rig->bo.base.size = PAGES(8);
	rig->bo.base.dev = &rig->owner->drm;
	rig->bo.start = PAGES(32);
	return 0;
}

/* Every grant has let go of the buffer, and every window of its place */
static void rig_exit(struct kunit *test)
{
	struct rig *rig = test->priv;

	if (!rig || !rig->owner || !rig->user)
		return;
	trn4_grant_revoke_file(&rig->file);
	KUNIT_EXPECT_EQ(test, kref_read(&rig->bo.base.refcount), 1);
	KUNIT_EXPECT_TRUE(test,
			  bitmap_empty(rig->owner->grant_slots, TRN4_GRANTS));
	trn4_aperture_fini(&rig->user->aperture);
	trn4_aperture_fini(&rig->owner->aperture);
}

static u8 *grant_regs(const struct trn4_device *tdev, u32 slot)
{
	return (u8 __force *)tdev->regs + TRN4_GRANT_BASE +
	       slot * TRN4_GRANT_STRIDE;
}

static u8 *window_regs(const struct trn4_device *tdev, u32 slot)
{
	return (u8 __force *)tdev->regs + TRN4_WINDOW_BASE +
	       slot * TRN4_WINDOW_STRIDE;
}

static u32 get32(const u8 *regs, unsigned int at)
{
	return *(const u32 *)(regs + at);
}

static u64 get64(const u8 *regs, unsigned int at)
{
	return *(const u64 *)(regs + at);
}

static void put32(u8 *regs, unsigned int at, u32 value)
{
	*(u32 *)(regs + at) = value;
}

static int make_grant(struct rig *rig, struct drm_trn4_grant_create *args,
		      u64 offset, u64 size)
{
	memset(args, 0, sizeof(*args));
	args->rights = RIGHT_RW;
	args->offset = offset;
	args->size = size;
	return trn4_grant_create(&rig->file, &rig->bo, args);
}

/* Nobody else knows the token, so that the grant stays */
static struct trn4_grant *find(const u8 *token)
{
	guard(mutex)(&trn4_share_lock);
	return trn4_grant_find(token);
}

static void kill(struct trn4_window *win, enum drm_trn4_window_state why)
{
	guard(mutex)(&trn4_share_lock);
	trn4_window_kill(win, why);
}

/* A window of the user's device on a grant; its registers say LIVE */
static int make_window(struct rig *rig, struct trn4_window *win,
		       struct trn4_grant *grant, u64 offset, u64 size)
{
	int ret;

	memset(win, 0, sizeof(*win));
	win->base.dev = &rig->user->drm;
	win->peer = grant->tdev->target;
	win->rights = RIGHT_R;
	init_rwsem(&win->lock);
	guard(mutex)(&trn4_share_lock);
	ret = trn4_aperture_take(&rig->user->aperture, win, size);
	if (ret)
		return ret;
	put32(window_regs(rig->user, win->slot), TRN4_WINDOW_STATUS,
	      TRN4_WINDOW_LIVE);
	return trn4_window_attach(rig->user, win, grant, offset);
}

static void grant_written(struct kunit *test)
{
	struct drm_trn4_grant_create args;
	struct rig *rig = test->priv;
	u8 *regs = grant_regs(rig->owner, 0);
	const struct trn4_grant *grant;

	put32(regs, TRN4_GRANT_GENERATION, 7);
	KUNIT_ASSERT_EQ(test, 0, make_grant(rig, &args, PAGES(1), PAGES(3)));
	KUNIT_EXPECT_EQ(test, get64(regs, TRN4_GRANT_BASE_ADDR), PAGES(33));
	KUNIT_EXPECT_EQ(test, get64(regs, TRN4_GRANT_SIZE), PAGES(3));
	KUNIT_EXPECT_EQ(test, get32(regs, TRN4_GRANT_CTRL),
			TRN4_GRANT_VALID | RIGHT_RW);
	KUNIT_EXPECT_EQ(test, kref_read(&rig->bo.base.refcount), 2);
	grant = find(args.token);
	KUNIT_ASSERT_NOT_NULL(test, grant);
	KUNIT_EXPECT_EQ(test, grant->generation, 7);
	/* One bit beside it is nobody's token */
	args.token[DRM_TRN4_TOKEN_SIZE - 1] ^= 1;
	KUNIT_EXPECT_NULL(test, find(args.token));
	args.token[DRM_TRN4_TOKEN_SIZE - 1] ^= 1;
	KUNIT_EXPECT_EQ(test, 0, trn4_grant_revoke(&rig->file, args.handle));
	KUNIT_EXPECT_EQ(test, get32(regs, TRN4_GRANT_CTRL), 0);
	KUNIT_EXPECT_EQ(test, kref_read(&rig->bo.base.refcount), 1);
	KUNIT_EXPECT_NULL(test, find(args.token));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			trn4_grant_revoke(&rig->file, args.handle));
}

static void grant_slots(struct kunit *test)
{
	struct drm_trn4_grant_create args[SLOTS], more;
	struct rig *rig = test->priv;
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		KUNIT_ASSERT_EQ(test, 0,
				make_grant(rig, &args[i], PAGES(i), PAGES(1)));
		KUNIT_EXPECT_EQ(test,
				get64(grant_regs(rig->owner, i),
				      TRN4_GRANT_BASE_ADDR),
				PAGES(32 + i));
	}
	KUNIT_EXPECT_EQ(test, -ENOSPC, make_grant(rig, &more, 0, PAGES(1)));
	KUNIT_EXPECT_EQ(test, kref_read(&rig->bo.base.refcount), 1 + SLOTS);
	KUNIT_EXPECT_EQ(test, 0, trn4_grant_revoke(&rig->file, args[1].handle));
	KUNIT_ASSERT_EQ(test, 0, make_grant(rig, &more, PAGES(7), PAGES(1)));
	KUNIT_EXPECT_EQ(test,
			get64(grant_regs(rig->owner, 1), TRN4_GRANT_BASE_ADDR),
			PAGES(39));
}

static void window_written(struct kunit *test)
{
	struct drm_trn4_grant_create args;
	struct rig *rig = test->priv;
	struct trn4_window *win = &rig->win;
	struct trn4_grant *grant;
	const u8 *regs;

	put32(grant_regs(rig->owner, 0), TRN4_GRANT_GENERATION, 41);
	KUNIT_ASSERT_EQ(test, 0, make_grant(rig, &args, PAGES(1), PAGES(3)));
	grant = find(args.token);
	KUNIT_ASSERT_NOT_NULL(test, grant);
	KUNIT_ASSERT_EQ(test, 0,
			make_window(rig, win, grant, PAGES(1), PAGES(2)));
	regs = window_regs(rig->user, win->slot);
	KUNIT_EXPECT_EQ(test, get64(regs, TRN4_WINDOW_APERTURE), APERTURE_RO);
	KUNIT_EXPECT_EQ(test, get64(regs, TRN4_WINDOW_SIZE), PAGES(2));
	KUNIT_EXPECT_EQ(test, get64(regs, TRN4_WINDOW_OFFSET), PAGES(1));
	KUNIT_EXPECT_EQ(test, get32(regs, TRN4_WINDOW_PEER), 3);
	KUNIT_EXPECT_EQ(test, get32(regs, TRN4_WINDOW_GRANT), 0);
	KUNIT_EXPECT_EQ(test, get32(regs, TRN4_WINDOW_GENERATION), 41);
	KUNIT_EXPECT_EQ(test, get32(regs, TRN4_WINDOW_CTRL),
			TRN4_WINDOW_ENABLE | RIGHT_R);
	KUNIT_EXPECT_EQ(test, win->peer_addr, PAGES(34));
	KUNIT_EXPECT_PTR_EQ(test, win->grant, grant);

	kill(win, DRM_TRN4_WINDOW_UNMAPPED);
	KUNIT_EXPECT_EQ(test, get32(regs, TRN4_WINDOW_CTRL), 0);
	KUNIT_EXPECT_NULL(test, win->grant);
	KUNIT_EXPECT_TRUE(test, list_empty(&grant->windows));
	KUNIT_EXPECT_EQ(test, (int)win->gone, DRM_TRN4_WINDOW_UNMAPPED);
	/* It keeps its place, which descriptors name, until it is freed */
	KUNIT_EXPECT_PTR_EQ(test, rig->user->aperture.windows[win->slot], win);
	give(&rig->user->aperture, win);
}

/*
 * A slot is used again, and the hardware counts one up: what hangs on the
 * grant before it knows it has ended, and what is made now has the new number.
 */
static void generations(struct kunit *test)
{
	struct drm_trn4_grant_create first, second;
	struct rig *rig = test->priv;
	struct trn4_window *old = &rig->old, *new = &rig->win;
	u8 *slot = grant_regs(rig->owner, 0);
	struct trn4_grant *grant;

	put32(slot, TRN4_GRANT_GENERATION, U32_MAX);
	KUNIT_ASSERT_EQ(test, 0, make_grant(rig, &first, 0, PAGES(1)));
	grant = find(first.token);
	KUNIT_ASSERT_NOT_NULL(test, grant);
	KUNIT_EXPECT_EQ(test, grant->generation, U32_MAX);
	KUNIT_ASSERT_EQ(test, 0, make_window(rig, old, grant, 0, PAGES(1)));
	KUNIT_EXPECT_EQ(test, 0, trn4_grant_revoke(&rig->file, first.handle));
	KUNIT_EXPECT_EQ(test, (int)old->gone, DRM_TRN4_WINDOW_REVOKED);
	KUNIT_EXPECT_NULL(test, old->grant);
	KUNIT_EXPECT_EQ(test, 0,
			get32(window_regs(rig->user, old->slot),
			      TRN4_WINDOW_CTRL));

	put32(slot, TRN4_GRANT_GENERATION, 1);
	KUNIT_ASSERT_EQ(test, 0, make_grant(rig, &second, 0, PAGES(1)));
	KUNIT_EXPECT_NULL(test, find(first.token));
	grant = find(second.token);
	KUNIT_ASSERT_NOT_NULL(test, grant);
	KUNIT_EXPECT_EQ(test, grant->slot, 0);
	KUNIT_EXPECT_EQ(test, grant->generation, 1);
	KUNIT_ASSERT_EQ(test, 0, make_window(rig, new, grant, 0, PAGES(1)));
	KUNIT_EXPECT_NE(test, new->slot, old->slot);
	KUNIT_EXPECT_EQ(test, 1,
			get32(window_regs(rig->user, new->slot),
			      TRN4_WINDOW_GENERATION));
	/* How it ended is said once, and stays */
	kill(old, DRM_TRN4_WINDOW_UNMAPPED);
	KUNIT_EXPECT_EQ(test, (int)old->gone, DRM_TRN4_WINDOW_REVOKED);
	KUNIT_EXPECT_EQ(test, (int)new->gone, DRM_TRN4_WINDOW_LIVE);

	kill(new, DRM_TRN4_WINDOW_UNMAPPED);
	give(&rig->user->aperture, old);
	give(&rig->user->aperture, new);
}

/* A device that nobody can enter: tables are left alone, all ends as well */
static void ends_in_reset(struct kunit *test)
{
	struct drm_trn4_grant_create args, more;
	struct rig *rig = test->priv;
	struct trn4_window *win = &rig->win;
	struct trn4_grant *grant;

	KUNIT_ASSERT_EQ(test, 0, make_grant(rig, &args, 0, PAGES(1)));
	grant = find(args.token);
	KUNIT_ASSERT_NOT_NULL(test, grant);
	KUNIT_ASSERT_EQ(test, 0, make_window(rig, win, grant, 0, PAGES(1)));
	rig->owner->state = TRN4_RESETTING;
	scoped_guard(mutex, &trn4_share_lock)
		trn4_grant_kill_all(rig->owner);
	KUNIT_EXPECT_NULL(test, find(args.token));
	KUNIT_EXPECT_EQ(test, get32(grant_regs(rig->owner, 0), TRN4_GRANT_CTRL),
			TRN4_GRANT_VALID | RIGHT_RW);
	KUNIT_EXPECT_EQ(test, (int)win->gone, DRM_TRN4_WINDOW_REVOKED);
	/* The user's device is not concerned by the owner's reset */
	KUNIT_EXPECT_EQ(test, 0,
			get32(window_regs(rig->user, win->slot),
			      TRN4_WINDOW_CTRL));
	KUNIT_EXPECT_EQ(test, -EBUSY, make_grant(rig, &more, 0, PAGES(1)));
	rig->owner->state = TRN4_DEAD;
	KUNIT_EXPECT_EQ(test, -EIO, make_grant(rig, &more, 0, PAGES(1)));
	KUNIT_EXPECT_EQ(test, kref_read(&rig->bo.base.refcount), 1);
	/* The handle is there to be given up */
	KUNIT_EXPECT_EQ(test, 0, trn4_grant_revoke(&rig->file, args.handle));
	give(&rig->user->aperture, win);
}

/* clang-format off */
static struct kunit_case share_cases[] = {
	KUNIT_CASE(grant_written),
	KUNIT_CASE(grant_slots),
	KUNIT_CASE(window_written),
	KUNIT_CASE(generations),
	KUNIT_CASE(ends_in_reset),
	{}
};

/* clang-format on */

static struct kunit_suite share_suite = {
	.name = "trn4_share",
	.init = rig_init,
	.exit = rig_exit,
	.test_cases = share_cases,
};

kunit_test_suites(&places_suite, &plain_suite, &share_suite);
