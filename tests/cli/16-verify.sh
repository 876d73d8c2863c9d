#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: two people compare their keys, by words or by the code on the screen, and from then on each sees at the other's
# name that it is verified, wherever the name is shown; a code of somebody else is refused loudly.
source "$(dirname "$0")/lib.sh"
two_people
zuruf bob send . 'it is me' >/dev/null
within 10 has_texts alice 1
own() { zuruf "$1" --json who | grep '"self":true' | field device; }
verification() { zuruf "$1" --json who | grep '"name":"'"$2"'"' | field verification; }

status 4 'nobody else called "Nobody"' zuruf alice who --verify Nobody
status 4 'nobody else called "Alice"' zuruf alice who --verify Alice
status 2 'goes with --verify' zuruf alice who --yes
equal unverified "$(verification alice Bob)"
equal self "$(verification alice Alice)"

# Both sides show the same two rows of words; nothing is stored before somebody has said yes.
shown() { zuruf "$1" who --verify "$2" </dev/null | grep -E '^    [a-z]+(-[a-z]+){5}$' | sort; }
equal 2 "$(shown alice bob | wc -l)"
equal "$(shown alice bob)" "$(shown bob Alice)"
status 0 "    $(own bob)" zuruf alice who --verify bob
status 0 '█' zuruf alice who --verify bob
status 0 'again with --yes' zuruf alice who --verify bob
equal unverified "$(verification alice Bob)"
status 0 '"own":\{"device":"'"$(own alice)"'"' zuruf alice --json who --verify bob
equal unverified "$(verification alice Bob)"

# By the code on the other's screen.
code=$(zuruf bob --json who --verify Alice | sed -n 's/.*"own":{[^}]*"uri":"\([^"]*\)".*/\1/p')
equal "zuruf:device/$(own bob)" "$code"
status 1 'NOT the code' zuruf alice who --verify bob --scanned "zuruf:device/$(own alice)"
equal unverified "$(verification alice Bob)"
status 0 'Bob ✓: verified' zuruf alice who --verify bob --scanned "$code"

# Wherever the name is shown, and after a restart; the other knows nothing of it, nor does an export.
check() {
    equal verified "$(verification alice Bob)"
    status 0 '^Bob ✓  member' zuruf alice who
    status 0 'Bob ✓: it is me' zuruf alice read .
    status 0 '"verification":"verified".*"text":"it is me"' zuruf alice --json read .
    status 0 'Bob ✓, complete' zuruf alice status
}
check
end_node alice
node alice
check
equal unverified "$(verification bob Alice)"
zuruf alice export --format jsonl --out - >"$DIR/export"
! grep -q verif "$DIR/export" || fail "an export tells who was verified"

# A mistake; and by words.
zuruf alice who --unverify Bob >/dev/null
equal unverified "$(verification alice Bob)"
status 4 'No computer' zuruf alice who --unverify Bob
status 0 'Bob ✓: verified' zuruf alice who --verify BOB --yes
equal verified "$(verification alice Bob)"

# At the terminal it asks, and takes only a yes for one.
type -P script >/dev/null || exit 0
answer() { # ANSWER
    rm -f "$DIR/keys" "$DIR/screen"
    mkfifo "$DIR/keys"
    TERM=xterm NO_COLOR='' script --quiet --return --flush --command "'$ZURUF' --home '$DIR/bob' who --verify Alice" \
        /dev/null <"$DIR/keys" >"$DIR/screen" 2>&1 &
    terminal=$!
    exec {keys}>"$DIR/keys"
    within 10 grep -qa 'Do they match' "$DIR/screen"
    printf '%s\r' "$1" >&"$keys"
    wait $terminal || fail "it ended with status $?"
    exec {keys}>&-
}
answer ''
equal unverified "$(verification bob Alice)"
answer y
equal verified "$(verification bob Alice)"
grep -qa $'\x1b\[97;40m' "$DIR/screen" || fail "the code is not light on dark"
