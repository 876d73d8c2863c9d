#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: without any node, the helper alone: computers find each other through mDNS within two seconds over IPv4 and
# IPv6, with and without an avahi-daemon, whatever happens to daemons, bus, cards, addresses and the helper itself.
#
#     08-discovery.sh [CASE]...       all cases without a name
source "$(dirname "$0")/lib.sh"
BIN=$(dirname "$PROGRAM")
PROBE=$BIN/../tests/lan/discover_probe
HELPER=$BIN/zuruf-discover

# --- probes: pN announces port 7000 + N with a salt of eight bytes N, and writes what it is told to $DIR/hN.log

declare -A ORDERS=() PROBES=()

probe_start() { # N HOST
    mkfifo "$DIR/orders$1"
    "$LAN/lab" exec "$2" "$PROBE" "$HELPER" $((7000 + $1)) "$1" <"$DIR/orders$1" >"$DIR/h$1.log" 2>&1 &
    PROBES[$1]=$!
    local fd
    exec {fd}>"$DIR/orders$1"
    ORDERS[$1]=$fd
}

order() { echo "$2" >&"${ORDERS[$1]}"; }

probe_forget() { # N
    local fd=${ORDERS[$1]}
    exec {fd}>&-
    unset "ORDERS[$1]" "PROBES[$1]"
    rm "$DIR/orders$1"
}

probe_quit() { # N
    order "$1" quit
    wait "${PROBES[$1]}" || fail "probe $1 ended with an error"
    ! grep -nE "Sanitizer|runtime error|helper ended \(status [^0]|signal [^09]" "$DIR/h$1.log" || fail "probe $1"
    probe_forget "$1"
}

three_probes() { # on hosts 1 to 3
    local i
    for i in 1 2 3; do probe_start "$i" "$i"; done
}

helper_of() { pgrep -P "${PROBES[$1]}" -x zuruf-discover; }

# --- what they are told

lines() { wc -l <"$DIR/h$1.log"; } # for the FROM of the others

told() { tail -n "+$(($2 + 1))" "$DIR/h$1.log" | grep -E -- "$3"; } # N FROM PATTERN

# N sees M over IPv4 at ADDRESS (default: of host M) and over IPv6, within SECONDS, on lines after FROM.
wait_sees() { # SECONDS N FROM M [ADDRESS]
    local port=$((7000 + $4))
    wait_until "$1" told "$2" "$3" "SEEN .* ip ${5:-$(lab address "$4")} port $port scope 0 "
    wait_until "$1" told "$2" "$3" "SEEN .* ip fe80:[^ ]* port $port scope [1-9]"
}

all_see_all() { # SECONDS
    local i j
    for i in 1 2 3; do
        for j in 1 2 3; do [[ $i == "$j" ]] || wait_sees "$1" "$i" 0 "$j"; done
        ! told "$i" 0 "SEEN .* port 700$i " || fail "probe $i is told of itself"
    done
}

# --- cases, each on a fresh lab of three hosts

case_daemons() {
    local from
    three_probes
    all_see_all 2
    from=$(lines 1)
    order 2 "tag 171"
    wait_until 2 told 1 "$from" "SEEN .* port 7002 .* tag abababababababab"
    order 2 "invites 3"
    wait_until 2 told 1 "$from" "SEEN .* port 7002 .* invites 3"
    from=$(lines 3)
    order 2 again
    wait_sees 4 3 "$from" 2
    wait_until 2 told 3 "$from" "GONE "
    from=$(lines 3)
    probe_quit 2
    wait_until 3 told 3 "$from" "GONE "
}

case_daemon_comes_and_goes() {
    local how from1 from2
    three_probes
    all_see_all 2
    for how in stop kill9 absent; do
        from1=$(lines 1) from2=$(lines 2)
        lab avahi 1 "$how"
        wait_until 6 told 1 "$from1" "LOG .*embedded"
        wait_sees 8 2 "$from2" 1
        wait_sees 8 1 "$from1" 2
        from1=$(lines 1) from2=$(lines 2)
        lab avahi 1 start
        wait_until 6 told 1 "$from1" "LOG .*avahi-daemon"
        wait_sees 6 2 "$from2" 1
        wait_sees 6 1 "$from1" 2
    done
    from1=$(lines 1) from2=$(lines 2)
    lab avahi 1 stop
    lab avahi 1 start
    wait_sees 6 2 "$from2" 1
    wait_sees 6 1 "$from1" 2
    ! told 1 "$from1" "LOG .*embedded" || fail "a mere restart of the daemon was not waited for"
}

