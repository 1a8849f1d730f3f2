// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trn4_trace_test.c - tracepoints of trn4.ko: what becomes of grants, windows
 * and devices, in the order in which it happens.
 */
#include <errno.h>

#include <kselftest_harness.h>
#include "mesh.h"
#include "pci.h"
#include "trace.h"

FIXTURE(traced)
{
	struct mesh *mesh;
	struct trace trace;
	__u32 a, b;
};

FIXTURE_SETUP(traced)
{
	int ret;

	self->mesh = calloc(1, sizeof(*self->mesh));
	ASSERT_NE(NULL, self->mesh);
	ret = mesh_begin(self->mesh, 2);
	if (ret == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, ret);
	self->a = self->mesh->rig.accels[0].id;
	self->b = self->mesh->rig.accels[1].id;
	ret = trace_begin(&self->trace, "trn4");
	if (ret == -ENOENT)
		SKIP(return, TRACE_NEEDS);
	ASSERT_EQ(0, ret);
	TRACED(self->trace);
}

FIXTURE_TEARDOWN(traced)
{
	trace_end(&self->trace);
	mesh_end(self->mesh);
	free(self->mesh);
}

TEST_F(traced, sharing)
{
	struct mesh *m = self->mesh;
	struct grant grant;
	__u32 window;

	ASSERT_EQ(0, grant_make(m->fd[1], m->bo[1].handle, RIGHT_R, 0, PAGE,
				&grant));
	ASSERT_EQ(0, window_map(m->fd[0], &grant, 0, 0, RIGHT_R, &window));
	ASSERT_EQ(0, grant_revoke(m->fd[1], grant.handle));
	ASSERT_EQ(0, window_unmap(m->fd[0], window));
	ASSERT_EQ(0, mesh_window(m, 0, 1));
	ASSERT_EQ(0, window_unmap(m->fd[0], m->window[0][1]));
	m->window[0][1] = 0;

	TRACED(self->trace);
	EXPECT_TRACED(self->trace, "trn4_grant: endpoint=%u slot=", self->b);
	EXPECT_TRACED(self->trace, " size=0x200000 rights=0x1 live=1\n");
	EXPECT_TRACED(self->trace,
		      "trn4_window: endpoint=%u peer=%u slot=", self->a,
		      self->b);
	EXPECT_TRACED(self->trace, " state=live\n");
	/* The windows go first */
	EXPECT_TRACED(self->trace, " state=revoked\n");
	EXPECT_TRACED(self->trace, " live=0\n");
	EXPECT_TRACED(self->trace, " state=live\n");
	EXPECT_TRACED(self->trace, " state=unmapped\n");
}

TEST_F(traced, a_reset)
{
	struct mesh *m = self->mesh;

	ASSERT_EQ(0, mesh_window(m, 0, 1));
	TRACED(self->trace);
	ASSERT_EQ(0, pci_reset(m->rig.accels[1].device));
	TRACED(self->trace);
	EXPECT_TRACED(self->trace, "trn4_state: endpoint=%u state=resetting\n",
		      self->b);
	EXPECT_TRACED(self->trace, " state=revoked\n");
	EXPECT_TRACED(self->trace, "trn4_state: endpoint=%u state=running\n",
		      self->b);
}

TEST_HARNESS_MAIN
