#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: the core does no I/O.  What libcore.a asks of the outside is on the list below; so nothing in it can open, send,
# print, start a thread, read a clock or draw randomness.  A name that is missing here belongs in store/, net/ or cli/,
# or, if it is as pure as these, on the list.
#
# usage: purity.sh LIBCORE.A
set -euo pipefail
export LC_ALL=C

allowed=(
    'mem(cmp|cpy|move|set|chr|rchr|mem)' 'str(len|nlen|cmp|ncmp|chr|rchr)' 'bcmp' 'bsearch' 'qsort(_r)?' # <string.h>, sorting
    'malloc|calloc|realloc|reallocarray|free|abort' '__assert_fail'                              # memory, asserts
    'v?snprintf|__v?snprintf_chk|__(memcpy|memmove|memset)_chk|__stack_chk_fail'                  # into memory only
    'cbor_stream_decode|cbor_encode_[a-z0-9_]+|cbor_empty_callbacks|cbor_null_[a-z0-9_]+_callback'
    'sodium_(init|malloc|free|memzero|memcmp|is_zero|compare|increment|add|sub)|crypto_[a-z0-9_]+' # without those refused below
    '_GLOBAL_OFFSET_TABLE_' '__(asan|ubsan|tsan|sanitizer)_[a-z0-9_]+'
)
# Calls of libsodium that draw randomness themselves.
drawing='crypto_[a-z0-9_]*(_keygen|_init_push|box_seal)|crypto_[a-z0-9_]*(sign|box|kx|kem)[a-z0-9_]*_keypair'

library=$1
names() { nm "$@" --format=posix "$library" 2>/dev/null | awk 'NF > 1 { print $1 }' | sort -u; }

asked=$(comm -23 <(names --undefined-only) <(names --defined-only --extern-only))
[[ -n $asked ]] || { echo "nothing read from $library"; exit 1; }
foreign=$(grep -vxE "$(IFS='|' && echo "${allowed[*]}")" <<<"$asked" || true)
drawn=$(grep -xE "$drawing" <<<"$asked" | grep -v '_seed_keypair$' || true)
if [[ -n $foreign$drawn ]]; then
    printf "the core asks the outside for: %s\n" "$(xargs <<<"$foreign $drawn")"
    exit 1
fi
echo "the core asks the outside for $(wc -l <<<"$asked") functions, all of them pure"
