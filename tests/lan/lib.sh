# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Helpers of the LAN scenarios, for sourcing.  Host I has its home in $DIR/hI and runs at most one node; NODE[I] is the
# node's pid, PORT[I] its port, $DIR/hI.log what it logged.  A scenario that cannot run here ends with status 77
# (skipped).
#
#   ZURUF_LAN_PROGRAM   the program under test, else $ZURUF as CTest sets it
#   ZURUF_LAN_SUDO=1    without root: run the scenario through sudo
#   ZURUF_TEST_DATA     folder of real data
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C.UTF-8 NO_COLOR=1
# Verbs start a node where none runs; in here that fails at once, so that no scenario gets a node behind its back.
export ZURUF_NODE_ARGS=--not-in-the-lab

LAN=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
PROGRAM=${ZURUF_LAN_PROGRAM:-${ZURUF:-$LAN/../../build/release/cli/zuruf}}
OFFICE=Office # the workspace's name, and so that of its chat
declare -A NODE=() PORT=()

# --- telling

step() { printf '%7.1f s  %s\n' "$(seconds_since "$BEGAN")" "$*"; }

skip() {
    echo "skipped: $*"
    exit 77
}

fail() {
    local log
    echo "FAILED: $*"
    for log in "$DIR"/h*.log; do
        [[ ! -s $log ]] || { echo "--- end of $(basename "$log")" && tail -n 15 "$log"; }
    done
    exit 1
}

now() { echo "${EPOCHREALTIME/[.,]/}"; } # microseconds

seconds_since() { # NOW
    local passed=$((($(now) - $1) / 1000))
    printf '%d.%03d' $((passed / 1000)) $((passed % 1000))
}

# --- the lab

lab() { "$LAN/lab" "$@"; }

# Makes hosts 1 to N, or skips.  Whatever ends this script ends the lab: the trap, or, where it is killed, a watcher.
lan_begin() { # N [--no-avahi]
    local reason
    if [[ $(id -u) != 0 && ${ZURUF_LAN_SUDO:-} == 1 ]]; then
        exec sudo --non-interactive ZURUF_LAN_PROGRAM="$PROGRAM" ZURUF_TEST_DATA="${ZURUF_TEST_DATA:-}" \
            LAN_FAST="${LAN_FAST:-}" LAN_KILLS="${LAN_KILLS:-}" bash "$0"
    fi
    type -P jq >/dev/null || skip "missing command: jq"
    DIR=$(mktemp -d "${TMPDIR:-/tmp}/zuruf-lan.XXXXXX")
    export LAB_DIR=$DIR/lab
    BEGAN=$(now)
    trap lan_end EXIT
    trap 'exit 129' HUP INT TERM
    reason=$(lab possible) || skip "$reason"
    [[ -x $PROGRAM ]] || fail "there is no program $PROGRAM"
    # shellcheck disable=SC2016 # expanded by the inner shell
    (setsid bash -c 'tail --pid="$1" -f /dev/null; "$2" down; rm -rf "$3"' \
        watcher $$ "$LAN/lab" "$DIR" </dev/null >/dev/null 2>&1 &)
    lab up "$@"
}

lan_end() {
    local status=$? i
    trap - EXIT
    for i in "${!NODE[@]}"; do node_kill "$i"; done
    lab down || status=1
    if ((status != 0 && status != 77)) && [[ -n ${LAN_KEEP:-} ]]; then
        cp -r "$DIR" "$LAN_KEEP"
    fi
    rm -rf "$DIR"
    exit "$status"
}

# --- waiting and asserting

# Polls until COMMAND succeeds; its output is dropped.
is_true_within() { # SECONDS COMMAND...
    local end=$(($(now) + $1 * 1000000))
    shift
    until "$@" >/dev/null 2>&1; do
        (($(now) < end)) || return 1
        sleep 0.05
    done
}

wait_until() { # SECONDS COMMAND...
    is_true_within "$@" || fail "not within $1 s: ${*:2}"
}

assert() { # COMMAND...
    "$@" || fail "is not so: $*"
}

assert_equal() { # EXPECTED ACTUAL WHAT
    [[ $1 == "$2" ]] || fail "$3: expected '$1', is '$2'"
}

assert_same_file() { # A B
    cmp "$1" "$2" || fail "$(basename "$1") and $(basename "$2") differ: $(diff "$1" "$2" | head -n 5)"
}

