#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Nothing that the kernel allocated was lost so far. A report's "comm" is the
# program that lost it. TAP; skips where the kernel does not look for leaks.

leaks=/sys/kernel/debug/kmemleak
if [ ! -w "$leaks" ]; then
	echo '1..0 # SKIP the kernel has no kmemleak'
	exit 4
fi

# Only what is older than 5 s is told, and only if its content was the same in
# the scan before.
sleep 6
echo scan >"$leaks"
echo scan >"$leaks"
echo '1..1'
found=$(cat "$leaks")
if [ -z "$found" ]; then
	echo 'ok 1 nothing leaked'
	exit 0
fi
# To the kernel's log too, whose reader knows files and lines.
echo "$found" | while IFS= read -r line; do
	echo "kmemleak: $line" >/dev/kmsg
done
echo clear >"$leaks"
echo "$found" | sed 's/^/# /'
echo 'not ok 1 nothing leaked'
exit 1
