#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: core/PROTOCOL.md is enough to follow this implementation: check.py, which knows that page only, reads the
# checked-in test vectors and a conversation of two nodes as they hold it now.
#
# usage: check.sh MAKE_VECTORS
set -euo pipefail
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
type -P python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 77; }

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$1" --conversation >"$dir/conversation.json"
python3 "$here/check.py" "$here/protocol.json" "$here/../../core/base/words_list.c" "$dir/conversation.json"
