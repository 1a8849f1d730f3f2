#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nvlf-fm that is killed between any two requests of a plan: whatever it had asked for is whole, and the next one asks for
# the rest, and for nothing else. TAP. OUTPUT is where the programs are.
set -u
# shellcheck source=mock.sh
. "$(dirname "$0")/mock.sh"

conf=$work/fm.conf
printf '[manager]\nstatus-socket = none\n[partition 1]\nendpoints = 0,3\n[partition 4]\nendpoints = 1-2\n' >"$conf"

# before: a fabric of which nothing is as the file wants it: a route to change, two to remove, partitions whose members are to
# part, one that is to go.
before() {
	tell clear && trn4ctl route set --switch 0 --target 1 --ports 18 && trn4ctl route set --switch 1 --target 99 --ports 5 &&
		trn4ctl route set --switch 1 --target 98 --ports 5,6 && trn4ctl partition set --id 1 --members 0-1 && trn4ctl partition set --id 2 --members 2-3 && tell changes >/dev/null
}

# shown: routes and partitions as anybody can read them
shown() {
	trn4ctl -j route list && trn4ctl -j partition list
}

# replayed N: what the first N of the requests of $work/all make of the fabric before, each done at once
replayed() {
	python3 - "$1" "$work/before" "$work/all" <<-'END'
	import json, sys

	def key(route):
	    return route["switch-id"], route["target-id"]

	routes, partitions = map(json.loads, open(sys.argv[2]))
	routes = {key(r): r["ports"] for r in routes}
	partitions = {p["id"]: p["members"] for p in partitions}
	for line in open(sys.argv[3]).readlines()[:int(sys.argv[1])]:
	    name, request = line.split(" ", 1)
	    request = json.loads(request)
	    if name == "route-table-set":
	        s = request["switch-id"]
	        if request.get("replace"):
	            routes = {k: v for k, v in routes.items() if k[0] != s}
	        routes.update({(s, e["target-id"]): e["ports"]
	                       for e in request.get("entry", [])})
	    elif name == "partition-set":
	        partitions[request["id"]] = request["members"]
	    elif name == "partition-del":
	        del partitions[request["id"]]
	    else:
	        sys.exit("what is %s?" % name)
	print(json.dumps([sorted(routes.items()), sorted(partitions.items())]))
	END
}

# as_replayed: what shown has said, in that form
as_replayed() {
	python3 -c 'import json, sys
routes, partitions = map(json.loads, sys.stdin)
print(json.dumps([sorted(((r["switch-id"], r["target-id"]), r["ports"]) for r in routes),
                  sorted((p["id"], p["members"]) for p in partitions)]))'
}

# A plan of all kinds of changes; those to the routes of a switch that are of one kind are one request, and none is made twice.
undisturbed() {
	before && shown >"$work/before" && nvlf-fm --once --config "$conf" && tell changes >"$work/all" && all=$(wc -l <"$work/all") &&
		[ "$(sort -u "$work/all" | wc -l)" = "$all" ] && [ "$(grep -c '^route-' "$work/all")" = 3 ] &&
		[ "$(grep -c '^route-table-set.*"replace"' "$work/all")" = 1 ] &&
		grep -q '^partition-set' "$work/all" && grep -q '^partition-del' "$work/all" && [ "$all" -ge 6 ] &&
		diff <(replayed "$all") <(shown | as_replayed)
}

# was_killed PID
was_killed() {
	wait "$1"
	[ $? = 137 ]
}

# killed_after N: there is a manager's daemon that the kernel kills when it has made the Nth change, before it says so; then
# another one, until it has said that all is configured.
killed_after() {
	before && tell kill "$1" || return 1
	nvlf-fm --config "$conf" 2>"$work/first.log" &
	was_killed $! && tell changes >"$work/got" && diff <(head -n "$1" "$work/all") "$work/got" &&
		diff <(replayed "$1") <(shown | as_replayed) && manager_is offline || return 1
	nvlf-fm --config "$conf" 2>"$work/second.log" &
	children+=($!)
	soon manager_is configured && kill "${children[-1]}" && wait "${children[-1]}" && tell changes >"$work/got"
	diff <(tail -n "+$(($1 + 1))" "$work/all") <(grep . "$work/got") && diff <(replayed "$all") <(shown | as_replayed)
}

mock 4 2
ok 'a plan of all kinds of changes' undisturbed
for ((n = 1; n <= ${all:-0}; n++)); do
	ok "killed after request $n of $all, the next one goes on" killed_after "$n"
done

end_tests
