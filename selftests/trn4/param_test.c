// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * param_test.c - DRM_IOCTL_TRN4_GET_PARAM, and what holds for every ioctl.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"

#define PARAM_LAST DRM_TRN4_PARAM_RO_STORES

FIXTURE(param)
{
	struct rig rig;
	int fd;
};

FIXTURE_SETUP(param)
{
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	self->fd = self->rig.fd[0];
}

FIXTURE_TEARDOWN(param)
{
	rig_end(&self->rig);
}

static __u64 param(int fd, __u32 which)
{
	__u64 value;

	if (accel_param(fd, which, &value))
		return ~0ull;
	return value;
}

TEST_F(param, every_one_answers)
{
	__u64 value;
	__u32 i;

	for (i = 0; i <= PARAM_LAST; i++)
		EXPECT_EQ(0, accel_param(self->fd, i, &value))
		{
			TH_LOG("param %u", i);
		}
	EXPECT_EQ(-EINVAL, accel_param(self->fd, PARAM_LAST + 1, &value));
}

TEST_F(param, values)
{
	__u64 backed = param(self->fd, DRM_TRN4_PARAM_HBM_BACKED);

	EXPECT_EQ(288 * GIB, param(self->fd, DRM_TRN4_PARAM_HBM_SIZE));
	EXPECT_EQ(0, backed % PAGE);
	EXPECT_LT(0, backed);
	EXPECT_GE(288 * GIB, backed);
	EXPECT_GE(backed, param(self->fd, DRM_TRN4_PARAM_HBM_FREE));
	EXPECT_EQ(PAGE, param(self->fd, DRM_TRN4_PARAM_PAGE_SIZE));
	EXPECT_EQ(36, param(self->fd, DRM_TRN4_PARAM_PORTS));
	EXPECT_EQ(512, param(self->fd, DRM_TRN4_PARAM_WINDOWS));
	EXPECT_EQ(512, param(self->fd, DRM_TRN4_PARAM_GRANTS));
	EXPECT_EQ(0x3f, param(self->fd, DRM_TRN4_PARAM_OPS) & 0x3f);
	EXPECT_EQ(DRM_TRN4_SUBMIT_MAX,
		  param(self->fd, DRM_TRN4_PARAM_SUBMIT_MAX));
}

TEST_F(param, same_as_netlink)
{
	const struct fabric *fabric = self->rig.fabric;
	unsigned int i;
	int k, fd;

	for (k = 0; k < self->rig.count; k++) {
		const struct fabric_endpoint *found = NULL;

		for (i = 0; i < fabric->endpoint_count; i++)
			if (fabric->endpoints[i].id == self->rig.accels[k].id)
				found = &fabric->endpoints[i];
		ASSERT_NE(NULL, found);
		fd = accel_open(&self->rig.accels[k]);
		ASSERT_LE(0, fd);
		EXPECT_EQ(found->guid, param(fd, DRM_TRN4_PARAM_GUID));
		EXPECT_EQ(found->ports, param(fd, DRM_TRN4_PARAM_PORTS));
		EXPECT_STREQ(found->device, self->rig.accels[k].device);
		close(fd);
	}
}

TEST_F(param, identities_differ)
{
	__u64 guid[ACCEL_MAX];
	int i, k, fd;

	for (i = 0; i < self->rig.count; i++) {
		fd = accel_open(&self->rig.accels[i]);
		ASSERT_LE(0, fd);
		guid[i] = param(fd, DRM_TRN4_PARAM_GUID);
		close(fd);
		EXPECT_NE(0, guid[i]);
		EXPECT_GE(NVLF_TARGET_MAX, self->rig.accels[i].id);
		for (k = 0; k < i; k++) {
			EXPECT_NE(guid[k], guid[i]);
			EXPECT_NE(self->rig.accels[k].id,
				  self->rig.accels[i].id);
		}
	}
}

TEST_F(param, unknown)
{
	__u64 value;

	EXPECT_EQ(-EINVAL, accel_param(self->fd, 0xffffffff, &value));
	EXPECT_EQ(-EINVAL, accel_param(self->fd, 0x80000000, &value));
	EXPECT_EQ(-EINVAL, accel_param(self->fd, 0x10000, &value));
}

/* Of most there is one; of the atomics' types, one for each */
TEST_F(param, index)
{
	struct drm_trn4_get_param arg = {
		.param = DRM_TRN4_PARAM_PORTS,
	};
	int bit;

	for (bit = 0; bit < 32; bit++) {
		arg.index = 1u << bit;
		EXPECT_EQ(-EINVAL, accel_ioctl(self->fd,
					       DRM_IOCTL_TRN4_GET_PARAM, &arg));
	}
	arg.param = DRM_TRN4_PARAM_ATOMIC_TYPES;
	for (arg.index = 0; arg.index <= DRM_TRN4_ATOMIC_XOR; arg.index++) {
		EXPECT_EQ(0, accel_ioctl(self->fd, DRM_IOCTL_TRN4_GET_PARAM,
					 &arg));
		/* Whatever it does, it does to integers */
		EXPECT_EQ(3, arg.value & 3);
	}
	EXPECT_EQ(-EINVAL,
		  accel_ioctl(self->fd, DRM_IOCTL_TRN4_GET_PARAM, &arg));
	arg.index = ~0u;
	EXPECT_EQ(-EINVAL,
		  accel_ioctl(self->fd, DRM_IOCTL_TRN4_GET_PARAM, &arg));
}

