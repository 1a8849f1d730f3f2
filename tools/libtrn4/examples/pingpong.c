// SPDX-License-Identifier: MIT
/*
 * pingpong.c - two accelerators that wait for one another by themselves.
 *
 *   pingpong [A [B]]         accelerators, by target id, PCI address or node
 *
 * Each has a user queue full of pairs: wait until my word is n, and store n to
 * the other's word. Once both are rung no processor has a part in it.
 */
#include "example.h"

#define ROUNDS 20
#define SECOND 1000000000ll

/* Segments of each queue */
#define MINE   0
#define THEIRS 1

struct player {
	struct trn4_device *dev;
	struct trn4_buffer *buf; /* its word */
	struct trn4_grant *grant;
	struct trn4_window *win; /* on the other's */
	struct trn4_queue *queue;
};

static void begin(struct player *p, const char *name)
{
	must(TRN4_CALL_OPEN, trn4_open(name, &p->dev));
	must(TRN4_CALL_BUFFER,
	     trn4_buffer_create(p->dev, 8, TRN4_BUFFER_HBM, &p->buf));
	must(TRN4_CALL_GRANT,
	     trn4_grant_create(p->buf, 0, 0, TRN4_RIGHTS_ALL, &p->grant));
	must(TRN4_CALL_QUEUE, trn4_queue_create(p->dev, 64, -1, &p->queue));
}

static void meet(struct player *p, const struct player *other)
{
	must(TRN4_CALL_WINDOW,
	     trn4_window_create(p->dev, trn4_grant_token(other->grant), 0, 0,
				TRN4_RIGHTS_ALL, &p->win));
	must(TRN4_CALL_SEGMENT, trn4_segment_buffer(p->queue, MINE, p->buf, 0,
						    8, TRN4_RIGHT_READ));
	must(TRN4_CALL_SEGMENT,
	     trn4_segment_window(p->queue, THEIRS, p->win, 0, 8,
				 TRN4_RIGHT_READ | TRN4_RIGHT_WRITE));
}

static void hit(struct player *p, uint64_t n)
{
	must(TRN4_CALL_QUEUE,
	     trn4_queue_signal(p->queue, trn4_segment_at(THEIRS, 0), TRN4_U64,
			       n));
}

static void receive(struct player *p, uint64_t n)
{
	must(TRN4_CALL_QUEUE,
	     trn4_queue_await(p->queue, trn4_segment_at(MINE, 0),
			      TRN4_UNTIL_REACHED, TRN4_U64, n, 5 * SECOND));
}

int main(int argc, char **argv)
{
	struct trn4_result first = {}, last = {};
	struct player a, b;
	uint64_t n;

	begin(&a, argc > 1 ? argv[1] : "0");
	begin(&b, argc > 2 ? argv[2] : "1");
	meet(&a, &b);
	meet(&b, &a);

	for (n = 1; n <= ROUNDS; n++) {
		hit(&a, n);
		receive(&a, n);
		receive(&b, n);
		hit(&b, n);
	}
	trn4_queue_ring(b.queue);
	trn4_queue_ring(a.queue);

	while (trn4_queue_outstanding(a.queue)) {
		must(TRN4_CALL_QUEUE,
		     trn4_queue_wait(a.queue, &last, 10 * SECOND));
		must(TRN4_CALL_RESULT, last.error);
		if (!first.end)
			first = last;
	}
	printf("%d round trips, of %llu ns each in model time\n", ROUNDS,
	       (unsigned long long)(last.end - first.start) / ROUNDS);
	/* All that a process has ends with it. */
	return 0;
}
