/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvl-fabric.c - the object that owns the wiring between accelerators and
 * switches, and the time that passes for their links
 *
 *   -object nvl-fabric,id=fabric0,switches=2,train-time=1000
 */
#include "qemu/osdep.h"
#include "qemu/bitmap.h"
#include "qemu/bitops.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "qemu/uuid.h"
#include "hw/trn4_hw.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qom/object_interfaces.h"
#include "nvl-fabric.h"
#include "trace.h"

#define NVL_FABRIC_SWITCHES 2

/*
 * How long the engines may go on without as much of a gap, and how long they
 * then pause, all at once. A vCPU that waits for the BQL gets it in the pause,
 * and only where no engine goes on; that much of their speed is lost. In less
 * than 100 us the host does not get around to the second one of two that wait:
 * the first wakes it, and it may not find a free processor at once.
 */
#define NVL_FABRIC_BUSY_NS  SCALE_MS
#define NVL_FABRIC_PAUSE_NS (100 * SCALE_US)

struct NvlFabric {
    Object parent_obj;

    uint32_t switches;
    uint32_t train_us;
    struct nvlf_fabric_timing timing;
    bool pace;
    QemuUUID uuid; /* the cluster's */
    char *trays_off;
    struct nvlf_fabric *core; /* from complete() to finalize */
    QEMUTimer *tick;          /* guest time: stops when the guest does */
    unsigned int attached;    /* devices; deletion waits for none */
    bool entered;             /* a call into the core is going on */
    /* What could not be done because of that: bits by index */
    DECLARE_BITMAP(reset_endpoints, NVL_ENDPOINTS_MAX);
    DECLARE_BITMAP(reset_switches, NVL_SWITCHES_MAX);
    bool ticked;
    bool deferred;
    /* QEMU_CLOCK_REALTIME, of engines */
    int64_t busy_since; /* the end of the last pause, or of such a gap */
    int64_t idle_since;
    int64_t pause_end;
};

bool nvl_fabric_enter(NvlFabric *fabric, struct nvlf_fabric **core)
{
    if (fabric->entered) {
        trace_nvl_fabric_reentered();
        return false;
    }
    fabric->entered = true;
    *core = fabric->core;
    return true;
}

/* Each is a call that nothing can come out of but memory and interrupts. */
static void nvl_fabric_catch_up(NvlFabric *fabric)
{
    const unsigned long eps = NVL_ENDPOINTS_MAX, sws = NVL_SWITCHES_MAX;
    unsigned long i;

    fabric->deferred = false;
    while ((i = find_first_bit(fabric->reset_endpoints, eps)) < eps) {
        clear_bit(i, fabric->reset_endpoints);
        nvlf_endpoint_reset(fabric->core, i);
    }
    while ((i = find_first_bit(fabric->reset_switches, sws)) < sws) {
        clear_bit(i, fabric->reset_switches);
        nvlf_switch_reset(fabric->core, i);
    }
    if (fabric->ticked) {
        fabric->ticked = false;
        nvlf_fabric_tick(fabric->core);
    }
}

void nvl_fabric_leave(NvlFabric *fabric)
{
    if (fabric->deferred) {
        nvl_fabric_catch_up(fabric);
    }
    fabric->entered = false;
}

int64_t nvl_fabric_pause(const NvlFabric *fabric)
{
    return qemu_clock_get_ns(QEMU_CLOCK_REALTIME) < fabric->pause_end
               ? fabric->pause_end
               : 0;
}

void nvl_fabric_worked(NvlFabric *fabric, int64_t since)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_REALTIME);

    /* Nobody had work for so long: that was as good as a pause. */
    if (since - fabric->idle_since >= NVL_FABRIC_PAUSE_NS) {
        fabric->busy_since = since;
    }
    fabric->idle_since = now;
    if (now - fabric->busy_since >= NVL_FABRIC_BUSY_NS) {
        fabric->pause_end = now + NVL_FABRIC_PAUSE_NS;
        fabric->busy_since = fabric->pause_end;
    }
}

void nvl_fabric_reset_endpoint(NvlFabric *fabric, uint32_t index)
{
    struct nvlf_fabric *core;

    if (nvl_fabric_enter(fabric, &core)) {
        nvlf_endpoint_reset(core, index);
        nvl_fabric_leave(fabric);
    } else {
        set_bit(index, fabric->reset_endpoints);
        fabric->deferred = true;
    }
}

