# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Helpers of the script tests, for sourcing.  $ZURUF is the program under test.  Each person has a home $DIR/NAME; what
# is started here ends with the script.
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1
unset LANG LANGUAGE ZURUF_HOME
# A node that a verb starts stays on this computer too.
export ZURUF_NODE_ARGS="--no-mdns --listen 127.0.0.1:0"

DIR=$(mktemp -d /tmp/zuruf-cli.XXXXXX)
declare -A NODE=() ADDRESS=()

fail() {
    echo "FAILED (line ${BASH_LINENO[0]}): $*" >&2
    tail -n 20 "$DIR"/*.log "$DIR"/*/node.log >&2 2>/dev/null || true
    exit 1
}

# Ends the nodes of this script: its own children by pid, those that verbs started by their home.
finish() {
    local status=$? home
    trap - EXIT
    for home in "$DIR"/*/; do
        [[ ! -S $home/socket ]] || "$ZURUF" --home "$home" node --stop >/dev/null 2>&1 || true
    done
    for pid in "${NODE[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$DIR"
    exit "$status"
}
trap finish EXIT

zuruf() { # NAME VERB...
    "$ZURUF" --home "$DIR/$1" "${@:2}"
}

# A node in the foreground of its own; ADDRESS[NAME] is where it listens.
node() { # NAME [OPTION...]
    : >"$DIR/$1.out"
    "$ZURUF" --home "$DIR/$1" node --no-mdns --listen 127.0.0.1:0 "${@:2}" >"$DIR/$1.out" 2>>"$DIR/$1.log" </dev/null &
    NODE[$1]=$!
    within 10 grep -q '^ready ' "$DIR/$1.out"
    ADDRESS[$1]=$(sed -n 's/^ready //p' "$DIR/$1.out")
}

end_node() { # NAME
    zuruf "$1" node --stop
    wait "${NODE[$1]}" || fail "the node of $1 ended with status $?"
    unset "NODE[$1]"
}

# Two people in a workspace "Office", connected.
two_people() {
    node alice
    zuruf alice init --name Alice >/dev/null
    zuruf alice workspace create Office >/dev/null
    node bob
    zuruf bob init --name Bob >/dev/null
    zuruf bob join "$(code_of alice)" --peer "${ADDRESS[alice]}" >/dev/null
}

code_of() { # NAME
    zuruf "$1" --json invite | field code
}

# That string field of each JSON object of the input (without escapes in it).
field() { # NAME
    sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p'
}

within() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    until "${@:2}" >/dev/null 2>&1; do
        ((SECONDS <= end)) || fail "not within $1 s: ${*:2}"
        sleep 0.05
    done
}

equal() { # EXPECTED ACTUAL
    [[ $1 == "$2" ]] || fail "expected '$1', is '$2'"
}

# Standard output and standard error together must match; the status must be that one.
status() { # STATUS PATTERN COMMAND...
    local status=0 said
    said=$("${@:3}" 2>&1 </dev/null) || status=$?
    [[ $status == "$1" ]] || fail "status $status instead of $1 from ${*:3}: $said"
    grep -qE -- "$2" <<<"$said" || fail "'${*:3}' says nothing like '$2': $said"
}

texts() { # NAME : of the chat, in order
    zuruf "$1" --json read . | field text
}

has_texts() { # NAME COUNT
    [[ $(texts "$1" | wc -l) == "$2" ]]
}
