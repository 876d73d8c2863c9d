/* SPDX-License-Identifier: MIT
 * The index by log and seq against a plain table: runs that grow, begin, are cut off and go over to another log, in
 * random order, with transactions given up and the file closed in between. */
#include "chance.h"
#include "fixture.h"

#include "store/runs.h"

#define LOGS 24
#define AUTHORS 6 /* logs beyond begin when one splits */
#define SEQS 3000
#define FIRST 100 /* logs as numbered on the disk */

/* ---------------------------------------------------------------- the plain table */

struct plain {
    uint64_t arrivals[LOGS][SEQS + 1]; /* by seq; 0: none */
    uint64_t base[LOGS];
    uint64_t head[LOGS];
    uint64_t last_arrival;
};

/* The longest run that ends at the head, as whoever appends knows it. */
static struct run last_run(const struct plain *plain, size_t log, uint64_t not_before)
{
    uint64_t first = plain->head[log];
    while (first > not_before && plain->arrivals[log][first - 1] + 1 == plain->arrivals[log][first])
        first--;
    return (struct run){first, plain->head[log] - first + 1, plain->arrivals[log][first]};
}

struct table {
    struct place place;
    struct db *db;
    struct plain plain;
    uint64_t begun[LOGS]; /* where the last run of the log begins */
};

static void append_run(struct table *table, struct db_txn *txn, size_t log, uint64_t count)
{
    struct plain *plain = &table->plain;
    bool goes_on = plain->head[log] > plain->base[log] && plain->arrivals[log][plain->head[log]] == plain->last_arrival;
    if (!goes_on)
        table->begun[log] = plain->head[log] + 1;
    for (; count > 0 && plain->head[log] < SEQS; count--)
        plain->arrivals[log][++plain->head[log]] = ++plain->last_arrival;
    struct run run = last_run(plain, log, table->begun[log]);
    assert_int_equal(run.first, table->begun[log]);
    assert_int_equal(runs_put_last(txn, FIRST + (uint32_t)log, &run), OK);
}

/* As a log splits: what is left of `from`, and the rest under `to`, which is empty. */
static void split(struct table *table, struct db_txn *txn, size_t from, size_t to, uint64_t seq)
{
    struct plain *plain = &table->plain;
    uint64_t end = plain->head[from] + 1;
    plain->base[to] = plain->head[to] = seq - 1;
    for (uint64_t at = seq; at < end;) {
        struct run run;
        assert_int_equal(runs_find(txn, FIRST + (uint32_t)from, at, &run), OK);
        struct run part = {at, run.first + run.count - at, run.arrival + (at - run.first)};
        assert_int_equal(runs_put_last(txn, FIRST + (uint32_t)to, &part), OK);
        table->begun[to] = at;
        at += part.count;
    }
    for (uint64_t at = seq; at < end; at++) {
        plain->arrivals[to][at] = plain->arrivals[from][at];
        plain->arrivals[from][at] = 0;
    }
    plain->head[to] = end - 1;
    plain->head[from] = seq - 1;
    assert_int_equal(runs_cut(txn, FIRST + (uint32_t)from, seq), OK);
    struct run last;
    enum error err = runs_last(txn, FIRST + (uint32_t)from, &last);
    assert_int_equal(err, seq - 1 == plain->base[from] ? ERR_NOT_FOUND : OK);
    if (!err)
        table->begun[from] = last.first;
}

static size_t find_empty(const struct plain *plain)
{
    size_t log = 0;
    while (log < LOGS && plain->head[log])
        log++;
    return log;
}

static void change(struct table *table, struct db_txn *txn)
{
    struct plain *plain = &table->plain;
    size_t log = below(LOGS), empty = find_empty(plain);
    if (below(40) == 0)
        plain->last_arrival += below(2) ? below(1000) : below(UINT64_C(1) << 40); /* another log's */
    if (below(150) == 0 && plain->head[log] > plain->base[log] && empty < LOGS && empty != log)
        split(table, txn, log, empty, plain->base[log] + 1 + below(plain->head[log] - plain->base[log]));
    else if (plain->head[log] < SEQS && (log < AUTHORS || plain->head[log]))
        append_run(table, txn, log, below(5) ? 1 : 1 + below(200));
}

