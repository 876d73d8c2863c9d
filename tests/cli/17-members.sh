#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: people are removed, come back, leave and get roles, in words that say what happened.
source "$(dirname "$0")/lib.sh"

two_people
node carol
zuruf carol init --name Carol >/dev/null
zuruf carol join "$(code_of alice)" --peer "${ADDRESS[alice]}" >/dev/null
role_is() { zuruf "$1" group show "$2" 2>/dev/null | grep -q "$3, $4"; }
zuruf alice group create Alpha --member Bob --member Carol >/dev/null
within 10 role_is bob Alpha Bob member
within 10 role_is carol Alpha Carol member
zuruf bob send Alpha "from the beginning" >/dev/null
within 10 eval "zuruf carol read Alpha | grep -q 'from the beginning'"

status 5 'may not' zuruf bob group remove Alpha Carol
status 5 'Nobody else there is an admin' zuruf alice group leave Alpha
status 2 'group leave' zuruf alice group remove Alpha Alice
status 2 'ROLE is' zuruf alice group role Alpha Bob boss
status 2 'called as' zuruf alice group remove Alpha
status 4 '.' zuruf alice group remove Alpha Zoe

status 0 'Bob is removed from Alpha' zuruf alice group remove Alpha Bob
within 10 eval "zuruf bob group list | grep -q 'Alpha.*no more'"
within 10 eval "! zuruf carol group show Alpha | grep -q Bob" # what she writes before she hears of it, he still reads
zuruf carol send Alpha "bob does not read this" >/dev/null
within 10 eval "zuruf alice read Alpha | grep -q 'does not read this'"
! zuruf bob read Alpha | grep -q 'does not read this' || fail "who was removed reads on"
status 5 '.' zuruf bob send Alpha "hello?"
zuruf alice group add Alpha Bob
within 10 role_is bob Alpha Bob member
zuruf bob send Alpha "back again" >/dev/null
within 10 eval "zuruf carol read Alpha | grep -q 'back again'"

status 0 'reader' zuruf alice group role Alpha Bob reader
within 10 role_is bob Alpha Bob reader
status 5 'may not' zuruf bob send Alpha "may I?"
status 0 'admin' zuruf alice group role Alpha Carol admin
within 10 role_is carol Alpha Carol admin
status 1 'root key' zuruf carol group role Alpha Bob admin
zuruf alice group leave Alpha
within 10 eval "! zuruf carol group show Alpha | grep -q Alice"
within 10 eval "zuruf alice group list | grep -q 'Alpha.*no more'"

# From the workspace, and so from everywhere.
status 0 'Carol is removed from Office' zuruf alice group remove Office Carol
within 10 eval "! zuruf bob who | grep -q Carol"
told() { zuruf carol status | grep -q 'removed from the workspace'; }
within 10 told
doctor_says() { { zuruf carol doctor || true; } | grep -q "removed from the workspace"; }
doctor_says || fail "the doctor sees nothing wrong"
status 5 'invite --person' zuruf carol send . 'and I?'
status 0 'Joined: Office' zuruf carol join "$(zuruf alice --json invite --person Carol | field code)" --peer "${ADDRESS[alice]}"
zuruf carol send . 'here I am again' >/dev/null
within 10 eval "zuruf bob read . | grep -q 'Carol.*here I am again'"
