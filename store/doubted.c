/* SPDX-License-Identifier: MIT */
#include "doubted.h"

#include <stdlib.h>

#include "core/base/alloc.h"

#define KEY_SIZE (4 + 32 + 8)

void doubted_done(struct doubted *doubted)
{
    for (size_t i = 0; i < doubted->count; i++)
        free(doubted->groups[i].doubts);
    free(doubted->groups);
    *doubted = (struct doubted){0};
}

static struct doubted_group *find(const struct doubted *doubted, uint32_t group)
{
    for (size_t i = 0; i < doubted->count; i++)
        if (doubted->groups[i].group == group)
            return &doubted->groups[i];
    return NULL;
}

bool doubted_covers(const struct doubted *doubted, uint32_t group, const struct hash *log, uint64_t seq)
{
    const struct doubted_group *found = find(doubted, group);
    return found && doubts_find(found->doubts, found->count, log, seq);
}

static struct doubted_group *get(struct doubted *doubted, uint32_t group)
{
    struct doubted_group *found = find(doubted, group);
    if (found)
        return found;
    if (doubted->count == doubted->capacity) {
        doubted->capacity = doubted->capacity ? 2 * doubted->capacity : 4;
        doubted->groups = alloc_grow(doubted->groups, doubted->capacity, sizeof *doubted->groups);
    }
    found = &doubted->groups[doubted->count++];
    *found = (struct doubted_group){.group = group};
    return found;
}

static void append(struct doubted_group *at, const struct doubt *doubt)
{
    if (at->count == at->capacity) {
        at->capacity = at->capacity ? 2 * at->capacity : 16;
        at->doubts = alloc_grow(at->doubts, at->capacity, sizeof *at->doubts);
    }
    at->doubts[at->count++] = *doubt;
}

/* ---------------------------------------------------------------- rows */

static void put_key(uint8_t key[KEY_SIZE], uint32_t group, const struct doubt *doubt)
{
    put_u32(key, group);
    memcpy(key + 4, doubt->log.bytes, sizeof doubt->log.bytes);
    put_u64(key + 4 + 32, doubt->from);
}

static enum error read_row(struct doubted *doubted, const struct db_row *row)
{
    struct doubt doubt;
    if (row->key.size != KEY_SIZE || row->value.size != 8)
        return ERR_CORRUPT;
    memcpy(doubt.log.bytes, row->key.data + 4, sizeof doubt.log.bytes);
    doubt.from = get_u64(row->key.data + 4 + 32);
    doubt.to = get_u64(row->value.data);
    append(get(doubted, get_u32(row->key.data)), &doubt);
    return OK;
}

enum error doubted_load(struct doubted *doubted, struct db_txn *txn)
{
    struct db_cursor *cursor;
    struct db_row row;
    enum error err = db_cursor_open(txn, TABLE_DOUBTS, &cursor);
    if (err)
        return err;
    for (err = db_move(cursor, DB_FIRST, &row); !err; err = db_move(cursor, DB_NEXT, &row)) {
        err = read_row(doubted, &row);
        if (err)
            break;
    }
    db_cursor_close(cursor);
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum error replace_rows(struct db_txn *txn, const struct doubted_group *old, const struct doubt *doubts,
                               size_t count)
{
    uint8_t key[KEY_SIZE], value[8];
    enum error err = OK;
    for (size_t i = 0; !err && i < old->count; i++) {
        put_key(key, old->group, &old->doubts[i]);
        err = db_delete(txn, TABLE_DOUBTS, BYTES_OF(key));
    }
    for (size_t i = 0; !err && i < count; i++) {
        put_key(key, old->group, &doubts[i]);
        put_u64(value, doubts[i].to);
        err = db_put(txn, TABLE_DOUBTS, BYTES_OF(key), BYTES_OF(value));
    }
    return err;
}

enum error doubted_take(struct doubted *doubted, struct db_txn *txn, const struct batch *batch, size_t index,
                        bool *ret_changed)
{
    const struct batch_doubts *part = &batch->doubted[index];
    const struct doubt *doubts = part->count ? &batch->doubts[part->first] : NULL;
    struct doubted_group *at = get(doubted, part->group);
    for (size_t i = 1; i < part->count; i++)
        if (memcmp(&doubts[i - 1].log, &doubts[i].log, sizeof doubts->log) > 0)
            return ERR_USAGE;
    *ret_changed = !doubts_equal(at->doubts, at->count, doubts, part->count);
    if (!*ret_changed)
        return OK;
    enum error err = replace_rows(txn, at, doubts, part->count);
    if (err)
        return err;
    at->count = 0;
    for (size_t i = 0; i < part->count; i++)
        append(at, &doubts[i]);
    return OK;
}