# The command is refused with one of the STATUSes and says why in words that match PATTERN.
assert_refused() { # STATUSES PATTERN COMMAND...
    local status=0 said
    said=$("${@:3}" 2>&1) || status=$?
    [[ " $1 " == *" $status "* ]] || fail "status $status, not one of $1, from ${*:3}: $said"
    grep -qiE "$2" <<<"$said" || fail "says nothing like '$2': $said"
}

# --- nodes and verbs

zuruf() { # I VERB...
    lab exec "$1" "$PROGRAM" --home "$DIR/h$1" "${@:2}"
}

node_start() { # I [ARGUMENTS...]
    local i=$1
    : >"$DIR/h$i.out"
    "$LAN/lab" exec "$i" "$PROGRAM" --home "$DIR/h$i" node "${@:2}" >"$DIR/h$i.out" 2>>"$DIR/h$i.log" </dev/null &
    NODE[$i]=$!
    wait_until 15 node_is_ready_or_gone "$i"
    grep -q '^ready ' "$DIR/h$i.out" || fail "the node of host $i ended before it was ready"
    # shellcheck disable=SC2034 # for the scenarios
    PORT[$i]=$(sed -n 's/^ready .*:\([0-9]*\)$/\1/p' "$DIR/h$i.out")
}

node_is_ready_or_gone() { grep -q '^ready ' "$DIR/h$1.out" || ! kill -0 "${NODE[$1]}"; }

node_kill() { # I [SIGNAL]
    {
        kill "-${2:-KILL}" "${NODE[$1]}" || true
        wait "${NODE[$1]}" || true
    } 2>/dev/null # where bash tells of the killed job
}

# A new person: a running node and an identity.
person() { # I NAME [ARGUMENTS OF NODE...]
    node_start "$1" "${@:3}"
    zuruf "$1" init --name "$2" >/dev/null || fail "init on host $1"
}

invite() { # I : prints the code
    zuruf "$1" --json invite | jq --exit-status --raw-output .code
}

join() { # I CODE
    zuruf "$1" join "$2" --timeout 30 >/dev/null || fail "host $1 cannot join"
}

# Hosts 1 to N with a node each in one workspace, found through mDNS only.
office() { # N [ARGUMENTS OF NODE...]
    local names=("" Anna Bernd Clara Doris Emil) i code
    for ((i = 1; i <= $1; i++)); do person "$i" "${names[$i]}" "${@:2}"; done
    zuruf 1 workspace create "$OFFICE" >/dev/null || fail "workspace create"
    for ((i = 2; i <= $1; i++)); do
        code=$(invite 1) || fail "invite on host 1"
        join "$i" "$code"
    done
}

say() { # I TEXT
    zuruf "$1" send "$OFFICE" "$2" >/dev/null || fail "host $1 cannot send"
}

# --- what a host has

# The chat of host I as JSON Lines in $DIR/exportI.jsonl.
export_chat() { # I
    rm -f "$DIR/export$1.new"
    zuruf "$1" export --format jsonl --out "$DIR/export$1.new" >/dev/null && mv "$DIR/export$1.new" "$DIR/export$1.jsonl"
}

texts() { # I : of the last export, in order
    jq --raw-output 'select(.text != null) | .text' "$DIR/export$1.jsonl"
}

has_text() { # I TEXT
    zuruf "$1" --json read "$OFFICE" --last 50 | jq --raw-output .text | grep -qxF -- "$2"
}

has_count() { # I COUNT
    export_chat "$1" && [[ $(texts "$1" | wc -l) == "$2" ]]
}

# Every host named has COUNT messages and their exports are the same, byte for byte.
all_have() { # COUNT I...
    local count=$1 first=$2 i
    shift
    for i; do has_count "$i" "$count" || return 1; done
    for i; do cmp --silent "$DIR/export$first.jsonl" "$DIR/export$i.jsonl" || return 1; done
}

assert_nothing_twice() { # I : of the last export
    assert_equal "" "$(jq --raw-output 'select(.text != null) | .id' "$DIR/export$1.jsonl" | sort | uniq -d)" \
        "ids that stand twice on host $1"
    assert_equal "" "$(texts "$1" | sort | uniq -d)" "texts that stand twice on host $1"
}
