#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nvlf-fm on a fabric that tests/mock-nvlf plays. TAP. OUTPUT is where the programs are.
set -u
# shellcheck source=mock.sh
. "$(dirname "$0")/mock.sh"

conf=$work/fm.conf
sock=$work/fm.sock
fm=

config() {
	{
		printf '[manager]\nstatus-socket = %s\ntimeout = 2\n' "$sock"
		printf '%s\n' "$@"
	} >"$conf"
}

# manage [OPTION...]: a daemon; its log is $work/fm.log.
manage() {
	nvlf-fm --config "$conf" "$@" 2>"$work/fm.log" &
	fm=$!
	children+=("$fm")
	soon said 'links up'
}

# ends STATUS: the daemon does.
ends() {
	wait "$fm"
	got=$?
	[ "$got" = "$1" ] || { echo "status $got, not $1"; cat "$work/fm.log"; return 1; }
}

stop() {
	kill "$fm" && ends 0
}

said() {
	grep -qF -e "$1" "$work/fm.log" && return 0
	echo "not in the log: $1"
	cat "$work/fm.log"
	return 1
}

# status EXPRESSION: of what the daemon says of itself, as json
status() {
	exits 0 nvlf-fm --config "$conf" --status -j && json "$1"
}

fabric() {
	exits 0 trn4ctl -j fabric && json "$1"
}

sets() {
	echo $(($(tell count route-table-set) + $(tell count partition-set) + $(tell count partition-del)))
}

config
mock 4 2

# ---- Once ----

dry_run_changes_nothing() {
	exits 0 nvlf-fm --dry-run && has out '+ switch 0, route to 0: ports 0-17' '+ partition 1: members 0-3' '9 changes to be made' &&
		[ "$(sets)" = 0 ] && fabric 'j["routes"] == 0'
}

once_makes_all() {
	exits 0 nvlf-fm --once && fabric 'j["pairs-reached"] == 12 and j["routes"] == 8' &&
		[ "$(tell count route-table-set)" = 2 ] && [ "$(tell count route-set)" = 0 ] &&
		exits 0 nvlf-fm --once && has out 'all is in force already' && [ "$(tell count route-table-set)" = 2 ]
}

differences_have_signs() {
	trn4ctl route set --switch 0 --target 1 --ports 3 && trn4ctl route set --switch 1 --target 99 --ports 5 &&
		trn4ctl partition set --id 8 --members 2 && trn4ctl route del --switch 1 --target 0 &&
		exits 0 nvlf-fm --dry-run && has out '~ switch 0, route to 1: ports 18-35 (was 3)' '- switch 1, route to 99: ports 5' \
		'- partition 8: members 2' '+ switch 1, route to 0: ports 0-17' '4 changes to be made' &&
		exits 0 nvlf-fm -j --once && json 'len(j["changes"]) == 4 and all(c["done"] for c in j["changes"])' &&
		fabric 'j["pairs-reached"] == 12 and j["routes"] == 8 and j["partitions"] == 1'
}

once_is_refused() {
	trn4ctl route del --switch 0 --target 0 && tell deny 1 && exits 1 nvlf-fm --once && has err 'become root' &&
		tell deny 0 && exits 0 nvlf-fm --once
}

# A group of partition 1 needs endpoint 3: it cannot leave, and so joins nobody; the others go their way.
once_goes_on_without_the_refused() {
	config '[partition 1]' 'endpoints = 0-1' '[partition 2]' 'endpoints = 2' '[partition 3]' 'endpoints = 3' &&
		nvlf-fm --once --config "$conf" && trn4ctl partition set --id 1 --members 0-1,3 &&
		trn4ctl group set --id 5 --partition 1 --members 1,3 && trn4ctl route del --switch 1 --target 0 &&
		trn4ctl partition set --id 9 --members 2 && config '[partition 1]' 'endpoints = 0-1' '[partition 2]' 'endpoints = 2-3' &&
		exits 1 nvlf-fm --once --config "$conf" &&
		has out '+ switch 1, route to 0' '- partition 9: members 2' '3 changes made' &&
		has err 'refused: ~ partition 1: members 0,1 (was 0,1,3): group 5 has 3 as a member (attribute members)' \
		'~ partition 2: members 2,3 (was 2): waits until endpoint 3 has left partition 1' &&
		exits 1 nvlf-fm -j --once --config "$conf" && json 'len(j["refused"]) == 2 and j["refused"][0]["id"] == 1' &&
		json 'j["refused"][1]["waits"] and not j["refused"][0]["waits"]' &&
		trn4ctl group del --id 5 && exits 0 nvlf-fm --once --config "$conf" && exits 0 nvlf-fm --once && config
}

