#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a verb starts the node in the background, which outlives it, is stopped in words, and keeps everything.
source "$(dirname "$0")/lib.sh"

said=$(zuruf alice init --name Alice) # would hang if the node kept the pipe open
grep -q Alice <<<"$said" || fail "$said"
[[ -S $DIR/alice/socket && -f $DIR/alice/node.log ]] || fail "no socket, or no log"
equal 700 "$(stat --format %a "$DIR/alice")"
equal 600 "$(stat --format %a "$DIR/alice/node.log")"
pid=$(zuruf alice status --json | sed 's/.*"pid":\([0-9]*\).*/\1/')
kill -0 "$pid" || fail "no process $pid"
equal "$pid" "$(ps -o sid= -p "$pid" | tr -d ' ')" # a session of its own

zuruf alice workspace create Office >/dev/null
zuruf alice send . "kept" >/dev/null
zuruf alice node --stop
state=$(ps -o stat= -p "$pid" || true)
[[ -z $state || $state == Z* ]] || fail "still runs after node --stop: $state"
equal kept "$(texts alice)"

# Several verbs at once start one node.
zuruf alice node --stop
verbs=()
for _ in 1 2 3 4; do
    zuruf alice --json status >>"$DIR/pids" &
    verbs+=($!)
done
for verb in "${verbs[@]}"; do wait "$verb" || fail "one of several verbs failed"; done
equal 1 "$(sed 's/.*"pid":\([0-9]*\).*/\1/' "$DIR/pids" | sort -u | wc -l)"
zuruf alice node --stop

# A node that cannot start says why.
ZURUF_NODE_ARGS="--no-mdns --listen 192.0.2.1:4000" status 3 '192.0.2.1|cannot listen' zuruf alice status
status 3 'too long' zuruf "$(printf 'x%.0s' {1..120})" status
