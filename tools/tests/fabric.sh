#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trn4ctl on a fabric that tests/mock-nvlf plays: four accelerators, two switches. TAP. OUTPUT is where the programs are.
set -u
# shellcheck source=mock.sh
. "$(dirname "$0")/mock.sh"

mock 4 2

# ---- The client: requests, answers, errors ----

lists_are_whole() {
	exits 0 trn4ctl -j port list && json 'len(j) == 4 * 36 + 2 * 72' &&
		json 'j[0]["lanes"] == 4 and j[0]["partner-guid"] == "0x0000747300000000"'
}

interrupted_dumps_are_made_again() {
	local before after

	before=$(tell count port-get)
	tell interrupt 3 && exits 0 trn4ctl -j port list && json 'len(j) == 288' || return 1
	after=$(tell count port-get)
	[ $((after - before)) = 4 ] || return 1
	tell interrupt 100 && exits 1 trn4ctl port list && has err 'kept changing' && tell interrupt 0
}

errors_name_the_attribute() {
	exits 1 trn4ctl route set --switch 9 --target 0 --ports 1 && has err 'no switch 9 (attribute switch-id)' &&
		exits 1 trn4ctl route set --switch 1 --target 0 --ports 72 && has err '(attribute ports)' &&
		exits 1 trn4ctl route del --switch 1 --target 0 && has err 'has no route to 0'
}

changes_need_rights() {
	tell deny 1 && exits 1 trn4ctl partition set --id 1 --members 0 && has err 'become root' && tell deny 0
}

ok 'lists are whole' lists_are_whole
ok 'interrupted dumps are made again' interrupted_dumps_are_made_again
ok 'errors name the attribute' errors_name_the_attribute
ok 'changes need rights' changes_need_rights

# ---- Names ----

names_are_found() {
	exits 0 trn4ctl -j endpoint show --endpoint 0000:03:00.0 && json 'j["target-id"] == 2' &&
		exits 0 trn4ctl -j endpoint show --endpoint r0/t0/s3 && json 'j["target-id"] == 3' &&
		exits 0 trn4ctl -j switch show --switch NVSW-0001 && json 'j["id"] == 1 and j["tray"] == 100' &&
		exits 0 trn4ctl -j port list --endpoint TRN4-0001 && json 'len(j) == 36 and j[0]["owner-id"] == 1' &&
		exits 1 trn4ctl endpoint show --endpoint r0/t9/s9 && has err 'no endpoint has that number' &&
		exits 1 trn4ctl endpoint show --endpoint 77 && has err 'no such endpoint'
}

ok 'endpoints and switches have names' names_are_found

# ---- Objects ----

health_has_causes() {
	exits 0 trn4ctl health && has out isolated 'in no partition with anybody' &&
		exits 0 nvlf-fm --once && exits 0 trn4ctl -j health &&
		json 'len(j) == 4 and all(h["state"] == "healthy" and h["peers-reached"] == 3 for h in j)' &&
		tell lanes 2 5 0 && tell lanes 3 1 2 && exits 0 trn4ctl health --state degraded &&
		has out '35/36' '35 of 36 links are up' '142/144' '142 of 144 lanes are up' && lacks out healthy &&
		exits 0 trn4ctl -j health --endpoint r0/t0/s2 &&
		json 'len(j) == 1 and j[0]["cause"] == "links-down" and j[0]["lanes-up"] == 140'
}

diagnosis_names_the_break() {
	exits 0 trn4ctl diagnose 0 1 && has out 'switch 0: 18 links in, 18 out: good' 'reaches it' &&
		trn4ctl route del --switch 0 --target 1 &&
		exits 0 trn4ctl diagnose 0 1 && has out 'switch 0 has no route to endpoint 1' 'reaches it' &&
		trn4ctl route del --switch 1 --target 1 &&
		exits 1 trn4ctl diagnose TRN4-0000 r0/t0/s1 && has out 'broken: switch 0 has no route to endpoint 1' &&
		exits 1 trn4ctl -j diagnose 0 1 &&
		json 'j["broken"] == "no-route" and [h["broken"] for h in j["hop"]] == ["no-route"] * 2' &&
		exits 1 trn4ctl diagnose 0 9 && has out 'there is no endpoint 9' &&
		exits 0 nvlf-fm --once
}

