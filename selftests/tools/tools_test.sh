#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Tests of trn4ctl and nvlf-fm as they are used from a shell: exit status, what
# they print, JSON, and errors that say what to do. TAP; skips without devices.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# ---- Usage ----

help_works() {
	exits 0 trn4ctl --help && out_has Usage &&
		exits 0 nvlf-fm --help && out_has Usage &&
		exits 0 trn4ctl route set --help && out_has --ports
}

wrong_usage() {
	exits 2 trn4ctl && exits 2 trn4ctl nonsense && err_has nonsense &&
		exits 2 trn4ctl --nonsense && exits 2 trn4ctl route nonsense &&
		exits 2 trn4ctl route set --switch 0 &&
		exits 2 trn4ctl route set --switch 0 --target 0 --ports x &&
		exits 2 trn4ctl peer write --from "$a" --to "$b" --length x &&
		exits 2 nvlf-fm --nonsense && exits 2 nvlf-fm nonsense
}

ok "help" help_works
ok "wrong usage ends with 2" wrong_usage

# ---- What is there ----

list_json() {
	exits 0 trn4ctl list -j && json && count_is "$accels" '"target-id"' &&
		exits 0 trn4ctl -j list && json
}

operations_listed() {
	all=nop,copy,atomic,fill,fence,signal
	exits 0 trn4ctl list --operations && lines_are $((accels + 1)) && count_is "$accels" "  $all\\(,[0-9]*\\)*$" &&
		exits 0 trn4ctl list --operations -j && json &&
		count_is "$accels" "\"operations\":\[\"$(echo $all | sed 's/,/","/g')\"[],]"
}

dropped_stores_listed() {
	exits 0 trn4ctl list && out_has ' RO STORES$' && count_is "$accels" ' [0-9]*$' &&
		exits 0 trn4ctl list -j && count_is "$accels" '"ro-stores":[0-9]'
}

ports_listed() {
	exits 0 trn4ctl port list || return 1
	n=$(($(wc -l <"$work/out") - 1))
	switches=$(trn4ctl topology -j | grep -o '"routes"' | wc -l)
	[ "$n" = $((accels * 36 + switches * 72)) ] || return 1
	exits 0 trn4ctl port list -j && json
}

unreachable_at_first() {
	clear_fabric && exits 0 trn4ctl topology --matrix && count_is 0 '\<NV[0-9]' &&
		exits 0 trn4ctl route list && lines_are 0 &&
		exits 0 trn4ctl partition list && lines_are 0 &&
		exits 0 trn4ctl route list -j && json
}

ok "list as JSON" list_json
ok "what they can do" operations_listed
ok "stores that were dropped" dropped_stores_listed
ok "every port is listed" ports_listed
ok "nothing reaches anything by default" unreachable_at_first

# ---- The reason in words ----

no_route_said() {
	exits 1 trn4ctl peer write --from "$a" --to "$b" --length 1M &&
		err_has route && err_has nvlf-fm
}

ok "without a route the error says what to do" no_route_said

# ---- The fabric manager ----

manager() {
	exits 0 nvlf-fm --once --wait 10 && exits 0 trn4ctl topology --matrix &&
		count_is $((accels * (accels - 1))) '\<NV[0-9]'
}

manager_again() {
	exits 0 nvlf-fm --once && out_has 'in force already'
}

manager_json() {
	exits 0 nvlf-fm --once -j && json && out_has '"changes"'
}

manager_repairs() {
	clear_fabric && exits 0 nvlf-fm --once --dry-run &&
		exits 0 trn4ctl route list && lines_are 0 &&
		exits 0 nvlf-fm --once && exits 0 trn4ctl topology --matrix &&
		count_is $((accels * (accels - 1))) '\<NV[0-9]'
}

ok "nvlf-fm connects all with all" manager
ok "nvlf-fm finds nothing to do the second time" manager_again
ok "nvlf-fm as JSON" manager_json
ok "nvlf-fm repairs, and does not with --dry-run" manager_repairs

# ---- Routes and partitions ----

route_life() {
	exits 0 trn4ctl route list --target "$b" || return 1
	switch=$(awk 'NR == 2 { print $1 }' "$work/out")
	ports=$(awk 'NR == 2 { print $3 }' "$work/out")
	exits 0 trn4ctl route del --switch "$switch" --target "$b" &&
		exits 1 trn4ctl route show --switch "$switch" --target "$b" &&
		exits 1 trn4ctl route del --switch "$switch" --target "$b" &&
		exits 0 trn4ctl route set --switch "$switch" --target "$b" --ports "$ports" &&
		exits 0 trn4ctl route show --switch "$switch" --target "$b" &&
		out_has "$ports" &&
		exits 0 trn4ctl route show --switch "$switch" --target "$b" -j && json
}

bad_routes() {
	exits 1 trn4ctl route set --switch 77 --target "$b" --ports 1 &&
		[ -s "$work/err" ] &&
		exits 1 trn4ctl route set --switch 0 --target "$b" --ports 72 &&
		[ -s "$work/err" ]
}

