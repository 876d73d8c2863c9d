#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: what somebody sends whose key is still on its way is kept, said to be so, and goes out by itself.
source "$(dirname "$0")/lib.sh"
trap 'was=$?; kill -CONT "${NODE[@]}" 2>/dev/null || true; (exit "$was") || finish; finish' EXIT # nobody stays frozen

# Bob is an admin, too.  While his computer is off Alice removes Dave, so there is a new key; while hers is, Bob lets in
# Carol, who learns of that key by its name only.
two_people
node dave
zuruf dave init --name Dave >/dev/null
zuruf dave join "$(code_of alice)" --peer "${ADDRESS[alice]}" >/dev/null
knows() { zuruf "$1" --json who | grep -q "\"name\":\"$2\""; }
within 10 knows bob Dave
zuruf alice group role Office Bob admin >/dev/null
is_admin() { zuruf bob group show Office | grep -q 'Bob, admin'; }
within 10 is_admin
end_node bob
zuruf alice group remove Office Dave >/dev/null
end_node alice
end_node dave
node bob
node carol
zuruf carol init --name Carol >/dev/null
zuruf carol join "$(code_of bob)" --peer "${ADDRESS[bob]}" >/dev/null
knows carol Dave || fail "Carol does not know whom Bob knows"

# Alice or Bob hands over the key, but not before two seconds; both are held up before that.
node alice
zuruf bob peer add "${ADDRESS[alice]}" >/dev/null
forgot_dave() { ! knows carol Dave; }
within 45 forgot_dave
kill -STOP "${NODE[alice]}" "${NODE[bob]}"
status 0 'waits .* key' zuruf carol send . 'is anybody there?'
status 0 '^\{"state":"waiting_for_key"\}$' zuruf carol --json send . 'hello?'
status 0 '2 messages from here wait for a key' zuruf carol status
status 0 '"waiting_for_key":2' zuruf carol --json group show Office
! zuruf carol read . | grep -q 'hello' || fail "what was not sent is shown as sent"

# Over a restart, too.
end_node carol
kill -CONT "${NODE[alice]}" "${NODE[bob]}"
node carol --peer "${ADDRESS[alice]}"
has_both() { [[ $(zuruf alice --json read . | field text | tail -n 2 | paste -sd' ') == 'is anybody there? hello?' ]]; }
within 45 has_both
status 0 '"waiting_for_key":0' zuruf carol --json group show Office