ports_are_set() {
	exits 0 trn4ctl port set --switch 1 --port 7 --disable &&
		exits 0 trn4ctl -j port list --state off && json 'len(j) == 1 and j[0]["enable"] == 0' &&
		exits 0 trn4ctl -j port show --endpoint 0 --port 25 && json 'j["state"] == "detect" and "partner" not in j' &&
		exits 0 trn4ctl port set --switch 1 --port 7 --enable && exits 0 trn4ctl -j port list --state off && json 'j == []' &&
		exits 0 trn4ctl port set --endpoint 0 --port 25 --retrain &&
		exits 0 trn4ctl -j port show --endpoint 0 --port 25 && json 'j["trainings"] == 2' &&
		exits 1 trn4ctl port set --endpoint 0 --port 36 --clear && has err 'no such port (attribute index)'
}

groups_live() {
	exits 0 trn4ctl group set --id 5 --partition 1 --members 0-2 && exits 0 trn4ctl -j group list &&
		json 'j == [{"id": 5, "partition-id": 1, "members": [0, 1, 2]}]' &&
		exits 0 trn4ctl -j group list --partition 2 && json 'j == []' &&
		exits 1 trn4ctl group set --id 5 --partition 1 --members 9 && has err '(attribute members)' &&
		exits 0 trn4ctl group show --id 5 && exits 0 trn4ctl group del --id 5 && exits 1 trn4ctl group show --id 5
}

counters_count() {
	exits 0 trn4ctl -j counters --endpoint 1 --port 9 && json 'len(j) == 1 and j[0]["crc"] == [0, 7, 0, 9]' &&
		exits 0 trn4ctl -j counters --sum &&
		json 'len(j) == 6 and j[0]["crc"] == [0, 252, 0, 630] and "index" not in j[0] and j[0]["replays"] == 108' &&
		exits 0 trn4ctl counters --switch 0 && has out 'RECOVERIES'
}

# The fabric sends 1000 packets a second from each port.
rates_are_measured() {
	exits 0 trn4ctl -j counters --endpoint 1 --port 9 --rate 0.5 &&
		json '500 < j[0]["tx-packets"] < 2000 and 0.5 <= j[0]["seconds"] < 5 and j[0]["replays"] == 0' &&
		exits 0 trn4ctl counters --endpoint 1 --sum --rate 0.1 && has out 'MiB/s' all
}

logs_are_listed() {
	tell log 1 7 && exits 0 trn4ctl log && has out 'endpoint 1' crc degraded 1.500 &&
		exits 0 trn4ctl -j log --endpoint 1 --error crc && json 'len(j) == 1 and j[0]["port"] == 7 and j[0]["detail"] == 10' &&
		exits 0 trn4ctl -j log --severity fatal && json 'j == []'
}

fabric_in_numbers() {
	exits 0 trn4ctl -j fabric && json 'j["pairs"] == 12 and j["pairs-reached"] == 12 and j["manager"] == "offline"' &&
		exits 0 trn4ctl fabric && has out '12 of 12 can talk' &&
		exits 0 trn4ctl manager && has out offline
}

ok 'health has causes' health_has_causes
ok 'diagnosis names the break' diagnosis_names_the_break
ok 'ports are set' ports_are_set
ok 'groups live' groups_live
ok 'counters count' counters_count
ok 'rates are measured' rates_are_measured
ok 'logs are listed' logs_are_listed
ok 'the fabric in numbers' fabric_in_numbers

# ---- Topology ----

tree_and_matrix() {
	exits 0 trn4ctl topology && has out 'rack 0' 'tray 100' '18 links to each of switches 0,1' 'reaches 1-3' \
		'17 links to switch 0' &&
		exits 0 trn4ctl topology --matrix && has out 'NV36' 'NV35' 'r0/t0/s3' Legend || return 1
	trn4ctl route del --switch 0 --target 1 && trn4ctl route del --switch 1 --target 1 &&
		exits 0 trn4ctl topology --matrix && has out '(36)' && exits 0 nvlf-fm --once
}

# Both pictures are what their readers take: one element or edge for each pair, well-formed.
pictures() {
	exits 0 trn4ctl topology --svg &&
		python3 -c 'import sys, xml.dom.minidom as x
d = x.parse(sys.argv[1])
lines = d.getElementsByTagName("line")
assert len(lines) == int(sys.argv[2]), len(lines)
assert not [e for e in d.getElementsByTagName("*") if e.getAttribute("href")]
width = int(d.documentElement.getAttribute("width"))
for box in d.getElementsByTagName("rect"):
    x, w = (int(box.getAttribute(a) or 0) for a in ("x", "width"))
    assert 0 <= x and x + w <= width, (x, w, width)' "$work/out" "$1" &&
		exits 0 trn4ctl topology --dot && [ "$(grep -c -- ' -- ' "$work/out")" = "$1" ] &&
		[ "$(tr -cd '{' <"$work/out" | wc -c)" = "$(tr -cd '}' <"$work/out" | wc -c)" ]
}

