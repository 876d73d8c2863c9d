/* SPDX-License-Identifier: MIT
 * A map that begins tiny grows under batches of every size, and under a loop that reads all the while. */
#include "fixture.h"

#define TINY (128u << 10)

static bool count_entry(void *arg, const struct stored_entry *entry)
{
    struct entry decoded;
    assert_int_equal(entry_decode(entry->wire, &decoded), OK);
    assert_int_equal(decoded.seq, entry->seq);
    ++*(uint64_t *)arg;
    return true;
}

static bool count_row(void *arg, const struct order_row *row)
{
    (void)row;
    ++*(uint64_t *)arg;
    return true;
}

/* Everything a snapshot shows fits together. */
static void read_all(const struct storage *storage)
{
    uint64_t entries = 0, rows = 0;
    assert_int_equal(storage->begin(storage->ctx), OK);
    uint64_t last = storage->last_arrival(storage->ctx);
    assert_int_equal(storage->each_arrival(storage->ctx, 1, count_entry, &entries), OK);
    assert_int_equal(entries, last);
    entries = 0;
    assert_int_equal(storage->each_entry(storage->ctx, 1, 1, count_entry, &entries), OK);
    assert_int_equal(entries, last);
    assert_int_equal(storage->each_ordered(storage->ctx, 1, (struct bytes){0}, true, count_row, &rows), OK);
    assert_int_equal(rows, storage->order_progress(storage->ctx));
    storage->end(storage->ctx);
}

static struct batch *make_batch(struct log_row *log, uint64_t id, size_t entries, size_t payload)
{
    struct batch *batch = batch_new(id, id);
    for (size_t i = 0; i < entries; i++)
        add_entry(batch, log, (struct entry){.hlc = hlc_make(id, (uint16_t)i)}, 0, payload);
    return batch;
}

static void wait_while_reading(struct store *store, const struct batch *batch)
{
    const struct journal *journal = store_journal(store);
    struct persisted result;
    uint64_t end = now_ns() + WAIT_NS;
    while (journal->collect(journal->ctx, &result, 1) == 0) {
        read_all(store_storage(store));
        assert_true(now_ns() < end);
    }
    assert_int_equal(result.result, OK);
    assert_int_equal(result.batch, batch->id);
}

static void grow_with(size_t batches, size_t entries, size_t payload)
{
    struct place place = place_new();
    struct store *store = open_with(&(struct store_options){.directory = place.directory, .map_size = TINY});
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    for (uint64_t id = 1; id <= batches; id++) {
        struct batch *batch = make_batch(&log, id, entries, payload);
        submit(store, batch);
        wait_while_reading(store, batch);
        batch_free(batch);
    }
    wait_for_order(store);
    read_all(store_storage(store));
    store_close(store);

    store = open_with(&(struct store_options){.directory = place.directory, .map_size = TINY});
    assert_int_equal(store_storage(store)->last_arrival(store_storage(store)->ctx), batches * entries);
    read_all(store_storage(store));
    store_close(store);
    place_remove(&place);
}

static void the_map_grows_under_batches_of_every_size(void **state)
{
    (void)state;
    grow_with(300, 1, 3000);
    grow_with(60, 20, 300);
    grow_with(8, 256, 200);
    grow_with(3, 3000, 100);
    grow_with(4, 30, 60000);
}

static void a_batch_far_beyond_the_map_is_committed(void **state)
{
    (void)state;
    grow_with(1, 12000, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_map_grows_under_batches_of_every_size),
        cmocka_unit_test(a_batch_far_beyond_the_map_is_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
