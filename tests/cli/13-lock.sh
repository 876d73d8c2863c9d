#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a home under a passphrase starts locked, tells nothing until it is unlocked, and misses nothing meanwhile; the
# passphrase can be set, changed and removed, from files and at the terminal.
source "$(dirname "$0")/lib.sh"
secret() { # NAME TEXT
    (umask 077 && printf '%s\n' "$2" >"$DIR/$1")
}
is_locked() { zuruf "$1" --json status | grep -q '"locked":true'; }

two_people
zuruf alice send . before >/dev/null
within 10 has_texts bob 1

# Nothing protects a home without one.
status 1 'zuruf passphrase set' zuruf alice lock
status 0 'open to whoever can read store.key' zuruf alice status
secret right 'korrekt Pferd Batterie'
secret wrong 'falsch Pferd Batterie'
secret short 'short'
secret open 'korrekt Pferd Batterie'
chmod 644 "$DIR/open"
status 5 'chmod 600' zuruf alice passphrase set --passphrase-file "$DIR/open"
status 1 'at least 8' zuruf alice passphrase set --passphrase-file "$DIR/short"
status 2 'set, change or remove' zuruf alice passphrase
status 2 'terminal' setsid -w "$ZURUF" --home "$DIR/alice" passphrase set
status 1 'No passphrase' zuruf alice unlock --passphrase-file "$DIR/right"
equal 32 "$(stat -c %s "$DIR/alice/store.key")"
zuruf alice passphrase set --passphrase-file "$DIR/right" >/dev/null
status 1 'set already.*passphrase change' zuruf alice passphrase set --passphrase-file "$DIR/wrong" # before it asks
status 1 'set already' zuruf alice passphrase set
equal 104 "$(stat -c %s "$DIR/alice/store.key")"
equal 600 "$(stat -c %a "$DIR/alice/store.key")"
status 0 'under a passphrase' zuruf alice status
has_texts alice 1 # what is open stays open

# Locked: every verb says so, with a code of its own; who is connected sees it go.
zuruf alice lock >/dev/null
is_locked alice
status 0 'zuruf unlock' zuruf alice status
status 5 'zuruf unlock' zuruf alice read .
status 5 'zuruf unlock' zuruf alice send . hello
status 5 '"code":"locked"' zuruf alice --json who
status 1 'zuruf unlock' zuruf alice doctor
zuruf alice lock >/dev/null
within 10 eval "zuruf bob --json status | grep -q '\"links\":0'"
zuruf bob send . meanwhile >/dev/null
status 5 'not the passphrase' zuruf alice unlock --passphrase-file "$DIR/wrong"
is_locked alice
zuruf alice unlock --passphrase-file "$DIR/right" >/dev/null
within 10 has_texts alice 2
zuruf alice send . after >/dev/null
within 10 has_texts bob 3

# It starts locked, prints what to do, and goes on when unlocked; a verb starts it just so.
end_node alice
node alice
grep -q 'zuruf unlock' "$DIR/alice.log"
is_locked alice
status 5 'not the passphrase' zuruf alice passphrase change --passphrase-file "$DIR/wrong" \
    --new-passphrase-file "$DIR/wrong"
zuruf alice unlock --passphrase-file "$DIR/right" >/dev/null
has_texts alice 3
end_node alice
status 5 'zuruf unlock' zuruf alice read .
zuruf alice node --stop

# Another one; a node that is given it at the start is open, one that is given a wrong one does not start.
secret new 'neue Wörter für die Tür'
node alice
zuruf alice passphrase change --passphrase-file "$DIR/right" --new-passphrase-file "$DIR/new" >/dev/null
is_locked alice
end_node alice
status 5 'not the passphrase' zuruf alice node --no-mdns --listen 127.0.0.1:0 --passphrase-file "$DIR/right"
node alice --passphrase-file "$DIR/new"
has_texts alice 3

# At the terminal, where nothing of it is shown.
if type -P script >/dev/null; then
    zuruf alice lock >/dev/null
    mkfifo "$DIR/keys"
    script --quiet --return --flush --command "'$ZURUF' --home '$DIR/alice' unlock" /dev/null \
        <"$DIR/keys" >"$DIR/screen" 2>&1 &
    terminal=$!
    exec {keys}>"$DIR/keys"
    within 10 grep -qa 'Passphrase:' "$DIR/screen"
    printf '%s\r' "$(<"$DIR/new")" >&"$keys"
    wait $terminal || fail "unlocking at the terminal ended with status $?"
    exec {keys}>&-
    has_texts alice 3
    ! grep -qa 'Wörter' "$DIR/screen" || fail "the passphrase is on the screen"
fi

zuruf alice passphrase remove --passphrase-file "$DIR/new" >/dev/null
equal 32 "$(stat -c %s "$DIR/alice/store.key")"
end_node alice
node alice
has_texts alice 3
status 1 'No passphrase' zuruf alice passphrase remove # before it asks
status 1 'No passphrase' zuruf alice passphrase change
