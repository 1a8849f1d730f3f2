/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvlf_internal.h - the structures behind nvlf_core.h and what must always
 * hold between them.
 *
 * Everything here is guarded by the caller's serialisation of calls into one
 * fabric (see nvlf_core.h); there is no lock. Only bytes of HBM are touched by
 * others at the same time: by guest CPUs through windows.
 *
 * Places, once attached to, keep their structure until the fabric is freed:
 * the generations of an endpoint's grants outlive resets and even its removal,
 * so that no old window can match a grant of whoever comes next.
 *
 * Invariants, true whenever no call is in progress:
 *  1. A port is OFF exactly if its device is away or it is disabled; DETECT if
 *     only the other end is OFF, or a fault keeps the link apart; else both
 *     ends are in the same state.
 *  2. nvlf_switch.up[e] holds exactly the ports that lead to endpoint e and
 *     carry traffic, which are those of links with lanes; nvlf_switch.lanes[e]
 *     is the sum of their lanes, nvlf_endpoint.lanes_up that of all switches.
 *  3. nvlf_switch.slots[e] holds exactly the valid partitions with member e.
 *  4. Bit s of pair[src][dst].via is set exactly if switch s lets src store to
 *     dst.
 *  5. A window is on no list (OFF, BAD_RANGE, or a peer id beyond the fabric),
 *     on the waiting list of its endpoint (OVERLAP), or on both the list of
 *     its pair and the list of the grant it names. pair[src][dst].windowed
 *     says that the pair's is not empty; limited is set if one on it names a
 *     grant with a partition, and may be if one did.
 *  6. nvlf_endpoint.claims holds exactly the enabled windows that are neither
 *     BAD_RANGE nor OVERLAP, in the order of their aperture offsets, and no
 *     two of them share a page.
 *  7. The status of a window is what window_find() says; it is LIVE exactly if
 *     its pages are placed, or, in an aperture that traps, would have been.
 *  8. Bit q of nvlf_endpoint.runnable is set exactly if queue q can go on; of
 *     nvlf_endpoint.fences if it waits for others, each of which works on
 *     something; of nvlf_endpoint.polls if it waits for a word; of
 *     nvlf_endpoint.held if it waits for guest time, as none does in a fabric
 *     that is not paced. Bit e of nvlf_fabric.polling is set exactly if
 *     endpoint e has a queue that polls.
 *  9. nvlf_log.tail does not pass nvlf_log.head.
 * 10. A link has a deadline exactly while its ports are in TRAIN and neither is
 *     stuck, and a time for its CRC errors exactly while it carries and has
 *     some; nvlf_fabric.armed is later than none of these, nor than the next
 *     turn of a port that flaps, nor than when an operation is due that is
 *     held.
 * 11. nvlf_device.attached says that the device is plugged and not dead; that
 *     of an endpoint is also in nvlf_fabric.attached.
 * 12. A valid group has a partition; its ports exist, valid or not.
 */
#ifndef NVLF_INTERNAL_H
#define NVLF_INTERNAL_H

#include "nvlf_core.h"

#define NVLF_BIT(n)   (1ull << (n))
#define NVLF_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Work of one nvlf_engine_run(), and of one turn of a queue within it */
#define NVLF_RUN_BYTES (1u << 20)
#define NVLF_RUN_DESCS 64
#define NVLF_CHUNK     (256u << 10)

/* Work of one nvlf_engine_first(), and of one operation within it */
#define NVLF_FIRST_BYTES 4096u
#define NVLF_FIRST_DESCS 8

/* By which segments name host memory */
#define NVLF_HOST_PAGE 4096u

#define NVLF_PORT_WORDS   2
#define NVLF_EVENT_WORDS  (TRN4_WINDOWS / 64)
#define NVLF_MEMBER_WORDS (NVL_TARGET_IDS / 64)

/* A set of ports of one device; 72 do not fit in one word. */
struct nvlf_ports {
    uint64_t w[NVLF_PORT_WORDS];
};

/*
 * Lists of windows. A window is known by one number in all the fabric, its
 * endpoint's id * TRN4_WINDOWS + its index. Lists run in order of arrival.
 */
#define NVLF_NONE UINT32_MAX

