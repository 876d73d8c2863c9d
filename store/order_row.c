/* SPDX-License-Identifier: MIT */
#include "order_row.h"

#include "varint.h"

/* ---------------------------------------------------------------- keys */

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

size_t order_key_put(const struct order_place *place, uint8_t out[ORDER_KEY_MAX])
{
    size_t size = put_compact(place->group, out);
    put_u48(out + size, place->key.ms);
    size += 6;
    size += put_compact(place->key.ticks, out + size);
    if (place->log == 0)
        return size;
    memcpy(out + size, place->device.bytes, sizeof place->device.bytes);
    size += sizeof place->device.bytes;
    size += put_compact(place->seq, out + size);
    memcpy(out + size, place->id, sizeof place->id);
    return size + sizeof place->id;
}

bool order_key_is_of(struct bytes key, uint32_t group)
{
    uint64_t found;
    return take_compact(&key, &found) && found == group;
}

/* ---------------------------------------------------------------- lines */

size_t order_line_put(uint64_t before_ms, const struct order_line *line, uint8_t out[ORDER_LINE_MAX])
{
    size_t size = varint_put(line->key.ms - before_ms, out);
    size += varint_put(line->key.ticks, out + size);
    size += varint_put((uint64_t)line->log << 1 | line->incomplete, out + size);
    size += varint_put(line->seq, out + size);
    memcpy(out + size, line->id, sizeof line->id);
    return size + sizeof line->id;
}

enum error order_line_take(struct bytes *left, uint64_t before_ms, struct order_line *ret)
{
    uint64_t ms, log;
    if (!varint_take(left, &ms) || !varint_take(left, &ret->key.ticks) || !varint_take(left, &log) ||
        !varint_take(left, &ret->seq) || left->size < sizeof ret->id)
        return ERR_CORRUPT;
    if (ms > U48_MAX - before_ms || log >> 1 == 0 || log >> 1 > UINT32_MAX)
        return ERR_CORRUPT;
    ret->key.ms = before_ms + ms;
    ret->log = (uint32_t)(log >> 1);
    ret->incomplete = log & 1;
    memcpy(ret->id, left->data, sizeof ret->id);
    *left = (struct bytes){left->data + sizeof ret->id, left->size - sizeof ret->id};
    return OK;
}

static enum error compare_devices(struct db_txn *txn, uint32_t log, const struct sign_public *device, int *ret)
{
    struct sign_public other;
    enum error err = rows_log_device(txn, log, &other);
    if (!err)
        *ret = memcmp(other.bytes, device->bytes, sizeof other.bytes);
    return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

enum error order_compare(struct db_txn *txn, const struct order_line *line, const struct order_place *place, int *ret)
{
    enum error err = OK;
    int order = sort_key_compare(line->key, place->key);
    if (order == 0 && place->log == 0)
        order = 1;
    if (order == 0 && line->log != place->log)
        err = compare_devices(txn, line->log, &place->device, &order);
    if (order == 0)
        order = (line->seq > place->seq) - (line->seq < place->seq);
    if (order == 0)
        order = memcmp(line->id, place->id, sizeof line->id);
    *ret = order;
    return err;
}

/* ---------------------------------------------------------------- cursors */

size_t order_cursor_put(const struct order_line *line, uint8_t out[ORDER_CURSOR_MAX])
{
    put_u48(out, line->key.ms);
    size_t size = 6;
    size += put_compact(line->key.ticks, out + size);
    size += put_compact(line->log, out + size);
    size += put_compact(line->seq, out + size);
    memcpy(out + size, line->id, sizeof line->id);
    return size + sizeof line->id;
}

enum error order_cursor_read(struct db_txn *txn, struct bytes cursor, uint32_t group, struct order_place *ret)
{
    uint64_t log;
    if (cursor.size < 6)
        return ERR_MALFORMED;
    *ret = (struct order_place){.group = group, .key.ms = get_u48(cursor.data)};
    cursor = (struct bytes){cursor.data + 6, cursor.size - 6};
    if (cursor.size > 0 && !take_compact(&cursor, &ret->key.ticks))
        return ERR_MALFORMED;
    if (cursor.size == 0)
        return OK;
    if (!take_compact(&cursor, &log) || log == 0 || log > UINT32_MAX || !take_compact(&cursor, &ret->seq) ||
        cursor.size != sizeof ret->id)
        return ERR_MALFORMED;
    ret->log = (uint32_t)log;
    memcpy(ret->id, cursor.data, sizeof ret->id);
    enum error err = rows_log_device(txn, ret->log, &ret->device);
    return err == ERR_NOT_FOUND ? ERR_MALFORMED : err;
}
