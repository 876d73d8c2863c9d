/* SPDX-License-Identifier: MIT
 * What becomes of stored entries, and of the order, when a log forks: moved whole or not at all, and the order is that
 * of a rebuild. */
#include "fixture.h"

#define ROWS_MAX 200

struct seen {
    uint32_t log;
    uint64_t seq;
    struct sort_key key;
    bool incomplete;
};
struct listing {
    struct seen rows[ROWS_MAX];
    size_t count;
};

static bool keep_row(void *arg, const struct order_row *row)
{
    struct listing *listing = arg;
    assert_true(listing->count < ROWS_MAX);
    listing->rows[listing->count++] = (struct seen){row->log, row->seq, row->key, row->incomplete};
    return true;
}

static struct listing list(struct store *store)
{
    const struct storage *storage = store_storage(store);
    struct listing listing = {.count = 0};
    uint64_t end = now_ns() + WAIT_NS;
    while (storage->order_progress(storage->ctx) != storage->last_arrival(storage->ctx)) {
        assert_true(now_ns() < end);
        usleep(1000);
    }
    assert_int_equal(storage->begin(storage->ctx), OK);
    assert_int_equal(storage->each_ordered(storage->ctx, 1, (struct bytes){0}, false, keep_row, &listing), OK);
    storage->end(storage->ctx);
    return listing;
}

static void check_same(const struct listing *a, const struct listing *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->rows[i].log, b->rows[i].log);
        assert_int_equal(a->rows[i].seq, b->rows[i].seq);
        assert_int_equal(sort_key_compare(a->rows[i].key, b->rows[i].key), 0);
        assert_int_equal(a->rows[i].incomplete, b->rows[i].incomplete);
    }
}

/* The listing, which is the same after closing, and after a rebuild. */
static struct listing check_order(struct store **store, const struct place *place)
{
    struct listing now = list(*store);
    store_close(*store);
    *store = open_in(place->directory);
    struct listing reopened = list(*store);
    check_same(&now, &reopened);
    store_close(*store);
    *store = open_with(&(struct store_options){.directory = place->directory, .rebuild_views = true});
    struct listing rebuilt = list(*store);
    check_same(&now, &rebuilt);
    return now;
}

static size_t incomplete_rows(const struct listing *listing)
{
    size_t count = 0;
    for (size_t i = 0; i < listing->count; i++)
        count += listing->rows[i].incomplete;
    return count;
}

static bool has(struct store *store, uint32_t log, uint64_t seq)
{
    const struct storage *storage = store_storage(store);
    struct stored_entry entry;
    assert_int_equal(storage->begin(storage->ctx), OK);
    enum error err = storage->get_entry(storage->ctx, log, seq, &entry);
    bool found = err == OK && entry.log == log && entry.seq == seq;
    storage->end(storage->ctx);
    assert_true(err == OK || err == ERR_NOT_FOUND);
    return found;
}

/* A log, its entries' ids, and another author who cites them. */
struct scene {
    struct place place;
    struct store *store;
    struct log_row log, other;
    struct hash ids[20]; /* by seq */
    uint64_t batch;
};

static struct dep cause(const struct log_row *log, uint64_t seq, const struct hash *id)
{
    struct dep dep = {.seq = seq};
    log_name_id(&log->name, &dep.log);
    memcpy(dep.id, id->bytes, sizeof dep.id);
    return dep;
}

static void cite(struct batch *batch, struct log_row *by, const struct dep *dep)
{
    struct buffer deps = {0};
    dep_append(dep, &deps);
    add_entry(batch, by, (struct entry){.hlc = hlc_make(500, 0), .deps = buffer_bytes(&deps)}, 0, 20);
    buffer_done(&deps);
}

