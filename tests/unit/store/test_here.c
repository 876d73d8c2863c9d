/* SPDX-License-Identifier: MIT
 * Commits on the caller's thread, beside the storage thread. */
#include "fixture.h"

#define ROUNDS 400

static bool commit_here(struct store *store, const struct batch *batch)
{
    const struct journal *journal = store_journal(store);
    return journal->commit_here(journal->ctx, &batch, 1);
}

static void collect_one(struct store *store, uint64_t id)
{
    const struct journal *journal = store_journal(store);
    struct persisted result = {0};
    for (uint64_t end = now_ns() + WAIT_NS; journal->collect(journal->ctx, &result, 1) == 0;)
        assert_true(now_ns() < end);
    assert_int_equal(result.batch, id);
    assert_int_equal(result.result, OK);
}

static struct batch *next_batch(uint64_t id, struct log_row *log, size_t payload)
{
    struct batch *batch = batch_new(id, 1);
    add_entry(batch, log, (struct entry){.hlc = hlc_make(id, 0)}, ENTRY_FLAG_OWN, payload);
    return batch;
}

static void what_is_committed_here_and_there_is_one_log(void **state)
{
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    size_t here = 0;
    (void)state;

    for (uint64_t id = 1; id <= ROUNDS; id++) {
        struct batch *batch = next_batch(id, &log, 100);
        bool done = id % 3 != 0 && commit_here(store, batch);
        if (!done)
            store_journal(store)->submit(store_journal(store)->ctx, batch);
        here += done;
        collect_one(store, id);
        batch_free(batch);
    }
    store_close(store);
    assert_true(here > 0);

    store = open_in(place.directory);
    const struct storage *storage = store_storage(store);
    struct stored_entry entry;
    assert_false(store_was_restored(store));
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->get_entry(storage->ctx, 1, ROUNDS, &entry), OK);
    assert_int_equal(storage->last_arrival(storage->ctx), ROUNDS);
    assert_int_equal(storage->order_progress(storage->ctx), ROUNDS);
    storage->end(storage->ctx);
    store_close(store);
    place_remove(&place);
}

static void what_is_large_or_behind_others_is_left_to_the_thread(void **state)
{
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    (void)state;

    struct batch *large = next_batch(1, &log, 50000);
    assert_false(commit_here(store, large));
    store_journal(store)->submit(store_journal(store)->ctx, large);
    struct batch *small = next_batch(2, &log, 10);
    if (!commit_here(store, small)) /* the thread may have been quick */
        store_journal(store)->submit(store_journal(store)->ctx, small);
    collect_one(store, 1);
    collect_one(store, 2);
    batch_free(large);
    batch_free(small);
    store_close(store);
    place_remove(&place);
}

static void a_map_too_small_grows_here_too(void **state)
{
    struct place place = place_new();
    struct store *store = open_with(&(struct store_options){.directory = place.directory, .map_size = 256 << 10});
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    (void)state;

    for (uint64_t id = 1; id <= ROUNDS; id++) {
        struct batch *batch = next_batch(id, &log, 8000);
        if (!commit_here(store, batch))
            store_journal(store)->submit(store_journal(store)->ctx, batch);
        collect_one(store, id);
        batch_free(batch);
    }
    const struct storage *storage = store_storage(store);
    struct stored_entry entry;
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->get_entry(storage->ctx, 1, ROUNDS, &entry), OK);
    storage->end(storage->ctx);
    store_close(store);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_here_and_there_is_one_log),
        cmocka_unit_test(what_is_large_or_behind_others_is_left_to_the_thread),
        cmocka_unit_test(a_map_too_small_grows_here_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
