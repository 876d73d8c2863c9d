/* SPDX-License-Identifier: MIT
 * A database that lived on is told from one that was put back or copied. */
#include "fixture.h"

static const char *const files[] = {"data.mdb", "lineage", "store.key"};

static void copy_home(const struct place *from, const struct place *to)
{
    for (size_t i = 0; i < COUNT_OF(files); i++)
        copy_file(from->directory, to->directory, files[i]);
}

/* Opens, writes `entries` entries in batches of one, closes; tells whether it was restored. */
static bool run(const struct store_options *options, struct log_row *log, unsigned flags, size_t entries)
{
    struct store *store = open_with(options);
    bool restored = store_was_restored(store);
    for (uint64_t id = 1; id <= entries; id++) {
        struct batch *batch = batch_new(id, id);
        add_entry(batch, log, (struct entry){.hlc = hlc_make(id, 0)}, flags, 20);
        commit(store, batch);
    }
    store_close(store);
    return restored;
}

static bool run_in(const struct place *place, struct log_row *log, size_t own_entries)
{
    return run(&(struct store_options){.directory = place->directory}, log, ENTRY_FLAG_OWN, own_entries);
}

static void a_fresh_home_and_one_that_lived_on_are_not_restored(void **state)
{
    (void)state;
    struct place place = place_new();
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    assert_false(run_in(&place, &log, 0));
    assert_false(run_in(&place, &log, 3));
    assert_false(run_in(&place, &log, 3));
    assert_false(run_in(&place, &log, 0));
    place_remove(&place);
}

static void an_older_database_put_back_is_restored_until_an_own_entry(void **state)
{
    (void)state;
    struct place place = place_new(), backup = place_new();
    struct log_row log = make_log(1, 1, KIND_CONTENT), fresh = make_log(2, 1, KIND_CONTENT);
    run_in(&place, &log, 3);
    copy_file(place.directory, backup.directory, "data.mdb");
    run_in(&place, &log, 1);
    copy_file(backup.directory, place.directory, "data.mdb"); /* the same inode, an older content */
    assert_true(run_in(&place, &fresh, 0));
    assert_true(run_in(&place, &fresh, 1)); /* still so: nothing own was written since */
    assert_false(run_in(&place, &fresh, 1));
    place_remove(&place);
    place_remove(&backup);
}

static void entries_of_others_do_not_end_it(void **state)
{
    (void)state;
    struct place place = place_new(), clone = place_new();
    struct log_row log = make_log(1, 1, KIND_CONTENT), other = make_log(2, 1, KIND_CONTENT);
    run_in(&place, &log, 1);
    copy_home(&place, &clone);
    assert_true(run(&(struct store_options){.directory = clone.directory}, &other, 0, 2));
    assert_true(run_in(&clone, &log, 0));
    place_remove(&place);
    place_remove(&clone);
}

static void a_copied_home_is_restored_and_the_original_is_not(void **state)
{
    (void)state;
    struct place place = place_new(), clone = place_new();
    struct log_row log = make_log(1, 1, KIND_CONTENT), fresh = make_log(2, 1, KIND_CONTENT);
    run_in(&place, &log, 2);
    copy_home(&place, &clone);
    assert_true(run_in(&clone, &fresh, 1));
    assert_false(run_in(&clone, &fresh, 0));
    assert_false(run_in(&place, &log, 1));
    place_remove(&place);
    place_remove(&clone);
}

static void a_copy_without_own_entries_is_a_home_like_any(void **state)
{
    (void)state;
    struct place place = place_new(), clone = place_new();
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    run(&(struct store_options){.directory = place.directory}, &log, 0, 2);
    copy_home(&place, &clone);
    assert_false(run_in(&clone, &log, 0));
    place_remove(&place);
    place_remove(&clone);
}

static void another_machine_is_restored(void **state)
{
    (void)state;
    struct place place = place_new();
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    char machine[128];
    path_in(place.directory, "machine-id", machine);
    int file = open(machine, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(file, "first\n", 6), 6);
    struct store_options options = {.directory = place.directory, .machine_id_file = machine};
    assert_false(run(&options, &log, ENTRY_FLAG_OWN, 1));
    assert_false(run(&options, &log, ENTRY_FLAG_OWN, 0));
    assert_int_equal(pwrite(file, "other\n", 6, 0), 6);
    assert_true(run(&options, &log, ENTRY_FLAG_OWN, 0));
    close(file);
    unlink(machine);
    assert_true(run(&options, &log, ENTRY_FLAG_OWN, 0)); /* none is another one too */
    place_remove(&place);
}

static void a_database_ahead_of_the_file_is_normal(void **state)
{
    (void)state;
    struct place place = place_new(), aside = place_new();
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    run_in(&place, &log, 1);
    copy_file(place.directory, aside.directory, "lineage");
    run_in(&place, &log, 5);
    copy_file(aside.directory, place.directory, "lineage");
    assert_false(run_in(&place, &log, 0));
    place_remove(&place);
    place_remove(&aside);
}

static void a_missing_or_damaged_file_counts_as_restored_when_there_are_own_entries(void **state)
{
    (void)state;
    struct place place = place_new();
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    char path[128];
    path_in(place.directory, "lineage", path);
    run_in(&place, &log, 0);
    unlink(path);
    assert_false(run_in(&place, &log, 1));
    assert_int_equal(truncate(path, 20), 0);
    assert_true(run_in(&place, &log, 0));
    unlink(path);
    assert_true(run_in(&place, &log, 0));
    place_remove(&place);
}

static void the_file_is_written_while_the_store_is_open(void **state)
{
    (void)state;
    struct place place = place_new(), clone = place_new();
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    struct store *store = open_in(place.directory);
    uint8_t before[93], after[93];
    char path[128];
    path_in(place.directory, "lineage", path);
    uint64_t end = now_ns() + WAIT_NS;
    int file;
    while ((file = open(path, O_RDONLY)) < 0)
        assert_true(now_ns() < end);
    ssize_t size = read(file, before, sizeof before);
    close(file);
    struct batch *batch = batch_new(1, 1);
    add_entry(batch, &log, (struct entry){.hlc = 1}, ENTRY_FLAG_OWN, 20);
    commit(store, batch);
    do { /* within about a second */
        assert_true(now_ns() < end);
        usleep(1000);
        file = open(path, O_RDONLY);
        assert_int_equal(read(file, after, sizeof after), size);
        close(file);
    } while (memcmp(before, after, (size_t)size) == 0);
    store_close(store);
    place_remove(&place);
    place_remove(&clone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_home_and_one_that_lived_on_are_not_restored),
        cmocka_unit_test(an_older_database_put_back_is_restored_until_an_own_entry),
        cmocka_unit_test(entries_of_others_do_not_end_it),
        cmocka_unit_test(a_copied_home_is_restored_and_the_original_is_not),
        cmocka_unit_test(a_copy_without_own_entries_is_a_home_like_any),
        cmocka_unit_test(another_machine_is_restored),
        cmocka_unit_test(a_database_ahead_of_the_file_is_normal),
        cmocka_unit_test(a_missing_or_damaged_file_counts_as_restored_when_there_are_own_entries),
        cmocka_unit_test(the_file_is_written_while_the_store_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
