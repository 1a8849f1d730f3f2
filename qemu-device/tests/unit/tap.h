/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tap.h - a test harness that prints TAP. A program is a table of tests; a
 * test is a function that checks, and goes on where a check fails.
 */
#ifndef TAP_H
#define TAP_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

struct tap_test {
    const char *name;
    void (*run)(void);
};

/* clang-format off */
#define TAP_TEST(function) { #function, function }
/* clang-format on */

extern unsigned int tap_failures; /* of the test that runs */

/* A fuzz test makes many checks; its first failures say enough. */
#define TAP_FAILURES_SHOWN 20

/* True where @cond holds; else says so, and the test fails */
#define CHECK(cond) \
    ({ \
        bool tap_good = !!(cond); \
        if (!tap_good && ++tap_failures <= TAP_FAILURES_SHOWN) { \
            printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
        } \
        tap_good; \
    })

/* The same for two numbers, which are shown */
#define EQ(a, b) \
    ({ \
        uint64_t tap_a = (a), tap_b = (b); \
        if (tap_a != tap_b && ++tap_failures <= TAP_FAILURES_SHOWN) { \
            printf("# %s:%d: %s is 0x%" PRIx64 ", not 0x%" PRIx64 "\n", \
                   __FILE__, __LINE__, #a, tap_a, tap_b); \
        } \
        tap_a == tap_b; \
    })

int tap_main(const struct tap_test *tests, unsigned int n);

#define TAP_MAIN(tests) \
    int main(void) \
    { \
        return tap_main(tests, sizeof(tests) / sizeof((tests)[0])); \
    }

#endif /* TAP_H */
