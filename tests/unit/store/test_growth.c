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

/* So many batches that the map doubles three times at least, each committed alone. */
static void the_map_grows_under_batches_of_this_many(size_t entries)
{
    size_t payload = entries < 64 ? 3000 : 100;
    size_t batches = 8 * TINY / (entries * (payload + 200)) + 1;
    grow_with(batches, entries, payload);
}

static void the_map_grows_at_the_limits_of_the_order_and_of_a_group(void **state)
{
    const size_t sizes[] = {1, 2, 3, 7, 16, 64, 255, 256, 257, 1999, 2000, 2001, 4096, 9999, 10000, 10001};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        the_map_grows_under_batches_of_this_many(sizes[i]);
}

/* Queued before the first is taken, so that they are committed in groups. */
static void the_map_grows_under_groups_of_batches(void **state)
{
    struct place place = place_new();
    struct store *store = open_with(&(struct store_options){.directory = place.directory, .map_size = TINY});
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    struct batch *batches[600];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(batches); i++)
        batches[i] = make_batch(&log, i + 1, 1 + i % 50, 200);
    for (size_t i = 0; i < COUNT_OF(batches); i++)
        submit(store, batches[i]);
    for (size_t i = 0; i < COUNT_OF(batches); i++) {
        wait_while_reading(store, batches[i]);
        batch_free(batches[i]);
    }
    wait_for_order(store);
    read_all(store_storage(store));
    store_close(store);
    place_remove(&place);
}

static void check_local(struct store *store, struct bytes key, size_t size)
{
    const struct storage *storage = store_storage(store);
    struct bytes value;
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->get_local(storage->ctx, key, &value), OK);
    assert_int_equal(value.size, size);
    storage->end(storage->ctx);
}

static void the_map_grows_under_local_rows_of_every_size(void **state)
{
    struct place place = place_new();
    struct store *store = open_with(&(struct store_options){.directory = place.directory, .map_size = TINY});
    static const uint8_t value[100000];
    (void)state;
    for (uint64_t id = 1; id <= 60; id++) {
        struct batch *batch = batch_new(id, id);
        uint8_t key[8];
        put_u64(key, id);
        batch_put_local(batch, BYTES_OF(key), (struct bytes){value, id * id * 27});
        commit(store, batch);
        check_local(store, BYTES_OF(key), id * id * 27);
    }
    store_close(store);
    place_remove(&place);
}

static struct hash id_of(struct store *store, uint64_t seq)
{
    const struct storage *storage = store_storage(store);
    struct stored_entry stored;
    struct entry entry;
    struct hash id;
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->get_entry(storage->ctx, 1, seq, &stored), OK);
    assert_int_equal(entry_decode(stored.wire, &entry), OK);
    entry_id(&entry, &id);
    storage->end(storage->ctx);
    return id;
}

/* Every entry of a long log is written anew when it moves into a branch. */
static void move_with(size_t entries, size_t payload)
{
    struct place place = place_new();
    struct store *store = open_with(&(struct store_options){.directory = place.directory, .map_size = TINY});
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    uint64_t kept = 1, rows = 0;
    commit(store, make_batch(&log, 1, entries, payload));
    wait_for_order(store);

    struct log_row rest = log;
    rest.number = 2;
    rest.is_branch = true;
    rest.base_seq = kept;
    rest.first_id = id_of(store, kept + 1);
    log.head_seq = kept;
    log.head_id = id_of(store, kept);
    struct batch *batch = batch_new(2, 2);
    batch_set_row(batch, &log);
    batch_set_row(batch, &rest);
    batch_add_move(batch, 1, kept + 1, 2);
    commit(store, batch);

    wait_for_order(store);
    const struct storage *storage = store_storage(store);
    uint64_t moved = kept;
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->each_entry(storage->ctx, 2, kept + 1, count_entry, &moved), OK);
    assert_int_equal(moved, entries);
    assert_int_equal(storage->each_ordered(storage->ctx, 1, (struct bytes){0}, false, count_row, &rows), OK);
    assert_int_equal(rows, entries);
    storage->end(storage->ctx);
    store_close(store);
    place_remove(&place);
}

static void the_map_grows_while_a_log_moves(void **state)
{
    (void)state;
    move_with(30, 60000);
    move_with(300, 3000);
    for (size_t entries = 2000; entries < 6000; entries += 400)
        move_with(entries, 100);
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
        cmocka_unit_test(the_map_grows_at_the_limits_of_the_order_and_of_a_group),
        cmocka_unit_test(the_map_grows_under_groups_of_batches),
        cmocka_unit_test(the_map_grows_under_local_rows_of_every_size),
        cmocka_unit_test(the_map_grows_while_a_log_moves),
        cmocka_unit_test(a_batch_far_beyond_the_map_is_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
