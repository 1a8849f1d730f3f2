#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Tests of what trn4ctl and nvlf-fm tell of the fabric and do to it: health,
# diagnosis, counters, ports, groups, events, and a manager that stays. TAP;
# skips without devices.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

conf=$work/fm.conf
fm=

# config LINE...: the manager's file
config() {
	printf '[manager]\nstatus-socket = %s/fm.sock\ntimeout = 1\n' "$work" >"$conf"
	for line in "$@"; do
		echo "$line" >>"$conf"
	done
}

manage() {
	nvlf-fm --config "$conf" 2>"$work/fm.log" &
	fm=$!
	children="$children $fm"
	soon status_has '"state":"configured"'
}

# ended STATUS: the daemon has, so
ended() {
	wait "$fm"
	got=$?
	[ "$got" = "$1" ] && return 0
	echo "nvlf-fm: status $got, not $1"
	cat "$work/fm.log"
	return 1
}

status_has() {
	exits 0 nvlf-fm --config "$conf" --status -j && out_has "$1"
}

fabric_has() {
	exits 0 trn4ctl fabric -j && out_has "$1"
}

manager_is() {
	exits 0 trn4ctl manager && out_has "^state  *$1\$"
}

# A link of endpoint $a that is up: its port, and switch and port there
find_link() {
	trn4ctl port list --endpoint "$a" --up | awk 'NR == 2 { print $3, $8, $9 }' >"$work/link"
	read -r port switch partner <"$work/link"
	[ -n "$partner" ]
}

pairs=$((accels * (accels - 1)))
clear_fabric

# ---- Without routes ----

isolated_at_first() {
	exits 0 trn4ctl health && count_is "$accels" isolated &&
		exits 0 trn4ctl health --state isolated -j && json && count_is "$accels" '"cause":"no-partition"' &&
		exits 0 trn4ctl health --state healthy -j && [ "$(cat "$work/out")" = '[]' ]
}

diagnosis_without_route() {
	exits 0 trn4ctl partition set --id 1 --members "$a,$b" &&
		exits 1 trn4ctl diagnose "$a" "$b" && out_has "^broken: .*no route to endpoint $b" &&
		exits 0 nvlf-fm --once --wait 10 && exits 0 trn4ctl diagnose "$a" "$b" && out_has 'reaches it' &&
		exits 1 trn4ctl diagnose "$a" 2047 && out_has '^broken: '
}

diagnosis_without_partition() {
	exits 0 trn4ctl partition del --id 1 && exits 1 trn4ctl diagnose "$a" "$b" && out_has '^broken: .*partition' &&
		exits 1 trn4ctl diagnose "$a" "$b" -j && json && out_has '"broken":"no-partition"' &&
		exits 0 nvlf-fm --once && exits 0 trn4ctl diagnose "$a" "$b"
}

ok "endpoints are isolated at first" isolated_at_first
ok "diagnosis without a route, and with one" diagnosis_without_route
ok "diagnosis without a partition" diagnosis_without_partition

# ---- With all in force ----

healthy() {
	exits 0 trn4ctl health --state healthy -j && json && count_is "$accels" '"cause":"none"'
}

fabric_in_numbers() {
	exits 0 trn4ctl fabric -j && json && out_has "\"endpoints\":$accels" && out_has "\"pairs\":$pairs,\"pairs-reached\":$pairs" &&
		exits 0 trn4ctl fabric && out_has "$pairs of $pairs can talk"
}

names() {
	pci=$(trn4ctl endpoint list | awk -v id="$b" '$1 == id { print $2 }')
	exits 0 trn4ctl endpoint show --endpoint "$pci" -j && json && out_has "\"target-id\":$b,"  &&
		exits 0 trn4ctl diagnose "$a" "$pci" && exits 0 trn4ctl peer write --from "$a" --to "$pci" --length 2M &&
		exits 1 trn4ctl diagnose "$a" nobody && err_has 'no endpoint has'
}

pictures() {
	exits 0 trn4ctl topology --svg && count_is 1 '^<svg ' && count_is 1 '^</svg>' &&
		exits 0 trn4ctl topology --dot && count_is 1 '^graph nvlf {' &&
		exits 0 trn4ctl topology && out_has '^fabric: ' && exits 0 trn4ctl topology --matrix && out_has '^Legend:'
}

