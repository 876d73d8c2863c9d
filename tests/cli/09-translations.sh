#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: the German translation is complete: every sentence of the program is in it, none is fuzzy, none is left over.
source "$(dirname "$0")/lib.sh"
for tool in xgettext msgfmt msgcmp; do
    type -P $tool >/dev/null || { echo "skipped: $tool is missing"; exit 77; }
done
top=$(cd "$(dirname "$0")/../.." && pwd)
german=$top/packaging/translations/de.po

said=$(LC_ALL=C msgfmt --check --statistics -o /dev/null "$german" 2>&1) || fail "$said"
[[ $said =~ ^[0-9]+\ translated\ messages\.$ ]] || fail "$said"
(cd "$top/cli" && xgettext --from-code=UTF-8 --language=C --keyword=_ --keyword=N_ --keyword=ngettext:1,2 \
    --output "$DIR/zuruf.pot" ./*.c)
msgcmp "$german" "$DIR/zuruf.pot" || fail "de.po and the sources differ"
left_over=$(msgcomm --unique "$german" "$DIR/zuruf.pot" --no-wrap 2>/dev/null | sed -n 's/^msgid "\(..*\)"$/\1/p')
equal "" "$left_over"
