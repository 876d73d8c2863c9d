#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: an export whose reader is paused does not grow the database.  A long-lived read transaction would: LMDB then
# reuses no page.  Exports page through the local API, so the same messages take the same room with and without one.
source "$(dirname "$0")/lib.sh"
node alice
zuruf alice init --name Alice >/dev/null
zuruf alice workspace create Office >/dev/null
seq --format 'before %g' 5000 | zuruf alice send . --lines >/dev/null

database() { stat --format %b "$DIR/alice/data.mdb"; } # blocks of 512 bytes

# Many small commits, so that pages are freed all the time.
chat() { # WORD
    local i
    for i in {1..40}; do
        seq --format "$1 $i %g" 100 | zuruf alice send . --lines >/dev/null
    done
}

before=$(database)
chat free
free=$(($(database) - before))
step "4000 messages take $((free / 2)) KiB"

mkfifo "$DIR/pipe"
zuruf alice export --format jsonl --out - >"$DIR/pipe" &
export_pid=$!
exec {pipe}<"$DIR/pipe"
head -c 1000 <&"$pipe" >"$DIR/start"
before=$(database)
chat paused
paused=$(($(database) - before))
kill -0 "$export_pid" || fail "the export was not paused"
step "with a paused export $((paused / 2)) KiB"
((paused < 2 * free + 2048)) || fail "the database grew by $paused blocks instead of $free"

cat <&"$pipe" >"$DIR/rest"
exec {pipe}<&-
wait "$export_pid" || fail "the paused export ended with status $?"
equal 5000 "$(cat "$DIR/start" "$DIR/rest" | grep -c "\"text\":\"before ")"
