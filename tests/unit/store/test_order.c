/* SPDX-License-Identifier: MIT
 * The order view against a naive evaluator: random histories with authors that lie about time, cite what is not there,
 * or cite falsely, whose times are doubted and believed again, arriving in random order; brought up to date by steps of
 * random size, some of them given up. */
#include "chance.h"
#include "fixture.h"

#include "store/append.h"
#include "store/order.h"
#include "store/reads.h"

#define LOGS 7
#define GROUPS 2
#define ENTRIES 160
#define DEPS 4

/* ---------------------------------------------------------------- histories */

struct fact {
    size_t log; /* index */
    uint64_t seq;
    uint64_t hlc;
    struct hash id;
    struct buffer wire;
    size_t previous;     /* index + 1; 0: none */
    size_t causes[DEPS]; /* index + 1; 0: false or unknown, never counts */
    size_t cause_count;

    bool here;
    struct sort_key key;
    bool incomplete;
};

#define DOUBTS 6

struct history {
    struct doubt doubts[GROUPS][DOUBTS]; /* joined; by group - 1 */
    size_t doubt_counts[GROUPS];
    struct log_row rows[LOGS];
    struct hash ids[LOGS];
    size_t heads[LOGS]; /* index + 1 of the last fact */
    struct fact facts[ENTRIES];
};

/* A dep on a random earlier entry, mostly a true one. */
static struct dep choose_dep(struct history *history, size_t count, size_t log, size_t *ret_cause)
{
    size_t index = count < 30 || below(3) ? below(count) : count - 1 - below(20);
    const struct fact *cited = &history->facts[index];
    struct dep dep = {.log = history->ids[cited->log], .seq = cited->seq};
    memcpy(dep.id, cited->id.bytes, sizeof dep.id);
    *ret_cause = history->rows[cited->log].group == history->rows[log].group ? index + 1 : 0;
    switch (below(24)) {
    case 0:
        dep.id[3] ^= 1; /* the other side of a fork */
        *ret_cause = 0;
        break;
    case 1:
        dep.log.bytes[0] ^= 1; /* a log that nobody has */
        *ret_cause = 0;
        break;
    case 2:
        dep.seq = below(2) ? 0 : dep.seq + 1000;
        *ret_cause = 0;
        break;
    default:
        break;
    }
    return dep;
}

static uint64_t choose_hlc(const struct history *history, const struct fact *fact)
{
    uint64_t largest = 0;
    for (size_t i = 0; i <= fact->cause_count; i++) {
        size_t cause = i == fact->cause_count ? fact->previous : fact->causes[i];
        if (cause && history->facts[cause - 1].hlc > largest)
            largest = history->facts[cause - 1].hlc;
    }
    switch (below(6)) {
    case 0:
        return below(2) ? 0 : hlc_make(below(40), (uint16_t)below(3)); /* says it is long ago */
    case 1:
        return below(8) ? largest + below(3) : hlc_make(1000 + below(300), 65535);
    default:
        return largest + (below(2) ? 1 : below(5) << 16);
    }
}

static void make_fact(struct history *history, size_t index)
{
    struct fact *fact = &history->facts[index];
    struct buffer deps = {0};
    fact->log = below(LOGS);
    fact->previous = history->heads[fact->log];
    size_t most = index ? below(DEPS + 1) : 0;
    for (size_t i = 0; i < most; i++) {
        struct dep dep = choose_dep(history, index, fact->log, &fact->causes[i]);
        dep_append(&dep, &deps);
        fact->cause_count++;
    }
    fact->hlc = choose_hlc(history, fact);

    struct log_row *row = &history->rows[fact->log];
    struct entry entry = {.type = 64, .log = history->ids[fact->log], .previous = row->head_id, .hlc = fact->hlc};
    entry.seq = fact->seq = ++row->head_seq;
    entry.deps = buffer_bytes(&deps);
    make_wire(&entry, 3, &fact->wire, &row->head_id);
    fact->id = row->head_id;
    history->heads[fact->log] = index + 1;
    buffer_done(&deps);
}

