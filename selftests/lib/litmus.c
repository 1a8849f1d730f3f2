// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * litmus.c - small programs that processors and engines run at the same time.
 */
#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "litmus.h"
#include "word.h"

#define ENTRIES 4096 /* of a queue */

/*
 * As many bouts as a ring has room for, each with a word for, and a look at,
 * every agent, and rounds of two steps, before each of which may be a NOP. A
 * bout has more descriptors than an engine takes at once, 64: queues of two
 * accelerators would not meet in it otherwise.
 */
#define BOUTS  20
#define ROUNDS 48
#define DESCS  (BOUTS * (LITMUS_AGENTS + 4 * ROUNDS) + 1)
static_assert(DESCS < ENTRIES, "a ring holds a batch");

/* A processor is faster: its rounds of a bout without queues, and at most */
#define CPU_ROUNDS 1024
#define CPU_MOST   16384

/* Where in X's page an agent says which bout it has come to */
#define ARRIVED(agent) (64 * (1 + (agent)))

/* ---- The memory ---- */

static int reach(struct litmus *l, int accel, enum litmus_word word,
		 const struct grant *grant)
{
	int ret;

	if (accel == (int)word) {
		l->handle[accel][word] = l->bo[word].handle;
		l->map[accel][word] = l->bo[word].map;
		return 0;
	}
	ret = window_map(l->rig.fd[accel], grant, 0, 0, RIGHT_ALL,
			 &l->handle[accel][word]);
	if (ret)
		return ret;
	l->map[accel][word] = gem_map(l->rig.fd[accel], l->handle[accel][word],
				      PAGE, PROT_READ | PROT_WRITE);
	return l->map[accel][word] == MAP_FAILED ? -ENOMEM : 0;
}

/**
 * litmus_begin() - four accelerators, and two pages that all of them reach
 * @l: is filled in; give it to litmus_end()
 *
 * Return: 0, -ENODEV where there are fewer, or another negative errno.
 */
int litmus_begin(struct litmus *l)
{
	enum litmus_word word;
	struct grant grant;
	int accel, ret;

	memset(l, 0, sizeof(*l));
	ret = rig_begin(&l->rig, RIG_FILES);
	for (word = 0; word < LITMUS_WORDS && !ret; word++) {
		ret = bo_make(l->rig.fd[word], PAGE, 0, &l->bo[word]);
		if (!ret)
			ret = grant_make(l->rig.fd[word], l->bo[word].handle,
					 RIGHT_ALL, 0, PAGE, &grant);
		for (accel = 0; accel < RIG_FILES && !ret; accel++)
			ret = reach(l, accel, word, &grant);
	}
	return ret;
}

void litmus_end(struct litmus *l)
{
	litmus_clear(l);
	rig_end(&l->rig);
}

/* A queue whose segments have the words' numbers */
int litmus_queue(struct litmus *l, int accel, struct uqueue *q)
{
	enum litmus_word word;
	int fd = l->rig.fd[accel];
	int ret = uqueue_make(fd, ENTRIES, -1, q);

	for (word = 0; word < LITMUS_WORDS && !ret; word++)
		ret = segment_set(fd, q->handle, word, l->handle[accel][word],
				  RIGHT_ALL, 0, PAGE);
	return ret;
}

/* ---- The agents ---- */

/**
 * litmus_add() - one more agent
 * @l: has room for it
 * @spec: what it is and does
 *
 * Return: the agent, or NULL where it could not be made.
 */
struct litmus_agent *litmus_add(struct litmus *l,
				const struct litmus_agent *spec)
{
	struct litmus_agent *a = &l->agents[l->count];
	int i;

	*a = *spec;
	a->litmus = l;
	for (i = 0; i < 2; i++) {
		a->seen[i] = calloc(LITMUS_ROUNDS_MAX + 1, sizeof(__u64));
		if (!a->seen[i])
			return NULL;
	}
	if (!a->cpu && litmus_queue(l, a->accel, &a->queue))
		return NULL;
	l->count++;
	return a;
}

