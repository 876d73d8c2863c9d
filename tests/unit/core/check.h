/* SPDX-License-Identifier: MIT
 * What the core's unit tests share. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/bytes.h"

#define CHECK_BYTES(actual, expected) check_bytes((actual), (expected), __FILE__, __LINE__)

static inline void check_bytes(struct bytes actual, struct bytes expected, const char *file, int line)
{
    _assert_int_equal(actual.size, expected.size, file, line);
    if (expected.size)
        _assert_memory_equal(actual.data, expected.data, expected.size, file, line);
}

static inline uint8_t hex_digit(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Appends the bytes that `hex` (lower case) names; returns a view of the whole buffer. */
static inline struct bytes unhex(const char *hex, struct buffer *out)
{
    assert_int_equal(strlen(hex) % 2, 0);
    for (; *hex; hex += 2)
        buffer_append_byte(out, (uint8_t)(hex_digit(hex[0]) << 4 | hex_digit(hex[1])));
    return buffer_bytes(out);
}

static inline void unhex_to(const char *hex, void *out, size_t size)
{
    struct buffer buffer = {0};
    struct bytes bytes = unhex(hex, &buffer);
    assert_int_equal(bytes.size, size);
    memcpy(out, bytes.data, size);
    buffer_done(&buffer);
}

static inline void check_hex(struct bytes actual, const char *expected)
{
    struct buffer buffer = {0};
    CHECK_BYTES(actual, unhex(expected, &buffer));
    buffer_done(&buffer);
}
