/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trn4-queue-test.c - queues of the accelerator as a driver sees them: rings
 * in guest memory, doorbells, completion records, interrupts, and what a
 * hostile guest could put there
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "hw/pci/pci_regs.h"
#include "trn4-qtest.h"

#define U32       TRN4_TYPE_U32
#define U64       TRN4_TYPE_U64
#define PAGE      ((uint64_t)NVL_PAGE_SIZE)
#define AP        (4 * RACK_MIB)
#define WINDOW_NO 2
#define WAIT_US   (10 * G_USEC_PER_SEC)

/* Endpoint 0 has a window on 4 MiB of endpoint 1's HBM, from its start. */
typedef struct Queue {
    Rack *r;
    RackFn *fn;
    RackFn *peer;
    unsigned int n;
    unsigned int entries;
    uint64_t sq;
    uint64_t cq;
    unsigned int tail;
    unsigned int head;
    uint16_t phase;
    uint64_t buffer; /* guest memory, 64 KiB */
} Queue;

static void queue_start(Queue *q, unsigned int n, unsigned int log2,
                        uint32_t vector, uint32_t flags)
{
    q->n = n;
    q->entries = 1u << log2;
    q->sq = rack_alloc(q->r, q->entries * sizeof(struct trn4_desc));
    q->cq = rack_alloc(q->r, q->entries * sizeof(struct trn4_cqe));
    q->tail = q->head = 0;
    q->phase = 1;
    rack_write64(q->fn, RACK_QUEUE(n, TRN4_QUEUE_SQ_BASE), q->sq);
    rack_write64(q->fn, RACK_QUEUE(n, TRN4_QUEUE_CQ_BASE), q->cq);
    rack_write32(q->fn, RACK_QUEUE(n, TRN4_QUEUE_SIZE), log2);
    rack_write32(q->fn, RACK_QUEUE(n, TRN4_QUEUE_VECTOR), vector);
    rack_write32(q->fn, RACK_QUEUE(n, TRN4_QUEUE_CTRL),
                 TRN4_QUEUE_ENABLE | flags);
    g_assert_cmpuint(rack_read32(q->fn, RACK_QUEUE(n, TRN4_QUEUE_STATUS)), ==,
                     TRN4_QUEUE_RUNNING);
}

static Queue queue_new(unsigned int n, unsigned int log2, uint32_t vector,
                       uint32_t flags)
{
    Rack *r = rack_new(2, 1);
    Queue q = { .r = r, .fn = &r->ep[0], .peer = &r->ep[1] };

    rack_open(r);
    rack_grant(q.peer, 0, 0, 2 * PAGE, NVL_RIGHTS_ALL);
    rack_window_set(q.fn, WINDOW_NO, AP, 2 * PAGE, 0, 1, 0,
                    rack_generation(q.peer, 0));
    g_assert_cmpuint(rack_window_enable(q.fn, WINDOW_NO, NVL_RIGHTS_ALL), ==,
                     TRN4_WINDOW_LIVE);
    q.buffer = rack_alloc(r, 64 << 10);
    queue_start(&q, n, log2, vector, flags);
    return q;
}

static void desc_put(Queue *q, const struct trn4_desc *d)
{
    struct trn4_desc le = {
        .opcode = d->opcode,
        .flags = d->flags,
        .id = cpu_to_le16(d->id),
        .src_space = d->src_space,
        .dst_space = d->dst_space,
        .src_slot = cpu_to_le16(d->src_slot),
        .dst_slot = cpu_to_le16(d->dst_slot),
        .kind = d->kind,
        .type = d->type,
        .rsvd0 = cpu_to_le32(d->rsvd0),
        .src = cpu_to_le64(d->src),
        .dst = cpu_to_le64(d->dst),
        /* As numbers, whatever they are */
        .copy = {
            .length = cpu_to_le64(d->copy.length),
            .rows = cpu_to_le64(d->copy.rows),
            .src_pitch = cpu_to_le64(d->copy.src_pitch),
            .dst_pitch = cpu_to_le64(d->copy.dst_pitch),
        },
    };

    qtest_memwrite(q->r->qts, q->sq + q->tail * sizeof(le), &le, sizeof(le));
    q->tail = (q->tail + 1) % q->entries;
}

static void ring(Queue *q)
{
    rack_write32(q->fn, RACK_DOORBELL(q->n, TRN4_DOORBELL_SQ_TAIL), q->tail);
}

static bool peek(Queue *q, struct trn4_cqe *cqe)
{
    qtest_memread(q->r->qts, q->cq + q->head * sizeof(*cqe), cqe, sizeof(*cqe));
    return (le16_to_cpu(cqe->phase) & 1) == q->phase;
}

/* The next record; the device runs between two looks. */
static struct trn4_cqe wait_cqe(Queue *q)
{
    int64_t end = g_get_monotonic_time() + WAIT_US;
    struct trn4_cqe cqe;

