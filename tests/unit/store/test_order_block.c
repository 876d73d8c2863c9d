/* SPDX-License-Identifier: MIT
 * The rows of the order against a sorted array: places put, replaced, removed and looked for at random, many with the
 * same sort key, of logs of which some share a device, in several groups; with transactions given up and the file
 * closed in between.  Read forward and backward, from cursors too. */
#include "chance.h"
#include "fixture.h"

#include "store/order_block.h"
#include "store/reads.h"

#define LOGS 9
#define DEVICES 6 /* logs beyond have the device of an earlier one: branches */
#define GROUPS 3
#define PLACES_MAX 6000

/* ---------------------------------------------------------------- the sorted array */

struct plain_place {
    struct order_place place;
    bool incomplete;
};
struct plain {
    struct plain_place *places;
    size_t count;
};

static int compare_places(const struct order_place *a, const struct order_place *b)
{
    int order = (a->group > b->group) - (a->group < b->group);
    if (order == 0)
        order = sort_key_compare(a->key, b->key);
    if (order == 0)
        order = memcmp(&a->device, &b->device, sizeof a->device);
    if (order == 0)
        order = (a->seq > b->seq) - (a->seq < b->seq);
    if (order == 0)
        order = memcmp(a->id, b->id, sizeof a->id);
    return order ? order : memcmp(a->log_id.bytes, b->log_id.bytes, sizeof a->log_id.bytes);
}