ok '--dry-run changes nothing' dry_run_changes_nothing
ok '--once makes all, a table at a time' once_makes_all
ok 'differences have signs' differences_have_signs
ok 'a refused change is told' once_is_refused
ok 'all but what a refused change is needed for is made' once_goes_on_without_the_refused

# ---- The daemon ----

restart_touches_nothing() {
	local before

	before=$(sets)
	manage && soon status 'j["state"] == "configured" and j["links-up"] == 144 and j["changes"] == 0 and j["error"] == ""' &&
		[ "$(tell manager)" = configured ] && exits 0 trn4ctl manager && has out configured nvlf-fm &&
		stop && said 'the fabric stays as it is' && [ "$(tell manager)" = offline ] && [ ! -e "$sock" ] &&
		fabric 'j["pairs-reached"] == 12' && manage && soon status 'j["rounds"] == 1' && [ "$(sets)" = "$before" ]
}

# Several times its timeout of 0.3 s the kernel has heard of it.
heart_beats() {
	stop && config && sed -i 's/timeout = 2/timeout = 0.3/' "$conf" && manage &&
		sleep 1.5 && [ "$(tell manager)" = configured ] && kill -STOP "$fm" && soon manager_is timeout &&
		fabric 'j["pairs-reached"] == 12' && kill -CONT "$fm" && soon manager_is configured && stop && config && manage
}

links_go_and_return() {
	tell lanes 1 4 0 && soon route_is 0 1 '[18, 19, 20, 21] + list(range(23, 36))' &&
		soon status 'j["links-up"] == 143' && said '143 of 144 links up (were 144)' &&
		tell lanes 1 4 4 && soon route_is 0 1 'list(range(18, 36))' && soon status 'j["links-up"] == 144'
}

route_is() {
	exits 0 trn4ctl -j route show --switch "$1" --target "$2" && json "j['ports'] == $3"
}

switches_go_and_return() {
	tell gone switch 1 && soon status 'j["switches"] == 1 and j["routes"] == 4' && fabric 'j["pairs-reached"] == 12' &&
		tell back switch 1 && soon status 'j["switches"] == 2 and j["routes"] == 8' && soon fabric 'j["routes"] == 8'
}

endpoints_go_and_return() {
	tell gone endpoint 3 && soon fabric 'j["routes"] == 6 and j["pairs"] == 6' &&
		tell back endpoint 3 && soon fabric 'j["routes"] == 8 and j["pairs-reached"] == 12'
}

meddling_is_put_right() {
	trn4ctl route del --switch 0 --target 2 && trn4ctl partition set --id 3 --members 0 &&
		soon fabric 'j["routes"] == 8 and j["partitions"] == 1'
}

# The daemon has heard of it when it first says how it is, and would have had its round when it says so again.
groups_are_not_its_concern() {
	local rounds

	status 'j["rounds"] > 0' && rounds=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["rounds"])' "$work/out") &&
		trn4ctl group set --id 5 --partition 1 --members 1,3 && trn4ctl group del --id 5 && status 'True' &&
		status "j['rounds'] == $rounds"
}

# Nobody is told of the route that went: only reading anew finds it.
lost_events_are_made_up_for() {
	tell quiet 1 && trn4ctl route del --switch 0 --target 2 && tell quiet 0 && fabric 'j["routes"] == 7' &&
		tell lose && soon fabric 'j["routes"] == 8' && status 'j["overruns"] == 1' && said 'events were lost'
}