struct nvlf_list {
    uint32_t first;
    uint32_t last;
};

struct nvlf_node {
    uint32_t next;
    uint32_t prev;
};

/* Which of a window's nodes: a waiting window is in no pair list. */
enum nvlf_chain {
    NVLF_CHAIN_PAIR,
    NVLF_CHAIN_WAIT = NVLF_CHAIN_PAIR,
    NVLF_CHAIN_GRANT,
    NVLF_CHAINS,
};

/* Since the port's reset: see traffic.c for the first four */
struct nvlf_counters {
    uint64_t tx_bytes;
    uint64_t rx_bytes;
    uint64_t tx_packets;
    uint64_t rx_packets;
    uint64_t replays;
    uint64_t recoveries;
    uint64_t uncorrectable;
    uint64_t crc[NVL_LANES];
};

struct nvlf_port {
    bool enable;
    uint8_t state; /* enum nvl_port_state */
    uint32_t train_count;
    uint32_t train_us; /* the last training took, however it ended */
    struct nvlf_counters counters;
    unsigned int ndowns; /* times it went down that are remembered */
    uint64_t down_at[2];
};

/* Later than any time */
#define NVLF_NEVER UINT64_MAX

/* A port of a device: what is at the other end of another port */
struct nvlf_end {
    uint16_t place;
    uint16_t port;
};

/* A link, apart from what each of its ports is; times are guest time, ns */
struct nvlf_link {
    uint64_t since;     /* its newest training began */
    uint64_t deadline;  /* that one ends */
    uint8_t lanes;      /* that carry */
    uint64_t crc_at;    /* until when CRC errors are counted */
    uint64_t crc_due;   /* when they are looked at without being read */
    uint64_t crc_part;  /* of the next error, in 1 / NVLF_SECOND */
    uint64_t crc_since; /* errors since a packet was lost */
};

#define NVLF_SECOND 1000000000ull

/* Where a port that flaps stands */
struct nvlf_flap {
    bool down;
    uint64_t next; /* guest time of its next turn, or NVLF_NEVER */
};

struct nvlf_record {
    uint64_t time; /* ns since the device was powered on */
    uint32_t what;
    uint32_t port;
    uint64_t detail;
};

/* Error log: see log.c. Record n is in records[n % NVL_LOG_ENTRIES]. */
struct nvlf_log {
    uint64_t on_since; /* guest time */
    uint64_t head;     /* number of the next record */
    uint64_t tail;
    bool overflow;
    struct nvlf_record records[NVL_LOG_ENTRIES];
};

/* What accelerators and switches have in common; first member of both */
struct nvlf_device {
    struct nvlf_fabric *f;
    enum nvl_partner kind;
    uint32_t self; /* target id or switch number */
    uint64_t guid;
    bool plugged;  /* somebody is at this place */
    bool attached; /* and answers */
    void (*irq)(void *dev, unsigned int vector);
    void *dev;

    uint32_t scratch;
    uint32_t int_status;
    uint32_t int_enable;
    uint32_t err_count;
    uint32_t err_last;
    uint64_t err_addr;
    struct nvlf_ports port_event;

    /* What outlives resets */
    struct nvlf_log log;
    struct nvlf_location location;
    int32_t temperature; /* thousandths of a deg C */
    uint32_t power;      /* milliwatts */
    bool hot;            /* and logged so: see sensor.c */

    unsigned int nports;
    struct nvlf_port ports[NVL_SWITCH_PORTS];

    /* Not touched by resets: see fault.c */
    struct nvlf_faults faults;
    struct nvlf_flap flap[NVL_SWITCH_PORTS];
    unsigned int nflaps;
    bool pulled[NVL_SWITCH_PORTS]; /* while cables are exchanged */
};

struct nvlf_grant {
    uint64_t base; /* HBM offset */
    uint64_t size;
    uint32_t ctrl;       /* NVL_RIGHT_*, TRN4_GRANT_VALID */
    uint32_t generation; /* never 0 */
    uint32_t partition;  /* 0: any that lets through */
};

