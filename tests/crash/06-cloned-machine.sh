#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a virtual machine is cloned with a home in it, and nothing on the disk tells the copies apart: both go on in the
# same log under the same numbers.  When they meet the others, each branch is kept: everything that anyone wrote is with
# all, once.
source "$(dirname "$0")/lib.sh"
own_mounts
mount_home bob size=64m
mount_home clone size=64m

# Makes the clone's files with the same inode numbers: two file systems count alike.
clone_bob() {
    local inode n=0
    inode=$(stat --format %i "$DIR/bob/data.mdb")
    while touch "$DIR/clone/filler$n" && (($(stat --format %i "$DIR/clone/filler$n") < inode)); do n=$((n + 1)); done
    mv "$DIR/clone/filler$n" "$DIR/clone/data.mdb"
    rm -f "$DIR/clone"/filler*
    [[ $(stat --format %i "$DIR/clone/data.mdb") == "$inode" ]] || skip "cannot make a file with the same inode number"
    cp "$DIR/bob/data.mdb" "$DIR/clone/data.mdb"
    cp --preserve "$DIR/bob/lineage" "$DIR/bob/store.key" "$DIR/clone/"
}

apart() { # NAME TEXT... : writes them and is killed, without having seen anyone
    node "$1"
    local text
    for text in "${@:2}"; do zuruf "$1" send . "$text" >/dev/null; done
    kill_node "$1"
}

two_people
node carol
zuruf carol init --name Carol >/dev/null
zuruf carol join "$(code_of alice)" --peer "${ADDRESS[alice]}" >/dev/null
zuruf bob send . "bob before" >/dev/null
within 30 same_chats 1 alice bob carol
for name in alice bob carol; do kill_node $name; done
clone_bob

apart bob "bob apart 1" "bob apart 2" "bob apart 3"
apart clone "clone apart 1" "clone apart 2"
! grep -q "older copy" "$DIR/clone.log" || fail "the clone knows that it is one: no fork to test"

# Alice hears of the one branch first, Carol of the other.
node_again alice
node bob --peer "${ADDRESS[alice]}"
within 30 same_chats 4 alice bob
kill_node bob
kill_node alice
node_again carol
node clone --peer "${ADDRESS[carol]}"
within 30 same_chats 3 clone carol
step "two branches, one with alice and one with carol"

node_again alice --peer "${ADDRESS[carol]}"
node bob --peer "${ADDRESS[alice]}"
within 60 same_chats 6 alice bob carol clone
zuruf bob send . "bob after" >/dev/null
zuruf clone send . "clone after" >/dev/null
within 60 same_chats 8 alice bob carol clone
nothing_twice alice
step "all 8 messages are with all four"