/* The agents go, the words are zero */
void litmus_clear(struct litmus *l)
{
	unsigned int i;

	for (i = 0; i < l->count; i++) {
		struct litmus_agent *a = &l->agents[i];

		free(a->seen[0]);
		free(a->seen[1]);
		if (a->cpu)
			continue;
		uqueue_destroy(a->queue.fd, a->queue.handle);
		uqueue_unmap(&a->queue);
	}
	l->count = 0;
	l->bouts = 0;
	for (i = 0; i < LITMUS_WORDS; i++)
		if (l->bo[i].map)
			memset(l->bo[i].map, 0, 4096);
}

/* Not at all, or long enough for others to come in between */
void litmus_dally(__u32 *seed)
{
	unsigned int n;

	*seed = *seed * 1664525 + 1013904223;
	for (n = *seed >> 25; n; n--)
		__asm__ volatile("");
}

/* ---- A processor's rounds ---- */

static __u64 cpu_step(struct litmus *l, const struct litmus_step *step,
		      __u64 round)
{
	__u64 *at = l->map[step->by][step->word];

	switch (step->op) {
	case LITMUS_NONE:
		return 0;
	case LITMUS_SWAP:
		return __atomic_exchange_n(at, round, __ATOMIC_SEQ_CST);
	case LITMUS_LOAD:
		return __atomic_load_n(at, __ATOMIC_ACQUIRE);
	case LITMUS_FETCH:
		return __atomic_fetch_add(at, 0, __ATOMIC_SEQ_CST);
	default:
		__atomic_store_n(at, round, __ATOMIC_RELEASE);
		return 0;
	}
}

static __u64 *arrived(const struct litmus *l, unsigned int agent)
{
	return l->map[X][X] + ARRIVED(agent);
}

/* Have all come to @bout? */
static bool all_at(const struct litmus *l, __u64 bout)
{
	unsigned int i;

	for (i = 0; i < l->count; i++)
		if (__atomic_load_n(arrived(l, i), __ATOMIC_ACQUIRE) < bout)
			return false;
	return true;
}

static bool loads(const struct litmus_step *step)
{
	return step->op == LITMUS_LOAD || step->op == LITMUS_FETCH;
}

/* The newest round, which is not the first of its bout */
static void look_back(struct litmus_agent *a)
{
	__u64 i = a->rounds;
	int n;

	for (n = 0; n < 2; n++)
		a->met[n] += loads(&a->step[n]) &&
			     a->seen[n][i] != a->seen[n][i - 1];
}

static void cpu_round(struct litmus_agent *a)
{
	__u64 round = ++a->rounds;

	a->seen[0][round] = cpu_step(a->litmus, &a->step[0], round);
	if (a->fence)
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	else
		word_barrier();
	a->seen[1][round] = cpu_step(a->litmus, &a->step[1], round);
	word_barrier();
}

static bool stores(const struct litmus_agent *a)
{
	return (a->step[0].op != LITMUS_NONE && !loads(&a->step[0])) ||
	       (a->step[1].op != LITMUS_NONE && !loads(&a->step[1]));
}

/* Could this processor meet another, which does not end before it? */
static bool may_meet(const struct litmus_agent *a)
{
	const struct litmus *l = a->litmus;
	unsigned int i;

	if (!loads(&a->step[0]) && !loads(&a->step[1]))
		return false;
	for (i = 0; i < l->count; i++)
		if (&l->agents[i] != a && l->agents[i].cpu &&
		    stores(&l->agents[i]))
			return true;
	return false;
}

static bool has_queues(const struct litmus *l)
{
	unsigned int i;

	for (i = 0; i < l->count; i++)
		if (!l->agents[i].cpu)
			return true;
	return false;
}

/* Are all queues through with @bout, and have all processors met that may? */
static bool all_done(const struct litmus *l, __u64 bout)
{
	unsigned int i;

	for (i = 0; i < l->count; i++) {
		const struct litmus_agent *a = &l->agents[i];

		if (a->cpu ?
			    __atomic_load_n(&a->done, __ATOMIC_RELAXED) < bout :
			    __atomic_load_n(arrived(l, i), __ATOMIC_ACQUIRE) <=
				    bout)
			return false;
	}
	return true;
}

/*
 * It goes on for as long as there is a queue that does. Processors that nobody
 * else lets run at the same time go on until they have had turns all the same.
 */
