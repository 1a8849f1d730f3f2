/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_trap.c - apertures that trap: what an access does, each reason for
 * which it does nothing, and the counts.
 */
#include <string.h>

#include "mock.h"

#define HALF (4 * PAGE)
#define BASE PAGE /* of the grant in accelerator 1's HBM */
#define RW   (NVL_RIGHT_READ | NVL_RIGHT_WRITE)

/*
 * Accelerator 0 has window 0, which may be written, at the first page, and
 * window 1, which may not, at the first page of the upper half: both on all of
 * one grant of accelerator 1, two pages.
 */
static struct world *two_windows(void)
{
    struct world *w = world_trap(1, 4 * PAGE, 2 * HALF);

    world_open(w);
    grant(w, 1, 0, BASE, 2 * PAGE, NVL_RIGHTS_ALL);
    EQ(window(w, 0, 0, 0, 2 * PAGE, 0, 1, 0, RW), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 1, HALF, 2 * PAGE, 0, 1, 0, NVL_RIGHT_READ),
       TRN4_WINDOW_LIVE);
    return w;
}

static uint8_t *far(struct world *w, uint64_t offset)
{
    return w->ep[1].mem.ptr + BASE + offset;
}

/* The accesses since the last call, and those of them that were refused */
static void counts(struct world *w, uint64_t count, uint64_t refused)
{
    EQ(erq(w, 0, TRN4_REG_TRAP_COUNT), count);
    EQ(erq(w, 0, TRN4_REG_TRAP_REFUSED), refused);
    w->f->ep[0]->trap_count = 0;
    w->f->ep[0]->trap_refused = 0;
}

/* A load and a store there reach nobody, and leave all of the grant alone. */
static void nobody(struct world *w, uint64_t at, unsigned int size)
{
    static uint8_t before[2 * NVL_PAGE_SIZE];
    uint64_t dirty = w->ep[1].dirty_bytes;

    memcpy(before, far(w, 0), sizeof(before));
    EQ(nvlf_trap_read(w->f, 0, at, size), UINT64_MAX);
    nvlf_trap_write(w->f, 0, at, 0x1122334455667788, size);
    EQ(nvlf_trap_read(w->f, 0, at, size), UINT64_MAX);
    CHECK(!memcmp(before, far(w, 0), sizeof(before)));
    EQ(w->ep[1].dirty_bytes, dirty);
    counts(w, 3, 3);
}

/* Bytes and packets that port @p of a device has sent and received */
static void ports(const struct nvlf_device *d, unsigned int p, uint64_t tx,
                  uint64_t tx_packets, uint64_t rx, uint64_t rx_packets)
{
    EQ(d->ports[p].counters.tx_bytes, tx);
    EQ(d->ports[p].counters.tx_packets, tx_packets);
    EQ(d->ports[p].counters.rx_bytes, rx);
    EQ(d->ports[p].counters.rx_packets, rx_packets);
}

/* Whatever reaches the peer is counted all the way, and nothing else. */
static void traffic(void)
{
    struct world *w = two_windows();

    nvlf_trap_write(w->f, 0, 0, 1, 8);
    nvlf_trap_write(w->f, 0, 8, 1, 1);
    nvlf_trap_read(w->f, 0, HALF, 4);
    /* Refused */
    nvlf_trap_write(w->f, 0, HALF, 1, 8);
    nvlf_trap_read(w->f, 0, 2 * PAGE, 8);
    nvlf_trap_write(w->f, 0, 2 * PAGE, 1, 8);
    ports(&w->f->ep[0]->d, 0, 9, 3, 4, 1);
    ports(&w->f->sw[0]->d, 0, 4, 1, 9, 3);
    ports(&w->f->sw[0]->d, 36, 9, 3, 4, 1);
    ports(&w->f->ep[1]->d, 0, 4, 1, 9, 3);
    ports(&w->f->ep[0]->d, 1, 0, 0, 0, 0);
    world_free(w);
}

static void sizes(void)
{
    static const unsigned int all[] = { 1, 2, 4, 8 };
    struct world *w = two_windows();
    unsigned int i, at;

    EQ(er(w, 0, TRN4_REG_FEATURES), TRN4_FEATURE_TRAP);
    EQ(w->ep[0].places, 0);
    fill(far(w, 0), 2 * PAGE, 7);
    for (i = 0; i < NVLF_COUNT(all); i++) {
        for (at = 0; at < 16; at++) {
            uint64_t value = 0x8182838485868788 + at, old, got = 0;
            unsigned int size = all[i];
            uint64_t place = PAGE - 8 + at; /* about a page's end, too */
            uint8_t beyond = far(w, place)[size], ahead = far(w, place)[-1];

            memcpy(&got, far(w, place), size);
            old = nvlf_trap_read(w->f, 0, place, size);
            EQ(old, got);
            EQ(nvlf_trap_read(w->f, 0, HALF + place, size), got);
            nvlf_trap_write(w->f, 0, place, value, size);
            CHECK(!memcmp(far(w, place), &value, size));
            EQ(far(w, place)[size], beyond);
            EQ(far(w, place)[-1], ahead);
            EQ(w->ep[1].dirty_offset, BASE + place);
            EQ(w->ep[1].dirty_len, size);
        }
    }
    counts(w, 4 * 16 * 3, 0);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 0);
    EQ(w->ep[0].dirty_bytes, 0);
    world_check(w);
    world_free(w);
}

