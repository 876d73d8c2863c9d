/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "core/base/hlc.h"

#define NOW UINT64_C(1700000000000)

static void an_idle_clock_shows_the_wall_clock(void **state)
{
    (void)state;
    assert_true(hlc_next(NOW, 0, 0) == hlc_make(NOW, 0));
    assert_true(hlc_next(NOW, hlc_make(NOW - 1, 9), hlc_make(NOW - 2, 9)) == hlc_make(NOW, 0));
}

static void a_new_entry_is_later_than_ones_own_last_and_its_causes(void **state)
{
    (void)state;
    assert_true(hlc_next(NOW, hlc_make(NOW, 4), 0) == hlc_make(NOW, 5));
    assert_true(hlc_next(NOW, hlc_make(NOW, 4), hlc_make(NOW + 1000, 7)) == hlc_make(NOW + 1000, 8));
    assert_true(hlc_next(NOW - 5000, hlc_make(NOW, 4), 0) == hlc_make(NOW, 5)); /* the wall clock went back */
}

static void the_counter_carries_into_the_milliseconds(void **state)
{
    (void)state;
    assert_true(hlc_next(NOW, hlc_make(NOW, UINT16_MAX), 0) == hlc_make(NOW + 1, 0));
}

static void clocks_more_than_ten_minutes_ahead_are_ignored(void **state)
{
    (void)state;
    uint64_t bearable = hlc_make(NOW + HLC_AHEAD_MAX_MS, 3), wild = hlc_make(NOW + HLC_AHEAD_MAX_MS + 1, 0);
    assert_true(hlc_next(NOW, 0, bearable) == bearable + 1);
    assert_true(hlc_next(NOW, 0, wild) == hlc_make(NOW, 0));
    assert_true(hlc_next(NOW, wild, 0) == hlc_make(NOW, 0));
    assert_true(hlc_next(NOW, wild, bearable) == bearable + 1);
    assert_true(hlc_next(NOW, UINT64_MAX, UINT64_MAX) == hlc_make(NOW, 0));
}

static void what_cannot_be_believed_reads_as_nothing(void **state)
{
    (void)state;
    uint64_t bearable = hlc_make(NOW + HLC_AHEAD_MAX_MS, 3);
    assert_true(hlc_believed(bearable, NOW) == bearable);
    assert_true(hlc_believed(bearable, NOW - 1) == 0);
    assert_true(hlc_believed(7, NOW) == 7); /* a clock that is behind harms nobody */
    assert_true(hlc_believed(UINT64_MAX, UINT64_MAX) == UINT64_MAX);
}

static void the_end_of_time_does_not_wrap(void **state)
{
    (void)state;
    assert_true(hlc_next(UINT64_MAX, UINT64_MAX, 0) >= hlc_make(UINT64_MAX >> 16, 0));
}

static void an_effect_sorts_after_its_cause_whatever_its_clock_says(void **state)
{
    (void)state;
    struct sort_key cause = sort_key_of_hlc(hlc_make(NOW, 10));
    struct sort_key slow = sort_key_after(sort_key_of_hlc(hlc_make(NOW - 60000, 0)), cause);
    assert_true(sort_key_compare(slow, cause) > 0);
    assert_true(slow.ms == NOW && slow.ticks == 11);

    struct sort_key own = sort_key_of_hlc(hlc_make(NOW + 1, 0));
    assert_int_equal(sort_key_compare(sort_key_after(own, cause), own), 0);
}

static void ticks_go_on_where_an_hlc_would_carry(void **state)
{
    (void)state;
    struct sort_key key = sort_key_of_hlc(hlc_make(NOW, UINT16_MAX));
    struct sort_key next = sort_key_after(sort_key_of_hlc(0), key);
    assert_true(next.ms == NOW && next.ticks == UINT16_MAX + 1);
    assert_true(sort_key_compare(next, sort_key_of_hlc(hlc_make(NOW + 1, 0))) < 0);
}

static void sort_keys_are_totally_ordered(void **state)
{
    (void)state;
    const struct sort_key rising[] = {{0, 0}, {0, 1}, {0, UINT64_MAX}, {1, 0}, {UINT64_MAX, 0}};
    for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++) {
            int order = sort_key_compare(rising[i], rising[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_clock_shows_the_wall_clock),
        cmocka_unit_test(a_new_entry_is_later_than_ones_own_last_and_its_causes),
        cmocka_unit_test(the_counter_carries_into_the_milliseconds),
        cmocka_unit_test(clocks_more_than_ten_minutes_ahead_are_ignored),
        cmocka_unit_test(what_cannot_be_believed_reads_as_nothing),
        cmocka_unit_test(the_end_of_time_does_not_wrap),
        cmocka_unit_test(an_effect_sorts_after_its_cause_whatever_its_clock_says),
        cmocka_unit_test(ticks_go_on_where_an_hlc_would_carry),
        cmocka_unit_test(sort_keys_are_totally_ordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
