/* SPDX-License-Identifier: MIT */
/*
 * example.h - what the examples do where a call fails: say why, and end.
 */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <stdio.h>
#include <stdlib.h>

#include <trn4.h>

static inline int must(enum trn4_call call, int ret)
{
	if (ret >= 0)
		return ret;
	fprintf(stderr, "error: %s\n", trn4_explain(call, ret));
	exit(1);
}

#endif /* EXAMPLE_H */
