/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault.c - what the world does to ports, devices and trays: from text to
 * effect.
 *
 * Faults are no part of a device's state: resets do not mend them, and what
 * ends with one comes back by itself. A text names the whole set. It is read
 * to its end before anything changes, so that a bad one changes nothing, and
 * what a new set has in common with the old one goes on undisturbed.
 *
 * Text is a list of items with commas between, none at all where it is empty:
 *
 *   faults:    dead | PORTS:down | PORTS:stuck | PORTS:flap=MS |
 *              PORTS:lanes=N | PORTS:crc=N | PORT:swap=PORT
 *   trays:     compute:N | switch:N
 *   PORTS:     N | N-N
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "nvlf_internal.h"

#define FLAP_MS_MAX 86400000u /* a day */
#define CRC_MAX     1000000u

/* ---- Text ------------------------------------------------------------ */

/* What is left of an item, and where to say what is wrong with it */
struct item {
    const char *text; /* of the whole item */
    int length;       /* of that, or SHOWN + 1 where it is longer */
    const char *at;
    const char *end;
    char *why;
    size_t size;
};

/* An item is shown as far as this. */
#define SHOWN 40

static __attribute__((format(printf, 2, 3))) bool bad(const struct item *it,
                                                      const char *format, ...)
{
    char reason[128];
    va_list ap;

    va_start(ap, format);
    vsnprintf(reason, sizeof(reason), format, ap);
    va_end(ap);
    snprintf(it->why, it->size, "'%.*s'%s: %s",
             it->length < SHOWN ? it->length : SHOWN, it->text,
             it->length > SHOWN ? "..." : "", reason);
    return false;
}

/* The next item of @text, which moves on; false at the end */
static bool next_item(const char **text, struct item *it)
{
    const char *comma;

    if (!*text) {
        return false;
    }
    comma = strchr(*text, ',');
    it->text = it->at = *text;
    it->end = comma ? comma : *text + strlen(*text);
    it->length = it->end - it->text > SHOWN ? SHOWN + 1 : it->end - it->text;
    *text = comma ? comma + 1 : NULL;
    return true;
}

/* Does @word come next? Goes past it. */
static bool take(struct item *it, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(it->end - it->at) < n || memcmp(it->at, word, n)) {
        return false;
    }
    it->at += n;
    return true;
}

/* A decimal number and nothing else; false also where it is 2^32 or more */
static bool take_number(struct item *it, uint32_t *number)
{
    const char *start = it->at;
    uint64_t n = 0;

    for (; it->at < it->end && *it->at >= '0' && *it->at <= '9'; it->at++) {
        n = n * 10 + (*it->at - '0');
        if (n > UINT32_MAX) {
            return false;
        }
    }
    *number = n;
    return it->at > start;
}

/* ---- Faults of a device ---------------------------------------------- */

enum kind { DOWN, STUCK, FLAP, LANES, CRC, SWAP };

static const struct {
    const char *name;
    bool valued;
    uint32_t min;
    uint32_t max;
} kinds[] = {
    [DOWN] = { "down", false, 0, 0 },
    [STUCK] = { "stuck", false, 0, 0 },
    [FLAP] = { "flap", true, 1, FLAP_MS_MAX },
    [LANES] = { "lanes", true, 0, NVL_LANES - 1 },
    [CRC] = { "crc", true, 1, CRC_MAX },
    [SWAP] = { "swap", true, 0, NVL_SWITCH_PORTS - 1 },
};

static void set(struct nvlf_port_faults *p, enum kind kind, uint32_t value)
{
    switch (kind) {
    case DOWN:
        p->down = true;
        break;
    case STUCK:
        p->stuck = true;
        break;
    case FLAP:
        p->flap_ms = value;
        break;
    case LANES:
        p->lanes_lost = NVL_LANES - value;
        break;
    case CRC:
        p->crc = value;
        break;
    case SWAP:
        p->swap = value + 1;
        break;
    }
}

