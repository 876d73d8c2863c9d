#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: `read --follow` shows everything exactly once, what was there and what comes, while messages pour in.
source "$(dirname "$0")/lib.sh"
two_people

seq --format 'early %g' 200 | zuruf alice send . --lines >/dev/null
seq --format 'late %g' 1000 | zuruf alice send . --lines >/dev/null &
sending=$!
zuruf bob --json read . --follow >"$DIR/followed" &
following=$!
wait $sending
within 20 eval "[[ \$(wc -l <'$DIR/followed') == 1200 ]]"
zuruf alice send . "the last one" >/dev/null
within 10 grep -q 'the last one' "$DIR/followed"
equal 1201 "$(wc -l <"$DIR/followed")"
equal "" "$(field id "$DIR/followed" | sort | uniq -d)"
kill $following
wait $following 2>/dev/null || true

# Only what is asked for, and a node that ends is told of.
zuruf bob --json read . --follow --last 1 --topic Fax --clock >"$DIR/fax" 2>"$DIR/fax.log" &
following=$!
fax_is_followed() {
    zuruf alice send . "not this" && zuruf alice send . --topic Fax "this" && grep -q this "$DIR/fax"
}
within 10 fax_is_followed
! grep -q 'not this' "$DIR/fax" || fail "another topic was shown"
grep -q '"clock":{' "$DIR/fax" || fail "no clock"
end_node bob
status=0
wait $following || status=$?
equal 3 $status
