/* SPDX-License-Identifier: MIT */
#include "rows.h"

#define LOG_ROW_SIZE (ROWS_LOG_SIZE_1 + 1 + 8 + 32)
#define OWN_KEY BYTES_TEXT("own")
#define OWN_SIZE (4 + 8 + 32)

/* ---------------------------------------------------------------- entries */

void rows_put_prefix(const struct stored_entry *entry, uint8_t out[ENTRY_PREFIX_SIZE])
{
    out[0] = (uint8_t)entry->flags;
    put_u32(out + 1, entry->log);
    put_u48(out + 5, entry->seen_ms);
    put_u48(out + 11, entry->seq);
}

enum error rows_read_entry(const struct db_row *row, struct stored_entry *ret)
{
    const uint8_t *value = row->value.data;
    if (row->key.size != 8 || row->value.size < ENTRY_PREFIX_SIZE)
        return ERR_CORRUPT;
    *ret = (struct stored_entry){
        .log = get_u32(value + 1),
        .seq = get_u48(value + 11),
        .arrival = get_u64(row->key.data),
        .seen_ms = get_u48(value + 5),
        .flags = value[0],
        .wire = {value + ENTRY_PREFIX_SIZE, row->value.size - ENTRY_PREFIX_SIZE},
    };
    return OK;
}

enum error rows_entry_at(struct db_txn *txn, uint64_t arrival, struct stored_entry *ret)
{
    uint8_t key[8];
    put_u64(key, arrival);
    struct db_row row = {.key = BYTES_OF(key)};
    enum error err = db_get(txn, TABLE_ENTRIES, row.key, &row.value);
    return err ? err : rows_read_entry(&row, ret);
}

void rows_entry_id(struct bytes wire, struct hash *ret)
{
    struct entry entry;
    if (entry_decode(wire, &entry))
        crypto_hash(wire, ret);
    else
        entry_id(&entry, ret);
}

enum error rows_last_arrival(struct db_txn *txn, uint64_t *ret)
{
    struct db_cursor *cursor;
    struct db_row row;
    enum error err = db_cursor_open(txn, TABLE_ENTRIES, &cursor);
    if (err)
        return err;
    err = db_move(cursor, DB_LAST, &row);
    db_cursor_close(cursor);
    if (err && err != ERR_NOT_FOUND)
        return err;
    if (!err && row.key.size != 8)
        return ERR_CORRUPT;
    *ret = err ? 0 : get_u64(row.key.data);
    return OK;
}

/* ---------------------------------------------------------------- logs, last own entry */

static void write_fixed(uint8_t **at, const void *data, size_t size)
{
    memcpy(*at, data, size);
    *at += size;
}

static void write_u64(uint8_t **at, uint64_t value)
{
    put_u64(*at, value);
    *at += 8;
}

enum error rows_put_log(struct db_txn *txn, const struct log_row *row)
{
    uint8_t key[4], value[LOG_ROW_SIZE], *at = value + 5;
    put_u32(key, row->number);
    put_u32(value, row->group);
    value[4] = (uint8_t)row->name.kind;
    write_fixed(&at, row->name.group.bytes, sizeof row->name.group.bytes);
    write_fixed(&at, row->name.device.bytes, sizeof row->name.device.bytes);
    write_u64(&at, row->name.instance);
    write_fixed(&at, row->name.sub.bytes, sizeof row->name.sub.bytes);
    write_u64(&at, row->head_seq);
    write_fixed(&at, row->head_id.bytes, sizeof row->head_id.bytes);
    write_u64(&at, row->head_hlc);
    write_u64(&at, row->cited_seq);
    for (size_t i = 0; i < sizeof row->notes / sizeof *row->notes; i++)
        write_u64(&at, row->notes[i]);
    write_u64(&at, row->void_from);
    *at++ = row->is_branch;
    write_u64(&at, row->base_seq);
    write_fixed(&at, row->first_id.bytes, sizeof row->first_id.bytes);
    return db_put(txn, TABLE_LOGS, BYTES_OF(key), BYTES_OF(value));
}

static void take_fixed(const uint8_t **at, void *out, size_t size)
{
    memcpy(out, *at, size);
    *at += size;
}

static uint64_t take_u64(const uint8_t **at)
{
    *at += 8;
    return get_u64(*at - 8);
}

enum error rows_read_log(const struct db_row *row, struct log_row *ret)
{
    if (row->key.size != 4 || row->value.size != LOG_ROW_SIZE || row->value.data[4] > KIND_CONTENT)
        return ERR_CORRUPT;
    const uint8_t *at = row->value.data + 5;
    ret->number = get_u32(row->key.data);
    ret->group = get_u32(row->value.data);
    ret->name.kind = (enum log_kind)row->value.data[4];
    take_fixed(&at, ret->name.group.bytes, sizeof ret->name.group.bytes);
    take_fixed(&at, ret->name.device.bytes, sizeof ret->name.device.bytes);
    ret->name.instance = take_u64(&at);
    take_fixed(&at, ret->name.sub.bytes, sizeof ret->name.sub.bytes);
    ret->head_seq = take_u64(&at);
    take_fixed(&at, ret->head_id.bytes, sizeof ret->head_id.bytes);
    ret->head_hlc = take_u64(&at);
    ret->cited_seq = take_u64(&at);
    for (size_t i = 0; i < sizeof ret->notes / sizeof *ret->notes; i++)
        ret->notes[i] = take_u64(&at);
    ret->void_from = take_u64(&at);
    if (*at > 1)
        return ERR_CORRUPT;
    ret->is_branch = *at++;
    ret->base_seq = take_u64(&at);
    take_fixed(&at, ret->first_id.bytes, sizeof ret->first_id.bytes);
    return OK;
}

enum error rows_log(struct db_txn *txn, uint32_t log, struct log_row *ret)
{
    uint8_t key[4];
    put_u32(key, log);
    struct db_row at = {.key = BYTES_OF(key)};
    enum error err = db_get(txn, TABLE_LOGS, at.key, &at.value);
    return err ? err : rows_read_log(&at, ret);
}

enum error rows_put_own(struct db_txn *txn, const struct own_entry *own)
{
    uint8_t value[OWN_SIZE];
    put_u32(value, own->log);
    put_u64(value + 4, own->seq);
    memcpy(value + 12, own->id.bytes, sizeof own->id.bytes);
    return db_put(txn, TABLE_META, OWN_KEY, BYTES_OF(value));
}

enum error rows_get_own(struct db_txn *txn, struct own_entry *ret)
{
    struct bytes value;
    enum error err = db_get(txn, TABLE_META, OWN_KEY, &value);
    if (err == ERR_NOT_FOUND) {
        *ret = (struct own_entry){0};
        return OK;
    }
    if (err)
        return err;
    if (value.size != OWN_SIZE)
        return ERR_CORRUPT;
    ret->log = get_u32(value.data);
    ret->seq = get_u64(value.data + 4);
    memcpy(ret->id.bytes, value.data + 12, sizeof ret->id.bytes);
    return OK;
}
