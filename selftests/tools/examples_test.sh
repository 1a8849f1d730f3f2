#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Tests of the examples of libtrn4, which are in /examples: each does what it says, and where it cannot it says why. TAP;
# skips without devices.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# says EXAMPLE TEXT: what it prints from one to the other, where all is well
says() {
	exits 0 "/examples/$1" "$a" "$b" && out_has "$2"
}

# without_a_way EXAMPLE: no route leads from one to the other
without_a_way() {
	exits 1 "/examples/$1" "$a" "$b" && err_has 'no switch has a route' &&
		exits 1 "/examples/$1" "$a" 999 && err_has 'no such trn4 accelerator'
}

clear_fabric
for example in store counter pingpong share rows; do
	ok "$example without a route" without_a_way "$example"
done

ok "a way from each to each" exits 0 nvlf-fm --once --wait 10
ok "stores" says store "1000000 of 1000000 words from $a are in the memory of $b"
ok "stores end with the grant" out_has 'the grant was revoked'
ok "a counter" says counter 'is 1000 after 1000 adds, 0 of them'
ok "two queues play by themselves" says pingpong '^20 round trips, of [1-9][0-9]* ns'
ok "two processes share" says share '^written by a file, and read by a token: yes'

ok "rows of one's own" says rows "^2112 of 2112 words of the block are in the memory of $b"

clear_fabric
end_tests
