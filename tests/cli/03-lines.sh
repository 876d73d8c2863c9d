#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: `send --lines` makes each line a message, prints the ids in the order of the lines, and keeps up with a stream.
source "$(dirname "$0")/lib.sh"
two_people

seq --format 'line %g' 3000 | sed '100~100s/$/\n/' >"$DIR/lines" # with empty lines in between
zuruf alice send . --lines <"$DIR/lines" >"$DIR/ids"
equal 3000 "$(wc -l <"$DIR/ids")"
equal "$(sed 's/.*-//' "$DIR/ids" | sort -n)" "$(sed 's/.*-//' "$DIR/ids")"
equal "$(grep . "$DIR/lines")" "$(texts alice)"
within 30 has_texts bob 3000
zuruf alice export --format jsonl --out "$DIR/alice.jsonl"
zuruf bob export --format jsonl --out "$DIR/bob.jsonl"
cmp "$DIR/alice.jsonl" "$DIR/bob.jsonl" || fail "the exports differ"

# An id is printed as soon as its message is durable, while the input goes on.
mkfifo "$DIR/pipe"
zuruf alice send . --lines --json <"$DIR/pipe" >"$DIR/stream" &
exec {pipe}>"$DIR/pipe"
echo first >&$pipe
within 10 grep -q '"id"' "$DIR/stream"
echo second >&$pipe
within 10 eval "[[ \$(wc -l <'$DIR/stream') == 2 ]]"
exec {pipe}>&-
wait $!
grep -qE '^\{"id":"[a-z2-7]{16}-[0-9]+","time":"[^"]+Z"\}$' "$DIR/stream" || fail "$(head -n 1 "$DIR/stream")"

# A refused line tells its number.
{ echo good; head -c 20000 /dev/zero | tr '\0' x; echo; } >"$DIR/bad"
status 1 'line 2' eval "zuruf alice send . --lines <'$DIR/bad'"