ok "all are healthy" healthy
ok "the fabric in numbers" fabric_in_numbers
ok "endpoints have names" names
ok "pictures" pictures

# ---- Counters and ports ----

# What the engine moves is counted to the byte, over all links together.
sum_of() {
	trn4ctl counters --endpoint "$1" --sum -j | sed -n "s/.*\"$2\":\([0-9]*\).*/\1/p"
}

counters_count() {
	sent=$(sum_of "$a" tx-bytes)
	taken=$(sum_of "$b" rx-bytes)
	exits 0 trn4ctl peer write --from "$a" --to "$b" --length 4M --by engine || return 1
	echo "sent $sent, then $(sum_of "$a" tx-bytes); received $taken, then $(sum_of "$b" rx-bytes)"
	[ $(($(sum_of "$a" tx-bytes) - sent)) = 4194304 ] && [ $(($(sum_of "$b" rx-bytes) - taken)) = 4194304 ] &&
		exits 0 trn4ctl counters && lines_are $(($(trn4ctl port list | wc -l))) &&
		exits 0 trn4ctl counters --endpoint "$a" --port 0 --rate 0.1 -j && json && out_has '"tx-bytes":0.0,'
}

ports_are_set() {
	find_link && exits 0 trn4ctl port set --endpoint "$a" --port "$port" --disable &&
		exits 0 trn4ctl port show --endpoint "$a" --port "$port" -j && out_has '"state":"off"' && out_has '"enable":0' &&
		exits 0 trn4ctl port show --switch "$switch" --port "$partner" -j && out_has '"state":"detect"' &&
		exits 0 trn4ctl health --endpoint "$a" && out_has degraded && exits 0 trn4ctl diagnose "$a" "$b" &&
		exits 0 trn4ctl port set --endpoint "$a" --port "$port" --enable && soon port_is_up &&
		exits 0 trn4ctl port set --endpoint "$a" --port "$port" --retrain && soon port_is_up &&
		exits 0 trn4ctl port set --endpoint "$a" --port "$port" --clear &&
		exits 0 trn4ctl counters --endpoint "$a" --port "$port" -j && out_has '"tx-bytes":0,' &&
		exits 1 trn4ctl port set --endpoint "$a" --port 36 --reset && [ -s "$work/err" ]
}

port_is_up() {
	exits 0 trn4ctl port show --endpoint "$a" --port "$port" -j && out_has '"state":"active"'
}

log_is_listed() {
	exits 0 trn4ctl log --endpoint "$a" && out_has link-down && exits 0 trn4ctl log -j --error link-down && json
}

ok "counters count" counters_count
ok "ports are set" ports_are_set
ok "what went down is in the log" log_is_listed

# ---- Groups ----

group_life() {
	exits 0 trn4ctl group set --id 3 --partition 1 --members "$a,$b" && exits 0 trn4ctl group show --id 3 -j && json &&
		out_has '"partition-id":1' && exits 0 trn4ctl group list --partition 1 && lines_are 2 &&
		exits 1 trn4ctl group set --id 3 --partition 1 --members 2047 && [ -s "$work/err" ] &&
		exits 0 trn4ctl group del --id 3 && exits 1 trn4ctl group show --id 3
}

ok "a group's life" group_life

# ---- Events ----

# Each change that is made below is told, and no line is missing.
events() {
	mkfifo "$work/listens" || return 1
	trn4ctl monitor -j --for 30 --count 8 >"$work/events" 2>"$work/listens" &
	child=$!
	children="$children $child"
	read -r line <"$work/listens"
	[ "$line" = 'trn4ctl: listening' ] && trn4ctl partition set --id 9 --members "$a" &&
		trn4ctl partition del --id 9 && trn4ctl partition set --id 9 --members "$b" &&
		trn4ctl partition del --id 9 && wait "$child" || return 1
	cp "$work/events" "$work/out"
	lines_are 8 && count_is 2 '"event":"partition-ntf"' && count_is 2 '"event":"partition-del-ntf"' &&
		count_is 4 '"event":"fabric-ntf","fabric":{"generation":[1-9][0-9]*}'
}

ok "events are told" events

# ---- The manager that stays ----

attaches() {
	config && manage && manager_is configured && exits 0 trn4ctl manager && out_has nvlf-fm &&
		status_has '"changes":0,' && status_has "\"endpoints\":$accels,"
}

