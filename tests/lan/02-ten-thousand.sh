#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: ten thousand real messages, written on three computers at once, are on all three in the same order: the exports
# are the same byte for byte and hold exactly the texts that were sent.
source "$(dirname "$0")/lib.sh"
data=${ZURUF_TEST_DATA:-}/chat-ubuntu.jsonl.gz
[[ -r $data ]] || skip "real messages: ZURUF_TEST_DATA names no folder with chat-ubuntu.jsonl.gz"
lan_begin 3
office 3

total=10000
# One line a message: control characters (C0 and C1) become blanks, blank lines are left out.
jq_clean='.text | gsub("[\u0000-\u001f\u007f-\u009f]"; " ") | sub("^\\s+"; "") | sub("\\s+$"; "") | select(. != "")'
{ gzip --decompress --stdout "$data" || true; } 2>/dev/null | head -n $((total * 2)) |
    jq --raw-output "$jq_clean" | head -n $total >"$DIR/sent" || true
assert_equal $total "$(wc -l <"$DIR/sent")" "messages to send"
split --number=r/3 --numeric-suffixes=1 --suffix-length=1 "$DIR/sent" "$DIR/part"

began=$(now)
senders=()
for i in 1 2 3; do
    zuruf "$i" send "$OFFICE" --lines <"$DIR/part$i" >"$DIR/ids$i" &
    senders+=($!)
done
for i in 1 2 3; do
    wait "${senders[i - 1]}" || fail "send on host $i ended with status $?"
    assert_equal "$(wc -l <"$DIR/part$i")" "$(wc -l <"$DIR/ids$i")" "ids printed on host $i"
done
step "$total messages durable on their own hosts after $(seconds_since "$began") s"

wait_until 120 all_have $total 1 2 3
step "all three have all, seen after $(seconds_since "$began") s"

for i in 2 3; do assert_same_file "$DIR/export1.jsonl" "$DIR/export$i.jsonl"; done
assert_equal "" "$(jq --raw-output .id "$DIR/export1.jsonl" | sort | uniq -d)" "ids that stand twice"
sort "$DIR/sent" >"$DIR/sent.sorted"
texts 1 | sort >"$DIR/received.sorted"
assert_same_file "$DIR/sent.sorted" "$DIR/received.sorted"
step "three equal exports, exactly the texts that were sent"
