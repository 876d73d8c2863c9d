/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "core/base/alloc.h"
#include "core/error.h"

#include <stdlib.h>

static void views_are_ordered_like_words_in_a_dictionary(void **state)
{
    (void)state;
    assert_int_equal(bytes_compare(BYTES_TEXT("abc"), BYTES_TEXT("abc")), 0);
    assert_true(bytes_compare(BYTES_TEXT("ab"), BYTES_TEXT("abc")) < 0);
    assert_true(bytes_compare(BYTES_TEXT("abd"), BYTES_TEXT("abcd")) > 0);
    assert_true(bytes_compare(BYTES_TEXT("\xff"), BYTES_TEXT("a")) > 0);
    assert_true(bytes_compare((struct bytes){0}, BYTES_TEXT("a")) < 0);
    assert_int_equal(bytes_compare((struct bytes){0}, BYTES_TEXT("")), 0);
}

static void equal_means_same_size_and_content(void **state)
{
    (void)state;
    assert_true(bytes_equal(BYTES_TEXT("abc"), BYTES_TEXT("abc")));
    assert_false(bytes_equal(BYTES_TEXT("abc"), BYTES_TEXT("abd")));
    assert_false(bytes_equal(BYTES_TEXT("abc"), BYTES_TEXT("ab")));
    assert_true(bytes_equal((struct bytes){0}, BYTES_TEXT("")));
}

static void a_buffer_keeps_what_was_appended_while_it_grows(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    for (uint32_t i = 0; i < 10000; i++)
        buffer_append_u32(&buffer, i);
    assert_int_equal(buffer.size, 40000);
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(get_u32(buffer.data + 4 * i), i);
    buffer_done(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.capacity, 0);
}

static void numbers_are_written_big_endian(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_append_byte(&buffer, 0x01);
    buffer_append_u16(&buffer, 0x0203);
    buffer_append_u32(&buffer, 0xfffefdfc);
    buffer_append_u64(&buffer, UINT64_C(0x8090a0b0c0d0e0f0));
    check_hex(buffer_bytes(&buffer), "010203fffefdfc8090a0b0c0d0e0f0");
    assert_int_equal(get_u16(buffer.data + 1), 0x0203);
    assert_true(get_u64(buffer.data + 7) == UINT64_C(0x8090a0b0c0d0e0f0));
    buffer_done(&buffer);
}

static void cutting_the_front_leaves_the_rest(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_cut_front(&buffer, 0);
    buffer_append(&buffer, BYTES_TEXT("framerest"));
    buffer_cut_front(&buffer, 5);
    CHECK_BYTES(buffer_bytes(&buffer), BYTES_TEXT("rest"));
    buffer_cut_front(&buffer, 4);
    assert_int_equal(buffer.size, 0);
    buffer_done(&buffer);
}

static void appending_nothing_to_nothing_is_fine(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_append(&buffer, (struct bytes){0});
    assert_int_equal(buffer.size, 0);
    buffer_wipe(&buffer);
    buffer_wipe(&buffer);
    buffer_done(&buffer);
}

static void reserved_room_is_not_moved(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_reserve(&buffer, 5000);
    const uint8_t *before = buffer.data;
    for (int i = 0; i < 5000; i++)
        buffer_append_byte(&buffer, 'x');
    assert_ptr_equal(buffer.data, before);
    buffer_done(&buffer);
}

static void allocation_of_nothing_is_a_pointer_to_free(void **state)
{
    (void)state;
    void *nothing = alloc_zero(0, 8);
    assert_non_null(nothing);
    nothing = alloc_grow(nothing, 0, 8);
    assert_non_null(nothing);
    free(nothing);
}

static void every_error_has_a_code_and_a_sentence_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ERROR_COUNT; i++) {
        assert_true(strlen(error_sentence((enum error)i)) > 0);
        assert_true(strlen(error_code((enum error)i)) > 0);
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(error_code((enum error)i), error_code((enum error)j));
            assert_string_not_equal(error_sentence((enum error)i), error_sentence((enum error)j));
        }
    }
    assert_int_equal(OK, 0);
    assert_string_equal(error_code(ERR_USAGE), "usage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_are_ordered_like_words_in_a_dictionary),
        cmocka_unit_test(equal_means_same_size_and_content),
        cmocka_unit_test(a_buffer_keeps_what_was_appended_while_it_grows),
        cmocka_unit_test(numbers_are_written_big_endian),
        cmocka_unit_test(cutting_the_front_leaves_the_rest),
        cmocka_unit_test(appending_nothing_to_nothing_is_fine),
        cmocka_unit_test(reserved_room_is_not_moved),
        cmocka_unit_test(allocation_of_nothing_is_a_pointer_to_free),
        cmocka_unit_test(every_error_has_a_code_and_a_sentence_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
