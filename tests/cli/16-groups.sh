#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a group of some people is made, its members come in by invitation, and the others know nothing of it.
source "$(dirname "$0")/lib.sh"

two_people
node carol
zuruf carol init --name Carol >/dev/null
zuruf carol join "$(code_of alice)" --peer "${ADDRESS[alice]}" >/dev/null
members() { zuruf "$1" --json group list | grep "\"name\":\"$2\"" | sed -n 's/.*"members":\([0-9]*\).*/\1/p'; }
has_members() { [[ $(members "$1" "$2") == "$3" ]]; }

# Alice is an admin of the workspace, so Bob comes in without a question.
status 0 'The group is made: Alpha' zuruf alice group create Alpha --folder " Projects//2026/" --member Bob
within 10 has_members bob Alpha 2
status 0 'Alpha.*in Projects/2026.*2 people, you are admin' zuruf alice group list
status 0 'Bob, member' zuruf alice group show alpha
zuruf alice send Alpha "only the two of us" >/dev/null
within 10 eval "zuruf bob read Alpha | grep -q 'only the two of us'"
! zuruf carol group list | grep -q Alpha || fail "Carol's computer knows of the group"
status 4 'no chat "Alpha"' zuruf carol read Alpha
zuruf alice export --format jsonl --group Alpha --out - | grep -q 'only the two of us' || fail "nothing was exported"
equal "" "$(zuruf alice read .)"

status 1 'already has this name' zuruf carol group create office
status 5 'may not' zuruf bob group add Alpha Carol
status 2 'called as' zuruf bob group add Alpha
status 2 'for create' zuruf bob group list --private
status 4 '.' zuruf bob group show Nowhere
status 4 '.' zuruf alice group add Alpha Zoe

# Carol is none: Bob is asked, and Alice says no.
zuruf carol group create Lunch --member @Bob --member Alice >/dev/null
within 10 eval "zuruf bob group list | grep -q 'Lunch.*invited by Carol'"
within 10 eval "zuruf alice --json group list | grep -q '\"kind\":\"invitation\"'"
zuruf bob group accept lunch
zuruf alice group decline Lunch
within 10 has_members bob Lunch 2
within 10 eval "zuruf carol group show Lunch | grep -q 'Alice, has declined'"

zuruf alice group rename Alpha "Project Alpha"
within 10 eval "zuruf bob group list | grep -q '^Project Alpha'"
end_node bob
node bob --peer "${ADDRESS[alice]}"
within 10 has_members bob "Project Alpha" 2
zuruf bob send "project alpha" "back again" >/dev/null
within 10 eval "zuruf alice read 'Project Alpha' | grep -q 'back again'"
