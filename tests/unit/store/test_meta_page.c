/* SPDX-License-Identifier: MIT
 * The page that makes a commit valid cannot be written: LMDB then wants to be opened anew, and nobody else notices. */
#include "fixture.h"
#include "sim/disk_faults.h"

#include <errno.h>

static struct batch *make_batch(struct log_row *log, uint64_t id)
{
    struct batch *batch = batch_new(id, id);
    for (int i = 0; i < 5; i++)
        add_plain(batch, log);
    return batch;
}

static enum error commit_with_fault(struct store *store, const struct log_row *log, uint64_t id)
{
    struct log_row after = *log;
    struct batch *batch = make_batch(&after, id);
    disk_faults_begin(DISK_META, 0, EIO);
    submit(store, batch);
    struct persisted result = wait_result(store);
    disk_faults_end();
    assert_int_equal(result.batch, id);
    batch_free(batch);
    return result.result;
}

static void check_holds(struct store *store, uint64_t count)
{
    const struct storage *storage = store_storage(store);
    struct stored_entry entry;
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->last_arrival(storage->ctx), count);
    assert_int_equal(storage->get_entry(storage->ctx, 1, count, &entry), OK);
    assert_int_equal(storage->get_entry(storage->ctx, 1, count + 1, &entry), ERR_NOT_FOUND);
    storage->end(storage->ctx);
}

static void what_is_durable_can_be_read_and_the_next_commit_succeeds(void **state)
{
    struct place place = place_new();
    struct store *store = open_with(&(struct store_options){.directory = place.directory, .map_size = 128u << 10});
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    (void)state;
    commit(store, make_batch(&log, 1));
    for (uint64_t id = 2; id < 100; id += 2) {
        assert_int_equal(commit_with_fault(store, &log, id), ERR_DISK);
        check_holds(store, log.head_seq);
        commit(store, make_batch(&log, id + 1));
        check_holds(store, log.head_seq);
    }
    store_close(store);
    store = open_in(place.directory);
    check_holds(store, log.head_seq);
    store_close(store);
    place_remove(&place);
}

static void where_it_cannot_be_opened_again_it_is_tried_until_it_can(void **state)
{
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct log_row log = make_log(1, 1, KIND_CONTENT), lost;
    char away[sizeof place.directory + 1];
    (void)state;
    commit(store, make_batch(&log, 1));
    snprintf(away, sizeof away, "%s-", place.directory);
    assert_int_equal(rename(place.directory, away), 0);
    assert_int_equal(commit_with_fault(store, &log, 2), ERR_DISK);

    const struct storage *storage = store_storage(store);
    struct stored_entry entry;
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->get_entry(storage->ctx, 1, 1, &entry), ERR_DISK);
    storage->end(storage->ctx);
    lost = log;
    struct batch *batch = make_batch(&lost, 3);
    submit(store, batch);
    assert_int_equal(wait_result(store).result, ERR_DISK);
    batch_free(batch);

    assert_int_equal(rename(away, place.directory), 0);
    commit(store, make_batch(&log, 4));
    check_holds(store, log.head_seq);
    store_close(store);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_durable_can_be_read_and_the_next_commit_succeeds),
        cmocka_unit_test(where_it_cannot_be_opened_again_it_is_tried_until_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