static void *cpu_bouts(void *arg)
{
	struct litmus_agent *a = arg;
	struct litmus *l = a->litmus;
	__u64 bout, end = l->bouts + BOUTS;
	unsigned int least = has_queues(l) ? ROUNDS : CPU_ROUNDS;
	__u32 seed = a - l->agents;
	bool meets = may_meet(a);

	for (bout = l->bouts + 1; bout <= end; bout++) {
		__u64 met = a->met[0] + a->met[1];
		unsigned int n = 0;

		__atomic_store_n(arrived(l, a - l->agents), bout,
				 __ATOMIC_SEQ_CST);
		while (!all_at(l, bout))
			;
		do {
			if (a->rounds < LITMUS_ROUNDS_MAX) {
				cpu_round(a);
				if (n)
					look_back(a);
			}
			if (!meets || a->met[0] + a->met[1] != met ||
			    a->rounds == LITMUS_ROUNDS_MAX)
				__atomic_store_n(&a->done, bout,
						 __ATOMIC_RELAXED);
			litmus_dally(&seed);
		} while (++n < least || (n < CPU_MOST && !all_done(l, bout)));
	}
	return NULL;
}

/* ---- A queue's rounds ---- */

static struct trn4_desc queue_step(const struct litmus_step *step, __u64 round)
{
	struct trn4_desc d;

	switch (step->op) {
	case LITMUS_STORE:
		return uqueue_semaphore(TRN4_SEMAPHORE_SIGNAL, step->word, 0,
					round, 0);
	case LITMUS_FILL:
		return uqueue_fill(step->word, 0, sizeof(round), round);
	case LITMUS_SWAP:
		d = uqueue_add(step->word, 0, round);
		d.kind = TRN4_ATOMIC_SWAP;
		return d;
	case LITMUS_LOAD:
		return uqueue_semaphore(TRN4_SEMAPHORE_GE, step->word, 0, 0, 0);
	case LITMUS_FETCH:
		return uqueue_add(step->word, 0, 0);
	default:
		return (struct trn4_desc) { .opcode = TRN4_OP_NOP };
	}
}

static void push(struct litmus_agent *a, struct trn4_desc d, __u16 id)
{
	d.id = id;
	uqueue_push(&a->queue, &d);
	a->pending++;
}

/* Here, in @bout; and everybody else */
static void push_arrival(struct litmus_agent *a, __u64 bout)
{
	const struct litmus *l = a->litmus;
	unsigned int i, self = a - l->agents;

	push(a,
	     uqueue_semaphore(TRN4_SEMAPHORE_SIGNAL, X, ARRIVED(self), bout, 0),
	     0);
	for (i = 0; i < l->count; i++)
		if (i != self)
			push(a,
			     uqueue_semaphore(TRN4_SEMAPHORE_GE, X, ARRIVED(i),
					      bout, 0),
			     0);
}

/*
 * Queues of one accelerator have turns in a fixed order; what does nothing,
 * here and there, lets them meet in any. At the end each says that it is.
 */
static void fill_ring(struct litmus_agent *a, __u32 *seed)
{
	const struct trn4_desc nop = { .opcode = TRN4_OP_NOP };
	__u64 bout = a->litmus->bouts, round = a->rounds;
	unsigned int i, k, n;

	for (i = 0; i < BOUTS; i++) {
		push_arrival(a, ++bout);
		for (k = 0; k < ROUNDS; k++) {
			round++;
			for (n = 0; n < 2; n++) {
				*seed = *seed * 1664525 + 1013904223;
				if (*seed >> 31)
					push(a, nop, 0);
				push(a, queue_step(&a->step[n], round), n + 1);
			}
		}
	}
	push(a,
	     uqueue_semaphore(TRN4_SEMAPHORE_SIGNAL, X,
			      ARRIVED(a - a->litmus->agents), bout + 1, 0),
	     0);
}

static int take_records(struct litmus_agent *a)
{
	struct trn4_cqe cqe;
	int ret;

	for (; a->pending; a->pending--) {
		ret = uqueue_await(&a->queue, &cqe);
		if (ret)
			return ret;
		if (cqe.status != TRN4_STATUS_OK)
			return -EIO;
		if (!cqe.id)
			continue;
		a->rounds += cqe.id == 1;
		a->seen[cqe.id - 1][a->rounds] = cqe.value;
		if (cqe.id == 2 && a->rounds % ROUNDS != 1)
			look_back(a);
	}
	uqueue_give_back(&a->queue);
	return 0;
}