struct nvlf_window {
    uint64_t aperture;
    uint64_t size;
    uint64_t offset;
    uint32_t peer;
    uint32_t grant;
    uint32_t generation;
    uint32_t ctrl;  /* NVL_RIGHT_*, TRN4_WINDOW_ENABLE */
    uint8_t status; /* enum trn4_window_status */
    bool claimed;   /* in nvlf_endpoint.claims */
    /*
     * Goes up whenever the window ceases to be what it was, so that an
     * operation in progress cannot take a new life of the window for the old.
     */
    uint64_t life;
    struct nvlf_node node[NVLF_CHAINS];
};

/* Part of a space that a queue's descriptors can name: see segment.c */
struct nvlf_segment {
    uint64_t base;
    uint64_t size;
    uint32_t ctrl;
    uint32_t life; /* goes up whenever VALID ends */
};

/*
 * One side of an operation. A segment is looked up when it is found good: from
 * then on the operand is what the segment names.
 */
struct nvlf_operand {
    bool good;     /* the operation has it, and it was found good */
    uint8_t space; /* enum trn4_space */
    uint16_t slot;
    uint64_t addr;
    uint64_t life; /* the window's, when it was found good */

    const struct nvlf_segment *segment; /* or NULL */
    uint32_t segment_life;
    bool paged; /* host memory in pages: @addr is within them */
    uint64_t pages;
};

/* Lanes on both sides of a switch that carry what a pair exchanges */
struct nvlf_sides {
    uint8_t near; /* to the endpoint that has the window */
    uint8_t far;  /* to the one that has the memory */
};

/* The way of the bytes of a side that is a window; see timing.c */
struct nvlf_path {
    uint32_t peer;
    uint32_t carry; /* lanes: of each switch those of the side with fewer */
    uint64_t via;   /* switches that let through */
    struct nvlf_sides lanes[NVL_SWITCHES_MAX];
};

/* Rows of bytes; the fewer the better, so that adjoining ones are one */
struct nvlf_shape {
    uint64_t length; /* of a row */
    uint64_t rows;
    uint64_t src_pitch;
    uint64_t dst_pitch;
};

/* The descriptor that a queue works on */
struct nvlf_op {
    bool active;
    bool user;             /* names segments only */
    uint8_t queue;         /* whose operation it is */
    bool backward;         /* pieces go from the end to the beginning */
    struct trn4_desc desc; /* as read, once */
    struct nvlf_shape shape;
    uint64_t total; /* bytes to be put in place */
    uint64_t waits; /* a FENCE: queues whose operation it waits for */
    bool polls;     /* a SEMAPHORE: its word is not as it waits for */
    bool held;      /* its time has not come: see pace.c */
    uint64_t due;   /* if it polls or is held: until then, guest time, ns */
    struct nvlf_operand src;
    struct nvlf_operand dst;
    struct nvlf_path src_path;
    struct nvlf_path dst_path;
    uint64_t done;  /* bytes in place */
    uint64_t value; /* for the completion record */
    uint64_t start; /* fabric time, ps */
    bool over;      /* all is done but for the record */
    enum trn4_status status;
    bool settled; /* its end is known */
    uint64_t end; /* fabric time, ps */
};

struct nvlf_queue {
    uint64_t sq_base;
    uint64_t cq_base;
    uint32_t size; /* log2 of entries */
    uint32_t vector;
    uint32_t ctrl;
    uint8_t status; /* enum trn4_queue_status */
    uint16_t phase;
    uint32_t sq_head;
    uint32_t sq_tail;
    uint32_t cq_head;
    uint32_t cq_tail;
    struct nvlf_op op;

    /* Model time, fabric ps: see timing.c */
    uint64_t last_end;
    uint64_t ready;
    uint64_t mark_time;
    uint32_t mark_index;
    bool marked;
};

struct nvlf_endpoint {
    struct nvlf_device d;
    const struct nvlf_endpoint_ops *ops;
    struct nvlf_mem mem;
    uint64_t aperture;
    uint64_t ro_stores;
    uint64_t trap_count;
    uint64_t trap_refused;
    uint64_t steps; /* of operations, but looks of one that waits are none */
    unsigned int lanes_up;

    struct nvlf_grant grants[TRN4_GRANTS];