/* Each thing that a window needs, taken away alone */
static void revoked(void)
{
    struct world *w = two_windows();

    EQ(nvlf_trap_read(w->f, 0, 0, 8), 0);
    counts(w, 1, 0);
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), 0);
    nobody(w, 0, 8);
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), NVL_RIGHTS_ALL | TRN4_GRANT_VALID);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_STALE);
    nobody(w, 0, 8);
    ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), 0);
    nobody(w, 0, 8);
    EQ(window(w, 0, 0, 0, 2 * PAGE, 0, 1, 0, RW), TRN4_WINDOW_LIVE);
    EQ(nvlf_trap_read(w->f, 0, 0, 8), 0);
    counts(w, 1, 0);

    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), NVL_RIGHT_READ | TRN4_GRANT_VALID);
    EQ(window_status(w, 0, 0), TRN4_WINDOW_NO_RIGHT);
    nobody(w, 0, 8);
    ew(w, 1, grant_reg(0, TRN4_GRANT_CTRL), RW | TRN4_GRANT_VALID);
    route(w, 0, 1, 0, 0);
    nobody(w, 0, 8);
    route_all(w, 0, 1);
    sw(w, 0, partition_reg(0, NVL_PARTITION_CTRL), 0);
    nobody(w, 0, 8);
    partition_all(w, 0, 0);
    EQ(nvlf_trap_read(w->f, 0, 0, 8), 0);
    counts(w, 1, 0);
    nvlf_endpoint_reset(w->f, 1);
    nobody(w, 0, 8);
    world_check(w);
    world_free(w);
}

static void bounds(void)
{
    struct world *w = two_windows();

    fill(far(w, 0), 2 * PAGE, 9);
    nobody(w, 2 * PAGE, 1);
    nobody(w, 2 * PAGE - 1, 2);
    nobody(w, 2 * PAGE - 7, 8);
    nobody(w, 2 * PAGE + HALF / 4, 8);
    nobody(w, HALF - 1, 2);
    nobody(w, 0, 0);
    nobody(w, 0, 3);
    nobody(w, 0, 16);
    CHECK(nvlf_trap_read(w->f, 0, 2 * PAGE - 8, 8) != UINT64_MAX);
    CHECK(nvlf_trap_read(w->f, 0, HALF + 2 * PAGE - 1, 1) != UINT64_MAX);
    counts(w, 2, 0);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 0);
    /* Beyond the aperture, and about the end of all addresses */
    nobody(w, 2 * HALF, 8);
    nobody(w, UINT64_MAX, 1);
    nobody(w, UINT64_MAX - 7, 8);

    /* Side by side are two windows: what is in both is in neither. */
    ew(w, 0, window_reg(0, TRN4_WINDOW_CTRL), 0);
    EQ(window(w, 0, 0, 0, PAGE, 0, 1, 0, RW), TRN4_WINDOW_LIVE);
    EQ(window(w, 0, 2, PAGE, PAGE, PAGE, 1, 0, RW), TRN4_WINDOW_LIVE);
    nobody(w, PAGE - 4, 8);
    /* One waits for pages of another: it has none. */
    EQ(window(w, 0, 3, PAGE, 2 * PAGE, 0, 1, 0, RW), TRN4_WINDOW_OVERLAP);
    nobody(w, 2 * PAGE, 8);
    world_free(w);
}

/* The upper half: as where there are pages, stores are an error as well. */
static void read_only(void)
{
    struct world *w = two_windows();

    memset(far(w, 0), 0x5a, 16);
    EQ(nvlf_trap_read(w->f, 0, HALF, 4), 0x5a5a5a5a);
    nvlf_trap_write(w->f, 0, HALF + 4, 1, 4);
    EQ(nvlf_trap_read(w->f, 0, HALF + 4, 4), 0x5a5a5a5a);
    counts(w, 3, 1);
    EQ(erq(w, 0, TRN4_REG_RO_STORES), 1);
    EQ(er(w, 0, NVL_REG_ERR_LAST), NVL_ERR_RO_WINDOW);
    EQ(erq(w, 0, NVL_REG_ERR_ADDR), HALF + 4);
    EQ(w->ep[1].dirty_bytes, 0);
    nvlf_trap_write(w->f, 0, 2 * HALF - 1, 1, 1);
    EQ(erq(w, 0, TRN4_REG_RO_STORES), 2);
    /* In the lower half a dropped store is no error. */
    nvlf_trap_write(w->f, 0, HALF - 1, 1, 1);
    EQ(erq(w, 0, TRN4_REG_RO_STORES), 2);
    EQ(er(w, 0, NVL_REG_ERR_COUNT), 2);
    world_free(w);
}

static void life(void)
{
    struct world *w = two_windows();

    nobody(w, 3 * PAGE, 8);
    nvlf_trap_read(w->f, 0, 3 * PAGE, 8);
    EQ(erq(w, 0, TRN4_REG_TRAP_COUNT), 1);
    ew(w, 0, NVL_REG_CTRL, NVL_CTRL_RESET);
    EQ(w->ep[0].wipes, 0);
    counts(w, 0, 0);
    nobody(w, 0, 8);
    nvlf_endpoint_detach(w->f, 0);
    EQ(nvlf_trap_read(w->f, 0, 0, 8), UINT64_MAX);
    nvlf_trap_write(w->f, 0, 0, 1, 8);
    EQ(nvlf_trap_read(w->f, 99, 0, 8), UINT64_MAX);
    nvlf_trap_write(w->f, 99, 0, 1, 8);

    /* The same place with pages: there is nothing to trap. */
    w->trap = false;
    EQ(world_attach(w, 0), 0);
    EQ(er(w, 0, TRN4_REG_FEATURES), 0);
    counts(w, 0, 0);
    world_free(w);
}

static const struct tap_test tests[] = {
    TAP_TEST(sizes),  TAP_TEST(traffic),   TAP_TEST(revoked),
    TAP_TEST(bounds), TAP_TEST(read_only), TAP_TEST(life),
};
TAP_MAIN(tests)