static int run_batch(struct litmus *l, __u32 *seed)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < l->count && !ret; i++) {
		struct litmus_agent *a = &l->agents[i];

		if (a->cpu) {
			ret = -pthread_create(&a->thread, NULL, cpu_bouts, a);
		} else {
			fill_ring(a, seed);
			uqueue_ring(&a->queue);
		}
	}
	if (ret)
		return ret; /* those that wait end with the process */
	for (i = 0; i < l->count; i++)
		if (l->agents[i].cpu)
			pthread_join(l->agents[i].thread, NULL);
	for (i = 0; i < l->count && !ret; i++)
		if (!l->agents[i].cpu)
			ret = take_records(&l->agents[i]);
	l->bouts += BOUTS;
	return ret;
}

/**
 * litmus_run() - let all agents work, at the same time
 * @l: has agents
 * @batches: how often the queues' rings are filled
 *
 * Return: 0, or a negative errno; -EIO where a descriptor failed.
 */
int litmus_run(struct litmus *l, unsigned int batches)
{
	__u32 seed = 1;
	int ret = 0;

	while (batches-- && !ret)
		ret = run_batch(l, &seed);
	return ret;
}

/* ---- What they saw ---- */

/* Both steps load one word: it went back, from one load to the next */
__u64 litmus_goes_back(const struct litmus_agent *reader)
{
	__u64 i, count = 0, last = 0;
	int n;

	for (i = 1; i <= reader->rounds; i++)
		for (n = 0; n < 2; n++) {
			count += reader->seen[n][i] < last;
			last = reader->seen[n][i];
		}
	return count;
}

/* Loads a flag and then the data, which is older */
__u64 litmus_stale(const struct litmus_agent *reader)
{
	__u64 i, count = 0;

	for (i = 1; i <= reader->rounds; i++)
		count += reader->seen[1][i] < reader->seen[0][i];
	return count;
}

/*
 * Each stores its own word and then loads the other's, and both found the
 * other's store missing. Of those of @b that round i of @a missed, the first is
 * the one that is likeliest to have missed i.
 */
__u64 litmus_both_missed(const struct litmus_agent *a,
			 const struct litmus_agent *b)
{
	__u64 i, count = 0;

	for (i = 1; i <= a->rounds; i++) {
		__u64 k = a->seen[1][i] + 1;

		count += k <= b->rounds && b->seen[1][k] < i;
	}
	return count;
}

/*
 * @xy loads X and then Y, @yx the other way around: one saw X's store but not
 * yet Y's, the other Y's but not X's. Of those of @yx that saw a newer Y than
 * @xy did, the first is the one with the oldest X.
 */
__u64 litmus_disagree(const struct litmus_agent *xy,
		      const struct litmus_agent *yx)
{
	__u64 i, k = 1, count = 0;

	for (i = 1; i <= xy->rounds; i++) {
		while (k <= yx->rounds && yx->seen[0][k] <= xy->seen[1][i])
			k++;
		if (k > yx->rounds)
			break;
		count += yx->seen[1][k] < xy->seen[0][i];
	}
	return count;
}

/* Has each step that loads seen its word change? */
bool litmus_has_met(const struct litmus_agent *a)
{
	int n;

	for (n = 0; n < 2; n++)
		if (loads(&a->step[n]) && !a->met[n])
			return false;
	return true;
}

/**
 * litmus_run_until_met() - let all agents work until they were a test
 * @l: has agents
 * @batches: how often the queues' rings are filled before one looks
 * @most: how often at most
 *
 * Return: 0, whether they have met or not, or as litmus_run().
 */
int litmus_run_until_met(struct litmus *l, unsigned int batches,
			 unsigned int most)
{
	unsigned int n, i;
	int ret = 0;

	for (n = 0; n < most && !ret; n += batches) {
		ret = litmus_run(l, batches);
		for (i = 0; i < l->count; i++)
			if (!litmus_has_met(&l->agents[i]))
				break;
		if (i == l->count)
			break;
	}
	return ret;
}
