/* SPDX-License-Identifier: MIT
 * Keys of the order sort as their fields do; lines and cursors come back as they went in. */
#include "fixture.h"

#include "store/order_row.h"

static const uint64_t numbers[] = {0,           1,          127,
                                   128,         255,        256,
                                   65535,       65536,      (1u << 24) - 1,
                                   1u << 24,    UINT32_MAX, (uint64_t)UINT32_MAX + 1,
                                   U48_MAX - 1, U48_MAX};
#define NUMBERS COUNT_OF(numbers)

static struct bytes encode(const struct order_place *place, uint8_t out[ORDER_KEY_MAX])
{
    return (struct bytes){out, order_key_put(place, out)};
}

static void check_sorted(const struct order_place *smaller, const struct order_place *larger)
{
    uint8_t a[ORDER_KEY_MAX], b[ORDER_KEY_MAX];
    assert_true(bytes_compare(encode(smaller, a), encode(larger, b)) < 0);
}

static void each_field_sorts_before_the_next(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < NUMBERS; i++) {
        struct order_place low = {.log = 1, .seq = UINT64_MAX}, high = {.log = 1};
        memset(&low.device, 0xff, sizeof low.device);
        low.key = (struct sort_key){numbers[i], UINT64_MAX};
        high.key = (struct sort_key){numbers[i + 1], 0};
        check_sorted(&low, &high);
        low.key = (struct sort_key){7, numbers[i]};
        high.key = (struct sort_key){7, numbers[i + 1]};
        check_sorted(&low, &high);
        low.key = high.key;
        low.device = high.device;
        low.seq = numbers[i];
        high.seq = numbers[i + 1];
        memset(low.id, 0xff, sizeof low.id);
        check_sorted(&low, &high);
        if (numbers[i + 1] > UINT32_MAX)
            continue;
        low.group = (uint32_t)numbers[i];
        high.group = (uint32_t)numbers[i + 1];
        low.key = (struct sort_key){U48_MAX, UINT64_MAX};
        high.key = (struct sort_key){0, 0};
        check_sorted(&low, &high);
    }
}

static void a_key_without_the_rest_sorts_before_all_of_its_sort_key(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < NUMBERS; i++) {
        struct order_place bound = {.key = {7, numbers[i + 1]}}, low = {.log = 1, .seq = UINT64_MAX}, high = {.log = 1};
        memset(&low.device, 0xff, sizeof low.device);
        low.key = (struct sort_key){7, numbers[i]};
        high.key = bound.key;
        check_sorted(&low, &bound);
        check_sorted(&bound, &high);
    }
}

static struct order_line make_line(size_t i)
{
    struct order_line line = {.key = {numbers[i], numbers[NUMBERS - 1 - i]},
                              .log = (uint32_t)numbers[i] | 1,
                              .seq = numbers[NUMBERS - 1 - i],
                              .incomplete = i % 2};
    memset(line.id, (int)i, sizeof line.id);
    return line;
}

static void check_line(const struct order_line *a, const struct order_line *b)
{
    assert_int_equal(sort_key_compare(a->key, b->key), 0);
    assert_int_equal(a->log, b->log);
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(a->incomplete, b->incomplete);
    assert_memory_equal(a->id, b->id, sizeof a->id);
}

static void lines_come_back_as_they_went_in(void **state)
{
    (void)state;
    uint8_t data[NUMBERS * ORDER_LINE_MAX];
    size_t size = 0;
    for (size_t i = 0; i < NUMBERS; i++) {
        struct order_line line = make_line(i), read;
        size_t added = order_line_put(i ? numbers[i - 1] : 0, &line, data + size);
        assert_true(added >= ORDER_LINE_MIN && added <= ORDER_LINE_MAX);
        for (size_t cut = 0; cut < added; cut++)
            assert_int_equal(order_line_take(&(struct bytes){data + size, cut}, 0, &read), ERR_CORRUPT);
        size += added;
    }
    struct bytes left = {data, size};
    for (size_t i = 0; i < NUMBERS; i++) {
        struct order_line line = make_line(i), read;
        assert_int_equal(order_line_take(&left, i ? numbers[i - 1] : 0, &read), OK);
        check_line(&line, &read);
    }
    assert_int_equal(left.size, 0);
}

static void a_line_that_is_none_is_corrupt(void **state)
{
    (void)state;
    static const uint8_t no_log[ORDER_LINE_MIN] = {1, 0, 1, 1}, plain[ORDER_LINE_MIN] = {1, 0, 2, 1};
    struct bytes left = BYTES_OF(no_log);
    struct order_line line;
    assert_int_equal(order_line_take(&left, 0, &line), ERR_CORRUPT);
    left = BYTES_OF(plain);
    assert_int_equal(order_line_take(&left, U48_MAX, &line), ERR_CORRUPT);
    left = BYTES_OF(plain);
    assert_int_equal(order_line_take(&left, U48_MAX - 1, &line), OK);
}

static void a_group_lies_between_its_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUMBERS && numbers[i] <= UINT32_MAX; i++) {
        uint8_t key[ORDER_KEY_MAX], edge[ORDER_KEY_MAX];
        struct order_place place = {.group = (uint32_t)numbers[i], .key = {U48_MAX, UINT64_MAX}, .log = 1};
        struct bytes encoded = encode(&place, key);
        assert_true(bytes_compare((struct bytes){edge, order_group_put(place.group, edge)}, encoded) < 0);
        assert_true(bytes_compare((struct bytes){edge, order_group_end(place.group, edge)}, encoded) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_sorts_before_the_next),
        cmocka_unit_test(a_key_without_the_rest_sorts_before_all_of_its_sort_key),
        cmocka_unit_test(lines_come_back_as_they_went_in),
        cmocka_unit_test(a_line_that_is_none_is_corrupt),
        cmocka_unit_test(a_group_lies_between_its_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
