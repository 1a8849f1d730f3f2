/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvl-timing-test.c - model time in completion records: by the numbers that a
 * fabric and its accelerators are given
 */
#include "qemu/osdep.h"
#include "trn4-qtest.h"

#define PAGE      ((uint64_t)NVL_PAGE_SIZE)
#define WINDOW_NO 2
#define HOST      TRN4_SPACE_HOST
#define OWN       TRN4_SPACE_HBM
#define WIN       TRN4_SPACE_WINDOW

/*
 * Two accelerators at one switch; each has a window on 4 MiB of the other's
 * HBM.
 */
static Rack *timing_rack(const char *fabric_args, const char *ep_args)
{
    Rack *r = rack_new_fabric(2, 1, 1, fabric_args, ep_args, NULL);
    unsigned int i;

    rack_train(r);
    rack_open(r);
    for (i = 0; i < 2; i++) {
        rack_grant(&r->ep[i], 0, 0, 2 * PAGE, NVL_RIGHTS_ALL);
    }
    for (i = 0; i < 2; i++) {
        rack_window_set(&r->ep[i], WINDOW_NO, 0, 2 * PAGE, 0, !i, 0,
                        rack_generation(&r->ep[!i], 0));
        g_assert_cmpuint(rack_window_enable(&r->ep[i], WINDOW_NO,
                                            NVL_RIGHTS_ALL),
                         ==, TRN4_WINDOW_LIVE);
    }
    return r;
}

static struct trn4_desc copy(uint8_t src_space, uint64_t src, uint8_t dst_space,
                             uint64_t dst, uint64_t length)
{
    return (struct trn4_desc) {
        .opcode = TRN4_OP_COPY,
        .src_space = src_space,
        .src_slot = src_space == WIN ? WINDOW_NO : 0,
        .src = src,
        .dst_space = dst_space,
        .dst_slot = dst_space == WIN ? WINDOW_NO : 0,
        .dst = dst,
        .copy = { .length = length, .rows = 1 },
    };
}

/* It takes @ns of model time, but for the roundings of start and end. */
static void takes(RackQueue *q, struct trn4_desc d, uint64_t ns)
{
    struct trn4_cqe cqe;

    rack_push(q, d);
    cqe = rack_next(q);
    g_assert_cmpuint(cqe.status, ==, TRN4_STATUS_OK);
    g_assert_cmpuint(cqe.end - cqe.start, >=, ns);
    g_assert_cmpuint(cqe.end - cqe.start, <=, ns + 2);
    g_assert_cmpuint(rack_read64(q->fn, TRN4_REG_MODEL_TIME), ==, cqe.end);
}

static void test_defaults(void)
{
    Rack *r = timing_rack("", NULL);
    RackQueue q = rack_queue(r, &r->ep[0], 1, 0);
    const uint64_t n = RACK_MIB, memory = rack_alloc(r, n);

    takes(&q, copy(OWN, 0, OWN, n, n), 2 * 300 + 2 * n / 19600);
    takes(&q, copy(OWN, 0, WIN, 0, n), 2 * 300 + 500 + n / 1800);
    takes(&q, copy(WIN, 0, OWN, 0, n), 2 * 300 + 1000 + n / 1800);
    takes(&q, copy(HOST, memory, OWN, 0, n), 2 * 400 + 300 + n / 64);
    rack_free(r);
}

/* Each number differs from all others, and shows where it should. */
static void test_numbers(void)
{
    Rack *r = timing_rack(",link-rate=25,link-latency=3000,switch-latency=500",
                          "aperture=64M,hbm-rate=2000,hbm-latency=70"
                          ",pcie-rate=100,pcie-latency=11");
    RackQueue q = rack_queue(r, &r->ep[0], 1, 0);
    const uint64_t n = RACK_MIB, memory = rack_alloc(r, n);

    takes(&q, copy(OWN, 0, OWN, n, n), 2 * 70 + 2 * n / 2);
    takes(&q, copy(OWN, 0, WIN, 0, n), 2 * 70 + 6500 + n * 1000 / (36 * 25));
    takes(&q, copy(WIN, 0, OWN, 0, n),
          2 * 70 + 2 * 6500 + n * 1000 / (36 * 25));
    takes(&q, copy(HOST, memory, OWN, 0, n), 2 * 11 + 70 + n * 10);
    rack_free(r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/nvl-timing/defaults", test_defaults);
    qtest_add_func("/nvl-timing/numbers", test_numbers);
    return g_test_run();
}
