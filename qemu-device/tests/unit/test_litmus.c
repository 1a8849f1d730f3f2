/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_litmus.c - the memory model between the engine and CPUs that work at
 * the same time: "Order" in docs/hardware/engine.md.
 *
 * A store writes the number of its round, so that words only grow. Nobody
 * waits for anybody: each round of the engine is judged together with that of
 * the CPU's that would show the forbidden outcome, wherever that was.
 *
 * X is in the HBM of endpoint 0, whose engine works; Y in that of endpoint 1,
 * which the engine reaches through a window and the CPU through its pages. Of
 * two writers and two readers endpoint 1 has half, with a window on X.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "mock.h"

#define OWN    TRN4_SPACE_HBM
#define WIN    TRN4_SPACE_WINDOW
#define HOST   TRN4_SPACE_HOST
#define AT     64
#define LOG2   6
#define ROUNDS 10000u
#define LIMIT  (1u << 20) /* rounds of a CPU */
#define MET    30u        /* until each side has seen the other so often */
#define TRIES  50u        /* at most, of as many rounds each */
#define BLOCK  256u       /* bytes that are written before a flag */

/*
 * Where the engine's copies of 8 bytes, which no host's memmove() splits, come
 * from and go to: a place for each entry of the ring
 */
#define COPY_FROM 0
#define COPY_TO   65536

/* How an engine stores a word, and how it loads one */
enum store { SIGNAL, SWAP, FILL, COPY_IN, STORES };
enum load { WAIT, FETCH, COPY_OUT, LOADS };

struct lit {
    struct world *w;
    struct mock_queue q;
    uint64_t *x; /* as the CPU sees them */
    uint64_t *y;
    pthread_t cpu;
    bool fenced;
    bool stop;
    uint64_t n;                   /* rounds of the CPU */
    uint64_t *cpu_seen;           /* by round */
    uint64_t seen[ROUNDS + 1][2]; /* by the engine */
    uint64_t bad;                 /* forbidden outcomes that a CPU saw */
    uint64_t met;                 /* how often it saw something new */
};

static struct lit *lit_new(void)
{
    struct lit *l = calloc(1, sizeof(*l));
    unsigned int e;

    l->cpu_seen = calloc(LIMIT + 1, sizeof(*l->cpu_seen));
    l->w = world_new(1, 8 * PAGE, 4 * PAGE);
    world_open(l->w);
    for (e = 0; e < 2; e++) {
        grant(l->w, e, 0, 0, 2 * PAGE, NVL_RIGHTS_ALL);
    }
    for (e = 0; e < 2; e++) {
        EQ(window(l->w, e, 0, 0, 2 * PAGE, 0, !e, 0, NVL_RIGHTS_ALL),
           TRN4_WINDOW_LIVE);
    }
    queue_open(&l->q, l->w, 0, 0, LOG2, 0);
    l->x = (uint64_t *)(l->w->ep[0].mem.ptr + AT);
    l->y = (uint64_t *)(l->w->ep[0].aperture + AT);
    return l;
}

static void lit_free(struct lit *l)
{
    world_free(l->w);
    free(l->cpu_seen);
    free(l);
}

/* ---- The engine ------------------------------------------------------ */

/* A copy's value lies where nothing else of this pass over the ring does. */
static struct trn4_desc store(const struct mock_queue *q, enum store how,
                              uint8_t space, uint64_t value)
{
    uint64_t from = COPY_FROM + (q->n * q->entries + q->tail) * 8;

    switch (how) {
    case SIGNAL:
        return semaphore_desc(space, 0, AT, TRN4_SEMAPHORE_SIGNAL,
                              TRN4_TYPE_U64, value, 0);
    case SWAP:
        return atomic_desc(space, 0, AT, TRN4_ATOMIC_SWAP, TRN4_TYPE_U64, value,
                           0);
    case FILL:
        return (struct trn4_desc) {
            .opcode = TRN4_OP_FILL,
            .dst_space = space,
            .dst = AT,
            .fill = { .length = 8, .rows = 1, .pattern = value },
        };
    default:
        memcpy(q->w->host + from, &value, 8);
        return copy_desc(HOST, 0, HOST_BASE + from, space, 0, AT, 8);
    }
}

static struct trn4_desc load(const struct mock_queue *q, enum load how,
                             uint8_t space)
{
    switch (how) {
    case WAIT: /* is met at once, and tells the word */
        return semaphore_desc(space, 0, AT, TRN4_SEMAPHORE_GE, TRN4_TYPE_U64, 0,
                              0);
    case FETCH:
        return atomic_desc(space, 0, AT, TRN4_ATOMIC_ADD, TRN4_TYPE_U64, 0, 0);
    default:
        return copy_desc(space, 0, AT, HOST, 0,
                         HOST_BASE + COPY_TO +
                             (q->n * q->entries + q->tail) * 8,
                         8);
    }
}

