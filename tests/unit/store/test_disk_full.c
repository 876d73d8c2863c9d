/* SPDX-License-Identifier: MIT
 * A full disk: what does not fit fails with its reason, nothing durable is harmed, and it goes on when there is room.
 */
#include "fixture.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>

#define DISK_BYTES (16u << 20)
#define BALLAST_BYTES (4u << 20)

/* A small disk of this process's own, gone with it.  False: that is not permitted here. */
static bool mount_disk(const char *directory)
{
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", directory, "tmpfs", 0, "size=16m") != 0) {
        print_message("skipped: mounting a small file system is not permitted here (%s)\n", strerror(errno));
        return false;
    }
    return true;
}

static void put_ballast(const char *directory)
{
    char path[128];
    path_in(directory, "ballast", path);
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(posix_fallocate(file, 0, BALLAST_BYTES), 0);
    close(file);
}

static void drop_ballast(const char *directory)
{
    char path[128];
    path_in(directory, "ballast", path);
    assert_int_equal(unlink(path), 0);
}

static struct batch *make_batch(struct log_row *log, uint64_t id)
{
    struct batch *batch = batch_new(id, id);
    for (int i = 0; i < 300; i++)
        add_entry(batch, log, (struct entry){.hlc = hlc_make(id, (uint16_t)i)}, ENTRY_FLAG_OWN, 1000);
    return batch;
}

/* Commits until a batch fails, and returns that one's id; `log` is then as the disk has it. */
static uint64_t fill(struct store *store, struct log_row *log, uint64_t id)
{
    for (;; id++) {
        struct log_row before = *log;
        struct batch *batch = make_batch(log, id);
        struct batch *later = batch_new(id + 1, id);
        batch_put_local(later, BYTES_TEXT("later"), BYTES_TEXT("x"));
        submit(store, batch);
        submit(store, later);
        struct persisted first = wait_result(store), second = wait_result(store);
        assert_int_equal(first.batch, id++);
        assert_int_equal(second.result, first.result);
        batch_free(batch);
        batch_free(later);
        if (first.result == OK)
            continue;
        assert_int_equal(first.result, ERR_DISK_FULL);
        *log = before;
        return id;
    }
}

static void check_all_there(struct store *store, const struct log_row *log)
{
    const struct storage *storage = store_storage(store);
    struct stored_entry entry;
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->last_arrival(storage->ctx), log->head_seq);
    for (uint64_t seq = 1; seq <= log->head_seq; seq++)
        assert_int_equal(storage->get_entry(storage->ctx, 1, seq, &entry), OK);
    storage->end(storage->ctx);
}

static void a_full_disk_refuses_in_words_and_goes_on_when_there_is_room(void **state)
{
    (void)state;
    struct place place = place_new();
    if (!mount_disk(place.directory)) {
        rmdir(place.directory);
        skip();
    }
    put_ballast(place.directory);
    struct store *store = open_in(place.directory);
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    uint64_t id = fill(store, &log, 1);
    assert_true(log.head_seq > 1000);
    check_all_there(store, &log);
    id = fill(store, &log, id + 1);
    check_all_there(store, &log);

    /* Opening needs no room. */
    store_close(store);
    store = open_in(place.directory);
    assert_false(store_was_restored(store));
    check_all_there(store, &log);

    uint64_t before = log.head_seq;
    drop_ballast(place.directory);
    wait_for_order(store); /* it comes by itself */
    commit(store, make_batch(&log, id + 1));
    assert_int_equal(log.head_seq, before + 300);
    check_all_there(store, &log);
    wait_for_order(store);
    store_close(store);
    assert_int_equal(umount(place.directory), 0);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_refuses_in_words_and_goes_on_when_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