void nvl_fabric_reset_switch(NvlFabric *fabric, uint32_t index)
{
    struct nvlf_fabric *core;

    if (nvl_fabric_enter(fabric, &core)) {
        nvlf_switch_reset(core, index);
        nvl_fabric_leave(fabric);
    } else {
        set_bit(index, fabric->reset_switches);
        fabric->deferred = true;
    }
}

static void nvl_fabric_arm(void *owner, uint64_t deadline)
{
    NvlFabric *fabric = owner;

    trace_nvl_fabric_arm(deadline);
    timer_mod_ns(fabric->tick, MIN(deadline, INT64_MAX));
}

static uint64_t nvl_fabric_now(void *owner)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static void nvl_fabric_tick(void *opaque)
{
    NvlFabric *fabric = opaque;
    struct nvlf_fabric *core;

    if (nvl_fabric_enter(fabric, &core)) {
        trace_nvl_fabric_tick();
        nvlf_fabric_tick(core);
        nvl_fabric_leave(fabric);
    } else {
        fabric->ticked = true;
        fabric->deferred = true;
    }
}

static const struct nvlf_fabric_ops nvl_fabric_ops = {
    .arm = nvl_fabric_arm,
    .now = nvl_fabric_now,
};

/* What the core answered to an attach, in words */
static bool nvl_fabric_attached(NvlFabric *fabric, int ret, const char *what,
                                uint32_t index, unsigned int places,
                                Error **errp)
{
    switch (ret) {
    case 0:
        fabric->attached++;
        return true;
    case -EINVAL:
        error_setg(errp,
                   "index=%" PRIu32 " is no place for %s: the fabric"
                   " has %u, from 0 to %u, by the wiring rule with"
                   " switches=%" PRIu32 " (two accelerators for each)",
                   index, what, places, places - 1, fabric->switches);
        return false;
    case -EBUSY:
        error_setg(errp, "index=%" PRIu32 " is taken by another %s", index,
                   what);
        return false;
    default:
        error_setg_errno(errp, -ret, "%s %" PRIu32 " cannot join the fabric",
                         what, index);
        return false;
    }
}

bool nvl_fabric_attach_endpoint(NvlFabric *fabric, uint32_t index,
                                const struct nvlf_mem *mem, uint64_t aperture,
                                const struct nvlf_endpoint_ops *ops, void *dev,
                                Error **errp)
{
    return nvl_fabric_attached(fabric,
                               nvlf_endpoint_attach(fabric->core, index, mem,
                                                    aperture, ops, dev),
                               "accelerator", index,
                               nvlf_fabric_check(fabric->switches), errp);
}

void nvl_fabric_time_endpoint(NvlFabric *fabric, uint32_t index,
                              const struct nvlf_endpoint_timing *timing)
{
    nvlf_endpoint_timing(fabric->core, index, timing);
}

void nvl_fabric_detach_endpoint(NvlFabric *fabric, uint32_t index)
{
    nvlf_endpoint_detach(fabric->core, index);
    fabric->attached--;
}

bool nvl_fabric_attach_switch(NvlFabric *fabric, uint32_t index,
                              const struct nvlf_switch_ops *ops, void *dev,
                              Error **errp)
{
    return nvl_fabric_attached(fabric,
                               nvlf_switch_attach(fabric->core, index, ops,
                                                  dev),
                               "switch", index, fabric->switches, errp);
}

void nvl_fabric_detach_switch(NvlFabric *fabric, uint32_t index)
{
    nvlf_switch_detach(fabric->core, index);
    fabric->attached--;
}

void nvl_fabric_locate(NvlFabric *fabric, enum nvl_partner kind, uint32_t index,
                       struct nvlf_location *loc)
{
    QEMU_BUILD_BUG_ON(sizeof(loc->uuid) != sizeof(fabric->uuid.data));
    memcpy(loc->uuid, fabric->uuid.data, sizeof(loc->uuid));
    nvlf_device_locate(fabric->core, kind, index, loc);
}

void nvl_fabric_sense(NvlFabric *fabric, enum nvl_partner kind, uint32_t index,
                      int32_t temperature, uint32_t power)
{
    nvlf_device_sense(fabric->core, kind, index, temperature, power);
}

static char *nvl_fabric_get_uuid(Object *obj, Error **errp)
{
    return qemu_uuid_unparse_strdup(&NVL_FABRIC(obj)->uuid);
}