ok 'tree and matrix' tree_and_matrix
ok 'pictures' pictures 8

# ---- Events ----

# monitor ARGS...: listens in the background, into $work/events, from when it says so.
monitor() {
	rm -f "$work/listening"
	mkfifo "$work/listening"
	trn4ctl monitor "$@" >"$work/events" 2>"$work/listening" &
	child=$!
	children+=("$child")
	read -r line <"$work/listening"
	[ "$line" = 'trn4ctl: listening' ]
}

events_are_shown() {
	monitor --count 10 --for 30 && tell lanes 0 0 0 && trn4ctl partition set --id 7 --members 1,3 &&
		tell log 2 4 && trn4ctl partition del --id 7 && wait "$child" && cp "$work/events" "$work/out" &&
		has out 'port-ntf owner endpoint owner-id 0 index 0 state fault' 'port-ntf owner switch owner-id 0 index 0' \
			'partition-ntf id 7 members 1,3' 'log-ntf owner endpoint owner-id 2' 'error crc' 'error link-down' 'partition-del-ntf id 7' &&
		[ "$(wc -l <"$work/out")" = 10 ] && [ "$(grep -c 'fabric-ntf generation [0-9]*$' "$work/out")" = 3 ] &&
		tail -n 1 "$work/out" | grep -q fabric-ntf
}

events_as_json_lines() {
	monitor -j --count 2 --for 30 && tell lanes 0 0 4 && wait "$child" || return 1
	while read -r line; do
		echo "$line" >"$work/out"
		json 'j["event"] == "port-ntf" and j["port"]["state"] == "active" and "time" in j' || return 1
	done <"$work/events"
	[ "$(wc -l <"$work/events")" = 2 ]
}

lost_events_are_told() {
	monitor --count 1 --for 30 && tell lose && tell log 0 0 && wait "$child" && cp "$work/events" "$work/out" &&
		has out 'lost: some events were lost' 'log-ntf'
}

# With nothing to be told it ends when its time is over.
monitor_ends() {
	exits 0 trn4ctl monitor --for 0.1 && is err 'trn4ctl: listening'
}

ok 'events are shown' events_are_shown
ok 'events as JSON lines' events_as_json_lines
ok 'lost events are told' lost_events_are_told
ok 'monitor ends in time' monitor_ends

# ---- The rack ----

rack() {
	mock 72 36 && exits 0 nvlf-fm --once && exits 0 trn4ctl -j fabric &&
		json 'j["routes"] == 2592 and j["pairs-reached"] == 72 * 71' &&
		pictures 2592 && exits 0 trn4ctl topology && has out '1 link to each of switches 0-35' 'reaches 0-70'
}

kill "$child" 2>/dev/null
ok 'the whole rack' rack

# ---- Faults ----

export TRN4_MONITOR=$work/qmp
starts "$here/mock-qmp" "$TRN4_MONITOR"

faults_are_put_and_taken() {
	exits 0 trn4ctl fault list && has out trn1 switch0 fabric0 trays-off && lacks out rp0 && lacks out hbm0 &&
		exits 0 trn4ctl fault set trn1 one && exits 0 trn4ctl fault add trn1 two &&
		exits 0 trn4ctl fault add /machine/peripheral/switch0 dead &&
		exits 0 trn4ctl fault set fabric0 3 && exits 0 trn4ctl -j fault list &&
		json '[d.get("faults", d.get("trays-off")) for d in j] == ["", "one,two", "dead", "3"]' &&
		exits 0 trn4ctl fault clear trn1 && exits 0 trn4ctl -j fault list && json 'j[1]["faults"] == ""' &&
		exits 0 trn4ctl fault clear && exits 0 trn4ctl -j fault list &&
		json 'not any(d.get("faults") or d.get("trays-off") for d in j)'
}

faults_are_refused_in_words() {
	exits 1 trn4ctl fault set trn0 bad && has err "trn0: faults: 'bad': no such fault" &&
		exits 1 trn4ctl fault set trn9 one && has err 'trn4ctl fault list has their names' &&
		exits 1 trn4ctl fault list --monitor "$work/none" && has err 'No such file' &&
		exits 1 trn4ctl fault list --monitor localhost:1 && has err localhost:1 &&
		TRN4_MONITOR='' exits 2 trn4ctl fault list && has err TRN4_MONITOR
}

ok 'faults are put and taken' faults_are_put_and_taken
ok 'faults are refused in words' faults_are_refused_in_words

end_tests