    while (!peek(q, &cqe)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    if (++q->head == q->entries) {
        q->head = 0;
        q->phase ^= 1;
    }
    rack_write32(q->fn, RACK_DOORBELL(q->n, TRN4_DOORBELL_CQ_HEAD), q->head);
    cqe.value = le64_to_cpu(cqe.value);
    cqe.start = le64_to_cpu(cqe.start);
    cqe.end = le64_to_cpu(cqe.end);
    cqe.id = le16_to_cpu(cqe.id);
    cqe.sq_head = le16_to_cpu(cqe.sq_head);
    cqe.status = le16_to_cpu(cqe.status);
    return cqe;
}

static struct trn4_cqe run(Queue *q, struct trn4_desc d)
{
    static uint16_t id;
    struct trn4_cqe cqe;

    d.id = ++id;
    desc_put(q, &d);
    ring(q);
    cqe = wait_cqe(q);
    g_assert_cmpuint(cqe.id, ==, id);
    g_assert_cmpuint(cqe.sq_head, ==, q->tail);
    g_assert_cmpuint(cqe.end, >=, cqe.start);
    return cqe;
}

static struct trn4_desc copy(uint8_t src_space, uint16_t src_slot, uint64_t src,
                             uint8_t dst_space, uint16_t dst_slot, uint64_t dst,
                             uint64_t length)
{
    return (struct trn4_desc) {
        .opcode = TRN4_OP_COPY,
        .src_space = src_space,
        .src_slot = src_slot,
        .src = src,
        .dst_space = dst_space,
        .dst_slot = dst_slot,
        .dst = dst,
        .copy = { .length = length, .rows = 1 },
    };
}

static struct trn4_desc atomic(uint8_t kind, uint8_t type, uint64_t dst,
                               uint64_t operand, uint64_t compare)
{
    return (struct trn4_desc) {
        .opcode = TRN4_OP_ATOMIC,
        .dst_space = TRN4_SPACE_WINDOW,
        .dst_slot = WINDOW_NO,
        .flags = TRN4_DESC_FETCH,
        .kind = kind,
        .type = type,
        .dst = dst,
        .atomic = { .operand = { operand }, .compare = { compare } },
    };
}

static void check_status(Queue *q, struct trn4_desc d, uint16_t status)
{
    g_assert_cmpuint(run(q, d).status, ==, status);
}

/* The queue went to FAULT and told so; nothing more comes of it. */
static void wait_fault(Queue *q)
{
    int64_t end = g_get_monotonic_time() + WAIT_US;

    while (rack_read32(q->fn, RACK_QUEUE(q->n, TRN4_QUEUE_STATUS)) !=
           TRN4_QUEUE_FAULT) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    g_assert_cmphex(rack_read32(q->fn, NVL_REG_INT_STATUS) & NVL_INT_QUEUE, ==,
                    NVL_INT_QUEUE);
}

/* ---- Operations -------------------------------------------------------- */

/* More descriptors than the rings have entries: indexes and phase wrap. */
static void test_nop(void)
{
    Queue q = queue_new(63, 2, 7, 0);
    struct trn4_cqe cqe;
    unsigned int i;
    uint64_t time = 0;

    for (i = 0; i < 11; i++) {
        cqe = run(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP });
        g_assert_cmpuint(cqe.status, ==, TRN4_STATUS_OK);
        g_assert_cmpuint(cqe.value, ==, 0);
        g_assert_cmpuint(cqe.start, >=, time);
        time = cqe.end;
    }
    g_assert_cmpuint(rack_read64(q.fn, TRN4_REG_MODEL_TIME), >=, time);
    g_assert_cmpuint(rack_read32(q.fn, RACK_QUEUE(63, TRN4_QUEUE_SQ_HEAD)), ==,
                     11 % 4);
    g_assert_cmpuint(rack_read32(q.fn, RACK_QUEUE(63, TRN4_QUEUE_CQ_TAIL)), ==,
                     11 % 4);
    rack_free(q.r);
}

static void fill(Queue *q, uint64_t addr, uint8_t first, size_t len)
{
    g_autofree uint8_t *buf = g_malloc(len);
    size_t i;

    for (i = 0; i < len; i++) {
        buf[i] = first + i;
    }
    qtest_memwrite(q->r->qts, addr, buf, len);
}

static void check_filled(Queue *q, uint64_t addr, uint8_t first, size_t len)
{
    g_autofree uint8_t *buf = g_malloc(len);
    size_t i;

    qtest_memread(q->r->qts, addr, buf, len);
    for (i = 0; i < len; i++) {
        g_assert_cmphex(buf[i], ==, (uint8_t)(first + i));
    }
}

