#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: two people come together with six words and talk; both see the same people and the same messages, and export the
# same bytes.
source "$(dirname "$0")/lib.sh"

node alice
status 0 'Alice' zuruf alice init --name Alice
status 0 'Office' zuruf alice workspace create Office
node bob
zuruf bob init --name Bob >/dev/null

invitation=$(zuruf alice --json invite --expires 1h)
grep -qE '^\{"code":"[a-z]+(-[a-z]+){5}","link":"zuruf:join/[a-z-]+","expires":"[0-9T:.-]+Z"\}$' <<<"$invitation" ||
    fail "invite --json: $invitation"
link=$(field link <<<"$invitation")
status 0 'Office' zuruf bob join "$link" --peer "${ADDRESS[alice]}"

id=$(zuruf alice send Office "Hello Bob" --topic Greetings)
[[ $id =~ ^[a-z2-7]+-[0-9]+$ ]] || fail "send printed '$id'"
within 10 has_texts bob 1
zuruf bob send . --reply "$id" "Hello Alice" >/dev/null
printf 'one\ntwo\n' | zuruf bob send . --urgent >/dev/null
within 10 has_texts alice 3

shown=$(zuruf alice read Office | sed 's/^20[0-9-]* [0-9:]* //')
equal "Alice [Greetings]: Hello Bob
Bob [Greetings]: Hello Alice
Bob: URGENT one
    two" "$shown"
equal "Hello Alice" "$(zuruf alice --json read . --topic Greetings --last 1 | field text)"
equal 1 "$(zuruf alice --json read . --last 1 --clock | grep -c '"clock":{"')"
equal "" "$(zuruf alice read . --until 1h)"
equal 3 "$(zuruf alice --json read . --since 1h | wc -l)"

for name in alice bob; do
    within 10 eval "[[ \$(zuruf $name --json who | wc -l) == 2 ]]"
    within 10 eval "[[ \$(zuruf $name --json who | grep -c '\"online\":true') == 2 ]]"
    zuruf $name export --format jsonl --out "$DIR/$name.jsonl"
done
cmp "$DIR/alice.jsonl" "$DIR/bob.jsonl" || fail "the exports differ"
equal 4 "$(wc -l <"$DIR/alice.jsonl")"
equal "$(sha256sum <"$DIR/alice.jsonl")" "$(zuruf bob export --format jsonl --out - | sha256sum)"
head -n 1 "$DIR/alice.jsonl" | grep -q '"format":"zuruf-jsonl"' || fail "no header: $(head -n 1 "$DIR/alice.jsonl")"
! grep -qE '"(seen_at|late|cursor)"' "$DIR/alice.jsonl" || fail "the export tells of this node"

status 0 'Office: admin' zuruf alice status
status 0 '"has_workspace":true' zuruf bob status --json
status 0 'connection stands' zuruf bob doctor
