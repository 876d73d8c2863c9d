#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a group among five computers.  One is removed behind a split switch, comes back, and loses a second computer; a
# carrier brings together two who are never there at the same time, and reads nothing.
source "$(dirname "$0")/lib.sh"
lan_begin 5
office 4 # Anna, Bernd, Clara, Doris
node_start 5
zuruf 5 init --name Bernd >/dev/null
link=$(zuruf 2 --json device link | jq --exit-status --raw-output .code) || fail "device link on host 2"
# shellcheck disable=SC2086 # six words
zuruf 5 device link ${link//-/ } --timeout 30 >/dev/null || fail "host 5 cannot be linked"
step "four people, one of them with two computers"

reads() { zuruf "$1" --json read Alpha --last 50 2>/dev/null | jq --raw-output .text | grep -qxF -- "$2"; }
reads_not() { ! reads "$@"; }
writes() { zuruf "$1" send Alpha "$2" >/dev/null || fail "host $1 cannot write into the group"; }
is_in() { zuruf "$1" --json group list | jq --exit-status 'select(.name == "Alpha") | .admitted' >/dev/null; }
is_out() { zuruf "$1" --json group list | jq --exit-status 'select(.name == "Alpha") | .left' >/dev/null; }
has_role() { zuruf "$1" group show Alpha 2>/dev/null | grep -qF "$2, $3"; }

zuruf 1 group create Alpha --member Bernd --member Clara >/dev/null
for i in 2 3 5; do wait_until 20 is_in "$i"; done
writes 5 "from Bernd's other computer"
for i in 1 2 3; do wait_until 10 reads "$i" "from Bernd's other computer"; done
assert_equal "" "$(zuruf 4 --json group list | jq --raw-output 'select(.name == "Alpha") | .name')" "what Doris knows"
step "a group of three people; the fourth knows nothing of it"

lab partition 1,3 2,4,5
zuruf 1 group remove Alpha Bernd >/dev/null || fail "group remove"
lacks_bernd() { ! zuruf "$1" group show Alpha | grep -q Bernd; }
wait_until 10 lacks_bernd 3
writes 3 "without Bernd"
writes 2 "Bernd does not know it yet"
wait_until 10 reads 1 "without Bernd"
wait_until 10 reads 5 "Bernd does not know it yet"
lab heal
for i in 2 5; do wait_until 60 is_out "$i"; done
for i in 2 5; do assert reads_not "$i" "without Bernd"; done
for i in 1 3; do assert reads_not "$i" "Bernd does not know it yet"; done
assert_refused 5 "no member" zuruf 2 send Alpha "hello?"
step "removed behind a split switch: nobody reads what the other side wrote since"

zuruf 1 group add Alpha Bernd >/dev/null || fail "group add"
for i in 2 5; do wait_until 20 is_in "$i"; done
writes 2 "back again"
for i in 1 3 5; do wait_until 10 reads "$i" "back again"; done
step "invited again, he is in it again"

other=$(zuruf 2 --json device list | jq --raw-output 'select(.self | not) | .fingerprint')
zuruf 2 device revoke "$other" >/dev/null || fail "device revoke"
is_told() { [[ $(zuruf 5 send Alpha "not mine any more" 2>&1) == *removed* ]]; }
wait_until 20 is_told
writes 2 "on one computer"
for i in 1 3; do wait_until 10 reads "$i" "on one computer"; done
assert reads_not 5 "on one computer"
step "his lost computer is in it no more"

zuruf 1 group add Alpha Doris >/dev/null || fail "group add"
wait_until 20 is_in 4
zuruf 1 group role Alpha Doris carrier >/dev/null || fail "group role"
wait_until 20 has_role 4 Doris carrier
received() { zuruf 4 --json group list | jq --raw-output 'select(.name == "Alpha") | .received'; }
for i in 2 5; do node_kill "$i"; done
node_kill 3
before=$(received)
writes 1 "by way of a carrier"
got_more() { (($(received) > before)); }
wait_until 20 got_more
node_kill 1
node_start 3
wait_until 60 reads 3 "by way of a carrier"
assert reads_not 4 "by way of a carrier"
before=$(received)
writes 3 "and back"
wait_until 20 got_more
node_kill 3
node_start 1
wait_until 60 reads 1 "and back"
step "two who are never there at the same time read each other by way of a carrier that reads nothing"