/* Devices have been told by the time that it could change. */
static void nvl_fabric_set_uuid(Object *obj, const char *value, Error **errp)
{
    NvlFabric *fabric = NVL_FABRIC(obj);
    QemuUUID uuid;

    if (fabric->core) {
        error_setg(errp, "uuid cannot change once the fabric exists");
        return;
    }
    if (qemu_uuid_parse(value, &uuid) < 0) {
        error_setg(errp,
                   "uuid='%s' is not 32 hexadecimal digits in groups of"
                   " 8-4-4-4-12",
                   value);
        return;
    }
    fabric->uuid = uuid;
}

bool nvl_fabric_faults(NvlFabric *fabric, enum nvl_partner kind, uint32_t index,
                       const char *text, Error **errp)
{
    bool is_switch = kind == NVL_PARTNER_SWITCH;
    struct nvlf_fabric *core;
    struct nvlf_faults faults;
    char why[256];

    if (!nvlf_faults_parse(text, is_switch ? NVL_SWITCH_PORTS : TRN4_PORTS,
                           &faults, why, sizeof(why))) {
        error_setg(errp, "faults: %s", why);
        return false;
    }
    if (!fabric) {
        return true;
    }
    if (!nvl_fabric_enter(fabric, &core)) {
        error_setg(errp, "faults: the fabric is at work");
        return false;
    }
    trace_nvl_fabric_faults(is_switch ? "switch" : "endpoint", index, text);
    if (is_switch) {
        nvlf_switch_faults(core, index, &faults);
    } else {
        nvlf_endpoint_faults(core, index, &faults);
    }
    nvl_fabric_leave(fabric);
    return true;
}

static char *nvl_fabric_get_trays_off(Object *obj, Error **errp)
{
    return g_strdup(NVL_FABRIC(obj)->trays_off ?: "");
}

static bool nvl_fabric_parse_trays(const char *text, uint32_t switches,
                                   struct nvlf_trays *trays, Error **errp)
{
    char why[256];

    if (!nvlf_trays_parse(text, switches, trays, why, sizeof(why))) {
        error_setg(errp, "trays-off: %s", why);
        return false;
    }
    return true;
}

/* Which trays there are is known when the object is complete. */
static void nvl_fabric_set_trays_off(Object *obj, const char *text,
                                     Error **errp)
{
    NvlFabric *fabric = NVL_FABRIC(obj);
    struct nvlf_fabric *core;
    struct nvlf_trays trays;

    if (!nvl_fabric_parse_trays(text,
                                fabric->core ? fabric->switches
                                             : NVL_SWITCHES_MAX,
                                &trays, errp)) {
        return;
    }
    if (fabric->core) {
        if (!nvl_fabric_enter(fabric, &core)) {
            error_setg(errp, "trays-off: the fabric is at work");
            return;
        }
        nvlf_fabric_trays_off(core, &trays);
        nvl_fabric_leave(fabric);
    }
    g_free(fabric->trays_off);
    fabric->trays_off = g_strdup(text);
}

static void nvl_fabric_get_switches(Object *obj, Visitor *v, const char *name,
                                    void *opaque, Error **errp)
{
    visit_type_uint32(v, name, &NVL_FABRIC(obj)->switches, errp);
}

/* The numbers that the wiring rule allows, as "1, 2, ... or 36" */
static char *nvl_fabric_allowed(void)
{
    g_autoptr(GString) list = g_string_new(NULL);
    unsigned int n;

    for (n = 1; n <= NVL_SWITCHES_MAX; n++) {
        if (nvlf_fabric_check(n)) {
            if (n > 1) {
                g_string_append(list, n < NVL_SWITCHES_MAX ? ", " : " or ");
            }
            g_string_append_printf(list, "%u", n);
        }
    }
    return g_strdup(list->str);
}

static void nvl_fabric_set_switches(Object *obj, Visitor *v, const char *name,
                                    void *opaque, Error **errp)
{
    NvlFabric *fabric = NVL_FABRIC(obj);
    uint32_t switches;

    if (!visit_type_uint32(v, name, &switches, errp)) {
        return;
    }
    if (fabric->core) {
        error_setg(errp, "switches cannot change once the fabric exists");
        return;
    }
    if (!nvlf_fabric_check(switches)) {
        g_autofree char *allowed = nvl_fabric_allowed();

        error_setg(errp,
                   "switches=%" PRIu32 " breaks the wiring rule: an"
                   " accelerator has as many of its %u links to each switch,"
                   " so that switches must be %s",
                   switches, TRN4_PORTS, allowed);
        return;
    }
    fabric->switches = switches;
}

