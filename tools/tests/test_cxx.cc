// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_cxx.cc - libtrn4 from C++: that its header is C++11 to the letter, also
 * beside the hardware's, and that a program of it finds the library's functions.
 */
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <hw/trn4_hw.h>
#include <trn4.h>

static int failed;

static void ok(int number, bool good, const char *name)
{
	std::printf("%s %d - %s\n", good ? "ok" : "not ok", number, name);
	failed += !good;
}

int main()
{
	const char *text = trn4_explain(TRN4_CALL_WINDOW, -EHOSTUNREACH);
	const trn4_place place = trn4_segment_at(3, 64);
	trn4_atomic_full atomic = trn4_atomic_full();
	trn4_device *dev = nullptr;
	trn4_token token;

	atomic.word = TRN4_U128;
	std::printf("TAP version 13\n1..3\n");
	ok(1, std::strstr(text, "route"), "constants and texts");
	ok(2, trn4_word_size(atomic.word) == 16 && place.handle == 3 &&
			place.kind == TRN4_PLACE_SEGMENT,
	   "structures");
	ok(3, trn4_token_parse("x", &token) == -EINVAL &&
			trn4_open("x", &dev) == -EINVAL && !dev,
	   "errors");
	return failed != 0;
}
