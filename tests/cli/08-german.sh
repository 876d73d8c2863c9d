#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: a person whose computer speaks German reads German, with German dates, even where that locale is not generated;
# machines read the same as ever.
source "$(dirname "$0")/lib.sh"
german() { env -u LC_ALL LANG=de_DE.UTF-8 "$@"; }

status 0 '^Beispiele:' german "$ZURUF" help send
status 2 'Es gibt kein Verb' german "$ZURUF" --home "$DIR/anna" snd
node anna
status 0 'Dieser Rechner ist nun: Anna' german "$ZURUF" --home "$DIR/anna" init --name Anna
status 0 'Büro' german "$ZURUF" --home "$DIR/anna" workspace create Büro
zuruf anna send Büro "Grüße" >/dev/null
status 0 '^[0-9]{2}\.[0-9]{2}\.20[0-9]{2} [0-9]{2}:[0-9]{2} Anna: Grüße$' german "$ZURUF" --home "$DIR/anna" read .
status 0 '"time":"20[0-9]{2}-[0-9]{2}-[0-9]{2}T' german "$ZURUF" --home "$DIR/anna" --json read .
status 0 '^20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:]{5} Anna: Grüße$' zuruf anna read .