/* Take the oldest record, and what its operation loaded, if there is one. */
static bool take(struct mock_queue *q, uint64_t *value)
{
    uint32_t entry = q->head;
    struct trn4_cqe cqe;

    if (!queue_pop(q, &cqe)) {
        return false;
    }
    EQ(cqe.status, TRN4_STATUS_OK);
    *value = cqe.value;
    if (q->sq[entry].dst_space == HOST) {
        memcpy(value, q->w->host + COPY_TO + (q->n * q->entries + entry) * 8,
               8);
    }
    return true;
}

typedef struct trn4_desc step(struct lit *l, uint64_t round, unsigned int nth,
                              unsigned int how);

/* Two steps for each round, as many rounds at once as the ring holds */
static void engine_rounds(struct lit *l, step *next, unsigned int how)
{
    struct mock_queue *q = &l->q;
    uint64_t sent = 0, done = 0;

    while (done < 2 * ROUNDS) {
        for (; sent < 2 * ROUNDS && sent - done < q->entries - 1; sent++) {
            struct trn4_desc d = next(l, sent / 2 + 1, sent % 2, how);

            queue_push(q, &d);
        }
        queue_ring(q);
        engine_finish(l->w, 0);
        while (done < 2 * ROUNDS && take(q, &l->seen[done / 2 + 1][done % 2])) {
            done++;
        }
    }
}

/* ---- The CPU --------------------------------------------------------- */

/* Long enough for anything to come in between, or not at all */
static void dally(uint32_t *seed)
{
    volatile unsigned int n;

    *seed = *seed * 1664525 + 1013904223;
    for (n = *seed >> 27; n; n--) {
    }
}

static void run(struct lit *l, void *(*cpu)(void *), step *next,
                unsigned int how)
{
    pthread_create(&l->cpu, NULL, cpu, l);
    engine_rounds(l, next, how);
    __atomic_store_n(&l->stop, true, __ATOMIC_RELAXED);
    pthread_join(l->cpu, NULL);
}

static bool goes_on(const struct lit *l)
{
    return !__atomic_load_n(&l->stop, __ATOMIC_RELAXED);
}

/* How often what the engine's step @nth loaded was another than the last time */
static uint64_t engine_met(const struct lit *l, unsigned int nth)
{
    uint64_t i, count = 0;

    for (i = 1; i <= ROUNDS; i++) {
        count += l->seen[i][nth] != l->seen[i - 1][nth];
    }
    return count;
}

/**
 * struct litmus - what the two do, and how they are judged
 * @cpu: the CPU's side
 * @next: the engine's
 * @fenced: the CPU has its fence
 * @bad: how often the forbidden outcome was seen
 * @met: how often a side saw the other at work; the lesser, where both look
 */
struct litmus {
    void *(*cpu)(void *);
    step *next;
    bool fenced;
    uint64_t (*bad)(const struct lit *l);
    uint64_t (*met)(const struct lit *l);
};

/*
 * Where one side was through before the other had begun nothing was tested: it
 * is done again until they have met. @first and @second are its steps, to tell.
 */
static void judge(const struct litmus *t, unsigned int how, unsigned int first,
                  unsigned int second)
{
    uint64_t bad = 0, met = 0;
    unsigned int tries;

    for (tries = 0; tries < TRIES && met < MET; tries++) {
        struct lit *l = lit_new();

        l->fenced = t->fenced;
        run(l, t->cpu, t->next, how);
        bad += t->bad(l);
        met += t->met(l);
        lit_free(l);
    }
    if (!EQ(bad, 0) || !CHECK(met >= MET)) {
        printf("# steps %u, %u: met %" PRIu64 " times in %u runs\n", first,
               second, met, tries);
    }
}

/* ---- Store buffering ------------------------------------------------- */

/*
 * The engine stores X and then loads Y, a CPU stores Y and, after its fence,
 * loads X. "Each is begun when the one before it has ended: all that it wrote
 * is in place then, for every CPU": both cannot miss the other's store.
 */
static void *cpu_buffers(void *opaque)
{
    struct lit *l = opaque;
    uint32_t seed = 1;

    while (goes_on(l) && l->n < LIMIT) {
        l->n++;
        __atomic_store_n(l->y, l->n, __ATOMIC_RELEASE);
        if (l->fenced) {
            __atomic_thread_fence(__ATOMIC_SEQ_CST);
        }
        l->cpu_seen[l->n] = __atomic_load_n(l->x, __ATOMIC_ACQUIRE);
        l->met += l->cpu_seen[l->n] != l->cpu_seen[l->n - 1];
        dally(&seed);
    }
    return NULL;
}

