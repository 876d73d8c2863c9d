#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a node whose disk fills up says so in words, takes nothing more of others but keeps its own messages to the end,
# then refuses to write; and when there is room again it goes on by itself, and has everything.
source "$(dirname "$0")/lib.sh"
own_mounts
# On this disk "little" begins at 12 MiB and "full" at 3; on one of 16 MiB a single batch of others' messages
# may lead from the one past the other.
size=${CRASH_DISK:-48}
mount_home bob "size=${size}m"

disk_state() { zuruf bob --json status | sed -n 's/.*"disk_state":"\([a-z_]*\)".*/\1/p'; }
entries_of_alice() { entries_of alice; }
entries_of_bob() { entries_of bob; }
has_ended() { ! kill -0 "$1"; }
disk_is() { [[ $(disk_state) == "$1" ]]; }
free_kib() { df --output=avail "$DIR/bob" | tail -n 1; }
flood() { # COUNT : of 1 KiB each, from alice
    local padding
    padding=$(head -c 1000 /dev/zero | tr '\0' .)
    seq --format "flood %g $padding" "$1" | zuruf alice send . --lines >/dev/null
}

two_people
zuruf bob send . "bob, with room" >/dev/null
flood $((size * 800)) &
flood=$!
while_it_moves entries_of_alice has_ended $flood
wait $flood
while_it_moves entries_of_bob eval '! disk_is ok'
if disk_is limit; then
    status 0 'little: nothing of others is taken any more; make room' zuruf bob status
fi
step "bob takes nothing more of others at $(free_kib) KiB free"

# His own are kept to the end.
own=1
while said=$(head -c 8000 /dev/zero | tr '\0' x | { printf 'own %d ' $own && cat; } | zuruf bob send . 2>&1); do
    own=$((own + 1))
    ((own < 2000)) || fail "the disk does not fill up: $(free_kib) KiB free"
done
own=$((own - 1))
step "bob wrote $own messages of his own; at $(free_kib) KiB free he is told: $said"
grep -qi 'disk' <<<"$said" || fail "the refusal does not name the disk: $said"
((own >= 10 || size < 48)) || fail "only $own own messages"
disk_is disk_full || fail "the disk is $(disk_state)"
status 0 'full: nothing is written any more; make room' zuruf bob status
status 1 'disk|Disk' zuruf bob send . "once more"
equal "$own" "$(texts bob | grep -c '^own ')"

# Over a restart it stays so, and the program still opens and shows what it has.
kill_node bob
node_again bob --peer "${ADDRESS[alice]}"
disk_is disk_full || fail "after a restart the disk is $(disk_state)"
equal "$own" "$(texts bob | grep -c '^own ')"

mount -o remount,size=400m "$DIR/bob"
within 60 disk_is ok
step "there is room again"
status 0 . zuruf bob send . "bob, with room again"
while_it_moves entries_of_bob same_chats $((size * 800 + own + 2)) alice bob
nothing_twice bob
step "all $((size * 800 + own + 2)) messages are on both"