/* Host -> own HBM -> window -> own HBM -> host, all at odd addresses */
static void test_copy(void)
{
    Queue q = queue_new(0, 4, 0, 0);
    const uint64_t len = 5001;
    struct trn4_cqe cqe;

    fill(&q, q.buffer + 1, 3, len);
    cqe = run(&q, copy(TRN4_SPACE_HOST, 0, q.buffer + 1, TRN4_SPACE_HBM, 0,
                       RACK_HBM - len, len));
    g_assert_cmpuint(cqe.status, ==, TRN4_STATUS_OK);
    g_assert_cmpuint(cqe.value, ==, len);
    check_filled(&q, q.fn->hbm + RACK_HBM - len, 3, len);

    check_status(&q,
                 copy(TRN4_SPACE_HBM, 0, RACK_HBM - len, TRN4_SPACE_WINDOW,
                      WINDOW_NO, 2 * PAGE - len, len),
                 TRN4_STATUS_OK);
    check_filled(&q, q.peer->hbm + 2 * PAGE - len, 3, len);
    check_filled(&q, q.fn->aperture + AP + 2 * PAGE - len, 3, len);

    check_status(&q,
                 copy(TRN4_SPACE_WINDOW, WINDOW_NO, 2 * PAGE - len,
                      TRN4_SPACE_HBM, 0, 7, len),
                 TRN4_STATUS_OK);
    check_status(&q,
                 copy(TRN4_SPACE_HBM, 0, 7, TRN4_SPACE_HOST, 0,
                      q.buffer + 20001, len),
                 TRN4_STATUS_OK);
    check_filled(&q, q.buffer + 20001, 3, len);

    check_status(&q,
                 copy(TRN4_SPACE_HOST, 0, q.buffer + 20001, TRN4_SPACE_HOST, 0,
                      q.buffer + 20000, len),
                 TRN4_STATUS_OK);
    check_filled(&q, q.buffer + 20000, 3, len);
    check_status(&q, copy(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0, 0, 0),
                 TRN4_STATUS_OK);
    rack_free(q.r);
}

/* Longer than one turn of the engine, while another queue goes on */
static void test_copy_long(void)
{
    Queue q = queue_new(0, 2, 0, 0);
    Queue other = { .r = q.r, .fn = q.fn, .peer = q.peer };
    struct trn4_cqe cqe;
    uint64_t at;

    for (at = 0; at < RACK_HBM / 2; at += RACK_MIB) {
        qtest_writeq(q.r->qts, q.fn->hbm + at + 8, at);
    }
    queue_start(&other, 1, 2, 0, 0);
    desc_put(&q, &(struct trn4_desc) {
                     .opcode = TRN4_OP_COPY,
                     .src_space = TRN4_SPACE_HBM,
                     .dst_space = TRN4_SPACE_HBM,
                     .dst = RACK_HBM / 2,
                     .copy = { .length = RACK_HBM / 2, .rows = 1 },
                 });
    ring(&q);
    check_status(&other, (struct trn4_desc) { .opcode = TRN4_OP_NOP },
                 TRN4_STATUS_OK);
    cqe = wait_cqe(&q);
    g_assert_cmpuint(cqe.status, ==, TRN4_STATUS_OK);
    g_assert_cmpuint(cqe.value, ==, RACK_HBM / 2);
    for (at = 0; at < RACK_HBM / 2; at += RACK_MIB) {
        g_assert_cmphex(qtest_readq(q.r->qts,
                                    q.fn->hbm + RACK_HBM / 2 + at + 8),
                        ==, at);
    }
    rack_free(q.r);
}

static void test_atomic(void)
{
    static const struct {
        uint8_t kind, type;
        uint64_t before, operand, compare, after;
    } t[] = {
        { TRN4_ATOMIC_ADD, U64, 0x1ffffffff, 1, 0, 0x200000000 },
        { TRN4_ATOMIC_ADD, U64, UINT64_MAX, 2, 0, 1 },
        { TRN4_ATOMIC_ADD, U32, 0x1ffffffff, 1, 0, 0x100000000 },
        { TRN4_ATOMIC_SWAP, U64, 1, 0xabcdef0123456789, 0, 0xabcdef0123456789 },
        { TRN4_ATOMIC_SWAP, U32, 0x500000001, 9, 0, 0x500000009 },
        { TRN4_ATOMIC_CAS, U64, 7, 8, 7, 8 },
        { TRN4_ATOMIC_CAS, U64, 7, 8, 6, 7 },
        { TRN4_ATOMIC_CAS, U32, 0x300000007, 8, 7, 0x300000008 },
    };
    Queue q = queue_new(0, 4, 0, 0);
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(t); i++) {
        struct trn4_cqe cqe;

        qtest_writeq(q.r->qts, q.peer->hbm + 64, t[i].before);
        cqe = run(&q,
                  atomic(t[i].kind, t[i].type, 64, t[i].operand, t[i].compare));
        g_assert_cmpuint(cqe.status, ==, TRN4_STATUS_OK);
        g_assert_cmphex(cqe.value, ==,
                        t[i].type == U32 ? (uint32_t)t[i].before : t[i].before);
        g_assert_cmphex(qtest_readq(q.r->qts, q.peer->hbm + 64), ==,
                        t[i].after);
    }
    rack_free(q.r);
}

