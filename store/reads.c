/* SPDX-License-Identifier: MIT */
#include "reads.h"

#include <assert.h>

#include "order_read.h"
#include "order_state.h"
#include "runs.h"

enum error reads_snapshot(struct reads *reads, struct db_txn **ret)
{
    assert(reads->begun);
    enum error err = reads->snapshot ? OK : db_snapshot(reads->db, &reads->snapshot);
    if (!err)
        *ret = reads->snapshot;
    return err;
}

static enum error begin(void *ctx)
{
    struct reads *reads = ctx;
    reads->begun = true;
    return OK;
}

static void end(void *ctx)
{
    struct reads *reads = ctx;
    if (reads->snapshot)
        db_snapshot_end(reads->snapshot);
    reads->snapshot = NULL;
    reads->begun = false;
}

/* ---------------------------------------------------------------- scans */

/* Calls `visit` for the rows of a table from `from` on, until it returns false or an error. */
struct scan {
    enum db_table table;
    struct bytes from;
    enum error (*visit)(void *arg, const struct db_row *row, bool *ret_more);
    void *arg;
};

static enum error scan_rows(struct reads *reads, const struct scan *scan)
{
    struct db_txn *txn;
    struct db_cursor *cursor;
    struct db_row row;
    bool more = true;
    enum error err = reads_snapshot(reads, &txn);
    if (!err)
        err = db_cursor_open(txn, scan->table, &cursor);
    if (err)
        return err;
    err = scan->from.size > 0 ? db_seek(cursor, scan->from, &row) : db_move(cursor, DB_FIRST, &row);
    while (!err) {
        err = scan->visit(scan->arg, &row, &more);
        if (err || !more)
            break;
        err = db_move(cursor, DB_NEXT, &row);
    }
    db_cursor_close(cursor);
    return err == ERR_NOT_FOUND ? OK : err;
}

struct log_visit {
    storage_log_visitor visit;
    void *arg;
};

static enum error visit_log(void *arg, const struct db_row *row, bool *ret_more)
{
    struct log_visit *visit = arg;
    struct log_row log;
    enum error err = rows_read_log(row, &log);
    if (!err)
        *ret_more = visit->visit(visit->arg, &log);
    return err;
}

static enum error each_log(void *ctx, storage_log_visitor visit, void *arg)
{
    struct log_visit what = {visit, arg};
    return scan_rows(ctx, &(struct scan){.table = TABLE_LOGS, .visit = visit_log, .arg = &what});
}

struct entry_visit {
    storage_entry_visitor visit;
    void *arg;
    bool stopped;
};

static enum error visit_entry(void *arg, const struct db_row *row, bool *ret_more)
{
    struct entry_visit *visit = arg;
    struct stored_entry entry;
    enum error err = rows_read_entry(row, &entry);
    if (err)
        return err;
    visit->stopped = !visit->visit(visit->arg, &entry);
    *ret_more = !visit->stopped;
    return OK;
}

static enum error each_arrival(void *ctx, uint64_t from, storage_entry_visitor visit, void *arg)
{
    struct entry_visit what = {.visit = visit, .arg = arg};
    uint8_t key[8];
    put_u64(key, from);
    return scan_rows(ctx,
                     &(struct scan){.table = TABLE_ENTRIES, .from = BYTES_OF(key), .visit = visit_entry, .arg = &what});
}

