#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# What the KUnit tests in our modules said when those were loaded. TAP; skips
# where the kernel has no KUnit.

kunit=/sys/kernel/debug/kunit
if [ ! -d "$kunit" ]; then
	echo '1..0 # SKIP the kernel has no KUnit'
	exit 4
fi
for module in nvlf trn4; do
	if ! ls "$kunit/$module"*/results >/dev/null 2>&1; then
		echo "Bail out! $module has no KUnit tests"
		exit 1
	fi
done
said=$(cat "$kunit"/nvlf*/results "$kunit"/trn4*/results)

# Cases of all suites in one flat list; that of a suite as a whole says no more.
echo "1..$(echo "$said" | grep -cE '^    (not )?ok ')"
echo "$said" | sed -nE 's/^    ((not )?ok .*)/\1/p; s/^ *(# .*)/\1/p'
! echo "$said" | grep -q '^    not ok '