second_is_refused() {
	sed "s,fm.sock,second.sock," "$conf" >"$work/second.conf"
	exits 4 nvlf-fm --config "$work/second.conf" && err_has takeover && manager_is configured
}

# Somebody meddles, a link goes and returns, a window's path goes and returns.
repairs() {
	trn4ctl route list --target "$b" | awk 'NR == 2 { print $1, $3 }' >"$work/route"
	read -r switch ports <"$work/route"
	trn4ctl route del --switch "$switch" --target "$b" && trn4ctl partition set --id 3 --members "$a" &&
		soon route_is "$ports" && soon fabric_has '"partitions":1,' && find_link &&
		trn4ctl port set --endpoint "$a" --port "$port" --disable && soon status_has '"state":"configured"' &&
		trn4ctl port set --endpoint "$a" --port "$port" --enable && soon port_is_up && soon fabric_has "\"pairs-reached\":$pairs," &&
		soon routes_have_it
}

route_is() {
	exits 0 trn4ctl route show --switch "$switch" --target "$b" && out_has "$1"
}

# The link of find_link() is in the switch's route again.
routes_have_it() {
	exits 0 nvlf-fm --config "$conf" --dry-run && out_has 'in force already'
}

reloads() {
	config '[partition 5]' "endpoints = $a" '[partition 6]' "endpoints = $b" && kill -HUP "$fm" &&
		soon fabric_has '"partitions":2,' && exits 1 trn4ctl diagnose "$a" "$b" && out_has partition &&
		config '[partition 5]' 'endpoints = everybody' && kill -HUP "$fm" && soon grep -q 'going on as before' "$work/fm.log" &&
		grep -q "$conf:5: endpoints = everybody" "$work/fm.log" && fabric_has '"partitions":2,' &&
		config && kill -HUP "$fm" && soon fabric_has "\"pairs-reached\":$pairs,"
}

# While a mapped window is in use the manager ends, starts anew, is killed, is replaced.
restarts_are_not_noticed() {
	mkfifo "$work/token2" "$work/gate" || return 1
	trn4ctl peer serve --dev "$b" --size 4M >"$work/token2" &
	children="$children $!"
	exec 4<"$work/token2"
	read -r token <&4
	(while trn4ctl peer fill --from "$a" --token "$token" 7; do
		read -r word <"$work/gate" && [ "$word" = end ] && exit 0
	done
	exit 1) >"$work/fill" 2>&1 &
	user=$!
	children="$children $user"
	generation=$(trn4ctl fabric | awk '$1 == "generation" { print $2 }')
	kill "$fm" && ended 0 && soon manager_is offline && echo on >"$work/gate" && manage && manager_is configured &&
		kill -9 "$fm" && ended 137 && soon manager_is offline && echo on >"$work/gate" && manage &&
		status_has '"changes":0,' && echo end >"$work/gate" && wait "$user" &&
		[ "$(trn4ctl fabric | awk '$1 == "generation" { print $2 }')" = "$generation" ]
}

takeover() {
	first=$fm
	nvlf-fm --config "$work/second.conf" --takeover 2>"$work/second.log" &
	second=$!
	children="$children $second"
	wait "$first"
	[ $? = 4 ] && soon manager_is configured && kill "$second" && wait "$second" && soon manager_is offline &&
		fabric_has "\"pairs-reached\":$pairs,"
}

ok "the manager attaches, and finds all as it should be" attaches
ok "a second manager is refused" second_is_refused
ok "the manager puts right what changed" repairs
ok "SIGHUP reads the file, and refuses a bad one" reloads
ok "who uses a window does not notice restarts" restarts_are_not_noticed
ok "a takeover ends the first manager" takeover

# ---- Who may ----

not_for_all() {
	exits 0 as_nobody trn4ctl health && exits 0 as_nobody trn4ctl diagnose "$a" "$b" &&
		exits 0 as_nobody nvlf-fm --dry-run &&
		exits 1 as_nobody trn4ctl port set --endpoint "$a" --port 0 --clear && err_has CAP_NET_ADMIN &&
		exits 1 as_nobody trn4ctl group set --id 1 --partition 1 --members "$a" && err_has CAP_NET_ADMIN
}

# In a user namespace of its own a process has no rights outside.
as_nobody() {
	unshare -U "$@"
}

ok "reading is for all, changes are not" not_for_all

clear_fabric
end_tests