/* ---- What is refused --------------------------------------------------- */

static void test_bad_descriptors(void)
{
    const uint8_t host = TRN4_SPACE_HOST, hbm = TRN4_SPACE_HBM,
                  win = TRN4_SPACE_WINDOW;
    const struct {
        struct trn4_desc d;
        uint16_t status;
    } t[] = {
        { { .opcode = TRN4_OP_SEMAPHORE + 1 }, TRN4_STATUS_BAD_OPCODE },
        { { .opcode = 255 }, TRN4_STATUS_BAD_OPCODE },
        { { .flags = 1 }, TRN4_STATUS_BAD_FIELD },
        { { .rsvd0 = 1 }, TRN4_STATUS_BAD_FIELD },
        { { .copy.dst_pitch = 1ull << 63 }, TRN4_STATUS_BAD_FIELD },
        { { .copy.length = 1 }, TRN4_STATUS_BAD_FIELD },
        { { .type = 1 }, TRN4_STATUS_BAD_FIELD },
        { copy(3, 0, 0, hbm, 0, 0, 8), TRN4_STATUS_BAD_FIELD },
        { copy(hbm, 0, 0, 255, 0, 0, 8), TRN4_STATUS_BAD_FIELD },
        { copy(hbm, 1, 0, hbm, 0, 0, 8), TRN4_STATUS_BAD_FIELD },
        { copy(hbm, 0, 0, host, 1, 0, 8), TRN4_STATUS_BAD_FIELD },
        { copy(win, TRN4_WINDOWS, 0, hbm, 0, 0, 8), TRN4_STATUS_BAD_FIELD },
        { copy(win, UINT16_MAX, 0, hbm, 0, 0, 8), TRN4_STATUS_BAD_FIELD },
        { copy(hbm, 0, RACK_HBM, hbm, 0, 0, 1), TRN4_STATUS_BAD_RANGE },
        { copy(hbm, 0, RACK_HBM - 7, hbm, 0, 0, 8), TRN4_STATUS_BAD_RANGE },
        { copy(hbm, 0, UINT64_MAX, hbm, 0, 0, 8), TRN4_STATUS_BAD_RANGE },
        { copy(hbm, 0, 8, hbm, 0, 0, UINT64_MAX), TRN4_STATUS_BAD_RANGE },
        { copy(hbm, 0, 0, win, WINDOW_NO, 2 * PAGE - 7, 8),
          TRN4_STATUS_BAD_RANGE },
        { copy(hbm, 0, 0, win, WINDOW_NO, UINT64_MAX - 3, 8),
          TRN4_STATUS_BAD_RANGE },
        { copy(hbm, 0, 0, win, WINDOW_NO + 1, 0, 8), TRN4_STATUS_NO_WINDOW },
        { copy(win, 511, 0, hbm, 0, 0, 8), TRN4_STATUS_NO_WINDOW },
        { copy(host, 0, UINT64_MAX - 3, hbm, 0, 0, 8), TRN4_STATUS_BAD_RANGE },
        { copy(host, 0, 1ull << 62, hbm, 0, 0, 8), TRN4_STATUS_BUS },
        { copy(hbm, 0, 0, host, 0, 1ull << 62, 8), TRN4_STATUS_BUS },
        { atomic(TRN4_ATOMICS, U64, 0, 0, 0), TRN4_STATUS_BAD_FIELD },
        { atomic(TRN4_ATOMIC_ADD, TRN4_TYPES, 0, 0, 0), TRN4_STATUS_BAD_FIELD },
        { atomic(TRN4_ATOMIC_ADD, TRN4_TYPE_S32, 0, 0, 0),
          TRN4_STATUS_BAD_FIELD },
        { atomic(TRN4_ATOMIC_ADD, TRN4_TYPE_U128, 0, 0, 0),
          TRN4_STATUS_BAD_FIELD },
        { atomic(TRN4_ATOMIC_ADD, U64, 0, 0, 1), TRN4_STATUS_BAD_FIELD },
        { atomic(TRN4_ATOMIC_ADD, U32, 0, 1ull << 32, 0),
          TRN4_STATUS_BAD_FIELD },
        { atomic(TRN4_ATOMIC_ADD, U64, 4, 0, 0), TRN4_STATUS_BAD_ALIGN },
        { atomic(TRN4_ATOMIC_CAS, U32, 2, 0, 0), TRN4_STATUS_BAD_ALIGN },
        { atomic(TRN4_ATOMIC_ADD, U64, 2 * PAGE, 0, 0), TRN4_STATUS_BAD_RANGE },
        { atomic(TRN4_ATOMIC_ADD, U64, 0 - 8ull, 0, 0), TRN4_STATUS_BAD_RANGE },
        { { .opcode = TRN4_OP_ATOMIC, .dst_space = host, .type = U64 },
          TRN4_STATUS_BAD_FIELD },
    };
    Queue q = queue_new(0, 6, 0, 0);
    unsigned int i;

    qtest_memset(q.r->qts, q.peer->hbm, 0x77, 4096);
    qtest_memset(q.r->qts, q.fn->hbm, 0x77, 4096);
    for (i = 0; i < ARRAY_SIZE(t); i++) {
        struct trn4_cqe cqe = run(&q, t[i].d);

        if (cqe.status != t[i].status) {
            g_test_message("case %u", i);
        }
        g_assert_cmpuint(cqe.status, ==, t[i].status);
    }
    g_assert_cmphex(qtest_readq(q.r->qts, q.peer->hbm), ==, 0x7777777777777777);
    g_assert_cmphex(qtest_readq(q.r->qts, q.fn->hbm), ==, 0x7777777777777777);
    check_status(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP },
                 TRN4_STATUS_OK);
    rack_free(q.r);
}

