/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chance.h - numbers that come by chance, and again where a test is given the
 * same seed.
 */
#ifndef SELFTESTS_CHANCE_H
#define SELFTESTS_CHANCE_H

#include <linux/types.h>

__u64 chance_seed(void);
__u64 chance_below(__u64 *random, __u64 limit);

#endif /* SELFTESTS_CHANCE_H */
