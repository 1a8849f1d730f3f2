/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tap.c - runs a table of tests and prints TAP.
 */
#include <stdint.h>

#include "tap.h"

unsigned int tap_failures;

int tap_main(const struct tap_test *tests, unsigned int n)
{
    unsigned int i, failed = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("TAP version 13\n1..%u\n", n);
    for (i = 0; i < n; i++) {
        tap_failures = 0;
        tests[i].run();
        failed += !!tap_failures;
        printf("%sok %u - %s\n", tap_failures ? "not " : "", i + 1,
               tests[i].name);
    }
    return failed ? 1 : 0;
}