static void nvl_fabric_get_train_time(Object *obj, Visitor *v, const char *name,
                                      void *opaque, Error **errp)
{
    visit_type_uint32(v, name, &NVL_FABRIC(obj)->train_us, errp);
}

/* For trainings that begin from now on */
static void nvl_fabric_set_train_time(Object *obj, Visitor *v, const char *name,
                                      void *opaque, Error **errp)
{
    NvlFabric *fabric = NVL_FABRIC(obj);
    uint32_t us;

    if (!visit_type_uint32(v, name, &us, errp)) {
        return;
    }
    if (us < NVLF_TRAIN_NS_MIN / SCALE_US ||
        us > NVLF_TRAIN_NS_MAX / SCALE_US) {
        error_setg(errp,
                   "train-time=%" PRIu32 " is not within %llu to %llu"
                   " microseconds",
                   us, NVLF_TRAIN_NS_MIN / SCALE_US,
                   NVLF_TRAIN_NS_MAX / SCALE_US);
        return;
    }
    fabric->train_us = us;
    if (fabric->core) {
        nvlf_fabric_train_time(fabric->core, us * (uint64_t)SCALE_US);
    }
}

/* ---- Numbers of the timing model ---------------------------------------- */

bool nvl_fabric_rate_ok(const char *name, uint32_t mb_per_s, Error **errp)
{
    if (mb_per_s >= NVLF_RATE_MIN && mb_per_s <= NVLF_RATE_MAX) {
        return true;
    }
    error_setg(errp, "%s=%" PRIu32 " is not within %u to %u MB/s", name,
               mb_per_s, NVLF_RATE_MIN, NVLF_RATE_MAX);
    return false;
}

bool nvl_fabric_latency_ok(const char *name, uint32_t ns, Error **errp)
{
    if (ns <= NVLF_LATENCY_MAX) {
        return true;
    }
    error_setg(errp, "%s=%" PRIu32 " is not within 0 to %u ns", name, ns,
               NVLF_LATENCY_MAX);
    return false;
}

/* A property that is one of them: its name is that of the property */
typedef struct NvlFabricNumber {
    const char *name;
    size_t offset; /* in NvlFabric */
    bool (*ok)(const char *name, uint32_t value, Error **errp);
    const char *description;
} NvlFabricNumber;

static const NvlFabricNumber nvl_fabric_numbers[] = {
    { "link-rate", offsetof(NvlFabric, timing.link_rate), nvl_fabric_rate_ok,
      "model MB/s of a link, each way" },
    { "link-latency", offsetof(NvlFabric, timing.link_latency),
      nvl_fabric_latency_ok, "model ns of a link" },
    { "switch-latency", offsetof(NvlFabric, timing.switch_latency),
      nvl_fabric_latency_ok, "model ns from port to port of a switch" },
};

static uint32_t *nvl_fabric_number(Object *obj, const NvlFabricNumber *number)
{
    return (uint32_t *)((char *)NVL_FABRIC(obj) + number->offset);
}

static void nvl_fabric_get_number(Object *obj, Visitor *v, const char *name,
                                  void *opaque, Error **errp)
{
    visit_type_uint32(v, name, nvl_fabric_number(obj, opaque), errp);
}

static void nvl_fabric_set_number(Object *obj, Visitor *v, const char *name,
                                  void *opaque, Error **errp)
{
    const NvlFabricNumber *number = opaque;
    uint32_t value;

    if (!visit_type_uint32(v, name, &value, errp)) {
        return;
    }
    if (NVL_FABRIC(obj)->core) {
        error_setg(errp, "%s cannot change once the fabric exists", name);
        return;
    }
    if (number->ok(name, value, errp)) {
        *nvl_fabric_number(obj, number) = value;
    }
}

static bool nvl_fabric_get_pace(Object *obj, Error **errp)
{
    return NVL_FABRIC(obj)->pace;
}

static void nvl_fabric_set_pace(Object *obj, bool value, Error **errp)
{
    NvlFabric *fabric = NVL_FABRIC(obj);
    struct nvlf_fabric *core;

    if (fabric->core) {
        if (!nvl_fabric_enter(fabric, &core)) {
            error_setg(errp, "pace: the fabric is at work");
            return;
        }
        nvlf_fabric_pace(core, value);
        nvl_fabric_leave(fabric);
    }
    fabric->pace = value;
}

/* ---- Life -------------------------------------------------------------- */

