/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trn4-user-test.c - what a process does with an accelerator by itself, as the
 * device sees it: a queue whose descriptors name segments, and semaphores that
 * wait for what CPUs and other accelerators store, while the clock is stepped
 */
#include "qemu/osdep.h"
#include "trn4-qtest.h"

#define U64       TRN4_TYPE_U64
#define PAGE      ((uint64_t)NVL_PAGE_SIZE)
#define WINDOW_NO 2
#define US        1000
#define SEG_PAGE  4096ull

/* Two accelerators; the first has a window on 4 MiB of the second's HBM. */
static Rack *user_rack(void)
{
    Rack *r = rack_new(2, 1);

    rack_open(r);
    rack_grant(&r->ep[1], 0, 0, 2 * PAGE, NVL_RIGHTS_ALL);
    rack_window_set(&r->ep[0], WINDOW_NO, 0, 2 * PAGE, 0, 1, 0,
                    rack_generation(&r->ep[1], 0));
    g_assert_cmpuint(rack_window_enable(&r->ep[0], WINDOW_NO, NVL_RIGHTS_ALL),
                     ==, TRN4_WINDOW_LIVE);
    return r;
}

static void segment(RackQueue *q, unsigned int n, uint64_t base, uint64_t size,
                    uint32_t ctrl)
{
    ctrl |= TRN4_SEGMENT_VALID;
    rack_write64(q->fn, RACK_SEGMENT(q->n, n, TRN4_SEGMENT_BASE_ADDR), base);
    rack_write64(q->fn, RACK_SEGMENT(q->n, n, TRN4_SEGMENT_SIZE), size);
    rack_write32(q->fn, RACK_SEGMENT(q->n, n, TRN4_SEGMENT_CTRL), ctrl);
    g_assert_cmphex(rack_read32(q->fn,
                                RACK_SEGMENT(q->n, n, TRN4_SEGMENT_CTRL)),
                    ==, ctrl);
}

/* The value of the next record, which has that status */
static uint64_t ended(RackQueue *q, uint16_t status)
{
    struct trn4_cqe cqe = rack_next(q);

    g_assert_cmpuint(cqe.status, ==, status);
    return cqe.value;
}

static struct trn4_desc copy(unsigned int from, uint64_t src, unsigned int to,
                             uint64_t dst, uint64_t length)
{
    return (struct trn4_desc) {
        .opcode = TRN4_OP_COPY,
        .src_space = TRN4_SPACE_SEGMENT,
        .src_slot = from,
        .src = src,
        .dst_space = TRN4_SPACE_SEGMENT,
        .dst_slot = to,
        .dst = dst,
        .copy = { .length = length, .rows = 1 },
    };
}

static struct trn4_desc semaphore(uint8_t space, uint16_t slot, uint64_t at,
                                  uint8_t kind, uint64_t value,
                                  uint64_t timeout)
{
    return (struct trn4_desc) {
        .opcode = TRN4_OP_SEMAPHORE,
        .dst_space = space,
        .dst_slot = slot,
        .dst = at,
        .kind = kind,
        .type = U64,
        .semaphore = { .value = value, .timeout = timeout },
    };
}

/* ---- A user's queue ---------------------------------------------------- */

enum {
    LIST,   /* three pages of guest memory, in no order */
    OWN,    /* HBM */
    PEER,   /* a window */
    RUN,    /* guest memory in one piece; to be read only */
    NOBODY, /* not valid */
};

