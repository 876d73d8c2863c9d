/* SPDX-License-Identifier: MIT
 * The two tables of core/storage.h over LMDB: what goes in comes out, also after closing. */
#include "fixture.h"

static const struct storage *begin(struct store *store)
{
    const struct storage *storage = store_storage(store);
    assert_int_equal(storage->begin(storage->ctx), OK);
    return storage;
}

static void end(const struct storage *storage)
{
    storage->end(storage->ctx);
}

/* ---------------------------------------------------------------- entries */

struct seen {
    uint64_t seqs[64];
    uint64_t arrivals[64];
    size_t count, stop_after;
};

static bool note_entry(void *arg, const struct stored_entry *entry)
{
    struct seen *seen = arg;
    seen->seqs[seen->count] = entry->seq;
    seen->arrivals[seen->count++] = entry->arrival;
    return seen->count != seen->stop_after;
}

static bool keep_row(void *arg, const struct log_row *row)
{
    struct log_row *rows = arg;
    rows[row->number] = *row;
    return true;
}

static void check_same_row(const struct log_row *a, const struct log_row *b)
{
    struct hash a_id, b_id;
    log_name_id(&a->name, &a_id);
    log_name_id(&b->name, &b_id);
    assert_memory_equal(&a_id, &b_id, sizeof a_id); /* covers the name's every field */
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->group, b->group);
    assert_int_equal(a->head_seq, b->head_seq);
    assert_memory_equal(&a->head_id, &b->head_id, sizeof a->head_id);
    assert_int_equal(a->head_hlc, b->head_hlc);
    assert_int_equal(a->cited_seq, b->cited_seq);
    assert_memory_equal(a->notes, b->notes, sizeof a->notes);
    assert_int_equal(a->void_from, b->void_from);
}

static void what_was_committed_is_there_after_closing(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct log_row log = make_log(3, 2, KIND_CONTENT);
    log.cited_seq = 17;
    log.notes[2] = 99;
    log.void_from = 98;
    struct batch *batch = batch_new(1, 123456);
    add_entry(batch, &log, (struct entry){.hlc = hlc_make(500, 2)}, ENTRY_FLAG_CHECKED | ENTRY_FLAG_CONSENT, 100);
    struct buffer wire = {0};
    buffer_append(&wire, batch_entry_wire(batch, 0));
    batch_put_local(batch, BYTES_TEXT("name"), BYTES_TEXT("value"));
    commit(store, batch);
    store_close(store);

    store = open_in(place.directory);
    const struct storage *storage = begin(store);
    struct stored_entry entry;
    assert_int_equal(storage->get_entry(storage->ctx, 3, 1, &entry), OK);
    assert_true(bytes_equal(entry.wire, buffer_bytes(&wire)));
    assert_int_equal(entry.flags, ENTRY_FLAG_CHECKED | ENTRY_FLAG_CONSENT);
    assert_int_equal(entry.seen_ms, 123456);
    assert_int_equal(entry.arrival, 1);
    struct log_row rows[4] = {0};
    assert_int_equal(storage->each_log(storage->ctx, keep_row, rows), OK);
    check_same_row(&rows[3], &log);
    struct bytes value;
    assert_int_equal(storage->get_local(storage->ctx, BYTES_TEXT("name"), &value), OK);
    assert_true(bytes_equal(value, BYTES_TEXT("value")));
    end(storage);

    buffer_done(&wire);
    store_close(store);
    place_remove(&place);
}

static void entries_of_mixed_logs_are_found_by_log_and_by_arrival(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct log_row a = make_log(1, 1, KIND_CONTENT), b = make_log(2, 1, KIND_CONTENT);
    struct batch *batch = batch_new(1, 1);
    for (int i = 0; i < 3; i++)
        add_plain(batch, &a);
    add_plain(batch, &b);
    add_plain(batch, &a);
    commit(store, batch);
    batch = batch_new(2, 1);
    add_plain(batch, &a);
    add_plain(batch, &b);
    commit(store, batch); /* a: arrivals 1 2 3 5 6; b: 4 7 */

    const struct storage *storage = begin(store);
    struct seen seen = {0};
    assert_int_equal(storage->each_entry(storage->ctx, 1, 2, note_entry, &seen), OK);
    assert_int_equal(seen.count, 4);
    assert_memory_equal(seen.seqs, ((uint64_t[]){2, 3, 4, 5}), 4 * sizeof(uint64_t));
    assert_memory_equal(seen.arrivals, ((uint64_t[]){2, 3, 5, 6}), 4 * sizeof(uint64_t));
    seen = (struct seen){.stop_after = 2};
    assert_int_equal(storage->each_entry(storage->ctx, 1, 0, note_entry, &seen), OK);
    assert_int_equal(seen.count, 2);
    seen = (struct seen){0};
    assert_int_equal(storage->each_entry(storage->ctx, 2, 3, note_entry, &seen), OK);
    assert_int_equal(seen.count, 0);
    assert_int_equal(storage->each_arrival(storage->ctx, 4, note_entry, &seen), OK);
    assert_int_equal(seen.count, 4);
    assert_memory_equal(seen.seqs, ((uint64_t[]){1, 4, 5, 2}), 4 * sizeof(uint64_t));

    struct stored_entry entry;
    assert_int_equal(storage->get_entry(storage->ctx, 1, 6, &entry), ERR_NOT_FOUND);
    assert_int_equal(storage->get_entry(storage->ctx, 1, 0, &entry), ERR_NOT_FOUND);
    assert_int_equal(storage->get_entry(storage->ctx, 9, 1, &entry), ERR_NOT_FOUND);
    assert_int_equal(storage->get_entry(storage->ctx, 1, UINT64_MAX, &entry), ERR_NOT_FOUND);
    assert_int_equal(storage->last_arrival(storage->ctx), 7);
    end(storage);
    store_close(store);
    place_remove(&place);
}

