/* SPDX-License-Identifier: MIT */
#include "runs.h"

#include "varint.h"

#define KEY_SIZE 12
#define RUN_SIZE_MAX (2 * VARINT_MAX)

static void put_key(uint8_t key[KEY_SIZE], uint32_t log, uint64_t seq)
{
    put_u32(key, log);
    put_u64(key + 4, seq);
}

static uint64_t end_of(const struct run *run)
{
    return run->arrival + run->count;
}

/* `before`: the run before it in the block, or none. */
static size_t put_run(const struct run *before, const struct run *run, uint8_t out[RUN_SIZE_MAX])
{
    bool longer = run->count > 1;
    size_t size = varint_put((run->arrival - end_of(before)) << 1 | longer, out);
    return longer ? size + varint_put(run->count, out + size) : size;
}

/* ---------------------------------------------------------------- reading */

struct block {
    uint64_t first; /* seq */
    struct bytes runs;
};

/* The last block of `log` that begins before `before`. */
static enum error find_block(struct db_txn *txn, uint32_t log, uint64_t before, struct block *ret)
{
    uint8_t key[KEY_SIZE];
    struct db_cursor *cursor;
    struct db_row row;
    put_key(key, log, before);
    enum error err = db_cursor_open(txn, TABLE_RUNS, &cursor);
    if (err)
        return err;
    err = db_seek_before(cursor, BYTES_OF(key), &row);
    db_cursor_close(cursor);
    if (err)
        return err;
    if (row.key.size != KEY_SIZE || row.value.size == 0)
        return ERR_CORRUPT;
    if (get_u32(row.key.data) != log)
        return ERR_NOT_FOUND;
    *ret = (struct block){.first = get_u64(row.key.data + 4), .runs = row.value};
    return OK;
}

/* Before its first run. */
static void enter(struct run_walk *walk, const struct block *block)
{
    walk->run = (struct run){.first = block->first};
    walk->left = block->runs;
}

static enum error next_in_block(struct run_walk *walk)
{
    uint64_t gap, count = 1;
    if (walk->left.size == 0)
        return ERR_NOT_FOUND;
    if (!varint_take(&walk->left, &gap))
        return ERR_CORRUPT;
    if (gap & 1 && (!varint_take(&walk->left, &count) || count < 2 || count > UINT32_MAX))
        return ERR_CORRUPT;
    walk->run = (struct run){
        .first = walk->run.first + walk->run.count, .count = count, .arrival = end_of(&walk->run) + (gap >> 1)};
    return OK;
}

enum error run_walk_begin(struct run_walk *walk, struct db_txn *txn, uint32_t log, uint64_t seq)
{
    struct block block;
    if (seq >= U48_MAX)
        return ERR_NOT_FOUND;
    *walk = (struct run_walk){.txn = txn, .log = log};
    enum error err = find_block(txn, log, seq + 1, &block);
    if (err)
        return err;
    enter(walk, &block);
    do
        err = next_in_block(walk);
    while (!err && !run_holds(&walk->run, seq));
    return err;
}

enum error run_walk_next(struct run_walk *walk)
{
    enum error err = next_in_block(walk);
    return err == ERR_NOT_FOUND ? run_walk_begin(walk, walk->txn, walk->log, walk->run.first + walk->run.count) : err;
}

enum error runs_find(struct db_txn *txn, uint32_t log, uint64_t seq, struct run *ret)
{
    struct run_walk walk;
    enum error err = run_walk_begin(&walk, txn, log, seq);
    if (!err)
        *ret = walk.run;
    return err;
}