/* Pages -> HBM -> peer -> pages: as a process would, then all it may not */
static void test_user_queue(void)
{
    Rack *r = user_rack();
    RackQueue q = rack_queue(r, &r->ep[0], 7, TRN4_QUEUE_USER);
    static const unsigned int order[] = { 2, 0, 1 };
    uint64_t memory = rack_alloc(r, 3 * SEG_PAGE);
    uint64_t list = rack_alloc(r, SEG_PAGE), run = rack_alloc(r, SEG_PAGE);
    const uint64_t len = 2 * SEG_PAGE + 100;
    g_autofree uint8_t *sent = g_malloc(3 * SEG_PAGE);
    g_autofree uint8_t *got = g_malloc(3 * SEG_PAGE);
    unsigned int i;

    for (i = 0; i < 3 * SEG_PAGE; i++) {
        sent[i] = i * 7 + i / 251;
    }
    for (i = 0; i < 3; i++) {
        uint64_t page = memory + order[i] * SEG_PAGE;

        qtest_writeq(r->qts, list + 8 * i, page);
        qtest_memwrite(r->qts, page, sent + i * SEG_PAGE, SEG_PAGE);
    }
    segment(&q, LIST, list, 3 * SEG_PAGE,
            NVL_RIGHT_READ | NVL_RIGHT_WRITE | TRN4_SEGMENT_PAGES |
                TRN4_SEGMENT_SPACE(TRN4_SPACE_HOST));
    segment(&q, OWN, RACK_MIB, RACK_MIB,
            NVL_RIGHTS_ALL | TRN4_SEGMENT_SPACE(TRN4_SPACE_HBM));
    segment(&q, PEER, PAGE, RACK_MIB,
            NVL_RIGHTS_ALL | TRN4_SEGMENT_SPACE(TRN4_SPACE_WINDOW) |
                TRN4_SEGMENT_SLOT(WINDOW_NO));
    segment(&q, RUN, run, SEG_PAGE,
            NVL_RIGHT_READ | TRN4_SEGMENT_SPACE(TRN4_SPACE_HOST));

    rack_push(&q, copy(LIST, 1, OWN, 3, len));
    rack_push(&q, copy(OWN, 3, PEER, 50, len));
    rack_push(&q, semaphore(TRN4_SPACE_SEGMENT, PEER, 0, TRN4_SEMAPHORE_SIGNAL,
                            5, 0));
    rack_push(&q,
              semaphore(TRN4_SPACE_SEGMENT, PEER, 0, TRN4_SEMAPHORE_EQ, 5, 0));
    g_assert_cmpuint(ended(&q, TRN4_STATUS_OK), ==, len);
    g_assert_cmpuint(ended(&q, TRN4_STATUS_OK), ==, len);
    ended(&q, TRN4_STATUS_OK);
    g_assert_cmpuint(ended(&q, TRN4_STATUS_OK), ==, 5);
    qtest_memread(r->qts, r->ep[1].hbm + PAGE + 50, got, len);
    g_assert(!memcmp(got, sent + 1, len));
    qtest_memset(r->qts, memory, 0, 3 * SEG_PAGE);
    rack_push(&q, copy(PEER, 50, LIST, 9, len));
    g_assert_cmpuint(ended(&q, TRN4_STATUS_OK), ==, len);
    for (i = 0; i < 3; i++) {
        qtest_memread(r->qts, memory + order[i] * SEG_PAGE, got + i * SEG_PAGE,
                      SEG_PAGE);
    }
    g_assert(!memcmp(got + 9, sent + 1, len));

    rack_push(&q, copy(OWN, 0, RUN, 0, 8));
    ended(&q, TRN4_STATUS_NO_RIGHT);
    rack_push(&q, copy(OWN, 0, NOBODY, 0, 8));
    ended(&q, TRN4_STATUS_NO_SEGMENT);
    rack_push(&q, copy(OWN, 0, LIST, 3 * SEG_PAGE - 7, 8));
    ended(&q, TRN4_STATUS_BAD_RANGE);
    rack_push(&q, semaphore(TRN4_SPACE_HBM, 0, 0, TRN4_SEMAPHORE_SIGNAL, 5, 0));
    ended(&q, TRN4_STATUS_BAD_FIELD);
    rack_push(&q,
              semaphore(TRN4_SPACE_HOST, 0, run, TRN4_SEMAPHORE_SIGNAL, 5, 0));
    ended(&q, TRN4_STATUS_BAD_FIELD);
    rack_refused32(q.fn, RACK_QUEUE(7, TRN4_QUEUE_CTRL), TRN4_QUEUE_ENABLE,
                   NVL_ERR_BUSY);
    rack_refused64(q.fn, RACK_SEGMENT(7, OWN, TRN4_SEGMENT_BASE_ADDR), 0,
                   NVL_ERR_BUSY);

    /* Entries that are none, and pages that are not memory */
    qtest_writeq(r->qts, list + 8, memory + 8);
    rack_push(&q, copy(LIST, SEG_PAGE, OWN, 0, 8));
    ended(&q, TRN4_STATUS_BUS);
    qtest_writeq(r->qts, list + 8, q.fn->regs);
    rack_push(&q, copy(OWN, 0, LIST, SEG_PAGE + NVL_REG_SCRATCH, 4));
    ended(&q, TRN4_STATUS_BUS);

    /* Once it is no more, no more is read or written by it. */
    for (i = 0; i < 4; i++) {
        rack_push(&q, copy(OWN, 0, OWN, RACK_MIB / 2, RACK_MIB / 2));
    }
    rack_write32(q.fn, RACK_SEGMENT(7, OWN, TRN4_SEGMENT_CTRL), 0);
    qtest_memset(r->qts, q.fn->hbm + RACK_MIB, 0x55, RACK_MIB);
    rack_push(&q, copy(RUN, 0, OWN, 0, 8));
    for (i = 0; i < 4; i++) {
        uint16_t status = rack_next(&q).status;

        g_assert(status == TRN4_STATUS_OK || status == TRN4_STATUS_REVOKED ||
                 status == TRN4_STATUS_NO_SEGMENT);
    }
    ended(&q, TRN4_STATUS_NO_SEGMENT);
    g_assert_cmphex(qtest_readq(r->qts, q.fn->hbm + 2 * RACK_MIB - 8), ==,
                    0x5555555555555555);
    rack_free(r);
}