/* Any bytes at all get a record each; the fabric goes on. */
static void test_garbage(void)
{
    Queue q = queue_new(5, 6, 0, 0);
    g_autoptr(GRand) rand = g_rand_new_with_seed(20260101);
    unsigned int i, j;

    for (i = 0; i < 500; i++) {
        struct trn4_desc d;
        uint32_t *words = (uint32_t *)&d;

        for (j = 0; j < sizeof(d) / 4; j++) {
            words[j] = g_rand_int(rand);
        }
        if (i % 2) {
            d.opcode %= TRN4_OP_SEMAPHORE + 1;
            d.flags = 0;
            d.src_space %= 3;
            d.dst_space %= 3;
            d.src_slot %= 4;
            d.dst_slot %= 4;
            d.rsvd0 = 0;
            d.copy.rows %= 2;
            d.copy.dst_pitch = 0;
        }
        run(&q, d);
    }
    check_status(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP },
                 TRN4_STATUS_OK);
    rack_free(q.r);
}

/* A window's rights bind the engine, and a revoke does. */
static void test_rights(void)
{
    Queue q = queue_new(0, 4, 0, 0);
    const uint8_t hbm = TRN4_SPACE_HBM, win = TRN4_SPACE_WINDOW;

    rack_window_enable(q.fn, WINDOW_NO, NVL_RIGHT_READ | NVL_RIGHT_WRITE);
    check_status(&q, atomic(TRN4_ATOMIC_ADD, U64, 0, 1, 0),
                 TRN4_STATUS_NO_RIGHT);
    check_status(&q, copy(hbm, 0, 0, win, WINDOW_NO, 0, 8), TRN4_STATUS_OK);

    rack_window_set(q.fn, 4, RACK_APERTURE / 2, PAGE, 0, 1, 0,
                    rack_generation(q.peer, 0));
    g_assert_cmpuint(rack_window_enable(q.fn, 4, NVL_RIGHT_READ), ==,
                     TRN4_WINDOW_LIVE);
    check_status(&q, copy(hbm, 0, 0, win, 4, 0, 8), TRN4_STATUS_NO_RIGHT);
    check_status(&q, copy(win, 4, 0, hbm, 0, 0, 8), TRN4_STATUS_OK);

    rack_ungrant(q.peer, 0);
    check_status(&q, copy(win, 4, 0, hbm, 0, 0, 8), TRN4_STATUS_NO_WINDOW);
    check_status(&q, copy(hbm, 0, 0, win, WINDOW_NO, 0, 8),
                 TRN4_STATUS_NO_WINDOW);
    rack_free(q.r);
}

/*
 * DMA reaches memory, never registers: not our own (A -> A), nor those of
 * another device, from where it could come back (A -> B -> A).
 */
static void test_dma_registers(void)
{
    Queue q = queue_new(0, 6, 0, 0);
    RackFn *targets[] = { q.fn, q.peer, &q.r->sw[0] };
    unsigned int i;

    qtest_memset(q.r->qts, q.fn->hbm, 0x11, 64);
    for (i = 0; i < ARRAY_SIZE(targets); i++) {
        RackFn *t = targets[i];

        rack_write32(t, NVL_REG_SCRATCH, 0x5c5c5c5c);
        check_status(&q,
                     copy(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HOST, 0,
                          t->regs + NVL_REG_SCRATCH, 4),
                     TRN4_STATUS_BUS);
        check_status(&q,
                     copy(TRN4_SPACE_HOST, 0, t->regs + NVL_REG_SCRATCH,
                          TRN4_SPACE_HBM, 0, 0, 4),
                     TRN4_STATUS_BUS);
        check_status(&q,
                     copy(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HOST, 0,
                          t->regs + TRN4_DOORBELL_BASE, 4),
                     TRN4_STATUS_BUS);
        g_assert_cmphex(rack_read32(t, NVL_REG_SCRATCH), ==, 0x5c5c5c5c);
        g_assert_cmphex(rack_read32(t, NVL_REG_ERR_COUNT), ==, 0);
    }
    /* A peer's HBM behind its BAR is memory. */
    check_status(&q,
                 copy(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HOST, 0,
                      q.peer->hbm + 4096, 4),
                 TRN4_STATUS_OK);
    /* The read-only half of an aperture takes no stores by DMA either. */
    check_status(&q,
                 copy(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HOST, 0,
                      q.fn->aperture + RACK_APERTURE / 2, 4),
                 TRN4_STATUS_BUS);
    rack_free(q.r);
}

