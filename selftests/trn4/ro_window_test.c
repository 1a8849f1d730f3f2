// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ro_window_test.c - that a read-only window is one by the hardware: stores that
 * pass by the page tables, through the BAR itself, change nothing, are counted
 * and are logged.
 */
#include <errno.h>
#include <sys/mman.h>

#include <kselftest_harness.h>
#include <hw/trn4_hw.h>
#include "pci.h"
#include "port.h"
#include "rig.h"
#include "word.h"

FIXTURE(ro)
{
	struct rig rig;
	int owner, user;
	struct bo bo;
	const char *window; /* as it is for who has it: not to be stored to */
	char *bar;          /* the first page of the read-only half */
};

/* Reset first: then nothing was counted yet, nor logged. */
FIXTURE_SETUP(ro)
{
	struct grant grant;
	__u64 begin, size;
	__u32 handle;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->owner = self->rig.fd[0];
	self->user = self->rig.fd[1];
	ASSERT_EQ(0, pci_bar(self->rig.accels[1].device, TRN4_BAR_APERTURE,
			     &begin, &size));
	self->bar = pci_map(self->rig.accels[1].device, TRN4_BAR_APERTURE,
			    size / 2, PAGE);
	if (self->bar == MAP_FAILED)
		SKIP(return, "needs iomem=relaxed on the command line");
	ASSERT_EQ(0, pci_reset(self->rig.accels[1].device));
	ASSERT_EQ(0, rig_settle(&self->rig));
	ASSERT_EQ(0, bo_make(self->owner, PAGE, 0, &self->bo));
	fill_pattern(self->bo.map, PAGE, 4);
	ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, RIGHT_RW, 0, PAGE,
				&grant));
	ASSERT_EQ(0, window_map(self->user, &grant, 0, 0, RIGHT_R, &handle));
	self->window = gem_map(self->user, handle, PAGE, PROT_READ);
	ASSERT_NE(MAP_FAILED, self->window);
	/* It is the only one of its half, and so the first. */
	ASSERT_EQ(0, check_pattern(self->bar, PAGE, 4));
}

FIXTURE_TEARDOWN(ro)
{
	rig_end(&self->rig);
}

/* What a dump is searched for */
struct search {
	__u32 id;
	unsigned int found; /* refused stores in the log of that endpoint */
};

static int on_record(const struct nl_reply *reply, void *priv)
{
	struct search *search = priv;
	struct port_record r;

	if (reply->cmd != NVLF_CMD_LOG_GET || port_parse_record(reply, &r))
		return -EBADMSG;
	search->found += r.id == search->id && r.error == NVLF_ERROR_ACCESS &&
			 r.detail == NVL_ERR_RO_WINDOW;
	return 0;
}

static int on_told(const struct nl_reply *reply, void *priv)
{
	if (reply->cmd != NVLF_CMD_LOG_NTF)
		return 0;
	return port_parse_record(reply, priv) ? -EBADMSG : 1;
}

/* How often the log of an endpoint tells of such a store, or a negative errno */
static int logged(struct nl *nl, __u32 id)
{
	struct search search = { .id = id };
	struct nl_request req;
	int ret;

	nl_request(&req, NVLF_CMD_LOG_GET);
	nl_put_u32(&req, NVLF_A_LOG_OWNER, NVLF_OWNER_ENDPOINT);
	nl_put_u32(&req, NVLF_A_LOG_OWNER_ID, id);
	ret = nl_dump(nl, &req, on_record, &search);
	return ret ? ret : (int)search.found;
}

/* Waits to be told of it by @ear; 0 or a negative errno */
static int told(struct nl *ear, __u32 id)
{
	struct port_record r;
	int ret;

	for (;;) {
		ret = nl_event(ear, PORT_MSEC, on_told, &r);
		if (ret < 0)
			return ret;
		if (ret && r.owner == NVLF_OWNER_ENDPOINT && r.id == id &&
		    r.error == NVLF_ERROR_ACCESS)
			return r.detail == NVL_ERR_RO_WINDOW ? 0 : -EBADMSG;
	}
}

static __u64 stores(int fd)
{
	__u64 count;

	return accel_param(fd, DRM_TRN4_PARAM_RO_STORES, &count) ? ~0ull :
								   count;
}

TEST_F(ro, stores_are_dropped_and_told)
{
	const __u32 id = self->rig.accels[1].id;
	int before = logged(&self->rig.nl, id), i;
	struct nl ear;

	ASSERT_LE(0, before);
	ASSERT_EQ(0, nl_open(&ear));
	ASSERT_EQ(0, nl_listen(&ear));
	EXPECT_EQ(0, stores(self->user));
	for (i = 0; i < 3; i++) {
		word_set(self->bar, 100 * i, ~0ull);
		word_barrier();
		EXPECT_EQ(i + 1, stores(self->user));
	}
	EXPECT_EQ(0, check_pattern(self->bo.map, PAGE, 4));
	EXPECT_EQ(0, check_pattern(self->window, PAGE, 4));
	/* The device with the window, not that with the memory */
	EXPECT_EQ(0, stores(self->owner));
	/* The first one; later ones would only fill the log. */
	EXPECT_EQ(0, told(&ear, id));
	nl_close(&ear);
	EXPECT_EQ(before + 1, logged(&self->rig.nl, id));

	ASSERT_EQ(0, pci_reset(self->rig.accels[1].device));
	ASSERT_EQ(0, rig_settle(&self->rig));
	EXPECT_EQ(0, stores(self->user));
}

TEST_HARNESS_MAIN
