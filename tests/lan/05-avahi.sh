#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: Avahi comes and goes.  While its daemon is stopped, killed, frozen or absent, links stay and the chat goes on;
# when it is back, a new computer is found; and where no host has a daemon at all, computers find each other as well.
source "$(dirname "$0")/lib.sh"
lan_begin 5
office 3
sent=0

everywhere() { # AVAHI-VERB
    local i
    for i in 1 2 3 4 5; do lab avahi "$i" "$1"; done
}

# Each of hosts 1 to N writes, and all of them have it within five seconds.
assert_chat_goes_on() { # N WHILE
    local i j
    for ((i = 1; i <= $1; i++)); do
        say "$i" "$2, host $i"
        sent=$((sent + 1))
    done
    for ((i = 1; i <= $1; i++)); do
        for ((j = 1; j <= $1; j++)); do wait_until 5 has_text "$j" "$2, host $i"; done
    done
    for ((i = 1; i <= $1; i++)); do assert kill -0 "${NODE[$i]}"; done
    step "the chat goes on: $2"
}

newcomer_joins() { # I NAME
    local code began
    person "$1" "$2"
    code=$(invite 1)
    began=$(now)
    join "$1" "$code"
    step "$2 joined within $(seconds_since "$began") s"
}

assert_chat_goes_on 3 "avahi runs"

everywhere freeze
assert_chat_goes_on 3 "avahi is frozen"
# A frozen daemon must not hold up a verb either: it would at 25 s, the limit of a call on the bus.
began=$(now)
zuruf 1 --json status >/dev/null || fail "status while avahi is frozen"
(($(now) - began < 5000000)) || fail "status took $(seconds_since "$began") s while avahi is frozen"
everywhere thaw
assert_chat_goes_on 3 "avahi is thawed"

everywhere stop
assert_chat_goes_on 3 "avahi is stopped"
everywhere start
assert_chat_goes_on 3 "avahi is started again"
everywhere kill9
assert_chat_goes_on 3 "avahi is killed"
everywhere start
newcomer_joins 4 Doris
assert_chat_goes_on 4 "Doris is here"

# New ports after a restart, and nothing but the network to tell of them.
everywhere absent
for i in 1 2 3 4; do node_kill "$i" TERM; done
for i in 1 2 3 4; do node_start "$i"; done
newcomer_joins 5 Emil
wait_until 35 all_have "$sent" 1 2 3 4 5
assert_chat_goes_on 5 "no daemon on any host"
wait_until 5 all_have "$sent" 1 2 3 4 5