/* ---- Semaphores -------------------------------------------------------- */

/* A CPU stores; the device comes to know by its clock, and not before. */
static void test_cpu_store(void)
{
    Rack *r = user_rack();
    RackQueue q = rack_queue(r, &r->ep[0], 3, 0);
    uint64_t word = rack_alloc(r, 8);
    const struct {
        uint8_t space;
        uint16_t slot;
        uint64_t at;
        uint64_t seen; /* by a CPU */
    } t[] = {
        { TRN4_SPACE_HOST, 0, word, word },
        { TRN4_SPACE_HBM, 0, 64, r->ep[0].hbm + 64 },
        { TRN4_SPACE_WINDOW, WINDOW_NO, 64, r->ep[1].hbm + 64 },
    };
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(t); i++) {
        qtest_writeq(r->qts, t[i].seen, 1);
        rack_push(&q, semaphore(t[i].space, t[i].slot, t[i].at,
                                TRN4_SEMAPHORE_GE, 1ull << 40, 0));
        rack_push(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP });
        rack_still_waits(&q);
        qtest_clock_step(r->qts, 1000 * US);
        rack_still_waits(&q);
        qtest_writeq(r->qts, t[i].seen, 3ull << 40);
        rack_still_waits(&q);
        qtest_clock_step(r->qts, 20 * US);
        g_assert_cmphex(ended(&q, TRN4_STATUS_OK), ==, 3ull << 40);
        ended(&q, TRN4_STATUS_OK);
    }
    /* Its time goes by the same clock, by no other. */
    rack_push(&q,
              semaphore(TRN4_SPACE_HOST, 0, word, TRN4_SEMAPHORE_EQ, 4, 500));
    rack_still_waits(&q);
    qtest_clock_step(r->qts, 499 * US);
    rack_still_waits(&q);
    qtest_clock_step(r->qts, 21 * US);
    g_assert_cmphex(ended(&q, TRN4_STATUS_TIMEOUT), ==, 3ull << 40);
    rack_free(r);
}

/* Of two accelerators one waits, the other stores: no clock is needed. */
static void test_peer_signals(void)
{
    Rack *r = user_rack();
    RackQueue q = rack_queue(r, &r->ep[1], 3, 0);
    RackQueue peer = rack_queue(r, &r->ep[0], 4, 0);
    uint64_t i;

    for (i = 1; i < 40; i++) {
        rack_push(&q,
                  semaphore(TRN4_SPACE_HBM, 0, 64, TRN4_SEMAPHORE_EQ, i, 0));
        if (i % 2) {
            rack_still_waits(&q);
        }
        rack_push(&peer, semaphore(TRN4_SPACE_WINDOW, WINDOW_NO, 64,
                                   TRN4_SEMAPHORE_SIGNAL, i, 0));
        ended(&peer, TRN4_STATUS_OK);
        g_assert_cmpuint(ended(&q, TRN4_STATUS_OK), ==, i);
    }
    /* The window goes while it is waited for what is in it. */
    rack_push(&peer, semaphore(TRN4_SPACE_WINDOW, WINDOW_NO, 64,
                               TRN4_SEMAPHORE_EQ, 1, 0));
    rack_still_waits(&peer);
    rack_ungrant(&r->ep[1], 0);
    qtest_clock_step(r->qts, 20 * US);
    ended(&peer, TRN4_STATUS_REVOKED);
    rack_free(r);
}

/* What waits is forgotten by a reset, and with the device when it goes. */
static void test_wait_ends_with_device(void)
{
    Rack *r = user_rack();
    RackQueue q = rack_queue(r, &r->ep[0], 3, 0);
    uint64_t word = rack_alloc(r, 8);

    rack_push(&q, semaphore(TRN4_SPACE_HOST, 0, word, TRN4_SEMAPHORE_EQ, 1, 0));
    rack_still_waits(&q);
    rack_flr(q.fn);
    qtest_writeq(r->qts, word, 1);
    qtest_clock_step(r->qts, 1000 * US);
    rack_still_waits(&q);
    qtest_writeq(r->qts, word, 0);
    q = rack_queue(r, &r->ep[0], 3, 0);
    rack_push(&q, semaphore(TRN4_SPACE_HOST, 0, word, TRN4_SEMAPHORE_EQ, 1, 0));
    rack_still_waits(&q);
    rack_unplug(q.fn);
    qtest_writeq(r->qts, word, 1);
    qtest_clock_step(r->qts, 1000 * US);
    rack_still_waits(&q);
    rack_free(r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/trn4/user/queue", test_user_queue);
    qtest_add_func("/trn4/user/cpu-store", test_cpu_store);
    qtest_add_func("/trn4/user/peer-signals", test_peer_signals);
    qtest_add_func("/trn4/user/wait-ends-with-device",
                   test_wait_ends_with_device);
    return g_test_run();
}
