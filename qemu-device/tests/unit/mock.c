/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mock.c - the world of mock.h: devices' operations, register and table
 * helpers, queues
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mock.h"

/* ---- Operations ------------------------------------------------------ */

/* A page of all-ones, of which each clear maps a private copy */
static int ones_fd(void)
{
    static int fd = -1;
    uint8_t *p;

    if (fd >= 0) {
        return fd;
    }
    fd = memfd_create("ones", 0);
    if (fd < 0 || ftruncate(fd, PAGE)) {
        abort();
    }
    p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED) {
        abort();
    }
    memset(p, 0xff, PAGE);
    munmap(p, PAGE);
    return fd;
}

static void clear_page(struct mock_endpoint *m, uint64_t i)
{
    if (mmap(m->aperture + i * PAGE, PAGE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_FIXED, ones_fd(), 0) == MAP_FAILED) {
        abort();
    }
    m->pages[i].placed = false;
}

static bool mock_place(void *dev, uint64_t aperture, uint64_t size,
                       const struct nvlf_mem *mem, uint64_t offset)
{
    struct mock_endpoint *m = dev;
    uint64_t i;

    CHECK(size && aperture % PAGE == 0 && size % PAGE == 0);
    CHECK(aperture <= m->aperture_size && size <= m->aperture_size - aperture);
    CHECK(offset <= mem->size && size <= mem->size - offset);
    if (m->refuse_place) {
        return false;
    }
    for (i = 0; i < size / PAGE; i++) {
        struct mock_page *page = &m->pages[aperture / PAGE + i];

        CHECK(!page->placed);
        page->placed = true;
        page->fd = mem->fd;
        page->offset = mem->offset + offset + i * PAGE;
    }
    if (mmap(m->aperture + aperture, size, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_FIXED, mem->fd,
             mem->offset + offset) == MAP_FAILED) {
        abort();
    }
    m->places++;
    return true;
}

static void mock_clear(void *dev, uint64_t aperture, uint64_t size)
{
    struct mock_endpoint *m = dev;
    uint64_t i;

    for (i = 0; i < size / PAGE; i++) {
        CHECK(m->pages[aperture / PAGE + i].placed);
        clear_page(m, aperture / PAGE + i);
    }
    m->clears++;
}

/* Host memory at @addr, or NULL */
static uint8_t *host_at(struct world *w, uint64_t addr, size_t len, bool write)
{
    if (addr < HOST_BASE || addr - HOST_BASE > HOST_SIZE ||
        len > HOST_SIZE - (addr - HOST_BASE)) {
        return NULL;
    }
    if (addr < w->bad_end && addr + len > w->bad_start &&
        (write || !w->bad_write_only)) {
        return NULL;
    }
    return w->host + (addr - HOST_BASE);
}

static void mock_wipe(void *dev)
{
    struct mock_endpoint *m = dev;

    m->wipes++;
}

static bool mock_dma_read(void *dev, uint64_t addr, void *buf, size_t len)
{
    struct mock_endpoint *m = dev;
    uint8_t *p = host_at(m->w, addr, len, false);

    CHECK(len <= NVLF_CHUNK);
    if (p) {
        memcpy(buf, p, len);
    }
    return p;
}

static bool mock_dma_write(void *dev, uint64_t addr, const void *buf,
                           size_t len)
{
    struct mock_endpoint *m = dev;
    uint8_t *p = host_at(m->w, addr, len, true);

    CHECK(len <= NVLF_CHUNK);
    if (p) {
        memcpy(p, buf, len);
    }
    return p;
}

static void mock_dirty(void *dev, uint64_t offset, uint64_t len)
{
    struct mock_endpoint *m = dev;

    CHECK(offset <= m->mem.size && len <= m->mem.size - offset);
    m->dirty_offset = offset;
    m->dirty_len = len;
    m->dirty_bytes += len;
    if (m->on_dirty) {
        m->on_dirty(m, offset, len);
    }
}

static void mock_kick(void *dev)
{
    struct mock_endpoint *m = dev;

    m->kicks++;
}