    struct nvlf_window windows[TRN4_WINDOWS];
    uint64_t window_event[NVLF_EVENT_WORDS];
    uint16_t claims[TRN4_WINDOWS]; /* window indexes, not numbers */
    unsigned int nclaims;
    struct nvlf_list waiting;

    struct nvlf_queue queues[TRN4_QUEUES];
    struct nvlf_segment segments[TRN4_QUEUES][TRN4_SEGMENTS];
    uint64_t queue_event; /* queues with IRQ that have written records */
    uint64_t segmented;   /* queues whose segments are not all zero */
    uint64_t runnable;
    uint64_t polls;    /* queues whose operation is a SEMAPHORE that waits */
    uint64_t fences;   /* queues whose operation is a FENCE that waits */
    uint64_t held;     /* queues whose operation waits for guest time */
    unsigned int turn; /* queue that is asked first */

    /* Model time, fabric ps: see timing.c */
    struct nvlf_endpoint_timing timing;
    uint64_t time_base; /* the last reset */
    uint64_t hbm_until; /* when it ceases to be busy */
    uint64_t host_until;
    uint64_t tx_until[NVL_SWITCHES_MAX]; /* links to each, towards it */
    uint64_t rx_until[NVL_SWITCHES_MAX];
};

struct nvlf_route {
    uint64_t lo; /* in force */
    uint64_t hi;
    uint64_t next_lo; /* kept aside until HI is written */
    uint32_t next_hi; /* lower half of HI, where written by halves */
};

struct nvlf_partition {
    uint32_t ctrl;
    uint64_t members[NVLF_MEMBER_WORDS];
};

struct nvlf_group {
    uint32_t ctrl;
    struct nvlf_ports ports;
};

struct nvlf_switch {
    struct nvlf_device d;
    const struct nvlf_switch_ops *ops;
    struct nvlf_ports up[NVL_ENDPOINTS_MAX];
    uint16_t lanes[NVL_ENDPOINTS_MAX];
    uint64_t slots[NVL_ENDPOINTS_MAX];
    struct nvlf_route routes[NVL_TARGET_IDS];
    struct nvlf_partition partitions[NVL_PARTITIONS];
    struct nvlf_group groups[NVL_GROUPS];
};

/*
 * An endpoint, the first, and a peer: what it takes to settle them, in one
 * word, as a link's change settles a whole row and a whole column
 */
struct nvlf_pair {
    uint64_t via:62;     /* a bit for each switch: it lets through */
    uint64_t windowed:1; /* nvlf_fabric.windows has some */
    uint64_t limited:1;  /* one of them may need more than a bit in via */
};

_Static_assert(sizeof(struct nvlf_pair) == 8, "eight in a cache line");

/* Since when model time keeps pace with guest time: the two that belong */
struct nvlf_pace {
    bool on;
    uint64_t guest; /* ns */
    uint64_t model; /* fabric ps */
};

struct nvlf_fabric {
    unsigned int switches;
    unsigned int endpoints; /* most that fit: 2 * switches */
    unsigned int width;     /* links of each endpoint to each switch */
    const struct nvlf_fabric_ops *ops;
    void *owner;

    /* NULL until somebody was attached there */
    struct nvlf_endpoint *ep[NVL_ENDPOINTS_MAX];
    struct nvlf_switch *sw[NVL_SWITCHES_MAX];
    /* As theirs; who walks all endpoints need not go to a cache line of each */
    bool attached[NVL_ENDPOINTS_MAX];

    /* Links by their endpoint's end, and what the owner was asked for */
    struct nvlf_link links[NVL_ENDPOINTS_MAX][TRN4_PORTS];
    /* The wiring: see wiring.c. Each is the other's inverse. */
    struct nvlf_end wire_ep[NVL_ENDPOINTS_MAX][TRN4_PORTS];
    struct nvlf_end wire_sw[NVL_SWITCHES_MAX][NVL_SWITCH_PORTS];
    uint64_t train_ns;
    struct nvlf_trays trays_off;
    uint64_t armed;

