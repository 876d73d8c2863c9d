#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: what cannot be done is refused with the promised status, and in words that say what to do.
source "$(dirname "$0")/lib.sh"

node alice
status 1 'zuruf init' zuruf alice workspace create Office
zuruf alice init --name Alice >/dev/null
status 0 'Alice' zuruf alice init --name Alice # a name may change as long as nobody has seen it
status 1 'zuruf join' zuruf alice send Office text
status 1 'name' zuruf alice workspace create ""
zuruf alice workspace create Office >/dev/null
status 1 'exists already' zuruf alice workspace create Another
status 1 'exists already' zuruf alice init --name Anna
status 4 'no such chat|no chat' zuruf alice send Nowhere text
status 4 'no chat "Nowhere"' zuruf alice read Nowhere
status 4 'no such' zuruf alice send . text --reply aaaaaaaaaaaaaaaa-9
status 2 'no text' eval "zuruf alice send . </dev/null"
status 1 'UTF-8' zuruf alice send . $'\xff'
status 1 'larger than allowed' zuruf alice send . "$(head -c 17000 /dev/zero | tr '\0' x)"

node bob
status 1 'zuruf init' zuruf bob join "$(code_of alice)" --peer "${ADDRESS[alice]}"
zuruf bob init --name Bob >/dev/null
status 1 '"words" is none of the words' zuruf bob join six words that are not real
status 1 'six words; these are 2' zuruf bob join able acid
unknown=abandon-ability-able-about-above-absent
status 5 'knows this code' zuruf bob join $unknown --peer "${ADDRESS[alice]}" --timeout 5s
code=$(code_of alice)
zuruf bob join "$code" --peer "${ADDRESS[alice]}" >/dev/null

node eve
zuruf eve init --name Eve >/dev/null
status 5 'already been used' zuruf eve join "$code" --peer "${ADDRESS[alice]}" --timeout 5s
short=$(zuruf alice --json invite --expires 1s | field code)
within 5 eval "(($(date +%s%3N) + 1500 < \$(date +%s%3N)))"
status 5 'expired|knows this code' zuruf eve join "$short" --peer "${ADDRESS[alice]}" --timeout 5s
node bob2
zuruf bob2 init --name bob >/dev/null
status 5 'this name' zuruf bob2 join "$(code_of alice)" --peer "${ADDRESS[alice]}" --timeout 5s
