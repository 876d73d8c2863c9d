/* SPDX-License-Identifier: MIT
 * The home directory, the key file and what is refused at opening. */
#include "fixture.h"

#include "store/db.h"
#include "store/home.h"

static enum error try_open(const char *directory)
{
    struct store *store = NULL;
    assert_int_equal(crypto_init(), OK);
    enum error err = store_open(&(struct store_options){.directory = directory}, &store);
    store_close(store);
    return err;
}

static mode_t mode_of(const char *directory, const char *name)
{
    struct stat info;
    char path[128];
    path_in(directory, name, path);
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 0777;
}

static void the_home_and_its_parents_are_made_for_the_owner_alone(void **state)
{
    (void)state;
    struct place place = place_new();
    char parent[128], home[128];
    path_in(place.directory, "share", parent);
    path_in(parent, "zuruf", home);
    umask(0);
    store_close(open_in(home));
    umask(022);
    assert_int_equal(mode_of(place.directory, "share"), 0700);
    assert_int_equal(mode_of(parent, "zuruf"), 0700);
    static const char *const files[] = {"lock", "store.key", "data.mdb", "lock.mdb", "lineage"};
    for (size_t i = 0; i < COUNT_OF(files); i++)
        assert_int_equal(mode_of(home, files[i]), 0600);
    remove_directory(home);
    remove_directory(parent);
    place_remove(&place);
}

static void a_second_opener_is_told_that_the_home_is_busy(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    assert_int_equal(try_open(place.directory), ERR_BUSY);
    store_close(store);
    assert_int_equal(try_open(place.directory), OK);
    place_remove(&place);
}

static void network_file_systems_are_known_and_local_ones_are_not_taken_for_one(void **state)
{
    (void)state;
    static const uint32_t remote[] = {0x6969,     0x517b,     0xff534d42, 0xfe534d42,
                                      0x5346414f, 0x73757245, 0x00c36400, 0x01021997};
    static const uint32_t local[] = {0xef53 /* ext4 */,    0x01021994 /* tmpfs */, 0x9123683e /* btrfs */,
                                     0x58465342 /* XFS */, 0x65735546 /* FUSE */,  0x794c7630 /* overlay */};
    for (size_t i = 0; i < COUNT_OF(remote); i++)
        assert_true(home_is_network(remote[i]));
    for (size_t i = 0; i < COUNT_OF(local); i++)
        assert_false(home_is_network(local[i]));
    assert_true(home_is_network((uint64_t)(int64_t)(int32_t)0xff534d42)); /* as a 32-bit f_type is widened */
}

static void a_newer_schema_is_refused(void **state)
{
    (void)state;
    struct place place = place_new();
    store_close(open_in(place.directory));
    struct db *db;
    struct db_txn *txn;
    uint8_t version[4];
    put_u32(version, SCHEMA_VERSION + 1);
    assert_int_equal(db_open(place.directory, 1 << 20, &db), OK);
    assert_int_equal(db_begin(db, &txn), OK);
    assert_int_equal(db_put(txn, TABLE_META, BYTES_TEXT("schema"), BYTES_OF(version)), OK);
    assert_int_equal(db_commit(txn), OK);
    db_close(db);
    assert_int_equal(try_open(place.directory), ERR_NEWER_SCHEMA);
    place_remove(&place);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    (void)state;
    struct place place = place_new();
    store_close(open_in(place.directory));
    char path[128];
    path_in(place.directory, "data.mdb", path);
    int file = open(path, O_WRONLY | O_TRUNC);
    static const uint8_t junk[16384] = "this is not what it should be";
    assert_int_equal(write(file, junk, sizeof junk), sizeof junk);
    close(file);
    assert_int_equal(try_open(place.directory), ERR_CORRUPT);
    place_remove(&place);
}

static void no_helper_process_inherits_a_file_of_the_home(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    size_t found = 0;
    for (int file = 0; file < 100; file++) {
        char link[64], target[256] = "";
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        ssize_t size = readlink(link, target, sizeof target - 1);
        if (size < 0 || strncmp(target, place.directory, strlen(place.directory)) != 0)
            continue;
        assert_true(fcntl(file, F_GETFD) & FD_CLOEXEC);
        found++;
    }
    assert_true(found >= 4);
    store_close(store);
    place_remove(&place);
}

/* ---------------------------------------------------------------- the key */

static void the_store_key_stays_the_same_and_two_homes_have_two(void **state)
{
    (void)state;
    struct place place = place_new(), other = place_new();
    struct store *store = open_in(place.directory);
    struct secret_key first = *store_key(store);
    assert_false(crypto_is_zero(first.bytes, sizeof first.bytes));
    store_close(store);
    store = open_in(place.directory);
    assert_memory_equal(store_key(store), &first, sizeof first);
    store_close(store);
    store = open_in(other.directory);
    assert_memory_not_equal(store_key(store), &first, sizeof first);
    store_close(store);
    place_remove(&place);
    place_remove(&other);
}

static void a_key_file_open_to_others_or_of_another_size_is_refused(void **state)
{
    (void)state;
    struct place place = place_new();
    char path[128], moved[128];
    store_close(open_in(place.directory));
    path_in(place.directory, "store.key", path);
    path_in(place.directory, "moved", moved);
    static const mode_t modes[] = {0640, 0604, 0620, 0610};
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_int_equal(try_open(place.directory), ERR_NOT_PERMITTED);
    }
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(try_open(place.directory), OK);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 1, 0), 0);
        assert_int_equal(try_open(place.directory), ERR_NOT_PERMITTED);
        assert_int_equal(chown(path, 0, 0), 0);
    }
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(symlink(moved, path), 0);
    assert_int_equal(try_open(place.directory), ERR_NOT_PERMITTED);
    assert_int_equal(rename(moved, path), 0);
    assert_int_equal(truncate(path, 31), 0);
    assert_int_equal(try_open(place.directory), ERR_CORRUPT);
    assert_int_equal(truncate(path, 33), 0);
    assert_int_equal(try_open(place.directory), ERR_CORRUPT);
    place_remove(&place);
}

static void no_new_key_is_made_for_an_old_database(void **state)
{
    (void)state;
    struct place place = place_new();
    char path[128];
    store_close(open_in(place.directory));
    path_in(place.directory, "store.key", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(try_open(place.directory), ERR_NO_KEY);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_home_and_its_parents_are_made_for_the_owner_alone),
        cmocka_unit_test(a_second_opener_is_told_that_the_home_is_busy),
        cmocka_unit_test(network_file_systems_are_known_and_local_ones_are_not_taken_for_one),
        cmocka_unit_test(a_newer_schema_is_refused),
        cmocka_unit_test(a_file_that_is_no_database_is_refused),
        cmocka_unit_test(no_helper_process_inherits_a_file_of_the_home),
        cmocka_unit_test(the_store_key_stays_the_same_and_two_homes_have_two),
        cmocka_unit_test(a_key_file_open_to_others_or_of_another_size_is_refused),
        cmocka_unit_test(no_new_key_is_made_for_an_old_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
