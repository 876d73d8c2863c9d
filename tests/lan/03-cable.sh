#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: the cable of one computer is out for a minute while all three write; within five seconds of plugging it in, all
# have all, nothing twice.  Then the same behind a split switch, where no card notices anything.
# LAN_FAST=S: the cable is out for S seconds instead of 60.
source "$(dirname "$0")/lib.sh"
lan_begin 3
office 3
out=${LAN_FAST:-60}
sent=0

# All three write one message after the other, for SECONDS.
all_write() { # SECONDS PREFIX
    local end=$(($(now) + $1 * 1000000)) round=0 i
    while (($(now) < end)); do
        round=$((round + 1))
        for i in 1 2 3; do
            say "$i" "$2, round $round on host $i"
            sent=$((sent + 1))
        done
        sleep 0.2
    done
}

lacks_text() { # I TEXT
    export_chat "$1" && ! texts "$1" | grep -qxF -- "$2"
}

# All have all within SECONDS from now on.
assert_equal_within() { # SECONDS AFTER-WHAT
    local began i
    began=$(now)
    wait_until "$1" all_have "$sent" 1 2 3
    for i in 1 2 3; do assert_nothing_twice "$i"; done
    step "$sent messages, all have all, seen $(seconds_since "$began") s after $2"
}

all_write 1 "together"
assert_equal_within 10 "writing together"

lab unplug 3
all_write "$out" "cable out"
assert lacks_text 1 "cable out, round 1 on host 3"
assert lacks_text 3 "cable out, round 1 on host 1"
lab plug 3
assert_equal_within 5 "$out s without a cable"

# No carrier is lost: nobody is told, and the connections that stood only fall silent.  The way back is the redial of
# known addresses (30 s at most) or the next retransmission, and ARP takes up to 3 s more.
lab partition 1 2,3
all_write 15 "switch split"
assert lacks_text 1 "switch split, round 1 on host 2"
assert lacks_text 2 "switch split, round 1 on host 1"
lab heal
assert_equal_within 40 "15 s behind a split switch"

all_write 1 "together again"
assert_equal_within 5 "writing together again"
