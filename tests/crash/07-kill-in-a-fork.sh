#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a node learns that a long log was written twice, has to move thousands of stored entries into a branch, and is
# killed with SIGKILL at about that moment, again and again from the same beginning.  Whatever was on its disk then, it
# starts, takes the rest, and in the end both histories are with both, once.
#   CRASH_BRANCH=N, CRASH_KILLS=N, CRASH_SEED=N: other than 1500 messages a history, 10 kills, the random choices
source "$(dirname "$0")/lib.sh"
branch=${CRASH_BRANCH:-1500} kills=${CRASH_KILLS:-10}
RANDOM=${CRASH_SEED:=$RANDOM}
step "CRASH_SEED=$CRASH_SEED"

say_many() { # NAME WORD
    seq --format "$2 %g" "$branch" | zuruf "$1" send . --lines >/dev/null
}

keep() { # NAME COPY
    cp -a "$DIR/$1" "$DIR/$2"
}

# As a virtual machine goes back to a snapshot: into the same files, so that nothing on the computer tells.
put_back() { # NAME COPY
    local file
    for file in data.mdb lineage; do cat "$DIR/$2/$file" >"$DIR/$1/$file"; done
}

two_people
zuruf bob send . "common" >/dev/null
within 30 same_chats 1 alice bob
end_node bob
keep bob bob-before
node_again bob --peer "${ADDRESS[alice]}"
say_many bob one
within 60 same_chats $((branch + 1)) alice bob
end_node bob
end_node alice
keep alice alice-with-one
put_back bob bob-before
node bob
say_many bob two
end_node bob
keep bob bob-with-two
step "alice holds one history of $branch messages, bob another"

they_meet() {
    put_back alice alice-with-one
    put_back bob bob-with-two
    node_again alice
    kill -STOP "${NODE[alice]}" # until bob has dialled
    node bob --peer "${ADDRESS[alice]}"
    kill -CONT "${NODE[alice]}"
}

both_have_everything() {
    within 60 same_chats $((2 * branch + 1)) alice bob
    nothing_twice alice
}

# What alice's disk says, while nobody can tell her more.
has_moved() {
    kill -STOP "${NODE[bob]}"
    node_again alice --peer "${ADDRESS[bob]}"
    local moved=1
    zuruf alice --json status | grep -q '"forked_logs":\[{' && moved=0
    kill -CONT "${NODE[bob]}"
    return $moved
}

# Later after a kill that came too early, earlier after one that came too late: so they close in on the moment.
delay=0 early=0 late=0
for ((kill = 1; kill <= kills; kill++)); do
    they_meet
    sleep "$(printf '0.%03d' $delay)"
    kill_node alice
    if has_moved; then
        late=$((late + 1)) delay=$((delay > 10 ? delay - RANDOM % 10 : 0))
    else
        early=$((early + 1)) delay=$((delay < 900 ? delay + RANDOM % 20 : 900))
    fi
    both_have_everything
    end_node alice
    node_again alice --peer "${ADDRESS[bob]}"
    both_have_everything
    end_node alice
    end_node bob
done
step "$kills kills, $early before the entries had moved and $late after; both histories are with both"
