# SPDX-License-Identifier: GPL-2.0-or-later
# What every script of vm/ shares: paths, messages, progress, locks, hashes. Sourced by bash, never run.
# shellcheck shell=bash

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Another guest than the stock kernel's has all of its own in a directory of its own.
BUILD=${TRN4_BUILD:-$TOP/build}
LOGS=$BUILD/logs
CACHE=${TRN4_CACHE:-$HOME/.cache/trn4}
V=${V:-0}
mkdir -p "$LOGS"

# Debian's python has the modules that we need; another python3 may come first in PATH.
# shellcheck disable=SC2034
PYTHON=/usr/bin/python3

say() {
	local tag=$1
	shift
	if [ -t 1 ]; then
		printf '\r\033[K'
	fi
	printf '[%s] %s\n' "$tag" "$*"
}

die() {
	if [ -t 2 ]; then
		printf '\r\033[K' >&2
	fi
	printf 'error: %s\n' "$@" >&2
	exit 1
}

# Keeps stdin in a log; meanwhile shows how far the step is, if it says so: ninja by [done/all], apt by dlstatus.
follow() {
	local tag=$1 what=$2 log=$3 line far=''

	while IFS= read -r line; do
		if [[ $line =~ ^dlstatus:[0-9]+:([0-9]+) ]]; then
			far=${BASH_REMATCH[1]}%
		else
			printf '%s\n' "$line" >>"$log"
			if [ "$V" = 1 ]; then
				printf '%s\n' "$line"
				continue
			fi
		fi
		if [[ $line =~ ^\[([0-9]+/[0-9]+)\] ]]; then
			far=${BASH_REMATCH[1]}
		fi
		if [ -t 1 ] && [ "${QUIET:-0}" = 0 ]; then
			printf '\r\033[K[%s] %s %s (log: %s)' "$tag" "$what" "$far" "$log"
		fi
	done
}

# step TAG WHAT COMMAND...: one long step; its output goes to a log, one line with the time it took to the user.
step() {
	local tag=$1 what=$2 log start=$SECONDS rc
	shift 2
	log=$LOGS/$tag-${what// /-}.log

	: >"$log"
	if [ "${QUIET:-0}" = 0 ]; then
		if [ -t 1 ]; then
			printf '[%s] %s (log: %s)' "$tag" "$what" "$log"
		else
			say "$tag" "$what (log: $log)"
		fi
	fi
	set +e
	(
		set -e
		"$@"
	) 2>&1 | follow "$tag" "$what" "$log"
	rc=${PIPESTATUS[0]}
	set -e
	if [ "$rc" != 0 ]; then
		say "$tag" "$what: failed; the end of $log:"
		tail -n 25 "$log" | cut -c1-300 >&2
		exit 1
	fi
	say "$tag" "$what: done in $((SECONDS - start)) s"
}

# take FILE NAME: no other process gets by here with FILE, until this one ends.
take() {
	local fd

	exec {fd}>"$1"
	if ! flock -n "$fd"; then
		say "$2" "another run is at it; waiting for it to end"
		flock "$fd"
	fi
}

# lock NAME: one user of NAME in the cache at a time.
lock() {
	mkdir -p "$CACHE/lock" || die "the cache $CACHE cannot be written to" "set TRN4_CACHE= to a directory that you can write to"
	take "$CACHE/lock/$1" "${1%-*}"
}

# lock_build NAME: one user of NAME in this checkout's build/ at a time.
lock_build() {
	mkdir -p "$BUILD/lock"
	take "$BUILD/lock/$1" "$1"
}

# fresh DIR: an empty directory DIR.tmp to build DIR in. Under lock, so any older one is a dead run's.
fresh() {
	rm -rf "$1.tmp"
	mkdir -p "$1.tmp"
}

# publish DIR: DIR.tmp is complete; show it to all at once.
publish() {
	rm -rf "$1"
	mv -T "$1.tmp" "$1"
}

# Hash of stdin, short enough for a path.
short_hash() {
	sha256sum | cut -c1-16
}

# need_space GIB: is there room in the cache?
need_space() {
	local free

	mkdir -p "$CACHE" || die "the cache $CACHE cannot be made" "set TRN4_CACHE= to a directory that you can write to"
	free=$(df --output=avail -k "$CACHE" | tail -n 1)
	[ "$free" -ge $(($1 * 1024 * 1024)) ] ||
		die "$CACHE has $((free / 1024)) MiB free; $1 GiB are needed" "make room, or set TRN4_CACHE= to a larger disk"
}

# write_if_changed FILE: stdin becomes FILE, whose time changes only with its content.
write_if_changed() {
	local new=$1.$$

	cat >"$new"
	if cmp -s "$new" "$1"; then
		rm "$new"
	else
		mv "$new" "$1"
	fi
}

# use_qemu: learns where QEMU is. That with sanitizers (QEMU_ASAN=1) ends at the first thing they see, as a test has to
# notice; what QEMU itself does not free at its end is no concern of ours.
use_qemu() {
	local mk=$BUILD/qemu.mk

	if [ "${QEMU_ASAN:-0}" = 1 ]; then
		mk=$BUILD/qemu-asan.mk
		export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
	fi
	# shellcheck source=/dev/null
	. "$mk"
}
