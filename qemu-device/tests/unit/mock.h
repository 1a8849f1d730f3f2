/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mock.h - a world around the core: host memory, accelerators with memfds and
 * real aperture pages, switches, and a clock that the test turns by hand.
 */
#ifndef MOCK_H
#define MOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "nvlf_core.h"
#include "nvlf_internal.h"
#include "tap.h"

#define MIB  (1ull << 20)
#define PAGE ((uint64_t)NVL_PAGE_SIZE)

#define HOST_BASE 0x100000000ull /* bus address */
#define HOST_SIZE (16 * MIB)

/* What a page of an aperture holds */
struct mock_page {
    bool placed;
    int fd;
    uint64_t offset;
};

struct mock_endpoint {
    struct world *w;
    unsigned int id;
    struct nvlf_mem mem;
    uint64_t aperture_size;
    uint8_t *aperture; /* a reservation; its pages are real */
    struct mock_page *pages;
    bool refuse_place;
    bool dead;
    unsigned int places;
    unsigned int clears;
    unsigned int kicks;
    unsigned int irqs[TRN4_VECTORS];
    uint64_t dirty_offset; /* of the newest mem_dirty */
    uint64_t dirty_len;
    unsigned int wipes;
    uint64_t dirty_bytes; /* of all */
    /* Told of each mem_dirty, if it is there */
    void (*on_dirty)(struct mock_endpoint *m, uint64_t offset, uint64_t len);
};

struct mock_switch {
    unsigned int irqs;
    bool dead;
};

struct world {
    struct nvlf_fabric *f;
    unsigned int switches;
    unsigned int endpoints;
    uint64_t now;      /* guest time, ns */
    uint64_t deadline; /* nvlf_fabric_tick() is due then */
    unsigned int arms; /* times that one was asked for */
    unsigned int ticks;
    bool trap; /* apertures have no pages */
    struct mock_endpoint ep[NVL_ENDPOINTS_MAX];
    struct mock_switch sw[NVL_SWITCHES_MAX];
    uint8_t *host;
    uint64_t bad_start; /* host memory that cannot be reached */
    uint64_t bad_end;
    bool bad_write_only;
};

/* A world with everything attached, the same trapping, or one with nothing */
struct world *world_new(unsigned int switches, uint64_t hbm, uint64_t aperture);
struct world *world_trap(unsigned int switches, uint64_t hbm,
                         uint64_t aperture);
struct world *world_empty(unsigned int switches, uint64_t hbm,
                          uint64_t aperture);
void world_free(struct world *w);
int world_attach(struct world *w, unsigned int e);
int world_attach_switch(struct world *w, unsigned int s);
void world_run(struct world *w, uint64_t ns);
void world_train(struct world *w);
void world_open(struct world *w);

/* Faults */
void ep_faults(struct world *w, unsigned int e, const char *text);
void sw_faults(struct world *w, unsigned int s, const char *text);
void trays_off(struct world *w, const char *text);

/* Registers */
uint32_t er(struct world *w, unsigned int e, uint64_t reg);
uint64_t erq(struct world *w, unsigned int e, uint64_t reg);
void ew(struct world *w, unsigned int e, uint64_t reg, uint32_t value);
void ewq(struct world *w, unsigned int e, uint64_t reg, uint64_t value);
uint32_t sr(struct world *w, unsigned int s, uint64_t reg);
uint64_t srq(struct world *w, unsigned int s, uint64_t reg);
void sw(struct world *w, unsigned int s, uint64_t reg, uint32_t value);
void swq(struct world *w, unsigned int s, uint64_t reg, uint64_t value);

