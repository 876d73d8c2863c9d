#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: another program reads the database and hangs, so that no room in it is used again.  The node tells its log,
# `status` and `doctor` which process that is; when that one is killed, the file grows no longer.
source "$(dirname "$0")/lib.sh"
node alice
zuruf alice init --name Alice >/dev/null
zuruf alice workspace create Office >/dev/null

database() { stat --format %b "$DIR/alice/data.mdb"; } # blocks of 512 bytes
chat() { # WORD : in many small commits
    local i
    for i in {1..40}; do
        seq --format "$1 $i %g" 20 | zuruf alice send . --lines >/dev/null
    done
}
growth_of() { # WORD
    local before
    before=$(database)
    chat "$1"
    echo $(($(database) - before))
}
is_told() { zuruf alice status | grep -q "Database: process $reader has been reading it for"; }

chat first
usual=$(growth_of free)
! zuruf alice status | grep -q "Database:" || fail "somebody is told of, and nobody reads"
"$HOLD_SNAPSHOT" "$DIR/alice" >"$DIR/reader.out" &
reader=$!
NODE[reader]=$reader # ends with the script
within 10 grep -q reading "$DIR/reader.out"
pinned=$(growth_of pinned)
step "800 messages take $((usual / 2)) KiB, and $((pinned / 2)) beside a reader that hangs"
((pinned > 2 * usual)) || fail "the reader pins nothing: no fault to test"
within 30 is_told
zuruf alice send . "and on it grows" >/dev/null
within 10 grep -q "process $reader has been reading the database" "$DIR/alice.log"
equal 1 "$(grep -c "has been reading" "$DIR/alice.log")"
status 1 "Process $reader has been reading the database for long" zuruf alice doctor
status 0 "\"pinned\": ?\{\"process\": ?$reader," zuruf alice --json status

kill_node reader
! is_told || fail "who has ended is still told of"
again=$(growth_of again)
step "once it is killed, $((again / 2)) KiB"
((again < 2 * usual + 64)) || fail "the database still grows"