static struct trn4_desc buffers(struct lit *l, uint64_t round, unsigned int nth,
                                unsigned int how)
{
    return nth ? load(&l->q, how % LOADS, WIN)
               : store(&l->q, how / LOADS, OWN, round);
}

/*
 * Of the CPU's rounds that the engine's round @i missed, the first is the one
 * that is likeliest to have missed @i.
 */
static uint64_t both_missed(const struct lit *l)
{
    uint64_t i, bad = 0;

    for (i = 1; i <= ROUNDS; i++) {
        uint64_t j = l->seen[i][1] + 1;

        bad += j <= l->n && l->cpu_seen[j] < i;
    }
    return bad;
}

static uint64_t both_met(const struct lit *l)
{
    uint64_t engine = engine_met(l, 1);

    return engine < l->met ? engine : l->met;
}

static void store_buffering(void)
{
    static const struct litmus test = {
        .cpu = cpu_buffers,
        .next = buffers,
        .fenced = true,
        .bad = both_missed,
        .met = both_met,
    };
    unsigned int how;

    for (how = 0; how < STORES * LOADS; how++) {
        judge(&test, how, how / LOADS, how % LOADS);
    }
}

/* Without its fence the CPU may: on most hosts it is seen now and then. */
static void store_buffering_unfenced(void)
{
    struct lit *l = lit_new();

    run(l, cpu_buffers, buffers, SIGNAL * LOADS + WAIT);
    printf("# both missed the other's store %" PRIu64 " times in %u\n",
           both_missed(l), ROUNDS);
    lit_free(l);
}

/* ---- Message passing ------------------------------------------------- */

/*
 * The engine stores data, then a flag; who has seen the flag sees the data:
 * "whoever has seen [...] a word that it or a later one of its queue wrote,
 * sees all that the operation wrote".
 */
static void *cpu_reads(void *opaque)
{
    struct lit *l = opaque;

    while (goes_on(l)) {
        uint64_t flag = __atomic_load_n(l->y, __ATOMIC_ACQUIRE);
        uint64_t data = __atomic_load_n(l->x, __ATOMIC_ACQUIRE);

        l->bad += data < flag;
        l->met += flag != l->n;
        l->n = flag;
    }
    return NULL;
}

static struct trn4_desc writes(struct lit *l, uint64_t round, unsigned int nth,
                               unsigned int how)
{
    return store(&l->q, nth ? how % STORES : how / STORES, nth ? WIN : OWN,
                 round);
}

static uint64_t cpu_bad(const struct lit *l)
{
    return l->bad;
}

static uint64_t cpu_met(const struct lit *l)
{
    return l->met;
}

static void message_to_cpu(void)
{
    static const struct litmus test = {
        .cpu = cpu_reads,
        .next = writes,
        .bad = cpu_bad,
        .met = cpu_met,
    };
    unsigned int how;

    for (how = 0; how < STORES * STORES; how++) {
        judge(&test, how, how / STORES, how % STORES);
    }
}

/* The other way: a CPU stores data, then a flag; the engine loads both. */
static void *cpu_writes(void *opaque)
{
    struct lit *l = opaque;
    uint32_t seed = 1;

    while (goes_on(l)) {
        l->n++;
        __atomic_store_n(l->x, l->n, __ATOMIC_RELEASE);
        dally(&seed);
        __atomic_store_n(l->y, l->n, __ATOMIC_RELEASE);
    }
    return NULL;
}

static struct trn4_desc reads(struct lit *l, uint64_t round, unsigned int nth,
                              unsigned int how)
{
    return load(&l->q, nth ? how % LOADS : how / LOADS, nth ? OWN : WIN);
}

static uint64_t stale(const struct lit *l)
{
    uint64_t i, bad = 0;

    for (i = 1; i <= ROUNDS; i++) {
        bad += l->seen[i][1] < l->seen[i][0];
    }
    return bad;
}

static uint64_t flags_met(const struct lit *l)
{
    return engine_met(l, 0);
}

static void message_from_cpu(void)
{
    static const struct litmus test = {
        .cpu = cpu_writes,
        .next = reads,
        .bad = stale,
        .met = flags_met,
    };
    unsigned int how;

    for (how = 0; how < LOADS * LOADS; how++) {
        judge(&test, how, how / LOADS, how % LOADS);
    }
}

/* ---- Two writers, two readers ------------------------------------------ */

