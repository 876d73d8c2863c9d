/* SPDX-License-Identifier: MIT
 * kill -9 at any moment: what was reported as persisted is there, and the rows agree with each other, also while logs
 * split. */
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

/* ---------------------------------------------------------------- logs that fork */

#define SPLIT_ENTRIES 1200
#define SPLIT_LOGS_MAX 24
#define SPLIT_HOMES 6
#define SPLIT_KILLS 8

struct forest {
    struct log_row logs[SPLIT_LOGS_MAX];
    uint32_t count;
};

static bool keep_tree(void *arg, const struct log_row *row)
{
    struct forest *forest = arg;
    assert_true(row->number <= SPLIT_LOGS_MAX);
    forest->logs[row->number - 1] = *row;
    forest->count = row->number > forest->count ? row->number : forest->count;
    return true;
}

static struct forest read_forest(struct store *store)
{
    const struct storage *storage = store_storage(store);
    struct forest forest = {.count = 0};
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->each_log(storage->ctx, keep_tree, &forest), OK);
    storage->end(storage->ctx);
    return forest;
}

static struct hash id_of(struct store *store, uint32_t log, uint64_t seq)
{
    const struct storage *storage = store_storage(store);
    struct stored_entry stored;
    struct entry entry;
    struct hash id;
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->get_entry(storage->ctx, log, seq, &stored), OK);
    assert_int_equal(entry_decode(stored.wire, &entry), OK);
    entry_id(&entry, &id);
    storage->end(storage->ctx);
    return id;
}

/* Two who write in turn, so that each run of the index is one entry. */
static void write_two(const char *directory)
{
    struct store *store = open_in(directory);
    struct log_row logs[] = {make_log(1, 1, KIND_CONTENT), make_log(2, 1, KIND_CONTENT)};
    struct batch *batch = batch_new(1, 1);
    for (uint64_t i = 0; i < SPLIT_ENTRIES; i++)
        add_entry(batch, &logs[i % 2], (struct entry){.hlc = hlc_make(i, 0)}, 0, 60);
    commit(store, batch);
    wait_for_order(store);
    store_close(store);
}

/* The latter half of the longest log moves to a branch of its own. */
static void split_longest(struct store *store, struct forest *forest, uint64_t id)
{
    struct log_row *from = &forest->logs[0];
    for (uint32_t i = 1; i < forest->count; i++)
        if (forest->logs[i].head_seq - forest->logs[i].base_seq > from->head_seq - from->base_seq)
            from = &forest->logs[i];
    uint64_t base = from->base_seq + (from->head_seq - from->base_seq) / 2;
    struct log_row *rest = &forest->logs[forest->count++];
    *rest = *from;
    rest->number = forest->count;
    rest->is_branch = true;
    rest->base_seq = base;
    rest->first_id = id_of(store, from->number, base + 1);
    from->head_id = id_of(store, from->number, base);
    from->head_seq = base;
    struct batch *batch = batch_new(id, id);
    batch_set_row(batch, from);
    batch_set_row(batch, rest);
    batch_add_move(batch, from->number, base + 1, rest->number);
    commit(store, batch);
}

static void split_until_killed(const char *directory, int tell)
{
    struct store *store = open_in(directory);
    struct forest forest = read_forest(store);
    if (write(tell, "", 1) != 1)
        _exit(1);
    for (uint64_t id = 1; forest.count < SPLIT_LOGS_MAX; id++)
        split_longest(store, &forest, id);
    store_close(store);
}

static void split_and_kill(const char *directory, unsigned after_us)
{
    int ends[2];
    uint8_t begun;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        split_until_killed(directory, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &begun, 1), 1);
    usleep(after_us);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ends[0]);
}

/* Every entry is in one log, which it says itself, and in the order once. */
static uint32_t check_forest(const char *directory)
{
    struct store *store = open_in(directory);
    const struct storage *storage = store_storage(store);
    struct forest forest = read_forest(store);
    uint64_t sum = 0, ordered = 0;
    wait_for_order(store);
    assert_int_equal(storage->begin(storage->ctx), OK);
    for (uint32_t i = 0; i < forest.count; i++) {
        const struct log_row *row = &forest.logs[i];
        struct chain chain = {.seq = row->base_seq};
        struct stored_entry last;
        if (row->base_seq > 0) {
            struct entry first;
            assert_int_equal(storage->get_entry(storage->ctx, row->number, row->base_seq + 1, &last), OK);
            assert_int_equal(entry_decode(last.wire, &first), OK);
            chain.id = first.previous;
        }
        assert_int_equal(storage->each_entry(storage->ctx, row->number, row->base_seq + 1, follow, &chain), OK);
        assert_int_equal(chain.seq, row->head_seq);
        assert_memory_equal(&chain.id, &row->head_id, sizeof chain.id);
        assert_int_equal(storage->get_entry(storage->ctx, row->number, row->head_seq, &last), OK);
        assert_int_equal(last.log, row->number);
        sum += row->head_seq - row->base_seq;
    }
    assert_int_equal(sum, SPLIT_ENTRIES);
    assert_int_equal(storage->each_ordered(storage->ctx, 1, (struct bytes){0}, false, count_row, &ordered), OK);
    assert_int_equal(ordered, SPLIT_ENTRIES);
    storage->end(storage->ctx);
    store_close(store);
    return forest.count;
}

static void a_log_is_split_whole_or_not_at_all(void **state)
{
    (void)state;
    for (unsigned home = 0; home < SPLIT_HOMES; home++) {
        struct place place = place_new();
        uint32_t count = 0;
        write_two(place.directory);
        /* The longer a split takes here, the longer they may try. */
        for (unsigned i = 0; i < SPLIT_KILLS || count < 4; i++) {
            assert_true(i < 100);
            split_and_kill(place.directory, (home * 613 + i * 5331) % 40000 + i / SPLIT_KILLS * 20000);
            count = check_forest(place.directory);
        }
        place_remove(&place);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_reported_is_lost_by_a_kill),
        cmocka_unit_test(a_log_is_split_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
