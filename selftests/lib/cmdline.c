// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmdline.c - what the guest was told on its kernel's command line.
 */
#include <stdio.h>
#include <string.h>

#include "cmdline.h"

/* Whether @word, such as "guest.faults=1", is among the words of it */
bool cmdline_has(const char *word)
{
	FILE *file = fopen("/proc/cmdline", "r");
	bool found = false;
	char at[128];

	if (!file)
		return false;
	while (!found && fscanf(file, "%127s", at) == 1)
		found = !strcmp(at, word);
	fclose(file);
	return found;
}