/* Rings where there are registers, or nothing */
static void test_ring_fault(void)
{
    Queue q = queue_new(0, 2, 0, 0);
    const uint64_t bad[] = {
        q.fn->regs + TRN4_DOORBELL_BASE,
        q.peer->regs,
        q.r->sw[0].regs,
        1ull << 62,
        0xfee00000,
    };
    const uint64_t status = RACK_QUEUE(1, TRN4_QUEUE_STATUS);
    unsigned int i, cq;

    for (i = 0; i < ARRAY_SIZE(bad); i++) {
        for (cq = 0; cq < 2; cq++) {
            uint64_t reg = cq ? TRN4_QUEUE_CQ_BASE : TRN4_QUEUE_SQ_BASE;

            queue_start(&q, 1, 2, 0, 0);
            rack_write32(q.fn, RACK_QUEUE(1, TRN4_QUEUE_CTRL), 0);
            rack_write64(q.fn, RACK_QUEUE(1, reg), bad[i]);
            rack_write32(q.fn, RACK_QUEUE(1, TRN4_QUEUE_CTRL),
                         TRN4_QUEUE_ENABLE);
            rack_write32(q.fn, NVL_REG_INT_STATUS, UINT32_MAX);
            rack_write32(q.fn, RACK_DOORBELL(1, TRN4_DOORBELL_SQ_TAIL), 1);
            wait_fault(&q);
            rack_write32(q.fn, RACK_QUEUE(1, TRN4_QUEUE_CTRL), 0);
            g_assert_cmpuint(rack_read32(q.fn, status), ==, TRN4_QUEUE_OFF);
        }
    }
    g_assert_cmphex(rack_read32(q.peer, NVL_REG_ERR_COUNT), ==, 0);
    queue_start(&q, 1, 2, 0, 0);
    check_status(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP },
                 TRN4_STATUS_OK);
    rack_free(q.r);
}

static void test_bus_master(void)
{
    Queue q = queue_new(0, 2, 0, 0);

    rack_config_write(q.fn, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
    desc_put(&q, &(struct trn4_desc) { .opcode = TRN4_OP_NOP });
    ring(&q);
    wait_fault(&q);
    rack_free(q.r);
}

static void test_doorbell_bad(void)
{
    Queue q = queue_new(0, 2, 0, 0);
    const uint64_t sq = RACK_DOORBELL(0, TRN4_DOORBELL_SQ_TAIL);
    const uint64_t cq = RACK_DOORBELL(0, TRN4_DOORBELL_CQ_HEAD);

    rack_refused32(q.fn, sq, 4, NVL_ERR_VALUE);
    rack_refused32(q.fn, sq, UINT32_MAX, NVL_ERR_VALUE);
    rack_refused32(q.fn, cq, 1, NVL_ERR_VALUE); /* nothing was written */
    rack_refused32(q.fn, cq, 4, NVL_ERR_VALUE);
    rack_refused64(q.fn, RACK_QUEUE(0, TRN4_QUEUE_SQ_BASE), 0, NVL_ERR_BUSY);
    rack_refused64(q.fn, RACK_QUEUE(0, TRN4_QUEUE_CQ_BASE), 0, NVL_ERR_BUSY);
    rack_refused32(q.fn, RACK_QUEUE(0, TRN4_QUEUE_SIZE), 3, NVL_ERR_BUSY);
    rack_refused32(q.fn, RACK_QUEUE(0, TRN4_QUEUE_VECTOR), 1, NVL_ERR_BUSY);
    check_status(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP },
                 TRN4_STATUS_OK);
    rack_free(q.r);
}

/* Records wait for room: none is lost, none overwritten. */
static void test_ring_full(void)
{
    Queue q = queue_new(0, 2, 0, 0);
    int64_t end = g_get_monotonic_time() + WAIT_US;
    unsigned int i;

    for (i = 0; i < 3; i++) {
        desc_put(&q, &(struct trn4_desc) { .id = i });
    }
    ring(&q);
    while (rack_read32(q.fn, RACK_QUEUE(0, TRN4_QUEUE_CQ_TAIL)) != 3) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    for (; i < 6; i++) {
        desc_put(&q, &(struct trn4_desc) { .id = i });
    }
    ring(&q);
    for (i = 0; i < 100; i++) {
        g_assert_cmpuint(rack_read32(q.fn, RACK_QUEUE(0, TRN4_QUEUE_SQ_HEAD)),
                         ==, 3);
    }
    for (i = 0; i < 6; i++) {
        g_assert_cmpuint(wait_cqe(&q).id, ==, i);
    }
    rack_free(q.r);
}