/*
 * "All that it wrote is in place then, for every CPU and every engine": of two
 * that read the words of two writers, in opposite order, one cannot see X's
 * store but not yet Y's, and the other Y's but not X's (IRIW). Each of the four
 * is a queue or a CPU, of whose rounds those that saw something new are kept.
 */
enum { WRITES_X, WRITES_Y, READS_XY, READS_YX, AGENTS };

#define TURNS 50u /* of both engines, or more: until they have MET */

struct agent {
    struct lit *l;
    unsigned int self;
    bool cpu;
    pthread_t thread;
    struct mock_queue q;
    uint64_t sent;
    uint64_t done; /* steps of a queue; a reader's are two for a round */
    uint64_t n;    /* rounds that are kept */
    uint64_t round[2];
    uint64_t (*seen)[2];
};

static bool reads_words(const struct agent *a)
{
    return a->self >= READS_XY;
}

static void keep_round(struct agent *a)
{
    uint64_t n = a->n;

    if (n < LIMIT && memcmp(a->seen[n], a->round, sizeof(a->round))) {
        memcpy(a->seen[n + 1], a->round, sizeof(a->round));
        __atomic_store_n(&a->n, n + 1, __ATOMIC_RELEASE);
    }
}

static void *cpu_agent(void *opaque)
{
    struct agent *a = opaque;
    struct lit *l = a->l;
    uint64_t *first = a->self % 2 ? l->y : l->x;
    uint64_t *second = a->self % 2 ? l->x : l->y, n = 0;
    uint32_t seed = a->self;

    while (goes_on(l)) {
        if (reads_words(a)) {
            a->round[0] = __atomic_load_n(first, __ATOMIC_ACQUIRE);
            a->round[1] = __atomic_load_n(second, __ATOMIC_ACQUIRE);
            keep_round(a);
        } else {
            __atomic_store_n(first, ++n, __ATOMIC_RELEASE);
        }
        dally(&seed);
    }
    return NULL;
}

/* Agents of X first are queues of endpoint 0, which has X; the others of 1. */
static struct trn4_desc agent_step(const struct agent *a, unsigned int how)
{
    if (!reads_words(a)) {
        return store(&a->q, how / LOADS, OWN, a->sent + 1);
    }
    return load(&a->q, how % LOADS, a->sent % 2 ? WIN : OWN);
}

static void agent_work(struct agent *a, unsigned int how)
{
    uint64_t value;

    for (; take(&a->q, &value); a->done++) {
        a->round[a->done % 2] = value;
        if (reads_words(a) && a->done % 2) {
            keep_round(a);
        }
    }
    for (; a->sent - a->done < a->q.entries - 1; a->sent++) {
        struct trn4_desc d = agent_step(a, how);

        queue_push(&a->q, &d);
    }
    queue_ring(&a->q);
}

static bool has_met(const struct agent *a)
{
    return __atomic_load_n(&a->n, __ATOMIC_ACQUIRE) >= MET;
}

/* Turns of both engines, until the readers have seen what there is to see */
static void engines(struct lit *l, struct agent *all, unsigned int how)
{
    unsigned int turns, i;

    for (turns = 0; turns < LIMIT; turns++) {
        if (turns >= TURNS && has_met(&all[READS_XY]) &&
            has_met(&all[READS_YX])) {
            return;
        }
        for (i = 0; i < AGENTS; i++) {
            if (!all[i].cpu) {
                agent_work(&all[i], how);
            }
        }
        nvlf_engine_run(l->w->f, turns % 2);
    }
}

/*
 * Of those of @yx that saw a newer Y than a round of @xy, the first is the one
 * with the oldest X.
 */
static uint64_t disagree(const struct agent *xy, const struct agent *yx)
{
    uint64_t i, k = 1, bad = 0;

    for (i = 1; i <= xy->n; i++) {
        while (k <= yx->n && yx->seen[k][0] <= xy->seen[i][1]) {
            k++;
        }
        if (k > yx->n) {
            break;
        }
        bad += yx->seen[k][1] < xy->seen[i][0];
    }
    return bad;
}

static void agent_begin(struct lit *l, struct agent *a, unsigned int self,
                        bool cpu)
{
    *a = (struct agent) { .l = l, .self = self, .cpu = cpu, .seen = a->seen };
    if (cpu) {
        pthread_create(&a->thread, NULL, cpu_agent, a);
    } else {
        queue_open(&a->q, l->w, self % 2, 1 + self, LOG2, 0);
    }
}

