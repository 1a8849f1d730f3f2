/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wiring.c - which port is joined to which, and who is called what.
 *
 * With n switches, n a divisor of 36, each endpoint has 36 / n links to each
 * switch, its width. Link l of endpoint e goes to switch l / width, port
 * e * width + l % width. A switch has 72 ports, so 72 / width = 2n endpoints
 * fit, each with all its links in use.
 *
 * That is worked out once, into tables, in which a fault may exchange the
 * cables of two ports.
 */
#include "nvlf_internal.h"

unsigned int nvlf_fabric_check(unsigned int switches)
{
    if (!switches || TRN4_PORTS % switches) {
        return 0;
    }
    return 2 * switches;
}

/* Join each link's ends by the rule. */
void nvlf_wire(struct nvlf_fabric *f)
{
    unsigned int e, link;

    for (e = 0; e < f->endpoints; e++) {
        for (link = 0; link < TRN4_PORTS; link++) {
            unsigned int s = link / f->width;
            unsigned int port = e * f->width + link % f->width;

            f->wire_ep[e][link] = (struct nvlf_end) { s, port };
            f->wire_sw[s][port] = (struct nvlf_end) { e, link };
        }
    }
}

/*
 * Exchange what is plugged into ports @a and @b of @d; once more to undo it.
 * Exchanges at both ends of a link do not mind each other's order.
 */
void nvlf_wire_swap(struct nvlf_device *d, unsigned int a, unsigned int b)
{
    struct nvlf_fabric *f = d->f;
    bool is_switch = d->kind == NVL_PARTNER_SWITCH;
    struct nvlf_end *wire = is_switch ? f->wire_sw[d->self]
                                      : f->wire_ep[d->self];
    struct nvlf_end *far;
    struct nvlf_end end = wire[a];
    unsigned int i, port;

    wire[a] = wire[b];
    wire[b] = end;
    for (i = 0; i < 2; i++) {
        port = i ? b : a;
        far = is_switch ? f->wire_ep[wire[port].place]
                        : f->wire_sw[wire[port].place];
        far[wire[port].port] = (struct nvlf_end) { d->self, port };
    }
}

/* Is this link where the rule puts it? */
bool nvlf_wire_is_right(const struct nvlf_fabric *f, unsigned int e,
                        unsigned int link)
{
    return f->wire_ep[e][link].place == link / f->width &&
           f->wire_ep[e][link].port == e * f->width + link % f->width;
}

void nvlf_wire_from_endpoint(const struct nvlf_fabric *f, unsigned int link,
                             unsigned int e, unsigned int *s,
                             unsigned int *port)
{
    *s = f->wire_ep[e][link].place;
    *port = f->wire_ep[e][link].port;
}

void nvlf_wire_from_switch(const struct nvlf_fabric *f, unsigned int s,
                           unsigned int port, unsigned int *e,
                           unsigned int *link)
{
    *e = f->wire_sw[s][port].place;
    *link = f->wire_sw[s][port].port;
}

/*
 * Identities that partners read in band: the PCI device id in the upper 16
 * bits tells the kinds apart, and number 0 does not look like an empty field.
 */
uint64_t nvlf_endpoint_guid(unsigned int id)
{
    return ((uint64_t)TRN4_PCI_DEVICE_ID << 48) | (id + 1ull);
}

uint64_t nvlf_switch_guid(unsigned int id)
{
    return ((uint64_t)NVL_SWITCH_PCI_DEVICE_ID << 48) | (id + 1ull);
}
