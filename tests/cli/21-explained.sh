#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: who names the wrong chat, person, role or invitation is told which of them it was and what to do, with a stable
# code; a chat of two, the workspace and groups are told apart.
source "$(dirname "$0")/lib.sh"

status 0 'No chat is here yet' zuruf eve group list
status 0 '^$' zuruf eve --json group list
two_people
node box
zuruf box init --name Cupboard >/dev/null
zuruf box join "$(zuruf alice --json invite --role carrier | field code)" --peer "${ADDRESS[alice]}" >/dev/null
zuruf alice group create Alpha --member Bob >/dev/null
within 10 eval "zuruf bob group show Alpha | grep -q 'Bob, member'"

status 2 'That is the workspace itself' zuruf alice group add Office Bob
status 1 'Bob is in that group already' zuruf alice group add Alpha @Bob
status 1 '"code":"exists"' zuruf alice --json group add Alpha Bob
status 4 'nobody called "Zoe".*zuruf invite' zuruf alice group add Alpha Zoe
status 4 'nobody called "Zoe"' zuruf alice group create Beta --member Zoe
status 4 'One of those people' zuruf alice group create Beta --member Zoe --member Bob
status 4 'no chat "Nowhere"' zuruf alice group add Nowhere Bob
status 4 'no chat "Nowhere"' zuruf alice group leave Nowhere
status 4 'no chat "Nowhere"' zuruf alice group rename Nowhere Somewhere
status 4 '"Zoe" is not in that group' zuruf alice group remove Alpha Zoe
status 4 '"Zoe" is not in that group' zuruf alice group role Alpha Zoe reader
status 1 'Bob has that role already' zuruf alice group role Alpha Bob member
status 4 'not invited into "Nothing"' zuruf bob group accept Nothing
status 4 'not invited into "Alpha"' zuruf bob group decline Alpha
status 4 'Nobody has written there yet.*zuruf send @Bob' zuruf alice group show @Bob
zuruf alice send @Bob 'hello' >/dev/null
status 0 'Bob, member' zuruf alice group show @Bob
for words in 'add @Bob Cupboard' 'remove @Bob Bob' 'role @Bob Bob reader' 'leave @Bob' 'rename @Bob Robert'; do
    status 2 'is one of two people' zuruf alice group $words
done

status 1 'You are in "Alpha" yourself' zuruf alice root enter Alpha
status 4 'knows of no group "Nothing"' zuruf alice root enter Nothing
status 2 'root hand-over' zuruf alice root take-over Office
status 4 'root enter "Nothing"' zuruf alice root take-over Nothing
status 2 'admin is made afterwards' zuruf alice invite --role admin
status 2 'up to 366d' zuruf alice invite --expires 400d
status 4 'Nobody called "Zoe" is or was' zuruf alice invite --person Zoe
status 5 'may not do this' zuruf box device link
status 1 'home of its own' zuruf bob join "$(code_of alice)"
