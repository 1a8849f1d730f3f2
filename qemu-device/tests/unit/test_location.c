/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_location.c - where a device stands: by default, as it is told, and for
 * how long it remembers.
 */
#include <string.h>

#include "mock.h"

static const struct nvlf_location somewhere = {
    .uuid = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa,
              0xbb, 0xcc, 0xdd, 0xee, 0xff },
    .serial = { 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M',
                'N', 'O', 'P' },
    .rack = 1,
    .tray = 2,
    .slot = 3,
    .host = 4,
};

static const struct {
    uint64_t reg;
    unsigned int size;
    uint64_t nowhere;
    uint64_t somewhere;
} regs[] = {
    { NVL_REG_CLUSTER_UUID, 8, 0, 0x7766554433221100 },
    { NVL_REG_CLUSTER_UUID + 8, 8, 0, 0xffeeddccbbaa9988 },
    { NVL_REG_SERIAL, 8, 0, 0x4847464544434241 },
    { NVL_REG_SERIAL + 8, 8, 0, 0x504f4e4d4c4b4a49 },
    { NVL_REG_RACK, 4, UINT32_MAX, 1 },
    { NVL_REG_TRAY, 4, UINT32_MAX, 2 },
    { NVL_REG_SLOT, 4, UINT32_MAX, 3 },
    { NVL_REG_HOST, 4, UINT32_MAX, 4 },
};

static void is(struct world *w, enum nvl_partner kind, unsigned int id,
               bool located)
{
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(regs); i++) {
        uint64_t got =
            kind == NVL_PARTNER_SWITCH
                ? nvlf_switch_read(w->f, id, regs[i].reg, regs[i].size)
                : nvlf_endpoint_read(w->f, id, regs[i].reg, regs[i].size);

        if (!EQ(got, located ? regs[i].somewhere : regs[i].nowhere)) {
            printf("# register 0x%" PRIx64 "\n", regs[i].reg);
        }
    }
}

static void told(void)
{
    struct world *w = world_new(2, 2 * PAGE, 2 * PAGE);

    is(w, NVL_PARTNER_ENDPOINT, 1, false);
    is(w, NVL_PARTNER_SWITCH, 1, false);
    nvlf_device_locate(w->f, NVL_PARTNER_ENDPOINT, 1, &somewhere);
    is(w, NVL_PARTNER_ENDPOINT, 1, true);
    is(w, NVL_PARTNER_SWITCH, 1, false);
    is(w, NVL_PARTNER_ENDPOINT, 0, false);
    nvlf_device_locate(w->f, NVL_PARTNER_SWITCH, 1, &somewhere);
    is(w, NVL_PARTNER_SWITCH, 1, true);
    is(w, NVL_PARTNER_SWITCH, 0, false);

    nvlf_endpoint_reset(w->f, 1);
    nvlf_switch_reset(w->f, 1);
    is(w, NVL_PARTNER_ENDPOINT, 1, true);
    is(w, NVL_PARTNER_SWITCH, 1, true);

    /* Whoever comes next stands elsewhere. */
    nvlf_endpoint_detach(w->f, 1);
    nvlf_switch_detach(w->f, 1);
    nvlf_device_locate(w->f, NVL_PARTNER_ENDPOINT, 1, &somewhere);
    nvlf_device_locate(w->f, NVL_PARTNER_SWITCH, 1, &somewhere);
    nvlf_device_locate(w->f, NVL_PARTNER_ENDPOINT, 4, &somewhere);
    nvlf_device_locate(w->f, NVL_PARTNER_SWITCH, UINT32_MAX, &somewhere);
    EQ(world_attach(w, 1), 0);
    EQ(world_attach_switch(w, 1), 0);
    is(w, NVL_PARTNER_ENDPOINT, 1, false);
    is(w, NVL_PARTNER_SWITCH, 1, false);
    world_free(w);
}

/* The rack: 18 trays of 4 accelerators, 9 of 4 switches */
static void by_default(void)
{
    static const struct {
        enum nvl_partner kind;
        unsigned int id, tray, slot;
        const char *serial;
    } want[] = {
        { NVL_PARTNER_ENDPOINT, 0, 0, 0, "TRN4-0000" },
        { NVL_PARTNER_ENDPOINT, 7, 1, 3, "TRN4-0007" },
        { NVL_PARTNER_ENDPOINT, 71, 17, 3, "TRN4-0071" },
        { NVL_PARTNER_SWITCH, 0, 18, 0, "NVLS-0000" },
        { NVL_PARTNER_SWITCH, 5, 19, 1, "NVLS-0005" },
        { NVL_PARTNER_SWITCH, 35, 26, 3, "NVLS-0035" },
    };
    static const uint8_t none[16];
    struct nvlf_location loc;
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(want); i++) {
        memset(&loc, 0xff, sizeof(loc));
        nvlf_location_default(want[i].kind, want[i].id, &loc);
        EQ(loc.rack, 0);
        EQ(loc.tray, want[i].tray);
        EQ(loc.slot, want[i].slot);
        EQ(loc.host, want[i].tray);
        CHECK(!strncmp(loc.serial, want[i].serial, sizeof(loc.serial)));
        CHECK(!memcmp(loc.serial + 9, none, 7));
        CHECK(!memcmp(loc.uuid, none, 16));
    }
}

static const struct tap_test tests[] = {
    TAP_TEST(told),
    TAP_TEST(by_default),
};
TAP_MAIN(tests)