    /*
     * With a cache line more than it needs, an odd number of them, no two rows
     * of a large fabric begin in the same set of the caches.
     */
    struct nvlf_pair pair[NVL_ENDPOINTS_MAX][NVL_ENDPOINTS_MAX + 8];
    /* From the first on the second */
    struct nvlf_list windows[NVL_ENDPOINTS_MAX][NVL_ENDPOINTS_MAX];
    /* On the first, by its grants */
    struct nvlf_list grant[NVL_ENDPOINTS_MAX][TRN4_GRANTS];

    /* Endpoints with queues that poll */
    uint64_t polling[(NVL_ENDPOINTS_MAX + 63) / 64];

    struct nvlf_fabric_timing timing;
    struct nvlf_pace pace;
    uint64_t clock;  /* fabric time, ps: nvlf_pace_clock() where that is on */
    uint8_t *bounce; /* NVLF_CHUNK bytes, host to host */

    uint64_t resolves; /* pairs resolved; unit tests count on it */
};

/* ---- regs.c: decoding of registers ----------------------------------- */

/**
 * struct nvlf_access - one good access on its way to its register
 * @d: the device
 * @entry: which entry of the block (port, grant, route, ...)
 * @nth: which of the registers in a row that share a definition
 * @mask: of a write: the bits that are written; not all ones where an 8-byte
 *      register is written by halves
 */
struct nvlf_access {
    struct nvlf_device *d;
    unsigned int entry;
    unsigned int nth;
    uint64_t mask;
};

/**
 * struct nvlf_reg - one register, or several in a row
 * @offset: of the first, within the entry
 * @size: 4 or 8 bytes
 * @count: how many in a row
 * @get: NULL: cannot be read, which gives zero and is no error
 * @set: NULL: read-only. Returns NVL_ERR_*; other than NONE: nothing changed
 */
struct nvlf_reg {
    uint32_t offset;
    uint8_t size;
    uint8_t count;
    uint64_t (*get)(const struct nvlf_access *a);
    uint32_t (*set)(const struct nvlf_access *a, uint64_t value);
};

/* A table of entries that all have the same registers */
struct nvlf_block {
    uint32_t base;
    uint32_t count;
    uint32_t stride;
    const struct nvlf_reg *regs;
    unsigned int nregs;
};

/* clang-format off */
#define NVLF_BLOCK(b, c, s, r) \
    { .base = (b), .count = (c), .stride = (s), \
      .regs = (r), .nregs = NVLF_COUNT(r) }
/* clang-format on */

/* The common block ends where the devices' own registers begin. */
#define NVLF_COMMON_SIZE 0x80

/* Every block is defined beside its registers; a device lists its own. */
extern const struct nvlf_block nvlf_common_block;
extern const struct nvlf_block nvlf_location_block;
extern const struct nvlf_block nvlf_sensor_block;
extern const struct nvlf_block nvlf_log_block;
extern const struct nvlf_block nvlf_record_block;
extern const struct nvlf_block nvlf_endpoint_port_block;
extern const struct nvlf_block nvlf_switch_port_block;
extern const struct nvlf_block nvlf_route_block;
extern const struct nvlf_block nvlf_partition_block;
extern const struct nvlf_block nvlf_group_block;
extern const struct nvlf_block nvlf_grant_block;
extern const struct nvlf_block nvlf_window_block;
extern const struct nvlf_block nvlf_window_event_block;
extern const struct nvlf_block nvlf_queue_block;
extern const struct nvlf_block nvlf_doorbell_block;
extern const struct nvlf_block nvlf_segment_block;

/* @blocks: ends with NULL; they do not overlap */
uint64_t nvlf_regs_read(struct nvlf_device *d,
                        const struct nvlf_block *const *blocks, uint64_t addr,
                        unsigned int size);
void nvlf_regs_write(struct nvlf_device *d,
                     const struct nvlf_block *const *blocks, uint64_t addr,
                     uint64_t value, unsigned int size);
void nvlf_int_raise(struct nvlf_device *d, uint32_t bits);
void nvlf_error(struct nvlf_device *d, uint32_t code, uint64_t addr);
void nvlf_device_power_on(struct nvlf_device *d);
void nvlf_device_clear(struct nvlf_device *d);

/* @old with the written bits of a register replaced */
static inline uint64_t nvlf_merge(const struct nvlf_access *a, uint64_t old,
                                  uint64_t value)
{
    return (old & ~a->mask) | (value & a->mask);
}

