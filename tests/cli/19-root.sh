#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a group whose only admin has gone gets another from the root key of the workspace; the key comes back on another
# computer and goes on there, and is handed over to a new one, after which the old one says nothing; in words.
source "$(dirname "$0")/lib.sh"

two_people
for name in carol dave; do
    node $name
    zuruf $name init --name "${name^}" >/dev/null
    zuruf $name join "$(code_of alice)" --peer "${ADDRESS[alice]}" >/dev/null
done
role_is() { zuruf "$1" group show "$2" 2>/dev/null | grep -q "$3, $4"; }
accepted() { within 10 eval "zuruf $1 group list | grep -q '$2.*invited'" && zuruf "$1" group accept "$2"; }

# Bob's groups, with Carol and Dave, and without Alice, who has the root key.
zuruf bob group create Alpha --member Carol --member Dave >/dev/null
zuruf bob group create Secret --private --member Carol --member Alice >/dev/null
accepted carol Alpha
accepted dave Alpha
accepted carol Secret
accepted alice Secret
within 10 role_is carol Alpha Dave member
within 10 role_is alice Secret Carol member
zuruf carol send Alpha "from before" >/dev/null
within 10 eval "zuruf dave read Alpha | grep -q 'from before'"
within 10 eval "zuruf alice root groups | grep -q '^Alpha  told by Bob, not entered'"
! zuruf alice root groups | grep -q Secret || fail "the root key knows of a private group"
status 1 'not on this computer' zuruf carol root groups
status 5 'is private' zuruf alice root enter Secret
status 5 'is private' zuruf alice group role Secret Carol admin
status 4 '.' zuruf alice root enter Nowhere
status 2 'enter GROUP' zuruf alice root enter
status 2 'go with hand-over' zuruf alice root groups --anyway

# He leaves the company.
status 0 'Bob is removed' zuruf alice group remove Office Bob
within 20 eval "! zuruf carol group show Alpha | grep -q Bob"
status 5 'may not' zuruf carol group add Alpha Alice
status 0 'Carol, member' zuruf alice root enter Alpha
status 0 '^Alpha.*entered with the root key' zuruf alice group list
status 0 '"entered":true,"known":true' zuruf alice --json root groups
status 0 'admin' zuruf alice group role Alpha Carol admin
within 10 role_is dave Alpha Carol admin
equal "" "$(zuruf alice read Alpha)"
status 0 'another root key' zuruf alice root take-over Alpha
status 0 'admin' zuruf alice group role Alpha Dave admin
within 10 role_is carol Alpha Dave admin
status 5 'is private' zuruf alice root take-over Secret
zuruf alice group role Alpha Dave member >/dev/null
within 10 role_is carol Alpha Dave member
zuruf carol group add Alpha Alice
accepted alice Alpha
within 20 role_is dave Alpha Alice member
zuruf carol send Alpha "we go on" >/dev/null
within 10 eval "zuruf alice read Alpha | grep -q 'we go on'"
within 10 eval "zuruf alice read Alpha | grep -q 'from before'"

# The key from its sheets, on Carol's computer; Alice's goes on without knowing.
zuruf alice --json root shares --of 2 --need 2 | field words >"$DIR/sheets"
end_node alice
said=$(zuruf carol root recover <"$DIR/sheets")
grep -q 'goes on with it from here' <<<"$said" || fail "$said"
status 0 '"generation":"1","forked":false,"void":0' zuruf carol --json status
status 0 'admin' zuruf carol group role Office Dave admin
status 0 '^$' zuruf carol root seen
status 1 'not on this computer' zuruf dave root seen
node alice --peer "${ADDRESS[carol]}"
within 10 role_is alice Office Dave admin

# Another key: it knows the groups, and the old one is done.
status 0 'new root key' zuruf carol root hand-over
status 0 'on this computer only' zuruf carol status
status 0 'Alpha  .*you are in it; the root key has named admins there' zuruf carol root groups
within 10 eval "! zuruf alice root groups"
status 5 'handed over' zuruf alice root groups
status 5 'handed over' zuruf alice group role Office Carol admin
status 5 '"code":"root_handed_over"' zuruf alice --json root hand-over
said=$(zuruf dave root recover 2>&1 <"$DIR/sheets") && fail "an old key was taken: $said"
grep -q 'handed over' <<<"$said" || fail "$said"
status 0 'admin' zuruf carol group role Alpha Dave admin
within 10 role_is alice Alpha Dave admin
role_is alice Alpha Carol admin || fail "what the old key said in a group is lost"
