// SPDX-License-Identifier: MIT
/*
 * store.c - plain stores into the memory of a peer.
 *
 *   store [FROM [TO]]        accelerators, by target id, PCI address or node
 *
 * TO grants a buffer, FROM makes a window on it, and from then on it is memory:
 * what is stored through the window is what TO has. No call, no copy.
 */
#include <string.h>

#include "example.h"

#define WORDS 1000000u

int main(int argc, char **argv)
{
	struct trn4_device *from, *to;
	struct trn4_buffer *buf;
	struct trn4_grant *grant;
	struct trn4_window *win;
	uint32_t *theirs, *ours, i;
	void *map;

	must(TRN4_CALL_OPEN, trn4_open(argc > 1 ? argv[1] : "0", &from));
	must(TRN4_CALL_OPEN, trn4_open(argc > 2 ? argv[2] : "1", &to));

	/* The owner: memory, and leave to use it */
	must(TRN4_CALL_BUFFER, trn4_buffer_create(to, WORDS * sizeof(*ours),
						  TRN4_BUFFER_HBM, &buf));
	must(TRN4_CALL_GRANT,
	     trn4_grant_create(buf, 0, 0, TRN4_RIGHT_READ | TRN4_RIGHT_WRITE,
			       &grant));

	/* The peer: the token is all that it needs to know of it */
	must(TRN4_CALL_WINDOW,
	     trn4_window_create(from, trn4_grant_token(grant), 0, 0,
				TRN4_RIGHT_READ | TRN4_RIGHT_WRITE, &win));
	must(TRN4_CALL_MAP, trn4_window_map(win, &map));
	theirs = map;
	for (i = 0; i < WORDS; i++)
		theirs[i] = i * 2654435761u;

	/* The owner again */
	must(TRN4_CALL_MAP, trn4_buffer_map(buf, &map));
	ours = map;
	for (i = 0; i < WORDS && ours[i] == i * 2654435761u; i++)
		;
	printf("%u of %u words from %u are in the memory of %u\n", i, WORDS,
	       trn4_target_id(from), trn4_window_peer(win));

	/* What is taken back is gone for the peer. */
	must(TRN4_CALL_GRANT, trn4_grant_revoke(grant));
	printf("the window now: %s\n",
	       trn4_window_state_text(trn4_window_state(win)));

	trn4_window_destroy(win);
	trn4_buffer_destroy(buf);
	trn4_close(to);
	trn4_close(from);
	return i != WORDS;
}
