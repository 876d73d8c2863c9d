#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: `send --wait` waits for what it says; when that does not come in time it exits with 6 and tells what is known.
source "$(dirname "$0")/lib.sh"
two_people

status 0 'with the other person' zuruf alice send . "to all" --wait all --timeout 10s
status 0 '"state":"all"' zuruf alice send . "to one" --wait 1 --json
printf 'one\ntwo\nthree\n' >"$DIR/lines"
equal 3 "$(zuruf alice send . --lines --wait all <"$DIR/lines" 2>/dev/null | wc -l)"
status 6 'with the other person' zuruf alice send . "to two" --wait 2 --timeout 1s

end_node bob
status 6 'queued' zuruf alice send . "to nobody" --wait all --timeout 1s
status 6 '"state":"queued"' zuruf alice send . "to nobody" --wait all --timeout 1s --json

# What waits is delivered when the other comes back, and whoever waits is told.
zuruf alice send . "for later" --wait all --timeout 30s >/dev/null 2>&1 &
waiting=$!
node bob --peer "${ADDRESS[alice]}"
wait $waiting || fail "the receipt did not come: status $?"
within 10 has_texts bob 9