partition_life() {
	exits 0 trn4ctl partition set --id 5 --members "$a,$b" &&
		exits 0 trn4ctl partition show --id 5 &&
		exits 0 trn4ctl partition show --id 5 -j && json &&
		exits 0 trn4ctl partition del --id 5 &&
		exits 1 trn4ctl partition show --id 5 && [ -s "$work/err" ]
}

ok "a route's life" route_life
ok "bad routes are refused with a reason" bad_routes
ok "a partition's life" partition_life

# ---- Memory ----

write_and_compare() {
	exits 0 trn4ctl peer write --from "$a" --to "$b" --length 8M --by "$1" &&
		out_has 'the same bytes' &&
		exits 0 trn4ctl peer write --from "$b" --to "$a" --length 12345 --by "$1" -j &&
		json && out_has '"equal":true'
}

read_and_fill() {
	exits 0 trn4ctl peer read --from "$a" --to "$b" --length 8M --by "$1" &&
		out_has 'the same bytes' &&
		exits 0 trn4ctl peer fill --from "$a" --to "$b" --length 8M --by "$1" 165 &&
		out_has 'the same bytes'
}

to_itself() {
	exits 1 trn4ctl peer write --from "$a" --to "$a" --length 1M
}

# A grant that another process holds
serve() {
	mkfifo "$work/token" || return 1
	trn4ctl peer serve --dev "$b" --size 4M --save "$work/saved" >"$work/token" &
	server=$!
	children="$children $server"
	# Waits for the token, or for the end of who would have written it; then
	# stays open, so that the server may write more.
	exec 4<"$work/token"
	read -r token <&4
	[ ${#token} = 32 ]
}

by_token() {
	printf 'hello, peer' >"$work/data"
	exits 0 trn4ctl peer write --from "$a" --token "$token" --offset 4K --file "$work/data" &&
		exits 0 trn4ctl peer read --from "$a" --token "$token" --offset 4K --length 11 --file - &&
		cmp "$work/out" "$work/data"
}

atomics_by_token() {
	exits 0 trn4ctl atomic add --from "$a" --token "$token" --count 1000 3 &&
		exits 0 trn4ctl peer read --from "$a" --token "$token" --length 8 --file "$work/word" &&
		[ "$(od -An -tu4 -N4 "$work/word" | tr -d ' ')" = 3000 ] &&
		exits 0 trn4ctl atomic cas --from "$a" --token "$token" -j 3000 7 && json &&
		exits 0 trn4ctl atomic swap --from "$a" --token "$token" 9
}

# atomic_makes OLD NEW ARG...: an atomic by token prints what was before and after
atomic_makes() {
	local said="old $1, new $2" op=$3

	shift 3
	exits 0 trn4ctl atomic "$op" --from "$a" --token "$token" --offset 64 "$@" && out_has "$said"
}

atomics_of_all_kinds() {
	atomic_makes 0 7 or 7 && atomic_makes 7 5 and 13 && atomic_makes 5 4 xor 1 && atomic_makes 4 1 sub 3 &&
		atomic_makes 1 2 inc 2 && atomic_makes 2 0 inc 2 && atomic_makes 0 9 dec 9 && atomic_makes 9 3 min 3 &&
		atomic_makes 3 4 max 4 && atomic_makes 4 0 swap 0 && atomic_makes 0 -2 min --type s64 -- -2 &&
		atomic_makes 18446744073709551614 0 swap 0 && atomic_makes 0 1.5 add --type f32 1.5 &&
		atomic_makes 1.5 1 add --type f32 -- -0.5 && atomic_makes 1 3 max --type f32 3 &&
		exits 1 trn4ctl atomic and --from "$a" --token "$token" --type f64 1 && err_has "'and' works on u32, u64" &&
		exits 0 trn4ctl atomic swap --from "$a" --token "$token" --offset 64 0
}

after_revoke() {
	kill "$server"
	wait "$server"
	status=$?
	[ $status = 0 ] || return 1
	[ "$(dd if="$work/saved" bs=1 skip=4096 count=11 2>/dev/null)" = 'hello, peer' ] &&
		[ "$(od -An -tu4 -N4 "$work/saved" | tr -d ' ')" = 9 ] &&
		exits 1 trn4ctl peer read --from "$a" --token "$token" --length 8 &&
		err_has token
}

ok "write by the processor" write_and_compare cpu
ok "write by the engine" write_and_compare engine
ok "read and fill by the processor" read_and_fill cpu
ok "read and fill by the engine" read_and_fill engine
ok "an accelerator is no peer of itself" to_itself
ok "serve prints a token" serve
ok "write and read by token" by_token
ok "atomics by token" atomics_by_token
ok "atomics of all kinds and types" atomics_of_all_kinds
ok "a revoked token is refused, and what was written is kept" after_revoke

clear_fabric
end_tests
