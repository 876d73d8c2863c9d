#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: three computers on a switch, no router, no server.  One creates the workspace, two join by a code typed once,
# found through mDNS alone.  A message on one is on the others at once and stands in the same order everywhere.  Wrong,
# used and expired codes are refused in words.  After kill -9 of all three everything is still there.
source "$(dirname "$0")/lib.sh"
lan_begin 3

person 1 Anna
person 2 Bernd
person 3 Clara
zuruf 1 workspace create "$OFFICE" >/dev/null || fail "workspace create"
step "three nodes, one workspace"

assert_refused "1 4 5 6" "code" zuruf 2 join abandon-ability-able-about-above-absent --timeout 5
assert_refused "1 2 5" "code|word" zuruf 2 join not-a-code
expired=$(zuruf 1 --json invite --expires 1s | jq --raw-output .code)
sleep 1.5 # time must pass: the code is good for one second
assert_refused "1 4 5 6" "code" zuruf 2 join "$expired" --timeout 5
step "wrong and expired codes are refused"

used=$(invite 1)
join 2 "$used"
assert_refused "1 4 5 6" "code" zuruf 3 join "$used" --timeout 5
step "host 2 joined, its code is good for nobody else"

code=$(invite 1)
join 3 "$code"
step "host 3 joined"

everybody_knows_everybody() {
    local i name
    for i in 1 2 3; do
        for name in Anna Bernd Clara; do zuruf "$i" --json who | grep -qF "$name" || return 1; done
    done
}
wait_until 10 everybody_knows_everybody

sent=0
for i in 1 2 3; do
    text="Grüße von pc$i: 你好, «ça va?» 👋"
    say "$i" "$text"
    began=$(now)
    for other in 1 2 3; do wait_until 5 has_text "$other" "$text"; done
    step "a message of host $i is everywhere after $(seconds_since "$began") s"
    sent=$((sent + 1))
done
senders=()
for i in 1 2 3; do
    say "$i" "at the same time $i" &
    senders+=($!)
    sent=$((sent + 1))
done
for pid in "${senders[@]}"; do wait "$pid" || fail "a send at the same time"; done
wait_until 5 all_have "$sent" 1 2 3

order() { zuruf "$1" --json read "$OFFICE" | jq --raw-output '.id + " " + .text'; }
assert_equal "$(order 1)" "$(order 2)" "the order on host 2"
assert_equal "$(order 1)" "$(order 3)" "the order on host 3"
cp "$DIR/export1.jsonl" "$DIR/before.jsonl"
step "the same order everywhere"

for i in 1 2 3; do node_kill "$i"; done
for i in 1 2 3; do node_start "$i"; done
for i in 1 2 3; do
    export_chat "$i" || fail "export after kill -9 on host $i"
    assert_same_file "$DIR/before.jsonl" "$DIR/export$i.jsonl"
done
say 3 "after the power cut"
wait_until 30 all_have $((sent + 1)) 1 2 3
step "after kill -9 of all three everything is there, and the chat goes on"