case_frozen_daemon() {
    local from1 restarts
    three_probes
    all_see_all 2
    lab avahi 1 freeze
    order 1 again # a call that the frozen daemon does not answer
    sleep 20
    lab avahi 1 thaw
    from1=$(lines 1)
    probe_start 4 3
    wait_sees 10 1 "$from1" 4 "$(lab address 3)"
    wait_sees 10 4 0 1
    restarts=$(told 1 0 "starting it again" | wc -l)
    ((restarts <= 2)) || fail "the helper was replaced $restarts times in 20 s"
}

case_no_daemon() {
    local from
    three_probes
    all_see_all 3
    probe_start 4 1 # a second user's node on host 1
    wait_sees 4 4 0 1
    wait_sees 4 1 0 4 "$(lab address 1)"
    wait_sees 4 3 0 4 "$(lab address 1)"
    from=$(lines 3)
    probe_quit 4
    wait_until 3 told 3 "$from" "GONE "
    from=$(lines 3)
    lab avahi 1 start
    wait_until 6 told 1 0 "LOG .*avahi-daemon"
    wait_sees 6 3 "$from" 1
    probe_start 5 1
    wait_sees 3 5 0 2
    wait_sees 3 2 0 5 "$(lab address 1)"
}

card_down_and_up() {
    local from1 from2
    three_probes
    all_see_all 3
    lab exec 1 ip link set eth0 down
    sleep 2
    from1=$(lines 1) from2=$(lines 2)
    lab exec 1 ip link set eth0 up
    order 1 again # as the node says when an interface changes
    wait_sees 6 2 "$from2" 1
    wait_sees 6 1 "$from1" 2
}

address_changes() {
    local from old new
    three_probes
    all_see_all 3
    from=$(lines 2) old=$(lab address 1)
    new=${old%.*}.101
    lab exec 1 ip addr del "$old/24" dev eth0
    lab exec 1 ip addr add "$new/24" dev eth0
    sleep 1
    order 1 again
    wait_sees 6 2 "$from" 1 "$new"
}

two_cards() {
    local i twice
    lab nic 1
    lab nic 2
    three_probes
    all_see_all 3
    second=$(lab exec 2 ip -o -4 addr show dev eth1 | sed -E 's/.* inet ([0-9.]+).*/\1/')
    wait_sees 4 1 0 2 "$second"
    ! told 3 0 " ip $second " || fail "host 3 is told an address of a network that it is not on"
    for i in 1 2 3; do
        twice=$(told "$i" 0 SEEN | cut -d' ' -f3- | sort | uniq -d)
        assert_equal "" "$twice" "told twice to $i"
    done
}

case_card_with_daemon() { card_down_and_up; }
case_card_without_daemon() { card_down_and_up; }
case_address_with_daemon() { address_changes; }
case_address_without_daemon() { address_changes; }
case_two_cards_with_daemon() { two_cards; }
case_two_cards_without_daemon() { two_cards; }

# mDNS does not notice that a switch came back; to announce again is what mends it.
split_and_mended() {
    local i
    lab partition 1 2,3
    three_probes
    wait_sees 3 2 0 3
    ! told 1 0 SEEN || fail "seen through a split network"
    lab heal
    order 1 again
    for i in 2 3; do wait_sees 6 "$i" 0 1; done
}
case_split_with_daemon() { split_and_mended; }
case_split_without_daemon() { split_and_mended; }

case_helper_dies() {
    local from1 from2
    three_probes
    all_see_all 2
    from1=$(lines 1) from2=$(lines 2)
    kill -KILL "$(helper_of 1)"
    wait_sees 3 1 "$from1" 2
    wait_sees 3 2 "$from2" 1
    wait_until 4 told 2 "$from2" "GONE "
}

# Without a word: the helper notices, withdraws and leaves.
case_node_dies_without_daemon() {
    local from helper
    three_probes
    all_see_all 3
    from=$(lines 2) helper=$(helper_of 1)
    { kill -KILL "${PROBES[1]}" && wait "${PROBES[1]}"; } 2>/dev/null || true
    wait_until 4 told 2 "$from" "GONE "
    wait_until 4 test ! -e "/proc/$helper"
    probe_forget 1
}

CASES=("$@")
((${#CASES[@]})) || CASES=(daemons daemon_comes_and_goes frozen_daemon no_daemon card_with_daemon card_without_daemon
    address_with_daemon address_without_daemon two_cards_with_daemon two_cards_without_daemon
    split_with_daemon split_without_daemon helper_dies node_dies_without_daemon)

first=1
for name in "${CASES[@]}"; do
    options=(3)
    [[ $name == no_daemon || $name == *_without_daemon ]] && options+=(--no-avahi)
    if ((first)); then lan_begin "${options[@]}"; else lab up "${options[@]}"; fi
    first=0
    "case_$name"
    for i in "${!PROBES[@]}"; do probe_quit "$i"; done
    lab down
    rm -f "$DIR"/h*.log
    step "$name"
done
