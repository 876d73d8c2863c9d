#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: on a terminal the program leads a person from nothing to the chat: name, workspace, messages both ways,
# commands; and nothing that another person writes steers the terminal.
source "$(dirname "$0")/lib.sh"
type -P script >/dev/null || { echo "skipped: script(1) is missing"; exit 77; }

# NAME: a terminal for that person; what is written to $DIR/NAME.keys is typed, $DIR/NAME.screen is what was shown.
terminal() {
    mkfifo "$DIR/$1.keys"
    TERM=xterm script --quiet --return --flush --command "'$ZURUF' --home '$DIR/$1'" /dev/null \
        <"$DIR/$1.keys" >"$DIR/$1.screen" 2>&1 &
    TERMINAL=$!
    exec {KEYS}>"$DIR/$1.keys"
}
type_line() { printf '%s\r' "$1" >&"$KEYS"; }
shows() { within 10 grep -qaF -- "$1" "$DIR/alice.screen"; }

terminal alice
shows 'What is your name?'
type_line Alice
shows '1, 2, 3 or 4?'
type_line 4
type_line Alina
type_line 2
type_line 'these are not six words at all'
shows '"these" is none of the words'
type_line 1
shows 'be called'
type_line Office
shows '/quit'
type_line 'Hello from the terminal'
within 10 eval "[[ \$(texts alice) == 'Hello from the terminal' ]]"
shows 'Alina: Hello from the terminal'
shows '[nobody else known yet] > '
type_line /who
shows 'admin, this computer'
type_line /status
shows 'Entries stored'
type_line /nonsense
shows 'no such command'
type_line '//not a command'
within 10 eval "[[ \$(texts alice | tail -n 1) == '/not a command' ]]"

# Another person writes while a line is being typed: it comes above the line, which stays whole.
printf 'half a ' >&"$KEYS"
zuruf alice send . $'evil \x1b[2J\u202e text' >/dev/null
shows 'evil \x1b[2J\u202e text'
within 10 eval "tail -c 40 '$DIR/alice.screen' | grep -qaF 'half a '"
type_line 'line'
within 10 eval "[[ \$(texts alice | tail -n 1) == 'half a line' ]]"

type_line /quit
exec {KEYS}>&-
wait $TERMINAL || fail "the chat ended with status $?"
status 0 'pid' zuruf alice --json status # the node goes on

# The second time it opens the chat at once, with what was said.
rm "$DIR/alice.keys"
terminal alice
shows 'Hello from the terminal'
printf '\004' >&"$KEYS"
exec {KEYS}>&-
wait $TERMINAL || fail "the chat ended with status $?"
