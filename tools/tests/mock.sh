# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For tests of programs against a fabric that mock-nvlf plays: starts one, runs commands and looks at what they say. TAP.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
export NVLF_MOCK=$work/kernel
PATH=${OUTPUT:?}/test/bin:$PATH
tests=0
failed=0
children=()

cleanup() {
	# What has ended by itself is not there any more.
	kill "${children[@]}" 2>/dev/null
	wait
	rm -rf "$work"
}
trap cleanup EXIT

# starts COMMAND...: in the background, until it has said a line on stdout, which is then in $line; its pid is in $child.
# fd 3 stays open: it may say more.
starts() {
	rm -f "$work/pipe"
	mkfifo "$work/pipe"
	"$@" >"$work/pipe" &
	child=$!
	children+=("$child")
	exec 3<"$work/pipe"
	read -r line <&3
}

# mock ENDPOINTS SWITCHES [deny]: another fabric than before
mock() {
	starts "$here/mock-nvlf" "$NVLF_MOCK" "$here/../../uapi/netlink/nvlf.yaml" "$@"
	[ "$line" = ready ] || { echo 'Bail out! mock-nvlf does not run'; exit 1; }
}

# tell WORD...: what is to happen to the fabric
tell() {
	"$here/mock-nvlf" "$NVLF_MOCK" 'do' "$@"
}

# soon COMMAND...: succeeds within ten seconds; what changes tells of it by no file that a shell could wait for.
soon() {
	local end=$((SECONDS + 10))

	until "$@" >"$work/soon" 2>&1; do
		[ $SECONDS -lt $end ] || { cat "$work/soon"; return 1; }
		sleep 0.05
	done
}

# manager_is STATE: as the kernel sees it
manager_is() {
	[ "$(tell manager)" = "$1" ]
}

# ok NAME COMMAND...: one test; passes if the command succeeds.
ok() {
	local name=$1

	shift
	tests=$((tests + 1))
	if "$@" >"$work/log" 2>&1; then
		echo "ok $tests - $name"
	else
		failed=$((failed + 1))
		sed 's/^/# /' "$work/log"
		echo "not ok $tests - $name"
	fi
}

# exits STATUS COMMAND...: just this status; what it said is in $work/out and $work/err.
exits() {
	local want=$1 got

	shift
	"$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	[ "$got" = "$want" ] && return 0
	echo "$*: status $got, not $want"
	cat "$work/out" "$work/err"
	return 1
}

# has FILE TEXT...: out or err has each of the texts
has() {
	local file=$work/$1 text

	shift
	for text in "$@"; do
		grep -qF -e "$text" "$file" && continue
		echo "not said: $text"
		cat "$file"
		return 1
	done
}

# lacks FILE TEXT
lacks() {
	! grep -F -e "$2" "$work/$1"
}

# is FILE LINES: out or err is just that
is() {
	diff <(printf '%s\n' "$2") "$work/$1"
}

# json EXPRESSION: what Python's eval() makes of it is true, with what was said on stdout as j.
json() {
	python3 -c 'import json, sys
j = json.load(open(sys.argv[1]))
if not eval(sys.argv[2]):
    sys.exit("not so: %s\n%s" % (sys.argv[2], json.dumps(j, indent=1)))' "$work/out" "$1"
}

# The end of a script of tests
end_tests() {
	echo "1..$tests"
	[ $failed = 0 ]
}
