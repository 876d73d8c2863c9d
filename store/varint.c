/* SPDX-License-Identifier: MIT */
#include "varint.h"

size_t varint_put(uint64_t value, uint8_t *out)
{
    size_t size = 0;
    for (; value >= 0x80; value >>= 7)
        out[size++] = (uint8_t)(value | 0x80);
    out[size++] = (uint8_t)value;
    return size;
}

bool varint_take(struct bytes *left, uint64_t *ret)
{
    uint64_t value = 0;
    for (size_t i = 0; i < left->size && i < VARINT_MAX; i++) {
        uint8_t byte = left->data[i];
        if (i == VARINT_MAX - 1 && byte > 1)
            return false; /* beyond 64 bits */
        value |= (uint64_t)(byte & 0x7f) << 7 * i;
        if (byte & 0x80)
            continue;
        *ret = value;
        *left = (struct bytes){left->data + i + 1, left->size - i - 1};
        return true;
    }
    return false;
}
