# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Helpers of the crash tests, for sourcing; on top of those of the script tests.
#   ZURUF_LAN_PROGRAM   the program under test, else $ZURUF as CTest sets it
ZURUF=${ZURUF_LAN_PROGRAM:-$ZURUF}
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../cli/lib.sh"

step() { echo "$SECONDS s: $*"; }

skip() {
    echo "skipped: $*"
    exit 77
}

# Runs the script once more in a mount namespace of its own; what it mounts ends with it.
own_mounts() {
    [[ $(id -u) == 0 ]] || skip "needs root, to mount a small disk"
    [[ -z ${CRASH_NAMESPACE:-} ]] || return 0
    rm -rf "$DIR"
    unshare --mount true 2>/dev/null || skip "cannot make a mount namespace"
    exec env CRASH_NAMESPACE=1 unshare --mount --propagation private bash "$0"
}

# A file system in memory at $DIR/NAME.
mount_home() { # NAME OPTIONS
    mkdir "$DIR/$1"
    mount -t tmpfs -o "$2,mode=700" tmpfs "$DIR/$1"
    MOUNTED+=("$DIR/$1")
}
MOUNTED=()

finish_mounted() {
    local status=$? mounted
    set +e
    for mounted in "${MOUNTED[@]}"; do umount --lazy "$mounted"; done
    (exit "$status")
    finish
}
trap finish_mounted EXIT

kill_node() { # NAME
    {
        kill -KILL "${NODE[$1]}"
        wait "${NODE[$1]}" || true
    } 2>/dev/null # where bash tells of the killed job
    unset "NODE[$1]"
}

# A node at the address it had before, so that the others find it again.
node_again() { # NAME [OPTION...]
    node "$1" --listen "${ADDRESS[$1]}" "${@:2}"
}

chat_of() { # NAME : its export in $DIR/NAME.jsonl
    rm -f "$DIR/$1.jsonl"
    zuruf "$1" export --format jsonl --out "$DIR/$1.jsonl"
}

entries_of() { # NAME
    zuruf "$1" --json status | sed -n 's/.*"entries":"*\([0-9]*\).*/\1/p'
}

# Until COMMAND holds, however long that takes on this machine; a failure only when it does not and what WATCHED prints
# has stayed the same for a minute.
while_it_moves() { # WATCHED COMMAND...
    local seen="" now end=$((SECONDS + 60))
    until "${@:2}" >/dev/null 2>&1; do
        now=$($1 2>/dev/null) || true
        if [[ $now != "$seen" ]]; then
            seen=$now
            end=$((SECONDS + 60))
        fi
        ((SECONDS <= end)) || fail "nothing has moved for 60 s, at $now: ${*:2}"
        sleep 0.2
    done
}

# All of them hold COUNT texts, and export the same bytes.
same_chats() { # COUNT NAME...
    local name entries
    entries=$(entries_of "$2") || return 1
    for name in "${@:3}"; do # an export of a long chat takes long: not before it can be the same
        [[ $(entries_of "$name") == "$entries" ]] || return 1
    done
    for name in "${@:2}"; do
        chat_of "$name" && [[ $(grep -c '"text":"' "$DIR/$name.jsonl") == "$1" ]] || return 1
        cmp --silent "$DIR/$2.jsonl" "$DIR/$name.jsonl" || return 1
    done
}

# Of the export made last, in order; FIELD is a string without escapes in it.
exported() { # NAME FIELD
    grep -o "\"$2\":\"[^\"]*\"" "$DIR/$1.jsonl" | sed "s/^\"$2\":\"//; s/\"\$//"
}

nothing_twice() { # NAME : in the export made last
    equal "" "$(exported "$1" id | sort | uniq -d)"
    equal "" "$(exported "$1" text | sort | uniq -d)"
}
