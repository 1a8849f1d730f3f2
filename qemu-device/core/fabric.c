/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fabric.c - the fabric itself: made and freed. What is attached to it lives in
 * endpoint.c and switch.c, what is between them in port.c.
 */
#include <stdlib.h>
#include <string.h>

#include "nvlf_internal.h"

_Static_assert(NVL_SWITCHES_MAX < 64, "one bit each in a word, and one more");
_Static_assert(NVL_PARTITIONS <= 64, "one bit each in a word");
_Static_assert(TRN4_QUEUES <= 64, "one bit each in a word");
_Static_assert(TRN4_PORTS <= 64, "one bit each in a word");

struct nvlf_fabric *nvlf_fabric_new(unsigned int switches,
                                    const struct nvlf_fabric_ops *ops,
                                    void *owner)
{
    struct nvlf_fabric *f;
    unsigned int e, l;

    if (!nvlf_fabric_check(switches)) {
        return NULL;
    }
    f = calloc(1, sizeof(*f));
    if (!f) {
        return NULL;
    }
    f->bounce = malloc(NVLF_CHUNK);
    if (!f->bounce) {
        free(f);
        return NULL;
    }
    f->switches = switches;
    f->endpoints = nvlf_fabric_check(switches);
    f->width = TRN4_PORTS / switches;
    nvlf_wire(f);
    f->ops = ops;
    f->owner = owner;
    f->train_ns = NVLF_TRAIN_NS;
    f->timing = (struct nvlf_fabric_timing) {
        .link_rate = NVLF_LINK_RATE,
        .link_latency = NVLF_LINK_LATENCY,
        .switch_latency = NVLF_SWITCH_LATENCY,
    };
    f->armed = NVLF_NEVER;
    for (e = 0; e < NVL_ENDPOINTS_MAX; e++) {
        for (l = 0; l < TRN4_PORTS; l++) {
            f->links[e][l].deadline = NVLF_NEVER;
            f->links[e][l].crc_due = NVLF_NEVER;
        }
    }
    /* NVLF_NONE in both ends of each list */
    memset(f->windows, 0xff, sizeof(f->windows));
    memset(f->grant, 0xff, sizeof(f->grant));
    return f;
}

void nvlf_fabric_free(struct nvlf_fabric *f)
{
    unsigned int i;

    if (!f) {
        return;
    }
    for (i = 0; i < NVL_ENDPOINTS_MAX; i++) {
        free(f->ep[i]);
    }
    for (i = 0; i < NVL_SWITCHES_MAX; i++) {
        free(f->sw[i]);
    }
    free(f->bounce);
    free(f);
}

void nvlf_fabric_train_time(struct nvlf_fabric *f, uint64_t ns)
{
    f->train_ns = ns;
}

void nvlf_fabric_timing(struct nvlf_fabric *f,
                        const struct nvlf_fabric_timing *timing)
{
    f->timing = *timing;
}
