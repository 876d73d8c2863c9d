/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "core/writing/batch.h"

static struct bytes key_of(const struct batch *batch, size_t i)
{
    return (struct bytes){batch->arena.data + batch->locals[i].key_at, batch->locals[i].key_size};
}

static struct bytes value_of(const struct batch *batch, size_t i)
{
    return (struct bytes){batch->arena.data + batch->locals[i].value_at, batch->locals[i].value_size};
}

static void doubts_are_kept_by_group(void **state)
{
    (void)state;
    struct batch *batch = batch_new(1, 1);
    struct doubt doubts[2] = {{.from = 1, .to = 2}, {.from = 5, .to = 9}};
    batch_set_doubts(batch, 1, doubts, 2);
    doubts[0].from = 77; /* it has a copy */
    batch_set_doubts(batch, 2, NULL, 0);
    batch_set_doubts(batch, 3, doubts + 1, 1);
    assert_false(batch_is_empty(batch));
    assert_int_equal(batch->doubted_count, 3);
    assert_int_equal(batch->doubts[batch->doubted[0].first].from, 1);
    assert_int_equal(batch->doubted[1].count, 0);
    assert_int_equal(batch->doubts[batch->doubted[2].first].to, 9);
    batch_free(batch);
}

static void a_new_batch_is_empty_until_something_is_added(void **state)
{
    (void)state;
    struct batch *batch = batch_new(3, 1234);
    assert_int_equal(batch->id, 3);
    assert_int_equal(batch->now_ms, 1234);
    assert_true(batch_is_empty(batch));
    batch_delete_local(batch, BYTES_TEXT("key"));
    assert_false(batch_is_empty(batch));
    batch_free(batch);
    batch_free(NULL);

    batch = batch_new(4, 1234);
    batch_set_row(batch, &(struct log_row){.number = 1});
    assert_false(batch_is_empty(batch));
    batch_free(batch);

    batch = batch_new(5, 1234);
    batch_add_entry(batch, 1, 1, 1, 0, BYTES_TEXT("entry"));
    assert_false(batch_is_empty(batch));
    batch_free(batch);

    batch = batch_new(6, 1234);
    batch_add_payload(batch, 1, 1, BYTES_TEXT("entry with payload"));
    assert_false(batch_is_empty(batch));
    batch_free(batch);
}

static void everything_added_is_kept_while_the_arena_grows(void **state)
{
    (void)state;
    struct batch *batch = batch_new(1, 0);
    for (uint64_t i = 0; i < 3000; i++) {
        uint8_t number[8];
        put_u64(number, i);
        batch_add_entry(batch, 7, 8, i + 1, ENTRY_FLAG_OWN, BYTES_OF(number));
        batch_put_local(batch, BYTES_OF(number), BYTES_TEXT("value"));
    }
    assert_int_equal(batch->entry_count, 3000);
    assert_int_equal(batch->local_count, 3000);
    for (size_t i = 0; i < 3000; i++) {
        struct bytes wire = batch_entry_wire(batch, i);
        assert_int_equal(wire.size, 8);
        assert_int_equal(get_u64(wire.data), i);
        assert_int_equal(batch->entries[i].seq, i + 1);
        assert_int_equal(batch->entries[i].log, 7);
        assert_int_equal(batch->entries[i].group, 8);
        assert_int_equal(batch->entries[i].flags, ENTRY_FLAG_OWN);
        CHECK_BYTES(key_of(batch, i), wire);
        CHECK_BYTES(value_of(batch, i), BYTES_TEXT("value"));
    }
    batch_free(batch);
}

static void an_empty_value_is_not_a_deletion(void **state)
{
    (void)state;
    struct batch *batch = batch_new(1, 0);
    batch_put_local(batch, BYTES_TEXT("a"), (struct bytes){0});
    batch_delete_local(batch, BYTES_TEXT("b"));
    assert_int_equal(batch->locals[0].value_size, 0);
    assert_true(batch->locals[1].value_size == SIZE_MAX);
    CHECK_BYTES(key_of(batch, 1), BYTES_TEXT("b"));
    batch_free(batch);
}

static void a_log_has_one_row_the_newest(void **state)
{
    (void)state;
    struct batch *batch = batch_new(1, 0);
    for (uint32_t number = 1; number <= 20; number++)
        batch_set_row(batch, &(struct log_row){.number = number, .head_seq = 1});
    batch_set_row(batch, &(struct log_row){.number = 20, .head_seq = 2});
    batch_set_row(batch, &(struct log_row){.number = 3, .head_seq = 9});
    assert_int_equal(batch->row_count, 20);
    assert_int_equal(batch->rows[19].head_seq, 2);
    assert_int_equal(batch->rows[2].head_seq, 9);
    assert_int_equal(batch->rows[3].head_seq, 1);
    batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubts_are_kept_by_group),
        cmocka_unit_test(a_new_batch_is_empty_until_something_is_added),
        cmocka_unit_test(everything_added_is_kept_while_the_arena_grows),
        cmocka_unit_test(an_empty_value_is_not_a_deletion),
        cmocka_unit_test(a_log_has_one_row_the_newest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