# A link that goes and comes faster than the fabric can be read: the manager does what it can, for the others all.
flapping_is_outlived() {
	local torn='j["torn"]'

	tell flap 1 4 && soon status "$torn > 1 and j['state'] == 'configured' and j['error'] == ''" &&
		trn4ctl route del --switch 1 --target 2 && trn4ctl partition set --id 3 --members 0,2 && soon route_is 1 2 'list(range(36, 54))' &&
		soon fabric 'j["partitions"] == 1' && manager_is configured && exits 1 nvlf-fm --once --takeover && has err 'kept changing' &&
		exits 1 nvlf-fm --once --takeover --wait 0.3 && has err 'kept changing' &&
		tell flap && tell lanes 1 4 4 && soon route_is 0 1 'list(range(18, 36))' && ! grep -q 'cannot be read' "$work/fm.log"
}

refusals_are_tried_again() {
	tell refuse partition-del && trn4ctl partition set --id 3 --members 0 &&
		soon status 'j["state"] == "failing" and "no memory" in j["error"]' && manager_is standby &&
		tell refuse nothing && soon status 'j["state"] == "configured" and j["error"] == ""' && fabric 'j["partitions"] == 1'
}

# waits: how many seconds the daemon said that it would wait, since LINE of its log
waits() {
	sed "1,$1d" "$work/fm.log" | sed -n 's/^.*another round in \([0-9]*\) s$/\1/p' | xargs
}

# waits_are LINE PATTERN. What the daemon changes itself is an event, too, after which it begins anew.
waits_are() {
	[[ "$(waits "$1") " =~ ^$2' ' ]]
}

# Ever less often, until something happens in the fabric, or the file is read anew.
refusals_are_tried_ever_less_often() {
	local line

	stop && manage --trace && tell refuse partition-del && trn4ctl partition set --id 3 --members 0 && soon waits_are 0 '(1 )+2 4' &&
		soon status 'j["retry-wait"] >= 4 and j["started"] < j["retry-at"] != "never"' &&
		line=$(wc -l <"$work/fm.log") && tell lanes 0 0 0 && soon waits_are "$line" '(1 )+2' && line=$(wc -l <"$work/fm.log") &&
		kill -HUP "$fm" && soon waits_are "$line" 1 && tell refuse nothing && tell lanes 0 0 4 &&
		soon status 'j["retry-wait"] == 0 and j["retry-at"] == "never" and j["state"] == "configured"' && fabric 'j["partitions"] == 1' &&
		stop && manage
}

# holds SECONDS: for links that went down twice
holds() {
	config '[flapping]' "holddown = $1" 'downs = 2' 'within = 600'
}

# said_times N TEXT
said_times() {
	[ "$(grep -cF -e "$2" "$work/fm.log")" = "$1" ]
}

# The first time that a link returns it is used at once; the second time it has to stay up. A dry run knows that, too, and a
# manager that begins anew. Nothing but time ends it. The fabric is another one, of which no link has flapped yet.
flapping_links_are_held() {
	local others='[18, 19, 20, 21, 22, 23] + list(range(25, 36))'

	stop && mock 4 2 && holds 3600 && manage && tell lanes 1 6 0 && soon route_is 0 1 "$others" && tell lanes 1 6 4 &&
		soon route_is 0 1 'list(range(18, 36))' && status 'j["held"] == []' && tell lanes 1 6 0 && soon route_is 0 1 "$others" &&
		tell lanes 1 6 4 && soon said 'not used yet: 1 (were 0)' && status 'len(j["held"]) == j["links-held"] == 1' &&
		json '{**j["held"][0], "until": 0} == {"switch-id": 0, "port": 24, "target-id": 1, "until": 0}' &&
		json 'j["started"] < j["held"][0]["until"]' && route_is 0 1 "$others" &&
		exits 0 nvlf-fm --config "$conf" --dry-run && has out 'held: switch 0, port 24 to endpoint 1 has flapped: to be used in' \
		'all is in force already' && exits 0 nvlf-fm --config "$conf" --dry-run -j && json 'j["held"][0]["port"] == 24' &&
		stop && manage && soon said 'not used yet: 1 (were 0)' && tell lanes 1 6 0 && soon said 'not used yet: 0 (were 1)' &&
		holds 1 && kill -HUP "$fm" && soon said 'was read anew' && tell lanes 1 6 4 &&
		soon said_times 2 'not used yet: 0 (were 1)' && soon route_is 0 1 'list(range(18, 36))' &&
		soon status 'j["held"] == [] and j["state"] == "configured"'
}

