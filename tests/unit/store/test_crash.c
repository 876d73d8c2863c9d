/* SPDX-License-Identifier: MIT
 * kill -9 at any moment: what was reported as persisted is there, and the rows agree with each other. */
#include "fixture.h"

#include <signal.h>
#include <sys/wait.h>

#define KILLS 50
#define LOGS 4

/* ---------------------------------------------------------------- the child */

static bool keep_row(void *arg, const struct log_row *row)
{
    struct log_row *logs = arg;
    logs[row->number - 1] = *row;
    return true;
}

static void read_logs(struct store *store, struct log_row logs[LOGS])
{
    const struct storage *storage = store_storage(store);
    for (uint32_t i = 0; i < LOGS; i++)
        logs[i] = make_log(i + 1, 1, KIND_CONTENT);
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->each_log(storage->ctx, keep_row, logs), OK);
    storage->end(storage->ctx);
}

static struct batch *make_batch(struct log_row logs[LOGS], uint64_t id)
{
    struct batch *batch = batch_new(id, id);
    for (uint64_t i = 0; i <= id * 7 % 40; i++)
        add_entry(batch, &logs[(id + i / 3) % LOGS], (struct entry){.hlc = hlc_make(id, (uint16_t)i)}, ENTRY_FLAG_OWN,
                  60);
    uint8_t count[8];
    put_u64(count, id);
    batch_put_local(batch, BYTES_TEXT("batches"), BYTES_OF(count));
    return batch;
}

/* Commits for ever, several batches at a time on their way, and tells how many entries are reported as persisted. */
static void write_until_killed(const char *directory, int tell)
{
    struct store *store = open_in(directory);
    const struct storage *storage = store_storage(store);
    struct log_row logs[LOGS];
    struct batch *under_way[3] = {0};
    read_logs(store, logs);
    uint64_t entries = storage->last_arrival(storage->ctx);
    for (uint64_t id = 1;; id++) {
        struct batch **place = &under_way[id % COUNT_OF(under_way)];
        if (*place) {
            assert_int_equal(wait_result(store).result, OK);
            entries += (*place)->entry_count;
            batch_free(*place);
            if (write(tell, &entries, sizeof entries) != sizeof entries)
                _exit(1);
        }
        *place = make_batch(logs, id);
        submit(store, *place);
    }
}

/* ---------------------------------------------------------------- the parent */

static uint64_t run_and_kill(const char *directory, unsigned after_us)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        write_until_killed(directory, ends[1]);
        _exit(1);
    }
    close(ends[1]);
    uint64_t reported = 0, next;
    assert_int_equal(read(ends[0], &reported, sizeof reported), sizeof reported);
    usleep(after_us);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    while (read(ends[0], &next, sizeof next) == sizeof next)
        reported = next;
    close(ends[0]);
    return reported;
}

struct chain {
    uint64_t seq;
    struct hash id;
};

static bool follow(void *arg, const struct stored_entry *stored)
{
    struct chain *chain = arg;
    struct entry entry;
    assert_int_equal(entry_decode(stored->wire, &entry), OK);
    assert_int_equal(entry.seq, chain->seq + 1);
    assert_memory_equal(&entry.previous, &chain->id, sizeof chain->id);
    chain->seq = entry.seq;
    entry_id(&entry, &chain->id);
    return true;
}

static bool count_row(void *arg, const struct order_row *row)
{
    (void)row;
    ++*(uint64_t *)arg;
    return true;
}

static void check(const char *directory, uint64_t reported)
{
    struct store *store = open_in(directory);
    const struct storage *storage = store_storage(store);
    struct log_row logs[LOGS];
    read_logs(store, logs);
    assert_false(store_was_restored(store));
    wait_for_order(store);
    assert_int_equal(storage->begin(storage->ctx), OK);
    uint64_t last = storage->last_arrival(storage->ctx), sum = 0, ordered = 0;
    assert_true(last >= reported);
    for (uint32_t i = 0; i < LOGS; i++) {
        struct chain chain = {0};
        assert_int_equal(storage->each_entry(storage->ctx, i + 1, 1, follow, &chain), OK);
        assert_int_equal(chain.seq, logs[i].head_seq);
        assert_memory_equal(&chain.id, &logs[i].head_id, sizeof chain.id);
        sum += chain.seq;
    }
    assert_int_equal(sum, last);
    assert_int_equal(storage->each_ordered(storage->ctx, 1, (struct bytes){0}, false, count_row, &ordered), OK);
    assert_int_equal(ordered, last);
    storage->end(storage->ctx);
    store_close(store);
}

static void nothing_reported_is_lost_by_a_kill(void **state)
{
    (void)state;
    struct place place = place_new();
    for (unsigned i = 0; i < KILLS; i++)
        check(place.directory, run_and_kill(place.directory, i * 331 % 12000));
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_reported_is_lost_by_a_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
