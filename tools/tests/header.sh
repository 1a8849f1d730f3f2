#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What trn4.h declares is what the library has, what its manual page tells of, and what the test of C++ uses; and what it
# says of threads holds: the library has no state of its own. TAP. OUTPUT is where the library is.
set -euo pipefail
# The last part of a pipe runs in this shell: same() counts.
shopt -s lastpipe
cd "$(dirname "$0")/../libtrn4"

declared=$(sed '/^ \*/d' trn4.h | grep -oE '\btrn4_[a-z0-9_]+\(' | tr -d '(' | sort -u)
types=$(sed -nE 's/^(struct|enum) (trn4_[a-z0-9_]+)( \{|;)$/\2/p' trn4.h | sort -u)
n=0
failed=0

# nothing WHAT: stdin is what speaks against it
nothing() {
	local other

	other=$(sed 's/^/# /')
	n=$((n + 1))
	if [ -n "$other" ]; then
		failed=1
		printf '%s\n' "$other"
		echo "not ok $n - $1"
	else
		echo "ok $n - $1"
	fi
}

# same WHAT: a list on stdin is that of what is declared
same() {
	{ diff <(echo "$declared") - || true; } | sed -n 's/^</not there:/p; s/^>/not declared:/p' | nothing "$1"
}

echo 'TAP version 13'
echo '1..4'
nm -D --defined-only "$OUTPUT/lib/libtrn4.so" | awk '{ print $3 }' | sort -u | same 'the library has each function, and no other'
# Of its synopsis: elsewhere it may name those of other libraries.
sed -n '/^\.SH SYNOPSIS/,/^\.SH DESCRIPTION/p' libtrn4.3 | grep -oE '\btrn4_[a-z0-9_]+\(' | tr -d '(' | sort -u |
	same 'the manual page has each function, and no other'
for name in $declared $types; do
	grep -qw "$name" ../tests/test_cxx.cc || echo "not there: $name"
done | nothing 'the test of C++ has each function and each type'
# Of the objects, to which the linker has not added the compiler's own. What is const but for its relocation is no state.
size -A "$OUTPUT/lib/libtrn4.a" | awk '
	/ex / { object = $1 }
	$1 ~ /^\.t?(data|bss)(\.|$)/ && $1 !~ /^\.data\.rel\.ro/ && $2 { print object, $1, $2, "bytes" }' |
	nothing 'the library has no state of its own'
exit $failed
