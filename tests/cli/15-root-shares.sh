#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: the root key goes on paper and comes back from any sheets that are enough, on another computer; too few, mistyped,
# repeated and foreign ones are refused in words; and as long as the key is on one computer only, status says so.
source "$(dirname "$0")/lib.sh"
words() { # NUMBER FILE: of that sheet, in lines of eight
    sed -n "$1p" "$DIR/$2" | field words | tr - '\n' | paste -d' ' - - - - - - - -
}
recover() { # NAME [OPTION...] < words
    "$ZURUF" --home "$DIR/$1" root recover "${@:2}"
}
refused() { # STATUS PATTERN FILE
    local status=0 said
    said=$(recover bob 2>&1 <"$DIR/$3") || status=$?
    [[ $status == "$1" ]] || fail "status $status instead of $1 with $3: $said"
    grep -qE "$2" <<<"$said" || fail "with $3 it says: $said"
}

two_people
status 0 'Root key: on this computer only' zuruf alice status
status 0 '"root":\{"passphrase":false,"shares":0' zuruf alice --json status
status 0 '"root":null' zuruf bob --json status
status 1 'not on this computer' zuruf bob root shares --of 3 --need 2
status 2 '--of 5 --need 3' zuruf alice root shares --of 3
status 2 '--of 5 --need 3' zuruf alice root shares --of 3 --need 1
status 2 'up to 32' zuruf alice root shares --of 33 --need 2

zuruf alice root shares --of 4 --need 3 >"$DIR/paper"
equal 3 "$(tr -cd '\f' <"$DIR/paper" | wc -c)" # four pages
grep -q 'Any 3 of the 4 sheets' "$DIR/paper"
status 0 '3 of 4 sheets of paper restore it' zuruf alice status
zuruf alice --json root shares --of 4 --need 3 >"$DIR/shares"
zuruf alice --json root shares --of 4 --need 3 >"$DIR/later"
equal 4 "$(wc -l <"$DIR/shares")"

node eve
status 1 'belongs to no workspace' zuruf eve root recover # before any word is typed
: >"$DIR/nothing"
{ words 2 shares; words 4 shares; } >"$DIR/few"
{ words 2 shares; words 4 shares; words 2 shares; } >"$DIR/twice"
{ words 2 shares; words 4 shares; words 3 later; } >"$DIR/mixed"
{ words 2 shares; words 4 shares; words 1 shares | head -n 3; } >"$DIR/cut"
{ words 2 shares; words 4 shares | sed '3s/^[a-z]* /zzzz /'; } >"$DIR/unknown"
{ words 2 shares | sed 's/^\([a-z]*\) \([a-z]*\) /\2 \1 /'; } >"$DIR/swapped"
refused 1 'No words' nothing
refused 1 '1 of the 3 sheets that are needed is missing' few
refused 1 'typed already' twice
refused 1 'another time' mixed
refused 1 'ended after 24' cut
refused 1 'Word 17 of sheet 2 is none' unknown
refused 1 'do not fit together' swapped

# Of another workspace.
node carol
zuruf carol init --name Carol >/dev/null
(umask 077 && echo 'Wurzel und Stamm' >"$DIR/passphrase" && echo 'Blatt und Stiel' >"$DIR/wrong")
zuruf carol workspace create Elsewhere --root-passphrase-file "$DIR/passphrase" >/dev/null
status 0 '"root":\{"passphrase":true' zuruf carol --json status
status 5 'not the passphrase' zuruf carol root shares --of 3 --need 2 --root-passphrase-file "$DIR/wrong"
status 2 'terminal' setsid -w "$ZURUF" --home "$DIR/carol" root shares --of 3 --need 2
zuruf carol --json root shares --of 3 --need 2 --root-passphrase-file "$DIR/passphrase" >"$DIR/foreign"
{ words 2 shares; words 1 foreign; } >"$DIR/strange"
{ words 1 foreign; words 3 foreign; } >"$DIR/others"
refused 1 'another key' strange
refused 1 'root key of this workspace' others
status 0 '"root":null' zuruf bob --json status

# Back, on the other computer, in capitals and by the first letters, under a passphrase of its own; and from there again.
{ words 4 shares; words 1 shares | tr a-z A-Z; words 3 shares | sed 's/\([a-z]\{4\}\)[a-z]*/\1/g'; } |
    recover bob --root-passphrase-file "$DIR/passphrase" >/dev/null
status 0 '3 of 4 sheets' zuruf bob status
zuruf bob --json root shares --of 2 --need 2 --root-passphrase-file "$DIR/passphrase" >"$DIR/again"
{ words 2 again; words 1 again; } | recover alice >/dev/null
end_node bob
node bob
status 0 '"root":\{"passphrase":true,"shares":2,"shares_needed":2' zuruf bob --json status