static bool has(const struct nvlf_port_faults *p, enum kind kind)
{
    switch (kind) {
    case DOWN:
        return p->down;
    case STUCK:
        return p->stuck;
    case FLAP:
        return p->flap_ms;
    case LANES:
        return p->lanes_lost;
    case CRC:
        return p->crc;
    default:
        return p->swap;
    }
}

static bool port_ok(const struct item *it, uint32_t port, unsigned int ports)
{
    return port < ports ||
           bad(it, "there is no port %" PRIu32 ", they are 0 to %u", port,
               ports - 1);
}

static bool set_ports(const struct item *it, struct nvlf_faults *f,
                      uint32_t first, uint32_t last, enum kind kind,
                      uint32_t value)
{
    uint32_t p;

    for (p = first; p <= last; p++) {
        if (has(&f->port[p], kind)) {
            return bad(it, "port %" PRIu32 " has another %s", p,
                       kinds[kind].name);
        }
        set(&f->port[p], kind, value);
    }
    return true;
}

static bool swap_ports(const struct item *it, struct nvlf_faults *f,
                       uint32_t first, uint32_t last, uint32_t other)
{
    if (first != last) {
        return bad(it, "only single ports can be swapped");
    }
    if (first == other) {
        return bad(it, "a port cannot be swapped with itself");
    }
    return set_ports(it, f, first, first, SWAP, other) &&
           set_ports(it, f, other, other, SWAP, first);
}

static bool parse_ports(struct item *it, unsigned int ports, uint32_t *first,
                        uint32_t *last)
{
    if (!take_number(it, first)) {
        return bad(it, "expected a port, PORT-PORT or dead");
    }
    *last = *first;
    if (take(it, "-") && !take_number(it, last)) {
        return bad(it, "expected a port after '-'");
    }
    if (!port_ok(it, *first, ports) || !port_ok(it, *last, ports)) {
        return false;
    }
    if (*last < *first) {
        return bad(it, "the range runs backwards");
    }
    return take(it, ":") || bad(it, "expected ':' after the port");
}

static bool parse_kind(struct item *it, enum kind *kind)
{
    unsigned int k;

    for (k = 0; k < NVLF_COUNT(kinds); k++) {
        if (take(it, kinds[k].name) && (it->at == it->end || *it->at == '=')) {
            *kind = k;
            return true;
        }
    }
    return bad(it, "a port's faults are down, stuck, flap=MS, lanes=N, crc=N"
                   " and swap=PORT");
}

static bool parse_value(struct item *it, enum kind kind, unsigned int ports,
                        uint32_t *value)
{
    *value = 0;
    if (!kinds[kind].valued) {
        return it->at == it->end ||
               bad(it, "%s takes no value", kinds[kind].name);
    }
    if (!take(it, "=") || !take_number(it, value) || it->at != it->end ||
        *value < kinds[kind].min ||
        (kind != SWAP && *value > kinds[kind].max)) {
        return bad(it, "%s= takes a number from %" PRIu32 " to %" PRIu32,
                   kinds[kind].name, kinds[kind].min,
                   kind == SWAP ? ports - 1 : kinds[kind].max);
    }
    return kind != SWAP || port_ok(it, *value, ports);
}

static bool parse_item(struct item *it, unsigned int ports,
                       struct nvlf_faults *f)
{
    uint32_t first = 0, last = 0, value = 0;
    enum kind kind = DOWN;

    if (it->at == it->end) {
        return bad(it, "an item is empty");
    }
    if (take(it, "dead") && it->at == it->end) {
        if (f->dead) {
            return bad(it, "it is there twice");
        }
        f->dead = true;
        return true;
    }
    if (!parse_ports(it, ports, &first, &last) || !parse_kind(it, &kind) ||
        !parse_value(it, kind, ports, &value)) {
        return false;
    }
    if (kind == SWAP) {
        return swap_ports(it, f, first, last, value);
    }
    return set_ports(it, f, first, last, kind, value);
}

