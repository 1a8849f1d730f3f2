# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-or-later
# For tests of commands in the guest: runs them and looks at what they say. TAP. To be sourced; has a folder $work, and
# kills what is named in $children at the end.

KSFT_SKIP=4
work=$(mktemp -d)
children=
tests=0
failed=0

# Called by the trap, whatever way the script ends.
# shellcheck disable=SC2317
cleanup() {
	for child in $children; do
		kill "$child" 2>/dev/null
	done
	rm -rf "$work"
}
trap cleanup EXIT

# ok NAME COMMAND...: one test; passes if the command succeeds.
ok() {
	name=$1
	shift
	tests=$((tests + 1))
	if "$@" >"$work/log" 2>&1; then
		echo "ok $tests $name"
	else
		failed=$((failed + 1))
		sed 's/^/# /' "$work/log"
		echo "not ok $tests $name"
	fi
}

# exits STATUS COMMAND...: the command ends with just this status; what it
# printed is in out and err.
exits() {
	want=$1
	shift
	"$@" >"$work/out" 2>"$work/err"
	got=$?
	[ "$got" = "$want" ] && return 0
	echo "$*: status $got, not $want"
	cat "$work/out" "$work/err"
	return 1
}

out_has() {
	grep -q -e "$1" "$work/out" && return 0
	echo "not on stdout: $1"
	cat "$work/out"
	return 1
}

err_has() {
	grep -q -i -e "$1" "$work/err" && return 0
	echo "not on stderr: $1"
	cat "$work/err"
	return 1
}

# soon COMMAND...: succeeds within ten seconds; to be used for what tells of its changes by no file that a shell could
# wait for.
soon() {
	tries=100
	until "$@" >"$work/soon" 2>&1; do
		tries=$((tries - 1))
		[ $tries != 0 ] || {
			cat "$work/soon"
			return 1
		}
		sleep 0.1
	done
}

lines_are() {
	n=$(wc -l <"$work/out")
	[ "$n" = "$1" ] && return 0
	echo "$n lines, not $1"
	cat "$work/out"
	return 1
}

# One line of JSON whose brackets are in balance, and nothing on stderr.
json() {
	lines_are 1 || return 1
	[ ! -s "$work/err" ] || return 1
	case $(head -c 1 "$work/out") in
	'{' | '[') ;;
	*) return 1 ;;
	esac
	for pair in '{}' '[]'; do
		opened=$(tr -cd "${pair%?}" <"$work/out" | wc -c)
		closed=$(tr -cd "${pair#?}" <"$work/out" | wc -c)
		[ "$opened" = "$closed" ] || return 1
	done
}

# count_is COUNT TEXT: stdout has the text as often as that
count_is() {
	n=$(grep -o -e "$2" "$work/out" | wc -l)
	[ "$n" = "$1" ] && return 0
	echo "$2: $n times, not $1"
	cat "$work/out"
	return 1
}

# The first column of a table without its head
column() {
	"$@" | awk 'NR > 1 { print $1 }'
}

clear_fabric() {
	for id in $(column trn4ctl partition list); do
		trn4ctl partition del --id "$id" || return 1
	done
	trn4ctl route list | awk 'NR > 1 { print $1, $2 }' >"$work/routes"
	while read -r switch target; do
		trn4ctl route del --switch "$switch" --target "$target" || return 1
	done <"$work/routes"
}

if ! command -v trn4ctl >/dev/null || ! command -v nvlf-fm >/dev/null; then
	echo "1..0 # SKIP trn4ctl and nvlf-fm are not in PATH"
	exit $KSFT_SKIP
fi
accels=$(trn4ctl list 2>/dev/null | awk 'NR > 1' | wc -l)
if [ "$accels" -lt 2 ]; then
	echo "1..0 # SKIP needs two accelerators"
	exit $KSFT_SKIP
fi
a=$(column trn4ctl list | sort -n | sed -n 1p)
b=$(column trn4ctl list | sort -n | sed -n 2p)

# The end of a script of tests
end_tests() {
	echo "1..$tests"
	[ "$failed" = 0 ]
}

echo "TAP version 13"