/* ---------------------------------------------------------------- comparing */

static void compare_seq(const struct table *table, struct db_txn *txn, size_t log, uint64_t seq)
{
    struct run run;
    uint64_t expected = table->plain.arrivals[log][seq];
    enum error err = runs_find(txn, FIRST + (uint32_t)log, seq, &run);
    assert_int_equal(err, expected ? OK : ERR_NOT_FOUND);
    if (expected)
        assert_int_equal(run.arrival + (seq - run.first), expected);
}

/* From a seq on to the head, without a hole. */
static void compare_walk(const struct table *table, struct db_txn *txn, size_t log, uint64_t from)
{
    struct run_walk walk;
    enum error err;
    uint64_t seq = from;
    for (err = run_walk_begin(&walk, txn, FIRST + (uint32_t)log, from); !err; err = run_walk_next(&walk)) {
        assert_true(run_holds(&walk.run, seq) && (seq == from || seq == walk.run.first));
        for (; run_holds(&walk.run, seq); seq++)
            assert_int_equal(walk.run.arrival + (seq - walk.run.first), table->plain.arrivals[log][seq]);
    }
    assert_int_equal(err, ERR_NOT_FOUND);
    assert_int_equal(seq, table->plain.head[log] + 1);
}

static void compare_log(const struct table *table, struct db_txn *txn, size_t log)
{
    const struct plain *plain = &table->plain;
    struct run last;
    for (uint64_t seq = 0; seq <= SEQS; seq++)
        compare_seq(table, txn, log, seq);
    enum error err = runs_last(txn, FIRST + (uint32_t)log, &last);
    assert_int_equal(err, plain->head[log] > plain->base[log] ? OK : ERR_NOT_FOUND);
    if (err)
        return;
    assert_int_equal(last.first + last.count - 1, plain->head[log]);
    compare_walk(table, txn, log, plain->base[log] + 1);
    compare_walk(table, txn, log, plain->base[log] + 1 + below(plain->head[log] - plain->base[log]));
}

static void compare(struct table *table)
{
    struct db_txn *txn;
    assert_int_equal(db_snapshot(table->db, &txn), OK);
    for (size_t log = 0; log < LOGS; log++)
        compare_log(table, txn, log);
    db_snapshot_end(txn);
}

/* ---------------------------------------------------------------- tests */

static void open_table(struct table *table)
{
    assert_int_equal(db_open(table->place.directory, 64 << 20, &table->db), OK);
}

static void close_table(struct table *table)
{
    db_close(table->db);
    place_remove(&table->place);
    free(table);
}

static struct table *new_table(uint64_t seed)
{
    struct table *table = calloc(1, sizeof *table);
    assert_non_null(table);
    random_state = seed;
    table->place = place_new();
    open_table(table);
    return table;
}

/* A transaction of some changes, which is sometimes given up. */
static void change_some(struct table *table)
{
    struct plain *before = malloc(sizeof *before);
    uint64_t begun[LOGS];
    struct db_txn *txn;
    assert_non_null(before);
    *before = table->plain;
    memcpy(begun, table->begun, sizeof begun);
    assert_int_equal(db_begin(table->db, &txn), OK);
    for (uint64_t left = 1 + below(100); left > 0; left--)
        change(table, txn);
    if (below(4)) {
        assert_int_equal(db_commit(txn), OK);
    } else {
        db_abort(txn);
        table->plain = *before;
        memcpy(table->begun, begun, sizeof begun);
    }
    free(before);
}

static void the_index_says_what_a_plain_table_says(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct table *table = new_table(seed);
        for (int turn = 0; turn < 60; turn++) {
            change_some(table);
            if (turn % 10 != 9)
                continue;
            compare(table);
            db_close(table->db);
            open_table(table);
        }
        compare(table);
        close_table(table);
    }
}

