/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvl-timing-test.c - model time in completion records: by the numbers that a
 * fabric and its accelerators are given; and pace=on, where guest time, which is
 * stepped here, has to come to it before a record does
 */
#include "qemu/osdep.h"
#include "trn4-qtest.h"

#define PAGE      ((uint64_t)NVL_PAGE_SIZE)
#define WINDOW_NO 2
#define HOST      TRN4_SPACE_HOST
#define OWN       TRN4_SPACE_HBM
#define WIN       TRN4_SPACE_WINDOW

/* A copy of a MiB to the peer, rounded up */
#define N        RACK_MIB
#define STORE_NS (2 * 300 + 500 + N / 1800 + 1)
#define WAIT_US  (10 * G_USEC_PER_SEC)

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
    const uint64_t n = N, memory = rack_alloc(r, n);

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
    const uint64_t n = N, memory = rack_alloc(r, n);

    takes(&q, copy(OWN, 0, OWN, n, n), 2 * 70 + 2 * n / 2);
    takes(&q, copy(OWN, 0, WIN, 0, n), 2 * 70 + 6500 + n * 1000 / (36 * 25));
    takes(&q, copy(WIN, 0, OWN, 0, n),
          2 * 70 + 2 * 6500 + n * 1000 / (36 * 25));
    takes(&q, copy(HOST, memory, OWN, 0, n), 2 * 11 + 70 + n * 10);
    rack_free(r);
}

/* ---- Pace --------------------------------------------------------------- */

static void set_pace(Rack *r, bool on)
{
    qtest_qmp_assert_success(r->qts,
                             "{ 'execute': 'qom-set', 'arguments':"
                             " { 'path': '/objects/fabric0',"
                             " 'property': 'pace', 'value': %i } }",
                             on);
}

static void wait_word(Rack *r, uint64_t addr, uint64_t value)
{
    int64_t end = g_get_monotonic_time() + WAIT_US;

    while (qtest_readq(r->qts, addr) != value) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

/* Data is there at once, the record when its time has come, to the ns. */
static void test_pace(void)
{
    Rack *r = timing_rack(",pace=on", NULL);
    RackQueue q = rack_queue(r, &r->ep[0], 1, 0);
    RackQueue other = rack_queue(r, &r->ep[0], 2, 0);
    uint64_t begin = rack_read64(q.fn, TRN4_REG_MODEL_TIME);
    struct trn4_cqe cqe;

    qtest_clock_step(r->qts, 1000);
    g_assert_cmpuint(rack_read64(q.fn, TRN4_REG_MODEL_TIME), ==, begin + 1000);
    begin += 1000;
    qtest_writeq(r->qts, q.fn->hbm + N - 8, 0x1234567890);
    rack_push(&q, copy(OWN, 0, WIN, 0, N));
    rack_push(&q, copy(OWN, 0, WIN, 0, N));
    wait_word(r, r->ep[1].hbm + N - 8, 0x1234567890);
    rack_still_waits(&q);
    qtest_clock_step(r->qts, STORE_NS - 1);
    rack_still_waits(&q);
    /* Another queue has nothing to wait for. */
    rack_push(&other, (struct trn4_desc) { .opcode = TRN4_OP_NOP });
    g_assert_cmpuint(rack_next(&other).start, ==, begin + STORE_NS - 1);
    qtest_clock_step(r->qts, 1);
    cqe = rack_next(&q);
    g_assert_cmpuint(cqe.status, ==, TRN4_STATUS_OK);
    g_assert_cmpuint(cqe.start, ==, begin);
    g_assert_cmpuint(cqe.end, ==, begin + STORE_NS);
    /* The next was begun then. */
    rack_still_waits(&q);
    qtest_clock_step(r->qts, STORE_NS - 2);
    rack_still_waits(&q);
    qtest_clock_step(r->qts, 2);
    g_assert_cmpuint(rack_next(&q).start, ==, begin + STORE_NS);
    rack_free(r);
}

/* Set in a running machine: what is held is let go. */
static void test_pace_set(void)
{
    Rack *r = timing_rack("", NULL);
    RackQueue q = rack_queue(r, &r->ep[0], 1, 0);
    uint64_t end;

    takes(&q, copy(OWN, 0, WIN, 0, N), STORE_NS - 1);
    set_pace(r, true);
    rack_push(&q, copy(OWN, 0, WIN, 0, N));
    rack_push(&q, copy(OWN, 0, WIN, 0, N));
    rack_still_waits(&q);
    set_pace(r, false);
    rack_next(&q);
    end = rack_next(&q).end;
    qtest_clock_step(r->qts, 1000);
    g_assert_cmpuint(rack_read64(q.fn, TRN4_REG_MODEL_TIME), ==, end);
    takes(&q, copy(OWN, 0, WIN, 0, N), STORE_NS - 1);
    rack_free(r);
}

/* What is held when its queue ends, or its device, is never told of. */
static void test_pace_ends(void)
{
    Rack *r = timing_rack(",pace=on", NULL);
    RackQueue q = rack_queue(r, &r->ep[0], 1, 0);

    rack_push(&q, copy(OWN, 0, WIN, 0, N));
    rack_still_waits(&q);
    rack_write32(q.fn, RACK_QUEUE(1, TRN4_QUEUE_CTRL), 0);
    qtest_clock_step(r->qts, 100 * STORE_NS);
    rack_still_waits(&q);

    q = rack_queue(r, &r->ep[0], 1, 0);
    rack_push(&q, copy(OWN, 0, OWN, N, N));
    rack_still_waits(&q);
    rack_flr(q.fn);
    qtest_clock_step(r->qts, 100 * STORE_NS);
    rack_still_waits(&q);

    q = rack_queue(r, &r->ep[0], 1, 0);
    rack_push(&q, copy(OWN, 0, OWN, N, N));
    rack_still_waits(&q);
    rack_unplug(q.fn);
    qtest_clock_step(r->qts, 100 * STORE_NS);
    rack_still_waits(&q);
    rack_free(r);
}

/* The clock of a guest that is stopped does not go on, and nor does a queue. */
static void test_pace_stopped(void)
{
    Rack *r = timing_rack(",pace=on", NULL);
    RackQueue q = rack_queue(r, &r->ep[0], 1, 0);

    rack_push(&q, copy(OWN, 0, WIN, 0, N));
    rack_still_waits(&q);
    qtest_qmp_assert_success(r->qts, "{ 'execute': 'stop' }");
    rack_still_waits(&q);
    qtest_qmp_assert_success(r->qts, "{ 'execute': 'cont' }");
    rack_still_waits(&q);
    qtest_clock_step(r->qts, STORE_NS - 1);
    rack_still_waits(&q);
    qtest_clock_step(r->qts, 1);
    g_assert_cmpuint(rack_next(&q).status, ==, TRN4_STATUS_OK);
    rack_free(r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/nvl-timing/defaults", test_defaults);
    qtest_add_func("/nvl-timing/numbers", test_numbers);
    qtest_add_func("/nvl-timing/pace/records", test_pace);
    qtest_add_func("/nvl-timing/pace/set", test_pace_set);
    qtest_add_func("/nvl-timing/pace/ends", test_pace_ends);
    qtest_add_func("/nvl-timing/pace/stopped", test_pace_stopped);
    return g_test_run();
}
