/* SPDX-License-Identifier: MIT
 * Small numbers in few bytes (LEB128): seven bits a byte, the lowest first; the high bit says that more follow. */
#pragma once
#include "core/base/bytes.h"

#define VARINT_MAX 10

size_t varint_put(uint64_t value, uint8_t *out); /* returns the size */
/* Takes one off `left`.  false: there is none, or none that fits; `left` is then as it was. */
bool varint_take(struct bytes *left, uint64_t *ret);
