#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a person brings in a second computer with six words; both speak for that person and have the chats, also those
# from before; one that is lost is taken away; a code does what its reader meant, or nothing; who begins anew comes back
# under the old name, and others see that the key is another.
source "$(dirname "$0")/lib.sh"
two_people
reads() { zuruf "$1" read "$2" | grep -q "$3"; } # NAME TARGET TEXT
zuruf alice send @Bob 'before' >/dev/null
within 10 reads bob @Alice before

status 2 'device list, name' zuruf bob device
status 2 'device list, name' zuruf bob device list more
status 2 'go with the words' zuruf bob device link --timeout 5s
status 0 '^ +this computer, yours since 20' zuruf bob device list

# The new computer needs no name of its own.
code=$(zuruf bob --json device link --expires 1h)
grep -qE '^\{"code":"[a-z]+(-[a-z]+){5}","link":"zuruf:link/[a-z-]+","expires":"[0-9T:.-]+Z"\}$' <<<"$code" ||
    fail "device link --json: $code"
words=$(field code <<<"$code")
node laptop
status 1 'six words' zuruf laptop device link able acid
status 0 'speaks for you now, Bob, in Office' zuruf laptop device link "${words//-/ }" --peer "${ADDRESS[bob]}"
status 1 'exists already' zuruf laptop device link "$words"
status 0 '"name":"Bob"' zuruf laptop --json device list
equal 2 "$(zuruf bob --json device list | wc -l)"
own() { zuruf "$1" --json device list | grep '"self":true' | field device; }
status 0 "\"device\":\"$(own laptop)\".*\"self\":false.*\"linked\":true,\"added_by\":\"$(own bob)\"" \
    zuruf bob --json device list

# Both speak for him, and what was written before is there.
within 10 reads laptop @Alice before
zuruf laptop send @Alice 'from the laptop' >/dev/null
zuruf laptop send . 'to all' >/dev/null
within 10 reads alice @Bob 'Bob: from the laptop'
within 10 reads bob @Alice 'from the laptop'
within 10 reads alice . 'Bob: to all'
equal 2 "$(zuruf alice --json who | grep -c '"name":"Bob"')"

# What they are called: at first like the system, then as their owner says; everybody sees it.
equal "$(hostname)" "$(zuruf bob --json device list | grep '"self":true' | field label)"
zuruf laptop device name "Bob's laptop"
within 10 eval "zuruf bob device list | grep -q \"^Bob's laptop  \""
within 10 eval "zuruf alice who | grep -q \"Bob's laptop\""
status 1 'not usable as a name' zuruf laptop device name ' '

# Lost: the other one takes it away, by the first of its words; it hears nothing more.
node phone
zuruf phone device link "$(zuruf bob --json device link | field code)" --peer "${ADDRESS[bob]}" >/dev/null
words_of() { zuruf "$1" --json device list | grep '"self":true' | field fingerprint; }
status 1 'is this computer' zuruf bob device revoke "$(words_of bob)"
status 4 'None of your computers' zuruf bob device revoke zoo
status 1 'are meant by' zuruf bob device revoke "$(hostname)"
lost=$(words_of phone) kept=$(words_of laptop)
[[ ${lost%%-*} != "${kept%%-*}" && ${lost%%-*} != "$(words_of bob | sed 's/-.*//')" ]] || lost_word=$lost
status 0 'none of your computers any more' zuruf bob device revoke "${lost_word:-${lost%%-*}}"
within 10 eval '[[ $(zuruf laptop --json device list | wc -l) == 2 ]]'
zuruf alice send . 'without the lost one' >/dev/null
within 10 reads laptop . 'without the lost one'
! reads phone . 'without the lost one' || fail "the lost computer reads on"
equal 1 "$(zuruf phone read . | grep -c 'to all')"

# Out of a group with all of them: what is joined at once, what was let in by itself when it hears of it.
zuruf alice group create Board --member Bob >/dev/null
people_in() { zuruf alice --json group show "$1" | grep -o '"fingerprint"' | wc -l; }
in_board() { [[ $(people_in Board) == "$1" ]]; }
within 10 in_board 3
within 10 eval "zuruf bob --json group list | grep -q '\"name\":\"Board\".*\"admitted\":true'"
end_node laptop
status 0 '1 other computer of yours' zuruf bob group leave Board
within 10 in_board 2
node laptop --peer "${ADDRESS[alice]}"
within 10 in_board 1
status 5 'no member of that chat' zuruf laptop send Board 'and I?'
status 0 'Board.*no more' zuruf laptop group list

# A code of one kind is none of the other.
node carol
zuruf carol init --name Carol >/dev/null
status 1 'zuruf device link CODE' zuruf carol join "$(zuruf bob --json device link | field code)" --peer "${ADDRESS[bob]}"
status 1 'invites somebody' zuruf carol device link "$(code_of alice)" --peer "${ADDRESS[alice]}"

# Put up anew: the same name, another key.
zuruf alice who --verify Bob --yes >/dev/null
status 4 'is or was' zuruf alice invite --person Nobody
node bob2
zuruf bob2 init --name Bob >/dev/null
status 5 'already has this name' zuruf bob2 join "$(code_of alice)" --peer "${ADDRESS[alice]}"
status 0 Office zuruf bob2 join "$(zuruf alice --json invite --person bob | field code)" --peer "${ADDRESS[alice]}"
marked() { zuruf alice --json who | grep "$(own bob2)" | grep -q '"name":"Bob".*"verification":"changed"'; }
within 10 marked
status 0 "\"device\":\"$(own laptop)\".*\"verification\":\"verified\"" zuruf alice --json who
