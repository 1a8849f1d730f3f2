/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * touch.h - loads and stores that report SIGBUS and SIGSEGV as errors.
 *
 * May be used by many threads at once.
 */
#ifndef SELFTESTS_TOUCH_H
#define SELFTESTS_TOUCH_H

#include <linux/types.h>

int touch_begin(void);
int touch_load(const void *at, __u64 *value);
int touch_store(void *at, __u64 value);
int touch_kind(const void *at);
int touch_kind_write(void *at);

#endif /* SELFTESTS_TOUCH_H */