static void runs_of_one_entry_take_less_than_two_bytes_each(void **state)
{
    (void)state;
    struct table *table = new_table(1);
    struct db_txn *txn;
    uint64_t rows, before;
    assert_int_equal(db_begin(table->db, &txn), OK);
    assert_int_equal(db_count(txn, TABLE_RUNS, &before), OK);
    for (size_t i = 0; i < LOGS * SEQS; i++)
        append_run(table, txn, i % LOGS, 1);
    assert_int_equal(db_count(txn, TABLE_RUNS, &rows), OK);
    assert_int_equal(before, 0);
    assert_true(rows * RUNS_BLOCK_MAX < 2 * LOGS * SEQS);
    assert_int_equal(db_commit(txn), OK);
    compare(table);
    close_table(table);
}

static void a_run_that_grows_out_of_its_block_leaves_none_behind(void **state)
{
    (void)state;
    struct table *table = new_table(1);
    struct db_txn *txn;
    assert_int_equal(db_begin(table->db, &txn), OK);
    for (size_t log = 0; log < 2; log++) {
        for (size_t i = 0; i < 600; i++) {
            append_run(table, txn, log, 1); /* a byte, but for the second log's first one */
            append_run(table, txn, log, 1); /* and now two */
            table->plain.last_arrival++;
        }
    }
    assert_int_equal(db_commit(txn), OK);
    compare(table);
    close_table(table);
}

static void what_does_not_follow_is_refused(void **state)
{
    (void)state;
    struct table *table = new_table(1);
    struct db_txn *txn;
    assert_int_equal(db_begin(table->db, &txn), OK);
    append_run(table, txn, 0, 10);
    static const struct run wrong[] = {{12, 1, 40}, {10, 1, 40}, {11, 1, 10}, {11, 1, UINT64_C(1) << 50}};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_int_equal(runs_put_last(txn, FIRST, &wrong[i]), ERR_CORRUPT);
    db_abort(txn);
    close_table(table);
}

/* Blocks were larger before. */
static void a_block_that_is_too_long_is_followed_by_others(void **state)
{
    (void)state;
    struct table *table = new_table(1);
    struct db_txn *txn;
    uint8_t key[12], block[2 * RUNS_BLOCK_MAX];
    assert_int_equal(db_begin(table->db, &txn), OK);
    memset(block, 2, sizeof block); /* runs of one entry, each behind one of another log */
    put_u32(key, FIRST);
    put_u64(key + 4, 1);
    assert_int_equal(db_put(txn, TABLE_RUNS, BYTES_OF(key), BYTES_OF(block)), OK);
    while (table->plain.head[0] < sizeof block) {
        table->plain.last_arrival++;
        table->plain.arrivals[0][++table->plain.head[0]] = table->plain.last_arrival++;
    }
    table->begun[0] = table->plain.head[0];
    for (size_t i = 0; i < 300; i++) {
        append_run(table, txn, 0, 1 + i % 3); /* first the last one of the old block grows */
        table->plain.last_arrival += i % 2;
    }
    assert_int_equal(db_commit(txn), OK);
    compare(table);
    close_table(table);
}

static void a_block_that_is_none_is_corrupt(void **state)
{
    (void)state;
    struct table *table = new_table(1);
    static const uint8_t blocks[][3] = {{0x80, 0x80, 0x80}, {2, 3, 0x80}, {3, 1, 2}, {2, 3, 0}};
    struct db_txn *txn;
    assert_int_equal(db_begin(table->db, &txn), OK);
    for (uint32_t i = 0; i < COUNT_OF(blocks); i++) {
        uint8_t key[12] = {0};
        struct run run;
        put_u32(key, i);
        put_u64(key + 4, 1);
        assert_int_equal(db_put(txn, TABLE_RUNS, BYTES_OF(key), BYTES_OF(blocks[i])), OK);
        assert_int_equal(runs_last(txn, i, &run), ERR_CORRUPT);
        assert_int_equal(runs_find(txn, i, 100, &run), ERR_CORRUPT);
    }
    db_abort(txn);
    close_table(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_says_what_a_plain_table_says),
        cmocka_unit_test(runs_of_one_entry_take_less_than_two_bytes_each),
        cmocka_unit_test(a_run_that_grows_out_of_its_block_leaves_none_behind),
        cmocka_unit_test(what_does_not_follow_is_refused),
        cmocka_unit_test(a_block_that_is_too_long_is_followed_by_others),
        cmocka_unit_test(a_block_that_is_none_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