static struct history *make_history(uint64_t seed)
{
    struct history *history = calloc(1, sizeof *history);
    assert_non_null(history);
    random_state = seed;
    for (uint32_t i = 0; i < LOGS; i++) {
        history->rows[i] = make_log(i + 1, i % GROUPS + 1, i < 2 ? KIND_GOVERNANCE : KIND_CONTENT);
        log_name_id(&history->rows[i].name, &history->ids[i]);
    }
    for (size_t i = 0; i < ENTRIES; i++)
        make_fact(history, i);
    for (size_t i = 0; i < LOGS; i++)
        history->rows[i].head_seq = 0; /* from now on: what is here */
    return history;
}

static void history_free(struct history *history)
{
    for (size_t i = 0; i < ENTRIES; i++)
        buffer_done(&history->facts[i].wire);
    free(history);
}

/* Puts the next entry of a log into the batch; false: there is no more. */
static bool arrive(struct history *history, size_t log, struct batch *batch)
{
    struct log_row *row = &history->rows[log];
    for (size_t i = 0; i < ENTRIES; i++) {
        struct fact *fact = &history->facts[i];
        if (fact->log != log || fact->seq != row->head_seq + 1)
            continue;
        fact->here = true;
        row->head_seq++;
        row->head_id = fact->id;
        batch_add_entry(batch, row->number, row->group, fact->seq, 0, buffer_bytes(&fact->wire));
        batch_set_row(batch, row);
        return true;
    }
    return false;
}

/* Puts into the batch that from now on other times of one group are doubted: also of another group's logs, which is
 * void, and sometimes fewer than before. */
static void doubt_anew(struct history *history, struct batch *batch)
{
    size_t group = below(GROUPS), count = below(DOUBTS + 1);
    struct doubt *doubts = history->doubts[group];
    for (size_t i = 0; i < count; i++) {
        uint64_t from = 1 + below(20);
        doubts[i] = (struct doubt){history->ids[below(LOGS)], from, below(9) ? from + below(8) : UINT64_MAX};
    }
    history->doubt_counts[group] = doubts_join(doubts, count);
    batch_set_doubts(batch, (uint32_t)group + 1, doubts, history->doubt_counts[group]);
}

static bool is_doubted(const struct history *history, const struct fact *fact)
{
    uint32_t group = history->rows[fact->log].group;
    return doubts_find(history->doubts[group - 1], history->doubt_counts[group - 1], &history->ids[fact->log],
                       fact->seq);
}

/* From now on another part of one log does not count, or all of it does. */
static void cut_anew(struct history *history, struct batch *batch)
{
    struct log_row *row = &history->rows[below(LOGS)];
    if (row->name.kind != KIND_CONTENT || !row->head_seq)
        return;
    row->void_from = below(3) ? 1 + below(ENTRIES / LOGS) : 0;
    batch_set_row(batch, row);
}

/* ---------------------------------------------------------------- what is right */

static bool is_void(const struct history *history, const struct fact *fact)
{
    uint64_t from = history->rows[fact->log].void_from;
    return from && fact->seq >= from;
}

static void evaluate(struct history *history)
{
    for (size_t i = 0; i < ENTRIES; i++) { /* causes stand before their effects */
        struct fact *fact = &history->facts[i];
        fact->key = sort_key_of_hlc(is_doubted(history, fact) ? 0 : fact->hlc);
        fact->incomplete = false;
        if (fact->previous)
            fact->key = sort_key_after(fact->key, history->facts[fact->previous - 1].key);
        for (size_t c = 0; c < fact->cause_count; c++) {
            const struct fact *cause = fact->causes[c] ? &history->facts[fact->causes[c] - 1] : NULL;
            if (cause && cause->here && !is_void(history, cause))
                fact->key = sort_key_after(fact->key, cause->key);
            else
                fact->incomplete = true;
        }
    }
}

static const struct history *sorting;

static int compare_facts(const void *a, const void *b)
{
    const struct fact *x = *(const struct fact *const *)a, *y = *(const struct fact *const *)b;
    int order = sort_key_compare(x->key, y->key);
    if (order == 0)
        order = memcmp(&sorting->rows[x->log].name.device, &sorting->rows[y->log].name.device, 32);
    if (order == 0)
        order = (x->seq > y->seq) - (x->seq < y->seq);
    return order ? order : memcmp(x->id.bytes, y->id.bytes, 8);
}