# Said once, as long as it is the same; and it is over when the group goes, or the partition is as another one wants it.
refusals_are_told_once() {
	local rounds

	stop && config '[partition 1]' 'endpoints = 0-1,3' && manage && soon fabric 'j["pairs"] == 6' &&
		trn4ctl group set --id 5 --partition 1 --members 1,3 && config '[partition 1]' 'endpoints = 0-1' '[partition 2]' 'endpoints = 2-3' &&
		kill -HUP "$fm" && soon status 'j["state"] == "failing" and len(j["refused"]) == 2 and "group 5" in j["error"]' &&
		exits 0 nvlf-fm --config "$conf" --status && has out 'refused           ~ partition 1' && status 'True' || return 1
	rounds=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["rounds"])' "$work/out")
	trn4ctl route del --switch 0 --target 2 && soon fabric 'j["routes"] == 8' &&
		soon status "j['rounds'] > $rounds + 1" && [ "$(grep -c 'refused: ~ partition 1' "$work/fm.log")" = 1 ] &&
		[ "$(grep -c 'waits until endpoint 3' "$work/fm.log")" = 1 ] && [ "$(grep -c 'trying again' "$work/fm.log")" = 1 ] &&
		manager_is standby && trn4ctl group del --id 5 && soon status 'j["state"] == "configured" and j["refused"] == []' &&
		said 'all is as it should be again' && fabric 'j["pairs"] == 4' && stop && config && manage && soon fabric 'j["pairs-reached"] == 12'
}

ok 'a restart touches nothing' restart_touches_nothing
ok 'the heart beats' heart_beats
ok 'links go and return' links_go_and_return
ok 'switches go and return' switches_go_and_return
ok 'endpoints go and return' endpoints_go_and_return
ok 'meddling is put right' meddling_is_put_right
ok 'groups are not its concern' groups_are_not_its_concern
ok 'lost events are made up for' lost_events_are_made_up_for
ok 'flapping is outlived' flapping_is_outlived
ok 'refusals are tried again' refusals_are_tried_again
ok 'refusals are tried ever less often' refusals_are_tried_ever_less_often
ok 'links that flap are held' flapping_links_are_held
ok 'refusals are told once' refusals_are_told_once

# ---- Signals and files ----

hangup_reads_the_file() {
	config '[partition 5]' 'location = r0/t0/s[01]' '[partition 6]' 'endpoints = 2-3' && kill -HUP "$fm" &&
		soon fabric 'j["partitions"] == 2 and j["pairs"] == 4' && exits 0 trn4ctl -j partition show --id 5 &&
		json 'j["members"] == [0, 1]' && status 'j["partitions"] == 2'
}

bad_file_is_refused() {
	config '[partition 5]' 'endpoints = everybody' && kill -HUP "$fm" &&
		soon said "$conf:5: endpoints = everybody: not all, or target ids" && said 'going on as before' &&
		fabric 'j["partitions"] == 2' && trn4ctl partition del --id 6 && soon fabric 'j["partitions"] == 2' &&
		exits 2 nvlf-fm --config "$conf" --check && has err "$conf:5:"
}

degraded_endpoints_are_drained() {
	config '[degraded]' 'policy = drain' 'min-links = 36' && kill -HUP "$fm" && soon fabric 'j["pairs"] == 12' &&
		tell lanes 2 9 0 && soon status 'j["drained"] == [2]' && soon fabric 'j["pairs"] == 6' &&
		said 'drained endpoints: 2 (were none)' && tell lanes 2 9 4 && soon fabric 'j["pairs-reached"] == 12' &&
		status 'j["drained"] == []'
}

ok 'SIGHUP reads the file' hangup_reads_the_file
ok 'a bad file is refused, and all goes on' bad_file_is_refused
ok 'degraded endpoints are drained' degraded_endpoints_are_drained

# ---- Two managers ----

second_is_refused() {
	sed "s,$sock,$work/second.sock," "$conf" >"$work/second.conf" &&
		exits 4 nvlf-fm --config "$work/second.conf" && has err 'nvlf-fm manages the fabric' --takeover &&
		[ ! -e "$work/second.sock" ] && exits 1 nvlf-fm --config "$conf" && has err 'another nvlf-fm serves it' &&
		manager_is configured
}

