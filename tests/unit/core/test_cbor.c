/* SPDX-License-Identifier: MIT
 * The reader takes one spelling of each value and nothing else; after a fault it gives nothing. */
#include "check.h"

#include "core/base/cbor.h"

/* A reader over the bytes that `hex` names, which live in `buffer`. */
static struct reader reader_of(const char *hex, struct buffer *buffer)
{
    buffer_done(buffer);
    return (struct reader){.left = unhex(hex, buffer)};
}

static void check_uint(const char *hex, uint64_t value)
{
    struct buffer buffer = {0}, written = {0};
    struct reader in = reader_of(hex, &buffer);
    assert_true(read_uint(&in) == value);
    read_end(&in);
    assert_false(in.failed);
    write_uint(&written, value);
    check_hex(buffer_bytes(&written), hex);
    buffer_done(&buffer);
    buffer_done(&written);
}

/* RFC 8949, appendix A */
static void numbers_have_the_published_form(void **state)
{
    (void)state;
    check_uint("00", 0);
    check_uint("17", 23);
    check_uint("1818", 24);
    check_uint("18ff", 255);
    check_uint("190100", 256);
    check_uint("1903e8", 1000);
    check_uint("19ffff", 65535);
    check_uint("1a00010000", 65536);
    check_uint("1affffffff", UINT32_MAX);
    check_uint("1b0000000100000000", UINT64_C(0x100000000));
    check_uint("1bffffffffffffffff", UINT64_MAX);
}

static void check_refused_as(const char *hex, void (*read)(struct reader *in))
{
    struct buffer buffer = {0};
    struct reader in = reader_of(hex, &buffer);
    read(&in);
    if (!in.failed)
        fail_msg("%s was accepted", hex);
    buffer_done(&buffer);
}

static void as_uint(struct reader *in)
{
    assert_true(read_uint(in) == 0);
}

static void as_bool(struct reader *in)
{
    assert_false(read_bool(in));
}

static void as_bytes(struct reader *in)
{
    assert_int_equal(read_bytes(in, 1000).size, 0);
}

static void as_text(struct reader *in)
{
    assert_int_equal(read_text(in, 1000).size, 0);
}

static void as_array(struct reader *in)
{
    assert_int_equal(read_array(in, 1000), 0);
}

static void longer_forms_than_the_shortest_are_refused(void **state)
{
    (void)state;
    const char *const numbers[] = {
        "1817", "190017", "1900ff", "1a0000ffff", "1b00000000ffffffff", "1b0000000000000000"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        check_refused_as(numbers[i], as_uint);
    check_refused_as("580161", as_bytes);
    check_refused_as("59000161", as_bytes);
    check_refused_as("5a0000000161", as_bytes);
    check_refused_as("5b000000000000000161", as_bytes);
    check_refused_as("780161", as_text);
    check_refused_as("980100", as_array);
    check_refused_as("99000100", as_array);
    check_refused_as("f814", as_bool);
}

static void indefinite_lengths_are_refused(void **state)
{
    (void)state;
    check_refused_as("5f4161ff", as_bytes);
    check_refused_as("7f6161ff", as_text);
    check_refused_as("9f00ff", as_array);
    check_refused_as("ff", as_array);
}

static void other_types_are_refused(void **state)
{
    (void)state;
    /* negative, map, tag, null, undefined, floats, an unassigned simple value, reserved heads */
    const char *const others[] = {"20", "3903e7", "a0",     "a10000",     "c000",
                                  "f6", "f7",     "f93c00", "fa47c35000", "fb3ff199999999999a",
                                  "f0", "1c",     "5d",     "fc"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        check_refused_as(others[i], as_uint);
        check_refused_as(others[i], as_bool);
        check_refused_as(others[i], as_bytes);
        check_refused_as(others[i], as_text);
        check_refused_as(others[i], as_array);
    }
    check_refused_as("00", as_bool);
    check_refused_as("f5", as_uint);
    check_refused_as("4161", as_text);
    check_refused_as("6161", as_bytes);
    check_refused_as("", as_uint);
}

static void lengths_beyond_what_is_left_are_refused_at_once(void **state)
{
    (void)state;
    check_refused_as("42", as_bytes);
    check_refused_as("4261", as_bytes);
    check_refused_as("5bffffffffffffffff61", as_bytes);
    check_refused_as("7bffffffffffffffff61", as_text);
    check_refused_as("9bffffffffffffffff", as_array);
    check_refused_as("9a20000000", as_array);
}

static void a_bound_is_the_most_that_is_taken(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    struct reader in = reader_of("43616263", &buffer);
    CHECK_BYTES(read_bytes(&in, 3), BYTES_TEXT("abc"));
    assert_false(in.failed);
    in = reader_of("43616263", &buffer);
    assert_int_equal(read_bytes(&in, 2).size, 0);
    assert_true(in.failed);
    in = reader_of("63616263", &buffer);
    assert_int_equal(read_text(&in, 2).size, 0);
    assert_true(in.failed);
    in = reader_of("83", &buffer);
    assert_int_equal(read_array(&in, 2), 0);
    assert_true(in.failed);
    in = reader_of("9841", &buffer); /* 65 items, whatever the caller allows */
    assert_int_equal(read_array(&in, 1000), 0);
    assert_true(in.failed);
    buffer_done(&buffer);
}

static void text_is_utf8(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    struct reader in = reader_of("62c3bc", &buffer);
    CHECK_BYTES(read_text(&in, 10), BYTES_TEXT("ü"));
    assert_false(in.failed);
    check_refused_as("61c3", as_text);
    check_refused_as("62c0af", as_text);
    buffer_done(&buffer);
}

static void a_fixed_string_has_exactly_its_size(void **state)
{
    (void)state;
    const char *const others[] = {"4161", "43616263", "40", "00", "626162"};
    struct buffer buffer = {0};
    char out[2] = {'-', '-'};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct reader in = reader_of(others[i], &buffer);
        read_fixed(&in, out, 2);
        assert_true(in.failed);
        assert_memory_equal(out, "--", 2);
    }
    struct reader in = reader_of("426162", &buffer);
    read_fixed(&in, out, 2);
    assert_false(in.failed);
    assert_memory_equal(out, "ab", 2);
    buffer_done(&buffer);
}

