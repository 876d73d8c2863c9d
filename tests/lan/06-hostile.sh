#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a stranger on the network can neither learn anything nor harm anyone.  Silence, garbage, truncated and oversize
# frames, half handshakes, one byte a second and a thousand connections at once: the node answers nothing before a valid
# first message, goes on serving its people, stays small, and its log says why it closed.
source "$(dirname "$0")/lib.sh"
lan_begin 3
office 2
stranger=3
target=$(lab address 1)

# Runs bash code on the stranger's host; $target and $port are the node's.  Connections are /dev/tcp of bash.
attack() { # CODE
    lab exec $stranger env target="$target" port="${PORT[1]}" bash -c "ulimit -n 4096; $1" 2>/dev/null
}

# Sends what CODE prints and counts the bytes that come back until the node closes; four more if it has not after
# 12 s.
answer_to() { # CODE
    attack "exec 3<>/dev/tcp/\$target/\$port; ( $1 ) >&3 & { timeout 12 cat <&3; ((\$? != 124)) || printf open; } | wc -c"
}

assert_no_answer() { # WHAT CODE
    local began
    began=$(now)
    assert_equal 0 "$(answer_to "$2")" "bytes that the node answers to $1 (4: it stays open)"
    step "$1: closed without a byte after $(seconds_since "$began") s"
}

memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/${NODE[1]}/status"; }

assert_serves() { # AFTER-WHAT
    say 1 "still here after $1"
    wait_until 5 has_text 2 "still here after $1"
    say 2 "so am I after $1"
    wait_until 5 has_text 1 "so am I after $1"
}

random() { echo "head -c $1 /dev/urandom"; }
# A frame is a 16-bit length and that many bytes; the first message of a handshake is 48 bytes, its MAC last.
first_message="printf '\\0\\60'; $(random 48)"

assert_serves "nothing"
before=$(memory)
log_lines=$(wc -l <"$DIR/h1.log")
step "$before KiB of memory"

assert_no_answer "silence" ":"
assert_no_answer "garbage" "$(random 1024)"
assert_no_answer "an empty frame" "printf '\\0\\0'"
assert_no_answer "a frame that ends early" "printf '\\0\\60'; $(random 20)"
assert_no_answer "a frame as large as can be" "printf '\\377\\377'; $(random 65535)"
assert_no_answer "a first message with a false MAC" "$first_message"
assert_no_answer "a first message twice" "$first_message; $first_message"
assert_no_answer "one byte a second" "printf '\\0\\60'; for i in {1..11}; do printf x; sleep 1; done"
assert_no_answer "text of another protocol" "printf 'GET / HTTP/1.1\\r\\nHost: office\\r\\n\\r\\n'"
assert_serves "single connections"

# Opens COUNT connections, each with CODE sent, and holds them until they are closed or 8 s passed.
flood() { # COUNT CODE
    attack "for i in {1..$1}; do exec {fd}<>/dev/tcp/\$target/\$port && fds+=(\$fd) && { $2; } >&\$fd; done; sleep 8"
}
flood 1000 ":" &
pids=($!)
flood 300 "$first_message" &
pids+=($!)
flood 300 "printf '\\377\\377'; $(random 3000)" &
pids+=($!)
assert_serves "the start of a flood"
for pid in "${pids[@]}"; do wait "$pid" || true; done
assert_serves "a flood"
step "served during and after 1600 connections at once"

# Its people get in while a stranger knocks without end.
flood 2000 "$first_message" &
pids=($!)
node_kill 2
node_start 2
say 1 "while someone knocks"
wait_until 30 has_text 2 "while someone knocks"
for pid in "${pids[@]}"; do wait "$pid" || true; done
step "host 2 came back in while a stranger knocked"

sleep 0.5
after=$(memory)
((after - before < 8192)) || fail "the node grew from $before to $after KiB"
step "$after KiB of memory"
(($(wc -l <"$DIR/h1.log") > log_lines)) || fail "the log gives no reason for any of it"
(($(wc -l <"$DIR/h1.log") - log_lines < 10000)) || fail "a stranger fills the log"

# What the network is told of by mDNS: an address, and bytes that mean nothing to a stranger.
seen=$(lab exec $stranger timeout 10 avahi-browse --all --resolve --parsable --terminate 2>/dev/null || true)
grep -q '_zuruf._tcp' <<<"$seen" || fail "the stranger sees no service at all: $seen"
for word in Anna Bernd "$OFFICE"; do
    ! grep -qiF "$word" <<<"$seen" || fail "mDNS tells the name $word: $seen"
done
assert kill -0 "${NODE[1]}"
step "mDNS tells no name"