takeover_ends_the_first() {
	local first=$fm

	cp "$work/fm.log" "$work/first.log"
	nvlf-fm --config "$work/second.conf" --takeover 2>"$work/second.log" &
	children+=($!)
	fm=$!
	wait "$first"
	[ $? = 4 ] && soon manager_is configured && kill "$fm" && ends 0 && fabric 'j["pairs-reached"] == 12'
}

# Nobody undoes a manager's work behind its back.
once_minds_the_manager() {
	local before

	before=$(sets)
	exits 4 nvlf-fm --once && has err 'nvlf-fm manages the fabric: change its file' --takeover && [ "$(sets)" = "$before" ] &&
		exits 0 nvlf-fm --dry-run && exits 0 nvlf-fm --once --takeover && manager_is configured &&
		kill -STOP "$fm" && soon manager_is timeout && exits 4 nvlf-fm --once && has err 'not been heard of' &&
		kill -CONT "$fm" && soon manager_is configured
}

# Of the manager that was before it may hear late.
rumours_do_no_harm() {
	local before

	before=$(tell count manager-heartbeat)
	tell rumour && soon heartbeats_are_more_than "$before" && manager_is configured && status 'j["state"] == "configured"'
}

heartbeats_are_more_than() {
	[ "$(tell count manager-heartbeat)" -gt "$1" ]
}

# What a killed daemon leaves does not stop the next one.
killed_daemon_is_replaced() {
	config && manage && kill -KILL "$fm" && ends 137 && [ -S "$sock" ] && soon manager_is offline &&
		exits 1 nvlf-fm --config "$conf" --status && has err 'nobody serves' && manage && stop
}

ok 'rumours do no harm' rumours_do_no_harm
ok '--once minds the manager' once_minds_the_manager
ok 'a second manager is refused' second_is_refused
ok 'a takeover ends the first' takeover_ends_the_first
ok 'a killed daemon is replaced' killed_daemon_is_replaced

# ---- systemd ----

listener='
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("ready", flush=True)
while True:
    open(sys.argv[2], "ab").write(s.recv(4096) + b"\n")
'

# Without that the unit would be reloading for ever.
ready_again() {
	sed '1,/RELOADING=1/d' "$work/told" | grep -q READY=1
}

systemd_is_told() {
	starts python3 -c "$listener" "$work/notify" "$work/told" && config || return 1
	NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=200000 manage && soon grep -q READY=1 "$work/told" &&
		soon grep -q WATCHDOG=1 "$work/told" && soon grep -q 'STATUS=configured: 4 endpoints' "$work/told" &&
		kill -HUP "$fm" && soon grep -q RELOADING=1 "$work/told" && soon ready_again && stop && soon grep -q STOPPING=1 "$work/told"
}

journal_has_priorities() {
	: >"$work/journal"
	stream=$(stat -c %d:%i "$work/journal")
	JOURNAL_STREAM=$stream nvlf-fm --config "$conf" --verbose 2>"$work/journal" &
	fm=$!
	children+=("$fm")
	soon grep -q '^<5>manages the fabric' "$work/journal" && soon status 'j["state"] == "configured"' &&
		tell lanes 0 0 0 && soon grep -q '^<6>endpoint 0, port 0: fault' "$work/journal" &&
		soon grep -q '^<6>~ switch 0, route to 0: ports 1-17' "$work/journal" &&
		soon grep -q '^<4>143 of 144 links up' "$work/journal" && stop && ! grep -v '^<[0-7]>' "$work/journal"
}

ok 'systemd is told' systemd_is_told
ok 'the journal has priorities' journal_has_priorities

# ---- The rack ----

rack() {
	mock 72 36 && manage && soon status 'j["routes"] == 2592 and j["state"] == "configured"' &&
		fabric 'j["pairs-reached"] == 72 * 71' && [ "$(tell count route-table-set)" = 36 ] &&
		tell gone switch 7 && soon fabric 'j["routes"] == 2520 and j["pairs-reached"] == 72 * 71' &&
		soon status 'j["switches"] == 35' && tell back switch 7 && soon fabric 'j["routes"] == 2592' && stop
}

ok 'the whole rack' rack

end_tests
