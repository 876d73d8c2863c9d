/* SPDX-License-Identifier: MIT
 * The key file under a passphrase. */
#include "fixture.h"

#include "core/base/passphrase.h"
#include "store/home.h"
#include "store/store_key.h"

#define OLD BYTES_TEXT("erst so genannt")
#define NEW BYTES_TEXT("dann so genannt")
#define NONE ((struct bytes){0})

static size_t read_file(const char *directory, const char *name, uint8_t *out, size_t size)
{
    char path[128];
    path_in(directory, name, path);
    int file = open(path, O_RDONLY);
    assert_true(file >= 0);
    ssize_t got = read(file, out, size);
    close(file);
    assert_true(got >= 0);
    return (size_t)got;
}

static void it_can_be_set_changed_and_removed_and_the_key_stays(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct secret_key key = *store_key(store);
    assert_false(store_has_passphrase(store));
    assert_int_equal(store_lock(store), ERR_NO_PASSPHRASE);
    assert_int_equal(store_unlock(store, OLD), ERR_NO_PASSPHRASE);
    assert_int_equal(store_set_passphrase(store, NONE, NONE), ERR_NO_PASSPHRASE);
    assert_int_equal(store_set_passphrase(store, OLD, NEW), ERR_NO_PASSPHRASE);
    assert_int_equal(store_set_passphrase(store, NONE, OLD), OK);
    assert_true(store_has_passphrase(store));
    assert_memory_equal(store_key(store), &key, sizeof key);
    store_close(store);

    store = open_in(place.directory);
    assert_true(store_has_passphrase(store));
    assert_null(store_key(store));
    assert_int_equal(store_unlock(store, NEW), ERR_BAD_PASSPHRASE);
    assert_null(store_key(store));
    assert_int_equal(store_set_passphrase(store, NEW, NEW), ERR_BAD_PASSPHRASE);
    assert_int_equal(store_set_passphrase(store, OLD, NEW), OK);
    assert_null(store_key(store));
    assert_int_equal(store_unlock(store, OLD), ERR_BAD_PASSPHRASE);
    assert_int_equal(store_unlock(store, NEW), OK);
    assert_memory_equal(store_key(store), &key, sizeof key);
    assert_int_equal(store_lock(store), OK);
    assert_null(store_key(store));
    assert_int_equal(store_set_passphrase(store, NEW, NONE), OK);
    store_close(store);

    store = open_in(place.directory);
    assert_memory_equal(store_key(store), &key, sizeof key);
    store_close(store);
    place_remove(&place);
}

static void the_key_stands_nowhere_in_the_home_under_a_passphrase(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    struct secret_key key = *store_key(store);
    char path[128];
    path_in(place.directory, "store.key", path);
    int before = open(path, O_RDONLY); /* as somebody reads the disk itself */
    assert_int_equal(store_set_passphrase(store, NONE, OLD), OK);
    uint8_t content[4096];
    assert_int_equal(pread(before, content, sizeof content, 0), sizeof key);
    assert_true(crypto_is_zero(content, sizeof key));
    close(before);
    assert_int_equal(read_file(place.directory, "store.key", content, sizeof content), 104);
    assert_null(memmem(content, 104, key.bytes, 8));
    store_close(store);
    place_remove(&place);
}

/* The power went while a passphrase was being removed. */
static void a_left_over_key_is_overwritten_at_the_next_start(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    assert_int_equal(store_set_passphrase(store, NONE, OLD), OK);
    store_close(store);
    char path[128];
    uint8_t content[64];
    path_in(place.directory, "store.key.new", path);
    int file = open(path, O_RDWR | O_CREAT, 0600);
    assert_int_equal(write(file, "0123456789abcdef0123456789abcdef", 32), 32);
    store = open_in(place.directory);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(pread(file, content, sizeof content, 0), 32);
    assert_true(crypto_is_zero(content, 32));
    close(file);
    assert_true(store_has_passphrase(store));
    store_close(store);
    place_remove(&place);
}

static void a_damaged_file_is_told_from_a_wrong_passphrase(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    assert_int_equal(store_set_passphrase(store, NONE, OLD), OK);
    char path[128];
    path_in(place.directory, "store.key", path);
    int file = open(path, O_WRONLY);
    assert_int_equal(pwrite(file, "?", 1, 0), 1);
    close(file);
    assert_int_equal(store_unlock(store, OLD), ERR_CORRUPT);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(store_unlock(store, OLD), ERR_NOT_PERMITTED);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(store_unlock(store, OLD), ERR_NO_KEY);
    store_close(store);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_can_be_set_changed_and_removed_and_the_key_stays),
        cmocka_unit_test(the_key_stands_nowhere_in_the_home_under_a_passphrase),
        cmocka_unit_test(a_left_over_key_is_overwritten_at_the_next_start),
        cmocka_unit_test(a_damaged_file_is_told_from_a_wrong_passphrase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
