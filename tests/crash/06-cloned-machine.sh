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
cp "$DIR/bob/lineage" "$DIR/lineage-before"
zuruf bob send . "bob after" >/dev/null
zuruf clone send . "clone after" >/dev/null
within 60 same_chats 8 alice bob carol clone
nothing_twice alice
step "all 8 messages are with all four"

# A running machine is cloned while it writes: the copy begins in the middle of what bob says, and both go on at once.
end_node clone
lineage_moved_on() { ! cmp --silent "$DIR/bob/lineage" "$DIR/lineage-before"; }
within 10 lineage_moved_on # or it names an entry that has moved into a branch since
speak_for_a_second() {
    local i
    for i in {1..2000}; do
        echo "bob busy $i"
        ((i % 100)) || sleep 0.05
    done
}
speak_for_a_second | zuruf bob send . --lines >/dev/null &
busy=$!
said_enough() { [[ $(entries_of alice) -ge $entries ]]; }
entries=$(($(entries_of alice) + 200))
within 30 said_enough
kill -STOP "${NODE[bob]}"
kill -0 "$busy" || fail "bob had said all before he was cloned"
cat "$DIR/bob/data.mdb" >"$DIR/clone/data.mdb" # into the same files: the inode numbers stay alike
cat "$DIR/bob/lineage" >"$DIR/clone/lineage"
kill -CONT "${NODE[bob]}"
: >"$DIR/clone.log"
node clone --peer "${ADDRESS[carol]}"
zuruf clone send . "clone of a running machine" >/dev/null
wait "$busy" || fail "bob could not say all that he wanted"
! grep -q "older copy" "$DIR/clone.log" || fail "the clone of the running machine knows that it is one"
within 60 same_chats 2009 alice bob carol clone
nothing_twice alice
step "all 2009 messages are with all four"
