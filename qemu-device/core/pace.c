/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pace.c - model time in step with guest time, for those who ask for it.
 *
 * While a fabric keeps pace, its model clock is guest time, but for where it
 * stood when pacing began. So an operation starts in model time when it is rung
 * for in guest time; it is held from when its end is known until guest time has
 * come to that, and only then its record is written. Its queue begins no other
 * meanwhile; all other queues go on.
 *
 * Bytes that are copied or filled are in place before. Words, of an ATOMIC or a
 * SEMAPHORE that signals, change when their time has come, as others wait for
 * them.
 *
 * Where the host took longer than the fabric would have, nothing is held: a
 * record can come later than it says, never earlier.
 */
#include "nvlf_internal.h"

/* Model time that guest time @now stands for, fabric ps */
static uint64_t model_time(const struct nvlf_pace *p, uint64_t now)
{
    uint64_t ns = now - p->guest;

    return ns < (NVLF_NEVER - p->model) / NVLF_PS_PER_NS
               ? p->model + ns * NVLF_PS_PER_NS
               : NVLF_NEVER;
}

/* The first moment of guest time, ns, that stands for model time @t or more */
static uint64_t guest_time(const struct nvlf_pace *p, uint64_t t)
{
    uint64_t ns = t > p->model ? (t - p->model - 1) / NVLF_PS_PER_NS + 1 : 0;

    return ns < NVLF_NEVER - p->guest ? p->guest + ns : NVLF_NEVER;
}

/* The fabric's clock, which goes with guest time while that is paced */
uint64_t nvlf_pace_clock(struct nvlf_fabric *f)
{
    if (f->pace.on) {
        uint64_t t = model_time(&f->pace, nvlf_now(f));

        f->clock = t > f->clock ? t : f->clock;
    }
    return f->clock;
}

/*
 * The fabric is paced, and the end of the operation of queue @n known. Returns
 * whether it is held: its queue has a turn again when that has come.
 */
bool nvlf_pace_hold(struct nvlf_endpoint *ep, unsigned int n)
{
    struct nvlf_fabric *f = ep->d.f;
    struct nvlf_op *op = &ep->queues[n].op;

    op->due = guest_time(&f->pace, op->end);
    if (op->due <= nvlf_now(f)) {
        return false;
    }
    op->held = true;
    nvlf_queue_wait(ep, n);
    nvlf_arm(f, op->due);
    return true;
}

/* Let go of those of @ep that are due by @now. Returns when the next is. */
static uint64_t let_go(struct nvlf_endpoint *ep, uint64_t now)
{
    uint64_t left, before = ep->held, next = NVLF_NEVER;

    for (left = before; left; left &= left - 1) {
        unsigned int n = __builtin_ctzll(left);
        uint64_t due = ep->queues[n].op.due;

        if (due <= now) {
            nvlf_queue_resume(ep, n);
        } else if (due < next) {
            next = due;
        }
    }
    if (ep->held != before) {
        ep->ops->kick(ep->d.dev);
    }
    return next;
}

/* The same of all endpoints */
uint64_t nvlf_pace_tick(struct nvlf_fabric *f, uint64_t now)
{
    uint64_t next = NVLF_NEVER, due;
    unsigned int e;

    for (e = 0; e < f->endpoints; e++) {
        due = f->ep[e] ? let_go(f->ep[e], now) : NVLF_NEVER;
        next = due < next ? due : next;
    }
    return next;
}

void nvlf_fabric_pace(struct nvlf_fabric *f, bool on)
{
    f->pace = (struct nvlf_pace) {
        .on = on,
        .guest = nvlf_now(f),
        .model = nvlf_pace_clock(f),
    };
    if (!on) {
        nvlf_pace_tick(f, NVLF_NEVER);
    }
}
