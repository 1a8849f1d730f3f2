/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmdline.h - what the guest was told on its kernel's command line.
 */
#ifndef SELFTESTS_CMDLINE_H
#define SELFTESTS_CMDLINE_H

#include <stdbool.h>

bool cmdline_has(const char *word);

#endif /* SELFTESTS_CMDLINE_H */
