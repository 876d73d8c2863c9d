#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a newcomer fetches a long chat and is killed with SIGKILL again and again on the way, and so is the one he
# fetches it from.  In the end nothing is missing, nothing stands twice, and both have the same order.
#   CRASH_MESSAGES=N, CRASH_KILLS=N, CRASH_SEED=N: other than 20000 messages, 30 kills, the random choices
source "$(dirname "$0")/lib.sh"
messages=${CRASH_MESSAGES:-20000} kills=${CRASH_KILLS:-30}
RANDOM=${CRASH_SEED:=$RANDOM}
step "CRASH_SEED=$CRASH_SEED"

two_people
end_node bob
padding=$(head -c 900 /dev/zero | tr '\0' .)
seq --format "message %g $padding" "$messages" >"$DIR/lines"
zuruf alice send . --lines <"$DIR/lines" >"$DIR/ids"
equal "$messages" "$(wc -l <"$DIR/ids")"
step "$messages messages wait for bob"

size_of() { stat --format %b "$DIR/$1/data.mdb"; }

# Bob's node for up to MS ms, from its first instruction on.
bob_lives() { # MS
    local life=$((RANDOM % $1))
    "$ZURUF" --home "$DIR/bob" node --no-mdns --listen "${ADDRESS[bob]}" --peer "${ADDRESS[alice]}" >/dev/null \
        2>>"$DIR/bob.log" </dev/null &
    # shellcheck disable=SC2034 # for kill_node
    NODE[bob]=$!
    sleep "$(printf '0.%03d' $life)"
    kill_node bob
}

on_the_way=0 longest=60 # ms; longer where that is too short to store anything
for ((kill = 1; kill <= kills; kill++)); do
    before=$(size_of bob)
    bob_lives $longest
    if (($(size_of bob) == before)); then
        longest=$((longest < 900 ? longest + 40 : 900))
    else
        on_the_way=$((on_the_way + 1)) longest=60
    fi
    if ((RANDOM % 3 == 0)); then
        kill_node alice
        node_again alice
    fi
done
step "$kills kills of bob, $on_the_way of them while he fetched; he has $(($(size_of bob) * 100 / $(size_of alice))) %"
((on_the_way >= 1)) || fail "only $on_the_way kills on the way"

node_again bob --peer "${ADDRESS[alice]}"
within 120 same_chats "$messages" alice bob
nothing_twice bob
cmp "$DIR/lines" <(exported bob text) || fail "the order is another than that of writing"
for name in alice bob; do
    kill_node $name
    node_again $name --peer "${ADDRESS[alice]}"
done
within 30 same_chats "$messages" alice bob
step "all $messages messages are there, in order, also after a last kill"
