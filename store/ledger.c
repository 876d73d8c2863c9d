/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include <stdlib.h>

#include "core/base/alloc.h"

#define LOGS_MAX (1u << 22) /* 4096 logs in each of 512 groups, twice: a larger number is a fault */

void ledger_done(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->log_count; i++)
        free(ledger->logs[i]);
    free(ledger->logs);
    free(ledger->behind);
    table_done(&ledger->trees);
    doubted_done(&ledger->doubted);
    *ledger = (struct ledger){0};
}

struct ledger_log *ledger_get(const struct ledger *ledger, uint32_t number)
{
    return number == 0 || number > ledger->log_count ? NULL : ledger->logs[number - 1];
}

struct ledger_log *ledger_tree(const struct ledger *ledger, const struct hash *tree)
{
    return table_get(&ledger->trees, tree->bytes);
}

static struct ledger_log *log_new(const struct log_row *row)
{
    struct ledger_log *log = alloc_zero(1, sizeof *log);
    log->number = row->number;
    log->group = row->group;
    log->kind = row->name.kind;
    log->device = row->name.device;
    log->is_branch = row->is_branch;
    log->base = log->order.seq = row->base_seq;
    log->order.awaited = UINT64_MAX;
    log_row_id(row, &log->id);
    log_name_id(&row->name, &log->tree);
    return log;
}

static void make_room(struct ledger *ledger, uint32_t number)
{
    if (number <= ledger->log_count)
        return;
    size_t count = number > 2 * ledger->log_count ? number : 2 * ledger->log_count;
    ledger->logs = alloc_grow(ledger->logs, count, sizeof *ledger->logs);
    for (size_t i = ledger->log_count; i < count; i++)
        ledger->logs[i] = NULL;
    ledger->log_count = count;
}

enum error ledger_note(struct ledger *ledger, const struct log_row *row, struct ledger_log **ret, bool *ret_cut)
{
    if (row->number == 0 || row->number > LOGS_MAX)
        return ERR_USAGE;
    struct ledger_log *log = ledger_get(ledger, row->number);
    uint64_t void_from = row->void_from ? row->void_from : UINT64_MAX;
    *ret_cut = log && log->void_from != void_from;
    if (!log) {
        log = log_new(row);
        log->doubted = &ledger->doubted;
        make_room(ledger, row->number);
        ledger->logs[row->number - 1] = log;
        log->next_in_tree = ledger_tree(ledger, &log->tree);
        table_put(&ledger->trees, log->tree.bytes, log);
    }
    log->void_from = void_from;
    *ret = log;
    return OK;
}

void ledger_note_behind(struct ledger *ledger, struct ledger_log *log)
{
    if (log->behind)
        return;
    if (ledger->behind_count == ledger->behind_capacity) {
        ledger->behind_capacity = ledger->behind_capacity ? 2 * ledger->behind_capacity : 16;
        ledger->behind = alloc_grow(ledger->behind, ledger->behind_capacity, sizeof *ledger->behind);
    }
    ledger->behind[ledger->behind_count++] = log;
    log->behind = true;
}

static enum error load_logs(struct ledger *ledger, struct db_txn *txn)
{
    struct db_cursor *cursor;
    struct db_row at;
    enum error err = db_cursor_open(txn, TABLE_LOGS, &cursor);
    if (err)
        return err;
    for (err = db_move(cursor, DB_FIRST, &at); !err; err = db_move(cursor, DB_NEXT, &at)) {
        struct log_row row;
        struct ledger_log *log;
        bool is_cut;
        err = rows_read_log(&at, &row);
        if (!err)
            err = ledger_note(ledger, &row, &log, &is_cut);
        if (!err)
            err = runs_last(txn, row.number, &log->last);
        if (err && err != ERR_NOT_FOUND)
            break;
    }
    db_cursor_close(cursor);
    return err == ERR_NOT_FOUND ? OK : err;
}

enum error ledger_load(struct ledger *ledger, struct db_txn *txn, uint64_t salt)
{
    ledger_done(ledger);
    ledger->trees.salt = salt;
    enum error err = rows_last_arrival(txn, &ledger->last_arrival);
    if (!err)
        err = rows_get_own(txn, &ledger->own);
    if (!err)
        err = doubted_load(&ledger->doubted, txn);
    return err ? err : load_logs(ledger, txn);
}
