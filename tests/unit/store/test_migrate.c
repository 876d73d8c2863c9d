/* SPDX-License-Identifier: MIT
 * Homes of earlier schemas are brought up to date: nothing is lost, also when that is killed at any moment, and it is
 * told how far it is. */
#include "fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include "store/order_row.h"
#include "store/runs.h"

#define LOGS 3
#define ENTRIES 24000 /* three steps */

/* ---------------------------------------------------------------- a home as earlier programs left it */

static void write_home(const char *directory)
{
    struct store *store = open_in(directory);
    struct log_row logs[LOGS];
    for (uint32_t i = 0; i < LOGS; i++)
        logs[i] = make_log(i + 1, 1, KIND_CONTENT);
    struct batch *batch = batch_new(1, 1);
    for (uint64_t i = 0; i < ENTRIES; i++)
        add_entry(batch, &logs[i * i % 7 % LOGS], (struct entry){.hlc = hlc_make(1000 + i, 0)}, 0, 1);
    commit(store, batch);
    wait_for_order(store);
    store_close(store);
}

/* A row a run. */
static void write_runs_3(struct db_txn *txn, uint32_t log)
{
    struct run_walk walk;
    enum error err;
    for (err = run_walk_begin(&walk, txn, log, 1); !err; err = run_walk_begin(&walk, txn, log, walk.run.first)) {
        uint8_t key[12], value[12];
        put_u32(key, log);
        put_u64(key + 4, walk.run.first);
        put_u64(value, walk.run.arrival);
        put_u32(value + 8, (uint32_t)walk.run.count);
        assert_int_equal(db_put(txn, TABLE_RUNS_3, BYTES_OF(key), BYTES_OF(value)), OK);
        walk.run.first += walk.run.count;
    }
    assert_int_equal(err, ERR_NOT_FOUND);
}

/* Schema 1 knew no branches. */
static void shorten_log(struct db_txn *txn, uint32_t log)
{
    uint8_t key[4], row[ROWS_LOG_SIZE_1];
    struct bytes value;
    put_u32(key, log);
    assert_int_equal(db_get(txn, TABLE_LOGS, BYTES_OF(key), &value), OK);
    memcpy(row, value.data, sizeof row);
    assert_int_equal(db_put(txn, TABLE_LOGS, BYTES_OF(key), BYTES_OF(row)), OK);
}

/* Until schema 4 the order stood a row a place. */
static void write_order_4(struct db_txn *txn)
{
    static const uint8_t value[] = {0, 1};
    assert_int_equal(db_clear(txn, TABLE_ORDER), OK);
    for (uint64_t seq = 1; seq < 100; seq++) {
        struct order_place place = {.group = 1, .key = {1000 + seq, 0}, .log = 1, .seq = seq};
        uint8_t key[ORDER_KEY_MAX];
        size_t size = order_key_put(&place, key);
        assert_int_equal(db_put(txn, TABLE_ORDER, (struct bytes){key, size}, BYTES_OF(value)), OK);
    }
}

static void make_old(const char *directory, uint32_t schema)
{
    struct db *db;
    struct db_txn *txn;
    uint8_t version[4];
    assert_int_equal(db_open(directory, 64 << 20, &db), OK);
    assert_int_equal(db_begin(db, &txn), OK);
    write_order_4(txn);
    for (uint32_t log = 1; log <= LOGS; log++) {
        if (schema <= 3)
            write_runs_3(txn, log);
        if (schema == 1)
            shorten_log(txn, log);
    }
    if (schema <= 3)
        assert_int_equal(db_clear(txn, TABLE_RUNS), OK);
    put_u32(version, schema);
    assert_int_equal(db_put(txn, TABLE_META, BYTES_TEXT("schema"), BYTES_OF(version)), OK);
    assert_int_equal(db_commit(txn), OK);
    db_close(db);
}

static struct place old_home(uint32_t schema)
{
    struct place place = place_new();
    write_home(place.directory);
    make_old(place.directory, schema);
    return place;
}

/* ---------------------------------------------------------------- looking */

struct chain {
    uint64_t seq;
    struct hash id;
};

static bool follow(void *arg, const struct stored_entry *stored)
{
    struct chain *chain = arg;
    struct entry entry;
    assert_int_equal(entry_decode(stored->wire, &entry), OK);
    assert_int_equal(entry.seq, chain->seq + 1);
    assert_memory_equal(&entry.previous, &chain->id, sizeof chain->id);
    chain->seq = entry.seq;
    entry_id(&entry, &chain->id);
    return true;
}

static bool count_row(void *arg, const struct order_row *row)
{
    uint64_t *last_ms = arg;
    assert_true(row->key.ms == *last_ms + 1);
    *last_ms = row->key.ms;
    return true;
}

