#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a computer in a cupboard carries a group for two who are never there at the same time: what they write, and who
# is removed; it reads nothing, keeps no more than its owner allows, and says so.
source "$(dirname "$0")/lib.sh"
lan_begin 3
office 2 # Anna, Bernd
person 3 Cupboard
code=$(zuruf 1 --json invite --role carrier | jq --exit-status --raw-output .code) || fail "invite"
join 3 "$code"

reads() { zuruf "$1" --json read Alpha --last 50 2>/dev/null | jq --raw-output .text | grep -qxF -- "$2"; }
writes() { zuruf "$1" send Alpha "$2" >/dev/null || fail "host $1 cannot write into the group"; }
is_in() { zuruf "$1" --json group list | jq --exit-status 'select(.name == "Alpha") | .admitted' >/dev/null; }
is_out() { zuruf "$1" --json group list | jq --exit-status 'select(.name == "Alpha") | .left' >/dev/null; }
carries() { zuruf 3 --json group list | jq --exit-status --arg id "$alpha" 'select(.group == $id) | .admitted' >/dev/null; }
carried() { zuruf 3 --json group list | jq --raw-output --arg id "$alpha" 'select(.group == $id) | .carried'; }
got_more() { (($(carried) > before)); }
# A is alone with the box, then B is.
pass_on() { # A B TEXT
    node_kill "$2"
    before=$(carried)
    writes "$1" "$3"
    wait_until 20 got_more
    node_kill "$1"
    node_start "$2"
    wait_until 60 reads "$2" "$3"
}

zuruf 1 group create Alpha --member Bernd >/dev/null
alpha=$(zuruf 1 --json group list | jq --raw-output 'select(.name == "Alpha") | .group')
wait_until 20 is_in 2
node_kill 3
zuruf 1 group add Alpha Cupboard --role carrier >/dev/null || fail "group add"
logs_of() { zuruf "$1" --json status | jq --raw-output .entries; }
bernd_is_up_to_date() { [[ $(logs_of 2) == "$(logs_of 1)" ]]; }
wait_until 20 bernd_is_up_to_date
node_kill 1
stored=$(logs_of 2)
node_start 3
has_answer() { (($(logs_of 2) > stored)); }
wait_until 60 has_answer
node_kill 3
node_start 1
is_let_in() { zuruf 1 group show Alpha | grep -qF "Cupboard, carrier"; }
wait_until 60 is_let_in
node_start 3
wait_until 60 carries
step "asked and answering by way of a third, it carries the group"

pass_on 1 2 "by way of the cupboard"
pass_on 2 1 "and back"
pass_on 1 2 "and forth"
step "two who are never there at the same time read each other"

assert_refused "4 5" "." zuruf 3 read Alpha
node_kill 3
for canary in "by way of the cupboard" Alpha Office Anna Bernd; do
    ! grep --recursive --text --quiet --fixed-strings "$canary" "$DIR/h3" || fail "the carrier's disk holds \"$canary\""
done
node_start 3
step "nothing that can be read lies on its disk"

is_full() { zuruf "$1" status | grep -q "is full, what is written now is not stored there: Cupboard"; }
is_free() { ! is_full "$1"; }
zuruf 3 carrier quota 0 >/dev/null || fail "carrier quota"
wait_until 20 is_full 2
before=$(carried)
writes 2 "not there yet"
sleep 1
assert_equal "$before" "$(carried)" "what a full carrier keeps"
node_kill 3
node_start 3
zuruf 3 status | grep -q "quota is used up" || fail "the carrier does not say that it is full"
wait_until 60 is_full 2
zuruf 3 carrier quota 5GB >/dev/null || fail "carrier quota"
wait_until 20 is_free 2
wait_until 30 got_more
node_kill 2
node_start 1
wait_until 60 reads 1 "not there yet"
step "what is above its quota it refuses, in words; with more room it goes on"

zuruf 1 group remove Alpha Bernd >/dev/null || fail "group remove"
before=$(carried)
writes 1 "without Bernd"
wait_until 20 got_more
node_kill 1
node_start 2
wait_until 60 is_out 2
! reads 2 "without Bernd" || fail "who was removed reads on"
step "a removal travels by the carrier"
