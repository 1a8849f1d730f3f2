#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of command lines, on a fabric that tests/mock-nvlf plays. TAP. OUTPUT is where the programs are.
set -u
# shellcheck source=mock.sh
. "$(dirname "$0")/mock.sh"
# shellcheck source=../completion/trn4
. "$here/../completion/trn4"

mock 4 2

# offers WORDS... -- REPLY...: the last of the words is completed to just these.
offers() {
	COMP_WORDS=()
	while [ "$1" != -- ]; do
		COMP_WORDS+=("$1")
		shift
	done
	shift
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	case ${COMP_WORDS[0]} in
	trn4ctl) _trn4ctl ;;
	nvlf-fm) _nvlf_fm ;;
	esac
	diff <(printf '%s\n' "${COMPREPLY[@]}") <(printf '%s\n' "$@")
}

commands() {
	offers trn4ctl to -- topology && offers trn4ctl -j pa -- partition && offers trn4ctl fa -- fabric fault &&
		offers trn4ctl help gr -- group
}

ok 'commands' commands
ok 'commands of a group' offers trn4ctl route '' -- del list set show
ok 'nothing behind a command without others' offers trn4ctl topology '' -- ''
ok 'options' offers trn4ctl port set --re -- --reset --retrain
ok 'options of a command without others' offers trn4ctl topology --m -- --matrix
ok 'options before all' offers trn4ctl --v -- --version
ok 'endpoints' offers trn4ctl health --endpoint '' -- 0 1 2 3 r0/t0/s0 r0/t0/s1 r0/t0/s2 r0/t0/s3
ok 'switches' offers trn4ctl route list --switch r -- r0/t100/s0 r0/t100/s1
ok 'endpoints of a pair' offers trn4ctl diagnose 1 r0/t0/s3 -- r0/t0/s3
ok 'options of the manager' offers nvlf-fm --dry -- --dry-run

end_tests