/* Queues are disabled, so that nothing of theirs comes later. */
static void agent_end(struct lit *l, struct agent *a)
{
    if (a->cpu) {
        pthread_join(a->thread, NULL);
    } else {
        ew(l->w, a->q.e, queue_reg(a->q.n, TRN4_QUEUE_CTRL), 0);
    }
}

/* Bit i of @cpus: agent i is one */
static void two_and_two(struct lit *l, struct agent *all, unsigned int cpus,
                        unsigned int how)
{
    const struct agent *xy = &all[READS_XY], *yx = &all[READS_YX];
    unsigned int i;

    *l->x = 0;
    *l->y = 0;
    l->stop = false;
    for (i = 0; i < AGENTS; i++) {
        agent_begin(l, &all[i], i, cpus >> i & 1);
    }
    engines(l, all, how);
    __atomic_store_n(&l->stop, true, __ATOMIC_RELAXED);
    for (i = 0; i < AGENTS; i++) {
        agent_end(l, &all[i]);
    }
    if (!EQ(disagree(xy, yx), 0) || !CHECK(has_met(xy) && has_met(yx))) {
        printf("# CPUs %#x, store %u, load %u: %" PRIu64 " and %" PRIu64
               " rounds\n",
               cpus, how / LOADS, how % LOADS, xy->n, yx->n);
    }
}

static void readers_agree(void)
{
    struct agent *all = calloc(AGENTS, sizeof(*all));
    struct lit *l = lit_new();
    unsigned int cpus, how, i;

    for (i = 0; i < AGENTS; i++) {
        all[i].seen = calloc(LIMIT + 1, sizeof(*all[i].seen));
    }
    /* All but four CPUs, with each way to store and to load */
    for (cpus = 0; cpus < NVLF_BIT(AGENTS) - 1; cpus++) {
        for (how = 0; how < STORES; how++) {
            two_and_two(l, all, cpus, how * LOADS + how % LOADS);
        }
    }
    for (i = 0; i < AGENTS; i++) {
        free(all[i].seen);
    }
    free(all);
    lit_free(l);
}

/* ---- Records --------------------------------------------------------- */

/*
 * "The record of an operation is written after that": who sees the phase turn
 * sees the block that was written, and the record's other fields.
 */
static void *cpu_polls(void *opaque)
{
    struct lit *l = opaque;
    const uint8_t *block = l->w->ep[0].aperture + PAGE;
    uint32_t at = 0;
    uint16_t phase = 1;

    while (goes_on(l)) {
        const struct trn4_cqe *cqe = &l->q.cq[at];
        uint64_t i, round = l->n + 1;

        if ((__atomic_load_n(&cqe->phase, __ATOMIC_ACQUIRE) & 1) != phase) {
            continue;
        }
        l->bad += cqe->value != BLOCK || cqe->id != (uint16_t)round;
        for (i = 0; i < BLOCK / 8; i++) {
            l->bad += __atomic_load_n((uint64_t *)(block + at * BLOCK) + i,
                                      __ATOMIC_RELAXED) != round;
        }
        at = (at + 1) % l->q.entries;
        phase ^= !at;
        __atomic_store_n(&l->n, round, __ATOMIC_RELEASE);
    }
    return NULL;
}

static void records_come_last(void)
{
    struct lit *l = lit_new();
    uint64_t sent = 0, told = 0;

    pthread_create(&l->cpu, NULL, cpu_polls, l);
    while (told < ROUNDS) {
        for (; sent < ROUNDS && sent - told < l->q.entries - 1; sent++) {
            struct trn4_desc d = store(&l->q, FILL, WIN, sent + 1);

            d.id = sent + 1;
            d.dst = PAGE + l->q.tail * BLOCK;
            d.fill.length = BLOCK;
            queue_push(&l->q, &d);
        }
        queue_ring(&l->q);
        engine_finish(l->w, 0);
        /* An entry is free when the CPU has seen its record. */
        told = __atomic_load_n(&l->n, __ATOMIC_ACQUIRE);
        ew(l->w, 0, doorbell_reg(0, TRN4_DOORBELL_CQ_HEAD),
           told % l->q.entries);
    }
    __atomic_store_n(&l->stop, true, __ATOMIC_RELAXED);
    pthread_join(l->cpu, NULL);
    EQ(l->bad, 0);
    EQ(l->n, ROUNDS);
    EQ(er(l->w, 0, NVL_REG_ERR_COUNT), 0);
    lit_free(l);
}

static const struct tap_test tests[] = {
    TAP_TEST(store_buffering), TAP_TEST(store_buffering_unfenced),
    TAP_TEST(message_to_cpu),  TAP_TEST(message_from_cpu),
    TAP_TEST(readers_agree),   TAP_TEST(records_come_last),
};
TAP_MAIN(tests)