/* The index of the first place at or after this one. */
static size_t find(const struct plain *plain, const struct order_place *place)
{
    size_t first = 0, end = plain->count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (compare_places(&plain->places[middle].place, place) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

static bool has(const struct plain *plain, size_t at, const struct order_place *place)
{
    return at < plain->count && compare_places(&plain->places[at].place, place) == 0;
}

static void put_plain(struct plain *plain, const struct order_place *place, bool incomplete)
{
    size_t at = find(plain, place);
    if (!has(plain, at, place)) {
        assert_true(plain->count < PLACES_MAX);
        memmove(&plain->places[at + 1], &plain->places[at], (plain->count - at) * sizeof *plain->places);
        plain->count++;
    }
    plain->places[at] = (struct plain_place){*place, incomplete};
}

static void remove_plain(struct plain *plain, size_t at)
{
    plain->count--;
    memmove(&plain->places[at], &plain->places[at + 1], (plain->count - at) * sizeof *plain->places);
}

/* ---------------------------------------------------------------- the table */

struct table {
    struct place place;
    struct db *db;
    struct order_block block;
    struct sign_public devices[LOGS];
    struct hash log_ids[LOGS];
    struct plain plain;
    uint64_t now; /* places come mostly at the end */
};

static void write_logs(struct table *table)
{
    struct db_txn *txn;
    assert_int_equal(db_begin(table->db, &txn), OK);
    for (uint32_t i = 0; i < LOGS; i++) {
        struct log_row row = make_log(i + 1, 1, KIND_CONTENT);
        if (i >= DEVICES)
            row.name.device = table->devices[i - DEVICES];
        row.name.sub.bytes[0] = (uint8_t)i;
        table->devices[i] = row.name.device;
        log_row_id(&row, &table->log_ids[i]);
        assert_int_equal(rows_put_log(txn, &row), OK);
    }
    assert_int_equal(db_commit(txn), OK);
}

static void open_table(struct table *table)
{
    assert_int_equal(db_open(table->place.directory, 64 << 20, &table->db), OK);
    table->block = (struct order_block){.table = TABLE_ORDER};
}

static struct table *new_table(uint64_t seed)
{
    struct table *table = calloc(1, sizeof *table);
    assert_non_null(table);
    table->plain.places = calloc(PLACES_MAX, sizeof *table->plain.places);
    assert_non_null(table->plain.places);
    random_state = seed;
    assert_int_equal(crypto_init(), OK);
    table->place = place_new();
    open_table(table);
    write_logs(table);
    return table;
}

static void close_table(struct table *table)
{
    db_close(table->db);
    place_remove(&table->place);
    free(table->plain.places);
    free(table);
}

/* ---------------------------------------------------------------- changing */

static void set_log(const struct table *table, struct order_place *place, uint32_t log)
{
    place->log = log;
    place->device = table->devices[log - 1];
    place->log_id = table->log_ids[log - 1];
}

static struct order_place choose_place(struct table *table)
{
    struct order_place place = {.group = 1 + (uint32_t)below(GROUPS)};
    table->now += below(3) ? 0 : below(4000);
    place.key.ms = below(4) ? table->now : below(table->now + 1);
    if (below(300) == 0)
        place.key.ms = below(2) ? 0 : U48_MAX;
    if (below(3) == 0)
        place.key.ticks = below(2) ? below(3) : below(UINT64_C(1) << 40);
    place.seq = 1 + below(below(2) ? 3 : UINT64_C(1) << 40);
    place.id[0] = (uint8_t)below(3);
    set_log(table, &place, 1 + (uint32_t)below(LOGS));
    return place;
}

static void put(struct table *table, struct db_txn *txn, const struct order_place *place)
{
    bool incomplete = below(2);
    assert_int_equal(order_block_put(&table->block, txn, place, incomplete), OK);
    put_plain(&table->plain, place, incomplete);
}

static void put_burst(struct table *table, struct db_txn *txn)
{
    struct order_place place = choose_place(table);
    place.key.ms = below(table->now + 1); /* a team comes home: its messages belong in between */
    for (size_t left = below(300); left > 0 && table->plain.count < PLACES_MAX; left--) {
        place.key.ms += below(50);
        place.seq++;
        put(table, txn, &place);
    }
}

/* Removes some that stand together. */
static void remove_some(struct table *table, struct db_txn *txn)
{
    size_t at = table->plain.count ? below(table->plain.count) : 0;
    for (size_t left = below(20) ? 1 : below(400); left > 0 && at < table->plain.count; left--) {
        assert_int_equal(order_block_remove(&table->block, txn, &table->plain.places[at].place), OK);
        remove_plain(&table->plain, at);
    }
}

static void check_one(struct table *table, struct db_txn *txn)
{
    struct order_place place = choose_place(table);
    struct order_line line;
    if (table->plain.count && below(2))
        place = table->plain.places[below(table->plain.count)].place;
    size_t at = find(&table->plain, &place);
    enum error err = order_block_get(&table->block, txn, &place, &line);
    assert_int_equal(err, has(&table->plain, at, &place) ? OK : ERR_CORRUPT);
    if (!err)
        assert_int_equal(line.incomplete, table->plain.places[at].incomplete);
    if (below(2))
        place.log = 0;
    while (at > 0 && place.log == 0 && table->plain.places[at - 1].place.group == place.group &&
           sort_key_compare(table->plain.places[at - 1].place.key, place.key) == 0)
        at--;
    if (place.log != 0 && has(&table->plain, at, &place))
        at++;
    err = order_block_after(&table->block, txn, &place, &line);
    if (at == table->plain.count || table->plain.places[at].place.group != place.group) {
        assert_int_equal(err, ERR_NOT_FOUND);
        return;
    }
    assert_int_equal(err, OK);
    assert_int_equal(line.seq, table->plain.places[at].place.seq);
    assert_int_equal(line.log, table->plain.places[at].place.log);
}

static void change(struct table *table, struct db_txn *txn)
{
    uint64_t choice = below(100);
    if (choice < 3) {
        put_burst(table, txn);
    } else if (choice < 20) {
        remove_some(table, txn);
    } else if (choice < 30) {
        check_one(table, txn);
    } else if (choice < 33 && table->plain.count && table->plain.count < PLACES_MAX) {
        /* two branches whose entries look alike */
        struct order_place place = table->plain.places[below(table->plain.count)].place;
        if (place.log <= LOGS - DEVICES)
            set_log(table, &place, place.log + DEVICES);
        put(table, txn, &place);
    } else if (table->plain.count < PLACES_MAX) {
        struct order_place place = choose_place(table);
        put(table, txn, &place);
    }
}

/* A transaction of some changes, which is sometimes given up. */
static void change_some(struct table *table)
{
    struct plain before = {calloc(PLACES_MAX, sizeof *before.places), table->plain.count};
    struct db_txn *txn;
    assert_non_null(before.places);
    memcpy(before.places, table->plain.places, before.count * sizeof *before.places);
    assert_int_equal(db_begin(table->db, &txn), OK);
    for (uint64_t left = 1 + below(200); left > 0; left--)
        change(table, txn);
    if (below(5)) {
        assert_int_equal(order_block_flush(&table->block, txn), OK);
        assert_int_equal(db_commit(txn), OK);
        free(before.places);
        return;
    }
    db_abort(txn);
    table->block = (struct order_block){.table = TABLE_ORDER};
    free(table->plain.places);
    table->plain = before;
}

/* ---------------------------------------------------------------- reading */

struct reading {
    const struct plain *plain;
    size_t next, end; /* backward: from next - 1 down to end */
    bool backward;
    size_t most;
    struct buffer cursor;
};

static bool check_row(void *arg, const struct order_row *row)
{
    struct reading *reading = arg;
    assert_true(reading->next != reading->end);
    const struct plain_place *expected = &reading->plain->places[reading->backward ? --reading->next : reading->next++];
    assert_int_equal(row->log, expected->place.log);
    assert_int_equal(row->seq, expected->place.seq);
    assert_int_equal(sort_key_compare(row->key, expected->place.key), 0);
    assert_int_equal(row->incomplete, expected->incomplete);
    reading->cursor.size = 0;
    buffer_append(&reading->cursor, row->cursor);
    return --reading->most > 0;
}

/* The whole group in pages of random size. */
static void read_group(struct table *table, const struct storage *storage, uint32_t group, bool backward)
{
    const struct order_place first = {.group = group}, beyond = {.group = group + 1};
    struct reading reading = {.plain = &table->plain, .backward = backward};
    reading.next = find(&table->plain, backward ? &beyond : &first);
    reading.end = find(&table->plain, backward ? &first : &beyond);
    do {
        struct buffer cursor = {0};
        buffer_append(&cursor, buffer_bytes(&reading.cursor));
        reading.most = 1 + below(200);
        assert_int_equal(storage->begin(storage->ctx), OK);
        assert_int_equal(
            storage->each_ordered(storage->ctx, group, buffer_bytes(&cursor), backward, check_row, &reading), OK);
        storage->end(storage->ctx);
        buffer_done(&cursor);
    } while (reading.most == 0);
    assert_int_equal(reading.next, reading.end);
    buffer_done(&reading.cursor);
}

/* From a time on, whether or not anything stands there. */
static void read_from_time(struct table *table, const struct storage *storage, uint32_t group, bool backward)
{
    struct order_place from = {.group = group, .key.ms = below(table->now + 2)};
    const struct order_place first = {.group = group}, beyond = {.group = group + 1};
    struct reading reading = {.plain = &table->plain, .backward = backward, .most = SIZE_MAX};
    struct buffer cursor = {0};
    reading.next = find(&table->plain, &from);
    reading.end = find(&table->plain, backward ? &first : &beyond);
    storage->order_cursor_at(storage->ctx, from.key.ms, &cursor);
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->each_ordered(storage->ctx, group, buffer_bytes(&cursor), backward, check_row, &reading),
                     OK);
    storage->end(storage->ctx);
    assert_int_equal(reading.next, reading.end);
    buffer_done(&cursor);
    buffer_done(&reading.cursor);
}

static void compare(struct table *table)
{
    struct reads reads;
    struct storage storage;
    reads_init(&reads, table->db, &storage);
    for (uint32_t group = 1; group <= GROUPS; group++) {
        for (int backward = 0; backward < 2; backward++) {
            read_group(table, &storage, group, backward);
            read_from_time(table, &storage, group, backward);
        }
    }
    reads_done(&reads);
}

/* ---------------------------------------------------------------- tests */

static void the_rows_say_what_a_sorted_array_says(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct table *table = new_table(seed);
        for (int turn = 0; turn < 60; turn++) {
            change_some(table);
            if (turn % 10 != 9)
                continue;
            compare(table);
            db_close(table->db);
            open_table(table);
        }
        compare(table);
        close_table(table);
    }
}

