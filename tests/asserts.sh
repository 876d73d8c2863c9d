#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: asserts stay on in every build type, also in those for which CMake defines NDEBUG by itself.
#
# usage: asserts.sh CMAKE SOURCE_DIRECTORY
set -euo pipefail
cmake=$1 source=$2
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT

for type in Release RelWithDebInfo MinSizeRel; do
    "$cmake" -S "$source" -B "$work/$type" -G Ninja -DCMAKE_BUILD_TYPE=$type -DZURUF_UNIT_TESTS=OFF \
        -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    grep '^ *"command": ' "$work/$type/compile_commands.json" >"$work/commands"
    # The last of several flags holds.
    without=$(grep -cP -- '-DNDEBUG\b(?!.*-UNDEBUG\b)' "$work/commands" || true)
    ((without == 0)) || { echo "$type: $without files are compiled without asserts"; exit 1; }
done
echo "asserts are on in $(wc -l <"$work/commands") files in every build type"