static inline struct nvlf_endpoint *nvlf_ep(const struct nvlf_access *a)
{
    return (struct nvlf_endpoint *)a->d;
}

static inline struct nvlf_switch *nvlf_sw(const struct nvlf_access *a)
{
    return (struct nvlf_switch *)a->d;
}

/* ---- log.c: the error log -------------------------------------------- */

#define NVLF_LOG_DEVICE UINT32_MAX /* no port in particular */

/* @detail: see enum nvl_error */
void nvlf_log(struct nvlf_device *d, enum nvl_error class, unsigned int port,
              uint64_t detail);
void nvlf_log_begin(struct nvlf_device *d);

/* ---- location.c ------------------------------------------------------ */

void nvlf_location_clear(struct nvlf_device *d);

/* ---- sensor.c -------------------------------------------------------- */

void nvlf_sensor_clear(struct nvlf_device *d);

/* ---- wiring.c -------------------------------------------------------- */

void nvlf_wire(struct nvlf_fabric *f);
void nvlf_wire_swap(struct nvlf_device *d, unsigned int a, unsigned int b);
bool nvlf_wire_is_right(const struct nvlf_fabric *f, unsigned int e,
                        unsigned int link);
void nvlf_wire_from_endpoint(const struct nvlf_fabric *f, unsigned int link,
                             unsigned int e, unsigned int *s,
                             unsigned int *port);
void nvlf_wire_from_switch(const struct nvlf_fabric *f, unsigned int s,
                           unsigned int port, unsigned int *e,
                           unsigned int *link);

/* ---- fault.c, endpoint.c, switch.c: dead or not ---------------------- */

bool nvlf_device_on(const struct nvlf_device *d);
void nvlf_faults_set(struct nvlf_device *d, const struct nvlf_faults *faults);
void nvlf_endpoint_power(struct nvlf_endpoint *ep);
void nvlf_switch_power(struct nvlf_switch *sw);

/* ---- fabric.c: the devices at their places --------------------------- */

/* The endpoint at place @id, or NULL where none is attached */
static inline struct nvlf_endpoint *
nvlf_endpoint_at(const struct nvlf_fabric *f, uint64_t id)
{
    return id < f->endpoints && f->attached[id] ? f->ep[id] : NULL;
}

void nvlf_arm(struct nvlf_fabric *f, uint64_t deadline);

static inline uint64_t nvlf_now(const struct nvlf_fabric *f)
{
    return f->ops->now(f->owner);
}

/* The switch at place @id, or NULL where none is attached */
static inline struct nvlf_switch *nvlf_switch_at(const struct nvlf_fabric *f,
                                                 uint64_t id)
{
    struct nvlf_switch *sw = id < f->switches ? f->sw[id] : NULL;

    return sw && sw->d.attached ? sw : NULL;
}

/* The device of that kind at place @id, dead or not, or NULL */
static inline struct nvlf_device *nvlf_device_at(const struct nvlf_fabric *f,
                                                 enum nvl_partner kind,
                                                 uint64_t id)
{
    struct nvlf_device *d = NULL;

    if (kind == NVL_PARTNER_SWITCH && id < f->switches && f->sw[id]) {
        d = &f->sw[id]->d;
    } else if (kind != NVL_PARTNER_SWITCH && id < f->endpoints && f->ep[id]) {
        d = &f->ep[id]->d;
    }
    return d && d->plugged ? d : NULL;
}

/* ---- port.c: links and their training -------------------------------- */

void nvlf_ports_enable(struct nvlf_device *d);
void nvlf_ports_settle(struct nvlf_device *d);
void nvlf_ports_fault(struct nvlf_device *d, const struct nvlf_faults *faults);

static inline bool nvlf_port_up(uint8_t state)
{
    return state == NVL_PORT_ACTIVE || state == NVL_PORT_DEGRADED;
}

static inline bool nvlf_ports_empty(const struct nvlf_ports *p)
{
    return !(p->w[0] | p->w[1]);
}

/* ---- traffic.c: what links carry ------------------------------------- */

/*
 * What an access through a window is: data there, data back, or both. The
 * trapped path and the engine count by the same function.
 */
