// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hbm_test.c - where buffers lie in HBM: alignment, DRM_TRN4_BO_TOP, and that
 * ENOSPC is said only where no range that is large enough is free.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "trace.h"

#define HOST DRM_TRN4_BO_HOST
#define TOP  DRM_TRN4_BO_TOP

FIXTURE(hbm)
{
	struct rig rig;
	struct trace trace;
	int fd;
	__u32 count; /* pages of HBM, all of them free */
	__u32 *handles;
};

static __u64 hbm_free(int fd)
{
	__u64 value;

	return accel_param(fd, DRM_TRN4_PARAM_HBM_FREE, &value) ? ~0ull : value;
}

FIXTURE_SETUP(hbm)
{
	__u64 backed;

	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
	ASSERT_EQ(0, accel_param(self->fd, DRM_TRN4_PARAM_HBM_BACKED, &backed));
	ASSERT_EQ(backed, hbm_free(self->fd));
	ASSERT_LE(64 * MIB, backed);
	self->count = backed / PAGE;
	self->handles = calloc(self->count, sizeof(*self->handles));
	ASSERT_NE(NULL, self->handles);
}

FIXTURE_TEARDOWN(hbm)
{
	int fd = accel_open(&self->rig.accels[0]);

	close(self->fd);
	self->rig.fd[0] = fd;
	EXPECT_EQ(self->count * PAGE, hbm_free(fd));
	trace_end(&self->trace);
	free(self->handles);
	rig_end(&self->rig);
}

static int make(int fd, __u64 size, __u64 alignment, __u32 flags, __u32 *handle)
{
	struct drm_trn4_bo_create arg = {
		.size = size,
		.alignment = alignment,
		.flags = flags,
	};
	int ret = accel_ioctl(fd, DRM_IOCTL_TRN4_BO_CREATE, &arg);

	*handle = ret ? 0 : arg.handle;
	return ret;
}

/* Where in HBM a buffer begins: the tracepoint of a grant tells */
static __u64 base_of(struct trace *trace, int fd, __u32 handle)
{
	struct grant grant;
	const char *at;

	if (trace_read(trace) ||
	    grant_make(fd, handle, RIGHT_R, 0, PAGE, &grant))
		return ~0ull;
	grant_revoke(fd, grant.handle);
	if (trace_read(trace))
		return ~0ull;
	at = strstr(trace->text, "trn4_grant: ");
	at = at ? strstr(at, "base=") : NULL;
	return at ? strtoull(at + strlen("base="), NULL, 0) : ~0ull;
}

TEST_F(hbm, bad_alignment)
{
	__u32 handle;
	int bit;

	for (bit = 0; bit < 64; bit++) {
		__u64 alignment = 1ull << bit;
		int ret = make(self->fd, PAGE, alignment, 0, &handle);

		EXPECT_EQ(alignment >= PAGE && alignment <= GIB ? 0 : -EINVAL,
			  ret)
		{
			TH_LOG("alignment %#llx",
			       (unsigned long long)alignment);
		}
		if (!ret)
			gem_close(self->fd, handle);
	}
	EXPECT_EQ(-EINVAL, make(self->fd, PAGE, 3 * PAGE, 0, &handle));
	EXPECT_EQ(-EINVAL, make(self->fd, PAGE, PAGE + 1, 0, &handle));
	EXPECT_EQ(-EINVAL, make(self->fd, PAGE, ~0ull, 0, &handle));
	EXPECT_EQ(self->count * PAGE, hbm_free(self->fd));
}

/* What is of HBM is not of host memory */
TEST_F(hbm, not_for_host)
{
	__u32 handle;

	EXPECT_EQ(-EINVAL, make(self->fd, PAGE, PAGE, HOST, &handle));
	EXPECT_EQ(-EINVAL, make(self->fd, PAGE, 1, HOST, &handle));
	EXPECT_EQ(-EINVAL, make(self->fd, PAGE, 0, HOST | TOP, &handle));
}

TEST_F(hbm, is_aligned)
{
	__u64 alignment, base;
	__u32 first, handle;
	int top;

	if (trace_begin(&self->trace, "trn4") == -ENOENT)
		SKIP(return, TRACE_NEEDS);
	/* Where all alignments would be met */
	ASSERT_EQ(0, make(self->fd, PAGE, 0, 0, &first));
	ASSERT_EQ(0, base_of(&self->trace, self->fd, first));
	for (top = 0; top < 2; top++) {
		for (alignment = PAGE; alignment < self->count * PAGE;
		     alignment *= 2) {
			ASSERT_EQ(0, make(self->fd, 3 * PAGE, alignment,
					  top ? TOP : 0, &handle));
			base = base_of(&self->trace, self->fd, handle);
			EXPECT_NE(0, base);
			EXPECT_EQ(0, base % alignment)
			{
				TH_LOG("%#llx at %#llx",
				       (unsigned long long)alignment,
				       (unsigned long long)base);
			}
			EXPECT_EQ(0, gem_close(self->fd, handle));
		}
	}
	/* More than there is: the beginning is the only place */
	EXPECT_EQ(-ENOSPC, make(self->fd, PAGE, GIB, 0, &handle));
	EXPECT_EQ(0, gem_close(self->fd, first));
	EXPECT_EQ(0, make(self->fd, PAGE, GIB, 0, &handle));
	EXPECT_EQ(0, base_of(&self->trace, self->fd, handle));
}

