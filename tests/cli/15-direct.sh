#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: two of three people write to each other; the third has nothing of it, and is asked for a person who is there.
source "$(dirname "$0")/lib.sh"

two_people
node carol
zuruf carol init --name Carol >/dev/null
zuruf carol join "$(code_of alice)" --peer "${ADDRESS[alice]}" >/dev/null

equal "" "$(zuruf alice read @Bob)"
status 4 'nobody called "Zoe"' zuruf alice send @Zoe hello
status 2 'That is you' zuruf alice send @alice hello
id=$(zuruf alice send @bob "only for you" --topic Secret)
has_secret() { [[ $(zuruf bob read @Alice | wc -l) == "$1" ]]; }
within 10 has_secret 1
zuruf bob send @Alice --reply "$id" "thanks" >/dev/null
within 10 eval "[[ \$(zuruf alice --json read @Bob | wc -l) == 2 ]]"
equal Secret "$(zuruf alice --json read @Bob --last 1 | field topic)"

for name in alice bob; do zuruf $name export --format jsonl --group "@$([[ $name == alice ]] && echo Bob || echo Alice)" --out "$DIR/$name.jsonl"; done
cmp <(tail -n +2 "$DIR/alice.jsonl") <(tail -n +2 "$DIR/bob.jsonl") || fail "the exports differ"
equal 3 "$(wc -l <"$DIR/alice.jsonl")"

equal "" "$(zuruf alice read .)"
equal "" "$(zuruf carol read @Alice)"
status 0 '@Bob: member' zuruf alice status
! zuruf carol status | grep -q '@' || fail "Carol's computer knows of a chat of two"

end_node bob
zuruf alice send @Bob "later" >/dev/null
node bob --peer "${ADDRESS[alice]}"
within 10 has_secret 3