bool nvlf_faults_parse(const char *text, unsigned int ports,
                       struct nvlf_faults *faults, char *why, size_t size)
{
    struct item it = { .why = why, .size = size };

    *faults = (struct nvlf_faults) { 0 };
    if (!*text) {
        return true;
    }
    while (next_item(&text, &it)) {
        if (!parse_item(&it, ports, faults)) {
            return false;
        }
    }
    return true;
}

/* ---- Trays ----------------------------------------------------------- */

static unsigned int trays_of(unsigned int places)
{
    return (places + NVLF_TRAY_SLOTS - 1) / NVLF_TRAY_SLOTS;
}

static bool parse_tray(struct item *it, unsigned int switches,
                       struct nvlf_trays *trays)
{
    unsigned int count = trays_of(nvlf_fabric_check(switches));
    uint64_t *set_of = &trays->compute;
    uint32_t n;

    if (take(it, "switch:")) {
        set_of = &trays->switches;
        count = trays_of(switches);
    } else if (!take(it, "compute:")) {
        return bad(it, "expected compute:N or switch:N");
    }
    if (!take_number(it, &n) || it->at != it->end || n >= count) {
        return bad(it, "a tray of that kind is a number from 0 to %u",
                   count - 1);
    }
    if (*set_of & NVLF_BIT(n)) {
        return bad(it, "it is there twice");
    }
    *set_of |= NVLF_BIT(n);
    return true;
}

bool nvlf_trays_parse(const char *text, unsigned int switches,
                      struct nvlf_trays *trays, char *why, size_t size)
{
    struct item it = { .why = why, .size = size };

    *trays = (struct nvlf_trays) { 0 };
    if (!*text) {
        return true;
    }
    while (next_item(&text, &it)) {
        if (!parse_tray(&it, switches, trays)) {
            return false;
        }
    }
    return true;
}

/* ---- Effect ---------------------------------------------------------- */

bool nvlf_device_on(const struct nvlf_device *d)
{
    uint64_t off = d->kind == NVL_PARTNER_SWITCH ? d->f->trays_off.switches
                                                 : d->f->trays_off.compute;

    return d->plugged && !d->faults.dead &&
           !(off & NVLF_BIT(d->self / NVLF_TRAY_SLOTS));
}

static void power(struct nvlf_device *d)
{
    if (d->kind == NVL_PARTNER_SWITCH) {
        nvlf_switch_power((struct nvlf_switch *)d);
    } else {
        nvlf_endpoint_power((struct nvlf_endpoint *)d);
    }
}

void nvlf_faults_set(struct nvlf_device *d, const struct nvlf_faults *faults)
{
    nvlf_ports_fault(d, faults);
    power(d);
}

void nvlf_endpoint_faults(struct nvlf_fabric *f, unsigned int id,
                          const struct nvlf_faults *faults)
{
    struct nvlf_device *d = nvlf_device_at(f, NVL_PARTNER_ENDPOINT, id);

    if (d) {
        nvlf_faults_set(d, faults);
    }
}

void nvlf_switch_faults(struct nvlf_fabric *f, unsigned int id,
                        const struct nvlf_faults *faults)
{
    struct nvlf_device *d = nvlf_device_at(f, NVL_PARTNER_SWITCH, id);

    if (d) {
        nvlf_faults_set(d, faults);
    }
}

void nvlf_fabric_trays_off(struct nvlf_fabric *f,
                           const struct nvlf_trays *trays)
{
    unsigned int i;

    f->trays_off = *trays;
    for (i = 0; i < f->endpoints; i++) {
        if (f->ep[i]) {
            power(&f->ep[i]->d);
        }
    }
    for (i = 0; i < f->switches; i++) {
        if (f->sw[i]) {
            power(&f->sw[i]->d);
        }
    }
}