static void nvl_fabric_complete(UserCreatable *uc, Error **errp)
{
    NvlFabric *fabric = NVL_FABRIC(uc);
    struct nvlf_trays trays;

    if (!nvl_fabric_parse_trays(fabric->trays_off ?: "", fabric->switches,
                                &trays, errp)) {
        return;
    }
    fabric->core = nvlf_fabric_new(fabric->switches, &nvl_fabric_ops, fabric);
    if (!fabric->core) {
        error_setg(errp, "no memory for a fabric of %" PRIu32 " switches",
                   fabric->switches);
        return;
    }
    nvlf_fabric_train_time(fabric->core, fabric->train_us * (uint64_t)SCALE_US);
    nvlf_fabric_timing(fabric->core, &fabric->timing);
    nvlf_fabric_pace(fabric->core, fabric->pace);
    nvlf_fabric_trays_off(fabric->core, &trays);
    fabric->tick = timer_new_ns(QEMU_CLOCK_VIRTUAL, nvl_fabric_tick, fabric);
}

static bool nvl_fabric_can_be_deleted(UserCreatable *uc)
{
    return NVL_FABRIC(uc)->attached == 0;
}

static void nvl_fabric_instance_init(Object *obj)
{
    NvlFabric *fabric = NVL_FABRIC(obj);

    fabric->switches = NVL_FABRIC_SWITCHES;
    fabric->train_us = NVLF_TRAIN_NS / SCALE_US;
    fabric->timing = (struct nvlf_fabric_timing) {
        .link_rate = NVLF_LINK_RATE,
        .link_latency = NVLF_LINK_LATENCY,
        .switch_latency = NVLF_SWITCH_LATENCY,
    };
    qemu_uuid_generate(&fabric->uuid);
}

/* Devices hold a reference until they are finalized, long detached. */
static void nvl_fabric_instance_finalize(Object *obj)
{
    NvlFabric *fabric = NVL_FABRIC(obj);

    if (fabric->core) {
        timer_free(fabric->tick);
        nvlf_fabric_free(fabric->core);
    }
    g_free(fabric->trays_off);
}

static void nvl_fabric_class_init(ObjectClass *oc, void *data)
{
    UserCreatableClass *ucc = USER_CREATABLE_CLASS(oc);
    unsigned int i;

    ucc->complete = nvl_fabric_complete;
    ucc->can_be_deleted = nvl_fabric_can_be_deleted;

    object_class_property_add(oc, "switches", "uint32", nvl_fabric_get_switches,
                              nvl_fabric_set_switches, NULL, NULL);
    object_class_property_set_description(oc, "switches",
                                          "number of switches, a divisor of 36; twice as many accelerators");
    object_class_property_add(oc, "train-time", "uint32",
                              nvl_fabric_get_train_time,
                              nvl_fabric_set_train_time, NULL, NULL);
    object_class_property_set_description(oc, "train-time",
                                          "microseconds that a link trains; may be set at any time");
    for (i = 0; i < ARRAY_SIZE(nvl_fabric_numbers); i++) {
        const NvlFabricNumber *number = &nvl_fabric_numbers[i];

        object_class_property_add(oc, number->name, "uint32",
                                  nvl_fabric_get_number, nvl_fabric_set_number,
                                  NULL, (void *)number);
        object_class_property_set_description(oc, number->name,
                                              number->description);
    }
    object_class_property_add_bool(oc, "pace", nvl_fabric_get_pace,
                                   nvl_fabric_set_pace);
    object_class_property_set_description(oc, "pace",
                                          "completions wait for guest time to come to model time; may be set at any time");
    object_class_property_add_str(oc, "uuid", nvl_fabric_get_uuid,
                                  nvl_fabric_set_uuid);
    object_class_property_set_description(oc, "uuid",
                                          "identity of the cluster; one is made up where none is given");
    object_class_property_add_str(oc, "trays-off", nvl_fabric_get_trays_off,
                                  nvl_fabric_set_trays_off);
    object_class_property_set_description(oc, "trays-off",
                                          "trays without power, as compute:2,switch:0; may be set at any time");
}

static const TypeInfo nvl_fabric_info = {
    .name = TYPE_NVL_FABRIC,
    .parent = TYPE_OBJECT,
    .instance_size = sizeof(NvlFabric),
    .instance_init = nvl_fabric_instance_init,
    .instance_finalize = nvl_fabric_instance_finalize,
    .class_init = nvl_fabric_class_init,
    .interfaces = (InterfaceInfo[]) { { TYPE_USER_CREATABLE }, {} },
};

static void nvl_fabric_register_types(void)
{
    type_register_static(&nvl_fabric_info);
}

type_init(nvl_fabric_register_types)