static void a_snapshot_shows_nothing_committed_later(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    struct batch *batch = batch_new(1, 1);
    add_plain(batch, &log);
    commit(store, batch);

    const struct storage *storage = begin(store);
    assert_int_equal(storage->last_arrival(storage->ctx), 1);
    batch = batch_new(2, 1);
    add_plain(batch, &log);
    commit(store, batch);
    assert_int_equal(storage->last_arrival(storage->ctx), 1);
    assert_int_equal(storage->begin(storage->ctx), OK); /* without effect */
    assert_int_equal(storage->last_arrival(storage->ctx), 1);
    end(storage);
    assert_int_equal(storage->last_arrival(storage->ctx), 2);
    store_close(store);
    place_remove(&place);
}

static void an_entry_of_the_largest_size_is_kept(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    struct batch *batch = batch_new(1, 1);
    add_entry(batch, &log, (struct entry){.hlc = 1}, 0, 61000);
    size_t size = batch_entry_wire(batch, 0).size;
    commit(store, batch);
    const struct storage *storage = begin(store);
    struct stored_entry entry;
    assert_int_equal(storage->get_entry(storage->ctx, 1, 1, &entry), OK);
    assert_int_equal(entry.wire.size, size);
    assert_int_equal(entry.wire.data[size - 1], 'm');
    end(storage);
    store_close(store);
    place_remove(&place);
}

/* ---------------------------------------------------------------- local rows */

struct text {
    char text[128];
};

static bool note_local(void *arg, struct bytes key, struct bytes value)
{
    struct text *text = arg;
    size_t used = strlen(text->text);
    snprintf(text->text + used, sizeof text->text - used, "%.*s=%.*s ", (int)key.size, (const char *)key.data,
             (int)value.size, (const char *)value.data);
    return true;
}

static void local_rows_are_put_replaced_deleted_and_listed_by_prefix(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct batch *batch = batch_new(1, 1);
    batch_put_local(batch, BYTES_TEXT("a1"), BYTES_TEXT("x"));
    batch_put_local(batch, BYTES_TEXT("b1"), BYTES_TEXT("x"));
    batch_put_local(batch, BYTES_TEXT("b2"), BYTES_TEXT("y"));
    batch_put_local(batch, BYTES_TEXT("b3"), BYTES_TEXT("z"));
    batch_put_local(batch, BYTES_TEXT("c"), (struct bytes){0});
    commit(store, batch);
    batch = batch_new(2, 1);
    batch_put_local(batch, BYTES_TEXT("b1"), BYTES_TEXT("new"));
    batch_delete_local(batch, BYTES_TEXT("b2"));
    batch_delete_local(batch, BYTES_TEXT("never"));
    commit(store, batch);

    const struct storage *storage = begin(store);
    struct text text = {""};
    assert_int_equal(storage->each_local(storage->ctx, BYTES_TEXT("b"), note_local, &text), OK);
    assert_string_equal(text.text, "b1=new b3=z ");
    text = (struct text){""};
    assert_int_equal(storage->each_local(storage->ctx, (struct bytes){0}, note_local, &text), OK);
    assert_string_equal(text.text, "a1=x b1=new b3=z c= ");
    struct bytes value;
    assert_int_equal(storage->get_local(storage->ctx, BYTES_TEXT("b2"), &value), ERR_NOT_FOUND);
    assert_int_equal(storage->get_local(storage->ctx, (struct bytes){0}, &value), ERR_NOT_FOUND);
    end(storage);
    store_close(store);
    place_remove(&place);
}

/* ---------------------------------------------------------------- results */