struct expected {
    const struct history *history;
    const struct fact *facts[ENTRIES];
    size_t count, next;
    bool backward;
};

static bool check_row(void *arg, const struct order_row *row)
{
    struct expected *expected = arg;
    assert_true(expected->next < expected->count);
    size_t at = expected->backward ? expected->count - 1 - expected->next : expected->next;
    const struct fact *fact = expected->facts[at];
    expected->next++;
    assert_int_equal(row->log, expected->history->rows[fact->log].number);
    assert_int_equal(row->seq, fact->seq);
    assert_int_equal(sort_key_compare(row->key, fact->key), 0);
    assert_int_equal(row->incomplete, fact->incomplete);
    return true;
}

static void check_group(struct history *history, const struct storage *storage, uint32_t group)
{
    struct expected expected = {.history = history};
    for (size_t i = 0; i < ENTRIES; i++) {
        const struct fact *fact = &history->facts[i];
        const struct log_row *row = &history->rows[fact->log];
        if (fact->here && row->group == group && row->name.kind == KIND_CONTENT)
            expected.facts[expected.count++] = fact;
    }
    sorting = history;
    qsort(expected.facts, expected.count, sizeof *expected.facts, compare_facts);
    for (int backward = 0; backward < 2; backward++) {
        expected.backward = backward;
        expected.next = 0;
        assert_int_equal(storage->each_ordered(storage->ctx, group, (struct bytes){0}, backward, check_row, &expected),
                         OK);
        assert_int_equal(expected.next, expected.count);
    }
}

static void check_order(struct history *history, const struct storage *storage)
{
    evaluate(history);
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->order_progress(storage->ctx), storage->last_arrival(storage->ctx));
    for (uint32_t group = 1; group <= GROUPS; group++)
        check_group(history, storage, group);
    storage->end(storage->ctx);
}

/* ---------------------------------------------------------------- the view by itself, in steps */

struct view {
    struct db *db;
    struct ledger ledger;
    struct order order;
    struct reads reads;
    struct storage storage;
};

static void load(struct view *view, struct db_txn *txn)
{
    assert_int_equal(ledger_load(&view->ledger, txn, 7), OK);
    assert_int_equal(order_load(&view->order, &view->ledger, txn), OK);
}

static void view_open(struct view *view, const char *directory)
{
    struct db_txn *txn;
    *view = (struct view){0};
    assert_int_equal(crypto_init(), OK);
    assert_int_equal(db_open(directory, 64 << 20, &view->db), OK);
    reads_init(&view->reads, view->db, &view->storage);
    assert_int_equal(db_begin(view->db, &txn), OK);
    load(view, txn);
    db_abort(txn);
}

static void view_close(struct view *view)
{
    order_done(&view->order);
    ledger_done(&view->ledger);
    reads_done(&view->reads);
    db_close(view->db);
}

/* A step in a transaction of its own, which is sometimes given up and done anew. */
static void step(struct view *view)
{
    struct db_txn *txn;
    assert_int_equal(db_begin(view->db, &txn), OK);
    assert_int_equal(order_advance(&view->order, txn, 1 + below(9), NULL, NULL), OK);
    if (below(5)) {
        assert_int_equal(db_commit(txn), OK);
        return;
    }
    db_abort(txn);
    assert_int_equal(db_begin(view->db, &txn), OK);
    load(view, txn);
    db_abort(txn);
}

static void take_in(struct view *view, const struct batch *batch)
{
    struct db_txn *txn;
    assert_int_equal(db_begin(view->db, &txn), OK);
    assert_int_equal(append_batch(txn, &view->ledger, &view->order, batch), OK);
    if (below(2))
        assert_int_equal(order_advance(&view->order, txn, 1 + below(30), NULL, NULL), OK);
    assert_int_equal(db_commit(txn), OK);
}

/* The next entries of some logs; `turn` makes early logs come late. */
static struct batch *next_arrivals(struct history *history, uint64_t turn)
{
    struct batch *batch = batch_new(turn + 1, turn);
    for (size_t left = 1 + below(25); left > 0; left--) {
        size_t log = turn < 10 && below(3) ? LOGS - 1 - below(LOGS / 2) : below(LOGS);
        for (size_t run = 1 + below(6); run > 0 && arrive(history, log, batch); run--)
            ;
    }
    if (below(5) == 0)
        doubt_anew(history, batch);
    if (below(3) == 0)
        cut_anew(history, batch);
    return batch;
}