static void mock_irq(void *dev, unsigned int vector)
{
    struct mock_endpoint *m = dev;

    CHECK(!m->dead);
    if (CHECK(vector < TRN4_VECTORS)) {
        m->irqs[vector]++;
    }
}

static void mock_power(void *dev, bool on)
{
    struct mock_endpoint *m = dev;

    m->dead = !on;
}

static const struct nvlf_endpoint_ops endpoint_ops = {
    .window_place = mock_place,
    .window_clear = mock_clear,
    .wipe = mock_wipe,
    .dma_read = mock_dma_read,
    .dma_write = mock_dma_write,
    .mem_dirty = mock_dirty,
    .kick = mock_kick,
    .irq = mock_irq,
    .power = mock_power,
};

static const struct nvlf_endpoint_ops trap_ops = {
    .dma_read = mock_dma_read,
    .dma_write = mock_dma_write,
    .mem_dirty = mock_dirty,
    .kick = mock_kick,
    .irq = mock_irq,
    .power = mock_power,
};

static void mock_switch_irq(void *dev, unsigned int vector)
{
    struct mock_switch *m = dev;

    EQ(vector, 0);
    CHECK(!m->dead);
    m->irqs++;
}

static void mock_switch_power(void *dev, bool on)
{
    struct mock_switch *m = dev;

    m->dead = !on;
}

static const struct nvlf_switch_ops switch_ops = {
    .irq = mock_switch_irq,
    .power = mock_switch_power,
};

static void mock_arm(void *owner, uint64_t deadline)
{
    struct world *w = owner;

    CHECK(deadline < w->deadline);
    w->deadline = deadline;
    w->arms++;
}

static uint64_t mock_now(void *owner)
{
    struct world *w = owner;

    return w->now;
}

static const struct nvlf_fabric_ops fabric_ops = {
    .arm = mock_arm,
    .now = mock_now,
};

/* ---- The world ------------------------------------------------------- */

