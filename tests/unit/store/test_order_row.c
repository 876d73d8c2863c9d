/* SPDX-License-Identifier: MIT
 * Keys of the order sort as their fields do, and come back as they went in. */
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
        struct order_place low = {.seq = UINT64_MAX}, high = {0};
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

static void a_row_comes_back_as_it_went_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUMBERS; i++) {
        uint8_t key[ORDER_KEY_MAX], value[ORDER_VALUE_MAX];
        struct order_place place = {.group = UINT32_MAX, .key = {numbers[i], numbers[i]}, .seq = numbers[i]};
        uint32_t log = (uint32_t)numbers[i] | 1;
        struct db_row row = {.key = encode(&place, key)};
        row.value = (struct bytes){value, order_value_put(log, i % 2, value)};
        struct order_row ordered;
        assert_int_equal(order_row_read(&row, UINT32_MAX, &ordered), OK);
        assert_int_equal(ordered.log, log);
        assert_int_equal(ordered.seq, numbers[i]);
        assert_int_equal(ordered.incomplete, i % 2);
        assert_int_equal(sort_key_compare(ordered.key, place.key), 0);
        assert_int_equal(order_row_read(&row, 1, &ordered), ERR_NOT_FOUND);
        for (size_t size = 0; size < row.key.size; size++) {
            struct db_row cut = {.key = {key, size}, .value = row.value};
            assert_int_equal(order_row_read(&cut, UINT32_MAX, &ordered), ERR_CORRUPT);
        }
    }
}

static void a_group_lies_between_its_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUMBERS && numbers[i] <= UINT32_MAX; i++) {
        uint8_t key[ORDER_KEY_MAX], edge[ORDER_KEY_MAX];
        struct order_place place = {.group = (uint32_t)numbers[i], .key = {U48_MAX, UINT64_MAX}};
        struct bytes encoded = encode(&place, key);
        assert_true(bytes_compare((struct bytes){edge, order_group_put(place.group, edge)}, encoded) < 0);
        assert_true(bytes_compare((struct bytes){edge, order_group_end(place.group, edge)}, encoded) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_sorts_before_the_next),
        cmocka_unit_test(a_row_comes_back_as_it_went_in),
        cmocka_unit_test(a_group_lies_between_its_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
