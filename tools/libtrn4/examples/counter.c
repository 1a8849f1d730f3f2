// SPDX-License-Identifier: MIT
/*
 * counter.c - a counter in the memory of a peer, by remote atomics.
 *
 *   counter [FROM [TO]]      accelerators, by target id, PCI address or node
 *
 * One submit takes a whole batch of adds, and costs not much more than that of
 * one. Each add tells the word as it was: a number that nobody else gets, which
 * is all that a ticket or a place in a queue is.
 */
#include "example.h"

#define ADDS    200 /* in a batch */
#define BATCHES 5

int main(int argc, char **argv)
{
	uint64_t *word, expected = 0, wrong = 0;
	struct trn4_result result;
	struct trn4_device *from, *to;
	struct trn4_buffer *buf;
	struct trn4_grant *grant;
	struct trn4_window *win;
	struct trn4_batch *batch;
	void *map;
	int i, n;

	must(TRN4_CALL_OPEN, trn4_open(argc > 1 ? argv[1] : "0", &from));
	must(TRN4_CALL_OPEN, trn4_open(argc > 2 ? argv[2] : "1", &to));
	must(TRN4_CALL_BUFFER,
	     trn4_buffer_create(to, sizeof(*word), TRN4_BUFFER_HBM, &buf));
	must(TRN4_CALL_MAP, trn4_buffer_map(buf, &map));
	word = map;
	must(TRN4_CALL_GRANT,
	     trn4_grant_create(buf, 0, 0, TRN4_RIGHTS_ALL, &grant));
	must(TRN4_CALL_WINDOW, trn4_window_create(from, trn4_grant_token(grant),
						  0, 0, TRN4_RIGHTS_ALL, &win));

	/* Made once, and submitted as often as one likes */
	must(TRN4_CALL_SUBMIT, trn4_batch_create(from, ADDS, &batch));
	for (i = 0; i < ADDS; i++)
		must(TRN4_CALL_SUBMIT,
		     trn4_batch_atomic(batch, trn4_window_at(win, 0), TRN4_ADD,
				       TRN4_U64, 1, 0));
	for (n = 0; n < BATCHES; n++) {
		must(TRN4_CALL_SUBMIT, trn4_batch_submit(batch));
		must(TRN4_CALL_WAIT, trn4_batch_wait(batch, TRN4_NO_TIMEOUT));
		must(TRN4_CALL_RESULT, trn4_batch_error(batch, NULL));
		for (i = 0; i < ADDS; i++) {
			trn4_batch_result(batch, i, &result);
			wrong += result.value != expected++;
		}
	}
	printf("the counter is %llu after %d adds, %llu of them out of order\n",
	       (unsigned long long)*word, ADDS * BATCHES,
	       (unsigned long long)wrong);
	wrong += *word != expected;

	trn4_batch_destroy(batch);
	trn4_window_destroy(win);
	trn4_grant_revoke(grant);
	trn4_buffer_destroy(buf);
	trn4_close(to);
	trn4_close(from);
	return wrong != 0;
}
