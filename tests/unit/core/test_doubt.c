/* SPDX-License-Identifier: MIT
 * Sets of entries whose time is not believed. */
#include "check.h"

#include "core/entry/payload.h"
#include "core/log/doubt.h"

static void what_overlaps_or_adjoins_is_joined(void **state)
{
    struct doubt doubts[] = {{.log = {{2}}, .from = 1, .to = 1},           {.log = {{1}}, .from = 8, .to = 9},
                             {.log = {{1}}, .from = 3, .to = 7},           {.log = {{1}}, .from = 4, .to = 5},
                             {.log = {{1}}, .from = 11, .to = UINT64_MAX}, {.log = {{1}}, .from = 50, .to = 60}};
    (void)state;
    assert_int_equal(doubts_join(doubts, 6), 3);
    assert_true(doubts[0].from == 3 && doubts[0].to == 9);
    assert_true(doubts[1].from == 11 && doubts[1].to == UINT64_MAX);
    assert_int_equal(doubts[2].log.bytes[0], 2);
    assert_int_equal(doubts_join(NULL, 0), 0);
}

static void an_entry_is_found_by_log_and_number(void **state)
{
    const struct hash before = {{0}}, log = {{1}}, between = {{1, 1}}, other = {{2}}, after = {{3}};
    const struct doubt doubts[] = {{.log = {{1}}, .from = 3, .to = 9},
                                   {.log = {{1}}, .from = 11, .to = UINT64_MAX},
                                   {.log = {{2}}, .from = 5, .to = 5}};
    (void)state;
    for (uint64_t seq = 1; seq < 20; seq++) {
        assert_int_equal(doubts_find(doubts, 3, &log, seq) != NULL, seq >= 3 && seq != 10);
        assert_int_equal(doubts_find(doubts, 3, &other, seq) != NULL, seq == 5);
        assert_null(doubts_find(doubts, 3, &before, seq));
        assert_null(doubts_find(doubts, 3, &between, seq));
        assert_null(doubts_find(doubts, 3, &after, seq));
    }
    assert_non_null(doubts_find(doubts, 3, &log, UINT64_MAX));
    assert_null(doubts_find(NULL, 0, &log, 1));
}

static void a_payload_comes_back_and_every_part_of_it_is_refused(void **state)
{
    const struct doubt doubt = {.log = {{1, 2, 3}}, .from = 118, .to = 70000};
    struct doubt back;
    struct buffer payload = {0};
    (void)state;
    clock_encode(&doubt, &payload);
    assert_int_equal(clock_decode(buffer_bytes(&payload), &back), OK);
    assert_memory_equal(&back, &doubt, sizeof back);
    for (size_t size = 0; size < payload.size; size++)
        assert_int_equal(clock_decode((struct bytes){payload.data, size}, &back), ERR_MALFORMED);
    buffer_append_byte(&payload, 0);
    assert_int_equal(clock_decode(buffer_bytes(&payload), &back), ERR_MALFORMED);
    buffer_done(&payload);
}

static void a_range_that_is_none_is_refused(void **state)
{
    const struct doubt none[] = {{.from = 0, .to = 5}, {.from = 6, .to = 5}};
    struct doubt back;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct buffer payload = {0};
        clock_encode(&none[i], &payload);
        assert_int_equal(clock_decode(buffer_bytes(&payload), &back), ERR_MALFORMED);
        buffer_done(&payload);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_overlaps_or_adjoins_is_joined),
        cmocka_unit_test(an_entry_is_found_by_log_and_number),
        cmocka_unit_test(a_payload_comes_back_and_every_part_of_it_is_refused),
        cmocka_unit_test(a_range_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
