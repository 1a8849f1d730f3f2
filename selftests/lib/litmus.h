/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * litmus.h - small programs that processors and engines run at the same time,
 * and what each of them saw: litmus tests of the memory model.
 *
 * A program is two steps, again and again. A store writes the number of its
 * round, and each word has one writer: so words only grow, and the outcome that
 * a model forbids shows between any two rounds of any two agents, wherever they
 * met. Nobody waits for anybody, and no two rounds have to be lined up.
 *
 * Rounds come in bouts, before which all who take part wait for one another,
 * processors by a look at words and queues by semaphores: else one would be
 * through before another has begun.
 */
#ifndef SELFTESTS_LITMUS_H
#define SELFTESTS_LITMUS_H

#include <pthread.h>

#include "rig.h"
#include "uqueue.h"

#define LITMUS_AGENTS     5
#define LITMUS_ROUNDS_MAX (1024 * 1024) /* of an agent */

/*
 * The words: X is in HBM of the first accelerator, Y of the second. Each is at
 * the begin of a page that has room for other things.
 */
enum litmus_word { X, Y, LITMUS_WORDS };

/* A queue's LOAD is a semaphore that is met at once, and tells its word */
enum litmus_op {
	LITMUS_NONE,
	LITMUS_STORE, /* a queue's is a signal */
	LITMUS_FILL,  /* of a queue */
	LITMUS_SWAP,
	LITMUS_LOAD,
	LITMUS_FETCH, /* adds zero */
};

struct litmus_step {
	enum litmus_op op;
	enum litmus_word word;
	int by; /* a processor: through this accelerator's mapping */
};

/**
 * struct litmus_agent - a program, who runs it and what it saw
 * @cpu: a thread of ours; else a user queue
 * @accel: whose queue, index into the rig
 * @fence: a processor's full barrier between the steps
 * @step: what is done in each round
 * @rounds: how many there have been
 * @seen: what step 0 and 1 loaded, by round from 1 on; a store's is undefined
 * @met: how often each step, if it loads, had another word than in the round
 *       before in the same bout: a reader and a writer have met there. From
 *       bout to bout words change in any case
 */
struct litmus_agent {
	bool cpu;
	int accel;
	bool fence;
	struct litmus_step step[2];

	__u64 rounds;
	__u64 *seen[2];
	__u64 met[2];

	/* litmus.c's */
	struct litmus *litmus;
	pthread_t thread;
	__u64 done; /* a processor: the bout in which it met who it may */
	struct uqueue queue;
	unsigned int pending; /* descriptors without a record */
};

/**
 * struct litmus - memory that all share, and those who work on it
 * @rig: accelerators; -ENODEV of litmus_begin() says that there are not enough
 * @bo: the pages, of their owners
 * @handle: each accelerator's of each page: a buffer, or a window
 * @map: each accelerator's mapping of it
 */
struct litmus {
	struct rig rig;
	struct bo bo[LITMUS_WORDS];
	__u32 handle[RIG_FILES][LITMUS_WORDS];
	void *map[RIG_FILES][LITMUS_WORDS];
	struct litmus_agent agents[LITMUS_AGENTS];
	unsigned int count;
	__u64 bouts; /* that there have been */
};

int litmus_begin(struct litmus *l);
void litmus_end(struct litmus *l);
int litmus_queue(struct litmus *l, int accel, struct uqueue *q);
struct litmus_agent *litmus_add(struct litmus *l,
				const struct litmus_agent *spec);
int litmus_run(struct litmus *l, unsigned int batches);
int litmus_run_until_met(struct litmus *l, unsigned int batches,
			 unsigned int most);
void litmus_clear(struct litmus *l);
void litmus_dally(__u32 *seed);

/* ---- Forbidden outcomes, as often as they were seen ---- */

__u64 litmus_goes_back(const struct litmus_agent *reader);
__u64 litmus_stale(const struct litmus_agent *reader);
__u64 litmus_both_missed(const struct litmus_agent *a,
			 const struct litmus_agent *b);
__u64 litmus_disagree(const struct litmus_agent *xy,
		      const struct litmus_agent *yx);

/* ---- That it was a test at all ---- */

bool litmus_has_met(const struct litmus_agent *a);

#endif /* SELFTESTS_LITMUS_H */
