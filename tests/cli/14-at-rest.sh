#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: whoever reads the files of a home without its key learns no text, name, topic or search word, neither of one that
# was stopped in order nor of one that was killed; and a locked node has its keys, texts and passphrase in its memory no
# more.
source "$(dirname "$0")/lib.sh"
type -P python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }
look() { python3 "$(dirname "$0")/at_rest.py" "$@"; }

people=("Anneliese Käsebrodt" "Ömer Gültekin-Weiß")
workspace="Möwenbüro Travemünde"
topics=("Rückrufaktion Zündkerzen" "quarterly forecast numbers")
texts=("Übermorgen kündigen wir dem Lieferanten" "the merger closes on thursday night")

node anna
zuruf anna init --name "${people[0]}" >/dev/null
zuruf anna workspace create "$workspace" >/dev/null
node oemer
zuruf oemer init --name "${people[1]}" >/dev/null
zuruf oemer join "$(code_of anna)" --peer "${ADDRESS[anna]}" >/dev/null
for i in {1..40}; do
    zuruf anna send . "${texts[0]} $i" --topic "${topics[0]}" >/dev/null
    zuruf oemer send . "${texts[1]} $i" --topic "${topics[1]}" >/dev/null
done
within 20 has_texts anna 80
within 20 has_texts oemer 80
zuruf anna read "$workspace" --topic "${topics[0]}" >/dev/null
status 0 'Käsebrodt' zuruf oemer who
zuruf anna status >/dev/null
zuruf anna who --verify "${people[1]}" --yes >/dev/null

end_node anna
kill -9 "${NODE[oemer]}"
wait "${NODE[oemer]}" 2>/dev/null || true
unset "NODE[oemer]"
for home in anna oemer; do
    look files "$DIR/$home" "${people[@]}" "$workspace" "${topics[@]}" "${texts[@]}" ||
        fail "the files of $home tell what was said"
done
# The search finds what is there.
cp "$DIR/anna/node.log" "$DIR/anna/copy" 2>/dev/null || true
printf 'x%sx' "${texts[0]:5:20}" | iconv -t UTF-16BE >"$DIR/anna/planted"
! look files "$DIR/anna" "${texts[@]}" >/dev/null || fail "the search finds nothing"

# Memory.  The key file holds the key as it is until there is a passphrase.
cp "$DIR/anna/store.key" "$DIR/key"
(umask 077 && echo 'Passwort aus vielen Wörtern' >"$DIR/passphrase")
node anna
zuruf anna passphrase set --passphrase-file "$DIR/passphrase" >/dev/null
zuruf anna read . --last 5 >/dev/null
grep -q 'Max core file size *0 *0' "/proc/${NODE[anna]}/limits" || fail "the node would leave a core dump"
if ! look memory "${NODE[anna]}" "$DIR/key" >"$DIR/found"; then
    zuruf anna lock >/dev/null
    within 5 look memory "${NODE[anna]}" "$DIR/key" "$DIR/passphrase"
    zuruf anna unlock --passphrase-file "$DIR/passphrase" >/dev/null
    zuruf anna lock >/dev/null
    within 5 look memory "${NODE[anna]}" "$DIR/key" "$DIR/passphrase"
    printf '%s' "${texts[1]}" >"$DIR/text"
    within 5 look memory "${NODE[anna]}" "$DIR/text"
else
    echo "skipped: the memory of another process cannot be read here"
fi