enum nvlf_traffic {
    NVLF_TRAFFIC_WRITE,
    NVLF_TRAFFIC_READ,
    NVLF_TRAFFIC_ATOMIC,
};

void nvlf_traffic(struct nvlf_fabric *f, unsigned int src, unsigned int dst,
                  enum nvlf_traffic kind, uint64_t bytes);

/* ---- reach.c: who reaches whom --------------------------------------- */

/* The up links from @sw to @dst that are in the route there, valid or not */
static inline struct nvlf_ports nvlf_route_ports(const struct nvlf_switch *sw,
                                                 unsigned int dst)
{
    const struct nvlf_route *r = &sw->routes[dst];
    const struct nvlf_ports *up = &sw->up[dst];

    return (struct nvlf_ports) { { up->w[0] & r->lo, up->w[1] & r->hi } };
}

void nvlf_reach_pair(struct nvlf_fabric *f, unsigned int s, unsigned int src,
                     unsigned int dst);
void nvlf_reach_link(struct nvlf_fabric *f, unsigned int e, unsigned int s);
void nvlf_reach_route(struct nvlf_fabric *f, unsigned int s, unsigned int dst);
enum trn4_window_status nvlf_reach_why(const struct nvlf_fabric *f,
                                       unsigned int src, unsigned int dst);
bool nvlf_reach_within(const struct nvlf_fabric *f, unsigned int src,
                       unsigned int dst, uint32_t id);

/* ---- stream.c, or that of the host's processor ----------------------- */

/* As memcpy(), past the caches where that can be: the two do not overlap */
void nvlf_stream(uint8_t *dst, const uint8_t *src, uint64_t n);

/* ---- route.c, partition.c: the tables of a switch -------------------- */

void nvlf_tables_clear(struct nvlf_switch *sw);

/* ---- grant.c --------------------------------------------------------- */

bool nvlf_rights_ok(uint32_t rights);
void nvlf_grants_init(struct nvlf_endpoint *ep);
void nvlf_grants_clear(struct nvlf_endpoint *ep);

/* ---- window.c -------------------------------------------------------- */

/* Whether the aperture has no pages: each access comes to trap.c */
static inline bool nvlf_traps(const struct nvlf_endpoint *ep)
{
    return !ep->ops->window_place;
}

const struct nvlf_window *nvlf_window_at(const struct nvlf_endpoint *ep,
                                         uint64_t aperture, uint64_t size);
void nvlf_windows_init(struct nvlf_endpoint *ep);
void nvlf_windows_clear(struct nvlf_endpoint *ep);
void nvlf_windows_of_pair(struct nvlf_fabric *f, unsigned int src,
                          unsigned int dst);
void nvlf_windows_of_grant(struct nvlf_fabric *f, unsigned int dst,
                           unsigned int grant);
void nvlf_windows_of_peer(struct nvlf_fabric *f, unsigned int dst);

/* ---- queue.c: rings, doorbells, completions -------------------------- */

void nvlf_queues_clear(struct nvlf_endpoint *ep);
void nvlf_queue_refresh(struct nvlf_endpoint *ep, unsigned int q);
bool nvlf_queue_take(struct nvlf_endpoint *ep, unsigned int q);
bool nvlf_queue_complete(struct nvlf_endpoint *ep, unsigned int n);
void nvlf_queue_wait(struct nvlf_endpoint *ep, unsigned int n);
void nvlf_queue_resume(struct nvlf_endpoint *ep, unsigned int n);
void nvlf_queues_look(struct nvlf_endpoint *ep);

/* ---- segment.c: what user queues can name ------------------------------ */

void nvlf_segments_clear(struct nvlf_endpoint *ep);
enum trn4_status nvlf_segment_resolve(const struct nvlf_endpoint *ep,
                                      unsigned int q, struct nvlf_operand *o,
                                      uint64_t length, uint32_t rights);

/* ---- semaphore.c: words that are waited for ------------------------------ */

enum trn4_status nvlf_semaphore_begin(struct nvlf_endpoint *ep,
                                      struct nvlf_op *op);
enum trn4_status nvlf_semaphore_step(struct nvlf_endpoint *ep,
                                     struct nvlf_op *op, uint64_t *moved);