/* The entries of a run from `seq` on. */
static enum error visit_run(struct db_cursor *cursor, const struct run *run, uint64_t seq, struct entry_visit *visit)
{
    uint8_t key[8];
    struct db_row row;
    bool more = true;
    uint64_t end = run->first + run->count;
    put_u64(key, run->arrival + (seq - run->first));
    enum error err = db_seek(cursor, BYTES_OF(key), &row);
    while (!err) {
        err = visit_entry(visit, &row, &more);
        if (err || !more || ++seq == end)
            return err;
        err = db_move(cursor, DB_NEXT, &row);
    }
    return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

static enum error each_entry(void *ctx, uint32_t log, uint64_t from, storage_entry_visitor visit, void *arg)
{
    struct entry_visit what = {.visit = visit, .arg = arg};
    struct db_txn *txn;
    struct db_cursor *cursor;
    struct run_walk walk;
    enum error err = reads_snapshot(ctx, &txn);
    if (!err)
        err = db_cursor_open(txn, TABLE_ENTRIES, &cursor);
    if (err)
        return err;
    if (from == 0)
        from = 1;
    for (err = run_walk_begin(&walk, txn, log, from); !err; err = run_walk_next(&walk)) {
        err = visit_run(cursor, &walk.run, from, &what);
        if (err || what.stopped)
            break;
        from = walk.run.first + walk.run.count;
    }
    db_cursor_close(cursor);
    return err == ERR_NOT_FOUND ? OK : err;
}

struct local_visit {
    storage_local_visitor visit;
    void *arg;
    struct bytes prefix;
};

static enum error visit_local(void *arg, const struct db_row *row, bool *ret_more)
{
    struct local_visit *visit = arg;
    size_t size = visit->prefix.size;
    *ret_more = row->key.size >= size && bytes_equal((struct bytes){row->key.data, size}, visit->prefix) &&
                visit->visit(visit->arg, row->key, row->value);
    return OK;
}

static enum error each_local(void *ctx, struct bytes prefix, storage_local_visitor visit, void *arg)
{
    struct local_visit what = {visit, arg, prefix};
    if (prefix.size > DB_KEY_MAX)
        return OK;
    return scan_rows(ctx, &(struct scan){.table = TABLE_LOCALS, .from = prefix, .visit = visit_local, .arg = &what});
}

/* ---------------------------------------------------------------- single rows */

static enum error get_entry(void *ctx, uint32_t log, uint64_t seq, struct stored_entry *ret)
{
    struct db_txn *txn;
    enum error err = reads_snapshot(ctx, &txn);
    return err ? err : runs_find_entry(txn, log, seq, ret);
}

static enum error get_local(void *ctx, struct bytes key, struct bytes *ret)
{
    struct db_txn *txn;
    if (key.size == 0 || key.size > DB_KEY_MAX)
        return ERR_NOT_FOUND;
    enum error err = reads_snapshot(ctx, &txn);
    return err ? err : db_get(txn, TABLE_LOCALS, key, ret);
}

/* One number, also outside begin() and end().  0 when it cannot be read. */
static uint64_t read_number(struct reads *reads, enum error (*read)(struct db_txn *txn, uint64_t *ret))
{
    bool was_begun = reads->begun;
    struct db_txn *txn;
    uint64_t number = 0;
    reads->begun = true;
    enum error err = reads_snapshot(reads, &txn);
    if (!err)
        err = read(txn, &number);
    if (!was_begun)
        end(reads);
    return err ? 0 : number;
}

static uint64_t last_arrival(void *ctx)
{
    return read_number(ctx, rows_last_arrival);
}

static uint64_t order_progress(void *ctx)
{
    return read_number(ctx, order_state_progress);
}

/* ---------------------------------------------------------------- order */

static enum error each_ordered(void *ctx, uint32_t group, struct bytes cursor, bool backward,
                               storage_order_visitor visit, void *arg)
{
    return order_read_each(ctx, group, cursor, backward, visit, arg);
}

static void order_cursor_at(void *ctx, uint64_t ms, struct buffer *ret)
{
    (void)ctx;
    put_u48(buffer_extend(ret, 6), ms < U48_MAX ? ms : U48_MAX);
}

void reads_init(struct reads *reads, struct db *db, struct storage *ret)
{
    *reads = (struct reads){.db = db};
    *ret = (struct storage){
        .ctx = reads,
        .begin = begin,
        .end = end,
        .each_log = each_log,
        .each_entry = each_entry,
        .get_entry = get_entry,
        .each_arrival = each_arrival,
        .last_arrival = last_arrival,
        .get_local = get_local,
        .each_local = each_local,
        .each_ordered = each_ordered,
        .order_cursor_at = order_cursor_at,
        .order_progress = order_progress,
    };
}

void reads_done(struct reads *reads)
{
    end(reads);
}