static void arrays_nest_four_deep_and_no_deeper(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    struct reader in = reader_of("818181818100", &buffer);
    for (int i = 0; i < 4; i++)
        assert_int_equal(read_array(&in, 1), 1);
    assert_false(in.failed);
    assert_int_equal(read_array(&in, 1), 0);
    assert_true(in.failed);

    in = reader_of("868080808080f5", &buffer); /* side by side is not deeper */
    read_array_of(&in, 6);
    for (int i = 0; i < 5; i++) {
        read_array_of(&in, 0);
        read_array_end(&in);
    }
    assert_true(read_bool(&in));
    read_end(&in);
    assert_false(in.failed);
    buffer_done(&buffer);
}

static void an_array_of_another_count_is_refused(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    struct reader in = reader_of("820000", &buffer);
    read_array_of(&in, 3);
    assert_true(in.failed);
    in = reader_of("820000", &buffer);
    read_array_of(&in, 1);
    assert_true(in.failed);
    buffer_done(&buffer);
}

static void after_a_fault_every_read_gives_nothing(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    struct reader in = reader_of("200543616263f5", &buffer);
    assert_true(read_uint(&in) == 0); /* -1 */
    in.left.data++;
    in.left.size--;
    assert_true(read_uint(&in) == 0);
    assert_int_equal(read_bytes(&in, 10).size, 0);
    assert_false(read_bool(&in));
    assert_int_equal(read_array(&in, 10), 0);
    read_array_end(&in);
    assert_true(in.failed);
    buffer_done(&buffer);
}

static void bytes_left_over_are_a_fault(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    struct reader in = reader_of("0000", &buffer);
    read_uint(&in);
    read_end(&in);
    assert_true(in.failed);
    buffer_done(&buffer);
}

/* One of everything. */
static void write_sample(struct buffer *out)
{
    uint8_t long_bytes[300] = {7};
    write_array(out, 7);
    write_uint(out, 70000);
    write_bool(out, true);
    write_bool(out, false);
    write_bytes(out, BYTES_OF(long_bytes));
    write_text(out, BYTES_TEXT("grüß dich"));
    write_array(out, 1);
    write_bytes(out, (struct bytes){0});
    write_text(out, (struct bytes){0});
}

static bool read_sample(struct bytes wire)
{
    struct reader in = {.left = wire};
    uint8_t long_bytes[300];
    read_array_of(&in, 7);
    uint64_t number = read_uint(&in);
    bool yes = read_bool(&in), no = read_bool(&in);
    read_fixed(&in, long_bytes, sizeof long_bytes);
    struct bytes text = read_text(&in, 64);
    read_array_of(&in, 1);
    struct bytes empty = read_bytes(&in, 10);
    read_array_end(&in);
    struct bytes empty_text = read_text(&in, 10);
    read_end(&in);
    return !in.failed && number == 70000 && yes && !no && long_bytes[0] == 7 && long_bytes[299] == 0 &&
           bytes_equal(text, BYTES_TEXT("grüß dich")) && empty.size == 0 && empty_text.size == 0;
}

static void what_was_written_is_read_and_any_cut_or_head_change_is_seen(void **state)
{
    (void)state;
    struct buffer out = {0};
    write_sample(&out);
    assert_true(read_sample(buffer_bytes(&out)));
    for (size_t size = 0; size < out.size; size++) {
        struct buffer copy = {0}; /* on its own, so that a sanitizer sees a read past the end */
        buffer_append(&copy, (struct bytes){out.data, size});
        assert_false(read_sample(buffer_bytes(&copy)));
        buffer_done(&copy);
    }
    for (size_t i = 0; i < out.size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            out.data[i] ^= (uint8_t)(1u << bit);
            read_sample(buffer_bytes(&out)); /* may read as another sample, but never past the end */
            out.data[i] ^= (uint8_t)(1u << bit);
        }
    }
    const size_t heads[] = {0, 1, 6, 7, 8, 9, 10};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        out.data[heads[i]] ^= 0x40;
        assert_false(read_sample(buffer_bytes(&out)));
        out.data[heads[i]] ^= 0x40;
    }
    buffer_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_the_published_form),
        cmocka_unit_test(longer_forms_than_the_shortest_are_refused),
        cmocka_unit_test(indefinite_lengths_are_refused),
        cmocka_unit_test(other_types_are_refused),
        cmocka_unit_test(lengths_beyond_what_is_left_are_refused_at_once),
        cmocka_unit_test(a_bound_is_the_most_that_is_taken),
        cmocka_unit_test(text_is_utf8),
        cmocka_unit_test(a_fixed_string_has_exactly_its_size),
        cmocka_unit_test(arrays_nest_four_deep_and_no_deeper),
        cmocka_unit_test(an_array_of_another_count_is_refused),
        cmocka_unit_test(after_a_fault_every_read_gives_nothing),
        cmocka_unit_test(bytes_left_over_are_a_fault),
        cmocka_unit_test(what_was_written_is_read_and_any_cut_or_head_change_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
