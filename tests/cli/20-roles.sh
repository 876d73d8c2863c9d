#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a role goes to all computers of a person at once, whoever founded or linked them; who may not give it is told
# that before anything else; carriers are no people when it is said who has a message.
source "$(dirname "$0")/lib.sh"

two_people
node phone
zuruf phone device link "$(zuruf bob --json device link | field code)" --peer "${ADDRESS[bob]}" >/dev/null
node desk
zuruf desk device link "$(zuruf alice --json device link | field code)" --peer "${ADDRESS[alice]}" >/dev/null
have() { # BY GROUP NAME ROLE COUNT
    [[ $(zuruf "$1" --json group show "$2" | grep -o "\"name\":\"$3\"[^}]*\"role\":\"$4\"" | wc -l) == "$5" ]]
}
zuruf alice group create Board --member Bob >/dev/null
within 10 have bob Board Bob member 2
within 10 have bob Board Alice member 1

# Who may not, and is no last admin at all.
status 5 'may not do this' zuruf bob group role Board Alice member
status 5 '"code":"not_permitted"' zuruf bob --json group role Board Bob admin
status 5 'Nobody else there is an admin' zuruf alice group role Board Alice member

# Linked computers are admins with keys, and readers, at one word.
status 0 'admin' zuruf alice group role Office Bob admin
status 0 'admin' zuruf alice group role Board Bob admin
within 10 have alice Office Bob admin 2
within 10 have phone Board Bob admin 2
status 1 'root key that is needed' zuruf phone group role Board Alice reader
zuruf phone send Board 'from the phone' >/dev/null
within 10 eval "zuruf desk read Board | grep -q 'from the phone'"
status 0 'reader' zuruf alice group role Office Bob reader
within 10 have phone Office Bob reader 2
status 5 'may not' zuruf phone send . 'may I?'

# Whoever founded the group, with all computers.
status 0 'reader' zuruf alice group role Board Alice reader
within 10 have bob Board Alice reader 2
status 5 'may not' zuruf desk send Board 'may I?'
status 0 'member' zuruf bob group role Board Alice member
within 10 have desk Board Alice member 2
zuruf alice send Board 'I may again' >/dev/null
within 10 eval "zuruf phone read Board | grep -q 'I may again'"

# A full carrier keeps nobody from having a message, and is told apart.
node box
zuruf box init --name Cupboard >/dev/null
zuruf box join "$(zuruf alice --json invite --role carrier | field code)" --peer "${ADDRESS[alice]}" >/dev/null
within 10 eval "zuruf alice who | grep -q Cupboard"
within 10 eval "zuruf alice send . 'kept there, too' --wait all 2>&1 | grep -q 'with the other person, on 1 carrier'"
zuruf box carrier quota 0 >/dev/null
within 10 eval "zuruf alice status | grep -q 'carrier is full'"
status 0 '"persons":1,"with":1,"carriers":1,"with_carriers":0,"state":"all"' \
    zuruf alice --json send . 'to all' --wait all --timeout 20s
