#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a home directory restored from an old copy, while the others went on, harms nobody.  The node notices, goes on
# in a new log, never writes a second entry under a number that is taken, and gets back from the others what it lost,
# its own messages too.
source "$(dirname "$0")/lib.sh"

two_people
node carol
zuruf carol init --name Carol >/dev/null
zuruf carol join "$(code_of alice)" --peer "${ADDRESS[alice]}" >/dev/null
everybody() { # WORD
    local name
    for name in alice bob carol; do zuruf "$name" send . "$name $1" >/dev/null; done
}
logs_of_bob() { grep '"author":"Bob"' "$DIR/alice.jsonl" | field id | sed 's/-.*//' | sort -u | wc -l; }
nothing_forked() {
    ! grep -h "written twice" "$DIR"/*.log || fail "somebody wrote twice under one number"
}

everybody "before the copy"
within 30 same_chats 3 alice bob carol
end_node bob
cp -a "$DIR/bob" "$DIR/copy-of-bob"
node_again bob --peer "${ADDRESS[alice]}"
everybody "after the copy"
within 30 same_chats 6 alice bob carol
equal 1 "$(logs_of_bob)"

# The whole home comes back from the copy; he writes before he has met anyone.
end_node bob
rm -rf "$DIR/bob"
mv "$DIR/copy-of-bob" "$DIR/bob"
node bob
zuruf bob send . "bob alone, restored" >/dev/null
end_node bob
node_again bob --peer "${ADDRESS[alice]}"
zuruf alice send . "alice meanwhile" >/dev/null
within 30 same_chats 8 alice bob carol
nothing_twice alice
nothing_forked
equal 2 "$(logs_of_bob)"
step "restored: all 8 messages are with all three, bob goes on in a new log"

# Once more, and now with the others about; the log goes on without a new one where nothing was lost.
zuruf bob send . "bob, together again" >/dev/null
within 30 same_chats 9 alice bob carol
equal 2 "$(logs_of_bob)"

# A snapshot put back into the same file, as a virtual machine does: only the others can tell.
end_node bob
cp -a "$DIR/bob" "$DIR/snapshot"
node_again bob --peer "${ADDRESS[alice]}"
zuruf bob send . "bob after the snapshot" >/dev/null
within 30 same_chats 10 alice bob carol
end_node bob
for file in data.mdb lineage; do cat "$DIR/snapshot/$file" >"$DIR/bob/$file"; done
node_again bob --peer "${ADDRESS[alice]}"
zuruf bob send . "bob after going back" >/dev/null
within 30 same_chats 11 alice bob carol
nothing_twice alice
nothing_forked
step "back at a snapshot: all 11 messages are with all three"

# Only the database comes back, beside a lineage file that knows more; and the computer lost power instead of ending in
# good order.  This time nobody has what it forgot but itself: it must not take those numbers again.
cp -a "$DIR/bob" "$DIR/backup"
lineage_moved_on() { ! cmp --silent "$DIR/bob/lineage" "$DIR/backup/lineage"; }
zuruf bob send . "bob after the backup" >/dev/null
within 30 same_chats 12 alice bob carol
own_logs=$(logs_of_bob)
within 10 lineage_moved_on # it is written once a second
kill_node bob
: >"$DIR/bob.log"
cat "$DIR/backup/data.mdb" >"$DIR/bob/data.mdb"
node bob
grep -q "this database is an older copy" "$DIR/bob.log" || fail "a database behind its lineage file was not noticed"
zuruf bob send . "bob alone, behind his lineage" >/dev/null
kill_node bob
node_again bob --peer "${ADDRESS[alice]}"
within 30 same_chats 13 alice bob carol
nothing_twice alice
nothing_forked
equal $((own_logs + 1)) "$(logs_of_bob)"
step "a database behind its lineage file: all 13 messages are with all three, bob went on in a new log"