static void play(uint64_t seed)
{
    struct place place = place_new();
    struct history *history = make_history(seed);
    struct view view;
    view_open(&view, place.directory);
    for (uint64_t turn = 0; turn < 16; turn++) {
        struct batch *batch = next_arrivals(history, turn);
        take_in(&view, batch);
        batch_free(batch);
        for (size_t steps = below(4); steps > 0; steps--)
            step(&view);
        if (turn % 4 != 3)
            continue;
        while (!order_is_current(&view.order))
            step(&view);
        check_order(history, &view.storage);
    }
    view_close(&view);
    history_free(history);
    place_remove(&place);
}

static void the_order_is_that_of_a_naive_evaluation_whatever_came_when(void **state)
{
    (void)state;
    const char *seeds = getenv("ZURUF_TEST_SEEDS");
    uint64_t count = seeds ? strtoull(seeds, NULL, 10) : 25;
    for (uint64_t seed = 1; seed <= count; seed++) {
        print_message("seed %llu\n", (unsigned long long)seed); /* the last one printed is the one that failed */
        play(seed);
    }
}

static void new_doubts_are_worked_off_in_steps_that_outlive_a_restart(void **state)
{
    (void)state;
    struct place place = place_new();
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    struct batch *batch = batch_new(1, 1), *doubting = batch_new(2, 2);
    struct doubt doubt = {.from = 11, .to = 20};
    struct db_txn *txn;
    struct view view;
    random_state = 1;
    for (int i = 0; i < 100; i++)
        add_plain(batch, &log);
    log_name_id(&log.name, &doubt.log);
    batch_set_doubts(doubting, 1, &doubt, 1);
    view_open(&view, place.directory);
    take_in(&view, batch);
    while (!order_is_current(&view.order))
        step(&view);

    assert_int_equal(db_begin(view.db, &txn), OK);
    assert_int_equal(append_batch(txn, &view.ledger, &view.order, doubting), OK);
    assert_int_equal(db_commit(txn), OK);
    size_t steps = 0;
    for (; !order_is_current(&view.order); steps++) {
        assert_int_equal(view.storage.begin(view.storage.ctx), OK);
        assert_int_equal(view.storage.order_progress(view.storage.ctx), 99); /* it says that it is not done */
        view.storage.end(view.storage.ctx);
        step(&view);
        view_close(&view);
        view_open(&view, place.directory);
    }
    assert_true(steps > 5);
    assert_int_equal(db_begin(view.db, &txn), OK);
    assert_int_equal(append_batch(txn, &view.ledger, &view.order, doubting), OK);
    assert_true(order_is_current(&view.order)); /* the same again changes nothing */
    db_abort(txn);
    view_close(&view);
    batch_free(batch);
    batch_free(doubting);
    place_remove(&place);
}

/* ---------------------------------------------------------------- the view behind the store */

static void submit_arrivals(struct store *store, struct history *history, uint64_t turn)
{
    struct batch *batch = next_arrivals(history, turn);
    if (batch_is_empty(batch))
        batch_free(batch);
    else
        commit(store, batch);
}

static void the_stores_order_equals_one_rebuilt_from_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 104; seed++) {
        struct place place = place_new();
        struct history *history = make_history(seed);
        struct store *store = open_in(place.directory);
        for (uint64_t turn = 0; turn < 40; turn++)
            submit_arrivals(store, history, turn);
        wait_for_order(store);
        check_order(history, store_storage(store));
        store_close(store);

        store = open_with(&(struct store_options){.directory = place.directory, .rebuild_views = true});
        wait_for_order(store);
        check_order(history, store_storage(store));
        store_close(store);
        history_free(history);
        place_remove(&place);
    }
}

static void a_small_batch_is_in_order_as_soon_as_it_is_durable(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    const struct storage *storage = store_storage(store);
    struct log_row log = make_log(1, 1, KIND_CONTENT);
    for (uint64_t i = 1; i <= 20; i++) {
        struct batch *batch = batch_new(i, i);
        add_plain(batch, &log);
        commit(store, batch);
        assert_int_equal(storage->order_progress(storage->ctx), i);
    }
    store_close(store);
    place_remove(&place);
}