uint64_t port_reg(unsigned int p, unsigned int reg);
uint64_t sport_reg(unsigned int p, unsigned int reg);
uint64_t grant_reg(unsigned int g, unsigned int reg);
uint64_t window_reg(unsigned int n, unsigned int reg);
uint64_t queue_reg(unsigned int q, unsigned int reg);
uint64_t doorbell_reg(unsigned int q, unsigned int reg);
uint64_t segment_reg(unsigned int q, unsigned int n, unsigned int reg);
uint64_t route_reg(unsigned int d, unsigned int reg);
uint64_t partition_reg(unsigned int p, unsigned int reg);
uint64_t member_reg(unsigned int p, unsigned int word);
uint64_t group_reg(unsigned int g, unsigned int reg);
uint64_t log_reg(unsigned int entry, unsigned int reg);

/* Tables */
void route(struct world *w, unsigned int s, unsigned int d, uint64_t lo,
           uint64_t hi);
void route_all(struct world *w, unsigned int s, unsigned int d);
void partition_all(struct world *w, unsigned int s, unsigned int p);
void grant(struct world *w, unsigned int e, unsigned int g, uint64_t base,
           uint64_t size, uint32_t rights);
uint32_t window(struct world *w, unsigned int e, unsigned int n,
                uint64_t aperture, uint64_t size, uint64_t offset,
                unsigned int peer, unsigned int g, uint32_t rights);
uint32_t window_status(struct world *w, unsigned int e, unsigned int n);
bool window_event(struct world *w, unsigned int e, unsigned int n);
uint32_t segment(struct world *w, unsigned int e, unsigned int q,
                 unsigned int n, uint64_t base, uint64_t size, uint32_t ctrl);

/* The error that the device counted newest, and forgets; 0 for none */
uint32_t newest_error(struct world *w, unsigned int e);
uint32_t newest_switch_error(struct world *w, unsigned int s);

/* Queues */
struct mock_queue {
    struct world *w;
    unsigned int e;
    unsigned int n;
    unsigned int entries;
    struct trn4_desc *sq;
    struct trn4_cqe *cq;
    uint64_t sq_addr;
    uint64_t cq_addr;
    uint32_t tail;
    uint32_t head;
    uint16_t phase;
};

void queue_open(struct mock_queue *q, struct world *w, unsigned int e,
                unsigned int n, unsigned int log2_size, uint32_t ctrl);
void queue_push(struct mock_queue *q, const struct trn4_desc *d);
void queue_ring(struct mock_queue *q);
bool queue_pop(struct mock_queue *q, struct trn4_cqe *cqe);
struct trn4_cqe queue_do(struct mock_queue *q, const struct trn4_desc *d);
unsigned int engine_finish(struct world *w, unsigned int e);

struct trn4_desc copy_desc(uint8_t src_space, uint16_t src_slot, uint64_t src,
                           uint8_t dst_space, uint16_t dst_slot, uint64_t dst,
                           uint64_t length);
struct trn4_desc atomic_desc(uint8_t space, uint16_t slot, uint64_t addr,
                             uint8_t kind, uint8_t type, uint64_t operand,
                             uint64_t compare);

struct trn4_desc semaphore_desc(uint8_t space, uint16_t slot, uint64_t addr,
                                uint8_t kind, uint8_t type, uint64_t value,
                                uint64_t timeout);

void fill(uint8_t *p, uint64_t n, uint32_t seed);

/* Model time: @ns, but for the roundings of start and end */
static inline bool about(uint64_t is, uint64_t ns)
{
    return is >= ns && is <= ns + 2;
}

#define ABOUT(is, ns) \
    ({ \
        uint64_t about_is = (is), about_ns = (ns); \
        if (!CHECK(about(about_is, about_ns))) { \
            printf("# %s is %" PRIu64 ", not %" PRIu64 "\n", #is, about_is, \
                   about_ns); \
        } \
    })

/* From the raw tables, by the words of the definition and no shortcut */
enum trn4_window_status brute_path(struct world *w, unsigned int src,
                                   unsigned int dst);
const struct nvlf_window *brute_window(struct world *w, unsigned int e,
                                       uint64_t aperture, uint64_t size);
void world_check(struct world *w);

#endif /* MOCK_H */
