/* SPDX-License-Identifier: MIT
 * Entries that were stored without their payload: mended in place, in one commit with what tells so. */
#include "fixture.h"

#define PAYLOAD_SIZE 3000 /* more than a page holds beside the rest */

/* Five entries of a log, of which the third has no payload yet. */
struct scene {
    struct place place;
    struct store *store;
    struct log_row log;
    struct buffer whole; /* the third, with it */
    size_t half;
    uint64_t batch;
};

static void add_half(struct scene *scene, struct batch *batch)
{
    struct batch *aside = batch_new(1, 1);
    add_entry(aside, &scene->log, (struct entry){.hlc = hlc_make(2000, 0)}, 0, PAYLOAD_SIZE);
    struct bytes wire = batch_entry_wire(aside, 0);
    buffer_append(&scene->whole, wire);
    scene->half = wire.size - PAYLOAD_SIZE;
    batch_add_entry(batch, scene->log.number, scene->log.group, scene->log.head_seq, ENTRY_FLAG_CHECKED,
                    (struct bytes){wire.data, scene->half});
    batch_set_row(batch, &scene->log);
    batch_free(aside);
}

static struct scene make_scene(void)
{
    struct scene scene = {.place = place_new(), .log = make_log(1, 1, KIND_CONTENT)};
    struct batch *batch = batch_new(++scene.batch, 77);
    scene.store = open_in(scene.place.directory);
    add_plain(batch, &scene.log);
    add_plain(batch, &scene.log);
    add_half(&scene, batch);
    add_plain(batch, &scene.log);
    commit(scene.store, batch);
    batch = batch_new(++scene.batch, 78);
    add_plain(batch, &scene.log);
    commit(scene.store, batch);
    wait_for_order(scene.store);
    return scene;
}

static void scene_done(struct scene *scene)
{
    store_close(scene->store);
    place_remove(&scene->place);
    buffer_done(&scene->whole);
}

static bool append_row(void *arg, const struct order_row *row)
{
    struct buffer *out = arg;
    buffer_append_u32(out, row->log);
    buffer_append_u64(out, row->seq);
    buffer_append(out, row->cursor);
    return true;
}

static void list(struct store *store, struct buffer *out)
{
    const struct storage *storage = store_storage(store);
    out->size = 0;
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->each_ordered(storage->ctx, 1, (struct bytes){0}, false, append_row, out), OK);
    storage->end(storage->ctx);
}

/* Entry `seq` of `log` is `wire`, and still the third that came. */
static void check_third(struct store *store, uint32_t log, struct bytes wire)
{
    const struct storage *storage = store_storage(store);
    struct stored_entry entry;
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->get_entry(storage->ctx, log, 3, &entry), OK);
    assert_true(bytes_equal(entry.wire, wire));
    assert_int_equal(entry.log, log);
    assert_int_equal(entry.seq, 3);
    assert_int_equal(entry.arrival, 3);
    assert_int_equal(entry.seen_ms, 77);
    assert_int_equal(entry.flags, ENTRY_FLAG_CHECKED);
    assert_int_equal(storage->last_arrival(storage->ctx), 5);
    storage->end(storage->ctx);
}

static bool has_local(struct store *store, const char *key)
{
    const struct storage *storage = store_storage(store);
    struct bytes value;
    assert_int_equal(storage->begin(storage->ctx), OK);
    enum error err = storage->get_local(storage->ctx, BYTES_TEXT(key), &value);
    storage->end(storage->ctx);
    return err == OK;
}

static void a_payload_comes_to_its_entry_and_nothing_else_changes(void **state)
{
    (void)state;
    struct scene scene = make_scene();
    struct buffer before = {0}, after = {0};
    list(scene.store, &before);
    check_third(scene.store, 1, (struct bytes){scene.whole.data, scene.half});
    struct batch *batch = batch_new(++scene.batch, 99);
    batch_add_payload(batch, 1, 3, buffer_bytes(&scene.whole));
    batch_put_local(batch, BYTES_TEXT("mended"), BYTES_TEXT("3"));
    commit(scene.store, batch);
    for (int round = 0; round < 3; round++) {
        check_third(scene.store, 1, buffer_bytes(&scene.whole));
        assert_true(has_local(scene.store, "mended"));
        list(scene.store, &after);
        assert_true(bytes_equal(buffer_bytes(&before), buffer_bytes(&after)));
        store_close(scene.store);
        scene.store =
            open_with(&(struct store_options){.directory = scene.place.directory, .rebuild_views = round == 1});
        wait_for_order(scene.store);
    }
    assert_false(store_was_restored(scene.store));
    buffer_done(&before);
    buffer_done(&after);
    scene_done(&scene);
}

static void a_payload_comes_in_the_commit_that_brings_the_entry(void **state)
{
    (void)state;
    struct scene scene = make_scene();
    struct batch *batch = batch_new(++scene.batch, 99);
    scene.whole.size = 0;
    add_half(&scene, batch);
    batch_add_payload(batch, 1, scene.log.head_seq, buffer_bytes(&scene.whole));
    commit(scene.store, batch);
    const struct storage *storage = store_storage(scene.store);
    struct stored_entry entry;
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->get_entry(storage->ctx, 1, scene.log.head_seq, &entry), OK);
    assert_true(bytes_equal(entry.wire, buffer_bytes(&scene.whole)));
    storage->end(storage->ctx);
    scene_done(&scene);
}

/* The move is put into the batch after the payload. */
static void a_payload_goes_with_its_entry_to_a_branch(void **state)
{
    (void)state;
    struct scene scene = make_scene();
    struct batch *batch = batch_new(++scene.batch, 99);
    struct log_row rest = scene.log;
    rest.number = 2;
    rest.is_branch = true;
    rest.base_seq = 2;
    rest.first_id = (struct hash){{3}};
    scene.log.head_seq = 2;
    batch_set_row(batch, &scene.log);
    batch_set_row(batch, &rest);
    batch_add_payload(batch, 1, 3, buffer_bytes(&scene.whole));
    batch_add_move(batch, 1, 3, 2);
    commit(scene.store, batch);
    check_third(scene.store, 2, buffer_bytes(&scene.whole));
    scene_done(&scene);
}

static void what_is_not_that_entry_is_refused_and_nothing_of_the_batch_stays(void **state)
{
    (void)state;
    struct scene scene = make_scene();
    for (int i = 0; i < 3; i++) {
        struct batch *batch = batch_new(++scene.batch, 99);
        struct bytes wire = buffer_bytes(&scene.whole);
        wire.size = i == 0 ? scene.half - 1 : wire.size; /* less than there is; another entry; none */
        batch_put_local(batch, BYTES_TEXT("mended"), BYTES_TEXT("3"));
        batch_add_payload(batch, 1, i == 1 ? 4 : i == 2 ? 9 : 3, wire);
        submit(scene.store, batch);
        assert_int_equal(wait_result(scene.store).result, ERR_USAGE);
        batch_free(batch);
        check_third(scene.store, 1, (struct bytes){scene.whole.data, scene.half});
        assert_false(has_local(scene.store, "mended"));
    }
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_payload_comes_to_its_entry_and_nothing_else_changes),
        cmocka_unit_test(a_payload_comes_in_the_commit_that_brings_the_entry),
        cmocka_unit_test(a_payload_goes_with_its_entry_to_a_branch),
        cmocka_unit_test(what_is_not_that_entry_is_refused_and_nothing_of_the_batch_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