static uint64_t count_rows(struct db_txn *txn)
{
    uint64_t rows;
    assert_int_equal(db_count(txn, TABLE_ORDER, &rows), OK);
    return rows;
}

static void a_chat_that_grows_fills_its_rows_and_an_empty_one_has_none(void **state)
{
    (void)state;
    struct table *table = new_table(1);
    struct db_txn *txn;
    assert_int_equal(db_begin(table->db, &txn), OK);
    for (uint64_t i = 0; i < 5000; i++) {
        struct order_place place = {.group = 1, .key = {1000000 + i * 2000, 0}};
        set_log(table, &place, 1 + (uint32_t)(i % LOGS));
        place.seq = 1 + i / LOGS;
        put(table, txn, &place);
    }
    assert_int_equal(order_block_flush(&table->block, txn), OK);
    assert_true(count_rows(txn) * ORDER_ROW_MAX < 5000 * 16);
    assert_int_equal(db_commit(txn), OK);
    compare(table);
    assert_int_equal(db_begin(table->db, &txn), OK);
    while (table->plain.count)
        remove_some(table, txn);
    assert_int_equal(order_block_flush(&table->block, txn), OK);
    assert_int_equal(count_rows(txn), 0);
    assert_int_equal(db_commit(txn), OK);
    compare(table);
    close_table(table);
}

static void a_row_that_is_none_is_corrupt(void **state)
{
    (void)state;
    struct table *table = new_table(1);
    struct order_place place = {.group = 1, .key = {5, 0}, .seq = 1};
    set_log(table, &place, 1);
    static const uint8_t junk[ORDER_ROW_MAX + 1] = {0x80};
    struct db_txn *txn;
    uint8_t key[ORDER_KEY_MAX];
    size_t size = order_group_put(1, key);
    const size_t sizes[] = {0, 1, 20, sizeof junk};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        assert_int_equal(db_begin(table->db, &txn), OK);
        assert_int_equal(db_put(txn, TABLE_ORDER, (struct bytes){key, size}, (struct bytes){junk, sizes[i]}), OK);
        assert_int_equal(order_block_put(&table->block, txn, &place, false), ERR_CORRUPT);
        db_abort(txn);
        table->block = (struct order_block){.table = TABLE_ORDER};
    }
    close_table(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rows_say_what_a_sorted_array_says),
        cmocka_unit_test(a_chat_that_grows_fills_its_rows_and_an_empty_one_has_none),
        cmocka_unit_test(a_row_that_is_none_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