/* ---- Interrupts -------------------------------------------------------- */

static void msix_enable(RackFn *fn)
{
    unsigned int cap = rack_find_cap(fn, PCI_CAP_ID_MSIX);

    rack_config_write(fn, cap + PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE);
}

/* Give a vector its message and unmask it. */
static void msix_vector(RackFn *fn, unsigned int vector, uint64_t addr,
                        uint32_t data)
{
    uint64_t entry = TRN4_MSIX_TABLE + vector * PCI_MSIX_ENTRY_SIZE;

    rack_write32(fn, entry + PCI_MSIX_ENTRY_LOWER_ADDR, addr);
    rack_write32(fn, entry + PCI_MSIX_ENTRY_UPPER_ADDR, addr >> 32);
    rack_write32(fn, entry + PCI_MSIX_ENTRY_DATA, data);
    rack_write32(fn, entry + PCI_MSIX_ENTRY_VECTOR_CTRL, 0);
}

static void wait_long(QTestState *qts, uint64_t addr, uint32_t value)
{
    int64_t end = g_get_monotonic_time() + WAIT_US;

    while (qtest_readl(qts, addr) != value) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

static void test_msix(void)
{
    Queue q = queue_new(0, 4, 5, TRN4_QUEUE_IRQ);
    uint64_t message = rack_alloc(q.r, 4096);

    /* Masked: pending */
    msix_enable(q.fn);
    check_status(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP },
                 TRN4_STATUS_OK);
    wait_long(q.r->qts, q.fn->regs + TRN4_MSIX_PBA, 1u << 5);

    /* Unmasked: what is pending goes, and is pending no more. */
    msix_vector(q.fn, 5, message, 0x4711);
    wait_long(q.r->qts, message, 0x4711);
    g_assert_cmphex(rack_read32(q.fn, TRN4_MSIX_PBA), ==, 0);

    /* The event vector: an error, if it is enabled */
    msix_vector(q.fn, 0, message + 8, 0x4712);
    rack_write32(q.fn, NVL_REG_INT_ENABLE, NVL_INT_ERROR);
    rack_write32(q.fn, NVL_REG_ID, 0);
    wait_long(q.r->qts, message + 8, 0x4712);
    g_assert_cmphex(rack_read32(q.fn, NVL_REG_INT_STATUS) & NVL_INT_ERROR, ==,
                    NVL_INT_ERROR);

    /* A queue without TRN4_QUEUE_IRQ is silent. */
    qtest_writel(q.r->qts, message, 0);
    rack_write32(q.fn, RACK_QUEUE(0, TRN4_QUEUE_CTRL), TRN4_QUEUE_ENABLE);
    check_status(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP },
                 TRN4_STATUS_OK);
    g_assert_cmphex(qtest_readl(q.r->qts, message), ==, 0);

    /* FLR takes what is pending along. */
    rack_flr(q.fn);
    g_assert_cmphex(rack_read32(q.fn, TRN4_MSIX_PBA), ==, 0);
    rack_free(q.r);
}

/*
 * A message is a write to wherever the guest says. To our own registers it
 * does not come through; to those of another device it does, as any write of
 * the guest's would: here it resets the peer, in the midst of which our
 * windows die and raise our event vector, which is aimed at the peer again.
 */
static void test_msix_to_registers(void)
{
    Queue q = queue_new(0, 4, 5, TRN4_QUEUE_IRQ);
    unsigned int i;

    msix_enable(q.fn);
    msix_vector(q.fn, 5, q.fn->regs + NVL_REG_SCRATCH, 0x4711);
    check_status(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP },
                 TRN4_STATUS_OK);
    for (i = 0; i < 10; i++) {
        g_assert_cmphex(rack_read32(q.fn, NVL_REG_SCRATCH), ==, 0);
    }

    rack_write32(q.peer, NVL_REG_SCRATCH, 0x1234);
    msix_vector(q.fn, 0, q.peer->regs + NVL_REG_CTRL, NVL_CTRL_RESET);
    msix_vector(q.fn, 5, q.peer->regs + NVL_REG_CTRL, NVL_CTRL_RESET);
    rack_write32(q.fn, NVL_REG_INT_ENABLE, 0xf);
    check_status(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP },
                 TRN4_STATUS_OK);
    wait_long(q.r->qts, q.peer->regs + NVL_REG_SCRATCH, 0);
    g_assert_cmpuint(rack_window_status(q.fn, WINDOW_NO), !=, TRN4_WINDOW_LIVE);
    check_status(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP },
                 TRN4_STATUS_OK);
    rack_free(q.r);
}

