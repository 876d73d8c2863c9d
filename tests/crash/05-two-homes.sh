#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: two nodes run from copies of one home.  Both are served, the others are told in words, and after one of them has
# ended everybody has the same, with everything that anyone wrote.
source "$(dirname "$0")/lib.sh"

two_people
zuruf bob send . "bob before" >/dev/null
within 30 same_chats 1 alice bob
end_node bob
cp -a "$DIR/bob" "$DIR/clone"
rm -f "$DIR/clone/socket"
node_again bob --peer "${ADDRESS[alice]}"
node clone --peer "${ADDRESS[alice]}" --peer "${ADDRESS[bob]}"
ids() { zuruf "$1" --json read . | field text | sort; }
has() { ids "$1" | grep -qxF -- "$2"; }

for i in {1..5}; do
    zuruf bob send . "bob $i" >/dev/null
    zuruf clone send . "clone $i" >/dev/null
    zuruf alice send . "alice $i" >/dev/null
done
words="this identity runs on two computers"
told() { grep -qs "$words" "$DIR/bob.log" "$DIR/clone.log" || zuruf bob status | grep -q "$words"; }
within 30 told
step "told: $words"

# Both are served while both run.
for i in {1..5}; do
    within 30 has alice "bob $i"
    within 30 has alice "clone $i"
    within 30 has bob "alice $i"
    within 30 has clone "alice $i"
done
step "both are served"

end_node clone
zuruf bob send . "bob after" >/dev/null
within 60 same_chats 17 alice bob
nothing_twice alice
node_again clone --peer "${ADDRESS[alice]}"
within 60 same_chats 17 alice bob clone
step "all 17 messages are with all"

# Both write while neither sees anyone: both histories are kept.
kill_node alice
kill_node bob
kill_node clone
for name in bob clone; do
    node $name
    zuruf $name send . "$name without anyone" >/dev/null
    kill_node $name
done
node_again alice
node bob --peer "${ADDRESS[alice]}"
node clone --peer "${ADDRESS[alice]}"
within 60 same_chats 19 alice bob clone
nothing_twice alice
step "all 19 messages are with all, also those written apart"
