#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a carrier, in words: what it keeps, how much of it its owner allows, and who asks it.
source "$(dirname "$0")/lib.sh"

two_people
node box
zuruf box init --name Cupboard >/dev/null
zuruf box join "$(zuruf alice --json invite --role carrier | field code)" --peer "${ADDRESS[alice]}" >/dev/null

knows() { zuruf "$1" who | grep -q Cupboard; }
within 10 knows alice
within 10 knows bob
zuruf alice group create Alpha --member Bob >/dev/null
status 5 'carrier of the workspace' zuruf alice group add Alpha Cupboard
status 2 'member or carrier' zuruf alice group add Alpha Cupboard --role reader
status 2 'for add' zuruf alice group rename Alpha Beta --role carrier
status 0 '' zuruf alice group add Alpha Cupboard --role carrier
id=$(zuruf alice --json group list | grep '"name":"Alpha"' | field group)
carries() { zuruf box group list | grep -q "^$id  carried for others: .* cannot be read here"; }
within 10 carries
within 10 eval "zuruf alice group show Alpha | grep -q 'Cupboard, carrier'"
status 5 'carrier of the workspace' zuruf alice group role Alpha Cupboard member
! zuruf box status | grep -q 'Alpha\|Office\|Bob' || fail "a carrier tells a name"
! zuruf box --json group list | grep -q 'Alpha\|Office\|Bob' || fail "a carrier tells a name"

# Its owner is asked by whoever is no admin of the workspace.
zuruf bob group create Lunch >/dev/null
zuruf bob group add Lunch Cupboard --role carrier
lunch=$(zuruf bob --json group list | grep '"name":"Lunch"' | field group)
within 10 eval "zuruf box group list | grep -q '^$lunch  you are asked to carry this group by somebody with the fingerprint '"
status 0 'is asked to carry it' zuruf bob group show Lunch
zuruf box group accept "$lunch"
within 10 eval "zuruf box group list | grep -q '^$lunch  carried for others'"

# The quota.
status 0 'no quota is set' zuruf box carrier quota
status 0 'carries nothing' zuruf alice carrier quota
status 2 'something like' zuruf box carrier quota much
status 2 'called as' zuruf box carrier
status 0 'of at most 5.0 GB' zuruf box carrier quota 5GB
status 0 '"groups":3,.*"quota":"5000000000","full":false' zuruf box --json carrier quota
status 0 'quota is used up' zuruf box carrier quota 0
is_full() { zuruf "$1" status | grep -q 'carrier is full, what is written now is not stored there: Cupboard'; }
within 10 is_full alice
within 10 is_full bob
equal quota "$(zuruf alice --json who | grep '"name":"Cupboard"' | field full)"
before=$(zuruf box --json carrier quota | field used)
zuruf alice send Alpha "not there" >/dev/null
within 10 eval "zuruf bob read Alpha | grep -q 'not there'"
equal "$before" "$(zuruf box --json carrier quota | field used)"
end_node box
node box --peer "${ADDRESS[alice]}"
status 0 'quota is used up' zuruf box status
status 0 'no quota is set' zuruf box carrier quota none
within 10 eval "! zuruf alice status | grep -q 'carrier is full'"
has_more() { (($(zuruf box --json carrier quota | field used) > before)); }
within 10 has_more