/* ---- Ends -------------------------------------------------------------- */

/* Once ENABLE is clear nothing of the queue touches memory any more. */
static void test_disable(void)
{
    Queue q = queue_new(0, 4, 0, 0);
    unsigned int i;
    struct trn4_cqe cqe;

    for (i = 0; i < 8; i++) {
        struct trn4_desc d = copy(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0,
                                  RACK_HBM / 2, RACK_HBM / 2);

        desc_put(&q, &d);
    }
    ring(&q);
    rack_write32(q.fn, RACK_QUEUE(0, TRN4_QUEUE_CTRL), 0);
    qtest_memset(q.r->qts, q.cq, 0, q.entries * sizeof(cqe));
    qtest_memset(q.r->qts, q.fn->hbm + RACK_HBM / 2, 0x55, RACK_HBM / 2);
    for (i = 0; i < 100; i++) {
        g_assert(!peek(&q, &cqe));
    }
    g_assert_cmphex(qtest_readq(q.r->qts, q.fn->hbm + RACK_HBM - 8), ==,
                    0x5555555555555555);

    /* The four indexes begin anew. */
    rack_write32(q.fn, RACK_QUEUE(0, TRN4_QUEUE_CTRL), TRN4_QUEUE_ENABLE);
    for (i = TRN4_QUEUE_SQ_HEAD; i <= TRN4_QUEUE_CQ_TAIL; i += 4) {
        g_assert_cmpuint(rack_read32(q.fn, RACK_QUEUE(0, i)), ==, 0);
    }
    q.head = q.tail = 0;
    check_status(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP },
                 TRN4_STATUS_OK);
    rack_free(q.r);
}

static void test_flr_busy(void)
{
    Queue q = queue_new(0, 4, 5, TRN4_QUEUE_IRQ);
    struct trn4_desc d = copy(TRN4_SPACE_HBM, 0, 0, TRN4_SPACE_HBM, 0,
                              RACK_HBM / 2, RACK_HBM / 2);
    struct trn4_cqe cqe;
    unsigned int i;

    for (i = 0; i < 8; i++) {
        desc_put(&q, &d);
    }
    ring(&q);
    rack_flr(q.fn);
    qtest_memset(q.r->qts, q.cq, 0, q.entries * sizeof(cqe));
    for (i = 0; i < 100; i++) {
        g_assert(!peek(&q, &cqe));
    }
    g_assert_cmpuint(rack_read32(q.fn, RACK_QUEUE(0, TRN4_QUEUE_CTRL)), ==, 0);
    queue_start(&q, 0, 4, 0, 0);
    check_status(&q, (struct trn4_desc) { .opcode = TRN4_OP_NOP },
                 TRN4_STATUS_OK);
    rack_free(q.r);
}

/* While the guest is stopped its memory stays as it is. */
static void test_stopped(void)
{
    Queue q = queue_new(0, 4, 0, 0);
    struct trn4_cqe cqe;
    unsigned int i;

    qtest_qmp_assert_success(q.r->qts, "{ 'execute': 'stop' }");
    desc_put(&q, &(struct trn4_desc) { .opcode = TRN4_OP_NOP });
    ring(&q);
    for (i = 0; i < 100; i++) {
        g_assert(!peek(&q, &cqe));
    }
    qtest_qmp_assert_success(q.r->qts, "{ 'execute': 'cont' }");
    cqe = wait_cqe(&q);
    g_assert_cmpuint(cqe.status, ==, TRN4_STATUS_OK);
    rack_free(q.r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/trn4/queue/nop", test_nop);
    qtest_add_func("/trn4/queue/copy", test_copy);
    qtest_add_func("/trn4/queue/copy-long", test_copy_long);
    qtest_add_func("/trn4/queue/atomic", test_atomic);
    qtest_add_func("/trn4/queue/bad-descriptors", test_bad_descriptors);
    qtest_add_func("/trn4/queue/garbage", test_garbage);
    qtest_add_func("/trn4/queue/rights", test_rights);
    qtest_add_func("/trn4/queue/dma-registers", test_dma_registers);
    qtest_add_func("/trn4/queue/ring-fault", test_ring_fault);
    qtest_add_func("/trn4/queue/bus-master", test_bus_master);
    qtest_add_func("/trn4/queue/doorbell-bad", test_doorbell_bad);
    qtest_add_func("/trn4/queue/ring-full", test_ring_full);
    qtest_add_func("/trn4/queue/msix", test_msix);
    qtest_add_func("/trn4/queue/msix-to-registers", test_msix_to_registers);
    qtest_add_func("/trn4/queue/disable", test_disable);
    qtest_add_func("/trn4/queue/flr-busy", test_flr_busy);
    qtest_add_func("/trn4/queue/stopped", test_stopped);
    return g_test_run();
}