/* What @value holds before is nobody's concern: it is out only */
TEST_F(param, value_is_out)
{
	struct drm_trn4_get_param arg = {
		.param = DRM_TRN4_PARAM_PORTS,
		.value = ~0ull,
	};

	EXPECT_EQ(0, accel_ioctl(self->fd, DRM_IOCTL_TRN4_GET_PARAM, &arg));
	EXPECT_EQ(36, arg.value);
}

/* ---- What holds for every ioctl ---- */

FIXTURE(every_ioctl)
{
	struct rig rig;
};

FIXTURE_VARIANT(every_ioctl)
{
	unsigned long request;
};

FIXTURE_VARIANT_ADD(every_ioctl, get_param) {
	.request = DRM_IOCTL_TRN4_GET_PARAM,
};

FIXTURE_VARIANT_ADD(every_ioctl, bo_create) {
	.request = DRM_IOCTL_TRN4_BO_CREATE,
};

FIXTURE_VARIANT_ADD(every_ioctl, mmap_offset) {
	.request = DRM_IOCTL_TRN4_MMAP_OFFSET,
};

FIXTURE_VARIANT_ADD(every_ioctl, grant_create) {
	.request = DRM_IOCTL_TRN4_GRANT_CREATE,
};

FIXTURE_VARIANT_ADD(every_ioctl, grant_revoke) {
	.request = DRM_IOCTL_TRN4_GRANT_REVOKE,
};

FIXTURE_VARIANT_ADD(every_ioctl, window_map) {
	.request = DRM_IOCTL_TRN4_WINDOW_MAP,
};

FIXTURE_VARIANT_ADD(every_ioctl, window_unmap) {
	.request = DRM_IOCTL_TRN4_WINDOW_UNMAP,
};

FIXTURE_VARIANT_ADD(every_ioctl, window_info) {
	.request = DRM_IOCTL_TRN4_WINDOW_INFO,
};

FIXTURE_VARIANT_ADD(every_ioctl, submit) {
	.request = DRM_IOCTL_TRN4_SUBMIT,
};

FIXTURE_VARIANT_ADD(every_ioctl, queue_create) {
	.request = DRM_IOCTL_TRN4_QUEUE_CREATE,
};

FIXTURE_VARIANT_ADD(every_ioctl, queue_destroy) {
	.request = DRM_IOCTL_TRN4_QUEUE_DESTROY,
};

FIXTURE_VARIANT_ADD(every_ioctl, queue_info) {
	.request = DRM_IOCTL_TRN4_QUEUE_INFO,
};

FIXTURE_VARIANT_ADD(every_ioctl, segment_set) {
	.request = DRM_IOCTL_TRN4_SEGMENT_SET,
};

FIXTURE_VARIANT_ADD(every_ioctl, export_revoke) {
	.request = DRM_IOCTL_TRN4_EXPORT_REVOKE,
};

FIXTURE_SETUP(every_ioctl)
{
	if (rig_begin(&self->rig, 1) == -ENODEV)
		SKIP(return, RIG_NEEDS, 1);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
}

FIXTURE_TEARDOWN(every_ioctl)
{
	rig_end(&self->rig);
}

TEST_F(every_ioctl, bad_pointer)
{
	__u64 size = getpagesize();
	char *pages;

	EXPECT_EQ(-EFAULT,
		  accel_ioctl(self->rig.fd[0], variant->request, NULL));
	EXPECT_EQ(-EFAULT, accel_ioctl(self->rig.fd[0], variant->request,
				       (void *)-4096l));

	/* The structure begins in a page that is there and ends in a hole */
	pages = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, pages);
	ASSERT_EQ(0, munmap(pages + size, size));
	EXPECT_EQ(-EFAULT, accel_ioctl(self->rig.fd[0], variant->request,
				       pages + size - 4));
	munmap(pages, size);
}

/* All bits set: no field of any of them may be so, and nothing is done */
TEST_F(every_ioctl, all_ones)
{
	__u64 before = param(self->rig.fd[0], DRM_TRN4_PARAM_HBM_FREE);
	__u8 arg[256];
	int ret;

	memset(arg, 0xff, sizeof(arg));
	ret = accel_ioctl(self->rig.fd[0], variant->request, arg);
	EXPECT_TRUE(ret == -EINVAL || ret == -ENOENT)
	{
		TH_LOG("returned %d", ret);
	}
	EXPECT_EQ(before, param(self->rig.fd[0], DRM_TRN4_PARAM_HBM_FREE));
}

TEST_F(param, unknown_ioctl)
{
	struct drm_trn4_submit arg = { 0 };
	unsigned int nr;
	int ret;

	for (nr = DRM_TRN4_EXPORT_REVOKE + 1;
	     DRM_COMMAND_BASE + nr < DRM_COMMAND_END; nr++) {
		ret = accel_ioctl(self->fd,
				  DRM_IOWR(DRM_COMMAND_BASE + nr,
					   struct drm_trn4_submit),
				  &arg);
		EXPECT_TRUE(ret == -EINVAL || ret == -ENOTTY)
		{
			TH_LOG("ioctl 0x%02x returned %d", nr, ret);
		}
	}
}

TEST_HARNESS_MAIN