/* ---------------------------------------------------------------- cursors */

struct page {
    uint64_t seqs[8];
    size_t count, most;
    struct buffer cursor;
};

static bool fill_page(void *arg, const struct order_row *row)
{
    struct page *page = arg;
    page->seqs[page->count++] = row->seq;
    page->cursor.size = 0;
    buffer_append(&page->cursor, row->cursor);
    return page->count < page->most;
}

static void read_page(const struct storage *storage, struct page *page, bool backward)
{
    struct buffer from = {0};
    buffer_append(&from, buffer_bytes(&page->cursor));
    page->count = 0;
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->each_ordered(storage->ctx, 5, buffer_bytes(&from), backward, fill_page, page), OK);
    storage->end(storage->ctx);
    buffer_done(&from);
}

static void a_scan_goes_on_from_a_cursor_or_a_time_in_both_directions(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    const struct storage *storage = store_storage(store);
    struct log_row before = make_log(1, 4, KIND_CONTENT), log = make_log(2, 5, KIND_CONTENT),
                   after = make_log(3, 6, KIND_CONTENT);
    struct batch *batch = batch_new(1, 1);
    add_plain(batch, &before);
    for (int i = 0; i < 6; i++)
        add_plain(batch, &log); /* at 1000, 1001 … ms */
    add_plain(batch, &after);
    commit(store, batch);

    struct page page = {.most = 4};
    read_page(storage, &page, false);
    assert_int_equal(page.seqs[3], 4);
    read_page(storage, &page, false);
    assert_int_equal(page.count, 2);
    assert_int_equal(page.seqs[0], 5);
    read_page(storage, &page, false);
    assert_int_equal(page.count, 0);

    page.cursor.size = 0;
    read_page(storage, &page, true);
    assert_int_equal(page.seqs[0], 6);
    read_page(storage, &page, true);
    assert_int_equal(page.count, 2);
    assert_int_equal(page.seqs[0], 2);

    page.cursor.size = 0;
    storage->order_cursor_at(storage->ctx, 1002, &page.cursor);
    read_page(storage, &page, false);
    assert_int_equal(page.seqs[0], 3);
    page.cursor.size = 0;
    storage->order_cursor_at(storage->ctx, 1002, &page.cursor);
    read_page(storage, &page, true);
    assert_int_equal(page.seqs[0], 2);

    buffer_done(&page.cursor);
    store_close(store);
    place_remove(&place);
}

static bool accept_row(void *arg, const struct order_row *row)
{
    (void)arg;
    (void)row;
    return true;
}

static void a_cursor_that_is_none_is_refused_or_harmless(void **state)
{
    (void)state;
    struct place place = place_new();
    struct store *store = open_in(place.directory);
    const struct storage *storage = store_storage(store);
    struct log_row log = make_log(1, 5, KIND_CONTENT);
    struct batch *batch = batch_new(1, 1);
    add_plain(batch, &log);
    commit(store, batch);
    uint8_t junk[600];
    memset(junk, 0xff, sizeof junk);
    assert_int_equal(storage->begin(storage->ctx), OK);
    for (size_t size = 1; size <= sizeof junk; size++) {
        for (int backward = 0; backward < 2; backward++) {
            enum error err =
                storage->each_ordered(storage->ctx, 5, (struct bytes){junk, size}, backward, accept_row, NULL);
            assert_true(err == OK || err == ERR_MALFORMED);
        }
    }
    storage->end(storage->ctx);
    store_close(store);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_that_of_a_naive_evaluation_whatever_came_when),
        cmocka_unit_test(new_doubts_are_worked_off_in_steps_that_outlive_a_restart),
        cmocka_unit_test(the_stores_order_equals_one_rebuilt_from_nothing),
        cmocka_unit_test(a_small_batch_is_in_order_as_soon_as_it_is_durable),
        cmocka_unit_test(a_scan_goes_on_from_a_cursor_or_a_time_in_both_directions),
        cmocka_unit_test(a_cursor_that_is_none_is_refused_or_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
