/* SPDX-License-Identifier: MIT
 * Another program reads the database and does not come to an end: that is noticed, and ends when it dies. */
#include "fixture.h"

#include <lmdb.h>
#include <signal.h>
#include <sys/wait.h>

static void hold_a_snapshot(const char *directory, int tell)
{
    MDB_env *env;
    MDB_txn *txn;
    if (mdb_env_create(&env) || mdb_env_open(env, directory, MDB_RDONLY, 0) ||
        mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) || write(tell, "", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

/* A program that has read since now and for ever. */
static pid_t read_for_ever(const char *directory)
{
    int ends[2];
    uint8_t begun;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        hold_a_snapshot(directory, ends[1]);
    close(ends[1]);
    assert_int_equal(read(ends[0], &begun, 1), 1);
    close(ends[0]);
    return child;
}

static void write_something(struct store *store, struct log_row *log, uint64_t id)
{
    struct batch *batch = batch_new(id, id);
    add_plain(batch, log);
    commit(store, batch);
}

static uint64_t look(struct store *store, uint64_t *ret_process)
{
    const struct journal *journal = store_journal(store);
    return journal->pinned_ms(journal->ctx, ret_process);
}

static void who_reads_for_long_is_named_until_he_ends(void **state)
{
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    uint64_t process = 0, id = 0, end = now_ns() + WAIT_NS;
    (void)state;
    write_something(store, &log, ++id);
    wait_for_order(store);
    assert_int_equal(look(store, &process), 0);

    pid_t child = read_for_ever(place.directory);
    assert_int_equal(look(store, &process), 0); /* it shows the newest state: no harm yet */
    write_something(store, &log, ++id);
    while (look(store, &process) < 300)
        assert_true(now_ns() < end);
    assert_int_equal(process, child);
    write_something(store, &log, ++id);
    assert_true(look(store, &process) >= 300);

    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(look(store, &process), 0);
    store_close(store);
    place_remove(&place);
}

static void the_nodes_own_snapshots_are_short(void **state)
{
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    const struct storage *storage = store_storage(store);
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    uint64_t process = 0, end = now_ns() + WAIT_NS;
    (void)state;
    for (uint64_t id = 1; id < 20; id++) {
        assert_int_equal(storage->begin(storage->ctx), OK);
        assert_int_equal(storage->last_arrival(storage->ctx), id - 1);
        storage->end(storage->ctx);
        write_something(store, &log, id);
        assert_int_equal(look(store, &process), 0);
    }
    assert_int_equal(storage->begin(storage->ctx), OK); /* one that is forgotten is not */
    assert_int_equal(storage->last_arrival(storage->ctx), 19);
    assert_int_equal(look(store, &process), 0);
    write_something(store, &log, 20);
    while (look(store, &process) < 50)
        assert_true(now_ns() < end);
    assert_int_equal(process, getpid());
    storage->end(storage->ctx);
    assert_int_equal(look(store, &process), 0);
    store_close(store);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_reads_for_long_is_named_until_he_ends),
        cmocka_unit_test(the_nodes_own_snapshots_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