static void check(struct store *store)
{
    const struct storage *storage = store_storage(store);
    uint64_t sum = 0, last_ms = 999;
    wait_for_order(store);
    assert_int_equal(storage->begin(storage->ctx), OK);
    for (uint32_t log = 1; log <= LOGS; log++) {
        struct chain chain = {0};
        struct stored_entry entry;
        assert_int_equal(storage->each_entry(storage->ctx, log, 1, follow, &chain), OK);
        assert_int_equal(storage->get_entry(storage->ctx, log, chain.seq, &entry), OK);
        sum += chain.seq;
    }
    assert_int_equal(sum, ENTRIES);
    assert_int_equal(storage->each_ordered(storage->ctx, 1, (struct bytes){0}, false, count_row, &last_ms), OK);
    assert_int_equal(last_ms, 999 + ENTRIES);
    storage->end(storage->ctx);
}

/* It goes on as any other. */
static void check_and_write(struct store *store)
{
    check(store);
    struct log_row log = make_log(LOGS + 1, 2, KIND_CONTENT);
    struct batch *batch = batch_new(1, 1);
    add_plain(batch, &log);
    commit(store, batch);
}

/* ---------------------------------------------------------------- tests */

struct told {
    uint64_t done, total;
    unsigned times;
};

static void note(void *arg, uint64_t done, uint64_t total)
{
    struct told *told = arg;
    assert_true(done > told->done && done <= total);
    assert_true(told->total == 0 || told->total == total);
    *told = (struct told){done, total, told->times + 1};
}

static void a_home_of_each_earlier_schema_is_brought_up_to_date_and_that_is_told(void **state)
{
    (void)state;
    for (uint32_t schema = 1; schema < SCHEMA_VERSION; schema++) {
        struct place place = old_home(schema);
        struct told told = {0};
        struct store_options options = {.directory = place.directory, .migrating = note, .arg = &told};
        struct store *store = open_with(&options);
        assert_true(schema <= 3 ? told.times >= 2 : told.times == 0);
        assert_int_equal(told.done, told.total);
        check_and_write(store);
        store_close(store);
        told.times = 0;
        store_close(open_with(&options));
        assert_int_equal(told.times, 0);
        place_remove(&place);
    }
}

static void die(void *arg, uint64_t done, uint64_t total)
{
    (void)arg;
    (void)done;
    (void)total;
    kill(getpid(), SIGKILL);
}

/* True: it was killed before the store was open. */
static bool open_and_die(const struct store_options *options, unsigned after_us)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        store_close(open_with(options));
        _exit(0);
    }
    if (after_us) {
        usleep(after_us);
        kill(child, SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status);
}

static uint32_t schema_of(const char *directory)
{
    struct db *db;
    struct db_txn *txn;
    uint32_t schema;
    assert_int_equal(db_open(directory, 64 << 20, &db), OK);
    assert_int_equal(db_snapshot(db, &txn), OK);
    assert_int_equal(db_schema(txn, &schema), OK);
    db_snapshot_end(txn);
    db_close(db);
    return schema;
}

static void killed_after_each_step_it_goes_on_with_the_next(void **state)
{
    (void)state;
    struct place place = old_home(3);
    unsigned kills = 0;
    while (open_and_die(&(struct store_options){.directory = place.directory, .migrating = die}, 0)) {
        assert_int_equal(schema_of(place.directory), SCHEMA_VERSION); /* so that no earlier program opens it */
        kills++;
    }
    assert_true(kills >= 2);
    struct store *store = open_in(place.directory);
    check_and_write(store);
    store_close(store);
    place_remove(&place);
}

static void killed_at_any_moment_it_loses_nothing(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= 4; round++) {
        struct place place = old_home(3);
        for (unsigned i = 0; i < 10; i++)
            open_and_die(&(struct store_options){.directory = place.directory}, 1 + (i * 7919 + round * 331) % 30000);
        struct store *store = open_in(place.directory);
        check_and_write(store);
        store_close(store);
        place_remove(&place);
    }
}

static void rows_of_an_earlier_schema_that_are_none_are_corrupt(void **state)
{
    (void)state;
    static const uint8_t nothing[12];
    struct place place = place_new();
    store_close(open_in(place.directory));
    struct db *db;
    struct db_txn *txn;
    struct store *store;
    assert_int_equal(db_open(place.directory, 1 << 20, &db), OK);
    assert_int_equal(db_begin(db, &txn), OK);
    assert_int_equal(db_put(txn, TABLE_RUNS_3, BYTES_OF(nothing), BYTES_OF(nothing)), OK); /* a run of no entry */
    assert_int_equal(db_commit(txn), OK);
    db_close(db);
    assert_int_equal(store_open(&(struct store_options){.directory = place.directory}, &store), ERR_CORRUPT);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_home_of_each_earlier_schema_is_brought_up_to_date_and_that_is_told),
        cmocka_unit_test(killed_after_each_step_it_goes_on_with_the_next),
        cmocka_unit_test(killed_at_any_moment_it_loses_nothing),
        cmocka_unit_test(rows_of_an_earlier_schema_that_are_none_are_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
