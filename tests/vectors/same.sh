#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: the code still writes the checked-in test vectors.  Where it is meant to write others, core/PROTOCOL.md says so
# and the new ones are checked in:  make_vectors >tests/vectors/protocol.json
#
# usage: same.sh MAKE_VECTORS
set -euo pipefail
export LC_ALL=C
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

if ! diff --unified=1 "$here/protocol.json" <("$1") | cut --characters=1-160 | head --lines=60; then
    echo "The code writes other test vectors than tests/vectors/protocol.json holds (-)."
    exit 1
fi
