// SPDX-License-Identifier: MIT
/*
 * rows.c - a block of a matrix of one's own, copied into the memory of a peer.
 *
 *   rows [FROM [TO]]         accelerators, by target id, PCI address or node
 *
 * The matrix is memory that the program has anyway, and the engine cuts the
 * block out of it: rows that are far apart here, and lie one behind the other
 * there. The program can do other things meanwhile: an eventfd tells it when
 * that is done. Who has nothing else to do waits, but not for ever.
 */
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "example.h"

#define SIDE   1024 /* words in a row of the matrix */
#define HEIGHT 64u  /* rows of the block */
#define WIDTH  33u  /* words in each */
#define TOP    100  /* where in the matrix it begins */
#define LEFT   7
#define SECOND 1000000000ll

/* Whole pages */
static uint32_t matrix[256][SIDE] __attribute__((aligned(65536)));

static void number_from(uint32_t n)
{
	unsigned int i;

	for (i = 0; i < 256 * SIDE; i++)
		matrix[i / SIDE][i % SIDE] = n + i;
}

int main(int argc, char **argv)
{
	const struct trn4_rows rows = {
		.length = WIDTH * sizeof(matrix[0][0]),
		.count = HEIGHT,
		.src_pitch = sizeof(matrix[0]),
		.dst_pitch = WIDTH * sizeof(matrix[0][0]),
	};
	const uint64_t corner = (char *)&matrix[TOP][LEFT] - (char *)matrix;
	struct pollfd event = { .fd = eventfd(0, 0), .events = POLLIN };
	struct trn4_device *from, *to;
	struct trn4_buffer *mine, *theirs;
	struct trn4_grant *grant;
	struct trn4_window *win;
	struct trn4_batch *batch;
	unsigned int i, good = 0;
	uint32_t *block;
	void *map;

	must(TRN4_CALL_OPEN, trn4_open(argc > 1 ? argv[1] : "0", &from));
	must(TRN4_CALL_OPEN, trn4_open(argc > 2 ? argv[2] : "1", &to));
	must(TRN4_CALL_BUFFER, trn4_buffer_create(to, rows.length * rows.count,
						  TRN4_BUFFER_HBM, &theirs));
	must(TRN4_CALL_GRANT,
	     trn4_grant_create(theirs, 0, 0, TRN4_RIGHT_READ | TRN4_RIGHT_WRITE,
			       &grant));
	must(TRN4_CALL_WINDOW,
	     trn4_window_create(from, trn4_grant_token(grant), 0, 0,
				TRN4_RIGHT_READ | TRN4_RIGHT_WRITE, &win));
	/* Nothing is copied for this: the device reads the pages themselves. */
	must(TRN4_CALL_BUFFER,
	     trn4_buffer_wrap(from, matrix, sizeof(matrix), true, &mine));
	must(TRN4_CALL_SUBMIT, trn4_batch_create(from, 1, &batch));
	must(TRN4_CALL_SUBMIT,
	     trn4_batch_copy_rows(batch, trn4_window_at(win, 0),
				  trn4_buffer_at(mine, corner), &rows));

	/* One of the files that a program with a loop of its own polls */
	number_from(1);
	must(TRN4_CALL_SUBMIT, trn4_batch_submit(batch));
	must(TRN4_CALL_SYNC, trn4_batch_eventfd(batch, event.fd));
	if (poll(&event, 1, 10000) != 1)
		return 1;
	must(TRN4_CALL_WAIT, trn4_batch_wait(batch, 0));
	must(TRN4_CALL_RESULT, trn4_batch_error(batch, NULL));

	/* The matrix as it is by now */
	number_from(1000000);
	must(TRN4_CALL_SUBMIT, trn4_batch_submit(batch));
	must(TRN4_CALL_WAIT, trn4_batch_wait(batch, 10 * SECOND));
	must(TRN4_CALL_RESULT, trn4_batch_error(batch, NULL));

	must(TRN4_CALL_MAP, trn4_buffer_map(theirs, &map));
	block = map;
	for (i = 0; i < WIDTH * HEIGHT; i++)
		good += block[i] == matrix[TOP + i / WIDTH][LEFT + i % WIDTH];
	printf("%u of %u words of the block are in the memory of %u\n", good,
	       WIDTH * HEIGHT, trn4_window_peer(win));

	trn4_batch_destroy(batch);
	trn4_buffer_destroy(mine);
	trn4_window_destroy(win);
	trn4_grant_revoke(grant);
	trn4_buffer_destroy(theirs);
	trn4_close(to);
	trn4_close(from);
	close(event.fd);
	return good != WIDTH * HEIGHT;
}
