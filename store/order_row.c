/* SPDX-License-Identifier: MIT */
#include "order_row.h"

#define FLAG_INCOMPLETE 1u

static size_t significant_bytes(uint64_t value)
{
    size_t size = 0;
    for (; value; value >>= 8)
        size++;
    return size;
}

static size_t put_plain(uint64_t value, size_t size, uint8_t *out)
{
    for (size_t i = size; i-- > 0; value >>= 8)
        out[i] = (uint8_t)value;
    return size;
}

static size_t put_compact(uint64_t value, uint8_t *out)
{
    size_t size = significant_bytes(value);
    out[0] = (uint8_t)size;
    return 1 + put_plain(value, size, out + 1);
}

static uint64_t get_plain(const uint8_t *data, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | data[i];
    return value;
}

/* Takes a compact number off `left`; false: there is none. */
static bool take_compact(struct bytes *left, uint64_t *ret)
{
    if (left->size == 0 || left->data[0] > 8 || left->size < 1u + left->data[0])
        return false;
    size_t size = left->data[0];
    *ret = get_plain(left->data + 1, size);
    *left = (struct bytes){left->data + 1 + size, left->size - 1 - size};
    return true;
}

size_t order_group_put(uint32_t group, uint8_t *out)
{
    return put_compact(group, out);
}

size_t order_group_end(uint32_t group, uint8_t *out)
{
    return put_compact((uint64_t)group + 1, out);
}

size_t order_time_put(struct sort_key key, uint8_t *out)
{
    put_u48(out, key.ms);
    return 6 + put_compact(key.ticks, out + 6);
}

size_t order_key_put(const struct order_place *place, uint8_t out[ORDER_KEY_MAX])
{
    size_t size = put_compact(place->group, out);
    size += order_time_put(place->key, out + size);
    memcpy(out + size, place->device.bytes, sizeof place->device.bytes);
    size += sizeof place->device.bytes;
    size += put_compact(place->seq, out + size);
    memcpy(out + size, place->id, sizeof place->id);
    return size + sizeof place->id;
}

size_t order_value_put(uint32_t log, bool incomplete, uint8_t out[ORDER_VALUE_MAX])
{
    out[0] = incomplete ? FLAG_INCOMPLETE : 0;
    return 1 + put_plain(log, significant_bytes(log), out + 1);
}

enum error order_row_read(const struct db_row *row, uint32_t group, struct order_row *ret)
{
    struct bytes left = row->key;
    uint64_t row_group, ticks, seq;
    if (!take_compact(&left, &row_group))
        return ERR_CORRUPT;
    if (row_group != group)
        return ERR_NOT_FOUND;

    struct bytes cursor = left;
    if (left.size < 6)
        return ERR_CORRUPT;
    uint64_t ms = get_u48(left.data);
    left = (struct bytes){left.data + 6, left.size - 6};
    if (!take_compact(&left, &ticks) || left.size < 32)
        return ERR_CORRUPT;
    left = (struct bytes){left.data + 32, left.size - 32};
    if (!take_compact(&left, &seq) || left.size != 8 || row->value.size < 2 || row->value.size > ORDER_VALUE_MAX)
        return ERR_CORRUPT;

    *ret = (struct order_row){.log = (uint32_t)get_plain(row->value.data + 1, row->value.size - 1),
                              .seq = seq,
                              .key = {.ms = ms, .ticks = ticks},
                              .incomplete = row->value.data[0] & FLAG_INCOMPLETE,
                              .cursor = cursor};
    return OK;
}
