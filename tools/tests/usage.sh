#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of the programs' command lines: help, exit codes, and that what is wrong is told on stderr only. TAP.
# OUTPUT is where the programs are.
bin=${OUTPUT:?}
n=0
failures=0

# expect STATUS STREAM COMMAND...: ends so, and says something on that stream alone.
expect() {
	want=$1
	stream=$2
	shift 2
	out=$("$@" 2>/dev/null </dev/null)
	err=$("$@" 2>&1 >/dev/null </dev/null)
	"$@" >/dev/null 2>&1 </dev/null
	status=$?
	if [ -n "$out" ] && [ -z "$err" ]; then
		said=stdout
	elif [ -z "$out" ] && [ -n "$err" ]; then
		said=stderr
	else
		said=both
	fi
	n=$((n + 1))
	name=${1##*/}
	shift
	if [ "$status" = "$want" ] && [ "$said" = "$stream" ]; then
		echo "ok $n - $name $*"
	else
		echo "# status $status, said on $said"
		echo "not ok $n - $name $*"
		failures=$((failures + 1))
	fi
}

ctl=$bin/trn4ctl
fm=$bin/nvlf-fm
token=00112233445566778899aabbccddeeff

for args in --help help -V 'list --help' 'topology -h' 'port --help' 'port list --help' 'port show --help' \
	'route list --help' 'route show --help' 'route set --help' 'route del --help' 'partition list --help' \
	'partition show --help' 'partition set --help' 'partition del --help' 'peer --help' 'peer serve --help' \
	'peer read --help' 'peer write --help' 'peer fill --help' 'atomic --help' 'atomic add --help' \
	'atomic sub --help' 'atomic inc --help' 'atomic dec --help' 'atomic min --help' 'atomic max --help' \
	'atomic and --help' 'atomic or --help' 'atomic xor --help' 'atomic swap --help' 'atomic cas --help' 'fabric --help' 'manager -h' 'health --help' 'diagnose --help' \
	'counters --help' 'log --help' 'monitor --help' 'endpoint list --help' 'endpoint show --help' 'switch --help' \
	'switch show --help' 'port set --help' 'group list --help' 'group show --help' 'group set --help' \
	'group del --help' 'fault --help' 'fault list --help' 'fault set --help' 'fault add --help' 'fault clear --help' \
	'help peer' 'help route set' 'help list'; do
	# shellcheck disable=SC2086 # words
	expect 0 stdout "$ctl" $args
done
expect 0 stdout "$fm" --help
expect 0 stdout "$fm" --version

for args in '' --nothing nothing 'port nothing' peer atomic 'list extra' 'list --nothing' 'list --operations x' 'port list --state up' \
	'port list --endpoint 2048' 'port list --endpoint 1 --switch 1' 'port show --port 1' 'port show --endpoint 0' \
	'route set --switch 0 --target 1' 'route set --switch 0 --target 1 --ports 3-1' \
	'route set --switch 0 --target 2048 --ports 0' 'route set --switch 99999999999 --target 1 --ports 0' \
	'help nothing' 'help route nothing' 'help route set more' 'port set --switch 0 --port 1' 'port set --port 1 --reset' \
	'port set --switch 0 --port 1 --enable --disable' 'port set --switch 0 --endpoint 0 --port 1 --reset' \
	'port list --up --down' 'health --state well' 'log --severity x' 'counters --rate 0' 'counters --rate x' \
	'diagnose 0' 'diagnose 0 1 2' 'monitor --count 0' 'group set --id 1024 --partition 1 --members 0' \
	'group set --id 1 --members 0' 'group set --id 1 --partition 0 --members 0' 'topology --svg --dot' \
	'topology --matrix -j' 'fault list' 'fault set --monitor x trn0' 'fault clear --monitor x trn0 more' 'fault nothing' \
	'route del --switch 0' 'partition set --id 0 --members 0' 'partition set --id 65536 --members 0' \
	'partition set --id 1 --members 2048' 'partition del' 'peer serve --dev 0' 'peer serve --dev 0 --size 1Q' \
	'peer serve --dev 0 --size 2M --rights w' 'peer write --from 0' "peer write --from 0 --to 1 --token $token" \
	"peer write --from 0 --token $token" 'peer write --to 1' 'peer write --from 0 --to 1 --by magic' \
	'peer write --from 0 --to 1 --hex 0' 'peer write --from 0 --to 1 --length 0' \
	'peer write --from 0 --to 1 --length 99999T' 'peer read --from 0 --token 0011' 'peer fill --from 0 --to 1 256' \
	'atomic add --from 0 --to 1' 'atomic add --from 0 --to 1 x' 'atomic add --from 0 --to 1 --type u16 1' \
	'atomic add --from 0 --to 1 --type u32 4294967296' 'atomic max --from 0 --to 1 --type f32 1x' 'atomic add --from 0 --to 1 --offset 4 1' \
	'atomic cas --from 0 --to 1 1' 'atomic add --from 0 --to 1 --count 0 1'; do
	# shellcheck disable=SC2086 # words
	expect 2 stderr "$ctl" $args
done
for args in '--once --check' '--status --dry-run' '--check --status' '--wait 1' '--config' 'more' \
	'--config /nonexistent/file' '--check --config /dev/null/none'; do
	# shellcheck disable=SC2086 # words
	expect 2 stderr "$fm" $args
done
expect 0 stdout "$fm" --check --config /dev/null
expect 0 stdout "$fm" --check --config "$(dirname "$0")/../nvlf-fm/nvlf-fm.conf.example"
expect 2 stderr "$fm" --once --wait never
expect 2 stderr "$fm" --once more

# told TEXT COMMAND...: the command's words on stderr have the text.
told() {
	text=$1
	shift
	n=$((n + 1))
	if "$@" 2>&1 >/dev/null </dev/null | grep -qF -e "$text"; then
		echo "ok $n - ${1##*/} says: $text"
	else
		echo "not ok $n - ${1##*/} says: $text"
		failures=$((failures + 1))
	fi
}

told 'a negative number comes behind --' "$ctl" atomic add --from 0 --to 1 -5
told 'off, detect, train, active, degraded, fault' "$ctl" port list --state well
told '--enable and --disable and --retrain and --reset and --clear exclude' "$ctl" port set --switch 0 --port 1 --reset --clear
told 'not within 0 to 2047' "$ctl" health --endpoint 2048

# No such thing on any machine
expect 1 stderr "$ctl" peer serve --dev 2047 --size 2M
expect 1 stderr "$ctl" peer write --from /dev/accel/accel4000000000 --to 1
expect 1 stderr "$ctl" peer write --from 0 --to 1 --file /nonexistent/file
n=$((n + 1))
if [ -e /dev/full ] && ! "$ctl" --help >/dev/full 2>/dev/null; then
	echo "ok $n - a full disk is told"
else
	echo "not ok $n - a full disk is told"
	failures=$((failures + 1))
fi
echo "1..$n"
[ $failures = 0 ]
