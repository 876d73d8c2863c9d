/* SPDX-License-Identifier: MIT
 * Small numbers in few bytes come back as they went in; what is cut off or too large is refused. */
#include "fixture.h"

#include "store/varint.h"

static void each_number_comes_back_in_as_few_bytes_as_its_bits_need(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 64; bits++) {
        for (uint64_t less = 0; less < 3; less++) {
            uint8_t data[VARINT_MAX];
            uint64_t value = (bits == 64 ? UINT64_MAX : UINT64_C(1) << bits) - less, read = 0;
            size_t size = varint_put(value, data);
            struct bytes left = {data, size};
            assert_true(size <= VARINT_MAX && (size == 1 || value >> 7 * (size - 1)));
            for (size_t cut = 0; cut < size; cut++)
                assert_false(varint_take(&(struct bytes){data, cut}, &read));
            assert_true(varint_take(&left, &read));
            assert_int_equal(left.size, 0);
            assert_int_equal(read, value);
        }
    }
}

static void a_number_beyond_64_bits_is_none(void **state)
{
    (void)state;
    uint8_t data[VARINT_MAX + 1];
    uint64_t read;
    memset(data, 0xff, sizeof data);
    assert_false(varint_take(&(struct bytes){data, sizeof data}, &read));
    data[VARINT_MAX - 1] = 2;
    assert_false(varint_take(&(struct bytes){data, sizeof data}, &read));
    data[VARINT_MAX - 1] = 1;
    assert_true(varint_take(&(struct bytes){data, sizeof data}, &read));
    assert_true(read == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_number_comes_back_in_as_few_bytes_as_its_bits_need),
        cmocka_unit_test(a_number_beyond_64_bits_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