/* By itself, as large pages want it */
TEST_F(hbm, as_large_as_aligned)
{
	__u32 first, handle;

	if (trace_begin(&self->trace, "trn4") == -ENOENT)
		SKIP(return, TRACE_NEEDS);
	ASSERT_EQ(0, make(self->fd, PAGE, 0, 0, &first));
	ASSERT_EQ(0, make(self->fd, 7 * PAGE, 0, 0, &handle));
	EXPECT_EQ(8 * PAGE, base_of(&self->trace, self->fd, handle));
}

TEST_F(hbm, top_and_bottom)
{
	__u32 handle, i, half = self->count / 2;

	if (trace_begin(&self->trace, "trn4") == -ENOENT)
		SKIP(return, TRACE_NEEDS);
	ASSERT_EQ(0, make(self->fd, 3 * PAGE, 0, TOP, &handle));
	EXPECT_EQ((self->count - 3) * PAGE,
		  base_of(&self->trace, self->fd, handle));
	ASSERT_EQ(0, gem_close(self->fd, handle));

	/* By turns; then one kind goes, and leaves one range */
	for (i = 0; i < half; i++)
		ASSERT_EQ(0, make(self->fd, PAGE, 0, i % 2 ? TOP : 0,
				  &self->handles[i]));
	for (i = 1; i < half; i += 2)
		ASSERT_EQ(0, gem_close(self->fd, self->handles[i]));
	EXPECT_EQ(0, make(self->fd, (self->count - half / 2) * PAGE, 0, 0,
			  &handle));
	EXPECT_EQ(0, hbm_free(self->fd));
}

/* Odd sizes, and then what fits into what they leave, to the last page */
TEST_F(hbm, odd_sizes_waste_nothing)
{
	static const __u32 sizes[] = { 3, 5, 1, 7, 11, 1, 6, 13 };
	__u32 left = self->count, i = 0, size, extra;
	int ret;

	while (left) {
		size = sizes[i % ARRAY_SIZE(sizes)];
		do
			ret = make(self->fd, size * PAGE, 0, 0,
				   &self->handles[i]);
		while (ret == -ENOSPC && --size);
		ASSERT_EQ(0, ret)
		{
			TH_LOG("%u pages are free", left);
		}
		left -= size;
		ASSERT_EQ(left * PAGE, hbm_free(self->fd));
		i++;
	}
	EXPECT_EQ(-ENOSPC, make(self->fd, PAGE, 0, 0, &extra));
	EXPECT_EQ(-ENOSPC, make(self->fd, PAGE, 0, TOP, &extra));
	while (i--)
		EXPECT_EQ(0, gem_close(self->fd, self->handles[i]));
	EXPECT_EQ(0, make(self->fd, self->count * PAGE, 0, 0, &extra));
	EXPECT_EQ(0, hbm_free(self->fd));
}

/* A range that no block of the allocator holds */
TEST_F(hbm, across_blocks)
{
	static const __u32 begins[] = { 1, 3, 7, 15, 17 },
			   sizes[] = { 2, 3, 4, 5, 8 };
	__u32 i, b, s, handle, extra;

	for (i = 0; i < self->count; i++)
		ASSERT_EQ(0, make(self->fd, PAGE, 0, 0, &self->handles[i]));
	for (b = 0; b < ARRAY_SIZE(begins); b++) {
		for (s = 0; s < ARRAY_SIZE(sizes); s++) {
			for (i = 0; i < sizes[s]; i++)
				ASSERT_EQ(0, gem_close(self->fd,
						       self->handles[begins[b] +
								     i]));
			EXPECT_EQ(-ENOSPC, make(self->fd, (sizes[s] + 1) * PAGE,
						0, 0, &extra));
			EXPECT_EQ(0, make(self->fd, sizes[s] * PAGE, 0,
					  s % 2 ? TOP : 0, &handle))
			{
				TH_LOG("%u pages at %u", sizes[s], begins[b]);
			}
			EXPECT_EQ(0, hbm_free(self->fd));
			if (handle)
				gem_close(self->fd, handle);
			for (i = 0; i < sizes[s]; i++)
				ASSERT_EQ(0,
					  make(self->fd, PAGE, 0, 0,
					       &self->handles[begins[b] + i]));
		}
	}
}

/* As many pages are free as are asked for, but nowhere together */
TEST_F(hbm, nowhere_together)
{
	__u32 i, extra;

	for (i = 0; i < self->count; i++)
		ASSERT_EQ(0, make(self->fd, PAGE, 0, 0, &self->handles[i]));
	for (i = 0; i < self->count; i += 2)
		ASSERT_EQ(0, gem_close(self->fd, self->handles[i]));
	EXPECT_EQ(-ENOSPC, make(self->fd, 2 * PAGE, 0, 0, &extra));
	EXPECT_EQ(-ENOSPC, make(self->fd, 2 * PAGE, 0, TOP, &extra));
	EXPECT_EQ(self->count / 2 * PAGE, hbm_free(self->fd));
	for (i = 0; i < self->count; i += 2)
		EXPECT_EQ(0, make(self->fd, PAGE, 0, 0, &self->handles[i]));
}

TEST_HARNESS_MAIN
