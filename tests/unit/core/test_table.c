/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "core/base/random.h"
#include "core/base/table.h"

#define NAMES 3000

static uint8_t names[NAMES][32];
static int values[NAMES];

static int draw_names(void **state)
{
    (void)state;
    const uint8_t seed[32] = {1};
    struct random random = {0};
    if (crypto_init() != OK)
        return -1;
    random_stir(&random, seed);
    random_bytes(&random, names, sizeof names);
    return 0;
}

static void an_empty_table_has_nothing(void **state)
{
    (void)state;
    struct table table = {0};
    assert_null(table_get(&table, names[0]));
    table_remove(&table, names[0]);
    assert_int_equal(table.count, 0);
    table_done(&table);
}

static void what_was_put_is_found_while_it_grows(void **state)
{
    (void)state;
    struct table table = {.salt = 99};
    for (size_t i = 0; i < NAMES; i++) {
        assert_null(table_get(&table, names[i]));
        table_put(&table, names[i], &values[i]);
    }
    assert_int_equal(table.count, NAMES);
    for (size_t i = 0; i < NAMES; i++)
        assert_ptr_equal(table_get(&table, names[i]), &values[i]);
    table_done(&table);
    assert_null(table_get(&table, names[0]));
    assert_int_equal(table.salt, 99);
}

static void putting_again_replaces_the_value(void **state)
{
    (void)state;
    struct table table = {0};
    table_put(&table, names[0], &values[0]);
    table_put(&table, names[0], &values[1]);
    assert_int_equal(table.count, 1);
    assert_ptr_equal(table_get(&table, names[0]), &values[1]);
    table_done(&table);
}

/* Names that agree in the bytes that choose the slot, so that all push each other on and around the end. */
static void names_that_meet_in_one_slot_survive_each_others_removal(void **state)
{
    (void)state;
    uint8_t close[40][32];
    for (uint8_t i = 0; i < 40; i++) {
        memset(close[i], i % 3, sizeof close[i]);
        close[i][31] = i;
    }
    for (uint64_t salt = 0; salt < 64; salt++) {
        struct table table = {.salt = salt};
        for (size_t i = 0; i < 40; i++)
            table_put(&table, close[i], &values[i]);
        for (size_t gone = 0; gone < 40; gone++) {
            table_remove(&table, close[gone]);
            for (size_t i = 0; i < 40; i++)
                assert_ptr_equal(table_get(&table, close[i]), i <= gone ? NULL : &values[i]);
        }
        assert_int_equal(table.count, 0);
        table_done(&table);
    }
}

/* Against a plain array, in a random order of puts and removals. */
static void it_agrees_with_a_plain_array(void **state)
{
    (void)state;
    const uint8_t seed[32] = {2};
    struct random random = {0};
    random_stir(&random, seed);
    struct table table = {.salt = 7};
    static bool held[NAMES];
    size_t count = 0;
    for (int turn = 0; turn < 40000; turn++) {
        size_t i = (size_t)random_below(&random, NAMES);
        if (random_below(&random, 2)) {
            table_put(&table, names[i], &values[i]);
            count += !held[i];
            held[i] = true;
        } else {
            table_remove(&table, names[i]);
            count -= held[i];
            held[i] = false;
        }
        assert_int_equal(table.count, count);
    }
    for (size_t i = 0; i < NAMES; i++)
        assert_ptr_equal(table_get(&table, names[i]), held[i] ? &values[i] : NULL);
    table_done(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_has_nothing),
        cmocka_unit_test(what_was_put_is_found_while_it_grows),
        cmocka_unit_test(putting_again_replaces_the_value),
        cmocka_unit_test(names_that_meet_in_one_slot_survive_each_others_removal),
        cmocka_unit_test(it_agrees_with_a_plain_array),
    };
    return cmocka_run_group_tests(tests, draw_names, NULL);
}
