#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: `zuruf rpc` answers every request of its input before it ends, and passes events on while the input is open.
source "$(dirname "$0")/lib.sh"
node alice
zuruf alice init --name Alice >/dev/null
zuruf alice workspace create Office >/dev/null

for i in $(seq 200); do
    echo '{"jsonrpc":"2.0","id":"'"$i"'","method":"message.send","params":{"target":"Office","text":"m'"$i"'"}}'
done >"$DIR/requests"
zuruf alice rpc <"$DIR/requests" >"$DIR/answers"
equal 200 "$(grep -c '"result":{' "$DIR/answers")"
status 0 '"code":"malformed"' eval "echo nonsense | zuruf alice rpc"

mkfifo "$DIR/pipe"
zuruf alice rpc <"$DIR/pipe" >"$DIR/events" &
exec {pipe}>"$DIR/pipe"
echo '{"jsonrpc":"2.0","id":"1","method":"event.subscribe"}' >&$pipe
within 10 grep -q '"id":"1"' "$DIR/events"
zuruf alice send . "for the subscriber" >/dev/null
within 10 grep -q 'for the subscriber' "$DIR/events"
exec {pipe}>&-
wait $!
