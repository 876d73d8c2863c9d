#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: what a node costs in an office of many.  That many real `zuruf node` processes run on 127.0.1.1, 127.0.1.2, …;
# each is told the addresses of at most two others.  Prints a row of the table in tests/bench/README.md: seconds from
# power-on of all until all have the same and see each other, connections, memory, CPU and bytes of an idle node.
#
# usage: scale.sh ZURUF PEOPLE [HOMES]
# HOMES keeps the homes for the next run (hiring takes about a second a person); else they lie in a temporary
# directory.  Memory: about 10 MiB a node.
set -euo pipefail
export LC_ALL=C LANGUAGE=C

zuruf=$1 people=$2
((people >= 2 && people <= 250)) || { echo "2 to 250 people"; exit 2; }
if [[ -n ${3-} ]]; then
    homes=$3
    mkdir -p "$homes"
else
    homes=$(mktemp -d)
fi
port_base=42000 idle_seconds=${SCALE_IDLE-20} patience=300
HIRED_AT_ONCE=8
declare -A pids=()

finish() {
    local i
    for i in "${!pids[@]}"; do kill "${pids[$i]}" 2>/dev/null || true; done
    wait || true
    [[ -n ${kept-} ]] || rm -rf "$homes"
}
kept=${3-}
trap finish EXIT

address() { echo "127.0.1.$1:$((port_base + $1))"; }
on() { # NUMBER VERB…
    local home=$homes/$1
    shift
    "$zuruf" --home "$home" "$@"
}
launch() { # NUMBER PEER…
    local number=$1 peer arguments=()
    shift
    for peer in "$@"; do arguments+=(--peer "$peer"); done
    "$zuruf" --home "$homes/$number" node --no-mdns --listen "$(address "$number")" "${arguments[@]}" \
        >"$homes/$number.out" 2>"$homes/$number.log" &
    pids[$number]=$!
}
stop() { # NUMBER
    kill "${pids[$1]}"
    wait "${pids[$1]}" || true
    unset "pids[$1]"
}
ready() { # NUMBER
    local tries=0
    until [[ -d $homes/$1 ]] && grep -q '^ready' "$homes/$1.out" 2>/dev/null; do
        ((++tries < 600)) || { echo "node $1 does not start"; exit 1; }
        sleep 0.05
    done
}
field() { grep -o "\"$1\":[^,}]*" | head --lines=1 | cut --delimiter=: --fields=2 | tr -d '"'; }

# ---------------------------------------------------------------- hiring: each joins once, then switches off
hire_one() { # NUMBER, in a shell of its own
    local code
    trap 'kill "${pids[$1]-}" 2>/dev/null || true' EXIT
    code=$(on 1 invite --json | field code)
    launch "$1"
    ready "$1"
    on "$1" init --name "Person $1" >"$homes/$1.init" 2>&1
    on "$1" join "$code" --peer "$(address 1)" >"$homes/$1.join" 2>&1
    stop "$1"
    touch "$homes/$1/hired"
}
launch 1
ready 1
if [[ ! -e $homes/1/hired ]]; then
    on 1 init --name "Person 1" >/dev/null
    on 1 workspace create Office >/dev/null
    touch "$homes/1/hired"
fi
for ((i = 2; i <= people; i++)); do
    [[ -e $homes/$i/hired ]] && continue
    while (($(jobs -pr | wc -l) > HIRED_AT_ONCE)); do sleep 0.05; done # node 1 is one of them
    hire_one "$i" &
done
while (($(jobs -pr | wc -l) > 1)); do sleep 0.05; done
for ((i = 2; i <= people; i++)); do [[ -e $homes/$i/hired ]] || { echo "person $i could not join"; exit 1; }; done
stop 1

# ---------------------------------------------------------------- power-on
entries() { on "$1" status --json | field entries; }
online() { on "$1" who --json | grep -c '"online":true' || true; }
now() { date +%s%N; }

rm -f "$homes"/*.out
began=$(now)
for ((i = 1; i <= people; i++)); do
    peers=()
    ((i > 1)) && peers+=("$(address $((i / 2)))")
    ((i > 2)) && peers+=("$(address $((i - 1)))")
    launch "$i" "${peers[@]}"
done
for ((i = 1; i <= people; i++)); do ready "$i"; done
started=$(now)
wanted=
for ((i = people; i >= 1; i--)); do # whoever is done stays done: nobody writes
    until [[ -n $wanted || $i -lt $people ]] && [[ $(entries "$i") == "$wanted" && $(online "$i") == "$people" ]]; do
        ((($(now) - began) / 1000000000 < patience)) || { echo "node $i is not in sync after $patience s"; exit 1; }
        [[ $(online "$people") == "$people" ]] && wanted=$(entries "$people")
        sleep 0.1
    done
done
synced=$(now)

# ---------------------------------------------------------------- idle
sleep 10
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
anonymous() { awk '/^RssAnon/ { print $2 }' "/proc/$1/status"; }
connections() { on "$1" status --json | field links; }
loopback() { awk '$1 == "lo:" { print $2 }' /proc/net/dev; }

total_ticks=0 memory=0 most_memory=0 links=0 most_links=0 sockets=0
declare -A before=()
for i in "${!pids[@]}"; do
    n=$(connections "$i") m=$(anonymous "${pids[$i]}")
    links=$((links + n)) memory=$((memory + m))
    ((n <= most_links)) || most_links=$n
    ((m <= most_memory)) || most_memory=$m
    sockets=$((sockets + $(find "/proc/${pids[$i]}/fd" -lname 'socket:*' | wc -l)))
done
for i in "${!pids[@]}"; do before[$i]=$(ticks "${pids[$i]}"); done
bytes=$(loopback)
sleep "$idle_seconds"
bytes=$(($(loopback) - bytes))
for i in "${!pids[@]}"; do total_ticks=$((total_ticks + $(ticks "${pids[$i]}") - before[$i])); done

awk -v people="$people" -v start="$(((started - began) / 1000000))" -v sync="$(((synced - began) / 1000000))" \
    -v links="$links" -v most_links="$most_links" -v memory="$memory" -v most_memory="$most_memory" \
    -v sockets="$sockets" -v ticks="$total_ticks" -v bytes="$bytes" -v seconds="$idle_seconds" \
    -v hertz="$(getconf CLK_TCK)" -v load="$(cut --delimiter=' ' --fields=1 /proc/loadavg)" 'BEGIN {
        printf "| %d | %.1f | %.1f | %.1f | %d | %.1f | %.1f | %.1f | %.2f | %.0f | %s |\n", people, start / 1000,
            sync / 1000, links / people, most_links, sockets / people, memory / people / 1024, most_memory / 1024,
            100 * ticks / hertz / seconds / people, 2 * bytes / seconds / people, load
    }'
