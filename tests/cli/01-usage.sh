#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: the program explains itself, and wrong calls are refused with status 2 and a way on; none of that starts a node.
source "$(dirname "$0")/lib.sh"

status 0 '^Examples:' "$ZURUF" help
status 0 '^Examples:' "$ZURUF" --help
status 0 '^zuruf [0-9]' "$ZURUF" --version
status 0 '^\{"version":"[0-9.]+"\}$' "$ZURUF" version --json
status 2 '^Verbs:' zuruf alice # no terminal: no chat

verbs=$("$ZURUF" help | sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[[ $(wc -w <<<"$verbs") -ge 15 ]] || fail "only these verbs: $verbs"
for verb in $verbs; do
    status 0 '^Examples:' "$ZURUF" help "$verb"
    status 0 "^  (.*\| )?zuruf $verb|^  ssh" "$ZURUF" "$verb" --help
done

status 2 'no verb "sned"' zuruf alice sned
status 4 'no verb "sned"' zuruf alice help sned
status 2 'zuruf help send' zuruf alice send
status 2 'quotes' zuruf alice send . two words
status 2 'help send' zuruf alice send . text --loud
status 2 'not "-1"' zuruf alice send . text --wait -1
status 2 'no length of time' zuruf alice invite --expires tomorrow
status 2 'no time such as' zuruf alice read . --since whenever
status 2 'from 1 on' zuruf alice read . --last 0
status 2 'no format "xml"' zuruf alice export --format xml --out -
status 2 'add, remove or list' zuruf alice peer
status 2 'HOST:PORT' zuruf alice join able acid --peer nowhere
status 2 '--name NAME' zuruf alice init
status 2 'create NAME' zuruf alice workspace make Office
[[ ! -e $DIR/alice ]] || fail "a refused call made the home"

status 3 'No node runs' zuruf alice node --stop
status 3 '"code":"no_node"' zuruf alice node --stop --json
status 3 'No node runs' zuruf alice doctor
[[ ! -e $DIR/alice ]] || fail "looking for a node made the home"
