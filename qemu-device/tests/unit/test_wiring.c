/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_wiring.c - the wiring rule, identities, who may be attached where.
 */
#include <errno.h>
#include <string.h>

#include "mock.h"

static void divisors_of_36(void)
{
    static const unsigned int good[] = { 1, 2, 3, 4, 6, 9, 12, 18, 36 };
    unsigned int n, i, expect;

    for (n = 0; n < 100; n++) {
        expect = 0;
        for (i = 0; i < NVLF_COUNT(good); i++) {
            expect = good[i] == n ? 2 * n : expect;
        }
        EQ(nvlf_fabric_check(n), expect);
    }
    EQ(nvlf_fabric_check(UINT32_MAX), 0);
}

static void no_fabric_of_other_sizes(void)
{
    static const struct nvlf_fabric_ops ops;

    CHECK(!nvlf_fabric_new(0, &ops, NULL));
    CHECK(!nvlf_fabric_new(5, &ops, NULL));
    CHECK(!nvlf_fabric_new(72, &ops, NULL));
    nvlf_fabric_free(NULL);
}

static void every_link_by_the_rule(void)
{
    unsigned int n, e, l, s, port, e2, l2;

    for (n = 1; n <= NVL_SWITCHES_MAX; n++) {
        struct nvlf_fabric f = {
            .switches = n,
            .endpoints = nvlf_fabric_check(n),
            .width = TRN4_PORTS / n,
        };
        bool used[NVL_SWITCHES_MAX][NVL_SWITCH_PORTS] = { { false } };

        nvlf_wire(&f);
        for (e = 0; e < nvlf_fabric_check(n); e++) {
            for (l = 0; l < TRN4_PORTS; l++) {
                nvlf_wire_from_endpoint(&f, l, e, &s, &port);
                EQ(s, l / (36 / n));
                EQ(port, e * (36 / n) + l % (36 / n));
                if (!CHECK(s < n && port < NVL_SWITCH_PORTS)) {
                    return;
                }
                CHECK(!used[s][port]);
                used[s][port] = true;
                nvlf_wire_from_switch(&f, s, port, &e2, &l2);
                EQ(e2, e);
                EQ(l2, l);
            }
        }
        for (s = 0; s < n && nvlf_fabric_check(n); s++) {
            for (port = 0; port < NVL_SWITCH_PORTS; port++) {
                CHECK(used[s][port]);
            }
        }
    }
}

static void identities_differ(void)
{
    uint64_t guid[NVL_ENDPOINTS_MAX + NVL_SWITCHES_MAX];
    unsigned int n = 0, i, j;

    for (i = 0; i < NVL_ENDPOINTS_MAX; i++) {
        guid[n++] = nvlf_endpoint_guid(i);
    }
    for (i = 0; i < NVL_SWITCHES_MAX; i++) {
        guid[n++] = nvlf_switch_guid(i);
    }
    for (i = 0; i < n; i++) {
        CHECK(guid[i]);
        for (j = 0; j < i; j++) {
            CHECK(guid[i] != guid[j]);
        }
    }
}

static void attach_refuses(void)
{
    struct world *w = world_empty(2, 4 * PAGE, 4 * PAGE);
    static const struct nvlf_endpoint_ops ops;
    static const struct nvlf_switch_ops sops;
    struct nvlf_mem mem = w->ep[0].mem;

#define REFUSED(field, value) \
    ({ \
        struct nvlf_mem bad = mem; \
        bad.field = (value); \
        EQ(nvlf_endpoint_attach(w->f, 0, &bad, 4 * PAGE, &ops, NULL), \
           (uint64_t)-EINVAL); \
    })
    REFUSED(size, 0);
    REFUSED(size, PAGE + 4096);
    REFUSED(size, TRN4_HBM_SIZE + PAGE);
    REFUSED(ptr, NULL);
    REFUSED(ptr, mem.ptr + 4);
#undef REFUSED

    EQ(nvlf_endpoint_attach(w->f, 4, &mem, 4 * PAGE, &ops, NULL),
       (uint64_t)-EINVAL);
    EQ(nvlf_endpoint_attach(w->f, 0, &mem, 0, &ops, NULL), (uint64_t)-EINVAL);
    EQ(nvlf_endpoint_attach(w->f, 0, &mem, PAGE, &ops, NULL),
       (uint64_t)-EINVAL);
    EQ(nvlf_endpoint_attach(w->f, 0, &mem, 3 * PAGE, &ops, NULL),
       (uint64_t)-EINVAL);
    EQ(nvlf_switch_attach(w->f, 2, &sops, NULL), (uint64_t)-EINVAL);

    EQ(world_attach(w, 0), 0);
    EQ(world_attach(w, 0), (uint64_t)-EBUSY);
    EQ(world_attach_switch(w, 1), 0);
    EQ(world_attach_switch(w, 1), (uint64_t)-EBUSY);

    nvlf_endpoint_detach(w->f, 0);
    nvlf_endpoint_detach(w->f, 0);
    nvlf_endpoint_detach(w->f, 77);
    nvlf_switch_detach(w->f, 1);
    nvlf_switch_detach(w->f, 1);
    nvlf_switch_detach(w->f, 77);
    EQ(world_attach(w, 0), 0);
    EQ(world_attach_switch(w, 1), 0);
    world_free(w);
}

static void nobody_there(void)
{
    struct world *w = world_empty(2, 4 * PAGE, 4 * PAGE);

    EQ(er(w, 0, NVL_REG_ID), UINT32_MAX);
    EQ(er(w, 99, NVL_REG_ID), UINT32_MAX);
    EQ(sr(w, 0, NVL_REG_ID), UINT32_MAX);
    EQ(sr(w, 99, NVL_REG_ID), UINT32_MAX);
    ew(w, 0, NVL_REG_SCRATCH, 1);
    sw(w, 0, NVL_REG_SCRATCH, 1);
    nvlf_endpoint_reset(w->f, 0);
    nvlf_switch_reset(w->f, 0);
    nvlf_endpoint_ro_store(w->f, 0, 0);
    CHECK(!nvlf_engine_run(w->f, 0));
    CHECK(!nvlf_fabric_reachable(w->f, 0, 1));
    CHECK(!nvlf_fabric_reachable(w->f, 0, 72));
    CHECK(!nvlf_fabric_reachable(w->f, 72, 0));
    world_check(w);
    world_free(w);
}

/* clang-format off */
static const struct tap_test tests[] = {
    TAP_TEST(divisors_of_36),
    TAP_TEST(no_fabric_of_other_sizes),
    TAP_TEST(every_link_by_the_rule),
    TAP_TEST(identities_differ),
    TAP_TEST(attach_refuses),
    TAP_TEST(nobody_there),
};
/* clang-format on */
TAP_MAIN(tests)