enum error runs_find_entry(struct db_txn *txn, uint32_t log, uint64_t seq, struct stored_entry *ret)
{
    struct run run;
    enum error err = runs_find(txn, log, seq, &run);
    if (err)
        return err;
    err = rows_entry_at(txn, run.arrival + (seq - run.first), ret);
    return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

/* ---------------------------------------------------------------- the end of a log */

/* A log's last block, or what of it is to stay. */
struct tail {
    uint64_t block_first;
    struct bytes runs; /* borrowed */
    struct run last;
    size_t last_at;    /* where it begins */
    struct run before; /* that one; none: the block's beginning */
};

/* Up to the run that holds `seq` or, where none does, the last of that block. */
static enum error read_tail(struct db_txn *txn, uint32_t log, uint64_t seq, struct tail *ret)
{
    struct block block;
    struct run_walk walk = {0};
    enum error err = find_block(txn, log, seq + 1, &block);
    if (err)
        return err;
    enter(&walk, &block);
    do {
        ret->before = walk.run;
        ret->last_at = block.runs.size - walk.left.size;
        err = next_in_block(&walk);
    } while (!err && walk.left.size > 0 && !run_holds(&walk.run, seq));
    ret->block_first = block.first;
    ret->runs = block.runs;
    ret->last = walk.run;
    return err;
}

static enum error put_block(struct db_txn *txn, uint32_t log, uint64_t first, const uint8_t *runs, size_t size)
{
    uint8_t key[KEY_SIZE];
    put_key(key, log, first);
    return db_put(txn, TABLE_RUNS, BYTES_OF(key), (struct bytes){runs, size});
}

static enum error begin_block(struct db_txn *txn, uint32_t log, const struct run *run)
{
    const struct run none = {.first = run->first};
    uint8_t runs[RUN_SIZE_MAX];
    return put_block(txn, log, run->first, runs, put_run(&none, run, runs));
}

/* The block's first `kept` bytes, the last of which are those of `before`, and then `run`. */
static enum error write_tail(struct db_txn *txn, uint32_t log, const struct tail *tail, size_t kept,
                             const struct run *before, const struct run *run)
{
    uint8_t runs[RUNS_BLOCK_FOUND_MAX + RUN_SIZE_MAX];
    if (kept > RUNS_BLOCK_FOUND_MAX || run->arrival < end_of(before) || end_of(run) > U48_MAX)
        return ERR_CORRUPT;
    memcpy(runs, tail->runs.data, kept);
    size_t size = kept + put_run(before, run, runs + kept);
    if (size <= RUNS_BLOCK_MAX || kept == 0)
        return put_block(txn, log, tail->block_first, runs, size);
    enum error err = OK;
    if (kept < tail->runs.size) /* it was the last of this block as long as it was shorter */
        err = put_block(txn, log, tail->block_first, runs, kept);
    return err ? err : begin_block(txn, log, run);
}

enum error runs_last(struct db_txn *txn, uint32_t log, struct run *ret)
{
    struct tail tail;
    enum error err = read_tail(txn, log, U48_MAX, &tail);
    if (!err)
        *ret = tail.last;
    return err;
}

enum error runs_put_last(struct db_txn *txn, uint32_t log, const struct run *run)
{
    struct tail tail;
    enum error err = read_tail(txn, log, U48_MAX, &tail);
    if (err == ERR_NOT_FOUND)
        return begin_block(txn, log, run);
    if (err)
        return err;
    if (run->first == tail.last.first)
        return write_tail(txn, log, &tail, tail.last_at, &tail.before, run);
    if (run->first != tail.last.first + tail.last.count)
        return ERR_CORRUPT;
    return write_tail(txn, log, &tail, tail.runs.size, &tail.last, run);
}

static enum error delete_block(struct db_txn *txn, uint32_t log, uint64_t first)
{
    uint8_t key[KEY_SIZE];
    put_key(key, log, first);
    return db_delete(txn, TABLE_RUNS, BYTES_OF(key));
}

enum error runs_cut(struct db_txn *txn, uint32_t log, uint64_t seq)
{
    struct block block;
    struct tail tail;
    enum error err;
    while (!(err = find_block(txn, log, U48_MAX, &block)) && block.first >= seq) {
        err = delete_block(txn, log, block.first);
        if (err)
            return err;
    }
    if (!err)
        err = read_tail(txn, log, seq - 1, &tail);
    if (err)
        return err == ERR_NOT_FOUND ? OK : err;
    if (run_holds(&tail.last, seq))
        tail.last.count = seq - tail.last.first;
    return write_tail(txn, log, &tail, tail.last_at, &tail.before, &tail.last);
}