/* Eight entries of the log in three commits, among them the other's, who cites the sixth and has a slow clock. */
static struct scene make_scene(void)
{
    struct scene scene = {
        .place = place_new(), .log = make_log(1, 1, KIND_CONTENT), .other = make_log(2, 1, KIND_CONTENT)};
    scene.store = open_in(scene.place.directory);
    while (scene.log.head_seq < 8) {
        struct batch *batch = batch_new(++scene.batch, 1);
        for (int i = 0; i < 3 && scene.log.head_seq < 8; i++) {
            add_entry(batch, &scene.log, (struct entry){.hlc = hlc_make(1000 + 10 * scene.log.head_seq, 0)},
                      scene.log.head_seq == 7 ? ENTRY_FLAG_OWN : 0, 60);
            scene.ids[scene.log.head_seq] = scene.log.head_id;
            if (scene.log.head_seq == 6) {
                struct dep dep = cause(&scene.log, 6, &scene.ids[6]);
                cite(batch, &scene.other, &dep);
            }
        }
        commit(scene.store, batch);
    }
    return scene;
}

static void scene_done(struct scene *scene)
{
    store_close(scene->store);
    place_remove(&scene->place);
}

/* The branch of `from` that goes on behind `base`, and what is left of it; both rows go into the batch. */
static struct log_row divide(struct batch *batch, struct log_row *from, uint32_t number, uint64_t base,
                             const struct hash *ids)
{
    struct log_row rest = *from;
    rest.number = number;
    rest.is_branch = true;
    rest.base_seq = base;
    rest.first_id = ids[base + 1];
    from->head_seq = base;
    from->head_id = ids[base];
    batch_set_row(batch, from);
    batch_set_row(batch, &rest);
    batch_add_move(batch, from->number, base + 1, number);
    return rest;
}

static struct log_row new_branch(const struct log_row *from, uint32_t number)
{
    struct log_row branch = *from;
    branch.number = number;
    branch.is_branch = true;
    branch.base_seq = from->head_seq;
    return branch;
}

static struct hash add_first(struct batch *batch, struct log_row *branch, uint64_t ms)
{
    add_entry(batch, branch, (struct entry){.hlc = hlc_make(ms, 0)}, 0, 30);
    branch->first_id = branch->head_id;
    batch_set_row(batch, branch);
    return branch->head_id;
}

/* ---------------------------------------------------------------- tests */

static void what_lies_beyond_a_fork_moves_to_the_branch(void **state)
{
    (void)state;
    struct scene scene = make_scene();
    struct batch *batch = batch_new(++scene.batch, 2);
    struct log_row rest = divide(batch, &scene.log, 3, 4, scene.ids);
    struct log_row twin = new_branch(&scene.log, 4);
    struct hash twin_id = add_first(batch, &twin, 1045);
    struct dep dep = cause(&scene.log, 5, &twin_id);
    cite(batch, &scene.other, &dep);
    commit(scene.store, batch);
    for (int round = 0; round < 2; round++) {
        for (uint64_t seq = 1; seq <= 9; seq++) {
            assert_int_equal(has(scene.store, 1, seq), seq <= 4);
            assert_int_equal(has(scene.store, 3, seq), seq >= 5 && seq <= 8);
            assert_int_equal(has(scene.store, 4, seq), seq == 5);
        }
        struct listing listing = check_order(&scene.store, &scene.place);
        assert_int_equal(listing.count, 11);
        assert_int_equal(incomplete_rows(&listing), 0);
    }
    batch = batch_new(++scene.batch, 3); /* both go on where they are */
    add_plain(batch, &rest);
    add_plain(batch, &twin);
    commit(scene.store, batch);
    assert_true(has(scene.store, 3, 9) && has(scene.store, 4, 6));
    check_order(&scene.store, &scene.place);
    assert_false(store_was_restored(scene.store));
    scene_done(&scene);
}

