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
    size += sizeof place->id;
    memcpy(out + size, place->log_id.bytes, sizeof place->log_id.bytes);
    return size + sizeof place->log_id.bytes;
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

enum error order_line_place(struct db_txn *txn, uint32_t group, const struct order_line *line, struct order_place *ret)
{
    struct log_row row;
    enum error err = rows_log(txn, line->log, &row);
    if (err)
        return err;
    *ret = (struct order_place){
        .group = group, .key = line->key, .log = line->log, .device = row.name.device, .seq = line->seq};
    memcpy(ret->id, line->id, sizeof ret->id);
    log_row_id(&row, &ret->log_id);
    return OK;
}

static int compare_entries(const struct order_line *line, const struct order_place *place)
{
    int order = (line->seq > place->seq) - (line->seq < place->seq);
    return order ? order : memcmp(line->id, place->id, sizeof line->id);
}

/* Of lines of one sort key, in different logs.  Logs of one device may have forked from one, and who works for it finds
 * two entries whose ids begin alike. */
static enum error compare_across_logs(struct db_txn *txn, const struct order_line *line,
                                      const struct order_place *place, int *ret)
{
    struct log_row row;
    struct hash id;
    enum error err = rows_log(txn, line->log, &row);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
    *ret = memcmp(row.name.device.bytes, place->device.bytes, sizeof place->device.bytes);
    if (*ret == 0)
        *ret = compare_entries(line, place);
    if (*ret == 0) {
        log_row_id(&row, &id);
        *ret = memcmp(id.bytes, place->log_id.bytes, sizeof id.bytes);
    }
    return OK;
}

enum error order_compare(struct db_txn *txn, const struct order_line *line, const struct order_place *place, int *ret)
{
    *ret = sort_key_compare(line->key, place->key);
    if (*ret == 0 && place->log == 0)
        *ret = 1;
    if (*ret != 0)
        return OK;
    if (line->log != place->log)
        return compare_across_logs(txn, line, place, ret);
    *ret = compare_entries(line, place);
    return OK;
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
    struct order_line line = {0};
    if (cursor.size < 6)
        return ERR_MALFORMED;
    *ret = (struct order_place){.group = group, .key.ms = get_u48(cursor.data)};
    cursor = (struct bytes){cursor.data + 6, cursor.size - 6};
    if (cursor.size > 0 && !take_compact(&cursor, &ret->key.ticks))
        return ERR_MALFORMED;
    if (cursor.size == 0)
        return OK;
    if (!take_compact(&cursor, &log) || log == 0 || log > UINT32_MAX || !take_compact(&cursor, &line.seq) ||
        cursor.size != sizeof line.id)
        return ERR_MALFORMED;
    line.key = ret->key;
    line.log = (uint32_t)log;
    memcpy(line.id, cursor.data, sizeof line.id);
    enum error err = order_line_place(txn, group, &line, ret);
    return err == ERR_NOT_FOUND ? ERR_MALFORMED : err;
}
