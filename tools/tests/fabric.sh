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

end_tests