static void who_cites_a_branch_waits_for_that_branch(void **state)
{
    (void)state;
    struct scene scene = make_scene();
    struct batch *batch = batch_new(++scene.batch, 2), *branch = batch_new(scene.batch + 1, 3);
    struct log_row before = scene.log;
    divide(branch, &scene.log, 3, 4, scene.ids);
    struct log_row twin = new_branch(&scene.log, 4);
    struct hash twin_id = add_first(branch, &twin, 5000);
    struct dep dep = cause(&before, 5, &twin_id);
    cite(batch, &scene.other, &dep); /* this log has a fifth entry, but not the one that is meant */
    commit(scene.store, batch);
    struct listing listing = check_order(&scene.store, &scene.place);
    assert_int_equal(incomplete_rows(&listing), 1);
    commit(scene.store, branch);
    scene.batch++;
    listing = check_order(&scene.store, &scene.place);
    assert_int_equal(incomplete_rows(&listing), 0);
    assert_int_equal(listing.rows[listing.count - 1].log, scene.other.number); /* behind what it cites */
    scene_done(&scene);
}

static void a_branch_forks_again(void **state)
{
    (void)state;
    struct scene scene = make_scene();
    struct batch *batch = batch_new(++scene.batch, 2);
    struct log_row rest = divide(batch, &scene.log, 3, 2, scene.ids);
    struct log_row twin = new_branch(&scene.log, 4);
    add_first(batch, &twin, 1025);
    commit(scene.store, batch);
    batch = batch_new(++scene.batch, 3);
    add_plain(batch, &rest); /* the ninth, moved in the commit that brings it */
    scene.ids[9] = rest.head_id;
    struct log_row tail = divide(batch, &rest, 5, 6, scene.ids);
    struct log_row other_tail = new_branch(&rest, 6);
    add_first(batch, &other_tail, 1061);
    commit(scene.store, batch);
    assert_int_equal(tail.head_seq, 9);
    for (uint64_t seq = 1; seq <= 10; seq++) {
        assert_int_equal(has(scene.store, 1, seq), seq <= 2);
        assert_int_equal(has(scene.store, 3, seq), seq >= 3 && seq <= 6);
        assert_int_equal(has(scene.store, 4, seq), seq == 3);
        assert_int_equal(has(scene.store, 5, seq), seq >= 7 && seq <= 9);
        assert_int_equal(has(scene.store, 6, seq), seq == 7);
    }
    check_order(&scene.store, &scene.place);
    scene_done(&scene);
}

static void a_log_may_fork_at_its_first_entry(void **state)
{
    (void)state;
    struct scene scene = make_scene();
    struct batch *batch = batch_new(++scene.batch, 2);
    divide(batch, &scene.log, 3, 0, scene.ids);
    struct log_row twin = new_branch(&scene.log, 4);
    add_first(batch, &twin, 1001);
    commit(scene.store, batch);
    assert_false(has(scene.store, 1, 1));
    assert_true(has(scene.store, 3, 1) && has(scene.store, 4, 1));
    check_order(&scene.store, &scene.place);
    scene_done(&scene);
}

static void a_move_that_does_not_fit_is_refused_and_nothing_of_it_stays(void **state)
{
    (void)state;
    struct scene scene = make_scene();
    struct log_row before = scene.log;
    struct batch *batch = batch_new(++scene.batch, 2);
    struct log_row rest = divide(batch, &scene.log, 3, 4, scene.ids);
    rest.base_seq = 5; /* another place than the move's */
    batch_set_row(batch, &rest);
    submit(scene.store, batch);
    assert_int_equal(wait_result(scene.store).result, ERR_USAGE);
    batch_free(batch);
    for (uint64_t seq = 1; seq <= 8; seq++)
        assert_true(has(scene.store, before.number, seq));
    check_order(&scene.store, &scene.place);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_beyond_a_fork_moves_to_the_branch),
        cmocka_unit_test(who_cites_a_branch_waits_for_that_branch),
        cmocka_unit_test(a_branch_forks_again),
        cmocka_unit_test(a_log_may_fork_at_its_first_entry),
        cmocka_unit_test(a_move_that_does_not_fit_is_refused_and_nothing_of_it_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
