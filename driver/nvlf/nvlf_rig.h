/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvlf_rig.h - what the KUnit tests of nvlf.ko work on: a small fabric of
 * their own, whose registers are plain memory, so that no device is needed.
 */
#ifndef NVLF_RIG_H
#define NVLF_RIG_H

#include <kunit/test.h>

#include "nvlf_internal.h"

#define PORTS         2 /* of an endpoint, one to each switch */
#define SWITCH_PORTS  4 /* the first two are wired */
#define SWITCH_GROUPS 8
#define SWITCHES      2
#define NEAR          5
#define FAR           1900 /* a target id that is no small number */

/**
 * struct rig - two endpoints, each with one link to each of two switches
 * @f: fabric; no routes and no partitions
 * @near: endpoint NEAR, port n to port 0 of switch n
 * @far: endpoint FAR, port n to port 1 of switch n
 * @sw: switches
 * @revoked: calls of revoke()
 * @revoked_peer: in the newest of them
 * @revoked_partition: in the newest of them
 * @deaf: registers of endpoints do not answer
 * @entered: calls of access_begin() without an access_end()
 */
struct rig {
	struct nvlf_fabric *f;
	struct nvlf_endpoint *near, *far;
	struct nvlf_switch *sw[SWITCHES];
	unsigned int revoked;
	u32 revoked_peer;
	u32 revoked_partition;
	bool deaf;
	int entered;
};

int rig_init(struct kunit *test);
void rig_exit(struct kunit *test);

void rig_say(void __iomem *regs, u32 state, u32 partner, u32 self, u64 guid,
	     u32 port);
void rig_wire(struct nvlf_endpoint *ep, unsigned int p, struct nvlf_switch *sw,
	      unsigned int q);
void rig_scan(struct rig *rig);
void rig_route(struct kunit *test, struct rig *rig, unsigned int id, u32 target,
	       u8 ports);
void rig_unroute(struct rig *rig, unsigned int id, u32 target);
struct nvlf_partition *rig_partition(struct kunit *test, struct rig *rig,
				     u32 id, u32 a, u32 b);

static inline void put32(void __iomem *regs, unsigned int at, u32 value)
{
	*(u32 *)((u8 __force *)regs + at) = value;
}

static inline void put64(void __iomem *regs, unsigned int at, u64 value)
{
	put32(regs, at, lower_32_bits(value));
	put32(regs, at + 4, upper_32_bits(value));
}

static inline u32 get32(void __iomem *regs, unsigned int at)
{
	return *(u32 *)((u8 __force *)regs + at);
}

static inline void __iomem *endpoint_port(struct nvlf_endpoint *ep,
					  unsigned int p)
{
	return ep->regs + p * NVL_PORT_STRIDE;
}

static inline void __iomem *switch_port(struct nvlf_switch *sw, unsigned int q)
{
	return sw->regs + NVL_SWITCH_PORT_BASE + q * NVL_PORT_STRIDE;
}

#endif /* NVLF_RIG_H */