static void results_come_in_order_of_submission(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    struct batch *batches[200];
    for (size_t i = 0; i < COUNT_OF(batches); i++) {
        batches[i] = batch_new(i + 1, 1);
        add_plain(batches[i], &log);
        submit(store, batches[i]);
    }
    for (size_t i = 0; i < COUNT_OF(batches); i++) {
        struct persisted result = wait_result(store);
        assert_int_equal(result.batch, i + 1);
        assert_int_equal(result.result, OK);
        batch_free(batches[i]);
    }
    store_close(store);
    place_remove(&place);
}

static void closing_commits_what_is_queued(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    struct batch *batches[50];
    for (size_t i = 0; i < COUNT_OF(batches); i++) {
        batches[i] = batch_new(i + 1, 1);
        add_plain(batches[i], &log);
        submit(store, batches[i]);
    }
    store_close(store);
    for (size_t i = 0; i < COUNT_OF(batches); i++)
        batch_free(batches[i]);
    store = open_in(place.directory);
    const struct storage *storage = store_storage(store);
    assert_int_equal(storage->last_arrival(storage->ctx), COUNT_OF(batches));
    store_close(store);
    place_remove(&place);
}

static struct batch *batch_with_hole(uint64_t id, struct log_row log)
{
    struct batch *batch = batch_new(id, 1);
    log.head_seq += 3;
    add_plain(batch, &log);
    return batch;
}

static void count_wakeup(void *arg)
{
    __atomic_add_fetch((unsigned *)arg, 1, __ATOMIC_SEQ_CST);
}

static void wait_for_wakeup(const unsigned *wakeups)
{
    uint64_t until = now_ns() + WAIT_NS;
    while (__atomic_load_n(wakeups, __ATOMIC_SEQ_CST) == 0)
        assert_true(now_ns() < until);
}

static void a_failed_batch_takes_those_with_it_that_were_built_on_it(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    struct batch *batch = batch_new(1, 1);
    add_plain(batch, &log);
    commit(store, batch);

    unsigned wakeups = 0;
    store_journal(store)->set_wakeup(store_journal(store)->ctx, count_wakeup, &wakeups);
    struct batch *hole = batch_with_hole(2, log);
    submit(store, hole);
    wait_for_wakeup(&wakeups);
    /* Until the loop has been told, whatever it submits is built on the failed one. */
    struct batch *later = batch_new(3, 1);
    batch_put_local(later, BYTES_TEXT("k"), BYTES_TEXT("v"));
    submit(store, later);
    for (uint64_t id = 2; id <= 3; id++) {
        struct persisted result = wait_result(store);
        assert_int_equal(result.batch, id);
        assert_int_equal(result.result, ERR_USAGE);
    }
    batch_free(hole);
    batch_free(later);

    batch = batch_new(4, 1);
    add_plain(batch, &log);
    commit(store, batch);
    const struct storage *storage = begin(store);
    struct bytes value;
    assert_int_equal(storage->last_arrival(storage->ctx), 2);
    assert_int_equal(storage->get_local(storage->ctx, BYTES_TEXT("k"), &value), ERR_NOT_FOUND);
    end(storage);
    store_close(store);
    place_remove(&place);
}

static void the_loop_is_woken_when_there_is_a_result(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    unsigned wakeups = 0;
    store_journal(store)->set_wakeup(store_journal(store)->ctx, count_wakeup, &wakeups);
    struct batch *batch = batch_new(1, 1);
    batch_put_local(batch, BYTES_TEXT("k"), BYTES_TEXT("v"));
    submit(store, batch);
    wait_for_wakeup(&wakeups);
    assert_int_equal(wait_result(store).batch, 1);
    batch_free(batch);
    store_close(store);
    place_remove(&place);
}

static void the_space_of_the_disk_is_told(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    uint64_t free_bytes, total;
    store_journal(store)->space(store_journal(store)->ctx, &free_bytes, &total);
    assert_true(total > 0 && free_bytes <= total);
    store_close(store);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_committed_is_there_after_closing),
        cmocka_unit_test(entries_of_mixed_logs_are_found_by_log_and_by_arrival),
        cmocka_unit_test(a_snapshot_shows_nothing_committed_later),
        cmocka_unit_test(an_entry_of_the_largest_size_is_kept),
        cmocka_unit_test(local_rows_are_put_replaced_deleted_and_listed_by_prefix),
        cmocka_unit_test(results_come_in_order_of_submission),
        cmocka_unit_test(closing_commits_what_is_queued),
        cmocka_unit_test(a_failed_batch_takes_those_with_it_that_were_built_on_it),
        cmocka_unit_test(the_loop_is_woken_when_there_is_a_result),
        cmocka_unit_test(the_space_of_the_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