bool nvlf_semaphore_waits(const struct nvlf_op *op);
void nvlf_polls_arm(struct nvlf_fabric *f);
void nvlf_polls_wake(struct nvlf_fabric *f);
uint64_t nvlf_polls_tick(struct nvlf_fabric *f, uint64_t now);

/* ---- operand.c, copy.c, atomic.c: what operations do ----------------- */

/**
 * struct nvlf_target - where an operand lies at this moment
 * @owner: whose HBM it is; NULL: host memory
 * @ptr: in this process; NULL: host memory
 * @addr: bus address, offset in @owner's HBM, or within the pages of a segment
 */
struct nvlf_target {
    struct nvlf_endpoint *owner;
    uint8_t *ptr;
    uint64_t addr;
};

enum trn4_status nvlf_operand_check(const struct nvlf_endpoint *ep,
                                    const struct nvlf_op *op,
                                    struct nvlf_operand *o, uint64_t length,
                                    uint32_t rights);
bool nvlf_operand_find(const struct nvlf_endpoint *ep,
                       const struct nvlf_operand *o, struct nvlf_target *t);
uint64_t nvlf_operand_run(const struct nvlf_operand *o, uint64_t at,
                          bool backward);
bool nvlf_operand_bus(const struct nvlf_endpoint *ep,
                      const struct nvlf_operand *o, uint64_t at,
                      uint64_t *addr);
uint64_t nvlf_copy_left(const struct nvlf_op *op);
enum trn4_status nvlf_copy_begin(struct nvlf_endpoint *ep, struct nvlf_op *op);
enum trn4_status nvlf_copy_step(struct nvlf_endpoint *ep, struct nvlf_op *op,
                                uint64_t *moved);
enum trn4_status nvlf_fill_begin(struct nvlf_endpoint *ep, struct nvlf_op *op);
enum trn4_status nvlf_fill_step(struct nvlf_endpoint *ep, struct nvlf_op *op,
                                uint64_t *moved);
uint32_t nvlf_engine_ops(void);
uint32_t nvlf_atomic_types(unsigned int kind);
unsigned int nvlf_atomic_size(unsigned int type);
bool nvlf_atomic(void *ptr, const struct trn4_desc *d, uint64_t old[2]);

/* ---- float.c: new words of floating point atomics --------------------- */

#define NVLF_DECLARE_FLOAT(op) \
    uint64_t nvlf_f64_##op(uint64_t old, uint64_t operand); \
    uint64_t nvlf_f32_##op(uint64_t old, uint64_t operand); \
    uint64_t nvlf_f16x2_##op(uint64_t old, uint64_t operand); \
    uint64_t nvlf_bf16x2_##op(uint64_t old, uint64_t operand)

NVLF_DECLARE_FLOAT(sum);
NVLF_DECLARE_FLOAT(min);
NVLF_DECLARE_FLOAT(max);

/* ---- timing.c: model time -------------------------------------------- */

#define NVLF_PS_PER_NS 1000

uint64_t nvlf_time_ns(const struct nvlf_endpoint *ep, uint64_t t);
void nvlf_time_doorbell(struct nvlf_endpoint *ep, struct nvlf_queue *q,
                        uint32_t old_tail);
void nvlf_time_begin(struct nvlf_endpoint *ep, struct nvlf_queue *q,
                     uint32_t index);
void nvlf_time_paths(const struct nvlf_endpoint *ep, struct nvlf_op *op);
void nvlf_time_after(struct nvlf_op *op, const struct nvlf_queue *q);
void nvlf_time_now(const struct nvlf_endpoint *ep, struct nvlf_op *op);
void nvlf_time_settle(struct nvlf_endpoint *ep, struct nvlf_op *op,
                      uint64_t bytes);
void nvlf_time_end(struct nvlf_endpoint *ep, struct nvlf_queue *q);

/* ---- pace.c: model time in step with guest time ---------------------- */

uint64_t nvlf_pace_clock(struct nvlf_fabric *f);
bool nvlf_pace_hold(struct nvlf_endpoint *ep, unsigned int n);
uint64_t nvlf_pace_tick(struct nvlf_fabric *f, uint64_t now);

#endif /* NVLF_INTERNAL_H */