static void mock_endpoint_init(struct world *w, unsigned int e, uint64_t hbm,
                               uint64_t aperture)
{
    struct mock_endpoint *m = &w->ep[e];
    uint64_t i;

    m->w = w;
    m->id = e;
    m->mem.fd = memfd_create("hbm", 0);
    /* Not at the file's beginning, so that a forgotten offset shows */
    m->mem.offset = PAGE;
    m->mem.size = hbm;
    if (m->mem.fd < 0 || ftruncate(m->mem.fd, PAGE + hbm)) {
        abort();
    }
    m->mem.ptr = mmap(NULL, hbm, PROT_READ | PROT_WRITE, MAP_SHARED, m->mem.fd,
                      PAGE);
    m->aperture_size = aperture;
    m->aperture = mmap(NULL, aperture, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    m->pages = calloc(aperture / PAGE, sizeof(*m->pages));
    if (m->mem.ptr == MAP_FAILED || m->aperture == MAP_FAILED || !m->pages) {
        abort();
    }
    for (i = 0; i < aperture / PAGE; i++) {
        clear_page(m, i);
    }
}

struct world *world_empty(unsigned int switches, uint64_t hbm,
                          uint64_t aperture)
{
    struct world *w = calloc(1, sizeof(*w));
    unsigned int e;

    if (!w) {
        abort();
    }
    w->switches = switches;
    w->deadline = NVLF_NEVER;
    w->endpoints = nvlf_fabric_check(switches);
    w->f = nvlf_fabric_new(switches, &fabric_ops, w);
    w->host = mmap(NULL, HOST_SIZE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!w->f || w->host == MAP_FAILED) {
        abort();
    }
    for (e = 0; e < w->endpoints; e++) {
        mock_endpoint_init(w, e, hbm, aperture);
    }
    return w;
}

int world_attach(struct world *w, unsigned int e)
{
    return nvlf_endpoint_attach(w->f, e, &w->ep[e].mem, w->ep[e].aperture_size,
                                w->trap ? &trap_ops : &endpoint_ops, &w->ep[e]);
}

int world_attach_switch(struct world *w, unsigned int s)
{
    return nvlf_switch_attach(w->f, s, &switch_ops, &w->sw[s]);
}

static struct world *attach_all(struct world *w)
{
    unsigned int i;

    for (i = 0; i < w->switches; i++) {
        EQ(world_attach_switch(w, i), 0);
    }
    for (i = 0; i < w->endpoints; i++) {
        EQ(world_attach(w, i), 0);
    }
    return w;
}

struct world *world_new(unsigned int switches, uint64_t hbm, uint64_t aperture)
{
    return attach_all(world_empty(switches, hbm, aperture));
}

struct world *world_trap(unsigned int switches, uint64_t hbm, uint64_t aperture)
{
    struct world *w = world_empty(switches, hbm, aperture);

    w->trap = true;
    return attach_all(w);
}

void world_free(struct world *w)
{
    unsigned int i;
    uint64_t p;

    for (i = 0; i < w->endpoints; i++) {
        nvlf_endpoint_detach(w->f, i);
    }
    for (i = 0; i < w->switches; i++) {
        nvlf_switch_detach(w->f, i);
    }
    for (i = 0; i < w->endpoints; i++) {
        struct mock_endpoint *m = &w->ep[i];

        for (p = 0; p < m->aperture_size / PAGE; p++) {
            CHECK(!m->pages[p].placed);
        }
        EQ(m->places, m->clears);
        munmap(m->aperture, m->aperture_size);
        munmap(m->mem.ptr, m->mem.size);
        close(m->mem.fd);
        free(m->pages);
    }
    nvlf_fabric_free(w->f);
    munmap(w->host, HOST_SIZE);
    free(w);
}

/* Let @ns of guest time pass, with a tick whenever one is due. */
void world_run(struct world *w, uint64_t ns)
{
    uint64_t end = w->now + ns;

    while (w->deadline <= end) {
        if (w->now < w->deadline) {
            w->now = w->deadline;
        }
        w->deadline = NVLF_NEVER;
        w->ticks++;
        nvlf_fabric_tick(w->f);
    }
    w->now = end;
}

/* Until all links that train now have trained */
void world_train(struct world *w)
{
    world_run(w, NVLF_TRAIN_NS);
}

/* Train, routes to all over all, one partition with everybody. */
void world_open(struct world *w)
{
    unsigned int s, e;

    world_train(w);
    for (s = 0; s < w->switches; s++) {
        for (e = 0; e < w->endpoints; e++) {
            route_all(w, s, e);
        }
        partition_all(w, s, 0);
    }
}

/* Faults by their text, which must be good */
void ep_faults(struct world *w, unsigned int e, const char *text)
{
    struct nvlf_faults faults;
    char why[200];

    if (CHECK(nvlf_faults_parse(text, TRN4_PORTS, &faults, why, sizeof(why)))) {
        nvlf_endpoint_faults(w->f, e, &faults);
    }
}

void sw_faults(struct world *w, unsigned int s, const char *text)
{
    struct nvlf_faults faults;
    char why[200];

    if (CHECK(nvlf_faults_parse(text, NVL_SWITCH_PORTS, &faults, why,
                                sizeof(why)))) {
        nvlf_switch_faults(w->f, s, &faults);
    }
}

void trays_off(struct world *w, const char *text)
{
    struct nvlf_trays trays;
    char why[200];

    if (CHECK(nvlf_trays_parse(text, w->switches, &trays, why, sizeof(why)))) {
        nvlf_fabric_trays_off(w->f, &trays);
    }
}

/* ---- Registers ------------------------------------------------------- */

uint32_t er(struct world *w, unsigned int e, uint64_t reg)
{
    return nvlf_endpoint_read(w->f, e, reg, 4);
}

uint64_t erq(struct world *w, unsigned int e, uint64_t reg)
{
    return nvlf_endpoint_read(w->f, e, reg, 8);
}

void ew(struct world *w, unsigned int e, uint64_t reg, uint32_t value)
{
    nvlf_endpoint_write(w->f, e, reg, value, 4);
}

void ewq(struct world *w, unsigned int e, uint64_t reg, uint64_t value)
{
    nvlf_endpoint_write(w->f, e, reg, value, 8);
}

uint32_t sr(struct world *w, unsigned int s, uint64_t reg)
{
    return nvlf_switch_read(w->f, s, reg, 4);
}

uint64_t srq(struct world *w, unsigned int s, uint64_t reg)
{
    return nvlf_switch_read(w->f, s, reg, 8);
}

void sw(struct world *w, unsigned int s, uint64_t reg, uint32_t value)
{
    nvlf_switch_write(w->f, s, reg, value, 4);
}

void swq(struct world *w, unsigned int s, uint64_t reg, uint64_t value)
{
    nvlf_switch_write(w->f, s, reg, value, 8);
}

uint64_t port_reg(unsigned int p, unsigned int reg)
{
    return TRN4_PORT_BASE + p * NVL_PORT_STRIDE + reg;
}

uint64_t sport_reg(unsigned int p, unsigned int reg)
{
    return NVL_SWITCH_PORT_BASE + p * NVL_PORT_STRIDE + reg;
}

uint64_t grant_reg(unsigned int g, unsigned int reg)
{
    return TRN4_GRANT_BASE + g * TRN4_GRANT_STRIDE + reg;
}

uint64_t window_reg(unsigned int n, unsigned int reg)
{
    return TRN4_WINDOW_BASE + n * TRN4_WINDOW_STRIDE + reg;
}

uint64_t queue_reg(unsigned int q, unsigned int reg)
{
    return TRN4_QUEUE_BASE + q * TRN4_QUEUE_STRIDE + reg;
}

uint64_t doorbell_reg(unsigned int q, unsigned int reg)
{
    return TRN4_DOORBELL_BASE + q * TRN4_DOORBELL_STRIDE + reg;
}

uint64_t segment_reg(unsigned int q, unsigned int n, unsigned int reg)
{
    return TRN4_SEGMENT_BASE + (q * TRN4_SEGMENTS + n) * TRN4_SEGMENT_STRIDE +
           reg;
}

uint64_t route_reg(unsigned int d, unsigned int reg)
{
    return NVL_SWITCH_ROUTE_BASE + d * NVL_ROUTE_STRIDE + reg;
}

uint64_t partition_reg(unsigned int p, unsigned int reg)
{
    return NVL_SWITCH_PARTITION_BASE + p * NVL_PARTITION_STRIDE + reg;
}

uint64_t member_reg(unsigned int p, unsigned int word)
{
    return partition_reg(p, NVL_PARTITION_MEMBERS + word * 8);
}

uint64_t group_reg(unsigned int g, unsigned int reg)
{
    return NVL_SWITCH_GROUP_BASE + g * NVL_GROUP_STRIDE + reg;
}

uint64_t log_reg(unsigned int entry, unsigned int reg)
{
    return NVL_LOG_BASE + entry * NVL_LOG_STRIDE + reg;
}

uint32_t newest_error(struct world *w, unsigned int e)
{
    struct nvlf_device *d = &w->f->ep[e]->d;
    uint32_t err = er(w, e, NVL_REG_ERR_LAST);

    d->err_last = NVL_ERR_NONE;
    return err;
}

uint32_t newest_switch_error(struct world *w, unsigned int s)
{
    struct nvlf_device *d = &w->f->sw[s]->d;
    uint32_t err = sr(w, s, NVL_REG_ERR_LAST);

    d->err_last = NVL_ERR_NONE;
    return err;
}

/* ---- Tables ---------------------------------------------------------- */

void route(struct world *w, unsigned int s, unsigned int d, uint64_t lo,
           uint64_t hi)
{
    swq(w, s, route_reg(d, NVL_ROUTE_PORTS_LO), lo);
    swq(w, s, route_reg(d, NVL_ROUTE_PORTS_HI), hi);
}

/* A route over all ports that lead there by the wiring rule */
void route_all(struct world *w, unsigned int s, unsigned int d)
{
    unsigned int width = TRN4_PORTS / w->switches, i;
    uint64_t set[2] = { 0, NVL_ROUTE_VALID };

    for (i = d * width; i < (d + 1) * width; i++) {
        set[i / 64] |= 1ull << (i % 64);
    }
    route(w, s, d, set[0], set[1]);
}

void partition_all(struct world *w, unsigned int s, unsigned int p)
{
    swq(w, s, member_reg(p, 0), UINT64_MAX);
    swq(w, s, member_reg(p, 1), UINT64_MAX);
    sw(w, s, partition_reg(p, NVL_PARTITION_CTRL),
       NVL_PARTITION_VALID | (p + 1));
}

void grant(struct world *w, unsigned int e, unsigned int g, uint64_t base,
           uint64_t size, uint32_t rights)
{
    ewq(w, e, grant_reg(g, TRN4_GRANT_BASE_ADDR), base);
    ewq(w, e, grant_reg(g, TRN4_GRANT_SIZE), size);
    ew(w, e, grant_reg(g, TRN4_GRANT_CTRL), rights | TRN4_GRANT_VALID);
}

/* Set a window up with the grant's generation. Returns its status. */
uint32_t window(struct world *w, unsigned int e, unsigned int n,
                uint64_t aperture, uint64_t size, uint64_t offset,
                unsigned int peer, unsigned int g, uint32_t rights)
{
    uint32_t generation = 0;

    if (peer < w->endpoints && w->f->ep[peer]) {
        generation = w->f->ep[peer]->grants[g].generation;
    }
    ewq(w, e, window_reg(n, TRN4_WINDOW_APERTURE), aperture);
    ewq(w, e, window_reg(n, TRN4_WINDOW_SIZE), size);
    ewq(w, e, window_reg(n, TRN4_WINDOW_OFFSET), offset);
    ew(w, e, window_reg(n, TRN4_WINDOW_PEER), peer);
    ew(w, e, window_reg(n, TRN4_WINDOW_GRANT), g);
    ew(w, e, window_reg(n, TRN4_WINDOW_GENERATION), generation);
    ew(w, e, window_reg(n, TRN4_WINDOW_CTRL), rights | TRN4_WINDOW_ENABLE);
    return window_status(w, e, n);
}

uint32_t window_status(struct world *w, unsigned int e, unsigned int n)
{
    return er(w, e, window_reg(n, TRN4_WINDOW_STATUS));
}

/* Whether the window has an event, which is cleared */
bool window_event(struct world *w, unsigned int e, unsigned int n)
{
    uint64_t reg = TRN4_REG_WINDOW_EVENT + n / 64 * 8;
    uint64_t bit = 1ull << (n % 64);
    bool is = erq(w, e, reg) & bit;

    ewq(w, e, reg, bit);
    return is;
}

/* Set a segment anew; @ctrl without VALID. Returns what CTRL reads then. */
uint32_t segment(struct world *w, unsigned int e, unsigned int q,
                 unsigned int n, uint64_t base, uint64_t size, uint32_t ctrl)
{
    ew(w, e, segment_reg(q, n, TRN4_SEGMENT_CTRL), 0);
    ewq(w, e, segment_reg(q, n, TRN4_SEGMENT_BASE_ADDR), base);
    ewq(w, e, segment_reg(q, n, TRN4_SEGMENT_SIZE), size);
    ew(w, e, segment_reg(q, n, TRN4_SEGMENT_CTRL), ctrl | TRN4_SEGMENT_VALID);
    return er(w, e, segment_reg(q, n, TRN4_SEGMENT_CTRL));
}

/* ---- Queues ---------------------------------------------------------- */

/* Rings lie in the last MiB of host memory, 16 KiB for each queue. */
void queue_open(struct mock_queue *q, struct world *w, unsigned int e,
                unsigned int n, unsigned int log2_size, uint32_t ctrl)
{
    uint64_t at = HOST_SIZE - MIB + n * 16384ull;

    memset(q, 0, sizeof(*q));
    q->w = w;
    q->e = e;
    q->n = n;
    q->entries = 1u << log2_size;
    q->sq_addr = HOST_BASE + at;
    q->cq_addr = HOST_BASE + at + 8192;
    q->sq = (void *)(w->host + at);
    q->cq = (void *)(w->host + at + 8192);
    q->phase = 1;
    memset(w->host + at, 0, 16384);
    ew(w, e, queue_reg(n, TRN4_QUEUE_CTRL), 0);
    ewq(w, e, queue_reg(n, TRN4_QUEUE_SQ_BASE), q->sq_addr);
    ewq(w, e, queue_reg(n, TRN4_QUEUE_CQ_BASE), q->cq_addr);
    ew(w, e, queue_reg(n, TRN4_QUEUE_SIZE), log2_size);
    ew(w, e, queue_reg(n, TRN4_QUEUE_VECTOR), n % TRN4_VECTORS);
    ew(w, e, queue_reg(n, TRN4_QUEUE_CTRL), TRN4_QUEUE_ENABLE | ctrl);
    EQ(er(w, e, queue_reg(n, TRN4_QUEUE_STATUS)), TRN4_QUEUE_RUNNING);
}

void queue_push(struct mock_queue *q, const struct trn4_desc *d)
{
    q->sq[q->tail] = *d;
    q->tail = (q->tail + 1) % q->entries;
}

void queue_ring(struct mock_queue *q)
{
    ew(q->w, q->e, doorbell_reg(q->n, TRN4_DOORBELL_SQ_TAIL), q->tail);
}

/* The next record, which is given back to the ring at once */
bool queue_pop(struct mock_queue *q, struct trn4_cqe *cqe)
{
    if ((q->cq[q->head].phase & 1) != q->phase) {
        return false;
    }
    *cqe = q->cq[q->head];
    q->head = (q->head + 1) % q->entries;
    if (!q->head) {
        q->phase ^= 1;
    }
    ew(q->w, q->e, doorbell_reg(q->n, TRN4_DOORBELL_CQ_HEAD), q->head);
    return true;
}

/* Runs until nothing is left. Returns the number of runs. */
unsigned int engine_finish(struct world *w, unsigned int e)
{
    unsigned int n = 1;

    while (nvlf_engine_run(w->f, e)) {
        n++;
    }
    return n;
}

struct trn4_cqe queue_do(struct mock_queue *q, const struct trn4_desc *d)
{
    struct trn4_cqe cqe = { .status = 0xffff };

    queue_push(q, d);
    queue_ring(q);
    engine_finish(q->w, q->e);
    CHECK(queue_pop(q, &cqe));
    EQ(cqe.id, d->id);
    return cqe;
}

struct trn4_desc copy_desc(uint8_t src_space, uint16_t src_slot, uint64_t src,
                           uint8_t dst_space, uint16_t dst_slot, uint64_t dst,
                           uint64_t length)
{
    return (struct trn4_desc) {
        .opcode = TRN4_OP_COPY,
        .id = 0xc0,
        .src_space = src_space,
        .src_slot = src_slot,
        .src = src,
        .dst_space = dst_space,
        .dst_slot = dst_slot,
        .dst = dst,
        .copy = { .length = length, .rows = 1 },
    };
}

/* One that asks for the word as it was */
struct trn4_desc atomic_desc(uint8_t space, uint16_t slot, uint64_t addr,
                             uint8_t kind, uint8_t type, uint64_t operand,
                             uint64_t compare)
{
    return (struct trn4_desc) {
        .opcode = TRN4_OP_ATOMIC,
        .flags = TRN4_DESC_FETCH,
        .id = 0xa0,
        .dst_space = space,
        .dst_slot = slot,
        .dst = addr,
        .kind = kind,
        .type = type,
        .atomic = { .operand = { operand }, .compare = { compare } },
    };
}

struct trn4_desc semaphore_desc(uint8_t space, uint16_t slot, uint64_t addr,
                                uint8_t kind, uint8_t type, uint64_t value,
                                uint64_t timeout)
{
    return (struct trn4_desc) {
        .opcode = TRN4_OP_SEMAPHORE,
        .id = 0x5e,
        .dst_space = space,
        .dst_slot = slot,
        .dst = addr,
        .kind = kind,
        .type = type,
        .semaphore = { .value = value, .timeout = timeout },
    };
}

/* Bytes that differ from place to place and from seed to seed */
void fill(uint8_t *p, uint64_t n, uint32_t seed)
{
    uint32_t x = seed * 2654435761u + 1;
    uint64_t i;

    for (i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        p[i] = x;
    }
}
