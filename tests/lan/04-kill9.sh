#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: nothing acknowledged is lost.  Three nodes under load are killed with SIGKILL at random moments, a hundred times.
# At the end each id that `send` printed is on all three computers with the text it was printed for, no number in a log
# stands for two messages, nothing stands twice, and the databases open.
# LAN_KILLS=N: N kills instead of 100.  LAN_SEED=N: the random choices of an earlier run.
source "$(dirname "$0")/lib.sh"
lan_begin 3
office 3
kills=${LAN_KILLS:-100}
RANDOM=${LAN_SEED:=$RANDOM}
step "LAN_SEED=$LAN_SEED"

# Writes on host I until $DIR/stop exists.  Each line of $DIR/ackedI is an id, a tab and the text it was printed for.
# What `send` did not acknowledge is not sent again: it may be there or not.
keep_writing() { # I
    local i=$1 round=0
    : >"$DIR/acked$i"
    while [[ ! -e $DIR/stop ]]; do
        round=$((round + 1))
        printf "host $i round $round line %d\n" {1..10} >"$DIR/lines$i"
        zuruf "$i" send "$OFFICE" --lines <"$DIR/lines$i" >"$DIR/ids$i" 2>>"$DIR/send$i.log" || sleep 0.1
        paste "$DIR/ids$i" <(head -n "$(wc -l <"$DIR/ids$i")" "$DIR/lines$i") >>"$DIR/acked$i"
        sleep 0.1
    done
}

writers=()
for i in 1 2 3; do
    keep_writing "$i" &
    writers+=($!)
done
for ((kill = 1; kill <= kills; kill++)); do
    sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
    victim=$((RANDOM % 3 + 1))
    node_kill "$victim"
    node_start "$victim"
    ((kill % 20 != 0)) || step "$kill kills, $(cat "$DIR"/acked? | wc -l) messages acknowledged"
done
touch "$DIR/stop"
for pid in "${writers[@]}"; do wait "$pid" || fail "a writer ended with status $?"; done

same_everywhere() {
    local i
    for i in 1 2 3; do export_chat "$i" || return 1; done
    cmp --silent "$DIR/export1.jsonl" "$DIR/export2.jsonl" && cmp --silent "$DIR/export1.jsonl" "$DIR/export3.jsonl"
}
wait_until 90 same_everywhere
for i in 1 2 3; do node_kill "$i" && node_start "$i"; done
wait_until 30 same_everywhere
step "after a last kill of all three the databases open and are the same"

assert_nothing_twice 1
acknowledged=$(cat "$DIR"/acked? | wc -l)
((acknowledged >= kills)) || fail "only $acknowledged messages were acknowledged: no load worth the name"

# An id is printed with as much of its log's name as it takes (k7q2m-118), and exported with 16 characters of it.
jq --raw-output 'select(.text != null) | "\(.id)\t\(.text)"' "$DIR/export1.jsonl" >"$DIR/kept"
awk -F '\t' 'NR == FNR { id[$2] = $1; next }
    { split($1, printed, "-"); split(id[$2], kept, "-") }
    index(kept[1], printed[1]) != 1 || kept[2] != printed[2] { print }' "$DIR/kept" "$DIR"/acked? >"$DIR/lost"
[[ ! -s $DIR/lost ]] || fail "$(wc -l <"$DIR/lost") of $acknowledged acknowledged messages are lost: $(head -n 5 "$DIR/lost")"
step "$kills kills: all $acknowledged acknowledged messages are on all three hosts, of $(wc -l <"$DIR/kept") written"
